"""Files of checkpoints: damage is an error, and what cannot be written costs neither the old file nor the training."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import safetensors

from glassnet import Checkpoint, fit, load_checkpoint, load_model, resume, save_model
from glassnet.errors import DivergedError, GlassnetError, ModelFileError
from glassnet.training import checkpointing
from support.cli import TIMEOUT, environment, snapshot
from support.samples import flipped, small_model
from support.stopping import DATA, changed, options, stopped


@pytest.mark.parametrize(
    "change",
    [
        lambda header, tensors: header["training"].pop("step"),
        lambda header, tensors: header["training"].update(epoch=-(10**9)),
        lambda header, tensors: header["training"].update(epoch=3),
        lambda header, tensors: header["training"].update(block="2"),
        lambda header, tensors: header["training"].update(limit="much"),
        lambda header, tensors: header["training"].update(every="never"),
        lambda header, tensors: header["training"].update(plateau=None),
        lambda header, tensors: header["receipt"].pop("versions"),
        lambda header, tensors: header["receipt"]["options"].update(optimizer="adam"),
        lambda header, tensors: header["receipt"]["options"].update(dtype="float64"),
        lambda header, tensors: header["receipt"]["options"].update(average=0.5),
        lambda header, tensors: tensors.pop("training.good"),
        lambda header, tensors: tensors.pop("training.history.loss"),
        lambda header, tensors: tensors.update({"training.good": np.zeros(3, np.float32)}),
    ],
)
def test_a_whole_file_that_does_not_fit_together_is_refused(tmp_path, change):
    path = tmp_path / "run.ck"
    stopped(path, 5, options())
    changed(path, change)
    with pytest.raises(ModelFileError) as problem:
        load_checkpoint(path)
    assert problem.value.code == "GN041"


def test_every_truncation_and_any_flipped_bit_are_noticed(tmp_path):
    path = tmp_path / "run.ck"
    stopped(path, 5, options(hidden=(2,), average=0.5, batch_size=10, optimizer="adam", learning_rate=0.01))
    content = path.read_bytes()
    with safetensors.safe_open(path, "numpy") as file:
        assert json.loads(file.metadata()["glassnet"])["training"]["epoch"] == 0
        assert "training.slots" in set(file.keys())
    bits = np.random.default_rng(3).choice(8 * len(content), 2000, replace=False).tolist()
    damaged = [content[:length] for length in range(len(content))] + [flipped(content, bit) for bit in bits]
    for text in damaged:
        path.write_bytes(text)
        with pytest.raises(ModelFileError) as problem:
            load_checkpoint(path)
        assert problem.value.code in {"GN040", "GN041", "GN042"}
    path.write_bytes(content)
    resume(path, DATA)


def test_a_training_that_diverges_leaves_no_checkpoint(tmp_path):
    with pytest.raises(DivergedError):
        fit(DATA, options(learning_rate=1000.0), checkpoint=tmp_path / "run.ck")
    assert snapshot(tmp_path) == {}
    (tmp_path / "link.ck").symlink_to("far.ck")
    with pytest.raises(DivergedError):
        fit(DATA, options(learning_rate=1000.0), checkpoint=tmp_path / "link.ck")
    assert os.listdir(tmp_path) == ["link.ck"]  # which points nowhere again


@pytest.mark.parametrize("when", ["before training", "while training"])
def test_a_checkpoint_that_cannot_be_written_costs_no_training(tmp_path, monkeypatch, when):
    told, wait = [], [0 if when == "before training" else 1]

    def fail(*arguments):
        wait[0] -= 1
        if wait[0] < 0:
            raise OSError(28, "no space left on device")
        return real(*arguments)

    real, path = checkpointing.write, tmp_path / "run.ck"
    monkeypatch.setattr(checkpointing, "write", fail)
    fitted = fit(DATA, options(), checkpoint=Checkpoint(path, 1, tell=told.append))
    assert fitted.model.hash() == fit(DATA, options()).model.hash()
    assert len(told) == 1
    assert "no space left" in told[0]
    assert path.exists() == (when == "while training")


FULL = """
import resource, sys
sys.path[:0] = sys.argv[2:]
from glassnet import Checkpoint, fit, load_checkpoint, save_model
from glassnet.errors import FileError
from support.samples import small_model
from support.stopping import DATA, options
path, told = sys.argv[1], []
big = options(hidden=(3000,), epochs=1, batch_size=60)
limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
save_model(small_model(), path + '/model')
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, limit))
try:
    fitted = fit(DATA, big, checkpoint=Checkpoint(path + '/run.ck', 1, tell=told.append))
    save_model(fitted.model, path + '/model')
except FileError as problem:
    print(problem.code, len(told), 'GN004' in told[0] or 'no space' in told[0], fitted.model.hash())
"""


def test_a_full_disk_leaves_the_old_file_and_the_training(tmp_path):
    """By a limit on the size of files, which needs no disk of its own."""
    start = [sys.executable, "-c", FULL, str(tmp_path), *sys.path]
    done = subprocess.run(start, capture_output=True, text=True, env=environment(), timeout=TIMEOUT)
    whole = fit(DATA, options(hidden=(3000,), epochs=1, batch_size=60)).model.hash()
    assert done.stdout.split() == ["GN004", "1", "True", whole], done.stderr
    assert set(snapshot(tmp_path)) == {"model"}
    assert load_model(tmp_path / "model").hash() == small_model().hash()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 200 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", place], capture_output=True)
    if done.returncode:
        pytest.skip("nobody but root may mount a file system")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_disk_that_is_really_full(small_disk):
    chosen = options(hidden=(900,), epochs=1, batch_size=60)  # a model of 70 kB, a checkpoint of 140
    fitted, told = fit(DATA, chosen), []
    (small_disk / "rest").write_bytes(bytes(100_000))
    save_model(small_model(), small_disk / "model")
    before = snapshot(small_disk)
    assert (
        fit(DATA, chosen, checkpoint=Checkpoint(small_disk / "c", 1, tell=told.append)).model.hash()
        == fitted.model.hash()
    )
    assert len(told) == 1
    assert "no space left" in told[0]
    (small_disk / "rest").write_bytes(bytes(180_000))
    with pytest.raises(GlassnetError) as problem:
        save_model(fitted.model, small_disk / "model")
    assert problem.value.code == "GN004"
    assert snapshot(small_disk) == {**before, "rest": bytes(180_000)}


def test_what_a_killed_process_left_is_cleared_away(tmp_path):
    stopped(tmp_path / "run[1].ck", 3, options())
    left, other = tmp_path / ".run[1].ck.0123456789ab.part", tmp_path / ".run1.ck.0123456789ab.part"
    left.write_bytes(b"half")
    other.write_bytes(b"half")
    resume(tmp_path / "run[1].ck", DATA)
    assert (left.exists(), other.exists()) == (False, True)
