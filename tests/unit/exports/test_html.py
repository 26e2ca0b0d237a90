"""Exported pages as files: self-contained, without markup by accident, and with a script that Node runs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest

from glassnet import Dataset, Options, new_model
from glassnet.errors import DataError
from glassnet.exports import es_modules, html
from glassnet.exports.proof import read_export
from glassnet.exports.rows import proof_rows
from glassnet.io.writing import HTML
from glassnet.messages.control_characters import printable
from glassnet.model.portable import portable_form
from glassnet.words.exported_page import PAGE_WORDS, exported_page_words
from support.exported import HOSTILE, MODELS, hostile_model, model_of
from support.messages import in_both
from support.sources import PACKAGE

PAGE = PACKAGE / "exports" / "page"
STUDIO = PACKAGE / "serve" / "studio" / "static"
ENTRIES = (PAGE / "answers.js", PAGE / "page.js")
SCRIPTS = {path: path.read_text("utf-8") for path in PAGE.glob("*.js")}
MOST_BYTES = 1_100_000
needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="no Node.js: tests/web runs the scripts in Chromium"
)


class Elements(HTMLParser):
    """The elements of a page with their attributes and texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.all: list[tuple[str, dict[str, str], list[str]]] = []
        self._ended = True
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.all.append((tag, {name: value or "" for name, value in attributes}, []))
        self._ended = False

    def handle_endtag(self, tag):
        self._ended = True

    def handle_data(self, data):
        if not self._ended:
            self.all[-1][2].append(data)

    def having(self, tag):
        return [(attributes, "".join(texts)) for name, attributes, texts in self.all if name == tag]


def page_of(model, name="a name", count=20):
    rows = proof_rows(model, count=count)
    return html.write(portable_form(model), model, rows, name=name, quantize=None).decode()


def content_of(text):
    [content] = [data for attributes, data in Elements(text).having("script") if attributes.get("id") == "content"]
    return json.loads(content)


def test_a_page_allows_its_two_scripts_and_its_style_and_nothing_else():
    text = page_of(model_of("table"))
    page = Elements(text)
    [policy] = [one["content"] for one, _ in page.having("meta") if "http-equiv" in one]
    allowed = {}
    for directive in policy.split("; "):
        key, *sources = directive.split(" ")
        allowed[key] = sources
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()}'"
        for kind in ("script", "style")
        for attributes, data in page.having(kind)
        if attributes.get("type", "module") == "module"
    ]
    assert allowed["default-src"] == ["'none'"]
    assert [*allowed["script-src"], *allowed["style-src"]] == hashes
    assert len(set(hashes)) == 3
    assert allowed["img-src"] == ["data:"]
    assert allowed["base-uri"] == allowed["form-action"] == ["'none'"]


def test_a_page_names_no_other_file():
    text = page_of(model_of("bytes"))
    addresses = {
        value for _, attributes, _ in Elements(text).all for key, value in attributes.items() if key in ("src", "href")
    }
    assert {one for one in addresses if not one.startswith("data:")} == {"#main"}
    without_comments = re.sub(r"(?m)^\s*(//|\*|/\*).*$", "", text)
    assert set(re.findall(r"https?://[\w.-]+", without_comments)) <= {"http://www.w3.org"}
    assert not re.search(r"url\(|@import", text)


def test_a_page_says_what_it_is(tmp_path):
    model = model_of("bytes")
    text = page_of(model)
    assert HTML.match(text.encode())
    (tmp_path / "page.html").write_bytes(text.encode())
    _, mark = read_export(tmp_path / "page.html")
    assert (mark.form, mark.hash, mark.quantize) == ("html", model.hash(), None)


def test_a_page_with_the_network_of_the_notes_is_small():
    images = Dataset(np.zeros((10, 784), np.uint8), np.arange(10), 10, (28, 28), "mnist")
    text = page_of(new_model(images, Options(hidden=(200,))))
    assert len(text.encode()) <= MOST_BYTES


@pytest.mark.parametrize("name", [*HOSTILE, "\ud800\u2028"])
def test_names_are_not_markup(name):
    model = hostile_model()
    text = page_of(model, name)
    plain, page = Elements(page_of(model)), Elements(text)
    assert [tag for tag, *_ in page.all] == [tag for tag, *_ in plain.all]
    shown = printable(name)
    assert page.having("title")[0][1] == f"{shown} · glassnet"
    content = content_of(text)
    assert (content["name"], content["model"]["classes"]) == (shown, list(model.class_names))


