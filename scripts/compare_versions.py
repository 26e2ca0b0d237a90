"""Compare this checkout with an earlier commit: same trainings, same bits; same commands, same JSON.

    .venv/bin/python scripts/compare_versions.py 31ee722

The commit is unpacked in ``build/compare``. Both versions then run every case below on the same files and the same
machine; no results are stored, because the last bits differ between processor types. Finally, this checkout opens the
files of the other version: its models must give the same predictions, and its interrupted training runs must end with
the same bits. New JSON keys are allowed; every earlier key must have the same value. Each difference is printed on one
line, and the exit code is then 1.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VOLATILE = {"seconds", "versions", "processor", "surroundings", "bytes", "package", "glassnet", "machine", "sections"}
"""Keys that may differ: times, engine and machine, and the size of a page."""

FAST = ("--hidden", "30", "--epochs", "2")
TABLE = ("--epochs", "4", "--hidden", "16")
GRADIENT = (
    "--set",
    "rule=gradient",
    "--set",
    "output=softmax",
    "--loss",
    "cross_entropy",
    "--set",
    "targets=one-hot",
    "--set",
    "bias=yes",
)

TRAININGS: dict[str, tuple[str, ...]] = {
    # recipes
    "notes": ("digits.csv", *FAST),
    "notes-code": ("digits.csv", "--recipe", "notes-code", "--set", "shards=1", *FAST),
    "quick": ("digits.csv", "--recipe", "quick", *FAST),
    "estimator": ("digits.csv", "--recipe", "estimator", "--input-max", "255", *FAST),
    "wide": ("digits.csv", "--recipe", "wide", "--batch-size", "100", *FAST),
    "reader": ("digits.csv", "--recipe", "reader", "--batch-size", "100", *FAST),
    "accurate": ("digits.csv", "--recipe", "accurate", "--batch-size", "100", *FAST),
    "committee": ("digits.csv", "--recipe", "committee", "--members", "2", "--batch-size", "100", *FAST),
    "table": ("people.csv", "--target", "income", "--seed", "3"),
    # engines, types, rules, batches, shards
    "reference": ("digits.csv", "--engine", "reference", *FAST),
    "float64": ("digits.csv", "--set", "dtype=float64", *FAST),
    "reference-float64": ("digits.csv", "--engine", "reference", "--set", "dtype=float64", "--batch-size", "32", *FAST),
    "gradient": ("digits.csv", *GRADIENT, *FAST),
    "gradient-float64": ("digits.csv", *GRADIENT, "--set", "dtype=float64", *FAST),
    "batch-32": ("digits.csv", *GRADIENT, "--batch-size", "32", "--rate", "0.1", *FAST),
    "batch-128": ("digits.csv", *GRADIENT, "--batch-size", "128", "--rate", "0.1", *FAST),
    "batch-128-notes": ("digits.csv", "--batch-size", "128", *FAST),
    "batch-32-float64": ("digits.csv", *GRADIENT, "--batch-size", "32", "--rate", "0.1", "--set", "dtype=float64", *FAST),
    "shards-1": ("digits.csv", "--set", "shards=1", *FAST),
    "shards-3": ("digits.csv", *GRADIENT, "--batch-size", "32", "--set", "shards=3", "--rate", "0.1", *FAST),
    "threads-1": ("digits.csv", *GRADIENT, "--batch-size", "32", "--rate", "0.1", "--threads", "1", *FAST),
    "blocks": ("digits.csv", "--set", "blocks=4", *FAST),
    # regularisation, schedules, optimizers
    "dropout": ("digits.csv", *GRADIENT, "--batch-size", "32", "--rate", "0.1", "--dropout", "0.2", *FAST),
    "dropout-one-by-one": ("digits.csv", "--dropout", "0.2", *FAST),
    "distorted": ("digits.csv", "--batch-size", "32", "--rotate", "10", "--shift", "1", "--elastic", "1", *FAST),
    "average": ("digits.csv", *GRADIENT, "--batch-size", "32", "--rate", "0.1", "--set", "ema_decay=0.9", *FAST),
    "hardest": ("digits.csv", *GRADIENT, "--batch-size", "32", "--rate", "0.1", "--set", "hard_fraction=0.5", *FAST),
    "deskewed": ("digits.csv", "--set", "deskew=yes", *FAST),
    "stops-early": ("digits.csv", "--early-stopping", "1", "--hidden", "30", "--epochs", "6", "--rate", "0.5"),
    "plateau": ("digits.csv", "--set", "schedule=plateau", "--set", "patience=1", "--hidden", "30", "--epochs", "4"),
    "clip": ("digits.csv", *GRADIENT, "--batch-size", "32", "--set", "clip=0.5", "--rate", "0.1", *FAST),
    "smoothed": ("digits.csv", *GRADIENT, "--set", "label_smoothing=0.1", "--rate", "0.05", *FAST),
    "standard": ("digits.csv", "--set", "scaling=standard", "--rate", "0.05", *FAST),
    "features": ("digits.csv", "--set", "scaling=features", "--rate", "0.05", *FAST),
    **{
        f"optimizer-{name}": ("digits.csv", *GRADIENT, "--optimizer", name, "--rate", rate, "--batch-size", "32", *FAST)
        for name, rate in {"momentum": "0.05", "nesterov": "0.05", "rmsprop": "0.001", "adam": "0.002"}.items()
    },
    # networks and losses
    "layers": ("digits.csv", "--hidden", "24", "--hidden", "16", "--activation", "tanh", "--activation", "gelu",
               "--set", "rule=gradient", "--batch-size", "16", "--epochs", "2"),
    "leaky": ("digits.csv", *GRADIENT, "--activation", "leaky_relu", "--rate", "0.02", *FAST),
    "focal": ("digits.csv", *GRADIENT, "--loss", "focal", "--rate", "0.05", *FAST),
    # other data
    "npz": ("digits.npz", *FAST),
    "pictures": ("folder", "--size", "12", "--hidden", "16", "--epochs", "2"),
    "colours": ("folder", "--size", "8", "--set", "colour=yes", "--hidden", "16", "--epochs", "2"),
    "numbers": ("people.csv", "--target", "hours", *TABLE),
    "huber": ("people.csv", "--target", "hours", "--loss", "huber", *TABLE),
    "several-numbers": ("weather.csv", "--target", "degrees", "--target", "rain", *TABLE),
    "several-labels": ("weather.csv", "--target", "hot", "--target", "wet", *TABLE),
}  # fmt: skip

COMMANDS: dict[str, tuple[str, ...]] = {
    "test": ("test", "notes.safetensors", "more.csv"),
    "test-numbers": ("test", "numbers.safetensors", "people.csv"),
    "test-labels": ("test", "several-labels.safetensors", "weather.csv"),
    "query": ("query", "notes.safetensors", "more.csv"),
    "query-table": ("query", "table.safetensors", "people.csv"),
    "query-pictures": ("query", "pictures.safetensors", "folder/three"),
    "query-photograph": ("query", "photo.png"),
    "read": ("read", "photo.png"),
    "show": ("show", "digits.csv"),
    "show-row": ("show", "digits.csv", "--row", "3"),
    "show-table": ("show", "people.csv"),
    "show-target": ("show", "people.csv", "--target", "income"),
    "explain": ("explain", "notes.safetensors", "digits.csv", "--row", "3"),
    "explain-example": ("explain", "--example"),
    "explain-why": ("explain", "gradient.safetensors", "more.csv", "--row", "2", "--why", "--train", "digits.csv"),
    "explain-why-table": ("explain", "table.safetensors", "people.csv", "--row", "2", "--why", "--train", "people.csv"),
    "explain-nodes": ("explain", "gradient.safetensors", "more.csv", "--nodes"),
    "explain-backquery": ("explain", "notes.safetensors", "--backquery"),
    "explain-class": ("explain", "table.safetensors", "--class", "1"),
    "explain-step": ("explain", "notes.safetensors", "digits.csv", "--epoch", "1", "--step", "20"),
    "info": ("info", "notes.safetensors"),
    "info-table": ("info", "table.safetensors"),
    "info-reader": ("info", "committee.safetensors"),
    "doctor": ("doctor", "people.csv"),
    "doctor-digits": ("doctor", "digits.csv", "--test", "more.csv"),
    "doctor-program": ("doctor", "old.py"),
    "verify": ("verify", "gradient.safetensors", "digits.csv"),
    "verify-table": ("verify", "table.safetensors", "people.csv"),
    "labels": ("labels", "digits.csv", "--folds", "2", "--hidden", "20"),
    "report": ("report", "notes.safetensors", "more.csv"),
}  # fmt: skip

PROGRAM = """
import csv, os, urllib.request
training_data_file = open("mnist_dataset/mnist_train.csv", 'r')
training_data_list = training_data_file.readlines()
for record in training_data_list:
    all_values = record.split(',')
    print all_values[0]
