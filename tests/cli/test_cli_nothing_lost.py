"""Models are numbered, existing files are overwritten only on request, and a bad input does not stop the others."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from glassnet import NetworkClassifier, load_model, save_model
from glassnet.cli import train as train_module
from glassnet.errors import FileError, OptionError
from glassnet.io.writing import FORMATS, replacing
from glassnet.workflow.training import result
from support.cli import command, environment, run, snapshot
from support.samples import digits, digits_csv, png, small_model, write, write_model_and_rows
from support.stopping import Stopping

QUICK = ("--engine", "reference", "--hidden", "5", "--epochs", "1")


class Stop(Stopping):
    """Replaces the progress display."""

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A table of 4 × 4 images, and a model trained on them."""
    monkeypatch.chdir(tmp_path)
    write_model_and_rows(tmp_path)
    return tmp_path


def new_files_of(*words: object) -> tuple[dict[str, bytes], str]:
    """Check that a command changes no existing file; return its new files and its output."""
    before = snapshot(Path())
    outcome = run(*words).fine()
    text = outcome.err + outcome.out
    after = snapshot(Path())
    assert {name: after[name] for name in before} == before
    return {name: after[name] for name in after.keys() - before.keys()}, text


def test_later_models_are_numbered_and_reported(folder):
    names = []
    for _ in range(3):
        new, text = new_files_of("train", "rows.csv", *QUICK)
        (name,) = (name for name in new if name.endswith(".safetensors"))
        stem = name.removesuffix(".safetensors")
        assert set(new) == {name, *(f"{stem}-{kind}.png" for kind in ("curve", "confusion", "digits"))}
        assert f"model     {name}" in text
        assert f"glassnet test {name} rows.csv --report {stem}-report.html" in text
        said = f"notes.safetensors already exists: this run writes {name}"
        assert (said in text) == (name != "notes.safetensors")
        names.append(name)
    assert names == ["notes.safetensors", "notes-2.safetensors", "notes-3.safetensors"]
    more = ("train", "rows.csv", *QUICK, "--no-plot")
    facts = run(*more, "--json").fine().json()
    assert facts["model"] == "notes-4.safetensors"
    assert load_model(facts["model"]).hash() == facts["hash"]
    assert "notes.safetensors 已存在" in run(*more, "--language", "zh").err
    assert "already exists" not in run("train", "missing.csv", *QUICK).err
    forced = run(*more, "--seed", "9", "--force", "--json").fine().json()
    assert forced["model"] == "notes.safetensors"
    assert load_model("notes.safetensors").hash() == forced["hash"] != facts["hash"]


def test_concurrent_runs_do_not_overwrite_each_other(folder):
    words = [command("train", "rows.csv", *QUICK, "--seed", seed, "--no-plot", "--json") for seed in range(2)]
    running = [subprocess.Popen(one, env=environment(), stdout=subprocess.PIPE) for one in words]
    facts = [json.loads(one.communicate()[0]) for one in running]
    assert len({one["model"] for one in facts}) == 2
    for one in facts:
        assert load_model(one["model"]).hash() == one["hash"]


@pytest.mark.parametrize("named", [(), ("--out", "mine.safetensors")])
def test_a_model_written_during_training_is_kept(folder, monkeypatch, named):
    wanted = named[1] if named else "notes.safetensors"
    evaluate = result.evaluate

    def train_another(*arguments):
        save_model(small_model(), wanted)
        return evaluate(*arguments)

    monkeypatch.setattr(result, "evaluate", train_another)
    out = run("train", "rows.csv", *QUICK, *named, "--no-plot").fine().out
    assert load_model(wanted).hash() == small_model().hash()
    numbered = wanted.replace(".", "-2.")
    assert load_model(numbered).hash() != small_model().hash()
    assert f"{numbered} ({wanted} already exists)" in out


def test_an_existing_output_is_rejected_before_training_unless_forced(folder, quick_backquery):
    write(folder, {"d.csv": digits_csv(100).encode(), "one.png": png(255 - digits(1).inputs[0].reshape(28, 28), 4)})
    flags = ("--hidden", "4", "--epochs", "1", "--cv", "2")
    for words in (
        ("train", "rows.csv", *QUICK, "--no-plot", "--out", "n.safetensors"),
        ("test", "m.safetensors", "--report", "r.html"),
        ("labels", "d.csv", *flags, "--out", "l.csv"),
        ("labels", "d.csv", *flags, "--plot", "l.png"),
        ("show", "d.csv", "--row", "1", "--plot", "row.png"),
        ("show", "mnist", "--augment", "--plot", "augmented.png"),
        ("explain", "--example", "--html", "e.html"),
        ("explain", "--example", "--plot", "e.png"),
        ("explain", "m.safetensors", "rows.csv", "--row", "1", "--why", "--train", "rows.csv", "--html", "why.html"),
        ("explain", "m.safetensors", "--backquery", "--plot", "b.png"),
        ("read", "one.png", "--plot", "boxes.png"),
        ("read", "one.png", "--stages", "stages.png"),
        ("test", "m.safetensors", "rows.csv", "--plot", "p"),
    ):
        run(*words).fine()
        before = snapshot(folder)
        outcome = run(*words)
        place = next((name for name in words[-1:] if name != "p"), "confusion.png")
        outcome.refused("GN007", place, "--force")
        assert "epoch" not in outcome.err
        assert "fold" not in outcome.err
        assert snapshot(folder) == before
        if place in ("n.safetensors", "r.html", "l.csv", "row.png", "confusion.png"):  # each kind of file
            run(*words, "--force").fine()
            assert snapshot(folder).keys() == before.keys()


