"""Divergence: the loss of a constant prediction, with which the training loss is compared."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import Scaling
from glassnet.engines import Samples
from glassnet.nn.losses import output_loss
from glassnet.training.divergence import constant_answer_loss
from support.formulas import LOSSES


@pytest.mark.parametrize(("loss", "output"), LOSSES)
def test_the_loss_of_a_constant_prediction_is_that_of_the_mean_or_the_median(loss, output):
    targets = np.random.default_rng(0).uniform(0.2, 0.8, (7, 3))
    if output == "softmax":
        targets /= targets.sum(axis=1, keepdims=True)
    samples = Samples(np.zeros((7, 1)), Scaling.named("unit"), np.arange(7), targets)
    constants = [targets.mean(axis=0), np.median(targets, axis=0)]
    if output == "softmax":
        constants = [one / one.sum() for one in constants]
    wanted = min(LOSSES[loss, output](np.tile(one, (7, 1)), targets).mean() for one in constants)
    assert constant_answer_loss(output, output_loss(loss, output), samples) == pytest.approx(wanted, rel=1e-9)
