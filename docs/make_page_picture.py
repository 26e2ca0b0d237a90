"""Take the picture of an exported page in a browser.

    python docs/make_page_picture.py            writes docs/pictures/exported.png, which docs/export.md shows
    python docs/make_page_picture.py FOLDER     writes digits.html and a table's flats.html, and pictures of both

This needs playwright and Chromium. The model, the seeds and the strokes of the drawing are fixed.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from make_studio_pictures import draw_five, keep_small, settle, table
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import glassnet

PICTURE = Path(__file__).parent / "pictures" / "exported.png"
ALL = [
    ("digits", 1280, "en-GB", "light"), ("digits", 1280, "zh-CN", "dark"), ("digits", 360, "zh-CN", "light"),
    ("flats", 1280, "zh-CN", "light"), ("flats", 1280, "en-GB", "dark"), ("flats", 360, "en-GB", "light"),
]  # fmt: skip


def main() -> None:
    """Export the models, and take pictures of their pages."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        export_models(folder, Path(name))
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        if len(sys.argv) == 1:
            keep_small(shot(browser, folder / "digits.html", 1280, "en-GB", "light", whole=False), PICTURE)
        for model, width, locale, theme in ALL if len(sys.argv) > 1 else []:
            picture = shot(browser, folder / f"{model}.html", width, locale, theme, whole=True)
            picture.save(folder / f"{model}-{width}-{locale[:2]}-{theme}.png")
        browser.close()


def export_models(folder: Path, temporary: Path) -> None:
    """Export a model of the bundled digits and one of a table."""
    (temporary / "flats.csv").write_text(table(), encoding="utf-8")
    for name, arguments in (("digits", []), ("flats", [str(temporary / "flats.csv"), "--target", "let"])):
        file = temporary / f"{name}.safetensors"
        command = [sys.executable, "-m", "glassnet", "train", *arguments, "--seed", "1", "--out", str(file)]
        subprocess.run(command, check=True)
        data = temporary / "flats.csv" if arguments else None
        glassnet.export(glassnet.load_model(file), folder / f"{name}.html", data=data)


def shot(browser: Browser, file: Path, width: int, locale: str, theme: str, *, whole: bool) -> Image.Image:
    """Return a picture of a page, with a digit drawn on it: what a window shows, or all of it."""
    size = {"width": width, "height": 900 if width > 700 else 780}
    context = browser.new_context(viewport=size, locale=locale, color_scheme=theme, has_touch=width < 700)
    page = context.new_page()
    page.on("pageerror", lambda problem: print(file.name, problem, file=sys.stderr))
    page.goto(file.resolve().as_uri())
    page.wait_for_selector(".check-line:has-text('✓')")
    if page.locator("canvas.board").count():
        draw_five(page)
    settle(page)
    if not whole:
        page.set_viewport_size({"width": width, "height": bottom_of_layers(page)})
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    context.close()
    return picture


def bottom_of_layers(page: Page) -> int:
    """Return where the panel with the layers ends, with a margin."""
    return int(page.evaluate("document.querySelector('.inside').getBoundingClientRect().bottom")) + 24


if __name__ == "__main__":
    main()
