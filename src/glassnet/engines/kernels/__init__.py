"""Compiled loops (Numba): compiled at their first call, once per machine."""

from .answers import AskingRoom, answer_rows
from .batches import Memory, Rules, Source, Steps, shards_of, train_batches
from .common import Plan, SparseRows, Workspace, plan_of
from .samples import train_samples
from .shards import Dropout, ShardWork
from .sparse import TILE, SparseShard, gather_nonzero, transpose_tiles
from .team import new_team, send_home

__all__ = [
    "TILE",
    "AskingRoom",
    "Dropout",
    "Memory",
    "Plan",
    "Rules",
    "ShardWork",
    "Source",
    "SparseRows",
    "SparseShard",
    "Steps",
    "Workspace",
    "answer_rows",
    "gather_nonzero",
    "new_team",
    "plan_of",
    "send_home",
    "shards_of",
    "train_batches",
    "train_samples",
    "transpose_tiles",
]
