"""Commands as functions: independent of a terminal, with typed results, and safe to run concurrently."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from glassnet import load_model, save_model
from glassnet.errors import DataError, GlassnetError, OptionError
from glassnet.model.evaluate import Evaluation
from glassnet.model.model import Model
from glassnet.options.options import Options
from glassnet.training.events import EpochDone, TrainingStarted
from glassnet.workflow import (
    evaluate_job,
    explain_job,
    labels_job,
    predict_job,
    report_job,
    show_job,
    training_data,
    verify_job,
)
from glassnet.workflow.doctor_job import DoctorJob, examine_source
from glassnet.workflow.parameters import TableOptions
from glassnet.workflow.resume_job import ResumeJob, resume
from glassnet.workflow.train_job import TrainJob, train
from glassnet.workflow.training.pictures import draw_pictures
from glassnet.workflow.training.result import TrainResult, modules_for_later
from glassnet.workflow.training_data import learn_columns
from support.notices import saying
from support.samples import digits_csv, small_model
from support.sources import imports, modules, tree

QUICK = {"engine": "reference", "hidden": (5,), "epochs": 2}
INTERFACES = ("glassnet.cli", "glassnet.serve")
TERMINAL_LIBRARIES = {"click", "rich", "signal", "getpass", "readline", "curses"}


def workflow():
    return {name: path for name, path in modules().items() if name.startswith("glassnet.workflow")}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(digits_csv(150))
    (tmp_path / "more.csv").write_text(digits_csv(200))
    people = "".join(f"{20 + n % 30},{'ab'[n % 2]},{'yes' if n % 3 else 'no'}\n" for n in range(60))
    (tmp_path / "people.csv").write_text("age,place,answer\n" + people)
    save_model(small_model(), "m.safetensors")
    return tmp_path


def test_no_job_imports_a_terminal_library_or_the_command_line():
    assert len(workflow()) > 10
    wrong = []
    for name in workflow():
        wrong += [
            (name, one.imported)
            for one in imports(name)
            if one.imported.split(".")[0] in TERMINAL_LIBRARIES or one.imported.startswith(INTERFACES)
        ]
    assert wrong == []


def test_no_job_prints_or_ends_the_process():
    wrong = []
    for name, path in workflow().items():
        for node in ast.walk(tree(path)):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            named = ast.unparse(node) if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            if called in ("print", "input", "exit", "quit", "sys.exit", "os._exit") or named in (
                "SystemExit",
                "sys.stdout",
                "sys.stderr",
                "sys.stdin",
            ):
                wrong.append((name, node.lineno))
            if isinstance(node, ast.Global):
                wrong.append((name, node.lineno))
    assert wrong == []


def test_training_returns_a_typed_result_and_reports_notices_and_events(folder, capfd):
    notices, events = [], []
    trained = train(
        TrainJob("rows.csv", options=QUICK, out="new.safetensors"), callbacks=[events.append], notify=notices.append
    )
    assert isinstance(trained, TrainResult)
    assert isinstance(trained.model, Model)
    assert isinstance(trained.evaluation, Evaluation)
    assert (str(trained.path), trained.wanted, trained.held_out) == ("new.safetensors",) * 2 + (True,)
    assert (trained.epochs, trained.samples) == (2, len(trained.model.receipt["trails"]) * 135)
    assert load_model("new.safetensors").hash() == trained.model.hash()
    assert set(trained.seconds) == {"load", "compile", "train", "test"}
    assert isinstance(events[1], TrainingStarted)
    assert sum(isinstance(event, EpochDone) for event in events) == 2
    assert saying(notices, "held out for the test", "have no sample of these classes") == notices[:2]
    assert notices[0].values == {"share": 10.0, "source": "rows.csv", "rows": 15}
    assert "15 rows" in notices[0].text("en")
    assert "15 行" in notices[0].text("zh")
    assert draw_pictures(trained).files == ("new-curve.png", "new-confusion.png", "new-digits.png")
    assert capfd.readouterr() == ("", "")


def test_concurrent_training_runs_equal_sequential_ones(folder):
    jobs = [TrainJob(name, options={**QUICK, "seed": seed}) for seed in (1, 2) for name in ("rows.csv", "more.csv")]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(train, jobs))
    assert len({one.path for one in together}) == 4, "each needs its own file name"
    for job, one in zip(jobs, together, strict=True):
        assert train(job).model.hash() == one.model.hash() == load_model(one.path).hash()
        assert verify_job.verify_model(verify_job.VerifyJob(str(one.path), job.source)).verification.same


def test_an_unwritable_output_is_rejected_before_anything_is_read(folder):
    with pytest.raises(GlassnetError, match="nowhere"):
        train(TrainJob("no-such-file.csv", out="nowhere/m.safetensors"))
    with pytest.raises(OptionError, match="checkpoint"):
        train(TrainJob("no-such-file.csv", every="5s"))


def test_an_interrupted_training_run_can_be_resumed_in_another_thread(folder):
    def stop(event):
        if isinstance(event, EpochDone):
            raise KeyboardInterrupt

    job = TrainJob("rows.csv", options=QUICK, checkpoint="c.ck", every="1", plot=False, out="a.safetensors")
    with pytest.raises(KeyboardInterrupt, match=r"glassnet train --resume c\.ck"):
        train(job, callbacks=[stop])
    notices = []
    with ThreadPoolExecutor(1) as pool:
        again = pool.submit(resume, ResumeJob("c.ck"), notify=notices.append).result()
    assert saying(notices, "resuming after")
    whole = train(TrainJob("rows.csv", options=QUICK, out="b.safetensors"))
    assert again.model.hash() == whole.model.hash()
    assert (str(again.path), again.plan.source) == ("a.safetensors", "rows.csv")


def test_a_checkpoint_of_a_table_resumes_with_its_own_columns(folder, monkeypatch):
    def stop(event):
        if isinstance(event, EpochDone):
            raise KeyboardInterrupt

    def learn_as_before(*args, **more):
        columns = learn_columns(*args, **more)
        return replace(columns, inputs=tuple(replace(one, flag=True) for one in columns.inputs[:1]))

    asked = {"options": {**QUICK, "members": 1}, "table": TableOptions(("answer",)), "plot": False}
    with monkeypatch.context() as other_version:
        other_version.setattr(training_data, "learn_columns", learn_as_before)
        with pytest.raises(KeyboardInterrupt):
            train(TrainJob("people.csv", **asked, checkpoint="c.ck", every="1", out="a.safetensors"), callbacks=[stop])
        whole = train(TrainJob("people.csv", **asked, out="b.safetensors"))
    again = resume(ResumeJob("c.ck"))
    assert len(again.model.columns.inputs) == 1
    assert again.model.hash() == whole.model.hash()
    assert again.evaluation.confusion.tolist() == whole.evaluation.confusion.tolist()


def test_jobs_that_use_a_trained_model(folder, capfd):
    path = str(train(TrainJob("rows.csv", options={**QUICK, "epochs": 1})).path)
    notices = []
    tested = evaluate_job.evaluate_model(evaluate_job.EvaluateJob(path, "rows.csv", "drawn"), notify=notices.append)
    assert tested.evaluation.samples == 150
    assert "drawn/confusion.png" in tested.pictures
    assert [one.values["test"] for one in saying(notices, "held-out rows")] == [15]
    assert len(notices) == 1
    answers = predict_job.query_model(load_model(path), ["rows.csv", "none.csv"])
    assert len(answers) == 151
    assert answers[0].value == int(answers[0].name)
    assert (answers[-1].value, answers[-1].error.code) == (None, "GN001")
    with pytest.raises(GlassnetError, match=r"none\.csv"):
        predict_job.query_model(load_model(path), ["none.csv"])
    report = report_job.write_report(report_job.ReportJob(path, "m-report.html", "rows.csv"))
    assert report.size == (folder / report.path).stat().st_size
    assert report.page.evaluation.samples == 15
    step = explain_job.explain_step(load_model(path), "rows.csv", explain_job.StepJob(model=path, row=3))
    assert (step.row, step.source) == (3, "rows.csv")
    why = explain_job.explain_answer(
        load_model(path), "rows.csv", explain_job.WhyJob(model=path, row=3, trained_on="rows.csv")
    )
    assert (why.training, why.query.row) == ("rows.csv", 3)
    assert capfd.readouterr() == ("", "")


def test_tables_labels_and_findings(folder, capfd):
    table = TableOptions(("answer",), drop=("place",))
    notices = []
    trained = train(TrainJob("people.csv", table=table, options=QUICK), notify=notices.append)
    assert trained.model.receipt["recipe"] == "table"
    assert any("column 'place' not used" in str(one) for one in notices)
    assert isinstance(show_job.look_at(show_job.ShowJob("people.csv", table=table)), str)
    assert show_job.look_at(show_job.ShowJob("people.csv")) == "people.csv"
    assert len(show_job.look_at(show_job.ShowJob("rows.csv"))) == 150
    folds = []
    job = labels_job.LabelsJob("more.csv", options={"hidden": (4,), "epochs": 1}, cv=2, out="list.csv")
    label_errors = labels_job.find_label_errors(job, fold_done=lambda *one: folds.append(one))
    assert [number for number, _ in folds] == [1, 2]
    assert len(label_errors.rows) == len(label_errors.suspects.rows)
    (folder / "reviewed.csv").write_text("row,file,label,new\n3,,3,drop\n")
    copy = labels_job.apply_review(labels_job.ReviewJob(job, "reviewed.csv", "copy.csv"))
    assert (copy.changed, copy.dropped) == (0, 1)
    examined = examine_source(DoctorJob("rows.csv"))
    assert (examined.copies, examined.left) == ((), examined.findings)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [({"task": "classes"}, "^task: needs"), ({"target": ("a",), "keep": ("a",)}, "column 'a' in keep")],
)
def test_contradictory_table_options_are_rejected(wrong, problem):
    with pytest.raises(OptionError, match=problem):
        TableOptions(**wrong)


def test_a_plot_of_data_without_images_is_rejected_before_the_work(folder):
    (folder / "wide.csv").write_text("".join(f"{n % 2},1,{n},3\n" for n in range(20)))
    with pytest.raises(DataError, match="not an image"):
        labels_job.find_label_errors(
            labels_job.LabelsJob("wide.csv", cv=2, plot="p.png"), fold_done=lambda *_: pytest.fail("too late")
        )


@pytest.mark.parametrize(
    ("pictures", "cores", "changes", "modules"),
    [
        (True, 2, {}, set()),  # both cores train
        (True, 3, {}, {"scipy.special", "matplotlib.figure"}),
        (True, 2, {"threads": 1}, {"scipy.special", "matplotlib.figure"}),
        (True, 8, {"members": 2}, set()),  # members train on all cores
        (False, 8, {}, {"scipy.special"}),
    ],
)
def test_modules_for_later_are_loaded_during_training_only_on_a_free_core(pictures, cores, changes, modules):
    assert set(modules_for_later(pictures, Options(shards=2, **changes), cores)) == modules
