"""``glassnet compare``: text, JSON, the picture, both languages, and bad input."""

from __future__ import annotations

import re

import numpy as np
import pytest

from glassnet.cli.compare import CompareFacts
from support.cli import run
from support.declared import undeclared

SMALL = ("--hidden", "5", "--epochs", "9", "--batch-size", "20", "--engine", "reference", "--input-max", "16")


@pytest.fixture
def rows(folder):
    rng = np.random.default_rng(2)
    labels = np.arange(120) % 3
    pixels = np.clip(rng.normal(4, 2, (120, 9)) + 6 * (np.arange(9) % 3 == labels[:, None]), 0, 16).astype(int)
    np.savetxt(folder / "rows.csv", np.column_stack([labels, pixels]), "%d", ",")
    return "rows.csv"


def compare(*words):
    return run("compare", *words)


def test_with_time_every_seed_has_the_same_validation_samples(folder):
    lines = [f"{day},{day % 3},{day % 2}" for day in range(100)]
    (folder / "days.csv").write_text("\n".join(["day,a,y", *lines]) + "\n")
    done = compare(
        "quick",
        "quick",
        "days.csv",
        "--target",
        "y",
        "--time",
        "day",
        "--seeds",
        "2",
        "--b",
        "epochs=3",
        "--epochs",
        "4",
    )
    assert "data      days.csv: 72 training and 18 validation samples, the latest for every seed" in done.fine().out


def test_a_comparison_in_words(rows):
    done = compare(
        "quick", "quick", rows, "--b", "learning_rate=1e-6", *SMALL, "--seed", "40", "--plot", "curves.png"
    ).fine()
    lines = done.out.splitlines()
    assert lines[:4] == [
        "A         quick",
        "B         quick, learning_rate 1e-06",
        "differ    option          A      B",
        "          learning_rate   0.08   1e-06",
    ]
    assert lines[4] == "data      rows.csv: 86 training and 22 validation samples, drawn anew for each seed"
    assert lines[5] == "score     accuracy, %; higher is better"
    assert re.fullmatch(r"          seed   A +B +B − A", lines[6])
    table = [line.split() for line in lines[7:13]]
    assert [row[0] for row in table] == ["40", "41", "42", "43", "44", "45"]
    for _, a, b, difference in table:
        assert float(difference.replace("−", "-")) == pytest.approx(float(b) - float(a), abs=0.011)
    assert re.fullmatch(r"mean      −[\d.]+ points, 95% interval −[\d.]+ to −[\d.]+", lines[13])
    assert lines[14].startswith("verdict   B is worse: chance alone gives such differences in 3.1%")
    assert lines[15].startswith("          clear after 6 of 8 seeds")
    assert lines[17] == "picture   curves.png"
    assert done.err.count("seed ") == 6


def test_json_is_as_declared_and_has_the_result_of_the_text(rows):
    found = compare("notes", "quick", rows, *SMALL, "--seeds", "2", "--json").fine().json()
    assert undeclared(found, CompareFacts) == []
    assert found["recipes"] == {"a": "notes", "b": "quick"}
    assert found["verdict"] == "no difference seen"
    assert found["options_that_differ"]["loss"] == {"a": "squared_error", "b": "cross_entropy"}
    again = compare("notes", "quick", rows, *SMALL, "--seeds", "2", "--json").fine().json()
    assert again == found, "the same seeds give the same result"


def test_a_comparison_in_chinese(rows):
    done = compare("quick", "quick", rows, "--b", "hidden=4,3", *SMALL, "--seeds", "3", "--language", "zh").fine()
    assert "hidden   5   4,3" in done.out
    assert "3 个种子无法显示差异" in done.out
    assert "至少需要 6 个" in done.err
    assert not re.search("verdict|score|better|validation", done.out + done.err)


