"""``glassnet show`` and ``glassnet info``: what is in the data, and what a model is."""

from __future__ import annotations

import sys
from typing import Any

import click
import numpy as np

from .. import data
from ..data import Dataset
from ..errors import DataError, OptionError
from ..files import PNG, require_place
from ..modelfile import load_model
from ..options import Options
from ..pictures import digit_lines
from ..randomness import Purpose, key
from .console import json_flag, result, result_json
from .flags import options_from, with_options


@click.command("show")
@click.argument("source", metavar="[DATA]", default=data.BUNDLED)
@click.option("--row", type=int, help="Draw this sample; rows count from 0.")
@click.option("--part", type=click.Choice(["train", "test"]), default="train", show_default=True, help="Which part.")
@click.option("--png", metavar="FILE", help="Draw it as a PNG too, one that 'glassnet query' reads.")
@click.option("--augment", is_flag=True, help="Draw how training distorts some samples, by the options named below.")
@json_flag
@with_options("input_max", "rotate", "shift", "zoom", "shear", "elastic", "seed", recipe="accurate")
def show_command(
    source: str,
    row: int | None,
    part: str,
    png: str | None,
    augment: bool,
    as_json: bool,
    recipe: str,
    **flags: Any,
) -> None:
    """Show a sample as the digit it is, or without --row what the data hold."""
    maximum = options_from(recipe, {"input_max": flags.pop("input_max")}).input_max
    samples = data.load(source, part=part, maximum=maximum)
    if row is not None and not 0 <= row < len(samples):
        raise OptionError("GN021", f"--row {row}: {samples.source} has the rows 0 to {len(samples) - 1}.")
    if png:
        require_place(png, PNG)
        if samples.image_shape is None:
            raise DataError("GN017", f"{samples.source}: {samples.features} values a sample are no square picture.")
    if augment:
        _show_distorted(samples, row, png or "augment.png", options_from(recipe, flags), as_json)
        return
    if row is None:
        _summarize(samples, as_json)
    else:
        _show_row(samples, row, as_json)
    if png:
        _draw(samples, row, png)
        if not as_json:
            result(f"picture   {png}")


def _show_distorted(samples: Dataset, row: int | None, png: str, options: Options, as_json: bool) -> None:
    """Draw ten samples, or one, and how each looks in the first five epochs of a training."""
    from .. import pictures
    from ..preprocess.augment import distort, require_pictures

    require_pictures(samples.image_shape, options)
    if not options.augments:
        raise OptionError("GN022", "--augment: these options distort nothing. Give --rotate, --shift, … a value.")
    require_place(png, PNG)
    assert samples.image_shape is not None
    which = np.arange(min(10, len(samples))) if row is None else np.array([row])
    sheets = [samples.inputs[which].astype(np.float32)]
    for epoch in range(5):
        place = key(options.seed, Purpose.AUGMENTATION, epoch)
        sheets.append(distort(samples.inputs, which, samples.image_shape, options, place))
    grid = np.concatenate(sheets) if row is None else np.stack(sheets, axis=1).reshape(-1, samples.features)
    pictures.save(pictures.draw_digits(grid, image_shape=samples.image_shape), png)
    if as_json:
        result_json({"source": samples.source, "rows": which.tolist(), "epochs": 5, "picture": png})
    else:
        result(f"picture   {png}: as they are, and in five epochs of training")


def _summarize(samples: Dataset, as_json: bool) -> None:
    counts = np.bincount(samples.labels, minlength=samples.classes)
    summary: dict[str, Any] = {
        "source": samples.source,
        "samples": len(samples),
        "features": samples.features,
        "image_shape": samples.image_shape,
        "classes": counts.tolist(),
        "minimum": float(samples.inputs.min()),
        "maximum": float(samples.inputs.max()),
        "zeros": float((samples.inputs == 0).mean()),
    }
    if as_json:
        result_json(summary)
        return
    shape = f", drawn as {samples.image_shape[0]} × {samples.image_shape[1]}" if samples.image_shape else ""
    result(f"{samples.source}: {len(samples):,} samples of {samples.features} values{shape}")
    result(f"values {summary['minimum']:g} to {summary['maximum']:g}, {summary['zeros']:.0%} of them 0")
    for label, count in enumerate(counts):
        result(f"label {label}: {count:>8,}  {'█' * round(40 * count / counts.max())}")


def _show_row(samples: Dataset, row: int, as_json: bool) -> None:
    values, label = samples.inputs[row], int(samples.labels[row])
    if as_json:
        result_json({"source": samples.source, "row": row, "label": label, "values": values.tolist()})
        return
    if samples.image_shape is None:
        result(" ".join(f"{value:g}" for value in values))
    else:
        for line in digit_lines(values, samples.image_shape, colour=sys.stdout.isatty()):
            result(line)
    result(f"{samples.source}, row {row}: label {label}")


def _draw(samples: Dataset, row: int | None, png: str) -> None:
    from .. import pictures

    if row is None:
        axes = pictures.draw_digits(samples.inputs[:40], samples.labels[:40], image_shape=samples.image_shape)
        pictures.save(axes, png)
    else:
        pictures.save_digit(samples.inputs[row], png, image_shape=samples.image_shape)


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
        "receipt": model.receipt,
    }
    if as_json:
        result_json(facts)
        return
    receipt = facts.pop("receipt")
    facts["scaling"], facts["targets"] = str(model.scaling), str(model.targets)
    for section in (facts, receipt):
        for name, value in section.items():
            shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
            shown = "-".join(map(str, shown)) if isinstance(shown, list | tuple) else shown
            result(f"{name:<12} {shown}")
