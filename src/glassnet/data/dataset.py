"""The result of every reader: samples as in the file, with their labels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, ShapeError

HANDWRITING = "handwriting"
"""Value of `reading` for images whose handwritten digits were found and brought to MNIST's form."""


@dataclass(frozen=True)
class SampleLayout:
    """Where a file of numbers has its labels, and whether its inputs are signed.

    Parameters
    ----------
    labels : {"first", "last"}
        Which columns hold the labels.
    columns : int
        How many columns hold the labels; more than one are one-hot.
    signed : bool
        Whether inputs from -1 to 1 were scaled to a range from 0.
    """

    labels: str = "first"
    columns: int = 1
    signed: bool = False


@dataclass(frozen=True)
class Dataset:
    """Labelled samples, unscaled.

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
    remarks : tuple of str
        What the reader ignored or decided, as messages.
    columns : preprocess.Columns or None
        The preprocessing fitted to the table that the samples come from.
    source_rows : ndarray of int64, shape (n,), or None
        Row of each sample in the source, from 0; None if no rows were excluded.
    layout : SampleLayout
        Layout of the file of numbers that the samples come from.

    Raises
    ------
    ShapeError
        GN050 when inputs and labels differ in length or have wrong dimensions, or another array has the wrong length.
    DataError
        GN018 when an input or a target is NaN or infinite; GN014 when inputs are not numbers, labels are not integers
        below `classes`, or weights are negative, not finite or all 0.
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
    remarks: tuple[str, ...] = ()
    columns: Any = None
    white: int = 0
    source_rows: NDArray[np.int64] | None = None
    layout: SampleLayout = field(default_factory=SampleLayout)

    def __post_init__(self) -> None:
        for name in ("inputs", "labels", "values", "weights", "source_rows"):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, _array(given, f"{self.source}: {name}"))
        if self.inputs.ndim != 2 or self.labels.shape != (len(self.inputs),):
            raise ShapeError(
                "GN050",
                f"{self.source}: inputs of shape {self.inputs.shape} and labels of shape {self.labels.shape}, "
                "expected (samples, features) and (samples,).",
            )
        if self.labels.dtype.kind not in "biu":
            raise DataError("GN014", f"{self.source}: labels of type {self.labels.dtype}, expected whole numbers.")
        beyond = np.flatnonzero((self.labels < 0) | (self.labels >= self.classes))
        if self.values is None and beyond.size:
            raise DataError(
                "GN014",
                f"{self.source}, sample {beyond[0] + 1}: label {self.labels[beyond[0]]}, expected 0 to "
                f"{self.classes - 1}.",
            )
        object.__setattr__(self, "inputs", plain_numbers(self.inputs, self.source))
        object.__setattr__(self, "labels", self.labels.astype(np.int64, copy=False))
        expected: dict[str, tuple[int, ...]] = {"values": (len(self), self.classes), "weights": (len(self),)}
        expected |= {"class_names": (self.classes,), "feature_names": (self.features,), "row_names": (len(self),)}
        expected["source_rows"] = (len(self),)
        for name, shape in expected.items():
            given = getattr(self, name)
            if given is not None and len(given) and np.shape(given) != shape:
                raise ShapeError("GN050", f"{self.source}: {name} of shape {np.shape(given)}, expected {shape}.")
        if self.values is not None and not np.isfinite(self.values).all():
            raise DataError(
                "GN018", f"{self.source}: a target is NaN or infinite, expected finite numbers. Remove that row."
            )
        w = self.weights
        if w is not None and len(w) and not (np.isfinite(w).all() and (w >= 0).all() and w.any()):
            raise DataError("GN014", f"{self.source}: sample weights must be finite, 0 or more, and not all 0.")

    def __len__(self) -> int:
        return len(self.labels)

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
    def row_numbers(self) -> NDArray[np.int64]:
        """Row of each sample in the source, from 0, shape (n,)."""
        return np.arange(len(self)) if self.source_rows is None else self.source_rows

    def some(self, count: int) -> NDArray[np.int64]:
        """Return at most `count` example rows: the first, or evenly spaced ones if the samples are sorted files."""
        count = min(count, len(self))
        return np.arange(count) * len(self) // max(count, 1) if self.row_names else np.arange(count)

    def take(self, rows: NDArray[np.int64] | slice) -> Dataset:
        """Return the data set of these rows, with their row numbers in the source."""
        labels, values, weights = self.labels[rows], self.values, self.weights
        return replace(
            self,
            inputs=self.inputs[rows],
            labels=labels if values is None else np.arange(len(labels)),
            values=None if values is None else values[rows],
            weights=None if weights is None else weights[rows],
            source_rows=self.row_numbers[rows],
            row_names=tuple(np.array(self.row_names)[rows].tolist()) if self.row_names else (),
        )

    def require_samples(self) -> None:
        """Raise DataError GN010 if there are no samples."""
        if not len(self):
            raise DataError("GN010", f"{self.source}: no samples, expected at least one.")

    def require_like(
        self, features: int, classes: int, owner: str, *, of_classes: bool = True, class_names: tuple[str, ...] = ()
    ) -> None:
        """Raise an error unless the data fit `owner`: a model, or the training data.

        Parameters
        ----------
        features, classes : int
            The owner's numbers of inputs and outputs.
        owner : str
            The owner's name in messages.
        of_classes : bool
            Whether the owner has classes, not targets of regression or several labels per sample.
        class_names : tuple of str
            The owner's class names.

        Raises
        ------
        DataError
            GN010 when there are no samples, GN017 when the number of features differs, a label is not among the owner's
            classes, or only one of the two has classes.
        """
        self.require_samples()
        if self.features != features:
            raise DataError(
                "GN017",
                f"{self.source}: {self.features} values per sample, but {owner} has {features}. "
                "Use data with the same inputs.",
            )
        if of_classes != (self.values is None) or (not of_classes and self.classes != classes):
            here = f"{self.classes} classes" if self.values is None else f"{self.classes} targets"
            there = f"{classes} classes" if of_classes else f"{classes} targets"
            raise DataError("GN017", f"{self.source}: {here}, but {owner} has {there}. Use data of the same kind.")
        if not of_classes:
            return
        if class_names and self.class_names and class_names != self.class_names:
            here, there = _first_difference(self.class_names, class_names)
            raise DataError(
                "GN017",
                f"{self.source}: class {here} where {owner} has {there}. Read the data with load(…, like=…), which "
                "numbers the classes in the same way.",
            )
        beyond = np.flatnonzero(self.labels >= classes)
        if beyond.size:
            raise DataError(
                "GN017",
                f"{self.source}, sample {beyond[0] + 1}: label {self.labels[beyond[0]]}, but {owner} has "
                f"classes 0 to {classes - 1}. Remove such samples.",
            )


def plain_numbers(values: NDArray[Any], source: str) -> NDArray[Any]:
    """Convert samples to float32, float64 or integers in native byte order, as the compiled loops need them.

    Half precision becomes float32, more than double precision becomes float64. Makes no copy unless necessary.

    Parameters
    ----------
    values : ndarray, shape (n, features)
    source : str
        Name of the samples in messages.

    Raises
    ------
    DataError
        GN014 when the values are not real numbers, GN018 when one is NaN or infinite.
    """
    kind = values.dtype
    if kind.kind not in "biuf":
        raise DataError("GN014", f"{source}: values of type {kind}, expected numbers. Convert them with astype.")
    if kind.kind != "f":
        return values if kind.isnative else values.astype(kind.newbyteorder("="))
    # Minimum and maximum are NaN if any value is.
    if values.size and not (np.isfinite(values.min()) and np.isfinite(values.max())):
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise DataError(
            "GN018",
            f"{source}, sample {row + 1}: value {column + 1} is {values[row, column]}, expected a finite "
            "number. Remove such samples, or fill in the values.",
        )
    return values.astype(np.float32 if kind.itemsize <= 4 else np.float64, copy=False)


def image_shape(features: int) -> tuple[int, int] | None:
    """Guess the shape of an image from its number of pixels: a square, if the number is a square above 15."""
    side = round(features**0.5)
    return (side, side) if side * side == features and side >= 4 else None


def border(picture: NDArray[Any]) -> NDArray[Any]:
    """Return the border pixels of an image, shape (rows, columns), each corner once: shape (n,)."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def channels_of(features: int, image_shape: tuple[int, int] | None) -> int:
    """Return the number of values per pixel: 3 if there are three times as many features as pixels, else 1."""
    return 3 if image_shape and features == 3 * image_shape[0] * image_shape[1] else 1


