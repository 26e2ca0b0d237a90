"""Read the data of a training run, and meanwhile load what it is likely to need."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import data
from ...messages.notice import Notify
from ...model.model import Model
from ...options.options import Options
from ...runtime.threads import start_in_background
from ...training.checkpoint import LoadedCheckpoint
from ..training_data import TrainingData, load_fine_tuning_table, load_training_data, load_training_table
from .plan import Plan

if TYPE_CHECKING:
    from .stream import OnStream

LARGE_FILE = 1 << 20
"""Bytes of a data file from which kernels are loaded before its size in rows is known."""


def read_data(
    plan: Plan,
    options: Options,
    choose: Callable[[int, str], Options],
    notify: Notify,
    saved: LoadedCheckpoint | None = None,
    start: Model | None = None,
    on_stream: OnStream | None = None,
) -> TrainingData:
    """Read the data, and meanwhile load the kernels that training is likely to need.

    Parameters
    ----------
    plan : Plan
    options : Options
        Of a table they are only the default: `choose` returns them for a number of rows and a task.
    choose : callable
    notify : callable
    saved : LoadedCheckpoint, optional
        The training run to resume.
    start : Model, optional
        The model that is trained further.
    on_stream : callable, optional
        Called with the opened stream and the number of rows read so far, 0 at first.
    """
    if options.engine == "compiled" or (options.engine == "auto" and _is_large(plan.source)):
        if plan.wishes.target or (start is not None and start.columns is not None):  # the kernels depend on the columns
            load_in_background(load_modules, ["glassnet.engines.compiled.engine"])
        else:
            load_in_background(_load_kernels, options)
    if plan.stream:
        from .stream import load_stream  # loads polars

        source = plan.parts or plan.source
        return load_stream(
            source, plan.test, plan.wishes, plan.recipe, choose, notify, saved=saved, on_stream=on_stream
        )
    if plan.start and saved is not None:
        start = saved.model  # with the same scaling, classes and columns
    if start is not None and start.columns is not None:
        wishes = plan.wishes
        return load_fine_tuning_table(
            plan.source,
            plan.test or None,
            start,
            wishes.decimal,
            options,
            plan.recipe,
            notify,
            stratified=plan.stratified,
        )
    if plan.wishes.target:
        return load_training_table(
            plan.source,
            plan.test or None,
            plan.wishes,
            plan.recipe,
            choose,
            notify,
            stratified=plan.stratified,
            columns=None if saved is None else saved.model.columns,
        )
    if saved is None:
        return load_training_data(plan.source, plan.test, options, notify, like=start, added=plan.add)
    known: dict[str, Any] = {"layout": saved.model.layout, "large": True, "like": start, "added": plan.add}
    known["stratified"] = plan.stratified
    read = load_training_data(plan.source, plan.test, options, notify, **known)
    return replace(read, options=options)


def load_in_background(load: Callable[..., Any], *arguments: Any) -> None:
    """Load on a thread; what fails there is loaded again, and reported, where it is needed."""

    def run() -> None:
        with suppress(BaseException):
            load(*arguments)

    start_in_background(run)


def _is_large(source: str) -> bool:
    """Return whether data are probably too large for the reference engine, judged by the size of the files."""
    path = Path(source)
    if source == data.BUNDLED or not path.exists():
        return source == data.BUNDLED
    sizes = (one.stat().st_size for one in (path.rglob("*") if path.is_dir() else [path]) if one.is_file())
    return any(total >= LARGE_FILE for total in accumulate(sizes))


def _load_kernels(options: Options) -> None:
    from ...engines.compiled.engine import load_kernels

    load_kernels(options)


def load_modules(names: list[str]) -> None:
    """Load modules, for `load_in_background`."""
    for name in names:
        import_module(name)
