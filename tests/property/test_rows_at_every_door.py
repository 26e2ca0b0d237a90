"""A row has the same answer and the same remarks behind every door: command line, service, Python, studio."""

from __future__ import annotations

import csv
import json
import warnings
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np
import pandas
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glassnet import TableModel, compiled
from glassnet.data.validation import plain as as_text
from glassnet.errors import DataError, RangeWarning
from glassnet.serve.studio.draw import query as studio_query
from glassnet.workflow.predict_job import query_model
from support.raw_http import post
from support.service import serving

COUNT = 400


def training_table():
    rng = np.random.default_rng(0)
    gaps = rng.random(COUNT) < 0.1
    return {
        "height": np.where(gaps, np.nan, rng.integers(150, 200, COUNT)),
        "income": rng.integers(10_000, 90_000, COUNT),
        "share": rng.random(COUNT).round(2),
        "paid": rng.integers(0, 2, COUNT),
        "weight": [f"{value} kg" for value in rng.integers(40, 99, COUNT)],
        "city": np.where(gaps, None, rng.choice(["Bonn", "Rome"], COUNT)),
        "member": rng.choice(["yes", "no"], COUNT),
        "joined": np.datetime64("2019-01-03") + rng.integers(0, 900, COUNT),
        "y": rng.choice(["no", "yes"], COUNT),
    }


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    """A model of a table as a file, in Python, and served."""
    folder = tmp_path_factory.mktemp("doors")
    path = folder / "table.safetensors"
    model = TableModel.fit(training_table(), "y", hidden=(4,), epochs=1, members=1)
    model.save(path)
    with serving([path]) as running:
        yield SimpleNamespace(model=model, fast=compiled(model.model, "portable"), port=running.port)


TYPICAL = {
    **{"height": 170, "income": 45_000, "share": 0.25, "paid": 1, "weight": "61 kg", "city": "Bonn"},
    **{"member": "yes", "joined": "2020-05-01"},
}
# With three decimals, the point in text would be refused in a column of whole numbers: see the last test.
numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 2)) | st.integers(-(10**6), 10**6)
values = (
    numbers
    | st.sampled_from([True, False, None, float("nan"), 0, 1, 2, 999, 9999, -1, -99, 12.34, 45.5, 1700, 1e300])
    | st.sampled_from(["true", "False", "12.3k", "12.34", "61 kg", "61 lb", "$5", "5 %", "ja", "nein", "No", "maybe"])
    | st.sampled_from(["Bonn", "bonn", "Paris", "", "NA", "?", "2020-05-01", "01.05.2020", "2020-05-01T12:30", "x"])
)
rows = st.dictionaries(st.sampled_from([*TYPICAL]), values, max_size=3).map(lambda some: TYPICAL | some)


def without_place(remark):
    """A remark without what is in front of it: a file, a row, the table."""
    return remark[remark.index("column ") :]


def in_python(doors, data, **how):
    """The probabilities and the remarks of `TableModel`."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = doors.model.predict_proba(data, **how)
    assert all(one.category is RangeWarning for one in caught)
    return found, [without_place(str(one.message)) for one in caught]


def in_file(doors, name, content):
    """The outputs and the remarks of ``glassnet query``; also check that ``--strict`` refuses what has remarks."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(content)
        notices = []
        answers = query_model(doors.fast, [str(path)], notify=lambda one: notices.append(one.text("en")))
        with pytest.raises(DataError, match="because of strict") if notices else nullcontext():
            query_model(doors.fast, [str(path)], strict=True)
    return [one.outputs.tolist() for one in answers], [*map(without_place, notices)]


