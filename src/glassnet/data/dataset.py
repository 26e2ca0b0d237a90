"""The result of every reader: samples as in the file, with their labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import wraps
from itertools import zip_longest
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, DataError, ShapeError, require_names, require_whole, with_near_matches, wrong_type
from ..messages.control_characters import printable
from ..messages.message import Listing, Message, Place
from ..messages.option_spelling import Option
from ..nn.random import Purpose
from .arrays import SAME_CLASS, array_of, groups_of, inputs_of, names_of, targets_of, times_of
from .held_out import SplitBy, held_out_rows

_NO_CLASS = Message("none")
HANDWRITING = "handwriting"
"""Value of `reading` for images whose handwritten digits were found and brought to MNIST's form."""


@dataclass(frozen=True)
class SampleLayout:
    """Where a file of numbers has its labels, and the range of its inputs.

    Parameters
    ----------
    labels : {"first", "last"}
        Which columns hold the labels.
    columns : int
        How many columns hold the labels; more than one are one-hot.
    signed : bool
        Whether inputs from -1 to 1 were scaled to a range from 0.
    bounded : bool
        Whether inputs must be from 0 to the maximum; otherwise they are any finite numbers.
    """

    labels: str = "first"
    columns: int = 1
    signed: bool = False
    bounded: bool = True


