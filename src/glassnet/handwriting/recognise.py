"""Recognise digits: a model classifies each piece of ink, and a second one (the gate) decides whether it is a digit.

Each piece is classified in ten variants (rotated, sheared, thicker, thinner, smaller, moved), and the outputs are
averaged. The confidence is that of the model times that of the gate. If geometry cannot tell whether two pieces of ink
are one digit, or one piece is two digits, the confidence decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np
from numpy.typing import NDArray

from ..model.file import shipped_model
from ..model.model import Model
from ..nn.parameters import FloatArray
from ..segmentation.mnist_form import CHANGES, SIDE, mnist_form, mnist_forms
from ..segmentation.segment import (
    Piece,
    ambiguous_pairs,
    find_cuts,
    is_dust,
    may_be_broken,
    may_be_one_digit,
    sort_into_lines,
    union,
)

SURE = 0.65
"""Least confidence of a sure prediction: of drawn digits of other hands, most below it were wrong, most above right."""
_ODDS = 1.5
"""Ratio of the odds of a digit on paper to those in the training data of the gate, which has many letters and signs
(Saerens, Latinne and Decaestecker 2002, equation 4)."""
_NO_DIGIT = 0.005  # probability of the gate for the plain form below which the variants would not make a digit of it
PAGE = 250
"""Number of pieces above which most of them must be digits: otherwise each is classified once, and the variants only
confirm digits, because the thousands of letters of a printed page would take minutes."""
_CLEAR, _CLEARER = 0.8, 0.95
"""Least confidence in each part at which touching digits are separated; the same if the piece is hardly wider than
high, as are letters, whose legs look like digits."""
_WIDE = 1.2  # ratio of width to height of such a piece
_SPECKS = 60  # number of pieces from which they are specks if hardly any is a digit
_WORDS = 24  # number of pieces above which most must be digits for the others to be split
_ROUNDS = 4  # of merging two pieces each; more pieces in one digit are specks
_SLENDER = 0.45  # ratio of width to height up to which a piece may be a fragment of a stroke


@dataclass(frozen=True)
class Candidate:
    """A piece of ink with the model's outputs and confidence for it."""

    piece: Piece
    form: NDArray[np.uint8]  # shape (28, 28)
    outputs: FloatArray  # shape (classes,): averaged over small changes
    confidence: float  # probability, 0 to 1, that it is a digit and that the prediction is right
    is_digit: float  # probability of the gate, 0 to 1, that it is a digit


