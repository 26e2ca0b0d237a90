"""The Chinese of every template, read from ``zh.po``, which translators' tools open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("zh.po")


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
    """Read the file: what gettext calls PO, without plural forms."""
    entries: dict[str, dict[str, str]] = {}
    fields: dict[str, str] = {}
    keyword = ""
    for line in (*FILE.read_text(encoding="utf-8").splitlines(), ""):
        if line.startswith("#"):
            continue
        if not line:
            if fields.get("msgid") and fields.get("msgstr"):
                entries.setdefault(fields.get("msgctxt", ""), {})[fields["msgid"]] = fields["msgstr"]
            fields = {}
        elif line.startswith('"'):
            fields[keyword] += json.loads(line)
        else:
            keyword, _, text = line.partition(" ")
            fields[keyword] = json.loads(text)
    return entries
