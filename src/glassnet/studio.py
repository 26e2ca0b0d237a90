"""Views of the studio in a notebook, such as Jupyter or VS Code: the same pages, as widgets of anywidget."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .data import Dataset
from .errors import OptionError, require_packages
from .explain.excerpt import excerpt
from .explain.step import trace
from .exports.es_modules import one_module
from .html.notebook import model_html
from .html.page import sample_uri
from .html.step import step_html
from .messages.languages import preferred
from .messages.message import Message
from .model.model import Model, require_model
from .serve.studio.models import describe, weights_of
from .words.speaking import words_of
from .words.studio import STUDIO_WORDS

_STATIC = Path(__file__).parent / "serve" / "studio" / "static"
_LARGE = 20_000
"""Parameters of a model whose step, as a page, would be too much for a notebook's file."""
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
    """
    require_model(model)
    described = describe(model)
    if model.image_shape is None or not described["portable"] or described["targets"]["kind"] == "numbers":
        raise OptionError(
            "GN081", "studio.draw: expected a model that classifies images and does not deskew them. Use predict."
        )
    pixels = None if sample is None else model.raw(sample)[0]
    drawing = None if pixels is None else {"strokes": [], "pixels": pixels.tolist()}
    return _widget("draw")(
        description={name: value for name, value in described.items() if name != "receipt"},
        weights=weights_of(model),
        words=_words("draw_", preferred()),
        drawing=drawing,
        still=_still(model, pixels),
    )


def step(model: Model, sample: ArrayLike, target: Any, *, learning_rate: float | None = None) -> Any:
    """Return a widget of one training step, forwards and back, number by number.

    Parameters
    ----------
    model : Model
        Of an ensemble, the first member is used. It is not changed.
    sample : array_like, shape (features,)
        Unscaled inputs, as for ``model.predict``.
    target : object
        The sample's class, or its numbers or labels, as for `Dataset.from_arrays`.
    learning_rate : float, optional
        By default that of the training record, or 0.2 as in the notes.

    Returns
    -------
    anywidget.AnyWidget
        Its ``moment``, ``rule`` and ``focus`` ("layer.node") are what it shows; setting them drives it.
    """
    require_model(model)
    samples = Dataset.from_arrays(model.raw(sample)[:1], [target], like=model)
    taken, language = trace(model, samples, learning_rate=learning_rate), preferred()
    features = model.columns.features if model.columns else ()
    return _widget("step")(
        step=excerpt(taken, scaling=model.scaling, features=features),
        rule=taken.rule,
        words=_words("step_", language),
        still=step_html(taken, language=language) if len(model.network.parameters.flat) < _LARGE else model_html(model),
    )


def _words(room: str, language: str) -> dict[str, str]:
    """Return the words whose keys begin with the name of a room."""
    return words_of({key: text for key, text in STUDIO_WORDS.items() if key.startswith(room)}, language)


@cache
def _widget(room: str) -> Any:
    require_packages(Message("this view"), "notebook", "anywidget", "traitlets")
    import anywidget
    import traitlets

    class View(anywidget.AnyWidget):  # type: ignore[misc,name-defined,unused-ignore]
        words = traitlets.Dict().tag(sync=True)
        still = traitlets.Unicode()

        def _repr_mimebundle_(self, **options: Any) -> Any:
            shown = super()._repr_mimebundle_(**options)
            data, *metadata = shown if isinstance(shown, tuple) else (shown,)
            data = {**(data or {}), "text/html": self.still}  # where no widget runs, such as in a saved notebook
            return (data, *metadata) if metadata else data

    class DrawView(View):
        _esm = one_module(_STATIC / "views" / "draw.js", _STATIC)
        _css = styles("rooms/draw.css")
        description = traitlets.Dict().tag(sync=True)
        weights = traitlets.Bytes().tag(sync=True)
        drawing = traitlets.Dict(allow_none=True).tag(sync=True)
        input: Any = traitlets.List(allow_none=True).tag(sync=True)
        answer = traitlets.Int(None, allow_none=True).tag(sync=True)

    class StepView(View):
        _esm = one_module(_STATIC / "views" / "step.js", _STATIC)
        _css = styles("views/step.css")
        step = traitlets.Dict().tag(sync=True)
        moment = traitlets.Int(0).tag(sync=True)
        rule = traitlets.Unicode().tag(sync=True)
        focus = traitlets.Unicode().tag(sync=True)

    return {"draw": DrawView, "step": StepView}[room]


def _still(model: Model, pixels: np.ndarray[Any, Any] | None) -> str:
    """Return what a notebook shows where the widget does not run."""
    if pixels is None:
        return model_html(model)
    assert model.image_shape is not None
    name = model.name_of(int(model.unchecked().predict(pixels)[0]))
    uri = sample_uri(pixels, model.image_shape, model.reading == "photo")
    picture = f'<img src="{uri}" alt="" style="width:140px;image-rendering:pixelated">'
    return f"<div>{picture} → {escape(name)}</div>{model_html(model)}"


@cache
def styles(room: str) -> str:
    """Return the styles of the studio and of a room, within elements of class ``glassnet``."""
    text = (_STATIC / "style.css").read_text(encoding="utf-8")
    variables = "".join(_ROOT.findall(text)).replace("color-scheme: light dark;", "")
    text = _ROOT.sub("", text).replace("\nhtml {", "\n& {").replace("\nbody {", "\n.no-body {")
    return f"{variables}.glassnet {{\npadding: 1rem;\n{text}\n{(_STATIC / room).read_text(encoding='utf-8')}}}\n"
