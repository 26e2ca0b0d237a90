"""`training/` of the page: its numbers are those of the definition, and its fast loops those of the readable step.

Small networks are compared with `network.js`, bit for bit where no background is split off, and with Python's engine
`portable`, bit for bit.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import partial
from itertools import product
from math import fsum

import numpy as np
import pytest

from glassnet import Dataset, Options, fit
from glassnet.data import bundled
from glassnet.data.held_out import SplitBy, held_out_rows
from glassnet.errors import DivergedError
from glassnet.exports.es_modules import bundle
from glassnet.messages.message import Message
from glassnet.nn.elementary import cosine, exp, log, log1p, power
from glassnet.nn.initializers import INITIALIZERS
from glassnet.nn.optimizers import OPTIMIZERS
from glassnet.nn.random import Purpose, key, numbered, permutation, uniform
from glassnet.nn.schedules import SCHEDULES
from glassnet.options.options import recorded
from support.covering import covering
from support.web import STATIC, array_of, in_node, text_of

CLOSE = 2e-5
"""Largest difference from the readable step, relative to the largest weight."""


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A function that runs a program in Node.js: see `in_node`."""
    return partial(in_node, tmp_path_factory.mktemp("node"))


def test_hash(node):
    lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 5000]
    texts = [bytes(i * 7 % 256 for i in range(length)) for length in lengths]
    program = 'const { sha256 } = await import("./shared/sha256.js"); return given.map((one) => sha256(bytesOf(one)));'
    hashes = node(program, [text_of(np.frombuffer(text, np.uint8)) for text in texts])
    assert hashes == [hashlib.sha256(text).hexdigest() for text in texts]


def test_random_numbers_have_the_bits_of_python(node):
    places = [(0, 1, 0, 0), (1, 2, 3, 4), (2**53 - 1, 4, 99, 2**31), (12345, 6, 0, 7)]
    program = """
    const { key, bits } = await import("./training/random.js");
    return given.map((place) => {
      const { high, low } = bits(key(...place), 1000);
      return [textOf(high), textOf(low)];
    });
    """
    for place, halves in zip(places, node(program, places), strict=True):
        high, low = (array_of(text, "<u4").astype(np.uint64) for text in halves)
        seed, purpose, epoch, step = place
        expected = numbered(key(seed, Purpose(purpose), epoch, step), np.arange(1000))
        np.testing.assert_array_equal(high << np.uint64(32) | low, expected)


def test_functions_of_float64_have_the_bits_of_python(node):
    random = np.random.default_rng(1)
    numbers = [*np.exp(random.uniform(-700, 700, 1000)).tolist(), 1.0, 2.0, 0.5, 2**-53, 1 - 2**-53, 1 + 2**-52]
    powers = [(0.9, 1), (0.999, 12345), (0.5, 0), (0.0, 3)]
    given = {
        "log64": numbers,
        "log1p64": [*numbers, 0.0],
        "exp64": [*random.uniform(-710, 0, 1000).tolist(), -1e300, -700.0, -1e-300, 0.0],
        "cosine64": [*random.uniform(0, 2, 1000).tolist(), 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0],
    }
    program = """
    const arithmetic = await import("./arithmetic.js");
    const functions = Object.entries(given.numbers).map(([name, all]) => all.map(arithmetic[name]));
    return [...functions, given.powers.map((one) => arithmetic.power64(...one)), given.sums.map(arithmetic.exactSum)];
    """
    sums = [[0.1] * 10, [1e16, 1.0, 1.0, 1e-90], [0.3, 0.7], []]
    found = node(program, {"numbers": given, "powers": powers, "sums": sums})
    assert found == [
        *([of(one) for one in given[name]] for name, of in (("log64", log), ("log1p64", log1p), ("exp64", exp))),
        cosine(np.array(given["cosine64"])).tolist(),
        [power(*one) for one in powers],
        [fsum(one) for one in sums],
    ]


