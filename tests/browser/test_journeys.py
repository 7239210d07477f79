"""What a newcomer does with the keyboard alone, from signing up to the marker's page."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import sign_up, type_visit

MARKERS = [
    *("Creatinine", "Urea", "Sodium", "Potassium", "Calcium", "Ferritin"),
    *("Hemoglobin", "Glucose", "Total cholesterol", "Triglycerides", "Albumin", "Uric acid"),
]
FIRST = ["0.81", "5.1", "140", "4.2", "9.4", "44", "13.4", "88", "190", "101", "4.2", "4.9"]
AGAIN = ["0.84", "5.3", "141", "4.1", "9.3", "41", "13.1", "91", "188", "98", "4.3", "5.0"]


class Keys:
    """A keyboard that counts what is pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        """One key, or keys held together."""
        self.pressed += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """One key for each letter."""
        for letter in text:
            self.press(letter)

    def tab_to(self, selector: str) -> None:
        """Tab until the field has the focus."""
        wanted = self.page.locator(selector).first
        for _ in range(150):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self.press("Tab")
        pytest.fail(f"{selector} is not reached with Tab")

    def follow(self, key: str, address: str) -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation(url=re.compile(address)):
            self.press(key)


@pytest.fixture
def newcomer(site):
    context = site.context()
    yield context.new_page()
    context.close()


def test_a_newcomer_logs_two_visits_with_the_keyboard_alone(newcomer, record_property, capsys):
    page, keys = newcomer, Keys(newcomer)
    page.goto("/")
    keys.tab_to("a[href$='/signup/']")
    keys.follow("Enter", "/signup/")
    keys.tab_to("#id_email")
    keys.type(f"ada-{uuid.uuid4().hex[:8]}@example.org")
    keys.press("Tab")
    keys.type("a-long-sentence-3")
    keys.press("Tab")
    keys.press("Space")
    keys.follow("Enter", "/people/new/")

    keys.tab_to("#id_name")
    keys.type("Ada")
    keys.press("Tab")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    assert page.get_by_label("Female").is_checked()
    for part in ("1", "5", "1980"):
        keys.press("Tab")
        keys.type(part)
    keys.follow("Enter", r"/people/[0-9a-f-]{36}/$")
    person = page.url

    keys.tab_to(".top > .button")
    keys.follow("Enter", "/visits/new")
    expect(page.locator("#id_collected_on")).to_be_focused()
    keys.type("2 March 2026")
    keys.press("Tab")
    keys.tab_to("#id_lab")
    keys.type("CityLab")
    keys.press("Enter")
    for name, value in zip(MARKERS, FIRST, strict=True):
        keys.type(name)
        keys.press("Tab")
        keys.type(value)
        keys.press("Enter")
    keys.follow("Control+Enter", "/visits/new")
    assert "12 results, CityLab, 2 March 2026, for Ada" in page.locator(".lead").inner_text()
    assert page.locator("table.cards tbody tr").count() == 12
    _save(page, keys)
    assert page.get_by_role("status").inner_text() == "The visit was saved."

    keys.tab_to("main table a")
    keys.follow("Enter", "/markers/creatinine/")
    sentence = page.locator(".sentence").inner_text()
    assert sentence.startswith("0.81 mg/dL on 2 March 2026 is in your reference range, ")
    assert "One result so far. A second one will start a line." in page.locator("main").inner_text()

    # The same rows again: this is what is counted
    page.goto(person)
    keys.pressed = 0
    keys.tab_to(".top > .button")
    keys.follow("Enter", "/visits/new")
    expect(page.locator("#id_collected_on")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    keys.press("Shift+Tab")
    keys.press("Enter")
    for place, value in enumerate(AGAIN):
        expect(page.locator(f"#id_row-{place}-value")).to_be_focused()
        keys.type(value)
        keys.press("Enter")
    keys.follow("Control+Enter", "/visits/new")
    _save(page, keys)
    typed = sum(map(len, AGAIN)) + len(AGAIN)
    record_property("key presses of a repeat visit", keys.pressed)
    with capsys.disabled():
        print(f" [repeat visit of 12 markers: {keys.pressed} key presses, {typed} of them values and Enter]", end="")
    assert keys.pressed <= 65

    page.goto(f"{person}markers/creatinine/")
    page.locator("#chart .scatterlayer .point").first.wait_for(state="attached")
    assert page.locator(".big").inner_text() == "0.84"
    assert "0.03 higher" in page.locator(".sentence").inner_text()
    assert page.locator("table.series tbody tr").count() == 2


def _save(page: Page, keys: Keys) -> None:
    """From the top of the read-back, past the header, to Save."""
    keys.press("Tab")
    keys.press("Enter")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.value") == "save"
    keys.follow("Enter", r"/visits/[0-9a-f-]{36}/$")


def test_the_skip_link_leads_past_the_header(site):
    page = site.page("demo")
    page.goto(f"/people/{site.persons['Maya']}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    box = page.locator(".skip").bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.close()


def test_the_menu_and_why_this_range_open_with_the_keyboard(site):
    page = site.page("demo")
    page.goto(f"/people/{site.persons['Maya']}/markers/creatinine/")
    for summary, inside in ((".who summary", ".menu a"), (".why summary", ".why table")):
        page.locator(summary).focus()
        for shown, key in ((True, "Enter"), (False, "Space")):
            page.keyboard.press(key)
            assert page.locator(inside).first.is_visible() is shown
    page.close()


def test_errors_are_told_first_and_lead_to_their_field(site):
    page = site.page("demo")
    page.goto(f"/people/{site.persons['Maya']}/visits/new?rows=blank")
    page.locator("#id_row-0-marker").fill("Creatinine")
    page.locator("#id_row-0-value").fill("1,234")
    page.keyboard.press("Control+Enter")
    page.locator(".errors a").first.wait_for()
    assert page.evaluate("document.activeElement.className") == "errors"
    page.locator(".errors a", has_text="1,234").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_row-0-value"
    assert page.locator("#id_row-0-value").input_value() == "1,234"
    page.close()


def test_a_slip_is_asked_about_and_saved_once_it_is_kept(newcomer):
    page = newcomer
    sign_up(page, f"bo-{uuid.uuid4().hex[:8]}@example.org", name="Bo")
    person = page.url.rstrip("/").rsplit("/", 1)[1]
    for day, value in (("1 March 2026", "4.3"), ("2 March 2026", "43")):
        type_visit(page, person, day, {0: {"marker": "Potassium", "value": value, "unit": "mmol/L"}})
        page.get_by_role("button", name="Review").last.click()
        if value == "43":
            assert "43 is about 10 times your last (4.3). Is the decimal point right?" in page.content()
            page.get_by_role("button", name="Save").last.click()
            assert "Nothing was saved: please answer these first" in page.content()
            for box in page.locator("[name=keep]").all():
                box.check()
        page.get_by_role("button", name="Save").last.click()
        page.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/$"))
    assert "43 mmol/L" in page.locator("main").inner_text()
