"""Flags about the columns of a table with named columns."""

from __future__ import annotations

from typing import Any

import click

from ...data.validation import AUTO
from ...preprocess.tabular.target import TASKS
from ...workflow.table_options import TableOptions
from ..help.grouped import GroupedFlag
from .flags import Command, decimal_flag

_COLUMNS: dict[str, Any] = {"metavar": "COLUMN", "multiple": True}
_COMMON = {"target"}
_FLAGS: dict[str, tuple[str, dict[str, Any]]] = {
    "target": (
        "Column to predict, of a table with named columns; repeat for several labels or numbers.",
        _COLUMNS,
    ),
    "task": ("Predict classes or numbers.  [decided by the column]", {"type": click.Choice(TASKS)}),
    "drop": ("Column to ignore; repeat for more.", _COLUMNS),
    "keep": ("Column to use although it looks like an identifier; repeat for more.", _COLUMNS),
}


def with_table_flags(command: Command) -> Command:
    """Give a command ``--target``, ``--task``, ``--drop``, ``--keep`` and ``--decimal``."""
    command = decimal_flag(command)
    for name, (text, more) in reversed(_FLAGS.items()):
        place: dict[str, Any] = {"cls": GroupedFlag, "group": "data", "common": name in _COMMON}
        command = click.option(f"--{name}", help=text, **place, **more)(command)
    return command


def take_table_options(flags: dict[str, Any]) -> TableOptions:
    """Remove the table's flags from a command's and return them."""
    return TableOptions(**{name: flags.pop(name) for name in (*_FLAGS, "decimal")})


def typed_table(options: TableOptions) -> list[str]:
    """Return the words that give a command the same options again."""
    task = (options.task,) if options.task else ()
    values = {"target": options.target, "task": task, "drop": options.drop, "keep": options.keep}
    values["decimal"] = () if options.decimal == AUTO else (options.decimal,)
    return [word for name, every in values.items() for value in every for word in (f"--{name}", value)]
