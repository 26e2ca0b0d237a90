"""The report on a table: the target by its name, beside simpler models, thresholds, residuals, effects of columns."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score

import glassnet
from glassnet import Dataset, Model, fit
from glassnet.html.report.charts import draw_residuals
from glassnet.html.report.effects import columns_section
from glassnet.html.report.results import EvaluatedModel
from glassnet.html.report.thresholds import _rows, draw_precision_recall, draw_roc
from glassnet.html.svg import HIGH, WIDE
from glassnet.messages.formats import shown
from glassnet.model.baselines import compare_with_baselines
from glassnet.model.quality import threshold_curves
from glassnet.words.report import WORDS, percent, say_in
from support.pages import checked_page

KINDS = ("two", "three", "numbers", "labels", "two numbers")
TARGETS = {
    "two": "bought",
    "three": "mood",
    "numbers": "price",
    "labels": ["cat", "dog"],
    "two numbers": ["price", "tax"],
}


@cache
def made(kind: str) -> tuple[Model, Dataset, Dataset]:
    """Return a network of a table, and the training and test data."""
    rng = np.random.default_rng(6)
    size, rooms, city = rng.normal(70, 20, 400), rng.integers(1, 5, 400), rng.choice(["Rome", "Bonn", "A & <b>"], 400)
    price = 3 * size + 20 * (city == "Rome") + rng.normal(0, 9, 400)
    columns = {
        "size": [f"{one:.1f} m²" for one in size],
        "rooms": list(map(int, rooms)),
        "city": list(map(str, city)),
        "owner": ["yes" if one else "no" for one in rng.random(400) < 0.3],
        "price": [f"{one:.1f} €" for one in price],
        "tax": list(price / 10),
        "bought": ["sold" if one > 240 else "free" for one in price + rng.normal(0, 30, 400)],
        "mood": np.array(["low", "middle", "high"])[np.digitize(price, [190, 240])].tolist(),
        "cat": [int(one > 70) for one in size],
        "dog": [int(one > 2) for one in rooms],
    }
    wanted = np.atleast_1d(TARGETS[kind]).tolist()
    kept = ["size", "rooms", "city", "owner", *wanted]
    data = glassnet.load_table({name: columns[name] for name in kept}, TARGETS[kind])
    training, test = data.take(slice(0, 300)), data.take(slice(300, 400))
    return fit(training, recipe="table", hidden=(8,), epochs=20, members=2, engine="reference").model, training, test


@pytest.mark.parametrize(("kind", "language"), [("two", "en"), *((kind, "zh") for kind in KINDS)])
def test_the_page_of_every_kind_of_table(kind, language):
    model, training, test = made(kind)
    page = checked_page(glassnet.report(model, test, language=language, training=training))
    found = [section["id"] for section in page.having("section")]
    assert found[0] == "comparison"
    assert "columns" in found
    assert ("thresholds" in found) == (kind == "two")
    assert ("reliability" in found) == ("numbers" not in kind)
    assert all(name in page.text for name in np.atleast_1d(TARGETS[kind]))
    assert all(name in page.text for name in model.columns.names)
    assert "nan" not in page.text
    if language == "zh":
        sentences = [english for english in WORDS.values() if english.count(" ") > 2 and "{" not in english]
        assert [one for one in sentences if one in page.text] == []


def test_the_comparison_shows_the_scores_of_all_three_models():
    model, training, test = made("two")
    compared = compare_with_baselines(model, test, training)
    text = checked_page(glassnet.report(model, test, training=training)).text
    for one in (compared.network, compared.linear, compared.constant):
        assert percent(one.accuracy) in text
        assert percent(one.balanced_accuracy) in text
        assert shown(one.log_loss) in text


def test_without_training_data_there_is_no_linear_model():
    model, _, test = made("two")
    text = checked_page(glassnet.report(model, test)).text
    assert WORDS["no_linear"] in text
    assert WORDS["these_samples"] in text


def test_the_words_say_which_mean_is_better():
    """A network may be worse than the mean of the tested samples, and better than that of training."""
    model, training, test = made("numbers")
    later = replace(test, values=model.predict(test.inputs).reshape(-1, 1) + 300)
    for given, mean in ((training, "mean in training"), (None, "mean of these samples")):
        text = checked_page(glassnet.report(model, later, training=given)).text
        assert "the model is less accurate than always predicting the mean of these samples" in text
        assert mean in text.split("Comparison with simpler models")[-1]


def test_a_score_is_written_in_one_way():
    model, training, test = made("numbers")
    text = checked_page(glassnet.report(model, test, training=training)).text
    r2 = compare_with_baselines(model, test, training).network.r2
    assert text.count(shown(r2)) >= 3  # the note, the figure at the top, the table
    model, training, test = made("two")
    record = {**model.receipt, "options": {**model.receipt["options"], "metric": "balanced_accuracy"}}
    record["result"] = {"balanced_accuracy": 0.7268, "samples": 100}
    text = checked_page(glassnet.report(replace(model, receipt=record), test)).text
    assert "balanced accuracy 72.68%" in text
    assert "Judged by balanced_accuracy" in text


def test_the_accuracy_of_a_constant_answer_is_a_sentence():
    model, _, test = made("two")
    assert "Accuracy of a constant answer, always '" in checked_page(glassnet.report(model, test)).text


def test_areas_and_the_best_threshold_are_those_of_scikit_learn():
    model, _, test = made("two")
    text = checked_page(glassnet.report(model, test)).text
    rarer = int((test.labels == 1).mean() <= 0.5)
    p, truth = model.predict_proba(test.inputs)[:, rarer].astype(float), test.labels == rarer
    assert f"AUC {shown(roc_auc_score(truth, p))}" in text
    assert shown(average_precision_score(truth, p)) in text
    best = max(balanced_accuracy_score(truth, p >= one) for one in p)
    assert f"best balanced accuracy, {percent(best)}" in text
    assert f"The model predicts bought: {model.name_of(rarer)} if" in text


@pytest.mark.parametrize("rare", [0, 1])
def test_the_rarer_class_is_the_positive_one(rare):
    model, _, test = made("two")
    kept = np.flatnonzero(test.labels != rare).tolist() + np.flatnonzero(test.labels == rare)[:5].tolist()
    text = checked_page(glassnet.report(model, test.take(np.array(kept)))).text
    assert f"The model predicts bought: {model.name_of(rare)} if" in text
    assert f"Mean prediction (probability of bought: {model.name_of(rare)})" in text


def test_a_threshold_above_all_probabilities_has_no_precision():
    truth = np.arange(50) < 2
    curves = threshold_curves(truth, np.linspace(0.3, 0.1, 50))
    rows = {row[0]: row[1:] for row in _rows(curves)}
    assert rows["0.5"] == ["0%", "–", "0%", "0%", "50%", "96%"]
    assert "0.9" not in rows
    assert str(draw_precision_recall(curves, 0.04, say_in("en"))).count("<circle") == 1


def test_the_labels_of_thresholds_stay_inside_the_drawing():
    """Of a rare class, the threshold of one half is in a corner."""
    for truth in (np.arange(50) < 2, np.arange(50) >= 2):
        curves = threshold_curves(truth, np.where(truth, 0.98, 0.97) + np.arange(50) % 7 / 1000)
        for drawing in (draw_roc(curves, say_in("en")), draw_precision_recall(curves, truth.mean(), say_in("en"))):
            for x, y, anchor in re.findall(
                r'class="name" x="([\d.]+)" y="([\d.]+)" text-anchor="(start|end)"', drawing
            ):
                left = float(x) - (30 if anchor == "end" else 0)
                assert 0 <= left <= WIDE - 30
                assert 10 <= float(y) <= HIGH


def test_a_report_without_data_names_the_sections_of_a_table():
    model, _, _ = made("two")
    text = checked_page(glassnet.report(model)).text
    assert WORDS["comparison"] in text
    assert WORDS["columns"] in text


def test_numbers_have_their_unit():
    model, training, test = made("numbers")
    text = checked_page(glassnet.report(model, test, training=training)).text
    assert "price [€]" in text
    assert re.search(r"Half of the errors are within ±[\d.]+ €", text)
    assert "size [m²]" in text


@pytest.mark.parametrize("kind", KINDS)
def test_effects_are_drawn_inside_their_frame(kind):
    model, _, test = made(kind)
    section = columns_section(EvaluatedModel.of(model, test), say_in("en"))
    assert section["effects"]
    assert len(section["rows"]) == section["all"] == 4
    for _, drawing in section["effects"]:
        width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', drawing).groups())
        for x, y in re.findall(r' x="([-\d.]+)" y="([-\d.]+)"', drawing):
            assert 0 <= float(x) <= width
            assert 0 <= float(y) <= height


def test_the_spread_of_residuals_has_three_lines_if_there_are_enough_samples():
    rng = np.random.default_rng(1)
    values = rng.normal(size=500)
    few, many = (str(draw_residuals(values[:k], values[:k] + 1, say_in("en"))) for k in (30, 500))
    assert few.count("line second") == 0
    assert many.count("line second") == 3


@pytest.mark.parametrize("kind", KINDS)
def test_constant_data_give_a_page(kind):
    """A single sample has no spread, one class, and one value in every column."""
    model, training, test = made(kind)
    page = checked_page(glassnet.report(model, test.take(slice(0, 1)), training=training))
    assert "thresholds" not in {section["id"] for section in page.having("section")}


def test_the_same_model_and_data_give_the_same_bytes():
    model, training, test = made("two")
    assert len({glassnet.report(model, test, training=training) for _ in range(2)}) == 1
