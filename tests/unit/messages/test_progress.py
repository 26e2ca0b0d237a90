"""Progress of long jobs: each declares what it does and how far it is, and it is shown after two seconds of silence."""

from __future__ import annotations

import math
import os
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import glassnet
from glassnet.errors import GlassnetWarning
from glassnet.messages import progress
from glassnet.messages.message import Message, Renderable
from glassnet.messages.progress import Reporter, Step, counted_step, hidden, step
from support.samples import digits


@dataclass
class Screen:
    """A display that keeps what it was given; a test sets its clock."""

    live: bool = False
    now: float = 0.0
    lines: list[str] = field(default_factory=list)

    def draw(self, message: Renderable) -> None:
        self.lines.append(message.text())

    def clear(self) -> None:
        self.lines.append("")


class Patient(Reporter):
    """A reporter without a thread, which a test refreshes."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen, lambda: screen.now)
        self._thread = threading.current_thread()


@pytest.fixture
def screen(monkeypatch):
    screen = Screen()
    monkeypatch.delenv("GLASSNET_PROGRESS")
    monkeypatch.setattr(progress, "REPORTER", Patient(screen))
    return screen


def wait(screen: Screen, seconds: float) -> list[str]:
    """Let time pass, with a refresh every quarter of a second; return what was shown meanwhile."""
    before = len(screen.lines)
    for _ in range(int(4 * seconds)):
        screen.now += 0.25
        progress.REPORTER.refresh()
    return screen.lines[before:]


def test_silence_ends_after_two_seconds_and_lines_are_apart(screen):
    with step(Message("reading {file}", file="a.csv"), 8) as reading:
        assert wait(screen, 1.75) == []
        assert wait(screen, 0.25) == ["reading a.csv: 0 of 8"]
        reading.reach(3)
        with step(Message("waiting")):
            assert wait(screen, 5) == ["reading a.csv: 3 of 8; waiting, 5 s …"]
        assert len(wait(screen, 3600)) < 60
        progress.REPORTER.output()
        assert wait(screen, 1.75) == []
    assert wait(screen, 60) == [], "what has ended is not shown"


def test_a_terminal_has_one_line_that_gives_way_to_output(screen):
    screen.live = True
    with step(Message("testing"), 1e6) as testing:
        testing.reach(2e5)
        assert wait(screen, 2.25) == ["testing: 20%"] * 2
        progress.REPORTER.output()
        assert screen.lines[-1] == ""
        assert wait(screen, 1.75) == []
        assert wait(screen, 0.25) == ["testing: 20%"]
    assert screen.lines[-1] == ""


def test_a_command_is_named_only_where_nothing_else_is_known(screen):
    with step(Message("running"), is_command=True):
        with step(Message("compiling"), printed=True):
            assert wait(screen, 4.75) == [], "it was printed that it begins"
            assert wait(screen, 0.25) == ["compiling, 5 s …"]
        assert wait(screen, 2) == ["running, 7 s …"]
        progress.REPORTER.paused = True
        assert wait(screen, 20) == []


def test_nothing_is_shown_of_hidden_work_and_with_the_variable(screen, monkeypatch):
    with hidden(), step(Message("training")):
        assert wait(screen, 20) == []
    monkeypatch.setenv("GLASSNET_PROGRESS", "off")
    with step(Message("training")):
        assert wait(screen, 20) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # of Python 3.12 and newer
def test_a_forked_process_shows_nothing_and_waits_for_no_lock(screen):
    with progress.REPORTER._lock:
        child = os.fork()
        if not child:
            with step(Message("training")):
                progress.REPORTER.output()
            os._exit(len(screen.lines))
    assert os.waitpid(child, 0)[1] == 0


def test_a_thread_refreshes_while_there_are_steps(monkeypatch):
    drawn, screen = threading.Event(), Screen(now=0.0)
    monkeypatch.delenv("GLASSNET_PROGRESS")
    monkeypatch.setattr(progress, "_POLL", 0.001)
    monkeypatch.setattr(screen, "draw", lambda message: drawn.set())
    reporter = Reporter(screen, lambda: screen.now)
    monkeypatch.setattr(progress, "REPORTER", reporter)
    for _ in range(2):
        with step(Message("training")):
            screen.now += 3
            assert drawn.wait(60)
            thread = reporter._thread
        thread.join(60)
        assert not thread.is_alive()
        assert reporter._thread is None
        drawn.clear()
        screen.now += 30


def test_without_threads_work_goes_on(monkeypatch, screen):
    """As in a browser, or when the system has no more of them."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(progress, "REPORTER", Reporter(screen))
    with step(Message("training")):
        assert len(progress.REPORTER._steps) == 1
    assert progress.REPORTER._steps == []


