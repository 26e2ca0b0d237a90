"""`network.js` has the bits of portable arithmetic, in Node.js and in Chromium."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from glassnet import Options, fit
from glassnet.data import bundled
from glassnet.model.portable import PortableNetwork, portable_form
from support.portable import page_network
from support.portable_models import CASES, bits, model_of
from support.web import array_of, in_node, text_of

F = np.float32

OUTPUTS = """
return given.networks.map(({ description, weights, rows }) => {
  const network = new module.Network(description, floatsOf(weights));
  const answers = rows.map((row) => network.forward(row));
  const all = (name) => Float32Array.from(answers.flatMap((one) => [...one[name]]));
  return ["outputs", "probabilities"].map((name) => textOf(all(name)));
});
"""

DIGITS = """
const network = new module.Network(given.description, floatsOf(given.weights));
const [pixels, answers] = [bytesOf(given.pixels), new Float32Array(given.count * 10)];
for (let k = 0; k < given.count; k++) {
  answers.set(network.forward(pixels.subarray(k * 784, (k + 1) * 784)).outputs, k * 10);
}
return textOf(answers);
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A function that runs a program in Node.js: see `in_node`."""
    return partial(in_node, tmp_path_factory.mktemp("node"))


def test_small_networks_of_every_kind(node):
    given, expected = [], []
    for case in CASES:
        model, rows = model_of(*case)
        form = portable_form(model)
        description, weights = page_network(form)
        given.append({"description": description, "weights": text_of(weights), "rows": rows[:9].tolist()})
        network = PortableNetwork(form)
        outputs = network.outputs(rows[:9])
        is_of_classes = form.target_kind == "classes"
        expected.append((outputs, network.probabilities(outputs) if is_of_classes else None))
    for answers, (outputs, probabilities) in zip(node(OUTPUTS, {"networks": given}), expected, strict=True):
        np.testing.assert_array_equal(bits(array_of(answers[0])), bits(outputs).ravel())
        if probabilities is not None:
            np.testing.assert_array_equal(bits(array_of(answers[1])), bits(probabilities).ravel())


@pytest.fixture(scope="module")
def digits():
    """A model of digits in portable form, as a page takes it, and its outputs for a thousand digits."""
    model = fit(bundled("train").take(slice(0, 2000)), Options(epochs=1)).model
    form, pixels = portable_form(model), bundled("test").inputs[:1000]
    description, weights = page_network(form)
    given = {"description": description, "weights": text_of(weights), "pixels": text_of(pixels), "count": 1000}
    return given, PortableNetwork(form).outputs(pixels)


def test_a_thousand_digits_in_chromium(run_module, digits):
    given, outputs = digits
    answer = run_module(f'const module = await import("/static/network.js"); {DIGITS}', given)
    assert array_of(answer).tobytes() == outputs.tobytes()


def test_a_thousand_digits_in_node(node, digits):
    given, outputs = digits
    assert array_of(node(DIGITS, given)).tobytes() == outputs.tobytes()
