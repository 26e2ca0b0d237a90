"""Ensembles: networks trained in parallel that answer together.

Members that differ only in their seeds use the same samples, and their outputs are averaged. Source: Cireşan, Meier,
Gambardella and Schmidhuber 2011, "Convolutional neural network committees for handwritten character classification",
section 2: members are trained independently and have equal weight.

With folds, each member is trained without one fold of the data, which tells its best epoch (cross-validation ensemble:
Krogh and Vedelsby 1995, "Neural network ensembles, cross validation, and active learning"). The sums of their output
layers are averaged, which is what one network with the members side by side computes: see `side_by_side`. The
predictions for the folds, each by the member that was trained without it, give the temperature.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..engines import Engine
from ..model.calibration import calibrated_loss, doubtful_targets, has_temperature, logits_of
from ..model.decision import with_decision
from ..model.evaluate import truth_of
from ..model.header import Receipt
from ..model.model import Model
from ..model.network import Network
from ..model.prediction_intervals import with_residuals
from ..nn.activations import ACTIVATIONS
from ..nn.losses import output_loss
from ..nn.parameters import Parameters
from ..options.options import Options
from ..preprocess.class_weights import with_class_weights
from .callbacks import Callback, ends_training
from .events import EpochDone, Event
from .executor import Executor, Send, executor_or_threads, results_in_order
from .fine_tuning import parent_of
from .receipt import GivenData, options_of, receipt_of, training_split_of
from .run import Fit, Run, Runs


def fit_ensemble(
    runs: Runs,
    callbacks: Sequence[Callback],
    *,
    watch: Callable[[Run], object] | None = None,
    executor: Executor | None = None,
) -> Fit:
    """Train the members in parallel, each with its own seed; callbacks receive the first one's events.

    `watch` receives the first one's run before its first step, on threads of this process only. The executor decides
    where the members are trained; None: on threads, each on one of ``options.threads``, or one after the other where
    that is faster. Errors as for `fit`.
    """
    began, options = time.perf_counter(), runs.options
    first_member = FirstMember(callbacks)
    with executor_or_threads(executor, runs.threads) as runner:
        shared = runner.share(runs)
        members: list[Future[TrainedMember]] = []
        try:
            for number in range(options.networks):
                answer = first_member.ends_another if number else first_member
                started = None if number else watch
                members.append(
                    runner.submit(_train_member, shared, number, started, on_event=answer if callbacks else None)
                )
                if not number:  # before the next one: an executor may run each at once
                    members[0].add_done_callback(lambda _: first_member.leave())
            trained = [*results_in_order(members)]  # or the first error of any member
        finally:
            first_member.cancel()
            runs.close()
            runner.cancel(members)
    fits = [one.fit for one in trained]
    first, networks = fits[0], [runs.with_all_inputs(number, one.model.network) for number, one in enumerate(fits)]
    folds = [one.held_out for one in trained if one.held_out is not None]
    model, plain_share = joined_model(first.model, networks, folds, runs)
    model = _with_held_out(model, networks, fits, runs, plain_share)
    histories, best_epochs = [one.history for one in fits], tuple(epoch for one in fits for epoch in one.best_epochs)
    receipt = receipt_of(
        model,
        options,
        runs.given,
        runs.engine,
        histories,
        best_epochs=best_epochs,
        validation=runs.given_validation,
        plain_share=plain_share,
        parent=parent_of(runs.init_model),
    )
    return Fit(
        model=replace(model, receipt=receipt),
        history=first.history,
        engine=runs.engine.name,
        prepare_seconds=first.prepare_seconds,
        train_seconds=time.perf_counter() - began - first.prepare_seconds,
        member_histories=tuple(histories[1:]),
        best_epochs=best_epochs,
        own_validation=first.own_validation,
    )


def _train_member(runs: Runs, number: int, watch: Callable[[Run], object] | None, send: Send) -> TrainedMember:
    """Train a member's run to its end; the first one sends all events, the others the ends of epochs."""
    run = runs.run(number, threads=1)
    if watch is not None:
        watch(run)

    def pass_on(event: Event) -> bool:
        return send(event if not number or isinstance(event, EpochDone) else None)

    try:
        return TrainedMember.of(run, run.fit([pass_on]))
    finally:
        runs.leave(number)


@dataclass(frozen=True)
class TrainedMember:
    """A trained member, and its predictions for its fold, if it has one."""

    fit: Fit
    held_out: HeldOut | None = None

    @classmethod
    def of(cls, run: Run, fit: Fit) -> TrainedMember:
        """Return what is needed of a run that has ended, and of its result, without its data."""
        by_fold = run.options.folds and run.given_validation is None
        if run.validation is not None and by_fold and (run.options.plain_inputs or has_temperature(fit.model)):
            return cls(fit, HeldOut.of(fit.model, run.validation))
        return cls(fit)


