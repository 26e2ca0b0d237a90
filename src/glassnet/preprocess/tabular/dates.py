"""Encoding of dates: days since the first training date, year, month, weekday and hour, each as a column of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...data.tables.date_form import DateForm
from ...messages.formats import share_text
from ...messages.message import Listing, Message
from .encoders import MISSING, Encoded, NumberColumn, shown_examples
from .number_block import NumberBlock
from .summaries.columns import DateSummary, OddValues, quantities_of

if TYPE_CHECKING:
    from ...data.tables.dates import Moments
    from ...data.tables.table import Column

QUANTITIES = ("days", "year", "month", "weekday", "hour")
"""What can be an input, in this order; days are since the first training date, and Monday is weekday 0."""
_WORDS = {"year": Message("year"), "month": Message("month"), "weekday": Message("weekday"), "hour": Message("hour")}
_ORDERS = {"day": Message(", day first"), "month": Message(", month first")}
_SHOWN = 40  # characters of a value in a remark
_CHOICES = 33  # dates that `choices` returns
_FARTHEST = 366 * 100_000
"""Most days after the first date that an input decodes to."""


@dataclass(frozen=True)
class DateColumn:
    """Dates, as several numbers that are scaled like a `NumberColumn`, with a flag for missing values.

    Quantities that do not vary in training are left out, except for the days.

    Parameters
    ----------
    name : str
        The column.
    first, last : str
        The first and the last training date, such as 2019-01-03; `first` is day 0.
    parts : tuple of NumberColumn
        The quantities, named as in `QUANTITIES`.
    missing : float
        Fraction of the training rows without a date; if it is above 0, a last input flags missing values.
    order, zone : str
        As in `DateForm`.
    """

    name: str
    first: str
    last: str
    parts: tuple[NumberColumn, ...]
    missing: float
    order: str = ""
    zone: str | None = None
    is_continuous: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Raise ValueError for dates or parts that cannot be used, as a file may have."""
        names = [one.name for one in self.parts]
        if names != [name for name in QUANTITIES if name in names] or names[:1] != ["days"]:
            raise ValueError(f"parts of column {self.name!r}: {', '.join(names)}, expected days first")
        if np.isnat(self._ends).any():
            raise ValueError(f"dates of column {self.name!r}: one is missing")
        if self.form.minutes is None:
            from ...data.tables.dates import require_zone  # loads polars

            require_zone(self.zone or "")

    @classmethod
    def from_summary(cls, name: str, summary: DateSummary, form: DateForm) -> DateColumn:
        """Learn from what is counted of a column with at least one date."""
        first = summary.first
        quantities = {**summary.parts, "days": summary.parts["days"].shifted(-int(first.astype(np.int64)))}
        parts = tuple(
            NumberColumn.from_summary(quantity, one)
            for quantity, one in quantities.items()
            if quantity == "days" or one.low != one.high
        )
        missing = 1 - summary.count / summary.rows
        return cls(name, str(first), str(summary.last), parts, missing, form.order, form.zone)

    @property
    def form(self) -> DateForm:
        """The form of the dates, in which those of other tables are read."""
        return DateForm(self.order, self.zone)

    @property
    def _ends(self) -> Moments:
        return np.array([self.first, self.last], "M8[D]")

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the inputs."""
        features = [f"{self.name} {feature}" for one in self.parts for feature in one.features]
        return (*features, *[f"{self.name} {MISSING}"] * (self.missing > 0))

    def inputs_of(self, moments: Moments) -> Encoded:
        """Return the inputs of dates, shape (n,) with NaT for missing ones, shape (n, features)."""
        encoded = np.zeros((len(moments), len(self.features)), np.float32)
        NumberBlock(self.parts_at(0), self.flags_at(0, 0)).encode(np.stack(self.quantities(moments)), encoded)
        return encoded

    def parts_at(self, start: int) -> list[tuple[NumberColumn, int]]:
        """Return each part with the place of its first input, if the column's inputs begin at `start`."""
        widths = (len(one.features) for one in self.parts)
        return list(zip(self.parts, accumulate(widths, initial=start), strict=False))

    def flags_at(self, start: int, first: int) -> list[tuple[int, int]]:
        """Return the place of the input that flags missing values, with the number `first` of the first quantity."""
        return [(first, start + len(self.features) - 1)] if self.missing else []

    def quantities(self, moments: Moments) -> list[NDArray[np.float64]]:
        """Return the quantity of each part for dates, shape (n,); NaN where a date is missing."""
        quantities = quantities_of(moments)
        quantities["days"] = quantities["days"] - int(self._ends[0].astype(np.int64))
        return [quantities[one.name] for one in self.parts]

    def choices(self) -> Encoded:
        """Return the inputs of dates over the training range, shape (choices, features); none is missing."""
        first, last = self._ends.astype("M8[us]").astype(np.int64).tolist()
        return self.inputs_of(np.linspace(first, last, _CHOICES).astype(np.int64).astype("M8[us]"))

    def middle(self) -> Encoded:
        """Return the inputs of the date in the middle of the training range, shape (features,)."""
        [inputs] = self.inputs_of(np.array([self._ends.astype("M8[us]").astype(np.int64).mean()]).astype("M8[us]"))
        return np.asarray(inputs, np.float32)

    def decode(self, inputs: ArrayLike) -> float | dict[str, float]:
        """Return the date of the days in these inputs, shape (features,), with share 1: NaN if flagged as missing."""
        values = np.asarray(inputs, float)
        if self.missing and values[-1] > 0.5:
            return float("nan")
        days = self.parts[0].decode(values[: len(self.parts[0].features)])
        moved = round(min(max(days, -_FARTHEST), _FARTHEST))
        return {str(self._ends[0] + np.timedelta64(moved, "D")): 1.0}

    def surprises(self, column: Column) -> list[Message]:
        """Return remarks on values that are not dates, and on times with or without a zone, unlike in training."""
        from ...data.tables.dates import with_zone, without_zone  # loads polars

        remarks = non_date_remarks(self.name, odd_dates(column))
        if self.zone is None or all(one.name != "hour" for one in self.parts):
            return remarks
        if self.zone and (count := int(without_zone(column.series).sum())):
            remarks.append(
                Message(
                    "column {name!r}: {count:,} times without a time zone, read as in {zone}",
                    name=self.name,
                    count=count,
                    zone=self.zone,
                )
            )
        elif not self.zone and (count := int(with_zone(column.series).sum())):
            remarks.append(
                Message(
                    "column {name!r}: {count:,} times with a time zone, which the training data did not have, "
                    "converted to UTC",
                    name=self.name,
                    count=count,
                )
            )
        return remarks

    @property
    def message(self) -> Message:
        """A line about the column."""
        missing = Message(", {share} missing, filled and flagged", share=share_text(self.missing))
        return Message(
            "dates{order}{zone}, {first} to {last} ({used}){missing}",
            first=self.first,
            last=self.last,
            used=self._used(),
            missing=missing if self.missing else "",
            **self._form(),
        )

    def __str__(self) -> str:
        return str(self.message)

    def _form(self) -> dict[str, Message | str]:
        """Return the order of day and month, and the time zone, to follow the word dates."""
        return {
            "order": _ORDERS[self.order] if self.order else "",
            "zone": Message(", time zone {zone}", zone=self.zone) if self.zone else "",
        }

    def _used(self, last: str = "") -> Listing:
        days = Message("days since {first}", first=self.first)
        return Listing([*(_WORDS[one.name] for one in self.parts[1:]), days], last=last)

    def remark(self) -> Message:
        """Return what becomes of the dates, as a sentence."""
        return Message(
            "column {name!r}: dates{order}{zone}, used as {names}",
            name=self.name,
            names=self._used("and"),
            **self._form(),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a file."""
        return {
            "kind": "date",
            "name": self.name,
            "first": self.first,
            "last": self.last,
            "parts": [one.to_dict() for one in self.parts],
            "missing": self.missing,
            **({"order": self.order} if self.order else {}),
            **({} if self.zone is None else {"zone": self.zone}),
        }


def odd_dates(column: Column) -> OddValues:
    """Return the values of a column that are not dates."""
    wrong = np.flatnonzero(column.present & np.isnat(column.moments))
    return OddValues.of([text[:_SHOWN] for text in column.texts(wrong)]) if len(wrong) else OddValues()


def non_date_remarks(name: str, odd: OddValues) -> list[Message]:
    """Return a remark on the values of a column of dates that are not dates."""
    if not (count := odd.count):
        return []
    return [
        Message(
            "column {name!r}: {count:,} values treated as missing, expected dates such as 2024-03-01 ({shown})",
            name=name,
            count=count,
            shown=shown_examples(odd.examples),
        )
    ]
