"""Hostile requests to a service in a process of its own: each is refused with a code, and nothing is left of them.

Connections that are slow, cut or not HTTP are in `test_connection`.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from glassnet.serve.service.limits import Deadlines
from support.raw_http import DEADLINE, connect, ended, get, gzip_bomb, head, json_body, png, post, receive, send
from support.service import serving, serving_alone, write_digits, write_people

SPARE = 50 << 20
"""Bytes that the process may have more than after the first requests."""
PIXELS = [0] * 784
PERSON = {"age": 49, "job": "clerk", "gain": 0, "member": False, "hours": 39.5}
TEXT = b"age,job,gain,member,hours\n49,clerk,0,no,39.5\n"
PREDICT, PEOPLE, EXPLAIN = "/predict?model=digits", "/predict?model=people", "/explain?model=people"
INFER, INFER_PEOPLE = "/v2/models/digits/infer", "/v2/models/people/infer"
JSON, CSV, PNG = ({"Content-Type": kind} for kind in ("application/json", "text/csv", "image/png"))
GZIP = {**JSON, "Content-Encoding": "gzip"}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    models = [write_digits(folder / "digits.safetensors"), write_people(folder / "people.safetensors")]
    with serving_alone(models, "--max-body", "8MiB", "--max-rows", "1000") as running:
        yield running
        assert running.process.poll() is None


@pytest.fixture(scope="module")
def usual(alone):
    """The answers to usual requests, and the memory after them; all must be the same after the module's tests."""
    before = usual_answers(alone.port)
    memory = alone.memory()
    yield before
    assert usual_answers(alone.port) == before
    until = time.monotonic() + DEADLINE
    while alone.memory() > memory + SPARE and time.monotonic() < until:  # it is returned when nothing is asked
        time.sleep(0.1)
    assert alone.memory() <= memory + SPARE


def usual_answers(port):
    digit = np.full((28, 28), 255, np.uint8)
    digit[6:22, 13:16] = 0
    replies = [
        post(port, PREDICT, json_body({"rows": [PIXELS]})),
        post(port, PEOPLE, json_body({"rows": [PERSON]})),
        post(port, PEOPLE, TEXT, CSV),
        post(port, PREDICT, png(28, 28, map(bytes, digit)), PNG),
        post(port, EXPLAIN, json_body([PERSON])),
        post(port, INFER, tensor([1, 784], PIXELS)),
        post(port, *binary({"binary_data_size": 784}, bytes(784), datatype="UINT8")),
    ]
    assert [one.status for one in replies] == [200] * len(replies), replies
    return [one.body for one in replies]


def tensor(shape, data, datatype="FP32", name="input", **more):
    """A request of the protocol with one tensor in JSON."""
    return json_body({"inputs": [{"name": name, "shape": shape, "datatype": datatype, "data": data, **more}]})


def binary(parameters, data, *, shape=(1, 784), datatype="FP32", length=None):
    """Path, body and headers of a request of the protocol with one binary tensor."""
    one = {"name": "input", "shape": shape, "datatype": datatype, "parameters": parameters}
    described = json_body({"inputs": [one]})
    headers = {"Inference-Header-Content-Length": len(described) if length is None else length}
    return INFER, described + data, {"Content-Type": "application/octet-stream", **headers}


def row(value):
    """Rows for the digits, in JSON, of a literal that Python's JSON would not write."""
    return b'{"rows": [[%s]]}' % b",".join([value.encode()] * 784)


def person(value):
    return json_body({"rows": [{**PERSON, "age": "HERE"}]}).replace(b'"HERE"', value.encode())


def refused(alone, cases, statuses=(400, 413, 415, 422)):
    """Check that every request of (path, body[, headers]) is refused with a code, in a message that is not long."""
    wrong = []
    for case in cases:
        reply = post(alone.port, *case)
        is_fine = reply.status in statuses and reply.code.startswith("GN") and len(reply.body) < 10_000
        if not is_fine:
            wrong.append((case[0], case[1][:80], case[2:], reply))
    assert wrong == []


