"""How batches are divided into shards."""

from __future__ import annotations

import pytest

from glassnet.engines.shards import largest_shard, rows_of, shards_of


@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_largest_shard_is_the_size_of_the_largest_shard(most):
    largest = 0
    for batch in range(1, 400):
        count = shards_of(batch, most)
        parts = [rows_of(shard, count, batch) for shard in range(count)]
        assert [stop for _, stop in parts[:-1]] == [start for start, _ in parts[1:]]
        assert (parts[0][0], parts[-1][1]) == (0, batch)
        largest = max(largest, *(stop - start for start, stop in parts))
        assert largest_shard(batch, most) == largest
