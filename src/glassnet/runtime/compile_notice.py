"""Notices that a loop is being compiled: to a logger and the terminal in Python, printed by the command line there."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from ..messages.message import Message
from ..messages.option_spelling import Door, in_python
from ..messages.progress import LOGGER, is_worker, log_or_print, step
from .system import after_fork


class _Loop(NamedTuple):
    """What a kernel computes, and its arguments whose types are named."""

    purpose: Message
    weights: str
    inputs: str


LOOPS = {
    "train_samples": _Loop(Message("training on single samples"), "targets.rows", "inputs.rows.values"),
    "train_batches": _Loop(Message("training in batches"), "weights.flat", "source.raw"),
    "answer_rows": _Loop(Message("prediction"), "flat", "raw"),
    "distort_rows": _Loop(Message("image augmentation"), "", "rows"),
}
"""Kernels that are called from Python and take seconds to compile; compiling others is not worth a notice."""


@dataclass(frozen=True)
class CompileNotice:
    """That a loop is being compiled, has been compiled, or is being compiled by another process."""

    event: Literal["begins", "ends", "waits"]
    loop: str  # a key of `LOOPS`
    # `weights`, `inputs`: data types
    weights: str = ""
    inputs: str = ""
    seconds: float | None = None  # time of the compilation, at its end
    cached: bool = True  # whether the compiled code is stored

    @property
    def message(self) -> Message:
        """What to say."""
        what = LOOPS[self.loop].purpose
        if self.event == "waits":
            return Message("another process is compiling the loop for {what}; waiting for it …", what=what)
        if self.event == "ends":
            return Message("compiled in {seconds:.1f} s", seconds=self.seconds)
        types = Message("images {inputs}", inputs=self.inputs)
        if self.weights:
            types = Message("weights {weights}, inputs {inputs}", weights=self.weights, inputs=self.inputs)
        if self.cached:
            template = "compiling the loop for {what} ({types}), needed once for these types and options …"
            return Message(template, what=what, types=types)
        return Message("compiling the loop for {what} ({types}) …", what=what, types=types)

    def text(self, language: str = "en", door: Door = in_python) -> str:
        """Return the message as text; see `messages.message.Message.text`."""
        return self.message.text(language, door)


def show_in_python(notice: CompileNotice) -> None:
    """Log a notice; print it to standard error in a terminal or notebook if the log shows it nowhere."""
    # Of the workers of a search, one compiles; that the others wait is not worth a line.
    if notice.event == "waits" and is_worker():
        LOGGER.debug(notice.text())
    else:
        log_or_print(notice)


_show: ContextVar[Callable[[CompileNotice], None]] = ContextVar("show_compile_notice", default=show_in_python)


@dataclass
class _Preparation:
    """Blocks of code that may compile several kernels, which are announced as one loop.

    Threads that prepare the same loop share one object, so that it is announced once at a time.
    """

    begins: CompileNotice
    threads: int = 0
    began: float | None = None
    ended: float = 0.0
    waits: bool = False


class _Thread(threading.local):
    """What one thread prepares and compiles.

    `depth` counts nested compilations: a kernel's compilation includes those of the kernels that it calls. Of the
    preparations in progress the innermost one is last.
    """

    depth = 0
    preparations: tuple[_Preparation, ...] = ()


_here = _Thread()
_lock = threading.Lock()
"""Protects the variables below and the preparations, for short operations only."""
_shared: dict[CompileNotice, _Preparation] = {}
"""The preparations of all threads."""
_compiled = False
_active = 0
"""Blocks of all threads in which kernels are compiled or loaded."""


def _forget_other_threads() -> None:
    """Start anew in a forked process, which does not have its parent's threads; one of them may hold the lock."""
    global _lock, _active
    _lock, _active = threading.Lock(), 0
    _shared.clear()


after_fork(_forget_other_threads)


