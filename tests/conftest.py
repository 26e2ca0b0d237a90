"""For every test: helpers as ``from support.… import …``, and hypothesis without clocks or chance."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# Timing never decides a test, and a run that passed passes again: examples are drawn from the test's own name.
settings.register_profile("glassnet", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("glassnet")
