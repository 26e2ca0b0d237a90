"""Find the ruling of a printed form, straighten the form, and take its lines out of the picture.

A printed line is straight over several cells, so the lines of each direction are the peaks of a Hough transform over
slope and place (Duda and Hart 1972) of all thin dark pixels. The form is straightened by the perspective map that makes
its lines level. Then each line is divided out by its own cross-section: what remains in it is ink over a grey or
coloured line. Ink over a line as dark is restored by bridging the line between the strokes on both sides of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.typing import NDArray
from PIL import Image

from ..segmentation.morphology import Mask, Plane, close
from ..segmentation.paper import downsample
from ..segmentation.photo import MOST

_STRIP = 8  # pixels along a line that are one step of the transform
_STEEPEST = 0.13  # largest slope of a line, 7 degrees
_SPREAD = 0.06  # largest difference of slopes in a family of lines, by perspective
_DARK = 0.07  # least missing light of a line
_WHOLE, _GAPS, _TICKS = 0.9, 0.55, 0.22
"""Least fraction of ink between the ends of a line, of a row of boxes, and of the ticks of a comb."""
_COARSE, _STRONGER, _FINE = 160, 1.5, 1.6
"""Pixels of the shorter side of the coarse image; strength of writing relative to that of lines, and its size relative
to their distance, at which they are those of plain paper."""
_CLOSE = 0.15  # of the shorter side: largest distance of the lines of squared and ruled paper
_PAIRS = 0.7  # fraction of wide gaps between lines, below which these are the sides of boxes
_RULED = 3  # least number of level lines without upright ones
_CANDIDATES = 200  # most peaks that are measured
_LONG = 0.2  # least length of a line, relative to the side of the image
_DASHES = 12  # least number of dashes in a line
_REGULAR = 1.7  # largest ratio of the quartiles of distances of dashes
_FLANK = 0.4  # largest fraction of ink close to one side of a line
_TICK = 0.16  # of the distance of level lines: the least height of the ticks of a comb
_LEVEL = 0.01  # largest slope of a line of a straightened form
_PITCH = 96  # pixels of a row or column to which a form is scaled
_THIN = 0.45  # height of a row relative to the median, below which it is the gap of a double line or between boxes


@dataclass(frozen=True)
class Line:
    """A line of one direction: its place at column `x` is ``place + slope * x``, in pixels."""

    place: float
    slope: float
    # start, end: first and last column
    start: int
    end: int
    thick: float  # width in pixels
    covered: float  # fraction of ink between the ends
    dashed: bool = False  # whether it is regular dashes or dots

    def at(self, x: Any) -> Any:
        """Return the place at column x."""
        return self.place + self.slope * x


@dataclass(frozen=True)
class Form:
    """A straightened form without its lines."""

    picture: Plane  # float32, shape (rows, columns, 3), 0 to 1
    # rows, columns: places of the level and upright lines, in pixels; without upright lines, `columns` is empty
    rows: NDArray[np.float64]
    columns: NDArray[np.float64]
    near: Mask  # shape (rows, columns): the pixels of the lines
    pitch: float  # usual distance of neighbouring lines, in pixels
    back: NDArray[np.float64]  # shape (3, 3): perspective map from its pixels to those of the photograph
    # whether the lines are close and cross the whole photograph, as those of ruled and squared paper do
    across: bool = False


def missing_light(values: Plane, reach: int) -> Plane:
    """Return the fraction of the light of the paper that is missing in each channel, shape (3, rows, columns).

    The paper is what a closing with a square of `reach` pixels leaves: wider than lines and strokes.
    """
    planes = np.moveaxis(np.rint(values * 255).astype(np.uint8), 2, 0)
    paper = np.stack([close(plane, reach) for plane in planes])
    missing: Plane = 1 - (planes.astype(np.float32) + 4) / (paper.astype(np.float32) + 4)
    return missing


def find_lines(dark: Plane, least: float, steepest: float = _STEEPEST) -> list[Line]:
    """Return the level lines in a plane of missing light, from the top."""
    rows, columns = dark.shape
    short = min(rows, columns)
    widest = max(8, short // 24)
    ink = dark > least
    thin = ink & (dark - scipy.ndimage.grey_opening(dark, (widest, 1)) > 0.5 * least)
    strips = thin[:, : columns // _STRIP * _STRIP].reshape(rows, -1, _STRIP).mean(axis=2, dtype=np.float32).T
    if len(strips) < 8:
        return []
    strips = scipy.ndimage.maximum_filter1d(strips, 3, axis=1)
    x = (np.arange(len(strips)) + 0.5) * _STRIP - columns / 2
    slopes = np.arange(-steepest, steepest, 2 / columns)
    room = int(steepest * columns / 2) + 2
    flat = np.pad(strips, ((0, 0), (room, room))).ravel()
    width, index = rows + 2 * room, np.arange(rows)
    votes = np.empty((len(slopes), rows), np.float32)
    for k, slope in enumerate(slopes):
        first = np.arange(len(strips)) * width + room + np.rint(slope * x).astype(int)
        votes[k] = flat[first[:, np.newaxis] + index].sum(axis=0)
    usual = int(np.argmax((np.sort(votes, axis=1)[:, -40:] ** 2).sum(axis=1)))
    near = np.abs(slopes - slopes[usual]) <= _SPREAD
    votes, slopes = votes[near], slopes[near]
    best, which = votes.max(axis=0), votes.argmax(axis=0)
    runs = _run_above(ink), _run_above(ink[::-1])[::-1]
    lines: list[Line] = []
    for _ in range(_CANDIDATES):
        row = int(np.argmax(best))
        if best[row] * _STRIP < 0.3 * _LONG * columns:
            break
        line = _measure(ink, thin, runs, row - slopes[which[row]] * columns / 2, float(slopes[which[row]]), widest)
        best[max(0, row - 2) : row + 3] = 0
        if line is not None and not any(_is_same(line, other, columns) for other in lines):
            lines.append(line)
            row, gone = round(line.at(columns / 2)), max(2, round(0.6 * line.thick))
            best[max(0, row - gone) : max(0, row + gone + 1)] = 0
    return _consistent(sorted(lines, key=lambda one: one.at(columns / 2)), columns)


def _is_same(one: Line, other: Line, columns: int) -> bool:
    """Return whether two lines are closer than they are wide at some place: lines of one direction do not cross."""
    near = 0.6 * max(one.thick, other.thick) + 1.5
    off = [one.at(x) - other.at(x) for x in (0, columns)]
    return bool(min(abs(off[0]), abs(off[1])) < near or off[0] * off[1] < 0)


def _measure(
    ink: Mask, thin: Mask, runs: tuple[NDArray[np.intp], NDArray[np.intp]], place: float, slope: float, widest: int
) -> Line | None:
    """Return the line at a peak of the transform, with its ends and width; None if it is not a line."""
    rows, columns = ink.shape
    up, down = runs
    x = np.arange(columns)
    for _ in range(3):  # follow the middle of the line, and fit again
        y = np.rint(place + slope * x).astype(int)
        inside = (y >= 1) & (y < rows - 1)
        y = y.clip(1, rows - 2)
        hit = (thin[y - 1, x] | thin[y, x] | thin[y + 1, x]) & inside
        if hit.sum() < max(20, 0.2 * _LONG * columns):
            return None
        nearest = np.where(ink[y, x], 0, np.where(ink[y - 1, x], -1, 1))
        middle = (y + nearest).clip(0, rows - 1)
        above, below = up[middle, x], down[middle, x]
        across = above + below - 1
        thick = float(np.median(across[hit]))
        clear = hit & (across <= 1.5 * thick + 1)
        off = (nearest + (below - above) / 2)[clear]
        fit = np.polynomial.polynomial.polyfit(x[clear] - columns / 2, off, 1)
        place, slope = place + fit[0] - fit[1] * columns / 2, slope + fit[1]
    if thick > 1.3 * widest:
        return None
    away = int(0.5 * thick + 3)
    flank = max(float(ink[(y + way * away).clip(0, rows - 1), x][hit].mean()) for way in (-1, 1))
    if flank > _FLANK:
        return None
    least = max(12, min(ink.shape) // 40)
    gap = int(max(3, 0.35 * thick, min(ink.shape) / 200))
    joined = scipy.ndimage.binary_closing(np.pad(hit, gap), np.ones(gap + 1))[gap:-gap]
    long = _runs(joined, least)
    solid = _between_ends(long, place, slope, thick, long) if long.any() else None
    if solid is not None and solid.covered >= _GAPS:
        return solid
    starts = np.flatnonzero(np.diff(hit.astype(np.int8)) == 1)
    if len(starts) >= _DASHES:
        low, high = np.percentile(np.diff(starts), [25, 75])
        gap = int(max(4, 1.2 * high))
        joined = _runs(scipy.ndimage.binary_closing(np.pad(hit, gap), np.ones(gap + 1))[gap:-gap], int(6 * high))
        if high <= _REGULAR * low and high <= min(ink.shape) / 12 and joined.any():
            dashed = _between_ends(joined, place, slope, thick, hit)
            start, end = np.flatnonzero(joined)[[0, -1]]
            if dashed is not None and joined[start : end + 1].mean() >= 0.7:
                return replace(dashed, dashed=True)
    return solid if solid is not None and solid.covered >= _TICKS else None


def _between_ends(
    part: NDArray[np.bool_], place: float, slope: float, thick: float, hit: NDArray[np.bool_]
) -> Line | None:
    """Return the line between the first and last column of a part of it; None if that is too short."""
    start, end = (int(one) for one in np.flatnonzero(part)[[0, -1]])
    if end - start < _LONG * len(part):
        return None
    return Line(place, slope, start, end, thick, float(hit[start : end + 1].mean()))


def _run_above(ink: Mask) -> NDArray[np.intp]:
    """Return for each pixel of ink how many pixels of ink are above it without a gap, with itself."""
    rows = np.arange(1, len(ink) + 1)[:, np.newaxis]
    run: NDArray[np.intp] = rows - np.maximum.accumulate(np.where(ink, 0, rows), axis=0)
    return run


def _runs(mask: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """Return only the runs of a row of pixels of at least this length."""
    numbers, count = scipy.ndimage.label(mask)
    long = np.bincount(numbers, minlength=count + 1) >= least
    long[0] = False
    result: NDArray[np.bool_] = long[numbers]
    return result


def _consistent(lines: list[Line], columns: int) -> list[Line]:
    """Drop lines whose slope differs from that of the others: the slopes of a perspective change with the place."""
    if len(lines) < 3:
        return lines
    place, slope = np.array([(one.at(columns / 2), one.slope) for one in lines]).T
    weight = np.array([(one.end - one.start) * one.covered for one in lines])
    long = weight >= 0.5 * weight.max()
    middle = np.median(slope[long])
    trend = np.polynomial.Polynomial([middle])
    good = long & (np.abs(slope - middle) < _SPREAD)
    for _ in range(3):
        if good.sum() >= 3 and np.ptp(place[good]) > 0:
            trend = np.polynomial.Polynomial.fit(place[good], slope[good], 1, w=weight[good])
        off = np.abs(slope - trend(place)) * np.array([one.end - one.start for one in lines])
        good = off < max(3.0, 0.006 * columns)
    lines = [one for one, is_good in zip(lines, good, strict=True) if is_good]
    if not lines:
        return []
    covered, thick = np.percentile([one.covered for one in lines], 70), np.median([one.thick for one in lines])
    return [
        one
        for one in lines
        if one.covered >= 0.9 or (one.covered >= covered - 0.1 and one.thick <= max(1.8 * thick, thick + 2))
    ]


def _find_runs(grey: Plane) -> tuple[NDArray[np.float64], float]:
    """Find level runs of thin dark pixels as long as lines: a quick search, for pictures without any.

    Pixels are averaged in strips along a line, which may rise or fall by a pixel from one strip to the next. Returns
    the rows of the runs, where most are one above the other, and the fraction of light that is missing in them.
    """
    rows, columns = grey.shape
    strips = grey[:, : columns // _STRIP * _STRIP].reshape(-1, _STRIP) @ np.full(_STRIP, 1 / _STRIP, np.float32)
    strips = np.ascontiguousarray(strips.reshape(rows, -1).T)
    reach = max(4, min(rows, columns) // 48)
    paper = np.minimum(strips[:, 2 * reach :], strips[:, : -2 * reach])
    missing = 1 - strips[:, reach:-reach] / (paper + np.float32(0.02))
    noise = float(np.percentile(np.abs(missing[:, ::4]), 25)) / 0.319  # of a normal distribution
    least = min(max(0.4 * _DARK, 3 * noise), _DARK)
    length, found, strength = np.zeros(missing.shape[1], np.int16), np.zeros((0, 2), np.intp), 0.0
    for strip in missing:
        near = length.copy()
        np.maximum(near[1:], length[:-1], out=near[1:])
        np.maximum(near[:-1], length[1:], out=near[:-1])
        dark = strip > least
        length = np.where(dark, near + 1, np.maximum(length - 1, 0))  # a gap costs as much as ink gains
        long = dark & (length >= max(6, 0.8 * _LONG * len(strips)))
        ends = np.flatnonzero(np.diff(np.pad(long, 1).astype(np.int8))).reshape(-1, 2)
        if len(ends) > len(found):
            found, strength = ends, float(np.median(strip[long]))
    return found.mean(axis=1) + reach, strength


def _is_fine(grey: Plane, places: NDArray[np.float64], strength: float) -> bool:
    """Return whether the runs are closer than the writing, which is much stronger: those of ruled or squared paper."""
    if len(places) < 5:
        return False
    step = max(1, min(grey.shape) // _COARSE)
    small = downsample(grey[..., np.newaxis], step)
    labels, _ = scipy.ndimage.label(missing_light(small, _COARSE // 4)[0] > _STRONGER * strength)
    sizes = [
        max(down.stop - down.start, across.stop - across.start) for down, across in scipy.ndimage.find_objects(labels)
    ]
    pitch = float(np.median(np.diff(places))) / step
    large = [size for size in sizes if size > 0.5 * pitch]
    return bool(large) and float(np.median(large)) > _FINE * pitch


def find_form(picture: Image.Image, values: Plane) -> tuple[Form | None, bool]:
    """Find the ruling of a form, and return it straight and without its lines.

    `values` is the opaque photograph at its working size, float32, shape (rows, columns, 3), 0 to 1. Returns also
    whether lines were seen that cross each other, without being a form.
    """
    if min(values.shape[:2]) < 60:
        return None, False
    grey = (values.reshape(-1, 3) @ np.full(3, 1 / 3, np.float32)).reshape(values.shape[:2])
    runs = _find_runs(grey)
    if len(runs[0]) < 2 or _is_fine(grey, *runs):
        return None, False
    dark = missing_light(values, max(15, min(values.shape[:2]) // 8)).max(axis=0)
    sample = dark[::3, ::3]
    least = max(_DARK, 4 * 1.4826 * float(np.median(np.abs(sample - np.median(sample)))))
    level = [one for one in find_lines(dark, least) if one.dashed or one.covered >= _GAPS]
    if len(level) < 2:
        return None, False
    upright = [
        one
        for one in find_lines(np.ascontiguousarray(dark.T), least)
        if one.dashed or one.covered > 0.65 or _are_ticks(one, level, dark > least)
    ]
    usual = np.median([one.thick for one in level])
    upright = [one for one in upright if one.covered >= _WHOLE or one.thick <= 1.8 * usual + 1]
    if len(upright) < 2 or (len(upright) < _RULED and max(one.covered for one in upright) < 0.65):
        upright = []  # digits one above the other
    whole = [one for one in level if one.dashed or one.covered >= _WHOLE]
    across = bool(np.mean([_is_across(one, dark.shape) for one in level]) >= 0.7)
    if len(upright) < 2 and len(whole) < _RULED:
        return None, not across and any(_find_sides(*pair, dark > least) for pair in pairwise(level))
    families = (level, values.shape[1] / 2), (upright, values.shape[0] / 2)
    places = [np.array([one.at(middle) for one in family]) for family, middle in families if len(family) > 1]
    pitches = [float(np.percentile(_wide_gaps(one), 25)) for one in places]
    pitch = min(pitches)
    across = across and pitch < _CLOSE * min(values.shape[:2]) and not _are_cells(upright, places)
    straight = _straighten(picture, values, level, upright, pitch)
    return replace(_without_lines(*straight), across=across), False


def _is_across(line: Line, shape: tuple[int, ...]) -> bool:
    """Return whether both ends of a level line are at the edge of the photograph."""
    room = 0.03 * max(shape)
    return all(
        not room < x < shape[1] - room or not room < line.at(x) < shape[0] - room for x in (line.start, line.end)
    )


def _are_cells(upright: list[Line], places: list[NDArray[np.float64]]) -> bool:
    """Return whether most upright lines are ticks, or lines come in pairs: a comb or boxes that a photo was cut to."""
    ticks = [not one.dashed and one.covered < _GAPS for one in upright]
    return bool(ticks and np.mean(ticks) > 0.5) or any(len(_wide_gaps(one)) < _PAIRS * (len(one) - 1) for one in places)


def _find_sides(upper: Line, lower: Line, ink: Mask) -> list[Line]:
    """Return the thin upright bars that join two level lines, if there are several: the sides of boxes."""
    x = np.arange(max(0, upper.start, lower.start), min(ink.shape[1], upper.end + 1, lower.end + 1))
    if len(x) < 3:
        return []
    down = (lower.at(x) - upper.at(x)) * np.linspace(0.1, 0.9, 24)[:, np.newaxis]
    rows = np.rint(upper.at(x) + down).astype(int).clip(0, ink.shape[0] - 1)
    columns = np.rint(x - upper.slope * down).astype(int).clip(0, ink.shape[1] - 1)
    near = scipy.ndimage.maximum_filter1d(ink[rows, columns], 3, axis=1)  # they may lean a little
    edges = np.flatnonzero(np.diff(np.pad((near.mean(axis=0) >= _WHOLE).astype(np.int8), 1))).reshape(-1, 2)
    edges = edges[np.diff(edges, axis=1)[:, 0] <= 2 * max(upper.thick, lower.thick) + 4]
    if len(edges) < _RULED:
        return []
    middles = x[0] + (edges.sum(axis=1) - 1) / 2
    return [
        Line(float(middle), -upper.slope, round(upper.at(middle)), round(lower.at(middle)), max(1.0, wide - 2), 1.0)
        for middle, wide in zip(middles, np.diff(edges, axis=1)[:, 0].tolist(), strict=True)
    ]


def _are_near(one: Line, other: Line) -> bool:
    """Return whether the middle of a line is close to another line."""
    middle = (one.start + one.end) / 2
    return bool(abs(one.at(middle) - other.at(middle)) <= 1.5 * max(one.thick, other.thick) + 2)


def _wide_gaps(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances of neighbouring lines, without those of double lines and between boxes."""
    gaps = np.diff(np.sort(places))
    return gaps[gaps >= _THIN * np.percentile(gaps, 75)]


