"""One answer as a page: the sample, the gap split over hidden nodes and inputs, what is alike, what flips it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from ..explain.why import Why
from ..i18n.language import Say
from ..i18n.plots import shown
from ..i18n.report import percent, say_in
from ..model.model import Model
from ..plots.labels import node_names, told
from .page import templates, whole_page
from .report.values import value_said
from .why_parts import half_of, is_ink, loudest, pictures_of, rows_of, signed_thumb

NODES, DRAWN, LISTED, OUTPUTS = 12, 8, 20, 12
"""Hidden nodes that are listed, and whose weights are drawn; inputs and answers that are listed."""
TITLES = {
    "answers": "why_answers",
    "nodes": "why_nodes",
    "inputs": "why_inputs",
    "flip": "why_flips",
    "alike": "why_resembles",
}
"""Section -> the word that is its heading, in the page's order."""


def answer_page(
    model: Model,
    found: Why,
    *,
    name: str = "",
    row: int | None = None,
    known: Any = None,
    inputs: Sequence[str] = (),
    training: str = "",
    language: str = "en",
    bundled: bool = False,
) -> str:
    """Return an answer taken apart as one HTML document that needs no network and no script.

    Parameters
    ----------
    model : Model
    found : Why
        From `trace.why.why` of this model.
    name : str
        Where the sample comes from: a file.
    row : int, optional
        Which row of it.
    known : int or float, optional
        What the sample is: its class, whether the label holds, its number.
    inputs : sequence of str
        What the inputs are called, where they are neither pixels nor columns.
    training : str
        Where `found.nearest` come from.
    language : {"en", "zh"}
    bundled : bool
        Whether digits of the bundled MNIST are drawn, whose licence asks to be named.

    Returns
    -------
    str
        Begins with ``<!doctype html>``.

    Raises
    ------
    OptionError
        GN021 for another language.
    """
    page = _Page(model, found, inputs, say_in(language))
    if name and row is not None:
        name = page.say("comma").join([name, page.say("row_number", row=row)])
    head = page.head(name, known)
    return whole_page(head, page.content(head, training, bundled), language)


