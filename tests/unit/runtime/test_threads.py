"""Available cores, and threads that end with the program."""

from __future__ import annotations

import os
import threading
from functools import partial

import pytest

from glassnet.runtime.system import available_cores
from glassnet.runtime.threads import runs_in_background, start_in_background


def _groups(root, membership, files):
    """Write the files of a machine's control groups below a folder."""
    for name, text in {"proc/self/cgroup": membership, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("membership", "files", "cores"),
    [
        ("0::/\n", {"cpu.max": "100000 100000\n"}, 1),
        ("0::/a.slice/b\n", {"a.slice/b/cpu.max": "250000 100000\n"}, 3),
        ("0::/a.slice/b\n", {"a.slice/b/cpu.max": "max 100000\n", "a.slice/cpu.max": "50000 100000\n"}, 1),
        ("0::/outside/of/the/container\n", {"cpu.max": "200000 100000"}, 2),
        ("0::/a\n", {"a/cpu.max": "max 100000\n"}, 8),
        ("0::/a\n", {"a/cpu.max": "1600000 100000\n"}, 8),
        ("0::/a\n", {"b/cpu.max": "100000 100000\n"}, 8),
        ("2:cpu,cpuacct:/d\n1:memory:/\n", {"cpu,cpuacct/d/cpu.cfs_quota_us": "150000\n"}, 2),
        ("2:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n"}, 8),
        ("2:cpuset:/d\n", {"cpuset/d/cpu.cfs_quota_us": "100000\n"}, 8),
        ("0::/\n", {"cpu.max": "what is this"}, 8),
        ("0::/\n", {"cpu.max": "100000 0\n"}, 8),
        ("nonsense", {}, 8),
        ("", {}, 8),
    ],
)
def test_a_quota_limits_the_number_of_cores(tmp_path, monkeypatch, membership, files, cores):
    """Both versions of control groups; a quota of a group holds for those within it."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(8), raising=False)
    periods = {name.replace("quota", "period"): "100000\n" for name in files if "quota" in name}
    _groups(tmp_path, membership, {f"sys/fs/cgroup/{name}": text for name, text in {**files, **periods}.items()})
    assert available_cores(tmp_path) == cores
    assert available_cores(tmp_path / "a system without control groups") == 8


def test_a_thread_in_the_background_is_known_until_it_ends():
    go = threading.Event()
    assert not runs_in_background()
    thread = start_in_background(partial(go.wait, 60))
    thread.name = "any other"
    assert runs_in_background()
    go.set()
    thread.join()
    assert not runs_in_background()
