"""Control characters in names of classes, files, folders and columns: every command escapes them."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet import load_model, save_model
from support.cli import run
from support.samples import png, small_model, write, write_model_and_rows

pytestmark = pytest.mark.usefixtures("without_cross_validation")

ACTING = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
NAMES = ("\x1b[31mred\x1b[0m", "a\nFORGED right", "\u202egnp.exe", "\x9b2J[red]$x$\x07", "花\u200d é")
QUICK = ("--engine", "reference", "--hidden", "3", "--epochs", "1")
unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")


def output_of(*words: object, codes: tuple[int, ...] = (0,)) -> str:
    """The output of a command on both streams, checked for control characters and for names at the start of a line."""
    outcome = run(*words)
    text = outcome.out + outcome.err
    assert outcome.code in codes, text
    assert "Traceback" not in text
    assert not ACTING.search(text), (words, text)
    assert [line for line in text.splitlines() if line.startswith("FORGED")] == []
    return text


@pytest.fixture
def model_of_names(tmp_path, monkeypatch):
    """A model file from elsewhere whose class names contain control characters, and rows."""
    monkeypatch.chdir(tmp_path)
    write_model_and_rows(tmp_path)
    model = small_model()
    receipt = {"data": {"source": NAMES[0]}, "recipe": NAMES[1]}
    named = type(model)(**{**vars(model), "class_names": NAMES[:3], "receipt": receipt})
    save_model(named, "m.safetensors")
    return tmp_path


def test_names_in_a_model_file_are_escaped(model_of_names, quick_backquery):
    every = output_of("info", "m.safetensors") + output_of("test", "m.safetensors", "rows.csv", "--plot", "p")
    assert r"\x1b[31mred" in every
    assert r"\u202egnp" in every
    for words in (
        ("query", "m.safetensors", "rows.csv"),
        ("explain", "m.safetensors", "rows.csv", "--row", "1"),
        ("explain", "m.safetensors", "rows.csv", "--row", "1", "--why", "--plot", "why.svg", "--html", "why.html"),
        ("explain", "m.safetensors", "rows.csv", "--nodes"),
        ("explain", "m.safetensors", "--backquery"),
        ("test", "--report", "m-report.html", "m.safetensors", "rows.csv"),
    ):
        output_of(*words)
    output_of("explain", "m.safetensors", "--backquery", "--class", "\x1b[31m", codes=(2,))
    output_of("info", "--verify", "m.safetensors", codes=(2,))
    for page in ("m-report.html", "why.html", "why.svg"):
        assert not ACTING.search(Path(page).read_text(encoding="utf-8")), page


def test_json_has_the_original_names(model_of_names):
    assert not ACTING.search(run("info", "m.safetensors", "--json").out)
    assert run("info", "m.safetensors", "--json").json()["class_names"] == list(NAMES[:3])
    (first, *_) = run("query", "m.safetensors", "rows.csv", "--json").json()
    assert first["name"] in NAMES


@unix
def test_names_of_files_and_folders_are_escaped(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    for number, name in enumerate(NAMES):
        for k in range(6):
            pixels = rng.integers(0, 60, (6, 6)) + 45 * number
            write(tmp_path, {f"in/{name}/{NAMES[k % 2]}{k}.png": png(pixels)})
    model = f"{NAMES[3]}.safetensors"
    facts = run("train", "in", *QUICK, "--out", model, "--no-plot", "--json").json()
    assert facts["model"] == model
    assert load_model(model).class_names == tuple(sorted(NAMES))
    picture = f"in/{NAMES[0]}/{NAMES[1]}1.png"
    (answer,) = run("query", model, picture, "--json").json()
    assert answer["input"] == picture
    for words in (
        ("train", "in", *QUICK, "--out", "\x1b.safetensors"),
        ("query", model, picture),
        ("query", model, f"in/{NAMES[1]}"),
        ("test", model, "in"),
        ("show", "in"),
        ("show", "in", "--row", "2"),
        ("explain", model, "in", "--row", "2"),
        ("test", model, "in", "--report", f"{NAMES[1]}.html"),
        ("labels", "in", "--hidden", "3", "--epochs", "1", "--cv", "2", "--out", f"{NAMES[2]}.csv"),
        ("doctor", "in"),
    ):
        output_of(*words, codes=(0, 1))
    for words in (("info", NAMES[0]), ("train", NAMES[1]), ("query", model, f"{NAMES[0]}.png"), (NAMES[0],)):
        output_of(*words, codes=(2,))


def test_text_in_a_table_is_escaped(tmp_path, monkeypatch):
    """A text table with control characters is rejected in one line; Parquet can contain any."""
    import polars as pl

    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(f"a,{NAMES[0]}\n1,2\n", encoding="utf-8")
    output_of("show", "t.csv", codes=(2,))
    rng = np.random.default_rng(4)
    kinds, target = np.arange(60) % 2, ("--target", "\x1b[1mkind")
    columns = {
        "x": rng.normal(kinds),
        target[1]: [NAMES[kind] for kind in kinds],
        "a\nFORGED column": rng.normal(size=60),
        "word": [NAMES[2 + kind] for kind in rng.permutation(kinds)],
    }
    pl.DataFrame(columns).write_parquet("t.parquet")
    for words in (
        ("train", "t.parquet", *target, *QUICK, "--out", "t.safetensors"),
        ("show", "t.parquet"),
        ("show", "t.parquet", *target),
        ("info", "t.safetensors"),
        ("test", "t.safetensors", "t.parquet"),
        ("query", "t.safetensors", "t.parquet"),
        ("explain", "t.safetensors", "t.parquet", "--row", "3", "--why"),
        ("test", "--report", "t-report.html", "t.safetensors", "t.parquet"),
        ("labels", "t.parquet", *target, "--epochs", "1", "--cv", "2"),
    ):
        output_of(*words)
    output_of("doctor", "t.parquet", *target, codes=(0, 1))
    output_of("train", "t.parquet", "--target", "\x1b[2mkind", *QUICK, codes=(2,))
    answers = run("query", "t.safetensors", "t.parquet", "--json").json()
    assert {answer["name"] for answer in answers} <= set(NAMES[:2])


def test_rich_markup_in_class_names_is_printed_literally(model_of_names):
    """Class names are printed literally, not as colours or emoji."""
    model = load_model("m.safetensors")
    save_model(type(model)(**{**vars(model), "class_names": ("[red]a", ":heart:", "[/b]")}), "m.safetensors")
    text = output_of("explain", "m.safetensors", "rows.csv", "--row", "1")
    for name in ("[red]a", ":heart:", "[/b]"):
        assert name in text


@pytest.mark.filterwarnings("default")
def test_a_warning_of_another_library_is_one_escaped_line(model_of_names, monkeypatch):
    import warnings

    from glassnet.workflow import predict_job

    def warn(*_, **__):
        warnings.warn("over\nflow \x1b[31m", stacklevel=1)
        raise KeyboardInterrupt

    monkeypatch.setattr(predict_job, "load_queries", warn)
    assert "glassnet: over flow \\x1b[31m" in output_of("query", "m.safetensors", "rows.csv", codes=(130,))


def test_help_is_escaped():
    buffer = io.StringIO(output_of("train", "--help"))
    assert buffer.readline().startswith("Usage: ")
