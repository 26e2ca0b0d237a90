"""Bad input: one clear line with a stable code, exit code 2, and no file changed."""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from itertools import count

import pytest

from glassnet.errors import FileError
from support.bad_inputs import CASES, DIVERGING, MODEL, Case
from support.cli import TIMEOUT, Outcome, command, environment, interruptible, run, run_process, snapshot
from support.samples import digits_csv, table, write

QUICK = ("--engine", "reference", "--hidden", "5", "--no-plot", "--force")
needs_dev_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, which Linux has")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a table and a model that must survive."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"rows.csv": table(), "old.safetensors": MODEL})
    return tmp_path


def typed(case: Case) -> list[str]:
    words = shlex.split(case.typed)
    return [*words, "--out", "old.safetensors", "--force"] if words[0] == "train" and words[-1] != "--hidden" else words


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_bad_input_is_rejected_and_changes_no_file(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**case.files, "old.safetensors": MODEL})
    before = snapshot(tmp_path)
    run(*typed(case), stdin=case.stdin).refused(case.code, *case.words)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("case", DIVERGING[1:3], ids=lambda case: case.name.replace(" ", "-"))
def test_divergence_prints_one_line_even_if_warnings_are_shown(case, tmp_path):
    write(tmp_path, case.files)
    run_process(*typed(case), cwd=tmp_path).refused(case.code, *case.words, "old.safetensors was not written")
    assert snapshot(tmp_path) == case.files


def test_divergence_in_a_later_epoch_is_named_and_keeps_the_old_model(folder, monkeypatch):
    from glassnet.training import loop

    epochs = count(1)

    def fail_in_the_third(guard, loss):
        guard.check(loss if next(epochs) < 3 else math.inf)

    monkeypatch.setattr(loop.DivergenceGuard, "check_epoch", fail_in_the_third)
    run("train", "rows.csv", "--out", "old.safetensors", *QUICK).refused("GN030", "in epoch 3", "after epoch 2")
    assert (folder / "old.safetensors").read_bytes() == MODEL


def test_without_a_command_the_help_is_printed(folder):
    outcome = run()
    assert outcome.code in (0, 2)
    text = outcome.out + outcome.err
    assert "[GN020]" not in text
    assert [line.split()[0] for line in text.splitlines() if line.startswith("  train ")] == ["train"]


@pytest.mark.parametrize(
    ("out", "code", "words"),
    [
        ("gone/m.safetensors", "GN001", ("gone", "no such folder")),
        (".", "GN002", ("folder",)),
        ("rows.csv/m.safetensors", "GN001", ("rows.csv",)),
    ],
)
def test_an_output_path_that_cannot_be_written_is_rejected_before_training(folder, out, code, words):
    before = snapshot(folder)
    outcome = run("train", "rows.csv", "--out", out, *QUICK)
    outcome.refused(code, *words)
    assert "epoch" not in outcome.err
    assert snapshot(folder) == before


def test_a_folder_without_write_permission_is_rejected_before_training(folder, monkeypatch):
    before = snapshot(folder)
    monkeypatch.setattr("glassnet.io.writing.os.access", lambda path, mode: mode != os.W_OK)
    outcome = run("train", "rows.csv", "--out", "old.safetensors", *QUICK)
    outcome.refused("GN003", "no permission to write")
    assert "epoch" not in outcome.err
    assert snapshot(folder) == before


def test_permission_lost_during_training_keeps_the_old_model(folder, monkeypatch):
    def deny(*_):
        raise PermissionError(13, "Permission denied")

    before = snapshot(folder)
    monkeypatch.setattr("glassnet.io.writing.os.replace", deny)
    run("train", "rows.csv", "--out", "old.safetensors", *QUICK).refused(
        "GN003", "old.safetensors", "Permission denied"
    )
    assert snapshot(folder) == before


def test_a_model_that_does_not_fit_on_the_disk_is_saved_elsewhere(folder, monkeypatch, tmp_path_factory):
    other, move = tmp_path_factory.mktemp("other"), os.replace

    def full(source, target):
        if "old.safetensors" in str(target) and str(other) not in str(target):
            raise OSError(28, "No space left on device")
        move(source, target)

    before = snapshot(folder)
    monkeypatch.setattr("glassnet.io.writing.os.replace", full)
    monkeypatch.setattr("tempfile.tempdir", str(other))
    (place,) = re.findall(
        r"The trained model is in (\S+/old\.safetensors)\.",
        run("train", "rows.csv", "--out", "old.safetensors", *QUICK).refused(
            "GN004", "old.safetensors", "no space left"
        ),
    )
    assert snapshot(folder) == before
    assert run("test", place, "rows.csv").code == 0
    # With a checkpoint, the run can be resumed too.
    outcome = run("train", "rows.csv", "--out", "old.safetensors", "--checkpoint", "c.ck", *QUICK)
    outcome.refused("GN004", "no space left", "The trained model is in", "glassnet train --resume c.ck")
    # The message does not suggest to resume if the checkpoint could not be written or belongs to a finished run.
    monkeypatch.setattr("glassnet.io.writing.os.replace", move)
    run("train", "--resume", "c.ck", "--out", "new.safetensors").fine()
    monkeypatch.setattr("glassnet.io.writing.os.replace", full)
    monkeypatch.setattr("glassnet.training.checkpointing.replacing", lambda *_: disk_full())
    outcome = run("train", "rows.csv", "--out", "old.safetensors", "--checkpoint", "c.ck", *QUICK)
    assert outcome.code == 2
    assert "resume" not in outcome.err
    assert re.search(r"The trained model is in \S+/old\.safetensors\. \[GN004\]$", outcome.err)


