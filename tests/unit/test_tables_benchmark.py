"""Scores, splits and summary of benchmarks/tables.py, without its tables."""

from __future__ import annotations

import importlib
import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, log_loss

import glassnet

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("auto_imports", "glass", "horse_colic", "ionosphere")


@pytest.fixture
def script(monkeypatch):
    """Return a function that imports a script of benchmarks/."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


@pytest.fixture
def tables(script):
    return script("tables")


def line(subject, table, seed, error, classes):
    scores = ("balanced error", "log loss", "calibration error", "Brier") if classes else ()
    times = {"fit seconds": 1.0, "predict seconds": 0.5}
    about = {"subject": subject, "table": table, "seed": seed, "rows": 90, "packages": {"some": "1.2"}}
    return {**about, "error": error, **dict.fromkeys(scores, 0.25), **times}


def lines(tables, **errors):
    return [
        line(subject, table, seed, error + 0.02 * seed, one.classes)
        for subject, error in errors.items()
        for table, one in tables.TABLES.items()
        for seed in (0, 1)
    ]


def test_scores_of_classes_agree_with_scikit_learn(tables):
    random = np.random.default_rng(1)
    p, truth = random.dirichlet(np.ones(3), 400), random.choice([10, 20, 30], 400, p=[0.6, 0.3, 0.1])
    scores = tables.class_scores(p, np.array([10, 20, 30]), truth)
    answers = np.array([10, 20, 30])[p.argmax(axis=1)]
    assert scores["error"] == pytest.approx(np.mean(answers != truth))
    assert scores["log loss"] == pytest.approx(log_loss(truth, p))
    assert scores["balanced error"] == pytest.approx(1 - balanced_accuracy_score(truth, answers))
    hot = truth[:, None] == [10, 20, 30]
    assert scores["Brier"] == pytest.approx(np.mean(np.sum((p - hot) ** 2, axis=1)))


def test_a_class_unknown_to_the_model_is_wrong_and_has_the_smallest_probability(tables):
    scores = tables.class_scores(np.array([[1.0, 0.0]]), np.array(["a", "b"]), np.array(["c"]))
    assert scores["error"] == scores["balanced error"] == 1
    assert scores["log loss"] == pytest.approx(-np.log(1e-7))


def test_the_calibration_error_is_the_gap_between_confidence_and_accuracy(tables):
    right = np.tile([True, True, True, False], 150)
    assert tables.calibration_error(np.full(600, 0.75), right) < 0.03
    assert tables.calibration_error(np.full(600, 0.95), right) == pytest.approx(0.2, abs=0.03)


def test_predicting_the_mean_has_error_one(tables):
    truth = np.random.default_rng(0).normal(5, 3, 200)
    assert tables.number_scores(np.full(200, truth.mean()), truth) == {"error": pytest.approx(1)}


@pytest.mark.parametrize("classes", [True, False])
def test_a_quarter_is_the_test_part_and_training_parts_are_cut(tables, classes):
    target = pd.Series(np.arange(20_000) % 4)
    train, test = tables.split(target, classes, 3)
    assert (len(train), len(test)) == (10_000, 5_000)
    assert not np.intersect1d(train, test).size
    if classes:
        assert np.ptp(np.bincount(target[train])) <= 1


def test_missing_cells_and_rows_without_target(tables, tmp_path):
    (tmp_path / "made.csv").write_text("a, NA, x, 1\n?, 3, NA, 2\nNone, 4, x, ?\n")
    frame, target = tables.read(tmp_path, tables.Table("made.csv", -1, leave_out=(2,), header=False))
    assert list(frame.columns) == ["column 1", "column 2"]
    assert frame.isna().to_numpy().tolist() == [[False, True], [True, False]]
    assert target.tolist() == [1, 2]
    assert pd.api.types.is_integer_dtype(target)


def test_results_continue_after_an_unfinished_line(tables, tmp_path):
    out = tmp_path / "results.jsonl"
    assert tables.finished(out) == []
    tables.append(out, {"seed": 0})
    with out.open("a") as file:
        file.write('{"seed": 1, "err')
    assert tables.finished(out) == [{"seed": 0}]
    tables.append(out, {"seed": 1})
    assert tables.finished(out) == [{"seed": 0}, {"seed": 1}]


def test_comparisons_are_over_the_splits_that_all_have(tables):
    """LightGBM has one split of all tables, another of two tables; HistGradientBoosting lacks a table."""
    known = lines(tables, **{"scikit-learn MLP": 0.3, "CatBoost": 0.2})
    known += [one for one in lines(tables, LightGBM=0.1) if one["seed"] == 1 or one["table"] in ("letter", "glass")]
    known += lines(tables, HistGradientBoosting=0.1)[:-2]
    known += [one for one in lines(tables, **{"CatBoost tuned": 0.1}) if one["table"] in SMALL]
    result = tables.summarise(known)
    both, one_split, small = result["comparisons"]
    assert (both["seeds"], one_split["seeds"], small["seeds"]) == (["0", "1"], ["1"], ["0", "1"])
    assert {*both["subjects"]} == {"scikit-learn MLP", "CatBoost"}
    best = both["subjects"]["CatBoost"]
    assert (best["error"], best["rank"]) == (pytest.approx(0.21 + tables.SHIFT), 1)
    assert (best["fit seconds"], best["log loss"]) == (len(tables.TABLES), 0.25)
    assert one_split["subjects"]["CatBoost"] == {"error": pytest.approx(0.22 + tables.SHIFT), "rank": 2}
    assert one_split["subjects"]["LightGBM"]["error"] == pytest.approx(0.12 + tables.SHIFT)
    assert ({*small["tables"]}, {*small["subjects"]}) == ({*SMALL}, {"scikit-learn MLP", "CatBoost", "CatBoost tuned"})


def test_a_summary_keeps_subjects_that_are_not_measured_again(tables):
    kept = tables.summarise(lines(tables, **{"glassnet": 0.3, "CatBoost": 0.2}))
    again = tables.summarise(lines(tables, glassnet=0.1), kept)
    assert again["subjects"]["CatBoost"] == kept["subjects"]["CatBoost"]
    assert again["comparisons"] == tables.summarise(lines(tables, glassnet=0.1, CatBoost=0.2))["comparisons"]


@pytest.mark.parametrize("language", [0, 1])
def test_the_page_begins_with_what_others_do_better(script, tables, language):
    known = lines(tables, **{"glassnet": 0.3, "LightGBM": 0.4, "CatBoost": 0.2})
    known += [one for one in lines(tables, **{"CatBoost tuned": 0.1}) if one["table"] in SMALL]
    result, table = tables.summarise(known), script("table")
    page = [text for text in table.tables_section(result, language) if text.startswith("| ")]
    assert [text.split(" ")[1].split("（")[0].split("，")[0].rstrip(",") for text in page[2:5]] == [
        "CatBoost",
        "glassnet",
        "LightGBM",
    ]
    assert {len(text.split("|")) for text in page[-len(tables.TABLES) :]} == {7}
    better = [*table.better_on_tables(result, language)]
    assert "LightGBM" not in "".join(better)
    assert sum("-0.1000 ± 0.0000" in text for text in better) == len(tables.TABLES), "CatBoost on each table"
    assert sum("-0.2000 ± 0.0000" in text for text in better) == len(SMALL), "tuned on four"


def test_an_absent_folder_is_named(tables, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("sys.argv", ["tables.py", "--data", str(tmp_path / "absent")])
    with pytest.raises(SystemExit) as ended:
        tables.main()
    assert ended.value.code == 2
    assert f"no letter.csv in the folder {tmp_path / 'absent'}. Name the folder" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_networks_fit_words_and_gaps(script, tables, monkeypatch):
    module = script("table_subjects")
    subjects, few = module.SUBJECTS, partial(module.fitted, changes={"hidden": (16,), "epochs": 20})
    monkeypatch.setattr(module, "fitted", lambda part, recipe, changes: few(part, recipe))
    for name in ("NetworkClassifier", "NetworkRegressor"):
        small = partial(getattr(glassnet, name), hidden_layer_sizes=16, max_iter=20)
        monkeypatch.setattr(glassnet, name, small)
    for name in ("scikit-learn MLP", "glassnet estimator", "glassnet"):
        random = np.random.default_rng(0)
        frame = pd.DataFrame({"a": random.normal(size=80), "b": random.choice(["x", "y", None], 80)})
        for target, classes in ((pd.Series(np.where(frame["a"] > 0, "p", "n")), True), (frame["a"] * 2, False)):
            measured = tables.measure(subjects[name], frame, target, classes, 0)
            assert 0 <= measured["error"] < 1
            assert json.dumps(measured, allow_nan=False)
