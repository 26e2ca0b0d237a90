"""Ensembles with folds: each member is trained without its fold, and the members become one calibrated network."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import Dataset, Network, Options, evaluate, fit, fit_temperature, load_model, load_table, save_model
from glassnet.data.split import without_fold
from glassnet.engines.reference import ReferenceEngine
from glassnet.errors import DataError, DataWarning, OptionError
from glassnet.explain.replay import replay
from glassnet.model.header import joined_count
from glassnet.network import forward
from glassnet.options.recipes import BY_TASK, for_rows
from glassnet.training import ensemble
from glassnet.training.ensemble import side_by_side
from glassnet.training.events import EpochDone
from glassnet.training.receipt import GivenData
from glassnet.training.run import Runs
from glassnet.training.verify import verify

SMALL = {"hidden": (6, 5), "epochs": 3, "engine": "reference"}
ROWS = 60


def drawn(targets: str = "classes", rows: int = ROWS, seed: int = 0) -> Dataset:
    """Rows whose first feature decides the target."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 4))
    y = {
        "classes": np.where(X[:, 0] + 0.3 * rng.normal(size=rows) > 0.4, "yes", "no"),
        "numbers": 3 * X[:, 0] + rng.normal(size=rows),
        "labels": (X[:, :2] > 0).astype(int),
    }[targets]
    return Dataset.from_arrays(X, y)


def of_table(data: Dataset, **changes: object) -> Options:
    """The options of recipe table for these data, of a small network."""
    return Options.recipe("table", **{**SMALL, "scaling": "features", "input_max": 1.0, "batch_size": 8, **changes})


def test_without_options_features_are_trained_with_folds():
    fitted = fit(drawn())
    options = fitted.model.receipt["options"]
    assert (options["members"], options["folds"], len(fitted.member_histories)) == (4, True, 3)
    assert len(fitted.model.members) == 1
    assert fitted.model.network.architecture.sizes[1:-1] == (512, 512)


def table_of(path: Path, targets: str = "classes", seed: int = 0, like: Dataset | None = None) -> Dataset:
    """The rows of `drawn` as a table, whose columns of numbers get intervals."""
    data = drawn(targets, seed=seed)
    y = data.labels if data.values is None else data.values[:, 0]
    pl.DataFrame(data.inputs, list("abcd")).with_columns(y=pl.Series(y)).write_csv(path)
    return load_table(path, "y") if like is None else load_table(path, columns=like.columns)


@pytest.mark.parametrize("kind", ["array", "words"])
def test_without_intervals_there_is_one_kind_of_networks(kind, tmp_path):
    data = drawn()
    if kind == "words":
        names = [data.name_of(k) for k in data.labels]
        pl.DataFrame({"a": ["x", "y", "z"] * 20, "b": ["u", "v"] * 30, "y": names}).write_csv(tmp_path / "t.csv")
        data = load_table(tmp_path / "t.csv", "y")
    usual, one_kind = (fit(data, recipe="table", **SMALL, **how) for how in ({}, {"plain_inputs": False}))
    assert usual.model.hash() == one_kind.model.hash()
    assert "plain_share" not in usual.model.receipt
    assert usual.model.receipt["options"] == one_kind.model.receipt["options"]


@pytest.mark.parametrize("targets", ["classes", "numbers"])
def test_validation_data_choose_the_same_share_and_temperature_again(targets, tmp_path, monkeypatch):
    data = table_of(tmp_path / "t.csv", targets)
    validation = table_of(tmp_path / "v.csv", targets, seed=1, like=data)
    for share in (0.5, 1.0):
        monkeypatch.setattr(ensemble, "PLAIN_SHARES", (share,))
        model = fit(data, validation_data=validation, members=3, **SMALL).model
        assert model.receipt["plain_share"] == share
        found = verify(model, data, validation_data=validation)
        assert (found.where, found.validated) == ("", True)
    monkeypatch.setattr(ensemble, "PLAIN_SHARES", (0.0,))
    assert "the share of networks" in verify(model, data, validation_data=validation).where


