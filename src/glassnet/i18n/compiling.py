"""What is printed while loops are compiled, in English and Chinese."""

from __future__ import annotations

from .language import Say, speaking

COMPILING_WORDS: dict[str, str] = {
    "train_samples": "training on single samples",
    "train_batches": "training in batches",
    "answer_rows": "prediction",
    "distort_rows": "image augmentation",
    "begins": "compiling the loop for {what} ({types}){once} …",
    "types": "weights {weights}, inputs {inputs}",
    "types_of_images": "images {inputs}",
    "once": ", needed once for these types and options",
    "ends": "compiled in {seconds:.1f} s",
    "waits": "another process is compiling the loop for {what}; waiting for it …",
}


def compiling_words(language: str) -> Say:
    """Return the texts in "en" or "zh"; called with a key and the values for its braces."""
    return speaking(language, COMPILING_WORDS)
