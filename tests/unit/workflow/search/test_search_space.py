"""The space of a search: declared ranges, texts, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.errors import OptionError
from glassnet.options.options import SPECS, Options, checked
from glassnet.options.recipes import RECIPES, for_rows
from glassnet.workflow.search.space import SEARCHABLE, Dimension, default_space, parse_space

QUICK = Options.recipe("quick")


def parsed(*texts, base=QUICK, fixed=(), recipe="quick"):
    return parse_space(texts, base, dict.fromkeys(fixed, 0), recipe)


def test_declared_ranges_are_allowed_by_the_options():
    for name, search in SEARCHABLE.items():
        for value in (*search.choices, *((search.low, search.high) if search.low is not None else ())):
            checked(name, value)
        assert bool(search.choices) != (search.low is not None)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("images", [False, True])
def test_the_default_space_has_the_values_of_the_recipe(recipe, images):
    base = Options.recipe(recipe, **for_rows(500, recipe))
    space = default_space(base, ("schedule",), images=images, task="classes")
    names = {one.name for one in space}
    assert {"learning_rate", "hidden"} <= names
    assert "schedule" not in names
    assert ("rotate" in names) == (images and base.augments)
    for one in space:
        own = getattr(base, one.name)
        value = checked(one.name, one.value(one.nearest(own)))
        if one.choices or one.name in ("learning_rate", "batch_size"):
            assert value == own, one.name


@settings(max_examples=30)
@given(st.data())
def test_a_sampled_value_is_in_its_range_and_repeated_by_a_short_text(data):
    name = data.draw(st.sampled_from(["learning_rate", "dropout", "weight_decay"]))
    spec = SPECS[name]
    low = data.draw(st.floats(max(spec.low, 1e-6), min(spec.high, 1.0) * 0.9))
    high = data.draw(st.floats(low * 1.001, min(spec.high, 1.0)))
    one = Dimension(name, low, high, data.draw(st.booleans()))
    value = one.value(data.draw(st.floats(low, high)))
    number = value[0] if isinstance(value, tuple) else value
    assert low <= number <= high
    assert number in (low, high) or len(f"{number:g}") <= 12
    assert checked(name, value) == value


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("learning_rate=0.001..0.1:log", "learning_rate=0.001..0.1:log"),
        ("--hidden=50, 100x50,none", "hidden=50,100x50,none"),
        ("hidden=10..50", "hidden=10..50"),
        ("ema-decay=0,0.9", "ema_decay=0,0.9"),
        ("optimizer=adam,sgd", "optimizer=adam,sgd"),
        ("dropout", "dropout=0..0.5"),
        ("batch-size=8..64:log", "batch_size=8..64:log"),
    ],
)
def test_texts_are_read_and_written(text, same):
    assert parsed(text)[0].to_text() == same
    assert parsed(same) == parsed(text)


def test_the_rates_of_several_optimizers_have_one_range():
    optimizer, rate = parsed("optimizer=adam,sgd", "learning_rate")
    assert optimizer.choices == ("adam", "sgd")
    assert rate.low <= 1e-4
    assert rate.high >= 2.0


@pytest.mark.parametrize(
    ("texts", "code", "fragment"),
    [
        (["epochs=1,2"], "GN021", "hidden"),
        (["rat=1,2"], "GN021", "learning_rate"),
        (["lr=1,2"], "GN021", "learning_rate"),
        (["dropout=0..2"], "GN021", "0 to 0.99"),
        (["batch_size=0..2"], "GN021", "whole numbers"),
        (["batch_size=x"], "GN021", "'x'"),
        (["activation=relu..tanh"], "GN021", "no range"),
        (["optimizer=foo"], "GN021", "adam"),
        (["learning_rate=0..1:log"], "GN021", "above 0"),
        (["learning_rate=2..1"], "GN021", "below HIGH"),
        (["learning_rate=1..2:lin"], "GN022", ":log"),
        (["learning_rate=1,2", "learning_rate"], "GN022", "twice"),
        (["dropout"], "GN022", "given value"),
    ],
    ids=str,
)
def test_wrong_texts_name_what_is_allowed(texts, code, fragment):
    with pytest.raises(OptionError, match=fragment) as problem:
        parsed(*texts, fixed=("dropout",) if texts == ["dropout"] else ())
    assert problem.value.code == code
