"""The room Look: likely label errors, and copies of data with corrected labels."""

from __future__ import annotations

import io
import json
import shutil
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
from starlette.responses import Response
from starlette.routing import Route

from ...data import BUNDLED, Dataset
from ...errors import OptionError
from ...explain import find_suspects
from ...explain.label_errors import Suspects
from ...options.options import Options, job_options
from ...training.cross_validation import fold_options
from ...workflow.labels_job import LabelsJob, correct_labels, find_label_errors, suspect_rows
from ...workflow.parameters import TableOptions
from .endpoints import api, text_in, whole_in
from .jobs import Job
from .look import Inspection, inspect
from .session import options_of_data
from .train import file_name

if TYPE_CHECKING:
    from .session import Session

FOLDS = 5
_SPEED = "seconds of a check of labels, beside those that were estimated"
_MOST_CORRECTED = 8
"""Corrected copies that can be downloaded; the first ones are removed then."""
_RATE, _PER_LABEL, _PER_FOLD, _PER_WEIGHT = 2e11, 1e-5, 0.2, 5e-9
"""For `_seconds`: operations per second, seconds per sample and class, per fold, and per weight and step, as measured
on two busy cores; within a factor of two of the truth there."""
_MOST_SUSPECTS = 600


def judges(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return who can check the labels, and about how long it takes in seconds."""
    one = inspect(session, given)
    return {
        "task": one.task,
        "folds": FOLDS,
        "networks": _networks_seconds(session, one),
        "model": None if one.model is None or one.trained else _judging_seconds(one) + 0.1,
    }


def _judging_seconds(one: Inspection) -> float:
    return len(one.samples) * len(one.names) * _PER_LABEL


def _networks_seconds(session: Session, one: Inspection) -> float:
    """Estimate how long a check takes, as many times as long as the last one took in this session."""
    estimated = _seconds(one.samples, job_options("quick", {})) + _judging_seconds(one)
    return estimated * float(session.cache(_SPEED, 1).get(_SPEED) or 1.0)


def _seconds(samples: Dataset, options: Options) -> float:
    """Estimate the training time of the networks of `find_label_errors`."""
    fitting = fold_options(samples, options, FOLDS)
    sizes = [samples.features, *fitting.hidden, samples.classes]
    weights = sum(a * b for a, b in pairwise(sizes))
    trained = (FOLDS - 1) * fitting.epochs * len(samples)  # in all networks
    return trained * weights * (6 / _RATE + _PER_WEIGHT / fitting.batch_size) + FOLDS * _PER_FOLD


def check_labels(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Start a job that finds likely label errors, judged by networks trained without the sample, or by the model."""
    judge = text_in(given, "judge", "networks", ("networks", "model"))
    one = inspect(session, given)
    data = session.get_data(text_in(given, "data"))
    about = {"data": data.id, "judge": judge, "folds": FOLDS, "part": one.source_part}
    if judge == "model" and one.trained:
        raise OptionError("GN022", "judge: the model was trained on these labels. Choose networks.")
    task = _labels_job(session, one, data.id)

    def work(job: Job) -> dict[str, Any]:
        if judge == "model":
            model, _ = one.judged()
            assert one.outputs is not None  # with a model
            return _list(one.samples, find_suspects(model.probabilities(one.outputs).astype(float), one.samples.labels))

        began = time.monotonic()

        def fold_done(number: int, accuracy: float) -> None:
            left = (time.monotonic() - began) / number * (FOLDS - number)
            job.live.update(fold=number, accuracy=accuracy, seconds_left=left)
            job.publish("look_labels", dict(job.live), latest=True)
            if job.gate():
                job.cancel()
                job.gate()

        judged = find_label_errors(task, fold_done=fold_done)
        slower = (time.monotonic() - began) / (_seconds(one.samples, job_options("quick", {})) + _judging_seconds(one))
        session.cache(_SPEED, 1).put(_SPEED, slower)
        return _list(judged.samples, judged.suspects)

    return session.jobs.start("labels", work, data.name, replace=True, about=about).describe()


def _labels_job(session: Session, one: Inspection, data: str) -> LabelsJob:
    target = tuple(one.samples.columns.target_names) if one.samples.columns else ()
    return LabelsJob(
        session.source_of(data),
        one.source_part or "train",
        options=options_of_data(data),
        table=TableOptions(target=target),  # raises for several targets
        cv=FOLDS,
    )


@dataclass(frozen=True)
class CorrectedCopy:
    """A corrected copy of data in the session's folder, and its log."""

    id: str
    path: Path
    log: Path
    name: str  # of the copy outside the session
    changed: int
    dropped: int


def correct(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Write a corrected copy of data, with the function of ``labels --fix``; with ``open``, open it too.

    ``corrections`` are objects with ``row``, ``new``, which is a class or null to leave the row out, and what is known
    of it by the names of a `Suspect`. The answer has the ``id`` for `download`, and ``data`` if it was opened.
    """
    one, data = inspect(session, given), session.get_data(text_in(given, "data"))
    if one.task != "classes":
        raise OptionError("GN022", "corrections: these data have no classes to correct.")
    known = {whole_in(entry, "row"): entry for entry in _corrections(given)}
    key = json.dumps([data.id, one.source_part, session.source_of(data.id), sorted(known.items())], default=str)
    cache = session.cache("corrected", 2 * _MOST_CORRECTED)
    with cache.lock:
        made: CorrectedCopy | None = cache.get(key)
        if made is None or not made.path.is_file():
            made = _corrected(session, _labels_job(session, one, data.id), file_name(session, data.id), known)
            cache.put(key, made)
            cache.put(made.id, made)
            every = sorted(session.folder.glob("corrected-*"), key=lambda path: path.stat().st_mtime)
            for old in every[:-_MOST_CORRECTED]:
                shutil.rmtree(old, ignore_errors=True)
    facts = {"id": made.id, "name": made.name, "changed": made.changed, "dropped": made.dropped, "data": ""}
    if given.get("open"):
        facts["data"] = session.add_data(made.name, _openable(made.path, one.source_part)).id
    return facts


def _corrections(given: dict[str, Any]) -> list[dict[str, Any]]:
    entries = given.get("corrections")
    fine = isinstance(entries, list) and all(
        isinstance(one, dict) and isinstance(one.get("new"), str | None) for one in entries
    )
    if not fine or not entries:
        raise OptionError("GN021", "corrections: expected a list of rows with their new labels.")
    return list(entries)


def _corrected(session: Session, job: LabelsJob, name: str, known: dict[int, dict[str, Any]]) -> CorrectedCopy:
    bundled = job.source == BUNDLED
    path = session.new_file(f"{job.source}.npz" if bundled else name, "corrected")
    copy = path.with_name("-corrected.".join(path.name.split(".", 1)) if "." in path.name else f"{path.name}-corrected")
    log = path.with_name("corrections.csv")
    new = {row: entry["new"] for row, entry in known.items()}
    made = correct_labels(job, new, str(copy), str(log), known)
    if copy.is_dir():  # of images
        copy = Path(shutil.make_archive(str(copy), "zip", copy))
    return CorrectedCopy(path.parent.name, copy, log, copy.name, made.changed, made.dropped)


def _openable(path: Path, part: str) -> bytes:
    """Return the content of a copy as the studio opens it: a test part alone under the names of any samples."""
    if part == "test" and path.suffix == ".npz":
        with np.load(path) as arrays:
            if not any("train" in name for name in arrays.files):
                content = io.BytesIO()
                np.savez_compressed(content, **{name.removesuffix("_test"): arrays[name] for name in arrays.files})
                return content.getvalue()
    return path.read_bytes()


def download(session: Session, given: dict[str, Any]) -> Response:
    """Return a corrected copy, or its log, as a file."""
    made: CorrectedCopy | None = session.cache("corrected", 2 * _MOST_CORRECTED).get(given["id"])
    if made is None or not made.path.is_file():
        raise OptionError("GN021", "{id}: no corrected copy in this studio.", id=given["id"])
    path, name = (made.log, "corrections.csv") if given["what"] == "log" else (made.path, made.name)
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"}
    return Response(path.read_bytes(), media_type="application/octet-stream", headers=headers)


def _list(samples: Dataset, suspects: Suspects) -> dict[str, Any]:
    facts = {"samples": len(samples), "accuracy": suspects.accuracy, "errors": suspects.errors}
    rows = suspect_rows(samples, suspects)
    listed = [one._asdict() for one in rows[:_MOST_SUSPECTS]]
    return {**facts, "certain": suspects.certain, "total": len(rows), "suspects": listed}


routes: list[Route] = [
    api("GET", "/api/look/labels", judges),
    api("POST", "/api/look/labels", check_labels),
    api("POST", "/api/look/corrected", correct),
    api("GET", "/api/look/corrected/{id}/{what}", download),
]
