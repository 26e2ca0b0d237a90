"""Parser of HTML pages: what a browser would fetch, run or show."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

ALONE = {"meta", "img", "br", "path", "rect", "line", "circle"}
"""Elements without an end tag: those of HTML, and self-closing ones of SVG."""


class Page(HTMLParser):
    """Every element with its attributes, the text in order, and elements that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.wrong: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.wrong += self._open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in ALONE:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, text):
        if self._open[-1:] != ["style"]:
            self.texts.append(text)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def having(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def repeated_ids(self) -> list[str]:
        counts = Counter(attributes["id"] for _, attributes in self.elements if "id" in attributes)
        return [name for name, count in counts.items() if count > 1]


def checked_page(text: str) -> Page:
    """Check that a page is self-contained: it fetches and runs nothing, and closes and names every element."""
    page = Page(text)
    assert text.startswith("<!doctype html>")
    assert page.wrong == []
    assert page.repeated_ids() == []
    names = [name for name, _ in page.elements]
    assert {"script", "link", "iframe", "object", "embed", "base", "form"}.isdisjoint(names)
    for _, attributes in page.elements:
        assert [name for name in attributes if name.startswith("on")] == []
        assert attributes.get("src", "data:").startswith("data:image/png;base64,") or "src" not in attributes
        assert attributes.get("href", "#").startswith("#")
    assert "url(" not in text
    assert "@import" not in text
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {link["href"][1:] for link in page.having("a")} <= ids
    assert all("alt" in image for image in page.having("img"))
    assert all(head.get("scope") for head in page.having("th"))
    assert all(drawing.get("role") == "img" and drawing.get("aria-label") for drawing in page.having("svg"))
    assert "nan" not in " ".join(page.text.lower().replace(",", " ").split()).split()
    return page
