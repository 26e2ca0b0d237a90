"""The optional MODEL argument: the first word, if it names a model, else the digit reader of the package."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Sequence
from pathlib import Path

from ...errors import OptionError
from ...io.picture_formats import SUFFIXES as PICTURES
from ...io.writing import MODEL
from ...model.file import load_model, shipped_model
from ...model.model import Model

_TABLES = (".csv", ".tsv", ".txt", ".gz", ".npz", ".parquet", ".arrow", ".feather", ".ndjson", ".jsonl", ".json")
_INPUTS = (*PICTURES, *_TABLES, ".zip")


def model_and_inputs(words: tuple[str, ...], command: str, wanted: str) -> tuple[Model, list[str]]:
    """Load the model named first, or the package's digit reader if the first word is an input."""
    named, inputs = split_model(words, command)
    if not inputs:
        raise OptionError(
            "GN020", "Missing argument '{name}'. Try 'glassnet {command} --help'.", name=wanted, command=command
        )
    return named_model(named), inputs


def split_model(words: Sequence[str], command: str) -> tuple[str | None, list[str]]:
    """Return the model named first, or None if the first word is an input, and the inputs."""
    own = bool(words) and _names_a_model(words[0], len(words))
    inputs = list(words[1:] if own else words)
    # The first word is not looked into again: reading a pipe would consume it.
    later = None if own else next((word for word in inputs[1:] if _names_a_model(word, 1)), None)
    if later:
        others = shlex.join([later, *(word for word in inputs if word != later)])
        raise OptionError(
            "GN020",
            "{word}: the model must come first. Try 'glassnet {command} {words}'.",
            word=later,
            command=command,
            words=others,
        )
    return (words[0] if own else None), inputs


def named_model(path: str | None) -> Model:
    """Load a model, or the package's digit reader for None."""
    return shipped_model() if path is None else load_model(path)


def _names_a_model(word: str, count: int) -> bool:
    path = Path(word)
    if word == "-" or path.suffix.lower() in _INPUTS:
        return False
    if path.suffix == ".safetensors":
        return True
    if path.is_dir():  # of images
        return False
    with contextlib.suppress(OSError, ValueError), open(path, "rb") as file:
        return MODEL.match(file.read(16)) is not None or count > 1
    return count > 1
