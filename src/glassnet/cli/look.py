"""``glassnet show`` and ``glassnet info``: what is in the data, and what a model is."""

from __future__ import annotations

import contextlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from .. import data
from ..data import Dataset
from ..data.split import parts_of, split
from ..errors import DataError, GlassnetError, OptionError
from ..i18n.cli import row_told, told
from ..i18n.language import shortened, width_of
from ..io.writing import require_picture_place
from ..model.file import load_model
from ..options.options import DISTORTIONS, Options
from ..options.recipes import RECIPES
from ..plots import digit_lines
from ..preprocess.tabular.dataset import read_table
from .console import json_flag, padded, result, result_json
from .flags import force_flag, language_flag, max_bytes_flag, options_from, with_options
from .sources import Wishes, load_samples, with_table_flags
from .tabular import show_columns, show_table

if TYPE_CHECKING:
    from ..data.tables.table import Table


@click.command("show")
@click.argument("source", metavar="[DATA]", default=data.BUNDLED)
@click.option("--row", type=int, help="Draw this sample; rows count from 0.")
@click.option("--part", type=click.Choice(["train", "test"]), default="train", show_default=True, help="Which part.")
@click.option("--png", metavar="FILE", help="Draw it as a PNG too, one that 'glassnet query' reads.")
@click.option("--augment", is_flag=True, help="Draw how training distorts some samples, by the options named below.")
@force_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
@with_table_flags
@with_options(
    "input_max", "size", "colour", "handwriting", "classes", *DISTORTIONS, "elastic_sigma", "seed", recipe="accurate"
)
def show_command(
    source: str,
    row: int | None,
    part: str,
    png: str | None,
    augment: bool,
    force: bool,
    language: str,
    as_json: bool,
    recipe: str,
    **flags: Any,
) -> None:
    """Show a sample as the digit it is, or without --row what the data hold.

    Of a table with named columns, show each column; with --target COLUMN, how training would use it.
    """
    wishes = Wishes.of(flags, shows=True)
    named = {name: flags.pop(name) for name in ("input_max", "size", "colour", "handwriting", "classes")}
    samples, table = _samples_or_table(source, part, wishes, recipe, named)
    if samples is None:
        if png or augment:
            raise DataError("GN017", f"{source}: a table with named columns, no pictures.")
        show_table(table, row, wishes, as_json)
        return
    if row is not None and not 0 <= row < len(samples):
        raise OptionError("GN021", f"--row {row}: {samples.source} has the rows 0 to {len(samples) - 1}.")
    if png:
        require_picture_place(png, (".png",), overwrite=force)
        if samples.image_shape is None:
            raise DataError("GN017", f"{samples.source}: {samples.features} values a sample are no square picture.")
    if augment:
        options = options_from(recipe, flags)
        if part == "train":
            samples = _trained_on(samples, source, options)
        _show_distorted(samples, row, png or "augment.png", options, language, as_json)
        return
    if png:
        _draw(samples, row, png, language)
    if row is None:
        _summarize(samples, as_json)
    else:
        _show_row(samples, row, as_json)
    if png and not as_json:
        result(told("picture", file=png))


def _samples_or_table(
    source: str, part: str, wishes: Wishes, recipe: str, named: dict[str, Any]
) -> tuple[Dataset | None, str | Table]:
    """Read labelled samples; or say what to read as a table instead, such as one of numbers that make no pixels."""
    if wishes.target or source == "-":  # a stream is read once
        return None, source
    try:
        return load_samples(source, options_from(recipe, named), part=part, large=True), source
    except DataError as problem:
        if problem.code == "GN066":
            return None, source
        # Flags for samples mean samples; and so does a first column that is called what it is before pixels.
        table = _table_with_names(source, wishes.decimal) if all(value is None for value in named.values()) else None
        if table is None or table.names[0].lower() == "label":
            raise
        return None, table


def _table_with_names(source: str, decimal: str) -> Table | None:
    try:
        table = read_table(source, decimal=decimal)
    except GlassnetError:
        return None
    return table if table.header else None


def _trained_on(samples: Dataset, source: str, options: Options) -> Dataset:
    """Leave out what training would keep aside: what it does to a sample follows from its place among the others."""
    with contextlib.suppress(DataError):  # there are too few
        if not data.has_part(source, "test"):
            samples, _ = split(samples, options)
        samples, _ = parts_of(samples, options)
    return samples


def _show_distorted(
    samples: Dataset, row: int | None, png: str, options: Options, language: str, as_json: bool
) -> None:
    """Draw ten samples, or one, and what each distortion does to it, alone and with the others."""
    from .. import plots
    from ..preprocess.augment.distort import require_pictures

    require_pictures(samples.image_shape, options, samples.channels)
    require_picture_place(png, (".png",))
    rows = samples.some(10) if row is None else np.flatnonzero(samples.row_numbers == row)
    if not len(rows):
        raise OptionError(
            "GN021",
            f"--row {row}: kept aside where training divides these data, so it is not distorted. Name another row.",
        )
    axes = plots.draw_augmentation(
        samples.inputs, options, rows, samples.image_shape, photo=samples.reading == "photo", language=language
    )
    plots.save(axes, png)
    if as_json:
        result_json({"source": samples.source, "rows": samples.row_numbers[rows].tolist(), "picture": png})
    else:
        result(told("distorted", file=png))


