"""The house's rules, read from the sources: who imports whom, what is documented, what is loaded."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest

from glassnet.errors import CODES
from support.cli import environment
from support.sources import PACKAGE, ROOT, cycle, functions, imports, modules, tree

ROWS = (
    (
        "control_characters",
        "errors",
        "specs",
        "options",
        "recipes",
        "randomness",
        "parameters",
        "files",
        "jit",
        "language",
        "notebook",
        "numerics",
    ),
    ("activations", "losses", "initializers", "optimizers", "schedules", "network"),
    ("engines", "data", "preprocess"),
    (
        "events",
        "listeners",
        "notes",
        "model",
        "compiled_model",
        "divergence",
        "steps",
        "parts",
        "untrained",
        "training",
        "rate_finder",
        "committee",
        "evaluate",
        "importance",
        "schema",
        "modelfile",
        "asking",
        "reading",
        "receipt",
        "position",
        "checkpoint",
        "keeping",
    ),
    ("trace", "pictures", "doctor", "report"),
    ("estimators", "export", "cluster"),
    ("__init__",),
    ("cli", "studio", "__main__"),
)
"""DESIGN section 2: a module imports from its own row and from those before it. The package itself gathers the names
of all rows but the doors', which alone import it."""

ROW = {part: number for number, row in enumerate(ROWS) for part in row}
IGNORANT_OF_NETWORKS = ("data", "preprocess")

THIRD_PARTY = {
    "numpy": ("",),
    "scipy": ("activations", "network", "evaluate", "preprocess"),
    "numba": ("jit", "engines.kernels"),
    "llvmlite": ("engines.kernels", "receipt"),
    "threadpoolctl": ("engines",),
    "polars": ("data",),
    "PIL": ("data", "preprocess", "pictures", "reading", "report"),
    "safetensors": ("modelfile",),
    "matplotlib": ("pictures", "report"),
    "jinja2": ("pictures",),
    "markupsafe": ("pictures", "report"),
    "sklearn": ("estimators",),
    "onnx": ("export",),
    "ray": ("cluster",),
    "click": ("cli",),
    "rich": ("cli",),
    "starlette": ("studio",),
    "uvicorn": ("studio",),
}
"""Package -> the only parts of glassnet that may import it."""

HEAVY = ("numba", "llvmlite", "scipy", "polars", "matplotlib", "PIL", "click", "rich", "sklearn")


NOT_IN_KERNELS = {
    "glassnet.network": "kernels.common names Architecture as a type; the plan made of it is an argument",
    "glassnet.options.options": "the numbers in it are arguments of a kernel, never constants in it",
    "glassnet.nn.parameters": "types and views for Python's side",
    "glassnet.errors": "raised on Python's side",
}
"""Modules that kernel files lead to but no kernel contains: a change in them leaves compiled loops as they are."""


def part_of(module: str) -> str:
    """The name by which the table above knows a module."""
    return module.split(".")[1] if "." in module else "__init__"


def own(module: str) -> bool:
    return module.split(".")[0] == "glassnet"


def where(module: str, line: int) -> str:
    return f"{modules()[module].relative_to(PACKAGE.parent)}:{line}"


def test_every_module_has_a_row():
    assert sorted({part_of(module) for module in modules()} - set(ROW)) == []


def test_modules_import_from_their_own_row_and_those_before():
    wrong = [
        f"{where(one.importer, one.line)} imports {one.imported}"
        for module in modules()
        for one in imports(module)
        if own(one.imported) and ROW[part_of(one.imported)] > ROW[part_of(one.importer)]
    ]
    assert wrong == []


def test_data_and_preprocessing_know_nothing_of_networks():
    networks = {*ROWS[1], "engines"}
    wrong = [
        f"{where(one.importer, one.line)} imports {one.imported}"
        for module in modules()
        if part_of(module) in IGNORANT_OF_NETWORKS
        for one in imports(module)
        if own(one.imported) and part_of(one.imported) in networks
    ]
    assert wrong == []


def test_only_the_doors_import_the_package_as_a_whole():
    importers = {
        part_of(module)
        for module in modules()
        for one in imports(module)
        if one.imported == "glassnet" and module != "glassnet"
    }
    assert importers <= set(ROWS[-1])


def test_modules_are_not_imported_in_circles():
    edges = {
        module: {one.imported for one in imports(module) if own(one.imported) and not one.late} - {module}
        for module in modules()
    }
    assert sum(map(len, edges.values())) > len(edges), "the edges are read at all"
    assert cycle(edges) == []
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_packages_of_others_stay_where_they_belong():
    wrong = []
    for module in modules():
        for one in imports(module):
            top = one.imported.split(".")[0]
            if own(one.imported) or top in sys.stdlib_module_names:
                continue
            inner = module.removeprefix("glassnet").removeprefix(".")
            allowed = THIRD_PARTY.get(top, ())
            if not any(part in ("", inner) or inner.startswith(f"{part}.") for part in allowed):
                wrong.append(f"{where(module, one.line)} imports {one.imported}")
    assert wrong == []


