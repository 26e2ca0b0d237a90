"""The cache of compiled kernels: one for each user, shared by environments, and each kernel is compiled once.

Numba's own cache is stored for each path of a source file. This one depends only on what determines the compiled code,
so environments with the same versions share it. Each compiled kernel is one file that is written atomically, so
processes cannot damage it, and processors of different kinds each have their own files in the same folder.

Loading a file runs code. So only folders and files are used that no other user can have written, except root.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import re
import secrets
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher
from numba.core.serialize import dumps as _dumps

from ..errors import GlassnetWarning
from .collection import without_collection
from .compile_notice import announce_wait, announced
from .file_lock import POLL_SECONDS, file_lock
from .system import only_user_writes, user_folder

numba_config: Any = numba.config
_dump: Any = _dumps
_owns_lock: Any = global_compiler_lock.is_locked
_rebuild: Any = CompileResult._rebuild

_FORMAT = 2
"""Version of the files of the cache."""

_SETTINGS = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "USING_SVML", "BOUNDSCHECK", "DEBUGINFO_DEFAULT")
"""Settings of Numba that change the code of all kernels."""

_UNUSED_DAYS = 90
"""Folders of other versions are deleted when they have not been used for this long."""

_NAME = re.compile(r"kernels-[0-9a-f]{16}")

_OWN, _SHARED = 0o700, 0o755
"""Modes of new folders: of the user's folder, and of others, which an image of a container may have for all users."""

_FILE = 0o644
"""Mode of new files."""


def digest_of(sources: Iterable[bytes]) -> str:
    """Return a digest of everything that determines the code of the kernels, except the processor.

    Numba invalidates compiled code when the kernel's own file changes, but not when a file with a function that it
    calls changes: after an update it could run an old formula.
    """
    versions = (_FORMAT, numba.__version__, llvmlite.__version__, np.__version__, sys.implementation.cache_tag)
    settings = [getattr(numba_config, name, None) for name in _SETTINGS]
    return hashlib.sha256(b"\0".join([*sources, repr((versions, settings)).encode()])).hexdigest()[:16]


def places(package: Path) -> list[Path]:
    """Return the folders that may hold the cache, best first: that of the user, then that of the package.

    The variable ``NUMBA_CACHE_DIR`` replaces both.
    """
    if numba_config.CACHE_DIR:
        return [Path(numba_config.CACHE_DIR)]
    of_user = user_folder("cache")
    return [*([of_user] if of_user else []), package / "__pycache__"]


@dataclass
class KernelCache:
    """Folders with compiled kernels."""

    folders: tuple[Path, ...]  # Where kernels are loaded from, in this order. They need not exist.
    writable: Path | None  # the folder where compiled kernels are stored
    unsafe: tuple[Path, ...] = ()  # folders that would have been used, but other users may have written to them

    @classmethod
    def open(cls, places: Sequence[Path], digest: str) -> KernelCache:
        """Return the cache in these places; it is stored in the first one where a folder can be written.

        A place that cannot be written is used if it has been filled, for example in the image of a container. A place
        to which other users can write is ignored.
        """
        folders, unsafe, writable = list[Path](), list[Path](), None
        for place in places:
            folder = place / f"kernels-{digest}"
            if writable is None:
                _make(folder)
            problems = [path for path in (place, folder) if not _is_safe_folder(path)]
            if not problems:
                folders.append(folder)
                if writable is None and os.access(folder, os.W_OK):
                    writable = folder
                    with contextlib.suppress(OSError):
                        os.utime(folder)  # in use
            elif writable is None:
                unsafe.append(problems[0])
        return cls(tuple(folders), writable, tuple(unsafe))

    def add(self, dispatcher: object) -> None:
        """Store a kernel in this cache, and compile it in one process at a time."""
        if not isinstance(dispatcher, Dispatcher):  # NUMBA_DISABLE_JIT
            return
        kernel: Any = dispatcher
        cached, compile_kernel = _CachedKernel(kernel.py_func, self), kernel.compile

        def compile_once(signature: Any) -> Any:
            with _compilation():
                return compile_kernel(signature)

        kernel._cache, kernel.compile = cached, compile_once

    def load(self, name: str, rebuild: Callable[[Any], Any] = lambda content: content) -> Any:
        """Return what `rebuild` makes of the content of a file; None if no folder has it, or if it is damaged."""
        for folder in self.folders:
            with contextlib.suppress(Exception):  # a content of another form may raise anything
                return rebuild(pickle.loads(_verified(folder / name)))
        return None

    def save(self, name: str, content: Any) -> None:
        """Store the content of a file; warn if that fails, or if a better folder is not safe."""
        if self.unsafe:
            _warn_once(_UNSAFE, *self.unsafe)
        if self.writable is None:
            if self.folders:
                _warn_once(_READ_ONLY, *(folder.parent for folder in self.folders))
            return
        path = self.writable / name
        new = path.with_name(f"{name}.{secrets.token_hex(4)}")
        try:
            _make(self.writable)  # the cache may be deleted at any time
            try:
                stored = _dump(content)
                new.touch(_FILE, exist_ok=False)
                new.write_bytes(hashlib.sha256(stored).digest() + stored)
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)
        except OSError:
            if not path.exists():  # Windows does not replace a file that another process reads
                _warn_once(_READ_ONLY, self.writable.parent)


