"""Fields of a model: a value that makes no sense is refused wherever it comes from, and nothing else is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from glassnet import Dataset, Model, Options, Scaling, Targets, compiled, fit, new_model
from glassnet.errors import OptionError
from glassnet.model.residuals import Residuals
from glassnet.preprocess import TrainingRange
from support.samples import small_model

NONSENSE = {
    "temperature": [-1, 0, math.nan, math.inf, -math.inf, 1e-9, 1e9, "1", None, True],
    "scaling": [None, "notes", Scaling("features", 1.0, (1.0,), (0.0,))],
    "targets": [None, "one-hot", Targets.named("one-hot", 7)],
    "image_shape": [(28, 28), (4,), (4.0, 4.0), (-4, -4), (0, 0), 16, "4x4"],
    "network": [None, np.zeros(4)],
    "others": [("network",), None, (3,)],
    "class_names": [("a", "b"), tuple(range(10)), "0123456789", None],
    "columns": ["columns", {}],
    "reading": ["pencil", None, 3],
    "white": [-1, 1.5, None, "255"],
    "deskews": ["no", None, 2],
    "training_range": [(0, 255), TrainingRange.of(np.zeros((20, 3)), by_feature=True)],
    "layout": [None, "first"],
    "class_type": ["int", None],
    "receipt": [None, "receipt", 3],
    "residuals": [{}, "none", Residuals(1, ((0.0,),), ((1.0,),), (0.0,), (0.0,))],
}
"""Field -> values that no model may have."""


def test_every_field_has_nonsense():
    assert NONSENSE.keys() == set(Model.__dataclass_fields__)


@pytest.mark.parametrize("name", NONSENSE)
@pytest.mark.parametrize("of", [None, "fast", "portable"])
def test_nonsense_is_refused(name, of):
    model = small_model() if of is None else compiled(small_model(), of)
    for value in NONSENSE[name]:
        with pytest.raises(OptionError) as problem:
            replace(model, **{name: value})
        assert problem.value.code in ("GN021", "GN022")
        assert name in str(problem.value)


def test_members_of_one_ensemble_are_of_one_kind():
    model, other = small_model(), new_model(Dataset.from_arrays(np.eye(3), [0, 1, 2]), Options(hidden=2))
    with pytest.raises(OptionError, match=r"model\.others"):
        replace(model, others=(other.network,))
    assert len(replace(model, others=[model.network]).members) == 2


@pytest.mark.parametrize("given", [2, np.float32(2), np.float64(2), np.int64(2)])
def test_numbers_of_any_type_are_temperatures(given):
    model = replace(small_model(), temperature=given)
    assert type(model.temperature) is float
    assert model.temperature == 2


SCALINGS = [
    {"maximum": 0},
    {"maximum": -1.0},
    {"maximum": math.nan},
    {"maximum": math.inf},
    {"maximum": "255"},
    {"span": 0.0},
    {"span": math.nan},
    {"span": (1.0,)},
    {"span": None},
    {"offset": math.inf},
    {"offset": "0"},
    {"name": "other"},
    {"name": "features"},
    {"name": "features", "span": (1.0, 2.0), "offset": (0.0,)},
    {"name": "features", "span": (1.0, 0.0), "offset": (0.0, 0.0)},
]
TARGETS = [
    {"name": "other"},
    {"classes": 0},
    {"classes": "2"},
    {"low": 1.0},
    {"low": math.nan},
    {"high": -1.0},
    {"scale": (1.0, 1.0)},
    {"name": "values"},
    *[{"name": "values", "offset": (0.0, 0.0), "scale": (1.0, bad)} for bad in (0, -1, math.nan, math.inf)],
    {"name": "values", "offset": (math.nan, 0.0), "scale": (1.0, 1.0)},
    {"name": "values", "offset": (0.0,), "scale": (1.0,)},
]


@pytest.mark.parametrize(
    ("made", "change"),
    [
        *((Scaling.named("unit"), one) for one in SCALINGS),
        *((Targets.named("one-hot", 2), one) for one in TARGETS),
    ],
)
def test_scalings_and_targets_are_checked(made, change):
    with pytest.raises(OptionError):
        replace(made, **change)


def test_a_negative_scale_no_longer_turns_a_regression_around():
    X = np.linspace(0, 1, 40)[:, np.newaxis]
    model = fit(X, X[:, 0], epochs=1, engine="reference").model
    with pytest.raises(OptionError, match=r"targets\.scale"):
        replace(model, targets=replace(model.targets, scale=(-model.targets.scale[0],)))
