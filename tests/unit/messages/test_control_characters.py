"""Text that is safe to print: control characters are escaped, and ordinary text of any script is unchanged."""

from __future__ import annotations

import json
import pickle
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import Dataset, GlassnetError, Options, fit
from glassnet.html.notebook import model_html
from glassnet.messages.control_characters import json_text, printable

WORDS = (
    "Zürich",
    "naïve",
    "数字 7",
    "ひらがな",
    "می‌خواهم",
    "👨‍👩‍👧",
    "❤️",
    "1️⃣",
    "e\u0301",
    "a\u00a0b",
    r"C:\x1b",
    "$x$",
    "[red]",
)


def is_control(letter: str) -> bool:
    """Whether Unicode classifies a character as control, line separator, surrogate or direction mark."""
    turns = unicodedata.bidirectional(letter) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return (
        unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs") or turns or letter in "\u200b\u200e\u200f\u061c\ufeff"
    )


@pytest.mark.parametrize("word", WORDS)
def test_ordinary_words_are_unchanged(word):
    assert printable(word) == word
    assert json_text(word) == f'"{word}"'.replace("\\", "\\\\")


def test_every_control_character_is_escaped_and_no_other():
    for number in range(0x110000):
        letter = chr(number)
        shown = printable(letter)
        if is_control(letter):
            assert shown.isascii()
            assert shown.encode().decode("unicode_escape") == letter
        elif unicodedata.category(letter) != "Cf":
            assert shown == letter


@given(st.text())
def test_json_is_one_safe_line_and_parses_to_the_same(text):
    value = {text: [text, {"deep": text}], "n": 1.5}
    for encoding in ("utf-8", "latin-1", "ascii"):
        line = json_text(value, encoding)
        assert printable(line) == line
        assert json.loads(line) == value
        line.encode(encoding)
    assert printable(printable(text)) == printable(text)


def test_lone_surrogates_survive_json():
    name = "m\udcff\udc9b31m"
    assert json.loads(json_text(name)) == name
    assert json_text(name).isascii()


def test_an_error_is_one_line_in_every_process():
    problem = GlassnetError("GN001", "a\x1b[31m\nb\u202e: no such file.")
    assert str(problem) == r"a\x1b[31m\nb\u202e: no such file."
    assert str(pickle.loads(pickle.dumps(problem))) == str(problem)


def test_the_description_of_a_model_has_no_control_characters():
    rng = np.random.default_rng(7)
    names = ("\x1b[31mred", "\u202egnp", "a\nb")
    data = Dataset(rng.integers(0, 256, (12, 16)).astype(np.uint8), np.arange(12) % 3, 3, (4, 4), "\x07.csv")
    model = fit(data, Options(hidden=(4,), epochs=1, engine="reference")).model
    model = type(model)(**{**vars(model), "class_names": names})
    for text in (repr(model), model_html(model)):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
