"""``POST /explain``: why the model answers as it does, as ``glassnet explain --why --json`` has it."""

from __future__ import annotations

from ...explain.why import why
from ...explain.why_facts import why_facts
from ...messages.control_characters import finite
from ...messages.option_spelling import Option
from ...workflow.explain_job import output_named
from .errors import malformed
from .exchange import Answer, Context, Request, Route, json_answer
from .predict import remarks, samples_in, served_by


def _explain(context: Context, request: Request) -> Answer:
    served = served_by(context, request)
    inputs, names = samples_in(served, request, context.limits)
    if len(inputs) != 1:
        raise malformed("{count} rows, expected one to explain.", count=len(inputs))
    model, output = served.model, request.parameters.get("output")
    place = None if output is None else output_named(model, output, Option("output", output))
    explained = why(model, inputs[0], None, place)
    facts = {
        "model": served.name,
        "input": names[0],
        "name": model.name_of(explained.answer) if model.targets.of_classes else None,
        **why_facts(explained, model),
        "outputs": served.fast.outputs(inputs)[0],  # the bits of a prediction
    }
    return json_answer({**finite(facts), **remarks(request)}, rows=1)


_SUMMARY = "Explain the prediction for a row or an image"
ROUTES = (Route("POST", "/explain", _explain, _SUMMARY, "Explanation", "row", on_thread=True),)
