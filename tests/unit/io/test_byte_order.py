"""The same hashes and bytes on processors that store the most significant byte first."""

from types import SimpleNamespace

import numpy as np
import pytest

from glassnet.data.fingerprint import fingerprint
from glassnet.io.byte_order import little_endian


@pytest.mark.parametrize("kind", ["u1", "i2", "i8", "f4", "f8"])
def test_bytes_do_not_depend_on_the_order_in_memory(kind):
    numbers = np.arange(1, 13).astype(f"<{kind}").reshape(3, 4)
    for array in (numbers, numbers.astype(f">{kind}"), np.asfortranarray(numbers)):
        assert little_endian(array).tobytes() == numbers.tobytes()


def test_the_fingerprint_of_data_does_not_depend_on_the_order_in_memory():
    rng = np.random.default_rng(0)
    arrays = {"inputs": rng.random((6, 3)), "labels": np.arange(6) % 2, "weights": rng.random(6)}
    others = {name: array.astype(array.dtype.newbyteorder(">")) for name, array in arrays.items()}
    own, other = (SimpleNamespace(classes=2, values=None, columns=None, **one) for one in (arrays, others))
    assert own.inputs.tobytes() != other.inputs.tobytes()
    assert fingerprint(own) == fingerprint(other)
