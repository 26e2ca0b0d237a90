"""The target column of another table: missing and invalid values, and warnings."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pytest

from glassnet import load_table, read_table
from glassnet.errors import DataError
from glassnet.preprocess import Columns

TRUTHS = {
    "digits": ["0", "1"],
    "numbers": [0, 1],
    "floats": [0.0, 1.0],
    "truth values": [False, True],
    "true and false": ["False", "TRUE"],
    "yes and no": ["no", "yes"],
    "letters": ["N", "Y"],
}


def table(answers):
    count = 60
    return {"x": [k / count for k in range(count)], "y": [answers[k % len(answers)] for k in range(count)]}


def fitted(answers, **settings):
    columns = Columns.learn(read_table(table(answers)), "y", **settings)
    return Columns.from_dict(json.loads(json.dumps(columns.to_dict())))


@pytest.mark.parametrize("trained", TRUTHS.values(), ids=TRUTHS)
def test_yes_and_no_are_recognised_in_every_notation(trained):
    columns = fitted(trained)
    for name, queried in TRUTHS.items():
        found = load_table(table([*queried, None]), columns=columns)
        assert found.labels.tolist() == [0, 1] * 20, name


@pytest.mark.parametrize("trained", [["0", "1"], ["0", "1", "2"], [0, 1], [0, 1, 2]])
def test_rows_with_words_among_numbers_are_excluded_with_a_remark(trained):
    queried = read_table(table([*map(str, trained)] * 5 + ["n.d."]))
    columns = fitted(trained)
    assert load_table(queried, columns=columns).labels.max() == len(trained) - 1
    (remark,) = map(str, columns.surprises(queried))
    assert "expected numbers" in remark
    assert "'n.d.'" in remark
    (in_training,) = [one for one in map(str, Columns.learn(queried, "y").remarks) if "expected numbers" in one]
    assert in_training == remark


NO_NUMBERS = {
    "words among numbers": (["2", "n.d.", "n.a."], 2, "'n.d.'"),
    "words": (["b", "a", "c"], 1, "'b'"),
    "dates": ([datetime.date(2020, 1, 2), datetime.date(2020, 1, 1)], 1, "'2020-01-02'"),
    "durations": ([datetime.timedelta(1), datetime.timedelta(2)], 1, "'1 day"),
    "lists": ([[1, 2], [3]], 1, r"'\[1, 2\]'"),
}


@pytest.mark.parametrize("settings", [{}, {"task": "numbers"}])
@pytest.mark.parametrize("case", NO_NUMBERS)
def test_non_numeric_targets_are_rejected(case, settings):
    columns = fitted([1, 2, 3], **settings)
    answers, sample, shown = NO_NUMBERS[case]
    with pytest.raises(DataError, match=rf"'y', row {sample - 1}: {shown}.*, expected a number") as caught:
        load_table(table(answers), columns=columns)
    assert caught.value.code == "GN064"
    assert columns.surprises(read_table({"x": [1.0]})) == []


@pytest.mark.parametrize(
    ("trained", "queried", "message"),
    [
        ("{} %", "{}", "its numbers lack the '%' of the training data, which is assumed"),
        ("{}", "{} %", "'%', which the training data did not have, is ignored"),
        ("{} kg", "{}", "its numbers lack the 'kg' of the training data, which is assumed"),
        ("{} kg", "{} kg", None),
    ],
)
def test_missing_or_additional_units_of_a_target_give_a_remark(trained, queried, message):
    columns = fitted([trained.format(k) for k in range(60)])
    remarks = columns.surprises(read_table(table([queried.format(k) for k in range(60)])))
    assert [*map(str, remarks)] == ([f"column 'y': {message}"] if message else [])


def test_the_error_names_an_unknown_class_as_written():
    for trained, queried, word in (([0, 1, 2], [0.0, 7.0], "'7'"), (["no", "yes"], ["no", "so"], "'so'")):
        with pytest.raises(DataError, match=f"row 1: unknown class {word}, expected one of"):
            load_table(table(queried), columns=fitted(trained))


@pytest.mark.parametrize("form", [int, str])
def test_integers_equal_in_float64_are_different_classes(form):
    names = [2**53, 2**53 + 1]
    columns = fitted([*map(form, names)])
    assert columns.output_names == tuple(map(str, names))
    assert load_table(table([*map(form, names)]), columns=columns).labels.tolist() == [0, 1] * 30


@pytest.mark.parametrize("task", [None, "numbers", "classes"])
def test_targets_without_a_finite_value_are_rejected(task):
    with pytest.raises(DataError, match="'y': every value is infinite or missing"):
        Columns.learn(read_table({"x": [1.0, 2.0, 3.0], "y": [np.inf, -np.inf, np.nan]}), "y", task=task)
