"""Compare glassnet with five peers on twelve public tables: errors, calibration and processor time.

    python benchmarks/tables.py [--data FOLDER] [--out FILE] [--only SUBJECT,...] [--tables NAME,...] [--seeds 0-9]
                                [--summary]     # then write results/tables.json and the pages

A quarter of the rows is the test part: `train_test_split(arange(n), test_size=0.25, random_state=seed)`, stratified for
classes. Training parts above 10,000 rows are cut to 10,000 in the same way. `?`, `NA` and empty cells are missing. All
have their defaults, seed 0 and one thread; see `table_subjects.py`.

Each result is one line of JSON, appended to FILE when it is finished. A second run skips what FILE has, so it continues
an interrupted one, and the subjects can run in different environments: a subject whose package is missing is skipped
and named (`pip install lightgbm catboost pytabkit` brings the peers). All lines should come from one machine. To
measure again after a change, use another FILE; its summary keeps the subjects that it does not have. So after a change
of glassnet alone:

    python benchmarks/tables.py --only "glassnet,glassnet table-best,glassnet estimator" --out NEW --summary

- error: fraction of wrong classes; for numbers, root mean squared error / standard deviation of the test part
- balanced error: 1 - mean recall of the classes of the test part
- log loss: mean of -log p of the true class, with p not below 1e-7
- calibration error: of the most probable class, 15 bins with equal numbers of rows
- Brier: sum over classes of the squared differences between probability and 0 or 1, mean over rows
- seconds: processor seconds of the process, all its threads and its children; preprocessing is included
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from table_subjects import SUBJECTS, Part, Subject

CHECKOUT = Path(__file__).resolve().parents[1]
DATA = CHECKOUT.parent / "shared" / "data" / "tables"
OUT = CHECKOUT / "build" / "tables.jsonl"
MOST_ROWS, BINS, SMALLEST, SHIFT = 10_000, 15, 1e-7, 0.01
ONE_THREAD = dict.fromkeys((*(f"{one}_NUM_THREADS" for one in ("OMP", "OPENBLAS", "MKL")), "POLARS_MAX_THREADS"), "1")


class Table(NamedTuple):
    """Where a table is and how to read it; without a header, columns are numbered from 0."""

    file: str
    target: str | int
    classes: bool = True
    leave_out: tuple[str | int, ...] = ()
    header: bool = True
    separator: str = ","


TABLES: dict[str, Table] = {
    "letter": Table("letter.csv", "letter"),
    "churn": Table("churn.csv", "Exited", leave_out=("RowNumber", "CustomerId", "Surname")),
    "credit": Table("credit.csv", "default"),
    "glass": Table("glass.csv", -1, header=False),
    "ionosphere": Table("ionosphere.csv", -1, header=False),
    "horse_colic": Table("horse_colic.csv", 23, leave_out=(2, 24, 25, 26, 27), header=False),
    "adult": Table("adult.csv.gz", -1, header=False),
    "winewhite (classes)": Table("winewhite.csv", "quality", separator=";"),
    "winewhite (numbers)": Table("winewhite.csv", "quality", classes=False, separator=";"),
    "concrete": Table("concrete.csv", "strength", classes=False),
    "mpg": Table("mpg.csv", "mpg", classes=False, leave_out=("name",)),
    "housing": Table("housing.csv", "median_house_value", classes=False),
    "auto_imports": Table("auto_imports.csv", -1, classes=False, header=False),
}
"""Name -> table; `winewhite` is used twice."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the tables (default: shared/data/tables)")
    parser.add_argument("--out", type=Path, default=OUT, help="file of finished results, which is continued")
    parser.add_argument("--only", default=",".join(SUBJECTS), help=f"of: {', '.join(SUBJECTS)}")
    parser.add_argument("--tables", default=",".join(TABLES), help=f"of: {', '.join(TABLES)}")
    parser.add_argument("--seeds", type=seeds_of, default=range(10), help="such as 0-9 or 3 (default: 0-9)")
    parser.add_argument("--summary", action="store_true", help="then write results/tables.json and the pages")
    given = parser.parse_args()
    names, tables = given.only.split(","), given.tables.split(",")
    for what, chosen, all_of in (("subject", names, SUBJECTS), ("table", tables, TABLES)):
        if unknown := [name for name in chosen if name not in all_of]:
            parser.error(f"unknown {what} {unknown[0]!r}. Choose from: {', '.join(all_of)}.")
    if absent := [TABLES[name].file for name in tables if not (given.data / TABLES[name].file).is_file()]:
        parser.error(f"--data: no {absent[0]} in the folder {given.data}. Name the folder of the tables with --data.")
    if not ONE_THREAD.items() <= os.environ.items():  # libraries read them when they are imported
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})
    for name in names:
        if why := SUBJECTS[name].missing():
            print(f"skipped: {name} ({why})", file=sys.stderr)
            continue
        run(name, tables, given.seeds, given.data, given.out)
    if given.summary:
        write_summary(finished(given.out))


