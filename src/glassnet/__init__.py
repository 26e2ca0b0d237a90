"""glassnet: a neural network in a glass box.

``import glassnet`` loads little. Every public name is imported when it is first used, together with what
it needs, such as tables, plots or scikit-learn.
"""

import sys as _sys
from importlib.util import find_spec as _find_spec
from typing import TYPE_CHECKING as _TYPE_CHECKING

from .runtime.lazy_names import lazy_names as _lazy_names

if _TYPE_CHECKING:
    from . import explain as explain
    from . import plots as plots
    from .data.dataset import Dataset as Dataset
    from .data.load import load as _load
    from .data.queries import load_inputs as load_inputs
    from .data.split import split as _split
    from .data.stream.opening import open_stream as open_stream
    from .distributed.cluster import ray_cluster as ray_cluster
    from .engines.custom_loss import CustomLossEngine as CustomLossEngine
    from .engines.reference import ReferenceEngine as ReferenceEngine
    from .errors import GlassnetError as GlassnetError
    from .estimators.classifier import NetworkClassifier as NetworkClassifier
    from .estimators.regressor import NetworkRegressor as NetworkRegressor
    from .exports.export import export as export
    from .exports.export import prove as prove
    from .exports.onnx.importing import import_model as import_model
    from .html.report import report as report
    from .io.limits import max_bytes as max_bytes
    from .model.build import new_model as new_model
    from .model.evaluate import Evaluation as Evaluation
    from .model.evaluate import Reliability as Reliability
    from .model.evaluate import evaluate as evaluate
    from .model.evaluate import fit_temperature as fit_temperature
    from .model.evaluate import reliability as reliability
    from .model.file import load_model as load_model
    from .model.file import save_model as save_model
    from .model.file import shipped_model as shipped_model
    from .model.inference import CompiledModel as CompiledModel
    from .model.inference import PortableModel as PortableModel
    from .model.inference import compiled as compiled
    from .model.model import Model as Model
    from .model.network import Network as Network
    from .network import backpropagate as backpropagate
    from .network import forward as forward
    from .network import update as update
    from .nn.architecture import Architecture as Architecture
    from .nn.parameters import Parameters as Parameters
    from .notes import NeuralNetwork as NeuralNetwork
    from .options.options import Options as Options
    from .options.recipes import RECIPES as RECIPES
    from .preprocess.scaling import Scaling as Scaling
    from .preprocess.tabular.columns import Columns as Columns
    from .preprocess.tabular.dataset import load_table as load_table
    from .preprocess.tabular.dataset import read_table as read_table
    from .preprocess.targets import Targets as Targets
    from .training.callbacks import History as History
    from .training.checkpoint import CheckpointPolicy as CheckpointPolicy
    from .training.checkpoint import load_checkpoint as load_checkpoint
    from .training.checkpointing import resume as resume
    from .training.fine_tuning import fine_tuning_options as fine_tuning_options
    from .training.fit import fit as fit
    from .training.loop import train as train
    from .training.lr_finder import RateTest as RateTest
    from .training.lr_finder import find_learning_rate as find_learning_rate
    from .training.run import Fit as Fit
    from .training.streaming.fit import fit_stream as fit_stream
    from .training.streaming.fit import resume_stream as resume_stream
    from .training.streaming.fit import verify_stream as verify_stream
    from .training.verify import Verification as Verification
    from .training.verify import verify as verify
    from .workflow.comparison.compare import compare as compare
    from .workflow.comparison.result import Comparison as Comparison
    from .workflow.labels_job import find_label_issues as find_label_issues
    from .workflow.load_file import load as load
    from .workflow.model_data import load_split as load_split
    from .workflow.predict_job import query_model as query_model
    from .workflow.read_job import read_photos as read_photos
    from .workflow.search.api import search as search
    from .workflow.search.result import SearchResult as SearchResult
    from .workflow.table_model import TableModel as TableModel

    load_data, train_test_split = _load, _split

__version__: str
"""That of the installed package, as training records have it; ``pyproject.toml`` is its only place."""

