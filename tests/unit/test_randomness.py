"""Addressed randomness: a stream belongs to its address, not to what was drawn before."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from glassnet.randomness import Purpose, generator

ADDRESSES = list(itertools.product((0, 1, 12345, 2**63 - 1), Purpose, (0, 1, 2, 1_000_000), (0, 1, 2, 10**12)))


def test_same_address_same_stream():
    for address in ADDRESSES[::7]:
        np.testing.assert_array_equal(generator(*address).random(50), generator(*address).random(50))


def test_different_addresses_different_streams():
    streams = {generator(*address).bit_generator.random_raw(4).tobytes() for address in ADDRESSES}
    assert len(streams) == len(ADDRESSES)


def test_epoch_and_step_are_not_exchanged():
    assert generator(0, Purpose.DROPOUT, epoch=1).random() == generator(0, Purpose.DROPOUT, 1, 0).random()
    assert generator(0, Purpose.DROPOUT, epoch=1).random() != generator(0, Purpose.DROPOUT, step=1).random()


def test_neighbouring_streams_do_not_overlap_or_follow_each_other():
    """A counter-based stream could run into its neighbour's; no number of one occurs in another."""
    neighbours = [
        generator(0, Purpose.ORDER),
        generator(1, Purpose.ORDER),
        generator(0, Purpose.WEIGHTS),
        generator(0, Purpose.ORDER, epoch=1),
        generator(0, Purpose.ORDER, step=1),
    ]
    drawn = np.concatenate([one.bit_generator.random_raw(5000) for one in neighbours])
    assert len(np.unique(drawn)) == 25_000
    streams = drawn.reshape(5, -1) / 2.0**64
    off_diagonal = np.corrcoef(streams)[~np.eye(5, dtype=bool)]
    assert np.abs(off_diagonal).max() < 5 / 5000**0.5


def test_the_order_in_which_streams_are_opened_and_drawn_from_does_not_matter():
    some = ADDRESSES[::11]
    alone = {address: generator(*address).normal(size=20) for address in some}
    opened = {address: generator(*address) for address in reversed(some)}
    parts = {address: [] for address in some}
    for _ in range(20):
        for address in some:
            parts[address].append(opened[address].normal())
    for address in some:
        np.testing.assert_array_equal(parts[address], alone[address])


def test_streams_are_those_of_the_file_format():
    """A file written today must be replayed alike in years: purposes and bits are fixed, as Philox is."""
    assert {purpose.name: purpose.value for purpose in Purpose} == {
        "WEIGHTS": 1,
        "ORDER": 2,
        "SPLIT": 3,
        "DROPOUT": 4,
        "AUGMENTATION": 5,
    }
    assert generator(0, Purpose.WEIGHTS).bit_generator.random_raw() == 0xD037F8C3F9A1D176
    assert generator(0, Purpose.ORDER, 1).bit_generator.random_raw() == 0x99E64F0F7BE81372
    assert generator(2**63 - 1, Purpose.AUGMENTATION, 3, 7).bit_generator.random_raw() == 0x8BAD06BF4E66A4E3


@pytest.mark.parametrize("purpose", Purpose)
def test_numbers_are_evenly_spread(purpose):
    numbers = generator(3, purpose, 2, 1).random(10_000)
    assert abs(numbers.mean() - 0.5) < 5 / (12 * 10_000) ** 0.5
    assert np.histogram(numbers, 10, (0, 1))[0].min() > 850  # 1000 ± 5 standard deviations of 30
