"""A real synthetic record of ten years, through the door a person uses."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from markers.queries import catalogue
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
    assert made["counts"] == {"ready": 407, "check": 28}
    asked = Counter(
        (row["marker"], row["reason"].replace(row["reported"]["value"], "#"))
        for row in made["rows"]
        if row["state"] == "check"
    )
    assert asked == {
        ("rdw", "its unit, fL, is not known for Red cell distribution width"): 4,
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


# Each laboratory code of the record, and the marker it is matched to by that code
MATCHED = {
    "10834-0": "globulin",
    "1742-6": "alt",
    "1751-7": "albumin",
    "18262-6": "ldl-cholesterol",
    "1920-8": "ast",
    "1975-2": "bilirubin-total",
    "20565-8": "bicarbonate",
    "2069-3": "chloride",
    "2085-9": "hdl-cholesterol",
    "2093-3": "total-cholesterol",
    "21000-5": "rdw",
    "2339-0": "glucose",
    "2571-8": "triglycerides",
    "2857-1": "psa-total",
    "2885-2": "total-protein",
    "2947-0": "sodium",
    "32623-1": "mpv",
    "33914-3": "egfr",
    "38483-4": "creatinine",
    "4544-3": "hematocrit",
    "4548-4": "hba1c",
    "49765-1": "calcium",
    "5803-2": "urine-ph",
    "5804-0": "urine-protein",
    "5811-5": "urine-specific-gravity",
    "6298-4": "potassium",
    "6299-2": "urea",
    "6690-2": "wbc",
    "6768-6": "alp",
    "718-7": "hemoglobin",
    "777-3": "platelets",
    "785-6": "mch",
    "786-4": "mchc",
    "787-2": "mcv",
    "789-8": "rbc",
}
WITHOUT_MARKER = {
    "32207-3": "platelet distribution width is no marker of the catalogue",
    "5792-7": "glucose of a urine strip is no marker, and not the glucose of blood",
    "5797-6": "ketones of a urine strip are no marker",
    "20505-4": "bilirubin of a urine strip is no marker, and not the bilirubin of blood",
    "20454-5": "an answer in words: protein on a urine strip",
    "2514-8": "an answer in words: ketones on a urine strip",
    "25428-4": "an answer in words: glucose on a urine strip",
    "32167-9": "an answer in words: clarity of urine",
    "5767-9": "an answer in words: appearance of urine",
    "5770-3": "an answer in words: bilirubin on a urine strip",
    "5778-6": "an answer in words: color of urine",
    "5794-3": "an answer in words: hemoglobin on a urine strip",
    "5799-2": "an answer in words: leukocyte esterase on a urine strip",
    "5802-4": "an answer in words: nitrite on a urine strip",
}


def test_each_of_its_codes_brings_its_marker_or_has_a_reason_for_none(alice_client, don, bundle):
    bring(alice_client, don, bundle)
    found: dict[str, set[str]] = {}
    for one in Result.objects.filter(person=don).select_related("marker", "row"):
        found.setdefault(one.row.codings[0]["code"], set()).add(one.marker.slug if one.marker else "")
        assert one.row.matched_by == ("loinc" if one.marker else "")
    assert found == {code: {slug} for code, slug in MATCHED.items()} | {code: {""} for code in WITHOUT_MARKER}
    assert len(MATCHED) == 35
    assert not WITHOUT_MARKER.keys() & catalogue().by_loinc.keys()


def test_every_matched_result_is_drawn_but_those_whose_unit_is_none_of_the_marker_or_contradicts(
    alice_client, don, bundle
):
    bring(alice_client, don, bundle)
    unplotted = {}
    for slug in sorted(set(MATCHED.values())):
        shown = alice_client.get(f"/api/v1/persons/{don.pk}/timeline/{slug}/").json()
        assert shown["points"] or shown["unplotted"], slug
        if shown["unplotted"]:
            unplotted[slug] = (len(shown["points"]), len(shown["unplotted"]))
    assert unplotted == {"rdw": (0, 4), "total-protein": (0, 12), "globulin": (0, 12)}


def test_filtration_in_ml_min_is_read_as_its_code_defines_it_with_a_note(alice_client, don, bundle):
    made, _, _ = bring(alice_client, don, bundle)
    rows = [row for row in made["rows"] if row["marker"] == "egfr"]
    note = "mL/min is read as mL/min/1.73 m², as its code says."
    assert {(row["state"], row["reason"]) for row in rows} == {("ready", note)}
    results = Result.objects.filter(person=don, marker__slug="egfr")
    assert {(one.unit, one.unit_code, one.method, one.note) for one in results} == {
        ("mL/min", "mL/min/{1.73_m2}", "MDRD", note)
    }
    shown = alice_client.get(f"/api/v1/persons/{don.pk}/timeline/egfr/").json()
    assert len(shown["points"]) == 12
    assert {point["reported"]["unit"] for point in shown["points"]} == {"mL/min"}
    assert all(point["value"] == point["reported"]["value"] for point in shown["points"])
