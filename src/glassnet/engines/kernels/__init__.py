"""Compiled loops (Numba): compiled at their first call, once per machine."""

from .answers import AskingRoom, answer_rows, packed
from .batches import Memory, Rules, Source, Steps, train_batches
from .common import Known, Plan, SparseRows, Workspace, plan_of
from .lines import LANES
from .pairs import WIDEST, Columns
from .samples import train_samples
from .shards import Dropout
from .sparse import LARGEST_TILE, LOT, WORD, Pairs, gather_nonzero, gather_pairs, transpose_tile
from .team import IMPATIENCE, PATIENCE, new_team, send_home

__all__ = [
    "IMPATIENCE",
    "LANES",
    "LARGEST_TILE",
    "LOT",
    "PATIENCE",
    "WIDEST",
    "WORD",
    "AskingRoom",
    "Columns",
    "Dropout",
    "Known",
    "Memory",
    "Pairs",
    "Plan",
    "Rules",
    "Source",
    "SparseRows",
    "Steps",
    "Workspace",
    "answer_rows",
    "gather_nonzero",
    "gather_pairs",
    "new_team",
    "packed",
    "plan_of",
    "send_home",
    "train_batches",
    "train_samples",
    "transpose_tile",
]
