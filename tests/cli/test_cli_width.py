"""On a terminal of 80 columns, tables have lines of at most 80 columns and lose no number."""

from __future__ import annotations

import re

import numpy as np
import pytest

from glassnet import Dataset, Options, fit, save_model
from glassnet.cli.labels import _suspect_lines
from glassnet.messages.formats import width_of
from glassnet.messages.languages import LANGUAGES
from glassnet.words.labels import LABELS_WORDS
from glassnet.words.speaking import speaking
from glassnet.workflow.labels_job import Suspect
from support.cli import run, working_copy
from support.people import people
from support.samples import write_model_and_rows

pytestmark = pytest.mark.usefixtures("without_cross_validation")

SENTENCE = re.compile(r"\w.*[:：]$|.*(= |\()\D.*|\w+ {2,}\S|\s+(error sent back|传回节点)")
"""A line that is not of a table: a heading, a formula, or a sentence after a word."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("width")
    write_model_and_rows(folder)
    (folder / "people.csv").write_text(people(120), encoding="utf-8")
    names = [f"class {k:02}" for k in range(13)]
    rng = np.random.default_rng(3)
    rows = rng.integers(0, 256, (260, 16)).astype(np.uint8)
    lines = "".join(f"{names[k % 13]},{','.join(map(str, row))}\n" for k, row in enumerate(rows))
    (folder / "many.csv").write_text(",".join(["kind", *(f"pixel {k}" for k in range(16))]) + "\n" + lines)
    data = Dataset(rows[:, :9], np.arange(260) % 9, 9, (3, 3), "d")
    save_model(fit(data, Options(hidden=(8, 8), epochs=1, engine="reference")).model, folder / "full.safetensors")
    (folder / "full.csv").write_text("".join(f"{k % 9},{','.join(map(str, row[:9]))}\n" for k, row in enumerate(rows)))
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    return working_copy(made, tmp_path, monkeypatch)


COMMANDS = {
    "example": "explain --example",
    "step": "explain m.safetensors rows.csv --row 3",
    "step of a full layer": "explain full.safetensors full.csv --row 3",
    "nodes": "explain full.safetensors full.csv --nodes",
    "node": "explain full.safetensors full.csv --node 3 --layer 2",
    "why": "explain m.safetensors rows.csv --row 3 --why --train rows.csv",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", COMMANDS)
def test_tables_fit_and_have_the_same_numbers(name, language, folder, monkeypatch):
    words = [*COMMANDS[name].split(), "--language", language]
    wide = run(*words).fine().out
    monkeypatch.setenv("COLUMNS", "80")
    narrow = run(*words).fine().out
    lines = [line for line in narrow.splitlines() if not SENTENCE.match(line)]
    assert len(lines) > 3
    assert [line for line in lines if width_of(line) > 80] == []
    if name != "step of a full layer":  # which has its strongest weights only
        numbers = [set(re.findall(r"\d[\d.]*", text)) for text in (wide, narrow)]
        assert numbers[0] == numbers[1]


def test_columns_fit_and_a_large_confusion_matrix_is_printed_in_parts(folder, monkeypatch):
    made = ("--engine", "reference", "--hidden", 4, "--epochs", 1, "--no-plot", "--out", "k.safetensors")
    assert run("train", "many.csv", "--target", "kind", *made).code == 0
    matrix = run("test", "k.safetensors", "many.csv", "--json").fine().json()["confusion"]
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(width_of, run("show", "people.csv").fine().out.splitlines())) <= 80
    lines = run("test", "k.safetensors", "many.csv").fine().out.splitlines()
    end = next(k for k, line in enumerate(lines) if line.startswith("wrong"))
    assert max(map(width_of, lines[:end])) <= 80
    cells = "\n".join(re.sub(r"class \d+", "", line) for line in lines[:end])
    wanted = [one for row in matrix for one in row if one]
    printed = [int(number) for number in re.findall(r"\d+", re.sub(r"[\d.]+%.*", "", cells))]
    assert sorted(printed) == sorted(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["7", "<=50K", "a long name", "很长的名称"])
def test_suspects_fit_with_names_of_any_length(name, language, monkeypatch):
    rows = [Suspect(row, None, f"{name} {row % 3}", name, 0.123, 0.877, 0.5) for row in (7, 41234, 59999)]
    wide = _suspect_lines(rows, speaking(language, LABELS_WORDS))
    assert all(name in line for line in wide)
    monkeypatch.setenv("COLUMNS", "80")
    narrow = _suspect_lines(rows, speaking(language, LABELS_WORDS))
    assert max(map(width_of, narrow)) <= 80
    numbers = [[re.findall(r"[\d.]+%", line) for line in lines] for lines in (wide, narrow)]
    assert numbers[0] == numbers[1]
