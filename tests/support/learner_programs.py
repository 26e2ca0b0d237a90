"""Programs as learners write them, right and wrong, for the check of programs.

The styles are those of public programs on the book and on simple backpropagation; the texts were written here.
"""

from __future__ import annotations

from textwrap import indent
from typing import Any

BOOK = """
import numpy as np

class Net:
    def __init__(self, i, h, o, lr):
        self.wih = np.random.normal(0, i ** -0.5, (h, i))
        self.who = np.random.normal(0, h ** -0.5, (o, h))
        self.lr = lr
    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))
    def train(self, xs, ts):
        x = np.array(xs, ndmin=2).T
        t = np.array(ts, ndmin=2).T
        h = self.sigmoid(self.wih @ x)
        o = self.sigmoid(self.who @ h)
        e = t - o
        eh = self.who.T @ e
        self.who += self.lr * (e * o * (1 - o)) @ h.T
        self.wih += self.lr * (eh * h * (1 - h)) @ x.T
    def query(self, xs):
        return self.sigmoid(self.who @ self.sigmoid(self.wih @ np.array(xs, ndmin=2).T))
"""

DATA = """
n = Net(784, 30, 10, 0.1)
for line in open("mnist_train.csv"):
    values = line.split(",")
    inputs = np.array(values[1:], float) / 255 * 0.99 + 0.01
    targets = np.full(10, 0.01)
    targets[int(values[0])] = 0.99
    n.train(inputs, targets)
score = []
for line in open("mnist_test.csv"):
    values = line.split(",")
    inputs = np.array(values[1:], float) / 255 * 0.99 + 0.01
    score.append(int(np.argmax(n.query(inputs)) == int(values[0])))
print(sum(score) / len(score))
"""
_MAKE, _REST = DATA.lstrip().split("\n", 1)
_MAKE += "\n"
_READ = """
def prepare(line):
    values = line.split(",")
    targets = np.full(10, 0.01)
    targets[int(values[0])] = 0.99
    return int(values[0]), np.array(values[1:], float) / 255 * 0.99 + 0.01, targets
train = [prepare(line) for line in open("{train}.csv")]
test = [prepare(line) for line in open("{test}.csv")]
"""
_USE = """
for label, inputs, targets in train:
    n.train(inputs, targets)
print(np.mean([int(np.argmax(n.query(inputs))) == label for label, inputs, targets in test]))
"""


def changed(*pairs: str, text: str = BOOK) -> str:
    """Return the book's class with replacements: old, new, old, new, …"""
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in text, old
        text = text.replace(old, new)
    return text


