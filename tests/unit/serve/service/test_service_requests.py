"""Who may send requests, what is answered at all, limits, and models whose files change."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from glassnet import Options, load_table, save_model
from glassnet.errors import OptionError
from glassnet.model.build import new_model
from glassnet.serve.http import is_loopback
from glassnet.serve.service import predict
from glassnet.serve.service.app import BYTES_AT_ONCE
from glassnet.serve.service.counters import Counters
from glassnet.serve.service.limits import Limits
from glassnet.serve.service.models import Repository, ServedModel
from support.raw_http import DEADLINE, get, gzip_bomb, head, post, send
from support.samples import digits, digits_csv
from support.service import serving, write_digits, write_numbers, write_people

ROW = digits(100).inputs[0].tolist()
BODY = json.dumps({"rows": [ROW]}).encode()
SMALL = Limits(max_body=100_000, max_rows=20, timeout=DEADLINE, max_waiting=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_digits(folder / "digits.safetensors")
    return folder


@pytest.fixture(scope="module")
def running(folder):
    with serving([folder / "digits.safetensors"], limits=SMALL) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(folder):
    with serving([folder / "digits.safetensors"], token="secret-word") as running:
        yield running


def predicted(running, body=BODY, **headers):
    return post(running.port, "/predict", body, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "allow"),
    [
        ("GET", "/", 404, "GN121", None),
        ("GET", "/predict/", 404, "GN121", None),
        ("GET", "/predict", 405, "GN122", "POST"),
        ("DELETE", "/v2/models/digits", 405, "GN122", "GET, HEAD"),
        ("OPTIONS", "/predict", 405, "GN122", "POST"),
        ("POST", "/v2/health/live", 405, "GN122", "GET, HEAD"),
        ("GET", "/v2/models/digits/infer", 405, "GN122", "POST"),
    ],
)
def test_other_paths_and_methods(running, method, path, status, code, allow):
    reply = send(running.port, head(method, path, {"Host": f"127.0.0.1:{running.port}", "Content-Length": 0}))
    assert (reply.status, reply.headers.get("allow")) == (status, allow)
    said = json.loads(reply.body)
    assert (said["code"], "error" in said) == (code, path.startswith("/v2"))


def test_head_is_get_without_its_body(running):
    given = {"Host": f"127.0.0.1:{running.port}", "Connection": "close"}
    whole, bare = (send(running.port, head(method, "/v2", given)) for method in ("GET", "HEAD"))
    assert (bare.status, bare.body) == (200, b"")
    assert bare.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", ""])
def test_a_foreign_name_of_this_machine_is_refused(running, host):
    reply = get(running.port, "/v2/models/digits", {"Host": host.format(port=running.port)})
    assert (reply.status, reply.code) == (403, "GN124")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_a_page_of_another_site_needs_a_token(running, guarded, headers):
    reply = post(running.port, "/predict", BODY, headers)
    assert (reply.status, reply.code) == (403, "GN124")
    with_token = {**headers, "Authorization": "Bearer secret-word", "Host": "service.example"}
    assert post(guarded.port, "/predict", BODY, with_token).status == 200


def test_the_own_page_may_post(running):
    origin = f"http://localhost:{running.port}"
    given = {"Host": f"localhost:{running.port}", "Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert post(running.port, "/predict", BODY, given).status == 200


@pytest.mark.parametrize(
    "header", [None, "Bearer secret-wor", "Bearer secret-word2", "Basic secret-word", "secret-word"]
)
def test_only_the_state_is_told_without_the_token(guarded, header):
    given = {} if header is None else {"Authorization": header}
    for path in ("/v2/health/live", "/v2/health/ready"):
        assert get(guarded.port, path, given).status == 200
    for path in ("/v2", "/v2/models/digits", "/v2/models/none", "/metrics"):
        reply = get(guarded.port, path, given)
        assert (reply.status, reply.code) == (401, "GN123")
        assert reply.headers["www-authenticate"].startswith("Bearer")
    assert post(guarded.port, "/predict", BODY, given).status == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_of_a_token_has_no_case(guarded, scheme):
    assert get(guarded.port, "/v2", {"Authorization": f"{scheme} secret-word"}).status == 200


def test_a_query_changes_nothing_that_the_path_names(running):
    assert get(running.port, "/v2/models/digits?version=7&model=none").status == 200


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("gzip", lambda body: gzip.compress(body[:50]) + gzip.compress(b"") + gzip.compress(body[50:]) + bytes(3)),
        ("deflate", zlib.compress),
        ("identity", bytes),
    ],
)
def test_packed_bodies_and_answers(running, encoding, pack):
    plain = json.loads(predicted(running).body)
    assert json.loads(predicted(running, pack(BODY), Content_Encoding=encoding).body) == plain
    rows = json.dumps({"rows": [ROW] * 20}).encode()
    reply = predicted(running, rows, Accept_Encoding=encoding)
    packed = reply.headers.get("content-encoding")
    assert packed == (None if encoding == "identity" else encoding)
    body = zlib.decompress(reply.body, 47) if packed else reply.body
    assert json.loads(body)["answers"][19]["outputs"] == plain["answers"][0]["outputs"]


@pytest.mark.parametrize(
    ("body", "encoding", "status", "code"),
    [
        (b"no gzip", "gzip", 400, "GN127"),
        (gzip.compress(BODY)[:-9], "gzip", 400, "GN127"),
        (gzip.compress(BODY) + b"rest", "gzip", 400, "GN127"),
        (gzip.compress(BODY) + gzip.compress(b" ")[:-3], "gzip", 400, "GN127"),
        (zlib.compress(BODY)[:-1], "deflate", 400, "GN127"),
        (zlib.compress(BODY) + zlib.compress(b" "), "deflate", 400, "GN127"),
        (zlib.compress(BODY) + gzip.compress(b" "), "deflate", 400, "GN127"),
        (gzip.compress(gzip.compress(BODY)), "gzip, gzip", 415, "GN122"),
        (BODY, "br", 415, "GN122"),
        (gzip_bomb(8 << 20), "gzip", 413, "GN125"),
        (bytes(100_001), "identity", 413, "GN125"),
        (json.dumps({"rows": [ROW] * 21}).encode(), "identity", 413, "GN125"),
        (json.dumps({"rows": [[0]] * 21}).encode(), "identity", 413, "GN125"),
    ],
)
def test_limits_of_size(running, body, encoding, status, code):
    reply = predicted(running, body, Content_Encoding=encoding)
    assert (reply.status, reply.code) == (status, code)


def test_the_limit_holds_for_rows_as_text_and_for_bodies_of_unknown_length(running):
    reply = post(running.port, "/predict", digits_csv(21, labels=False).encode(), {"Content-Type": "text/csv"})
    assert (reply.status, reply.code) == (413, "GN125")
    given = {"Host": f"127.0.0.1:{running.port}", "Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    part = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    reply = send(running.port, head("POST", "/predict", given), part, part, part)
    assert (reply.status, reply.code) == (413, "GN125")


@pytest.fixture
def held(monkeypatch):
    """Answers of `/predict` on a thread wait: an event that has begun, and one that lets them end."""
    begun, go_on = threading.Semaphore(0), threading.Event()
    answer_as_usual = predict.outputs_of

    def wait(served, inputs, request):
        request.may_take_time()
        begun.release()
        assert go_on.wait(DEADLINE)
        return answer_as_usual(served, inputs, request)

    monkeypatch.setattr(predict, "outputs_of", wait)
    yield begun, go_on
    go_on.set()


def test_more_requests_than_can_wait_are_refused_and_the_state_is_told_meanwhile(running, held):
    begun, go_on = held
    threads = running.service._threads
    with ThreadPoolExecutor(threads + 1) as pool:
        futures = [pool.submit(predicted, running) for _ in range(threads)]
        for _ in range(threads):
            assert begun.acquire(timeout=DEADLINE)
        futures.append(pool.submit(predicted, running))
        while running.service.context.counters.waiting < 1:
            time.sleep(0.01)
        refused = predicted(running)
        assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "GN126", "1")
        assert get(running.port, "/v2/health/live").status == 200
        go_on.set()
        assert [one.result(DEADLINE).status for one in futures] == [200] * (threads + 1)
    assert running.service.context.counters.waiting == 0


def test_a_request_out_of_time_is_refused_and_counts_until_its_thread_is_free(folder, held):
    begun, go_on = held
    with serving([folder / "digits.safetensors"], limits=Limits(timeout=0.05)) as running:
        reply = predicted(running)
        assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "GN126", "1")
        busy = running.service._busy  # 0 if it has not begun: the thread was never taken
        assert begun.acquire(timeout=DEADLINE if busy else 0) == busy
        go_on.set()


def test_requests_in_progress_are_answered_when_the_service_stops(folder, held):
    begun, go_on = held
    with ThreadPoolExecutor(1) as pool:
        with serving([folder / "digits.safetensors"]) as running:
            future = pool.submit(predicted, running)
            assert begun.acquire(timeout=DEADLINE)
            threading.Timer(0.2, go_on.set).start()
        assert future.result(DEADLINE).status == 200


def test_a_changed_file_is_loaded_while_requests_finish_with_the_old_model(tmp_path, held):
    begun, go_on = held
    path = write_digits(tmp_path / "digits.safetensors")
    write_digits(tmp_path / "other.safetensors", seed=1)
    with serving([path]) as running, ThreadPoolExecutor(1) as pool:
        models = running.service.context.models
        old = models.get("digits")
        future = pool.submit(predicted, running)
        assert begun.acquire(timeout=DEADLINE)
        os.replace(tmp_path / "other.safetensors", path)
        models.look()
        new = models.get("digits")
        go_on.set()
        before, after = (json.loads(one.body)["answers"][0] for one in (future.result(DEADLINE), predicted(running)))
        assert before["outputs"] == old.fast.outputs(digits(100).inputs[:1])[0].tolist()
        assert after["outputs"] == new.fast.outputs(digits(100).inputs[:1])[0].tolist()
        assert before != after


def reloads(counters):
    """How often the file of the only model has changed, by the result."""
    [family] = counters.reloads.collect()
    return {one.labels["result"]: one.value for one in family.samples}


def test_a_damaged_or_missing_file_keeps_the_model(tmp_path, capfd):
    path = write_digits(tmp_path / "digits.safetensors")
    shutil.copy(path, tmp_path / "whole")
    counters = Counters()
    models = Repository([path], counters)
    first = models.get("digits")
    path.write_bytes(path.read_bytes()[:-1])
    models.look()
    assert models.get("digits") is first
    assert models.problems["digits"].code == "GN041"
    assert "[GN041] The model from before is used." in capfd.readouterr().err
    path.unlink()
    models.look()
    models.look()
    assert models.problems["digits"].code == "GN001"
    shutil.copy(tmp_path / "whole", path)
    models.look()
    assert models.problems == {}
    assert models.get("digits") is not first
    assert f"{path}: loaded again, hash {first.model.hash()}" in capfd.readouterr().err
    assert reloads(counters) == {"failure": 2, "success": 1}


def test_a_model_of_other_requests_or_answers_does_not_take_the_place(tmp_path, capfd):
    others = {
        "people": (
            write_people,
            "makes predictions of classes from rows of a table, expected predictions of classes from rows of 784",
        ),
        "numbers": (write_numbers, "makes predictions of numbers from rows of 3 values"),
        "letters": (lambda path: write_digits(path, names=("a", "b")), "has no output '0'"),
    }
    path, counters = write_digits(tmp_path / "digits.safetensors"), Counters()
    models = Repository([path], counters)
    first = models.get("digits")
    for name, (write, what) in others.items():
        os.replace(write(tmp_path / f"{name}.new"), path)
        models.look()
        assert models.get("digits") is first
        problem = models.problems["digits"]
        assert (problem.code, what in str(problem)) == ("GN047", True)
        assert "[GN047] The model from before is used." in capfd.readouterr().err
    os.replace(write_digits(tmp_path / "digits.new", seed=1), path)
    models.look()
    assert models.get("digits") is not first
    assert models.problems == {}
    assert reloads(counters) == {"failure": len(others), "success": 1}


def test_a_model_of_a_table_may_lose_columns_but_not_gain_any(tmp_path):
    def write(name, *columns):
        table = {one: [k % 7 + len(one) / 8 for k in range(40)] for one in columns} | {"y": ["a", "b"] * 20}
        save_model(new_model(load_table(table, "y"), Options(hidden=(3,))), tmp_path / name)
        return tmp_path / name

    models = Repository([write("t.safetensors", "x", "more")], Counters())
    os.replace(write("new", "more"), tmp_path / "t.safetensors")
    models.look()
    assert models.problems == {}
    os.replace(write("new", "x", "more"), tmp_path / "t.safetensors")
    models.look()
    assert "needs the column 'x'" in str(models.problems["t"])


def test_a_changed_file_is_tried_again_when_there_is_memory(tmp_path, monkeypatch, capfd):
    path, counters = write_digits(tmp_path / "digits.safetensors"), Counters()
    models = Repository([path], counters)
    first, load = models.get("digits"), ServedModel.load
    os.replace(write_digits(tmp_path / "digits.new", seed=1), path)

    def fail(name, path):
        raise MemoryError

    monkeypatch.setattr(ServedModel, "load", fail)
    models.look()
    models.look()
    assert (models.get("digits") is first, models.problems["digits"].code) == (True, "GN032")
    assert capfd.readouterr().err.count("GN032") == 1
    monkeypatch.setattr(ServedModel, "load", load)
    models.look()
    assert models.get("digits") is not first
    assert models.problems == {}
    assert reloads(counters) == {"failure": 1, "success": 1}


def test_a_problem_is_told_in_the_language_of_the_request(tmp_path):
    path = write_digits(tmp_path / "digits.safetensors")
    with serving([path]) as running:
        path.unlink()
        running.service.context.models.look()
        reply = get(running.port, "/v2/models/digits/ready", {"Accept-Language": "zh"})
    assert "没有" in json.loads(reply.body)["problem"]["message"]


def test_a_failure_does_not_end_the_watch(tmp_path, monkeypatch, capsys):
    models = Repository([write_digits(tmp_path / "digits.safetensors")], Counters())
    looks = []

    def fail():
        looks.append(None)
        if len(looks) == 2:
            models.stop()
        raise MemoryError

    monkeypatch.setattr("glassnet.serve.service.models.POLL_SECONDS", 0.001)
    monkeypatch.setattr(models, "look", fail)
    models._watch()
    assert len(looks) == 2
    assert "MemoryError" in capsys.readouterr().err


def test_two_models_of_one_name_are_refused(tmp_path):
    (tmp_path / "a").mkdir()
    paths = [write_digits(tmp_path / "digits.safetensors"), tmp_path / "a" / "digits.safetensors"]
    with pytest.raises(OptionError, match="'digits'") as caught:
        Repository(paths, Counters())
    assert caught.value.code == "GN120"


def test_bodies_at_once_have_a_limit(running, monkeypatch):
    monkeypatch.setattr(running.service, "_bytes", BYTES_AT_ONCE)
    reply = predicted(running)
    assert (reply.status, reply.code) == (429, "GN126")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.0.0.2", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x", False)],
)
def test_only_this_machine_reaches_loopback(host, expected):
    assert is_loopback(host) == expected