"""


def in_python() -> dict[str, Any]:
    """Return digests of weights and predictions from the Python API."""
    import numpy as np

    import glassnet

    digits = glassnet.load_data("digits.csv")
    x, y = digits.inputs.astype(np.float32), digits.labels
    found: dict[str, Any] = {}
    network = glassnet.NeuralNetwork(784, 20, 10, 0.2, seed=1)
    for row, label in zip(x[:20], y[:20], strict=True):
        targets = np.zeros(10) + 0.01
        targets[label] = 0.99
        network.train(row / 255 * 0.99 + 0.01, targets)
    found["NeuralNetwork"] = [round(float(one), 9) for one in network.query(x[0] / 255 * 0.99 + 0.01).ravel()]
    fitted = glassnet.fit(digits, glassnet.Options.recipe("quick", hidden=(20,)))
    found["fit"] = [fitted.model.hash(), fitted.history.loss]
    with contextlib.suppress(ImportError):
        estimators = {
            "classifier": (glassnet.NetworkClassifier(random_state=0), y),
            "balanced": (glassnet.NetworkClassifier(class_weight="balanced", random_state=0), y),
            "regressor": (glassnet.NetworkRegressor(random_state=0), x[:, 300:600].mean(axis=1)),
            "medium": (glassnet.NetworkClassifier(max_iter=3, batch_size=32, random_state=0), y),
            "small": (glassnet.NetworkClassifier(random_state=0), y[:200]),
        }
        for name, (estimator, target) in estimators.items():
            estimator.fit(x[: len(target)] / 255, target)
            found[name] = estimator.model_.hash()
        estimator = glassnet.NetworkClassifier(random_state=0).partial_fit(x[:100] / 255, y[:100], classes=range(10))
        found["partial_fit"] = estimator.partial_fit(x[100:200] / 255, y[100:200]).model_.hash()
    return found


def make_inputs(folder: Path) -> None:
    """Write the files that all cases use."""
    import numpy as np
    from PIL import Image

    from glassnet.data import bundled

    sys.path.insert(0, str(ROOT / "tests"))
    from support.people import people, weather

    digits = bundled("test")
    for name, rows in {"digits.csv": slice(0, 600), "more.csv": slice(600, 700)}.items():
        table = np.column_stack([digits.labels[rows], digits.inputs[rows]])
        np.savetxt(folder / name, table, fmt="%d", delimiter=",")
    few = slice(0, 300)
    images = digits.inputs[few].reshape(-1, 28, 28)
    np.savez(folder / "digits.npz", x_train=images, y_train=digits.labels[few])
    (folder / "people.csv").write_text(people())
    (folder / "weather.csv").write_text(weather())
    (folder / "old.py").write_text(PROGRAM)
    random = np.random.default_rng(0)
    for k, name in enumerate(("one", "two", "three")):
        (folder / "folder" / name).mkdir(parents=True)
        for number in range(12):
            pixels = random.integers(0, 60, (20, 20, 3), dtype=np.uint8)
            pixels[4 * k : 4 * k + 6, 5:15, k] = 220
            Image.fromarray(pixels).save(folder / "folder" / name / f"{number}.png")
    paper = np.full((80, 200), 235, np.uint8)
    for k, row in enumerate((0, 3)):
        paper[26:54, 40 + 70 * k : 68 + 70 * k] -= (digits.inputs[row].reshape(28, 28) * 0.8).astype(np.uint8)
    Image.fromarray(np.kron(paper, np.ones((3, 3), np.uint8))).save(folder / "photo.png")


def command(arguments: tuple[str, ...]) -> dict[str, Any]:
    """Run a command in this process; return its exit code, and its JSON or error message."""
    from glassnet import cli

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code, before = None, sys.argv
    sys.argv = ["glassnet", *arguments, "--json"]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
    sys.argv = before
    printed, said = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
    return {"code": code, "json": json.loads(printed) if printed else said[-300:]}


def half_done(name: str) -> None:
    """Start a training run, and interrupt it after its checkpoint has been updated."""
    arguments = [
        "train",
        "digits.csv",
        "--hidden",
        "40",
        "--epochs",
        "60",
        "--no-pictures",
        "-o",
        f"{name}.safetensors",
    ]
    start = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import glassnet.cli; glassnet.cli.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", start, *arguments, "--checkpoint", f"{name}.ck", "--checkpoint-every", "1"],
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    checkpoint = Path(f"{name}.ck")
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.02)
    first = checkpoint.stat().st_mtime_ns
    while checkpoint.stat().st_mtime_ns == first and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    process.wait()


def run_cases(written_before: Path | None) -> dict[str, Any]:
    """Run every case in this folder with the imported version; then use the files `written_before`."""
    results: dict[str, Any] = {}
    for name, arguments in TRAININGS.items():
        done = command(("train", *arguments, "--no-pictures", "-o", f"{name}.safetensors"))
        results[f"train {name}"] = done
    for name, arguments in COMMANDS.items():
        results[name] = command(arguments)
    results["in Python"] = in_python()
    half_done("half")
    shutil.copy("half.ck", "half-kept.ck")
    results["resume"] = command(("resume", "half.ck", "-o", "resumed.safetensors"))
    places = {"own": Path(), **({"earlier": written_before} if written_before else {})}
    for label, place in places.items():
        for model in sorted(name for name in TRAININGS):
            file = str(place / f"{model}.safetensors")
            results[f"{label} {model}: info"] = command(("info", file))
            data = TRAININGS[model][0]
            if data in ("digits.csv", "people.csv", "weather.csv", "folder"):
                results[f"{label} {model}: query"] = command(
                    ("query", file, "folder/two" if data == "folder" else data)
                )
    if written_before:
        shutil.copy(written_before / "half-kept.ck", "earlier.ck")
        results["earlier resume"] = command(("resume", "earlier.ck", "-o", "earlier.safetensors"))
    return results


def differences(before: Any, now: Any, where: str) -> Iterator[str]:
    """Yield a line for each earlier value that has changed or is missing."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in before.keys() - VOLATILE:
            if key in now:
                yield from differences(before[key], now[key], f"{where}: {key}")
            else:
                yield f"{where}: {key} is gone"
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, pair in enumerate(zip(before, now, strict=True)):
            yield from differences(*pair, f"{where}[{number}]")
    elif before != now and not (before != before and now != now):  # NaN equals NaN here
        yield f"{where}: {str(before)[:150]!r} -> {str(now)[:150]!r}"


