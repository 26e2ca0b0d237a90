"""Kernels, compiled by Numba at their first call and cached on disk."""

from .barrier import SPINS, abort, begin_part, is_aborted, new_barrier, next_step
from .calls import entry_of
from .common import GROUP, SampleTargets, SparseRows
from .inference import answer_rows, packed
from .losses import loss_kernel, sum_losses
from .minibatch import (
    ENTRIES,
    Buffers,
    Settings,
    Source,
    Steps,
    Weights,
    compile_step,
    fill_shards,
    train_batches,
    update_by_sum,
)
from .node_groups import BIAS, ROW_SUM, SHIFT, VECTORS, Groups, Nodes, UpperLayers
from .optimizers import Constants
from .per_sample import Exchange, SampleOrder, SparseInputs, Work, sum_rows, train_samples
from .plan import Plan, plan_of
from .portable import LARGEST_TILE as LARGEST_PORTABLE_TILE
from .portable import NARROW, portable_kernel, portable_outputs
from .products import room_of
from .row_sums import LANES
from .shards import Dropout
from .sparse import LARGEST_TILE, ROW_BLOCK, Pairs, gather_nonzero, gather_pairs, transpose_tile
from .tile_products import WIDEST, Columns

__all__ = [
    "BIAS",
    "ENTRIES",
    "GROUP",
    "LANES",
    "LARGEST_PORTABLE_TILE",
    "LARGEST_TILE",
    "NARROW",
    "ROW_BLOCK",
    "ROW_SUM",
    "SHIFT",
    "SPINS",
    "VECTORS",
    "WIDEST",
    "Buffers",
    "Columns",
    "Constants",
    "Dropout",
    "Exchange",
    "Groups",
    "Nodes",
    "Pairs",
    "Plan",
    "SampleOrder",
    "SampleTargets",
    "Settings",
    "Source",
    "SparseInputs",
    "SparseRows",
    "Steps",
    "UpperLayers",
    "Weights",
    "Work",
    "abort",
    "answer_rows",
    "begin_part",
    "compile_step",
    "entry_of",
    "fill_shards",
    "gather_nonzero",
    "gather_pairs",
    "is_aborted",
    "loss_kernel",
    "new_barrier",
    "next_step",
    "packed",
    "plan_of",
    "portable_kernel",
    "portable_outputs",
    "room_of",
    "sum_losses",
    "sum_rows",
    "train_batches",
    "train_samples",
    "transpose_tile",
    "update_by_sum",
]