@dataclass
class _Page:
    """What the template is filled with."""

    model: Model
    found: Why
    input_names: Sequence[str]
    say: Say

    def __post_init__(self) -> None:
        drawn = self.model.image_shape is not None
        self.pictures = pictures_of(self.model, self.found, self.told, self.say) if drawn else {}

    def content(self, head: str, training: str, bundled: bool) -> str:
        """Fill the template in."""
        say = self.say
        sections = {
            "answers": self.answers(),
            "nodes": self.nodes(),
            "inputs": self.inputs(),
            "flip": self.flip(),
            "alike": self.alike(training),
        }
        return (
            templates()
            .get_template("answer.html")
            .render(
                say=say,
                head=head,
                lead=self.lead(),
                tiles=self.tiles(),
                drawn=self.pictures,
                ink=is_ink(self.model),
                sides=self.sides(),
                titles={section: say(word) for section, word in TITLES.items()},
                sections={section: part for section, part in sections.items() if part},
                version=version("glassnet"),
                bundled=bundled,
            )
        )

    def told(self, known: Any) -> str:
        return told(self.found, known, self.model.class_names, self.say)

    def head(self, name: str, known: Any) -> str:
        says = {"name": name or self.say("why_sample"), "answer": self.told(self.found.answer)}
        if known is None:
            return self.say("why_head_unknown", **says)
        word = "why_head" if self.pictures and self.found.output is None else "why_head_row"
        return self.say(word, **says, label=self.told(known))

    def lead(self) -> str:
        found, names = self.found, self._rivals()
        if found.output is None:
            return self.say("why_gap", **names, gap=shown(found.gap), half=half_of(found), nodes=len(found.nodes))
        return self.say("why_lead_number" if found.rival is None else "why_lead_label", gap=shown(found.gap))

    def _rivals(self) -> dict[str, str]:
        if self.found.output is not None:
            return {}
        return {"answer": self.told(self.found.answer), "rival": self.told(self.found.rival)}

    def tiles(self) -> list[tuple[str, str]]:
        found, say = self.found, self.say
        what = "tile_number" if found.rival is None else "tile_gap" if found.output is None else "tile_sum"
        tiles = [(shown(found.gap), say(what)), (shown(found.baseline_gap), self._baseline())]
        tiles.append((percent(found.missing), say("tile_missing")))
        if found.flip:
            tiles.append((shown(found.flip.distance), say("tile_flip")))
        return tiles

    def _baseline(self) -> str:
        columns, pictures = self.model.columns, self.model.image_shape
        return self.say("tile_middle" if columns else "tile_blank" if pictures else "tile_zero")

    def sides(self) -> str:
        found, say = self.found, self.say
        if found.output is None:
            return say("why_pixels", **self._rivals())
        name = self.model.name_of(found.output)
        if found.rival is None:
            return f"{say('raises_it')} · {say('lowers_it')}"
        return f"{say('speaks_for', answer=name)} · {say('against_it')}"

    def answers(self) -> list[tuple[str, str, float]]:
        """Return what the network gives for each class or label, the largest first; nothing of a single number."""
        model, found = self.model, self.found
        if found.rival is None and model.classes == 1:
            return []
        values = model.targets.invert(found.outputs[None])[0] if found.rival is None else found.outputs
        order = np.argsort(-values, kind="stable") if found.output is None else np.arange(len(values))
        order = order[:OUTPUTS] if found.output is None else order[: max(OUTPUTS, found.output + 1)]
        return rows_of([(model.name_of(int(k)), float(values[k])) for k in order])

    def nodes(self) -> dict[str, Any]:
        """Return the loudest nodes of the last hidden layer, what all others and the biases add, and weights drawn."""
        model, found, say = self.model, self.found, self.say
        names = node_names(model, say)
        shares, rest = loudest(zip(names, found.nodes.tolist(), strict=True), NODES)
        if len(names) > NODES:
            shares.append((say("others_count", count=len(names) - NODES), rest))
        if found.bias:
            shares.append((say("why_biases"), found.bias))
        drawn = []
        sizes = model.network.architecture.sizes
        if model.image_shape and len(sizes) == 3:
            for place in np.argsort(-np.abs(found.nodes), kind="stable")[:DRAWN]:
                member, node = divmod(int(place), sizes[1])
                weights = model.members[member].parameters.weights[0][node]
                share = shown(float(found.nodes[place]))
                drawn.append((names[place], share, signed_thumb(weights, model.image_shape)))
        return {"rows": rows_of(shares), "total": shown(found.gap), "drawn": drawn, "count": len(names)}

    def inputs(self) -> dict[str, Any]:
        """Return the shares of columns, with their values, or of inputs; of pixels, which are drawn, the sum alone."""
        model, found, say = self.model, self.found, self.say
        added = say("why_added", inputs=shown(float(found.inputs.sum())), baseline=shown(found.baseline_gap))
        if self.pictures:
            return {"text": f"{added} {say('why_missing')}", "rows": [], "values": {}}
        values: dict[str, str] = {}
        if model.columns:
            values = {name: value_said(value, say) for name, value in model.columns.decode(found.sample).items()}
            pairs = zip(values, (share for _, share in model.columns.gathered(found.inputs)), strict=True)
            added += f" {say('why_middle')}"
        else:
            pairs = zip(self._inputs_called(), found.inputs.tolist(), strict=True)
        shares, rest = loudest(pairs, LISTED)
        count = (len(values) or model.features) - len(shares)
        others = [(say("others_count", count=count), rest)] if count else []
        return {"text": added, "rows": rows_of([*shares, *others]), "values": values}

    def _inputs_called(self) -> Sequence[str]:
        return self.input_names or [f"{self.say('input')} {k}" for k in range(self.model.features)]

    def flip(self) -> dict[str, Any] | None:
        """Return what would change the answer; None of a number, which has no border to cross."""
        found, model, say = self.found, self.model, self.say
        if found.rival is None:
            return None
        if not found.flip:
            return {"text": say("why_no_flip"), "rows": []}
        text = say("why_flip_asked", answer=self.told(found.flip.answer))
        if self.pictures:
            return {"text": f"{text} {say('why_change', distance=shown(found.flip.distance))}", "rows": []}
        if model.columns:
            before, after = (model.columns.decode(one) for one in (found.sample, found.flip.sample))
            told_ = [(name, value_said(before[name], say), value_said(after[name], say)) for name in before]
            return {"text": f"{text} {say('why_between')}", "rows": [row for row in told_ if row[1] != row[2]]}
        names = self._inputs_called()
        change = found.flip.sample.astype(float) - found.sample
        most = np.argsort(-np.abs(change), kind="stable")[:LISTED]
        rows = [
            (names[k], shown(float(found.sample[k])), shown(float(found.flip.sample[k]))) for k in most if change[k]
        ]
        return {"text": text, "rows": rows}

    def alike(self, training: str) -> dict[str, Any]:
        """Return what the network takes for much the same, in training; without training data, how to see it."""
        near, say = self.found.nearest, self.say
        if near is None:
            return {"text": say("why_no_training"), "rows": []}
        output = self.found.output
        known = near.labels if output is None else near.labels[:, output]
        rows = [
            (say("row_number", row=int(row)), self.told(one), shown(float(far)))
            for row, one, far in zip(near.rows, known, near.distances, strict=True)
        ]
        pictures = self.pictures.get("alike") or [""] * len(rows)
        return {"text": say("why_near", source=training or say("why_the_training")), "rows": rows, "pictures": pictures}