@settings(max_examples=40, deadline=None)
@given(
    members=st.integers(1, 5),
    hidden=st.lists(st.integers(1, 7), max_size=3),
    bias=st.booleans(),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 1000),
)
def test_networks_side_by_side_have_the_mean_of_their_output_sums(members, hidden, bias, dtype, seed):
    rng = np.random.default_rng(seed)
    sizes = (4, *hidden, 3)
    networks = [
        Network(sizes, (*["relu"] * len(hidden), "softmax"), bias=bias, loss="cross_entropy", dtype=dtype)
        for _ in range(members)
    ]
    for network in networks:
        network.parameters.flat[...] = rng.normal(size=len(network.parameters.flat))
    inputs = rng.normal(size=(9, 4)).astype(dtype)
    sums = [forward(one.architecture, one.parameters, inputs).sums[-1] for one in networks]
    joined = side_by_side(networks)
    assert joined.parameters.flat.dtype == dtype
    assert joined.architecture.sizes == (4, *(members * nodes for nodes in hidden), 3)
    found = forward(joined.architecture, joined.parameters, inputs).sums[-1]
    np.testing.assert_allclose(found, np.mean(sums, axis=0), rtol=1e-9 if dtype == "float64" else 1e-4, atol=1e-4)


@pytest.mark.parametrize("targets", ["classes", "numbers", "labels"])
def test_members_equal_networks_trained_without_their_fold(targets):
    data = drawn(targets)
    task = {
        "classes": {},
        "numbers": {"output": "identity", "loss": "squared_error", "targets": "values"},
        "labels": {"output": "sigmoid", "targets": "multilabel"},
    }[targets]
    options = of_table(data, members=3, **task)
    fitted = fit(data, options)
    folds = [without_fold(data, options, number) for number in range(3)]
    assert sorted(row for _, fold in folds for row in fold.row_numbers.tolist()) == list(range(ROWS))
    networks = []
    for number, (training, fold) in enumerate(folds):
        assert {*training.row_numbers.tolist()}.isdisjoint(fold.row_numbers.tolist())
        run = Runs(data, options, ReferenceEngine(), GivenData(data)).run(number)
        assert (run.data.row_numbers.tolist(), run.options.seed) == (training.row_numbers.tolist(), number)
        run.train()
        networks.append(run.model.network)
    assert side_by_side(networks).parameters.hash() == fitted.model.network.parameters.hash()


