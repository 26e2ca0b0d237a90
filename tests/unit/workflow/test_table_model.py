"""A model of a table as one object: tables of every library, answers as in the target, the command line's weights."""

from __future__ import annotations

import datetime
import pickle
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pandas
import polars as pl
import pytest

import glassnet
from glassnet import TableModel
from glassnet.errors import DataError, GlassnetError, OptionError, RangeWarning, ShapeError
from glassnet.messages.message import Message
from glassnet.model.independent import FEW_ROWS, RowNetwork
from glassnet.workflow.parameters import TableOptions
from glassnet.workflow.train_job import TrainJob, train
from support.cli import environment

pytestmark = pytest.mark.usefixtures("without_cross_validation")

COUNT = 120
QUICK = {"epochs": 3, "hidden": (16,), "members": 1, "engine": "reference"}
SEVERAL = {**QUICK, "members": 2}


def columns(answers=("no", "yes"), count=COUNT):
    rng = np.random.default_rng(0)
    age, job = rng.integers(18, 80, count), rng.choice(["cook", "pilot"], count)
    place = (age + 20 * (job == "pilot") > 50) + (len(answers) > 2) * (age > 70).astype(int)
    return {
        "age": [None if k % 10 == 3 else int(one) for k, one in enumerate(age)],
        "job": job.tolist(),
        "born": [
            (datetime.date(1990, 1, 1) + datetime.timedelta(int(k))).isoformat() for k in rng.integers(0, 999, count)
        ],
        "left": [answers[k] for k in place],
    }


@pytest.fixture(scope="module")
def model():
    return TableModel.fit(pandas.DataFrame(columns()), "left", epochs=60, hidden=(32,), members=2)


@pytest.fixture
def files(tmp_path):
    whole = pl.DataFrame(columns())
    whole.write_csv(tmp_path / "all.csv")
    whole[:90].write_csv(tmp_path / "train.csv")
    whole[90:].write_csv(tmp_path / "test.csv")
    return tmp_path


def on_the_command_line(folder, source, test=None, **options):
    job = TrainJob(
        str(folder / source),
        test and str(folder / test),
        options=QUICK | options,
        table=TableOptions(("left",)),
        out=str(folder / "out.safetensors"),
        force=True,
        plot=False,
    )
    return train(job).model


def test_the_weights_are_those_of_the_command_line(files):
    frame = pandas.DataFrame(columns())
    split = on_the_command_line(files, "all.csv", seed=3, **SEVERAL)
    assert TableModel.fit(frame, "left", holdout=0.1, seed=3, **SEVERAL).model.hash() == split.hash()
    assert TableModel.fit(files / "all.csv", "left", holdout=0.1, seed=3, **SEVERAL).model.hash() == split.hash()
    tested = on_the_command_line(files, "train.csv", "test.csv", **SEVERAL)
    fitted = TableModel.fit(frame[:90], "left", test=frame[90:], **SEVERAL)
    assert fitted.model.hash() == tested.hash()
    assert fitted.model.receipt["result"] == tested.receipt["result"]
    assert TableModel.fit(frame[:90], "left", **SEVERAL).model.hash() == tested.hash()
    loaded = TableModel.load(files / "out.safetensors")
    assert loaded.predict(frame).equals(fitted.predict(frame))


def test_without_test_data_all_rows_are_for_training(model):
    assert model.evaluation is None
    assert model.model.receipt["data"]["samples"] == COUNT
    assert model.model.receipt["recipe"] == "table"
    held_out = TableModel.fit(columns(), "left", holdout=0.25, **QUICK)
    assert held_out.evaluation.samples == 30
    assert held_out.model.receipt["data"]["held_out"]


