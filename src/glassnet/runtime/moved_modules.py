"""Module names of version 0.2 and before: importing one fails and names the new one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "activations": "nn.activations",
    "checkpoint": "training.checkpoint",
    "compiled_model": "model.inference",
    "engines.custom": "engines.custom_loss",
    "engines.interface": "engines.protocol",
    "estimators.saved": "estimators.persistence",
    "evaluate": "model.evaluate",
    "events": "training.events",
    "files": "io.writing",
    "handwriting.gaps": "segmentation.gaps",
    "handwriting.margin": "segmentation.margin",
    "handwriting.mnist_form": "segmentation.mnist_form",
    "handwriting.morphology": "segmentation.morphology",
    "handwriting.paper": "segmentation.paper",
    "handwriting.photo": "segmentation.photo",
    "handwriting.rules": "segmentation.rules",
    "handwriting.segment": "segmentation.segment",
    "handwriting.sheet": "segmentation.sheet",
    "importance": "model.importance",
    "initializers": "nn.initializers",
    "keeping": "training.checkpointing",
    "language": "messages.languages",
    "listeners": "training.callbacks",
    "losses": "nn.losses",
    "modelfile": "model.file",
    "nn.blas": "runtime.blas",
    "nn.compile_notice": "runtime.compile_notice",
    "nn.jit": "runtime.jit",
    "nn.kernel_cache": "runtime.kernel_cache",
    "nn.network_class": "model.network",
    "nn.train_step": "model.train_step",
    "numerics": "training.numerics",
    "optimizers": "nn.optimizers",
    "parameters": "nn.parameters",
    "pictures": "plots",
    "position": "training.state",
    "preprocess.columns": "preprocess.tabular.columns",
    "preprocess.encodings": "preprocess.tabular.encoders",
    "preprocess.predicted": "preprocess.tabular.target",
    "preprocess.weights": "preprocess.class_weights",
    "randomness": "nn.random",
    "rate_finder": "training.lr_finder",
    "reading": "handwriting.reader",
    "receipt": "training.receipt",
    "recipes": "options.recipes",
    "report": "html.report",
    "schedules": "nn.schedules",
    "specs": "options.spec",
    "trace": "explain",
    "training.paired": "workflow.comparison.paired",
    "untrained": "model.build",
}
"""Old module -> new module, both without the prefix ``glassnet.``."""


class MovedModules(MetaPathFinder):
    """Asked last, after Python has found no such module."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise ModuleNotFoundError with the new name of an old module of glassnet; return None for all others."""
        old = name.removeprefix("glassnet.")
        if old == name or old not in MOVED:
            return None
        raise ModuleNotFoundError(f"No module named {name!r}; it is 'glassnet.{MOVED[old]}' now.", name=name)
