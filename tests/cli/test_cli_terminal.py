"""On a terminal: a progress bar, and a restored terminal after the end or an interrupt."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys

import pytest

from support.cli import TIMEOUT, environment, interruptible
from support.samples import table, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")

HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"
FLAGS = ("--engine", "reference", "--hidden", "5", "--no-plot", "--out", "m.safetensors")


def on_terminal(folder, *arguments, interrupt_at=None):
    """Train with a terminal as standard error; send Ctrl-C when `interrupt_at` appears there."""
    write(folder, {"rows.csv": table()})
    ours, theirs = os.openpty()
    start = interruptible("train", "rows.csv", *FLAGS, *arguments)
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": theirs}
    process = subprocess.Popen(start, cwd=folder, env=environment(TERM="xterm", COLUMNS="100"), **pipes)
    os.close(theirs)
    seen = b""
    try:
        while piece := _read(ours):
            seen += piece
            if interrupt_at and interrupt_at in seen:
                process.send_signal(signal.SIGINT)
                interrupt_at = None
        out, _ = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
        os.close(ours)
    return process.returncode, out.decode(), seen


def _read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError as error:  # Linux: the other end has been closed
        if error.errno != errno.EIO:
            raise
        return b""


def test_the_progress_bar_shows_loss_and_accuracy(tmp_path):
    code, out, seen = on_terminal(tmp_path)
    assert code == 0
    assert "network   16-5-3" in out
    text = re.sub(rb"\x1b\[[?\d;]*[A-Za-z]", b"", seen).decode()
    assert "epoch 3/3" in text
    assert "nan" not in text
    assert re.search(r"loss 0\.\d{4}, accuracy +[\d.]+%", text)
    assert seen.rfind(SHOW) > seen.rfind(HIDE), "the cursor is hidden"


def test_ctrl_c_restores_the_terminal(tmp_path):
    code, out, seen = on_terminal(tmp_path, "--epochs", "1000000", interrupt_at=b"accuracy")
    assert (code, out) == (130, "")
    assert seen.rfind(SHOW) > seen.rfind(HIDE)
    assert b"Traceback" not in seen
    assert seen.rstrip().endswith(b"[GN031]")
    assert not (tmp_path / "m.safetensors").exists()
