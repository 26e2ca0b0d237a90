"""Division of a batch into shards, which depends on its size and the options but never on the machine.

Plain functions for all engines; the compiled engine compiles them.
"""

from __future__ import annotations

SMALLEST_SHARD = 16
"""Minimum rows of a shard: smaller shards would cost more than they save."""


def shards_of(rows: int, shards: int) -> int:
    """Return the number of shards of a batch with `rows` rows."""
    return max(1, min(shards, rows // SMALLEST_SHARD))


def largest_shard(batch: int, shards: int) -> int:
    """Return the rows of the largest shard of any batch of up to `batch` rows.

    A smaller batch can have fewer shards with more rows each: the largest undivided batch is one row short of two
    shards.
    """
    return max(min(batch, 2 * SMALLEST_SHARD - 1), -(-batch // shards_of(batch, shards)))


def rows_of(shard: int, count: int, rows: int) -> tuple[int, int]:
    """Return the first row of a shard and the row after its last, for a batch of `rows` rows in `count` shards."""
    return shard * rows // count, (shard + 1) * rows // count


def hardest_of(rows: int, hardest: float) -> int:
    """Return the number of rows of a shard that are trained on."""
    return max(1, min(rows, int(rows * hardest + 0.5)))
