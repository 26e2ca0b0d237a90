"""What a column of a table is described by, apart from `table`, which loads polars."""

from __future__ import annotations

from typing import Annotated, TypedDict


class ColumnFacts(TypedDict):
    """A column of a table."""

    name: Annotated[str, "its name"]
    kind: Annotated[str, "`number`, `boolean`, `text`, `date`, `missing` or `other`"]
    missing: Annotated[float, "fraction of missing values"]
    different: Annotated[int | None, "number of distinct values"]
    examples: Annotated[list[float | str], "smallest, median and largest number, or the most frequent words"]
