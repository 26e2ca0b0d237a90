"""The exercises and mistakes as data: complete, computable, and with numbers that tell formulas apart."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from glassnet.learn import exercises as module
from glassnet.learn.answers import judge_formula
from glassnet.learn.exercises import (
    CHAPTERS,
    described,
    draw,
    exercises,
    explanation,
    filled,
    number_text,
    read_exercises,
    unit,
    value_text,
    wrong_ways,
)
from glassnet.learn.expressions import ExpressionError, evaluate, names_in
from glassnet.learn.mistakes import MISTAKES_FILE, Step, follow, mistakes, read_mistakes, wrong_values
from glassnet.learn.tables import TableError

NAMES = {"W": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "e": [0.5, 0.25], "x": 2.0}


def numbers_of(kind="number"):
    return [one for one in exercises().values() if one.kind == kind]


def test_formulas_have_the_values_of_numpy():
    w, e, x = (np.asarray(NAMES[name]) for name in ("W", "e", "x"))
    for text, value in {
        "W.T @ e": w.T @ e,
        "-x ** 2 + 2 ** -1": -(x**2) + 0.5,
        "e - column(e)": e - e[:, None],
        "outer(e, e) @ e / mean(e)": np.outer(e, e) @ e / np.mean(e),
        "sigmoid(-e)": 1 / (1 + np.exp(e)),
        "sum(softmax(e)) - onehot(1, 3)": [1, 0, 1],
        "join(x, ones(2)) @ zeros(3)": 0,
        "np.exp(log(ｘ)) × 3 − 1": 5,
        "x² + x³": 12,
    }.items():
        np.testing.assert_allclose(evaluate(text, NAMES), value, rtol=1e-15, atol=1e-15)
    assert names_in("sum(W) * x - sigmoid(e).T") == {"W", "x", "e"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "syntax"),
        ("1 +", "syntax"),
        ("x.shape", "syntax"),
        ("[1, 2]", "syntax"),
        ("x if x else x", "syntax"),
        ("(lambda: 1)()", "syntax"),
        ("1" * 400, "syntax"),
        ("y", "name"),
        ("open(x)", "function"),
        ("W @ e", "shape"),
        ("sigmoid(x, x)", "shape"),
        ("ones(10 ** 9)", "shape"),
        ("W[1]", "syntax"),
        ("outer(ones(1000), ones(1000)) + x", "shape"),
        ("1 / 0", "value"),
        ("9 ** 9 ** 9", "value"),
        ("0x" + "F" * 290, "syntax"),
        ("㉑" * 200, "syntax"),
        ("1_000", "syntax"),
    ],
)
def test_other_text_is_refused(text, reason):
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, NAMES)
    assert caught.value.reason == reason


def test_the_course_is_complete():
    kinds = {kind: len(numbers_of(kind)) for kind in ("number", "formula", "function")}
    assert sum(kinds.values()) >= 30
    assert all(kinds[kind] >= least for kind, least in (("number", 18), ("formula", 6), ("function", 5)))
    for chapter in CHAPTERS:
        assert sum(one.chapter == chapter for one in exercises().values()) >= 2, chapter
    assert len(mistakes()) >= 25
    named = {name for one in exercises().values() for way in wrong_ways(one) for name in way.mistakes}
    assert named == set(mistakes())
    for one in exercises().values():
        assert wrong_ways(one), f"{one.id}: no mistake is known"
    english, chinese = described("en"), described("zh")
    assert [one["wrong"] for one in english["exercises"]] == [one["wrong"] for one in chinese["exercises"]]


def test_texts_are_filled_with_the_numbers_of_the_learner():
    for exercise in exercises().values():
        drawn = draw(exercise, 1)
        for way in wrong_ways(exercise):
            for name in way.mistakes:
                for language in ("en", "zh"):
                    text = explanation(drawn, way, name, language)
                    assert not re.search(r"[{}]", re.sub(r"\$[^$]*\$", "", text)), (exercise.id, name, text)
    assert filled("$a_{1}$ is {x * 2}, {W}", NAMES) == "$a_{1}$ is 4, (1, 2, 3; 4, 5, 6)"
    shown = (0, 0.5, -0.00012345, 1234567.0, 12345678.0, 1e-9, 99999.5)
    assert [number_text(one) for one in shown] == ["0", "0.5", "−0.0001235", "1235000", "1.235e7", "1e-9", "100000"]
    assert value_text(np.array([1.5, -2])) == "(1.5, −2)"
    assert [unit(0.4237, 3), unit(999.0, 3), unit(1000.0, 4)] == [0.001, 1, 1]


FROM_PARTS = {
    "neuron-formula": "1 / ( 1 + exp ( - z ) )",
    "forward-formula": "sigmoid ( W2 @ h )",
    "send-back-formula": "W2 .T @ e",
    "descent-formula": "w0 - lr * g",
    "chain-formula": "-2 * ( t - o ) * o * ( 1 - o ) * h",
    "update-formula": "W2 + lr * outer ( e * o * ( 1 - o ) , h )",
    "softmax-formula": "exp ( z2 ) / sum ( exp ( z2 ) )",
}


def test_the_right_formula_can_be_put_together_from_the_parts():
    assert set(FROM_PARTS) == {one.id for one in numbers_of("formula")}
    for name, formula in FROM_PARTS.items():
        exercise = exercises()[name]
        assert not Counter(formula.split()) - Counter(exercise.parts)
        assert judge_formula(exercise, 0, formula).kind == "right"


def test_draws_are_those_of_the_seed_and_as_displayed():
    for exercise in numbers_of():
        drawn, again, other = draw(exercise, 7), draw(exercise, 7), draw(exercise, 8)
        assert all((drawn.given[name] == again.given[name]).all() for name in drawn.given)
        assert any((drawn.given[name] != other.given[name]).any() for name in drawn.given)
        for one in exercise.given:
            value = drawn.given[one.name]
            assert value.shape == one.shape
            assert (np.vectorize(lambda number, digits=one.digits: round(float(number), digits))(value) == value).all()
            assert one.choices or one.value is not None or ((value >= one.low) & (value <= one.high)).all()


def test_mistakes_apply_to_the_steps_of_a_program():
    steps = [
        Step("e", "t - o"),
        Step("delta", "e * o * (1 - o)"),
        Step("dW2", "lr * outer(delta, h)"),
        Step("eh", "W2.T @ e"),
    ]
    given = {"t": [0.99, 0.01], "o": [0.7, 0.4], "h": [0.3, 0.6, 0.9], "W2": [[1, 2, 3], [3, 1, 2]], "lr": 0.3}
    found = {}
    for name, values in wrong_values(steps, given):
        found.setdefault(name, []).append(values["eh"])
    assert {"error-turned", "update-first", "delta-sent-back", "derivative-forgotten", "rate-twice"} <= set(found)
    assert "slope-of-sum" not in found, "there are no sums in this calculation"
    right = follow(steps, given)
    np.testing.assert_allclose(found["update-first"][0], right["eh"] + right["dW2"].T @ right["e"])


MISTAKE = """
[[mistake]]
id = "one"
en.name = "a"
zh.name = "b"
en.why = "c"
zh.why = "d"
look = "neuron-output"
source = "planted"
wrong = [{y = "z"}]
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('zh.why = "d"', "", "mistake 'one': zh.why is missing"),
        ('source = "planted"', "", "mistake 'one': source is missing"),
        ('wrong = [{y = "z"}]', "", "mistake 'one': wrong is missing"),
        ('{y = "z"}', '{y = "z +"}', "mistake 'one', wrong 1: not a formula: z +"),
        ('look = "neuron-output"', "look = 3", "mistake 'one': look is 3, not str"),
        ('look = "neuron-output"', 'look = "neuron-output"\nlok = 1', "mistake 'one': unknown: lok"),
        ('id = "one"', "", "mistake 1: id is None, not a new name"),
        ("[[mistake]]", "[mistake", "mistakes.toml: "),
    ],
)
def test_a_wrong_file_of_mistakes_names_the_place(tmp_path, old, new, problem):
    path = tmp_path / "mistakes.toml"
    path.write_text(MISTAKE, "utf-8")
    assert len(read_mistakes(path)) == 1
    path.write_text(MISTAKE.replace(old, new), "utf-8")
    with pytest.raises(TableError, match=re.escape(problem)):
        read_mistakes(path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("number = 2\n", "number = 1\n", "exercise 'sigmoid-slope': number 1 is taken"),
        ('kind = "number"', 'kind = "vector"', "exercise 'neuron-output': kind is 'vector', not one of"),
        ('is = "w @ x"', 'is = "w @ v"', "exercise 'neuron-output', steps 1: 'w @ v' contains v"),
        ('answer = "y"', 'answer = "u"', "exercise 'neuron-output': the answer is not a step"),
        ('answer = "y"', 'answer = "y"\nparts = ["y"]', "exercise 'neuron-output': parts belong to formulas"),
        ('zh = "先求和', 'cn = "先求和', "exercise 'neuron-output', hints 1: zh is missing"),
        ("digits = 1}", "digits = 1, low = 3}", "exercises.toml: "),
        ("low = 0.1, ", "", "exercise 'neuron-output', given 1: low is missing"),
    ],
)
def test_a_wrong_file_of_exercises_names_the_place(tmp_path, old, new, problem):
    text = module.EXERCISES_FILE.read_text("utf-8").partition("# 2 · signals")[0]
    path = tmp_path / "exercises.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(TableError, match=re.escape(problem)):
        read_exercises(path)


def test_texts_have_the_words_and_punctuation_of_the_house():
    """As `test_words.py` demands of pages: the course's pages contain these texts."""
    half_width = re.compile(r"[\u3400-\u9fff][,:;?!()]|[,:;?!)][\u3400-\u9fff]|[\u3400-\u9fff]\.(?:$|\s)")
    for path in (module.EXERCISES_FILE, MISTAKES_FILE):
        prose = re.sub(r"\$[^$]*\$|`[^`]*`", "", path.read_text("utf-8"))
        assert not half_width.findall(prose)
