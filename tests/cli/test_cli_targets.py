"""Multiple targets on the command line: labels or numbers of one table."""

from __future__ import annotations

import re

import pytest

from glassnet import load_model
from support.cli import run, working_copy
from support.people import weather

FAST = ("--engine", "reference", "--hidden", 16, "--members", 1, "--learning-rate", 0.01, "--dropout", 0, "--no-plot")
LEARNING = (*FAST, "--epochs", 40)
LABELS = ("--target", "hot", "--target", "wet", "--drop", "degrees", "--drop", "rain")
NUMBERS = ("--target", "degrees", "--target", "rain", "--drop", "hot", "--drop", "wet")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a table, a multilabel model and a multi-output regression model."""
    folder = tmp_path_factory.mktemp("targets")
    (folder / "weather.csv").write_text(weather())
    (folder / "more.csv").write_text(weather(100, seed=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        notices = {
            name: run("train", "weather.csv", "--test", "more.csv", *targets, "--out", f"{name}.safetensors").fine().err
            for name, targets in (("labels", (*LABELS, *LEARNING)), ("numbers", (*NUMBERS, *LEARNING)))
        }
    return folder, notices


@pytest.fixture
def folder(trained, tmp_path, monkeypatch):
    return working_copy(trained[0], tmp_path, monkeypatch)


def test_training_prints_its_targets(trained):
    _, notices = trained
    for words in (
        "target 'hot': a label, yes in 39%",
        "target 'wet'",
        "1 row without a target ('hot', 'wet') skipped",
    ):
        assert words in notices["labels"]
    assert "target 'degrees': regression, numbers from" in notices["numbers"]
    assert "target 'rain': regression, numbers from" in notices["numbers"]


def test_the_models_keep_the_names_and_the_kind(folder):
    labels, numbers = load_model("labels.safetensors"), load_model("numbers.safetensors")
    assert (labels.targets.name, labels.class_names) == ("multilabel", ("hot", "wet"))
    assert labels.network.architecture.activations[-1] == "sigmoid"
    assert labels.columns.names == numbers.columns.names == ("wind", "sun", "cloud", "place")
    assert (numbers.targets.name, numbers.class_names) == ("values", ("degrees", "rain"))
    assert numbers.network.architecture.activations[-1] == "identity"


def test_each_label_is_tested_separately(folder):
    tested = run("test", "labels.safetensors", "more.csv", "--json").json()
    assert tested["accuracy"] > 0.7
    assert tested["samples"] == 99
    assert [one["name"] for one in tested["outputs"]] == ["hot", "wet"]
    assert min(one["f1"] for one in tested["outputs"]) > 0.75
    shown = run("test", "labels.safetensors", "more.csv").fine().out
    assert "precision" in shown
    assert "\nwet " in shown


def test_each_numeric_target_is_tested_separately(folder):
    tested = run("test", "numbers.safetensors", "more.csv", "--json").json()
    assert tested["r2"] > 0.7
    assert [one["name"] for one in tested["outputs"]] == ["degrees", "rain"]
    assert tested["r2"] == pytest.approx(sum(one["r2"] for one in tested["outputs"]) / 2)


def test_a_prediction_lists_the_positive_labels_or_the_numbers(folder):
    answers = run("query", "labels.safetensors", "more.csv", "--json").json()
    names = {0: "none", 1: "hot", 2: "wet", 3: "hot, wet"}
    for one in answers:
        assert one["name"] == names[one["answer"][0] + 2 * one["answer"][1]]
    assert len({one["name"] for one in answers}) > 2
    first = run("query", "numbers.safetensors", "more.csv").fine().out.splitlines()[0]
    assert "degrees " in first
    assert "rain " in first


def test_commands_after_training_accept_multiple_targets(folder):
    assert "hot       the target, a label" in run("info", "labels.safetensors").fine().out
    assert "stratified" not in run("info", "labels.safetensors").out
    learnt = run("info", "labels.safetensors", "--json").json()["columns"]
    assert [one["task"] for one in learnt["targets"]] == ["label", "label"]
    for name in ("labels", "numbers"):
        assert run("info", "--verify", f"{name}.safetensors", "weather.csv").fine().out.startswith("same bits")
        for language, place in (("en", "page.html"), ("zh", "seite.html")):
            arguments = ("--language", language, "--report", place, "--force")
            run("test", f"{name}.safetensors", "more.csv", *arguments).fine()
            assert all(word in (folder / place).read_text() for word in load_model(f"{name}.safetensors").class_names)


def test_a_resumed_multilabel_run_is_bit_identical(folder):
    train = ("train", "weather.csv", "--test", "more.csv", *LABELS, *FAST, "--epochs", 3, "--out")
    run(*train, "plain.safetensors").fine()
    run(*train, "again.safetensors", "--checkpoint", "c.safetensors").fine()
    run("train", "--resume", "c.safetensors", "--out", "resumed.safetensors").fine()
    wanted = load_model("plain.safetensors").hash()
    assert load_model("again.safetensors").hash() == load_model("resumed.safetensors").hash() == wanted


def test_zeros_and_ones_can_be_numbers(folder):
    numbers = ("--target", "hot", "--target", "rain", "--task", "numbers")
    run("train", "weather.csv", *numbers, *FAST, "--epochs", 1, "--out", "z.safetensors")
    assert load_model("z.safetensors").targets.name == "values"


REFUSED = {
    "a mixture": (("hot", "rain"), (), "GN064", ("'rain'", "unlike 'hot'", "--task numbers")),
    "words among numbers": (("rain", "place"), (), "GN064", ("'place'", "words", "0 and 1")),
    "words among labels": (("hot", "place"), (), "GN064", ("'place'", "unlike 'hot'")),
    "numbers for classes": (("rain", "degrees"), ("--task", "classes"), "GN064", ("'rain'", "--task numbers")),
    "twice": (("hot", "hot"), (), "GN022", ("'hot'", "twice")),
    "one that is not there": (("hot", "wed"), (), "GN060", ("'wed'", "'wet'")),
    "both in one word": (("hot,wet",), (), "GN060", ("--target hot --target wet",)),
    "one of them dropped": (("hot", "wet"), ("--drop", "wet"), "GN022", ("wet", "to predict")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_incompatible_targets_are_rejected(folder, name):
    targets, flags, code, words = REFUSED[name]
    named = [part for target in targets for part in ("--target", target)]
    run("train", "weather.csv", *named, *flags, *FAST, "--out", "no.safetensors").refused(code, *words)
    assert not (folder / "no.safetensors").exists()


def test_a_label_that_is_never_positive_is_rejected(folder):
    (folder / "dry.csv").write_text("x,a,b\n" + "1,0,0\n2,1,0\n3,0,0\n" * 9)
    run("train", "dry.csv", "--target", "a", "--target", "b", *FAST).refused(
        "GN064", "'b'", "no in every row", "Remove it"
    )


def test_an_invalid_label_value_is_rejected_in_a_test(folder):
    lines = weather(20, seed=2).splitlines()
    lines[4] = ",".join([*lines[4].split(",")[:3], "2", *lines[4].split(",")[4:]])
    (folder / "odd.csv").write_text("\n".join(lines))
    run("test", "labels.safetensors", "odd.csv").refused("GN064", "'hot'", "row 3", "'2'")


def test_label_errors_are_searched_in_one_column(folder):
    run("labels", "weather.csv", *LABELS).refused("GN022", "--target wet", "one column", "--target hot with --drop wet")


def test_a_report_lists_findings_per_target_and_common_ones_once(folder):
    lines = weather(100, seed=3).splitlines()
    for row, value in ((10, "0"), (11, "1")):  # a duplicate row, and a row where only hot is 1
        lines[row] = ",".join(["9", "9", "9", value, "no", "9", "9", "sea"])
    (folder / "mended.csv").write_text("\n".join(f"{line},{row or 'id'}" for row, line in enumerate(lines)))
    run("test", "labels.safetensors", "mended.csv", "--report", "mended.html").fine()
    (cells,) = re.findall(r'<section id="doctor".*?</section>', (folder / "mended.html").read_text(), re.DOTALL)
    assert re.findall(r"GD40.*?mended.csv: (.*?): ", cells) == ["for hot"]
    assert re.findall(r"GD05.*?mended.csv: (.*?): ", cells) == ["id"]
