"""The same seed gives the same bits, whatever the threads, the threads of BLAS, and earlier work in the process."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from glassnet import Options, fit, new_model, train
from glassnet.engines import Block, CompiledEngine, ReferenceEngine
from glassnet.engines.compiled import kernels, pool, sparse_layout
from glassnet.engines.compiled.pool_size import PoolSize
from glassnet.errors import DivergedError
from glassnet.model.build import samples_for
from glassnet.nn.optimizers import OPTIMIZERS, State
from glassnet.training.events import BlockDone
from support.cli import environment
from support.covering import covering
from support.samples import digits

pytestmark = pytest.mark.usefixtures("small_thresholds")

MODERN = {
    "activation": "relu", "output": "softmax", "loss": "cross_entropy", "rule": "gradient", "bias": True,
    "initializer": "he", "scaling": "unit", "targets": "one-hot",
}  # fmt: skip
EXTRAS = {
    "dropout": 0.2, "ema_decay": 0.9, "clip": 1.0, "weight_decay": 1e-3, "label_smoothing": 0.1, "hard_fraction": 0.4,
    "rotate": 10.0, "shift": 1.0, "zoom": 0.1, "shear": 0.1, "elastic": 1.0,
}  # fmt: skip
DTYPES = ("float32", "float64")
GRID = covering(OPTIMIZERS, DTYPES, (True, False))
WIDE = ((150,), (200, 20))
"""Hidden nodes of which there are enough for three groups, one sample a step, and for tiles of a thread's own."""


def training(optimizer: str, dtype: str, extras: bool, **changes) -> str:
    """Return the hash after two epochs of three batches, of which the last is smaller; a full one has three shards.

    There are 79,510 parameters, five of the pieces into which an update is divided.
    """
    chosen = {**MODERN, **(EXTRAS if extras else {}), "optimizer": optimizer, "dtype": dtype, "learning_rate": 0.01}
    chosen |= {"hidden": (100,), "batch_size": 64, "shards": 3, "epochs": 2, "engine": "compiled", "seed": 3}
    return fit(digits(150), Options(**{**chosen, **changes})).model.network.parameters.hash()


def per_sample(**changes) -> str:
    chosen = {"hidden": (30,), "epochs": 1, "engine": "compiled", **changes}
    return fit(digits(150), Options(**chosen)).model.network.parameters.hash()


def threads_of(optimizer: str) -> tuple[int, ...]:
    """Return 1 and other numbers of threads, odd and even, two of each for every optimizer."""
    return (1, 2, 3) if optimizer.startswith("adam") else (1, 2 + list(OPTIMIZERS).index(optimizer) % 2)


def whole_grid(most: int = 3) -> dict[str, str]:
    """Return the hash of every training run on at most so many threads, by its settings."""
    made = {
        f"{optimizer} {dtype} {extras} {threads}": training(optimizer, dtype, extras, threads=threads)
        for optimizer, dtype, extras in GRID
        for threads in threads_of(optimizer)
        if threads <= most
    }
    for dtype, hidden, threads in itertools.product(DTYPES, WIDE, range(1, most + 1)):
        made[f"groups {threads} {dtype} {hidden}"] = per_sample(dtype=dtype, hidden=hidden, shards=3, threads=threads)
        made[f"tiles {threads} {dtype} {hidden}"] = training("adam", dtype, False, hidden=hidden, threads=threads)
    for dtype, engine in itertools.product(DTYPES, ("compiled", "reference")):
        made[f"sample {dtype} {engine}"] = per_sample(dtype=dtype, engine=engine)
        made[f"batch {dtype} {engine}"] = per_sample(dtype=dtype, engine=engine, batch_size=64)
        made[f"batch of one {dtype} {engine}"] = per_sample(
            dtype=dtype, engine=engine, optimizer="adam", learning_rate=0.01
        )
    return made


@cache
def grid_of_this_process() -> dict[str, str]:
    return whole_grid()