def test_force_overwrites_only_files_of_the_same_kind(folder):
    write(folder, {"theirs.png": png(np.zeros((4, 4))), "theirs.html": b"<p>mine", "theirs.csv": b"a,b\n1,2\n"})
    before = snapshot(folder)
    for words in (
        ("train", "rows.csv", *QUICK, "--out", "rows.csv"),
        ("test", "m.safetensors", "--report", "theirs.html"),
        ("show", "rows.csv", "--plot", "theirs.png"),
        ("labels", "rows.csv", "--out", "theirs.csv"),
    ):
        run(*words, "--force").refused("GN022", words[-1])
    assert snapshot(folder) == before


def test_a_resumed_run_overwrites_only_its_own_model(folder, monkeypatch):
    """`train` was stopped, and another run has taken its file name since."""
    with monkeypatch.context() as patched:
        patched.setattr(train_module, "progress_listener", lambda: Stop(2))
        words = ("train", "rows.csv", *QUICK[:4], "--epochs", "3", "--set", "blocks=2", "--checkpoint", "c.ck")
        assert run(*words, "--no-plot").code == 130
    save_model(small_model(), "notes.safetensors")
    other = (folder / "notes.safetensors").read_bytes()
    assert "notes-2.safetensors" in run("train", "--resume", "c.ck").fine().out
    assert (folder / "notes.safetensors").read_bytes() == other
    run("train", "--resume", "c.ck", "--out", "m.safetensors").refused("GN007", "m.safetensors")
    facts = run("train", "--resume", "c.ck", "--out", "mine.safetensors", "--json").fine().json()
    assert facts["model"] == "mine.safetensors"
    assert (
        run("train", "--resume", "c.ck", "--out", "m.safetensors", "--force", "--json").fine().json()["hash"]
        == facts["hash"]
    )
    # Resuming again gives the same model, which replaces itself.
    (folder / "notes.safetensors").unlink()
    for _ in range(2):
        assert run("train", "--resume", "c.ck", "--json").fine().json()["model"] == "notes.safetensors"


def test_save_model_overwrites_by_default_and_can_reject(folder):
    model = small_model()
    save_model(model, "new.safetensors", overwrite=False)
    before = (folder / "new.safetensors").read_bytes()
    save_model(model, "new.safetensors")
    with pytest.raises(FileError, match=r"new\.safetensors.*overwrite=True") as refused:
        save_model(model, "new.safetensors", overwrite=False)
    assert refused.value.code == "GN007"
    assert (folder / "new.safetensors").read_bytes() == before


@pytest.mark.parametrize("suffix", [one for one in FORMATS if one != ".safetensors"])
def test_a_suffix_of_another_format_is_rejected(folder, suffix):
    before = snapshot(folder)
    for name in (f"m{suffix}", f"m{suffix.upper()}"):
        with pytest.raises(OptionError, match=rf"{suffix} means .* ends in \.safetensors") as refused:
            save_model(small_model(), name)
        assert refused.value.code == "GN021"
    if suffix in (".h5", ".onnx"):
        outcome = run("train", "rows.csv", *QUICK, "--out", f"m{suffix}")
        outcome.refused("GN021", f"m{suffix}", ".safetensors")
        assert "epoch" not in outcome.err
        run("train", "rows.csv", *QUICK, "--checkpoint", f"c{suffix}").refused("GN021", f"c{suffix}")
        run("test", "m.safetensors", "--report", f"m{suffix}").refused("GN021", ".html")
        run("labels", "rows.csv", "--out", f"m{suffix}").refused("GN021", ".csv")
    assert snapshot(folder) == before


def test_estimators_save_in_the_same_way(folder):
    rng = np.random.default_rng(8)
    estimator = NetworkClassifier(hidden_layer_sizes=(4,), max_iter=2).fit(rng.normal(size=(40, 3)), np.arange(40) % 2)
    estimator.save("e.safetensors")
    estimator.save("e.safetensors")
    with pytest.raises(OSError, match="already exists"):
        estimator.save("e.safetensors", overwrite=False)
    for name in ("e.pkl", "e.joblib"):
        with pytest.raises(ValueError, match="means"):
            estimator.save(name)
        assert not os.path.exists(name)


