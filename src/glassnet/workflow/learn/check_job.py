"""Checking a program of a learner: the whole of it, or the function of an exercise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...doctor.script.checks import examine_script
from ...doctor.script.program import read_program
from ...errors import OptionError
from ...learn.functions import MOST_SEED, CodeFacts, judge_code
from ...messages.option_spelling import Option
from ...options.job_parameters import require_declared
from ...options.spec import option, required
from .. import parameters


@dataclass(frozen=True)
class CheckJob:
    """A program, and what it should do."""

    program: str = required("a Python program or a notebook", argument="FILE")
    exercise: str | None = option(None, "exercise of the course whose function FILE has", metavar="ID")
    seed: int = option(0, "with --exercise: seed of the numbers, as the page shows it", low=0, high=MOST_SEED)
    language: str = parameters.language()

    def __post_init__(self) -> None:
        require_declared(self)
        if self.seed and self.exercise is None:
            template = "{seed}: needs the exercise whose numbers it draws. Add {exercise}."
            raise OptionError("GN022", template, seed=Option("seed", self.seed), exercise=Option("exercise", "ID"))


def check_exercise(job: CheckJob, language: str) -> CodeFacts:
    """Judge the function of an exercise in a program, with texts in a language."""
    assert job.exercise is not None
    examined = examine_script(Path(job.program))  # a program for Python 2 is repaired in memory
    code = read_program(job.program).text if examined.code is None else examined.code
    return judge_code(job.exercise, job.seed, code, language)
