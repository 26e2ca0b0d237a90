"""The Chinese of every template, read from ``zh.po``, which translators' tools open: PO without plural forms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("zh.po")
_ENTRY = rb'\nmsgid (".*")\nmsgstr (".*")\n'


def catalogue(context: str = "") -> Mapping[str, str]:
    """Return English template -> Chinese template, of those with this context (``msgctxt``)."""
    return _of_contexts().get(context, {}) if context else _without_context()


def chinese_of(template: str, context: str = "") -> str | None:
    """Return the Chinese of a template; None if it has no translation."""
    return catalogue(context).get(template) or (catalogue().get(template) if context else None)


def translated(text: str, language: str, context: str = "") -> str:
    """Return a text without values in a language; in English if it has no translation."""
    return (chinese_of(text, context) or text) if language == "zh" else text


# The Chinese help waits for its texts: it needs only those with a context, and a few calls that run over the whole file
# take a sixth of the time of a loop over its lines.


@cache
def _of_contexts() -> Mapping[str, Mapping[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    for context, english, chinese in _entries(rb'\nmsgctxt (".*")' + _ENTRY, 3):
        if chinese:
            entries.setdefault(context, {})[english] = chinese
    return entries


@cache
def _without_context() -> Mapping[str, str]:
    return {english: chinese for english, chinese in _entries(rb'(?<!")' + _ENTRY, 2) if english and chinese}


def _entries(pattern: bytes, fields: int) -> zip[Any]:
    """Return the texts of the fields of each entry that has the pattern."""
    fields_found = re.findall(pattern, _file())
    texts = json.loads(b"[%s]" % b",".join(chain.from_iterable(fields_found)))
    return zip(*[iter(texts)] * fields, strict=True)


@cache
def _file() -> bytes:
    """Return the file, each text on one line."""
    return FILE.read_bytes().replace(b'"\n"', b"")
