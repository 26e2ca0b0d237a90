"""Count false alarms of the warning about inputs outside the training range, on twelve public tables.

Each table is split with ten seeds. The test part is predicted as a whole, in batches of five, and row by row (at most
`SINGLE` rows). The recipe ``table`` reads the columns like the command line; the estimators get plain numbers, with
words one-hot encoded. One epoch is enough, because only inputs are compared. For seed 0, the command line itself is
run. Then the opposite case, which must warn: the test part standardised, the training part not. The last figures show
the margin: the largest fraction of a test part that is far outside in one column, and of the varying columns in one
row.

Needs the tables next to the repository, in ``../shared/data/tables``; exits with a message if they are missing. Writes
results/far_inputs.json.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split

import glassnet
import machine
from glassnet.errors import RangeWarning
from glassnet.preprocess.tabular.encoders import straightened

TABLES = Path(__file__).resolve().parents[1] / ".." / "shared" / "data" / "tables"
MISSING, MOST, SINGLE, SEEDS = ("?", "NA", ""), 10_000, 500, range(10)
WITHOUT_HEADER = {"glass", "ionosphere", "horse_colic", "adult", "auto_imports"}
TARGETS = {"churn": "Exited", "credit": "default", "winewhite": "quality", "concrete": "strength", "mpg": "mpg"}
TARGETS |= {"housing": "median_house_value", "horse_colic": "c23"}
NUMBERS = {"concrete", "mpg", "housing", "auto_imports", "winewhite numbers"}
LEFT_OUT = {
    "churn": ("RowNumber", "CustomerId", "Surname"),
    "mpg": ("name",),
    "horse_colic": ("c2", "c24", "c25", "c26", "c27"),
}
NAMES = (
    *("letter", "churn", "credit", "glass", "ionosphere", "horse_colic", "adult", "winewhite", "winewhite numbers"),
    *("concrete", "mpg", "housing", "auto_imports"),
)


def read(name: str) -> tuple[list[str], list[list[str]], str]:
    """Return the column names, rows and target of a table."""
    base = name.split()[0]
    path = next(TABLES.glob(f"{base}.csv*"))
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    rows = [row for row in csv.reader(text.splitlines(), delimiter=";" if base == "winewhite" else ",") if row]
    rows = [[cell.strip() for cell in row] for row in rows]
    if base in WITHOUT_HEADER:
        header = [f"c{place}" for place in range(len(rows[0]))]
    else:
        header, rows = rows[0], rows[1:]
    target = TARGETS.get(base, "lettr" if "lettr" in header else header[0] if base == "letter" else header[-1])
    if base == "letter" and target not in header:
        target = header[-1]
    kept = [place for place, one in enumerate(header) if one not in LEFT_OUT.get(base, ())]
    goal = header.index(target)
    return [header[k] for k in kept], [[row[k] for k in kept] for row in rows if row[goal] not in MISSING], target


def encoded(header: list[str], rows: list[list[str]], target: str) -> np.ndarray:
    """Return numeric inputs: missing numbers become the median, words are one-hot encoded."""
    columns = []
    for place, name in enumerate(header):
        cells = [row[place] for row in rows]
        if name == target:
            continue
        try:
            numbers = np.array([np.nan if cell in MISSING else float(cell) for cell in cells])
            columns.append(np.where(np.isnan(numbers), np.nanmedian(numbers), numbers))
        except ValueError:
            words = np.array(cells)
            columns += [(words == word).astype(float) for word in sorted(set(cells))]
    return np.stack(columns, axis=1)


def alarms(predict: Any, fresh: Any, rows: Any) -> int:
    """Return how often a model without earlier warnings warns about the rows."""
    fresh()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        predict(rows)
    return sum(isinstance(one.message, RangeWarning) for one in caught)


def asked(model: glassnet.Model, predict: Any, rows: np.ndarray) -> list[int]:
    """Return the alarms for all rows together, for batches of five, and for single rows."""
    fresh = model.training_range._warned.clear
    portions = ([rows], [rows[k : k + 5] for k in range(0, min(len(rows), SINGLE), 5)], rows[:SINGLE, None])
    return [sum(alarms(predict, fresh, one) for one in portion) for portion in portions]


def strays(model: glassnet.Model, rows: np.ndarray) -> list[float]:
    """Return the largest fraction of far rows in a column, and of far varying columns in a row."""
    known = model.training_range
    low, high = known._feature_bounds
    rows = straightened(rows) if model.columns else rows
    far = (rows < low) | (rows > high)
    return [float(far.mean(axis=0).max()), float(far.sum(axis=1).max() / known._varying)]


def by_command(header: list[str], train: list[list[str]], test: list[list[str]], target: str, numbers: bool) -> int:
    """Train and predict with the command line; return the warning lines."""
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("train", train), ("test", test)):
            with open(f"{folder}/{name}.csv", "w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([header, *rows])
        flags = [
            "--target",
            target,
            "--engine",
            "reference",
            "--epochs",
            "1",
            "--no-plot",
            "--out",
            "m.safetensors",
        ]
        commands = [["train", "train.csv", "--test", "test.csv", *flags, *(["--task", "numbers"] * numbers)]]
        commands += [[word, "m.safetensors", "test.csv", "--json"] for word in ("test", "query")]
        said = ""
        for command in commands:
            done = subprocess.run(
                [sys.executable, "-m", "glassnet", *command], cwd=folder, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            said += done.stderr
        return said.count("[GN075]") + said.count("far beyond")


def main() -> None:
    if not TABLES.is_dir():
        sys.exit(f"no tables in {TABLES}")
    found: dict[str, Any] = {}
    for name in NAMES:
        header, rows, target = read(name)
        numbers, goal = name in NUMBERS, header.index(target)
        plain, y = encoded(header, rows, target), np.array([row[goal] for row in rows])
        counts = np.unique(y, return_counts=True)[1]
        total: dict[str, list[int]] = {"recipe table": [0, 0, 0], "estimator": [0, 0, 0]}
        furthest = {way: [0.0, 0.0] for way in total}
        missed, command = 0, 0
        frame = glassnet.read_table({one: [row[k] for row in rows] for k, one in enumerate(header)})
        for seed in SEEDS:
            ways = None if numbers or counts.min() < 2 else y
            train, test = train_test_split(np.arange(len(y)), test_size=0.25, random_state=seed, stratify=ways)
            if len(train) > MOST:
                ways = None if ways is None else y[train]
                train, _ = train_test_split(train, train_size=MOST, random_state=seed, stratify=ways)
            kind = glassnet.NetworkRegressor if numbers else glassnet.NetworkClassifier
            one = kind(max_iter=1, engine="reference", hidden_layer_sizes=(4,), batch_size=512)
            known = y[train].astype(float) if numbers else y[train]
            one.fit(plain[train], known)
            total["estimator"] = np.add(total["estimator"], asked(one.model_, one.predict, plain[test])).tolist()
            furthest["estimator"] = np.maximum(furthest["estimator"], strays(one.model_, plain[test])).tolist()
            mean, deviation = plain[train].mean(axis=0), plain[train].std(axis=0)
            standard = (plain[test] - mean) / np.where(deviation > 0, deviation, 1)
            missed += not alarms(one.predict, one.model_.training_range._warned.clear, standard)
            columns = glassnet.Columns.learn(
                frame, target, task="numbers" if numbers else "classes", rows=np.sort(train)
            )
            data = glassnet.load_table(frame.take(train), columns=columns)
            changes = {"output": "identity", "loss": "squared_error", "targets": "values"} if numbers else {}
            model = glassnet.new_model(data, glassnet.Options.recipe("table", hidden=(4,), **changes))
            inputs = columns.apply(frame.take(test))
            total["recipe table"] = np.add(total["recipe table"], asked(model, model.predict, inputs)).tolist()
            furthest["recipe table"] = np.maximum(furthest["recipe table"], strays(model, inputs)).tolist()
            if seed == 0:
                command = by_command(header, [rows[k] for k in train], [rows[k] for k in test], target, numbers)
        found[name] = {
            "false alarms": {
                **{way: dict(zip(("whole", "of five", "single"), count, strict=True)) for way, count in total.items()},
                "command line": command,
            },
            "standardised, not warned of": missed,
            "far off at most": {
                way: dict(zip(("rows of a column", "columns of a row"), part, strict=True))
                for way, part in furthest.items()
            },
        }
        print(name, json.dumps(found[name]), flush=True)
    alarms_of = [one["false alarms"] for one in found.values()]
    ways = [way for one in found.values() for way in one["far off at most"].values()]
    result = {
        "seeds": len(SEEDS),
        "false alarms": sum(
            sum(way.values()) if isinstance(way, dict) else way for one in alarms_of for way in one.values()
        ),
        "far off at most": {what: max(way[what] for way in ways) for what in ways[0]},
        "tables": found,
    }
    print(json.dumps({what: value for what, value in result.items() if what != "tables"}))
    machine.write("far_inputs", result, (*machine.PACKAGES, "scikit-learn"))


if __name__ == "__main__":
    main()
