"""Rows on which an export is compared with its model: real ones where there are any, else made from the model."""

from __future__ import annotations
