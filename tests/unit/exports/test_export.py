"""Writing and proving, with a form whose answers the test decides; and each form with each kind of model."""

from __future__ import annotations

import errno
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import glassnet
from glassnet import GlassnetError, export, prove
from glassnet.errors import DataError, FileError
from glassnet.exports import export as exports
from glassnet.exports.export import FORMS
from glassnet.exports.proof import Ran
from glassnet.preprocess.tabular.encoders import NumberColumn
from support.cli import snapshot
from support.exported import MODELS, NO_COMPILER, answering, model_of
from support.samples import small_model


def with_change(row, output, change):
    """Return a function that changes one output."""

    def changed(outputs):
        outputs[row, output] = change(outputs[row, output])
        return outputs

    return changed


def test_the_file_that_was_run_is_written(tmp_path, monkeypatch):
    calls, model = answering(monkeypatch), small_model()
    proof = export(model, tmp_path / "net.c")
    written = (tmp_path / "net.c").read_bytes()
    assert calls == [("write", "net", None), ("run", "export.c", written)]
    assert (proof.form, proof.hash, proof.rows, proof.ran, proof.equal) == ("c", model.hash(), 1000, "a tool", True)
    assert (proof.largest_difference, proof.classes_differ, proof.tolerance) == (0.0, 0, 0.0)
    assert (proof.quantize, proof.agreement, proof.accuracy, proof.quantized_accuracy) == (None,) * 4
    again = prove(tmp_path / "net.c", model)
    assert again == proof
    assert snapshot(tmp_path) == {"net.c": written}


@pytest.mark.parametrize(
    "change",
    [
        with_change(7, 1, lambda value: np.nextafter(value, np.float32(2))),
        with_change(999, 0, lambda value: np.float32(np.nan)),
        with_change(0, 2, lambda value: np.float32(np.inf)),
        lambda outputs: outputs[:, ::-1],
    ],
    ids=["one bit", "nan", "infinite", "other classes"],
)
def test_on_a_difference_nothing_is_written(tmp_path, monkeypatch, change):
    model = small_model()
    answering(monkeypatch, change)
    (tmp_path / "old.c").write_text("kept")
    for name in ("old.c", "new.c"):
        with pytest.raises(DataError, match="not written, because a tool computed other answers") as problem:
            export(model, tmp_path / name)
        assert problem.value.code == "GN101"
    assert snapshot(tmp_path) == {"old.c": b"kept"}


def test_negative_zero_is_another_answer(tmp_path, monkeypatch):
    model = model_of("numbers")
    rows = exports.proof_rows(model)
    nothing = np.zeros_like(rows.outputs)
    zeros = replace(rows, outputs=nothing, predicted=model.targets.invert(nothing))
    monkeypatch.setattr(exports, "proof_rows", lambda *_, **__: zeros)
    answering(monkeypatch, lambda outputs: -outputs)
    with pytest.raises(DataError):
        export(model, tmp_path / "net.c")
    answering(monkeypatch)
    assert export(model, tmp_path / "net.c").equal


@pytest.mark.parametrize("kind", ["bytes", "labels", "numbers"])
def test_within_a_tolerance_the_answers_count_as_equal(tmp_path, monkeypatch, kind):
    model = model_of(kind)
    answering(monkeypatch, lambda outputs: outputs + np.float32(5e-6), tolerance=1e-5)
    proof = export(model, tmp_path / "net.onnx")
    assert proof.equal
    assert 4e-6 < proof.largest_difference < 6e-6
    answering(monkeypatch, lambda outputs: outputs + np.float32(1e-4), tolerance=1e-5)
    with pytest.raises(DataError):
        export(model, tmp_path / "net.onnx")


def test_a_tolerance_covers_the_rounding_of_networks_with_large_sums(tmp_path, monkeypatch):
    random = np.random.default_rng(3)
    data = glassnet.Dataset.from_arrays(random.normal(size=(60, 9)), random.normal(size=60))
    options = glassnet.Options(
        rule="gradient",
        hidden=(7,),
        activation="identity",
        output="identity",
        targets="values",
        epochs=1,
        engine="reference",
    )
    model = glassnet.fit(data, options).model
    wide = replace(model, scaling=glassnet.Scaling.named("unit", 1e-4))
    answering(monkeypatch, tolerance=1e-5)
    assert export(model, tmp_path / "net.onnx").tolerance == 1e-5
    tolerance = export(wide, tmp_path / "net.onnx").tolerance
    raw = exports.proof_rows(wide).raw.astype(np.float64)
    exact, portable = raw * 1e4, exports.proof_rows(wide).outputs.astype(np.float64)
    for weights, bias in zip(wide.network.parameters.weights, wide.network.parameters.biases, strict=True):
        exact = exact @ weights.T.astype(np.float64) + (0 if bias is None else bias.astype(np.float64))
    apart = np.abs(exact - portable) / np.maximum(1, np.abs(exact))
    assert tolerance == pytest.approx(4 * apart.max(), rel=1e-3)
    assert tolerance > 1e-5


