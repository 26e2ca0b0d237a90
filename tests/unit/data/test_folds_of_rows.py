"""Folds of rows: balanced, and stratified by class."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.data.held_out import SplitBy, fold_numbers


@settings(max_examples=60, deadline=None)
@given(
    labels=st.lists(st.integers(0, 4), min_size=1, max_size=80),
    folds=st.integers(2, 9),
    seed=st.integers(0, 99),
    stratified=st.booleans(),
)
def test_folds_are_balanced_and_stratified(labels, folds, seed, stratified):
    labels = np.array(labels)
    fold = fold_numbers(len(labels), folds, seed, SplitBy(labels if stratified else None))
    assert fold.shape == labels.shape
    sizes = np.bincount(fold, minlength=folds)
    assert len(sizes) == folds
    assert np.ptp(sizes) <= 1
    if stratified:
        for label in np.unique(labels):
            assert np.ptp(np.bincount(fold[labels == label], minlength=folds)) <= 1
    np.testing.assert_array_equal(fold, fold_numbers(len(labels), folds, seed, SplitBy(labels if stratified else None)))


def test_folds_depend_on_the_seed_and_not_on_the_order_of_the_classes():
    labels = np.arange(60) % 3
    folds = [fold_numbers(60, 4, seed, SplitBy(labels)) for seed in range(5)]
    assert len({fold.tobytes() for fold in folds}) == 5
    np.testing.assert_array_equal(fold_numbers(60, 4, 0, SplitBy(labels * 7)), folds[0])
