"""The stages between a photograph and MNIST's form, and what they must not depend on."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from glassnet.data import bundled
from glassnet.segmentation.gaps import connect_pieces
from glassnet.segmentation.margin import add_margins, remove_margin
from glassnet.segmentation.mnist_form import (
    CHANGES,
    STROKE,
    Change,
    extract_digits,
    mnist_form,
    mnist_forms,
    stroke_width,
)
from glassnet.segmentation.paper import otsu_threshold, possible_inks, separate_ink_again
from glassnet.segmentation.photo import opaque, working_size
from glassnet.segmentation.segment import Piece, find_cuts, find_pieces, ink_mask, sort_into_lines
from glassnet.segmentation.sheet import isolate_sheet
from support.photos import Photo, Scene, sheet, single
from support.strokes import bundled_digit


def drawn(pen: float, side: int = 160, row: int = 0) -> np.ndarray:
    """The mask of a digit; `pen` is the stroke width as a fraction of the side."""
    distance = ndimage.zoom(bundled_digit(row)[0], side / 128, order=1)
    return distance < pen / 2


def on_paper(mask: np.ndarray, paper: tuple[float, ...], ink: tuple[float, ...], light: float = 1.0) -> np.ndarray:
    padded = np.pad(mask, 60)[..., None]
    return (np.where(padded, ink, paper) * light).astype(np.float32)


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ((0.1, 0.1, 0.1), (0.95, 0.95, 0.95)),
        ((0.8, 0.1, 0.1), (0.95, 0.9, 0.5)),
        ((0.1, 0.2, 0.7), (0.7, 0.7, 0.7)),
        ((0.9, 0.5, 0.1), (0.95, 0.9, 0.5)),
    ],
)
def test_ink_is_separated_from_paper_in_uneven_light(ink, paper):
    mask = drawn(0.1)
    height, width = np.pad(mask, 60).shape
    gradient = np.linspace(1, 0.5, width) * np.linspace(1, 0.8, height)[:, None]
    (found,) = possible_inks(on_paper(mask, paper, ink) * gradient[..., None].astype(np.float32))
    assert not found.light_on_dark
    inside = ndimage.binary_erosion(np.pad(mask, 60), iterations=3)
    outside = ~ndimage.binary_dilation(np.pad(mask, 60), iterations=4)
    assert found.strength[inside].min() > 0.8
    assert found.strength[outside].max() < 0.25


def test_the_edge_of_a_shadow_is_not_ink():
    picture = on_paper(drawn(0.1), (0.95, 0.95, 0.95), (0.1, 0.1, 0.3))
    picture[:, picture.shape[1] // 2 :] *= 0.45
    ink = next(possible_inks(picture))
    np.testing.assert_array_equal(
        ndimage.binary_dilation(np.pad(drawn(0.1), 60), iterations=2) & ink_mask(ink), ink_mask(ink)
    )


def test_folds_are_not_ink_next_to_coloured_strokes():
    """A fold darkens all colours equally, by half as much as the ink; the ink absorbs mainly one colour."""
    mask = np.pad(drawn(0.1), 60)
    picture = np.where(mask[..., None], (0.5, 0.1, 0.6), 0.9).astype(np.float32)
    fold = np.zeros(mask.shape, bool)
    for start in (20, 90, 160, 230):
        fold[np.arange(200), start + np.arange(200) // 4] = True
    fold = ndimage.binary_dilation(fold, np.ones((1, 4), bool))
    picture[fold] *= 0.65
    found = ink_mask(next(possible_inks(picture)))
    assert (found & ~ndimage.binary_dilation(mask, iterations=3)).sum() < 0.02 * mask.sum()
    assert (found & mask).sum() > 0.95 * mask.sum()


def on_a_table(colour: float, blurred: float = 0) -> tuple[np.ndarray, np.ndarray]:
    """A slightly rotated note with a digit on a surface of another brightness, and the mask of the note."""
    mask = np.pad(drawn(0.1), 30)
    note = np.pad(np.where(mask, 0.1, 0.9), 60, constant_values=-1)
    tilted = ndimage.rotate(note, 7, order=0, cval=-1)
    sheet = tilted >= 0
    grey = np.where(sheet, tilted, colour) + np.random.default_rng(1).normal(0, 0.01, tilted.shape)
    if blurred:
        grey = np.where(grey < 0.3, grey, ndimage.gaussian_filter(np.where(sheet, 0.9, colour), blurred))
    return np.repeat(grey[..., None], 3, axis=2).clip(0, 1).astype(np.float32), sheet


@pytest.mark.parametrize("table", [0.3, 0.6, 0.05])
def test_a_note_on_a_table_is_isolated(table):
    picture, sheet = on_a_table(table)
    alone = isolate_sheet(picture)
    inner = ndimage.binary_erosion(sheet, iterations=12)
    np.testing.assert_array_equal(alone[inner], picture[inner])
    assert np.abs(alone[~sheet] - 0.9).max() < 0.1
    (ink,) = possible_inks(alone)
    assert not ink.light_on_dark
    assert len(find_pieces(ink_mask(ink), ink)) == 1


def test_a_spot_of_light_or_a_digit_is_not_a_note():
    assert isolate_sheet(on_a_table(0.3, blurred=30)[0]) is None
    for row in range(6):
        for pen in (0.05, 0.2):
            assert isolate_sheet(on_paper(drawn(pen, row=row), (0.05,) * 3, (0.95,) * 3)) is None


def test_a_thick_digit_is_not_a_note():
    """Two 8s of MNIST nearly fill a rectangle including their holes, but not its corners."""
    for row in (5960, 6080):
        large = Image.fromarray(bundled("test").inputs[row].reshape(28, 28)).resize((280, 280)).convert("RGB")
        assert isolate_sheet(working_size(large)) is None


@pytest.mark.parametrize("hole", [1, 2])
def test_the_gaps_in_grainy_ink_are_not_paper(hole):
    """Crayon: the gaps between grains of any size belong to the stroke."""
    mask = np.pad(drawn(0.14, side=300, row=4), 40)
    grit = ndimage.zoom(np.random.default_rng(1).random(np.array(mask.shape) // hole + 1), hole, order=0) < 0.45
    grain = mask & ~grit[: mask.shape[0], : mask.shape[1]]
    ink = next(possible_inks(on_paper(grain, (0.9, 0.9, 0.9), (0.5, 0.2, 0.6))))
    assert np.abs(ink.paper - 0.9).max() < 0.12


def test_margins_are_added_around_digits_that_fill_the_image_and_removed_again():
    mask = drawn(0.2)
    mask = mask[np.ix_(mask.any(1), mask.any(0))]
    picture = np.where(mask[..., None], (0.2, 0.1, 0.1), (0.9, 0.9, 0.8)).astype(np.float32)
    (view, margin), *_ = add_margins(picture)
    np.testing.assert_array_equal(view[margin:-margin, margin:-margin], picture)
    np.testing.assert_allclose(view[0, 0], (0.9, 0.9, 0.8), atol=0.05)
    (ink,) = possible_inks(view)
    pieces, inner, inside = remove_margin(find_pieces(ink_mask(ink), ink), ink, ink_mask(ink), margin)
    assert inside.shape == inner.strength.shape == mask.shape
    assert [(one.top, one.left, one.bottom, one.right) for one in pieces] == [(0, 0, *mask.shape)]
    for pen in (0.05, 0.2):  # with enough space around the digit, no margin is needed
        assert add_margins(on_paper(drawn(pen), (0.9,) * 3, (0.1,) * 3)) == []


@pytest.mark.parametrize("pen", [0.015, 0.02])
def test_a_fine_stroke_along_the_edge_of_the_image_is_ink(pen):
    """The bar of a 7: a dark strip at the edge could be a table, so a margin is added."""
    picture = Image.new("L", (400, 400), 230)
    ImageDraw.Draw(picture).line([(80, 80), (300, 80), (200, 360)], 40, round(400 * pen))
    left, top, right, bottom = picture.point(lambda value: 255 * (value < 128)).getbbox()
    values = working_size(picture.crop((left, top, right, bottom)).convert("RGB"))
    [(view, margin)] = add_margins(values)
    found = ink_mask(next(possible_inks(view)))[margin:-margin, margin:-margin]
    drawn = values[..., 0] < 0.4
    assert (found & drawn).sum() > 0.97 * drawn.sum()


def test_a_ruled_sheet_gets_no_margin():
    values = np.full((400, 400, 3), 0.9, np.float32)
    values[np.arange(400) % 40 // 4 == 5] = 0.2
    assert add_margins(values) == []


def test_gaps_between_pieces_are_bridged_and_openings_are_kept():
    opening = np.zeros((60, 60), bool)
    opening[10:50, 10:13] = opening[10:13, 10:40] = opening[47:50, 10:40] = opening[10:26, 38:41] = True
    opening[33:50, 38:41] = True  # a ring with an opening on the right that is smaller than the gaps
    np.testing.assert_array_equal(connect_pieces(opening, 10), opening)
    dashes = opening.copy()
    dashes[20:26, 10:13] = dashes[47:50, 20:27] = False
    whole = connect_pieces(dashes, 10)
    assert ndimage.label(dashes, np.ones((3, 3)))[1] == 3
    assert ndimage.label(whole, np.ones((3, 3)))[1] == 1
    assert not whole[27:32, 36:43].all(axis=1).any()
    np.testing.assert_array_equal(connect_pieces(dashes, 5), dashes)


def test_punched_holes_are_ignored():
    mask = np.zeros((400, 400), bool)
    y, x = np.mgrid[:400, :400]
    mask[np.hypot(y % 40 - 20, x - 25) < 8] = True
    mask[100:300, 150:350] |= drawn(0.1, side=200)
    ink = next(possible_inks(on_paper(mask, (0.9,) * 3, (0.1,) * 3)))
    (piece,) = find_pieces(ink_mask(ink), ink)
    assert piece.left > 180


@pytest.mark.parametrize(("thick", "few"), [(0.85, 1), (0.6, 7)])
def test_thick_digits_are_not_punched_holes(thick, few):
    """Few digits as solid as holes, or many less solid ones, next to one much larger digit."""
    mask = np.zeros((420, 960), bool)
    for k in range(7):
        if k < 7 - few:
            mask[20:120, 20 + 130 * k :][:, :100] |= drawn(0.08, side=100)
        else:
            mask[30:106, 40 + 130 * k : 98 + 130 * k] = True
            high, wide = (round(side * (1 - thick) ** 0.5 / 2) for side in (76, 58))
            mask[68 - high : 68 + high, 69 + 130 * k - wide : 69 + 130 * k + wide] = False
    mask[160:420, 20:280] |= drawn(0.1, side=260)
    assert len(find_pieces(mask, next(possible_inks(on_paper(mask, (0.9,) * 3, (0.1,) * 3))))) == 8


@pytest.mark.parametrize("pen", [0.03, 0.1, 0.2])
def test_light_ink_on_dark_paper_gives_the_same_mask(pen):
    dark = on_paper(drawn(pen), (0.9, 0.9, 0.9), (0.1, 0.1, 0.1))
    (one,), (other,) = possible_inks(dark), possible_inks(1 - dark)
    assert (one.light_on_dark, other.light_on_dark) == (False, True)
    np.testing.assert_array_equal(ink_mask(one), ink_mask(other))


def test_transparent_pixels_are_paper_and_16_bit_images_are_read():
    mask = drawn(0.1)
    expected = np.where(mask, 0, 255)
    for colour, paper in ((0, 255), (255, 0)):
        picture = Image.merge(
            "LA", [Image.new("L", mask.shape[::-1], colour), Image.fromarray(mask.astype(np.uint8) * 255)]
        )
        shown = np.asarray(opaque(picture))
        assert set(np.unique(shown[mask])) == {colour}
        assert set(np.unique(shown[~mask])) == {paper}
    wide = Image.fromarray((expected * 257).astype(np.uint16))
    np.testing.assert_array_equal(np.asarray(opaque(wide))[..., 0], expected)


def test_the_exif_orientation_is_applied():
    picture = Image.fromarray(on_paper(drawn(0.1), (0.9,) * 3, (0.1,) * 3).__mul__(255).astype(np.uint8))
    note, file = Image.Exif(), io.BytesIO()
    note[0x0112] = 6
    picture.transpose(Image.Transpose.ROTATE_90).save(file, "PNG", exif=note)
    np.testing.assert_array_equal(np.asarray(Photo(file.getvalue(), []).opened()), np.asarray(picture))


@pytest.mark.parametrize("size", [(1, 1), (28, 28), (10, 3000), (3000, 10), (2400, 1800)])
def test_working_sizes_stay_within_bounds(size):
    shape = working_size(Image.new("RGB", size, "white")).shape
    assert shape[0] * shape[1] <= 1_050_000
    assert abs(np.log(shape[1] / shape[0]) - np.log(size[0] / size[1])) < 0.2


@pytest.mark.parametrize("pen", [0.02, 0.05, 0.1, 0.2])
def test_the_form_has_the_size_centre_and_stroke_width_of_mnist(pen):
    for row in range(8):
        form = mnist_form(drawn(pen, row=row)).astype(float)
        rows, columns = np.flatnonzero(form.any(1)), np.flatnonzero(form.any(0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        total = form.sum()
        for axis in (0, 1):
            assert abs(form.sum(axis=1 - axis) @ np.arange(28) / total - 14) <= 0.51 or min(rows[0], columns[0]) == 0
        bold = ndimage.zoom(form, 5, order=1) > 127
        bold = bold[np.ix_(bold.any(1), bold.any(0))]
        assert 0.75 * STROKE[0] < stroke_width(bold) < 1.35 * STROKE[1]


def test_the_form_does_not_depend_on_size_or_place():
    forms = [mnist_form(np.pad(drawn(0.1, side), side // 5)).astype(int) for side in (90, 160, 400)]
    for form in forms[1:]:
        assert np.corrcoef(form.ravel(), forms[0].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("side", [300, 900])
def test_a_hairline_has_the_form_of_a_pen_stroke(side):
    for row in (0, 2, 4):
        distance = ndimage.zoom(bundled_digit(row)[0], side / 128, order=1)
        hair, pen = mnist_form(distance < 0.9 / side).astype(int), mnist_form(distance < 0.03).astype(int)
        assert np.corrcoef(hair.ravel(), pen.ravel())[0, 1] > 0.85


def test_variants_differ_slightly_from_the_form():
    mask = drawn(0.1, row=2)
    plain, *others = mnist_forms(mask).astype(float)
    np.testing.assert_array_equal(plain, mnist_form(mask))
    assert len(others) == len(CHANGES) - 1
    for other in others:
        assert 0 < np.abs(other - plain).mean() < 40
        assert np.corrcoef(other.ravel(), plain.ravel())[0, 1] > 0.5
    assert mnist_form(mask, Change(stroke=1.3)).sum() > plain.sum() > mnist_form(mask, Change(stroke=0.75)).sum()


def test_the_narrow_hole_of_a_thick_0_is_kept():
    """It is narrower than the gaps in the stroke of a dry pen, but longer."""
    picture = Image.new("RGB", (300, 300), "white")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((80, 40, 210, 260), fill="black")
    pen.ellipse((140, 90, 150, 210), fill="white")
    (form,) = extract_digits(picture)
    assert form[12:16, 12:16].min(axis=1).max() < 100


def test_digits_of_a_sheet_are_found_in_reading_order():
    found = wanted = 0
    for seed, rules in ((500, "ruled"), (502, "squared")):
        photo = sheet(seed, 3, 5, Scene(rules=rules, gradient=0.4), hand=True)
        values = working_size(photo.opened())
        ink = next(possible_inks(values))
        lines = sort_into_lines(find_pieces(ink_mask(ink), ink))
        pieces = [piece for line in lines for piece in line]
        wanted += len(photo.boxes)
        if len(pieces) != len(photo.boxes):
            continue
        height, width = values.shape[:2]
        for piece, (left, top, right, bottom) in zip(pieces, photo.boxes, strict=True):
            middle = (piece.left + piece.right) / 2 / width, (piece.top + piece.bottom) / 2 / height
            found += left < middle[0] < right and top < middle[1] < bottom
    assert found / wanted > 0.98


def test_lines_may_slope():
    pieces = [Piece(100 * line + 8 * k, 60 * k, 100 * line + 8 * k + 50, 60 * k + 30, np.ones((50, 30), bool))
              for line in range(3) for k in range(8)]  # fmt: skip
    shuffled = [pieces[k] for k in np.random.default_rng(3).permutation(len(pieces))]
    assert [[id(one) for one in line] for line in sort_into_lines(shuffled)] == [
        [id(one) for one in pieces[8 * line : 8 * line + 8]] for line in range(3)
    ]


def test_touching_digits_can_be_cut_apart():
    """A 7 and a 4 joined by a bar: one of the cuts is between them."""
    seven, four = (one[np.ix_(one.any(1), one.any(0))] for one in (drawn(0.08, row=0), drawn(0.08, row=4)))
    high = max(len(seven), len(four))
    split = seven.shape[1] + 6
    pair = np.zeros((high, split + four.shape[1]), bool)
    pair[: len(seven), : seven.shape[1]] |= seven
    pair[: len(four), split:] |= four
    parts = pair.copy()
    pair[high // 2 : high // 2 + 8, seven.shape[1] // 2 : split + 8] = True
    assert ndimage.label(pair)[1] == 1
    piece = Piece(10, 20, 10 + high, 20 + pair.shape[1], pair)
    shares = []
    for left, right in find_cuts(piece):
        assert left.mask.sum() + right.mask.sum() == pair.sum()
        assert (left.left, right.right) == (piece.left, piece.right)
        shares.append(parts[: left.height, : left.width][:, :split].sum() and left.width / split)
    assert min(abs(share - 1) for share in shares) < 0.15
    assert find_cuts(Piece(0, 0, 60, 40, np.ones((60, 40), bool))) == []
    for side in range(1, 9):  # very small pieces
        for left, right in find_cuts(Piece(0, 0, side, side, np.ones((side, side), bool))):
            assert left.mask.sum() + right.mask.sum() == side * side


def test_a_cut_follows_the_slant_of_touching_digits():
    """No straight line is between the two: their slant is wider than the gap."""
    y, x = np.mgrid[:60, :67]
    slant = (59 - y) * 14 // 59
    first, second = ((x >= slant + start) & (x < slant + start + 24) for start in (0, 29))
    joined = first | second
    joined[30:33, 28:38] = True
    off = [left.mask.sum() - first.sum() for left, _ in find_cuts(Piece(0, 0, 60, 67, joined))]
    assert min(map(abs, off)) <= 15, "the ink that joins them"


def test_a_ring_is_not_cut_even_with_a_stroke_through_it():
    y, x = np.mgrid[:120, :110] - np.array([60, 55])[:, None, None]
    ring = np.abs(np.hypot(y / 58, x / 53) - 0.92) < 0.08
    slashed = ring | ((np.abs(y + 1.2 * x) < 8) & (np.hypot(y, x) < 56))
    for mask in (ring, slashed):
        assert find_cuts(Piece(0, 0, 120, 110, mask)) == []


def test_a_shadow_next_to_fine_strokes_is_not_ink():
    mask = np.pad(drawn(0.06, side=240), 60)
    picture = on_paper(drawn(0.06, side=240), (0.9, 0.9, 0.9), (0.1, 0.1, 0.3))
    picture[150:, 180:260] *= 0.5  # the shadow of a pen, up to the edge of the image
    first = next(possible_inks(picture))
    found = ink_mask(separate_ink_again(picture, first, ink_mask(first))[0])
    assert (found & mask).sum() > 0.85 * mask.sum()
    assert (found & ~ndimage.binary_dilation(mask, iterations=3)).sum() < 0.05 * mask.sum()


def test_strokes_away_from_the_edge_are_separated_only_once():
    """Further attempts would eventually accept a gap or a leg of a letter as a digit."""
    picture = on_paper(drawn(0.15, side=240), (0.9, 0.9, 0.9), (0.1, 0.1, 0.3))
    ink = next(possible_inks(picture))
    assert separate_ink_again(picture, ink, ink_mask(ink)) == ()


@pytest.mark.parametrize("kind", ["table", "finger", "creased"])
def test_the_surroundings_are_not_taken_for_digits(kind):
    for seed in (600, 601):
        assert len(extract_digits(single(kind, seed, hand=True).opened())) == 1


def test_equal_shades_up_to_rounding_have_no_value_above_the_threshold():
    values = np.full(1000, 0.7) + np.random.default_rng(1).normal(0, 1e-16, 1000)
    assert not (values > otsu_threshold(values)).any()


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 40), (300, 1), (300, 200)])
@pytest.mark.parametrize("colour", ["white", "black", "grey"])
def test_blank_images_contain_no_digits(size, colour):
    assert len(extract_digits(Image.new("RGB", size, colour))) == 0
