"""Time training in the page: the studio's trainer in a worker of headless Chromium, and the hashes it ends with.

Recipes notes (784-200-10) and quick, for 10,000 digits and for an epoch of 60,000, from the message that starts the
training to the one that ends it; meanwhile the longest time between two frames of the page. Each run is a new page.
Python trains the same with the engine `portable`: the hashes must be equal.

    python benchmarks/page_training.py [--runs 5] [--trial]
"""

from __future__ import annotations

import argparse
import functools
import http.server
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

import glassnet
import machine
from glassnet.exports.es_modules import bundle
from glassnet.options.options import recorded
from glassnet.serve.studio.app import STATIC
from peers.alone import RUNS

CASES = {
    "notes, 10,000 digits": ("notes", 10_000),
    "notes, an epoch of 60,000": ("notes", 60_000),
    "quick, 10,000 digits": ("quick", 10_000),
    "quick, an epoch of 60,000": ("quick", 60_000),
}
TRAIN = """
async ([options, rows]) => {
  const bytes = async (name) => (await fetch(name)).arrayBuffer();
  const inputs = new Uint8Array((await bytes("inputs.bin")).slice(0, rows * 784));
  const labels = new Int32Array((await bytes("labels.bin")).slice(0, rows * 4));
  let [longest, last, ends] = [0, performance.now(), false];
  const frame = (now) => {
    longest = Math.max(longest, now - last);
    last = now;
    if (!ends) requestAnimationFrame(frame);
  };
  await new Promise(requestAnimationFrame);
  last = performance.now();
  requestAnimationFrame(frame);
  const worker = new Worker("worker.js");
  const began = performance.now();
  const hashes = await new Promise((done, failed) => {
    worker.onmessage = ({ data: message }) => {
      if (message.kind === "ended") done(message.hashes);
      if (message.kind === "problem") failed(new Error(message.message));
    };
    worker.onerror = () => failed(new Error("the worker did not start"));
    const data = { inputs, features: 784, labels, classes: 10, maximum: 255 };
    worker.postMessage({ kind: "start", options, data }, [inputs.buffer, labels.buffer]);
  });
  ends = true;
  return { seconds: (performance.now() - began) / 1000, longest, hash: hashes[hashes.length - 1] };
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS, help=f"repetitions (default {RUNS})")
    parser.add_argument("--trial", action="store_true", help="train on few rows and keep no result")
    given = parser.parse_args()
    digits = glassnet.load_data("mnist")
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "worker.js").write_text(bundle(STATIC / "training" / "worker.js", STATIC)[0], "utf-8")
        (Path(folder) / "blank.html").write_text("<!doctype html><title>training</title>")
        (Path(folder) / "inputs.bin").write_bytes(digits.inputs.tobytes())
        (Path(folder) / "labels.bin").write_bytes(digits.labels.astype("<i4").tobytes())
        handler = functools.partial(_Quiet, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, (recipe, rows) in CASES.items():
            rows = min(rows, 1_000) if given.trial else rows
            options = glassnet.Options.recipe(recipe, epochs=1, engine="portable")
            wanted = glassnet.fit(digits.take(slice(rows)), options).model.hash()
            runs = [_run(server.server_port, recorded(options), rows) for _ in range(given.runs)]
            assert {one["hash"] for one in runs} == {wanted}, name
            result[name] = {
                "seconds": machine.summary(one["seconds"] for one in runs),
                "longest frame, ms": machine.summary(one["longest"] for one in runs),
                "hash": wanted,
            }
            print(
                name,
                {key: one["median"] for key, one in result[name].items() if key != "hash"},
                wanted[:12],
                flush=True,
            )
        server.shutdown()
    if not given.trial:
        machine.write("page_training", result)


def _run(port: int, options: dict[str, Any], rows: int) -> dict[str, Any]:
    """Train in a new page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/blank.html")
        result: dict[str, Any] = page.evaluate(TRAIN, [options, rows])
        browser.close()
    return result


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Log nothing."""


if __name__ == "__main__":
    main()