RIGHT: dict[str, str] = {
    "book": BOOK,
    "book and files": BOOK + DATA,
    # The next five were called wrong by an earlier check, in cases that its author had not chosen.
    "mean over the outputs": changed("self.lr * (e", "self.lr * 0.1 * (e", text=BOOK + DATA),
    "loss without one half": changed(
        "self.lr * (e", "2 * self.lr * (e", "30, 10, 0.1)", "30, 10, 0.5)", text=BOOK + DATA
    ),
    "tested after each epoch": BOOK + _MAKE + "for epoch in range(2):\n" + indent(_REST, "    "),
    "all rows are read first": BOOK + _MAKE + _READ.format(train="mnist_train", test="mnist_test") + _USE,
    "one file in two parts": BOOK + _MAKE + _READ.format(train="mnist", test="mnist")
    + _USE.replace("in train:", "in train[:8]:").replace("in test]", "in test[8:]]"),
    "gradient": changed("eh = self.who.T @ e\n", "eh = self.who.T @ (e * o * (1 - o))\n"),
    "output minus target": changed("e = t - o", "e = o - t", "+=", "-="),
    "twice the error": changed("e = t - o", "e = 2 * (t - o)"),
    "float32": changed("(h, i))", "(h, i)).astype(np.float32)", "(o, h))", "(o, h)).astype(np.float32)"),
    "np.add": changed(
        "self.who += self.lr * (e * o * (1 - o)) @ h.T",
        "np.add(self.who, self.lr * np.dot(e * o * (1 - o), np.transpose(h)), out=self.who)",
    ),
    "matrix": changed("np.random.normal(0, i ** -0.5, (h, i))", "np.asmatrix(np.random.rand(h, i) - 0.5)",
                      "np.random.normal(0, h ** -0.5, (o, h))", "np.asmatrix(np.random.rand(o, h) - 0.5)",
                      "e * o * (1 - o)", "np.multiply(e, np.multiply(o, 1 - o))",
                      "eh * h * (1 - h)", "np.multiply(eh, np.multiply(h, 1 - h))"),
    "Chinese": """
import numpy as np
class 神经网络:
    def __init__(self, 输入节点数, 隐藏节点数, 输出节点数, 学习率):
        self.权重一 = np.random.rand(隐藏节点数, 输入节点数) - 0.5
        self.权重二 = np.random.rand(输出节点数, 隐藏节点数) - 0.5
        self.学习率 = 学习率
        self.激活函数 = lambda x: 1 / (1 + np.exp(-x))
    def 训练(self, 输入列表, 目标列表):
        输入 = np.array(输入列表, ndmin=2).T
        目标 = np.array(目标列表, ndmin=2).T
        隐藏输出 = self.激活函数(np.dot(self.权重一, 输入))
        最终输出 = self.激活函数(np.dot(self.权重二, 隐藏输出))
        输出误差 = 目标 - 最终输出
        隐藏误差 = np.dot(self.权重二.T, 输出误差)
        self.权重二 += self.学习率 * np.dot(输出误差 * 最终输出 * (1 - 最终输出), 隐藏输出.T)
        self.权重一 += self.学习率 * np.dot(隐藏误差 * 隐藏输出 * (1 - 隐藏输出), 输入.T)
""",
    "few lines": """
import numpy as np
X = np.array([[0,0,1],[0,1,1],[1,0,1],[1,1,1]])
y = np.array([[0,1,1,0]]).T
syn0 = 2*np.random.random((3,4)) - 1
syn1 = 2*np.random.random((4,1)) - 1
for j in range(60000):
    l1 = 1/(1+np.exp(-(np.dot(X,syn0))))
    l2 = 1/(1+np.exp(-(np.dot(l1,syn1))))
    l2_delta = (y - l2)*(l2*(1-l2))
    l1_delta = l2_delta.dot(syn1.T) * (l1 * (1-l1))
    syn1 += l1.T.dot(l2_delta)
    syn0 += X.T.dot(l1_delta)
""",
    "layers without names": """
from numpy import exp, array, random, dot
def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + exp(-x))
inputs = array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]])
outputs = array([[0, 1, 1, 0]]).T
random.seed(1)
weights = 2 * random.random((3, 1)) - 1
for iteration in range(10000):
    output = nonlin(dot(inputs, weights))
    error = outputs - output
    weights += dot(inputs.T, error * nonlin(output, True))
""",
    "mini-batches": """
import random
import numpy as np
def sigmoid(z):
    return 1.0/(1.0+np.exp(-z))
def sigmoid_prime(z):
    return sigmoid(z)*(1-sigmoid(z))
class Network(object):
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]
    def SGD(self, training_data, epochs, mini_batch_size, eta):
        for j in range(epochs):
            random.shuffle(training_data)
            batches = [training_data[k:k+mini_batch_size] for k in range(0, len(training_data), mini_batch_size)]
            for batch in batches:
                self.update_mini_batch(batch, eta)
    def update_mini_batch(self, batch, eta):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in batch:
            delta_b, delta_w = self.backprop(x, y)
            nabla_b = [nb+dnb for nb, dnb in zip(nabla_b, delta_b)]
            nabla_w = [nw+dnw for nw, dnw in zip(nabla_w, delta_w)]
        self.weights = [w-(eta/len(batch))*nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b-(eta/len(batch))*nb for b, nb in zip(self.biases, nabla_b)]
    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation, activations, zs = x, [x], []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation)+b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = (activations[-1]-y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            delta = np.dot(self.weights[-l+1].transpose(), delta) * sigmoid_prime(zs[-l])
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l-1].transpose())
        return nabla_b, nabla_w
""",
    "dictionary of parameters": """
import numpy as np
def layer_sizes(X, Y):
    return X.shape[0], 4, Y.shape[0]
def initialize(n_x, n_h, n_y):
    np.random.seed(2)
    return {"W1": np.random.randn(n_h, n_x) * 0.5, "b1": np.zeros((n_h, 1)),
            "W2": np.random.randn(n_y, n_h) * 0.5, "b2": np.zeros((n_y, 1))}
def forward(X, p):
    A1 = np.tanh(p["W1"] @ X + p["b1"])
    A2 = 1 / (1 + np.exp(-(p["W2"] @ A1 + p["b2"])))
    return A2, {"A1": A1, "A2": A2}
def cost(A2, Y):
    return -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
def backward(p, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = p["W2"].T @ dZ2 * (1 - cache["A1"] ** 2)
    return {"dW2": dZ2 @ cache["A1"].T / m, "db2": dZ2.sum(axis=1, keepdims=True) / m,
            "dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m}
def update(p, g, learning_rate=1.2):
    return {name: p[name] - learning_rate * g["d" + name] for name in p}
def model(X, Y, num_iterations=10000):
    p = initialize(*layer_sizes(X, Y))
    for i in range(num_iterations):
        A2, cache = forward(X, p)
        c = cost(A2, Y)
        p = update(p, backward(p, cache, X, Y))
    return p
X = np.random.RandomState(1).randn(2, 20)
Y = (X[:1] * X[1:] > 0) * 1.0
model(X, Y)
""",
    "softmax and relu": """
import numpy as np
data = np.loadtxt("mnist_train.csv", delimiter=",")
X = data[:, 1:] / 255.0
y = data[:, 0].astype(int)
Y = np.eye(10)[y]
W1 = np.random.randn(784, 16) * 0.05
b1 = np.zeros(16)
W2 = np.random.randn(16, 10) * 0.1
b2 = np.zeros(10)
lr = 0.1
for epoch in range(300):
    z1 = X @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    ex = np.exp(z2 - z2.max(axis=1, keepdims=True))
    probs = ex / ex.sum(axis=1, keepdims=True)
    dz2 = (probs - Y) / len(X)
    dW2 = a1.T @ dz2
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    dW1 = X.T @ dz1
    W2 -= lr * dW2
    b2 -= lr * dz2.sum(axis=0)
    W1 -= lr * dW1
    b1 -= lr * dz1.sum(axis=0)
""",
    "lists": """
import math, random
def sigmoid(x):
    return 1 / (1 + math.exp(-x))
class Network:
    def __init__(self, n_in, n_hidden, n_out):
        self.w1 = [[random.uniform(-1, 1) for _ in range(n_in)] for _ in range(n_hidden)]
        self.w2 = [[random.uniform(-1, 1) for _ in range(n_hidden)] for _ in range(n_out)]
    def forward(self, x):
        self.h = [sigmoid(sum(w * v for w, v in zip(row, x))) for row in self.w1]
        self.o = [sigmoid(sum(w * v for w, v in zip(row, self.h))) for row in self.w2]
        return self.o
    def train(self, x, t, rate=0.5):
        self.forward(x)
        d_out = [(t[k] - o) * o * (1 - o) for k, o in enumerate(self.o)]
        d_hid = []
        for j, h in enumerate(self.h):
            error = 0.0
            for k in range(len(d_out)):
                error += d_out[k] * self.w2[k][j]
            d_hid.append(error * h * (1 - h))
        for k in range(len(self.w2)):
            for j in range(len(self.w2[k])):
                self.w2[k][j] += rate * d_out[k] * self.h[j]
        for j in range(len(self.w1)):
            for i in range(len(self.w1[j])):
                self.w1[j][i] += rate * d_hid[j] * x[i]
""",
    "neurons as objects": """
import math, random
class Neuron:
    def __init__(self, bias):
        self.bias, self.weights = bias, []
    def output_of(self, inputs):
        self.inputs = inputs
        total = sum(i * w for i, w in zip(inputs, self.weights)) + self.bias
        self.output = 1 / (1 + math.exp(-total))
        return self.output
class Layer:
    def __init__(self, count, bias):
        self.neurons = [Neuron(bias) for _ in range(count)]
    def feed(self, inputs):
        return [neuron.output_of(inputs) for neuron in self.neurons]
class Network:
    RATE = 0.5
    def __init__(self, num_inputs, num_hidden, num_outputs):
        self.hidden, self.last = Layer(num_hidden, 0.35), Layer(num_outputs, 0.6)
        for n in self.hidden.neurons:
            n.weights = [random.random() for _ in range(num_inputs)]
        for n in self.last.neurons:
            n.weights = [random.random() for _ in range(num_hidden)]
    def train(self, inputs, expected):
        self.last.feed(self.hidden.feed(inputs))
        outs = [-(t - n.output) * n.output * (1 - n.output) for t, n in zip(expected, self.last.neurons)]
        hids = [sum(d * n.weights[k] for d, n in zip(outs, self.last.neurons)) * m.output * (1 - m.output)
                for k, m in enumerate(self.hidden.neurons)]
        for d, n in zip(outs, self.last.neurons):
            for k in range(len(n.weights)):
                n.weights[k] -= self.RATE * d * n.inputs[k]
        for d, n in zip(hids, self.hidden.neurons):
            for k in range(len(n.weights)):
                n.weights[k] -= self.RATE * d * n.inputs[k]
""",
    "row vectors and biases": """
import numpy as np
class NeuralNetwork:
    def __init__(self, layers, alpha=0.1):
        self.W, self.alpha = [], alpha
        for a, b in zip(layers[:-2], layers[1:-1]):
            self.W.append(np.random.randn(a + 1, b + 1) / np.sqrt(a))
        self.W.append(np.random.randn(layers[-2] + 1, layers[-1]) / np.sqrt(layers[-2]))
    def sigmoid(self, x):
        return 1.0 / (1 + np.exp(-x))
    def sigmoid_deriv(self, x):
        return x * (1 - x)
    def fit(self, X, y, epochs=1000):
        X = np.c_[X, np.ones((X.shape[0]))]
        for epoch in range(epochs):
            for (x, target) in zip(X, y):
                self.fit_partial(x, target)
    def fit_partial(self, x, y):
        A = [np.atleast_2d(x)]
        for layer in range(len(self.W)):
            A.append(self.sigmoid(A[layer].dot(self.W[layer])))
        D = [(A[-1] - y) * self.sigmoid_deriv(A[-1])]
        for layer in range(len(A) - 2, 0, -1):
            D.append(D[-1].dot(self.W[layer].T) * self.sigmoid_deriv(A[layer]))
        D = D[::-1]
        for layer in range(len(self.W)):
            self.W[layer] += -self.alpha * A[layer].T.dot(D[layer])
nn = NeuralNetwork([2, 2, 1], alpha=0.5)
nn.fit(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]]), epochs=20000)
""",
    "layers as objects": """
import numpy as np
class Dense:
    def __init__(self, n_in, n_out):
        self.weights = np.random.randn(n_in, n_out) * 0.3
        self.bias = np.random.randn(1, n_out) * 0.3
    def forward(self, x):
        self.x = x
        self.a = 1 / (1 + np.exp(-(x @ self.weights + self.bias)))
        return self.a
    def backward(self, grad, lr):
        grad = grad * self.a * (1 - self.a)
        back = grad @ self.weights.T
        self.weights -= lr * self.x.T @ grad
        self.bias -= lr * grad.sum(axis=0, keepdims=True)
        return back
layers = [Dense(2, 5), Dense(5, 4), Dense(4, 1)]
X = np.array([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
Y = np.array([[0.], [1.], [1.], [0.]])
for epoch in range(1000):
    out = X
    for layer in layers:
        out = layer.forward(out)
    grad = 2 * (out - Y) / Y.size
    for layer in reversed(layers):
        grad = layer.backward(grad, 0.1)
""",
    "functions and globals": """
import numpy as np
w1 = np.random.uniform(-0.5, 0.5, (20, 784))
w2 = np.random.uniform(-0.5, 0.5, (10, 20))
b1 = np.zeros((20, 1))
b2 = np.zeros((10, 1))
learn_rate = 0.01
from tensorflow.keras.datasets import mnist
(images, labels), _ = mnist.load_data()
images = images.reshape(len(images), 784).astype("float32") / 255
labels = np.eye(10)[labels]
for epoch in range(3):
    for img, l in zip(images, labels):
        img.shape += (1,)
        l.shape += (1,)
        h = 1 / (1 + np.exp(-(b1 + w1 @ img)))
        o = 1 / (1 + np.exp(-(b2 + w2 @ h)))
        delta_o = o - l
        loss = -np.log(o)
        delta_h = w2.T @ delta_o * (h * (1 - h))
        w2 += -learn_rate * delta_o @ h.T
        b2 += -learn_rate * delta_o
        w1 += -learn_rate * delta_h @ img.T
        b1 += -learn_rate * delta_h
""",
    "momentum": changed(
        "self.lr = lr", "self.lr, self.v = lr, 0",
        "self.who += self.lr * (e * o * (1 - o)) @ h.T",
        "self.v = 0.9 * self.v + self.lr * (e * o * (1 - o)) @ h.T\n        self.who += self.v",
    ),
    "new weights returned": """
import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def train_step(x, t, W1, W2, lr):
    h = sigmoid(W1 @ x)
    o = sigmoid(W2 @ h)
    e = t - o
    eh = W2.T @ e
    W2 = W2 + lr * np.outer(e * o * (1 - o), h)
    W1 = W1 + lr * np.outer(eh * h * (1 - h), x)
    return W1, W2
rng = np.random.default_rng(0)
A, B = rng.normal(size=(4, 3)), rng.normal(size=(2, 4))
for x, t in [(np.array([0.9, 0.1, 0.8]), np.array([0.01, 0.99])), (np.array([0.2, 0.5, 0.1]), np.array([0.99, 0.01]))]:
    A, B = train_step(x, t, A, B, 0.3)
""",
    "pandas": """
import pandas as pd
""" + BOOK + """
frame = pd.read_csv("mnist_train.csv", header=None)
n = Net(784, 25, 10, 0.2)
for label, pixels in zip(frame[0], frame.iloc[:, 1:].values):
    t = np.zeros(10) + 0.01
    t[label] = 0.99
    n.train(pixels / 255.0 * 0.99 + 0.01, t)
""",
    "regression": """
import numpy as np
x = np.linspace(-1, 1, 15).reshape(-1, 1)
y = x ** 2
w1, b1 = np.random.randn(1, 6), np.random.randn(6)
w2, b2 = np.random.randn(6, 1), np.random.randn(1)
for i in range(500):
    a = np.tanh(x @ w1 + b1)
    p = a @ w2 + b2
    g = 2 * (p - y) / len(x)
    g1 = g @ w2.T * (1 - a ** 2)
    w2, b2 = w2 - 0.1 * a.T @ g, b2 - 0.1 * g.sum(0)
    w1, b1 = w1 - 0.1 * x.T @ g1, b1 - 0.1 * g1.sum(0)
""",
}  # fmt: skip
"""Style -> a right program."""

