"""Every kind of page: policy, axe-core, keyboard, phone. One visit to a page answers all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.site import CHARTS, PAGES, WIDTHS, open_page

AXE = Axe()
TAGS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Chromium itself writes this line for a page that answers 400, 404 or 409
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

FOCUSABLE = """() => {
    const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0 && !one.disabled;
    const fields = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    const all = [...document.querySelectorAll(fields)];
    const groups = {};
    let count = 0;
    for (const one of all.filter(seen)) {
        const known = one.type === "radio" ? groups[one.name] : undefined;
        one.dataset.walk = known === undefined ? count++ : known;
        if (one.type === "radio") groups[one.name] = one.dataset.walk;
    }
    return count;
}"""
FOCUSED = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    return {
        walk: one.dataset.walk, html: one.outerHTML.slice(0, 120),
        outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""
SMALL = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0 && !one.matches(".skip"))
    .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 24)
    .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
WIDE = """() => [document.documentElement.scrollWidth, ...[...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility())
    .map((one) => one.outerHTML.slice(0, 90))]"""


@dataclass
class Opened:
    """A page that stands open, with what it asked for and what the browser said about it."""

    name: str
    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module", params=list(PAGES))
def opened(request, site):
    name = request.param
    found = Opened(name, site.page(PAGES[name][0]))
    found.page.on("request", lambda asked: found.asked.append(asked.url))
    found.page.on("console", lambda line: found.said.append(f"{line.type}: {line.text}"))
    found.page.on("pageerror", lambda error: found.said.append(str(error)))
    open_page(found.page, site, name)
    yield found
    found.page.close()


def test_a_page_keeps_the_policy_and_asks_nobody_else(opened, site):
    assert opened.page.evaluate("window.violations") == []
    assert [line for line in opened.said if not ANSWERED.search(line)] == []
    assert [url for url in opened.asked if not url.startswith((f"{site.address}/", "data:", "blob:"))] == []
    assert opened.asked


def test_the_chart_script_is_loaded_where_a_chart_is_drawn_and_nowhere_else(opened):
    loaded = [url for url in opened.asked if "plotly" in url and url.endswith(".js")]
    assert len(loaded) == (opened.name in CHARTS)


def test_a_page_is_walked_with_the_keyboard(opened):
    page = opened.page
    page.set_viewport_size(WIDTHS["desk"])
    page.evaluate("document.activeElement && document.activeElement.blur(); window.scrollTo(0, 0)")
    page.locator("body").evaluate("one => { one.tabIndex = -1; one.focus(); one.removeAttribute('tabindex'); }")
    count = page.evaluate(FOCUSABLE)
    reached, unseen = set(), []
    for _ in range(count + 1):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is None:
            break
        reached.add(found["walk"])
        if found["outline"] < 2 or not found["inView"]:
            unseen.append(found)
    assert unseen == []
    assert reached - {None} >= {str(number) for number in range(count)}
    assert count > 1


def test_a_page_fits_a_phone(opened):
    page = opened.page
    page.set_viewport_size(WIDTHS["phone"])
    page.wait_for_timeout(300 if opened.name in CHARTS else 0)
    wide = page.evaluate(WIDE)
    assert wide[0] <= 320, wide
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("width", list(WIDTHS))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_has_no_axe_violation(opened, width, scheme):
    opened.page.set_viewport_size(WIDTHS[width])
    opened.page.emulate_media(color_scheme=scheme)
    if opened.name in CHARTS:
        opened.page.wait_for_timeout(350)
    found = AXE.run(opened.page, options=TAGS).response["violations"]
    assert [(one["id"], one["help"], [node["html"][:160] for node in one["nodes"]]) for one in found] == []


def test_the_checker_sees_a_violation(site):
    page = site.page()
    page.goto("/")
    page.evaluate("""document.querySelector("h1").innerHTML = '<img src="/static/icon.svg">'""")
    found = AXE.run(page, options=TAGS).response["violations"]
    assert {"image-alt", "empty-heading"} <= {one["id"] for one in found}
    page.close()


def test_a_page_has_one_heading_of_the_first_rank_and_a_title(opened):
    assert opened.page.locator("h1").count() == 1
    assert opened.page.title().endswith(" · BloodSight")
