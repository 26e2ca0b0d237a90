"""A search over options: the scores of the trials, and for each option the score against its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from ..errors import ShapeError, wrong_type
from ..messages.message import Message
from ..messages.option_spelling import choice_text
from ..words.plots import SHARES, metric_title, words_in
from ..words.speaking import Say
from .figure import SeveralAxes, new_axes, require_axes, style_axes
from .fonts import set_fonts
from .palette import BLUE, INK, QUIET, VERMILION

_COLUMNS, _WIDTH, _TOP, _PANEL = 4, 10.0, 2.5, 1.55
_LEFT, _RIGHT, _ABOVE, _BELOW, _GAP = 0.75, 0.95, 0.45, 0.75, 0.25
"""Panels beside each other, and sizes in inches: of the figure, the panel of all trials, the others, and margins."""
_LONGEST = 9
"""Characters of a choice below a panel; longer ones are cut."""
_LOWEST = 0.1
"""The fraction of the trials, the worst, that may lie below a panel, so that one failed trial hides no differences."""


def draw_search(search: Mapping[str, Any], axes: SeveralAxes | None = None, language: str = "en") -> list[Axes]:
    """Draw the scores of all trials of a search, the best so far, and the score against the value of each option.

    The recipe's own options are a square, the winner a star. Trials that ended early are small, at their last score.
    Scores far below the others are drawn at the edge.

    Parameters
    ----------
    search : mapping
        As ``glassnet search --json`` prints it: ``metric``, ``higher_is_better``, ``trials``, ``best`` and ``space``.
    axes : Axes, optional
        One for all trials, and one per option in ``space``; a new figure by default.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    list of Axes

    Raises
    ------
    ShapeError
        GN050 for another number of axes, or if no trial has a score.
    OptionError
        GN021 for another language.
    """
    word = words_in(language)
    if not isinstance(search, Mapping):
        raise wrong_type("search", search, "the result of a search, as a mapping")
    space: Mapping[str, Mapping[str, Any]] = search["space"]
    trials = [trial for trial in search["trials"] if trial["score"] is not None]
    if not trials:
        raise ShapeError("GN050", "trials: expected one or more with a score.")
    panels = (
        _new_axes(len(space))
        if axes is None
        else require_axes(axes, 1 + len(space), Message("trials, and one per option"))
    )
    share = 100 if search["metric"] in SHARES else 1
    scores = share * np.array([trial["score"] for trial in trials], float)
    sign = 1 if search["higher_is_better"] else -1
    low, high = _limits(scores, sign)
    for panel in panels:
        style_axes(panel, grid=True)
        panel.set_ylim(low, high)
    drawn = np.clip(scores, low, high)
    best = search["best"]["number"]
    _draw_trials(panels[0], trials, drawn, best, sign, word)
    panels[0].set_title(metric_title(search["metric"], language), loc="left", fontsize=10, color=INK)
    for number, (panel, (name, values)) in enumerate(zip(panels[1:], space.items(), strict=True)):
        _draw_option(panel, name, values, trials, drawn, best)
        if number % _COLUMNS:
            panel.yaxis.set_major_formatter(NullFormatter())
    set_fonts(panels)
    return panels


def _new_axes(options: int) -> list[Axes]:
    """Return the wide axes of all trials, and below it rows of axes for the options."""
    rows = -(-options // _COLUMNS)
    height = _ABOVE + _TOP + rows * (_BELOW + _PANEL) + _BELOW - 0.15
    top = new_axes(size=(_WIDTH, height), margins=(_LEFT, height - _ABOVE - _TOP, _RIGHT, _ABOVE))[0]
    wide = (_WIDTH - _LEFT - _RIGHT - _GAP * (_COLUMNS - 1)) / _COLUMNS
    found = [top]
    for number in range(options):
        row, column = divmod(number, _COLUMNS)
        bottom = height - _ABOVE - _TOP - (row + 1) * (_BELOW + _PANEL)
        left = _LEFT + column * (wide + _GAP)
        figure = top.figure.canvas.figure
        found.append(figure.add_axes((left / _WIDTH, bottom / height, wide / _WIDTH, _PANEL / height)))
    return found


def _limits(scores: np.ndarray[Any, np.dtype[np.float64]], sign: int) -> tuple[float, float]:
    """Return the ends of the axis of the scores, without the worst ones if they are far from the others."""
    good, worst = float((sign * scores).max()), float((sign * scores).min())
    usual = float(np.quantile(sign * scores, _LOWEST))
    if good - worst > 3 * (good - usual) > 0:
        worst = usual - (good - usual) / 2
    margin = 0.08 * (good - worst) or max(abs(good) * 0.01, 1e-3)
    ends = sorted((sign * (good + margin), sign * (worst - margin)))
    return ends[0], ends[1]


def _styles(trial: Mapping[str, Any], best: int) -> dict[str, Any]:
    """Return how a trial is marked."""
    if trial["number"] == best:
        return {"marker": "*", "markersize": 13, "color": VERMILION, "zorder": 5}
    if trial["number"] == 0:
        return {"marker": "s", "markersize": 7, "color": INK, "zorder": 4}
    if trial["state"] == "complete":
        return {"marker": "o", "markersize": 5, "color": BLUE, "alpha": 0.75, "zorder": 3}
    return {"marker": "o", "markersize": 3, "color": QUIET, "alpha": 0.6, "zorder": 2}


def _draw_trials(
    panel: Axes, trials: Sequence[Mapping[str, Any]], scores: Any, best: int, sign: int, word: Say
) -> None:
    """Draw the score of every trial, and the best so far."""
    numbers = [trial["number"] for trial in trials]
    complete = np.array(
        [sign * score if one["state"] == "complete" else -np.inf for one, score in zip(trials, scores, strict=True)]
    )
    so_far = sign * np.maximum.accumulate(complete)
    seen = np.isfinite(so_far)
    last = max(*numbers, 1)
    steps = [*np.array(numbers)[seen], last + 0.5]
    panel.step(
        steps,
        [*so_far[seen], so_far[seen][-1]] if seen.any() else [],
        where="post",
        color=VERMILION,
        linewidth=1.2,
        alpha=0.7,
    )
    for trial, score in zip(trials, scores, strict=True):
        panel.plot([trial["number"]], [score], linestyle="", markeredgewidth=0, clip_on=False, **_styles(trial, best))
    panel.set_xlim(-0.5, last + 0.5)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True))
    panel.set_xlabel(word("trial"))
    examples: dict[str, dict[str, Any]] = {"winner": {"number": best}, "recipe": {"number": 0}}
    examples["ended_early"] = {"number": -1, "state": "pruned"}
    if not best:
        del examples["recipe"]
    if all(one["state"] == "complete" for one in trials):
        del examples["ended_early"]
    handles = []
    for key, one in examples.items():
        handles += panel.plot([], [], linestyle="", markeredgewidth=0, label=word(key), **_styles(one, best))
    handles += panel.plot([], [], color=VERMILION, linewidth=1.2, alpha=0.7, label=word("best_so_far"))
    panel.legend(
        handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(handles), fontsize=8, frameon=False,
        labelcolor=INK, borderaxespad=0.2, handletextpad=0.3, columnspacing=1.2,
    )  # fmt: skip


def _draw_option(
    panel: Axes, name: str, values: Mapping[str, Any], trials: Sequence[Mapping[str, Any]], scores: Any, best: int
) -> None:
    """Draw the score of every trial against its value of an option."""
    choices = [choice_text(one) for one in values.get("choices", ())]
    if choices:  # the recipe's own value may be none of them
        choices = list(dict.fromkeys([*choices, *(choice_text(trial["options"][name]) for trial in trials)]))
    beside = np.random.Generator(np.random.Philox(len(trials))).uniform(-0.25, 0.25, len(trials))
    places: list[float] = []
    for trial, score, offset in zip(trials, scores, beside, strict=True):
        value = trial["options"][name]
        if choices:
            place = choices.index(choice_text(value)) + (0.0 if trial["number"] in (0, best) else offset)
        else:
            place = max(value) if isinstance(value, list | tuple) else value
        if not choices and values["log"] and place <= 0:  # the recipe's own value: off
            place = values["low"]
        places.append(place)
        panel.plot([place], [score], linestyle="", markeredgewidth=0, clip_on=False, **_styles(trial, best))
    panel.set_xlabel(name)
    if choices:
        panel.set_xlim(-0.6, len(choices) - 0.4)
        short = [one if len(one) <= _LONGEST else f"{one[: _LONGEST - 1]}…" for one in choices]
        crowded = sum(map(len, short)) > 22
        panel.set_xticks(range(len(choices)), short, rotation=35 if crowded else 0, ha="right" if crowded else "center")
        panel.tick_params(axis="x", labelsize=7)
        if crowded:
            panel.xaxis.labelpad = 1
        return
    low, high = values["low"], values["high"]
    if values["log"]:
        panel.set_xscale("log")
        panel.xaxis.set_major_locator(LogLocator(subs=(1.0,) if high > 50 * low else (1.0, 2.0, 5.0), numticks=5))
        panel.xaxis.set_minor_locator(NullLocator())
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        margin = (high / low) ** 0.04
        low, high = low / margin, high * margin
    else:
        low, high = low - 0.04 * (high - low), high + 0.04 * (high - low)
        panel.xaxis.set_major_locator(MaxNLocator(nbins=5))
    panel.set_xlim(min(low, *places), max(high, *places))  # the recipe's own value may lie outside the range
    panel.tick_params(axis="x", labelsize=8)
