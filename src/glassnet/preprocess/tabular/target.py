"""The target columns of a table: classes, numbers or labels, inferred from their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...data.validation import TRUTH, is_sign, plain
from ...errors import DataError, OptionError, require_choice
from ...messages.message import Listing, Message, Place, Sentences
from ...messages.option_spelling import Option
from .encoders import LARGEST, non_numeric_remarks, odd_numbers, unit_remarks
from .summaries.columns import MOST_WORDS, TargetSummary
from .summaries.distinct import CAP, DistinctValues

if TYPE_CHECKING:
    from ...data.tables.table import Column

TASKS = ("classes", "numbers")
_FEW_VALUES = 10
_MANY_CLASSES = 1000
_TRUTHS = {**TRUTH, "0": 0.0, "1": 1.0}
_KINDS = {"text": Message("words"), "boolean": Message("yes and no")}
_AS_CLASSES, _AS_NUMBERS = Option("task", "classes"), Option("task", "numbers")


@dataclass(frozen=True)
class Target:
    """A column to predict.

    Parameters
    ----------
    name : str
    task : {"classes", "numbers", "label"}
        Classification, regression, or a label that is present or not.
    classes : tuple of str
        Names of the classes; empty otherwise.
    numeric : bool
        Whether the class names are numbers, so that 1 and 1.0 are the same class.
    unit : str
        The unit or sign written next to the target numbers, as in 12 km; empty if there is none.
    """

    name: str
    task: str
    classes: tuple[str, ...] = ()
    numeric: bool = False
    unit: str = field(default="", metadata={"key": "beside"})

    @property
    def suffix(self) -> str:
        """Text to append to a predicted number: a space and its unit, or nothing."""
        return f" {self.unit}" if self.unit else ""

    @property
    def is_number(self) -> bool:
        """Whether the column has numbers, as regression targets or as class names."""
        return self.numeric or self.task == "numbers"

    def surprises(self, column: Column) -> list[Message]:
        """Return remarks on values that are not numbers, or have another unit or sign than in training."""
        if not self.is_number or not _mostly_numbers(column):
            return []
        units = unit_remarks(column, self.unit) if self.task == "numbers" else []
        return non_numeric_remarks(self.name, odd_numbers(column), self.unit) + units

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for a file."""
        described = {**asdict(self), "classes": list(self.classes)}
        unit = described.pop("unit")
        return {**described, "beside": unit} if unit else described  # older files lack it, and "beside" is its old name

    @classmethod
    def from_dict(cls, described: dict[str, Any]) -> Target:
        """Make a target from the result of `to_dict`."""
        values = {**described, "classes": tuple(described["classes"]), "unit": described.get("beside", "")}
        values.pop("beside", None)
        return cls(**values)

    @property
    def message(self) -> Message:
        """A line about the target."""
        if self.task == "numbers" and self.unit:
            return Message("the target, numbers in {unit}", unit=self.unit)
        if self.task == "numbers":
            return Message("the target, numbers")
        if self.task == "label":
            return Message("the target, a label")
        return Message("the target, {count} classes ({names})", count=len(self.classes), names=Listing(self.classes, 6))

    def __str__(self) -> str:
        return str(self.message)


