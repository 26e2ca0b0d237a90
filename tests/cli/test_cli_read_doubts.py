"""The summary of the uncertain digits of a photo."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.cli import read
from glassnet.handwriting.reading import Digit, Reading
from glassnet.handwriting.reasons import Reason
from glassnet.words.cli import CLI_WORDS
from glassnet.words.speaking import speaking


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
