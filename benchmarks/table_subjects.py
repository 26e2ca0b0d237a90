"""What `tables.py` compares: glassnet and five peers with their defaults, and two of them tuned; all with one thread.

Each subject has one function ``fit(part) -> predict``. `predict` takes a frame without its target and returns the
predicted numbers, or the probabilities of each class and the classes in the order of their columns. Libraries are
imported when used, so that each subject needs only its own.

LightGBM and CatBoost are tuned on `SMALL`, the four tables with the fewest training rows, which were chosen by that
number before any result was seen. Of the training part alone: 30 trials, which are the defaults and 29 random draws, as
in McElfresh et al. 2023 (arXiv 2305.02997), from the spaces of Borisov et al. 2022 (arXiv 2110.01889;
`models/tree_models.py` of its code TabSurvey), but for the depth of CatBoost: up to 8, not 12, as 256 leaves are more
than the rows, and 4,096 take a minute a fit. Five folds judge the trials by the mean log loss, or root mean squared
error; each grows up to 1,000 trees and stops after 20 without a gain on the fold, as there. After each fold the better
half of the trials is left (successive halving: Jamieson and Talwalkar 2016). The best is fitted to the whole training
part, with the mean of its five numbers of trees.
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
from sklearn.metrics import log_loss, root_mean_squared_error
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

Probabilities = tuple[NDArray[np.floating[Any]], NDArray[Any]]
Predict = Callable[[pd.DataFrame], Any]
SEED = 0  # of every model; the split differs from run to run
EARLY_STOPPING_ROWS = 1_500  # with more training rows, scikit-learn's MLP stops early
ABSENT = "missing"
SMALL = ("auto_imports", "glass", "horse_colic", "ionosphere")
TRIALS, FOLDS, MOST_TREES, PATIENCE = 30, 5, 1_000, 20


class Part(NamedTuple):
    """Training rows: the columns, the target (as in the file), and whether it is a class."""

    frame: pd.DataFrame
    target: pd.Series[Any]
    classes: bool


@dataclass(frozen=True)
class Subject:
    """One side of the comparison.

    `package` is imported for it, and its version is stored with those of `others`. The first fits of a process load or
    compile code: one on `warm_rows` rows precedes the measured ones. It is measured on `tables` only, if there are any.
    """

    fit: Callable[[Part], Predict]
    package: str
    others: tuple[str, ...] = ()
    warm_rows: int = 200
    recipe: str = ""
    tables: tuple[str, ...] = ()

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
    types = categories_of(part.frame)
    model = kind(random_state=SEED, categorical_features="from_dtype").fit(part.frame.astype(types), part.target)
    if part.classes:
        return lambda frame: (model.predict_proba(frame.astype(types)), model.classes_)
    return lambda frame: model.predict(frame.astype(types))


class Trees(NamedTuple):
    """A library of boosted trees, ready for a table.

    `draw` returns the settings of a trial. `stop` has the arguments of `fit`, besides the held-out rows, that stop it
    early, and `asked` those of a prediction; `count` returns how many trees were best.
    """

    kind: Callable[..., Any]
    settings: dict[str, Any]
    prepared: Callable[[pd.DataFrame], pd.DataFrame]
    draw: Callable[[np.random.Generator], dict[str, Any]]
    stop: dict[str, Any]
    count: Callable[[Any], int]
    asked: dict[str, Any]


def lightgbm(part: Part) -> Trees:
    from lightgbm import LGBMClassifier, LGBMRegressor, early_stopping

    types = categories_of(part.frame)

    def draw(random: np.random.Generator) -> dict[str, Any]:
        return {
            "num_leaves": round(log_uniform(random, 2, 4096)),
            "reg_alpha": log_uniform(random, 1e-8, 10),
            "reg_lambda": log_uniform(random, 1e-8, 10),
            "learning_rate": log_uniform(random, 0.01, 0.3),
        }

    return Trees(
        LGBMClassifier if part.classes else LGBMRegressor,
        {"random_state": SEED, "n_jobs": 1, "verbose": -1},
        lambda frame: frame.astype(types),
        draw,
        {"callbacks": [early_stopping(PATIENCE, verbose=False)]},
        lambda model: int(model.best_iteration_),
        {},
    )


def catboost(part: Part) -> Trees:
    from catboost import CatBoostClassifier, CatBoostRegressor

    words = words_of(part.frame)

    def draw(random: np.random.Generator) -> dict[str, Any]:
        return {
            "learning_rate": log_uniform(random, 0.01, 0.3),
            "max_depth": round(log_uniform(random, 2, 8)),
            "l2_leaf_reg": log_uniform(random, 0.5, 30),
        }

    return Trees(
        CatBoostClassifier if part.classes else CatBoostRegressor,
        {
            "random_seed": SEED,
            "thread_count": 1,
            "cat_features": words,
            "verbose": False,
            "allow_writing_files": False,
        },
        lambda frame: frame.assign(**{name: frame[name].astype(object).fillna(ABSENT) for name in words}),
        draw,
        {"early_stopping_rounds": PATIENCE},
        lambda model: int(model.get_best_iteration()) + 1,
        {"thread_count": 1},
    )


def log_uniform(random: np.random.Generator, least: float, most: float) -> float:
    return float(np.exp(random.uniform(np.log(least), np.log(most))))


def by_default(library: Callable[[Part], Trees]) -> Callable[[Part], Predict]:
    return lambda part: grown(library(part), part, {})


def tuned(library: Callable[[Part], Trees]) -> Callable[[Part], Predict]:
    """Return a fit with the best of 30 trials; the first has the defaults."""

    def fit(part: Part) -> Predict:
        trees, random = library(part), np.random.default_rng(SEED)
        trials = [{}, *(trees.draw(random) for _ in range(TRIALS - 1))]
        judged: list[list[tuple[float, int]]] = [[] for _ in trials]  # the loss and the number of trees on each fold
        left = list(range(TRIALS))
        folds = (StratifiedKFold if part.classes else KFold)(FOLDS, shuffle=True, random_state=SEED)
        for rows, held in folds.split(part.frame, part.target):
            for trial in left:
                judged[trial].append(judge(trees, part, trials[trial], rows, held))
            left.sort(key=lambda trial: sum(loss for loss, _ in judged[trial]))
            left = left[: (len(left) + 1) // 2]
        best = left[0]
        count = round(np.mean([count for _, count in judged[best]]))
        return grown(trees, part, {**trials[best], "n_estimators": count})

    return fit


def judge(
    trees: Trees, part: Part, settings: dict[str, Any], rows: NDArray[np.int64], held: NDArray[np.int64]
) -> tuple[float, int]:
    """Fit some rows of a part, and return the loss of others, on which it stops, and how many trees were best."""
    frame = trees.prepared(part.frame)
    model = trees.kind(**trees.settings, **settings, n_estimators=MOST_TREES)
    asked, truth = frame.iloc[held], part.target.iloc[held]
    model.fit(frame.iloc[rows], part.target.iloc[rows], eval_set=[(asked, truth)], **trees.stop)
    if part.classes:
        loss = log_loss(truth, model.predict_proba(asked, **trees.asked), labels=model.classes_)
    else:
        loss = root_mean_squared_error(truth, model.predict(asked, **trees.asked))
    return float(loss), trees.count(model)


def grown(trees: Trees, part: Part, settings: dict[str, Any]) -> Predict:
    """Fit all rows of a part; settings that are not given have their defaults."""
    model = trees.kind(**trees.settings, **settings)
    model.fit(trees.prepared(part.frame), part.target)
    if part.classes:
        return lambda frame: (model.predict_proba(trees.prepared(frame), **trees.asked), model.classes_)
    return lambda frame: model.predict(trees.prepared(frame), **trees.asked)


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
    "LightGBM": Subject(by_default(lightgbm), "lightgbm"),
    "LightGBM tuned": Subject(tuned(lightgbm), "lightgbm", tables=SMALL),
    "CatBoost": Subject(by_default(catboost), "catboost"),
    "CatBoost tuned": Subject(tuned(catboost), "catboost", tables=SMALL),
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
