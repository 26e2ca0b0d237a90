"""Old module names: they can still be imported, with a warning that gives the new name."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data.dataset import Dataset
    from .model.evaluate import Evaluation
    from .model.header import Receipt
    from .options.options import Options
    from .training.run import Fit

KEPT = ("model", "network", "options", "preprocess.tabular", "training")
"""Old modules that still exist, and load quickly."""

MOVED: dict[str, dict[str, str]] = {
    "activations": {
        "nn.activations": "ACTIVATIONS Activation LEAK OUTPUTS_ONLY exponential exponential_derivative gelu"
        " gelu_derivative identity identity_derivative leaky_relu leaky_relu_derivative relu relu_derivative sigmoid"
        " sigmoid_derivative softmax tanh tanh_derivative"
    },
    "checkpoint": {"training.checkpoint": "Checkpoint SavedTraining load_checkpoint"},
    "compiled_model": {"model.inference": "CompiledModel compiled"},
    "engines.custom": {"engines.custom_loss": "CustomLossEngine Loss"},
    "engines.interface": {
        "engines.protocol": "Block Engine Gradients Masks Progress",
        "engines.samples": "Batch Samples",
    },
    "estimators.saved": {"estimators.persistence": "restored"},
    "evaluate": {
        "model.evaluate": "ClassScores Evaluation NumberScores Reliability class_scores evaluate fit_temperature"
        " label_scores most_confused number_scores reliability"
    },
    "events": {"training.events": "BlockDone EpochDone Event Preparing TrainingEnded TrainingStarted"},
    "files": {
        "io.writing": "free_name picture_format replacing require_folder require_page_place require_picture_place"
        " require_place require_suffix write_text"
    },
    "importance": {"model.importance": "shuffled_columns"},
    "initializers": {
        "nn.initializers": "INITIALIZERS Initializer glorot he initial_parameters notes small uniform",
    },
    "keeping": {"training.checkpointing": "resume"},
    "language": {
        "messages.languages": "LANGUAGES chinese preferred",
        "messages.formats": "counted shortened width_of",
        "words.speaking": "Say speaking",
    },
    "listeners": {"training.callbacks": "History Listener MOST_POINTS"},
    "losses": {
        "nn.losses": "LOSSES Maker NumberLoss OUTPUT_LOSSES OutputLoss cross_entropy_sigmoid cross_entropy_softmax"
        " focal_sigmoid focal_softmax loss_parameter output_loss poisson squared_error"
    },
    "model": {"model.model": "Model require_model"},
    "modelfile": {"model.file": "FORMAT Tensors load_model read save_model shipped_model write"},
    "network": {"nn.architecture": "RULES", "model.network": "Network", "model.train_step": "train_step"},
    "numerics": {"training.numerics": "CHANGES NUMERICS"},
    "optimizers": {
        "nn.optimizers": "OPTIMIZERS Rule State adam adamw clip_factor follow momentum nesterov rmsprop sgd take_step"
    },
    "options": {"options.options": "DISTORTIONS ITEMS Options SPECS TYPES checked for_optimizer"},
    "parameters": {"nn.parameters": "FloatArray Layout Parameters aligned_zeros"},
    "pictures": {
        "plots": "digit_lines draw_augmentation draw_confusion draw_curve draw_digits draw_hidden draw_reading"
        " draw_reliability draw_stages draw_step draw_weights draw_why new_axes save save_digit"
    },
    "pictures.augmentation": {"plots.augmentation": "draw_augmentation"},
    "pictures.confusion": {"plots.confusion": "draw_confusion"},
    "pictures.curve": {"plots.curve": "draw_curve"},
    "pictures.digits": {"plots.digits": "draw_digits"},
    "pictures.figure": {"plots.figure": "new_axes save"},
    "pictures.hidden": {"plots.hidden": "draw_hidden"},
    "pictures.plain": {"plots.raw_image": "save_digit"},
    "pictures.reading": {"plots.reading": "draw_reading draw_stages"},
    "pictures.reliability": {"plots.reliability": "draw_reliability"},
    "pictures.step": {"plots.step": "draw_step"},
    "pictures.step_page": {"html.step": "step_html step_page"},
    "pictures.terminal": {"plots.terminal": "digit_lines"},
    "pictures.weights": {"plots.weights": "draw_weights"},
    "pictures.why": {"plots.why": "draw_why"},
    "pictures.words": {"words.plots": "WORDS shown words_in"},
    "position": {"training.state": "Position size_of"},
    "preprocess.columns": {"preprocess.tabular.columns": "Columns VERSION require_column"},
    "preprocess.encodings": {
        "preprocess.tabular.encoders": "BooleanColumn NumberColumn WordColumn",
        "preprocess.tabular.kinds": "ENCODINGS encoding_from",
    },
    "preprocess.predicted": {"preprocess.tabular.target": "TASKS Target learn_target learn_targets"},
    "preprocess.tabular": {"preprocess.tabular.dataset": "load_table read_table"},
    "preprocess.weights": {"preprocess.class_weights": "class_weights"},
    "randomness": {"nn.random": "Purpose generator key uniform"},
    "rate_finder": {"training.lr_finder": "RateTest find_learning_rate"},
    "reading": {"handwriting.reader": "Digit Reading read_photo"},
    "receipt": {
        "_renamed": "receipt_of",
        "data.fingerprint": "fingerprint",
        "training.receipt": "differences engine_of extent_of options_of surroundings",
        "training.verify": "Verdict verify",
    },
    "recipes": {"options.recipes": "BY_OPTIMIZER RECIPES for_rows"},
    "report": {"html.report": "report"},
    "report.answer": {"html.why": "answer_page"},
    "schedules": {"nn.schedules": "Plateau SCHEDULES Schedule constant cosine learning_rates linear one_cycle step"},
    "specs": {"options.spec": "Spec fitting option"},
    "trace": {},
    "trace.backwards": {"explain.backquery": "NOISES backquery dream"},
    "trace.flip": {"explain.counterfactual": "Flip"},
    "trace.folds": {"training.cross_validation": "fold_of options_for out_of_fold"},
    "trace.hidden": {"explain.hidden": "HiddenSpace MOST_SAMPLES hidden_space"},
    "trace.integrated": {"explain.integrated_gradients": "PIECES integrated_gradients"},
    "trace.labels": {
        "explain.label_errors": "Cause LabelModel Labels Suspects find_suspects fit_label_model normalised_margin"
    },
    "trace.nodes": {"explain.nodes": "BENDING_BOTH_WAYS FLAT LayerOfNodes MOSTLY STEEPEST examine_nodes"},
    "trace.replay": {"explain.replay": "Replay replay"},
    "trace.slopes": {"explain.input_gradients": "require_classes"},
    "trace.step": {"explain.step": "LayerStep Trace WayBack trace trace_step worked_example"},
    "trace.typical": {"explain.backquery_table": "Typical typical_rows"},
    "trace.why": {"explain.why": "ENOUGH Nearest Neighbours Why why"},
    "training": {"training.loop": "train", "training.run": "Fit Run finish"},
    "untrained": {"model.build": "EXPONENTIAL_START new_model samples_for training_range_of"},
}
"""Old module -> new module -> the old names of what moved there; modules without the prefix ``glassnet.``.

