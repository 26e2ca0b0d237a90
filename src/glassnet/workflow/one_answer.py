"""Notices of a test in which every prediction is the same class."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..data import Dataset
from ..model.evaluate import Evaluation
from ..model.model import Model
from .notice import Notice, notice

_CERTAIN, _NONE = 2.0, 1.0
"""Standard errors, without any relation, by which an area under the ROC curve is surely above chance, or hardly is."""


def about_one_answer(model: Model, samples: Dataset, tested: Evaluation, initializer: str = "") -> list[Notice]:
    """Return what a test means whose predictions are all the same class, and what to do; nothing for other tests.

    Parameters
    ----------
    model : Model
    samples : Dataset
    tested : Evaluation
        Of the model, on these samples.
    initializer : str
        That of the training, if the advice may be to train otherwise.
    """
    answer = tested.only_answer
    if answer is None or tested.auc is None or tested.balanced_accuracy is None:
        return []
    counts = np.bincount(samples.labels, minlength=model.classes)
    facts = {"source": samples.source, "name": model.name_of(answer), "share": counts[answer] / len(samples)}
    most = counts[answer] == counts.max()
    said = [
        notice("one_answer" if most else "one_answer_rarer", **facts, balanced=tested.balanced_accuracy, auc=tested.auc)
    ]
    rest = len(samples) - counts[answer]
    by_chance = math.sqrt((len(samples) + 1) / (12 * counts[answer] * rest)) if counts[answer] and rest else math.inf
    above = (tested.auc - 0.5) / by_chance  # Mann and Whitney 1947
    if above > _CERTAIN:
        if model.classes == 2:
            said.append(notice("one_answer_threshold", name=model.name_of(1 - answer)))
    elif initializer and above < _NONE:
        said.append(notice("one_answer_train" if initializer == "he" else "one_answer_initializer"))
    return said


def about_equal_answers(samples: Dataset, metric: str, answers: Sequence[int | None]) -> list[Notice]:
    """Return what equal scores of several trainings mean in which every prediction is the most frequent class.

    Parameters
    ----------
    samples : Dataset
    metric : str
        By which they are compared.
    answers : sequence of int or None
        `Evaluation.only_answer` of each training.
    """
    counts = np.bincount(samples.labels)
    most = int(counts.argmax())
    if samples.values is not None or metric not in ("accuracy", "balanced_accuracy") or most not in answers:
        return []
    facts = {"source": samples.source, "name": samples.name_of(most), "share": counts[most] / len(samples)}
    return [notice("all_one_answer", count=list(answers).count(most), trials=len(answers), metric=metric, **facts)]
