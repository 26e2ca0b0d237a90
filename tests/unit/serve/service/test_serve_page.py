"""``docs/serve.md``: its commands run, and its limits are those of the service."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from itertools import pairwise

import pytest

from glassnet.serve.service import limits
from support.people import people
from support.raw_http import DEADLINE, png
from support.service import serving, write_digits, write_people
from support.sources import ROOT

PAGE = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [text for kind, text in BLOCKS if kind == "sh"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A function that runs commands of the page against a service, in a folder with the files that they name."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "people.csv").write_text(people(20))
    stroke = [b"\xff" * 12 + b"\0" * 4 + b"\xff" * 12] * 20
    (folder / "digit.png").write_bytes(png(28, 28, [b"\xff" * 28] * 4 + stroke + [b"\xff" * 28] * 4))
    models = [write_digits(folder / "digits.safetensors"), write_people(folder / "people.safetensors")]
    with serving(models) as running:

        def run(text):
            text = text.replace("127.0.0.1:8000", f"127.0.0.1:{running.port}")
            text = re.sub(r"\bcurl ", "curl --silent --show-error --fail-with-body ", text)
            text = re.sub(r"^python ", f"{sys.executable} ", text, flags=re.MULTILINE)
            command = ["bash", "-e", "-o", "pipefail", "-c", text]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=DEADLINE)
            assert done.returncode == 0, (text, done.stdout, done.stderr)
            return done.stdout

        yield run


@pytest.mark.parametrize("text", COMMANDS, ids=range(len(COMMANDS)))
def test_commands_run(run, text):
    needed = [name for name in ("curl", "gzip") if re.search(rf"\b{name} ", text) and not shutil.which(name)]
    needed += ["tritonclient"] if "tritonclient" in text and not find_spec("tritonclient") else []
    if needed:
        pytest.skip(f"{', '.join(needed)}: not installed")
    assert run(text)


def shape(value):
    """A value of JSON with its keys and types, but not its numbers."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return type(value)


def test_answers_have_the_form_of_the_page(run):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    pairs = [(one[1], two[1]) for one, two in pairwise(BLOCKS) if (one[0], two[0]) == ("sh", "json")]
    assert len(pairs) == 2
    for command, answer in pairs:
        last = command[command.rindex("curl ") :]
        assert shape(json.loads(run(last))) == shape(json.loads(answer))


def test_the_limits_of_the_page_are_those_of_the_code():
    text = PAGE.partition("| limit |")[2].partition("\n\n")[0]
    usual = limits.DEFAULT
    for known in (
        f"| {usual.max_body >> 20} MiB of a body",
        f"| {usual.max_rows:,} rows",
        f"| {usual.max_waiting} requests",
        f"| {usual.timeout:g} seconds for an answer",
        f"| {limits.BYTES_AT_ONCE >> 20} MiB of all bodies",
        f"| {limits.DEADLINES.connections:,} connections",
        f"| {limits.DEADLINES.head:g} seconds and {limits.HEAD_BYTES >> 10} KiB for the head",
        f"| {limits.DEADLINES.body:g} seconds for the body, and one more for each {limits.DEADLINES.rate >> 10} KiB",
        f"| {limits.DEADLINES.read:g} seconds for a client to read "
        f"{limits.DEADLINES.read * limits.DEADLINES.rate / 1024:g} KiB",
    ):
        assert text.count(known) == 1, known


def test_flags_and_paths_of_the_page_exist():
    from glassnet.cli.serve import serve_command
    from glassnet.serve.service.app import ROUTES

    flags = {name for parameter in serve_command.params for name in parameter.opts}
    assert set(re.findall(r"`(--[a-z-]+)`", PAGE)) - flags <= {"--json"}
    named = set(re.findall(r"`(?:POST |GET )?(/[a-z0-9][^`…{?]*)`", PAGE))
    patterns = [re.sub(r"\{\w+\}", "[^/]+", route.path) for route in ROUTES]
    assert [path for path in named if not any(re.fullmatch(pattern, path) for pattern in patterns)] == []


def test_every_metric_of_the_page_exists(run):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    known = set(re.findall(r"^(glassnet_\w+)", run("curl http://127.0.0.1:8000/metrics"), re.MULTILINE))
    known |= set(re.findall(r"# TYPE (\w+)", run("curl http://127.0.0.1:8000/metrics")))
    assert set(re.findall(r"\bglassnet_\w+", PAGE)) <= known
