"""Explaining a model: one training step number by number, one prediction, and the importance of hidden nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import data
from ..data import Dataset, is_bundled
from ..errors import DataError, FileError, OptionError
from ..explain.node import HiddenNode, examine_node
from ..explain.nodes import LayerOfNodes, examine_nodes
from ..explain.replay import Replay, ReplayedEpoch, replay, replay_epoch
from ..explain.step import Trace, trace
from ..explain.why import Neighbours, Why, why
from ..io.opening import read_once
from ..io.picture_formats import SUFFIXES
from ..io.writing import write_text
from ..messages.formats import shown
from ..messages.message import Listing, Message, Place
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..model.model import Model
from ..options.job_parameters import require_declared
from ..options.spec import option
from ..plots.labels import sample_label
from ..preprocess.tabular.dataset import read_table
from ..training.callbacks import Callback
from ..training.checkpoint import load_checkpoint
from ..words.plots import words_in
from . import parameters
from .model_data import (
    load_alike,
    load_labelled,
    load_own,
    load_parent,
    load_queries,
    load_trained_on,
    trained_on_bundled,
)

if TYPE_CHECKING:
    from ..data.tables.table import Table

SHIPPED = "the digit reader of glassnet"
"""Stands for the path of the model in messages, if none is named."""
MOST_NAMED = 40
"""Most outputs or nodes that are listed or drawn."""


@dataclass(frozen=True, kw_only=True)
class ExplainJob:
    """What all explanations have: a model, data, and where the explanation is drawn."""

    model: str | None = option(None, "the model file", argument="[MODEL]", otherwise="the digit reader of the package")
    source: str | None = option(None, "data, or an image", argument="[DATA]", otherwise=data.BUNDLED)
    part: str = parameters.part()
    plot: str | None = option(
        None,
        "draw the step, or the output of --why, --backquery, --nodes or --node: PNG, PDF or SVG",
        metavar="FILE",
    )
    force: bool = parameters.force()
    decimal: str = parameters.decimal()
    language: str = parameters.language()

    def __post_init__(self) -> None:
        require_declared(self)

    @property
    def path(self) -> str:
        """The model's file, for messages."""
        return self.model or SHIPPED


@dataclass(frozen=True, kw_only=True)
class _OnPage(ExplainJob):
    html: str | None = option(
        None,
        "write the step, or the output of --why or --node, as an HTML page that works offline",
        metavar="FILE",
    )


@dataclass(frozen=True, kw_only=True)
class StepJob(_OnPage):
    """One training step on a sample."""

    row: int | None = option(None, "sample to explain; rows count from 0")
    learning_rate: float | None = option(None, "learning rate of the step", otherwise="the model's")


@dataclass(frozen=True, kw_only=True)
class ReplayJob(_OnPage):
    """A step of the model's training run; epochs and steps count from 1."""

    epoch: int | None = option(
        None, "with --step: the epoch of the step to replay; the training is repeated up to its end"
    )
    step: int | None = option(None, "with --epoch: the step (batch) to replay; epochs and steps count from 1")
    checkpoint: str | None = option(
        None, "start the replay from this checkpoint of the run instead of the initial weights", metavar="FILE"
    )


@dataclass(frozen=True, kw_only=True)
class WhyJob(_OnPage):
    """Why the model predicts a sample as it does."""

    why: bool = option(False, "explain one prediction: nodes, inputs, nearest training samples, a counterfactual")
    row: int | None = option(None, "sample to explain; rows count from 0")
    trained_on: str | None = option(
        None,
        "training data that --why searches for the nearest samples",
        flag="train",
        metavar="DATA",
        otherwise="the bundled MNIST, for a model trained on it",
    )
    output: str | None = option(
        None, "label or regression target that --why explains, by name or index", metavar="NAME"
    )


@dataclass(frozen=True, kw_only=True)
class BackqueryJob(ExplainJob):
    """What each class, or one of them, looks like to the network; the data are where the search may start."""

    backquery: bool = option(False, "show what each class looks like to the network")
    label: str | None = option(
        None, "like --backquery, but for one class, by name or number", flag="class", metavar="NAME"
    )


@dataclass(frozen=True, kw_only=True)
class NodesJob(ExplainJob):
    """Which hidden nodes are important, dead or saturated."""

    nodes: bool = option(False, "show the importance of each hidden node, and the dead and saturated nodes")


@dataclass(frozen=True, kw_only=True)
class NodeJob(_OnPage):
    """One hidden node."""

    node: int | None = option(
        None, "examine one hidden node: what excites it, its activation by class, what it adds to each output"
    )
    layer: int = option(1, "with --node: the hidden layer, from 1")


@dataclass(frozen=True, kw_only=True)
class ExampleJob(_OnPage):
    """The worked example of the notes."""

    example: bool = option(False, "show the worked example of the notes, with the error 0.42; needs no MODEL")


