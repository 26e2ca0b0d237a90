"""``glassnet labels``: wrong or ambiguous labels, and a copy of the data in which they are put right."""

from __future__ import annotations

import csv
import io
import re
import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from .. import data
from ..data import Dataset
from ..data.tables.relabel import Changes, read_review, write_relabelled, write_relabelled_table
from ..data.tables.spreadsheet import csv_text
from ..errors import DataError, OptionError
from ..explain.label_errors import Suspects, find_suspects
from ..i18n.language import Say
from ..io.writing import require_apart, require_picture_place, require_place, require_suffix, write_text
from ..options.options import Options
from .console import json_flag, result, result_json, say
from .flags import force_flag, language_flag, max_bytes_flag, options_from, typed, with_options
from .labels_text import labels_words, next_step, report
from .sources import Wishes, load_samples, load_table_samples, with_table_flags

_COLUMNS = ("row", "file", "label", "likely", "label_probability", "likely_probability", "wrong_probability", "new")
_LIST = re.compile(rb"row,file,label,")
_DRAWN = 40


@click.command("labels")
@click.argument("source", metavar="[DATA]", default=data.BUNDLED)
@click.option("--part", type=click.Choice(["train", "test"]), default="train", show_default=True, help="Which part.")
@click.option("--folds", type=int, default=5, show_default=True, help="Networks, each trained without its part.")
@click.option("--first", type=int, default=20, show_default=True, help="How many to print.")
@click.option("--picture", metavar="FILE", help="Draw the first of them: PNG, PDF or SVG by its name.")
@click.option("-o", "--out", metavar="CSV", help="Write all of them, with a column 'new' to fill in.")
@force_flag
@click.option("--fix", metavar="CSV", help="Take such a list, reviewed, and write a repaired copy: see --to.")
@click.option("--to", metavar="FILE", help="Where the copy goes; of the same kind as DATA, and nothing is replaced.")
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
@with_table_flags
@with_options("hidden", "epochs", "seed", "threads", "input_max", "size", "colour", "classes", recipe="quick")
def labels_command(
    source: str,
    part: str,
    folds: int,
    first: int,
    picture: str | None,
    out: str | None,
    force: bool,
    fix: str | None,
    to: str | None,
    language: str,
    as_json: bool,
    recipe: str,
    **flags: Any,
) -> None:
    """Rank the samples of DATA whose label is wrong or ambiguous.

    DATA is what 'glassnet train' takes; a table with named columns needs --target. Each sample is judged by a network
    that was trained without it, in at least 600 steps unless --epochs is given. With --fix LIST --to FILE, take a
    reviewed list instead and write a copy of the data: the list's column 'new' holds the right label, 'drop', or
    nothing where all is well.
    """
    wishes = Wishes.of(flags)
    _require_sense(wishes, folds, fix, to)
    options = options_from(recipe, flags)
    if not wishes.target:
        samples = load_samples(source, options, part=part)
        count = len(samples)
    else:
        samples, count = load_table_samples(source, wishes)
    if fix is not None and to is not None:
        changes = read_review(fix, count, [samples.name_of(label) for label in range(samples.classes)])
        if not wishes.target:
            write_relabelled(source, to, changes, samples, part)
        else:
            write_relabelled_table(source, to, changes, wishes.target[0])
        _report_copy(changes, to, as_json, labels_words(language))
        return
    require_apart(out=out, picture=picture)
    if picture:
        require_picture_place(picture, overwrite=force)
        if samples.image_shape is None:
            raise DataError("GN017", f"{samples.source}: {samples.features} values a sample are no picture to draw.")
    if out:
        _require_list_place(out)
        require_place(out, overwrite=force)
    words = labels_words(language)
    suspects = _judge(samples, folds, options, flags, words)
    rows = _rows(samples, suspects)
    if out:
        write_text(out, csv_text(_COLUMNS, rows), overwrite=force)
    if picture:
        _draw(samples, suspects, picture, language)
    if as_json:
        facts = {"source": samples.source, "samples": len(samples), "folds": folds, "accuracy": suspects.accuracy}
        found = {"estimated_errors": suspects.errors, "certain": suspects.certain, "suspects": rows}
        result_json({**facts, **found, "picture": picture, "list": out})
    else:
        report(samples, suspects, rows[: max(first, 0)], words)
        again = [*(["--part", part] if part != "train" else []), *wishes.typed(), *typed(recipe, flags, "quick")]
        next_step([source, *again], out, picture, words, suspects)


def _require_sense(wishes: Wishes, folds: int, fix: str | None, to: str | None) -> None:
    if (fix is None) != (to is None):
        raise OptionError("GN022", "--fix and --to: a reviewed list, and where the copy goes. Give both.")
    if not 2 <= folds <= 100:
        raise OptionError("GN021", f"--folds {folds}: expected 2 to 100.")
    if len(wishes.target) > 1:
        first, *others = wishes.target
        alone = shlex.join(["--target", first, *(word for one in others for word in ("--drop", one))])
        raise OptionError(
            "GN022",
            f"--target {others[0]}: labels looks at one column at a time. Try {alone}, then the other way round.",
        )


def _require_list_place(out: str) -> None:
    """Refuse to replace what is no such list, or one that somebody has begun to review: that work is not done twice."""
    require_place(out, _LIST)
    require_suffix(out, ".csv")
    if not Path(out).exists():
        return
    lines = csv.DictReader(io.StringIO(Path(out).read_bytes().decode(errors="replace"), newline=""), restkey="more")
    if any((line.get("new") or "").strip() or line.get("more") for line in lines):
        raise OptionError(
            "GN022",
            f"{out}: a list whose column 'new' is filled in. Use it, --fix {out} --to FILE, or name another place.",
        )


def _judge(samples: Dataset, folds: int, options: Options, flags: dict[str, Any], words: Say) -> Suspects:
    from ..training.cross_validation import options_for, out_of_fold

    fitting = options_for(samples, options, folds)
    if flags["epochs"] is not None:
        fitting = replace(fitting, epochs=options.epochs)

    def told(number: int, accuracy: float) -> None:
        say(words("fold", number=number, folds=folds, accuracy=accuracy))

    return find_suspects(out_of_fold(samples, fitting, folds, told), samples.labels)


def _rows(samples: Dataset, suspects: Suspects) -> list[dict[str, Any]]:
    """Return what is said of each suspect."""
    return [
        {
            "row": int(samples.row_numbers[row]),
            "file": samples.row_names[row] if samples.row_names else None,
            "label": samples.name_of(int(samples.labels[row])),
            "likely": samples.name_of(int(likely)),
            "label_probability": round(float(given), 4),
            "likely_probability": round(float(other), 4),
            "wrong_probability": round(float(wrong), 4),
        }
        for row, likely, given, other, wrong in zip(
            suspects.rows,
            suspects.likely,
            suspects.given_probability,
            suspects.likely_probability,
            suspects.wrong_probability,
            strict=True,
        )
    ]


def _draw(samples: Dataset, suspects: Suspects, picture: str, language: str) -> None:
    from .. import plots

    if not len(suspects.rows):
        say(labels_words(language)("no_suspects", file=picture))
        return
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
    plots.save(axes, picture)


def _report_copy(changes: Changes, to: str, as_json: bool, words: Say) -> None:
    dropped = sum(label is None for label in changes.values())
    if as_json:
        result_json({"changed": len(changes) - dropped, "dropped": dropped, "copy": to})
    else:
        result(words("repaired_copy", file=to, changed=len(changes) - dropped, dropped=dropped))