def test_only_one_of_two_concurrent_writers_succeeds(tmp_path):
    """The file did not exist when either started; the later one is rejected and leaves no temporary file."""
    place = tmp_path / "a"

    def write_late():
        with replacing(place, overwrite=False) as late:
            late.write(b"late")
            with replacing(place, overwrite=False) as early:
                early.write(b"early")

    with pytest.raises(FileError, match="already exists"):
        write_late()
    assert snapshot(tmp_path) == {"a": b"early"}


def test_no_file_is_left_if_the_last_step_fails(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("glassnet.io.writing.os.replace", full)
    with pytest.raises(FileError, match="no space"), replacing(tmp_path / "a", overwrite=False) as file:
        file.write(b"x")
    assert snapshot(tmp_path) == {}


@pytest.fixture
def hand(tmp_path, monkeypatch):
    """A folder of four digits, a blank image and a broken image."""
    monkeypatch.chdir(tmp_path)
    for k in range(4):
        write(tmp_path, {f"hand/{k}.png": png(255 - digits(4).inputs[k].reshape(28, 28), 4)})
    write(tmp_path, {"hand/blank.png": png(np.full((320, 320), 255)), "hand/broken.png": b"\x89PNG\r\n\x1a\nnothing"})
    return tmp_path


def test_query_predicts_readable_images_if_others_fail(hand):
    good = run("query", *(f"hand/{k}.png" for k in range(4)), "--json").fine().json()
    names = sorted(f"hand/{name}" for name in os.listdir("hand"))
    for words in (("hand",), names):
        outcome = run("query", *words)
        assert outcome.code == 1
        lines = outcome.out.splitlines()
        assert [line.split()[0] for line in lines] == [one["input"] for one in good]
        assert [line.split()[1] for line in lines] == [one["name"] for one in good]
        blank, broken = outcome.err.splitlines()
        assert blank.startswith("glassnet: hand/blank.png: ")
        assert blank.endswith("[GN085]")
        assert broken.startswith("glassnet: hand/broken.png: ")
        outcome = run("query", *words, "--json")
        assert (outcome.code, outcome.err) == (1, "")
        answers = outcome.json()
        assert [one["input"] for one in answers] == [*(f"hand/{k}.png" for k in range(4)), *names[-2:]]
        assert answers[:4] == good
        for one, line in zip(answers[4:], (blank, broken), strict=True):
            assert set(one) == {*good[0], "error"} - {"sure", "reason"}
            assert [one[key] for key in ("answer", "name", "confidence", "outputs")] == [None] * 4
            assert line == f"glassnet: {one['error']['message']} [{one['error']['code']}]"


def test_the_exit_code_is_2_if_no_input_can_be_read(hand):
    outcome = run("query", "hand/blank.png", "hand/broken.png", "gone.png")
    assert (outcome.code, outcome.out) == (2, "")
    assert [line[-7:] for line in outcome.err.splitlines()][::2] == ["[GN085]", "[GN001]"]
    outcome = run("query", "hand/blank.png", "gone.png", "--json")
    assert outcome.code == 2
    assert [one["error"]["code"] for one in outcome.json()] == ["GN085", "GN001"]
    run("query", "hand/blank.png").refused("GN085")


def test_rows_are_predicted_despite_an_invalid_file(folder):
    outcome = run("query", "m.safetensors", "gone.csv", "rows.csv")
    assert outcome.code == 1
    assert len(outcome.out.splitlines()) == 12
    assert outcome.err.splitlines()[0].endswith("[GN001]")


def test_read_continues_after_an_unreadable_photo(hand):
    outcome = run("read", "hand/0.png", "hand/broken.png", "hand/1.png")
    assert outcome.code == 1
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["hand/0.png", "hand/1.png"]
    (line,) = outcome.err.splitlines()
    assert line.startswith("glassnet: hand/broken.png: ")
    outcome = run("read", "hand/0.png", "hand/broken.png", "hand/blank.png", "--json")
    assert outcome.code == 1
    good, broken, blank = outcome.json()
    assert list(broken) == [*good, "error"] == [*blank, "error"]
    assert (broken["input"], broken["digits"], blank["digits"]) == ("hand/broken.png", [], [])
    assert line == f"glassnet: {broken['error']['message']} [{broken['error']['code']}]"
    assert run("read", "hand/broken.png", "gone.png").code == 2
    run("read", "hand/broken.png").refused(broken["error"]["code"])


def test_read_takes_a_folder_as_query_does(hand):
    names = ["hand/0.png", "hand/1.png", "hand/2.png", "hand/3.png", "hand/blank.png", "hand/broken.png"]
    of_files, of_folder = run("read", *names, "--json"), run("read", "hand", "--json")
    assert of_folder.code == of_files.code == 1
    assert of_folder.json() == of_files.json()
    (hand / "bare").mkdir()
    run("read", "bare").refused("GN002", "bare", "no images")
