"""The pages of the documentation, and the Python programs in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from support.sources import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")])
_BLOCK = re.compile(r"(?:^<!-- needs (\w+) -->\n\n)?^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def programs(*packages: str) -> dict[str, str]:
    """Return the name of a page -> its Python blocks as one program.

    Pages with the program of an earlier one, such as translations, which differ in comments, are left out, and so are
    blocks that need a package, unless it is among `packages`.
    """
    found: dict[str, tuple[str, str]] = {}
    for path in PAGES:
        blocks = [block for needs, block in _BLOCK.findall(text_of(path)) if not needs or needs in packages]
        if program := "\n".join(blocks):
            found.setdefault(ast.unparse(ast.parse(program)), (name_of(path), program))
    return dict(found.values())
