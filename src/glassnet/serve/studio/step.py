"""The routes of the room Step: one training step of a small network, of a model on one example, or of its run."""

from __future__ import annotations
