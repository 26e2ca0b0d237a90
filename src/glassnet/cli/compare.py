"""``glassnet compare``: two recipes, or two sets of options, over several seeds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from ..errors import ArgumentError, OptionError, require_names
from ..i18n.compare import compare_words
from ..i18n.language import Say, width_of
from ..i18n.plots import SHARES, metric_title, shown
from ..io.writing import require_picture_place
from ..options.options import ITEMS, NAMES, OTHER_NAMES, SPECS, TYPES, by_field
from ..training.paired import FEWEST, MOST
from ..workflow.compare_job import METRICS, SEEDS, CompareJob, Comparison, Pair, Side, SideEvent, compare
from .help.grouped import GroupedCommand, GroupedFlag
from .shared.console import json_flag, padded, result, result_json, say, say_notice
from .shared.flags import force_flag, given, language_flag, max_bytes_flag, recipe_name, with_options
from .shared.table_flags import take_table_options, with_table_flags

_SIDE: dict[str, Any] = {"cls": GroupedFlag, "common": True, "multiple": True, "metavar": "OPTION=VALUE"}
_BOOLEANS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_VERDICTS = {"better": "better", "worse": "worse", "no difference seen": "not_seen"}
_INDENT = " " * 10


@click.command("compare", cls=GroupedCommand)
@click.argument("first", metavar="A", type=recipe_name)
@click.argument("second", metavar="B", type=recipe_name)
@click.argument("source", metavar="[DATA]", required=False)
@click.option("--a", "of_a", help="Change an option of A only, such as rate=0.1; repeat for more.", **_SIDE)
@click.option("--b", "of_b", help="Change an option of B only, such as hidden=100,50; repeat for more.", **_SIDE)
@click.option(
    "--seeds",
    cls=GroupedFlag,
    common=True,
    type=int,
    default=SEEDS,
    metavar="N",
    help=f"Most seeds to train both sides with, 2 to {MOST}; a verdict needs {FEWEST}.  [{SEEDS}]",
)
@click.option("--all-seeds", cls=GroupedFlag, common=True, is_flag=True, help="Do not stop when the verdict is clear.")
@click.option(
    "--metric",
    cls=GroupedFlag,
    common=True,
    type=click.Choice(list(METRICS)),
    help="Score to compare.  [accuracy; of a regression rmse, or r2 with several targets]",
)
@click.option(
    "--picture", cls=GroupedFlag, common=True, metavar="FILE", help="Draw the learning curves: PNG, PDF or SVG."
)
@force_flag
@partial(language_flag, prints=True)
@json_flag
@max_bytes_flag
@with_table_flags
@with_options(recipe=None)
def compare_command(
    first: str,
    second: str,
    source: str | None,
    of_a: tuple[str, ...],
    of_b: tuple[str, ...],
    seeds: int,
    all_seeds: bool,
    metric: str | None,
    picture: str | None,
    force: bool,
    language: str,
    as_json: bool,
    **flags: Any,
) -> None:
    """Compare two recipes over several seeds, and judge whether B is better.

    A and B are recipes, which may be the same if --a or --b changes an option: 'glassnet compare notes notes --b
    rate=0.1'. Other options apply to both. DATA is anything that 'glassnet train' accepts; a table with named columns
    needs --target.

    With each seed, both are trained on the same samples and scored on the same validation samples, which are held out
    from the training data; the test data are not used. Chance alone leads to a verdict in at most 5% of comparisons.
    """
    if picture:
        require_picture_place(picture, overwrite=force)
    table = take_table_options(flags)
    a, b = Side(first, _changes("--a", of_a)), Side(second, _changes("--b", of_b))
    job = CompareJob(a, b, source, given(flags), table, seeds, metric, not all_seeds)
    words = compare_words(language)
    done = 0

    def say_pair(happened: SideEvent | Pair) -> None:
        nonlocal done
        if isinstance(happened, Pair):
            done += 1
            scores = {"a": happened.a, "b": happened.b, "difference": happened.difference}
            say(words("pair", seed=happened.seed, number=done, planned=seeds, **scores))

    compared = compare(job, callbacks=[say_pair], notify=say_notice)
    if picture:
        from .. import plots

        plots.save(plots.draw_comparison(compared.to_dict(), language=language), picture)
    if as_json:
        result_json({"recipes": {"a": first, "b": second}, **compared.to_dict(), "picture": picture})
        return
    for line in _lines(job, compared, language, words):
        result(line)
    if picture:
        result(words("picture", file=picture))


class _Scores:
    """Scores and their differences as text: shares in per cent."""

    def __init__(self, metric: str) -> None:
        self._share = metric in SHARES

    def score(self, value: float) -> str:
        """Return a score."""
        return f"{100 * value:.2f}" if self._share else shown(value)

    def difference(self, value: float) -> str:
        """Return a difference, with its sign."""
        text = self.score(value).replace("-", "−")
        return text if text.startswith("−") or not value else f"+{text}"


def _changes(flag: str, words: Sequence[str]) -> dict[str, Any]:
    """Return the options in words such as ``rate=0.1``, by the names of their fields.

    Raises
    ------
    OptionError
        GN021 for an unknown option or a value that is not allowed, GN022 for words of another form.
    """
    names = {spec.word(name): name for name, spec in SPECS.items()} | {name: name for name in NAMES}
    found: dict[str, Any] = {}
    for word in words:
        given_name, equals, value = word.partition("=")
        if not equals:
            raise OptionError("GN022", f"{flag} {word}: expected OPTION=VALUE, such as rate=0.1.")
        name = given_name.lstrip("-").replace("-", "_")
        name = names.get(name.replace("_", "-"), names.get(name, name))
        try:
            require_names(flag, [name], NAMES, OTHER_NAMES)
        except ArgumentError as problem:
            raise OptionError(problem.code, str(problem)) from None
        found[name] = _value(name, value)
    return by_field(found)


def _value(name: str, text: str) -> Any:
    """Return an option's value from its text, several ones separated by commas; other text stays, to be refused."""
    name = {spec.alias: one for one, spec in SPECS.items() if spec.alias}.get(name, name)
    if TYPES[name] is not ITEMS[name]:
        return tuple(_item(ITEMS[name], one.strip()) for one in text.split(","))
    return _item(ITEMS[name], text)


