"""Interrupted training on a stream: checkpoints in the middle of an epoch, broken parts, and a killed process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from glassnet import Options, load_checkpoint, load_model, read_table, resume
from glassnet.data.stream.opening import open_stream
from glassnet.data.stream.source import TableStream
from glassnet.errors import FileError, ModelFileError, StreamError
from glassnet.training.checkpoint import CheckpointPolicy
from glassnet.training.events import BlockDone
from glassnet.training.streaming.fit import fit_stream, resume_stream, verify_stream
from glassnet.training.streaming.order import epoch_windows

GROUP = 130
CHOSEN = Options.recipe("table", hidden=(6,), epochs=3, batch_size=20, engine="reference", members=1, early_stopping=2)
DROPPED = ("value", "label")


class Counting(TableStream):
    """Counts what is read, and cannot read a row group any more from some time on."""

    def __init__(self, frame: pl.DataFrame, breaks: int | None = None) -> None:
        super().__init__(read_table(frame), GROUP)
        self.reads: list[int] = []
        self.breaks = breaks

    def read(self, group, columns=None):
        self.reads.append(group.number)
        if self.breaks is not None and len(self.reads) > self.breaks:
            template = "{name}: damaged {kind} data ({reason}). Fetch the file again."
            raise FileError("GN006", template, name=f"row group {group.number}", kind="Parquet", reason="broken")
        return super().read(group, columns)


def whole(frame: pl.DataFrame) -> str:
    """The hash of an uninterrupted run."""
    return fit_stream(Counting(frame), "kind", CHOSEN, drop=DROPPED).fit.model.hash()


def interrupt_at(block: int):
    """A callback that interrupts after so many blocks."""
    seen = []

    def call(event):
        seen.extend([event] * isinstance(event, BlockDone))
        if len(seen) == block:
            raise KeyboardInterrupt

    return call


@pytest.mark.parametrize("block", [4, 6])  # of four an epoch
def test_an_interrupted_run_goes_on_with_the_same_bits(frame, tmp_path, block):
    place = tmp_path / "c.checkpoint"
    policy = CheckpointPolicy(place, every=1)
    with pytest.raises(KeyboardInterrupt):
        fit_stream(
            Counting(frame), "kind", CHOSEN, drop=DROPPED, checkpoint=policy, callbacks=[interrupt_at(block)], cache=0
        )
    state, source = load_checkpoint(place).state, Counting(frame)
    resumed = resume_stream(place, source, cache=0)
    assert resumed.fit.model.hash() == whole(frame)
    # Of the interrupted epoch, no row group before the window is read again; the first pass compares the data.
    groups = [group.rows for group in source.groups]
    left = epoch_windows(groups, 128, state.epoch, CHOSEN)[state.block :]
    needed = len({piece.group for pieces in left for piece in pieces})
    assert len(source.reads) <= len(groups) * (1 + CHOSEN.epochs - 1 - state.epoch) + needed


def test_validation_data_take_the_place_of_held_out_rows(frame, tmp_path):
    policy, about = (
        CheckpointPolicy(tmp_path / "v.checkpoint", every=1),
        {"drop": DROPPED, "validation_data": frame[:90]},
    )
    model = fit_stream(Counting(frame), "kind", CHOSEN, hold_out=False, **about).fit.model
    assert model.receipt["data"]["samples"] == frame["kind"].count()
    assert model.receipt["data"]["validation_data"]["samples"] == frame["kind"][:90].count()
    stopped = {"checkpoint": policy, "callbacks": [interrupt_at(6)]}
    with pytest.raises(KeyboardInterrupt):
        fit_stream(Counting(frame), "kind", CHOSEN, hold_out=False, **about, **stopped)
    for wrong in (None, frame[:80]):
        with pytest.raises(ModelFileError, match="other validation data"):
            resume_stream(policy.path, Counting(frame), validation_data=wrong)
    resumed = resume_stream(policy.path, Counting(frame), validation_data=frame[:90])
    assert resumed.fit.model.hash() == model.hash()


@pytest.mark.parametrize("members", [1, 3])
def test_weights_of_rows_are_those_of_the_column_relative_to_its_mean(frame, tmp_path, members):
    options = replace(CHOSEN, members=members, folds=members > 1)
    random = np.random.default_rng(1).integers(1, 9, len(frame)) / 4
    random[::20] = 0

    def fitted(weights=None, **more):
        weighted = frame if weights is None else frame.with_columns(w=weights)
        weight = None if weights is None else "w"
        about = {"drop": DROPPED, "weight": weight, "hold_out": False, "cache": 0}
        return fit_stream(Counting(weighted), "kind", options, **about, **more).fit.model

    model = fitted(random)
    if members > 1:  # else some rows are held out for validation
        assert model.receipt["data"]["samples"] == sum((random > 0) & frame["kind"].is_not_null().to_numpy())
    assert fitted(8 * random).hash() == model.hash()
    assert fitted(np.full(len(frame), 2.0)).hash() == fitted().hash() != model.hash()
    assert verify_stream(model, Counting(frame.with_columns(w=random))).same
    if members == 1:
        policy = CheckpointPolicy(tmp_path / "w.checkpoint", every=1)
        with pytest.raises(KeyboardInterrupt):
            fitted(random, checkpoint=policy, callbacks=[interrupt_at(6)])
        resumed = resume_stream(policy.path, Counting(frame.with_columns(w=random)), cache=0)
        assert resumed.fit.model.hash() == model.hash()


def test_a_broken_part_keeps_weights_and_checkpoint(frame, tmp_path):
    place = tmp_path / "c.checkpoint"
    groups = len(Counting(frame).groups)
    source = Counting(frame, breaks=2 * groups + 2)
    with pytest.raises(StreamError, match="row group") as caught:
        fit_stream(
            source, "kind", CHOSEN, drop=DROPPED, checkpoint=CheckpointPolicy(place, every="1h"), cache=0, ahead=0
        )
    assert (caught.value.code, caught.value.good_epochs) == ("GN006", 1)
    assert caught.value.model.hash() == load_checkpoint(place).model.hash()
    assert 1 < load_checkpoint(place).state.progress < 2
    assert resume_stream(place, Counting(frame)).fit.model.hash() == whole(frame)


@pytest.mark.parametrize(("folds", "form"), [(True, ((18,), 1)), (False, ((6,), 3))])
def test_a_broken_part_ends_all_members_and_keeps_the_weights_of_all(frame, folds, form):
    groups = len(Counting(frame).groups)
    chosen = Options.recipe("table", hidden=(6,), epochs=3, batch_size=20, engine="reference", members=3, folds=folds)
    with pytest.raises(StreamError) as caught:
        fit_stream(Counting(frame, breaks=3 * groups), "kind", chosen, drop=DROPPED, cache=0, ahead=0)
    model = caught.value.model
    assert (model.network.architecture.sizes[1:-1], len(model.members)) == form
    assert caught.value.good_epochs in (1, 2)  # a member may have been cancelled before another one saw the error


def test_other_data_and_other_checkpoints_are_refused(frame, tmp_path):
    place = tmp_path / "c.checkpoint"
    fit_stream(Counting(frame), "kind", CHOSEN, drop=DROPPED, checkpoint=place)
    other = Counting(frame.with_columns(a=pl.col("a") + 1))
    with pytest.raises(ModelFileError, match="other training data"):
        resume_stream(place, other)
    with pytest.raises(ModelFileError, match="stream"):
        resume(place)
    assert load_model(place).receipt["data"]["stream"]["window"] == 128


PROGRAM = """
import sys, threading
from glassnet import Options, load_checkpoint
from glassnet.data.stream.opening import open_stream
from glassnet.training.checkpoint import CheckpointPolicy
from glassnet.training.events import BlockDone
from glassnet.training.streaming import order
from glassnet.training.streaming.order import epoch_windows
from glassnet.training.streaming.fit import fit_stream

order.LARGEST_WINDOW = 128
options = Options.recipe(
    "table", hidden=(6,), epochs=3, batch_size=20, engine="reference", members=1, early_stopping=2
)
done = 0

def slowly(event):
    global done
    done += isinstance(event, BlockDone)
    if done > 5:  # in the second epoch
        for thread in threading.enumerate():
            if "_write_file" in thread.name:
                thread.join()  # so that the next checkpoint is written
        if load_checkpoint(sys.argv[2]).state.progress > 1:
            print("ready", flush=True)
            sys.stdin.read()

policy = CheckpointPolicy(sys.argv[2], every=1)
fit_stream(open_stream(sys.argv[1]), "kind", options, drop=("value", "label"), checkpoint=policy, callbacks=[slowly])
"""


def test_a_killed_process_goes_on_with_the_same_bits(frame, tmp_path):
    frame.write_parquet(tmp_path / "t.parquet", row_group_size=GROUP)
    place = tmp_path / "c.checkpoint"
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "t.parquet"), str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGKILL)
    assert 1 < load_checkpoint(place).state.progress < 3
    assert resume_stream(place, open_stream(str(tmp_path / "t.parquet"))).fit.model.hash() == whole(frame)
