"""Programs in a process with limits: what is refused, and which limit ended it."""

from __future__ import annotations

import pytest

from glassnet.runtime.limited import Limits, run_limited


def test_it_returns_what_the_function_returns_and_refuses_what_could_harm(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "1")
    (tmp_path / "old").write_text("kept")
    done = run_limited("support.limited_functions:attempts", str(tmp_path))
    assert (done.exceeded, done.error) == ("", "")
    allowed = {"own": 0, "input": "", "environment": False}
    assert done.value == {name: allowed.get(name, "PermissionError") for name in done.value}
    assert len(done.value) > len(allowed)
    assert done.output == "hello 你好\n"
    assert [one.name for one in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize(
    ("function", "exceeded"),
    [
        ("limited_functions:endless", "time"),
        ("limited_functions:large", "memory"),
        ("without_resource:large", "memory"),
        ("without_resource:many_files", "written"),
        ("limited_functions:unstorable", "result"),
        ("limited_functions:leave", ""),
    ],
)
def test_it_says_what_ended_the_process(function, exceeded):
    limits = Limits(seconds=0.3 if exceeded == "time" else 60, memory=1 << 29, written=1 << 20, files=10**9, output=100)
    done = run_limited(f"support.{function}", None, limits)
    assert (done.value, done.exceeded) == (None, exceeded)
    assert done.error == ("" if exceeded else "exit code 5")
    assert done.output == ("again\n" * 100)[:100] if exceeded == "time" else done.output == ""