def test_initial_weights_orders_and_masks(node):
    program = """
    const random = await import("./training/random.js");
    const labels = Array.from({ length: 1001 }, (_, i) => (i * i) % 7);
    return {
      weights: Object.keys(random.INITIALIZERS).map((one) => [one, textOf(random.initialWeights(one, 30, 20, 5, 1))]),
      order: textOf(random.epochOrder(5, 3, 1001)),
      held: textOf(random.heldOut(5, 0.1, labels)),
      masks: random.dropoutMasks(5, 2, 9, 8, [6, 3], [0.5, 0.25]).map(textOf),
    };
    """
    found = node(program, None)
    assert [name for name, _ in found["weights"]] == list(INITIALIZERS)
    for name, text in found["weights"]:
        expected = INITIALIZERS[name].draw(key(5, Purpose.WEIGHTS, step=1), 20, 30)
        assert array_of(text).tobytes() == expected.astype(np.float32).tobytes()
    np.testing.assert_array_equal(array_of(found["order"], "<u4"), permutation(5, Purpose.ORDER, 1001, 3))
    by = SplitBy(labels=np.arange(1001) ** 2 % 7)
    _, held = held_out_rows(1001, "", 0.1, 5, Purpose.VALIDATION, Message(""), by)
    np.testing.assert_array_equal(np.flatnonzero(array_of(found["held"], "u1")), held)
    draws = uniform(key(5, Purpose.DROPOUT, 2, 9), 0, 8 * 9)
    for text, rate, own in zip(found["masks"], (0.5, 0.25), (draws[:48], draws[48:]), strict=True):
        np.testing.assert_array_equal(array_of(text), np.where(own < rate, 0, np.float32(1 / (1 - rate))))


def test_schedules(node):
    assert node('return Object.keys((await import("./training/optimizers.js")).OPTIMIZERS);', 0) == list(OPTIMIZERS)
    program = """
    const { SCHEDULES } = await import("./training/schedule.js");
    const all = Object.entries(SCHEDULES);
    return Object.fromEntries(all.map(([name, of]) => [name, given.map((one) => of(one, 0.2))]));
    """
    progress = [i / 37 for i in range(37)] + [0.3, 0.5, 0.75]
    found = node(program, progress)
    assert found.keys() == SCHEDULES.keys()
    for name, factors in found.items():
        given = (np.array(progress), 0.2) if name == "step" else (np.array(progress),)
        assert factors == SCHEDULES[name](*given).tolist()


def data_of(number, features=11, count=90):
    """Bytes of which many are 0, and their classes."""
    random = np.random.default_rng(number)
    inputs = random.integers(0, 256, (count, features), dtype=np.uint8) * (random.random((count, features)) < 0.35)
    return inputs.astype(np.uint8), random.integers(0, 3, count).astype(np.int32)


def given_of(options, inputs, labels, **more):
    """A case as the programs take it."""
    texts = {"inputs": text_of(inputs), "labels": text_of(labels)}
    texts |= {"isFloat": inputs.dtype != np.uint8}
    return {"options": recorded(options), **texts, "features": inputs.shape[1], **more}


TRAIN = """
const { newTraining } = await import("./training/trainer.js");
const dataOf = ({ inputs, labels, isFloat, features, weights }) => ({
  inputs: isFloat ? floatsOf(inputs) : bytesOf(inputs),
  labels: new Int32Array(bytesOf(labels).buffer),
  features, classes: 3, weights, maximum: 255,
});
const trained = (one, steps = 7) => {
  const training = newTraining(one.options, dataOf(one));
  const initial = training.weights();
  while (!training.ended) training.run(steps);
  return { training, initial };
};
"""

READABLE = """
const { forward, backpropagate, update } = await import("./network.js");
const { epochOrder } = await import("./training/random.js");
const f = Math.fround;
function parametersOf({ sizes, bias }, vector) {
  const parameters = { weights: [], biases: [] };
  let at = 0;
  sizes.slice(1).forEach((nodes, layer) => {
    parameters.weights.push(vector.subarray(at, (at += nodes * sizes[layer])));
    parameters.biases.push(bias ? vector.subarray(at, (at += nodes)) : null);
  });
  return parameters;
}
return given.map((one) => {
  const { training, initial: vector } = trained(one);
  const { architecture, scaling, targets } = training;
  const parameters = parametersOf(architecture, vector);
  const { inputs, labels, features } = dataOf(one);
  const { seed, epochs, learning_rate: rate } = one.options;
  for (let epoch = 0; epoch < epochs; epoch++) {
    epochOrder(seed, epoch, labels.length).forEach((row, step) => {
      const raw = inputs.subarray(row * features, (row + 1) * features);
      const scaled = Float32Array.from(raw, (x) => f(x * f(scaling.factor)) + f(scaling.offset));
      const target = Float32Array.from({ length: 3 }, (_, k) => (k === labels[row] ? targets.high : targets.low));
      const progress = (epoch * labels.length + step) / (epochs * labels.length);
      const signals = forward(architecture, parameters, scaled, true);
      const layers = backpropagate(architecture, parameters, signals, target);
      update(parameters, layers, signals, f(rate * (1 - progress)));
    });
  }
  return [textOf(training.weights()), textOf(vector)];
});
"""
OUTPUTS = [
    ("notes", "squared_error", "sigmoid"),
    ("gradient", "squared_error", "sigmoid"),
    ("notes", "squared_error", "tanh"),
    ("gradient", "squared_error", "softmax"),
    ("gradient", "cross_entropy", "sigmoid"),
    ("gradient", "cross_entropy", "softmax"),
    ("gradient", "absolute_error", "identity"),
    ("gradient", "huber", "identity"),
    ("gradient", "quantile", "identity"),
]
"""(rule, loss, output)."""
HIDDEN = [
    ((6,), ("sigmoid",)),
    ((17,), ("tanh",)),
    ((5, 4), ("relu", "silu")),
    ((9,), ("leaky_relu",)),
    ((4, 6), ("softplus", "elu")),
    ((7,), ("gelu",)),
]
USUAL = {"epochs": 2, "blocks": 3, "learning_rate": 0.1, "quantile": 0.8, "huber_delta": 0.3, "leaky_relu_slope": 0.2}


