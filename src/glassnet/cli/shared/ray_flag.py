"""``--ray``: where a command runs its training runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from ...training.executor import Executor
from ..help.grouped import GroupedFlag

Command = Callable[..., Any]


def ray_flag(command: Command) -> Command:
    """Give a command ``--ray auto|local|ADDRESS``, which arrives as `ray`, None by default."""
    text = "Train on a Ray cluster: a running one (auto), one started here (local), or that at ADDRESS."
    more: dict[str, Any] = {"cls": GroupedFlag, "group": "training", "metavar": "auto|local|ADDRESS"}
    return click.option("--ray", help=text, **more)(command)


@contextmanager
def executor_for(ray: str | None) -> Iterator[Executor | None]:
    """Yield the executor that ``--ray`` names, connected until the end; None, threads of this process, without it."""
    if ray is None:
        yield None
        return
    from ...distributed.cluster import ray_cluster

    with ray_cluster(ray) as cluster:
        yield cluster
