"""A batch whose shards are computed by several workers has the bits of the compiled engine's own loop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from glassnet import Options, fit, new_model, train
from glassnet.distributed.data_parallel import PortableRayEngine, RayEngine, ShardComputer, idle_notice
from glassnet.engines import CompiledEngine
from glassnet.errors import OptionError
from glassnet.model.build import samples_for
from glassnet.nn.optimizers import OPTIMIZERS
from glassnet.training.events import EpochDone
from glassnet.training.executor import divisible
from glassnet.training.state import TrainingState
from glassnet.workflow import resume_job, train_job
from support.covering import covering
from support.samples import digits, digits_csv

EXTRAS = {
    "none": {}, "augmented": {"rotate": 10.0, "elastic": 1.0},
    "clip": {"clip": 0.5}, "average": {"ema_decay": 0.9},
    "smooth": {"label_smoothing": 0.1, "weight_decay": 1e-3},
    "hard dropout": {"hard_fraction": 0.3, "dropout": 0.3, "clip": 0.5},
}  # fmt: skip
CASES = covering(tuple(OPTIMIZERS), tuple(EXTRAS), (1, 2, 3, 5, 7), (1, 3, 8), ("float32", "float64"))


class LocalWorkers:
    """Workers in this process, each with its own copy of the samples; `absent` of them compute nothing."""

    def __init__(self, count, absent=()):
        self.count, self.absent, self.calls = count, absent, 0

    def begin(self, part):
        return [ShardComputer(part) for _ in range(self.count)]

    def look_for_others(self, run):
        pass

    def compute(self, run, weights, step, shards):
        cuts = [worker * shards // self.count for worker in range(self.count + 1)]
        for number, first, stop in zip(range(self.count), cuts[:-1], cuts[1:], strict=True):
            if first < stop:
                self.calls += 1
                away = number in self.absent
                yield range(first, stop), None if away else run[number].shard_gradients(weights, step, first, stop)


def trained(options, engine, data=None):
    """The hash and the learning curve."""
    done = fit(digits(220) if data is None else data, options, engine=engine)
    return done.model.network.parameters.hash(), done.history.loss, done.history.accuracy


def options_of(**changes):
    chosen = {"activation": "relu", "output": "softmax", "loss": "cross_entropy", "rule": "gradient", "bias": True}
    chosen |= {"initializer": "he", "scaling": "unit", "targets": "one-hot", "hidden": (9, 5), "learning_rate": 0.01}
    chosen |= {"batch_size": 150, "shards": 8, "epochs": 2, "seed": 3, "skip_zeros": False}
    return Options(**{**chosen, **changes})


@pytest.mark.parametrize(("optimizer", "extra", "workers", "shards", "dtype"), CASES)
def test_divided_steps_have_the_bits_of_the_whole(optimizer, extra, workers, shards, dtype):
    options = options_of(optimizer=optimizer, shards=shards, dtype=dtype, epochs=1, **EXTRAS[extra])
    here = LocalWorkers(workers)
    assert trained(options, RayEngine(here)) == trained(options, CompiledEngine())
    assert here.calls == min(workers, shards) + min(workers, shards, 70 // 16)


def test_sample_weights_and_shards_that_nobody_computes():
    data = digits(220)
    data = replace(data, weights=np.linspace(0.5, 1.5, 220))
    options = options_of(blocks=3, batch_size=64, shards=3)
    assert trained(options, RayEngine(LocalWorkers(3, absent={0, 2})), data) == trained(options, CompiledEngine(), data)


def test_options_that_cannot_be_divided():
    for changes, said in (({"batch_size": 1}, "batch_size=1"), ({"engine": "reference"}, "engine='reference'")):
        with pytest.raises(OptionError, match=said):
            divisible(options_of(**changes))
    skipping = options_of(skip_zeros=True)
    with pytest.raises(OptionError, match="skip_zeros=True"):
        fit(digits(220), skipping, engine=RayEngine(LocalWorkers(1)))
    assert divisible(skipping) == options_of()


def test_zeros_are_skipped_unless_the_option_is_off():
    hashes = {skip: trained(options_of(skip_zeros=skip), CompiledEngine())[0] for skip in (True, False)}
    assert hashes[True] != hashes[False]
    data, options = digits(220), options_of()
    model = new_model(data, options)
    prepared = CompiledEngine().prepare(model.network.architecture, samples_for(model, data, options), options)
    assert not prepared.skips_zeros


def test_further_training_and_an_interrupt_between_two_updates():
    """An interrupt while the workers compute leaves weights and optimizer at the end of a step."""
    options = options_of(blocks=1, batch_size=64, optimizer="adamw")
    start = fit(digits(220), options, engine=RayEngine(LocalWorkers(2))).model
    further = [
        fit(digits(220), options, init_model=start, engine=engine).model.hash()
        for engine in (RayEngine(LocalWorkers(3)), CompiledEngine())
    ]
    assert further[0] == further[1]

    class Interrupted(LocalWorkers):
        def compute(self, run, weights, step, shards):
            if step.number == 2:
                raise KeyboardInterrupt
            return super().compute(run, weights, step, shards)

    model = new_model(digits(220), options)
    state = TrainingState.start(model.network.parameters, options)
    with pytest.raises(KeyboardInterrupt):
        list(train(model, digits(220), options, RayEngine(Interrupted(2)), state=state))
    same = new_model(digits(220), options)
    list(train(same, digits(220), options, CompiledEngine(), until=(0, 2)))
    assert state.optimizer_state.step == 2
    assert state.optimizer_state.parameters.hash() == same.network.parameters.hash()


class Shares:
    """An executor whose workers share batches, without Ray."""

    workers = 2

    def share(self, value):
        return value

    def submit(self, task, *arguments, on_event=None):
        raise AssertionError("one network has no tasks")

    def cancel(self, futures):
        pass

    def engine(self, notify=print, *, portable=False):
        return (PortableRayEngine if portable else RayEngine)(LocalWorkers(2))

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        pass


@pytest.mark.parametrize("engine", ["compiled", "portable"])
def test_the_workflow_turns_skipping_off_and_resumes_with_other_workers(engine, tmp_path, monkeypatch):
    """As `train --ray` and `resume --ray` do; the model is that of the same options on one machine."""
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text(digits_csv(300), encoding="utf-8")
    options = {"epochs": 2, "hidden": (9,), "batch_size": 64, "engine": engine, "optimizer": "adamw"}
    job = train_job.TrainJob("rows.csv", recipe="quick", options=options, plot=False, out="shared.safetensors")
    said = []

    def stop(event):
        if isinstance(event, EpochDone) and event.epoch == 1:
            raise KeyboardInterrupt

    alone = train_job.train(replace(job, options={**options, "skip_zeros": False}, out="alone.safetensors"))
    shared = replace(job, checkpoint="run.checkpoint", every="4")
    with pytest.raises(KeyboardInterrupt):
        train_job.train(shared, callbacks=[stop], notify=said.append, executor=Shares())
    assert any("skip_zeros is no" in one.text("en") for one in said)
    resumed = resume_job.resume(resume_job.ResumeJob("run.checkpoint"), executor=Shares())
    assert resumed.model.hash() == alone.model.hash()


def test_idle_workers_are_said():
    assert idle_notice(options_of(shards=8), 7) is None
    assert str(idle_notice(options_of(shards=2), 7)) == "only 2 of 7 workers have work; use shards=7"
    assert "batch_size=40: only 2 of 7" in str(idle_notice(options_of(batch_size=40), 7))


def test_the_training_record_names_the_compiled_engine():
    receipt = fit(digits(220), options_of(), engine=RayEngine(LocalWorkers(2))).model.receipt
    assert receipt["engine"] == "compiled"
    assert receipt["options"]["skip_zeros"] is False
    assert "not_verifiable" not in receipt
