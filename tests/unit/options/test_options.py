"""Options: defaults, limits, choices and help; invalid values are rejected with the name of the option."""

from __future__ import annotations

import copy
import inspect
import json
import math
import pickle
import re
from dataclasses import FrozenInstanceError, asdict, fields, replace
from functools import partial
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import Network, Options
from glassnet.errors import ArgumentError, OptionError
from glassnet.messages.catalogue import catalogue, translated
from glassnet.metrics import LOSS, METRICS
from glassnet.nn.activations import ACTIVATIONS, HIDDEN, OUTPUTS_ONLY, spelled
from glassnet.nn.architecture import RULES
from glassnet.nn.initializers import INITIALIZERS
from glassnet.nn.losses import LOSSES, loss_parameter
from glassnet.nn.optimizers import OPTIMIZERS
from glassnet.nn.parameters import DTYPES
from glassnet.nn.schedules import SCHEDULES
from glassnet.options.choices import ENGINES, meanings_of
from glassnet.options.options import OTHER_NAMES, RENAMED, SPECS, TYPES, checked, recorded
from glassnet.options.recipes import BY_OPTIMIZER, RECIPES
from glassnet.options.unused import unused_options
from glassnet.preprocess import SCALINGS, TARGETS

REGISTRIES = {
    "activation": HIDDEN,
    "output": (*HIDDEN, *OUTPUTS_ONLY),
    "initializer": INITIALIZERS,
    "loss": LOSSES,
    "rule": RULES,
    "schedule": SCHEDULES,
    "optimizer": OPTIMIZERS,
    "metric": (LOSS, *METRICS),
    "scaling": SCALINGS,
    "targets": TARGETS,
    "engine": ("auto", *ENGINES),
    "dtype": DTYPES,
}


def kind_of(name: str) -> type:
    """Return the type of an option, or of its items if it is a list."""
    return (get_args(TYPES[name]) or (TYPES[name],))[0]


def bad_values(name: str):
    kind, spec = kind_of(name), SPECS[name]
    yield from (None, object(), {"a": -1}, 1j)
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
        yield from ("nonsense", 1, 0.5)
        if getattr(Options, name):  # else an empty word is the default
            yield ""
        allowed = spec.choices or (spec.form.partition(",")[0],)
        yield from (allowed[0].upper(), allowed[0] + " ")


def test_every_default_is_a_valid_value():
    for option in fields(Options):
        assert checked(option.name, option.default) == option.default
        assert type(option.default) is (tuple if get_args(TYPES[option.name]) else TYPES[option.name])


def test_help_and_notebooks_see_every_option_with_its_default():
    parameters = inspect.signature(Options).parameters
    assert {name: one.default for name, one in parameters.items()} == {name: getattr(Options(), name) for name in SPECS}


def test_defaults_are_those_of_the_notes():
    options = Options()
    assert (options.hidden, options.activations, options.bias) == ((200,), ("sigmoid", "sigmoid"), False)
    assert (options.rule, options.loss, options.initializer) == ("notes", "squared_error", "notes")
    assert (options.learning_rate, options.batch_size, options.scaling, options.targets) == (0.2, 1, "notes", "notes")


def fault_of_rejection(name: str, value: object) -> str | None:
    """Return what is wrong with the rejection of a value, None if nothing is."""
    try:
        Options(**{name: value})
    except OptionError as refusal:
        message = str(refusal)
        named = refusal.code == "GN021" and message.startswith(f"{name} ") and "\n" not in message
        named &= refusal.message.option == name
        return None if named and all(word in message for word in SPECS[name].choices or ()) else message
    except Exception as other:
        return repr(other)
    return "it is not rejected"


def test_bad_values_are_rejected_by_name():
    tried = [(name, value) for name in SPECS for value in bad_values(name)]
    assert len(tried) > 10 * len(SPECS)
    assert [(*one, wrong) for one in tried if (wrong := fault_of_rejection(*one))] == []


@pytest.mark.parametrize("name", [name for name, one in ACTIVATIONS.items() if one.parameter])
def test_an_activation_with_its_parameter_is_refused_and_the_option_named(name):
    wanted = f"activation={name!r} and {ACTIVATIONS[name].parameter.option}=0.25."
    with pytest.raises(OptionError, match=re.escape(wanted)):
        Options(hidden=(3, 3), activation=("relu", spelled(name, 0.25)))


