"""A comparison as a command or a Python program."""

from __future__ import annotations

import shlex
from typing import Any

from ... import data
from ...messages.option_spelling import assignment
from ...options.job_parameters import command_words, differing
from ...options.recipes import RECIPES
from ..compare_job import CompareJob
from .program import call, simplified


def comparison_command(job: CompareJob, source: str) -> str:
    """Return the command that compares like a job, on the data called `source`."""
    typed = [side.recipe for side in job.sides.values()]
    typed += [f"./{source}" if source in RECIPES else source] if source != data.BUNDLED else []
    for letter, side in job.sides.items():
        typed += [word for name, value in side.options.items() for word in (f"--{letter}", assignment(name, value))]
    return f"{shlex.join(['glassnet', 'compare', *typed, *command_words(job, 'language')])}\n"


def comparison_program(job: CompareJob, source: str) -> str:
    """Return a Python program that compares like a job, on the data called `source`, and prints the verdict."""
    given: dict[str, Any] = {"data": source} if source != data.BUNDLED else {}
    given |= {name: value for name, value in differing(job).items() if name != "language"} | job.options
    sides = [(one.recipe, simplified(one.options)) if one.options else one.recipe for one in job.sides.values()]
    lines = ["import glassnet", "", *call("result = glassnet.compare", sides, simplified(given))]
    lines += ["for pair in result.pairs:", "    print(pair.seed, pair.a, pair.b)"]
    return "\n".join([*lines, "print(result.verdict, result.mean, result.interval)", ""])
