"""The same in a process whose Python lacks ``resource``, as on Windows."""

import sys

sys.modules["resource"] = None  # type: ignore[assignment]

from support.limited_functions import large, many_files  # noqa: E402, F401
