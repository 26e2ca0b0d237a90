"""``glassnet learn``: the course, the check of a learner's program, and worksheets."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import click

from ..serve.studio import LearnJob, run_learn
from ..workflow.learn_check import CheckJob, check_exercise, check_program
from ..workflow.worksheet_job import WorksheetJob, write_worksheet
from .shared.console import json_flag, message, result, result_json, say, say_notice, shown_text
from .shared.flags import job_of, only_with, with_job


class WorksheetFacts(TypedDict):
    """A written worksheet."""

    file: Annotated[str, "the page"]
    chapters: Annotated[list[str], "names of the chapters"]
    exercises: Annotated[list[str], "their exercises, in the order of the page"]
    left_out: Annotated[list[str], "exercises that are programs"]
    sheets: Annotated[list[int], "numbers of the sheets, which are the seeds of their numbers"]


@click.group("learn", invoke_without_command=True)
@with_job(LearnJob)
@click.pass_context
def learn_command(context: click.Context, **flags: Any) -> None:
    """Open the course: chapters, and exercises that name your mistake.

    The page is the room Learn of the studio, served on this machine alone, until Ctrl+C. Your progress is in the
    studio's session, and nothing leaves the machine. With --no-python, the exercises that are Python functions are
    shown, but not run.

    Needs the extra studio: pip install 'glassnet[studio]'
    """
    if context.invoked_subcommand is not None:
        only_with(context.invoked_subcommand)
        return

    def announce(address: str) -> None:
        result(address)
        say(message("studio_running"))

    run_learn(job_of(LearnJob, flags), announce=announce)


@learn_command.command("check")
@with_job(CheckJob)
@json_flag
def check_command(as_json: bool, **flags: Any) -> None:
    """Check your own program: does it compute what the notes do, and if not, which mistake is it?

    FILE is a Python program or a notebook. It is run in a process with limits of time, memory and files, with small
    numbers instead of its data, and is not changed. With --exercise, FILE has the function of an exercise of the
    course. Exit code 0: right; 1: a mistake.
    """
    job = job_of(CheckJob, flags)
    raise NotImplementedError(job, as_json)


@learn_command.command("worksheet")
@with_job(WorksheetJob)
@json_flag
def worksheet_command(as_json: bool, **flags: Any) -> None:
    """Write exercises of chapters as sheets to print, with other numbers for every student and an answer key.

    CHAPTER is a name or a number, as in 'glassnet learn worksheet error update --students 30'. The key is the last
    part of the page. The number of a sheet is the seed of its numbers: in the room Learn, it gives the same exercises.
    """
    job = job_of(WorksheetJob, flags)
    made = write_worksheet(job, notify=say_notice)
    if as_json:
        facts: WorksheetFacts = {
            "file": job.out,
            "chapters": list(made.chapters),
            "exercises": [one.id for one in made.exercises],
            "left_out": [one.id for one in made.programs],
            "sheets": [one.number for one in made.sheets],
        }
        result_json(facts)
        return
    result(message("worksheet_written", file=job.out, sheets=len(made.sheets), exercises=len(made.exercises)))
