"""Tables with named columns, from files and from other libraries' frames: the kind and the values of each column.

A `Table` does not depend on its source. Each column is parsed once, and gives numbers, with NaN for missing values, or
words as codes; `preprocess.tabular.columns` fits the preprocessing to them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...errors import DataError, FileError, require_choice
from ...io.archives import files_in
from ...io.opening import Opened, open_named
from ...io.sniff import kind_of
from ...messages.message import Listing, Message, Place
from ...messages.one_line import one_line
from ...messages.progress import step
from ..arrays import are_integers
from ..validation import AUTO, DECIMALS, TRUTH, plain
from .columnar import TYPED, read_typed
from .date_form import DateForm
from .dates import Moments, are_dates, form_of, moments_of
from .description import ColumnFacts
from .missing_markers import MISSING
from .numbers import CODE, Numbers, find_numbers, read_numbers, unclear_point
from .partitions import partition_columns, with_partitions

_QUOTED = r"^'\s*([^']+?)\s*'$"
QUOTED_ROWS = 1000
"""Among the first rows, one must have words in single quotation marks for a column to be read as such."""
_DAY = 86_400_000_000
_CALENDAR = {
    pl.Date: (-719_162, 2_932_896),
    pl.Datetime: (-719_162 * _DAY, 2_932_897 * _DAY - 1),
    pl.Duration: (-999_999_999 * _DAY, 999_999_999 * _DAY),
    pl.Time: (0, 1000 * _DAY - 1),
}
"""Type -> its limits: days of the years 1 to 9999, microseconds of them, or of a difference in Python, nanoseconds."""
_PAIRS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"t", "f"})


@dataclass(frozen=True)
class Column:
    """A column and its numbers."""

    series: pl.Series  # the values as read; null if missing
    # "number", "boolean", "text", "date", "missing" or "other". Kind of the column. ``"number"`` allows words in up
    # to one value in ten; see `Numbers`.
    kind: str
    # Shape (n,); the numbers, including infinite ones; NaN for missing and non-numeric values
    values: NDArray[np.float64]
    # Result of parsing numbers in text; None if the column is typed, or all its numbers are plain
    found: Numbers | None = None
    # float64, shape (m,); the finite numbers in increasing order, if `presorted` has sorted them
    increasing: NDArray[np.float64] | None = None
    form: DateForm = field(default_factory=DateForm)  # the form of a column of dates

    def __len__(self) -> int:
        return len(self.series)

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.series.name

    @property
    def is_text(self) -> bool:
        """Whether the column was read as text, in which decimal signs and units vary."""
        return bool(self.series.dtype == pl.String)

    @property
    def unit(self) -> str:
        """The unit or sign that was stripped from the numbers; empty if there is none."""
        return self.found.unit if self.found and self.kind == "number" else ""

    @property
    def units(self) -> Mapping[str, int]:
        """All units and signs of numbers, and their counts, the most frequent first."""
        return self.found.units if self.found else {}

    @property
    def decimal(self) -> str:
        """The decimal sign: ``"."`` or ``","``."""
        return self.found.decimal if self.found else "."

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which values are not missing, shape (n,)."""
        return self.series.is_not_null().to_numpy()

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The finite numbers, shape (n,); NaN elsewhere. Not writable."""
        if self.increasing is not None and len(self.increasing) == len(self.values):
            numbers = self.values.view()
        else:
            finite = np.isfinite(self.values)
            numbers = self.values.view() if finite.all() else np.where(finite, self.values, np.nan)
        numbers.flags.writeable = False
        return numbers

    @property
    def ordered(self) -> NDArray[np.float64]:
        """The finite numbers in increasing order, shape (m,)."""
        if self.increasing is not None:
            return self.increasing
        ordered = np.sort(self.numbers)  # puts NaN last
        return ordered[: np.searchsorted(ordered, np.nan)]

    @property
    def different(self) -> NDArray[np.float64]:
        """The different finite numbers in increasing order."""
        ordered = self.ordered
        different: NDArray[np.float64] = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
        return different

    @property
    def is_whole(self) -> bool:
        """Whether all finite numbers are whole."""
        return not any((np.floor(one) < one).any() for one in (self.values[:1000], self.values))  # most end early

    def presorted(self) -> Column:
        """Return the same column with its numbers sorted, if it is of numbers, for several uses of `ordered`."""
        return replace(self, increasing=self.ordered) if self.kind == "number" else self

    @property
    def infinite(self) -> int:
        """Number of infinite values, including those beyond float64."""
        return int(np.isinf(self.values).sum())

    @property
    def non_numeric(self) -> pl.Series:
        """The values that are not numbers, as text."""
        return self.found.non_numeric if self.found else pl.Series([], dtype=pl.String)

    @property
    def truths_among_numbers(self) -> int:
        """Number of values that are true or false, and 1 or 0 as numbers."""
        if self.found:
            return self.found.truths
        return int(self.present.sum()) if self.series.dtype == pl.Boolean else 0

    @property
    def truths(self) -> NDArray[np.float64]:
        """1 for yes and 1, 0 for no and 0, NaN for missing and all other values, shape (n,)."""
        values = np.where((self.values == 0) | (self.values == 1), self.values, np.nan)
        if self.series.dtype == pl.Boolean or self.series.dtype.is_numeric():
            return values
        lowered = as_text(self.series).str.to_lowercase()
        truths = lowered.replace_strict(TRUTH, default=None, return_dtype=pl.Float64).fill_null(float("nan")).to_numpy()
        return np.where(np.isnan(truths), values, truths)

    @property
    def moments(self) -> Moments:
        """The dates, with their time of day, shape (n,); NaT for all other values. See `dates.moments_of`."""
        return moments_of(self.series, self.form)

    def words(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Return the column as words.

        The codes, int64 of shape (n,), are the index of each value among the words, -1 if missing; the words are the
        different values, sorted.
        """
        column = as_text(self.series)
        words = sorted(column.drop_nulls().unique().to_list())
        if not words:
            return np.full(len(column), -1), ()
        codes = column.cast(pl.Enum(words)).to_physical().cast(pl.Int64).fill_null(-1)
        return codes.to_numpy(), tuple(words)

    def word_counts(self, most: int | None = None, characters: int | None = None) -> dict[str, int] | None:
        """Return how often each different value occurs as a word, sorted by word.

        None for more than `most` different words, or more than so many characters in all of them.
        """
        counted = as_text(self.series).drop_nulls().value_counts()
        if most is not None and len(counted) > most:
            return None
        if characters is not None and counted.to_series(0).str.len_chars().sum() > characters:
            return None
        return dict(sorted(counted.iter_rows()))

    def texts(self, rows: NDArray[np.int64]) -> list[str]:
        """Return the values of some rows, none of them missing, as in a text file."""
        return as_text(self.series[rows]).to_list()

    def spelt(self, row: int) -> str:
        """Return a value as in a text file."""
        return str(as_text(self.series[[row]])[0])

    def take(self, rows: NDArray[np.int64]) -> Column:
        """Return these rows of the column, with the same kind and unit."""
        return replace(self, series=self.series[rows], values=self.values[rows], increasing=None)

    def reads_as(self, decimal: str) -> bool:
        """Return whether text is also numbers with this decimal sign."""
        if not self.is_text:
            return False
        return read_numbers(self.series, self.unit, decimal, decimal).few_non_numeric

    def unclear_point(self, *, alone: bool = False) -> tuple[str, float, float] | None:
        """Return a number such as 3.964 whose point may be decimal or between thousands; see `numbers.unclear_point`.

        None if the column has no such number, was not read as text, or has decimal commas.
        """
        return unclear_point(self.series, alone=alone) if self.is_text and self.decimal == "." else None

    def describe(self) -> ColumnFacts:
        """Return name, kind, fraction of missing values, number of different values, and examples.

        As in training, values that are not numbers are missing in a column of numbers. Examples are the minimum, median
        and maximum, or the most frequent words.
        """
        column, kind = self.series, self.kind
        examples: list[Any] = []
        missing = column.null_count() / len(column)
        if kind == "number":
            values = self.numbers
            missing = float(np.isnan(values).mean())
            values = values[~np.isnan(values)]
            if len(values):  # else all are infinite
                # Halved and doubled, as the sum of two large numbers may overflow.
                examples = [float(v) for v in (values.min(), 2 * np.median(values / 2), values.max())]
        elif kind in ("text", "boolean"):
            codes, words = self.words()
            counts = np.bincount(codes[codes >= 0])
            examples = [words[k] for k in np.argsort(-counts, kind="stable")[:4]]
        elif kind != "missing":
            examples = as_text(column.drop_nulls().head(2)).to_list()
        return {
            "name": self.name,
            "kind": kind,
            "missing": missing,
            "different": column.drop_nulls().n_unique() if kind != "other" else None,
            "examples": examples,
        }


