"""Ruled lines, grids and margins are removed, and strokes are kept."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from glassnet.segmentation.paper import possible_inks
from glassnet.segmentation.photo import working_size
from glassnet.segmentation.rules import are_printed, find_ruled_lines, is_grid, remove_rule_remains
from glassnet.segmentation.segment import find_pieces, ink_mask
from support.strokes import bundled_digit


def drawn(pen: float, side: int = 160, row: int = 0) -> np.ndarray:
    """The mask of a digit; `pen` is the stroke width as a fraction of the side."""
    return ndimage.zoom(bundled_digit(row)[0], side / 128, order=1) < pen / 2


def test_ruled_lines_are_removed_and_strokes_are_kept():
    mask = np.pad(drawn(0.09), 80)
    ruled = mask.copy()
    for row in range(10, len(ruled), 40):
        for column in range(ruled.shape[1]):
            ruled[row + column // 60 : row + column // 60 + 2, column] = True
    lines = find_ruled_lines(ruled.astype(np.float32), 0.5)
    assert (lines & ~mask).sum() > 0.88 * (ruled & ~mask).sum()
    assert not find_ruled_lines(mask.astype(np.float32), 0.5).any()
    faint = np.where(np.arange(ruled.shape[1]) // 12 % 3, 0.47, 0.6)  # about as strong as the threshold
    for line in (0.1, faint):
        grey = np.where(mask, 0.1, np.where(ruled, line, 0.9))
        left = ink_mask(next(possible_inks(np.repeat(grey[..., None], 3, axis=2).astype(np.float32))))
        assert (left & mask).sum() > 0.93 * mask.sum()
        assert (left & ~ndimage.binary_dilation(mask, iterations=3)).sum() < 0.02 * mask.sum()


def test_a_margin_stronger_than_the_lines_is_removed_too():
    strength = np.zeros((300, 400), np.float32)
    strength[20::40] = strength[21::40] = 0.5
    strength[:, 50:53] = 1.0
    strength[100:200, 200:203] = 1.0  # a 1
    lines = find_ruled_lines(strength, 0.45)
    assert lines[:, 50:53].all()
    assert lines[20, :45].all()
    assert lines[105:195, 200:203].sum() < 0.1 * 90 * 3


def test_one_long_bar_is_not_a_ruled_line_but_two_are():
    strength = np.zeros((300, 400), np.float32)
    strength[150:154, 100:310] = 1.0
    assert not find_ruled_lines(strength, 0.45).any()
    strength[250:254, 100:310] = 1.0  # a second line, as of a frame or a table
    assert find_ruled_lines(strength, 0.45)[150:154, 120:290].all()


STRAIGHT = {
    1: [[(50, 10), (50, 90)], [(20, 90), (80, 90)], [(28, 34), (50, 10)]],
    2: [[(20, 12), (78, 12), (78, 50), (20, 50), (20, 90), (80, 90)]],
    4: [[(55, 6), (16, 62), (90, 62)], [(70, 30), (70, 94)]],
    5: [[(80, 10), (24, 10), (22, 48), (76, 48), (76, 90), (20, 90)]],
    7: [[(18, 12), (82, 12), (42, 92)]],
    0: [[(20, 10), (80, 10), (80, 90), (20, 90), (20, 10)]],
}
"""Digits of straight strokes: paths of points (x, y), in hundredths of the side."""


@pytest.mark.parametrize(
    ("label", "side", "pen"), [(label, *size) for label, size in zip(STRAIGHT, cycle(((90, 3), (420, 9))))]
)
def test_straight_strokes_of_a_tight_crop_are_not_ruled_lines(label, side, pen):
    """At any margin, also where they nearly reach the edges; a fine pen draws lines as thin as rules."""
    picture = Image.new("L", (2 * side, 2 * side), 235)
    for way in STRAIGHT[label]:
        ImageDraw.Draw(picture).line([(side * (0.5 + x / 100), side * (0.5 + y / 100)) for x, y in way], 40, pen)
    left, top, right, bottom = picture.point(lambda value: 255 * (value < 128)).getbbox()
    for margin in (round(share * side) for share in (0.01, 0.03, 0.2)):
        crop = picture.crop((left - margin, top - margin, right + margin, bottom + margin)).convert("RGB")
        mask = ink_mask(next(possible_inks(working_size(crop))))
        drawn = np.asarray(crop.convert("L").resize(mask.shape[::-1])) < 110
        assert (mask & drawn).sum() > 0.97 * drawn.sum()


@pytest.mark.parametrize(("rows", "strength", "pen", "printed"), [
    ((30, 60, 90), 1.0, 4, True), ((30, 60), 1.0, 4, False), ((30,), 0.6, 4, True), ((30,), 1.0, 10, True)
])  # fmt: skip
def test_lines_are_printed_if_there_are_several_or_if_they_differ_from_the_writing(rows, strength, pen, printed):
    lines, writing = np.zeros((120, 100), bool), np.zeros((120, 100), bool)
    for row in rows:
        lines[row : row + 3] = True
    writing[10:110, 50 : 50 + pen] = True
    assert are_printed(lines, writing & ~lines, np.where(lines, strength, writing).astype(np.float32)) == printed
    inside = lines.copy()
    inside[:, :20] = False  # the bars of an E, as thick and as strong
    assert not are_printed(inside, writing & ~lines, np.ones(lines.shape, np.float32)) or pen == 10


@pytest.mark.parametrize(("line", "colour"), [(3.0, (0.55, 0.65, 0.85)), (4.0, (0.75, 0.6, 0.7))])
def test_a_grid_much_larger_than_the_writing_is_removed(line, colour):
    y, x = np.mgrid[:600, :840].astype(np.float32)
    picture = np.full((600, 840, 3), 0.9, np.float32)
    for way in (y + 6 * np.sin(x / 180) + 0.03 * x, x - 0.03 * y):  # sheets are never quite flat
        shade = np.clip(line / 2 + 0.5 - np.abs(way % 30 - 15), 0, 1)[..., None]
        picture = picture * (1 - shade) + np.array(colour, np.float32) * shade
    picture[230:290, 300:360][drawn(0.12, side=60)] = (0.3, 0.4, 0.75)
    ink = next(possible_inks(picture))
    (piece,) = find_pieces(ink_mask(ink), ink)
    assert piece.top < 260 < piece.bottom
    assert piece.left < 330 < piece.right
    assert piece.size < 60


def test_only_a_mask_that_crosses_the_border_in_many_places_is_a_grid():
    grid = np.zeros((80, 100), bool)
    grid[:, 5::12] = True
    assert is_grid(grid)
    assert not is_grid(np.pad(drawn(0.1), 20))
    cut_off = np.zeros((80, 100), bool)
    cut_off[0:30, 40:60:8] = True  # strokes of something at one edge
    assert not is_grid(cut_off)
    assert not is_grid(np.ones((1, 900), bool))  # an image of one row


def test_remains_of_ruled_lines_are_removed_and_crossing_strokes_are_kept():
    ruled = np.zeros((80, 120), bool)
    ruled[40:43, :] = True
    kept = np.zeros_like(ruled)
    kept[38:40, 10:14] = True  # a blot next to the line
    kept[20:60, 70:75] = True  # a stroke across it
    left = remove_rule_remains(kept, ruled)
    assert not left[:, :60].any()
    assert left[:, 60:].sum() == kept[:, 60:].sum()
    assert remove_rule_remains(kept[:, :60], ruled[:, :60]).any()  # without other strokes, the remains are the writing