def test_what_is_not_json(alone, usual):
    deep = 100_000
    bodies = [
        b"", b"[" * deep, b"[" * deep + b"]" * deep, b'{"a":' * deep, b'{"rows":[[NaN]]}', b'{"rows":[[-Infinity]]}',
        b'{"rows":"\xff\xfe"}', b'{"rows":["\\ud800"]}', b'{"rows":[[1,2', b"\0" * 1000, b"\xef\xbb\xbf{}",
        row("1e400"), row("9" * 10_000), b"'rows'", b"{" * 900_000,
    ]  # fmt: skip
    paths = (PREDICT, PEOPLE, EXPLAIN, INFER, INFER_PEOPLE)
    refused(alone, [(path, body) for path in paths for body in bodies], [400])


def test_json_of_many_parts(alone, usual):
    """Each list would take twenty times its bytes."""
    bodies = [b"[" + b"[]," * 2_000_000 + b"[]]", b'{"rows":[' + b'{"a":0},' * 1_000_001 + b"0]}", b"[" * 3_000_000]
    refused(alone, [(path, body) for path in (PREDICT, PEOPLE, INFER) for body in bodies], [413])


def test_json_of_another_form(alone, usual):
    bodies = [b"null", b"1", b"true", b'"x"', b"[]", b"{}", b'{"rows":{}}', b'{"rows":[]}', b'{"rows":[null]}', b"[1]"]
    bodies += [b'{"inputs":{}}', b'{"inputs":[1]}', b'{"inputs":[{}]}', b'{"inputs":[]}', b'{"row":[1]}']
    refused(alone, [(path, one) for path in (PREDICT, PEOPLE, EXPLAIN, INFER, INFER_PEOPLE) for one in bodies])


def test_rows_of_numbers(alone, usual):
    rows = [
        [PIXELS[1:]], [[*PIXELS, 0]], [PIXELS, [0, 1, 2]], [["a"] * 784], [["1"] * 784], [[None] * 784], [[{}] * 784],
        [[*PIXELS[1:], "x"]], [[[0] * 28] * 28, [[0] * 28] * 27], [0, 1], [{"a": 1}], [[-1] * 784], [[256] * 784],
        [[2**64 - 1] * 784], [[]], [[], []], [[[[[[[0]]]]]]], [[]] * 100_000, [[0]] * 100_000,
        [PIXELS, {"a": 1}, "x", None],
    ]  # fmt: skip
    cases = [(PREDICT, json_body({"rows": one})) for one in rows]
    refused(alone, [*cases, (PREDICT, row(str(2**70))), (PREDICT, row("1e308")), (PREDICT, row("-1e308"))])


def test_one_long_text_among_short_ones_takes_no_more_than_its_memory(alone, usual):
    """An array of text has the width of the longest one: a gigabyte for each of these."""
    texts = ["w" * 250_000] + ["w"] * 999
    before = alone.memory(peak=True)
    refused(alone, [(PREDICT, json_body([[one] for one in texts])), (INFER, tensor([1000, 1], texts))])
    assert alone.memory(peak=True) <= before + SPARE


def test_rows_of_a_table(alone, usual):
    rows = [[[1, 2]], [{"age": 1}], [{}], [3], [None], [{**PERSON, "age": [1]}], [{**PERSON, "job": {"a": []}}]]
    rows += [[{f"column {k}": 1 for k in range(100_000)}], [PERSON] * 1001]
    cases = [json_body({"rows": one}) for one in rows]
    cases += [person("1e400"), person("9" * 10_000), person("[" * 1000)]
    refused(alone, [(path, one) for path in (PEOPLE, EXPLAIN) for one in cases])


@pytest.mark.parametrize(
    "value", ['"abc"', '"x"', '"2020-01-01"', str(2**70), "-1e308", "null", '"' + "w" * 10**6 + '"']
)
def test_odd_values_of_a_column_are_read_as_in_a_table(alone, usual, value):
    """As on the command line: a number that cannot be read is missing."""
    reply = post(alone.port, PEOPLE, person(value))
    assert (reply.status, len(json.loads(reply.body)["answers"])) == (200, 1)


