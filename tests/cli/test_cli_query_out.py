"""``glassnet query --out``: predictions as a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from support.cli import run, snapshot
from support.people import people, weather
from support.samples import table, write, write_model_and_rows

pytestmark = pytest.mark.usefixtures("without_cross_validation")

READERS = {"csv": pl.read_csv, "parquet": pl.read_parquet}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_model_and_rows(tmp_path)
    return tmp_path


def train_on(name: str, text: str, *targets: str) -> None:
    """Write a table with the rows, and a model of it, both under this name."""
    Path(f"{name}.csv").write_text(text, encoding="utf-8")
    words = [word for target in targets for word in ("--target", target)]
    small = ("--engine", "reference", "--hidden", 4, "--epochs", 1, "--no-plot")
    assert run("train", f"{name}.csv", *words, *small, "--out", f"{name}.safetensors").code == 0


@pytest.mark.parametrize("kind", READERS)
def test_the_table_has_what_json_has(kind, folder):
    answers = run("query", "m.safetensors", "rows.csv", "--json").fine().json()
    done = run("query", "m.safetensors", "rows.csv", "--out", f"a.{kind}").fine()
    assert done.out == f"answers   a.{kind} ({len(answers)} predictions)\n"
    found = READERS[kind](f"a.{kind}")
    assert found.columns == ["input", "answer", "confidence", "output_0", "output_1", "output_2"]
    for name in ("input", "answer"):
        assert found[name].to_list() == [one[name] for one in answers]
    np.testing.assert_allclose(found["confidence"], [one["confidence"] for one in answers], rtol=1e-6)
    np.testing.assert_allclose(found[:, 3:].to_numpy(), [one["outputs"] for one in answers], rtol=1e-6)


@pytest.mark.parametrize("kind", READERS)
def test_an_existing_file_is_replaced_only_with_force_and_if_glassnet_wrote_it(kind, folder):
    words = ("query", "m.safetensors", "rows.csv", "--out", f"a.{kind}")
    run(*words).fine()
    first = snapshot(folder)
    run(*words).refused("GN007", f"a.{kind}", "--force")
    assert snapshot(folder) == first
    run(*words, "--force").fine()
    assert snapshot(folder) == first
    other = {"csv": b"id,answer\n1,2\n", "parquet": b"PAR1" + b"x" * 60}[kind]
    (folder / f"a.{kind}").write_bytes(other)
    run(*words, "--force").refused("GN022", f"a.{kind}")
    assert (folder / f"a.{kind}").read_bytes() == other


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.json"])
def test_another_suffix_is_rejected_with_the_allowed_ones(name, folder):
    run("query", "m.safetensors", "gone.csv", "--out", name).refused("GN021", name, ".csv or .parquet")


def test_an_unreadable_input_has_a_row_with_its_error(folder):
    write(folder, {"bad.csv": table((1, 3, "x"))})
    done = run("query", "m.safetensors", "bad.csv", "rows.csv", "--out", "a.csv")
    assert done.code == 1
    found = pl.read_csv("a.csv")
    assert found["input"][0] == "bad.csv"
    assert found["error"][0].endswith("[GN013]")
    assert found.row(0)[1:-1] == (None,) * 5  # answer, confidence, outputs
    assert found["error"][1:].null_count() == len(found) - 1
    assert run("query", "m.safetensors", "bad.csv", "gone.csv", "--out", "none.csv").code == 2
    assert not (folder / "none.csv").exists()


def test_classes_labels_and_numbers_have_the_columns_of_their_names(folder):
    train_on("people", people(80), "income")
    train_on("labels", weather(80), "hot", "wet")
    train_on("numbers", weather(80), "degrees", "rain")
    train_on("degrees", weather(80), "degrees")
    columns = {}
    for name in ("people", "labels", "numbers", "degrees"):
        run("query", f"{name}.safetensors", f"{name}.csv", "--out", f"{name}-out.csv").fine()
        columns[name] = pl.read_csv(f"{name}-out.csv")
    assert columns["people"].columns == ["input", "answer", "confidence", "output_<=50K", "output_>50K"]
    assert columns["labels"].columns == [
        "input", "answer", "answer_hot", "answer_wet", "confidence", "output_hot", "output_wet"
    ]  # fmt: skip
    assert columns["numbers"].columns == ["input", "answer_degrees", "answer_rain"]
    assert columns["degrees"].columns == ["input", "answer"]
    answers = run("query", "numbers.safetensors", "numbers.csv", "--json").fine().json()
    np.testing.assert_allclose(columns["numbers"][:, 1:].to_numpy(), [one["answer"] for one in answers])


def test_text_that_a_spreadsheet_would_run_is_escaped(folder):
    (folder / "=1+2.csv").write_bytes(table())
    run("query", "m.safetensors", "=1+2.csv", "--out", "a.csv").fine()
    assert pl.read_csv("a.csv")["input"][0].startswith("'=")
