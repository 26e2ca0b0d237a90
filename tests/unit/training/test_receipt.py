"""Training records: their content, and `verify`, which reports identical bits or the first difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet import CustomLossEngine, Options, evaluate, fit, load_data, load_model, load_table, save_model, verify
from glassnet.data.fingerprint import fingerprint
from glassnet.engines import ReferenceEngine, engine_named
from glassnet.errors import DataError, ModelFileError
from glassnet.model.header import RECEIPT, Receipt
from glassnet.options.choices import ENGINES
from glassnet.options.options import recorded
from glassnet.training import receipt
from glassnet.training.events import EpochDone
from glassnet.training.numerics import NUMERICS
from glassnet.training.receipt import add_test

DATA = load_data("mnist").take(slice(0, 200))
QUICK = {"hidden": 5, "epochs": 3, "engine": "reference"}


def trained(**changes):
    """A trained model with its training record."""
    options = Options(**{**QUICK, **changes})
    fitted = fit(DATA, options)
    add_test(fitted.model.receipt, evaluate(fitted.model, DATA), recipe="notes")
    return fitted.model


@pytest.fixture(scope="module")
def model():
    return trained()


def test_the_content_of_a_training_record(model):
    receipt = model.receipt
    assert receipt["hash"] == model.network.parameters.hash() == receipt["trails"][0][-1]
    assert len(receipt["trails"][0]) == 1 + QUICK["epochs"]
    assert len(set(receipt["trails"][0])) == 1 + QUICK["epochs"]
    assert Options(**receipt["options"]) == Options(**QUICK)
    assert receipt["data"] == {
        "source": DATA.source,
        "samples": 200,
        "classes": 10,
        "dtype": "uint8",
        "fingerprint": fingerprint(DATA),
    }
    assert {"python", "numpy", "scipy", "numba", "glassnet"} <= receipt["versions"].keys()
    assert receipt["result"]["accuracy"] == evaluate(model, DATA).accuracy


def test_a_record_has_later_options_only_if_they_are_used():
    """So that files without them have the bytes that they had in versions without these options."""
    given = {"class_weight": "balanced", "metric": "f1", "plain_inputs": True, "elu_alpha": 0.5}
    assert not recorded(Options()).keys() & given.keys()
    for name, value in given.items():
        assert recorded(Options(**{name: value})) == {**recorded(Options()), name: value}


def test_a_saved_model_is_verified(model, tmp_path):
    save_model(model, tmp_path / "m")
    verdict = verify(load_model(tmp_path / "m"), DATA)
    assert (verdict.same, verdict.where, verdict.surroundings) == (True, "", ())


@pytest.mark.parametrize(
    "changes",
    [
        {"engine": "compiled"},
        {"ema_decay": 0.9, "batch_size": 20, "optimizer": "adamw", "learning_rate": 0.01},
        {"members": 3},
    ],
)
def test_models_trained_with_other_options_are_verified(changes):
    assert verify(trained(**changes), DATA).same


def test_changed_weights_are_detected(model):
    network = type(model.network).of(model.network.architecture, model.network.parameters.copy())
    network.parameters.flat[0] += 1e-6
    verdict = verify(replace(model, network=network), DATA)
    assert not verdict.same
    assert "weights in the file" in verdict.where


def test_other_data_are_detected(model):
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
def test_the_first_difference_is_reported(model, epoch, words):
    trail = list(model.receipt["trails"][0])
    trail[epoch:] = ["0" * 64] * (len(trail) - epoch)
    verdict = verify(replace(model, receipt={**model.receipt, "trails": [trail]}), DATA)
    assert not verdict.same
    assert words in verdict.where


def test_the_scaling_of_inputs_and_targets_is_compared(model):
    for name, words in (("scaling", "scaling of the inputs"), ("targets", "scaling of the targets")):
        changed = replace(getattr(model, name), **{"scaling": {"offset": 0.5}, "targets": {"high": 0.9}}[name])
        verdict = verify(replace(model, **{name: changed}), DATA)
        assert not verdict.same
        assert words in verdict.where


def test_diverging_training_is_a_difference(model):
    changed = replace(model, receipt={**model.receipt, "options": {**model.receipt["options"], "learning_rate": 1e6}})
    verdict = verify(changed, DATA)
    assert not verdict.same
    assert verdict.where == "the weights after epoch 1, where training diverges"


@pytest.mark.parametrize(("average", "words"), [(0.0, "match no epoch"), (0.9, "the moving average of the weights")])
def test_weights_that_match_no_epoch_are_reported(average, words):
    model = trained(ema_decay=average)
    model.network.parameters.flat[0] += 1e-3
    model.receipt["hash"] = model.hash()
    assert words in verify(model, DATA).where


def test_the_member_that_differs_is_reported():
    ensemble = trained(members=2)
    trails = [ensemble.receipt["trails"][0], ["0" * 64, *ensemble.receipt["trails"][1][1:]]]
    verdict = verify(replace(ensemble, receipt={**ensemble.receipt, "trails": trails}), DATA)
    assert verdict.where == "member 2: the initial weights"


def test_other_versions_are_reported(model):
    versions = {**model.receipt["versions"], "numpy": "1.0"}
    verdict = verify(replace(model, receipt={**model.receipt, "versions": versions}), DATA)
    assert verdict.same
    assert verdict.surroundings == (f"numpy 1.0 → {model.receipt['versions']['numpy']}",)


def test_another_version_of_glassnet_is_reported_only_if_its_numerics_differ(model):
    versions = {**model.receipt["versions"], "glassnet": "0.0.1"}
    for numerics, count in ((NUMERICS, 0), (NUMERICS - 1, 2)):
        receipt = {**model.receipt, "versions": versions, "numerics": numerics}
        assert len(verify(replace(model, receipt=receipt), DATA).surroundings) == count


def test_another_blas_is_reported_but_entries_missing_in_older_records_are_not(model):
    other = verify(replace(model, receipt={**model.receipt, "blas": "openblas Z80"}), DATA)
    assert other.surroundings == (f"BLAS openblas Z80 → {model.receipt['blas']}",)
    older = {name: value for name, value in model.receipt.items() if name != "blas"}
    older["versions"] = {name: number for name, number in older["versions"].items() if name != "llvmlite"}
    assert verify(replace(model, receipt=older), DATA).surroundings == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_other_bits_on_another_processor_have_a_remedy(engine):
    """Those of the portable engine do not depend on it, so there is none: something else is wrong."""
    model, is_portable = trained(engine=engine), engine == "portable"
    elsewhere = {**model.receipt, "processor": "sparc v9"}
    same = verify(replace(model, receipt=elsewhere), DATA)
    assert (same.same, same.remedy, bool(same.surroundings)) == (True, None, not is_portable)
    trail = [*model.receipt["trails"][0][:-1], "0" * 64]
    for numerics, has_remedy in ((NUMERICS, not is_portable), (NUMERICS - 1, False)):
        forged = {**elsewhere, "trails": [trail], "numerics": numerics}
        other = verify(replace(model, receipt=forged), DATA)
        assert not other.same
        assert (other.remedy is not None) == has_remedy
        assert not has_remedy or "engine='portable'" in str(other.remedy)


@pytest.mark.parametrize("name", ENGINES)
def test_verify_uses_the_engine_of_the_training(name):
    """An engine passed as argument is not in the options, but in the training record."""
    options = Options(hidden=5, epochs=2, engine=next(other for other in ENGINES if other != name))
    fitted = fit(DATA, options, engine=engine_named(name))
    assert verify(fitted.model, DATA).same


@pytest.mark.parametrize("odd", [None, {"trails": []}, {"trails": [[]]}, {"data": {}}])
def test_a_model_with_a_missing_or_incomplete_record_is_rejected(model, odd):
    receipt = {} if odd is None else {**model.receipt, **odd}
    with pytest.raises(DataError) as problem:
        verify(replace(model, receipt=receipt), DATA)
    assert problem.value.code == "GN017"


def test_the_fingerprint_depends_on_values_labels_shape_and_classes():
    others = [
        replace(DATA, inputs=DATA.inputs.astype(np.float32)),
        replace(DATA, labels=(DATA.labels + 1) % 10),
        replace(DATA, inputs=DATA.inputs.reshape(100, -1), labels=DATA.labels[:100], source_rows=None),
        replace(DATA, classes=11),
    ]
    assert len({fingerprint(one) for one in (DATA, *others)}) == 5
    assert fingerprint(DATA) == fingerprint(replace(DATA, source="elsewhere"))


def verified(model, data, tmp_path):
    """Verify a model in memory and from its file; return the first verdict."""
    save_model(model, tmp_path / "again")
    first, second = verify(model, data), verify(load_model(tmp_path / "again"), data)
    assert first == second
    return first


@pytest.mark.parametrize("changes", [{}, {"members": 2, "early_stopping": 1}, {"engine": "compiled"}])
def test_models_from_fit_can_be_verified(changes, tmp_path):
    options = Options(**{**QUICK, **changes})
    fitted = fit(DATA, options)
    assert verified(fitted.model, DATA, tmp_path).same
    assert verify(fitted.model, DATA.take(slice(0, 199))).where.endswith("is not the training data")
    assert fitted.model.receipt["data"]["fingerprint"] == fingerprint(DATA)
    own = fit(DATA, options, validation_data=DATA.take(slice(0, 50)))
    assert verified(own.model, DATA, tmp_path).same


def test_the_verdict_has_the_first_epoch_that_differs(model):
    trail = [*model.receipt["trails"][0][:2], "0" * 64, "0" * 64]
    assert verify(replace(model, receipt={**model.receipt, "trails": [trail]}), DATA).epoch == 2
    assert verify(model, DATA).epoch is None


def test_a_model_of_a_table_can_be_verified(tmp_path):
    table = "a,b,kind\n" + "".join(f"{n % 7},{n % 3},{'yes' if n % 7 > 3 else 'no'}\n" for n in range(60))
    (tmp_path / "t.csv").write_text(table)
    data = load_table(tmp_path / "t.csv", "kind")
    fitted = fit(data, Options.recipe("table", hidden=(4,), epochs=3))
    assert verified(fitted.model, load_table(tmp_path / "t.csv", "kind"), tmp_path).same


def test_the_fingerprint_of_large_data_is_computed_during_training(tmp_path):
    large = replace(DATA, inputs=np.tile(DATA.inputs, (3, 1)), labels=np.tile(DATA.labels, 3), source_rows=None)
    assert large.inputs.nbytes > receipt._AT_ONCE
    fitted = fit(large, Options(**QUICK))
    assert fitted.model.receipt["data"]["fingerprint"] == fingerprint(large)
    assert verify(fitted.model, large).same


def test_a_custom_loss_is_recorded_as_not_verifiable(tmp_path):
    def squared(outputs, targets):
        return 0.5 * ((outputs - targets) ** 2).sum(axis=1), outputs - targets

    fitted = fit(DATA, Options(**QUICK, rule="gradient"), engine=CustomLossEngine(squared))
    assert "custom-loss" in fitted.model.receipt["not_verifiable"]
    save_model(fitted.model, tmp_path / "m")
    with pytest.raises(DataError, match="custom-loss, a function that its training record does not contain") as problem:
        verify(load_model(tmp_path / "m"), DATA)
    assert problem.value.code == "GN017"


def test_verify_rejects_arguments_of_the_wrong_type(model):
    for wrong, data, code in ((DATA, DATA, "GN076"), (model, DATA.inputs, "GN065")):
        with pytest.raises(DataError) as problem:
            verify(wrong, data)
        assert problem.value.code == code


def test_the_schema_of_a_training_record_matches_its_type(model, tmp_path):
    """Every key that `fit` writes is declared, and declared keys are checked."""
    assert model.receipt.keys() <= Receipt.__annotations__.keys()
    assert RECEIPT.optional.keys() == Receipt.__annotations__.keys()
    for key, odd in (("not_verifiable", 3), ("calibrated", "yes"), ("seed", -1), ("trails", "x"), ("hash", None)):
        with pytest.raises(ModelFileError, match=f"receipt.{key}"):
            save_model(replace(model, receipt={**model.receipt, key: odd}), tmp_path / "m")
    for odd in ("S99999999999", "object", "complex128", ">f4"):
        data = {**model.receipt["data"], "dtype": odd}
        with pytest.raises(ModelFileError, match=r"receipt\.data\.dtype"):
            save_model(replace(model, receipt={**model.receipt, "data": data}), tmp_path / "m")


@pytest.mark.parametrize(("dtype", "less_than_a_step"), [("uint8", 0.4), ("float32", 1e-9)])
def test_data_that_round_to_the_training_data_are_detected(dtype, less_than_a_step):
    trained = fit(replace(DATA, inputs=DATA.inputs.astype(dtype)), Options(**QUICK)).model
    exact = DATA.inputs.astype(np.float64)
    assert verify(trained, replace(DATA, inputs=exact)).same
    assert verify(trained, replace(DATA, inputs=exact + less_than_a_step)).where.endswith("is not the training data")


def test_a_custom_engine_with_a_built_in_name_is_not_verifiable():
    class Halved(ReferenceEngine):
        def gradients(self, *args, **kwargs):
            found = super().gradients(*args, **kwargs)
            found.parameters.flat *= 0.5
            return found

    with pytest.raises(DataError, match=r"trained with the custom engine Halved"):
        verify(fit(DATA, Options(**QUICK), engine=Halved()).model, DATA)


def test_callbacks_cannot_end_the_training_that_verify_repeats(model):
    seen = []
    assert verify(model, DATA, [lambda event: seen.append(event) or True]).same
    assert sum(isinstance(event, EpochDone) for event in seen) == QUICK["epochs"]
