"""C: a model as one C99 file that needs no library; `file` writes it, `compiling` runs it, `stored` reads it."""

from .compiling import run
from .file import write
from .stored import stored

TOLERANCE = 0.0

__all__ = ["TOLERANCE", "run", "stored", "write"]
