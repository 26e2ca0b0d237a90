"""Data with other ranges and from other sources on the command line."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from glassnet import Options, fit, load_data, load_model
from support.cli import run
from support.samples import digits_csv

QUICK = ("--engine", "reference", "--hidden", "5", "--epochs", "1", "--no-pictures")
FLAGS = (*QUICK, "--force", "--out", "m.safetensors")


@pytest.mark.parametrize("suffix", ["csv", "npz"])
def test_inputs_are_scaled_by_the_given_maximum(folder, suffix):
    values = np.random.default_rng(0).random((60, 16)).astype(np.float32)
    labels = np.arange(60) % 3
    if suffix == "csv":
        np.savetxt("rows.csv", np.column_stack([labels, values]), delimiter=",", fmt="%.6g")
    else:
        np.savez("rows.npz", x_train=values, y_train=labels)
    assert run("train", f"rows.{suffix}", *FLAGS, "--input-max", "1").code == 0
    assert load_model("m.safetensors").scaling.maximum == 1
    data = load_data(f"rows.{suffix}", maximum=1.0)
    assert fit(data, Options(hidden=5, engine="reference")).model.scaling.maximum == 1


def test_a_mostly_unused_range_is_reported(folder):
    np.savetxt("rows.csv", np.column_stack([np.arange(60) % 3, 16 * np.eye(60, 16)]), delimiter=",", fmt="%g")
    notices = run("train", "rows.csv", *FLAGS).err
    assert (
        "the largest value is 16, but --input-max is 255. If this is not intended, run: glassnet doctor rows.csv"
        in notices
    )
    assert "--input-max" not in run("train", "rows.csv", *FLAGS, "--input-max", "16").err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are Unix's")
def test_a_pipe_is_read_once(folder):
    """Opening it a second time would wait forever for a writer."""
    os.mkfifo("pipe")
    threading.Thread(target=lambda: (folder / "pipe").write_text(digits_csv(300)), daemon=True).start()
    assert run("train", "pipe", *FLAGS).code == 0


def test_the_next_command_that_train_prints_can_be_run(folder):
    (folder / "my digits.csv").write_text(digits_csv(300))
    (folder / "test.csv").write_text(digits_csv(50))
    out = run("train", "my digits.csv", "--test", "test.csv", *FLAGS).out
    assert "next      glassnet test m.safetensors test.csv" in out
    assert run("test", "m.safetensors", "test.csv").code == 0
    assert "glassnet query m.safetensors 'my digits.csv'" in run("train", "my digits.csv", *FLAGS).out