@contextlib.contextmanager
def shown_by(show: Callable[[CompileNotice], None]) -> Iterator[None]:
    """Pass notices to a function, which must not raise; it is called on the thread that compiles.

    This holds for this thread, and for others that run in its context (`threads.in_context`).
    """
    before = _show.set(show)
    try:
        yield
    finally:
        _show.reset(before)


def is_compiling() -> bool:
    """Return whether a thread of this process compiles a loop, or prepares one, which also loads kernels."""
    return _active > 0


def has_compiled() -> bool:
    """Return whether a kernel was compiled in this process, rather than loaded."""
    return _compiled


@contextlib.contextmanager
def _activity() -> Iterator[None]:
    global _active
    with _lock:
        _active += 1
    try:
        yield
    finally:
        with _lock:
            _active -= 1


@contextlib.contextmanager
def preparing(loop: str, weights: str, inputs: str) -> Iterator[None]:
    """Announce the kernels that this thread compiles in this block together, if there are any.

    If other threads prepare the same loop, the last one of them announces the end.

    `loop` is a key of `LOOPS`; `weights` and `inputs` are data types.
    """
    begins = CompileNotice("begins", loop, weights, inputs)
    with _lock:
        own = _shared.setdefault(begins, _Preparation(begins))
        own.threads += 1
    before, _here.preparations = _here.preparations, (*_here.preparations, own)
    try:
        with _activity():
            yield
    finally:
        _here.preparations = before
        with _lock:
            own.threads -= 1
            last = own.threads == 0
            if last:
                _shared.pop(begins, None)
    if last:
        _tell_end(own)


def _tell_end(own: _Preparation) -> None:
    if own.began is not None:
        _show.get()(CompileNotice("ends", own.begins.loop, seconds=own.ended - own.began))


@contextlib.contextmanager
def announced(function: Callable[..., Any], types: Sequence[Any], cached: bool) -> Iterator[None]:
    """Announce the compilation of a kernel, unless it is part of the compilation of another one or was announced.

    `types` are Numba's of the arguments; `cached` says whether the compiled code is stored.
    """
    global _compiled
    _compiled = True
    own = _here.preparations[-1] if _here.preparations and _here.depth == 0 else None
    alone = not (_here.preparations or _here.depth) and function.__name__ in LOOPS
    if alone:
        own = _Preparation(CompileNotice("begins", function.__name__, *_types_of(function, types)))
    if own is not None:
        with _lock:
            first, own.began = own.began is None, own.began or time.perf_counter()
        if first:
            _show.get()(replace(own.begins, cached=cached))
    _here.depth += 1
    try:
        with _activity(), contextlib.ExitStack() as stack:
            if own is not None:
                what = LOOPS[own.begins.loop].purpose
                stack.enter_context(step(Message("compiling the loop for {what}", what=what), printed=first))
            yield
    finally:
        _here.depth -= 1
    if own is not None:
        own.ended = time.perf_counter()
        if alone:
            _tell_end(own)


def announce_wait(function: Callable[..., Any]) -> None:
    """Announce that another process is compiling a kernel."""
    if _here.preparations:
        own = _here.preparations[-1]
        with _lock:
            first = _here.depth == 0 and not own.waits
            own.waits |= first
        if first:
            _show.get()(CompileNotice("waits", own.begins.loop))
    elif _here.depth == 0 and function.__name__ in LOOPS:
        _show.get()(CompileNotice("waits", function.__name__))


def _types_of(function: Callable[..., Any], types: Sequence[Any]) -> tuple[str, str]:
    """Return the data types of weights and inputs among the arguments of a kernel in `LOOPS`."""
    names = function.__code__.co_varnames
    loop = LOOPS[function.__name__]

    def type_at(path: str) -> str:
        if not path:
            return ""
        first, *fields = path.split(".")
        found = types[names.index(first)]
        for field in fields:
            found = found.types[found.fields.index(field)]
        return str(found.dtype)

    return type_at(loop.weights), type_at(loop.inputs)
