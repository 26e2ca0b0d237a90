"""What every reader returns: samples as they stand in the file, with their labels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, ShapeError

HANDWRITING = "handwriting"
"""The reading of pictures whose handwritten digits were found and brought to MNIST's form."""


@dataclass(frozen=True)
class SampleLayout:
    """Where a file of numbers has its labels, and whether its inputs go below 0.

    Parameters
    ----------
    labels : {"first", "last"}
        Which columns they are.
    columns : int
        In how many; with more than one, they are one-hot.
    signed : bool
        Whether inputs from -1 to 1 were brought to the range from 0.
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
        The values as they stand in the file: uint8 for pictures, float32 otherwise. Other whole numbers and float64
        stay as they are too; see `plain_numbers`.
    labels : ndarray of int64, shape (n,)
        Class of each sample, from 0 to ``classes - 1``.
    classes : int
        Number of classes.
    image_shape : (rows, columns) or None
        How one sample is drawn, where it is a picture; each pixel is one value, or three: red, green and blue.
    source : str
        Where the samples come from, for messages.
    maximum : float, default 255
        The largest value that an input can have; what scaling divides by.
    values : ndarray, shape (n, outputs), or None
        What is known of each sample where that is no class: numbers (a regression), or 1 for each of several labels
        that holds and 0 for the others; `labels` then count the samples, and `classes` the outputs.
    weights : ndarray, shape (n,), or None
        How much each sample counts; None is 1 for all.
    class_names : tuple of str
        What the classes, labels or numbers are called, one an output; empty where their place is their name.
    feature_names : tuple of str
        What the inputs are called; empty where they are pixels or have no names.
    row_names : tuple of str, length n
        The file of each sample, where it has one of its own; else empty.
    reading : {"", "ink", "photo", "handwriting"}
        How picture files became samples: not at all, or as MNIST's digits; as drawings brought to one size, with ink
        bright; as photographs, brought to one size and else as they are; as handwriting, whose digits were found and
        brought to MNIST's form.
    white : int
        What counts as white in grey picture files of more than 8 bits; 0 where there were none.
    remarks : tuple of str
        What the reader passed over or decided, for people.
    columns : preprocess.Columns or None
        What was learnt about the columns of the table that the samples come from.
    source_rows : ndarray of int64, shape (n,), or None
        Which row of the source each sample is, from 0, where rows were left out; None where none were.
    layout : SampleLayout
        How the file of numbers was laid out that the samples come from.

    Raises
    ------
    ShapeError
        GN050 when inputs and labels are not one row and one label a sample, or another array is not as long as it says.
    DataError
        GN018 when an input or a value is NaN or infinite; GN014 when inputs are no numbers, labels no whole ones or not
        below `classes`, or when a weight is negative, not finite, or all are 0.
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
            here = f"sample {beyond[0] + 1}: label {self.labels[beyond[0]]}"
            raise DataError("GN014", f"{self.source}, {here}, expected 0 to {self.classes - 1}.")
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
            raise DataError("GN018", f"{self.source}: a value to be learnt is NaN or infinite. Leave that row out.")
        w = self.weights
        if w is not None and len(w) and not (np.isfinite(w).all() and (w >= 0).all() and w.any()):
            raise DataError("GN014", f"{self.source}: weights must be finite, 0 or more, and not all 0.")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def features(self) -> int:
        """Number of values in a sample."""
        return int(self.inputs.shape[1])

    @property
    def channels(self) -> int:
        """Values a pixel, 1 or 3; 1 where the samples are no pictures."""
        return channels_of(self.features, self.image_shape)

    def name_of(self, label: int) -> str:
        """Return what a class is called: its name, or its number."""
        return self.class_names[label] if self.class_names else str(label)

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """What the samples are called where they are named by number: their rows in the source, from 0, shape (n,)."""
        return np.arange(len(self)) if self.source_rows is None else self.source_rows

    def some(self, count: int) -> NDArray[np.int64]:
        """Return the rows by which to show the data, at most `count`: the first, or spread where files are sorted."""
        count = min(count, len(self))
        return np.arange(count) * len(self) // max(count, 1) if self.row_names else np.arange(count)

    def take(self, rows: NDArray[np.int64] | slice) -> Dataset:
        """Return the data set of these rows, which keep their numbers in the source."""
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
        """Refuse to go on without samples: DataError GN010."""
        if not len(self):
            raise DataError("GN010", f"{self.source}: no samples, expected one at least.")

    def require_like(
        self, features: int, classes: int, owner: str, *, of_classes: bool = True, class_names: tuple[str, ...] = ()
    ) -> None:
        """Refuse data that `owner` (a model, the training data) cannot take.

        Parameters
        ----------
        features, classes : int
            The owner's; `classes` counts its outputs.
        owner : str
            What it is called in a message.
        of_classes : bool
            Whether it has classes; numbers or several labels a sample otherwise.
        class_names : tuple of str
            What its classes are called.

        Raises
        ------
        DataError
            GN010 when there are no samples, GN017 when the width differs, a label is beyond the owner's classes, or one
            has classes and the other `values`.
        """
        self.require_samples()
        if self.features != features:
            raise DataError(
                "GN017",
                f"{self.source}: {self.features} values a sample, but {owner} has {features}. "
                "Use data of the same width.",
            )
        if of_classes != (self.values is None) or (not of_classes and self.classes != classes):
            own = f"{classes} classes" if of_classes else f"{classes} values a sample to learn"
            here = f"{self.classes} {'classes' if self.values is None else 'values a sample to learn'}"
            raise DataError("GN017", f"{self.source}: {here}, but {owner} has {own}. Use data of the same kind.")
        if not of_classes:
            return
        if class_names and self.class_names and class_names != self.class_names:
            here, there = _first_difference(self.class_names, class_names)
            raise DataError(
                "GN017",
                f"{self.source}: class {here} where {owner} has {there}. Read it with load(…, like=…), which numbers "
                "classes alike.",
            )
        beyond = np.flatnonzero(self.labels >= classes)
        if beyond.size:
            raise DataError(
                "GN017",
                f"{self.source}, sample {beyond[0] + 1}: label {self.labels[beyond[0]]}, but {owner} knows "
                f"the classes 0 to {classes - 1}.",
            )


def plain_numbers(values: NDArray[Any], source: str) -> NDArray[Any]:
    """Return samples as compiled loops take them: float32 or float64, or whole numbers, in this machine's byte order.

    Half precision becomes float32, any longer than double float64. The same array, where it is so already.

    Parameters
    ----------
    values : ndarray, shape (n, features)
    source : str
        What they are called in a message.

    Raises
    ------
    DataError
        GN014 when the values are no real numbers, GN018 when one is NaN or infinite.
    """
    kind = values.dtype
    if kind.kind not in "biuf":
        raise DataError("GN014", f"{source}: values of type {kind}, expected numbers. Use astype to make them such.")
    if kind.kind != "f":
        return values if kind.isnative else values.astype(kind.newbyteorder("="))
    # The least and the largest are NaN where one value is.
    if values.size and not (np.isfinite(values.min()) and np.isfinite(values.max())):
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise DataError(
            "GN018",
            f"{source}, sample {row + 1}: value {column + 1} is {values[row, column]}. Leave such samples out, or fill "
            "them in.",
        )
    return values.astype(np.float32 if kind.itemsize <= 4 else np.float64, copy=False)


def image_shape(features: int) -> tuple[int, int] | None:
    """Guess how a row of pixels is drawn: a square if the number of values is a square number above 15."""
    side = round(features**0.5)
    return (side, side) if side * side == features and side >= 4 else None


def border(picture: NDArray[Any]) -> NDArray[Any]:
    """Return what stands at the edge of a picture, shape (rows, columns), each corner once: shape (n,)."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def channels_of(features: int, image_shape: tuple[int, int] | None) -> int:
    """Return how many values a pixel has: 3 where a picture has that many times more values than pixels, else 1."""
    return 3 if image_shape and features == 3 * image_shape[0] * image_shape[1] else 1