def test_the_grid_is_complete_and_its_hashes_differ():
    grid = grid_of_this_process()
    assert {key.split()[0] for key in grid} >= set(OPTIMIZERS)
    ones = {key: value for key, value in grid.items() if key.endswith(" 1")}
    assert len(ones) == len(GRID)
    assert len(set(ones.values())) == len(GRID)
    assert {threads for optimizer in OPTIMIZERS for threads in threads_of(optimizer)} == {1, 2, 3}


@pytest.mark.parametrize(("optimizer", "dtype", "extras"), GRID)
def test_any_number_of_threads(optimizer, dtype, extras):
    hashes = [grid_of_this_process()[f"{optimizer} {dtype} {extras} {threads}"] for threads in threads_of(optimizer)]
    assert len(set(hashes)) == 1
    assert training(optimizer, dtype, extras, threads=0) == hashes[0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("hidden", WIDE)
def test_any_number_of_threads_with_nodes_divided_among_them(hidden, dtype):
    assert hidden[0] > sparse_layout.NARROW
    hashes = [grid_of_this_process()[f"tiles {threads} {dtype} {hidden}"] for threads in (1, 2, 3)]
    assert len(set(hashes)) == 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("hidden", WIDE)
def test_any_number_of_threads_for_batches_of_one(hidden, dtype):
    hashes = [grid_of_this_process()[f"groups {threads} {dtype} {hidden}"] for threads in (1, 2, 3)]
    assert len(set(hashes)) == 1
    assert per_sample(dtype=dtype, hidden=hidden, shards=3) == hashes[0]
    assert per_sample(dtype=dtype, hidden=hidden, shards=2) != hashes[0], "the nodes must have been divided into groups"


def test_blocks_run_by_one_thread(monkeypatch):
    grid = grid_of_this_process()  # before: the pool used by all tests
    monkeypatch.setattr(pool, "WORTH_THREADS", 10**12)
    for optimizer, dtype, extras in GRID:
        assert training(optimizer, dtype, extras, threads=2) == grid[f"{optimizer} {dtype} {extras} 1"]
    for dtype, hidden in itertools.product(DTYPES, WIDE):
        assert per_sample(dtype=dtype, hidden=hidden, shards=3, threads=2) == grid[f"groups 2 {dtype} {hidden}"]


def test_any_number_of_blas_threads_and_the_first_run_of_a_process():
    """Here BLAS has a thread for each core.

    The first training run of the separate process, the first entry, also loads the kernels. The thresholds are the
    defaults, so one thread does alone what several do here.
    """
    program = "import json; from equivalence.test_same_bits import whole_grid; print(json.dumps(whole_grid(1)))"
    tests = str(Path(__file__).parents[1])
    blas = "1" if (os.cpu_count() or 1) > 1 else "2"
    env = environment(OPENBLAS_NUM_THREADS=blas, PYTHONPATH=os.pathsep.join([tests, *sys.path]))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, cwd=tests)
    assert done.returncode == 0, done.stderr[-3000:]
    there, here = json.loads(done.stdout), grid_of_this_process()
    assert len(there) > len(GRID)
    assert {key: value for key, value in there.items() if here[key] != value} == {}


def test_compiling_and_loading_kernels_give_the_same_bits(tmp_path):
    """With gelu, whose kernels call the most others: compiled separately, these round differently from inlined ones.

    The third training run is in this process, whose cache was filled by other processes in another order.
    """
    options = {"activation": "gelu", "rule": "gradient", "hidden": [200], "epochs": 1}
    program = (
        "from glassnet import Options, fit\nfrom support.samples import digits\n"
        f"print(fit(digits(60), Options(**{options})).model.hash())"
    )
    tests = str(Path(__file__).parents[1])
    env = environment(NUMBA_CACHE_DIR=str(tmp_path), PYTHONPATH=os.pathsep.join([tests, *sys.path]))
    command = [sys.executable, "-c", program]
    hashes = [subprocess.run(command, capture_output=True, text=True, env=env, check=True).stdout for _ in range(2)]
    assert hashes == [f"{fit(digits(60), Options(**options)).model.hash()}\n"] * 2


