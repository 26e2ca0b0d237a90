"""Texts of the catalogues are filled in, with singular and plural forms in English."""

from __future__ import annotations

import pytest

import glassnet
from glassnet.messages.control_characters import printable
from glassnet.messages.formats import below_all, listed, shortened, width_of
from glassnet.nn.architecture import RULES
from glassnet.nn.losses import LOSSES
from glassnet.options.choices import ENGINES
from glassnet.words.speaking import speaking

WORDS = {
    "asked": "Of the {samples} samples of {source}, {right} are right.",
    "layer": "layer {layer}: {nodes} {activation} nodes",
    "all": "{epochs} epochs of {samples:,} samples",
    "misread": "misread   {count:,} rows, the surest first",
    "left": "{shown} nodes; {left} others are left out, {wrong} wrong or ambiguous labels",
}


@pytest.mark.parametrize(
    ("key", "filled_in", "wanted"),
    [
        ("asked", {"samples": "1", "source": "a", "right": 1}, "Of the 1 sample of a, 1 is right."),
        ("asked", {"samples": "11", "source": "1 samples", "right": 0}, "Of the 11 samples of 1 samples, 0 are right."),
        ("layer", {"layer": 1, "nodes": 1, "activation": "relu"}, "layer 1: 1 relu node"),
        ("layer", {"layer": 1, "nodes": 21, "activation": "relu"}, "layer 1: 21 relu nodes"),
        ("all", {"epochs": 1, "samples": 60000}, "1 epoch of 60,000 samples"),
        ("all", {"epochs": 3, "samples": 1}, "3 epochs of 1 sample"),
        ("misread", {"count": 1}, "misread   1 row, the surest first"),
        ("left", {"shown": 2, "left": 1, "wrong": 1}, "2 nodes; 1 other is left out, 1 wrong or ambiguous label"),
    ],
)
def test_a_count_of_one_has_the_singular(key, filled_in, wanted):
    assert speaking("en", WORDS)(key, **filled_in) == wanted


@pytest.mark.parametrize("text", ["a", "花" * 5, "a\nb\tc", "ab花" * 9, ""])
@pytest.mark.parametrize("width", [3, 10, 40])
def test_a_name_is_shortened_to_a_width_and_to_one_line(text, width):
    found = shortened(text, width)
    assert width_of(found) <= width
    assert found.isprintable()
    assert found == text or found.endswith("…") or found == printable(text)


@pytest.mark.parametrize(
    ("names", "wanted"), [([], ""), (["a"], "a"), ([7, "b"], "7, b"), (("a", "b", "c"), "a, b, …")], ids=str
)
def test_a_long_list_is_shortened(names, wanted):
    assert listed(names, 2) == wanted
    assert listed(names, 2, "、", "……") == wanted.replace(", …", "……").replace(", ", "、")


@pytest.mark.parametrize(("share", "digits", "text"), [
    (0.99996, 2, "99.99%"), (1, 2, "100.00%"), (1, 1, "100.0%"), (0.9996, 1, "99.9%"), (0.99984, 2, "99.98%"),
    (0, 2, "0.00%"), (float("nan"), 2, "nan%")])  # fmt: skip
def test_only_a_share_of_1_is_shown_as_100_percent(share, digits, text):
    assert f"{below_all(share, digits):.{digits}%}" == text


def test_values_of_options_that_are_printed_have_a_chinese_word():
    for name, values in (("loss", LOSSES), ("rule", RULES), ("engine", ENGINES)):
        for value in values:
            chinese = speaking("zh", {"it": f"{{{name}}}"})("it", **{name: value})
            assert chinese.startswith(f"{value}（")
            assert speaking("en", {"it": f"{{{name}}}"})("it", **{name: value}) == value


@pytest.mark.parametrize(("part", "chinese"), [("train", "mnist 训练集"), ("test", "mnist 测试集")])
def test_the_bundled_data_have_a_chinese_name(part, chinese):
    name = glassnet.load_data("mnist", part=part).source
    texts = {"it": "{source}"}
    assert (speaking("zh", texts)("it", source=name), speaking("en", texts)("it", source=name)) == (
        chinese,
        f"mnist ({part})",
    )
