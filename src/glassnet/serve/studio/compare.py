"""The routes of the room Compare: two recipes over several seeds, shown as they train."""

from __future__ import annotations
