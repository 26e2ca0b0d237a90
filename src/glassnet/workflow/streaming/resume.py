"""Resume a training run on a stream from its checkpoint."""

from __future__ import annotations
