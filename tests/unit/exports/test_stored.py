"""What a file stores: `prove` notices each changed name, number and word, also where no row's answer depends on it."""

from __future__ import annotations

import base64
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import onnx
import pytest

import glassnet
from glassnet import export, load_table, prove
from glassnet.exports.export import FORMS, form_module
from glassnet.exports.rows import proof_rows, with_added_rows
from glassnet.exports.stored import Stored, differences
from glassnet.model.portable import portable_form
from support.exported import QUICK, hostile_model, mixed_table, model_of
from support.messages import untranslated
from support.samples import small_model

LITERAL = re.compile(r'"(?:\\.|[^"\\\n])+"|-?\b0x1(?:\.[0-9a-f]+)?p[-+]\d+f?|\b\d+\b')


def with_units():
    """A model of amounts with units, as in ``12.5 kg``."""
    random = np.random.default_rng(2)
    weights = random.uniform(1, 90, 80).round(1)
    table = {"weight": [f"{one} kg" for one in weights], "kind": ["a", "b"] * 40}
    data = load_table(table | {"cost": [f"{3 * one:.2f} EUR" for one in weights]}, "cost")
    return glassnet.fit(data, replace(QUICK, targets="values", output="identity")).model


def named():
    """A model of images whose classes have names, and some pixels of which are 0 in every row of its training."""
    model = small_model(bias=True)
    return replace(model, class_names=("cat", "dog", "owl"))


KINDS = {
    "images": named,
    "units": with_units,
    "markup": hostile_model,
    **{kind: lambda kind=kind: model_of(kind) for kind in ("table", "labels", "numbers", "ensemble", "far from 0")},
    "temperature": lambda: model_of("temperature"),
}
LIKE_OTHERS = {("html", kind) for kind in ("labels", "far from 0", "temperature")}
"""Kinds of models whose pages have no fact of a kind that other pages lack."""


def written(form, model, quantize=None):
    portable = portable_form(model)
    network = portable.quantised() if quantize else portable
    rows = proof_rows(model, quantize=quantize, count=30)
    return form_module(form).write(network, model, rows, name="net", quantize=quantize)


def changed_value(value):
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}x" if isinstance(value, str) else 1


