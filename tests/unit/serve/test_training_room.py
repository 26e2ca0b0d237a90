"""The room Train: a run that can be followed, paused, stepped and stopped, and equals that of the command line."""

from __future__ import annotations

import base64
import threading
import time

import numpy as np
import pytest

from glassnet.nn.architecture import Architecture
from glassnet.nn.parameters import Parameters
from glassnet.options.options import SPECS, Options, recorded
from glassnet.serve.studio.shown_training import shown_layers
from glassnet.workflow.train_job import TrainJob
from glassnet.workflow.train_job import train as train_model
from web.studio_server import TIMEOUT, studio_server

DIGITS = "".join(f"{k % 3},{','.join(str((k * k + p * (k % 3)) % 256) for p in range(784))}\n" for k in range(300))
TABLE = "size,colour,kind\n" + "".join(f"{k % 17},{'red' if k % 3 else 'blue'},{'ab'[k % 2]}\n" for k in range(80))
DEFAULTS = Options().to_dict()
SMALL = {"hidden": [5], "engine": "reference"}


@pytest.fixture(scope="module")
def studio():
    with studio_server() as running:
        running.data = running.post("/api/data?name=digits.csv", DIGITS.encode()).fine()["id"]
        yield running


def start(studio, **given):
    return studio.post("/api/train", {"data": studio.data, "recipe": "notes", **given}).fine()["job"]


def following(studio, job):
    """Read the events of a job to its end: blocks and epochs put together as a page does, and all events."""
    events = studio.events()
    lists = {"blocks": [], "epoch_values": []}
    read = []
    for event in events:
        if event["type"] == "state":
            for one in event["data"]["jobs"]:
                if one["id"] == job:
                    lists = {name: one["live"].get(name, []) for name in lists}
                    if one["state"] in ("done", "stopped", "failed"):
                        break
            else:
                continue
            break
        if event["data"].get("job", event["data"].get("id")) != job:
            continue
        read.append(event)
        if event["type"] == "frame":
            for name, values in lists.items():
                new = event["data"][name]
                assert new["from"] <= len(values), "something was lost"
                del values[new["from"] :]
                values += new["values"]
        if event["type"] == "job" and event["data"]["state"] in ("done", "stopped", "failed"):
            break
    events.close()
    return lists, read


def test_the_form_has_every_option_in_both_languages(studio):
    english, chinese = (studio.get(f"/api/options?lang={language}").fine() for language in ("en", "zh"))
    options = [one for group in english["groups"] for one in group["options"]]
    assert {one["name"] for one in options} == set(SPECS)
    assert all(one["help"].isascii() or "·" in one["help"] or "β" in one["help"] for one in options)
    assert not any(one["help"].isascii() for group in chinese["groups"] for one in group["options"])
    assert english["recipes"][0]["values"]["epochs"] == 3


def test_a_run_equals_that_of_the_command_line(studio, tmp_path):
    answer = studio.post("/api/train", {"data": studio.data, "recipe": "quick", "options": SMALL}).fine()
    assert answer["options"] == {**SMALL, "early_stopping": 2}
    job = studio.finished(answer["job"])
    assert job["state"] == "done", job
    plan = TrainJob(
        studio.session.data[studio.data].source, recipe="quick", options=answer["options"],
        out=str(tmp_path / "x.safetensors"), plot=False,
    )  # fmt: skip
    result = train_model(plan)
    assert job["result"]["hash"] == result.model.hash()
    assert job["result"]["evaluation"]["accuracy"] == result.evaluation.accuracy
    model = studio.get(f"/api/models/{job['result']['model']}").fine()
    assert (model["hash"], model["source"]) == (job["result"]["hash"], studio.data)
    own = studio.session.models[job["result"]["model"]].model
    assert own.receipt.keys() == result.model.receipt.keys()
    assert "not_verifiable" not in own.receipt


def test_no_block_and_no_epoch_is_dropped(studio):
    job = start(studio, options={**SMALL, "epochs": 40, "blocks": 7})
    lists, _ = following(studio, job)
    live = studio.get(f"/api/jobs/{job}").fine()["live"]
    assert lists == {name: live[name] for name in lists}
    assert len(lists["blocks"]) == 40 * 7
    assert [one[0] for one in lists["epoch_values"]] == [*range(1, 41)]
    assert all(None not in one for one in lists["epoch_values"]), "each has a validation loss"


