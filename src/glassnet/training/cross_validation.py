"""Cross-validation: every sample is predicted by a network that was trained without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..data.split import fold_of_rows
from ..engines import engine_of_data, threads_for_runs
from ..errors import DataError, DivergedError
from ..messages.message import Message
from ..metrics import METRICS, accuracy
from ..model.evaluate import Evaluation, evaluate, quantile_scores, truth_of
from ..model.intervals import Interval, number_intervals, right_answers, share_interval
from ..model.model import Model
from ..nn.parameters import FloatArray
from ..options.options import Options
from ..runtime.system import available_cores
from .executor import Executor, Send, executor_or_threads, results_in_order
from .fit import fit_watched

STEPS = 600
"""Minimum number of steps per network: enough to find wrong labels, and seconds for 20,000 digits."""
_SLOWER = 4  # divisor of the learning rate after divergence
_TRIES = 4


@dataclass(frozen=True)
class CrossValidation:
    """Scores of a cross-validation, over the predictions of all samples."""

    folds: int
    samples: int
    scores: dict[str, float]  # as in `Evaluation.scores`
    interval: dict[str, Interval]  # for each score, the ends of its 95% confidence interval

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: ``folds``, ``samples``, each score by its name, and ``interval``."""
        return {"folds": self.folds, "samples": self.samples, **self.scores, "interval": dict(self.interval)}


def cross_validate(
    parts: Iterable[tuple[Dataset, Dataset]], options: Options, executor: Executor | None = None
) -> CrossValidation:
    """Train a network on the training data of each fold, and score the predictions of the test data of all folds.

    The executor, by default threads of this process, does not affect the result.
    """
    folds = [*parts]
    with executor_or_threads(executor, _threads(folds[0][0], options)) as runner:
        own = _of_fold(options, len(folds), executor)
        futures = [runner.submit(_tested, training, test, own) for training, test in folds]
        try:
            tested, parts = zip(*results_in_order(futures, Message("cross-validating, folds")), strict=True)
        finally:
            runner.cancel(futures)
    truth = np.concatenate([truth_of(test) for _, test in folds])
    answers = np.concatenate([one.answers for one in tested])
    weights = None
    if folds[0][1].weights is not None:
        weights = np.concatenate([test.weights for _, test in folds if test.weights is not None])
    interval: dict[str, Interval] = {}
    if options.loss == "quantile" and options.loss_parameter is not None:
        scores = quantile_scores(truth, answers, weights, options.loss_parameter)
        return CrossValidation(len(folds), len(truth), scores, interval)
    probabilities, scores = np.concatenate(parts), {}
    for name in tested[0].scores:
        one = METRICS[name]
        scores[name] = float(one.score(truth, probabilities if one.of_probabilities else answers, weights))
    grouped = [test.groups for _, test in folds if test.groups is not None]
    groups = np.concatenate(grouped) if grouped else None
    if weights is None and "accuracy" in scores:
        interval = {"accuracy": share_interval(np.concatenate([*map(right_answers, tested)]), groups)}
    elif weights is None:
        interval = number_intervals(truth, answers, groups)
    return CrossValidation(len(folds), len(truth), scores, interval)


def _tested(training: Dataset, test: Dataset, options: Options, send: Send) -> tuple[Evaluation, FloatArray]:
    """Return the evaluation of the test data, and their probabilities, NaN of numbers."""
    model = _fitted(training, options, send)
    evaluation = evaluate(model, test)
    return evaluation, model.probabilities(evaluation.outputs)


def _threads(data: Dataset, options: Options) -> int:
    """Return how many folds to train at the same time; 0: one per core."""
    sizes = (data.features, *options.hidden, data.classes)
    return threads_for_runs(engine_of_data(options, data), replace(options, threads=0), sizes)


def _of_fold(options: Options, folds: int, executor: Executor | None) -> Options:
    """Return options with the threads for each of several folds that train at the same time."""
    return replace(options, threads=1 if executor else max(1, available_cores() // folds))


def _fitted(data: Dataset, options: Options, send: Send) -> Model:
    """Return the trained model; training ends if it is cancelled."""
    return fit_watched(data, options, lambda *_: send(None)).model


def out_of_fold(
    data: Dataset,
    options: Options,
    folds: int = 5,
    on_fold: Callable[[int, float], None] | None = None,
    executor: Executor | None = None,
) -> FloatArray:
    """Return class probabilities for each sample from a network trained on the other folds.

    The data have classes; the options are those of each network, see `fold_options`. The folds, at least 2, are
    stratified by class, in an order determined by the seed. `on_fold` is called after each with its number, from 1, and
    the fraction of predictions that agree with the labels. Return float64, shape (n, classes), whose rows add up to 1.
    """
    fold = fold_of(data, options.seed, folds)
    probabilities = np.empty((len(data), data.classes))
    with executor_or_threads(executor, _threads(data, options)) as runner:
        shared, own = runner.share((data, fold)), _of_fold(options, folds, executor)
        predicted = [runner.submit(_fold_probabilities, shared, number, own) for number in range(folds)]
        try:
            for number, of_fold in enumerate(results_in_order(predicted)):
                outside = fold == number
                probabilities[outside] = of_fold
                if on_fold:
                    on_fold(number + 1, float(accuracy(data.labels[outside], of_fold.argmax(axis=1))))
        finally:
            runner.cancel(predicted)
    return probabilities


def fold_of(data: Dataset, seed: int, folds: int) -> NDArray[np.int64]:
    """Return the fold of each sample, shape (n,), 0 to ``folds - 1``; arguments and errors as for `out_of_fold`."""
    if data.values is not None:
        template = "{name}: no classes, expected one class label per sample. Use a target with classes."
        raise DataError("GN073", template, name=data.source)
    if len(data) < 2 * folds:
        raise DataError(
            "GN073",
            "{name}: {samples} samples for {folds} folds, expected {least} or more. Use fewer folds.",
            name=data.source,
            samples=len(data),
            folds=folds,
            least=2 * folds,
        )
    return fold_of_rows(data, folds, seed)


def fold_options(data: Dataset, options: Options, folds: int = 5) -> Options:
    """Return options adapted to the size of the data: at least `STEPS` steps, with batches much smaller than the data.

    The learning rate is scaled with the batch size (Goyal et al. 2017, section 2.1). Mostly nonzero inputs are
    standardised, since the learning rate would be too large for them.
    """
    samples = len(data) * (folds - 1) // folds
    batch = max(1, min(options.batch_size, samples // 20))
    return replace(
        options,
        batch_size=batch,
        learning_rate=options.learning_rate * batch / options.batch_size,
        epochs=max(options.epochs, -(-STEPS * batch // samples)),
        scaling="standard" if np.count_nonzero(data.inputs) > data.inputs.size / 2 else options.scaling,
    )


def _fold_probabilities(
    shared: tuple[Dataset, NDArray[np.int64]], number: int, options: Options, send: Send
) -> FloatArray:
    """Return the class probabilities of the samples of a fold, from a network trained on the others."""
    data, fold = shared
    inside, outside = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
    model = _fitted_slowly(data.take(inside), options, send)
    return model.probabilities(model.outputs(data.inputs[outside]).astype(np.float64))


def _fitted_slowly(data: Dataset, options: Options, send: Send) -> Model:
    for _ in range(_TRIES - 1):
        try:
            return _fitted(data, options, send)
        except DivergedError:
            options = replace(options, learning_rate=options.learning_rate / _SLOWER)
    return _fitted(data, options, send)
