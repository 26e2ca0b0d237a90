"""How a batch is divided into shards: by its size and the options, never by the machine.

Plain functions, for every engine; the compiled one compiles them.
"""

from __future__ import annotations

SMALLEST_SHARD = 16
"""A shard of fewer rows would cost more than it saves."""


def shards_of(rows: int, shards: int) -> int:
    """Return how many shards a batch of so many rows has."""
    return max(1, min(shards, rows // SMALLEST_SHARD))


def largest_shard(batch: int, shards: int) -> int:
    """Return the rows of the largest shard that a batch of up to so many rows can have.

    A smaller batch may have fewer shards, of more rows each: the largest that is not divided is one short of two.
    """
    return max(min(batch, 2 * SMALLEST_SHARD - 1), -(-batch // shards_of(batch, shards)))


def rows_of(shard: int, count: int, rows: int) -> tuple[int, int]:
    """Return the first row of a shard, and the one after its last, for a batch of so many rows in `count` shards."""
    return shard * rows // count, (shard + 1) * rows // count


def hardest_of(rows: int, hardest: float) -> int:
    """Return from how many rows of a shard errors are sent back."""
    return max(1, min(rows, int(rows * hardest + 0.5)))
