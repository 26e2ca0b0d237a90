"""The answers in another table: which rows have one, which are no answer to this model, and that it is said."""

from __future__ import annotations

import json

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


def learnt(answers, **settings):
    columns = Columns.learn(read_table(table(answers)), "y", **settings)
    return Columns.from_dict(json.loads(json.dumps(columns.to_dict())))


@pytest.mark.parametrize("trained", TRUTHS.values(), ids=TRUTHS)
@pytest.mark.parametrize("asked", TRUTHS.values(), ids=TRUTHS)
def test_yes_and_no_are_understood_however_they_are_written(trained, asked):
    found = load_table(table([*asked, None]), columns=learnt(trained))
    assert found.labels.tolist() == [0, 1] * 20
    assert len(found) == 40


@pytest.mark.parametrize("trained", [["0", "1"], ["0", "1", "2"], [0, 1], [0, 1, 2]])
def test_a_few_words_among_numbers_are_left_out_and_named(trained):
    asked = read_table(table([*map(str, trained)] * 5 + ["n.d."]))
    columns = learnt(trained)
    assert load_table(asked, columns=columns).labels.max() == len(trained) - 1
    (said,) = columns.surprises(asked)
    assert "no number" in said
    assert "'n.d.'" in said
    (also,) = [one for one in Columns.learn(asked, "y").remarks if "no number" in one]
    assert also == said


@pytest.mark.parametrize("settings", [{}, {"task": "numbers"}])
@pytest.mark.parametrize("words", [["2", "n.d.", "n.d."], ["n.d."], ["a", "b", "c"]])
def test_words_instead_of_numbers_are_refused(words, settings):
    columns = learnt([1, 2, 3], **settings)
    first = next(word for word in words if not word.isdecimal())
    with pytest.raises(DataError, match=rf"'y', sample \d+: {first!r}, expected numbers") as caught:
        load_table(table(words), columns=columns)
    assert caught.value.code == "GN064"
    assert columns.surprises(read_table({"x": [1.0]})) == []


def test_a_class_that_training_did_not_know_is_named_as_it_is_written():
    for trained, asked, word in (([0, 1, 2], [0.0, 7.0], "'7'"), (["no", "yes"], ["no", "so"], "'so'")):
        with pytest.raises(DataError, match=f"sample 2: class {word}, but the model knows"):
            load_table(table(asked), columns=learnt(trained))


@pytest.mark.parametrize("form", [int, str])
def test_numbers_that_float64_does_not_tell_apart_are_different_classes(form):
    names = [2**53, 2**53 + 1]
    columns = learnt([*map(form, names)])
    assert columns.output_names == tuple(map(str, names))
    assert load_table(table([*map(form, names)]), columns=columns).labels.tolist() == [0, 1] * 30
