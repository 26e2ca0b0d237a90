"""The mistakes that the course can name: wrong formulas, as data in ``mistakes.toml``.

A calculation is a list of steps, each a formula of the quantities before it. A mistake replaces the formula of one
step or more; the later steps use the wrong values, as a learner does. Every mistake applies wherever its steps
and the names in its formulas occur: in exercises and in the check of programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .expressions import ExpressionError, Value, evaluate, names_in
from .tables import TableError, Texts, read_tables

MISTAKES_FILE = Path(__file__).with_name("mistakes.toml")


@dataclass(frozen=True)
class Step:
    """One quantity of a calculation, and its formula."""

    name: str
    formula: str
    tex: str = ""  # as it is shown
    texts: Texts | None = None  # what it is


@dataclass(frozen=True)
class Alternative:
    """One way to make a mistake."""

    formulas: Mapping[str, str]  # step -> its wrong formula
    only: tuple[str, ...]  # ids of the exercises to which it is limited; empty: none
    exact: bool  # so close to the right value that only formulas and programs show it


@dataclass(frozen=True)
class Mistake:
    """A mistake with its name and explanation."""

    id: str
    name: Texts
    why: Texts  # with formulas in braces, which `exercises.explanation` replaces by the learner's numbers
    look: str  # id of the exercise where to look again
    source: str
    wrong: tuple[Alternative, ...]


@cache
def mistakes() -> dict[str, Mistake]:
    """Return id -> mistake, in the order of the file."""
    return {one.id: one for one in read_mistakes(MISTAKES_FILE)}


def read_mistakes(path: Path) -> list[Mistake]:
    """Return the mistakes of a file; raises `TableError`, which names the place of what is wrong."""
    found = []
    for table in read_tables(path, "mistake"):
        alternatives = []
        for one in table.tables("wrong"):
            only, exact = one.take("only", list, []), one.take("exact", bool, False)
            formulas = {name: one.take(name, str) for name in list(one.fields)}
            if not formulas:
                raise TableError(f"{one.place}: has no formula")
            for formula in formulas.values():
                one.check_formula(formula, None)
            alternatives.append(Alternative(formulas, tuple(only), exact))
        own, name, why = table.take("id", str), table.texts("name"), table.texts("why")
        mistake = Mistake(own, name, why, table.take("look", str), table.take("source", str), tuple(alternatives))
        if not alternatives:
            raise TableError(f"{table.place}: wrong is missing")
        table.end()
        found.append(mistake)
    return found


def follow(steps: Sequence[Step], given: Mapping[str, Any], wrong: Mapping[str, str] | None = None) -> dict[str, Value]:
    """Return the value of every step, in order, from the given quantities.

    `wrong` has other formulas for some of the steps. Raises `ExpressionError`.
    """
    values: dict[str, Value] = {}
    names = dict(given)
    for step in steps:
        names[step.name] = values[step.name] = evaluate((wrong or {}).get(step.name, step.formula), names)
    return values


def alternatives(steps: Sequence[Step], given: Sequence[str]) -> Iterator[tuple[str, Alternative]]:
    """Yield the id of a mistake and a way to make it, for all that can occur in a calculation.

    Parameters
    ----------
    steps : sequence of Step
        The right calculation.
    given : sequence of str
        Names of the quantities from which it begins.
    """
    before = {}
    names = set(given)
    for step in steps:
        before[step.name] = set(names)
        names.add(step.name)
    for mistake in mistakes().values():
        for one in mistake.wrong:
            if all(step in before and names_in(formula) <= before[step] for step, formula in one.formulas.items()):
                yield mistake.id, one


def wrong_values(steps: Sequence[Step], given: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Value]]]:
    """Yield the id of each mistake that can occur in a calculation, and the values of all steps that it leads to."""
    for name, one in alternatives(steps, list(given)):
        try:
            yield name, follow(steps, given, one.formulas)
        except ExpressionError:  # shapes that do not fit here
            continue