def seeds_of(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def run(name: str, tables: list[str], seeds: range, folder: Path, out: Path) -> None:
    """Measure a subject and append what the file lacks."""
    subject = SUBJECTS[name]
    done = {(one["subject"], one["table"], one["seed"]) for one in finished(out)}
    wanted = [table for table in tables if table in (subject.tables or TABLES)]
    missing = [(table, seed) for seed in seeds for table in wanted if (name, table, seed) not in done]
    if not missing:
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not subject.tables:  # of which no seconds are kept
            warm_up(subject)
        for table, seed in missing:
            frame, target = read(folder, TABLES[table])
            measured = measure(subject, frame, target, TABLES[table].classes, seed)
            line = {"subject": name, "table": table, "seed": seed, **measured, **provenance(subject)}
            append(out, line)
            print(f"{name}, {table}, seed {seed}: {measured['error']:.4f}", file=sys.stderr, flush=True)


def finished(out: Path) -> list[dict[str, Any]]:
    """Return the finished results, without a last line that a killed process has not completed."""
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True) if out.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}\n")]


def append(out: Path, line: dict[str, Any]) -> None:
    """Append a result; processes may append to the same file."""
    with out.open("a+b") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
        complete = file.read() in (b"", b"\n")
        file.write((b"" if complete else b"\n") + json.dumps(line, allow_nan=False).encode() + b"\n")


def provenance(subject: Subject) -> dict[str, Any]:
    """Return the versions of a subject's packages and, for glassnet, of its numerics."""
    packages = [subject.package] * (subject.package != "sklearn") + list(subject.others)
    kept: dict[str, Any] = {"packages": {package: version_of(package) for package in packages}}
    if subject.package == "glassnet":
        from glassnet.training.numerics import NUMERICS

        kept["numerics"] = NUMERICS
    return kept


def version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


# The tables and their parts


def read(folder: Path, table: Table) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return the columns and the target of a table, without rows whose target is missing."""
    frame = pd.read_csv(
        folder / table.file,
        sep=table.separator,
        header=0 if table.header else None,
        na_values=["?", "NA", ""],
        keep_default_na=False,
        skipinitialspace=True,
    )
    target = frame.columns[-1] if table.target == -1 else table.target
    frame = frame.dropna(subset=[target]).drop(columns=list(table.leave_out)).reset_index(drop=True)
    values = frame.pop(target)
    if table.classes and pd.api.types.is_float_dtype(values):
        values = values.astype(np.int64)  # whole numbers among missing ones
    frame.columns = [name if isinstance(name, str) else f"column {name + 1}" for name in frame]
    return frame, values


def split(target: pd.Series[Any], classes: bool, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the training part and of the test part."""

    def strata(rows: NDArray[np.int64]) -> Any:
        return target.iloc[rows] if classes else None

    rows = np.arange(len(target))
    train, test = train_test_split(rows, test_size=0.25, random_state=seed, stratify=strata(rows))
    if len(train) > MOST_ROWS:
        train, _ = train_test_split(train, train_size=MOST_ROWS, random_state=seed, stratify=strata(train))
    return train, test


