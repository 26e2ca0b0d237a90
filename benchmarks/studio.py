"""Measure the studio: what following a training run costs, and how soon a page shows what was asked of it.

Following: seconds of the training steps without the studio, in the studio without a page, and with one client that
reads events in a process of its own, as a browser does; alternating runs in one process. The page, in Chromium: from
moving a slider to the result of the new run on the page, from a key to the next moment of a training step, and the
first paint and the layout shifts of each room when it opens.

    python benchmarks/studio.py
    python benchmarks/studio.py page         the page alone
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import threading
import time

import machine
from glassnet.serve.http import listening
from glassnet.serve.studio import HOST, server_of
from glassnet.serve.studio.session import Session
from glassnet.workflow.train_job import TrainJob
from glassnet.workflow.train_job import train as train_model

RUNS = 9
ROOMS = ("hand", "draw", "classes", "learn", "train", "step", "compare", "look")
RECIPES = {"quick": {"epochs": 6}, "notes": {"epochs": 2}}
CLIENT = """
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
connection.request("GET", "/api/events", headers={"Cookie": sys.argv[2]})
answer = connection.getresponse()
print("open", flush=True)
while answer.readline():
    pass
"""
SLIDER = """(run) => new Promise((done) => {
  const results = () => [...document.querySelectorAll("h2")].map((one) => one.textContent);
  const result = () => results().find((text) => text.startsWith("Result: run-"));
  const slider = document.querySelector("input[type=range][aria-label]:not([id])");
  const before = result(), began = performance.now();
  const look = () => {
    if (!result() || result() === before) return;
    observer.disconnect();
    requestAnimationFrame(() => done(performance.now() - began));
  };
  const observer = new MutationObserver(look); // asking at every frame would take the processor from training
  observer.observe(document.querySelector("main"), { childList: true, subtree: true });
  slider.value = 600 + 20 * run; // a value that was not trained with yet: the page shows an earlier run at once
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  slider.dispatchEvent(new Event("change", { bubbles: true }));
})"""
MOMENT = """(run) => new Promise((done) => {
  const began = performance.now();
  const key = run % 20 < 10 ? "ArrowRight" : "ArrowLeft";
  document.querySelector(".step-figure").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
})"""
OPENED = """() => new Promise((done) => {
  let shift = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) shift += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done({ paint: performance.getEntriesByName("first-contentful-paint")[0].startTime, shift }), 1500);
})"""


def main() -> None:
    session, sock = Session(), listening(HOST, 0)
    server = server_of(session, sock, "token")
    thread = threading.Thread(target=server.run, args=([sock],))
    thread.start()
    try:
        port = sock.getsockname()[1]
        recipes = {} if sys.argv[1:] == ["page"] else RECIPES
        result: dict[str, object] = {name: measure(session, port, name, given) for name, given in recipes.items()}
        result["page"] = measure_page(f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join()
    print(result)
    if recipes:
        machine.write("studio", result)


def measure(session: Session, port: int, recipe: str, options: dict[str, int]) -> dict[str, float]:
    """Return the median seconds of each way, and the losses of speed by medians of the pairs."""
    ways = ("plain", "studio", "read")
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    train(session, recipe, options)  # kernels
    for run in range(RUNS):
        for way in ways if run % 2 else ways[::-1]:
            client = None
            if way == "read":
                words = [sys.executable, "-c", CLIENT, str(port), f"glassnet-{port}=token"]
                client = subprocess.Popen(words, stdout=subprocess.PIPE)
                client.stdout.readline()
            once = train_plainly if way == "plain" else train
            seconds[way].append(once(session, recipe, options))
            if client:
                client.kill()
                client.wait()
    facts = {f"{way}_s": statistics.median(values) for way, values in seconds.items()}
    for way in ways[:2]:
        pairs = [1 - a / b for a, b in zip(seconds[way], seconds["read"], strict=True)]
        facts[f"loss_against_{way}"] = statistics.median(pairs)
    return facts


def measure_page(origin: str) -> dict[str, dict[str, float]]:
    """Return milliseconds in a page: medians and maxima."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{origin}/train?token=token")
        times: dict[str, list[float]] = {}
        for recipe in RECIPES:
            page.goto(f"{origin}/train?recipe={recipe}")
            page.get_by_role("button", name="Start", exact=True).click()
            page.locator("h2", has_text="Result: run-").wait_for()
            times[f"slider_{recipe}"] = [page.evaluate(SLIDER, run) for run in range(RUNS)]
        page.goto(f"{origin}/step")
        page.locator(".step-figure svg").first.wait_for()
        times["moment"] = [page.evaluate(MOMENT, run) for run in range(4 * RUNS)]
        shifts = {}
        for room in ROOMS:
            opened = [page.goto(f"{origin}/{room}") and page.evaluate(OPENED) for _ in range(RUNS)]
            times[f"first_paint_{room}"] = [one["paint"] for one in opened]
            shifts[room] = max(one["shift"] for one in opened)
        browser.close()
    return {
        **{name: {"median_ms": statistics.median(all_), "max_ms": max(all_)} for name, all_ in times.items()},
        "largest_shift": shifts,
    }


def train_plainly(session: Session, recipe: str, options: dict[str, int]) -> float:
    """Train without the studio."""
    given = {**options, "early_stopping": options["epochs"]}
    file = str(session.folder / "plain.safetensors")
    job = TrainJob("mnist", recipe=recipe, options=given, plot=False, out=file, force=True)
    return float(train_model(job).seconds["train"])


def train(session: Session, recipe: str, options: dict[str, int]) -> float:
    """Train as the room does, and return the seconds of the steps."""
    from glassnet.serve.studio.train import train as start

    given = {"data": "mnist", "recipe": recipe, "options": options, "language": "en"}
    job = session.jobs.get(start(session, given)["job"])
    while not job.ended:
        time.sleep(0.01)
    assert job.state == "done", job.error
    return float(job.result["seconds"]["train"])


if __name__ == "__main__":
    main()