class HeldOut(NamedTuple):
    """What a network predicts for samples that it was trained without: the sums of its output layer."""

    sums: NDArray[np.float64]  # shape (n, outputs), as the next
    targets: NDArray[np.float64]
    weights: NDArray[np.float64] | None  # shape (n,)

    @classmethod
    def of(cls, model: Model, data: Dataset) -> HeldOut:
        """Return the predictions of a model of one network."""
        if has_temperature(model):
            return cls(logits_of(model, data), doubtful_targets(data), data.weights)
        targets = np.asarray(model.targets.apply(truth_of(data)), np.float64)
        return cls(logits_of(model, data), targets, data.weights)

    @classmethod
    def joined(cls, parts: Sequence[HeldOut]) -> HeldOut:
        """Return the predictions for the samples of all parts."""
        weights = [one.weights for one in parts if one.weights is not None]
        return cls(
            np.concatenate([one.sums for one in parts]),
            np.concatenate([one.targets for one in parts]),
            np.concatenate(weights) if weights else None,
        )


def repeated_runs(
    receipt: Receipt,
    data: Dataset,
    engine: Engine,
    given: GivenData,
    init_model: Model | None = None,
    validation: GivenData | None = None,
) -> Runs:
    """Return the training runs in a training record; train them without their validation data, unless given here."""
    options, training = options_of(receipt), training_split_of(receipt, data)
    by_folds = options.folds and not receipt.get("own_validation")
    if validation is not None:
        held_out = with_class_weights(validation.data, options)
        return Runs(training, options, engine, given, held_out, init_model, validation)
    # With validation data, all of `training` is trained on.
    return Runs(training, options, engine, given, None if by_folds else training, init_model)


PLAIN_SHARES = (0.0, 0.5, 1.0)
"""Shares that the networks without intervals may have in the sums of the output layer."""


def joined_model(
    first: Model, networks: Sequence[Network], folds: Sequence[HeldOut], runs: Runs
) -> tuple[Model, float | None]:
    """Return the model of trained members: an ensemble, or with folds one calibrated network.

    `first` is the first member's model, and `folds` has the predictions of each network for its fold, unless validation
    data were passed. With networks of two kinds (`Options.plain_inputs`), return also the share of those without
    intervals: the one of `PLAIN_SHARES` with the smallest loss for the samples that the networks were trained without,
    or 0 unless this loss is smaller by more than its standard error (Breiman, Friedman, Olshen and Stone 1984,
    "Classification and regression trees", section 3.4.3).
    """
    options, validation = runs.options, runs.validation
    if not options.folds:
        return replace(first, others=tuple(networks[1:])), None

    def joined(share: float | None) -> Model:
        return replace(first, network=side_by_side(networks_of_folds(networks, options, share)))

    several = options.networks > options.members
    if not (several or has_temperature(first)):
        return joined(None), None
    if validation is not None:
        held_out = [HeldOut.of(joined(share), validation) for share in ((0.0, 1.0) if several else (0.0,))]
    else:  # the network that was trained without a sample predicts it
        held_out = [HeldOut.joined(folds[k : k + options.members]) for k in range(0, len(folds), options.members)]
    sums, of_plain, weights = held_out[0].sums, held_out[-1].sums, held_out[0].weights
    shares = PLAIN_SHARES if several else (0.0,)
    tried = [held_out[0]._replace(sums=(1 - share) * sums + share * of_plain) for share in shares]
    temperatures, losses = zip(*(_losses(first, one, runs.engine) for one in tried), strict=True)
    best = _best_of(losses, weights)
    share = shares[best] if several else None
    model, temperature = joined(share), temperatures[best]
    if validation is not None and share not in (None, 0, 1):  # of the sums as the joined network rounds them
        temperature, _ = _losses(first, HeldOut.of(model, validation), runs.engine)
    return replace(model, temperature=temperature), share


def _with_held_out(
    model: Model, trained: Sequence[Network], fits: Sequence[Fit], runs: Runs, plain_share: float | None
) -> Model:
    """Return a trained model with what follows from held-out rows: the errors of a regression, or the decision."""
    options = runs.options
    networks: Sequence[Network] = ()
    curves: Sequence[Sequence[float]] = ()
    held_out = runs.held_out()
    if options.folds and runs.validation is None:
        networks = networks_of_folds(trained, options, plain_share)
        chosen = fits[options.members :] if plain_share == 1 else fits[: options.members]
        curves = [one.history.validation_loss for one in chosen] if options.early_stopping else ()
    return with_decision(with_residuals(model, held_out, networks, curves), options, held_out, networks)


