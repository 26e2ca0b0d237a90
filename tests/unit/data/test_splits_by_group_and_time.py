"""Splits of rows with groups and times: no group on two sides, the latest held out, sizes and classes near to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import Dataset, Options
from glassnet.data.held_out import SplitBy, fold_numbers, held_out_rows, scored_folds
from glassnet.data.split import few_groups, fold_of_rows
from glassnet.data.validation_split import ValidationSplit
from glassnet.errors import DataError, DataWarning, ShapeError
from glassnet.messages.message import Message
from glassnet.nn.random import Purpose

WHY = Message("for testing. Pass more samples, or {otherwise}.", otherwise=Message("another {option}", option="size"))


def held_out(count, fraction, seed, labels=None, groups=None, times=None):
    return held_out_rows(count, "rows", fraction, seed, Purpose.SPLIT, WHY, SplitBy(labels, groups, times))


@st.composite
def grouped(draw, least=2):
    """Return labels, and groups of 1 to 9 rows whose labels are alike or not."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=least, max_size=40))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    groups = random.permutation(np.repeat(random.permutation(len(sizes)) * 7 - 3, sizes))
    alike = random.integers(0, 3, 300)[groups + 3]
    return np.where(random.random(len(groups)) < draw(st.sampled_from((0.0, 0.5))), 0, alike), groups


@settings(max_examples=40, deadline=None)
@given(grouped(), st.sampled_from((0.1, 0.2, 0.5, 0.8)), st.integers(0, 99), st.booleans())
def test_a_group_is_wholly_held_out_or_not_at_all(rows, fraction, seed, stratified):
    labels, groups = rows
    labels = labels if stratified else None
    if not 0 < round(len(groups) * fraction) < len(groups):
        return
    kept, aside = held_out(len(groups), fraction, seed, labels, groups)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, aside])), np.arange(len(groups)))
    assert len(kept)
    assert len(aside)
    assert not np.intersect1d(groups[kept], groups[aside]).size
    assert (np.diff(kept) > 0).all()
    if labels is None:  # otherwise the classes count, too
        assert abs(len(aside) - fraction * len(groups)) <= np.bincount(groups + 3).max()
    # What the groups are called does not matter, nor does anything but the seed.
    again = held_out(len(groups), fraction, seed, labels, -groups * 1000)
    np.testing.assert_array_equal(again[1], aside)


@settings(max_examples=40, deadline=None)
@given(grouped(least=9), st.integers(2, 9), st.integers(0, 99), st.booleans())
def test_folds_keep_groups_whole_and_are_of_similar_size(rows, folds, seed, stratified):
    labels, groups = rows
    by = SplitBy(labels if stratified else None, groups)
    fold = fold_numbers(len(groups), folds, seed, by)
    sizes = np.bincount(fold, minlength=folds)
    assert sizes.min() > 0
    assert len(sizes) == folds
    assert all(len(np.unique(fold[groups == one])) == 1 for one in np.unique(groups))
    if not stratified:
        assert np.ptp(sizes) <= np.bincount(groups + 3).max()
    np.testing.assert_array_equal(
        fold, fold_numbers(len(groups), folds, seed, SplitBy(labels if stratified else None, groups))
    )


def test_folds_of_groups_are_stratified_better_than_by_chance():
    random, worse = np.random.default_rng(0), 0
    for seed in range(20):
        groups = np.repeat(np.arange(60), random.integers(1, 12, 60))
        labels = random.integers(0, 3, 60)[groups]

        def unlike(fold, labels=labels):
            shares = [np.bincount(labels[fold == one], minlength=3) / max(1, (fold == one).sum()) for one in range(5)]
            return np.var(shares, axis=0).sum()

        chance = random.permutation(60)[groups] % 5
        worse += unlike(fold_numbers(len(groups), 5, seed, SplitBy(labels, groups))) > unlike(chance)
    assert worse <= 1


def test_another_seed_holds_out_other_groups_of_different_sizes():
    groups = np.repeat(np.arange(40), np.arange(40) % 7 + 3)
    assert len({held_out(len(groups), 0.2, seed, None, groups)[1].tobytes() for seed in range(6)}) == 6


@settings(max_examples=40, deadline=None)
@given(
    times=st.lists(st.integers(-4, 30), min_size=12, max_size=80),
    fraction=st.sampled_from((0.1, 0.3, 0.7)),
    folds=st.integers(2, 4),
)
def test_the_latest_rows_are_held_out_and_folds_are_blocks_of_time(times, fraction, folds):
    times = np.array(times)
    if len(np.unique(times)) < folds + 1:
        return
    kept, aside = held_out(len(times), fraction, 0, None, None, times)
    assert times[kept].max() < times[aside].min()
    most = np.bincount(times + 4).max()
    assert abs(len(aside) - fraction * len(times)) <= most
    fold = fold_numbers(len(times), folds, 0, SplitBy(times=times))
    assert (np.bincount(fold, minlength=folds) > 0).all()
    order = np.argsort(times, kind="stable")
    assert (np.diff(fold[order]) >= 0).all()
    assert all(len(np.unique(fold[times == one])) == 1 for one in np.unique(times))
    np.testing.assert_array_equal(fold, fold_numbers(len(times), folds, 5, SplitBy(times=times)))
    scored = scored_folds(len(times), folds, 0, SplitBy(times=times))
    assert len(scored) == folds
    for training, test in scored:
        assert times[training].max() < times[test].min()
    assert len(np.unique(np.concatenate([test for _, test in scored]))) == sum(len(test) for _, test in scored)


