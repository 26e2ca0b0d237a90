"""Checkpoints: a resumed run gives the same result as an uninterrupted one."""

from __future__ import annotations

import json
import signal
from dataclasses import replace

import numpy as np
import pytest

from glassnet import (
    CheckpointPolicy,
    Dataset,
    fit,
    load_checkpoint,
    load_model,
    new_model,
    resume,
    save_model,
    train,
    verify,
)
from glassnet.data.fingerprint import fingerprint
from glassnet.engines import ReferenceEngine
from glassnet.engines.custom_loss import CustomLossEngine
from glassnet.errors import DataError, ModelFileError, OptionError
from glassnet.model.file import file_bytes
from glassnet.training import checkpointing
from glassnet.training.checkpoint import interval_of
from glassnet.training.events import BlockDone, EpochDone
from glassnet.training.state import TrainingState
from support.cases import patterns
from support.samples import small_model
from support.stopping import BLOCKS, DATA, Stopping, changed, options, stopped

BATCHES = {"batch_size": 9, "learning_rate": 0.02}
RUNS = {
    "the notes": {},
    "the notes, compiled": {"engine": "compiled"},
    "float64, compiled, constant": {"engine": "compiled", "dtype": "float64", "schedule": "constant"},
    "momentum and dropout": {**BATCHES, "optimizer": "momentum", "dropout": (0.3,), "schedule": "cosine"},
    "nesterov, compiled, distorted": {
        **BATCHES, "engine": "compiled", "optimizer": "nesterov", "rotate": 10.0, "shift": 1.0, "elastic": 0.5,
        "schedule": "step",
    },
    "rmsprop, plateau": {**BATCHES, "optimizer": "rmsprop", "schedule": "plateau", "patience": 1, "epochs": 6},
    "adam, compiled, plateau, clipped": {
        **BATCHES, "engine": "compiled", "optimizer": "adam", "schedule": "plateau", "patience": 1, "clip": 0.5,
    },
    "adamw and an average": {**BATCHES, "optimizer": "adamw", "ema_decay": 0.9, "weight_decay": 0.1},
    "adamw and an average, compiled": {
        **BATCHES, "engine": "compiled", "optimizer": "adamw", "ema_decay": 0.9, "schedule": "one_cycle", "shards": 3,
        "dropout": (0.2,),
    },
    "lion": {**BATCHES, "optimizer": "lion", "learning_rate": 1e-3, "activation": "silu", "weight_decay": 0.1},
    "lion, compiled": {
        **BATCHES, "engine": "compiled", "optimizer": "lion", "learning_rate": 1e-3, "activation": "silu",
        "clip": 0.5, "ema_decay": 0.9,
    },
    "one block an epoch": {"batch_size": 500},
    "early stopping": {
        **BATCHES, "optimizer": "adam", "early_stopping": 2, "validation": 0.2, "epochs": 9, "ema_decay": 0.5,
    },
}  # fmt: skip


def state_of(path) -> dict:
    """The training state in a checkpoint, without its duration."""
    position = load_checkpoint(path).state
    numbers, arrays = position.saved()
    return {**numbers, "seconds": 0, **{name: array.tobytes() for name, array in arrays.items()}}


@pytest.mark.parametrize("name", RUNS)
def test_a_resumed_run_equals_an_uninterrupted_run(name, tmp_path):
    """Interrupt twice, within an epoch and at the end of one; compare the weights, history, record and checkpoint."""
    chosen, path = options(**RUNS[name]), tmp_path / "run.ck"
    uninterrupted = fit(DATA, chosen, checkpoint=tmp_path / "never.ck")
    blocks = len(uninterrupted.history.loss)
    stopped(path, 1 if name.startswith("one block") else 3, chosen)
    if name.startswith("one block"):
        assert load_checkpoint(path).state.progress == 1
    else:
        assert load_checkpoint(path).state.block == 3
        with pytest.raises(KeyboardInterrupt):
            resume(path, DATA, callbacks=[Stopping(BLOCKS - 3 + 4)])
        assert (load_checkpoint(path).state.epoch, load_checkpoint(path).state.block) == (1, 4)
        with pytest.raises(KeyboardInterrupt):
            resume(path, DATA, callbacks=[Stopping(BLOCKS - 4)])
    again = resume(path, DATA)
    assert again.model.hash() == uninterrupted.model.hash()
    assert again.history == uninterrupted.history
    assert len(again.history.loss) == blocks
    assert again.model.receipt == uninterrupted.model.receipt
    assert state_of(path) == state_of(tmp_path / "never.ck")
    assert load_checkpoint(path).state.ended


