"""HTML: a model as one page that works from disk and offline, with the studio's `network.js`.

The page has two scripts, each of several ES modules: the first computes answers, the second draws. Its policy allows
these two, its style, and nothing else: no other script and no request.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import channels_of
from ..errors import DataError
from ..io.byte_order import little_endian
from ..io.writing import MAKER
from ..messages.control_characters import json_text, printable
from ..messages.formats import below_all
from ..messages.languages import LANGUAGES
from ..messages.message import Message
from ..model.decision import decision_message
from ..model.model import Model
from ..model.portable import PortableForm, portable_form
from ..preprocess.tabular.dates import DateColumn
from ..preprocess.tabular.encoders import BooleanColumn, NumberColumn
from ..preprocess.tabular.fields import field_of
from ..preprocess.tabular.kinds import Encoding
from ..words.exported_page import exported_page_words
from .es_modules import bundle
from .made_rows import MADE
from .proof import Ran, mark
from .rows import ProofRows
from .stored import PROGRAM, Stored

TOLERANCE = 0.0
"""Largest difference of an output that counts as equal."""

MOST_EXAMPLES, MOST_EXAMPLE_VALUES = 12, 40_000
"""Most stored examples, and most of their values together."""

_PACKAGE = Path(__file__).parents[1]
_PAGE = Path(__file__).parent / "page"
_STUDIO = _PACKAGE / "serve" / "studio" / "static"
_STYLES = (*(_STUDIO / name for name in ("style.css", "rooms/draw.css", "views/node_numbers.css")), _PAGE / "page.css")
_MODULE = re.compile(r'<script type="module">(.*?)</script>', re.DOTALL)
_DATA = {
    name: re.compile(rf'<script type="[^"]*" id="{name}">(.*?)</script>', re.DOTALL) for name in ("content", "weights")
}
_PLACE = re.compile(r"\{\{(mark|name|content|weights)\}\}")
_NODE = 18  # the oldest version that has all that the scripts use
_SECONDS = 300


def write(
    form: PortableForm, model: Model, rows: ProofRows, *, name: str, quantize: str | None, file: str | None = None
) -> bytes:
    """Return a page of HTML, UTF-8, entitled `name`, with some of the rows as examples.

    `network.js` has no weights of 8 bits, so `quantize` is None: `export` refuses them. The page does not name its
    `file`.
    """
    assert quantize is None
    content = {
        "name": printable(name),
        "model": _description(form, model),
        "examples": _examples(form, rows),
        "about": _about(form, model, rows),
        "words": words(),
    }
    parts = {
        "mark": mark("html", model, None),
        "name": html.escape(printable(name)),
        "content": json_text(content).replace("<", r"\u003c"),  # cannot end the script element around it
        "weights": base64.b64encode(_weights(form).tobytes()).decode(),
    }
    # In one pass, so that what is put in is not searched for further places.
    return _PLACE.sub(lambda match: parts[match[1]], template()).encode()


def words() -> dict[str, dict[str, str]]:
    """Return the words of a page, by language."""
    return {language: exported_page_words(language) for language in LANGUAGES}


@cache
def template() -> str:
    """Return a page without a model: `_PLACE` are the places of what it has of one."""
    answers, loaded = bundle(_PAGE / "answers.js", _PACKAGE)
    page, _ = bundle(_PAGE / "page.js", _PACKAGE, loaded)
    style = "\n".join(path.read_text("utf-8") for path in _STYLES)
    policy = "; ".join(
        [
            "default-src 'none'",
            _allowing(answers, page),
            f"style-src {hash_of(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    icon = f"data:image/svg+xml,{quote((_STUDIO / 'icon.svg').read_text('utf-8'))}"
    parts = {"policy": policy, "icon": icon, "style": style, "answers": answers, "page": page}
    text = (_PAGE / "page.html").read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts.get(match[1], match[0]), text)


def _allowing(*scripts: str) -> str:
    """Return the part of the policy that allows these scripts and no others."""
    return f"script-src {' '.join(map(hash_of, scripts))}"


def hash_of(text: str) -> str:
    """Return the hash that allows an inline script or style in a policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _weights(form: PortableForm) -> NDArray[np.float32]:
    """Return the weights and the bias of each layer of each member, one after the other."""
    layers = [layer for member in form.members for layer in member]
    return np.concatenate([part.ravel() for one in layers for part in (one.weights, one.bias)]).astype("<f4")


