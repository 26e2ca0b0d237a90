"""Model files in the page: the modules in `static/shared` read what Python writes, and the reverse."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import glassnet
from glassnet import Dataset, Options, TableModel, compiled, fit
from glassnet.data import bundled
from glassnet.data.fingerprint import fingerprint
from glassnet.errors import GlassnetError
from glassnet.explain.why import why
from glassnet.exports.html import _description
from glassnet.model.file import load_model, save_model
from glassnet.model.portable import PortableNetwork, portable_form
from glassnet.options.choices import ENGINES
from glassnet.options.options import recorded
from glassnet.serve.studio.models import describe, weights_of
from glassnet.training.numerics import NUMERICS
from glassnet.training.receipt import differences, surroundings, verifiable_options
from support.portable_models import CASES, bits, model_of
from support.web import array_of, in_node, text_of

READ = """
const { readModel, writeModel } = await import("./shared/model_file.js");
const { portableModel } = await import("./shared/portable_model.js");
"""

DESCRIBED = f"""{READ}
return given.map((file) => {{
  const {{ header, parameters, weights, description }} = readModel(bytesOf(file));
  return {{ description, weights: textOf(weights), file: textOf(writeModel(header, parameters)) }};
}});
"""

PROBLEM = """
const problemOf = (read) => {
  try {
    read();
    return "";
  } catch (problem) {
    return problem.code ?? String(problem.stack);
  }
};
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A function that runs a program in Node.js: see `in_node`."""
    return partial(in_node, tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="module")
def frame():
    """A table with columns of every kind, missing values, and a column of many words."""
    rng, count = np.random.default_rng(1), 440

    def some(values, missing):
        return [None if k % missing == 0 else value for k, value in enumerate(values, start=1)]

    rare = [f"w{k % 110}" for k in range(count)]
    return pl.DataFrame(
        {
            "age": rng.integers(18, 80, count),
            "pay": some(rng.lognormal(9, 1, count).tolist(), 9),
            "town": some([f"town{k}" for k in rng.integers(0, 12, count)], 13),
            "street": rare,
            "member": some([("yes", "no")[k] for k in rng.integers(0, 2, count)], 7),
            "since": some([f"20{10 + k % 12}-0{1 + k % 9}-1{k % 9} 1{k % 9}:30" for k in range(count)], 11),
            "grade": [("a", "b")[int(word[1:]) % 2] for word in rare],
            "cost": [f"{int(word[1:]) % 7} km" for word in rare],
        }
    )


@pytest.fixture(scope="module")
def tables(frame):
    """A classification and a regression of the table."""
    classes = TableModel.fit(frame.drop("cost"), "grade", epochs=2, hidden=20)
    return classes, TableModel.fit(frame.drop("grade"), "cost", epochs=2, hidden=20)


@pytest.fixture(scope="module")
def models(tables):
    return [*(model_of(*case)[0] for case in CASES), *(one.model for one in tables)]


def file_of(model, folder):
    path = folder / "model.safetensors"
    save_model(model, path)
    return path.read_bytes()


def read_bytes(content, folder):
    path = folder / "read.safetensors"
    path.write_bytes(content)
    return load_model(path)


def test_models_that_python_wrote(node, models, tmp_path):
    files = [base64.b64encode(file_of(model, tmp_path)).decode() for model in models]
    for model, file, found in zip(models, files, node(DESCRIBED, files), strict=True):
        description, wanted = found["description"], json.loads(json.dumps(describe(model)))
        assert {name: description[name] for name in wanted} == wanted
        assert base64.b64decode(found["weights"]) == weights_of(model)
        if model.columns:
            exported = json.loads(json.dumps(_description(portable_form(model), model)))
            assert [description[name] for name in ("encodings", "units", "target", "widths")] == [
                exported[name] for name in ("encodings", "units", "target", "widths")
            ]
            assert [one["name"] for one in description["encodings"] if "means" in one] == ["street"]
            np.testing.assert_allclose(description["baseline"], exported["baseline"], rtol=1e-6)
        again, same = (
            read_bytes(base64.b64decode(found["file"]), tmp_path),
            read_bytes(base64.b64decode(file), tmp_path),
        )
        assert replace(again, network=same.network, others=same.others) == same
        assert again.hash() == model.hash()


def test_answers_have_the_bits_of_portable_arithmetic(node, tmp_path):
    program = f"""{READ}
    return given.map(({{ file, rows }}) => {{
      const {{ description, parameters }} = readModel(bytesOf(file));
      const model = portableModel(description, parameters);
      return textOf(Float32Array.from(rows.flatMap((row) => [...model.forward(row).outputs])));
    }});
    """
    made = [model_of(*case) for case in CASES]
    asked = [
        {"file": base64.b64encode(file_of(model, tmp_path)).decode(), "rows": rows[:5].tolist()} for model, rows in made
    ]
    for (model, rows), text in zip(made, node(program, asked), strict=True):
        outputs = PortableNetwork(portable_form(model)).outputs(rows[:5])
        np.testing.assert_array_equal(bits(array_of(text)), bits(outputs).ravel())


def test_rows_of_tables_are_answered_and_explained(node, tables, frame, tmp_path):
    program = f"""{READ}
    return given.map(({{ file, rows }}) => {{
      const {{ description, parameters }} = readModel(bytesOf(file));
      const model = portableModel(description, parameters);
      return rows.map((row) => model.query({{ row }}));
    }});
    """
    rows = frame.head(12).to_dicts()
    asked = [{"file": base64.b64encode(file_of(one.model, tmp_path)).decode(), "rows": rows} for one in tables]
    for table, found in zip(tables, node(program, asked), strict=True):
        encoded = table.model.columns.apply(frame.head(12))
        outputs = compiled(table.model, engine="portable").outputs(encoded)
        np.testing.assert_array_equal(np.array([one["outputs"] for one in found], np.float32), outputs)
        answers = table.model.targets.invert(outputs)
        if table.model.targets.of_classes:
            assert [one["answer"] for one in found] == [table.model.name_of(k) for k in answers]
        else:
            assert [one["numbers"] for one in found] == answers[:, 0].tolist()
            assert all(one["answer"].endswith(" km") for one in found)
        for one, inputs in zip(found, encoded, strict=True):
            explained = why(table.model.unchecked(), inputs).inputs
            np.testing.assert_allclose(one["inputs"], explained, atol=0.02 * np.abs(explained).max())
            assert sum(share["share"] for share in one["shares"]) == pytest.approx(sum(one["inputs"]))
            assert [share["column"] for share in one["shares"]] == [
                column.name for column in table.model.columns.inputs
            ]


@pytest.fixture(scope="module")
def digits():
    return bundled("train").take(slice(0, 300))


NEW = f"""{READ}
const {{ newHeader, hashOf }} = await import("./shared/model_file.js");
const {{ receiptOf, trainingRange }} = await import("./shared/training_record.js");
const parameters = floatsOf(given.weights);
const data = {{ inputs: bytesOf(given.inputs), features: 784, labels: given.labels, classes: 10, source: "mnist" }};
const hash = hashOf(parameters);
const curve = [{{ loss: 0.25, accuracy: 0.5 }}];
const receipt = receiptOf({{ data, hash, options: given.options, hashes: [given.start, hash], curve,
  version: given.version, numerics: given.numerics, recipe: "notes" }});