_compilations: list[ExitStack] = []
"""What to release after each compilation in progress: that of a kernel, of a kernel that it calls, and so on."""


@contextlib.contextmanager
def _compilation() -> Iterator[None]:
    """Let one thread compile at a time; at the end, release what `_CachedKernel.load_overload` has acquired."""
    # An unlimited wait for Numba's lock is not interrupted after polars has set its signal handler.
    while _compilations and not _owns_lock():
        time.sleep(POLL_SECONDS)
    with global_compiler_lock, ExitStack() as stack:
        stack.enter_context(without_collection())
        try:
            _compilations.append(stack)
            yield
        finally:
            if stack in _compilations:
                _compilations.remove(stack)


def _make(folder: Path) -> None:
    """Create a folder and those above it, in which only the user can write; do nothing if that fails."""
    mode = _OWN if folder.parent == user_folder("cache") else _SHARED
    with contextlib.suppress(OSError):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode, exist_ok=True)
        if missing and _is_safe_folder(folder.parent):  # delete the folders of other versions
            before = time.time() - _UNUSED_DAYS * 86400
            for other in folder.parent.glob("kernels-*"):
                if _NAME.fullmatch(other.name) and other.stat().st_mtime < before:
                    shutil.rmtree(other, ignore_errors=True)


def _is_safe_folder(folder: Path) -> bool:
    """Return whether no other user can put files into a folder. A missing folder has none."""
    try:
        return only_user_writes(folder.stat())
    except OSError:
        return True


def _verified(path: Path) -> bytes:
    """Return the pickle in a file; ValueError if another user may have written it, or if it is damaged."""
    with path.open("rb") as file:
        digest, stored, safe = file.read(32), file.read(), only_user_writes(os.fstat(file.fileno()))
    if not safe or hashlib.sha256(stored).digest() != digest:
        raise ValueError(path)
    return stored


_READ_ONLY = (
    "cannot write to {folder}: compiled code is not cached, so every run compiles it again. Set NUMBA_CACHE_DIR to a "
    "writable folder."
)
_UNSAFE = (
    "{folder}: compiled code there is not used, because other users can write to it. Delete the folder, or set "
    "NUMBA_CACHE_DIR to a folder that only you can write to."
)
_warned: set[str] = set()


def _warn_once(template: str, *folders: Path) -> None:
    if template not in _warned:
        _warned.add(template)
        warnings.warn(GlassnetWarning(template, folder=", ".join(map(str, folders))), stacklevel=2)


class _CachedKernel:
    """The cache of one kernel, as Numba calls it: it loads each set of argument types, or compiles and saves it."""

    def __init__(self, function: Callable[..., Any], cache: KernelCache) -> None:
        self._function, self._cache = function, cache

    @property
    def cache_path(self) -> str | None:
        """The folder where the kernel is stored."""
        return str(self._cache.writable) if self._cache.writable else None

    def enable(self) -> None:
        """Do nothing: the cache is always enabled."""

    def disable(self) -> None:
        """Do nothing: the cache is always enabled."""

    def flush(self) -> None:
        """Do nothing: files are replaced when they are saved again."""

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """Return the compiled kernel for a signature; None if this process is to compile it."""
        target_context.refresh()
        name = self._name(signature, target_context.codegen())
        found = self._load(name, target_context)
        if found is not None or not _compilations:
            return found
        stack, function = _compilations[-1], self._function
        if self._cache.writable is not None:
            stack.enter_context(file_lock(self._cache.writable / f"{name}.lock", lambda: announce_wait(function)))
            found = self._load(name, target_context)  # another process may have compiled it
        if found is None:
            types = getattr(signature, "args", signature)
            stack.enter_context(announced(function, types, self._cache.writable is not None))
        return found

    def save_overload(self, signature: Any, result: Any) -> None:
        """Store a compiled kernel."""
        if not result.library.has_dynamic_globals:  # addresses of this process
            self._cache.save(self._name(signature, result.codegen), result._reduce())

    def _load(self, name: str, target_context: Any) -> Any:
        return self._cache.load(name, lambda content: _rebuild(target_context, *content))

    def _name(self, signature: Any, codegen: Any) -> str:
        """Return the file name for a signature and the processor, of which Numba knows name and instructions."""
        code = self._function.__code__.co_code
        key = repr((str(signature), codegen.magic_tuple(), code))
        module = self._function.__module__.removeprefix("glassnet.")
        return f"{module}.{self._function.__name__}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.nbc"
