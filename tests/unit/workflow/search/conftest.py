"""These tests need the package optuna."""

import pytest

pytest.importorskip("optuna")
