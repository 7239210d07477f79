"""One marker over time: the chart of the demo person, its band, its toolbar, its keyboard, its colors."""

from __future__ import annotations

import re
from datetime import date

import pytest

from results.charts import DARK, LIGHT
from tests.browser.site import CHARTS, PAGES, WIDTHS, open_page

POINTS = """() => [...document.querySelectorAll("#chart .scatterlayer .point")]
    .filter((one) => getComputedStyle(one).opacity !== "0").length"""
ROWS = "table.series tbody tr"
SMALLEST = """() => Math.min(...[...document.querySelectorAll("#chart svg text, svg.numberline text")]
    .filter((one) => one.textContent.trim())
    .map((one) => parseFloat(getComputedStyle(one).fontSize) * (one.getScreenCTM() || { a: 1, b: 0 }).a || 12))"""


@pytest.fixture(scope="module")
def marker(site):
    page = site.page("demo")
    open_page(page, site, "marker")
    yield page
    page.close()


def test_the_demo_person_is_seen_over_ten_years_with_a_band_that_steps(marker):
    figure = marker.evaluate("JSON.parse(document.getElementById('figure').textContent)")
    visits = {link.get_attribute("href") for link in marker.locator(f"{ROWS} th a").all()}
    assert len(visits) >= 8
    days = sorted(x for trace in figure["data"] if "customdata" in trace for x in trace["x"])
    first, last = (date.fromisoformat(day[:10]) for day in (days[0], days[-1]))
    assert (last - first).days >= 10 * 365
    assert len(set(marker.locator(f"{ROWS} td[data-label=Laboratory]").all_inner_texts())) == 2
    written = marker.locator(f"{ROWS} td[data-label='As written']").all_inner_texts()
    assert sum(text.startswith("<") for text in written) == 1
    steps = [
        (one["x0"], one["x1"], one["y0"], one["y1"]) for one in figure["layout"]["shapes"] if one["type"] == "rect"
    ]
    assert len({(low, high) for _, _, low, high in steps}) == len(steps) == 2
    assert steps[0][1] == steps[1][0], "one band ends on the day on which the next begins"


@pytest.mark.parametrize("name", CHARTS)
def test_every_row_of_the_table_is_a_point_of_the_chart(site, name):
    page = site.page(PAGES[name][0])
    open_page(page, site, name)
    assert page.evaluate(POINTS) == page.locator(ROWS).count() > 1
    page.close()


def test_the_toolbar_has_the_chosen_buttons_and_none_that_shares(marker):
    buttons = marker.locator("#chart .modebar-btn")
    titles = [one.get_attribute("data-title") for one in buttons.all()]
    assert titles == ["Zoom", "Pan", "Reset axes", "Download plot as a PNG"]
    assert marker.get_by_text(re.compile("share|cloud|plotly", re.I)).count() == 0


def test_the_picture_is_made_in_the_browser(marker):
    asked = []
    marker.on("request", lambda one: asked.append(one.url))
    with marker.expect_download() as waiting:
        marker.locator("#chart .modebar-btn[data-title*=PNG]").focus()
        marker.keyboard.press("Enter")
    with open(waiting.value.path(), "rb") as picture:
        assert picture.read(8) == b"\x89PNG\r\n\x1a\n"
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == []
    assert marker.evaluate("window.violations") == []


def test_arrows_go_from_point_to_point_and_say_what_the_table_says(marker):
    said = marker.locator("#chart-said")
    assert said.get_attribute("aria-live") == "polite"
    rows = list(reversed(marker.locator(ROWS).all()))
    marker.locator("#chart").focus()
    for row in rows:
        marker.keyboard.press("ArrowRight")
        text = said.inner_text()
        assert row.locator("th").inner_text() in text
        assert row.locator("td[data-label=Age]").inner_text() in text
        assert row.locator(".pos").inner_text().strip("●▲▼◇ ") in text
        assert text.startswith(row.locator("td[data-label='As written']").inner_text())
    marker.keyboard.press("ArrowRight")
    assert said.inner_text() == text, "the last point is the end"
    marker.keyboard.press("ArrowLeft")
    assert rows[-2].locator("th").inner_text() in said.inner_text()
    marker.keyboard.press("Enter")
    assert marker.url.endswith("#" + rows[-2].get_attribute("id"))
    assert marker.locator(f"{ROWS}:target").get_attribute("id") == rows[-2].get_attribute("id")


def test_escape_leaves_the_points_and_tab_leaves_the_chart(marker):
    marker.locator("#chart").focus()
    marker.keyboard.press("ArrowLeft")
    assert marker.locator("#chart .hoverlayer .hovertext").count() == 1
    marker.keyboard.press("Escape")
    assert marker.locator("#chart .hoverlayer .hovertext").count() == 0
    assert marker.locator("#chart-said").inner_text() == ""
    marker.keyboard.press("Shift+Tab")
    assert marker.evaluate("!document.activeElement.closest('#chart')")


def test_a_point_is_reached_with_the_mouse_too(marker):
    box = marker.locator("#chart .scatterlayer .point").last.bounding_box()
    marker.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    marker.locator("#chart .hovertext").first.wait_for()
    assert "mg/L" in marker.locator("#chart .hovertext").first.text_content()
    marker.mouse.move(0, 0)


@pytest.mark.parametrize("width", list(WIDTHS))
@pytest.mark.parametrize(("scheme", "colors"), [("light", LIGHT), ("dark", DARK)])
def test_the_chart_takes_the_colors_of_the_scheme(site, scheme, colors, width):
    context = site.context("demo", width, color_scheme=scheme)
    page = context.new_page()
    open_page(page, site, "marker")
    shapes = page.evaluate("document.getElementById('chart').layout.shapes.map((one) => one.fillcolor).filter(Boolean)")
    assert set(shapes) == {colors["band"]}
    seen = page.evaluate(
        """() => [...document.querySelectorAll("#chart .scatterlayer .point")].map((one) => one.style.stroke)"""
    )
    assert {_hex(color) for color in seen} == {colors["in"], colors["out"], colors["ink"]}
    paper = page.evaluate("getComputedStyle(document.querySelector('#chart .main-svg')).backgroundColor")
    assert _hex(paper) == colors["card"]
    other = "light" if scheme == "dark" else "dark"
    page.emulate_media(color_scheme=other)
    page.wait_for_function(
        "(color) => document.getElementById('chart').layout.paper_bgcolor !== color", arg=colors["card"]
    )
    context.close()


@pytest.mark.parametrize("width", list(WIDTHS))
@pytest.mark.parametrize("name", ["marker", "marker-child", "marker-converted"])
def test_labels_lie_inside_the_chart_and_text_is_legible(site, name, width):
    context = site.context("demo", width)
    page = context.new_page()
    open_page(page, site, name)
    assert page.evaluate(SMALLEST) >= 12
    plot = page.locator("#chart .main-svg").first.bounding_box()
    labels = [one.bounding_box() for one in page.locator("#chart .annotation-text").all()]
    assert labels or width == "phone"
    for box in labels:
        assert plot["x"] <= box["x"]
        assert box["x"] + box["width"] <= plot["x"] + plot["width"]
    for number, one in enumerate(labels):
        for other in labels[number + 1 :]:
            apart = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            assert apart or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    context.close()


def _hex(color: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", color)[:3])
