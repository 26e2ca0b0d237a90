"""Check for words that differ only in case or spaces."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.tables.capitals import alike
from ...data.validation import TRUTH
from ...messages.message import Listing, Message
from ..finding import WARNING, Kind
from .context import Case, Outcome, make_finding
from .raw import RawData

_SHOWN = 3
_TRUTHS = {"", *TRUTH}
"""Values that are read without regard to case, except as classes."""


def _in_training(case: Case, name: str) -> NDArray[Any] | None:
    """Return the words in a column, or in the labels, of the training data; None if there are none."""
    like = case.like
    if like is None:
        return None
    if name == like.label_name and like.labels is not None:
        return like.labels if like.labels.dtype.kind == "O" else None
    return like.words.get(like.names.index(name)) if name in like.names else None


def _better(texts: NDArray[Any], trained: NDArray[Any] | None) -> dict[str, str]:
    """Map words to a more common spelling; a spelling of the training data outweighs all others."""
    counts = Counter(text for text in texts.tolist() if text)
    in_training = Counter([] if trained is None else [text for text in trained.tolist() if text])
    better = alike(counts + Counter({word: count * len(texts) for word, count in in_training.items()}))
    return {word: other for word, other in better.items() if word in counts and word not in in_training}


GD17 = Kind(
    "GD17",
    WARNING,
    "words differ only in case or spaces",
    "use one spelling if they mean the same",
    "uses the most common spelling",
)


def capitals(table: RawData, case: Case) -> Outcome:
    """Find words and classes that have a more common spelling."""
    if table.pictures:
        return [], table
    words, labels = dict(table.words), table.labels
    which = np.zeros(len(table), bool)
    details, names = [], []
    series: list[tuple[str, NDArray[Any]]] = [(table.names[column], texts) for column, texts in words.items()]
    if labels is not None and labels.dtype.kind == "O":
        series.append((table.label_name, labels))
    changed: list[NDArray[Any]] = []
    for name, texts in series:
        truths = texts is not labels and {text.lower() for text in texts.tolist()} <= _TRUTHS
        better = {} if truths else _better(texts, _in_training(case, name))
        if better:
            pairs = list(better.items())[:_SHOWN]
            details += [
                Message(
                    "{word!r} and {other!r} in {name}",
                    name=name or Message("the unnamed column"),
                    word=word,
                    other=other,
                )
                for word, other in pairs
            ]
            names.append(name)
            which |= np.isin(texts, np.array(list(better), object))
            texts = np.array([better.get(text, text) for text in texts.tolist()], object)
        changed.append(texts)
    if not details:
        return [], table
    finding = make_finding(
        GD17, table, Message("{words}", words=Listing(details, separator="; ")), which, columns=names
    )
    if len(changed) > len(words):
        labels = changed.pop()
    return [finding], replace(table, words=dict(zip(words, changed, strict=True)), labels=labels)
