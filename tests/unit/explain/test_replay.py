"""Replay reproduces any step of a finished run, bit for bit."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from glassnet import Options, fit, load_model, train
from glassnet.data import bundled
from glassnet.engines import engine_named
from glassnet.errors import DataError, OptionError
from glassnet.explain.replay import replay, replay_epoch
from glassnet.model.build import new_model
from glassnet.training.checkpoint import load_checkpoint
from support.stopping import stopped

DATA = bundled("train").take(slice(0, 230))
PLAIN = {"hidden": (6,), "epochs": 2, "blocks": 10}
ADAM = {
    **PLAIN,
    "batch_size": 32,
    "optimizer": "adamw",
    "learning_rate": 0.01,
    "dropout": (0.25,),
    "rotate": 5.0,
    "ema_decay": 0.9,
    "clip": 1.0,
    "hard_fraction": 0.5,
    "schedule": "plateau",
}


def made(**changes):
    options = Options(**changes)
    fitted = fit(DATA, options)
    return fitted.model


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("changes", [PLAIN, ADAM], ids=["plain", "adam"])
def test_consecutive_steps_make_up_the_run(changes, engine):
    """Each step ends where the next begins; the first and last weights have the hashes of the training record."""
    model = made(**changes, engine=engine)
    trail, steps = model.receipt["trails"][0], -(-len(DATA) // Options(**changes).batch_size)
    first, last = replay(model, DATA, 1, 1), replay(model, DATA, 2, steps)
    assert (first.before.hash(), last.after.hash()) == (trail[0], trail[2])
    assert (first.where, first.checked, last.where, last.checked) == ("", 1, "", 2)
    middle = [replay(model, DATA, 2, step) for step in (3, 4)]
    assert middle[0].after.hash() == middle[1].before.hash()
    assert replay(model, DATA, 1, steps).after.hash() == replay(model, DATA, 2, 1).before.hash() == trail[1]


@pytest.mark.parametrize("changes", [PLAIN, ADAM], ids=["plain", "adam"])
@pytest.mark.parametrize(("dtype", "bound"), [("float64", 1e-13), ("float32", 2e-6)])
def test_the_formulas_give_the_engines_step(changes, dtype, bound):
    again = replay(made(**changes, dtype=dtype), DATA, 2, 5)
    assert np.abs(again.after.flat - again.before.flat).max() > 1e-4
    assert again.rounding < bound


def test_the_weights_after_each_block_are_those_of_the_run():
    """The weights of the run itself at the end of each block."""
    options = Options(**PLAIN, engine="compiled")
    model = made(**PLAIN, engine="compiled")
    seen = {}

    class RecordingEngine:
        def __init__(self, engine):
            self.name, self.prepare, self.output_loss = engine.name, engine.prepare, engine.output_loss
            self._run = engine.run_steps

        def run_steps(self, architecture, state, prepared, block):
            progress = self._run(architecture, state, prepared, block)
            seen[block.epoch + 1, block.first + len(block.learning_rates)] = state.parameters.hash()
            return progress

    for _ in train(new_model(DATA, options), DATA, options, RecordingEngine(engine_named("compiled"))):
        pass
    assert len(seen) == 20
    for epoch, step in [(1, 23), (2, 115), (2, 230)]:
        assert replay(model, DATA, epoch, step).after.hash() == seen[epoch, step]


def test_a_step_names_its_samples():
    again = replay(made(**PLAIN, shuffle=False), DATA, 1, 7)
    assert again.rows.tolist() == [6]
    np.testing.assert_array_equal(again.trace.inputs[0], DATA.inputs[6] / 255 * 0.99 + 0.01)


def test_a_difference_is_reported():
    model = made(**PLAIN, engine="reference")
    trails = [[model.receipt["trails"][0][0], "0" * 64, "0" * 64]]
    again = replay(replace(model, receipt={**model.receipt, "trails": trails}), DATA, 2, 1)
    assert again.where == "the weights after epoch 1"


def test_of_an_ensemble_the_first_member_is_replayed():
    alone, ensemble = made(**PLAIN), made(**PLAIN, members=2)
    assert replay(ensemble, DATA, 1, 9).after.hash() == replay(alone, DATA, 1, 9).after.hash()


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """A model whose optimizer keeps moments, and a checkpoint from the middle of its second epoch."""
    path, changes = tmp_path_factory.mktemp("run") / "c", {**ADAM, "epochs": 3, "engine": "compiled"}
    stopped(path, 8 + 3, Options(**changes), DATA)
    return made(**changes), path


def test_a_replay_from_a_checkpoint_gives_the_same_step(interrupted):
    model, path = interrupted
    for epoch, step in ((2, 6), (3, 4)):
        from_checkpoint = replay(model, DATA, epoch, step, checkpoint=load_checkpoint(path))
        assert from_checkpoint.after.hash() == replay(model, DATA, epoch, step).after.hash()
        assert (from_checkpoint.where, from_checkpoint.checked) == ("", epoch)


def test_a_later_checkpoint_or_one_of_another_run_is_rejected(interrupted):
    model, path = interrupted
    for other, epoch, words in ((model, 1, "later than"), (made(**ADAM, engine="compiled"), 2, "another run")):
        with pytest.raises(OptionError) as problem:
            replay(other, DATA, epoch, 6, checkpoint=load_checkpoint(path))
        assert problem.value.code == "GN080"
        assert words in str(problem.value)


def test_a_run_with_early_stopping_and_held_out_samples_is_replayed(tmp_path):
    model = made(**{**PLAIN, "epochs": 30}, early_stopping=2, validation=0.2, learning_rate=1.0, engine="reference")
    trail = model.receipt["trails"][0]
    assert 2 < len(trail) - 1 < 30
    again = replay(model, DATA, len(trail) - 1, 184)
    assert (again.where, again.after.hash()) == ("", trail[-1])
    for epoch, step in ((len(trail), 1), (1, 185)):
        with pytest.raises(OptionError) as problem:
            replay(model, DATA, epoch, step)
        assert problem.value.code == "GN080"


@pytest.mark.parametrize(("epoch", "step"), [(0, 1), (3, 1), (1, 0), (1, 231)])
def test_a_step_outside_the_run_is_rejected(epoch, step):
    with pytest.raises(OptionError) as problem:
        replay(made(**PLAIN, engine="reference"), DATA, epoch, step)
    assert problem.value.code == "GN080"
    assert "epochs 1 to 2" in str(problem.value)


def test_other_data_or_a_missing_training_record_are_rejected():
    model = made(**PLAIN, engine="reference")
    for wrong, data in ((model, DATA.take(slice(1, 230))), (replace(model, receipt={}), DATA)):
        with pytest.raises(DataError) as problem:
            replay(wrong, data, 1, 1)
        assert problem.value.code == "GN017"


def test_an_unfinished_run_is_rejected(tmp_path):
    stopped(tmp_path / "run.ck", 3, Options(**PLAIN), DATA)
    with pytest.raises(DataError, match=r"no complete training record.*glassnet train --resume") as problem:
        replay(load_model(tmp_path / "run.ck"), DATA, 1, 2)
    assert problem.value.code == "GN017"


def test_the_engine_that_trained_is_used():
    """The options here would choose the other engine; a user-defined function is not part of the record."""
    options = Options(**PLAIN, engine="compiled")
    fitted = fit(DATA, options, engine=engine_named("reference"))
    model = fitted.model
    assert model.receipt["trails"] != made(**PLAIN, engine="compiled").receipt["trails"]
    assert replay(model, DATA, 2, 1).where == ""
    with pytest.raises(DataError, match="my_loss, a function") as problem:
        replay(replace(model, receipt={**model.receipt, "engine": "my_loss"}), DATA, 2, 1)
    assert problem.value.code == "GN017"


@pytest.mark.parametrize("changes", [PLAIN, ADAM], ids=["plain", "adam"])
def test_steps_of_a_replayed_epoch_equal_those_replayed_alone(changes):
    """In any order, over the ends of blocks, and again."""
    model = made(**changes, engine="compiled")
    epoch = replay_epoch(model, DATA, 2)
    assert epoch.steps == -(-len(DATA) // Options(**changes).batch_size)
    for step in (epoch.steps, 1, 2, 3, 2, epoch.steps - 1):
        alone, again = replay(model, DATA, 2, step), epoch.step(step)
        assert (again.before.hash(), again.after.hash()) == (alone.before.hash(), alone.after.hash())
        assert again.rows.tolist() == alone.rows.tolist()
        assert (again.epoch, again.step, again.checked, again.where) == (2, step, 2, "")
    with pytest.raises(OptionError, match="steps 1 to"):
        epoch.step(epoch.steps + 1)


@pytest.mark.parametrize("changes", [PLAIN, ADAM], ids=["plain", "adam"])
def test_of_an_epoch_of_many_blocks_few_states_are_held(changes, monkeypatch):
    model = made(**{**changes, "blocks": 8})
    whole = replay_epoch(model, DATA, 2)
    monkeypatch.setattr(sys.modules[replay_epoch.__module__], "MOST_STARTS", 3)
    few = replay_epoch(model, DATA, 2)
    assert len(few._recorder._starts) <= 3 < len(whole._recorder._starts)
    for step in (whole.steps, 1, whole.steps // 2, whole.steps - 1):
        assert few.step(step).after.hash() == whole.step(step).after.hash()
