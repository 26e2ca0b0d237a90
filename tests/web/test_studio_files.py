"""The studio as files, in a real browser: one page from a disk, and a folder under a path of a plain web server."""

from __future__ import annotations

import functools
import re
import threading
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

import glassnet
from glassnet.serve.studio import StudioJob, run
from glassnet.workflow.labels_job import LabelsJob, ReviewJob, apply_review
from web.accessible import MOST_SHIFT, PHONE, SHIFT, WIDE, unfit_for_a_phone, unfit_for_keys, violations
from web.conftest import watched
from web.studio_server import studio_server

QUICK = "recipe=quick&hidden=20&epochs=1&validation_curve=no"
PLACES = ("draw?model=reader", "draw", "hand", "classes", f"train?{QUICK}", "step", "look?model=none", "compare")
_REFUSED = "addEventListener('securitypolicyviolation', (event) => console.error(event.violatedDirective))"


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A model of a table, which the folder has inside."""
    rng = np.random.default_rng(5)
    age = rng.integers(20, 80, 80)
    frame = {"age": age.tolist(), "city": rng.choice(["Bern", "Oslo"], 80).tolist(), "old": (age > 50).tolist()}
    path = tmp_path_factory.mktemp("table") / "people.safetensors"
    glassnet.TableModel.fit(frame, "old", epochs=3, engine="reference").save(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory, table):
    """The address of the studio's folder on a plain server, under a path, and what was asked of it."""
    root = tmp_path_factory.mktemp("host")
    (root / "some").mkdir()
    run(StudioJob(str(table), static=str(root / "some" / "where")), announce=lambda said: None)
    asked = []

    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, code="-", size="-"):
            asked.append((self.path, int(code)))

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(root))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/some/where/", asked
        server.shutdown()


@pytest.fixture(scope="module")
def served():
    """The studio on a server of its own."""
    with studio_server() as running:
        yield running


@pytest.fixture
def both(single):
    """The address of the one file, and a studio on a server of its own."""
    with studio_server() as running:
        yield single.as_uri(), running


@pytest.fixture
def own_addresses(request):
    """Nothing but the page itself, and what is in its folder."""
    host = [request.getfixturevalue("folder")[0]] if "folder" in request.fixturenames else []
    if "both" in request.fixturenames:
        host = [request.getfixturevalue("both")[1].origin]
    if getattr(request.node, "callspec", None) and request.node.callspec.params.get("door") == "server":
        host = [request.getfixturevalue("served").origin]
    return ("file:", "data:", "blob:", *host)


def saved(page, words, path):
    """Click a link to a file, and return where it was saved."""
    with page.expect_download() as one:
        page.get_by_role("link", name=words, exact=True).last.click()
    one.value.save_as(path)
    return path