@dataclass(frozen=True, repr=False)
class Dataset:
    """Labelled samples, unscaled; see `from_arrays` for arrays of any kind.

    Parameters
    ----------
    inputs : ndarray, shape (n, features)
        The values as in the file: uint8 for images, float32 otherwise. Other integers and float64 are kept; see
        `plain_numbers`.
    labels : ndarray of int64, shape (n,)
        Class of each sample, from 0 to ``classes - 1``.
    classes : int
        Number of classes.
    image_shape : (rows, columns) or None
        Shape of a sample that is an image; each pixel has one value, or three: red, green and blue.
    source : str
        Where the samples come from, for messages.
    maximum : float, default 255
        The largest possible input; scaling divides by it.
    values : ndarray, shape (n, outputs), or None
        Targets that are not classes: numbers (regression), or 1 for each label of a sample and 0 for the others
        (multi-label); `labels` then number the samples, and `classes` is the number of outputs.
    weights : ndarray, shape (n,), or None
        Sample weights; None is 1 for all.
    class_names : tuple of str
        Names of the classes, labels or targets, one per output; empty if they have none.
    feature_names : tuple of str
        Names of the inputs; empty for pixels and unnamed inputs.
    row_names : tuple of str, length n
        The file of each sample, if each sample is a file; else empty.
    reading : {"", "ink", "photo", "handwriting"}
        How image files became samples: ``""`` for none, or for MNIST's digits; ``"ink"`` for drawings of one size with
        bright ink; ``"photo"`` for photographs of one size, otherwise unchanged; ``"handwriting"`` for digits that were
        found and brought to MNIST's form.
    white : int
        The value of white in grey image files of more than 8 bits; 0 if there were none.
    remarks : tuple of Message
        What the reader ignored or decided.
    columns : preprocess.Columns or None
        The preprocessing fitted to the table that the samples come from.
    source_rows : ndarray of int64, shape (n,), or None
        Row of each sample in the source, from 0; None if no rows were excluded.
    layout : SampleLayout
        Layout of the file of numbers that the samples come from.
    class_type : {"", "bool", "text", "float"}
        Type of the labels that the samples came with, where `class_names` do not show it; see `Model.classes_`.
    groups : ndarray of int64, shape (n,), or None
        Samples with the same number belong together: no split separates them; see `data.held_out`.
    times : ndarray of int64 or float64, shape (n,), or None
        When each sample was: later samples, with larger numbers, are held out, and equal ones stay together.
    own_weights : ndarray, shape (n,), or None
        The part of `weights` that is not of the classes, by which answers are judged; None if that is all of them.
    words : mapping of str to ndarray of object, shape (n,)
        Of a table's columns of many words, whose inputs do not tell it, each sample's word or None, by the column.

    Raises
    ------
    ShapeError
        GN050 when inputs and labels differ in length or have wrong dimensions, or another array has the wrong length.
    DataError
        GN018 when an input or a target is NaN or infinite; GN014 when inputs are not numbers, labels are not integers
        below `classes`, or weights are negative, not finite or all 0.
    ArgumentError
        GN021 for an argument that is unknown or missing.

    Examples
    --------
    >>> import glassnet
    >>> data = glassnet.Dataset([[0, 255], [255, 0]], [0, 1], classes=2, image_shape=None, source="two samples")
    >>> data
    Dataset(2 × 2 int64, 2 classes, two samples)
    >>> data.take(data.labels == 1).inputs
    array([[255,   0]])
    """

    inputs: NDArray[Any]
    labels: NDArray[np.int64]
    classes: int
    image_shape: tuple[int, int] | None
    source: str
    maximum: float = 255.0
    values: NDArray[Any] | None = None
    weights: NDArray[Any] | None = None
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    row_names: tuple[str, ...] = ()
    reading: str = ""
    remarks: tuple[Message, ...] = ()
    columns: Any = None
    white: int = 0
    source_rows: NDArray[np.int64] | None = None
    layout: SampleLayout = field(default_factory=SampleLayout)
    class_type: str = ""
    groups: NDArray[np.int64] | None = None
    times: NDArray[Any] | None = None
    own_weights: NDArray[Any] | None = None
    words: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("inputs", "labels", "values", "weights", "source_rows", "groups", "times"):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, array_of(given, f"{self.source}: {name}"))
        if self.inputs.ndim != 2 or self.labels.shape != (len(self.inputs),):
            raise ShapeError(
                "GN050",
                "{name}: inputs of shape {inputs} and labels of shape {labels}, expected (samples, features) "
                "and (samples,).",
                name=self.source,
                inputs=self.inputs.shape,
                labels=self.labels.shape,
            )
        if self.labels.dtype.kind not in "biu":
            raise DataError(
                "GN014",
                "{name}: labels of type {kind}, expected whole numbers.",
                name=self.source,
                kind=self.labels.dtype,
            )
        beyond = np.flatnonzero((self.labels < 0) | (self.labels >= self.classes))
        if self.values is None and beyond.size:
            raise DataError(
                "GN014",
                "{place}: label {label}, expected 0 to {last}.",
                place=Place(self.source, row=beyond[0]),
                label=self.labels[beyond[0]],
                last=self.classes - 1,
            )
        object.__setattr__(self, "inputs", plain_numbers(self.inputs, self.source))
        object.__setattr__(self, "labels", self.labels.astype(np.int64, copy=False))
        expected: dict[str, tuple[int, ...]] = {"values": (len(self), self.classes), "weights": (len(self),)}
        expected |= {"class_names": (self.classes,), "feature_names": (self.features,), "row_names": (len(self),)}
        expected |= dict.fromkeys(("source_rows", "groups", "times"), (len(self),))
        for name, shape in expected.items():
            given = getattr(self, name)
            is_array = isinstance(given, np.ndarray)
            if given is not None and (is_array or len(given)) and np.shape(given) != shape:
                raise ShapeError(
                    "GN050",
                    "{source}: {name} of shape {shape}, expected {expected}.",
                    source=self.source,
                    name=name,
                    shape=np.shape(given),
                    expected=shape,
                )
        if self.values is not None and not np.isfinite(self.values).all():
            raise DataError(
                "GN018",
                "{name}: a target is NaN or infinite, expected finite numbers. Remove that row.",
                name=self.source,
            )
        w = self.weights
        if w is not None and w.dtype.kind not in "biuf":
            raise DataError(
                "GN013", "{name}: sample weights of type {dtype}, expected numbers.", name=self.source, dtype=w.dtype
            )
        if w is not None and len(w):
            require_weights(w, self.source)

    @classmethod
    @with_near_matches("Dataset.from_arrays")
    def from_arrays(
        cls,
        X: Any,  # noqa: N803
        y: Any,
        *,
        test_size: float | None = None,
        task: str = "auto",
        weights: Any = None,
        groups: Any = None,
        time: Any = None,
        image_shape: tuple[int, int] | None = None,
        maximum: float | None = None,
        feature_names: Any = (),
        like: Like | None = None,
        seed: int = 0,
        source: str = "arrays",
    ) -> Any:
        """Make a data set of arrays, lists or a data frame of numbers.

        Parameters
        ----------
        X : array_like, shape (n, features), (n, rows, columns) or (n, rows, columns, 3)
            Real numbers; the last two forms are images.
        y : array_like, shape (n,) or (n, outputs)
            Classes (integers, text or booleans); numbers for a regression; or one column of 0 and 1 per class (one-hot)
            or per label.
        test_size : float or int, optional
            Fraction, or number, of the samples to hold out for testing. Classes are divided in proportion. With
            `groups` or `time`, the number is only near to it.
        task : {"auto", "classification", "regression"}
            ``"auto"`` is regression if `y` has a number that is not whole, else classification. Classes must be whole
            numbers, if they are numbers.
        weights : array_like, shape (n,), optional
            Sample weights.
        groups : array_like, shape (n,) or (n, columns), optional
            What belongs together, such as a patient's rows, by values of any kind: no split separates a group.
        time : array_like, shape (n,), optional
            Numbers or dates: what is held out is later than the rest; see ``docs/tables.md``.
        image_shape : (rows, columns), optional
            Shape of images that are given as rows of pixels.
        maximum : float, optional
            Largest possible value. By default 1; if a pixel is above 1, 255, or the largest value of images if that is
            more, as in images of 16 bits. Rows of 100 or more values of type uint8 count as pixels.
        feature_names : sequence of str, optional
            By default the names of a data frame's columns.
        like : Dataset or Model, optional
            Number the classes as this data set or model does. Necessary where `y` lacks some of them.
        seed : int
            Seed of the split.
        source : str
            Name in messages.

        Returns
        -------
        Dataset, or (Dataset, Dataset)
            With `test_size`, the training data and the test data.

        Raises
        ------
        DataError
            GN010 when a part would be empty, GN013 to GN018 for unusable values.
        ShapeError
            GN050 for arrays of other shapes or lengths.
        OptionError
            GN021 for another task or test size.

        Examples
        --------
        >>> import glassnet
        >>> glassnet.Dataset.from_arrays([[1.5, 2], [3, 4], [5, 6]], ["cat", "dog", "cat"])
        Dataset(3 × 2 float64, 2 classes, arrays)
        >>> X, y = [[k] for k in range(10)], [0.5 * k for k in range(10)]
        >>> train, test = glassnet.Dataset.from_arrays(X, y, test_size=0.2)
        >>> len(train), len(test), test.values.shape
        (8, 2, (2, 1))
        """
        require_like(like)
        require_whole("seed", seed, 0)
        inputs = inputs_of(X, "X", image_shape, maximum)
        known = None
        if like is not None:
            known = names_of(like.classes, like.class_names)
        targets = targets_of(y, "y", task, known)
        if len(inputs.values) != len(targets.labels):
            raise ShapeError(
                "GN050",
                "{rows} rows of X but {others} of y, expected the same number.",
                rows=len(inputs.values),
                others=len(targets.labels),
            )
        data = cls(
            inputs.values,
            targets.labels,
            targets.classes,
            inputs.image_shape,
            source,
            inputs.maximum,
            values=targets.values,
            weights=weights,
            groups=None if groups is None else groups_of(groups, "groups"),
            times=None if time is None else times_of(time, "time"),
            class_names=targets.names if like is None or targets.classes != like.classes else like.class_names,
            class_type=targets.class_type if like is None else getattr(like, "class_type", ""),
            feature_names=tuple(map(str, feature_names)) or inputs.names,
        )
        if test_size is None:
            return data
        count = len(data)
        is_count = isinstance(test_size, int | np.integer) and not isinstance(test_size, bool)
        fraction = test_size / max(count, 1) if is_count else test_size
        if not isinstance(fraction, float | np.floating) or not 0 < fraction < 1:
            raise ArgumentError(
                "GN021",
                "test_size {value!r}: expected a fraction between 0 and 1, or a number of samples below {count}.",
                value=test_size,
                count=count,
            )
        otherwise = Message("another {option}", option=Option("test_size"))
        purpose = Message("for testing. Pass more samples, or {otherwise}.", otherwise=otherwise)
        by = SplitBy(data.labels if data.values is None else None, data.groups, data.times)
        kept, held_out = held_out_rows(count, source, float(fraction), seed, Purpose.SPLIT, purpose, by)
        return data.take(kept), data.take(held_out)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        form = f"{len(self):,} × {self.features}"
        if self.image_shape:
            rows, columns = self.image_shape
            form = f"{len(self):,} images of {rows} × {columns}" + (", coloured" if self.channels > 1 else "")
        kind = "classes" if self.values is None else "targets"
        noun = kind if self.classes != 1 else "target"
        return printable(f"Dataset({form} {self.inputs.dtype}, {self.classes} {noun}, {self.source})")

    @property
    def features(self) -> int:
        """Number of values in a sample."""
        return int(self.inputs.shape[1])

    @property
    def channels(self) -> int:
        """Values per pixel, 1 or 3; 1 if the samples are not images."""
        return channels_of(self.features, self.image_shape)

    def name_of(self, label: int) -> str:
        """Return the name of a class, or its number if classes have no names."""
        return self.class_names[label] if self.class_names else str(label)

    @property
    def judging_weights(self) -> NDArray[Any] | None:
        """Sample weights by which answers are judged: without those of the classes, which are for training."""
        return self.weights if self.own_weights is None else self.own_weights

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """Row of each sample in the source, from 0, shape (n,)."""
        return np.arange(len(self)) if self.source_rows is None else self.source_rows

    def words_of(self, row: int) -> dict[str, str | None]:
        """Return the `words` of a sample, by their columns."""
        return {name: words[row] for name, words in self.words.items()}

    def some(self, count: int) -> NDArray[np.int64]:
        """Return at most `count` example rows: the first, or evenly spaced ones if the samples are sorted files."""
        count = min(count, len(self))
        return np.arange(count) * len(self) // max(count, 1) if self.row_names else np.arange(count)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Dataset:
        """Return the data set of these rows, or of those where `rows` is True, with their row numbers in the source."""
        labels, values = self.labels[rows], self.values
        given = {name: getattr(self, name) for name in ("weights", "own_weights", "groups", "times")}
        optional: dict[str, Any] = {name: None if one is None else one[rows] for name, one in given.items()}
        return replace(
            self,
            inputs=self.inputs[rows],
            labels=labels if values is None else np.arange(len(labels)),
            values=None if values is None else values[rows],
            **optional,
            words={name: one[rows] for name, one in self.words.items()},
            source_rows=self.row_numbers[rows],
            row_names=tuple(np.array(self.row_names)[rows].tolist()) if self.row_names else (),
        )

    def require_samples(self) -> None:
        """Raise DataError GN010 if there are no samples."""
        if not len(self):
            raise DataError("GN010", "{name}: no samples, expected at least one.", name=self.source)

    def require_like(
        self,
        features: int,
        classes: int,
        owner: str | Message,
        *,
        of_classes: bool = True,
        class_names: tuple[str, ...] | None = None,
    ) -> None:
        """Raise an error unless the data fit `owner`: a model, or the training data.

        Parameters
        ----------
        features, classes : int
            The owner's numbers of inputs and outputs.
        owner : str or Message
            The owner's name in messages.
        of_classes : bool
            Whether the owner has classes, not targets of regression or several labels per sample.
        class_names : tuple of str, optional
            The owner's class names; empty if its classes are numbers. By default names are not compared. Samples whose
            classes have no names fit names that are words: their labels are the numbers of the owner's classes.

        Raises
        ------
        DataError
            GN010 when there are no samples, GN017 when the number of features differs, a label is not among the owner's
            classes or means another class, or only one of the two has classes.
        """
        self.require_samples()
        if self.features != features:
            raise DataError(
                "GN017",
                "{source}: {features} values per sample, but {owner} has {expected}. Use data with the same inputs.",
                source=self.source,
                features=self.features,
                owner=owner,
                expected=features,
            )
        if of_classes != (self.values is None) or (not of_classes and self.classes != classes):
            raise DataError(
                "GN017",
                "{source}: {here}, but {owner} has {there}. Use data of the same kind.",
                source=self.source,
                here=_outputs(self.classes, of_classes=self.values is None),
                owner=owner,
                there=_outputs(classes, of_classes=of_classes),
            )
        if not of_classes:
            return
        if class_names is not None and (different := _first_difference(self, classes, class_names)):
            here, there = different
            raise DataError(
                "GN017",
                "{source}: class {here} where {owner} has {there}. Pass like=…, the model or its training "
                "data, to load_data or Dataset.from_arrays, which then number the classes in the same way.",
                source=self.source,
                here=here,
                owner=owner,
                there=there,
            )
        beyond = np.flatnonzero(self.labels >= classes)
        if beyond.size:
            raise DataError(
                "GN017",
                "{place}: label {label}, but {owner} has classes 0 to {last}. Remove such samples.",
                place=Place(self.source, row=beyond[0]),
                label=self.labels[beyond[0]],
                owner=owner,
                last=classes - 1,
            )


