"""Optimizers on the command line: each has its own learning rate; options that disable the fast loop are reported."""

from __future__ import annotations

import pytest

from glassnet.nn.optimizers import OPTIMIZERS
from glassnet.options.options import job_options
from glassnet.options.recipes import BY_OPTIMIZER, for_rows
from support.cli import run
from support.samples import digits_csv

SMALL = ("--hidden", 30, "--epochs", 6, "--no-plot", "--json", "--force", "--out", "m.safetensors")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "digits.csv").write_text(digits_csv(1000))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GLASSNET_LANGUAGE", "en")
    return tmp_path


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS][::3])
def test_every_optimizer_has_its_own_learning_rate(folder, optimizer):
    done = run("train", "digits.csv", "--optimizer", optimizer, *SMALL).fine().json()
    assert done["options"]["learning_rate"] == BY_OPTIMIZER["recipe"][optimizer]["learning_rate"]
    assert done["accuracy"] > 0.6


def test_a_large_table_does_not_use_the_rate_of_adamw_for_another_optimizer():
    rows = for_rows(50_000, "table")
    assert job_options("table", {}, **rows).learning_rate == rows["learning_rate"]
    for name in set(OPTIMIZERS) - {"adamw"}:
        options = job_options("table", {"optimizer": name}, **rows)
        assert {option: getattr(options, option) for option in BY_OPTIMIZER["table"][name]} == BY_OPTIMIZER["table"][
            name
        ]
        assert options.batch_size == rows["batch_size"]
        assert job_options("table", {"optimizer": name, "learning_rate": 0.5}, **rows).learning_rate == 0.5


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (("--dropout", 0.2), "--dropout"),
        (("--optimizer", "adam", "--set", "clip=1"), "--set clip, --optimizer"),
        (("--dropout", 0.2, "--batch-size", 32), None),
        (("--dropout", 0.2, "--engine", "reference"), None),
        ((), None),
    ],
)
def test_options_that_disable_the_fast_loop_are_reported(folder, flags, named):
    small = ("--hidden", 5, "--epochs", 1, "--no-plot", "--out", "m.safetensors", "--force")
    (folder / "few.csv").write_text(digits_csv(150))
    for language, words in (
        ("en", "training on single samples has a fast loop for plain sgd only"),
        ("zh", "逐样本训练"),
    ):
        lines = run("train", "few.csv", *flags, *small, "--language", language).fine().err.splitlines()
        warnings = [line for line in lines if line.startswith(words)]
        assert len(warnings) == (named is not None)
        shown = named and (named if language == "en" else named.replace(", ", "、"))
        assert all(f" {shown} " in line for line in warnings)


def test_too_few_epochs_are_reported(folder):
    words = ("train", "digits.csv", "--hidden", 30, "--no-plot", "--force", "--set", "schedule=constant")
    assert "the training loss still fell by " in run(*words, "--epochs", 10).fine().err
    assert "训练损失仍下降了" in run(*words, "--epochs", 10, "--language", "zh").fine().err
    for unchosen in ((), ("--epochs", 9), ("--epochs", 10, "--early-stopping", 5)):
        assert "still fell" not in run(*words, *unchosen).fine().err
