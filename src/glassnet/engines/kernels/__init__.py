"""Compiled loops (Numba): compiled at their first call, once per machine."""

from .common import Plan, SparseRows, Workspace, plan_of
from .samples import train_samples
from .shards import Dropout, ShardRows, ShardWork, shard_gradients
from .sparse import gather_nonzero
from .updates import Constants, sum_shards, sum_squares, take_step

__all__ = [
    "Constants",
    "Dropout",
    "Plan",
    "ShardRows",
    "ShardWork",
    "SparseRows",
    "Workspace",
    "gather_nonzero",
    "plan_of",
    "shard_gradients",
    "sum_shards",
    "sum_squares",
    "take_step",
    "train_samples",
]
