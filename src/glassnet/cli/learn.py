"""``glassnet learn``: the course, the check of a learner's program, and worksheets."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import click

from ..learn.exercises import exercises, value_text
from ..learn.functions import ONLY_LIMITS, CodeFacts
from ..learn.plain_text import plain
from ..learn.program_check import check_program
from ..messages.message import Command, Listing
from ..messages.option_spelling import Option
from ..messages.progress import REPORTER
from ..serve.studio import LearnJob, run_learn
from ..workflow.learn.check_job import CheckJob, check_exercise
from ..workflow.learn.worksheet_job import WorksheetJob, write_worksheet
from .shared.console import in_terminal, json_flag, message, result, result_json, say, say_notice, shown_text
from .shared.flags import job_of, only_with, with_job

_MOST_LINES = 8
"""Most lines of a program's output that are shown."""


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
def learn_command(context: click.Context, /, **flags: Any) -> None:
    """Open the course: chapters, and exercises that name your mistake.

    The page is the room Learn of the studio, served on this machine alone, until Ctrl+C. What you do there stays on
    this machine. With --no-python, the page does not run the Python functions that some exercises ask for.

    Needs the extra studio: pip install 'glassnet[studio]'
    """
    if context.invoked_subcommand is not None:
        only_with(context.invoked_subcommand)
        return

    def announce(address: str) -> None:
        result(address)
        REPORTER.paused = True
        say(message("studio_running"))

    run_learn(job_of(LearnJob, flags), announce=announce)


@learn_command.command("check")
@with_job(CheckJob)
@json_flag
def check_command(as_json: bool, **flags: Any) -> None:
    """Check your own program, and name its mistake.

    FILE is a Python program or a notebook. It is not changed. It runs in a process with limits of time and memory,
    with small data instead of its own, and its training step is compared with the algorithm of the notes. On Linux, the
    system keeps that process from your files and the network, where it can; otherwise the output says so. With
    --exercise, FILE has the function that an exercise of the course asks for. Exit code 0: right; 1: a mistake; 3: it
    could not be found out.
    """
    job = job_of(CheckJob, flags)
    if job.exercise is None:
        report = check_program(job.program)
        if as_json:
            result_json(report.to_dict("en", in_terminal))
        else:
            for line in report.lines(job.language, in_terminal):
                result(plain(line))
        click.get_current_context().exit(report.exit_code)
    facts = check_exercise(job, "en" if as_json else job.language)
    if as_json:
        result_json(facts)
    else:
        _print_judgement(facts)
    click.get_current_context().exit(0 if facts["kind"] == "right" else 1)


def _print_judgement(facts: CodeFacts) -> None:
    result(facts["text"])
    if facts["why"]:
        result(plain(facts["why"]))
    if facts["look"] not in ("", facts["exercise"]):
        chapter = exercises()[facts["look"]].chapter
        look = Command("learn", Option("chapter", chapter, has_flag=True))
        result(message("learn_look", exercise=facts["look"], command=look))
    if facts["kind"] in ("mistake", "wrong", "shape"):
        numbers = Listing((f"{name} = {value_text(value)}" for name, value in facts["given"].items()), separator="; ")
        result(message("learn_numbers", seed=facts["seed"], numbers=numbers))
    for line in facts["output"].splitlines()[:_MOST_LINES]:
        result(message("learn_printed", line=line))
    if facts["confined"] == "limits":
        result(shown_text(ONLY_LIMITS))


@learn_command.command("worksheet")
@with_job(WorksheetJob)
@json_flag
def worksheet_command(as_json: bool, **flags: Any) -> None:
    """Write exercises as sheets to print, and an answer key.

    CHAPTER is a name or a number, as in 'glassnet learn worksheet error update --students 30'. Every sheet has other
    numbers, and the key is the last part of the page. The number of a sheet is the seed of its numbers: in the room
    Learn, it gives the same exercises.
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
