"""The structure of the package, from its sources: allowed imports, documentation, and modules loaded on import."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from glassnet.errors import CODES
from support.cli import environment
from support.sources import PACKAGE, ROOT, cycle, functions, imports, modules, tree, walk

ROWS: tuple[tuple[str, ...], ...] = (
    ("messages", "errors", "words", "io", "runtime"),
    ("nn", "network", "metrics"),
    ("options",),
    ("segmentation",),
    ("data", "preprocess"),
    ("engines",),
    ("model", "notes"),
    ("training",),
    ("explain", "doctor", "handwriting", "learn"),
    ("plots", "html"),
    ("estimators", "exports", "distributed", "workflow"),
    ("__init__",),
    ("cli", "serve", "studio", "__main__"),
)
"""A module imports only from its own row and the rows above it, also inside functions. The package itself collects the
names of all rows but the last, and only the last row imports it."""

ROW = {part: number for number, row in enumerate(ROWS) for part in row}

THIRD_PARTY = {
    "numpy": ("",),
    "scipy": (
        "nn.formulas",
        "model.train_step",
        "model.baselines",
        "model.evaluate",
        "model.intervals",
        "workflow.comparison.paired",
        "preprocess",
        "handwriting",
        "segmentation",
    ),
    "numba": ("runtime.jit", "runtime.kernel_cache", "runtime.numba_availability", "engines.compiled.kernels"),
    "llvmlite": ("runtime.kernel_cache", "engines.compiled.kernels", "training.receipt"),
    "threadpoolctl": ("runtime.blas",),
    "polars": ("data", "io", "doctor.data"),
    "charset_normalizer": ("io.encoding",),
    "PIL": ("data.readers", "handwriting", "plots", "html", "segmentation"),
    "pillow_heif": ("data.readers",),
    "safetensors": ("model.file",),
    "matplotlib": ("plots",),
    "jinja2": ("html",),
    "markupsafe": ("html",),
    "sklearn": ("estimators",),
    "onnx": ("exports.onnx",),
    "onnxruntime": ("exports.onnx",),
    "ray": ("distributed",),
    "optuna": ("workflow.search",),
    "click": ("cli",),
    "rich": ("cli",),
    "httptools": ("serve",),
    "orjson": ("serve",),
    "prometheus_client": ("serve",),
    "starlette": ("serve",),
    "uvicorn": ("serve",),
    "anywidget": ("studio",),
    "traitlets": ("studio",),
    "shap": ("explain.contributions",),
}
"""Package -> the only parts of glassnet that may import it."""

MOST_FILES = 20

MOST_POSITIONAL = 8

HEAVY = ("numba", "llvmlite", "scipy", "polars", "charset_normalizer", "matplotlib", "PIL", "click", "rich", "sklearn")


NOT_IN_KERNELS = {
    "glassnet.nn.architecture": "kernels.plan names Architecture as a type; the plan made of it is an argument",
    "glassnet.nn.parameters": "types and views for Python's side",
    "glassnet.runtime.kernel_cache": "stores compiled kernels",
    "glassnet.errors": "raised on Python's side",
    "glassnet.messages.message": "what is raised, on Python's side",
    "glassnet.messages.option_spelling": "of what is raised, on Python's side",
}
"""Modules that kernel files import but that are not compiled into kernels: changing them keeps compiled loops valid."""


def inner(module: str) -> str:
    """A module's name within the package."""
    return module.removeprefix("glassnet").removeprefix(".") or "__init__"


def row_of(module: str) -> int:
    """The row of the longest name in the table that is a prefix of the module's name."""
    name = inner(module)
    while name not in ROW:
        name, dot, _ = name.rpartition(".")
        assert dot, f"{module} is in no row"
    return ROW[name]


def own(module: str) -> bool:
    return module.split(".")[0] == "glassnet"


def where(module: str, line: int) -> str:
    return f"{modules()[module].relative_to(PACKAGE.parent)}:{line}"


