"""The event log: nothing is lost or sent twice, whatever a page missed, and no page delays the publisher."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.serve.studio import events
from glassnet.serve.studio.events import EventLog


def values(entries):
    return [json.loads(one.text.split(b"data: ")[1])["data"] for one in entries]


def test_a_page_receives_what_came_after_the_event_it_has():
    log = EventLog(dict)
    for value in range(5):
        log.publish("x", value)
    assert values(log.since(2)) == [2, 3, 4]
    assert log.since(5) == []
    assert log.number_in(log.last_id) == 5


@pytest.mark.parametrize("id", ["", "7", "other-3", "{run}-", "{run}-x", "{run}-²", "{run}-9", "-1"])
def test_an_unknown_id_gives_the_whole_state(id):
    log = EventLog(dict)
    log.publish("x", 1)
    assert log.since(log.number_in(id.format(run=log.run))) is None


@given(st.lists(st.sampled_from(["", "a", "b"]), max_size=30), st.integers(1, 8), st.integers(0, 30))
def test_a_replaced_event_is_the_only_one_that_is_missing(keys, most, start):
    """Of each key only the last event is there, and everything without a key, or else the page receives the state."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "MOST_EVENTS", most)
        log = EventLog(dict)
        for value, key in enumerate(keys):
            log.publish("x", value, key=key)
        last = {key: value for value, key in enumerate(keys)}
        wanted = [v for v, key in enumerate(keys) if v >= start and (not key or last[key] == v)]
        found = log.since(start)
    assert len(log._entries) <= most
    assert log._bytes == sum(len(one.text) for one in log._entries.values())
    if found is None:
        assert start > len(keys) or start < log._forgotten
    else:
        assert values(found) == wanted


def test_the_log_is_bounded_in_bytes(monkeypatch):
    monkeypatch.setattr(events, "MOST_BYTES", 5000)
    log = EventLog(dict)
    for _ in range(100):
        log.publish("x", "y" * 1000)
    assert 1 <= len(log._entries) <= 5
    assert log.since(0) is None


def run(coroutine):
    """Run in a loop of its own, on a thread of its own: this one may have the loop of a browser."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def read(log, after, wanted):
    """Read a stream in a loop of its own until so many events have come."""
    received = []

    async def reading():
        async for text in log.stream(after):
            if b"data: " in text:
                received.append(json.loads(text.split(b"data: ")[1]))
                if len(received) >= wanted:
                    return

    run(reading())
    return received


def test_a_new_page_receives_the_state_and_then_what_happens():
    log = EventLog(lambda: {"all": True})
    log.publish("x", 1)
    first = read(log, "", 1)
    assert [(one["type"], one["data"]) for one in first] == [("state", {"all": True})]
    log.publish("x", 2)
    assert [one["data"] for one in read(log, first[0]["id"], 1)] == [2]


def test_events_of_another_thread_reach_all_streams_in_order():
    log, count = EventLog(dict), 300
    results = {}
    readers = [threading.Thread(target=lambda n=n: results.update({n: read(log, f"{log.run}-0", count)})) for n in "ab"]
    for one in readers:
        one.start()
    for value in range(count):
        log.publish("x", value)
    for one in readers:
        one.join()
    assert [one["data"] for one in results["a"]] == [one["data"] for one in results["b"]] == [*range(count)]


def test_a_stream_that_nobody_reads_does_not_delay_the_publisher(monkeypatch):
    """The publisher never waits: the slow page is behind, and receives the state when it reads again."""
    monkeypatch.setattr(events, "MOST_EVENTS", 50)
    log = EventLog(lambda: "all")

    async def slow():
        stream = log.stream(f"{log.run}-0")
        await anext(stream)
        for value in range(500):
            log.publish("x", value)
        read = [json.loads((await anext(stream)).split(b"data: ")[1]) for _ in range(1)]
        await stream.aclose()
        return read

    assert [one["type"] for one in run(slow())] == ["state"]
    assert log._readers == set()


def test_a_quiet_stream_has_a_heartbeat(monkeypatch):
    monkeypatch.setattr(events, "HEARTBEAT", 0.01)
    log = EventLog(dict)

    async def quiet():
        stream = log.stream(f"{log.run}-0")
        texts = [await anext(stream) for _ in range(3)]
        await stream.aclose()
        return texts

    assert run(quiet())[1:] == [b": \n\n"] * 2


def test_closing_ends_all_streams():
    log = EventLog(dict)

    async def closed():
        stream = log.stream(f"{log.run}-0")
        await anext(stream)
        threading.Timer(0.01, log.close).start()
        return [text async for text in stream]

    assert run(closed()) == []


def test_values_that_json_lacks_become_null():
    log = EventLog(dict)
    log.publish("x", [float("nan"), float("inf"), (1,)])
    assert values(log.since(0)) == [[None, None, [1]]]