def _outputs(count: int, *, of_classes: bool) -> Message:
    return Message("{count} classes" if of_classes else "{count} targets", count=count)


def _with_clear_errors(init: Callable[..., None]) -> Callable[..., None]:
    names = [one.name for one in fields(Dataset)]
    required = [one.name for one in fields(Dataset) if one.default is MISSING and one.default_factory is MISSING]

    @wraps(init)
    def __init__(self: Dataset, *args: Any, **given: Any) -> None:  # noqa: N807
        require_names("Dataset", given, names)
        if missing := [name for name in required[len(args) :] if name not in given]:
            raise ArgumentError(
                "GN021", "Dataset: {names} missing. For arrays, use Dataset.from_arrays(X, y).", names=Listing(missing)
            )
        init(self, *args, **given)

    return __init__


# A dataclass would raise Python's own TypeError, which does not name `from_arrays`.
Dataset.__init__ = _with_clear_errors(Dataset.__init__)  # type: ignore[method-assign]


def plain_numbers(values: NDArray[Any], source: str) -> NDArray[Any]:
    """Convert samples to float32, float64 or integers in native byte order, as the compiled loops need them.

    Half precision becomes float32, more than double precision becomes float64. Makes no copy unless necessary.

    The values have shape (n, features).
    """
    kind = values.dtype
    if kind.kind not in "biuf":
        raise DataError(
            "GN014",
            "{name}: values of type {kind}, expected numbers. Convert them with astype.",
            name=source,
            kind=kind,
        )
    if kind.kind != "f":
        return values if kind.isnative else values.astype(kind.newbyteorder("="))
    # Minimum and maximum are NaN if any value is.
    if values.size and not (np.isfinite(values.min()) and np.isfinite(values.max())):
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise DataError(
            "GN018",
            "{place}: value {number} is {value}, expected a finite number. Remove such samples, or fill in the values.",
            place=Place(source, row=row),
            number=column + 1,
            value=values[row, column],
        )
    return values.astype(np.float32 if kind.itemsize <= 4 else np.float64, copy=False)