def test_shapes_of_tensors(alone, usual):
    shapes = [
        [2**62, 784], [2**70, 784], [-1, 784], [-1, -784], [0, 784], [2, 784], [1.0, 784], ["1", 784], [True, 784],
        None, [], {}, 784, [1] * 100 + [784], [1] * 100_000 + [784], [28, 28], [784, 1], [1, 784, 1], [[1, 784]],
    ]  # fmt: skip
    cases = [(INFER, tensor(shape, PIXELS)) for shape in shapes]
    cases += [(INFER, tensor([0, 784], [])), (INFER, tensor([2**62, 0], [])), (INFER, tensor([0, 2**62], []))]
    cases += [binary({"binary_data_size": 3136}, bytes(3136), shape=one) for one in shapes]
    before = alone.memory(peak=True)
    for shape in ([2**27], [2**39], [2**39] * 8, [0, 2**39, 2**39]):
        cases += [(INFER, tensor(shape, [])), binary({"binary_data_size": 0}, b"", shape=shape)]
        cases.append(binary({"binary_data_size": 4}, bytes(4), shape=shape, datatype="BYTES"))
    refused(alone, cases)
    assert alone.memory(peak=True) <= before + SPARE  # of what arrives, not of what a shape names


def test_values_of_tensors(alone, usual):
    given = [
        (PIXELS, "FP8"), (PIXELS, None), (PIXELS, ["FP32"]), ([256] * 784, "UINT8"), ([-1] * 784, "UINT8"),
        ([0.5] * 784, "UINT8"), ([1000] * 784, "INT8"), ([1e6] * 784, "FP16"), (["x"] * 784, "BYTES"),
        ([2] * 784, "BOOL"), ("abc", "FP32"), ({}, "FP32"), (None, "FP32"), ([[[[0]]]], "FP32"), ([None] * 784, "FP32"),
    ]  # fmt: skip
    cases = [(INFER, tensor([1, 784], data, datatype)) for data, datatype in given]
    shared = {"shared_memory_region": "x", "shared_memory_byte_size": 3136}
    one = {"name": "input", "shape": [1, 784], "datatype": "FP32", "data": PIXELS}
    others = [
        {"inputs": [{**one, "name": "other"}]}, {"inputs": [{**one, "name": 3}]}, {"inputs": [one, one]},
        {"inputs": [{**one, "parameters": {"binary_data_size": 3136}}]}, {"inputs": [one], "id": 5},
        {"inputs": [{**one, "data": None, "parameters": shared}]}, {"inputs": [one] * 5000},
        {"inputs": [one], "outputs": [{"name": "none"}]}, {"inputs": [one], "outputs": 3},
    ]  # fmt: skip
    refused(alone, [*cases, *((INFER, json_body(other)) for other in others)])


def test_binary_tensors(alone, usual):
    fine, data = {"binary_data_size": 3136}, bytes(3136)
    lengths = [10**7, -1, "x", 10**30, 0, 5, "1_0", "+5", "0x10", "1e2", "٣"]
    sizes = [-1, 3135, 3137, 2**62, 2**70, "3136", 3136.0, True, [], {}]
    cases = [binary(fine, data, length=str(one).encode().decode("latin-1")) for one in lengths]
    cases += [binary({"binary_data_size": one}, data) for one in sizes]
    cases += [binary(fine, data[1:]), binary(fine, data + b"0"), binary(fine, b"")]
    cases += [binary(fine, np.full(784, value, "<f4").tobytes()) for value in (np.nan, np.inf, -np.inf, 1e30, -1)]
    texts = [b"\xff\xff\xff\xffabcd", struct.pack("<I", 100) + b"abcd", struct.pack("<I", 4) + b"\xff\xfe\xfd\xfc"]
    for text in (*texts, b"\1\0\0\0ab\0\0", bytes(8)):
        one = {"name": "job", "shape": [1, 1], "datatype": "BYTES", "parameters": {"binary_data_size": 8}}
        described = json_body({"inputs": [one]})
        cases.append((INFER_PEOPLE, described + text, {"Inference-Header-Content-Length": len(described)}))
    refused(alone, cases)


def test_compressed_bodies(alone, usual):
    bomb = gzip_bomb(1 << 26)
    cases = [(path, body, GZIP) for path in (PREDICT, INFER) for body in (bomb, b"abc", bomb[:1000], b"")]
    cases += [(PREDICT, b"abc", {**JSON, "Content-Encoding": one}) for one in ("br", "gzip, gzip", "x" * 1000)]
    cases += [(path, body, CSV) for path in (PREDICT, PEOPLE) for body in (bomb, gzip.compress(b"a")[:-4])]
    refused(alone, cases)
    assert post(alone.port, PREDICT, bomb, GZIP).code == "GN125"
    reply = post(alone.port, PREDICT, gzip.compress(json_body([PIXELS])), GZIP)
    assert reply.status == 200


