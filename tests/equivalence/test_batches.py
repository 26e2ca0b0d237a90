"""Batches of the compiled engine against the reference, with every option alone and in pairs.

A batch is summed in shards, and an optimizer step is fused into one loop: the arithmetic of the reference in another
order, so results are equal up to rounding. Differences in the weights, the slots of the optimizer and the average are
each measured relative to their largest value (`gap`).

Optimizers that divide by the recent size of a gradient, ``g / (|g| + ε)``, turn a rounding error Δ of a gradient near 0
into one of Δ / ε in the step. With the usual ε = 1e-8, a gradient whose terms cancel would give a step of random sign
for any two orders of summation; so ε is 1e-3 here, and Δ / ε stays within 1,000 Δ, which the bounds allow.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from glassnet import Network, Options
from glassnet.engines import Block, Samples
from glassnet.engines.compiled import sparse_layout as sparse
from glassnet.nn.optimizers import OPTIMIZERS, State
from support.cases import (
    NETWORKS,
    copy_of,
    gap,
    initialize_away_from_kinks,
    inputs_of,
    network_of,
    options_of,
    samples_of,
    sparse_rows,
    trained,
)
from support.cli import environment
from support.covering import covering
from support.engines import COMPILED, DTYPES, ENGINES, REFERENCE, STEP, agree
from support.formulas import ELEMENTWISE
from support.sources import PACKAGE, tree

ALL = 100
SIZES = [(1, 5), (3, 2), (16, 3), (50, 1), (50, 2), (50, 5), *((ALL, shards) for shards in (1, 3, 5))]
"""(batch size, shards); a batch has no more shards than it has sixteens of samples, so 100 samples can fill five."""

IN_TEAMS = pytest.mark.usefixtures("small_thresholds")
"""With as many threads as there are shards; tests without it have the thresholds that ship, and so one thread."""
SETTINGS = {"epsilon": 1e-3, "beta2": 0.99}


def digits_like(seed: int = 1) -> Samples:
    return samples_of(sparse_rows(ALL, 12, seed=seed), 4, "notes", seed=seed)


def deep(dtype: str, **changes) -> Network:
    """Three matrices with biases: the flat vector has every kind of parameter, and dropout has two layers."""
    given = {"bias": True, "rule": "gradient", "dtype": dtype, **changes}
    network = Network((12, 9, 7, 4), ("tanh", "sigmoid", "sigmoid"), **given)
    network.parameters.flat[...] = np.random.default_rng(4).normal(0, 0.6, network.parameters.flat.size)
    return network


def extras(number: int, drop: bool, clip: bool, average: bool, decay: bool, hardest: bool):
    """Options that switch dropout, clipping, average, weight decay and hard-example mining on and off."""
    return {
        "dropout": (0.3, 0.45) if drop else (0.0,),
        "clip": 0.02 if clip else 0.0,
        "ema_decay": 0.9 if average else 0.0,
        "weight_decay": 0.05 if decay else 0.0,
        "hard_fraction": 0.3 if hardest else 1.0,
        "seed": number,
    }


ONE_STEP = covering(SIZES, (1, 3), STEP, *[(False, True)] * 5)
MANY_STEPS = covering(STEP, *[(False, True)] * 5)


@IN_TEAMS
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_one_step_with_everything_on_or_off(optimizer):
    samples, order = digits_like(), np.random.default_rng(2).permutation(ALL)
    for number, ((batch, shards), threads, dtype, *on) in enumerate(ONE_STEP):
        settings = {**SETTINGS, **extras(number, *on), "optimizer": optimizer, "shards": shards, "threads": threads}
        agree(deep(dtype), samples, order[:batch], STEP[dtype], batch=batch, epoch=number, first=3, **settings)


@IN_TEAMS
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_50_steps_with_everything_on_or_off(optimizer):
    """Each step may lose a unit in the last place, u, and passes on the earlier errors.

    A step of Adam or RMSProp multiplies an error of the gradient by 1,000 (1/ε) times the rate of 0.01, so by ten. The
    others have a rate of 0.1, times at most ten by momentum: less. Training may amplify differences about ten times. So
    the bound is 50 · 10 · 10 · u: 1.1e-12 and 6e-4.
    """
    samples = digits_like()
    order = np.concatenate([np.random.default_rng(epoch).permutation(ALL) for epoch in range(50)])
    rates = np.linspace(1, 0.1, 50) * (0.01 if "beta2" in OPTIMIZERS[optimizer].uses else 0.1)
    for number, (dtype, *on) in enumerate(MANY_STEPS):
        (batch, shards), bound = SIZES[number % len(SIZES)], 5000 * float(np.finfo(dtype).eps)
        settings = {**SETTINGS, **extras(0, *on), "optimizer": optimizer, "shards": shards}
        state = agree(deep(dtype), samples, order[: 50 * batch], bound, batch=batch, rate=rates, **settings)
        assert state.step == 50


def test_every_extra_has_an_effect_in_the_cases_above():
    network, samples = deep("float64"), digits_like()
    plain, _ = trained(REFERENCE, network, samples, np.arange(50), batch=50)
    for change in (
        {"dropout": (0.3, 0.45)},
        {"clip": 0.02},
        {"weight_decay": 0.05},
        {"hard_fraction": 0.3},
        {"optimizer": "adam"},
    ):
        other, _ = trained(REFERENCE, network, samples, np.arange(50), batch=50, **change)
        assert gap(other.parameters.flat, plain.parameters.flat) > 1e-5, change


@DTYPES
def test_a_gradient_is_clipped_even_if_its_square_overflows(dtype):
    samples = samples_of(sparse_rows(50, 3), 3, "unit")
    samples = replace(samples, targets=1e25 * samples.targets)
    network = network_of(2, "tanh", "identity", bias=True, loss="squared_error", rule="gradient", dtype=dtype)
    initialize_away_from_kinks(network, inputs_of(samples))
    fast, slow = (
        trained(engine, network, samples, np.arange(50), batch=50, clip=0.5)[0].parameters.flat
        for engine in (COMPILED, REFERENCE)
    )
    assert gap(network.parameters.flat, slow) > 1e-3, "the weights must change"
    assert gap(fast, slow) <= STEP[dtype]


@pytest.mark.parametrize(("rule_and_loss", "output", "hidden", "depth", "bias", "scaling", "dtype"), NETWORKS[::3])
def test_every_activation_loss_and_rule_in_shards(rule_and_loss, output, hidden, depth, bias, scaling, dtype):
    rule, loss = rule_and_loss
    samples = samples_of(sparse_rows(48, 3), 3, scaling, seed=depth)
    network = network_of(depth, hidden, output, bias=bias, loss=loss, rule=rule, dtype=dtype)
    initialize_away_from_kinks(network, inputs_of(samples), margin=1e-4)
    agree(network, samples, np.arange(48), STEP[dtype], rate=0.5, batch=48, shards=3)


@pytest.mark.parametrize(("hidden", "rule", "dtype"), covering(ELEMENTWISE, ["notes", "gradient"], STEP))
def test_every_activation_and_rule_with_dropout(hidden, rule, dtype):
    """A dropped node has no derivative to compute; the derivative of the others comes from their activation."""
    samples = samples_of(sparse_rows(48, 3), 3)
    network = network_of(4, hidden, "sigmoid", bias=True, loss="squared_error", rule=rule, dtype=dtype)
    initialize_away_from_kinks(network, inputs_of(samples), margin=1e-4)
    for seed, dropout in enumerate(((0.25,), (0.5, 0.0, 0.1), (0.0, 0.0, 0.7), (0.99, 0.3, 0.3))):
        agree(network, samples, np.arange(48), STEP[dtype], batch=48, dropout=dropout, seed=seed)


@IN_TEAMS
@DTYPES
@pytest.mark.parametrize(("batch", "shards"), [(64, 4), (63, 4), (99, 5), (48, 3), (33, 2), (17, 2), (1000, 3)])
def test_a_smaller_last_batch_has_fewer_and_longer_shards(batch, shards, dtype):
    """Of 100 samples, 64 make four shards of 16, and the other 36 two of 18: more rows than any earlier shard."""
    network, samples = deep(dtype), digits_like()
    for chosen in ({}, {"dropout": (0.3, 0.45), "optimizer": "momentum"}):
        agree(network, samples, np.arange(ALL), 10 * STEP[dtype], batch=batch, shards=shards, **chosen)


@IN_TEAMS
@pytest.mark.parametrize(
    ("narrow", "inputs", "shards", "dtype"), covering((0, 100), ((43, "notes"), (48, "unit")), (1, 2, 3, 5), STEP)
)
def test_the_first_layer_is_divided_among_threads_by_nodes_or_by_inputs(narrow, inputs, shards, dtype, monkeypatch):
    """70 nodes are two tiles or more; 300 rows are three lots; 43 inputs are bands of words and a remainder."""
    monkeypatch.setattr(sparse, "NARROW", narrow)
    features, scaling = inputs
    network = Network((features, 70, 4), ("tanh", "sigmoid"), bias=True, rule="gradient", dtype=dtype)
    samples, hashes = samples_of(sparse_rows(300, features), 4, scaling), set()
    settings = {**SETTINGS, "batch": 299, "shards": shards, "optimizer": "nesterov", "clip": 0.1, "ema_decay": 0.9}
    agree(network, samples, np.arange(300), 10 * STEP[dtype], threads=1, **settings)
    for threads in (1, 2, 3):
        state, _ = trained(COMPILED, network, samples, np.arange(300), threads=threads, **settings)
        hashes.add((state.parameters.hash(), state.average.tobytes()))
    assert len(hashes) == 1


def test_a_batch_of_more_rows_than_there_are_samples():
    """Samples may repeat in the order. In a separate process, which a write beyond allocated memory would crash."""
    program = (
        "import numpy as np\n"
        "from equivalence.test_batches import agree, deep, digits_like\n"
        "order = np.random.default_rng(0).integers(0, 100, 5000)\n"
        "agree(deep('float64'), digits_like(), order, 1e-11, batch=5000, shards=2)"
    )
    tests = str(Path(__file__).parents[1])
    env = environment(PYTHONPATH=os.pathsep.join([tests, *sys.path]))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, cwd=tests)
    assert (done.returncode, done.stderr[-2000:]) == (0, "")


@IN_TEAMS
@DTYPES
def test_the_number_of_shards_changes_only_the_last_bits(dtype):
    """Even with dropout, as masks are drawn by row and not by shard."""
    network, samples = deep(dtype), digits_like()
    chosen = {"batch": ALL, "dropout": (0.3, 0.45), "clip": 0.02}
    one, _ = trained(COMPILED, network, samples, np.arange(ALL), **chosen, shards=1)
    for shards in (2, 3, 4, 5, 6, 7, 1024):
        many, _ = trained(COMPILED, network, samples, np.arange(ALL), **chosen, shards=shards)
        assert gap(many.parameters.flat, one.parameters.flat) <= STEP[dtype]


@DTYPES
@pytest.mark.parametrize("rows_dtype", ["uint8", "float32"])
def test_rows_of_every_type(rows_dtype, dtype):
    rows = np.random.default_rng(0).integers(0, 256, (ALL, 12)).astype(rows_dtype)
    if rows_dtype != "uint8":
        rows[::3] *= -1
    rows[7], rows[:, 5] = 0, 0
    for scaling in ("notes", "unit"):
        samples = samples_of(rows, 4, scaling)
        agree(deep(dtype), samples, np.arange(ALL), 10 * STEP[dtype], batch=50)
        # non-contiguous rows: every second row and column of a larger array
        sparse = np.zeros((2 * ALL, 24), rows_dtype)
        sparse[::2, ::2] = rows
        apart = samples_of(sparse[::2, ::2], 4, scaling)
        one, _ = trained(COMPILED, deep(dtype), samples, np.arange(ALL), batch=50)
        other, _ = trained(COMPILED, deep(dtype), apart, np.arange(ALL), batch=50)
        assert one.parameters.hash() == other.parameters.hash()


@IN_TEAMS
@DTYPES
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_augmented_images(optimizer, dtype):
    """Augmentation depends on the index of the image, not on its position in the batch, and differs between epochs."""
    network, samples = deep(dtype), digits_like()
    samples = Samples(samples.rows, samples.scaling, samples.labels, samples.targets, (3, 4))
    chosen = {"rotate": 20.0, "shift": 0.7, "zoom": 0.2, "shear": 0.2, "elastic": 0.3, "optimizer": optimizer}
    order = np.random.default_rng(3).permutation(ALL)
    after = []
    for epoch in (0, 1):
        for batch, shards in ((1, 1), (50, 3), (64, 4)):
            settings = {**SETTINGS, **chosen, "batch": batch, "shards": shards, "epoch": epoch}
            state = agree(network, samples, order[: 2 * batch], 10 * STEP[dtype], rate=0.02, **settings)
            after.append(state.parameters.hash())
    assert len(set(after)) == 6


@IN_TEAMS
@DTYPES
@ENGINES
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_division_into_blocks_makes_no_difference(engine, optimizer, dtype):
    """The state with its step number passes from block to block; dropout is drawn by step number."""
    network, samples = deep(dtype), digits_like()
    chosen = {**SETTINGS, "optimizer": optimizer, "dropout": (0.3, 0.45), "ema_decay": 0.9, "clip": 0.02, "shards": 2}
    order, rates = np.random.default_rng(0).permutation(ALL), np.linspace(0.1, 0.01, 10)
    whole, sums = trained(engine, network, samples, order, batch=10, rate=rates, first=5, **chosen)
    options = options_of(network, batch_size=10, **chosen)
    state, made = State.new(copy_of(network).parameters, options), network.architecture
    prepared = engine.prepare(made, samples, options)
    parts = []
    for start, stop in ((0, 1), (1, 4), (4, 4), (4, 10)):
        block = Block(order[10 * start : 10 * stop], 10, rates[start:stop], 0, 5 + start)
        parts.append(engine.run_steps(made, state, prepared, block))
    assert state.parameters.hash() == whole.parameters.hash()
    assert state.slots.tobytes() == whole.slots.tobytes()
    assert state.average.tobytes() == whole.average.tobytes()
    assert state.step == whole.step == 10
    assert sum(part.correct for part in parts) == sums.correct
    assert sum(part.loss for part in parts) == pytest.approx(sums.loss, rel=1e-12)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_decay_constants_close_to_1_keep_their_precision(optimizer):
    """In float32, ``1 − β`` of a rounded β is off by up to 3e-8 / (1 − β): a third at 0.9999999, all of it beyond."""
    samples = digits_like()
    for beta2, momentum in ((0.999, 0.9), (0.9999, 0.999), (0.999999, 0.99999), (0.999999999, 0.999999)):
        chosen = {"beta2": beta2, "momentum": momentum, "epsilon": 1e-3, "optimizer": optimizer}
        agree(deep("float32"), samples, np.arange(20), STEP["float32"], batch=10, rate=0.1, **chosen)


@IN_TEAMS
@DTYPES
@ENGINES
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_nan_gradient_makes_the_weights_nan(optimizer, engine, dtype):
    """Training checks for weights that are not finite, so no optimizer may turn NaN into a step of 0."""
    rows = np.random.default_rng(0).normal(size=(20, 12)).astype(np.float32)
    rows[3, 5] = np.nan
    network = deep(dtype)
    with np.errstate(all="ignore"):
        state, sums = trained(engine, network, samples_of(rows, 4), np.arange(20), batch=20, optimizer=optimizer)
    assert np.isnan(sums.loss)
    assert np.isnan(state.parameters.weights[0]).all()


@DTYPES
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_saturated_nodes_stay_finite_and_equal(output, dtype):
    """Sums of some hundreds, beyond the range of exp in float32; their last place is coarser: ten times the bound."""
    network = Network((12, 9, 4), ("tanh", output), loss="cross_entropy", dtype=dtype)
    network.parameters.flat[...] *= 300
    rate = 0.05 * np.abs(network.parameters.flat).max()
    agree(network, digits_like(), np.arange(ALL), 10 * STEP[dtype], batch=50, rate=rate)


@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize("hidden", [1, 2])
def test_saturated_nodes_give_no_denormal_numbers(hidden, batch):
    """Weights that were 0 show the slopes of nodes whose sums are -95 to -24, and products with the nodes below.

    Values of exp are 1e-41 to 1e-11, products of two down to 1e-82.
    """
    network = Network((6, *[72] * hidden, 4), "sigmoid", bias=True, rule="gradient", dtype="float32")
    for weights in network.parameters.weights:
        weights[...] = 0
    for biases in network.parameters.biases[:-1]:
        biases[...] = np.arange(-95, -23)
    samples = samples_of(np.ones((1, 6)), 4, "unit")

    def smallest(engine) -> float:
        made = trained(engine, network, samples, np.zeros(8, np.int64), batch=batch, rate=0.1)[0].parameters.flat
        return np.abs(made[made != 0]).min()

    assert smallest(REFERENCE) < np.finfo(np.float32).tiny
    assert smallest(COMPILED) > np.finfo(np.float32).tiny


@IN_TEAMS
@ENGINES
def test_training_does_not_change_its_inputs(engine):
    network, samples = deep("float32"), digits_like()
    kept = [samples.rows.copy(), samples.labels.copy(), samples.targets.copy()]
    order = np.arange(ALL)
    trained(engine, network, samples, order, batch=32, optimizer="adam", ema_decay=0.9, dropout=(0.2,))
    for before, after in zip(kept, (samples.rows, samples.labels, samples.targets), strict=True):
        np.testing.assert_array_equal(after, before)
    np.testing.assert_array_equal(order, np.arange(ALL))


def test_the_per_sample_loop_and_batches_of_one_agree():
    """A clipping limit that is never reached selects the batch loop instead of the per-sample loop."""
    network, samples = deep("float64", rule="notes"), digits_like()
    plain, sums = trained(COMPILED, network, samples, np.arange(ALL))
    batches, batch_sums = trained(COMPILED, network, samples, np.arange(ALL), clip=1e30)
    assert gap(batches.parameters.flat, plain.parameters.flat) <= 100 * STEP["float64"]
    assert batch_sums.loss == pytest.approx(sums.loss, rel=1e-10)
    assert batch_sums.correct == sums.correct


def test_every_option_of_the_engines_is_tested_here():
    """An option that engines or optimizers read must be changed in some case above."""
    tested = {
        *SETTINGS,
        *extras(0, *[True] * 5),
        "optimizer",
        "momentum",
        "batch_size",
        "shards",
        "threads",
        "activation",
        "dtype",
        "scaling",  # in unit/test_scaling.py
        "skip_zeros",  # in test_shared_batches.py
        *("engine", "epochs", "hidden", "members"),  # read to choose an engine, in test_engines.py
    }
    read = set[str]()
    for path in (PACKAGE / "nn" / "optimizers.py", *(PACKAGE / "engines").rglob("*.py")):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and "options" in ast.unparse(node.value).split("_"):
                read.add(node.attr)
    assert len(read) > 10
    assert read & set(Options().to_dict()) <= tested
