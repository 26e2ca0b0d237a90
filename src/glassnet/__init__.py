"""glassnet: a neural network in a glass box.

``import glassnet`` loads NumPy and nothing heavier. The compiled engine, tables, plots and other slow modules are
loaded when they are first used.
"""

import sys
from typing import TYPE_CHECKING

from ._renamed import MOVED, keep_old_names
from .data import Dataset, load_inputs
from .data import load as load_data
from .engines import CustomLossEngine, ReferenceEngine
from .errors import GlassnetError
from .html.report import report
from .io.limits import max_bytes
from .model.build import new_model
from .model.evaluate import Evaluation, Reliability, evaluate, fit_temperature, reliability
from .model.file import load_model, save_model
from .model.inference import CompiledModel, compiled
from .model.model import Model
from .network import backpropagate, forward, update
from .nn.architecture import Architecture
from .nn.network_class import Network
from .nn.parameters import Parameters
from .notes import NeuralNetwork
from .options.options import Options
from .options.recipes import RECIPES
from .preprocess import Columns, Scaling, Targets
from .preprocess.tabular.dataset import load_table, read_table
from .training.callbacks import History
from .training.checkpoint import CheckpointPolicy, load_checkpoint
from .training.checkpointing import resume
from .training.fit import fit
from .training.loop import train
from .training.lr_finder import RateTest, find_learning_rate
from .training.run import Fit
from .training.verify import Verification, verify

Checkpoint = CheckpointPolicy

if TYPE_CHECKING:
    from .estimators import NetworkClassifier as NetworkClassifier
    from .estimators import NetworkRegressor as NetworkRegressor

__version__ = "0.2.0"

__all__ = [
    "RECIPES",
    "Architecture",
    "Checkpoint",
    "CheckpointPolicy",
    "Columns",
    "CompiledModel",
    "CustomLossEngine",
    "Dataset",
    "Evaluation",
    "Fit",
    "GlassnetError",
    "History",
    "Model",
    "Network",
    "NeuralNetwork",
    "Options",
    "Parameters",
    "RateTest",
    "ReferenceEngine",
    "Reliability",
    "Scaling",
    "Targets",
    "Verification",
    "backpropagate",
    "compiled",
    "evaluate",
    "find_learning_rate",
    "fit",
    "fit_temperature",
    "forward",
    "load_checkpoint",
    "load_data",
    "load_inputs",
    "load_model",
    "load_table",
    "max_bytes",
    "new_model",
    "read_table",
    "reliability",
    "report",
    "resume",
    "save_model",
    "train",
    "update",
    "verify",
]


keep_old_names()

if "IPython" in sys.modules:
    from .html.notebook import register_formatters

    register_formatters()


def __getattr__(name: str) -> object:
    # scikit-learn is optional and slow to load.
    if name in ("NetworkClassifier", "NetworkRegressor"):
        from . import estimators

        return getattr(estimators, name)
    if name in MOVED:
        return sys.modules[f"glassnet.{name}"]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
