"""Rows without a target, such as a row of totals, change nothing of what is learned from the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet.data.tables.table import read_table
from glassnet.errors import DataError
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.learner import ColumnsLearner

ROWS, FURTHER = 300, 300


def people(target):
    random = np.random.default_rng(3)
    return pl.DataFrame(
        {
            "size": random.normal(80, 20, ROWS),
            "rooms": random.integers(1, 9, ROWS),
            "city": [["Bonn", "Rome", "Oslo"][k * k % 3] for k in range(ROWS)],
            "new": random.random(ROWS) < 0.5,
            "day": [f"20{k % 30:02}-0{1 + k % 9}-11" for k in range(ROWS)],
            "y": {
                "classes": [["a", "b"][k % 2] for k in range(ROWS)],
                "numbers": random.normal(size=ROWS),
                "digits": [k % 3 for k in range(ROWS)],
                "labels": [k % 2 for k in range(ROWS)],
            }[target],
            "z": [k // 2 % 2 for k in range(ROWS)],
        }
    )


def totals(table):
    """Rows that are far from all others and have no target."""
    return pl.DataFrame(
        {
            "size": [1e6] * FURTHER,
            "rooms": [10**6] * FURTHER,
            "city": ["all"] * FURTHER,
            "new": [True] * FURTHER,
            "day": ["2099-12-31"] * FURTHER,
            "y": pl.Series([None] * FURTHER, dtype=table["y"].dtype),
            "z": [1] * FURTHER,
        }
    )


@pytest.mark.parametrize(
    ("kind", "target", "held_out"),
    [("classes", "y", False), ("classes", "y", True), ("numbers", "y", True), ("digits", "y", False),
     ("labels", ["y", "z"], True)],
)  # fmt: skip
def test_columns_are_learned_from_rows_with_a_target(kind, target, held_out):
    table = people(kind)
    both = pl.concat([table, totals(table)])
    rows = np.flatnonzero(np.arange(ROWS) % 5) if held_out else None
    more = None if rows is None else np.concatenate([rows, np.arange(ROWS, ROWS + FURTHER, 2)])
    expected = Columns.learn(read_table(table), target, rows=rows)
    learned = Columns.learn(read_table(both), target, rows=more)
    assert replace(learned, remarks=()) == replace(expected, remarks=())
    learner = ColumnsLearner(read_table(both), target)
    assert learner.columns(learner.summarise(read_table(both), more)).inputs == expected.inputs


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_a_row_of_totals_does_not_change_a_model(kind):
    table = people(kind)
    options = {"members": 1, "epochs": 2, "hidden": (4,)}
    models = [
        glassnet.TableModel.fit(one, "y", **options) for one in (table, pl.concat([table, totals(table).head(1)]))
    ]
    assert models[0].model.network.parameters.hash() == models[1].model.network.parameters.hash()


def test_no_training_row_with_a_target_is_an_error():
    table = people("classes").with_columns(pl.when(pl.int_range(pl.len()) < 2).then("y").alias("y"))
    with pytest.raises(DataError, match="every value is missing"):
        Columns.learn(read_table(table), "y", rows=np.arange(5, 50))
