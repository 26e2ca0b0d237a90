"""Models as the studio's page takes them: plain values, and the weights as bytes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import glassnet
from glassnet import Options, load_table, new_model
from glassnet.serve.studio.models import describe, weights_of
from support.samples import digits, small_model

TABLE = {
    "age": [21.0, 35.5, None, 44.0] * 10,
    "city": ["Bonn", "Rome", "Rome", None] * 10,
    "member": ["yes", "no", "no", "yes"] * 10,
    "since": ["2019-01-03", "2020-05-01", "2021-07-09", "2023-02-11"] * 10,
    "left": ["stayed", "left", "left", "stayed"] * 10,
}


@pytest.fixture
def table_model():
    return new_model(load_table(TABLE, "left"), Options(hidden=4, scaling="features", targets="one-hot"))


def members(model, count):
    networks = [new_model(digits(20), Options(hidden=3, bias=True, seed=seed)).network for seed in range(count)]
    return replace(model, network=networks[0], others=tuple(networks[1:]))


def test_descriptions_are_plain_values(table_model):
    several = members(new_model(digits(20), Options(hidden=3, bias=True)), 2)
    for model in (table_model, small_model(), several):
        described = describe(model)
        assert json.loads(json.dumps(described, allow_nan=False)) == described


@pytest.mark.parametrize("count", [1, 3])
def test_weights_are_those_of_all_members_where_the_description_says(count):
    model = members(new_model(digits(20), Options(hidden=3, bias=True)), count)
    described, weights = describe(model), np.frombuffer(weights_of(model), "<f4")
    size = len(weights) // described["members"]
    assert described["members"] == count
    for number, member in enumerate(model.members):
        for one in described["parameters"]:
            start = number * size + one["offset"]
            part = weights[start : start + np.prod(one["shape"])].reshape(one["shape"])
            np.testing.assert_array_equal(part, member.parameters.views[one["name"]].astype(np.float32))


def test_a_table_is_described_as_a_form(table_model):
    described = {one["name"]: one for one in describe(table_model)["columns"]}
    age = described["age"]
    assert (age["kind"], age["range"], age["median"], age["whole"]) == ("number", [21.0, 44.0], 35.5, False)
    assert described["city"] == {"name": "city", "kind": "word", "values": ["Bonn", "Rome"], "others": False}
    assert (described["member"]["kind"], described["member"]["share"]) == ("boolean", 0.5)
    since = {"name": "since", "kind": "date", "range": ["2019-01-03", "2023-02-11"], "hours": False}
    assert described["since"] == since
    assert describe(table_model)["classes"] == list(table_model.columns.output_names)


@pytest.mark.parametrize("scaling", ["notes", "unit", "standard", "features"])
def test_scaling_is_the_models(scaling):
    rows = np.random.default_rng(2).normal(100, 60, (30, 5))
    data = glassnet.Dataset.from_arrays(rows, np.arange(30) % 3)
    model = new_model(data, Options(hidden=4, scaling=scaling))
    one = describe(model)["scaling"]
    assert one["per_feature"] == (scaling == "features")
    wanted = model.scaling.apply(np.array([[1e300] * 5, rows[0]]))
    limit = one["clip"] or np.inf
    scaled = (np.array([[1e300] * 5, rows[0]]) * one["factor"] + one["offset"]).clip(-limit, limit)
    np.testing.assert_allclose(scaled, wanted, rtol=1e-12)


def test_targets_say_what_the_outputs_are():
    values = np.arange(18.0).reshape(6, 3) * 10
    model = small_model()
    assert describe(model)["targets"] == {"kind": "classes", "low": 0.01, "high": 0.99, "offset": [], "scale": []}
    labels = replace(model, targets=glassnet.Targets.named("multilabel", 3))
    assert describe(labels)["targets"]["kind"] == "labels"
    numbers = replace(model, targets=glassnet.Targets.of_values(values))
    assert describe(numbers)["targets"] == {
        "kind": "numbers", "low": 0.0, "high": 1.0, "offset": [75.0, 85.0, 95.0],
        "scale": pytest.approx(values.std(axis=0)),
    }  # fmt: skip


def test_a_model_that_deskews_is_not_portable():
    model = small_model()
    assert describe(model)["portable"]
    assert not describe(replace(model, deskews=True))["portable"]
