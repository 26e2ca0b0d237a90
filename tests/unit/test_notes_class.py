"""The class of the notes against the program of the notes, written again in plain NumPy."""

from __future__ import annotations

import pickle
import tracemalloc

import numpy as np
import pytest
from scipy.special import expit
from threadpoolctl import threadpool_info, threadpool_limits

import glassnet.notes
from glassnet import NeuralNetwork, load_data
from glassnet.errors import DataError, OptionError, ShapeError


class Program:
    """The program as in the notes: column vectors and two matrices."""

    def __init__(self, wih, who, lr):
        self.wih, self.who, self.lr = wih.copy(), who.copy(), lr

    def train(self, inputs_list, targets_list):
        inputs = np.array(inputs_list, ndmin=2).T
        targets = np.array(targets_list, ndmin=2).T
        hidden_outputs = expit(np.dot(self.wih, inputs))
        final_outputs = expit(np.dot(self.who, hidden_outputs))
        output_errors = targets - final_outputs
        hidden_errors = np.dot(self.who.T, output_errors)
        self.who += self.lr * np.dot(output_errors * final_outputs * (1.0 - final_outputs), hidden_outputs.T)
        self.wih += self.lr * np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs), inputs.T)


@pytest.fixture(scope="module")
def digits():
    return load_data("mnist").take(slice(0, 3000))


def scaled(rows):
    return rows / 255 * 0.99 + 0.01


def targets_of(labels):
    targets = np.zeros((len(labels), 10)) + 0.01
    targets[np.arange(len(labels)), labels] = 0.99
    return targets


@pytest.fixture(scope="module")
def trained(digits):
    network = NeuralNetwork(784, 100, 10, 0.2, seed=0)
    network.train(scaled(digits.inputs), targets_of(digits.labels))
    return network


def small(**settings):
    return NeuralNetwork(3, 4, 2, 0.3, **{"seed": 0, **settings})


def test_1000_real_digits_give_the_weights_of_the_program(digits):
    network = NeuralNetwork(784, 200, 10, 0.2, seed=0)
    program = Program(network.wih, network.who, 0.2)
    first = network.wih.copy()
    for row, label in zip(digits.inputs[:1000], digits.labels[:1000], strict=True):
        targets = np.zeros(10) + 0.01
        targets[label] = 0.99
        network.train(scaled(row), targets)
        program.train(scaled(row), targets)
    assert np.abs(network.wih - first).max() > 0.1
    # Up to 1,000 roundings of 1e-16 each; both keep float64.
    np.testing.assert_allclose(network.wih, program.wih, rtol=0, atol=1e-12)
    np.testing.assert_allclose(network.who, program.who, rtol=0, atol=1e-12)
    assert network.wih.dtype == network.who.dtype == np.float64


def test_a_loop_over_the_lines_of_a_csv_file(digits):
    records = [
        ",".join(map(str, (label, *row))) + "\n"
        for row, label in zip(digits.inputs[:200], digits.labels[:200], strict=True)
    ]
    network, other = (NeuralNetwork(784, 30, 10, 0.2, seed=1) for _ in range(2))
    for _ in range(2):
        for record in records:
            all_values = record.split(",")
            inputs = (np.asarray(all_values[1:], float) / 255.0 * 0.99) + 0.01
            targets = np.zeros(10) + 0.01
            targets[int(all_values[0])] = 0.99
            network.train(inputs, targets)
        other.train(scaled(digits.inputs[:200]), targets_of(digits.labels[:200]))
    np.testing.assert_allclose(network.wih, other.wih, rtol=0, atol=1e-13)
    scorecard = []
    for record in records:
        all_values = record.split(",")
        outputs = network.query((np.asarray(all_values[1:], float) / 255.0 * 0.99) + 0.01)
        scorecard.append(int(np.argmax(outputs) == int(all_values[0])))
    assert np.mean(scorecard) > 0.8


