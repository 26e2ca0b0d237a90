"""Measure trials a minute: `glassnet.search` beside scikit-learn's HalvingRandomSearchCV and Optuna around PyTorch.

All search the same space on the same samples: the learning rate, the batch size, the hidden layers and the activation
of a network that is trained with Adam for at most `EPOCHS` epochs a trial. A trial is scored on the same share of the
training samples; each method may end bad trials early in its usual way (glassnet and Optuna prune, halving promotes a
third). At the end each trains its winner on all training samples and tests it, which is part of the time. glassnet also
trains and tests the options that it starts from.

Subjects take turns, one process at a time, on one core and on two; a short search before the measured one loads and
compiles what it needs. PyTorch trains each trial on one thread, scikit-learn too.

    python benchmarks/trials.py [--runs 3] [--trials 27] [--quick]

The subject with PyTorch is left out if torch is not installed. It is not part of the development environment: install
its build for CPUs in another one (about 1 GB), together with glassnet, optuna and scikit-learn, and run this there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

import glassnet
import machine
from glassnet.training.executor import ThreadExecutor

EPOCHS, FACTOR = 9, 3
RATES, BATCHES = (1e-4, 1e-1), (32, 64, 128, 256)
HIDDEN, ACTIVATIONS = ((64,), (128,), (256,), (128, 64)), ("relu", "tanh")
VALIDATION = 0.1
CORES = (1, 2)
PACKAGES = ("numpy", "scipy", "numba", "optuna", "scikit-learn", "torch")
PATIENCE = 1800

Arrays = tuple[Any, Any, Any, Any]


def digits(samples: int) -> Arrays:
    """Return digits of MNIST as 784 bytes, training and test."""
    training, test = glassnet.load_data("mnist"), glassnet.load_data("mnist", part="test")
    return training.inputs[:samples], training.labels[:samples], test.inputs, test.labels


def rows(samples: int) -> Arrays:
    """Return a table of 20 standardised columns and two classes that few of them decide, training and test."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(samples + 10_000, 20)).astype(np.float32)
    inner = np.tanh(x[:, :8] @ rng.normal(size=(8, 6)))
    score = inner @ rng.normal(size=6) + 0.5 * x[:, 8] * x[:, 9] + 0.3 * rng.normal(size=len(x))
    y = (score > 0).astype(np.int64)
    return x[:samples], y[:samples], x[samples:], y[samples:]


DATA: dict[str, Callable[[int], Arrays]] = {"digits": digits, "rows": rows}
SAMPLES = {"digits": 10_000, "rows": 20_000}


def with_glassnet(data: str, arrays: Arrays, trials: int, cores: int, seed: int) -> dict[str, Any]:
    x, y, test_x, test_y = arrays
    recipe = {"digits": "quick", "rows": "table"}[data]
    scaling = {"digits": "unit", "rows": "features"}[data]
    fixed = {
        **{"optimizer": "adam", "schedule": "constant", "label_smoothing": 0.0, "weight_decay": 0.0, "dropout": (0.0,)},
        **{"members": 1, "early_stopping": 0, "scaling": scaling, "epochs": EPOCHS},
        **{"initializer": "glorot", "beta2": 0.999},  # those of scikit-learn; torch's initial weights are smaller
    }
    space = {
        "learning_rate": f"{RATES[0]}..{RATES[1]}:log",
        "batch_size": ",".join(map(str, BATCHES)),
        "hidden": ",".join("x".join(map(str, one)) for one in HIDDEN),
        "activation": ",".join(ACTIVATIONS),
    }
    with tempfile.TemporaryDirectory() as folder, ThreadExecutor(cores) as executor:
        found = glassnet.search(
            x,
            y,
            test=(test_x, test_y),
            recipe=recipe,
            trials=trials,
            space=space,
            cv=0,
            metric="accuracy",
            out=f"{folder}/search",
            executor=executor,
            seed=seed,
            **fixed,
        )
    epochs = sum(one.epochs for one in found.trials)
    return {"trials": len(found.trials), "epochs": epochs, "validation": found.best.score, "test": found.test.score}