def test_two_runs_in_a_process():
    for optimizer, dtype, extras in GRID[::2]:
        assert training(optimizer, dtype, extras) == grid_of_this_process()[f"{optimizer} {dtype} {extras} 1"]


def test_a_training_run_in_another_thread():
    """A server or a notebook trains outside the main thread, possibly after the main thread has trained."""
    main = training("adamw", "float32", True), blas_threads()
    found: list[object] = []
    thread = Thread(target=lambda: found.extend((training("adamw", "float32", True), blas_threads())))
    thread.start()
    thread.join()
    assert tuple(found) == main
    assert (training("adamw", "float32", True), blas_threads()) == main


def test_a_pool_whose_size_changes_within_the_blocks(monkeypatch):
    """As if another busy process came and went: parts of one, two, three … steps, on two threads and on one."""
    grid, sizes = grid_of_this_process(), []
    begin = PoolSize.__init__

    def begin_with_one_step(pool_size, most):
        begin(pool_size, most)
        pool_size.steps = 1  # and not the first block whole, which is longer on a fast machine

    def alternate(pool_size, steps, seconds, shares):
        assert steps > 0
        assert seconds > 0
        assert min(shares) > 0
        sizes.append(pool_size.size)
        pool_size.size, pool_size.steps = 3 - len(shares), 1 + len(sizes) % 7

    monkeypatch.setattr(PoolSize, "__init__", begin_with_one_step)
    monkeypatch.setattr(PoolSize, "learn", alternate)
    for optimizer, dtype, extras in GRID[::2]:
        found = training(optimizer, dtype, extras, threads=2)
        assert found == grid[f"{optimizer} {dtype} {extras} 1"]
    assert {1, 2} <= set(sizes)
    sizes.clear()
    for dtype, hidden in itertools.product(DTYPES, WIDE):
        found = per_sample(dtype=dtype, hidden=hidden, shards=3, threads=2)
        assert found == grid[f"groups 1 {dtype} {hidden}"]
    assert {1, 2} <= set(sizes)
    assert len(sizes) > 100


