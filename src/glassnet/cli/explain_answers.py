"""What ``glassnet explain`` says of answers: why one, what each class looks like to the network, what its nodes do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import BUNDLED, Dataset
from ..errors import DataError, OptionError
from ..files import replacing
from ..model import Model
from ..pictures.told import node_names, told
from ..pictures.words import shown, words_in
from ..trace.nodes import BENDING_BOTH_WAYS, MOSTLY, LayerOfNodes, examine_nodes
from ..trace.why import Neighbours, Why, why
from .console import result, result_json, say
from .sources import load_asked, load_labelled, trained_on_bundled

_MOST = 8
"""Nodes, inputs or features that are listed."""
_DRAWN = 40


def labelled(model: Model, model_path: str, source: str | None, part: str) -> Dataset:
    """Load the data that a model is explained with: DATA, or the bundled MNIST where the receipt names it."""
    samples = load_labelled(model, model_path, source, part)
    samples.require_like(model.features, model.classes, "the model", of_classes=model.targets.of_classes)
    return samples


def one_row(samples: Dataset, row: int) -> Dataset:
    """Return one sample as a data set, or say which there are."""
    if not 0 <= row < len(samples):
        raise OptionError("GN021", f"--row {row}: {samples.source} has the rows 0 to {len(samples) - 1}.")
    return samples.take(slice(row, row + 1))


def explain_why(model: Model, model_path: str, source: str | None, asked: dict[str, Any], as_json: bool) -> None:
    """Say why a model answers a sample as it does."""
    output = None if asked["output"] is None else _output(model, asked["output"])
    raw, name, known, features = _question(model, model_path, source, asked)
    picture = asked["picture"]
    if picture:
        require_pictures(model, model_path)
    alike = None
    if asked["trained_on"] or trained_on_bundled(model):
        alike = Neighbours(model, labelled(model, model_path, asked["trained_on"], "train"))
    found = why(model, raw, alike, output)
    if alike is None:
        say("what is alike is left out: name the training data with --train")
    label = known if known is None or found.output is None else known[found.output]
    if picture:
        _draw_why(found, model, picture, asked["language"])
    if asked["html"]:
        _write_why(found, model, (name, label), features, alike.source if alike else "", asked)
    if as_json:
        columns = None if model.columns is None else dict(model.columns.gathered(found.inputs))
        files = {"html": asked["html"], "picture": picture}
        result_json({"input": name, "label": label, **_why_facts(found), "columns": columns, **files})
        return
    heading = name if label is None else f"{name}: is {_told(found, label, model)}"
    if asked["html"]:
        result(heading)
        result(f"answer    {_answer_line(found, model)}")
        result(f"page      {asked['html']}")
    else:
        _print_why(found, heading, model, features)
    if picture:
        result(f"picture   {picture}")


def _draw_why(found: Why, model: Model, picture: str, language: str) -> None:
    from .. import pictures

    assert model.image_shape is not None  # refused before
    photo = model.reading == "photo"
    axes = pictures.draw_why(found, model.image_shape, model.class_names, photo=photo, language=language)
    pictures.save(axes, picture)


def _write_why(
    found: Why, model: Model, asked_of: tuple[str, Any], features: tuple[str, ...], training: str, asked: Any
) -> None:
    from ..report.answer import answer_page

    (name, label), row = asked_of, asked["row"]
    page = answer_page(
        model,
        found,
        name=name if row is None else name.removesuffix(_row_said(row)),
        row=row,
        known=label,
        inputs=features,
        training=training,
        language=asked["language"],
        bundled=any(one.startswith(f"{BUNDLED} ") for one in (name, training)),
    )
    with replacing(asked["html"]) as file:
        file.write(page.encode())


def _output(model: Model, word: str) -> int:
    """Return the place of the label or number that is asked about, by its name or its place."""
    names = [model.name_of(output) for output in range(model.classes)]
    if word in names:
        return names.index(word)
    if word.isdecimal() and int(word) < model.classes:
        return int(word)
    listed = ", ".join(names[:_DRAWN]) + (", …" if len(names) > _DRAWN else "")
    raise OptionError("GN021", f"--output {word}: the model answers with {listed}.")


def _told(found: Why, known: Any, model: Model) -> str:
    return told(found, known, model.class_names, words_in("en"))


def _question(
    model: Model, model_path: str, source: str | None, asked: dict[str, Any]
) -> tuple[NDArray[Any], str, Any, tuple[str, ...]]:
    """Return the sample asked about, its name, what is known of it, and what its inputs are called.

    Known is a class, or numbers or labels, one an output; None where nothing is.
    """
    if asked["row"] is not None:
        samples = labelled(model, model_path, source, asked["part"])
        one = one_row(samples, asked["row"])
        known = (one.labels if one.values is None else one.values)[0].tolist()
        return one.inputs[0], f"{samples.source}{_row_said(asked['row'])}", known, samples.feature_names
    if source is None:
        raise OptionError("GN020", "--why: name a picture, or labelled DATA with --row N.")
    rows, names, labels = load_asked(model, source)
    if len(rows) != 1:
        raise OptionError(
            "GN020", f"{source}: {len(rows)} samples. Choose one with --row N, or a picture of one digit."
        )
    return (
        rows[0],
        names[0],
        None if labels is None or not model.targets.of_classes else labels[0].tolist(),
        model.columns.features if model.columns else (),
    )


def _row_said(row: int) -> str:
    return f", row {row}"


def _why_facts(found: Why) -> dict[str, Any]:
    flip, alike = found.flip, found.nearest
    return {
        "output": found.output,
        "answer": found.answer,
        "rival": found.rival,
        "outputs": found.outputs.tolist(),
        "gap": found.gap,
        "nodes": found.nodes.tolist(),
        "bias": found.bias,
        "inputs": found.inputs.tolist(),
        "baseline_gap": found.baseline_gap,
        "missing": found.missing,
        "flip": flip and {"answer": flip.answer, "distance": flip.distance, "sample": flip.sample.tolist()},
        "nearest": alike
        and {"rows": alike.rows.tolist(), "labels": alike.labels.tolist(), "distances": alike.distances.tolist()},
    }


def _print_why(found: Why, name: str, model: Model, features: tuple[str, ...]) -> None:
    result(name)
    result(f"answer    {_answer_line(found, model)}")
    between = "" if found.output is not None else " between their sums"
    head = "gap" if found.output is None else "sum" if _is_a_sum(found, model) else "number"
    result(f"{head:<9} {shown(found.gap)}{between}, split exactly over the last hidden nodes:")
    _print_shares(found.nodes, node_names(model, words_in("en")), [("biases", found.bias)] if found.bias else [])
    what = "pixels" if model.image_shape else "columns" if model.columns else "inputs"
    added, without = shown(found.inputs.sum()), shown(found.baseline_gap)
    rest = "columns about their middle" if model.columns else f"{what} 0"
    result(f"{what:<9} they add {added} to the {without} of all {rest} (integrated gradients):")
    if model.image_shape:
        for line in _map_lines(found.inputs.reshape(*model.image_shape, -1).sum(axis=-1)):
            result(f"          {line}")
        result(f"          {_sides(found, model)}; # and = strongly")
    elif model.columns:
        columns = model.columns.gathered(found.inputs)
        _print_shares(np.array([share for _, share in columns]), [called for called, _ in columns])
    else:
        _print_shares(found.inputs, features or [f"input {number}" for number in range(model.features)])
    if found.flip:
        other, length = _told(found, found.flip.answer, model), f"{found.flip.distance:.3g}"
        unit = "as its columns are encoded" if model.columns else f"of the largest value, Euclid over all {what}"
        result(f"flip      a change of {length} ({unit}) makes it {other}; asked again")
        if not model.image_shape:
            change = found.flip.sample.astype(float) - found.sample
            _print_shares(change, features or [f"input {number}" for number in range(model.features)])
    elif found.rival is not None:  # a number has no border to cross
        result("flip      no small change was found that changes the answer")
    if found.nearest:
        near = zip(found.nearest.rows, found.nearest.labels, found.nearest.distances, strict=True)
        listed = ", ".join(
            f"row {row} ({_told(found, known if found.output is None else known[found.output], model)}) at {shown(far)}"
            for row, known, far in near
        )
        result(f"alike     in training, by Euclid's distance of the last hidden layer: {listed}")


def _is_a_sum(found: Why, model: Model) -> bool:
    """Whether what is split is an output's sum and not the number itself."""
    return found.rival is not None or model.network.architecture.activations[-1] != "identity"


