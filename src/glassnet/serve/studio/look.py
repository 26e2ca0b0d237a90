"""The room Look: data, and what a model answers to them. A page gets only what it shows."""

from __future__ import annotations