const {{ architecture, scaling, targets }} = given;
const header = newHeader({{ architecture, scaling, targets, imageShape: [28, 28], trainingRange: trainingRange(data),
  receipt }});
return textOf(writeModel(header, parameters));
"""


def test_a_model_that_the_page_trained(node, digits, tmp_path):
    """All that Python needs to repeat the training is in the file; here the training is Python's own."""
    options = Options(epochs=1, engine="reference")
    trained = fit(digits, options).model
    made = trained.network.architecture
    given = {
        "weights": text_of(trained.network.parameters.flat),
        "inputs": text_of(digits.inputs),
        "labels": digits.labels.tolist(),
        "options": recorded(options),
        "start": trained.receipt["trails"][0][0],
        "version": glassnet.__version__,
        "numerics": NUMERICS,
        "architecture": {name: getattr(made, name) for name in ("sizes", "activations", "bias", "loss", "rule")},
        "scaling": trained.scaling.to_dict(),
        "targets": trained.targets.to_dict(),
    }
    content = base64.b64decode(node(NEW, given))
    model = read_bytes(content, tmp_path)
    receipt = model.receipt
    assert {"engine": "portable", "recipe": "notes", "seed": 0, "numerics": NUMERICS}.items() <= receipt.items()
    assert receipt["data"]["fingerprint"] == trained.receipt["data"]["fingerprint"]
    assert (receipt["hash"], receipt["trails"]) == (trained.hash(), trained.receipt["trails"])
    assert list(receipt["versions"]) == ["glassnet", "javascript"]
    assert list(differences(receipt, surroundings())) == []
    assert verifiable_options(receipt) == options
    assert model.training_range == trained.training_range
    assert (model.scaling, model.targets, model.network.architecture) == (trained.scaling, trained.targets, made)
    again = {**receipt, "engine": "reference"}
    assert glassnet.verify(replace(model, receipt=again), digits).same


