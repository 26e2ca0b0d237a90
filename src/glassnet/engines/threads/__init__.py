"""Threads that run kernels side by side, and BLAS held to one thread."""
