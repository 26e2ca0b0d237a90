"""What belongs to the process: cores, threads, locks, BLAS, lazily loaded modules, compilation with Numba, its cache."""