TRAINED = f"""{READ}
const {{ newHeader, hashOf }} = await import("./shared/model_file.js");
const {{ receiptOf, sameTraining, isTrainingData }} = await import("./shared/training_record.js");
const {{ newTraining }} = await import("./training/trainer.js");
const data = {{ inputs: bytesOf(given.inputs), features: 784, labels: Int32Array.from(given.labels), classes: 10 }};
const python = readModel(bytesOf(given.file));
const training = newTraining(python.receipt.options, data);
while (!training.ended) training.run(1000);
const {{ hashes, curve, architecture, scaling, targets }} = training;
const weights = training.weights();
const hash = hashOf(weights);
const receipt = receiptOf({{ options: python.receipt.options, data, hashes, hash, curve, version: "0", numerics: 1,
  bestEpoch: training.bestEpoch }});
const header = newHeader({{ architecture, scaling, targets, imageShape: [28, 28], receipt }});
return {{
  file: textOf(writeModel(header, weights)),
  same: sameTraining(python.receipt, {{ hashes, hash }}),
  known: isTrainingData(python.receipt, data),
}};
"""


@pytest.mark.skipif("portable" not in ENGINES, reason="no engine portable for training")
@pytest.mark.parametrize(
    "options",
    [
        Options.recipe("notes", hidden=20, epochs=2),
        Options.recipe("quick", hidden=20, epochs=2, early_stopping=1),
        Options.recipe("quick", hidden=20, epochs=2, ema_decay=0.9),
    ],
)
def test_a_training_in_the_page_is_that_of_python(node, digits, options, tmp_path):
    options = replace(options, engine="portable")
    trained = fit(digits, options).model
    given = {
        "file": base64.b64encode(file_of(trained, tmp_path)).decode(),
        "inputs": text_of(digits.inputs),
        "labels": digits.labels.tolist(),
    }
    found = node(TRAINED, given)
    assert found["known"]
    assert (found["same"]["same"], found["same"]["complete"]) == (True, True)
    model = read_bytes(base64.b64decode(found["file"]), tmp_path)
    assert model.hash() == trained.hash()
    assert glassnet.verify(model, digits).same


def arrays_of(rng, kind):
    count = 5
    inputs = {
        "uint8": rng.integers(0, 256, (count, 3)).astype(np.uint8),
        "float32": rng.normal(size=(count, 3)).astype(np.float32),
        "float64": rng.normal(size=(count, 3)),
    }[kind]
    return inputs, np.array([0, 1, 2, 0, 1])


