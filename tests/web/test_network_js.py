"""`network.js` computes what Python computes.

The measure is the largest difference, relative to the largest number of Python's: of all layers together for sums,
activations, errors, deltas and gradients, each of one sample. For outputs and probabilities it is absolute where that
number is below 1.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from glassnet import Model, Network, Options, Scaling, Targets, backpropagate, fit, forward
from glassnet.data import bundled
from glassnet.network import send_back
from glassnet.serve.studio.models import describe, weights_of
from support.cases import RULE_PAIRS, initialize_away_from_kinks, is_valid
from support.covering import covering
from support.formulas import ELEMENTWISE, PAIRS
from support.web import STATIC, array_of, text_of

CLOSE = 1e-5
SAMPLES = 3
PARAMETERS = {"huber": 0.3, "quantile": 0.8, "focal": 1.5}
BACK = ("error", "delta", "gradient")

ANSWERS = """
const { Network } = await import("/static/network.js");
return given.map(({ description, weights, rows, targets }) => {
  const network = new Network(description, floatsOf(weights));
  return rows.map((row, k) => {
    const signals = network.forward(typeof row === "string" ? bytesOf(row) : row);
    const layers = network.members.map((_, member) => network.backward(signals, targets[k], { member }));
    return {
      outputs: textOf(signals.outputs),
      probabilities: textOf(signals.probabilities),
      sums: signals.members.map(({ sums }) => sums.map(textOf)),
      activations: signals.members.map(({ activations }) => activations.map(textOf)),
      layers: layers.map((all) => all.map(({ error, delta, gradient }) => [error, delta, gradient].map(textOf))),
    };
  });
});
"""


def architectures():
    """((rule, loss), output, hidden, depth, bias, scaling, ensemble): all pairs, and so every rule with every loss."""
    return covering(
        [pair[:2] for pair in RULE_PAIRS],
        [pair[2] for pair in RULE_PAIRS],
        ELEMENTWISE,
        (1, 3),
        (False, True),
        ("notes", "unit", "standard", "features"),
        # Members, temperature, precision.
        [(1, 1.0, "float32"), (3, 1.0, "float32"), (1, 2.5, "float64"), (3, 0.4, "float32")],
        allowed=is_valid,
    )


def model_of(number, rule_and_loss, output, hidden, depth, bias, scaling, ensemble):
    """An untrained model with four inputs and three outputs, samples and targets for it."""
    (rule, loss), (members, temperature, dtype) = rule_and_loss, ensemble
    rng = np.random.default_rng(number)
    spread = np.array([1, 20, 300, 4000]) if scaling == "features" else 40
    rows = 128 + rng.normal(size=(SAMPLES, 4)) * spread
    made = Scaling.named(scaling, 255.0, 128 + rng.normal(size=(50, 4)) * spread)
    sizes, names = (4, *(5, 3)[: depth - 1], 3), (*(hidden,) * (depth - 1), output)
    networks = []
    for member in range(members):
        made_of = {"bias": bias, "loss": loss, "rule": rule, "loss_parameter": PARAMETERS.get(loss), "dtype": dtype}
        networks.append(Network(sizes, names, **made_of))
        initialize_away_from_kinks(networks[-1], made.apply(rows), first_seed=1000 * member)
    values = loss not in ("squared_error", "cross_entropy", "focal")
    of_classes = [Targets.named(name, 3) for name in ("notes", "one-hot", "multilabel")]
    targets = Targets.of_values(rng.random((9, 3))) if values else of_classes[number % 3]
    model = Model(networks[0], made, targets, others=tuple(networks[1:]), temperature=temperature)
    return model, rows, rng.random((SAMPLES, 3))


def given_of(model, rows, targets):
    """The case as the page takes it; bytes are passed as text."""
    rows = [text_of(row) for row in rows] if rows.dtype == np.uint8 else rows.tolist()
    weights = text_of(np.frombuffer(weights_of(model), np.uint8))
    return {"description": describe(model), "weights": weights, "rows": rows, "targets": targets.tolist()}


def gap(texts, wanted, least=0.0):
    """The measure for arrays of numbers; NaN must be where Python has it."""
    values, wanted = np.concatenate(list(map(array_of, texts))), np.concatenate([np.ravel(one) for one in wanted])
    np.testing.assert_array_equal(np.isnan(values), np.isnan(wanted))
    differences = np.where(np.isnan(wanted), 0, values.astype(float) - wanted)
    return np.abs(differences).max() / max(np.abs(wanted).max(), least)


def gaps(model, rows, targets, answers):
    """The measure for each kind of number in the answers to a model's samples."""
    outputs = model.outputs(rows)
    probabilities = model.probabilities(outputs)
    inputs = model.scaling.apply(rows, model.network.parameters.flat.dtype)
    measured = []
    for k, answer in enumerate(answers):
        measured.append(("outputs", gap([answer["outputs"]], outputs[k : k + 1], least=1.0)))
        measured.append(("probabilities", gap([answer["probabilities"]], probabilities[k : k + 1], least=1.0)))
        for member, network in enumerate(model.members):
            made, parameters = network.architecture, network.parameters
            signals = forward(made, parameters, inputs[k : k + 1])
            target = targets[k : k + 1].astype(inputs.dtype)
            gradients = backpropagate(made, parameters, signals, target)
            _, errors, deltas = zip(*reversed(list(send_back(made, parameters, signals, target))), strict=True)
            biases = [delta if bias is None else bias for delta, bias in zip(deltas, gradients.biases, strict=True)]
            back = zip(*answer["layers"][member], strict=True)
            measured += [(name, gap(answer[name][member], getattr(signals, name))) for name in signals._fields]
            for name, texts, wanted in zip(BACK, back, (errors, deltas, gradients.weights), strict=True):
                measured.append((name, gap(texts, wanted)))
            measured.append(("biases", gap([delta for _, delta, _ in answer["layers"][member]], biases)))
    return {name: max(one for other, one in measured if other == name) for name, _ in measured}


