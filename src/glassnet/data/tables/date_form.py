"""How the dates of a column are written: the order of day and month, and the time zone of their clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FIXED = re.compile(r"([+-])(\d\d):?(\d\d)?", re.ASCII)


@dataclass(frozen=True)
class DateForm:
    """The form of the dates of a column, learned in training."""

    # "", "day" or "month". Which of the two comes first in 16/08/2023. Empty if no date tells; then only dates that
    # begin with the year are read.
    order: str = ""
    # The time zone, such as ``"Europe/Berlin"``, ``"UTC"`` or ``"+08:00"``; empty if no date has one. Other instants
    # are converted to it, or without a zone to UTC; times without a zone are unchanged. None, in files of earlier
    # versions: each time is read as it is written, whatever its zone.
    zone: str | None = ""

    @property
    def minutes(self) -> int | None:
        """Minutes of the zone's clock before UTC; None if they depend on the date."""
        return 0 if not self.zone else minutes_of(self.zone)

    def minutes_from(self, offset: str) -> int | None:
        """Return the minutes to add to a time with this offset from UTC, or none; None if they depend on the date."""
        if not offset or self.zone is None:
            return 0
        own, other = self.minutes, minutes_of(offset)
        return None if own is None or other is None else own - other


def minutes_of(offset: str) -> int | None:
    """Return the minutes before UTC of an offset such as ``+05:30``, ``-08`` or ``Z``; None for the name of a zone."""
    if offset in ("Z", "UTC"):
        return 0
    found = _FIXED.fullmatch(offset)
    return None if found is None else int(f"{found[1]}1") * (60 * int(found[2]) + int(found[3] or 0))
