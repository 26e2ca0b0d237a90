"""``glassnet search``: text, JSON, both languages, the command that repeats the winner, kills, and bad input."""

from __future__ import annotations

import json
import re
import shlex
import subprocess

import numpy as np
import pytest

from glassnet.cli.search import PICTURE, SearchFacts
from glassnet.model.file import load_model
from support.cli import command, environment, run
from support.declared import undeclared

pytest.importorskip("optuna")

SMALL = (
    "--target",
    "kind",
    "--hidden",
    "6",
    "--epochs",
    "3",
    "--members",
    "1",
    "--engine",
    "reference",
    "--workers",
    "1",
)
SPACE = ("--space", "learning_rate=0.0003..0.1:log", "--space", "dropout")
REST = ("--cv", "0", "-o", "out")


@pytest.fixture
def rows(folder):
    rng = np.random.default_rng(2)
    lines = [f"{x:.3f},{y:.3f},{'up' if x > y else 'down'}" for x, y in rng.normal(size=(160, 2))]
    (folder / "rows.csv").write_text("\n".join(["x,y,kind", *lines]) + "\n")
    return folder


def search(*words):
    """Search with the options of `REST` that the words do not have."""
    rest = [
        one for flag, value in zip(REST[::2], REST[1::2], strict=True) if flag not in words for one in (flag, value)
    ]
    return run("search", "rows.csv", *SMALL, *SPACE, *rest, *words)


def test_a_search_in_words_and_its_command(rows):
    done = search("--trials", "5").fine()
    lines = done.out.splitlines()
    assert lines[0] == "data      rows.csv: 115 training and 29 validation samples, 16 for the test"
    assert lines[1] == "score     accuracy, %; higher is better"
    assert lines[2:4] == ["space     learning_rate   0.0003 to 0.1 (log)", "          dropout         0 to 0.5"]
    assert re.fullmatch(r" {10}trial +score +learning_rate +dropout", lines[4])
    assert sum(line.startswith(" " * 10 + "0 recipe") for line in lines) == 1
    texts = {line.split()[0]: line for line in lines if not line.startswith(" ")}
    assert re.fullmatch(
        r"test      [\d.]+, 95% interval [\d.]+ to [\d.]+, on 16 samples that played no part in the search",
        texts["test"],
    )
    assert texts["model"] == "model     out/best.safetensors"
    assert texts["picture"] == f"picture   out/{PICTURE}"
    assert len(re.findall(r"^trial \d: ", done.err, re.M)) == 5
    assert_repeats_the_winner(texts["repeat"].removeprefix("repeat"))


def assert_repeats_the_winner(command):
    """Run the printed command, and compare the model, with what it decides, with that of the search."""
    run(*shlex.split(command)[1:], "-o", "again.safetensors", "--no-plot").fine()
    again, best = load_model("again.safetensors"), load_model("out/best.safetensors")
    assert (again.hash(), again.targets) == (best.hash(), best.targets)


def test_the_command_has_all_that_decides_the_training(rows):
    """The metric chooses the epoch and the threshold, and with the weights of classes and folds the weights."""
    given = (
        "--target kind --drop y --metric balanced_accuracy --class-weight up=2 --seed 3 --set folds=True --members 3"
    )
    given = *given.split(), "--members", "3", "--hidden", "6", "--epochs", "9", "--engine", "reference"
    found = run("search", "rows.csv", *given, *SPACE, *REST, "--trials", "1", "--json").fine().json()
    assert_repeats_the_winner(found["command"])
    assert load_model("again.safetensors").targets.decision


def test_json_is_as_declared(rows):
    found = search("--trials", "3", "--json").fine().json()
    assert undeclared(found, SearchFacts) == []
    assert found["trials"][0]["state"] == "complete"
    assert search("--trials", "3", "--json").fine().json() == found


def test_a_search_in_chinese(rows):
    done = search("--trials", "3", "--language", "zh", "--minutes", "9").fine()
    assert "配方" in done.out
    assert "试验 0：" in done.err
    assert not re.search("trial|winner|score|chance|interval", done.out + done.err)


def test_a_killed_search_continues(rows):
    """The process is killed while it trains; the same command then ends as if nothing had happened."""
    words = ("search", "rows.csv", *SMALL, *SPACE, *REST, "--trials", "6", "--json")
    with subprocess.Popen(
        command(*words), env=environment(), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        for line in process.stderr:
            if line.startswith("trial 3"):
                process.kill()
    assert process.returncode < 0
    ended = (rows / "out" / "journal.jsonl").read_text().count('"facts"')
    assert 4 <= ended < 6 or not (rows / "out" / PICTURE).exists()
    killed = run(*words).fine()
    assert len(re.findall(r"^trial \d: ", killed.err, re.M)) == 6 - ended
    (rows / "out").rename(rows / "killed")
    whole = run(*words).fine()
    assert without_times(killed.json()) == without_times(whole.json())


def without_times(found):
    for trial in (*found["trials"], found["best"]):
        del trial["seconds"]
    return json.dumps(found)


@pytest.mark.parametrize(
    ("words", "code", "fragment"),
    [
        (("--space", "epochs=1..5"), "GN021", "hidden"),
        (("--space", "momentum=0..2"), "GN021", "0 to 0.999999"),
        (("--space", "dropout=0..0.3"), "GN022", "twice"),
        (("--space", "hidden=5,6"), "GN022", "given value"),
        (("--trials", "0"), "GN021", "1 to 10,000"),
        (("--trials", "many"), "GN020", "'many'"),
        (("--minutes", "-1"), "GN021", "0 to"),
        (("--cv", "1"), "GN021", "2 or more"),
        (("--cv", "21"), "GN021", "0 to 20"),
        (("--metric", "rmse"), "GN022", "accuracy"),
        (("--metric", "kappa"), "GN020", "accuracy"),
        (("-o", "rows.csv"), "GN110", "rows.csv"),
        (("-o", "none/out"), "GN001", "none"),
        (("--ray", "auto"), "GN022", "--workers 1"),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line_in_both_languages(rows, monkeypatch, words, code, fragment):
    search(*words).refused(code, fragment)
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    assert re.search("[\u4e00-\u9fff]", search(*words).refused(code))
    assert not (rows / "out").exists()


def test_another_search_in_the_folder_is_refused(rows):
    search("--trials", "1").fine()
    search("--batch-size", "8").refused("GN044", "batch_size", "→ 8", "--out")


def test_an_option_to_vary_without_effect_is_named(rows):
    words = ("rows.csv", *SMALL, "--trials", "1", "--cv", "0", "--optimizer", "sgd", "--space", "momentum")
    assert "--space momentum has no effect with --optimizer sgd, only with" in run("search", *words).fine().err


def test_an_option_before_the_command_is_told_its_place(folder):
    run("--language", "en", "search").refused("GN020", "--language", "after the command")


def test_without_optuna_a_line_names_the_extra(rows, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "optuna", None)
    search().refused("GN092", "pip install 'glassnet[search]'")
    monkeypatch.setattr("glassnet.cli.search.executor_for", None)  # no cluster is started before
    search("--ray", "local").refused("GN092", "pip install 'glassnet[search]'")