@settings(max_examples=40, deadline=None)
@given(grouped(least=5), st.integers(0, 99))
def test_a_group_counts_with_its_last_time(rows, seed):
    groups = rows[1]
    times = np.random.default_rng(seed).permutation(len(groups)).astype(float)
    kept, aside = held_out(len(groups), 0.3, seed, None, groups, times)
    assert not np.intersect1d(groups[kept], groups[aside]).size
    last = {one: times[groups == one].max() for one in np.unique(groups)}
    assert max(last[one] for one in groups[kept]) < min(last[one] for one in groups[aside])


def test_too_few_groups_or_times_are_an_error_that_says_what_to_do():
    with pytest.raises(DataError, match=r"rows: 3 groups for 4 parts of the rows, expected 4 or more\. Use fewer"):
        fold_numbers(30, 4, 0, SplitBy(groups=np.arange(30) % 3), source="rows")
    with pytest.raises(DataError, match=r"rows: 1 group, .* some are held out for testing\. .* or smaller groups"):
        held_out(30, 0.1, 0, groups=np.zeros(30, int))
    alone = Dataset.from_arrays(np.zeros((30, 1)), np.arange(30) % 2, time=np.zeros(30))
    with pytest.raises(DataError, match=r"arrays: 1 different time to train on, .* validation data, or finer times\."):
        few_groups(alone, Options(members=4, folds=True))
    with pytest.raises(DataError, match=r"2 different times for 3 parts.*finer times"):
        scored_folds(30, 2, 0, SplitBy(times=np.arange(30) % 2))


@pytest.mark.parametrize("days", [2, 3, 5])
@pytest.mark.parametrize("named", [("groups",), ("time",), ("groups", "time")], ids=str)
def test_an_ensemble_has_no_more_members_than_folds_are_possible(named, days):
    """Six groups, of which some end on the same day: with times, these are one."""
    group = np.repeat(np.arange(6), 20)
    given = {"groups": group, "time": np.where(np.arange(120) % 2, group % days, 0)}
    data = Dataset.from_arrays(np.zeros((120, 1)), np.arange(120) % 2, **{name: given[name] for name in named})
    options, notice = few_groups(data, Options(members=8, folds=True))
    possible = days if "time" in named else 6
    assert (options.members, str(possible) in str(notice)) == (possible, True)
    assert np.unique(fold_of_rows(data, options.members, 0)).tolist() == list(range(possible))
    with pytest.raises(DataError):
        fold_of_rows(data, possible + 1, 0)


def test_arrays_name_groups_and_times_by_values_of_any_kind():
    X, y = np.arange(40.0).reshape(20, 2), ["a", "b"] * 10
    dates = np.arange(20).astype("datetime64[D]")
    with pytest.warns(DataWarning, match="groups: no value in 10 of 20 rows"):
        data = Dataset.from_arrays(X, y, groups=["x", None, float("nan"), "y"] * 5, time=dates)
    assert data.groups.tolist() == [0, 1, 1, 2] * 5
    assert (np.diff(data.times) > 0).all()
    assert data.take([3, 1]).groups.tolist() == [2, 1]
    assert data.take([3, 1]).times.tolist() == data.times[[3, 1]].tolist()
    two = Dataset.from_arrays(X, y, groups=[["x", 1], ["x", 2], ["y", 1], ["x", 1]] * 5)
    assert two.groups.tolist() == [0, 1, 2, 0] * 5
    with pytest.warns(DataWarning, match="time: no value in 1 of 20 rows"):
        train, test = Dataset.from_arrays(X, y, time=[float("nan"), *range(19)], test_size=0.2)
    assert test.times.tolist() == [15, 16, 17, 18]
    assert np.isneginf(train.times[0])
    for wrong in (["a"] * 20, [True] * 20):
        with pytest.raises(DataError, match=r"time: values of type .* expected numbers or dates"):
            Dataset.from_arrays(X, y, time=wrong)
    with pytest.raises(ShapeError, match="groups of shape"):
        Dataset.from_arrays(X, y, groups=[1, 2])


@pytest.mark.parametrize("split", [ValidationSplit(1, fraction=0.2), ValidationSplit(1, folds=4, fold=2)])
def test_the_validation_samples_of_a_search_keep_groups_whole_and_are_later(split):
    X, y = np.arange(160.0).reshape(80, 2), np.arange(80) % 2
    training, validation = split.of(Dataset.from_arrays(X, y, groups=np.arange(80) // 5))
    assert not np.intersect1d(training.groups, validation.groups).size
    training, validation = split.of(Dataset.from_arrays(X, y, time=np.arange(80)))
    assert training.times.max() < validation.times.min()
