"""Compiled loops (Numba). Kernels live at module level with ``cache=True``: compiled once per machine."""

from .common import Plan, SparseRows, Workspace
from .samples import train_samples
from .sparse import gather_nonzero

__all__ = ["Plan", "SparseRows", "Workspace", "gather_nonzero", "train_samples"]
