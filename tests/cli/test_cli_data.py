"""Data with other ranges and from other sources on the command line."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from glassnet import Options, fit, load_data, load_model
from support.cli import run
from support.samples import digits_csv

QUICK = ("--engine", "reference", "--hidden", "5", "--epochs", "1", "--no-plot")
FLAGS = (*QUICK, "--force", "--out", "m.safetensors")


@pytest.mark.parametrize("suffix", ["csv", "npz"])
def test_inputs_are_scaled_by_the_given_maximum(folder, suffix):
    values = np.random.default_rng(0).random((60, 16)).astype(np.float32)
    labels = np.arange(60) % 3
    if suffix == "csv":
        np.savetxt("rows.csv", np.column_stack([labels, values]), delimiter=",", fmt="%.6g")
    else:
        np.savez("rows.npz", x_train=values, y_train=labels)
    assert run("train", f"rows.{suffix}", *FLAGS, "--input-max", "1").code == 0
    assert load_model("m.safetensors").scaling.maximum == 1
    data = load_data(f"rows.{suffix}", maximum=1.0)
    assert fit(data, Options(hidden=5, engine="reference")).model.scaling.maximum == 1


def test_images_of_few_grey_levels_are_scaled_by_their_own_maximum(folder):
    np.savetxt("rows.csv", np.column_stack([np.arange(60) % 3, 16 * np.eye(60, 16)]), delimiter=",", fmt="%g")
    notices = run("train", "rows.csv", *FLAGS).err
    assert "rows.csv: inputs from 0 to 16: read as with --input-max 16" in notices
    assert "--input-max" not in run("train", "rows.csv", *FLAGS, "--input-max", "16").err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are Unix's")
def test_a_pipe_is_read_once(folder):
    """Opening it a second time would wait forever for a writer."""
    os.mkfifo("pipe")
    threading.Thread(target=lambda: (folder / "pipe").write_text(digits_csv(300)), daemon=True).start()
    assert run("train", "pipe", *FLAGS).code == 0


def test_the_next_command_that_train_prints_can_be_run(folder):
    (folder / "my digits.csv").write_text(digits_csv(300))
    (folder / "test.csv").write_text(digits_csv(50))
    out = run("train", "my digits.csv", "--test", "test.csv", *FLAGS).out
    assert "next      glassnet test m.safetensors test.csv" in out
    assert run("test", "m.safetensors", "test.csv").code == 0
    assert "test m.safetensors 'my digits.csv' --report m-report.html" in run("train", "my digits.csv", *FLAGS).out


TABLE = ["--target", "sort", "--members", "1", "--hidden", "4", "--epochs", "3", "--no-plot", "--out", "m.safetensors"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("sources", [("own.csv",), ("own.csv", "--test", "my other.csv"), ("tree.csv",)], ids=len)
def test_each_next_command_can_be_run_and_leads_to_a_mistake_and_then_to_the_studio(folder, sources, language):
    """A table and digits, with held-out rows and with test data; never a training that was not measured to help."""
    (folder / "own.csv").write_text(digits_csv(300))
    (folder / "my other.csv").write_text(digits_csv(60))
    rng = np.random.default_rng(8)
    rows = [f"{a:.3f},{b:.3f},{rng.choice(['oak', 'elm'])}" for a, b in rng.normal(size=(240, 2))]
    (folder / "tree.csv").write_text("height,age,sort\n" + "\n".join(rows) + "\n")
    words, seen = ["train", *sources, *(TABLE if sources == ("tree.csv",) else FLAGS)], []
    Path("m-report.html").write_text("of another run", encoding="utf-8")
    while words[0] != "studio":
        out = run(*words, "--language", language).fine().out
        seen.append(words[0])
        if words[0] == "explain":
            assert "--why" in words
            (row,) = [words[k + 1] for k, word in enumerate(words) if word == "--row"]
            facts = run(*words, "--json").json()
            assert f"{words[2]}{', row ' if language == 'en' else '，第 '}{row}" in out
            assert facts["label"] != facts["answer"], "a misread row"
        (line,) = [line for line in out.splitlines() if "glassnet " in line]
        words = shlex.split(line.split("glassnet ")[1])
    assert seen == ["train", "test", "explain"]
    assert words == ["studio", "m.safetensors"]
    assert run(*words, "--single", "page.html").fine()


def test_a_model_without_mistakes_or_of_numbers_is_followed_by_its_report(folder):
    rng = np.random.default_rng(1)
    lines = [f"{a:.3f},{2 * a:.3f}" for a in rng.normal(size=150)]
    (folder / "line.csv").write_text("x,sort\n" + "\n".join(lines) + "\n")
    run("train", "line.csv", *TABLE).fine()
    assert (
        "next      glassnet test m.safetensors line.csv --report m-report.html"
        in run("test", "m.safetensors", "line.csv").out
    )


def idx(values: np.ndarray) -> bytes:
    """An IDX file of bytes."""
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes() + values.tobytes()


@pytest.mark.parametrize("source", ["pair", "pair/train-images-idx3-ubyte", "pair.zip", "rows.npz", "rows.csv"])
def test_the_next_command_reads_what_the_training_read(folder, source):
    images = np.random.default_rng(0).integers(0, 256, (60, 4, 4), np.uint8)
    labels = (np.arange(60) % 3).astype(np.uint8)
    (folder / "pair").mkdir()
    (folder / "pair" / "train-images-idx3-ubyte").write_bytes(idx(images))
    (folder / "pair" / "train-labels-idx1-ubyte").write_bytes(idx(labels))
    shutil.make_archive("pair", "zip", "pair")
    np.savez("rows.npz", x=images, y=labels)
    np.savetxt("rows.csv", np.column_stack([labels, images.reshape(60, -1)]), delimiter=",", fmt="%d")
    out = run("train", source, *FLAGS).fine().out
    command = re.search(r"next +glassnet (\S+) (.*)", out)
    assert command is not None
    assert command[1] == "test"
    run(command[1], *command[2].split()).fine()


@pytest.mark.parametrize("words", [("train",), ("train", "--target", "y"), ("doctor",)])
def test_an_archive_that_holds_no_data_is_refused_with_what_it_holds(folder, words):
    (folder / "text.zip").write_text("a,y\n1,2\n")
    for name, files in {"odd.zip": ("a.pdf", "b.txt"), "empty.zip": ()}.items():
        with zipfile.ZipFile(name, "w") as archive:
            for file in files:
                archive.writestr(file, "x")
    command, *flags = words
    assert "'a.pdf', 'b.txt', expected one" in run(command, "odd.zip", *flags).err
    assert "empty.zip: an empty ZIP archive" in run(command, "empty.zip", *flags).err
    assert "text.zip: named as a ZIP archive, but it is none" in run(command, "text.zip", *flags).err
