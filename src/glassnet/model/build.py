"""Make an untrained model, and convert data to the samples that engines take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset, require_dataset
from ..engines import Samples
from ..errors import DataError, OptionError, with_near_matches
from ..messages.message import Listing
from ..messages.option_spelling import Option
from ..options.options import Options, require_options
from ..preprocess import BESIDE_CLASSES, TARGETS, Scaling, Targets, TrainingRange
from ..preprocess.class_weights import mean_of
from .model import Model
from .network import Network

EXPONENTIAL_START = 0.1
"""Factor on the last layer's initial weights for exponential outputs, so that predictions start near the target mean.

Without it, most initial outputs are between a quarter and four times the mean, and a short training run spends its
steps on undoing that.
"""


@with_near_matches("new_model")
def new_model(data: Dataset, options: Options) -> Model:
    """Make the untrained model described by `options`, for the width and targets of `data`.

    Raises
    ------
    OptionError
        GN022 when the data have classes and ``options.targets`` are for values or labels, or the reverse.
    DataError
        GN010 when there are no samples; GN014 when a label of several is neither 0 nor 1, or a value is out of reach of
        exponential outputs.

    Examples
    --------
    >>> import glassnet
    >>> data = glassnet.Dataset.from_arrays([[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"])
    >>> glassnet.new_model(data, glassnet.Options(hidden=4)).network
    Network(2-4-2 sigmoid, loss squared_error, rule notes)
    """
    require_dataset("data", data)
    require_options(options)
    data.require_samples()
    targets = _targets_for(data, options)
    network = Network(
        (data.features, *options.hidden, data.classes),
        options.activations,
        bias=options.bias,
        loss=options.loss,
        rule=options.rule,
        loss_parameter=options.loss_parameter,
        initializer=options.initializer,
        seed=options.seed,
        dtype=options.dtype,
    )
    if options.output == "exponential":
        network.parameters.weights[-1][...] *= EXPONENTIAL_START
    if options.targets == "values":
        # The output is 0, and so is its error: such an output answers the constant, and hides nothing from the others.
        network.parameters.weights[-1][constant_outputs(data)] = 0
    scaling = Scaling.named(options.scaling, data.maximum, data.inputs, data.weights)
    return Model(
        network,
        scaling,
        targets,
        data.image_shape,
        class_names=data.class_names,
        columns=data.columns,
        reading=data.reading,
        white=data.white,
        deskews=options.deskew,
        training_range=training_range_of(data, scaling),
        layout=data.layout,
        class_type=data.class_type,
    )


def constant_outputs(data: Dataset) -> NDArray[np.intp]:
    """Return the outputs of which all targets are the same number, of a data set with at least one sample."""
    values = np.empty((1, 0)) if data.values is None else data.values
    return np.flatnonzero((values == values[0]).all(axis=0))


def training_range_of(data: Dataset, scaling: Scaling) -> TrainingRange:
    """Return the range of the training inputs, per feature if features have different scales."""
    compared = None if data.columns is None else data.columns.compared
    return TrainingRange.of(data.inputs, by_feature=scaling.by_feature or compared is not None, compared=compared)


def _targets_for(data: Dataset, options: Options) -> Targets:
    name, regression = options.targets, options.targets == "values"
    targets = Option("targets", name)
    fitting = [one for one in TARGETS if (one in BESIDE_CLASSES) == (data.values is not None)]
    if name not in fitting:
        template = "{targets}: {source} has values, not classes, expected one of {choices}."
        if data.values is None:
            template = "{targets}: {source} has classes, expected one of {choices}."
        raise OptionError("GN022", template, targets=targets, source=data.source, choices=Listing(fitting))
    if regression and options.output in ("sigmoid", "tanh", "softmax"):
        template = "{targets}: {output} outputs are bounded. Use identity outputs."
        raise OptionError("GN022", template, targets=targets, output=options.output)
    if regression and options.label_smoothing:
        template = "{given}: expected 0 with {targets}."
        given = Option("label_smoothing", options.label_smoothing)
        raise OptionError("GN022", template, given=given, targets=targets)
    if name == "multilabel" and options.output != "sigmoid":
        template = "{targets}: {output} outputs are not one probability per label. Use sigmoid outputs."
        raise OptionError("GN022", template, targets=targets, output=options.output)
    if data.values is None or not regression:
        if data.values is not None and not np.isin(data.values, (0, 1)).all():
            template = "{source}: a target is neither 0 nor 1, as {targets} requires."
            raise DataError("GN014", template, source=data.source, targets=targets)
        return Targets.named(name, data.classes)
    positive = options.output == "exponential"
    if positive and (data.values < 0).any():
        raise DataError(
            "GN014", "{source}: a target is negative, but exponential outputs are positive.", source=data.source
        )
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return Targets.of_values(data.values, data.weights, positive=positive)
    except OptionError:  # an infinite offset or scale
        largest = np.abs(data.values).max()
        raise DataError(
            "GN018",
            "{source}: targets up to {largest:.3g} are too large to square. Divide them by a constant.",
            source=data.source,
            largest=largest,
        ) from None


def samples_for(model: Model, data: Dataset, options: Options) -> Samples:
    """Convert the data to the form of the engines; without classes, every sample has its own targets."""
    if data.values is None:
        labels, targets = data.labels, model.targets.table()
    else:
        labels, targets = np.arange(len(data)), model.targets.apply(data.values)
    smoothed = model.targets.smoothed(targets, options.label_smoothing)
    # The gradient of a batch is divided by its number of samples, so the mean weight must be 1.
    weights = None if data.weights is None else data.weights / mean_of(data.weights)
    inputs = model.upright(data.inputs)  # the same, unless the model deskews
    return Samples(inputs, model.scaling, labels, smoothed, data.image_shape, weights)