def test_all_weights_are_shown_as_they_are(studio):
    job = studio.finished(start(studio, options={**SMALL, "hidden": [5, 3], "bias": True, "early_stopping": 0}))
    shown = job["live"]["weights"]
    parameters = studio.session.models[job["result"]["model"]].model.network.parameters
    assert (shown["shape"], shown["channels"]) == ([28, 28], 1)
    for layer, weights, biases in zip(shown["layers"], parameters.weights, parameters.biases, strict=True):
        kind, most = {8: (np.int8, 127), 16: (np.int16, 32767)}[layer["bits"]]
        values = np.frombuffer(base64.b64decode(layer["values"]), kind).reshape(weights.shape)
        assert np.abs(values * layer["scale"] / most - weights).max() <= layer["scale"] / most
        assert layer["nodes"] == [*range(layer["size"])] == [*range(len(weights))]
        assert layer["biases"] == pytest.approx(biases.tolist(), rel=1e-3)


def test_of_a_large_network_some_nodes_are_shown(monkeypatch):
    monkeypatch.setattr("glassnet.serve.studio.shown_training.MOST_WEIGHTS", 100)
    parameters = Parameters(Architecture((4, 30, 20, 2), ("sigmoid",) * 3).layout)
    parameters.flat[...] = np.linspace(-1, 1, parameters.flat.size)
    first, second, last = shown_layers(parameters, np.int16)
    assert (first["size"], second["size"]) == (30, 20)
    assert len(first["nodes"]) < 30
    assert len(last["nodes"]) == 2
    values = np.frombuffer(base64.b64decode(second["values"]), np.int16).reshape(len(second["nodes"]), -1)
    expected = parameters.weights[1][np.ix_(second["nodes"], first["nodes"])]
    assert np.abs(values * second["scale"] / 32767 - expected).max() <= second["scale"] / 32767


