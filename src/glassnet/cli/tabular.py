"""What ``show`` and ``info`` print of tables and of what was learnt about their columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..i18n.language import counted, shortened, width_of
from ..preprocess import Columns
from ..preprocess.tabular.dataset import read_table
from ..preprocess.tabular.selection import about_decimals
from .console import padded, result, result_json, say
from .sources import Wishes

if TYPE_CHECKING:
    from ..data.tables.table import Column, Table


def show_table(source: str | Table, row: int | None, wishes: Wishes, as_json: bool) -> None:
    """Print a table's columns, how training would use them if a target is named, or one row."""
    table = read_table(source, wishes.target, decimal=wishes.decimal)
    if row is not None:
        _show_row(table, row, as_json)
        return
    columns = None
    if wishes.target:
        columns = Columns.learn(table, wishes.target, task=wishes.task, drop=wishes.drop, keep=wishes.keep)
    parsed = [*table.columns().values()] if as_json or columns is None else []
    if as_json:
        described = [column.describe() for column in parsed]
        facts: dict[str, Any] = {"source": table.source, "samples": len(table), "columns": described}
        result_json({**facts, "learnt": columns.to_dict()} if columns else facts)
        return
    result(f"{table.source}: {counted(len(table), 'row')}, {counted(len(table.names), 'column')}")
    decided = columns.remarks if columns else about_decimals(parsed)
    for remark in (*table.remarks, *decided):
        say(f"{table.source}: {remark}")
    if columns:
        show_columns(columns)
    else:
        _show_kinds(parsed)


def show_columns(columns: Columns) -> None:
    """Print one line a column of what was learnt."""
    width = max(width_of(name) for name, _ in columns.summary())
    for name, text in columns.summary():
        result(f"{padded(name, width)}   {text}")


def _show_kinds(columns: list[Column]) -> None:
    width = max(len("column"), *(width_of(column.name) for column in columns))
    result(f"{'column':<{width}}   kind      missing   different   such as")
    for column in columns:
        one = column.describe()
        examples = ", ".join(
            f"{value:g}" if isinstance(value, float) else shortened(value, 24) for value in one["examples"]
        )
        different = "" if one["different"] is None else f"{one['different']:,}"
        result(
            f"{padded(column.name, width)}   {one['kind']:<7}   {one['missing']:>7.1%}   {different:>9}   {examples}"
        )


def _show_row(table: Table, row: int, as_json: bool) -> None:
    if not 0 <= row < len(table):
        raise OptionError("GN021", f"--row {row}: {table.source} has the rows 0 to {len(table) - 1}.")
    values = table.row(row)
    if as_json:
        plain = json.loads(json.dumps(values, default=str))
        result_json({"source": table.source, "row": row, "values": plain})
        return
    width = max(map(width_of, values))
    for name, value in values.items():
        shown = "(missing)" if value is None else repr(value) if "\n" in str(value) else value
        result(f"{padded(name, width)}   {shown}")
