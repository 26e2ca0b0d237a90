"""Compare recipe `table` with scikit-learn's ColumnTransformer and MLP on three messy tables, with the same splits.

    python benchmarks/tables.py [--runs 5] [--trial]

The tables are synthetic: mixed types, missing values, skewed numbers, a text column with many words, identifiers, rare
classes. The settings of the recipe and of the peers were chosen on tables of other seeds.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import glassnet
import machine
from glassnet.options.recipes import for_rows

PEERS: dict[str, dict[str, Any]] = {
    "scikit-learn, defaults": {},
    "scikit-learn, early stopping": {"early_stopping": True, "n_iter_no_change": 20, "hidden_layer_sizes": (128, 64)},
}
FIRST_SEED = 100


def income(random: np.random.Generator, rows: int = 12_000) -> tuple[pd.DataFrame, str]:
    """Return census-like data: two classes, one of them 24%."""
    age = random.gamma(6, 6, rows) + 17
    education = random.choice(
        ["none", "school", "college", "BA", "MA", "PhD"], rows, p=[0.1, 0.35, 0.2, 0.2, 0.1, 0.05]
    )
    worth = pd.Series(education).map({"none": -2, "school": -1, "college": 0, "BA": 1, "MA": 1.6, "PhD": 2}).to_numpy()
    job = random.choice([f"job {k}" for k in range(40)], rows, p=random.dirichlet(np.ones(40)))
    effect = dict(zip([f"job {k}" for k in range(40)], random.normal(0, 1, 40), strict=True))
    hours = np.clip(random.normal(40, 11, rows).round(), 5, 99)
    gain = np.where(random.random(rows) < 0.09, random.lognormal(8, 1.6, rows), 0).round()
    married = random.random(rows) < 0.5
    score = -0.004 * (age - 47) ** 2 + 1.2 * worth + 0.06 * (hours - 40) + 1.3 * married * (age > 28)
    score += np.array([effect[one] for one in job]) + 0.25 * np.log1p(gain) + random.logistic(0, 1.2, rows)
    frame = pd.DataFrame(
        {
            "person_id": random.permutation(rows) + 1,
            "age": age.round(),
            "education": education,
            "job": np.where(random.random(rows) < 0.06, "?", job),
            "hours": hours,
            "capital gain": gain,
            "married": np.where(married, "yes", "no"),
            "weight": random.lognormal(12, 0.5, rows).round(),
            "country": "US",
            "income": np.where(score > np.quantile(score, 0.76), ">50K", "<=50K"),
        }
    )
    frame.loc[random.random(rows) < 0.05, "age"] = np.nan
    return frame, "income"


def claims(random: np.random.Generator, rows: int = 10_000) -> tuple[pd.DataFrame, str]:
    """Return insurance claims: regression, 300 towns, informative missing values."""
    names = [f"town {k}" for k in range(300)]
    town = random.choice(names, rows, p=random.dirichlet(np.full(300, 0.7)))
    level = dict(zip(names, random.normal(0, 0.5, 300), strict=True))
    power = random.lognormal(4.5, 0.4, rows)
    mileage = random.lognormal(9.5, 1.1, rows)
    age = random.uniform(18, 85, rows)
    garage = random.choice(["street", "garage", "carport"], rows)
    urgent = random.random(rows) < 0.15
    amount = 3 + 0.5 * np.log(power) + 0.3 * np.log(mileage) + 0.0004 * (age - 48) ** 2 + 0.4 * (garage == "street")
    amount += np.array([level[one] for one in town]) + 0.6 * urgent * (age < 30) + random.normal(0, 0.35, rows)
    frame = pd.DataFrame(
        {
            "claim_id": [f"C{k:07d}" for k in random.permutation(rows)],
            "town": town,
            "power": power.round(1),
            "mileage": mileage.round(),
            "age": age.round(1),
            "parking": garage,
            "urgent": urgent,
            "amount": amount.round(3),
        }
    )
    frame.loc[random.random(rows) < np.where(mileage > 30_000, 0.4, 0.05), "mileage"] = np.nan
    frame.loc[random.random(rows) < 0.1, "parking"] = None
    return frame, "amount"


def patients(random: np.random.Generator, rows: int = 1_500) -> tuple[pd.DataFrame, str]:
    """Return a small table of four classes, 55 to 5%, with outliers and useless columns."""
    kind = random.choice(4, rows, p=[0.55, 0.25, 0.15, 0.05])
    centres = random.normal(0, 1.1, (4, 6))
    values = centres[kind] + random.normal(0, 1.1, (rows, 6))
    values[:, 0] = np.exp(1.5 * values[:, 0])
    values[random.random(rows) < 0.01, 1] *= 1000
    frame = pd.DataFrame(values.round(3), columns=["enzyme", "pressure", "rate", "ph", "iron", "mass"])
    frame["ward"] = np.array(["A", "B", "C", "D"])[
        np.where(random.random(rows) < 0.6, kind, random.integers(0, 4, rows))
    ]
    frame["smoker"] = random.choice(["yes", "no"], rows)
    frame["note"] = [f"see file {k}" for k in random.permutation(rows)]
    for name in ("pressure", "iron", "ward"):
        frame.loc[random.random(rows) < 0.12, name] = None
    frame["diagnosis"] = np.array(["none", "mild", "acute", "rare"])[kind]
    return frame, "diagnosis"


TABLES: dict[str, Callable[[np.random.Generator], tuple[pd.DataFrame, str]]] = {
    "income": income,
    "claims": claims,
    "patients": patients,
}


def ours(train: pd.DataFrame, test: pd.DataFrame, target: str, **changes: Any) -> dict[str, float]:
    """Fit with the recipe, like `glassnet train --target`, and measure."""
    began = time.process_time()
    data = glassnet.load_table(train, target)
    numbers = data.values is not None
    task = "numbers" if numbers else "classes"
    options = glassnet.Options.recipe("table", **{**for_rows(len(data), "table", task=task), **changes})
    model = glassnet.fit(data, options).model
    seconds = time.process_time() - began
    found = glassnet.evaluate(model, glassnet.load_table(test, columns=model.columns))
    scores = {"r2": found.r2} if numbers else {"accuracy": found.accuracy, "log loss": found.loss}
    return {**scores, "processor seconds": seconds}


def theirs(
    train: pd.DataFrame, test: pd.DataFrame, target: str, settings: dict[str, Any], seed: int
) -> dict[str, float]:
    """Fit the usual pipeline, with identifiers and constants removed by hand, and measure."""
    began = time.process_time()
    useless = ["person_id", "country", "claim_id", "note", target]
    frame = train.drop(columns=useless, errors="ignore").replace("?", np.nan)
    numbers, words = frame.select_dtypes("number").columns, frame.select_dtypes(exclude="number").columns
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
            ("words", OneHotEncoder(handle_unknown="ignore"), words),
        ]
    )
    regression = pd.api.types.is_numeric_dtype(train[target])
    kind = MLPRegressor if regression else MLPClassifier
    model = make_pipeline(columns, kind(random_state=seed, **settings))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(frame, train[target])
    seconds = time.process_time() - began
    asked = test.replace("?", np.nan)
    if regression:
        return {"r2": r2_score(test[target], model.predict(asked)), "processor seconds": seconds}
    accuracy = float(np.mean(model.predict(asked) == test[target]))
    loss = log_loss(test[target], model.predict_proba(asked), labels=model.classes_)
    return {"accuracy": accuracy, "log loss": loss, "processor seconds": seconds}


def split(frame: pd.DataFrame, random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold out a fifth of the rows for the test."""
    order = random.permutation(len(frame))
    aside = len(frame) // 5
    return frame.iloc[order[aside:]].reset_index(drop=True), frame.iloc[order[:aside]].reset_index(drop=True)


def main() -> None:
    """Measure, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--trial", action="store_true", help="keep no result")
    given = parser.parse_args()
    results: dict[str, dict[str, dict[str, list[float]]]] = {}
    for name, make in TABLES.items():
        for seed in range(FIRST_SEED, FIRST_SEED + given.runs):
            random = np.random.default_rng(seed)
            frame, target = make(random)
            train, test = split(frame, random)
            measured = {"glassnet": ours(train, test, target, seed=seed)}
            for peer, settings in PEERS.items():
                measured[peer] = theirs(train, test, target, settings, seed)
            for who, scores in measured.items():
                for what, value in scores.items():
                    results.setdefault(name, {}).setdefault(who, {}).setdefault(what, []).append(value)
            print(
                name, seed, {who: {k: round(v, 4) for k, v in one.items()} for who, one in measured.items()}, flush=True
            )
    kept = {
        name: {who: {what: machine.summary(values) for what, values in one.items()} for who, one in by.items()}
        for name, by in results.items()
    }
    if not given.trial:
        machine.write("tables", {"tables": kept, "peers": PEERS})


if __name__ == "__main__":
    main()
