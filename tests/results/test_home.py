"""The start page, and a person's overview: latest visit, and each panel's markers at a glance."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from results.actions.visits import TypedRow, create_visit
from results.models import Result
from tests.factories import PersonFactory
from tests.html import Page, unknown_targets

pytestmark = pytest.mark.django_db


def log(person, day, *rows, lab="", **about):
    typed = [TypedRow(marker=marker, value=value, unit=unit) for marker, value, unit in rows]
    return create_visit(person=person, collected_on=day, rows=typed, lab=lab, **about)


def shown(client, person) -> Page:
    page = Page(client.get(f"/people/{person.pk}/"))
    assert unknown_targets(page) == []
    return page


def tile(page: Page, name: str) -> str:
    """What the tile of a marker says."""
    found = re.search(rf'<li class="tile">\s*<a [^>]*>{re.escape(name)}</a>(.*?)</li>', page.html, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def test_the_start_page_says_what_it_is_and_what_happens_to_the_data(client):
    page = Page(client.get("/"))
    assert page.headings[0] == (1, "Your blood tests over the years, against the range that fits you")
    assert "Whoever runs the server can read what is stored on it." in page.text
    assert {"/accounts/signup/", "/accounts/login/"} <= set(page.links)


def test_a_signed_in_account_goes_on_to_its_first_person(alice_client, alice, maya):
    PersonFactory(account=alice, name="Leo")
    assert alice_client.get("/").url == "/home"
    assert alice_client.get("/home").url == f"/people/{maya.pk}/"


def test_nothing_logged_yet_says_so_and_offers_both_ways(alice_client, maya):
    page = shown(alice_client, maya)
    assert "No visit is logged yet." in page.text
    assert {f"/people/{maya.pk}/visits/new", f"/people/{maya.pk}/import/"} <= set(page.links)


def test_the_latest_visit_comes_first_with_its_counts(alice_client, maya):
    log(maya, date(2022, 1, 2), ("sodium", "150", "mmol/L"))
    latest = [("beta-2-microglobulin", "1.9", "mg/L"), ("sodium", "140", "mmol/L"), ("ferritin", "neg", "ng/mL")]
    visit = log(maya, date(2024, 10, 3), *latest, lab="City & <b>Lab</b>")
    log(maya, date(2021, 1, 2), ("sodium", "130", "mmol/L"))
    page = shown(alice_client, maya)
    assert "3 October 2024, City & <b>Lab</b>: 3 results: 1 in range · 1 above range" in page.text
    assert f"/people/{maya.pk}/visits/{visit.pk}/" in page.links
    assert page.headings[:2] == [(1, "Maya"), (2, "Latest visit")]


def test_each_marker_has_its_latest_value_position_day_and_drawing(alice_client, maya):
    for year, value in ((2022, "1.7"), (2024, "1.90"), (2023, "<0.7")):
        log(maya, date(year, 10, 3), ("beta-2-microglobulin", value, "mg/L"))
    page = shown(alice_client, maya)
    assert tile(page, "Beta-2 microglobulin") == "1.90 mg/L above range 3 Oct 2024 · 3 results"
    assert page.html.count('<svg class="spark"') == 1
    assert f"/people/{maya.pk}/markers/beta-2-microglobulin/" in page.links


@pytest.mark.parametrize(
    ("marker", "value", "unit", "says"),
    [
        ("Ferritin", "41", "mg/dL", "No number to draw; see the list. 1 result"),
        ("Ferritin", "negative", "ng/mL", "No number to draw; see the list. 1 result"),
        ("Ferritin", "0", "ng/mL", "0 ng/mL below range 3 Oct 2024 · 1 result"),
        ("Ferritin", "<5", "ng/mL", "<5 ng/mL below range 3 Oct 2024 · 1 result"),
        ("Urine albumin", "12", "mg/L", "12 mg/L no range 3 Oct 2024 · 1 result"),
    ],
)
def test_a_tile_says_what_can_be_said(alice_client, maya, marker, value, unit, says):
    log(maya, date(2024, 10, 3), (marker.lower().replace(" ", "-"), value, unit))
    assert tile(shown(alice_client, maya), marker) == says


@pytest.mark.parametrize(
    ("system", "says"),
    [
        ("reported", "88 µmol/L in range"),
        ("conventional", "≈ 1.00 mg/dL in range"),
        ("si", "88 µmol/L in range"),
    ],
)
def test_a_tile_is_in_the_persons_usual_unit(alice_client, maya, system, says):
    maya.unit_system = system
    maya.save()
    log(maya, date(2023, 10, 3), ("creatinine", "0.9", "mg/dL"))
    log(maya, date(2024, 10, 3), ("creatinine", "88", "umol/L"))
    assert tile(shown(alice_client, maya), "Creatinine") == f"{says} 3 Oct 2024 · 2 results"


def test_markers_stand_under_their_panel_in_its_order_and_once(alice_client, maya):
    rows = [("egfr", "90", "mL/min/{1.73_m2}"), ("creatinine", "0.9", "mg/dL"), ("sodium", "140", "mmol/L")]
    log(maya, date(2024, 10, 3), *rows)
    page = shown(alice_client, maya)
    assert [text for level, text in page.headings if level == 2] == ["Latest visit", "Kidney function", "Electrolytes"]
    assert re.findall(r"markers/([a-z0-9-]+)/", page.html) == ["creatinine", "egfr", "sodium"]


def test_other_results_are_listed_as_they_came(alice_client, maya):
    visit = log(maya, date(2024, 10, 3))
    texts = {"name": "Rouleaux <i>", "text": "few & far"}
    Result.objects.create(person=maya, visit=visit, collected_on=date(2024, 10, 3), **texts)
    page = shown(alice_client, maya)
    assert page.row("Rouleaux") == ["Rouleaux <i>", "few & far", "3 Oct 2024"]


def test_the_header_names_the_person_whose_pages_these_are(alice_client, alice, maya):
    leo = PersonFactory(account=alice, name="Leo", born_on=date(2015, 5, 3))
    page = shown(alice_client, leo)
    assert "Leo, 2015" in page.text
    assert f"/people/{leo.pk}/visits/new" in page.links
    assert f"/people/{maya.pk}/" in page.links
