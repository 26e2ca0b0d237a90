"""The room Train: a run that can be followed, paused, stepped and stopped, and equals that of the command line."""

from __future__ import annotations

import base64
import threading

import numpy as np
import pytest

from glassnet.options.options import SPECS, Options, recorded
from glassnet.workflow.train_job import TrainJob
from glassnet.workflow.train_job import train as train_model
from web.studio_server import studio_server

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


def test_no_block_and_no_epoch_is_dropped(studio):
    job = start(studio, options={**SMALL, "epochs": 40, "blocks": 7})
    lists, _ = following(studio, job)
    live = studio.get(f"/api/jobs/{job}").fine()["live"]
    assert lists == {name: live[name] for name in lists}
    assert len(lists["blocks"]) == 40 * 7
    assert [one[0] for one in lists["epoch_values"]] == [*range(1, 41)]
    assert all(None not in one for one in lists["epoch_values"]), "each has a validation loss"


def test_weights_are_shown_as_they_are(studio):
    job = studio.finished(start(studio, options={**SMALL, "early_stopping": 0}))
    shown = job["live"]["weights"]
    values = np.frombuffer(base64.b64decode(shown["values"]), np.int8).reshape(len(shown["nodes"]), 784)
    weights = studio.session.models[job["result"]["model"]].model.network.parameters.weights[0]
    assert np.abs(values * shown["scale"] / 127 - weights[shown["nodes"]]).max() <= shown["scale"] / 127
    assert shown["shape"] == [28, 28]


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
    second = start(studio, options=SMALL, replace=True)
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
