"""The scores by which sides can be compared."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ...data.dataset import Dataset, task_of
from ...errors import OptionError
from ...messages.message import Listing
from ...messages.option_spelling import Option
from ...model.evaluate import Evaluation
from ...options.options import Options

METRICS: dict[str, tuple[bool, Callable[[Evaluation], float | None]]] = {
    "accuracy": (True, lambda tested: tested.accuracy),
    "balanced_accuracy": (True, lambda tested: tested.balanced_accuracy),
    "log_loss": (False, lambda tested: tested.log_loss),
    "rmse": (False, lambda tested: tested.rmse),
    "r2": (True, lambda tested: tested.r2),
    "loss": (False, lambda tested: tested.loss),
}
"""Metric -> whether higher is better, and its value in an evaluation."""
_OF_TASK = {
    "classes": ("accuracy", "balanced_accuracy", "log_loss", "loss"),
    "labels": ("accuracy", "loss"),
    "numbers": ("rmse", "r2", "loss"),
}
"""Task of the data -> its metrics; the first is the default."""
_LOSS = ("loss", "loss_parameter", "targets")


def metric_for(training: Dataset, options: Collection[Options], metric: str | None = None) -> str:
    """Return the metric, by default the one that suits the data."""
    numbers = next(iter(options)).targets == "values"
    task = "numbers" if numbers else task_of(training)
    if metric is None:
        return "r2" if task == "numbers" and training.classes > 1 else _OF_TASK[task][0]
    if metric not in _OF_TASK[task]:
        raise unsuitable(metric, _OF_TASK[task])
    losses = {tuple(getattr(one, name) for name in _LOSS) for one in options}
    if metric == "loss" and len(losses) > 1:
        template = "{metric}: the sides minimize different losses, which cannot be compared. Omit it."
        raise OptionError("GN022", template, metric=Option("metric", metric))
    return metric


def unsuitable(metric: str, names: Collection[str]) -> OptionError:
    """Return the error for a metric of other data."""
    template = "{metric}: not available for these data, expected one of {names}."
    return OptionError("GN022", template, metric=Option("metric", metric), names=Listing(names))
