"""The order of a stream's rows: permuted row groups, windows, shuffled rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import Options
from glassnet.training.streaming import order
from glassnet.training.streaming.order import WINDOW_BYTES, epoch_windows, shuffled, window_count, window_rows


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=12), window=st.integers(1, 50), epoch=st.integers(0, 9))
def test_every_row_is_in_one_window(sizes, window, epoch):
    windows = epoch_windows(sizes, window, epoch, Options(seed=3))
    rows = [(piece.group, row) for pieces in windows for piece in pieces for row in range(piece.start, piece.stop)]
    assert sorted(rows) == [(group, row) for group, size in enumerate(sizes) for row in range(size)]
    assert len(windows) == window_count(sizes, window)
    lengths = [sum(piece.stop - piece.start for piece in pieces) for pieces in windows]
    assert all(one == window for one in lengths[:-1])


def test_the_order_depends_on_seed_and_epoch_and_not_without_shuffle():
    sizes = [5] * 20
    first = epoch_windows(sizes, 100, 0, Options(seed=1))
    assert first == epoch_windows(sizes, 100, 0, Options(seed=1))
    assert first != epoch_windows(sizes, 100, 1, Options(seed=1))
    assert first != epoch_windows(sizes, 100, 0, Options(seed=2))
    plain = epoch_windows(sizes, 100, 4, Options(shuffle=False))
    assert [piece.group for piece in plain[0]] == list(range(20))


def test_members_shuffle_a_window_by_their_own_seeds():
    rows = np.arange(100)
    orders = [shuffled(rows, 0, window, Options(seed=seed)).tolist() for seed in (0, 1) for window in (0, 1)]
    assert all(sorted(one) == rows.tolist() for one in orders)
    assert len(set(map(tuple, orders))) == 4
    assert shuffled(rows, 0, 0, Options(shuffle=False)) is rows


@settings(max_examples=40, deadline=None)
@given(features=st.integers(1, 200_000))
def test_a_window_has_at_most_so_many_bytes(features):
    rows = window_rows(features)
    assert 4 * rows * features <= WINDOW_BYTES or rows == 1
    assert 8 * rows * features > WINDOW_BYTES or rows == order.LARGEST_WINDOW
