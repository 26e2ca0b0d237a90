"""Writing the HTML report of a model."""

from __future__ import annotations
