"""Texts to take away: run in a folder with only their data, they give the weights of the job."""

from __future__ import annotations

import ast
import contextlib
import csv
import importlib
import io
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import glassnet
from glassnet.explain.small_network import SMALL_NETWORKS
from glassnet.training.events import EpochDone
from glassnet.workflow.compare_job import CompareJob, Side, compare
from glassnet.workflow.parameters import TableOptions
from glassnet.workflow.take_away.comparison import comparison_program
from glassnet.workflow.take_away.look import Looking, looking_program
from glassnet.workflow.take_away.query import query_command, query_program
from glassnet.workflow.take_away.step import small_step_program, step_text
from glassnet.workflow.take_away.training import training_command, training_program
from glassnet.workflow.train_job import TrainJob, train
from support.cli import environment, run

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
def test_a_command_gives_the_weights_of_the_job(name, trained, folder, tmp_path, monkeypatch):
    job, _, expected = trained[name]
    for file in (job.source, job.start, *job.add):
        if file:
            shutil.copy(folder / file, tmp_path / file)
    monkeypatch.chdir(tmp_path)
    words = shlex.split(training_command(job))
    assert words[:2] == ["glassnet", "train"]
    answer = run(*words[1:], "--json", "--no-plot").fine().json()
    assert answer["hash"] == expected


COMPARED = CompareJob(
    Side("notes", {"hidden": (4,), "epochs": 1}),
    Side("quick", {"hidden": (4,), "epochs": 2}),
    "our house's.csv",
    {"ema_decay": 0.5},
    TableOptions(("sold?",), drop=("side",), task="classes"),
    seeds=2,
    stop_early=False,
)


def programs(trained: dict[str, tuple[TrainJob, dict[str, bool], str]]) -> dict[str, str]:
    """A program of every kind that the rooms print, for the models and data of `trained`."""
    few = {"hidden": (4,), "epochs": 1}
    step, house, pixels = {"epoch": 1, "step": 2}, "our house's.csv", "-pixels.csv"
    texts = {f"train {name}": training_program(job, **facts) for name, (job, facts, _) in trained.items()}
    texts |= {
        "train stopped": training_program(trained["table-further"][0], of_table=True, stopped=1),
        "compare": comparison_program(COMPARED, house),
        "draw": query_program("pixels.safetensors"),
        "draw with the reader": query_program(None),
        "read": query_program(None, photo=True),
        "row": query_program("table.safetensors", row={"size of it": 0.5, "side": None}),
        "step": step_text("python", "pixels.safetensors", pixels, {"row": 3}),
        "step of a table": step_text("python", "table.safetensors", house, {"row": 3}, of_table=True),
        "step of the reader": step_text("python", None, None, {"row": 3, "part": "test"}),
        "step of a run": step_text("python", "pixels.safetensors", pixels, step),
        "step of a run that went on": step_text(
            "python", "table-further.safetensors", house, step, parent="table.safetensors"
        ),
        "small step": small_step_program(SMALL_NETWORKS["2-2-2"]),
        "labels": looking_program(Looking("labels", house, target=("sold?",), options=few)),
        "labels of samples": looking_program(Looking("labels", pixels, options={"classes": 3, **few})),
        "data": looking_program(Looking("data", pixels, row=2)),
        "data of a table": looking_program(Looking("data", house, target=("sold?",))),
    }
    for view in ("mistakes", "confusion", "hidden", "nodes"):
        texts[view] = looking_program(Looking(view, pixels, "pixels.safetensors", held_out="test", layer=1))
        texts[f"{view} of a table"] = looking_program(Looking(view, house, "table.safetensors", target=("sold?",)))
    return texts


def test_every_program_runs_and_gives_the_result_of_its_job(trained, folder, tmp_path, monkeypatch):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "drawing.csv").write_text(",".join(map(str, glassnet.load_data("mnist").inputs[0])))
    pytest.importorskip("PIL.Image").fromarray(glassnet.load_data("mnist").inputs[0].reshape(28, 28) ^ 255).resize(
        (280, 280)
    ).save(tmp_path / "photo.jpg")
    texts = {name: text for name, text in programs(trained).items() if name != "draw"}
    texts["draw"] = query_program("pixels.safetensors").replace("drawing.csv", "-pixels.csv")
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    # Programs that train write models under the names of others, so they come last.
    order = sorted(texts, key=lambda name: (name.startswith("train"), "further" not in name and "stopped" not in name))
    # One process for all, which need not load the package again and again; each program has its own names.
    runner = (
        "import contextlib, io, json, runpy, sys\n"
        "printed = {}\n"
        "for name in sys.argv[1:]:\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as said:\n"
        "        runpy.run_path(f'{name}.py', run_name='__main__')\n"
        "    printed[name] = said.getvalue()\n"
        "print(json.dumps(printed))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", runner, *order], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert {name for name, said in printed.items() if not said.strip()} <= {"hidden", "hidden of a table"}
    assert (tmp_path / "hidden.png").exists()
    for name, (_, _, expected) in trained.items():
        assert printed[f"train {name}"].split()[-1] == expected
    monkeypatch.chdir(tmp_path)
    expected = [f"{pair.seed} {pair.a} {pair.b}" for pair in compare(COMPARED).pairs]
    assert printed["compare"].splitlines()[:-1] == expected
    assert printed["draw with the reader"].split()[0] == str(glassnet.load_data("mnist").labels[0])
    before, after = printed["step of a run that went on"].split()[:2]
    assert before != after


def test_programs_use_public_names_only(trained):
    public = {"glassnet": glassnet, "glassnet.plots": glassnet.plots, "glassnet.explain": glassnet.explain}
    used = set()
    for name, text in programs(trained).items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                assert {one.name for one in node.names} <= {"glassnet", "numpy"}, name
            elif isinstance(node, ast.ImportFrom):
                assert node.module == "dataclasses", name
            elif isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_"), name
                if (module := ast.unparse(node.value)) in public:
                    assert node.attr in public[module].__all__, f"{name}: {module}.{node.attr}"
                    used.add(node.attr)
    assert {"TableModel", "load_split", "train_test_split", "replay", "draw_hidden"} <= used


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