def boundaries(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the places between cells: one for a double line, and one for the gap between two boxes."""
    places = np.sort(places)
    if len(places) < 3:
        return places
    apart = _THIN * np.percentile(np.diff(places), 75)
    groups = np.split(places, np.flatnonzero(np.diff(places) >= apart) + 1)
    return np.array([group.mean() for group in groups])


def _are_ticks(line: Line, level: list[Line], ink: Mask) -> bool:
    """Return whether the pieces of an upright line are ticks: most end at a level line."""
    y = np.arange(line.start, line.end + 1)
    x = np.rint(line.at(y)).astype(int).clip(1, ink.shape[1] - 2)
    on = (ink[y, x] | ink[y, x - 1] | ink[y, x + 1]).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.pad(on, 1))).reshape(-1, 2)
    edges = edges[np.diff(edges, axis=1)[:, 0] >= 0.4 * np.diff(edges, axis=1).max()] + line.start
    ends = np.array([one.at(line.at(edges.mean())) for one in level])
    near = np.abs(edges[..., np.newaxis] - ends).min(axis=(1, 2)) <= 3 + np.median([one.thick for one in level])
    return bool(len(edges) > 1 and near.mean() >= 0.7) or bool(len(edges) == 1 and near.all())


def _straighten(
    picture: Image.Image, values: Plane, level: list[Line], upright: list[Line], pitch: float
) -> tuple[Plane, list[Line], list[Line], float, NDArray[np.float64]]:
    """Return the form with level lines, its lines in it, the pitch of its cells, and the map back to the photograph."""
    rows, columns = values.shape[:2]
    left, right = min(one.start for one in level), max(one.end for one in level)
    ends = [level[0], level[-1]]
    if len(upright) > 1:
        sides = [(one.place, one.slope) for one in (upright[0], upright[-1])]
    else:
        lean = -float(np.mean([one.slope for one in ends]))
        y = float(np.mean([one.at((left + right) / 2) for one in ends]))
        sides = [(side - lean * y, lean) for side in (left, right)]
    corners = []
    for line in ends:
        for place, slope in sides:
            y = (line.place + line.slope * place) / (1 - line.slope * slope)
            corners.append((place + slope * y, y))
    quad = np.array(corners)  # top left, top right, bottom left, bottom right
    wide = (np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[3] - quad[2])) / 2
    high = (np.linalg.norm(quad[2] - quad[0]) + np.linalg.norm(quad[3] - quad[1])) / 2
    room = 1.3 * pitch
    sizes = wide + 2 * room, high + 2 * room
    scale = min(_PITCH / pitch, np.sqrt(2 * MOST / (sizes[0] * sizes[1])))
    flat = np.array([[0, 0], [wide, 0], [0, high], [wide, high]]) * scale + room * scale
    out = (round(sizes[0] * scale), round(sizes[1] * scale))
    factor = picture.width / columns
    source = picture
    if factor / scale > 1:  # averaging first, because the transform only interpolates
        source = picture.resize((max(1, round(columns * scale)), max(1, round(rows * scale))), Image.Resampling.BOX)
    own = source.width / columns
    back = _perspective(flat, (quad + 0.5) * own)
    fill = tuple(int(value) for value in np.median(np.asarray(source)[::4, ::4].reshape(-1, 3), axis=0))
    turned = source.transform(
        out, Image.Transform.PERSPECTIVE, tuple(back.ravel()[:8]), Image.Resampling.BICUBIC, fillcolor=fill
    )
    forth = _perspective((quad + 0.5), flat)
    whole = back.copy()
    whole[:2] *= picture.width / source.width
    return (
        np.asarray(turned, np.float32) / np.float32(255),
        [_moved(one, forth, scale, False) for one in level],
        [_moved(one, forth, scale, True) for one in upright],
        pitch * scale,
        whole,
    )


def _moved(line: Line, forth: NDArray[np.float64], scale: float, upright: bool) -> Line:
    x = np.array([line.start, line.end], float) + 0.5
    points = np.stack([x, line.at(x - 0.5) + 0.5], axis=1)
    if upright:
        points = points[:, ::-1]
    (x0, y0), (x1, y1) = map_points(forth, points)
    if upright:
        x0, y0, x1, y1 = y0, x0, y1, x1
    return replace(
        line, place=y0 - (y1 - y0) / (x1 - x0) * x0, slope=(y1 - y0) / (x1 - x0), start=round(x0), end=round(x1),
        thick=line.thick * scale,
    )  # fmt: skip


def map_points(way: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (x, y) after a perspective map."""
    moved = np.column_stack([points, np.ones(len(points))]) @ way.T
    result: NDArray[np.float64] = moved[:, :2] / moved[:, 2:]
    return result


def _perspective(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the perspective map, shape (3, 3), that takes four points to four others."""
    rows = []
    for (x, y), (u, v) in zip(start, end, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.append(np.linalg.solve(np.array(rows), end.ravel()), 1).reshape(3, 3)


def _without_lines(
    values: Plane, level: list[Line], upright: list[Line], pitch: float, back: NDArray[np.float64]
) -> Form:
    missing = missing_light(values, max(15, round(0.5 * pitch)))
    seen = values / np.moveaxis(1 - missing, 0, 2).clip(0.02)  # the paper
    near = np.zeros(values.shape[:2], bool)
    thickest = 1.5 * max(one.thick for one in (*level, *upright)) + 1
    sides: list[Line] = []
    for turn in range(4):
        axis = turn % 2
        if turn == 1:
            strength = missing.max(axis=0)
            upright = upright or _find_ticks(strength, level, pitch)
            sides = [one for pair in pairwise(level) for one in _find_sides(*pair, strength > 2 * _DARK)]
            own = [one for one in sides if not any(_are_near(one, other) for other in upright)]
            # Rows of boxes that are not one below the other: what seems a line over several of them is not one.
            upright, sides = ([], sides) if 2 * len(own) > len(sides) else (upright, own)
        plane = missing if axis == 0 else np.ascontiguousarray(missing.transpose(0, 2, 1))
        if turn < 2:
            lines = (level, [*upright, *sides])[axis]
        else:  # the other lines of double frames, and what was hidden by a stronger one
            lines = [
                one
                for one in find_lines(plane.max(axis=0), 2 * _DARK, _LEVEL)
                if one.covered > 0.75 and not one.dashed and one.thick < thickest
            ]
        bands = [_band(plane, line) for line in lines if min(line.end, plane.shape[2]) - max(line.start, 0) > pitch / 2]
        outside = np.ones(plane.shape[1:], bool)
        for rows, columns, _ in bands:
            outside[rows, columns] = False
        strength = plane.max(axis=0)
        dark = strength[outside & (strength > 0.1)]
        usual = float(np.percentile(dark, 60)) if dark.size else 1.0
        ink = outside & (strength > 0.45 * usual)
        colour = np.median(plane[:, ink & (strength > 0.7 * usual)], axis=1) if ink.any() else np.ones(3)
        for rows, columns, profile in bands:
            _erase(plane, rows, columns, profile, ink, colour)
            near_plane = near if axis == 0 else near.T
            near_plane[rows, columns] = True
        missing = plane if axis == 0 else np.ascontiguousarray(plane.transpose(0, 2, 1))
    picture = (seen * np.moveaxis(1 - missing, 0, 2)).clip(0, 1).astype(np.float32)
    places = [np.array([one.at((one.start + one.end) / 2) for one in lines]) for lines in (level, upright)]
    return Form(picture, places[0], places[1], near, pitch, back)


def _find_ticks(strength: Plane, level: list[Line], pitch: float) -> list[Line]:
    """Return the upright ticks of a comb: narrow ink that stands on most of its level lines at the same places."""
    columns = strength.shape[1]
    thick = float(np.median([one.thick for one in level]))
    counts, widths = np.zeros(columns, int), []
    for line in level:
        bottom, x = line.at(columns / 2) - thick - 2, np.arange(columns)
        strip = strength[max(0, round(bottom - _TICK * pitch)) : max(1, round(bottom))]
        on = (
            (np.quantile(strip, 0.1, axis=0) > max(_DARK, 0.4 * float(strip.max())))
            & (x >= line.start - pitch / 4)
            & (x <= line.end + pitch / 4)
        )
        edges = np.flatnonzero(np.diff(np.pad(on.astype(np.int8), 1))).reshape(-1, 2)
        for first, after in edges[np.diff(edges, axis=1)[:, 0] <= 1.5 * thick + 2]:
            middle, near = (first + after) // 2, max(2, round(0.02 * pitch))
            counts[max(0, middle - near) : middle + near + 1] += 1
            widths.append(after - first)
    often = np.flatnonzero(np.diff(np.pad((counts >= max(2, 0.75 * len(level))).astype(np.int8), 1))).reshape(-1, 2)
    gaps = np.diff(often.mean(axis=1))
    if len(often) < _RULED or np.percentile(gaps, 75) > 1.2 * np.percentile(gaps, 25):
        return []
    ends = round(max(0, level[0].at(columns / 2) - pitch)), round(level[-1].at(columns / 2))
    wide = float(np.median(widths))
    return [Line((first + after - 1) / 2, 0.0, *ends, wide, _TICKS) for first, after in often]


def _band(plane: Plane, line: Line) -> tuple[NDArray[np.intp], NDArray[np.intp], Plane]:
    """Return the pixels of a level line, as rows (n, columns) and columns, and its cross-section, shape (3, n)."""
    height, width = plane.shape[1:]
    reach = int(1.5 * line.thick + 5)
    start, end = max(0, line.start - reach), min(width, line.end + reach + 1)
    x = np.arange(start, end)
    steps = np.arange(-2 * reach, 2 * reach + 1)[:, np.newaxis]
    y = np.rint(line.at(x)).astype(int)
    window = plane[:, (y + steps).clip(0, height - 1), x]
    # Follow the line: paper is never quite flat.
    strength = scipy.ndimage.uniform_filter1d(window.max(axis=0), max(1, round(line.thick)), axis=0)
    block = max(24, round(12 * line.thick))
    count = max(1, len(x) // block)
    centres, offs = [], []
    for columns in np.array_split(np.arange(len(x)), count):
        mean = strength[reach:-reach, columns].mean(axis=1)
        mean = mean - 0.002 * np.abs(steps[reach:-reach, 0])
        centres.append(columns.mean())
        offs.append(int(np.argmax(mean)) - reach)
    offs = scipy.ndimage.median_filter(np.array(offs, float), min(5, count), mode="nearest")
    offs = np.where(np.abs(offs - np.median(offs)) <= max(3, line.thick), offs, np.median(offs))
    y = np.rint(line.at(x) + np.interp(np.arange(len(x)), centres, offs)).astype(int)
    window = plane[:, (y + steps).clip(0, height - 1), x]
    middle = slice(2 * reach - reach, 2 * reach + reach + 1)
    window, steps = window[:, middle], steps[middle]
    inside = slice(max(line.start, 0) - start, line.end - start)
    share = float(np.clip(1 - 0.45 * line.covered, 0.55, 0.9))
    profile = np.quantile(window[:, :, inside], share, axis=2)
    strongest = profile.max(axis=0)
    wide = strongest > max(0.05, 0.15 * strongest[reach])
    half = 1
    while half < reach - 1 and (wide[reach - half] or wide[reach + half]) and half <= line.thick + 2:
        half += 1
    part = slice(reach - half - 1, reach + half + 2)
    profile = scipy.ndimage.maximum_filter1d(profile, 3, axis=1)
    return (y + steps[part]).clip(0, height - 1), np.broadcast_to(x, (2 * half + 3, len(x))), profile[:, part]


def _erase(
    plane: Plane, rows: NDArray[np.intp], columns: NDArray[np.intp], profile: Plane, ink: Mask, colour: NDArray[Any]
) -> None:
    """Divide a line out of a plane of missing light, and bridge it where strokes cross it or end at it."""
    window = plane[:, rows, columns]
    light = (1 - window) / (1 - profile).clip(0.05)[..., np.newaxis]
    clear: Mask = profile < 0.7  # the channels in which ink shows over the line
    channels = clear.sum(axis=0)[:, np.newaxis]
    mean = np.where(channels > 0, (light * clear[..., np.newaxis]).sum(axis=0) / np.maximum(channels, 1), 1)
    light = np.where(clear[..., np.newaxis], light, mean)
    light = np.where(light > 0.8, 1, light).clip(0, 1)
    count = len(rows)
    above, below = (
        ink[rows[0] - 1, columns[0]] & (rows[0] > 0),
        ink[(rows[-1] + 1).clip(0, ink.shape[0] - 1), columns[-1]],
    )
    bridge = np.zeros(rows.shape, bool)
    steps = np.arange(count)
    for slope in (-1.4, -1, -0.7, -0.35, 0, 0.35, 0.7, 1, 1.4):
        drop = round(slope * (count + 1))
        meets = above & _shifted(below, drop)  # at the column above
        if meets.any():
            for step in steps:
                bridge[step] |= _shifted(meets, -round(slope * (step + 1)))
    bridge[: (count + 1) // 2] |= above
    bridge[count // 2 :] |= below
    light = np.where(bridge & (channels == 0), (1 - colour)[:, np.newaxis, np.newaxis], light)
    plane[:, rows, columns] = 1 - light


def _shifted(row: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """Return the values `by` columns further right, False beyond the end."""
    moved = np.zeros_like(row)
    if by >= 0:
        moved[: len(row) - by] = row[by:]
    else:
        moved[-by:] = row[:by]
    return moved