def places(value, path=()):
    """The path of every number, word and truth in a JSON value."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*path, key))
    else:
        yield path


def some_of_each(paths):
    """The first and the last path of each kind, which differ in positions in lists only; every class, unit and word."""
    kinds = {}
    for path in paths:
        named = {"classes", "units", "words"} & {*path}
        kinds.setdefault(path if named else tuple("" if type(part) is int else part for part in path), []).append(path)
    return [path for some in kinds.values() for path in (some[0], some[-1])]


def changed_pages(page):
    text = page.decode()
    content = re.search(r'id="content">(.*?)</script>', text, re.S)[1]

    def in_page(content, other):
        return text.replace(content, json.dumps(other).replace("<", r"\u003c")).encode()

    held = json.loads(content)
    assert len({repr(form_module("html").stored("net", one)) for one in (page, in_page(content, held))}) == 1
    words, found = ([path for path in places(held) if (path[0] == "words") is so] for so in (True, False))
    for top, *path in dict.fromkeys((*words[::150], *some_of_each(found))):
        if top in ("examples", "name") or (top, *path[:1]) in (("about", "version"), ("about", "call")):
            continue
        other = json.loads(content)
        inner = other[top]
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = changed_value(inner[path[-1]])
        yield f"{top} {path}", in_page(content, other)
    weights = re.search(r'id="weights">(.*?)</script>', text, re.S)[1]
    for number in range(0, len(base64.b64decode(weights)) // 4, 37):
        values = np.frombuffer(base64.b64decode(weights), "<f4").copy()
        values[number] = np.nextafter(values[number], np.float32(9))
        yield f"weight {number}", text.replace(weights, base64.b64encode(values.tobytes()).decode()).encode()
    yield "script", text.replace("?? 0.5", "?? 0.6").encode()


def changed_graphs(content):
    """Change every tensor, and the first and the last node of each kind."""

    def each():
        return onnx.load_model_from_string(content)

    for number, one in enumerate(each().graph.initializer):
        proto = each()
        value = onnx.numpy_helper.to_array(one).copy()
        if value.dtype == object:
            proto.graph.initializer[number].string_data[-1] += b"x"
        else:
            down = value.dtype.type(-np.inf) if value.dtype.kind == "f" else None
            value.flat[-1] = value.flat[-1] ^ 1 if down is None else np.nextafter(value.flat[-1], down)
            proto.graph.initializer[number].CopyFrom(onnx.numpy_helper.from_array(value, one.name))
        yield one.name, proto.SerializeToString()
    nodes = {}
    for number, node in enumerate(each().graph.node):
        nodes.setdefault((node.op_type, len(node.attribute)), []).append(number)
    for number in {place for some in nodes.values() for place in (some[0], some[-1])}:
        node = each().graph.node[number]
        for place, attribute in enumerate(node.attribute):
            proto = each()
            other = proto.graph.node[number].attribute[place]
            if other.ints:
                other.ints[-1] += 1
            elif other.floats:
                other.floats[-1] += 1
            elif other.strings:
                other.strings[-1] += b"x"
            else:
                other.i, other.f = other.i + 1, other.f + 1
            yield f"{attribute.name} of {node.name}", proto.SerializeToString()
        proto = each()
        proto.graph.node[number].op_type = "Tanh" if node.op_type != "Tanh" else "Sigmoid"
        yield node.name, proto.SerializeToString()
    for number, entry in enumerate(each().metadata_props):
        if entry.key != "glassnet_version":
            proto = each()
            proto.metadata_props[number].value += " "
            yield entry.key, proto.SerializeToString()


def changed_sources(content):
    """Change literals of a C file, some of each kind: in its facts, in its struct, and in code and constants."""
    text = content.decode()
    test = text.index("#ifdef GLASSNET_TEST")
    comments = [match.span() for match in re.finditer(r"/\*.*?\*/", text, re.S)]
    row = re.search(r"^typedef struct \{.*?^\} net_row;", text, re.M | re.S)
    facts = re.compile(r"(?:Model|Network|Input|Output|Memory|Needs) ")
    found = [*LITERAL.finditer(text, 0, test)]
    words = [match for match in found if match[0].startswith('"')]
    for match in {*found[:: 1 + len(found) // 50], *words[:: 1 + len(words) // 20]}:
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        within = any(start <= match.start() < end for start, end in comments)
        is_row = row is not None and row.start() < match.start() < row.end()
        if within and not is_row and not facts.match(line.lstrip(" *")):
            continue
        old = match[0]
        new = f'{old[:-1]}x"' if old[0] == '"' else f"1{old}" if old.isdigit() else old.replace("p", "1p")
        new = old.replace("0x1p", "0x1.8p") if "0x1p" in old else new
        yield f"{line}{old}", (text[: match.start()] + new + text[match.end() :]).encode()


CHANGES = {"c": changed_sources, "html": changed_pages, "onnx": changed_graphs}


@pytest.mark.parametrize(
    ("form", "kind"),
    [(form, kind) for form in FORMS for kind in KINDS if (form, kind) not in LIKE_OTHERS],
)
def test_each_changed_fact_is_noticed(form, kind):
    model, stored = KINDS[kind](), form_module(form).stored
    content = written(form, model)
    expected = stored("net", content)
    assert differences(stored("net", written(form, model)), expected) == ()
    count = 0
    for what, changed in CHANGES[form](content):
        count += 1
        assert differences(stored("net", changed), expected), what
    assert count > 20


def test_each_changed_fact_of_weights_of_8_bits_is_noticed():
    model, stored = named(), form_module("c").stored
    content = written("c", model, "int8")
    for what, changed in changed_sources(content):
        assert differences(stored("net", changed), stored("net", content)), what
    weights = re.search(rb"net_weights_1\[\d+\] = \{\s*(-?\d+)", content)
    changed = content[: weights.start(1)] + b"99" + content[weights.end(1) :]
    assert "weights_1" in str(differences(stored("net", changed), stored("net", content))[0])


@pytest.mark.parametrize("form", FORMS)
def test_swapped_names_and_a_weight_that_no_row_needs_are_noticed(tmp_path, form):
    """The rows have 0 at the first pixel, so that no answer to them depends on its weights."""
    model, path = named(), tmp_path / f"net.{form}"
    rows = np.random.default_rng(0).integers(0, 255, (40, 16)).astype(np.uint8)
    rows[:, 0] = 0
    export(model, path, data=rows)
    content = path.read_bytes()
    assert prove(path, model, rows).equal in (True, None)
    assert prove(path, model).differences == ()
    if form == "onnx":
        proto = onnx.load_model_from_string(content)
        [classes] = [one for one in proto.graph.initializer if one.name == "classes"]
        classes.string_data[:2] = [b"dog", b"cat"]
        swapped = proto.SerializeToString()
    else:
        swapped = content.replace(b'"cat", "dog"', b'"dog", "cat"')
    assert swapped != content
    path.write_bytes(swapped)
    proof = prove(path, model, rows)
    assert proof.equal is False
    assert any("cat" in one and "dog" in one for one in map(str, proof.differences)), proof.differences
    first = portable_form(model).members[0][0].weights[:, 0].copy()
    path.write_bytes(with_other_weight(form, content, first))
    proof = prove(path, model, rows)
    assert proof.equal is False
    assert any("weight" in one for one in map(str, proof.differences)), proof.differences
    assert not any("missing" in one for one in map(str, proof.differences))


def with_other_weight(form, content, first):
    """Add 1 to the weight of the first pixel to the first node."""
    new = np.float32(first[0] + 1)
    if form == "onnx":
        proto = onnx.load_model_from_string(content)
        [weight] = [one for one in proto.graph.initializer if one.name == "layer1.weight"]
        values = onnx.numpy_helper.to_array(weight).copy()
        values[0, 0] = new
        weight.CopyFrom(onnx.numpy_helper.from_array(values, weight.name))
        return proto.SerializeToString()
    if form == "html":
        old = re.search(rb'id="weights">(.*?)</script>', content, re.S)[1]
        values = np.frombuffer(base64.b64decode(old), "<f4").copy()
        values[0] = new
        return content.replace(old, base64.b64encode(values.tobytes()))
    old = re.search(rb"net_weights_1\[\d+\] = \{\s*([^,]+),", content)
    return content[: old.start(1)] + f"{float(new).hex()}f".encode() + content[old.end(1) :]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["bytes", "table", "numbers", "labels"])
def test_rows_of_the_user_are_followed_by_rows_for_every_input(form, kind):
    model = model_of(kind)
    given = np.zeros((3, 16), np.uint8) if kind == "bytes" else {name: one[:3] for name, one in mixed_table().items()}
    rows = proof_rows(model, given)
    more = with_added_rows(rows, model)
    assert len(more) == 3 + more.added
    assert more.inputs[:3].tobytes() == rows.inputs.tobytes()
    assert (np.ptp(more.inputs, axis=0) > 0).all()
    assert len({len(one) for one in (*more.values.values(), more.outputs, more.predicted)}) == 1


def test_a_feature_that_was_constant_in_training_is_changed_too():
    inputs = np.random.default_rng(1).integers(0, 255, (40, 400)).astype(np.uint8)
    inputs[:, ::3] = 0
    model = glassnet.fit(glassnet.Dataset.from_arrays(inputs, np.arange(40) % 2), QUICK).model
    rows = proof_rows(model, inputs)
    added = with_added_rows(rows, model).inputs[len(rows) :]
    assert (np.ptp(added, axis=0) > 100).all()
    assert len(added) <= 256


def test_a_file_of_another_version_is_compared_in_what_both_have():
    old = Stored("net", "0.1", {"program": ["a"], "names": ["cat", "dog"], "other": 1})
    new = Stored("net", "0.2", {"program": ["b"], "names": ["cat", "dog"], "more": 1})
    assert differences(old, new) == ()
    [swapped] = differences(replace(old, facts={"names": ["dog", "cat"]}), new)
    assert str(swapped) == "value 1 of names is 'dog' in the file, and 'cat' in the model"
    assert swapped.text("zh") == "names 的第 1 个值在文件中为 'dog'，在模型中为 'cat'"
    assert len(differences(replace(old, version="0.2"), new)) == 3


def test_differences_are_short_and_have_chinese():
    long = [Stored("net", "1", {"names": [f"{'a' * 500}{one}{'b' * 500}"], one: 1, "size": 7.0}) for one in "xy"]
    found = differences(*long)
    assert len(found) == 3
    assert all(len(str(one)) < 220 and not [*untranslated(one)] for one in found), found
    assert "x" in str(found[0])
    assert "y" in str(found[0])
    assert differences(Stored("", "1", {"a": [1.0, -0.0]}), Stored("", "1", {"a": [1.0, 0.0]}))
    assert differences(Stored("", "1", {"a": np.zeros(2)}), Stored("", "1", {"a": np.zeros(3)}))
    assert not differences(Stored("", "1", {"a": np.array([np.nan])}), Stored("", "1", {"a": np.array([np.nan])}))


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
@pytest.mark.parametrize(("kind", "part"), [("images", "rows"), ("table", "answers"), ("numbers", "outputs")])
def test_a_changed_example_of_a_page_is_noticed(tmp_path, kind, part):
    model, path = KINDS[kind](), tmp_path / "net.html"
    export(model, path)
    page = path.read_text(encoding="utf-8")
    content = re.search(r'id="content">(.*?)</script>', page, re.S)[1]
    held = json.loads(content)
    given = held["examples"]
    if part == "outputs":
        values = np.frombuffer(base64.b64decode(given["outputs"]), "<f4").copy()
        values[0] += 1
        given["outputs"] = base64.b64encode(values.tobytes()).decode()
    elif part == "rows":
        given["rows"] = [*given["rows"][1:], given["rows"][0]]
    else:
        given["answers"][0] += "x"
    path.write_text(page.replace(content, json.dumps(held).replace("<", r"\u003c")), encoding="utf-8")
    [difference] = prove(path, model).differences
    assert str(difference) == "the examples in the page have other answers than it computes"