def test_a_bad_item_in_a_list_is_rejected():
    good = {name: (SPECS[name].choices or (5,))[0] for name in SPECS if get_args(TYPES[name])}
    tried = [(name, [good[name], bad]) for name in good for bad in bad_values(name)]
    assert len(tried) > 10
    assert [(*one, wrong) for one in tried if (wrong := fault_of_rejection(*one))] == []


def test_values_at_the_limits_are_allowed():
    limited = [name for name in SPECS if SPECS[name].low is not None]
    assert len(limited) > 10
    for name in limited:
        for limit in (SPECS[name].low, SPECS[name].high):
            value = kind_of(name)(limit)
            kept = getattr(Options(**{name: value}), name)
            assert value in (kept, *np.atleast_1d(kept)), name


@pytest.mark.parametrize("name", REGISTRIES)
def test_choices_are_those_of_the_registry(name):
    assert SPECS[name].choices == tuple(REGISTRIES[name])
    for word in SPECS[name].choices:
        value = getattr(Options(**{name: word}), name)
        assert value in (word, (word,))


def test_text_options_have_a_registry_and_numbers_have_limits():
    words = {name for name, spec in SPECS.items() if kind_of(name) is str and not spec.pattern}
    assert words == set(REGISTRIES)
    for name, spec in SPECS.items():
        if kind_of(name) in (int, float):
            assert spec.low < spec.high


def test_requirements_of_an_option_are_valid_and_in_its_help():
    for name, spec in SPECS.items():
        if spec.needs is None:
            assert spec.full_help() == spec.help
            continue
        other = SPECS[spec.needs.option]
        if spec.needs.values:
            assert set(spec.needs.values) < set(other.choices), name
        else:
            assert other.low <= spec.needs.above < other.high, name
        for text in (spec.full_help(), spec.full_help("zh")):
            assert spec.needs.option in text
            assert all(value in text for value in spec.needs.values)
    assert not SPECS["momentum"].needs.met("sgd")
    assert SPECS["momentum"].needs.met("lion")
    assert [SPECS["hard_fraction"].needs.met(size) for size in (1, 2)] == [False, True]


def test_a_loss_parameter_and_its_option_have_the_same_default_and_limits():
    for loss, parameter in ((name, one.parameter) for name, one in LOSSES.items() if one.parameter):
        spec = SPECS[parameter.option]
        assert (spec.low, spec.high, spec.needs.values) == (parameter.low, parameter.high, (loss,))
        assert loss_parameter(loss) == Options(loss=loss).loss_parameter == parameter.default


def test_the_parameter_of_an_activation_is_an_option_that_is_written_where_it_changes_something():
    later = {one.parameter.option for one in ACTIVATIONS.values() if one.parameter}
    later |= {"metric", "class_weight", "plain_inputs"}
    for name, parameter in ((name, one.parameter) for name, one in ACTIVATIONS.items() if one.parameter):
        spec, option = SPECS[parameter.option], parameter.option
        assert (spec.low, spec.high, spec.needs.values) == (parameter.low, parameter.high, (name,))
        plain = Options(activation=("relu", name), hidden=(3, 4))
        assert plain.activations == ("relu", name, "sigmoid")
        assert recorded(plain) == {k: v for k, v in plain.to_dict().items() if k not in later}
        changed = replace(plain, **{option: 0.25})
        assert changed.activations == ("relu", f"{name}(0.25)", "sigmoid")
        assert recorded(changed) == recorded(plain) | {option: 0.25}
        assert Options(**changed.to_dict()) == changed
        assert unused_options([option], changed) == unused_options([option], Options(output=name)) == {}
        assert unused_options([option], Options()).keys() == {option}


def test_choices_and_their_meanings_must_match():
    assert list(meanings_of(("b", "a"), {"a": 1, "b": 2})) == ["b", "a"]
    for meanings in ({"a": 1}, {"a": 1, "b": 2, "c": 3}):
        with pytest.raises(ValueError, match="choices"):
            meanings_of(("a", "b"), meanings)


