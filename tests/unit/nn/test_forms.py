"""All forms of an activation, loss or optimizer agree: NumPy, loops, portable arithmetic, C, JavaScript and ONNX.

The entries are those of the registries, so a new one is compared without a change here.
"""

from __future__ import annotations

from functools import partial
from itertools import cycle
from types import SimpleNamespace

import numpy as np
import onnx
import pytest

from glassnet import Parameters
from glassnet.engines.compiled.kernels.activations import activation_kernel, derivative_kernel
from glassnet.engines.compiled.kernels.losses import loss_kernel
from glassnet.engines.compiled.kernels.optimizers import Constants, update_kernel
from glassnet.engines.compiled.portable import CompiledLayers
from glassnet.engines.portable import PortableLayer, portable_activation
from glassnet.exports.c import arithmetic
from glassnet.exports.c.spelling import prefixed
from glassnet.exports.onnx.activations import add_activation
from glassnet.exports.onnx.graph import Graph
from glassnet.nn.activations import ACTIVATIONS, spelled
from glassnet.nn.losses import LOSSES, form_of, output_loss
from glassnet.nn.optimizers import OPTIMIZERS
from glassnet.nn.parameters import Layout
from support.c_compilers import compiler, output_of
from support.formulas import PAIRS
from support.kernels import from_python
from support.portable_models import bits
from support.web import array_of, in_node, text_of

F = np.float32
NAMES = [*ACTIVATIONS, *(spelled(name, 0.3) for name, one in ACTIVATIONS.items() if one.parameter)]
ELEMENTWISE = [name for name in NAMES if ACTIVATIONS[name].derivative is not None]
PATTERNS = np.arange(0, 0x7F800001, 199_999, dtype=np.uint32).view(F)
NUMBERS = np.concatenate([PATTERNS, -PATTERNS[1:], np.random.default_rng(5).uniform(-110, 110, 20_000).astype(F)])
"""Numbers of all magnitudes, with infinity and without −0, which no sum of a network is."""
USUAL = np.concatenate([np.linspace(-30, 30, 2001), np.geomspace(1e-6, 1, 50), -np.geomspace(1e-6, 1, 50)])
"""Usual sums, near 0 and far from it; without 0, where some derivatives jump."""
USUAL = USUAL[USUAL != 0]


def portable_values(name: str) -> np.ndarray:
    """The values of an activation by the compiled loops of portable arithmetic."""
    layer = PortableLayer(np.ones((1, 1), F), np.ones(1, F), np.zeros(1, F), name)
    return CompiledLayers([layer], F(1)).outputs(NUMBERS[:, np.newaxis])[:, 0]


@pytest.mark.parametrize(
    ("name", "dtype", "bound"),
    [(name, *kind) for name, kind in zip(NAMES, cycle((("float64", 1e-13), ("float32", 2e-6))))],
)
def test_compiled_loops_of_an_activation_are_its_formula(name, dtype, bound):
    z = USUAL.astype(dtype)
    if name == "softmax":
        z = z[:9]
    exact = z.astype(float)
    one, a, delta = ACTIVATIONS[name], np.empty_like(z), np.full_like(z, 0.75)
    from_python(activation_kernel(name))(z, a)
    value = one.value(exact)
    np.testing.assert_allclose(a, value, rtol=bound * 30, atol=bound)
    from_python(derivative_kernel(name))(z, a, delta)
    if one.derivative is not None:
        slope = one.derivative(exact, value)
        assert delta == pytest.approx(0.75 * slope, rel=bound * 30, abs=bound * max(1, np.abs(slope).max()) * 10)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_portable_arithmetic_is_the_formula_and_the_same_in_numpy_and_loops(name):
    with np.errstate(all="ignore"):
        values, in_numpy = portable_values(name), portable_activation(name)(NUMBERS)
        exact = ACTIVATIONS[name].value(NUMBERS.astype(float)).astype(F)
    np.testing.assert_array_equal(bits(values), bits(in_numpy))
    finite = np.isfinite(exact) & (np.abs(NUMBERS) < 1e12)
    np.testing.assert_allclose(values[finite], exact[finite], rtol=1e-6, atol=1e-6)


