"""Digests of everything that determines the bits of a training run: the options of every recipe, and the numeric code.

python tests/support/numerics.py    store the current digests, after deciding whether to raise the version
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import tokenize
from pathlib import Path
from typing import Any

import glassnet
from glassnet.options.options import Options
from glassnet.options.recipes import RECIPES
from glassnet.runtime import jit
from glassnet.training.numerics import NUMERICS

PACKAGE = Path(glassnet.__file__).parent
STORED = Path(__file__).with_suffix(".json")
SOURCES = (
    *jit.SOURCES,
    *("network.py", "notes.py", "nn/*.py", "options/recipes.py", "data/split.py", "runtime/blas.py"),
    *(f"model/{name}.py" for name in ("build", "network", "train_step")),
    *(f"training/{name}.py" for name in ("loop", "plan", "state", "run", "ensemble")),
    *(f"training/streaming/{name}.py" for name in ("order", "loader", "encoding", "runs")),
    *("engines/**/*.py", "preprocess/**/*.py"),
    *(f"estimators/{name}.py" for name in ("base", "classifier", "regressor", "parameters")),
)
NOT_SOURCES = ("preprocess/training_range.py",)
"""Files of the numeric code, and files among them that do not affect weights."""


def digests() -> dict[str, str]:
    """Name of a recipe or a file -> its digest."""
    paths = sorted(
        {path for pattern in SOURCES for path in PACKAGE.glob(pattern)} - {PACKAGE / one for one in NOT_SOURCES}
    )
    recipes = {f"recipe {name}": json.dumps(Options.recipe(name).to_dict(), sort_keys=True) for name in RECIPES}
    files = {path.relative_to(PACKAGE).as_posix(): code_of(path.read_text(encoding="utf-8")) for path in paths}
    return {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in (recipes | files).items()}


def code_of(source: str) -> str:
    """Return a file's text without comments, docstrings and blanks, equal in all versions of Python."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        # Also a string that documents the name above it.
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = "\n"
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    for line, column in (one.start for one in tokens if one.type == tokenize.COMMENT):
        lines[line - 1] = lines[line - 1][:column]
    return re.sub(r"\s+", "", "".join(lines))


def stored() -> dict[str, Any]:
    """Return the stored version and the digests of its code."""
    found: dict[str, Any] = json.loads(STORED.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    text = json.dumps({"numerics": NUMERICS, "digests": digests()}, indent=2)
    STORED.write_text(text + "\n", encoding="utf-8")