def regression_data(rows) -> Dataset:
    """Two targets, with sample weights."""
    random = np.random.default_rng(4)
    inputs = random.normal(size=(rows, 5)).astype(np.float32)
    values = np.exp(inputs[:, :2])
    return Dataset(inputs, np.arange(rows), 2, None, f"{rows} rows", values=values, weights=random.random(rows))


def test_regression_with_sample_weights_and_explicit_validation_data_is_resumed(tmp_path):
    data, validation, path = regression_data(100), regression_data(40), tmp_path / "run.ck"
    chosen = options(
        targets="values", output="identity", loss="huber", rule="gradient", scaling="unit", early_stopping=3, epochs=6,
        learning_rate=0.01,
    )  # fmt: skip
    uninterrupted = fit(data, chosen, validation_data=validation)
    with pytest.raises(KeyboardInterrupt):
        fit(data, chosen, validation_data=validation, checkpoint=path, callbacks=[Stopping(24)])
    for wrong in (None, regression_data(50)):
        with pytest.raises(ModelFileError, match=r"other validation data, 40 samples of 40 rows"):
            resume(path, data, validation=wrong)
    again = resume(path, data, validation=validation)
    assert again.history == uninterrupted.history
    assert len(again.history.validation_loss) > 2
    assert (again.model.hash(), again.best_epochs, again.own_validation) == (
        uninterrupted.model.hash(),
        uninterrupted.best_epochs,
        True,
    )
    fit(DATA, options(), checkpoint=tmp_path / "other.ck")
    with pytest.raises(ModelFileError, match="started without validation data"):
        resume(tmp_path / "other.ck", DATA, validation=DATA)


@pytest.mark.parametrize("value", [-3.5, np.inf, -np.inf, np.nan, 1e-310])
def test_any_loss_survives_a_checkpoint(value):
    chosen = options(schedule="plateau")
    position = TrainingState.start(new_model(DATA, chosen).network.parameters, chosen)
    position.loss = position.best_loss = position.plateau.best = value
    numbers, arrays = position.saved()
    text = json.dumps(numbers, allow_nan=False)
    again = TrainingState.restored(json.loads(text), arrays, position.optimizer_state.parameters.layout, chosen)
    np.testing.assert_array_equal([again.loss, again.best_loss, again.plateau.best], value)


def test_resuming_requires_the_custom_engine(tmp_path):
    def cubed(outputs, targets):
        error = outputs - targets
        return (np.abs(error) ** 3).sum(axis=1), 3 * error * np.abs(error)

    chosen, path = options(rule="gradient"), tmp_path / "run.ck"
    uninterrupted = fit(DATA, chosen, engine=CustomLossEngine(cubed))
    with pytest.raises(KeyboardInterrupt):
        fit(DATA, chosen, engine=CustomLossEngine(cubed), checkpoint=path, callbacks=[Stopping(5)])
    for engine in (None, ReferenceEngine()):
        with pytest.raises(ModelFileError, match="started with the engine custom-loss"):
            resume(path, DATA, engine=engine)
    assert resume(path, DATA, engine=CustomLossEngine(cubed)).model.hash() == uninterrupted.model.hash()


