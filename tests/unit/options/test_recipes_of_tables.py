"""Recipes of tables: options for any number of rows, without jumps between neighbouring numbers."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import Options
from glassnet.options.recipes import for_rows

RECIPES = {"table": 4, "table-best": 8}
SOME = sorted({*range(1, 500), *(int(rows) for rows in np.geomspace(500, 10**8, 300))})


@pytest.mark.parametrize("recipe", RECIPES)
def test_options_suit_any_number_of_rows(recipe):
    for rows in SOME:
        options = Options.recipe(recipe, **for_rows(rows, recipe))
        assert options.members == min(RECIPES[recipe], max(1, rows // 10))
        assert options.folds == (options.members > 1) == (options.early_stopping > 0)
        assert 16 <= options.batch_size <= 256
        assert 0.001 <= options.learning_rate <= 0.01
        assert 4 <= options.epochs <= 1000
        assert 3 <= options.early_stopping <= options.epochs or not options.early_stopping


@pytest.mark.parametrize("recipe", RECIPES)
def test_neighbouring_numbers_of_rows_have_nearly_equal_options(recipe):
    for rows in (one for one in SOME if one >= 10 * RECIPES[recipe]):
        here, there = for_rows(rows, recipe), for_rows(rows + 1, recipe)
        assert (here["members"], here["folds"]) == (there["members"], there["folds"])
        assert abs(there["batch_size"] - here["batch_size"]) <= 1
        assert there["learning_rate"] == pytest.approx(here["learning_rate"], rel=0.02)
        for name in ("epochs", "early_stopping"):
            assert there[name] == pytest.approx(here[name], abs=1, rel=0.08)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_single_network_has_no_folds(recipe):
    for changes in ({"members": 1}, {"members": 1, "folds": True}):
        options = Options.recipe(recipe, **{**for_rows(1000, recipe), **changes})
        assert not options.folds
        assert options.early_stopping > 0
    assert Options.recipe(recipe, folds=False).members == RECIPES[recipe]
