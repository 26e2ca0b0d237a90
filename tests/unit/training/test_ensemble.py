"""Ensembles: members are the same as trained alone, and their outputs are averaged."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from glassnet import Options, evaluate, fit, load_data, load_model, save_model
from glassnet.data.split import early_stopping_split
from glassnet.errors import OptionError
from glassnet.training.events import EpochDone
from glassnet.training.verify import verify
from support.cli import run

DATA = load_data("mnist").take(slice(0, 300))
OPTIONS = {"hidden": 8, "batch_size": 10, "optimizer": "momentum", "learning_rate": 0.05, "epochs": 2}


@pytest.fixture(scope="module")
def ensemble():
    return fit(DATA, Options(**OPTIONS, members=3, seed=5)).model


def test_members_equal_networks_trained_alone(ensemble):
    for number, member in enumerate(ensemble.members):
        alone = fit(DATA, Options(**OPTIONS, seed=5 + number)).model
        assert member.parameters.hash() == alone.network.parameters.hash()


def test_outputs_are_the_mean_of_the_members(ensemble):
    alone = [fit(DATA, Options(**OPTIONS, seed=seed)).model.outputs(DATA.inputs) for seed in (5, 6, 7)]
    np.testing.assert_allclose(ensemble.outputs(DATA.inputs), np.mean(alone, axis=0), rtol=1e-6)


@pytest.mark.parametrize("scaling", ["unit", "standard", "features"])
def test_members_share_the_held_out_part_and_the_scaling(scaling):
    """The first layer of each member depends on the scaling, so all members need the same."""
    options = Options(**OPTIONS, members=3, seed=5, early_stopping=1, scaling=scaling)
    fitted = fit(DATA, options)
    trained, held_out = early_stopping_split(DATA, options)
    for number, member in enumerate(fitted.model.members):
        alone = fit(trained, replace(options, members=1, seed=5 + number), validation_data=held_out).model
        assert member.parameters.hash() == alone.network.parameters.hash()
        assert (alone.scaling, alone.targets) == (fitted.model.scaling, fitted.model.targets)
    assert not fitted.own_validation
    assert verify(fitted.model, DATA).same


def test_an_interrupt_while_members_are_started_ends_all_of_them(monkeypatch):
    class Interrupted(ThreadPoolExecutor):
        def submit(self, *args, **kwargs):
            super().submit(*args, **kwargs)
            started.wait()
            raise KeyboardInterrupt

    started, epochs = threading.Event(), []

    def note(event):
        started.set()
        if isinstance(event, EpochDone):
            epochs.append(event.epoch)

    monkeypatch.setattr("glassnet.training.executor.ThreadPoolExecutor", Interrupted)
    options = Options(**{**OPTIONS, "epochs": 3000}, members=3)
    with pytest.raises(KeyboardInterrupt):
        fit(DATA, options, callbacks=[note])
    assert len(epochs) < options.epochs


def test_an_interrupt_is_handled_if_waiting_resumes_after_signals(restarting_ctrl_c):
    epochs, options = [], Options(**{**OPTIONS, "epochs": 30_000}, members=3)

    def note(event):
        if isinstance(event, EpochDone):
            epochs.append(event.epoch)
            if event.epoch == 3:
                restarting_ctrl_c()

    with pytest.raises(KeyboardInterrupt):
        fit(DATA, options, callbacks=[note])
    assert len(epochs) < options.epochs


def test_an_ensemble_survives_a_round_trip(ensemble, tmp_path):
    save_model(ensemble, tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert len(loaded.members) == 3
    assert loaded.hash() == ensemble.hash()
    assert loaded.outputs(DATA.inputs).tobytes() == ensemble.outputs(DATA.inputs).tobytes()
    assert evaluate(loaded, DATA).accuracy == evaluate(ensemble, DATA).accuracy


def test_an_ensemble_has_its_own_hash(ensemble):
    assert ensemble.hash() not in [member.parameters.hash() for member in ensemble.members]


def test_the_number_of_threads_does_not_change_the_model(small_thresholds):
    hashes = {fit(DATA, Options(**OPTIONS, members=3, threads=threads)).model.hash() for threads in (1, 2, 3)}
    assert len(hashes) == 1


def test_verify_at_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = np.column_stack([DATA.labels, DATA.inputs])[:120]
    np.savetxt("rows.csv", rows, fmt="%d", delimiter=",")
    flags = ("--hidden", "4", "--epochs", "2", "--members", "2", "--no-plot", "--out", "m.safetensors")
    assert run("train", "rows.csv", *flags).code == 0
    assert run("info", "--verify", "m.safetensors", "rows.csv").out.startswith(
        "same bits after retraining 2 networks, for 2, 2 epochs, hash "
    )
    np.savetxt("rows.csv", rows[::-1], fmt="%d", delimiter=",")
    changed = run("info", "--verify", "m.safetensors", "rows.csv", "--json")
    assert changed.code == 1
    assert '"same": false' in changed.out
    assert run("info", "--verify", "m.safetensors").err.splitlines()[-1].endswith("[GN020]")


def test_seeds_of_members_must_not_overflow():
    assert Options(seed=2**63 - 2, members=2).members == 2
    with pytest.raises(OptionError) as problem:
        Options(seed=2**63 - 2, members=3)
    assert problem.value.code == "GN022"
