"""The exercises of the course: data in ``exercises.toml``, the numbers of a learner, and the way to the answer.

Numbers are addressed by (seed, exercise, attempt): the same seed gives the same numbers everywhere, in the page too
(`serve/studio/static/shared/exercises.js`). They are drawn again until the right answer and every wrong one that
`mistakes` knows are apart, so that a rounded answer shows which formula it comes from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..nn.random import Purpose, key, uniform_double
from .expressions import ExpressionError, Value, evaluate
from .mistakes import Step, alternatives, follow, mistakes
from .tables import Table, TableError, Texts, read_tables

EXERCISES_FILE = Path(__file__).with_name("exercises.toml")

CHAPTERS = (
    "neuron",
    "signals",
    "error",
    "descent",
    "chain-rule",
    "update",
    "inputs-targets",
    "weights",
    "program",
    "mnist",
    "handwriting",
    "beyond",
)
"""Slugs of the chapters, in order."""

KINDS = ("number", "formula", "function")

APART = 0.021
"""The least distance of two answers, of the larger: rounded to three digits (0.5% each) they are still 1% apart."""
LEAST = 0.002
"""The least distance, of the largest number of the right answer: a table with three decimals still shows it."""
NAMED = 0.004
"""The largest share of the four-digit numbers between the smallest and the largest answer that names a mistake."""
ATTEMPTS = 400
"""The last attempt counts in any case; one in five or more succeeds, so that it is never reached."""
TRIALS = 6
"""Draws on which formulas are compared: those that agree on all of them agree on any numbers."""

_POWERS = [float(f"1e{k}") for k in range(-15, 16)]


@dataclass(frozen=True)
class Given:
    """A quantity of an exercise: drawn from a range or a list of choices, or constant."""

    name: str
    tex: str
    shape: tuple[int, ...]
    digits: int  # decimals
    low: float
    high: float
    choices: tuple[float, ...]  # instead of a range
    value: Any  # instead of a drawn one


@dataclass(frozen=True)
class Wrong:
    """A wrong way through an exercise, and the mistakes that all lead there."""

    mistakes: tuple[str, ...]
    formulas: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Exercise:
    """An exercise; its fields are explained in CONTRIBUTING.md."""

    id: str
    number: int
    chapter: str
    kind: str
    title: Texts
    question: Texts
    given: tuple[Given, ...]
    steps: tuple[Step, ...]
    returns: tuple[str, ...]  # the steps to compute: one, except for functions
    hints: tuple[Texts, ...]
    code: str
    parts: tuple[str, ...]  # of a formula
    signature: str  # of a function
    starter: str
    arguments: tuple[str, ...]
    call: str  # of a class: the expression that gives the results

    @property
    def answer(self) -> str:
        """The step to compute."""
        return self.returns[0]


@dataclass(frozen=True, eq=False)
class Drawn:
    """An exercise with numbers."""

    exercise: Exercise
    seed: int
    given: Mapping[str, Value]


@cache
def exercises() -> dict[str, Exercise]:
    """Return id -> exercise, in the order of the course."""
    found = {one.id: one for one in read_exercises(EXERCISES_FILE)}
    for mistake in mistakes().values():
        unknown = {mistake.look, *(one for way in mistake.wrong for one in way.only)} - set(found)
        if unknown:
            raise TableError(f"mistakes.toml, mistake {mistake.id!r}: no exercise {', '.join(sorted(unknown))}")
    return found


def read_exercises(path: Path) -> list[Exercise]:
    """Return the exercises of a file; raises `TableError`, which names the place of what is wrong."""
    found: list[Exercise] = []
    for table in read_tables(path, "exercise"):
        one = _exercise(table)
        if one.number in {other.number for other in found}:
            raise TableError(f"{table.place}: number {one.number} is taken")
        if found and CHAPTERS.index(one.chapter) < CHAPTERS.index(found[-1].chapter):
            raise TableError(f"{table.place}: stands after chapter {found[-1].chapter!r}")
        found.append(one)
    return found


def _exercise(table: Table) -> Exercise:
    chapter, kind = table.take("chapter", str), table.take("kind", str)
    for name, value, allowed in (("chapter", chapter, CHAPTERS), ("kind", kind, KINDS)):
        if value not in allowed:
            raise TableError(f"{table.place}: {name} is {value!r}, not one of {', '.join(allowed)}")
    given = tuple(_given(one) for one in table.tables("given"))
    names = [one.name for one in given]
    steps: list[Step] = []
    for one in table.tables("steps"):
        own, formula = one.take("name", str), one.formula("is", names)
        steps.append(Step(own, formula, one.take("tex", str), one.texts()))
        names.append(own)
        one.end()
    returns = table.take("returns", list, []) or [table.take("answer", str)]
    parts, arguments = table.take("parts", list, []), table.take("arguments", list, [])
    signature, starter = table.take("signature", str, ""), table.take("starter", str, "")
    hints = tuple(one.texts() for one in table.tables("hints"))
    if not steps or not set(returns) <= {one.name for one in steps} or len(set(names)) < len(names):
        raise TableError(f"{table.place}: the answer is not a step, or a name occurs twice")
    if len(hints) < 2:
        raise TableError(f"{table.place}: two hints are needed")
    if bool(parts) != (kind == "formula") or (kind == "function") != bool(signature and starter and arguments):
        raise TableError(f"{table.place}: parts belong to formulas; signature, starter and arguments to functions")
    if not set(arguments) <= set(names):
        raise TableError(
            f"{table.place}: arguments that are not given: {', '.join(sorted(set(arguments) - set(names)))}"
        )
    exercise = Exercise(
        id=table.take("id", str),
        number=table.take("number", int),
        chapter=chapter,
        kind=kind,
        title=table.texts("title"),
        question=table.texts("question"),
        given=given,
        steps=tuple(steps),
        returns=tuple(returns),
        hints=hints,
        code=table.take("code", str, ""),
        parts=tuple(parts),
        signature=signature,
        starter=starter,
        arguments=tuple(arguments),
        call=table.take("call", str, ""),
    )
    table.end()
    return exercise


def _given(table: Table) -> Given:
    value = table.fields.pop("value", None)
    choices = tuple(float(one) for one in table.take("choices", list, []))
    drawn = value is None and not choices
    given = Given(
        name=table.take("name", str),
        tex=table.take("tex", str),
        shape=tuple(table.take("shape", list, [])),
        digits=table.take("digits", int) if drawn else table.take("digits", int, 2),
        low=table.take("low", float) if drawn else 0.0,
        high=table.take("high", float) if drawn else 0.0,
        choices=choices,
        value=value,
    )
    table.end()
    return given


def draw(exercise: Exercise, seed: int) -> Drawn:
    """Return the numbers of a seed, from 0 to 2**53 − 1."""
    for attempt in range(ATTEMPTS):
        drawn = _draw_once(exercise, seed, attempt)
        if exercise.kind != "number" or _distinct(drawn):
            break
    return drawn


def _draw_once(exercise: Exercise, seed: int, attempt: int) -> Drawn:
    drawn = [one for one in exercise.given if one.value is None]
    counts = [int(np.prod(one.shape)) for one in drawn]
    numbers = uniform_double(key(seed, Purpose.LEARN, exercise.number, attempt), sum(counts))
    pieces = iter(np.split(numbers, np.cumsum(counts)[:-1]))
    values = {}
    for one in exercise.given:
        if one.value is not None:
            values[one.name] = np.asarray(one.value, np.float64)
            continue
        piece = next(pieces)
        if one.choices:
            value = np.array(one.choices)[np.floor(piece * len(one.choices)).astype(int)]
        else:
            # Whole multiples of the last decimal, divided once: the same double as the number that is shown.
            first, last = (int(np.floor(end * 10**one.digits + 0.5)) for end in (one.low, one.high))
            value = (first + np.floor(piece * (last - first + 1))) / 10.0**one.digits
        values[one.name] = value.reshape(one.shape)
    return Drawn(exercise, seed, values)


@lru_cache(64)
def solution(drawn: Drawn) -> dict[str, Value]:
    """Return the value of every step, in order; the answer is that of ``exercise.answer``."""
    return follow(drawn.exercise.steps, drawn.given)


@cache
def wrong_ways(exercise: Exercise) -> tuple[Wrong, ...]:
    """Return the wrong ways through an exercise whose answers differ, from each other and from the right one.

    Those that coincide on any numbers are one, with the names of all.
    """
    trials = [_draw_once(exercise, seed, 0) for seed in range(TRIALS)]
    # Nearly all differ on the first two, which saves most of the time. Functions are judged on several draws.
    first, others = (trials, []) if exercise.kind == "function" else (trials[:2], trials[2:])
    found: list[tuple[list[str], Mapping[str, str], list[Any]]] = []

    def agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
        try:
            return all(_same(_answers(drawn, one), _answers(drawn, other)) for drawn in others)
        except ExpressionError:
            return False

    right = [_answers(drawn, {}) for drawn in first]
    for name, way in alternatives(exercise.steps, [one.name for one in exercise.given]):
        if (way.only and exercise.id not in way.only) or (way.exact and exercise.kind == "number"):
            continue
        try:
            answers = [_answers(drawn, way.formulas) for drawn in first]
        except ExpressionError:  # shapes that do not fit here
            continue
        if _same(answers, right) and agree(way.formulas, {}):
            continue
        for names, formulas, before in found:
            if _same(answers, before) and agree(way.formulas, formulas):
                if name not in names:
                    names.append(name)
                break
        else:
            found.append(([name], way.formulas, answers))
    return tuple(Wrong(tuple(names), formulas) for names, formulas, _ in found)


def _answers(drawn: Drawn, wrong: Mapping[str, str]) -> list[Value]:
    values = follow(drawn.exercise.steps, drawn.given, wrong)
    return [values[name] for name in drawn.exercise.returns]


def _same(one: Any, other: Any) -> bool:
    """Whether two answers, or lists of them, agree number by number; the shape does not matter to a reader."""
    if isinstance(one, list):
        return all(map(_same, one, other))
    if one.size != other.size:
        return False
    one, other = one.ravel(), other.ravel()
    return bool((np.abs(one - other) <= 1e-12 + 1e-9 * np.abs(other)).all())


@lru_cache(64)
def wrong_answers(drawn: Drawn) -> list[tuple[Wrong, Value]]:
    """Return each wrong way through an exercise and the answer that it leads to with these numbers."""
    found = []
    for wrong in wrong_ways(drawn.exercise):
        try:
            found.append((wrong, _answers(drawn, wrong.formulas)[0]))
        except ExpressionError:
            continue
    return found


def _distinct(drawn: Drawn) -> bool:
    """Whether all answers are apart, and a four-digit number names a mistake by accident rarely enough."""
    try:
        right = _answers(drawn, {})[0]
    except ExpressionError:
        return False
    wrong = wrong_answers(drawn)
    if len(wrong) < len(wrong_ways(drawn.exercise)):
        return False
    scale = float(np.abs(right).max())
    for number, (way, value) in enumerate(wrong):
        # Two ways to make the same mistake may be close to each other.
        others = [right, *(other for before, other in wrong[:number] if before.mistakes != way.mistakes)]
        if not all(_are_distinguishable(value, other, scale) for other in others):
            return False
    if right.size > 1 or not wrong:
        return True
    numbers = [float(one) for one in (right, *(value for _, value in wrong)) if one.size == 1]
    share = sum(1.5 * unit(one, 4) for one in numbers[1:])
    return share <= NAMED * (max(numbers) - min(numbers))


def _are_distinguishable(one: Value, other: Value, scale: float) -> bool:
    if one.size != other.size:
        return True
    one, other = one.ravel(), other.ravel()
    least = np.maximum(APART * np.maximum(np.abs(one), np.abs(other)), LEAST * scale)
    return bool((np.abs(one - other) >= least).any()) and scale > 0


def unit(value: float, digits: int) -> float:
    """Return the unit of the last of a number's significant digits: 0.001 for 0.4237 and 3 digits."""
    first = bisect_right(_POWERS, abs(value) * (1 + 1e-12)) - 1  # 0.1 + 0.2 + 0.7 counts as 1
    return _POWERS[max(first + 1 - digits, 0)]


