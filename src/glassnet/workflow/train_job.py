"""Training: reading and splitting data, then training, testing and saving a model."""

from __future__ import annotations
