"""The cache of compiled kernels: one for each user, shared by environments, and each kernel is compiled once.

Numba's own cache is stored for each path of a source file. This one depends only on what determines the compiled code,
so environments with the same versions share it. Each compiled kernel is one file that is written atomically, so
processes cannot damage it, and processors of different kinds each have their own files in the same folder.
"""

from __future__ import annotations

import contextlib
import gc
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
from functools import cached_property
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher
from numba.core.serialize import dumps as _dumps

from ..io.byte_locks import POLL_SECONDS, ByteLocks
from .compile_notice import announce_wait, announced

numba_config: Any = numba.config
_dump: Any = _dumps
_owns_lock: Any = global_compiler_lock.is_locked
_rebuild: Any = CompileResult._rebuild

_FORMAT = 1
"""Version of the files of the cache."""

_SETTINGS = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "USING_SVML", "BOUNDSCHECK", "DEBUGINFO_DEFAULT")
"""Settings of Numba that change the code of all kernels."""

_UNUSED_DAYS = 90
"""Folders of other versions are deleted when they have not been used for this long."""

_NAME = re.compile(r"kernels-[0-9a-f]{16}")


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
    of_user = _user_folder()
    return [*([of_user] if of_user else []), package / "__pycache__"]


def _user_folder() -> Path | None:
    """Return the user's folder for caches of glassnet; None without a home folder."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "glassnet"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "glassnet"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else home / ".cache") / "glassnet"


@dataclass
class KernelCache:
    """Folders with compiled kernels.

    Parameters
    ----------
    folders : tuple of Path
        Where kernels are loaded from, in this order. They need not exist.
    writable : Path or None
        The folder where compiled kernels are stored.
    """

    folders: tuple[Path, ...]
    writable: Path | None

    @classmethod
    def open(cls, places: Sequence[Path], digest: str) -> KernelCache:
        """Return the cache in these places; it is stored in the first one where a folder can be written.

        A place that cannot be written is used if it has been filled, for example in the image of a container.
        """
        folders = tuple(place / f"kernels-{digest}" for place in places)
        return cls(folders, next(filter(_made, folders), None))

    @cached_property
    def locks(self) -> ByteLocks | None:
        """The locks of compilations in progress."""
        return ByteLocks(self.writable / "lock") if self.writable else None

    @property
    def times(self) -> Path | None:
        """The file with the times of compilations, shared by all versions; see `compile_notice`."""
        return self.writable.with_name("compile-seconds.json") if self.writable else None

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

    def load(self, name: str) -> Any:
        """Return the content of a file; None if no folder has it, or if it is damaged."""
        for folder in self.folders:
            with contextlib.suppress(Exception):  # damaged bytes may raise anything
                return pickle.loads((folder / name).read_bytes())
        return None

    def save(self, name: str, content: Any) -> None:
        """Store the content of a file; if that fails, warn."""
        if self.writable is None:
            return _warn_once(", ".join(str(folder.parent) for folder in self.folders))
        path = self.writable / name
        new = path.with_name(f"{name}.{secrets.token_hex(4)}")
        try:
            self.writable.mkdir(parents=True, exist_ok=True)  # the cache may be deleted at any time
            try:
                new.write_bytes(_dump(content))
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)
        except OSError:
            if not path.exists():  # Windows does not replace a file that another process reads
                _warn_once(str(self.writable.parent))


_compilations: list[ExitStack] = []
"""What to release after each compilation in progress: that of a kernel, of a kernel that it calls, and so on."""


@contextlib.contextmanager
def _compilation() -> Iterator[None]:
    """Let one thread compile at a time; at the end, release what `_CachedKernel.load_overload` has acquired."""
    # An unlimited wait for Numba's lock is not interrupted after polars has set its signal handler.
    while _compilations and not _owns_lock():
        time.sleep(POLL_SECONDS)
    with global_compiler_lock, ExitStack() as stack:
        if not _compilations and gc.isenabled():
            # A compiler makes many objects that live long: searching them for cycles would take a tenth of its time.
            gc.disable()
            stack.callback(gc.enable)
        _compilations.append(stack)
        try:
            yield
        finally:
            _compilations.remove(stack)


def _made(folder: Path) -> bool:
    """Create a folder, and mark it as used; return whether it can be written."""
    with contextlib.suppress(OSError):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            _remove_unused(folder.parent)
    writable = os.access(folder, os.W_OK)
    if writable:
        with contextlib.suppress(OSError):
            os.utime(folder)
    return writable


def _remove_unused(place: Path) -> None:
    """Delete the folders of other versions that have not been used for a long time."""
    before = time.time() - _UNUSED_DAYS * 86400
    for folder in place.glob("kernels-*"):
        if _NAME.fullmatch(folder.name) and folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)


_warned = False


def _warn_once(where: str) -> None:
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(
            f"cannot write to {where}: compiled code is not cached, so every run compiles it again. "
            "Set NUMBA_CACHE_DIR to a writable folder.",
            stacklevel=2,
        )


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
        if self._cache.locks is not None:
            stack.enter_context(self._cache.locks.held(_place_of(name), lambda: announce_wait(function)))
            found = self._load(name, target_context)  # another process may have compiled it
        if found is None:
            types = getattr(signature, "args", signature)
            stack.enter_context(announced(function, types, self._cache.times))
        return found

    def save_overload(self, signature: Any, result: Any) -> None:
        """Store a compiled kernel."""
        if not result.library.has_dynamic_globals:  # addresses of this process
            self._cache.save(self._name(signature, result.codegen), result._reduce())

    def _load(self, name: str, target_context: Any) -> Any:
        content = self._cache.load(name)
        return None if content is None else _rebuild(target_context, *content)

    def _name(self, signature: Any, codegen: Any) -> str:
        """Return the file name for a signature and the processor, of which Numba knows name and instructions."""
        code = self._function.__code__.co_code
        key = repr((str(signature), codegen.magic_tuple(), code))
        module = self._function.__module__.removeprefix("glassnet.")
        return f"{module}.{self._function.__name__}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.nbc"


def _place_of(name: str) -> int:
    """Return the byte of the lock file for a kernel."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
