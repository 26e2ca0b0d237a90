"""The progress of reading photos, and the summary of uncertain digits."""

from __future__ import annotations

import io
import sys
from threading import Event

import numpy as np
import pytest

from glassnet.cli import read
from glassnet.cli.shared import photo_progress
from glassnet.cli.shared.photo_progress import watch_photos
from glassnet.handwriting.reading import Digit, Reading
from glassnet.handwriting.reasons import Reason
from glassnet.words.cli import CLI_WORDS
from glassnet.words.speaking import speaking


def slow(count: int, shown: Event):
    """Yield results; the second one waits until progress was shown."""
    for number in range(count):
        if number == min(1, count - 1):
            assert shown.wait(60)
        yield number


@pytest.mark.parametrize(
    ("photos", "line"),
    [(["a.jpg", "b.jpg", "c.jpg"], "read 1 of 3 photographs"), (["page.jpg"], "reading page.jpg …")],
    ids=["several", "one"],
)
def test_slow_reading_shows_progress(photos, line, monkeypatch):
    shown, lines = Event(), []
    monkeypatch.setattr(photo_progress, "_DELAY", 0.2)
    monkeypatch.setattr(photo_progress, "say", lambda text: (lines.append(text), shown.set()))
    assert list(watch_photos(slow(len(photos), shown), photos)) == list(range(len(photos)))
    assert lines == [line]


def test_fast_reading_shows_nothing(monkeypatch):
    lines = []
    monkeypatch.setattr(photo_progress, "_DELAY", 600.0)
    monkeypatch.setattr(photo_progress, "say", lines.append)
    assert list(watch_photos(iter("abc"), ["a", "b", "c"])) == ["a", "b", "c"]
    assert lines == []


def test_a_terminal_has_a_bar_that_disappears(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(photo_progress, "_DELAY", 0.0)
    shown, drawn = Event(), photo_progress._Bar._draw
    monkeypatch.setattr(photo_progress._Bar, "_draw", lambda self: (drawn(self), shown.set()))
    assert list(watch_photos(slow(3, shown), ["a", "[b]", "c"], prints=True)) == [0, 1, 2]
    assert "of 3 photographs" in screen.getvalue()
    assert "\x1b[2K" in screen.getvalue(), "the line is erased"


def digit(place: int, reason: Reason | None) -> Digit:
    return Digit((place, 0, place + 1, 1), 0, 7, 0.4, reason is None, np.eye(10)[7], np.zeros((28, 28)), reason)


@pytest.mark.parametrize(
    ("reasons", "lines"),
    [
        ([Reason.UNCLEAR] * 3, ["line 1, digit 2: 7?"] * 3),
        (
            [Reason.NOT_A_DIGIT] * 9 + [Reason.UNCLEAR] * 8,
            ["17 of 18 digits not sure: 9 like a sign or a letter, 8 unclear"],
        ),
    ],
    ids=["few", "many"],
)
def test_many_uncertain_digits_are_summed_up(reasons, lines, monkeypatch):
    printed = []
    monkeypatch.setattr(read, "result", printed.append)
    digits = tuple(digit(place, reason) for place, reason in enumerate([None, *reasons]))
    nothing = np.zeros((1, 1), bool)
    read._report_doubts(Reading(digits, None, None, nothing, nothing), " " * 9)
    assert len(printed) == len(lines)
    assert printed[0].strip().startswith(lines[0])
    assert all(len(line) <= 80 for line in printed)
    printed.clear()
    read._report_doubts(Reading(digits, None, None, nothing, nothing, other_lines=(0,)), " " * 9)
    assert printed == [], "a line that is not digits is named as a whole"


def test_every_reason_has_words_for_several_digits():
    for language in ("en", "zh"):
        say = speaking(language, CLI_WORDS)
        assert len({say(f"some_{reason}", count=2) for reason in Reason}) == len(Reason)
