"""``glassnet doctor``: what is wrong with data before training, or with an old program before it runs."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from ..doctor.findings import harmful
from ..workflow.doctor_job import DoctorResult, examine_source, is_program
from ..workflow.training_data import options_for
from .console import json_flag, result_json
from .doctor_text import Told
from .flags import given, language_flag, max_bytes_flag, typed, with_options


@click.command("doctor")
@click.argument("source", metavar="DATA")
@click.option("--test", "test_source", metavar="DATA", help="Test data, compared with the training data.")
@click.option("--target", metavar="NAME", help="Column of the labels: its name, or its number from 1.")
@click.option(
    "--fix",
    "out",
    metavar="OUT",
    help="Write a copy with all repaired that can be (of a folder, a folder); of the --test data too, as OUT-test.",
)
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
@with_options("input_max", "classes", "size", "colour", "targets", "output", "loss")
def doctor_command(
    source: str,
    test_source: str | None,
    target: str | None,
    out: str | None,
    language: str,
    as_json: bool,
    recipe: str,
    **flags: Any,
) -> None:
    """Find what is wrong with data before training on them, or with an old program (.py, .ipynb) before running it.

    DATA is what 'glassnet train' takes, damaged or not, or a program. Exit code 0: nothing but remarks; 1: there are
    errors or warnings (with --fix, if any are left).
    """
    options = options_for(recipe, given(flags))
    examined = examine_source(source, test_source, target=target, options=options, fix=out)
    if as_json:
        result_json(_facts(examined))
    else:
        again = [*(["--test", test_source] if test_source else []), *(["--target", target] if target else [])]
        _report(examined, [*again, *typed(recipe, flags)], Told(language, program=is_program(source)))
    click.get_current_context().exit(1 if harmful(examined.left) else 0)


def _facts(examined: DoctorResult) -> dict[str, Any]:
    fixed = None
    if examined.copies:
        copy, *tests = examined.copies
        done, left = [one.code for one in examined.repaired], [one.to_dict() for one in examined.left]
        fixed = {"file": copy, "test": tests[0] if tests else None, "done": done, "left": left}
    return {
        **examined.facts,
        "findings": [one.to_dict() for one in examined.findings],
        "healthy": not harmful(examined.findings),
        "fixed": fixed,
    }


def _report(examined: DoctorResult, flags: list[str], told: Told) -> None:
    if "samples" in examined.facts:
        told.headline(examined.facts)
    for finding in examined.findings:
        told.show(finding)
    if examined.copies:
        told.repaired(examined.repaired)
        told.copy(examined.copies, examined.left)
        for finding in examined.left:
            if finding.severity != "remark":
                told.show(finding)
        return
    told.verdict_of(examined.sources, examined.findings)
    if examined.proposed:
        told.next(["glassnet", "doctor", examined.sources[0], *flags, "--fix", examined.proposed])
