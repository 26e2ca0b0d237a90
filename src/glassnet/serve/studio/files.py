"""The studio as plain files, which need no server: a folder for any host, or one page that opens from a disk.

Both have the same parts: the styles, one script, and contents by name (words and options, digits, models, the worker's
script), compressed and as text in base64. In a folder the contents are scripts beside the page, loaded when a room
needs them; in a single page they are in it. The page's policy allows these and no request.
"""

from __future__ import annotations

import base64
import gzip
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from ...data import BUNDLED, Dataset, load
from ...errors import FileError, OptionError
from ...exports.es_modules import bundle
from ...exports.html import hash_of
from ...io.writing import MAKER, replacing, require_folder, require_page_place, require_place
from ...learn.chapters import blocks_of, course
from ...messages.control_characters import json_text, printable
from ...messages.languages import LANGUAGES
from ...model.file import file_bytes, header_of, load_model, shipped_path, tensors_of
from ...model.portable import portable_form
from ...nn.optimizers import OPTIMIZERS
from ...options.options import SPECS, Options, job_options
from ...training.fit import fit
from ...training.numerics import NUMERICS
from ...words.speaking import words_of
from ...words.studio import STUDIO_WORDS
from .page_training import START, what_training_needs
from .step import small_networks
from .train import described_options

TRAIN, TEST = 10_000, 1_000
"""Digits in the files: the first ones of MNIST's parts."""
RECIPES = ("notes", "notes-code", "quick")
"""The recipes that train in the page."""
_OF_PYTHON = {"engine", "threads", "dtype", "members", "folds", "clip", "hard_fraction", "class_weight", "metric"}
_OF_DATA = {"size", "colour", "handwriting", "deskew", "classes", "holdout", "input_max", "plain_inputs"}
WITHOUT = {name for name, one in SPECS.items() if one.group == "augmentation"} | _OF_PYTHON | _OF_DATA
"""Options that have no effect in the page, or that portable training refuses."""
LEVEL = 7
"""Of the compression: 9 takes twelve times as long for the digits, which become half a percent smaller."""
PAGE = "index.html"

_MARK = f"/* {MAKER} studio */\n"
_OWN = re.compile(re.escape(_MARK.encode()))
_STATIC = Path(__file__).parent / "static"
_STYLES = (
    "style.css",
    *(f"rooms/{room}.css" for room in ("hand", "draw", "classes", "learn", "train", "step", "compare", "look")),
    "rooms/learn/figures.css",
    "views/step.css",
    "views/network_picture.css",
    "views/node_numbers.css",
)
_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src {style}; img-src data: blob:; worker-src blob:; "
    "base-uri 'none'; form-action 'none'"
)


def write_folder(
    folder: str, model: str | None = None, *, language: str | None = None, overwrite: bool = False
) -> None:
    """Write the studio as files into a folder, which is created.

    Raises FileError GN007 if its page exists, and GN110, GN001 and GN003 where nothing can be written; a `model` that
    has no portable form is refused with GN100.
    """
    require_folder(folder)
    place = Path(folder)
    if place.is_dir():
        require_page_place(place / PAGE, overwrite=overwrite)
    contents = _contents(model, language)
    scripts = {f"{name}.js": _as_script(name, text) for name, text in contents.items()}
    files = {name: _MARK + text for name, text in {"studio.css": _style(), "studio.js": _script(), **scripts}.items()}
    if place.is_dir():
        for name in files:
            require_place(place / name, _OWN, overwrite=overwrite)
    policy = _POLICY.format(scripts="'self'", style="'self'")
    style, script = '<link rel="stylesheet" href="studio.css">', '<script defer src="studio.js"></script>'
    page = _page(policy, style, script, _icon(), language)
    _make(place)
    for name, text in {**files, PAGE: page}.items():  # the page last: it names the others
        with replacing(place / name) as file:
            file.write(text.encode())


def write_single(path: str, model: str | None = None, *, language: str | None = None, overwrite: bool = False) -> None:
    """Write the studio as one HTML file; errors as for `write_folder`."""
    require_page_place(path, overwrite=overwrite)
    script, style = _script(), _style()
    contents = "\n    ".join(
        f'<script type="text/plain" id="{name}">{text}</script>' for name, text in _contents(model, language).items()
    )
    policy = _POLICY.format(scripts=hash_of(script), style=hash_of(style))
    page = _page(policy, f"<style>{style}</style>", f"{contents}\n    <script>{script}</script>", _icon(), language)
    with replacing(path, overwrite=overwrite) as file:
        file.write(page.encode())


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as problem:
        raise FileError(
            "GN003", "{path}: cannot be written ({error}). Choose another path.", path=folder, error=problem.strerror
        ) from None