_OUT, _HID = "(e * o * (1 - o)) @ h.T", "(eh * h * (1 - h)) @ x.T"
_UPDATE = f"        self.who += self.lr * {_OUT}\n"

WRONG: dict[str, str] = {
    "slope forgotten": changed(_OUT, "e @ h.T", _HID, "eh @ x.T"),
    "slope forgotten in the hidden layer": changed(_HID, "eh @ x.T"),
    "slope of the sum": changed("h = self.sigmoid(self.wih @ x)", "zh = self.wih @ x\n        h = self.sigmoid(zh)",
                                _HID, "(eh * zh * (1 - zh)) @ x.T"),
    "slope of the sigmoid again": changed(_OUT, "(e * self.sigmoid(o) * (1 - self.sigmoid(o))) @ h.T"),
    "updated first": changed("        eh = self.who.T @ e\n" + _UPDATE, _UPDATE + "        eh = self.who.T @ e\n"),
    "sign": changed("e = t - o", "e = o - t"),
    "rate twice": changed(_OUT, "self.lr * " + _OUT, _HID, "self.lr * " + _HID),
    "rate forgotten": changed("self.lr * (e", "(e"),
    "rate forgotten in a layer": changed("self.lr * (eh", "(eh"),
    "sigmoid forgotten": changed("h = self.sigmoid(self.wih @ x)", "h = self.wih @ x"),
    "sigmoid forgotten at the outputs": changed("o = self.sigmoid(self.who @ h)", "o = self.who @ h"),
    "minus forgotten": changed("np.exp(-z)", "np.exp(z)"),
    "sigmoid twice": changed("o = self.sigmoid(self.who @ h)", "o = self.sigmoid(self.sigmoid(self.who @ h))"),
    "squared error sent": changed("e = t - o", "e = (t - o) ** 2"),
    "absolute error": changed("e = t - o", "e = abs(t - o)"),
    "softmax": changed("o = self.sigmoid(self.who @ h)", "z = np.exp(self.who @ h)\n        o = z / z.sum()"),
    "rows for columns": changed("eh = self.who.T @ e", "eh = np.resize(self.who, self.who.T.shape) @ e"),
}  # fmt: skip
"""Mistake -> a wrong program."""

