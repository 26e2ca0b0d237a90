"""The estimators' parameters, derived from `options`: name, default, help; and the ``__init__`` that takes them.

scikit-learn reads an estimator's parameters off the signature of its ``__init__``. That signature is made here of the
options an estimator has, so that each is declared in one place. Where scikit-learn has a firm word of its own, that is
the parameter's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature, cleandoc
from numbers import Integral
from typing import Any, NamedTuple, TypeVar

from sklearn.utils import check_random_state

from ..engines import usable_cores
from ..errors import OptionError
from ..options.options import ITEMS, SPECS, TYPES, Options, checked

NAMES: dict[str, str] = {
    "hidden": "hidden_layer_sizes",
    "epochs": "max_iter",
    "early_stopping": "n_iter_no_change",
    "validation": "validation_fraction",
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
    "tol": "n_iter_no_change",
    **{option: name for option, name in NAMES.items() if option != "early_stopping"},
}
"""Names that a user of ``MLPClassifier``, or of `Options`, may try -> what stands for them here."""

_KINDS = {"seed": "int, RandomState or None", "threads": "int, -1 for one a core, or None for 1"}
_TEXTS = {"threads": "threads, at most one a shard; never part of the result"}
"""Where an option's own text would mean something else here."""
_TYPE_WORDS = {bool: "bool", int: "int", float: "float", str: "str"}


class Declared(NamedTuple):
    """One parameter: its name, default, type in words, help; the option it sets, if it sets one, and by which words."""

    name: str
    default: Any
    kind: str
    help: str
    option: str = ""
    words: tuple[str, ...] = ()


def of_options(
    names: Iterable[str], defaults: Options, automatic: dict[str, str], choices: dict[str, tuple[str, ...]]
) -> list[Declared]:
    """Declare a parameter for each of some options.

    Parameters
    ----------
    names : iterable of str
        The options.
    defaults : Options
        What they are if nothing else is said.
    automatic : dict of str
        Option -> how its value follows from the data when it is ``"auto"``, which is then its default.
    choices : dict of tuple of str
        Option -> the words that make sense here, where they are fewer than the option has.
    """
    declared = []
    for name in names:
        said = _TEXTS.get(name) or SPECS[name].full_help().split("; repeat")[0]
        default = getattr(defaults, name)
        kind, text = _KINDS.get(name) or _kind(name, choices.get(name)), f"{said[0].upper()}{said[1:]}."
        if name in automatic:
            kind, default = f'{kind}, or "auto"', "auto"
            text = f'{text} "auto": {automatic[name]}.'
        elif TYPES[name] is not ITEMS[name] and name != "hidden":
            default = default[0]  # one for all layers
        declared.append(Declared(NAMES.get(name, name), default, kind, text, name, choices.get(name, ())))
    return declared


def checked_parameter(parameter: Declared, value: Any) -> Any:
    """Return the value of a parameter's option in its own type.

    Raises
    ------
    OptionError
        GN021, in the words of the parameter.
    """
    others = ', or "auto"' if parameter.default == "auto" else ", or a function" if parameter.option == "loss" else ""
    try:
        if parameter.words and isinstance(value, str) and value not in parameter.words:
            raise OptionError("GN021", f"{parameter.option} {value!r}: expected one of {', '.join(parameter.words)}.")
        return checked(parameter.option, value)
    except OptionError as problem:
        text = parameter.name + str(problem).removeprefix(parameter.option).removesuffix(".")
        raise OptionError(
            problem.code, f"{text.replace('expected yes or no', 'expected True or False')}{others}."
        ) from None


def _kind(name: str, choices: tuple[str, ...] | None) -> str:
    """Return the type of an option's values in words."""
    words, others = choices or SPECS[name].choices, " or callable" if name == "loss" else ""
    one = "{" + ", ".join(f'"{word}"' for word in words) + "}" if words else _TYPE_WORDS[ITEMS[name]]
    return one + others if TYPES[name] is ITEMS[name] else f"{one}, or one a hidden layer"


_Class = TypeVar("_Class", bound=type)


def with_parameters(parameters: list[Declared], attributes: dict[str, str]) -> Callable[[_Class], _Class]:
    """Give a class an ``__init__`` that takes and keeps these parameters, and describe them in its docstring.

    `attributes` are those that `fit` leaves, as name and type -> what it is; both sections come before the examples.
    """
    described = {f"{one.name} : {one.kind}, default {one.default!r}": one.help for one in parameters}

    def decorate(cls: _Class) -> _Class:
        text, examples = cleandoc(cls.__doc__ or "").split("Examples\n", 1)  # which Python has done itself since 3.13
        for title, entries in (("Parameters", described), ("Attributes", attributes)):
            lines = [title, "-" * len(title), *(line for one in entries.items() for line in (one[0], f"    {one[1]}"))]
            text += "".join(f"{line}\n" for line in lines) + "\n"
        cls.__doc__ = f"{text}Examples\n{examples}"
        cls.parameters = tuple(parameters)  # type: ignore[attr-defined]
        cls.__init__ = _constructor(cls.__name__, parameters)  # type: ignore[misc]
        return cls

    return decorate


def _constructor(owner: str, parameters: list[Declared]) -> Callable[..., None]:
    first, *others = parameters
    signature = Signature(
        [
            Parameter("self", Parameter.POSITIONAL_OR_KEYWORD),
            Parameter(first.name, Parameter.POSITIONAL_OR_KEYWORD, default=first.default),
            *(Parameter(one.name, Parameter.KEYWORD_ONLY, default=one.default) for one in others),
        ]
    )
    names = [one.name for one in parameters]

    def __init__(self: Any, *given: Any, **named: Any) -> None:  # noqa: N807
        for name in named:
            if name not in names:
                hint = f"that is {MEANT[name]} here" if name in MEANT else f"expected one of {', '.join(names)}"
                raise TypeError(f"{owner} has no parameter {name!r}: {hint}.")
        bound = signature.bind(self, *given, **named)
        bound.apply_defaults()
        for name in names:
            setattr(self, name, bound.arguments[name])

    __init__.__signature__ = signature  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{owner}.__init__"
    return __init__


def seed_of(random_state: Any) -> int:
    """Return the seed that scikit-learn's `random_state` stands for; one that is no number is drawn from."""
    if isinstance(random_state, Integral) and not isinstance(random_state, bool):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def threads_of(n_jobs: Any) -> Any:
    """Return how many threads scikit-learn means: None is one, -1 one a core, -2 one less.

    Raises
    ------
    ValueError
        For 0, which is none.
    """
    if isinstance(n_jobs, Integral) and n_jobs == 0:
        raise ValueError("n_jobs 0: expected None, 1 or more, or -1 for one thread a core.")
    if isinstance(n_jobs, Integral) and n_jobs < 0:
        return max(1, usable_cores() + 1 + int(n_jobs))
    return 1 if n_jobs is None else n_jobs
