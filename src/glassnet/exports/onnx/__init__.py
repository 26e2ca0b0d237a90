"""ONNX: a model as a graph of standard operators, which many runtimes compute, and such graphs as models.

`writer` writes, `running` runs, `importing` reads. The packages onnx and onnxruntime are loaded when they are used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...model.model import Model
from ..proof import Ran
from ..rows import ProofRows
from ..stored import Stored
from .packages import require_onnx
from .running import TOLERANCE, run_file, stored_in

__all__ = ["TOLERANCE", "run", "stored", "write"]

if TYPE_CHECKING:
    from ...model.portable import PortableForm


def write(
    form: PortableForm, model: Model, rows: ProofRows, *, name: str, quantize: str | None, file: str | None = None
) -> bytes:
    """Return the content of an ONNX file; see `writer.onnx_model`.

    Raises
    ------
    OptionError
        GN092 if onnx is not installed.
    """
    require_onnx()
    from .writer import onnx_model

    return bytes(onnx_model(form, model, name).SerializeToString(deterministic=True))


def stored(path: str | Path, content: bytes) -> Stored:
    """Return what an ONNX file stores; see `running.stored_in`."""
    require_onnx()
    return stored_in(path, content)


def run(path: Path, model: Model, rows: ProofRows) -> Ran:
    """Run an ONNX file by onnxruntime, or else by onnx's reference implementation; see `running.run_file`."""
    return run_file(path, model, rows)
