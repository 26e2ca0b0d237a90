"""An explained answer as a page: attributions of hidden nodes and inputs, nearest samples, and a counterfactual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from ..explain.why import Why
from ..messages.formats import shown
from ..model.model import Model
from ..plots.labels import explained_label, node_names, target_of, target_value
from ..words.report import percent, say_in
from ..words.speaking import Say
from .page import is_invertible, render, signed_thumb
from .why_parts import (
    answer_probability,
    bar_rows,
    baseline_label,
    changed_values,
    column_shares,
    explained_quantity,
    explanation_pictures,
    input_names,
    largest_shares,
    nodes_for_half,
)

NODES, DRAWN, LISTED, OUTPUTS = 12, 8, 20, 12
"""Most hidden nodes listed, hidden nodes drawn, inputs listed and outputs listed."""


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

    `explanation` is the result of `glassnet.explain.why` for this model. `name` and `row` are the source of the sample,
    such as a file, and its row there; `label` is the true value: class, 1 or 0 for a label, or target. `inputs` are the
    names of the inputs if they are neither pixels nor columns; `training` is the source of `explanation.nearest`.
    `bundled`: digits of the bundled MNIST are drawn, whose licence requires a notice.
    """
    say = say_in(language)
    page = _Page(model, explanation, inputs, say)
    if name and row is not None:
        name = say("named_row", source=name, row=row)
    sections = {
        "answers": ("why_probabilities" if page.is_probable else "why_answers", page.answers()),
        "nodes": ("why_nodes", page.nodes()),
        "inputs": ("why_inputs", page.inputs()),
        "flip": ("why_flips", page.flip()),
        "alike": ("why_resembles", page.alike(training)),
    }
    if model.columns:  # columns have names, and nodes have none
        sections["nodes"] = sections.pop("nodes")
    head = page.head(name, label)
    return render(
        "answer.html",
        say=say,
        language=language,
        title=head,
        heading=head,
        lead=page.lead(),
        tiles=page.tiles(),
        drawn=page.pictures,
        ink=is_invertible(model),
        sides=page.sides(),
        titles={id: say(title) for id, (title, part) in sections.items() if part},
        shown_as=say("probability" if page.is_probable else "value"),
        target=target_of(model) or say("why_output"),
        sections={id: part for id, (_, part) in sections.items() if part},
        bundled=bundled,
    )


