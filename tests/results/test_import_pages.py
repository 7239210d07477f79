"""Bringing a file by page: read, reviewed, confirmed, undone; nothing is saved before."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from results.models import Import, Result, Visit
from tests.html import Page, unknown_targets, unlabelled

pytestmark = pytest.mark.django_db
PATIENT = {"resourceType": "Patient", "gender": "female", "birthDate": "1963-06-14", "name": [{"text": "Maya"}]}


def observation(number: int, code="2276-4", value="41", unit="ng/mL", name="Ferritin", **more) -> dict:
    quantity = {"value": float(value), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    found = {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": name},
        "effectiveDateTime": f"2024-10-{number:02}T08:00:00+02:00",
        "valueQuantity": quantity,
    }
    found.update(more)
    return {key: value for key, value in found.items() if value is not None}


READY = observation(1)
CHECK = observation(2, "2885-2", "63.7", "g/dL", "Total protein")
OTHER = observation(3, "99999-9", "5", "1", "Rare & <b>thing</b>")
UNREADABLE = observation(4, "2951-2", "140", "mmol/L", "Sodium", effectiveDateTime=None)


def upload(client, person, *observations, patient=PATIENT, name="one.json", content=None):
    resources = [patient, *observations] if patient else observations
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    file = SimpleUploadedFile(name, json.dumps(bundle).encode() if content is None else content)
    return client.post(f"/people/{person.pk}/import/", {"file": file})


def review(client, answer) -> Page:
    page = Page(client.get(answer.url))
    assert unknown_targets(page) == []
    assert unlabelled(page) == []
    return page


def confirm(client, url, page, **changes):
    [form] = [one for one in page.forms if not one.action and one.method == "post"]
    return client.post(url, form.sent(**changes))


def test_the_page_says_what_it_takes(alice_client, maya):
    page = Page(alice_client.get(f"/people/{maya.pk}/import/"))
    assert "A FHIR R4 file in JSON" in page.text
    assert "up to 50 MB" in page.text
    assert unlabelled(page) == []


def test_a_file_is_shown_for_review_and_nothing_is_saved(alice_client, maya):
    answer = upload(alice_client, maya, READY, CHECK, OTHER, UNREADABLE)
    assert answer.status_code == 302
    page = review(alice_client, answer)
    assert page.headings[0] == (1, "Look before it is saved")
    assert "one.json: " in page.text
    assert "Nothing is saved yet." in page.text
    assert [text for level, text in page.headings if level == 2] == ["Check (1)", "Can't read (1)", "Ready (2)"]
    assert page.row("Ferritin")[:4] == ["Ferritin", "Ferritin", "41.0 ng/mL", "1 Oct 2024"]
    assert page.row("Rare")[:2] == ["Rare & <b>thing</b>", "other result, not drawn"]
    assert "<b>thing" not in page.html
    assert (Visit.objects.count(), Result.objects.count()) == (0, 0)


def test_confirming_saves_the_ready_rows_and_leaves_the_others(alice_client, maya):
    answer = upload(alice_client, maya, READY, CHECK, OTHER, UNREADABLE)
    done = confirm(alice_client, answer.url, review(alice_client, answer))
    page = Page(alice_client.get(done.url))
    assert "2 results were saved." in page.text
    assert page.row("left out")[1] == "Total protein"
    assert sorted(Result.objects.values_list("value", flat=True)) == ["41.0", "5.0"]
    assert "41.0 ng/mL" in Page(alice_client.get(f"/people/{maya.pk}/markers/ferritin/")).text


def test_one_saved_result_is_said_in_the_singular(alice_client, maya):
    answer = upload(alice_client, maya, READY)
    done = confirm(alice_client, answer.url, review(alice_client, answer))
    assert "1 result was saved." in Page(alice_client.get(done.url)).text
    undone = alice_client.post(f"{answer.url}undo")
    assert "The import was undone: 1 result was removed." in Page(alice_client.get(undone.url)).text


def test_a_ticked_row_is_saved_and_not_judged(alice_client, maya):
    answer = upload(alice_client, maya, READY, CHECK)
    page = review(alice_client, answer)
    [box] = [one["value"] for one in page.controls if one.get("name") == "accept"]
    confirm(alice_client, answer.url, page, accept=box)
    page = Page(alice_client.get(f"/people/{maya.pk}/markers/total-protein/"))
    assert page.row("2 Oct 2024")[2] == "its unit, g/dL, contradicts its value or its code"


def test_everything_that_can_be_read_is_saved_with_one_button(alice_client, maya):
    answer = upload(alice_client, maya, READY, CHECK, OTHER, UNREADABLE)
    confirm(alice_client, answer.url, review(alice_client, answer), all="yes")
    assert Result.objects.count() == 3


def test_pressing_save_twice_saves_once(alice_client, maya):
    answer = upload(alice_client, maya, READY)
    page = review(alice_client, answer)
    for _ in range(2):
        assert confirm(alice_client, answer.url, page).status_code == 302
    assert Result.objects.count() == 1


def test_the_same_file_again_adds_nothing(alice_client, maya):
    for _ in range(2):
        answer = upload(alice_client, maya, READY)
        page = review(alice_client, answer)
        confirm(alice_client, answer.url, page)
    assert [text for level, text in page.headings if level == 2] == ["Stored already (1)"]
    assert Result.objects.count() == 1


def test_undo_removes_the_whole_import_and_can_be_pressed_twice(alice_client, maya):
    answer = upload(alice_client, maya, READY, OTHER)
    confirm(alice_client, answer.url, review(alice_client, answer))
    for _ in range(2):
        undone = alice_client.post(f"{answer.url}undo")
        assert undone.url == answer.url
    assert (Visit.objects.count(), Result.objects.count()) == (0, 0)
    assert "This import was undone; nothing of it is stored." in Page(alice_client.get(answer.url)).text


@pytest.mark.parametrize(
    ("patient", "question"),
    [
        ({**PATIENT, "birthDate": "1961-01-02"}, "This file is about somebody born 2 January 1961."),
        ({**PATIENT, "gender": "male"}, "This file is about somebody male."),
    ],
)
def test_a_file_about_somebody_else_stops_with_a_question(alice_client, maya, patient, question):
    answer = upload(alice_client, maya, READY, patient=patient)
    page = review(alice_client, answer)
    assert question in page.text
    refused = confirm(alice_client, answer.url, page)
    assert refused.status_code == 400
    assert "Nothing was saved: please answer this first" in Page(refused).text
    assert Result.objects.count() == 0
    assert confirm(alice_client, answer.url, Page(refused), this_person="yes").status_code == 302
    assert Result.objects.count() == 1


def test_the_ticks_stay_while_the_question_is_asked(alice_client, maya):
    answer = upload(alice_client, maya, READY, CHECK, patient={**PATIENT, "gender": "male"})
    page = review(alice_client, answer)
    [box] = [one["value"] for one in page.controls if one.get("name") == "accept"]
    refused = Page(confirm(alice_client, answer.url, page, accept=box))
    assert [one["value"] for one in refused.controls if one.get("name") == "accept" and "checked" in one] == [box]
    confirm(alice_client, answer.url, refused, this_person="yes")
    assert Result.objects.count() == 2


def test_another_name_is_only_said(alice_client, maya):
    answer = upload(alice_client, maya, READY, patient={**PATIENT, "name": [{"text": "<b>Max</b> & Co"}]})
    page = review(alice_client, answer)
    assert "The file names <b>Max</b> & Co; you are adding to Maya." in page.text
    assert confirm(alice_client, answer.url, page).status_code == 302


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"{}",
        b"[]",
        b"null",
        b"\x00",
        b"\xff\xfe",
        b'{"resourceType": "Bundle"',
        b"[" * 100_000,
        b"%PDF-1.7",
    ],
)
def test_what_is_no_fhir_file_is_refused_with_its_reason(alice_client, maya, content):
    answer = upload(alice_client, maya, content=content)
    page = Page(answer)
    assert answer.status_code == 400
    assert "The file was not read" in page.text
    assert page.errors == ["#id_file"]
    assert unknown_targets(page) == []
    assert Visit.objects.count() == 0


def test_no_file_and_a_large_file_are_refused(alice_client, maya, settings):
    page = Page(alice_client.post(f"/people/{maya.pk}/import/", {}))
    assert (page.status, "Choose a file first." in page.text) == (400, True)
    settings.UPLOAD_LIMIT = 1_000_000
    page = Page(upload(alice_client, maya, content=b" " * 1_000_001))
    assert (page.status, "The file is larger than 1 MB. Nothing was saved." in page.text) == (400, True)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>.json", "a" * 300 + ".json", "名.json", "a\x00b.json"])
def test_a_file_of_any_name_is_shown_as_text(alice_client, maya, name):
    answer = upload(alice_client, maya, READY, name=name)
    if answer.status_code == 302:
        assert "<script>alert" not in Page(alice_client.get(answer.url)).html
    assert answer.status_code in (302, 400)


@pytest.mark.parametrize("sign", ["\x00", "\ud800", "\u202e", "<script>alert(1)</script>"])
@pytest.mark.parametrize("place", ["name", "unit", "text", "id", "patient", "lab", "note"])
def test_signs_that_no_database_holds_break_nothing(alice_client, maya, sign, place):
    text = f"a{sign}b"
    changes = {
        "name": {"code": {"text": text}},
        "unit": {"valueQuantity": {"value": 1, "unit": text}},
        "text": {"valueQuantity": None, "valueString": text},
        "id": {"id": text},
        "lab": {"performer": [{"display": text}]},
        "note": {"note": [{"text": text}]},
        "patient": {},
    }[place]
    patient = {**PATIENT, "name": [{"text": text}]} if place == "patient" else PATIENT
    answer = upload(alice_client, maya, observation(1, **changes), patient=patient)
    assert answer.status_code in (302, 400)
    if answer.status_code == 302:
        page = review(alice_client, answer)
        assert "<script>alert" not in page.html
        assert confirm(alice_client, answer.url, page, all="yes").status_code == 302
        for url in ("", "visits/"):
            assert "<script>alert" not in Page(alice_client.get(f"/people/{maya.pk}/{url}")).html


@pytest.mark.parametrize("literal", ["1E-60", "1E60", "1E400", "1e-9999", "0." + "1" * 60, "9" * 60, "-0"])
def test_numbers_of_any_size_break_nothing(alice_client, maya, literal):
    text = json.dumps({"resourceType": "Bundle", "entry": [{"resource": observation(1, value="7.25")}]})
    bounded = '"referenceRange": [{"low": {"value": 7.25}, "high": {"value": 7.25}}], "valueQuantity"'
    content = text.replace('"valueQuantity"', bounded).replace("7.25", literal).encode()
    answer = upload(alice_client, maya, content=content)
    assert answer.status_code == 302
    page = review(alice_client, answer)
    assert confirm(alice_client, answer.url, page, all="yes").status_code == 302
    for url in ("", "visits/", "markers/ferritin/"):
        assert alice_client.get(f"/people/{maya.pk}/{url}").status_code == 200


@pytest.mark.parametrize("accept", ["x", "-1", "0", "9" * 30, "9" * 5_000, "١", "1.0", ""])
def test_a_ticked_row_that_does_not_exist_saves_no_more(alice_client, maya, accept):
    answer = upload(alice_client, maya, READY, CHECK)
    page = review(alice_client, answer)
    assert confirm(alice_client, answer.url, page, accept=accept).status_code == 302
    assert Result.objects.count() == 1


def test_a_row_of_another_import_is_not_accepted(alice_client, maya):
    first, second = (upload(alice_client, maya, observation(day, "2885-2", "63.7", "g/dL")) for day in (1, 2))
    row = Import.objects.get(pk=first.url.split("/")[-2]).rows.get()
    confirm(alice_client, second.url, review(alice_client, second), accept=str(row.pk))
    assert Result.objects.count() == 0


def test_a_day_of_long_ago_and_one_to_come_are_read(alice_client, maya):
    days = ["0001-01-01", "9999-12-31"]
    rows = [observation(place + 1, effectiveDateTime=day) for place, day in enumerate(days)]
    answer = upload(alice_client, maya, *rows)
    confirm(alice_client, answer.url, review(alice_client, answer), all="yes")
    found = set(Result.objects.values_list("collected_on", flat=True))
    assert found <= {date.min, date.max}
    for url in ("", "visits/", "visits/new", "markers/ferritin/"):
        assert alice_client.get(f"/people/{maya.pk}/{url}").status_code == 200
