"""Resuming a training run from its checkpoint."""

from __future__ import annotations
