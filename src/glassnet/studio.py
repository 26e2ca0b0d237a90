"""Views of the studio in a notebook, such as Jupyter or VS Code: the same pages, as widgets of anywidget."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .errors import OptionError
from .html.notebook import model_html
from .html.page import sample_uri
from .i18n.language import LANGUAGES, preferred
from .i18n.studio import STUDIO_WORDS
from .model.model import Model, require_model
from .serve.studio.models import describe, weights_of

_STATIC = Path(__file__).parent / "serve" / "studio" / "static"
_IMPORT = re.compile(r'^import (?:(\w+)|\{([^}]*)\}) from "([^"]+)";\n', re.M)
_EXPORT = re.compile(r"^export (?:async )?(?:function|class|const|let) (\w+)", re.M)
_ROOT = re.compile(r"^:root[^{]*\{[^}]*\}\n", re.M)


def draw(model: Model, sample: ArrayLike | None = None) -> Any:
    """Return a widget with a board to draw on, on which the model answers while you draw.

    Parameters
    ----------
    model : Model
        A model of images.
    sample : array_like, shape (features,), optional
        Pixels to begin with, such as a row of test data.

    Returns
    -------
    anywidget.AnyWidget
        Its ``input`` has the pixels that the model gets, and ``answer`` the class, both None for an empty board.

    Raises
    ------
    DataError
        GN076 when `model` is not a `Model`.
    OptionError
        GN081 for a model of other data, or one whose answers a page cannot compute; GN092 if anywidget is not
        installed.
    ShapeError
        GN050 for a sample of another shape.
    """
    require_model(model)
    described = describe(model)
    if model.image_shape is None or not described["portable"] or described["targets"]["kind"] == "numbers":
        raise OptionError(
            "GN081", "studio.draw: expected a model that classifies images and does not deskew them. Use predict."
        )
    pixels = None if sample is None else model.raw(sample)[0]
    drawing = None if pixels is None else {"strokes": [], "pixels": pixels.tolist()}
    place = LANGUAGES.index(preferred())
    return _widget()(
        description={name: value for name, value in described.items() if name != "receipt"},
        weights=weights_of(model),
        words={key: texts[place] for key, texts in STUDIO_WORDS.items() if key.startswith("draw_")},
        drawing=drawing,
        still=_still(model, pixels),
    )


@cache
def _widget() -> Any:
    try:
        import anywidget
        import traitlets
    except ImportError as problem:
        raise OptionError(
            "GN092", f"the studio needs {problem.name}, which is not installed: pip install 'glassnet[studio]'"
        ) from None

    class DrawView(anywidget.AnyWidget):  # type: ignore[misc,name-defined,unused-ignore]
        _esm = bundle("views/draw.js")
        _css = styles("rooms/draw.css")
        description = traitlets.Dict().tag(sync=True)
        weights = traitlets.Bytes().tag(sync=True)
        words = traitlets.Dict().tag(sync=True)
        drawing = traitlets.Dict(allow_none=True).tag(sync=True)
        input: Any = traitlets.List(allow_none=True).tag(sync=True)
        answer = traitlets.Int(None, allow_none=True).tag(sync=True)
        still = traitlets.Unicode()

        def _repr_mimebundle_(self, **options: Any) -> Any:
            shown = super()._repr_mimebundle_(**options)
            data, *metadata = shown if isinstance(shown, tuple) else (shown,)
            data = {**(data or {}), "text/html": self.still}  # where no widget runs, such as in a saved notebook
            return (data, *metadata) if metadata else data

    return DrawView


def _still(model: Model, pixels: np.ndarray[Any, Any] | None) -> str:
    """Return what a notebook shows where the widget does not run."""
    if pixels is None:
        return model_html(model)
    assert model.image_shape is not None
    name = model.name_of(int(model.unchecked().outputs(pixels)[0].argmax()))
    uri = sample_uri(pixels, model.image_shape, model.reading == "photo")
    return (
        f'<div><img src="{uri}" alt="" style="width:140px;image-rendering:pixelated"> → {name}</div>{model_html(model)}'
    )


@cache
def bundle(entry: str) -> str:
    """Return one ES module made of a module of the studio and those that it imports, whose default it exports."""
    parts = ["const modules = {};"]
    for name, text in _in_order(entry).items():
        exported = [*_EXPORT.findall(text)]
        text = _IMPORT.sub(lambda found, name=name: _constants(name, found), text)  # type: ignore[misc]
        text = re.sub(r"^export default ", "const standard = ", text, flags=re.M)
        text = re.sub(r"^export ", "", text, flags=re.M)
        results = ", ".join([*exported, *(["standard"] if "const standard = " in text else [])])
        parts.append(f"modules[{name!r}] = (() => {{\n{text}\nreturn {{ {results} }};\n}})();")
    return "\n".join([*parts, f"export default modules[{entry!r}].standard;", ""])


def _in_order(entry: str) -> dict[str, str]:
    """Return the sources of a module and of those that it imports, each after those that it needs."""
    text, found = (_STATIC / entry).read_text(encoding="utf-8"), {}
    for _, _, path in _IMPORT.findall(text):
        found.update(_in_order(_place(entry, path)))
    return {**found, entry: text}


def _place(name: str, path: str) -> str:
    return normpath((PurePosixPath(name).parent / path).as_posix())


def _constants(name: str, found: re.Match[str]) -> str:
    """Return the line in place of an import."""
    standard, names, path = found.groups()
    wanted = f"standard: {standard}" if standard else names.replace(" as ", ": ")
    return f"const {{ {wanted.strip()} }} = modules[{_place(name, path)!r}];\n"


@cache
def styles(room: str) -> str:
    """Return the styles of the studio and of a room, within elements of class ``glassnet``."""
    text = (_STATIC / "style.css").read_text(encoding="utf-8")
    variables = "".join(_ROOT.findall(text)).replace("color-scheme: light dark;", "")
    text = _ROOT.sub("", text).replace("\nhtml {", "\n& {").replace("\nbody {", "\n.no-body {")
    return f"{variables}.glassnet {{\npadding: 1rem;\n{text}\n{(_STATIC / room).read_text(encoding='utf-8')}}}\n"