def test_text_is_read_as_numbers():
    words, numbers = small(), small()
    words.train(["0.5", "0.01", " 1"], ["0.99", "0.01"])
    numbers.train([0.5, 0.01, 1], [0.99, 0.01])
    np.testing.assert_array_equal(words.wih, numbers.wih)
    np.testing.assert_array_equal(words.query(["0.5", "0.01", "1"]), numbers.query([0.5, 0.01, 1]))


FORMS = {
    "list": lambda rows: rows.tolist(),
    "tuple": lambda rows: tuple(map(tuple, rows)) if rows.ndim == 2 else tuple(rows),
    "float32": lambda rows: rows.astype(np.float32).astype(float),
    "fortran": np.asfortranarray,
    "strided": lambda rows: np.repeat(rows, 2, axis=-1)[..., ::2],
}
ROWS = np.random.default_rng(0).integers(1, 256, (6, 3)) / 256  # exact in float32
WANTED = np.random.default_rng(1).integers(1, 256, (6, 2)) / 256


@pytest.mark.parametrize("form", FORMS)
def test_lists_rows_and_arrays_are_the_same(form):
    plain, other = small(), small()
    make = FORMS[form]
    for x, t in zip(ROWS, WANTED, strict=True):
        plain.train(x, t)
        other.train(make(x), make(t))
        other.train(make(x[None]), make(t[None]))
        plain.train(x, t)
    np.testing.assert_allclose(other.wih, plain.wih, rtol=0, atol=1e-15)
    np.testing.assert_allclose(other.query(make(ROWS)), plain.query(ROWS), rtol=0, atol=1e-15)


def test_a_batch_is_trained_sample_by_sample():
    together, one_by_one = small(), small()
    together.train(ROWS, WANTED)
    for x, t in zip(ROWS, WANTED, strict=True):
        one_by_one.train(x, t)
    np.testing.assert_array_equal(together.wih, one_by_one.wih)
    np.testing.assert_array_equal(together.who, one_by_one.who)
    answers = np.hstack([together.query(x) for x in ROWS])
    np.testing.assert_allclose(together.query(ROWS), answers, rtol=1e-14)
    assert not np.allclose(together.wih, small().wih)


def test_worked_shapes_3_4_2():
    network = small()
    assert network.wih.shape == (4, 3)
    assert network.who.shape == (2, 4)
    assert network.query([0.9, 0.1, 0.8]).shape == (2, 1)
    assert network.query(ROWS).shape == (2, 6)
    assert network.hidden(ROWS).shape == (4, 6)
    assert network.backquery([0.01, 0.99]).shape == (3, 1)
    assert network.backquery(WANTED).shape == (3, 6)
    np.testing.assert_allclose(network.query(ROWS), expit(network.who @ expit(network.wih @ ROWS.T)), rtol=1e-14)
    np.testing.assert_allclose(network.hidden(ROWS), expit(network.wih @ ROWS.T), rtol=1e-14)


def test_weights_and_rate_can_be_set():
    network = small()
    wih, who = np.arange(12).reshape(4, 3) / 10, [[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]]
    network.wih, network.who = wih, who
    np.testing.assert_array_equal(network.wih, wih)
    np.testing.assert_array_equal(network.query(ROWS), Query(network)(ROWS))
    wih[...] = 99
    assert network.wih.max() < 2, "the weights must be copied"
    before = network.wih.copy()
    network.lr = 0.0
    network.train(ROWS[0], WANTED[0])
    np.testing.assert_array_equal(network.wih, before)
    network.lr = 0.1
    network.train(ROWS[0], WANTED[0])
    tenth = network.wih - before
    network.wih, network.who, network.lr = before, who, 0.2
    network.train(ROWS[0], WANTED[0])
    np.testing.assert_allclose(network.wih - before, 2 * tenth, rtol=1e-9)


class Query:
    """Compute the outputs of the network from its public matrices."""

    def __init__(self, network):
        self.network = network

    def __call__(self, rows):
        return expit(expit(rows @ self.network.wih.T) @ self.network.who.T).T