def learn_targets(
    source: str, columns: Sequence[Column], task: str | None, summaries: Sequence[TargetSummary]
) -> tuple[tuple[Target, ...], list[Message]]:
    """Infer the targets: classes or numbers for one column, labels or numbers for several; return remarks too.

    Of a table in parts, the columns have its first rows; `summaries` are what is counted of each in all rows. The task,
    if given, is ``"classes"`` or ``"numbers"``; `source` is the table, for messages.
    """
    names = [one.name for one in columns]
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise OptionError("GN022", "target {name!r}: given twice. Name each target once.", name=twice[0])
    if len(columns) == 1:
        target, remarks = learn_target(source, columns[0], task, summaries[0])
        return (target,), remarks
    labels = [one.name for one in columns if are_labels(one)]
    if task == "numbers" or (task is None and not labels):
        learnt = [_number_among_several(source, *one) for one in zip(columns, summaries, strict=True)]
    elif len(labels) == len(names):
        learnt = [_learn_label(source, *one) for one in zip(columns, summaries, strict=True)]
    else:
        other = next(name for name in names if name not in labels)
        unlike = Message(", unlike {name!r}", name=labels[0]) if labels else ""
        numbers = all(one.kind == "number" for one in columns)
        advice = Sentences(
            Message("To predict all as numbers, pass {option}.", option=_AS_NUMBERS) if numbers else None,
            Message("Otherwise train a network for each target."),
        )
        raise DataError(
            "GN064",
            "{place}: not 0 and 1, or yes and no{unlike}. Several targets must be all labels or all numbers. {advice}",
            place=Place(source, target=other),
            unlike=unlike,
            advice=advice,
        )
    return tuple(one for one, _ in learnt), [remark for _, remarks in learnt for remark in remarks]


def _number_among_several(source: str, column: Column, summary: TargetSummary) -> tuple[Target, list[Message]]:
    kind = column.kind
    if kind not in ("number", "missing"):
        raise DataError(
            "GN064",
            "{place}: {kind}, expected numbers. Several targets must be all labels (0 and 1, yes and no) "
            "or all numbers. Convert it to one column of 0 and 1 per word, or predict it alone.",
            place=Place(source, target=column.name),
            kind=_KINDS.get(kind, Message("dates or lists")),
        )
    return learn_target(source, column, "numbers", summary)


def are_labels(column: Column) -> bool:
    """Return whether every value of a column is 0 or 1, or yes or no."""
    present, truths = column.present, column.truths
    return bool(present.any() and not np.isnan(truths[present]).any())


def _learn_label(source: str, column: Column, summary: TargetSummary) -> tuple[Target, list[Message]]:
    assert summary.truths is not None
    name, share = column.name, summary.truths.yes / (summary.truths.yes + summary.truths.no)
    if share in (0.0, 1.0):
        which = "no" if share == 0 else "yes"
        raise DataError(
            "GN064",
            "{place}: the label is {which} in every row, expected both. Remove it from the targets.",
            place=Place(source, target=name),
            which=which,
        )
    return Target(name, "label"), [
        Message("target {name!r}: a label, yes in {percent} of the rows", name=name, percent=_percent(share))
    ]


def values_of(source: str, column: Column, target: Target) -> NDArray[np.float64]:
    """Return the numbers of a target column, or 1 and 0 for a label, shape (n,); NaN where missing."""
    if target.task == "numbers":
        _require_numbers(source, column)
        values = column.numbers
        present = values[~np.isnan(values)]
        if len(present):
            require_moderate(present, source, target.name)
        return values
    values = column.truths
    wrong = np.flatnonzero(np.isnan(values) & column.present)
    if wrong.size:
        found = column.series[int(wrong[0])]
        raise DataError(
            "GN064",
            "{place}: {kind!r}, expected 0 or 1, or yes or no. Correct the value.",
            place=Place(source, target=target.name, row=wrong[0]),
            kind=found,
        )
    return values


def has_target(source: str, column: Column, target: Target) -> NDArray[np.bool_]:
    """Return which rows have this target, shape (n,); the classes need not be known yet. Errors as `values_of`."""
    if target.task == "classes" and not target.numeric:
        return column.present
    return ~np.isnan(values_of(source, column, replace(target, task="numbers") if target.numeric else target))


def labels_of_words(column: Column, target: Target) -> NDArray[np.int64] | None:
    """Return the class index of each row of a column of text, -1 if missing; None if a word is not a name of a class.

    The same as `labels_of`, without searching the text for numbers, which would take as long as reading it.
    """
    codes, words = column.words()
    place = {word: k for k, word in enumerate(target.classes)}
    if not place.keys() >= {*words}:
        return None
    return np.array([*(place[word] for word in words), -1], np.int64)[codes]


