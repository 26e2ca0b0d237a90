"""The options that a search varies, and within which limits.

Each option declares how it may be varied (`options.spec.Search`). By default a search varies those that suit the data
and the recipe, around the recipe's own values; texts such as ``learning_rate=0.001..0.1:log`` choose others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from ...errors import ArgumentError, OptionError, require_names
from ...messages.message import Listing
from ...messages.option_spelling import Option, choice_text
from ...options.options import (
    DISTORTIONS,
    ITEMS,
    OTHER_NAMES,
    SPECS,
    TYPES,
    Options,
    beyond_single_samples,
    checked,
    for_optimizer,
)
from ...options.spec import Search

SEARCHABLE: dict[str, Search] = {name: spec.search for name, spec in SPECS.items() if spec.search is not None}
"""Option -> how a search may vary it."""

_DIGITS = 3
"""Digits of a sampled number, so that a short command repeats it; on a linear range, digits of its width."""


class DimensionFacts(TypedDict, total=False):
    """An option that is varied: by choices or by limits."""

    choices: Annotated[list[Any], "the values to choose from"]
    low: Annotated[float, "the smallest value, without choices"]
    high: Annotated[float, "the largest value"]
    log: Annotated[bool, "whether the logarithm is varied"]


@dataclass(frozen=True)
class Dimension:
    """An option that a search varies.

    Parameters
    ----------
    name : str
        Of the option.
    low, high : float, optional
        Range, inclusive, of a number.
    log : bool
        Whether equal factors, not equal differences, are equally likely.
    choices : tuple
        Values to choose from, instead of a range.
    """

    name: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The choices as texts."""
        return tuple(map(choice_text, self.choices))

    @property
    def whole(self) -> bool:
        """Whether the values of a range are whole numbers."""
        return ITEMS[self.name] is int

    def value(self, sampled: Any) -> Any:
        """Return the option's value for a sampled number or label; numbers are rounded."""
        if self.choices:
            return self.choices[self.labels.index(sampled)]
        assert self.low is not None
        assert self.high is not None
        if self.whole:
            number: float = int(sampled)
        elif self.log:
            number = float(f"{sampled:.{_DIGITS}g}")
        else:
            number = round(sampled, _DIGITS - 1 - math.floor(math.log10(self.high - self.low)))
        return checked(self.name, min(max(number, self.low), self.high))

    def nearest(self, value: Any) -> Any:
        """Return what would be sampled for an option's value: its label, or the number, moved into the range."""
        if self.choices:
            return choice_text(value) if choice_text(value) in self.labels else self.labels[0]
        assert self.low is not None
        assert self.high is not None
        number = max(value) if isinstance(value, tuple) else value
        return min(max(number, self.low), self.high)

    def to_text(self) -> str:
        """Return the text that `parse_space` reads."""
        if self.choices:
            return f"{self.name}={','.join(self.labels)}"
        return f"{self.name}={self.low:g}..{self.high:g}{':log' if self.log else ''}"

    def to_dict(self) -> DimensionFacts:
        """Return plain values: ``choices``, or ``low``, ``high`` and ``log``."""
        if self.choices:
            return {"choices": [list(one) if isinstance(one, tuple) else one for one in self.choices]}
        assert self.low is not None
        assert self.high is not None
        return {"low": self.low, "high": self.high, "log": self.log}


def default_space(base: Options, fixed: Iterable[str], *, images: bool, task: str) -> tuple[Dimension, ...]:
    """Return the options that a search varies if none are named.

    `base` are the options of the recipe for the data, from which the search starts; `fixed` options have a given value.
    The task is ``"classes"``, ``"labels"`` or ``"numbers"``.
    """
    names = [name for name, search in SEARCHABLE.items() if search.by_default and name not in set(fixed)]
    if not (images and base.augments):
        names = [name for name in names if name not in DISTORTIONS]
    if task != "classes" or base.targets != "one-hot":
        names.remove("label_smoothing") if "label_smoothing" in names else None
    if base.batch_size == 1 and not beyond_single_samples(base):
        # The fast loop for single samples has none of these; with them each trial would take ten times as long.
        names = [name for name in names if name not in ("batch_size", "dropout", "weight_decay")]
    return tuple(_around(name, base) for name in names)


