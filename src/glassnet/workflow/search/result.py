"""The result of a search: its trials, the winner, and what the test data show of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...messages.option_spelling import choice_text
from ...metrics import METRICS, Floats
from ...model.evaluate import evaluate, predictions
from ...model.intervals import Interval, score_intervals
from ...model.model import Model
from ...nn.random import Purpose, generator
from ..shared.facts import plain
from .evidence import Evidence, Scorer, resamples
from .space import Dimension, DimensionFacts
from .study import Trial


@dataclass(frozen=True)
class Tested:
    """A model that was trained on all training samples, and its score on the test data."""

    model: Annotated[str, "its file in the folder"]
    hash: Annotated[str, "hash of its parameters"]
    score: Annotated[float, "the metric"]
    interval: Annotated[Interval, "low and high of its 95% interval"]


class SearchResultFacts(TypedDict):
    """The result of a search."""

    metric: Annotated[str, f"on the validation samples, one of {', '.join(f'`{name}`' for name in METRICS)}"]
    higher_is_better: Annotated[bool, "whether a higher value of the metric is better"]
    trials: Annotated[list[dict[str, Any]], "in the order of their numbers", Trial]
    best: Annotated[dict[str, Any], "the winner, one of the trials", Trial]
    evidence: Annotated[dict[str, Any], "how sure the choice is", Evidence]
    test: Annotated[dict[str, Any], "the winner, trained on all training samples, on the test data", Tested]
    default: Annotated[dict[str, Any], "the recipe's own options, likewise; the same as `test` if they won", Tested]
    difference: Annotated[float, "test score of the winner minus that of the recipe"]
    difference_interval: Annotated[list[float], "low and high of its 95% interval"]
    space: Annotated[dict[str, DimensionFacts], "each [option](options.md) that was varied, by its name"]
    recipe: Annotated[str, "the recipe"]
    source: Annotated[str, "the source of the samples"]
    folder: Annotated[str, "the folder of the search"]
    samples: Annotated[int, "training samples of a trial"]
    validation_samples: Annotated[int, "validation samples of a trial, with cross-validation of all folds"]
    test_samples: Annotated[int, "test samples"]
    folds: Annotated[int, "folds of the cross-validation; 0 for one held-out part"]
    planned: Annotated[int | None, "the option `--trials`; null with only `--minutes`"]
    ended: Annotated[str, "`trials` or `time`"]


@dataclass(frozen=True)
class SearchResult:
    """Result of `glassnet.search`.

    Parameters
    ----------
    metric : str
    higher_is_better : bool
    trials : tuple of Trial
        All trials; number 0 has the recipe's own options.
    best : Trial
        The complete trial with the best validation score, of equal ones the first: the winner.
    evidence : Evidence
        How sure the choice of the winner is.
    test : Tested
        The winner, trained on all training samples, on the test data, which chose nothing.
    default : Tested
        The recipe's own options, likewise; the same as `test` if they won.
    difference : float
        Test score of the winner minus that of the recipe.
    difference_interval : (float, float)
        Its 95% confidence interval (bootstrap of the test samples).
    space : tuple of Dimension
        The options that were varied.
    recipe, source, folder : str
    samples, validation_samples, test_samples : int
        Training and validation samples of a trial, or with cross-validation of all folds together; and test samples.
    folds : int
        Folds of the cross-validation; 0 for one held-out part.
    planned : int or None
        Number of trials that were wanted; None if only the time was limited.
    ended : {"trials", "time", "callback"}
        Why the search ended.
    """

    metric: str
    higher_is_better: bool
    trials: tuple[Trial, ...]
    best: Trial
    evidence: Evidence
    test: Tested
    default: Tested
    difference: float
    difference_interval: Interval
    space: tuple[Dimension, ...]
    recipe: str
    source: str
    folder: str
    samples: int
    validation_samples: int
    test_samples: int
    folds: int
    planned: int | None
    ended: str

    def __repr__(self) -> str:
        options = ", ".join(f"{name} {choice_text(value)}" for name, value in self.best.options.items())
        return (
            f"SearchResult({self.metric}: trial {self.best.number} of {len(self.trials)} is the best with "
            f"{self.best.score:.4g} in validation, test {self.test.score:.4g}, recipe {self.default.score:.4g}; "
            f"{options})"
        )

    @property
    def complete(self) -> tuple[Trial, ...]:
        """The trials that were trained to their end."""
        return tuple(trial for trial in self.trials if trial.state == "complete")

    @property
    def model(self) -> Model:
        """The winner, trained on all training samples, read from its file."""
        from ...model.file import load_model

        return load_model(Path(self.folder) / self.test.model)

    def to_dict(self) -> SearchResultFacts:
        """Return plain values, as ``glassnet search --json`` prints them."""
        return cast(SearchResultFacts, {**plain(self), "space": {one.name: one.to_dict() for one in self.space}})


def tested(model: Model, file: str, test: Dataset, metric: str, seed: int) -> tuple[Tested, NDArray[Any]]:
    """Score a model on test data; return also the predictions of the samples.

    The interval of a metric that `model.intervals` does not have is that of a bootstrap of the samples.
    """
    evaluation, scorer = evaluate(model, test), Scorer.of([test], metric)
    found = predictions(model, evaluation.outputs, metric)
    interval = score_intervals(evaluation, test).get(metric)
    if interval is None:
        interval = _middle(_resampled_scores(scorer, [found], seed)[0])
    return Tested(file, model.hash(), float(scorer(found)), interval), found


def difference_interval(one: NDArray[Any], other: NDArray[Any], test: Dataset, metric: str, seed: int) -> Interval:
    """Return the 95% interval of the difference of two scores on the same samples, from their predictions."""
    scores = _resampled_scores(Scorer.of([test], metric), [one, other], seed)
    return _middle(scores[0] - scores[1])


def _resampled_scores(scorer: Scorer, predicted: Sequence[NDArray[Any]], seed: int) -> Floats:
    """Return the scores of models in the same resamples of the samples, shape (models, resamples)."""
    blocks = resamples(len(scorer.truth), generator(seed, Purpose.SEARCH), scorer.groups)
    return np.concatenate([[scorer(one, counts) for one in predicted] for counts in blocks], axis=1)


def _middle(scores: Floats) -> Interval:
    low, high = np.nanpercentile(scores, (2.5, 97.5))
    return float(low), float(high)