@dataclass(frozen=True)
class StepResult:
    """A training step on one sample; `label` and `answer` are numbers, or lists for several outputs."""

    source: str
    row: int
    label: Any
    answer: Any
    trace: Trace


@dataclass(frozen=True)
class ReplayResult:
    """A replayed step of the training run of a model, on the data from `source`."""

    source: str
    replay: Replay


@dataclass(frozen=True)
class Query:
    """A sample to explain."""

    inputs: NDArray[Any]  # shape (features,)
    source: str  # the file; with the place in it if `row` is None
    row: int | None
    label: Any  # a class, or one number or label per output; None if unknown
    features: tuple[str, ...]  # the names of its inputs


@dataclass(frozen=True)
class WhyResult:
    """The explanation of a prediction."""

    query: Query
    label: Any  # the sample's class, or its value of the explained output
    why: Why
    training: str  # the data searched for the nearest training samples; empty if there were none


def explain_step(model: Model, source: str | Table | None, job: StepJob, *, notify: Notify = ignore) -> StepResult:
    """Take one training step on a row of labelled data, keeping every number."""
    assert job.row is not None
    samples = load_explained(model, job.path, source, job.part, notify)
    return step_on_row(model, samples, job.row, learning_rate=job.learning_rate)


def step_on_row(model: Model, samples: Dataset, row: int, *, learning_rate: float | None = None) -> StepResult:
    """Take one training step on a row of `samples`, which `load_explained` has read."""
    sample = one_row(samples, row)
    step = trace(model, sample, learning_rate=learning_rate)
    label = (sample.labels if sample.values is None else sample.values)[0].tolist()
    return StepResult(samples.source, row, label, model.predict(sample.inputs)[0].tolist(), step)


def replay_step(
    model: Model,
    source: str | Table | None,
    job: ReplayJob,
    *,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
) -> ReplayResult:
    """Retrain up to a step, from a checkpoint of the run if one is given."""
    assert job.epoch is not None
    assert job.step is not None
    samples = load_trained_on(model, job.path, source, notify)
    saved = load_checkpoint(job.checkpoint) if job.checkpoint else None
    parent = None if saved else load_parent(model, job.path, flag=False)
    more: dict[str, Any] = {"checkpoint": saved, "callbacks": list(callbacks), "init_model": parent}
    return ReplayResult(samples.source, replay(model, samples, job.epoch, job.step, **more))


def replay_run_epoch(
    model: Model,
    model_path: str,
    source: str | Table | None,
    epoch: int,
    step: int = 1,
    *,
    callbacks: Iterable[Callback] = (),
) -> ReplayedEpoch:
    """Retrain up to the end of an epoch, any step of which can then be computed; errors as for `replay_step`."""
    samples, parent = load_trained_on(model, model_path, source, ignore), load_parent(model, model_path, flag=False)
    return replay_epoch(model, samples, epoch, step, callbacks=list(callbacks), init_model=parent)


def explain_answer(model: Model, source: str | Table | None, job: WhyJob, *, notify: Notify = ignore) -> WhyResult:
    """Explain why a model predicts a sample as it does.

    The nearest samples are searched for among `trained_on`, the bundled MNIST if the model was trained on it, or the
    training rows of `source` if the model was trained on these.
    """
    row = job.row
    place = None if job.output is None else output_named(model, job.output, Option("output", job.output, has_flag=True))
    table = None
    if source is not None and model.columns is not None:
        source = table = read_table(source, model.columns.names)  # once: standard input cannot be read twice
    query = _find_query(model, job.path, source, row, job.part, notify)
    if job.plot:
        require_pictures(model, job.path)
    alike = None
    if job.trained_on or trained_on_bundled(model):
        alike = Neighbours(model, load_alike(model, job.path, job.trained_on, notify))
    elif row is not None and source is not None and (own := load_own(model, job.path, source)):
        alike = Neighbours(model, own)
    truth = query.label if model.targets.of_classes else None  # a mistake is compared with the true class
    own_row = query.row if alike and alike.source == query.source else None
    words = model.columns.words_of(table, row or 0) if table is not None and model.columns is not None else None
    answer = why(model, query.inputs, alike, place, truth, own_row, words)
    label = query.label if query.label is None or answer.output is None else query.label[answer.output]
    return WhyResult(query, label, answer, alike.source if alike else "")


def draw_why(result: WhyResult, model: Model, plot: str, language: str) -> None:
    """Draw the explanation of a prediction."""
    from .. import plots

    assert model.image_shape is not None  # `require_pictures` before
    photo = model.reading == "photo"
    axes = plots.draw_why(result.why, model.image_shape, model.class_names, photo=photo, language=language)
    plots.save(axes, plot)


