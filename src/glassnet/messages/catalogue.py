"""The Chinese of every template, read from ``zh.po``, which translators' tools open."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("zh.po")
_ENTRY = re.compile(r'^(?:msgctxt (".*")\n)?msgid (".*")\nmsgstr (".*")$', re.MULTILINE)
_NONE = '""'
"""The context of an entry that has none."""


@cache
def catalogue(context: str = "") -> Mapping[str, str]:
    """Return English template -> Chinese template, of those with this context (``msgctxt``)."""
    return _read().get(context, {})


def chinese_of(template: str, context: str = "") -> str | None:
    """Return the Chinese of a template; None if it has no translation."""
    return catalogue(context).get(template) or (catalogue().get(template) if context else None)


def translated(text: str, language: str, context: str = "") -> str:
    """Return a text without values in a language; in English if it has no translation."""
    return (chinese_of(text, context) or text) if language == "zh" else text


@cache
def _read() -> Mapping[str, Mapping[str, str]]:
    """Read the file: what gettext calls PO, without plural forms, and with the fields in the order of its tools.

    The Chinese help waits for this: a few calls that run over the whole file take a sixth of the time of a loop.
    """
    found = _ENTRY.findall(FILE.read_text(encoding="utf-8").replace('"\n"', ""))  # without line breaks within a text
    texts = json.loads(f"[{','.join([text or _NONE for entry in found for text in entry])}]")
    entries: dict[str, dict[str, str]] = {}
    for context, english, chinese in zip(*[iter(texts)] * 3, strict=True):
        if english and chinese:
            entries.setdefault(context, {})[english] = chinese
    return entries
