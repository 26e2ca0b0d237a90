"""From rows with many zeros to the places and values of the others."""

from __future__ import annotations

from typing import Any

from ...jit import kernel


@kernel
def gather_nonzero(raw: Any, words: Any, factor: Any, start: Any, index: Any, value: Any) -> None:
    """Fill, row after row, places and scaled values of the non-zero entries, and where each row begins.

    `words` is `raw` with its bytes taken several at a time where its width allows: most of a picture is empty, and a
    whole word of zeros is passed over at once.
    """
    span = raw.shape[1] // words.shape[1]
    at = 0
    for i in range(raw.shape[0]):
        start[i] = at
        row = raw[i]
        for block in range(words.shape[1]):
            if words[i, block] != 0:
                for j in range(block * span, (block + 1) * span):
                    if row[j] != 0:
                        index[at] = j
                        value[at] = row[j] * factor
                        at += 1
    start[raw.shape[0]] = at
