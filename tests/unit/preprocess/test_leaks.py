"""A column that contains the answer is said; one that merely predicts well is not."""

import numpy as np
import pytest

from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.dataset import load_table, read_table
from glassnet.preprocess.tabular.leaks import classes_by_column, mention_leak

N = 400
NOISE = np.random.default_rng(5).normal(size=(N, 3))
FIVES, PAIRS = np.random.default_rng(6).integers(0, [[5], [2]], (2, N))
CLASSES = np.where(NOISE[:, 0] + NOISE[:, 1] > 0.8, "yes", "no")
VALUES = np.exp(NOISE[:, 0]) * 100 + NOISE[:, 1] * 60


def said(target, **columns):
    table = {"a": NOISE[:, 0], "b": NOISE[:, 1], "c": NOISE[:, 2], **columns}
    remarks = Columns.learn(read_table({**table, "y": target}), "y").remarks
    return [text for text in remarks if mention_leak([text])]


def missing_unless(condition, values):
    return [value if one else None for one, value in zip(condition, values, strict=True)]


LEAKS_OF_CLASSES = {
    "renamed": np.where(CLASSES == "yes", "P", "Q"),
    "codes of several words": np.where(CLASSES == "yes", np.take(["r", "s"], PAIRS), np.take(["t", "u"], PAIRS)),
    "codes of interleaved numbers": 2 * FIVES + (CLASSES == "yes"),
    "threshold": NOISE[:, 0] + 10.5 * (CLASSES == "yes"),
    "only filled for one class": missing_unless(CLASSES == "yes", NOISE[:, 2]),
}


@pytest.mark.parametrize("leak", LEAKS_OF_CLASSES.values(), ids=LEAKS_OF_CLASSES)
def test_a_column_that_alone_gives_the_classes_is_said_with_the_flag(leak):
    [text] = said(CLASSES, leak=leak)
    assert "'leak'" in str(text)
    assert "drop=['leak']" in str(text)
    assert text.text("zh") != str(text)


LEAKS_OF_NUMBERS = {
    "equal": VALUES,
    "another unit": VALUES * -0.3 + 7,
    "monotone": np.log(VALUES - VALUES.min() + 1),
    "with gaps": missing_unless(NOISE[:, 2] > -1, VALUES),
}


@pytest.mark.parametrize("leak", LEAKS_OF_NUMBERS.values(), ids=LEAKS_OF_NUMBERS)
def test_a_column_that_alone_gives_the_numbers_is_said(leak):
    [text] = said(VALUES, leak=leak)
    assert "drop=['leak']" in str(text)
    assert text.text("zh") != str(text)


def test_words_that_give_the_numbers_are_said():
    words = np.take(["one", "two", "three", "four", "five"], FIVES)
    [text] = said([len(word) * 1.5 + ord(word[0]) for word in words], leak=words)
    assert "'leak'" in str(text)