def score_forms(model: Model, forms: NDArray[np.uint8]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Average the outputs over variants, shape (n, forms, 784).

    Returns the outputs, shape (n, classes), and confidence and `is_digit` as of a `Candidate`, shape (n,).
    """
    flat = forms.reshape(-1, forms.shape[-1]).astype(np.float32)
    averaged = []
    for network in (model, _gate()):
        outputs = network.outputs(flat * np.float32(network.scaling.maximum / 255))
        averaged.append(outputs.reshape(*forms.shape[:2], -1).mean(axis=1))
    outputs, is_digit = averaged[0], averaged[1][:, 1]
    is_digit = _ODDS * is_digit / (1 + (_ODDS - 1) * is_digit)
    return outputs, model.confidence(outputs) * is_digit, is_digit


@cache
def _gate() -> Model:
    return shipped_model("gate").unchecked()


def _make_candidates(model: Model, pieces: list[Piece]) -> list[Candidate]:
    """Classify pieces: by the plain form alone what is clearly not a digit, by all variants the others."""
    if not pieces:
        return []
    plain = np.stack([mnist_form(piece.mask).reshape(1, -1) for piece in pieces])
    outputs, confidence, is_digit = score_forms(model, plain)
    if len(unclear := np.flatnonzero(confidence >= SURE if is_print(confidence) else is_digit >= _NO_DIGIT)):
        forms = np.stack([mnist_forms(pieces[k].mask).reshape(len(CHANGES), -1) for k in unclear])
        outputs[unclear], confidence[unclear], is_digit[unclear] = score_forms(model, forms)
    dust = np.array([is_dust(piece) for piece in pieces])  # whatever the models predict
    confidence[dust], is_digit[dust] = 0, 0
    forms = plain.reshape(-1, SIDE, SIDE)
    return [Candidate(*one) for one in zip(pieces, forms, outputs, confidence.tolist(), is_digit.tolist(), strict=True)]


def is_print(confidence: Sequence[float] | FloatArray) -> bool:
    """Return whether pieces with these confidences are print, a grid or specks: many of which few are digits."""
    share = np.mean(np.asarray(confidence) >= SURE) if len(confidence) else 1.0
    return bool((len(confidence) > PAGE and share < 0.5) or (len(confidence) > _SPECKS and share < 0.1))


def recognise(model: Model, pieces: list[Piece]) -> list[list[Candidate]]:
    """Merge and split pieces if that raises the confidence; return the digits in reading order."""
    candidates = _make_candidates(model, pieces)
    if not is_print([one.confidence for one in candidates]):
        candidates = _drop_noise(_split_touching(model, _merge_fragments(model, candidates)))
    by_piece = {id(one.piece): one for one in candidates}
    return [[by_piece[id(piece)] for piece in line] for line in sort_into_lines([one.piece for one in candidates])]


def _merge_fragments(model: Model, candidates: list[Candidate]) -> list[Candidate]:
    """Merge two pieces, or all, into one digit if the union has a higher confidence than the parts."""
    pieces = [one.piece for one in candidates]
    if may_be_broken(pieces):
        (whole,) = _make_candidates(model, [union(*pieces)])
        if whole.confidence >= SURE:  # a dry pen; each part may look like a digit too
            return [whole]
    if may_be_one_digit(pieces):
        (whole,) = _make_candidates(model, [reduce(union, pieces)])
        # A fragment of a stroke can look like a 1.
        whole_digits = [one.confidence >= SURE and not _is_slender(one.piece) for one in candidates]
        is_column = _is_slender(whole.piece) and np.mean(whole_digits) >= 0.5
        if not is_column and whole.confidence > np.mean([one.confidence for one in candidates]):
            return [whole]
    tested: dict[tuple[int, int], Candidate] = {}  # no pair is classified twice
    alive = list(candidates)  # keeps ids unique
    for _ in range(_ROUNDS):
        pairs = ambiguous_pairs([one.piece for one in candidates])
        names = [(id(candidates[i]), id(candidates[j])) for i, j in pairs]
        new = [k for k, name in enumerate(names) if name not in tested]
        unions = [union(candidates[i].piece, candidates[j].piece) for i, j in (pairs[k] for k in new)]
        tested.update(zip((names[k] for k in new), _make_candidates(model, unions), strict=True))
        better = [
            (i, j, tested[name])
            for (i, j), name in zip(pairs, names, strict=True)
            if tested[name].confidence > _confidence_as_two(candidates[i], candidates[j])
        ]
        if not better:
            break
        taken: set[int] = set()
        joined = []
        for i, j, one in sorted(better, key=lambda pair: -pair[2].confidence):
            if not taken & {i, j}:
                taken |= {i, j}
                joined.append(one)
        alive += joined
        candidates = [one for k, one in enumerate(candidates) if k not in taken] + joined
    return candidates


def _is_slender(piece: Piece) -> bool:
    return piece.width <= _SLENDER * piece.height


def _confidence_as_two(one: Candidate, other: Candidate) -> float:
    """Return the confidence that two pieces are separate digits; a small one next to a large one is not a digit."""
    larger, smaller = (one, other) if one.piece.size >= other.piece.size else (other, one)
    if smaller.piece.size < 0.55 * larger.piece.size:
        return 0.9 * larger.confidence  # a 5 without its bar still reads as a 5
    return (one.confidence + other.confidence) / 2


def _split_touching(model: Model, candidates: list[Candidate]) -> list[Candidate]:
    """Split pieces that are not digits if the model is sure of each part; not the letters of words."""
    if len(candidates) > _WORDS and np.mean([one.confidence >= SURE for one in candidates]) < 0.5:
        return candidates
    return [part for one in candidates for part in (_split_piece(model, one) if one.confidence < SURE else []) or [one]]


def _split_piece(model: Model, candidate: Candidate) -> list[Candidate]:
    """Return the best split of a piece into sure digits; empty if there is none."""
    least = _CLEAR if candidate.piece.width > _WIDE * candidate.piece.height else _CLEARER
    halves = _make_candidates(model, [half for way in find_cuts(candidate.piece) for half in way])
    splits = []
    for pair in zip(halves[::2], halves[1::2], strict=True):
        sides = [[half] if half.confidence > least else [] for half in pair]
        if any(sides):  # of three touching digits, one is separated first
            sides = [side or _split_piece(model, half) for side, half in zip(sides, pair, strict=True)]
        if all(sides):
            splits.append([*sides[0], *sides[1]])
    return max(splits, key=lambda parts: min(part.confidence for part in parts), default=[])


def _drop_noise(candidates: list[Candidate]) -> list[Candidate]:
    """Drop dirt, fingertips and shadows: non-digits that differ from all digits in size or stroke width."""
    digits = [(one.piece.size, one.piece.pen) for one in candidates if one.confidence >= SURE]

    def alike(piece: Piece) -> bool:
        # A larger piece with the same stroke width may be digits that could not be separated.
        pen = piece.pen
        return any(piece.size > 0.55 * size and 0.55 < pen / other < 1.8 for size, other in digits)

    return [one for one in candidates if one.confidence >= SURE or not digits or alike(one.piece)]
