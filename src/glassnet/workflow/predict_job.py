"""Predicting images or rows that need no label."""

from __future__ import annotations
