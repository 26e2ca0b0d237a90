"""``glassnet export`` and ``--prove``: their files, their output, and what they refuse."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from glassnet import Options, fit, prove, save_model
from glassnet.cli.export import ExportFacts
from glassnet.errors import OptionError
from glassnet.exports.proof import Proof
from support.cli import run, snapshot
from support.declared import undeclared
from support.exported import answering, mixed_csv, model_of
from support.samples import digits, write_model_and_rows


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a small model and rows for it."""
    monkeypatch.chdir(tmp_path)
    write_model_and_rows(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("--to", "c"), "m.c"),
        (("--to", "html"), "m.html"),
        (("--out", "other.onnx"), "other.onnx"),
        (("--to", "c", "-o", "net"), "net"),
        (("-o", "page.htm", "--name", "mine"), "page.htm"),
    ],
)
def test_the_form_and_the_file_have_defaults(folder, monkeypatch, words, file):
    calls = answering(monkeypatch)
    before = snapshot(folder)
    outcome = run("export", "m.safetensors", *words).fine()
    after = snapshot(folder)
    assert after.keys() - before.keys() == {file}
    assert calls[0][1] == ("mine" if "--name" in words else file.partition(".")[0])
    first, second = outcome.out.splitlines()
    assert re.fullmatch(rf"exported  {file} \([\d.]+ kB\)", first)
    assert second == (
        "proof     1,000 rows of random values within the training range, run by a tool: "
        "the same bits as the model's portable answers"
    )


def test_an_existing_file_is_replaced_only_with_force_and_if_glassnet_wrote_it(folder, monkeypatch):
    answering(monkeypatch)
    words = ("export", "m.safetensors", "--to", "c")
    run(*words).fine()
    before = snapshot(folder)
    run(*words).refused("GN007", "m.c", "--force")
    assert snapshot(folder) == before
    run(*words, "--force").fine()
    assert snapshot(folder) == before
    (folder / "m.c").write_text("int main(void) { return 0; }\n")
    run(*words, "--force").refused("GN022", "m.c")
    assert (folder / "m.c").read_text() == "int main(void) { return 0; }\n"


def test_nothing_is_written_through_a_link_to_nothing(folder, monkeypatch):
    calls = answering(monkeypatch)
    (folder / "m.c").symlink_to("elsewhere")
    for more in ((), ("--force",)):
        run("export", "m.safetensors", "--to", "c", *more).refused("GN001", "m.c", "elsewhere, which does not exist")
    assert calls == []
    assert not (folder / "elsewhere").exists()


def test_without_onnx_nothing_else_is_done_first(folder, monkeypatch):
    """Neither the model nor the data are read."""
    monkeypatch.setitem(sys.modules, "onnx", None)
    (folder / "m.onnx").write_bytes(b"glassnet-export onnx " + b"0" * 64 + b" float32")
    for words in (("export", "gone.safetensors", "--to", "onnx"), ("export", "gone.safetensors", "-o", "new.onnx")):
        run(*words, "--data", "gone.csv").refused("GN092", "pip install 'glassnet[onnx]'")
    monkeypatch.setattr("glassnet.exports.export.proof_rows", None)
    with pytest.raises(OptionError, match="an ONNX file needs onnx"):
        prove(folder / "m.onnx", model_of("bytes"))


def test_a_failed_export_keeps_the_existing_file(folder, monkeypatch):
    answering(monkeypatch)
    words = ("export", "m.safetensors", "--to", "c", "--force")
    run(*words).fine()
    before = snapshot(folder)
    answering(monkeypatch, lambda outputs: outputs[:, ::-1])
    run(*words).refused("GN101", "m.c: not written", "a tool computed other answers", "Please report this.")
    assert snapshot(folder) == before
    answering(monkeypatch, fails=KeyboardInterrupt())
    run(*words).refused("GN031", exit_code=130)
    assert snapshot(folder) == before


def test_prove_compares_again_and_tells_by_its_exit_code(folder, monkeypatch):
    answering(monkeypatch)
    run("export", "m.safetensors", "--to", "c").fine()
    same = run("export", "m.safetensors", "--prove", "m.c", "--data", "rows.csv").fine()
    assert same.out == ("proof     12 rows of rows.csv, run by a tool: the same bits as the model's portable answers\n")
    answering(monkeypatch, lambda outputs: outputs[:, ::-1])
    other = run("export", "m.safetensors", "--prove", "m.c", "--data", "rows.csv")
    assert other.code == 1
    assert re.fullmatch(
        r"different 12 rows of rows\.csv, run by a tool: \d+ other answers, outputs differ by up to \d\.\de-\d+\n",
        other.out,
    )
    assert other.err == ""
    assert run("export", "m.safetensors", "--prove", "m.c", "--json").json()["equal"] is False
    answering(monkeypatch, ran=None)
    run("export", "m.safetensors", "--prove", "m.c").refused("GN103", "m.c", "no C compiler was found")


