"""The room Look: data, and what a model answers to them. A page gets only what it shows."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from starlette.routing import Route

from ...data import Dataset, is_bundled
from ...data.arrays import names_of
from ...errors import GlassnetError, OptionError
from ...explain import examine_node, examine_nodes, hidden_space
from ...explain.hidden import MOST_SAMPLES
from ...explain.nodes import SATURATING, LayerOfNodes
from ...messages.message import Message
from ...messages.notice import ignore
from ...messages.option_spelling import Option
from ...model.decision import about_answers
from ...model.evaluate import Evaluation, evaluate, label_scores, reliability
from ...model.intervals import score_intervals
from ...model.model import Model
from ...model.quality import class_quality, confidence_gap
from ...nn.parameters import FloatArray
from ...options.options import Options
from ...preprocess.tabular.dataset import read_table
from ...workflow.model_data import load_labelled, notify_trained_on
from ...workflow.parameters import TableOptions
from ...workflow.take_away.look import Looking, looking_command, looking_program
from ...workflow.training_data import load_samples, load_table_samples, parts_in_training
from ..rendering import on_page
from .data import cell
from .endpoints import api, number_in, rows_in, text_in, whole_in
from .session import options_of_data, require_part
from .train import file_name, lines_beside, quality_facts

if TYPE_CHECKING:
    from ...data.tables.table import Table
    from .session import Session, StudioModel

PAGE = 60
"""Samples on a page."""
VIEWS = ("data", "mistakes", "confusion", "hidden", "labels", "nodes")
_MOST_CACHED = 4
_MOST_COLUMNS = 40
_MOST_NODES = 24
_EXCITING = 12
"""Samples that are shown of a node."""
_MOST_EXAMINED = 2000
"""Samples on which nodes are measured."""
_NODE_FACTS = ("matters", "mean", "flat")


@dataclass(frozen=True, eq=False)
class Inspection:
    """Data as a model reads them, and its answers."""

    samples: Dataset
    table: Table | None  # the table that the samples come from: its row numbers are those of `samples.row_numbers`
    parts: tuple[str, ...]  # the parts to choose from; empty if the data are one whole
    part: str  # the chosen part; empty if there are none
    source_part: str  # the part of the source where the rows are; empty if the source has no parts
    model: Model | None = None
    trained: bool = False  # whether the model was trained on these samples
    outputs: FloatArray | None = None  # of all samples; None without a model
    evaluation: Evaluation | None = None
    calibration: dict[str, Any] | None = None  # error, confidence, accuracy and verdict; None for a regression
    quality: dict[str, Any] | None = None  # as `quality_facts`

    @property
    def task(self) -> str:
        """``"classes"``, ``"labels"`` for several labels per sample, or ``"numbers"``."""
        if self.samples.values is None:
            return "classes"
        columns, model = self.samples.columns, self.model
        numbers = columns.task == "numbers" if columns else model is not None and model.targets.name == "values"
        return "numbers" if numbers else "labels"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the outputs."""
        owner = self.model or self.samples
        return tuple(names_of(owner.classes, owner.class_names))

    def judged(self) -> tuple[Model, Evaluation]:
        """Return the model and its evaluation; OptionError GN022 without a model."""
        if self.model is None or self.evaluation is None:
            raise OptionError(
                "GN022",
                "{model}: none is chosen, and this view shows what a model answers. Choose one.",
                model=Option("model"),
            )
        return self.model, self.evaluation

    @property
    def errors(self) -> NDArray[np.float64]:
        """Differences of a regression's answers to the true values, shape (n, outputs)."""
        _, evaluation = self.judged()
        assert self.samples.values is not None  # of a regression
        errors: NDArray[np.float64] = evaluation.answers - self.samples.values
        return errors

    @property
    def mistakes(self) -> NDArray[np.intp]:
        """Places of the misclassified samples, most confident first; of a regression all, largest error first."""
        _, evaluation = self.judged()
        if self.task != "numbers":
            return evaluation.misread
        spread = np.sqrt((self.errors**2).mean(axis=0))
        return np.argsort(-np.abs(self.errors / np.where(spread > 0, spread, 1)).max(axis=1), kind="stable")

    def places(self, rows: list[int]) -> NDArray[np.intp]:
        """Return the places of rows of the source; OptionError GN021 for a row that is not among these samples."""
        numbers = self.samples.row_numbers
        order = np.argsort(numbers, kind="stable")
        at = np.searchsorted(numbers, rows, sorter=order)
        for row, place in zip(rows, at, strict=True):
            if place == len(numbers) or numbers[order[place]] != row:
                raise OptionError(
                    "GN021",
                    "row {row}: not one of the {count} samples of {source}.",
                    row=row,
                    count=len(numbers),
                    source=self.samples.source,
                )
        return order[at]


