"""A real synthetic record of ten years, through the door a person uses."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from results.models import Result, Visit
from tests.factories import PersonFactory

pytestmark = [pytest.mark.samples, pytest.mark.django_db]


@pytest.fixture
def don(alice):
    return PersonFactory(account=alice, name="Don Moore", sex="male", born_on=date(1932, 6, 9))


@pytest.fixture
def bundle(samples):
    return next((samples / "fhir" / "synthea").glob("smart_Don_Moore_*.json")).read_bytes()


def bring(client, person, content):
    """Uploads a document and confirms every row of it."""
    made = client.post(
        f"/api/v1/persons/{person.pk}/imports/",
        {"file": SimpleUploadedFile("don.json", content, content_type="application/json")},
    )
    assert made.status_code == 201, made.content[:500]
    url = f"/api/v1/imports/{made.json()['id']}/"
    saved = client.post(f"{url}confirm/", {"accept": "all"}, content_type="application/json")
    assert saved.status_code == 200, saved.content[:500]
    return made.json(), saved.json(), url


def test_it_brings_435_results_over_23_days_and_a_second_time_none(alice_client, don, bundle):
    begun = time.perf_counter()
    _made, saved, url = bring(alice_client, don, bundle)
    assert time.perf_counter() - begun < 5
    assert saved["saved"] == 435
    assert saved["left"] == []
    assert Result.objects.filter(person=don).count() == 435
    days = set(Visit.objects.filter(person=don).values_list("collected_on", flat=True))
    assert len(days) == 23
    assert (min(days), max(days)) == (date(2009, 5, 28), date(2019, 3, 21))
    again, saved_again, _ = bring(alice_client, don, bundle)
    assert {row["state"] for row in again["rows"]} == {"stored"}
    assert saved_again["saved"] == 0
    assert Result.objects.filter(person=don).count() == 435
    undone = alice_client.post(f"{url}undo/")
    assert undone.json()["removed"] == 435
    assert Result.objects.filter(person=don).count() == 0
    assert Visit.objects.filter(person=don).count() == 0


def test_creatinine_comes_with_every_digit_and_the_band_of_his_age(alice_client, don, bundle):
    bring(alice_client, don, bundle)
    shown = alice_client.get(f"/api/v1/persons/{don.pk}/timeline/creatinine/").json()
    written = [point["reported"]["value"] for point in shown["points"]]
    assert len(written) == 24
    assert (written[0], written[-1]) == ("0.8055632827016943", "0.6004949984597621")
    assert max(written, key=Decimal) == "3.4587204617281757"
    assert [point["value"] for point in shown["points"]] == written
    assert shown["points"][0]["age"] == "76 years"
    assert shown["bands"]
    band = shown["bands"][-1]
    assert (band["from"], band["to"]) == (shown["points"][0]["date"], "2019-03-22")
    assert band["origin"] == "general"


def test_no_pair_of_one_instant_is_lost(alice_client, don, bundle):
    entries = [entry["resource"] for entry in json.loads(bundle)["entry"]]
    sent = Counter(
        (one["code"]["coding"][0]["code"], one["effectiveDateTime"])
        for one in entries
        if one["resourceType"] == "Observation" and one["category"][0]["coding"][0]["code"] == "laboratory"
    )
    pairs = [key for key, count in sent.items() if count > 1]
    assert len(pairs) == 10
    made, _, _ = bring(alice_client, don, bundle)
    assert all(row["state"] != "unreadable" for row in made["rows"])
    assert Result.objects.filter(person=don).count() == sum(sent.values())


def test_a_unit_that_contradicts_the_value_is_asked_about_and_never_judged(alice_client, don, bundle):
    made, _, _ = bring(alice_client, don, bundle)
    doubted = [row for row in made["rows"] if row["marker"] in ("total-protein", "globulin")]
    assert len(doubted) == 24
    assert {row["state"] for row in doubted} == {"check"}
    assert all("lies outside every known range" in row["reason"] for row in doubted)
    for slug in ("total-protein", "globulin"):
        shown = alice_client.get(f"/api/v1/persons/{don.pk}/timeline/{slug}/").json()
        assert shown["points"] == []
        assert len(shown["unplotted"]) == 12
        assert "contradicts" in shown["unplotted"][0]["reason"]


def test_without_accepting_only_the_ready_rows_are_saved(alice_client, don, bundle):
    made = alice_client.post(
        f"/api/v1/persons/{don.pk}/imports/", {"file": SimpleUploadedFile("d.json", bundle)}
    ).json()
    states = Counter(row["state"] for row in made["rows"])
    saved = alice_client.post(f"/api/v1/imports/{made['id']}/confirm/", {}, content_type="application/json").json()
    assert saved["saved"] == states["ready"] == Result.objects.filter(person=don).count()
    assert len(saved["left"]) == states["check"] > 0


def test_another_birth_date_stops_with_a_question(alice_client, alice, bundle):
    other = PersonFactory(account=alice, name="Don Moore", sex="male", born_on=date(1933, 6, 9))
    made = alice_client.post(
        f"/api/v1/persons/{other.pk}/imports/", {"file": SimpleUploadedFile("d.json", bundle)}
    ).json()
    assert "born 9 June 1932" in made["question"]
    url = f"/api/v1/imports/{made['id']}/confirm/"
    stopped = alice_client.post(url, {}, content_type="application/json")
    assert stopped.status_code == 400
    assert stopped.json()["errors"][0]["field"] == "this_person"
    assert Result.objects.filter(person=other).count() == 0
    assert alice_client.post(url, {"this_person": True}, content_type="application/json").status_code == 200
    assert Result.objects.filter(person=other).count() > 0


def test_each_question_has_its_reason_and_every_other_row_is_ready(alice_client, don, bundle):
    made = alice_client.post(
        f"/api/v1/persons/{don.pk}/imports/", {"file": SimpleUploadedFile("d.json", bundle)}
    ).json()
    assert made["counts"] == {"ready": 399, "check": 36}
    asked = Counter(
        (row["marker"], row["reason"].replace(row["reported"]["value"], "#"))
        for row in made["rows"]
        if row["state"] == "check"
    )
    assert asked == {
        ("egfr", "its unit, mL/min, is not known for Estimated glomerular filtration rate"): 12,
        ("total-protein", contradiction("g/dL", "g/L")): 12,
        ("globulin", contradiction("g/L", "g/dL")): 12,
    }
    assert "\u200b" not in "".join(row["name"] for row in made["rows"])
    left_out = made["left_out"]
    assert left_out["Observation: not from a laboratory"] == 514 - 435


def contradiction(stated, other):
    return (
        f"# {stated} lies outside every known range, but # {other} would lie inside one:"
        " the unit may be wrong, so it will be kept but not judged"
    )


def test_two_values_at_one_instant_are_ready_and_keep_the_order_of_the_document(alice_client, don, bundle):
    entries = [entry["resource"] for entry in json.loads(bundle, parse_float=str)["entry"]]
    sent: dict[tuple, list[str]] = {}
    for one in entries:
        if one["resourceType"] == "Observation" and one["category"][0]["coding"][0]["code"] == "laboratory":
            answer = one.get("valueQuantity", {}).get("value") or one["valueCodeableConcept"]["text"]
            sent.setdefault((one["code"]["coding"][0]["code"], one["effectiveDateTime"][:19]), []).append(str(answer))
    pairs = {key: answers for key, answers in sent.items() if len(answers) > 1}
    assert len(pairs) == 10
    made, _, _ = bring(alice_client, don, bundle)
    assert [row["name"] for row in made["rows"]]
    rows = Result.objects.filter(person=don).select_related("row").order_by("order")
    stored: dict[tuple, list[str]] = {}
    states = Counter()
    for one in rows:
        key = (one.row.codings[0]["code"], f"{one.collected_on}T{one.collected_time}")
        if key in pairs:
            stored.setdefault(key, []).append(one.written)
            states[one.row.state] += 1
    assert stored == pairs
    assert states == {"ready": 20}
    shown = alice_client.get(f"/api/v1/persons/{don.pk}/timeline/creatinine/").json()
    assert [point["reported"]["value"] for point in shown["points"][:2]] == ["0.8055632827016943", "3.2153244276249167"]