def test_images(alone, usual):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.png", bytes(1 << 25))
    bomb = png(50_000, 4_000, [bytes(50_000)] * 400)
    bodies = [
        png(50_000, 50_000), png(2**31 - 1, 2**31 - 1), png(0, 0), png(28, 28, [bytes(28)] * 10), bomb, b"hello", b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>", archive.getvalue(), gzip_bomb(1 << 26), png(28, 28)[:40],
    ]  # fmt: skip
    refused(alone, [(path, body, PNG) for path in (PREDICT, PEOPLE) for body in bodies])


def test_text(alone, usual):
    wide = b",".join([b"1"] * 1_000_000) + b"\n"
    bodies = [
        wide, b"", b"\n" * 100_000, b'"' * 100_001, bytes(100_000), b"1" * 1_000_000, b"1\n" * 100_000,
        b"age,job\n\xff\xfe\xfd,\x80\n", b"PK\3\4" + bytes(100), TEXT + b"1,2,3,4,5,6,7\n", b"age\n1\n",
    ]  # fmt: skip
    refused(alone, [(path, body, CSV) for path in (PREDICT, PEOPLE) for body in bodies])


def test_forms(alone, usual):
    kind, end = "multipart/form-data; boundary=x", b"--x--"
    part = b"--x\r\nContent-Disposition: form-data; name=a; filename=a.csv\r\n"
    odd = part.replace(b"filename=a.csv", b"filename*=utf-8''%ff%00")
    forms = [
        ("multipart/form-data", b"--x"), (kind, b""), (kind, part + b"\r\n" + TEXT), (kind, b"--x\r\n" * 10_000 + end),
        (kind, (part + b"\r\n" + TEXT + b"\r\n") * 2 + end), (f"{kind}{'y' * 1000}", end), (kind, part * 10_000),
        (kind, b"--x\r\n" + b"a: b\r\n" * 10_000 + b"\r\nabc\r\n" + end), (f'{kind}"\xff"', end),
        (kind, odd + b"\r\nabc\r\n" + end), (f'multipart/form-data; a="{";" * 60_000}"', end),
        (kind, b"--x" + b"\r\n--x" * 1_500_000 + b"--"),
    ]  # fmt: skip
    values = [b'"' + b";" * 300_000 + b'"', b"a; filename*1=b", b"a; filename*0=b", b"a; filename*" + b"9" * 5000]
    for value in values:
        forms.append((kind, part.replace(b"a.csv", value) + b"\r\nabc\r\n" + end))
    for value in (b"idna''%ff", b"a''%00", b"utf-16''%00", b"0*=a''b", b"base64''a"):
        forms.append((kind, part.replace(b"filename=a.csv", b"filename*=" + value) + b"\r\nabc\r\n" + end))
    refused(alone, [(PEOPLE, body, {"Content-Type": name}) for name, body in forms])


def test_content_types(alone, usual):
    kinds = ["", "text/html", "application/x-www-form-urlencoded", "application", "image/", "*/*", "x" * 1000]
    refused(alone, [(PREDICT, json_body([PIXELS]), {"Content-Type": kind}) for kind in kinds], [415, 422])


def test_addresses(alone, usual):
    paths = [
        "/none", "/predict/", "//predict", "/predict?model=none", "/predict?model=%ff", "/predict", "/v2/models//infer",
        "/v2/models/../infer", "/v2/models/%2e%2e/infer", "/v2/models/digits/versions/2/infer", "/%00",
        "/v2/models/digits/versions/%00/infer", "/explain?model=digits&output=none", "/predict?" + "a=b&" * 10_000,
        "/explain?model=digits&output=" + "9" * 100,
    ]  # fmt: skip
    refused(alone, [(path, json_body([PIXELS])) for path in paths], [400, 404, 422])
    unknown = dict.fromkeys(("CONNECT", "get", "A" * 1000), (400, "GN127"))
    for method, expected in (dict.fromkeys(("DELETE", "PUT", "OPTIONS", "TRACE"), (405, "GN122")) | unknown).items():
        reply = send(alone.port, head(method, "/predict", {"Host": f"127.0.0.1:{alone.port}", "Connection": "close"}))
        assert (reply.status, reply.code) == expected


