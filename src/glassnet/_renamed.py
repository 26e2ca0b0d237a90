"""Modules under the names that they had before: they still import, with a warning that says the new name."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from types import ModuleType
from typing import Any

from .data.dataset import Dataset
from .model.evaluate import Evaluation
from .model.header import Receipt
from .options.options import Options
from .training.receipt import add_test
from .training.run import Fit

RENAMED = {
    "activations": "nn.activations",
    "compiled_model": "model.inference",
    "events": "training.events",
    "importance": "model.importance",
    "language": "i18n.language",
    "listeners": "training.callbacks",
    "losses": "nn.losses",
    "modelfile": "model.file",
    "numerics": "training.numerics",
    "optimizers": "nn.optimizers",
    "parameters": "nn.parameters",
    "pictures": "plots",
    "randomness": "nn.random",
    "rate_finder": "training.lr_finder",
    "reading": "handwriting.reader",
    "receipt": "training.receipt",
    "recipes": "options.recipes",
    "schedules": "nn.schedules",
    "trace": "explain",
    "trace.backwards": "explain.backquery",
    "trace.folds": "training.cross_validation",
    "trace.hidden": "explain.hidden",
    "trace.labels": "explain.label_errors",
    "trace.nodes": "explain.nodes",
    "trace.replay": "explain.replay",
    "trace.slopes": "explain.input_gradients",
    "trace.step": "explain.step",
    "trace.typical": "explain.backquery_table",
    "trace.why": "explain.why",
    "untrained": "model.build",
}
"""Old name -> new name of the modules that pages and examples named, without ``glassnet.``."""

MOVED = {
    "listeners.Listener": "training.callbacks.Callback",
    "receipt.receipt_of": "_renamed.receipt_of",
    "receipt.verify": "training.verify.verify",
}
"""The same for what has another name in its module, or another module than the rest of it."""


def receipt_of(
    fitted: Fit,
    options: Options,
    data: Dataset,
    evaluation: Evaluation,
    *,
    recipe: str = "",
    data_fingerprint: str = "",
) -> Receipt:
    """Return what users put in place of a receipt before `fit` filled it in: that receipt, with the test."""
    receipt = fitted.model.receipt.copy()
    add_test(receipt, evaluation, recipe=recipe)
    return receipt


class _Renamed(ModuleType):
    """Stands in `sys.modules` under an old name and hands out what the module has under its new one."""

    def __getattr__(self, name: str) -> Any:
        old = self.__name__.removeprefix("glassnet.")
        if f"{old}.{name}" in RENAMED:
            return sys.modules[f"glassnet.{old}.{name}"]
        if name.startswith("__"):
            raise AttributeError(name)
        new, _, name = MOVED.get(f"{old}.{name}", f"{RENAMED[old]}.{name}").rpartition(".")
        new = f"glassnet.{new}"
        value = getattr(import_module(new), name)
        warnings.warn(f"{self.__name__} is {new} now", DeprecationWarning, stacklevel=2)
        return value


def keep_old_names() -> None:
    """Let ``from glassnet.pictures import draw_curve`` go on working."""
    for old in RENAMED:
        module = sys.modules[f"glassnet.{old}"] = _Renamed(f"glassnet.{old}")
        module.__path__ = []  # `glassnet.trace.why` is looked for in a package
