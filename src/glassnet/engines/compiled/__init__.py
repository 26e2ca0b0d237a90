"""The compiled engine: Numba loops where they pay."""
