"""Words that differ only in case or whitespace, such as ``Köln`` and ``köln``: most often the same thing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping


def alike(counts: Mapping[str, int]) -> dict[str, str]:
    """Return word -> most frequent spelling, for words that have one; an empty dict for identifiers and sentences.

    `counts` has every word of a column.
    """
    if 2 * len(counts) > sum(counts.values()):
        return {}
    groups: dict[str, list[str]] = {}
    for word in counts:
        groups.setdefault(" ".join(unicodedata.normalize("NFC", word).casefold().split()), []).append(word)
    found = {}
    for words in groups.values():
        best = max(words, key=lambda word: (counts[word], word))
        found.update({word: best for word in words if word != best})
    return found