def of_curve(kind: str, rows: int = 240) -> Dataset:
    """A number that is the sum of all columns of numbers, or a curve with many bends of the first."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(rows, 6))
    y = X.sum(axis=1) if kind == "sum" else np.sin(4 * X[:, 0])
    table = dict(zip("abcdef", X.T, strict=True)) | {"y": y + 0.2 * rng.normal(size=rows)}
    return load_table(table, "y")


@pytest.mark.parametrize(("kind", "shares"), [("sum", (0.5, 1)), ("curve", (0,))])
def test_the_folds_decide_whether_networks_without_intervals_predict(kind, shares, tmp_path):
    data = of_curve(kind)
    options = Options.recipe("table", hidden=(16,), engine="compiled", **for_rows(240, "table", task="numbers"))
    model = fit(data, options).model
    share = model.receipt["plain_share"]
    assert share in shares
    assert model.network.architecture.sizes[1] == 16 * (8 if share == 0.5 else 4)
    save_model(model, tmp_path / "m.safetensors")
    loaded = load_model(tmp_path / "m.safetensors")
    assert joined_count(loaded.receipt) * 16 == loaded.network.architecture.sizes[1]
    assert verify(loaded, data).same
    loaded.receipt["plain_share"] = 1.0 if share == 0 else 0.0
    assert not verify(loaded, data).same


def test_networks_without_intervals_have_only_the_other_inputs():
    data = of_curve("curve")
    options = Options.recipe("table", members=3, plain_inputs=True, **SMALL, **BY_TASK["numbers"])
    runs, intervals = Runs(data, options, ReferenceEngine(), GivenData(data)), data.columns.intervals
    assert len(intervals) == 6 * 12
    others = np.setdiff1d(np.arange(data.features), intervals)
    for number in range(6):
        run = runs.run(number)
        assert run.validation.row_numbers.tolist() == runs.run(number % 3).validation.row_numbers.tolist()
        run.train()
        assert run.model.network.architecture.sizes[0] == (len(others) if number >= 3 else data.features)
        own, whole = run.model.network, runs.with_all_inputs(number, run.model.network)
        weights = whole.parameters.weights[0]
        assert weights[:, others].all()
        assert not (weights[:, intervals] if number >= 3 else 1 - (weights[:, intervals] != 0)).any()
        alone = forward(own.architecture, own.parameters, run.validation.inputs)
        found = forward(whole.architecture, whole.parameters, runs.held_out()[number % 3].inputs)
        np.testing.assert_allclose(found.outputs, alone.outputs, rtol=1e-4, atol=1e-5)


def test_a_member_is_never_trained_on_its_fold():
    """Other targets in a fold would change when its member stops, but not its weights after an epoch.

    With several labels, neither folds nor scaling depend on the targets.
    """
    data = drawn("labels")
    options = of_table(data, members=3, early_stopping=0, output="sigmoid", targets="multilabel")
    trails = fit(data, options).model.receipt["trails"]
    for number in range(3):
        fold = without_fold(data, options, number)[1].row_numbers
        values = data.values.copy()
        values[fold] = 1 - values[fold]
        changed = fit(replace(data, values=values), options).model.receipt["trails"]
        same = [one == other for one, other in zip(trails, changed, strict=True)]
        assert same[number]
        assert not np.delete(same, number).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_bits_with_any_number_of_threads(dtype):
    data = drawn()
    models = [fit(data, of_table(data, threads=threads, dtype=dtype)).model for threads in (1, 2, 3, 7)]
    assert len({one.hash() for one in models}) == len({one.temperature for one in models}) == 1


def test_the_engines_agree():
    data = drawn()
    reference, other = (fit(data, of_table(data, engine=engine)).model for engine in ("reference", "compiled"))
    np.testing.assert_allclose(reference.outputs(data.inputs), other.outputs(data.inputs), atol=1e-4)


@pytest.mark.parametrize("changes", [{}, {"early_stopping": 0}, {"ema_decay": 0.9}, {"members": 2, "hidden": (5,)}])
def test_the_training_can_be_repeated(changes, tmp_path):
    data = drawn()
    model = fit(data, of_table(data, **changes)).model
    save_model(model, tmp_path / "m.safetensors")
    loaded = load_model(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(loaded.outputs(data.inputs), model.outputs(data.inputs))
    assert loaded.temperature == model.temperature
    assert verify(loaded, data).same
    assert not verify(loaded, drawn(seed=1)).same


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_changed_weight_is_found(place):
    data = drawn()
    model = fit(data, of_table(data)).model
    model.network.parameters.flat[place] += 1e-3
    assert not verify(model, data).same
    model.receipt["hash"] = model.hash()
    assert not verify(model, data).same


@pytest.mark.parametrize("changes", [{}, {"folds": False}, {"members": 1, "ema_decay": 0.9}])
def test_the_training_with_own_or_held_out_validation_can_be_repeated(changes):
    data, validation = drawn(), drawn(seed=1)
    options = of_table(data, **changes)
    assert verify(fit(data, options).model, data).same
    model = fit(data, options, validation_data=validation).model
    assert model.receipt["own_validation"]
    assert verify(model, data).same


def test_own_validation_data_replace_the_folds():
    data, validation = drawn(), drawn(seed=1)
    options = of_table(data, members=2)
    fitted = fit(data, options, validation_data=validation)
    assert len(fitted.model.members) == 1
    alone = [fit(data, replace(options, members=1, seed=seed), validation_data=validation) for seed in (0, 1)]
    assert [one.history.weight_hashes[1] for one in alone] == [one[1] for one in fitted.model.receipt["trails"]]


@pytest.mark.parametrize("targets", ["classes", "labels"])
def test_the_temperature_is_fitted_to_the_predictions_for_the_folds(targets):
    data = drawn(targets)
    task = {"output": "sigmoid", "targets": "multilabel"} if targets == "labels" else {}
    model = fit(data, of_table(data, epochs=30, members=2, **task)).model
    assert 0.05 <= model.temperature <= 20
    assert model.temperature != 1
    validation = drawn(targets, seed=1)
    own = fit(data, of_table(data, epochs=30, members=2, **task), validation_data=validation).model
    assert own.temperature == pytest.approx(fit_temperature(own, validation), rel=0.01)
    assert evaluate(own, validation).loss <= evaluate(replace(own, temperature=1.0), validation).loss + 1e-3


def test_the_losses_of_the_fold_are_those_after_calibration():
    data = drawn()
    fitted = fit(data, of_table(data, epochs=20))
    losses, best = fitted.history.validation_loss, fitted.best_epochs[0]
    assert int(np.argmin(losses)) + 1 == best


def test_members_are_trained_further_as_one_dense_network():
    data = drawn()
    model = fit(data, of_table(data)).model
    further = fit(data, init_model=model, epochs=2)
    assert further.model.receipt["options"]["folds"] is False
    assert (len(further.model.members), further.model.temperature) == (1, 1.0)
    assert further.model.network.architecture == model.network.architecture
    second = further.model.network.parameters.weights[1]
    assert np.count_nonzero(second) > np.count_nonzero(model.network.parameters.weights[1])
    assert verify(further.model, data, init_model=model).same
    with pytest.raises(OptionError) as problem:
        fit(data, init_model=model, members=4)
    assert problem.value.code == "GN022"


def test_a_step_of_the_first_member_can_be_replayed():
    data = drawn()
    options = of_table(data)
    model = fit(data, options).model
    again = replay(model, data, 2, 3)
    assert again.where == ""
    assert {*again.rows.tolist()} <= {*without_fold(data, options, 0)[0].row_numbers.tolist()}
    with pytest.raises(OptionError) as problem:
        replay(model, data, 1, 100)
    assert problem.value.code == "GN080"


def test_a_single_network_has_no_folds_and_holds_out_data():
    data = drawn()
    for options in (of_table(data, members=1), of_table(data, members=1, folds=True), Options(folds=True, **SMALL)):
        options = replace(options, early_stopping=2)
        fitted = fit(data, options)
        assert fitted.model.receipt["options"]["folds"] is False
        assert len(fitted.history.validation_loss) == len(fitted.history.epoch)
        assert fitted.model.receipt["options"]["members"] == 1
        assert verify(fitted.model, data).same


def test_a_single_network_can_be_stopped_and_resumed(tmp_path):
    data = drawn()
    path = tmp_path / "c"
    with pytest.raises(OptionError, match="members=1"):
        fit(data, checkpoint=path)
    assert fit(data, members=1, epochs=2, checkpoint=path).model.receipt["options"]["folds"] is False


def test_a_callback_can_end_training():
    data = drawn()
    fitted = fit(
        data, of_table(data, epochs=9), callbacks=[lambda event: isinstance(event, EpochDone) and event.epoch == 2]
    )
    assert [len(one) - 1 for one in fitted.model.receipt["trails"]] == [2] * 4
    assert verify(fitted.model, data).same


def test_too_few_samples_for_the_folds():
    data = drawn(rows=12)
    with pytest.raises(DataError, match="Use fewer members") as problem:
        fit(data, of_table(data, members=7))
    assert problem.value.code == "GN010"
    assert fit(data, of_table(data, members=6)).model.receipt["options"]["members"] == 6


@pytest.mark.parametrize("rows", [1, 2, 5, 19, 20, 21, 39, 40])
def test_small_data_are_trained(rows):
    rng = np.random.default_rng(rows)
    X, y = rng.normal(size=(rows, 2)), np.arange(rows) % 2
    data = Dataset.from_arrays(X, y, task="regression")
    with pytest.warns(DataWarning, match="every target is 0") if rows == 1 else nullcontext():
        options = fit(data, hidden=4, epochs=2).model.receipt["options"]
    assert options["members"] == min(4, max(1, rows // 10))
    assert options["folds"] == (options["members"] > 1)


def test_weights_of_samples_are_those_of_repeated_samples_in_the_temperature():
    data = drawn()
    weights = np.ones(ROWS)
    weighted = replace(data, weights=weights)
    one, other = (fit(part, of_table(data, epochs=9)).model for part in (data, weighted))
    assert one.temperature == pytest.approx(other.temperature, rel=1e-3)


def test_samples_of_weight_0_are_in_no_fold():
    data = drawn()
    weights = np.where(np.arange(ROWS) % 5 == 2, 1.0, 0.0)  # 12 samples
    weighted = replace(data, weights=weights)
    options = of_table(data)
    folds = [without_fold(weighted, options, number) for number in range(options.members)]
    rows = np.concatenate([fold.row_numbers for _, fold in folds])
    np.testing.assert_array_equal(np.sort(rows), np.flatnonzero(weights))
    for training, fold in folds:
        assert not {*training.row_numbers.tolist()} & {*fold.row_numbers.tolist()}
        assert training.weights.all()
    model = fit(weighted, options).model
    assert verify(model, weighted).same


def test_few_samples_of_positive_weight_need_fewer_members():
    data = drawn()
    weighted = replace(data, weights=np.where(np.arange(ROWS) < 3, 1.0, 0.0))
    with pytest.raises(DataError, match=r"3 samples of positive weight for \d folds, .* fewer members") as raised:
        fit(weighted, of_table(data))
    assert raised.value.code == "GN010"
    fit(weighted, of_table(data, members=1, folds=False, early_stopping=0))


def test_seeds_of_the_members_follow_each_other():
    hashes = [trail[0] for trail in fit(drawn(), of_table(drawn())).model.receipt["trails"]]
    assert all(one != other for one, other in pairwise(hashes))