def task_of(data: Dataset, task: str = "auto") -> str:
    """Return the task of a data set, as in `options.recipes.BY_TASK`: classes, numbers or labels.

    `task` is as for `glassnet.fit`: several columns of 0 and 1 are labels, unless it is ``"regression"``.
    """
    if data.values is None:
        return "classes"
    if data.columns is not None:
        return str(data.columns.task)
    binary = task != "regression" and data.classes > 1 and bool(np.isin(data.values, (0, 1)).all())
    return "labels" if binary else "numbers"


def image_shape(features: int) -> tuple[int, int] | None:
    """Guess the shape of an image from its number of pixels: a square, if the number is a square above 15."""
    side = round(features**0.5)
    return (side, side) if side * side == features and side >= 4 else None


def channels_of(features: int, image_shape: tuple[int, int] | None) -> int:
    """Return the number of values per pixel: 3 if there are three times as many features as pixels, else 1."""
    return 3 if image_shape and features == 3 * image_shape[0] * image_shape[1] else 1


def require_weights(weights: NDArray[Any], place: str | Place) -> None:
    """Raise DataError GN014 unless sample weights are finite, 0 or more, and not all 0."""
    if (wrong := np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))).size:
        row = int(wrong[0])
        template = "{place}: weight {value!r}, expected a number of 0 or more."
        raise DataError("GN014", template, place=Place(place, row=row), value=float(weights[row]))
    if not weights.any():
        template = "{place}: the sample weights are all 0. Give a weight above 0 to the rows to be used."
        raise DataError("GN014", template, place=place)


