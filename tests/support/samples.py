"""Small data: some bundled digits, and tables with chosen defects."""

from __future__ import annotations

import importlib
import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from glassnet import Dataset, Model, Options, fit, save_model
from glassnet.data import bundled


def keep_bundled() -> None:
    """Unpack the bundled digits once for this process: hundreds of tests read them, and each would take 0.2 s for it.

    Each gets its own copy.
    """
    reading = importlib.import_module("glassnet.data.load")  # the package has a function of this name
    kept = cache(reading.bundled_pair)
    reading.bundled_pair = lambda part: tuple(values.copy() for values in kept(part))


@cache
def digits(count: int) -> Dataset:
    """The first bundled test digits; each class occurs among the first 100."""
    return bundled("test").take(slice(0, count))


@cache
def digits_csv(count: int, *, labels: bool = True, start: int = 0) -> str:
    """Digits in the notes' format: a label and 784 pixels per line."""
    data = digits(start + count)
    rows = zip(data.labels[start:], data.inputs[start:], strict=True)
    return "".join(",".join(map(str, [label, *pixels] if labels else pixels)) + "\n" for label, pixels in rows)


def csv_of(values: np.ndarray, separator: str = ",", figures: int = 7) -> str:
    """Numbers as the lines of a table, with the given significant digits; each distinct number is formatted once."""
    different, places = np.unique(np.asarray(values, float), return_inverse=True)
    texts = np.array([f"{value:.{figures}g}" for value in different], object)[places.reshape(np.shape(values))]
    return "".join(separator.join(row) + "\n" for row in texts)


def idx(values: np.ndarray) -> bytes:
    """An array of bytes as an IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sizes + values.astype(np.uint8).tobytes()


def npz(**arrays: np.ndarray) -> bytes:
    """An NPZ archive."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def png(pixels: np.ndarray, times: int = 1) -> bytes:
    """Grey pixels, shape (rows, columns), as a PNG file, each drawn `times` × `times`."""
    file = io.BytesIO()
    Image.fromarray(np.kron(pixels, np.ones((times, times), np.uint8)).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def table(*changes: tuple[int, int, str], rows: int = 12, width: int = 16, classes: int = 3) -> bytes:
    """A table of labelled rows, with some fields changed: (line from 1, column from 1, text)."""
    pixels = np.random.default_rng(5).integers(0, 256, (rows, width))
    lines = [[str(k % classes), *map(str, row)] for k, row in enumerate(pixels)]
    for line, column, text in changes:
        lines[line - 1][column - 1] = text
    return "".join(",".join(line) + "\n" for line in lines).encode()


def flipped(content: bytes, bit: int) -> bytes:
    """The same bytes with one bit changed."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@cache
def small_model(dtype: str = "float32", **changes: bool) -> Model:
    """A 16-5-3 network trained on a table of 4 × 4 images, for predictions; do not change it."""
    rng = np.random.default_rng(6)
    data = Dataset(rng.integers(0, 256, (12, 16)).astype(np.uint8), np.arange(12) % 3, 3, (4, 4), "rows.csv")
    options = Options(hidden=(5,), epochs=2, engine="reference", dtype=dtype, **changes)
    return fit(data, options).model.unchecked()  # its warning, issued once per model, would appear in an arbitrary test


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Put files into a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def write_model_and_rows(folder: Path) -> None:
    """Write ``m.safetensors``, a small model, and ``rows.csv``, 4 × 4 images to predict."""
    save_model(small_model(), folder / "m.safetensors")
    write(folder, {"rows.csv": table()})
