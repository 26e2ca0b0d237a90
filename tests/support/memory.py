"""Peak memory of this process."""

from __future__ import annotations

import re
from pathlib import Path


def peak() -> int:
    """Return the peak memory of this process in bytes.

    On Linux, ``ru_maxrss`` includes the memory of the parent process, so the value is read from ``/proc`` if possible.
    """
    status = Path("/proc/self/status")
    if found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8") if status.exists() else ""):
        return int(found[1]) << 10
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