@one_line
@dataclass(frozen=True)
class Table:
    """Named columns of equal length.

    Parameters
    ----------
    frame : polars.DataFrame
        The values; text without surrounding blanks, and null for missing values.
    source : str
        Source of the table, for messages.
    header : bool
        Whether the column names come from the source; otherwise they are column1, column2, ….
    remarks : tuple of Message
        Guesses in reading.
    rows : ndarray of int64, shape (n,), or None
        Number of each row in the source, from 0; None if no rows were excluded.
    decimal : {"auto", ",", "."}
        The decimal sign in columns of text: detected for each column, or given.
    typed : bool
        Whether the source distinguishes numbers from text; delimited text does not.
    separator : str
        What separates the values of delimited text; empty for other sources.
    """

    frame: pl.DataFrame
    source: str
    header: bool = True
    remarks: tuple[Message, ...] = ()
    rows: NDArray[np.int64] | None = None
    decimal: str = AUTO
    typed: bool = True
    separator: str = ""

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(self.frame.columns)

    def take(self, rows: NDArray[np.int64]) -> Table:
        """Return the table of these rows, with their row numbers in the source."""
        return replace(self, frame=self.frame[rows], rows=rows if self.rows is None else self.rows[rows])

    @property
    def numbers_of_rows(self) -> NDArray[np.int64]:
        """Number of each row in the source, from 0, shape (n,)."""
        return np.arange(len(self)) if self.rows is None else self.rows

    def joined(self, other: Table) -> Table:
        """Return the table of the rows of both, which are parts of one source with the same columns."""
        frame = pl.concat([self.frame, other.frame], how="vertical_relaxed")
        return replace(self, frame=frame, rows=np.concatenate([self.numbers_of_rows, other.numbers_of_rows]))

    def row(self, number: int) -> dict[str, Any]:
        """Return the values of a row, None for missing ones; rows count from 0."""
        return self.frame.row(number, named=True)

    def column(self, name: str) -> Column:
        """Return a column, parsed by all its rows."""
        return self.columns([name])[name]

    def type_of_classes(self, name: str, classes: Sequence[str]) -> str:
        """Return the type of a column of these classes, as `data.arrays.CLASS_TYPES`: it shows 1 from "1"."""
        dtype = self.frame[name].dtype
        if dtype == pl.Boolean:
            return "bool"
        if dtype.is_float() and are_integers(classes):
            return "float"
        return "text" if self.typed and dtype == pl.String and are_integers(classes) else ""

    def columns(self, names: Iterable[str] | None = None) -> dict[str, Column]:
        """Return some columns, or all, by their names, parsed by all their rows."""
        frame = self.frame if names is None else self.frame.select(names)
        plain = _plain_numbers(frame, frame.columns if self.decimal == "," else ())
        return {one.name: _column(one, plain.get(one.name), self.decimal) for one in frame}

    def columns_without_numbers(self, names: Iterable[str]) -> dict[str, Column]:
        """Return columns that are used only as words or dates, without searching them for numbers."""
        nothing = np.full(len(self), np.nan)
        return {name: Column(self.frame[name], "text", nothing) for name in names}

    def columns_as(self, learnt: Mapping[str, tuple[str, str]]) -> dict[str, Column]:
        """Return columns of numbers parsed as in training; `learnt` maps names to unit and decimal sign."""
        frame = self.frame.select(learnt.keys())
        signs = {name: sign if self.decimal == AUTO else self.decimal for name, (_, sign) in learnt.items()}
        plain = _plain_numbers(frame, [name for name, sign in signs.items() if sign == ","])
        columns = {}
        for one in frame:
            if one.name in plain or one.dtype.is_numeric() or one.dtype == pl.Boolean:
                columns[one.name] = Column(one, "number", plain.get(one.name, _by_type(one)))
            else:
                found = read_numbers(as_text(one), *learnt[one.name], self.decimal)
                columns[one.name] = Column(one, "number", _array(found.values), found)
        return columns


