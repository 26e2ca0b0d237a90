"""Kernels of portable arithmetic: bit for bit the definition in NumPy, whatever the layers, rows and threads."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from glassnet.engines import portable as numpy_layers
from glassnet.engines.compiled import portable as module
from glassnet.engines.compiled.portable import MOST_ALONE, ROWS, CompiledLayers
from glassnet.engines.portable import NumpyLayers, PortableLayer
from glassnet.nn import activations, formulas
from glassnet.nn.activations import ACTIVATIONS, HIDDEN
from support import portable as definition
from support.cli import TIMEOUT, environment
from support.portable_models import bits
from support.sources import ROOT

F = np.float32
WIDTHS = (1, 2, 15, 16, 17, 33, 100, 113, 240)
"""One node, fewer nodes than a vector has, one more, several vectors, and several tiles."""
SPECIAL = np.array([0, -0.0, 1, -1, 1e-45, -1e-45, 1.2e-38, -1e-40, 1e30, -3e38, 255], F)
"""Zeros, subnormal, small, large and usual numbers."""


def layers_of(sizes, activations, seed, magnitude=1.0, quantised=False, side_by_side=1):
    """Random layers. Some weights are 0; hidden layers may be several networks side by side."""
    rng, layers = np.random.default_rng(seed), []
    for place, (fan_in, fan_out, activation) in enumerate(zip(sizes, sizes[1:], activations, strict=False)):
        weights = (rng.normal(0, magnitude, (fan_out, fan_in)) * (rng.random((fan_out, fan_in)) < 0.9)).astype(F)
        if 0 < place < len(activations) - 1:
            groups = [np.arange(count) * side_by_side // count for count in (fan_out, fan_in)]
            weights[groups[0][:, np.newaxis] != groups[1]] = 0
        layer = PortableLayer(weights, np.ones(fan_out, F), rng.normal(0, 1, fan_out).astype(F), activation)
        layers.append(layer.quantised() if quantised else layer)
    return layers


def rows_of(count, features, seed, kind="float32"):
    """Random rows with zeros; of float32 also with special values."""
    rng = np.random.default_rng(seed)
    used = rng.random((count, features)) < 0.4
    if kind == "uint8":
        return (rng.integers(0, 256, (count, features)) * used).astype(np.uint8)
    rows = (rng.normal(0, 1, (count, features)) * used).astype(F)
    special = rng.random((count, features)) < 0.02
    rows[special] = rng.choice(SPECIAL, special.sum())
    return rows


@given(
    st.lists(st.sampled_from(WIDTHS), min_size=2, max_size=5),
    st.lists(st.sampled_from(HIDDEN), min_size=4, max_size=4),
    st.sampled_from(tuple(ACTIVATIONS)),
    st.sampled_from(("uint8", "float32")),
    st.integers(0, 2 * ROWS + 3),
    st.sampled_from((1e-20, 0.1, 1.0, 30.0)),
    st.sampled_from((1.0, 0.3, 2.5)),
    st.booleans(),
    st.sampled_from((1, 3)),
    st.integers(0, 99),
)
def test_outputs_have_the_bits_of_the_definition(
    sizes, hidden, last, kind, count, magnitude, temperature, quantised, side_by_side, seed
):
    names = (*hidden[: len(sizes) - 2], last)
    layers = layers_of(sizes, names, seed, magnitude, quantised, side_by_side)
    rows = rows_of(count, sizes[0], seed, kind)
    outputs = CompiledLayers(layers, F(temperature)).outputs(rows)
    expected = definition.member_outputs(layers, rows.astype(F), F(temperature))
    assert outputs.dtype == F
    assert outputs.shape == (count, sizes[-1])
    # The kernels leave out zeros between networks side by side, even where an activation is infinite.
    defined = ~np.isnan(expected) | (side_by_side == 1)
    np.testing.assert_array_equal(bits(outputs)[defined], bits(expected)[defined])
    np.testing.assert_array_equal(bits(NumpyLayers(layers, temperature).outputs(rows.astype(F))), bits(outputs))


@pytest.fixture(scope="module")
def network():
    """Layers of each kind: sparse inputs, blocks, several vectors, few nodes."""
    sizes, names = (300, 240, 100, 17, 10), ("relu", "tanh", "sigmoid", "softmax")
    return CompiledLayers(layers_of(sizes, names, 0, 0.1, side_by_side=3), F(1.5))


@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_other_rows_and_threads_change_no_bit(network, monkeypatch, kind):
    rows = rows_of(3 * MOST_ALONE + 5, 300, 1, kind)
    rows[0] = 0
    alone = np.concatenate([network.outputs(row[np.newaxis]) for row in rows])
    order = np.random.default_rng(1).permutation(len(rows))
    for cores in (1, 2, 3, 7):
        monkeypatch.setattr(module, "available_cores", lambda cores=cores: cores)
        for other in (
            network.outputs(rows),
            network.outputs(rows[::-1])[::-1],
            network.outputs(rows[order])[np.argsort(order)],
        ):
            np.testing.assert_array_equal(bits(other), bits(alone))


def test_threads_of_a_program_share_no_memory(network):
    parts = [rows_of(MOST_ALONE, 300, seed) for seed in range(40)]
    expected = [network.outputs(part).tobytes() for part in parts]
    with ThreadPoolExecutor(4) as pool:
        assert [one.tobytes() for one in pool.map(network.outputs, parts)] == expected


@given(st.integers(0, 3 * ROWS), st.integers(0, 3 * ROWS))
@example(0, ROWS)
def test_any_part_of_the_rows_has_the_same_bits(network, begin, count):
    rows = rows_of(3 * ROWS, 300, 2)
    part = network.outputs(rows[begin : begin + count])
    np.testing.assert_array_equal(bits(part), bits(network.outputs(rows)[begin : begin + count]))


def test_any_layout_of_an_array_has_the_same_bits(network):
    rows = rows_of(40, 300, 3)
    expected = network.outputs(rows).tobytes()
    wide = np.zeros((80, 600), F)
    wide[::2, ::2] = rows
    frozen = rows.copy()
    frozen.flags.writeable = False
    for one in (wide[::2, ::2], np.asfortranarray(rows), frozen, rows.astype(">f4"), rows[::-1].copy()[::-1]):
        assert network.outputs(one).tobytes() == expected
    whole = rows_of(40, 300, 3, "uint8")
    assert network.outputs(whole).tobytes() == network.outputs(whole.astype(F)).tobytes()


def test_rows_are_not_changed_and_layers_are_copied():
    layers, rows = layers_of((20, 30, 3), ("sigmoid", "sigmoid"), 5), rows_of(10, 20, 5)
    compiled, before = CompiledLayers(layers, F(1)), rows.copy()
    expected = compiled.outputs(rows)
    layers[0].weights[...] = 0
    layers[0].bias[...] = 0
    np.testing.assert_array_equal(rows.view(np.uint32), before.view(np.uint32))
    np.testing.assert_array_equal(compiled.outputs(rows), expected)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_have_the_bits_of_the_definition_for_numbers_of_all_magnitudes(name):
    """At every 99,991st float32, so that all exponents occur, and at random where the function bends."""
    patterns = np.arange(0, 0x7F800001, 99_991, dtype=np.uint32).view(F)
    edges = np.array([definition.EXP_LARGEST, definition.EXP_SMALLEST, definition.LN2_HALF, F(80), F(np.inf)], F)
    edges = np.concatenate([edges, np.nextafter(edges, F(0)), np.nextafter(edges, F(np.inf))])
    random = np.random.default_rng(2).uniform(-110, 110, 20_000).astype(F)
    values = np.concatenate([patterns, -patterns, edges, -edges, random, SPECIAL])[:, np.newaxis]
    layer = PortableLayer(np.ones((1, 1), F), np.ones(1, F), np.zeros(1, F), name)
    outputs = CompiledLayers([layer], F(1)).outputs(values)
    expected = definition.member_outputs([layer], values, 1)
    np.testing.assert_array_equal(bits(outputs), bits(expected))


def test_a_product_and_a_sum_are_rounded_apart():
    """(1 + ε)² = 1 + 2ε + ε²: a fused operation would keep ε²."""
    near = F(1) + F(2.0**-12)
    layer = PortableLayer(np.array([[near, -1]], F), np.ones(1, F), np.zeros(1, F), "identity")
    rows = np.array([[near, 1 + 2.0**-11]], F)
    assert CompiledLayers([layer], F(1)).outputs(rows)[0, 0] == 0
    scaled = PortableLayer(np.ones((1, 1), F), np.array([near], F), np.array([-1 - 2.0**-11], F), "identity")
    assert CompiledLayers([scaled], F(1)).outputs(np.array([[near]], F))[0, 0] == 0


def test_sums_are_taken_in_the_order_of_the_inputs():
    weights = np.array([[1e8, 1, -1e8, 1]] * 40, F)
    layer = PortableLayer(weights, np.ones(40, F), np.zeros(40, F), "identity")
    assert set(CompiledLayers([layer], F(1)).outputs(np.ones((9, 4), F)).ravel().tolist()) == {1.0}


@given(st.integers(0, 999), st.sampled_from((1e-42, 1e-30, 1.0, 1e30)))
def test_quantised_weights_are_whole_and_within_half_a_step(seed, magnitude):
    [layer] = layers_of((9, 4), ("identity",), seed, magnitude)
    layer.weights[0] = 0
    small = layer.quantised()
    assert np.abs(small.weights).max() <= 127
    np.testing.assert_array_equal(small.weights, np.rint(small.weights))
    assert not np.signbit(small.weights[small.weights == 0]).any()
    restored = small.weights.astype(float) * small.scale[:, np.newaxis]
    assert (np.abs(restored - layer.weights) <= small.scale[:, np.newaxis] * (0.5 + 1e-4)).all()


def test_the_page_has_the_constants_of_the_kernels():
    page = (ROOT / "docs" / "reference" / "portable.md").read_text(encoding="utf-8")
    found = {name: F(float.fromhex(text)) for name, text in re.findall(r"^\| ([A-Z0-9_ ]+) \| `(\S+)` \|", page, re.M)}
    constants = vars(numpy_layers) | vars(formulas) | vars(activations)
    series = {f"{name} {k}": one for name in ("TAYLOR", "ARTANH") for k, one in enumerate(constants[name], start=1)}
    assert len(series) < len(found) - 5
    assert found == {name: F((constants | series)[name]) for name in found}
    assert series.keys() <= found.keys()


ON_ANOTHER_PROCESSOR = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
from unit.engines.test_portable_layers import digest
print(digest())
"""


def digest() -> str:
    """A digest of the outputs of layers of every kind."""
    found = hashlib.sha256()
    for place, name in enumerate(ACTIVATIONS):
        hidden = HIDDEN[place % len(HIDDEN)]
        layers = layers_of((60, 130, 35, 9), (hidden, hidden, name), place, 0.2, side_by_side=2)
        found.update(bits(CompiledLayers(layers, F(1.5)).outputs(rows_of(50, 60, place))).tobytes())
    return found.hexdigest()


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the baseline is that of x86-64")
def test_a_processor_without_vectors_of_eight_and_fused_operations_gives_the_same_bits():
    """Compiled for the first processors of 64 bits."""
    oldest = {**environment(), "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    command = [sys.executable, "-c", ON_ANOTHER_PROCESSOR]
    done = subprocess.run(command, env=oldest, capture_output=True, text=True, timeout=TIMEOUT, check=True)
    assert done.stdout.strip() == digest()
