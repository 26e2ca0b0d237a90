"""``glassnet test --report`` on small data, and the commands that it rejects."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import replace

import numpy as np
import pytest

from glassnet import save_model
from support.cli import run, snapshot, working_copy
from support.pages import checked_page
from support.samples import digits_csv, small_model

pytestmark = pytest.mark.usefixtures("without_cross_validation")

QUICKLY = ("--engine", "reference", "--epochs", 1, "--hidden", 8, "--no-plot")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with digits, a model with held-out samples, and a model without a training record."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "digits.csv").write_text(digits_csv(150))
    (folder / "others.csv").write_text(digits_csv(50, start=150))
    ages = np.random.default_rng(4).integers(18, 80, 120)
    lines = [f"{age},{place},{age * 3.5}" for age, place in zip(ages, "nsw" * 40, strict=True)]
    (folder / "people.csv").write_text("age,place,income\n" + "\n".join(lines) + "\n")
    train = ("train", folder / "digits.csv", *QUICKLY, "--out", folder / "m.safetensors")
    assert run(*train).code == 0
    table = ("train", folder / "people.csv", "--target", "income", *QUICKLY, "--out", folder / "t.safetensors")
    assert run(*table).code == 0
    save_model(replace(small_model(), receipt={}), folder / "bare.safetensors")
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    working_copy(made, tmp_path, monkeypatch)
    monkeypatch.setenv("GLASSNET_LANGUAGE", "en")
    return tmp_path


def page(name: str):
    with open(name, encoding="utf-8") as file:
        return checked_page(file.read())


def test_a_report_on_unseen_data(folder):
    text = run("test", "--report", "m-report.html", "m.safetensors", "others.csv", "--train", "digits.csv").fine().out
    assert re.fullmatch(
        r"test      \S+% right .*\nreport    m-report.html \(\d+ kB\)\nnext      glassnet explain .*\n", text
    )
    read = page("m-report.html")
    assert "of the 50 samples of others.csv" in read.text
    assert "nearest training samples" in read.text
    assert "held out for testing" in read.text  # from the training record
    assert "was trained on these samples" not in read.text
    assert read.having("html") == [{"lang": "en"}]
    tested = run("test", "m.safetensors", "others.csv", "--json").json()
    facts = run("test", "--report", "again.html", "m.safetensors", "others.csv", "--json").fine().json()
    assert facts["accuracy"] == tested["accuracy"]
    assert facts["bytes"] == (folder / "again.html").stat().st_size
    assert facts["without"] == []


@pytest.mark.parametrize(("model", "source", "samples"), [("m", "digits.csv", 15), ("t", "people.csv", 12)])
def test_on_training_data_the_held_out_rows_are_evaluated(folder, model, source, samples):
    facts = run("test", "--report", f"{model}-report.html", f"{model}.safetensors", source, "--json").fine().json()
    assert facts["samples"] == samples
    assert f"the samples of {source} that were held out from training" in page(facts["report"]).text
    receipt = run("info", f"{model}.safetensors", "--json").json()["receipt"]
    score = "r2" if model == "t" else "accuracy"
    assert facts[score] == receipt["result"][score]


def test_held_out_rows_have_row_numbers_of_the_file(folder):
    """Row numbers are those of `explain FILE --row N`."""
    run("test", "--report", "m-report.html", "m.safetensors", "digits.csv").fine()
    rows = [int(row) for row in re.findall(r"\brow (\d+)", page("m-report.html").text)]
    labels = [line.partition(",")[0] for line in (folder / "digits.csv").read_text().splitlines()]
    assert max(rows) >= 15  # more than were held out
    for row in rows[::4]:
        facts = run("explain", "m.safetensors", "digits.csv", "--row", row, "--json").json()
        assert (str(facts["label"]), facts["row"]) == (labels[row], row)
        assert facts["answer"] != facts["label"]


def test_a_table_on_standard_input_is_accepted(folder):
    facts = (
        run("test", "--report", "t.html", "t.safetensors", "-", "--json", stdin=(folder / "people.csv").read_bytes())
        .fine()
        .json()
    )
    assert facts["samples"] == 12  # the held-out rows are known, although the data were read once
    run("test", "--report", "t-report.html", "t.safetensors", "-", "--train", "-").refused("GN022", "read only once")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes exist on Unix")
@pytest.mark.parametrize("words", [["PIPE"], ["people.csv", "--train", "PIPE"]])
def test_a_table_from_a_pipe_is_read_once(folder, words):
    os.mkfifo("pipe")
    content = (folder / "people.csv").read_bytes()
    writer = threading.Thread(target=lambda: (folder / "pipe").write_bytes(content), daemon=True)
    writer.start()
    words = ["pipe" if word == "PIPE" else word for word in words]
    assert run("test", "--report", "t-report.html", "t.safetensors", *words, "--json").fine().json()["samples"] == 12
    writer.join()


def test_rows_of_a_table_have_row_numbers_of_the_file(folder):
    """Also if rows without a target are omitted and others are held out."""
    from glassnet import load_model
    from glassnet.messages.notice import ignore
    from glassnet.workflow.model_data import load_unseen

    lines = (folder / "people.csv").read_text().splitlines()
    lines[5] = lines[5].rpartition(",")[0] + ","
    (folder / "gap.csv").write_text("\n".join(lines) + "\n")
    run("train", "gap.csv", "--target", "income", *QUICKLY, "--out", "g.safetensors").fine()
    model = load_model("g.safetensors")
    for part in load_unseen(model, "g.safetensors", "gap.csv", ignore):
        wanted = [float(lines[1 + row].rpartition(",")[2]) for row in part.row_numbers]
        np.testing.assert_allclose(part.values[:, 0], wanted)
    output = run("test", "--report", "g-report.html", "g.safetensors", "gap.csv").fine().err
    assert output.count("without a target ('income')") == 1


def test_training_data_are_recognized_with_given_classes(folder):
    run("train", "digits.csv", "--classes", 12, *QUICKLY, "--out", "c.safetensors").fine()
    assert (
        run("test", "--report", "c-report.html", "c.safetensors", "digits.csv", "--json").fine().json()["samples"] == 15
    )
    assert "was trained on" in run("test", "c.safetensors", "digits.csv").err


def test_a_file_can_have_the_name_of_the_bundled_data(folder):
    (folder / "digits.csv").rename("mnist (1).csv")
    run("train", "mnist (1).csv", *QUICKLY, "--out", "b.safetensors").fine()
    run("test", "b.safetensors").refused("GN020", "Name the DATA")


def test_nearest_samples_are_training_rows(folder):
    """Neither the explained row itself nor a held-out row is among them."""
    from glassnet import load_data, load_model
    from glassnet.data.held_out import SplitBy
    from glassnet.data.split import split_rows
    from glassnet.training.receipt import options_of

    data = load_data("digits.csv")
    options = options_of(load_model("m.safetensors").receipt)
    kept, held_out = split_rows(len(data), data.source, options, SplitBy(data.labels))
    for row in (*kept[:3], *held_out[:3]):
        words = ("explain", "m.safetensors", "digits.csv", "--why", "--row", row, "--train", "digits.csv", "--json")
        nearest = run(*words).json()["nearest"]["rows"]
        assert nearest
        assert not set(nearest) & {row, *held_out}


def test_without_data_only_the_model_is_described(folder):
    facts = run("test", "bare.safetensors", "--json", "--language", "zh", "--report", "b.html").fine().json()
    assert facts["sections"] == ["made", "curve", "weights", "doctor"]
    assert facts["without"] == ["confusion", "classes", "reliability", "misread", "why"]
    assert "samples" not in facts
    assert "文件中没有训练记录" in page("b.html").text


def test_a_single_row_is_accepted(folder):
    """As in `test` and `query`; a table with only column names is still reported as empty."""
    (folder / "one.csv").write_text(digits_csv(1, start=160))
    for words in (
        ("test", "--report", "m-report.html", "m.safetensors", "one.csv"),
        ("test", "m.safetensors", "one.csv"),
    ):
        assert "(0 of 1)" in (out := run(*words).fine().out) or "(1 of 1)" in out
    (folder / "names.csv").write_text("age,place,income\n")
    run("doctor", "names.csv").refused("GN010", "only column names")


def test_columns_that_the_model_does_not_use_are_not_findings(folder):
    """A column that determines the label is a finding, unless the model does not use it."""
    rng = np.random.default_rng(5)
    ages, old = rng.integers(18, 80, 200), rng.random(200) > 0.5
    lines = [f"{age},{'old' if known else 'new'},{int(known) * 9}" for age, known in zip(ages, old, strict=True)]
    (folder / "told.csv").write_text("age,kind,sign\n" + "\n".join(lines) + "\n")
    made = ("train", "told.csv", "--target", "kind", *QUICKLY, "--out", "k.safetensors", "--force")
    for more, blamed in (((), True), (("--drop", "sign"), False)):
        run(*made, *more).fine()
        run("test", "--report", "k-report.html", "k.safetensors", "told.csv", "--force").fine()
        assert ("told.csv: sign" in page("k-report.html").text) == blamed


def test_the_language_is_that_of_the_environment(folder, monkeypatch):
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    run("test", "--report", "bare-report.html", "bare.safetensors").fine()
    assert page("bare-report.html").having("html") == [{"lang": "zh-CN"}]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nothing.safetensors",), "GN001"),
        (("digits.csv",), "GN040"),
        (("m.safetensors", "nothing.csv"), "GN001"),
        (("m.safetensors", "people.csv"), "GN017"),
        (("bare.safetensors", "digits.csv"), "GN017"),
        (("t.safetensors", "digits.csv"), "GN060"),
        (("m.safetensors", "others.csv", "--train", "nothing.csv"), "GN001"),
        (("m.safetensors", "others.csv", "--report", "digits.csv"), "GN022"),
        (("m.safetensors", "others.csv", "--report", "m.safetensors"), "GN022"),
        (("m.safetensors", "others.csv", "--report", "no/where.html"), "GN001"),
        (("m.safetensors", "--language", "fr"), "GN020"),
    ],
)
def test_invalid_commands_are_rejected_and_no_file_is_written(folder, words, code):
    before = snapshot(folder)
    run("test", *words, *([] if "--report" in words else ["--report", "r.html"])).refused(code)
    assert snapshot(folder) == before


@pytest.mark.parametrize("mine", ["my notes", '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'])
def test_a_report_overwrites_only_a_report_if_told_so(folder, mine):
    words = ("test", "--report", "r.html", "bare.safetensors")
    run(*words).fine()
    run(*words).refused("GN007", "r.html")
    run(*words, "--language", "zh", "--force").fine()
    (folder / "r.html").write_text(mine)
    run(*words, "--force").refused("GN022", "of another kind")
    assert (folder / "r.html").read_text() == mine
