"""Count what is read correctly: digits in order, by the smallest number of edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from glassnet.handwriting.reader import Reading
from support.photos import Photo


@dataclass
class Score:
    """Counts over photographs.

    Parameters
    ----------
    photographs : int
    digits : int
        Of the labels.
    right : int
        Digits read correctly, whether or not they are sure. Of a photograph without a digit, there are none.
    right_and_sure : int
    wrong_and_sure : int
        Sure digits that are another digit, or none.
    surely_digits : int
        Photographs without a digit in which at least one is sure.
    """

    photographs: int = 0
    digits: int = 0
    right: int = 0
    right_and_sure: int = 0
    wrong_and_sure: int = 0
    surely_digits: int = 0

    def add(self, labels: Sequence[int], read: Sequence[tuple[int, bool]]) -> None:
        """Count a photograph, with each digit as read and whether it is sure."""
        pairs = align(labels, [answer for answer, _ in read])
        matched = [(label, *read[place]) for label, place in pairs if place is not None]
        self.photographs += 1
        self.digits += len(labels)
        self.right += sum(label == answer for label, answer, _ in matched)
        self.right_and_sure += sum(sure and label == answer for label, answer, sure in matched)
        self.wrong_and_sure += sum(sure and label != answer for label, answer, sure in matched)
        self.surely_digits += not labels and any(sure for _, sure in read)

    def __str__(self) -> str:
        if self.digits == 0:
            return f"{self.surely_digits} of {self.photographs} photographs without a digit surely a digit"
        return (
            f"right and sure {self.right_and_sure}, right {self.right}, wrong and sure {self.wrong_and_sure}, "
            f"of {self.digits} digits in {self.photographs} photographs"
        )


def align(labels: Sequence[int], answers: Sequence[int]) -> list[tuple[int | None, int | None]]:
    """Pair labels with places of answers by the smallest number of edits; None where the other side has nothing."""
    cost = edits(labels, answers)
    i, j = len(labels), len(answers)
    pairs: list[tuple[int | None, int | None]] = []
    while i or j:
        same = bool(i and j) and labels[i - 1] == answers[j - 1]
        if not same and j and cost[i, j] == cost[i, j - 1] + 1:  # before replacing, so that more digits are the same
            j -= 1
            pairs.append((None, j))
        elif not same and i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
            pairs.append((labels[i], None))
        else:
            i, j = i - 1, j - 1
            pairs.append((labels[i], j))
    return pairs[::-1]


def edits(labels: Sequence[int], answers: Sequence[int]) -> np.ndarray:
    """Return the edit distances between all beginnings of two sequences (Levenshtein 1966); the last is the whole."""
    cost = np.zeros((len(labels) + 1, len(answers) + 1), int)
    cost[:, 0], cost[0] = range(len(labels) + 1), range(len(answers) + 1)
    for i, label in enumerate(labels):
        for j, answer in enumerate(answers):
            cost[i + 1, j + 1] = min(cost[i, j] + (label != answer), cost[i, j + 1] + 1, cost[i + 1, j] + 1)
    return cost


def digits_of(reading: Reading) -> list[tuple[int, bool]]:
    """Return each digit of a reading, and whether it is sure."""
    return [(int(digit.answer), bool(digit.sure)) for digit in reading.digits]


def score(photos: Iterable[Photo], read: Callable[[Photo], Reading]) -> Score:
    """Read photographs and count."""
    total = Score()
    for photo in photos:
        total.add(photo.labels, digits_of(read(photo)))
    return total


def together(scores: Iterable[dict[str, int]]) -> Score:
    """Add scores, as they are kept."""
    names = asdict(Score())
    listed = list(scores)
    return Score(**{name: sum(one[name] for one in listed) for name in names})


def plain(scores: dict[str, Score]) -> dict[str, Any]:
    """Return scores as they are kept."""
    return {name: asdict(one) for name, one in scores.items()}
