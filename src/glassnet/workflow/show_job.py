"""Showing data: labelled samples or a table, and augmented images."""

from __future__ import annotations
