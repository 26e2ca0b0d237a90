"""A training run: its parts, its state, and the only place that passes the loop's events to callbacks.

`Runs` makes the runs on a data set: one, or one for each member of an ensemble; `streaming.runs` those on a stream.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..data.split import early_stopping_split, folds_of, without_fold
from ..engines import Engine, threads_for_runs
from ..errors import StreamError
from ..messages.formats import counted
from ..messages.message import Message
from ..messages.progress import step
from ..model.build import new_model
from ..model.decision import with_decision
from ..model.header import ParentReceipt, Receipt
from ..model.model import Model
from ..model.network import Network
from ..model.prediction_intervals import with_residuals
from ..nn.parameters import FloatArray, Parameters
from ..options.options import Options
from ..runtime.blas import one_blas_thread
from .callbacks import Callback, History, ends_training
from .events import BlockDone, EpochDone, TrainingEnded, TrainingStarted
from .fine_tuning import continued, parent_of
from .loop import train
from .plan import BlockLoader
from .receipt import GivenData, receipt_of
from .state import TrainingState


@dataclass(frozen=True, repr=False)
class Fit:
    """Result of `fit`.

    Parameters
    ----------
    model : Model
        The trained model, with its training record.
    history : History
        Its learning curve; for an ensemble, that of the first member.
    engine : str
    prepare_seconds, train_seconds : float
        Time of preparing the engine, and of all steps.
    member_histories : tuple of History
        Learning curves of the other members of an ensemble.
    changes : tuple of str
        As in `Run`.
    best_epochs : tuple of int
        With early stopping, for each member, the epoch whose weights it has.
    own_validation : bool
        Whether validation data were passed, rather than held out from the training data.
    """

    model: Model
    history: History
    engine: str
    prepare_seconds: float
    train_seconds: float
    member_histories: tuple[History, ...] = ()
    changes: tuple[str, ...] = ()
    best_epochs: tuple[int, ...] = ()
    own_validation: bool = False

    def __repr__(self) -> str:
        epochs = counted(len(self.history.epoch), "epoch")
        return f"Fit({self.model!r}, {epochs}, engine {self.engine}, {self.train_seconds:.2f} s)"


@dataclass
class Run:
    """A training run: its parts, its state and its history.

    Parameters
    ----------
    model : Model
    data : Dataset
        Training samples; of a stream, some of them.
    options : Options
    engine : Engine
    state : TrainingState
        Updated by training, as is `history`.
    given : GivenData
        The data for the training record, before a fraction was held out for validation.
    validation : Dataset, optional
        Data to evaluate the model on after each epoch.
    given_validation : GivenData, optional
        These data for the training record, if they were passed rather than held out from the training data.
    history : History
    changes : tuple of str
        Changes of versions and processor since the start, as text, if training was resumed.
    parent : dict or None
        Description of the model that training started from; None for a new network.
    blocks : BlockLoader, optional
        The blocks of a stream; those of `data` if not given.
    prepare_seconds, train_seconds : float
        Time of preparing the engine, and of all steps, once they are known.
    """

    model: Model
    data: Dataset
    options: Options
    engine: Engine
    state: TrainingState
    given: GivenData
    validation: Dataset | None = None
    given_validation: GivenData | None = None
    history: History = field(default_factory=History)
    changes: tuple[str, ...] = ()
    parent: ParentReceipt | None = None
    blocks: BlockLoader | None = None
    prepare_seconds: float = 0.0
    train_seconds: float = 0.0

    def train(self, callbacks: Iterable[Callback] = ()) -> None:
        """Train from the current state to the end, or to the end of the epoch in which a callback returns True.

        Each event is passed to the history, then to the callbacks in their order. Errors as for `loop.train`, and those
        raised by callbacks. A StreamError has the model so far.
        """
        every: list[Callback] = [self.history, *callbacks]
        ends, data = False, self.blocks or self.data
        events = train(self.model, data, self.options, self.engine, validation=self.validation, state=self.state)
        try:
            with one_blas_thread.as_before(), step(Message("training"), float(self.options.epochs)) as training:
                for event in events:
                    if isinstance(event, TrainingStarted | BlockDone):
                        training.reach(event.progress)
                    if isinstance(event, TrainingStarted):
                        self.prepare_seconds = event.seconds
                    elif isinstance(event, TrainingEnded):
                        self.train_seconds = event.seconds
                    for callback in every:
                        ends = ends_training(callback(event)) or ends
                        if ends and isinstance(event, EpochDone):
                            self.state.ended = True  # at once: the last callback may write a checkpoint
        except StreamError as problem:
            problem.model, problem.good_epochs = replace(self.model, network=self.network_so_far()), self.state.epoch
            raise

    def fit(self, callbacks: Iterable[Callback] = ()) -> Fit:
        """Train as `train` does; return the trained model, with its training record, and its history."""
        self.train(callbacks)
        receipt = self.receipt()
        model = replace(self.model, receipt=receipt)
        if not self.options.folds:  # `fit_ensemble` has the folds of all members
            held_out = [] if self.validation is None else [self.validation]
            model = with_decision(with_residuals(model, held_out), self.options, held_out)
        return Fit(
            model=model,
            history=self.history,
            engine=self.engine.name,
            prepare_seconds=self.prepare_seconds,
            train_seconds=self.train_seconds,
            changes=self.changes,
            best_epochs=tuple(receipt.get("kept", ())),
            own_validation=self.given_validation is not None,
        )

    def network_so_far(self) -> Network:
        """Return the network that training would have produced if it had ended here, as a copy."""
        architecture = self.model.network.architecture
        return Network.of(architecture, Parameters(architecture.layout, self.state.final_weights(self.options).copy()))

    def receipt(self, *, calibrated: bool = False) -> Receipt:
        """Return the training record of the model in its current state; parameters as for `receipt_of`."""
        best = self.state.chosen_epoch(self.options)
        return receipt_of(
            self.model,
            self.options,
            self.given,
            self.engine,
            [self.history],
            best_epochs=() if best is None else (best,),
            validation=self.given_validation,
            calibrated=calibrated,
            changes=self.changes,
            parent=self.parent,
        )


@dataclass
class Runs:
    """The training runs on a data set: of one network, or of each member of an ensemble; a context manager.

    All members have the pre- and post-processing of the whole data. Each has its own seed, and with folds its own part
    of the data. Without folds, and with validation data, all use the same samples.

    Parameters
    ----------
    data : Dataset
    options : Options
    engine : Engine
    given : GivenData
        The data for the training record.
    validation : Dataset, optional
        As for `fit`; otherwise early stopping may hold out a part of the data.
    init_model : Model, optional
        The model that training starts from.
    given_validation : GivenData, optional
        The validation data for the training record.
    """

    data: Dataset
    options: Options
    engine: Engine
    given: GivenData
    validation: Dataset | None = None
    init_model: Model | None = None
    given_validation: GivenData | None = None

    at_once = False
    """Whether all members must train at the same time."""

    def __post_init__(self) -> None:
        # Without intervals there is nothing that networks could do without.
        columns, several = self.data.columns, self.options.networks > self.options.members
        if self.options.plain_inputs and not (several and columns is not None and len(columns.intervals)):
            self.options = replace(self.options, plain_inputs=False)

    @property
    def threads(self) -> int:
        """Number of members to train at the same time; 0: one per core."""
        sizes = (self.data.features, *self.options.hidden, self.data.classes)
        return threads_for_runs(self.engine, self.options, sizes)

    def run(self, number: int, *, threads: int | None = None) -> Run:
        """Return the run of a member before its first step, on so many threads; by default those of the options."""
        options, start = self.options, self.init_model
        own = replace(options, members=1, seed=options.seed + number, folds=self.by_folds)
        if threads is not None:
            own = replace(own, threads=threads)
        training, validation = self.parts(number)
        if start is None:
            model = new_model(self.data if self.by_folds else training, own)
            if (places := self.inputs_of(number)) is not None:
                model, training = _model_of_inputs(model, places), data_of_inputs(training, places)
                validation = None if validation is None else data_of_inputs(validation, places)
        else:
            model = continued(start, training, own, number)
        return Run(
            model=model,
            data=training,
            options=own,
            engine=self.engine,
            state=TrainingState.start(model.network.parameters, own),
            given=self.given,
            validation=validation,
            given_validation=self.given_validation,
            parent=parent_of(start),
        )

    def inputs_of(self, number: int) -> NDArray[np.int64] | None:
        """Return the places of a member's inputs; None for all. With `Options.plain_inputs` not those of intervals."""
        columns = self.data.columns
        if number < self.options.members or columns is None:
            return None
        return np.setdiff1d(np.arange(self.data.features), columns.intervals)

    def with_all_inputs(self, number: int, network: Network) -> Network:
        """Return a member's network with all inputs: the weights of those that it was trained without are 0."""
        if (places := self.inputs_of(number)) is None:
            return network
        own = network.parameters.weights[0]
        weights = np.zeros((len(own), self.data.features), own.dtype)
        weights[:, places] = own
        return _with_first_weights(network, weights)

    def parts(self, number: int) -> tuple[Dataset, Dataset | None]:
        """Return the training samples of a member, and those that it is not trained on, if there are any."""
        if self.validation is not None:
            return self.data, self.validation
        if self.by_folds:
            return without_fold(self.data, self.options, number % self.options.members)
        return early_stopping_split(self.data, replace(self.options, folds=False))  # the same for all members

    def held_out(self) -> list[Dataset]:
        """Return the samples that each member is not trained on, or one part if it is the same for all."""
        if self.by_folds and self.validation is None:
            return folds_of(self.data, self.options)
        validation = self.parts(0)[1]
        return [] if validation is None else [validation]

    @property
    def by_folds(self) -> bool:
        """Whether each member leaves out a fold; a single network has none."""
        return self.options.folds and self.options.members > 1

    def __enter__(self) -> Self:
        """Begin to read what all runs wait for."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def leave(self, number: int) -> None:
        """Tell that the run of a member has ended."""

    def close(self) -> None:
        """End runs that wait."""


def data_of_inputs(data: Dataset, places: NDArray[np.int64]) -> Dataset:
    """Return the data of a table with only the inputs at these places."""
    return replace(data, inputs=np.take(data.inputs, places, axis=1), columns=None, feature_names=())


def _model_of_inputs(model: Model, places: NDArray[np.int64]) -> Model:
    """Return an untrained model of a table with only the inputs at these places.

    Their initial weights stay as small as with all inputs: larger ones have more noise to undo.
    """
    network, scaling = model.network, model.scaling
    if isinstance(scaling.span, tuple) and isinstance(scaling.offset, tuple):
        span, offset = (tuple(ends[place] for place in places) for ends in (scaling.span, scaling.offset))
        scaling = replace(scaling, span=span, offset=offset)
    network = _with_first_weights(network, network.parameters.weights[0][:, places])
    return replace(model, network=network, scaling=scaling, columns=None, training_range=None)


def _with_first_weights(network: Network, weights: FloatArray) -> Network:
    """Return a copy of a network with these weights of its first layer, of which the inputs may be others."""
    architecture = network.architecture
    architecture = replace(architecture, sizes=(weights.shape[1], *architecture.sizes[1:]))
    made = Parameters(architecture.layout, dtype=weights.dtype)
    made.assign({**network.parameters.views, "layer1.weight": weights})
    return Network.of(architecture, made)
