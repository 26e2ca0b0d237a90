"""Whether the installed scikit-learn reads the column names of polars frames."""

from __future__ import annotations

import polars as pl
import pytest
from sklearn.utils.validation import _get_feature_names

READ = _get_feature_names(pl.DataFrame({"a": [1]})) is not None

needed = pytest.mark.skipif(not READ, reason="this scikit-learn does not read the column names of polars frames")
"""Mark of a test that needs them."""
POLARS = pytest.param(pl.DataFrame, marks=needed, id="polars")
"""The class of polars frames as a parameter of such a test."""
