"""An answer taken apart, as the report and the page of one answer show it: its pictures, and shares as lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..data.dataset import Dataset
from ..explain.why import Why
from ..i18n.language import Say
from ..i18n.plots import shown
from ..model.model import Model
from ..plots.signed import png_uri, signed_picture
from .page import sample_uri, thumb

Row = tuple[str, str, float]
"""A name, its share in words, and its share as a part of the largest."""


def signed_thumb(values: NDArray[Any], image_shape: tuple[int, int]) -> str:
    """Return signed numbers, one an input, as a picture within an address."""
    return png_uri(thumb(Image.fromarray(signed_picture(values, image_shape), "RGBA")))


def pictures_of(like: Model | Dataset, found: Why, known: Callable[[Any], str], say: Say) -> dict[str, Any]:
    """Return the sample, the blame, the flip and what is alike as pictures, drawn as the model or the data say.

    `known` names a class, or a label with whether it holds.
    """
    shape, photo = like.image_shape, like.reading == "photo"
    assert shape is not None
    drawn: dict[str, Any] = {
        "sample": sample_uri(found.sample, shape, photo),
        "blame": signed_thumb(found.inputs, shape),
        "flip": "",
        "alike": [],
    }
    if found.flip:
        drawn["flip"] = sample_uri(found.flip.sample, shape, photo)
        drawn["flip_text"] = say("why_flip", answer=known(found.flip.answer))
        drawn["change"] = signed_thumb(found.flip.sample.astype(float) - found.sample, shape)
    if found.nearest:
        drawn["alike"] = [sample_uri(one, shape, photo) for one in found.nearest.samples]
    return drawn


def is_ink(like: Model | Dataset) -> bool:
    """Whether dark and light of these samples may change places on a dark page: not those of a photograph."""
    shape = like.image_shape
    return like.reading != "photo" and shape is not None and like.features == shape[0] * shape[1]


def input_shares(
    model: Model, found: Why, names: Sequence[str], most: int, say: Say
) -> tuple[list[tuple[str, float]], float]:
    """Return the columns, or inputs, that speak loudest, and what the others add up to."""
    if model.columns:
        shares = model.columns.gathered(found.inputs)
    else:
        names = names or [f"{say('input')} {k}" for k in range(model.features)]
        shares = list(zip(names, found.inputs.tolist(), strict=True))
    return loudest((pair for pair in shares if pair[1]), most)


def half_of(found: Why) -> int:
    """Return how many nodes, the strongest first, make up half of what speaks for the answer."""
    for_it = np.sort(found.nodes[found.nodes > 0])[::-1]
    return int(np.searchsorted(np.cumsum(for_it), for_it.sum() / 2)) + 1 if len(for_it) else 0


def loudest(shares: Iterable[tuple[str, float]], most: int) -> tuple[list[tuple[str, float]], float]:
    """Return the shares furthest from 0, and what the others add up to; 0 where there are no others."""
    ordered = sorted(shares, key=lambda pair: -abs(pair[1]))
    return ordered[:most], sum(share for _, share in ordered[most:])


def rows_of(shares: Sequence[tuple[str, float]]) -> list[Row]:
    """Return rows for a list with bars."""
    largest = max((abs(share) for _, share in shares), default=0.0) or 1.0
    return [(name, shown(share), share / largest) for name, share in shares]
