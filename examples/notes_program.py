"""重写的笔记程序：只用 NumPy，逐样本训练。 The program of the notes, written anew: NumPy alone, one sample at a time.

    glassnet show mnist --csv .            # write mnist_train.csv and mnist_test.csv 写出两个 CSV 文件
    python examples/notes_program.py       # train 2 epochs and test: about 96.5%, in a minute 训练 2 轮并测试

docs/learn (课程) explains each step. `glassnet train` does the same in a second.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

Array = NDArray[np.float64]
INPUTS, HIDDEN, OUTPUTS, RATE, EPOCHS = 784, 200, 10, 0.2, 2


class NeuralNetwork:
    """Three layers without bias 三层网络，没有偏置: `wih` is (hidden, inputs), `who` is (outputs, hidden)."""

    def __init__(self, inputs: int, hidden: int, outputs: int, rate: float, seed: int = 0) -> None:
        random = np.random.RandomState(seed)  # the same seed gives the same weights 种子相同，初始权重就相同
        self.lr = rate
        # Initial weights 初始权重: random, never 0 or equal. As in the program of the notes, the standard deviation is
        # 1/√(nodes of the layer itself); their text says 1/√(incoming connections) 笔记正文用的是传入连接数.
        self.wih = random.normal(0.0, hidden**-0.5, (hidden, inputs))
        self.who = random.normal(0.0, outputs**-0.5, (outputs, hidden))

    def train(self, inputs_list: ArrayLike, targets_list: ArrayLike) -> None:
        """Learn from one sample 用一个样本训练."""
        inputs = np.array(inputs_list, ndmin=2).T  # (inputs, 1)
        targets = np.array(targets_list, ndmin=2).T  # (outputs, 1)
        # Signals 信号: O = sigmoid(W · I), layer by layer 逐层传递
        hidden_outputs = expit(np.dot(self.wih, inputs))
        final_outputs = expit(np.dot(self.who, hidden_outputs))
        # Errors 误差: e = t − o; the hidden layer gets e_hidden = Wᵀ · e 隐藏层的误差由权重传回
        output_errors = targets - final_outputs
        hidden_errors = np.dot(self.who.T, output_errors)
        # Update 更新权重: ΔW = α · e · o(1 − o) · O_prevᵀ
        output_step = np.dot(output_errors * final_outputs * (1.0 - final_outputs), hidden_outputs.T)
        self.who += self.lr * output_step
        hidden_step = np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs), inputs.T)
        self.wih += self.lr * hidden_step

    def query(self, inputs_list: ArrayLike) -> Array:
        """Return the outputs for one sample 返回一个样本的输出, shape (outputs, 1)."""
        inputs = np.array(inputs_list, ndmin=2).T
        hidden_outputs = expit(np.dot(self.wih, inputs))
        return expit(np.dot(self.who, hidden_outputs))


def scale(pixels: ArrayLike) -> Array:
    """Scale pixels from 0..255 to 0.01..1 缩放输入, so that no input is 0."""
    return np.asarray(pixels, float) / 255 * 0.99 + 0.01


def target(label: int, outputs: int = OUTPUTS) -> Array:
    """Return 0.01 everywhere and 0.99 at the label 目标值, because a sigmoid never reaches 0 and 1."""
    values = np.zeros(outputs) + 0.01
    values[label] = 0.99
    return values


def epoch(net: NeuralNetwork, inputs: Array, targets: Array) -> None:
    """Train one epoch on scaled arrays, in their order 按顺序训练一轮."""
    for sample, wanted in zip(inputs, targets, strict=True):
        net.train(sample, wanted)


def accuracy(net: NeuralNetwork, inputs: Array, labels: NDArray[np.integer]) -> float:
    """Return the accuracy, predicting one sample at a time 返回准确率."""
    right = sum(int(np.argmax(net.query(sample)) == label) for sample, label in zip(inputs, labels, strict=True))
    return right / len(labels)


def main(train_csv: str, test_csv: str, seed: int = 0) -> float:
    """Train on one file and test on the other 训练并测试; print and return the accuracy."""
    net = NeuralNetwork(INPUTS, HIDDEN, OUTPUTS, RATE, seed)
    with open(train_csv) as file:
        records = file.readlines()
    for number in range(EPOCHS):
        print(f"epoch {number + 1} of {EPOCHS}")
        for record in records:  # a line is a label and 784 pixels; splitting it in each epoch is slow, as in the notes
            values = record.split(",")
            net.train(scale(values[1:]), target(int(values[0])))

    with open(test_csv) as file:
        records = file.readlines()
    right = 0
    for record in records:
        values = record.split(",")
        if int(values[0]) == int(np.argmax(net.query(scale(values[1:])))):
            right += 1
    print(right / len(records))
    return right / len(records)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the program of the notes, written anew")
    parser.add_argument("train_csv", nargs="?", default="mnist_train.csv")
    parser.add_argument("test_csv", nargs="?", default="mnist_test.csv")
    parser.add_argument("--seed", type=int, default=0, help="seed of the initial weights (default 0)")
    main(**vars(parser.parse_args()))
