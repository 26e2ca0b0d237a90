"""`fit` with arrays and with options by name; predictions in the caller's labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet import Dataset, Options, evaluate, fit
from glassnet.engines import ReferenceEngine
from glassnet.errors import ArgumentError, DataError, OptionError, ShapeError
from support.samples import digits

X = np.random.default_rng(0).normal(size=(240, 3))
WORDS = np.where(X[:, 0] > X[:, 1], "more", "less")


def test_classes_are_learnt_from_arrays_and_predicted_by_their_names():
    model = fit(X, WORDS).model
    probabilities = model.predict_proba(X)
    assert (model.classes_[model.predict(X)] == WORDS).mean() > 0.95
    assert (model.classes_[probabilities.argmax(axis=1)] == model.classes_[model.predict(X)]).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(probabilities, model.probabilities(model.outputs(X)))
    assert fit(X, np.where(X[:, 0] > 0, 7, -3), epochs=2).model.classes_.tolist() == [-3, 7]


@pytest.mark.parametrize(("by", "wide"), [("arrays", 2), ("one column", 1)])
def test_a_regression_needs_no_options(by, wide):
    y = 30 + 8 * X[:, :wide] + X[:, 1:2]
    data = Dataset.from_arrays(X, y)
    fitted = fit(X, y[:, 0] if by == "one column" else y)
    assert evaluate(fitted.model, data).r2 > 0.9


def test_several_labels_need_no_options():
    fitted = fit(X, X > 0, epochs=30)
    assert ((fitted.model.predict(X) == (X > 0)).mean()) > 0.9
    assert fitted.model.predict_proba(X).shape == (240, 3)


@pytest.mark.parametrize("recipe", ["quick", "wide", "table", "table-best", "notes"])
@pytest.mark.parametrize("task", ["classes", "numbers", "labels"])
def test_every_recipe_suits_every_task(recipe, task):
    y = {"classes": WORDS, "numbers": X[:, 0], "labels": X > 0}[task]
    plain = {"rotate": 0, "shift": 0, "zoom": 0, "shear": 0, "elastic": 0} if recipe == "wide" else {}
    few = {"epochs": 1, "batch_size": 60, "learning_rate": 1e-3, "engine": "reference", "hidden": (4,)}
    assert fit(X, y, recipe=recipe, **few, **plain).model.targets.of_classes == (task == "classes")


def test_options_by_name_are_those_of_the_recipe_with_changes():
    data = digits(100)
    few = {"hidden": (4,), "epochs": 2, "engine": "reference"}
    for recipe in ("notes", "quick"):
        named, given = fit(data, recipe=recipe, **few), fit(data, Options.recipe(recipe, **few))
        assert named.model.hash() == given.model.hash()
    images = data.inputs.reshape(-1, 28, 28)
    assert (
        fit(images, data.labels, **few).model.hash()
        == fit(data, **few).model.hash()
        == fit(data, Options(**few)).model.hash()
    )


def test_validation_can_be_arrays_too():
    given = fit(X[:200], WORDS[:200], validation_data=(X[200:], WORDS[200:]), epochs=3)
    assert len(given.history.validation_loss) == 3


@pytest.mark.parametrize("words", [None, np.array(["ant", "bee", "cat"])])
def test_training_further_keeps_the_numbers_of_classes(words):
    y = X.argmax(axis=1) if words is None else words[X.argmax(axis=1)]
    model, some = fit(X, y, hidden=32, members=2, learning_rate=0.02).model, X.argmax(axis=1) > 0
    after = fit(X[some], y[some], init_model=model, validation_data=(X[some], y[some]), epochs=2).model
    assert after.class_names == model.class_names
    assert (after.classes_[after.predict(X[some])] == y[some]).mean() > 0.95
    with pytest.raises(DataError, match=r"class .* where the model has .*like=") as problem:
        evaluate(model, Dataset.from_arrays(X[some], y[some]))
    assert problem.value.code == "GN017"
    assert evaluate(model, Dataset.from_arrays(X[some], y[some], like=model)).accuracy > 0.95


def test_whole_numbers_train_a_regression_further():
    model = fit(X, X[:, 0], epochs=1).model
    assert fit(X, np.arange(240) % 3, init_model=model, epochs=1).model.targets == model.targets


@pytest.mark.parametrize("of", [lambda y: (X, y), lambda y: (Dataset.from_arrays(X, y),)])
def test_columns_of_0_and_1_can_be_a_regression(of):
    given = of((X[:, :2] > 0).astype(int))
    tuned = fit(*given, task="regression", validation_data=given if len(given) > 1 else None, epochs=2)
    assert tuned.model.targets.name == "values"
    assert fit(*given, epochs=2).model.targets.name == "multilabel"


REFUSED = [
    (lambda: fit(X, WORDS, engine=3), "engine: int, expected one of auto, compiled, reference, or an Engine."),
    (lambda: fit(X, WORDS, engine=ReferenceEngine), "engine: type, expected one of auto"),
    (lambda: fit(X, WORDS, checkpoint=5), "checkpoint: int, expected a path, or a CheckpointPolicy."),
    (lambda: fit(X, WORDS, lr=0.1), "fit has no parameter 'lr'. Use learning_rate."),
    (lambda: fit(X, WORDS, vallidation=None), "fit has no parameter 'vallidation'. Did you mean validation?"),
    (lambda: fit(X, WORDS, Options(), epochs=3), "epochs: given in addition to options."),
    (lambda: fit(X, WORDS, Options(), recipe="quick"), "recipe: given in addition to options."),
    (lambda: fit(digits(40), Options(), Options()), "y: a Dataset has its own"),
    (lambda: fit(digits(40), Options(), weights=[1]), "weights: a Dataset has its own"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_unsuitable_arguments_are_named(call, message):
    with pytest.raises(ArgumentError) as problem:
        call()
    assert str(problem.value).startswith(message)
    assert isinstance(problem.value, TypeError)
    assert isinstance(problem.value, OptionError)


def test_samples_without_targets_are_rejected():
    for arguments in ((X,), (X, None)):
        with pytest.raises(ArgumentError, match=r"y is missing\. Pass fit\(X, y\)"):
            fit(*arguments)
    with pytest.raises(DataError, match=r"data: ndarray, expected a Dataset.* Dataset.from_arrays\(X, y\)"):
        fit(X, Options())


def test_probabilities_of_rows_name_the_method_for_rows():
    model = fit(X, WORDS, epochs=1).model
    with pytest.raises(ShapeError, match=r"model\.predict_proba\(rows\)"):
        model.probabilities(X)
    with pytest.raises(OptionError, match="a regression has no probabilities") as problem:
        fit(X, X[:, 0], epochs=1).model.predict_proba(X)
    assert problem.value.code == "GN022"


def test_descriptions_take_one_short_line():
    data = digits(40)
    fitted = fit(data, hidden=(4,), epochs=2, engine="reference")
    fitted.model.receipt.update(recipe="notes\x1b[31m", result={"accuracy": 0.99999, "loss": 0.1, "samples": 10})
    model = fitted.model
    assert repr(model) == f"Model(784-4-10 sigmoid, notes\\x1b[31m, 99.99% on test, sha {model.hash()[:8]}…)"
    assert repr(replace(model, others=(model.network,))).startswith("Model(784-4-10 sigmoid, ensemble of 2, notes")
    assert repr(data) == "Dataset(40 images of 28 × 28 uint8, 10 classes, digits)".replace("digits", data.source)
    regression = fit(X, X[:, 0], epochs=1)
    shown = [
        fitted,
        data,
        regression,
        evaluate(model, data),
        evaluate(regression.model, Dataset.from_arrays(X, X[:, 0])),
    ]
    shown += [fitted.history, model.network, model.network.parameters, Options.recipe("wide")]
    for one in shown:
        assert repr(one).startswith(f"{type(one).__name__}(")
        assert "\n" not in repr(one)
        assert len(repr(one)) < 500
