"""The program around a training step: how pixels and labels become inputs and targets, and which file is the test."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from .files import LABELS, PIXELS, ROWS, Sightings
from .recorder import Recorder

Array = NDArray[np.float64]


class AroundFacts(TypedDict):
    """What happens around the training steps; None where the program does not show it."""

    scale: tuple[float, float]  # inputs of the pixels 0 and 255
    label_inside: bool
    targets: tuple[float, float] | None  # the smallest and the largest
    target_right: bool | None  # whether the largest is that of the label
    trained: dict[str, int]  # part -> rows with which it was trained
    tested: dict[str, int]  # part -> rows that the program read after training
    tested_others: bool  # whether it was not trained with some of these


def look_around(
    recorder: Recorder, inputs: Array, targets: Array, weights: list[tuple[int, str]]
) -> AroundFacts | None:
    """Return what happens around the steps; None if the inputs are not rows of the small files.

    Parameters
    ----------
    recorder : Recorder
    inputs, targets : ndarray, one sample a row
        Of the first step.
    weights : list of (holder, path)
    """
    sightings = Sightings()
    found = sightings.find(inputs)
    if not found:
        return None
    part, row, labelled = found[0]
    values = inputs[0][1:] if labelled and inputs.shape[1] > PIXELS else inputs[0]
    pixels = sightings.rows[part][row]
    # The first two pixels of each row are 255 and 0.
    high, low = (float(values[0]), float(values[1])) if len(values) == len(pixels) else (np.nan, np.nan)
    label, target = LABELS[part][row], targets[0]
    wide = len(target) == 10
    span = round(float(inputs[0].min()), 9), round(float(inputs[0].max()), 9)
    rows = _phases(recorder, span, sorted({time for key in weights for time in recorder.changed_at[key][1:]}))
    if not rows["trained"]:
        rows["trained"] = {part: set(range(min(len(inputs), ROWS[part])))}
    return {
        "scale": (low, high),
        "label_inside": labelled,
        "targets": (float(target.min()), float(target.max())) if wide else None,
        "target_right": bool(int(target.argmax()) == label) if wide else None,
        "trained": {name: len(some) for name, some in rows["trained"].items()},
        "tested": {name: len(some) for name, some in rows["tested"].items()},
        "tested_others": any(some - rows["trained"].get(name, set()) for name, some in rows["tested"].items()),
    }


def _phases(recorder: Recorder, span: tuple[float, float], changes: list[int]) -> dict[str, dict[str, set[int]]]:
    """Return the rows with this span of values, by file: those before a change of weights, and those after the last.

    A single row is trained with if weights change before the next row is read. An array of the test file that is read
    before training may wait for its turn, so it is not counted.
    """
    rows: dict[str, dict[str, set[int]]] = {"trained": {}, "tested": {}}
    own = [one for one in recorder.rows if one.span == span]
    times = [*sorted({one.time for one in own}), recorder.time + 1]
    for one in own:
        following = times[bisect_right(times, one.time)]
        place = bisect_left(changes, one.time)
        if one.time > changes[-1]:
            phase = "tested" if recorder.ended else ""
        elif one.single:
            phase = "trained" if place < len(changes) and changes[place] < following else ""
        else:
            phase = "trained" if one.part == "train" and one.time >= changes[0] else ""
        if phase:
            rows[phase].setdefault(one.part, set()).add(one.row)
    return rows
