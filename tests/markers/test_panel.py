"""The public page of a panel: why its markers are read together, each with its ranges and their sources."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.test import Client

from markers.models import Panel, PanelMarker, ReferenceRange
from markers.queries import catalogue, touch
from tests.html import Page, unknown_targets

KIDNEY = "kidney-function"
pytestmark = pytest.mark.django_db


def shown(client=None, slug=KIDNEY) -> Page:
    answer = (client or Client()).get(f"/panels/{slug}/")
    assert answer.status_code == 200
    page = Page(answer)
    assert unknown_targets(page) == []
    return page


def linked_data(page: Page) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page.html, re.DOTALL)[1])


def test_each_marker_is_linked_in_order_with_its_summary():
    page, known = shown(), catalogue()
    panel = known.panel(KIDNEY)
    names = [known.markers[slug].name for slug in panel.markers]
    assert [row[0][: len(name)] for row, name in zip(page.rows[1:], names, strict=True)] == names
    assert [link.split("/")[2] for link in page.links if re.fullmatch(r"/markers/[^/]+/", link)] == list(panel.markers)
    for slug in panel.markers:
        assert known.markers[slug].summary in page.text


def test_a_range_stands_with_its_unit_its_people_and_the_number_of_its_source():
    page = shown()
    assert page.row("Beta-2 microglobulin")[1].startswith("0.7–1.8 mg/L adults (from 18 years)1")
    assert page.row("Urine albumin")[1] == "No general range is on record."
    for people in (" women (from 19 years)", " men (from 19 years)"):
        assert page.row("Creatinine")[1].count(people) == 1


def test_every_number_of_a_source_leads_to_it_and_every_source_is_cited():
    page = shown()
    cited = {link for link in page.links if link.startswith("#source-")}
    assert cited == {f"#{one}" for one in page.ids if one.startswith("source-")} != set()


def test_why_they_are_read_together_is_said_where_it_is_written():
    Panel.objects.filter(slug=KIDNEY).update(why="First <b>thing</b>.\n\nSecond thing.")
    touch()
    page = shown()
    assert (2, "Why these are read together") in page.headings
    assert "First <b>thing</b>. Second thing." in page.text
    Panel.objects.filter(slug=KIDNEY).update(why="")
    touch()
    assert (2, "Why these are read together") not in shown().headings


def test_search_engines_find_a_panel_with_its_tests():
    page, panel = shown(), catalogue().panel(KIDNEY)
    found = linked_data(page)
    assert (found["@type"], found["name"]) == ("MedicalTestPanel", panel.name)
    assert found["url"] == f"{settings.SITE_URL}/panels/{KIDNEY}/"
    assert f'<link rel="canonical" href="{found["url"]}">' in page.html
    assert f'<meta name="description" content="{panel.summary}">' in page.html
    assert [one["@type"] for one in found["subTest"]] == ["MedicalTest"] * len(panel.markers)
    assert [one["url"] for one in found["subTest"]] == [f"{settings.SITE_URL}/markers/{one}/" for one in panel.markers]


def test_a_name_cannot_leave_the_script_of_the_linked_data():
    Panel.objects.filter(slug=KIDNEY).update(name='</script><script>alert(1)</script> & "co"')
    touch()
    page = shown()
    assert "<script>alert" not in page.html
    assert linked_data(page)["name"] == '</script><script>alert(1)</script> & "co"'


def test_a_panel_without_markers_says_so():
    PanelMarker.objects.filter(panel__slug=KIDNEY).delete()
    touch()
    page = shown()
    assert "No marker is in this panel yet." in page.text
    assert "Make an account" not in page.text


def test_a_range_no_longer_in_force_is_left_out():
    ReferenceRange.objects.filter(marker__slug="beta-2-microglobulin", laboratory=None).update(in_force_to="2001-01-01")
    touch()
    assert shown().row("Beta-2 microglobulin")[1] == "No general range is on record."


def test_a_visitor_is_invited_and_comes_back_here_after_signing_in():
    page = shown()
    assert "/accounts/signup/" in page.links
    assert f"/accounts/login/?next=/panels/{KIDNEY}/" in page.links


def test_somebody_signed_in_goes_to_all_values_of_the_active_person(alice_client, maya):
    page = shown(alice_client)
    assert f"/people/{maya.pk}/panels/{KIDNEY}/" in page.links
    assert "See all 7 values of Maya together" in page.text
    assert "/accounts/signup/" not in page.links


def test_an_account_without_a_person_is_asked_for_one(alice_client):
    page = shown(alice_client)
    assert "Say whose results you log" in page.text
    assert "/people/new/" in page.links