_HOLES = re.compile(r"\{([^{}]+)\}")


def number_text(value: float) -> str:
    """Return a number with four significant digits, as the course shows it: ``−0.4237``, ``1.2e-7``."""
    if value == 0:
        return "0"
    # Half a unit is rounded up, also where the last bit of a sum is missing.
    mantissa, exponent = f"{abs(value) * (1 + 1e-13):.3e}".split("e")
    text, first = mantissa.replace(".", "").rstrip("0"), int(exponent)
    if not -5 <= first < 7:
        body = f"{text[0]}{'.' if text[1:] else ''}{text[1:]}e{first}"
    elif first < 0:
        body = "0." + "0" * (-first - 1) + text
    else:
        whole = text[: first + 1].ljust(first + 1, "0")
        body = f"{whole}.{text[first + 1 :]}" if text[first + 1 :] else whole
    return ("−" if value < 0 else "") + body


def value_text(value: Any) -> str:
    """Return a number, a vector ``(1, 2)`` or a matrix ``(1, 2; 3, 4)`` as the course shows it."""
    value = np.asarray(value, np.float64)
    if value.ndim == 0:
        return number_text(float(value))
    rows = (", ".join(number_text(float(one)) for one in row) for row in np.atleast_2d(value))
    return f"({'; '.join(rows)})"


