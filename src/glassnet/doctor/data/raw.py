"""The values of a source with all its mistakes: what the doctor looks at, and repairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import channels_of


@dataclass(frozen=True)
class Repairs:
    """What was decided about training data and has to be done to the test data alike.

    Parameters
    ----------
    names : tuple of str
        All columns in their order, before any was dropped.
    label_columns : tuple of str
        The column of the labels, or those over which they were spread; none where the format tells them.
    numbering : mapping of str to int
        Label as it stood there -> its number, where labels were numbered anew.
    scale : (low, high), or None
        Which values became 0 and the largest one.
    sentinels : mapping of str to tuple of float
        Column -> the numbers that were taken for missing values.
    blanked : tuple of str
        Pixels that were made 0.
    """

    names: tuple[str, ...] = ()
    label_columns: tuple[str, ...] = ()
    numbering: Mapping[str, int] = field(default_factory=dict)
    scale: tuple[float, float] | None = None
    sentinels: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    blanked: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawData:
    """The values of a source as one matrix, and what is wrong with them; whichever format they come from.

    Parameters
    ----------
    source : str
        The file, for messages.
    numbers : ndarray of uint8 or float64, shape (n, width)
        The values; NaN where a field is empty, or no number to training.
    words : mapping of int to ndarray of str objects, shape (n,)
        Column -> its fields as text, for every column with a field that is neither a number nor empty.
    names : tuple of str
        One a column: its name in the file, or ``column 3``.
    header : bool
        Whether the names stand in the file.
    rows : ndarray of int64, shape (n,)
        Which row of the file each one is, from 0, names and blank lines not counted.
    lines : ndarray of int64, shape (n,), or None
        The line of each row, from 1, where the file is text.
    broken : tuple of (row, line, fields)
        Rows of another width, or ``ragged.OPEN``, which are not among `numbers`.
    decimal_comma : bool
        Whether fractions are written with a comma.
    labels : ndarray, shape (n,), or None
        Numbers or text, where the format or a finding has told them from the inputs.
    label_name : str
        What the column of the labels is called.
    label_last : bool
        Whether it was the last column; it goes there again where columns have names.
    image_shape : (rows, columns) or None
        How a sample is drawn, where the format says so.
    pictures : bool
        Whether the inputs are pixels.
    ordered : bool
        Whether the rows stand in an order that somebody chose; the pictures of a folder do not.
    class_names : tuple of str
        What the classes are called, where `labels` are their places among these names.
    files : tuple of str
        The picture of each row of the source, where that is a folder: ``cats/7.png`` is that of `rows`.
    unreadable : tuple of (row, words)
        Pictures that cannot be read, which are not among `numbers`, and why.
    coloured : int
        How many pictures have colours in their files.
    records : tuple of str
        Names of the columns that hold lists, records or the like.
    row_names : bool
        Whether the first column, without a name, only names the rows, as R writes them.
    resized : tuple of int
        Rows of pictures that have another size than most, and were brought to theirs.
    exact : mapping of int to ndarray of str, shape (n,)
        Column -> its fields as they are written, empty where missing, for every column in which a number would not
        bring them back: codes such as ``01037``, whole numbers beyond 2**53, amounts with a unit.
    repairs : Repairs
        What was decided about it, for the test data to follow.
    """

    source: str
    numbers: NDArray[Any]
    words: Mapping[int, NDArray[Any]]
    names: tuple[str, ...]
    header: bool
    rows: NDArray[np.int64]
    lines: NDArray[np.int64] | None = None
    broken: tuple[tuple[int, int, int], ...] = ()
    decimal_comma: bool = False
    labels: NDArray[Any] | None = None
    label_name: str = ""
    label_last: bool = False
    image_shape: tuple[int, int] | None = None
    pictures: bool = False
    ordered: bool = True
    class_names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    unreadable: tuple[tuple[int, str], ...] = ()
    resized: tuple[int, ...] = ()
    coloured: int = 0
    row_names: bool = False
    records: tuple[str, ...] = ()
    exact: Mapping[int, NDArray[np.str_]] = field(default_factory=dict)
    repairs: Repairs = field(default_factory=Repairs)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.numbers.shape[1])

    @property
    def channels(self) -> int:
        """Numbers a pixel: 3 where pictures keep their colours, otherwise 1."""
        return channels_of(self.width, self.image_shape)

    def fields(self, column: int) -> NDArray[Any]:
        """Return a column as what tells its fields apart: text where there is any, else numbers; shape (n,)."""
        return self.words.get(column, self.exact.get(column, self.numbers[:, column]))

    @property
    def label_words(self) -> NDArray[np.str_]:
        """The labels as text, so that 5, 5.0 and "5" are one: shape (n,)."""
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
        """Return a table, this one if none is given, that remembers what was decided about this one."""
        return replace(self if table is None else table, repairs=replace(self.repairs, **decided))

    def take(self, which: NDArray[Any]) -> RawData:
        """Return the table of these rows, given by a mask or by their places in it."""
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


def apart(names: Sequence[str]) -> tuple[str, ...]:
    """Return names that differ: of several that are the same, the second has ``.2`` behind it."""
    found: dict[str, None] = {}
    for name in names:
        again, own = 1, name
        while own in found:
            again += 1
            own = f"{name}.{again}"
        found[own] = None
    return tuple(found)


def numbered(count: int) -> tuple[str, ...]:
    """Name columns by their place."""
    return tuple(f"column {place}" for place in range(1, count + 1))
