"""Roles of rows: known from the row's number alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.data.stream.roles import RowRoles


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**63 - 1), first=st.integers(0, 10**12), cut=st.integers(0, 500))
def test_roles_do_not_depend_on_what_is_read_together(seed, first, cut):
    roles = RowRoles(seed, 0.2, 0.3, 4)
    for role in (roles.test, roles.validation_sample, roles.fold, roles.training):
        rows = first + np.arange(500)
        assert np.array_equal(role(rows), np.concatenate([role(rows[:cut]), role(rows[cut:])]))


def test_every_row_has_one_role_in_the_given_fractions():
    roles, rows = RowRoles(3, 0.1, 0.2), np.arange(200_000)
    test, validation, training = roles.test(rows), roles.validation_sample(rows), roles.training(rows)
    assert np.array_equal(test.astype(int) + validation + training, np.ones(len(rows)))
    np.testing.assert_allclose([test.mean(), validation.mean()], [0.1, 0.9 * 0.2], atol=0.003)
    by_folds = RowRoles(3, 0.1, 0.2, 5)
    fold = by_folds.fold(rows)
    assert np.array_equal(by_folds.training(rows), ~test)
    assert np.array_equal(fold == -1, test)
    np.testing.assert_allclose(np.bincount(fold[~test]) / (~test).sum(), 0.2, atol=0.004)
    assert not np.array_equal(test, RowRoles(4, 0.1).test(rows))
    assert not RowRoles(3).test(rows).any()
