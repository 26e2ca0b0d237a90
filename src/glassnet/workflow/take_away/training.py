"""Training as a command or a Python program; running it gives the same weights."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

from ... import data
from ...data.validation import AUTO
from ...options.job_parameters import command_words
from ...options.options import Options
from ..train_job import TrainJob
from .program import READING, Code, call, simplified


def training_command(job: TrainJob, *, stopped: int | None = None) -> str:
    """Return the command that trains like a job, with the options that differ from its recipe.

    The files of the job are named as they should be in the text. If training was stopped, with epoch `stopped`, the
    command still runs all epochs, and a comment says so.
    """
    typed = command_words(replace(job, recipe=_differing_recipe(job)), "plot", "language")
    source = job.source or ""
    place = ["./" + source if source.startswith("-") else source] if source else []  # a name like a flag needs a folder
    note = "" if stopped is None else f"# stopped with epoch {stopped} in the studio; the command runs all epochs\n"
    return f"{note}{shlex.join(['glassnet', 'train', *place, *typed])}\n"


def training_program(
    job: TrainJob, *, held_out: bool = False, of_table: bool = False, stopped: int | None = None
) -> str:
    """Return a Python program that trains like a job, and prints the result of the test and the hash of the weights.

    The files of the job are named as they should be in the text. `held_out` says that the test data are held out from
    the training data, which have no test part of their own; `of_table` that the data have named columns. If training
    was stopped, with epoch `stopped`, the program stops there too.
    """
    if of_table:
        lines = _refinement_of_table(job, stopped) if job.start else _of_table(job, stopped)
    else:
        lines = _of_samples(job, held_out, stopped)
    return "\n".join([*lines, ""])


def _of_table(job: TrainJob, stopped: int | None) -> list[str]:
    table, options = job.table, simplified(job.options)
    given: dict[str, Any] = {"test": job.test} if job.test else {"holdout": options.pop("holdout", Options.holdout)}
    about = {name: value for name, value in table.about_columns.items() if value}
    given |= {name: list(value) if isinstance(value, tuple) else value for name, value in about.items()}
    given |= {"decimal": table.decimal} if table.decimal != AUTO else {}
    given |= {"recipe": recipe} if (recipe := _differing_recipe(job)) else {}
    target = table.target[0] if len(table.target) == 1 else list(table.target)
    return [
        "import glassnet",
        *_stopping(stopped),
        "",
        *call("table = glassnet.TableModel.fit", [job.source, target], given | options | _callbacks(stopped)),
        "print(table.evaluation)",
        "print(table.model.hash())",
        f"table.save({job.out or 'table.safetensors'!r})",
    ]


def _refinement_of_table(job: TrainJob, stopped: int | None) -> list[str]:
    options, recipe = simplified(job.options), _differing_recipe(job)
    given: dict[str, Any] = {"init_model": Code("start")}
    if job.test:
        given["test"] = job.test
    elif "holdout" not in options:
        named = "" if recipe is None else f", {recipe!r}"
        given["holdout"] = Code(f"glassnet.fine_tuning_options(start.model, {{}}{named}).holdout")
    given |= {"decimal": job.table.decimal} if job.table.decimal != AUTO else {}
    given |= {"recipe": recipe} if recipe else {}
    return [
        "import glassnet",
        *_stopping(stopped),
        "",
        f"start = glassnet.TableModel.load({job.start!r})",
        *call("table = glassnet.TableModel.fit", [job.source], given | options | _callbacks(stopped)),
        "print(table.evaluation)",
        "print(table.model.hash())",
        f"table.save({job.out or f'{Path(str(job.start)).stem}-2.safetensors'!r})",
    ]


def _of_samples(job: TrainJob, held_out: bool, stopped: int | None) -> list[str]:
    source, options, recipe = job.source or data.BUNDLED, simplified(job.options), _differing_recipe(job)
    lines = ["from dataclasses import replace", "", "import numpy as np", ""] if job.add else []
    lines += ["import glassnet", *_stopping(stopped), ""]
    if job.start:
        lines.append(f"start = glassnet.load_model({job.start!r})")
        reading: dict[str, Any] = {"like": Code("start")}
    else:
        reading = {name: options[name] for name in READING if name in options}
        if size := re.fullmatch("([0-9]+)(?:[xX×]([0-9]+))?", str(options.get("size"))):
            reading["size"] = (int(size[1]), int(size[2] or size[1]))
        reading |= {"maximum": options["input_max"]} if "input_max" in options else {}
    lines += call("data = glassnet.load_data", [source], reading)
    if job.start:
        arguments = [Code("start"), options, *([recipe] if recipe else [])]
        lines += call("options = glassnet.fine_tuning_options", arguments, {})
    else:
        lines += call("options = glassnet.Options.recipe", [recipe or "notes"], options)
    if held_out:
        lines.append("data, test = glassnet.train_test_split(data, options)")
    else:
        part = {} if job.test else {"part": "test"}
        lines += call("test = glassnet.load_data", [job.test or source], part | {"like": Code("data")})
    for name in job.add:
        lines += call("added = glassnet.load_data", [name], {"like": Code("start" if job.start else "data")})
        times = f" * {job.add_times}" if job.add_times != 1 else ""
        joined = {one: Code(f"np.concatenate([data.{one}, *[added.{one}]{times}])") for one in ("inputs", "labels")}
        more = {"source_rows": None, "row_names": ()}
        lines += call("data = replace", [Code("data")], joined | more)
    start = {"init_model": Code("start")} if job.start else {}
    out = job.out or f"{recipe or 'notes'}.safetensors"
    return [
        *lines,
        *call("fit = glassnet.fit", [Code("data"), Code("options")], start | _callbacks(stopped)),
        "print(glassnet.evaluate(fit.model, test))",
        "print(fit.model.hash())",
        f"glassnet.save_model(fit.model, {out!r})",
    ]


def _stopping(stopped: int | None) -> list[str]:
    """Return the function that ends training with an epoch."""
    if stopped is None:
        return []
    return ["", "", "def stop(event):", f'    return getattr(event, "epoch", 0) >= {stopped}', ""]


def _callbacks(stopped: int | None) -> dict[str, Any]:
    return {} if stopped is None else {"callbacks": Code("[stop]")}


def _differing_recipe(job: TrainJob) -> str | None:
    """Return the recipe, if it is not the one that a job has without naming it."""
    usual = None if job.start else "table" if job.table.target else "notes"
    return None if job.recipe in (None, usual) else str(job.recipe)
