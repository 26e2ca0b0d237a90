"""A hidden node as a page: what excites it, its activation by class, what it adds to each output, its input pattern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..explain.node import HiddenNode
from ..explain.nodes import SATURATING
from ..messages.formats import shown
from ..model.model import Model
from ..plots.labels import sample_label
from ..words.explain import explain_words
from ..words.report import percent
from .page import is_invertible, render, sample_uri, signed_thumb
from .why_parts import Row, bar_rows, input_names

LISTED = 20
"""Most classes, outputs and inputs that are listed."""
_BY_OUTPUT = {"class": "node_by_class_text", "label": "node_by_label_text", "number": "node_by_number_text"}


def node_page(
    model: Model, hidden_node: HiddenNode, *, source: str = "", language: str = "en", bundled: bool = False
) -> str:
    """Return a hidden node as one HTML document that works offline and without scripts.

    `hidden_node` is the result of `glassnet.explain.examine_node` for this model, and `source` that of the samples.
    `bundled`: digits of the bundled MNIST are drawn, whose licence requires a notice.
    """
    say = explain_words(language)
    shape, photo = model.image_shape, model.reading == "photo"
    names = [model.name_of(output) for output in range(model.classes)]
    samples = [
        (say("row_number", row=int(row)), sample_label(model, label, say), shown(value))
        for row, label, value in zip(hidden_node.rows, hidden_node.labels, hidden_node.activations, strict=True)
    ]
    head = say("node_title", node=hidden_node.node, layer=hidden_node.layer)
    numbers = {"samples": hidden_node.samples, "mean": shown(hidden_node.mean), "flat": percent(hidden_node.flat)}
    mean_text = "node_mean_text" if hidden_node.activation in SATURATING else "node_mean_text_off"
    lead = [say(mean_text, activation=hidden_node.activation, source=source or say("why_sample"), **numbers)]
    if model.others:
        lead.append(say("of_first"))
    return render(
        "node.html",
        say=say,
        language=language,
        title=head,
        heading=head,
        lead=say("space").join(lead),
        samples=samples,
        pictures=[sample_uri(one, shape, photo) for one in hidden_node.inputs] if shape else [],
        ink=is_invertible(model),
        by_output=say(_BY_OUTPUT[kind_of_outputs(model)]),
        rows=_rows(hidden_node.by_output, names),
        adds=_rows(hidden_node.adds, names),
        exact=hidden_node.layer == len(model.network.architecture.sizes) - 2,
        first=hidden_node.layer == 1,
        pattern=signed_thumb(hidden_node.weights, shape) if shape else "",
        inputs=[] if shape else _rows(hidden_node.weights, input_names(model, say)),
        bundled=bundled,
    )


def kind_of_outputs(model: Model) -> Literal["class", "label", "number"]:
    """Return what the outputs of a model are."""
    if model.targets.of_classes:
        return "class"
    return "number" if model.targets.name == "values" else "label"


def _rows(values: NDArray[Any], names: Sequence[str]) -> list[Row]:
    """Return the largest values with their bars, in the order of the outputs or inputs if there are few."""
    outputs = np.flatnonzero(~np.isnan(values))
    if len(outputs) > LISTED:
        outputs = outputs[np.argsort(-np.abs(values[outputs]), kind="stable")[:LISTED]]
    return bar_rows([(names[k], float(values[k])) for k in outputs.tolist()])
