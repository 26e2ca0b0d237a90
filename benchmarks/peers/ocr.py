"""Recognisers of text that read digits: the program tesseract, and RapidOCR, whose models come in its wheel.

Each reads a file and returns the digits in order. Tesseract is limited to digits; other text that
RapidOCR finds is left out. If RapidOCR finds no place with text, it reads the whole picture as one line.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

Reads = Callable[[str, bool], list[int]]
"""A function of a file, and of whether it shows a single digit."""


def engines() -> dict[str, tuple[str, Reads]]:
    """Return the recognisers that are installed: name -> version, function."""
    peers: dict[str, tuple[str, Reads]] = {}
    if shutil.which("tesseract"):
        peers["tesseract"] = (_tesseract_version(), tesseract)
    if find_spec("rapidocr_onnxruntime"):
        peers["rapidocr"] = (_version("rapidocr-onnxruntime"), rapid())
    return peers


NAMES = ("tesseract", "rapidocr")


def tesseract(path: str, one: bool) -> list[int]:
    """Read a file with the command: page segmentation 10, a single character, or 6, a block of text."""
    words = ["tesseract", path, "-", "--psm", "10" if one else "6", "-c", "tessedit_char_whitelist=0123456789"]
    return _digits(subprocess.run(words, capture_output=True, text=True).stdout)


def rapid() -> Reads:
    """Load the models; return the function."""
    from rapidocr_onnxruntime import RapidOCR

    engine: Any = RapidOCR()

    def read(path: str, one: bool) -> list[int]:
        lines = engine(path)[0]
        texts = [line[1] for line in lines] if lines else [line[0] for line in engine(path, use_det=False)[0] or []]
        return _digits(" ".join(texts))

    return read


def _digits(text: str) -> list[int]:
    return [int(digit) for digit in re.findall("[0-9]", text)]


def _tesseract_version() -> str:
    done = subprocess.run(["tesseract", "--version"], capture_output=True, text=True)
    return (done.stdout or done.stderr).split("\n")[0].removeprefix("tesseract").strip()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