def warm_up(subject: Subject) -> None:
    """Fit made-up numbers and classes, so that no measured fit loads or compiles code."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(subject.warm_rows, 5)), columns=list("abcde"))
    score = frame["a"] * frame["b"] + random.normal(size=len(frame))
    frame["word"] = random.choice(["x", "y", "z"], len(frame))
    for target, classes in (((score > 0).astype(int), True), (score, False)):
        subject.fit(Part(frame, target, classes))(frame)


# One measurement


def measure(
    subject: Subject, frame: pd.DataFrame, target: pd.Series[Any], classes: bool, seed: int
) -> dict[str, int | float]:
    """Fit and predict; return times and scores."""
    train, test = split(target, classes, seed)
    part = Part(frame.iloc[train].reset_index(drop=True), target.iloc[train].reset_index(drop=True), classes)
    asked, truth = frame.iloc[test].reset_index(drop=True), target.iloc[test].to_numpy()
    predict, fit_seconds = timed(lambda: subject.fit(part))
    predicted, predict_seconds = timed(lambda: predict(asked))
    return {
        "rows": len(train),
        **(class_scores(*predicted, truth) if classes else number_scores(predicted, truth)),
        "fit seconds": fit_seconds,
        "predict seconds": predict_seconds,
    }


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = processor_seconds()
    result = work()
    return result, processor_seconds() - began


def processor_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def number_scores(predicted: NDArray[Any], truth: NDArray[Any]) -> dict[str, float]:
    return {"error": float(np.sqrt(np.mean((np.ravel(predicted) - truth) ** 2)) / np.std(truth))}


def class_scores(probabilities: NDArray[Any], classes: NDArray[Any], truth: NDArray[Any]) -> dict[str, float]:
    """Return the scores of probabilities, (rows, classes); a class that the model does not know has probability 0."""
    known = {str(name): place for place, name in enumerate(classes)}
    names = [*known, *sorted({str(name) for name in truth} - known.keys())]
    places = {name: place for place, name in enumerate(names)}
    labels = np.array([places[str(name)] for name in truth])
    p = np.zeros((len(truth), len(names)))
    p[:, : len(known)] = probabilities
    answers = p.argmax(axis=1)
    right = answers == labels
    recalls = [right[labels == label].mean() for label in np.unique(labels)]
    true = p[np.arange(len(p)), labels]
    return {
        "error": float(1 - right.mean()),
        "balanced error": float(1 - np.mean(recalls)),
        "log loss": float(-np.log(np.maximum(true, SMALLEST)).mean()),
        "calibration error": calibration_error(p.max(axis=1), right),
        "Brier": float(np.mean(np.sum(p**2, axis=1) - 2 * true + 1)),
    }


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    bins = np.array_split(np.argsort(confidence, kind="stable"), BINS)
    gaps = [len(rows) * abs(confidence[rows].mean() - right[rows].mean()) for rows in bins if len(rows)]
    return float(sum(gaps) / len(confidence))


# The summary

SCORES = ("error", "balanced error", "log loss", "calibration error", "Brier")
SECONDS = ("fit seconds", "predict seconds")


def write_summary(lines: list[dict[str, Any]]) -> None:
    """Write results/tables.json, where subjects without lines stay as they were, and both pages."""
    import machine
    import table

    result = summarise(lines, machine.read("tables"), machine.describe()["processor"])
    numerics = [one["numerics"] for one in result["subjects"].values() if "numerics" in one]
    machine.write("tables", {**result, **({"glassnet": {"numerics": min(numerics)}} if numerics else {})})
    table.main()
    for one in result["comparisons"]:
        print(f"{len(one['tables'])} tables, {len(one['seeds'])} splits:")
        for name, sums in one["subjects"].items():
            print(f"  {name}: {', '.join(f'{what} {value:.4g}' for what, value in sums.items())}")


def summarise(lines: list[dict[str, Any]], kept: dict[str, Any] | None = None, processor: str = "") -> dict[str, Any]:
    """Return what was measured of each subject, and comparisons over the tables and splits that subjects share.

    A subject counts with the splits that it has of all its tables; without one, it is left out. `kept` is an earlier
    summary, for subjects without lines; `processor` is that of the lines.
    """
    kept = kept or {"tables": {}, "subjects": {}}
    of_seed: dict[str, dict[str, dict[int, dict[str, Any]]]] = {}
    for one in lines:
        of_seed.setdefault(one["subject"], {}).setdefault(one["table"], {})[one["seed"]] = one
    subjects: dict[str, dict[str, Any]] = {}
    for name, subject in SUBJECTS.items():
        tables = {table: of_seed[name].get(table, {}) for table in subject.tables or TABLES} if name in of_seed else {}
        if seeds := sorted(set.intersection(*map(set, tables.values()))) if tables else []:
            of_splits = {table: [by_seed[seed] for seed in seeds] for table, by_seed in tables.items()}
            every = [one for of_table in of_splits.values() for one in of_table]
            numerics = [one["numerics"] for one in every if "numerics" in one]
            seconds = () if subject.tables else SECONDS
            subjects[name] = {
                "packages": every[-1]["packages"],
                "processor": processor,
                **({"numerics": min(numerics)} if numerics else {}),
                "tables": {table: means(of_table, seconds) for table, of_table in of_splits.items()},
            }
        elif name in kept["subjects"]:
            subjects[name] = kept["subjects"][name]
    rows = {**kept["tables"], **{one["table"]: {"rows": one["rows"]} for one in lines}}
    return {
        "tables": {table: rows[table] for table in TABLES if table in rows},
        "subjects": subjects,
        "comparisons": comparisons(subjects),
    }


def means(lines: list[dict[str, Any]], seconds: Sequence[str]) -> dict[str, Any]:
    """Return the means of the scores over splits, medians of these seconds, and the error of each split."""
    scores = {what: float(np.mean([one[what] for one in lines])) for what in SCORES if what in lines[0]}
    medians = {what: float(np.median([one[what] for one in lines])) for what in seconds}
    return {**scores, **medians, "errors": {str(one["seed"]): one["error"] for one in lines}}


def comparisons(subjects: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return comparisons, each over some tables and splits, of all subjects that have these.

    The first is of all tables and the most splits. Another follows for subjects that have fewer splits or tables.
    """
    found = []
    splits = {name: frozenset(next(iter(one["tables"].values()))["errors"]) for name, one in subjects.items()}
    for tables in sorted({tuple(one["tables"]) for one in subjects.values()}, key=len, reverse=True):
        of_tables = {splits[name] for name, one in subjects.items() if tuple(one["tables"]) == tables}
        for seeds in sorted(of_tables, key=lambda some: (-len(some), sorted(some))):
            able = {
                name: one for name, one in subjects.items() if {*tables} <= {*one["tables"]} and seeds <= splits[name]
            }
            whole = {name for name in able if splits[name] == seeds} if tables == tuple(TABLES) else {*()}
            found.append(compared(able, tables, sorted(seeds, key=int), whole))
    return found


