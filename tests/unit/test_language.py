"""A word of a catalogue is filled in, and says of one what it says of several."""

from __future__ import annotations

import pytest

from glassnet.language import listed, speaking

WORDS = {
    "asked": ("Of the {samples} samples of {source}, {right} are right.", "{source} 的 {samples} 个样本"),
    "layer": ("layer {layer}: {nodes} {activation} nodes", "{nodes} 个 {activation} 节点"),
    "all": ("{epochs} epochs of {samples:,} samples", "{epochs} 轮"),
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
    ],
)
def test_one_is_one(key, filled_in, wanted):
    assert speaking("en", WORDS)(key, **filled_in) == wanted
    assert speaking("zh", WORDS)(key, **filled_in) == WORDS[key][1].format(**filled_in)


@pytest.mark.parametrize(
    ("names", "wanted"), [([], ""), (["a"], "a"), ([7, "b"], "7, b"), (("a", "b", "c"), "a, b, …")], ids=str
)
def test_a_list_is_cut_where_it_is_long(names, wanted):
    assert listed(names, 2) == wanted
    assert listed(names, 2, "、", "……") == wanted.replace(", …", "……").replace(", ", "、")
