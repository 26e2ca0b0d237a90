"""Turn photographs of several digits that lie on their side, upside down or tilted.

Other ways up are tried only if the first reading is not sure, with its mask of the ink rotated. A way is taken only if
it is clearly surer; digits that read alike in two ways, such as 0, 8 and 1, or 6 and 9, do not count for either. One
digit alone is never turned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.typing import NDArray
from PIL import Image

from ..model.model import Model
from ..segmentation.mnist_form import mnist_forms
from ..segmentation.morphology import Mask, Plane
from ..segmentation.paper import Ink
from ..segmentation.segment import find_pieces, find_tilt
from .attempts import read_mask
from .reading import Digit, Reading, mask_place
from .reasons import Reason
from .recognise import SURE, score_forms

_UNSURE = 0.85  # mean confidence below which other ways up are tried, if a digit is not sure
_UPRIGHT = 4.0  # least gain of evidence for upright, in log odds, that rules upside down out: about that of one 3 or 4
_IMPLAUSIBLE = 0.3  # confidence upside down below which one digit says which way is up
_GAIN = 6.4  # least gain of evidence, in log odds, that is clearly surer: more than the h and e of "hello" give
_BETWEEN = 1.0  # least difference to the second best way: on its side, a page is certainly not upright
_COLUMN = 3  # pieces from which one digit may be a line of digits on its side
_CLEAR = 0.8  # confidence of a digit that is also clear in the first reading: a 7 upside down may be a sure 6
_LEGIBLE, _MORE = 0.5, 0.1  # least fraction of sure digits in a turned reading, and by how much it exceeds the first
_LIMIT, _CLEAREST = 0.98, 0.999
"""No single digit counts more than this confidence; the second one compares upright with upside down, which differ in
little for 6 and 9."""
_SAMPLE = 24  # most digits that are classified to compare ways up
_TILTED = 8.0  # degrees; smaller tilts do not harm
_SLENDER = 0.45  # ratio of the shorter side to the longer up to which a 1 may be a dash on its side


@dataclass(frozen=True)
class _Way:
    """A way up: the photograph rotated clockwise by multiples of 90 degrees, then by the tilt of its lines."""

    turned: int
    tilt: float
    ink: Ink
    mask: Mask
    evidence: float


def read_turned(model: Model, reading: Reading, view: Plane, sure: float) -> tuple[Reading, Plane | None]:
    """Read a photograph in another way up if its first reading is not sure and that is clearly surer.

    `reading` and `view` are those of `attempts.read_first`. Returns the surer reading, and the photograph rotated
    alike; None if it is on its side, but the side is not clear.
    """
    confidences = [digit.confidence for digit in reading.digits]
    surely_read = bool(confidences) and (min(confidences) >= SURE or np.mean(confidences) >= _UNSURE)
    surely_read = surely_read and (len(confidences) == 1 or _upside_down(model, reading.digits)[0] > -_GAIN)
    if not confidences or (surely_read and not _is_column(reading)):
        return reading, view
    ways = [_way(model, reading, turned) for turned in (0, 90, 180, 270)]
    best, second = sorted((way for way in ways if way.turned or way.tilt), key=lambda way: -way.evidence)[:2]
    least = ways[0].evidence if not ways[0].tilt else 0.0
    if best.evidence - least < _GAIN:
        return reading, view
    if best.evidence - second.evidence < _BETWEEN:
        if len(reading.digits) == 1 and second.evidence - least >= _GAIN:  # a line on its side, left or right
            return replace(reading, digits=(reading.digits[0].doubted(Reason.UNCLEAR, sure),)), None
        return reading, view
    picture = _rotate_picture(reading.picture, best.turned, best.tilt)
    other = read_mask(model, picture, best.ink, best.mask, best.mask, 0, sure)
    if not _is_clearly_surer(other, reading, on_side=best.turned in (90, 270)):
        return reading, view
    rows = np.stack([_rotate_plane(view[..., k], best.turned, best.tilt) for k in range(3)], axis=2)
    return replace(other, turned=best.turned, tilt=best.tilt), rows


def add_other_way(model: Model, reading: Reading) -> Reading:
    """Add what one digit alone may be if the photograph is turned: for a 6 or a 9, and if it is not sure."""
    if len(reading.digits) != 1:
        return reading
    (digit,) = reading.digits
    turns = (90, 180, 270) if digit.confidence < SURE else (180,) if digit.answer in (6, 9) else ()
    mask = reading.mask[mask_place(reading, digit)]
    if not turns or not mask.any():
        return reading
    answers, confidences, _ = _classify(model, [np.rot90(mask, -turned // 90) for turned in turns])
    likely = [
        (float(confidence), turned, int(answer))
        for confidence, turned, answer in zip(confidences, turns, answers, strict=True)
        # A dash on its side is not a 1, and a 6 on its side is rarely more than that.
        if confidence >= SURE and answer != digit.answer and (turned == 180 or answer != 1)
    ]
    return replace(reading, if_turned=max(likely)[1:]) if likely else reading


def doubt_way_up(model: Model, reading: Reading, sure: float) -> Reading:
    """Lower the confidence of several digits that are others upside down, if both ways are plausible, and say so.

    A page with words is not doubted, nor are digits that are the same upside down, such as 0, 1 and 8.
    """
    digits = reading.digits
    if len(digits) < 2 or reading.other_lines or np.mean([digit.sure for digit in digits]) < _LEGIBLE:
        return reading
    gain, answers, confidences = _upside_down(model, digits)
    decisive = [digit.sure and confidence < _IMPLAUSIBLE for digit, confidence in zip(digits, confidences, strict=True)]
    least = _UPRIGHT * (1 if any(decisive) else np.sqrt(len(digits)))  # the gains of 6 and 9 vary by chance
    other = [digit.sure and answer != digit.answer for digit, answer in zip(digits, answers, strict=True)]
    if gain >= least or not any(other) or np.mean(confidences >= SURE) < _LEGIBLE:
        return reading
    turned = [
        replace(digit, line=digits[-1].line - digit.line, answer=int(answer), sure=bool(confidence >= sure))
        for digit, answer, confidence in zip(digits, answers, confidences, strict=True)
    ]
    doubted = [
        digit.doubted(Reason.UPSIDE_DOWN, sure) if one else digit for digit, one in zip(digits, other, strict=True)
    ]
    upside_down = replace(reading, digits=tuple(turned[::-1])).text
    return replace(reading, digits=tuple(doubted), upside_down=upside_down)


def _upside_down(model: Model, digits: tuple[Digit, ...]) -> tuple[float, NDArray[np.intp], NDArray[np.floating]]:
    """Return the evidence for upright minus that for upside down, and the answers and confidences upside down."""
    forms = np.stack([digit.form for digit in digits])
    turned = np.roll(forms[:, ::-1, ::-1], 1, axis=(1, 2))  # the centre of mass stays half a pixel below the middle
    outputs, confidences, _ = score_forms(model, np.concatenate([forms, turned]).reshape(2 * len(forms), 1, -1))
    gain = np.subtract(*_log_odds(confidences, _CLEAREST).reshape(2, -1).sum(axis=1))
    return float(gain), model.targets.invert(outputs[len(forms) :]), confidences[len(forms) :]


def _way(model: Model, reading: Reading, turned: int) -> _Way:
    """Rotate the ink of a reading, and measure the evidence that this is the right way up."""
    ink, mask = _rotate_ink(reading.ink, reading.mask, turned, 0.0)
    pieces = find_pieces(mask, ink)
    tilt = -find_tilt(pieces)
    if abs(tilt) >= _TILTED:
        ink, mask = _rotate_ink(ink, _without_border_pieces(mask), 0, tilt)
        pieces = find_pieces(mask, ink)
    else:
        tilt = 0.0
    some = pieces[:: max(1, -(-len(pieces) // _SAMPLE))]
    if not some:
        return _Way(turned, tilt, ink, mask, 0.0)
    answers, confidences, slender = _classify(model, [piece.mask for piece in some])
    counted = ~slender | (answers != 1) if turned in (90, 270) else np.ones(len(some), bool)
    evidence = _log_odds(confidences)[counted].sum() * len(pieces) / len(some)
    return _Way(turned, tilt, ink, mask, float(evidence))


def _classify(model: Model, masks: list[Mask]) -> tuple[NDArray[np.intp], NDArray[np.floating], NDArray[np.bool_]]:
    """Return answers, confidences, and whether each shape is slender."""
    forms = np.stack([mnist_forms(mask) for mask in masks])
    outputs, confidences, _ = score_forms(model, forms.reshape(*forms.shape[:2], -1))
    slender = np.array([min(mask.shape) <= _SLENDER * max(mask.shape) for mask in masks])
    return model.targets.invert(outputs), confidences, slender


def _log_odds(confidences: NDArray[np.floating], limit: float = _LIMIT) -> NDArray[np.floating]:
    """Return the evidence for digits: the log odds of their confidences, 0 for what is not sure."""
    inside = np.clip(confidences, 0.5, limit)
    return np.asarray(np.log(inside / (1 - inside)))


def _is_clearly_surer(other: Reading, first: Reading, *, on_side: bool) -> bool:
    """Return whether a turned reading has several digits, mostly sure ones, and clearly more evidence."""
    if len(other.digits) < 2 or len([digit for digit in other.digits if digit.confidence >= SURE]) < 2:
        return False
    legible = float(np.mean([digit.confidence >= SURE for digit in other.digits]))
    before = float(np.mean([digit.confidence >= _CLEAR for digit in first.digits]))
    before = 0.0 if len(first.digits) == 1 and len(other.digits) >= _COLUMN else before
    if legible < _LEGIBLE or legible < before + _MORE:
        return False
    counted = [
        digit
        for digit in other.digits
        if not (on_side and digit.answer == 1 and digit.width <= _SLENDER * digit.height)
    ]
    gains = [_log_odds(np.array([digit.confidence for digit in digits])).sum() for digits in (counted, first.digits)]
    return bool(gains[0] - gains[1] >= _GAIN)


def _is_column(reading: Reading) -> bool:
    """Return whether one digit was put together from so many pieces that it may be a line of digits on its side."""
    if len(reading.digits) != 1:
        return False
    ink = reading.mask[mask_place(reading, reading.digits[0])]
    labels, count = scipy.ndimage.label(ink, np.ones((3, 3), bool))
    areas = np.bincount(labels.ravel())[1:]
    return bool(count and np.count_nonzero(areas > 0.05 * areas.sum()) >= _COLUMN)


def _without_border_pieces(mask: Mask) -> Mask:
    """Drop ink at the edge, which would be inside after a rotation by a tilt, unless there is no other."""
    labels, _ = scipy.ndimage.label(mask, np.ones((3, 3), bool))
    at_edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    inner: Mask = mask & ~np.isin(labels, at_edge)
    return inner if inner.any() else mask


def _rotate_ink(ink: Ink, mask: Mask, turned: int, tilt: float) -> tuple[Ink, Mask]:
    paper = np.stack([_rotate_plane(ink.paper[..., k], turned, tilt) for k in range(3)], axis=2)
    bold = _rotate_plane(mask.astype(np.float32), turned, tilt, 0.0) > 0.5
    return replace(ink, strength=_rotate_plane(ink.strength, turned, tilt, 0.0), paper=paper), bold


def _rotate_plane(plane: Plane, turned: int, tilt: float, fill: float | None = None) -> Plane:
    """Rotate values clockwise, first by `turned`, then by `tilt`; corners are filled with the median by default."""
    plane = np.ascontiguousarray(np.rot90(plane, -turned // 90))
    if not tilt:
        return plane
    fill = float(np.median(plane[::8, ::8])) if fill is None else fill
    rotated = Image.fromarray(plane).rotate(-tilt, Image.Resampling.BILINEAR, expand=True, fillcolor=fill)
    values: Plane = np.asarray(rotated, np.float32)
    return values


def _rotate_picture(picture: Image.Image, turned: int, tilt: float) -> Image.Image:
    if turned:
        turns = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
        picture = picture.transpose(turns[turned])
    if not tilt:
        return picture
    red, green, blue = (int(value) for value in np.median(np.asarray(picture)[::8, ::8], axis=(0, 1)))
    return picture.rotate(-tilt, Image.Resampling.BICUBIC, expand=True, fillcolor=(red, green, blue))