def test_an_export_that_nothing_can_run_says_so(folder, monkeypatch):
    answering(monkeypatch, ran=None)
    lines = run("export", "m.safetensors", "--to", "c").fine().out.splitlines()
    assert lines[1].startswith("proof     none, because nothing here can run the file: no C compiler was found: ")


def test_json_is_as_declared_and_has_the_values_of_a_proof(folder, monkeypatch):
    answering(monkeypatch)
    words = ("export", "m.safetensors", "--to", "c", "--data", "rows.csv", "--quantize", "int8", "--json")
    made = run(*words).fine().json()
    assert undeclared(made, ExportFacts) == []
    assert {one.name for one in fields(Proof)} == made.keys() - {"file", "bytes", "equal"}
    assert (made["file"], made["bytes"], made["rows"]) == ("m.c", (folder / "m.c").stat().st_size, 12)
    assert (made["equal"], made["quantize"], made["source"]) == (True, "int8", "rows.csv")
    proved = run("export", "m.safetensors", "--prove", "m.c", "--data", "rows.csv", "--json").fine().json()
    assert proved == {key: value for key, value in made.items() if key not in ("file", "bytes")}


def test_weights_of_8_bits_report_their_accuracy(folder, monkeypatch):
    answering(monkeypatch)
    words = ("export", "m.safetensors", "--to", "c", "--data", "rows.csv", "--quantize", "int8")
    lines = run(*words).fine().out.splitlines()
    assert lines[1].endswith(": the same bits as the model's portable answers with weights of 8 bits")
    assert re.fullmatch(r"int8      the same answer as with weights of 32 bits for [\d.]+% of the rows", lines[2])
    assert re.fullmatch(r"          accuracy [\d.]+% instead of [\d.]+%", lines[3])
    run("export", "m.safetensors", "--to", "html", "--quantize", "int8").refused("GN100", "export to c")


def test_data_of_a_table_are_read_with_their_remarks(folder, monkeypatch):
    answering(monkeypatch)
    save_model(model_of("table"), "people.safetensors")
    (folder / "people.csv").write_text(mixed_csv().replace("Bonn", "Lima"), encoding="utf-8")
    outcome = run("export", "people.safetensors", "--to", "html", "--data", "people.csv").fine()
    assert "120 rows of people.csv" in outcome.out
    assert "'Lima'" in outcome.err
    run("export", "people.safetensors", "--to", "html", "--data", "people.csv", "--decimal", ",", "--force").fine()
    run("export", "m.safetensors", "--to", "c", "--data", "rows.csv", "--decimal", ",").refused("GN022", "--decimal")


def test_output_and_errors_are_in_the_requested_language(folder, monkeypatch):
    answering(monkeypatch)
    words = ("export", "m.safetensors", "--to", "c", "--quantize", "int8", "--force", "--data", "rows.csv")
    outputs = [run(*words, "--language", language).fine().out for language in ("zh", "en")]
    chinese, english = (sorted(re.findall(r"\d+\.\d+%", text)) for text in outputs)
    assert chinese == english
    assert not re.search("rows of|answer|bits|accuracy", outputs[0])
    text = run("export", "m.safetensors", "--to", "c", "--force", "--language", "zh").fine().out
    assert "训练范围内的随机值" in text
    save_model(model_of("bias"), "other.safetensors")
    refused = run("export", "other.safetensors", "--prove", "m.c", "--language", "zh").refused("GN017")
    assert not re.search("export|model with", refused)


def test_the_commands_of_the_page_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    commands = re.findall(r"^glassnet (export [^#\n]+?) *(?:#.*)?$", page, re.M)
    commands = [words for words in commands if ".onnx --to safetensors" not in words]
    assert len(commands) >= 4
    save_model(fit(digits(100), Options(hidden=(3,), epochs=1, engine="reference")).model, "digits.safetensors")
    for name in ("table", "people"):
        save_model(model_of("table"), f"{name}.safetensors")
    Path("people.csv").write_text(mixed_csv(), encoding="utf-8")
    for words in commands:
        force = ["--force"] * ("--prove" not in words and "--force" not in words)
        outcome = run(*shlex.split(words), *force)
        assert outcome.code == 0 or "[GN103]" in outcome.err, words
