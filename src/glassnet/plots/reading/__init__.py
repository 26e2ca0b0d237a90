"""A photograph that was read: boxes and digits drawn on it, and the stages of reading."""

from __future__ import annotations

from .boxes import draw_reading
from .stages import draw_stages

__all__ = ["draw_reading", "draw_stages"]