def test_single_samples_have_the_bits_of_the_readable_step(node):
    """With scaling `unit`, the background is 0; with `notes` only rounding differs."""
    cases = covering(OUTPUTS, HIDDEN, (False, True), ("unit", "notes"))
    given = []
    for number, ((rule, loss, output), (hidden, activation), bias, scaling) in enumerate(cases):
        made = {"rule": rule, "loss": loss, "output": output, "hidden": hidden, "activation": activation, "bias": bias}
        options = Options(**USUAL, **made, scaling=scaling, seed=number)
        given.append(given_of(options, *data_of(number)))
    different = {}
    for case, answer in zip(cases, node(TRAIN + READABLE, given), strict=True):
        fast, readable = map(array_of, answer)
        gap = np.abs(fast - readable).max() / np.abs(readable).max()
        if (fast.tobytes() != readable.tobytes()) if case[-1] == "unit" else not 0 < gap < CLOSE:
            different[case] = gap
    assert different == {}


TRAINED = """
const { sha256 } = await import("./shared/sha256.js");
return given.map((one) => {
  const { training } = trained(one);
  const { hashes, curve, targets, scaling, bestEpoch: best } = training;
  return { hashes, curve, targets, scaling, best, last: sha256(training.weights()) };
});
"""


def train_both(node, cases):
    """Train with Python and in the page; yield both results for each case: (options, inputs, labels, weights)."""
    given = []
    for options, inputs, labels, weights in cases:
        given.append(given_of(options, inputs, labels, weights=None if weights is None else weights.tolist()))
    for (options, inputs, labels, weights), answer in zip(cases, node(TRAIN + TRAINED, given), strict=True):
        data = replace(Dataset.from_arrays(inputs, labels, weights=weights), maximum=255.0)
        yield fit(data, options), answer


def assert_same(done, answer):
    """All weights after each epoch, the model's, and its losses have the same bits."""
    history, curve = done.history, answer["curve"]
    assert answer["hashes"] == history.weight_hashes
    assert answer["last"] == done.model.hash()
    assert [one["loss"] for one in curve] == history.epoch_loss
    assert [one["accuracy"] for one in curve] == history.epoch_accuracy
    if history.validation_loss:
        assert [one["validation_loss"] for one in curve] == history.validation_loss
        assert [one["validation_accuracy"] for one in curve] == history.validation_accuracy
    assert (answer["targets"]["low"], answer["targets"]["high"]) == (done.model.targets.low, done.model.targets.high)
    assert answer["scaling"]["factor"] == done.model.scaling.factor
    assert answer["scaling"]["offset"] == done.model.scaling.offset


def test_single_samples_have_the_bits_of_python(node):
    cases = covering(
        OUTPUTS,
        HIDDEN,
        ("unit", "notes", "standard"),
        ("notes", "notes-code", "uniform", "glorot", "he", "small"),
        tuple(SCHEDULES),
        ((True, 0), (False, 3)),  # bias, early stopping
        (None, "some"),  # weights
    )
    given = []
    for number, (outputs, (hidden, activation), scaling, initializer, schedule, (bias, early), weights) in enumerate(
        cases
    ):
        made = dict(zip(("rule", "loss", "output"), outputs, strict=True)) | {
            "hidden": hidden,
            "activation": activation,
        }
        made |= {"scaling": scaling, "initializer": initializer, "schedule": schedule, "patience": 1}
        options = Options(
            **{**USUAL, "epochs": 4}, **made, bias=bias, early_stopping=early, seed=number, engine="portable"
        )
        inputs, labels = data_of(number)
        given.append((options, inputs, labels, weights and np.random.default_rng(number).uniform(0.5, 2, len(labels))))
    assert len(cases) < 80
    for done, answer in train_both(node, given):
        assert_same(done, answer)


