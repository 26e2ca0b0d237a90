"""Worksheets: the exercises of chapters with other numbers for every student, and what their answers would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .exercises import Drawn, Exercise, draw, exercises

MOST_STUDENTS, MOST_SEED = 999, 999
_SHEETS = 1000
"""Numbers of sheets between two seeds."""


@dataclass(frozen=True)
class Sheet:
    """What one student gets."""

    number: int  # the seed of its numbers: in the page, too, it gives this sheet's exercises
    tasks: tuple[Drawn, ...]


@dataclass(frozen=True)
class Worksheet:
    """The sheets of a class."""

    chapters: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    programs: tuple[Exercise, ...]  # exercises of the chapters that are left out: paper does not run a program
    sheets: tuple[Sheet, ...]


def make_worksheet(chapters: Sequence[str], students: int, seed: int = 0) -> Worksheet:
    """Return the worksheets of some chapters.

    Parameters
    ----------
    chapters : sequence of str
        Names of chapters, as in `CHAPTERS`; repeated ones count once.
    students : int
        Number of sheets, 1 to 999.
    seed : int, optional
        Which numbers, 0 to 999: the sheets of seed 7 are 7001, 7002, …

    Returns
    -------
    Worksheet
    """
    chosen = tuple(dict.fromkeys(chapters))
    every = [one for slug in chosen for one in exercises().values() if one.chapter == slug]
    own = tuple(one for one in every if one.kind != "function")
    numbers = range(_SHEETS * seed + 1, _SHEETS * seed + 1 + students)
    sheets = tuple(Sheet(number, tuple(draw(one, number) for one in own)) for number in numbers)
    return Worksheet(chosen, own, tuple(one for one in every if one.kind == "function"), sheets)
