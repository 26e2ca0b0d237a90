"""Common parts of all pages: templates, and images as data URIs.

A page is one file that works offline and without scripts, in light or dark mode, with the studio's colours and type.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from ..data.dataset import Dataset
from ..io.writing import MAKER
from ..messages.control_characters import printable
from ..messages.formats import shown
from ..model.model import Model
from ..plots.signed import png_uri, signed_picture
from ..plots.tone import shades

STUDIO_STYLE = Path(__file__).parents[1] / "serve" / "studio" / "static" / "style.css"
"""Where the colours and the type of all pages are declared."""
LARGEST_THUMB = 64
"""Longest side of a sample's image; larger images are shrunk to keep pages small."""


def render(template: str, **values: Any) -> str:
    """Return a page, or a part of one; values are escaped, marks that change the writing direction too.

    The template is a file in ``templates/``, and the values are what it needs. A page extends ``page.html``, which
    needs `title` and `language`; one with sections extends ``layout.html``, which also needs `say`, `heading`, `lead`
    and `bundled`, whether digits of the bundled MNIST are drawn, whose licence requires a notice.
    """
    return _templates().get_template(template).render(values)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("glassnet.html"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=lambda value: printable(value) if type(value) is str else value,  # `Markup` is our own
    )
    made.filters["shown"] = shown
    made.globals |= {"maker": MAKER, "version": version(MAKER), "palette": palette}
    return made


@cache
def palette(selector: str) -> Markup:
    """Return the rule with the studio's colours and type, as custom properties of what `selector` selects."""
    own = re.search(r"^:root \{(.*?)^\}", STUDIO_STYLE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert own is not None
    return Markup(f"{selector} {{{own[1]}}}")


def sample_uri(sample: ArrayLike, image_shape: tuple[int, int], photo: bool = False) -> str:
    """Return one sample, shape (features,), as an image in a data URI; see `tone.shades`."""
    [paper] = shades(np.asarray(sample)[None], image_shape, photo)
    return png_uri(_thumb(Image.fromarray(paper.squeeze(axis=2) if paper.shape[2] == 1 else paper)))


def signed_thumb(values: NDArray[Any], image_shape: tuple[int, int]) -> str:
    """Return signed numbers, one per input, as an image in a data URI."""
    return png_uri(_thumb(Image.fromarray(signed_picture(values, image_shape), "RGBA")))


def _thumb(picture: Image.Image) -> Image.Image:
    picture.thumbnail((LARGEST_THUMB, LARGEST_THUMB), Image.Resampling.BOX)
    return picture


def is_invertible(source: Model | Dataset) -> bool:
    """Whether a dark page may invert the images of samples: ink, but not photographs."""
    shape = source.image_shape
    return source.reading != "photo" and shape is not None and source.features == shape[0] * shape[1]


def png_of(pixels: ArrayLike) -> bytes:
    """Return grey pixels, uint8 of shape (rows, columns), as a small PNG file."""
    file = BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(file, "PNG", optimize=True)
    return file.getvalue()
