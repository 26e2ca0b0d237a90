"""ONNX: a model as a graph of standard operators, which many runtimes compute, and such graphs as models.

`writer` writes, `running` runs, `importing` reads. The packages onnx and onnxruntime are loaded when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...model.model import Model
from ..rows import ProofRows
from .running import TOLERANCE, run, stored

__all__ = ["TOLERANCE", "run", "stored", "write"]

if TYPE_CHECKING:
    from ...model.portable import PortableForm


def write(
    form: PortableForm, model: Model, rows: ProofRows, *, name: str, quantize: str | None, file: str | None = None
) -> bytes:
    """Return the content of an ONNX file; see `writer.onnx_model`."""
    from .writer import onnx_model

    return bytes(onnx_model(form, model, name).SerializeToString(deterministic=True))
