"""The program for learners in ``examples/`` runs, learns, and does what the class of the notes does."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np

import glassnet
from support.cli import TIMEOUT, environment
from support.samples import digits_csv

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_it_runs_and_learns(tmp_path):
    (tmp_path / "mnist_train.csv").write_text(digits_csv(300))
    (tmp_path / "mnist_test.csv").write_text(digits_csv(100))
    start = [sys.executable, str(EXAMPLES / "notes_program.py")]
    done = subprocess.run(start, cwd=tmp_path, capture_output=True, text=True, env=environment(), timeout=TIMEOUT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == ["epoch 1 of 2", "epoch 2 of 2"]
    assert float(done.stdout.splitlines()[2]) > 0.5  # chance is 0.1


def test_its_steps_are_those_of_the_class_of_the_notes(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    program = importlib.import_module("notes_program")
    net, own = program.NeuralNetwork(784, 20, 10, 0.2), glassnet.NeuralNetwork(784, 20, 10, 0.2)
    own.wih[...], own.who[...] = net.wih, net.who
    samples = glassnet.load_data("mnist").take(slice(0, 20))
    for row, label in zip(samples.inputs, samples.labels, strict=True):
        net.train(program.scale(row), program.target(int(label)))
        own.train(program.scale(row), program.target(int(label)))
    np.testing.assert_allclose(net.wih, own.wih, atol=1e-5)
    np.testing.assert_allclose(
        net.query(program.scale(samples.inputs[0])), own.query(program.scale(samples.inputs[0])), atol=1e-5
    )
