"""The check for words that differ in capitals or blanks alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.capitals import alike
from ..data.checks import TRUTH
from ..data.loose import LooseTable
from .case import Case, Outcome, found
from .details import Detail, detail, in_chinese

_SHOWN = 3
_TRUTHS = {"", *TRUTH}
"""Which are read alike in small and large letters, but for classes."""


def capitals(table: LooseTable, case: Case) -> Outcome:
    """Find words, and classes, that have a commoner spelling."""
    if table.pictures:
        return [], table
    words, labels = dict(table.words), table.labels
    which = np.zeros(len(table), bool)
    told, names = [], []
    series: list[tuple[str, NDArray[Any]]] = [(table.names[column], texts) for column, texts in words.items()]
    if labels is not None and labels.dtype.kind == "O":
        series.append((table.label_name, labels))
    changed: list[NDArray[Any]] = []
    for name, texts in series:
        truths = texts is not labels and {text.lower() for text in texts.tolist()} <= _TRUTHS
        better = {} if truths else alike(Counter(text for text in texts.tolist() if text))
        if better:
            pairs = list(better.items())[:_SHOWN]
            told += [
                detail("capitals", name=name or detail("unnamed"), word=word, other=other) for word, other in pairs
            ]
            names.append(name)
            which |= np.isin(texts, np.array(list(better), object))
            texts = np.array([better.get(text, text) for text in texts.tolist()], object)
        changed.append(texts)
    if not told:
        return [], table
    finding = found("GD17", table, Detail("; ".join(told), ";".join(map(in_chinese, told))), which, columns=names)
    if len(changed) > len(words):
        labels = changed.pop()
    return [finding], replace(table, words=dict(zip(words, changed, strict=True)), labels=labels)
