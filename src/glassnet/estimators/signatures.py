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
        loss: str | Loss = "cross_entropy",
        focal_gamma: float = 2.0,
        optimizer: str = "adamw",
        learning_rate: float | Literal["auto"] = "auto",
        schedule: str = "one_cycle",
        batch_size: int | Literal["auto"] = "auto",
        max_iter: int | Literal["auto"] = "auto",
        weight_decay: float | Literal["auto"] = "auto",
        dropout: float | Sequence[float] = 0.1,
        label_smoothing: float = 0.0,
        clip: float = 0.0,
        hard_fraction: float = 1.0,
        ema_decay: float = 0.0,
        momentum: float = 0.9,
        beta2: float = 0.95,
        epsilon: float = 1e-08,
        rate_drop: float = 0.1,
        patience: int = 3,
        n_iter_no_change: int | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        shuffle: bool = True,
        scaling: str = "auto",
        input_max: float = 1.0,
        initializer: str = "he",
        bias: bool = True,
        dtype: str = "float32",
        engine: str = "auto",
        members: int | Literal["auto"] = "auto",
        folds: bool | Literal["auto"] = "auto",
        random_state: int | RandomState | None = 0,
        n_jobs: int | None = 1,
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
        calibrate: bool = False,
        early_stopping: bool | Literal["auto"] = "auto",
        warm_start: bool = False,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.loss = loss
        self.focal_gamma = focal_gamma
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.label_smoothing = label_smoothing
        self.clip = clip
        self.hard_fraction = hard_fraction
        self.ema_decay = ema_decay
        self.momentum = momentum
        self.beta2 = beta2
        self.epsilon = epsilon
        self.rate_drop = rate_drop
        self.patience = patience
        self.n_iter_no_change = n_iter_no_change
        self.validation_fraction = validation_fraction
        self.shuffle = shuffle
        self.scaling = scaling
        self.input_max = input_max
        self.initializer = initializer
        self.bias = bias
        self.dtype = dtype
        self.engine = engine
        self.members = members
        self.folds = folds
        self.random_state = random_state
        self.n_jobs = n_jobs
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
        loss: str | Loss = "squared_error",
        huber_delta: float = 1.0,
        quantile: float = 0.5,
        optimizer: str = "adamw",
        learning_rate: float | Literal["auto"] = "auto",
        schedule: str = "one_cycle",
        batch_size: int | Literal["auto"] = "auto",
        max_iter: int | Literal["auto"] = "auto",
        weight_decay: float | Literal["auto"] = "auto",
        dropout: float | Sequence[float] = 0.1,
        clip: float = 0.0,
        hard_fraction: float = 1.0,
        ema_decay: float = 0.0,
        momentum: float = 0.9,
        beta2: float = 0.95,
        epsilon: float = 1e-08,
        rate_drop: float = 0.1,
        patience: int = 3,
        n_iter_no_change: int | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        shuffle: bool = True,
        scaling: str = "auto",
        input_max: float = 1.0,
        initializer: str = "he",
        bias: bool = True,
        dtype: str = "float32",
        engine: str = "auto",
        members: int | Literal["auto"] = "auto",
        folds: bool | Literal["auto"] = "auto",
        random_state: int | RandomState | None = 0,
        n_jobs: int | None = 1,
        early_stopping: bool | Literal["auto"] = "auto",
        warm_start: bool = False,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.loss = loss
        self.huber_delta = huber_delta
        self.quantile = quantile
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.clip = clip
        self.hard_fraction = hard_fraction
        self.ema_decay = ema_decay
        self.momentum = momentum
        self.beta2 = beta2
        self.epsilon = epsilon
        self.rate_drop = rate_drop
        self.patience = patience
        self.n_iter_no_change = n_iter_no_change
        self.validation_fraction = validation_fraction
        self.shuffle = shuffle
        self.scaling = scaling
        self.input_max = input_max
        self.initializer = initializer
        self.bias = bias
        self.dtype = dtype
        self.engine = engine
        self.members = members
        self.folds = folds
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.early_stopping = early_stopping
        self.warm_start = warm_start
        self.verbose = verbose
