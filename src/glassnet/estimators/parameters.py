"""The estimators' parameters, derived from the options.

An option becomes a parameter of both estimators, unless `NOT_PARAMETERS` names it, with the default, the check and the
help text declared in `options`. Where scikit-learn has an established name, the parameter uses it. scikit-learn and
editors read an estimator's parameters from the signature of ``__init__``, which a script writes into `signatures`.
Defaults that depend on the number of rows are in `recipes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from inspect import cleandoc
from numbers import Integral
from typing import Any, NamedTuple, TypeVar

from sklearn.utils import check_random_state

from ..errors import OptionError, require_choice
from ..messages.option_spelling import Option
from ..metrics import LOSS, METRICS
from ..nn.losses import LOSSES as ALL_LOSSES
from ..options.options import DISTORTIONS, ITEMS, OTHER_NAMES, SPECS, TYPES, Options, checked
from ..options.recipes import BY_TASK, MOST_PLAIN_ROWS, for_table
from ..runtime.system import available_cores

CLASSIFIER = Options.recipe("table", input_max=1.0, threads=1)
REGRESSOR = replace(CLASSIFIER, **BY_TASK["numbers"])
"""Default options of the two estimators."""


class OptionAs(NamedTuple):
    """An option as a parameter: its name, the only estimator that has it, and texts that differ from the option's."""

    name: str = ""
    only: str = ""
    kind: str = ""
    help: str = ""


LOSSES: dict[str, tuple[str, ...]] = {
    "classes": tuple(name for name, loss in ALL_LOSSES.items() if "softmax" in loss.forms),
    "numbers": tuple(name for name, loss in ALL_LOSSES.items() if {"identity", "exponential"} & loss.forms.keys()),
}
"""Task -> its losses."""
_TASKS = {"classes": {"classes", "labels"}, "numbers": {"numbers"}}
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    task: {"loss": LOSSES[task], "metric": (LOSS, *(name for name, one in METRICS.items() if kinds & {*one.tasks}))}
    for task, kinds in _TASKS.items()
}
"""Task -> option -> the words that suit the task, of an option that has others too."""


def _only(loss: str) -> str:
    """Return the task of a loss; empty if both have it."""
    tasks = [task for task, names in LOSSES.items() if loss in names]
    return tasks[0] if len(tasks) == 1 else ""


_OTHERWISE: dict[str, OptionAs] = {
    "hidden": OptionAs("hidden_layer_sizes"),
    **{loss.parameter.option: OptionAs(only=_only(name)) for name, loss in ALL_LOSSES.items() if loss.parameter},
    "epochs": OptionAs("max_iter"),
    "label_smoothing": OptionAs(only="classes"),
    "early_stopping": OptionAs("n_iter_no_change"),
    "validation": OptionAs(
        "validation_fraction", help="fraction of the rows held out by `early_stopping=True` and by `calibrate=True`"
    ),
    "seed": OptionAs("random_state", kind="int, RandomState or None"),
    "threads": OptionAs(
        "n_jobs",
        kind="int or None",
        help="number of threads, at most one per shard; -1: one per core, None: 1. It does not affect the result",
    ),
}
"""Option -> its parameter, if it is not one of the same name, type and help in both estimators."""

NOT_PARAMETERS: dict[str, str] = {
    "output": "depends on the kind of target and the loss",
    "targets": "depends on the kind of target",
    "classes": "depends on y",
    "class_weight": "NetworkClassifier has its own, by the classes of y",
    "rule": "the rule notes is for the network of the notes: use glassnet.fit",
    "shards": "affects the last bits of the result, but there is nothing to tune",
    "blocks": "depends on the number of rows",
    "skip_zeros": "affects the last bits of the result, and saves time where it applies",
    "holdout": "scikit-learn has train_test_split",
    **dict.fromkeys(
        ("size", "colour", "handwriting", *DISTORTIONS, "elastic_sigma", "deskew"), "for images: use glassnet.fit"
    ),
}
"""Options that are not parameters -> the reason."""

PARAMETERS: dict[str, OptionAs] = {
    name: _OTHERWISE.get(name, OptionAs()) for name in SPECS if name not in NOT_PARAMETERS
}
"""Option -> its parameter, in the order of the options."""

NAMES: dict[str, str] = {option: one.name or option for option, one in PARAMETERS.items()}
"""Option -> the parameter's name."""

MEANT: dict[str, str] = {
    **{other: NAMES.get(option, option) for other, option in OTHER_NAMES.items() if other not in NAMES.values()},
    **{option: name for option, name in NAMES.items() if option not in (name, "early_stopping")},
}
"""Names that users of ``MLPClassifier`` or `Options` may try -> the parameter to use instead."""

_TYPE_WORDS = {bool: "bool", int: "int", float: "float", str: "str"}


_OTHERS = f"for {CLASSIFIER.optimizer}; other optimizers differ"

