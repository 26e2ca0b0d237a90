"""``glassnet import``: what it writes and prints, what other commands make of the model, and what it refuses."""

from __future__ import annotations

import shlex

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from glassnet import load_model
from glassnet.cli.export import ImportFacts
from support.cli import run, snapshot
from support.declared import undeclared
from support.onnx_nets import Net, scikit_classifier


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with networks of 16 inputs, and labelled rows for them."""
    monkeypatch.chdir(tmp_path)
    net = Net(("N", 1, 4, 4)).add("Flatten").gemm(9, 0.2).add("Relu").gemm(3)
    net.save(tmp_path / "logits.onnx")
    net.add("Softmax").save(tmp_path / "net.onnx")
    named = Net(("N", 16)).matmul(5).add("Tanh").matmul(3).add("Softmax")
    named.save(tmp_path / "named.onnx", *scikit_classifier(named, np.array(["bee", "cat", "dog"])))
    random = np.random.default_rng(0)
    rows = np.column_stack([np.arange(30) % 3, random.uniform(size=(30, 16)).round(3)])
    (tmp_path / "rows.csv").write_text("".join(",".join(f"{v:g}" for v in row) + "\n" for row in rows))
    return tmp_path


def test_the_model_answers_as_the_file_and_every_command_takes_it(folder):
    outcome = run("export", "net.onnx").fine()
    first, second, third = outcome.out.splitlines()
    assert first == "imported  net.safetensors, a network 16-9-3 relu/softmax"
    assert second == "outputs   3 classes: 0, 1, 2"
    assert third.startswith("compared  64 random rows: outputs within ")
    inputs = np.loadtxt("rows.csv", delimiter=",")[:, 1:].astype(np.float32)
    expected = ReferenceEvaluator("net.onnx").run(None, {"input": inputs.reshape(-1, 1, 4, 4)})[0]
    answers = run("query", "net.safetensors", "rows.csv", "--json").fine().json()
    assert np.abs(np.array([one["outputs"] for one in answers]) - expected).max() < 1e-5
    assert run("test", "net.safetensors", "rows.csv", "--json").fine().json()["samples"] == 30
    assert "net.onnx" in run("info", "net.safetensors").fine().out
    assert "导入自" in run("info", "net.safetensors", "--language", "zh").fine().out
    run("explain", "net.safetensors", "rows.csv", "--row", "1").fine()
    run("test", "--report", "net-report.html", "net.safetensors", "rows.csv").fine()
    assert run("export", "net.safetensors", "--to", "onnx", "-o", "back.onnx", "--json").fine().json()["equal"]
    verified = run("info", "--verify", "net.safetensors", "rows.csv")
    assert verified.code == 2
    assert "the network was imported from net.onnx. [GN017]" in verified.err


def test_standardised_rows_are_read_unless_a_maximum_is_given(folder):
    rows = np.loadtxt("rows.csv", delimiter=",")
    rows[:, 1:] = (rows[:, 1:] - rows[:, 1:].mean()) / rows[:, 1:].std()
    np.savetxt("rows.csv", rows, "%.4g", ",")
    run("export", "--to", "safetensors", "net.onnx").fine()
    expected = ReferenceEvaluator("net.onnx").run(None, {"input": rows[:, 1:].astype(np.float32).reshape(-1, 1, 4, 4)})
    answers = run("query", "net.safetensors", "rows.csv", "--json").fine().json()
    assert np.abs(np.array([one["outputs"] for one in answers]) - expected[0]).max() < 1e-3
    assert run("test", "net.safetensors", "rows.csv", "--json").fine().json()["samples"] == 30
    run("explain", "net.safetensors", "rows.csv", "--row", "1").fine()
    run("test", "--report", "net-report.html", "net.safetensors", "rows.csv").fine()
    made = run("export", "net.safetensors", "--to", "onnx", "-o", "back.onnx", "--data", "rows.csv", "--json").fine()
    assert (made.json()["equal"], made.json()["rows"]) == (True, 30)
    run("export", "--to", "safetensors", "net.onnx", "--force", "--input-max", "1").fine()
    for command in ("query", "test", "explain --row 1"):
        name, *flags = command.split()
        run(name, "net.safetensors", "rows.csv", *flags).refused("GN014", "expected 0 to 1")


def test_json_names_and_tasks(folder):
    facts = (
        run("export", "--to", "safetensors", "named.onnx", "-o", "m.safetensors", "--input-max", "4", "--json")
        .fine()
        .json()
    )
    assert undeclared(facts, ImportFacts) == []
    assert facts["class_names"] == ["bee", "cat", "dog"]
    model = load_model("m.safetensors")
    assert (model.hash(), model.scaling.maximum) == (facts["hash"], 4)
    assert "3 numbers" in run("export", "--to", "safetensors", "logits.onnx").fine().out
    assert (
        "3 个类别"
        in run("export", "--to", "safetensors", "logits.onnx", "--force", "--task", "classes", "--language", "zh")
        .fine()
        .out
    )
    assert load_model("logits.safetensors").network.architecture.activations[-1] == "softmax"


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("export --to safetensors net.onnx -o rows.csv", "GN022", "rows.csv"),
        ("export --to safetensors net.onnx -o old.safetensors", "GN007", "--force"),
        (
            "export --to safetensors conv.onnx -o old.safetensors --force",
            "GN102",
            "operator Conv, node '/Conv_0': not supported",
        ),
        ("export --to safetensors rows.csv --force", "GN102", "a damaged one. Export the network again."),
        ("export --to safetensors . --force", "GN002", "folder"),
        ("export --to safetensors net.onnx --task words", "GN020", "'words'"),
        ("export --to safetensors net.onnx --input-max 0 -o new.safetensors", "GN021", "maximum"),
    ],
)
def test_a_refusal_is_one_line_and_costs_no_file(folder, typed, code, words):
    run("export", "--to", "safetensors", "net.onnx", "-o", "old.safetensors").fine()
    net = Net(("N", 1, 4, 4))
    net.add("Conv", net.constant(np.ones((1, 1, 2, 2)))).add("Flatten").save(folder / "conv.onnx")
    before = snapshot(folder)
    for language in ("en", "zh"):
        outcome = run(*shlex.split(typed), "--language", language)
        assert outcome.code == 2
        [line] = outcome.err.strip().splitlines()
        assert f"[{code}" in line
        assert language == "zh" or words in line
    assert snapshot(folder) == before


def test_two_networks_on_the_same_input_with_two_outputs_are_no_model(folder):
    proto = onnx.load("net.onnx")
    proto.graph.output.append(onnx.helper.make_tensor_value_info(proto.graph.node[1].output[0], 1, None))
    onnx.save(proto, "two.onnx")
    assert "different branches" in run("export", "--to", "safetensors", "two.onnx").err
