"""Explaining a model: one training step number by number, one prediction, and the importance of hidden nodes."""

from __future__ import annotations