def labels_of(source: str, column: Column, target: Target) -> NDArray[np.int64]:
    """Return the class index of each row, shape (n,); -1 where it is missing.

    Yes and no, true and false, and 1 and 0 are equivalent, whichever of them the training data had.
    """
    truths = [_TRUTHS.get(word.lower()) for word in target.classes]
    if len(truths) == 2 and {*truths} == {0.0, 1.0}:
        values = column.truths
        labels = np.where(np.isnan(values), -1, values == truths[1]).astype(np.int64)
        strange = labels < 0
    else:
        codes, words = class_words(column, target.numeric)
        place = {word: k for k, word in enumerate(target.classes)}
        labels = np.array([*(place.get(word, -1) for word in words), -1], np.int64)[codes]
        strange = (labels < 0) & (codes >= 0)
        if target.numeric:
            _require_numbers(source, column)
    if target.numeric and _mostly_numbers(column):
        strange &= ~np.isnan(column.numbers)  # a few words count as missing, as in training
    unknown = np.flatnonzero(strange & column.present)
    if unknown.size:
        raise DataError(
            "GN064",
            "{place}: unknown class {found!r}, expected one of {known}. Correct it, or train a model with this class.",
            place=Place(source, column=target.name, row=unknown[0]),
            found=column.spelt(int(unknown[0])),
            known=Listing(target.classes[:10], quoted=True),
        )
    return labels


def _mostly_numbers(column: Column) -> bool:
    """Return whether at most half of the values are words."""
    return 2 * len(column.non_numeric) <= column.series.count()


def _require_numbers(source: str, column: Column) -> None:
    """Raise DataError GN064 for words instead of numbers."""
    if not _mostly_numbers(column):
        row = int(np.argmax(column.present & np.isnan(column.numbers)))
        raise DataError(
            "GN064",
            "{place}: {kind!r}, expected a number as in training. Correct the values, or empty the "
            "fields to exclude these rows.",
            place=Place(source, column=column.name, row=row),
            kind=column.spelt(row),
        )


def learn_target(source: str, column: Column, task: str | None, summary: TargetSummary) -> tuple[Target, list[Message]]:
    """Infer whether a target column has classes or numbers; return remarks too."""
    if task is not None:
        require_choice("task", task, TASKS)
    name, kind = column.name, column.kind
    if kind == "missing":
        raise DataError(
            "GN064", "{place}: every value is missing, expected classes or numbers.", place=Place(source, target=name)
        )
    if kind in ("date", "other") and task != "classes":
        raise DataError(
            "GN064",
            "{place}: dates or lists, expected classes or numbers. Convert the column.",
            place=Place(source, target=name),
        )
    numbers = summary.numbers if kind == "number" else None
    if numbers and not numbers.count:
        raise DataError(
            "GN064",
            "{place}: every value is infinite or missing, expected classes or numbers.",
            place=Place(source, target=name),
        )
    decided = task or ("numbers" if numbers and not are_classes(numbers.values) else "classes")
    if decided == "numbers":
        if numbers is None:
            raise DataError(
                "GN064",
                "{place}: words, expected numbers. Omit {option}.",
                place=Place(source, target=name),
                option=_AS_NUMBERS,
            )
        low, high = numbers.low, numbers.high
        require_moderate(np.array([low, high]), source, name)
        if low == high and not task:
            raise DataError(
                "GN064",
                "{place}: every value is {value:g}, expected different numbers. Choose another column, or "
                "pass {option} for a model that always answers this number.",
                place=Place(source, target=name),
                value=low,
                option=_AS_NUMBERS,
            )
        remark = (
            Message("target {name!r}: regression, numbers from {low:g} to {high:g}", name=name, low=low, high=high)
            if task
            else Message(
                "target {name!r}: regression, numbers from {low:g} to {high:g} (for classes, pass {option})",
                name=name,
                low=low,
                high=high,
                option=_AS_CLASSES,
            )
        )
        return Target(name, "numbers", unit=column.unit), [remark]
    numeric = numbers is not None and summary.words is None
    return _learn_classes(source, column, summary, numeric=numeric, decided=task is not None)


