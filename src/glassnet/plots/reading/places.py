"""Where the labels of boxes go: no label covers another one or another box, and as little ink as possible.

Lengths are points, 1/72 inch, from the top left corner of the photograph; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..figure import DPI
from ..fonts import set_fonts

PAD = 0.75
"""Width of the white margin around the text of a label."""
_GAP = 1.0  # between a label and a box
_SAFE = 1.02  # hinting makes a text slightly wider at some resolutions
_NEAR = 4.0  # from a label below or beside its box to the next box or label, at least
_FREE = 0.01  # fraction of a label on ink up to which it covers nothing
_PER_INK = 100.0  # cost of a label that is on ink entirely
_PLACES = (
    *((x, "above") for x in ("left", "middle", "right")),
    *((x, y) for y in ("inner top", "inner bottom") for x in ("inner left", "inner right")),
    *((x, "below") for x in ("left", "middle", "right")),
    *((x, y) for x in ("after", "before") for y in ("top", "bottom")),
)
_WHERE = ("above",) * 3 + ("within",) * 4 + ("elsewhere",) * 7
_AROUND = np.array([_NEAR if where == "elsewhere" else 0.0 for where in _WHERE])[:, None] * np.array([-1, -1, 1, 1])
_ABOVE, _ELSEWHERE = 2, 20  # highest costs of a place above a box, and of any place without ink

Rectangles = NDArray[np.float64]
"""Shape (n, 4): left, top, right, bottom."""


@dataclass(frozen=True)
class Place:
    """A label and where it is: the left side and the bottom of its text.

    `where` is "above" its box, "within" or "elsewhere"; `on_ink` is the fraction of the label that is on ink.
    """

    text: str
    size: float
    left: float
    bottom: float
    on_ink: float
    where: str

    @property
    def free(self) -> bool:
        """Whether it covers no ink."""
        return self.on_ink <= _FREE


class InkBelow:
    """The ink of a photograph, to find out how much of it a rectangle covers.

    `ink` has shape (rows, columns); `size` is the width and height of the photograph, in points.
    """

    def __init__(self, ink: NDArray[np.bool_], size: tuple[float, float]) -> None:
        rows, columns = ink.shape
        self._sums = np.zeros((rows + 1, columns + 1))
        ink.cumsum(axis=0, dtype=float, out=self._sums[1:, 1:])
        self._sums[1:, 1:].cumsum(axis=1, out=self._sums[1:, 1:])  # the integral image of Crow 1984
        self._scale = np.array([columns / size[0], rows / size[1]] * 2)
        self._most = np.array([columns, rows] * 2)

    def covered(self, rectangles: Rectangles) -> NDArray[np.float64]:
        """Return the fraction of each rectangle that is on ink."""
        left, top, right, bottom = (rectangles * self._scale).clip(0, self._most).round().astype(int).T
        sums = self._sums
        ink = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        whole = np.prod((rectangles * self._scale)[:, 2:] - (rectangles * self._scale)[:, :2], axis=1)
        return np.asarray(ink / np.maximum(whole, 1))


def place_labels(
    frames: Rectangles, texts: Sequence[Sequence[str]], size: float, ink: InkBelow, room: tuple[float, ...]
) -> list[Place | None]:
    """Find a place for the label of each box; None for a box without a label, or whose label has no place.

    `frames` has the boxes, shape (n, 4), and `texts` for each the texts that its label may have, the best first; empty
    for a box without a label. `size` is that of the font. No label leaves the rectangle `room` (left, top, right,
    bottom).
    """
    places: list[Place | None] = [None] * len(frames)
    taken = np.empty((0, 4))
    tries = [[one[i] if i < len(one) else "" for one in texts] for i in range(max(map(len, texts), default=0))]
    candidates = [_candidates(frames, some, size, ink, room) for some in tries]
    # All labels that have room above their boxes come first: a label below would be in the way of the next line.
    for most in (_ABOVE, _ELSEWHERE, np.inf):
        for some, (rectangles, costs, on_ink) in zip(tries, candidates, strict=True):
            costs = np.where(costs <= most, costs, np.inf)
            possible = np.isfinite(costs).sum(axis=1)
            waiting = [k for k in range(len(frames)) if places[k] is None and some[k] and possible[k]]
            for k in sorted(waiting, key=lambda k: int(possible[k])):  # those with the fewest possibilities first
                cost = np.where(_overlap(rectangles[k] + _AROUND, taken).any(axis=1), np.inf, costs[k])
                best = int(np.argmin(cost))
                if np.isfinite(cost[best]):
                    left, _, _, bottom = rectangles[k, best]
                    places[k] = Place(some[k], size, left + PAD, bottom - PAD, float(on_ink[k, best]), _WHERE[best])
                    taken = np.vstack([taken, rectangles[k, best]])
    return places


def _candidates(
    frames: Rectangles, texts: Sequence[str], size: float, ink: InkBelow, room: tuple[float, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the places of labels above, in, below and beside their boxes, with their costs and coverage of ink.

    A place that another box is in the way of costs infinitely much; below and beside its box, also a place near another
    box, to which the label would seem to belong.
    """
    extents = np.array([text_extent(text) for text in texts]).reshape(-1, 2)
    width, height = (extents * size + 2 * PAD).T
    left, top, right, bottom = frames.T
    xs = {"left": left, "middle": (left + right - width) / 2, "right": right - width}
    xs |= {"inner left": left + _GAP, "inner right": right - _GAP - width}
    xs |= {"before": left - _GAP - width, "after": right + _GAP}
    ys = {"above": top - _GAP - height, "below": bottom + _GAP, "top": top, "bottom": bottom - height}
    ys |= {"inner top": top + _GAP, "inner bottom": bottom - _GAP - height}
    places = np.stack([np.stack([xs[x], ys[y], xs[x] + width, ys[y] + height], axis=1) for x, y in _PLACES], axis=1)
    inside = (places[..., :2] >= room[:2]).all(axis=2) & (places[..., 2:] <= room[2:]).all(axis=2)
    blocked = _overlap((places + _AROUND).reshape(-1, 4), frames).reshape(len(frames), len(_PLACES), -1)
    blocked[np.arange(len(frames)), :, np.arange(len(frames))] = False  # its own box
    on_ink = ink.covered(places.reshape(-1, 4)).reshape(inside.shape)
    costs = np.arange(len(_PLACES)) + np.where(on_ink > _FREE, _ELSEWHERE + _PER_INK * on_ink, 0)
    return places, np.where(inside & ~blocked.any(axis=2), costs, np.inf), on_ink


def _overlap(some: Rectangles, others: Rectangles) -> NDArray[np.bool_]:
    """Return whether each of some rectangles overlaps each of the others, shape (some, others)."""
    left, top, right, bottom = some.T[:, :, None]
    return np.asarray((left < others[:, 2]) & (top < others[:, 3]) & (right > others[:, 0]) & (bottom > others[:, 1]))


@lru_cache(1000)
def text_extent(text: str) -> tuple[float, float]:
    """Return width and height of a text, as fractions of the size of its font."""
    figure = Figure(dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    drawn = axes.text(0, 0, text, fontsize=10)
    set_fonts(axes)
    FigureCanvasAgg(figure)  # measures like the files that are written
    box = drawn.get_window_extent()
    return tuple(_SAFE * side / DPI * 72 / 10 for side in (box.width, box.height))  # type: ignore[return-value]