@pytest.mark.parametrize("kind", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("extra", ["", "values", "weights"])
def test_fingerprints(node, kind, extra):
    rng = np.random.default_rng(3)
    inputs, labels = arrays_of(rng, kind)
    values = rng.normal(size=(5, 3)) if extra == "values" else None
    weights = rng.random(5) if extra == "weights" else None
    data = Dataset(inputs, labels, 3, None, "rows", values=values, weights=weights)
    program = """
    const { fingerprint } = await import("./shared/training_record.js");
    const types = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };
    const floats = (text) => text && new Float64Array(bytesOf(text).buffer);
    const inputs = new types[given.kind](bytesOf(given.inputs).buffer);
    const [values, weights] = [floats(given.values), floats(given.weights)];
    return fingerprint({ inputs, features: 3, labels: given.labels, classes: 3, values, weights });
    """
    given = {
        "kind": kind,
        "inputs": text_of(inputs),
        "labels": labels.tolist(),
        "values": None if values is None else text_of(values),
        "weights": None if weights is None else text_of(weights),
    }
    assert node(program, given) == fingerprint(data)


def test_a_training_is_compared_with_a_record(node):
    program = """
    const { sameTraining } = await import("./shared/training_record.js");
    return given.map(([receipt, hashes]) => sameTraining(receipt, { hashes, hash: "z" }));
    """
    trail = {"trails": [["a", "b", "c"]], "hash": "z"}
    cases = [
        (trail, ["a", "b", "c"], {"same": True, "epoch": 2, "complete": True}),
        ({**trail, "hash": "c"}, ["a", "b", "c"], {"same": False, "epoch": 2, "complete": True}),
        (trail, ["a", "b"], {"same": True, "epoch": 1, "complete": False}),
        (trail, ["a", "x", "c"], {"same": False, "epoch": 1, "complete": True}),
        (trail, ["x"], {"same": False, "epoch": 0, "complete": True}),
        ({**trail, "kept": [1]}, ["a", "b", "x"], {"same": True, "epoch": 1, "complete": True}),
        ({"trails": [["a", "b"], ["a", "b"]]}, ["a"], None),
        ({}, ["a"], None),
    ]
    assert node(program, [[receipt, hashes] for receipt, hashes, _ in cases]) == [wanted for *_, wanted in cases]


# Damaged files


def code_in_python(content, folder):
    try:
        read_bytes(content, folder)
    except GlassnetError as problem:
        return problem.code
    return ""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 5, ["no", "yes", "yes", "no"] * 5
    model = fit(X, y, hidden=3, epochs=1, engine="reference").model
    return file_of(model, tmp_path_factory.mktemp("small"))


def signed(content):
    """The content with the checksum that it should have, as from somebody who changes a file deliberately."""
    from glassnet.model.file import _UNSIGNED, _signed, _with_checksum

    return _signed(_with_checksum(content, _UNSIGNED))


def changed(content, before, after, times=1):
    """The content with another text in its header, of any length, and the checksum for it."""
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length].replace(before, after, times)
    assert header != content[8 : 8 + length]
    return signed(len(header).to_bytes(8, "little") + header + content[8 + length :])


PATCHES = {
    "empty": lambda file: b"",
    "text": lambda file: b"label,pixel\n1,2\n" * 9,
    "zip": lambda file: b"PK\x03\x04" + file,
    "truncated": lambda file: file[:-1],
    "header alone": lambda file: file[:400],
    "longer": lambda file: file + b"\0",
    "huge header": lambda file: (2**62).to_bytes(8, "little") + file[8:],
    "header beyond the file": lambda file: (50_000_000).to_bytes(8, "little") + file[8:],
    "no glassnet": lambda file: changed(file, b'"glassnet"', b'"other"'),
    "newer": lambda file: changed(file, rb"\"format\": 1", rb"\"format\": 2"),
    "older": lambda file: changed(file, rb"\"format\": 1", rb"\"format\": 0"),
    "wrong checksum": lambda file: file.replace(rb"\"members\": 1", rb"\"members\": 2"),
    "many members": lambda file: changed(file, rb"\"members\": 1", rb"\"members\": 4000000000"),
    "no member": lambda file: changed(file, rb"\"members\": 1", rb"\"members\": 0"),
    "wide layers": lambda file: changed(file, rb"\"sizes\": [2", rb"\"sizes\": [2000000000"),
    "many layers": lambda file: changed(file, rb"\"sizes\": [2", rb"\"sizes\": [2" + b", 9" * 50_000),
    "unknown activation": lambda file: changed(file, rb"\"activations\": [\"", rb"\"activations\": [\"constructor"),
    "duplicate key": lambda file: changed(file, rb"\"members\": 1", rb"\"members\": 1, \"members\": 1"),
    "deep": lambda file: changed(file, rb"\"members\": 1", rb"\"members\": 1, \"more\": " + b"[" * 9999 + b"]" * 9999),
    "not JSON": lambda file: changed(file, rb"\"members\": 1", rb"\"members\": 1 1"),
    "infinite number": lambda file: changed(file, rb"\"maximum\": 1", rb"\"maximum\": 1e9991"),
    "tensor beyond the file": lambda file: changed(file, b'"data_offsets":[0,', b'"data_offsets":[9,'),
    "negative shape": lambda file: changed(file, b'"shape":[', b'"shape":[-'),
    "other type": lambda file: changed(file, b'"dtype":"F32"', b'"dtype":"F16"'),
    "huge shape": lambda file: changed(file, b'"shape":[', b'"shape":[9007199254740991,9007199254740991,'),
    "other name": lambda file: changed(file, b'"layer1.weight"', b'"__proto__"'),
    "weights that are NaN": lambda file: signed(file[:-4] + np.float32(np.nan).tobytes()),
}
READS = f"""{READ}{PROBLEM}
return given.map((file) => problemOf(() => readModel(bytesOf(file))));
"""


