"""What belongs to the process: cores, threads, BLAS, compilation with Numba and its cache, locks between processes."""
