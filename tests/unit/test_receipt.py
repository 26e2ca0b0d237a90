"""Receipts: what they hold, and that `verify` says same bits, or where they first differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet import Options, evaluate, fit, load_data, load_model, save_model
from glassnet.engines import ENGINES, engine_named
from glassnet.errors import DataError
from glassnet.training.receipt import fingerprint, receipt_of, verify

DATA = load_data("mnist").take(slice(0, 200))
QUICK = {"hidden": 5, "epochs": 3, "engine": "reference"}


def made(**changes):
    """A trained model with its receipt."""
    options = Options(**{**QUICK, **changes})
    fitted = fit(DATA, options)
    receipt = receipt_of(fitted, options, DATA, evaluate(fitted.model, DATA), recipe="notes")
    return replace(fitted.model, receipt=receipt)


@pytest.fixture(scope="module")
def model():
    return made()


def test_what_a_receipt_holds(model):
    receipt = model.receipt
    assert receipt["hash"] == model.network.parameters.hash() == receipt["trails"][0][-1]
    assert len(receipt["trails"][0]) == 1 + QUICK["epochs"]
    assert len(set(receipt["trails"][0])) == 1 + QUICK["epochs"]
    assert Options(**receipt["options"]) == Options(**QUICK)
    assert receipt["data"] == {
        "source": DATA.source,
        "samples": 200,
        "classes": 10,
        "fingerprint": fingerprint(DATA),
    }
    assert {"python", "numpy", "scipy", "numba", "glassnet"} <= receipt["versions"].keys()
    assert receipt["result"]["accuracy"] == evaluate(model, DATA).accuracy


def test_a_saved_model_is_the_same_again(model, tmp_path):
    save_model(model, tmp_path / "m")
    verdict = verify(load_model(tmp_path / "m"), DATA)
    assert (verdict.same, verdict.where, verdict.surroundings) == (True, "", ())


@pytest.mark.parametrize(
    "changes",
    [
        {"engine": "compiled"},
        {"average": 0.9, "batch_size": 20, "optimizer": "adamw", "learning_rate": 0.01},
        {"members": 3},
    ],
)
def test_other_ways_are_the_same_again(changes):
    assert verify(made(**changes), DATA).same


def test_changed_weights_are_noticed(model):
    network = type(model.network).of(model.network.architecture, model.network.parameters.copy())
    network.parameters.flat[0] += 1e-6
    verdict = verify(replace(model, network=network), DATA)
    assert not verdict.same
    assert "weights in the file" in verdict.where


def test_other_data_are_noticed(model):
    for other in (
        DATA.take(slice(1, 200)),
        replace(DATA, labels=DATA.labels[::-1].copy()),
        replace(DATA, maximum=300.0),
        replace(DATA, image_shape=(14, 56)),
    ):
        verdict = verify(model, other)
        assert not verdict.same
        assert "data" in verdict.where


@pytest.mark.parametrize(
    ("epoch", "words"), [(0, "initial weights"), (1, "after epoch 1"), (2, "after epoch 2"), (3, "after epoch 3")]
)
def test_the_first_difference_is_named(model, epoch, words):
    trail = list(model.receipt["trails"][0])
    trail[epoch:] = ["0" * 64] * (len(trail) - epoch)
    verdict = verify(replace(model, receipt={**model.receipt, "trails": [trail]}), DATA)
    assert not verdict.same
    assert words in verdict.where


def test_what_leads_into_the_network_and_out_of_it_is_compared(model):
    for name, words in (("scaling", "scaling of the inputs"), ("targets", "scaling of the targets")):
        changed = replace(getattr(model, name), **{"scaling": {"offset": 0.5}, "targets": {"high": 0.9}}[name])
        verdict = verify(replace(model, **{name: changed}), DATA)
        assert not verdict.same
        assert words in verdict.where


def test_a_training_that_diverges_differs(model):
    changed = replace(model, receipt={**model.receipt, "options": {**model.receipt["options"], "learning_rate": 1e6}})
    verdict = verify(changed, DATA)
    assert not verdict.same
    assert verdict.where == "the weights after epoch 1, where training diverges"


@pytest.mark.parametrize(("average", "words"), [(0.0, "of no epoch"), (0.9, "the average of the weights")])
def test_weights_that_are_the_files_alone_are_told(average, words):
    model = made(average=average)
    model.network.parameters.flat[0] += 1e-3
    model.receipt["hash"] = model.hash()
    assert words in verify(model, DATA).where


def test_a_member_that_differs_is_named():
    committee = made(members=2)
    trails = [committee.receipt["trails"][0], ["0" * 64, *committee.receipt["trails"][1][1:]]]
    verdict = verify(replace(committee, receipt={**committee.receipt, "trails": trails}), DATA)
    assert verdict.where == "member 2: the initial weights"


def test_other_surroundings_are_told(model):
    versions = {**model.receipt["versions"], "numpy": "1.0"}
    verdict = verify(replace(model, receipt={**model.receipt, "versions": versions}), DATA)
    assert verdict.same
    assert verdict.surroundings == (f"numpy 1.0 then, {model.receipt['versions']['numpy']} now",)


def test_another_blas_is_told_and_what_an_older_receipt_leaves_out_is_not(model):
    other = verify(replace(model, receipt={**model.receipt, "blas": "openblas Z80"}), DATA)
    assert other.surroundings == (f"BLAS openblas Z80 then, {model.receipt['blas']} now",)
    older = {name: value for name, value in model.receipt.items() if name != "blas"}
    older["versions"] = {name: number for name, number in older["versions"].items() if name != "llvmlite"}
    assert verify(replace(model, receipt=older), DATA).surroundings == ()


@pytest.mark.parametrize("name", ENGINES)
def test_the_engine_that_trained_trains_again(name):
    """Given by hand it is not among the options, but in the receipt."""
    options = Options(hidden=5, epochs=2, engine=next(other for other in ENGINES if other != name))
    fitted = fit(DATA, options, engine=engine_named(name))
    model = replace(fitted.model, receipt=receipt_of(fitted, options, DATA, evaluate(fitted.model, DATA)))
    assert verify(model, DATA).same


@pytest.mark.parametrize("odd", [None, {"trails": []}, {"trails": [[]]}, {"data": {}}])
def test_a_model_without_receipt_or_with_half_of_one_is_refused(model, odd):
    receipt = {} if odd is None else {**model.receipt, **odd}
    with pytest.raises(DataError) as problem:
        verify(replace(model, receipt=receipt), DATA)
    assert problem.value.code == "GN017"


def test_the_fingerprint_tells_values_labels_and_shape_apart():
    others = [
        replace(DATA, inputs=DATA.inputs.astype(np.float32)),
        replace(DATA, labels=(DATA.labels + 1) % 10),
        replace(DATA, inputs=DATA.inputs.reshape(100, -1), labels=DATA.labels[:100], source_rows=None),
        replace(DATA, classes=11),
    ]
    assert len({fingerprint(one) for one in (DATA, *others)}) == 5
    assert fingerprint(DATA) == fingerprint(replace(DATA, source="elsewhere"))
