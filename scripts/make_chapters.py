"""Write the chapters of the room Learn from ``docs/learn``, and there the exercises of ``learn/exercises.toml``.

    python scripts/make_chapters.py

A chapter is a page of plain Markdown with TeX between dollar signs. Comments in it mark what the room makes of a part:

    <!-- figure NAME {"key": "value"} -->
    <!-- predict -->, <!-- exercise ID -->, <!-- break NAME {"key": "value"} -->   each up to <!-- end -->

``make docs`` runs this script, and ``tests/architecture/test_types.py`` compares the files.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from latex2mathml.converter import convert
from markdown_it import MarkdownIt

from glassnet.learn.exercises import Exercise, draw, exercises, number_text, solution
from glassnet.learn.mistakes import mistakes
from glassnet.learn.tables import Texts

ROOT = Path(__file__).parents[1]
LEARN = ROOT / "src" / "glassnet" / "learn"
PAGES = ROOT / "docs" / "learn"
LANGUAGES = {"en": ".md", "zh": ".zh-CN.md"}
"""Language -> how the names of its pages end."""

_MARK = re.compile(r"<!-- (figure|predict|exercise|break|end)(?: ([\w-]+))?(?: (\{.*\}))? -->")
_TITLE = re.compile(r"# (\d+)\. (.+)")
_RIGHT = "<!-- right -->"
_LINKS = "<!-- links -->"
"""What follows it leads to other pages, which the room does itself."""
_CHINESE = "[\u3000-\u9fff\uff00-\uffef]"
_ANSWER = re.compile(r"<details><summary>.*?</summary>(.*?)</details>", re.S)
_WORDS = {
    "en": {"title": "**Exercise: {title}.**", "hint": "A hint", "second": "A second hint", "way": "The whole way"},
    "zh": {"title": "**练习：{title}。**", "hint": "提示", "second": "再提示一步", "way": "完整解法"},
}


def main() -> None:
    """Write the files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


def files() -> dict[Path, str]:
    """Return the path and the text of each file."""
    pages, chapters = {}, []
    for english in sorted(PAGES.glob("[0-9]*.md")):
        if english.name.endswith(LANGUAGES["zh"]):
            continue
        slug, parts = english.stem.split("-", 1)[1], {}
        for language, ending in LANGUAGES.items():
            path = PAGES / f"{english.stem}{ending}"
            pages[path] = with_exercises(path.read_text("utf-8"), path, language)
            parts[language] = chapter(pages[path], path)
        number = parts["en"].pop("number")
        if parts["zh"].pop("number") != number or [_kind(one) for one in parts["en"]["blocks"]] != [
            _kind(one) for one in parts["zh"]["blocks"]
        ]:
            raise SystemExit(f"{english.name}: the two languages have other numbers, figures or exercises")
        chapters.append({"slug": slug, "number": number, **parts})
    _require_all_exercises(chapters)
    content = {
        "chapters": chapters,
        "exercises": {id: texts_of_exercise(one) for id, one in exercises().items()},
        "mistakes": {id: {"name": _texts(one.name), "why": _texts(one.why)} for id, one in mistakes().items()},
    }
    lines = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=False)
    return {**pages, LEARN / "chapters.json": f"{lines}\n"}


def _require_all_exercises(chapters: list[dict[str, Any]]) -> None:
    """Stop unless each exercise is in its chapter."""
    shown = {
        (block["id"], one["slug"]) for one in chapters for block in one["en"]["blocks"] if block["kind"] == "exercise"
    }
    wanted = {(id, one.chapter) for id, one in exercises().items()}
    if shown != wanted:
        raise SystemExit(f"exercises that are not in their chapter, or not in exercises.toml: {sorted(shown ^ wanted)}")


# Markdown as HTML, formulas as MathML


def _math_inline(state: Any, silent: bool) -> bool:
    """Read $…$ or $$…$$ within a line."""
    found = re.compile(r"(\${1,2})(?![\s$])((?:[^$\\]|\\.)+?)(?<!\s)\1").match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("math", "", 0)
        token.content, token.meta = found[2], {"display": len(found[1]) == 2}
    state.pos = found.end()
    return True


def _math_block(state: Any, start: int, end: int, silent: bool) -> bool:
    """Read $$…$$ that begins a line: its lines are no list and no heading."""
    text = state.src[state.bMarks[start] + state.tShift[start] :]
    found = re.compile(r"\$\$(.+?)\$\$[ \t]*(?:\n|$)", re.S).match(text)
    if not found:
        return False
    if not silent:
        token = state.push("math", "", 0)
        token.content, token.meta = found[1].strip(), {"display": True}
        state.line = start + found[0].rstrip("\n").count("\n") + 1
    return True


