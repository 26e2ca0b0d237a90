"""What is declared of an option beside its name, type and default; the options themselves are in `options`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, get_args

from ..errors import OptionError, require_choice, require_limits, require_number

_KINDS = {bool: "yes or no", int: "a whole number", str: "a word"}


@dataclass(frozen=True)
class Needs:
    """When an option has an effect: where another one is one of `values`, or, if there are none, more than `above`."""

    option: str
    values: tuple[str, ...] = ()
    above: float = 0

    def met(self, value: Any) -> bool:
        """Tell whether the option has an effect where the other one is `value`."""
        return value in self.values if self.values else bool(value > self.above)


@dataclass(frozen=True)
class Spec:
    """What is allowed for an option, and how it is explained.

    Parameters
    ----------
    help, help_zh : str
        One line in English, one in Chinese.
    choices : tuple of str
        The allowed words, if only certain words are.
    low, high : float, optional
        Limits for numbers, both allowed themselves.
    flag : str, optional
        A shorter name on the command line, beside the field's.
    pattern, form : str
        For other words: a regular expression of those allowed, and the same for people.
    needs : Needs, optional
        Without what the option does nothing.
    """

    help: str
    help_zh: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    flag: str | None = None
    pattern: str = ""
    form: str = ""
    needs: Needs | None = None

    def full_help(self, *, zh: bool = False) -> str:
        """Return the line of help, with what the option needs."""
        text = self.help_zh if zh else self.help
        if self.needs is None:
            return text
        other, values, above = self.needs.option, self.needs.values, self.needs.above
        if zh:
            return f"{text}（仅用于 {other} {'、'.join(values) or f'大于 {above:g}'}）"
        return f"{text} (only with {other} {', '.join(values) or f'above {above:g}'})"


def option(default: Any, help: str, help_zh: str, **spec: Any) -> Any:
    """Declare an option: a field of a dataclass, with its `Spec`."""
    return field(default=default, metadata={"spec": Spec(help, help_zh, **spec)})


def fitting(spec: Spec, name: str, value: Any, kind: Any) -> Any:
    """Return an option's value in its own type, or say what would be allowed.

    Parameters
    ----------
    spec : Spec
    name : str
    value : object
    kind : type
        bool, int, float, str, or a tuple of int, float or str: then one value stands for a tuple of one.

    Raises
    ------
    OptionError
        GN021.
    """
    if hasattr(value, "tolist"):  # NumPy's numbers and arrays
        value = value.tolist()
    if items := get_args(kind):
        values = value if isinstance(value, (list, tuple)) else (value,)
        return tuple(_fitting(spec, name, one, items[0]) for one in values)
    return _fitting(spec, name, value, kind)


def _fitting(spec: Spec, name: str, value: Any, kind: Any) -> Any:
    if spec.choices:
        require_choice(name, value, spec.choices)
    if kind is float:
        return require_number(name, value, spec.low, spec.high)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if type(value) is not kind:
        raise OptionError("GN021", f"{name} {value!r}: expected {_KINDS[kind]}.")
    if spec.pattern and not re.fullmatch(spec.pattern, value):
        raise OptionError("GN021", f"{name} {value!r}: expected {spec.form}.")
    if kind is int:
        require_limits(name, value, spec.low, spec.high)
    return value
