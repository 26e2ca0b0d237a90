"""Words: texts use the field's terms, and Chinese has full-width punctuation."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache
from pathlib import Path

from support.sources import PACKAGE

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
SOURCES = sorted(PACKAGE.rglob("*.py"))

INSTEAD = {
    r"kept aside|put aside": "held out",
    r"\bgap between the two (best|highest)": "margin",
    r"\bmean error\b": "mean absolute error",
    r"\bin the mean\b": "on average",
    r"\bwhile learning\b": "training (loss, accuracy)",
    r"\b(is|are|was|were) (said|told|asked)\b": "what the program does or prints",
    r"\b(says|said|tells|told) of\b": "reports, describes",
    r"\b(stands?|stood) (in|there|before|behind|beside|at|above|below)\b": "is (in), precedes, …",
    r"\bthere already\b": "already exists",
    r"\bgo(es|ne|ing)? on (with|from|after)\b": "resume, continue",
    r"\bof one's own\b": "custom, own",
    r"\bto the (last )?bit\b": "bit for bit",
    r"\bby heart\b": "regularization, overfitting",
    r"\btaken for which\b": "confusion matrix",
    r"\bin brackets\b": "defaults",
    r"(?<!there )\b(is|are|was|were) no (?!longer|more|less|way|such|need|other|file\b)\w+": "is not a …",
    r"\bsober\b": "activation maximization",
    r"\bsee(s|ing)? through\b": "explain",
    r"\bwhat (came|is told|is said|is alike|is meant)\b": "the noun",
    r"\bin which language\b": "the language",
    r"\bmended\b": "fixed",
    r"\bbeyond all measure\b": "out of range",
    r"\bgone through\b|\bgoes through\b": "processes, iterates over",
    r"\bown(s)? accord\b|\bunasked\b": "automatically",
}
"""Pattern -> the field's term. Page titles of other works and code are not searched."""

NOT_NAMES = {
    "aside", "asked", "asking", "beside", "board", "committee", "found", "keeper", "keeping", "kept", "known",
    "listeners", "lots", "predicted", "strays", "told", "untrained", "usable",
}  # fmt: skip
"""Words that do not say what a function returns or a class is; `predictions`, `categories`, … do."""

HAN = "\u3400-\u9fff"
HALF_WIDTH = re.compile(f"[{HAN}][,:;?!()]|[,:;?!)][{HAN}]|[{HAN}]\\.(?:$|\\s)")


def prose_of(page: Path) -> str:
    """A page without code blocks, code spans, links' targets and comments."""
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", page.read_text(encoding="utf-8"))
    return re.sub(r"`[^`\n]*`|\]\([^)]*\)|<!--.*?-->|\$[^$]*\$", "`", text, flags=re.S)


def words_of(path: Path) -> str:
    """The strings and comments of a module, code in backquotes left out."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    kinds = (tokenize.STRING, tokenize.COMMENT)
    return re.sub(r"`[^`\n]*`", "`", "\n".join(one.string for one in tokens if one.type in kinds))


@cache
def texts() -> dict[str, str]:
    """Every page and source file, by its path in the repository, with what its readers read as prose."""
    found = {path: prose_of(path) for path in PAGES} | {path: words_of(path) for path in SOURCES}
    return {str(path.relative_to(ROOT)): text for path, text in found.items()}


def test_texts_use_the_standard_terms():
    found = {
        (path, match[0]): term
        for path, text in texts().items()
        for pattern, term in INSTEAD.items()
        for match in re.finditer(pattern, text, re.I)
    }
    assert found == {}


def test_chinese_has_full_width_punctuation():
    found = {path: HALF_WIDTH.findall(text) for path, text in texts().items()}
    assert {path: matches for path, matches in found.items() if matches} == {}


def test_functions_and_classes_are_named_after_what_they_are():
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    named = {
        (str(path.relative_to(ROOT)), one.name)
        for path in SOURCES
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, kinds) and one.name.strip("_").lower() in NOT_NAMES
    }
    assert named == set()
