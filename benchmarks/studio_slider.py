"""Measure the time from a moved slider in the room Train to the whole new curve, warm, in a real browser.

The time starts with the event of the slider and ends with the frame that shows the result. Beside it, the seconds of
the same training without a page, alternating in one process.

    python benchmarks/studio_slider.py
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import threading
import time
from typing import Any

import machine
from glassnet.serve.studio import HOST, listening, server_of
from glassnet.serve.studio.session import Session
from glassnet.workflow.train_job import TrainJob, train

RUNS = 9
MOVE = """(place) => new Promise((resolve) => {
  const range = document.querySelector("[data-name=learning_rate] input[type=range]");
  const status = document.querySelector(".run-status");
  let left = false;
  new MutationObserver((_, observer) => {
    if (!status.textContent.startsWith("Done")) left = true;
    else if (left) {
      observer.disconnect();
      requestAnimationFrame(() => resolve((performance.now() - began) / 1000));
    }
  }).observe(status, { childList: true });
  const began = performance.now();
  range.value = place;
  range.dispatchEvent(new Event("input"));
  range.dispatchEvent(new Event("change"));
})"""


def main() -> None:
    from playwright.sync_api import sync_playwright

    session, sock = Session(language="en"), listening(0)
    server = server_of(session, sock, "token")
    thread = threading.Thread(target=server.run, args=([sock],))
    thread.start()
    origin = f"http://{HOST}:{sock.getsockname()[1]}"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"{origin}/draw?token=token")
            result = {recipe: measure(page, f"{origin}/train?recipe={recipe}", recipe) for recipe in ("notes", "quick")}
            browser.close()
    finally:
        server.should_exit = True
        thread.join()
        session.close()
    print(result)
    machine.write("studio-slider", result)


def measure(page: Any, address: str, recipe: str) -> dict[str, float]:
    page.goto(address)
    page.locator(".run-status", has_text="Done").wait_for()
    seconds: dict[str, list[float]] = {"slider to curve": [], "without a page": []}
    for run in range(RUNS):
        seconds["slider to curve"].append(page.evaluate(MOVE, 600 + 20 * run))
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            train(TrainJob(recipe=recipe, pictures=False, out=f"{folder}/{recipe}.safetensors"))
            seconds["without a page"].append(time.perf_counter() - began)
    return {name: round(statistics.median(values), 2) for name, values in seconds.items()}


if __name__ == "__main__":
    main()
