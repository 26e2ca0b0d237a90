"""Members and folds on Ray: the same bits as on threads, whatever happens to the machines."""

from __future__ import annotations

import os
import threading
from dataclasses import replace

import numpy as np
import pytest

import glassnet
from glassnet import Dataset, Options, fit
from glassnet.errors import ClusterError, DivergedError
from glassnet.training.cross_validation import cross_validate, out_of_fold
from glassnet.training.events import EpochDone, TrainingStarted
from support.ray_machines import PATIENCE, add_machine, lose_machine

R = np.random.default_rng(3).uniform(-1, 1, (240, 4))
DATA = Dataset.from_arrays(R, R[:, 0] * R[:, 1] > R[:, 2])
OPTIONS = Options.recipe("table", members=4, folds=False, epochs=4, hidden=(8,), early_stopping=2, seed=3)


def hashes(fitted):
    return [one.weight_hashes for one in (fitted.history, *fitted.member_histories)]


def assert_same(one, other):
    """The same bits, training records and numbers of epochs."""
    assert one.model.receipt == other.model.receipt
    assert (one.model.hash(), hashes(one), one.best_epochs) == (other.model.hash(), hashes(other), other.best_epochs)


@pytest.mark.parametrize(
    ("workers", "changes"),
    [
        (1, {"engine": "compiled"}),
        (2, {"engine": "reference", "members": 5, "folds": True}),
        (3, {"engine": "compiled", "members": 5, "folds": True}),
        (3, {"engine": "reference"}),
    ],
)
def test_members_are_the_same_on_any_number_of_workers(ray_nodes, workers, changes):
    options = replace(OPTIONS, **changes)
    with glassnet.ray_cluster(workers=workers) as cluster:
        assert cluster.workers == workers
        assert_same(fit(DATA, options, executor=cluster), fit(DATA, options))


def test_validation_data_and_a_model_to_train_further_reach_the_workers(ray_nodes):
    start = fit(DATA, OPTIONS).model
    given = {"validation_data": DATA.take(np.arange(50)), "init_model": start}
    with glassnet.ray_cluster() as cluster:
        more = fit(DATA, epochs=3, executor=cluster, **given)
    assert_same(more, fit(DATA, epochs=3, **given))


def test_callbacks_get_the_events_of_the_first_member_and_may_end_all(ray_nodes):
    def recording():
        events = []

        def callback(event):
            events.append(event)
            return isinstance(event, EpochDone) and event.epoch == 2

        return events, callback

    here, callback = recording()
    expected = fit(DATA, replace(OPTIONS, epochs=30), callbacks=[callback])
    there, callback = recording()
    with glassnet.ray_cluster() as cluster:
        fitted = fit(DATA, replace(OPTIONS, epochs=30), callbacks=[callback], executor=cluster)
    assert_same(fitted, expected)
    assert {len(one) for one in hashes(fitted)} == {3}  # the initial weights and two epochs
    assert [type(one) for one in there] == [type(one) for one in here]
    assert [one.hash for one in there if isinstance(one, EpochDone)] == hashes(expected)[0][1:]


def test_a_machine_is_lost_while_members_train(ray_nodes):
    """Its members are trained again elsewhere; the callbacks do not see an event twice."""
    events, lost = [], threading.Event()

    def callback(event):
        events.append(event)
        if isinstance(event, EpochDone) and event.epoch == 2:
            lost.set()
            lose_machine(ray_nodes)

    options = replace(OPTIONS, epochs=6, early_stopping=0)
    try:
        with glassnet.ray_cluster() as cluster:
            fitted = fit(DATA, options, callbacks=[callback], executor=cluster)
    finally:
        if lost.is_set():
            add_machine(ray_nodes)
    assert lost.is_set()
    assert_same(fitted, fit(DATA, options))
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [1, 2, 3, 4, 5, 6]
    assert sum(isinstance(event, TrainingStarted) for event in events) == 1


def dies_once(marker, send):
    """A task whose process ends after its second event, the first time."""
    answers = [send("first"), send("second")]
    if not marker.exists():
        marker.touch()
        os._exit(1)
    return [*answers, send("third")]


def test_what_a_repeated_task_sends_again_is_answered_as_before(ray_nodes, tmp_path):
    events = []

    def answer(event):
        events.append(event)
        return event == "second"

    with glassnet.ray_cluster() as cluster:
        assert cluster.submit(dies_once, tmp_path / "died", on_event=answer).result() == [False, True, False]
    assert events == ["first", "second", "third"]


def test_a_lost_mailbox_is_replaced(ray, ray_nodes, tmp_path):
    """Tasks that send events are lost with it, in one line; the next ones get another."""
    (tmp_path / "died").touch()
    with glassnet.ray_cluster() as cluster:

        def lose(event):
            ray.kill(cluster._mailbox)

        with pytest.raises(ClusterError) as raised:
            cluster.submit(dies_once, tmp_path / "died", on_event=lose).result()
        assert raised.value.code == "GN132"
        assert cluster.submit(dies_once, tmp_path / "died", on_event=bool).result() == [True] * 3


def test_arguments_that_cannot_be_sent_are_an_error_of_the_task(ray_nodes, tmp_path):
    with glassnet.ray_cluster(workers=1) as cluster:
        with pytest.raises(TypeError, match="lock"):
            cluster.submit(dies_once, threading.Lock()).result(PATIENCE)
        (tmp_path / "died").touch()
        assert cluster.submit(dies_once, tmp_path / "died").result(PATIENCE) == [False] * 3


def test_an_exception_of_a_callback_ends_all_members(ray_nodes):
    def callback(event):
        if isinstance(event, EpochDone):
            raise ZeroDivisionError("mine")

    with glassnet.ray_cluster(workers=2) as cluster:  # two members train, and two wait
        with pytest.raises(ZeroDivisionError, match="mine"):
            fit(DATA, replace(OPTIONS, epochs=3000), callbacks=[callback], executor=cluster)
        assert_same(fit(DATA, OPTIONS, executor=cluster), fit(DATA, OPTIONS))  # it goes on


def test_an_error_of_a_member_arrives_as_it_was_raised(ray_nodes):
    options = Options(hidden=4, members=2, epochs=3, learning_rate=1e6, output="identity", targets="values")
    data = Dataset.from_arrays(R, R[:, 0])
    with glassnet.ray_cluster() as cluster, pytest.raises(DivergedError) as raised:
        fit(data, options, executor=cluster)
    assert raised.value.code == "GN030"
    assert raised.value.model is not None


def test_folds_have_the_same_scores_and_predictions_anywhere(ray_nodes):
    options = replace(OPTIONS, members=2, epochs=2)
    halves = [np.arange(120), np.arange(120, 240)]
    parts = [(DATA.take(one), DATA.take(other)) for one, other in (halves, halves[::-1])]
    with glassnet.ray_cluster() as cluster:
        assert cross_validate(parts, options, cluster) == cross_validate(parts, options)
        there, here = [], []
        one = out_of_fold(DATA, options, 3, lambda *fold: there.append(fold), executor=cluster)
        other = out_of_fold(DATA, options, 3, lambda *fold: here.append(fold))
    assert np.array_equal(one, other)
    assert there == here
    assert [number for number, _ in there] == [1, 2, 3]
