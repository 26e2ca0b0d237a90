"""Small files that take the place of a program's data, so that what reaches its network can be recognised."""

from __future__ import annotations

import builtins
import io
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

PIXELS = 784
ROWS = {"train": 12, "test": 8}
LABELS = {part: np.arange(count) * 7 % 10 for part, count in ROWS.items()}
_DATA = re.compile(r"\.(csv|txt|data)(\.gz)?$|mnist", re.IGNORECASE)
_TEST = re.compile(r"(?<![a-z])(test|t10k|valid|eval|dev|query)|测试|验证", re.IGNORECASE)


def pixels(part: str) -> NDArray[np.int64]:
    """Return the pixel values of a file, (rows, 784): 0 and 255 in each row, every row another one."""
    random = np.random.default_rng(list(ROWS).index(part))
    values = random.integers(0, 256, (ROWS[part], PIXELS)) * (random.random((ROWS[part], PIXELS)) < 0.4)
    values[:, 0], values[:, 1] = 255, 0
    return values


class Sightings:
    """Recognises rows of the files, however they were scaled, and with or without their label."""

    def __init__(self) -> None:
        self.signatures: dict[bytes, tuple[str, int, bool]] = {}
        self.rows = {part: pixels(part) for part in ROWS}
        for part, values in self.rows.items():
            for row, one in enumerate(values):
                self.signatures[_signature(one)] = (part, row, False)
                self.signatures[_signature(np.append(LABELS[part][row], one))] = (part, row, True)

    def find(self, values: NDArray[Any]) -> list[tuple[str, int, bool]]:
        """Return file, row, and whether the label is among the values, of each row in an array."""
        if values.size % PIXELS and values.size % (PIXELS + 1):
            return []
        width = PIXELS if values.size % PIXELS == 0 else PIXELS + 1
        if values.size > 40 * width:
            return []
        rows = values.reshape(-1, width) if width in (values.shape[-1], values.size) else values.T.reshape(-1, width)
        found = (self.signatures.get(_signature(one)) for one in rows)
        return [one for one in found if one]


def _signature(values: NDArray[Any]) -> bytes:
    """Return what stays the same when all values are scaled and shifted."""
    low, high = float(values.min()), float(values.max())
    return np.round((values - low) / ((high - low) or 1) * 1000).astype(np.int16).tobytes()


def write_files(header: bool) -> None:
    """Write the small files into the current folder."""
    for part in ROWS:
        lines = ["label," + ",".join(f"pixel{number}" for number in range(PIXELS))] if header else []
        labelled = np.column_stack([LABELS[part], pixels(part)])
        lines += [",".join(map(str, row)) for row in labelled.tolist()]
        Path(f"{part}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    arrays = {name: pixels(part).reshape(-1, 28, 28) for name, part in (("x_train", "train"), ("x_test", "test"))}
    labels = {name: LABELS[part] for name, part in (("y_train", "train"), ("y_test", "test"))}
    bytes_of: dict[str, Any] = {name: values.astype(np.uint8) for name, values in {**arrays, **labels}.items()}
    np.savez("mnist.npz", **bytes_of)


def redirected(path: Any) -> Any:
    """Return the small file that takes the place of a program's file."""
    if not isinstance(path, str | os.PathLike):
        return path
    name = os.fspath(path)
    if not isinstance(name, str):
        return path
    base = os.path.basename(name.replace("\\", "/"))
    if base.endswith(".npz"):
        return "mnist.npz"
    if not _DATA.search(base) or name.startswith((sys.prefix, sys.base_prefix)):
        return path
    return "test.csv" if _TEST.search(base) else "train.csv"


def replace_readers() -> None:
    """Let `open` and the readers of NumPy and pandas read the small files."""

    def replacing(read: Callable[..., Any], writes: bool = False) -> Callable[..., Any]:
        def reader(path: Any, *arguments: Any, **keywords: Any) -> Any:
            mode = str(arguments[0] if arguments else keywords.get("mode", "r")) if writes else "r"
            return read(path if set(mode) & set("wax+") else redirected(path), *arguments, **keywords)

        return reader

    plain = builtins.open
    builtins.open = io.open = replacing(plain, writes=True)
    for name in ("loadtxt", "genfromtxt", "load", "fromfile"):
        setattr(np, name, replacing(getattr(np, name)))
    exists = os.path.exists
    os.path.exists = os.path.isfile = lambda path: exists(redirected(path))
    with suppress(ImportError):
        if "pandas" in sys.modules:
            pandas: Any = sys.modules["pandas"]
            pandas.read_csv = replacing(pandas.read_csv)


class Anything(ModuleType):
    """Takes the place of drawing libraries: every attribute and call gives itself."""

    def __init__(self, name: str = "anything") -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Give itself."""
        return self

    def __iter__(self) -> Any:
        return iter((self, self))

    def __getitem__(self, key: Any) -> Any:
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *problem: object) -> None:
        """Do nothing."""


def replace_modules() -> None:
    """Put something that does nothing in the place of drawing libraries, and the small files into data libraries."""
    for name in ("matplotlib", "matplotlib.pyplot", "matplotlib.cm", "pylab", "seaborn", "IPython", "IPython.display"):
        sys.modules[name] = Anything(name)
    mnist = ModuleType("mnist")
    mnist.load_data = lambda *_, **__: tuple(  # type: ignore[attr-defined]
        (pixels(part).reshape(-1, 28, 28).astype(np.uint8), LABELS[part].astype(np.uint8)) for part in ROWS
    )
    keras: Any = Anything("keras")
    keras.datasets = Anything("keras.datasets")
    keras.datasets.mnist = keras.datasets.fashion_mnist = mnist
    for top in ("keras", "tensorflow.keras"):
        names = {"": keras, ".datasets": keras.datasets, ".datasets.mnist": mnist}
        sys.modules.update({top + name: module for name, module in names.items()})
    tensorflow: Any = Anything("tensorflow")
    tensorflow.keras = keras
    sys.modules["tensorflow"] = tensorflow
    progress = Anything("tqdm")
    progress.tqdm = progress.trange = lambda items=(), *_, **__: items  # type: ignore[attr-defined]
    sys.modules["tqdm"] = sys.modules["tqdm.auto"] = progress
