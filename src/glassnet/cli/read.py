"""``glassnet read``: the digits in a photograph of handwriting."""

from __future__ import annotations

import sys
from typing import Any

import click

from ..data.files import open_source, open_stream
from ..data.images import open_photo
from ..errors import OptionError
from ..files import PNG, require_place
from ..reading import SURE, Reading, read_photo
from .console import json_flag, result, result_json
from .flags import language_flag
from .models import model_and_inputs


@click.command("read")
@click.argument("words", metavar="[MODEL] PHOTO...", nargs=-1)
@click.option(
    "--sure",
    type=click.FloatRange(0, 1),
    default=SURE,
    show_default=True,
    help="Confidence below which it is not sure.",
)
@click.option("--picture", metavar="FILE", help="Draw boxes and answers on the photo, as a PNG.")
@click.option("--stages", metavar="FILE", help="Draw every stage, from the photo to what the model sees, as a PNG.")
@language_flag
@json_flag
def read_command(
    words: tuple[str, ...], sure: float, picture: str | None, stages: str | None, language: str, as_json: bool
) -> None:
    """Read the handwritten digits of photos or scans.

    PHOTO is a PNG or JPEG of one digit or many, dark on light or light on dark, or "-" for one on standard input.
    Digits come line by line, from left to right; "?" is one that the model is not sure of. Without MODEL, the reader
    that ships with glassnet answers. The exit code is 1 if a photo shows no digit.
    """
    model, photos = model_and_inputs(words, "read", "PHOTO...")
    for target in (picture, stages):
        if target:
            require_place(target, PNG)
    if (picture or stages) and len(photos) > 1:
        raise OptionError("GN022", f"--picture, --stages: {len(photos)} photos. Name one.")
    readings = []
    for photo in photos:
        opened = open_stream(sys.stdin.buffer, "standard input") if photo == "-" else open_source(photo)
        readings.append((opened.name, read_photo(model, open_photo(opened), sure)))
    if as_json:
        result_json([_facts(name, reading) for name, reading in readings])
    else:
        width = max(len(name) for name, _ in readings)
        for name, reading in readings:
            _report(f"{name:<{width}}   ", reading)
    _draw(readings[0][1], picture, stages, language)
    click.get_current_context().exit(0 if all(reading.digits for _, reading in readings) else 1)


def _facts(name: str, reading: Reading) -> dict[str, Any]:
    return {
        "input": name,
        "text": reading.text,
        "light_on_dark": reading.ink.light_on_dark,
        "digits": [
            {
                "line": digit.line,
                "box": list(digit.box),
                "answer": digit.answer,
                "confidence": digit.confidence,
                "sure": digit.sure,
                "outputs": list(map(float, digit.outputs)),
            }
            for digit in reading.digits
        ],
    }


def _report(head: str, reading: Reading) -> None:
    """Print the answers; of what the model is not sure of, what it might be."""
    digits = reading.digits
    if not digits:
        result(f"{head}no digit found")
        return
    if len(digits) == 1:
        (digit,) = digits
        said = f"{digit.answer}   {digit.confidence:.1%} sure"
        result(head + (said if digit.sure else f"not sure   perhaps {said}"))
        return
    for number, line in enumerate(reading.text.split("\n")):
        result(f"{head if number == 0 else ' ' * len(head)}{line}")
    places: dict[int, int] = {}
    for digit in digits:
        places[digit.line] = place = places.get(digit.line, 0) + 1
        if not digit.sure:
            where = f"line {digit.line + 1}, digit {place}"
            result(f"{' ' * len(head)}{where}: not sure, perhaps {digit.answer}   {digit.confidence:.1%}")


def _draw(reading: Reading, picture: str | None, stages: str | None, language: str) -> None:
    if not (picture or stages):
        return
    from .. import pictures

    if picture:
        pictures.save(pictures.draw_reading(reading, language=language), picture)
    if stages:
        pictures.save(pictures.draw_stages(reading, language=language), stages)