def edges() -> dict[str, set[str]]:
    """Module -> the others of the package that it imports, at once or in a function."""
    return {
        module: {one.imported for one in imports(module) if own(one.imported)} - {module} for module in modules()
    }  # fmt: skip


def test_every_module_imports_from_its_own_row_and_those_above():
    wrong = [
        f"{where(one.importer, one.line)} imports {one.imported}"
        for module in modules()
        for one in imports(module)
        if own(one.imported) and row_of(one.imported) > row_of(one.importer)
    ]
    assert wrong == []


def test_only_the_last_row_imports_the_package_as_a_whole():
    importers = {module for module in modules() for one in imports(module) if one.imported == "glassnet"}
    assert {module for module in importers if row_of(module) != len(ROWS) - 1} <= {"glassnet"}


def test_no_import_cycles_even_inside_functions():
    """Neither of modules nor of what is at the top, folders and files."""
    assert sum(map(len, edges().values())) > len(edges()), "no imports were found"
    assert cycle(edges()) == []
    at_top: dict[str, set[str]] = {}
    for module, others in edges().items():
        top = inner(module).split(".")[0]
        at_top.setdefault(top, set()).update({inner(one).split(".")[0] for one in others} - {top})
    assert cycle(at_top) == []
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_no_import_cycles_of_scripts_and_their_types():
    """Types too: who reads one file of a circle has to read them all."""
    named = re.compile(r"""(?:from|import)[ (]*"(\.[^"]+)\"""")
    others = {path: set(named.findall(path.read_text("utf-8"))) for path in PACKAGE.rglob("*.js")}
    edges = {str(path): {str((path.parent / one).resolve()) for one in found} for path, found in others.items()}
    assert sum(map(len, edges.values())) > len(edges), "no imports were found"
    assert cycle({path: found & set(edges) for path, found in edges.items()}) == []


def test_a_folder_and_what_imports_it_are_no_circle():
    """Within the studio: a file beside a folder is either below or above all of it."""
    inside = {module: {one for one in found if ".serve.studio." in one} for module, found in edges().items()}
    at_top: dict[str, set[str]] = {}
    for module, found in inside.items():
        if ".serve.studio." in module:
            top = [name.split(".serve.studio.")[1].split(".")[0] for name in (module, *found)]
            at_top.setdefault(top[0], set()).update({*top[1:]} - {top[0]})
    assert len(at_top) > 10
    assert cycle(at_top) == []


def test_programs_beside_the_package_import_names_that_exist():
    """No test runs them all: a name that has moved would surprise whoever runs one."""
    used = [
        (f"{file.relative_to(ROOT)}:{node.lineno}", node.module, name.name)
        for folder in ("benchmarks", "docs", "scripts")
        for file in sorted((ROOT / folder).rglob("*.py"))
        for node in walk(tree(file))
        if isinstance(node, ast.ImportFrom) and own(node.module or "") and not node.level
        for name in node.names
    ]
    missing = [
        (where, module, name)
        for where, module, name in used
        if not hasattr(import_module(module), name) and f"{module}.{name}" not in modules()
    ]
    assert used
    assert missing == []


def test_folders_are_small():
    """A folder of more than about fifteen files should be two folders."""
    folders = {path.parent for path in modules().values()}
    counts = {folder.relative_to(PACKAGE).as_posix(): len(list(folder.glob("[!_]*.py"))) for folder in folders}
    assert {folder: count for folder, count in counts.items() if count > MOST_FILES} == {}
    assert counts["."] <= 5


def test_third_party_packages_are_imported_only_where_allowed():
    wrong = []
    for module in modules():
        for one in imports(module):
            top = one.imported.split(".")[0]
            if own(one.imported) or top in sys.stdlib_module_names:
                continue
            allowed = THIRD_PARTY.get(top, ())
            if not any(not part or f"{inner(module)}.".startswith(f"{part}.") for part in allowed):
                wrong.append(f"{where(module, one.line)} imports {one.imported}")
    assert wrong == []


