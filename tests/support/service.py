"""A service for tests: small models, and a server on a thread of this process or in its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import Dataset, Options, fit, load_table, save_model
from glassnet.data.dataset import SampleLayout
from glassnet.model.build import new_model
from glassnet.serve import http
from glassnet.serve.service import server_of, service_of
from glassnet.serve.service.limits import DEADLINES, Deadlines, Limits
from support.cli import environment
from support.people import people
from support.raw_http import DEADLINE
from support.samples import digits


def write_digits(path: Path, hidden: int = 8, seed: int = 0, names: Sequence[str] = ()) -> Path:
    """Write an untrained model for 28 × 28 digits."""
    options = Options(hidden=(hidden,), output="softmax", loss="cross_entropy", rule="gradient", targets="one-hot",
                      seed=seed)  # fmt: skip
    data = digits(100)
    if names:
        data = Dataset.from_arrays(data.inputs, [names[label % len(names)] for label in data.labels])
    save_model(new_model(data, options), path)
    return path


def write_any_numbers(path: Path) -> Path:
    """Write an untrained model for three numbers of any size."""
    options = Options(hidden=(4,), engine="reference", output="softmax", loss="cross_entropy", rule="gradient",
                      targets="one-hot", scaling="unit", input_max=1.0)  # fmt: skip
    data = Dataset.from_arrays([[0.0, 0.5, 1.0], [1.0, 0.5, 0.0]], [0, 1])
    save_model(replace(new_model(data, options), layout=SampleLayout(bounded=False)), path)
    return path


def write_people(path: Path) -> Path:
    """Write a model for `people`, with numbers and words in its columns."""
    import io

    import polars as pl

    frame = pl.read_csv(io.StringIO(people()))
    options = Options.recipe("table", hidden=(4,), epochs=2)
    save_model(fit(load_table(frame, "income"), options).model, path)
    return path


def write_hours(path: Path) -> Path:
    """Write a model for `people` that predicts a number, with intervals."""
    import io

    import polars as pl

    data = load_table(pl.read_csv(io.StringIO(people())), "hours")
    save_model(fit(data, recipe="table", hidden=(4,), epochs=2).model, path)
    return path


def write_numbers(path: Path) -> Path:
    """Write a model for three numbers that predicts another."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(5, 2, (60, 3)).astype(np.float32)
    options = Options(hidden=(4,), epochs=2, engine="reference", targets="values", output="identity",
                      loss="squared_error", rule="gradient", scaling="features", batch_size=10)  # fmt: skip
    save_model(fit(Dataset.from_arrays(inputs, inputs.sum(axis=1)), options).model, path)
    return path


@dataclass
class Running:
    """A running service."""

    port: int
    service: Any = None
    process: subprocess.Popen[str] | None = None

    def memory(self, *, peak: bool = False) -> int:
        """Resident memory of the process in bytes, now or the most so far."""
        assert self.process is not None
        name = "VmHWM:" if peak else "VmRSS:"
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith(name)))


@contextmanager
def serving(models: Sequence[Path], deadlines: Deadlines = DEADLINES, **given: Any) -> Iterator[Running]:
    """Serve models on a thread; `given` goes to `service_of`. By default no answer is late on a busy machine."""
    given.setdefault("limits", Limits(timeout=DEADLINE))
    with http.listening("127.0.0.1", 0) as sock:
        service = service_of([*map(str, models)], sock, **given)
        server = server_of(service, deadlines)
        thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
        thread.start()
        try:
            yield Running(sock.getsockname()[1], service)
        finally:
            server.should_exit = True
            thread.join(DEADLINE)
        assert not thread.is_alive(), "the server does not end"


@contextmanager
def serving_alone(models: Sequence[Path], *flags: str) -> Iterator[Running]:
    """Serve models with the command, in a process of its own."""
    command = [sys.executable, "-m", "glassnet", "serve", *map(str, models), "--port", "0", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), text=True)
    try:
        address = process.stdout.readline()
        yield Running(int(address.rpartition(":")[2]), process=process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