@pytest.mark.parametrize(
    ("what", "value", "shape"),
    [
        ("wih", np.zeros((3, 4)), "(4, 3)"),
        ("wih", np.zeros(12), "(4, 3)"),
        ("who", [[1, 2, 3, 4]], "(2, 4)"),
        ("who", 0, "(2, 4)"),
    ],
)
def test_weights_of_a_wrong_shape_are_rejected_and_nothing_changes(what, value, shape):
    network = small()
    before = network.network.parameters.hash()
    with pytest.raises(ShapeError) as caught:
        setattr(network, what, value)
    assert caught.value.code == "GN050"
    assert str(caught.value).startswith(what)
    assert shape in str(caught.value)
    assert network.network.parameters.hash() == before


@pytest.mark.parametrize(
    ("inputs", "targets", "word"),
    [
        ([0.1, 0.2], [0.01, 0.99], "inputs"),
        ([0.1, 0.2, 0.3, 0.4], [0.01, 0.99], "inputs"),
        ([0.1, 0.2, 0.3], [0.99], "targets"),
        ([], [0.01, 0.99], "inputs"),
        (0.5, [0.01, 0.99], "inputs"),
        (np.zeros((2, 2, 3)), [0.01, 0.99], "inputs"),
        (ROWS, WANTED[:5], "6 rows of inputs but 5 rows of targets"),
        (ROWS, WANTED[0], "6 rows of inputs but 1 row of targets"),
    ],
)
def test_samples_of_a_wrong_shape_are_rejected_and_the_weights_unchanged(inputs, targets, word):
    network = small()
    before = network.network.parameters.hash()
    with pytest.raises(ShapeError, match=word) as caught:
        network.train(inputs, targets)
    assert caught.value.code == "GN050"
    assert network.network.parameters.hash() == before


BAD_RATES = [np.nan, np.inf, -np.inf, -0.1, 1e7, "0.2", None, [0.1], True, 1j]


@pytest.mark.parametrize("rate", BAD_RATES)
def test_a_rate_that_would_destroy_the_weights_is_rejected(rate):
    network = small()
    before = network.wih.copy(), network.who.copy(), network.lr
    with pytest.raises(OptionError, match="learningrate") as problem:
        NeuralNetwork(3, 4, 2, rate)
    assert problem.value.code == "GN021"
    with pytest.raises(OptionError, match="learningrate"):
        network.lr = rate
    with pytest.raises(OptionError, match="learning_rate"):
        network.network.train(ROWS[0], WANTED[0], rate)
    for one, other in zip(before, (network.wih, network.who, network.lr), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, -1e51, "a", None, 1j, np.ma.masked])
@pytest.mark.parametrize("place", ["inputs", "targets", "wih", "query", "network"])
def test_numbers_that_would_destroy_the_weights_are_rejected(place, bad):
    network = small()
    before = network.wih.copy(), network.who.copy()
    inputs, targets = np.ma.array(ROWS, copy=True), np.ma.array(WANTED, copy=True)
    changed = targets if place == "targets" else inputs
    changed = np.ma.array(changed, object if isinstance(bad, str | complex | None) else float, copy=True)
    changed[1, 0] = bad
    calls = {
        "inputs": lambda: network.train(changed, targets),
        "targets": lambda: network.train(inputs, changed),
        "wih": lambda: setattr(network, "wih", changed[:4]),
        "query": lambda: network.query(changed),
        "network": lambda: network.network.gradients(changed, targets),
    }
    with pytest.raises(DataError) as problem:
        calls[place]()
    assert problem.value.code in ("GN014", "GN018")
    np.testing.assert_array_equal(network.wih, before[0])
    np.testing.assert_array_equal(network.who, before[1])


def test_a_pickled_network_keeps_its_rate():
    network = pickle.loads(pickle.dumps(small()))
    assert network.lr == small().lr


@pytest.mark.parametrize("targets", [[0.5, 1.0], [0.0, 0.5], [-0.1, 0.5], [0.5], [[0.5] * 3]])
def test_backquery_rejects_targets_outside_the_range_of_the_sigmoid(targets):
    with pytest.raises(ShapeError) as caught:
        small().backquery(targets)
    assert caught.value.code == "GN050"
    assert "targets" in str(caught.value)