def column_of_numbers(name: str, values: NDArray[np.float64]) -> Column:
    """Return numbers, shape (n,) with NaN for missing ones, as a column."""
    return Column(pl.Series(name, values), "number", values)


def _plain_numbers(frame: pl.DataFrame, commas: Collection[str]) -> dict[str, NDArray[np.float64]]:
    """Return the values of text columns with numbers as programs write them, parsed together.

    With thousands of columns, a call per column would cost more than the parsing. Columns with decimal `commas` are
    plain only if they have no points.
    """
    text = frame.select(pl.col(pl.String))
    if commas and text.width:
        pointed = text.select(pl.all().str.contains(".", literal=True).any()).row(0)
        text = text.drop(name for name, one in zip(text.columns, pointed, strict=True) if one and name in commas)
    if not text.width:
        return {}
    cast = text.select(pl.all().cast(pl.Float64, strict=False))
    codes = text.select(pl.all().str.contains(CODE).any()).row(0)
    values = cast.select(pl.all().fill_null(float("nan"))).to_numpy(order="fortran")
    before, after = text.null_count().row(0), cast.null_count().row(0)
    return {
        name: values[:, place]
        for place, name in enumerate(text.columns)
        if before[place] == after[place] < len(text) and not codes[place]
    }


def _column(series: pl.Series, plain: NDArray[np.float64] | None, decimal: str) -> Column:
    if plain is not None:
        return Column(series, "number", plain)
    dtype = series.dtype
    if dtype.is_numeric() or dtype == pl.Boolean:
        kind = "boolean" if dtype == pl.Boolean else "number"
        return Column(series, "missing" if series.null_count() == len(series) else kind, _by_type(series))
    found = find_numbers(as_text(series), decimal)
    present = series.drop_nulls()
    kind = "date" if dtype.is_temporal() else "other"
    if not len(present):
        kind = "missing"
    elif dtype == pl.String:
        kind = (
            "boolean"
            if _is_boolean(present)
            else "number"
            if found.few_non_numeric and not _is_code(present)
            else "text"
        )
        kind = "date" if kind == "text" and not _is_code(present) and are_dates(present) else kind
    form = form_of(series) if kind == "date" else DateForm()
    return Column(series, kind, _array(found.values), found, form=form)


