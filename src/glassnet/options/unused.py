"""Options that were given but have no effect because of the value of another one."""

from __future__ import annotations

from collections.abc import Iterable

from ..messages.message import Listing, Message
from ..messages.option_spelling import Option
from .options import SPECS, Options
from .spec import Needs


def unused_options(given: Iterable[str], options: Options) -> dict[str, Needs]:
    """Return the given options that have no effect, each with what it would need."""
    needs = {name: SPECS[name].needs for name in given}

    def met(one: Needs) -> bool:
        return one.met(getattr(options, one.option), getattr(options, one.also) if one.also else None)

    return {name: one for name, one in needs.items() if one and not met(one)}


def without_effect(option: Option, needs: Needs, options: Options) -> Message:
    """Return the message that an option has no effect with the value of another one."""
    other = Option(needs.option, getattr(options, needs.option))
    if needs.values:
        template, wanted = "{option} has no effect with {other}, only with {wanted}", Listing(needs.values, last="or")
        return Message(template, option=option, other=other, wanted=wanted)
    template = "{option} has no effect with {other}, only above {least:g}"
    return Message(template, option=option, other=other, least=needs.above)
