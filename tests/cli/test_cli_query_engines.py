"""``glassnet query --engine``: the same answers and keys, and with ``portable`` the bits of the portable network."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import load_model, read_table
from glassnet.model.portable import PortableNetwork, portable_form
from support.cli import run
from support.samples import digits, digits_csv

pytestmark = pytest.mark.usefixtures("without_cross_validation")

TABLE = "age,city,left\n" + "".join(f"{20 + k % 40},{('Bonn', 'Rome')[k % 3 == 0]},{k % 2}\n" for k in range(80))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Digits and a table, and a model of each."""
    made = tmp_path_factory.mktemp("engines")
    (made / "digits.csv").write_text(digits_csv(200))
    (made / "table.csv").write_text(TABLE)
    common = ("--hidden", 20, "--epochs", 2, "--no-plot")
    run("train", made / "digits.csv", *common, "--out", made / "d.safetensors").fine()
    run("train", made / "table.csv", "--target", "left", *common, "--out", made / "t.safetensors").fine()
    return made


@pytest.mark.parametrize(("model", "source"), [("d.safetensors", "digits.csv"), ("t.safetensors", "table.csv")])
def test_engines_give_the_same_answers_and_keys(folder, model, source):
    plain, fast, portable = (
        run("query", folder / model, folder / source, "--json", *flags).fine().json()
        for flags in ((), ("--engine", "fast"), ("--engine", "portable"))
    )
    for other in (fast, portable):
        assert [list(one) for one in other] == [list(one) for one in plain]
        assert [one["name"] for one in other] == [one["name"] for one in plain]
        np.testing.assert_allclose([one["outputs"] for one in other], [one["outputs"] for one in plain], atol=1e-5)
        np.testing.assert_allclose(
            [one["confidence"] for one in other], [one["confidence"] for one in plain], atol=1e-5
        )
    loaded = load_model(folder / model)
    rows = loaded.columns.apply(read_table(str(folder / source))) if loaded.columns else digits(200).inputs
    expected = PortableNetwork(portable_form(loaded)).outputs(rows)
    np.testing.assert_array_equal(np.array([one["outputs"] for one in portable], np.float32), expected)


@pytest.mark.filterwarnings("always::glassnet.errors.RangeWarning")
@pytest.mark.parametrize("flags", [(), ("--engine", "fast"), ("--engine", "portable")])
def test_every_engine_warns_of_inputs_outside_the_training_range(folder, tmp_path, flags):
    rows = (digits(20).inputs / 255).round(4)
    (tmp_path / "small.csv").write_text("\n".join(",".join(map(str, row)) for row in rows.tolist()))
    outcome = run("query", folder / "d.safetensors", tmp_path / "small.csv", *flags)
    assert outcome.code == 0
    assert outcome.err.count("most of 20 samples are far outside") == 1


def test_an_unknown_engine_is_refused(folder):
    outcome = run("query", folder / "d.safetensors", folder / "digits.csv", "--engine", "reference")
    assert outcome.code == 2
    assert "'fast', 'portable'" in outcome.err
