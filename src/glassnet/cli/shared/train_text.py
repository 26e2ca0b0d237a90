"""Output of ``glassnet train``: the result and the files with plots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

from ...messages.formats import below_all, shown
from ...messages.message import Listing
from ...metrics import METRICS
from ...model.evaluate import metric_of, score_text
from ...model.header import ParentReceipt, joined_count
from ...preprocess.tabular.related_rows import too_good_for
from ...runtime.compile_notice import has_compiled
from ...training.receipt import options_of
from ...workflow.training.pictures import draw_pictures
from ...workflow.training.result import TrainResult
from .console import ScoreFacts, add_scores, complain, message, result, result_json, score_line, weight_column
from .next_step import next_after_training
from .scores import judged_lines

_SIGNS = {"r2": "R²", "rmse": "RMSE"}


class StreamFacts(TypedDict):
    """The read table of a training run with ``--stream``."""

    rows: Annotated[int, "rows of the table"]
    parts: Annotated[int, "its files"]
    groups: Annotated[int, "its row groups"]
    window: Annotated[int, "rows of a window"]
    held_out: Annotated[float, "held-out fraction of the rows"]
    rows_per_second: Annotated[int, "rows trained in a second"]


class TrainFacts(ScoreFacts):
    """A training run."""

    recipe: Annotated[str | None, "the recipe the options started from"]
    model: Annotated[
        str,
        "path of the model file: as given, or the recipe's name (with `--from`, that of the model), with a number if "
        "that exists, as in `notes-2.safetensors`",
    ]
    samples: Annotated[int, "number of training samples, without held-out ones"]
    epochs: Annotated[
        int, "passes through the training samples; with early stopping possibly fewer than the option `epochs`"
    ]
    loss: Annotated[float | None, "mean loss of the test samples"]
    seconds: Annotated[
        dict[str, float],
        "`load`, `compile`, `train`, `test`, rounded to four digits; `compile` includes all preparation of the engine, "
        "`test` a cross-validation; with `--resume` the whole run without interruptions",
    ]
    interval: Annotated[dict[str, Any], "for each score its 95% confidence interval, a list of two numbers"]
    cross_validation: Annotated[
        dict[str, Any] | None,
        "for a table with fewer than 200 held-out rows: `folds`, `samples` (integers), the scores over all samples, "
        "and their `interval`",
    ]
    engine: Annotated[str, "the engine used, `compiled` or `reference`; never `auto`"]
    seed: Annotated[int, "the seed"]
    hash: Annotated[str, "SHA-256 of the parameters' bytes, 64 hexadecimal digits"]
    stream: Annotated[NotRequired[StreamFacts], "with `--stream`: what was read"]
    parent: Annotated[
        NotRequired[ParentReceipt], "with `--from`: `hash` and `file` (texts) of the model that training started from"
    ]
    added: Annotated[
        NotRequired[list[str]], "with `--add`: the sources of the added samples, each as often as its samples count"
    ]
    kept: Annotated[NotRequired[list[int]], "with early stopping: the epoch whose weights were kept, one per member"]
    options: Annotated[
        dict[str, Any],
        "every [option](options.md) by the name of its field: text, number, integer, true or false; lists for "
        "`hidden`, `activation` and `dropout`",
    ]


def print_training(trained: TrainResult, as_json: bool) -> None:
    """Print the result of a training run, draw the plots and print their files."""
    unread: OSError | None = None
    try:
        if as_json:
            result_json(_facts(trained))
        else:
            _print(trained)
    except OSError as problem:  # the plots are drawn even if nobody reads the result
        unread = problem
    files: tuple[str, ...] = ()
    if trained.plan.pictures:
        drawn = draw_pictures(trained)
        files = drawn.files
        if drawn.problem:
            complain(drawn.problem.code, drawn.problem.message)
    if unread is not None:
        raise unread
    if as_json:
        return
    if files:
        result(message("pictures", files=Listing(files)))
    next_after_training(trained)


def _facts(trained: TrainResult) -> TrainFacts:
    receipt = trained.model.receipt
    facts: TrainFacts = {
        "recipe": receipt["recipe"],
        "model": str(trained.path),
        "samples": trained.samples,
        "epochs": trained.epochs,
        "loss": receipt["result"]["loss"],
        "seconds": {name: round(value, 4) for name, value in trained.seconds.items()},
        "interval": receipt.get("interval", {}),
        "cross_validation": receipt.get("cross_validation"),
        "engine": receipt["engine"],
        "seed": receipt["options"]["seed"],
        "hash": receipt["hash"],
        "options": options_of(receipt).to_dict(),
    }
    add_scores(facts, trained.evaluation, trained.test)
    if "too_good_for" in receipt:
        facts["too_good_for"] = receipt["too_good_for"]
    if trained.stream is not None:
        facts["stream"] = _stream_facts(trained)
    if "parent" in receipt:
        facts["parent"] = receipt["parent"]
    if "added" in receipt["data"]:
        facts["added"] = receipt["data"]["added"]
    if "kept" in receipt:
        facts["kept"] = receipt["kept"]
    return facts


def _stream_facts(trained: TrainResult) -> StreamFacts:
    assert trained.stream is not None
    source, recorded = trained.stream, trained.model.receipt["data"]["stream"]
    return {
        "rows": source.rows,
        "parts": len(source.parts),
        "groups": len(source.groups),
        "window": recorded["window"],
        "held_out": recorded["holdout"],
        "rows_per_second": round(trained.samples * trained.epochs / max(trained.seconds["train"], 1e-9)),
    }


def _print(trained: TrainResult) -> None:
    model, receipt, options = trained.model, trained.model.receipt, trained.model.receipt["options"]
    layers = model.network.architecture.sizes
    sizes = "-".join(map(str, layers))
    if (count := joined_count(receipt)) > 1:
        member = "-".join(map(str, (layers[0], *(nodes // count for nodes in layers[1:-1]), layers[-1])))
        key = "joined_whole" if receipt.get("own_validation") else "joined"
        sizes = message(key, sizes=sizes, members=count, member=member)
    result(
        message(
            "network",
            sizes=f"{len(model.members)} × {sizes}" if model.others else sizes,
            rule=options["rule"],
            epochs=trained.epochs,
            samples=trained.samples,
            engine=receipt["engine"],
            dtype=options["dtype"],
        )
    )
    if trained.stream is not None:
        facts = _stream_facts(trained)
        result(message("stream", **facts, rate=facts["rows_per_second"]))
    if parent := receipt.get("parent"):
        result(message("parent", file=trained.plan.start, hash=parent["hash"]))
    if kept := receipt.get("kept"):
        key, metric = "kept_of_each" if len(kept) > 1 else "kept", metric_of(model)
        by = message("by_metric" if metric else "by_loss", metric=metric)
        result(message(key, epoch=kept[0], networks=len(kept), epochs=Listing(kept), by=by))
    if validation := receipt["data"].get("validation_data"):
        result(message("own_validation", source=validation["source"], samples=validation["samples"]))
    why = too_good_for(receipt)
    code = f" [{why.values['code']}]" if why else ""  # in every line with a score of random rows
    result(message("test", score=score_line(trained.evaluation, why)))
    if column := weight_column(trained.test):
        result(message("test_weights", column=column))
    for line in judged_lines(model, trained.evaluation, code):
        result(line)
    if ends := receipt.get("interval"):
        result(message("interval", scores=scores_in_words(ends)) + code)
    if crossed := receipt.get("cross_validation"):
        scores = scores_in_words(crossed)
        key = "folds_in_time" if "time" in receipt["data"] else "folds"
        result(message(key, scores=scores, folds=crossed["folds"], samples=crossed["samples"]) + code)
        if ends := crossed["interval"]:  # neither weighted scores nor quantiles have one
            result(message("interval", scores=scores_in_words(ends)) + code)
    key = "time_without_compiling" if receipt["engine"] != "reference" and not has_compiled() else "time"
    result(message(key, **trained.seconds))
    path, wanted = trained.path, trained.wanted
    if Path(wanted) != path:
        result(message("model_renamed", file=path, wanted=wanted))
    else:
        result(message("model_replaced" if trained.replaced else "model", file=path))


def scores_in_words(scores: dict[str, Any]) -> str:
    """Return scores, or their intervals, as text."""
    shapes: dict[str, Callable[[float], str]] = {
        "accuracy": lambda score: f"{below_all(score):.2%}",
        "r2": lambda score: f"{score:.4f}",
        "rmse": shown,
        "coverage": lambda score: f"{score:.2%}",
        "pinball": shown,
    }
    parts = []
    for name in (name for name in shapes if name in scores):
        ends = scores[name] if isinstance(scores[name], list | tuple) else [scores[name]]
        text = message("to").join(map(shapes[name], ends))
        parts.append(f"{_SIGNS[name]} {text}" if name in _SIGNS else message(f"{name}_of", score=text))
    others = [name for name in METRICS if name in scores and name not in shapes]
    parts += [f"{name} {score_text(name, scores[name])}" for name in others]
    return message("comma").join(parts)