class _Page:
    """Values for the template; a section without content is empty."""

    def __init__(self, model: Model, explanation: Why, inputs: Sequence[str], say: Say) -> None:
        self.model, self.explanation, self.say = model, explanation, say
        self.input_names = inputs or input_names(model, say)
        self.is_probable = model.columns is not None and explanation.rival is not None
        """Whether the outputs are shown as probabilities: classes and labels of a table."""
        drawn = model.image_shape is not None
        self.pictures = explanation_pictures(model, explanation, self.label_of, say) if drawn else {}
        self.rivals = {}
        """The two classes that are compared."""
        if explanation.output is None:
            self.rivals = {"answer": self.label_of(explanation.answer), "rival": self.label_of(explanation.rival)}

    def label_of(self, value: Any) -> str:
        return explained_label(self.model, self.explanation, value, self.say)

    def head(self, name: str, label: Any) -> str:
        model, answer, target = self.model, self.explanation.answer, target_of(self.model)
        says = {"name": name or self.say("why_sample")}
        says |= (
            {"target": target, "answer": target_value(model, answer)} if target else {"answer": self.label_of(answer)}
        )
        keys = ("why_head_target", "why_head_target_unknown") if target else ("why_head", "why_head_unknown")
        if label is None:
            return self.say(keys[1], **says)
        return self.say(keys[0], **says, label=target_value(model, label) if target else self.label_of(label))

    def lead(self) -> str:
        model, why, say = self.model, self.explanation, self.say
        if self.is_probable:
            shares = (percent(answer_probability(model, why, one)) for one in (why.outputs, why.baseline_outputs))
            share, baseline = shares
            return say("why_lead_probability", answer=self.label_of(why.answer), share=share, baseline=baseline)
        if model.columns:
            return say("why_lead_columns", answer=self.label_of(why.answer), baseline=baseline_label(model, why, say))
        if why.output is None:
            gap = {"gap": shown(why.gap), "half": nodes_for_half(why), "nodes": len(why.nodes)}
            return say("why_gap", **self.rivals, **gap)
        return say("why_lead_number" if why.rival is None else "why_lead_label", gap=shown(why.gap))

    def tiles(self) -> list[tuple[str, str]]:
        model, why, say = self.model, self.explanation, self.say
        what = "tile_number" if why.rival is None else "tile_gap" if why.output is None else "tile_sum"
        baseline = "tile_middle" if model.columns else "tile_blank" if model.image_shape else "tile_zero"
        tiles = [(shown(why.gap), say(what)), (shown(why.baseline_gap), say(baseline))]
        if self.is_probable:
            share = percent(answer_probability(model, why, why.outputs))
            tiles.insert(0, (share, say("tile_probability", answer=self.label_of(why.answer))))
        if why.flip and not model.columns:  # the length of a change of several columns has no unit
            tiles.append((shown(why.flip.distance), say("tile_flip")))
        return tiles

    def sides(self) -> str:
        """Return the meaning of the two signs of a contribution."""
        why, say = self.explanation, self.say
        if why.output is None:
            return say("why_pixels", **self.rivals)
        if why.rival is None:
            return f"{say('raises_it')} · {say('lowers_it')}"
        return f"{say('speaks_for', answer=self.model.name_of(why.output))} · {say('against_it')}"

    def answers(self) -> dict[str, Any]:
        """Return the output of each class or label, the largest first; empty for a single target."""
        model, why = self.model, self.explanation
        if why.rival is None and model.classes == 1:
            return {}
        values = model.targets.invert(why.outputs[None])[0] if why.rival is None else why.outputs
        if self.is_probable:
            values = model.probabilities(why.outputs[None])[0]
        order = np.argsort(-values, kind="stable") if why.output is None else np.arange(len(values))
        order = order[: OUTPUTS if why.output is None else max(OUTPUTS, why.output + 1)]
        named = [(model.name_of(int(k)), float(values[k])) for k in order]
        rows = [(name, percent(value), value) for name, value in named] if self.is_probable else bar_rows(named)
        return {"text": "", "rows": rows}

    def nodes(self) -> dict[str, Any]:
        """Return the largest attributions of hidden nodes, the sum of the rest, the biases, and images of weights."""
        model, why, say = self.model, self.explanation, self.say
        names = node_names(model, say)
        shares, rest = largest_shares(zip(names, why.nodes.tolist(), strict=True), NODES)
        if len(names) > NODES:
            shares.append((say("others_count", count=len(names) - NODES), rest))
        if why.bias:
            shares.append((say("why_biases"), why.bias))
        drawn, sizes = [], model.network.architecture.sizes
        if model.image_shape and len(sizes) == 3:
            for place in np.argsort(-np.abs(why.nodes), kind="stable")[:DRAWN]:
                member, node = divmod(int(place), sizes[1])
                weights = model.members[member].parameters.weights[0][node]
                drawn.append((names[place], shown(float(why.nodes[place])), signed_thumb(weights, model.image_shape)))
        total = (say("total"), Markup("<b>{}</b>").format(shown(why.gap)), None)
        rows = [*bar_rows(shares), total]
        return {"text": say("why_nodes_text", count=len(names)), "rows": rows, "drawn": drawn}

    def inputs(self) -> dict[str, Any]:
        """Return attributions of columns with their values, or of inputs; for images, only the sum."""
        model, why, say = self.model, self.explanation, self.say
        added = say("why_added", inputs=shown(float(why.inputs.sum())), baseline=shown(why.baseline_gap))
        if self.pictures:
            return {"text": f"{added}{say('space')}{say('why_missing')}"}
        heads = [(say("column" if model.columns else "input"), "name"), (say("share"), "n"), ("", "share")]
        values: dict[str, str] = {}
        pairs = list(zip(self.input_names, why.inputs.tolist(), strict=True)) if not model.columns else []
        for name, value, share in column_shares(model, why, say) if model.columns else ():
            values[name] = value
            pairs.append((name, share))
        shares, rest = largest_shares(pairs, LISTED)
        if len(pairs) > LISTED:
            shares.append((say("others_count", count=len(pairs) - LISTED), rest))
        rows: list[tuple[Any, ...]] = [*bar_rows(shares)]
        if model.columns:
            gaps = {"baseline": shown(why.baseline_gap), "gap": shown(why.gap)}
            added = say("columns_take", what=explained_quantity(model, why, say), **gaps)
            heads.insert(1, (say("value"), "name"))
            rows = [(name, values.get(name, ""), *more) for name, *more in rows]
        return {"text": added, "heads": heads, "rows": rows}

    def flip(self) -> dict[str, Any]:
        """Return the counterfactual change; empty for a regression, which has no decision boundary."""
        model, why, say = self.model, self.explanation, self.say
        if why.rival is None:
            return {}
        if not why.flip:
            return {"text": say("why_no_flip"), "rows": []}
        texts, rows = [say("why_flip_asked", answer=self.label_of(why.flip.answer))], []
        if self.pictures:
            texts.append(say("why_change", distance=shown(why.flip.distance)))
        elif model.columns:
            texts.append(say("why_whole"))
            rows = changed_values(model, why, say)
        else:
            before, after = why.sample.astype(float), why.flip.sample.astype(float)
            most = np.argsort(-np.abs(after - before), kind="stable")[:LISTED]
            rows = [(self.input_names[k], shown(before[k]), shown(after[k])) for k in most if before[k] != after[k]]
        what = "column" if model.columns else "input"
        heads = [(say(what), "name"), (say("before"), ""), (say("after"), "")]
        return {"text": say("space").join(texts), "heads": heads, "rows": rows}

    def alike(self, training: str) -> dict[str, Any]:
        """Return the nearest training samples, or how to get them if there are no training data."""
        why, say = self.explanation, self.say
        near = why.nearest
        if near is None:
            return {"text": say("why_no_training"), "rows": []}
        rows = [
            (say("row_number", row=int(row)), self.label_of(one), shown(float(far)))
            for row, one, far in zip(near.rows, why.nearest_labels, near.distances, strict=True)
        ]
        heads = [(say("row"), ""), (say("true"), "name"), (say("distance"), "n")]
        return {"text": say("why_near", source=training or say("why_the_training")), "heads": heads, "rows": rows}