def test_one_file_draws_trains_explains_and_saves_without_any_request(page, single, tmp_path):
    """The same page in both languages; what it trained opens in Python, and dropped again it has the same bits."""
    digits = glassnet.load_data("mnist")
    options = glassnet.Options.recipe("quick", hidden=16, epochs=1, engine="portable")
    page.add_init_script(_REFUSED)
    page.goto(f"{single.as_uri()}#/draw")
    # Draw a one, teach it, and open a test digit
    board = page.locator(".draw-board canvas").first
    board.wait_for()
    box = board.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"]
    page.mouse.move(x, y + 60)
    page.mouse.down()
    page.mouse.move(x, y + 300, steps=8)
    page.mouse.up()
    page.locator(".answer-name", has_text="1").wait_for()
    for one in page.locator(".waterfall").all():
        *steps, total = (float(value.get_attribute("data-value")) for value in one.locator("[data-value]").all())
        assert sum(steps) == pytest.approx(total, abs=1e-4)
    page.locator(".nearest b", has_text="1").first.wait_for(timeout=120_000)  # of those in the page
    page.locator(".chips").get_by_role("button", name="1", exact=True).click()
    page.locator(".tray li").wait_for()
    page.get_by_role("button", name="Open a test digit").click()
    page.locator(".origin", has_text="of the test data of MNIST").wait_for()
    # Train on the digits and the drawing; pause at any sample
    page.get_by_role("link", name="Train on them").click()
    page.locator(".runbar").wait_for()
    page.goto(f"{single.as_uri()}#/train?{QUICK}")
    page.get_by_label("Speed").fill("4")  # 100 updates a second: paused by a person, and a step more
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".run-status", has_text="right").wait_for()
    page.locator(".runbar").get_by_role("button", name="Pause").click()
    page.locator(".run-status", has_text="Paused").wait_for()
    at = int(re.search(r"([\d,]+) of 10,000", page.locator(".run-status").inner_text())[1].replace(",", ""))
    page.get_by_role("button", name="Step", exact=True).click()
    page.locator(".run-status", has_text=f"{at + 80:,} of 10,000").wait_for()
    assert page.locator("[data-node^='1 ']").count() == 20
    page.get_by_label("Speed").fill("9")
    page.locator(".runbar").get_by_role("button", name="Resume").click()
    page.locator(".headline").wait_for()
    assert float(page.locator(".headline").inner_text().rstrip("%")) > 75
    page.locator(".take summary").click()
    page.locator(".take .code", has_text="glassnet train mnist --recipe quick").wait_for()
    path = saved(page, "Model", tmp_path / "run-1.safetensors")
    model = glassnet.load_model(path)
    assert page.locator("[data-hash]").get_attribute("data-hash") == model.hash() == model.receipt["hash"]
    test = glassnet.load_data("mnist", part="test").take(slice(1000))
    assert glassnet.verify(model, digits.take(slice(10_000))).same
    assert glassnet.evaluate(model, test).accuracy == pytest.approx(model.receipt["result"]["accuracy"], abs=0.002)
    # Trained again: Python's file, one with a forged record, and one of other data
    page.locator(".verify summary").click()
    own, other = (glassnet.fit(digits.take(slice(first, first + 10_000)), options).model for first in (0, 1))
    forged = replace(own, receipt={**own.receipt, "trails": [[*own.receipt["trails"][0][:-1], "0" * 64]]})
    outcomes = {
        ".good:has-text('Same bits')": own,
        ".warning:has-text('part from')": forged,
        ".warning:has-text('is not the data')": other,
    }
    for found, repeated in outcomes.items():
        path = tmp_path / f"{repeated.hash()[:8]}-{len(found)}.safetensors"
        glassnet.save_model(repeated, path)
        page.locator(".verify input[type=file]").first.set_input_files(path)
        page.locator(".verify select").last.select_option("mnist")
        page.get_by_role("button", name="Train again").click()
        page.locator(f".verify {found}").wait_for()
    page.locator(".verify input[type=file]").first.set_input_files(Path(__file__))
    page.locator(".notice.alert", has_text="GN040").wait_for()
    # Pause, one block, stop
    page.goto(f"{single.as_uri()}#/train?hidden=60&seed=3&epochs=2")
    page.get_by_label("Updates of a step").select_option("0")
    page.get_by_role("button", name="Step", exact=True).click()  # begins a run, too
    page.locator(".run-status", has_text="900 of 9,000 images").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.locator(".run-status", has_text="Stopped").wait_for()
    # Look at it, and step through it
    page.get_by_role("link", name="Look at its mistakes").click()
    page.locator(".look-tile.wrong").first.wait_for()
    page.get_by_role("button", name="Confusion").click()
    page.locator(".look-count.right").first.click()
    page.locator(".look-cell .look-tile").first.click()
    # Correct two of its digits, and take away the corrected copy with its log
    rows = [int(one.get_attribute("data-row")) for one in page.locator(".look-cell .look-tile").all()[:2]]
    page.locator(".look-chips [data-chip='7']").click()
    page.locator(".look-cell .look-tile").nth(1).press("Delete")
    page.get_by_role("button", name="2 corrections").click()
    files = {}
    for words in ("Download corrected data", "Download the log"):
        with page.expect_download() as one:
            page.get_by_role("button", name=words).click()
        files[words] = tmp_path / one.value.suggested_filename
        one.value.save_as(files[words])
    copy, log = files.values()
    np.savetxt(tmp_path / "part.csv", np.column_stack([test.labels, test.inputs]), fmt="%d", delimiter=",")
    review = ReviewJob(LabelsJob(str(tmp_path / "part.csv")), str(log), str(tmp_path / "fixed.csv"))
    assert (apply_review(review).changed, apply_review(replace(review, to=str(tmp_path / "2.csv"))).dropped) == (1, 1)
    assert (tmp_path / "fixed.csv").read_bytes() == copy.read_bytes()
    corrected = np.delete(np.where(np.arange(1000) == rows[0], 7, test.labels), rows[1])
    assert np.array_equal(glassnet.load_data(copy).labels, corrected)
    page.keyboard.press("Escape")
    # What a node is
    page.get_by_role("button", name="Nodes").click()
    page.locator(".look-node-button").first.click()
    page.locator(".look-node-detail .look-tile").nth(11).wait_for()
    shown = page.locator(".look-node-detail h2").inner_text()
    number = int(re.search(r"\d+", shown)[0])
    some = test.take(np.arange(500) * 2)
    page.locator(".take summary").click()
    looked_at = glassnet.load_model(saved(page, "Download the model", tmp_path / "looked-at.safetensors"))
    node = glassnet.explain.examine_node(looked_at, some, number, count=12)
    means = [float(one.inner_text().replace("−", "-")) for one in page.locator(".look-bars .number").all()]
    assert means == pytest.approx([*node.by_output, *node.adds], rel=0.01, abs=0.001)
    page.go_back()
    page.locator(".look-cell .look-tile").first.click()
    page.get_by_role("link", name="Open in Step").click()
    page.locator(".step-view").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator(".step-formula .given").first.click()  # a weight of the run, typed in its formula
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    assert "=0.5" in unquote(page.url)
    page.get_by_role("button", name="Small network 3-4-2").click()
    page.get_by_role("spinbutton", name="weight of layer 1 from 0 to 2").press("ArrowUp")
    page.locator(".weight", has_text="−0.09").wait_for()
    page.get_by_role("button", name="Undo the change").click()
    page.locator(".weight", has_text="−0.1").wait_for()
    page.get_by_role("button", name="中文").click()
    page.locator("html[lang=zh-CN] h1", has_text="单步").wait_for()
    page.goto(f"{single.as_uri()}#/learn?chapter=signals")
    page.locator("#exercise-hidden-sums .primary").click()
    page.locator(".learn-verdict", has_text="还没有写答案").wait_for()
    page.locator("#exercise-forward-function pre", has_text="glassnet learn check").wait_for()
    for room, words in (("compare", "glassnet compare"), ("look?view=labels", "glassnet labels")):
        page.goto(f"{single.as_uri()}#/{room}")
        page.locator(".needs-python .code", has_text=words).wait_for()
    page.set_viewport_size(WIDE)
    assert unfit_for_keys(page) == []
    assert page.evaluate("localStorage.length") == 0