def test_groups_of_nodes_have_the_bits_of_python(node):
    """With enough nodes for several groups, in networks with one and two hidden layers, and without."""
    given = []
    for hidden, shards in (((80,), 4), ((64, 5), 3), ((40,), 1), ((), 2)):
        inputs, labels = data_of(shards, features=400, count=60)
        given.append((Options(hidden=hidden, shards=shards, epochs=2, engine="portable"), inputs, labels, None))
    for done, answer in train_both(node, given):
        assert_same(done, answer)


def test_batches_have_the_bits_of_python(node):
    cases = covering(
        tuple(OPTIMIZERS),
        (1, 20, 70, 500),
        (1, 2, 3),
        (((40,), (0.0,)), ((140,), (0.3,)), ((20, 6), (0.3, 0.0))),  # hidden, dropout
        (0.0, 0.9),
        (0.0, 0.01),
        ("unit", "notes", "standard"),
        (True, False),  # skip_zeros, weights
        (0, 3),  # early stopping
    )
    given = []
    for number, (optimizer, size, shards, (hidden, dropout), ema, decay, scaling, flag, early) in enumerate(cases):
        made = dict(zip(("rule", "loss", "output"), OUTPUTS[number % 9], strict=True)) | {
            "optimizer": optimizer,
            "hidden": hidden,
        }
        made |= {"batch_size": size, "shards": shards, "dropout": dropout, "ema_decay": ema, "weight_decay": decay}
        made |= {"scaling": scaling, "skip_zeros": flag, "early_stopping": early, "bias": number % 3 > 0}
        made |= {"activation": (HIDDEN[number % 6][1][0],), "label_smoothing": 0.1 * (number % 4 == 0)}
        rate = 0.1 * OPTIMIZERS[optimizer].recipe["learning_rate"]
        options = Options(**{**USUAL, "learning_rate": rate}, **made, seed=number, engine="portable")
        inputs, labels = data_of(number, features=37, count=150)
        if number % 5 == 0 and scaling != "standard":
            inputs = inputs.astype(np.float32)
        weights = None if flag else np.random.default_rng(number).uniform(0.5, 2, len(labels))
        given.append((options, inputs, labels, weights))
    assert len(cases) < 80
    for done, answer in train_both(node, given):
        assert_same(done, answer)


@pytest.mark.parametrize("recipe", ["notes", "notes-code", "quick"])
def test_recipes_have_the_bits_of_python(node, recipe):
    data = bundled("train").take(slice(0, 600))
    options = Options.recipe(recipe, epochs=2, engine="portable")
    done = fit(data, options)
    given = given_of(options, data.inputs, data.labels.astype(np.int32))
    [answer] = node(TRAIN.replace("classes: 3", "classes: 10") + TRAINED, [given])
    assert_same(done, answer)
    assert answer["hashes"] == done.model.receipt["trails"][0]


def test_the_page_diverges_in_the_epoch_in_which_python_does(node):
    """With each loss, at rates below and above; the loss and that of a constant prediction are those of Python."""
    given, refusals = [], []
    for number, (outputs, rate) in enumerate(product(OUTPUTS, (0.01, 30.0))):
        made = dict(zip(("rule", "loss", "output"), outputs, strict=True)) | {"learning_rate": rate}
        made |= {"schedule": "constant", "label_smoothing": 0.1 * (number % 4 == 0), "hidden": (8,)}
        options = Options(**{**USUAL, **made, "batch_size": 5}, seed=number, engine="portable")
        inputs, labels = data_of(number)
        refused = None
        try:
            fit(replace(Dataset.from_arrays(inputs, labels), maximum=255.0), options)
        except DivergedError as error:
            refused = error.message.values["why"].values
        refusals.append(refused)
        given.append(given_of(options, inputs, labels))
    program = """
    return given.map((one) => {
      const training = newTraining(one.options, dataOf(one));
      while (!training.ended && !training.diverged) training.run(1000);
      return training.diverged;
    });
    """
    for refused, diverged in zip(refusals, node(TRAIN + program, given), strict=True):
        assert (diverged is None) == (refused is None)
        if refused:
            assert diverged == pytest.approx(refused, rel=1e-5)
    assert 0 < sum(map(bool, refusals)) < len(refusals)


