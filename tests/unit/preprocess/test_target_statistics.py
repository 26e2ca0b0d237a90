"""Rare words by their target: what a training row must not see, what new rows see, and columns of random names."""

from functools import reduce

import numpy as np
import polars as pl
import pytest

from glassnet import Columns, TableModel, fit, load_split, load_table, read_table, verify
from glassnet.data.fingerprint import fingerprint
from glassnet.errors import ModelFileError
from glassnet.explain import why
from glassnet.model.header import COLUMNS
from glassnet.model.partial_dependence import partial_dependence
from glassnet.preprocess.tabular.dataset import samples_of
from glassnet.preprocess.tabular.encoders import ROWS_OF_OWN
from glassnet.preprocess.tabular.learner import ColumnsLearner, TableSummary
from glassnet.preprocess.tabular.rows import RowEncoder
from glassnet.preprocess.tabular.target_statistics import OwnTargets, TargetSums

WORDS = 300


def many_words(rows=1500, seed=0):
    """Return a table of a column of many words with effects, a number, and targets of all tasks."""
    random = np.random.default_rng(seed)
    words = random.zipf(1.3, rows) % WORDS
    effects, x = random.normal(0, 1.5, WORDS), random.normal(size=rows)
    score = effects[words] + 0.7 * x + random.normal(0, 0.5, rows)
    named = [None if word == 7 else f"w{word:03d}" for word in words.tolist()]
    kinds = np.select([score > 1, score < -1], ["high", "low"], "middle")
    truths = {"a": (score > 0).astype(int), "b": (score > 2).astype(int)}
    return {"word": named, "x": x, "sign": truths["a"], "kind": kinds, "price": 1e6 + 3 * score, **truths}


TASKS = {"two classes": ("sign",), "classes": ("kind",), "numbers": ("price",), "labels": ("a", "b")}


def table_for(task, **changes):
    """Return a table with the targets of a task, and their names."""
    values = many_words(**changes)
    return read_table({name: values[name] for name in ("word", "x", *TASKS[task])}), TASKS[task]


def means_of(encoded, columns):
    """Return the inputs of rare words by their target."""
    return encoded[:, columns.layout.means]


@pytest.mark.parametrize("task", TASKS)
def test_a_training_row_has_the_inputs_of_a_model_that_never_saw_it(task):
    table, targets = table_for(task)
    columns = Columns.learn(table, targets)
    [words, _] = columns.inputs
    in_training = means_of(samples_of(table, columns, in_training=True).inputs, columns)
    column, own = table.column("word"), columns.own_targets(table)
    rare = {word for word, count in column.word_counts().items() if count > 1} - {*words.words}
    rows = [row for row, word in enumerate(column.series) if word in rare]
    assert np.abs(in_training - means_of(columns.apply(table), columns)).max() > 0.01
    for row in rows[::20]:
        others = np.delete(np.arange(len(table)), row)
        sums = TargetSums.of(column.take(others), OwnTargets(own.outputs, own.values[others]))
        without = words.statistics.updated(sums, words.words)
        expected = without.of_column(column.take(np.array([row])))[:, 0]
        np.testing.assert_allclose(in_training[row], expected, rtol=1e-4, atol=1e-5)


def test_a_row_alone_in_its_word_is_in_training_like_a_new_word():
    table, targets = table_for("numbers")
    columns = Columns.learn(table, targets)
    counts = table.column("word").word_counts()
    single = [row for row, word in enumerate(table.frame["word"]) if counts.get(word) == 1]
    assert single
    assert not means_of(samples_of(table, columns, in_training=True).inputs[single], columns).any()
    new = columns.apply({"word": ["never seen", None], "x": [0.0, 0.0]})
    assert not means_of(new, columns).any()


