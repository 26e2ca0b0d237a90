"""Finding label errors: samples whose label is wrong or ambiguous, and a corrected copy of the data."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Unpack

from .. import data
from ..data import Dataset
from ..data.dataset import require_dataset
from ..data.tables.relabel import read_review, write_relabelled, write_relabelled_table
from ..data.tables.spreadsheet import csv_text
from ..errors import DataError, OptionError, argument_names, require_names
from ..explain.label_errors import Suspects, find_suspects
from ..io.writing import require_distinct_paths, require_picture_place, require_place, require_suffix, write_text
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..options.job_parameters import changes, require_declared
from ..options.keywords import AllOptions
from ..options.options import OTHER_NAMES, SPECS, Options, job_options
from ..options.spec import option
from . import parameters
from .parameters import TableOptions
from .training_data import load_samples, load_table_samples

_LIST = re.compile(rb"row,file,label,")
_DRAWN = 40


@dataclass(frozen=True)
class LabelsJob:
    """The labels to check, and how; the data may be a table with named columns and one target.

    A list with reviewed entries is never overwritten, also with `force`.
    """

    source: str = option(data.BUNDLED, "labelled data", argument="[DATA]")
    part: str = parameters.part()
    recipe: str = parameters.recipe("quick")
    options: dict[str, Any] = changes(
        "hidden", "epochs", "seed", "threads", "input_max", "size", "colour", "classes", recipe="quick"
    )
    table: TableOptions = field(default_factory=TableOptions)
    cv: int = option(5, "cross-validation folds", low=2, high=100)
    first: int = option(20, "number of suspects to print")
    plot: str | None = option(None, "draw the first suspects: PNG, PDF or SVG", metavar="FILE")
    out: str | None = option(
        None, "write all suspects to a CSV file, with an empty column 'new' to fill in", metavar="CSV"
    )
    force: bool = parameters.force()
    language: str = parameters.language()

    def __post_init__(self) -> None:
        require_declared(self)
        self.table.require_target()
        if len(self.table.target) > 1:
            first, *others = self.table.target
            raise OptionError(
                "GN022",
                "{other}: labels are checked for one column at a time. Try {target} with {drop}, then the reverse.",
                other=Option("target", others[0]),
                target=Option("target", first),
                drop=Option("drop", tuple(others)),
            )


@dataclass(frozen=True)
class ReviewJob:
    """A reviewed list to apply to the data of `labels`, and the copy to write, which overwrites nothing."""

    labels: LabelsJob
    fix: str | None = option(None, "reviewed list to apply; needs --to", metavar="CSV")
    to: str | None = option(None, "corrected copy to write: in the format of DATA, under a new name", metavar="FILE")


class Suspect(NamedTuple):
    """A sample whose label may be wrong: a row of the list."""

    row: int
    file: str | None
    label: str
    likely: str
    label_probability: float
    likely_probability: float
    wrong_probability: float


@dataclass(frozen=True)
class LabelsResult:
    """The samples, the suspects among them, and the written figure; None if there was nothing to draw."""

    samples: Dataset
    suspects: Suspects
    rows: Sequence[Suspect]
    picture: str | None = None


@dataclass(frozen=True)
class RepairedCopy:
    """A corrected copy of the data: the numbers of changed labels and dropped samples."""

    path: str
    changed: int
    dropped: int


def _ignore_fold(number: int, accuracy: float) -> None:
    """Do nothing."""


def find_label_errors(
    job: LabelsJob,
    *,
    fold_done: Callable[[int, float], None] = _ignore_fold,
    notify: Notify = ignore,
) -> LabelsResult:
    """Find the samples whose label is wrong or ambiguous, the most suspicious first.

    `fold_done` is called with the number of a fold, from 1, and its accuracy.
    """
    out, plot, force = job.out, job.plot, job.force
    options, samples, _ = _load(job, notify)
    require_distinct_paths(out=out, plot=plot)
    if plot:
        require_picture_place(plot, overwrite=force)
        if samples.image_shape is None:
            raise DataError(
                "GN017",
                "{source}: {count} values per sample are not an image to draw. Omit {picture}.",
                source=samples.source,
                count=samples.features,
                picture=Option("plot"),
            )
    if out:
        _require_list_place(out)
        require_place(out, overwrite=force)
    suspects = _find_suspects(samples, options, job.options, job.cv, fold_done)
    rows = suspect_rows(samples, suspects)
    if out:
        write_text(out, csv_text((*Suspect._fields, "new"), [row._asdict() for row in rows]), overwrite=force)
    if plot and rows:
        _draw(samples, suspects, plot, job.language)
    return LabelsResult(samples, suspects, rows, plot if rows else None)


def find_label_issues(
    data: Dataset,
    *,
    recipe: str = "quick",
    cv: int = 5,
    fold_done: Callable[[int, float], None] = _ignore_fold,
    **options: Unpack[AllOptions],
) -> LabelsResult:
    """Find the samples whose label is wrong or ambiguous, the most suspicious first.

    Each sample is judged by a network that was trained on the other folds; see ``docs/labels.md``.

    Parameters
    ----------
    data : Dataset
        Samples of classes, from `load_data`, `load_table` or `Dataset.from_arrays`.
    recipe : str
    cv : int
        Cross-validation folds, 2 to 100.
    fold_done : callable
        Called with the number of a fold, from 1, and its accuracy.
    **options
        Changes to the recipe's options, by the names of `Options`.

    Returns
    -------
    LabelsResult
        Its `rows` are the suspects, each with its row, label, likely class and their probabilities.

    Raises
    ------
    DataError
        GN010 for too few samples, GN017 for other data than classes, GN065 when `data` is not a `Dataset`.
    OptionError, ArgumentError
        GN021 for unknown or not allowed options, recipes and folds.

    Examples
    --------
    >>> import glassnet
    >>> import numpy as np
    >>> labels = np.arange(300) % 2
    >>> X = np.random.default_rng(0).normal(0, 1, (300, 2)) + 8 * labels[:, None]
    >>> labels[7] = 0
    >>> data = glassnet.Dataset.from_arrays(X, labels)
    >>> [one.row for one in glassnet.find_label_issues(data, recipe="table", members=1, cv=3, epochs=5).rows]
    [7]
    """
    require_dataset("data", data)
    require_names("find_label_issues", options, (*SPECS, *argument_names(find_label_issues)), OTHER_NAMES)
    LabelsJob(cv=cv)  # checks it
    suspects = _find_suspects(data, job_options(recipe, dict(options)), options, cv, fold_done)
    return LabelsResult(data, suspects, suspect_rows(data, suspects))


def _find_suspects(
    samples: Dataset,
    options: Options,
    given: Mapping[str, Any],
    folds: int,
    fold_done: Callable[[int, float], None],
) -> Suspects:
    """Judge each sample by a network that was trained on the other folds; `given` are the options a user has chosen."""
    from ..training import cross_validation

    fitting = cross_validation.fold_options(samples, options, folds)
    if "epochs" in given:
        fitting = replace(fitting, epochs=options.epochs)
    return find_suspects(cross_validation.out_of_fold(samples, fitting, folds, fold_done), samples.labels)


def apply_review(review_job: ReviewJob, *, notify: Notify = ignore) -> RepairedCopy:
    """Write a copy of the data with the labels of a reviewed list; an existing file is never overwritten."""
    job, review, to = review_job.labels, review_job.fix, review_job.to
    if review is None or to is None:
        template = "{fix} and {to} go together: the reviewed list and the copy to write. Give both."
        raise OptionError("GN022", template, fix=Option("fix"), to=Option("to"))
    _, samples, count = _load(job, notify)
    changes = read_review(review, count, [samples.name_of(label) for label in range(samples.classes)])
    if not job.table.target:
        write_relabelled(job.source, to, changes, samples, job.part)
    else:
        write_relabelled_table(job.source, to, changes, job.table.target[0])
    dropped = sum(label is None for label in changes.values())
    return RepairedCopy(to, len(changes) - dropped, dropped)


def correct_labels(
    job: LabelsJob,
    new_labels: Mapping[int, str | None],
    to: str,
    log: str,
    suspects: Mapping[int, Mapping[str, Any]] = {},
) -> RepairedCopy:
    """Write a corrected copy of the data, and the reviewed list with which `apply_review` writes the same copy.

    `new_labels` has the right label of rows of the source, None to drop one; `suspects` what is known of some of these
    rows, by the names of a `Suspect`. Both files are new.
    """
    _, samples, _ = _load(job, ignore)
    places = {int(row): place for place, row in enumerate(samples.row_numbers)}
    rows = []
    for row, label in sorted(new_labels.items()):
        place = places.get(row)
        known = {"row": row, **{name: suspects.get(row, {}).get(name) for name in Suspect._fields[3:]}}
        if place is not None:
            known["file"] = samples.row_names[place] if samples.row_names else None
            known["label"] = samples.name_of(int(samples.labels[place]))
        rows.append({**known, "new": "drop" if label is None else label})
    write_text(log, csv_text((*Suspect._fields, "new"), rows))
    return apply_review(ReviewJob(job, log, to))


def _load(job: LabelsJob, notify: Notify) -> tuple[Options, Dataset, int]:
    """Read the samples; return options, samples and the number of rows, including rows without a target."""
    options = job_options(job.recipe, job.options)
    if job.table.target:
        return options, *load_table_samples(job.source, job.table, notify)
    samples = load_samples(job.source, options, notify, part=job.part)
    return options, samples, len(samples)


def _require_list_place(out: str) -> None:
    """Raise if an existing file is not such a list, or is a list with reviewed entries."""
    require_place(out, _LIST)
    require_suffix(out, ".csv")
    if not Path(out).exists():
        return
    lines = csv.DictReader(io.StringIO(Path(out).read_bytes().decode(errors="replace"), newline=""), restkey="more")
    if any((line.get("new") or "").strip() or line.get("more") for line in lines):
        raise OptionError(
            "GN022",
            "{path}: column 'new' of this list is filled in. Apply it ({fix} {to}) or name another file.",
            path=out,
            fix=Option("fix", out),
            to=Option("to", "FILE"),
        )


def suspect_rows(samples: Dataset, suspects: Suspects) -> list[Suspect]:
    """Return the suspects as rows of the list, with the names of their classes."""
    return [
        Suspect(
            row=int(samples.row_numbers[row]),
            file=samples.row_names[row] if samples.row_names else None,
            label=samples.name_of(int(samples.labels[row])),
            likely=samples.name_of(int(likely)),
            label_probability=round(float(given), 4),
            likely_probability=round(float(other), 4),
            wrong_probability=round(float(wrong), 4),
        )
        for row, likely, given, other, wrong in zip(
            suspects.rows,
            suspects.likely,
            suspects.given_probability,
            suspects.likely_probability,
            suspects.wrong_probability,
            strict=True,
        )
    ]


def _draw(samples: Dataset, suspects: Suspects, plot: str, language: str) -> None:
    from .. import plots

    rows = suspects.rows[:_DRAWN]
    names = [samples.name_of(label) for label in range(samples.classes)]
    axes = plots.draw_digits(
        samples.inputs[rows],
        [names[label] for label in samples.labels[rows]],
        [names[label] for label in suspects.likely[:_DRAWN]],
        image_shape=samples.image_shape,
        photo=samples.reading == "photo",
        columns=8,
        language=language,
    )
    plots.save(axes, plot)
