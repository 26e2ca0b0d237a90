"""Options: each one's default, limits, words and help; what is refused is refused by name."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError, fields, replace
from typing import ClassVar, get_args

import numpy as np
import pytest

from glassnet import Network, Options
from glassnet.engines import ENGINES
from glassnet.errors import OptionError
from glassnet.i18n.help_zh import OPTIONS, option_help
from glassnet.nn.activations import HIDDEN, OUTPUTS_ONLY
from glassnet.nn.architecture import RULES
from glassnet.nn.initializers import INITIALIZERS
from glassnet.nn.losses import LOSS_PARAMETERS, LOSSES, loss_parameter
from glassnet.nn.optimizers import OPTIMIZERS
from glassnet.nn.parameters import DTYPES
from glassnet.nn.schedules import SCHEDULES
from glassnet.options.choices import meanings_of
from glassnet.options.options import ALIASES, SPECS, TYPES, checked
from glassnet.options.recipes import BY_OPTIMIZER, RECIPE_ALIASES, RECIPES
from glassnet.preprocess import SCALINGS, TARGETS

REGISTRIES = {
    "activation": HIDDEN,
    "output": (*HIDDEN, *OUTPUTS_ONLY),
    "initializer": INITIALIZERS,
    "loss": LOSSES,
    "rule": RULES,
    "schedule": SCHEDULES,
    "optimizer": OPTIMIZERS,
    "scaling": SCALINGS,
    "targets": TARGETS,
    "engine": ("auto", *ENGINES),
    "dtype": DTYPES,
}


def kind_of(name: str) -> type:
    """The type of an option, or of one item where it is a list of them."""
    return (get_args(TYPES[name]) or (TYPES[name],))[0]


def bad_values(name: str):
    kind, spec = kind_of(name), SPECS[name]
    yield from (None, object(), {"a": 1}, 1j)
    if kind is bool:
        yield from (0, 1, "yes", "True", 1.0)
    else:
        yield True
    if kind is int:
        yield from (1.0, 0.5, "1", spec.low - 1, spec.high + 1, -1, math.inf, math.nan)
    if kind is float:
        yield from ("0.5", "", math.nan, math.inf, -math.inf, spec.low - 1, math.nextafter(spec.high, math.inf))
        if spec.low > 0:
            yield 0.0
    if kind is str:
        yield from ("", "nonsense", 1, 0.5)
        allowed = spec.choices or (spec.form.partition(",")[0],)
        yield from (allowed[0].upper(), allowed[0] + " ")


def test_every_default_is_allowed_as_it_stands():
    for option in fields(Options):
        assert checked(option.name, option.default) == option.default
        assert type(option.default) is (tuple if get_args(TYPES[option.name]) else TYPES[option.name])


def test_defaults_are_the_notes_network():
    options = Options()
    assert (options.hidden, options.activations, options.bias) == ((200,), ("sigmoid", "sigmoid"), False)
    assert (options.rule, options.loss, options.initializer) == ("notes", "squared_error", "notes")
    assert (options.learning_rate, options.batch_size, options.scaling, options.targets) == (0.2, 1, "notes", "notes")


def not_refused_by_name(name: str, value: object) -> str | None:
    """What is wrong with how a value is refused; None if nothing is."""
    try:
        Options(**{name: value})
    except OptionError as refusal:
        message = str(refusal)
        named = refusal.code == "GN021" and message.startswith(f"{name} ") and "\n" not in message
        return None if named and all(word in message for word in SPECS[name].choices or ()) else message
    except Exception as other:
        return repr(other)
    return "it is not refused"


def test_bad_values_are_refused_by_name():
    tried = [(name, value) for name in SPECS for value in bad_values(name)]
    assert len(tried) > 10 * len(SPECS)
    assert [(*one, wrong) for one in tried if (wrong := not_refused_by_name(*one))] == []


def test_one_bad_item_is_refused_among_good_ones():
    good = {name: (SPECS[name].choices or (5,))[0] for name in SPECS if get_args(TYPES[name])}
    tried = [(name, [good[name], bad]) for name in good for bad in bad_values(name)]
    assert len(tried) > 10
    assert [(*one, wrong) for one in tried if (wrong := not_refused_by_name(*one))] == []


def test_limits_are_allowed_themselves():
    limited = [name for name in SPECS if SPECS[name].low is not None]
    assert len(limited) > 10
    for name in limited:
        for limit in (SPECS[name].low, SPECS[name].high):
            value = kind_of(name)(limit)
            kept = getattr(Options(**{name: value}), name)
            assert value in (kept, *np.atleast_1d(kept)), name


@pytest.mark.parametrize("name", REGISTRIES)
def test_choices_are_what_there_is(name):
    assert SPECS[name].choices == tuple(REGISTRIES[name])
    for word in SPECS[name].choices:
        value = getattr(Options(**{name: word}), name)
        assert value in (word, (word,))


def test_every_option_of_words_has_its_registry_and_every_number_its_limits():
    words = {name for name, spec in SPECS.items() if kind_of(name) is str and not spec.pattern}
    assert words == set(REGISTRIES)
    for name, spec in SPECS.items():
        if kind_of(name) in (int, float):
            assert spec.low < spec.high


def test_what_an_option_needs_can_be_chosen_and_is_said():
    for name, spec in SPECS.items():
        if spec.needs is None:
            assert spec.full_help() == spec.help
            continue
        other = SPECS[spec.needs.option]
        if spec.needs.values:
            assert set(spec.needs.values) < set(other.choices), name
        else:
            assert other.low <= spec.needs.above < other.high, name
        for text in (spec.full_help(), option_help(spec.full_help())):
            assert spec.needs.option in text
            assert all(value in text for value in spec.needs.values)
    assert not SPECS["momentum"].needs.met("sgd")
    assert SPECS["momentum"].needs.met("lion")
    assert [SPECS["hardest"].needs.met(size) for size in (1, 2)] == [False, True]


def test_a_loss_and_its_option_have_one_default_and_the_same_limits():
    for loss, parameter in LOSS_PARAMETERS.items():
        spec = SPECS[parameter.option]
        assert (spec.low, spec.high, spec.needs.values) == (parameter.low, parameter.high, (loss,))
        assert loss_parameter(loss) == Options(loss=loss).loss_parameter == parameter.default


def test_a_word_without_a_meaning_and_a_meaning_without_a_word_are_refused():
    assert list(meanings_of(("b", "a"), {"a": 1, "b": 2})) == ["b", "a"]
    for meanings in ({"a": 1}, {"a": 1, "b": 2, "c": 3}):
        with pytest.raises(ValueError, match="choices"):
            meanings_of(("a", "b"), meanings)


@pytest.mark.parametrize(
    ("word", "size"), [("own", None), ("28", (28, 28)), ("32x24", (32, 24)), ("8X9", (8, 9)), ("1×2", (1, 2))]
)
def test_sizes_of_pictures(word, size):
    assert Options(size=word).picture_size == size


@pytest.mark.parametrize("word", ["0", "x", "28x", "x28", "28x28x3", "-3", "28 28", "10000", "2.5", "0x3"])
def test_what_is_no_size_is_refused(word):
    with pytest.raises(OptionError, match="expected the form own, N or HxW"):
        Options(size=word)


def test_help_in_both_languages():
    for name, spec in SPECS.items():
        for text in (spec.help, OPTIONS[spec.help]):
            assert text.strip() == text != ""
            assert "\n" not in text
        assert not spec.help.endswith(".")
        assert spec.help.isascii() or not any("\u4e00" <= one <= "\u9fff" for one in spec.help)
        assert any("\u4e00" <= one <= "\u9fff" for one in OPTIONS[spec.help]), name
    assert len(OPTIONS) == len(SPECS)
    assert len(set(OPTIONS.values())) == len(SPECS)


def test_flags_do_not_collide():
    flags = [spec.flag or name for name, spec in SPECS.items()]
    assert len(set(flags)) == len(flags)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_is_the_defaults_with_its_changes(recipe):
    options = Options.recipe(recipe)
    for name in SPECS:
        assert getattr(options, name) == RECIPES[recipe].get(name, getattr(Options(), name))
    assert Options.recipe(recipe, epochs=7, seed=3) == Options(**{**RECIPES[recipe], "epochs": 7, "seed": 3})
    Network((4, *options.hidden, 3), options.activations, bias=options.bias, loss=options.loss, rule=options.rule)


def test_every_optimizer_has_its_own_defaults():
    assert BY_OPTIMIZER["recipe"].keys() == OPTIMIZERS.keys()
    for where in ("batches", "full_batch"):
        assert {"adamw", *BY_OPTIMIZER[where]} == OPTIMIZERS.keys()


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_another_optimizer_brings_its_own_rate_unless_one_is_given(recipe, optimizer):
    plain = Options.recipe(recipe)
    options = Options.recipe(recipe, optimizer=optimizer)
    own = {} if optimizer == plain.optimizer else {"optimizer": optimizer, **BY_OPTIMIZER["recipe"][optimizer]}
    assert options == replace(plain, **own)
    given = Options.recipe(recipe, optimizer=optimizer, learning_rate=0.123, weight_decay=0.5)
    assert given == replace(options, learning_rate=0.123, weight_decay=0.5)
    if recipe == "notes":
        assert Options(optimizer=optimizer) == options
        assert Options(optimizer=optimizer, learning_rate=0.2).learning_rate == 0.2
    assert replace(plain, optimizer=optimizer).learning_rate == plain.learning_rate  # `replace` gives all there is
    assert Options(**options.to_dict()) == options


def test_recipes_the_design_names():
    assert Options.recipe("notes") == Options()
    program = Options.recipe("notes-code")
    assert (program.schedule, program.epochs, program.shuffle, program.initializer, program.shards) == (
        "constant",
        2,
        False,
        "notes-code",
        1,
    )


@pytest.mark.parametrize(("name", "changes", "word"), [("fast", {}, "notes-code"), ("notes", {"epoch": 1}, "epochs")])
def test_an_unknown_recipe_or_option_is_refused_and_the_known_ones_are_said(name, changes, word):
    with pytest.raises(OptionError, match=word) as caught:
        Options.recipe(name, **changes)
    assert caught.value.code == "GN021"


def test_activations_are_one_a_layer():
    assert Options(hidden=(5, 4, 3), activation="relu").activations == ("relu", "relu", "relu", "sigmoid")
    assert Options(hidden=(5, 4), activation=("relu", "tanh"), output="identity").activations == (
        "relu",
        "tanh",
        "identity",
    )
    assert Options(hidden=()).activations == ("sigmoid",)
    for hidden, activation in (((5,), ("relu", "tanh")), ((5, 4, 3), ("relu", "tanh")), ((5, 4), ())):
        with pytest.raises(OptionError) as caught:
            Options(hidden=hidden, activation=activation)
        assert caught.value.code == "GN022"
        assert "activation" in str(caught.value)


def test_values_get_their_own_type():
    options = Options(
        hidden=np.array([5, 4]), activation=["relu"], learning_rate=1, epochs=np.int64(2), bias=np.bool_(True),
        input_max=np.float32(16),
    )  # fmt: skip
    assert options == Options(
        hidden=(5, 4), activation=("relu",), learning_rate=1.0, epochs=2, bias=True, input_max=16.0
    )
    for name in SPECS:
        value = getattr(options, name)
        assert type(value) is (tuple if get_args(TYPES[name]) else TYPES[name])
        assert all(type(one) is kind_of(name) for one in (value if isinstance(value, tuple) else (value,)))
    assert Options(hidden=7).hidden == (7,)


@pytest.mark.parametrize("recipe", RECIPES)
def test_options_survive_a_file(recipe):
    largest = 2**63 - Options.recipe(recipe).members  # the last member's seed is the largest there is
    options = Options.recipe(recipe, hidden=(30, 20), activation=("relu", "tanh"), seed=largest, learning_rate=0.1)
    assert Options(**json.loads(json.dumps(options.to_dict()))) == options


def test_options_do_not_change_under_way():
    options = Options()
    with pytest.raises(FrozenInstanceError):
        options.seed = 3
    with pytest.raises(TypeError):
        RECIPES["notes"] = {}


class TestAliases:
    """A standard name of an option or a recipe stands for the field's; JSON and files keep the field's."""

    VALUES: ClassVar = {"average": 0.875, "hardest": 0.25}

    def test_there_are_these(self):
        assert ALIASES == {"ema_decay": "average", "hard_fraction": "hardest"}
        assert RECIPE_ALIASES == {"ensemble": "committee"}
        assert not set(ALIASES) & set(SPECS)
        assert not set(RECIPE_ALIASES) & set(RECIPES)

    @pytest.mark.parametrize("alias", ALIASES)
    def test_both_names_make_the_same_options(self, alias):
        name = ALIASES[alias]
        value = self.VALUES[name]
        options = Options(**{name: value})
        assert Options(**{alias: value}) == options
        assert getattr(options, alias) == value
        assert Options.recipe("notes", **{alias: value}) == options
        assert Options.recipe("wide", **{alias: value}) == Options.recipe("wide", **{name: value})
        assert Options(**{alias: value, name: value}) == Options(**{alias: np.float32(value), name: np.float32(value)})
        assert alias not in options.to_dict()

    @pytest.mark.parametrize("alias", ALIASES)
    @pytest.mark.parametrize(
        "make", [Options, lambda **given: Options.recipe("wide", **given)], ids=["class", "recipe"]
    )
    def test_two_values_for_one_option_are_refused(self, alias, make):
        name = ALIASES[alias]
        with pytest.raises(OptionError, match=f"{alias} 0.5.*{name} 0.75") as caught:
            make(**{alias: 0.5, name: 0.75})
        assert caught.value.code == "GN022"

    @pytest.mark.parametrize("alias", ALIASES)
    def test_a_value_that_is_not_allowed_is_refused_under_the_name_that_was_given(self, alias):
        for make in (Options, lambda **given: Options.recipe("wide", **given)):
            with pytest.raises(OptionError, match=f"^{alias} 7.0: expected") as caught:
                make(**{alias: 7})
            assert caught.value.code == "GN021"

    @pytest.mark.parametrize("alias", RECIPE_ALIASES)
    def test_a_recipe_has_both_names(self, alias):
        assert Options.recipe(alias, optimizer="adam") == Options.recipe(RECIPE_ALIASES[alias], optimizer="adam")
        with pytest.raises(OptionError, match=alias):
            Options.recipe("fast")
