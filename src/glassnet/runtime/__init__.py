"""What belongs to the process: cores, threads, locks, BLAS, lazy imports, compilation with Numba and its cache."""
