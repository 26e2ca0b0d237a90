"""glassnet: a neural network in a glass box.

Importing this loads NumPy and nothing heavier: the compiled engine, tables, pictures and whatever else takes long to
load comes with its first use.
"""

from .data import Dataset, load_inputs
from .data import load as load_data
from .engines import CustomLossEngine, ReferenceEngine
from .errors import GlassnetError
from .evaluate import Evaluation, evaluate
from .listeners import History
from .model import Model
from .modelfile import load_model, save_model
from .network import Architecture, Network, backpropagate, forward, update
from .notes import NeuralNetwork
from .options import Options
from .parameters import Parameters
from .preprocess import Scaling, Targets
from .recipes import RECIPES
from .training import Fit, fit, new_model, train

__version__ = "0.1.0"

__all__ = [
    "RECIPES",
    "Architecture",
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
    "ReferenceEngine",
    "Scaling",
    "Targets",
    "backpropagate",
    "evaluate",
    "fit",
    "forward",
    "load_data",
    "load_inputs",
    "load_model",
    "new_model",
    "save_model",
    "train",
    "update",
]
