"""Generated inputs and labels with known truth: overlapping classes, separate classes, and wrong labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import expit, softmax

Labelled = tuple[np.ndarray, np.ndarray]


def logistic(
    random: np.random.Generator, count: int, slope: float = 1.5, columns: int = 1, offset: float = 0.0
) -> Labelled:
    """Two classes; the second has probability σ(slope · x + offset), with x the normalised sum of the columns."""
    inputs = random.normal(size=(count, columns))
    score = slope * inputs.sum(axis=1) / np.sqrt(columns) + offset
    return inputs, (random.random(count) < expit(score)).astype(np.int64)


def scored(random: np.random.Generator, count: int, score: Callable[[np.ndarray], np.ndarray]) -> Labelled:
    """Two classes; the second has probability σ(score(x)), with x uniform on (-6, 6)."""
    inputs = random.uniform(-6, 6, (count, 1))
    return inputs, (random.random(count) < expit(score(inputs[:, 0]))).astype(np.int64)


def spreads(random: np.random.Generator, count: int, wide: float) -> Labelled:
    """Two normal distributions around 0, the second `wide` times as wide."""
    labels = random.integers(0, 2, count)
    return random.normal(size=(count, 1)) * np.where(labels == 1, wide, 1)[:, None], labels


def laplace(random: np.random.Generator, count: int, shift: float) -> Labelled:
    """Two Laplace distributions: in the tails, the fraction of the other class is constant."""
    labels = random.integers(0, 2, count)
    return (random.laplace(size=count) + shift * labels)[:, None], labels


def multinomial(random: np.random.Generator, count: int, classes: int, columns: int = 4) -> Labelled:
    """Several classes, drawn from the softmax of a linear score."""
    inputs = random.normal(size=(count, columns))
    p = softmax(inputs @ random.normal(size=(columns, classes)) * 1.2, axis=1)
    return inputs, (p.cumsum(axis=1) > random.random((count, 1))).argmax(axis=1)


def blobs(
    random: np.random.Generator,
    count: int,
    classes: int,
    distance: float,
    columns: int = 2,
    shares: Sequence[float] | None = None,
) -> Labelled:
    """Normal distributions on a circle, neighbours `distance` standard deviations apart."""
    labels = random.choice(classes, count, p=shares)
    angle = 2 * np.pi * np.arange(classes) / classes
    centres = np.zeros((classes, columns))
    centres[:, :2] = np.c_[np.cos(angle), np.sin(angle)] * distance / (2 * np.sin(np.pi / classes))
    return centres[labels] + random.normal(size=(count, columns)), labels


def moons(random: np.random.Generator, count: int, noise: float) -> Labelled:
    """Two interleaved half circles."""
    labels, angle = random.integers(0, 2, count), random.uniform(0, np.pi, count)
    upper, lower = np.c_[np.cos(angle), np.sin(angle)], np.c_[1 - np.cos(angle), 0.5 - np.sin(angle)]
    return np.where(labels[:, None] == 0, upper, lower) + noise * random.normal(size=(count, 2)), labels


def rings(random: np.random.Generator, count: int, classes: int) -> Labelled:
    """Concentric rings, ten standard deviations apart."""
    labels, angle = random.integers(0, classes, count), random.uniform(0, 2 * np.pi, count)
    radius = 1 + labels + 0.1 * random.normal(size=count)
    return np.c_[radius * np.cos(angle), radius * np.sin(angle)], labels


def flipped(random: np.random.Generator, labels: np.ndarray, share: float) -> np.ndarray:
    """A copy of the labels in which exactly this fraction is replaced by another class at random."""
    wrong, classes = random.choice(len(labels), round(share * len(labels)), replace=False), int(labels.max()) + 1
    noisy = labels.copy()
    noisy[wrong] = (labels[wrong] + random.integers(1, classes, len(wrong))) % classes
    return noisy
