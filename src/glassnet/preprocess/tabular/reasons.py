"""Why columns are excluded, as plain values of a file: template and values, for readers of other languages."""

from __future__ import annotations

from typing import Any

from ...messages.catalogue import chinese_of
from ...messages.message import Message
from ...messages.option_spelling import UNSET, Option


def plain_reason(why: Message) -> dict[str, Any]:
    """Return a reason as plain values."""
    return {"template": why.template, "values": {name: _plain(value) for name, value in why.values.items()}}


def reason_from(text: str, plain: Any) -> Message:
    """Return the reason with this English text; of an older or a changed file, the text is all that is known."""
    try:
        message = _message(plain)
        return message if str(message) == text else Message(text)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return Message(text)


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return plain_reason(value)
    if isinstance(value, Option):
        return {"option": value.name, "value": None if value.value is UNSET else list(value.value)}
    return value


def _message(plain: dict[str, Any]) -> Message:
    if chinese_of(plain["template"]) is None:  # a template that is not ours could do more than fill in values
        raise ValueError(plain["template"])
    return Message(plain["template"], **{name: _value(one) for name, one in plain["values"].items()})


def _value(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    if "template" in plain:
        return _message(plain)
    given = plain["value"]
    return Option(plain["option"], UNSET if given is None else tuple(map(str, given)))