def _kernel_sources() -> tuple[set[str], set[str]]:
    """The modules that `jit.SOURCES` covers, and those that compile kernels."""
    from glassnet.runtime.jit import SOURCES

    matched = {pattern: set(PACKAGE.glob(pattern)) for pattern in SOURCES}
    assert all(matched.values()), "a pattern matches no file"
    covered = {module for module, path in modules().items() if any(path in paths for paths in matched.values())}
    compiling = {
        module
        for module in modules()
        for one in imports(module)
        if one.imported in ("glassnet.runtime.jit", "numba.extending") and ("kernel" in module or not one.late)
    }
    return covered, compiling


def test_a_change_to_any_compiled_code_recompiles_the_kernels():
    """`jit` names its cache folder after the text of SOURCES, which must include everything compiled into a loop."""
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
    assert {"glassnet.nn.activations", "glassnet.nn.optimizers"} <= seen, "no imports were followed"
    reached = {one.imported for module in seen for one in imports(module)}
    assert set(NOT_IN_KERNELS) <= reached, "an unnecessary exemption"
    assert sorted(seen - covered) == []


def test_architecture_is_only_an_annotation_in_kernels():
    covered, compiling = _kernel_sources()
    assert covered & set(NOT_IN_KERNELS) == set()
    for module in sorted(compiling):
        exempt = [one.imported for one in imports(module) if one.imported in NOT_IN_KERNELS]
        assert exempt == [] or (module, set(exempt)) == (
            "glassnet.engines.compiled.kernels.plan",
            {"glassnet.nn.architecture"},
        )
    plan = tree(modules()["glassnet.engines.compiled.kernels.plan"])
    annotations = {
        id(argument.annotation) for node in walk(plan) if isinstance(node, ast.FunctionDef)
        for argument in node.args.args
    }  # fmt: skip
    named = [node for node in walk(plan) if isinstance(node, ast.Name) and node.id == "Architecture"]
    assert named
    assert all(id(node) in annotations for node in named)


