"""Addressed randomness: a stream depends on its address, not on earlier draws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from glassnet.nn.random import Purpose, generator, key, uniform
from glassnet.runtime.jit import uniform_at
from support.kernels import from_python

ADDRESSES = list(itertools.product((0, 1, 12345, 2**63 - 1), Purpose, (0, 1, 2, 1_000_000), (0, 1, 2, 10**12)))


def test_same_address_same_stream():
    for address in ADDRESSES[::7]:
        np.testing.assert_array_equal(generator(*address).random(50), generator(*address).random(50))


def test_different_addresses_different_streams():
    streams = {generator(*address).bit_generator.random_raw(4).tobytes() for address in ADDRESSES}
    assert len(streams) == len(ADDRESSES)


def test_swapping_epoch_and_step_changes_the_stream():
    assert generator(0, Purpose.DROPOUT, epoch=1).random() == generator(0, Purpose.DROPOUT, 1, 0).random()
    assert generator(0, Purpose.DROPOUT, epoch=1).random() != generator(0, Purpose.DROPOUT, step=1).random()


def test_neighbouring_streams_do_not_overlap_or_follow_each_other():
    """A counter-based stream could run into the next one; no number occurs in two of them."""
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


def test_the_order_of_opening_streams_and_drawing_makes_no_difference():
    some = ADDRESSES[::11]
    alone = {address: generator(*address).normal(size=20) for address in some}
    opened = {address: generator(*address) for address in reversed(some)}
    parts = {address: [] for address in some}
    for _ in range(20):
        for address in some:
            parts[address].append(opened[address].normal())
    for address in some:
        np.testing.assert_array_equal(parts[address], alone[address])


def test_streams_are_those_fixed_by_the_file_format():
    """A file written today must be reproducible years later: purposes and bits are fixed, as Philox is."""
    assert {purpose.name: purpose.value for purpose in Purpose} == {
        "WEIGHTS": 1,
        "ORDER": 2,
        "SPLIT": 3,
        "DROPOUT": 4,
        "AUGMENTATION": 5,
        "VALIDATION": 6,
        "COLUMNS": 7,
        "STARTS": 8,
        "DOCTOR": 9,
        "RANGE": 10,
        "PROOF": 11,
        "ROLES": 12,
        "SEARCH": 13,
        "LEARN": 14,
    }
    assert generator(0, Purpose.WEIGHTS).bit_generator.random_raw() == 0xD037F8C3F9A1D176
    assert generator(0, Purpose.ORDER, 1).bit_generator.random_raw() == 0x99E64F0F7BE81372
    assert generator(2**63 - 1, Purpose.AUGMENTATION, 3, 7).bit_generator.random_raw() == 0x8BAD06BF4E66A4E3


@pytest.mark.parametrize("purpose", Purpose)
def test_numbers_are_uniformly_distributed(purpose):
    numbers = generator(3, purpose, 2, 1).random(10_000)
    assert abs(numbers.mean() - 0.5) < 5 / (12 * 10_000) ** 0.5
    assert np.histogram(numbers, 10, (0, 1))[0].min() > 850  # 1000 ± 5 standard deviations of 30


PLACES = [key(*address) for address in ADDRESSES[::9]]


def test_keys_depend_on_their_addresses():
    assert len({int(key(*address)) for address in ADDRESSES}) == len(ADDRESSES)
    assert key(3, Purpose.DROPOUT, 2, 1) == key(3, Purpose.DROPOUT, epoch=2, step=1)
    assert isinstance(key(0, Purpose.DROPOUT), np.uint64)


def test_a_kernel_draws_bit_identical_numbers():
    for place in [*PLACES, np.uint64(0), np.uint64(2**64 - 1)]:
        for first in (0, 1, 12345, 2**31 - 5, 2**40):
            vectorised = uniform(place, first, 20)
            assert vectorised.dtype == np.float32
            one_by_one = np.array([from_python(uniform_at)(place, first + number) for number in range(20)], np.float32)
            assert vectorised.tobytes() == one_by_one.tobytes()


def test_numbers_depend_on_their_position_not_on_the_call():
    for place in PLACES[::5]:
        whole = uniform(place, 0, 1000)
        parts = [uniform(place, first, count) for first, count in ((0, 1), (1, 0), (1, 499), (500, 500))]
        assert np.concatenate(parts).tobytes() == whole.tobytes()
        assert uniform(place, 700, 3).tobytes() == whole[700:703].tobytes()


@pytest.mark.parametrize("purpose", [Purpose.DROPOUT, Purpose.AUGMENTATION])
@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_uniform_numbers_are_uniform_and_independent(seed, purpose):
    """Bounds of five standard deviations, as there are about 30 statistics for each address."""
    count = 200_000
    numbers = uniform(key(seed, purpose, 2, 1), 0, count).astype(float)
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert abs(numbers.mean() - 1 / 2) < 5 / (12 * count) ** 0.5
    assert abs(numbers.var() - 1 / 12) < 5 / (180 * count) ** 0.5
    expected = count / 64
    assert np.abs(np.histogram(numbers, 64, (0, 1))[0] - expected).max() < 5 * expected**0.5
    centred = (numbers - numbers.mean()) / numbers.std()
    for lag in (1, 2, 3, 7, 64, 784, 1024):
        assert abs((centred[lag:] * centred[:-lag]).mean()) < 5 / (count - lag) ** 0.5
        # Squares too: absolute values could be correlated although signs are not.
        assert abs(((centred[lag:] ** 2 - 1) * (centred[:-lag] ** 2 - 1)).mean()) < 5 * 0.8 / (count - lag) ** 0.5
    # The lowest of the 24 bits is as random as the highest.
    bits = (numbers[:, None] * 2.0 ** np.array([1, 8, 16, 24])).astype(np.int64) & 1
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 5 / (4 * count) ** 0.5


def test_adjacent_positions_draw_independent_numbers():
    """Steps of training follow each other; their masks must be independent."""
    drawn = np.array([uniform(key(0, Purpose.DROPOUT, 0, step), 0, 20_000) for step in range(8)])
    off_diagonal = np.corrcoef(drawn)[~np.eye(8, dtype=bool)]
    assert np.abs(off_diagonal).max() < 5 / 20_000**0.5
    assert len(np.unique(drawn[:, 0])) == 8