def _page(policy: str, style: str, script: str, icon: str, language: str | None) -> str:
    """Return the page; what is in a single one is after the elements that the script uses."""
    page = (_STATIC / "file.html").read_text("utf-8")
    parts = {"maker": MAKER, "policy": policy, "style": style, "script": script, "icon": icon, "lang": language or "en"}
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], page)


def _icon() -> str:
    return f"data:image/svg+xml,{quote((_STATIC / 'icon.svg').read_text('utf-8'))}"


@cache
def _script() -> str:
    return bundle(_STATIC / "here" / "studio.js", _STATIC)[0]


def _style() -> str:
    return "\n".join((_STATIC / name).read_text("utf-8") for name in _STYLES)


def _as_script(name: str, text: str) -> str:
    return f'(globalThis.glassnetContents ??= {{}})["{name}"] = "{text}";\n'


def _contents(model: str | None, language: str | None) -> dict[str, str]:
    """Return what the page has inside, by name: compressed, in base64."""
    models = [("reader", "reader", shipped_path())]
    if model is not None:
        opened = load_model(model)
        try:
            portable_form(opened)
        except OptionError as problem:
            template = "{path}: cannot be put into the studio's files. {problem}"
            raise OptionError("GN100", template, path=model, problem=problem.message) from None
        models.insert(0, ("model", Path(model).name, Path(model)))
    about = {
        "version": version(MAKER),
        "numerics": NUMERICS,
        "language": language,
        "words": {one: words_of(STUDIO_WORDS, one) for one in LANGUAGES},
        "options": {one: _options(one) for one in LANGUAGES},
        "optimizers": {recipe: {name: _changed(recipe, optimizer=name) for name in OPTIMIZERS} for recipe in RECIPES},
        "nets": small_networks(),
        "digits": [TRAIN, TEST],
        "models": [*({"id": id, "name": printable(name)} for id, name, _ in models), {"id": "notes", "name": "notes"}],
    }
    return {
        "about": _packed(json_text(about).encode()),
        "worker": _packed(bundle(_STATIC / "training" / "worker.js", _STATIC)[0].encode()),
        "page-training": _packed(json_text(what_training_needs()).encode()),
        "learn": _packed(json_text({one: _whole_course(one) for one in LANGUAGES}).encode()),
        "digits": _digits(),
        "notes": _packed(_notes_model()),
        **{id: _packed(Path(path).read_bytes()) for id, _, path in models},
    }


def _whole_course(language: str) -> dict[str, Any]:
    """Return the course with the blocks of all chapters."""
    whole = course(language)
    return {**whole, "blocks": {one["slug"]: blocks_of(one["slug"], language) for one in whole["chapters"]}}


@cache
def _notes_model() -> bytes:
    """Return the network of the notes, with which the room My hand begins: trained here, in some two seconds."""
    samples = load(BUNDLED)
    assert isinstance(samples, Dataset)
    model = fit(samples, Options.recipe("notes", **START)).model
    return file_bytes(header_of(model), tensors_of(model))


def _options(language: str) -> dict[str, Any]:
    """Return the form of the options that have an effect in the page, as `train.form`."""
    described = described_options(language, RECIPES)
    for group in described["groups"]:
        group["options"] = [one for one in group["options"] if one["name"] not in WITHOUT]
    described["groups"] = [group for group in described["groups"] if group["options"]]
    return described


def _changed(recipe: str, **given: Any) -> dict[str, Any]:
    """Return the options of a recipe that a given one changes besides itself."""
    usual = Options.recipe(recipe).to_dict()
    return {name: value for name, value in job_options(recipe, given).to_dict().items() if value != usual[name]}


@cache
def _digits() -> str:
    """Return the digits: images and labels for training, then those of the test."""
    parts: list[bytes] = []
    for part, count in (("train", TRAIN), ("test", TEST)):
        samples = load(BUNDLED, part=part)
        assert isinstance(samples, Dataset)
        inputs, labels = samples.inputs[:count], samples.labels[:count]
        parts += [inputs.tobytes(), labels.astype(np.uint8).tobytes()]
    return _packed(b"".join(parts))


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, LEVEL, mtime=0)).decode()
