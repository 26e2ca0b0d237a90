"""The text of messages for the pages of the studio and the clients of the service: how both spell an option."""

from __future__ import annotations

import json
from functools import partial

from ..messages.catalogue import translated
from ..messages.message import Renderable
from ..messages.option_spelling import UNSET, Option
from ..options.options import SPECS
from ..words.studio import STUDIO_WORDS

FIELDS = {
    "add_times": "train_add_times",
    "data": "data",
    "decimal": "train_decimal",
    "drop": "train_unused_columns",
    "group": "train_group",
    "keep": "train_use_columns",
    "metric": "compare_metric",
    "model": "model",
    "part": "look_part",
    "recipe": "train_recipe",
    "target": "train_target",
    "test": "train_test_data",
    "time": "train_order",
    "validation_data": "train_validation_data",
    "validation_curve": "train_curve",
    "weight": "train_weight",
}
"""Option -> the key of its field's label; fields of options of training have the titles of these as labels."""


def for_client(said: Renderable, language: str) -> str:
    """Return a message for a program that sends requests: an option is a key of JSON or of the query."""
    return said.text(language, lambda one: one.name if one.value is UNSET else f"{one.name}={_in_json(one.value)}")


def on_page(said: Renderable, language: str) -> str:
    """Return a message for a page of the studio: an option is the field with its label."""
    return said.text(language, partial(_as_field, language))


def _as_field(language: str, option: Option) -> str:
    if key := FIELDS.get(option.name):
        label = translated(STUDIO_WORDS[key], language, key)
    else:
        label = SPECS[option.name].title_of(option.name, language) if option.name in SPECS else option.name
    label = f"“{label}”"
    if option.value is UNSET:
        return label
    names = option.value if isinstance(option.value, (list, tuple)) else ()
    listed = bool(names) and all(isinstance(one, str) for one in names)
    return f"{label} = {', '.join(names) if listed else _in_json(option.value)}"


def _in_json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
