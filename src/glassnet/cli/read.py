"""``glassnet read``: the digits in a photo of handwriting."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Annotated, Any, NotRequired, TypedDict

import click

from ..handwriting.reader import Digit, Reading
from ..io.opening import STDIN
from ..messages.formats import width_of
from ..words.cli import digit_words
from ..workflow.read_job import PhotoResult, ReadJob, photos_in, read_and_draw
from ..workflow.shared.facts import facts_from
from .shared.console import ErrorFacts, complain, error_facts, json_flag, message, padded, result, result_json
from .shared.flags import job_of, max_bytes_flag, with_job
from .shared.model_argument import model_and_inputs

_FEW, _WIDE = 3, 80
"""Most uncertain digits of a photo that are printed one by one; and columns of a line."""


class DigitFacts(TypedDict):
    """A digit in a photo."""

    line: Annotated[int, "the line of the digit"]
    box: Annotated[
        tuple[int, int, int, int],
        "left, top, right, bottom in pixels of the photo, upright and rotated by `turned` and `tilt`; right and "
        "bottom are exclusive",
    ]
    answer: Annotated[int, "the class with the largest output, also for an uncertain digit"]
    confidence: Annotated[
        float,
        "the probability, 0 to 1, that it is this digit: that of the model, from outputs averaged over small "
        "variations of the digit, times the probability that it is a digit at all; lower for what is too wide for a "
        "digit or in `other_lines`",
    ]
    sure: Annotated[bool, "whether the confidence is at least `--sure`"]
    reason: Annotated[
        str | None,
        "why it is not sure, null if it is: `not_a_digit` (it looks like a sign, a letter or a scribble), "
        "`other_line` (its line is words or signs), `edge` (it touches the edge of the photo), `faint`, `wide` (it "
        "may be two digits), `not_writing` (it does not look like strokes of a pen on paper but like part of a "
        "thing), `upside_down` (the photo may be upside down, and then it is another digit), `ruling` (printed lines "
        "are in the way: their cells are not certain, or they run through it), `unclear` (it could be another digit)",
    ]
    outputs: Annotated[list[float], "the averaged outputs"]


class TurnedFacts(TypedDict):
    """What a single digit may be in a rotated photo."""

    turned: Annotated[int, "degrees, clockwise: 90, 180 or 270"]
    answer: Annotated[int, "the digit"]


class PhotoFacts(TypedDict):
    """The digits in a photo."""

    input: Annotated[str, "name of the photo"]
    text: Annotated[
        str | None,
        "the predicted digits, line by line, with a space where numbers in a line are apart; `?` for an uncertain "
        "digit; empty if no digit was found",
    ]
    light_on_dark: Annotated[bool | None, "whether the ink is lighter than the paper"]
    turned: Annotated[
        int,
        "degrees by which the photo was rotated clockwise to read several digits that lay on their side or upside "
        "down: 0, 90, 180 or 270",
    ]
    tilt: Annotated[
        float,
        "degrees by which it was then rotated clockwise because the lines were tilted; 0 if that was not necessary",
    ]
    if_turned: Annotated[
        TurnedFacts | None, "only for one digit, which is never turned: what it may be if the photo is rotated"
    ]
    upside_down: Annotated[
        str | None, "only where several digits are as plausible upside down: their text if the photo is rotated by 180°"
    ]
    other_lines: Annotated[
        list[int], "lines, from 0, that are not digits but words or sums; none of their digits is sure"
    ]
    digits: Annotated[list[DigitFacts], "in reading order"]
    error: Annotated[
        NotRequired[ErrorFacts],
        "only if the photo could not be read; `text` and `light_on_dark` are null then, and `digits` is empty",
    ]


@click.command("read")
@with_job(ReadJob)
@json_flag
@max_bytes_flag
def read_command(as_json: bool, **flags: Any) -> None:
    """Read the handwritten digits in photos or scans.

    PHOTO: a PNG or JPEG of one or more digits, dark on light or light on dark; a folder of such images; or "-" for
    standard input. Digits are printed line by line, from left to right; "?" marks a digit of low confidence. MODEL
    defaults to the digit reader that comes with glassnet.

    Exit code 1: a photo shows no digit, or some photos could not be read; 2: none could.
    """
    job = job_of(ReadJob, flags)
    model, named = model_and_inputs(job.photos, "read", "PHOTO...")
    photos = photos_in(named)
    readings = read_and_draw(model, replace(job, photos=tuple(photos)))
    width = max(width_of(STDIN if photo == "-" else photo) for photo in photos)
    facts, digitless, failed = [], False, 0
    for one in readings:
        if as_json:
            facts.append(_facts(one))
        if one.reading is None:
            failed += 1
        else:
            digitless = digitless or not one.reading.digits
        if as_json:
            continue
        if one.reading is not None:
            _report(padded(one.input, width), one.reading)
        elif one.error is not None:
            complain(one.error.code, one.error.message)
    if as_json:
        result_json(facts)
    click.get_current_context().exit(2 if failed == len(photos) else int(digitless or failed > 0))


def _facts(one: PhotoResult) -> PhotoFacts:
    if one.reading is None:
        assert one.error is not None
        return {
            "input": one.input,
            "text": None,
            "light_on_dark": None,
            "turned": 0,
            "tilt": 0.0,
            "if_turned": None,
            "upside_down": None,
            "other_lines": [],
            "digits": [],
            "error": error_facts(one.error),
        }
    other = one.reading.if_turned
    return facts_from(
        PhotoFacts,
        one.reading,
        input=one.input,
        light_on_dark=one.reading.ink.light_on_dark,
        if_turned={"turned": other[0], "answer": other[1]} if other else None,
        digits=[facts_from(DigitFacts, digit, box=one.box_in_file(digit)) for digit in one.reading.digits],
    )


def _report(name: str, reading: Reading) -> None:
    """Print the predicted digits after a name, and which digits are uncertain."""
    digits, head, blank = reading.digits, f"{name}   ", " " * (width_of(name) + 3)
    if not digits:
        result(head + message("no_digit"))
        return
    if len(digits) == 1:
        result(head + _words(digits[0]))
        if reading.if_turned and not digits[0].sure:
            turned, answer = reading.if_turned
            _remark(blank, message("if_turned", degrees=turned, answer=answer))
        return
    if len(reading.other_lines) == 1 + max(digit.line for digit in digits):
        result(head + message("no_digit_line"))
        _report_turn(reading, blank)
        return
    for number, line in enumerate(reading.text.split("\n")):
        result(f"{head if number == 0 else blank}{line}")
    _report_turn(reading, blank)
    for number in reading.other_lines:
        _remark(blank, message("other_line", line=number + 1))
    _report_doubts(reading, blank)


def _report_turn(reading: Reading, blank: str) -> None:
    """Print how the photo was turned to read it."""
    if reading.turned:
        _remark(blank, message("turned", degrees=reading.turned))
    if reading.tilt:
        _remark(blank, message("tilted", degrees=abs(reading.tilt)))
    if reading.upside_down:
        _remark(blank, message("upside_down", text=reading.upside_down.replace("\n", " / ")))


def _report_doubts(reading: Reading, blank: str) -> None:
    """Print what each uncertain digit may be and why; of more than a few, how many there are for each reason."""
    places: Counter[int] = Counter()
    doubtful = []
    for digit in reading.digits:
        places[digit.line] += 1
        if not digit.sure and digit.line not in reading.other_lines:
            doubtful.append((digit, places[digit.line]))
    if len(doubtful) <= _FEW:
        for digit, place in doubtful:
            _remark(blank, message("digit_not_sure", line=digit.line + 1, place=place, words=_words(digit)))
        return
    reasons = Counter(str(digit.reason) for digit, _ in doubtful)
    parts = [message(f"some_{reason}", count=count) for reason, count in reasons.most_common()]
    total = sum(digit.line not in reading.other_lines for digit in reading.digits)
    facts = {"count": len(doubtful), "total": total, "reasons": message("comma").join(parts)}
    _remark(blank, message("digits_not_sure", **facts))


def _remark(blank: str, text: str) -> None:
    """Print a line below the digits, or further left if the name before them leaves too little room."""
    result((blank if len(blank) + width_of(text) <= _WIDE else "    ") + text)


def _words(digit: Digit) -> str:
    return digit_words(message, str(digit.answer), str(digit.second), digit.confidence, digit.reason)
