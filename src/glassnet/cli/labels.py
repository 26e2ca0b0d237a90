"""``glassnet labels``: wrong or ambiguous labels, and a corrected copy of the data."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from typing import Annotated, Any, TypedDict, cast

import click

from ..data import Dataset
from ..explain.label_errors import Suspects
from ..messages.formats import shortened, width_of
from ..options.job_parameters import command_words
from ..words.labels import LABELS_WORDS
from ..words.speaking import Say, speaking
from ..workflow.labels_job import LabelsJob, ReviewJob, Suspect, apply_review, find_label_errors
from .shared.console import json_flag, padded, result, result_json, say, say_notice, terminal_width
from .shared.flags import job_of, max_bytes_flag, with_job

_LONGEST_NAME, _SHORTEST_NAME = 40, 4
"""Most columns of a name in the line of a suspect, and the fewest to which it is cut on a narrow terminal."""


class SuspectFacts(TypedDict):
    """A suspect."""

    row: Annotated[int, "the row"]
    file: Annotated[str | None, "the file of the sample, if it has its own"]
    label: Annotated[str, "the name of the given class"]
    likely: Annotated[str, "the name of the likely class"]
    label_probability: Annotated[float, "probability of the given class, rounded to four digits"]
    likely_probability: Annotated[float, "probability of the likely class, likewise"]
    wrong_probability: Annotated[float, "probability that the label is wrong, likewise"]


class LabelsFacts(TypedDict):
    """Wrong and ambiguous labels."""

    source: Annotated[str, "the source of the samples"]
    samples: Annotated[int, "number of samples"]
    folds: Annotated[int, "number of cross-validation folds"]
    accuracy: Annotated[float, "fraction of samples whose cross-validated prediction equals the label, 0 to 1"]
    estimated_errors: Annotated[float, "estimated number of wrong labels; the other suspects are ambiguous"]
    certain: Annotated[
        bool,
        "whether label errors explain the suspects better than overlapping classes do, so that a suspect is probably "
        "wrong; false if the classes merely overlap",
    ]
    suspects: Annotated[Sequence[SuspectFacts], "the most probable label errors first"]
    picture: Annotated[str | None, "the written figure"]
    list: Annotated[str | None, "the written list"]


class RepairFacts(TypedDict):
    """A corrected copy."""

    changed: Annotated[int, "number of samples with another label"]
    dropped: Annotated[int, "number of dropped samples"]
    copy: Annotated[str, "the written file or folder"]


@click.command("labels")
@with_job(LabelsJob, ReviewJob)
@json_flag
@max_bytes_flag
def labels_command(as_json: bool, **flags: Any) -> None:
    """Find samples whose label is wrong or ambiguous.

    DATA is anything that 'glassnet train' accepts; a table with named columns needs --target. Each sample is judged by
    a network that was trained without it (cross-validation), for at least 600 steps unless --epochs is given.

    With --fix LIST --to FILE, write a copy of the data, corrected by a reviewed list. Column 'new' of the list has the
    right label, 'drop', or nothing if the label is right.
    """
    job = job_of(LabelsJob, flags)
    words = speaking(job.language, LABELS_WORDS)
    if flags["fix"] is not None or flags["to"] is not None:
        copy = apply_review(job_of(ReviewJob, flags, labels=job), notify=say_notice)
        repaired: RepairFacts = {"changed": copy.changed, "dropped": copy.dropped, "copy": copy.path}
        if as_json:
            result_json(repaired)
        else:
            result(words("repaired_copy", file=copy.path, changed=copy.changed, dropped=copy.dropped))
        return

    def say_fold(number: int, accuracy: float) -> None:
        say(words("fold", number=number, folds=job.cv, accuracy=accuracy))

    judged = find_label_errors(job, fold_done=say_fold, notify=say_notice)
    samples, suspects = judged.samples, judged.suspects
    if job.plot and judged.picture is None:
        say(words("no_suspects", file=job.plot))
    if as_json:
        facts: LabelsFacts = {
            "source": samples.source,
            "samples": len(samples),
            "folds": job.cv,
            "accuracy": suspects.accuracy,
            "estimated_errors": suspects.errors,
            "certain": suspects.certain,
            "suspects": [cast("SuspectFacts", row._asdict()) for row in judged.rows],
            "picture": job.plot,
            "list": job.out,
        }
        result_json(facts)
    else:
        _report(samples, suspects, judged.rows[: max(job.first, 0)], words)
        _next_step(job, words, suspects)


def _report(samples: Dataset, suspects: Suspects, rows: Sequence[Suspect], words: Say) -> None:
    """Print the estimated number of errors and the first suspects."""
    count, errors = len(suspects.rows), round(suspects.errors)
    result(words("judged", count=len(samples), source=samples.source, accuracy=suspects.accuracy))
    if not count:
        result(words("none_wrong"))
        return
    result(words("some_wrong", errors=errors, share=suspects.errors / len(samples), count=count))
    if not suspects.certain:
        result(words("all_ambiguous", samples=len(samples)))
    elif count > errors:
        result(words("some_ambiguous", ambiguous=count - errors))
    for line in _suspect_lines(rows, words):
        result(line)


def _suspect_lines(rows: Sequence[Suspect], words: Say) -> list[str]:
    """Return one line per suspect; on a narrow terminal with a smaller indent, and then with shorter names."""
    width, lines = terminal_width() or sys.maxsize, _even_lines(rows, words, _LONGEST_NAME)
    for longest in range(_LONGEST_NAME, _SHORTEST_NAME - 1, -1):
        if max(map(width_of, lines), default=0) <= width:
            break
        lines = [f"  {line.strip()}" for line in _even_lines(rows, words, longest)]
    return lines


def _even_lines(rows: Sequence[Suspect], words: Say, longest: int) -> list[str]:
    """Return one line per suspect, with names of at most `longest` columns below each other."""
    places = [words("suspect_row", row=row.row) for row in rows]
    files = [
        f"{place} {shortened(row.file, longest)}" if row.file else place
        for place, row in zip(places, rows, strict=True)
    ]
    columns = [
        _even(files),
        *(_even([shortened(getattr(row, name), longest) for row in rows]) for name in ("label", "likely")),
    ]
    return [
        words(
            "suspect",
            where=where,
            label=label,
            likely=likely,
            wrong=row.wrong_probability,
            given=row.label_probability,
            other=row.likely_probability,
        )
        for row, where, label, likely in zip(rows, *columns, strict=True)
    ]


def _next_step(job: LabelsJob, words: Say, suspects: Suspects) -> None:
    """Print the next command, if labels are wrong."""
    out, plot = job.out, job.plot
    if not len(suspects.rows):
        if out:
            result(words("empty_list", file=out))
        return
    if plot:
        result(words("suspects_picture", file=plot))
    elsewhere = ("first", "plot", "out", "force", "language")
    again = ["glassnet", "labels", job.source]
    if not suspects.certain:
        if out:
            result(words("ambiguous_list", file=out))
    elif out:
        result(words("list", file=out))
        again += [*command_words(job, "cv", *elsewhere), "--fix", out, "--to"]
        result(words("go_on", command=f"{shlex.join(again)} REPAIRED"))
    else:
        again += [*command_words(job, *elsewhere), "--out", "suspects.csv"]
        result(words("go_on", command=shlex.join(again)))


def _even(texts: Sequence[str]) -> list[str]:
    """Pad texts with blanks to the width of the widest."""
    widest = max(map(width_of, texts), default=0)
    return [padded(text, widest) for text in texts]