def test_options_of_one_side_and_of_both(rows):
    words = (
        "--seeds",
        "2",
        "--json",
        "--b",
        "bias=no",
        "--b",
        "ema-decay=0.5",
        "--a",
        "hidden=4, 3",
        "--b=schedule=step",
    )
    differing = compare("quick", "quick", rows, *SMALL, *words).fine().json()["options_that_differ"]
    assert differing == {
        "hidden": {"a": [4, 3], "b": [5]},
        "bias": {"a": True, "b": False},
        "schedule": {"a": "linear", "b": "step"},
        "ema_decay": {"a": 0.0, "b": 0.5},
    }


def test_a_repeated_list_of_one_side_has_all_values_as_for_both_sides(rows):
    words = ("--epochs", "1", "--engine", "reference", "--input-max", "16", "--seeds", "2", "--json")
    repeated = compare("quick", "quick", rows, *words, "--b", "hidden=6", "--b", "hidden=4").fine().json()
    assert repeated["options_that_differ"]["hidden"]["b"] == [6, 4]
    both = (
        compare("quick", "quick", rows, *words, "--hidden", "6", "--hidden", "4", "--b", "learning_rate=0.3")
        .fine()
        .json()
    )
    scores = [pair["a"] for pair in both["pairs"]]
    again = compare("quick", "quick", rows, *words, "--a", "hidden=6", "--a", "hidden=4", "--b", "learning_rate=0.3")
    assert [pair["a"] for pair in again.fine().json()["pairs"]] == scores


def test_a_table_and_a_regression(folder):
    rng = np.random.default_rng(0)
    lines = [f"{x:.3f},{y:.3f},{3 * x - y:.3f}" for x, y in rng.normal(size=(80, 2))]
    (folder / "rows.csv").write_text("\n".join(["x,y,price", *lines]) + "\n")
    words = ("rows.csv", "--target", "price", "--members", "1", "--epochs", "6", "--b", "learning_rate=1e-6")
    done = compare("table", "table", *words).fine()
    assert "score     RMSE; lower is better" in done.out
    assert "B is worse" in done.out


