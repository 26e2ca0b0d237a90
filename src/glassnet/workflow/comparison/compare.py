"""`glassnet.compare`: several recipes or options on the same data, over several seeds."""

from __future__ import annotations
