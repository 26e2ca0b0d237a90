"""Compiled models predict the same as the original."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from glassnet import Dataset, Model, Network, Scaling, Targets, compiled, evaluate
from glassnet.engines.compiled import inference as engine_answers
from glassnet.errors import DataError, ShapeError
from support.cli import TIMEOUT, environment
from support.covering import covering

ROWS = np.random.default_rng(3).integers(0, 256, (300, 24)).astype(np.uint8)
ROWS[np.random.default_rng(4).random(ROWS.shape) < 0.7] = 0
LIMIT = {"float64": 1e-12, "float32": 2e-5}


def model_of(
    dtype: str = "float64", scaling: str = "notes", bias: bool = True, hidden=(300, 7), seed: int = 0
) -> Model:
    names = (*("tanh",) * len(hidden), "softmax")
    network = Network((24, *hidden, 5), names, bias=bias, loss="cross_entropy", dtype=dtype, seed=seed)
    for given in network.parameters.biases:
        if given is not None:
            given[...] = np.linspace(-1, 1, len(given))
    return Model(network, Scaling.named(scaling, 255.0, ROWS), Targets.named("one-hot", 5))


HIDDEN = ((300, 7), (9,), (256,))
"""More nodes than a tile has, fewer, and the same number."""


@pytest.mark.parametrize(
    ("dtype", "scaling", "bias", "hidden"),
    covering(LIMIT, ("notes", "unit", "standard", "features"), (True, False), HIDDEN),
)
def test_compiled_outputs_equal_those_of_the_model(dtype, scaling, bias, hidden):
    model = model_of(dtype, scaling, bias, hidden)
    quick = compiled(model)
    for rows in (ROWS, ROWS[:1], ROWS[7], ROWS[:65], ROWS[:129], ROWS.astype(np.float32)):
        expected = model.outputs(rows)
        assert quick.outputs(rows).shape == expected.shape
        assert quick.outputs(rows).dtype == expected.dtype
        assert np.abs(quick.outputs(rows) - expected).max() < LIMIT[dtype]
    assert (quick.predict(ROWS) == model.predict(ROWS)).all()


def test_ensembles_and_temperatures_are_kept():
    model = replace(model_of(), others=(model_of(seed=1).network,), temperature=2.5)
    assert np.abs(compiled(model).outputs(ROWS) - model.outputs(ROWS)).max() < 1e-12
    assert np.abs(compiled(replace(model, temperature=1.0)).outputs(ROWS) - model.outputs(ROWS)).max() > 1e-3


def test_outputs_do_not_depend_on_the_number_of_cores(monkeypatch):
    model = model_of("float32")
    outputs = []
    for cores in (1, 2, 3):
        monkeypatch.setattr(engine_answers, "available_cores", lambda cores=cores: cores)
        outputs.append(compiled(model).outputs(ROWS).tobytes())
    assert len(set(outputs)) == 1


@pytest.mark.parametrize(
    ("hidden", "count"),
    [((1100, 900), 1), ((1100, 900), 65), ((300, 300), 2), ((300, 300), 100), ((100, 90), 64), ((100, 90), 100)],
)
def test_outputs_do_not_depend_on_the_threads_of_blas(hidden, count):
    """Even for so few rows that the engine uses one thread."""
    quick, outputs = compiled(model_of("float32", hidden=hidden)), []
    for threads in (1, 2, 3):
        with threadpool_limits(threads, "blas"):
            outputs.append(quick.outputs(ROWS[:count]).tobytes())
    assert len(set(outputs)) == 1


BLAS_LOADED_LATE = """
import numpy as np
from threadpoolctl import threadpool_limits
from glassnet import Model, Network, Scaling, Targets, compiled

network = Network((24, 1100, 900, 5), ("relu", "relu", "identity"), rule="gradient", dtype="float32")
model = Model(network, Scaling.named("unit"), Targets.named("one-hot", 5))
rows, outputs = np.arange(24 * 200, dtype=np.uint8).reshape(200, 24), set()
model.outputs(rows)  # finds NumPy's BLAS; that of the kernels is not loaded yet
quick = compiled(model)
for threads in (1, 2, 3):
    with threadpool_limits(threads, "blas"):
        outputs.add(quick.outputs(rows).tobytes() + quick.outputs(rows[:100]).tobytes())
assert len(outputs) == 1
"""


def test_a_blas_loaded_with_the_kernels_is_also_limited_to_one_thread():
    subprocess.run([sys.executable, "-c", BLAS_LOADED_LATE], check=True, env=environment())


def test_a_compiled_model_is_a_copy():
    model = model_of()
    quick, before = compiled(model), model.outputs(ROWS)
    model.network.parameters.flat[...] = 0
    assert np.abs(quick.outputs(ROWS) - before).max() < 1e-12


def test_a_compiled_model_can_be_evaluated_and_checks_shapes():
    model = model_of()
    data = Dataset(ROWS, np.arange(300) % 5, 5, None, "rows")
    assert evaluate(compiled(model), data).accuracy == evaluate(model, data).accuracy
    with pytest.raises(ShapeError, match=r"expected \(samples, 24\)"):
        compiled(model).outputs(ROWS[:, :23])
    assert compiled(model).outputs(ROWS[:0]).shape == (0, 5)


@pytest.mark.parametrize("middle", [1e4, 1.7e9])
def test_large_means_keep_the_digits_of_small_differences(middle):
    """As in a column of seconds since 1970: its mean times a weight would use all digits of float32."""
    rows = middle + np.random.default_rng(0).normal(0, 3, (300, 24))
    model = replace(model_of("float32"), scaling=Scaling.named("features", 255.0, rows))
    assert np.abs(compiled(model).outputs(rows) - model.outputs(rows)).max() < LIMIT["float32"]


@pytest.mark.parametrize("kind", ["?", "i1", ">i2", "u8", "f2", ">f4", "f8", "g"])
def test_rows_of_any_number_type(kind):
    rows, model = (ROWS % 100).astype(kind), model_of()
    np.testing.assert_allclose(compiled(model).outputs(rows), model.outputs(rows), rtol=0, atol=1e-12)


def test_a_compiled_model_can_be_pickled_and_copied():
    quick = compiled(model_of())
    for other in (pickle.loads(pickle.dumps(quick)), deepcopy(quick)):
        assert type(other) is type(quick)
        np.testing.assert_array_equal(other.outputs(ROWS), quick.outputs(ROWS))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_compiled_model_works_after_a_fork():
    quick = compiled(model_of())
    expected = quick.outputs(ROWS)  # more than one batch, which starts the threads of this process
    child = os.fork()
    if not child:
        signal.alarm(TIMEOUT)  # ends a child that waits for threads it does not have
        os._exit(0 if (quick.outputs(ROWS) == expected).all() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_temperature_of_a_compiled_model_can_be_replaced():
    quick = replace(compiled(model_of()), temperature=3.0)
    assert np.abs(quick.outputs(ROWS) - replace(model_of(), temperature=3.0).outputs(ROWS)).max() < 1e-12


@pytest.mark.parametrize("make", [lambda model: model, compiled], ids=["model", "compiled"])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_non_finite_inputs_are_rejected(make, odd):
    rows = ROWS.astype(np.float32)
    rows[7, 3] = odd
    with pytest.raises(DataError, match=rf"rows, row 7: value 4 is {odd}") as problem:
        make(model_of()).predict(rows)
    assert problem.value.code == "GN018"