def _summarize(samples: Dataset, as_json: bool) -> None:
    counts = np.bincount(samples.labels, minlength=samples.classes)
    summary: dict[str, Any] = {
        "source": samples.source,
        "samples": len(samples),
        "features": samples.features,
        "image_shape": samples.image_shape,
        "classes": counts.tolist(),
        "class_names": samples.class_names,
        "minimum": float(samples.inputs.min()),
        "maximum": float(samples.inputs.max()),
        "zeros": float((samples.inputs == 0).mean()),
    }
    if as_json:
        result_json(summary)
        return
    rows, columns = samples.image_shape or (0, 0)
    shape = told("drawn_as", rows=rows, columns=columns) if samples.image_shape else ""
    shape += told("in_colour") if samples.channels == 3 else ""
    result(told("samples", source=samples.source, count=len(samples), features=samples.features, shape=shape))
    result(told("values", **{name: summary[name] for name in ("minimum", "maximum", "zeros")}))
    names = [told("label", label=label) for label in range(samples.classes)]
    if samples.class_names:
        names = [shortened(name, 30) for name in samples.class_names]
    width = max(map(width_of, names))
    for name, count in zip(names, counts, strict=True):
        result(f"{padded(name, width)}: {count:>8,}  {'█' * round(40 * count / counts.max())}")


def _show_row(samples: Dataset, row: int, as_json: bool) -> None:
    values, label = samples.inputs[row], int(samples.labels[row])
    if as_json:
        file = samples.row_names[row] if samples.row_names else None
        known = {"label": label, "name": samples.name_of(label), "file": file}
        result_json({"source": samples.source, "row": row, **known, "values": values.tolist()})
        return
    if samples.image_shape is None:
        result(" ".join(f"{value:g}" for value in values))
    else:
        colour, photo = sys.stdout.isatty(), samples.reading == "photo"
        for line in digit_lines(values, samples.image_shape, colour=colour, photo=photo):
            click.echo(line)  # not `result`: its colours are escapes, and all of it is made of numbers
    result(told("one_sample", source=samples.source, row=row_told(samples, row), label=samples.name_of(label)))


def _draw(samples: Dataset, row: int | None, png: str, language: str) -> None:
    from .. import plots

    photo = samples.reading == "photo"
    if row is None:
        some = samples.some(40)
        names = [samples.name_of(label) for label in samples.labels[some]]
        axes = plots.draw_digits(
            samples.inputs[some], names, image_shape=samples.image_shape, photo=photo, language=language
        )
        plots.save(axes, png)
    else:
        plots.save_digit(samples.inputs[row], png, image_shape=samples.image_shape, photo=photo)


@click.command("info")
@click.argument("model_path", metavar="MODEL")
@json_flag
def info_command(model_path: str, as_json: bool) -> None:
    """Show what a model is and what made it."""
    model = load_model(model_path)
    architecture = model.network.architecture
    facts: dict[str, Any] = {
        "model": model_path,
        "sizes": list(architecture.sizes),
        "activations": list(architecture.activations),
        "bias": architecture.bias,
        "loss": architecture.loss,
        "rule": architecture.rule,
        "members": len(model.members),
        "parameters": architecture.layout.size,
        "dtype": str(model.network.parameters.flat.dtype),
        "scaling": model.scaling.to_dict(),
        "targets": model.targets.to_dict(),
        "image_shape": model.image_shape,
        "reading": model.reading,
        "white": model.white,
        "deskews": model.deskews,
        "class_names": list(model.class_names),
        "columns": model.columns.to_dict() if model.columns else None,
        "receipt": model.receipt,
    }
    if as_json:
        result_json(facts)
        return
    receipt = facts.pop("receipt")
    # Columns have lines of their own below; a trail has a hash for every epoch, a curve some hundred numbers.
    long = ("trails", "curves", "columns")
    receipt, facts = ({k: v for k, v in part.items() if k not in long} for part in (receipt, facts))
    if "options" in receipt:
        receipt["options"] = _own_options(receipt)
    facts["class_names"] = ", ".join(model.class_names)
    facts["scaling"], facts["targets"] = str(model.scaling), str(model.targets)
    if model.columns:  # a table has no pictures, and its columns say how they are scaled
        facts = {name: value for name, value in facts.items() if name not in ("scaling", "image_shape")}
    for section in (facts, receipt):
        for name, value in section.items():
            if value in ("", None) or (name, value) in (("white", 0), ("deskews", False)):
                continue
            shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
            shown = "-".join(map(str, shown)) if isinstance(shown, list | tuple) else shown
            result(f"{name:<12} {shown}")
    if model.columns:
        show_columns(model.columns)


def _own_options(receipt: dict[str, Any]) -> str:
    """Say with which options a model was trained, as far as they are not those of its recipe."""
    recipe = receipt.get("recipe") or "notes"
    usual = Options.recipe(recipe).to_dict() if recipe in RECIPES else {}
    own = [f"{name} {value}" for name, value in receipt["options"].items() if name not in usual or usual[name] != value]
    return f"{', '.join(own) or 'all'}{'; all else' if own else ''} as in recipe {recipe} (--json has every one)"