def _description(form: PortableForm, model: Model) -> dict[str, Any]:
    """Return what `network.js` and the views of the studio need, as `serve.studio.models.describe` of a folded model.

    For a table, ``columns`` has the fields of its form, ``encodings`` how each is encoded, ``widths`` its number of
    inputs, and ``baseline`` the inputs of a row in the middle; otherwise ``encodings`` is None.
    """
    folded = form.factor is None or form.offset is None
    scaling = {
        "factor": 1 if folded else np.asarray(form.factor).tolist(),
        "offset": 0 if folded else np.asarray(form.offset).tolist(),
        "clip": form.clip,
        "per_feature": not folded,
    }
    parameters, start = [], 0
    for number, layer in enumerate(form.members[0], start=1):
        for kind, part in (("weights", layer.weights), ("bias", layer.bias)):
            parameters.append({"name": f"{kind} {number}", "shape": list(part.shape), "offset": start})
            start += part.size
    columns = form.columns
    return {
        "sizes": list(form.sizes),
        "activations": [layer.activation for layer in form.members[0]],
        "bias": True,
        "scaling": scaling,
        "targets": {
            "kind": form.target_kind,
            "low": float(form.low),
            "high": float(form.high),
            "offset": form.target_offset.tolist(),
            "scale": form.target_scale.tolist(),
            **({"decision": form.decision.tolist()} if len(form.decision) else {}),
        },
        "classes": list(form.names),
        "units": [one.unit for one in columns.targets] if columns and form.target_kind == "numbers" else [],
        "target": columns.target_names[0] if columns and len(columns.target_names) == 1 else "",
        "image_shape": list(form.image_shape) if form.image_shape else None,
        "channels": channels_of(form.sizes[0], form.image_shape),
        "maximum": model.scaling.maximum,
        "reading": model.reading,
        "temperature": float(form.temperature),
        "parameters": parameters,
        "members": len(form.members),
        "hash": model.hash(),
        "portable": True,
        "columns": [field_of(one) for one in columns.inputs] if columns else [],
        "encodings": [_encoding_of(one) for one in columns.inputs] if columns else None,
        "widths": [len(one.features) for one in columns.inputs] if columns else [],
        "baseline": columns.middle().tolist() if columns else [0] * form.sizes[0],
    }


def _encoding_of(column: Encoding) -> dict[str, Any]:
    """Return what `table_encoding.js` needs of a column."""
    if isinstance(column, NumberColumn):
        about = {"fill": column.fill, "centre": column.centre, "scale": column.scale}
        return {"name": column.name, "kind": "number", **about, "edges": list(column.edges), "flag": column.flag}
    if isinstance(column, DateColumn):
        first = int(np.datetime64(column.first, "D").astype(np.int64))
        parts = [_encoding_of(one) for one in column.parts]
        return {"name": column.name, "kind": "date", "first": first, "parts": parts, "missing": column.missing > 0}
    if isinstance(column, BooleanColumn):
        return {"name": column.name, "kind": "boolean"}
    marks = {"words": list(column.words), "others": column.rare > 0, "missing": column.missing > 0}
    statistics, means = column.statistics, dict[str, Any]()
    if statistics is not None:
        means = {"rare": list(statistics.words), "means": statistics.inputs.tolist()}
    return {"name": column.name, "kind": "word", **marks, **means}


