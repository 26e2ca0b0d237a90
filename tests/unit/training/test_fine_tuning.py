"""Fine-tuning: a run that starts from a trained model keeps what belongs to it, and can be verified and resumed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet import Dataset, Options, fit, load_data, load_model, resume, save_model, verify
from glassnet.cli.shared.console import in_terminal
from glassnet.errors import DataError, OptionError
from glassnet.explain.replay import replay
from glassnet.training.events import BlockDone
from glassnet.training.fine_tuning import fine_tuning_options
from support.cases import patterns

QUICK = {"hidden": 5, "epochs": 2, "engine": "reference", "schedule": "constant", "shuffle": False}
FIRST, SECOND = patterns(120), replace(patterns(90, seed=0), source="more")


def parent(**changes):
    return fit(FIRST, Options(**{**QUICK, **changes})).model


def trained_further(before, data=SECOND, **changes):
    """The model that `before` becomes, with the engine that needs no compiling."""
    return fit(data, fine_tuning_options(before, {"engine": "reference", **changes}), init_model=before).model


@pytest.mark.parametrize("changes", [{}, {"members": 2}, {"loss": "focal", "rule": "gradient", "focal_gamma": 1.0}])
def test_training_starts_with_the_parameters_of_the_model(changes):
    before = parent(**changes)
    kept = [one.parameters.flat.copy() for one in before.members]
    after = trained_further(before)
    assert after.receipt["parent"] == {"hash": before.hash()}
    assert [trail[0] for trail in after.receipt["trails"]] == [one.parameters.hash() for one in before.members]
    assert after.hash() != before.hash()
    for one, weights in zip(before.members, kept, strict=True):
        np.testing.assert_array_equal(one.parameters.flat, weights)
    for name in ("scaling", "targets", "class_names", "columns", "reading", "deskews", "image_shape"):
        assert getattr(after, name) == getattr(before, name)
    assert after.receipt["options"] == before.receipt["options"]


def test_two_epochs_are_one_epoch_and_one_more():
    """With a constant rate, without shuffling and momentum, nothing but the parameters connects two epochs."""
    whole = parent(epochs=2)
    one = parent(epochs=1)
    assert fit(FIRST, Options(**QUICK | {"epochs": 1}), init_model=one).model.hash() == whole.hash()


def test_the_model_keeps_its_scaling_on_data_of_another_range():
    before = parent(scaling="features")
    dark = replace(SECOND, inputs=SECOND.inputs // 4)
    assert trained_further(before, dark).scaling == before.scaling


@pytest.mark.parametrize("changes", [{}, {"members": 2}, {"early_stopping": 1}, {"ema_decay": 0.9}])
def test_a_fine_tuned_model_is_verified_with_its_parent(changes, tmp_path):
    before = parent(**changes)
    save_model(trained_further(before), tmp_path / "m")
    after = load_model(tmp_path / "m")
    assert verify(after, SECOND, init_model=before).same
    with pytest.raises(DataError, match=f"started from another model with the hash {before.hash()}.*init_model") as no:
        verify(after, SECOND)
    assert no.value.code == "GN017"
    with pytest.raises(DataError, match="not from the given model"):
        verify(after, SECOND, init_model=after)
    with pytest.raises(DataError, match="did not start from another model"):
        verify(before, FIRST, init_model=after)


def test_another_start_is_reported():
    before = parent()
    after = trained_further(before)
    wrong = [["0" * 64, *after.receipt["trails"][0][1:]]]
    verdict = verify(replace(after, receipt={**after.receipt, "trails": wrong}), SECOND, init_model=before)
    assert (verdict.same, verdict.where, verdict.epoch) == (False, "the initial weights", 0)


def test_a_step_of_fine_tuning_is_replayed():
    before = parent()
    after = trained_further(before)
    found = replay(after, SECOND, 1, 1, init_model=before)
    assert found.differs is None
    np.testing.assert_array_equal(found.before.flat, before.network.parameters.flat)
    with pytest.raises(DataError, match="init_model"):
        replay(after, SECOND, 1, 1)


def test_a_resumed_run_gives_the_model_of_an_uninterrupted_one(tmp_path):
    before, place, left = parent(), tmp_path / "run.ck", [3]
    options = Options(**QUICK | {"blocks": 4})
    whole = fit(SECOND, options, init_model=before).model

    def stop(event):
        left[0] -= isinstance(event, BlockDone)
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(SECOND, options, init_model=before, callbacks=[stop], checkpoint=place)
    resumed = resume(place, SECOND).model
    assert resumed.receipt == whole.receipt
    assert resumed.training_range == whole.training_range
    assert verify(resumed, SECOND, init_model=before).same


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hidden": (6,)}, "hidden"),
        ({"loss": "cross_entropy", "rule": "gradient"}, "loss"),
        ({"scaling": "unit"}, "scaling='unit'"),
        ({"targets": "one-hot"}, "targets='one-hot'"),
        ({"deskew": True}, "deskew=True"),
        ({"members": 2}, "members=2"),
        ({"dtype": "float64"}, "dtype"),
    ],
)
def test_options_of_another_model_are_rejected(changes, words):
    with pytest.raises(OptionError, match=f"^{words}.*the model was made with") as problem:
        fit(SECOND, Options(**QUICK | changes), init_model=parent())
    assert problem.value.code == "GN022"


def test_data_that_do_not_fit_the_model_are_rejected():
    before = parent()
    for data, words in (
        (patterns(30, features=25), "25 values per sample"),
        (patterns(40, classes=4), "label 3"),
        (replace(SECOND, maximum=300.0), "up to 300.*up to 255"),
        (replace(SECOND, image_shape=(2, 8)), "2 × 8.*4 × 4"),
    ):
        with pytest.raises(DataError, match=words) as problem:
            fit(data, init_model=before)
        assert problem.value.code == "GN017"
    with pytest.raises(DataError, match="expected a Model"):
        fit(SECOND, init_model="notes.safetensors")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"learning_rate": 0.3, "optimizer": "momentum", "epochs": 2, "engine": "auto"}),
        ({"epochs": 1, "rate": 0.1}, None),
        ({"epochs": 1, "learning_rate": 0.1}, {"epochs": 1, "learning_rate": 0.1}),
        ({"optimizer": "adam"}, {"optimizer": "adam", "learning_rate": 0.001}),
        ({"optimizer": "sgd"}, {"optimizer": "sgd", "learning_rate": 0.2}),
        ({"optimizer": "momentum"}, {"learning_rate": 0.3}),
        ({"optimizer": "adam", "learning_rate": 0.01}, {"learning_rate": 0.01}),
        ({"hidden": (5,), "classes": 3, "ema_decay": 0.5}, {"hidden": (5,), "ema_decay": 0.5}),
        ({"size": "4x4"}, {}),
    ],
)
def test_options_are_those_of_the_record_unless_given(given, expected):
    before = parent(optimizer="momentum", learning_rate=0.3)
    if expected is None:
        with pytest.raises(OptionError, match="unknown option 'rate'"):
            fine_tuning_options(before, given)
        return
    found = fine_tuning_options(before, given)
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.hidden == (5,)


def test_a_recipe_replaces_only_how_the_model_is_trained():
    before = parent()
    found = fine_tuning_options(before, {"epochs": 7}, "quick")
    quick = Options.recipe("quick")
    assert (found.epochs, found.batch_size, found.learning_rate) == (7, quick.batch_size, quick.learning_rate)
    for name in ("hidden", "activations", "loss", "rule", "scaling", "targets", "bias", "dtype"):
        assert getattr(found, name) == getattr(Options(**QUICK), name)
    assert fine_tuning_options(replace(before, receipt={}), {}).epochs == Options.recipe("notes").epochs


def test_values_are_not_smoothed():
    """Label smoothing, which some recipes use, has no meaning for a regression."""
    values = replace(
        FIRST, labels=np.arange(len(FIRST)), classes=1, values=np.linspace(0, 1, len(FIRST))[:, np.newaxis]
    )
    before = fit(values, Options(**QUICK, targets="values", output="identity", rule="gradient")).model
    found = fine_tuning_options(before, {"engine": "reference"}, "quick")
    assert (found.label_smoothing, found.targets, found.output) == (0.0, "values", "identity")
    assert fit(values, found, init_model=before).model.targets == before.targets
    with pytest.raises(OptionError, match="label_smoothing"):
        fit(values, replace(found, label_smoothing=0.1), init_model=before)


@pytest.mark.parametrize(
    ("given", "typed", "argument"),
    [
        (
            {"hidden": (300, 100)},
            "--hidden 300 --hidden 100: the model has --hidden 5,",
            "hidden=[300, 100]: the model has hidden=[5],",
        ),
        ({"activation": ("relu",)}, "--activation relu: the model has --activation sigmoid,", "activation=['relu']"),
        ({"bias": True}, "--set bias=yes: the model has --set bias=no,", "bias=True: the model has bias=False,"),
        ({"classes": 4}, "--classes 4: the model has --classes 3,", "classes=4: the model has classes=3,"),
        ({"size": "28"}, "--size 28: the model has --size 4x4,", "size='28': the model has size='4x4',"),
        (
            {"initializer": "he"},
            "--set initializer=he: the model has --set initializer=notes,",
            "initializer='he': the model has",
        ),
        ({"members": 3}, "--members 3: the model has --members 1,", "members=3: the model has members=1,"),
    ],
)
def test_options_that_belong_to_the_model_are_named(given, typed, argument):
    """As flags on the command line, as arguments in Python."""
    with pytest.raises(OptionError) as problem:
        fine_tuning_options(parent(), given)
    assert problem.value.text("en", in_terminal).startswith(typed)
    assert str(problem.value).startswith(argument)
    assert problem.value.code == "GN022"


def test_data_like_a_model_may_lack_classes(tmp_path):
    """Numbers of classes with gaps are numbers, not names."""
    from PIL import Image

    digits = load_data("mnist", part="test").take(slice(0, 60))
    for label in (3, 7):
        (tmp_path / str(label)).mkdir()
        row = int(np.flatnonzero(digits.labels == label)[0])
        Image.fromarray(digits.inputs[row].reshape(28, 28)).save(tmp_path / f"{label}/a.png")
    found = load_data(tmp_path, like=digits)
    assert isinstance(found, Dataset)
    assert (found.labels.tolist(), found.classes) == ([3, 7], 10)
    assert np.isin(found.inputs, digits.inputs).all()
