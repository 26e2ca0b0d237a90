"""Routes of data, which several rooms use: uploads, samples and columns, and what the doctor finds."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.routing import Route

from ...data import Dataset
from ...data.tables.header import HEADER_OF_DATA
from ...doctor.finding import Finding, harmful
from ...errors import OptionError
from ...preprocess.tabular.encoders import NumberColumn
from ...workflow.doctor_job import DoctorJob, examine_source
from ...workflow.show_job import require_row
from ..rendering import on_page
from .endpoints import api, object_in, rows_in, text_in, whole_in
from .session import Session, labels_of, options_of_data

MOST_SAMPLES = 500
"""Samples in one answer."""
_FOLLOW = {
    **dict.fromkeys(("GD05", "GD14", "GD18", "GD27", "GD29"), ("drop",)),
    "GD42": ("drop", "group"),
    "GD53": ("group",),
    "GD54": ("time",),
}
"""Findings of a table -> what a page can do with their columns to follow the advice."""


def upload(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Open the file that a page sends."""
    return session.add_data(text_in(given, "name", "data"), given["body"]).brief()


def describe(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Describe data: their parts and samples, and the columns of a table."""
    one = session.get_data(given["id"])
    samples = session.samples(one.id)
    facts: dict[str, Any] = {**one.brief(), "parts": session.parts(one.id), "samples": len(samples)}
    if not isinstance(samples, Dataset):
        columns = [column.describe() for column in samples.columns().values()]
        doubts = [on_page(one, given["language"]) for one in samples.remarks if one.template == HEADER_OF_DATA]
        named = {"features": len(samples.names), "header": samples.header, "doubts": doubts}
        return {**facts, **named, "columns": columns}
    counts = np.bincount(samples.labels, minlength=samples.classes) if samples.values is None else np.zeros(0)
    return {
        **facts,
        "features": samples.features,
        "image_shape": samples.image_shape,
        "channels": samples.channels,
        "maximum": samples.maximum,
        "photo": samples.reading == "photo",
        "classes": [samples.name_of(label) for label in range(len(counts))],
        "counts": counts.astype(int),
    }


def samples(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return some samples: rows by their numbers in the source, or a stretch; or the cells of a table's rows.

    With a ``model``, images are read as it reads them, such as in colour, and numbers of a table without their decimal
    commas and units; ``targets`` are then the columns that it predicts.
    """
    part, model = text_in(given, "part", "train", ("train", "test")), text_in(given, "model", "")
    read = session.samples(given["id"], part, model)
    if given.get("rows"):
        chosen = rows_in(given, MOST_SAMPLES)
        for row in chosen:
            require_row(row, len(read), given["id"])
    else:
        start = whole_in(given, "start", 0)
        chosen = [*range(len(read))[start : start + whole_in(given, "count", 50, 0, MOST_SAMPLES)]]
    facts = {"part": part, "total": len(read), "rows": chosen}
    places = np.array(chosen, np.int64)
    if not isinstance(read, Dataset):
        columns = session.model(model).model.columns if model else None
        as_numbers = {one.name for one in columns.inputs if isinstance(one, NumberColumn)} if columns else set()
        numeric = read.columns([name for name in read.names if name in as_numbers]) if as_numbers else {}
        numbers = {name: column.numbers for name, column in numeric.items()}
        cells = [[cell(value, numbers.get(name), row) for name, value in read.row(row).items()] for row in chosen]
        targets = [name for name in read.names if columns and name in columns.target_names]
        return {**facts, "columns": list(read.names), "cells": cells, "targets": targets}
    inputs = read.inputs[places]
    names = [read.row_names[row] for row in chosen] if read.row_names else []
    facts |= {"labels": labels_of(read, places), "names": names, "image_shape": read.image_shape}
    if inputs.dtype == np.uint8:
        return {**facts, "encoding": "uint8", "pixels": base64.b64encode(inputs.tobytes()).decode()}
    return {**facts, "encoding": "lists", "pixels": inputs}


def cell(value: Any, numbers: NDArray[np.float64] | None = None, row: int = 0) -> Any:
    """Return a value of a table as JSON has it; a number, if the column was read as `numbers`."""
    if numbers is not None and not np.isnan(numbers[row]):
        return float(numbers[row])
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def doctor(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Examine data for a planned training run, together with its test data."""
    one, language = session.get_data(given["id"]), given["language"]
    test = text_in(given, "test", "")
    target = text_in(given, "target", one.target) if one.kind == "table" else None
    job = DoctorJob(
        session.source_of(one.id),
        session.source_of(test) if test else None,
        target,
        recipe=text_in(given, "recipe", "table" if target else "notes"),
        options={**options_of_data(one.id), **object_in(given, "options")},
    )
    examined = examine_source(job)
    return {
        "healthy": not harmful(examined.findings),
        "findings": [{**_in_language(session, finding, language)} for finding in examined.findings],
    }


def _in_language(session: Session, finding: Finding, language: str) -> dict[str, Any]:
    facts = finding.to_dict()
    return {
        **{name: facts[name] for name in ("code", "severity", "count", "rows", "lines", "columns", "files")},
        "meaning": session.text(finding.kind.meaning, language),
        "detail": session.text(finding.text, language),
        "fix": session.text(finding.kind.advice, language),
        "source": session.clean(finding.source),
        "follow": list(_FOLLOW.get(finding.code, ())) if finding.columns else [],
    }


def drawings(session: Session, _: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the drawings."""
    return [one.to_dict() for one in session.drawings]


def keep_drawing(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Keep a drawing with its right label."""
    pixels: Any = given.get("pixels")
    grey = isinstance(pixels, list) and all(type(one) is int and 0 <= one <= 255 for one in pixels)
    if not grey or len(pixels) != 784:
        raise OptionError("GN021", "pixels: expected 784 whole numbers from 0 to 255.")
    return session.add_drawing(pixels, whole_in(given, "label", None, 0, 9)).to_dict()


def drop_drawings(session: Session, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Remove a drawing by its id, or all."""
    session.remove_drawing(text_in(given, "id", ""))
    return drawings(session, given)


def drawings_csv(session: Session, _: dict[str, Any]) -> Any:
    """Return the drawings as a file in the form of the notes' data."""
    from starlette.responses import Response

    headers = {"Content-Disposition": 'attachment; filename="drawings.csv"'}
    return Response(session.drawings_csv(), media_type="text/csv", headers=headers)


routes: list[Route] = [
    api("POST", "/api/data", upload),
    api("GET", "/api/data/{id}", describe),
    api("GET", "/api/data/{id}/samples", samples),
    api("POST", "/api/data/{id}/doctor", doctor),
    api("GET", "/api/drawings", drawings),
    api("POST", "/api/drawings", keep_drawing),
    api("DELETE", "/api/drawings", drop_drawings),
    api("GET", "/api/drawings.csv", drawings_csv),
]