def _examples(form: PortableForm, rows: ProofRows) -> dict[str, Any]:
    """Return rows to begin with, their answers as text, and their outputs, with which the page checks its browser.

    ``images`` says whether they are images worth a look, not random pixels.
    """
    most = min(MOST_EXAMPLES, max(4, MOST_EXAMPLE_VALUES // form.sizes[0]))
    chosen = _chosen(form, rows)[:most]
    return {
        "rows": [_row(rows, int(k)) for k in chosen],
        "answers": [_answer_text(form, rows.predicted[k]) for k in chosen],
        "outputs": base64.b64encode(rows.outputs[chosen].astype("<f4").tobytes()).decode(),
        "images": form.image_shape is not None and rows.source != MADE,
    }


def _chosen(form: PortableForm, rows: ProofRows) -> NDArray[np.intp]:
    """Return the numbers of all rows in the order in which they make good examples.

    One of each class in turn, of a table the most usual ones: with few missing values and unknown words, and with
    numbers within the training range.
    """
    usual = np.argsort(rows.unusual(form.columns), kind="stable")
    if form.target_kind != "classes":
        return usual
    classes = rows.predicted[usual]
    turn = np.empty(len(usual), np.intp)
    for one in np.unique(classes):
        turn[classes == one] = np.arange(np.count_nonzero(classes == one))
    return usual[np.lexsort((classes, turn))]


def _row(rows: ProofRows, number: int) -> Any:
    if rows.raw is not None:
        return rows.raw[number].tolist()
    return {name: _exact(values[number]) for name, values in rows.values.items()}


def _exact(value: Any) -> Any:
    """Return a value of a row as JSON has it; whole numbers that JavaScript would round become text."""
    return str(value) if type(value) is int and abs(value) > 2**53 else value


def _answer_text(form: PortableForm, predicted: Any) -> str:
    if form.target_kind == "classes":
        return form.names[int(predicted)]
    if form.target_kind == "labels":
        return ", ".join(name for name, holds in zip(form.names, predicted, strict=True) if holds) or "–"
    units = [one.suffix for one in form.columns.targets] if form.columns else [""] * len(form.names)
    return ", ".join(f"{value:.6g}{unit}" for value, unit in zip(np.atleast_1d(predicted), units, strict=True))


def _about(form: PortableForm, model: Model, rows: ProofRows) -> dict[str, Any]:
    """Return facts about the training, and an example of a call."""
    result = model.receipt.get("result") or {}
    accuracy, r2 = result.get("accuracy"), result.get("r2")
    score = ["accuracy", f"{below_all(accuracy):.2%}"] if accuracy is not None else None
    if r2 is not None:
        score = ["r2", f"{r2:.4f}"]
    if form.columns:
        usual = np.argsort(rows.unusual(form.columns), kind="stable")
        row = json.dumps(_row(rows, int(usual[0])) if len(rows) else {}, ensure_ascii=False, indent=2)
        call = f"glassnet.predict({row})"
    else:
        call = f"glassnet.predict(values)   // {form.sizes[0]:,} numbers\nglassnet.outputs(values)   // a Float32Array"
    parameters = model.network.architecture.layout.size * len(model.members)
    about = {"version": version(MAKER), "score": score, "call": call, "parameters": parameters}
    decision = decision_message(model)
    return about if decision is None else about | {"decision": {one: decision.text(one) for one in ("en", "zh")}}


def stored(path: str | Path, content: bytes) -> Stored:
    """Return what a page stores: its weights and the description of its model, and its scripts as the program."""
    page = content.decode(errors="replace").replace("\r\n", "\n")
    try:
        data, weights = (_DATA[name].findall(page) for name in ("content", "weights"))
        held = json.loads(data[-1], parse_int=float)  # JavaScript writes 1.0 as 1
        facts = {"weights": np.frombuffer(base64.b64decode(weights[-1]), "<f4")}
        facts |= _flat(held["model"], "model") | _flat(held["words"], "words")
        facts |= {f"about {name}": held["about"][name] for name in ("score", "parameters")}
        return Stored(
            held["name"], held["about"]["version"], {PROGRAM: "".join(_MODULE.findall(page)).split(), **facts}
        )
    except (ValueError, LookupError, TypeError):
        raise _damaged(path) from None


def _flat(value: Any, name: str) -> dict[str, Any]:
    """Return the texts, numbers and lists of a description by their path in it."""
    if not isinstance(value, dict | list) or not any(isinstance(one, dict) for one in (value, *value)):
        return {name: value}
    parts = value.items() if isinstance(value, dict) else enumerate(value, start=1)
    return {path: one for key, part in parts for path, one in _flat(part, f"{name}.{key}").items()}


def _damaged(path: str | Path) -> DataError:
    return DataError(
        "GN101", "{path}: its scripts are damaged, so that no browser runs them. Export it again.", path=path
    )


def run(path: Path, model: Model, rows: ProofRows, *, name: str | Path = "") -> Ran:
    """Run the first script of a page in Node on rows."""
    node = shutil.which("node")
    if node is None:
        return Ran(
            None, Message("no Node.js was found to run its script; any browser can, and the page checks itself there")
        )
    found = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().removeprefix("v")
    if not found.split(".")[0].isdecimal() or int(found.split(".")[0]) < _NODE:
        return Ran(
            None,
            Message("Node.js {version} is too old to run its script; {least} or later can", version=found, least=_NODE),
        )
    page = path.read_text("utf-8", errors="replace")
    scripts = _MODULE.findall(page)
    if len(scripts) != 2 or _allowing(*scripts) not in page:
        raise _damaged(name or path)
    command = [node, str(_PAGE / "run_in_node.mjs"), str(path)]
    try:
        done = subprocess.run(command, input=_rows_as_json(rows).encode(), capture_output=True, timeout=_SECONDS)
        lines = done.stderr.decode(errors="replace").splitlines()
        said = next((one for one in lines if re.match(r"\w*Error\b", one)), None)
        problem = said or Message("exit status {status}", status=done.returncode)
        if not done.returncode:
            answers = json.loads(done.stdout)
            outputs = np.frombuffer(base64.b64decode(answers["outputs"]), "<f4").reshape(rows.outputs.shape)
            predicted = np.frombuffer(base64.b64decode(answers["answers"]), "<f8").reshape(rows.predicted.shape)
            examples = json.loads(_DATA["content"].findall(page)[-1])["examples"]
            agree = answers["agree"] and _examples_agree(portable_form(model), model, examples)
            differences = () if agree else (Message("the examples in the page have other answers than it computes"),)
            decoded = predicted.astype(rows.predicted.dtype)
            return Ran(f"Node.js {found}", None, outputs.astype(np.float32), decoded, None, differences)
    except subprocess.TimeoutExpired:
        problem = Message("not done after {seconds} s", seconds=_SECONDS)
    except (ValueError, LookupError):
        problem = Message("answers of another shape")
    raise DataError(
        "GN101",
        "{path}: its script fails in Node.js {version} ({problem}).",
        path=name or path,
        version=found,
        problem=problem,
    )


def _examples_agree(form: PortableForm, model: Model, examples: dict[str, Any]) -> bool:
    """Return whether the answers of a page's examples, which are texts, are those of their stored outputs."""
    outputs = np.frombuffer(base64.b64decode(examples["outputs"]), "<f4").reshape(-1, form.sizes[-1])
    predicted = model.targets.invert(outputs.astype(np.float32))
    return bool([_answer_text(form, one) for one in predicted] == examples["answers"])


def _rows_as_json(rows: ProofRows) -> str:
    if rows.raw is None:
        return json.dumps([_row(rows, number) for number in range(len(rows))], allow_nan=False)
    text = base64.b64encode(little_endian(rows.raw).tobytes()).decode()
    return json.dumps({"shape": rows.raw.shape, "type": rows.raw.dtype.name, "values": text})
