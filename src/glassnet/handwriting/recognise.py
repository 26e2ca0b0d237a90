"""Asking a model about pieces of ink: which digit each is, and whether it is one at all.

Each is asked about several times, a little turned, leaning, thicker, thinner and moved, and the outputs are averaged.
They say which digit it is if it is one; whether it is one, a second model says, the gate, and the confidence is the
product of both. Where geometry leaves it open whether two pieces of ink are one digit, or one piece is two, the
confidence decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..model.file import shipped_model
from ..model.model import Model
from ..nn.parameters import FloatArray

if TYPE_CHECKING:
    from . import Piece

SURE = 0.5
"""Confidence from which an answer is given as sure; chosen on generated photographs, see docs/read.md."""
_ODDS = 1.5
"""How many times likelier a digit is on paper, against what is none, than among what the gate has learnt from, where
letters and signs are many (Saerens, Latinne and Decaestecker 2002, equation 4)."""
_CLEAR = 0.8  # confidence in each part from which touching digits are told apart
_SLENDER = 0.45  # width over height of what may be a bit of a stroke


@dataclass(frozen=True)
class Asked:
    """A piece of ink, what the model saw of it, and what it said.

    Parameters
    ----------
    piece : Piece
    form : ndarray of uint8, shape (28, 28)
    outputs : ndarray, shape (classes,)
        Averaged over small changes.
    confidence : float
        0 to 1: that it is a digit, and the one that the outputs say.
    """

    piece: Piece
    form: NDArray[np.uint8]
    outputs: FloatArray
    confidence: float


def answers(model: Model, forms: NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
    """Ask about pictures in several forms, shape (n, forms, 784): outputs (n, classes) and confidences (n,)."""
    flat = forms.reshape(-1, forms.shape[-1]).astype(np.float32)
    averaged = []
    for asked in (model, _gate()):
        outputs = asked.outputs(flat * np.float32(asked.scaling.maximum / 255))
        averaged.append(outputs.reshape(*forms.shape[:2], -1).mean(axis=1))
    outputs, is_one = averaged[0], averaged[1][:, 1]
    is_one = _ODDS * is_one / (1 + (_ODDS - 1) * is_one)
    return outputs, model.confidence(outputs) * is_one


@cache
def _gate() -> Model:
    return shipped_model("gate")


def _ask(model: Model, pieces: list[Piece]) -> list[Asked]:
    from . import mnist_forms

    if not pieces:
        return []
    forms = np.stack([mnist_forms(piece.mask) for piece in pieces])
    outputs, confidences = answers(model, forms.reshape(*forms.shape[:2], -1))
    return [Asked(*one) for one in zip(pieces, forms[:, 0], outputs, map(float, confidences), strict=True)]


def settled(model: Model, pieces: list[Piece]) -> list[list[Asked]]:
    """Decide what geometry left open, and bring the digits into reading order."""
    from . import in_lines

    asked = _of_one_hand(_parted(model, _joined(model, _ask(model, pieces))))
    by_piece = {id(one.piece): one for one in asked}
    return [[by_piece[id(piece)] for piece in line] for line in in_lines([one.piece for one in asked])]


def _joined(model: Model, asked: list[Asked]) -> list[Asked]:
    """Make one digit of two pieces, or of all, where the model is surer of it than of its parts."""
    from . import doubtful_pairs, may_be_one, union

    pieces = [one.piece for one in asked]
    if may_be_one(pieces):
        (whole,) = _ask(model, [reduce(union, pieces)])
        is_column = _is_slender(whole.piece) and np.mean([_stands_alone(one) for one in asked]) >= 0.5
        if not is_column and whole.confidence > np.mean([one.confidence for one in asked]):
            return [whole]
    known: dict[tuple[int, int], Asked] = {}  # no pair is asked about twice
    alive = list(asked)  # so that no id is given anew
    while True:
        pairs = doubtful_pairs([one.piece for one in asked])
        names = [(id(asked[i]), id(asked[j])) for i, j in pairs]
        new = [k for k, name in enumerate(names) if name not in known]
        unions = [union(asked[i].piece, asked[j].piece) for i, j in (pairs[k] for k in new)]
        known.update(zip((names[k] for k in new), _ask(model, unions), strict=True))
        better = [
            (i, j, known[name])
            for (i, j), name in zip(pairs, names, strict=True)
            if known[name].confidence > _confidence_apart(asked[i], asked[j])
        ]
        if not better:
            return asked
        taken: set[int] = set()
        joined = []
        for i, j, one in sorted(better, key=lambda found: -found[2].confidence):
            if not taken & {i, j}:
                taken |= {i, j}
                joined.append(one)
        alive += joined
        asked = [one for k, one in enumerate(asked) if k not in taken] + joined


def _stands_alone(one: Asked) -> bool:
    """Tell whether a piece is surely a digit and no fragment of one: a bit of a stroke passes for a 1."""
    return one.confidence >= SURE and not _is_slender(one.piece)


def _is_slender(piece: Piece) -> bool:
    return piece.width <= _SLENDER * piece.height


def _confidence_apart(one: Asked, other: Asked) -> float:
    """How sure the model is of two pieces; a small one beside a large one is no digit, whatever the model says."""
    larger, smaller = (one, other) if one.piece.size >= other.piece.size else (other, one)
    if smaller.piece.size < 0.55 * larger.piece.size:
        return 0.9 * larger.confidence  # a 5 is one without its bar too
    return (one.confidence + other.confidence) / 2


def _parted(model: Model, asked: list[Asked]) -> list[Asked]:
    """Make several digits of one piece that the model takes for none, where it is sure of each."""
    return [part for one in asked for part in (_parts(model, one) if one.confidence < SURE else []) or [one]]


def _parts(model: Model, one: Asked) -> list[Asked]:
    """Return the digits that a piece falls into, all of them clear; none where there is no such way."""
    from . import cuts

    halves = _ask(model, [half for way in cuts(one.piece) for half in way])
    found = []
    for pair in zip(halves[::2], halves[1::2], strict=True):
        sides = [[half] if half.confidence > _CLEAR else [] for half in pair]
        if any(sides):  # of three in a row one is told apart, and the others are still together
            sides = [side or _parts(model, half) for side, half in zip(sides, pair, strict=True)]
        if all(sides):
            found.append([*sides[0], *sides[1]])
    return max(found, key=lambda parts: min(part.confidence for part in parts), default=[])


def _of_one_hand(asked: list[Asked]) -> list[Asked]:
    """Leave out dirt, a fingertip, a shadow: what is no digit, and unlike every digit in size or stroke."""
    digits = [one.piece for one in asked if one.confidence >= SURE]

    def alike(piece: Piece) -> bool:
        # A larger one of the same pen may be several digits that are not told apart.
        return any(piece.size > 0.55 * one.size and 0.55 < piece.pen / one.pen < 1.8 for one in digits)

    return [one for one in asked if one.confidence >= SURE or not digits or alike(one.piece)]
