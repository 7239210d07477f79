"""The public list of markers: by panel, and found by what is typed."""

from __future__ import annotations

import pytest
from django.test import Client

from markers.models import Panel, PanelMarker
from markers.queries import catalogue, touch
from tests.html import Page, unknown_targets, unlabelled

pytestmark = pytest.mark.django_db


def shown(**query) -> Page:
    answer = Client().get("/markers/", query)
    assert answer.status_code == 200
    page = Page(answer)
    assert unknown_targets(page) == []
    assert unlabelled(page) == []
    return page


def slugs(page: Page, folder: str = "markers") -> list[str]:
    """The markers or panels that are linked, in order."""
    parts = [link.strip("/").split("/") for link in page.links]
    return [part[1] for part in parts if len(part) == 2 and part[0] == folder]


def test_every_marker_and_panel_is_linked():
    page, known = shown(), catalogue()
    assert set(slugs(page)) == set(known.markers)
    assert slugs(page, "panels") == [one.slug for one in known.panels if one.markers]
    assert f"{len(known.markers)} markers in all." in page.text


def test_a_panel_lists_its_markers_in_its_order():
    page, panel = shown(), next(one for one in catalogue().panels if one.slug == "kidney-function")
    listed = slugs(page)
    start = listed.index(panel.markers[0])
    assert tuple(listed[start : start + len(panel.markers)]) == panel.markers


def test_a_marker_says_its_short_name_and_specimen():
    ferritin = catalogue().markers["ferritin"]
    assert f"{ferritin.name} {ferritin.short_name} · {ferritin.specimen}" in shown().text


def test_a_marker_of_no_panel_is_listed_last():
    PanelMarker.objects.filter(marker__slug="ferritin").delete()
    Panel.objects.create(slug="none-yet", name="None yet", position=1)
    touch()
    page = shown()
    assert page.headings[-1] == (2, "Other markers")
    assert slugs(page)[-1] == "ferritin"
    assert "none-yet" not in slugs(page, "panels")
    assert Client().get("/panels/").status_code == Client().get("/panels/none-yet/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        *(("b2 microglobuline", "beta-2-microglobulin"), ("SGPT", "alt"), ("Hb", "hemoglobin"), ("TGP", "alt")),
        *(
            ("kreatinin", "creatinine"),
            ("2276-4", "ferritin"),
            ("  ferittin ", "ferritin"),
            ("vit d", "vitamin-d-25-oh"),
        ),
    ],
)
def test_a_marker_is_found_and_comes_first(typed, slug):
    page = shown(q=typed)
    assert slugs(page)[0] == slug
    assert f"found for “{' '.join(typed.split())}”" in page.text
    assert next(one for one in page.controls if one.get("name") == "q")["value"] == " ".join(typed.split())


def test_a_marker_that_is_found_names_its_panels():
    assert slugs(shown(q="ferritin"), "panels") == list(catalogue().markers["ferritin"].panels)


def test_a_panel_is_found_by_its_name():
    page = shown(q="liver")
    assert "liver" in slugs(page, "panels")
    assert "Panel of this name: Liver" in page.text


@pytest.mark.parametrize("typed", ["xyzzy", "<script>alert(1)</script>", "a\x00b", "' OR 1=1 --", "%", "\\", "名"])
def test_nothing_found_says_what_to_try(typed):
    page = shown(q=typed)
    assert f"No marker found for “{typed}”." in page.text
    assert (2, "What to try") in page.headings
    assert "<script>alert" not in page.html
    assert slugs(page) == []
    assert "/markers/" in page.links


def test_what_is_advised_works():
    for typed in ("ferr", "ALT", "Hb", "2276-4"):
        assert slugs(shown(q=typed))


@pytest.mark.parametrize("typed", ["", "  ", "\t"])
def test_an_empty_wish_shows_all(typed):
    assert set(slugs(shown(q=typed))) == set(catalogue().markers)


def test_a_long_wish_is_cut():
    assert "x" * 81 not in shown(q="x" * 100_000).text


def test_the_count_is_announced():
    assert 'id="count" role="status"' in shown(q="alt").html


@pytest.mark.parametrize("path", ["/markers/", "/panels/", "/markers/ferritin/", "/panels/liver/"])
def test_the_catalogue_is_open_to_all_and_only_read(alice_client, path):
    assert Client().get(path).status_code == alice_client.get(path).status_code == 200
    assert alice_client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/markers/nothing/", "/panels/nothing/"])
def test_what_is_not_in_the_catalogue_is_not_found(path):
    assert Client().get(path).status_code == 404


def test_the_way_there_stands_in_the_header_and_in_a_persons_list(alice_client, maya):
    assert "/markers/" in Page(Client().get("/")).links
    page = Page(alice_client.get(f"/people/{maya.pk}/markers/"))
    assert page.links.count("/markers/") == 2
    assert "Browse all markers" in page.text
