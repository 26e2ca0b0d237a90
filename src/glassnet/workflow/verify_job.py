"""Verifying a model: retraining it and comparing the bits."""

from __future__ import annotations
