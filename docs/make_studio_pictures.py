"""Take pictures of the studio in a browser.

    python docs/make_studio_pictures.py            writes docs/studio/draw.png, which the documentation shows
    python docs/make_studio_pictures.py FOLDER     writes every room at three widths, languages and themes in pairs

This needs playwright and Chromium. Digits, seeds and the strokes of the drawing are fixed.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import glassnet
from glassnet.serve.http import listening
from glassnet.serve.studio import HOST, server_of
from glassnet.serve.studio.session import Session

FOLDER = Path(__file__).parent / "studio"
TOKEN = "pictures"
WAIT = 120_000
"""Milliseconds that a training run or a comparison may take."""
LARGEST = 70_000
"""Bytes of a picture of the documentation."""
FIVE = ("74,14 40,16", "40,16 37,44 52,41 66,46 73,59 69,76 54,86 38,84 27,75")
"""The strokes of a 5, in hundredths of the board's side."""
COMPARISON = "a=quick&b=quick&a.epochs=2&b.epochs=2&a.hidden=30&b.hidden=60&seeds=8"


@dataclass(frozen=True)
class Scene:
    """A state of a room: how it is reached from its address, and its part of the page that is shown at the top."""

    address: str
    ready: str
    act: Callable[[Page], None] = lambda page: None


def draw_five(page: Page) -> None:
    """Draw a digit with the mouse."""
    board = page.locator("canvas.board")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    for stroke in FIVE:
        corners = np.array([point.split(",") for point in stroke.split()], float) / 100
        at = np.linspace(0, len(corners) - 1, 60)
        points = np.column_stack([np.interp(at, np.arange(len(corners)), corners[:, k]) for k in (0, 1)])
        page.mouse.move(
            *(float(v) for v in (box["x"] + points[0, 0] * box["width"], box["y"] + points[0, 1] * box["width"]))
        )
        page.mouse.down()
        for x, y in points:
            page.mouse.move(box["x"] + float(x) * box["width"], box["y"] + float(y) * box["width"])
        page.mouse.up()
    page.mouse.move(2, 2)
    page.wait_for_selector(".reasons figure")


def wait_for_half(page: Page) -> None:
    """Wait until the run has curves."""
    page.wait_for_function("() => document.querySelectorAll('.plot polyline')[0]?.points.length > 12", timeout=WAIT)


def train(page: Page) -> None:
    """Train, unless the session has the result."""
    if not page.locator(".headline").count():
        page.locator(".runbar button.primary").click()
        page.wait_for_selector(".headline", timeout=WAIT)


def compare(page: Page) -> None:
    """Compare, unless the session has the result."""
    if not page.locator(".verdict .big").count():
        page.locator(".room-compare button.primary").click()
        page.wait_for_selector(".verdict .big", timeout=WAIT)


def open_cell(page: Page) -> None:
    """Choose the first sample of the cell that the address opens."""
    page.locator(".look-cell [data-row]").first.focus()
    page.wait_for_selector(".look-card:not([hidden])")


SCENES = {
    "draw": Scene("draw?model=reader", ".board", draw_five),
    "draw-empty": Scene("draw?model=reader", ".board"),
    "table": Scene("draw?model={table}&v=%7B%22area%22%3A92%2C%22rooms%22%3A4%7D", ".shares"),
    "train": Scene("train?recipe=quick&seed=1", ".runbar", train),
    "train-running": Scene(
        "train?recipe=accurate&epochs=3", ".runbar", lambda page: (page.click("button.primary"), wait_for_half(page))
    ),
    "step": Scene("step?moment=7", ".step-view .num"),
    "step-start": Scene("step", ".step-view .num"),
    "step-large": Scene("step?model={run}&epoch=1&step=100&moment=8", ".step-view .num"),
    "compare": Scene("compare?" + COMPARISON, ".sides", compare),
    "look": Scene("look?model={run}&data=mnist&view=confusion&true=4&answer=9", ".look-cell [data-row]", open_cell),
    "look-hidden": Scene("look?model={run}&data=mnist&view=hidden&row=18", ".look-card:not([hidden])"),
    "look-data": Scene("look?model={run}&data=mnist&view=mistakes", ".look-grid"),
}
ALL = [
    ("draw", 1280, "en", "light"), ("draw", 768, "zh", "dark"), ("draw", 360, "en", "dark"),
    ("draw-empty", 1280, "zh", "light"), ("draw-empty", 360, "zh", "light"),
    ("table", 1280, "en", "dark"), ("table", 360, "zh", "light"),
    ("train", 1280, "zh", "dark"), ("train", 768, "en", "light"), ("train", 360, "zh", "light"),
    ("train-running", 1280, "en", "light"),
    ("step", 1280, "en", "light"), ("step", 768, "zh", "light"), ("step", 360, "en", "dark"),
    ("step-start", 1280, "zh", "dark"), ("step-large", 1280, "en", "dark"), ("step-large", 360, "zh", "light"),
    ("compare", 1280, "en", "light"), ("compare", 768, "zh", "dark"), ("compare", 360, "en", "light"),
    ("look", 1280, "en", "light"), ("look", 768, "zh", "dark"), ("look", 360, "zh", "dark"),
    ("look-hidden", 1280, "zh", "dark"), ("look-hidden", 360, "en", "light"), ("look-data", 1280, "zh", "light"),
]  # fmt: skip


