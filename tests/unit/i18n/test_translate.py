"""Messages in Chinese: every sentence of the code has a translation, no translation is unused, holes are filled."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from glassnet.i18n.messages import click as of_click
from glassnet.i18n.translate import catalogue, in_chinese
from support.messages import PLACEHOLDER, pattern, present, required

HAN = r"[\u4e00-\u9fff]"


def test_every_message_has_a_translation():
    known = {pattern(key) for key in catalogue()}
    missing = {text: name for text, name in required().items() if pattern(text) not in known and not in_chinese(text)}
    assert missing == {}


def test_no_translation_is_unused():
    texts = {pattern(text) for text in present()}
    assert [key for key in catalogue() if pattern(key) not in texts and key not in of_click.MESSAGES] == []


def test_translations_are_chinese_and_name_only_what_the_message_names():
    for english, chinese in catalogue().items():
        assert set(PLACEHOLDER.findall(chinese)) <= set(PLACEHOLDER.findall(english)), english
        assert re.search(HAN, chinese) or not re.search("[a-z]{3}", PLACEHOLDER.sub("", english)), english


@given(st.sampled_from(sorted(catalogue())), st.data())
def test_a_filled_in_message_is_translated_with_what_fills_it(key, data):
    names = [hole[1:-1] for hole in PLACEHOLDER.findall(key)]
    filled = {name: data.draw(st.from_regex(r"[A-Z]{2,4}[0-9]?(\.CSV)?", fullmatch=True)) for name in names}
    message = key
    for name, value in filled.items():
        message = message.replace(f"{{{name}}}", value)
    chinese = in_chinese(message)
    assert chinese is not None
    assert len(set(names)) < len(names) or all(
        value in chinese for name, value in filled.items() if name in catalogue()[key]
    )


def test_places_and_following_sentences_are_translated_too():
    alone = in_chinese("rate 'x': expected a number.")
    assert alone == "rate 'x'：应为数字。"
    assert in_chinese("rows.csv: rate 'x': expected a number.") == f"rows.csv：{alone}"
    assert in_chinese("rate 'x': expected a number. rate 'x': expected a number.") == alone * 2
    assert in_chinese("nothing of ours") is None
    assert in_chinese("rate 'x': expected a number. Nothing of ours.") is None
