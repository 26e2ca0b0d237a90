"""Options for the columns of a table with named columns."""

from __future__ import annotations

from dataclasses import dataclass

from ..data.validation import AUTO
from ..errors import OptionError
from ..messages.option_spelling import Option
from ..options.spec import option
from ..preprocess.tabular.target import TASKS
from . import parameters


@dataclass(frozen=True)
class TableOptions:
    """How to use a table's columns; `target` is empty for data other than a table with named columns.

    Raises OptionError GN022 for options that do not fit together.
    """

    target: tuple[str, ...] = option(
        (),
        "column to predict, of a table with named columns; repeat for several labels or numbers",
        metavar="COLUMN",
        group="data",
        common=True,
    )
    task: str | None = option(
        None, "predict classes or numbers", choices=TASKS, group="data", otherwise="decided by the column"
    )
    drop: tuple[str, ...] = option((), "column to ignore; repeat for more", metavar="COLUMN", group="data")
    keep: tuple[str, ...] = option(
        (),
        "column to use although it looks like an identifier; repeat for more",
        metavar="COLUMN",
        group="data",
    )
    decimal: str = parameters.decimal()

    def __post_init__(self) -> None:
        for name in self.target:
            if name in (*self.drop, *self.keep):
                option = Option("drop" if name in self.drop else "keep")
                template = "column {name!r} in {option}: this is the column to predict. Omit it."
                raise OptionError("GN022", template, name=name, option=option)
        alone = [name for name in ("task", "drop", "keep") if getattr(self, name)]
        if alone and not self.target:
            raise _without_target(alone[0])

    def require_target(self) -> None:
        """Raise OptionError GN022 for a decimal separator without a table."""
        if self.decimal != AUTO and not self.target:
            raise _without_target("decimal")


def _without_target(name: str) -> OptionError:
    template = "{option}: needs the column to predict. Add {target}."
    return OptionError("GN022", template, option=Option(name), target=Option("target", "COLUMN"))
