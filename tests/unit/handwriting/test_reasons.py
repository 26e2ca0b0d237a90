"""Why a digit is not sure, and that its confidence says the same."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from glassnet.handwriting.reader import Digit, read_photo
from glassnet.handwriting.reasons import Reason
from glassnet.messages.languages import LANGUAGES
from glassnet.model.file import shipped_model
from glassnet.words.cli import CLI_WORDS, NO_DIGIT, digit_words
from glassnet.words.speaking import speaking

EIGHT = [((66, 50), (134, 110)), ((60, 100), (140, 170))]


def drawn(*lines: list[tuple[int, int]], ovals: list = (), size: tuple[int, int] = (200, 220)) -> Image.Image:
    picture = Image.new("L", size, 235)
    pen = ImageDraw.Draw(picture)
    for line in lines:
        pen.line(line, 40, 14)
    for oval in ovals:
        pen.ellipse([*oval[0], *oval[1]], None, 40, 13)
    return picture


PICTURES = {
    "plus": drawn([(70, 100), (130, 100)], [(100, 70), (100, 130)]),
    "cut off": drawn(ovals=EIGHT).crop((0, 0, 100, 220)),
    "wide": drawn(ovals=[((30, 70), (110, 140)), ((100, 70), (180, 140)), ((170, 70), (250, 140))], size=(280, 220)),
    "eight": drawn(ovals=EIGHT),
}


@pytest.mark.parametrize(
    ("limit", "name"),
    [(0.0, "plus"), (0.5, "eight"), (0.5, "wide"), (1.0, "eight")],
)
def test_a_digit_is_sure_or_has_a_reason(limit, name):
    digits = read_photo(shipped_model(), PICTURES[name], limit).digits
    assert digits
    for digit in digits:
        assert digit.sure == (digit.confidence >= limit) == (digit.reason is None)


def test_a_sign_looks_like_a_sign_and_a_digit_at_the_edge_touches_it():
    def reasons(name: str) -> set[Reason | None]:
        return {digit.reason for digit in read_photo(shipped_model(), PICTURES[name]).digits}

    assert reasons("eight") == {None}
    assert reasons("plus") == {Reason.NOT_A_DIGIT}
    assert reasons("cut off") == {Reason.EDGE}


def test_a_doubt_lowers_the_confidence():
    outputs = np.array([0.05, 0.9, 0.02, 0.2])
    digit = Digit((0, 0, 9, 9), 0, 1, 0.9, True, outputs, np.zeros((28, 28), np.uint8))
    doubted = digit.doubted(Reason.WIDE, 0.5)
    assert doubted.confidence < 0.5
    assert (doubted.sure, doubted.reason, doubted.second) == (False, Reason.WIDE, 3)
    assert digit.doubted(Reason.WIDE, 0.1).reason is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_and_a_sign_has_no_percentage(language):
    words = [digit_words(speaking(language, CLI_WORDS), "4", "9", 0.31, reason) for reason in (*Reason, None)]
    assert len(set(words)) == len(words)
    assert ["%" in one for one in words] == [reason not in NO_DIGIT for reason in (*Reason, None)]
    assert "9" in words[[*Reason].index(Reason.UNCLEAR)]