def _hole(state: Any, silent: bool) -> bool:
    """Read {expression}, in whose place comes a number of the learner."""
    found = re.compile(r"\{([^{}\n]+)\}").match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("hole", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _renderer(holes: bool) -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.inline.ruler.before("escape", "math", _math_inline)
    reader.block.ruler.before("fence", "math", _math_block, {"alt": ["paragraph", "list", "blockquote"]})
    if holes:
        reader.inline.ruler.before("math", "hole", _hole)
    rules = {
        "math": _math,
        "hole": lambda tokens, at, *_: f'<output data-is="{escape(tokens[at].content)}"></output>',
        "fence": lambda tokens, at, *_: f'<pre class="code learn-wide">{escape(tokens[at].content)}</pre>\n',
        "table_open": lambda *_: '<div class="learn-wide"><table>\n',
        "table_close": lambda *_: "</table></div>\n",
    }
    reader.renderer.rules |= rules | {"link_open": _link, "link_close": _link_end}
    return reader


_CHAPTER_LINK = re.compile(r"(?:\./)?\d\d-([\w-]+?)(?:\.zh-CN)?\.md")


def _link(tokens: Any, at: int, *_: Any) -> str:
    """Keep links to chapters; other pages of the documentation are not in the studio, so that only words remain."""
    to = tokens[at].attrs["href"]
    found = _CHAPTER_LINK.fullmatch(to)
    return f'<a data-chapter="{found[1]}">' if found else f'<a href="{escape(to)}">' if ":" in to else "<span>"


def _link_end(tokens: Any, at: int, *_: Any) -> str:
    opening = next(one for one in reversed(tokens[:at]) if one.type == "link_open")
    return "</a>" if ":" in opening.attrs["href"] or _CHAPTER_LINK.fullmatch(opening.attrs["href"]) else "</span>"


def _math(tokens: Any, at: int, *_: Any) -> str:
    made = mathml(tokens[at].content, tokens[at].meta["display"])
    return f'<span class="learn-wide">{made}</span>' if tokens[at].meta["display"] else made


_TEXT, _TEMPLATE = _renderer(holes=False), _renderer(holes=True)


def mathml(tex: str, display: bool = False) -> str:
    """Return a formula as MathML, whose other text is the TeX."""
    made = convert(tex, display="block" if display else "inline")
    if "\\" in made:
        raise SystemExit(f"no MathML for all of the formula {tex}")
    made = re.sub(r"(?:<mi>[a-z]</mi>){3,}", lambda word: f"<mi>{''.join(re.findall('>(.)<', word[0]))}</mi>", made)
    return made.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', f' alttext="{escape(tex)}"', 1)


def html_of(markdown: str, *, holes: bool = False) -> str:
    """Return blocks of Markdown as HTML."""
    made = (_TEMPLATE if holes else _TEXT).render(markdown.strip()).strip()
    made = re.sub(rf"(?<={_CHINESE})\n(?={_CHINESE})", "", made)
    # A browser would begin a line with the comma after a formula.
    return re.sub(r"(<math(?:(?!</math>).)*</math>)([，。；：、）？])", r'<span class="learn-stay">\1\2</span>', made)


def line_of(markdown: str, *, holes: bool = False) -> str:
    """Return one paragraph of Markdown as HTML without its element."""
    return (_TEMPLATE if holes else _TEXT).renderInline(markdown.strip()).strip()


# Chapters


def chapter(text: str, path: Path) -> dict[str, Any]:
    """Return a chapter's number, title and blocks."""
    first, _, rest = text.partition(_LINKS)[0].partition("\n")
    heading = _TITLE.fullmatch(first)
    if not heading:
        raise SystemExit(f"{path.name}: its first line must be like '# 3. The error'")
    blocks: list[dict[str, Any]] = []
    lines: list[str] = []
    opened: dict[str, Any] | None = None

    def close_text() -> None:
        if text := "\n".join(lines).strip():
            blocks.append({"kind": "text", "html": html_of(text)})
        lines.clear()

    for line in rest.splitlines():
        mark = _MARK.fullmatch(line.strip())
        if not mark:
            lines.append(line)
            continue
        kind, name, given = mark[1], mark[2], json.loads(mark[3] or "{}")
        if (kind == "end") == (opened is None):
            raise SystemExit(f"{path.name}: {line} is where no part ends or begins")
        if opened is not None:
            blocks.append(_part(opened, "\n".join(lines), path))
            lines.clear()
            opened = None
        else:
            close_text()
            if kind == "figure":
                blocks.append({"kind": kind, "name": name, "params": given})
            else:
                opened = {"kind": kind, "name": name, "params": given}
    if opened:
        raise SystemExit(f"{path.name}: no <!-- end --> after {opened['kind']} {opened['name'] or ''}")
    close_text()
    return {"number": int(heading[1]), "title": heading[2].strip(), "blocks": blocks}


def _part(opened: dict[str, Any], text: str, path: Path) -> dict[str, Any]:
    """Return the block of a part that ended."""
    if opened["kind"] == "exercise":
        return {"kind": "exercise", "id": opened["name"]}
    if opened["kind"] == "break":
        return {**opened, "html": html_of(text)}
    question, _, rest = re.split(r"^(- )", text, maxsplit=1, flags=re.M)
    answer = _ANSWER.search(rest)
    choices = re.findall(r"^- (.+?)(?=^- |\Z)", f"- {rest[: answer.start()]}" if answer else "", re.M | re.S)
    right = [number for number, one in enumerate(choices) if _RIGHT in one]
    if answer is None or len(choices) < 2 or len(right) != 1:
        raise SystemExit(f"{path.name}: a prediction needs choices, one of them right, and an answer in <details>")
    return {
        "kind": "predict",
        "html": html_of(question),
        "choices": [line_of(one.replace(_RIGHT, "")) for one in choices],
        "right": right[0],
        "answer": html_of(answer[1]),
    }


def _kind(block: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(str(block.get(name)) for name in ("kind", "name", "id", "right", "params"))


# Exercises


def texts_of_exercise(one: Exercise) -> dict[str, Any]:
    """Return the texts of an exercise as HTML in both languages, and its symbols as MathML."""
    return {
        "title": _texts(one.title),
        "question": _texts(one.question),
        "hints": [_texts(each) for each in one.hints],
        "steps": [_texts(each.texts or {}) for each in one.steps],
        "symbols": {each.name: mathml(each.tex) for each in (*one.given, *one.steps)},
        "code": line_of(one.code),
    }


def _texts(one: Texts) -> dict[str, str]:
    """Return texts by language as HTML; with paragraphs only where there are several."""
    texts = {language: one.get(language, "").strip() for language in LANGUAGES}
    return {
        language: html_of(text, holes=True) if "\n\n" in text else line_of(text, holes=True)
        for language, text in texts.items()
    }


def with_exercises(text: str, path: Path, language: str) -> str:
    """Return a page whose exercises have the texts, and the numbers of seed 0."""

    def filled(found: re.Match[str]) -> str:
        if found[1] not in exercises():
            raise SystemExit(f"{path.name}: no exercise {found[1]} in exercises.toml")
        return f"<!-- exercise {found[1]} -->\n\n{exercise_markdown(exercises()[found[1]], language)}\n\n<!-- end -->"

    return re.sub(r"<!-- exercise ([\w-]+) -->.*?<!-- end -->", filled, text, flags=re.S)


def exercise_markdown(exercise: Exercise, language: str) -> str:
    """Return an exercise as a reader of the page sees it: question, numbers, and hints and way to unfold."""
    words = _WORDS[language]
    drawn = draw(exercise, 0)
    values = solution(drawn)
    parts = [words["title"].format(title=exercise.title[language]), exercise.question[language].strip()]
    given = [f"{each.tex} = {tex_of(drawn.given[each.name])}" for each in exercise.given]
    if given:
        parts.append("$$" + r" \qquad ".join(given) + "$$")
    if exercise.starter:
        parts.append(f"```python\n{exercise.starter.rstrip()}\n```")
    hints = [hint[language] for hint in exercise.hints]
    parts += [_folded(words["hint"] if not number else words["second"], hint) for number, hint in enumerate(hints)]
    way = [f"{(step.texts or {})[language]}\n\n$${step.tex} = {tex_of(values[step.name])}$$" for step in exercise.steps]
    return "\n\n".join([*parts, _folded(words["way"], "\n\n".join(way))])


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text.strip()}\n\n</details>"


def tex_of(value: Any) -> str:
    """Return a number, a vector as a column, or a matrix as TeX, with at most four digits."""
    array = np.asarray(value, dtype=float)
    rows = array.reshape(len(array), -1) if array.ndim else array.reshape(1, 1)
    lines = [" & ".join(number_text(one).replace("−", "-") for one in row) for row in rows]
    body = r" \\ ".join(lines)
    return body if not array.ndim else rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


if __name__ == "__main__":
    main()