def over_http(doors, path, body):
    reply = post(doors.port, path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return reply.status, json.loads(reply.body)


def plain(rows):
    """Rows as JSON has them: a missing number is null."""
    return [{name: None if value != value else value for name, value in row.items()} for row in rows]


def in_csv(value):
    """A value as a text file of a typed table has it."""
    return as_text(value) if type(value) is float else str(value).lower() if type(value) is bool else value


def as_csv(rows):
    with TemporaryDirectory() as folder:
        with open(Path(folder) / "t.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*TYPICAL])
            writer.writeheader()
            writer.writerows({name: in_csv(value) for name, value in row.items()} for row in plain(rows))
        return (Path(folder) / "t.csv").read_text()


@settings(max_examples=4, deadline=None)
@given(rows)
@example(TYPICAL)
@example(TYPICAL | {"height": True})
@example(TYPICAL | {"paid": True})
@example(TYPICAL | {"height": 1700})
@example(TYPICAL | {"height": -1})
@example(TYPICAL | {"income": 12.34})
@example(TYPICAL | {"income": "12.34"})
@example(TYPICAL | {"income": 31})
@example(TYPICAL | {"weight": "0.058 kg", "share": 4200.0})
@example(TYPICAL | {"weight": "58,000 kg"})
@example(TYPICAL | {"weight": 61})
@example(TYPICAL | {"member": 5, "city": 7})
def test_one_row_has_the_same_answer_and_remarks(doors, row):
    found, remarks = in_python(doors, row)
    framed, again = in_python(doors, pandas.DataFrame([row]))
    assert again == remarks
    np.testing.assert_array_equal(framed.to_numpy()[0], [*found.values()])
    [outputs], notices = in_file(doors, "row.json", json.dumps(plain([row])))
    assert notices == remarks
    np.testing.assert_allclose(outputs, [*found.values()], rtol=1e-5)
    [of_text], notices = in_file(doors, "row.csv", as_csv([row]))
    assert (of_text, notices) == (outputs, remarks)

    status, said = over_http(doors, "/predict", {"row": plain([row])[0]})
    assert (status, said["answers"][0]["outputs"]) == (200, outputs)
    assert [*map(without_place, said.get("remarks", []))] == remarks
    reply = post(doors.port, "/predict", as_csv([row]).encode(), {"Content-Type": "text/csv"})
    said = json.loads(reply.body)
    assert said["answers"][0]["outputs"] == outputs
    assert [*map(without_place, said.get("remarks", []))] == remarks

    session = SimpleNamespace(model=lambda path: SimpleNamespace(model=doors.model.model))
    said = studio_query(session, {"model": "", "row": plain([row])[0], "language": "en", "quick": True})
    np.testing.assert_allclose(said["outputs"], outputs, rtol=1e-5)
    assert [*map(without_place, said["remarks"])] == remarks

    status, said = over_http(doors, "/predict", {"row": plain([row])[0], "strict": True})
    assert (status, said.get("code")) == ((422, "GN075") if remarks else (200, None))
    if remarks:
        assert remarks[0] in said["message"]
        with pytest.raises(DataError, match="because of strict"):
            doors.model.predict(row, strict=True)
    else:
        doors.model.predict(row, strict=True)


@settings(max_examples=12, deadline=None)
@given(st.lists(rows, min_size=2, max_size=4))
def test_rows_of_a_table_have_the_same_answers_and_remarks_in_files_and_frames(doors, some):
    """A column is judged as a whole: in JSON over HTTP, each row is one."""
    outputs, notices = in_file(doors, "rows.json", json.dumps(plain(some)))
    found, remarks = in_python(doors, {name: [row[name] for row in some] for name in TYPICAL})
    assert remarks == notices
    np.testing.assert_allclose(found, outputs, rtol=1e-5)
    framed, remarks = in_python(doors, pandas.DataFrame(some))
    assert remarks == notices
    np.testing.assert_array_equal(framed, found)

    _, said = over_http(doors, "/predict", {"rows": plain(some)})
    for number, row in enumerate(some):
        alone, remarks = in_python(doors, row)
        np.testing.assert_allclose(said["answers"][number]["outputs"], [*alone.values()], rtol=1e-5)
        prefix = f"row {number}: "
        assert [one.removeprefix(prefix) for one in said.get("remarks", []) if one.startswith(prefix)] == remarks


def test_a_point_that_may_be_between_thousands_is_refused_as_text_and_remarked_as_a_number(doors):
    row = TYPICAL | {"income": "12.345"}
    for name, content in (("row.json", json.dumps([row])), ("row.csv", as_csv([row]))):
        with pytest.raises(DataError, match=r"the point in '12.345'") as refused:
            in_file(doors, name, content)
        assert refused.value.code == "GN017"
    for data in (row, {name: [value] for name, value in row.items()}, pandas.DataFrame([row])):
        with pytest.raises(DataError, match=r"the point in '12.345'") as refused:
            doors.model.predict(data)
        assert refused.value.code == "GN017"
    session = SimpleNamespace(model=lambda path: SimpleNamespace(model=doors.model.model))
    with pytest.raises(DataError, match=r"the point in '12.345'") as refused:
        studio_query(session, {"model": "", "row": row, "language": "en", "quick": True})
    assert refused.value.code == "GN017"
    for body in ({"row": row}, {"rows": [TYPICAL, row]}):
        status, said = over_http(doors, "/predict", body)
        assert (status, said["code"]) == (422, "GN017")
    reply = post(doors.port, "/predict", as_csv([row]).encode(), {"Content-Type": "text/csv"})
    assert (reply.status, json.loads(reply.body)["code"]) == (422, "GN017")

    for number in (TYPICAL | {"income": 12.345}, TYPICAL | {"income": 23.0}, TYPICAL | {"weight": "71,000 kg"}):
        _, remarks = in_python(doors, number)
        assert remarks
        assert all(one.endswith("[GN075]") for one in remarks)
        assert in_file(doors, "row.json", json.dumps([number]))[1] == remarks
        assert [*map(without_place, over_http(doors, "/predict", {"row": number})[1]["remarks"])] == remarks
