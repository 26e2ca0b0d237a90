"""The page's sources: their size, their words in both languages, and that they ask nobody outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glassnet.serve.rendering import FIELDS
from glassnet.words.studio import STUDIO_WORDS
from support.messages import in_both
from support.sources import PACKAGE

STATIC = PACKAGE / "serve" / "studio" / "static"
SOURCES = {
    path: path.read_text("utf-8") for path in sorted(STATIC.rglob("*")) if path.suffix in (".js", ".css", ".html")
}
SCRIPTS = {path: text for path, text in SOURCES.items() if path.suffix == ".js"}
ROOMS = ("hand", "draw", "classes", "learn", "train", "step", "compare", "look")
MOST_BYTES = {
    "hand": 270_000,
    "draw": 255_000,
    "classes": 318_000,
    "learn": 250_000,
    "train": 238_000,
    "step": 258_000,
    "compare": 133_000,
    "look": 206_000,
}
"""The first three explain the answer themselves, the first and the third write model files, Step computes its steps."""
LINKS = re.compile(r"""(?:from|import)\s+["'](\.[^"']+)["']""")

_KEY = re.compile(r"""\bt\(\s*["']([a-z0-9_]+)["']""")
_ANY_TEXT = re.compile(r"""["'`]([a-z0-9_]+)["'`]|`([a-z0-9_]+_)\$\{""")


def imported(path: Path) -> set[Path]:
    """The module and all that it imports, except when a room opens."""
    files, waiting = set(), [path]
    while waiting:
        if (one := waiting.pop()) not in files:
            files.add(one)
            waiting += [(one.parent / link).resolve() for link in LINKS.findall(SOURCES[one])]
    return files


def styles(room: str) -> set[Path]:
    """The stylesheets that a page from the server loads with a room."""
    more = re.search(r"^const MORE = \{(.*?)^\};$", SOURCES[STATIC / "app.js"], re.M | re.S)[1]
    names = {"style", f"rooms/{room}", *dict(re.findall(r'(\w+): "([\w/ ]+)"', more)).get(room, "").split()}
    return {STATIC / f"{name}.css" for name in names}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_small(room):
    """The shell, the room and their stylesheets are loaded before the room can be used."""
    files = imported(STATIC / "app.js") | imported(STATIC / "rooms" / f"{room}.js")
    files |= {STATIC / "index.html", *styles(room)}
    assert len(files) > 10
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES[room]


def test_every_key_has_words():
    missing = {
        key: path.name for path, text in SCRIPTS.items() for key in _KEY.findall(text) if key not in STUDIO_WORDS
    }
    assert missing == {}


def test_all_words_are_used():
    texts = "\n".join(SCRIPTS.values())
    literals, stems = set(), set()
    for literal, stem in _ANY_TEXT.findall(texts):
        (stems if stem else literals).add(literal or stem)
    literals |= {*FIELDS.values()}
    unused = [key for key in STUDIO_WORDS if key not in literals and not any(map(key.startswith, stems))]
    assert unused == []


def test_words_of_the_page_are_translated():
    words = in_both(STUDIO_WORDS)
    latin = {key for key, (_, chinese) in words.items() if not re.search(r"[\u4e00-\u9fff]", chinese)}
    assert {key for key in latin if re.search(r"[a-z]{4}", words[key][1])} <= {"take_python"}


def test_nothing_outside_is_named():
    outside = re.compile(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}", re.IGNORECASE)
    addresses = {match for text in SOURCES.values() for match in outside.findall(re.sub(r"(?m)^\s*//.*$", "", text))}
    assert addresses <= {"http://www.w3.org"}


def test_modules_import_files_that_exist():
    for path, text in SCRIPTS.items():
        for target in LINKS.findall(text):
            assert (path.parent / target).resolve() in SCRIPTS, f"{path.name} imports {target}"


def test_the_readme_lists_every_route():
    from glassnet.serve.studio import (
        compare,
        data,
        draw,
        labels,
        learn,
        look,
        model_routes,
        page_training,
        step,
        take_away,
        train,
    )

    readme = (PACKAGE / "serve" / "studio" / "README.md").read_text("utf-8")
    rooms = (data, model_routes, page_training, draw, learn, train, step, compare, look, labels, take_away)
    paths = {re.sub(r"^/api/models/\{id\}/", "…/", route.path) for room in rooms for route in room.routes}
    assert [path for path in sorted(paths) if f"{path}`" not in readme] == []
