"""A model of a table with named columns as one object: it takes tables, and answers in the words of the target."""

from __future__ import annotations
