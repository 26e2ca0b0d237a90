"""Rows of training data that are not independent: groups of rows, equal rows, rows that change with time.

A test on random rows is too good if training has rows of the same patient, copies, or the days before and after. By
how much is measured on some rows with their nearest neighbours, weighted by inverse distance: from other folds of
random rows, and from other folds of whole groups, or from earlier rows only (Roberts et al., Ecography 2017). A fall is
reported if it is large and at least three standard errors, which are clustered by group (Cameron and Miller, Journal of
Human Resources 2015). Distances are whole numbers, so the result is the same on any number of threads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...data.held_out import many_missing
from ...data.tables.header import HEADER_OF_DATA
from ...messages.message import Message
from ...messages.option_spelling import Option
from ...nn.random import Purpose, generator, key, numbered
from ...runtime.blas import one_blas_thread
from .columns import Columns
from .leaks import mention_leak
from .selection import ID_NAME

if TYPE_CHECKING:
    from ...data.tables.table import Table

_FEWEST, _FEWEST_IN_TIME = 60, 200  # rows that are judged
_MOST = 2000  # rows whose neighbours are searched
_COUNTED = 10_000  # rows, about, among which equal ones are counted
_MOST_COMPARED = 100  # columns in which alone rows may differ
_MOST_VALUES = 4_000_000  # of the inputs whose neighbours are searched
_FOLDS, _MOST_REPEATS, _NEIGHBOURS = 5, 10, 5
_LARGE, _HUGE = 0.1, 0.5  # falls, as fractions of the error of the best constant prediction
_LARGE_OF_FEW = 2.5  # a fall that is large by chance, times the root of the number of rows
_SURE, _SURE_OF_HUGE = 3, 2  # standard errors
_OFTEN_EQUAL = 0.05  # fraction of the rows
_FEWEST_GROUPS, _FEWEST_UNNAMED_GROUPS = 8, 15
_EVEN = 0.5  # variance of the sizes of groups, as a fraction of that of random ones
_LARGEST_STEP = 2.0**53  # between identifiers
_FEWEST_TIMES = 20
_DAYS = np.add.outer(100 * np.arange(1, 13), np.arange(1, 32))  # month and day, as 131
_LATEST = 0.2  # fraction of the rows
_PERIODS = 20  # of the latest rows, for the standard error
_GRAIN, _FARTHEST = 64, 8  # of a deviation: in whole numbers, and clipped
_APART = 1e12  # farther than any rows

_START, _END = r"(?:^|[_\W]|(?<=[a-z])(?=[A-Z]))", r"(?:[_\W]?(?i:id|no|nr|num|number|code|name|index|idx))?\W*$"
_PERSON = re.compile(
    rf"{_START}(?i:patient|subject|person|participant|respondent|customer|client|user|household|animal|speaker|writer|"
    rf"donor|student|pupil|individual|mouse|rat|mrn|record|case|account){_END}|患者|病人|病历|受试者|被试|客户|顾客|用户|会员|"
    r"账户|账号|学生|家庭"
)
_GROUP = re.compile(
    rf"^(?i:group|cluster|family|session){_END}|"
    rf"{_START}(?i:sample|batch|machine|device|sensor|vehicle|plate){_END}|编号$|批次$|设备$|传感器$|机器$|车辆$|样本$"
)
_TIME = re.compile(
    rf"{_START}(?i:time|timestamp|time[_\W]?step|date|day|hour|hr|minute|second|week|month|mnth|quarter|year|yr|epoch|"
    rf"period|tick|step|t)s?{_END}|时间|日期|[年月日周时]$|[年月]份$"
)
_BIRTH = re.compile(r"birth|born|dob|生日|出生", re.IGNORECASE)

_GROUPED = (
    "column {name!r}: rows that share a value are alike, so a test on random rows is too good: with nearest "
    "neighbours, {together} on random rows becomes {apart} if rows with the same value stay together; if new rows will "
    "have other values, pass {option}"
)
_COPIED = (
    "{share:.0%} of the rows equal another row in all inputs, so a test on random rows is too good: with nearest "
    "neighbours, {together} on random rows becomes {apart} if equal rows stay together; remove the copies, or say "
    "which rows belong together with {option}"
)
_EQUAL = (
    "{share:.0%} of the rows equal another row in all inputs, so a test on random rows may be too good; if they are "
    "copies, remove them"
)
ORDERED = (
    "column {name!r}: the latest rows differ from earlier ones, so a test on random rows is too good: with nearest "
    "neighbours, {together} on the latest fifth, from random rows, becomes {apart} from earlier rows; if new rows will "
    "be later ones, pass {option}"
)


class Fall(NamedTuple):
    """How much worse predictions are if related rows stay together than on random rows."""

    together: float  # accuracy, or R², on random rows
    apart: float  # the same with related rows together, on one side of the test
    skill: float  # fall of the error, on random rows, below that of the best constant prediction, as a fraction of it
    size: float  # rise of the error if related rows stay together, as the same fraction
    deviations: float  # of how many rows the error rises, in standard errors
    rows: int  # of the sample
    of_classes: bool

    def exceeds(self, least: float) -> bool:
        """Return whether the fall of a useful prediction is larger than this, and no chance."""
        least, sure = max(least, _LARGE_OF_FEW / self.rows**0.5), _SURE_OF_HUGE if self.size > _HUGE else _SURE
        return self.skill > 0 and self.size > least and self.deviations > sure

    def facts(self) -> dict[str, Message]:
        """Return both scores, for a message."""
        return {"together": self._score(self.together), "apart": self._score(self.apart)}

    def _score(self, value: float) -> Message:
        return (
            Message("accuracy {score:.0%}", score=value) if self.of_classes else Message("R² {score:.2f}", score=value)
        )


class Sample(NamedTuple):
    """Some rows of a table."""

    inputs: NDArray[np.floating[Any]]  # shape (n, features); about 1 is a usual deviation
    targets: NDArray[np.float64]  # shape (n, outputs); of classes 1 for the row's class and 0 for others
    of_classes: bool

    def distances(self, features: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return squared distances between all rows by some of the features, shape (n, n): exact whole numbers."""
        whole = np.rint(np.clip(self.inputs[:, features].astype(np.float64), -_FARTHEST, _FARTHEST) * _GRAIN)
        squares = (whole**2).sum(axis=1)
        with one_blas_thread():
            distances: NDArray[np.float64] = squares[:, None] + squares - 2 * (whole @ whole.T)
        return distances

    def errors(
        self, rows: NDArray[np.int64], distances: NDArray[np.float64], excluded: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Return the error of each of these rows, predicted from its neighbours; `excluded` rows are none.

        The other arguments have the shape (rows, n). The error is 0 or 1 for classes, else a sum of squares.
        """
        distances = np.where(excluded, np.inf, distances)
        near = np.argpartition(distances, _NEIGHBOURS, axis=1)[:, :_NEIGHBOURS]
        weights = 1 / (np.sqrt(np.take_along_axis(distances, near, axis=1)) + 1e-3)  # 0 for excluded rows
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        predicted = np.einsum("ij,ijk->ik", weights, self.targets[near])
        truth = self.targets[rows]
        if self.of_classes:
            return np.asarray(predicted.argmax(axis=1) != truth.argmax(axis=1), np.float64)
        return np.asarray(((predicted - truth) ** 2).sum(axis=1), np.float64)

    def fall(
        self,
        together: NDArray[np.float64],
        apart: NDArray[np.float64],
        clusters: NDArray[np.int64],
        rows: NDArray[np.int64],
    ) -> Fall:
        """Compare two errors of each of these rows; those of a cluster, 0, 1, …, may be alike."""
        rise = apart - together
        risen = np.sign(rise)
        count = int(clusters.max()) + 1
        sums = np.bincount(clusters, risen - risen.mean(), count)
        error = float(np.sqrt((sums**2).sum() * count / max(count - 1, 1))) / len(rise)
        constant = self._constant_error(slice(None))
        own = max(self._constant_error(rows), constant / 20)
        scale, unit = (constant, 1.0) if self.of_classes else (own, own)
        return Fall(
            1 - float(together.mean()) / unit,
            1 - float(apart.mean()) / unit,
            1 - float(together.mean()) / scale,
            float(rise.mean()) / scale,
            float(risen.mean()) / max(error, 1e-9),
            len(self.targets),
            self.of_classes,
        )

    def _constant_error(self, rows: NDArray[np.int64] | slice) -> float:
        """Return the error of the best constant prediction for some rows."""
        targets = self.targets[rows]
        means = targets.mean(axis=0)
        return float(1 - means.max() if self.of_classes else ((targets - means) ** 2).sum(axis=1).mean())


def related_remarks(
    table: Table,
    columns: Columns,
    targets: NDArray[np.int64] | NDArray[np.float64],
    *,
    grouped: bool = False,
    timed: bool = False,
    of_arrays: bool = False,
) -> list[Message]:
    """Return remarks on rows of a table that should not be on both sides of a test.

    `columns` are learned from the table, or a part of it. `targets` are those of all rows as `Columns.targets_of`
    returns them. Rows that are `grouped` by the caller are not searched for groups and copies, nor `timed` ones for
    change; `of_arrays` says that the caller takes groups and times as arrays, not as names of columns.
    `related_warnings` tells which remarks are warnings.
    """
    grouped, timed = grouped or bool(columns.split.group), timed or columns.split.time is not None
    of_classes = columns.task == "classes"
    present = np.flatnonzero(targets >= 0 if of_classes else ~np.isnan(targets).any(axis=1))
    if len(present) < _FEWEST:
        return []
    judged = _TableRows(table, columns, targets, present, of_arrays)
    remarks = [] if grouped else judged.about_groups() or judged.about_equal_rows()
    return remarks if timed else remarks + judged.about_time()


def equal_rows_remarks(inputs: NDArray[Any], targets: NDArray[np.int64] | NDArray[np.float64]) -> list[Message]:
    """Return a remark on equal rows of an array, shape (n, features), with classes, (n,), or numbers, (n, outputs)."""
    if len(inputs) < _FEWEST or not inputs.shape[1]:
        return []
    equal = _EqualRows.among(list(inputs.T), len(inputs))

    def sample(rows: NDArray[np.int64]) -> Sample:
        numbers = inputs[rows].astype(np.float64)
        spread = numbers.std(axis=0)
        return _sample((numbers - numbers.mean(axis=0)) / np.where(spread > 0, spread, 1), targets[rows])

    return equal.remarks(sample, Option("groups"))


def related_warnings(remarks: Iterable[Message]) -> list[Message]:
    """Return those remarks, or notices of them, on a test too good, many rows without group or time, and a header."""
    found = ((one, one.values.get("remark", one)) for one in remarks)
    warned = (_GROUPED, _COPIED, ORDERED, HEADER_OF_DATA)
    return [one for one, remark in found if remark.template in warned or many_missing(remark)]


def limited_to(remarks: Iterable[Message]) -> dict[str, str]:
    """Return ``Receipt.too_good_for`` by the first warning that a test on random rows is too good; empty if none."""
    options = {_GROUPED: "group", _COPIED: "group", ORDERED: "time"}
    found = next((one for one in remarks if one.template in options), None)
    named = {} if found is None else {"option": options[found.template], "column": found.values.get("name", "")}
    return {"code": "GN078", **named} if named else {}


def too_good_for(receipt: Mapping[str, Any]) -> Message | None:
    """Return for which rows the scores in a training record are too good, with the warning's code; None if none."""
    match receipt.get("too_good_for"):
        case {"option": "group" | "time" as option, "column": str(column)}:
            template = "too good for new rows: {option} [{code}]"
            return Message(template, option=Option(option, column) if column else Option(option), code="GN078")
    return None


def with_related_remarks(columns: Columns, found: Sequence[Message]) -> Columns:
    """Return columns with these remarks too, in place of those that a column which groups rows contains the answer."""
    groups = {one.values["name"] for one in found if one.template == _GROUPED}
    kept = [one for one in columns.remarks if not (mention_leak([one]) and one.values.get("name") in groups)]
    return replace(columns, remarks=(*kept, *found))


class _TableRows(NamedTuple):
    """A table whose rows are judged."""

    table: Table
    columns: Columns
    targets: NDArray[np.int64] | NDArray[np.float64]
    present: NDArray[np.int64]  # the rows that have all targets
    of_arrays: bool

    def sample(self, rows: NDArray[np.int64]) -> Sample:
        """Return some rows, without the intervals of numbers, which say the same as the numbers."""
        encoded = self.columns.apply(self.table.take(rows))
        return _sample(encoded[:, self.columns.compared], self.targets[rows])

    def owned_by(self, name: str) -> NDArray[np.bool_]:
        """Return which features of a sample are those of a column."""
        owners = np.repeat(self.columns.names, [len(one.features) for one in self.columns.inputs])
        return np.asarray(owners[self.columns.compared] == name, np.bool_)

    def about_groups(self) -> list[Message]:
        """Return a warning of the column, if any, whose values most clearly are groups of rows that are alike."""
        falls = []
        for name in self.table.names:
            if name not in self.columns.target_names and (codes := self._groups_of(name)) is not None:
                fall = self._fall_of_groups(name, codes)
                if fall.exceeds(_LARGE):
                    falls.append((fall, name))
        if not falls:
            return []
        fall, name = max(falls, key=lambda one: one[0].size)
        option = Option("groups") if self.of_arrays else Option("group", name)
        return [Message(_GROUPED, name=name, option=option, **fall.facts())]

    def _groups_of(self, name: str) -> NDArray[np.int64] | None:
        """Return the group, 0, 1, …, of each present row if a column may name groups; None if it does not.

        It has a usual name for that, or values that occur about equally often. Words such as cities and numbers such
        as ages do not, and numbers in equal steps, such as 10, 20, …, are the levels of an experiment.
        """
        series, rows = self.table.frame[name], self.present
        if series.dtype.is_temporal() or series.dtype.is_nested() or series.dtype.is_float():
            whole = series.dtype.is_float() and bool((series == series.floor()).all())
            if not whole:
                return None
        if not _FEWEST_GROUPS <= series.n_unique() <= len(rows) / 2 + 1:
            return None
        column = self.table.column(name)
        if column.kind not in ("number", "text") or (column.kind == "number" and not column.is_whole):
            return None
        values = column.numbers[rows] if column.kind == "number" else column.words()[0][rows].astype(np.float64)
        if np.isnan(values).any() or (column.kind == "text" and (values < 0).any()):
            return None
        different, codes, sizes = np.unique(values, return_inverse=True, return_counts=True)
        several = len(rows) >= 2 * len(sizes) and sizes.max() <= len(rows) / _FOLDS
        if not several or len(sizes) < _FEWEST_GROUPS:
            return None
        if _PERSON.search(name) or _GROUP.search(name) or ID_NAME.search(name):
            return codes
        steps = np.diff(different) if column.kind == "number" else np.ones(1)
        levels = steps.max() > _LARGEST_STEP or np.gcd.reduce(steps.astype(np.int64)) > 1
        even = sizes.var() < _EVEN * sizes.mean() and len(sizes) >= _FEWEST_UNNAMED_GROUPS
        return codes if even and not levels and not _TIME.search(name) else None

    def _fall_of_groups(self, name: str, codes: NDArray[np.int64]) -> Fall:
        random = generator(0, Purpose.DOCTOR, 3)
        few = _whole_groups(codes, _most_rows(self.columns.width), random)
        sample, own = self.sample(self.present[few]), self.owned_by(name)
        _, groups = np.unique(codes[few], return_inverse=True)
        distances = sample.distances(~own)
        further = []
        if _PERSON.search(name) and own.any():  # an input that tells persons apart, however unlike their rows are
            further = [np.where(groups[:, None] == groups, distances, distances + _APART)]
        return _fall_of_folds(sample, [distances, *further], groups, random)

    def about_equal_rows(self) -> list[Message]:
        """Return a remark on equal rows, or a warning."""
        equal = _EqualRows.among([self.table.frame[name] for name in self.columns.names], self.present)
        return equal.remarks(self.sample, Option("groups" if self.of_arrays else "group"))

    def about_time(self) -> list[Message]:
        """Return a warning of the column of dates or times, if any, with which the rows change most."""
        falls = []
        for name in self.table.names if len(self.present) >= _FEWEST_IN_TIME else ():
            if name not in self.columns.target_names and (times := self._times_of(name)) is not None:
                fall = self._fall_in_time(name, times)
                if fall is not None and fall.exceeds(_LARGE):
                    falls.append((fall, name))
        if not falls:
            return []
        fall, name = max(falls, key=lambda one: one[0].size)
        option = Option("time") if self.of_arrays else Option("time", name)
        return [Message(ORDERED, name=name, option=option, **fall.facts())]

    def _times_of(self, name: str) -> NDArray[np.int64] | NDArray[np.float64] | None:
        """Return the time of each present row if a column has it; None if it does not.

        It has dates, or a usual name for times and numbers in the order of the rows or such as 20190131.
        """
        dtype = self.table.frame[name].dtype
        if _BIRTH.search(name) or not (_TIME.search(name) or dtype.is_temporal() or dtype == "String"):
            return None
        column = self.table.column(name)
        if column.kind == "date":
            moments = column.moments[self.present]
            times: Any = moments.astype("M8[s]").astype(np.int64)
            known = not np.isnat(moments).any()
        elif column.kind == "number":
            times = column.numbers[self.present]
            steps, (years, days) = np.diff(times), np.divmod(times, 10_000)
            written = (years >= 1900) & (years <= 2100) & np.isin(days, _DAYS)
            known = bool(written.all() or (steps >= 0).all() or (steps <= 0).all())  # False with NaN
        else:
            return None
        return times if known and len(np.unique(times)) >= _FEWEST_TIMES else None

    def _fall_in_time(self, name: str, times: NDArray[Any]) -> Fall | None:
        """Compare predictions of the latest rows from all rows, and from earlier ones; None if too few are earlier.

        Each of the two is by the features that suit it best: if seasons predict the latest rows, they are no others.
        """
        random = generator(0, Purpose.DOCTOR, 4)
        few = np.sort(random.permutation(len(times))[: _most_rows(self.columns.width)])
        sample, times = self.sample(self.present[few]), times[few]
        order = np.argsort(times, kind="stable")
        later = times >= times[order[int(len(order) * (1 - _LATEST))]]
        latest = order[len(order) - int(later.sum()) :]
        if later.mean() > 2 * _LATEST:  # many rows have the same time
            return None
        own = self.owned_by(name)
        features = np.array(self.columns.features)[self.columns.compared]
        trend = own & np.isin(features, [name, f"{name} days", f"{name} year"])
        folds = [_random_folds(len(times), random) for _ in range(_repeats(len(times)))]
        by_features = [sample.distances(one)[latest] for one in (own | True, own, ~own, ~trend) if one.any()]

        def best(excluded: Sequence[NDArray[np.bool_]]) -> NDArray[np.float64]:
            each = (_mean([sample.errors(latest, one, rows) for rows in excluded]) for one in by_features)
            return min(each, key=np.mean)

        together = best([fold[latest, None] == fold for fold in folds])
        apart = best([np.broadcast_to(later, (len(latest), len(times)))])
        periods = np.arange(len(latest)) * _PERIODS // len(latest)
        return sample.fall(together, apart, periods, latest)


class _EqualRows(NamedTuple):
    """Equal rows among some of the rows of a table or array."""

    rows: NDArray[np.int64]
    codes: NDArray[np.int64]  # equal for equal rows, 0, 1, …
    share: float  # of the rows that equal another; 0 if few different values make equal rows likely

    @classmethod
    def among(cls, columns: Sequence[Any], rows: NDArray[np.int64] | int) -> _EqualRows:
        """Find equal rows of columns, which are polars series or arrays, among these rows or that number of rows.

        Of many rows, those whose values in one column have small random numbers: equal rows come together.
        """
        rows = np.arange(rows) if isinstance(rows, int) else rows
        fraction = min(1.0, max(_COUNTED, _MOST_VALUES // 2 // len(columns)) / len(rows))
        varied = 0
        if fraction < 1:
            first = rows[:: len(rows) // _MOST]
            varied = int(np.argmax([len(np.unique(_hashes(one, first, 0))) for one in columns]))
            rows = rows[_hashes(columns[varied], rows, 0) < np.uint64(fraction * 2**64)]
        each = [_hashes(one, rows, place) for place, one in enumerate(columns)]
        every = np.zeros(len(rows), np.uint64)
        for one in each:
            every += one
        _, codes, counts = np.unique(every, return_inverse=True, return_counts=True)
        share = float((counts[codes] > 1).mean()) if len(rows) else 0.0
        if share >= _OFTEN_EQUAL:
            # Where columns have few values, about as many rows differ in one only; of copies hardly any do.
            equal = _pairs(every)
            near = [float(_pairs(every - one) - equal) for one in each[:_MOST_COMPARED]]
            if varied < len(near):
                near[varied] /= fraction
            if 2 * sum(near) >= equal or all(len(np.unique(one)) <= 2 for one in each):
                share = 0.0
        return cls(rows, codes, share)

    def remarks(self, sample: Callable[[NDArray[np.int64]], Sample], option: Option) -> list[Message]:
        """Return a warning if predictions are much worse without equal rows, or a remark if there are many.

        `sample` returns some of the rows; `option` tells which rows belong together.
        """
        if self.share < _OFTEN_EQUAL:
            return []
        random = generator(0, Purpose.DOCTOR, 5)
        few = _whole_groups(self.codes, _MOST, random)
        some = sample(self.rows[few])
        _, groups = np.unique(self.codes[few], return_inverse=True)
        distances = some.distances(np.ones(some.inputs.shape[1], np.bool_))
        fall = _fall_of_folds(some, [distances], groups, random)
        if fall.exceeds(_HUGE):
            return [Message(_COPIED, share=self.share, option=option, **fall.facts())]
        return [Message(_EQUAL, share=self.share)]


def _sample(inputs: NDArray[np.floating[Any]], targets: NDArray[Any]) -> Sample:
    """Return rows with their targets: classes, or numbers, which are standardised."""
    if targets.ndim == 1:
        classes, labels = np.unique(targets, return_inverse=True)
        return Sample(inputs, np.eye(len(classes))[labels], True)
    spread = targets.std(axis=0)
    return Sample(inputs, (targets - targets.mean(axis=0)) / np.where(spread > 0, spread, 1), False)


def _most_rows(features: int) -> int:
    """Return the most rows with so many features whose neighbours are searched."""
    return min(_MOST, max(_MOST // 10, _MOST_VALUES // max(features, 1)))


def _whole_groups(codes: NDArray[np.int64], most: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return up to `most` rows, ascending, of random groups; of large groups only some of their rows.

    All but one row of a group would be in training if it was one fold of many, so few groups with all their rows are
    less like the table than many with some.
    """
    sizes = np.bincount(codes)
    largest = max(8, most // len(sizes))
    order = random.permutation(len(sizes))
    chosen = np.zeros(len(sizes), np.bool_)
    chosen[order[np.cumsum(np.minimum(sizes, largest)[order]) <= most]] = True
    rows = random.permutation(len(codes))
    rows = rows[np.argsort(codes[rows], kind="stable")]
    within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(rows[chosen[codes[rows]] & (within < largest)])


def _random_folds(count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return the fold of each of `count` rows or groups."""
    folds = np.empty(count, np.int64)
    folds[random.permutation(count)] = np.arange(count) % _FOLDS
    return folds


def _fall_of_folds(
    sample: Sample, distances: Sequence[NDArray[np.float64]], groups: NDArray[np.int64], random: np.random.Generator
) -> Fall:
    """Compare predictions from other folds of random rows, by those distances that suit them best, and of groups."""
    rows, count = np.arange(len(groups)), int(groups.max()) + 1

    def errors(one: NDArray[np.float64], folds: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
        return _mean([sample.errors(rows, one, each[:, None] == each) for each in folds])

    repeats = range(_repeats(len(rows)))
    of_rows = [_random_folds(len(rows), random) for _ in repeats]
    of_groups = [_random_folds(count, random)[groups] for _ in repeats]
    together = min((errors(one, of_rows) for one in distances), key=np.mean)
    return sample.fall(together, errors(distances[0], of_groups), groups, rows)


def _repeats(rows: int) -> int:
    """Return how many divisions into folds are averaged; few rows need several."""
    return max(1, min(_MOST_REPEATS, 2 * _MOST // rows))


def _mean(errors: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean of several errors of each row."""
    return np.asarray(np.mean(errors, axis=0), np.float64)


def _hashes(column: Any, rows: NDArray[np.int64], place: int) -> NDArray[np.uint64]:
    """Return 64 bits for each of these rows of a column: equal values have equal bits, others almost never."""
    if isinstance(column, np.ndarray):
        bits = (column[rows].astype(np.float64) + 0.0).view(np.uint64)  # -0 is 0
    else:
        bits = column[rows].hash().to_numpy()
    return numbered(key(0, Purpose.DOCTOR, 6, place), bits)


def _pairs(hashes: NDArray[np.uint64]) -> int:
    """Return the number of pairs of equal hashes."""
    counts = np.unique(hashes, return_counts=True)[1]
    return int((counts * (counts - 1)).sum()) // 2
