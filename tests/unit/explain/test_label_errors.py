"""Wrong labels: errors are distinguished from overlapping classes, on generated data and on digits; the folds."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from glassnet import Dataset, Options
from glassnet.errors import GlassnetError
from glassnet.explain.label_errors import Cause, Suspects, find_suspects, fit_label_model, normalised_margin
from glassnet.training.cross_validation import fold_of, fold_options, out_of_fold
from support.cases import patterns
from support.labelled import blobs, flipped, laplace, logistic, multinomial, rings, scored
from support.samples import digits

P = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.4, 0.6], [0.1, 0.9], [0.3, 0.7]])
LABELS = np.array([0, 0, 0, 1, 1, 1])


def test_margins_and_suspects_of_six_samples():
    margin, likely = normalised_margin(P, LABELS)
    np.testing.assert_allclose(margin, [0.8, 0.4, -0.6, 0.2, 0.8, 0.4])
    assert likely.tolist() == [1, 1, 1, 0, 0, 0]
    found = find_suspects(P, LABELS)
    assert (found.rows.tolist(), found.likely.tolist()) == ([2], [1])
    assert (found.given_probability[0], found.likely_probability[0]) == (0.2, 0.8)
    assert found.accuracy == pytest.approx(5 / 6)
    assert found.errors == pytest.approx(1.0, abs=0.01)
    assert found.certain


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
def test_probabilities_and_labels_that_do_not_match_are_rejected(probabilities, labels, code):
    with pytest.raises(GlassnetError) as caught:
        find_suspects(probabilities, labels)
    assert caught.value.code == code


def calibrated(random: np.random.Generator, count: int, classes: int = 4) -> np.ndarray:
    """Return probabilities from nearly uniform to nearly certain."""
    scores = random.normal(size=(count, classes)) * random.uniform(0.5, 5, (count, 1))
    return softmax(scores, axis=1)


def drawn(random: np.random.Generator, probabilities: np.ndarray) -> np.ndarray:
    """Draw one label per row from the probabilities of that row."""
    return (probabilities.cumsum(axis=1) > random.random((len(probabilities), 1))).argmax(axis=1)


@pytest.mark.parametrize(("temperature", "bias"), [(0.4, 1.0), (1.0, 0.0), (2.5, 1.0)])
def test_labels_drawn_from_the_probabilities_need_no_floors_at_any_temperature(temperature, bias):
    random = np.random.default_rng(int(10 * temperature + bias))
    scores = np.log(calibrated(random, 3000))
    labels = drawn(random, softmax(scores, axis=1))
    model = fit_label_model(softmax((scores + bias * np.arange(4)) / temperature, axis=1), labels)
    assert model.cause is Cause.OVERLAP
    assert model.wrong.sum() < 2


@pytest.mark.parametrize(
    ("cause", "floors", "temperature"),
    [(Cause.BOTH, [0.02, 0.02, 0.02, 0.02], 0.5), (Cause.BOTH_BY_CLASS, [0.09, 0.0, 0.0, 0.03], 2.0)],
)
def test_floors_are_recovered_and_error_probabilities_are_calibrated(cause, floors, temperature):
    random = np.random.default_rng(int(temperature) + len(cause.name))
    p = calibrated(random, 6000)
    true = drawn(random, p)
    by_floor = random.random(6000) < np.sum(floors)
    labels = np.where(by_floor, random.choice(4, 6000, p=np.array(floors) / np.sum(floors)), true)
    model = fit_label_model(softmax(np.log(p) / temperature, axis=1), labels)
    assert model.cause is cause
    np.testing.assert_allclose(model.floors, floors, atol=0.015)
    wrong = labels != true
    assert model.wrong.sum() == pytest.approx(wrong.sum(), rel=0.2)
    likely = model.wrong > 0.5
    # Five standard deviations of a sum of independent Bernoulli variables, and 10 % as the floors are estimates.
    spread = 5 * np.sqrt((model.wrong[likely] * (1 - model.wrong[likely])).sum()) + 1
    assert abs(model.wrong[likely].sum() - wrong[likely].sum()) < spread + 0.1 * likely.sum()


def test_the_order_of_classes_and_samples_makes_no_difference():
    random = np.random.default_rng(2)
    p = calibrated(random, 500)
    labels = drawn(random, p)
    labels[:25] = random.integers(0, 4, 25)
    order, classes = random.permutation(500), random.permutation(4)
    other = fit_label_model(p[order][:, classes], np.argsort(classes)[labels[order]])
    np.testing.assert_allclose(other.wrong, fit_label_model(p, labels).wrong[order], atol=1e-9)


def test_a_class_without_samples_changes_nothing():
    random = np.random.default_rng(3)
    p = calibrated(random, 500)
    labels = drawn(random, p[:, :3] / p[:, :3].sum(axis=1, keepdims=True))
    found, without = find_suspects(p, labels), find_suspects(p[:, :3] / p[:, :3].sum(axis=1, keepdims=True), labels)
    assert np.isfinite(found.wrong_probability).all()
    assert not found.certain
    assert not without.certain


def test_a_rare_class_that_cannot_be_predicted_is_not_called_wrong():
    random = np.random.default_rng(4)
    labels = (random.random(2000) < 0.1).astype(np.int64)
    sure = np.clip(random.normal(0.9, 0.02, 2000), 0.5, 0.99)
    found = find_suspects(np.c_[sure, 1 - sure], labels)
    assert not found.certain
    assert found.errors < 10


def test_flipped_labels_are_ranked_before_correct_ones():
    random = np.random.default_rng(3)
    true = random.integers(0, 4, 2000)
    p = np.array([random.dirichlet(np.where(np.arange(4) == k, 8, 0.5)) for k in true])
    labels = flipped(random, true, 0.05)
    found = find_suspects(p, labels)
    assert np.isin(found.rows[:100], np.flatnonzero(labels != true)).mean() > 0.95
    assert found.errors == pytest.approx(100, rel=0.15)
    clean = find_suspects(p, true)
    assert clean.errors < 10


OVERLAP = {
    "noise": (1000, lambda random, n: logistic(random, n, slope=0, columns=3)),
    "one class rare": (2000, lambda random, n: logistic(random, n, slope=2, offset=-3)),
    "four classes": (1000, lambda random, n: multinomial(random, n, 4)),
    "sine, high": (1500, lambda random, n: scored(random, n, lambda x: 3 * np.sin(x))),
    "Laplace": (2000, lambda random, n: laplace(random, n, shift=3)),
}


@pytest.mark.parametrize(("count", "generate"), OVERLAP.values(), ids=OVERLAP)
def test_where_classes_overlap_no_label_is_called_wrong(count, generate):
    random = np.random.default_rng(count)
    inputs, labels = generate(random, count)
    found = suspects(inputs, labels)
    assert found.errors <= 0.02 * count
    assert (found.wrong_probability > 0.5).sum() <= 0.02 * count
    assert not found.certain
    assert len(found.rows) > 0.02 * count


SEPARATE = {
    "blobs, few": (300, lambda random, n: blobs(random, n, 3, distance=8)),
    "blobs, 20 columns": (2000, lambda random, n: blobs(random, n, 5, distance=8, columns=20)),
    "rings": (2000, lambda random, n: rings(random, n, 3)),
}


@pytest.mark.parametrize(("count", "generate"), SEPARATE.values(), ids=SEPARATE)
def test_where_classes_are_separate_planted_errors_come_first_and_are_counted(count, generate):
    random = np.random.default_rng(count)
    inputs, true = generate(random, count)
    labels = flipped(random, true, 0.05)
    check_planted(suspects(inputs, labels), np.flatnonzero(labels != true))


@pytest.mark.parametrize("classes", [2, 10])
def test_twenty_percent_wrong_labels_come_first_but_count_as_overlap(classes):
    random = np.random.default_rng(classes)
    inputs, true = blobs(random, 2000, classes, distance=8)
    labels = flipped(random, true, 0.2)
    found = suspects(inputs, labels)
    assert (labels != true)[found.rows[:400]].mean() >= 0.9
    assert not found.certain
    assert found.errors == 0


def test_errors_in_one_class_are_found():
    random = np.random.default_rng(1)
    inputs, true = blobs(random, 2000, 2, distance=6)
    labels = np.where((true == 0) & (random.random(2000) < 0.15), 1, true)
    check_planted(suspects(inputs, labels), np.flatnonzero(labels != true))


def test_errors_come_first_even_if_classes_overlap_elsewhere():
    random = np.random.default_rng(1)
    (far, true), (near, ambiguous) = blobs(random, 2500, 2, distance=8), logistic(random, 1500, slope=1, columns=2)
    labels = flipped(random, true, 0.06)
    found = suspects(np.r_[far, near + np.array([0, 20])], np.r_[labels, ambiguous])
    planted = np.flatnonzero(labels != true)
    assert np.isin(found.rows[: len(planted)], planted).mean() >= 0.9
    assert found.certain
    assert 0.5 * len(planted) < found.errors < 1.5 * len(planted)
    assert len(found.rows) > 3 * len(planted)  # most of them ambiguous


def check_planted(found: Suspects, planted: np.ndarray) -> None:
    """Check that the samples called wrong are the planted errors, and that these come first."""
    assert np.isin(found.rows[: len(planted)], planted).mean() >= 0.9
    assert found.certain
    assert found.errors == pytest.approx(len(planted), rel=0.15)
    assert np.isin(found.rows[found.wrong_probability > 0.5], planted).mean() >= 0.9


def suspects(inputs: np.ndarray, labels: np.ndarray) -> Suspects:
    """Return what `glassnet labels --cv 3 --hidden 30` finds."""
    data = Dataset(inputs.astype(np.float32), labels, int(labels.max()) + 1, None, "generated", maximum=1.0)
    options = fold_options(data, Options.recipe("quick", hidden=(30,)), 3)
    return find_suspects(out_of_fold(data, options, 3), labels)


def test_folds_are_stratified_and_depend_on_the_seed():
    data = patterns(121)
    fold = fold_of(data, 0, 5)
    assert np.ptp(np.bincount(fold)) <= 1
    for label in range(3):
        assert np.ptp(np.bincount(fold[data.labels == label])) <= 1
    np.testing.assert_array_equal(fold, fold_of(data, 0, 5))
    assert (fold != fold_of(data, 1, 5)).any()


def test_a_sample_does_not_affect_the_network_that_predicts_its_fold():
    data, folds_done = patterns(60), []
    options = Options.recipe("quick", hidden=(5,), epochs=3, batch_size=4, engine="reference")
    before = out_of_fold(data, options, 4, lambda number, accuracy: folds_done.append(number))
    np.testing.assert_allclose(before.sum(axis=1), 1)
    assert folds_done == [1, 2, 3, 4]
    fold, changed = fold_of(data, options.seed, 4), data.inputs.copy()
    changed[7] = 255 - changed[7]
    after = out_of_fold(replace(data, inputs=changed), options, 4)
    same = (after == before).all(axis=1)
    np.testing.assert_array_equal(same, (fold == fold[7]) & (np.arange(60) != 7))


def test_regression_data_and_too_few_samples_are_rejected():
    data = patterns(9)
    numbers = Dataset(data.inputs, np.arange(9), 1, None, "numbers", values=np.zeros((9, 1)))
    for one in (numbers, data):
        with pytest.raises(GlassnetError) as caught:
            fold_of(one, 0, 5)
        assert caught.value.code == "GN073"
        assert re.search(r"\. Use .+\.$", str(caught.value))


def test_options_depend_on_the_size_of_the_data():
    quick = Options.recipe("quick")
    small = fold_options(patterns(100), quick)
    assert small.batch_size == 4
    assert small.learning_rate == pytest.approx(quick.learning_rate * 4 / quick.batch_size)
    assert small.epochs * 80 >= 600 * 4
    dense = replace(patterns(100), inputs=np.full((100, 16), 9, np.uint8))
    unit = replace(quick, scaling="unit")
    assert [fold_options(data, unit).scaling for data in (dense, digits(100))] == ["standard", "unit"]


def test_flipped_labels_of_digits_are_found_and_clean_digits_have_few_suspects():
    data = digits(5000)
    random = np.random.default_rng(0)
    labels = flipped(random, data.labels, 0.02)
    planted = np.flatnonzero(labels != data.labels)
    options = fold_options(data, Options.recipe("quick", hidden=(100,)), 4)
    noisy = replace(data, labels=labels)
    found = find_suspects(out_of_fold(noisy, options, 4), labels)
    assert np.isin(found.rows[:50], planted).sum() >= 40
    assert np.isin(planted, found.rows[:200]).sum() >= 85
    assert found.certain
    assert 70 < found.errors < 200
    clean = find_suspects(out_of_fold(data, options, 4), data.labels)
    assert not clean.certain
    assert clean.errors < 30
