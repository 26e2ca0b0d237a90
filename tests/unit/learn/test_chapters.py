"""The chapters: what each has, in both languages, and what a page of Markdown becomes."""

from __future__ import annotations

import importlib.util
import re

import pytest

from glassnet.learn.chapters import blocks_of, chapter_titles, contents, course
from glassnet.learn.exercises import CHAPTERS, exercises
from glassnet.messages.languages import LANGUAGES
from glassnet.serve.studio.app import ROOMS
from support.sources import PACKAGE, ROOT

FIGURES = PACKAGE / "serve" / "studio" / "static" / "rooms" / "learn" / "figures.js"

PAGE = """# 3. The error

Text with $e = t - o$ and `code`; see [chapter 2](02-signals.md) and [the notes](../the-notes.md).

$$
a
= b
$$

<!-- figure error {"weights": "mixed"} -->

<!-- predict -->
**Predict.** Which?

- one
- two <!-- right -->

<details><summary>Answer</summary>

Two.

</details>
<!-- end -->
<!-- exercise hidden-error -->
old text
<!-- end -->
<!-- links -->
[Next](04-descent.md)
"""


@pytest.fixture(scope="module")
def script():
    found = importlib.util.spec_from_file_location("make_chapters", ROOT / "scripts" / "make_chapters.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_chapter_has_a_figure_a_prediction_exercises_and_an_experiment(language):
    assert tuple(chapter_titles(language)) == CHAPTERS
    known = set(re.findall(r"\w+", re.search(r"FIGURES = \{(.*)\};", FIGURES.read_text("utf-8"))[1]))
    for slug in CHAPTERS:
        blocks = blocks_of(slug, language)
        kinds = [one["kind"] for one in blocks]
        assert {"text", "figure", "predict", "exercise", "break"} == set(kinds), slug
        assert 2 <= kinds.count("exercise") <= 5, slug
        assert {one["name"] for one in blocks if one["kind"] == "figure"} <= known
        assert {one["name"] for one in blocks if one["kind"] == "break"} <= known | {*ROOMS}


def test_texts_are_html_without_tex_and_every_quantity_has_a_symbol():
    texts = re.sub(r'(alttext|data-is)="[^"]*"|<code>.*?</code>|<pre.*?</pre>', "", str(contents()), flags=re.S)
    assert not re.search(r"\$[^$ ]+\$|\\\\(?!n)[a-z]{2,}|\*\*", texts)
    for one in course("zh")["exercises"]:
        assert set(one["symbols"]) == {each["name"] for each in [*one["given"], *one["steps"]]}
        assert one["title"]
        assert all(one["hints"])


def test_a_page_becomes_blocks(script):
    text, figure, predict, exercise = script.chapter(PAGE, ROOT / "03-error.md")["blocks"]
    assert text["html"].count("<math") == 2
    assert 'alttext="a\n= b" display="block"' in text["html"]
    assert '<a data-chapter="signals">chapter 2</a> and <span>the notes</span>' in text["html"]
    assert figure == {"kind": "figure", "name": "error", "params": {"weights": "mixed"}}
    assert (predict["choices"], predict["right"], predict["answer"]) == (["one", "two"], 1, "<p>Two.</p>")
    assert exercise == {"kind": "exercise", "id": "hidden-error"}
    page = script.with_exercises(PAGE, ROOT / "03-error.md", "zh")
    assert "old text" not in page
    assert exercises()["hidden-error"].question["zh"] in page


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# 3. The error", "The error"),
        (" <!-- right -->", ""),
        ("<!-- end -->\n<!-- links", "<!-- links"),
        ("<!-- figure", "<!-- end -->\n<!-- figure"),
    ],
)
def test_a_wrong_page_is_named(script, before, after):
    with pytest.raises(SystemExit, match=r"03-error\.md"):
        script.chapter(PAGE.replace(before, after), ROOT / "03-error.md")