def test_the_model_file_of_a_resumed_run_has_the_same_bytes(tmp_path):
    chosen = options(**RUNS["adamw and an average"])
    stopped(tmp_path / "run.ck", 14, chosen)
    for name, fitted in (("never", fit(DATA, chosen)), ("again", resume(tmp_path / "run.ck", DATA))):
        save_model(fitted.model, tmp_path / name)
    assert (tmp_path / "never").read_bytes() == (tmp_path / "again").read_bytes()


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_a_checkpoint_opens_as_the_model_at_that_step(tmp_path, average):
    chosen = options(ema_decay=average, batch_size=4)
    stopped(tmp_path / "run.ck", 2 * BLOCKS, chosen)
    model = load_model(tmp_path / "run.ck")
    assert model.receipt["progress"] == 2.0
    assert model.receipt["data"]["fingerprint"] == fingerprint(DATA)
    seen = new_model(DATA, chosen)
    for event in train(seen, DATA, chosen, until=(2, 0)):
        last = event
    assert isinstance(last, EpochDone)
    assert (model.hash() == seen.hash()) == (average == 0)
    saved = load_checkpoint(tmp_path / "run.ck")
    assert saved.model.hash() == model.hash()
    assert saved.state.optimizer_state.parameters.hash() == seen.hash()
    with pytest.raises(DataError, match="no complete training record"):
        verify(model, DATA)


def test_a_checkpoint_written_during_training_is_consistent(tmp_path, monkeypatch):
    """However slow the disk, the weights and history in each file belong to the same block."""
    hashes, written = {}, []
    watched, path = new_model(DATA, options()), tmp_path / "run.ck"
    for event in train(watched, DATA, options()):
        if isinstance(event, BlockDone):
            hashes[event.progress] = watched.hash()
    monkeypatch.setattr(checkpointing, "file_bytes", lambda *arguments: written.append(arguments) or b"")
    fit(DATA, options(), checkpoint=CheckpointPolicy(path, 1))
    monkeypatch.undo()
    assert len(written) > 1
    for header, tensors in written:
        progress = header["training"]["progress"]
        path.write_bytes(file_bytes(header, tensors))
        if progress:
            assert load_model(path).hash() == hashes[progress]
            assert load_checkpoint(path).state.optimizer_state.parameters.hash() == hashes[progress]
            assert tensors["training.history.progress"][-1] == progress


@pytest.mark.parametrize("every", ["30s", "1.5 m", "2h", 1000, "1000"])
def test_a_checkpoint_interval_is_a_time_or_a_number_of_steps(every):
    due = interval_of(CheckpointPolicy("x", every).every)
    assert due == {"30s": (30, np.inf), "1.5 m": (90, np.inf), "2h": (7200, np.inf)}.get(every, (np.inf, 1000))


@pytest.mark.parametrize("every", ["", "0", "0s", "often", "-3s", "3 days", -1, 1.5, "1e3", "5S"])
def test_any_other_checkpoint_interval_is_rejected(every):
    with pytest.raises(OptionError, match="30s, 5m or 2h") as problem:
        CheckpointPolicy("x", every)
    assert problem.value.code == "GN021"


def test_an_interval_in_steps_is_rounded_up_to_a_block(tmp_path, monkeypatch):
    written = []

    def write(keeper):
        written.append(keeper._run.state.optimizer_state.step)
        keeper._last = 0.0, written[-1]

    monkeypatch.setattr(checkpointing.CheckpointWriter, "_write", write)
    fit(DATA, options(), checkpoint=CheckpointPolicy(tmp_path / "x", 50))
    assert written[:-1] == [0, 60, 120, 180, 240, 300, 360]  # and a last time at the end


def test_the_checkpoint_of_an_unfinished_run_is_not_overwritten(tmp_path):
    path = tmp_path / "run.ck"
    stopped(path, 5, options())
    before = path.read_bytes()
    with pytest.raises(ModelFileError, match=r"unfinished.*glassnet train --resume") as problem:
        fit(DATA, options(), checkpoint=path)
    assert problem.value.code == "GN045"
    assert path.read_bytes() == before
    resume(path, DATA)
    fit(DATA, options(seed=1), checkpoint=path)
    save_model(small_model(), path)
    with pytest.raises(ModelFileError, match="the file is a model"):
        fit(DATA, options(), checkpoint=path)
    path.write_bytes(b"something else, and no model at all")
    with pytest.raises(OptionError, match="of another kind"):
        fit(DATA, options(), checkpoint=path)