@pytest.mark.parametrize(
    ("word", "size"), [("own", None), ("28", (28, 28)), ("32x24", (32, 24)), ("8X9", (8, 9)), ("1×2", (1, 2))]
)
def test_image_sizes(word, size):
    assert Options(size=word).picture_size == size


@pytest.mark.parametrize("word", ["0", "x", "28x", "x28", "28x28x3", "-3", "28 28", "10000", "2.5", "0x3"])
def test_an_invalid_image_size_is_rejected(word):
    with pytest.raises(OptionError, match="expected the form own, N or HxW"):
        Options(size=word)


def test_help_in_both_languages():
    for name, spec in SPECS.items():
        chinese = translated(spec.help, "zh", "help")
        for text in (spec.help, chinese):
            assert text.strip() == text != ""
            assert "\n" not in text
        assert not spec.help.endswith(".")
        assert spec.help.isascii() or not any("\u4e00" <= one <= "\u9fff" for one in spec.help)
        assert any("\u4e00" <= one <= "\u9fff" for one in chinese), name
    assert len({translated(spec.help, "zh", "help") for spec in SPECS.values()}) == len(SPECS)


def test_titles_in_both_languages():
    for language in ("en", "zh"):
        titles = [spec.title_of(name, language) for name, spec in SPECS.items()]
        assert len({*titles}) == len(titles)
        assert not any("_" in one for one in titles)
    assert {*catalogue("title")} == {spec.title or name.replace("_", " ") for name, spec in SPECS.items()}


def test_flags_do_not_collide():
    flags = [spec.word(name) for name, spec in SPECS.items()]
    assert len(set(flags)) == len(flags)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_changes_only_the_options_it_names(recipe):
    options = Options.recipe(recipe)
    for name in SPECS:
        assert getattr(options, name) == RECIPES[recipe].get(name, getattr(Options(), name))
    assert Options.recipe(recipe, epochs=7, seed=3) == Options(**{**RECIPES[recipe], "epochs": 7, "seed": 3})
    Network((4, *options.hidden, 3), options.activations, bias=options.bias, loss=options.loss, rule=options.rule)


def test_every_optimizer_has_its_own_defaults():
    assert BY_OPTIMIZER["recipe"].keys() == OPTIMIZERS.keys()
    assert {"adamw", *BY_OPTIMIZER["table"]} == OPTIMIZERS.keys()


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_optimizer_sets_its_own_rate_unless_one_is_given(recipe, optimizer):
    plain = Options.recipe(recipe)
    options = Options.recipe(recipe, optimizer=optimizer)
    use = "table" if recipe.startswith("table") else "recipe"
    own = {} if optimizer == plain.optimizer else {"optimizer": optimizer, **BY_OPTIMIZER[use][optimizer]}
    assert options == replace(plain, **own)
    given = Options.recipe(recipe, optimizer=optimizer, learning_rate=0.123, weight_decay=0.5)
    assert given == replace(options, learning_rate=0.123, weight_decay=0.5)
    if recipe == "notes":
        assert Options(optimizer=optimizer) == options
        assert Options(optimizer=optimizer, learning_rate=0.2).learning_rate == 0.2
    by_recipe = RECIPES[recipe].get("learning_rate", options.learning_rate)  # what the recipe sets counts as given
    assert replace(plain, optimizer=optimizer).learning_rate == by_recipe
    assert Options(**options.to_dict()) == options


