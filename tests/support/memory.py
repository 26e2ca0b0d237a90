"""How much memory this process has needed."""

from __future__ import annotations

import re
import resource
from pathlib import Path


def peak() -> int:
    """Return the most bytes that this process has had in memory at once.

    In ``ru_maxrss`` Linux counts what the process that started this one had, so its own file is asked, if there is one.
    """
    status = Path("/proc/self/status")
    if found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text() if status.exists() else ""):
        return int(found[1]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
