"""Predictions and explanations: rows in JSON, CSV, images and forms have the answers of the command line."""

from __future__ import annotations

import io
import json

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet import load_model
from glassnet.explain.why import why
from glassnet.workflow.predict_job import answer_facts, query_model
from support.people import people
from support.photos import sheet
from support.raw_http import post
from support.samples import digits, digits_csv, png
from support.service import serving, write_any_numbers, write_digits, write_hours, write_people


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_digits(folder / "digits.safetensors")
    write_people(folder / "people.safetensors")
    write_any_numbers(folder / "any.safetensors")
    return folder


@pytest.fixture(scope="module")
def running(folder):
    with serving(sorted(folder.glob("*.safetensors"))) as running:
        yield running


def send(running, path, body, kind="application/json", **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = post(running.port, path, content, {"Content-Type": kind, **headers})
    return reply.status, json.loads(reply.body)


def answers(running, body, kind="application/json", model="digits"):
    status, said = send(running, f"/predict?model={model}", body, kind)
    assert (status, said.get("model")) == (200, model), said
    return said["answers"]


def queried(folder, model, *sources):
    """What ``glassnet query --engine portable --json`` prints."""
    return [
        answer_facts(one)
        for one in query_model(
            glassnet.compiled(load_model(folder / f"{model}.safetensors"), engine="portable"), [*map(str, sources)]
        )
    ]


def same(found, expected):
    """Compare answers but for the names of their inputs."""
    return [one | {"input": ""} for one in found] == [one | {"input": ""} for one in expected]


def form(name, kind, content):
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n"


def test_rows_in_every_form_have_the_answers_of_the_command_line(running, folder, tmp_path):
    pixels, text = digits(100).inputs[:70], digits_csv(70)
    (tmp_path / "rows.csv").write_text(text)
    expected = queried(folder, "digits", tmp_path / "rows.csv")
    found = answers(running, {"rows": pixels.tolist()})
    assert found[69] == expected[69] | {"input": "row 69"}
    assert same(found, expected)
    assert same(answers(running, pixels.tolist()), expected)
    assert same(answers(running, {"row": pixels[3].tolist()}), expected[3:4])
    assert same(answers(running, {"rows": (pixels[:3] / 1.0).reshape(3, 28, 28).tolist()}), expected[:3])
    assert same(answers(running, text.encode(), "text/csv"), expected)
    assert same(answers(running, digits_csv(70, labels=False).encode(), "text/csv; charset=utf-8"), expected)
    sent = form("rows.csv", "text/csv", text.encode())
    named = answers(running, sent, "multipart/form-data; boundary=b")
    assert same(named, expected)
    assert named[0]["input"] == "rows.csv, row 0"


def test_a_model_of_any_numbers_answers_for_them(running, folder, tmp_path):
    rows = [[-2.5, 0, 300], [0.25, -7, 1e6]]
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    (tmp_path / "rows.csv").write_text(text)
    expected = queried(folder, "any", tmp_path / "rows.csv")
    assert same(answers(running, {"rows": rows}, model="any"), expected)
    assert same(answers(running, text.encode(), "text/csv", "any"), expected)
    assert send(running, "/explain?model=any", {"row": rows[0]})[1]["outputs"] == expected[0]["outputs"]
    tensor = {"name": "input", "shape": [2, 3], "datatype": "FP64", "data": rows}
    status, said = send(running, "/v2/models/any/infer", {"inputs": [tensor]})
    assert (status, said["outputs"][0]["data"]) == (200, [one["answer"] for one in expected])
    for body, kind in (({"rows": [[1e39, 0, 0]]}, "application/json"), (b"1e39,0,0\n", "text/csv")):
        status, said = send(running, "/predict?model=any", body, kind)
        assert (status, said["code"]) == (422, "GN018")


def test_fractions_of_grey_values_count(running, folder, tmp_path):
    rows = digits(3).inputs * 0.7
    (tmp_path / "rows.csv").write_text("".join(",".join(map(repr, row)) + "\n" for row in rows.tolist()))
    expected = queried(folder, "digits", tmp_path / "rows.csv")
    assert same(answers(running, {"rows": rows.tolist()}), expected)
    assert not same(answers(running, {"rows": rows.astype(int).tolist()}), expected)


def test_a_value_outside_the_range_needs_other_rows_and_no_command(running):
    body = ",".join(["-0.13", *map(str, PIXELS[1:])]).encode()
    status, said = send(running, "/predict?model=digits", body, "text/csv")
    assert (status, said["code"]) == (422, "GN014")
    assert said["message"].endswith("-0.13, expected 0 to 255. Use rows that fit the model.")


def test_images_have_the_answers_of_the_command_line(running, folder, tmp_path):
    drawn = png(digits(100).inputs[0].reshape(28, 28))
    photo = sheet(3, 1, 3).content
    for name, content in (("digit.png", drawn), ("photo.jpg", photo)):
        (tmp_path / name).write_bytes(content)
        expected = queried(folder, "digits", tmp_path / name)
        assert same(answers(running, content, "image/png"), expected)
        assert same(answers(running, form(name, "image/jpeg", content), "multipart/form-data; boundary=b"), expected)


def test_a_table_has_the_same_bits_in_every_form_and_company(running, folder, tmp_path):
    text = people(40, seed=1)
    (tmp_path / "people.csv").write_text(text)
    frame = pl.read_csv(io.StringIO(text), null_values=["?", "NA", "", "nan", "null"]).drop("income")
    rows = frame.to_dicts()
    expected = queried(folder, "people", tmp_path / "people.csv")
    assert same(answers(running, text.encode(), "text/csv", "people"), expected)
    found = answers(running, {"rows": rows}, model="people")
    assert same(found, expected)
    assert [answers(running, {"row": row}, model="people")[0] for row in rows] == [
        one | {"input": "row 0"} for one in found
    ]
    # Numbers in text are read as in a table, but one row does not change how another is read.
    odd = [row | {"hours": f"{row['hours']:.1f}".replace(".", ",")} for row in rows[:2]]
    assert answers(running, {"rows": [*odd, *rows]}, model="people")[2:] == [
        one | {"input": f"row {number + 2}"} for number, one in enumerate(found)
    ]
    assert same(answers(running, {"rows": odd}, model="people"), expected[:2])


def test_intervals_are_those_of_the_command_line(folder, tmp_path):
    (tmp_path / "rows.csv").write_text(people(20))
    write_hours(tmp_path / "hours.safetensors")
    expected = query_model(load_model(tmp_path / "hours.safetensors"), [str(tmp_path / "rows.csv")], coverage=0.8)
    rows = pl.read_csv(tmp_path / "rows.csv").to_dicts()
    with serving([tmp_path / "hours.safetensors", folder / "digits.safetensors"]) as running:
        found = answers(running, {"rows": rows, "coverage": 0.8}, model="hours")
        assert [one["interval"] for one in found] == [one.interval for one in expected]
        status, said = send(running, "/predict?model=hours&coverage=0.8", rows)
        assert [one["interval"] for one in said["answers"]] == [one.interval for one in expected]
        assert "interval" not in answers(running, {"rows": rows}, model="hours")[0]
        for given in ("0.8", 80, True, [0.8]):
            status, said = send(running, "/predict?model=hours", {"rows": rows, "coverage": given})
            assert (status, said["code"]) == (422, "GN021"), said
        assert send(running, "/predict?model=hours&coverage=most", rows)[1]["code"] == "GN127"
        image = {"rows": [[0] * 784], "coverage": 0.8}
        assert send(running, "/predict?model=digits", image)[1]["code"] == "GN022"


def test_nan_in_json_is_told_to_be_null(running):
    status, said = send(running, "/predict?model=people", '{"rows": [{"job": "é", "age": NaN}]}'.encode())
    assert (status, said["code"]) == (400, "GN127")
    assert said["message"].endswith("Write null for a missing value.")


def test_a_file_of_a_form_needs_no_content_type(running, folder):
    sent = form("rows.csv", "application/octet-stream", digits_csv(3).encode())
    assert len(answers(running, sent, "multipart/form-data; boundary=b")) == 3
    drawn = png(digits(100).inputs[0].reshape(28, 28))
    sent = form("digit.png", "application/octet-stream", drawn)
    assert same(answers(running, sent, "multipart/form-data; boundary=b"), answers(running, drawn, "image/png"))


KNOWN = {"age": 30, "job": "cook", "gain": None, "member": "yes", "country": "CH", "hours": 41.5, "id": 7}


def test_an_answer_has_remarks_on_values_that_the_model_does_not_know(running):
    def remarks(body, kind="application/json", **headers):
        status, said = send(running, "/predict?model=people", body, kind, **headers)
        assert status == 200
        return said.get("remarks")

    odd = [{"age": "old"}, {"job": "smith"}, {"member": "maybe"}]
    age = "column 'age': 1 value treated as missing, expected numbers ('old')"
    job = "column 'job': 1 value not in the training data, treated as none of its words ('smith')"
    member = "column 'member': 1 value treated as missing, expected yes or no ('maybe')"
    assert remarks({"rows": [KNOWN, KNOWN | dict.fromkeys(KNOWN), KNOWN]}) is None
    for number, (one, remark) in enumerate(zip(odd, (age, job, member), strict=True)):
        assert remarks({"rows": [*[KNOWN] * number, KNOWN | one]}) == [f"row {number}: {remark}"]
    assert remarks({"rows": [KNOWN | odd[0], KNOWN | odd[1]]}) == [f"row 0: {age}", f"row 1: {job}"]
    assert len(remarks({"rows": [KNOWN | {"job": "smith"}] * 3000})) == 20
    (said,) = remarks({"row": KNOWN | odd[0]}, **{"Accept-Language": "zh"})
    assert said == "第 0 行：列 'age'：1 个值按缺失处理，应为数字（'old'）"
    text = ",".join(KNOWN) + "\nold,smith,0,maybe,CH,40,1\n"
    assert remarks(text.encode(), "text/csv") == [f"the request: {remark}" for remark in (age, job, member)]
    assert send(running, "/explain?model=people", {"row": KNOWN | odd[1]})[1]["remarks"] == [f"row 0: {job}"]
    types = {"age": "FP64", "job": "BYTES", "gain": "FP64", "member": "BOOL", "hours": "FP64"}
    row = KNOWN | odd[1] | {"gain": 0, "member": True}
    tensors = [{"name": name, "datatype": kind, "shape": [1], "data": [row[name]]} for name, kind in types.items()]
    status, said = send(running, "/v2/models/people/infer", {"inputs": tensors})
    assert (status, said["parameters"]) == (200, {"remarks": f"row 0: {job}"})


def test_a_strict_request_is_refused_instead_of_remarked_on(running):
    odd, text = KNOWN | {"job": "smith"}, ",".join(KNOWN) + "\nold,smith,0,maybe,CH,40,1\n"
    tensors = [{"name": "age", "datatype": "FP64", "shape": [1], "data": [900.0]}]
    types = {"job": "BYTES", "gain": "FP64", "member": "BOOL", "hours": "FP64"}
    plain = KNOWN | {"gain": 0, "member": True}
    tensors += [{"name": name, "datatype": kind, "shape": [1], "data": [plain[name]]} for name, kind in types.items()]
    cases = [
        ("/predict?model=people", {"rows": [KNOWN, odd], "strict": True}, "application/json", "row 1: column 'job'"),
        ("/predict?model=people&strict=true", [odd], "application/json", "row 0: column 'job'"),
        ("/explain?model=people", {"row": odd, "strict": True}, "application/json", "row 0: column 'job'"),
        ("/predict?model=people&strict=true", text.encode(), "text/csv", "the request: column 'age'"),
        ("/v2/models/people/infer", {"inputs": tensors, "parameters": {"strict": True}}, "application/json", "row 0"),
    ]
    for path, body, kind, place in cases:
        status, said = send(running, path, body, kind)
        assert (status, said["code"]) == (422, "GN075"), said
        assert said.get("message", said.get("error")).startswith(place)
        path, body = path.replace("strict=true", "strict=false"), json.loads(json.dumps(body).replace("true", "false")
        ) if isinstance(body, dict) else body  # fmt: skip
        assert send(running, path, body, kind)[0] == 200
    assert send(running, "/predict?model=people", {"row": KNOWN, "strict": True})[0] == 200
    for path, body in (
        ("/predict?model=people", {"row": KNOWN, "strict": 1}),
        ("/predict?model=people&strict=1", [KNOWN]),
    ):
        status, said = send(running, path, body)
        assert (status, said["code"]) == (400, "GN127")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A model of images that was trained, so that it has a range."""
    path, data = tmp_path_factory.mktemp("images") / "images.safetensors", digits(200)
    glassnet.save_model(glassnet.fit(data, epochs=1, hidden=(4,)).model, path)
    with serving([path]) as running:
        yield running


def test_rows_of_another_range_have_a_remark_as_at_the_command_line(images):
    pixels = digits(200).inputs[:5]
    dark = (pixels / 255).tolist()
    tensor = {"name": "input", "shape": [5, 784], "datatype": "FP32", "data": dark}
    text = "".join(",".join(map(str, row)) + "\n" for row in dark).encode()
    for path, body, kind in (
        ("/predict", {"rows": dark}, "application/json"),
        ("/predict", text, "text/csv"),
        ("/v2/models/images/infer", {"inputs": [tensor]}, "application/json"),
        ("/explain", {"row": dark[0]}, "application/json"),
    ):
        status, said = send(images, path, body, kind)
        found = said["parameters"]["remarks"].split("\n") if "v2" in path else said["remarks"]
        assert (status, len(found)) == (200, 1)
        assert "far outside the range of the training data" in found[0]
        strict = body | {"parameters": {"strict": True}} if "v2" in path else body
        status, said = send(images, f"{path}?strict=true", strict, kind)
        assert (status, said["code"]) == (422, "GN075"), (path, said)
    assert "remarks" not in send(images, "/predict", {"rows": pixels.tolist()})[1]
    assert send(images, "/predict", {"rows": pixels.tolist(), "strict": True})[0] == 200


def test_missing_columns_name_the_row_and_the_column_that_is_misspelt(running):
    misspelt = {("Age" if name == "age" else name): value for name, value in KNOWN.items()}
    _, said = send(running, "/predict?model=people", {"rows": [KNOWN, misspelt]})
    assert said["message"].startswith("row 1: missing column 'age'")
    assert said["message"].endswith("Rename 'Age'.")


@pytest.mark.parametrize("model", ["digits", "people"])
def test_an_explanation_is_that_of_the_command_line(running, folder, model):
    loaded = load_model(folder / f"{model}.safetensors").unchecked()
    row = digits(100).inputs[5].tolist()
    inputs = np.array(row, np.uint8)
    if model == "people":
        row = {"age": 30, "job": "cook", "gain": None, "member": "yes", "country": "CH", "hours": 41.5, "id": 7}
        inputs = loaded.columns.apply(glassnet.read_table({name: [value] for name, value in row.items()}))[0]
    status, said = send(running, f"/explain?model={model}", {"row": row})
    assert status == 200
    expected = why(loaded, inputs)
    assert (said["answer"], said["rival"], said["name"]) == (
        expected.answer, expected.rival, loaded.name_of(expected.answer)
    )  # fmt: skip
    assert said["gap"] == expected.gap
    assert said["inputs"] == expected.inputs.tolist()
    assert said["columns"] == (dict(loaded.columns.gathered(expected.inputs)) if loaded.columns else None)
    assert said["outputs"] == answers(running, {"row": row}, model=model)[0]["outputs"]


PIXELS = [0] * 784


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/predict", {"rows": [PIXELS]}, 400, "GN127"),  # several models
        ("/predict?model=none", {"rows": [PIXELS]}, 404, "GN121"),
        ("/predict?model=digits", {}, 400, "GN127"),
        ("/predict?model=digits", {"rows": {}}, 400, "GN127"),
        ("/predict?model=digits", b'{"rows": [[1e999]]}', 400, "GN127"),
        ("/predict?model=digits", b"\xff", 400, "GN127"),
        ("/predict?model=digits", {"rows": []}, 422, "GN010"),
        ("/predict?model=digits", {"rows": [3]}, 422, "GN050"),
        ("/predict?model=digits", {"rows": [PIXELS[1:]]}, 422, "GN050"),
        ("/predict?model=digits", {"rows": [PIXELS, PIXELS[1:]]}, 422, "GN050"),
        ("/predict?model=digits", {"rows": [PIXELS, 784]}, 422, "GN050"),
        ("/predict?model=digits", {"rows": [["7", *PIXELS[1:]]]}, 422, "GN013"),
        ("/predict?model=digits", {"rows": [[None, *PIXELS[1:]]]}, 422, "GN013"),
        ("/predict?model=digits", {"rows": [[256, *PIXELS[1:]]]}, 422, "GN014"),
        ("/predict?model=digits", {"rows": [[-0.5, *PIXELS[1:]]]}, 422, "GN014"),
        ("/predict?model=digits", {"rows": [[10**30, *PIXELS[1:]]]}, 422, "GN014"),
        ("/predict?model=people", {"rows": [[1, 2]]}, 422, "GN013"),
        ("/predict?model=people", {"rows": [{"age": 3}]}, 422, "GN060"),
        ("/predict?model=people", {"rows": [{}]}, 422, "GN060"),
        (
            "/predict?model=people",
            {"rows": [{name: [1] for name in ("age", "job", "gain", "member", "country", "hours", "id")}]},
            422,
            "GN013",
        ),
        ("/explain?model=digits", {"rows": [PIXELS] * 2}, 400, "GN127"),
        ("/explain?model=digits&output=3", {"row": PIXELS}, 422, "GN022"),
    ],
)
def test_what_cannot_be_answered_is_refused(running, path, body, status, code):
    found, said = send(running, path, body)
    assert (found, said["code"]) == (status, code), said
    assert said["message"]


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("application/xml", b"<a/>", 415, "GN122"),
        ("", b"{}", 415, "GN122"),
        ("text/csv", b"1,2,3\n", 422, "GN012"),
        ("text/csv", b"", 422, "GN010"),
        ("text/csv", png(np.zeros((28, 28))), 422, "GN011"),
        ("image/png", b"1,2,3\n", 422, "GN011"),
        ("image/png", png(digits(100).inputs[0].reshape(28, 28))[:150], 422, "GN006"),
        ("multipart/form-data", b"", 400, "GN127"),
        ("multipart/form-data; boundary=b", b"--b--\r\n", 400, "GN127"),
        ("multipart/form-data; boundary=b", form("a.csv", "text/csv", b"1")[:-8], 400, "GN127"),
        ("multipart/form-data; boundary=b", form("a.xml", "text/xml", b"<a/>"), 415, "GN122"),
    ],
)
def test_other_content_is_refused(running, kind, body, status, code):
    found, said = send(running, "/predict?model=digits", body, kind)
    assert (found, said["code"]) == (status, code), said


def test_messages_are_in_chinese_if_the_client_prefers_it(running):
    _, said = send(running, "/predict?model=digits", {"rows": [[300, *PIXELS[1:]]]}, **{"Accept-Language": "zh-CN,en"})
    assert said == {"code": "GN014", "message": "rows 第 0 行第 0 个值：为 300，应为 0 至 255。"}
