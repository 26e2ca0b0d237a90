"""Finding label errors: samples whose label is wrong or ambiguous, and a corrected copy of the data."""

from __future__ import annotations