def test_examples_have_every_class_and_their_outputs_and_usual_values():
    model = model_of("table")
    rows = proof_rows(model)
    form = portable_form(model)
    examples = content_of(html.write(form, model, rows, name="x", quantize=None).decode())["examples"]
    predicted = {model.name_of(int(one)) for one in rows.predicted}
    assert set(examples["answers"]) == set(examples["answers"][: len(predicted)]) == predicted
    every = [dict(zip(rows.values, values, strict=True)) for values in zip(*rows.values.values(), strict=True)]
    places = [every.index(one) for one in examples["rows"]]
    outputs = np.frombuffer(base64.b64decode(examples["outputs"]), "<f4").reshape(len(places), -1)
    np.testing.assert_array_equal(outputs, rows.outputs[places])
    assert not any(None in one.values() for one in examples["rows"])
    age = form.columns.inputs[0]
    assert all(age.low <= one[age.name] <= age.high for one in examples["rows"])
    city = form.columns.inputs[2]
    assert all(one[city.name] in city.words for one in examples["rows"])
    about = content_of(page_of(model))["about"]
    call = json.loads(about["call"].removeprefix("glassnet.predict(").removesuffix(")"))
    assert None not in call.values()


def test_parameters_are_those_that_the_model_has():
    """Networks of the notes have no bias, which a page writes as 0."""
    for kind in ("bytes", "bias", "ensemble"):
        model = model_of(kind)
        parts = [part for one in model.members for part in (*one.parameters.weights, *one.parameters.biases)]
        wanted = sum(part.size for part in parts if part is not None)
        assert content_of(page_of(model))["about"]["parameters"] == wanted


def test_scripts_that_a_browser_would_refuse_are_not_run(tmp_path):
    model = model_of("table")
    rows, page = proof_rows(model, count=3), page_of(model)
    second = page.rindex('<script type="module">')
    for damaged in (page[: second + 99], page[:second], page[:-500] + "/" + page[-500:], ""):
        (tmp_path / "page.html").write_text(damaged, "utf-8")
        with pytest.raises(DataError, match=r"page\.html: its scripts are damaged") as caught:
            html.run(tmp_path / "page.html", model, rows)
        assert caught.value.code == "GN101"


@needs_node
@pytest.mark.parametrize("kind", [*MODELS, "hostile"])
def test_node_computes_the_same_bits(kind, tmp_path):
    model = hostile_model() if kind == "hostile" else model_of(kind)
    rows = proof_rows(model, count=200)
    path = tmp_path / "page.html"
    path.write_bytes(html.write(portable_form(model), model, rows, name="x", quantize=None))
    ran = html.run(path, model, rows)
    assert ran.tool.startswith("Node.js ")
    assert ran.outputs.tobytes() == rows.outputs.tobytes()
    np.testing.assert_array_equal(ran.predicted, rows.predicted)


@needs_node
def test_dates_of_which_a_float_has_not_every_microsecond(tmp_path):
    """Beyond the year 2255, microseconds since 1970 are more than 2^53."""
    model = model_of("ensemble")  # of a single one, the few nodes of the last hidden layer may all be 0
    moments = ["9876-05-04T03:02:01", "0001-01-01", "1969-12-31T23:59:59", "2400-02-29T12:00:00"]
    table = {name: [None] * len(moments) for name in model.columns.names} | {"joined": moments}
    rows = proof_rows(model, table)
    path = tmp_path / "page.html"
    path.write_bytes(html.write(portable_form(model), model, rows, name="x", quantize=None))
    assert html.run(path, model, rows).outputs.tobytes() == rows.outputs.tobytes()
    assert len({one.tobytes() for one in rows.outputs}) == len(moments)


@needs_node
@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('"sizes": [16,', '"sizes": [15,', "16 inputs, expected 15"),
        ('id="weights">', 'id="weights">AAAAAAAA', "104 weights, expected 103"),
        ('"kind": "classes"', '"kind": "numbers"', "another shape"),
    ],
)
def test_a_script_that_fails_on_damaged_data_is_an_error(before, after, problem, tmp_path):
    model = model_of("bytes")
    path, text = tmp_path / "page.html", page_of(model)
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(DataError, match=rf"fails in Node\.js .*{problem}") as caught:
        html.run(path, model, proof_rows(model, count=3))
    assert caught.value.code == "GN101"


@pytest.mark.parametrize("version", [None, "v12.22.9"])
def test_without_a_node_that_can_run_it_a_page_is_not_run(version, tmp_path, monkeypatch):
    if version:
        (tmp_path / "node").write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    model = model_of("bytes")
    ran = html.run(tmp_path / "page.html", model, proof_rows(model, count=3))
    assert (ran.tool, ran.outputs) == (None, None)
    assert "Node.js" in str(ran.why_not)


