"""The list of markers: by panel, with how many results the person has, and found by any of their names."""

from __future__ import annotations

from datetime import date

import pytest

from markers.models import PanelMarker
from markers.queries import catalogue, touch
from results.actions.visits import TypedRow, create_visit
from tests.html import Page, unknown_targets, unlabelled

pytestmark = pytest.mark.django_db


def shown(client, person, **query) -> Page:
    answer = client.get(f"/people/{person.pk}/markers/", query)
    assert answer.status_code == 200
    page = Page(answer)
    assert unknown_targets(page) == []
    assert unlabelled(page) == []
    return page


def slugs(page: Page) -> set[str]:
    return {link.split("/")[-2] for link in page.links if "/markers/" in link and not link.endswith("/markers/")}


def test_every_marker_is_reached_from_here(alice_client, maya):
    assert slugs(shown(alice_client, maya)) == set(catalogue().markers)


def test_each_marker_says_how_many_results_there_are(alice_client, maya):
    rows = [TypedRow(marker=slug, value="1", unit="") for slug in ("ferritin", "ferritin", "sodium")]
    create_visit(person=maya, collected_on=date(2024, 10, 3), rows=rows)
    text = shown(alice_client, maya).text
    assert "Ferritin FERR · 2 results" in text
    assert "Sodium" in text
    assert "1 result " in text
    assert "no result" in text


@pytest.mark.parametrize(
    ("wanted", "slug"),
    [
        ("ferri", "ferritin"),
        ("FERR", "ferritin"),
        ("2276-4", "ferritin"),
        ("  serum   ferritin ", "ferritin"),
        ("b2m", "beta-2-microglobulin"),
    ],
)
def test_a_marker_is_found_by_name_abbreviation_alias_and_code(alice_client, maya, wanted, slug):
    assert slug in slugs(shown(alice_client, maya, q=wanted))


@pytest.mark.parametrize("wanted", ["xyzzy", "<script>alert(1)</script>", "a\x00b", "' OR 1=1 --", "%", "\\", "名"])
def test_what_is_not_found_is_said_as_it_was_typed(alice_client, maya, wanted):
    page = shown(alice_client, maya, q=wanted)
    assert f"There is no marker called “{wanted}”." in page.text
    assert "<script>alert" not in page.html
    assert slugs(page) == set()


def test_a_long_wish_is_cut(alice_client, maya):
    assert "x" * 81 not in shown(alice_client, maya, q="x" * 100_000).text


def test_a_panel_can_be_logged_from_here(alice_client, maya):
    assert f"/people/{maya.pk}/visits/new?panel=lipids" in shown(alice_client, maya).links


def test_a_marker_of_no_panel_is_listed_last(alice_client, maya):
    PanelMarker.objects.filter(marker__slug="ferritin").delete()
    touch()
    page = Page(alice_client.get(f"/people/{maya.pk}/markers/"))
    assert page.headings[-1] == (2, "Other markers")
    assert f"/people/{maya.pk}/markers/ferritin/" in page.links