@pytest.mark.parametrize(
    ("answers", "kind", "library"),
    [
        ((False, True), "b", pandas.DataFrame),
        ((False, True), "b", pl.DataFrame),
        ((3, 7), "i", dict),
        ((-1, 0, 1), "i", pandas.DataFrame),
        (("1", "2"), "UTO", pandas.DataFrame),
        (("no", "yes"), "UTO", pl.DataFrame),
        (("<=50K", ">50K"), "UTO", dict),
    ],
    ids=str,
)
def test_answers_are_as_in_the_target(answers, kind, library, tmp_path):
    table = columns(answers)
    model = TableModel.fit(library(table), "left", **QUICK)
    model.save(tmp_path / "m.safetensors")
    for one in (model, TableModel.load(tmp_path / "m.safetensors")):
        assert one.classes_.tolist() == sorted(answers)
        assert {type(name) for name in one.classes_.tolist()} == {type(answers[0])}
        found = one.predict(library(table))
        assert set(found) <= set(answers)
        assert np.asarray(found).dtype.kind in kind
        assert type(one.predict({name: values[0] for name, values in table.items()})) is type(answers[0])


def test_fractions_as_classes_are_numbers():
    model = TableModel.fit(columns((0.5, 1.5)), "left", task="classes", **QUICK)
    assert model.classes_.tolist() == [0.5, 1.5]


def test_results_are_of_the_library_of_the_table(model, files):
    table = columns()
    frame = pandas.DataFrame(table, index=[f"row {k}" for k in range(COUNT)])
    answers, chances = model.predict(frame), model.predict_proba(frame)
    assert isinstance(answers, pandas.Series)
    assert answers.name == "left"
    assert answers.index.equals(frame.index)
    assert chances.index.equals(frame.index)
    assert list(chances.columns) == ["no", "yes"]
    assert (chances.idxmax(axis=1) == answers).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-6)
    in_polars = model.predict(pl.DataFrame(table))
    assert isinstance(in_polars, pl.Series)
    assert in_polars.name == "left"
    assert model.predict_proba(pl.DataFrame(table)).columns == ["no", "yes"]
    for source in (table, files / "all.csv", str(files / "all.csv")):
        assert isinstance(model.predict(source), np.ndarray)
        assert model.predict(source).tolist() == answers.tolist() == in_polars.to_list()
        np.testing.assert_array_equal(model.predict_proba(source), chances.to_numpy())


def test_arrow_gives_arrow():
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table(columns())
    model = TableModel.fit(table, "left", **QUICK)
    assert isinstance(model.predict(table), arrow.Array)
    assert model.predict_proba(table).column_names == ["no", "yes"]


def test_a_row_has_one_answer(model):
    table = columns()
    frame = pandas.DataFrame(table)
    for k in range(5):
        row = {name: values[k] for name, values in table.items() if name != "left"}
        assert model.predict(row) == model.predict(frame)[k] == model.predict(frame.iloc[k])
        chances = model.predict_proba(row)
        assert list(chances) == ["no", "yes"]
        assert chances["no"] == model.predict_proba(frame)["no"][k]


def test_columns_are_found_by_name(model):
    frame = pandas.DataFrame(columns())
    moved = frame[["born", "left", "job", "age"]].assign(other=1)
    assert model.predict(moved).equals(model.predict(frame))
    with pytest.raises(DataError, match=r"missing column 'age'.*Rename 'Age'") as caught:
        model.predict(frame.rename(columns={"age": "Age"}))
    assert caught.value.code == "GN060"


def test_numbers_are_in_the_unit_of_the_target():
    table = columns()
    frame = pandas.DataFrame(table).assign(
        wage=lambda f: 1000.0 * f["age"].fillna(40), two=lambda f: 1.0 * f["age"].fillna(4)
    )
    model = TableModel.fit(frame, "wage", drop=["left", "two"], epochs=60, hidden=(64,), members=2)
    answers = model.predict(frame)
    assert answers.dtype == np.float64
    assert np.corrcoef(answers, frame["wage"])[0, 1] > 0.9
    scores = model.evaluate(frame)
    assert scores.rmse == pytest.approx(float(np.sqrt(((answers - frame["wage"]) ** 2).mean())))
    assert scores.r2 > 0.8
    assert isinstance(model.predict({name: values[0] for name, values in table.items()}), float)
    assert model.explain(frame.iloc[[0]]).rival is None
    with pytest.raises(OptionError, match="a regression has no probabilities"):
        model.predict_proba(frame)
    both = TableModel.fit(frame, ["wage", "two"], drop="left", **QUICK)
    assert list(both.predict(frame).columns) == ["wage", "two"]
    assert set(both.predict(frame.iloc[0].to_dict())) == {"wage", "two"}


