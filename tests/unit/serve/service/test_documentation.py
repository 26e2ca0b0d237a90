"""``/openapi.json`` and ``/docs``: complete, valid, and with examples that work."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from glassnet.errors import CODES
from glassnet.serve.service.app import ROUTES
from glassnet.serve.service.documentation import STATUSES
from glassnet.serve.service.limits import Limits
from support.raw_http import DEADLINE, get, post
from support.service import serving, write_digits, write_numbers, write_people

MODELS = ("digits", "a 'people' & co <b>", "numbers")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    digits = write_digits(folder / f"{MODELS[0]}.safetensors")
    people = write_people(folder / f"{MODELS[1]}.safetensors")
    numbers = write_numbers(folder / f"{MODELS[2]}.safetensors")
    with serving([digits, people, numbers], limits=Limits(max_rows=321)) as running:
        yield running


@pytest.fixture(scope="module")
def document(running):
    reply = get(running.port, "/openapi.json")
    assert reply.status == 200
    return json.loads(reply.body)


def operations(document):
    return [
        (method.upper(), path, one) for path, methods in document["paths"].items() for method, one in methods.items()
    ]


def test_every_route_is_described(document):
    found = {(method, path) for method, path, _ in operations(document)}
    assert found == {(route.method, route.path) for route in ROUTES}
    identities = [one["operationId"] for *_, one in operations(document)]
    assert len(identities) == len(set(identities))
    assert document["openapi"].startswith("3.1.")


def test_the_document_follows_the_standard(document):
    validator = pytest.importorskip("openapi_spec_validator", reason="openapi-spec-validator is not installed")
    validator.validate(document)


def test_every_reference_leads_somewhere(document):
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert names == set(document["components"]["schemas"])


def test_parameters_of_paths_are_declared(document):
    for _, path, one in operations(document):
        declared = {given["name"] for given in one.get("parameters", []) if given["in"] == "path"}
        assert declared == set(re.findall(r"\{(\w+)\}", path))


def filled(path, model):
    from urllib.parse import quote

    return path.replace("{model}", quote(model)).replace("{version}", "1")


def test_examples_are_answered_as_described(running, document):
    """Every route with every model; answers follow their schemas where a validator is installed."""
    checked = 0
    for method, path, one in operations(document):
        for model in MODELS:
            where = filled(path, model)
            if method == "POST":
                example = one["requestBody"]["content"]["application/json"]["examples"][model]["value"]
                where += "" if "{model}" in path else f"?model={filled('{model}', model)}"
                reply = post(running.port, where, json.dumps(example).encode())
            else:
                reply = get(running.port, where)
            assert reply.status == 200, (path, reply)
            [(kind, content)] = [
                (kind, content)
                for kind, content in one["responses"]["200"]["content"].items()
                if reply.headers["content-type"].startswith(kind)
            ]
            if kind == "application/json":
                checked += 1
                follows(document, content["schema"], json.loads(reply.body))
    assert checked > 20


def follows(document, schema, value):
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        return
    Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def test_errors_are_answered_as_described(running, document):
    for method, path, one in operations(document):
        if method == "POST":
            reply = post(running.port, filled(path, MODELS[0]), b"[")
            assert (reply.status, reply.code) == (400, "GN127")
            follows(document, one["responses"]["400"]["content"]["application/json"]["schema"], json.loads(reply.body))
            assert {"408", "413", "415", "422", "429", "503"} <= set(one["responses"])


def test_limits_are_those_of_the_service(document, page):
    assert "321 rows" in document["info"]["description"]
    assert re.search(r">321<", page)


@pytest.fixture(scope="module")
def page(running):
    reply = get(running.port, "/docs")
    assert reply.status == 200
    return reply.body.decode()


def commands(page):
    return [html.unescape(one) for one in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)]


def test_the_commands_of_the_page_run(page):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    found = commands(page)
    assert len(found) == len(MODELS) + 6
    script = "".join(f"{one} --silent --show-error --fail || exit 1\necho\n" for one in found)
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"model":')]
    assert [one["model"] for one in answers] == [*MODELS, MODELS[0]]


def test_the_page_loads_nothing_and_runs_nothing(running, page):
    class Parser(HTMLParser):
        def handle_starttag(self, tag, attributes):
            given = dict(attributes)
            assert tag not in ("script", "link", "iframe", "object", "form", "img")
            assert not [name for name in given if name.startswith("on") or name in ("style", "src")]
            assert given.get("href", "#").startswith(("#", "?lang="))

    Parser().feed(page)
    headers = get(running.port, "/docs").headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "http" not in re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)
    assert "<b>" not in page.replace("<b>co", "")


def test_the_page_has_two_languages(running, page):
    assert page.count('lang="en"') == 1
    for reply in (
        get(running.port, "/docs", {"Accept-Language": "zh-CN,en;q=0.5"}),
        get(running.port, "/docs?lang=zh"),
    ):
        chinese = reply.body.decode()
        assert '<html lang="zh-CN">' in chinese
        assert "限制" in chinese
        assert commands(chinese) == commands(page)
    assert get(running.port, "/docs?lang=en", {"Accept-Language": "zh"}).body.decode() == page
    assert get(running.port, "/docs?lang=fr").status == 200


def test_the_page_lists_the_codes_of_the_service(page):
    assert set(STATUSES) == {code for code in CODES if "GN121" <= code <= "GN129"}
    assert all(f"<code>{code}</code>" in page for code in STATUSES)


def test_a_token_is_described(tmp_path):
    with serving([write_digits(tmp_path / "m.safetensors")], token="secret-word") as running:
        bearer = {"Authorization": "Bearer secret-word"}
        assert get(running.port, "/docs").status == get(running.port, "/openapi.json").status == 401
        document = json.loads(get(running.port, "/openapi.json", bearer).body)
        needed = {path for _, path, one in operations(document) if one.get("security")}
        assert needed == {route.path for route in ROUTES if route.needs_token}
        basic = {"Authorization": "Basic " + b64encode(b"any:secret-word").decode()}
        assert get(running.port, "/docs", basic).status == 200  # as browsers send it
        assert post(running.port, "/predict", b"[]", basic).status == 401
        for wrong in ("any:secret", "secret-word", "secret-word:", ":"):
            other = {"Authorization": "Basic " + b64encode(wrong.encode()).decode()}
            reply = get(running.port, "/docs", other)
            assert (reply.status, "Basic" in reply.headers["www-authenticate"]) == (401, True)
        assert get(running.port, "/docs", {"Authorization": "Basic !"}).status == 401
        page = get(running.port, "/docs", bearer).body.decode()
        assert "secret-word" not in page
        assert all("Bearer TOKEN" in one or "health" in one for one in commands(page))


def test_a_file_that_cannot_be_loaded_is_named(tmp_path):
    path = write_digits(tmp_path / "m.safetensors")
    with serving([path]) as running:
        assert 'role="note"' not in get(running.port, "/docs").body.decode()
        path.write_bytes(b"{}")
        running.service.context.models.look()
        page = get(running.port, "/docs").body.decode()
        assert "m: The file has changed and cannot be loaded" in page
        assert get(running.port, "/docs?lang=zh").body.decode().count('role="note"') == 1
