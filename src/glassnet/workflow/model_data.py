"""Data for an existing model: test data, queries, and its training data."""

from __future__ import annotations
