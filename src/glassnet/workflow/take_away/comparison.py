"""A comparison as a command or a Python program."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ... import data
from ...messages.option_spelling import assignment
from ...options.recipes import RECIPES
from ..compare_job import SEEDS, CompareJob, Side
from ..parameters import TableOptions
from .program import Code, call, flag_words, option_words


def comparison_command(job: CompareJob, source: str) -> str:
    """Return the command that compares like a job, on the data called `source`."""
    table = job.table
    words = [side.recipe for side in job.sides.values()]
    words += [f"./{source}" if source in RECIPES else source] if source != data.BUNDLED else []
    flags = [(flag, name) for flag in ("target", "drop", "keep") for name in getattr(table, flag)]
    flags += [("task", table.task), ("metric", job.metric), ("seeds", str(job.seeds) if job.seeds != SEEDS else None)]
    for flag, side in job.sides.items():
        flags += [(flag, assignment(name, value)) for name, value in side.options.items()]
    words += [part for flag, value in flags if value is not None for part in flag_words(flag, value)]
    words += [part for name, value in job.options.items() for part in option_words(name, value)]
    return f"{shlex.join(['glassnet', 'compare', *words, *([] if job.stop_early else ['--no-stop-early'])])}\n"


def comparison_program(job: CompareJob, source: str) -> str:
    """Return a Python program that compares like a job, on the data called `source`, and prints the verdict."""
    table = {name: value for name, value in vars(job.table).items() if value != getattr(TableOptions(), name)}
    named: dict[str, Any] = {"source": source} if source != data.BUNDLED else {}
    named |= {"options": job.options} if job.options else {}
    named |= {"table": Code(f"TableOptions({_arguments(table)})")} if table else {}
    named |= {"seeds": job.seeds} if job.seeds != SEEDS else {}
    named |= {"metric": job.metric} if job.metric else {}
    named |= {} if job.stop_early else {"stop_early": False}
    sides = [Code(f"Side({', '.join(map(repr, _parts(side)))})") for side in (job.a, job.b)]
    lines = ["from glassnet.workflow.compare_job import CompareJob, Side, compare"]
    lines += ["from glassnet.workflow.parameters import TableOptions"] if table else []
    lines += ["", *call("job = CompareJob", sides, named), "result = compare(job)"]
    lines += ["for pair in result.pairs:", "    print(pair.seed, pair.a, pair.b)"]
    return "\n".join([*lines, "print(result.verdict, result.mean, result.interval)", ""])


def _parts(side: Side) -> list[Any]:
    return [side.recipe, *([side.options] if side.options else [])]


def _arguments(named: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in named.items())