@pytest.mark.parametrize("engine", ["reference", "compiled", "portable"])
@pytest.mark.parametrize("recipe", ["notes", "quick"])
def test_a_block_is_cut_anywhere_and_no_bit_changes(studio, engine, recipe):
    """Slow at first, then single updates, some, a block, and at last as fast as it goes: the same weights."""
    given = {"recipe": recipe, "options": {"hidden": [16], "epochs": 2, "blocks": 2, "engine": engine}}
    plain = studio.finished(start(studio, **given))
    job = start(studio, **given, speed=200.0, paused=True)
    own = studio.session.jobs.get(job)

    def press(updates, expected):
        studio.post(f"/api/jobs/{job}/step", {"updates": updates}).fine()
        with own._changed:
            waits = own._changed.wait_for(lambda: own.state == "paused" and not own._updates + own._steps, TIMEOUT)
        assert waits
        assert own.live["progress"] == pytest.approx(expected, abs=1e-9)
        return own.live["weights"]

    steps = -(-plain["live"]["samples"] // (80 if recipe == "quick" else 1))
    block = -(-steps // 2)
    press(1, 1 / steps)
    shown = press(1, 2 / steps)
    assert [len(one["nodes"]) for one in shown["layers"]] == [16, 3]
    press(block, (2 + block) / steps)  # over the end of the block, where it does not wait
    press(0, 1.0 if 2 + block < steps else (steps + block) / steps)  # to the end of a block
    assert len(own.live["epoch_values"]) == 1
    studio.post(f"/api/jobs/{job}/resume").fine()
    studio.post(f"/api/jobs/{job}/speed", {"updates": 0}).fine()
    slow = studio.finished(job)
    assert slow["result"]["hash"] == plain["result"]["hash"]
    points = [one[0] for one in slow["live"]["blocks"]]
    assert points == sorted(points)
    for place in (1, 2):  # loss and accuracy: the parts of a block add up to it
        assert mean_of_curve(slow, place) == pytest.approx(mean_of_curve(plain, place), rel=0.02)


def mean_of_curve(job, place):
    blocks = np.array(job["live"]["blocks"])
    return float(np.diff(blocks[:, 0], prepend=0) @ blocks[:, place])


def test_waiting_is_not_training_time(studio):
    began = time.monotonic()
    job = start(studio, options={**SMALL, "epochs": 1, "blocks": 1}, speed=0.01)
    own = studio.session.jobs.get(job)
    with own._changed:
        assert not own._changed.wait_for(lambda: own.ended, 1.5)  # the second update would be due in 100 seconds
    own.pause()
    with own._changed:
        assert own._changed.wait_for(lambda: own.state == "paused", TIMEOUT)
    own.resume()
    with own._changed:
        assert own._changed.wait_for(lambda: own.state == "running", TIMEOUT)
    own.set_speed(0)
    seconds = studio.finished(job)["result"]["seconds"]
    assert own.idle > 1
    assert seconds["train"] <= time.monotonic() - began - own.idle


def test_another_page_does_not_end_a_run_unless_it_says_so(studio):
    first = start(studio, options={**SMALL, "epochs": 100000}, page="a")
    second = start(studio, options=SMALL, page="b", replace=True)
    assert [studio.get(f"/api/jobs/{one}").fine()["state"] for one in (first, second)] in (
        ["running", "waiting"], ["waiting", "waiting"],
    )  # fmt: skip
    replaced = [studio.session.jobs.get(one) for one in (first, second)]
    third = start(studio, options=SMALL, page="b", replace=True, others=True)
    assert studio.finished(third)["state"] == "done"
    assert {one.state for one in replaced} == {"stopped"}  # the list of jobs may have forgotten them
    assert studio.finished(third)["page"] == "b"


def test_a_run_is_paused_stepped_and_stopped(studio):
    job = start(studio, options={**SMALL, "epochs": 100000, "blocks": 3})
    events = studio.events()
    studio.post(f"/api/jobs/{job}/pause").fine()

    def until_paused():
        events.until(lambda one: one["type"] == "job" and one["data"]["state"] == "paused")

    if studio.get(f"/api/jobs/{job}").fine()["state"] != "paused":
        until_paused()
    events.close()
    before = studio.get(f"/api/jobs/{job}").fine()
    assert before["state"] == "paused"
    events = studio.events(after=studio.get("/api/session").fine()["last"])
    studio.post(f"/api/jobs/{job}/step").fine()
    until_paused()
    after = studio.get(f"/api/jobs/{job}").fine()
    assert len(after["live"]["blocks"]) == len(before["live"]["blocks"]) + 1
    studio.post(f"/api/jobs/{job}/stop").fine()
    events.close()
    ended = studio.finished(job)
    assert ended["state"] == "stopped"
    assert ended["result"]["epochs"] == len(ended["live"]["epoch_values"]) < 100000


def test_a_moved_slider_replaces_the_run(studio):
    first = start(studio, options={**SMALL, "epochs": 100000})
    models = len(studio.session.models)
    second = start(studio, options=SMALL, replace=True, page="")
    assert studio.finished(second)["state"] == "done"
    assert studio.get(f"/api/jobs/{first}").fine()["state"] == "stopped"
    assert len(studio.session.models) == models + 1


def test_two_runs_in_a_row_are_two_models(studio):
    jobs = [start(studio, options={**SMALL, "seed": seed}) for seed in (0, 1, 0)]
    hashes = [studio.finished(job)["result"]["hash"] for job in jobs]
    assert hashes[0] == hashes[2] != hashes[1]
    names = [studio.finished(job)["result"]["model"] for job in jobs]
    assert len(set(names)) == 3


def test_wrong_options_are_refused_at_once(studio):
    for options in ({"epochs": 0}, {"epoch": 3}, {"loss": "none"}, {"hidden": "many"}):
        refused = studio.post("/api/train", {"data": studio.data, "options": options})
        refused.refused(400, "GN021")
        assert refused.json()["option"] == "".join(options.keys() - {"epoch"})
    studio.post("/api/train", {"data": "none"}).refused(400, "GN021")
    studio.post("/api/train", {"options": [1]}).refused(400, "GN021")


def test_a_failing_run_says_why_in_both_languages(studio):
    job = studio.finished(start(studio, options={**SMALL, "classes": 2}))
    assert (job["state"], job["result"]) == ("failed", None)
    assert job["error"]["code"].startswith("GN01")
    assert "digits.csv" in job["error"]["message"]["en"]
    assert str(studio.session.folder) not in str(job["error"])
    assert not job["error"]["message"]["zh"].isascii()


def test_a_table_is_trained_for_its_last_column_or_another(studio):
    data = studio.post("/api/data?name=things.csv", TABLE.encode()).fine()["id"]
    small = {"members": 1, "epochs": 2, "hidden": [4], "engine": "reference"}
    for table in ({}, {"target": "size", "task": "numbers", "drop": ["colour"]}):
        given = {"data": data, "table": table, "options": small}
        job = studio.finished(studio.post("/api/train", given).fine()["job"])
        assert job["state"] == "done", job["error"]
        assert ("rmse" if table else "accuracy") in job["result"]["evaluation"]
        assert all({"en", "zh"} == one.keys() for one in job["result"]["notices"])


def test_a_model_is_trained_further_with_drawings(studio):
    parent = studio.finished(start(studio, options=SMALL))["result"]
    studio.post("/api/drawings", {"pixels": [200] * 400 + [0] * 384, "label": 2}).fine()
    given = {"data": studio.data, "start": parent["model"], "add": "drawings", "add_times": 5, "options": {"epochs": 2}}
    job = studio.finished(studio.post("/api/train", given).fine()["job"])
    assert job["state"] == "done", job["error"]
    assert job["result"]["samples"] > parent["samples"]
    assert studio.get(f"/api/models/{job['result']['model']}").fine()["parent"] == parent["model"]


def test_a_page_that_slept_catches_up(studio):
    last = studio.get("/api/session").fine()["last"]
    job = start(studio, options=SMALL)
    studio.finished(job)
    for header in (True, False):
        events = studio.events(after=last, header=header)
        read = events.until(lambda one: one["type"] == "job" and one["data"]["state"] == "done")
        events.close()
        assert read[0]["type"] != "state"
        assert [one["data"]["state"] for one in read if one["type"] == "job"] == ["waiting", "running", "done"]


def test_two_pages_see_the_same(studio):
    job = start(studio, options={**SMALL, "epochs": 10})
    results = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: following(studio, job)[0]})) for n in "ab"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert results["a"] == results["b"]
    assert len(results["a"]["epoch_values"]) == 10