NAMES = {
    "slope forgotten": "derivative-forgotten",
    "slope forgotten in the hidden layer": "derivative-forgotten",
    "slope of the sum": "slope-of-sum",
    "slope of the sigmoid again": "slope-of-slope",
    "updated first": "update-first",
    "sign": "error-turned",
    "rate twice": "rate-twice",
    "rate forgotten": "rate-forgotten",
    "rate forgotten in a layer": "rate-forgotten",
    "sigmoid forgotten": "sigmoid-forgotten",
    "sigmoid forgotten at the outputs": "sigmoid-forgotten",
    "minus forgotten": "minus-forgotten",
    "sigmoid twice": "sigmoid-twice",
    "squared error sent": "squared-error-sent-back",
    "absolute error": "absolute-error",
    "softmax": "softmax-slope",
}
"""Name of a wrong program -> id of the mistake; the last one has none."""

AROUND: dict[str, str] = {
    "not scaled": changed(" / 255 * 0.99 + 0.01", "", text=BOOK + DATA),
    "label among the inputs": changed("Net(784,", "Net(785,", "values[1:]", "values", text=BOOK + DATA),
    "training file": changed("mnist_test", "mnist_train", text=BOOK + DATA),
    "targets 0 and 1": changed("np.full(10, 0.01)", "np.zeros(10)", "= 0.99\n", "= 1\n", text=BOOK + DATA),
    "0.01 forgotten": changed(" / 255 * 0.99 + 0.01", " / 255", text=BOOK + DATA),
}
"""What is wrong around the steps -> a program."""


def examine_all(programs: dict[str, str]) -> dict[str, Any]:
    """Return the facts of programs; all of them run in one limited process."""
    from glassnet.learn.program.run import examine

    return {name: dict(examine({"text": text})) for name, text in programs.items()}
