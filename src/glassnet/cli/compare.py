"""``glassnet compare``: recipes, or sets of options, over several seeds."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Annotated, Any

import click
from click.core import ParameterSource

from ..data import BUNDLED
from ..errors import OptionError
from ..io.writing import require_picture_place
from ..messages.message import Listing
from ..messages.option_spelling import value_text
from ..options.job_parameters import parameters
from ..options.options import Options
from ..options.recipes import RECIPES
from ..words.compare import COMPARE_WORDS
from ..words.plots import SHARES, metric_title
from ..words.speaking import Say, speaking
from ..workflow.compare_job import (
    LETTERS,
    CompareJob,
    Comparison,
    Pair,
    Side,
    SideEvent,
    compare,
    default_seeds,
)
from ..workflow.comparison.paired import fewest_pairs
from ..workflow.comparison.result import ComparisonFacts
from .help.grouped import GroupedCommand, GroupedFlag
from .shared.assignments import options_in
from .shared.console import json_flag, result, result_json, say, say_notice
from .shared.flags import Command, job_of, max_bytes_flag, recipe_name, with_job
from .shared.ray_flag import executor_for, ray_flag
from .shared.scores import INDENT, ScoreTexts, table_lines

_SIDE: dict[str, Any] = {"cls": GroupedFlag, "common": True, "multiple": True, "metavar": "OPTION=VALUE"}
_VERDICTS = {"better": "better", "worse": "worse", "no difference seen": "not_seen"}


class CompareFacts(ComparisonFacts):
    """A comparison, with the names of the recipes and the written figure."""

    recipes: Annotated[
        dict[str, str], "the names of the recipes, as given, by the letter of the side: `a`, `b` and so on"
    ]
    picture: Annotated[str | None, "the written file"]


def _side_flags(command: Command) -> Command:
    """Give a command a flag for the options of each side."""
    texts = {
        "a": "Change an option of A only, such as epochs=5; repeat for more.",
        "b": "Change an option of B only, such as hidden=100,50; repeat for more.",
        "c": f"The same for C; --d to --{LETTERS[-1]} for the further sides.",
    }
    for side in reversed(LETTERS):
        shown: dict[str, Any] = {"help": texts[side]} if side in texts else {"hidden": True}
        command = click.option(f"--{side}", f"of_{side}", **shown, **_SIDE)(command)
    return command


@click.command("compare", cls=GroupedCommand)
@click.argument("first", metavar="A", type=recipe_name)
@click.argument("second", metavar="B", type=recipe_name)
@click.argument("rest", metavar="[C …] [DATA]", nargs=-1)
@_side_flags
@with_job(CompareJob)
@ray_flag
@json_flag
@max_bytes_flag
def compare_command(
    first: str, second: str, rest: tuple[str, ...], ray: str | None, as_json: bool, **flags: Any
) -> None:
    """Compare recipes over several seeds, and judge which are better than A.

    A, B and so on are recipes, which may be the same if --a, --b … change an option: 'glassnet compare notes notes --b
    hidden=100'. Other options apply to all. DATA is anything that 'glassnet train' accepts, by default MNIST; a file
    with the name of a recipe is './NAME'. A table with named columns needs --target.

    With each seed, all are trained on the same samples and scored on the same validation samples, which are held out
    from the training data; the test data are not used. Chance alone leads to a verdict in at most 5% of comparisons,
    however many sides there are.
    """
    if flags["plot"]:
        require_picture_place(flags["plot"], overwrite=flags["force"])
    every = parameters(Options)
    changed = {side: options_in(f"--{side}", flags.pop(f"of_{side}"), every) for side in LETTERS}
    names, source = [*rest], None
    if names and names[-1] not in RECIPES:
        source = names.pop()
        named_as_file = os.path.exists(source) or "." in source or os.sep in source
        if source != BUNDLED and not named_as_file and get_close_matches(source, RECIPES, 1):
            recipe_name.convert(source, None, click.get_current_context())  # a misspelt recipe rather than data
    recipes = [first, second, *(recipe_name.convert(one, None, click.get_current_context()) for one in names)]
    if without := [side for side in LETTERS[len(recipes) :] if changed[side]]:
        raise OptionError(
            "GN022", "--{side}: there are {sides} sides. Name a recipe for each.", side=without[0], sides=len(recipes)
        )
    a, b, *others = (Side(recipe, changed.get(LETTERS[place : place + 1], {})) for place, recipe in enumerate(recipes))
    seeds = click.get_current_context().get_parameter_source("seeds") is ParameterSource.COMMANDLINE
    more = {} if seeds else {"seeds": default_seeds(len(recipes))}
    job = job_of(CompareJob, flags, a=a, b=b, source=source, others=tuple(others), **more)
    language, plot = job.language, job.plot
    words, sides = speaking(language, COMPARE_WORDS), job.sides
    done = 0

    def say_pair(happened: SideEvent | Pair) -> None:
        nonlocal done
        if isinstance(happened, Pair):
            done += 1
            facts: dict[str, Any] = {"seed": happened.seed, "number": done, "planned": job.seeds}
            if len(sides) == 2:
                say(words("pair", a=happened.a, b=happened.b, difference=happened.difference, **facts))
            else:
                scores = zip(sides, happened.scores, strict=True)
                say(words("pairs", scores=Listing(f"{side.upper()} {score:.4f}" for side, score in scores), **facts))

    with executor_for(ray) as executor:
        compared = compare(job, callbacks=[say_pair], notify=say_notice, executor=executor)
    if plot:
        from .. import plots

        drawn = {"recipes": {side: _recipe(one) for side, one in sides.items()}, **compared.to_dict()}
        plots.save(plots.draw_comparison(drawn, language=language), plot)
    if as_json:
        named = {side: one.recipe for side, one in sides.items()}
        facts: CompareFacts = {"recipes": named, **compared.to_dict(), "picture": plot}
        result_json(facts)
        return
    for line in _lines(job, compared, language, words):
        result(line)
    if plot:
        result(words("picture", file=plot))


def _lines(job: CompareJob, compared: Comparison, language: str, words: Say) -> list[str]:
    """Return the result as text: the scores, then of two sides their difference, of more the ranking."""
    texts, several = ScoreTexts(compared.metric), len(job.sides) > 2
    letters = [side.upper() for side in job.sides]
    differing = [(name, *map(value_text, values.values())) for name, values in compared.options_that_differ.items()]
    scores = [(str(pair.seed), *map(texts.score, pair.scores)) for pair in compared.pairs]
    if not several:
        scores = [(*row, texts.difference(pair.difference)) for row, pair in zip(scores, compared.pairs, strict=True)]
    title = metric_title(compared.metric, language)
    facts = {"source": compared.source, "samples": compared.samples, "validation": compared.validation_samples}
    lines = [
        *(words("side", side=side.upper(), recipe=_recipe(one)) for side, one in job.sides.items()),
        *_table((words("differ"), *letters), differing),
        words("data_time" if job.table.time else "data", **facts),
        words("higher" if compared.higher_is_better else "lower", metric=title),
        *_table((INDENT + words("seed"), *letters, *([] if several else ["B − A"])), scores),
        *(_ranking if several else _mean)(compared, texts, words),
        *_verdicts(compared, texts, words),
    ]
    if compared.stopped_early and several:
        lines.append(words("stopped_all", pairs=len(compared.pairs), planned=compared.planned))
    return lines


def _mean(compared: Comparison, texts: ScoreTexts, words: Say) -> list[str]:
    if compared.interval is None:
        return []
    low, high = map(texts.difference, compared.interval)
    return [words("mean", mean=texts.difference(compared.mean), unit=_unit(compared, words), low=low, high=high)]


def _unit(compared: Comparison, words: Say) -> str:
    return words("points") if compared.metric in SHARES else ""


def _ranking(compared: Comparison, texts: ScoreTexts, words: Say) -> list[str]:
    versus = {one.side: one for one in compared.versus}

    def span(interval: tuple[float, float] | None, shown: Callable[[float], str]) -> str:
        return "" if interval is None else words("span", low=shown(interval[0]), high=shown(interval[1]))

    rows = []
    for place, rank in enumerate(compared.ranking, 1):
        row = [str(place), rank.side.upper(), texts.score(rank.mean), span(rank.interval, texts.score)]
        if other := versus.get(rank.side):
            row += [texts.difference(other.mean), span(other.interval, texts.difference)]
            row += [words(f"short_{_VERDICTS[other.verdict]}")]
        rows.append((*row, *[""] * (7 - len(row))))
    level = 100 * (1 - compared.level / len(versus))
    means = (words("ranking"), "", words("mean_score"), words("interval", level="95"))
    return _table((*means, "− A", words("interval", level=f"{level:.4g}"), words("verdict")), rows)


def _verdicts(compared: Comparison, texts: ScoreTexts, words: Say) -> list[str]:
    pairs, several = len(compared.pairs), len(compared.versus) > 1
    fewest = fewest_pairs(len(compared.versus))
    lines = [] if pairs >= fewest else [words("too_few", pairs=pairs, fewest=fewest)]
    for one in compared.versus if pairs >= fewest else ():
        key = _VERDICTS[one.verdict] + ("_than_a" if several else "")
        lines.append(words(key, side=one.side.upper(), pairs=one.pairs, p=one.p_value, level=compared.level))
        if compared.stopped_early and not several:
            lines.append(words("stopped", pairs=pairs, planned=compared.planned))
        if one.detectable is not None and not (several and one.verdict != "no difference seen"):
            size = texts.score(one.detectable)
            lines.append(words("detectable", pairs=one.pairs, size=size, unit=_unit(compared, words)))
    if several and pairs >= fewest:
        lines.append(words("family", level=compared.level))
    return lines


def _recipe(side: Side) -> str:
    """Return a side's recipe and the options that only it has."""
    return ", ".join([side.recipe, *(f"{name} {value_text(value)}" for name, value in side.options.items())])


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return the lines of a table whose rows are indented below the head."""
    return table_lines([head, *((INDENT + first, *others) for first, *others in rows)])