A name that is not listed raises AttributeError without any import, because pickle and other libraries look up names in
every loaded module.
"""

CALLED_NOW = {
    "Checkpoint": "CheckpointPolicy",
    "Listener": "Callback",
    "Position": "TrainingState",
    "SavedTraining": "LoadedCheckpoint",
    "Typical": "TypicalRow",
    "Verdict": "Verification",
    "options_for": "fold_options",
    "require_column": "column_named",
}
"""Old name -> new name, for those names in `MOVED` that were also renamed."""

INSTEAD = {"receipt.receipt_of": "glassnet.receipt.receipt_of is no longer needed: fit fills in model.receipt"}
"""Old name without a successor -> its warning."""


def receipt_of(
    fitted: Fit,
    options: Options,
    data: Dataset,
    evaluation: Evaluation,
    *,
    recipe: str = "",
    data_fingerprint: str = "",
) -> Receipt:
    """Return the training record that `fit` has filled in, with the test results added."""
    from .training.receipt import add_test

    receipt = fitted.model.receipt.copy()
    add_test(receipt, evaluation, recipe=recipe)
    return receipt


def _lookup(old: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of an old module."""
    homes = {name: new for new, names in MOVED[old].items() for name in names.split()}

    def value_of(name: str) -> Any:
        if f"{old}.{name}" in MOVED:
            return sys.modules[f"glassnet.{old}.{name}"]
        if f"{old}.{name}" == "training.fit":  # not moved, but the function
            return import_module("glassnet.training.fit").fit
        if name not in homes:
            raise AttributeError(f"module 'glassnet.{old}' has no attribute {name!r}")
        called = CALLED_NOW.get(name, name)
        try:
            value = getattr(import_module(f"glassnet.{homes[name]}"), called)
        except ImportError as error:
            raise AttributeError(f"glassnet.{old}.{name} cannot be loaded: {error}") from error
        public = called in sys.modules["glassnet"].__all__
        now = f"glassnet.{called}" if public else f"glassnet.{homes[name]}.{called}"
        message = INSTEAD.get(f"{old}.{name}", f"glassnet.{old}.{name} has moved to {now}")
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return value

    return value_of


class _TrainingPackage(ModuleType):
    """The package `training`: its ``fit`` stays the function, as before, when the module of that name is loaded."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value.fit if name == "fit" and isinstance(value, ModuleType) else value)


def keep_old_names() -> None:
    """Keep old imports such as ``from glassnet.pictures import draw_curve`` working.

    A removed module is replaced by an empty one that looks up its old names; a module that still exists (`KEPT`) gets
    its old names in addition to its own.
    """
    for old in MOVED:
        name = f"glassnet.{old}"
        if old in KEPT:
            module = import_module(name)
        else:
            module = sys.modules[name] = ModuleType(name)
            module.__spec__ = ModuleSpec(name, None, is_package=True)
            module.__path__ = []  # so that `glassnet.trace.why` can be imported
        vars(module)["__getattr__"] = _lookup(old)
    sys.modules["glassnet.training"].__class__ = _TrainingPackage