def inspect(session: Session, given: dict[str, Any]) -> Inspection:
    """Return data with the answers of a model, from a small cache of the session.

    `given` may have ``data``; ``model``, by default none; ``part``, by default the test part if there is one;
    ``target``, the column to predict of a table without a model.
    """
    id = text_in(given, "model", "")
    studied = session.model(id) if id else None
    one = session.get_data(text_in(given, "data"))
    if studied:
        session.require_suitable(studied, one.id)
    source, part = session.source_of(one.id), text_in(given, "part", "", ("", "train", "test"))
    target = text_in(given, "target", "") or one.target
    key = (studied.id if studied else "", source, part, target)
    cache = session.cache("look", _MOST_CACHED)
    with cache.lock:  # one at a time: the requests of a page share what the first one computes
        inspection: Inspection | None = cache.get(key)
        if inspection is None:
            options = Options(**options_of_data(one.id))
            read = _read(studied, source, part, target, session.parts(one.id), options)
            inspection = _judge(replace(read, samples=session.shared(read.samples)))
            cache.put(key, inspection)
        return inspection


def _read(
    studied: StudioModel | None, source: str, part: str, target: str, parts: list[str], options: Options
) -> Inspection:
    """Read a part of the data: of the source, or of a training run that held out a part of the whole."""
    own = tuple(parts) if len(parts) > 1 else ()
    chosen = part or ("test" if own else "train")
    table = None
    if studied is None:
        if target:
            table = read_table(source)
            samples, _ = load_table_samples(source, TableOptions(target=(target,)), ignore)
        else:
            samples = load_samples(source, options, ignore, part=chosen, large=True)
        require_part(own, part)
        return Inspection(samples, table, own, chosen if own else "", chosen if own else "")
    model = studied.model
    if model.columns is not None:
        table = read_table(source, model.columns.names)
    samples, rows = load_labelled(model, studied.path, table or source, ignore, chosen if own else "train")
    model.require(samples)
    model = model.unchecked()  # far inputs: the doctor reports them
    if own:
        require_part(own, part)
        trained = _is_trained_on(studied, source, chosen, samples, rows)
        return Inspection(samples, table, own, chosen, chosen, model, trained)
    divided = parts_in_training(model, samples, rows)
    if divided is None:
        require_part((), part)
        trained = _is_trained_on(studied, source, "train", samples, rows)
        return Inspection(samples, table, (), "", "", model, trained)
    chosen = part or "test"
    samples = divided[chosen == "test"]
    return Inspection(samples, table, ("train", "test"), chosen, "", model, chosen == "train")


def _is_trained_on(studied: StudioModel, source: str, part: str, samples: Dataset, rows: int) -> bool:
    """Return whether a model was trained on these samples, by its record."""
    notices: list[Message] = []
    notify_trained_on(studied.model, source, samples, rows, notices.append)
    # The training data of the bundled reader are MNIST's and generated ones, in a file that is not shipped.
    return bool(notices) or (studied.id == "reader" and is_bundled(samples.source) and part == "train")


def _judge(one: Inspection) -> Inspection:
    """Compute the answers of the model."""
    if one.model is None:
        return one
    evaluation = evaluate(one.model, one.samples)
    judged = replace(one, outputs=evaluation.outputs, evaluation=evaluation)
    if one.task == "numbers":
        return judged
    gap = confidence_gap(one.model, one.samples, evaluation)
    error = reliability(one.model, one.samples).expected_error
    calibration = {"error": error, "confidence": gap.confidence, "accuracy": gap.accuracy, "verdict": gap.verdict}
    return replace(judged, calibration=calibration, quality=quality_facts(one.model, one.samples, evaluation))