def commit_of(name: str) -> str:
    """Return the full name of a commit."""
    done = subprocess.run(["git", "rev-parse", name], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def unpacked(commit: str) -> Path:
    """Unpack a commit; return the path of its ``src``."""
    full = commit_of(commit)
    place = ROOT / "build" / "compare" / full
    if not place.exists():
        archive = subprocess.run(["git", "archive", full, "src"], cwd=ROOT, check=True, capture_output=True)
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(place, filter="data")
    return place / "src"


def run_version(source: Path, folder: Path, *arguments: str) -> None:
    """Run this file in another process, with the package from `source`, in `folder`."""
    environment = os.environ | {"PYTHONPATH": str(source), "LC_ALL": "C.UTF-8", "GLASSNET_LANGUAGE": "en"}
    subprocess.run([sys.executable, str(Path(__file__).resolve()), *arguments], cwd=folder, env=environment, check=True)


def compare(commit: str, only: str | None) -> int:
    """Run both versions and print how they differ; return the exit code."""
    place = ROOT / "build" / "compare" / "run"
    shutil.rmtree(place, ignore_errors=True)
    results, inputs = {}, place / "inputs"
    inputs.mkdir(parents=True)
    run_version(unpacked(commit), inputs, "--inputs")
    before = place / "before"
    for name, source in {"before": unpacked(commit), "now": ROOT / "src"}.items():
        shutil.copytree(inputs, place / name)
        started = time.perf_counter()
        extra = ["--earlier", str(before)] if name == "now" else []
        run_version(source, place / name, "--cases", *extra)
        results[name] = json.loads((place / name / "results.json").read_text())
        print(f"{name}: {len(results[name])} results in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    now = results["now"]
    for name, result in results["before"].items():
        if isinstance(result.get("json"), str):
            raise SystemExit(f"{name} compares nothing: exit code {result['code']}, {result['json']}")
    lines = [
        line
        for name, result in results["before"].items()
        for line in differences(result, now.get(name), name)
    ]  # fmt: skip
    for name, result in results["before"].items():
        if name.startswith("own "):
            other = name.replace("own", "earlier", 1)
            lines += differences(without_place(result), without_place(now[other]), f"written before, {name[4:]}")
    lines += differences(
        results["before"]["resume"]["json"]["hash"], now["earlier resume"]["json"]["hash"], "earlier checkpoint"
    )
    shown = [line for line in lines if not only or only in line]
    print("\n".join(shown) or f"no difference in {len(results['before'])} results")
    print(f"{len(lines)} differences in {len(results['before'])} results", file=sys.stderr)
    return bool(lines)


def without_place(result: Any) -> Any:
    """Return a result without the name of the model file, which is in a different folder."""
    if isinstance(result["json"], dict):
        return {**result, "json": {key: value for key, value in result["json"].items() if key != "model"}}
    return result


def main() -> None:
    """Compare with the given commit; in a child process, run the cases of one version."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commit", nargs="?", help="the version to compare with")
    parser.add_argument("--only", help="print only the differences that contain this text")
    parser.add_argument("--inputs", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--cases", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--earlier", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inputs:
        make_inputs(Path.cwd())
    elif given.cases:
        Path("results.json").write_text(json.dumps(run_cases(given.earlier)))
    elif given.commit:
        sys.exit(compare(given.commit, given.only))
    else:
        parser.error("name the commit to compare with")


if __name__ == "__main__":
    main()
