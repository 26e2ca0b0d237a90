"""The shell of the page: rooms that open while others are on their way, and a page that slept."""

from __future__ import annotations

import pytest

from glassnet.serve.studio import events
from web.studio_server import studio_server

OPENED_AGAIN = """() => {
  const listed = [...document.querySelectorAll("option")].some((one) => one.textContent === "things.csv");
  if (!listed) document.querySelector("nav a[href^='/look']").click();
  return listed;
}"""


@pytest.fixture(scope="module")
def studio():
    with studio_server() as running:
        yield running


def test_a_room_that_opens_late_leaves_the_next_one_alone(studio, page):
    held = []
    page.route("**/api/models/reader", lambda route: held.append(route))
    with page.expect_request("**/api/models/reader"):
        page.goto(studio.address)
    page.locator("nav a[href^='/look']").click()
    page.locator(".look-tabs").wait_for()
    with page.expect_response("**/api/models/reader"):
        held[0].continue_()
    page.locator("[data-row]").first.click()
    page.locator(".look-card h2").wait_for()
    assert page.locator("#room").count() == page.locator("#room > .head").count() == 1
    assert page.locator(".draw-host").count() == 0
    assert page.url.startswith(f"{studio.origin}/look?")


def test_a_page_that_slept_has_the_data_that_came_meanwhile(studio, page, monkeypatch):
    """Also if more has happened than the log of events has."""
    monkeypatch.setattr(events, "MOST_EVENTS", 5)
    page.goto(f"{studio.origin}/look?token={studio.token}")
    page.locator("[data-row]").first.wait_for()
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    studio.session.add_data("things.csv", b"a,b\n" + b"1,x\n2,y\n" * 20)
    for value in range(10):
        studio.session.events.publish("x", value)
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    page.wait_for_function(OPENED_AGAIN, polling=300)


def test_a_page_goes_on_when_its_server_was_stopped_and_started(page, console_errors):
    with studio_server() as first:
        page.goto(f"{first.origin}/look?token={first.token}")
        page.locator("[data-row]").first.wait_for()
        first.stop()
        page.locator(".offline").wait_for()
        with studio_server(port=first.port) as second:
            second.session.add_data("things.csv", b"a,b\n" + b"1,x\n2,y\n" * 20)
            page.locator(".offline").wait_for(state="detached")
            page.wait_for_function(OPENED_AGAIN, polling=300)
            page.locator("[data-row]").nth(1).click()
            page.locator(".look-card h2", has_text="1").wait_for()
    assert all("ERR_" in one for one in console_errors), console_errors
    console_errors.clear()


def test_a_late_text_to_take_away_does_not_replace_the_next_one(studio, page):
    page.goto(f"{studio.origin}/look?token={studio.token}")
    page.locator("[data-row]").first.wait_for()
    held = []
    page.route("**/api/take-away", lambda route: held.append(route))
    for count, place in enumerate((".take summary", ".take [data-key=python]"), start=1):
        page.locator(place).click()
        while len(held) < count:  # a request is seen before it is held; an answer of the page takes in what has come
            page.evaluate("0")
    for text in ("second", "first"):
        with page.expect_response("**/api/take-away"):
            held.pop().fulfill(json={"text": text})
    page.evaluate("fetch('/api/session').then((answer) => answer.text())")  # both answers have come to the page
    assert page.locator(".take .code").inner_text() == "second"
