"""Tables with named columns, from files and from other libraries' frames: what a column holds, and its values.

`Table` hides where a table comes from and how numbers are written in it. It is what `preprocess.columns` learns from:
it hands out numbers with NaN for what is missing, and words as codes, and knows nothing of what becomes of them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...errors import DataError, FileError
from ...io.opening import Opened, open_named
from ...io.sniff import kind_of
from ..validation import TRUTH, plain
from .columnar import TYPED, read_typed
from .csv import read_delimited
from .decimals import Decimals, decimals_as_learnt, decimals_of
from .header import MISSING
from .interchange import frame_of
from .numbers import CODE, beside_in, few, mostly_dates, numbers_in, several_beside, signs_in, strays_in
from .units import has_units, unit_of

_FEW_NUMBERS = 10  # different ones
_PAIRS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"t", "f"})


@dataclass(frozen=True)
class Table:
    """Named columns of equal length.

    Parameters
    ----------
    frame : polars.DataFrame
        The values; text without blanks around it, and null where it said that a value is missing.
    source : str
        Where it comes from, for messages.
    decimals : Decimals
        In which columns 1,5 is one and a half, and 1.000 a thousand.
    separator : str
        What separates the values in delimited text; empty if it was none.
    header : bool
        Whether the columns' names come from the source; otherwise they are column1, column2, ….
    guesses : tuple of str
        What was guessed in reading, but about decimals.
    rows : ndarray of int64, shape (n,), or None
        Which row of the source each is, from 0, where some were left out; None where none were.
    """

    frame: pl.DataFrame
    source: str
    decimals: Decimals = field(default_factory=Decimals)
    header: bool = True
    guesses: tuple[str, ...] = ()
    separator: str = ""
    rows: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self.frame.columns)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was guessed in reading and may be wrong."""
        return (*self.guesses, *self.decimals.remarks)

    @property
    def _text(self) -> pl.DataFrame:
        return self.frame.select(pl.col(pl.String))

    def take(self, rows: NDArray[np.int64]) -> Table:
        """Return the table of these rows, which keep their numbers in the source."""
        return replace(self, frame=self.frame[rows], rows=rows if self.rows is None else self.rows[rows])

    def written_as(self, learnt: Mapping[str, str]) -> Table:
        """Return the table read by a model, given the sign, comma or point, that the decimals of its columns had."""
        return replace(self, decimals=decimals_as_learnt(self._text, learnt))

    def kind(self, name: str) -> str:
        """Tell what a column holds.

        Returns
        -------
        {"number", "boolean", "text", "date", "missing", "other"}
            ``"number"`` also where one value in ten at most is a word, of no more than three different ones.
        """
        column = self.frame[name]
        dtype = column.dtype
        if column.null_count() == len(column):
            return "missing"
        if dtype.is_numeric():
            return "number"
        if dtype.is_temporal():
            return "date"
        if dtype == pl.Boolean:
            return "boolean"
        if dtype == pl.String:
            return "number" if name in self._plain else self._kind_of_text(column.drop_nulls())
        return "other"

    @cached_property
    def _plain(self) -> dict[str, NDArray[np.float64]]:
        """The numbers of columns of text that are numbers as programs write them, all read at once.

        Of a table of thousands of columns, each call that looks at one column costs more than the looking.
        """
        text = self._text
        if text.width and self.decimals.commas:
            marked = text.select(pl.all().str.contains("[.,]").any()).row(0)
            columns = zip(text.columns, marked, strict=True)
            text = text.drop(name for name, one in columns if one and name in self.decimals.commas)
        if not text.width:
            return {}
        cast = text.select(pl.all().cast(pl.Float64, strict=False))
        codes = text.select(pl.all().str.contains(CODE).any()).row(0)
        values = cast.select(pl.all().fill_null(float("nan"))).to_numpy(order="fortran")
        lost = zip(text.null_count().row(0), cast.null_count().row(0), strict=True)
        told = zip(text.columns, lost, codes, strict=True)
        return {
            name: values[:, place]
            for place, (name, (before, after), coded) in enumerate(told)
            if before == after and not coded
        }

    def _kind_of_text(self, column: pl.Series) -> str:
        # Some rows tell most columns apart from yes and no, without looking for all different words.
        if column.head(1000).str.to_lowercase().n_unique() <= 2:
            words = {*column.str.to_lowercase().unique()}
            if any(words <= pair for pair in _PAIRS):
                return "boolean"
        lengths = column.str.len_bytes()
        if column.str.contains(CODE).any() and lengths.min() == lengths.max() and column.str.contains(r"^\d+$").all():
            return "text"  # such as post codes: 01234
        beside = beside_in(column)
        if len(beside) > 1:
            return "text"  # sums in several currencies are not of one size
        if few(strays_in(column, column.name in self.decimals.commas, "".join(beside)), column):
            return "number"
        return "date" if mostly_dates(column) else "text"

    def numbers(self, name: str, beside: str | None = None) -> NDArray[np.float64]:
        """Return a column's numbers, shape (n,); NaN for what is missing, infinite or no number.

        `beside` is the sign or unit that they may have; if not given, the one that the column has.
        """
        values = self._numbers(name, beside)
        values[~np.isfinite(values)] = np.nan
        return values

    def infinite(self, name: str, beside: str | None = None) -> int:
        """Return how many numbers of a column are infinite, or larger than any that can be calculated with."""
        return int(np.isinf(self._numbers(name, beside)).sum())

    def _numbers(self, name: str, beside: str | None) -> NDArray[np.float64]:
        if name in self._plain:
            return self._plain[name].copy()
        column = self.frame[name]
        if column.dtype == pl.Boolean or column.dtype.is_numeric():
            column = column.cast(pl.Float64, strict=False)
        else:
            beside = self.beside(name) if beside is None else beside
            column = numbers_in(as_text(column), name in self.decimals.commas, beside)
        return column.fill_null(float("nan")).to_numpy(writable=True)

    def booleans(self, name: str) -> NDArray[np.float64]:
        """Return 1 for yes, 0 for no, NaN for what is missing or neither, shape (n,)."""
        column = self.frame[name]
        if column.dtype == pl.Boolean or column.dtype.is_numeric():
            values = column.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy(writable=True)
            values[(values != 0) & (values != 1)] = np.nan
            return values
        lowered = as_text(column).str.to_lowercase()
        return lowered.replace_strict(TRUTH, default=None, return_dtype=pl.Float64).fill_null(float("nan")).to_numpy()

    def truths(self, name: str) -> NDArray[np.float64]:
        """Return 1 for yes and 1, 0 for no and 0, NaN for what is missing or none of them, shape (n,)."""
        values, numbers = self.booleans(name), self.numbers(name)
        numbers[(numbers != 0) & (numbers != 1)] = np.nan
        return np.where(np.isnan(values), numbers, values)

    def words(self, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Return a column as words.

        Returns
        -------
        codes : ndarray of int64, shape (n,)
            Place of each value among the words, -1 for a missing one.
        words : tuple of str
            The different values, sorted.
        """
        column = as_text(self.frame[name])
        words = sorted(column.drop_nulls().unique().to_list())
        if not words:
            return np.full(len(column), -1), ()
        codes = column.cast(pl.Enum(words)).to_physical().cast(pl.Int64).fill_null(-1)
        return codes.to_numpy(), tuple(words)

    def signs(self, name: str) -> tuple[str, ...]:
        """Return what stands beside the numbers of a column: signs of currencies, or %, or their one unit."""
        column = self.frame[name]
        return beside_in(column.drop_nulls()) if column.dtype == pl.String and name not in self._plain else ()

    def beside(self, name: str) -> str:
        """Return the one sign or unit that stands beside the numbers of a column; empty if there is none."""
        signs = self.signs(name)
        return signs[0] if len(signs) == 1 else ""

    def is_bare(self, name: str) -> bool:
        """Tell whether a column has values, and none of them a sign or unit."""
        column = self.frame[name].drop_nulls()
        adorned = column.dtype == pl.String and (signs_in(column) or has_units(column))
        return len(column) > 0 and not adorned

    def units(self, name: str) -> dict[str, int]:
        """Return the units, or signs, that a column of text mixes, and how often each stands there; or nothing."""
        column = self.frame[name].drop_nulls()
        return several_beside(column) if column.dtype == pl.String and name not in self._plain else {}

    def numbers_among_words(self, name: str) -> tuple[int, int, str]:
        """Return how many values a column of words has, how many are numbers, and its commonest word.

        0 are numbers where that is less than half of them, or few different ones, such as grades, or where many words
        stand among them, as in codes.
        """
        column = self.frame[name].drop_nulls()
        if column.dtype != pl.String:
            return len(column), 0, ""
        numbers = numbers_in(column, name in self.decimals.commas, unit_of(column, 0.5))
        count = len(column) - numbers.null_count()
        words = column.filter(numbers.is_null())
        few = numbers.drop_nulls().n_unique() <= _FEW_NUMBERS or words.n_unique() > _FEW_NUMBERS
        if few or count < len(column) / 2 or not len(words):
            return len(column), 0, ""
        return len(column), count, str(words.mode().sort()[0])

    def strays(self, name: str, beside: str | None = None) -> tuple[int, tuple[str, ...]]:
        """Return how many values of a column of numbers are words, and which words; `beside` as for `numbers`."""
        column = self.frame[name]
        if column.dtype.is_numeric() or column.dtype == pl.Boolean or name in self._plain:
            return 0, ()
        column = as_text(column).drop_nulls()
        beside = self.beside(name) if beside is None else beside
        found = strays_in(column, name in self.decimals.commas, beside)
        return len(found), tuple(sorted(found.unique().to_list()))

    def describe(self, name: str) -> dict[str, Any]:
        """Return a column's name, kind, part of missing values, number of different ones, and some of them.

        Among numbers all else is missing, as for training. Examples are the smallest, median and largest number, or the
        commonest words.
        """
        column, kind = self.frame[name], self.kind(name)
        examples: list[Any] = []
        missing = column.null_count() / len(column)
        if kind == "number":
            values = self.numbers(name)
            missing = float(np.isnan(values).mean())
            values = values[~np.isnan(values)]
            if len(values):  # else all are infinite
                # Halved and doubled: of two large numbers in the middle, the sum is none.
                examples = [float(v) for v in (values.min(), 2 * np.median(values / 2), values.max())]
        elif kind in ("text", "boolean"):
            codes, words = self.words(name)
            counts = np.bincount(codes[codes >= 0])
            examples = [words[k] for k in np.argsort(-counts, kind="stable")[:4]]
        elif kind != "missing":
            examples = [str(value) for value in column.drop_nulls().head(2).to_list()]
        return {
            "name": name,
            "kind": kind,
            "missing": missing,
            "different": column.drop_nulls().n_unique() if kind != "other" else None,
            "examples": examples,
        }

    def spelt(self, name: str, row: int) -> str:
        """Return a value as it would stand in a file of text."""
        return str(as_text(self.frame[name][[row]])[0])

    def row(self, number: int) -> dict[str, Any]:
        """Return the values of a row as they stand there, None for a missing one; rows count from 0."""
        return self.frame.row(number, named=True)


def read_table(source: Any, expected: Collection[str] = ()) -> Table:
    """Read a table with named columns.

    Parameters
    ----------
    source : str, path, data frame or array
        A file of delimited text (comma, semicolon, tab or bar), Parquet, Arrow (Feather), NDJSON or JSON, any of them
        gzip'ed; ``"-"`` for one on standard input; a frame of polars, pandas or Arrow; a mapping of names to columns;
        a NumPy array, shape (n, columns), whose columns are called column1, column2, … unless it names them itself.
    expected : collection of str
        Names of columns that there should be: one of them in the first line of text makes it a header.

    Returns
    -------
    Table

    Raises
    ------
    FileError
        GN001 to GN006 when the file is missing, unreadable, of an unknown kind or damaged.
    DataError
        GN010 when there are no rows, GN011 or GN012 when text is no table, GN063 for names that occur twice, GN065 for
        an object that is no table.
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, str | os.PathLike):
        opened = open_named(source)
        return parse_frame(opened, expected)
    frame = frame_of(source)
    if not len(frame) or not frame.width:
        raise DataError("GN010", "the table: no rows, expected samples.")
    return _table(frame, "the table", header=not isinstance(source, np.ndarray))


