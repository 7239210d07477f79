"""What a person typed or a document carried comes back byte for byte, through every door."""

from __future__ import annotations

import json

import pytest

from results.models import Result

VALUES = ["4.10", "<0.5", "0", "0.00000001", "123456789.012345", "4,10", "≤5", ">1000", "-0.50", "1:80", "negative"]
NUMBERS = ["4.10", "<0.5", "0", "0.00000001", "123456789.012345", "1.0", "1.00", "1E-22", "63.70000000000001"]
pytestmark = pytest.mark.django_db


def api(client, person, value):
    """Sends one value through the API and gives back the answer's text."""
    body = {"collected_on": "2026-10-03", "results": [{"marker": "ferritin", "value": value, "unit": "ng/mL"}]}
    answer = client.post(f"/api/v1/persons/{person.pk}/visits/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.mark.parametrize("value", VALUES)
def test_a_value_goes_through_the_api_and_back_unchanged(alice_client, maya, value):
    made = api(alice_client, maya, value)
    assert made["results"][0]["value"] == value
    again = alice_client.get(f"/api/v1/visits/{made['id']}/").json()
    assert again["results"][0]["value"] == value
    shown = alice_client.get(f"/api/v1/persons/{maya.pk}/timeline/ferritin/").json()
    reported = [one["reported"]["value"] for one in (*shown["points"], *shown["unplotted"])]
    assert reported == [value]


@pytest.mark.parametrize("value", VALUES)
def test_an_edited_visit_keeps_the_values_that_were_not_touched(alice_client, maya, value):
    made = api(alice_client, maya, value)
    made["note"] = "a note"
    answer = alice_client.put(f"/api/v1/visits/{made['id']}/", json.dumps(made), content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["results"][0]["value"] == value
    assert answer.json()["results"][0]["id"] == made["results"][0]["id"]


@pytest.mark.parametrize("written", NUMBERS)
def test_a_number_in_a_document_keeps_its_literal(alice_client, maya, written):
    comparator, literal = ("<", written[1:]) if written.startswith("<") else ("", written)
    quantity = f'{{"value": {literal}, "unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"'
    quantity += f', "comparator": "{comparator}"}}' if comparator else "}"
    document = (
        '{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Observation", '
        '"id": "o1", "status": "final", "category": [{"coding": [{"code": "laboratory"}]}], "code": {"coding": '
        '[{"system": "http://loinc.org", "code": "2276-4"}], "text": "Ferritin"}, '
        f'"effectiveDateTime": "2026-10-03T08:00:00+02:00", "valueQuantity": {quantity}}}}}]}}'
    )
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("one.json", document.encode(), content_type="application/json")
    made = alice_client.post(f"/api/v1/persons/{maya.pk}/imports/", {"file": file})
    assert made.status_code == 201, made.content
    url = f"/api/v1/imports/{made.json()['id']}/confirm/"
    assert alice_client.post(url, {"accept": "all"}, content_type="application/json").status_code == 200
    assert list(Result.objects.filter(person=maya).values_list("value", flat=True)) == [written]
    shown = alice_client.get(f"/api/v1/persons/{maya.pk}/timeline/ferritin/").json()
    assert [point["reported"]["value"] for point in shown["points"]] == [written]
