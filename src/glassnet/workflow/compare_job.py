"""Comparing sets of options on the same data, over several seeds, with a verdict on each against the first.

Design. Each seed trains all sides with the same held-out validation samples, the same order of the data and, where
their networks agree, the same initial weights, so that the differences are paired. The samples that ``glassnet train``
would test on are used for nothing: choosing between sides by them would spoil the test. Of the others each seed
holds out another random part for validation, because with a single part a verdict would be one on these few samples.
What early stopping, or an ensemble with folds, holds out is a part of the training samples, not the validation samples,
by which the sides are judged. `training.paired` has the statistics, and what they claim.

The training runs are tasks of an executor. The result and the order of events do not depend on its number of workers:
see `comparison.in_order`.
"""

from __future__ import annotations
