"""The compiled engine, with kernels compiled by Numba."""

from ...runtime.collection import without_collection

with without_collection():  # Numba has many modules
    from . import kernels

__all__ = ["kernels"]
