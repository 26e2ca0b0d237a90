"""Text of a command or a Python program that repeats the work of a job; running it gives the same weights."""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import data
from ..data.validation import AUTO
from ..explain.small_network import SmallNetwork
from ..options.options import SPECS, Options
from ..options.recipes import RECIPE_ALIASES
from .compare_job import SEEDS, CompareJob, Side
from .table_options import TableOptions
from .train_job import TrainJob

_WIDTH = 100
_STANDARD_RECIPES = {name: alias for alias, name in RECIPE_ALIASES.items()}
_DRAWING, _PHOTO = "drawing.csv", "photo.jpg"
_READING = ("classes", "colour", "handwriting")
"""Options that `load_data` takes under the same names."""


def training_command(job: TrainJob, *, stopped: int | None = None) -> str:
    """Return the command that trains like a job, with the options that differ from its recipe.

    Parameters
    ----------
    job : TrainJob
        Its files are named as they should be in the text.
    stopped : int, optional
        The epoch with which training was stopped, if it was: the command runs all epochs, and a comment says so.
    """
    table = job.table
    flags = [("test", job.test), ("from", job.start), ("recipe", _differing_recipe(job)), ("task", table.task)]
    flags += [(flag, name) for flag in ("target", "drop", "keep") for name in getattr(table, flag)]
    flags += [("decimal", table.decimal if table.decimal != AUTO else None)]
    flags += [("add", name) for name in job.add]
    flags += [("add-times", str(job.add_times) if job.add_times != 1 else None), ("out", job.out)]
    words = [part for flag, value in flags if value is not None for part in _flag(flag, value)]
    words += [part for name, value in job.options.items() for part in _option(name, value)]
    source = job.source or ""
    place = ["./" + source if source.startswith("-") else source] if source else []  # a name like a flag needs a folder
    note = "" if stopped is None else f"# stopped with epoch {stopped} in the studio; the command runs all epochs\n"
    return f"{note}{shlex.join(['glassnet', 'train', *place, *words])}\n"


def training_program(
    job: TrainJob, *, held_out: bool = False, of_table: bool = False, stopped: int | None = None
) -> str:
    """Return a Python program that trains like a job, and prints the result of the test and the hash of the weights.

    Parameters
    ----------
    job : TrainJob
        Its files are named as they should be in the text.
    held_out : bool
        Whether the test data are held out from the training data, which have no test part of their own.
    of_table : bool
        Whether the data are a table with named columns.
    stopped : int, optional
        The epoch with which training was stopped, if it was; the program stops there too.
    """
    if of_table:
        lines = _refinement_of_table(job, stopped) if job.start else _of_table(job, stopped)
    else:
        lines = _of_samples(job, held_out, stopped)
    return "\n".join([*lines, ""])


def small_step_program(network: SmallNetwork) -> str:
    """Return a Python program that takes the training step of a small network, and prints its numbers."""
    weights = [
        f'        "layer{number}.weight": np.array({[list(row) for row in matrix]!r}),'
        for number, matrix in enumerate(network.weights, start=1)
    ]
    return "\n".join(
        [
            "import numpy as np",
            "",
            "import glassnet",
            "",
            f"network = glassnet.Network({network.sizes!r}, {network.activation!r}, rule={network.rule!r})",
            "architecture, parameters = network.architecture, network.parameters",
            "parameters.assign(",
            "    {",
            *weights,
            "    }",
            ")",
            f"inputs, targets = np.array([{list(network.inputs)!r}]), np.array([{list(network.targets)!r}])",
            "",
            "signals = glassnet.forward(architecture, parameters, inputs)",
            'print("sums", *signals.sums)',
            'print("outputs", *signals.activations[1:])',
            'print("loss", network.loss(inputs, targets))',
            "gradients = glassnet.backpropagate(architecture, parameters, signals, targets)",
            f"glassnet.update(parameters, gradients, {network.rate!r})",
            'print("weights after", *parameters.weights)',
            'print("loss after", network.loss(inputs, targets))',
            "",
        ]
    )


