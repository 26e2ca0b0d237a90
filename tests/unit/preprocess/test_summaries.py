"""Summaries of columns: the same bits for the same rows, in any order and division, and those of exact arithmetic."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from glassnet.data.tables.table import Column, column_of_numbers, read_table
from glassnet.errors import DataError, OptionError
from glassnet.preprocess.exact_sums import LARGEST, ExactSums
from glassnet.preprocess.tabular import learner as learner_module
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.encoders import interval_edges
from glassnet.preprocess.tabular.imputation import learn_fill
from glassnet.preprocess.tabular.learner import ColumnsLearner, TableSummary
from glassnet.preprocess.tabular.summaries import columns as summaries_module
from glassnet.preprocess.tabular.summaries import distinct
from glassnet.preprocess.tabular.summaries.columns import (
    SUMMARIES,
    DateSummary,
    NumberSummary,
    OddValues,
    WordSummary,
)
from glassnet.preprocess.tabular.summaries.distinct import DistinctValues
from glassnet.preprocess.targets import Targets

QUICK = settings(max_examples=40, deadline=None, database=None)
NUMBERS = st.floats(-LARGEST, LARGEST, allow_nan=False)
VALUES = arrays.arrays(np.float64, st.integers(1, 60), elements=NUMBERS)
DIVISION = st.lists(st.integers(0, 60), max_size=5)


def parts_of(items: np.ndarray, cuts: list[int], seed: int) -> list[np.ndarray]:
    """Shuffle items and divide them at some places; parts may be empty."""
    return np.split(np.random.default_rng(seed).permutation(items), sorted(min(cut, len(items)) for cut in cuts))


def merged(summaries: list, seed: int):
    """Merge summaries in a random order and grouping."""
    random = np.random.default_rng(seed)
    while len(summaries) > 1:
        first, second = (summaries.pop(int(random.integers(len(summaries)))) for _ in range(2))
        summaries.append(first.merge(second))
    return summaries[0]


@QUICK
@given(arrays.arrays(np.float64, st.integers(1, 40), elements=NUMBERS), st.integers(1, 300))
def test_sums_are_those_of_fractions(values, times):
    sums, exact = ExactSums.of(np.tile(values, times)), [Fraction(v) for v in values.tolist()]
    assert sums.total == times * sum(exact) * 2**1074
    assert sums.squares == times * sum(v * v for v in exact) * 2**2148
    assert sums.mean == float(sum(exact) / len(exact))


@QUICK
@given(arrays.arrays(np.float64, st.integers(1, 40), elements=st.integers(-(2**20), 2**20).map(float)))
def test_the_deviation_is_rounded_once(values):
    n, total = len(values), int(values.sum())
    variance = Fraction(n * int((values**2).sum()) - total * total, n * n)
    found = ExactSums.of(values).deviation
    below, above = (Fraction(np.nextafter(found, end)) + Fraction(found) for end in (0.0, np.inf))
    assert (below / 2) ** 2 <= variance <= (above / 2) ** 2
    assert found == pytest.approx(sqrt(variance), rel=1e-15)


def test_a_large_mean_does_not_hide_a_small_deviation():
    values = 1e9 + np.arange(10) / 1024
    assert ExactSums.of(values).deviation == float(np.std(np.arange(10)) / 1024)
    assert ExactSums.of(np.array([0.1] * 7)).deviation == 0
    assert ExactSums.of(values - 1e9).shifted(10**9) == ExactSums.of(values)


@QUICK
@given(VALUES, DIVISION, st.integers(0, 99), st.sampled_from([4, 16, 64]))
def test_numbers_in_any_order_and_division_have_the_same_summary(values, cuts, seed, cap):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distinct, "CAP", cap)
        whole = NumberSummary.of_numbers(values)
        assert merged([*map(NumberSummary.of_numbers, parts_of(values, cuts, seed))], seed) == whole
        assert len(whole.values.values) <= cap
        assert (whole.low, whole.high, len(whole.values)) == (values.min(), values.max(), len(values))
        below = whole.values.level - 1
        if below >= 0:  # one bit more would have been too many groups
            keys = distinct._keys_of(np.unique(values + 0.0)) >> below
            assert len(np.unique(keys)) > cap


@QUICK
@given(VALUES, st.integers(2, 16))
def test_few_distinct_values_give_the_median_and_the_edges_of_all_rows(values, bins):
    values = values + 0.0
    spread = NumberSummary.of_numbers(values).spread
    assert learn_fill(spread) == float(np.median(values))
    edges = interval_edges(spread, bins)
    assert not edges or (edges[0], edges[-1]) == (values.min(), values.max())


@pytest.mark.parametrize("draw", ["normal", "lognormal", "standard_cauchy", "uniform"])
def test_many_distinct_values_give_nearly_the_median_and_the_edges(draw):
    values = getattr(np.random.default_rng(1), draw)(size=100_000) + 0.5
    summary = NumberSummary.of_numbers(values)
    assert not summary.values.exact
    exact = DistinctValues(np.sort(values), np.ones(len(values), np.int64))
    ranks = np.searchsorted(exact.values, [learn_fill(summary.spread), *interval_edges(summary.spread, 8)])
    wanted = np.searchsorted(exact.values, [learn_fill(exact), *interval_edges(exact, 8)])
    assert np.abs(ranks - wanted).max() < 0.002 * len(values)
    assert summary.sums.mean == pytest.approx(values.mean(), rel=1e-12)


WORDS = st.lists(st.sampled_from([None, "a", "b", "ä", "Z", "zz", "0"]), min_size=1, max_size=40)


@QUICK
@given(WORDS, DIVISION, st.integers(0, 99), st.sampled_from([2, 3, 10]))
def test_words_in_any_order_and_division_have_the_same_summary(words, cuts, seed, most):
    def summary(rows: np.ndarray) -> WordSummary:
        return WordSummary.of(Column(pl.Series("w", words, pl.String)[rows], "text", np.full(len(rows), np.nan)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summaries_module, "MOST_WORDS", most)
        rows = np.arange(len(words))
        whole = summary(rows)
        again = merged([*map(summary, parts_of(rows, cuts, seed))], seed)
        assert again == whole
        assert again.counts is None or list(again.counts) == sorted(again.counts)
        assert (whole.counts is None) == (len({*words} - {None}) > most)


@QUICK
@given(st.lists(st.text("abc", max_size=3), max_size=12), st.lists(st.text("abc", max_size=3), max_size=12))
def test_odd_values_are_the_same_in_any_order(some, others):
    both = OddValues.of(some).merge(OddValues.of(others))
    assert both == OddValues.of(others).merge(OddValues.of(some)) == OddValues.of(others + some)


def test_dates_in_any_order_and_division_have_the_same_summary():
    days = np.datetime64("1969-12-01T00:30", "us") + np.arange(200) * np.timedelta64(40_000_000_000, "us")
    column = read_table(pl.DataFrame({"d": days})).column("d")
    whole = DateSummary.of(column)
    for seed, cuts in enumerate(([], [10], [3, 50, 150])):
        parts = [DateSummary.of(column.take(rows)) for rows in parts_of(np.arange(200), cuts, seed)]
        assert merged(parts, seed) == whole
    assert str(whole.first) == "1969-12-01"


def mixed(rows: int = 240) -> pl.DataFrame:
    random = np.random.default_rng(5)
    days = [f"20{k % 30:02}-0{1 + k % 9}-11" for k in range(rows)]
    return pl.DataFrame(
        {
            "measured": [
                f"{v:.3f}" if k % 11 else "none" if k % 2 else None for k, v in enumerate(random.normal(size=rows))
            ],
            "price": [f"{k * 37 % 101} €" for k in range(rows)],
            "huge": np.where(np.arange(rows) % 50 == 7, 1e300, random.normal(size=rows)),
            "whole": random.integers(0, 9, rows),
            "infinite": np.where(np.arange(rows) == 9, np.inf, random.random(rows)),
            "city": [["Bonn", "Rome", "Oslo", None][k * k % 7 % 4] for k in range(rows)],
            "right": [["yes", "no", None][k % 3] for k in range(rows)],
            "day": days,
            "row": range(rows),
            "constant": ["same"] * rows,
            "kind": [["a", "b", None, "c"][k // 7 % 4] for k in range(rows)],
            "income": [None if k % 13 == 0 else k * 0.37 for k in range(rows)],
            "left": [k % 2 for k in range(rows)],
        }
    )


@pytest.mark.parametrize(
    ("target", "task", "cuts"),
    [
        ("kind", None, []),
        ("kind", None, [60, 120, 180]),
        ("income", None, [1, 90, 91]),
        ("whole", "classes", [60, 120, 180]),
        (["left", "right"], None, [1, 90, 91]),
        (["whole", "income"], None, [60, 120, 180]),
    ],
)
def test_a_table_in_parts_gives_the_columns_of_the_whole_table(target, task, cuts):
    table, seed = read_table(mixed()), len(cuts)
    training = np.flatnonzero(np.arange(len(table)) % 5 > 0)
    whole = Columns.learn(table, target, task=task, rows=training)
    learner = ColumnsLearner(table, target, task=task)
    parts = [np.sort(rows) for rows in parts_of(np.arange(len(table)), cuts, seed)]
    summaries = [learner.summarise(table.take(rows), np.flatnonzero(np.isin(rows, training))) for rows in parts]
    summary = merged(summaries, seed)
    columns = learner.columns(summary)
    assert replace(columns, remarks=()) == replace(whole, remarks=())
    assert [*columns.remarks] == [*whole.remarks]
    rows, answers = columns.answers(table.take(training))
    assert summary.training_rows == len(rows)
    assert summary.sample.frame.equals(table.take(training[rows]).frame.select(learner.names))
    assert learner.answers.task == columns.task
    if columns.task == "numbers":
        assert learner.targets(summary) == Targets.of_values(answers)


def test_the_sample_does_not_depend_on_the_division(monkeypatch):
    monkeypatch.setattr(learner_module, "SAMPLE", 30)
    table = read_table(mixed())
    learner = ColumnsLearner(table, "kind")
    whole = learner.summarise(table).sample
    for seed in range(3):
        parts = parts_of(np.arange(len(table)), [50, 51, 200], seed)
        again = merged([learner.summarise(table.take(np.sort(rows))) for rows in parts], seed).sample
        assert again.rows.tolist() == whole.rows.tolist()
        assert again.frame.equals(whole.frame)
    assert len(whole) == 30
    assert whole.frame["kind"].null_count() == 0


def in_parts(frame: pl.DataFrame, first: int, target: str, **settings) -> Columns:
    table = read_table(frame)
    learner = ColumnsLearner(table.take(np.arange(first)), target, **settings)
    parts = [np.arange(start, min(start + first, len(table))) for start in range(0, len(table), first)]
    return learner.columns(reduce(TableSummary.merge, (learner.summarise(table.take(rows)) for rows in parts)))


def test_what_appears_only_later_is_counted():
    rows = 400
    frame = pl.DataFrame(
        {
            "x": [str(k % 17) for k in range(200)] + ["?", "many", "few"] * 10 + [str(k % 23) for k in range(170)],
            "right": ["yes", "no"] * 195 + ["perhaps"] * 10,
            "day": ["2024-01-02", "2023-05-06"] * 195 + ["soon"] * 10,
            "city": ["Bonn", "Rome"] * 150 + ["Oslo"] * 100,
            "late": [None] * 100 + [1.0, 2.0, 3.0] * 100,
            "sorted": [0] * 150 + [1] * 150 + [7] * 100,
        }
    )
    columns = in_parts(frame, 100, "sorted")
    assert columns.output_names == ("0", "1", "7")
    city = next(one for one in columns.inputs if one.name == "city")
    assert city.words == ("Bonn", "Oslo", "Rome")
    assert {name: str(why) for name, why in columns.dropped} == {"late": "every value is missing in the first 100 rows"}
    text = "\n".join(map(str, columns.remarks))
    assert "column 'x': 20 values treated as missing, expected numbers ('few', 'many')" in text
    assert "column 'right': 10 values treated as missing, expected yes or no ('perhaps')" in text
    assert "column 'day': 10 values treated as missing, expected dates such as 2024-03-01 ('soon')" in text
    numbers = pl.DataFrame({"x": frame["x"], "y": [0.0] * 150 + np.linspace(1, 2, rows - 150).tolist()})
    assert in_parts(numbers, 100, "y", task="numbers").task == "numbers"
    with pytest.raises(DataError, match="classes in the first 100 rows, but numbers in all"):
        in_parts(numbers, 100, "y")


def test_too_many_words_are_left_out_or_refused(monkeypatch):
    monkeypatch.setattr(summaries_module, "MOST_WORDS", 20)
    words = [f"w{k % 30}" for k in range(300)]
    frame = pl.DataFrame({"w": words, "x": [k % 7 for k in range(300)], "y": [0, 1] * 150})
    assert str(dict(in_parts(frame, 100, "y").dropped)["w"]).startswith("more than ")
    assert in_parts(frame, 100, "y") == replace(
        Columns.learn(read_table(frame), "y"), remarks=in_parts(frame, 100, "y").remarks
    )
    with pytest.raises(DataError, match="too many classes"):
        in_parts(frame, 100, "w")


def test_problems_that_the_first_rows_show_are_raised_before_the_pass():
    frame = mixed()
    with pytest.raises(OptionError, match="task 'guess'"):
        in_parts(pl.concat([frame] * 10), 2400, "kind", task="guess")
    with pytest.raises(DataError, match="expected numbers"):
        ColumnsLearner(read_table(pl.concat([frame] * 10)), "kind", task="numbers")
    with pytest.raises(DataError, match="'kinds' not found"):
        ColumnsLearner(read_table(frame), "kinds")
    with pytest.raises(DataError, match="missing column 'city'"):
        ColumnsLearner(read_table(frame), "kind").summarise(read_table(frame.drop("city")))


def test_each_kind_of_column_has_a_summary():
    table = read_table(mixed())
    kinds = {one.kind for one in table.columns().values()}
    assert kinds == {*SUMMARIES}
    assert NumberSummary.of(column_of_numbers("x", np.array([np.nan]))).count == 0


def test_words_of_too_many_characters_are_not_counted_however_they_are_divided(monkeypatch):
    def counts(*words: str) -> WordSummary:
        return WordSummary.of(Column(pl.Series("w", words), "text", np.full(len(words), np.nan)))

    monkeypatch.setattr(summaries_module, "MOST_CHARACTERS", 20)
    first, second = counts("a" * 9, "b" * 9), counts("a" * 9, "ccc")
    assert first.counts == {"a" * 9: 1, "b" * 9: 1}
    assert first.merge(second).counts is second.merge(first).counts is counts("a" * 9, "b" * 9, "ccc").counts is None


def test_a_target_without_values_in_the_first_rows_is_refused_before_all_rows_are_read():
    frame = pl.DataFrame({"x": range(300), "late": [None] * 100 + [1.0, 2.0] * 100})
    with pytest.raises(DataError, match="'late': every value is missing in the first 100 rows"):
        ColumnsLearner(read_table(frame).take(np.arange(100)), "late")
