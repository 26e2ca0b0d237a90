"""Columns: what is learnt about a table's columns once, saved with the model, and applied to every table after.

The inputs are encoded as `encoders` says; the target tells whether classes or numbers are to be predicted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...data.validation import AUTO, OTHER
from ...errors import DataError
from ...i18n.language import listed
from .encoders import Encoded, Encoding, NumberColumn, encoding_from, non_numeric_remarks
from .selection import (
    THOUSANDS,
    about_decimals,
    about_numbers,
    about_numbers_in_words,
    about_spellings,
    examples,
    learn_inputs,
    quoted,
)
from .target import Target, labels_of, learn_targets, values_of

if TYPE_CHECKING:
    from ...data.tables.table import Column, Table

VERSION = 2
"""Of what is saved: since 2 there can be several targets."""


@dataclass(frozen=True)
class Columns:
    """How the columns of a table become a network's inputs and targets.

    Parameters
    ----------
    inputs : tuple of NumberColumn, BooleanColumn or WordColumn
        In the order of the training table.
    targets : tuple of Target
        The columns to predict: one of classes or numbers, or several of labels or numbers.
    dropped : tuple of (str, str)
        Name of each column that is left out, and why.
    remarks : tuple of str
        What was decided and may be wrong; not saved.
    commas : frozenset of str
        Names of the columns whose decimals had a comma in the training table: there 1.234 is a thousand and more in
        other tables as well.
    """

    inputs: tuple[Encoding, ...]
    targets: tuple[Target, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    commas: frozenset[str] = frozenset()

    @classmethod
    def learn(
        cls,
        table: Table,
        target: str | Sequence[str],
        *,
        task: str | None = None,
        drop: Sequence[str] = (),
        keep: Sequence[str] = (),
        rows: NDArray[np.int64] | None = None,
    ) -> Columns:
        """Learn from a training table.

        Parameters
        ----------
        table : Table
            All rows that are known.
        target : str or sequence of str
            Name of the column to predict; or names of several: of labels (0 and 1, or yes and no), or of numbers.
        task : {"classes", "numbers"}, optional
            Decided by the columns if not given; labels are classes.
        drop, keep : sequence of str
            Names of columns to leave out, and to use although they look like identifiers.
        rows : ndarray of int64, optional
            The training rows, all if not given. Medians, words and so on come from these alone; what a column is, and
            which classes there are, is seen in all.

        Raises
        ------
        DataError
            GN060 when a named column is not there, GN061 for a column of dates, GN062 when no input is left, GN064
            when the target cannot be predicted.
        OptionError
            GN021 for another task.
        """
        asked = (target,) if isinstance(target, str) else tuple(target)
        for name in (*asked, *drop, *keep):
            require_column(table, name)
        columns = table.columns(name for name in table.names if name in asked or name not in drop)
        learnt, remarks = learn_targets(table.source, [columns[name] for name in asked], task)
        remarks = about_decimals(columns.values()) + remarks
        remarks += [text for one in learnt if one.task == "numbers" for text in about_numbers(columns[one.name])]
        for one in learnt:
            column = columns[one.name]
            if one.task == "classes":
                of_words = about_spellings(column) + (about_numbers_in_words(column) if task is None else [])
                remarks += non_numeric_remarks(column, "") if one.numeric else of_words
        others = [column for name, column in columns.items() if name not in asked]
        _refuse_dates(table.source, [one for one in others if one.kind in ("date", "other")])
        inputs, useless, about = learn_inputs(others, rows, keep)
        remarks += about
        dropped = [*((name, "listed in --drop") for name in drop if name not in asked), *useless]
        if not inputs:
            targets = ", ".join(map(repr, asked))
            if not useless:
                raise DataError("GN062", f"{table.source}: no column is left to predict {targets} from.")
            (name, reason), others = useless[0], len(useless) - 1
            more = f" {others} more column{'s' * (others > 1)} excluded." if others else ""
            raise DataError(
                "GN062",
                f"{table.source}: no column is left to predict {targets} from. Column {name!r} is excluded: {reason}."
                f"{more}",
            )
        commas = frozenset(name for name in _numbers(inputs, learnt) if columns[name].decimal == ",")
        return cls(tuple(inputs), learnt, tuple(dropped), tuple(remarks), commas)

    @property
    def task(self) -> str:
        """``"classes"``, ``"numbers"``, or ``"labels"`` of which each holds or not."""
        return "labels" if self.targets[0].task == "label" else self.targets[0].task

    @property
    def target_names(self) -> tuple[str, ...]:
        """Names of the table's columns that are predicted."""
        return tuple(one.name for one in self.targets)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What the network's outputs are called: the classes, or the columns of labels or numbers."""
        return self.targets[0].classes or self.target_names

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the network's inputs."""
        return tuple(name for one in self.inputs for name in one.features)

    def gathered(self, shares: NDArray[np.floating[Any]]) -> list[tuple[str, float]]:
        """Add up what the inputs of each column share, shape (features,), under the name of the largest among them."""
        found, start = [], 0
        for one in self.inputs:
            part = shares[start : start + len(one.features)]
            found.append((one.features[int(np.abs(part).argmax())], float(part.sum())))
            start += len(part)
        return found

    def decode(self, inputs: NDArray[np.floating[Any]]) -> dict[str, float | dict[str, float]]:
        """Return what each column's inputs, together shape (features,), stand for: a number, or how much of each word.

        It undoes `apply` but for what this forgets: which of the rare words a word was, and digits beyond float32's.
        """
        ends = np.cumsum([len(one.features) for one in self.inputs])[:-1]
        return {one.name: one.decode(part) for one, part in zip(self.inputs, np.split(inputs, ends), strict=True)}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the table's columns that are needed."""
        return tuple(one.name for one in self.inputs)

    def apply(self, table: Table) -> Encoded:
        """Encode a table's rows.

        Parameters
        ----------
        table : Table
            With at least the columns `names`, in any order.

        Returns
        -------
        ndarray of float32, shape (n, features)

        Raises
        ------
        DataError
            GN060 when columns are missing.
        """
        self.require(table, self.names)
        columns = self._parsed(table, self.inputs)
        return np.concatenate([one.encode(columns[one.name]) for one in self.inputs], axis=1, dtype=np.float32)

    def _parsed(self, table: Table, wanted: Sequence[Encoding | Target]) -> dict[str, Column]:
        """Return columns of a table, numbers read as in training.

        Raises
        ------
        DataError
            GN017 when the decimals of one column are written in another way, and those of another could be.
        """
        numbers = {
            one.name: one
            for one in wanted
            if isinstance(one, NumberColumn) or (isinstance(one, Target) and one.is_number)
        }
        columns = table.columns(one.name for one in wanted if one.name not in numbers)
        signs = {name: "," if name in self.commas else "." for name in numbers}
        columns |= table.columns_as({name: (one.unit, signs[name]) for name, one in numbers.items()})
        if table.decimal == AUTO:
            changed = [name for name in numbers if columns[name].found and columns[name].decimal != signs[name]]
            for name in numbers if changed else ():
                one = columns[name]
                if name not in changed and one.reads_as(OTHER[one.decimal]) and examples([one], "[.,]", ""):
                    raise DataError(
                        "GN017",
                        f"{table.source}: column {changed[0]!r} has another decimal sign than in training, and column "
                        f"{name!r} is ambiguous. Pass --decimal . or --decimal , (in Python: read_table(…, "
                        "decimal='.')).",
                    )
        return columns

    def surprises(self, table: Table) -> list[str]:
        """Say which values of a table training did not know, and what they are taken for.

        Columns as for `apply`; of the targets those that are there.
        """
        known = [*self.inputs, *(one for one in self.targets if one.name in table.names)]
        columns = self._parsed(table, known)
        remarks = self._about_decimals(columns)
        remarks += [text for one in known for text in one.surprises(columns[one.name])]
        numbers = [one for one in self.inputs if isinstance(one, NumberColumn)]
        far = [(one, number) for one in numbers if (number := one.far_number(columns[one.name])) is not None]
        for one, number in far[:1]:
            where = f"column {one.name!r}"
            if len(far) > 1:
                where = f"column {one.name!r} and {len(far) - 1:,} more"
            remarks.append(
                f"{where}: most numbers, such as {number:g}, are far outside the training range {one.low:g} to "
                f"{one.high:g}; check the unit"
            )
        return remarks

    def _about_decimals(self, columns: Mapping[str, Column]) -> list[str]:
        """Say how decimals in text are read where it could be wrong, and whether that is as in training."""
        text = [one for one in columns.values() if one.found and one.is_text]
        commas = [one for one in text if one.decimal == ","]
        as_before = [one for one in commas if one.name in self.commas]
        new = [one for one in commas if one.name not in self.commas]
        points = [one for one in text if one.decimal == "." and one.name in self.commas]
        return [
            *examples(new, ",", "{where}: {value} is read with a decimal comma, unlike in training"),
            *examples(
                new,
                r"\d\.\d{3}",
                "{where}: {value} is read with a point between thousands, unlike in training",
            ),
            *examples(points, r"\.", "{where}: {value} is read with a decimal point, unlike in training"),
            *examples(
                points,
                r"\d,\d{3}",
                "{where}: {value} is read with a comma between thousands, unlike in training",
            ),
            *examples(
                as_before,
                r"\d\.\d{3}",
                "{where}: {value} is read with a point between thousands, as in training",
            ),
            *examples(
                as_before, r"^[^.]*\d,\d{3}\D*$", "{where}: {value} is read with a decimal comma, as in training"
            ),
            *examples(
                [one for one in text if one.decimal == "." and one.name not in self.commas and one.kind == "number"],
                r"\d,\d{3}",
                THOUSANDS,
            ),
        ]

    def answers(self, table: Table) -> tuple[NDArray[np.int64], NDArray[np.int64] | NDArray[np.float64]]:
        """Return the rows that have every target, and theirs.

        Returns
        -------
        rows : ndarray of int64, shape (m,)
            The rows in which no target is missing.
        targets : ndarray
            int64, shape (m,), for classes; float64, shape (m, targets), for numbers, and for labels: 1 for one that
            holds and 0 for the others.

        Raises
        ------
        DataError
            GN060 when a column is missing, GN064 for a class that training did not know, a label that is neither 0 nor
            1, words instead of numbers, or when no row has all.
        """
        self.require(table, self.target_names)
        columns = self._parsed(table, self.targets)
        if self.task != "classes":
            values = np.stack([values_of(table.source, columns[one.name], one) for one in self.targets], axis=1)
            rows = np.flatnonzero(~np.isnan(values).any(axis=1))
            _some(rows, table, self.target_names)
            return rows, values[rows]
        (target,) = self.targets
        labels = labels_of(table.source, columns[target.name], target)
        rows = np.flatnonzero(labels >= 0)
        _some(rows, table, (target.name,))
        return rows, labels[rows]

    def require(self, table: Table, names: Iterable[str]) -> None:
        """Refuse a table without these columns: DataError GN060."""
        there = set(table.names)
        missing = [name for name in names if name not in there]
        if not missing:
            return
        shown = listed([repr(name) for name in missing], 8)
        others = [name for name in table.names if name not in {*self.names, *self.target_names}]
        near = [close[0] for name in missing if (close := _near(name, others, 1))]
        hint = f" Rename {', '.join(map(repr, near[:5]))}." if near else " Add the missing columns."
        if not table.header:
            hint = " Its first line has no column names. Add them."
        raise DataError(
            "GN060",
            f"{table.source}: missing column{'s' * (len(missing) != 1)} {shown}, which the model needs.{hint}",
        )

    def summary(self) -> list[tuple[str, str]]:
        """Return each column's name and one line about it: inputs, target, and what is left out."""
        return [
            *((one.name, str(one)) for one in self.inputs),
            *((one.name, str(one)) for one in self.targets),
            *((name, f"excluded: {why}") for name, why in self.dropped),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a file."""
        targets = [one.to_dict() for one in self.targets]
        return {
            # One target is written as it always was, so that the first version reads it.
            "version": VERSION if len(targets) > 1 else 1,
            "inputs": [one.to_dict() for one in self.inputs],
            **({"targets": targets} if len(targets) > 1 else {"target": targets[0]}),
            "dropped": [list(pair) for pair in self.dropped],
            **({"decimal_comma": sorted(self.commas)} if self.commas else {}),
        }

    @classmethod
    def from_dict(cls, described: dict[str, Any]) -> Columns:
        """Make the columns from what `to_dict` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            When it is not of that form, or of a newer version.
        """
        if described["version"] not in (1, VERSION):
            raise ValueError(f"columns: version {described['version']}, expected {VERSION} or lower")
        found = described["targets"] if described["version"] == VERSION else [described["target"]]
        targets = tuple(map(Target.from_dict, found))
        dropped = tuple((str(name), str(why)) for name, why in described["dropped"])
        inputs = tuple(map(encoding_from, described["inputs"]))
        commas = described.get("decimal_comma", ())
        if commas is True:  # as it was written before columns could differ
            commas = [one.name for one in (*inputs, *targets)]
        return cls(inputs, targets, dropped, commas=frozenset(map(str, commas)))


def _numbers(inputs: Sequence[Encoding], targets: Sequence[Target]) -> list[str]:
    """Return the names of the columns of numbers."""
    of_numbers = [one.name for one in inputs if isinstance(one, NumberColumn)]
    return of_numbers + [one.name for one in targets if one.is_number]


def require_column(table: Table, name: str) -> None:
    """Refuse the name of a column that a table does not have, with the names near to it: DataError GN060."""
    if name in table.names:
        return
    near = _near(name, table.names, 3, 0.5)
    hint = f"Did you mean {', '.join(map(repr, near))}?" if near else f"Columns: {listed(table.names, 10)}."
    parts = [part.strip() for part in name.split(",")]
    if len(parts) > 1 and all(part in table.names for part in parts):
        hint = f"Pass {' '.join(f'--target {quoted(part)}' for part in parts)}."
    if not table.header:
        hint += " Its first line has no column names."
    if len(table.names) == 1:
        hint += " The file was read as a single column; separate values by commas, semicolons, tabs or bars."
    raise DataError("GN060", f"{table.source}: no column {name!r}. {hint}")


def _near(name: str, names: Sequence[str], count: int, alike: float = 0.6) -> list[str]:
    """Return the names most like another, small and capital letters taken for the same."""
    lowered = {one.lower(): one for one in names}
    return [lowered[one] for one in difflib.get_close_matches(name.lower(), lowered, count, alike)]


def _some(rows: NDArray[np.int64], table: Table, names: Sequence[str]) -> None:
    if len(rows):
        return
    where = f"{table.source}, target {', '.join(map(repr, names))}"
    if len(names) == 1:
        raise DataError("GN064", f"{where}: every value is missing.")
    raise DataError("GN064", f"{where}: no row has all of these targets.")


def _refuse_dates(source: str, columns: Sequence[Column]) -> None:
    if not columns:
        return
    names = [one.name for one in columns]
    example = str(columns[0].series.drop_nulls().head(1).to_list()[0])
    what, way = "dates or times", "numbers, such as days since a fixed date"
    if columns[0].kind != "date":
        what, way = "lists, records or the like", "columns of numbers or words"
    drops = " ".join(f"--drop {quoted(name)}" for name in names)
    shown = ", ".join(map(repr, names))
    raise DataError(
        "GN061",
        f"{source}, column{'s' * (len(names) != 1)} {shown}: {what} (such as {example[:40]!r}), expected numbers or "
        f"words. Convert to {way}, or pass {drops}.",
    )