def require_dataset(name: str, given: Any) -> None:
    """Refuse what is given as `name` and is no data set: DataError GN065."""
    if not isinstance(given, Dataset):
        what = f"{name}: {type(given).__name__}, expected a Dataset, as load_data gives."
        raise DataError("GN065", f"{what} For arrays: NetworkClassifier().fit(X, y), or Dataset(X, y, classes, …).")


def _array(given: Any, name: str) -> NDArray[Any]:
    try:
        array = np.asarray(given)
    except ValueError:
        raise ShapeError("GN050", f"{name}: rows of different lengths, expected an array.") from None
    if array.dtype == object and array.ndim == 0:
        what = " Make it dense, by toarray()." if hasattr(given, "toarray") else ""
        raise DataError("GN014", f"{name}: {type(given).__name__}, expected an array.{what}")
    return array


def _first_difference(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, str]:
    pairs = zip_longest(map(repr, one), map(repr, other), fillvalue="none")
    return next((a, b) for a, b in pairs if a != b)


class Like(Protocol):
    """What samples are read like: the training data, or a model."""

    @property
    def features(self) -> int:
        """Number of values in a sample."""

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """How one sample is drawn."""

    @property
    def classes(self) -> int:
        """Number of outputs."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes are called."""

    @property
    def reading(self) -> str:
        """How picture files became samples."""

    @property
    def white(self) -> int:
        """What counts as white in grey picture files of more than 8 bits."""

    @property
    def layout(self) -> SampleLayout:
        """How the file of numbers is laid out that the samples come from."""