def test_a_pause_between_any_two_steps_changes_no_bit(node):
    options = [Options(**USUAL, hidden=(20,)), Options(**USUAL, hidden=(20,), batch_size=20, optimizer="adam")]
    program = """
    return given.map((one) => [1, 4, 1000].map((steps) => {
      const training = newTraining(one.options, dataOf(one));
      const sums = [0, 0, 0];
      for (; !training.ended; training.weights()) {
        const { samples, loss, correct } = training.run(steps);
        [samples, loss, correct].forEach((more, i) => (sums[i] += more));
      }
      return { hashes: training.hashes, curve: training.curve, sums, weights: textOf(training.weights()) };
    }));
    """
    for answers in node(TRAIN + program, [given_of(one, *data_of(1)) for one in options]):
        for one in answers:
            assert one["hashes"] == answers[0]["hashes"]
            assert one["weights"] == answers[0]["weights"]
            assert one["hashes"][-1] == hashlib.sha256(array_of(one["weights"]).tobytes()).hexdigest()
            assert [epoch["loss"] for epoch in one["curve"]] == [epoch["loss"] for epoch in answers[0]["curve"]]
            samples, loss, correct = one["sums"]
            assert samples == 180
            assert loss == pytest.approx(90 * fsum(epoch["loss"] for epoch in one["curve"]))
            assert correct == pytest.approx(90 * fsum(epoch["accuracy"] for epoch in one["curve"]))


def test_what_the_page_cannot_train_is_named(node):
    changes = [
        {"dtype": "float64"}, {"clip": 1.0}, {"shift": 1.0}, {"scaling": "features"}, {"members": 2},
        {"loss": "focal", "rule": "gradient"}, {"hard_fraction": 0.5, "batch_size": 20}, {"targets": "multilabel"}, {},
    ]  # fmt: skip
    program = """
    const { whyNot } = await import("./training/trainer.js");
    return given.map((one) => whyNot(one.options, dataOf(one)));
    """
    names = node(TRAIN + program, [given_of(Options(**change), *data_of(0)) for change in changes])
    assert names == [next(iter(change), None) for change in changes]


WORKER = """
const options = given.options;
const inputs = bytesOf(given.inputs);
const data = { inputs, labels: new Int32Array(bytesOf(given.labels).buffer), features: given.features, classes: 3 };
const url = given.script ? URL.createObjectURL(new Blob([given.script])) : "/static/training/worker.js";
const worker = new Worker(url, { type: given.script ? "classic" : "module" });
const kinds = [];
const answers = [];
const ended = new Promise((resolve) => {
  worker.onmessage = ({ data: answer }) => {
    answers.push(answer);
    if (answer.kind === "started") worker.postMessage({ kind: "step" });
    if (answer.kind === "progress" && answer.step === 1) worker.postMessage({ kind: "weights" });
    if (answer.kind === "weights") worker.postMessage({ kind: "resume" });
    if (answer.kind === "ended" || answer.kind === "problem") resolve();
  };
});
worker.postMessage({ kind: "start", options, data, paused: true }, [inputs.buffer]);
await ended;
worker.terminate();
const last = answers.at(-1);
return { kinds: answers.map(({ kind }) => kind), hashes: last.hashes, option: last.option };
"""


@pytest.mark.parametrize("bundled", [False, True])
def test_worker(run_module, node, bundled):
    """As a module and as a bundled script: it steps, is asked for the weights and goes on, with the same bits."""
    given = given_of(Options(**USUAL, hidden=(8,)), *data_of(2))
    given["script"] = bundle(STATIC / "training" / "worker.js", STATIC)[0] if bundled else ""
    answer = run_module(WORKER, given)
    assert answer["kinds"][:3] == ["started", "progress", "weights"]
    assert answer["kinds"][-1] == "ended"
    assert answer["kinds"].count("epoch") == 2
    [hashes] = node(TRAIN + "return given.map((one) => trained(one).training.hashes);", [given])
    assert answer["hashes"] == hashes


def test_no_function_of_the_browser_decides_a_bit():
    """Those that are used are exact, or rounded as IEEE 754 says."""
    text = "".join(path.read_text(encoding="utf-8") for path in (STATIC / "training").glob("*.js"))
    exact = {"fround", "abs", "max", "min", "sign", "trunc", "floor", "ceil", "sqrt", "imul", "round"}
    assert set(re.findall(r"Math\.(\w+)", text)) <= exact  # `round` for the size of a part of the worker's


def test_worker_names_what_it_cannot_train(run_module):
    answer = run_module(WORKER, {**given_of(Options(clip=1.0), *data_of(2)), "script": ""})
    assert (answer["kinds"], answer["option"]) == (["problem"], "clip")