def test_a_class_may_differ_where_the_best_outputs_are_as_close_as_the_tolerance(tmp_path, monkeypatch):
    model = small_model()
    rows = exports.proof_rows(model)
    order = np.sort(rows.outputs, axis=1)
    gap = (order[:, -1] - order[:, -2]).astype(float)
    swap = lambda outputs: outputs[:, ::-1]  # noqa: E731 - every class changes
    answering(monkeypatch, swap, tolerance=float(np.median(gap)))
    (tmp_path / "net.onnx").write_text(f"glassnet-export onnx {model.hash()} float32")
    proof = prove(tmp_path / "net.onnx", model)
    changed = rows.outputs[:, ::-1].argmax(axis=1) != rows.predicted
    assert proof.classes_differ == np.count_nonzero(changed & (gap > np.median(gap)))
    assert proof.equal is False


def test_weights_of_8_bits_are_compared_with_those_of_32(tmp_path, monkeypatch):
    model = small_model()
    calls = answering(monkeypatch)
    random = np.random.default_rng(1)
    inputs, labels = random.integers(0, 256, (300, 16)).astype(np.uint8), random.integers(0, 3, 300)
    data = glassnet.Dataset(inputs, labels, 3, (4, 4), "these")
    proof = export(model, tmp_path / "net.c", quantize="int8", data=data, name="digits")
    assert calls[0] == ("write", "digits", "int8")
    plain, rounded = (exports.proof_rows(model, data, quantize=one).predicted for one in (None, "int8"))
    assert proof.agreement == np.mean(plain == rounded)
    assert (proof.accuracy, proof.quantized_accuracy) == (
        np.mean(plain == data.labels),
        np.mean(rounded == data.labels),
    )
    assert prove(tmp_path / "net.c", model, data) == proof
    with pytest.raises(GlassnetError, match="export to c") as problem:
        export(model, tmp_path / "net.html", quantize="int8")
    assert problem.value.code == "GN100"


def test_a_file_that_nothing_can_run_is_written_but_not_proved(tmp_path, monkeypatch):
    model = small_model()
    answering(monkeypatch, ran=None)
    proof = export(model, tmp_path / "net.c")
    assert (proof.equal, proof.ran, str(proof.why_not), proof.rows) == (None, None, NO_COMPILER, 1000)
    with pytest.raises(GlassnetError, match="no C compiler was found") as problem:
        prove(tmp_path / "net.c", model)
    assert problem.value.code == "GN103"


@pytest.mark.parametrize(
    "fails",
    [KeyboardInterrupt(), DataError("GN010", "the table: no rows, expected samples. Check the data."), MemoryError()],
)
def test_an_interrupt_or_error_changes_no_file(tmp_path, monkeypatch, fails):
    answering(monkeypatch, fails=fails)
    (tmp_path / "old.c").write_text("kept")
    for name in ("old.c", "new.c"):
        with pytest.raises(type(fails)):
            export(small_model(), tmp_path / name)
    assert snapshot(tmp_path) == {"old.c": b"kept"}


def test_an_existing_file_is_kept_without_overwrite(tmp_path, monkeypatch):
    calls = answering(monkeypatch)
    (tmp_path / "old.c").write_text("kept")
    with pytest.raises(FileError) as problem:
        export(small_model(), tmp_path / "old.c", overwrite=False)
    assert (problem.value.code, calls) == ("GN007", [])
    assert (tmp_path / "old.c").read_text() == "kept"


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("net.c", {"to": "cobol"}, "GN021"),
        ("net.txt", {}, "GN021"),
        ("net", {}, "GN021"),
        ("net.onnx", {"to": "c"}, "GN021"),
        ("net.safetensors", {"to": "html"}, "GN021"),
        ("net.c", {"quantize": "int4"}, "GN021"),
        ("net.c", {"tow": "c"}, "GN021"),
        ("net.c", {"name": 3}, "GN021"),
        ("gone/net.c", {}, "GN001"),
        (".", {"to": "c"}, "GN002"),
        ("net.c", {"data": "gone.csv"}, "GN001"),
    ],
)
def test_a_wrong_call_is_refused(tmp_path, monkeypatch, name, given, code):
    answering(monkeypatch)
    with pytest.raises(GlassnetError) as problem:
        export(small_model(), tmp_path / name, **given)
    assert problem.value.code == code
    assert snapshot(tmp_path) == {}
    with pytest.raises(GlassnetError) as problem:
        export("net.c", small_model())
    assert problem.value.code == "GN076"