def test_activations_in_c_have_the_bits_of_portable_arithmetic(tmp_path):
    functions = [arithmetic.activation_function(name) for name in ELEMENTWISE]
    calls = "".join(f"r[{k}] = name_{arithmetic.in_c(function)}(x);" for k, function in enumerate(functions))
    source = f"""
    #include <stdint.h>
    #include <stdio.h>
    {arithmetic.with_called(functions)}
    int main(void)
    {{
        float x, r[{len(functions)}];
        while (fread(&x, sizeof x, 1, stdin) == 1) {{ {calls} fwrite(r, sizeof r, 1, stdout); }}
        return 0;
    }}
    """
    (tmp_path / "one.c").write_text(prefixed(source, "n"))
    output_of(*compiler("gcc").command, "-std=c99", "-O2", "one.c", "-o", "one", folder=tmp_path)
    results = np.frombuffer(output_of("./one", folder=tmp_path, content=NUMBERS.tobytes()), F).reshape(len(NUMBERS), -1)
    for k, name in enumerate(ELEMENTWISE):
        np.testing.assert_array_equal(bits(results[:, k]), bits(portable_values(name)), err_msg=name)


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A function that runs a program in Node.js: see `in_node`."""
    return partial(in_node, tmp_path_factory.mktemp("node"))


def test_activations_in_javascript_have_the_bits_of_portable_arithmetic_and_the_derivative(node):
    program = """
    const numbers = floatsOf(given.numbers), usual = floatsOf(given.usual);
    return given.names.map((name) => {
      const { value, derivative } = module.activationOf(name);
      return [value(numbers), derivative(usual, value(usual))].map(textOf);
    });
    """
    usual = USUAL.astype(F)
    answers = node(program, {"names": ELEMENTWISE, "numbers": text_of(NUMBERS), "usual": text_of(usual)})
    for name, (values, slopes) in zip(ELEMENTWISE, answers, strict=True):
        np.testing.assert_array_equal(bits(array_of(values)), bits(portable_values(name)), err_msg=name)
        one, exact = ACTIVATIONS[name], usual.astype(float)
        expected = one.derivative(exact, one.value(exact))
        np.testing.assert_allclose(array_of(slopes), expected, rtol=1e-5, atol=4e-6, err_msg=name)


@pytest.mark.parametrize("name", NAMES)
def test_an_activation_in_onnx_is_its_formula(name):
    graph = Graph(["z"])
    z = graph.take("z", onnx.TensorProto.FLOAT, 4)
    graph.give(add_activation(graph, name, z, "layer1"), F, 4)
    model = graph.model("one", "", {}, "0")
    onnx.checker.check_model(model, full_check=True)
    rows = USUAL.astype(F)[:2000].reshape(-1, 4)
    try:
        import onnxruntime

        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    except ImportError:
        session = onnx.reference.ReferenceEvaluator(model)
    found = session.run(None, {"z": rows})[0]
    np.testing.assert_allclose(found, ACTIVATIONS[name].value(rows.astype(float)), rtol=1e-5, atol=4e-6)


Z = np.random.default_rng(1).normal(0, 2, (12, 4))
T = np.random.default_rng(2).uniform(0.05, 0.95, (12, 4))


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_loops_of_a_loss_are_its_formula(loss, output):
    """The plain loop in Python, and the compiled one."""
    form, parameter = form_of(loss, output), LOSSES[loss].parameter
    p = parameter.default if parameter else 0.0
    a = ACTIVATIONS[output].value(Z)
    values, slopes = form.value(Z, a, T, p), form.slope(Z, a, T, p)
    for k in range(len(Z)):
        delta = a[k] - T[k]
        assert form.loop(p, Z[k], a[k], T[k], delta) == pytest.approx(values[k], rel=1e-11)
        np.testing.assert_allclose(delta, slopes[k], rtol=1e-9, atol=1e-12)
        error, compiled_delta = np.empty(4), np.empty(4)
        found = from_python(loss_kernel(loss, output))(p, Z[k], a[k], T[k], error, compiled_delta)
        assert found == pytest.approx(values[k], rel=1e-11)
        np.testing.assert_array_equal(error, a[k] - T[k])
        np.testing.assert_allclose(compiled_delta, slopes[k], rtol=1e-9, atol=1e-12)
    pair = output_loss(loss, output)
    np.testing.assert_array_equal(pair.value(Z, a, T), values)


def test_losses_in_javascript_are_their_formulas(node):
    program = """
    return given.map(({ loss, output, z, a, t, p }) => {
      const { slope, value } = LOSSES[loss] ?? LOSSES[`${loss} ${output}`];
      const of = [...[z, a, t].map(floatsOf), p];
      return [textOf(slope(...of)), value ? value(...of) : null];
    });
    """
    given, expected = [], []
    for loss, output in PAIRS:
        form, parameter = form_of(loss, output), LOSSES[loss].parameter
        p = parameter.default if parameter else 0.0
        a = ACTIVATIONS[output].value(Z)
        for k in range(len(Z)):
            texts = {"z": text_of(Z[k].astype(F)), "a": text_of(a[k].astype(F)), "t": text_of(T[k].astype(F))}
            given.append({"loss": loss, "output": output, **texts, "p": p})
            expected.append([of(Z[k : k + 1], a[k : k + 1], T[k : k + 1], p)[0] for of in (form.slope, form.value)])
    for one, (text, loss), (slope, value) in zip(given, node(program, given), expected, strict=True):
        assert (loss is None) == (one["loss"] in ("focal", "poisson"))  # the page does not train with these
        assert loss is None or loss == pytest.approx(value, rel=1e-5)
        size = max(1, np.abs(slope).max())
        np.testing.assert_allclose(array_of(text), slope, rtol=1e-4, atol=2e-6 * size, err_msg=one["loss"])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_loops_of_an_optimizer_are_its_formula(name):
    """The plain loop in Python, and the compiled one, over several steps."""
    random, layout = np.random.default_rng(3), Layout((3, 2))
    settings = SimpleNamespace(momentum=0.9, beta2=0.99, epsilon=1e-8, weight_decay=0.03)
    start, one = random.normal(size=6), OPTIMIZERS[name]
    ways = [(Parameters(layout, start.copy()), np.zeros((one.slots, 6))) for _ in range(3)]
    loops = one.loop, from_python(update_kernel(name))
    for step in range(1, 5):
        gradient = random.normal(size=6)
        fresh, fresh2 = 1 - settings.momentum, 1 - settings.beta2
        first, second = 1 / (1 - settings.momentum**step), 1 / (1 - settings.beta2**step)
        rule = 0.01, settings.momentum, settings.beta2, settings.epsilon, settings.weight_decay
        constants = Constants(*rule, first, second, 0.0, fresh, fresh2, 1.0)
        parameters, slots = ways[0]
        one.rule(parameters, Parameters(layout, gradient.copy()), slots, 0.01, step, settings)
        for loop, (moved, state) in zip(loops, ways[1:], strict=True):
            loop(moved.flat, gradient, state, 0, 6, constants)
            np.testing.assert_allclose(moved.flat, parameters.flat, rtol=1e-12)
            np.testing.assert_allclose(state, slots, rtol=1e-10, atol=1e-15)
    assert not np.allclose(ways[0][0].flat, start)
