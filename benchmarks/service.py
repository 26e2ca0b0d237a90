"""Measure the service, with hey as the load generator, against FastAPI and LitServe around scikit-learn, in one run.

The digits are those of an MLP of 784-200-10, trained for one epoch by each library. *Start* is the time from a command
to its first answer; *latencies* are those of one digit in JSON at 500 requests a second; *steady* is 1,000 requests a
second for a minute; *rows* are digits and rows of a table in JSON, in batches, as fast as they are answered; *tensors*
is one request for 10,000 digits as a binary tensor, compared with the call in Python that it replaces.

hey limits the rate of each connection, and all begin at the same moment: n connections send n requests at once. So
there are few connections, with 250 requests a second each.

    python benchmarks/service.py [--trial]
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import glassnet
import machine

TRIAL = "--trial" in sys.argv[1:]
STARTS = 2 if TRIAL else 7
RATE, SECONDS = 500, 2 if TRIAL else 20
STEADY_RATE, STEADY_SECONDS = 1000, 3 if TRIAL else 60
PER_CONNECTION = 250
BATCH, BATCHES = 256, 20 if TRIAL else 200
TENSOR_ROWS, TENSORS = 10_000, 5 if TRIAL else 31
PACKAGES = (
    "numpy",
    "numba",
    "uvicorn",
    "orjson",
    "fastapi",
    "litserve",
    "scikit-learn",
    "pydantic",
    "httptools",
    "uvloop",
)
PATIENCE = 60
HERE = Path(__file__).parent
PEERS = ("fastapi", "litserve")


def main() -> None:
    if not shutil.which("hey"):
        sys.exit("hey is not installed (apt install hey), and a client in Python would be slower than the service.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        digits = glassnet.load_data("mnist", part="test").inputs
        write_models(folder)
        one, many = folder / "one.json", folder / "many.json"
        one.write_text(json.dumps({"rows": digits[:1].tolist()}))
        many.write_text(json.dumps({"rows": digits[:BATCH].tolist()}))
        result = {"glassnet": measure_glassnet(folder, digits, one, many)}
        for peer in PEERS:
            command = [sys.executable, str(HERE / "peers" / f"serve_{peer}.py"), str(folder / "sklearn.pickle")]
            result[peer] = measure_peer(command, one, many)
            print(peer, result[peer], flush=True)
    if not TRIAL:
        machine.write("service", {**result, "settings": settings()}, PACKAGES)


def settings() -> dict[str, Any]:
    return {
        "rate": RATE,
        "per_connection": PER_CONNECTION,
        "seconds": SECONDS,
        "steady_rate": STEADY_RATE,
        "steady_seconds": STEADY_SECONDS,
        "batch": BATCH,
        "tensor_rows": TENSOR_ROWS,
        "load": f"hey {_version('hey')}",
    }


def write_models(folder: Path) -> None:
    """Write ``digits.safetensors``, ``people.safetensors``, ``people.json`` with rows of it, and ``sklearn.pickle``."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    train = glassnet.load_data("mnist")
    options = glassnet.Options.recipe("quick", hidden=(200,), epochs=1, seed=0)
    glassnet.save_model(glassnet.fit(train, options).model, folder / "digits.safetensors")
    rng = np.random.default_rng(0)
    ages, hours, jobs = rng.integers(18, 80, 4000), rng.normal(40, 8, 4000).round(1), rng.integers(0, 3, 4000)
    people = pl.DataFrame(
        {
            "age": ages,
            "job": [("clerk", "cook", "pilot")[place] for place in jobs],
            "member": rng.random(4000) < 0.5,
            "hours": hours,
            "income": np.where((ages - 45) / 10 + jobs - 1 + (hours - 40) / 8 > 0, "high", "low"),
        }
    )
    made = glassnet.fit(glassnet.load_table(people, "income"), glassnet.Options.recipe("table", epochs=2, seed=0)).model
    glassnet.save_model(made, folder / "people.safetensors")
    (folder / "people.json").write_text(json.dumps({"rows": people.drop("income").head(BATCH).to_dicts()}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = MLPClassifier((200,), max_iter=1, random_state=0)
        peer.fit(train.inputs.astype(np.float32) / np.float32(255), train.labels)
    (folder / "sklearn.pickle").write_bytes(pickle.dumps(peer))


def measure_glassnet(folder: Path, digits: Any, one: Path, many: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "glassnet", "serve"]
    models = [str(folder / f"{name}.safetensors") for name in ("digits", "people")]
    result = measure_peer([*command, models[0], "--port"], one, many, path="/predict")
    print("glassnet", result, flush=True)
    with serving([*command, *models, "--port"], one, "/predict?model=digits") as (port, _):
        table = load(port, "/predict?model=people", folder / "people.json", ["-n", str(BATCHES), "-c", "2"])
        result["table_rows_per_s"] = BATCH * table["requests"] / table["seconds"]
        body, header = binary_tensor(digits[:TENSOR_ROWS])
        (folder / "tensor").write_bytes(body)
        head = {"Inference-Header-Content-Length": str(header)}
        flags = ["-n", str(TENSORS), "-c", "1", "-H", f"Inference-Header-Content-Length: {header}"]
        answer = request(port, "/v2/models/digits/infer", body, {**head, "Content-Type": "application/octet-stream"})
        assert len(answer) > TENSOR_ROWS
        sent = load(port, "/v2/models/digits/infer", folder / "tensor", flags, "application/octet-stream")
        result["tensor_ms"] = machine.summary(1e3 * value for value in sent["latencies"])
    for engine in ("portable", "fast"):
        times = in_process(folder / "digits.safetensors", digits[:TENSOR_ROWS], engine)
        result[f"in_process_{engine}_ms"] = machine.summary(times)
    return result


def measure_peer(command: Sequence[str], one: Path, many: Path, path: str = "/predict") -> dict[str, Any]:
    """Measure what all can do: `command` gets a port as its last word."""
    starts = []
    for _ in range(STARTS + 1):
        with serving(command, one, path) as (_, seconds):
            starts.append(seconds)
    with serving(command, one, path) as (port, _):
        load(port, path, one, ["-z", "1s", "-c", "2"])
        timed = steady(port, path, one, RATE, SECONDS)
        minute = steady(port, path, one, STEADY_RATE, STEADY_SECONDS)
        batches = load(port, path, many, ["-n", str(BATCHES), "-c", "2"])
        full = load(port, path, one, ["-z", f"{SECONDS // 2}s", "-c", "4"])
    return {
        "start_s": machine.summary(starts[1:]),  # the first reads the files from the disk
        "latency_ms": timed,
        "steady_ms": minute,
        "digits_per_s": BATCH * batches["requests"] / batches["seconds"],
        "requests_per_s": full["requests"] / full["seconds"],
    }


def steady(port: int, path: str, body: Path, rate: int, seconds: int) -> dict[str, Any]:
    """Ask at a rate; milliseconds, and the rate that was reached: hey sends late what it cannot send in time."""
    flags = ["-z", f"{seconds}s", "-c", str(rate // PER_CONNECTION), "-q", str(PER_CONNECTION)]
    done = load(port, path, body, flags)
    points = np.percentile([1e3 * value for value in done["latencies"]], [50, 99])
    return {
        "asked_per_s": rate,
        "reached_per_s": done["requests"] / done["seconds"],
        "p50": float(points[0]),
        "p99": float(points[1]),
        "max": 1e3 * max(done["latencies"]),
        "errors": done["errors"],
    }


def load(port: int, path: str, body: Path, flags: Sequence[str], kind: str = "application/json") -> dict[str, Any]:
    """Run hey and return seconds of the answers with status 200, their number, and that of the others."""
    words = ["hey", "-o", "csv", "-m", "POST", "-T", kind, "-D", str(body), *flags, f"http://127.0.0.1:{port}{path}"]
    began = time.perf_counter()
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - began
    lines = [line.split(",") for line in done.stdout.splitlines()[1:]]
    fine = [line for line in lines if line[6] == "200"]
    assert fine, done.stdout[:500] + done.stderr[:500]
    if "-z" in flags:
        seconds = float(flags[1][:-1])
    return {
        "latencies": [float(line[0]) for line in fine],
        "requests": len(fine),
        "errors": len(lines) - len(fine) + done.stdout.count("Error"),
        "seconds": seconds,
    }


def binary_tensor(rows: Any) -> tuple[bytes, int]:
    """Return a request of the Open Inference Protocol with a binary tensor, and the length of its JSON."""
    one = {
        "name": "input",
        "shape": list(rows.shape),
        "datatype": "UINT8",
        "parameters": {"binary_data_size": rows.size},
    }
    head = json.dumps({"inputs": [one], "parameters": {"binary_data_output": True}}).encode()
    return head + rows.tobytes(), len(head)


def in_process(path: Path, rows: Any, engine: str) -> Iterator[float]:
    """Give the milliseconds of probabilities and classes for the same rows in this process."""
    model = glassnet.compiled(glassnet.load_model(path), engine=engine)
    for turn in range(TENSORS + 3):
        began = time.perf_counter()
        outputs = model.outputs(rows)
        model.targets.invert(outputs), model.probabilities(outputs)
        if turn >= 3:
            yield 1e3 * (time.perf_counter() - began)


@contextmanager
def serving(command: Sequence[str], one: Path, path: str) -> Iterator[tuple[int, float]]:
    """Run a server in its own process; give the port, and the seconds to the first answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    body, began = one.read_bytes(), time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*command, str(port)], start_new_session=True, **quiet)
    try:
        while True:
            try:
                request(port, path, body, {"Content-Type": "application/json"})
                break
            except (urllib.error.URLError, ConnectionError):
                if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                    raise SystemExit(f"{command[1]} does not answer") from None
                time.sleep(0.005)
        yield port, time.perf_counter() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # LitServe has several processes
        try:
            process.wait(PATIENCE)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def request(port: int, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    sent = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    with urllib.request.urlopen(sent, timeout=PATIENCE) as answer:
        return bytes(answer.read())


def _version(package: str) -> str:
    """Return the version of a Debian package, or nothing."""
    try:
        found = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    except OSError:
        return ""
    return found.stdout


if __name__ == "__main__":
    main()