class TestUnset:
    """An option that was not given reads as the value that would be used, and follows a new optimizer."""

    @pytest.mark.parametrize("optimizer", OPTIMIZERS)
    @pytest.mark.parametrize("given", [{}, {"learning_rate": 0.2}, {"weight_decay": 0.0, "beta2": 0.5}, {"epochs": 3}])
    def test_replace_is_the_same_as_giving_all_at_once(self, optimizer, given):
        at_once = Options(optimizer=optimizer, **given)
        assert replace(Options(**given), optimizer=optimizer) == at_once
        assert replace(Options(), optimizer=optimizer, **given) == at_once
        assert replace(replace(Options(**given), optimizer="lion"), optimizer=optimizer) == at_once
        assert replace(Options(optimizer=optimizer), **given) == at_once

    def test_a_value_taken_from_other_options_is_given(self):
        plain = Options()
        assert replace(plain, optimizer="adam", learning_rate=plain.learning_rate).learning_rate == 0.2

    def test_the_values_of_a_recipe_are_given_and_those_of_an_optimizer_are_not(self):
        quick = Options.recipe("quick")
        assert replace(quick, optimizer="adam").learning_rate == quick.learning_rate
        adam = Options.recipe("quick", optimizer="adam")
        assert replace(adam, optimizer="lion") == Options.recipe("quick", optimizer="lion")

    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
    def test_copies_have_the_same_options_unset(self, copied):
        again = copied(Options(epochs=5))
        assert again == Options(epochs=5)
        assert hash(again) == hash(Options(epochs=5))
        assert replace(again, optimizer="adam") == Options(epochs=5, optimizer="adam")

    def test_equality_is_that_of_values(self):
        assert Options(epochs=3, optimizer="sgd") == Options()
        assert asdict(Options(epochs=3)) == {"epochs": 3}
        assert Options().to_dict().keys() == SPECS.keys()

    def test_an_object_pickled_by_an_earlier_version_has_all_options(self):
        old = Options()
        del vars(old)["_given"]
        assert replace(old, epochs=7) == Options(epochs=7)
        assert replace(old, optimizer="adam").learning_rate == 0.2


def test_the_recipes_of_the_design():
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
def test_an_unknown_recipe_or_option_is_rejected_and_the_valid_ones_are_named(name, changes, word):
    with pytest.raises(OptionError, match=word) as caught:
        Options.recipe(name, **changes)
    assert caught.value.code == "GN021"


def test_each_layer_has_one_activation():
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


def test_values_are_converted_to_the_type_of_the_option():
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
def test_options_are_equal_after_a_round_trip_through_json(recipe):
    largest = 2**63 - Options.recipe(recipe).members  # the largest seed of the last member
    options = Options.recipe(recipe, hidden=(30, 20), activation=("relu", "tanh"), seed=largest, learning_rate=0.1)
    assert Options(**json.loads(json.dumps(options.to_dict()))) == options


def test_options_are_immutable():
    options = Options()
    with pytest.raises(FrozenInstanceError):
        options.seed = 3
    with pytest.raises(TypeError):
        RECIPES["notes"] = {}


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_the_old_name_of_an_option_names_the_new_one(old, new):
    for make in (Options, lambda **given: Options.recipe("wide", **given)):
        with pytest.raises(ArgumentError, match=f"no parameter '{old}'. Use {new}"):
            make(**{old: 0.5})


def test_the_old_name_of_a_recipe_names_the_new_one():
    with pytest.raises(OptionError, match="recipe 'committee': write 'ensemble'"):
        Options.recipe("committee")


@given(st.sampled_from(list(RECIPES)), st.sampled_from(["", "adam", "sgd", "lion"]), st.integers(1, 5))
def test_the_description_of_options_makes_equal_options(recipe, optimizer, epochs):
    options = Options.recipe(recipe, epochs=epochs, **({"optimizer": optimizer} if optimizer else {}))
    assert eval(repr(options), {"Options": Options}) == options
    rated = replace(options, learning_rate=0.2, weight_decay=0.0)
    assert eval(repr(rated), {"Options": Options}) == rated
    assert repr(Options()) == "Options()"


@pytest.mark.parametrize("make", [Options, partial(Options.recipe, "quick")])
def test_an_unknown_option_is_named_with_a_near_match(make):
    for name, near in {"lr": "Use learning_rate", "hiden": "Did you mean hidden", "rate": "Use learning_rate"}.items():
        with pytest.raises(ArgumentError, match=rf"has no parameter '{name}'\. {near}") as problem:
            make(**{name: 1})
        assert problem.value.code == "GN021"
        assert isinstance(problem.value, TypeError)
    with pytest.raises(ArgumentError, match=r"'zzz'\. Expected one of hidden, activation"):
        make(zzz=1)


def test_names_of_other_libraries_are_not_options_and_lead_to_one():
    assert set(OTHER_NAMES) & set(SPECS) == set()
    assert {name.partition("=")[0] for name in OTHER_NAMES.values()} <= set(SPECS)


def test_options_without_a_name_lead_to_recipes():
    with pytest.raises(ArgumentError, match=r'Options: str without a name, .* use Options.recipe\("quick"\)'):
        Options("quick")
