"""What `make` says while pip installs: `scripts/install.py`."""

from __future__ import annotations

import importlib.util

import pytest

from support.sources import ROOT

LINES = """\
Obtaining file:///home/ada/glassnet
  Installing build dependencies: started
  Installing build dependencies: finished with status 'done'
Collecting numpy>=1.26 (from glassnet==0.3.0)
  Downloading numpy-2.3.5-cp311-cp311-manylinux_2_27_x86_64.whl.metadata (62 kB)
Downloading numpy-2.3.5-cp311-cp311-manylinux_2_27_x86_64.whl (16.9 MB)
  Downloading https://files.example.org/a/b/typing_extensions-4.1.0-py3-none-any.whl (500 B)
Using cached scipy-1.16.3-cp311-cp311-manylinux_2_27_x86_64.whl (35.3 MB)
Installing collected packages: numpy, scipy, glassnet
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("install", ROOT / "scripts" / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PACKAGES", tmp_path)
    return module


def test_only_what_is_large_has_a_line_and_all_is_counted(install, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(install.time, "monotonic", lambda: 7.0)
    shown = install.Shown()
    for line in LINES.splitlines(keepends=True):
        shown.read(line)
    (tmp_path / "numpy-2.3.5.dist-info").mkdir()
    shown.say(shown.doing, at_once=True)
    assert capsys.readouterr().out.splitlines() == [
        "downloading numpy, 16.9 MB (17 MB so far, 0 s)",
        "installing packages, 0 of 3 (17 MB so far, 0 s)",
        "installing packages, 1 of 3 (17 MB so far, 0 s)",
    ]


def test_the_lines_are_in_the_language_of_the_user(install, capfd, monkeypatch):
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    assert install.main("--no-such-option") == 2
    first, *_, last = capfd.readouterr().out.splitlines()
    assert first.startswith("pip 把")
    assert last.startswith("pip 失败")


def test_the_exit_code_and_the_errors_are_those_of_pip(install, capfd):
    assert install.main("--no-such-option") == 2
    said = capfd.readouterr()
    assert "pip failed" in said.out.splitlines()[-1]
    assert "no such option" in said.err


def test_an_interrupt_ends_without_a_traceback(install, monkeypatch):
    def interrupted(*_command, **_how):
        raise KeyboardInterrupt

    monkeypatch.setattr(install.subprocess, "Popen", interrupted)
    assert install.main("--editable", ".") == 130