def test_only_an_export_of_this_model_is_run(tmp_path, monkeypatch):
    calls = answering(monkeypatch)
    export(small_model(), tmp_path / "net.c")
    calls.clear()
    (tmp_path / "plain.c").write_text("int main(void) { return 0; }")
    for path, model, code in (
        ("net.c", small_model(bias=True), "GN017"),
        ("plain.c", small_model(), "GN017"),
        ("gone.c", small_model(), "GN001"),
        (".", small_model(), "GN002"),
        ("/dev/zero", small_model(), "GN003"),
    ):
        with pytest.raises(GlassnetError) as problem:
            prove(tmp_path / path, model)
        assert problem.value.code == code
    assert calls == []


@pytest.mark.parametrize("form", FORMS)
def test_networks_with_different_layers_are_carried_or_refused(tmp_path, monkeypatch, form):
    answering(monkeypatch)
    mixed = replace(small_model(), others=(glassnet.Network([16, 4, 3]),))
    if form == "onnx":
        assert export(mixed, tmp_path / "net.onnx").equal
    else:
        with pytest.raises(GlassnetError, match=f"which {form} files cannot carry") as problem:
            export(mixed, tmp_path / f"net.{form}")
        assert problem.value.code == "GN100"


def test_a_full_folder_of_temporary_files_is_named(tmp_path, monkeypatch):
    answering(monkeypatch, fails=OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(FileError, match=f"^{re.escape(tempfile.gettempdir())}: no space left") as problem:
        export(small_model(), tmp_path / "net.c")
    assert problem.value.code == "GN004"
    assert snapshot(tmp_path) == {}


@pytest.mark.parametrize(("form", "kind"), list(zip(FORMS, MODELS, strict=False)))
def test_each_kind_of_model_answers_in_another_form(tmp_path, form, kind):
    """The tests of each form have all kinds."""
    assert export(model_of(kind), tmp_path / f"net.{form}").equal in (True, None)


def with_logarithm():
    """A model of a table as an old file has it."""
    model = model_of("table")
    inputs = [replace(one, bend=2.0) if isinstance(one, NumberColumn) else one for one in model.columns.inputs]
    return replace(model, columns=replace(model.columns, inputs=tuple(inputs)))


ROWS = {
    "classes": ("table", {}),
    "several labels": ("labels", {}),
    "numbers": ("numbers", {}),
    "several networks (ensemble)": ("ensemble", {}),
    "temperature (calibration)": ("temperature", {}),
    "scaling": ("floats", {}),
    "scaling with a large offset": ("far from 0", {}),
    "pixels from 0 to 255": ("bytes", {}),
    **{f"columns of {kind}": ("table", {}) for kind in ("numbers", "words", "yes and no", "dates")},
    "weights of 8 bits (`--quantize int8`)": ("bytes", {"quantize": "int8"}),
    "float64 weights": ("float64", {}),
    "deskewed images (`--set deskew=yes`)": (lambda: replace(small_model(), deskews=True), {}),
    "columns with a logarithm (old files)": (with_logarithm, {}),
}
"""First cell of the table in `docs/export.md` -> a model that has it, and the arguments of `export`."""


def test_the_page_says_what_each_form_carries(tmp_path, monkeypatch):
    page = (Path(__file__).parents[3] / "docs" / "export.md").read_text(encoding="utf-8")
    section = page.partition("\n## What becomes of the model\n")[2].partition("\n## ")[0]
    _, _, *table = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    assert [row[0] for row in table] == list(ROWS)
    for name, *cells in table:
        kind, given = ROWS[name]
        model = kind() if callable(kind) else model_of(kind)
        for form, cell in zip(FORMS, cells, strict=True):
            real = exports.form_module(form)
            not_run = SimpleNamespace(write=real.write, run=lambda *_, **__: Ran(None), TOLERANCE=0.0)
            monkeypatch.setattr(exports, "form_module", lambda _, module=not_run: module)
            if cell == "not carried":
                with pytest.raises(GlassnetError) as problem:
                    export(model, tmp_path / f"net.{form}", **given)
                assert problem.value.code == "GN100"
            else:
                export(model, tmp_path / f"net.{form}", **given)
            monkeypatch.undo()
