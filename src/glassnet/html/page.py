"""Common parts of all pages: skeleton, templates, and images as data URIs.

A page is one file that works offline and without scripts, in light or dark mode.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from numpy.typing import ArrayLike
from PIL import Image

from ..io.writing import MAKER
from ..messages.control_characters import printable
from ..plots.signed import png_uri
from ..plots.tone import shades
from ..words.plots import shown

LARGEST_THUMB = 64
"""Longest side of a sample's image; larger images are shrunk to keep pages small."""


def templates() -> Environment:
    """Return the templates of all pages; values are escaped, marks that change the writing direction too."""
    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_printable,
    )
    made.filters["shown"] = shown
    return made


def _printable(value: Any) -> Any:
    return printable(value) if type(value) is str else value  # `Markup` is our own and may have line breaks


def whole_page(title: str, content: str, language: str = "en") -> str:
    """Return an HTML document with `content`, which is markup, as its body."""
    skeleton = templates().get_template("page.html")
    language = {"zh": "zh-CN"}.get(language, language)
    return skeleton.render(maker=MAKER, title=title, content=Markup(content), language=language)


def sample_uri(sample: ArrayLike, image_shape: tuple[int, int], photo: bool = False) -> str:
    """Return one sample, shape (features,), as an image in a data URI; see `tone.shades`."""
    [paper] = shades(np.asarray(sample)[None], image_shape, photo)
    return png_uri(thumb(Image.fromarray(paper.squeeze(axis=2) if paper.shape[2] == 1 else paper)))


def thumb(picture: Image.Image) -> Image.Image:
    """Shrink an image to at most ``LARGEST_THUMB`` pixels a side."""
    picture.thumbnail((LARGEST_THUMB, LARGEST_THUMB), Image.Resampling.BOX)
    return picture


def png_of(pixels: ArrayLike) -> bytes:
    """Return grey pixels, uint8 of shape (rows, columns), as a small PNG file."""
    file = BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(file, "PNG", optimize=True)
    return file.getvalue()
