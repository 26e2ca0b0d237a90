"""Batches divided on a Ray cluster: the bits of one machine, however many workers compute, are lost, or join.

`tests/equivalence/test_shared_batches.py` has the same without Ray, with all options that affect a step.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

import pytest

import glassnet
from glassnet import Options, fit, new_model, resume, train
from glassnet.engines import CompiledEngine
from glassnet.errors import ClusterError
from glassnet.training.checkpoint import CheckpointPolicy
from glassnet.training.events import BlockDone, EpochDone
from support.ray_machines import PATIENCE, add_machine, lose_machine
from support.samples import digits

OPTIONS = Options(
    **{"hidden": (9,), "batch_size": 128, "shards": 8, "epochs": 3, "blocks": 2, "seed": 3, "skip_zeros": False},
    **{"optimizer": "adamw", "learning_rate": 0.01, "dropout": 0.2, "ema_decay": 0.9, "early_stopping": 3},
)
DATA = digits(400)
STEPS = OPTIONS.epochs * -(-360 // 128)


def outcome(fitted):
    """Everything that training decides."""
    history = fitted.history
    return fitted.model.hash(), history.weight_hashes, history.loss, history.validation_loss, history.accuracy


@pytest.fixture(scope="module")
def expected():
    return outcome(fit(DATA, OPTIONS, engine=CompiledEngine()))


@pytest.fixture(scope="module")
def workers(ray_nodes):
    """A worker for each core of the machines, with notices in `said`, and the latest training run in `run`."""
    from glassnet.distributed.shard_workers import RayWorkers

    class Watched(RayWorkers):
        def begin(self, part):
            self.calls, self.run = 0, super().begin(part)
            return self.run

        def _call(self, worker, *step):
            self.calls += 1
            return super()._call(worker, *step)

    said = []
    watched = Watched(said.append)
    watched.said = said
    yield watched
    watched.close()


@pytest.fixture
def engine(workers, monkeypatch):
    from glassnet.distributed import shard_workers
    from glassnet.distributed.data_parallel import RayEngine

    monkeypatch.setattr(shard_workers, "LOOK_SECONDS", 0)
    monkeypatch.setattr(shard_workers, "FIRST_SECONDS", PATIENCE)
    monkeypatch.setattr(shard_workers, "OTHERS_SECONDS", PATIENCE)
    workers._next_look = 0  # another test may have put it off
    workers.said.clear()
    return RayEngine(workers)


def test_the_number_of_workers_does_not_matter(workers, engine, expected):
    for count in (1, 3):
        workers.most = count
        assert outcome(fit(DATA, OPTIONS, engine=engine)) == expected
        assert workers.count == count
        assert workers.said == []


def test_workers_that_are_lost_or_join_change_nothing(ray, ray_nodes, workers, engine, expected):
    """A process is killed in mid-step, and another joins; then a machine is lost with its worker, and another joins."""
    blocks, counts, losses, original = [], [], [lambda worker: ray.kill(worker.actor)], workers._call

    def call(worker, *step):
        reference = original(worker, *step)
        if workers.calls % 3 == 2 and losses:
            losses.pop()(worker)
        return reference

    def join(event):
        blocks.append(isinstance(event, BlockDone))
        if isinstance(event, BlockDone) and sum(blocks) in (2, 4):
            counts.append(workers.count)
            if sum(blocks) == 4:
                add_machine(ray_nodes)
            while workers.count < 3:
                workers.look_for_others(workers.run)
                assert workers._refused == 0, workers.said
                joining = [one.begun for one in workers._joining]
                assert not joining or ray.wait(joining, timeout=PATIENCE)[0], "workers do not start"
            counts.append(workers.count)
            if sum(blocks) == 2:
                losses.append(lambda worker: lose_machine(ray_nodes))

    workers.most = 3
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "_call", call)
        assert outcome(fit(DATA, OPTIONS, engine=engine, callbacks=[join])) == expected
    assert losses == []
    assert counts[1::2] == [3, 3]
    assert counts[2] == 2  # as many as have room on one machine
    lost = sum("lost" in str(line) for line in workers.said)
    assert lost >= 2, workers.said
    assert workers.calls <= STEPS * 3 + lost


def test_training_goes_on_alone_when_all_are_lost_and_resumes_on_one_machine(
    ray, workers, engine, expected, tmp_path, monkeypatch
):
    def lose_all_and_stop(event):
        if isinstance(event, EpochDone):
            for one in (*workers._ready, *workers._joining):
                ray.kill(one.actor)
            if event.epoch == 2:
                raise KeyboardInterrupt

    monkeypatch.setattr("glassnet.distributed.shard_workers.LOOK_SECONDS", 1000)  # no others take their places
    workers.most = 2
    policy = CheckpointPolicy(tmp_path / "run.checkpoint", every=3)
    with pytest.raises(KeyboardInterrupt):
        fit(DATA, OPTIONS, engine=engine, checkpoint=policy, callbacks=[lose_all_and_stop])
    assert any("lost: 0 go on" in str(line) for line in workers.said)
    resumed = resume(policy.path, DATA)
    assert outcome(resumed)[0] == expected[0]
    assert resumed.changes == ()


@pytest.mark.filterwarnings("error")  # no notice, such as of workers without a core
def test_the_workers_of_a_cluster_give_their_cores_to_tasks(workers, engine, expected):
    workers.close()  # their cores are needed
    options = replace(OPTIONS, engine="compiled")
    with glassnet.ray_cluster("auto") as cluster:
        fitted = [fit(DATA, options, executor=cluster) for _ in range(2)]
        assert cluster._shard_workers.count == cluster.workers == 3
        members = fit(DATA, replace(options, members=2), executor=cluster).model
    assert [outcome(one) for one in fitted] == [expected, expected]
    assert fitted[0].model.receipt["engine"] == "compiled"
    assert glassnet.verify(fitted[0].model, DATA).same
    assert glassnet.verify(members, DATA).same


def test_two_training_runs_take_turns(workers, engine):
    workers.most, every = 1, [replace(OPTIONS, epochs=1, early_stopping=0, seed=seed) for seed in (1, 2)]
    models = [new_model(DATA, options) for options in every]
    for _ in zip_longest(*(train(*one, engine) for one in zip(models, [DATA] * 2, every, strict=True))):
        pass
    for model, options in zip(models, every, strict=True):
        assert model.hash() == fit(DATA, options, engine=CompiledEngine()).model.hash()


def test_a_worker_of_another_kind_is_refused_by_name(workers, engine, monkeypatch):
    monkeypatch.setattr(workers, "_driver", {**workers._driver, "processor": "x86_64 other"})
    workers.most = 1
    with pytest.raises(ClusterError, match=r"The worker on [\d.]+ .*processor x86_64 \w+.* x86_64 other"):
        fit(DATA, OPTIONS, engine=engine)
    assert workers.count == 0
