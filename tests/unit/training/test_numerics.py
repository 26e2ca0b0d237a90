"""The version of the numerics: raised when results may change, and stored in training records and results."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace

import pytest

from glassnet import Options, fit
from glassnet.training.numerics import CHANGES, NUMERICS
from glassnet.training.verify import verify
from support.cases import patterns
from support.numerics import PACKAGE, SOURCES, code_of, digests, stored
from support.sources import ROOT


def test_the_version_is_raised_when_bits_change():
    before, now = stored(), digests()
    changed = sorted(
        name for name in before["digests"].keys() | now.keys() if before["digests"].get(name) != now.get(name)
    )
    assert (changed, before["numerics"]) == ([], NUMERICS), (
        f"{', '.join(changed) or 'the version'} changed. Do the same options, data and seed give other bits than "
        "before (an older model fails `glassnet info --verify`)? Then add a line to CHANGES in training/numerics.py, "
        "which raises NUMERICS, and run benchmarks/accuracy.py again. Was code only moved, renamed or typed? Then "
        "keep the version. In both cases run: python tests/support/numerics.py"
    )


def test_versions_are_consecutive():
    assert list(CHANGES) == list(range(1, NUMERICS + 1))
    assert all(list(PACKAGE.glob(pattern)) for pattern in SOURCES), "a pattern matches no file"


def test_comments_and_docstrings_do_not_change_the_digest():
    source = 'X = 1  # one\n"""The one."""\n\ndef f(x):\n    """Add."""\n    return x + X\n'
    same = "X = 1\n\n\ndef f(x):\n    # sum\n    return x + X\n"
    assert code_of(source) == code_of(same) != code_of(same.replace("+", "-"))
    assert code_of('X = "# no comment"\n') != code_of('X = "# other"\n')


def test_training_records_contain_the_version_and_verify_reports_a_difference():
    options = Options(hidden=(5,), epochs=1, engine="reference")
    data = patterns()
    fitted = fit(data, options)
    receipt = fitted.model.receipt
    assert receipt["numerics"] == NUMERICS
    older = replace(fitted.model, receipt={**receipt, "numerics": NUMERICS - 1})
    assert verify(older, data).surroundings == (f"numerics {NUMERICS - 1} → {NUMERICS}",)


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("machine")


def test_benchmark_results_contain_the_version_and_older_ones_are_listed(machine, monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    path = machine.write("new", {"figure": 1})
    assert machine.stale() == {}
    content = json.loads(path.read_text(encoding="utf-8"))
    (tmp_path / "old.json").write_text(json.dumps({**content, "numerics": NUMERICS - 1}), encoding="utf-8")
    parts = {"new": {"numerics": NUMERICS}, "old": {"numerics": 1}}
    (tmp_path / "mixed.json").write_text(json.dumps({**content, "result": parts}), encoding="utf-8")
    assert machine.stale() == {"mixed.json": 1, "old.json": NUMERICS - 1}


def test_every_result_has_a_version(machine):
    found = [json.loads(path.read_text(encoding="utf-8")) for path in machine.RESULTS.rglob("*.json")]
    assert found
    assert all(1 <= machine.numerics_of(one) <= NUMERICS for one in found)


def test_make_bench_lists_stale_results(machine, monkeypatch, capsys):
    bench = importlib.import_module("all")
    monkeypatch.setattr(machine, "stale", lambda: {"old.json": NUMERICS - 1})
    bench.tell_stale()
    assert capsys.readouterr().out.splitlines() == [
        f"stale: old.json, measured at numerics {NUMERICS - 1}, now {NUMERICS}",
        f"  {NUMERICS}: {CHANGES[NUMERICS]}",
    ]