def test_values_that_recur_may_also_name_groups():
    """Identifiers such as 41.5, or words, of ten rows each; not the code of a class, nor another unit of a number."""
    who, hint = np.arange(N) // 10, "; if rows with the same value belong together, pass group='leak'"
    words = np.array([f"{chr(97 + one // 26)}{chr(97 + one % 26)}" for one in who])
    number = np.random.default_rng(7).normal(size=N // 10)[who]
    for target, leak in ((np.take(["no", "yes"], who % 2), who + 0.5), (number, words)):
        [text] = said(target, leak=leak)
        assert str(text).endswith(hint)
        assert text.text("zh") != str(text)
    for target, leak in ((words, who), (CLASSES, LEAKS_OF_CLASSES["renamed"]), (number, number * 2)):
        [text] = said(target, leak=leak)
        assert "group=" not in str(text)


def test_columns_that_add_up_to_the_numbers_are_said_by_name():
    [text] = said(12 + 3 * NOISE[:, 0] - NOISE[:, 2] * 2)
    assert "'a', 'c'" in str(text)
    assert "'b'" not in str(text)
    assert text.text("zh") != str(text)


def test_good_columns_and_chance_are_no_leaks():
    near = np.where(NOISE[:, 2] < 2, CLASSES, "maybe")
    assert said(CLASSES, near=near, own=[f"w{k // 2}" for k in range(N)]) == []
    assert said(VALUES, near=VALUES + FIVES * VALUES.std() / 16) == []
    assert said(NOISE[:, 0] + NOISE[:, 1] + NOISE[:, 2] / 9, c=NOISE[:, 2] ** 2) == []


def test_one_extreme_row_is_no_leak():
    one, other = NOISE[:, 0].copy(), NOISE[:, 1].copy()
    one[3] = other[3] = 1e6
    assert said(other, b=NOISE[:, 2], leak=one) == []


def test_a_rare_class_counts():
    rare = np.zeros(20_000, int)
    rare[::200] = 1
    table = {"x": np.arange(20_000) % 7, "constant but once": (np.arange(20_000) == 5) * 1.0, "y": rare}
    assert not mention_leak(Columns.learn(read_table(table), "y").remarks)
    table["leak"] = rare * 3 + np.arange(20_000) % 3
    assert mention_leak(Columns.learn(read_table(table), "y").remarks)


def test_a_tiny_table_has_no_leak():
    table = {"x": list(range(10)), "z": ["u"] * 5 + ["v"] * 5, "y": ["a"] * 5 + ["b"] * 5}
    assert not mention_leak(Columns.learn(read_table(table), "y").remarks)


def test_only_training_rows_count():
    rows = np.arange(0, N, 2)
    leak = np.where(np.arange(N) % 2, "p", CLASSES)
    table = read_table({"leak": leak, "a": NOISE[:, 2], "y": CLASSES})
    assert not mention_leak(Columns.learn(table, "y").remarks)
    assert mention_leak(Columns.learn(table, "y", rows=rows).remarks)


def test_each_label_is_compared():
    table = {"x": NOISE[:, 2], "q": CLASSES, "y": (CLASSES == "yes") * 1, "z": PAIRS}
    [text] = [one for one in Columns.learn(read_table(table), ["y", "z"]).remarks if mention_leak([one])]
    assert "'y'" in str(text)


def test_python_names_the_argument():
    remarks = load_table({"leak": CLASSES, "a": NOISE[:, 2], "y": CLASSES}, "y").columns.remarks
    assert any("drop=['leak']" in str(text) for text in remarks)


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_intervals_are_counted_exactly(classes):
    """The best division is at least as good as any, and never better than all rows."""
    random = np.random.default_rng(7)
    labels = random.integers(0, classes, 200)
    values = labels + random.normal(size=200) * 0.3
    how, right = classes_by_column(values, labels)
    assert how == "order"
    cuts = np.searchsorted(np.arange(classes - 1) + 0.5, values)
    assert (cuts == labels).sum() <= right <= 200
    assert classes_by_column(labels + random.random(200) * 0.9, labels) == ("order", 200)
    assert classes_by_column(labels, labels) == ("value", 200)


def test_identifiers_and_many_words_in_use_are_said():
    random = np.random.default_rng(7)
    rows = 6 * N
    customers = 500_000 + random.permutation(rows * 3)[:rows] * 7
    customers[:40] = customers[40:80]
    table = {
        "account": customers,
        "visit_id": random.integers(0, 90, rows),
        "surname": [f"n{k % 120}" for k in range(rows)],
        "age": random.integers(18, 90, rows),
        "b": random.normal(size=rows),
        "y": np.resize(CLASSES, rows),
    }
    remarks = Columns.learn(read_table(table), "y").remarks[1:]
    assert [str(text).split("'")[1] for text in remarks] == ["account", "visit_id", "surname"]
    assert "120 inputs" in str(remarks[2])
    assert all(text.text("zh") != str(text) for text in remarks)
    assert len(Columns.learn(read_table(table), "y", keep=["account", "visit_id", "surname"]).remarks) == 1


def test_words_among_the_targets_of_few_training_rows_are_no_error():
    values = [*map(str, range(100, 194)), *["bad"] * 6]
    table = read_table({"a": NOISE[:100, 0], "b": NOISE[:100, 1], "y": values})
    assert Columns.learn(table, "y", rows=np.arange(10)).task == "numbers"
