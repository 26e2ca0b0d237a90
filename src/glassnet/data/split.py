"""Hold out samples for testing and for early stopping."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..messages.message import Message
from ..messages.option_spelling import Option
from ..nn.random import Purpose
from ..options.options import Options
from .dataset import Dataset
from .held_out import SplitBy, finer, fold_numbers, held_out_rows, units
from .held_out import count_aside as count_aside


def split(data: Dataset, options: Options, *, stratified: bool = True) -> tuple[Dataset, Dataset]:
    """Split data at random into training data and test data, stratified by class, as ``glassnet train`` does.

    Groups of the data stay whole, and with times the test data are the latest samples: see `Dataset`.

    Parameters
    ----------
    data : Dataset
    options : Options
        With the fraction of the test data, ``holdout``, and the ``seed``.
    stratified : bool
        False for models that were trained before the split was stratified.

    Returns
    -------
    training, test : Dataset

    Raises
    ------
    DataError
        GN010 for too few samples, GN014 when all samples of a part have weight 0.

    Examples
    --------
    >>> import glassnet
    >>> data = glassnet.Dataset.from_arrays([[0.0], [1.0]] * 50, [0, 1] * 50)
    >>> training, test = glassnet.train_test_split(data, glassnet.Options(holdout=0.2))
    >>> len(training), len(test)
    (80, 20)
    """
    by = split_by(data) if stratified else split_by(data)._replace(labels=None)
    return _taken(data, *split_rows(len(data), data.source, options, by))


def split_rows(count: int, source: str, options: Options, by: SplitBy) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split rows, by the seed, into training rows and the fraction ``options.holdout``, which is held out.

    Without groups and times, labels may be -1 for none; see `held_out_rows`.
    """
    why = Message(
        "for testing. Pass test data with {test}, or {otherwise}.",
        test=Option("test"),
        otherwise=Message("another {option}", option=Option("holdout")),
    )
    return held_out_rows(count, source, options.holdout, options.seed, Purpose.SPLIT, why, by)


def early_stopping_split(data: Dataset, options: Options) -> tuple[Dataset, Dataset | None]:
    """Split data into training data and validation data for early stopping; the latter is None without, or with folds.

    The split is stratified, because a rare class might otherwise be missing on one side.
    """
    if not options.early_stopping or options.folds:
        return data, None
    why = Message(
        "for early stopping. Pass separate validation data, or {otherwise}.",
        otherwise=Message("another {option}", option=Option("validation")),
    )
    return split_validation(data, options.validation, options.seed, why)


def split_validation(data: Dataset, fraction: float, seed: int, why: Message) -> tuple[Dataset, Dataset]:
    """Split data into training data and a fraction for validation, as `held_out_rows`."""
    rows = held_out_rows(len(data), data.source, fraction, seed, Purpose.VALIDATION, why, split_by(data))
    return _taken(data, *rows)


def split_by(data: Dataset) -> SplitBy:
    """Return what decides how samples are split: classes, groups and times."""
    names = () if data.columns is None else data.columns.split.deciding
    return SplitBy(data.labels if data.values is None else None, data.groups, data.times, names)


def fold_of_rows(data: Dataset, folds: int, seed: int) -> NDArray[np.int64]:
    """Return the fold of each sample, shape (n,), as `fold_numbers`."""
    return fold_numbers(len(data), folds, seed, split_by(data), data.source)


def few_groups(data: Dataset, options: Options) -> tuple[Options, Message | None]:
    """Return options with as many members, at least 2, as there are groups or times, and a notice, if there are fewer.

    Each member of an ensemble with folds leaves out some groups, or a block of time. DataError GN010 for a single one.
    """
    if (data.groups is None and data.times is None) or not options.folds or options.members < 3:
        return options, None
    used, by, timed = slice(None) if data.weights is None else data.weights > 0, split_by(data), data.times is not None
    groups, times = (None if one is None else one[used] for one in (data.groups, data.times))
    unit = SplitBy(None, groups, times).unit
    found = 0 if unit is None else int(unit.max()) + 1
    counted = units(found, by.names, times=timed)
    if found == 1:
        raise DataError(
            "GN010",
            "{source}: {units} to train on, expected 2 or more, since each network is trained without some. Pass test "
            "data with {test}, validation data with {validation}, or {finer}."
            if by.names
            else "{source}: {units} to train on, expected 2 or more, since each network is trained without some. Pass "
            "separate validation data, or {finer}.",
            source=data.source,
            units=counted,
            test=Option("test"),
            validation=Option("validation_data"),
            finer=finer(by.names, times=timed),
        )
    members = max(2, min(found, options.members))
    if members == options.members:
        return options, None
    template = "{source}: {units} to train on, so {members} networks instead of {wanted}"
    notice = Message(template, source=data.source, units=counted, members=members, wanted=options.members)
    return replace(options, members=members), notice


def _taken(data: Dataset, training: NDArray[np.int64], held_out: NDArray[np.int64]) -> tuple[Dataset, Dataset]:
    for rows, kind in ((training, Message("training samples")), (held_out, Message("held-out samples"))):
        if data.weights is not None and len(data.weights) and not data.weights[rows].any():
            raise DataError(
                "GN014",
                "{source}: all {count:,} {kind} have weight 0. Give more samples a positive weight, hold out "
                "another fraction, or use another seed.",
                source=data.source,
                count=len(rows),
                kind=kind,
            )
    return data.take(training), data.take(held_out)


def without_fold(data: Dataset, options: Options, number: int) -> tuple[Dataset, Dataset]:
    """Return the training data of a member of an ensemble with folds, and its fold, as `folds_of`."""
    data, fold = _with_folds(data, options)
    return data.take(np.flatnonzero(fold != number)), data.take(np.flatnonzero(fold == number))


def folds_of(data: Dataset, options: Options) -> list[Dataset]:
    """Return the folds of an ensemble, as many as members.

    Folds are stratified by class, and determined by the seed. Samples of weight 0 are in none.
    """
    data, fold = _with_folds(data, options)
    return [data.take(np.flatnonzero(fold == number)) for number in range(options.members)]


def _with_folds(data: Dataset, options: Options) -> tuple[Dataset, NDArray[np.int64]]:
    """Return the samples with a weight, and the fold of each, shape (n,)."""
    if data.weights is not None and not data.weights.all():
        data = data.take(np.flatnonzero(data.weights))
    count, least = len(data), 2 * options.members
    if count < least:
        raise DataError(
            "GN010",
            "{name}: {samples} samples for {folds} folds, expected {least} or more. Use fewer members."
            if data.weights is None
            else "{name}: {samples} samples of positive weight for {folds} folds, expected {least} or more. Use fewer "
            "members.",
            name=data.source,
            samples=count,
            folds=options.members,
            least=least,
        )
    return data, fold_of_rows(data, options.members, options.seed)
