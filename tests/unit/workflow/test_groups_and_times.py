"""Groups and time in tables: every split respects them, behind every door, and the training record says so."""

from __future__ import annotations

import json
import re
import warnings
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet.data.split import without_fold
from glassnet.errors import DataWarning, GlassnetError, OptionError
from glassnet.model.file import save_model
from glassnet.workflow.compare_job import CompareJob, Side
from glassnet.workflow.compare_job import compare as compare_sides
from glassnet.workflow.parameters import TableOptions
from glassnet.workflow.report_job import ReportJob, write_report
from glassnet.workflow.train_job import TrainJob, train
from glassnet.workflow.training_data import load_training_table, table_folds
from glassnet.workflow.verify_job import VerifyJob, verify_model
from support.cli import run

HOSPITALS = TableOptions(target=("sick",), group=("hospital",))
QUICK = {"epochs": 6, "hidden": (8,), "members": 1, "engine": "reference"}


def patients(count=60, rows=12, seed=0):
    """Return patients with a class each by coin, and numbers that tell only who they are."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(count), rows)
    own = random.normal(size=(count, 4))[who] + 0.05 * random.normal(size=(count * rows, 4))
    sick = random.integers(0, 2, count)[who]
    order = random.permutation(len(who))
    columns = {"patient": [f"p{one}" for one in who], **{f"x{k}": own[:, k] for k in range(4)}}
    return pl.DataFrame({**columns, "sick": np.where(sick, "yes", "no")})[order]


def sales(days=2000, seed=1):
    """Return a random walk, and a number that tells nothing."""
    random = np.random.default_rng(seed)
    when = [date(2018, 1, 1) + timedelta(days=day) for day in range(days)]
    return pl.DataFrame({"date": when, "noise": random.normal(size=days), "sales": random.normal(size=days).cumsum()})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    patients().write_csv("patients.csv")
    sales().write_csv("sales.csv")


def read(source, target, options=None, **columns):
    notices = []
    chosen = glassnet.Options.recipe("table", **{**QUICK, **(options or {})})
    table = TableOptions(target=(target,), **columns)
    found = load_training_table(source, None, table, "table", lambda rows, task: chosen, notices.append)
    return found, [str(one) for one in notices]


def test_patients_with_their_group_are_a_coin_and_without_it_look_solved():
    options = {"members": 1, "epochs": 25, "hidden": (32,)}
    with pytest.warns(DataWarning, match="rows that share a value are alike"):
        alone = glassnet.TableModel.fit("patients.csv", "sick", holdout=0.1, **options)
    assert alone.evaluation.accuracy > 0.97
    table = TableOptions(("sick",), group=("patient",))
    done = train(TrainJob("patients.csv", options=options, table=table, out="m.safetensors", plot=False))
    # 60 tosses, six of which are the test: three standard deviations.
    assert abs(done.model.receipt["cross_validation"]["accuracy"] - 0.5) < 3 * 0.5 / 60**0.5
    assert done.evaluation.accuracy < 0.95
    assert done.model.receipt["data"]["group"] == ["patient"]
    assert dict(done.model.columns.dropped)["patient"].template.startswith("names the group")


SCORED = re.compile(r"right \(|accuracy \d|R²|RMSE|\d%\)$")


@pytest.mark.parametrize(
    ("source", "target", "option", "name"),
    [("patients.csv", "sick", "group", "patient"), ("sales.csv", "sales", "time", "date")],
)
def test_every_line_with_a_score_of_random_rows_carries_the_code_of_the_warning(source, target, option, name):
    """At the command line, in JSON, and in both languages of the report; not if the option is given."""
    few = ("--target", target, "--epochs", 2, "--hidden", 8, "--no-plot", "--set", "members=1")
    told = run("train", source, "--out", "random.safetensors", *few).out
    scored = [
        line for line in told.splitlines() if SCORED.search(line) and not line.startswith(("majority", "network"))
    ]
    assert len(scored) >= 2
    assert [line for line in scored if "[GN078]" not in line] == []
    assert f"--{option} {name} [GN078]" in told
    expected = {"code": "GN078", "option": option, "column": name}
    report = ("test", "random.safetensors", source, "--report")
    assert f"--{option} {name} [GN078]" in run(*report, "a.html").out
    assert run(*report, "b.html", "--json").json()["too_good_for"] == expected
    assert run("train", source, *few, "--json").json()["too_good_for"] == expected
    run(*report, "zh.html", "--language", "zh")
    for page in ("a.html", "zh.html"):
        text = Path(page).read_text(encoding="utf-8")
        lead = re.search(r'class="lead">(.*?)</p>', text, re.DOTALL)
        assert lead is not None
        assert "GN078" in lead[1]
        assert text.count("[GN078]") >= 3
    told = run("train", source, "--out", "kept.safetensors", *few, f"--{option}", name).out
    assert "GN078" not in told
    run("test", "kept.safetensors", source, "--report", "kept.html")
    assert "too good" not in Path("kept.html").read_text(encoding="utf-8")


def test_a_random_walk_is_tested_on_its_end():
    table = pl.read_csv("sales.csv")
    model = glassnet.TableModel.fit(table, "sales", holdout=0.2, time="date", **QUICK)
    assert model.evaluation.scores["r2"] < 0
    with pytest.warns(DataWarning, match="the latest rows differ from earlier ones"):
        at_random = glassnet.TableModel.fit(table, "sales", holdout=0.2, **QUICK)
    assert at_random.evaluation.scores["r2"] > model.evaluation.scores["r2"] + 0.5
    found, notices = read("sales.csv", "sales", time="date")
    assert found.test.row_numbers.tolist() == list(range(1800, 2000))
    assert "no test data: the latest 200 rows of sales.csv held out for the test" in notices
    assert "date" in found.training.columns.names


def test_every_part_of_a_table_keeps_groups_whole():
    found, notices = read("patients.csv", "sick", {"early_stopping": 3}, group=("patient",))
    assert any("6 groups of patients.csv (72 rows)" in one for one in notices)
    names = pl.read_csv("patients.csv")["patient"].to_numpy()

    def separate(one, other):
        assert len(one)
        assert len(other)
        assert not np.intersect1d(names[one.row_numbers], names[other.row_numbers]).size

    separate(found.training, found.test)
    for number in range(5):
        separate(*without_fold(found.training, glassnet.Options(members=5, folds=True), number))
    folds = [*found.folds()]
    assert len(folds) == 5
    for one in folds:
        separate(*one)
        assert "patient" not in one[0].columns.names
    assert sorted(np.concatenate([test.row_numbers for _, test in folds])) == list(range(720))


def test_the_cross_validation_of_a_table_with_times_tests_what_is_later():
    table, columns = glassnet.read_table("sales.csv"), glassnet.load_table("sales.csv", "sales", time="date").columns
    folds = [*table_folds(table, columns, TableOptions(("sales",), time="date"), 0)]
    assert len(folds) == 5
    for training, test in folds:
        assert training.row_numbers.max() < test.row_numbers.min()


def trained(source, target, **columns):
    return train(
        TrainJob(source, options=QUICK, table=TableOptions((target,), **columns), out="m.safetensors", force=True)
    )


@pytest.mark.parametrize(
    ("source", "target", "columns"),
    [
        ("sales.csv", "sales", {"time": "date", "drop": ("date",)}),
        ("patients.csv", "sick", {"group": ("patient", "sick2")}),
    ],
)
def test_all_doors_train_the_same_network_and_find_its_rows_again(source, target, columns):
    if "sick2" in columns.get("group", ()):  # several columns name the group together
        pl.read_csv(source).with_columns(sick2=pl.col("x0") > 0).write_csv(source)
    done = trained(source, target, **columns)
    frame = pl.read_csv(source)
    model = glassnet.TableModel.fit(frame, target, holdout=0.1, **columns, **QUICK)
    assert model.model.hash() == done.model.hash()
    assert model.evaluation.scores == done.evaluation.scores
    flags = [word for name, one in columns.items() for value in np.atleast_1d(one) for word in (f"--{name}", value)]
    options = ["--epochs", "6", "--hidden", "8", "--members", "1", "--set", "engine=reference"]
    code, out, _ = run("train", source, "--target", target, *flags, *options, "--json", "--no-plot", "--out", "c.st")
    assert code == 0
    assert json.loads(out)["hash"] == done.model.hash()
    verification = verify_model(VerifyJob("m.safetensors", source)).verification
    assert verification.same, verification.where
    loaded = glassnet.load_model("m.safetensors")
    train_rows, test_rows = (glassnet.load_split(loaded, source, part).row_numbers for part in ("train", "test"))
    assert test_rows.tolist() == done.test.row_numbers.tolist()
    assert sorted([*train_rows, *test_rows]) == list(range(len(frame)))
    code, out, _ = run("info", "m.safetensors")
    assert code == 0
    for name in columns.get("group", (columns.get("time"),)):
        assert name in out
    further = glassnet.TableModel.fit(frame, init_model=model, holdout=0.1, epochs=1)
    assert further.model.receipt["data"].get("group") == done.model.receipt["data"].get("group")
    with pytest.raises(OptionError, match="not with init_model"):
        glassnet.TableModel.fit(frame, init_model=model, **columns)


def test_estimators_train_the_same_network_as_a_table():
    sick, walk = patients(30), sales(200)
    table = glassnet.TableModel.fit(sick, "sick", group="patient", epochs=4, hidden=8, members=2)
    estimator = glassnet.NetworkClassifier(random_state=0, max_iter=4, hidden_layer_sizes=8, members=2)
    estimator.fit(sick.drop("patient", "sick"), sick["sick"].to_numpy(), groups=sick["patient"].to_numpy())
    assert estimator.model_.hash() == table.model.hash()
    table = glassnet.TableModel.fit(walk, "sales", time="date", epochs=4, hidden=8, members=2)
    estimator = glassnet.NetworkRegressor(random_state=0, max_iter=4, hidden_layer_sizes=8, members=2)
    estimator.fit(walk.drop("sales"), walk["sales"].to_numpy(), time=walk["date"].to_numpy())
    assert estimator.model_.hash() == table.model.hash()


def test_arrays_with_groups_are_verified_with_them():
    X, who = np.random.default_rng(0).normal(size=(90, 3)), np.arange(90) % 9
    y = np.where(np.arange(90) % 2, "a", "b")
    options = glassnet.Options.recipe("table", early_stopping=2, validation=0.2, **QUICK)
    model = glassnet.fit(X, y, options, groups=who).model
    data = glassnet.Dataset.from_arrays(X, y, groups=who)
    assert model.receipt["data"]["group"] == []
    assert model.receipt["data"]["validation"] == 20
    assert glassnet.verify(model, data).same
    # The names of the groups do not matter, the groups do.
    assert glassnet.verify(model, glassnet.Dataset.from_arrays(X, y, groups=[f"g{9 - one}" for one in who])).same
    assert not glassnet.verify(model, glassnet.Dataset.from_arrays(X, y, groups=np.arange(90) % 10)).same
    without = glassnet.verify(model, glassnet.Dataset.from_arrays(X, y))
    assert without.where == "arrays is not the training data: only one of the two has groups"
    save_model(model, "m.safetensors")
    assert glassnet.verify(glassnet.load_model("m.safetensors"), data).same
    in_time = glassnet.fit(X, y, options, time=np.arange(90)).model
    assert in_time.receipt["data"]["time"] == ""
    assert in_time.hash() != model.hash()


def test_compare_and_labels_use_the_groups():
    sides = (Side("table", {"hidden": (32,)}), Side("table", {"hidden": (4,)}))
    options = {"epochs": 20, "members": 1, "engine": "compiled"}

    def best(**columns):
        table = TableOptions(("sick",), **columns)
        result = compare_sides(CompareJob(*sides, "patients.csv", options, table, seeds=2, stop_early=False))
        return np.mean([one.scores[0] for one in result.pairs])

    assert best() > 0.9
    assert best(group=("patient",)) < 0.8
    data = glassnet.load_table("patients.csv", "sick", group="patient")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grouped = glassnet.find_label_issues(data, recipe="table", members=1, cv=3, epochs=30, hidden=16)
        alone = glassnet.find_label_issues(
            glassnet.load_table("patients.csv", "sick", drop=["patient"]), recipe="table", members=1, cv=3, epochs=30,
            hidden=16,
        )  # fmt: skip
    assert len(grouped.rows) > len(alone.rows) + 50


def test_columns_for_splits_are_checked(capsys):
    words = pl.read_csv("patients.csv")
    for columns, said in (
        ({"time": "patient"}, "neither numbers nor dates"),
        ({"group": "nobody"}, "column 'nobody' not found"),
        ({"group": "patient", "keep": "patient"}, "a column in group is not an input"),
        ({"time": "sick"}, "this is the column to predict"),
    ):
        with pytest.raises(GlassnetError, match=said):
            glassnet.TableModel.fit(words, "sick", **columns, **QUICK)
    model = glassnet.TableModel.fit(words, "sick", group="patient", **QUICK)
    with pytest.raises(GlassnetError, match="missing column 'patient'"):
        glassnet.TableModel.fit(words.drop("patient"), init_model=model)
    assert model.predict(words.drop("patient")).shape == (720,)
    few = words.with_columns(patient=pl.lit("one"))
    said = r"1 group in 'patient', .* testing\. Pass test data with test, or a finer column\."
    with pytest.raises(GlassnetError, match=said):
        glassnet.TableModel.fit(few, "sick", group="patient", holdout=0.1, **QUICK)
    words.with_columns(patient=pl.int_range(720) // 360).write_csv("two.csv")  # one is held out
    code, _, err = run("train", "two.csv", "--target", "sick", "--group", "patient", "--epochs", "1")
    assert code == 2
    assert "1 group of two.csv (360 rows) held out for the test" in err
    assert "1 group in 'patient' to train on, expected 2 or more" in err
    assert "Pass test data with --test, validation data with --validation-data, or a finer column." in err
    assert "networks instead" not in err
    code, _, err = run("train", "patients.csv", "--group", "patient")
    assert code == 2
    assert "--group: needs the column to predict. Add --target COLUMN." in err


def test_three_hospitals_are_enough():
    """One is held out for the test; each of two networks is trained on one of the others and judged by the other."""
    random = np.random.default_rng(3)
    hospital = np.repeat(["Bonn", "Rome", "Oslo"], [60, 50, 40])
    x = random.normal(size=150)
    table = pl.DataFrame({"hospital": hospital, "x": x, "sick": np.where(x + random.normal(size=150) > 0, "yes", "no")})
    table.write_csv("hospitals.csv")
    options = {**QUICK, "members": 4, "folds": True}
    found, notices = read("hospitals.csv", "sick", {"members": 4, "folds": True}, group=("hospital",))
    assert found.options.members == 2
    assert "hospitals.csv: 2 groups in 'hospital' to train on, so 2 networks instead of 4" in notices
    folds = [*table_folds(glassnet.read_table("hospitals.csv"), found.training.columns, HOSPITALS, 0)]
    assert sorted(len(test) for _, test in folds) == [40, 50, 60]
    job = TrainJob("hospitals.csv", options=options, table=HOSPITALS, out="h.safetensors", plot=False)
    model = train(job).model
    assert (model.receipt["options"]["members"], model.receipt["cross_validation"]["folds"]) == (2, 3)
    assert verify_model(VerifyJob("h.safetensors", "hospitals.csv")).verification.same
    data = glassnet.load_table("hospitals.csv", "sick", group="hospital")
    with pytest.warns(DataWarning, match="3 groups in 'hospital' to train on, so 3 networks instead of 4"):
        assert glassnet.fit(data, **options).model.receipt["options"]["members"] == 3


def test_dates_are_ordered_however_they_are_written_and_gaps_come_first():
    table = sales(60)
    kept = table["date"].to_list()
    written = {
        "iso": [str(one) for one in kept],
        "german": [one.strftime("%d.%m.%Y") for one in kept],
        "american": [one.strftime("%m/%d/%Y") for one in kept],
        "number": [one.toordinal() for one in kept],
        "typed": kept,
    }
    for form in written.values():
        frame = table.with_columns(date=pl.Series(form, dtype=pl.Date if form is kept else None))[::-1]
        data = glassnet.load_table(frame, "sales", time="date")
        assert (np.diff(data.times) < 0).all()
    gaps = [None, *written["iso"][1:]]
    data = glassnet.load_table(table.with_columns(date=pl.Series(gaps)), "sales", time="date")
    assert data.times[0] == data.times.min() < data.times[1]


def test_a_file_without_groups_is_as_before():
    model = trained("patients.csv", "sick", drop=("patient",)).model
    described = model.columns.to_dict()
    assert "split" not in described
    assert not {"group", "time", "validation"} & model.receipt["data"].keys()
    text = Path("m.safetensors").read_bytes()
    assert b'"split"' not in text


def test_rows_without_a_group_or_time_are_counted_and_many_are_a_warning():
    known = {"x": np.arange(200.0) % 7, "y": ["a", "b"] * 100}
    for missing in (1, 20):
        gaps = np.arange(200) < missing
        who = [None if gap else f"p{row // 2}" for row, gap in enumerate(gaps)]
        when = np.where(gaps, np.datetime64("NaT", "D"), np.datetime64("2020-01-01") + np.arange(200))
        number = np.where(gaps, np.nan, np.arange(200.0))
        frame = {**known, "who": who, "when": when, "number": number}
        doors = {
            f"column 'who': no value in {missing} of 200 rows, which count as one group": {"group": "who"},
            f"column 'when': no value in {missing} of 200 rows, which count as the earliest": {"time": "when"},
            f"column 'number': no value in {missing} of 200 rows, which count as the earliest": {"time": "number"},
        }
        for said, columns in doors.items():
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                remarks = glassnet.load_table(frame, "y", drop="number", **columns).columns.remarks
            assert sum(said in str(one) for one in remarks) == 1
            assert sum(said in str(one.message) for one in caught) == (missing > 1)
        for name, given in (("groups", np.array(who, object)), ("time", when), ("time", number)):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                glassnet.Dataset.from_arrays(known["x"][:, None], known["y"], **{name: given})
            told = [str(one.message) for one in caught if isinstance(one.message, DataWarning)]
            assert [one.startswith(f"{name}: no value in 20 of 200 rows") for one in told] == [True] * (missing > 1)


def test_held_out_rows_that_are_not_later_are_counted():
    """Of stores that all sell until the end the test has one, with all its time; of successive ones the last."""
    day = np.arange(400)
    for store, earlier in ((day % 4, True), (day // 40, False)):
        pl.DataFrame({"day": day, "store": store, "x": np.sin(day), "sales": np.cos(day)}).write_csv("stores.csv")
        found, notices = read("stores.csv", "sales", group=("store",), time="day")
        assert len(np.unique(found.test.groups)) == 1
        said = f"{99 * earlier} of the {len(found.test)} held-out rows not later than all training rows"
        assert any(said in one for one in notices) == earlier


def test_the_report_does_not_advise_the_split_that_the_training_has():
    for out, given in (("without.safetensors", {}), ("with.safetensors", {"group": ("patient",)})):
        table = TableOptions(("sick",), **given)
        options = {**QUICK, "epochs": 1, "members": 1}
        train(TrainJob("patients.csv", options=options, table=table, out=out, plot=False))
        page = write_report(ReportJob(out, f"{out}.html", "patients.csv")).page
        assert ("GD53" in page.html) == (not given)
