"""The options of a training run, each declared once: type, default, allowed values, help.

The metadata of each field hold its `Spec`, from which the check below, the command line's flags, the estimators'
parameters, the report and the reference page derive. `recipes` has named sets of options; the types of options as
arguments are in `keywords`, which a script writes; the Chinese of the help is in ``messages/zh.po``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields, replace
from inspect import Parameter, Signature
from typing import Any, Never, Unpack, get_args, get_type_hints

from ..errors import ArgumentError, OptionError, require_names
from ..messages.message import Listing
from ..messages.option_spelling import WITHOUT_FLAG, Option
from ..metrics import LOSS, METRICS
from ..nn.activations import ACTIVATIONS, HIDDEN, OUTPUTS_ONLY, Activation, spelled
from ..nn.architecture import RULES
from ..nn.initializers import INITIALIZERS
from ..nn.losses import LOSSES, Loss
from ..nn.optimizers import OPTIMIZERS, optimizers_with
from ..nn.parameters import DTYPES
from ..nn.schedules import SCHEDULES
from . import choices
from .keywords import AllOptions
from .recipes import BY_OPTIMIZER, RECIPES, RECORDED_AS
from .spec import Needs, Search, Spec, fitting, option

DISTORTIONS = ("rotate", "shift", "zoom", "shear", "elastic")
"""Options that augment training images; each is a largest amount, and 0 is off."""


def _parameters(entries: Mapping[str, Activation] | Mapping[str, Loss], of: str, also: str = "") -> dict[str, Any]:
    """Return the options that set the parameters of activations or losses, which `of` and `also` name."""
    made = {}
    for name, entry in entries.items():
        if one := entry.parameter:
            limits = {"low": one.low, "high": one.high}
            needs = Needs(of, (name,), also=also)
            made[one.option] = option(one.default, one.help, **limits, needs=needs, group="network", rare=True)
    return made


@dataclass(frozen=True, init=False, repr=False)
class Options:
    """How a network is built and trained; the defaults are the recipe ``notes``.

    An option that is not given has the default of the `optimizer`, if that sets it, or of the recipe.
    `dataclasses.replace` changes some options; those that were not given remain so, and follow a new optimizer.
    Options are equal if their values are. `to_dict` has all of them, `dataclasses.asdict` those that were given.

    Raises
    ------
    OptionError
        GN021 for a value that is not allowed; GN022 for options that do not fit together, or for two values of one
        option.

    Examples
    --------
    >>> import glassnet
    >>> glassnet.Options(epochs=5).learning_rate
    0.2
    >>> glassnet.Options.recipe("quick", hidden=50, epochs=5).hidden
    (50,)
    >>> from dataclasses import replace
    >>> replace(glassnet.Options(), optimizer="adam").learning_rate
    0.001
    """

    hidden: tuple[int, ...] = option(
        (200,),
        "nodes in a hidden layer; repeat for more layers",
        title="hidden nodes",
        low=1,
        high=100_000,
        group="network",
        common=True,
        search=Search(
            choices=((50,), (100,), (200,), (400,), (64, 64), (128, 128), (256, 128), (256, 256), (128, 128, 128))
        ),
    )
    activation: tuple[str, ...] = option(
        ("sigmoid",),
        "activation of the hidden layers; repeat to give one per layer",
        choices=HIDDEN,
        group="network",
        common=True,
        search=Search(choices=("sigmoid", "tanh", "relu", "gelu")),
    )
    output: str = option(
        "sigmoid",
        "activation of the output layer",
        title="output activation",
        choices=(*HIDDEN, *OUTPUTS_ONLY),
        group="network",
        rare=True,
    )
    # The parameters of the activations, and below those of the losses, are declared by these.
    vars().update(of_activations := _parameters(ACTIVATIONS, "activation", "output"))
    __annotations__ |= dict.fromkeys(of_activations, "float")
    bias: bool = option(False, "add a bias to every node", group="network", rare=True)
    initializer: str = option(
        "notes",
        "how the initial weights are drawn",
        title="initial weights",
        choices=tuple(INITIALIZERS),
        group="network",
        search=Search(choices=tuple(INITIALIZERS), by_default=False),
        rare=True,
    )
    loss: str = option("squared_error", "loss function to minimize", choices=tuple(LOSSES), group="network")
    vars().update(of_losses := _parameters(LOSSES, "loss"))
    __annotations__ |= dict.fromkeys(of_losses, "float")
    rule: str = option(
        "notes",
        "backpropagation rule: that of the notes, or the exact gradient",
        title="backpropagation rule",
        choices=RULES,
        group="network",
        rare=True,
    )
    learning_rate: float = option(
        0.2,
        "largest learning rate (start or peak of the schedule); an optimizer other than the recipe's has its own "
        "default",
        low=0.0,
        high=1e6,
        group="training",
        common=True,
        search=Search(1e-5, 10.0, log=True, around=10.0),
    )
    schedule: str = option(
        "linear",
        "learning rate schedule",
        title="learning rate schedule",
        choices=tuple(SCHEDULES),
        group="training",
        search=Search(choices=("constant", "linear", "cosine", "one_cycle")),
        rare=True,
    )
    rate_drop: float = option(
        0.1,
        "factor by which the schedule multiplies the learning rate at each drop",
        title="learning rate drop",
        low=0.0,
        high=1.0,
        needs=Needs("schedule", ("step", "plateau")),
        group="training",
        rare=True,
    )
    patience: int = option(
        3,
        "epochs without a lower training loss before the learning rate drops",
        title="patience of the schedule",
        low=1,
        high=1_000_000,
        needs=Needs("schedule", ("plateau",)),
        group="training",
        rare=True,
    )
    optimizer: str = option(
        "sgd",
        "how the weights are updated from the gradient",
        choices=tuple(OPTIMIZERS),
        group="training",
        common=True,
        search=Search(choices=("momentum", "nesterov", "adam", "adamw", "lion"), by_default=False),
    )
    momentum: float = option(
        0.9,
        "weight of the previous step, or of the running mean of gradients (β₁)",
        title="momentum (β₁)",
        low=0.0,
        high=0.999999,
        needs=Needs("optimizer", optimizers_with("momentum")),
        group="training",
        search=Search(0.5, 0.99, by_default=False),
        rare=True,
    )
    beta2: float = option(
        0.999,
        "decay of the slower running mean, in most optimizers that of the squared gradients (β₂)",
        title="β₂",
        low=0.0,
        high=0.999999999,
        needs=Needs("optimizer", optimizers_with("beta2")),
        group="training",
        search=Search(choices=(0.9, 0.95, 0.99, 0.999), by_default=False),
        rare=True,
    )
    epsilon: float = option(
        1e-8,
        "added to the root of the squared gradients to avoid division by 0",
        title="ε",
        low=0.0,
        high=1.0,
        needs=Needs("optimizer", optimizers_with("epsilon")),
        group="training",
        rare=True,
    )
    weight_decay: float = option(
        0.0,
        "strength of the weight decay, which pulls all parameters towards 0",
        low=0.0,
        high=1e3,
        group="regularization",
        search=Search(1e-6, 0.01, log=True, around=10.0),
    )
    clip: float = option(
        0.0,
        "largest norm of a gradient; a larger one is scaled down to it; 0: no limit",
        title="gradient clipping",
        low=0.0,
        high=1e30,
        group="training",
        rare=True,
    )
    ema_decay: float = option(
        0.0,
        "decay of the exponential moving average (EMA) of the weights, which becomes the model; 0: no average",
        title="EMA decay",
        low=0.0,
        high=0.9999999,
        group="regularization",
        search=Search(choices=(0.0, 0.9, 0.99, 0.999), by_default=False),
        rare=True,
    )
    dropout: tuple[float, ...] = option(
        (0.0,),
        "fraction of the hidden nodes dropped at random in training; repeat to give one per layer",
        low=0.0,
        high=0.99,
        group="regularization",
        common=True,
        search=Search(0.0, 0.5),
    )
    label_smoothing: float = option(
        0.0,
        "fraction of the target spread evenly over all classes; 0.1 makes the target 0.91 instead of 1 for ten classes",
        low=0.0,
        high=0.99,
        group="regularization",
        search=Search(0.0, 0.2),
        rare=True,
    )
    hard_fraction: float = option(
        1.0,
        "hard-example mining: backpropagate only this fraction of a batch, the samples with the largest losses; 1: all",
        title="hard-example mining",
        low=0.001,
        high=1.0,
        needs=Needs("batch_size", above=1),
        group="training",
        search=Search(0.1, 1.0, log=True, by_default=False),
        rare=True,
    )
    rotate: float = option(
        0.0,
        "augmentation: rotate training images by up to this many degrees",
        title="rotation",
        low=0.0,
        high=180.0,
        group="augmentation",
        common=True,
        search=Search(0.0, 20.0),
    )
    shift: float = option(
        0.0,
        "augmentation: shift training images by up to this many pixels",
        low=0.0,
        high=1000.0,
        group="augmentation",
        search=Search(0.0, 3.0),
    )
    zoom: float = option(
        0.0,
        "augmentation: scale each axis of training images by up to this fraction",
        low=0.0,
        high=0.9,
        group="augmentation",
        search=Search(0.0, 0.25, by_default=False),
        rare=True,
    )
    shear: float = option(
        0.0,
        "augmentation: shear training images by up to this slope",
        low=0.0,
        high=2.0,
        group="augmentation",
        search=Search(0.0, 0.3, by_default=False),
        rare=True,
    )
    elastic: float = option(
        0.0,
        "augmentation: elastic distortion of training images, standard deviation in pixels",
        title="elastic distortion",
        low=0.0,
        high=100.0,
        group="augmentation",
        search=Search(0.0, 2.0),
    )
    elastic_sigma: float = option(
        4.0,
        "smoothness of the elastic distortion: sigma of its Gaussian blur in pixels",
        title="elastic smoothness",
        low=1.0,
        high=100.0,
        needs=Needs("elastic"),
        group="augmentation",
        rare=True,
    )
    epochs: int = option(3, "passes through the training data", low=1, high=1_000_000, group="training", common=True)
    batch_size: int = option(
        1,
        "samples per training step",
        low=1,
        high=1_000_000,
        group="training",
        common=True,
        search=Search(16, 256, log=True, around=4.0),
    )
    shards: int = option(
        2,
        "parts of a batch, or groups of nodes if batch_size is 1, computed in parallel; affects the last bits",
        low=1,
        high=1024,
        rare=True,
    )
    blocks: int = option(
        0,
        "maximum number of engine calls per epoch; progress is reported after each; affects the last bits; "
        "0: one per 5,000 samples, at most ten",
        title="blocks of an epoch",
        low=0,
        high=1_000_000,
        rare=True,
    )
    threads: int = option(
        0, "threads, at most one per shard; 0: one per available core; does not affect the result", low=0, high=1024
    )
    skip_zeros: bool = option(
        True,
        "skip zeros of the inputs in batches where that saves time; affects the last bits; training on several "
        "machines and from a stream skips none",
        rare=True,
    )
    shuffle: bool = option(True, "shuffle the samples in every epoch", group="training", rare=True)
    seed: int = option(
        0, "random seed; the same seed gives the same result, bit for bit", low=0, high=2**63 - 1, common=True
    )
    scaling: str = option(
        "notes",
        "input scaling: x / max · 0.99 + 0.01 (notes); x / max (unit); mean 0 and standard deviation 1 over all inputs "
        "(standard) or per feature (features)",
        title="input scaling",
        choices=choices.SCALINGS,
        group="data",
        rare=True,
    )
    input_max: float = option(
        255.0,
        "largest possible value of an input in the data",
        title="largest input",
        low=1e-30,
        high=1e30,
        group="data",
    )
    size: str = option(
        "own",
        "resize the images of a folder to N x N or HxW pixels (rows x columns); own: keep their size, which must be "
        "the same for all and at most 64 x 64",
        title="image size",
        pattern="own|[1-9][0-9]{0,3}([xX×][1-9][0-9]{0,3})?",
        metavar="own|N|HxW",
        form="own, N or HxW (at most 9999, such as 28 or 32x24)",
        group="data",
    )
    colour: bool = option(False, "keep the colours of images: three inputs per pixel", group="data", rare=True)
    handwriting: bool = option(
        False,
        "find the handwritten digits in the images of a folder and convert each to MNIST's form, as query does",
        group="data",
    )
    deskew: bool = option(False, "straighten slanted writing, in training and in prediction", group="data", rare=True)
    targets: str = option(
        "notes",
        "target encoding: classes as 0.01 and 0.99 (notes) or as 0 and 1 (one-hot), several labels per sample "
        "(multilabel), or a regression (values)",
        title="target encoding",
        choices=choices.TARGETS,
        group="data",
        rare=True,
    )
    classes: int = option(
        0,
        "number of classes; 0: as many as occur in the data",
        title="number of classes",
        low=0,
        high=1_000_000,
        group="data",
    )
    members: int = option(
        1,
        "networks in the ensemble: each is trained from its own seed, and their outputs are averaged",
        title="networks in the ensemble",
        low=1,
        high=100,
        group="network",
    )
    folds: bool = option(
        False,
        "train each network of the ensemble without one of as many folds of the data, which gives its best epoch and "
        "calibrates it; the networks become one",
        needs=Needs("members", above=1),
        group="network",
        rare=True,
    )
    plain_inputs: bool = option(
        False,
        "train another network for each fold, without the intervals of the columns of numbers; the loss on the folds "
        "decides whether the networks of one kind or of both become one",
        title="networks without intervals",
        needs=Needs("members", above=1),
        group="network",
        rare=True,
    )
    holdout: float = option(
        0.1,
        "fraction of the data held out for the test if no test data are given",
        title="test fraction",
        low=0.001,
        high=0.9,
        group="data",
        rare=True,
    )
    class_weight: str = option(
        "",
        "weights of the classes in training: balanced (the same total weight), or those of some classes; they change "
        "the probabilities",
        title="class weights",
        pattern=r"|balanced|.+=\s*[0-9][^=]*",
        form="balanced, or NAME=NUMBER,…",
        metavar="balanced|NAME=NUMBER,…",
        group="training",
        otherwise="1 for all classes",
    )
    early_stopping: int = option(
        0,
        "stop after this many epochs without a lower validation loss, and keep the best weights; 0: never stop early",
        low=0,
        high=1_000_000,
        group="regularization",
        common=True,
    )
    validation: float = option(
        0.1,
        "fraction of the training data held out for the validation loss",
        title="validation fraction",
        low=0.001,
        high=0.9,
        needs=Needs("early_stopping"),
        group="regularization",
    )
    metric: str = option(
        LOSS,
        "score of the held-out rows that decides about the best epoch and, if it is one of answers, from which "
        "probability on a class is the answer; f1: the mean over the classes (macro F1); loss: the validation loss, "
        "and the most probable class",
        title="score",
        choices=(LOSS, *METRICS),
        needs=Needs("early_stopping"),
        group="training",
        common=True,
    )
    engine: str = option(
        "auto",
        "compute engine: compiled (fast), portable (the same bits on every processor), reference (NumPy), or auto: "
        "reference for small training runs, portable where it is as fast as compiled",
        title="compute engine",
        choices=("auto", *choices.ENGINES),
    )
    dtype: str = option("float32", "floating-point precision", title="precision", choices=DTYPES, rare=True)

    def __init__(self, *unnamed: Never, **given: Unpack[AllOptions]) -> None:
        if unnamed:
            raise ArgumentError(
                "GN021",
                "Options: {kind} without a name, expected named options, such as Options(epochs=5). For a "
                'recipe, use Options.recipe("quick").',
                kind=type(unnamed[0]).__name__,
            )
        require_names("Options", given, SPECS, OTHER_NAMES)
        chosen = {name: checked(name, given[name]) for name in SPECS if name in given}  # type: ignore[literal-required]
        defaults = {name: getattr(Options, name) for name in SPECS} | for_optimizer("notes", chosen.get("optimizer"))
        vars(self).update(defaults | chosen, _given=frozenset(chosen))
        if self.seed + self.networks > 2**63:
            template = "{seed}: too large for {members} members, each with its own seed. Use a smaller one."
            raise OptionError("GN022", template, seed=Option("seed", self.seed), members=self.members)
        for name in ("activation", "dropout"):
            count = len(getattr(self, name))
            if count not in (1, len(self.hidden)):
                template = "{option}: {given} values for {layers} hidden layers. Give one for all, or one per layer."
                raise OptionError("GN022", template, option=Option(name), given=count, layers=len(self.hidden))

    @classmethod
    def recipe(cls, name: str, **changes: Unpack[AllOptions]) -> Options:
        """Return a recipe's options, which count as given, with some of them changed.

        Another optimizer than the recipe's has its own learning rate and weight decay; see `for_optimizer`. A single
        network (``members=1``) has no folds.

        Raises
        ------
        OptionError
            GN021 for an unknown recipe or option, or a value that is not allowed; GN022 as for the class.
        """
        if name in RECORDED_AS:
            template = "{option} {name!r}: write {now!r}."
            raise OptionError("GN021", template, option=Option("recipe"), name=name, now=RECORDED_AS[name])
        if name not in RECIPES:
            template = "{option} {name!r}: expected one of {names}."
            raise OptionError("GN021", template, option=Option("recipe"), name=name, names=Listing(RECIPES))
        require_names("Options.recipe", changes, SPECS, OTHER_NAMES)
        of_optimizer = for_optimizer(name, changes.get("optimizer"))
        given = {option: value for option, value in RECIPES[name].items() if option not in of_optimizer}
        if name.startswith("table"):
            given |= of_optimizer
        options = cls(**{**given, **changes})
        return replace(options, folds=False) if options.folds and options.members == 1 else options

    @property
    def networks(self) -> int:
        """Number of networks that are trained: one for each member, with `plain_inputs` two."""
        return 2 * self.members if self.plain_inputs and self.folds and self.members > 1 else self.members

    @property
    def activations(self) -> tuple[str, ...]:
        """One activation per layer, the output layer last, each with its parameter if that is not the default."""
        names = (*self._one_a_layer(self.activation), self.output)
        parameters = (ACTIVATIONS[name].parameter for name in names)
        return tuple(spelled(name, p and getattr(self, p.option)) for name, p in zip(names, parameters, strict=True))

    @property
    def loss_parameter(self) -> float | None:
        """The parameter of the loss, if it has one; see ``losses.LOSSES``."""
        parameter = LOSSES[self.loss].parameter
        return getattr(self, parameter.option) if parameter else None

    @property
    def judged_quantile(self) -> float:
        """The quantile of which the metric ``pinball`` is: the option `quantile`, whatever the loss."""
        return float(vars(self)["quantile"])

    @property
    def dropouts(self) -> tuple[float, ...]:
        """One dropout rate per hidden layer."""
        return self._one_a_layer(self.dropout)

    @property
    def augments(self) -> bool:
        """Whether training images are augmented."""
        return any(getattr(self, name) for name in DISTORTIONS)

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Size to which the images of a folder are resized, (rows, columns); None if they keep theirs."""
        if self.size == "own":
            return None
        sides = [int(side) for side in re.split("[xX×]", self.size)]
        return sides[0], sides[-1]

    def _one_a_layer(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        return given * len(self.hidden) if len(given) == 1 else given

    def __repr__(self) -> str:
        # Only what differs from a call without it, so that the text is short and makes equal options.
        implied = {one.name: one.default for one in fields(self)} | for_optimizer("notes", self.optimizer)
        given = {name: getattr(self, name) for name in implied}
        return f"Options({', '.join(f'{name}={one!r}' for name, one in given.items() if one != implied[name])})"

    def to_dict(self) -> dict[str, Any]:
        """Return the options as plain values."""
        values = {name: getattr(self, name) for name in SPECS}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def recorded(options: Options) -> dict[str, Any]:
    """Return options as files have them: without the later ones that have their default.

    So a file without such an option has the same bytes as before there was one.
    """
    later = [one.parameter.option for one in ACTIVATIONS.values() if one.parameter]
    later += ["class_weight", "metric", "plain_inputs"]
    usual = [name for name in later if getattr(options, name) == getattr(Options, name)]
    return {name: value for name, value in options.to_dict().items() if name not in usual}


class _GivenFields:
    """The fields of `Options`; of an object, those that were given.

    `dataclasses.replace` passes the fields of the object to the class, and so leaves the others unset.
    """

    def __init__(self, of_class: dict[str, Field[Any]]) -> None:
        self._of_class = of_class

    def __get__(self, options: Options | None, owner: type) -> dict[str, Field[Any]]:
        if options is None:
            return self._of_class
        given = vars(options).get("_given", self._of_class)  # an object pickled before 0.3 does not have it
        return {name: field for name, field in self._of_class.items() if name in given}


Options.__dataclass_fields__ = _GivenFields(Options.__dataclass_fields__)  # type: ignore[assignment]


def for_optimizer(recipe: str, optimizer: Any) -> dict[str, Any]:
    """Return the options that an optimizer sets: none if it is the recipe's own, or None."""
    own, use = (
        RECIPES.get(recipe, {}).get("optimizer", Options.optimizer),
        "table" if recipe.startswith("table") else "recipe",
    )
    return {} if optimizer == own or not isinstance(optimizer, str) else BY_OPTIMIZER[use].get(optimizer, {})


def job_options(recipe: str, given: dict[str, Any], **by_data: Any) -> Options:
    """Return a recipe's options, changed by those that follow from the data and then by the given ones."""
    return Options.recipe(recipe, **{**by_data, **for_optimizer(recipe, given.get("optimizer")), **given})


SPECS: dict[str, Spec] = {one.name: one.metadata["spec"] for one in fields(Options)}
"""Option name -> its declaration."""

WITHOUT_FLAG |= {name for name, spec in SPECS.items() if spec.rare}

RENAMED = {"average": "ema_decay", "hardest": "hard_fraction"}
"""Option in version 0.2 and before, also in files -> its name."""

OTHER_NAMES: dict[str, str] = {
    **dict.fromkeys(("lr", "rate", "learning_rate_init"), "learning_rate"),
    **dict.fromkeys(("max_iter", "max_epochs", "n_epochs", "num_epochs"), "epochs"),
    **dict.fromkeys(("hidden_layer_sizes", "layers", "units"), "hidden"),
    **dict.fromkeys(("tol", "n_iter_no_change"), "early_stopping"),
    **dict.fromkeys(("alpha", "l2"), "weight_decay"),
    "solver": "optimizer",
    "beta_1": "momentum",
    "beta_2": "beta2",
    "eps": "epsilon",
    "random_state": "seed",
    "n_jobs": "threads",
    "validation_fraction": "validation",
    "nesterovs_momentum": 'optimizer="nesterov"',
    **RENAMED,
}
"""Names of other libraries and of version 0.2 that their users may try -> the option to use."""

TYPES: dict[str, Any] = get_type_hints(Options)
"""Option name -> type: bool, int, float, str, or a tuple of int, float or str."""

ITEMS: dict[str, Any] = {name: (*get_args(kind), kind)[0] for name, kind in TYPES.items()}
"""Option name -> type of one value: the items' type for a tuple, else the type itself."""

# For `help` and for completion in a notebook, which do not read `Unpack`.
Options.__signature__ = Signature(  # type: ignore[attr-defined]
    [
        Parameter(name, Parameter.KEYWORD_ONLY, default=getattr(Options, name), annotation=kind)
        for name, kind in TYPES.items()
    ]
)


def checked(name: str, value: Any, called: str = "") -> Any:
    """Return an option's value in its own type; in errors it is `called` so. Weights of classes may be a mapping."""
    if name == "class_weight" and isinstance(value, Mapping):
        value = ",".join(f"{one}={weight}" for one, weight in value.items())
    return fitting(SPECS[name], Option(called or name), value, TYPES[name])


def beyond_single_samples(options: Options) -> list[str]:
    """Return the options that the compiled loop for single samples does not support.

    With any of them a step is a batch of one and takes about ten times as long (784-200-10, digits).
    """
    others = [name for name in ("weight_decay", "clip", "ema_decay", *DISTORTIONS) if getattr(options, name)]
    others += ["dropout"] if any(options.dropout) else []
    others += ["optimizer"] if options.optimizer != "sgd" else []
    return others + (["scaling"] if options.scaling == "features" else [])


def not_portable(options: Options) -> list[str]:
    """Return the options with which training has other bits on other processors: see `docs/reference/portable.md`."""
    others = [name for name in (*DISTORTIONS, "deskew") if getattr(options, name)]
    others += ["dtype"] if options.dtype != "float32" else []
    others += ["loss"] if options.loss in ("focal", "poisson") else []
    others += ["scaling"] if options.scaling == "features" else []
    others += ["clip"] if options.clip else []
    others += ["hard_fraction"] if options.hard_fraction < 1 else []
    others += ["folds"] if options.folds else []
    return others + (["metric"] if options.metric != LOSS else [])


def require_options(given: object) -> None:
    """Raise OptionError GN021 unless the argument is an `Options`."""
    if not isinstance(given, Options):
        raise OptionError(
            "GN021", "options: {kind}, expected Options(…) or Options.recipe(…).", kind=type(given).__name__
        )
