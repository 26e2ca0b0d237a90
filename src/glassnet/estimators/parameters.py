"""The estimators' parameters, derived from `options`: name, default, help; and the ``__init__`` that takes them.

scikit-learn reads an estimator's parameters off the signature of its ``__init__``. That signature is made here of the
options an estimator has, so that each is declared in one place. Where scikit-learn has a firm word of its own, that is
the parameter's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature
from typing import Any, NamedTuple, TypeVar, get_args

from ..options import SPECS, TYPES, Options

NAMES: dict[str, str] = {
    "hidden": "hidden_layer_sizes",
    "epochs": "max_iter",
    "holdout": "validation_fraction",
    "seed": "random_state",
    "threads": "n_jobs",
}
"""Option -> parameter, where scikit-learn's word differs; all others keep their name."""

MEANT: dict[str, str] = {
    "solver": "optimizer",
    "alpha": "weight_decay",
    "learning_rate_init": "learning_rate",
    "beta_1": "momentum",
    "beta_2": "beta2",
    "nesterovs_momentum": 'optimizer="nesterov"',
    "hidden": "hidden_layer_sizes",
    "epochs": "max_iter",
    "seed": "random_state",
    "threads": "n_jobs",
}
"""Names that a user of ``MLPClassifier``, or of `Options`, may try -> what stands for them here."""

_TYPE_WORDS = {bool: "bool", int: "int", float: "float", str: "str"}


class Declared(NamedTuple):
    """One parameter: its name, default, type in words, help, and the option it sets, if it sets one."""

    name: str
    default: Any
    kind: str
    help: str
    option: str = ""


def of_options(names: Iterable[str], defaults: Options, automatic: dict[str, str]) -> list[Declared]:
    """Declare a parameter for each of some options.

    Parameters
    ----------
    names : iterable of str
        The options.
    defaults : Options
        What they are if nothing else is said.
    automatic : dict of str
        Option -> how its value follows from the data when it is ``"auto"``, which is then its default.
    """
    return [_of_option(name, getattr(defaults, name), automatic.get(name)) for name in names]


def _of_option(name: str, value: Any, automatic: str | None) -> Declared:
    spec, items = SPECS[name], get_args(TYPES[name])
    if items and name != "hidden" and len(value) == 1:
        value = value[0]
    kind = "{" + ", ".join(f'"{choice}"' for choice in spec.choices) + "}" if spec.choices else ""
    kind = kind or _TYPE_WORDS[items[0] if items else TYPES[name]]
    kind += f", or tuple of {_TYPE_WORDS[items[0]]}" if items else ""
    text = spec.help[0].upper() + spec.help[1:] + "."
    if automatic:
        return Declared(NAMES.get(name, name), "auto", f'{kind}, or "auto"', f'{text} "auto": {automatic}.', name)
    return Declared(NAMES.get(name, name), value, kind, text, name)


_Class = TypeVar("_Class", bound=type)


def with_parameters(parameters: list[Declared]) -> Callable[[_Class], _Class]:
    """Give a class an ``__init__`` that takes and keeps these, and put their texts where its own says PARAMETERS."""

    def decorate(cls: _Class) -> _Class:
        lines = [f"{one.name} : {one.kind}, default {one.default!r}\n        {one.help}" for one in parameters]
        cls.__doc__ = (cls.__doc__ or "").replace("PARAMETERS", "\n    ".join(lines))
        setattr(cls, "__init__", _constructor(cls.__name__, parameters))  # noqa: B010
        cls.parameters = tuple(parameters)  # type: ignore[attr-defined]
        return cls

    return decorate


def _constructor(owner: str, parameters: list[Declared]) -> Callable[..., None]:
    first, *others = [
        Parameter(one.name, Parameter.KEYWORD_ONLY if number else Parameter.POSITIONAL_OR_KEYWORD, default=one.default)
        for number, one in enumerate(parameters)
    ]
    signature = Signature([Parameter("self", Parameter.POSITIONAL_OR_KEYWORD), first, *others])
    allowed = {one.name for one in parameters}

    def __init__(self: Any, *given: Any, **named: Any) -> None:  # noqa: N807
        for name in named:
            if name not in allowed:
                hint = f" Here it is {MEANT[name]}." if name in MEANT else f" It has {', '.join(sorted(allowed))}."
                raise TypeError(f"{owner} has no parameter {name!r}.{hint}")
        bound = signature.bind(self, *given, **named)
        bound.apply_defaults()
        for name in allowed:
            setattr(self, name, bound.arguments[name])

    __init__.__signature__ = signature  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{owner}.__init__"
    return __init__
