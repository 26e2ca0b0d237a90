"""The optional packages onnx and onnxruntime."""

from __future__ import annotations

from ...errors import OptionError

INSTALL = "pip install 'glassnet[onnx]'"


def require_onnx() -> None:
    """Raise OptionError GN092 if the package onnx cannot be imported."""
    try:
        import onnx  # noqa: F401
    except ImportError as problem:
        raise OptionError("GN092", f"ONNX files need {problem.name}, which is not installed: {INSTALL}") from None
