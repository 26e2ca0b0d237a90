"""``glassnet search``: better options for data, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import click

from ..errors import OptionError
from ..messages.formats import width_of
from ..messages.message import Listing
from ..messages.option_spelling import choice_text
from ..training.executor import Executor, ThreadExecutor
from ..words.plots import metric_title
from ..words.search import SEARCH_WORDS
from ..words.speaking import Say, speaking
from ..workflow.search.job import FinalTraining, SearchEvent, SearchJob, TrialEnded, search_files
from ..workflow.search.result import SearchResult, SearchResultFacts
from ..workflow.search.study import require_optuna
from ..workflow.take_away.training import training_command
from ..workflow.train_job import TrainJob
from .help.grouped import GroupedCommand, GroupedFlag
from .shared.console import json_flag, padded, result, result_json, say, say_notice
from .shared.flags import job_of, max_bytes_flag, with_job
from .shared.ray_flag import executor_for, ray_flag
from .shared.scores import INDENT, ScoreTexts, table_lines

_ROWS = 10
"""Trials in the table."""
PICTURE = "search.png"


class SearchFacts(SearchResultFacts):
    """The result of a search, with the next command and the written figure."""

    command: Annotated[str, "the command that trains the winner again"]
    picture: Annotated[str, "the written figure"]


@click.command("search", cls=GroupedCommand)
@with_job(SearchJob)
@click.option(
    "--workers",
    cls=GroupedFlag,
    type=click.IntRange(1, 1024),
    show_default=False,
    metavar="N",
    help="Trials at the same time.  [one per core]",
)
@ray_flag
@json_flag
@max_bytes_flag
def search_command(workers: int | None, ray: str | None, as_json: bool, **flags: Any) -> None:
    """Search for better options, and test the best once.

    DATA is anything that 'glassnet train' accepts; a table with named columns needs --target. Trial 0 has the recipe's
    own options. An option with a given value is not varied: 'glassnet search rows.csv --target price --epochs 40'.

    Trials are trained on a part of the training data and scored on the rest. The winner is then trained on all of them
    and tested on the test data, which choose nothing. FOLDER has a model of every trial, which 'glassnet info --verify'
    accepts. After an interrupt the same command continues.

    Needs the extra search: pip install 'glassnet[search]'
    """
    require_optuna()  # before a cluster is started
    job = job_of(SearchJob, flags)
    words = speaking(job.language, SEARCH_WORDS)
    with _executor(workers, ray) as executor:
        search_result = search_files(
            job, executor=executor, callbacks=[partial(_say_event, job, words)], notify=say_notice
        )
    from .. import plots

    picture = Path(search_result.folder) / PICTURE
    plots.save(plots.draw_search(search_result.to_dict(), language=job.language), picture)
    command = _command(job, search_result)
    if as_json:
        facts: SearchFacts = {**search_result.to_dict(), "command": command, "picture": str(picture)}
        result_json(facts)
        return
    for line in _lines(search_result, job.language, words):
        result(line)
    result(words("model", file=Path(search_result.folder) / search_result.test.model))
    result(words("repeat", command=command))
    result(words("picture", file=picture))


@contextmanager
def _executor(workers: int | None, ray: str | None) -> Iterator[Executor | None]:
    """Yield where trials are computed; None for a thread per core."""
    if workers is None:
        with executor_for(ray) as executor:
            yield executor
    elif ray is not None:
        raise OptionError("GN022", "--workers {workers}: on Ray the cluster decides. Omit it.", workers=workers)
    else:
        with ThreadExecutor(workers) as threads:
            yield threads


def _say_event(job: SearchJob, words: Say, event: SearchEvent) -> None:
    """Print one line per trial."""
    if isinstance(event, FinalTraining):
        say(words(f"final_{event.which}"))
    elif isinstance(event, TrialEnded):
        trial, best, planned = event.trial, event.best, job.planned
        facts: dict[str, Any] = {"score": "–" if trial.score is None else f"{trial.score:.4f}"}
        facts["done"] = words("done_of" if planned else "done", ended=event.ended, planned=planned)
        if best is not None:
            facts |= {"best": f"{best.score:.4f}", "best_number": best.number}
        say(words(f"trial_{trial.state}", number=trial.number, **facts))


def _command(job: SearchJob, search_result: SearchResult) -> str:
    """Return the command that trains the winner again."""
    options = job.given | (search_result.best.options if search_result.best.number else {})
    return training_command(TrainJob(job.source, job.test, job.recipe_name, options, job.table)).rstrip()


def _lines(search_result: SearchResult, language: str, words: Say) -> list[str]:
    """Return the result as text."""
    texts, metric, evidence = ScoreTexts(search_result.metric), search_result.metric, search_result.evidence
    facts = {
        "source": search_result.source,
        "samples": search_result.samples,
        "validation": search_result.validation_samples,
    }
    facts |= {"test": search_result.test_samples, "folds": search_result.folds}
    lines = [
        words("data_folds" if search_result.folds else "data", **facts),
        words("higher" if search_result.higher_is_better else "lower", metric=metric_title(metric, language)),
        *_space_lines(search_result, words),
        *_trial_lines(search_result, texts, words),
    ]
    best, complete = search_result.best, len(search_result.complete)
    if best.number:
        optimism = texts.score(evidence.optimism)
        lines.append(
            words("winner", number=best.number, score=texts.score(best.score), complete=complete, optimism=optimism)
        )
    else:
        lines.append(words("winner_recipe", score=texts.score(best.score), complete=complete))
    if complete > 1:
        lines.append(words("sure", probability=evidence.probabilities.get(best.number, 0.0)))
    if evidence.not_told_apart:
        lines.append(words("not_told_apart", numbers=Listing(evidence.not_told_apart, _ROWS)))
    low, high = map(texts.score, search_result.test.interval)
    lines.append(
        words(
            "test", score=texts.score(search_result.test.score), low=low, high=high, samples=search_result.test_samples
        )
    )
    if best.number:
        low, high = map(texts.difference, search_result.difference_interval)
        difference = texts.difference(search_result.difference)
        lines.append(
            words("default", score=texts.score(search_result.default.score), difference=difference, low=low, high=high)
        )
        sign = 1 if search_result.higher_is_better else -1
        if min(sign * one for one in search_result.difference_interval) <= 0:
            lines.append(words("not_shown"))
    return lines


def _space_lines(search_result: SearchResult, words: Say) -> list[str]:
    """Return one line per option that was varied."""
    width = max(width_of(one.name) for one in search_result.space)
    lines = []
    for number, one in enumerate(search_result.space):
        values = ", ".join(one.labels)
        if not one.choices:
            values = words("to", low=f"{one.low:g}", high=f"{one.high:g}") + (words("log") if one.log else "")
        text = f"{padded(one.name, width)}   {values}"
        lines.append(words("space", space=text) if number == 0 else INDENT + text)
    return lines


def _trial_lines(search_result: SearchResult, texts: ScoreTexts, words: Say) -> list[str]:
    """Return the table of the best trials, and how many others there were."""
    sign = 1 if search_result.higher_is_better else -1
    complete = sorted(search_result.complete, key=lambda one: (-sign * (one.score or 0.0), one.number))[:_ROWS]
    if all(one.number for one in complete):  # the recipe's own options are always shown
        complete = [*complete[: _ROWS - 1], *(one for one in search_result.complete if one.number == 0)]
    names = [one.name for one in search_result.space]
    rows = [
        (
            INDENT + (str(one.number) if one.number else f"0 {words('own_options')}"),
            texts.score(one.score),
            *(choice_text(one.options[name]) for name in names),
        )
        for one in complete
    ]
    head = (INDENT + words("trial"), words("score"), *names)
    lines = table_lines([head, *rows])
    states = [one.state for one in search_result.trials]
    counts = {state: states.count(state) for state in ("complete", "pruned", "diverged", "failed")}
    counts["complete"] -= len(complete)
    if sum(counts.values()):
        lines.append(words("others", count=sum(counts.values()), **counts))
    return lines
