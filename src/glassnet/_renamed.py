"""Modules under the names that they had before: they still import, with a warning that says the new name."""

import sys
import warnings
from importlib import import_module
from types import ModuleType
from typing import Any

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


class _Renamed(ModuleType):
    """Stands in `sys.modules` under an old name and hands out what the module has under its new one."""

    def __getattr__(self, name: str) -> Any:
        old = self.__name__.removeprefix("glassnet.")
        if f"{old}.{name}" in RENAMED:
            return sys.modules[f"glassnet.{old}.{name}"]
        if name.startswith("__"):
            raise AttributeError(name)
        new = f"glassnet.{RENAMED[old]}"
        value = getattr(import_module(new), name)
        warnings.warn(f"{self.__name__} is {new} now", DeprecationWarning, stacklevel=2)
        return value


def keep_old_names() -> None:
    """Let ``from glassnet.pictures import draw_curve`` go on working."""
    for old in RENAMED:
        module = sys.modules[f"glassnet.{old}"] = _Renamed(f"glassnet.{old}")
        module.__path__ = []  # `glassnet.trace.why` is looked for in a package