def disk_full():
    raise FileError("GN004", "c.ck: no space left.")


def limited(limit: str, *arguments: str) -> list[str]:
    """Return the program and arguments for a command under a resource limit of the operating system."""
    program = f"import resource, sys; resource.setrlimit({limit}); import glassnet.cli; glassnet.cli.main()"
    return [sys.executable, "-c", program, *arguments]


def test_a_full_disk_keeps_the_old_model(folder):
    before = snapshot(folder)
    start = limited("resource.RLIMIT_FSIZE, (1000, 1000)", "train", "rows.csv", "--out", "old.safetensors", *QUICK)
    outcome = run_process(cwd=folder, start=start)
    outcome.refused("GN004", "old.safetensors", "no space left")
    assert "epoch 3" in outcome.err, "the limit was reached before the end of training"
    assert snapshot(folder) == before


def test_too_many_weights_for_the_memory_are_rejected(folder):
    before = snapshot(folder)
    flags = ("--hidden", "100000", "--hidden", "100000", "--engine", "reference", "--out", "old.safetensors", "--force")
    start = limited("resource.RLIMIT_AS, (6 << 30, 6 << 30)", "train", "rows.csv", *flags)
    run_process(cwd=folder, start=start).refused("GN032", "not enough memory")
    assert snapshot(folder) == before


@needs_dev_full
def test_training_continues_if_progress_cannot_be_printed(folder):
    words = command("train", "rows.csv", "--out", "new.safetensors", "--json", *QUICK)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=full, env=environment())
    assert done.returncode == 0
    assert json.loads(done.stdout)["model"] == "new.safetensors"


@needs_dev_full
def test_an_unwritable_standard_output_is_one_error_line(folder):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(command("show", "rows.csv"), stdout=full, stderr=subprocess.PIPE, env=environment())
    text = done.stderr.decode()
    assert "Traceback" not in text
    assert done.returncode == 2
    assert len(text.splitlines()) == 1


def test_a_closed_pipe_is_not_an_error(folder):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command("show", "rows.csv"), stdout=writing, stderr=subprocess.PIPE, env=environment())
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_ctrl_c_during_training(folder):
    interrupted_after(b"epoch 1:", folder, "--epochs", "100000", "--engine", "compiled")


def test_ctrl_c_does_not_wait_for_compilation(folder, tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    interrupted_after(b"compiling", folder, "--engine", "compiled", "--batch-size", "32", NUMBA_CACHE_DIR=str(cache))
    assert list(cache.rglob("*")) != []
    assert list(cache.rglob("*train_batches*")) == [], "it waited for the compilation"


@pytest.mark.parametrize("compiles", [True, False])
def test_a_process_ends_at_once_while_a_thread_compiles(monkeypatch, compiles):
    """LLVM may abort the process when the interpreter ends under it."""
    from glassnet import cli

    ended = []
    monkeypatch.setattr(cli, "is_compiling", lambda: compiles)
    monkeypatch.setattr(cli.os, "_exit", ended.append)
    monkeypatch.setattr(cli.gc, "freeze", lambda: None)
    monkeypatch.setattr(cli, "remove_unpacked", lambda: ended.append("removed"))
    cli._end(130)
    assert ended == ["removed", 130] * compiles


def interrupted_after(line, folder, *flags, **variables):
    """Send Ctrl-C to a training run once it prints `line`."""
    (folder / "digits.csv").write_text(digits_csv(300))
    before = snapshot(folder)
    words = interruptible("train", "digits.csv", "--out", "old.safetensors", "--force", *flags)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(words, env=environment() | variables, **pipes)
    kill_timer = threading.Timer(TIMEOUT, process.kill)
    kill_timer.start()
    try:
        first = b""
        while line not in first:
            first = process.stderr.readline()
            assert first, "the training ended before it was interrupted"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    finally:
        kill_timer.cancel()
        process.kill()
    # The message begins on a new line, because the terminal shows ^C.
    text = "".join(line for line in err.decode().splitlines(keepends=True) if line.strip())
    Outcome(process.returncode, out.decode(), text).refused(
        "GN031", "interrupted", "nothing was written", exit_code=130
    )
    assert snapshot(folder) == before


def test_an_interrupt_after_saving_does_not_claim_that_nothing_was_written(folder, monkeypatch):
    from glassnet import plots

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(plots, "save", interrupt)
    outcome = run("train", "rows.csv", "--engine", "reference", "--hidden", "5", "--out", "new.safetensors")
    assert outcome.code == 130
    line = outcome.err.splitlines()[-1]
    assert line.endswith("[GN031]")
    assert (folder / "new.safetensors").exists()
    assert "nothing was written" not in line


def test_a_model_does_not_overwrite_its_training_data(folder):
    before = snapshot(folder)
    outcome = run("train", "rows.csv", "--out", "rows.csv", *QUICK)
    assert snapshot(folder) == before
    assert outcome.code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("train", "rows.csv", "--out", "other.csv", "--no-plot"),
        ("show", "rows.csv", "--row", "1", "--plot", "rows.csv"),
        ("show", "--augment", "--plot", "rows.csv"),
    ],
)
def test_a_file_of_another_kind_is_never_overwritten(folder, words):
    (folder / "other.csv").write_text("1,2\n")
    before = snapshot(folder)
    outcome = run(*words)
    assert outcome.code == 2
    assert outcome.err.splitlines()[-1].endswith(("[GN021]", "[GN022]", "[GN017]"))
    assert snapshot(folder) == before
