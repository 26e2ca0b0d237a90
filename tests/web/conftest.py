"""A real browser for the tests of the studio's pages; the tests are skipped where there is none."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from glassnet.serve.studio import StudioJob, run
from support.web import FLOATS, STATIC

HOST = "http://studio.test"
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
LARGEST = 10_000_000
"""Bytes of the studio as one file at most."""
WAIT = 60_000
"""Milliseconds after which a test fails that waits for something; far more than any of it takes."""
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first has no windows at all, and opens a page with a third less work."""


def pytest_collection_modifyitems(items):
    """One worker has the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a window."""
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install 'glassnet[test]'")
    api.expect.set_options(timeout=WAIT)
    with api.sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = next(filter(None, map(shutil.which, CHROMIUMS)), own if Path(own).exists() else None)
        if path is None:
            pytest.skip(f"no Chromium: none of {', '.join(CHROMIUMS)} is installed")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module", autouse=True)
def kept_modules():
    """Let the browser keep the studio's modules, which do not change meanwhile: each page would ask for ninety."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("glassnet.serve.studio.safety.STATIC_CACHING", "max-age=9999")
        yield


@pytest.fixture
def console_errors():
    """What the page's console shows besides plain messages; a test that expects some clears it."""
    return []


@pytest.fixture
def own_addresses():
    """How the addresses begin that a page may ask; a module whose pages are not the studio's has its own."""
    return ("http://127.0.0.1:", f"{HOST}/", "data:", "blob:")


@pytest.fixture(scope="session")
def profile(browser):
    """A browser context that all pages share: a new one takes as long as most rooms to open.

    A page without content stays open, to clear what others have stored.
    """
    with browser.new_context() as context:
        idle = context.new_page()
        idle.route("**", lambda route: route.fulfill(body="<!doctype html>", content_type=KINDS[".html"]))
        idle.goto("http://127.0.0.1/")
        yield context


@contextmanager
def watched(page, console_errors, own_addresses):
    """Fail if a page asks anyone but the studio, or if its console shows an error; yield the origins it has had."""
    outside, origins = [], set()
    listeners = {
        "request": lambda one: None if one.url.startswith(own_addresses) else outside.append(one.url),
        "console": lambda one: console_errors.append(one.text) if one.type in ("error", "warning") else None,
        "pageerror": lambda error: console_errors.append(str(error)),
        "framenavigated": lambda frame: origins.add("/".join(frame.url.split("/", 3)[:3])),
    }
    for name, listener in listeners.items():
        page.on(name, listener)
    yield origins
    if not page.is_closed():
        for name, listener in listeners.items():
            page.remove_listener(name, listener)
    assert console_errors == []
    assert outside == []


@pytest.fixture
def page(profile, console_errors, own_addresses):
    """A page of its own; the test fails if it asks anyone but the studio, or if its console shows an error."""
    before = profile.pages
    page = profile.new_page()
    with watched(page, console_errors, own_addresses) as origins:
        yield page
        for one in profile.pages:
            if one not in before:
                one.close()
        session = profile.new_cdp_session(profile.pages[0])
        for origin in origins:  # what a page has stored is gone for the next test
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()
        profile.clear_cookies()


@pytest.fixture(scope="session")
def single(tmp_path_factory):
    """The studio as one file."""
    path = tmp_path_factory.mktemp("single") / "studio.html"
    run(StudioJob(single=str(path)), announce=lambda said: None)
    assert path.stat().st_size < LARGEST
    return path


def serve_modules(page):
    """Open an empty page that gets the studio's modules without a server."""

    def answer(route):
        path = STATIC / route.request.url.removeprefix(f"{HOST}/static/")
        if path.is_file():
            route.fulfill(body=path.read_bytes(), content_type=KINDS[path.suffix])
        else:
            route.fulfill(body="<!doctype html><title>.</title>", content_type=KINDS[".html"])

    page.route(f"{HOST}/**", answer)
    page.goto(f"{HOST}/")


@pytest.fixture(scope="module")
def empty_page(profile):
    """One page for the programs of all tests of a module: a new one takes longer than most programs."""
    page = profile.new_page()
    serve_modules(page)
    yield page
    page.close()


@pytest.fixture
def run_module(request, console_errors, own_addresses):
    """A function that runs a program in a page with the studio's modules, without a server.

    It takes the body of an asynchronous function, and a value for its argument `given`. Arrays are passed as text, both
    ways: see `support.web`. The page is the test's own if the test asks for one.
    """

    def function_in(page):
        return lambda program, given=None: page.evaluate(f"async (given) => {{ {FLOATS} {program} }}", given)

    if "page" in request.fixturenames:
        own = request.getfixturevalue("page")
        serve_modules(own)
        yield function_in(own)
    else:
        shared = request.getfixturevalue("empty_page")
        with watched(shared, console_errors, own_addresses):
            yield function_in(shared)