def are_names(column: Column) -> bool:
    """Return whether numbers can be classes only as words: 2D and 3D, or numbers too large for float64."""
    ordered = column.ordered
    return not all(map(is_sign, column.units)) or bool(len(ordered) and np.abs(ordered[[0, -1]]).max() >= 2**53)


def summarise_target(column: Column, task: str | None, *, several: bool) -> TargetSummary:
    """Summarise a target column, one of `several` or alone, for a task, if it is given."""
    named = column.kind == "number" and task != "numbers" and are_names(column)
    return TargetSummary.of(column, several=several, named=named)


def require_moderate(values: NDArray[np.float64], source: str, name: str) -> None:
    """Raise DataError GN064 for target numbers that are too large to square."""
    worst = float(values[np.abs(values).argmax()])
    if abs(worst) > LARGEST:
        raise DataError(
            "GN064",
            "{place}: {value:g} is too large, expected numbers up to {largest:g}. Correct it.",
            place=Place(source, target=name),
            value=worst,
            largest=LARGEST,
        )


def _learn_classes(
    source: str, column: Column, summary: TargetSummary, *, numeric: bool, decided: bool
) -> tuple[Target, list[Message]]:
    name = column.name
    counted, most = class_counts(summary, numeric=numeric), CAP if numeric else MOST_WORDS
    advice = Sentences(
        Message("Choose another column."),
        Message("For regression, pass {option}.", option=_AS_NUMBERS) if numeric else None,
    )
    if counted is None:
        raise DataError(
            "GN064",
            "{place}: more than {count:,} different values are too many classes. {advice}",
            place=Place(source, target=name),
            count=most,
            advice=advice,
        )
    words, counts = tuple(counted), np.array([*counted.values()], np.int64)
    if len(words) < 2:
        raise DataError(
            "GN064",
            "{place}: every value is {value!r}, expected at least two classes.",
            place=Place(source, target=name),
            value=words[0],
        )
    if len(words) > max(2, min(_MANY_CLASSES, int(counts.sum()) // 2)):
        raise DataError(
            "GN064",
            "{place}: {count} different values in {rows} rows are too many classes. {advice}",
            place=Place(source, target=name),
            count=len(words),
            rows=counts.sum(),
            advice=advice,
        )
    order = np.argsort(-counts, kind="stable")
    shares = [
        Message("{word!r} {percent}", word=words[k], percent=_percent(counts[k] / counts.sum())) for k in order[:6]
    ]
    shown = Listing(shares, 5)
    hint = Message(" (for regression, pass {option})", option=_AS_NUMBERS) if numeric and not decided else ""
    return Target(name, "classes", words, numeric), [
        Message("target {name!r}: {count} classes{hint}: {shown}", name=name, count=len(words), hint=hint, shown=shown)
    ]


def _percent(fraction: float) -> str:
    return f"{fraction:.0%}" if fraction >= 0.01 else f"{100 * fraction:.2g}%"


def are_classes(values: DistinctValues) -> bool:
    """Return whether numbers are more likely class names: whole, few, and frequent."""
    different = values.values
    return bool(
        len(different) <= _FEW_VALUES and 2 * len(different) <= len(values) and (different == np.floor(different)).all()
    )


def class_counts(summary: TargetSummary, *, numeric: bool) -> Mapping[str, int] | None:
    """Return the names of the classes, in their order, with their numbers of rows; None if there are too many."""
    if numeric:
        assert summary.numbers is not None
        values = summary.numbers.values
        names = map(plain, values.values.tolist())
        return dict(zip(names, values.counts.tolist(), strict=True)) if values.exact else None
    assert summary.words is not None
    return summary.words.counts


def class_words(column: Column, numeric: bool) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return a target's classes as codes and words; numeric ones are sorted by value."""
    if not numeric:
        return column.words()
    values = column.numbers
    present = ~np.isnan(values)
    different, places = np.unique(values[present], return_inverse=True)
    codes = np.full(len(values), -1, np.int64)
    codes[present] = places
    return codes, tuple(map(plain, different.tolist()))
