"""The cache of compiled kernels: its place, its files, and compilation in one process at a time."""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
import shutil
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from glassnet.runtime import jit, kernel_cache, system
from glassnet.runtime.kernel_cache import KernelCache, digest_of, places
from support.cli import environment
from support.sources import PACKAGE as SOURCE

PACKAGE = Path("package")
FOLDER = f"kernels-{'0' * 16}"


@pytest.fixture(autouse=True)
def no_cache_settings(monkeypatch, tmp_path):
    """The default places of a user whose home is empty."""
    monkeypatch.setattr(kernel_cache.numba_config, "CACHE_DIR", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(kernel_cache, "_warned", set())


def opened(*folders) -> KernelCache:
    return KernelCache.open(folders, "0" * 16)


def test_the_cache_is_that_of_the_user_and_then_of_the_package(monkeypatch, tmp_path):
    monkeypatch.setattr(system, "NAME", "linux")
    assert places(PACKAGE) == [tmp_path / ".cache" / "glassnet", PACKAGE / "__pycache__"]
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the specification ignores it
    assert places(PACKAGE)[0] == tmp_path / ".cache" / "glassnet"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert places(PACKAGE)[0] == tmp_path / "xdg" / "glassnet"


def test_each_system_has_its_folder_for_caches(monkeypatch, tmp_path):
    monkeypatch.setattr(system, "NAME", "darwin")
    assert places(PACKAGE)[0] == tmp_path / "Library" / "Caches" / "glassnet"
    monkeypatch.setattr(system, "NAME", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert places(PACKAGE)[0] == tmp_path / "Local" / "glassnet"


def test_a_configured_folder_is_the_only_place(monkeypatch, tmp_path):
    monkeypatch.setattr(kernel_cache.numba_config, "CACHE_DIR", str(tmp_path / "own"))
    assert places(PACKAGE) == [tmp_path / "own"]


def test_without_a_home_the_cache_is_that_of_the_package(monkeypatch):
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", home)
    assert places(PACKAGE) == [PACKAGE / "__pycache__"]


def test_the_digest_depends_on_sources_versions_and_settings(monkeypatch):
    found = {digest_of([b"a", b"b"]), digest_of([b"a"])}
    monkeypatch.setattr(kernel_cache.numba_config, "OPT", 0)
    found.add(digest_of([b"a"]))
    monkeypatch.setattr(np, "__version__", "0")
    found.add(digest_of([b"a"]))
    assert len(found) == 4
    assert digest_of([b"a"]) in found
    assert kernel_cache._NAME.fullmatch(f"kernels-{digest_of([])}")


def test_files_are_found_in_every_place_and_stored_in_the_first_that_is_writable(tmp_path):
    (tmp_path / "file").touch()
    first, second = opened(tmp_path / "a"), opened(tmp_path / "b")
    first.save("one", 1)
    second.save("one", 2)
    second.save("two", 2)
    cache = opened(tmp_path / "file", tmp_path / "b", tmp_path / "a")
    assert cache.writable == tmp_path / "b" / FOLDER
    assert [cache.load(name) for name in ("one", "two", "three")] == [2, 2, None]
    assert opened(tmp_path / "a", tmp_path / "b").load("two") == 2


def test_a_filled_folder_that_cannot_be_written_is_used(monkeypatch, tmp_path):
    opened(tmp_path).save("one", 1)
    monkeypatch.setattr(kernel_cache.os, "access", lambda *_: False)
    cache = opened(tmp_path)
    assert cache.writable is None
    assert cache.load("one") == 1
    with pytest.warns(UserWarning, match="cannot write to .* compiled code is not cached"):
        cache.save("two", 2)
    cache.save("three", 3)  # without a second warning
    assert cache.load("two") is None


def stored(content: object) -> bytes:
    """The bytes of a file of the cache."""
    pickled = pickle.dumps(content)
    return hashlib.sha256(pickled).digest() + pickled


def test_a_damaged_file_is_replaced(tmp_path):
    cache = opened(tmp_path)
    whole = stored(1)
    flipped = [whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :] for place in range(len(whole))]
    for content in (b"", b"\x80\x05", b"no pickle", pickle.dumps(1), whole[:-1], whole + b"0", *flipped):
        (cache.writable / "one").write_bytes(content)
        assert cache.load("one") is None
    (cache.writable / "one").write_bytes(whole)
    assert cache.load("one") == 1
    cache.save("one", 1)
    assert cache.load("one") == 1
    assert [path.name for path in cache.writable.iterdir()] == ["one"]


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")


@pytest.fixture
def no_umask():
    before = os.umask(0)
    yield
    os.umask(before)


@POSIX
def test_no_other_user_can_write_to_new_folders_and_files_whatever_the_umask(no_umask, tmp_path):
    def modes(place):
        cache = opened(place)
        cache.save("one", 1)
        paths = (cache.writable / "one", cache.writable, *cache.writable.parents)
        return [stat.S_IMODE(path.stat().st_mode) for path in paths if tmp_path in path.parents]

    file, *folders = modes(places(PACKAGE)[0])
    assert (file & 0o022, {*folders}) == (0, {0o700})
    assert modes(tmp_path / "image" / "cache") == [0o644, 0o755, 0o755, 0o755]  # other users can load it


@POSIX
@pytest.mark.parametrize("loose", ["", FOLDER], ids=["place", "folder"])
@pytest.mark.parametrize("mode", [0o777, 0o775, 0o702])
def test_a_folder_to_which_others_can_write_is_not_used_and_a_warning_says_so(loose, mode, tmp_path):
    opened(tmp_path / "a").save("one", 1)
    first = (tmp_path / "a" / FOLDER / "one").read_bytes()
    (tmp_path / "a" / loose).chmod(mode)
    cache = opened(tmp_path / "a", tmp_path / "b")
    assert (cache.load("one"), cache.writable) == (None, tmp_path / "b" / FOLDER)
    with pytest.warns(UserWarning, match="other users can write to it") as warned:
        cache.save("one", 2)
    assert [str(one.message).startswith(f"{tmp_path / 'a' / loose}: ") for one in warned] == [True]
    opened(tmp_path / "a").save("one", 2)  # without a second warning
    assert cache.load("one") == 2
    assert (tmp_path / "a" / FOLDER / "one").read_bytes() == first
    assert opened(tmp_path / "b", tmp_path / "a").unsafe == ()  # not needed


@POSIX
def test_a_file_that_others_can_write_is_not_loaded(tmp_path):
    cache = opened(tmp_path)
    cache.save("one", 1)
    (cache.writable / "one").chmod(0o666)
    assert cache.load("one") is None


@POSIX
@pytest.mark.parametrize(
    ("mode", "owner", "safe"),
    [
        (stat.S_IFDIR | 0o755, "user", True),
        (stat.S_IFDIR | 0o755, "root", True),
        (stat.S_IFDIR | 0o700, "other", False),
        (stat.S_IFDIR | 0o777, "root", False),
        (stat.S_IFDIR | 0o1777, "root", True),
        (stat.S_IFDIR | 0o1777, "other", False),
        (stat.S_IFREG | 0o1666, "user", False),
    ],
)
def test_files_of_the_user_and_of_root_are_safe(monkeypatch, mode, owner, safe):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    user = {"user": 1000, "root": 0, "other": 1001}[owner]
    assert system.only_user_writes(os.stat_result((mode, 1, 1, 1, user, 0, 0, 0, 0, 0))) == safe


def test_the_cache_may_be_deleted_while_it_is_used(tmp_path):
    cache = opened(tmp_path)
    cache.writable.rmdir()
    cache.save("one", 1)
    assert cache.load("one") == 1


def test_a_full_disk_is_a_warning(monkeypatch, tmp_path):
    def full(*_):
        raise OSError("No space left on device")

    cache = opened(tmp_path)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.warns(UserWarning, match="compiled code is not cached"):
        cache.save("one", 1)
    assert list(cache.writable.iterdir()) == []


def test_a_new_version_deletes_the_folders_of_versions_that_are_no_longer_used(tmp_path):
    recent, old, other = (tmp_path / f"kernels-{name}" for name in ("1" * 16, "2" * 16, "own"))
    for folder in (recent, old, other):
        folder.mkdir()
    for folder in (old, other):
        os.utime(folder, (0, 0))
    opened(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / FOLDER, recent, other])