def test_small_networks_of_every_kind(run_module):
    cases = architectures()
    assert {(loss, output) for (_, loss), output, *_ in cases} == set(PAIRS)
    assert len(cases) > 20
    made = [model_of(number, *case) for number, case in enumerate(cases)]
    answers = run_module(ANSWERS, [given_of(*one) for one in made])
    far = {
        case: measured
        for case, one, answer in zip(cases, made, answers, strict=True)
        if max((measured := gaps(*one, answer)).values()) > CLOSE
    }
    assert far == {}


@pytest.fixture(scope="module")
def digits_model():
    return fit(bundled("train").take(slice(0, 2000)), Options(epochs=1)).model


def test_digits_forward(run_module, digits_model):
    """Close to NumPy's outputs; ``test_portable_js.py`` compares a thousand bit for bit."""
    rows = bundled("test").inputs[:100]
    program = """
    const { Network } = await import("/static/network.js");
    const network = new Network(given.description, floatsOf(given.weights));
    const pixels = bytesOf(given.pixels);
    const answers = [new Float32Array(100 * 10), new Float32Array(100 * 10)];
    for (let k = 0; k < 100; k++) {
      const { outputs, probabilities } = network.forward(pixels.subarray(k * 784, (k + 1) * 784));
      answers[0].set(outputs, k * 10);
      answers[1].set(probabilities, k * 10);
    }
    return answers.map(textOf);
    """
    given = {**given_of(digits_model, rows[:0], rows[:0]), "pixels": text_of(rows)}
    outputs, probabilities = map(array_of, run_module(program, given))
    wanted = digits_model.outputs(rows)
    assert np.abs(outputs - wanted.ravel()).max() < CLOSE
    assert np.abs(probabilities - digits_model.probabilities(wanted).ravel()).max() < CLOSE


def test_digits_backward(run_module, digits_model):
    data = bundled("test").take(slice(0, 5))
    targets = digits_model.targets.apply(data.labels)
    [answers] = run_module(ANSWERS, [given_of(digits_model, data.inputs, targets)])
    measured = gaps(digits_model, data.inputs, targets, answers)
    assert {name: gap for name, gap in measured.items() if gap > CLOSE} == {}


def test_both_rules_of_one_network(run_module):
    """Both rules side by side, as Step shows them."""
    network = Network([3, 4, 2], rule="notes", dtype="float32")
    model = Model(network, Scaling.named("unit"), Targets.named("notes", 2))
    program = """
    const { Network } = await import("/static/network.js");
    const network = new Network(given.description, floatsOf(given.weights));
    const signals = network.forward([0.9, 0.1, 0.8], false);
    return ["notes", "gradient"].map((rule) => textOf(network.backward(signals, [0.01, 0.99], { rule })[0].gradient));
    """
    answers = run_module(program, given_of(model, np.zeros((0, 3)), np.zeros((0, 2))))
    for rule, text in zip(("notes", "gradient"), answers, strict=True):
        other = Network([3, 4, 2], rule=rule, dtype="float32")
        wanted = other.gradients([[0.9, 0.1, 0.8]], [[0.01, 0.99]]).weights[0]
        assert gap([text], [wanted]) < CLOSE