def step_text(form: str, model: str | None, source: str | None, place: Mapping[str, Any]) -> str:
    """Return what explains a training step of a model.

    Parameters
    ----------
    form : {"command", "python"}
    model : str or None
        The model's file; None for the reader that comes with the package.
    source : str or None
        The data, as they should be named in the text; None for those that the model was trained on.
    place : mapping
        ``row`` and ``part`` of an example, or ``epoch`` and ``step`` of the training run.
    """
    if form == "command":
        flags = [part for name, value in place.items() for part in _flag(name, str(value))]
        return shlex.join(["glassnet", "explain", *filter(None, (model, source)), *flags]) + "\n"
    load, name = ("load_model", model) if model else ("shipped_model", "the reader")
    function = "replay_step" if "epoch" in place else "explain_step"
    arguments = [_Code("model"), name, source, *(place[key] for key in ("row", "epoch", "step") if key in place)]
    named = {key: place[key] for key in ("part",) if key in place}
    shown = {
        "replay_step": [
            "again = result.replay",
            "print(again.before.hash(), again.after.hash())",
            "step = again.trace",
        ],
        "explain_step": ["print(result.label, result.answer)", "step = result.trace"],
    }
    return "\n".join(
        [
            f"from glassnet.model.file import {load}",
            f"from glassnet.workflow.explain_job import {function}",
            "",
            f"model = {load}({repr(model) if model else ''})",
            *_call(f"result = {function}", arguments, named),
            *shown[function],
            "print(step.loss_before, step.loss_after)",
            "for layer in step.layers:",
            "    print(layer.activations, layer.ways[step.rule].error, layer.ways[step.rule].delta)",
            "",
        ]
    )


def _of_table(job: TrainJob, stopped: int | None) -> list[str]:
    table, options = job.table, _in_python(job.options)
    given: dict[str, Any] = {"test": job.test} if job.test else {"holdout": options.pop("holdout", Options.holdout)}
    given |= {"task": table.task} if table.task else {}
    given |= {name: list(getattr(table, name)) for name in ("drop", "keep") if getattr(table, name)}
    given |= {"decimal": table.decimal} if table.decimal != AUTO else {}
    given |= {"recipe": recipe} if (recipe := _differing_recipe(job)) else {}
    target = table.target[0] if len(table.target) == 1 else list(table.target)
    return [
        "import glassnet",
        *_stopping(stopped),
        "",
        *_call("table = glassnet.TableModel.fit", [job.source, target], given | options, stopped),
        "print(table.evaluation)",
        "print(table.model.hash())",
        f"table.save({job.out or 'table.safetensors'!r})",
    ]


def _refinement_of_table(job: TrainJob, stopped: int | None) -> list[str]:
    arguments = {"test": job.test, "recipe": _differing_recipe(job), "options": job.options or None, "out": job.out}
    given = {name: value for name, value in arguments.items() if value is not None}
    return [
        "from glassnet.workflow.train_job import TrainJob, train",
        *_stopping(stopped),
        "",
        *_call("job = TrainJob", [job.source], given | {"start": job.start}),
        *_call("result = train", [_Code("job")], {}, stopped),
        "print(result.evaluation)",
        "print(result.model.hash())",
    ]


def _of_samples(job: TrainJob, held_out: bool, stopped: int | None) -> list[str]:
    source, options, recipe = job.source or data.BUNDLED, _in_python(job.options), _differing_recipe(job)
    lines = ["from dataclasses import replace", "", "import numpy as np", ""] if job.add else []
    lines += ["import glassnet", *(["from glassnet.data.split import split"] if held_out else [])]
    lines += ["from glassnet.training.fine_tuning import fine_tuning_options"] if job.start else []
    lines += [*_stopping(stopped), ""]
    if job.start:
        lines.append(f"start = glassnet.load_model({job.start!r})")
        reading: dict[str, Any] = {"like": _Code("start")}
    else:
        reading = {name: options[name] for name in _READING if name in options}
        if size := re.fullmatch("([0-9]+)(?:[xX×]([0-9]+))?", str(options.get("size"))):
            reading["size"] = (int(size[1]), int(size[2] or size[1]))
        reading |= {"maximum": options["input_max"]} if "input_max" in options else {}
    lines += _call("data = glassnet.load_data", [source], reading)
    if job.start:
        arguments = [_Code("start"), options, *([recipe] if recipe else [])]
        lines += _call("options = fine_tuning_options", arguments, {})
    else:
        lines += _call("options = glassnet.Options.recipe", [recipe or "notes"], options)
    if held_out:
        lines.append("data, test = split(data, options)")
    else:
        part = {} if job.test else {"part": "test"}
        lines += _call("test = glassnet.load_data", [job.test or source], part | {"like": _Code("data")})
    for name in job.add:
        lines += _call("added = glassnet.load_data", [name], {"like": _Code("start" if job.start else "data")})
        times = f" * {job.add_times}" if job.add_times != 1 else ""
        joined = {one: _Code(f"np.concatenate([data.{one}, *[added.{one}]{times}])") for one in ("inputs", "labels")}
        more = {"source_rows": None, "row_names": ()}
        lines += _call("data = replace", [_Code("data")], joined | more)
    start = {"init_model": _Code("start")} if job.start else {}
    out = job.out or f"{recipe or 'notes'}.safetensors"
    return [
        *lines,
        *_call("fit = glassnet.fit", [_Code("data"), _Code("options")], start, stopped),
        "print(glassnet.evaluate(fit.model, test))",
        "print(fit.model.hash())",
        f"glassnet.save_model(fit.model, {out!r})",
    ]


