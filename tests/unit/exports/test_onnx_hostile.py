"""Damaged and malicious ONNX files: one line each, and no other file is read, whatever the file says."""

from __future__ import annotations

import re
import tracemalloc

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from glassnet import Model, import_model
from glassnet.errors import GlassnetError
from support.messages import untranslated
from support.onnx_nets import Net


@pytest.fixture
def content(tmp_path) -> bytes:
    return Net(("N", 4)).gemm(5).add("Relu").gemm(3).add("Softmax").save(tmp_path / "whole.onnx").read_bytes()


def outcome(path, content: bytes) -> str:
    """The message of a refusal, or nothing for a file that is imported."""
    path.write_bytes(content)
    try:
        assert isinstance(import_model(path), Model)
        return ""
    except GlassnetError as problem:
        refusal = problem
    text = str(refusal)
    assert refusal.code == "GN102"
    assert text.startswith(str(path))
    assert "\n" not in text
    assert len(text) < len(str(path)) + 400
    assert [*untranslated(refusal)] == []
    return text


def test_a_file_that_ends_early_is_refused(tmp_path, content):
    for length in range(0, len(content), 3):
        message = outcome(tmp_path / "net.onnx", content[:length])
        # A protocol buffer has no end mark: what is cut off at the end may be something that a graph can lack.
        assert message or length > len(content) - 40, length


def test_flipped_bits_give_a_line_or_a_network(tmp_path, content):
    random = np.random.default_rng(11)
    refused = 0
    for _ in range(200):
        damaged = bytearray(content)
        for place in random.integers(0, len(content), random.integers(1, 4)):
            damaged[place] ^= 1 << random.integers(8)
        refused += bool(outcome(tmp_path / "net.onnx", bytes(damaged)))
    assert 50 < refused < 200


def changed(content: bytes, change) -> bytes:
    proto = onnx.load_model_from_string(content)
    change(proto)
    return proto.SerializeToString()


def cyclic(proto):
    first, last = proto.graph.node[0], proto.graph.node[-1]
    first.input[0] = last.output[0]


def itself(proto):
    proto.graph.node[1].input[0] = proto.graph.node[1].output[0]


def huge(*sides: int):
    def change(proto):
        tensor = proto.graph.initializer[0]
        del tensor.dims[:]
        tensor.dims.extend(sides)

    return change


def subgraphs(proto):
    inner = helper.make_graph([], "empty", [], [])
    for _ in range(60):
        node = helper.make_node("If", ["input"], ["x"], then_branch=inner, else_branch=inner)
        inner = helper.make_graph([node], "more", [], [])
        if inner.ByteSize() > 1 << 16:
            break
    proto.graph.node.append(helper.make_node("If", ["input"], ["y"], name="/If", then_branch=inner, else_branch=inner))
    proto.graph.output[0].name = "y"


def expanding(proto):
    proto.graph.initializer.append(numpy_helper.from_array(np.array([1 << 40]), "size"))
    proto.graph.node.insert(0, helper.make_node("ConstantOfShape", ["size"], ["zeros"], name="/zeros"))
    proto.graph.node[1].input[1] = "zeros"


def repeated(proto):
    proto.graph.initializer.append(numpy_helper.from_array(np.full((3, 3), 0.5, np.float32), "same"))
    value = proto.graph.node[-2].output[0]
    del proto.graph.node[-1]
    for k in range(1900):
        proto.graph.node.append(helper.make_node("MatMul", [value, "same"], [f"v{k}"]))
        value = f"v{k}"
    proto.graph.output[0].name = value


def doubling(proto):
    """Every sum has two branches, 2**1000 ways through the graph."""
    value = proto.graph.node[-2].output[0]
    for k in range(1000):
        proto.graph.node.append(helper.make_node("Add", [value, value], [f"v{k}"], name=f"/Add_{k}"))
        value = f"v{k}"
    proto.graph.output[0].name = value


def averaged(proto):
    """The mean of such sums, which may be that of an ensemble of 2**1000 networks."""
    doubling(proto)
    proto.graph.initializer.append(numpy_helper.from_array(np.array(2.0**1000)))
    proto.graph.initializer[-1].name = "count"
    proto.graph.node.append(helper.make_node("Div", [proto.graph.output[0].name, "count"], ["mean"], name="/mean"))
    proto.graph.output[0].name = "mean"


def many_members(proto):
    """The mean of 900 networks, which are all the same 900 nodes."""
    value = proto.graph.node[-2].output[0]
    for k in range(900):
        proto.graph.node.append(helper.make_node("Relu", [value], [f"r{k}"]))
        value = f"r{k}"
    proto.graph.node.append(helper.make_node("Mean", [value] * 900, ["mean"], name="/mean"))
    proto.graph.output[0].name = "mean"


def shared_offset(proto):
    """A constant of 1 MB that is added 1900 times."""
    proto.graph.initializer.append(numpy_helper.from_array(np.zeros(1 << 18, np.float32), "long"))
    value = proto.graph.node[-2].output[0]
    for k in range(1900):
        proto.graph.node.append(helper.make_node("Add", [value, "long"], [f"v{k}"], name=f"/Add_{k}"))
        value = f"v{k}"
    proto.graph.output[0].name = value


def many_outputs(proto):
    proto.graph.output.extend([proto.graph.output[0]] * 10_000)


def constants_of_constants(proto):
    value = proto.graph.initializer[0].name
    for k in range(1500):
        proto.graph.node.insert(k, helper.make_node("Reshape", [value, value], [f"c{k}"], name=f"/Reshape_{k}"))
        value = f"c{k}"
    proto.graph.node[1500].input[1] = value


CASES = {
    "a cycle": cyclic,
    "from no node before it": itself,
    "another number of values": huge(1 << 31, 1 << 31),
    "number of values than its shape": huge(5, 5),
    "which is not possible": huge(-5, -4),
    "operator If": subgraphs,
    "operator Gemm": expanding,
    "answers of the imported model differ": repeated,
    "branch": doubling,
    "Add_999.: a branch": averaged,
    "weights or nodes used many times": many_members,
    "used many times": shared_offset,
    "10001 outputs": many_outputs,
    "operator Gemm, node": constants_of_constants,
}


@pytest.mark.parametrize("words", CASES)
def test_malicious_graphs_are_refused_without_their_cost(tmp_path, content, words):
    made = changed(content, CASES[words])
    tracemalloc.start()
    try:
        message = outcome(tmp_path / "net.onnx", made)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert re.search(words, message), message
    assert most < 50e6


def test_weights_that_are_not_finite_and_types_that_are_not_read_are_refused(tmp_path, content):
    def broken(proto):
        proto.graph.initializer[1].raw_data = np.full(5, np.nan, np.float32).tobytes()

    def half(proto):
        tensor = numpy_helper.to_array(proto.graph.initializer[0]).astype(np.float16)
        proto.graph.initializer[0].CopyFrom(numpy_helper.from_array(tensor, proto.graph.initializer[0].name))

    def long_names(proto):
        proto.graph.node[0].op_type = "Conv" + "x" * 10_000
        proto.graph.node[0].name = "n\n" * 10_000

    path = tmp_path / "net.onnx"
    assert "NaN" in outcome(path, changed(content, broken))
    assert "FLOAT16" in outcome(path, changed(content, half))
    assert "operator Convx" in outcome(path, changed(content, long_names))
    assert "nodes" in outcome(
        path, changed(content, lambda proto: proto.graph.node.extend([proto.graph.node[1]] * 3000))
    )