def with_sklearn(data: str, arrays: Arrays, trials: int, cores: int, seed: int) -> dict[str, Any]:
    from scipy.stats import loguniform
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingRandomSearchCV, ShuffleSplit
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore")  # the network has not converged
    x, y, test_x, test_y = scaled(data, arrays)
    space = {
        "learning_rate_init": loguniform(*RATES),
        "batch_size": list(BATCHES),
        "hidden_layer_sizes": list(HIDDEN),
        "activation": list(ACTIVATIONS),
    }
    search = HalvingRandomSearchCV(
        MLPClassifier(alpha=0.0, random_state=seed, n_iter_no_change=EPOCHS + 1),
        space,
        n_candidates=trials,
        resource="max_iter",
        min_resources=1,
        max_resources=EPOCHS,
        factor=FACTOR,
        cv=ShuffleSplit(1, test_size=VALIDATION, random_state=seed),
        n_jobs=cores,
        random_state=seed,
    )
    with environment(PYTHONWARNINGS="ignore"):
        search.fit(x, y)
    return {
        "trials": int(search.n_candidates_[0]),
        "epochs": int(np.dot(search.n_candidates_, search.n_resources_)),
        "validation": float(search.best_score_),
        "test": float(search.score(test_x, test_y)),
    }


def with_torch(data: str, arrays: Arrays, trials: int, cores: int, seed: int) -> dict[str, Any]:
    import optuna
    import torch
    from torch import nn

    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    x, y, test_x, test_y = (torch.from_numpy(np.ascontiguousarray(one)) for one in scaled(data, arrays))
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    held_out = int(VALIDATION * len(x))
    validation, training = order[:held_out], order[held_out:]
    classes = int(y.max()) + 1

    def accuracy(network: Any, inputs: Any, labels: Any) -> float:
        with torch.no_grad():
            return float((network(inputs).argmax(1) == labels).float().mean())

    def fit(values: dict[str, Any], chosen: Any, after_epoch: Callable[[int, Any], None]) -> Any:
        random = torch.Generator().manual_seed(seed)
        sizes = [x.shape[1], *HIDDEN[values["hidden"]], classes]
        layers: list[Any] = []
        for below, above in pairwise(sizes):
            layers += [nn.Linear(below, above), {"relu": nn.ReLU, "tanh": nn.Tanh}[values["activation"]]()]
        network = nn.Sequential(*layers[:-1])
        optimizer = torch.optim.Adam(network.parameters(), lr=values["learning_rate"])
        loss = nn.CrossEntropyLoss()
        for epoch in range(EPOCHS):
            for batch in chosen[torch.randperm(len(chosen), generator=random)].split(values["batch_size"]):
                optimizer.zero_grad(set_to_none=True)
                loss(network(x[batch]), y[batch]).backward()
                optimizer.step()
            after_epoch(epoch, network)
        return network

    def objective(trial: Any) -> float:
        values = {
            "learning_rate": trial.suggest_float("learning_rate", *RATES, log=True),
            "batch_size": trial.suggest_categorical("batch_size", BATCHES),
            "hidden": trial.suggest_categorical("hidden", range(len(HIDDEN))),
            "activation": trial.suggest_categorical("activation", ACTIVATIONS),
        }
        score = 0.0

        def after_epoch(epoch: int, network: Any) -> None:
            nonlocal score
            score = accuracy(network, x[validation], y[validation])
            trial.report(score, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned

        fit(values, training, after_epoch)
        return score

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=trials, n_jobs=cores)
    network = fit(study.best_params, order, lambda epoch, network: None)
    epochs = sum(len(one.intermediate_values) for one in study.trials)
    score = accuracy(network, test_x, test_y)
    return {"trials": len(study.trials), "epochs": epochs, "validation": study.best_value, "test": score}


