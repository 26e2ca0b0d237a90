"""``glassnet explain --node``: one hidden node, in the terminal, as a page or a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

import numpy as np

from ...explain.node import HiddenNode
from ...explain.nodes import SATURATING
from ...html.node import kind_of_outputs
from ...html.why_parts import input_names
from ...messages.formats import shortened, shown
from ...model.model import Model
from ...plots.labels import sample_label
from ...words.explain import explain_words
from ...words.speaking import Say
from ...workflow import explain_job
from ...workflow.explain_job import NodeJob
from ...workflow.shared.facts import facts_from
from ..shared.console import result, result_json, say_notice
from .why_text import map_lines, print_shares

if TYPE_CHECKING:
    from ...data.tables.table import Table

_LONGEST_LABEL = 40
_BY_OUTPUT = {"class": "node_by_class", "label": "node_by_label", "number": "node_by_number"}


class NodeFacts(TypedDict):
    """A hidden node."""

    source: Annotated[str, "the source of the samples"]
    layer: Annotated[int, "the hidden layer, from 1"]
    node: Annotated[int, "the node in it, from 0"]
    activation: Annotated[str, "the activation function"]
    samples: Annotated[int, "number of examined samples"]
    mean: Annotated[float, "mean activation"]
    flat: Annotated[float, "fraction of the samples on which the node is saturated"]
    rows: Annotated[list[int], "the samples with the largest activation, the largest first"]
    activations: Annotated[list[float], "their activations"]
    sums: Annotated[list[float], "their weighted sums"]
    labels: Annotated[list[int | float | list[float]], "their true values"]
    by_output: Annotated[
        list[float | None],
        "mean activation by class or label, null without a sample; for a regression the correlation with each target",
    ]
    slopes: Annotated[
        list[float], "per output: gradient of its logit by the activation (the weight, in the last hidden layer)"
    ]
    adds: Annotated[list[float], "per output: average contribution to the logit"]
    weights: Annotated[
        list[float], "per input: the weight into the node; in a deeper layer the mean gradient of its weighted sum"
    ]
    html: Annotated[str | None, "the written page"]
    picture: Annotated[str | None, "the written figure"]


def explain_one_node(model: Model, source: str | Table | None, job: NodeJob, as_json: bool) -> None:
    """Show what excites a hidden node, its activation by class, and what it adds to each output."""
    plot, html, language = job.plot, job.html, job.language
    examined = explain_job.explain_node(model, source, job, notify=say_notice)
    if as_json:
        result_json(facts_from(NodeFacts, examined.node, source=examined.source, html=html, picture=plot))
        return
    word = explain_words(language)
    hidden_node = examined.node
    place = {"node": hidden_node.node, "layer": hidden_node.layer, "activation": hidden_node.activation}
    result(word("node_head", **place, samples=hidden_node.samples, source=examined.source))
    if model.others:
        result(word("of_first"))
    if html:
        result(word("page_written", file=html))
    if plot:
        result(word("picture_written", file=plot))
    if not (html or plot):
        _print_node(hidden_node, model, word)


def _print_node(hidden_node: HiddenNode, model: Model, word: Say) -> None:
    activity = "node_activity" if hidden_node.activation in SATURATING else "node_activity_off"
    result(word(activity, mean=shown(hidden_node.mean), flat=f"{hidden_node.flat:.1%}"))
    result(word("node_excited"))
    columns = hidden_node.rows, hidden_node.activations, hidden_node.sums, hidden_node.labels
    for row, value, weighted, label in zip(*columns, strict=True):
        called = shortened(sample_label(model, label, word), _LONGEST_LABEL)
        result(f"          {word('node_sample', row=row, label=called, value=shown(value), sum=shown(weighted))}")
    names = [model.name_of(output) for output in range(model.classes)]
    result(word(_BY_OUTPUT[kind_of_outputs(model)]))
    outputs = np.flatnonzero(~np.isnan(hidden_node.by_output))
    print_shares(hidden_node.by_output[outputs], [names[output] for output in outputs], word, rest=False)
    last = hidden_node.layer == len(model.network.architecture.sizes) - 2
    result(word("node_adds" if last else "node_adds_below"))
    print_shares(hidden_node.adds, names, word, rest=False)
    if model.image_shape:
        result(word("node_pixels" if hidden_node.layer == 1 else "node_pixels_below"))
        for line in map_lines(hidden_node.weights.reshape(*model.image_shape, -1).sum(axis=-1)):
            result(f"          {line}")
        result(f"          {word('node_signs')}")
        return
    result(word("node_inputs" if hidden_node.layer == 1 else "node_inputs_below"))
    print_shares(hidden_node.weights, input_names(model, word), word, rest=False)
