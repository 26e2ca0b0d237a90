"""The Open Inference Protocol: an unmodified client of Triton, and requests of another form."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest

import glassnet
from glassnet import Options, load_model, load_table, new_model, save_model
from support.raw_http import get, post
from support.samples import digits, small_model
from support.service import serving, write_digits

client = pytest.importorskip("tritonclient.http", reason="tritonclient[http] is not installed")
ROWS = 70
"""More than are answered on the event loop."""


def table(rows):
    random = np.random.default_rng(3)
    return {
        "age": random.integers(18, 80, rows).astype(float).tolist(),
        "city": random.choice(["Bonn", "Rome", "東京"], rows).tolist(),
        "member": random.integers(0, 2, rows).astype(bool).tolist(),
        "since": [date(2019, 1, 3) + timedelta(int(days)) for days in random.integers(0, 1500, rows)],
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_digits(folder / "digits.safetensors")
    save_model(small_model(), folder / "small.safetensors")
    columns = table(80)
    older = [age > 50 for age in columns["age"]]
    targets = {
        "old": {"old": ["yes" if one else "no" for one in older]},
        "amount": {"amount": [age / 7 for age in columns["age"]]},
        "both": {"old": [*map(int, older)], "new": [int(not one) for one in older[::-1]]},
    }
    outputs = {"old": ("one-hot", "softmax"), "amount": ("values", "identity"), "both": ("multilabel", "sigmoid")}
    for name, answers in targets.items():
        data = load_table(columns | answers, [*answers])
        kind, output = outputs[name]
        loss = "cross_entropy" if output != "identity" else "squared_error"
        options = Options(hidden=4, bias=True, rule="gradient", scaling="unit", targets=kind, output=output, loss=loss)
        save_model(new_model(data, options), folder / f"{name}.safetensors")
    return folder


@pytest.fixture(scope="module")
def running(folder):
    with serving(sorted(folder.glob("*.safetensors"))) as running:
        yield running


@pytest.fixture(scope="module")
def triton(running):
    triton = client.InferenceServerClient(f"127.0.0.1:{running.port}")
    yield triton
    triton.close()


def portable(folder, name):
    return glassnet.compiled(load_model(folder / f"{name}.safetensors").unchecked(), engine="portable")


def tensor(name, datatype, values, *, binary=True):
    made = client.InferInput(name, list(np.shape(values)), datatype)
    made.set_data_from_numpy(np.array(values), binary_data=binary)
    return made


def test_state_and_metadata(triton):
    assert triton.is_server_live()
    assert triton.is_server_ready()
    assert triton.is_model_ready("digits")
    assert triton.is_model_ready("digits", "1")
    assert not triton.is_model_ready("none")
    assert triton.get_server_metadata() == {
        "name": "glassnet", "version": glassnet.__version__, "extensions": ["binary_tensor_data"]
    }  # fmt: skip
    described = triton.get_model_metadata("digits", "1")
    assert (described["name"], described["versions"]) == ("digits", ["1"])
    assert len(bytes.fromhex(described["parameters"]["hash"])) == 32
    assert described["inputs"] == [{"name": "input", "datatype": "FP32", "shape": [-1, 784]}]
    assert described["outputs"] == [
        {"name": "label", "datatype": "INT64", "shape": [-1]},
        {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]},
    ]
    [pixels] = triton.get_model_metadata("small")["inputs"]  # trained on bytes
    assert pixels == {"name": "input", "datatype": "UINT8", "shape": [-1, 16]}
    inputs = {one["name"]: one["datatype"] for one in triton.get_model_metadata("old")["inputs"]}
    assert inputs == {"age": "FP64", "city": "BYTES", "member": "BOOL", "since": "BYTES"}


@pytest.mark.parametrize(
    ("rows", "binary", "packed", "datatype"),
    [
        (1, True, None, "UINT8"),
        (1, False, "gzip", "UINT8"),
        (ROWS, True, "deflate", "UINT8"),
        (ROWS, False, None, "FP32"),
        (ROWS, True, "gzip", "INT64"),
    ],
)
def test_tritons_client_gets_the_bits_of_the_portable_engine(triton, folder, rows, binary, packed, datatype):
    model, pixels = portable(folder, "digits"), digits(100).inputs[:rows]
    outputs = model.outputs(digits(100).inputs)[:rows]
    given = pixels.astype(client.triton_to_np_dtype(datatype)).reshape(rows, 28, 28)
    answer = triton.infer(
        "digits",
        [tensor("input", datatype, given, binary=binary)],
        outputs=[client.InferRequestedOutput(name, binary_data=binary) for name in ("probabilities", "label")],
        request_id="seven",
        request_compression_algorithm=packed,
        response_compression_algorithm=packed,
    )
    assert (answer.as_numpy("probabilities") == model.probabilities(outputs)).all()
    assert (answer.as_numpy("label") == model.predict(pixels)).all()
    said = answer.get_response()
    assert (said["id"], said["model_name"], said["model_version"]) == ("seven", "digits", "1")
    assert [one["name"] for one in said["outputs"]] == ["probabilities", "label"]


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("name", ["old", "amount", "both"])
def test_tables_and_every_kind_of_target(triton, folder, name, binary):
    columns, model = table(20), portable(folder, name)
    days = [str(day) for day in columns["since"]]
    answer = triton.infer(
        name,
        [
            tensor("since", "BYTES", np.array([[day] for day in days], object), binary=binary),
            tensor("age", "FP64", np.array(columns["age"])[:, None], binary=binary),
            tensor("city", "BYTES", np.array(columns["city"], object), binary=binary),
            tensor("member", "BOOL", np.array(columns["member"])[:, None], binary=binary),
        ],
    )
    outputs = model.outputs(model.columns.apply(glassnet.read_table(columns)))
    if name == "amount":
        assert (answer.as_numpy("value") == model.targets.invert(outputs)).all()
        return
    assert (answer.as_numpy("probabilities") == model.probabilities(outputs)).all()
    if name == "both":
        assert (answer.as_numpy("labels") == model.targets.invert(outputs)).all()
        return
    expected = [model.name_of(label) for label in model.targets.invert(outputs)]
    assert [word.decode() for word in answer.as_numpy("label")] == expected


def test_remarks_are_among_the_parameters(triton, folder):
    given = {"since": ["soon"], "age": ["old"], "city": ["Bonn"], "member": ["yes"]}
    tensors = [tensor(name, "BYTES", np.array(values, object), binary=True) for name, values in given.items()]
    told = triton.infer("old", tensors).get_response()["parameters"]["remarks"].splitlines()
    assert any("column 'since': 1 value treated as missing" in line for line in told)
    assert any("column 'age': 1 value treated as missing" in line for line in told)


def test_tritons_client_shows_the_error(triton):
    pixels = digits(100).inputs[:1]
    for name, shape, told in (("none", pixels, "No model 'none'"), ("digits", pixels[:, 1:], "783")):
        with pytest.raises(client.InferenceServerException, match=told):
            triton.infer(name, [tensor("input", "UINT8", shape)])
    with pytest.raises(client.InferenceServerException, match="input 'x'"):
        triton.infer("digits", [tensor("x", "UINT8", pixels)])
    with pytest.raises(client.InferenceServerException, match="version '2'"):
        triton.get_model_metadata("digits", "2")


def ask(running, body, length=None, model="digits"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if length is None else {"Inference-Header-Content-Length": length}
    reply = post(running.port, f"/v2/models/{model}/infer", content, headers)
    return reply.status, json.loads(reply.body)


def one(**changes):
    """A request for one digit, its only tensor changed."""
    return {"inputs": [{"name": "input", "datatype": "UINT8", "shape": [1, 784], "data": [0] * 784, **changes}]}


def test_nested_data_and_other_number_types_are_the_same(running):
    pixels = digits(100).inputs[:2]
    bodies = [
        one(shape=[2, 784], data=pixels.reshape(-1).tolist()),
        one(shape=[2, 784], data=pixels.tolist()),
        one(shape=[2, 28, 28], data=pixels.reshape(2, 28, 28).tolist()),
        one(shape=[2, 784], data=pixels.tolist(), datatype="FP64"),
        one(shape=[2, 784], data=pixels.astype(float).tolist()),
    ]
    answers = [ask(running, body) for body in bodies]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"[]",
        b'{"inputs": [{"name": "input", "datatype": "FP32", "shape": [1], "data": [NaN]}]}',
        b"[" * 100_000,
        {},
        {"inputs": {}},
        {"inputs": [1]},
        {"inputs": []},
        one() | {"id": 7},
        one() | {"outputs": [{"name": "nothing"}]},
        one() | {"outputs": "label"},
        one() | {"outputs": [{"name": "label", "parameters": {"binary_data": "yes"}}]},
        {"inputs": one()["inputs"] * 2},
        one(name=3),
        one(datatype="BF16"),
        one(datatype=["UINT8"]),
        one(shape=[1, -784]),
        one(shape=[True, 784]),
        one(shape=[1 << 62, 1 << 62]),
        one(shape=784),
        one(data=None),
        one(data=[0] * 783),
        one(data=["0"] * 784),
        one(data=[None] * 784),
        one(data=[256] * 784),
        one(data=[0.5] * 784),
        one(data=[[0] * 783, [0, [1]]]),
        one(parameters={"binary_data_size": 784}),
        one(parameters={"binary_data_size": -1}),
        one(parameters={"binary_data_size": "784"}),
    ],
)
def test_another_form_is_refused(running, body):
    status, answer = ask(running, body)
    assert (status, answer["code"]) == (400, "GN127")
    assert answer["error"]


def test_binary_data_must_fit_their_description(running):
    described = json.dumps(one(parameters={"binary_data_size": 784})).encode()
    for length, data in ((len(described), bytes(783)), (len(described), bytes(785)), (10**9, bytes(784)), ("x", b"")):
        status, answer = ask(running, described + data, length)
        assert (status, answer["code"]) == (400, "GN127")
    words = {"name": "city", "datatype": "BYTES", "shape": [2]}
    for data in (b"\x04\0\0\0Bonn", b"\xff\xff\xff\xffBonn\0\0\0\0", b"\x01\0\0\0\xff\0\0\0\0", b"\0\0"):
        head = json.dumps({"inputs": [words | {"parameters": {"binary_data_size": len(data)}}]}).encode()
        status, answer = ask(running, head + data, len(head), "old")
        assert (status, answer["code"]) == (400, "GN127")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (one(shape=[0, 784], data=[]), "GN010"),
        (one(shape=[784, 1]), "GN050"),
        (one(datatype="INT16", data=[-1] * 784), "GN014"),
        (one(datatype="FP32", data=[1e300] * 784), "GN018"),
        (one(datatype="BYTES", data=["7"] * 784), "GN013"),
    ],
)
def test_content_that_does_not_fit_the_model_has_the_codes_of_the_command_line(running, body, code):
    status, answer = ask(running, body)
    assert (status, answer["code"]) == (422, code)


def test_an_unknown_model_is_not_found(running):
    for path in ("/v2/models/none", "/v2/models/none/ready", "/v2/models/digits/versions/2", "/v2/models//ready"):
        reply = get(running.port, path)
        assert reply.status == 404
        assert json.loads(reply.body)["code"] == "GN121"