def comparison_command(job: CompareJob, source: str) -> str:
    """Return the command that compares like a job, on the data called `source`."""
    table = job.table
    words = [_standard_recipe(side.recipe) for side in (job.a, job.b)]
    words += [source] if source != data.BUNDLED else []
    flags = [(flag, name) for flag in ("target", "drop", "keep") for name in getattr(table, flag)]
    flags += [("task", table.task), ("metric", job.metric), ("seeds", str(job.seeds) if job.seeds != SEEDS else None)]
    for flag, side in (("a", job.a), ("b", job.b)):
        flags += [(flag, f"{SPECS[name].word(name)}={_in_words(value)}") for name, value in side.options.items()]
    words += [part for flag, value in flags if value is not None for part in _flag(flag, value)]
    return f"{shlex.join(['glassnet', 'compare', *words, *([] if job.stop_early else ['--all-seeds'])])}\n"


def comparison_program(job: CompareJob, source: str) -> str:
    """Return a Python program that compares like a job, on the data called `source`, and prints the verdict."""
    table = {name: value for name, value in vars(job.table).items() if value != getattr(TableOptions(), name)}
    named: dict[str, Any] = {"source": source} if source != data.BUNDLED else {}
    named |= {"table": _Code(f"TableOptions({_arguments(table)})")} if table else {}
    named |= {"seeds": job.seeds} if job.seeds != SEEDS else {}
    named |= {"metric": job.metric} if job.metric else {}
    named |= {} if job.stop_early else {"stop_early": False}
    sides = [_Code(f"Side({', '.join(map(repr, _parts(side)))})") for side in (job.a, job.b)]
    lines = ["from glassnet.workflow.compare_job import CompareJob, Side, compare"]
    lines += ["from glassnet.workflow.table_options import TableOptions"] if table else []
    lines += ["", *_call("job = CompareJob", sides, named), "result = compare(job)"]
    lines += ["for pair in result.pairs:", "    print(pair.seed, pair.a, pair.b)"]
    return "\n".join([*lines, "print(result.verdict, result.mean, result.interval)", ""])


def _parts(side: Side) -> list[Any]:
    return [_standard_recipe(side.recipe), *([side.options] if side.options else [])]


def _arguments(named: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in named.items())


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(_in_words, value)) if isinstance(value, tuple | list) else str(value)


def _standard_recipe(name: str) -> str:
    return _STANDARD_RECIPES.get(name, name)


def query_command(model: str | None, *, row: Mapping[str, Any] | None = None, photo: bool = False) -> str:
    """Return the commands that answer a drawing, a row or a photo, saved under the names of the studio's downloads.

    Parameters
    ----------
    model : str or None
        The model's file; None for the reader that comes with the package.
    row : mapping, optional
        A row of a table in place of a drawing: column -> value.
    photo : bool
        Whether a photo is read in place of a drawing.
    """
    words = ["glassnet", "read" if photo else "query", *([model] if model else [])]
    if row is None:
        return shlex.join([*words, _PHOTO if photo else _DRAWING]) + "\n"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([row, ["" if value is None else value for value in row.values()]])
    return f"cat > row.csv <<'END'\n{text.getvalue()}END\n{shlex.join([*words, 'row.csv'])}\n"