def _answer_line(found: Why, model: Model) -> str:
    """Say what the model answers, and with which outputs."""
    if found.output is None:
        best, second = shown(found.outputs[found.answer]), shown(found.outputs[found.rival])
        return f"{model.name_of(found.answer)} with {best}, then {model.name_of(found.rival)} with {second}"
    told = _told(found, found.answer, model)
    return told if found.rival is None else f"{told} with {shown(found.outputs[found.output])}"


def _sides(found: Why, model: Model) -> str:
    """Say what the two signs of a part mean."""
    if found.output is None:
        return f"+ speaks for {model.name_of(found.answer)}, - for {model.name_of(found.rival)}"
    name = model.name_of(found.output)
    return f"+ raises {name}, - lowers it" if found.rival is None else f"+ speaks for {name}, - against it"


def _print_shares(shares: NDArray[Any], names: Sequence[str], more: Sequence[tuple[str, float]] = ()) -> None:
    most = np.argsort(-np.abs(shares), kind="stable")[:_MOST]
    listed = [(names[number], float(shares[number])) for number in most]
    if len(most) < len(shares):
        listed.append((f"{len(shares) - len(most)} others", float(np.delete(shares, most).sum())))
    listed += more
    largest = max(abs(share) for _, share in listed) or 1.0
    width = max(12, *(len(name) for name, _ in listed))
    for name, share in listed:
        result(f"          {name:>{width}} {shown(share):>10}  {'█' * round(24 * abs(share) / largest)}")


