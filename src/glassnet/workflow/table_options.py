"""What is said about the columns of a table with named columns."""

from __future__ import annotations

from dataclasses import dataclass

from ..data.validation import AUTO
from ..errors import OptionError


@dataclass(frozen=True)
class TableOptions:
    """How to use a table's columns; `target` is empty for data that are no table with named columns.

    Parameters
    ----------
    target : tuple of str
        Columns to predict.
    task : {"classes", "numbers"}, optional
        Decided by the target's values if not given.
    drop : tuple of str
        Columns to leave out.
    keep : tuple of str
        Columns to use although they look like identifiers.
    decimal : str
        How decimals are written in it; see `data.validation.DECIMALS`.

    Raises
    ------
    OptionError
        GN022 for the others without a target, or for the target among them.
    """

    target: tuple[str, ...] = ()
    task: str | None = None
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    decimal: str = AUTO

    def __post_init__(self) -> None:
        for name in self.target:
            if name in (*self.drop, *self.keep):
                raise OptionError("GN022", f"--drop or --keep {name}: it is the column to predict.")
        alone = [name for name in ("task", "drop", "keep") if getattr(self, name)]
        if alone and not self.target:
            raise OptionError("GN022", f"--{alone[0]}: name the column to predict too, --target COLUMN.")

    def require_target(self) -> None:
        """Refuse a way to write decimals where no table is read: OptionError GN022."""
        if self.decimal != AUTO and not self.target:
            raise OptionError("GN022", "--decimal: name the column to predict too, --target COLUMN.")
