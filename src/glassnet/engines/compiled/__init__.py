"""The compiled engine, with kernels compiled by Numba."""
