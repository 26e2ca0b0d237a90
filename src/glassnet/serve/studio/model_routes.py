"""Routes of models, which several rooms use: descriptions, weights, files, reports, uploads."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from ...workflow.report_job import ReportJob, write_report
from .endpoints import BYTES, api, text_in
from .models import describe, weights_of
from .session import Session


def models(session: Session, _: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the models that are open."""
    return [one.brief() for one in session.models.values()]


def model(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Describe a model."""
    one = session.model(given["id"])
    return {**describe(one.model), **one.brief()}


def weights(session: Session, given: dict[str, Any]) -> Response:
    """Return the parameters of a model: float32, little-endian."""
    return Response(weights_of(session.model(given["id"]).model), media_type=BYTES)


def file(session: Session, given: dict[str, Any]) -> Response:
    """Return the model file."""
    one = session.model(given["id"])
    return Response(Path(one.path).read_bytes(), media_type=BYTES, headers=_as_file(f"{one.name}.safetensors"))


def report(session: Session, given: dict[str, Any]) -> Response:
    """Write the report of a model, with the data that it was trained on if they are open, and return the page."""
    one, language = session.model(given["id"]), given["language"]
    out = session.folder / f"{one.id}-report-{language}.html"
    source = session.source_of(one.source) if one.source not in ("", "mnist") else None
    write_report(ReportJob(one.path, str(out), source, force=True, language=language))
    return Response(out.read_bytes(), media_type="text/html", headers=_as_file(f"{one.name}-report.html"))


def _as_file(name: str) -> dict[str, str]:
    name = name.replace(".safetensors.safetensors", ".safetensors")
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


def upload(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Open the model file that a page sends."""
    path = session.new_file(text_in(given, "name", "model"))
    path.write_bytes(given["body"])
    try:
        return session.add_model(path, path.name.removesuffix(".safetensors"), word="upload").brief()
    except BaseException:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise


routes: list[Route] = [
    api("GET", "/api/models", models),
    api("POST", "/api/models", upload),
    api("GET", "/api/models/{id}", model),
    api("GET", "/api/models/{id}/weights", weights),
    api("GET", "/api/models/{id}/file", file),
    api("GET", "/api/models/{id}/report", report),
]
