"""``glassnet read``: the digits in a photo of handwriting."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import click

from ..handwriting.reader import Digit, Reading
from ..io.opening import STDIN
from ..messages.formats import width_of
from ..words.cli import digit_words
from ..workflow.read_job import PhotoResult, ReadJob, photos_in, read_and_draw
from .shared.console import complain, error_facts, json_flag, message, padded, result, result_json
from .shared.flags import job_of, max_bytes_flag, with_job
from .shared.model_argument import model_and_inputs
from .shared.photo_progress import watch_photos

_FEW, _WIDE = 3, 80
"""Most uncertain digits of a photo that are printed one by one; and columns of a line."""


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
    for one in watch_photos(readings, photos, prints=not as_json):
        if as_json:
            facts.append(_facts(one))
        if one.reading is None:
            failed += 1
        else:
            digitless = digitless or not one.reading.digits
        if not as_json:
            _print(one, width)
    if as_json:
        result_json(facts)
    click.get_current_context().exit(2 if failed == len(photos) else int(digitless or failed > 0))


def _facts(one: PhotoResult) -> dict[str, Any]:
    if one.reading is None:
        assert one.error is not None
        nothing: dict[str, Any] = {"text": None, "light_on_dark": None, "turned": 0, "tilt": 0.0, "if_turned": None}
        lines: dict[str, Any] = {"upside_down": None, "other_lines": [], "digits": []}
        return {"input": one.input, **nothing, **lines, **error_facts(one.error)}
    other = one.reading.if_turned
    return {
        "input": one.input,
        "text": one.reading.text,
        "light_on_dark": one.reading.ink.light_on_dark,
        "turned": one.reading.turned,
        "tilt": one.reading.tilt,
        "if_turned": other and {"turned": other[0], "answer": other[1]},
        "upside_down": one.reading.upside_down,
        "other_lines": list(one.reading.other_lines),
        "digits": [
            {
                "line": digit.line,
                "box": list(one.box_in_file(digit)),
                "answer": digit.answer,
                "confidence": digit.confidence,
                "sure": digit.sure,
                "reason": digit.reason,
                "outputs": list(map(float, digit.outputs)),
            }
            for digit in one.reading.digits
        ],
    }


def _print(one: PhotoResult, width: int) -> None:
    if one.reading is not None:
        _report(padded(one.input, width), one.reading)
    elif one.error is not None:
        complain(one.error.code, one.error.message)


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
    _report_lines(reading, blank)
    _report_doubts(reading, blank)


def _report_turn(reading: Reading, blank: str) -> None:
    """Print how the photo was turned to read it."""
    if reading.turned:
        _remark(blank, message("turned", degrees=reading.turned))
    if reading.tilt:
        _remark(blank, message("tilted", degrees=abs(reading.tilt)))
    if reading.upside_down:
        _remark(blank, message("upside_down", text=reading.upside_down.replace("\n", " / ")))


def _report_lines(reading: Reading, blank: str) -> None:
    """Print which lines are not digits."""
    for line in reading.other_lines:
        _remark(blank, message("other_line", line=line + 1))


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