def _by_type(series: pl.Series) -> NDArray[np.float64]:
    values = series.cast(pl.Float64, strict=False)
    return (values.fill_null(float("nan")) if values.null_count() else values).to_numpy()


def _array(values: pl.Series) -> NDArray[np.float64]:
    return values.fill_null(float("nan")).to_numpy(writable=True)


def _is_boolean(column: pl.Series) -> bool:
    # The first rows rule out most columns, without a search for all different words.
    if column.head(1000).str.to_lowercase().n_unique() > 2:
        return False
    words = {*column.str.to_lowercase().unique()}
    return any(words <= pair for pair in _PAIRS)


def _is_code(column: pl.Series) -> bool:
    """Return whether all values are digits of one length, some with leading zeros, such as postal codes: 01234."""
    lengths = column.str.len_bytes()
    same = lengths.min() == lengths.max()
    return bool(same and column.str.contains(CODE).any() and column.str.contains(r"^\d+$").all())


def read_table(source: Any, expected: Collection[str] = (), *, decimal: str = AUTO) -> Table:
    """Read a table with named columns.

    Parameters
    ----------
    source : str, path, data frame or array
        A file of delimited text (comma, semicolon, tab or bar), Parquet, Arrow (Feather), NDJSON or JSON, optionally
        gzip-compressed; ``"-"`` for standard input; a frame of polars, pandas or Arrow; a mapping of names to columns;
        a NumPy array, shape (n, columns), whose columns are named column1, column2, … unless its dtype has names.
    expected : collection of str
        Expected column names: if the first line of text has one of them, it is a header; and one that the file lacks is
        taken from a folder such as ``year=2024`` in its path.
    decimal : {"auto", ",", "."}
        The decimal sign in columns of text; detected for each column by default.

    Returns
    -------
    Table
    """
    require_choice("decimal", decimal, DECIMALS)
    if isinstance(source, Table):
        return source if decimal == AUTO else replace(source, decimal=decimal)
    if isinstance(source, str | os.PathLike):
        with step(Message("reading {source}", source=os.fspath(source))):
            table = parse_frame(open_named(source), expected)
        [columns] = partition_columns([Path(source)], expected)
        return replace(table, frame=with_partitions(table.frame, columns), decimal=decimal)
    from .interchange import THE_TABLE, frame_of  # as below, loaded when needed: a service reads one kind of table

    frame = frame_of(source)
    if not len(frame) or not frame.width:
        raise DataError("GN010", "the table: no rows, expected samples. Check the data.")
    return Table(cleaned(frame, THE_TABLE), THE_TABLE, not isinstance(source, np.ndarray), decimal=decimal)


