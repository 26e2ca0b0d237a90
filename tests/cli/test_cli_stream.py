"""``glassnet train --stream``, and ``resume`` and ``verify`` of what it trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassnet import TableModel, load_model
from glassnet.errors import FileError, StreamError
from glassnet.training.events import BlockDone
from glassnet.training.streaming import feed, order
from glassnet.workflow.parameters import TableOptions
from glassnet.workflow.train_job import TrainJob, train
from glassnet.workflow.training import stream
from support.cli import run, snapshot

QUICK = ("--engine", "reference", "--hidden", "8", "--members", "1", "--epochs", "3", "--no-plot")
STREAM = ("--target", "y", "--stream", *QUICK)


def frame(rows=900, seed=0):
    random = np.random.default_rng(seed)
    a, b = random.normal(size=(2, rows))
    word = random.choice(["red", "green", "blue"], rows)
    return pl.DataFrame(
        {
            "a": a.round(3),
            "b": b.round(3),
            "word": word,
            "y": np.where(a + (word == "red") > b, "yes", "no"),
            "z": a - b,
        }
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(order, "LARGEST_WINDOW", 256)
    monkeypatch.setattr(feed, "CACHE", 0)
    Path("parts").mkdir()
    for number in range(3):
        frame().slice(300 * number, 300).write_parquet(f"parts/{number}.parquet", row_group_size=100)
    return tmp_path


def test_training_on_parts_is_verified_and_described(folder):
    outcome = run("train", "parts/*.parquet", *STREAM, "--out", "m.safetensors", "--json").fine()
    facts = outcome.json()
    stream = facts.pop("stream")
    assert stream.pop("rows_per_second") > 0
    assert stream == {"rows": 900, "parts": 3, "groups": 9, "window": 256, "held_out": 0.1}
    assert facts["hash"] == load_model("m.safetensors").hash()
    assert facts["accuracy"] > 0.5
    assert "parts/*.parquet: 900 rows, 5 columns, recipe table" in outcome.err
    parts = [f"parts/{number}.parquet" for number in range(3)]
    assert "same bits after retraining" in run("info", "--verify", "m.safetensors", *parts).fine().out
    other = run("info", "--verify", "m.safetensors", *parts[:2])
    assert other.code == 1
    assert "is not the training data" in other.out
    frame().write_parquet("whole.parquet")
    assert "the model was trained on" in run("test", "m.safetensors", "whole.parquet").fine().err
    printed = run("train", *parts, *STREAM, "--out", "n.safetensors").fine().out
    assert "stream    900 rows, 9 row groups in 3 files, windows of 256" in printed
    assert "glassnet info n.safetensors parts/0.parquet parts/1.parquet" in printed
    assert load_model("n.safetensors").hash() == facts["hash"]


def test_test_data_of_their_own(folder, monkeypatch):
    frame(200, 1).write_csv("test.csv")
    facts = run("train", "parts", *STREAM, "--test", "test.csv", "--out", "m.safetensors", "--json").fine().json()
    assert facts["stream"]["held_out"] == 0
    assert load_model("m.safetensors").receipt["result"]["samples"] == 200
    monkeypatch.setattr(stream, "VALIDATION_ROWS", 100)
    told = run("train", "parts", *STREAM, "--test", "test.csv", "--out", "n.safetensors").fine()
    assert "of 200 rows, chosen at random" in told.err


def broken_while_training(action):
    """Train with a checkpoint, and break a part after the first window of the second epoch."""

    def break_it(event):
        if isinstance(event, BlockDone) and event.progress > 1:
            action()

    options = {"engine": "reference", "hidden": (8,), "members": 1, "epochs": 3}
    job = TrainJob(
        "parts", None, None, options, TableOptions(("y",)), "m.safetensors", checkpoint="c.ck", every="1", stream=True
    )
    with pytest.raises(StreamError) as caught:
        train(job, callbacks=[break_it])
    return caught.value


@pytest.mark.parametrize("what", ["gone", "changed"])
def test_a_part_that_breaks_while_training_loses_nothing(folder, what):
    path, whole = Path("parts/1.parquet"), Path("parts/1.parquet").read_bytes()

    def break_it():
        if what == "gone":
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(whole[:-50])

    problem = broken_while_training(break_it)
    assert problem.code == ("GN001" if what == "gone" else "GN141")
    assert "parts/1.parquet" in str(problem)
    assert "m-last-good.safetensors" in str(problem)
    assert load_model("m-last-good.safetensors").columns is not None
    assert not Path("m.safetensors").exists()
    path.write_bytes(whole)
    resumed = run("train", "--resume", "c.ck").fine()
    assert "resuming after" in resumed.err
    run("train", "parts", *STREAM, "--out", "n.safetensors").fine()
    assert load_model("m.safetensors").hash() == load_model("n.safetensors").hash()
    if what == "gone":
        moved = Path("parts").rename("elsewhere")
        assert run("train", "--resume", "c.ck", moved, "--out", "k.safetensors").fine()
        assert load_model("k.safetensors").hash() == load_model("n.safetensors").hash()


def test_what_a_stream_does_not_support_is_refused(folder):
    before = snapshot(folder)
    run("train", "parts", "--stream", *QUICK).refused("GN022", "--target")
    run("train", "--target", "y", "--stream", *QUICK).refused("GN022", "--stream: needs DATA")
    run("train", "parts", "--target", "nothing", "--stream", *QUICK).refused("GN060", "nothing")
    run("train", "parts", *STREAM, "--set", "deskew=yes").refused("GN022", "--set deskew: for images")
    run("train", "parts", *STREAM, "--set", "scaling=standard").refused("GN022", "scaling")
    several = ("--target", "y", "--stream", "--members", "2", "--checkpoint", "c.ck")
    run("train", "parts", *several).refused("GN022", "--members 1")
    run("train", "parts", *STREAM, "--ray", "local").refused("GN022", "--ray local: not available with --stream")
    run("train", "parts", *STREAM, "--from", "m.safetensors").refused("GN022", "--from m.safetensors")
    run("train", "parts/*.csv", *STREAM).refused("GN001", "no file matches")
    run("train", "parts/0.parquet", "parts/1.parquet", "--target", "y", *QUICK).refused("GN020", "parts/1.parquet")
    run("train", "parts", "--target", "y", *QUICK).refused("GN002", "parts: several files", "--stream")
    run("train", "parts/*.parquet", "--target", "y", *QUICK).refused("GN001", "--stream reads several")
    assert snapshot(folder) == before


def test_a_bad_line_is_named_before_training(folder):
    lines = frame().write_csv().splitlines()
    lines[700] = "1,2,3"
    Path("bad.csv").write_text("\n".join(lines), encoding="utf-8")
    run("train", "bad.csv", *STREAM).refused("GN012", "bad.csv, line 701: 3 values, expected 5")


def test_messages_are_chinese(folder):
    outcome = run("train", "parts", *STREAM, "--out", "m.safetensors", "--language", "zh").fine()
    assert "数据流    900 行" in outcome.out
    (folder / "parts" / "1.parquet").write_bytes(b"PAR1")
    line = run("train", "parts", *STREAM, "--language", "zh").refused("GN006")
    assert "已损坏" in line


def test_empty_files_and_rows_without_a_target_are_counted(folder):
    for number in (1, 2):
        Path(f"parts/{number}.parquet").write_bytes(b"")
    table = frame(300).with_columns(pl.when(pl.int_range(300) < 7).then(None).otherwise(pl.col("y")).alias("y"))
    table.write_parquet("parts/0.parquet", row_group_size=100)
    told = run("train", "parts", *STREAM, "--out", "m.safetensors").fine().err
    assert "parts: empty files (0 bytes) skipped: 2 of 3, the first parts/1.parquet" in told
    assert "parts: 7 rows without a target ('y') skipped" in told
    assert "empty files" in run("info", "--verify", "m.safetensors", "parts").fine().err


def test_test_data_that_are_training_data_are_noticed(folder):
    told = run("train", "parts", *STREAM, "--test", "parts/1.parquet", "--out", "m.safetensors").fine().err
    assert "parts/1.parquet: 300 of these 300 rows are also in the training data" in told


def test_missing_test_data_are_noticed_before_the_training_data_are_read(folder):
    run("train", "parts", *STREAM, "--test", "nope.parquet").refused("GN001", "nope.parquet")


def test_a_pattern_where_one_file_is_expected_is_refused(folder):
    run("train", "parts/0.parquet", "--target", "y", *QUICK, "--out", "m.safetensors").fine()
    for command in (("query",), ("test",), ("test", "--report", "r.html")):
        run(*command, "m.safetensors", "parts/*.parquet").refused(
            "GN001", "parts/*.parquet: a pattern", "Name one file"
        )
    with pytest.raises(FileError, match="stream=True"):
        TableModel.fit("parts/*.parquet", "y")


def test_resuming_elsewhere_or_with_other_parts_says_what_to_do(folder, monkeypatch):
    run("train", "parts", *STREAM, "--checkpoint", "c.ck", "--out", "m.safetensors").fine()
    Path("other").mkdir()
    monkeypatch.chdir("other")
    run("train", "--resume", "../c.ck").refused(
        "GN001", "parts: no such file or folder", "glassnet train --resume ../c.ck DATA"
    )
    monkeypatch.chdir(folder)
    frame(seed=1).slice(0, 300).write_parquet("parts/1.parquet", row_group_size=100)
    run("train", "--resume", "c.ck").refused(
        "GN044", "other training data", "as many rows with other values", "c.ck DATA"
    )
    Path("parts/1.parquet").unlink()
    run("train", "--resume", "c.ck").refused("GN044", "900 rows, now 600")


def test_a_file_of_another_kind_among_parts_is_named(folder):
    Path("parts/README.txt").write_text("Parts of the year 2024.\n", encoding="utf-8")
    run("train", "parts", *STREAM).refused("GN140", "parts/README.txt: text", "parquet", "'parts/*.parquet'")
