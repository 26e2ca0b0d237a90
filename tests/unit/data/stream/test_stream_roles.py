"""Roles of rows: known from the row's number, its group or its time alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.data.stream.roles import RowKeys, RowRoles


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**63 - 1), first=st.integers(0, 10**12), cut=st.integers(0, 500))
def test_roles_do_not_depend_on_what_is_read_together(seed, first, cut):
    roles = RowRoles(seed, 0.2, 0.3, 4)
    for role in (roles.test, roles.validation_sample, roles.fold, roles.training):
        rows = first + np.arange(500)
        parts = [role(RowKeys(one)) for one in (rows, rows[:cut], rows[cut:])]
        assert np.array_equal(parts[0], np.concatenate(parts[1:]))


def test_every_row_has_one_role_in_the_given_fractions():
    roles, rows = RowRoles(3, 0.1, 0.2), RowKeys(np.arange(200_000))
    test, validation, training = roles.test(rows), roles.validation_sample(rows), roles.training(rows)
    assert np.array_equal(test.astype(int) + validation + training, np.ones(200_000))
    np.testing.assert_allclose([test.mean(), validation.mean()], [0.1, 0.9 * 0.2], atol=0.003)
    by_folds = RowRoles(3, 0.1, 0.2, 5)
    fold = by_folds.fold(rows)
    assert np.array_equal(by_folds.training(rows), ~test)
    assert np.array_equal(fold == -1, test)
    np.testing.assert_allclose(np.bincount(fold[~test]) / (~test).sum(), 0.2, atol=0.004)
    assert not np.array_equal(test, RowRoles(4, 0.1).test(rows))
    assert not RowRoles(3).test(rows).any()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**63 - 1), folds=st.sampled_from((0, 3)))
def test_rows_of_a_group_have_one_role(seed, folds):
    groups = np.random.default_rng(seed).integers(0, 2**63, 300)[np.arange(3000) % 300]
    roles, rows = RowRoles(seed, 0.2, 0.3, folds), RowKeys(np.arange(3000), groups)
    for role in (roles.test, roles.fold, roles.training):
        found = role(rows).reshape(10, 300)
        assert (found == found[0]).all()
    sample = roles.validation_sample(rows)
    assert (sample & roles.test(rows)).sum() == 0
    if not folds:  # with folds, a member is not trained on its own fold at all
        assert not np.intersect1d(groups[sample], groups[roles.training(rows)]).size


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 99), folds=st.sampled_from((0, 3)))
def test_roles_by_time_hold_out_the_latest(seed, folds):
    times = np.random.default_rng(seed).integers(-50, 400, 3000)
    different, counts = np.unique(times, return_counts=True)
    roles = RowRoles(seed, 0.2, 0.3, folds).in_time(different, counts, "rows", "day")
    rows = RowKeys(np.arange(3000), None, times)
    test, sample, training = roles.test(rows), roles.validation_sample(rows), roles.training(rows)
    assert times[~test].max() < times[test].min()
    assert abs(test.mean() - 0.2) < 0.01
    if folds:
        order = np.argsort(times[~test], kind="stable")
        assert (np.diff(roles.fold(rows)[~test][order]) >= 0).all()
        np.testing.assert_allclose(np.bincount(roles.fold(rows)[~test]) / (~test).sum(), 1 / 3, atol=0.01)
    else:
        assert times[training].max() < times[sample].min() <= times[sample].max() < times[test].min()
        assert abs(sample.sum() / (~test).sum() - 0.3) < 0.01