# The modules of the page


def modules():
    answers, loaded = es_modules.bundle(ENTRIES[0], PACKAGE)
    page, drawn = es_modules.bundle(ENTRIES[1], PACKAGE, loaded)
    return answers, loaded, page, drawn


FIRST = ("attribution", "format", "pixels", "portable_model", "table_encoding")
"""Modules of `shared/` with which the first script answers."""


def test_a_page_has_modules_of_its_own_and_of_the_studios_views_only():
    _, loaded, _, drawn = modules()
    assert sorted(path.relative_to(PACKAGE).as_posix() for path in loaded) == sorted(
        [
            "serve/studio/static/arithmetic.js",
            "serve/studio/static/formulas.js",
            "serve/studio/static/network.js",
            *(f"serve/studio/static/shared/{name}.js" for name in FIRST),
            "exports/page/answers.js",
        ]
    )
    studio = {path.relative_to(STUDIO).as_posix() for path in drawn if STUDIO in path.parents}
    named = (
        "answer",
        "board",
        "board_paint",
        "draw",
        "inside",
        "network_field",
        "network_figure",
        "node_numbers",
        "row_form",
        "stages",
        "waterfall",
        "weight_list",
        "why",
    )
    views = {"mnist_form.js", *(f"views/{name}.js" for name in named)}
    shared = {"counterfactual", "dom", "paper", "remembered", "widget"}
    assert studio == views | {f"shared/{name}.js" for name in shared}
    assert {path for path in drawn if STUDIO not in path.parents} == set(SCRIPTS) - set(loaded)


def test_the_modules_are_unchanged_but_for_imports_exports_and_lines_of_comments():
    def code(text):
        return [line for line in text.splitlines() if line.strip() and not re.match(r"\s*(//|/?\*|import )", line)]

    answers, loaded, page, drawn = modules()
    for script, paths in ((answers, loaded), (page, drawn)):
        lines = iter(code(script))
        for path in paths:
            for line in code(path.read_text("utf-8")):
                line = re.sub("^export ", "", line.replace("export default", "const exportedDefault ="))
                assert line in lines, path.name


@pytest.mark.parametrize(
    "text",
    [
        'import * as all from "./other.js";',
        'import "./other.js";',
        'import one, { two } from "./other.js";',
        'import { one } from "https://example.org/other.js";',
        'import { one } from "bare";',
        "import {\n  one,\n} from './other.js';",
        'const other = await import("./other.js");',
        'function later() { return import("./other.js"); }',
        "export let count = 1;",
        "export { one };",
        'export * from "./other.js";',
        "export default function () {}",
        'const end = "</script>";',
        'const start = "<!--";',
    ],
)
def test_forms_that_an_inline_script_does_not_have_are_refused(text, tmp_path):
    (tmp_path / "other.js").write_text("export const one = 1;\n")
    (tmp_path / "entry.js").write_text(f"{text}\n")
    with pytest.raises(ValueError, match=r"entry\.js"):
        es_modules.bundle(tmp_path / "entry.js", tmp_path)


def test_modules_that_import_each_other_are_refused(tmp_path):
    (tmp_path / "one.js").write_text('import { two } from "./two.js";\nexport const one = two;\n')
    (tmp_path / "two.js").write_text('import { one } from "./one.js";\nexport const two = one;\n')
    with pytest.raises(ValueError, match="imports itself"):
        es_modules.bundle(tmp_path / "one.js", tmp_path)


# Words


def test_every_key_of_the_page_has_words_and_all_words_are_used():
    text = "\n".join(SCRIPTS.values())
    used = set(re.findall(r"\bpage_[a-z0-9_]+", text)) | {"page_accuracy", "page_r2"}  # `page_${score}`
    used.discard("page_")
    assert used == set(PAGE_WORDS)
    words = exported_page_words("en")
    assert [key for key in re.findall(r"""\bt\(\s*["']([a-z0-9_]+)["']""", text) if key not in words] == []


def test_both_languages_have_the_same_holes_and_chinese_is_chinese():
    holes = re.compile(r"\{\w+\}")
    assert set(exported_page_words("en")) == set(exported_page_words("zh"))
    for key, (english, chinese) in in_both(PAGE_WORDS).items():
        assert sorted(holes.findall(english)) == sorted(holes.findall(chinese)), key
        assert key == "page_r2" or re.search(r"[\u4e00-\u9fff]", chinese), key
