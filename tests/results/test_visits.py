"""The list of a person's visits, the deleted ones that can come back, and imported files."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from results.actions.visits import TypedRow, create_visit, delete_visit
from results.models import Import, Visit, VisitVersion
from tests.html import Page

pytestmark = pytest.mark.django_db


def log(person, day, count=1, lab="") -> Visit:
    rows = [TypedRow(marker="ferritin", value="41", unit="ng/mL")] * count
    return create_visit(person=person, collected_on=day, rows=rows, lab=lab)


def shown(client, person) -> Page:
    return Page(client.get(f"/people/{person.pk}/visits/"))


def test_no_visit_yet_says_so_and_offers_both_ways(alice_client, maya):
    page = shown(alice_client, maya)
    assert "No visit is logged yet." in page.text
    assert {f"/people/{maya.pk}/visits/new", f"/people/{maya.pk}/import/"} <= set(page.links)


def test_visits_are_listed_the_newest_first(alice_client, maya):
    old, new = log(maya, date(2019, 3, 4)), log(maya, date(2024, 10, 3), 3, "City & <b>Lab</b>")
    log(maya, date(2021, 1, 2))
    page = shown(alice_client, maya)
    rows = [row for row in page.rows if row and row[0][0].isdigit()]
    assert rows[0] == ["3 October 2024", "City & <b>Lab</b>", "3", "typed in"]
    assert [row[0] for row in rows] == ["3 October 2024", "2 January 2021", "4 March 2019"]
    for visit in (old, new):
        assert f"/people/{maya.pk}/visits/{visit.pk}/" in page.links


def test_an_imported_visit_leads_to_its_file(alice_client, maya):
    batch = Import.objects.create(person=maya, file_name="a & b.json", status="confirmed")
    Visit.objects.filter(pk=log(maya, date(2019, 3, 4)).pk).update(batch=batch)
    page = shown(alice_client, maya)
    assert page.row("4 March 2019")[3] == "imported file"
    assert f"/people/{maya.pk}/import/{batch.pk}/" in page.links
    assert "a & b.json" in page.text


@pytest.mark.parametrize(
    ("status", "is_listed"), [("review", True), ("confirmed", True), ("undone", True), ("failed", False)]
)
def test_files_are_listed_unless_they_could_not_be_read(alice_client, maya, status, is_listed):
    Import.objects.create(person=maya, file_name="one.json", status=status)
    assert ("one.json" in shown(alice_client, maya).text) is is_listed


@pytest.mark.parametrize(("days", "is_offered"), [(0, True), (29, True), (31, False)])
def test_a_deleted_visit_is_offered_for_thirty_days(alice_client, maya, days, is_offered):
    delete_visit(visit=log(maya, date(2019, 3, 4)))
    VisitVersion.objects.update(replaced_at=timezone.now() - timedelta(days=days))
    page = shown(alice_client, maya)
    assert ("The visit of 4 March 2019, with 1 result, was deleted." in page.text) is is_offered
    assert any(form.action.endswith("/restore") for form in page.forms) is is_offered


def test_a_hundred_visits_take_no_more_queries_than_one(alice_client, maya, django_assert_max_num_queries):
    for number in range(100):
        log(maya, date(2019, 3, 4) + timedelta(days=number))
    with django_assert_max_num_queries(7):
        shown(alice_client, maya)


def test_a_visit_deleted_more_than_30_days_ago_is_gone(alice_client, maya):
    rows = [TypedRow(marker="ferritin", value="41", unit="ng/mL")]
    visit = create_visit(person=maya, collected_on=date(2024, 1, 2), rows=rows)
    other = create_visit(person=maya, collected_on=date(2024, 2, 2), rows=rows)
    delete_visit(visit=visit)
    VisitVersion.objects.update(replaced_at=timezone.now() - timedelta(days=31))
    assert alice_client.post(f"/people/{maya.pk}/visits/{visit.pk}/restore").status_code == 404
    delete_visit(visit=other)
    assert list(VisitVersion.objects.values_list("visit_id", flat=True)) == [other.pk]
