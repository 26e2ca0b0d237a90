"""``train --checkpoint`` and ``resume``: a resumed run writes the same files as an uninterrupted one."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from glassnet import History, fit, load_checkpoint, load_model
from glassnet.cli import train
from glassnet.model.file import file_bytes, read
from glassnet.training.events import BlockDone
from glassnet.workflow.training import result
from support.cases import patterns
from support.cli import interruptible, run, run_process, snapshot
from support.samples import digits_csv, small_model, table

QUICK = ("--engine", "reference", "--hidden", "5", "--epochs", "3", "--set", "blocks=10")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two different tables."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_bytes(table(rows=100))
    (tmp_path / "more.csv").write_bytes(table((1, 2, "7"), rows=100))
    return tmp_path


@pytest.fixture
def stopping(monkeypatch):
    """A function that makes later runs stop with Ctrl-C after that many blocks, or never for 0."""

    def after(blocks):
        left = [blocks]

        class Listener(History):
            def __call__(self, event):
                left[0] -= isinstance(event, BlockDone)
                if isinstance(event, BlockDone) and not left[0]:
                    signal.raise_signal(signal.SIGINT)

            def close(self):
                pass

        for command in (train,):
            monkeypatch.setattr(command, "progress_listener", Listener)

    return after


def files(folder, *but):
    return {name: content for name, content in snapshot(folder).items() if not name.endswith(but)}


@pytest.mark.parametrize(
    "flags", [(), ("--test", "more.csv", "--no-plot"), ("--set", "ema_decay=0.9", "--set", "shuffle=yes", "--no-plot")]
)
def test_a_resumed_run_gives_the_files_of_an_uninterrupted_one(folder, stopping, flags):
    stopping(0)
    whole = run("train", "rows.csv", *QUICK, *flags, "--out", "a.safetensors", "--json").fine().json()
    expected = files(folder)
    for name in expected:
        if name.startswith("a"):
            (folder / name).unlink()
    stopping(4)
    keep = ("--checkpoint", "run.ck", "--checkpoint-every", "100")
    first = run("train", "rows.csv", *QUICK, *flags, "--out", "a.safetensors", *keep)
    line = first.refused(
        "GN031", "0.40 of 3 epochs are saved in run.ck", "`glassnet train --resume run.ck`", exit_code=130
    )
    assert "nothing was written" not in line
    assert set(snapshot(folder)) == {"rows.csv", "more.csv", "run.ck"}
    assert load_checkpoint("run.ck").every == "100"
    stopping(17)
    run("train", "--resume", "run.ck").refused("GN031", "2.10 of 3 epochs", exit_code=130)
    stopping(0)
    again = run("train", "--resume", "run.ck", "--json").fine().json()
    assert {**again, "seconds": 0} == {**whole, "seconds": 0}
    assert files(folder, ".ck") == expected
    assert {**run("train", "--resume", "run.ck", "--json").fine().json(), "seconds": 0} == {**whole, "seconds": 0}


def test_resume_prints_its_start_and_the_results_of_train(folder, stopping):
    stopping(25)
    run("train", "rows.csv", *QUICK, "--checkpoint", "run.ck")
    stopping(0)
    outcome = run("train", "--resume", "run.ck")
    assert "resuming after 2.50 of 3 epochs" in outcome.err
    assert [line.split()[0] for line in outcome.out.splitlines()] == [
        "network", "test", "majority", "interval", "time", "model", "pictures", "next",
    ]  # fmt: skip


def test_moved_data_can_be_given(folder, stopping):
    stopping(4)
    run("train", "rows.csv", *QUICK, "--no-plot", "--checkpoint", "run.ck")
    stopping(0)
    os.rename("rows.csv", "elsewhere.csv")
    run("train", "--resume", "run.ck").refused("GN001", "rows.csv")
    run("train", "--resume", "run.ck", "more.csv").refused(
        "GN044", "run.ck was started with other training data", "rows.csv"
    )
    run("train", "--resume", "run.ck", "elsewhere.csv", "--out", "b.safetensors").fine()
    assert load_model("b.safetensors").receipt["recipe"] == "notes"


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (("--checkpoint-every", "30s"), "GN022", ("needs a file", "--checkpoint FILE")),
        (("--checkpoint", "x.ck", "--checkpoint-every", "often"), "GN021", ("'often'", "30s, 5m or 2h")),
        (("--checkpoint", "x.ck", "--members", "2"), "GN022", ("ensemble",)),
        (("--checkpoint", "notes.safetensors"), "GN022", ("the model will be written to this file",)),
        (("--checkpoint", "gone/x.ck"), "GN001", ("gone",)),
        (("--checkpoint", "."), "GN002", ("folder",)),
        (("--checkpoint", "rows.csv"), "GN022", ("of another kind",)),
    ],
)
def test_invalid_options_are_rejected_before_training(folder, flags, code, words):
    before = snapshot(folder)
    run("train", "rows.csv", *QUICK, *flags).refused(code, *words)
    assert snapshot(folder) == before


def test_the_checkpoint_of_an_unfinished_run_is_not_overwritten(folder, stopping):
    stopping(4)
    run("train", "rows.csv", *QUICK, "--checkpoint", "run.ck")
    before = snapshot(folder)
    run("train", "rows.csv", *QUICK, "--checkpoint", "run.ck").refused("GN045", "`glassnet train --resume run.ck`")
    for place in ("run.ck", "./run.ck", folder / "run.ck"):
        run("train", "--resume", "run.ck", "--out", place).refused("GN022", "the checkpoint has this name")
    assert snapshot(folder) == before


def test_the_checkpoint_of_an_unfinished_run_is_not_overwritten_by_a_model(folder, stopping):
    for name in ("run.ck", "other.ck"):
        stopping(4)
        run("train", "rows.csv", *QUICK, "--checkpoint", name)
    before = snapshot(folder)
    for words in (("train", "rows.csv", *QUICK), ("train", "--resume", "other.ck")):
        run(*words, "--out", "run.ck").refused("GN045", "unfinished", "`glassnet train --resume run.ck`")
    assert snapshot(folder) == before
    # The checkpoint of a finished run can be replaced.
    stopping(0)
    for words in (("train", "--resume", "run.ck"), ("train", "rows.csv", *QUICK, "--out", "run.ck", "--force")):
        run(*words, "--json").fine()
    assert load_model("run.ck").receipt["recipe"] == "notes"


def test_only_a_model_file_of_glassnet_is_overwritten(folder):
    from numpy import ones
    from safetensors.numpy import save_file

    save_file({"weights": ones(3)}, "theirs.safetensors")
    run("train", "rows.csv", *QUICK, "--out", "m.safetensors", "--no-plot").fine()
    (folder / "m.safetensors").write_bytes((folder / "m.safetensors").read_bytes()[:-9])
    before = snapshot(folder)
    run("train", "rows.csv", *QUICK, "--out", "theirs.safetensors").refused("GN040", "theirs.safetensors", "another")
    assert snapshot(folder) == before
    run("train", "rows.csv", *QUICK, "--out", "m.safetensors", "--no-plot", "--force").fine()  # damaged
    assert load_model("m.safetensors").receipt["recipe"] == "notes"


def test_a_file_that_is_not_a_checkpoint_is_rejected(folder):
    from glassnet import save_model

    save_model(small_model(), "model.safetensors")
    run("train", "--resume", "model.safetensors").refused("GN043", "a model, expected a checkpoint")
    run("train", "--resume", "rows.csv").refused("GN040", "rows.csv")
    run("train", "--resume", "gone.ck").refused("GN001", "gone.ck")
    fit(patterns(), small_options(), checkpoint="python.ck")
    run("train", "--resume", "python.ck").refused("GN044", "not written by `glassnet train`", "glassnet.resume")


def small_options():
    from glassnet import Options

    return Options(hidden=(5,), epochs=1, engine="reference")


def test_other_versions_are_reported(folder, stopping):
    stopping(4)
    run("train", "rows.csv", *QUICK, "--no-plot", "--checkpoint", "run.ck")
    header, tensors = read("run.ck")
    header["receipt"]["processor"] = "abacus"
    Path("run.ck").write_bytes(file_bytes(header, tensors))
    stopping(0)
    outcome = run("train", "--resume", "run.ck")
    assert outcome.code == 0
    assert "processor abacus → " in outcome.err
    assert "the last bits may differ" in outcome.err
    assert load_model("notes.safetensors").receipt["resumed"][0].startswith("processor abacus")


def test_info_and_test_accept_a_checkpoint_as_a_model(folder, stopping):
    stopping(4)
    run("train", "rows.csv", *QUICK, "--checkpoint", "run.ck")
    facts = run("info", "run.ck", "--json").fine().json()
    assert facts["receipt"]["progress"] == 0.4
    assert facts["receipt"]["data"]["source"] == "rows.csv"
    assert run("test", "run.ck", "rows.csv", "--json").fine().json()["samples"] == 100
    run("info", "--verify", "run.ck", "rows.csv").refused("GN017")


def test_an_interrupt_without_a_checkpoint_mentions_checkpoints(folder, stopping):
    stopping(4)
    before = snapshot(folder)
    run("train", "rows.csv", *QUICK).refused("GN031", "nothing was written", "--checkpoint FILE", exit_code=130)
    assert snapshot(folder) == before


def test_an_interrupt_during_testing_names_the_checkpoint(folder, stopping, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    stopping(0)
    keep = ("--checkpoint", "run.ck")
    with monkeypatch.context() as patch:
        patch.setattr(result, "evaluate", interrupted)
        run("train", "rows.csv", *QUICK, *keep).refused("GN031", "the training run is in run.ck", exit_code=130)
    run("train", "--resume", "run.ck").fine()


def test_ctrl_c_and_sigterm_in_a_real_process(folder):
    (folder / "digits.csv").write_text(digits_csv(300))
    flags = ("--epochs", "100000", "--engine", "reference", "--hidden", "5", "--no-plot")
    program = (
        "import os, signal, threading, glassnet.training.checkpointing as keeping\n"
        "writer = keeping.CheckpointWriter\n"
        "real = writer._write_file\n"
        "def write(self, header, tensors):\n"
        "    real(self, header, tensors)\n"
        "    if header['training']['progress'] > 1:\n"
        "        os.kill(os.getpid(), number)\n"
        "writer._write_file = write\n"
    )
    for number, arguments in (
        (signal.SIGINT, ("train", "digits.csv", *flags, "--checkpoint", "run.ck", "--checkpoint-every", "1")),
        (signal.SIGTERM, ("train", "--resume", "run.ck")),
    ):
        start = interruptible(*arguments)
        start[2] = f"number = {int(number)}\n{program}{start[2]}"
        outcome = run_process(cwd=folder, start=start)
        outcome.refused("GN031", "of 100000 epochs are saved in run.ck", exit_code=130)
        assert load_checkpoint("run.ck").state.progress > 1
    assert json.loads(json.dumps(load_checkpoint("run.ck").note))["source"] == "digits.csv"


@pytest.mark.parametrize(
    "change",
    [
        {"source": []},
        {"out": 3},
        {"out": None},
        {"pictures": "yes"},
        {"language": "xx"},
        {"wishes": {"target": True}},
        {"wishes": []},
        {"more": 1},
    ],
)
def test_an_invalid_job_is_rejected(folder, stopping, change):
    stopping(4)
    run("train", "rows.csv", *QUICK, "--checkpoint", "run.ck", "--checkpoint-every", "1")
    header, tensors = read("run.ck")
    header["training"]["note"] |= change
    Path("run.ck").write_bytes(file_bytes(header, tensors))
    run("train", "--resume", "run.ck").refused("GN044", "not written by `glassnet train`")
