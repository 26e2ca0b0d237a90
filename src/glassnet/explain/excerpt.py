"""The numbers of a step that a drawing shows: all of a small network, the strongest links of a large one.

A layer of more than `WHOLE` nodes is represented by the nodes with the largest deltas, and a wide row of inputs by
those that contribute most to these nodes. What is omitted is counted, and its part of every sum is given, so that each
sum that a drawing writes out adds up. The numbers are those of the `Trace`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..nn.activations import ACTIVATIONS
from ..preprocess import Scaling
from .step import LayerStep, Trace, WayBack

WHOLE = 12
"""Most nodes of a layer that is shown whole."""
MOST_NODES, MOST_INPUTS, MOST_PIXELS = 8, 8, 6
"""Most nodes and inputs of a larger layer, and pixels for a node, that are shown."""


def excerpt(
    trace: Trace,
    *,
    sample: int = 0,
    scaling: Scaling | None = None,
    features: Sequence[str] = (),
    extra: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """Return the numbers of a step that a drawing shows, as plain values.

    Signals and errors are those of one `sample` of the batch, weight changes those of the batch. The `scaling` of the
    model gives the raw values of the inputs, `features` their names. `extra` is a node to show in addition: its layer,
    0 for the inputs, and its number in it, from 0.

    The result has ``inputs`` and ``layers``, in which ``nodes`` have their sum, activation, errors and deltas by both
    rules, the links into them (``links``), and those that an error is sent back over (``back``).
    """
    view = _View(trace, sample, scaling, tuple(features), extra)
    sizes = [trace.inputs.shape[1], *(layer.sums.shape[1] for layer in trace.layers)]
    return {
        "sizes": sizes,
        "whole": max(sizes) <= WHOLE,
        "rule": trace.rule,
        "rules": sorted(trace.rules, key=["gradient", "notes"].index),
        "loss": trace.loss,
        "loss_before": trace.loss_before,
        "losses_after": trace.losses_after,
        "learning_rate": trace.learning_rate,
        "optimizer": trace.optimizer,
        "samples": len(trace.inputs),
        "sample": sample,
        "sample_weight": view.sample_weight(),
        "inputs": view.inputs(),
        "layers": [view.layer(number) for number in range(len(trace.layers))],
    }


@dataclass(frozen=True)
class _View:
    """What is shown of a step."""

    trace: Trace
    sample: int
    scaling: Scaling | None
    features: tuple[str, ...]
    extra: tuple[int, int] | None

    @property
    def _is_image(self) -> bool:
        return self.trace.image_shape is not None and self.trace.inputs.shape[1] > WHOLE

    def nodes(self, number: int) -> NDArray[np.intp]:
        """Return the nodes of a layer that are shown, by their numbers."""
        layer = self.trace.layers[number]
        count = layer.sums.shape[1]
        if count <= WHOLE:
            return np.arange(count)
        size = np.abs(layer.ways[self.trace.rule].delta[self.sample])
        most = np.argsort(-size, kind="stable")[:MOST_NODES]
        if self.extra and self.extra[0] == number + 1 and 0 <= self.extra[1] < count:
            most = np.union1d(most, self.extra[1])
        return np.sort(most)

    def _below(self, number: int, node: int) -> NDArray[np.intp]:
        """Return the nodes below a layer whose links to one of its nodes are shown."""
        if number:
            return self.nodes(number - 1)
        first = self.trace.layers[0]
        if first.weight.shape[1] <= WHOLE:
            return np.arange(first.weight.shape[1])
        inputs = np.abs(first.inputs[self.sample])
        rows, most = ([node], MOST_PIXELS) if self._is_image else (self.nodes(0), MOST_INPUTS)
        size = np.abs(first.weight[rows]).sum(axis=0) * inputs
        shown = np.argsort(-size, kind="stable")[:most]
        if self.extra and self.extra[0] == 0 and 0 <= self.extra[1] < len(inputs):
            shown = np.union1d(shown, self.extra[1])
        return np.sort(shown)

    def sample_weight(self) -> float:
        """Return the factor of the sample's errors: 1, unless samples are weighted."""
        last, sample = self.trace.layers[-1], self.sample
        plain = self.trace.targets[sample] - last.activations[sample]
        at = int(np.abs(plain).argmax())
        error = float(last.ways[self.trace.rule].error[sample, at])
        if plain[at] == 0 or np.isclose(error, plain[at], rtol=1e-12):
            return 1.0
        return error / float(plain[at])

    def inputs(self) -> dict[str, Any]:
        """Return the inputs that are shown, or the image."""
        trace, sample = self.trace, self.sample
        values = trace.inputs[sample]
        raw = self._raw()
        facts: dict[str, Any] = {"count": len(values), "scaling": self._scaling(), "image": None, "nodes": []}
        if self._is_image:
            assert trace.image_shape is not None
            top = self.scaling.maximum if self.scaling else float(np.abs(raw).max(initial=0)) or 1.0
            bytes_ = np.clip(np.rint(raw / top * 255), 0, 255).astype(np.uint8)
            channels = len(values) // (trace.image_shape[0] * trace.image_shape[1])
            shape = list(trace.image_shape)
            facts["image"] = {"shape": shape, "channels": channels, "photo": trace.photo, "pixels": _text_of(bytes_)}
            shown = sorted({int(j) for k in self.nodes(0) for j in self._below(0, int(k))})
        else:
            shown = [int(j) for j in self._below(0, 0)]
        facts["nodes"] = [
            {"node": j, "name": self._input_name(j), "raw": float(raw[j]), "value": float(values[j])} for j in shown
        ]
        return facts

    def _raw(self) -> NDArray[Any]:
        """Return the unscaled inputs of the sample; the step has those of its first sample."""
        if self.trace.raw is not None and self.sample == 0:
            return np.asarray(self.trace.raw[0])
        scaled = self.trace.inputs[self.sample]
        return scaled if self.scaling is None else self.scaling.invert(scaled)

    def _scaling(self) -> dict[str, Any] | None:
        if self.scaling is None or self.scaling.by_feature:
            return None
        return {"maximum": self.scaling.maximum, "span": self.scaling.span, "offset": self.scaling.offset}

    def _input_name(self, place: int) -> str:
        if self.features:
            return self.features[place]
        if self._is_image and self.trace.image_shape is not None:
            rows, columns = self.trace.image_shape
            pixel = place // max(1, self.trace.inputs.shape[1] // (rows * columns))
            return f"{pixel // columns}, {pixel % columns}"
        return str(place)

    def layer(self, number: int) -> dict[str, Any]:
        """Return a layer of nodes and the weights into them."""
        layer, last = self.trace.layers[number], number + 1 == len(self.trace.layers)
        nodes = self.nodes(number)
        fan_out, fan_in = layer.weight.shape
        return {
            "activation": layer.activation,
            "fan_in": fan_in,
            "fan_out": fan_out,
            "largest_weight": float(np.abs(layer.weight).max()),
            "largest_change": {rule: float(np.abs(way.change).max()) for rule, way in layer.ways.items()},
            "masked": layer.masked,
            "delta_is": {rule: self._delta_is(layer, way) for rule, way in layer.ways.items()},
            "change_is": {rule: "plain" if self.trace.is_plain(layer, rule) else "optimizer" for rule in layer.ways},
            "nodes": [self._node(number, int(node), last) for node in nodes],
            "pictures": self._pictures(layer, nodes) if number == 0 and self._is_image else None,
        }

    def _delta_is(self, layer: LayerStep, way: WayBack) -> str:
        """Return which formula gives the deltas: ``e · f′``, ``e``, or the derivative of the loss."""
        if layer.derivative is not None and np.allclose(way.delta, way.error * layer.derivative, rtol=1e-9, atol=0):
            return "slope"
        return "error" if np.allclose(way.delta, way.error, rtol=1e-9, atol=1e-15) else "loss"

    def _node(self, number: int, node: int, last: bool) -> dict[str, Any]:
        trace, layer, sample = self.trace, self.trace.layers[number], self.sample
        below = self._below(number, node)
        signals, weights = layer.inputs[sample, below], layer.weight[node, below]
        bias = None if layer.bias is None else float(layer.bias[node])
        z = float(layer.sums[sample, node])
        of_class = last and trace.class_names
        facts: dict[str, Any] = {
            "node": node,
            "name": trace.class_names[node] if of_class else str(node),
            "sum": z,
            "activation": float(layer.activations[sample, node]),
            "derivative": None if layer.derivative is None else float(layer.derivative[sample, node]),
            "mask": _mask(layer, sample, node) if layer.masked else None,
            "bias": bias,
            "links": {
                "from": below.tolist(),
                "weight": weights.tolist(),
                "signal": signals.tolist(),
                "left": layer.weight.shape[1] - len(below),
                "rest": z - (bias or 0.0) - float(signals @ weights),
                "change": {rule: way.change[node, below].tolist() for rule, way in layer.ways.items()},
            },
            "ways": {rule: self._way(layer, rule, node) for rule in layer.ways},
            "back": {},
            "proportion": None,
        }
        if last:
            facts["target"] = float(trace.targets[sample, node])
        else:
            facts["back"] = {rule: self._sent_back(number, node, rule) for rule in layer.ways}
            if (proportion := trace.in_proportion(number)) is not None:
                facts["proportion"] = float(proportion[sample, node])
        return facts

    def _way(self, layer: LayerStep, rule: str, node: int) -> dict[str, Any]:
        way = layer.ways[rule]
        return {
            "error": float(way.error[self.sample, node]),
            "delta": float(way.delta[self.sample, node]),
            "bias_change": None if way.bias_change is None else float(way.bias_change[node]),
        }

    def _sent_back(self, number: int, node: int, rule: str) -> dict[str, Any]:
        """Return the links over which an error is sent back to a hidden node; without the dropout mask."""
        above = self.trace.layers[number + 1]
        shown, sent = self.nodes(number + 1), above.ways[rule].sent[self.sample]
        weights = above.weight[shown, node]
        return {
            "from": shown.tolist(),
            "weight": weights.tolist(),
            "sent": sent[shown].tolist(),
            "total": above.weight[shown].sum(axis=1).tolist(),
            "left": len(sent) - len(shown),
            "rest": float(sent @ above.weight[:, node]) - float(sent[shown] @ weights),
        }

    def _pictures(self, layer: LayerStep, nodes: NDArray[np.intp]) -> dict[str, Any]:
        """Return weights into the nodes, and their changes, as signed bytes; channels are summed."""
        assert self.trace.image_shape is not None
        pixels = self.trace.image_shape[0] * self.trace.image_shape[1]
        images = {"weight": layer.weight[nodes]} | {rule: way.change[nodes] for rule, way in layer.ways.items()}
        facts: dict[str, Any] = {"shape": list(self.trace.image_shape)}
        for name, rows in images.items():
            summed = rows.reshape(len(nodes), pixels, -1).sum(axis=-1)
            limit = float(np.abs(summed).max(initial=0)) or 1.0
            signed = np.rint(summed / limit * 127).astype(np.int8)
            facts[name] = {"limit": limit, "pixels": [_text_of(row) for row in signed]}
        return facts


def _mask(layer: LayerStep, sample: int, node: int) -> float:
    value = float(ACTIVATIONS[layer.activation].value(layer.sums[sample])[node])
    return float(layer.activations[sample, node]) / value if value else 0.0


def _text_of(numbers: NDArray[Any]) -> str:
    return b64encode(numbers.tobytes()).decode("ascii")
