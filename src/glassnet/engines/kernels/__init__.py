"""Compiled loops (Numba): compiled at their first call, once per machine."""

from .batches import Memory, Rules, Source, Steps, shards_of, train_batches
from .common import Plan, SparseRows, Workspace, plan_of
from .samples import train_samples
from .shards import Dropout
from .sparse import TILE, SparseShard, gather_nonzero, transpose_tiles
from .team import new_team

__all__ = [
    "TILE",
    "Dropout",
    "Memory",
    "Plan",
    "Rules",
    "Source",
    "SparseRows",
    "SparseShard",
    "Steps",
    "Workspace",
    "gather_nonzero",
    "new_team",
    "plan_of",
    "shards_of",
    "train_batches",
    "train_samples",
    "transpose_tiles",
]
