"""Checkpoint files: damage is detected, and a failure to write loses neither the old file nor the training run."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import safetensors

from glassnet import CheckpointPolicy, fit, load_checkpoint, load_model, resume, save_model
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
        lambda header, tensors: header["receipt"]["options"].update(ema_decay=0.5),
        lambda header, tensors: tensors.pop("training.good"),
        lambda header, tensors: tensors.pop("training.history.loss"),
        lambda header, tensors: tensors.update({"training.good": np.zeros(3, np.float32)}),
    ],
)
def test_an_inconsistent_file_is_rejected(tmp_path, change):
    path = tmp_path / "run.ck"
    stopped(path, 5, options())
    changed(path, change)
    with pytest.raises(ModelFileError) as problem:
        load_checkpoint(path)
    assert problem.value.code == "GN041"


def test_truncations_and_flipped_bits_are_detected(tmp_path):
    """Some of them: `test_modelfile.py` has every truncation of a file that the same code reads."""
    path = tmp_path / "run.ck"
    stopped(path, 5, options(hidden=(2,), ema_decay=0.5, batch_size=10, optimizer="adam", learning_rate=0.01))
    content = path.read_bytes()
    with safetensors.safe_open(path, "numpy") as file:
        assert json.loads(file.metadata()["glassnet"])["training"]["epoch"] == 0
        assert "training.slots" in set(file.keys())
    bits = np.random.default_rng(3).choice(8 * len(content), 300, replace=False).tolist()
    lengths = {*range(0, len(content), 17), *range(32), *range(len(content) - 32, len(content))}
    damaged = [content[:length] for length in lengths] + [flipped(content, bit) for bit in bits]
    for text in damaged:
        path.write_bytes(text)
        with pytest.raises(ModelFileError) as problem:
            load_checkpoint(path)
        assert problem.value.code in {"GN040", "GN041", "GN042"}
    path.write_bytes(content)
    resume(path, DATA)


def test_a_diverging_run_leaves_no_checkpoint(tmp_path):
    with pytest.raises(DivergedError):
        fit(DATA, options(learning_rate=1000.0), checkpoint=tmp_path / "run.ck")
    assert snapshot(tmp_path) == {}
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to("far")
    with pytest.raises(DivergedError):
        fit(DATA, options(learning_rate=1000.0), checkpoint=tmp_path / "link" / "run.ck")
    assert os.listdir(tmp_path / "far") == []


@pytest.mark.parametrize("when", ["before training", "while training"])
def test_training_continues_if_a_checkpoint_cannot_be_written(tmp_path, monkeypatch, when):
    messages, writes_left = [], [0 if when == "before training" else 1]

    def fail(*arguments):
        writes_left[0] -= 1
        if writes_left[0] < 0:
            raise OSError(28, "no space left on device")
        return real(*arguments)

    real, path = checkpointing.replacing, tmp_path / "run.ck"
    monkeypatch.setattr(checkpointing, "replacing", fail)
    fitted = fit(DATA, options(), checkpoint=CheckpointPolicy(path, 1, tell=messages.append))
    assert fitted.model.hash() == fit(DATA, options()).model.hash()
    assert len(messages) == 1
    assert "no space left" in str(messages[0])
    assert path.exists() == (when == "while training")


FULL = """
import resource, sys
sys.path[:0] = sys.argv[2:]
from glassnet import CheckpointPolicy, fit, load_checkpoint, save_model
from glassnet.errors import FileError
from support.samples import small_model
from support.stopping import DATA, options
path, messages = sys.argv[1], []
big = options(hidden=(3000,), epochs=1, batch_size=60)
limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
save_model(small_model(), path + '/model')
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, limit))
try:
    fitted = fit(DATA, big, checkpoint=CheckpointPolicy(path + '/run.ck', 1, tell=messages.append))
    save_model(fitted.model, path + '/model')
except FileError as problem:
    print(problem.code, len(messages), 'no space' in str(messages[0]), fitted.model.hash())
"""


def test_training_and_the_old_file_survive_a_file_size_limit(tmp_path):
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
        pytest.skip("only root can mount a file system")
    yield place
    subprocess.run(["umount", place], check=True)


def test_training_and_the_old_file_survive_a_full_disk(small_disk):
    chosen = options(hidden=(900,), epochs=1, batch_size=60)  # a model of 70 kB, a checkpoint of 140
    fitted, messages = fit(DATA, chosen), []
    (small_disk / "rest").write_bytes(bytes(100_000))
    save_model(small_model(), small_disk / "model")
    before = snapshot(small_disk)
    assert (
        fit(DATA, chosen, checkpoint=CheckpointPolicy(small_disk / "c", 1, tell=messages.append)).model.hash()
        == fitted.model.hash()
    )
    assert len(messages) == 1
    assert "no space left" in str(messages[0])
    (small_disk / "rest").write_bytes(bytes(180_000))
    with pytest.raises(GlassnetError) as problem:
        save_model(fitted.model, small_disk / "model")
    assert problem.value.code == "GN004"
    assert snapshot(small_disk) == {**before, "rest": bytes(180_000)}


def test_temporary_files_of_a_killed_process_are_removed(tmp_path):
    stopped(tmp_path / "run[1].ck", 3, options())
    left, other = tmp_path / ".run[1].ck.0123456789ab.part", tmp_path / ".run1.ck.0123456789ab.part"
    left.write_bytes(b"half")
    other.write_bytes(b"half")
    resume(tmp_path / "run[1].ck", DATA)
    assert (left.exists(), other.exists()) == (False, True)
