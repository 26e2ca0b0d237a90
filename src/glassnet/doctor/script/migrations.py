"""Migrate removed names of NumPy, SciPy, imageio and Python 2: find them in the tree and edit the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ...messages.message import Message
from ..finding import ERROR, WARNING, Kind
from .program import Edit, Positions
from .python2 import GS09
from .scopes import ImportedNames

RENAMED = {
    **{f"numpy.{old}": new for old, new in {
        "float": "float", "int": "int", "bool": "bool", "object": "object", "str": "str", "complex": "complex",
        "long": "int", "unicode": "str",
    }.items()},
    **{f"numpy.{old}": f"numpy.{new}" for old, new in {
        "float_": "float64", "complex_": "complex128", "string_": "bytes_", "unicode_": "str_", "NaN": "nan",
        "Inf": "inf", "infty": "inf", "Infinity": "inf", "product": "prod", "cumproduct": "cumprod",
        "sometrue": "any", "alltrue": "all", "in1d": "isin", "row_stack": "vstack", "trapz": "trapezoid",
    }.items()},
}  # fmt: skip
"""Name removed from NumPy -> its replacement."""

_PYTHON2_NAMES = {
    "xrange": "range",
    "raw_input": "input",
    "unicode": "str",
    "unichr": "chr",
    "long": "int",
    "basestring": "str",
}
_PYTHON2_METHODS = {"iteritems": "items", "iterkeys": "keys", "itervalues": "values"}
_PRIVATE_MODULES = ("interpolation", "filters", "measurements", "morphology", "fourier")
_READERS = ("scipy.misc.imread", "scipy.ndimage.imread", "scipy.misc.pilutil.imread")
_RESIZER = "scipy.misc.imresize"
_NOT_MIGRATED = ("scipy.misc.toimage", "scipy.misc.imshow", "scipy.misc.imrotate", "scipy.misc.imfilter")
_GREY_KEYWORDS = ("as_gray", "flatten")
_IMAGEIO = ("imageio.imread", "imageio.v2.imread", "imageio.v3.imread")

HELPERS = {
    "imread": '''def {name}(file, flatten=False, mode=None, as_gray=False):
    """Read an image as an array, as SciPy did; as greyscale if flattened."""
    picture = Image.open(file)
    mode = "F" if flatten or as_gray else mode
    return np.array(picture.convert(mode) if mode else picture)
''',
    "imresize": '''def {name}(arr, size, interp="bilinear", mode=None):
    """Resize an image to (rows, columns), by a fraction, or by a percentage, as SciPy did."""
    values = np.asarray(arr)
    if values.dtype != "uint8":
        values = ((values - values.min()) * (255 / (values.max() - values.min() or 1))).round().astype("uint8")
    picture = Image.fromarray(values)
    picture = picture.convert(mode) if mode else picture
    if isinstance(size, int):
        size = size / 100
    if isinstance(size, float):
        size = (max(1, int(picture.height * size)), max(1, int(picture.width * size)))
    return np.array(picture.resize((size[1], size[0]), getattr(Image, interp.upper())))
''',
    "imsave": '''def {name}(name, arr, format=None):
    """Write an array as a greyscale image, from black (smallest value) to white (largest), as SciPy did."""
    values = np.asarray(arr, dtype=float)
    values = (values - values.min()) * (255 / (values.max() - values.min() or 1))
    Image.fromarray(values.round().astype("uint8")).save(name, format)
''',
}
"""Replacements for functions of SciPy, based on Pillow."""


@dataclass(frozen=True)
class Change:
    """A problem at a place of a program, and the edits that fix it; no edits if only a person can.

    A text that is a str is code of the program.
    """

    kind: Kind
    node: ast.AST
    text: Message | str
    edits: tuple[Edit, ...] = ()
    helper: str = ""


GS01 = Kind("GS01", ERROR, "NumPy 2 has no asfarray", "use np.asarray(…, dtype=float)", "rewrites it")
GS03 = Kind("GS03", ERROR, "SciPy no longer reads or writes images", "use Pillow", "uses Pillow")
GS04 = Kind("GS04", ERROR, "SciPy no longer resizes images", "use Pillow's Image.resize", "uses Pillow")
GS05 = Kind("GS05", ERROR, "imageio no longer accepts this argument", "use Pillow's convert('F')", "uses Pillow")
GS02 = Kind("GS02", ERROR, "NumPy has removed this name", "use the current name", "rewrites it")
GS06 = Kind(
    "GS06",
    WARNING,
    "a private module of SciPy that SciPy 2 removes",
    "import the name from scipy.ndimage",
    "rewrites it",
)
_MIGRATED = {
    **dict.fromkeys(_READERS, (GS03, "imread")),
    _RESIZER: (GS04, "imresize"),
    "scipy.misc.imsave": (GS03, "imsave"),
}
"""Function of SciPy -> its finding, and the helper that replaces it."""


class Migrations:
    """The migrations that one program needs."""

    def __init__(self, tree: ast.Module, names: ImportedNames, positions: Positions) -> None:
        self.tree, self.names, self.positions = tree, names, positions
        self.numpy = names.local("numpy") or "np"
        self._called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        self._inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    def changes(self) -> Iterator[Change]:
        """Yield all changes, in the order of the tree."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from self._check_import(node)
            elif isinstance(node, ast.ImportFrom):
                yield from self._check_import_from(node)
            elif isinstance(node, ast.Call):
                yield from self._check_call(node)
            elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
                yield from self._check_name(node)

    def _check_call(self, node: ast.Call) -> Iterator[Change]:
        paths = self.names.possible_paths(node.func)
        shown = ast.unparse(node.func)
        if "numpy.asfarray" in paths:
            yield Change(GS01, node, shown, self._edit_asfarray(node))
        for path in paths:
            grey = sorted(keyword.arg for keyword in node.keywords if keyword.arg in _GREY_KEYWORDS)
            if path in _MIGRATED:
                yield self._replace_by_helper(_MIGRATED[path][0], node, shown, _MIGRATED[path][1])
            elif path in _NOT_MIGRATED:
                yield Change(GS03, node, shown)
            elif path in _IMAGEIO and grey:
                yield self._replace_by_helper(GS05, node, f"{shown}(…, {grey[0]}=…)", "imread")

    def _edit_asfarray(self, node: ast.Call) -> tuple[Edit, ...]:
        edits = [self.positions.replace(node.func, f"{_prefix(node.func)}asarray")]
        if len(node.args) == 1 and not node.keywords:
            # Before the closing bracket, because the argument may have brackets itself.
            end = self.positions.end(node) - 1
            before = self.positions.raw[:end].rstrip()
            comma = "" if before.endswith(b",") else ","
            edits.append(Edit(len(before), len(before), f"{comma} dtype=float"))
        return tuple(edits)

    def helper_name(self, helper: str) -> str:
        """Return a name for a helper function that the program does not use."""
        return f"_{helper}" if helper in self.names.bound else helper

    def _replace_by_helper(self, kind: Kind, node: ast.Call, shown: str, helper: str) -> Change:
        edit = self.positions.replace(node.func, self.helper_name(helper))
        return Change(kind, node, shown, (edit,), helper)

    def _check_name(self, node: ast.Attribute | ast.Name) -> Iterator[Change]:
        if id(node) in self._inner and isinstance(node, ast.Name):
            return
        shown = ast.unparse(node)
        for path in self.names.possible_paths(node):
            if path in RENAMED and not (isinstance(node, ast.Name) and path in ("numpy.float", "numpy.int")):
                text = Message("{old} is now {new}", old=shown, new=RENAMED[path].replace("numpy.", f"{self.numpy}."))
                new = RENAMED[path].replace("numpy.", _prefix(node))
                yield Change(GS02, node, text, (self.positions.replace(node, new),))
            elif path == "numpy.asfarray" and id(node) not in self._called:
                new = f"(lambda values: {_prefix(node)}asarray(values, dtype=float))"
                yield Change(GS01, node, shown, (self.positions.replace(node, new),))
            elif path == "time.clock":
                edits = (self.positions.replace(node, shown.removesuffix("clock") + "perf_counter"),)
                yield Change(GS09, node, Message("{old} is now {new}", old=shown, new="perf_counter"), edits)
            elif path in _PYTHON2_NAMES and isinstance(node, ast.Name):
                edits = (self.positions.replace(node, _PYTHON2_NAMES[path]),)
                yield Change(GS09, node, Message("{old} is now {new}", old=shown, new=_PYTHON2_NAMES[path]), edits)
        if isinstance(node, ast.Attribute):
            yield from self._check_attribute(node, shown)

    def _check_attribute(self, node: ast.Attribute, shown: str) -> Iterator[Change]:
        path = self.names.path(node) or ""
        # A class of the program may define such a method.
        old = node.attr in _PYTHON2_METHODS and node.attr not in self.names.bound
        if old and id(node) in self._called and path not in self.names.paths.values():
            end = self.positions.end(node)
            edit = Edit(end - len(node.attr), end, _PYTHON2_METHODS[node.attr])
            text = Message("{old} is now {new}", old=f".{node.attr}", new=f".{_PYTHON2_METHODS[node.attr]}")
            yield Change(GS09, node, text, (edit,))
        inner = path.split(".")
        if inner[:2] == ["scipy", "ndimage"] and len(inner) == 4 and inner[2] in _PRIVATE_MODULES:
            owner = node.value
            if isinstance(owner, ast.Attribute):
                yield Change(GS06, node, shown, (Edit(self.positions.end(owner.value), self.positions.end(owner), ""),))
            else:  # a module imported under its own name: the import is edited
                yield Change(GS06, node, shown)

    def _check_import(self, node: ast.Import) -> Iterator[Change]:
        imports, removed = [], []
        for alias in node.names:
            is_removed = alias.name == "scipy.misc" or (_is_imageio(alias.name) and self._uses_only_grey())
            is_private = alias.name.startswith("scipy.ndimage.") and alias.name.split(".")[2] in _PRIVATE_MODULES
            is_pickle = alias.name == "cPickle"
            if is_removed and (alias.name != "scipy.misc" or self._misc_paths() <= _MIGRATED.keys()):
                removed.append(alias)
            elif is_private or is_pickle:
                removed.append(alias)
                new = "pickle" if is_pickle else "scipy.ndimage"
                name = f" as {alias.asname or 'cPickle'}" if is_pickle or alias.asname else ""
                imports.append(f"{new}{name}")
            else:
                imports.append(alias.name + (f" as {alias.asname}" if alias.asname else ""))
        if not removed:
            return
        if any(alias.name == "scipy.misc" and not alias.asname for alias in removed) and self._needs_scipy():
            imports.append("scipy")
        of_misc = GS04 if self._misc_paths() == {_RESIZER} else GS03
        kind = {"cPickle": GS09, "scipy.misc": of_misc}.get(removed[0].name, GS06)
        kind = GS05 if _is_imageio(removed[0].name) else kind
        yield Change(
            kind,
            node,
            f"import {removed[0].name}",
            (self._edit_import(node, f"import {', '.join(imports)}" if imports else ""),),
        )

    def _edit_import(self, node: ast.stmt, new: str) -> Edit:
        """Return the edit that rewrites an import, or removes it, with its line if that has nothing else."""
        if new:
            return self.positions.replace(node, new)
        start, end = self.positions.start(node), self.positions.end(node)
        raw = self.positions.raw
        alone = node in self.tree.body and raw[:start][-1:] in (b"", b"\n") and raw[end : end + 1] == b"\n"
        return Edit(start, end + 1, "") if alone else Edit(start, end, "pass")

    def _misc_paths(self) -> set[str]:
        paths = {self.names.path(node) or "" for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}
        return {path for path in paths if path.startswith("scipy.misc.")}

    def _uses_only_grey(self) -> bool:
        """Return whether every use of imageio is migrated."""
        uses = [node for node in ast.walk(self.tree) if isinstance(node, ast.Attribute) and id(node) not in self._inner]
        uses = [node for node in uses if (self.names.path(node) or "").startswith("imageio.")]
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        grey = {
            id(node.func)
            for node in calls
            if self.names.path(node.func) in _IMAGEIO
            and any(keyword.arg in _GREY_KEYWORDS for keyword in node.keywords)
        }
        return bool(uses) and all(id(node) in grey for node in uses)

    def _needs_scipy(self) -> bool:
        """Return whether ``scipy`` must stay imported when ``import scipy.misc`` is removed."""
        other_imports = [
            alias
            for other in ast.walk(self.tree)
            if isinstance(other, ast.Import)
            for alias in other.names
            if alias.name.split(".")[0] == "scipy" and not alias.asname and alias.name != "scipy.misc"
        ]
        used = [self.names.path(one) or "" for one in ast.walk(self.tree) if isinstance(one, ast.Attribute)]
        remains = any(one.startswith("scipy.") and one not in {"scipy.misc", *_MIGRATED} for one in used)
        return not other_imports and remains

    def _check_import_from(self, node: ast.ImportFrom) -> Iterator[Change]:
        module = node.module or ""
        inner = module.split(".")
        if inner[:2] == ["scipy", "ndimage"] and len(inner) == 3 and inner[2] in _PRIVATE_MODULES:
            names = ", ".join(ast.unparse(alias) for alias in node.names)
            edit = self.positions.replace(node, f"from scipy.ndimage import {names}")
            yield Change(GS06, node, f"from {module} import {names}", (edit,))
            return
        imports, lines, kinds = [], [], list[Kind]()
        for alias in node.names:
            path = f"{module}.{alias.name}"
            if path in _MIGRATED:
                kinds.append(_MIGRATED[path][0])
            elif path == "numpy.asfarray":
                kinds.append(GS01)
                imports.append("asarray")
            elif path in RENAMED and RENAMED[path].startswith("numpy."):
                kinds.append(GS02)
                imports.append(RENAMED[path].removeprefix("numpy."))
            elif module == "scipy.ndimage" and alias.name in _PRIVATE_MODULES:
                kinds.append(GS06)
                lines.append(f"import scipy.ndimage as {alias.asname or alias.name}")
            elif path in _IMAGEIO and self._is_only_called_grey(alias):
                kinds.append(GS05)
            else:
                imports.append(ast.unparse(alias))
        if not kinds:
            return
        new = [f"from {module} import {', '.join(dict.fromkeys(imports))}"] if imports else []
        shown = ast.unparse(node)
        edit = self._edit_import(node, "; ".join([*new, *lines]))
        yield Change(kinds[0], node, shown, (edit,))

    def _is_only_called_grey(self, alias: ast.alias) -> bool:
        name = alias.asname or alias.name
        calls = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        ]
        return bool(calls) and all(any(keyword.arg in _GREY_KEYWORDS for keyword in node.keywords) for node in calls)


def _prefix(node: ast.AST) -> str:
    """Return the prefix of a NumPy name: ``np.``, or nothing if the name was imported itself."""
    return f"{ast.unparse(node.value)}." if isinstance(node, ast.Attribute) else ""


def _is_imageio(module: str) -> bool:
    return module.split(".")[0] == "imageio"  # imageio_ffmpeg is another package


def helper_code(changes: list[Change], migrations: Migrations) -> str:
    """Return the code of the imports and functions that the changes need; empty if none."""
    helpers = list(dict.fromkeys(change.helper for change in changes if change.helper))
    if not helpers:
        return ""
    numpy = migrations.names.local("numpy")
    texts = [HELPERS[helper].replace("{name}", migrations.helper_name(helper)) for helper in helpers]
    body = "\n\n".join(texts)
    head = "from PIL import Image\n"
    if numpy is None:
        head = f"import numpy as np\n{head}"
    elif numpy != "np":
        body = body.replace("np.", f"{numpy}.")
    return f"{head}\n\n{body}\n"