@pytest.mark.parametrize(
    ("words", "code", "fragment"),
    [
        (("nots", "quick"), "GN020", "'notes'"),
        (("notes",), "GN020", "'B'"),
        (("notes", "notes"), "GN022", "same options"),
        (("notes", "quick", "--seeds", "1"), "GN021", "2 to 20"),
        (("notes", "quick", "--seeds", "many"), "GN020", "'many'"),
        (("notes", "quick", "--metric", "acc"), "GN020", "accuracy"),
        (("notes", "notes", "--b", "rat=1"), "GN021", "learning_rate"),
        (("notes", "notes", "--b", "n_jobs=1"), "GN021", "threads"),
        (("notes", "notes", "--b", "rate"), "GN022", "OPTION=VALUE"),
        (("notes", "notes", "--b", "learning_rate=fast"), "GN021", "'fast'"),
        (("notes", "notes", "--b", "bias=maybe"), "GN021", "'maybe'"),
        (("notes", "notes", "--b", "hidden="), "GN021", "hidden"),
        (("notes", "notes", "--b", "seed=1"), "GN022", "seed"),
        (("notes", "notes", "--b", "learning_rate=0.1", "--b", "learning_rate=0.2"), "GN022", "twice"),
        (("notes", "notes", "--b", "learning_rate=0.1", "--b", "learning-rate=0.1"), "GN022", "twice"),
        (("notes", "notes", "--seeds", "3", "--seeds", "4"), "GN020", "twice"),
        (("notes", "notes", "--checkpoint", "file"), "GN020", "--checkpoint"),
        (("notes", "quick", "missing.csv"), "GN001", "missing.csv"),
        (("notes", "quick", "--plot", "curves.txt"), "GN021", "curves.txt"),
        (("table", "quick", "mnist", "--target", "kind"), "GN022", "--target"),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line_in_both_languages(folder, monkeypatch, words, code, fragment):
    compare(*words).refused(code, fragment)
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    line = compare(*words).refused(code)
    assert re.search("[\u4e00-\u9fff]", line)


def test_a_recipe_for_images_on_a_table_is_named_with_its_side(folder, monkeypatch):
    rows = "table.csv"
    (folder / rows).write_text("".join(f"{row % 2},{row},2\n" for row in range(50)))
    for words in (("notes", "quick", "wide"), ("wide", "quick")):
        line = compare(*words, rows).refused("GN022", "the recipe wide is for images (rotate, shift", "another recipe")
        assert f"{'AC'[len(words) - 2]}: the recipe" in line
    compare("quick", "quick", rows, "--b", "rotate=5").refused("GN022", "B: --rotate: the samples are not images")
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    assert "rotate、shift、zoom" in compare("quick", "wide", rows).refused("GN022", "配方 wide")


SLOW = ("--b", "learning_rate=1e-6", "--c", "learning_rate=1e-7")


def test_three_sides_in_words_and_in_json(rows):
    words = ("quick", "quick", "quick", rows, *SLOW, *SMALL, "--seed", "40")
    done = compare(*words, "--plot", "curves.png").fine()
    lines = done.out.splitlines()
    assert lines[:3] == [
        "A         quick",
        "B         quick, learning_rate 1e-06",
        "C         quick, learning_rate 1e-07",
    ]
    assert re.search(r"^          seed +A +B +C$", done.out, re.M)
    assert re.search(r"^ranking +mean +95% interval +− A +97\.5% interval +verdict$", done.out, re.M)
    assert re.search(r"^          1 +A +[\d.]+ +[\d.]+ to [\d.]+$", done.out, re.M)
    assert re.search(r"^          3 +[BC] .* −[\d.]+ to −[\d.]+ +worse$", done.out, re.M)
    assert re.search(r"^verdict   C is worse than A \(seeds: 7, p 3\.1%\)$", done.out, re.M)
    assert "all clear after 7 of 9 seeds" in done.out
    assert "A 1.0000, B " in done.err
    found = compare(*words, "--json").fine().json()
    assert undeclared(found, CompareFacts) == []
    assert found["recipes"] == dict.fromkeys("abc", "quick")
    assert {side: one["verdict"] for side, one in found["versus"].items()} == {"b": "worse", "c": "worse"}
    assert found["ranking"][0]["side"] == "a"
    chinese = compare(*words, "--language", "zh").fine()
    assert "C 不如 A" in chinese.out
    assert not re.search("verdict|ranking|interval|worse", chinese.out + chinese.err)


def test_the_last_word_is_a_recipe_if_it_is_called_like_one_and_else_the_data(rows, folder):
    (folder / "quick").write_bytes((folder / rows).read_bytes())
    words = (*SMALL, "--seeds", "2", "--json")
    of_file = compare("notes", "notes", "./quick", "--b", "learning_rate=0.1", *words).fine().json()
    assert sorted(of_file["recipes"]) == ["a", "b"]
    assert (
        of_file["pairs"] == compare("notes", "notes", rows, "--b", "learning_rate=0.1", *words).fine().json()["pairs"]
    )
    compare("notes", "notes", "quick", rows, "--b", "learning_rate=0.1", *words).fine()
    compare("notes", "quick", "tabel").refused("GN020", "Did you mean 'table'")
    compare("notes", "notes", "nope.csv", "--b", "learning_rate=0.1").refused("GN001", "nope.csv")
    compare("notes", "nots", "quick", rows).refused("GN020", "'nots'")
    compare("notes", "quick", "tabl", rows).refused("GN020", "'tabl'")
    compare("notes", "quick", rows, "--c", "learning_rate=1").refused("GN022", "--c: there are 2 sides")
    compare(*["notes"] * 9, rows).refused("GN021", "9 sides: expected 2 to 8")
