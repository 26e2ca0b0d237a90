"""Prediction intervals hold the true number as often as asked, are wide where the noise is, and the same everywhere."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from glassnet import Network, NetworkRegressor, TableModel, load_table
from glassnet.errors import ModelFileError, OptionError
from glassnet.model import file
from glassnet.model.prediction_intervals import with_residuals
from glassnet.serve.studio.draw import query as studio_query
from glassnet.training import ensemble
from glassnet.training.ensemble import side_by_side
from glassnet.workflow.predict_job import query_model

COVERAGES = (0.5, 0.8, 0.9, 0.95)
ROWS = 800
FEW = {"hidden": (32,)}
FEW_OF_ESTIMATOR = {"hidden_layer_sizes": (32,), "random_state": 0}


def noisy(rows, seed, targets=1):
    """A table whose noise grows with x, from 0.05 to 1.05, and a target of other noise for each further one."""
    random = np.random.default_rng(seed)
    x, z = random.uniform(0, 1, rows), random.normal(size=rows)
    table = {"x": x, "z": z}
    for k in range(targets):
        noise = 0.05 + (x if k % 2 == 0 else 1 - x)
        table[f"y{k}"] = np.sin(3 * x) + 0.5 * z + noise * random.normal(size=rows)
    return table


def close_to(coverage, rows=ROWS, fresh=4000):
    """The fraction of fresh rows in intervals, but for chance: three standard deviations of both fractions."""
    return pytest.approx(coverage, abs=3 * (coverage * (1 - coverage) * (1 / rows + 1 / fresh)) ** 0.5)


def inputs_of(table):
    return {name: column for name, column in table.items() if not name.startswith("y")}


@pytest.fixture(scope="module")
def model():
    return TableModel.fit(noisy(ROWS, 0), "y0", **FEW)


@pytest.fixture(scope="module")
def fresh():
    return noisy(4000, 1)


@pytest.mark.parametrize("coverage", COVERAGES)
def test_intervals_hold_as_many_true_numbers_as_asked(model, fresh, coverage):
    low, high = model.predict_interval(inputs_of(fresh), coverage).T
    assert np.mean((low <= fresh["y0"]) & (fresh["y0"] <= high)) == close_to(coverage)


def test_intervals_fit_networks_with_and_without_intervals_of_the_inputs(fresh, monkeypatch):
    monkeypatch.setattr(ensemble, "PLAIN_SHARES", (0.5,))
    model = TableModel.fit(noisy(ROWS, 0), "y0", hidden=(16,), engine="reference")
    assert model.model.receipt["plain_share"] == 0.5
    low, high = model.predict_interval(inputs_of(fresh)).T
    assert np.mean((low <= fresh["y0"]) & (fresh["y0"] <= high)) == close_to(0.9)


def test_intervals_are_wide_where_the_noise_is_and_hold_as_many_there(model, fresh):
    low, high = model.predict_interval(inputs_of(fresh)).T
    inside, (calm, wild) = (low <= fresh["y0"]) & (fresh["y0"] <= high), (fresh["x"] < 0.3, fresh["x"] > 0.7)
    assert (high - low)[wild].mean() > 2.5 * (high - low)[calm].mean()
    assert min(inside[calm].mean(), inside[wild].mean()) > 0.8


def test_a_larger_coverage_gives_intervals_that_contain_those_of_a_smaller_one(model, fresh):
    ends = np.stack([model.predict_interval(inputs_of(fresh), one) for one in (0.1, *COVERAGES, 0.97)])
    assert (np.diff(ends[..., 0], axis=0) <= 0).all()
    assert (np.diff(ends[..., 1], axis=0) >= 0).all()


def test_each_target_has_intervals_of_its_own(fresh):
    model, fresh = TableModel.fit(noisy(ROWS, 0, targets=2), ["y0", "y1"], **FEW), noisy(4000, 1, targets=2)
    ends = model.predict_interval(inputs_of(fresh)).reshape(-1, 2, 2)
    for k, name in enumerate(("y0", "y1")):
        low, high = ends[:, k].T
        assert np.mean((low <= fresh[name]) & (fresh[name] <= high)) == close_to(0.9)
        widths = [(high - low)[part].mean() for part in (fresh["x"] < 0.3, fresh["x"] > 0.7)]
        assert (widths[0] < widths[1]) == (k == 0)
    row = model.predict_interval({"x": 0.5, "z": 0.0})
    assert [*row] == ["low_y0", "high_y0", "low_y1", "high_y1"]


def test_all_doors_give_the_same_numbers_and_any_number_of_threads_the_same_bits(model, fresh, tmp_path):
    frame = pytest.importorskip("pandas").DataFrame(inputs_of(fresh)).head(20)
    ends = model.predict_interval(frame)
    assert [*ends.columns] == ["low", "high"]
    wanted = ends.to_numpy()
    other = TableModel.fit(noisy(ROWS, 0), "y0", threads=1, **FEW)
    assert np.array_equal(other.predict_interval(frame).to_numpy(), wanted)
    model.save(tmp_path / "noisy.safetensors")
    loaded = TableModel.load(tmp_path / "noisy.safetensors")
    assert np.array_equal(loaded.predict_interval(frame.iloc[::-1]).to_numpy()[::-1], wanted)
    assert [*loaded.predict_interval(frame.iloc[3]).values()] == wanted[3].tolist()
    frame.to_csv(tmp_path / "rows.csv", index=False)
    answers = query_model(loaded.model, [str(tmp_path / "rows.csv")], coverage=0.9)
    assert [one.interval for one in answers] == wanted.tolist()
    session = SimpleNamespace(model=lambda id: SimpleNamespace(model=loaded.model))
    asked = {"model": "noisy", "row": frame.iloc[3].to_dict(), "language": "zh", "quick": True}
    said = answers[3].interval_text.replace(" to ", " 至 ")
    assert studio_query(session, asked)["interval"] == f"90% 区间：{said}"


def test_networks_without_hidden_layers_have_intervals(fresh):
    """Their common input layer is that of each; four of them, each without a fold."""
    model = TableModel.fit(noisy(ROWS, 0), "y0", hidden=(), members=4)
    low, high = model.predict_interval(inputs_of(fresh)).T
    assert np.mean((low <= fresh["y0"]) & (fresh["y0"] <= high)) == close_to(0.9)
    assert (high - low)[fresh["x"] > 0.7].mean() > 2 * (high - low)[fresh["x"] < 0.3].mean()


def test_an_estimator_keeps_its_intervals(tmp_path, fresh):
    table = noisy(ROWS, 0)
    x, y = np.stack([*inputs_of(table).values()], axis=1), table["y0"]
    network = NetworkRegressor(**FEW_OF_ESTIMATOR).fit(x, y)
    rows = np.stack([*inputs_of(fresh).values()], axis=1)
    low, high = network.predict_interval(rows, 0.8).T
    assert np.mean((low <= fresh["y0"]) & (fresh["y0"] <= high)) == close_to(0.8)
    network.save(tmp_path / "network.safetensors")
    assert np.array_equal(
        NetworkRegressor.load(tmp_path / "network.safetensors").predict_interval(rows, 0.8)[:, 0], low
    )
    both = NetworkRegressor(**FEW_OF_ESTIMATOR).fit(x[:200], np.stack([y, y], axis=1)[:200])
    assert both.predict_interval(rows).shape == (4000, 2, 2)
    network.partial_fit(x, y)  # which has no held-out rows
    with pytest.raises(OptionError, match="no errors on held-out rows"):
        network.predict_interval(rows)


@pytest.mark.parametrize(
    "how", [{"early_stopping": True}, {"folds": False, "members": 2, "early_stopping": True}], ids=["one", "no folds"]
)
def test_rows_held_out_for_early_stopping_give_intervals(how, fresh):
    table = noisy(2000, 0)
    x, rows = (np.stack([*inputs_of(one).values()], axis=1) for one in (table, fresh))
    network = NetworkRegressor(**FEW_OF_ESTIMATOR, **how).fit(x, table["y0"])
    low, high = network.predict_interval(rows, 0.8).T
    assert np.mean((low <= fresh["y0"]) & (fresh["y0"] <= high)) == close_to(0.8, rows=200)


@pytest.mark.parametrize("coverage", [0, 1, -0.5, 90, float("nan"), "0.9", True, None])
def test_another_coverage_is_refused(model, coverage):
    with pytest.raises(OptionError, match=r"coverage .*expected"):
        model.predict_interval({"x": 0.5, "z": 0.0}, coverage)


def test_a_coverage_for_which_held_out_rows_are_too_few_is_refused():
    few = TableModel.fit(noisy(60, 0), "y0", **FEW)
    assert len(few.predict_interval({"x": 0.5, "z": 0.0}, 0.9)) == 2
    with pytest.raises(OptionError, match=r"60 held-out rows.*0\.9672 or less"):
        few.predict_interval({"x": 0.5, "z": 0.0}, 0.99)


def test_a_model_without_held_out_errors_says_what_to_do(model):
    for other in (
        TableModel.fit(noisy(100, 0), "y0", **FEW, members=1, early_stopping=0, epochs=1),
        TableModel(replace(model.model, residuals=None)),
    ):
        with pytest.raises(OptionError, match="Train again with folds=True"):
            other.predict_interval({"x": 0.5, "z": 0.0})
    classes = TableModel.fit({"x": [0.0, 1.0] * 20, "y": ["a", "b"] * 20}, "y", **FEW, epochs=1)
    with pytest.raises(OptionError, match="intervals are for a regression"):
        classes.predict_interval({"x": 0.5})


def test_training_further_without_held_out_rows_drops_the_intervals_of_the_network_before(model):
    further = TableModel.fit(noisy(100, 2), init_model=model, epochs=1, early_stopping=0)
    assert further.model.residuals is None


def test_weights_of_rows_count(fresh):
    """Rows that are far off, with hardly any weight, do not widen the intervals."""
    table = noisy(ROWS, 0)
    random = np.random.default_rng(3)
    far = random.random(ROWS) < 0.2
    table["y0"] = np.where(far, table["y0"] + 20 * random.normal(size=ROWS), table["y0"])
    weighted = TableModel.fit(table, "y0", **FEW, sample_weight=np.where(far, 1e-6, 1.0))
    low, high = weighted.predict_interval(inputs_of(fresh)).T
    assert np.mean((low <= fresh["y0"]) & (fresh["y0"] <= high)) == close_to(0.9)


@pytest.mark.parametrize("damage", [{"count": 0}, {"errors": []}, {"errors": [["a"]]}, {"errors": [[2.0, 1.0]]}])
def test_damaged_residuals_in_a_file_are_an_error(model, damage, tmp_path):
    header = file.header_of(model.model)
    header["residuals"] |= damage
    (tmp_path / "damaged.safetensors").write_bytes(file.file_bytes(header, file.tensors_of(model.model)))
    with pytest.raises(ModelFileError, match="residuals"):
        file.load_model(tmp_path / "damaged.safetensors")


def joined(model, *networks):
    return replace(model, network=side_by_side(networks), residuals=None)


@pytest.fixture
def parts(model):
    table = noisy(200, 4)
    whole = load_table(table, columns=model.columns)
    return [whole.take(np.arange(0, 200, 2)), whole.take(np.arange(1, 200, 2))]


def test_errors_are_larger_if_the_best_epoch_of_a_part_is_not_that_of_the_others(model, parts):
    """By the mean loss at the common best epoch, divided by that at the best of each part (Tibshirani 2009)."""
    network = model.model.network
    for loss, factor in (("squared_error", 1.5**0.5), ("absolute_error", 1.5)):
        one = Network.of(replace(network.architecture, loss=loss), network.parameters)
        made = joined(model.model, one, one)
        [plain], [larger] = (
            with_residuals(made, parts, [one, one], curves).residuals.errors
            for curves in ((), [[1.0, 2.0, 3.0], [2.0, 1.0]])
        )
        np.testing.assert_allclose(larger, np.multiply(plain, factor), rtol=1e-4)


def test_errors_are_smaller_if_the_networks_differ(model, parts):
    """By the mean squared difference of their predictions from the mean (Krogh and Vedelsby 1995)."""
    network, shift = model.model.network, 0.2
    other = Network.of(network.architecture, network.parameters.copy())
    other.parameters.biases[-1][...] += shift
    made = joined(model.model, network, other)
    moved = replace(parts[1], values=parts[1].values + shift * made.targets.scale[0])  # so errors are as before
    [alike] = with_residuals(made, parts, [network, network]).residuals.errors
    [differing] = with_residuals(made, [parts[0], moved], [network, other]).residuals.errors
    errors = [made.targets.apply(one.values) - model.model.outputs(one.inputs) for one in parts]
    factor = (1 - (shift / 2) ** 2 / np.mean(np.square(errors))) ** 0.5
    np.testing.assert_allclose(differing, np.multiply(alike, factor), rtol=1e-3, atol=1e-6)
