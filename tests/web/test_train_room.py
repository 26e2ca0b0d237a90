"""The room Train in a real browser: runs and their control, the form, data and their problems, texts to take away."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from studio_server import Studio, studio_server

from glassnet.messages.catalogue import translated
from glassnet.options.options import SPECS
from glassnet.serve.http import listening
from glassnet.serve.studio import HOST, server_of
from glassnet.serve.studio.session import Session
from support.cli import run
from support.samples import digits_csv
from web.accessible import layout_shift

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect
WAIT = 60_000
"""Milliseconds after which a test fails that waits for something; far more than any of it takes."""
SMALL = "recipe=quick&epochs=1&hidden=12"


@pytest.fixture
def studio() -> Iterator[Studio]:
    with studio_server() as server:
        yield server


@pytest.fixture
def room(page, studio):
    """A function that opens the room in a state; at the end the page is left before its server ends."""
    page.set_default_timeout(WAIT)
    expect.set_options(timeout=WAIT)
    page.request.get(studio.address)  # sets the cookie

    def open_room(query: str = "") -> None:
        page.goto(f"{studio.origin}/train?{query}")
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Train|训练"))

    yield open_room
    for one in page.context.pages:
        if one.url.startswith(studio.origin):
            one.goto("about:blank")


def table_text(rows: int = 80, spoilt: bool = False) -> str:
    rng = np.random.default_rng(0)
    pairs = rng.random((rows, 2)).round(2)
    lines = [f"{a},{b},{'north' if a < 0.5 else 'south'},{'yes' if a + b > 1 else 'no'}" for a, b in pairs]
    if spoilt:
        lines += lines[:9]  # repeated rows
    return "size,price,side,sold\n" + "\n".join(lines) + "\n"


def upload(page, name: str, text: str) -> None:
    page.locator(".picker input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )


def start(page) -> None:
    page.get_by_role("button", name="Start", exact=True).click()


def status(page):
    return page.locator(".run-status")


def set_speed(page, place: int) -> None:
    page.get_by_label("Speed").fill(str(place))


def more_options(page):
    more = page.locator("details.more")
    if more.get_attribute("open") is None:
        more.locator("summary").first.click()
    return more


def done(page) -> None:
    expect(page.locator(".run-status")).to_contain_text(re.compile("Done|Stopped"))


def hash_shown(page) -> str:
    return page.locator("[data-hash]").get_attribute("data-hash")


def text_to_take(page, form: str) -> str:
    take = page.locator("details.take")
    if take.get_attribute("open") is None:
        take.locator("summary").click()
    take.get_by_role("button", name=form).click()
    code = take.locator("pre")
    expect(code).to_contain_text("import" if form == "As Python" else "glassnet train")
    return code.inner_text()


def require_same_hash(page, folder, monkeypatch) -> None:
    """Run the command and the program of the page in a folder; both must give the hash that the page shows."""
    expected = hash_shown(page)
    words = shlex.split(text_to_take(page, "As command"))
    assert words[:2] == ["glassnet", "train"]
    monkeypatch.chdir(folder)
    assert run(*words[1:], "--json", "--no-plot").fine().json()["hash"] == expected
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text_to_take(page, "As Python"), "program.py", "exec"), {"__name__": "__main__"})
    assert printed.getvalue().split()[-1] == expected


def test_a_first_run_a_slider_and_what_can_be_taken_away(page, room, studio, tmp_path, monkeypatch):
    room(SMALL)
    expect(status(page)).to_have_text("Ready")
    expect(page.locator("[data-node^='1 ']")).to_have_count(12)  # the network is there before it learns
    page.locator("[data-name=seed]").first.wait_for(state="attached")
    assert [*studio.session.jobs] == []  # a visit starts nothing
    start(page)
    done(page)
    assert [job.result["model"] for job in studio.session.jobs] == ["run-1"]
    first = hash_shown(page)
    assert first == studio.session.models["run-1"].model.hash()
    accuracy = studio.session.models["run-1"].model.receipt["result"]["accuracy"]
    expect(page.locator(".headline")).to_have_text(f"{100 * accuracy:.2f}%")
    for label in ("Accuracy", "Loss"):  # one curve at a time
        page.get_by_role("button", name=label, exact=True).click()
        expect(page.locator(f"svg[aria-label={label}] polyline")).to_have_count(2)  # training and validation
    expect(page.locator(".curves")).to_contain_text("not the same quantity")  # labels are smoothed
    page.get_by_role("button", name="Accuracy", exact=True).click()
    expect(page.locator("[aria-live=polite]").first).to_contain_text("Training is done")
    for room_name, words in (("draw", "Draw with it"), ("step", "Step through it"), ("look", "Look at its mistakes")):
        more = "&view=mistakes" if room_name == "look" else ""
        assert page.get_by_role("link", name=words).get_attribute("href") == f"/{room_name}?model=run-1{more}"
    require_same_hash(page, tmp_path, monkeypatch)

    page.locator("[data-name=learning_rate] input[type=range]").focus()
    page.keyboard.press("PageUp")  # runs again at once: a run was started here
    expect(page.locator("section h2", has_text="Result: run-2")).to_be_visible()
    assert "learning_rate=" in page.url
    assert hash_shown(page) != first
    expect(page.locator("svg[aria-label=Accuracy] polyline.faint")).to_have_count(2)  # of run-1, behind
    page.get_by_role("button", name="run-1").click()
    expect(page.locator("[data-hash]")).to_have_attribute("data-hash", first)
    assert "learning_rate=" not in page.url
    page.go_back()
    expect(page.locator("section h2", has_text="Result: run-2")).to_be_visible()
    page.go_back()
    expect(page.locator("section h2", has_text="Result: run-1")).to_be_visible()
    assert len(studio.session.models) == 3  # nothing was trained again


def test_every_node_of_the_network_opens_its_numbers_by_keys_and_pointer(page, room, studio):
    room(SMALL)
    start(page)
    done(page)
    parameters = studio.session.models["run-1"].model.network.parameters
    numbers = page.get_by_role("region", name="Numbers")
    page.locator("[data-node='1 4']").click()
    expect(numbers).to_contain_text("Hidden node 4")
    expect(numbers).to_contain_text(f"Bias {parameters.biases[0][4]:.3g}".replace("-", "−"))
    into = parameters.weights[1][:, 4]
    strongest = int(np.abs(into).argmax())
    lengths = [one.bounding_box()["width"] for one in numbers.locator("li i").all()]
    assert lengths == pytest.approx(
        lengths[0] * np.sort(np.abs(into))[::-1][: len(lengths)] / np.abs(into).max(), abs=1
    )
    line = numbers.locator("li").first
    expect(line).to_contain_text(f"Output {strongest}")
    expect(line).to_contain_text(f"{into[strongest]:.3g}".replace("-", "−"))
    numbers.get_by_role("button", name="More weights").click()
    expect(numbers.locator("li")).to_have_count(10)
    line.get_by_role("button").click()  # the node at the other end
    expect(numbers).to_contain_text("Largest weights in")
    page.keyboard.press("Escape")
    expect(numbers).to_be_hidden()
    reached = set()
    for key in ["ArrowLeft"] * 4 + ["ArrowDown", "ArrowUp"] * 2:
        page.keyboard.press(key)
        reached.add(page.evaluate("document.activeElement.dataset.node").split()[0])
    assert reached == {"0", "1"}  # from the outputs to the image
    page.keyboard.press("Enter")
    expect(numbers).to_be_visible()
    assert page.locator("[data-node][tabindex='0']").count() == 1


def test_a_person_pauses_at_half_an_epoch_and_training_shows_in_every_room(page, room, studio):
    """Task: pause at half an epoch of recipe quick, by clicks; look elsewhere, and go on to the same weights."""
    room("recipe=quick&epochs=1&hidden=12")
    set_speed(page, 5)  # 300 updates a second: an epoch takes two seconds
    start(page)
    page.wait_for_function(
        """() => {
          const [, shown] = /([\\d,]+) of [\\d,]+ images/.exec(document.querySelector(".run-status").textContent) ?? [];
          return Number(shown?.replace(",", "")) > 20000;
        }"""
    )
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(status(page)).to_contain_text("Paused")
    job = next(iter(studio.session.jobs))
    assert 0.3 < job.live["progress"] < 0.95
    shown = int(re.search(r"([\d,]+) of 54,000", status(page).inner_text())[1].replace(",", ""))
    assert shown == round(job.live["progress"] * 675) * 80
    points = len(job.live["blocks"])
    page.get_by_role("button", name="Step", exact=True).click()
    expect(status(page)).to_contain_text(f"{shown + 80:,} of 54,000 images")
    assert len(job.live["blocks"]) <= points + 1  # of 100 samples or more: one update alone says nothing
    set_speed(page, 0)  # an update a second: it is still running when the page looks
    page.get_by_role("link", name="Look").click()
    now = page.locator(".training-now")
    expect(now).to_contain_text(f"training {int(100 * job.live['progress'])}%")
    now.get_by_role("button", name="Resume the training").click()
    now.get_by_role("button", name="Pause the training").wait_for()
    now.get_by_role("link").click()
    set_speed(page, 9)
    done(page)
    slow = hash_shown(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("section h2", has_text="Result: run-2")).to_be_visible()
    assert hash_shown(page) == slow


def test_pause_step_resume_and_stop_by_keyboard_in_two_tabs_and_after_a_reload(page, browser, room, studio):
    room("recipe=quick&epochs=5&hidden=12&seed=3")
    set_speed(page, 3)
    start(page)
    pause = page.locator(".runbar").get_by_role("button", name="Pause", exact=True)
    expect(pause).to_be_enabled()
    pause.focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("Paused")
    job = next(iter(studio.session.jobs))
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Step", exact=True)).to_be_focused()
    page.get_by_label("Updates of a step").select_option("0")
    page.get_by_role("button", name="Step", exact=True).press("Enter")
    expect(status(page)).to_contain_text("Epoch 1 of 5 · 5,440 of 54,000")  # the end of the block
    blocks = len(job.live["blocks"])
    drawn = "n => document.querySelector('svg[aria-label=Accuracy] polyline')?.points.length === n"
    page.wait_for_function(drawn, arg=blocks)

    second = browser.new_page()
    second.goto(studio.address)
    second.goto(f"{studio.origin}/train")
    expect(status(second)).to_contain_text("Paused")
    assert "seed=3" in second.url  # it shows the options of the run
    page.reload()
    expect(status(page)).to_contain_text("Paused")
    page.wait_for_function(drawn, arg=blocks)
    expect(page.locator("[data-node^='1 ']")).to_have_count(12)

    # A third tab has its own address, and asks before it ends the run of another one.
    third = browser.new_page()
    third.goto(studio.address)
    third.goto(f"{studio.origin}/train?{SMALL}&seed=9")
    expect(status(third)).to_contain_text("Another tab")
    start(third)
    question = third.get_by_role("alertdialog")
    question.get_by_role("button", name="Cancel").press("Enter")
    expect(question).to_be_hidden()
    assert [one.state for one in studio.session.jobs] == ["paused"]
    start(third)
    question.get_by_role("button", name="Start after it").press("Enter")
    assert "seed=9" in third.url

    second.locator(".runbar").get_by_role("button", name="Resume").press("Enter")
    second.get_by_role("button", name="Stop").press("Enter")
    expect(third.locator("section h2", has_text="Result: run-2")).to_be_visible()
    for tab in (page, second):
        expect(status(tab)).to_contain_text("Stopped")
    assert job.result["epochs"] < 5
    assert f">= {job.result['epochs']}" in text_to_take(page, "As Python")
    assert text_to_take(page, "As command").startswith("# stopped")
    third.get_by_label("Speed").fill("0")
    third.locator("[data-name=epochs] input[type=number]").fill("7")
    third.locator("[data-name=epochs] input[type=number]").press("Enter")  # a quick run is started again by its change
    third.locator(".training-now", has_text="training").wait_for()
    set_speed(page, 9)
    start(page)
    page.get_by_role("alertdialog").get_by_role("button", name="End it and start").press("Enter")
    expect(page.locator("section h2", has_text=re.compile("Result: run-3"))).to_be_visible()
    second.close()
    third.close()


def test_the_bar_follows_a_run_whose_options_are_no_longer_asked_for(page, room, studio):
    room(SMALL)
    start(page)
    done(page)
    room("recipe=quick&hidden=12&epochs=60")
    start(page)
    expect(page.locator(".run-status")).to_contain_text("of 60")
    epochs = page.locator("[data-name=epochs] input").first
    epochs.fill("1")
    epochs.press("Enter")  # of which there is a result already
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_disabled()
    done(page)


def test_an_answer_that_comes_after_later_events_changes_nothing(page, room):
    room()
    program = """async (changes) => {
      const { Runs } = await import("/static/shared/runs.js");
      const listeners = {}, answers = [];
      const studio = {
        events: { on: (type, listener) => (listeners[type] = listener) },
        api: { get: () => new Promise((resolve) => answers.push(resolve)) },
      };
      const job = (state, changes) => ({ id: "job-1", kind: "train", state, changes, live: {}, about: {} });
      const runs = new Runs(studio, () => {});
      const fetched = runs.fetch("job-1");
      listeners.job(job("waiting", 0));
      listeners.job(job("running", 1));
      answers[0](job(changes ? "paused" : "waiting", changes));
      await fetched;
      return runs.jobs.get("job-1").state;
    }"""
    assert page.evaluate(program, 0) == "running"
    assert page.evaluate(program, 2) == "paused"


def test_a_table_its_problems_its_columns_and_its_texts(page, room, studio, tmp_path, monkeypatch):
    room("recipe=accurate")  # waits for Start
    assert [*studio.session.jobs] == []
    answers = []
    page.on("response", lambda answer: answers.append(answer.url))
    upload(page, "our houses.csv", table_text(spoilt=True))
    expect(page.locator(".finding").first).to_contain_text(re.compile("Warning|Remark"))
    assert [url for url in answers if "/api/train" in url] == []
    assert "GD" in page.locator(".findings").first.inner_text()
    expect(page.get_by_label("Column to predict")).to_have_value("sold")
    page.locator("summary", has_text="Uses 3 of 3 columns").click()
    page.get_by_label("side", exact=True).uncheck()
    expect(page.locator("summary", has_text="Uses 2 of 3 columns")).to_be_visible()
    page.get_by_label("Time of the rows").select_option("size")
    page.get_by_label("Rows that belong together").select_option("price")
    page.get_by_label("Time of the rows").select_option("")
    page.get_by_label("Recipe", exact=True).select_option("quick")
    page.locator("[data-name=epochs] input[type=number]").fill("4")
    page.locator("[data-name=epochs] input[type=number]").press("Enter")
    page.get_by_role("button", name="Start", exact=True).click()
    done(page)
    assert studio.session.models["run-1"].model.columns.names == ("size",)
    assert studio.session.models["run-1"].model.receipt["data"]["group"] == ["price"]
    expect(page.locator("[data-node='0 0']")).to_have_attribute("aria-label", re.compile("^size"))
    assert page.locator("[data-node^='2 ']").evaluate_all("all => all.map((one) => one.title)") == [
        "Output no",
        "Output yes",
    ]
    (tmp_path / "our houses.csv").write_text(table_text(spoilt=True), encoding="utf-8")
    require_same_hash(page, tmp_path, monkeypatch)

    # As the command says it: what so few test rows are worth, and the result of all rows.
    receipt = studio.session.models["run-1"].model.receipt
    result = page.get_by_role("region", name="Result")
    low, high = receipt["interval"]["accuracy"]
    expect(result).to_contain_text(f"95% interval {100 * low:.2f}% to {100 * high:.2f}%")
    expect(result).to_contain_text(f"{receipt['cross_validation']['folds']} folds")
    expect(result).to_contain_text(f"{100 * receipt['cross_validation']['accuracy']:.2f}%")
    page.get_by_role("link", name="Compare this recipe").click()
    expect(page.locator("main")).to_contain_text("Without side; Groups: price")  # as this run
    page.go_back()
    page.get_by_role("link", name="Look at its mistakes").click()
    (file,) = (one for one in studio.session.data.values() if one.name == "our houses.csv")
    expect(page.locator(".pickers select").first).to_have_value(file.id)
    expect(page.locator("main")).to_contain_text("95% interval")


def leaking_table(rows: int = 400) -> str:
    """A table of which 80% are one class: an id, a column that is known only after the answer, and some that help."""
    rng = np.random.default_rng(7)
    months, amount, monthly = rng.integers(1, 72, rows), np.exp(rng.normal(6, 1.4, rows)), rng.random(rows) < 0.6
    risk = 1.2 * monthly - 0.03 * months + 0.25 * np.log(amount) + rng.normal(0, 0.8, rows)
    lines = ["customer,months,monthly,amount,refund,churn"]
    for row, leaves in enumerate(risk > np.quantile(risk, 0.8)):
        answer = "yes" if leaves else "no"
        lines.append(f"c{row},{months[row]},{'yes' if monthly[row] else 'no'},{amount[row]:.2f},{answer},{answer}")
    return "\n".join(lines) + "\n"


def test_a_person_is_not_fooled_by_a_table(page, room, studio):
    """Task: see through a column that contains the answer, compare with the majority class, choose a threshold, and
    have a row explained, in ten clicks or fewer and without a scroll, although the warnings before were not read."""
    page.set_viewport_size({"width": 1366, "height": 700})
    room("hidden=8&members=1&epochs=5")
    expect(page.locator("section.five input[type=range]").first).to_be_in_viewport()  # on a projector's first screen
    upload(page, "customers.csv", leaking_table())
    found = page.locator(".to-findings")
    expect(found).to_have_text("⚠ Found in the data: 2")
    expect(found).to_be_in_viewport()
    page.locator("[data-name=hidden] input[type=text]").fill("8")
    clicks = 1
    start(page)
    done(page)
    result = page.get_by_role("region", name="Result")
    warning = result.locator(".too-good")
    expect(warning).to_contain_text("'refund': alone gives target 'churn'")
    assert "Columns to use" not in result.inner_text()
    for press in (found, page.locator("[data-follow='drop refund']")):
        press.click()
        clicks += 1
    assert "drop=refund" in page.url
    expect(found).to_have_text("⚠ Found in the data: 1")
    if "Changed" in status(page).inner_text():  # a longer run waits for Start
        start(page)
        clicks += 1
    expect(page.locator("section h2", has_text="Result: run-2")).to_be_visible()
    expect(warning).to_have_count(0)
    quality = [*studio.session.jobs][-1].result["quality"]
    for words in ("80.0% of the rows are “no”", f"Balanced accuracy {100 * quality['balanced_accuracy']:.1f}%"):
        expect(result.locator(".quality")).to_contain_text(words)
    page.get_by_role("link", name="Look at its mistakes").click()
    page.get_by_role("button", name="Confusion", exact=True).click()
    threshold = page.locator(".look-threshold input[type=range]")
    threshold.click(position={"x": 60, "y": 8})
    page.wait_for_function("() => location.search.includes('threshold=')")
    expect(page.locator("[data-score=recall]")).to_contain_text("%")
    page.locator(".look-count").nth(2).click()
    page.locator("[data-row]").first.click()
    clicks += 5
    row = page.locator("[data-row]").first.get_attribute("data-row")
    page.get_by_role("link", name=re.compile("Draw|Try")).last.click()
    clicks += 1
    expect(page.locator(".form > p").first).to_contain_text(f"Row {row} of customers.csv")
    expect(page.locator(".shares li")).to_have_count(3 + 2)  # a bar for every column, the row in the middle, the sum
    assert clicks <= 10
    page.reload()
    page.locator(".shares").wait_for()
    assert layout_shift(page) <= 0.05


def test_what_cannot_be_done_is_shown_next_to_its_cause(page, room, studio, console_errors):
    room("recipe=accurate")
    upload(page, "bad.csv", "\x00\x01 nothing")
    expect(
        page.get_by_label("Data", exact=True).locator("xpath=ancestor::section").locator(".warning")
    ).to_contain_text("[GN")
    upload(page, "good.csv", table_text())
    expect(page.locator(".good")).to_be_visible()
    rate = page.locator("[data-name=learning_rate] input[type=number]")
    rate.fill("-3")
    rate.press("Enter")
    expect(page.locator("[data-name=learning_rate] .problem")).to_contain_text("At least")
    expect(rate).to_have_attribute("aria-invalid", "true")
    expect(status(page)).to_have_text("Ready")  # nothing has changed
    assert "learning_rate" not in page.url
    page.goto(f"{page.url}&learning_rate=-3")  # what the server refuses
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("[data-name=learning_rate] .problem")).to_contain_text("[GN021]")
    expect(rate).to_be_focused()
    page.goto(f"{page.url.split('?')[0]}?data=data-2&recipe=quick&learning_rate=100000&optimizer=sgd&seed=1")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".runbar .warning")).to_contain_text("[GN030]")
    expect(page.locator(".run-status")).to_have_text("Training failed")
    more_options(page).get_by_role("button", name="Reset all options").click()
    page.get_by_role("button", name="Start", exact=True).click()
    done(page)
    expect(page.locator(".runbar .warning")).to_have_count(0)
    console_errors.clear()  # of the refused requests


def test_the_room_works_again_after_the_server_was_stopped_and_started(page, room, studio, console_errors):
    room(SMALL)
    start(page)
    done(page)
    first = hash_shown(page)
    studio.stop()
    expect(page.locator(".offline")).to_contain_text("glassnet studio")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".runbar .warning")).to_contain_text("does not answer")
    with started_again(studio) as session:
        expect(page.locator(".offline")).to_have_count(0)
        expect(page.locator(".run-status")).to_have_text("Ready")
        page.get_by_role("button", name="Start", exact=True).click()
        done(page)
        assert hash_shown(page) == first
        assert [*session.models] == ["reader", "run-1"]
        page.goto("about:blank")
    console_errors.clear()  # of the lost connection


@contextlib.contextmanager
def started_again(studio: Studio) -> Iterator[Session]:
    """Another server on the same port, with the same token."""
    session, sock = Session(), listening(HOST, studio.port)
    server = server_of(session, sock, studio.token)
    thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
    thread.start()
    try:
        yield session
    finally:
        server.should_exit = True
        thread.join()
        session.close()
        sock.close()


def test_the_form_has_every_option_with_its_help_and_finds_them(page, room):
    room("recipe=accurate&optimizer=sgd")
    program = "all => all.map((one) => [one.dataset.name, one.querySelector('.help span').textContent])"
    shown = page.locator("[data-name]").evaluate_all(program)
    assert [(name, text.split(" · Several")[0]) for name, text in sorted(shown)] == sorted(
        (name, spec.help.split("; repeat")[0]) for name, spec in SPECS.items()
    )
    assert "repeat" not in " ".join(text for _, text in shown)  # as a terminal takes several values
    more = more_options(page)
    expect(page.locator("[data-name=momentum]")).to_have_class(re.compile("idle"))
    expect(page.locator("[data-name=momentum] .needs")).to_contain_text("nesterov")
    page.get_by_label("All options").fill("gradient clip")
    page.get_by_label("All options").fill("squared gradients")
    names = "all => all.map((one) => one.dataset.name)"
    assert more.locator("[data-name]:visible").evaluate_all(names) == ["beta2", "epsilon"]
    more.locator("[data-name=beta2]").get_by_role("button", name="Show among the five above").click()
    five = page.locator(".five [data-name]")
    assert five.evaluate_all(names) == ["beta2", "learning_rate", "hidden", "epochs", "batch_size"]
    page.reload()
    more_options(page)
    expect(five).to_have_count(5)
    assert five.evaluate_all(names)[0] == "beta2"  # as chosen
    page.get_by_label("All options").fill("")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("[data-name=epochs] .help span")).to_have_text(translated(SPECS["epochs"].help, "zh", "help"))


def test_training_continues_with_a_model_and_drawings(page, room, studio, tmp_path, monkeypatch):
    content = digits_csv(300).encode()
    (tmp_path / "digits.csv").write_bytes(content)
    data = studio.request("POST", "/api/data?name=digits.csv", content).fine()["id"]
    request = {"data": data, "recipe": "quick", "options": {"epochs": 1, "hidden": [12]}}
    assert studio.finished(studio.post("/api/train", request).fine()["job"])["state"] == "done"
    for label in (3, 5):
        studio.post("/api/drawings", {"pixels": [0] * 300 + [255] * 100 + [0] * 384, "label": label}).fine()
    room(f"data={data}&start=run-1&add=drawings&add_times=20&epochs=1")
    box = page.locator(".further")
    expect(box).to_contain_text("continues with the model run-1")
    expect(box).to_contain_text("2 drawings")
    expect(box.get_by_label("Times per epoch")).to_have_value("20")
    expect(page.locator("[data-name=hidden] input").first).to_be_disabled()
    page.get_by_role("button", name="Start", exact=True).click()
    done(page)
    expect(page.locator("section h2", has_text="Result: run-2")).to_be_visible()
    assert studio.session.models["run-2"].parent == "run-1"
    page.locator("details.take > summary").click()
    for words, name in (("Model it starts from", "run-1.safetensors"), ("Drawings", "drawings.csv")):
        with page.expect_download() as download:
            page.get_by_role("link", name=words).click()
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
    require_same_hash(page, tmp_path, monkeypatch)
