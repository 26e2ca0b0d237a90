"""The types of options as arguments; written by ``scripts/make_signatures.py``; do not edit."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict


class _Options(TypedDict, total=False):
    hidden: int | Sequence[int]
    activation: str | Sequence[str]
    output: str
    leaky_relu_slope: float
    elu_alpha: float
    bias: bool
    initializer: str
    loss: str
    huber_delta: float
    quantile: float
    focal_gamma: float
    rule: str
    learning_rate: float
    schedule: str
    rate_drop: float
    patience: int
    optimizer: str
    momentum: float
    beta2: float
    epsilon: float
    weight_decay: float
    clip: float
    ema_decay: float
    dropout: float | Sequence[float]
    label_smoothing: float
    hard_fraction: float
    rotate: float
    shift: float
    zoom: float
    shear: float
    elastic: float
    elastic_sigma: float
    epochs: int
    batch_size: int
    shards: int
    blocks: int
    threads: int
    skip_zeros: bool
    shuffle: bool
    seed: int
    scaling: str
    input_max: float
    size: str
    colour: bool
    handwriting: bool
    deskew: bool
    targets: str
    classes: int
    members: int
    folds: bool
    plain_inputs: bool
    class_weight: str | Mapping[Any, float]
    early_stopping: int
    validation: float
    dtype: str


class TrainingOptions(_Options, total=False):
    """All options but those that `fit` or `TableModel.fit` has as parameters of another type."""

    metric: str


class FitOptions(TrainingOptions, total=False):
    """Options of `glassnet.fit`, whose `engine` may be an object."""

    holdout: float


class TableFitOptions(TrainingOptions, total=False):
    """Options of `TableModel.fit`, whose `holdout` may be None."""

    engine: str


class AllOptions(FitOptions, TableFitOptions, total=False):
    """All options."""


class JudgedOptions(_Options, total=False):
    """Options of searches and comparisons, which have a `metric` of their own."""

    holdout: float
    engine: str
