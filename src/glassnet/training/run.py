"""A training run: its parts, its state, and the only place that passes the loop's events to callbacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..data.split import parts_of
from ..engines import Engine
from ..messages.formats import counted
from ..model.build import new_model
from ..model.header import ParentReceipt, Receipt
from ..model.model import Model
from ..options.options import Options
from ..runtime.blas import one_blas_thread
from .callbacks import Callback, History, ends_training
from .events import EpochDone, Event, TrainingEnded, TrainingStarted
from .fine_tuning import continued, parent_of
from .loop import train
from .receipt import GivenData, receipt_of
from .state import TrainingState


@dataclass
class Run:
    """A training run: its parts, its state and its history.

    Parameters
    ----------
    model : Model
    data : Dataset
        Training samples.
    options : Options
    engine : Engine
    state : TrainingState
        Updated by training, as is `history`.
    given : GivenData
        The data for the training record, before a fraction was held out for validation.
    validation : Dataset, optional
        Data to evaluate the model on after each epoch.
    own_validation : bool
        Whether these data were passed, rather than held out from the training data.
    history : History
    changes : tuple of str
        Changes of versions and processor since the start, as text, if training was resumed.
    parent : dict or None
        Description of the model that training started from; None for a new network.
    """

    model: Model
    data: Dataset
    options: Options
    engine: Engine
    state: TrainingState
    given: GivenData
    validation: Dataset | None = None
    own_validation: bool = False
    history: History = field(default_factory=History)
    changes: tuple[str, ...] = ()
    parent: ParentReceipt | None = None

    @classmethod
    def start(
        cls,
        data: Dataset,
        options: Options,
        engine: Engine,
        validation: Dataset | None = None,
        init_model: Model | None = None,
    ) -> Self:
        """Return a run before its first step; early stopping may hold out validation data.

        The model is new, or a copy of `init_model`.
        """
        training, validation_part = split_for(data, options, validation)
        given, own_validation = GivenData(data).begin(), validation is not None
        return cls.on(
            training,
            options,
            engine,
            given,
            validation=validation_part,
            own_validation=own_validation,
            init_model=init_model,
        )

    @classmethod
    def on(
        cls,
        data: Dataset,
        options: Options,
        engine: Engine,
        given: GivenData,
        *,
        validation: Dataset | None = None,
        own_validation: bool = False,
        init_model: Model | None = None,
        member: int = 0,
    ) -> Self:
        """Return a run before its first step on all of `data`.

        The model is new, or a copy of `init_model`: of an ensemble, of its member number `member`.
        """
        model = new_model(data, options) if init_model is None else continued(init_model, data, options, member)
        state, parent = TrainingState.start(model.network.parameters, options), parent_of(init_model)
        return cls(model, data, options, engine, state, given, validation, own_validation, parent=parent)

    def events(self) -> Iterator[Event]:
        """Train from the current state to the end, and yield the events; see `loop.train`."""
        return train(self.model, self.data, self.options, self.engine, validation=self.validation, state=self.state)

    def checkpoint_arrays(self) -> dict[str, NDArray[Any]]:
        """Return arrays for a checkpoint, besides those of the state and the history."""
        return {}

    def train(self, callbacks: Iterable[Callback] = ()) -> None:
        """Train from the current state to the end, or to the end of the epoch in which a callback returns True.

        Each event is passed to the history, then to the callbacks in their order. Errors as for `loop.train`, and those
        raised by callbacks.
        """
        every: list[Callback] = [self.history, *callbacks]
        ends = False
        for event in self.events():
            for callback in every:
                ends = ends_training(callback(event)) or ends
                if ends and isinstance(event, EpochDone):
                    self.state.ended = True  # at once: the last callback may write a checkpoint

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
            own_validation=self.own_validation,
            calibrated=calibrated,
            changes=self.changes,
            parent=self.parent,
        )


def split_for(data: Dataset, options: Options, validation: Dataset | None) -> tuple[Dataset, Dataset | None]:
    """Return the training samples, and the validation data, if any."""
    return parts_of(data, options) if validation is None else (data, validation)


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


def finish(run: Run, callbacks: Iterable[Callback] = ()) -> Fit:
    """Train from the run's state to the end; parameters and errors as for `fit`."""
    prepare_seconds = train_seconds = 0.0

    def record_seconds(event: Event) -> None:
        nonlocal prepare_seconds, train_seconds
        if isinstance(event, TrainingStarted):
            prepare_seconds = event.seconds
        elif isinstance(event, TrainingEnded):
            train_seconds = event.seconds

    with one_blas_thread.as_before():
        run.train([record_seconds, *callbacks])
    receipt = run.receipt()
    return Fit(
        model=replace(run.model, receipt=receipt),
        history=run.history,
        engine=run.engine.name,
        prepare_seconds=prepare_seconds,
        train_seconds=train_seconds,
        changes=run.changes,
        best_epochs=tuple(receipt.get("kept", ())),
        own_validation=run.own_validation,
    )
