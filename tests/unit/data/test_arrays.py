"""Data sets of arrays: kinds of samples and targets, splits, and what is rejected."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from glassnet import Dataset
from glassnet.errors import DataError, OptionError, ShapeError

ROWS = np.random.default_rng(0).normal(size=(60, 4))
WORDS = np.array(["dog", "ant", "cat"])[np.arange(60) % 3]

TARGETS = {
    "words": (WORDS, ("ant", "cat", "dog")),
    "objects": (WORDS.astype(object), ("ant", "cat", "dog")),
    "category": (pd.Series(WORDS, dtype="category"), ("ant", "cat", "dog")),
    "polars": (pl.Series(WORDS.tolist()), ("ant", "cat", "dog")),
    "numbered": (np.arange(60) % 3, ()),
    "bytes": ((np.arange(60) % 3).astype(np.uint8).tolist(), ()),
    "whole floats": (np.arange(60) % 3 + 0.0, ()),
    "other numbers": (np.arange(60) % 3 * 2 - 1, ("-1", "1", "3")),
    "bools": (np.arange(60) % 2 == 0, ("False", "True")),
    "one-hot": (np.eye(3)[np.arange(60) % 3], ()),
    "a column": ((np.arange(60) % 3)[:, None], ()),
}


@pytest.mark.parametrize("kind", TARGETS)
def test_classes_of_any_kind_are_numbered_in_their_order(kind):
    given, names = TARGETS[kind]
    data = Dataset.from_arrays(ROWS, given)
    assert (data.class_names, data.values) == (names, None)
    assert data.classes == (2 if kind == "bools" else 3)
    if names:
        assert [data.name_of(one) for one in data.labels] == list(map(str, given))
    else:
        np.testing.assert_array_equal(data.labels, np.arange(60) % 3)


def test_numbers_with_fractions_are_a_regression_and_0_and_1_are_labels():
    prices = Dataset.from_arrays(ROWS, ROWS[:, 0] * 7)
    np.testing.assert_array_equal(prices.values, ROWS[:, :1] * 7)
    assert Dataset.from_arrays(ROWS, np.arange(60), task="regression").values.shape == (60, 1)
    assert Dataset.from_arrays(ROWS, ROWS[:, :3]).classes == 3
    labels = Dataset.from_arrays(ROWS, ROWS[:, :3] > 0)
    np.testing.assert_array_equal(labels.values, ROWS[:, :3] > 0)


@pytest.mark.parametrize("kind", ["?", "u1", "i2", "f2", "f4", "f8", ">f8"])
def test_samples_of_every_real_type_are_kept(kind):
    given = (ROWS > 0).astype(kind)
    np.testing.assert_array_equal(Dataset.from_arrays(given, WORDS).inputs, given)
    np.testing.assert_array_equal(Dataset.from_arrays(given.tolist(), WORDS).inputs, given)


def test_images_and_frames_keep_what_their_form_says():
    images = np.random.default_rng(1).integers(0, 256, (60, 4, 5), np.uint8)
    data = Dataset.from_arrays(images, WORDS)
    assert (data.image_shape, data.maximum, data.features) == ((4, 5), 255, 20)
    assert (
        Dataset.from_arrays(images.reshape(60, 20), WORDS, image_shape=(4, 5)).inputs.tolist() == data.inputs.tolist()
    )
    assert Dataset.from_arrays(images / 255, WORDS).maximum == 1
    coloured = Dataset.from_arrays(np.stack([images] * 3, axis=3), WORDS)
    assert (coloured.image_shape, coloured.channels) == ((4, 5), 3)
    for frame in (pd.DataFrame(ROWS, columns=list("abcd")), pl.DataFrame(ROWS, schema=list("abcd"))):
        table = Dataset.from_arrays(frame, WORDS)
        assert (table.feature_names, table.image_shape, table.maximum) == (tuple("abcd"), None, 1)
    assert Dataset.from_arrays(pd.DataFrame(ROWS), WORDS).feature_names == ()


@pytest.mark.parametrize("size", [0.2, 12])
def test_a_split_holds_out_each_class_in_proportion(size):
    order = np.random.default_rng(2).permutation(60)
    weights = np.arange(1.0, 61)
    train, test = Dataset.from_arrays(ROWS[order], WORDS[order], test_size=size, weights=weights)
    assert (np.bincount(train.labels).tolist(), np.bincount(test.labels).tolist()) == ([16] * 3, [4] * 3)
    rows = np.concatenate([train.row_numbers, test.row_numbers])
    assert sorted(rows) == list(range(60))
    np.testing.assert_array_equal(np.concatenate([train.inputs, test.inputs]), ROWS[order][rows])
    np.testing.assert_array_equal(np.concatenate([train.weights, test.weights]), weights[rows])
    again, other = (Dataset.from_arrays(ROWS, WORDS, test_size=size, seed=seed)[1].row_numbers for seed in (0, 1))
    assert again.tolist() != other.tolist()
    assert again.tolist() == Dataset.from_arrays(ROWS, WORDS, test_size=size)[1].row_numbers.tolist()


def test_like_numbers_the_classes_as_other_data_do():
    train = Dataset.from_arrays(ROWS, WORDS)
    other = Dataset.from_arrays(ROWS[:2], ["dog", "cat"], like=train)
    assert (other.labels.tolist(), other.class_names, other.classes) == ([2, 1], train.class_names, 3)
    numbered = Dataset.from_arrays(ROWS, np.arange(60) % 3)
    assert Dataset.from_arrays(ROWS[:2], [2, 0], like=numbered).labels.tolist() == [2, 0]
    with pytest.raises(DataError, match=r"y: class 'cow' is not known, expected one of ant, cat, dog\.") as problem:
        Dataset.from_arrays(ROWS[:2], ["dog", "cow"], like=train)
    assert problem.value.code == "GN017"


NUMBERED = np.arange(60) % 3
PAIRS = {
    "fewer numbers": (NUMBERED, NUMBERED[NUMBERED > 0]),
    "more numbers": (NUMBERED[NUMBERED > 0], NUMBERED),
    "numbers from 1": (NUMBERED, NUMBERED + 1),
    "words": (NUMBERED, WORDS),
    "fewer words": (WORDS, WORDS[WORDS != "ant"]),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_data_that_number_the_classes_in_another_way_are_rejected(pair):
    one, other = (Dataset.from_arrays(ROWS[: len(y)], y) for y in PAIRS[pair])
    with pytest.raises(DataError, match=r"class .* where the model has .* Pass like=") as problem:
        other.require_like(4, one.classes, "the model", class_names=one.class_names)
    assert problem.value.code == "GN017"
    assert problem.value.text("zh") != str(problem.value)


@pytest.mark.parametrize("given", [NUMBERED[NUMBERED < 2], NUMBERED < 2, NUMBERED])
def test_data_that_number_the_classes_in_the_same_way_are_accepted(given):
    Dataset.from_arrays(ROWS[: len(given)], given).require_like(4, 3, "the model", class_names=())


def test_labels_without_names_are_the_numbers_of_named_classes():
    Dataset.from_arrays(ROWS, NUMBERED).require_like(4, 3, "the model", class_names=("ant", "cat", "dog"))


def test_like_numbers_booleans_and_named_columns_too():
    zero_and_one, answers = Dataset.from_arrays(ROWS, NUMBERED > 1), Dataset.from_arrays(ROWS, NUMBERED % 2)
    for like in (zero_and_one, answers):
        for y in ([True, True], [1, 1]):
            assert Dataset.from_arrays(ROWS[:2], y, like=like).labels.tolist() == [1, 1]
    words = Dataset.from_arrays(ROWS, WORDS)
    columns = pd.get_dummies(pd.Series(["dog", "cat", "dog"])).iloc[:, ::-1]
    assert Dataset.from_arrays(ROWS[:3], columns, like=words).labels.tolist() == [2, 1, 2]


@pytest.mark.parametrize(
    ("y", "code"),
    [([0.2, 0.7, 1.5], "GN014"), ([1e300, 2e300, 1], "GN014"), ([2.0**63, 1, 2], "GN014"), ([np.inf, 1, 2], "GN018")],
)
def test_numbers_that_are_no_integers_are_not_classes(y, code):
    with pytest.raises(DataError, match=r"expected whole numbers|expected finite numbers") as problem:
        Dataset.from_arrays(ROWS[:3], np.array(y), task="classification")
    assert problem.value.code == code
    assert problem.value.text("zh") != str(problem.value)


@pytest.mark.parametrize("y", [np.array([-(2.0**63), 1, 2.0**62]), np.array([-3, 0, 7], "f2")])
def test_whole_numbers_of_64_bits_are_classes(y):
    assert Dataset.from_arrays(ROWS[:3], y).class_names == tuple(str(int(one)) for one in y)


BAD = [
    (ROWS[:, 0], WORDS, ShapeError, r"X: shape \(60,\), .*For one feature, pass X.reshape"),
    (ROWS, WORDS[:7], ShapeError, "60 rows of X but 7 of y"),
    (ROWS, np.zeros((60, 2, 2)), ShapeError, r"y: shape \(60, 2, 2\), expected \(samples,\)"),
    (ROWS, ["ant", None] * 30, DataError, "y: row 1 has no value"),
    (ROWS, [0.5, np.nan] * 30, DataError, "y: row 1 has no value"),
    (ROWS, [object(), 1] * 30, DataError, "y: values of the types int, object"),
    (ROWS, pd.Series(["ant", pd.NA] * 30, dtype="string"), DataError, "y: row 1 has no value"),
    (ROWS, pd.Series([1, None] * 30, dtype="Int64"), DataError, "y: row 1 has no value"),
    (pd.DataFrame({"a": pd.Series([1, None] * 30, dtype="Int64")}), WORDS, DataError, "row 1: value 1 is nan"),
    ([[1, None]] * 60, WORDS, DataError, "row 0: value 2 is nan"),
    (ROWS, ["ant"] * 60, DataError, "y: only one class, 'ant'"),
    (pd.DataFrame({"a": range(60), "b": ["x"] * 60}), WORDS, DataError, r"X: column 'b' has 'x' in row 0.* load_table"),
    (np.full((60, 2), np.inf), WORDS, DataError, "row 0: value 1 is inf"),
]


@pytest.mark.parametrize(("X", "y", "kind", "message"), BAD, ids=lambda one: one if isinstance(one, str) else "")
def test_unusable_arrays_are_rejected(X, y, kind, message):
    with pytest.raises(kind, match=message):
        Dataset.from_arrays(X, y)


@pytest.mark.parametrize("size", [0, 1.0, 1.5, -0.1, 60, 70, "a", True])
def test_an_impossible_split_is_rejected(size):
    with pytest.raises(OptionError, match=r"test_size .*: expected a fraction between 0 and 1") as problem:
        Dataset.from_arrays(ROWS, WORDS, test_size=size)
    assert isinstance(problem.value, TypeError | ValueError)


def test_text_is_no_regression_and_another_task_is_unknown():
    with pytest.raises(DataError, match=r"y: values of type .*expected numbers for a regression") as problem:
        Dataset.from_arrays(ROWS, WORDS, task="regression")
    assert problem.value.code == "GN013"
    with pytest.raises(OptionError, match="task 'numbers': expected one of auto"):
        Dataset.from_arrays(ROWS, WORDS, task="numbers")
    with pytest.raises(ShapeError, match="expected one class per sample"):
        Dataset.from_arrays(ROWS, ROWS, task="classification")


def test_many_whole_numbers_are_classes_with_a_warning():
    with pytest.warns(UserWarning, match=r"60 different whole numbers in 60 rows .* task='regression'") as warned:
        assert Dataset.from_arrays(ROWS, np.arange(60)).classes == 60
    assert warned[0].filename == __file__
    assert Dataset.from_arrays(ROWS, np.arange(60), task="classification").classes == 60
