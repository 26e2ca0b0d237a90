"""Threads that run kernels in parallel."""
