"""Messages in Chinese: every message of the code has a translation, none is unused, and placeholders are filled in."""

from __future__ import annotations

import re

from glassnet.i18n.columns import column_in_chinese
from hypothesis import given
from hypothesis import strategies as st

from glassnet.i18n import translate
from glassnet.i18n.messages import click as of_click
from glassnet.i18n.translate import catalogue, in_chinese
from support.messages import PLACEHOLDER, pattern, present, required

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
        assert set(PLACEHOLDER.findall(chinese)) <= set(PLACEHOLDER.findall(english)), english
        assert re.search(HAN, chinese) or not re.search("[a-z]{3}", PLACEHOLDER.sub("", english)), english


@given(st.sampled_from(sorted(catalogue())), st.data())
def test_a_filled_in_message_is_translated_with_its_values(key, data):
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


def test_a_place_before_and_sentences_after_a_message_are_translated_too():
    alone = in_chinese("rate 'x': expected a number.")
    assert alone == "rate 'x'：应为数字。"
    assert in_chinese("rows.csv: rate 'x': expected a number.") == f"rows.csv：{alone}"
    assert in_chinese("rate 'x': expected a number. rate 'x': expected a number.") == alone * 2
    assert in_chinese("nothing of ours") is None
    assert in_chinese("rate 'x': expected a number. Nothing of ours.") is None


def test_a_flag_with_its_value_stays_and_lists_have_chinese_commas():
    assert in_chinese("target 'a': regression, numbers from 1 to 9 (for classes, pass --task classes)") == (
        "目标列 'a'：回归，数值从 1 到 9（要按类别预测，请加 --task classes）"
    )
    assert in_chinese("data.csv: column 'a, b' not found. Columns: 'c, d', 'e', ….") == (
        "data.csv：没有列 'a, b'。现有的列：'c, d'、'e'……。"
    )


def test_lines_about_columns_and_targets_are_in_chinese():
    lines = {
        "number, -999 to 60, median 40 cm, logarithm, 4.5% missing, filled with 40 and flagged": (
            "数值，-999 到 60，中位数 40 cm，取对数，缺失 4.5%，以 40 填补并标记"
        ),
        "3 words (a, b, c), 2 rare words combined, 1.0% missing, flagged": (
            "3 个词（a、b、c），合并 2 个罕见词，缺失 1.0%，缺失值另作标记"
        ),
        "number, 1 to 2, median 1, <0.1% missing, filled with 1": "数值，1 到 2，中位数 1，缺失 <0.1%，以 1 填补",
        "yes or no, 40.0% yes, 2.0% missing": "是或否，是占 40.0%，缺失 2.0%",
        "the target, 2 classes (a, b)": "目标，2 个类别（a、b）",
        "the target, a label": "目标，标签",
        "0.01 and 0.99": "0.01 与 0.99",
        "values, standardised": "数值，标准化",
        "x / 255 · 0.99 + 0.01": "x / 255 · 0.99 + 0.01",
    }
    assert {line: column_in_chinese(line) for line in lines} == lines


def test_a_users_name_that_is_a_word_of_the_catalogue_stays():
    assert in_chinese("inputs: no such file or folder. Check the name.") == "inputs：没有这个文件或文件夹。请检查名称。"
    assert in_chinese("sample 3.png: no such file or folder. Check the name.").startswith("sample 3.png：")
    assert in_chinese(
        "training data: a list, expected a Dataset, as load_data returns. For arrays, use Dataset.from_arrays(X, y)."
    ).startswith("训练数据：")
    assert in_chinese("Columns: text.") == "现有的列：text。"
    assert (
        in_chinese("text, line 3: not valid CSV (x). Correct the line.")
        == "text 第 3 行：不是有效的 CSV（x）。请更正该行。"
    )


def test_the_search_is_bounded_in_time_and_depth(monkeypatch):
    tried = []
    plain = translate._fillings
    monkeypatch.setattr(translate, "_fillings", lambda *given: tried.append(None) or plain(*given))
    known = [f"rate '{number}': expected a number." for number in range(30)]
    assert in_chinese(" ".join(known[:15])) == "".join(in_chinese(one) for one in known[:15])
    for message in (" ".join(known), "x: " * 2000, "x" * 100_000, "x" + " without names" * 280):
        assert in_chinese(message) is None
    assert len(tried) < 1000 * len(catalogue())


def test_a_latin_name_in_a_chinese_sentence_has_spaces_around_it():
    english = "rows.csv, sample 3: label 7, but {} has classes 0 to 4. Remove such samples."
    assert "而 mnist 训练集的类别" in (in_chinese(english.format("mnist (train)")) or "")
    assert "而训练数据的类别" in (in_chinese(english.format("training data")) or "")
