"""A whole search: reading and splitting data, the trials, the choice, and the only test of it."""

from __future__ import annotations