def test_a_page_that_does_not_read_does_not_delay_training(studio):
    silent = studio.events()
    assert studio.finished(start(studio, options={**SMALL, "epochs": 30}))["state"] == "done"
    silent.close()


def test_the_server_ends_with_open_streams_and_a_running_job():
    with studio_server() as running:
        running.data = running.post("/api/data?name=digits.csv", DIGITS.encode()).fine()["id"]
        events = running.events()
        start(running, options={**SMALL, "epochs": 100000})
        events.until(lambda one: one["type"] == "frame" and one["data"]["phase"] == "training")
        running.stop()
        assert "state" not in [one["type"] for one in events]
        events.close()
    assert not running.session.folder.exists()


def test_the_form_shows_the_values_that_training_has(studio):
    table = studio.post("/api/data?name=table.csv", TABLE.encode()).fine()["id"]
    few = {"members": 2, "epochs": 3, "hidden": [4], "engine": "reference"}
    given = {"data": table, "table": {"target": "kind"}, "recipe": "table", "options": few}
    shown = studio.post("/api/options", given).fine()
    job = studio.finished(studio.post("/api/train", given).fine()["job"])
    model = studio.session.model(job["result"]["model"]).model
    assert recorded(Options(**shown["values"])) == model.receipt["options"]
    assert shown["values"]["batch_size"] != DEFAULTS["batch_size"], "it follows from the rows"
    further = studio.post("/api/options", {"data": table, "start": job["result"]["model"]}).fine()
    assert further["values"]["hidden"] == [8], "its two networks were joined"
    assert {"hidden", "scaling", "targets"} <= {*further["fixed"]}
    studio.post("/api/options", {**given, "options": {"hidden": "many"}}).refused(400, "GN021")


def test_a_run_can_have_no_validation_curve(studio):
    answer = studio.post("/api/train", {"data": studio.data, "options": SMALL, "validation_curve": False}).fine()
    assert answer["options"] == {"hidden": [5], "engine": "reference"}
    assert studio.finished(answer["job"])["live"]["epoch_values"][0][3] is None


def test_a_table_that_cannot_be_trained_on_says_what_to_set_or_to_add(studio):
    lines = [f"{1 + k % 5}.{100 + 7 * k};{k % 4};{'xy'[k % 2]}" for k in range(40)]
    data, single = (
        studio.post("/api/data?name=t.csv", "\n".join(["pay;n;kind", *rows, ""]).encode()).fine()["id"]
        for rows in (lines, ["0.5;2;x"])
    )
    asked = {"data": data, "table": {"target": ["kind"]}, "options": {"epochs": 1, "members": 1}}
    refused = studio.post("/api/options", asked)
    assert refused.json()["code"] == "GN017"
    assert "“Decimal sign” = ," in refused.json()["message"]
    job = studio.finished(studio.post("/api/train", asked).fine()["job"])
    assert job["error"]["code"] == "GN017"
    for decimal in (",", "."):
        chosen = asked | {"table": {"target": ["kind"], "decimal": decimal}}
        studio.post("/api/options", chosen).fine()
        job = studio.finished(studio.post("/api/train", chosen).fine()["job"])
        assert job["state"] == "done", job
        assert (
            f"decimal {decimal}"
            in studio.post("/api/take-away", {**chosen, "room": "train", "form": "command"}).body.decode()
        )
    job = studio.finished(studio.post("/api/train", asked | {"data": single}).fine()["job"])
    assert job["error"]["code"] == "GN010"
    assert "one row" in job["error"]["message"]["en"]
