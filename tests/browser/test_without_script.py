"""Everything a person does, in a browser that runs no script."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.browser.site import bundle, sign_in, sign_up, type_visit, upload

VISIT = re.compile(r"/visits/[0-9a-f-]{36}/$")


@pytest.fixture(scope="module")
def ada(site):
    """The page of a newcomer without scripts, and her id."""
    context = site.context(java_script_enabled=False)
    page = context.new_page()
    sign_up(page, f"ada-{uuid.uuid4().hex[:8]}@example.org", sex="Female", born=("14", "June", "1963"))
    yield page, page.url.rstrip("/").rsplit("/", 1)[1]
    context.close()


def test_signing_in_and_out(site):
    context = site.context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "demo@bloodsight.example", site.PASSWORD)
    assert page.locator("h1").inner_text() == "Maya Example"
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    assert "Sign in" in page.locator(".top").inner_text()
    context.close()


def test_a_visit_is_typed_reviewed_saved_edited_deleted_and_brought_back(ada):
    page, person = ada
    page.goto(f"/people/{person}/visits/new")
    assert page.locator("tr.row").count() == 12
    assert page.locator("[data-day]").first.is_hidden()
    page.get_by_label("Day of collection").fill("3 March 2026")
    page.locator("#id_row-0-marker").fill("Creatinine")
    page.locator("#id_row-0-value").fill("4.10")
    page.locator("#id_row-0-unit").fill("mg/dL")
    page.get_by_role("button", name="Add 12 rows").click()
    assert page.locator("tr.row").count() == 24
    assert page.locator("#id_row-0-value").input_value() == "4.10"
    page.get_by_label("Panel").select_option(label="Lipids")
    page.get_by_role("button", name="Add its markers").click()
    assert "Total cholesterol" in [one.input_value() for one in page.locator("[data-column=marker]").all()]
    page.get_by_role("button", name="Review").last.click()
    assert "Nothing is saved yet" in page.locator(".lead").inner_text()
    page.get_by_role("button", name="Change something").click()
    page.locator("#id_row-0-value").fill("0.90")
    page.get_by_role("button", name="Review").last.click()
    page.get_by_role("button", name="Save").last.click()
    page.wait_for_url(VISIT)
    assert "0.90 mg/dL" in page.locator("main").inner_text()

    page.get_by_role("link", name="Edit").click()
    page.locator("#id_row-0-value").fill("0.910")
    page.get_by_role("button", name="Review").last.click()
    page.get_by_role("button", name="Save").last.click()
    page.wait_for_url(VISIT)
    assert "0.910 mg/dL" in page.locator("main").inner_text()

    page.get_by_role("button", name="Delete").click()
    assert "3 March 2026, with 1 result, was deleted" in page.locator("form.notice").inner_text()
    assert page.locator("main table").count() == 0
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(VISIT)
    assert "0.910 mg/dL" in page.locator("main").inner_text()


def test_a_marker_is_whole_without_its_drawing(site):
    context = site.context("demo", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/people/{site.persons['Maya']}/markers/beta-2-microglobulin/")
    assert page.locator("svg.numberline text.value").text_content() == "2.9"
    assert page.locator(".sentence").inner_text().startswith("2.9 mg/L on 3 October 2026 is above your reference range")
    assert page.locator("table.series tbody tr").count() == 11
    assert "The drawing needs JavaScript; the table below holds every point." in page.content()
    assert page.locator("#chart").is_hidden()
    page.get_by_role("link", name="nmol/L", exact=True).click()
    assert page.locator("table.series tbody tr").count() == 11
    assert "nmol/L" in page.locator(".figure").inner_text()
    page.get_by_role("link", name="2 years", exact=True).click()
    assert 0 < page.locator("table.series tbody tr").count() < 11
    page.locator(".why summary").click()
    assert page.locator(".why table").is_visible()
    context.close()


def test_a_file_is_read_confirmed_and_taken_back(ada):
    page, person = ada
    upload(page, person, bundle(name="Ada"))
    assert "2 Ready · 1 Check · 1 Can't read. Nothing is saved yet." in page.locator(".lead").inner_text()
    page.get_by_label("Accept Total protein").check()
    page.get_by_role("button", name="Save 2 ready").click()
    assert page.get_by_role("status").inner_text() == "3 results were saved."
    page.get_by_role("button", name="Undo the whole import").click()
    assert page.get_by_role("status").inner_text() == "The import was undone: 3 results were removed."
    page.goto(f"/people/{person}/markers/total-protein/")
    assert "has no result of this marker yet" in page.locator("main").inner_text()


def test_a_person_is_changed_only_after_being_told_what_it_touches(ada):
    page, person = ada
    type_visit(page, person, "5 May 2026", {0: {"marker": "Creatinine", "value": "0.92", "unit": "mg/dL"}})
    page.get_by_role("button", name="Review").last.click()
    page.get_by_role("button", name="Save").last.click()
    page.goto(f"/people/{person}/edit")
    page.get_by_label("Male", exact=True).check()
    page.get_by_role("button", name="Save").click()
    assert "would be compared with another range" in page.locator(".notice").inner_text()
    page.get_by_role("button", name="Save with the other ranges").click()
    assert page.get_by_role("status").inner_text() == "The details were saved. No value was changed."
