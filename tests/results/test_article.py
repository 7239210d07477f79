"""The public page of a marker: everything the data holds, each figure with its source, and one's own value apart."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bloodsight.people.models import Person
from markers.models import Article, Marker
from markers.queries import catalogue, touch
from results.actions.visits import TypedRow, create_visit
from tests.html import Page, unknown_targets, unlabelled

pytestmark = pytest.mark.django_db
B2M = "/markers/beta-2-microglobulin/"
IN_ORDER = (
    *("What it is", "What the numbers usually mean", "Ranges by group", "What a high value can mean"),
    *("How specimens tell causes apart", "Reading it in context", "What a low or in-range value means"),
    *("Questions people ask", "Sources", "Read beside it"),
)


def shown(client, path=B2M) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200
    page = Page(answer)
    assert unknown_targets(page) == []
    assert unlabelled(page) == []
    return page


def linked_data(client, path=B2M) -> list[dict]:
    html = client.get(path).content.decode()
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(found)["@graph"]


@pytest.mark.parametrize("slug", ["beta-2-microglobulin", "ferritin", "egfr"])
def test_a_full_page_says_everything_in_order(slug):
    text = shown(Client(), f"/markers/{slug}/").text
    places = [text.index(heading) for heading in IN_ORDER if heading != "How specimens tell causes apart"]
    assert places == sorted(places)


def test_every_marker_has_a_page_whose_every_citation_is_listed():
    for slug, marker in catalogue().markers.items():
        html = Client().get(f"/markers/{slug}/").content.decode()
        cited = set(re.findall(r'href="#source-(\d+)"', html))
        listed = re.findall(r'id="source-(\d+)"', html)
        assert cited <= set(listed), slug
        assert [int(number) for number in listed] == list(range(1, len(listed) + 1)), slug
        assert marker.summary.replace("'", "&#x27;") in html, slug
        assert "(no figure on record)" not in html, slug


def test_both_band_figures_are_drawn_and_written():
    html = Client().get(B2M).content.decode()
    for figure in ("3.5", "5.5"):
        assert re.search(rf'<text class="tick"[^>]*>{figure}</text>', html)
    text = shown(Client()).text
    for told in ("0.7–1.8 mg/L", "below 3.5 mg/L", "3.5 to below 5.5 mg/L", "5.5 mg/L or more", "newly diagnosed"):
        assert told in text, told


def test_a_page_without_an_article_is_whole():
    bare = next(slug for slug, one in catalogue().markers.items() if not one.article and one.ranges and one.related)
    text = shown(Client(), f"/markers/{bare}/").text
    for heading in ("What the numbers usually mean", "Ranges by group", "Names, units and codes", "Sources"):
        assert heading in text
    assert "There is no article yet" in text
    assert "Questions people ask" not in text
    assert [one["@type"] for one in linked_data(Client(), f"/markers/{bare}/")] == ["MedicalTest"]


def test_search_engines_find_the_test_and_its_questions():
    test, questions = linked_data(Client())
    assert test["@type"] == "MedicalTest"
    assert {"codeValue": "1952-1", "codingSystem": "LOINC", "@type": "MedicalCode"} in test["code"]
    assert "0.7–1.8 mg/L" in test["normalRange"]
    assert questions["@type"] == "FAQPage"
    assert len(questions["mainEntity"]) >= 6
    assert all("[@" not in one["acceptedAnswer"]["text"] for one in questions["mainEntity"])


def test_a_hostile_article_stays_text():
    marker = Marker.objects.get(slug="sodium")
    marker.summary = "</script><script>alert(1)</script>."
    marker.save()
    touch()
    html = Client().get("/markers/sodium/").content.decode()
    assert "<script>alert" not in html
    assert linked_data(Client(), "/markers/sodium/")[0]["description"] == marker.summary


def test_an_article_that_cant_be_read_leaves_the_figures():
    Article.objects.filter(marker__slug="ferritin").update(text="no front matter")
    touch()
    assert "There is no article yet" in shown(Client(), "/markers/ferritin/").text


def test_who_wrote_it_and_that_nobody_has_reviewed_it_is_said():
    text = shown(Client()).text
    assert re.search(r"Written by The BloodSight authors, \d+ \w+ 20\d\d, version \d", text)
    assert "Not yet reviewed by a clinician" in text


def test_signed_out_there_is_an_invitation_and_nobodys_value():
    text = shown(Client()).text
    assert "See yours on one timeline" in text
    assert "made-up person" in text
    assert "latest value" not in text


def test_signed_in_ones_own_latest_value_stands_beside_ones_own_range_only(alice_client, maya):
    rows = [TypedRow(marker="beta-2-microglobulin", value="2.90", unit="mg/L")]
    create_visit(person=maya, collected_on=date(2024, 10, 3), lab="Mayo", rows=rows)
    page = shown(alice_client)
    assert f"{maya.name}: latest value" in page.text
    assert "2.90 mg/L on 3 October 2024 is above your reference range, 1.21 to 2.70" in page.text
    assert f"/people/{maya.pk}/markers/beta-2-microglobulin/" in page.links
    own = re.search(r'<section class="card own".*?</section>', alice_client.get(B2M).content.decode(), re.DOTALL)[0]
    assert "3.5" not in own
    assert "5.5" not in own
    assert "See yours on one timeline" not in page.text


@pytest.mark.parametrize(
    ("system", "says"),
    [("reported", "88 µmol/L on 3"), ("conventional", "About 1.00 mg/dL on 3"), ("si", "88 µmol/L on 3")],
)
def test_ones_own_value_is_in_the_persons_usual_unit(alice_client, maya, system, says):
    maya.unit_system = system
    maya.save()
    create_visit(person=maya, collected_on=date(2024, 10, 3), rows=[TypedRow("creatinine", "88", "umol/L")])
    assert says in shown(alice_client, "/markers/creatinine/").text


def test_a_strangers_value_is_never_shown(bob_client, maya):
    create_visit(person=maya, collected_on=date(2024, 10, 3), rows=[TypedRow("beta-2-microglobulin", "2.90", "mg/L")])
    assert "2.90" not in shown(bob_client).text


def test_somebody_without_a_result_is_offered_a_visit(alice_client, maya):
    assert f"{maya.name} has no result of this marker yet" in shown(alice_client).text


@pytest.mark.parametrize("value", ["<0.5", "neg", "4,10", "1e3"])
def test_values_of_all_kinds_leave_the_page_whole(alice_client, maya, value):
    create_visit(person=maya, collected_on=date(2024, 10, 3), rows=[TypedRow("beta-2-microglobulin", value, "mg/L")])
    assert "What it is" in shown(alice_client).text


def test_no_such_marker_is_not_found():
    assert Client().get("/markers/nothing/").status_code == 404


@pytest.mark.parametrize(("who", "most"), [(None, 1), ("alice", 6)])
def test_the_page_takes_at_most_six_queries(alice_client, maya, who, most):
    create_visit(person=maya, collected_on=date(2024, 10, 3), rows=[TypedRow("beta-2-microglobulin", "2.90", "mg/L")])
    client = alice_client if who else Client()
    client.get(B2M)
    with CaptureQueriesContext(connection) as made:
        assert client.get(B2M).status_code == 200
    assert len(made) <= most, [one["sql"][:90] for one in made]


def test_an_account_without_a_person_sees_the_public_page(bob_client, bob):
    assert not Person.objects.filter(account=bob).exists()
    assert "What it is" in shown(bob_client).text


def test_the_site_map_names_every_page_and_the_feed_every_article():
    site_map = Client().get("/sitemap.xml").content.decode()
    known = catalogue()
    for address in (
        *(f"/markers/{slug}/" for slug in known.markers),
        *(f"/panels/{one.slug}/" for one in known.panels),
    ):
        assert f"{address}</loc>" in site_map, address
    assert "/people/" not in site_map
    feed = Client().get("/articles.atom")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert feed.content.decode().count("<entry>") == Article.objects.count()
    assert "Sitemap: " in Client().get("/robots.txt").content.decode()
