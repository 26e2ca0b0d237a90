"""Worksheets of the course: a page to print, with other numbers for every student, and one answer key."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import OptionError, require_choice
from ...io.writing import require_page_place, write_text
from ...learn.exercises import CHAPTERS
from ...learn.worksheet import MOST_SEED, MOST_STUDENTS, Worksheet, make_worksheet
from ...messages.message import Listing, Message
from ...messages.notice import Notify, ignore
from ...options.job_parameters import require_declared
from ...options.spec import option, required
from .. import parameters


@dataclass(frozen=True)
class WorksheetJob:
    """Chapters of the course, by name or number, and for how many students their exercises are drawn."""

    chapters: tuple[str, ...] = required("chapters, by name or number", argument="CHAPTER...")
    students: int = option(30, "number of sheets, each with its own numbers", low=1, high=MOST_STUDENTS)
    seed: int = option(0, "seed of the numbers; another class gets another seed", low=0, high=MOST_SEED)
    out: str = option("worksheet.html", "HTML page to write", metavar="FILE")
    force: bool = parameters.force()
    language: str = parameters.language(of_page=True)

    def __post_init__(self) -> None:
        require_declared(self)
        for one in self.chapters:
            slug_of(one)


def write_worksheet(job: WorksheetJob, *, notify: Notify = ignore) -> Worksheet:
    """Write the page; exercises that are answered with a program are left out, which `notify` gets to know."""
    require_page_place(job.out, overwrite=job.force)
    made = make_worksheet([slug_of(one) for one in job.chapters], job.students, job.seed)
    if not made.exercises:
        template = "{chapters}: the exercises are programs, which paper cannot check. Add another chapter."
        raise OptionError("GN021", template, chapters=Listing(job.chapters))
    if made.programs:
        left_out = Listing(one.id for one in made.programs)
        notify(Message("left out, because they are answered with a program: {exercises}", exercises=left_out))
    from ...html.worksheet import worksheet_page

    write_text(job.out, worksheet_page(made, job.language), overwrite=job.force)
    return made


def slug_of(word: str) -> str:
    """Return the name of a chapter that is given by its name or its number, from 1; OptionError GN021 for another."""
    if word.isascii() and word.isdecimal() and 1 <= int(word) <= len(CHAPTERS):
        return CHAPTERS[int(word) - 1]
    require_choice("CHAPTER", word, CHAPTERS)
    return word