def compared(
    subjects: dict[str, dict[str, Any]], tables: tuple[str, ...], seeds: list[str], whole: set[str]
) -> dict[str, Any]:
    """Compare subjects over the same splits.

    The error is summed up by the shifted geometric mean, exp(mean(log(error + 0.01))). Scores and seconds are of the
    subjects that have been measured on these splits and no others, `whole`: the log loss and the other scores of
    classes are summed up by their mean, the seconds by the sum of the medians of each table.
    """
    errors = {
        name: [float(np.mean([one["tables"][table]["errors"][seed] for seed in seeds])) for table in tables]
        for name, one in subjects.items()
    }
    ranks = pd.DataFrame(errors).rank(axis=1).mean()  # equal errors share the mean of their ranks
    sums: dict[str, dict[str, float]] = {}
    for name, one in subjects.items():
        sums[name] = {
            "error": float(np.exp(np.mean(np.log(np.array(errors[name]) + SHIFT)))),
            "rank": float(ranks[name]),
        }
        if name in whole:
            of_tables = one["tables"].values()
            sums[name] |= {
                what: float(np.mean([each[what] for each in of_tables if what in each])) for what in SCORES[1:]
            }
            sums[name] |= {what: sum(each[what] for each in of_tables) for what in SECONDS}
    return {"tables": list(tables), "seeds": seeds, "subjects": sums}


if __name__ == "__main__":
    main()
