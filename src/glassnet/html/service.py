"""The documentation of a service as a page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from ..messages.languages import LANGUAGES
from ..words.plots import words_in
from ..words.service import SERVICE_WORDS
from .page import render

_SECTIONS = ("models", "requests", "limits", "errors")


def service_page(content: Mapping[str, Any], language: str) -> str:
    """Return the page, which needs no other file and no script.

    `content` has the values of the template ``service.html``.
    """
    say = words_in(language, SERVICE_WORDS)
    [other] = [one for one in LANGUAGES if one != language]
    titles = {name: say(name) for name in _SECTIONS}
    return render("service.html", say=say, language=language, other=other, titles=titles, **content)


def content_policy(page: str) -> str:
    """Return the Content-Security-Policy of a page: nothing but its own styles, and images within it."""
    hashes = [
        base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        for style in re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    ]
    styles = " ".join(f"'sha256-{one}'" for one in hashes)
    return (
        f"default-src 'none'; style-src {styles}; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
