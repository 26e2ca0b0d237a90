"""Fine-tuning: training that starts with the parameters of a trained model, and the options it may change.

The network, the scaling of inputs and targets, and the classes or columns are those of the trained model, its parent.
Only how it is trained can differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..data.dataset import Dataset, channels_of, shows_handwriting
from ..errors import DataError, OptionError
from ..messages.message import Listing, Message
from ..messages.option_spelling import Option
from ..model.build import training_range_of
from ..model.calibration import with_calibrated_weights
from ..model.header import ParentReceipt
from ..model.model import Model
from ..model.network import Network
from ..nn.activations import ACTIVATIONS, name_and_parameter
from ..nn.losses import LOSSES
from ..options.options import SPECS, Options, checked, for_optimizer
from ..options.recipes import RECIPES
from .receipt import options_of

_OF_MACHINE = ("engine", "threads")
"""Options that suit the new data and this machine, and are not taken from the parent's training record."""

_WITHOUT_EFFECT = ("initializer", "size", "colour", "handwriting", "classes")
"""Options of the parent that its model replaces: it has weights and classes, and images are read as it requires."""


def parent_of(model: Model | None) -> ParentReceipt | None:
    """Return the description of a parent for a training record; None without a parent."""
    return None if model is None else {"hash": model.hash()}


def fine_tuning_options(parent: Model, given: Mapping[str, Any], recipe: str | None = None) -> Options:
    """Return the options for training a model further.

    Parameters
    ----------
    parent : Model
    given : mapping
        Options to change, by name or alias.
    recipe : str, optional
        Where all other options of the training come from; by default the parent's training record, or the recipe
        ``notes`` if it has none.

    Raises
    ------
    OptionError
        GN021 for an unknown option, GN022 for one that would change the network.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> model = glassnet.fit(X, y, seed=7).model
    >>> options = glassnet.fine_tuning_options(model, {"epochs": 5})
    >>> options.epochs, options.seed
    (5, 7)
    """
    own = _own_options(parent)
    if unknown := sorted(set(given) - set(SPECS)):
        template = "unknown option {unknown!r}: expected one of {names}."
        raise OptionError("GN021", template, unknown=unknown[0], names=Listing(SPECS))
    if recipe is not None or "options" not in parent.receipt:
        base = Options.recipe(recipe or "notes", **for_optimizer(recipe or "notes", given.get("optimizer")))
    else:
        base = options_of(parent.receipt)
        base = replace(base, **{name: getattr(Options, name) for name in _OF_MACHINE})
        if given.get("optimizer") not in (None, base.optimizer):
            base = replace(base, **_defaults_for(given["optimizer"], parent.receipt.get("recipe") or "notes"))
    for name, value in given.items():
        if name in own and (wanted := checked(name, value)) not in own[name]:
            raise OptionError(
                "GN022",
                "{given}: the model has {own}, and further training keeps that. Omit the option, or train a "
                "new network.",
                given=Option(name, wanted),
                own=Option(name, own[name][0]),
            )
    fixed = {name: values[0] for name, values in own.items() if name not in _WITHOUT_EFFECT}
    if parent.targets.name == "values":
        base = replace(base, label_smoothing=0.0)
    return replace(base, **{**fixed, **{name: value for name, value in given.items() if name not in own}})


def fitting_data(parent: Model, data: Dataset) -> Dataset:
    """Return data in the form of the model that is trained further."""
    parent.require(data)
    if not parent.scaling.by_feature and data.maximum != parent.scaling.maximum:
        raise DataError(
            "GN017",
            "{source}: values up to {largest:g}, but the model's are up to {expected:g}. Read the data "
            "with load_data(…, like=model, maximum=model.scaling.maximum).",
            source=data.source,
            largest=data.maximum,
            expected=parent.scaling.maximum,
        )
    if None not in (shapes := (data.image_shape, parent.image_shape)) and shapes[0] != shapes[1]:
        here, there = (f"{shape[0]} × {shape[1]}" for shape in shapes if shape)
        template = "{source}: images of {here} pixels, but the model's have {there}. Pass such images."
        raise DataError("GN017", template, source=data.source, here=here, there=there)
    return replace(data, image_shape=parent.image_shape)