def summary(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Describe the samples and how well the model answers; with ``if_fits``, do without a model that does not fit."""
    try:
        one = inspect(session, given)
    except GlassnetError:
        if not given.get("if_fits"):
            raise
        one = inspect(session, {**given, "model": ""})
    samples, shape = one.samples, one.samples.image_shape
    facts: dict[str, Any] = {
        "part": one.part,
        "parts": one.parts,
        "source_part": one.source_part,
        "samples": len(samples),
        "kind": "table" if one.table else "images" if shape else "numbers",
        "image_shape": shape,
        "channels": samples.channels,
        "photo": samples.reading == "photo",
        "task": one.task,
        "classes": one.names,
        "counts": _counts(one),
        "targets": list(one.table.names) if one.table and not one.model else [],
        "target": samples.columns.target_names if samples.columns else [],
        "columns": _columns(one),
        "model": None,
    }
    if one.model is None:
        return facts
    model, evaluation = one.judged()
    facts["model"] = {
        "scores": evaluation.scores,
        "judged": [
            on_page(line, given["language"]) for line in lines_beside(one.quality, about_answers(model, evaluation))
        ],
        "intervals": score_intervals(evaluation, samples),
        "loss": evaluation.loss,
        "calibration": one.calibration,
        "quality": one.quality,
        "mistakes": len(one.mistakes),
        "trained": one.trained,
        "hidden": list(model.network.architecture.sizes[1:-1]),
        "members": len(model.members),
    }
    return facts


def _at_threshold(one: Inspection, given: dict[str, Any]) -> Inspection:
    """Return what was inspected with the answers of another ``threshold``, if one is given; see `quality_facts`."""
    if given.get("threshold") in (None, ""):
        return one
    model, evaluation = one.judged()
    quality = class_quality(model, one.samples, evaluation)
    if quality is None or quality.positive is None:
        raise OptionError("GN022", "threshold: only two classes have one. Omit it.")
    shares = model.probabilities(evaluation.outputs)[:, quality.positive].astype(np.float64)
    high = shares >= number_in(given, "threshold", None, 0, 1)
    answers = np.where(high, quality.positive, 1 - quality.positive)
    confusion, labels = np.zeros((2, 2), np.int64), one.samples.labels
    np.add.at(confusion, (labels, answers), 1)
    return replace(one, evaluation=replace(evaluation, answers=answers, confusion=confusion))


def _counts(one: Inspection) -> list[int]:
    """Return the number of samples with each class or label; empty for numbers."""
    values = one.samples.values
    if one.task == "numbers":
        return []
    if values is not None:
        return [int(count) for count in (values > 0).sum(axis=0)]
    return [int(count) for count in np.bincount(one.samples.labels, minlength=len(one.names))]


def _columns(one: Inspection) -> list[str]:
    """Return the names of the columns that are shown of a sample that is not an image."""
    if one.samples.image_shape:
        return []
    if one.table is not None:
        targets = one.samples.columns.target_names
        return [name for name in one.table.names if name not in targets][:_MOST_COLUMNS]
    return list(names_of(one.samples.features, one.samples.feature_names))[:_MOST_COLUMNS]


def page(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return a page of samples.

    `given` is as for `inspect`, and may have ``rows``, row numbers of the source with commas, or a selection as for
    `select`; ``page``, from 1; ``row``, the sample that is shown by itself, whose page is the default. ``count`` 0 is
    for this one alone.
    """
    one = _at_threshold(inspect(session, given), given)
    chosen = one.places(rows_in(given, PAGE)) if given.get("rows") else select(one, given)
    count = whole_in(given, "count", PAGE, 0, PAGE)
    last = max(1, -(-len(chosen) // PAGE))
    number, single = 1, None
    if given.get("row") not in (None, ""):
        [place] = one.places([whole_in(given, "row")])
        [single] = _records(one, np.array([place]))
        if len(where := np.flatnonzero(chosen == place)):
            number = int(where[0]) // PAGE + 1
    if given.get("page"):
        number = whole_in(given, "page", 1, 1)
    if number > last:
        raise OptionError("GN021", "page {value}: expected 1 to {most}.", value=number, most=last)
    start = (number - 1) * PAGE
    shown = chosen[start : start + count]
    return {
        "total": len(chosen),
        "page": number,
        "pages": last,
        "samples": _records(one, shown),
        "pixels": _pixels(one.samples, shown),
        "row": single,
        "row_pixels": None if single is None else _pixels(one.samples, np.array([place])),
    }


def select(one: Inspection, given: dict[str, Any]) -> NDArray[np.intp]:
    """Return the places of the selected samples.

    `given` may have ``of``: ``"all"`` or ``"mistakes"``; ``true`` and ``answer``: the number of a class, or for several
    labels 0 or 1 of the label ``output``.
    """
    of = text_in(given, "of", "all", ("all", "mistakes"))
    chosen = one.mistakes if of == "mistakes" else np.arange(len(one.samples))
    for name in ("true", "answer"):
        if given.get(name) in (None, ""):
            continue
        if one.task == "numbers":
            raise OptionError("GN022", "{name}: these samples have no classes to choose from. Omit it.", name=name)
        values = _truth(one) if name == "true" else one.judged()[1].answers
        if one.task == "labels":
            values = values[:, whole_in(given, "output", 0, 0, len(one.names) - 1)] > 0
        wanted = whole_in(given, name, 0, 0, 1 if one.task == "labels" else len(one.names) - 1)
        chosen = chosen[values[chosen] == wanted]
    return chosen


def _truth(one: Inspection) -> NDArray[Any]:
    return one.samples.labels if one.samples.values is None else one.samples.values


def _records(one: Inspection, places: NDArray[np.intp]) -> list[dict[str, Any]]:
    """Return what a page shows of each sample, its pixels apart."""
    samples, truth, names = one.samples, _truth(one), one.names
    records = [
        {"row": int(samples.row_numbers[place]), "label": _said(one.task, truth[place], names)} for place in places
    ]
    for record, place in zip(records, places, strict=True):
        if samples.row_names:
            record["file"] = samples.row_names[place]
        if not samples.image_shape:
            record["cells"] = _cells(one, int(place))
    if one.model is None or one.outputs is None:
        return records
    model, evaluation = one.judged()
    outputs = one.outputs[places]
    confidences, shares = model.confidence(outputs), model.probabilities(outputs)
    for i, (record, place) in enumerate(zip(records, places, strict=True)):
        record["answer"] = _said(one.task, evaluation.answers[place], names)
        if one.task == "numbers":
            record["error"] = one.errors[place].tolist()
            continue
        record["right"] = bool(np.all(evaluation.answers[place] == truth[place]))
        own = one.task == "classes" and evaluation.answers[place] != shares[i].argmax()  # of another threshold
        record["confidence"] = float(shares[i, evaluation.answers[place]] if own else confidences[i])
        best = np.argsort(-shares[i], kind="stable")[:3]
        record["top"] = [[names[k], float(shares[i, k])] for k in best]
    return records


def _said(task: str, target: Any, names: tuple[str, ...]) -> Any:
    """Return a target as a page takes it: the name of a class, the names of the labels, or numbers."""
    if task == "classes":
        return names[int(target)]
    if task == "labels":
        return [name for name, present in zip(names, target, strict=False) if present > 0]
    return [float(value) for value in target]


def _cells(one: Inspection, place: int) -> list[Any]:
    """Return the values of the columns that are shown."""
    if one.table is None:
        return [*one.samples.inputs[place, :_MOST_COLUMNS].tolist()]
    values = one.table.row(int(one.samples.row_numbers[place]))
    return [cell(values[name]) for name in _columns(one)]


def _pixels(samples: Dataset, places: NDArray[np.intp]) -> str:
    """Return images as bytes in base64, one after the other; empty for samples that are not images."""
    if not samples.image_shape:
        return ""
    inputs = samples.inputs[places]
    if inputs.dtype != np.uint8:
        inputs = np.clip(np.rint(inputs * (255 / samples.maximum)), 0, 255).astype(np.uint8)
    return base64.b64encode(inputs.tobytes()).decode()


def confusion(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return the confusion matrix; of several labels one for each; of a regression predicted against true values."""
    one = _at_threshold(inspect(session, given), given)
    _, evaluation = one.judged()
    if one.task == "classes":
        return {"task": one.task, "classes": one.names, "matrix": evaluation.confusion}
    values = one.samples.values
    assert values is not None  # not classes
    if one.task == "labels":
        kinds = 2 * (values > 0) + (evaluation.answers > 0)  # (n, labels)
        matrices = np.stack([(kinds == kind).sum(axis=0) for kind in range(4)], axis=1).reshape(-1, 2, 2)
        scores = label_scores(values, evaluation.answers)
        facts = {"matrices": matrices, "precision": scores.precision, "recall": scores.recall}
        return {"task": one.task, "classes": one.names, **facts}
    output = whole_in(given, "output", 0, 0, len(one.names) - 1)
    some = _spaced(len(one.samples))
    return {
        "task": one.task,
        "classes": one.names,
        "output": output,
        "rows": one.samples.row_numbers[some],
        "points": np.stack([values[some, output], evaluation.answers[some, output]], axis=1),
    }


def _spaced(samples: int) -> NDArray[np.intp]:
    """Return evenly spaced places, at most as many as are drawn; those that `hidden_space` takes."""
    count = min(samples, MOST_SAMPLES)
    return np.arange(count) * samples // max(count, 1)


def hidden(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return the samples in the first two principal components of a hidden layer."""
    one = inspect(session, given)
    model, evaluation = one.judged()
    layers = len(model.network.architecture.sizes) - 2
    space = hidden_space(model, one.samples, whole_in(given, "layer", layers))
    some = _spaced(len(one.samples))
    scale = float(np.abs(space.points).max()) or 1.0
    return {
        "layer": space.layer,
        "layers": layers,
        "nodes": space.nodes,
        "explained": space.explained,
        "classes": one.names,
        "points": np.round(space.points / scale, 4),
        "labels": space.labels,
        "answers": evaluation.answers[some],
        "rows": one.samples.row_numbers[some],
    }


def nodes(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return the most important nodes of each hidden layer, and the numbers of the dead and the saturated ones."""
    one = inspect(session, given)
    model, _ = one.judged()
    some = _examined(one)
    return {"samples": len(some), "layers": [_layer(one, layer) for layer in examine_nodes(model, some)]}


def _examined(one: Inspection) -> Dataset:
    """Return evenly spaced samples, at most as many as nodes are measured on."""
    count = min(len(one.samples), _MOST_EXAMINED)
    return one.samples.take(np.arange(count) * len(one.samples) // count)


def node(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return what one hidden node is: the samples that excite it, its activation by class, and what it adds."""
    one = inspect(session, given)
    model, _ = one.judged()
    some = _examined(one)
    found = examine_node(model, some, whole_in(given, "node"), whole_in(given, "layer", 1), _EXCITING)
    places = one.places(found.rows.tolist())
    samples = [
        {**record, "activation": float(value)}
        for record, value in zip(_records(one, places), found.activations, strict=True)
    ]
    drawn = found.layer == 1 and bool(one.samples.image_shape) and one.samples.channels == 1
    return {
        **{"layer": found.layer, "node": found.node, "activation": found.activation, "samples": found.samples},
        **{"mean": found.mean, "flat": found.flat, "saturates": found.activation in SATURATING, "outputs": one.names},
        **{"by_output": found.by_output, "adds": found.adds, "excited": samples},
        "pixels": _pixels(one.samples, places),
        "weights": base64.b64encode(found.weights.astype("<f4").tobytes()).decode() if drawn else None,
        "strongest": [] if drawn else _strongest(one, found.weights, 8) if found.layer == 1 else [],
    }


def _strongest(one: Inspection, weights: FloatArray, count: int) -> list[list[Any]]:
    """Return the inputs with the largest weights; none of images, whose values have no names."""
    if one.samples.image_shape:
        return []
    names = names_of(one.samples.features, one.samples.feature_names)
    return [[names[k], float(weights[k])] for k in np.argsort(-np.abs(weights), kind="stable")[:count]]


def _layer(one: Inspection, layer: LayerOfNodes) -> dict[str, Any]:
    drawn = layer.layer == 1 and bool(one.samples.image_shape) and one.samples.channels == 1
    described: list[dict[str, Any]] = []
    for node in layer.order[:_MOST_NODES]:
        weights = layer.weights[node]
        described.append({"node": int(node), **{name: float(getattr(layer, name)[node]) for name in _NODE_FACTS}})
        if drawn:
            described[-1]["weights"] = base64.b64encode(weights.astype("<f4").tobytes()).decode()
        elif layer.layer == 1 and not one.samples.image_shape:
            described[-1]["strongest"] = _strongest(one, weights, 3)
    facts = {"layer": layer.layer, "activation": layer.activation, "count": len(layer.matters), "nodes": described}
    facts["saturates"] = layer.activation in SATURATING
    return {**facts, "dead": layer.dead.tolist(), "saturated": layer.saturated.tolist()}


def take_away(session: Session, given: dict[str, Any]) -> str:
    """Return a view as a command or a Python program; the files are in the folder where the text is run."""
    one = inspect(session, given)
    look = Looking(
        view=text_in(given, "view", "data", VIEWS),
        source=file_name(session, text_in(given, "data")),
        model="" if one.model is None else session.model(given["model"]).file_name,
        part=one.source_part,
        held_out="" if one.source_part else one.part,
        target=tuple(one.samples.columns.target_names) if one.samples.columns else (),
        classes=one.samples.values is None,
        maximum=one.samples.maximum,
        row=None if given.get("row") in (None, "") else whole_in(given, "row"),
        layer=None if given.get("layer") in (None, "") else whole_in(given, "layer"),
        options=options_of_data(text_in(given, "data")),
    )
    if one.model is None and look.view not in ("data", "labels"):
        one.judged()
    return looking_command(look) if given["form"] == "command" else looking_program(look)


routes: list[Route] = [
    api("GET", "/api/look", summary),
    api("GET", "/api/look/samples", page),
    api("GET", "/api/look/confusion", confusion),
    api("GET", "/api/look/hidden", hidden),
    api("GET", "/api/look/nodes", nodes),
    api("GET", "/api/look/node", node),
]
