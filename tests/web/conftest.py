"""A real browser for the tests of the studio's pages; the tests are skipped where there is none."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.web import FLOATS, STATIC

HOST = "http://studio.test"
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
WAIT = 60_000
"""Milliseconds after which a test fails that waits for something; far more than any of it takes."""
EMPTY = "http://127.0.0.1/"
WINDOW = {"width": 1280, "height": 720}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
    with browser.new_context(viewport=WINDOW) as context:
        leave(context.new_page())
        yield context


def leave(page):
    """Open a page without content, of the same site as the studio, so that its process stays."""
    page.route(EMPTY, lambda route: route.fulfill(body="<link rel=icon href='data:,'>", content_type=KINDS[".html"]))
    page.goto(EMPTY)
    page.unroute_all()


@contextmanager
def watched(page, console_errors, own_addresses):
    """Fail if a page asks anyone but the studio, or if its console shows an error; yield the origins it has had."""
    outside, origins, own = [], set(), (*own_addresses, EMPTY)
    listeners = {
        "request": lambda one: None if one.url.startswith(own) else outside.append(one.url),
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


@pytest.fixture(scope="session")
def one_page(profile):
    """The page that all tests have in turn: a new one costs as much as a visit."""
    return profile.new_page()


@pytest.fixture
def page(one_page, profile, console_errors, own_addresses):
    """A page as if new; the test fails if it asks anyone but the studio, or if its console shows an error."""
    before = profile.pages
    with watched(one_page, console_errors, own_addresses) as origins:
        yield one_page
        for one in profile.pages:
            if one not in before:
                one.close()
        one_page.unroute_all()
        leave(one_page)
        one_page.set_viewport_size(WINDOW)
        one_page.emulate_media(color_scheme="null", reduced_motion="null")
        session = profile.new_cdp_session(profile.pages[0])
        for origin in origins:  # what a page has stored is gone for the next test
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()
        profile.clear_cookies()


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
