"""Training and test data: reading, splitting, and notices about them."""

from __future__ import annotations
