"""Messages in Chinese: every message of the code has a translation, none is unused, and placeholders are filled in."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from glassnet.i18n.messages import click as of_click
from glassnet.i18n.translate import catalogue, in_chinese
from support.messages import HOLE, pattern, present, required

HAN = r"[\u4e00-\u9fff]"


def test_every_message_has_a_translation():
    translated = {pattern(key) for key in catalogue()}
    missing = {
        text: name for text, name in required().items() if pattern(text) not in translated and not in_chinese(text)
    }
    assert missing == {}


def test_no_translation_is_unused():
    texts = {pattern(text) for text in present()}
    assert [key for key in catalogue() if pattern(key) not in texts and key not in of_click.MESSAGES] == []


def test_translations_are_chinese_and_use_only_placeholders_of_the_message():
    for english, chinese in catalogue().items():
        assert set(HOLE.findall(chinese)) <= set(HOLE.findall(english)), english
        assert re.search(HAN, chinese) or not re.search("[a-z]{3}", HOLE.sub("", english)), english


@given(st.sampled_from(sorted(catalogue())), st.data())
def test_a_filled_in_message_is_translated_with_its_values(key, data):
    names = [hole[1:-1] for hole in HOLE.findall(key)]
    filled = {name: data.draw(st.from_regex(r"[A-Z]{2,4}[0-9]?(\.CSV)?", fullmatch=True)) for name in names}
    message = key
    for name, value in filled.items():
        message = message.replace(f"{{{name}}}", value)
    chinese = in_chinese(message)
    assert chinese is not None
    assert len(set(names)) < len(names) or all(
        value in chinese for name, value in filled.items() if name in catalogue()[key]
    )


def test_a_place_before_and_sentences_after_a_message_are_translated_too():
    alone = in_chinese("rate 'x': expected a number.")
    assert alone == "rate 'x'：应为数字。"
    assert in_chinese("rows.csv: rate 'x': expected a number.") == f"rows.csv：{alone}"
    assert in_chinese("rate 'x': expected a number. rate 'x': expected a number.") == alone * 2
    assert in_chinese("nothing of ours") is None
    assert in_chinese("rate 'x': expected a number. Nothing of ours.") is None