def write_why(result: WhyResult, model: Model, html: str, language: str) -> None:
    """Write the explanation of a prediction as a page."""
    from ..html.why import answer_page

    query = result.query
    page = answer_page(
        model,
        result.why,
        name=query.source,
        row=query.row,
        label=result.label,
        inputs=query.features,
        training=result.training,
        language=language,
        bundled=is_bundled(query.source) or is_bundled(result.training),
    )
    write_text(html, page)


def explain_nodes(
    model: Model, source: str | Table | None, job: NodesJob, *, notify: Notify = ignore
) -> list[LayerOfNodes]:
    """Find important, dead and saturated hidden nodes; draw the incoming weights of the most important ones."""
    if job.plot:
        require_pictures(model, job.path)
    layers = examine_nodes(model, load_explained(model, job.path, source, job.part, notify))
    if job.plot:
        _draw_nodes(model, layers[0], job.plot, job.language)
    return layers


@dataclass(frozen=True)
class NodeResult:
    """A hidden node, examined on the data from `source`."""

    source: str
    node: HiddenNode


def explain_node(model: Model, source: str | Table | None, job: NodeJob, *, notify: Notify = ignore) -> NodeResult:
    """Examine a hidden node; draw its weights and the samples that excite it, or write all as a page."""
    assert job.node is not None
    if job.plot:
        require_pictures(model, job.path)
    samples = load_explained(model, job.path, source, job.part, notify)
    result = NodeResult(samples.source, examine_node(model, samples, job.node, job.layer))
    if job.plot:
        _draw_node(model, result, job.plot, job.language)
    if job.html:
        from ..html.node import node_page

        told: dict[str, Any] = {"source": samples.source, "language": job.language}
        write_text(job.html, node_page(model, result.node, **told, bundled=is_bundled(samples.source)))
    return result


def load_explained(model: Model, model_path: str, source: str | Table | None, part: str, notify: Notify) -> Dataset:
    """Load the data for an explanation: `source`, or the bundled MNIST if the model was trained on it."""
    samples, _ = load_labelled(model, model_path, source, notify, part)
    samples.require_like(model.features, model.classes, Message("the model"), of_classes=model.targets.of_classes)
    return samples


def one_row(samples: Dataset, row: int) -> Dataset:
    """Return one sample as a data set, by the number of its row in the source."""
    numbers = samples.row_numbers
    (found,) = np.nonzero(numbers == row)
    if not len(found):
        first, last = numbers[0], numbers[-1]
        raise OptionError(
            "GN021",
            "{row}: {source} has the rows {first} to {last}."
            if samples.source_rows is None
            else "{row}: {source} has no such row, or no target in it; the rows with a target are {first} to {last}.",
            source=samples.source,
            first=first,
            last=last,
            row=Option("row", row),
        )
    return samples.take(found)


def output_named(model: Model, word: str, option: Option) -> int:
    """Return the index of the class, label or number that a word names, by name or index; `option` is its option."""
    names = [model.name_of(output) for output in range(model.classes)]
    if word in names:
        return names.index(word)
    if word.isdecimal() and int(word) < model.classes:
        return int(word)
    raise OptionError(
        "GN021",
        "{option}: the outputs of the model are {names}.",
        option=option,
        names=Listing(names, MOST_NAMED),
    )


def require_pictures(model: Model, model_path: str) -> None:
    """Raise DataError GN017 if the model's inputs are not images."""
    if model.image_shape is None:
        raise DataError(
            "GN017",
            "{model}: the model's inputs are not images, so {picture} has nothing to draw. Omit it.",
            model=model_path,
            picture=Option("plot"),
        )


def _find_query(
    model: Model, model_path: str, source: str | Table | None, row: int | None, part: str, notify: Notify
) -> Query:
    """Return the sample to explain: a row of labelled data, or an image or row that may have no label."""
    if row is None:
        if source is None:
            template = "{why}: nothing to explain. Name an image, or labelled DATA with {row}."
            raise OptionError("GN020", template, why=Option("why"), row=Option("row", "N"))
        return _one_query(model, source, None, notify)
    try:
        samples = load_explained(model, model_path, source, part, notify)
    except (DataError, FileError):
        query = None if source is None else _without_label(model, source, row, notify)
        if query is None:
            raise
        return query
    if source is not None and samples.source_rows is not None and row not in samples.source_rows:
        query = _without_label(model, source, row, notify)  # a row without a target can be explained too
        if query is not None:
            return query
    one = one_row(samples, row)
    label = (one.labels if one.values is None else one.values)[0].tolist()
    return Query(one.inputs[0], samples.source, row, label, samples.feature_names)


