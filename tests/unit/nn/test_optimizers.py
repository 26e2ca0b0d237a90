"""Optimizers against the formulas of their papers, number by number in plain Python, in both engines."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from glassnet import Network, Options, Parameters, Scaling
from glassnet.engines import Block, CompiledEngine, ReferenceEngine, Samples
from glassnet.nn.optimizers import OPTIMIZERS, TINY, State, clip_factor, follow, take_step
from glassnet.nn.parameters import Layout
from support.cases import options_of
from support.covering import covering

BOTH = CompiledEngine(), ReferenceEngine()
ENGINES = pytest.mark.parametrize("engine", BOTH, ids=lambda engine: engine.name)
NAMES = pytest.mark.parametrize("name", OPTIMIZERS)
DECOUPLED = ("adamw", "lion")
"""Those that keep weight decay out of the gradient."""


class ByHand:
    """One weight updated as in the papers; its state is named by the letters of the papers."""

    def __init__(self, w: float, name: str, *, mu=0.9, beta2=0.999, eps=1e-8, decay=0.0, average=0.0) -> None:
        self.w, self.name, self.mu, self.beta2, self.eps, self.decay = w, name, mu, beta2, eps, decay
        self.t, self.v, self.m, self.r = 0, 0.0, 0.0, 0.0
        self.average, self.mean = average, w

    def step(self, g: float, rate: float) -> None:
        self.t += 1
        if self.name not in DECOUPLED:
            g = g + self.decay * self.w  # the slope of ½ λ w²
        getattr(self, self.name)(g, rate)
        part = max(1 - self.average, 9 / (10 + self.t))
        self.mean = (1 - part) * self.mean + part * self.w

    def sgd(self, g: float, rate: float) -> None:
        self.w = self.w - rate * g

    def momentum(self, g: float, rate: float) -> None:
        self.v = self.mu * self.v + g
        self.w = self.w - rate * self.v

    def nesterov(self, g: float, rate: float) -> None:
        """The paper looks ahead and then steps; kept in the looked-ahead place, that is g + μ v."""
        self.v = self.mu * self.v + g
        self.w = self.w - rate * (g + self.mu * self.v)

    def rmsprop(self, g: float, rate: float) -> None:
        self.r = self.beta2 * self.r + (1 - self.beta2) * g**2
        self.w = self.w - rate * g / (math.sqrt(self.r) + self.eps)

    def adam(self, g: float, rate: float) -> None:
        self.m = self.mu * self.m + (1 - self.mu) * g
        self.r = self.beta2 * self.r + (1 - self.beta2) * g**2
        m_hat = self.m / (1 - self.mu**self.t)
        r_hat = self.r / (1 - self.beta2**self.t)
        self.w = self.w - rate * m_hat / (math.sqrt(r_hat) + self.eps)

    def adamw(self, g: float, rate: float) -> None:
        """Algorithm 2, line 12: θ ← θ − η (α m̂ / (√v̂ + ε) + λ θ), all of it from the old θ; here λ is times α."""
        old = self.w
        self.adam(g, rate)
        self.w = self.w - rate * self.decay * old

    def lion(self, g: float, rate: float) -> None:
        """Algorithm 2, the lines of the update: c, θ ← θ − η (sign(c) + λ θ), m."""
        c = self.mu * self.m + (1 - self.mu) * g
        self.w = self.w - rate * (math.copysign(c != 0, c) + self.decay * self.w)
        self.m = self.beta2 * self.m + (1 - self.beta2) * g

    @property
    def slots(self) -> list[float]:
        own = {"sgd": [], "rmsprop": [self.r], "lion": [self.m], "adam": [self.m, self.r], "adamw": [self.m, self.r]}
        return own.get(self.name, [self.v])


def state_of(flat: np.ndarray, options: Options) -> State:
    return State.new(Parameters(Layout((flat.size, 1)), flat.copy()), options)


def chosen(name: str, **changes) -> Options:
    given = {"momentum": 0.8, "beta2": 0.95, "epsilon": 1e-4, "weight_decay": 0.03, "ema_decay": 0.7}
    return Options(**{**given, "optimizer": name, **changes})


def by_hand(options: Options, start) -> list[ByHand]:
    constants = {"mu": options.momentum, "beta2": options.beta2, "eps": options.epsilon}
    constants |= {"decay": options.weight_decay, "average": options.ema_decay}
    return [ByHand(float(w), options.optimizer, **constants) for w in start]


def gradients_of(state: State, values: np.ndarray) -> Parameters:
    return Parameters(state.parameters.layout, values)


def assert_same(state: State, hands: list[ByHand], tolerance: float = 1e-12) -> None:
    np.testing.assert_allclose(state.parameters.flat, [hand.w for hand in hands], rtol=tolerance, atol=tolerance)
    for number, slot in enumerate(state.slots):
        np.testing.assert_allclose(slot, [hand.slots[number] for hand in hands], rtol=tolerance, atol=tolerance)
    if state.average is not None:
        np.testing.assert_allclose(state.average, [hand.mean for hand in hands], rtol=tolerance, atol=tolerance)


@NAMES
def test_each_optimizer_follows_the_formula_of_its_paper(name):
    random = np.random.default_rng(1)
    start, options = random.normal(size=7), chosen(name)
    state, hands = state_of(start, options), by_hand(options, start)
    for rate in np.linspace(0.2, 0.01, 40):
        gradient = random.normal(size=7) * 10.0 ** random.integers(-6, 2, 7)
        gradient[random.integers(7)] = 0
        before = gradient.copy()
        take_step(state, gradients_of(state, gradient), float(rate), options)
        np.testing.assert_array_equal(gradient, before)
        for hand, g in zip(hands, gradient, strict=True):
            hand.step(float(g), float(rate))
        assert_same(state, hands)
    assert state.step == 40
    assert len(state.slots) == OPTIMIZERS[name].slots == len(hands[0].slots)


X = np.array([0.9, 0.25, 0.5])
T = np.array([0.8, -0.3])


def one_sample(dtype: str = "float64") -> tuple[Network, Samples]:
    """Two linear nodes and one sample: the slope of weight (k, j) is (w_k · x − t_k) x_j."""
    network = Network((3, 2), "identity", dtype=dtype)
    network.parameters.flat[...] = [0.1, -0.4, 0.3, 0.7, 0.2, -0.5]
    return network, Samples(X[None], Scaling.named("unit", 1.0), np.array([0]), T[None])


@ENGINES
@NAMES
@pytest.mark.parametrize("clip", [0.0, 0.15])
def test_both_engines_follow_the_formulas_of_the_papers(name, engine, clip):
    network, samples = one_sample()
    options = chosen(name, clip=clip, hidden=(), dtype="float64")
    state, hands = State.new(network.parameters, options), by_hand(options, network.parameters.flat)
    prepared = engine.prepare(network.architecture, samples, options)
    clipped = 0
    for number, rate in enumerate(np.linspace(0.2, 0.02, 30)):
        engine.run_steps(network.architecture, state, prepared, Block(np.array([0]), 1, np.array([rate]), 0, number))
        w = np.array([hand.w for hand in hands]).reshape(2, 3)
        g = [(sum(w[k, j] * X[j] for j in range(3)) - T[k]) * X[i] for k in range(2) for i in range(3)]
        norm = math.sqrt(sum(one**2 for one in g))
        if clip and norm > clip:
            g, clipped = [one * clip / norm for one in g], clipped + 1
        for hand, one in zip(hands, g, strict=True):
            hand.step(one, rate)
        assert_same(state, hands, 1e-10)
    assert (clipped > 0) == (clip > 0)


def quadratic(dtype: str) -> tuple[Network, Samples, np.ndarray]:
    """A quadratic loss three times as long as it is wide: each of three samples has one input, of a different size."""
    wanted = np.array([[0.5, -1.0, 2.0], [-0.25, 0.75, 1.5]])
    strength = np.diag([1.0, 0.75, 0.6])
    samples = Samples(strength, Scaling.named("unit", 1.0), np.arange(3), strength @ wanted.T)
    network = Network((3, 2), "identity", dtype=dtype)
    network.parameters.flat[...] = 0.1
    return network, samples, wanted


@pytest.mark.parametrize(
    ("name", "engine", "dtype", "average"), covering(OPTIMIZERS, BOTH, ("float64", "float32"), (0.0, 0.95))
)
def test_every_optimizer_reaches_the_minimum_of_a_quadratic_loss(name, engine, dtype, average):
    network, samples, wanted = quadratic(dtype)
    options = options_of(network, optimizer=name, batch_size=3, ema_decay=average)
    state = State.new(network.parameters, options)
    prepared = engine.prepare(network.architecture, samples, options)
    rates = np.linspace(1, 0, 600) * (0.5 if name in ("sgd", "momentum", "nesterov") else 0.05)
    result = engine.run_steps(network.architecture, state, prepared, Block(np.tile(np.arange(3), 600), 3, rates))
    assert np.isfinite(result.loss)
    np.testing.assert_allclose(state.parameters.weights[0], wanted, rtol=0, atol=1e-3)
    if average:
        np.testing.assert_allclose(state.average.reshape(2, 3), wanted, rtol=0, atol=5e-3)


@pytest.mark.parametrize(
    ("name", "engine", "dtype", "beta2"), covering(OPTIMIZERS, BOTH, ("float64", "float32"), (0.999, 0.9))
)
def test_no_moment_decays_into_denormal_numbers(name, engine, dtype, beta2):
    """One step with a gradient, then 3,000 without: 0.9³⁰⁰⁰ is 1e-137, and float32 turns denormal at 1e-38."""
    network = Network((3, 2), "identity", dtype=dtype)
    rows = np.array([[0.5, 1e-4, 1e-9], [0, 0, 0]])
    samples = Samples(rows, Scaling.named("unit", 1.0), np.array([0, 1]), np.array([[0.9, 0.1], [0.0, 0.0]]))
    options = options_of(network, optimizer=name, beta2=beta2)
    state, made = State.new(network.parameters, options), network.architecture
    prepared = engine.prepare(made, samples, options)
    engine.run_steps(made, state, prepared, Block(np.array([0]), 1, np.array([1e-3])))
    assert np.abs(state.slots).sum() > 0 or name == "sgd"
    smallest = math.inf
    for _ in range(100):
        engine.run_steps(made, state, prepared, Block(np.ones(30, np.int64), 1, np.full(30, 1e-3)))
        left = np.abs(state.slots[state.slots != 0])
        smallest = min(smallest, left.min(initial=math.inf))
    assert state.step == 3001
    assert smallest >= TINY
    assert smallest < 1e-3 or name == "sgd", "the moments must decay"
    if name in ("momentum", "nesterov", "adam", "adamw"):
        assert not state.slots[0].any()
    if beta2 == 0.9 and name == "lion":
        assert not state.slots[0].any()
    if beta2 == 0.9 and name in ("rmsprop", "adam", "adamw"):
        assert not state.slots[-1].any()
    assert np.isfinite(state.parameters.flat).all()


def test_tiny_is_a_normal_number_in_both_precisions():
    for dtype in (np.float32, np.float64):
        assert dtype(TINY) > 1e3 * np.finfo(dtype).tiny


@pytest.mark.parametrize(
    ("norm", "limit", "factor"),
    [(0.0, 1.0, 1.0), (0.5, 1.0, 1.0), (1.0, 1.0, 1.0), (2.0, 1.0, 0.5), (1e30, 1e-3, 1e-33), (math.inf, 1.0, 0.0),
     (5e-324, 1.0, 1.0)],
)  # fmt: skip
def test_clipping_reduces_a_norm_to_the_limit_and_never_increases_it(norm, limit, factor):
    assert clip_factor(norm, limit) == pytest.approx(factor, rel=1e-15)


@NAMES
def test_a_clipped_gradient_keeps_its_direction(name):
    """A gradient above the limit is scaled down to it; one below the limit is used unchanged."""
    start, gradient = np.array([0.3, -0.2, 0.9]), np.array([3.0, -4.0, 12.0])  # its norm is 13
    for clip, scaled in ((0.5, gradient * 0.5 / 13), (13.5, gradient), (0.0, gradient)):
        one, other = (state_of(start, chosen(name, clip=clip)), state_of(start, chosen(name)))
        take_step(one, gradients_of(one, gradient), 0.1, chosen(name, clip=clip))
        take_step(other, gradients_of(other, scaled), 0.1, chosen(name))
        np.testing.assert_allclose(one.parameters.flat, other.parameters.flat, rtol=1e-13)


def test_follow_uses_larger_steps_at_first_and_then_the_decay():
    assert follow(0.999, 1) == pytest.approx(9 / 11)
    assert follow(0.999, 90) == pytest.approx(0.09)
    assert follow(0.999, 8990) == pytest.approx(0.001)
    assert follow(0.999, 10**6) == pytest.approx(0.001)
    assert follow(0.0, 5) == 1
    parts = [follow(0.99, step) for step in range(1, 3000)]
    assert all(0 < part < 1 for part in parts)
    assert all(later <= earlier for earlier, later in pairwise(parts))


def test_the_average_forgets_its_start():
    """Constant weights of 1 after a start at 0: within 0.001 after 100 steps, even with a decay of 0.9999."""
    options = Options(ema_decay=0.9999)
    state = state_of(np.zeros(1), options)
    for _ in range(100):
        state.parameters.flat[:] = 1
        take_step(state, gradients_of(state, np.zeros(1)), 0.1, options)
    assert 0.999 < state.average[0] <= 1


def test_there_is_no_average_by_default():
    assert state_of(np.ones(3), Options()).average is None
    start = state_of(np.ones(3), Options(ema_decay=0.5))
    assert start.average is not start.parameters.flat
    np.testing.assert_array_equal(start.average, np.ones(3))


@NAMES
def test_a_new_state_has_slots_of_zeros(name):
    for dtype in (np.float32, np.float64):
        state = state_of(np.ones(4, dtype), Options(optimizer=name))
        assert (state.slots.shape, state.slots.dtype) == ((OPTIMIZERS[name].slots, 4), dtype)
        assert not state.slots.any()
        assert state.step == 0


@ENGINES
@NAMES
def test_weight_decay_in_the_gradient_and_separate_from_it(name, engine):
    """Without any gradient of the loss, AdamW takes w to (1 − α λ) w, however large w is.

    Where λ w is added to the gradient, Adam divides it by its own size again: a step of α for every weight, large or
    small, which is why the two are separate (Loshchilov and Hutter 2019, proposition 1).
    """
    network = Network((3, 1), "identity")
    network.parameters.flat[...] = [2.0, 0.5, -0.01]
    samples = Samples(np.zeros((1, 3)), Scaling.named("unit", 1.0), np.array([0]), np.zeros((1, 1)))
    options = options_of(network, optimizer=name, weight_decay=0.1, epsilon=1e-12)
    state, start = State.new(network.parameters, options), network.parameters.flat.copy()
    prepared = engine.prepare(network.architecture, samples, options)
    engine.run_steps(network.architecture, state, prepared, Block(np.array([0]), 1, np.array([0.001])))
    wanted = {
        **dict.fromkeys(DECOUPLED, start * (1 - 0.001 * 0.1)),
        "adam": start - 0.001 * np.sign(start),
        "rmsprop": start - 0.001 * np.sign(start) / math.sqrt(1 - 0.999),
        "nesterov": start * (1 - 0.001 * 0.1 * 1.9),
    }.get(name, start * (1 - 0.001 * 0.1))
    np.testing.assert_allclose(state.parameters.flat, wanted, rtol=1e-7)


@NAMES
def test_a_rate_of_0_changes_no_weight(name):
    state, options = state_of(np.array([0.3, -0.7]), chosen(name)), chosen(name)
    take_step(state, gradients_of(state, np.array([5.0, -1.0])), 0.0, options)
    np.testing.assert_array_equal(state.parameters.flat, [0.3, -0.7])


@NAMES
@pytest.mark.parametrize("setting", ["momentum", "beta2", "epsilon"])
def test_an_optimizer_uses_the_settings_it_names_and_no_other(name, setting):
    changed = []
    for value in (0.5, 0.75):
        options = chosen(name, **{setting: value})
        state = state_of(np.array([0.3, -0.7]), options)
        for gradient in ([5.0, -1.0], [-0.5, 0.1], [0.5, -0.2]):
            take_step(state, Parameters(state.parameters.layout, np.array(gradient)), 0.1, options)
        changed.append(np.concatenate([state.parameters.flat, *state.slots]))
    assert np.array_equal(*changed) == (setting not in OPTIMIZERS[name].uses)


@NAMES
def test_every_optimizer_names_its_paper(name):
    assert any(str(year) in (OPTIMIZERS[name].rule.__doc__ or "") for year in range(1951, 2027))
