"""What is declared of an option beside its name, type and default; the options themselves are in `options`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, get_args

from ..errors import OptionError

_KINDS = {bool: "yes or no", int: "a whole number", float: "a number", str: "a word"}


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
    """

    help: str
    help_zh: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    flag: str | None = None
    pattern: str = ""
    form: str = ""


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
    if spec.choices and value not in spec.choices:
        raise OptionError("GN021", f"{name} {value!r}: expected one of {', '.join(spec.choices)}.")
    if hasattr(value, "tolist"):
        value = value.tolist()
    if kind is float and type(value) is int and abs(value) < 2**1000:
        value = float(value)
    if type(value) is not kind:
        raise OptionError("GN021", f"{name} {value!r}: expected {_KINDS[kind]}.")
    if spec.pattern and not re.fullmatch(spec.pattern, value):
        raise OptionError("GN021", f"{name} {value!r}: expected {spec.form}.")
    if spec.low is not None and spec.high is not None and not spec.low <= value <= spec.high:  # NaN fails too
        low, high = (f"{one:,}" if type(one) is int else f"{one:,.15g}" for one in (spec.low, spec.high))
        raise OptionError("GN021", f"{name} {value}: expected {low} to {high}.")
    return value
