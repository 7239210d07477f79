"""The list of markers follows what is typed, and works as well without scripts."""

from __future__ import annotations

import contextlib

import pytest
from playwright.sync_api import Error

FIRST = "#found ul.plain > li:first-child > a"


@pytest.fixture
def page(site):
    found = site.page()
    found.goto("/markers/")
    yield found
    found.close()


def typed(page, text: str) -> None:
    """Types into the search box and waits until the list has followed."""
    page.locator("#q").press_sequentially(text, delay=20)
    page.get_by_role("status").get_by_text(f"“{text}”").wait_for()


def test_the_list_follows_and_the_focus_stays(page):
    typed(page, "kreatinin")
    assert page.locator(FIRST).inner_text() == "Creatinine"
    assert page.evaluate("document.activeElement.id") == "q"
    assert page.locator("#q").input_value() == "kreatinin"
    assert page.url.endswith("/markers/?q=kreatinin")
    assert page.title().startswith("kreatinin in all markers")
    assert page.evaluate("window.violations") == []


def test_a_list_that_is_asked_for_again_or_emptied_comes_back(page):
    total = page.locator("#found li").count()
    typed(page, "sgpt")
    page.get_by_role("link", name="Alanine aminotransferase").click()
    page.wait_for_url("**/markers/alt/")
    page.go_back()
    page.get_by_role("status").get_by_text("“sgpt”").wait_for()
    assert page.locator("#q").input_value() == "sgpt"
    page.locator("#q").fill("")
    page.get_by_role("status").get_by_text("in all").wait_for()
    assert page.locator("#found li").count() == total
    assert page.url.endswith("/markers/")


def test_nothing_found_is_announced_and_says_what_to_try(page):
    typed(page, "xyzzy")
    assert page.get_by_role("status").inner_text() == "No marker found for “xyzzy”."
    assert page.get_by_role("heading", name="What to try").is_visible()


def test_only_the_last_word_typed_is_shown(page):
    held = []
    page.route("**/markers/?q=alb", lambda route: held.append(route))
    with page.expect_request("**/markers/?q=alb"):
        page.locator("#q").fill("alb")
    page.locator("#q").fill("ferittin")
    page.get_by_role("status").get_by_text("“ferittin”").wait_for()
    with contextlib.suppress(Error):  # the page has given it up
        held[0].continue_()
    page.wait_for_timeout(200)
    assert page.locator(FIRST).inner_text() == "Ferritin"
    page.unroute("**/markers/?q=alb")


def test_a_list_that_cannot_be_fetched_leaves_the_page_as_it_was(page):
    page.route("**/markers/?q=*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.locator("#q").fill("ferritin")
    page.wait_for_timeout(50)
    assert page.get_by_role("status").inner_text().endswith("in all.")
    page.unroute("**/markers/?q=*")
    page.locator("#q").press("Enter")
    page.get_by_role("status").get_by_text("“ferritin”").wait_for()


def test_a_marker_is_found_without_scripts(site):
    context = site.context(java_script_enabled=False)
    page = context.new_page()
    page.goto("/markers/")
    page.get_by_label("Find a marker").fill("b2 microglobuline")
    page.get_by_role("button", name="Find").click()
    assert page.locator(FIRST).inner_text() == "Beta-2 microglobulin"
    page.locator(FIRST).click()
    assert page.locator("h1").inner_text() == "Beta-2 microglobulin"
    page.get_by_role("link", name="All markers").click()
    assert page.locator("h1").inner_text() == "All markers"
    context.close()
