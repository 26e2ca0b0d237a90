"""The parameters of scikit-learn's ``MLPClassifier`` and ``MLPRegressor``, translated to those of the estimators here.

scikit-learn's defaults are not translated: the estimators keep their own, which are tuned together.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier

from ..errors import ArgumentError, GlassnetWarning, callers_level
from ..messages.message import Listing, Message

Given = dict[str, Any]
_ROWS = 200  # per step, with scikit-learn's batch_size="auto"
_LIMIT = 200  # scikit-learn's max_iter
_ACTIVATIONS = {"logistic": "sigmoid"}  # the others have the same names


class Translated(NamedTuple):
    """A parameter of scikit-learn here: the parameters it becomes, none if it has no equivalent, and why."""

    parameters: dict[str, Any]
    note: Message | None = None


def translate(kind: type, given: object) -> tuple[dict[str, Any], str]:
    """Return the parameters for an estimator of class `kind`, and a text that lists what was translated.

    Warns about settings without an equivalent. Raises ArgumentError (GN021) when `given` is not scikit-learn's network
    of the same task, and ValueError when a parameter has a value that scikit-learn does not allow.
    """
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    expected = MLPClassifier if is_classifier(kind()) else MLPRegressor
    if not isinstance(given, expected):
        raise _unfit(given, expected.__name__)
    given._validate_params()
    defaults = _plain(expected().get_params())
    # A subclass may set attributes that are not its parameters.
    values = _plain({name: getattr(given, name) for name in defaults} | given.get_params(deep=False))
    made: dict[str, Any] = {}
    lines: dict[str, list[Message]] = {
        "translated": [],
        "not translated": [],
        f"unused by solver {values['solver']}": [],
    }
    translated, not_translated, unused = lines.values()
    for name in (one for one in values if one not in defaults or values[one] != defaults[one]):
        rule, solvers = PARAMETERS.get(name, (_UNKNOWN, _ALL))
        if values["solver"] not in solvers:
            unused.append(Message("{name}", name=name))
            continue
        parameters, note = rule(values)
        made |= parameters
        line = Message("{setting}", setting=f"{name}={values[name]!r}")
        if parameters and parameters != {name: values[name]}:
            new = ", ".join(f"{one}={value!r}" for one, value in parameters.items())
            line = Message("{setting} -> {new}", setting=line, new=new)
        line = Message("{setting} ({note})", setting=line, note=note) if note else line
        (translated if parameters else not_translated).append(line)
    if hasattr(given, "coefs_"):
        not_translated.append(Message("the fitted weights (call fit)"))
    if not_translated:
        template = "from_sklearn: not translated: {settings}."
        warnings.warn(GlassnetWarning(template, settings=Listing(not_translated)), stacklevel=callers_level())
    sections = [f"{title}:\n" + "".join(f"  {line}\n" for line in part) for title, part in lines.items() if part]
    return made, "".join(sections) + "everything else: the defaults of glassnet\n"


def _plain(values: Given) -> Given:
    """Return parameters with the hidden sizes as a tuple."""
    return values | {"hidden_layer_sizes": tuple(np.ravel(values["hidden_layer_sizes"]).astype(int).tolist())}


def _named(given: object) -> Message | str:
    if isinstance(given, type):
        return Message("the class {name}", name=given.__name__)
    return type(given).__name__


def _unfit(given: object, expected: str) -> ArgumentError:
    """Return the error for what is not scikit-learn's network of the same task."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import Pipeline

    last = given.steps[-1][1] if isinstance(given, Pipeline) and given.steps else given
    template, kind = "from_sklearn: {given}, expected {expected}(…).", ""
    if isinstance(last, MLPClassifier | MLPRegressor):
        kind = "Classifier" if isinstance(last, MLPClassifier) else "Regressor"
        template = "from_sklearn: {given}, expected {expected}(…). Use Network{kind}.from_sklearn."
        if last is not given:
            template = (
                "from_sklearn: {given}, expected {expected}(…). Pass the last step of the pipeline; a StandardScaler "
                "before it is not needed here."
            )
    return ArgumentError("GN021", template, given=_named(given), expected=expected, kind=kind)


def _same(name: str, new: str = "") -> Callable[[Given], Translated]:
    return lambda given: Translated({new or name: given[name]})


def _optimizer(given: Given) -> dict[str, Any]:
    """Return the optimizer that is scikit-learn's solver; adam's is only needed for a penalty in the gradient."""
    if given["solver"] == "adam":
        return {"optimizer": "adam"}
    plain = "nesterov" if given["nesterovs_momentum"] else "momentum"
    return {"optimizer": plain if given["momentum"] else "sgd"}


def _solver(given: Given) -> Translated:
    if given["solver"] == "lbfgs":
        return Translated({}, Message("glassnet trains in steps, so the optimizer is its default"))
    return Translated(_optimizer(given))