def _kernel_sources() -> tuple[set[str], set[str]]:
    """The modules that `jit.SOURCES` covers, and those that compile kernels."""
    from glassnet.nn.jit import SOURCES

    matched = {pattern: set(PACKAGE.glob(pattern)) for pattern in SOURCES}
    assert all(matched.values()), "a pattern that matches nothing covers nothing"
    covered = {module for module, path in modules().items() if any(path in paths for paths in matched.values())}
    compiling = {
        module
        for module in modules()
        for one in imports(module)
        if one.imported in ("glassnet.nn.jit", "numba.extending") and ("kernel" in module or not one.late)
    }
    return covered, compiling


def test_a_change_of_anything_in_a_kernel_makes_the_kernels_anew():
    """`jit` keeps compiled loops in a folder named after SOURCES' text: all that ends up in a loop must be there."""
    covered, compiling = _kernel_sources()
    assert len(compiling) > 5
    assert compiling - covered == set()
    seen, todo = set(), sorted(compiling)
    while todo:
        module = todo.pop()
        if module in seen or module in NOT_IN_KERNELS:
            continue
        seen.add(module)
        todo += sorted(one.imported for one in imports(module) if own(one.imported) and one.imported != module)
    assert {"glassnet.nn.activations", "glassnet.nn.optimizers"} <= seen, "imports are followed at all"
    reached = {one.imported for module in seen for one in imports(module)}
    assert set(NOT_IN_KERNELS) <= reached, "an exemption that is not needed"
    assert sorted(seen - covered) == []


def test_what_is_said_to_be_in_no_kernel_is_named_there_as_a_type_alone():
    covered, compiling = _kernel_sources()
    assert covered & set(NOT_IN_KERNELS) == set()
    for module in sorted(compiling):
        exempt = [one.imported for one in imports(module) if one.imported in NOT_IN_KERNELS]
        assert exempt == [] or (module, set(exempt)) == (
            "glassnet.engines.compiled.kernels.common",
            {"glassnet.network"},
        )
    common = tree(modules()["glassnet.engines.compiled.kernels.common"])
    annotations = {
        id(argument.annotation) for node in ast.walk(common) if isinstance(node, ast.FunctionDef)
        for argument in node.args.args
    }  # fmt: skip
    named = [node for node in ast.walk(common) if isinstance(node, ast.Name) and node.id == "Architecture"]
    assert named
    assert all(id(node) in annotations for node in named)


def _public(node: ast.Module | ast.ClassDef, prefix: str):
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
            if any(ast.unparse(decorator).endswith(".setter") for decorator in child.decorator_list):
                continue  # the property speaks for its setter
            yield f"{prefix}.{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from _public(child, f"{prefix}.{child.name}")


def test_everything_public_has_a_docstring():
    named = [(module, tree(path)) for module, path in modules().items()]
    named += [found for module, node in list(named) for found in _public(node, module)]
    assert len(named) > 200
    assert [name for name, node in named if not (ast.get_docstring(node) or "").strip()] == []


def _codes_used() -> dict[str, list[str]]:
    """Code -> where in the package it stands as a word of its own, the list of codes left out."""
    used: dict[str, list[str]] = {}
    for module, path in modules().items():
        if module == "glassnet.errors":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and re.fullmatch(r"GN\d+", str(node.value)):
                used.setdefault(str(node.value), []).append(where(module, node.lineno))
    for node in functions(modules()["glassnet.errors"]):
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and re.fullmatch(r"GN\d+", str(inner.value)):
                used.setdefault(str(inner.value), []).append(where("glassnet.errors", inner.lineno))
    return used


def test_every_code_that_is_raised_is_listed():
    assert {code: places for code, places in _codes_used().items() if code not in CODES} == {}


def test_every_listed_code_is_raised():
    assert sorted(set(CODES) - set(_codes_used())) == []


def test_codes_in_docstrings_are_listed():
    texts = {module: path.read_text(encoding="utf-8") for module, path in modules().items()}
    named = {(module, code) for module, text in texts.items() for code in re.findall(r"\bGN\d+\b", text)}
    assert {(module, code) for module, code in named if code not in CODES} == set()


def test_importing_the_package_loads_nothing_heavy():
    program = "import glassnet, sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True
    )
    loaded = set(done.stdout.split())
    assert {"glassnet", "numpy"} <= loaded
    assert loaded.intersection(HEAVY) == set()


def _run_tool(name: str, *arguments: str) -> None:
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed; it comes with: pip install -e '.[check]'")
    done = subprocess.run([sys.executable, "-m", name, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]


def test_ruff_finds_nothing():
    _run_tool("ruff", "check", ".")


def test_ruff_would_not_reformat():
    _run_tool("ruff", "format", "--check", "-q", "src", "tests", "benchmarks")


def test_mypy_strict_finds_nothing():
    _run_tool("mypy", "--strict")