def test_concurrent_training_runs():
    """Concurrently in one process, as the members of an ensemble train."""
    found: dict[int, list[str]] = {}
    cases = [case for case in GRID if case[0] == "adamw"]
    assert len(cases) == 2

    def some(number: int) -> None:
        found[number] = [training(*case, threads=1 + number % 2) for case in cases]

    threads = [Thread(target=some, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = [grid_of_this_process()[f"{optimizer} {dtype} {extras} 1"] for optimizer, dtype, extras in cases]
    assert found == dict.fromkeys(range(3), alone)


@pytest.mark.parametrize("change", [{"seed": 4}, {"shards": 2}, {"dropout": 0.21}, {"elastic": 0.9}, {"epochs": 1}])
def test_options_that_are_part_of_the_result_change_it(change):
    optimizer, dtype, extras = next(case for case in GRID if case[2])
    found = training(optimizer, dtype, extras, **change)
    assert found != grid_of_this_process()[f"{optimizer} {dtype} {extras} 1"]


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


class RecordingEngine(ReferenceEngine):
    """Record the number of BLAS threads during a block; optionally raise an error."""

    def __init__(self, fails: type[BaseException] | None = None) -> None:
        self.fails, self.seen = fails, []

    def run_steps(self, *arguments):
        self.seen += blas_threads()
        if self.fails and len(self.seen) > 3 * len(blas_threads()):
            raise self.fails
        return super().run_steps(*arguments)


SMALL = {"hidden": (5,), "epochs": 1, "batch_size": 10, "blocks": 10}


@pytest.fixture
def two_blas_threads():
    CompiledEngine()  # its libraries are loaded before the limit is set
    grid_of_this_process()
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        assert set(before) == {2}, "the BLAS of this machine cannot be limited, so nothing would be tested"
        yield before


def test_blas_has_one_thread_while_training_and_its_own_number_afterwards(two_blas_threads):
    engine = RecordingEngine()
    fit(digits(220), Options(**SMALL), engine=engine)
    assert set(engine.seen) == {1}
    assert blas_threads() == two_blas_threads


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_callbacks_have_all_threads_of_blas(engine, two_blas_threads):
    seen: list[list[int]] = []
    options = Options(**SMALL, engine=engine)
    fit(digits(220), options, callbacks=[lambda event: seen.append(blas_threads())])
    assert len(seen) > 10
    assert all(one == two_blas_threads for one in seen)


@pytest.mark.parametrize("fails", [RuntimeError, KeyboardInterrupt, MemoryError])
def test_blas_threads_come_back_when_a_block_fails(fails, two_blas_threads):
    with pytest.raises(fails):
        fit(digits(220), Options(**SMALL), engine=RecordingEngine(fails))
    assert blas_threads() == two_blas_threads


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("batch_size", [1, 10])
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_blas_threads_come_back_when_training_diverges(engine, batch_size, two_blas_threads):
    wild = {**SMALL, "activation": "relu", "output": "identity", "learning_rate": 1e6, "engine": engine}
    with pytest.raises(DivergedError):
        fit(digits(220), Options(**{**wild, "batch_size": batch_size, "epochs": 5}))
    assert blas_threads() == two_blas_threads


def test_blas_threads_come_back_when_training_is_closed_or_abandoned(two_blas_threads):
    options = Options(**SMALL)
    running = train(new_model(digits(220), options), digits(220), options)
    assert any(isinstance(event, BlockDone) for event in running)
    assert blas_threads() == two_blas_threads
    running.close()
    assert blas_threads() == two_blas_threads


def test_blas_threads_come_back_after_concurrent_training_runs(two_blas_threads):
    threads = [Thread(target=training, args=("sgd", "float32", False)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert blas_threads() == two_blas_threads


def test_other_threads_may_limit_blas_after_a_training(two_blas_threads):
    fit(digits(220), Options(**SMALL))
    seen: list[list[int]] = []

    def limited() -> None:
        with threadpool_limits(1, user_api="blas"):
            seen.append(blas_threads())

    other = Thread(target=limited)
    other.start()
    other.join()
    assert set(seen[0]) == {1}
    assert blas_threads() == two_blas_threads


@pytest.mark.parametrize("fails", [0, 1])
@pytest.mark.parametrize("hidden", [30, 150])
def test_an_error_in_a_kernel_restores_the_layout_of_the_first_matrix(hidden, fails, monkeypatch):
    """Shared by inputs or by nodes, the matrix is transposed for a block, and restored however the block ends."""

    def failing(thread, *rest):
        if thread == fails:
            raise MemoryError
        real(thread, *rest)

    data = digits(220)
    options = Options(**MODERN, hidden=hidden, batch_size=64, shards=2, threads=2, optimizer="adam", ema_decay=0.9)
    model, engine = new_model(data, options), CompiledEngine()
    architecture, state = model.network.architecture, State.new(model.network.parameters, options)
    prepared = engine.prepare(architecture, samples_for(model, data, options), options)
    before, real = state.parameters.hash(), kernels.train_batches
    monkeypatch.setattr(pool.PoolSize, "learn", lambda *block: None)  # both threads, however busy the machine is
    monkeypatch.setattr(kernels, "train_batches", failing)
    with pytest.raises(MemoryError):
        engine.run_steps(architecture, state, prepared, Block(np.arange(220), 64, np.zeros(4)))  # at a rate of 0
    assert state.parameters.hash() == before
    np.testing.assert_array_equal(state.average, state.parameters.flat)


def test_training_changes_the_weights_of_the_grid():
    """Equal hashes would prove nothing if training changed nothing."""
    options = Options(**MODERN, hidden=(100,), batch_size=64, shards=3, learning_rate=0.01)
    before = new_model(digits(220), options).network.parameters
    after = fit(digits(220), options).model.network.parameters
    assert (before.flat != after.flat).mean() > 0.5
    assert np.isfinite(after.flat).all()