def _alpha(given: Given) -> Translated:
    if given["alpha"] == 0:
        return Translated({"weight_decay": 0.0})
    if given["solver"] == "lbfgs":
        return Translated({}, Message("its scale is 1 / number of rows: set weight_decay"))
    rows = _rows(given)
    note = Message("scikit-learn divides alpha by the rows of a step, {rows}", rows=rows)
    return Translated(_optimizer(given) | {"weight_decay": given["alpha"] / rows}, note)


def _rows(given: Given) -> int:
    return _ROWS if given["batch_size"] == "auto" else int(given["batch_size"])


def _schedule(given: Given) -> Translated:
    if given["learning_rate"] == "adaptive":
        return Translated({"schedule": "plateau", "rate_drop": 0.2, "patience": _epochs(given)})
    return Translated({}, Message("no schedule is a power of the number of samples: see schedule"))


def _rate(given: Given) -> Translated:
    made = {"learning_rate": given["learning_rate_init"], "batch_size": _rows(given), "max_iter": given["max_iter"]}
    return Translated(made, Message("a rate suits a number and size of steps, so these are scikit-learn's too"))


def _max_iter(given: Given) -> Translated:
    if given["solver"] == "lbfgs":
        return Translated({}, Message("an iteration of lbfgs is not an epoch"))
    if given["max_iter"] <= _LIMIT or given["early_stopping"] or given["learning_rate_init"] != 0.001:
        return Translated({"max_iter": given["max_iter"]})
    note = "a limit, which tol usually undercuts, while here all epochs are run: set max_iter if you need as many"
    return Translated({}, Message(note))


def _epochs(given: Given) -> int:
    """Return `n_iter_no_change`, which may be infinite."""
    return int(min(given["n_iter_no_change"], given["max_iter"]))


def _n_iter_no_change(given: Given) -> Translated:
    if given["early_stopping"]:
        return Translated({"n_iter_no_change": _epochs(given)})
    if given["solver"] == "sgd" and given["learning_rate"] == "adaptive":
        return Translated({"patience": _epochs(given)})
    return Translated({}, Message("without early_stopping, glassnet runs all epochs"))


def _validation_fraction(given: Given) -> Translated:
    if given["early_stopping"]:
        return Translated({"validation_fraction": given["validation_fraction"]})
    return Translated({}, Message("used only with early_stopping"))


def _omitted(note: Message) -> Callable[[Given], Translated]:
    return lambda given: Translated({}, note)


_UNKNOWN = _omitted(Message("this version of glassnet does not have it"))
_ALL = ("adam", "sgd", "lbfgs")
_STEPS = ("adam", "sgd")
PARAMETERS: dict[str, tuple[Callable[[Given], Translated], tuple[str, ...]]] = {
    "loss": (_same("loss"), _ALL),
    "hidden_layer_sizes": (_same("hidden_layer_sizes"), _ALL),
    "activation": (
        lambda given: Translated({"activation": _ACTIVATIONS.get(given["activation"], given["activation"])}),
        _ALL,
    ),
    "solver": (_solver, _ALL),
    "alpha": (_alpha, _ALL),
    "batch_size": (_same("batch_size"), _STEPS),
    "learning_rate": (_schedule, ("sgd",)),
    "learning_rate_init": (_rate, _STEPS),
    "power_t": (
        _omitted(Message("used only with learning_rate='invscaling', which is not translated")),
        ("sgd",),
    ),
    "max_iter": (_max_iter, _ALL),
    "shuffle": (_same("shuffle"), _STEPS),
    "random_state": (_same("random_state"), _ALL),
    "tol": (_omitted(Message("there is no tolerance: early_stopping compares validation losses")), _ALL),
    "verbose": (lambda given: Translated({"verbose": bool(given["verbose"])}), _ALL),
    "warm_start": (_same("warm_start"), _ALL),
    "momentum": (
        lambda given: Translated(_optimizer(given) | ({"momentum": given["momentum"]} if given["momentum"] else {})),
        ("sgd",),
    ),
    "nesterovs_momentum": (lambda given: Translated(_optimizer(given)), ("sgd",)),
    "early_stopping": (_same("early_stopping"), _STEPS),
    "validation_fraction": (_validation_fraction, _STEPS),
    "beta_1": (_same("beta_1", "momentum"), ("adam",)),
    "beta_2": (_same("beta_2", "beta2"), ("adam",)),
    "epsilon": (_same("epsilon"), ("adam",)),
    "n_iter_no_change": (_n_iter_no_change, _STEPS),
    "max_fun": (_omitted(Message("there is no lbfgs")), ("lbfgs",)),
}
"""scikit-learn's parameter -> the rule that translates it, and the solvers that use it."""