def test_opening_a_cache_marks_it_as_used(tmp_path):
    folder = opened(tmp_path).writable
    os.utime(folder, (0, 0))
    opened(tmp_path)
    assert folder.stat().st_mtime > 0


class Target:
    """A target context of a processor."""

    def __init__(self, processor: str) -> None:
        self.codegen = lambda: self
        self.magic_tuple = lambda: ("triple", processor, "+avx2")

    def refresh(self) -> None:
        pass


class Result:
    """A result of the compiler."""

    def __init__(self, target: Target, number: int) -> None:
        self.library, self.codegen, self.number = self, target, number
        self.has_dynamic_globals = number < 0

    def _reduce(self):
        return (self.number,)


@pytest.fixture
def kernel_of(monkeypatch, tmp_path):
    """A function that returns the cache of a kernel."""
    monkeypatch.setattr(kernel_cache, "_rebuild", lambda target, number: number)
    return lambda: kernel_cache._CachedKernel(jit.uniform_at.py_func, opened(tmp_path))


def test_each_signature_and_processor_has_its_own_file(kernel_of):
    one, other = Target("znver4"), Target("skylake")
    kernel_of().save_overload(("float32",), Result(one, 1))
    kernel_of().save_overload(("float32",), Result(other, 2))
    kernel_of().save_overload(("float64",), Result(one, 3))
    kernel_of().save_overload(("float64",), Result(other, -1))  # with addresses of this process
    with kernel_cache._compilation():
        wanted = [(name, target) for name in ("float32", "float64") for target in (one, other)]
        found = [kernel_of().load_overload((name,), target) for name, target in wanted]
    assert found == [1, 2, 3, None]


