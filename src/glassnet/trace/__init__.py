"""Seeing from outside: nothing in the core knows that it is watched.

`labels` ranks likely wrong labels by probabilities that `folds` has from networks that have not seen the samples.
"""