def test_lines_that_loops_quote_exist_in_the_algorithm():
    """A comment ``# network.forward: z = a @ weight.T`` marks each loop that mirrors this line of `network.py`."""
    path = modules()["glassnet.network"]
    lines = path.read_text(encoding="utf-8").splitlines()
    sources = {node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in functions(path)}
    mirrors = [PACKAGE / "nn" / "optimizers.py", *sorted((PACKAGE / "engines/compiled/kernels").glob("*.py"))]
    named = [
        found.groups()
        for mirror in mirrors
        for found in re.finditer(r"# network\.(\w+): (.+)$", mirror.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert [(name, line) for name, line in named if line not in sources.get(name, "")] == []
    assert {name for name, _ in named} == {"forward", "send_back", "backpropagate", "update"}


def _cached_in_frozen(module: ast.Module) -> list[ast.FunctionDef]:
    """The cached properties and methods of a module's frozen dataclasses."""
    return [
        method
        for node in walk(module)
        if isinstance(node, ast.ClassDef) and any("frozen=True" in ast.unparse(one) for one in node.decorator_list)
        for method in node.body
        if isinstance(method, ast.FunctionDef)
        and any(re.search(r"\b(cached_property|cache|lru_cache)\b", ast.unparse(one)) for one in method.decorator_list)
    ]


def test_frozen_dataclasses_have_no_cached_methods():
    """A frozen dataclass computes values in ``__post_init__`` or on each call, and does not cache them later."""
    known = "@dataclass(frozen=True)\nclass A:\n    @functools.cached_property\n    def b(self): ..."
    assert len(_cached_in_frozen(ast.parse(known))) == 1
    found = {module: _cached_in_frozen(tree(path)) for module, path in modules().items()}
    assert [where(module, one.lineno) for module, methods in found.items() for one in methods] == []


def _long_calls(module: ast.Module) -> list[ast.Call]:
    """The calls of a module with more positional arguments than a reader can tell apart."""
    return [node for node in walk(module) if isinstance(node, ast.Call) and len(node.args) > MOST_POSITIONAL]


def test_calls_name_their_arguments_where_there_are_many():
    """Except in kernels, whose loops are given arrays and numbers and no object that holds them."""
    assert len(_long_calls(ast.parse("f(a, b, c, d, e, f, g, h)\nf(a, b, c, d, e, f, g, h, i, k=1)"))) == 1
    found = {module: _long_calls(tree(path)) for module, path in modules().items()}
    kernels = "glassnet.engines.compiled.kernels"
    assert any(found[module] for module in modules() if module.startswith(kernels)), "an unnecessary exemption"
    assert [
        where(module, call.lineno)
        for module, calls in found.items()
        for call in calls
        if not module.startswith(kernels)
    ] == []


def _public(node: ast.Module | ast.ClassDef, prefix: str):
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
            if any(ast.unparse(decorator).endswith((".setter", "overload")) for decorator in child.decorator_list):
                continue  # the property documents its setter, and the function its overloads
            yield f"{prefix}.{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from _public(child, f"{prefix}.{child.name}")


def test_everything_public_has_a_docstring():
    named = [(module, tree(path)) for module, path in modules().items()]
    named += [found for module, node in list(named) for found in _public(node, module)]
    assert len(named) > 200
    assert [name for name, node in named if not (ast.get_docstring(node) or "").strip()] == []


@cache
def _codes_used() -> dict[str, list[str]]:
    """Code -> where the package uses it, except in the list of codes."""
    used: dict[str, list[str]] = {}
    for module, path in modules().items():
        if module == "glassnet.errors":
            continue
        for node in walk(tree(path)):
            if isinstance(node, ast.Constant) and re.fullmatch(r"GN\d+", str(node.value)):
                used.setdefault(str(node.value), []).append(where(module, node.lineno))
    warnings = [node for node in tree(modules()["glassnet.errors"]).body if isinstance(node, ast.ClassDef)]
    for node in [*functions(modules()["glassnet.errors"]), *warnings]:
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
    assert "glassnet" in loaded
    assert "numpy" not in loaded
    assert loaded.intersection(HEAVY) == set()


OF_SOME_SYSTEMS = re.compile(
    r"fcntl|resource|msvcrt|winreg|termios|pwd|grp|signal|signal\.(signal|getsignal|SIG\w+)|sys\.platform"
    r"|socket\.SO_REUSE\w+"
    r"|os\.(name|fork|register_at_fork|kill|killpg|setsid|\w*getaffinity|\w*cpu_count|sysconf|get\w*[ug]id|replace"
    r"|rename|link|symlink|readlink|chown|fchmod|umask|nice|mkfifo)"
)
"""Modules and names that only some systems have, or that act otherwise on some."""

BEYOND_SYSTEM = {"engines.compiled.kernels.barrier": "sys.platform"}  # a symbol for kernels


def _names_of_some_systems(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of what `OF_SOME_SYSTEMS` describes: imports, ``module.name``, and paths of Linux in texts."""
    for node in walk(module):
        names = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names = [f"{node.value.id}.{node.attr}"]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "hasattr")):
            names = [ast.unparse(one).strip("'") for one in node.args[:1]]
        yield from ((node.lineno, name) for name in names if OF_SOME_SYSTEMS.fullmatch(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"/(proc|dev|sys)/", node.value):
            yield node.lineno, node.value


def test_one_module_knows_the_operating_system():
    known = (
        "import signal\nfrom os import fork\nif sys.platform == 'win32':\n    open('/proc/self/maps')\n    os.kill(1)"
    )
    assert [line for line, _ in sorted(_names_of_some_systems(ast.parse(known)))] == [1, 2, 3, 4, 5]
    found = {inner(module): list(_names_of_some_systems(tree(path))) for module, path in modules().items()}
    assert found.pop("runtime.system")
    assert found.pop("runtime.confinement")  # of Linux alone; only `runtime.system` imports it
    confining = "glassnet.runtime.confinement"
    assert [inner(one) for one in modules() if confining in {some.imported for some in imports(one)}] == [
        "runtime.system"
    ]
    assert [
        f"{module}:{line}: {name}"
        for module, names in found.items()
        for line, name in names
        if BEYOND_SYSTEM.get(module) != name
    ] == []