def test_damage_gives_the_code_of_python(node, small, tmp_path):
    files = {name: patch(small) for name, patch in PATCHES.items()}
    found = node(READS, [base64.b64encode(one).decode() for one in files.values()])
    wanted = {name: code_in_python(content, tmp_path) for name, content in files.items()}
    assert "" not in wanted.values()
    assert dict(zip(files, found, strict=True)) == wanted


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_is_a_problem_or_the_same_model(node, small, tmp_path, data):
    """Bytes replaced, removed and repeated; half of the files have the checksum for it."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    files = []
    for turn in range(60):
        content = bytearray(small)
        start, length = int(rng.integers(0, len(content))), int(rng.integers(1, 9))
        kind = turn % 3
        if kind == 0:
            content[start : start + length] = rng.bytes(length)
        elif kind == 1:
            del content[start : start + length]
        else:
            content[start:start] = content[start : start + length]
        files.append(signed(bytes(content)) if turn % 2 else bytes(content))
    for content, code in zip(files, node(READS, [base64.b64encode(one).decode() for one in files]), strict=True):
        wanted = code_in_python(content, tmp_path)
        assert code.startswith("GN04") or code == "", code
        assert not wanted or code, f"Python refuses with {wanted}"


# Rows of text


TEXTS = {
    "plain": "1,0,255\n0,7,8\n",
    "drawings": "".join(f"{k % 3},{','.join(map(str, range(k, k + 16)))}\n" for k in range(6)),
    "header": "label,p1,p2\n1,0,255\n0,7,8\n",
    "windows": "\ufeff1;0;255\r\n\r\n0;7;8",
    "blanks": "1 0   255 \n0 7 8\n\n",
    "tabs": "1\t0\t255\n0\t 7 \t8",
    "zeros and ones": "1,0,1\n0,1,1\n",
}
CSV = f"""{PROBLEM}
const {{ readLabelledCsv, writeLabelledCsv }} = await import("./shared/labelled_csv.js");
const {{ fingerprint }} = await import("./shared/training_record.js");
return given.map((text) => {{
  const read = () => readLabelledCsv(text);
  const problem = problemOf(read);
  if (problem) return problem;
  const {{ features, classes, maximum }} = read();
  return {{ features, classes, maximum, fingerprint: fingerprint(read()), again: writeLabelledCsv(read()) }};
}});
"""


def load_text(text, folder):
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return glassnet.load_data(path)


def test_rows_of_text_are_the_data_that_python_reads(node, tmp_path):
    for (name, text), found in zip(TEXTS.items(), node(CSV, [*TEXTS.values()]), strict=True):
        data = load_text(text, tmp_path)
        assert not isinstance(found, str), (name, found)
        assert found["fingerprint"] == fingerprint(data), name
        assert (found["features"], found["maximum"]) == (data.inputs.shape[1], data.maximum)
        assert fingerprint(load_text(found["again"], tmp_path)) == fingerprint(data)
        assert found["classes"] == [str(k) for k in range(data.classes)]


WRONG = {
    "empty": "",
    "blank": "\n \n",
    "words": "alpha beta\n",
    "names only": "label,p1,p2\n",
    "one value": "1\n0\n",
    "short row": "1,2,3\n0,1\n",
    "long row": "1,2,3\n0,1,2,3\n",
    "a word": "1,2,3\n0,x,3\n",
    "an empty value": "1,2,3\n0,,3\n",
    "too bright": "1,2,3\n0,256,3\n",
    "gaps": "3,2,3\n0,25,3\n",
    "one class": "0,2,3\n0,25,3\n",
    "large label": "3000000000,2,3\n0,25,3\n",
}


def test_wrong_rows_have_the_code_of_python(node, tmp_path):
    wanted = {}
    for name, text in WRONG.items():
        with pytest.raises(GlassnetError) as caught:
            load_text(text, tmp_path)
        wanted[name] = caught.value.code
    assert dict(zip(WRONG, node(CSV, [*WRONG.values()]), strict=True)) == wanted