SAMPLES = digits(60)
SMALL = glassnet.Options(hidden=3, epochs=2, engine="reference")


def model():
    return glassnet.fit(SAMPLES, SMALL).model


def write_table(rows: int = 60) -> str:
    Path("rows.csv").write_text(
        "a,b,kind\n" + "".join(f"{k},{k * k % 7},{'xy'[k % 2]}\n" for k in range(rows)), encoding="utf-8"
    )
    return "rows.csv"


def write_images() -> str:
    for k in range(4):
        Path("images", str(k % 2)).mkdir(parents=True, exist_ok=True)
        glassnet.plots.save_digit(SAMPLES.inputs[k], f"images/{k % 2}/{k}.png")
    return "images"


def folds():
    from glassnet.training.cross_validation import out_of_fold

    return out_of_fold(SAMPLES, SMALL, 3)


def compare():
    given = {"hidden": 3, "epochs": 1, "engine": "reference"}
    with pytest.warns(GlassnetWarning, match="2 seeds cannot"):
        return glassnet.compare("notes", ("notes", {"learning_rate": 0.05}), data=SAMPLES, seeds=2, **given)


JOBS = {
    "training": (lambda: glassnet.fit(SAMPLES, SMALL), "training: 50%"),
    "ensemble": (lambda: glassnet.fit(SAMPLES, replace(SMALL, members=2)), "networks trained: 1 of 2"),
    "folds": (folds, "networks trained: 2 of 3"),
    "comparison": (compare, "comparing: 1 of 2"),
    "test": (lambda: glassnet.evaluate(model(), SAMPLES), "testing 60 samples"),
    "table": (lambda: glassnet.load_table(write_table(), target="kind"), "reading rows.csv"),
    "images": (lambda: glassnet.load_data(write_images(), handwriting=True), "reading images: 2 of 4"),
    "doctor": (lambda: glassnet.doctor.examine(write_table(), target="kind"), "checking rows.csv: 3 of "),
    "photos": (
        lambda: [*glassnet.read_photos(glassnet.shipped_model(), [f"{write_images()}/0/{k}.png" for k in (0, 2)])],
        "reading photographs: 1 of 2",
    ),
    "export": (lambda: glassnet.export(model(), "net.html"), "comparing net.html with the model"),
}


@pytest.mark.parametrize("job", JOBS)
def test_a_long_job_says_what_it_does_and_how_far_it_is(job, screen, monkeypatch, tmp_path):
    """The display is refreshed whenever one changes, three seconds later."""
    screen.live = True
    monkeypatch.chdir(tmp_path)
    shares = dict[int, list[float]]()

    def followed(change):
        def changed(self, *arguments):
            change(self, *arguments)
            kept.append(self)
            shares.setdefault(id(self), []).append(self.done / (self.total or math.inf))
            screen.now += 3
            progress.REPORTER.refresh()

        return changed

    def begin(self, new, printed):
        Reporter.begin(self, new, printed)
        screen.now += 3
        self.refresh()

    kept: list[Step] = []  # so that their numbers are not those of others
    for name in ("reach", "advance"):
        monkeypatch.setattr(Step, name, followed(getattr(Step, name)))
    monkeypatch.setattr(Patient, "begin", begin)
    work, line = JOBS[job]
    work()
    assert any(line in shown for shown in screen.lines), screen.lines
    for done in shares.values():
        assert done == sorted(done)
        assert 0 <= done[0] <= done[-1] <= 1
    assert progress.REPORTER._steps == []


def test_counted_steps_end_with_their_iteration(screen):
    items = counted_step(Message("writing files"), "abc", 3)
    assert [next(items), next(items)] == ["a", "b"]
    assert wait(screen, 2) == ["writing files: 1 of 3"]
    items.close()
    assert wait(screen, 20) == []
