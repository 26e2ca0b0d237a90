"""Recipe table on the command line: several networks, each trained without one fold, that become one."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import load_model
from glassnet.model.header import joined_count
from support.cli import run, working_copy

pytestmark = pytest.mark.usefixtures("without_cross_validation")

TRAIN = ("train", "t.csv", "--target", "y", "--hidden", "6", "--epochs", "4", "--engine", "reference")
JOINED = "network   {inputs}-{nodes}-2 ({count} networks of {inputs}-6-2, each trained without one fold), rule gradient"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("folds")
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 120))
    answers = np.where(a + b > 0.3, "yes", "no")
    lines = [f"{x:.3f},{y:.3f},{answer}\n" for x, y, answer in zip(a, b, answers, strict=True)]
    (folder / "t.csv").write_text("a,b,y\n" + "".join(lines))
    (folder / "few.csv").write_text("a,b,y\n" + "".join(lines[:18]))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return folder, run(*TRAIN, "--out", "m.safetensors", "--no-plot").fine()


def networks_in(model: str) -> int:
    """How many networks became one: four, or with those without intervals eight."""
    return joined_count(load_model(model).receipt)


@pytest.fixture
def folder(trained, tmp_path, monkeypatch):
    return working_copy(trained[0], tmp_path, monkeypatch)


def test_training_says_what_the_network_consists_of(trained, folder):
    inputs, count = load_model("m.safetensors").features, networks_in("m.safetensors")
    assert JOINED.format(inputs=inputs, nodes=6 * count, count=count) in trained[1].out
    assert "validation loss" in trained[1].err
    again = run(*TRAIN, "--out", "zh.safetensors", "--no-plot", "--language", "zh").fine().out
    assert f"{inputs}-{6 * count}-2（{count} 个 {inputs}-6-2 网络并联，训练时各留出一折）" in again


def test_the_model_is_described_and_verified(folder):
    facts = run("info", "m.safetensors", "--json").fine().json()
    assert (facts["members"], facts["receipt"]["options"]["members"]) == (1, 4)
    assert facts["temperature"] == load_model("m.safetensors").temperature != 1
    lines = [line.split(maxsplit=1) for line in run("info", "m.safetensors").fine().out.splitlines()]
    assert ["members", f"{networks_in('m.safetensors')} networks joined"] in lines
    assert ["temperature", f"{facts['temperature']:.4g}"] in lines
    assert "温度" in run("info", "m.safetensors", "--language", "zh").fine().out
    assert run("info", "--verify", "m.safetensors", "t.csv").fine().out.startswith("same bits")


def test_the_report_describes_the_folds(folder):
    count = networks_in("m.safetensors")
    for language, words in {
        "en": (
            f"{count} networks of 6 hidden nodes, side by side",
            "4 folds, each left out in the training of some networks",
        ),
        "zh": (f"由 {count} 个隐藏节点为 6 的网络并联而成", "分为 4 折，每个网络训练时留出其中一折"),
    }.items():
        run("test", "m.safetensors", "t.csv", "--language", language, "--report", f"{language}.html").fine()
        page = (folder / f"{language}.html").read_text(encoding="utf-8")
        assert all(word in page for word in words)


def test_a_step_of_the_first_network_can_be_explained(folder):
    done = run("explain", "m.safetensors", "t.csv", "--epoch", 2, "--step", 3).fine().out
    assert "the first of 8 ensemble members" in done
    assert "Bit-identical to the training run" in done
    assert "ensemble" not in run("explain", "m.safetensors", "t.csv", "--row", 3).fine().out
    run("explain", "m.safetensors", "t.csv", "--epoch", 9, "--step", 1).refused("GN080")


def test_a_single_network_has_no_folds_and_can_have_checkpoints(folder):
    run(*TRAIN, "--checkpoint", "c.safetensors").refused("GN022", "4 networks", "Add --members 1")
    done = run(*TRAIN, "--members", 1, "--checkpoint", "c.safetensors", "--out", "one.safetensors", "--no-plot").fine()
    assert "validation loss" in done.err
    options = load_model("one.safetensors").receipt["options"]
    assert (options["members"], options["folds"]) == (1, False)
    assert run("info", "--verify", "one.safetensors", "t.csv").fine().out.startswith("same bits")
    unused = run(*TRAIN, "--members", 1, "--set", "folds=yes", "--out", "two.safetensors", "--no-plot").fine()
    assert "--set", "folds=yes" in unused.err
    assert load_model("two.safetensors").hash() == load_model("one.safetensors").hash()


def test_other_numbers_of_networks(folder):
    run(*TRAIN, "--set", "folds=no", "--out", "plain.safetensors", "--no-plot").fine()
    assert len(load_model("plain.safetensors").members) == 4
    assert "4 × " in run(*TRAIN, "--set", "folds=no", "--out", "again.safetensors", "--no-plot").fine().out
    run(*TRAIN, "--members", 2, "--out", "two.safetensors", "--no-plot").fine()
    assert load_model("two.safetensors").network.architecture.sizes[1] == 6 * networks_in("two.safetensors")
    assert networks_in("two.safetensors") in (2, 4)
    run(*TRAIN, "--members", 90).refused("GN010", "Use fewer members")


def test_few_rows_are_for_a_single_network(folder):
    few = [word.replace("t.csv", "few.csv") for word in TRAIN]
    run(*few, "--out", "few.safetensors", "--no-plot").fine()
    assert load_model("few.safetensors").receipt["options"]["members"] == 1
    assert "--set", "folds=yes" in run(*few, "--set", "folds=yes", "--out", "f.safetensors", "--no-plot").fine().err


def test_a_model_is_trained_further_as_one_network(folder):
    done = run("train", "t.csv", "--from", "m.safetensors", "--out", "f.safetensors", "--no-plot").fine()
    assert "without one fold" not in done.out
    assert load_model("f.safetensors").network.architecture.sizes[1:] == (6 * networks_in("m.safetensors"), 2)
    assert (
        run("info", "--verify", "f.safetensors", "t.csv", "--from", "m.safetensors").fine().out.startswith("same bits")
    )
    run("train", "t.csv", "--from", "m.safetensors", "--set", "folds=yes").refused(
        "GN022", "--set", "folds=yes", "--set", "folds=no"
    )