def _around(name: str, base: Options, values: Sequence[Any] = ()) -> Dimension:
    """Return the range, or the choices, of an option around its values: the recipe's, and those of optimizers."""
    search, spec, own = SEARCHABLE[name], SPECS[name], getattr(base, name)
    if search.choices:
        kind = TYPES[name]
        every = [one if kind is ITEMS[name] or isinstance(one, tuple) else (one,) for one in search.choices]
        return Dimension(name, choices=tuple(dict.fromkeys([*every, own])))
    numbers = [one for one in (own, *values) if not isinstance(one, tuple) and one > 0]
    if not (search.around and numbers):
        return Dimension(name, search.low, search.high, search.log)
    low, high = min(numbers) / search.around, max(numbers) * search.around
    if spec.low:
        low = max(low, spec.low)
    if spec.high is not None:
        high = min(high, spec.high)
    if ITEMS[name] is int:
        return Dimension(name, max(1, round(low)), round(high), search.log)
    return Dimension(name, float(f"{low:.3g}"), float(f"{high:.3g}"), search.log)


def parse_space(texts: Sequence[str], base: Options, fixed: Mapping[str, Any], recipe: str) -> tuple[Dimension, ...]:
    """Return the dimensions in texts: ``OPTION=LOW..HIGH``, ``OPTION=LOW..HIGH:log``, ``OPTION=a,b,c`` or ``OPTION``.

    The layers of an architecture are joined by x: ``hidden=50,100,100x50``. An option alone has its default range.
    `base` is as for `default_space`; `fixed` has given options by the names of their fields.
    """
    found: dict[str, Dimension] = {}
    for text in texts:
        dimension, template = _parsed(text, base), ""
        if dimension.name in found:
            template = "{space}: {name} is named twice. Name each option once."
        elif dimension.name in fixed:
            template = "{space}: {name} also has a given value. Give a value, or a range."
        if template:
            raise OptionError("GN022", template, name=dimension.name, space=Option("space", text))
        found[dimension.name] = dimension
    if "optimizer" in found:
        every = [for_optimizer(recipe, name) for name in found["optimizer"].choices]
        for text in texts:
            name = _name(text.partition("=")[0], text)
            if "=" not in text and name in ("learning_rate", "weight_decay"):  # a range that suits all optimizers
                found[name] = _around(name, base, [one[name] for one in every if name in one])
    return tuple(found.values())


def _name(word: str, text: str) -> str:
    """Return the name of the option that a word names, also if it is written as a flag."""
    name = word.strip().lstrip("-").replace("-", "_")
    try:
        require_names(Option("space"), [name], tuple(SPECS), OTHER_NAMES)
    except ArgumentError as problem:
        raise OptionError(problem.code, problem.message) from None
    if name not in SEARCHABLE:
        template = "{space}: a search does not vary {name}, expected one of {choices}."
        raise OptionError("GN021", template, name=name, choices=Listing(SEARCHABLE), space=Option("space", text))
    return name


def _parsed(text: str, base: Options) -> Dimension:
    word, equals, values = text.partition("=")
    name, space = _name(word, text), Option("space", text)
    if not equals:
        return _around(name, base)
    span, colon, scale = values.partition(":")
    if ".." not in span:
        return Dimension(
            name, choices=tuple(dict.fromkeys(_choice(name, one.strip(), space) for one in values.split(",")))
        )
    if SPECS[name].choices:
        template = "{space}: {name} has no range, expected {name}={names} or some of them."
        raise OptionError("GN021", template, name=name, names=",".join(SPECS[name].choices), space=space)
    low, high = (_number(name, one.strip(), space) for one in span.split("..", 1))
    if colon and scale != "log":
        template = "{space}: expected {name}=LOW..HIGH or {name}=LOW..HIGH:log."
        raise OptionError("GN022", template, name=name, space=space)
    if low >= high:
        raise OptionError("GN021", "{space}: expected a range with LOW below HIGH.", space=space)
    if colon and low <= 0:
        raise OptionError("GN021", "{space}: a logarithmic range needs LOW above 0.", space=space)
    return Dimension(name, low, high, bool(colon))


def _choice(name: str, word: str, space: Option) -> Any:
    """Return an option's value from its text."""
    kind = ITEMS[name]
    if TYPES[name] is kind:
        value: Any = word if kind is str else _number(name, word, space)
    else:
        parts = [] if word == "none" else word.split("x") if kind is int else [word]
        value = tuple(part if kind is str else _number(name, part, space) for part in parts)
    try:
        return checked(name, value)
    except OptionError as problem:
        template = "{space} has a value that is not allowed: {problem}"
        raise OptionError(problem.code, template, problem=problem, space=space) from None


def _number(name: str, word: str, space: Option) -> Any:
    """Return a number that the option allows, from its text."""
    spec, kind = SPECS[name], ITEMS[name]
    try:
        number = kind(word)
    except ValueError:
        number = None
    low, high = spec.low or 0, spec.high
    if number is None or not (low <= number and (high is None or number <= high)):
        template = "{space}: {word!r}, expected numbers from {low:g} to {high:g}."
        if kind is int:
            template = "{space}: {word!r}, expected whole numbers from {low:g} to {high:g}."
        raise OptionError("GN021", template, word=word, low=low, high=high, space=space)
    return number
