"""The values of a source with all its mistakes, which the doctor examines and repairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import channels_of
from ...messages.message import Message


@dataclass(frozen=True)
class Repairs:
    """Repairs of training data that the test data need too."""

    names: tuple[str, ...] = ()  # all columns in order, before any was dropped
    # the label column, or the one-hot label columns; empty if the file format separates labels from inputs
    label_columns: tuple[str, ...] = ()
    # original label -> new number, if labels were renumbered
    numbering: Mapping[str, int] = field(default_factory=dict)
    scale: tuple[float, float] | None = None  # (low, high): the values that were mapped to 0 and to the largest value
    # column -> the numbers that mark missing values
    sentinels: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    blanked: tuple[str, ...] = ()  # pixels that were set to 0


@dataclass(frozen=True)
class RawData:
    """The values of a source of any format as one matrix, with their mistakes."""

    source: str  # the file, for messages
    # uint8 or float64, shape (n, width): the values; NaN for a field that is empty or that training does not read as a
    # number
    numbers: NDArray[Any]
    # column -> its fields as text, shape (n,), for every column with a field that is neither a number nor empty
    words: Mapping[int, NDArray[Any]]
    names: tuple[str, ...]  # name of each column in the file, or ``column 3``
    header: bool  # whether the file has the names
    rows: NDArray[np.int64]  # shape (n,): index of each row in the file, from 0, without the header and blank lines
    lines: NDArray[np.int64] | None = None  # shape (n,): line number of each row, from 1, in a text file
    # tuple of (row, line, fields): rows of a different width, or with ``ragged.OPEN`` as width, which `numbers` does
    # not contain
    broken: tuple[tuple[int, int, int], ...] = ()
    decimal_comma: bool = False  # whether decimals are written with a comma
    # shape (n,): numbers or text, once the format or a check has separated them from the inputs
    labels: NDArray[Any] | None = None
    label_name: str = ""  # name of the label column
    label_last: bool = False  # whether it was the last column; a copy with column names keeps it there
    # (rows, columns): shape of a sample as an image, if the format defines it
    image_shape: tuple[int, int] | None = None
    pictures: bool = False  # whether the inputs are pixels
    ordered: bool = True  # whether somebody chose the order of the rows; False for the images of a folder
    class_names: tuple[str, ...] = ()  # names of the classes, if `labels` are indices into them
    # image file of each row of the source, if that is a folder; indexed by `rows`: ``cats/7.png``
    files: tuple[str, ...] = ()
    # tuple of (row, reason): images that cannot be read, which `numbers` does not contain
    unreadable: tuple[tuple[int, Message], ...] = ()
    resized: tuple[int, ...] = ()  # rows of images that were resized to the most common size
    coloured: int = 0  # number of image files in colour
    row_names: bool = False  # whether the unnamed first column has row names as R writes them
    records: tuple[str, ...] = ()  # names of the columns that hold lists, records or similar
    grouped_by: tuple[str, ...] = ()  # names of the columns whose values are groups of rows that are alike
    # column -> its fields as written, shape (n,), empty if missing, for every column whose numbers would lose
    # information: codes such as ``01037``, whole numbers beyond 2**53, amounts with a unit
    exact: Mapping[int, NDArray[np.str_]] = field(default_factory=dict)
    repairs: Repairs = field(default_factory=Repairs)  # the repairs so far, for the test data

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.numbers.shape[1])

    @property
    def channels(self) -> int:
        """Values per pixel: 3 for images in colour, otherwise 1."""
        return channels_of(self.width, self.image_shape)

    def fields(self, column: int) -> NDArray[Any]:
        """Return a column without loss of information, as text if it has any, otherwise as numbers; shape (n,)."""
        return self.words.get(column, self.exact.get(column, self.numbers[:, column]))

    @property
    def label_words(self) -> NDArray[np.str_]:
        """The labels as text, with 5, 5.0 and "5" alike; shape (n,)."""
        assert self.labels is not None
        labels = self.labels
        if self.class_names:
            names: NDArray[np.str_] = np.array(self.class_names)[labels]
            return names
        if labels.dtype.kind == "f":
            return np.array([f"{label:.0f}" if label == np.floor(label) else f"{label:g}" for label in labels.tolist()])
        texts: NDArray[np.str_] = labels.astype(np.str_)
        return texts

    def repaired(self, table: RawData | None = None, /, **decided: Any) -> RawData:
        """Return a table, by default this one, with these decisions added to the repairs."""
        return replace(self if table is None else table, repairs=replace(self.repairs, **decided))

    def take(self, which: NDArray[Any]) -> RawData:
        """Return the table of these rows, given by a mask or by their indices."""
        return replace(
            self,
            numbers=self.numbers[which],
            words={column: texts[which] for column, texts in self.words.items()},
            exact={column: texts[which] for column, texts in self.exact.items()},
            rows=self.rows[which],
            lines=None if self.lines is None else self.lines[which],
            labels=None if self.labels is None else self.labels[which],
        )

    def without(self, columns: Sequence[int]) -> RawData:
        """Return the table without these columns."""
        return self.arranged([column for column in range(self.width) if column not in set(columns)])

    def arranged(self, columns: Sequence[int]) -> RawData:
        """Return the table of these columns, in this order."""
        return replace(
            self,
            numbers=np.ascontiguousarray(self.numbers[:, columns]),
            words={place: self.words[column] for place, column in enumerate(columns) if column in self.words},
            exact={place: self.exact[column] for place, column in enumerate(columns) if column in self.exact},
            names=tuple(self.names[column] for column in columns),
        )


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return unique names: the second of equal names gets the suffix ``.2``, and so on."""
    found: dict[str, None] = {}
    for name in names:
        again, own = 1, name
        while own in found:
            again += 1
            own = f"{name}.{again}"
        found[own] = None
    return tuple(found)


def numbered(count: int) -> tuple[str, ...]:
    """Return column names by position."""
    return tuple(f"column {place}" for place in range(1, count + 1))
