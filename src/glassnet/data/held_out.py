"""Choose which rows are held out, and the folds of rows: at random, with groups whole, or in the order of time.

Streams, whose rows are never all in memory, have `stream.roles`. Groups are equal numbers, which ones does not matter.
Times are numbers that grow; the smallest one also stands for a missing time. Where rows have both, a group counts with
the last time of its rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..messages.message import Listing, Message
from ..nn.random import Purpose, generator, permutation

Rows = NDArray[np.int64]

_MANY_MISSING = 0.03  # fraction of the rows
_NO_GROUP = (
    "{what}: no value in {missing:,} of {rows:,} rows, which count as one group; if they do not belong together, leave "
    "them out, or give each a value of its own"
)
_NO_TIME = "{what}: no value in {missing:,} of {rows:,} rows, which count as the earliest"


class SplitBy(NamedTuple):
    """What decides how rows are split; each has a value for every row, shape (n,), or is None."""

    labels: Rows | None = None  # classes, which all parts have in equal shares unless there are times
    groups: Rows | None = None
    times: NDArray[Any] | None = None
    names: tuple[str, ...] = ()  # of the columns with groups and times, for messages

    @property
    def unit(self) -> Rows | None:
        """A number from 0 for what each row cannot be separated from: its group, or the rows of its time.

        With times they are in the order of time; groups with the same last time are one. None without both.
        """
        groups, times = self.groups, self.times
        if times is None:
            return None if groups is None else _numbered(groups)
        if groups is not None:
            unit = _numbered(groups)
            latest = np.full(unit.max() + 1, times.min())
            np.maximum.at(latest, unit, times)
            times = latest[unit]
        return np.unique(times, return_inverse=True)[1]


def about_missing(what: Message | str, missing: NDArray[np.bool_], *, times: bool = False) -> list[Message]:
    """Return a remark on rows that have no group, or no time, if there are any; `what` should say it."""
    if not missing.any():
        return []
    template = _NO_TIME if times else _NO_GROUP
    return [Message(template, what=what, missing=int(missing.sum()), rows=len(missing))]


def many_missing(remark: Message) -> bool:
    """Return whether a remark is that of `about_missing` on so many rows that Python should warn."""
    facts = remark.values
    return remark.template in (_NO_GROUP, _NO_TIME) and facts["missing"] >= _MANY_MISSING * facts["rows"]


def count_aside(count: int, fraction: float) -> int:
    """Return how many of `count` samples are held out."""
    return round(count * fraction)


def units(found: int, names: Sequence[str], *, times: bool) -> Message:
    """Return, for a message, that so many groups or times are found in columns of a table, or in arrays."""
    if names:
        template = "{found} different times in {names}" if times else "{found} groups in {names}"
    else:
        template = "{found} different times" if times else "{found} groups"
    return Message(template, found=found, names=Listing(names, quoted=True))


def finer(names: Sequence[str], *, times: bool) -> Message:
    """Return what helps if there are too few groups or times; arguments as for `units`."""
    if names:
        return Message("a finer column")
    return Message("finer times") if times else Message("smaller groups")


def held_out_rows(
    count: int,
    source: str,
    fraction: float,
    seed: int,
    purpose: Purpose,
    why: Message,
    by: SplitBy,
) -> tuple[Rows, Rows]:
    """Return the remaining rows and the held-out ones, both ascending; stratified by labels, if given.

    With groups, those of a group are on the same side. With times, the held-out rows are the latest, those of equal
    time are on the same side, and the split is not stratified. Their number is then only near to the fraction.

    `why` says for what rows are held out, and what to do if that is impossible. Its value `otherwise`, such as another
    fraction, is replaced if there is but one group or time.
    """
    held_out = count_aside(count, fraction)
    if not 0 < held_out < count:
        raise DataError(
            "GN010",
            "{source}: {held_out} of {count} samples would be held out {why}",
            source=source,
            held_out=held_out,
            count=count,
            why=why,
        )
    if (unit := by.unit) is not None:
        timed = by.times is not None
        if not unit.any():
            raise DataError(
                "GN010",
                "{source}: {units}, expected 2 or more, since some are held out {why}",
                source=source,
                units=units(1, by.names, times=timed),
                why=Message(why.template, **{**why.values, "otherwise": finer(by.names, times=timed)}),
            )
        shares = np.array([count - held_out, held_out]) / count
        part = _whole_parts(unit, source, shares, generator(seed, purpose), by)
        return np.flatnonzero(part == 0), np.flatnonzero(part == 1)
    order = permutation(seed, purpose, count)
    if by.labels is not None:  # evenly spaced samples of the sorted classes
        order = order[np.argsort(by.labels[order], kind="stable")]
        chosen = ((np.arange(held_out) + 0.5) * count / held_out).astype(np.int64)
        order = np.concatenate([order[chosen], np.delete(order, chosen)])
    return np.sort(order[held_out:]), np.sort(order[:held_out])


def fold_numbers(count: int, folds: int, seed: int, by: SplitBy, source: str = "") -> Rows:
    """Return the fold of each of `count` samples, shape (count,), 0 to ``folds - 1``; stratified by labels, if given.

    The sizes of the folds differ by at most one, and so do the numbers of samples of a class in them. With groups, the
    samples of a group are in one fold; with times, the folds are blocks of time, the earliest first. Then sizes
    differ by more, and DataError GN010 is raised for fewer groups or times than folds.
    """
    # Epoch 1 of the purpose: `split_rows` uses 0 for held-out data.
    if (unit := by.unit) is not None:
        return _whole_parts(unit, source, np.full(folds, 1 / folds), generator(seed, Purpose.SPLIT, 1), by)
    order = permutation(seed, Purpose.SPLIT, count, 1)
    if by.labels is not None:
        order = order[np.argsort(by.labels[order], kind="stable")]
    fold = np.empty(count, np.int64)
    fold[order] = np.arange(count) % folds
    return fold


def scored_folds(count: int, folds: int, seed: int, by: SplitBy, source: str = "") -> list[tuple[Rows, Rows]]:
    """Return the training rows and the test rows of each fold of a cross-validation whose scores count.

    With times, nothing later is known in training: each of `folds` blocks of time is tested after training on all
    earlier ones. The earliest of ``folds + 1`` blocks is not tested. Otherwise see `fold_numbers`.
    """
    blocks = folds if by.times is None else folds + 1
    fold = fold_numbers(count, blocks, seed, by, source)
    if by.times is None:
        return [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(folds)]
    return [(np.flatnonzero(fold < number), np.flatnonzero(fold == number)) for number in range(1, blocks)]


def _whole_parts(
    unit: Rows, source: str, shares: NDArray[np.float64], random: np.random.Generator, by: SplitBy
) -> Rows:
    """Return the part of each row; rows of a unit of `by` are in the same part.

    The parts have about these `shares` of all rows, which add up to 1; none is empty.
    """
    sizes = np.bincount(unit)
    if by.times is not None:
        return parts_in_time(sizes, shares, source, by.names)[unit]
    _require_units(len(sizes), len(shares), source, by.names, times=False)
    return _stratified(unit, sizes, shares, random, by.labels)[unit]


def _numbered(groups: Rows) -> Rows:
    """Return groups numbered from 0 in the order in which they appear: what the numbers were does not matter."""
    _, first, unit = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[unit]


def _require_units(found: int, parts: int, source: str, names: Sequence[str], *, times: bool) -> None:
    if found < parts:
        raise DataError(
            "GN010",
            "{source}: {units} for {parts} parts of the rows, expected {parts} or more. Use fewer members or folds, or "
            "{finer}.",
            source=source,
            units=units(found, names, times=times),
            parts=parts,
            finer=finer(names, times=times),
        )


def parts_in_time(sizes: Rows, shares: NDArray[np.float64], source: str, names: Sequence[str] = ()) -> Rows:
    """Return the part of each of several times, in their order; `sizes` are the numbers of their rows.

    The parts have about these `shares` of all rows, which add up to 1; none is empty. Too few times raise DataError
    GN010.
    """
    _require_units(len(sizes), len(shares), source, names, times=True)
    ends, wanted = np.cumsum(sizes), np.cumsum(shares)[:-1] * sizes.sum()
    cuts: list[int] = []
    for number, until in enumerate(wanted):
        cut = int(np.abs(ends - until).argmin()) + 1
        earliest, last = (cuts[-1] if cuts else 0) + 1, len(sizes) - len(wanted) + number
        cuts.append(min(max(cut, earliest), last))
    return np.searchsorted(cuts, np.arange(len(sizes)), side="right")


def _stratified(
    unit: Rows, sizes: Rows, shares: NDArray[np.float64], random: np.random.Generator, labels: Rows | None
) -> Rows:
    """Return the part of each group; `unit` is the group of each row, and `sizes` are the numbers of their rows.

    Each group, large ones first, goes to the part that lacks most of it: of each class, and of all rows. That makes the
    sum of the squared deviations from the wanted shares small, each relative to its share. After scikit-learn's
    `StratifiedGroupKFold`, for parts of any size.
    """
    classes = 0 if labels is None else int(labels.max()) + 1
    kinds = classes + 1  # the last one counts all rows
    pairs = unit * kinds + classes
    if labels is not None:
        pairs = np.concatenate([pairs, unit * kinds + labels])
    different, counts = np.unique(pairs, return_counts=True)
    group, kind = np.divmod(different, kinds)
    amount = counts / np.bincount(kind, counts, kinds)[kind]  # the group's share of a kind of rows
    first = np.searchsorted(group, np.arange(len(sizes) + 1)).tolist()
    # Groups whose weights differ by a factor below 2 are in random order, so that seeds differ.
    weight = np.frexp(np.bincount(group, amount**2))[1] // 2
    order = random.permutation(len(sizes))
    part = np.empty(len(sizes), np.int64)
    # Lists of few numbers: faster than arrays, and without BLAS, whose sums differ between machines.
    of, more, parts = kind.tolist(), amount.tolist(), [(share, [0.0] * kinds) for share in shares.tolist()]
    for one in order[np.argsort(-weight[order], kind="stable")].tolist():
        own = range(first[one], first[one + 1])
        costs = [math.fsum((2 * filled[of[k]] + more[k]) * more[k] for k in own) / share for share, filled in parts]
        part[one] = chosen = costs.index(min(costs))
        for k in own:
            parts[chosen][1][of[k]] += more[k]
    count = sizes.sum()
    for empty in np.setdiff1d(np.arange(len(shares)), part).tolist():
        taken = np.bincount(part, minlength=len(shares))[part] > 1
        part[np.where(taken, np.abs(sizes - shares[empty] * count), np.inf).argmin()] = empty
    return part