def test_a_folder_works_under_any_path_on_a_phone(browser, folder, console_errors, own_addresses):
    """Also with a model of a table inside, which is answered and explained."""
    address, asked = folder
    how = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark", "locale": "zh-CN"}
    with browser.new_context(**how) as phone:
        page = phone.new_page()
        page.add_init_script(_REFUSED)
        with watched(page, console_errors, own_addresses):
            page.goto(address)
            page.locator(".form .fields input").first.wait_for()
            page.locator(".why .shares li").first.wait_for()
            page.locator(".form .fields input[type=number]").first.fill("79")
            page.locator(".answer-name", has_text="True").wait_for()
            wrong = {}
            for place in PLACES:
                page.goto(f"{address}#/{place}")
                page.locator("#room h1").wait_for()
                page.locator("[aria-busy]").wait_for(state="detached")
                wrong[place] = unfit_for_a_phone(page) + (
                    violations(page) if place.startswith(("train", "compare")) else []
                )
            assert {place: found for place, found in wrong.items() if found} == {}
            assert page.evaluate("localStorage.length") == 0
    assert {code for path, code in asked if "favicon" not in path} <= {200, 304}
    assert {path.rsplit("/", 1)[0] for path, _ in asked} == {"/some/where"}


def draw(page, strokes):
    """Draw on the board: the points of each stroke are in hundredths of its side."""
    box = page.locator("canvas.board").bounding_box()
    for stroke in strokes:
        points = [(box["x"] + x * box["width"] / 100, box["y"] + y * box["width"] / 100) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def house(k):
    """Walls and a roof, the k-th one."""
    low, high, left, right = 80 - k, 45 + k, 25 + k, 72 + 2 * k
    return [(left, high), (left, low), (right, low), (right, high), (50 + k, 15), (left, high)], [
        (left, high),
        (right, high),
    ]


def wave(k):
    """A line up and down, the k-th one."""
    return ([(10 + 8 * x, 50 + (20 + 3 * k) * (-1) ** x) for x in range(10)],)


@pytest.mark.parametrize(("door", "each"), [("file", 5), ("server", 3)])
def test_own_classes_are_drawn_trained_tried_and_taken_away(page, request, tmp_path, door, each):
    """Python has the same bits of the model and of the page that answers alone; the end of a training moves nothing."""
    page.add_init_script(SHIFT)
    if door == "file":
        page.add_init_script(_REFUSED)
        page.goto(f"{request.getfixturevalue('single').as_uri()}#/classes")
    else:
        running = request.getfixturevalue("served")
        page.goto(f"{running.origin}/classes?token={running.token}")
    page.get_by_label("Name of class 2").fill("波浪 <wave>")
    page.get_by_label("Name of class 1").fill("house")
    train = page.locator(".own button.primary")
    for k in range(each):
        for name, one in (("house", house), ("波浪 <wave>", wave)):
            assert train.is_disabled() == (k < 3)
            draw(page, one(k))
            page.get_by_role("button", name=f"Add the drawing to {name}, which has {k}").click()
    page.get_by_role("button", name=f"Remove drawing {each} of house").click()
    assert page.locator(".thumbs").first.locator("li").count() == each - 1
    page.get_by_role("button", name="Undo the change").press("Enter")
    train.click()
    page.locator(".own [role=status]", has_text=f"{2 * each} of its {2 * each} drawings right").wait_for()
    assert page.evaluate("shift") <= MOST_SHIFT
    for name, one in (("house", house), ("波浪 <wave>", wave)):
        draw(page, one(6))
        page.locator(".answer-name", has_text=name).wait_for()
        page.locator(".why h2", has_text=f"Why {name} rather than").wait_for()
        page.get_by_role("button", name=f"Add the drawing to {name}").click()
    page.locator(".own [role=status]", has_text="2 of 2 right").wait_for()
    page.get_by_role("link", name="Step").click()
    page.locator(".step-view").wait_for()
    page.get_by_role("link", name="Classes").click()  # all of it is still there
    train.wait_for()
    assert unfit_for_keys(page) == []
    path, data, alone = (
        saved(page, words, tmp_path / f"own{suffix}")
        for words, suffix in (("Model", ".safetensors"), ("Drawings as CSV", ".csv"), ("Page", ".html"))
    )
    model = glassnet.load_model(path)
    assert model.class_names == ("house", "波浪 <wave>")
    assert glassnet.verify(model, glassnet.load_data(data)).same
    assert glassnet.prove(alone, model, data).equal
    page.goto(alone.as_uri())
    page.locator(".check-line", has_text=f"{2 * each} examples equal those of the model").wait_for()


def session_panel(page):
    """Open the panel of the session."""
    page.get_by_role("button", name="Session").click()
    page.locator("dialog.session[open]").wait_for()
    return page.locator("dialog.session")


def opened_session(page, path):
    session_panel(page).locator("input[type=file]").set_input_files(path)


def saved_session(page, path):
    panel = session_panel(page)
    with page.expect_download() as one:
        panel.get_by_role("button", name="Save the session").click()
    one.value.save_as(path)
    panel.locator("[role=status]", has_text="saved").wait_for()
    page.keyboard.press("Escape")
    return path


def test_a_session_and_a_link_go_from_one_door_to_the_other_and_nothing_is_trained(both, page, tmp_path):
    """Classes drawn and trained in the file; runs, data and drawings of the server; damage changes nothing."""
    address, studio = both
    questions = []
    page.on("dialog", lambda one: (questions.append(one.type), one.accept()))
    page.goto(f"{address}#/classes")
    for k in range(3):
        for name, one in (("cat", house), ("house", wave)):
            draw(page, one(k))
            page.get_by_role("button", name=f"Add the drawing to {name}, which has {k}").click()
    page.locator(".own button.primary").click()
    page.locator(".own [role=status]", has_text="6 of its 6 drawings right").wait_for()
    trained = glassnet.load_model(saved(page, "Model", tmp_path / "own.safetensors"))
    first = saved_session(page, tmp_path / "first.glassnet")
    page.reload()
    assert questions == []
    page.locator(".own").wait_for()
    draw(page, house(0))
    page.get_by_role("button", name="Add the drawing to cat, which has 0").click()
    page.reload()
    assert questions == ["beforeunload"]  # what is not saved is not lost without a question
    # The server's page, which has other things too
    digits = "".join(f"{k % 3},{','.join(str((k * k + p * (k % 3)) % 256) for p in range(784))}\n" for k in range(300))
    data = studio.post("/api/data?name=digits.csv", digits.encode()).fine()["id"]
    options = {"hidden": [5], "epochs": 1}
    job = studio.finished(
        studio.post("/api/train", {"data": data, "recipe": "quick", "options": options}).fine()["job"]
    )
    studio.post("/api/drawings", {"pixels": [k % 256 for k in range(784)], "label": 4}).fine()
    page.goto(f"{studio.origin}/classes?token={studio.token}")
    page.locator(".own").wait_for()
    opened_session(page, first)
    page.locator(".notice", has_text="Opened: the work in the rooms").wait_for()
    page.locator(".own [role=status]", has_text="6 of its 6 drawings right").wait_for()
    page.reload()  # the server has it
    page.locator(".own [role=status]", has_text="6 of its 6 drawings right").wait_for()
    assert glassnet.load_model(saved(page, "Model", tmp_path / "again.safetensors")).hash() == trained.hash()
    page.get_by_role("link", name="Draw", exact=True).click()
    page.locator(".room-draw canvas.board").wait_for()
    draw(page, wave(1))
    page.locator(".why").wait_for()
    answer = page.locator(".answer-name").inner_text()
    link = session_panel(page).get_by_label("Link", exact=True).input_value()
    page.keyboard.press("Escape")
    second = saved_session(page, tmp_path / "second.glassnet")
    assert [one["id"] for one in studio.get("/api/session").fine()["jobs"]] == [job["id"]]
    # The file again
    page.goto(address)
    page.locator(".hand-board canvas").wait_for()
    cut = tmp_path / "cut.glassnet"
    cut.write_bytes(second.read_bytes()[:-50])
    opened_session(page, cut)
    page.locator("dialog.session .warning", has_text="GN096").wait_for()
    page.keyboard.press("Escape")
    opened_session(page, second)
    page.locator(".notice", has_text="1 run, 1 drawing, 1 opened file of data").wait_for()
    page.locator(".answer-name", has_text=answer).wait_for()  # in the room that was shown, with its drawing
    page.goto(f"{address}#/train?data=data-1&recipe=quick&hidden=5&epochs=1")
    page.locator(f"[data-hash='{job['result']['hash']}']").wait_for()
    assert page.workers == []
    page.goto(f"{address}#/look")
    page.locator(".look-tabs").wait_for()
    panel = session_panel(page)
    panel.get_by_label("A link to open").fill("https://example.org/x")
    panel.get_by_role("button", name="Open", exact=True).click()
    panel.locator(".warning").wait_for()
    panel.get_by_label("A link to open").fill(link)
    panel.get_by_label("A link to open").press("Enter")
    page.locator(".answer-name", has_text=answer).wait_for()
    panel = session_panel(page)
    panel.get_by_role("button", name="Empty the session").click()
    assert violations(page) == []
    panel.get_by_role("button", name="Press again").click()
    page.locator(".notice", has_text="The session is empty").wait_for()
    panel = session_panel(page)
    panel.locator("p", has_text="nothing yet").wait_for()
    assert questions == ["beforeunload"]
