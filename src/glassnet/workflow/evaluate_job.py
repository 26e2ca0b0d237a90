"""Testing a model on labelled data."""

from __future__ import annotations
