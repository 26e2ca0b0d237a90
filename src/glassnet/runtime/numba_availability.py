"""Whether Numba, which compiles the kernels, can be loaded: a new Python, or one in a browser, does not have it."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ..errors import OptionError, warn
from ..messages.message import Command, Listing, Message
from ..messages.option_spelling import Option
from .collection import without_collection


def numba_is_available() -> bool:
    """Return whether kernels can be compiled; warn if not, once in a process, because NumPy is slower."""
    if problem := numba_problem():
        _warn_once(problem)
    return not problem


def require_numba(what: Option | Listing | Command) -> None:
    """Raise OptionError GN092 if Numba, which `what` needs, cannot be loaded."""
    if problem := numba_problem():
        template = (
            "{what}: Numba is needed, which cannot be loaded here ({problem}). Install Numba, or train with "
            "{reference}, without augmentation."
        )
        raise OptionError("GN092", template, what=what, problem=problem, reference=Option("engine", "reference"))


@cache
def numba_problem() -> str:
    """Return why Numba cannot be loaded; empty if it can."""
    try:
        with without_collection():  # Numba has many modules
            import_module("numba")
    except ImportError as problem:  # not only because it is missing: Numba refuses a NumPy that it does not know
        return str(problem)
    return ""


@cache
def _warn_once(problem: str) -> None:
    template = "Numba cannot be loaded here ({problem}): NumPy trains and predicts, which is slower."
    warn(Message(template, problem=problem))
