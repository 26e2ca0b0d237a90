"""The exercises in the page are those of Python: formulas, numbers, answers, judgements and texts."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.learn.answers import judge, judge_formula
from glassnet.learn.exercises import (
    described,
    draw,
    exercises,
    explanation,
    number_text,
    solution,
    wrong_answers,
    wrong_ways,
)
from glassnet.learn.expressions import FUNCTIONS, ExpressionError, evaluate
from support.web import in_node

NAMES = {
    "a": 0.7,
    "v": [0.3, -1.2],
    "w": [2.0, 0.4],
    "M": [[1.5, -0.2], [0.1, 0.9]],
    "N": [[1.0, 2.0, 3.0], [0.5, 0.2, 4.0]],
}
ODD = [
    "",
    "abc",
    "１，２",
    "[0.1 0.2",
    "21/50",
    "0。42",
    "4.2×10^-3 1",
    "42%",
    "x = [1, 2]",
    "e1=1，误差=2",
    "array([1, 2], dtype=float32)",
    "1 2\n3 4",
    "0,1 0,2",
    "1e999",
]

FORMULAS = ["1 +", "q", "W2 @ e", "np.dot(W2.T, e)", "W2 * e", "1/(1+exp(z))", "exp(z2)", "w0 + lr*g", "sigmoid(z)"]

PROGRAM = """
const { evaluate, listOf, valueOf, ExpressionError } = await import("./shared/expressions.js");
const module = await import("./shared/exercises.js");
const { draw, solution, wrongAnswers, judge, judgeFormula, explanation, numberText } = module;
const names = Object.fromEntries(Object.entries(given.names).map(([name, one]) => [name, valueOf(one)]));
const valued = (text) => {
  try {
    return listOf(evaluate(text, names));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return error.reason;
  }
};
const facts = ({ kind, wrong, entries, shape, reason }) => [
  kind, wrong?.mistakes ?? [], entries ?? [], shape ?? [], reason ?? "",
];
const course = given.course;
return {
  values: given.formulas.map(valued),
  numbers: given.numbers.map(numberText),
  cases: given.cases.map(({ id, seed, answers }) => {
    const exercise = course.exercises.find((one) => one.id === id);
    const drawn = draw(exercise, seed);
    const judged = (text) => (exercise.kind === "formula" ? judgeFormula(exercise, seed, text) : judge(drawn, text));
    const why = (name) => course.mistakes.find((one) => one.id === name);
    return {
      given: Object.values(drawn.given).map(listOf),
      steps: Object.values(solution(drawn)).map(listOf),
      wrong: wrongAnswers(drawn).map((one) => listOf(one.value)),
      judgements: exercise.kind === "function" ? [] : answers.map((text) => facts(judged(text))),
      texts: exercise.wrong.map((way) => explanation(drawn, way, why(way.mistakes[0]))),
    };
  }),
};
"""


def random_formula(rng, depth):
    """A formula of these names, at random; its shapes may not fit."""
    if depth == 0:
        return rng.choice([*NAMES, "2", "0.5", "1e-1"])
    inner = [random_formula(rng, depth - 1) for _ in range(2)]
    forms = ["({} + {})", "({} - {})", "{} * {}", "{} / {}", "{} @ {}", "-{}", "{}.T", "{} ** 2"]
    calls = [f"{name}({', '.join(['{}'] * count)})" for name, (_, count) in FUNCTIONS.items()]
    return rng.choice([*forms, *calls]).format(*inner)


def valued(text):
    try:
        return evaluate(text, NAMES).tolist()
    except ExpressionError as error:
        return error.reason


def answers_of(rng, exercise, drawn):
    """Right and wrong answers with few and many digits, exact or a little off; or formulas."""
    if exercise.kind == "formula":
        return [exercise.steps[-1].formula, *FORMULAS]
    answers = list(ODD)
    for value in (solution(drawn)[exercise.answer], *(value for _, value in wrong_answers(drawn))):
        for digits, off in ((2, 1), (3, 1), (4, 1), (6, 1), (4, 1.004), (5, 1.015)):
            separator = rng.choice([" ", ", ", "; ", "\n"])
            answers.append(separator.join(f"{one * off:#.{digits}g}" for one in value.ravel()))
    return answers


def judged(exercise, drawn, text):
    judgement = judge_formula(exercise, drawn.seed, text) if exercise.kind == "formula" else judge(drawn, text)
    names = list(judgement.wrong.mistakes) if judgement.wrong else []
    return [judgement.kind, names, list(judgement.entries), list(judgement.shape), judgement.reason]


def assert_close(values, wanted):
    """Nested lists of equal shapes, to 1e-12 of the largest number."""
    if isinstance(wanted, str):
        assert values == wanted
        return
    values, wanted = np.array(values), np.array(wanted)
    assert values.shape == wanted.shape
    np.testing.assert_allclose(values, wanted, rtol=1e-12, atol=1e-12 * np.abs(wanted).max(initial=0.0))


def test_the_page_computes_and_judges_as_python_does(tmp_path):
    rng = np.random.default_rng(48)
    formulas = [random_formula(rng, depth) for depth in (1, 2, 3) for _ in range(400)]
    numbers = [0.5, 12.125, -1e-9, 123456789.0, 0.00012345, 99999.5, *rng.normal(size=50).round(3)]
    cases = []
    for number, exercise in enumerate(exercises().values()):
        drawn = draw(exercise, number + number % 2 * 2**40)
        answers = [] if exercise.kind == "function" else answers_of(rng, exercise, drawn)
        cases.append({"id": exercise.id, "seed": drawn.seed, "answers": answers})
    given = {"names": NAMES, "formulas": formulas, "numbers": numbers, "course": described("zh"), "cases": cases}
    found = in_node(tmp_path, PROGRAM, given)

    assert sum(not isinstance(one, str) for one in found["values"]) > 300, "hardly any formula has a value"
    for text, value in zip(formulas, found["values"], strict=True):
        try:
            assert_close(value, valued(text))
        except AssertionError as error:
            pytest.fail(f"{text}: {error}")
    assert found["numbers"] == list(map(number_text, numbers))
    for case, other in zip(cases, found["cases"], strict=True):
        exercise = exercises()[case["id"]]
        drawn = draw(exercise, case["seed"])
        assert other["given"] == [one.tolist() for one in drawn.given.values()]
        for values, wanted in zip(other["steps"], solution(drawn).values(), strict=True):
            assert_close(values, wanted.tolist())
        for values, (_, wanted) in zip(other["wrong"], wrong_answers(drawn), strict=True):
            assert_close(values, wanted.tolist())
        for text, judgement in zip(case["answers"], other["judgements"], strict=True):
            assert judgement == judged(exercise, drawn, text), (case["id"], text)
        assert other["texts"] == [explanation(drawn, way, way.mistakes[0], "zh") for way in wrong_ways(exercise)]
