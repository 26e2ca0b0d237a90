"""Standard output that is closed, lacks characters, or has no reader: no traceback, and files are written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from glassnet.cli.shared.console import result_json
from support.cli import command, environment, run
from support.samples import png, write_model_and_rows

unix = pytest.mark.skipif(sys.platform == "win32", reason="streams are closed as Unix's shells do it")
any_name = pytest.mark.skipif(sys.platform != "linux", reason="a name may be any bytes on Linux")
QUICK = ("--engine", "reference", "--hidden", "5", "--epochs", "1")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A table of 4 × 4 images, and a model trained on them."""
    write_model_and_rows(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@unix
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_stop_a_command(folder, closed):
    words = (
        (
            "train",
            "rows.csv",
            *QUICK,
            "--no-plot",
            "--out",
            "n.safetensors",
        ),  # first: with the streams as they are closed
        ("info", "n.safetensors"),  # refused if printed text was written to the file
        ("info", "gone"),
    )
    start = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", ALL_IN_ONE, repr(words)]
    done = subprocess.run(start, env=environment(), capture_output=True)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"Traceback" not in done.stderr
    if "2>" not in closed:
        assert done.stderr.endswith(b"('info', 'gone'): 2\n"), done.stderr


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (("show", "rows.csv", "--row", "1", "--plot", "row.png"), ["row.png"]),
        (("read", "digit.png", "--plot", "boxes.png", "--stages", "stages.png"), ["boxes.png", "stages.png"]),
        (("train", "rows.csv", *QUICK, "--out", "n.safetensors"), ["n.safetensors", "n-curve.png", "n-digits.png"]),
    ],
    ids=lambda value: " ".join(value[:1] + value[-1:]) if isinstance(value, tuple) else None,
)
def test_files_are_written_even_if_the_output_has_no_reader(folder, words, files):
    if "digit.png" in words:
        run("show", "mnist", "--row", 1, "--plot", "digit.png").fine()
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command(*words), stdout=writing, stderr=subprocess.PIPE, env=environment())
    os.close(writing)
    assert done.returncode == 0, done.stderr
    assert [file for file in files if not (folder / file).exists()] == []


def test_standard_output_is_empty_if_a_plot_cannot_be_written(folder, monkeypatch):
    """A command draws first and prints last, so a failing one prints no result."""
    run("show", "mnist", "--row", 1, "--plot", "digit.png").fine()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("glassnet.io.writing.os.replace", full)
    run("show", "rows.csv", "--plot", "some.png", "--json").refused("GN004", "some.png")
    run("show", "rows.csv", "--row", 1, "--plot", "row.png").refused("GN004", "row.png")
    run("read", "digit.png", "--plot", "boxes.png").refused("GN004", "boxes.png")


ALL_IN_ONE = """
import ast, sys
from glassnet.cli import main
for words in ast.literal_eval(sys.argv[1]):
    sys.argv = ["glassnet", *map(str, words)]
    try:
        main()
    except SystemExit as end:
        if end.code:
            sys.exit(f"{words}: {end.code}")
"""


@any_name
def test_names_that_are_not_utf_8_are_printed_and_written(folder):
    """Names of files, and of folders that name classes."""
    for name in (b"caf\xe9", b"b"):
        os.makedirs(b"pp/" + name)
        for k in range(10):
            pixels = np.random.default_rng(k).integers(0, 100, (6, 6), np.uint8) + np.uint8(100 * (name == b"b"))
            with open(b"pp/%s/\xff%d.png" % (name, k), "wb") as file:
                file.write(png(pixels))
    model, page = os.fsdecode(b"m\xff.safetensors"), os.fsdecode(b"h\xff.html")
    printing = (("info", model), ("show", "pp", "--row", "0"), ("test", model, "pp"), ("info", model, "--json"))
    commands = (
        ("train", "pp", "--out", model, "--no-plot", *QUICK),
        ("test", model, "pp", "--report", page),
        *(("export", model, "--to", form) for form in ("c", "html", "onnx")),
        ("explain", model, "pp", "--row", "1", "--html", "step.html"),
        ("labels", "pp", "--hidden", "2", "--epochs", "1", "--cv", "2", "--out", "l.csv"),
    )
    for encoding in ("utf-8:strict", "latin-1:strict"):
        words = (*commands, *printing) if encoding == "utf-8:strict" else printing
        start = [sys.executable, "-c", ALL_IN_ONE, repr(words)]
        done = subprocess.run(start, env=environment(PYTHONIOENCODING=encoding), capture_output=True)
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
        facts = done.stdout.splitlines()[-1].decode("ascii" if "latin" in encoding else "utf-8")
        assert json.loads(facts)["model"] == model
    for file in (page, "step.html", "l.csv"):
        assert (folder / file).read_text(encoding="utf-8")


def test_numbers_without_json_form_are_null(capsys):
    result_json({"loss": float("inf"), "deep": [{"r2": float("nan")}, (1.5, -float("inf"))]})
    assert capsys.readouterr().out == '{"loss": null, "deep": [{"r2": null}, [1.5, null]]}\n'


@unix
def test_a_pipe_is_read_from_its_beginning(folder):
    rows = (folder / "rows.csv").read_bytes() * 300
    (folder / "many.csv").write_bytes(rows)
    os.mkfifo(folder / "pipe")
    writer = threading.Thread(target=(folder / "pipe").write_bytes, args=(rows,))
    writer.start()
    piped = run("query", "m.safetensors", "pipe", "--json").fine().json()
    writer.join()
    wanted = run("query", "m.safetensors", "many.csv", "--json").fine().json()
    assert [one["outputs"] for one in piped] == [one["outputs"] for one in wanted]
