"""The constructors of the estimators; written by ``scripts/make_signatures.py``; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from numpy.random import RandomState

from ..engines.custom_loss import Loss
from ..errors import with_near_matches
from .parameters import MEANT


class ClassifierParameters:
    """The parameters of `NetworkClassifier`."""

    @with_near_matches("NetworkClassifier", MEANT)
    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (128, 128),
        *,
        activation: str | Sequence[str] = "relu",
        leaky_relu_slope: float = 0.01,
        elu_alpha: float = 1.0,
        bias: bool = True,
        initializer: str = "he",
        loss: str | Loss = "cross_entropy",
        focal_gamma: float = 2.0,
        learning_rate: float | Literal["auto"] = "auto",
        schedule: str = "one_cycle",
        rate_drop: float = 0.1,
        patience: int = 3,
        optimizer: str = "adamw",
        momentum: float = 0.9,
        beta2: float = 0.95,
        epsilon: float = 1e-08,
        weight_decay: float | Literal["auto"] = "auto",
        clip: float = 0.0,
        ema_decay: float = 0.0,
        dropout: float | Sequence[float] = 0.1,
        label_smoothing: float = 0.0,
        hard_fraction: float = 1.0,
        max_iter: int | Literal["auto"] = "auto",
        batch_size: int | Literal["auto"] = "auto",
        n_jobs: int | None = 1,
        shuffle: bool = True,
        random_state: int | RandomState | None = 0,
        scaling: str = "auto",
        input_max: float = 1.0,
        members: int | Literal["auto"] = "auto",
        folds: bool | Literal["auto"] = "auto",
        plain_inputs: bool | Literal["auto"] = "auto",
        n_iter_no_change: int | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        metric: str = "loss",
        engine: str = "auto",
        dtype: str = "float32",
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
        calibrate: bool = False,
        early_stopping: bool | Literal["auto"] = "auto",
        warm_start: bool = False,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.leaky_relu_slope = leaky_relu_slope
        self.elu_alpha = elu_alpha
        self.bias = bias
        self.initializer = initializer
        self.loss = loss
        self.focal_gamma = focal_gamma
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.rate_drop = rate_drop
        self.patience = patience
        self.optimizer = optimizer
        self.momentum = momentum
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.clip = clip
        self.ema_decay = ema_decay
        self.dropout = dropout
        self.label_smoothing = label_smoothing
        self.hard_fraction = hard_fraction
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.shuffle = shuffle
        self.random_state = random_state
        self.scaling = scaling
        self.input_max = input_max
        self.members = members
        self.folds = folds
        self.plain_inputs = plain_inputs
        self.n_iter_no_change = n_iter_no_change
        self.validation_fraction = validation_fraction
        self.metric = metric
        self.engine = engine
        self.dtype = dtype
        self.class_weight = class_weight
        self.calibrate = calibrate
        self.early_stopping = early_stopping
        self.warm_start = warm_start
        self.verbose = verbose


class RegressorParameters:
    """The parameters of `NetworkRegressor`."""

    @with_near_matches("NetworkRegressor", MEANT)
    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (128, 128),
        *,
        activation: str | Sequence[str] = "relu",
        leaky_relu_slope: float = 0.01,
        elu_alpha: float = 1.0,
        bias: bool = True,
        initializer: str = "he",
        loss: str | Loss = "squared_error",
        huber_delta: float = 1.0,
        quantile: float = 0.5,
        learning_rate: float | Literal["auto"] = "auto",
        schedule: str = "one_cycle",
        rate_drop: float = 0.1,
        patience: int = 3,
        optimizer: str = "adamw",
        momentum: float = 0.9,
        beta2: float = 0.95,
        epsilon: float = 1e-08,
        weight_decay: float | Literal["auto"] = "auto",
        clip: float = 0.0,
        ema_decay: float = 0.0,
        dropout: float | Sequence[float] = 0.1,
        hard_fraction: float = 1.0,
        max_iter: int | Literal["auto"] = "auto",
        batch_size: int | Literal["auto"] = "auto",
        n_jobs: int | None = 1,
        shuffle: bool = True,
        random_state: int | RandomState | None = 0,
        scaling: str = "auto",
        input_max: float = 1.0,
        members: int | Literal["auto"] = "auto",
        folds: bool | Literal["auto"] = "auto",
        plain_inputs: bool | Literal["auto"] = "auto",
        n_iter_no_change: int | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        metric: str = "loss",
        engine: str = "auto",
        dtype: str = "float32",
        early_stopping: bool | Literal["auto"] = "auto",
        warm_start: bool = False,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.leaky_relu_slope = leaky_relu_slope
        self.elu_alpha = elu_alpha
        self.bias = bias
        self.initializer = initializer
        self.loss = loss
        self.huber_delta = huber_delta
        self.quantile = quantile
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.rate_drop = rate_drop
        self.patience = patience
        self.optimizer = optimizer
        self.momentum = momentum
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.clip = clip
        self.ema_decay = ema_decay
        self.dropout = dropout
        self.hard_fraction = hard_fraction
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.shuffle = shuffle
        self.random_state = random_state
        self.scaling = scaling
        self.input_max = input_max
        self.members = members
        self.folds = folds
        self.plain_inputs = plain_inputs
        self.n_iter_no_change = n_iter_no_change
        self.validation_fraction = validation_fraction
        self.metric = metric
        self.engine = engine
        self.dtype = dtype
        self.early_stopping = early_stopping
        self.warm_start = warm_start
        self.verbose = verbose
