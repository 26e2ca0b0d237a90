"""Words of exported pages, besides those of the studio's views (`studio.py`)."""

from __future__ import annotations

from .speaking import words_of
from .studio import STUDIO_WORDS

PAGE_WORDS: dict[str, str] = {
    "page_digits": "Draw a digit: the network answers while you draw, and shows which pixels its answer rests on.",
    "page_image": "Paint, or open an image: the network answers at once, and shows which pixels its answer rests on.",
    "page_row": "Change any value: the network answers at once, and shows what its answer rests on.",
    "page_private": "The whole network is in this page: it works offline, and what you enter stays on your device.",
    "page_decision": "Decision: {line}.",
    "page_examples": "Or try one of these",
    "page_example": "Example {number}: {answer}",
    "page_file": "An image of your own",
    "page_file_line": (
        "Choose, drop or paste one. Its middle is resized to {columns} × {rows} pixels; nothing is uploaded."
    ),
    "page_file_choose": "Choose an image …",
    "page_file_opened": "{name} is on the board.",
    "page_file_wrong": "{name} is not an image that this browser can read. Try a PNG or JPEG file.",
    "page_start": "Start from",
    "page_own_values": "Your own values",
    "page_other_word": "(another word)",
    "page_first_inputs": "The first {count} of {all} inputs; the others keep the values of the example.",
    "page_shares_line": "How much each input adds, compared with all inputs at 0.",
    "page_shares_unit": "How much each column adds, in {unit}, compared with a row in the middle of all columns.",
    "page_explain": "Explain",
    "page_explain_best": "The label with the largest output",
    "page_about": "About this network",
    "page_layers": "Nodes per layer",
    "page_parameters": "Parameters",
    "page_members": "in {members} networks, whose outputs are averaged",
    "page_score": "On test data",
    "page_accuracy": "{value} correct",
    "page_r2": "R² {value}",
    "page_score_help": "measured when it was trained",
    "page_agrees": "✓ Checked in this browser: the outputs of {count} examples equal those of the model, bit for bit.",
    "page_differs": (
        "In this browser, the outputs of {count} examples differ from those of the model. Try another browser."
    ),
    "page_made": "Made by glassnet {version}; model {hash}…",
    "page_programs": "For programs",
    "page_programs_line": "A script of this page, or the browser's console, can ask the network too:",
}


def exported_page_words(language: str) -> dict[str, str]:
    """Return the words of an exported page by key, in ``"en"`` or ``"zh"``."""
    views = {key: words for key, words in STUDIO_WORDS.items() if key.startswith("draw_") or key == "skip"}
    return words_of({**views, **PAGE_WORDS}, language)
