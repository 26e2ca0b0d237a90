"""``POST /predict``: predictions for rows in JSON or CSV, or for an image, as ``glassnet query --json`` has them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from ...data.readers.image import open_reduced
from ...handwriting.reader import read_photo
from ...io.limits import max_bytes
from ...io.opening import Opened, open_stream
from ...io.picture_formats import NAMES
from ...io.sniff import kind_of
from ...messages.message import Listing, Message
from ...model.prediction_intervals import require_coverage
from ...workflow.predict_job import answer_facts, answers_from, answers_in, with_interval
from ..rendering import for_client
from .errors import RequestError, malformed
from .exchange import JSON, Answer, Context, Request, Route, flag_in, json_answer, json_in
from .limits import Limits
from .models import ServedModel
from .multipart import only_file
from .rows import inputs_in_file, inputs_of, intervals_of, outputs_of, require_few

CSV = ("text/csv", "text/plain")
FORM = "multipart/form-data"
IMAGE = "image/"
_UNNAMED = "application/octet-stream"
"""The content type that curl gives a CSV file in a form."""


def served_by(context: Context, request: Request) -> ServedModel:
    """Return the model that a request names with ``?model=``, or the only one; its name is counted.

    Also note whether the request is strict, by ``?strict=``, and the coverage of intervals, by ``?coverage=``.
    """
    served = context.models.named_or_only(request.parameters.get("model"))
    request.parameters["model"] = served.name
    strict = request.parameters.get("strict", "false")
    request.strict = flag_in({"strict": {"true": True, "false": False}.get(strict, strict)}, "strict", False)
    if (coverage := request.parameters.get("coverage")) is not None:
        try:
            request.coverage = float(coverage)
        except ValueError:
            raise malformed("coverage {value!r}: expected a number.", value=coverage) from None
    return served


def samples_in(served: ServedModel, request: Request, limits: Limits) -> tuple[Any, list[str]]:
    """Return the inputs in a request, (n, features), and the name of each row.

    The body is JSON (a list of rows, ``{"rows": […]}`` or ``{"row": …}``), CSV, an image, or a form with one file.
    """
    kind, content, name = request.content_type, request.body, "the request"
    if kind == JSON:
        given = json_in(content)
        if isinstance(given, dict):
            request.strict = flag_in(given, "strict", request.strict)
            request.coverage = given.get("coverage", request.coverage)
            given = [given["row"]] if "row" in given else given.get("rows")
        if type(given) is not list:
            raise malformed('The body has no rows. Send {"rows": [row, …]}.')
        inputs = inputs_of(served, given, request, limits)
        return inputs, [f"row {row}" for row in range(len(inputs))]
    request.may_take_time()
    if kind == FORM:
        kind, content, name = only_file(request)
        if kind == _UNNAMED:
            return inputs_in_file(served, content, name, request, limits, text=None)
    if kind in CSV:
        return inputs_in_file(served, content, name, request, limits, text=True)
    if kind.startswith(IMAGE):
        return inputs_in_file(served, content, name, request, limits, text=False)
    raise RequestError(
        415,
        "GN122",
        "Content-Type {kind}: expected {json}, {csv}, an image ({names}) or {form}.",
        kind=kind or Message("missing"),
        json=JSON,
        csv=CSV[0],
        names=Listing(NAMES),
        form=FORM,
        headers={"Accept": f"{JSON}, {CSV[0]}, image/*, {FORM}"},
    )


def _photo_in(served: ServedModel, request: Request, limits: Limits) -> Opened | None:
    """Return the image in a request to a model of digits; None for other requests."""
    kind, content, name = request.content_type, request.body, "the request"
    if not served.reads_digits or kind == JSON:
        return None
    request.may_take_time()
    if kind == FORM:
        kind, content, name = only_file(request)
    if kind != _UNNAMED and not kind.startswith(IMAGE):
        return None
    with max_bytes(limits.max_body):
        opened = open_stream(BytesIO(content), name)
    return opened if kind_of(opened) == "picture" else None


def _predict(context: Context, request: Request) -> Answer:
    served = served_by(context, request)
    photo = _photo_in(served, request, context.limits)
    if photo is not None:
        if request.coverage is not None:  # an error, since digits are classes
            require_coverage(served.model, request.coverage)
        predictions = answers_in(
            served.fast, photo.name, read_photo(served.fast, open_reduced(photo).picture), request.language
        )
        if predictions[0].error is not None:
            raise predictions[0].error
        require_few(len(predictions), context.limits)
    else:
        inputs, names = samples_in(served, request, context.limits)
        predictions = answers_from(served.fast, names, outputs_of(served, inputs, request), request.language)
        if request.coverage is not None:
            ends = intervals_of(served, inputs, request.coverage, request)
            each = zip(predictions, ends, strict=True)
            predictions = [with_interval(served.model, one, own, request.language) for one, own in each]
    answers = [answer_facts(one) for one in predictions]
    return json_answer({"model": served.name, "answers": answers, **remarks(request)}, rows=len(answers))


def remarks(request: Request) -> dict[str, list[str]]:
    """Return the key ``remarks`` of an answer; nothing without remarks."""
    found = [for_client(remark, request.language) for remark in request.remarks]
    return {"remarks": found} if found else {}


ROUTES = (Route("POST", "/predict", _predict, "Predict rows, or what an image shows", "Predictions", "rows"),)
