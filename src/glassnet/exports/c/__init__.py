"""C: a model as one C99 file that needs no library. `file` writes it, and `compiling` compiles and runs it."""

from .compiling import run
from .file import write

TOLERANCE = 0.0

__all__ = ["TOLERANCE", "run", "write"]
