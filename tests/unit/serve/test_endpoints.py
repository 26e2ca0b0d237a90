"""Endpoints: values of a wrong kind are refused with a code, whatever they are."""

from __future__ import annotations

import pytest

from web.studio_server import studio_server


@pytest.fixture(scope="module")
def studio():
    with studio_server() as running:
        yield running


WRONG = [
    ("/api/train", {"table": 5}),
    ("/api/train", {"options": "epochs"}),
    ("/api/train", {"add": 5}),
    ("/api/train", {"add": [5]}),
    ("/api/compare", {"a": ["notes"], "b": {"recipe": "quick"}}),
    ("/api/compare", {"b": "quick"}),
    ("/api/data/mnist/doctor", {"options": "epochs"}),
    ("/api/data/mnist/doctor", {"test": ["mnist"]}),
    ("/api/look/labels", {"data": "mnist", "model": ["reader"]}),
    ("/api/learn/run", {"exercise": ["forward-function"], "code": "x = 1"}),
    ("/api/learn/run", {"exercise": "hidden-error", "code": "x = 1"}),
    ("/api/learn/run", {"exercise": "forward-function", "code": 1}),
    ("/api/learn/run", {"exercise": "forward-function", "code": "x = 1", "seed": -1}),
    ("/api/learn/progress", {"changes": [1]}),
    ("/api/learn/progress", {"changes": {"done": {"output-error": 1}}}),
    ("/api/learn/progress", {"changes": {"code": {"forward-function": "x" * 20_001}}}),
    ("/api/learn/progress", {"changes": {"elsewhere": "x"}}),
    ("/api/take-away", {"room": "look", "data": "mnist", "model": {}, "row": [1]}),
    ("/api/take-away", {"room": "look", "data": "mnist", "model": {"reader": 1}}),
]


@pytest.mark.parametrize(("path", "given"), WRONG)
def test_a_value_of_a_wrong_kind_is_refused(studio, path, given):
    studio.post(path, given).refused(400, "GN021")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,zh;q=0.9", "en"), ("de, zh-TW;q=0.5", "zh"), ("de", "en"), ("", "en")],
)
def test_a_page_opens_in_the_language_of_the_browser(accepted, language, monkeypatch):
    monkeypatch.delenv("GLASSNET_LANGUAGE", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with studio_server(language=None) as studio:
        header = {"Accept-Language": accepted}
        assert studio.get("/api/session", **header).json()["language"] == language
        assert studio.get("/api/session?lang=en", **header).json()["language"] == "en"
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    with studio_server(language=None) as studio:
        assert studio.get("/api/session", **header).json()["language"] == "zh"


@pytest.mark.parametrize("path", ["/api/data", "/api/models", "/api/draw/read"])
def test_only_a_file_is_a_file(studio, path):
    """Neither a value named "body" nor one in the address."""
    for answer in (studio.post(path, {"body": "text"}), studio.post(f"{path}?body=text")):
        assert (answer.status, answer.json()["code"][:2]) == (400, "GN"), answer.body
