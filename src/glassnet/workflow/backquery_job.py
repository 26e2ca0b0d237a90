"""Backquery: what each class looks like to a model, as images or as rows of a table."""

from __future__ import annotations