def main() -> None:
    """Take all pictures, or that of the documentation."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    wanted = sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    with studio() as (origin, made), sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        if folder == FOLDER:
            keep_small(shot(browser, origin, made, "draw"), folder / "draw.png")
        for name, width, language, theme in ALL if folder != FOLDER else []:
            if not wanted or name in wanted:
                picture = shot(browser, origin, made, name, width, language, theme, whole=True)
                picture.save(folder / f"{name}-{width}-{language}-{theme}.png")
        browser.close()


@contextmanager
def studio() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a studio with a model of the bundled digits and one of a table; yield its origin and their ids."""
    session = Session()
    try:
        flats = session.add_data("flats.csv", table().encode())
        path = session.folder / "flats.safetensors"
        glassnet.TableModel.fit(session.source_of(flats.id), "let", epochs=60, seed=1).save(path)
        digits = session.folder / "digits.safetensors"
        glassnet.save_model(
            glassnet.fit(glassnet.load_data("mnist"), glassnet.Options.recipe("notes", epochs=1)).model, digits
        )
        made = {
            "table": session.add_model(path, "flats", flats.id).id,
            "run": session.add_model(digits, "digits", "mnist").id,
        }
        with listening(HOST, 0) as sock:
            server = server_of(session, sock, TOKEN)
            thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
            thread.start()
            yield f"http://{HOST}:{sock.getsockname()[1]}", made
            server.should_exit = True
            thread.join()
    finally:
        session.close()


def table() -> str:
    """Return a table of flats, and whether each was let within a month."""
    rng = np.random.default_rng(2)
    lines = ["area,rooms,floor,district,balcony,rent,let"]
    for _ in range(600):
        area, floor, balcony = rng.integers(28, 140), rng.integers(0, 8), rng.random() < 0.5
        rooms, district = max(1, round(area / 27)), rng.choice(["Centre", "Harbour", "North", "Park"])
        fair = area * (17 if district in ("Centre", "Park") else 12) + 60 * balcony
        rent = round(fair * rng.uniform(0.75, 1.35), -1)
        quick = rent < fair * rng.uniform(0.95, 1.15)
        lines.append(
            f"{area},{rooms},{floor},{district},{'yes' if balcony else 'no'},{rent:.0f},{'yes' if quick else 'no'}"
        )
    return "\n".join(lines) + "\n"


def shot(
    browser: Browser,
    origin: str,
    made: dict[str, str],
    name: str,
    width: int = 1280,
    language: str = "en",
    theme: str = "light",
    *,
    whole: bool = False,
) -> Image.Image:
    """Return a picture of a scene: what a window shows, or the whole page."""
    scene = SCENES[name]
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > 700 else 780}, has_touch=width < 700
    )
    context.add_init_script(f"localStorage['glassnet.lang'] = '{language}'; localStorage['glassnet.theme'] = '{theme}'")
    page = context.new_page()
    page.on("pageerror", lambda problem: print(name, problem, file=sys.stderr))
    page.goto(f"{origin}/draw?token={TOKEN}")
    page.goto(f"{origin}/{re.sub(r'{(.+?)}', lambda found: made[found[1]], scene.address)}")
    page.wait_for_selector(scene.ready, timeout=WAIT)
    scene.act(page)
    settle(page)
    if width < page.evaluate("document.documentElement.scrollWidth"):
        print(f"{name}: wider than {width} pixels", file=sys.stderr)
    if not whole:
        height = page.evaluate("Math.min(1100, document.querySelector('main').scrollHeight)")
        page.set_viewport_size({"width": width, "height": max(700, height)})
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    context.close()
    return picture


def settle(page: Page) -> None:
    """Wait until what is loaded late is drawn, and scroll to the top."""
    page.wait_for_load_state("load")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    time.sleep(0.5)


def keep_small(picture: Image.Image, path: Path) -> None:
    """Write a picture with all its colours, or if it is too large with fewer."""
    picture.save(path, optimize=True)
    for most in (256, 128, 64):
        if path.stat().st_size <= LARGEST:
            return
        # Colours by octants: the most frequent ones would be greys, without the few colours of signed weights.
        picture.quantize(most, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