AUTOMATIC: dict[str, str] = {
    "learning_rate": f"0.002 to 0.01, larger for more rows ({_OTHERS})",
    "weight_decay": f"{CLASSIFIER.weight_decay} ({_OTHERS})",
    "batch_size": "a 24th of the training rows, 16 to 256",
    "epochs": "by the number of rows: "
    + ", ".join(f"{for_table(rows)['epochs']} for {rows:,}" for rows in (100, 1_000, 10_000, 100_000)),
    "early_stopping": "three tenths of `max_iter`",
    "scaling": "the columns are prepared as `columns_` says; features for sparse matrices and `partial_fit`",
    "members": "4, or fewer for less than 40 rows; 1 with `early_stopping` True or False, `X_val`, `warm_start`, "
    "`calibrate` or a loss function, and for `partial_fit`",
    "folds": "whether there are several members",
    "plain_inputs": f"whether there are several members and at most {MOST_PLAIN_ROWS:,} rows",
}
"""Option -> description of its value if the parameter is "auto"."""


class Declared(NamedTuple):
    """One parameter: name, default, type in words, help, the option it sets (if any), and the allowed words."""

    name: str
    default: Any
    kind: str
    help: str
    option: str = ""
    words: tuple[str, ...] = ()


def parameters_for(task: str) -> list[Declared]:
    """Return the parameters of the estimator for ``"classes"`` or ``"numbers"``."""
    defaults = REGRESSOR if task == "numbers" else CLASSIFIER
    words, declared = WORDS[task], []
    for option, one in PARAMETERS.items():
        if one.only not in ("", task):
            continue
        help_text = one.help or SPECS[option].full_help().split("; repeat")[0]
        default = getattr(defaults, option)
        kind, text = one.kind or _kind(option, words.get(option)), f"{help_text[0].upper()}{help_text[1:]}."
        if option in AUTOMATIC:
            kind, default = f'{kind}, or "auto"', "auto"
            text = f'{text} "auto": {AUTOMATIC[option]}.'
        elif TYPES[option] is not ITEMS[option] and option != "hidden":
            default = default[0]  # one for all layers
        declared.append(Declared(NAMES[option], default, kind, text, option, words.get(option, ())))
    return declared


def checked_parameter(parameter: Declared, value: Any) -> Any:
    """Return the value of a parameter, converted to the type of its option."""
    try:
        if parameter.words and isinstance(value, str):
            require_choice(Option(parameter.name), value, parameter.words)
        return checked(parameter.option, value, parameter.name)
    except OptionError as problem:
        if parameter.default == "auto":
            raise OptionError(problem.code, '{problem} Or pass "auto".', problem=problem) from None
        if parameter.option == "loss":
            raise OptionError(problem.code, "{problem} Or pass a function.", problem=problem) from None
        raise


def _kind(name: str, choices: tuple[str, ...] | None) -> str:
    """Describe the type of an option's values."""
    words, others = choices or SPECS[name].choices, " or callable" if name == "loss" else ""
    one = "{" + ", ".join(f'"{word}"' for word in words) + "}" if words else _TYPE_WORDS[ITEMS[name]]
    return one + others if TYPES[name] is ITEMS[name] else f"{one}, or one per hidden layer"


_Class = TypeVar("_Class", bound=type)


def with_parameters(parameters: list[Declared], attributes: dict[str, str]) -> Callable[[_Class], _Class]:
    """Return a class decorator that documents these parameters in the docstring.

    `attributes` are the fitted attributes: name and type -> description. Both sections come before the examples.
    """
    described = {f"{one.name} : {one.kind}, default {one.default!r}": one.help for one in parameters}

    def decorate(cls: _Class) -> _Class:
        text, examples = cleandoc(cls.__doc__ or "").split(
            "Examples\n", 1
        )  # Python 3.13 and newer clean docstrings themselves
        for title, entries in (("Parameters", described), ("Attributes", attributes)):
            lines = [title, "-" * len(title), *(line for one in entries.items() for line in (one[0], f"    {one[1]}"))]
            text += "".join(f"{line}\n" for line in lines) + "\n"
        cls.__doc__ = f"{text}Examples\n{examples}"
        cls.parameters = tuple(parameters)  # type: ignore[attr-defined]
        return cls

    return decorate


def seed_of(random_state: Any) -> int:
    """Return the seed for scikit-learn's `random_state`; draw one if it is not an integer."""
    if isinstance(random_state, Integral) and not isinstance(random_state, bool):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def threads_of(n_jobs: Any) -> Any:
    """Return the number of threads for scikit-learn's `n_jobs`, not 0: None is 1, -1 one per core, -2 one fewer."""
    if isinstance(n_jobs, Integral) and n_jobs == 0:
        raise OptionError("GN021", "n_jobs 0: expected None, 1 or more, or -1 for one thread per core.")
    if isinstance(n_jobs, Integral) and n_jobs < 0:
        return max(1, available_cores() + 1 + int(n_jobs))
    return 1 if n_jobs is None else n_jobs