def test_backquery_results_span_the_whole_range(trained):
    pictures = trained.backquery(targets_of(np.arange(10)))
    assert pictures.shape == (784, 10)
    np.testing.assert_allclose(pictures.min(axis=0), 0.01, rtol=1e-12)
    np.testing.assert_allclose(pictures.max(axis=0), 0.99, rtol=1e-12)
    for k in range(10):
        np.testing.assert_allclose(trained.backquery(targets_of([k])[0])[:, 0], pictures[:, k], rtol=1e-9)


def test_images_of_backquery_are_classified_as_their_digit(trained):
    """The image of k excites output k more than any other image does, and most are classified as their digit.

    Not all must be: the way back rescales the result of each matrix to 0.01…0.99, which no step of `query` inverts. The
    thin digit 1 suffers most (over seeds and 50 to 200 hidden nodes, 8 to 10 of 10 are correct after 3,000 samples).
    """
    outputs = trained.query(trained.backquery(targets_of(np.arange(10))).T)
    np.testing.assert_array_equal(outputs.argmax(axis=1), np.arange(10))
    assert (outputs.argmax(axis=0) == np.arange(10)).sum() >= 8


def test_backquery_of_weights_without_contrast_is_grey():
    network = small()
    network.wih, network.who = np.zeros((4, 3)), np.zeros((2, 4))
    np.testing.assert_array_equal(network.backquery([0.01, 0.99]), [[0.5]] * 3)


def test_seeds():
    assert small(seed=3).network.parameters.hash() == small(seed=3).network.parameters.hash()
    drawn = [small(seed=seed).network.parameters.hash() for seed in (0, 1, 2, None, None)]
    assert len(set(drawn)) == 5


@pytest.mark.parametrize(
    ("initializer", "spread"), [("notes", (784**-0.5, 200**-0.5)), ("notes-code", (200**-0.5, 10**-0.5))]
)
def test_initial_weights_follow_the_text_or_the_program_of_the_notes(initializer, spread):
    network = NeuralNetwork(784, 200, 10, 0.2, seed=0, initializer=initializer)
    assert network.wih.std() == pytest.approx(spread[0], rel=0.02)
    assert network.who.std() == pytest.approx(spread[1], rel=0.08)
    with pytest.raises(OptionError):
        small(initializer="text")


def test_queries_change_neither_weights_nor_inputs():
    network = small()
    before, rows = network.network.parameters.hash(), ROWS.copy()
    network.query(rows)
    network.hidden(rows)
    network.backquery(WANTED)
    network.train(rows, WANTED)
    np.testing.assert_array_equal(rows, ROWS)
    assert network.network.parameters.hash() != before
    network = small()
    for method in (network.query, network.hidden):
        method(rows)
    assert network.network.parameters.hash() == before


def test_a_step_allocates_no_array_as_large_as_the_weights():
    """The system would allocate memory of that size anew in every step, which takes longer than the arithmetic."""
    random = np.random.default_rng(0)
    network = NeuralNetwork(784, 200, 10, 0.2, seed=0)
    inputs, targets = random.uniform(0.01, 1, (3, 784)), random.uniform(0.01, 0.99, (3, 10))
    network.train(inputs, targets)  # the first step also loads modules
    tracemalloc.start()
    try:
        for form in (lambda rows: rows, np.ndarray.tolist, lambda rows: rows.astype(np.float32)):
            network.train(form(inputs), form(targets))
            network.train(form(inputs[0]), form(targets[0]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < network.wih.nbytes / 4


def test_blas_has_one_thread_while_the_class_trains_and_its_own_number_afterwards(monkeypatch):
    def blas_threads():
        return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    def watched(*arguments):
        seen.append(blas_threads())
        step(*arguments)

    seen, step = [], glassnet.notes.train_step
    monkeypatch.setattr(glassnet.notes, "train_step", watched)
    with threadpool_limits(2):
        before = blas_threads()
        small().train(ROWS, WANTED)
        assert blas_threads() == before
    assert seen == [{1}] * len(ROWS)
