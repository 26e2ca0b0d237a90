"""Hashes of small trainings with the engine `portable`: the same on every processor, so they are stored here.

They were computed on x86-64 with AVX-512, AVX2 and SSE2, and on an emulated aarch64, by Python and by the studio's
trainer in Node.js, and with the Pythons, NumPys and Numbas of CONTRIBUTING.md. If one changes, so do the bits of
users' models: raise the version of the numerics.

    python tests/golden/test_portable_bits.py    print the hashes that this processor computes, and the first digits
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys

import numpy as np
import pytest

import glassnet

RUNS = {
    "notes": {},
    "notes, several groups": {"hidden": (300,), "shards": 3, "bias": True, "activation": "relu", "rule": "gradient"},
    "notes, batches": {"batch_size": 20, "hidden": (20, 12), "activation": "tanh", "dropout": 0.2, "scaling": "unit"},
    "notes-code": {"hidden": (30,)},
    "quick": {"hidden": (40,), "early_stopping": 1, "epochs": 3},
    "quick, wide": {"hidden": (150, 20), "optimizer": "adamw", "shards": 4, "schedule": "one_cycle", "ema_decay": 0.9},
    "quick, all inputs": {"hidden": (24,), "skip_zeros": False, "loss": "squared_error", "schedule": "cosine"},
}
HASHES = {
    "notes": "0190869c51e334f2be3e3a1c2886ef89580bebe4a47b8280e6a42c1015e8b38e",
    "notes, several groups": "b987b511cf063cbb4082c6fa743659cb1cb5723d33737dca65e87c88c7d8b1c4",
    "notes, batches": "922c78ce76a07d2b9bf0447cfcb5ba45911df4cfc0d27856875d13f14edb18d5",
    "notes-code": "1cfd09da57fd7e8d9eb48996ea38ae0551482a5839351a78c93ad8e1e778f024",
    "quick": "7e2f85c84b999c13589585c66b36c538523dc25d2152a2c157041118213c1be4",
    "quick, wide": "02fdbaf0a007985e278dcb64b197e2bc9261c5b3c65adaa34240b0fe4363d8b6",
    "quick, all inputs": "23e53230f90602ef89e600a34f901e551a71301b3e52077ec1caf872994353c3",
}


def digits() -> glassnet.Dataset:
    """Return 300 images of 12 × 12 pixels, most of them 0, in five classes."""
    row, pixel = np.arange(300)[:, None], np.arange(144)
    values = (row * 7919 + pixel * 104729 + (row % 5) * pixel * 31) % 1009
    inputs = np.where(values % 5 == row % 5, values % 256, 0).astype(np.uint8)
    return glassnet.Dataset.from_arrays(inputs, np.arange(300) % 5)


def trained(run: str) -> str:
    recipe, changes = run.partition(",")[0], {"epochs": 2, "hidden": (16,), **RUNS[run]}
    options = glassnet.Options.recipe(recipe, engine="portable", **changes)
    return glassnet.fit(digits(), options).model.hash()


@pytest.mark.parametrize("run", RUNS)
def test_every_processor_computes_the_same_bits(run):
    assert trained(run) == HASHES[run]


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="no x86-64")
def test_vectors_of_four_numbers_compute_the_same_bits():
    """As on a processor without AVX, in the kernels and in NumPy."""
    old = {
        "NUMBA_CPU_NAME": "x86-64",
        "NUMBA_CPU_FEATURES": "+sse2",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 X86_V3 AVX512F X86_V4 AVX512_ICL AVX512_SPR",
    }
    done = subprocess.run(
        [sys.executable, __file__, "notes, several groups", "quick, wide"],
        env={**os.environ, **old},
        capture_output=True,
    )
    assert json.loads(done.stdout) == {run: HASHES[run] for run in ("notes, several groups", "quick, wide")}, (
        done.stderr
    )


if __name__ == "__main__":
    print(json.dumps({run: trained(run) for run in sys.argv[1:] or RUNS}, indent=4))
