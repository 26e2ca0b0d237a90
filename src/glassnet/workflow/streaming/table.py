"""Train a `TableModel` on a stream."""

from __future__ import annotations
