"""A comparison as a command or a Python program."""

from __future__ import annotations

import shlex
from typing import Any

from ... import data
from ...options.options import SPECS
from ...options.recipes import RECIPES
from ..compare_job import SEEDS, CompareJob, Side
from ..table_options import TableOptions
from .program import alone, call, flag_words, in_python, option_words, standard_recipe


def comparison_command(job: CompareJob, source: str) -> str:
    """Return the command that compares like a job, on the data called `source`."""
    table = job.table
    words = [standard_recipe(side.recipe) for side in job.sides.values()]
    words += [f"./{source}" if source in RECIPES else source] if source != data.BUNDLED else []
    flags = [(flag, name) for flag in ("target", "drop", "keep") for name in getattr(table, flag)]
    flags += [("task", table.task), ("metric", job.metric), ("seeds", str(job.seeds) if job.seeds != SEEDS else None)]
    for flag, side in job.sides.items():
        flags += [(flag, f"{SPECS[name].word(name)}={_in_words(value)}") for name, value in side.options.items()]
    words += [part for flag, value in flags if value is not None for part in flag_words(flag, value)]
    words += [part for name, value in job.options.items() for part in option_words(name, value)]
    return f"{shlex.join(['glassnet', 'compare', *words, *([] if job.stop_early else ['--all-seeds'])])}\n"


def comparison_program(job: CompareJob, source: str) -> str:
    """Return a Python program that compares like a job, on the data called `source`, and prints the verdict."""
    table = {name: value for name, value in vars(job.table).items() if value != getattr(TableOptions(), name)}
    given: dict[str, Any] = {"data": source} if source != data.BUNDLED else {}
    given |= alone(table)
    given |= {"seeds": job.seeds} if job.seeds != SEEDS else {}
    given |= {"metric": job.metric} if job.metric else {}
    given |= {} if job.stop_early else {"stop_early": False}
    lines = ["import glassnet", ""]
    lines += call("result = glassnet.compare", map(_side, job.sides.values()), given | in_python(job.options))
    lines += ["for pair in result.pairs:", "    print(pair.seed, pair.a, pair.b)"]
    return "\n".join([*lines, "print(result.verdict, result.mean, result.interval)", ""])


def _side(side: Side) -> str | tuple[str, dict[str, Any]]:
    recipe = standard_recipe(side.recipe)
    return (recipe, in_python(side.options)) if side.options else recipe


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(_in_words, value)) if isinstance(value, tuple | list) else str(value)