def parse_frame(opened: Opened, expected: Collection[str] = ()) -> Table:
    """Read an opened file as a table; arguments, result and errors as for `read_table`."""
    kind = kind_of(opened)
    if kind == "text":
        from .csv import read_delimited

        text = read_delimited(opened, expected)
        frame = cleaned(text.frame, opened.name)
        return Table(frame, opened.name, text.header, text.remarks, typed=False, separator=text.separator)
    if kind not in TYPED:
        if kind == "picture":
            raise FileError("GN005", "{name}: an image, expected a table with named columns.", name=opened.name)
        with opened.stream() as stream:
            files = files_in(stream) if kind == "npz" else []
        if "[Content_Types].xml" in files:
            raise DataError("GN019", "{name}: a spreadsheet. Save it as CSV.", name=opened.name)
        if kind == "npz" and opened.name.lower().endswith(".zip") and not any(one.endswith(".npy") for one in files):
            if not files:
                raise DataError(
                    "GN019", "{name}: an empty ZIP archive, expected data. Pack it again.", name=opened.name
                )
            raise FileError(
                "GN005",
                "{name}: a ZIP archive of {files}, expected one file with a table with named columns. Unpack "
                "it, and name that file.",
                name=opened.name,
                files=Listing(map(ascii, files), 4),
            )
        raise FileError(
            "GN005",
            "{name}: {kind} data, expected a table with named columns. Save it as CSV.",
            name=opened.name,
            kind=kind,
        )
    frame = read_typed(opened, kind)
    if not len(frame) or not frame.width:
        raise DataError("GN010", "{name}: no rows, expected samples. Check the file.", name=opened.name)
    return Table(cleaned(frame, opened.name), opened.name)


def as_text(column: pl.Series) -> pl.Series:
    """Return a column of any type as text; whole numbers have no decimals."""
    if column.dtype.is_float():
        return pl.Series(column.name, [None if v is None or v != v else plain(v) for v in column], pl.String)
    if column.dtype.is_nested() or column.dtype in (
        pl.Binary,
        pl.Object,
        pl.Duration,
    ):  # polars cannot cast them to text
        return pl.Series(column.name, [None if value is None else str(value) for value in column.to_list()], pl.String)
    return column.cast(pl.String)


def quoted_columns(text: pl.DataFrame) -> list[str]:
    """Return the columns of words in single quotation marks, as in ARFF files: of all words, or of those with blanks.

    One of the first rows must have them.
    """
    candidates = text.head(QUOTED_ROWS).select(pl.all().str.contains(_QUOTED).any()).row(0) if text.width else ()
    columns = []
    for name in (name for name, has_quotes in zip(text.columns, candidates, strict=True) if has_quotes):
        words = text[name].drop_nulls().unique()
        quoted = words.str.contains(_QUOTED)
        plain_words = words.filter(~quoted)
        same = plain_words.is_in(words.filter(quoted).str.replace(_QUOTED, "$1").to_list()).any()
        if not same and not plain_words.str.contains(r"[\s']").any():
            columns.append(name)
    return columns


def cleaned(frame: pl.DataFrame, source: str | Message, quoted: Sequence[str] | None = None) -> pl.DataFrame:
    """Strip blanks and single quotation marks around text, and replace markers of missing values by null.

    `quoted` are the columns of words in single quotation marks, if they are known from other rows.
    """
    for column in frame:
        _require_calendar(column, source)
    frame = frame.with_columns(
        pl.col(pl.Categorical, pl.Enum).cast(pl.String),
        pl.col(pl.Float32, pl.Float64).fill_nan(None),
        pl.col(pl.Null).cast(pl.String),
    )
    text = pl.col(pl.String).str.strip_chars()
    if quoted is None:
        quoted = quoted_columns(frame.select(text))
    if quoted:
        frame = frame.with_columns(pl.col(quoted).str.strip_chars().str.replace(_QUOTED, "$1"))
    frame = frame.with_columns(pl.when(~text.str.to_lowercase().is_in(list(MISSING))).then(text))
    return frame.rechunk()  # once, instead of each time that a column becomes an array


def _require_calendar(column: pl.Series, source: str | Message) -> None:
    """Raise DataError GN014 for a value of a date or time type of which polars cannot make a date or a time."""
    dtype = column.dtype
    if dtype.is_nested():
        try:
            column.to_list()
        except (pl.exceptions.PanicException, OverflowError, ValueError):
            raise DataError(
                "GN014",
                "{place}: dates or times that do not exist. Write or fetch the file again.",
                place=Place(source, column=column.name),
            ) from None
    if not dtype.is_temporal():
        return
    low, high = _CALENDAR[dtype.base_type()]
    unit = getattr(dtype, "time_unit", None)
    if unit == "ms":
        low, high = low // 1000, high // 1000
    if unit == "ns" or high >= 2**63:  # no other values fit into it
        return
    values = column.to_physical().cast(pl.Int64)
    wrong = ((values < low) | (values > high)).fill_null(False)
    if wrong.any():
        row, kind = int(wrong.arg_max() or 0), dtype.base_type()
        raise DataError(
            "GN014",
            "{place}: {value} is no {kind} of the years 1 to 9999. Empty the field, or if the file is "
            "damaged, fetch it again.",
            place=Place(source, column=column.name, row=row),
            value=values[row],
            kind=kind,
        )