@pytest.mark.parametrize("content", [7, (), {"a": 1}, [1, 2, 3, 4, 5, 6, 7]])
def test_a_file_of_another_form_is_compiled_again(monkeypatch, tmp_path, content):
    kernel, target = kernel_cache._CachedKernel(jit.uniform_at.py_func, opened(tmp_path)), Target("znver4")
    kernel._cache.save(kernel._name(("float32",), target), content)
    with kernel_cache._compilation():
        assert kernel.load_overload(("float32",), target) is None


def test_a_kernel_that_another_process_compiled_during_the_wait_is_loaded(kernel_of, monkeypatch):
    target, kernel = Target("znver4"), kernel_of()

    def other_process(path, waiting):
        kernel_of().save_overload(("float32",), Result(target, 7))
        return kernel_cache.contextlib.nullcontext()

    monkeypatch.setattr(kernel_cache, "file_lock", other_process)
    with kernel_cache._compilation():
        assert kernel.load_overload(("float32",), target) == 7


def test_ctrl_c_does_not_wait_for_another_thread_that_compiles(monkeypatch, restarting_ctrl_c):
    """The other thread compiles for as long as this one waits."""
    monkeypatch.setattr(kernel_cache, "_compilations", [ExitStack()])
    timer = threading.Timer(0.2, restarting_ctrl_c)
    timer.start()
    with pytest.raises(KeyboardInterrupt), kernel_cache._compilation():
        pass
    timer.join()
    with kernel_cache.global_compiler_lock, kernel_cache._compilation():
        assert len(kernel_cache._compilations) == 2  # a kernel that is compiled for another one does not wait
    assert len(kernel_cache._compilations) == 1


def test_an_interrupt_before_a_compilation_leaves_the_garbage_collector_on(monkeypatch):
    disable = gc.disable

    def interrupted():
        disable()
        raise KeyboardInterrupt

    monkeypatch.setattr(gc, "disable", interrupted)
    with pytest.raises(KeyboardInterrupt), kernel_cache._compilation():
        pass
    was_on = gc.isenabled()
    gc.enable()
    assert (was_on, kernel_cache._compilations) == (True, [])


def test_environments_share_the_cache_and_processes_that_start_together_compile_once(tmp_path):
    """Two processes with their own copy of the package call a kernel; the log shows which one compiled it."""
    program = (
        "import logging; logging.basicConfig(level='INFO')\nimport numpy as np\n"
        "from glassnet.runtime import compile_notice\n"
        "compile_notice.LOOPS['transpose_tile'] = compile_notice.LOOPS['answer_rows']\n"
        "compile_notice._types_of = lambda *_: ('a', 'b')\n"
        "compile_notice.CompileNotice.text = lambda notice, language=None: notice.event\n"
        "from glassnet.engines.compiled.kernels import __file__, transpose_tile\n"
        "vector = np.arange(6.0)\ntranspose_tile(vector, np.array([0, 2]), 0, 3, False, np.zeros(6))\n"
        "print(__file__, *vector, sep='|')"
    )
    started = []
    for name in ("a", "b"):
        copy = tmp_path / name / "glassnet"
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__", "mnist", "font"))
        env = environment(NUMBA_CACHE_DIR=str(tmp_path / "cache"), PYTHONPATH=str(copy.parent))
        command = [sys.executable, "-c", program]
        started.append(subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    done = [process.communicate() for process in started]
    assert [process.returncode for process in started] == [0, 0], done
    (first, number), (second, same) = (out.split("|", 1) for out, _ in done)
    assert (first != second, number) == (True, same)
    events = [line.rpartition(":")[2] for _, err in done for line in err.splitlines()]
    assert sorted(event for event in events if event != "waits") == ["begins", "ends"]
