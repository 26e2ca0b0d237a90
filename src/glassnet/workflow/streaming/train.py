"""Train a network on a stream, test it and save it."""

from __future__ import annotations