def _best_of(losses: Sequence[NDArray[np.float64]], weights: NDArray[np.float64] | None) -> int:
    """Return which losses, each of shape (n,), are the smallest: those that beat the first by their standard error."""
    gains = [losses[0] - one for one in losses]
    means = [float(np.average(one, weights=weights)) for one in gains]
    best = int(np.argmax(means))
    share = np.full(len(losses[0]), 1 / len(losses[0])) if weights is None else weights / weights.sum()
    error = np.sqrt(share**2 @ (gains[best] - means[best]) ** 2)
    return best if means[best] > error else 0


def _losses(model: Model, held_out: HeldOut, engine: Engine) -> tuple[float, NDArray[np.float64]]:
    """Return the temperature for predictions, 1 if they have none, and the loss of each sample with it."""
    architecture, (sums, targets, weights) = model.network.architecture, held_out
    activation, loss, temperature = architecture.activations[-1], engine.output_loss(architecture), 1.0
    if has_temperature(model):
        temperature, _ = calibrated_loss(activation, sums, targets, weights)
        loss = output_loss("cross_entropy", activation)
    sums = sums / temperature
    losses = loss.value(sums, ACTIVATIONS[activation].value(sums), targets)
    return temperature, np.asarray(losses, np.float64)


def networks_of_folds(networks: Sequence[Network], options: Options, plain_share: float | None) -> Sequence[Network]:
    """Return one network for each fold: of two kinds, the kind that has all of the sums, or both by their shares.

    `plain_share` is the share of those without intervals, None if there are none.
    """
    count, share = options.members, plain_share or 0.0
    if share in (0, 1):
        return networks[count:] if share else networks[:count]
    return [side_by_side(pair, (1 - share, share)) for pair in zip(networks[:count], networks[count:], strict=True)]


def side_by_side(networks: Sequence[Network], shares: Sequence[float] | None = None) -> Network:
    """Return one network whose output sums are those of `networks`, which have one architecture, by their `shares`.

    Shares are equal if not given. The hidden layers have the nodes of all networks, with zeros for the weights between
    nodes of different ones.
    """
    architecture, count = networks[0].architecture, len(networks)
    shares = shares or [1 / count] * count
    inputs, *hidden, outputs = architecture.sizes
    wide = replace(architecture, sizes=(inputs, *(count * nodes for nodes in hidden), outputs))
    made = Network.of(wide, Parameters(wide.layout, dtype=networks[0].parameters.flat.dtype))
    last = len(hidden)
    for layer, (weights, biases) in enumerate(zip(made.parameters.weights, made.parameters.biases, strict=True)):
        for number, network in enumerate(networks):
            own, bias = network.parameters.weights[layer], network.parameters.biases[layer]
            above, below = own.shape
            rows = slice(None) if layer == last else slice(number * above, (number + 1) * above)
            columns = slice(None) if layer == 0 else slice(number * below, (number + 1) * below)
            share = shares[number] if layer == last else 1.0
            weights[rows, columns] += own * own.dtype.type(share)
            if biases is not None and bias is not None:
                biases[rows] += bias * bias.dtype.type(share)
    return made


class FirstMember:
    """Calls the callbacks with the first member's events; if one ends training, the other members end with that epoch.

    No member starts another epoch before the first member has finished the previous one, so all have the same number of
    epochs whatever the timing of the threads.
    """

    def __init__(self, callbacks: Sequence[Callback]) -> None:
        self._callbacks, self._changed = callbacks, threading.Condition()
        self._epochs, self._ends, self._last = 0, False, math.inf
        self._left, self._cancelled = False, False

    def __call__(self, event: Event) -> bool:
        """Process an event of the first member."""
        self._require_wanted()
        answers = [ends_training(callback(event)) for callback in self._callbacks]
        with self._changed:
            self._ends = self._ends or any(answers)
            if isinstance(event, EpochDone):
                self._epochs = event.epoch
                self._last = event.epoch if self._ends else math.inf
                self._changed.notify_all()
        return any(answers)

    def ends_another(self, event: Event) -> bool:
        """Process an event of another member; wait for the first, and return whether training ends with this epoch."""
        self._require_wanted()
        if not isinstance(event, EpochDone):
            return False
        with self._changed:
            self._changed.wait_for(lambda: self._cancelled or self._left or self._epochs >= event.epoch)
            return event.epoch >= self._last

    def _require_wanted(self) -> None:
        if self._cancelled:
            raise KeyboardInterrupt

    def cancel(self) -> None:
        """End unfinished members at their next event."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def leave(self) -> None:
        """Let the other members wait no longer: the first one has ended."""
        with self._changed:
            self._left = True
            self._changed.notify_all()
