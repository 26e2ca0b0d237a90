"""Wrong labels: the algorithm on numbers made by hand, the folds, and that flips among digits are found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet import Dataset, Options
from glassnet.errors import GlassnetError
from glassnet.trace.folds import fold_of, options_for, out_of_fold
from glassnet.trace.labels import (
    class_thresholds,
    confident_joint,
    estimated_errors,
    find_suspects,
    normalised_margin,
)
from support.cases import patterns
from support.samples import digits

P = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.4, 0.6], [0.1, 0.9], [0.3, 0.7]])
LABELS = np.array([0, 0, 0, 1, 1, 1])


def test_the_definitions_on_six_samples():
    margin, likely = normalised_margin(P, LABELS)
    np.testing.assert_allclose(margin, [0.8, 0.4, -0.6, 0.2, 0.8, 0.4])
    assert likely.tolist() == [1, 1, 1, 0, 0, 0]
    np.testing.assert_allclose(class_thresholds(P, LABELS), [0.6, 2.2 / 3])
    # Confident: rows 0 and 1 are 0, row 2 (labelled 0) and row 4 are 1; rows 3 and 5 reach no threshold.
    assert confident_joint(P, LABELS).tolist() == [[2, 1], [0, 1]]
    assert estimated_errors(P, LABELS) == pytest.approx(1.0)
    found = find_suspects(P, LABELS)
    assert (found.rows.tolist(), found.likely.tolist()) == ([2], [1])
    assert (found.given_probability[0], found.likely_probability[0]) == (0.2, 0.8)
    assert found.accuracy == pytest.approx(5 / 6)
    assert found.certain


def test_a_class_without_samples_is_never_reached():
    p = np.c_[P * 0.5, np.full(6, 0.5)]
    assert class_thresholds(p, LABELS)[2] == np.inf
    assert confident_joint(p, LABELS)[:, 2].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("probabilities", "labels", "code"),
    [
        (P[:5], LABELS, "GN050"),
        (P[:, :1], LABELS * 0, "GN050"),
        (P, LABELS + 1, "GN050"),
        (P[:0], LABELS[:0], "GN050"),
        (P * np.nan, LABELS, "GN018"),
    ],
)
def test_what_does_not_fit_is_refused(probabilities, labels, code):
    with pytest.raises(GlassnetError) as caught:
        find_suspects(probabilities, labels)
    assert caught.value.code == code


def test_flips_are_ranked_before_honest_labels_by_good_probabilities():
    random = np.random.default_rng(3)
    true = random.integers(0, 4, 2000)
    p = np.array([random.dirichlet(np.where(np.arange(4) == k, 8, 0.5)) for k in true])
    labels, flipped = true.copy(), random.choice(2000, 100, replace=False)
    labels[flipped] = (labels[flipped] + random.integers(1, 4, 100)) % 4
    found = find_suspects(p, labels)
    assert np.isin(found.rows[:100], flipped).mean() > 0.95
    assert found.errors == pytest.approx(100, rel=0.15)
    clean = find_suspects(p, true)
    assert clean.errors < 10


def test_folds_are_even_in_every_class_and_follow_the_seed():
    data = patterns(121)
    fold = fold_of(data, 0, 5)
    assert np.ptp(np.bincount(fold)) <= 1
    for label in range(3):
        assert np.ptp(np.bincount(fold[data.labels == label])) <= 1
    np.testing.assert_array_equal(fold, fold_of(data, 0, 5))
    assert (fold != fold_of(data, 1, 5)).any()


def test_a_sample_does_not_change_the_network_that_judges_its_fold():
    data, told = patterns(60), []
    options = Options.recipe("quick", hidden=(5,), epochs=3, batch_size=4, engine="reference")
    before = out_of_fold(data, options, 4, lambda number, accuracy: told.append(number))
    np.testing.assert_allclose(before.sum(axis=1), 1)
    assert told == [1, 2, 3, 4]
    fold, changed = fold_of(data, options.seed, 4), data.inputs.copy()
    changed[7] = 255 - changed[7]
    after = out_of_fold(replace(data, inputs=changed), options, 4)
    same = (after == before).all(axis=1)
    np.testing.assert_array_equal(same, (fold == fold[7]) & (np.arange(60) != 7))


def test_data_that_cannot_be_looked_through():
    data = patterns(9)
    numbers = Dataset(data.inputs, np.arange(9), 1, None, "numbers", values=np.zeros((9, 1)))
    for one in (numbers, data):
        with pytest.raises(GlassnetError) as caught:
            fold_of(one, 0, 5)
        assert caught.value.code == "GN073"


def test_options_follow_the_size_of_the_data():
    quick = Options.recipe("quick")
    small = options_for(patterns(100), quick)
    assert small.batch_size == 4
    assert small.learning_rate == pytest.approx(quick.learning_rate * 4 / quick.batch_size)
    assert small.epochs * 80 >= 600 * 4
    dense = replace(patterns(100), inputs=np.full((100, 16), 9, np.uint8))
    unit = replace(quick, scaling="unit")
    assert [options_for(data, unit).scaling for data in (dense, digits(100))] == ["standard", "unit"]


def test_flips_among_digits_are_found_and_clean_digits_are_said_to_be_clean():
    data = digits(5000)
    random = np.random.default_rng(0)
    flipped = random.choice(5000, 100, replace=False)
    labels = data.labels.copy()
    labels[flipped] = (labels[flipped] + random.integers(1, 10, 100)) % 10
    options = options_for(data, Options.recipe("quick", hidden=(100,)), 4)
    noisy = replace(data, labels=labels)
    found = find_suspects(out_of_fold(noisy, options, 4), labels)
    assert np.isin(found.rows[:50], flipped).sum() >= 40
    assert np.isin(flipped, found.rows[:200]).sum() >= 85
    assert found.certain
    assert 70 < found.errors < 200
    clean = find_suspects(out_of_fold(data, options, 4), data.labels)
    assert not clean.certain
    assert clean.errors < 30