def test_labels_are_a_column_each():
    frame = pandas.DataFrame(columns()).assign(hot=[0, 1] * 60, wet=[1, 1, 0] * 40)
    model = TableModel.fit(frame, ["hot", "wet"], **QUICK)
    assert list(model.predict(frame).columns) == list(model.predict_proba(frame).columns) == ["hot", "wet"]
    assert set(model.predict(frame).to_numpy().ravel()) <= {0, 1}


def test_the_evaluation_has_the_usual_metrics(model):
    metrics = pytest.importorskip("sklearn.metrics")
    frame = pandas.DataFrame(columns())
    scores, answers = model.evaluate(frame), model.predict(frame)
    assert scores.accuracy == pytest.approx(metrics.accuracy_score(frame["left"], answers))
    assert scores.balanced_accuracy == pytest.approx(metrics.balanced_accuracy_score(frame["left"], answers))
    chances = model.predict_proba(frame).to_numpy(np.float64)
    expected = metrics.log_loss(frame["left"], chances / chances.sum(axis=1, keepdims=True))
    assert scores.log_loss == pytest.approx(expected, abs=1e-5)


def test_an_explanation_is_about_columns(model):
    frame = pandas.DataFrame(columns())
    found = model.explain(frame.iloc[0])
    assert (found.answer, {found.answer, found.rival}) == (model.predict(frame)[0], {"no", "yes"})
    total = sum(found.contributions.values()) + found.why.baseline_gap
    assert total == pytest.approx(found.why.gap, rel=0.02, abs=0.02)
    assert set(found.changes) <= {"age", "job", "born"}
    assert set(found.values) == {"age", "job", "born"}
    assert found.values["job"] == frame["job"][0]
    for name, value in found.values.items():
        assert any(line.startswith(f"  {name} = {value} ") for line in str(found).splitlines())
    assert str(found).splitlines()[0].startswith(f"{found.answer} rather than {found.rival}: ")
    with pytest.raises(ShapeError, match="120 rows, expected one"):
        model.explain(frame)


def test_the_columns_are_readable():
    frame = pandas.DataFrame(columns()).assign(id=range(COUNT), empty=None, gone=1.5)
    model = TableModel.fit(frame, "left", drop=["gone"], **QUICK)
    text = str(model)
    assert text.startswith("TableModel(left: 2 classes of 3 columns, ")
    assert "every value differs, like an identifier (to use it, pass keep=['id'])" in text
    assert "excluded: every value is missing" in text
    assert "listed in drop" in text
    assert "--" not in "".join([text, *map(str, model.remarks)])
    assert any("dates, used as year, month, weekday and days since" in str(remark) for remark in model.remarks)


