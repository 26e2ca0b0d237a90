"""Compiled loops (Numba): compiled at their first call, once per machine."""

from .barrier import IMPATIENCE, PATIENCE, new_team, send_home
from .common import Known, Plan, SparseRows, number_of, plan_of
from .inference import answer_rows, packed
from .minibatch import Memory, Rules, Source, Steps, train_batches, turn_tiles
from .node_groups import VECTORS, Behind, Groups, Nodes
from .per_sample import Board, RatedOrder, SparseInputs, Work, train_samples
from .row_sums import LANES
from .shards import Dropout
from .sparse import LARGEST_TILE, LOT, WORD, Pairs, gather_nonzero, gather_pairs, transpose_tile
from .tile_products import WIDEST, Columns

__all__ = [
    "IMPATIENCE",
    "LANES",
    "LARGEST_TILE",
    "LOT",
    "PATIENCE",
    "VECTORS",
    "WIDEST",
    "WORD",
    "Behind",
    "Board",
    "Columns",
    "Dropout",
    "Groups",
    "Known",
    "Memory",
    "Nodes",
    "Pairs",
    "Plan",
    "RatedOrder",
    "Rules",
    "Source",
    "SparseInputs",
    "SparseRows",
    "Steps",
    "Work",
    "answer_rows",
    "gather_nonzero",
    "gather_pairs",
    "new_team",
    "number_of",
    "packed",
    "plan_of",
    "send_home",
    "train_batches",
    "train_samples",
    "transpose_tile",
    "turn_tiles",
]
