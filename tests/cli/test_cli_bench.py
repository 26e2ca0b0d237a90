"""``glassnet bench`` with few samples: the form of its results, not the times."""

from __future__ import annotations

import re

import pytest

from glassnet import load_data
from glassnet.cli import bench
from glassnet.messages.formats import width_of
from support.cli import run
from support.declared import undeclared

TASKS = ["one epoch of recipe notes", "one epoch of recipe quick", "one prediction", "100 predictions at once"]


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    few = {part: load_data("mnist", part=part).take(slice(count)) for part, count in (("train", 400), ("test", 100))}
    monkeypatch.setattr(bench.data, "bundled", lambda part="train": few[part])
    monkeypatch.setattr(bench, "_REFERENCE_SAMPLES", 100)
    monkeypatch.setattr(bench, "_each", lambda ask: bench._once(lambda: ask(7)))


def test_every_task_is_also_measured_with_numpy():
    found = run("bench", "--runs", "2", "--json").json()
    assert [row["task"] for row in found["tasks"]] == TASKS
    for row in found["tasks"]:
        assert row["seconds"] > 0
        assert row["ratio"] == row["reference"] / row["seconds"]
    assert found["runs"] == 2
    assert undeclared(found, bench.BenchFacts) == []


def test_each_task_is_a_line_of_text():
    outcome = run("bench", "--runs", "1")
    assert outcome.code == 0
    machine, header, *lines = outcome.out.splitlines()
    assert "cores; python" in machine
    assert header.split() == ["glassnet", "NumPy", "ratio"]
    assert [line[:48].strip() for line in lines] == TASKS
    assert [line.rstrip(" …") for line in outcome.err.splitlines()] == TASKS


def test_chinese_output_has_aligned_columns():
    outcome = run("bench", "--runs", "1", "--language", "zh")
    machine, *lines = outcome.out.splitlines()
    assert "个核心" in machine
    assert lines[0].endswith("倍数")
    assert len({width_of(line) for line in lines}) == 1
    assert all(re.match("[⺀-鿿]", line) for line in lines[1:])


def test_fewer_than_one_run_is_rejected():
    run("bench", "--runs", "0").refused("GN021", "--runs")
