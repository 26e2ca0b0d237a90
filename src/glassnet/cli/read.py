"""``glassnet read``: the digits in a photograph of handwriting."""

from __future__ import annotations

import math
import sys
from functools import partial
from typing import Any

import click

from ..data.readers.image import open_photo
from ..errors import GlassnetError, OptionError
from ..handwriting.reader import Reading, read_photo
from ..handwriting.recognise import SURE
from ..i18n.cli import told
from ..i18n.language import width_of
from ..io.opening import STDIN, open_source, open_stream
from ..io.writing import require_distinct_paths, require_picture_place
from .console import complain, error_facts, json_flag, padded, result, result_json
from .flags import force_flag, language_flag, max_bytes_flag
from .models import model_and_inputs


def _a_number(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if math.isnan(value):  # which lies in every range, as click compares
        raise click.BadParameter("nan is not in the range 0<=x<=1.", context, parameter)
    return value


@click.command("read")
@click.argument("words", metavar="[MODEL] PHOTO...", nargs=-1)
@click.option(
    "--sure",
    type=click.FloatRange(0, 1),
    callback=_a_number,
    default=SURE,
    show_default=True,
    help="Confidence below which it is not sure.",
)
@click.option("--picture", metavar="FILE", help="Draw boxes and answers on the photo: PNG, PDF or SVG.")
@click.option("--stages", metavar="FILE", help="Draw every stage, from the photo to what the model sees.")
@force_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
def read_command(
    words: tuple[str, ...],
    sure: float,
    picture: str | None,
    stages: str | None,
    force: bool,
    language: str,
    as_json: bool,
) -> None:
    """Read the handwritten digits of photos or scans.

    PHOTO is a PNG or JPEG of one digit or many, dark on light or light on dark, or "-" for one on standard input.
    Digits come line by line, from left to right; "?" is one that the model is not sure of. Without MODEL, the reader
    that ships with glassnet answers. The exit code is 1 if a photo shows no digit, or cannot be read while others can,
    and 2 if none can.
    """
    model, photos = model_and_inputs(words, "read", "PHOTO...")
    for target in (picture, stages):
        if target:
            require_picture_place(target, inputs=photos, overwrite=force)
    if (picture or stages) and len(photos) > 1:
        raise OptionError("GN022", f"--picture, --stages: {len(photos)} photos. Name one.")
    require_distinct_paths(picture=picture, stages=stages)
    width = max(width_of(STDIN if photo == "-" else photo) for photo in photos)
    facts, digitless, failed = [], False, 0
    for photo in photos:
        # One after another, and said at once: a photograph at work takes a hundred megabytes.
        name = STDIN if photo == "-" else photo
        try:
            opened = open_stream(sys.stdin.buffer, name) if photo == "-" else open_source(photo)
            reading = read_photo(model, open_photo(opened), sure)
        except GlassnetError as problem:
            if len(photos) == 1:
                raise
            failed += 1
            facts.append({"input": name, "text": None, "light_on_dark": None, "digits": [], **error_facts(problem)})
            if not as_json:
                complain(problem.code, str(problem))
            continue
        digitless = digitless or not reading.digits
        _draw(reading, picture, stages, language)
        if as_json:
            facts.append(_facts(name, reading))
        else:
            _report(padded(name, width), reading)
    if as_json:
        result_json(facts)
    click.get_current_context().exit(2 if failed == len(photos) else int(digitless or failed > 0))


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


def _report(name: str, reading: Reading) -> None:
    """Print the answers behind a name; of what the model is not sure of, what it might be."""
    digits, head, blank = reading.digits, f"{name}   ", " " * (width_of(name) + 3)
    if not digits:
        result(head + told("no_digit"))
        return
    if len(digits) == 1:
        (digit,) = digits
        said = f"{digit.answer}   {told('sure', share=digit.confidence)}"
        result(head + (said if digit.sure else told("not_sure", answer=said)))
        return
    for number, line in enumerate(reading.text.split("\n")):
        result(f"{head if number == 0 else blank}{line}")
    places: dict[int, int] = {}
    for digit in digits:
        places[digit.line] = place = places.get(digit.line, 0) + 1
        if not digit.sure:
            perhaps = {"answer": digit.answer, "share": digit.confidence}
            result(blank + told("digit_not_sure", line=digit.line + 1, place=place, **perhaps))


def _draw(reading: Reading, picture: str | None, stages: str | None, language: str) -> None:
    if not (picture or stages):
        return
    from .. import plots

    if picture:
        plots.save(plots.draw_reading(reading, language=language), picture)
    if stages:
        plots.save(plots.draw_stages(reading, language=language), stages)
