"""`glassnet.search`: the search for Python programs, on files, data frames, data sets or arrays."""

from __future__ import annotations
