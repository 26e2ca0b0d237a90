"""Flags about the columns of a table with named columns."""

from __future__ import annotations

from typing import Any

import click

from ..data.validation import AUTO
from ..i18n.language import chinese
from ..preprocess.tabular.target import TASKS
from ..workflow.table_options import TableOptions
from .flags import Command, decimal_flag

_FLAGS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "target": (
        "column to predict, of a table with named columns; repeat for several labels, or several numbers",
        "要预测的列（带列名的表格）；可重复，以预测多个标签或多个数值",
        {"metavar": "COLUMN", "multiple": True},
    ),
    "task": (
        "predict classes or numbers; decided by the column if not given",
        "预测类别或数值；不指定则由该列决定",
        {"type": click.Choice(TASKS)},
    ),
    "drop": ("leave this column out; repeat for more", "不使用此列；可重复", {"metavar": "COLUMN", "multiple": True}),
    "keep": (
        "use this column although it looks like an identifier; repeat for more",
        "即使看似编号也使用此列；可重复",
        {"metavar": "COLUMN", "multiple": True},
    ),
}


def with_table_flags(command: Command) -> Command:
    """Give a command ``--target``, ``--task``, ``--drop``, ``--keep`` and ``--decimal``."""
    command = decimal_flag(command)
    for name, (help_en, help_zh, more) in reversed(_FLAGS.items()):
        command = click.option(f"--{name}", help=help_zh if chinese() else help_en, **more)(command)
    return command


def take_table_options(flags: dict[str, Any]) -> TableOptions:
    """Take the table's flags out of a command's."""
    return TableOptions(**{name: flags.pop(name) for name in (*_FLAGS, "decimal")})


def typed_table(options: TableOptions) -> list[str]:
    """Return the words with which a command gets the same again."""
    task = (options.task,) if options.task else ()
    values = {"target": options.target, "task": task, "drop": options.drop, "keep": options.keep}
    values["decimal"] = () if options.decimal == AUTO else (options.decimal,)
    return [word for name, every in values.items() for value in every for word in (f"--{name}", value)]
