"""An explained answer as a page: attributions of hidden nodes and inputs, nearest samples, and a counterfactual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from ..explain.why import Why
from ..model.model import Model
from ..plots.labels import explained_label, node_names, target_of, target_value
from ..words.plots import shown
from ..words.report import percent, say_in
from ..words.speaking import Say
from .page import templates, whole_page
from .why_parts import (
    answer_probability,
    bar_rows,
    baseline_label,
    changed_values,
    column_shares,
    explained_quantity,
    explanation_pictures,
    is_invertible,
    largest_shares,
    nodes_for_half,
    signed_thumb,
)

NODES, DRAWN, LISTED, OUTPUTS = 12, 8, 20, 12
"""Most hidden nodes listed, hidden nodes drawn, inputs listed and outputs listed."""
TITLES = {
    "answers": "why_answers",
    "nodes": "why_nodes",
    "inputs": "why_inputs",
    "flip": "why_flips",
    "alike": "why_resembles",
}
"""Section -> key of its heading, in the order of the page."""


def answer_page(
    model: Model,
    explanation: Why,
    *,
    name: str = "",
    row: int | None = None,
    label: Any = None,
    inputs: Sequence[str] = (),
    training: str = "",
    language: str = "en",
    bundled: bool = False,
) -> str:
    """Return an explained answer as one HTML document that works offline and without scripts.

    Parameters
    ----------
    model : Model
    explanation : Why
        Result of `glassnet.explain.why` for this model.
    name : str
        Source of the sample, such as a file.
    row : int, optional
        Row of the sample in the source.
    label : int or float, optional
        True value: class, 1 or 0 for a label, or target.
    inputs : sequence of str
        Names of the inputs if they are neither pixels nor columns.
    training : str
        Source of `explanation.nearest`.
    language : {"en", "zh"}
    bundled : bool
        Whether digits of the bundled MNIST are drawn, whose licence requires a notice.

    Returns
    -------
    str
        The document, from ``<!doctype html>``.
    """
    page = _Page(model, explanation, inputs, say_in(language))
    if name and row is not None:
        name = page.say("named_row", source=name, row=row)
    head = page.head(name, label)
    return whole_page(head, page.content(head, training, bundled), language)


@dataclass
class _Page:
    """Values for the template."""

    model: Model
    explanation: Why
    input_names: Sequence[str]
    say: Say

    def __post_init__(self) -> None:
        drawn = self.model.image_shape is not None
        self.pictures = explanation_pictures(self.model, self.explanation, self.label_of, self.say) if drawn else {}

    def content(self, head: str, training: str, bundled: bool) -> str:
        """Render the template."""
        say = self.say
        sections = {
            "answers": self.answers(),
            "nodes": self.nodes(),
            "inputs": self.inputs(),
            "flip": self.flip(),
            "alike": self.alike(training),
        }
        titles = {section: say(word) for section, word in TITLES.items()}
        if self.model.columns:  # columns have names, and nodes have none
            sections["nodes"] = sections.pop("nodes")
            titles["answers"] = say("why_probabilities" if self.explanation.rival is not None else "why_answers")
        return (
            templates()
            .get_template("answer.html")
            .render(
                say=say,
                head=head,
                lead=self.lead(),
                tiles=self.tiles(),
                drawn=self.pictures,
                ink=is_invertible(self.model),
                sides=self.sides(),
                titles=titles,
                shown_as=say("probability" if self.is_probable() else "value"),
                target=target_of(self.model) or say("why_output"),
                sections={section: part for section, part in sections.items() if part},
                version=version("glassnet"),
                bundled=bundled,
            )
        )

    def label_of(self, value: Any) -> str:
        return explained_label(self.model, self.explanation, value, self.say)

    def is_probable(self) -> bool:
        """Whether the outputs are shown as probabilities: classes and labels of a table."""
        return self.model.columns is not None and self.explanation.rival is not None

    def head(self, name: str, label: Any) -> str:
        why, target = self.explanation, target_of(self.model)
        says = {"name": name or self.say("why_sample"), "answer": self.label_of(why.answer)}
        if target:
            says |= {"target": target, "answer": target_value(self.model, why.answer)}
            if label is None:
                return self.say("why_head_target_unknown", **says)
            return self.say("why_head_target", **says, label=target_value(self.model, label))
        if label is None:
            return self.say("why_head_unknown", **says)
        return self.say("why_head", **says, label=self.label_of(label))

    def lead(self) -> str:
        why, names, say = self.explanation, self._rivals(), self.say
        if self.model.columns:
            answer = self.label_of(why.answer)
            if not self.is_probable():
                return say("why_lead_columns", answer=answer, baseline=baseline_label(self.model, why, say))
            shares = (answer_probability(self.model, why, one) for one in (why.outputs, why.baseline_outputs))
            share, baseline = map(percent, shares)
            return say("why_lead_probability", answer=answer, share=share, baseline=baseline)
        if why.output is None:
            return self.say("why_gap", **names, gap=shown(why.gap), half=nodes_for_half(why), nodes=len(why.nodes))
        return self.say("why_lead_number" if why.rival is None else "why_lead_label", gap=shown(why.gap))

    def _rivals(self) -> dict[str, str]:
        if self.explanation.output is not None:
            return {}
        return {"answer": self.label_of(self.explanation.answer), "rival": self.label_of(self.explanation.rival)}

    def tiles(self) -> list[tuple[str, str]]:
        why, say = self.explanation, self.say
        what = "tile_number" if why.rival is None else "tile_gap" if why.output is None else "tile_sum"
        tiles = [(shown(why.gap), say(what)), (shown(why.baseline_gap), self._baseline())]
        if self.is_probable():
            share = percent(answer_probability(self.model, why, why.outputs))
            tiles = [(share, say("tile_probability", answer=self.label_of(why.answer))), *tiles]
        tiles.append((percent(why.missing), say("tile_missing")))
        if why.flip and not self.model.columns:  # the length of a change of several columns has no unit
            tiles.append((shown(why.flip.distance), say("tile_flip")))
        return tiles

    def _baseline(self) -> str:
        columns, pictures = self.model.columns, self.model.image_shape
        return self.say("tile_middle" if columns else "tile_blank" if pictures else "tile_zero")

    def sides(self) -> str:
        why, say = self.explanation, self.say
        if why.output is None:
            return say("why_pixels", **self._rivals())
        name = self.model.name_of(why.output)
        if why.rival is None:
            return f"{say('raises_it')} · {say('lowers_it')}"
        return f"{say('speaks_for', answer=name)} · {say('against_it')}"

    def answers(self) -> list[tuple[str, str, float]]:
        """Return the output of each class or label, the largest first; empty for a single target."""
        model, why = self.model, self.explanation
        if why.rival is None and model.classes == 1:
            return []
        values = model.targets.invert(why.outputs[None])[0] if why.rival is None else why.outputs
        if self.is_probable():
            values = model.probabilities(why.outputs[None])[0]
        order = np.argsort(-values, kind="stable") if why.output is None else np.arange(len(values))
        order = order[:OUTPUTS] if why.output is None else order[: max(OUTPUTS, why.output + 1)]
        if self.is_probable():
            return [(model.name_of(int(k)), percent(values[k]), float(values[k])) for k in order]
        return bar_rows([(model.name_of(int(k)), float(values[k])) for k in order])

    def nodes(self) -> dict[str, Any]:
        """Return the largest attributions of hidden nodes, the sum of the rest, the biases, and images of weights."""
        model, why, say = self.model, self.explanation, self.say
        names = node_names(model, say)
        shares, rest = largest_shares(zip(names, why.nodes.tolist(), strict=True), NODES)
        if len(names) > NODES:
            shares.append((say("others_count", count=len(names) - NODES), rest))
        if why.bias:
            shares.append((say("why_biases"), why.bias))
        drawn = []
        sizes = model.network.architecture.sizes
        if model.image_shape and len(sizes) == 3:
            for place in np.argsort(-np.abs(why.nodes), kind="stable")[:DRAWN]:
                member, node = divmod(int(place), sizes[1])
                weights = model.members[member].parameters.weights[0][node]
                share = shown(float(why.nodes[place]))
                drawn.append((names[place], share, signed_thumb(weights, model.image_shape)))
        return {"rows": bar_rows(shares), "total": shown(why.gap), "drawn": drawn, "count": len(names)}

    def inputs(self) -> dict[str, Any]:
        """Return attributions of columns with their values, or of inputs; for images, only the sum."""
        model, why, say = self.model, self.explanation, self.say
        added = say("why_added", inputs=shown(float(why.inputs.sum())), baseline=shown(why.baseline_gap))
        if self.pictures:
            return {"text": f"{added}{say('space')}{say('why_missing')}", "rows": [], "values": {}}
        values: dict[str, str] = {}
        if model.columns:
            columns = column_shares(model, why, say)
            values, pairs = {name: value for name, value, _ in columns}, [(name, share) for name, _, share in columns]
            gaps = {"baseline": shown(why.baseline_gap), "gap": shown(why.gap)}
            added = say("columns_take", what=explained_quantity(model, why, say), **gaps)
        else:
            pairs = list(zip(self._input_labels(), why.inputs.tolist(), strict=True))
        shares, rest = largest_shares(pairs, LISTED)
        count = (len(values) or model.features) - len(shares)
        remainder = [(say("others_count", count=count), rest)] if count else []
        return {"text": added, "rows": bar_rows([*shares, *remainder]), "values": values}

    def _input_labels(self) -> Sequence[str]:
        return self.input_names or [f"{self.say('input')} {k}" for k in range(self.model.features)]

    def flip(self) -> dict[str, Any] | None:
        """Return the counterfactual change; None for a regression, which has no decision boundary."""
        why, model, say = self.explanation, self.model, self.say
        if why.rival is None:
            return None
        if not why.flip:
            return {"text": say("why_no_flip"), "rows": []}
        text = say("why_flip_asked", answer=self.label_of(why.flip.answer))
        if self.pictures:
            return {"text": say("space").join([text, say("why_change", distance=shown(why.flip.distance))]), "rows": []}
        if model.columns:
            text = say("space").join([text, say("why_whole")])
            return {"text": text, "rows": changed_values(model, why, say)}
        names = self._input_labels()
        change = why.flip.sample.astype(float) - why.sample
        most = np.argsort(-np.abs(change), kind="stable")[:LISTED]
        rows = [(names[k], shown(float(why.sample[k])), shown(float(why.flip.sample[k]))) for k in most if change[k]]
        return {"text": text, "rows": rows}

    def alike(self, training: str) -> dict[str, Any]:
        """Return the nearest training samples, or how to get them if there are no training data."""
        near, say = self.explanation.nearest, self.say
        if near is None:
            return {"text": say("why_no_training"), "rows": []}
        output = self.explanation.output
        labels = near.labels if output is None else near.labels[:, output]
        rows = [
            (say("row_number", row=int(row)), self.label_of(one), shown(float(far)))
            for row, one, far in zip(near.rows, labels, near.distances, strict=True)
        ]
        pictures = self.pictures.get("alike") or [""] * len(rows)
        return {"text": say("why_near", source=training or say("why_the_training")), "rows": rows, "pictures": pictures}
