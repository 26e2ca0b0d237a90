"""``glassnet explain --nodes``: importance of hidden nodes, and the dead and saturated nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from numpy.typing import NDArray

from ...explain.nodes import BENDING_BOTH_WAYS, MOSTLY, SATURATING, LayerOfNodes
from ...messages.formats import listed, shown
from ...model.model import Model
from ...words.explain import explain_words
from ...workflow import explain_job
from ...workflow.explain_job import NodesJob
from ...workflow.shared.facts import facts_from
from ..shared.console import result, result_json, say_notice
from .why_text import MOST

if TYPE_CHECKING:
    from ...data.tables.table import Table


class NodesLayerFacts(TypedDict):
    """The nodes of a hidden layer."""

    layer: Annotated[int, "the hidden layer, from 1"]
    activation: Annotated[str, "the activation function"]
    matters: Annotated[list[float], "importance of each node"]
    mean: Annotated[list[float], "mean activation of each node"]
    flat: Annotated[list[float], "fraction of the samples on which its derivative is near 0"]
    order: Annotated[list[int], "the nodes, the most important first"]
    dead: Annotated[list[int], "the dead nodes"]
    saturated: Annotated[list[int], "the saturated nodes"]


class NodesFacts(TypedDict):
    """The hidden nodes."""

    layers: Annotated[list[NodesLayerFacts], "one per hidden layer"]
    picture: Annotated[str | None, "the written figure"]


def explain_nodes(model: Model, source: str | Table | None, job: NodesJob, as_json: bool) -> None:
    """Print the importance of hidden nodes, and the dead and saturated nodes."""
    plot, language = job.plot, job.language
    layers = explain_job.explain_nodes(model, source, job, notify=say_notice)
    if as_json:
        facts: NodesFacts = {"layers": [facts_from(NodesLayerFacts, layer) for layer in layers], "picture": plot}
        result_json(facts)
        return
    if model.others:
        result(explain_words(language)("of_first"))
    for layer in layers:
        _print_nodes(layer, language)
    if plot:
        result(explain_words(language)("picture_written", file=plot))


def _print_nodes(layer: LayerOfNodes, language: str) -> None:
    say, nodes = explain_words(language), len(layer.matters)
    share, saturates = f"{layer.flat.mean():.1%}", layer.activation in SATURATING
    result(say("nodes_of_layer", layer=layer.layer, nodes=nodes, activation=layer.activation, share=share))
    for node in layer.order[:MOST]:
        result(
            say(
                "node_matters_so" if saturates else "node_matters_off",
                node=node,
                matters=shown(layer.matters[node]),
                mean=layer.mean[node],
                flat=layer.flat[node],
                bar="█" * round(10 * layer.matters[node] / (layer.matters.max() or 1)),
            )
        )
    if nodes > MOST:
        result(say("nodes_below", count=nodes - MOST, least=shown(float(layer.matters.min()))))

    def which(found: NDArray[Any]) -> str:
        if not len(found):
            return say("none_of_them")
        names = listed(found.tolist(), explain_job.MOST_NAMED, say("comma"))
        return say("nodes_which" if len(found) > 1 else "node_which", count=len(found), nodes=names)

    result(say("nodes_dead" if saturates else "nodes_dead_off", which=which(layer.dead)))
    if layer.activation in BENDING_BOTH_WAYS:
        result(say("nodes_saturated", share=MOSTLY, which=which(layer.saturated)))