def test_runs_that_cannot_be_resumed_are_rejected(tmp_path):
    path = tmp_path / "run.ck"
    stopped(path, 5, options())
    for other in (DATA.take(slice(0, 100)), patterns(seed=1), replace(DATA, labels=DATA.labels[::-1].copy())):
        with pytest.raises(
            ModelFileError, match=r"run.ck was started with other training data, 120 samples of patterns"
        ) as caught:
            resume(path, other)
        assert caught.value.code == "GN044"
    with pytest.raises(ModelFileError, match="Pass these data"):
        resume(path)
    save_model(small_model(), tmp_path / "model")
    with pytest.raises(ModelFileError, match="a model, expected a checkpoint") as problem:
        resume(tmp_path / "model", DATA)
    assert problem.value.code == "GN043"
    with pytest.raises(OptionError, match="ensembles"):
        fit(DATA, options(members=2), checkpoint=path)


def test_options_of_another_version_are_rejected_with_its_number(tmp_path):
    path = tmp_path / "run.ck"
    stopped(path, 5, options())
    for change in ({"sparkle": 3}, {"optimizer": "lion"}):
        changed(path, lambda header, _, change=change: header["receipt"]["options"].update(change))
        changed(path, lambda header, _: header["receipt"]["versions"].update(glassnet="9.9"))
        with pytest.raises(
            ModelFileError, match=r"started with glassnet 9\.9, this is .*Resume with the version"
        ) as problem:
            resume(path, DATA)
        assert problem.value.code == "GN044"


def test_other_package_versions_are_warned_about_and_recorded(tmp_path):
    path = tmp_path / "run.ck"
    stopped(path, 5, options())
    changed(path, lambda header, _: header["receipt"]["versions"].update(numpy="1.0"))
    with (
        pytest.warns(UserWarning, match=r"the last bits may differ.*numpy 1\.0 → "),
        pytest.raises(KeyboardInterrupt),
    ):
        resume(path, DATA, callbacks=[Stopping(2)])
    with pytest.warns(UserWarning, match=r"numpy 1\.0 → "):  # the run still used two versions
        fitted = resume(path, DATA)
    assert len(fitted.changes) == 1
    assert fitted.model.receipt["resumed"] == list(fitted.changes)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("batch_size", [1, 8])
def test_any_later_step_can_be_reached_from_a_checkpoint(tmp_path, engine, batch_size):
    chosen = options(engine=engine, batch_size=batch_size)
    steps = -(-len(DATA) // batch_size)
    stopped(tmp_path / "run.ck", 13, chosen)
    for epoch, step in ((1, 7 * steps // 10 + 1), (2, 0), (2, steps // 2), (2, steps - 1)):
        model = new_model(DATA, chosen)
        for _ in train(model, DATA, chosen, until=(epoch, step)):
            pass
        run = load_checkpoint(tmp_path / "run.ck").run(DATA)
        for _ in train(run.model, DATA, chosen, state=run.state, until=(epoch, step)):
            pass
        assert run.model.hash() == model.hash()
        assert run.state.optimizer_state.step == epoch * steps + step
    for epoch, step, code in ((3, 0, "GN021"), (0, steps, "GN021"), (-1, 0, "GN021"), (1, 0, "GN022")):
        run = load_checkpoint(tmp_path / "run.ck").run(DATA)
        with pytest.raises(OptionError) as problem:
            next(train(run.model, DATA, chosen, state=run.state, until=(epoch, step)))
        assert problem.value.code == code


def test_a_second_interrupt_stops_at_once(tmp_path):
    class InterruptedTwice(ReferenceEngine):
        calls = 0

        def run_steps(self, *arguments):
            self.calls += 1
            if self.calls == 4:
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGINT)
                raise AssertionError("no interrupt was raised")
            return super().run_steps(*arguments)

    with pytest.raises(KeyboardInterrupt, match=r"0\.[0-3]0 of 3 epochs are saved in"):
        fit(DATA, options(), engine=InterruptedTwice(), checkpoint=CheckpointPolicy(tmp_path / "x", 1))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert resume(tmp_path / "x", DATA).model.hash() == fit(DATA, options()).model.hash()
