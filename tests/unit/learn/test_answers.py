"""Answers: right ones are right, mistakes have their name, and numbers drawn at random have none."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.learn.answers import DRAWS, judge, judge_formula, judge_results, read
from glassnet.learn.exercises import draw, exercises, solution, wrong_answers, wrong_ways
from glassnet.learn.expressions import ExpressionError
from glassnet.learn.mistakes import follow

SEEDS = 50
NUMBERS = [one for one in exercises().values() if one.kind == "number"]


def typed(value, digits):
    """A value as a learner types it, with trailing zeros."""
    return " ".join(f"{float(one):#.{digits}g}" for one in np.ravel(value))


def displayed(value):
    return np.array([float(f"{one:.3g}") for one in value.ravel()])


@pytest.mark.parametrize("exercise", NUMBERS, ids=lambda one: one.id)
def test_every_mistake_is_named_with_every_seed(exercise):
    """And all answers are 1 % apart as displayed: from the right one, and from those of other mistakes."""
    for seed in range(SEEDS):
        drawn = draw(exercise, seed)
        right = solution(drawn)[exercise.answer]
        assert judge(drawn, typed(right, 3)).kind == "right", (seed, typed(right, 3))
        shown = [((), displayed(right))]
        for way, value in wrong_answers(drawn):
            judgement = judge(drawn, typed(value, 4))
            assert judgement.kind == "mistake", (seed, way, value)
            assert judgement.wrong.mistakes == way.mistakes
            one = displayed(value)
            for other in (other for names, other in shown if names != way.mistakes and other.size == one.size):
                apart = np.abs(one - other) / np.maximum(np.maximum(np.abs(one), np.abs(other)), 1e-300)
                assert apart.max() >= 0.01, (seed, way, one, other)
            shown.append((way.mistakes, one))


@pytest.mark.parametrize("exercise", NUMBERS, ids=lambda one: one.id)
def test_three_digits_of_one_number_only_look_like_a_mistake(exercise):
    drawn = draw(exercise, 3)
    for way, value in wrong_answers(drawn):
        judgement = judge(drawn, typed(value, 3))
        exact = (
            judgement.kind == "mistake"
            and value.size == 1
            and float(typed(value, 3)) == pytest.approx(float(value), 1e-9)
        )
        assert exact or judgement.kind == ("looks" if value.size == 1 else "mistake"), (way, value)
        assert judgement.wrong.mistakes == way.mistakes


def test_random_numbers_are_hardly_ever_named():
    """Four digits between the smallest and the largest answer; single numbers, where accidents are likeliest."""
    rng = np.random.default_rng(48)
    scalar = [one for one in NUMBERS if solution(draw(one, 0))[one.answer].size == 1]
    count, shares = -(-10_000 // len(scalar)), {}
    for exercise in scalar:
        named = 0
        for seed in range(20):
            drawn = draw(exercise, seed)
            values = [
                solution(drawn)[exercise.answer],
                *(value for _, value in wrong_answers(drawn) if value.size == 1),
            ]
            for number in rng.uniform(min(values), max(values), count // 20 + 1):
                named += judge(drawn, typed(number, 4)).kind in ("mistake", "looks")
        shares[exercise.id] = named / (20 * (count // 20 + 1))
    assert max(shares.values()) <= 0.005, shares


def test_formulas_and_functions_are_judged_by_their_values():
    for exercise in exercises().values():
        if exercise.kind == "number":
            continue
        draws = [draw(exercise, seed) for seed in range(DRAWS)]
        right = [[solution(one)[name] for name in exercise.returns] for one in draws]
        assert judge_results(draws, right).kind == "right"
        columns = [[value.reshape(-1, 1) if value.ndim == 1 else value for value in one] for one in right]
        assert judge_results(draws, columns).kind == "right"
        for way in wrong_ways(exercise):
            values = [follow(exercise.steps, one.given, way.formulas) for one in draws]
            judgement = judge_results(draws, [[one[name] for name in exercise.returns] for one in values])
            assert judgement.kind == "mistake"
            assert judgement.wrong is way
        changed = [[value + 1e-6 for value in one] for one in right]
        assert judge_results(draws, changed).kind == "wrong"
        if exercise.kind == "formula":
            assert judge_formula(exercise, 0, "").reason == "empty"
            assert judge_formula(exercise, 0, "1 +").reason == "syntax"
            assert judge_formula(exercise, 0, exercise.answer).reason == "name"
    back, neuron = exercises()["send-back-formula"], exercises()["neuron-formula"]
    assert judge_formula(back, 0, "W2").kind == "shape"
    assert judge_formula(back, 0, "np.dot(W2, e)").wrong.mistakes == ("rows-for-columns",)
    assert judge_formula(neuron, 0, "1 / (1 + exp(z))").wrong.mistakes == ("minus-forgotten",)
    assert judge_formula(neuron, 0, "sigmoid(z)").reason == "function"  # not among the parts


@pytest.mark.parametrize(
    ("text", "count", "numbers"),
    [
        ("0.42", 1, [0.42]),
        ("0,42", 1, [0.42]),
        ("0,42 0,88", 2, [0.42, 0.88]),
        ("1,2", 2, [1, 2]),
        ("0.42,0.88", 2, [0.42, 0.88]),
        ("０．４２，−０．８８", 2, [0.42, -0.88]),
        ("0。42、0。88", 2, [0.42, 0.88]),
        ("21/50 1 / 3", 2, [0.42, 1 / 3]),
        ("42%", 1, [0.42]),
        ("4.2e-3 4.2×10^-3 4.2·10⁻³", 3, [0.0042] * 3),
        ("e = (0.42; 0.88)", 2, [0.42, 0.88]),
        ("= 0.42 ≈0.88", 2, [0.42, 0.88]),
        ("e1 = 0.42，误差=0.88", 2, [0.42, 0.88]),
        ("array([[1., 2.],\n       [3., 4.]])", 4, [1, 2, 3, 4]),
        ("【1 2】\n【3 4】", 4, [1, 2, 3, 4]),
    ],
)
def test_many_ways_to_type_numbers_are_read(text, count, numbers):
    given = read(text, count)
    np.testing.assert_allclose(given.numbers, numbers, rtol=1e-12)
    rows = 2 if "1" in text and count == 4 else None
    assert given.shape == ((2, 2) if rows else (2, 1) if ";" in text else None)


@pytest.mark.parametrize("text", ["", " [ ] ", "abc", "1 2 x", "0..4", "1e999", "nan", "1/0", "--3", "1e99999", "\x00"])
def test_other_text_is_refused(text):
    with pytest.raises(ExpressionError) as caught:
        read(text, 1)
    assert caught.value.reason in ("empty", "text")


def test_an_answer_in_part_right_says_which_numbers_are():
    drawn = draw(exercises()["output-error"], 0)
    right = solution(drawn)["e"]
    judgement = judge(drawn, typed(right + np.array([0, 0.3, 0]), 4))
    assert (judgement.kind, judgement.entries) == ("wrong", (True, False, True))
    assert judge(drawn, typed(right[:2], 4)).shape == (3,)
    assert judge(drawn, typed(right * 1.012, 4)).kind == "near"
    few = judge(drawn, " ".join(f"{one:.1f}" for one in right))
    assert (few.kind, few.entries) == ("digits", (True, True, True))  # more digits would tell
    assert judge(drawn, "0.1 0.2 0.3").kind == "wrong"  # and here they would not
    drawn = draw(exercises()["output-change"], 0)
    change = solution(drawn)["dW2"]
    rows = "\n".join(typed(row, 4) for row in change)
    assert judge(drawn, rows).kind == "right"
    assert judge(drawn, typed(change, 4).replace(" ", "; ")).kind == "shape"