BAD = {
    "a wrong target": ({}, {"target": "lef"}, "GN060", "Did you mean 'left'"),
    "no rows": ({"rows": 0}, {}, "GN010", "no rows"),
    "lists": ({"x": [[1]] * COUNT}, {}, "GN061", "pass drop=['x']"),
    "one class": ({"left": ["a"] * COUNT}, {}, "GN064", "at least two classes"),
    "no target": ({"left": [None] * COUNT}, {}, "GN064", "every value is missing"),
    "no column": ({}, {"drop": ["age", "job", "born"]}, "GN062", "no column is left"),
    "an unknown option": ({}, {"epoch": 3}, "GN021", "Did you mean epochs"),
    "an unknown recipe": ({}, {"recipe": "tabel"}, "GN021", "expected one of"),
    "two tests": ({}, {"test": columns(), "holdout": 0.2}, "GN022", "Omit one"),
    "a target to drop": ({}, {"drop": "left"}, "GN022", "the column to predict"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_an_error_with_advice(case):
    changes, settings, code, message = BAD[case]
    rows = changes.pop("rows", COUNT) if "rows" in changes else COUNT
    frame = pandas.DataFrame(columns() | changes)[:rows]
    with pytest.raises(GlassnetError) as caught:
        TableModel.fit(frame, **{"target": "left"} | settings)
    assert caught.value.code == code
    assert message in str(caught.value)
    assert "--" not in str(caught.value)


def test_other_things_are_errors_too(tmp_path):
    with pytest.raises(GlassnetError, match="no such file"):
        TableModel.fit(tmp_path / "none.csv", "y")
    with pytest.raises(DataError, match="int, expected"):
        TableModel.fit(5, "y")
    other = glassnet.fit([[0.0], [1.0]] * 10, [0, 1] * 10, **QUICK).model
    glassnet.save_model(other, tmp_path / "other.safetensors")
    with pytest.raises(DataError, match="not trained on a table"):
        TableModel(other)
    with pytest.raises(DataError, match=r"a model of other data.* Use glassnet\.load"):
        TableModel.load(tmp_path / "other.safetensors")


def test_every_method_warns_of_values_unlike_training_as_surprises_lists_them(model):
    frame = pandas.DataFrame(columns()).assign(age=lambda f: f["age"] * 1000, job="astronaut")
    remarks = model.columns.surprises(frame)
    assert any("column 'age': most numbers are far outside the training range" in str(one) for one in remarks)
    assert any("'astronaut'" in str(one) for one in remarks)
    for method, data in (
        (model.predict, frame), (model.predict_proba, frame), (model.evaluate, frame), (model.explain, frame.head(1))
    ):  # fmt: skip
        with pytest.warns(RangeWarning) as caught:
            method(data)
        found = [str(one.message) for one in caught]
        assert found == [f"the table: {one}" for one in model.columns.surprises(data)]
        assert {one.filename for one in caught} == {__file__}
        with pytest.raises(DataError, match="because of strict") as refused:
            method(data, strict=True)
        assert refused.value.code == "GN075"
        assert found[0] in str(refused.value)


def test_a_whole_column_that_cannot_be_used_is_warned_of():
    """Before, its rows had the answer of a missing value, or of a number a thousandth of the true one."""
    random = np.random.default_rng(0)
    table = {
        "age": random.integers(18, 80, 200),
        "pay": random.integers(0, 99_999, 200),
        "job": random.choice(["clerk", "cook"], 200),
        "left": random.choice(["yes", "no"], 200),
        "joined": np.datetime64("2019-01-03") + random.integers(0, 900, 200),
        "y": random.choice(["a", "b"], 200),
    }
    model = TableModel.fit(table, "y", **QUICK)
    frame = pandas.DataFrame(table).head(20)
    model.predict(frame)
    for column, values in (
        ("left", ["ja", "nein"]),
        ("joined", ["01.03.2019", "12/31/2019"]),
        ("age", ["12.3k", "old"]),
        ("job", ["astronaut", "diver"]),
        ("pay", [12.345, 45.678]),
        ("pay", ["12.34", "45.67"]),
    ):
        with pytest.warns(RangeWarning, match=f"column '{column}'"):
            model.predict(frame.assign(**{column: values * 10}))


def test_a_column_of_rare_words_is_warned_of_if_that_is_unlikely():
    words = ["clerk", "cook", "pilot"] * 40 + ["smith"]
    table = {"job": words, "x": [*range(7)] * 17 + [0, 1], "y": ["a", "b"] * 60 + ["a"]}
    model = TableModel.fit(table, "y", **QUICK)
    assert model.columns.inputs[0].rare == 1
    for count in (1, 3):  # one word in four is rare: 1/64 for three rows
        model.predict({"job": ["smith"] * count, "x": [1] * count})
        model.predict(pandas.DataFrame({"job": ["smith"] * count, "x": [1] * count}))
    many = {"job": ["smith", "diver"] * 5, "x": [1] * 10}
    for data in (many, pandas.DataFrame(many)):
        with pytest.warns(RangeWarning, match="column 'job': all 10 values count as rare words"):
            model.predict(data)


KINDS = {
    "classes": {"target": "left"},
    "three classes": {"target": "job", "drop": "left"},
    "numbers": {"target": "age", "task": "numbers"},
    "labels": {"target": ["hot", "wet"]},
    "an ensemble": {"target": "left", "members": 2},
    "other activations": {"target": "left", "activation": "gelu"},
    "the recipe's network of folds": {"target": "left", "epochs": 2},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_has_the_same_bits_in_any_form_and_company(kind, tmp_path):
    table = columns() | {"hot": [0, 1] * 60, "wet": [1, 1, 0] * 40}
    frame = pandas.DataFrame(table)
    one = TableModel.fit(frame, **{**QUICK, **KINDS[kind]})
    frame = frame[list(one.columns.names)]
    frame.to_csv(tmp_path / "t.csv", index=False)
    regression = one.columns.task == "numbers"

    def numbers_for(data):
        found = one.predict(data) if regression else one.predict_proba(data)
        return np.array([found] if regression and isinstance(found, float) else [*found.values()], float)

    rows = frame.to_dict("records")
    alone = np.stack([numbers_for(row) for row in rows])
    together = np.asarray(one.predict(frame) if regression else one.predict_proba(frame), float).reshape(alone.shape)
    np.testing.assert_array_equal(alone, together)
    np.testing.assert_array_equal(np.stack([numbers_for(frame.iloc[k]) for k in range(9)]), together[:9])
    for other in (frame[::-1], frame[40:51], frame.iloc[[7]], pandas.concat([frame] * 40)):
        found = np.asarray(one.predict(other) if regression else one.predict_proba(other), float)
        np.testing.assert_array_equal(found.reshape(len(other), -1), together[other.index])
    for same in (pl.DataFrame(table), str(tmp_path / "t.csv"), {name: table[name] for name in frame}):
        found = np.asarray(one.predict(same) if regression else one.predict_proba(same), float)
        np.testing.assert_array_equal(found.reshape(alone.shape), together)


@pytest.mark.parametrize("kind", ["classes", "numbers", "labels", "the recipe's network of folds"])
def test_fast_predictions_equal_the_model(kind):
    table = columns() | {"hot": [0, 1] * 60, "wet": [1, 1, 0] * 40}
    one = TableModel.fit(table, **{**QUICK, **KINDS[kind]})
    outputs = one.model.outputs(one.columns.apply(table))
    if one.columns.task == "numbers":
        np.testing.assert_allclose(one.predict(table), one.model.targets.invert(outputs)[:, 0], rtol=1e-5)
    else:
        np.testing.assert_allclose(one.predict_proba(table), one.model.probabilities(outputs), atol=2e-6)


def test_compiled_code_is_not_copied(model):
    frame = pandas.DataFrame(columns())
    expected = model.predict_proba(frame)
    for same in (pickle.loads(pickle.dumps(model)), deepcopy(model), replace(model, remarks=(Message("new"),))):
        assert same.predict_proba(frame).equals(expected)
    assert len(pickle.dumps(model)) < len(pickle.dumps(model.model)) + 20_000


def test_a_few_rows_after_a_start_load_no_compiler(model, tmp_path, monkeypatch):
    frame = pandas.DataFrame(columns())
    model.save(tmp_path / "m.safetensors")
    frame.head(50).to_csv(tmp_path / "rows.csv", index=False)
    row = frame.drop(columns="left").iloc[0].to_dict()
    program = (
        "import glassnet, sys\n"
        f"model = glassnet.TableModel.load({str(tmp_path / 'm.safetensors')!r})\n"
        f"print(model.predict({str(tmp_path / 'rows.csv')!r})[0], model.predict({row!r}))\n"
        f"print(*model.predict_proba({row!r}).values(), 'numba' in sys.modules)\n"
    )
    place = {"NUMBA_CACHE_DIR": str(tmp_path / "no kernels")}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment() | place, check=True
    )
    *answers, first, second, loaded = done.stdout.split()
    assert answers == [model.predict(row)] * 2
    assert loaded == "False"
    monkeypatch.setattr(RowNetwork, "rows", FEW_ROWS)  # compiled from now on
    assert [float(first), float(second)] == list(model.predict_proba(row).values())


@pytest.fixture(scope="module")
def dated():
    """A model of a frame with a date, of which one is missing; the names are numbers."""
    frame = pandas.DataFrame(columns()).assign(born=lambda one: pandas.to_datetime(one["born"]))
    frame.loc[5, "born"] = pandas.NaT
    frame = frame.set_axis(range(4), axis=1)
    return TableModel.fit(frame, 3, **QUICK), frame


@pytest.mark.parametrize("number", [2, 3, 5])
def test_a_row_of_a_frame_in_any_form_has_the_answer_of_the_frame(dated, number):
    model, frame = dated
    row, answers = frame.iloc[number], model.predict_proba(frame).iloc[number].tolist()
    records = frame.to_dict("records")[number]
    by_text = {str(name): value for name, value in records.items()}
    further = records | {"list": [1, 2]}
    with_unit = further | {0: str(row[0])}  # is read as a table
    for one in (row, row.drop(3), records, by_text, further, with_unit):
        assert list(model.predict_proba(one).values()) == answers
        assert model.explain(one).answer == model.predict(frame).iloc[number]


def test_dates_that_python_lacks_are_read_or_refused_as_in_a_table(dated):
    model, frame = dated
    row = frame.iloc[2].to_dict()

    def forms(value):
        return row | {2: value}, {str(k): np.array([one]) for k, one in (row | {2: value}).items()}

    alone, table = forms(np.datetime64("2001-02-03T04:05:06.123456789"))
    assert list(model.predict_proba(alone).values()) == model.predict_proba(table)[0].tolist()
    for form in forms(np.datetime64("20000-01-01")):
        with pytest.raises(DataError, match="of the years 1 to 9999") as refused:
            model.predict_proba(form)
        assert refused.value.code == "GN014"


def test_a_row_names_only_the_missing_columns(dated):
    model, frame = dated
    with pytest.raises(DataError, match=r"missing column '1', which"):
        model.predict(frame.iloc[2].drop(1))
    with pytest.raises(DataError, match=r"missing columns '0', '1', '2', which"):
        model.predict({"other": 1})


def test_classes_that_are_floating_point_numbers_stay_so(tmp_path):
    frame = pandas.DataFrame(columns((1.0, 2.0)))
    model = TableModel.fit(frame, "left", task="classes", **QUICK)
    model.save(tmp_path / "m.safetensors")
    for one in (model, TableModel.load(tmp_path / "m.safetensors")):
        assert (one.classes_.dtype, one.predict(frame).dtype) == (np.float64, np.float64)
        assert one.evaluate(frame).samples == COUNT
    assert TableModel.fit(frame.astype({"left": int}), "left", **QUICK).classes_.dtype == np.int64


def test_weights_of_rows_mean_what_they_mean_to_the_estimators(tmp_path):
    frame = pandas.DataFrame(columns()).assign(weight=[0, 1, 3, 2] * 30)
    by_name = TableModel.fit(frame, "left", sample_weight="weight", **QUICK)
    assert "weight" not in by_name.columns.names
    array = frame["weight"].to_numpy()
    by_array = TableModel.fit(frame, "left", drop="weight", sample_weight=array, **QUICK)
    assert by_name.model.hash() == by_array.model.hash()
    used = frame[array > 0]
    data = glassnet.load_table(used.drop(columns="weight"), "left")
    weighted = replace(data, weights=used["weight"].to_numpy() / used["weight"].mean())
    assert by_name.model.receipt["data"]["samples"] == len(used)
    assert by_name.model.hash() == glassnet.fit(weighted, recipe="table", **QUICK).model.hash()
    ones = TableModel.fit(frame.assign(weight=2.5), "left", sample_weight="weight", **QUICK)
    assert ones.model.hash() == TableModel.fit(frame.drop(columns="weight"), "left", **QUICK).model.hash()
    held_out = TableModel.fit(frame, "left", sample_weight="weight", holdout=0.25, **QUICK)
    assert held_out.evaluation.samples == len(used) // 4
    right = by_name.predict(frame) == frame["left"]
    assert by_name.evaluate(frame).accuracy == pytest.approx(np.average(right, weights=array))
    assert by_array.evaluate(frame).accuracy == pytest.approx(right.mean())
    assert by_array.evaluate(frame, sample_weight="weight").accuracy == pytest.approx(by_name.evaluate(frame).accuracy)


def test_held_out_rows_are_found_again_after_training_with_weights(files):
    weights = [1, 2, 3, 4] * 30
    model = TableModel.fit(files / "all.csv", "left", holdout=0.25, sample_weight=weights, **QUICK).model
    table = str(files / "all.csv")
    assert len(glassnet.load_split(model, table, "test")) == 30
    assert len(glassnet.load_split(model, table, "train")) == 90
    numbers = [glassnet.load_split(model, table, split).row_numbers for split in ("train", "test")]
    assert sorted(np.concatenate(numbers)) == [*range(COUNT)]


def test_the_first_column_of_a_frame_without_names_can_be_the_target():
    frame = pandas.DataFrame({0: ["a", "b"] * 20, 1: range(40)})
    assert TableModel.fit(frame, 0, keep="1", **QUICK).columns.target_names == ("0",)


VALUES = np.arange(COUNT) % 9
WRONG_ARGUMENTS = {
    "groups in place of a name": (
        {"group": VALUES},
        "^group: 120 values, expected names of columns. Add the values to",
    ),
    "times in place of a name": ({"time": np.arange(COUNT)}, "^time: 120 values, expected the name of a column."),
    "a column of validation data": (
        {"validation_data": {"age": [1.0], "left": ["no"]}},
        "^validation_data: the table: ",
    ),
    "a pair": ({"validation_data": (VALUES, VALUES)}, "^validation_data: the table: tuple, expected a file name"),
    "a test": ({"test": {"left": ["no"]}}, "^test: the table: missing columns"),
    "a class": ({"validation_data": "new.csv"}, "^new.csv, column 'left', row 1: unknown class 'so'"),
    "several in one": ({"group": "age,job"}, r"Name each column separately: group=\['age', 'job'\]"),
}


@pytest.mark.parametrize("case", WRONG_ARGUMENTS)
def test_a_wrong_argument_is_named_with_its_remedy(case, tmp_path, monkeypatch):
    given, message = WRONG_ARGUMENTS[case]
    monkeypatch.chdir(tmp_path)
    frame = pandas.DataFrame(columns())
    new = frame.head(2).assign(left=[frame["left"][0], "so"])
    new.to_csv("new.csv", index=False)
    with pytest.raises(GlassnetError, match=message):
        TableModel.fit(frame, "left", **given, **QUICK)


BAD_WEIGHTS = {
    "no such column": ("wight", "GN060", "Did you mean 'weight'"),
    "words": ("job", "GN013", "row 0, column 'job': weight '\\w+', expected a number"),
    "another number of them": ([1, 2], "GN050", "expected \\(120,\\)"),
    "negative": (
        [1, 1, -1] * (COUNT // 3),
        "GN014",
        "sample_weight, row 2: weight -1.0, expected a number of 0 or more",
    ),
    "all 0": ([0] * COUNT, "GN014", "sample_weight: the sample weights are all 0"),
    "missing": ("age", "GN014", "column 'age': no weight"),
    "no numbers": (["a"] * COUNT, "GN013", "expected numbers"),
}


@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_bad_weights_are_an_error(case):
    weights, code, message = BAD_WEIGHTS[case]
    frame = pandas.DataFrame(columns()).assign(weight=1)
    with pytest.raises(GlassnetError, match=message) as caught:
        TableModel.fit(frame, "left", sample_weight=weights, **QUICK)
    assert caught.value.code == code


def test_a_table_is_trained_further_as_on_the_command_line(files):
    frame = pandas.DataFrame(columns())
    first = TableModel.fit(frame, "left", holdout=0.1, **SEVERAL, folds=False)
    first.save(files / "first.safetensors")
    job = TrainJob(str(files / "all.csv"), start=str(files / "first.safetensors"), options={"epochs": 2}, plot=False)
    expected = train(job)
    for start in (first, first.model, TableModel.load(files / "first.safetensors")):
        further = TableModel.fit(frame, init_model=start, holdout=0.1, epochs=2)
        assert further.model.hash() == expected.model.hash()
        assert further.evaluation.accuracy == expected.evaluation.accuracy
        assert further.model.receipt["parent"]["hash"] == first.model.hash()
    whole = TableModel.fit(frame, init_model=first, epochs=2)
    assert whole.evaluation is None
    assert whole.model.receipt["data"]["samples"] == COUNT
    weighted = TableModel.fit(frame, init_model=first, epochs=2, sample_weight=[1, 3] * 60)
    assert weighted.model.hash() != whole.model.hash()
    by_name = TableModel.fit(frame.assign(w=[1, 3] * 60), init_model=first, epochs=2, sample_weight="w")
    assert by_name.model.hash() == weighted.model.hash()


def test_what_a_model_to_train_further_has_is_not_given_again(model):
    frame = pandas.DataFrame(columns())
    for name, value in {"target": "left", "task": "classes", "drop": "age", "keep": "age", "stream": True}.items():
        with pytest.raises(OptionError, match=f"{name}: not with init_model"):
            TableModel.fit(frame, init_model=model, **{name: value})
    with pytest.raises(TypeError, match="target is missing"):
        TableModel.fit(frame)
    with pytest.raises(DataError, match="init_model: str, expected a Model"):
        TableModel.fit(frame, init_model="m.safetensors")
    other = glassnet.fit([[0.0], [1.0]] * 10, [0, 1] * 10, **QUICK).model
    with pytest.raises(DataError, match="not trained on a table"):
        TableModel.fit(frame, init_model=other)


def test_the_learning_curve_is_loaded(model, tmp_path):
    model.save(tmp_path / "m.safetensors")
    history = TableModel.load(tmp_path / "m.safetensors").history
    assert repr(history).startswith(f"History({len(model.history.epoch)} epochs")
    assert history.loss == pytest.approx(model.history.loss[-len(history.loss) :], rel=1e-4)
    assert history.loss_fall() == 0
    pytest.importorskip("matplotlib")
    assert len(glassnet.plots.draw_curve(history)) == len(glassnet.plots.draw_curve(model.history))
    untold = replace(model.model, receipt={})
    glassnet.save_model(untold, tmp_path / "untold.safetensors")
    assert TableModel.load(tmp_path / "untold.safetensors").history is None


def test_the_most_important_column_is_named_first(model):
    found = model.importance(pandas.DataFrame(columns()))
    assert sorted(found.columns) == ["age", "born", "job"]
    assert str(found).split()[0] == found.columns[found.score.argmax()] == "age"


def test_a_report_of_frames(model):
    frame = pandas.DataFrame(columns())
    page = model.report(frame, training=frame, name="people")
    data = glassnet.load_table(frame, columns=model.columns)
    assert page == glassnet.report(model.model, data, training=data, name="people")
    assert model.report(language="zh").startswith("<!doctype html>")


def test_functions_for_models_name_the_methods(model):
    for function in (glassnet.evaluate, glassnet.report):
        with pytest.raises(DataError, match=r"TableModel, expected a Model\. Pass its model, or use its own methods"):
            function(model, pandas.DataFrame(columns()))
