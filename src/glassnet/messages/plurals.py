"""The singular of English templates: ``{rows} rows`` for one row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ONE = {
    "are": "is",
    "classes": "class",
    "columns": "column",
    "connections": "connection",
    "cores": "core",
    "different times": "different time",
    "digits": "digit",
    "epochs": "epoch",
    "errors": "error",
    "exercises": "exercise",
    "features": "feature",
    "files of other kinds": "file of other kinds",
    "folders": "folder",
    "groups": "group",
    "hidden layers": "hidden layer",
    "images": "image",
    "infinite values": "infinite value",
    "inputs": "input",
    "labels": "label",
    "links come": "link comes",
    "members": "member",
    "more columns": "more column",
    "networks": "network",
    "nodes that matter": "node that matters",
    "nodes": "node",
    "others are": "other is",
    "others": "other",
    "parts": "part",
    "pixels": "pixel",
    "predictions": "prediction",
    "rare words": "rare word",
    "remarks": "remark",
    "rows": "row",
    "samples": "sample",
    "sheets": "sheet",
    "suspects": "suspect",
    "that matter": "that matters",
    "times": "time",
    "trials were": "trial was",
    "trials": "trial",
    "values": "value",
    "warnings": "warning",
    "weights": "weight",
    "words": "word",
    "wrong or ambiguous labels": "wrong or ambiguous label",
}
_COUNTED = re.compile(
    rf"\{{(\w+)(:,)?\}} (?:\{{\w+\}} |misread |misclassified |held-out )?(?P<many>{'|'.join(_ONE)})\b"
)
"""Plural in an English text, right after its number -> singular."""


def agreeing(template: str, values: Mapping[str, Any]) -> str:
    """Return an English template with the plurals after numbers in the singular where the number is 1."""
    if not any(str(value) == "1" for value in values.values()):
        return template

    def singular(found: re.Match[str]) -> str:
        one, many = str(values.get(found[1])) == "1", found["many"]
        return found[0].removesuffix(many) + _ONE[many] if one else found[0]

    return _COUNTED.sub(singular, template)
