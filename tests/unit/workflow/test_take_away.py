"""Texts to take away: run in a folder with only their data, they give the weights of the job."""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import shlex
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import glassnet
from glassnet.training.events import EpochDone
from glassnet.workflow.parameters import TableOptions
from glassnet.workflow.take_away.query import query_command
from glassnet.workflow.take_away.training import training_command, training_program
from glassnet.workflow.train_job import TrainJob, train
from support.cli import run

SMALL = {"hidden": (6,), "epochs": 2}


def write_table(path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [
        f"{a:.3f},{'north' if b else 'south'},{'yes' if a + b > 0.8 else 'no'}" for a, b in rng.random((60, 2)).round(1)
    ]
    path.write_text("size of it,side,sold?\n" + "\n".join(rows) + "\n", encoding="utf-8")


def write_pixels(path: Path, rows: int = 80) -> None:
    rng = np.random.default_rng(1)
    labels = np.arange(rows) % 3
    pixels = rng.integers(0, 120, (rows, 16)) + 40 * labels[:, None]
    path.write_text(
        "\n".join(",".join(map(str, (k, *p))) for k, p in zip(labels, pixels, strict=True)), encoding="utf-8"
    )


def jobs(folder: Path) -> dict[str, tuple[TrainJob, dict[str, bool]]]:
    """Jobs of every kind of data, with files named as in an empty folder, and what their programs need to know."""
    write_table(folder / "our house's.csv")
    write_pixels(folder / "-pixels.csv")
    write_pixels(folder / "more.csv", 9)
    options = {
        "ema_decay": 0.9,
        "bias": True,
        "learning_rate": 0.1 + 0.2,
        "hidden": (5, 4),
        "activation": ("relu", "tanh"),
    }
    table = TableOptions(("sold?",), drop=("side",))
    fast = {"members": 1, "folds": False, "epochs": 2}
    return {
        "table": (TrainJob("our house's.csv", options=fast | {"seed": 3}, table=table), {"of_table": True}),
        "table-quick": (
            TrainJob("our house's.csv", recipe="quick", options=SMALL | {"holdout": 0.3}, table=table),
            {"of_table": True},
        ),
        "pixels": (TrainJob("-pixels.csv", options=SMALL | options | {"schedule": "constant"}), {"held_out": True}),
        "further": (
            TrainJob("-pixels.csv", start="pixels.safetensors", options={"epochs": 1}, add=("more.csv",), add_times=3),
            {"held_out": True},
        ),
        "table-further": (
            TrainJob("our house's.csv", start="table.safetensors", options={"epochs": 3}),
            {"of_table": True},
        ),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("take")


@pytest.fixture(scope="module")
def trained(folder):
    """Name of a job -> job, facts for the program and the hash of its weights."""
    done = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, (job, facts) in jobs(folder).items():
            result = train(
                TrainJob(**{**vars(job), "source": f"./{job.source}", "plot": False, "out": f"{name}.safetensors"})
            )
            done[name] = (job, facts, result.model.hash())
    return done


@pytest.mark.parametrize("name", ["table", "table-quick", "pixels", "further", "table-further"])
def test_command_and_program_give_the_weights_of_the_job(name, trained, folder, tmp_path, monkeypatch):
    job, facts, expected = trained[name]
    for file in (job.source, job.start, *job.add):
        if file:
            shutil.copy(folder / file, tmp_path / file)
    monkeypatch.chdir(tmp_path)
    words = shlex.split(training_command(job))
    assert words[:2] == ["glassnet", "train"]
    answer = run(*words[1:], "--json", "--no-plot").fine().json()
    assert answer["hash"] == expected
    assert run_program(training_program(job, **facts))[-1] == expected


def run_program(text: str) -> list[str]:
    """Run a program in this process, which is faster, and return the words that it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "program.py", "exec"), {"__name__": "__main__"})
    return printed.getvalue().split()


def test_a_stopped_run_is_stopped_by_the_program_and_mentioned_by_the_command(trained, folder, monkeypatch, tmp_path):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)  # the programs write model files
    monkeypatch.chdir(tmp_path)
    for name in ("pixels", "table", "table-further"):
        job, facts, _ = trained[name]
        short = TrainJob(**{**vars(job), "options": job.options | {"epochs": 4}})
        place = TrainJob(
            **{**vars(short), "source": f"./{job.source}", "plot": False, "out": str(tmp_path / "s.safetensors")}
        )
        stopped = train(place, callbacks=[lambda event: isinstance(event, EpochDone) and event.epoch == 1])
        assert stopped.epochs == 1
        assert run_program(training_program(short, **facts, stopped=1))[-1] == stopped.model.hash()
        (tmp_path / "s.safetensors").unlink()
    assert training_command(short, stopped=1).startswith("# stopped with epoch 1")
    assert len(training_command(short, stopped=1).splitlines()) == 2


def test_mnist_has_the_shortest_texts():
    assert training_command(TrainJob()) == "glassnet train\n"
    assert training_command(TrainJob(recipe="notes", options={"epochs": 1})) == "glassnet train --epochs 1\n"
    assert training_command(TrainJob(recipe="ensemble")) == "glassnet train --recipe ensemble\n"
    assert training_program(TrainJob(recipe="quick", options={"epochs": 1, "hidden": (30,)})) == (
        "import glassnet\n\n"
        "data = glassnet.load_data('mnist')\n"
        "options = glassnet.Options.recipe('quick', epochs=1, hidden=30)\n"
        "test = glassnet.load_data('mnist', part='test', like=data)\n"
        "fit = glassnet.fit(data, options)\n"
        "print(glassnet.evaluate(fit.model, test))\n"
        "print(fit.model.hash())\n"
        "glassnet.save_model(fit.model, 'quick.safetensors')\n"
    )


def test_options_of_every_type_are_read_back():
    given = {
        "hidden": (7, 5),
        "clip": 1e-7,
        "bias": True,
        "shuffle": False,
        "size": "9x8",
        "seed": 2**62,
        "ema_decay": 0.3,
    }
    program = training_program(TrainJob("x.zip", options=given), held_out=True)
    call = program[program.index("glassnet.Options.recipe") : program.index("data, test")]
    assert eval(call, {"glassnet": glassnet}) == glassnet.Options(**given)
    assert "size=(9, 8)" in program


def test_a_program_for_mnist_gives_the_weights_of_the_job(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    reading = importlib.import_module("glassnet.data.load")
    whole = reading.bundled_pair
    monkeypatch.setattr(reading, "bundled_pair", lambda part: tuple(values[:3000] for values in whole(part)))
    job = TrainJob(recipe="quick", options={"epochs": 1, "hidden": (12,)}, plot=False)
    assert run_program(training_program(job))[-1] == train(job).model.hash()


def test_a_value_of_a_row_does_not_end_its_text(tmp_path):
    """It may come from a link: what follows must not be run."""
    row = {"a\nEND\ntouch hacked": "1\nEND\ntouch hacked\nEND_", "b": 2}
    commands = f"glassnet() {{ :; }}\n{query_command('m.safetensors', row=row)}"
    subprocess.run(["sh", "-c", commands], cwd=tmp_path, check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["row.csv"]
    with (tmp_path / "row.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [list(row), [str(value) for value in row.values()]]
