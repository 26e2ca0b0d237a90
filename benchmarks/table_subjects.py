"""What `tables.py` compares: glassnet and five peers, all with their defaults and one thread.

Each subject has one function ``fit(part) -> predict``. `predict` takes a frame without its target and returns the
predicted numbers, or the probabilities of each class and the classes in the order of their columns. Libraries are
imported when used, so that each subject needs only its own.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

Probabilities = tuple[NDArray[np.floating[Any]], NDArray[Any]]
Predict = Callable[[pd.DataFrame], Any]
SEED = 0  # of every model; the split differs from run to run
EARLY_STOPPING_ROWS = 1_500  # with more training rows, scikit-learn's MLP stops early
ABSENT = "missing"


class Part(NamedTuple):
    """Training rows: the columns, the target (as in the file), and whether it is a class."""

    frame: pd.DataFrame
    target: pd.Series[Any]
    classes: bool


@dataclass(frozen=True)
class Subject:
    """One side of the comparison.

    `package` is imported for it, and its version is stored with those of `others`. The first fits of a process load or
    compile code: one on `warm_rows` rows precedes the measured ones.
    """

    fit: Callable[[Part], Predict]
    package: str
    others: tuple[str, ...] = ()
    warm_rows: int = 200
    recipe: str = ""

    def missing(self) -> str | None:
        """Return why this subject cannot run here, or None."""
        try:
            importlib.import_module(self.package)
        except ImportError as error:
            return str(error)
        if self.recipe:
            import glassnet

            if self.recipe not in glassnet.RECIPES:
                return f"no recipe {self.recipe!r} in this version"
        return None


def glassnet_table(recipe: str) -> Callable[[Part], Predict]:
    """Return a fit with a recipe for tables, like `glassnet train --target`: the frame as it is, words and gaps too."""
    return lambda part: fitted(part, recipe, {})


def fitted(part: Part, recipe: str, changes: dict[str, Any]) -> Predict:
    """Fit a recipe for tables with single options changed."""
    from glassnet import TableModel

    task = "classes" if part.classes else "numbers"
    table = part.frame.assign(**{"the target": part.target})
    model = TableModel.fit(table, "the target", task=task, recipe=recipe, seed=SEED, threads=1, **changes)
    if part.classes:
        return lambda frame: (model.predict_proba(frame).to_numpy(), model.classes_)
    return lambda frame: model.predict(frame).to_numpy()


def glassnet_estimator(part: Part) -> Predict:
    from glassnet import NetworkClassifier, NetworkRegressor

    kind = NetworkClassifier if part.classes else NetworkRegressor
    network = kind(random_state=SEED).fit(part.frame, part.target)
    if part.classes:
        return lambda frame: (network.predict_proba(frame), network.classes_)
    return network.predict


def sklearn_mlp(part: Part) -> Predict:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    settings = {"random_state": SEED, "early_stopping": len(part.frame) > EARLY_STOPPING_ROWS}
    if part.classes:
        return with_sklearn(part, make_pipeline(numbers_and_words(part.frame), MLPClassifier(**settings)))
    network = TransformedTargetRegressor(MLPRegressor(**settings), transformer=StandardScaler())
    return with_sklearn(part, make_pipeline(numbers_and_words(part.frame), network))


def hist_gradient_boosting(part: Part) -> Predict:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if part.classes else HistGradientBoostingRegressor
    model = kind(random_state=SEED, categorical_features="from_dtype")
    return with_categories(part, model)


def lightgbm(part: Part) -> Predict:
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if part.classes else LGBMRegressor
    return with_categories(part, kind(random_state=SEED, n_jobs=1, verbose=-1))


def catboost(part: Part) -> Predict:
    from catboost import CatBoostClassifier, CatBoostRegressor

    words = words_of(part.frame)

    def prepared(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(**{name: frame[name].astype(object).fillna(ABSENT) for name in words})

    kind = CatBoostClassifier if part.classes else CatBoostRegressor
    model = kind(random_seed=SEED, thread_count=1, cat_features=words, verbose=False, allow_writing_files=False)
    model.fit(prepared(part.frame), part.target)
    if part.classes:
        return lambda frame: (model.predict_proba(prepared(frame), thread_count=1), model.classes_)
    return lambda frame: model.predict(prepared(frame), thread_count=1)


def realmlp(part: Part) -> Predict:
    """RealMLP-TD-S; it holds out a fifth of the rows for early stopping by itself, and needs numbers without gaps."""
    from pytabkit import RealMLP_TD_S_Classifier, RealMLP_TD_S_Regressor

    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    medians = part.frame.median(numeric_only=True)
    types = categories_of(part.frame.fillna(dict.fromkeys(words_of(part.frame), ABSENT)))
    kind = RealMLP_TD_S_Classifier if part.classes else RealMLP_TD_S_Regressor
    model = kind(device="cpu", random_state=SEED, n_threads=1, verbosity=0)

    def prepared(frame: pd.DataFrame) -> pd.DataFrame:
        filled = frame.fillna(medians).fillna(dict.fromkeys(types, ABSENT)).astype(types)
        return filled.astype(dict.fromkeys(medians.index, np.float32))

    model.fit(prepared(part.frame), part.target.to_numpy())
    if part.classes:
        return lambda frame: (model.predict_proba(prepared(frame)), model.classes_)
    return lambda frame: np.ravel(model.predict(prepared(frame)))


SUBJECTS: dict[str, Subject] = {
    "glassnet": Subject(glassnet_table("table"), "glassnet", ("numpy", "numba"), 10_000, recipe="table"),
    "glassnet table-best": Subject(
        glassnet_table("table-best"), "glassnet", ("numpy", "numba"), 10_000, recipe="table-best"
    ),
    "glassnet estimator": Subject(glassnet_estimator, "glassnet", ("numpy", "numba", "scikit-learn"), 10_000),
    "scikit-learn MLP": Subject(sklearn_mlp, "sklearn", ("scikit-learn", "numpy")),
    "HistGradientBoosting": Subject(hist_gradient_boosting, "sklearn", ("scikit-learn",)),
    "LightGBM": Subject(lightgbm, "lightgbm"),
    "CatBoost": Subject(catboost, "catboost"),
    "RealMLP-TD-S": Subject(realmlp, "pytabkit", ("torch",)),
}
"""Name in the results -> the subject, in the order of the columns of the page."""


def words_of(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]


def numbers_and_words(frame: pd.DataFrame) -> ColumnTransformer:
    """Return the preprocessing for networks: medians for missing numbers, standardised; words one-hot, missing too."""
    words = words_of(frame)
    numbers = [name for name in frame if name not in words]
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("words", OneHotEncoder(handle_unknown="ignore", sparse_output=False), words),
        ]
    )


def categories_of(frame: pd.DataFrame) -> dict[str, pd.CategoricalDtype]:
    """Return each column of words as a type with the words of the training rows; other words become missing."""
    return {name: pd.CategoricalDtype(sorted(frame[name].dropna().unique())) for name in words_of(frame)}


def with_sklearn(part: Part, model: Pipeline) -> Predict:
    model.fit(part.frame, part.target)
    return (lambda frame: (model.predict_proba(frame), model.classes_)) if part.classes else model.predict


def with_categories(part: Part, model: Any) -> Predict:
    """Fit trees that take missing numbers, and words as the type category."""
    types = categories_of(part.frame)
    model.fit(part.frame.astype(types), part.target)
    if part.classes:
        return lambda frame: (model.predict_proba(frame.astype(types)), model.classes_)
    return lambda frame: model.predict(frame.astype(types))
