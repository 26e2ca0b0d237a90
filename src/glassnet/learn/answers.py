r"""Judge an answer: right, a mistake that has a name, or neither.

Right counts from three significant digits: every number of the answer may differ by 0.5%, the most that rounding to
three digits changes. Answers of other formulas are at least 1% away after rounding (`exercises.APART`), so none of them
is taken for the right one. A mistake is named from four digits, or three in a whole vector; what three digits of a
single number show may be an accident, so they only look like it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from .exercises import Drawn, Exercise, Wrong, draw, solution, unit, wrong_answers, wrong_ways
from .expressions import ExpressionError, Value, evaluate, functions_in
from .mistakes import follow

ROUNDED = 0.005
"""Relative distance within which a number is right."""
NEAR = 0.02
"""Relative distance of a number that was probably rounded on the way."""
IN_TABLE = 0.001
"""Share of the largest number of an answer to which small ones may be rounded, as in a table with equal decimals."""
EXACT = 1e-9
ALWAYS = ("dot", "transpose")
"""Functions for `@` and `.T`, which a formula may contain in any case."""
DRAWS = 5
"""Draws on which formulas and functions are compared with the right one."""


@dataclass(frozen=True)
class Judgement:
    """What an answer is."""

    kind: str  # right, mistake, looks, near, wrong, digits, shape or unreadable
    wrong: Wrong | None = None  # for mistake and looks
    entries: tuple[bool, ...] = ()  # for wrong, near and digits: which numbers of the answer are right, row by row
    shape: tuple[int, ...] = ()  # for shape: the one that the answer must have
    reason: str = ""  # for unreadable: empty, text, or a key of `expressions.REASONS`
    part: str = ""  # the text that could not be read


@dataclass(frozen=True)
class Read:
    """The numbers of an answer."""

    numbers: tuple[float, ...]
    places: tuple[float, ...]  # unit of the last digit of each; 0 for a fraction
    shape: tuple[int, ...] | None  # if its lines or brackets give one

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return len(self.numbers)


def judge(drawn: Drawn, answer: str) -> Judgement:
    """Judge the answer to an exercise of the kind number.

    Parameters
    ----------
    drawn : Drawn
        The exercise and its numbers.
    answer : str
        What the learner typed, see `read`.

    Returns
    -------
    Judgement
    """
    right = solution(drawn)[drawn.exercise.answer]
    try:
        given = read(answer, right.size)
    except ExpressionError as error:
        return Judgement("unreadable", reason=error.reason, part=error.part)
    wrong = [(way, value) for way, value in wrong_answers(drawn) if value.size == given.size]
    if right.size == given.size and _fits(given.shape, right):
        if _is_right(given, right):
            return Judgement("right")
    elif not any(_fits(given.shape, value) for _, value in wrong):
        return Judgement("shape", shape=right.shape)
    scale = float(np.abs(right).max())
    for way, value in wrong:
        if _fits(given.shape, value) and (digits := _matching(given, value, scale)):
            return Judgement("mistake" if digits > 3 or given.size > 1 else "looks", way)
    if right.size != given.size or not _fits(given.shape, right):
        return Judgement("shape", shape=right.shape)
    entries = tuple(_entry_right(*one, scale) for one in zip(given.numbers, given.places, right.ravel(), strict=True))
    if any(_short(*one, scale) for one in zip(given.numbers, given.places, strict=True)):
        # More digits would tell only where those that are there fit the right answer, or a mistake.
        if _so_far(given, right):
            return Judgement("digits", entries=(True,) * given.size)
        if any(_so_far(given, value) for _, value in wrong if _fits(given.shape, value)):
            return Judgement("digits", entries=entries)
    distances = np.abs(np.array(given.numbers) - right.ravel())
    near = (distances <= np.maximum(NEAR * np.abs(right.ravel()), IN_TABLE * scale)).all()
    return Judgement("near" if near else "wrong", entries=entries)


def _fits(shape: tuple[int, ...] | None, value: Value) -> bool:
    """Whether an answer of this shape can be read as the value: rows and columns of one number do not matter."""
    return shape is None or [n for n in shape if n > 1] == [n for n in value.shape if n > 1]


def _so_far(given: Read, value: Value) -> bool:
    """Whether a value agrees with an answer in the digits that it has."""
    rows = zip(given.numbers, given.places, value.ravel(), strict=True)
    return all(abs(number - wanted) <= max(ROUNDED * abs(wanted), 0.5001 * place) for number, place, wanted in rows)


def _is_right(given: Read, right: Value) -> bool:
    scale = float(np.abs(right).max())
    return all(
        _exact(number, wanted) or (not _short(number, place, scale) and _entry_right(number, place, wanted, scale))
        for number, place, wanted in zip(given.numbers, given.places, right.ravel(), strict=True)
    )


def _exact(number: float, wanted: float) -> bool:
    return abs(number - wanted) <= EXACT * max(abs(number), abs(wanted))


def _short(number: float, place: float, scale: float) -> bool:
    """Whether a number has fewer than three significant digits and fewer decimals than a table of the answer needs."""
    return place > unit(number, 3) * 1.0001 and place > IN_TABLE * scale


def _entry_right(number: float, place: float, wanted: float, scale: float) -> bool:
    tolerance = max(ROUNDED * abs(wanted), 0.5001 * place if place <= IN_TABLE * scale else 0.0)
    return bool(_exact(number, wanted) or abs(number - wanted) <= tolerance)


def _matching(given: Read, value: Value, scale: float) -> int:
    """Return how many digits of an answer agree with a value, 4 or 3, or 0 if it is another."""
    return next((digits for digits in (4, 3) if _agrees(given, value, digits, scale)), 0)


def _agrees(given: Read, value: Value, digits: int, scale: float) -> bool:
    for number, place, wanted in zip(given.numbers, given.places, value.ravel(), strict=True):
        if _exact(number, wanted):
            continue
        last = unit(wanted, digits)
        in_table = given.size > 1 and place <= IN_TABLE * scale
        if place > last * 1.0001 and not in_table:
            return False
        if given.size == 1 and digits == 3 and place < 0.9 * last:
            return False  # what has more digits must agree in more
        if in_table:
            last = max(last, place)
        excess = (number - wanted) * (1 if wanted >= 0 else -1)
        # Rounded, or cut off after the last digit.
        if not -1.0001 * last < excess <= 0.5001 * last:
            return False
    return True


_WRAPPERS = re.compile(r"dtype\s*=\s*\w+|(?:[^\W\d]\w*)?\s*[=≈]|(?:np\.|numpy\.)?array", re.I)
_TIMES_TEN = re.compile(r"\s*[×x*·]\s*10\s*(?:\^|\*\*)?\s*([-+]?\d+)", re.I)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.I)
_FRACTION = re.compile(r"([-+]?\d+)/(\d+)")
_PLAIN = str.maketrans("−–、。【】{}⁄", "--, [][]/")
_LONGEST = 2000


def read(answer: str, count: int) -> Read:
    """Return the numbers that a learner typed.

    Spaces, commas, semicolons, line breaks and brackets separate numbers; semicolons, line breaks and inner brackets
    separate rows. A comma is a decimal comma where only that gives `count` numbers. Fractions, percent,
    ``4.2e-3``, ``4.2×10^-3``, full-width characters and Chinese punctuation are read as well. Raises `ExpressionError`.
    """
    text = unicodedata.normalize("NFKC", answer[:_LONGEST])
    text = re.sub(r"(?<=\d)。(?=\d)", ".", text).translate(_PLAIN)
    text = _TIMES_TEN.sub(r"e\1", _WRAPPERS.sub(" ", text)).replace("()", " ")
    text = re.sub(r"(?<=\d)\s*/\s*(?=\d)", "/", text)
    if not text.strip(" ,;[]()\n\r\t"):
        raise ExpressionError("empty")
    if "." not in text and re.search(r"\d,\d", text):
        readings = [_rows(re.sub(r"(?<=\d),(?=\d)", ".", text)), _rows(text)]
        rows = next((one for one in readings if sum(map(len, one)) == count), readings[1])
    else:
        rows = _rows(text)
    numbers, own = zip(*(_number(one) for row in rows for one in row), strict=True)
    # Zeros at the end are often left out: all numbers have the decimals of the one that has most.
    last = min((place for place in own if place), default=0.0)
    places = tuple(min(place, last) for place in own)
    widths = {len(row) for row in rows}
    shape = (len(rows), widths.pop()) if len(rows) > 1 and len(widths) == 1 else None
    return Read(numbers, places, shape)


def _rows(text: str) -> list[list[str]]:
    lines = re.split(r"[;\n\r]|[\])]\s*,?\s*[\[(]", text)
    rows = [[one for one in re.split(r"[\s,\[\]()]+", line) if one] for line in lines]
    return [row for row in rows if row]


def _number(token: str) -> tuple[float, float]:
    """Return a number and the unit of its last digit."""
    percent = token.endswith("%")
    plain = token.removesuffix("%")
    if (found := _FRACTION.fullmatch(plain)) and int(found[2]):
        return float(Fraction(int(found[1]), int(found[2]))) / (100 if percent else 1), 0.0
    if not _NUMBER.fullmatch(plain):
        raise ExpressionError("text", token[:20])
    mantissa, _, exponent = plain.lower().partition("e")
    if len(exponent) > 4 or len(mantissa) > 40:
        raise ExpressionError("text", token[:20])
    decimals = len(mantissa.partition(".")[2])
    power = int(exponent or 0) - decimals - (2 if percent else 0)
    number = float(plain) / (100 if percent else 1)
    if not np.isfinite(number):
        raise ExpressionError("text", token[:20])
    return number, float(f"1e{power}")


def judge_formula(exercise: Exercise, seed: int, text: str) -> Judgement:
    """Judge a formula by its values on several draws; its names and functions are those among the parts."""
    draws = [draw(exercise, seed + k) for k in range(DRAWS)]
    try:
        if others := sorted(functions_in(text) - {*exercise.parts, *ALWAYS}):
            raise ExpressionError("function", others[0])
        results = [
            [evaluate(text, {name: one.given[name] for name in exercise.parts if name in one.given})] for one in draws
        ]
    except ExpressionError as error:
        return Judgement("unreadable", reason=error.reason if text.strip() else "empty", part=error.part)
    return judge_results(draws, results)


def judge_results(draws: Sequence[Drawn], results: Sequence[Sequence[Any]]) -> Judgement:
    """Judge the unrounded results of a formula or a function.

    Parameters
    ----------
    draws : sequence of Drawn
        Several draws of one exercise.
    results : sequence
        For each draw the arrays that ``exercise.returns`` names. Row and column vectors count as vectors.

    Returns
    -------
    Judgement
        A mistake only if all results agree with it.
    """
    exercise = draws[0].exercise
    right = [[solution(one)[name] for name in exercise.returns] for one in draws]
    if _equal(results, right):
        return Judgement("right")
    for way in wrong_ways(exercise):
        if all(_follows(way, one, result) for one, result in zip(draws, results, strict=True)):
            return Judgement("mistake", way)
    for result, wanted in zip(results[0], right[0], strict=True):
        if not _fits(np.shape(result), wanted):
            return Judgement("shape", shape=wanted.shape)
    return Judgement(
        "wrong", entries=tuple(_equal([one], [other]) for one, other in zip(results[0], right[0], strict=True))
    )


def _follows(way: Wrong, drawn: Drawn, result: Sequence[Any]) -> bool:
    try:
        values = follow(drawn.exercise.steps, drawn.given, way.formulas)
    except ExpressionError:
        return False
    return _equal(result, [values[name] for name in drawn.exercise.returns])


def _equal(results: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return len(results) == len(wanted) and all(map(_equal, results, wanted))
    value = np.asarray(results, np.float64)
    if not _fits(value.shape, wanted) or value.size != wanted.size:
        return False
    return bool(np.allclose(value.ravel(), wanted.ravel(), rtol=EXACT, atol=EXACT * float(np.abs(wanted).max())))