def parse_frame(opened: Opened, expected: Collection[str] = ()) -> Table:
    """Read an opened file as a table; arguments, result and errors as for `read_table`."""
    kind = kind_of(opened)
    if kind == "text":
        text = read_delimited(opened, expected)
        return _table(text.frame, opened.name, header=text.header, guesses=text.remarks, separator=text.separator)
    if kind not in TYPED:
        raise FileError("GN005", f"{opened.name}: {kind} data, expected a table with named columns.")
    frame = read_typed(opened, kind)
    if not len(frame) or not frame.width:
        raise DataError("GN010", f"{opened.name}: no rows, expected samples. Check the file.")
    return _table(frame, opened.name)


def _table(frame: pl.DataFrame, source: str, separator: str = "", **facts: Any) -> Table:
    table = Table(cleaned(frame), source, separator=separator, **facts)
    return replace(table, decimals=decimals_of(table._text, separator))


def as_text(column: pl.Series) -> pl.Series:
    """Return a column of any type as text, numbers as they would stand in a file of whole numbers."""
    if column.dtype.is_float():
        return pl.Series(column.name, [None if v is None or v != v else plain(v) for v in column], pl.String)
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object, pl.Duration):  # polars has no text for them
        return pl.Series(column.name, [None if value is None else str(value) for value in column.to_list()], pl.String)
    return column.cast(pl.String)


def cleaned(frame: pl.DataFrame) -> pl.DataFrame:
    """Take blanks from the ends of text, and put null for what says that a value is missing."""
    frame = frame.with_columns(
        pl.col(pl.Categorical, pl.Enum).cast(pl.String),
        pl.col(pl.Float32, pl.Float64).fill_nan(None),
        pl.col(pl.Null).cast(pl.String),
    )
    text = pl.col(pl.String).str.strip_chars()
    return frame.with_columns(pl.when(~text.str.to_lowercase().is_in(list(MISSING))).then(text))
