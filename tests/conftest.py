"""For every test: helpers as ``from support.… import …``, and hypothesis without clocks or chance."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

ROOT = Path(__file__).parent.parent

sys.path.insert(0, str(Path(__file__).parent))

# Numba looks at a kernel's own file when it decides whether a compiled loop is still good, not at the files it calls.
_kernels = ROOT / "src" / "glassnet" / "engines"
_newest = max(source.stat().st_mtime for source in _kernels.rglob("*.py"))
for _compiled in _kernels.rglob("*.nb[ic]"):
    if _compiled.stat().st_mtime < _newest:
        _compiled.unlink(missing_ok=True)

# Timing never decides a test, and a run that passed passes again: examples are drawn from the test's own name.
settings.register_profile("glassnet", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("glassnet")