def require_dataset(name: str, given: Any) -> None:
    """Raise DataError GN065 if the argument `name` is not a data set."""
    if not isinstance(given, Dataset):
        raise DataError(
            "GN065",
            "{name}: {kind}, expected a Dataset, as load_data returns. For arrays, use Dataset.from_arrays(X, y).",
            name=name,
            kind=type(given).__name__,
        )


def _first_difference(
    data: Dataset, classes: int, class_names: tuple[str, ...]
) -> tuple[str | Message, str | Message] | None:
    """Return the first class that the data and the owner of `class_names` number differently, as each calls it."""
    here, there = names_of(data.classes, data.class_names), names_of(classes, class_names)
    if data.class_names and class_names:
        pairs = zip_longest(here, there)  # the number of classes must be the same, too
    elif data.class_names or all(name.removeprefix("-").isdecimal() for name in class_names):
        pairs = zip_longest(here[: len(there)], there[: len(here)])  # one of them may have fewer classes
    else:  # names that are words, and samples without names: their labels are the numbers of the owner's classes
        return None
    for one, other in pairs:
        if one != other and (class_names or SAME_CLASS.get(one) != other):
            return _NO_CLASS if one is None else repr(one), _NO_CLASS if other is None else repr(other)
    return None


class Like(Protocol):
    """A data set or model that new samples must match."""

    @property
    def features(self) -> int:
        """Number of values in a sample."""

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """Shape of a sample that is an image."""

    @property
    def classes(self) -> int:
        """Number of outputs."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes."""

    @property
    def reading(self) -> str:
        """How image files became samples."""

    @property
    def white(self) -> int:
        """The value of white in grey image files of more than 8 bits."""

    @property
    def layout(self) -> SampleLayout:
        """Layout of the file of numbers that the samples come from."""


def require_like(given: object) -> None:
    """Raise ArgumentError GN021 unless the argument `like` is None, a data set or a model."""
    if given is not None and not all(hasattr(given, name) for name in ("features", "classes", "class_names")):
        raise wrong_type("like", given, Message("a Dataset or Model"))


def shows_handwriting(like: Like) -> bool:
    """Return whether images for this data set or model show handwritten digits, which are brought to MNIST's form.

    This applies to class folders read so, and to 28 × 28 grey images that were not read from image files, such as
    MNIST's own. `glassnet query` treats photographs for such models in the same way.
    """
    mnist = (28, 28)
    of_numbers = not like.reading and like.image_shape == mnist and channels_of(like.features, mnist) == 1
    return like.reading == HANDWRITING or of_numbers
