"""A search: the same trials again, interrupted or not, verified trials, test data that choose nothing, refusals."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import glassnet
from glassnet.errors import (
    ArgumentError,
    DivergedError,
    FileError,
    GlassnetError,
    InterruptedWorkError,
    ModelFileError,
    OptionError,
)
from glassnet.messages.notice import ignore
from glassnet.model.file import load_model, save_model
from glassnet.options.recipes import for_rows
from glassnet.training.executor import ThreadExecutor
from glassnet.workflow.model_data import load_unseen
from glassnet.workflow.parameters import TableOptions
from glassnet.workflow.search import job as search_job
from glassnet.workflow.search.job import SearchJob, TrialEnded, TrialProgress, TrialStarted, search_files
from glassnet.workflow.search.trial import run_trial
from glassnet.workflow.verify_job import VerifyJob, verify_model
from support.notices import saying

SMALL = {"hidden": (6,), "epochs": 4, "members": 1, "engine": "reference"}
SPACE = ("learning_rate=0.0001..0.1:log", "dropout", "activation=relu,tanh")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    rng = np.random.default_rng(1)
    lines = ["x,y,kind,price"]
    for x, y in rng.normal(size=(200, 2)).round(3).tolist():
        lines.append(f"{x},{y},{'up' if x + y > 0 else 'down'},{10 * x - y:.2f}")
    path = tmp_path_factory.mktemp("search") / "rows.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def folder(rows, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_bytes(rows.read_bytes())
    return tmp_path


def job(out="out", target="kind", **more):
    table = TableOptions(target=(target,), drop=("price" if target == "kind" else "kind",))
    options = SMALL | more.pop("options", {})
    return SearchJob("rows.csv", table=table, options=options, **{"trials": 4, "space": SPACE, "out": out, **more})


def search(*arguments, workers=1, **more):
    with ThreadExecutor(workers) as executor:
        return search_files(*arguments, executor=executor, **more)


def plain(result):
    """The result without times and the name of the folder."""
    found = json.loads(json.dumps(result.to_dict()))
    for trial in (*found["trials"], found["best"]):
        del trial["seconds"]
    return {name: value for name, value in found.items() if name not in ("folder", "ended", "planned")}


def test_an_interrupted_search_ends_as_an_uninterrupted_one(folder):
    whole = search(job("whole", trials=14, cv=0))
    assert {trial.state for trial in whole.trials} == {"complete", "pruned"}

    def interrupt(event):
        if isinstance(event, TrialProgress) and (event.number, event.progress.step) == (7, 1):
            raise KeyboardInterrupt

    def stop(event):
        return isinstance(event, TrialStarted) and event.number == 9

    with pytest.raises(KeyboardInterrupt, match="trials in cut: 7"):
        search(job("cut", trials=14, cv=0), callbacks=[interrupt])
    cut = search(job("cut", trials=14, cv=0), callbacks=[stop])
    assert (cut.ended, [trial.state for trial in cut.trials[9:]]) == ("callback", ["running"])
    assert plain(search(job("cut", trials=14, cv=0))) == plain(whole)
    again = search(job("whole", trials=14, cv=0), callbacks=[lambda event: pytest.fail(str(event))])
    assert plain(again) == plain(whole), "everything is read from the folder"


@pytest.mark.parametrize(
    ("folds", "options"),
    [
        (0, {"early_stopping": 1}),
        (3, {"members": 2, "folds": True, "early_stopping": 2}),
    ],
    ids=str,
)
def test_every_trial_verifies_whatever_the_number_of_workers(folder, folds, options):
    found = search(job(options=options, cv=folds, trials=8, space=("learning_rate=0.00001..0.1:log",)), workers=3)
    files = [file for trial in found.trials for file in trial.models]
    assert len(files) >= 8
    for file in (files[-1], files[-2], files[0], "best.safetensors"):
        assert verify_model(VerifyJob(f"out/{file}", "rows.csv")).verification.same, file
    states = [trial.state for trial in found.trials]
    assert states[0] == "complete"
    assert found.best.score == max(trial.score for trial in found.complete)
    assert found.test.hash == load_model("out/best.safetensors").hash() == found.model.hash()


def test_a_trial_is_tested_on_the_rows_that_it_has_not_seen(folder):
    search(job(cv=0, trials=1))
    model = load_model("out/trial-000.safetensors")
    unseen, trained = load_unseen(model, "out/trial-000.safetensors", "rows.csv", ignore)
    assert (len(unseen), len(trained)) == (20, 144)
    assert not set(unseen.row_numbers) & set(trained.row_numbers)


def test_test_data_choose_nothing(folder):
    lines = (folder / "rows.csv").read_text().splitlines()
    (folder / "near.csv").write_text("\n".join(lines[:60]))
    swapped = [line.replace(",up,", ",?,").replace(",down,", ",up,").replace(",?,", ",down,") for line in lines[:60]]
    (folder / "far.csv").write_text("\n".join(swapped))
    near, far = (search(job(name, test=f"{name}.csv", cv=0)) for name in ("near", "far"))
    assert [trial.options for trial in near.trials] == [trial.options for trial in far.trials]
    assert (near.best.number, near.test.hash) == (far.best.number, far.test.hash)
    assert near.test.score == pytest.approx(1 - far.test.score)


def test_the_winner_is_never_worse_than_the_recipe_and_says_so(folder):
    space = ("learning_rate=1e-9..1e-8",)
    found = search(job(space=space, cv=0))
    assert found.best.number == 0
    assert found.best.options["learning_rate"] == for_rows(200, "table")["learning_rate"]
    assert (found.test, found.difference) == (found.default, 0.0)


def test_a_regression_is_scored_by_its_error(folder):
    found = search(job(target="price", cv=0, space=("learning_rate=0.001..0.1:log",)))
    assert (found.metric, found.higher_is_better) == ("rmse", False)
    assert found.best.score == min(trial.score for trial in found.complete)


def test_a_trial_without_memory_is_recorded_and_does_not_end_the_search(folder, monkeypatch):
    monkeypatch.setattr(search_job, "run_trial", without_memory)
    found = search(job(trials=3, space=("activation=tanh",)))
    assert [trial.state for trial in found.trials] == ["complete", "failed", "failed"]


def without_memory(data, splits, options, metric, send):
    if options.activation == ("tanh",):
        raise MemoryError
    return run_trial(data, splits, options, metric, send)


def test_the_recipe_that_diverges_ends_the_search_at_once(folder):
    trials = []
    with pytest.raises(DivergedError):
        search(
            job(
                options={"optimizer": "sgd", "learning_rate": 1e6, "activation": "identity"},
                space=("dropout",),
                cv=0,
            ),
            callbacks=[trials.append],
        )
    assert [event.number for event in trials if isinstance(event, TrialStarted)] == [0]


def test_a_trial_whose_file_was_replaced_is_left_out(folder):
    first = search(job(trials=2))
    other = glassnet.Dataset.from_arrays(np.eye(9), np.arange(9) % 2)
    save_model(glassnet.fit(other, epochs=1).model, folder / "out" / first.trials[1].models[0])
    assert set(search(job(trials=2)).evidence.probabilities) == {0}


@pytest.mark.parametrize(
    "arguments",
    [
        {"space": "learning_rate=0.1..0.2"},
        {"space": 5},
        {"space": {"learning_rate": 5}},
        {"space": [5]},
        {"out": 5},
        {"target": 5},
        {"recipe": 5},
    ],
    ids=str,
)
def test_arguments_of_another_type_are_refused_with_a_code(folder, arguments):
    with pytest.raises(glassnet.GlassnetError, match=next(iter(arguments))):
        glassnet.search(np.eye(20), np.arange(20) % 2, **arguments)


def test_a_trial_that_diverges_is_recorded_and_does_not_end_the_search(folder):
    found = search(job(space=("learning_rate=1e5..1e6",), cv=0, options={"optimizer": "sgd", "activation": "identity"}))
    assert "diverged" in {trial.state for trial in found.trials}
    assert found.best.number == 0
    assert next(trial.score for trial in found.trials if trial.state == "diverged") is None


def test_the_time_limit_ends_trials_that_run_and_they_are_repeated_later(folder):
    now = [0.0]

    def pass_time(event):
        if isinstance(event, TrialStarted) and event.number == 2:
            now[0] = 1e6

    said = []

    def notify(notice):
        said.extend(map(str, saying([notice], "trial", "continuing")))

    common = {"clock": lambda: now[0], "notify": notify}
    limited = search(job(trials=5, minutes=1, cv=0), callbacks=[pass_time], **common)
    assert said == ["1 trial was stopped by the time limit, to be repeated when the search continues"]
    search(job(trials=5, minutes=0, cv=0), **common)
    assert said[1:] == ["continuing: 2 of 5 trials done", "minutes=0: no time for another trial"]
    search(job(trials=2, cv=0), **common)
    assert said[3:] == ["the search is complete: 2 trials done; a larger trials continues it"]
    assert limited.ended == "time"
    assert [trial.state for trial in limited.trials] == ["complete", "complete", "running"]
    assert plain(search(job(trials=5, cv=0))) == plain(search(job("whole", trials=5, cv=0)))


def test_a_search_that_ends_before_a_trial_says_how_to_continue(folder):
    with pytest.raises(InterruptedWorkError, match=r"^minutes=0: too short .* Repeat it"):
        search(job(minutes=0))
    with pytest.raises(InterruptedWorkError, match="Repeat it to continue"):
        search(job(), callbacks=[lambda event: True])
    assert len(search(job(trials=1)).trials) == 1


def test_an_interrupt_says_where_the_trials_are(folder):
    def interrupt(event):
        if isinstance(event, TrialEnded) and event.trial.number == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="trials in out: 2"):
        search(job(), callbacks=[interrupt])


def test_a_half_written_line_of_the_journal_is_repaired(folder):
    search(job(trials=2, cv=0))
    with open("out/journal.jsonl", "a", encoding="utf-8") as file:
        file.write('{"op_code": 4, "worker')
    assert plain(search(job(cv=0))) == plain(search(job("whole", cv=0)))


def test_another_search_in_the_folder_is_refused(folder):
    search(job(trials=1, cv=0))
    for change, what in (
        ({"space": ("dropout",)}, "space"),
        ({"target": "price"}, "data"),
        ({"options": {"epochs": 5, "hidden": (6, 5)}}, r"\(hidden 6 → 6x5, epochs 4 → 5\)"),
        ({"cv": 2}, r"\(cv 0 → 2\)"),
        ({"metric": "log_loss"}, r"\(metric accuracy → log_loss\)"),
    ):
        with pytest.raises(ModelFileError, match=what) as problem:
            search(job(**{"cv": 0, **change}))
        assert problem.value.code == "GN044"


@pytest.mark.parametrize(("old", "new"), [("red", "rouge"), ("x,y", "x,z")])
def test_a_renamed_class_word_or_column_is_another_search(folder, old, new):
    text = (folder / "rows.csv").read_text().replace("price", "colour")
    lines = [line.rpartition(",")[0] for line in text.splitlines()[1:]]
    colours = [f"{line},{'red' if place % 3 else 'blue'}" for place, line in enumerate(lines)]
    text = "\n".join(["x,y,kind,colour", *colours]) + "\n"
    (folder / "rows.csv").write_text(text)
    small = replace(job(trials=1, cv=0), table=TableOptions(target=("kind",)))
    search(small)
    (folder / "rows.csv").write_text(text.replace(old, new))
    with pytest.raises(ModelFileError, match="other words or names") as problem:
        search(small)
    assert problem.value.code == "GN044"


def test_other_folders_are_refused(folder):
    (folder / "mine").mkdir()
    (folder / "mine" / "letter.txt").write_text("Dear")
    with pytest.raises(FileError, match="other files"):
        search(job("mine"))
    (folder / "mine" / "journal.jsonl").write_text("no journal\n")
    with pytest.raises(ModelFileError, match="damaged"):
        search(job("mine"))
    with pytest.raises(OptionError, match="given value"):
        search(job(space=(), options=EVERY))


EVERY = {"learning_rate": 0.1, "activation": "relu", "schedule": "linear", "weight_decay": 0.1, "dropout": 0.0}
EVERY |= {"label_smoothing": 0.0, "batch_size": 16}
"""All options that a search of a table would vary, but the hidden layers, which `SMALL` has."""


def test_arrays_data_sets_and_tables_in_python(folder):
    import polars

    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(80, 3))
    common = {
        "trials": 2,
        "epochs": 2,
        "members": 1,
        "engine": "reference",
        "space": {"dropout": "0..0.3", "hidden": [4, (4, 3)]},
    }
    found = glassnet.search(inputs, inputs[:, 0] > 0, **common, out="arrays")
    data = glassnet.Dataset.from_arrays(inputs, inputs[:, 0] > 0)
    other = glassnet.search(data, **common, out="sets", recipe="table")
    assert [trial.score for trial in found.trials] == [trial.score for trial in other.trials]
    training = glassnet.data.split.split(data, glassnet.Options.recipe("table"))[0]
    model = glassnet.load_model(f"arrays/{found.trials[1].models[2]}")
    assert glassnet.verify(model, training).same
    assert len(glassnet.search(polars.read_csv("rows.csv"), target="kind", out="frames", **common).complete) == 2
    with pytest.raises(OptionError, match="n_trial"):
        glassnet.search(inputs, inputs[:, 0] > 0, n_trial=2)
    with pytest.raises(OptionError, match="y:"):
        glassnet.search("rows.csv", [1, 2])


def test_errors_in_python_name_parameters(folder):
    import polars

    frame = polars.DataFrame({"x": range(60), "word": ["red", "blue"] * 30, "churn": ["yes", "no"] * 30})
    small = {"trials": 1, "epochs": 1, "members": 1, "engine": "reference"}
    found = glassnet.search(frame, target="churn", **small)
    assert repr(found).startswith("SearchResult(accuracy: trial 0 of 1 is the best with ")
    assert len(repr(found)) < 400
    assert set(glassnet.TableModel(found.model).predict(frame)) <= {"yes", "no"}
    with pytest.raises(GlassnetError, match=r"Use TableModel\(model\)"):
        found.model.predict(frame)
    for arguments, text in [
        ((frame, "churn"), 'target="churn"'),
        ((frame,), "target with a data frame"),
        ((frame[["x", "word"]], frame["churn"]), "column 'word' has 'red' in row 0, .* use load_table"),
    ]:
        with pytest.raises(GlassnetError, match=text):
            glassnet.search(*arguments, **small)
    for change, text in [
        ({"space": {"learning_rat": "0.1..1"}}, "^space has no parameter 'learning_rat'"),
        ({"cv": 1}, "^cv=1"),
        ({"epochs": 2}, r"epochs 1 → 2\). Use its settings, or choose another folder with out\."),
    ]:
        with pytest.raises(GlassnetError, match=text):
            glassnet.search(frame, target="churn", **{**small, **change})


@pytest.mark.parametrize("executor", [5, "local", ThreadExecutor], ids=str)
def test_an_executor_of_another_type_is_refused(executor):
    data = glassnet.Dataset.from_arrays(np.eye(4), [0, 1, 0, 1])
    for call in (
        lambda: glassnet.search(data, executor=executor),
        lambda: glassnet.compare("quick", "notes", data=data, executor=executor),
        lambda: glassnet.fit(data, members=2, executor=executor),
    ):
        with pytest.raises(ArgumentError, match=r"executor: .*, expected an executor such as") as problem:
            call()
        assert problem.value.code == "GN021"