def test_bodies_without_or_with_another_length(alone, usual):
    host = {"Host": f"127.0.0.1:{alone.port}", **JSON}
    for length in ("-1", "1e3", "9" * 5000, "1, 2", "1\r\nContent-Length: 2"):
        reply = send(alone.port, head("POST", PREDICT, {**host, "Content-Length": length}), b"[]")
        assert (reply.status, reply.code) == (400, "GN127")
    reply = send(alone.port, head("POST", PREDICT, {**host, "Content-Length": 10**15}), b"[]")
    assert (reply.status, reply.code) == (413, "GN125")
    chunked = head("POST", PREDICT, {**host, "Transfer-Encoding": "chunked"})
    reply = send(alone.port, chunked, *[b"100000\r\n" + b" " * (1 << 20) + b"\r\n"] * 9)
    assert (reply.status, reply.code) == (413, "GN125")
    reply = send(alone.port, chunked + b"5\r\n123", shut=True)
    assert (reply.status, reply.code) == (400, "GN127")
    whole = head("POST", PREDICT, {**host, "Transfer-Encoding": "chunked", "Connection": "close"})
    body = json_body([PIXELS])
    assert send(alone.port, whole + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)).status == 200


def test_damaged_requests(alone, usual):
    """Single bytes of usual requests are changed, and their ends cut: never an error of the service itself."""
    rng = np.random.default_rng(28)
    host = {"Host": f"127.0.0.1:{alone.port}", "Connection": "close"}
    given = [(PREDICT, json_body([PIXELS[:40]]), JSON), (PEOPLE, json_body([PERSON]), JSON), (PEOPLE, TEXT, CSV)]
    given += [(INFER, tensor([1, 784], PIXELS), JSON), binary({"binary_data_size": 784}, bytes(784), datatype="UINT8")]
    given += [(PREDICT, png(28, 28, [bytes(28)] * 28), PNG)]
    for path, body, headers in given:
        for _ in range(40):
            whole = bytearray(head("POST", path, {**host, "Content-Length": len(body), **headers}) + body)
            for place in rng.integers(0, len(whole), rng.integers(1, 4)):
                whole[place] = rng.integers(256)
            cut = len(whole) if rng.random() < 0.7 else int(rng.integers(len(whole)))
            reply = send(alone.port, bytes(whole[:cut]), shut=True)
            assert reply.status in (0, 200, *range(400, 500)), (bytes(whole[:cut]), reply)
            assert reply.status < 400 or reply.code.startswith("GN")


def test_bombs_at_the_same_time(alone, usual):
    bomb, picture = gzip_bomb(1 << 26), png(50_000, 50_000)
    cases = [(PREDICT, bomb, GZIP), (PREDICT, picture, PNG), (PEOPLE, gzip_bomb(1 << 25), CSV)] * 8
    with ThreadPoolExecutor(8) as pool:
        replies = [*pool.map(lambda case: post(alone.port, *case), cases)]
    assert {one.status for one in replies} <= {413, 422, 429}
    assert {one.code for one in replies} <= {"GN125", "GN033", "GN017", "GN126"}


def test_slow_clients_do_not_keep_others_from_answers(tmp_path):
    deadlines = Deadlines(head=1.5, body=1.5, read=1.5, idle=1.5, connections=400)
    with serving([write_digits(tmp_path / "digits.safetensors")], deadlines) as running:
        starts = [b"", b"POST /predict HTTP/1.1\r\n", head("POST", "/predict", {"Content-Length": 9}) + b"[", b"\r"]
        host = {"Host": f"127.0.0.1:{running.port}"}
        slow = [connect(running.port) for _ in range(300)]
        try:
            for place, one in enumerate(slow):
                one.sendall(starts[place % len(starts)])
            with connect(running.port) as reader:
                for _ in range(100):  # requests whose answers are not read
                    reader.sendall(head("GET", "/openapi.json", host))
                for _ in range(20):
                    assert post(running.port, "/predict", json_body([PIXELS])).status == 200
            assert all(map(ended, slow))
        finally:
            for one in slow:
                one.close()
        assert get(running.port, "/v2/health/live", {"Connection": "close"}).status == 200
        with connect(running.port) as connection:
            connection.sendall(head("GET", "/v2/health/live", host))
            assert receive(connection).status == 200
