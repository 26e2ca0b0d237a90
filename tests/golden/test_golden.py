"""The arithmetic of the notes worked by hand; no expected number below is computed by the package."""

from __future__ import annotations

import math

import numpy as np
import pytest

from glassnet import NeuralNetwork, forward
from glassnet.nn.activations import sigmoid, sigmoid_derivative

X = [0.9, 0.1, 0.8]
WIH = [[0.9, 0.3, 0.4], [0.2, 0.8, 0.2], [0.1, 0.5, 0.6], [0.5, -0.5, -0.5]]
WHO = [[0.3, 0.7, 0.5, 0.2], [0.6, 0.5, -0.2, -0.4]]
T = [0.99, 0.01]


def worked_network() -> NeuralNetwork:
    network = NeuralNetwork(3, 4, 2, 0.2, seed=0)
    network.wih, network.who = WIH, WHO
    return network


@pytest.mark.parametrize(
    ("z", "o"),
    [
        (0, 0.5),
        (1, 0.7310585786300049),
        (-1, 0.2689414213699951),
        (2, 0.8807970779778825),
        (math.log(3), 3 / 4),  # e^-z = 1/3, so 1 / (1 + 1/3)
        (-math.log(3), 1 / 4),
        (math.log(9), 9 / 10),
        (math.log(99), 99 / 100),
    ],
)
def test_sigmoid(z, o):
    assert sigmoid(np.array(float(z))) == pytest.approx(o, rel=1e-15)


def test_slope_of_the_sigmoid_is_o_times_1_minus_o():
    outputs = np.array([0.5, 0.75, 0.9])
    np.testing.assert_allclose(sigmoid_derivative(outputs, outputs), [0.25, 0.1875, 0.09], rtol=1e-15)


def test_forward_pass_3_4_2():
    # 0.9·0.9 + 0.3·0.1 + 0.4·0.8 = 0.81 + 0.03 + 0.32 = 1.16     sigmoid 0.7613327148
    # 0.2·0.9 + 0.8·0.1 + 0.2·0.8 = 0.18 + 0.08 + 0.16 = 0.42     sigmoid 0.6034832499
    # 0.1·0.9 + 0.5·0.1 + 0.6·0.8 = 0.09 + 0.05 + 0.48 = 0.62     sigmoid 0.6502185486
    # 0.5·0.9 − 0.5·0.1 − 0.5·0.8 = 0.45 − 0.05 − 0.40 = 0        sigmoid 0.5
    # 0.3·0.7613… + 0.7·0.6035… + 0.5·0.6502… + 0.2·0.5 = 1.0759473636
    # 0.6·0.7613… + 0.5·0.6035… − 0.2·0.6502… − 0.4·0.5 = 0.4284975441
    network = worked_network()
    signals = forward(network.network.architecture, network.network.parameters, np.array([X]))
    np.testing.assert_allclose(signals.sums[0], [[1.16, 0.42, 0.62, 0.0]], atol=1e-15)
    np.testing.assert_allclose(
        signals.activations[1], [[0.7613327148429, 0.6034832498647, 0.6502185485738, 0.5]], atol=1e-13
    )
    np.testing.assert_allclose(signals.sums[1], [[1.0759473636450, 0.4284975441233]], atol=1e-12)
    np.testing.assert_allclose(network.query(X), [[0.7457262936981], [0.6055148388298]], atol=1e-12)
    np.testing.assert_allclose(network.hidden(X).ravel(), [0.7613327148429, 0.6034832498647, 0.6502185485738, 0.5])


def test_one_training_step_3_4_2():
    # e = t − o = (0.2442737063, −0.5955148388)
    # e_hidden = Wᵀ e: 0.3·0.2442737063 − 0.6·0.5955148388 = −0.2840267914, and so on: −0.1267658250, 0.2412398209,
    # 0.2870606768. Then ΔW = 0.2 · e · o (1 − o) · o_prev, as in 0.2·0.2442737063·0.1896185891·0.7613327148.
    network = worked_network()
    network.train(X, T)
    np.testing.assert_allclose(
        network.who - WHO,
        [
            [0.0070528089433, 0.0055905282655, 0.0060234731873, 0.0046318835417],
            [-0.0216597049986, -0.0171689314131, -0.0184985377249, -0.0142248615988],
        ],
        atol=1e-12,
    )
    np.testing.assert_allclose(
        network.wih - WIH,
        [
            [-0.0092896467101, -0.0010321829677, -0.0082574637423],
            [-0.0054601107369, -0.0006066789707, -0.0048534317662],
            [0.0098759215710, 0.0010973246190, 0.0087785969520],
            [0.0129177304556, 0.0014353033839, 0.0114824270716],
        ],
        atol=1e-12,
    )


def test_one_training_step_in_exact_fractions():
    """One node a layer, weights ln 3 and 4/3 ln 3, input 1: h = 3/4 and o = 3/4. Target 1/4, rate 1.

    e = −1/2, so Δ(who) = −1/2 · 3/16 · 3/4 = −9/128. Then e_hidden = 4/3 ln 3 · (−1/2) = −2/3 ln 3, so
    Δ(wih) = −2/3 ln 3 · 3/16 · 1 = −ln 3 / 8.
    """
    network = NeuralNetwork(1, 1, 1, 1.0)
    network.wih, network.who = [[math.log(3)]], [[4 / 3 * math.log(3)]]
    network.train([1.0], [0.25])
    assert network.who[0, 0] - 4 / 3 * math.log(3) == pytest.approx(-9 / 128, rel=1e-13)
    assert network.wih[0, 0] - math.log(3) == pytest.approx(-math.log(3) / 8, rel=1e-13)


def test_the_exact_gradient_in_exact_fractions():
    """The same network by the chain rule: with δ = e · 3/16 the first weight changes by −3/128 ln 3."""
    from glassnet import Network

    network = Network((1, 1, 1), rule="gradient")
    network.parameters.flat[...] = [math.log(3), 4 / 3 * math.log(3)]
    assert network.loss([1.0], [0.25]) == pytest.approx(1 / 8, rel=1e-13)  # ½ (1/4 − 3/4)²
    np.testing.assert_allclose(network.gradients([1.0], [0.25]).flat, [3 / 128 * math.log(3), 9 / 128], rtol=1e-13)
