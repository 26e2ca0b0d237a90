"""``glassnet compare``: two recipes, or two sets of options, over several seeds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from ..errors import ArgumentError, OptionError, require_names
from ..i18n.compare import compare_words
from ..i18n.language import Say, width_of
from ..i18n.plots import shown
from ..io.writing import require_picture_place
from ..options.options import ITEMS, NAMES, OTHER_NAMES, SPECS, TYPES, by_field
from ..training.paired import FEWEST, MOST
from ..workflow.compare_job import METRICS, SEEDS, CompareJob, Comparison, Pair, Side, SideEvent, compare
from .console import json_flag, padded, result, result_json, say, say_notice
from .flags import force_flag, given, language_flag, max_bytes_flag, recipe_name, with_options
from .help.grouped import GroupedCommand, GroupedFlag
from .table_flags import take_table_options, with_table_flags

_SIDE: dict[str, Any] = {"cls": GroupedFlag, "common": True, "multiple": True, "metavar": "OPTION=VALUE"}
_BOOLEANS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_SHARES = ("accuracy", "balanced_accuracy")


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
@click.option("--picture", cls=GroupedFlag, common=True, metavar="FILE", help="Draw the learning curves: PNG, PDF or SVG.")
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
    """Compare two recipes over several seeds: is B better than A?

    A and B are recipes, which may be the same if --a or --b changes an option: 'glassnet compare notes notes --b
    rate=0.1'. Other options apply to both. DATA is anything that 'glassnet train' accepts; a table with named columns
    needs --target.

    With each seed, both are trained on the same samples and scored on the same validation samples, which are held out
    from the training data; the test data are not used. Chance alone leads to a verdict in at most 5% of comparisons.
    """
    if picture:
        require_picture_place(picture, overwrite=force)
    table = take_table_options(flags)
    sides = [Side(first, _changes("--a", of_a)), Side(second, _changes("--b", of_b))]
    job = CompareJob(*sides, source, given(flags), table, seeds, metric, not all_seeds)
    words = compare_words(language)
    compared = compare(job, callbacks=[_Progress(job, words)], notify=say_notice)
    if picture:
        from .. import plots

        plots.save(plots.draw_comparison(compared.to_dict(), language=language), picture)
    if as_json:
        result_json({"recipes": {"a": first, "b": second}, **compared.to_dict(), "picture": picture})
        return
    for line in _lines(job, compared, words):
        result(line)
    if picture:
        result(words("picture", file=picture))


class _Progress:
    """Prints a line for each finished pair of training runs."""

    def __init__(self, job: CompareJob, words: Say) -> None:
        self._planned, self._words, self._done = job.seeds, words, 0

    def __call__(self, happened: SideEvent | Pair) -> None:
        if isinstance(happened, Pair):
            self._done += 1
            a, b = (f"{one:.4f}" for one in (happened.a, happened.b))
            difference = f"{happened.difference:+.4f}"
            facts = {"a": a, "b": b, "difference": difference, "number": self._done, "planned": self._planned}
            say(self._words("pair", seed=happened.seed, **facts))


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


def _lines(job: CompareJob, compared: Comparison, words: Say) -> list[str]:
    """Return the result as text."""
    share = compared.metric in _SHARES

    def score(value: float) -> str:
        return f"{value:.2%}" if share else shown(value)

    def difference(value: float) -> str:
        return words("points", value=100 * value) if share else f"{'+' if value >= 0 else ''}{shown(value)}"

    pairs, differing = compared.pairs, compared.options_that_differ
    lines = [
        words("side", side="A", recipe=job.a.recipe),
        words("side", side="B", recipe=job.b.recipe),
        words("differ", count=len(differing)),
        *_table("option", [(name, *map(_text, values.values())) for name, values in differing.items()], words),
        words(
            "data",
            source=compared.source,
            samples=compared.samples,
            validation=compared.validation_samples,
        ),
        words(
            "scores",
            metric=words(compared.metric),
            better=words("higher" if compared.higher_is_better else "lower"),
        ),
    ]
    rows = [(words("seed"), "A", "B", words("difference"))]
    rows += [(str(one.seed), score(one.a), score(one.b), difference(one.difference)) for one in pairs]
    lines += _table("row", rows, words)
    if compared.interval is not None:
        low, high = map(difference, compared.interval)
        lines.append(words("mean", mean=difference(compared.mean), low=low, high=high))
    if len(pairs) < FEWEST:
        lines.append(words("too_few", pairs=len(pairs), fewest=FEWEST))
    else:
        lines.append(words(compared.verdict, p=compared.p_value, level=compared.level))
    if compared.stopped_early:
        lines.append(words("stopped", pairs=len(pairs), planned=compared.planned))
    if compared.detectable is not None:
        lines.append(words("detectable", pairs=len(pairs), size=difference(compared.detectable).lstrip("+")))
    return lines


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(key: str, rows: Sequence[tuple[str, ...]], words: Say) -> list[str]:
    """Return rows of text with each column as wide as its widest entry."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    names = {"option": ("name", "a", "b"), "row": ("seed", "a", "b", "difference")}[key]
    return [
        words(
            key, **{name: padded(text, width) for name, text, width in zip(names, row, widths, strict=True)}
        ).rstrip()
        for row in rows
    ]
