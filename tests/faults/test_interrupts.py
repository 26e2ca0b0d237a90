"""Interrupts and failures while a pool of threads computes: nothing hangs, and the next block has the expected bits.

In a process of its own, which does one after the other: what hangs there is killed, and the test says in what.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from glassnet import Options, new_model
from glassnet.engines import Samples, engine_named
from glassnet.engines.compiled import engine as compiled_engine
from support.cases import patterns
from support.cli import TIMEOUT, environment

PROGRAM = """
import os, random, signal, sys, threading, time
sys.path[:0] = sys.argv[1:]
import numpy as np
from glassnet import Options, new_model
from glassnet.engines import Block, Samples, engine_named
from glassnet.engines.compiled import kernels, minibatch, pool
from glassnet.nn.optimizers import State
from support.cases import patterns, samples_of, sparse_rows
from support.cli import TIMEOUT

pool.PoolSize.learn = lambda *block: None  # always both threads, even on a busy machine
pool.WORTH_THREADS, minibatch.LEAST_WORK, minibatch.LEAST_SPARSE_WORK = 10**12 if alone else 0, 1, 1
if per_sample:  # in two groups of nodes
    options = Options(hidden=(1500,), shards=2, threads=2)
else:
    options = Options(hidden=(30,), batch_size=40, shards=2, threads=2, optimizer="adam", learning_rate=0.01, clip=1.0)
size = options.batch_size
data = patterns(400)
model = new_model(data, options)
rows = sparse_rows(400, data.features)
samples = Samples(rows, model.scaling, data.labels, model.targets.table())
engine = engine_named("compiled")
prepared = engine.prepare(model.network.architecture, samples, options)
assert prepared.pool.most == 2
assert per_sample or len(prepared._settings.column_blocks) == 3  # the leader also transposes the first matrix
name = "train_samples" if per_sample else "train_batches"
many = 1_500 if per_sample else 4_000  # rows that take a while

def after(rows):
    own = new_model(data, options).network
    state = State.new(own.parameters, options)
    block = Block(np.arange(rows) % 400, size, np.full(-(-rows // size), 0.01))
    engine.run_steps(own.architecture, state, prepared, block)
    assert np.isfinite(own.parameters.flat).all()
    return own.parameters.hash()

expected = after(400)
"""

INTERRUPTS = """
main, rng, caught, attempts = threading.main_thread().ident, random.Random(2), 0, 0
began = time.perf_counter()
after(many)
seconds = time.perf_counter() - began

def interrupt(go, wait):
    go.wait()
    time.sleep(wait)
    signal.pthread_kill(main, signal.SIGINT)

while attempts < 10 or (caught < 3 and attempts < 300):  # more if the load makes block times vary
    attempts += 1
    go = threading.Event()
    interrupter = threading.Thread(target=interrupt, args=(go, seconds * rng.random()))
    interrupter.start()
    began = time.perf_counter()
    try:
        go.set()
        after(many)
        seconds = time.perf_counter() - began
    except KeyboardInterrupt:
        caught += 1
    try:
        interrupter.join()
        time.sleep(0.001)
    except KeyboardInterrupt:
        interrupter.join()
    assert after(400) == expected
assert caught > 2, caught
"""

BETWEEN_THE_CALLS = """
original = prepared.pool._others[0].submit
def interrupted(work):
    raise KeyboardInterrupt

prepared.pool._others[0].submit = interrupted
try:
    after(400)
    raise AssertionError("the exception was lost")
except KeyboardInterrupt:
    pass
prepared.pool._others[0].submit = original
assert after(400) == expected
"""

A_FAILING_THREAD = """
original = getattr(kernels, name)
for fails in range(2):
    def failing(thread, *rest):
        if thread == fails: raise MemoryError(thread)
        return original(thread, *rest)
    setattr(kernels, name, failing)
    try:
        after(400)
        raise AssertionError("the exception was lost")
    except MemoryError as problem:
        assert problem.args == (fails,)
    setattr(kernels, name, original)
    assert after(400) == expected
"""

SEVERAL_AT_ONCE = """
found = []

def work():
    for _ in range(5):
        found.append(after(400))

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert [one == expected for one in found] == [True] * 20, found
"""

A_FORK = """
child = os.fork()
if child == 0:
    signal.alarm(TIMEOUT // 2)  # kills the child if it hangs
    os._exit(0 if after(400) == after(400) == expected else 7)
assert os.waitpid(child, 0)[1] == 0
assert after(400) == expected

# Fork while another thread computes a block: it is about to call the kernel, or in it.
original, computing = getattr(kernels, name), threading.Event()
def announcing(*arguments):
    computing.set()
    return original(*arguments)

setattr(kernels, name, announcing)
other = threading.Thread(target=after, args=(10 * many,))
other.start()
computing.wait()
setattr(kernels, name, original)
child = os.fork()
if child == 0:
    signal.alarm(TIMEOUT // 2)
    os._exit(0 if after(400) == expected else 7)
other.join()
assert os.waitpid(child, 0)[1] == 0
"""


ANYWHERE = {
    "interrupts at random moments": INTERRUPTS,
    "several threads at once": SEVERAL_AT_ONCE,
    **({"a forked process": A_FORK} if hasattr(os, "fork") else {}),
}
ON_THREADS = {"an interrupt between two calls": BETWEEN_THE_CALLS, "a thread that fails": A_FAILING_THREAD, **ANYWHERE}


@pytest.mark.parametrize(("alone", "what"), [(False, ON_THREADS), (True, ANYWHERE)], ids=["on threads", "alone"])
def test_nothing_hangs_and_the_next_block_is_correct(alone, what, tmp_path):
    """In batches, then sample by sample."""
    parts, names = [], []
    for per_sample in (False, True):
        parts += [f"per_sample, alone = {per_sample}, {alone}", PROGRAM]
        for name, program in what.items():
            names.append(f"{name}, {'per sample' if per_sample else 'batches'}")
            parts.append(f"print({names[-1]!r}, flush=True)\n{program}")
    output = tmp_path / "output"
    with output.open("w") as out:
        start = [sys.executable, "-c", "\n".join(parts), *sys.path]
        try:
            done = subprocess.run(start, stdout=out, stderr=out, env=environment(), timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            pytest.fail(f"hangs in: {output.read_text()}")
    assert done.returncode == 0, output.read_text()[-3000:]
    assert output.read_text().splitlines() == names


@pytest.mark.parametrize("form", ["PerSample", "Minibatch"])
def test_an_interrupt_ends_the_wait_for_compilation_and_does_not_reach_the_compiler(
    form, monkeypatch, restarting_ctrl_c
):
    go_on, threads = threading.Event(), []

    def compiling(*_, **__):
        threads.append(threading.current_thread())
        restarting_ctrl_c()
        go_on.wait(TIMEOUT if threads[0] is not threading.main_thread() else 0.1)
        raise MemoryError

    monkeypatch.setattr(compiled_engine, form, compiling)
    data = patterns(5)
    options = Options(hidden=(3,), batch_size=1 if form == "PerSample" else 2)
    model = new_model(data, options)
    samples = Samples(data.inputs, model.scaling, data.labels, model.targets.table())
    with pytest.raises(KeyboardInterrupt):
        engine_named("compiled").prepare(model.network.architecture, samples, options)
    assert [*threads] != [threading.main_thread()]
    go_on.set()
    threads[0].join()  # ends, because nothing refers to its worker any more