@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_rows_of_the_same_group_are_left_out_together(task):
    values = many_words()
    table = read_table({name: np.tile(values[name], 2) for name in ("word", "x", *TASKS[task])})  # every row twice
    columns = Columns.learn(table, TASKS[task])
    rows = len(table) // 2
    own = columns.own_targets(table, np.tile(np.arange(rows), 2))
    apart = means_of(columns.apply_in_training(table, own), columns)[:rows]
    half = table.take(np.arange(rows))
    [words, _] = columns.inputs
    once = words.statistics.updated(TargetSums.of(half.column("word"), columns.own_targets(half)), words.words)
    codes = once.codes(half.column("word"))
    doubled = 2 * (once._sums[codes] - columns.own_targets(half).of_words(codes, once.outputs)[1])
    expected = once._encoded(doubled, 2 * np.maximum(once._rows[codes] - 1, 0))
    expected[codes < 0] = 0
    np.testing.assert_allclose(apart, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("task", TASKS)
def test_parts_in_any_order_give_the_columns_of_the_whole_table(task):
    table, targets = table_for(task)
    learner, order = ColumnsLearner(table, targets), np.random.default_rng(1).permutation(len(table))
    parts = [learner.summarise(table.take(rows)) for rows in np.array_split(order, 5)]
    assert learner.columns(reduce(TableSummary.merge, parts)) == Columns.learn(table, targets)


@pytest.mark.parametrize("groups", [(), ("who",)])
def test_the_inputs_of_training_do_not_depend_on_the_parts_of_a_stream(groups):
    """The rows of a group may be in any of them."""
    values = many_words()
    who = [f"p{one}" for one in np.random.default_rng(2).integers(0, 40, 1500)]
    table = read_table({name: values[name] for name in ("word", "x", "kind")} | {"who": who})
    learner = ColumnsLearner(table, "kind", group=groups, drop=("who",) * (not groups))
    parts = [table.take(rows) for rows in np.array_split(np.arange(len(table)), 5)]
    columns = learner.columns(reduce(TableSummary.merge, map(learner.summarise, parts)))
    found = np.concatenate([samples_of(part, columns, in_training=True).inputs for part in parts])
    np.testing.assert_array_equal(found, samples_of(table, columns, in_training=True).inputs)


@pytest.mark.parametrize("task", TASKS)
def test_rows_without_a_target_change_no_row_of_their_group(task):
    table, targets = table_for(task)
    who = [f"p{one}" for one in np.random.default_rng(2).integers(0, 40, len(table))]
    gaps = [pl.when(pl.int_range(pl.len()) % 9 > 0).then(pl.col(name)).alias(name) for name in targets[:1]]
    table = read_table(table.frame.with_columns(*gaps, who=pl.Series(who)))
    columns = Columns.learn(table, targets, group=("who",))
    alone = table.take(np.flatnonzero(np.arange(len(table)) % 9 > 0))
    found = samples_of(table, columns, in_training=True).inputs
    np.testing.assert_array_equal(found, samples_of(alone, columns, in_training=True).inputs)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("task", TASKS)
def test_the_saved_form_encodes_the_same_bits(task):
    table, targets = table_for(task)
    columns = Columns.learn(table, targets)
    again = Columns.from_dict(columns.to_dict())
    assert again.inputs == columns.inputs
    own = columns.own_targets(table)
    np.testing.assert_array_equal(again.apply_in_training(table, own), columns.apply_in_training(table, own))
    assert columns.to_dict()["version"] == 4


def test_rows_alone_are_encoded_as_in_the_table():
    table, targets = table_for("classes")
    columns = Columns.learn(table, targets)
    encoder, together = RowEncoder(columns), columns.apply(table)
    frame = table.frame.select("word", "x")
    for row, values in enumerate(frame.head(60).iter_rows(named=True)):
        np.testing.assert_array_equal(encoder.row(values), together[[row]])
    arrays = {name: frame[name].to_numpy() for name in frame.columns}
    np.testing.assert_array_equal(encoder.arrays(len(frame), arrays), together)


def test_new_words_are_said_and_words_of_training_are_not():
    table, targets = table_for("classes")
    columns = Columns.learn(table, targets)
    assert columns.surprises(table) == []
    remarks = columns.surprises({"word": ["w001", "never seen"], "x": [0.0, 0.0]})
    assert [str(one) for one in remarks] == [
        "column 'word': 1 value not in the training data, treated as an average rare word ('never seen')"
    ]
    unusual = set()
    RowEncoder(columns).rows([{"word": "w001", "x": 0.0}, {"word": "never seen", "x": 0.0}], unusual)
    assert unusual == {1}


def test_only_words_of_enough_rows_have_an_input_of_their_own():
    table, targets = table_for("two classes")
    [words, _] = Columns.learn(table, targets).inputs
    counts = table.column("word").word_counts()
    assert {*words.words} == {word for word, count in counts.items() if count >= ROWS_OF_OWN}
    assert {*words.categories} == {*counts}


@pytest.mark.parametrize("rows", [1, 2, 5, 12])
def test_random_names_are_no_input(rows):
    random = np.random.default_rng(rows)
    x, names = random.normal(size=2400), random.integers(0, 2400 // rows, 2400)
    for y in (x + random.normal(size=2400) > 0, random.normal(size=2400)):
        columns = Columns.learn(read_table({"name": [f"n{name}" for name in names], "x": x, "y": y}), "y")
        assert columns.names == ("x",)


def test_the_same_rows_have_one_fingerprint_in_training_and_after_it():
    table, targets = table_for("two classes")
    trained = load_table(table, targets)
    new = load_table(table, columns=trained.columns)
    assert not np.array_equal(trained.inputs, new.inputs)
    assert fingerprint(trained) == fingerprint(new)


@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_rows_read_with_the_columns_of_a_model_verify_it_and_train_it_further(task):
    table, targets = table_for(task)
    trained = TableModel.fit(table, targets, epochs=2, members=1)
    again = load_table(table, columns=trained.columns, in_training=True)
    assert verify(trained.model, again).same
    more, _ = table_for(task, seed=1)
    further = TableModel.fit(more, init_model=trained)
    new = load_table(more, columns=trained.columns, in_training=True)
    assert fit(new, init_model=trained.model).model.hash() == further.model.hash()


def test_many_words_are_learned_and_the_training_is_repeated(tmp_path):
    random = np.random.default_rng(0)
    words, x = random.integers(0, 1000, 4000), random.normal(size=4000)
    score = random.normal(0, 1.5, 1000)[words] + 0.7 * x + random.normal(0, 0.5, 4000)
    lines = [f"w{word},{number},{answer}" for word, number, answer in zip(words, x, score > 0, strict=True)]
    (tmp_path / "table.csv").write_text("\n".join(["word,x,y", *lines]))
    model = TableModel.fit(tmp_path / "table.csv", "y", holdout=0.2, seed=1)
    assert model.model.receipt["result"]["accuracy"] > 0.79
    model.save(tmp_path / "model.safetensors")
    loaded = TableModel.load(tmp_path / "model.safetensors").model
    assert loaded.columns.inputs == model.columns.inputs
    assert verify(loaded, load_split(loaded, str(tmp_path / "table.csv"))).same


@pytest.mark.parametrize(
    "damage",
    [
        {"rows": []},
        {"scale": [0]},
        {"mean": []},
        {"sums": [[1, 2]]},
        {"words": "x"},
        {"shrinkage": [-1]},
        {"outputs": []},
    ],
    ids=str,
)
def test_damaged_statistics_of_a_file_are_refused(damage):
    table, targets = table_for("two classes")
    described = Columns.learn(table, targets).to_dict()
    described["inputs"][0]["statistics"] |= damage
    with pytest.raises(ModelFileError, match=r"inputs\[0\]\.statistics"):
        COLUMNS(described, "columns")


@pytest.mark.parametrize("task", TASKS)
def test_the_middle_of_many_words_is_the_mean_of_the_training_rows_that_have_one(task):
    table, targets = table_for(task)
    columns = Columns.learn(table, targets)
    [words, _] = columns.inputs
    present = table.frame["word"].is_not_null().to_numpy()
    assert words.words
    np.testing.assert_allclose(
        words.middle(), columns.apply(table)[present, : len(words.features)].mean(axis=0), atol=1e-6
    )
    described = columns.to_dict()
    del described["inputs"][0]["word_counts"]  # as in files of earlier versions
    COLUMNS(described, "columns")
    [older, _] = Columns.from_dict(described).inputs
    assert older.middle()[: older.marks].sum() == pytest.approx(1)
    assert older.middle()[len(older.words)] > max(older.middle()[: len(older.words)])


def test_rows_of_words_in_a_file_are_as_many_as_the_words():
    table, targets = table_for("numbers")
    described = Columns.learn(table, targets).to_dict()
    described["inputs"][0]["word_counts"].pop()
    with pytest.raises(ModelFileError):
        COLUMNS(described, "columns")


@pytest.fixture(scope="module")
def model():
    table, targets = table_for("two classes")
    return TableModel.fit(table.frame, targets[0], recipe="table", epochs=2, hidden=(8,), members=1)


def test_explanations_name_the_word_of_a_row(model):
    [words, _] = model.columns.inputs
    rare, new = words.statistics.words[0], "never seen"
    explained = model.explain({"word": rare, "x": 0.3})
    assert explained.values["word"] == rare
    if "word" in explained.changes:
        assert explained.changes["word"][0] == rare
    with pytest.warns(UserWarning, match="never seen"):
        assert model.explain({"word": new, "x": 0.3}).values["word"] == new
    assert model.explain({"word": None, "x": 0.3}).values["word"] == "missing"


def test_a_changed_word_is_not_named_as_the_word_of_the_row(model):
    [words, _] = model.columns.inputs
    rare = words.statistics.words[0]
    explained = why(model.model, model.columns.apply({"word": [rare], "x": [0.3]})[0], words={"word": rare})
    changed = explained.sample.copy()
    changed[: len(words.features)] = words.choices()[1]
    assert explained.values_in(model.columns, explained.sample)["word"] == {rare: 1.0}
    assert explained.values_in(model.columns, changed)["word"][words.words[1]] == 1.0


def test_the_effect_of_many_words_is_that_of_words_by_their_names(model):
    table, _ = table_for("two classes")
    found = partial_dependence(model.model, samples_of(table, model.columns), 0)
    counts = table.frame["word"].fill_null("(missing)").value_counts(sort=True)
    assert {*found.values} <= {*counts["word"]}
    assert len({*found.values}) == 12
    assert found.shares[0] == pytest.approx(counts["count"][0] / len(table))
    np.testing.assert_allclose(
        found.mean, model.model.predict_proba(model.columns.apply(table))[::3].mean(axis=0), atol=0.02
    )
    assert "rare or unseen" not in model.report(table.frame, name="t")