def continued(parent: Model, data: Dataset, options: Options, member: int = 0) -> Model:
    """Return a copy of a network of `parent`, of its member number `member`, to be trained further on `data`."""
    fixed = _own_options(parent)
    for name in ("scaling", "deskew", "targets", *_parameters_of(parent)):
        if (given := getattr(options, name)) not in fixed[name]:
            raise made_with(name, given, fixed[name][0])
    if parent.targets.name == "values" and options.label_smoothing:
        template, given = "{given}: expected 0 with {targets}.", Option("label_smoothing", options.label_smoothing)
        raise OptionError("GN022", template, given=given, targets=Option("targets", "values"))
    network = parent.members[member]
    own = replace(parent, network=Network.of(network.architecture, network.parameters.copy()), others=())
    seen = training_range_of(data, parent.scaling)
    return replace(
        with_calibrated_weights(own),
        receipt={},
        residuals=None,
        columns=data.columns if data.columns is not None and len(data.columns.layout.means) else parent.columns,
        layout=data.layout,
        training_range=seen if parent.training_range is None else parent.training_range.joined(seen),
    )


def made_with(name: str, given: Any, own: Any) -> OptionError:
    """Return the error for an option that would change a model which is trained further."""
    template = "{given}: the model was made with {own}. Use the model's own options."
    return OptionError("GN022", template, given=Option(name, given), own=Option(name, own))


def require_members(parent: Model, options: Options) -> None:
    """Raise OptionError GN022 unless the options have as many members as the model, and no folds."""
    if options.folds:
        template = "{folds}: a model is trained further as it is, without folds. Use {without}."
        raise OptionError("GN022", template, folds=Option("folds", True), without=Option("folds", False))
    if options.members != len(parent.members):
        raise made_with("members", options.members, len(parent.members))


def require_parent(model: Model, parent: Model | None) -> None:
    """Raise DataError GN017 unless `parent` is the model that the training of `model` started from, if it did."""
    recorded = model.receipt.get("parent")
    if recorded is None and parent is not None:
        raise DataError("GN017", "init_model: the training did not start from another model. Omit it.")
    if recorded is None:
        return
    name = recorded.get("file") or Message("another model")
    if parent is None:
        template = "the training started from {name} with the hash {hash}. Pass it as {option}."
        raise DataError("GN017", template, name=name, hash=recorded["hash"], option=Option("init_model"))
    if (other := parent.hash()) != recorded["hash"]:
        template = (
            "the training started from {name} with the hash {hash}, not from the given model with the hash {other}. "
            "Pass the former."
        )
        raise DataError("GN017", template, name=name, hash=recorded["hash"], other=other)


def fixed_options(parent: Model) -> tuple[str, ...]:
    """Return the names of the options that further training of a model cannot change."""
    return tuple(_own_options(parent))


def _own_options(model: Model) -> dict[str, tuple[Any, ...]]:
    """Return the options that belong to a model, each with the values that describe it."""
    architecture, shape = model.network.architecture, model.image_shape
    named, sizes = [name_and_parameter(one) for one in architecture.activations], ["own"]
    *activations, output = (name for name, _ in named)
    if shape:
        sizes = [f"{shape[0]}x{shape[1]}", *([str(shape[0])] if shape[0] == shape[1] else [])]
    own: dict[str, tuple[Any, ...]] = {
        "hidden": (architecture.sizes[1:-1],),
        "activation": (tuple(activations), *([tuple(activations[:1])] if len(set(activations)) == 1 else [])),
        "output": (output,),
        "bias": (architecture.bias,),
        "initializer": (model.receipt.get("options", {}).get("initializer", Options.initializer),),
        "loss": (architecture.loss,),
        "rule": (architecture.rule,),
        "scaling": (model.scaling.name,),
        "input_max": (model.scaling.maximum,),
        "size": tuple(sizes),
        "colour": (channels_of(model.features, shape) == 3,),
        "handwriting": (shows_handwriting(model),),
        "deskew": (model.deskews,),
        "targets": (model.targets.name,),
        "classes": (model.classes,),
        "members": (len(model.members),),
        "folds": (False,),
        "dtype": (model.network.parameters.flat.dtype.name,),
    }
    if parameter := LOSSES[architecture.loss].parameter:
        own[parameter.option] = (architecture.loss_parameter,)
    for name, value in named:
        if parameter := ACTIVATIONS[name].parameter:
            own[parameter.option] = (*own.get(parameter.option, ()), value)
    return own


def _parameters_of(model: Model) -> list[str]:
    """Return the options with the parameters of a model's loss and activations."""
    architecture = model.network.architecture
    parameters = [LOSSES[architecture.loss].parameter]
    parameters += [ACTIVATIONS[name].parameter for name in architecture.activations]
    return [one.option for one in parameters if one]


def _defaults_for(optimizer: Any, recipe: str) -> dict[str, Any]:
    """Return learning rate and weight decay for an optimizer other than the parent's."""
    recipe = recipe if recipe in RECIPES else "notes"
    own = Options.recipe(recipe)
    if optimizer == own.optimizer:
        return {name: getattr(own, name) for name in ("learning_rate", "weight_decay")}
    return for_optimizer(recipe, optimizer)
