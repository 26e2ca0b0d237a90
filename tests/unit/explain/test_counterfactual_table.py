"""Counterfactuals of a table's rows consist of values that a row can have, and are verified."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from glassnet import Columns, Options, fit
from glassnet.explain import Neighbours, why
from glassnet.explain.counterfactual_table import TableFlipSearch
from glassnet.html.why_parts import changed_values
from glassnet.preprocess.tabular.dataset import read_table, samples_of
from glassnet.words.explain import explain_words


def table(folder):
    """A table whose class depends on a word, a boolean and a number; some values are missing."""
    rng = np.random.default_rng(8)
    cities = rng.choice(["Berlin", "Bern", "Köln", "Wien"], 300)
    member, age = rng.choice(["yes", "no"], 300), rng.integers(18, 80, 300)
    score = 2.0 * (cities == "Köln") - (cities == "Bern") + 0.8 * (member == "yes") + (age - 45) / 60
    lines = [
        f"{'' if k % 17 == 3 else city},{'' if k % 13 == 5 else one},{'' if k % 11 == 7 else years},{kind}"
        for k, (city, one, years, kind) in enumerate(
            zip(cities, member, age, np.where(score > 0.6, "a", "b"), strict=True)
        )
    ]
    path = folder / "t.csv"
    path.write_text("city,member,age,kind\n" + "\n".join(lines) + "\n", encoding="utf-8")
    read = read_table(path, ["kind"])
    return samples_of(read, Columns.learn(read, "kind"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    data = table(tmp_path_factory.mktemp("table"))
    options = Options.recipe("table", hidden=(8,), epochs=12, batch_size=16, engine="reference", dropout=(0.0,))
    return fit(data, options).model, data


def is_whole(value):
    """Whether a decoded value is a number, a missing one, or a single word."""
    return isinstance(value, float) or sorted(value.values())[-2:] in ([0.0, 1.0], [0.5, 0.5])


def test_a_row_changes_to_another_row_and_not_to_something_between_words(made):
    model, data = made
    found = [why(model, row) for row in data.inputs[:60]]
    flips = [(one, one.flip) for one in found if one.flip]
    assert len(flips) >= 55
    words = 0
    for one, flip in flips:
        assert model.predict(flip.sample[None])[0] == flip.answer != one.answer
        assert flip.distance == pytest.approx(np.linalg.norm(flip.sample - one.sample), rel=1e-5)
        before, after = model.columns.decode(one.sample), model.columns.decode(flip.sample)
        assert all(is_whole(value) for value in after.values()), after
        if not np.isnan(after["age"]) and before["age"] != after["age"]:
            assert 18 <= round(after["age"], 3) <= 79
        if before["city"] != after["city"]:
            words += 1
            assert sum(after["city"].values()) == 1
        changes = changed_values(model, one, explain_words("en"))
        assert 1 <= len(changes) <= 3
        assert not any("%" in text for change in changes for text in change)
    assert words > 1


def test_whole_numbers_change_to_whole_ones(made):
    model, data = made
    assert [one.whole for one in model.columns.inputs if one.name == "age"] == [True]
    ages = []
    for row in data.inputs[:100]:
        one = why(model, row)
        before, after = model.columns.decode(row)["age"], one.flip and model.columns.decode(one.flip.sample)["age"]
        if after is not None and after != before and not np.isnan([before, after]).any():
            ages.append(after)
    assert len(ages) > 5
    assert sum(age.is_integer() for age in ages) >= 0.9 * len(ages), "all except those that no whole number replaces"


def test_columns_with_fractions_are_not_whole():
    values = {
        "half": np.arange(400) / 2,
        "count": np.arange(400) % 5 - 2.0,
        "share": np.arange(400) / 399,
        "yes": np.arange(400) % 2,
    }
    columns = Columns.learn(read_table({**values, "y": [0, 1] * 200}), "y")
    assert {one.name: one.whole for one in columns.inputs} == {
        "half": False,
        "count": True,
        "share": False,
        "yes": True,
    }


def test_no_changed_column_can_be_restored(made):
    model, data = made
    ends = np.cumsum([0, *(len(one.features) for one in model.columns.inputs)]).tolist()
    places = {one.name: slice(*part) for one, part in zip(model.columns.inputs, pairwise(ends), strict=True)}
    assert list(places) == ["city", "member", "age"]
    for row in data.inputs[:30]:
        one = why(model, row)
        if one.flip:
            for place in places.values():
                restored = one.flip.sample.copy()
                restored[place] = one.sample[place]
                changed = (restored != one.flip.sample).any()
                assert not changed or model.predict(restored[None])[0] == one.answer


def test_the_search_falls_back_on_training_rows(made, monkeypatch):
    model, data = made
    monkeypatch.setattr(TableFlipSearch, "change_columns", lambda self: None)
    neighbours = Neighbours(model, data)
    for row in data.inputs[:10]:
        assert why(model, row).flip is None
        one = why(model, row, neighbours)
        assert model.predict(one.flip.sample[None])[0] == one.flip.answer != one.answer
        assert all(is_whole(value) for value in model.columns.decode(one.flip.sample).values())


def test_only_the_steepest_of_many_columns_are_tried(made, monkeypatch):
    model, data = made
    monkeypatch.setattr("glassnet.explain.counterfactual_table.MAX_COLUMNS", 1)
    found = [why(model, row).flip for row in data.inputs[:20]]
    assert sum(flip is not None for flip in found) >= 15


def test_a_label_changes_to_its_opposite(made):
    _, data = made
    labels = np.column_stack([data.labels, 1 - data.labels]).astype(float)
    targets = tuple(replace(data.columns.targets[0], name=name, task="label", classes=()) for name in ("a", "b"))
    columns = replace(data.columns, targets=targets)
    twice = replace(
        data, labels=np.arange(len(data)), classes=2, values=labels, class_names=("a", "b"), columns=columns
    )
    options = Options(
        hidden=(8,), epochs=8, engine="reference", rule="gradient", targets="multilabel", loss="cross_entropy",
        scaling="unit", input_max=1.0,
    )  # fmt: skip
    found = why(fit(twice, options).model, data.inputs[4], output=1)
    if found.flip:
        assert found.flip.answer == found.rival
