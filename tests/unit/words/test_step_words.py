"""A training step in both languages: one catalogue, and no English words on a Chinese page or in Chinese output."""

from __future__ import annotations

import re

import numpy as np
import pytest

from glassnet import Network, Options
from glassnet.cli.explain.step_text import print_step
from glassnet.errors import OptionError
from glassnet.explain.step import trace_step, worked_example
from glassnet.html.step import step_html, step_page
from glassnet.words.plots import WORDS
from glassnet.words.step import STEP_WORDS, step_words
from support.pages import checked_page
from support.sources import PACKAGE


def step_of(sizes, samples=1, options=None, masks=(), **network):
    made, random = Network(list(sizes), seed=3, **network), np.random.default_rng(5)
    targets = np.eye(sizes[-1])[random.integers(0, sizes[-1], samples)] * 0.98 + 0.01
    return trace_step(made, random.random((samples, sizes[0])), targets, 0.2, options=options, masks=masks)


STEPS = {
    "the notes' example": worked_example(),
    "large, of the notes": step_of((40, 20, 12), rule="notes"),
    "deep, softmax, biases, Adam, a batch": step_of(
        (40, 20, 9, 4),
        samples=3,
        options=Options(optimizer="adam"),
        activations=("relu", "tanh", "softmax"),
        bias=True,
        loss="cross_entropy",
        rule="gradient",
    ),
}


def test_every_text_is_used_and_none_is_defined_twice():
    assert set(STEP_WORDS) & set(WORDS) == set()
    sources = [path for path in PACKAGE.rglob("*.py") if path.name != "step_words.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*sources, *PACKAGE.rglob("*.html")])
    assert set(STEP_WORDS) - {*re.findall(r"[\"'](\w+)[\"']", text)} == set()
    with pytest.raises(OptionError, match="'fr': expected one of en, zh"):
        step_words("fr")


STEPS["with dropout"] = step_of((12, 20, 4), masks=[np.random.default_rng(6).choice([0.0, 1.25], (1, 20))])
NAMES = "dropout|notes|gradient|sgd|adam|squared.error|cross.entropy|sigmoid|identity|relu|tanh|softmax|prev"
"""What is called the same in both: options, as they are typed."""


@pytest.mark.parametrize("name", STEPS)
def test_chinese_output_has_no_english_words_and_the_same_numbers(name, capsys):
    step = STEPS[name]
    print_step(step, "zh")
    chinese = capsys.readouterr().out
    print_step(step)
    english = capsys.readouterr().out
    page = checked_page(step_page(step, "t", language="zh"))
    for text in (chinese, page.text):
        assert re.findall("[A-Za-z]{3,}", re.sub(NAMES, "", text)) == []
    assert page.having("html") == [{"lang": "zh-CN"}]
    assert not re.search("[⺀-鿿]", english + step_html(step))
    numbers = [re.findall(r"−?\d[\d.e−+]*", text.replace("z", "")) for text in (chinese, english)]
    assert sorted(numbers[0]) == sorted(numbers[1])


def test_the_formulas_match_the_rule_loss_and_optimizer(capsys):
    """E · f′ is shown only where it applies: not with softmax and cross-entropy, and not with Adam."""
    print_step(STEPS["large, of the notes"])
    notes = capsys.readouterr().out
    assert notes.count("ΔW = α · E · f′ · O_prevᵀ") == 2
    assert "e = Wᵀ · e (notes), Wᵀ · δ (gradient); δ = e · f′, f′ = o (1 − o)" in notes
    print_step(step_of((40, 20, 4), activations=("relu", "softmax"), loss="cross_entropy", rule="gradient"))
    softmax = capsys.readouterr().out
    assert "δ = −∂E/∂z" in softmax
    assert "Wᵀ · e" not in softmax
    assert re.findall("ΔW = .*ᵀ$", softmax, re.M) == ["ΔW = α · δ · O_prevᵀ", "ΔW = α · E · f′ · O_prevᵀ"]
    print_step(STEPS["deep, softmax, biases, Adam, a batch"])
    adam = capsys.readouterr().out
    assert adam.count("ΔW by adam") == 3
    assert "α · E" not in adam


def test_the_dropout_mask_is_shown(capsys):
    step = STEPS["with dropout"]
    assert [layer.masked for layer in step.layers] == [True, False]
    assert not any(layer.masked for name in STEPS if name != "with dropout" for layer in STEPS[name].layers)
    print_step(step)
    text = capsys.readouterr().out
    assert "O = m · sigmoid(W · I)" in text
    assert "e = m · Wᵀ · δ (gradient)" in text
    assert "O = sigmoid(W · I)" in text
    assert "m is the dropout mask" in text


def test_the_page_has_weights_after_the_step_for_small_and_large_networks():
    for step in STEPS.values():
        page = checked_page(step_page(step, "t"))
        for layer in step.layers:
            own = layer.ways[step.rule]
            k, j = np.unravel_index(np.abs(own.change).argmax(), own.change.shape)
            after = f"{layer.weight[k, j] + own.change[k, j]:.4g}".replace("-", "−")
            assert after in page.text
            if layer.bias is not None and own.bias_change is not None:
                node = np.abs(own.delta[0]).argmax()
                assert f"{layer.bias[node] + own.bias_change[node]:.4g}".replace("-", "−") in page.text
