"""The worksheets of the course as a page to print: one part for every student, then the answer key."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ..learn.chapters import contents
from ..learn.exercises import Drawn, Exercise, solution, value_text, wrong_answers
from ..learn.expressions import evaluate
from ..learn.mistakes import mistakes
from ..learn.worksheet import Sheet, Worksheet
from ..words.speaking import Say, speaking
from ..words.worksheet import WORKSHEET_WORDS
from .page import render

MOST_MISTAKES = 4
"""Columns of mistakes in the key of an exercise."""
_NARROW = 8
"""Most numbers in a line of a table that takes half of a page."""
_HOLE = re.compile(r'<output data-is="(.*?)"></output>')
_NAME = r"(?:\\Delta )?\\?[A-Za-z]+(?:_(?:\{[\w,]+\}|\w))?"
_NAMES = re.compile(rf"{_NAME}|\({_NAME}(?:, {_NAME})*\)|\\frac\{{\\partial .*")
"""TeX that names an answer; another one, such as ``W_2^T e``, would give it away."""
_LINE, _ROW = 1.7, 1.55
"""Height of a line to write on and of a row of a matrix, in em of the page."""


def worksheet_page(made: Worksheet, language: str = "en") -> str:
    """Return the HTML document of worksheets."""
    say = speaking(language, WORKSHEET_WORDS)
    titles = {one["slug"]: f"{one['number']}. {one[language]['title']}" for one in contents()["chapters"]}
    titles = {slug: titles.get(slug, slug) for slug in made.chapters}
    heading = say("worksheet")
    key = {"right": _right_answers(made, titles, language), "mistakes": _mistakes(made, language, say)}
    return render(
        "worksheet.html",
        title=heading,
        heading=heading,
        language=language,
        say=say,
        sheets=[_sheet(one, titles, language) for one in made.sheets],
        lead=say("lead", sheets=len(made.sheets)),
        key=[{"name": name, "tables": list(tables)} for name, tables in key.items()],
    )


def _sheet(sheet: Sheet, titles: dict[str, str], language: str) -> dict[str, Any]:
    chapters = [
        {
            "title": title,
            "tasks": [
                _task(number, task, language)
                for number, task in enumerate(sheet.tasks, 1)
                if task.exercise.chapter == slug
            ],
        }
        for slug, title in titles.items()
    ]
    return {"number": sheet.number, "chapters": [one for one in chapters if one["tasks"]]}


def _task(number: int, task: Drawn, language: str) -> dict[str, Any]:
    """Return the template values of one exercise on a sheet."""
    exercise, is_formula = task.exercise, task.exercise.kind == "formula"
    texts, values = contents()["exercises"][exercise.id], {**task.given, **solution(task)}
    answer = values[exercise.answer]
    shown_as = next(step.tex for step in exercise.steps if step.name == exercise.answer)
    lines = 1 if is_formula or not answer.ndim else len(answer)
    return {
        "number": number,
        "title": _filled(texts["title"][language], values),
        "question": _filled(texts["question"][language], values),
        "given": [
            Markup("{} = {}").format(Markup(texts["symbols"][one.name]), math_of(values[one.name], one.digits))
            for one in exercise.given
            if not is_formula
        ],
        "parts": exercise.parts,
        "answer": Markup(texts["symbols"][exercise.answer]) if _NAMES.fullmatch(shown_as) else "",
        "room": f"{2 * _LINE + _ROW * lines:.2f}em",
    }


def _filled(text: str, values: Mapping[str, Any]) -> Markup:
    """Return a text of the course as HTML, with the numbers of a task in its holes."""
    return Markup(_HOLE.sub(lambda found: value_text(evaluate(unescape(found[1]), values)), text))


def math_of(value: Any, decimals: int) -> Markup:
    """Return a number, a vector (as a column) or a matrix as MathML, with so many decimals."""
    array = np.asarray(value, float)
    texts = np.vectorize(lambda x: f"{x + 0.0:.{decimals}f}".replace("-", "−"), otypes=[str])(array)
    if not array.ndim:
        return Markup("<math><mn>{}</mn></math>").format(str(texts))
    rows = texts.reshape(len(texts), -1)
    cells = Markup("").join(
        Markup("<mtr>{}</mtr>").format(Markup("").join(Markup("<mtd><mn>{}</mn></mtd>").format(one) for one in row))
        for row in rows
    )
    return Markup("<math><mrow><mo>[</mo><mtable>{}</mtable><mo>]</mo></mrow></math>").format(cells)


def answer_text(value: Any) -> str:
    """Return an answer with three significant digits: ``0.42``, ``(0.42, 0.88)`` or ``(1, 2; 3, 4)``."""
    array = np.asarray(value, float)
    array = np.where(np.abs(array) < 1e-12 * np.abs(array).max(), 0.0, array)  # what rounding leaves of a 0
    if not array.ndim:
        return _three_digits(float(array))
    rows: list[NDArray[Any]] = [array] if array.ndim == 1 else list(array)
    return f"({'; '.join(', '.join(map(_three_digits, row)) for row in rows)})"


def _three_digits(number: float) -> str:
    short = f"{number + 0.0:.3g}"
    is_exact = abs(float(short) - number) <= 1e-12 * abs(number)
    text = short if is_exact or "e" in short else f"{number:#.3g}".removesuffix(".")
    return text.replace("-", "−")


def _right_answers(made: Worksheet, titles: dict[str, str], language: str) -> Iterator[dict[str, Any]]:
    """Yield a table of each chapter: the right answer of each sheet to each exercise; a formula is the same for all."""
    for slug, title in titles.items():
        own = [(place, one) for place, one in enumerate(made.exercises) if one.chapter == slug]
        numbers = [(place, one) for place, one in own if one.kind == "number"]
        if own:
            yield {
                "title": title,
                "is_wide": True,
                "formulas": [
                    (_numbered(place, one, language), _whole_formula(one))
                    for place, one in own
                    if one.kind == "formula"
                ],
                "heads": [_numbered(place, one, language) for place, one in numbers],
                "rows": [
                    (sheet.number, [answer_text(solution(sheet.tasks[place])[one.answer]) for place, one in numbers])
                    for sheet in made.sheets
                    if numbers
                ],
            }


def _whole_formula(exercise: Exercise) -> str:
    """Return the formula of the answer from the given quantities, without the steps between."""
    formulas = {step.name: step.formula for step in exercise.steps}
    text = formulas[exercise.answer]
    for name in list(formulas)[: list(formulas).index(exercise.answer)][::-1]:
        text = re.sub(rf"\b{name}\b", f"({formulas[name]})", text)
    return ast.unparse(ast.parse(text))  # without needless parentheses


def _numbered(place: int, exercise: Exercise, language: str) -> str:
    return f"{place + 1}. {exercise.title[language]}"


def _mistakes(made: Worksheet, language: str, say: Say) -> Iterator[dict[str, Any]]:
    """Yield a table of each exercise: what the first mistakes of the list lead to, on each sheet."""
    for place, exercise in enumerate(made.exercises):
        of_sheets = [_named_answers(sheet.tasks[place]) for sheet in made.sheets] if exercise.kind == "number" else []
        if of_sheets and of_sheets[0]:
            yield {
                "title": _numbered(place, exercise, language),
                "formulas": [],
                "is_wide": sum(value.size for value in of_sheets[0].values()) > _NARROW,
                "heads": [say("or").join(mistakes()[one].name[language] for one in names) for names in of_sheets[0]],
                "rows": [
                    (sheet.number, list(map(answer_text, named.values())))
                    for sheet, named in zip(made.sheets, of_sheets, strict=True)
                ],
            }


def _named_answers(task: Drawn) -> dict[tuple[str, ...], Any]:
    """Return the first mistakes of the list and the answer that each leads to."""
    found: dict[tuple[str, ...], Any] = {}
    for wrong, value in wrong_answers(task):
        found.setdefault(wrong.mistakes, value)
    return dict(list(found.items())[:MOST_MISTAKES])
