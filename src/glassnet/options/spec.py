"""The declaration of an option beyond its name, type and default; the options themselves are in `options`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, get_args

from ..errors import OptionError, require_choice, require_limits, require_number
from ..messages.catalogue import translated
from ..messages.message import Listing, Message
from ..messages.option_spelling import Option
from ..nn.activations import ACTIVATIONS, name_and_parameter

GROUPS = ("network", "training", "regularization", "augmentation", "data", "run")
"""Groups of options, in the order of the help and of the reference."""


@dataclass(frozen=True)
class Needs:
    """When an option has an effect: if another one, or `also`, is in `values`; or if it is above `above`."""

    option: str
    values: tuple[str, ...] = ()
    above: float = 0
    also: str = ""

    def met(self, value: Any, of_also: Any = None) -> bool:
        """Tell whether the option has an effect if the other one is `value`, which may be several, and `also` so."""
        several = (*value, of_also) if isinstance(value, tuple) else (value, of_also)
        return any(one in self.values for one in several) if self.values else bool(value > self.above)


@dataclass(frozen=True)
class Search:
    """How a search may vary an option."""

    # low, high: range of a number, inclusive, if `around` does not give one
    low: float | None = None
    high: float | None = None
    log: bool = False  # whether equal factors, not equal differences, are equally likely
    # if above 0 and the recipe's value is not 0, the range extends from the value divided by this factor to the value
    # times it
    around: float = 0.0
    choices: tuple[Any, ...] = ()  # values to choose from, instead of a range; the recipe's own is added to them
    by_default: bool = True  # whether a search varies it if no options to vary are named


@dataclass(frozen=True)
class Spec:
    """What an option allows, and its help."""

    help: str  # one line in English
    title: str = ""  # its name on pages, in English, if that is not the option's name with spaces
    choices: tuple[str, ...] = ()  # the allowed words, if the option is one of a list
    # low, high: limits of a number, inclusive
    low: float | None = None
    high: float | None = None
    flag: str = ""  # the word on the command line, if it is not the name
    argument: str = ""  # what stands for it in the help, if the command line takes it as an argument instead of a flag
    otherwise: str = ""  # what is used if it is not given, in English, where the default does not say it
    # pattern, form: for other words: a regular expression of the allowed ones, and its description
    pattern: str = ""
    form: str = ""
    metavar: str = ""  # what stands for the value in the help; by default that of its type
    needs: Needs | None = None  # the option has no effect unless these are met
    group: str = "run"  # one of `GROUPS`
    common: bool = False  # whether the short help shows the option
    rare: bool = False  # whether the command line has no flag for it, only ``--set NAME=VALUE``
    search: Search | None = None  # how a search may vary it; None if it may not

    def title_of(self, name: str, language: str = "en") -> str:
        """Return what pages call the option `name`: the label of its field."""
        title = translated(self.title or name.replace("_", " "), language, "title")
        return title[0].upper() + title[1:] if title[0].isascii() else title

    def word(self, name: str) -> str:
        """Return the word of the flag for the option `name`, without the dashes."""
        return (self.flag or name).replace("_", "-")

    def full_help(self, language: str = "en") -> str:
        """Return the line of help and what the option needs."""
        line = translated(self.help, language, "help")
        if self.needs is None:
            return line
        needs = self.needs
        if needs.values:
            return Message(
                "{line} (only with {option} {values})", line=line, option=needs.option, values=Listing(needs.values)
            ).text(language)
        return Message(
            "{line} (only with {option} above {least:g})", line=line, option=needs.option, least=needs.above
        ).text(language)


def option(default: Any, help: str, **spec: Any) -> Any:
    """Declare an option: a field of a dataclass with its `Spec`."""
    return field(default=default, metadata={"spec": Spec(help, **spec)})


def required(help: str, **spec: Any) -> Any:
    """Declare a parameter that must be given: a field of a dataclass with its `Spec`."""
    return field(metadata={"spec": Spec(help, **spec)})


def fitting(spec: Spec, name: str | Option, value: Any, kind: Any) -> Any:
    """Return an option's value in its own type; an error calls it by its `name`.

    `kind` is bool, int, float, str, or a tuple of int, float or str, where a single value becomes a tuple of one.
    """
    if hasattr(value, "tolist"):  # NumPy's numbers and arrays
        value = value.tolist()
    if items := get_args(kind):
        values = value if isinstance(value, (list, tuple)) else (value,)
        return tuple(_fitting(spec, name, one, items[0]) for one in values)
    return _fitting(spec, name, value, kind)


def _require_own_option(name: Option, spelled: str) -> None:
    """Raise OptionError GN021 for an activation with its parameter, as models spell it: that is another option."""
    choice, bracket, _ = spelled.partition("(")
    if not bracket or choice not in ACTIVATIONS or (own := ACTIVATIONS[choice].parameter) is None:
        return
    raise OptionError(
        "GN021",
        "{name} {value!r}: the parameter is an option of its own. Use {activation} and {parameter}.",
        name=name,
        value=spelled,
        activation=Option(name.name, choice),
        parameter=Option(own.option, name_and_parameter(spelled)[1]),
    )


def _fitting(spec: Spec, name: str | Option, value: Any, kind: Any) -> Any:
    if spec.choices:
        if isinstance(name, Option) and isinstance(value, str) and value.partition("(")[0] in spec.choices:
            _require_own_option(name, value)
        require_choice(name, value, spec.choices)
    if kind is float:
        return require_number(name, value, spec.low, spec.high)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if type(value) is not kind:
        if kind is bool:
            raise OptionError("GN021", "{name} {value!r}: expected True or False.", name=name, value=value)
        if kind is int:
            raise OptionError("GN021", "{name} {value!r}: expected a whole number.", name=name, value=value)
        raise OptionError("GN021", "{name} {value!r}: expected a word.", name=name, value=value)
    if spec.pattern and not re.fullmatch(spec.pattern, value):
        template = "{name} {value!r}: expected the form {form}."
        raise OptionError("GN021", template, name=name, value=value, form=spec.form)
    if kind is int:
        require_limits(name, value, spec.low, spec.high)
    return value
