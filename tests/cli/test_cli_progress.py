"""Progress without a terminal: a line for each epoch of a short run, about ten for a run of many epochs."""

from __future__ import annotations

import re
import time

import pytest

from glassnet.cli.shared import console
from glassnet.training.events import EpochDone, TrainingEnded, TrainingStarted


def lines(epochs, capfd, *, first=1, ends=None, seconds=0.0, monkeypatch):
    """Return the epochs that have a line, in a run of equally long epochs that may end early."""
    clock = iter(range(10**9))
    monkeypatch.setattr(time, "monotonic", lambda: seconds * next(clock))
    listener = console._Lines()
    listener(TrainingStarted("reference", 10, epochs, epochs, 0.0, ""))
    for epoch in range(first, (ends or epochs) + 1):
        listener(EpochDone(epoch, 0.5, None, seconds, ""))
    listener(TrainingEnded(1.0))
    listener.close()
    return [int(number) for number in re.findall(r"^epoch (\d+):", capfd.readouterr().err, re.M)]


@pytest.mark.parametrize(("epochs", "ends"), [(1, None), (3, None), (19, None), (66, None), (66, 40), (10_000, 9_999)])
def test_the_first_the_last_and_about_ten_epochs_have_a_line(epochs, ends, capfd, monkeypatch):
    written = lines(epochs, capfd, ends=ends, monkeypatch=monkeypatch)
    assert written == sorted(set(written))
    assert (written[0], written[-1]) == (1, ends or epochs)
    assert len(written) <= 20
    if epochs < 20:
        assert written == list(range(1, epochs + 1))


def test_a_resumed_run_has_a_line_for_its_first_epoch(capfd, monkeypatch):
    assert lines(66, capfd, first=45, monkeypatch=monkeypatch)[0] == 45


def test_every_long_epoch_has_a_line(capfd, monkeypatch):
    assert lines(100, capfd, seconds=60.0, monkeypatch=monkeypatch) == list(range(1, 101))