def query_program(model: str | None, *, row: Mapping[str, Any] | None = None, photo: bool = False) -> str:
    """Return a Python program that prints the answer to a drawing, a row or a photo; arguments as `query_command`."""
    if row is not None:
        lines = ["import glassnet", "", f"model = glassnet.TableModel.load({model!r})", f"row = {dict(row)!r}"]
        return "\n".join([*lines, "print(model.predict(row))", "print(model.explain(row))", ""])
    load, job, function, shown, file = (
        "load_model" if model else "shipped_model",
        *(("read_job", "read_photos", "one.reading.text", _PHOTO) if photo else
          ("predict_job", "query_model", "one.name, one.confidence", _DRAWING)),
    )  # fmt: skip
    lines = [
        f"from glassnet.model.file import {load}",
        f"from glassnet.workflow.{job} import {function}",
        "",
        f"model = {load}({repr(model) if model else ''})",
        f"for one in {function}(model, [{file!r}]):",
        f"    print({shown})",
    ]
    return "\n".join([*lines, ""])


class _Code(str):
    """An expression of a program, rather than a text in it."""

    def __repr__(self) -> str:
        return str(self)


def _call(function: str, arguments: Iterable[Any], named: Mapping[str, Any], stopped: int | None = None) -> list[str]:
    """Return the lines of a call, with one argument a line where it would be too long."""
    parts = [*map(repr, arguments), *(f"{name}={value!r}" for name, value in named.items())]
    parts += [] if stopped is None else ["callbacks=[stop]"]
    line = f"{function}({', '.join(parts)})"
    return [line] if len(line) <= _WIDTH else [f"{function}(", *(f"    {part}," for part in parts), ")"]