def _map_lines(shares: NDArray[Any]) -> list[str]:
    """Draw signed numbers with characters, two rows a line; lines without any are left out."""
    pairs = shares[: len(shares) // 2 * 2].reshape(-1, 2, shares.shape[1]).sum(axis=1)
    level = pairs / (np.abs(pairs).max() or 1.0)
    marks = np.select([level > 0.4, level > 0.08, level < -0.4, level < -0.08], ["#", "+", "=", "-"], " ")
    return [line for row in marks if (line := "".join(row).rstrip())]


def explain_nodes(model: Model, model_path: str, source: str | None, asked: dict[str, Any], as_json: bool) -> None:
    """Say which hidden nodes matter, and which are dead or saturated; draw the weights into those that matter most."""
    picture = asked["picture"]
    if picture:
        require_pictures(model, model_path)
    layers = examine_nodes(model, labelled(model, model_path, source, asked["part"]))
    if picture:
        _draw_nodes(model, layers[0], picture, asked["language"])
    if as_json:
        result_json({"layers": [_node_facts(layer) for layer in layers], "picture": picture})
        return
    for layer in layers:
        _print_nodes(layer)
    if picture:
        result(f"picture   {picture}")


def _node_facts(layer: LayerOfNodes) -> dict[str, Any]:
    numbers = {
        name: getattr(layer, name).tolist() for name in ("matters", "mean", "flat", "order", "dead", "saturated")
    }
    return {"layer": layer.layer, "activation": layer.activation, **numbers}


def _print_nodes(layer: LayerOfNodes) -> None:
    nodes = len(layer.matters)
    result(
        f"layer {layer.layer}: {nodes} {layer.activation} nodes, {layer.flat.mean():.1%} of their derivatives nearly 0"
    )
    for node in layer.order[:_MOST]:
        bar = "█" * round(24 * layer.matters[node] / (layer.matters.max() or 1))
        result(
            f"  node {node:>4}  matters {shown(layer.matters[node]):>8}  says {layer.mean[node]:.2f} in the mean, "
            f"flat at {layer.flat[node]:.1%}  {bar}"
        )
    if nodes > _MOST:
        result(f"  … and {nodes - _MOST} that matter less, down to {shown(layer.matters.min())}")
    for name, which in (("dead", layer.dead), ("saturated", layer.saturated)):
        listed = ", ".join(map(str, which[:_DRAWN])) + (", …" if len(which) > _DRAWN else "")
        meaning = {"dead": "flat at every sample", "saturated": f"flat at more than {MOSTLY:.0%}"}[name]
        if name == "dead" or layer.activation in BENDING_BOTH_WAYS:
            result(f"  {name} ({meaning}): {f'{len(which)}: nodes {listed}' if len(which) else 'none'}")


def _draw_nodes(model: Model, layer: LayerOfNodes, picture: str, language: str) -> None:
    from .. import pictures

    top = layer.order[:_DRAWN]
    word = words_in(language)
    marks = {**dict.fromkeys(layer.dead, word("dead")), **dict.fromkeys(layer.saturated, word("saturated"))}
    captions = [
        f"{word('node_matters', node=node, matters=f'{layer.matters[node]:.2f}')} {marks.get(node, '')}" for node in top
    ]
    title = word("weights_that_matter", nodes=len(top))
    axes = pictures.draw_weights(layer.weights[top], captions, model.image_shape, title=title, language=language)
    pictures.save(axes, picture)


def require_pictures(model: Model, model_path: str) -> None:
    """Refuse to draw what is no picture: DataError GN017."""
    if model.image_shape is None:
        raise DataError(
            "GN017", f"{model_path}: its inputs are no pictures, so there is nothing to draw with --picture."
        )