def require_dataset(name: str, given: Any) -> None:
    """Raise DataError GN065 if the argument `name` is not a data set."""
    if not isinstance(given, Dataset):
        raise DataError(
            "GN065",
            f"{name}: {type(given).__name__}, expected a Dataset, as load_data returns. For arrays, use "
            "NetworkClassifier().fit(X, y) or Dataset(X, y, classes, …).",
        )


def _array(given: Any, name: str) -> NDArray[Any]:
    try:
        array = np.asarray(given)
    except ValueError:
        raise ShapeError("GN050", f"{name}: rows of different lengths, expected an array.") from None
    if array.dtype == object and array.ndim == 0:
        advice = " Make it dense with toarray()." if hasattr(given, "toarray") else ""
        raise DataError("GN014", f"{name}: {type(given).__name__}, expected an array.{advice}")
    return array


def _first_difference(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, str]:
    pairs = zip_longest(map(repr, one), map(repr, other), fillvalue="none")
    return next((a, b) for a, b in pairs if a != b)


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


def shows_handwriting(like: Like) -> bool:
    """Return whether images for this data set or model show handwritten digits, which are brought to MNIST's form.

    This applies to class folders read so, and to 28 × 28 grey images that were not read from image files, such as
    MNIST's own. `glassnet query` treats photographs for such models in the same way.
    """
    mnist = (28, 28)
    of_numbers = not like.reading and like.image_shape == mnist and channels_of(like.features, mnist) == 1
    return like.reading == HANDWRITING or of_numbers
