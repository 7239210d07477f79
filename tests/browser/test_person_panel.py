"""A panel of one person as it is seen: one time axis for all, cards on a phone, paper."""

from __future__ import annotations

import re

import pytest

from tests.browser.site import open_page

YEARS = """() => [...document.querySelectorAll("svg.strip")].map((strip) =>
    [...strip.querySelectorAll(".year")].map((line) => Math.round(line.getBoundingClientRect().x * 2) / 2))"""
INSIDE = """() => [...document.querySelectorAll("svg.strip")].every((strip) => {
    const box = strip.getBoundingClientRect();
    return [...strip.querySelectorAll(".mark")].every((mark) => {
        const one = mark.getBoundingClientRect();
        return one.left >= box.left - 4 && one.right <= box.right + 8
            && one.top >= box.top - 4 && one.bottom <= box.bottom + 4;
    });
})"""


@pytest.fixture(params=["desk", "phone"])
def panel(site, request):
    context = site.context("demo", request.param)
    page = context.new_page()
    open_page(page, site, "person-panel")
    yield page, request.param
    context.close()


def test_all_strips_share_one_time_axis_and_keep_their_marks_inside(panel):
    page, _ = panel
    years = page.evaluate(YEARS)
    assert len(years) == 6
    assert len({tuple(one) for one in years}) == 1
    assert len(years[0]) > 1
    assert page.evaluate(INSIDE)


def test_every_value_stands_under_its_visit_or_beside_its_day(panel):
    page, width = panel
    days = page.locator("thead th a").all()
    assert [one.is_visible() for one in days] == [width == "desk"] * 6
    beside = page.locator("tbody tr").first.locator("a.when").all()
    assert [one.is_visible() for one in beside] == [width == "phone"] * 6
    shown = days if width == "desk" else beside
    name = shown[-1].text_content()
    shown[-1].click()
    page.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/$"))
    assert page.locator("h1").inner_text().endswith(name[-4:])


def test_older_visits_and_back(panel):
    page, _ = panel
    first = page.locator("thead th a").first.text_content()
    page.get_by_role("link", name="Older visits").click()
    assert page.locator("thead th a").last.text_content() != first
    page.get_by_role("link", name="Newer visits").click()
    assert page.locator("thead th a").first.text_content() == first


def test_markers_without_results_are_left_out_on_demand(panel):
    page, _ = panel
    assert page.get_by_text("No result of this marker yet.").count() == 1
    page.get_by_role("link", name="Only markers with results").click()
    assert page.get_by_text("No result of this marker yet.").count() == 0
    assert page.locator("tbody tr").count() == 6


def test_a_wide_table_scrolls_in_its_own_box(site):
    context = site.context("demo")
    page = context.new_page()
    page.set_viewport_size({"width": 700, "height": 800})
    open_page(page, site, "person-panel")
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    assert page.evaluate(
        "(({scrollWidth, clientWidth}) => scrollWidth > clientWidth)(document.querySelector('.scroll'))"
    )
    context.close()


def test_it_prints_on_at_most_two_pages_and_says_whose_it_is(site):
    context = site.context("demo")
    page = context.new_page()
    open_page(page, site, "person-panel")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2
    page.emulate_media(media="print")
    assert page.locator(".whose").inner_text() == "Maya Example, born 14 June 1963"
    assert [one.is_visible() for one in page.locator("nav").all()] == [False] * page.locator("nav").count()
    context.close()
