"""Compiled loops (Numba): compiled at their first call, once per machine."""

from .answers import AskingRoom, answer_rows
from .batches import Memory, Rules, Source, Steps, train_batches
from .common import Known, Plan, SparseRows, Workspace, plan_of
from .samples import train_samples
from .shards import Dropout, ShardWork
from .sparse import LARGEST_TILE, LOT, WORD, Columns, gather_nonzero, transpose_tiles
from .team import IMPATIENCE, PATIENCE, new_team, send_home

__all__ = [
    "IMPATIENCE",
    "LARGEST_TILE",
    "LOT",
    "PATIENCE",
    "WORD",
    "AskingRoom",
    "Columns",
    "Dropout",
    "Known",
    "Memory",
    "Plan",
    "Rules",
    "ShardWork",
    "Source",
    "SparseRows",
    "Steps",
    "Workspace",
    "answer_rows",
    "gather_nonzero",
    "new_team",
    "plan_of",
    "send_home",
    "train_batches",
    "train_samples",
    "transpose_tiles",
]
