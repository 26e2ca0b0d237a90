"""The data of a training run on a stream: opening it, its test data, and notices."""

from __future__ import annotations