def filled(text: str, names: Mapping[str, Any]) -> str:
    """Return a text whose formulas in braces are replaced by their values; TeX braces are left alone."""

    def value_of(found: re.Match[str]) -> str:
        if found[1] in names and isinstance(names[found[1]], str):
            return str(names[found[1]])
        return value_text(evaluate(found[1], names))

    pieces = re.split(r"(\$[^$]*\$)", text)
    return "".join(one if one.startswith("$") else _HOLES.sub(value_of, one) for one in pieces)


def explanation(drawn: Drawn, wrong: Wrong, name: str, language: str) -> str:
    """Return why a mistake leads to an answer, with the learner's numbers.

    The text's formulas see the given quantities and the steps as the mistake leaves them; ``{step}`` is the step that
    it changes, ``{value}`` its wrong value.
    """
    values: dict[str, Any] = {**drawn.given, **follow(drawn.exercise.steps, drawn.given, wrong.formulas)}
    step = next(one for one in drawn.exercise.steps if one.name in wrong.formulas)
    values |= {"step": f"${step.tex}$", "value": value_text(values[step.name])}
    return filled(mistakes()[name].why[language], values)


def described(language: str) -> dict[str, Any]:
    """Return all exercises and mistakes in one language, in the form that the page takes."""
    return {
        "exercises": [_described(one, language) for one in exercises().values()],
        "mistakes": [
            {"id": one.id, "name": one.name[language], "why": one.why[language], "look": one.look}
            for one in mistakes().values()
        ],
    }


def _described(one: Exercise, language: str) -> dict[str, Any]:
    given: Sequence[dict[str, Any]] = [
        {
            "name": part.name,
            "tex": part.tex,
            "shape": list(part.shape),
            "digits": part.digits,
            **({"value": part.value} if part.value is not None else {}),
            **({"choices": list(part.choices)} if part.choices else {"low": part.low, "high": part.high}),
        }
        for part in one.given
    ]
    return {
        "id": one.id,
        "number": one.number,
        "chapter": one.chapter,
        "kind": one.kind,
        "title": one.title[language],
        "question": one.question[language],
        "given": given,
        "steps": [
            {"name": step.name, "is": step.formula, "tex": step.tex, "text": (step.texts or {})[language]}
            for step in one.steps
        ],
        "returns": list(one.returns),
        "hints": [hint[language] for hint in one.hints],
        "code": one.code,
        "parts": list(one.parts),
        "signature": one.signature,
        "starter": one.starter,
        "arguments": list(one.arguments),
        "wrong": [{"mistakes": list(way.mistakes), "formulas": dict(way.formulas)} for way in wrong_ways(one)],
    }