SUBJECTS = {"glassnet": with_glassnet, "sklearn": with_sklearn, "torch": with_torch}


def scaled(data: str, arrays: Arrays) -> Arrays:
    """Return the samples as float32, digits divided by 255."""
    x, y, test_x, test_y = arrays
    divisor = np.float32(255 if data == "digits" else 1)
    return (
        x.astype(np.float32) / divisor,
        y.astype(np.int64),
        test_x.astype(np.float32) / divisor,
        test_y.astype(np.int64),
    )


class environment:  # noqa: N801 - used like a function
    """Set variables of the environment, which worker processes inherit."""

    def __init__(self, **variables: str) -> None:
        self.new, self.old = variables, {name: os.environ.get(name) for name in variables}

    def __enter__(self) -> None:
        os.environ.update(self.new)

    def __exit__(self, *_: object) -> None:
        for name, value in self.old.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def measure(subject: str, data: str, samples: int, trials: int, cores: int, seed: int) -> dict[str, Any]:
    """Search in this process, on as many cores; the result has seconds, trials and scores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    arrays = DATA[data](samples)
    search = partial(SUBJECTS[subject], data)
    x, y, test_x, test_y = arrays
    search((x[:500], y[:500], test_x[:500], test_y[:500]), FACTOR**2, cores, seed)
    began = time.perf_counter()
    found = search(arrays, trials, cores, seed)
    seconds = time.perf_counter() - began
    return {**found, "seconds": seconds, "trials_per_minute": 60 * found["trials"] / seconds}


def main(given: argparse.Namespace) -> None:
    subjects = [name for name in SUBJECTS if name != "torch" or (find_spec("torch") and find_spec("optuna"))]
    if "torch" not in subjects:
        print("torch is not installed: without it", file=sys.stderr)
    found: dict[str, list[dict[str, Any]]] = {}
    for run in range(given.runs):
        for data in DATA:
            for cores in CORES:
                for subject in subjects[run % len(subjects) :] + subjects[: run % len(subjects)]:
                    samples = 1_000 if given.quick else SAMPLES[data]
                    one = in_process(subject, data, samples, given.trials, cores, run)
                    print(f"{subject:9} {data:7} {cores} cores: {json.dumps(one)}", flush=True)
                    found.setdefault(f"{data}/{subject}/{cores}", []).append(one)
    if not given.quick:
        machine.write("trials", {"settings": settings(given), **results(found)}, PACKAGES)


def in_process(subject: str, data: str, samples: int, trials: int, cores: int, seed: int) -> dict[str, Any]:
    """Search in a process of its own."""
    command = [sys.executable, __file__, "--one", json.dumps([subject, data, samples, trials, cores, seed])]
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=True, env={**os.environ, **limits}
    )
    one: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return one


def results(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return data -> subject -> cores -> the summary of all runs."""
    nested: dict[str, Any] = {}
    for key, runs in found.items():
        data, subject, cores = key.split("/")
        names = ("trials_per_minute", "epochs", "seconds", "validation", "test")
        summaries = {name: machine.summary(one[name] for one in runs) for name in names}
        nested.setdefault(data, {}).setdefault(subject, {})[cores] = {"trials": runs[0]["trials"], **summaries}
    return nested


def settings(given: argparse.Namespace) -> dict[str, Any]:
    """Return what all searches have in common."""
    return {
        "runs": given.runs,
        "trials": given.trials,
        "epochs": EPOCHS,
        "samples": SAMPLES,
        "validation": VALIDATION,
        "learning_rate": RATES,
        "batch_size": BATCHES,
        "hidden": HIDDEN,
        "activation": ACTIVATIONS,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--trials", type=int, default=FACTOR**3)
    parser.add_argument("--quick", action="store_true", help="one short run, without a kept result")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(*json.loads(arguments.one))))
    else:
        if arguments.quick:
            arguments.runs, arguments.trials = 1, FACTOR**2
        main(arguments)