def _item(kind: Any, text: str) -> Any:
    if kind is bool:
        return _BOOLEANS.get(text.lower(), text)
    try:
        return kind(text)
    except ValueError:
        return text


def _lines(job: CompareJob, compared: Comparison, language: str, words: Say) -> list[str]:
    """Return the result as text."""
    texts, pairs, metric = _Scores(compared.metric), compared.pairs, compared.metric
    share = metric in SHARES
    title, unit = metric_title(metric, language), words("points") if share else ""
    differing = [(name, _text(both["a"]), _text(both["b"])) for name, both in compared.options_that_differ.items()]
    rows = [(str(one.seed), texts.score(one.a), texts.score(one.b), texts.difference(one.difference)) for one in pairs]
    lines = [
        words("side", side="A", recipe=_recipe(job.a)),
        words("side", side="B", recipe=_recipe(job.b)),
        *_table((words("differ"), "A", "B"), differing),
        words("data", source=compared.source, samples=compared.samples, validation=compared.validation_samples),
        words("higher" if compared.higher_is_better else "lower", metric=title),
        *_table((_INDENT + words("seed"), "A", "B", "B − A"), rows),
    ]
    if compared.interval is not None:
        low, high = map(texts.difference, compared.interval)
        lines.append(words("mean", mean=texts.difference(compared.mean), unit=unit, low=low, high=high))
    if len(pairs) < FEWEST:
        lines.append(words("too_few", pairs=len(pairs), fewest=FEWEST))
    else:
        lines.append(words(_VERDICTS[compared.verdict], p=compared.p_value, level=compared.level))
    if compared.stopped_early:
        lines.append(words("stopped", pairs=len(pairs), planned=compared.planned))
    if compared.detectable is not None:
        lines.append(words("detectable", pairs=len(pairs), size=texts.score(compared.detectable), unit=unit))
    return lines


def _recipe(side: Side) -> str:
    """Return a side's recipe and the options that only it has."""
    return ", ".join([side.recipe, *(f"{name} {_text(value)}" for name, value in side.options.items())])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return lines with each column as wide as its widest entry; the first is indented below the head."""
    every = [head, *((_INDENT + first, *others) for first, *others in rows)]
    widths = [max(map(width_of, column)) for column in zip(*every, strict=True)]
    return ["   ".join(map(padded, row, widths)).rstrip() for row in every]