_HOMES = {
    "Architecture": "nn.architecture",
    "CheckpointPolicy": "training.checkpoint",
    "Columns": "preprocess.tabular.columns",
    "Comparison": "workflow.comparison.result",
    "CompiledModel": "model.inference",
    "CustomLossEngine": "engines.custom_loss",
    "Dataset": "data.dataset",
    "Evaluation": "model.evaluate",
    "Fit": "training.run",
    "GlassnetError": "errors",
    "History": "training.callbacks",
    "Model": "model.model",
    "Network": "model.network",
    "NetworkClassifier": "estimators.classifier",
    "NetworkRegressor": "estimators.regressor",
    "NeuralNetwork": "notes",
    "Options": "options.options",
    "Parameters": "nn.parameters",
    "PortableModel": "model.inference",
    "RECIPES": "options.recipes",
    "RateTest": "training.lr_finder",
    "ReferenceEngine": "engines.reference",
    "Reliability": "model.evaluate",
    "SearchResult": "workflow.search.result",
    "Scaling": "preprocess.scaling",
    "TableModel": "workflow.table_model",
    "Targets": "preprocess.targets",
    "Verification": "training.verify",
    "backpropagate": "network",
    "compare": "workflow.comparison.compare",
    "compiled": "model.inference",
    "evaluate": "model.evaluate",
    "export": "exports.export",
    "explain": "",
    "find_label_issues": "workflow.labels_job",
    "find_learning_rate": "training.lr_finder",
    "fine_tuning_options": "training.fine_tuning",
    "fit": "training.fit",
    "fit_temperature": "model.evaluate",
    "fit_stream": "training.streaming.fit",
    "forward": "network",
    "import_model": "exports.onnx.importing",
    "load": "workflow.load_file",
    "load_checkpoint": "training.checkpoint",
    "load_data": "data.load:load",
    "load_inputs": "data.queries",
    "load_model": "model.file",
    "load_split": "workflow.model_data",
    "load_table": "preprocess.tabular.dataset",
    "max_bytes": "io.limits",
    "new_model": "model.build",
    "open_stream": "data.stream.opening",
    "plots": "",
    "prove": "exports.export",
    "query_model": "workflow.predict_job",
    "ray_cluster": "distributed.cluster",
    "read_photos": "workflow.read_job",
    "read_table": "preprocess.tabular.dataset",
    "reliability": "model.evaluate",
    "report": "html.report",
    "resume": "training.checkpointing",
    "resume_stream": "training.streaming.fit",
    "save_model": "model.file",
    "search": "workflow.search.api",
    "shipped_model": "model.file",
    "train": "training.loop",
    "train_test_split": "data.split:split",
    "update": "network",
    "verify": "training.verify",
    "verify_stream": "training.streaming.fit",
}

_PACKAGES = (
    *(
        "data",
        "distributed",
        "doctor",
        "engines",
        "errors",
        "estimators",
        "handwriting",
        "html",
        "io",
        "learn",
    ),
    *("model", "network", "nn", "notes", "options", "preprocess", "segmentation", "studio", "training"),
)
"""Modules that ``glassnet.NAME`` finds although they are not public names."""

# `from glassnet import *` imports every name here, and the estimators need an optional package.
__all__ = sorted(
    name for name, home in _HOMES.items() if not home.startswith("estimators") or _find_spec("sklearn") is not None
)

_public = _lazy_names(__name__, _HOMES)[0]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from .messages.message import Message
        from .messages.progress import step

        with step(Message("loading glassnet.{name}", name=name)):
            value = globals()[name] = _public(name)
        return value
    if name == "__version__":
        from importlib.metadata import version  # loads the standard library's parser of e-mail

        value = globals()[name] = version("glassnet")
        return value
    if name in _PACKAGES:
        from importlib import import_module

        return import_module(f"glassnet.{name}")
    message = f"module {__name__!r} has no attribute {name!r}"
    if name == "Checkpoint":  # of version 0.2
        raise AttributeError(f"{message}. It is 'CheckpointPolicy' now.", name=name)
    if not name.startswith("_"):
        from difflib import get_close_matches

        if near := get_close_matches(name, __all__, 1):  # Python itself names one only in a traceback on a terminal
            raise AttributeError(f"{message}. Did you mean {near[0]!r}?", name=name)
    raise AttributeError(message, name=name, obj=_sys.modules[__name__])


def __dir__() -> list[str]:
    return sorted(
        {*__all__, "__version__", *(name for name in globals() if name.startswith("__") and name.endswith("__"))}
    )


if "IPython" in _sys.modules:
    from .html.formatters import register_formatters as _register_formatters

    _register_formatters()