def _in_python(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options by their names in Python, the field's standard ones; single values without parentheses."""
    alone = {
        name: value[0] if isinstance(value, tuple) and len(value) == 1 else value for name, value in options.items()
    }
    return {SPECS[name].alias or name: value for name, value in alone.items()}


def _stopping(stopped: int | None) -> list[str]:
    """Return the function that ends training with an epoch."""
    if stopped is None:
        return []
    return ["", "", "def stop(event):", f'    return getattr(event, "epoch", 0) >= {stopped}', ""]


def _differing_recipe(job: TrainJob) -> str | None:
    """Return the recipe by its standard name, if it is not the one that a job has without naming it."""
    usual = None if job.start else "table" if job.table.target else "notes"
    return None if job.recipe in (None, usual) else _STANDARD_RECIPES.get(str(job.recipe), job.recipe)


def _flag(flag: str, value: str) -> list[str]:
    """Return the words of a flag; a value that looks like a flag is joined to it."""
    return [f"--{flag}={value}"] if value.startswith("-") else [f"--{flag}", value]


def _option(name: str, value: Any) -> list[str]:
    word = SPECS[name].word(name)
    if isinstance(value, bool):
        return [f"--{word}" if value else f"--no-{word}"]
    return [part for one in (value if isinstance(value, tuple) else (value,)) for part in _flag(word, str(one))]


@dataclass(frozen=True)
class Looking:
    """What the room Look shows; files are named as they should be in the text.

    Parameters
    ----------
    view : {"data", "mistakes", "confusion", "hidden", "labels", "nodes"}
    source : str
    model : str
        A model file; empty for none.
    part : str
        A part of the source; empty if it has none.
    held_out : str
        The part of a training run that divided the source: ``"train"`` or ``"test"``; empty if none did.
    target : tuple of str
        The columns to predict, of a table.
    classes : bool
        Whether each sample has one class.
    maximum : float
        The largest possible input.
    row, layer : int, optional
    """

    view: str
    source: str
    model: str = ""
    part: str = ""
    held_out: str = ""
    target: tuple[str, ...] = ()
    classes: bool = True
    maximum: float = 255.0
    row: int | None = None
    layer: int | None = None


def looking_command(look: Looking) -> str:
    """Return the command that prints what a view shows."""
    source = "./" + look.source if look.source.startswith("-") else look.source
    part = ["--part", look.part] if look.part else []
    targets = [word for name in look.target for word in _flag("target", name)]
    row = [] if look.row is None else ["--row", str(look.row)]
    whole = "# all rows, whatever the model was trained on\n" if look.held_out else ""
    if look.view == "labels":
        return f"{shlex.join(['glassnet', 'labels', source, *part, *targets])}\n"
    if look.view == "nodes":
        return f"{whole}{shlex.join(['glassnet', 'explain', look.model, source, '--nodes', *part])}\n"
    if look.view == "data" or not look.model:
        return f"{shlex.join(['glassnet', 'show', source, *([] if row and targets else targets), *part, *row])}\n"
    note = "# the command tests the test part\n" if look.part == "train" else whole
    pictures = ["--pictures", "plots"] if look.view == "hidden" else []
    return f"{note}{shlex.join(['glassnet', 'test', look.model, source, *pictures])}\n"


def looking_program(look: Looking) -> str:
    """Return a Python program that prints, or draws, what a view shows."""
    lines = ["import glassnet"]
    if look.view == "labels":
        table = [_Code(f"table=TableOptions(target={look.target!r})")] if look.target else []
        lines = ["from glassnet.workflow.labels_job import LabelsJob, find_label_errors"]
        lines += ["from glassnet.workflow.table_options import TableOptions"] if table else []
        job = ", ".join(map(repr, [look.source, *([look.part] if look.part else []), *table]))
        return "\n".join(
            [
                *lines,
                "",
                f"result = find_label_errors(LabelsJob({job}))",
                "for suspect in result.rows[:20]:",
                "    print(suspect)",
                "",
            ]
        )
    if look.model:
        lines += ["from glassnet.workflow.model_data import load_unseen"] if look.held_out else []
        lines += ["", f"model = glassnet.load_model({look.model!r})", *_read_like_model(look)]
    elif look.target:
        target = look.target[0] if len(look.target) == 1 else list(look.target)
        lines += ["", f"data = glassnet.load_table({look.source!r}, {target!r})"]
    else:
        lines += ["", *_call("data = glassnet.load_data", [look.source], {"part": look.part} if look.part else {})]
    return "\n".join([*lines, *_looked_at(look), ""])


def _read_like_model(look: Looking) -> list[str]:
    """Return the lines that read the data as the model needs them."""
    if look.held_out:
        other = "data, _" if look.held_out == "test" else "_, data"
        return _call(f"{other} = load_unseen", [_Code("model"), look.model, look.source, _Code("print")], {})
    if look.target:
        return _call("data = glassnet.load_table", [look.source], {"columns": _Code("model.columns")})
    given: dict[str, Any] = {"part": look.part} if look.part else {}
    given |= {"maximum": look.maximum} if look.maximum != 255 else {}
    return _call("data = glassnet.load_data", [look.source], {**given, "like": _Code("model")})


def _looked_at(look: Looking) -> list[str]:
    """Return the lines that print or draw the view."""
    if look.view == "data" or not look.model:
        lines = ["print(data)"]
        if look.row is not None:
            truth = "data.name_of(data.labels[place])" if look.classes else "data.values[place]"
            lines += [f"place = data.row_numbers.tolist().index({look.row})", f"print({truth}, data.inputs[place])"]
            lines += ["print(model.outputs(data.inputs[place]))"] if look.model else []
        return lines
    if look.view == "hidden":
        layer = {} if look.layer is None else {"layer": look.layer}
        space = _call("space = glassnet.explain.hidden_space", [_Code("model"), _Code("data")], layer)
        drawn = "axes = glassnet.plots.draw_hidden(space, model.class_names)"
        return [*space, drawn, 'glassnet.plots.save(axes, "hidden.png")']
    if look.view == "nodes":
        printed = "print(layer.layer, layer.order[:24], layer.dead, layer.saturated)"
        return ["for layer in glassnet.explain.examine_nodes(model, data):", f"    {printed}"]
    lines = ["evaluation = glassnet.evaluate(model, data)", "print(evaluation)"]
    if look.view == "confusion" and look.classes:
        return [*lines, "print(evaluation.confusion)"]
    if look.classes:
        named = "model.name_of(data.labels[place]), model.name_of(evaluation.answers[place])"
        return [*lines, "for place in evaluation.misread:", f"    print(data.row_numbers[place], {named})"]
    return [*lines, "for row, true, answer in zip(data.row_numbers, data.values, evaluation.answers):",
            "    print(row, true, answer)"]  # fmt: skip