def is_unlabelled(model: Model, source: str | Table | None, row: int | None) -> bool:
    """Return whether a sample can be explained but has no label; several without `row` are an OptionError GN020."""
    if source is None or (isinstance(source, str) and (is_bundled(source) or read_once(source))):
        return False
    try:
        label = _one_query(model, source, row, ignore).label
    except (DataError, FileError):
        return False
    if model.columns is None:
        return label is None
    table = read_table(source, model.columns.names)
    missing = (
        name not in table.names or not table.column(name).present[row or 0] for name in model.columns.target_names
    )
    return any(missing)


def label_missing(model: Model, source: str | Table, *given: Option) -> OptionError:
    """Return the error for a training step, which options ask for, on a sample without a label."""
    called = source if isinstance(source, str) else source.source
    remedy = Message("Add the labels, in the columns that they have in the training data")
    if model.columns is not None:
        remedy = Message("Fill the column {target}", target=Listing(model.columns.target_names, quoted=True))
    elif called.lower().endswith(SUFFIXES):
        place = Path("labelled", model.name_of(0), Path(called).name)
        template = "Put the image into a folder named after its label, such as {place}, and explain {folder} with {row}"
        remedy = Message(template, place=place, folder=place.parts[0], row=Option("row", 0))
    template = "{source}: no label, which a training step needs. {remedy}, or omit {given}."
    return OptionError("GN020", template, source=called, remedy=remedy, given=Listing(given, last="and"))


def _without_label(model: Model, source: str | Table, row: int, notify: Notify) -> Query | None:
    """Return one of several samples without labels, or None if the source does not hold such samples."""
    try:
        query = _one_query(model, source, row, notify)
    except (DataError, FileError):
        return None
    return query if query.label is None else None


def _one_query(model: Model, source: str | Table, row: int | None, notify: Notify) -> Query:
    """Return the only sample of a source, or the row given, with its label if it has one."""
    rows, names, labels = load_queries(model, source, notify)
    called, count, last = source if isinstance(source, str) else source.source, len(rows), len(rows) - 1
    if row is None and count != 1:
        raise OptionError(
            "GN020",
            "{source}: {count} samples, the first is {name!r}. Choose one with {row} to {last}, or crop the image."
            if model.image_shape
            else "{source}: {count} samples, the first is {name!r}. Choose one with {row} to {last}.",
            source=called,
            count=count,
            name=names[0],
            last=last,
            row=Option("row", 0),
        )
    if row is not None and not 0 <= row < count:
        raise OptionError(
            "GN021",
            "{row}: {source} has {count} samples. Use {first} to {last}.",
            source=called,
            count=count,
            last=last,
            row=Option("row", row),
            first=Option("row", 0),
        )
    place, label = row or 0, None
    if labels is not None and model.targets.of_classes:
        label = int(labels[place])
        if not 0 <= label < model.classes:
            raise DataError(
                "GN017",
                "{name}: label {label}, expected a class of the model, 0 to {last}.",
                name=names[place],
                label=label,
                last=model.classes - 1,
            )
    features = model.columns.features if model.columns else ()
    numbered = row is not None and names[place] == str(Place(called, row=row))  # an image of a folder has its own name
    return Query(rows[place], called if numbered else names[place], row if numbered else None, label, features)


def _draw_nodes(model: Model, layer: LayerOfNodes, plot: str, language: str) -> None:
    from .. import plots

    top = layer.order[:MOST_NAMED]
    word = words_in(language)
    marks = {**dict.fromkeys(layer.dead, word("dead")), **dict.fromkeys(layer.saturated, word("saturated"))}
    captions = []
    for node in top:
        caption = word("node_matters", node=node, matters=f"{layer.matters[node]:.2f}")
        captions.append(f"{caption}\n{marks[node]}" if node in marks else caption)
    title = word("weights_that_matter", nodes=len(top))
    axes = plots.draw_weights(layer.weights[top], captions, model.image_shape, title=title, language=language)
    plots.save(axes, plot)


def _draw_node(model: Model, result: NodeResult, plot: str, language: str) -> None:
    """Draw the weights into a node, and next to them the samples with its largest activation."""
    from .. import plots

    node, word = result.node, words_in(language)
    assert model.image_shape is not None  # `require_pictures` before
    lines = 2 if len(node.rows) > 5 else 1
    weights, samples = plots.new_axes(1, 2, (6.4, 2.6), margins=(0.2, 0.3, 0.2, 0.5), gap=0.3, widths=(2, 5))
    title = word("node_of_layer", node=node.node, layer=node.layer)
    caption = word("node_mean", mean=shown(node.mean))
    plots.draw_weights(node.weights[None], [caption], model.image_shape, [weights], title=title, language=language)
    plots.draw_digits(
        node.inputs,
        [sample_label(model, label, word) for label in node.labels],
        image_shape=model.image_shape,
        axes=samples,
        columns=-(-len(node.rows) // lines),
        photo=model.reading == "photo",
        title=word("node_samples"),
        language=language,
    )
    plots.save([weights, samples], plot)