@pytest.mark.parametrize(("changes", "weights"), [({"portable": False}, 20), ({}, 19), ({"members": 2}, 20)])
def test_what_it_cannot_compute_is_refused(run_module, changes, weights):
    model = Model(Network([3, 4, 2]), Scaling.named("unit"), Targets.named("notes", 2))
    program = """
    const { Network } = await import("/static/network.js");
    try { new Network(given.description, new Float32Array(given.count)); } catch (problem) { return problem.message; }
    """
    assert run_module(program, {"description": {**describe(model), **changes}, "count": weights})


UNITS = {
    "exp32": (np.exp, -104.5, 89.0, 1.05),
    "expm1_32": (np.expm1, -20.0, 5.0, 3.6),
    "log32": (np.log, 0.0, 1e30, 2.1),
    "log1p_32": (np.log1p, 0.0, 1.0, 2.1),
    "sigmoid32": (lambda z: 1 / (1 + np.exp(-z)), -100.0, 20.0, 2.5),
    "tanh32": (np.tanh, -12.0, 12.0, 2.6),
}
"""Function -> the same in float64, the ends of the numbers it is compared for, and its largest error in units in the
last place of float32, which below the smallest normal number are all of one size."""


@pytest.mark.parametrize("name", UNITS)
def test_functions_are_close_to_float64(run_module, name):
    """At every 9973th float32, so that all exponents occur, and at random between."""
    reference, low, high, most = UNITS[name]
    patterns = np.arange(0, np.float32(max(abs(low), abs(high))).view(np.uint32), 9973, np.uint32)
    numbers = np.concatenate([patterns.view(np.float32), -patterns.view(np.float32)])
    even = np.random.default_rng(1).uniform(low, high, 100_000).astype(np.float32)
    numbers = np.concatenate([numbers[(numbers >= low) & (numbers <= high)], even])
    program = """
    const functions = { ...(await import("/static/arithmetic.js")), ...(await import("/static/formulas.js")) };
    return textOf(floatsOf(given.numbers).map((one) => functions[given.name](one)));
    """
    values = array_of(run_module(program, {"name": name, "numbers": text_of(numbers)}))
    with np.errstate(over="ignore", divide="ignore"):
        exact = reference(numbers.astype(np.float64))
        rounded = exact.astype(np.float32)
    finite = np.isfinite(rounded)
    np.testing.assert_array_equal(values[~finite], rounded[~finite])
    units = np.abs(values[finite] - exact[finite]) / np.spacing(np.abs(rounded[finite])).astype(float)
    assert most / 2 < units.max() < most


def test_infinities_nan_and_the_ends_of_the_range(run_module):
    program = """
    const { exp32, log32 } = await import("/static/arithmetic.js");
    const { sigmoid32, tanh32 } = await import("/static/formulas.js");
    const ends = [NaN, Infinity, -Infinity, 0, -0, 1e38, -1e38].map(Math.fround);
    return [exp32, log32, sigmoid32, tanh32].map((one) => textOf(Float32Array.from(ends, one)));
    """
    exp, log, sigmoid, tanh = map(array_of, run_module(program))
    np.testing.assert_array_equal(exp, np.array([np.nan, np.inf, 0, 1, 1, np.inf, 0], np.float32))
    np.testing.assert_array_equal(log[[0, 1, 2, 3, 4, 6]], [np.nan, np.inf, np.nan, -np.inf, -np.inf, np.nan])
    np.testing.assert_array_equal(sigmoid, np.array([np.nan, 1, 0, 0.5, 0.5, 1, 0], np.float32))
    np.testing.assert_array_equal(tanh, np.array([np.nan, 1, -1, 0, 0, 1, -1], np.float32))


def test_no_function_of_the_browser_decides_a_digit():
    """Browsers may compute these differently, and C certainly does."""
    texts = [(STATIC / f"{name}.js").read_text(encoding="utf-8") for name in ("network", "arithmetic", "formulas")]
    used = set(re.findall(r"Math\.(\w+)", "".join(texts)))
    assert used <= {"fround", "abs", "max", "min", "sign", "trunc", "SQRT2", "SQRT1_2"}
