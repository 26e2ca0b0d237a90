"""Tables on the command line: ``--target`` and the commands that use the model."""

from __future__ import annotations

import gzip
import re
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassnet import load_model
from glassnet.messages.formats import width_of
from glassnet.words.report import percent
from support.cli import run, snapshot, working_copy
from support.people import HEADER, people
from support.samples import digits_csv

SMALL = ("--engine", "reference", "--hidden", "16", "--members", "1", "--no-plot")
SMALL += ("--force", "--out", "m.safetensors")
FAST = ("--epochs", "30", *SMALL)
ONCE = ("--epochs", "1", *SMALL)
"""For a property that does not depend on what the network has learnt."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a table, a classification model and a regression model."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "people.csv").write_text(people(400))
    (folder / "more.csv").write_text(people(100, seed=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("glassnet.workflow.training.result._MOST_WORK", 0)  # which would train six times
        outcome = run("train", "people.csv", "--target", "income", *FAST)
        numbers = run("train", "people.csv", "--target", "hours", *FAST[:-1], "h.safetensors")
    assert (outcome.code, numbers.code) == (0, 0), (outcome, numbers)
    return folder, outcome, numbers


@pytest.fixture
def folder(trained, tmp_path, monkeypatch):
    return working_copy(trained[0], tmp_path, monkeypatch)


@pytest.fixture
def empty(tmp_path, monkeypatch, without_cross_validation):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_training_prints_its_decisions(trained):
    _, outcome, numbers = trained
    for words in (
        "400 rows, 8 columns, recipe table",
        "target 'income': 2 classes",
        "column 'id' not used: every value differs",
        "column 'country' not used: every value is 'CH'",
        "10% of people.csv (40 rows) held out",
    ):
        assert words in outcome.err
    assert "target 'hours': regression, numbers from" in numbers.err
    assert "test      R² " in numbers.out


def test_the_model_follows_the_recipe_and_stores_the_names(folder):
    model = load_model("m.safetensors")
    assert model.receipt["recipe"] == "table"
    assert model.class_names == ("<=50K", ">50K")
    assert model.columns.names == ("age", "job", "gain", "member", "hours")
    numbers = load_model("h.safetensors")
    assert numbers.class_names == ("hours",)
    assert numbers.network.architecture.activations[-1] == "identity"


def test_another_recipe_can_be_given(empty):
    (empty / "people.csv").write_text(people(200))
    out = run("train", "people.csv", "--target", "income", "--recipe", "notes", *ONCE)
    assert out.code == 0
    assert load_model("m.safetensors").network.architecture.rule == "notes"


def test_a_target_without_a_table_is_rejected(empty):
    for words in (("train",), ("labels",)):
        run(*words, "--target", "income").refused("GN022", "needs a table")


def test_a_recipe_for_classification_can_train_regression(empty):
    (empty / "people.csv").write_text(people(200))
    words = ("train", "people.csv", "--target", "hours", "--recipe", "quick", *ONCE)
    assert run(*words).code == 0
    run(*words, "--set", "label_smoothing=0.1").refused("GN022", "--set label_smoothing=0.1")


def test_the_models_are_better_than_guessing(folder):
    scores = run("test", "m.safetensors", "more.csv", "--json").json()
    assert scores["accuracy"] > 0.85
    numbers = run("test", "h.safetensors", "more.csv", "--json").json()
    assert {"r2", "rmse", "loss", "samples"} <= numbers.keys()
    assert "accuracy" not in numbers


def test_test_prints_the_names_of_the_classes(folder):
    out = run("test", "m.safetensors", "more.csv").fine().out
    assert "<=50K" in out.splitlines()[2]
    assert ">50K, predicted <=50K" in out or "<=50K, predicted >50K" in out


def test_predictions_are_class_names_and_numbers_in_the_unit_of_the_target(folder):
    first = run("query", "m.safetensors", "more.csv").fine().out.splitlines()[0]
    assert first.startswith("more.csv, row 0")
    assert "50K   " in first
    assert "confidence" in first
    answers = run("query", "h.safetensors", "more.csv", "--json").json()
    assert len(answers) == 100
    assert 20 < np.mean([one["answer"] for one in answers]) < 60, "predictions are not in hours"
    assert answers[0]["confidence"] is None
    assert run("query", "h.safetensors", "more.csv").fine().out.splitlines()[0].endswith(answers[0]["name"])


def test_intervals_are_printed_written_and_tested(folder):
    answers = run("query", "h.safetensors", "more.csv", "--coverage", 0.8, "--json").fine().json()
    assert all(one["interval"][0] < one["interval"][1] for one in answers)
    assert len({round(one["interval"][1] - one["interval"][0], 3) for one in answers}) > 50, "widths do not differ"
    shown = run("query", "h.safetensors", "more.csv", "--coverage", 0.8).fine().out.splitlines()[0]
    low, high = answers[0]["interval"]
    assert shown.endswith(f"{answers[0]['name']}   {low:.6g} to {high:.6g}") or " to " in shown
    run("query", "h.safetensors", "more.csv", "--coverage", 0.8, "--out", "hours.csv").fine()
    written = pl.read_csv("hours.csv")
    assert written.columns == ["input", "answer", "low", "high"]
    np.testing.assert_allclose(written[:, 2:].to_numpy(), [one["interval"] for one in answers])
    said = run("test", "h.safetensors", "more.csv").fine().out.splitlines()[1]
    share = run("test", "h.safetensors", "more.csv", "--json").fine().json()["interval_coverage"]
    assert said == f"{share:.1%} of the targets are within their 90% intervals"
    run("test", "h.safetensors", "more.csv", "--report", "h.html").fine()
    page = Path("h.html").read_text(encoding="utf-8")
    assert f"{percent(share)} of the true numbers are within their 90% intervals" in page
    run("query", "m.safetensors", "more.csv", "--coverage", 0.8).refused("GN022", "--coverage 0.8", "regression")
    run("query", "h.safetensors", "more.csv", "--coverage", 80).refused("GN021", "--coverage 80")


def test_a_quantile_is_tested_by_coverage_and_pinball_loss(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(people(300))
    (tmp_path / "more.csv").write_text(people(100, seed=1))
    few = ("--set", "loss=quantile", "--set", "quantile=0.8", *FAST[:-1], "q.safetensors")
    facts = run("train", "people.csv", "--target", "hours", *few, "--json").fine().json()
    assert facts.keys() & {"r2", "rmse", "coverage", "pinball"} == {"coverage", "pinball"}
    low, high = facts["interval"]["coverage"]
    assert low < facts["coverage"] < high
    assert facts["cross_validation"]["coverage"] == pytest.approx(0.8, abs=0.1)
    said = run("test", "q.safetensors", "more.csv").fine().out.splitlines()[0]
    assert "R²" not in said
    assert "at or below the prediction, pinball loss" in said
    tested = run("test", "q.safetensors", "more.csv", "--json").fine().json()
    assert tested["outputs"] == [{"name": "hours", "coverage": tested["coverage"], "pinball": tested["pinball"]}]
    run("test", "q.safetensors", "more.csv", "--report", "page.html").fine()
    page = (tmp_path / "page.html").read_text()
    assert "are at or below the predicted quantile" in page
    assert "R²" not in page.split("</head>")[1].split("training")[0]


def variants(frame: pl.DataFrame):
    text = frame.select(reversed(frame.columns)).drop("income").with_columns(more=pl.lit("x"))
    yield "reversed.csv", text.write_csv().encode()
    yield "packed.tsv.gz", gzip.compress(text.write_csv(separator="\t").encode())
    yield "lines.ndjson", frame.write_ndjson().encode()


def test_column_order_extra_columns_and_file_format_do_not_change_predictions(folder):
    frame = pl.read_csv("more.csv", infer_schema=False)
    wanted = run("query", "m.safetensors", "more.csv", "--json").json()
    for name, content in variants(frame):
        (folder / name).write_bytes(content)
        found = run("query", "m.safetensors", name, "--json").json()
        assert [one["outputs"] for one in found] == [one["outputs"] for one in wanted], name
    frame.write_parquet("more.parquet")
    assert run("query", "m.safetensors", "more.parquet", "--json").json()[7]["outputs"] == wanted[7]["outputs"]
    stdin = (folder / "more.csv").read_bytes()
    assert run("query", "m.safetensors", "-", "--json", stdin=stdin).json()[7]["outputs"] == wanted[7]["outputs"]


def test_verify_reproduces_the_same_bits(folder):
    assert run("info", "--verify", "m.safetensors", "people.csv").out.startswith("same bits")
    assert run("info", "--verify", "m.safetensors", "more.csv").code == 1


def test_info_shows_the_columns(folder):
    out = run("info", "m.safetensors").fine().out
    assert "age" in out
    assert "excluded: every value differs" in out
    assert "hidden [16]" in out
    assert "; all others as in recipe table " in out
    columns = run("info", "m.safetensors", "--json").json()["columns"]
    assert [one["name"] for one in columns["inputs"]] == ["age", "job", "gain", "member", "hours"]


def test_info_of_a_regression_has_no_classes_and_short_numbers(folder, trained):
    assert "next      glassnet test h.safetensors people.csv --report h-report.html" in trained[2].out
    for language, absent in (("en", ("class", "stratified", "own_validation")), ("zh", ("类别", "分层", "另给验证"))):
        facts, _, _ = run("info", "h.safetensors", "--language", language).fine().out.partition("glassnet 0.")
        assert not [word for word in absent if word in facts]
        assert not re.search(r"\.\d{6}", facts)
        assert "r2 " in facts or "R² " in facts
    receipt = run("info", "h.safetensors", "--json").json()["receipt"]
    assert receipt["data"]["classes"] == 1
    assert run("test", "--report", "h-report.html", "h.safetensors", "people.csv").fine()


SIZES = {
    "a label that is none": ("age,height,weight\n30,180,80.5\n51,170,70\n22,165.5,60\n", "0.0%"),
    "a missing value": ("age,height,weight\n0,180,80\n1,,70\n0,160,\n", "33.3%"),
    "a word among numbers": ("age;height;weight\n" + "0;180;80,5\n" * 20 + "1;tall;70\n", "4.8%"),
    "beyond what pixels have": ("age,height,weight\n0,1800,80\n1,1600,70\n", "0.0%"),
}


@pytest.mark.parametrize("case", SIZES)
def test_show_describes_a_table_of_numbers(folder, case):
    """Such a table could be pixels, but its header differs from theirs."""
    text, missing = SIZES[case]
    (folder / "sizes.csv").write_text(text)
    lines = run("show", "sizes.csv").fine().out.splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [[name, "number"] for name in ("age", "height", "weight")]
    assert lines[3].split()[2] == missing
    assert run("show", "-", stdin=text.encode()).fine().out.splitlines()[1:] == lines[1:]
    assert [one["kind"] for one in run("show", "sizes.csv", "--json").json()["columns"]] == ["number"] * 3
    assert run("show", "sizes.csv", "--row", "1", "--json").json()["values"].keys() == {"age", "height", "weight"}
    run("show", "sizes.csv", "--plot", "a.png").refused("GN017", "no images")


@pytest.mark.parametrize(
    ("text", "flags", "code"),
    [
        ("label,a,b\n0,5,6\n1,2,x\n", (), "GN013"),  # pixels with a mistake
        ("0,5,6\n1,2,\n", (), "GN013"),
        ("1,5,6\n3,2,7\n", (), "GN016"),
        ("age,height\n0,500\n1,900\n", ("--input-max", "600"), "GN014"),
        ("age,height\n", (), "GN010"),
    ],
)
def test_pixel_tables_keep_their_error(folder, text, flags, code):
    (folder / "rows.csv").write_text(text)
    run("show", "rows.csv", *flags).refused(code, "rows.csv")


def test_the_advice_of_show_works(folder):
    (folder / "rows.csv").write_text("1,5,6\n3,2,7\n")
    run("show", "rows.csv").refused("GN016", "pass --classes 4")
    assert run("show", "rows.csv", "--classes", "4", "--json").fine().json()["classes"] == [0, 1, 0, 1]


def test_show_describes_a_table(folder):
    lines = run("show", "people.csv").fine().out.splitlines()
    assert lines[0] == "people.csv: 400 rows, 8 columns"
    kinds = {line.split()[0]: line.split()[1] for line in lines[2:]}
    wanted = ("number", "number", "text", "number", "boolean", "text", "number", "text")
    assert kinds == dict(zip(HEADER, wanted, strict=True))
    described = run("show", "people.csv", "--json").json()["columns"]
    assert described[2]["missing"] == pytest.approx(31 / 400)
    assert "3 words (clerk, cook, pilot)" in run("show", "people.csv", "--target", "income").out
    row = run("show", "people.csv", "--row", "0").fine().out.splitlines()
    assert row[0].split() == ["id", "1"]
    assert row[1].split() == ["age", "(missing)"]
    assert run("show", "people.csv", "--row", "0", "--json").json()["values"]["country"] == "CH"
    run("show", "people.csv", "--row", "400").refused("GN021", "0 to 399")


def test_a_test_file_and_its_rows_without_a_target(empty):
    (empty / "train.csv").write_text(people(200))
    lines = people(50, seed=1).splitlines()
    lines[3] = lines[3].rpartition(",")[0] + ",?"
    (empty / "test.csv").write_text("\n".join(lines))
    assert run("train", "train.csv", "--target", "income", "--test", "test.csv", *ONCE).code == 0
    tested = run("test", "m.safetensors", "test.csv", "--json")
    assert tested.json()["samples"] == 49
    assert "1 row without a target ('income') skipped" in tested.err


def test_training_reports_a_small_test_set(empty):
    (empty / "people.csv").write_text(people(60))
    trained = run("train", "people.csv", "--target", "income", "--test", "people.csv", *ONCE).fine()
    assert "people.csv: the model was trained on 60 of these 60 rows, so the result proves little" in trained.err
    classes = ["rare"] * 3 + ["a", "b"] * 43
    (empty / "rare.csv").write_text("x,y\n" + "".join(f"{k % 9},{name}\n" for k, name in enumerate(classes)))
    outcome = run("train", "rare.csv", "--target", "y", "--seed", "0", *ONCE).fine()
    assert (
        "rare.csv: the test data have no sample of these classes, so the result does not cover them: rare"
        in outcome.err
    )
    assert "has no sample" not in trained.err


def test_a_value_of_several_lines_is_shown_on_one(empty):
    (empty / "notes.csv").write_text("k,note\n" + "".join(f'{k},"好 {k}\nand on"\n' for k in range(5)))
    assert len(run("show", "notes.csv").fine().out.splitlines()) == 4
    assert run("show", "notes.csv", "--row", "1").fine().out.splitlines() == ["k      1", r"note   '好 1\nand on'"]


def test_columns_are_aligned_for_any_name(empty):
    (empty / "zh.csv").write_text("年龄,a,城市名称\n" + "".join(f"{k},{k % 7},{'东西'[k % 2]}\n" for k in range(40)))
    for words in ((), ("--target", "城市名称"), ("--row", "3")):
        lines = run("show", "zh.csv", *words).fine().out.splitlines()
        names = [line.split("   ")[0] for line in lines if line.startswith(("年龄", "a ", "城市名称"))]
        starts = {
            width_of(line) - width_of(line[len(name) :].lstrip()) for line, name in zip(lines[-3:], names, strict=True)
        }
        assert len(names) == 3
        assert len(starts) == 1, lines


def test_digits_without_a_header_are_still_images(empty):
    (empty / "digits.csv").write_text(digits_csv(300))
    assert run("train", "digits.csv", "--epochs", "1", *SMALL[:4], "--no-plot").code == 0
    model = load_model("notes.safetensors")
    assert (model.columns, model.features) == (None, 784)


def test_testing_on_training_rows_is_reported(folder):
    outcome = run("test", "m.safetensors", "people.csv").fine()
    assert "the model was trained on 360 of these 400 rows, so the result proves little" in outcome.err
    assert "tests only the 40 held-out rows" in outcome.err
    assert "was trained on" not in run("test", "m.safetensors", "more.csv").fine().err


def test_test_reads_standard_input_once(folder):
    typed = (folder / "people.csv").read_bytes()
    outcome = run("test", "m.safetensors", "-", stdin=typed)
    assert "right" in outcome.out
    assert "the model was trained on 360 of these 400 rows, so the result proves little" in outcome.err


def test_testing_on_all_training_rows_is_reported(empty):
    (empty / "people.csv").write_text(people(60))
    (empty / "more.csv").write_text(people(60, seed=1))
    run("train", "people.csv", "--target", "income", "--test", "more.csv", *ONCE).fine()
    tested = run("test", "m.safetensors", "people.csv").fine()
    assert "the model was trained on 60 of these 60 rows, so the result proves little" in tested.err
    assert "was trained on" not in run("test", "m.safetensors", "more.csv").fine().err


@pytest.mark.parametrize("words", [("test",), ("explain", "--row", 1), ("info", "--verify")])
def test_a_model_of_pixels_says_what_it_takes_instead_of_a_table(words, empty):
    (empty / "d.csv").write_text(digits_csv(60))
    (empty / "people.csv").write_text(people(60))
    run("train", "d.csv", "--classes", 10, *ONCE).fine()
    command, *flags = words
    line = run(command, "m.safetensors", "people.csv", *flags).refused("GN017", "784 pixels", "named columns (")
    assert "--target" not in line


def test_text_among_numbers_is_reported_by_query_and_test(folder):
    text = people(5, seed=2)
    (folder / "odd.csv").write_text(text.replace("\n4,", "\n4,old", 1))
    for arguments in (("query", "h.safetensors", "odd.csv"), ("test", "m.safetensors", "odd.csv")):
        assert "odd.csv: column 'age': 1 value treated as missing, expected numbers ('old" in run(*arguments).fine().err


LINES = people(60).splitlines()
DATES = "when,y\n" + "2.1.2020,a\n3.1.2020,b\n" * 9
BAD = {
    "no target named": ("people.csv", (), "GN066", ("--target income",), people(60)),
    "a name near by": ("people.csv", ("--target", "incme"), "GN060", ("'incme'", "Did you mean 'income'?"), people(60)),
    "a column to drop": ("p.csv", ("--target", "income", "--drop", "ages"), "GN060", ("'ages'", "'age'"), people(60)),
    "an empty file": ("e.csv", ("--target", "y"), "GN010", ("empty",), ""),
    "a header alone": ("h.csv", ("--target", "income"), "GN010", ("only column names",), LINES[0] + "\n"),
    "one row": ("o.csv", ("--target", "income"), "GN010", ("one row", "two or more"), "\n".join(LINES[:2]) + "\n"),
    "one class": ("c.csv", ("--target", "country"), "GN064", ("every value is 'CH'",), people(60)),
    "nothing known": ("n.csv", ("--target", "b"), "GN064", ("missing",), "a,b\n1,?\n2,NA\n3,\n"),
    "names twice": ("d.csv", ("--target", "a"), "GN063", ("same name: 'a'",), "a,b,a\n1,2,3\n4,5,6\n"),
    "an open quote": ("q.csv", ("--target", "b"), "GN012", ("line 3", "quotation mark"), 'a,b\n1,x\n2,"y\n3,x\n4,y\n'),
    "an open quote within": ("q.csv", ("--target", "b"), "GN012", ("line 3", "quotation mark"), 'a,b\n1,x\n"2,y\n3,\n'),
    "a long row": ("q.csv", ("--target", "b"), "GN012", ("lines 3 to 4", "3 values"), 'a,b\n1,x\n2,"y\nz",3\n3,x\n'),
    "another case": ("y.csv", ("--target", "Y"), "GN060", ("Did you mean 'y'?",), "x,y\n" + "1,y\n2,n\n" * 9),
    "ragged": ("r.csv", ("--target", "b"), "GN012", ("line 3", "3 values, expected 2"), "a,b\n1,x\n2,y,z\n"),
    "dates alone": ("t.csv", ("--target", "y"), "GN062", ("'when'", "dates or times"), DATES),
    "nothing left": ("l.csv", ("--target", "y"), "GN062", ("'x' is excluded",), "x,y\n" + "1,a\n1,b\n" * 9),
    "words for numbers": ("w.csv", ("--target", "income", "--task", "numbers"), "GN064", ("words",), people(60)),
    "flags without a target": ("f.csv", ("--drop", "age"), "GN022", ("--target",), people(60)),
    "the target dropped": ("f.csv", ("--target", "age", "--drop", "age"), "GN022", ("column to predict",), people(60)),
    "classes of a column": ("f.csv", ("--target", "income", "--classes", "7"), "GN022", ("--classes 7",), people(60)),
    "a file that is not there": ("gone.csv", ("--target", "y"), "GN001", ("gone.csv",), None),
    "a spreadsheet": ("s.xlsx", ("--target", "y"), "GN005", ("Save it as CSV",), "PK\x03\x04"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_are_rejected_in_one_line_and_change_no_file(empty, name):
    file, flags, code, words, text = BAD[name]
    (empty / "m.safetensors").write_bytes(b"")
    if text is not None:
        (empty / file).write_text(text)
    before = snapshot(empty)
    named = () if code == "GN022" else (file,)
    run("train", file, *flags, *FAST).refused(code, *named, *words)
    assert snapshot(empty) == before


def test_a_spreadsheet_with_the_name_of_a_csv_file_is_called_one(empty):
    with zipfile.ZipFile(empty / "s.csv", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    run("train", "s.csv", "--target", "y", *FAST).refused("GN019", "s.csv: a spreadsheet", "Save it as CSV")


def test_invalid_queries_are_rejected(folder):
    (folder / "few.csv").write_text("age,Job\n30,cook\n")
    run("query", "m.safetensors", "few.csv").refused("GN060", "'job', 'gain', 'member', 'hours'", "'Job'")
    run("query", "m.safetensors", "m.safetensors").refused("GN005", "m.safetensors")
    run("test", "m.safetensors").refused("GN020", "Name the DATA")
    (folder / "none.csv").write_text(people(5).replace("income", "salary"))
    run("test", "m.safetensors", "none.csv").refused("GN060", "'income'")
    assert run("query", "m.safetensors", "none.csv").code == 0
    (folder / "new.csv").write_text(people(5).replace(">50K", "rich").replace("<=50K", "poor"))
    run("test", "m.safetensors", "new.csv").refused("GN064", "'income'", "'>50K'")


def test_explain_accepts_tables(folder):
    assert "is " in run("explain", "m.safetensors", "more.csv", "--row", "3").fine().out
    facts = run("explain", "m.safetensors", "more.csv", "--row", "3", "--why", "--json")
    assert len(facts.json()["inputs"]) == load_model("m.safetensors").features


def test_units_and_the_encoding_of_a_spreadsheet_work_in_every_command(empty):
    rows = [(f"{k % 30 + 40},5 kg", f"{k % 30 + 1},5 km") for k in range(90)]
    text = "mass\tway\n" + "".join(f"{mass}\t{way}\n" for mass, way in rows)
    (empty / "t.txt").write_bytes(text.encode("utf-16"))
    notices = run("train", "t.txt", "--target", "way", *ONCE).fine().err
    assert "column 'mass': the unit 'kg' is ignored" in notices
    assert "column 'way': the unit 'km' is ignored" in notices
    assert run("test", "m.safetensors", "t.txt", "--json").fine().json()["samples"] == 90
    (empty / "q.csv").write_text('mass\n"50,5 kg"\n"500 g"\n')
    outcome = run("query", "m.safetensors", "q.csv").fine()
    assert outcome.out.splitlines()[0].endswith(" km")
    assert "1 value treated as missing, expected numbers in kg ('500 g')" in outcome.err
    right, *_ = run("query", "m.safetensors", "t.txt", "--json").fine().json()
    (empty / "q.csv").write_text("mass\n40.5\n")
    bare = run("query", "m.safetensors", "q.csv", "--json").fine()
    assert bare.json()[0]["outputs"] == pytest.approx(right["outputs"], abs=1e-6)  # float32, another number of rows
    assert "numbers lack the 'kg'" in bare.err
    assert run("doctor", "t.txt", "--target", "way", "--json").json()["samples"] == 90


def test_examples_of_columns_differ_and_whole_numbers_are_in_full(empty):
    rows = "".join(f"{5305629 + k % 3 // 2},{1 + k % 5 // 4},w{k % 2}\n" for k in range(90))
    (empty / "t.csv").write_text(f"a,b,c\n{rows}")
    for line, examples in zip(
        run("show", "t.csv").fine().out.splitlines()[2:], ("5305629, 5305630", "1, 2", "w0, w1"), strict=True
    ):
        assert line.endswith(f"   {examples}")


def test_decimals_are_read_as_specified(empty):
    rows = "".join(f"{k},{k % 9}5;{k + 1}.{k + 100};{'ab'[k > 40]}\n" for k in range(80))
    (empty / "t.csv").write_text(f"x;z;y\n{rows}")
    assert "'1.100' is not read with a decimal comma" in run("show", "t.csv").fine().err
    [_, z, _] = run("show", "t.csv", "--decimal", ",", "--json").fine().json()["columns"]
    assert z["examples"][0] == 1100
    run("train", "t.csv", "--target", "y", "--keep", "x", "--keep", "z", "--decimal", ",", *ONCE).fine()
    assert load_model("m.safetensors").columns.commas == {"x", "z"}
    (empty / "q.csv").write_text("x;z\n1.5;2.345\n")
    run("query", "m.safetensors", "q.csv").refused("GN017", "'x'", "'z'", "--decimal")
    assert run("query", "m.safetensors", "q.csv", "--decimal", ".", "--json").fine().json()[0]["answer"] == 0
    assert run("test", "m.safetensors", "t.csv", "--decimal", ",", "--json").fine().json()["samples"] == 80
    assert run("explain", "m.safetensors", "q.csv", "--row", "0", "--why", "--decimal", ".").code == 0
    run("test", "--report", "r.html", "m.safetensors", "t.csv", "--decimal", ",", "--json").fine()


@pytest.mark.parametrize(
    "command",
    [
        "train mnist --decimal ,",
        "labels mnist --decimal .",
        "query one.png --decimal ,",
        "doctor old.py --decimal .",
    ],
)
def test_decimals_is_only_for_tables(empty, command):
    (empty / "old.py").write_text("")
    run(*command.split()).refused("GN022", "--decimal")


@pytest.mark.parametrize("words", [True, False])
def test_a_table_without_column_names_offers_its_columns(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{k / 7:.2f},{['x', '?'][k % 2] if words else -k},{10 + k % 3},{['no', 'yes'][k % 2] if words else 1.5}"
        for k in range(60)
    ]
    Path("t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    if words:
        shown = run("show", "t.csv").fine()
        assert "column4" in shown.out
        assert "glassnet show t.csv --target column4" in shown.err
    else:  # may also be pixels
        run("show", "t.csv").refused("GN015", "--target column4")
    line = run("train", "t.csv").refused("GN013" if words else "GN015", "--target column4")
    assert line.index("--target column4") < line.index("If it is not a table")


@pytest.mark.parametrize("target", ["3", "column3"])
def test_a_column_without_a_name_is_given_by_its_number(tmp_path, monkeypatch, without_cross_validation, target):
    """Also if its first value is that number."""
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(
        "\n".join(f"{k / 7:.2f},{k % 5},{3 + k % 2},{k * k % 11}" for k in range(60)) + "\n", encoding="utf-8"
    )
    outcome = run("train", "t.csv", "--target", target, "--drop", "4", "--epochs", "1", "--no-plot", "--json").fine()
    assert "target 'column3': 2 classes" in outcome.err
    assert "'column4' not used" in outcome.err
    assert outcome.json()["samples"] == 54


def test_a_number_is_no_name_of_a_named_column(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(
        "a,b,kind\n" + "\n".join(f"{k},{k % 5},{'uv'[k % 2]}" for k in range(60)) + "\n", encoding="utf-8"
    )
    run("train", "t.csv", "--target", "3").refused("GN060", "Column number 3 is 'kind'.")
    run("train", "t.csv", "--target", "4").refused("GN060", "Columns: a, b, kind.")
