"""Bringing a document through the API: the shapes of its answers. What FHIR means is tested where it is read."""

from __future__ import annotations

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from results.models import Import, Result, Visit
from tests.api import problems, strict

pytestmark = pytest.mark.django_db


def observation(value='"valueQuantity": {"value": 4.10, "unit": "ng/mL"}', code="2276-4", name="Ferritin", **more):
    coding = f'[{{"system": "http://loinc.org", "code": "{code}"}}]' if code else "[]"
    rest = "".join(f', "{key}": {json.dumps(one)}' for key, one in more.items())
    return (
        f'{{"resourceType": "Observation", "id": "{name}", "status": "final", "category": [{{"coding": [{{"code": '
        f'"laboratory"}}]}}], "code": {{"coding": {coding}, "text": "{name}"}}, '
        f'"effectiveDateTime": "2026-10-03T08:00:00+02:00", {value}{rest}}}'
    )


def bundle(*resources: str) -> bytes:
    entries = ", ".join(f'{{"resource": {one}}}' for one in resources)
    return f'{{"resourceType": "Bundle", "type": "collection", "entry": [{entries}]}}'.encode()


READY = observation()
BLANK = observation('"note": []', name="Nothing")
ALIAS = observation('"valueQuantity": {"value": 5.0, "unit": "ng/mL"}', code="", name="FERR")
UNKNOWN = observation('"valueString": "Yellow"', code="", name="Color")
BOB = '{"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1950-01-01", "name": [{"text": "Bob"}]}'
ROWS = bundle(READY, ALIAS, BLANK, UNKNOWN)


@pytest.fixture
def bring(api):
    """Sends a file and gives back the answer."""

    def send(content: bytes = ROWS, name: str = "labs.json"):
        file = SimpleUploadedFile(name, content, content_type="application/json")
        return api.client.post(f"/api/v1/{api.imports}", {"file": file})

    return send


@pytest.fixture
def brought(bring):
    """An import in review, as the API answered it."""
    answer = bring()
    assert answer.status_code == 201, answer.content
    return strict(answer)


def test_an_import_comes_back_in_review_with_its_rows(api, brought):
    assert brought["status"] == "review"
    uuid.UUID(brought["id"])
    assert [row["state"] for row in brought["rows"]] == ["ready", "check", "unreadable", "ready"]
    for row in brought["rows"]:
        assert {"id", "state", "reason", "marker", "reported", "date", "locator"} <= set(row)
    first, check, blank, other = brought["rows"]
    assert (first["marker"], first["reported"], first["date"]) == (
        "ferritin",
        {"value": "4.10", "unit": "ng/mL"},
        "2026-10-03",
    )
    assert first["locator"].startswith("entry[0]")
    assert first["reason"] == ""
    assert check["reason"]
    assert blank["reason"]
    assert (other["marker"], other["reported"]["value"]) == (None, "Yellow")
    assert api.read(f"imports/{brought['id']}/") == brought
    assert not Visit.objects.exists()
    listed = api.read(api.imports)
    assert [(one["id"], one["status"]) for one in listed] == [(brought["id"], "review")]


@pytest.mark.parametrize(
    ("accept", "values", "left"),
    [
        (None, ["4.10", ""], ["check", "unreadable"]),
        ([], ["4.10", ""], ["check", "unreadable"]),
        ("all", ["4.10", "5.0", ""], ["unreadable"]),
        ("the row", ["4.10", "5.0", ""], ["unreadable"]),
        ("every row", ["4.10", "5.0", ""], ["unreadable"]),
    ],
)
def test_confirming_saves_ready_and_accepted_rows_and_lists_the_rest(api, brought, accept, values, left):
    rows = {"the row": [brought["rows"][1]["id"]], "every row": [row["id"] for row in brought["rows"]]}
    sent = {} if accept is None else {"accept": rows.get(str(accept), accept)}
    answer = api("post", f"imports/{brought['id']}/confirm/", sent)
    assert answer.status_code == 200
    body = strict(answer)
    assert body["status"] == "confirmed"
    assert [row["state"] for row in body["left"]] == left
    assert body["saved"] == len(values)
    assert list(Result.objects.order_by("order").values_list("value", flat=True)) == values
    read = api.read(f"imports/{brought['id']}/")
    assert read["status"] == "confirmed"


@pytest.mark.parametrize("body", [b"", b"{}", "form"])
def test_confirming_needs_no_body(api, brought, body):
    url = f"imports/{brought['id']}/confirm/"
    answer = api.client.post(f"/api/v1/{url}") if body == "form" else api("post", url, body)
    assert (answer.status_code, strict(answer)["saved"]) == (200, 2)


def test_a_form_may_accept_too(api, brought):
    answer = api.client.post(f"/api/v1/imports/{brought['id']}/confirm/", {"accept": "all", "this_person": "true"})
    assert strict(answer)["saved"] == 3


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        *(("accept", '{"accept": "some"}'), ("accept", '{"accept": "12"}'), ("accept", '{"accept": 12}')),
        *(("accept", '{"accept": {"1": true}}'), ("accept", '{"accept": [true]}'), ("accept", '{"accept": [1.5]}')),
        *(("accept", '{"accept": [[1]]}'), ("accept", '{"accept": [-1]}'), ("accept", '{"accept": [999999999999]}')),
        *(("accept", '{"accept": null}'), ("this_person", '{"this_person": "yes"}')),
        *(("this_person", '{"this_person": 1}'), ("", "[]"), ("", "null"), ("", '"all"'), ("", "{")),
    ],
)
def test_a_confirmation_that_makes_no_sense_is_refused_and_saves_nothing(api, brought, field, sent):
    assert set(problems(api("post", f"imports/{brought['id']}/confirm/", sent))) == {field}
    assert api.read(f"imports/{brought['id']}/")["status"] == "review"
    assert not Visit.objects.exists()


def test_somebody_elses_file_stops_with_a_question(api, bring):
    brought = strict(bring(bundle(BOB, READY)))
    assert (brought["status"], bool(brought["question"])) == ("review", True)
    url = f"imports/{brought['id']}/confirm/"
    for sent in ({}, {"this_person": False}, {"accept": "all"}):
        assert "this_person" in problems(api("post", url, sent))
    assert not Visit.objects.exists()
    answer = api("post", url, {"this_person": True})
    assert (answer.status_code, strict(answer)["saved"]) == (200, 1)


def test_confirming_twice_saves_once(api, brought):
    url = f"imports/{brought['id']}/confirm/"
    assert strict(api("post", url, {}))["saved"] == 2
    answer = api("post", url, {"accept": "all"})
    assert answer.status_code == 200
    assert (strict(answer)["status"], strict(answer)["saved"]) == ("confirmed", 0)
    assert Result.objects.count() == 2


def test_undoing_takes_everything_back_once(api, brought):
    api("post", f"imports/{brought['id']}/confirm/", {"accept": "all"})
    first, second = (api("post", f"imports/{brought['id']}/undo/") for _ in range(2))
    assert (first.status_code, strict(first)["status"], strict(first)["removed"]) == (200, "undone", 3)
    assert (second.status_code, strict(second)["status"], strict(second)["removed"]) == (200, "undone", 0)
    assert not Visit.objects.exists()
    assert api.read(f"imports/{brought['id']}/")["status"] == "undone"


def test_undoing_what_was_never_confirmed_removes_nothing(api, brought):
    answer = api("post", f"imports/{brought['id']}/undo/")
    assert (answer.status_code, strict(answer)["removed"]) == (200, 0)
    assert strict(api("post", f"imports/{brought['id']}/confirm/", {}))["saved"] == 2


def test_an_undone_import_is_not_confirmed_again(api, brought):
    api("post", f"imports/{brought['id']}/confirm/", {})
    api("post", f"imports/{brought['id']}/undo/")
    assert set(problems(api("post", f"imports/{brought['id']}/confirm/", {}))) == {"status"}
    assert not Result.objects.exists()


def test_the_same_file_adds_nothing_a_second_time(api, bring, brought):
    api("post", f"imports/{brought['id']}/confirm/", {"accept": "all"})
    again = strict(bring())
    assert [row["state"] for row in again["rows"]] == ["stored", "stored", "unreadable", "stored"]
    assert strict(api("post", f"imports/{again['id']}/confirm/", {"accept": "all"}))["saved"] == 0
    assert Result.objects.count() == 3


UNREADABLE = [
    *(b"", b" ", b"hello", b"{", b"[]", b"null", b"5", b"{}", b'{"resourceType": "Bundle"}', b"\xff\xfe\x00"),
    *(b'{"resourceType": "Bundle", "a": NaN}', b"[" * 100_000, b'{"a": 1, "a": 2}', b"%PDF-1.7", b"PK\x03\x04"),
    bundle(observation(name="a\\u0000b")),
    bundle(observation(name="\\ud800")),
]


@pytest.mark.parametrize("content", UNREADABLE, ids=[ascii(content[:24]) for content in UNREADABLE])
def test_a_file_that_cannot_be_read_says_why_and_is_not_listed(api, bring, content):
    answer = bring(content)
    assert set(problems(answer)) == {"file"}
    body = strict(answer)
    assert body["status"] == "failed"
    assert api.read(api.imports) == []
    read = api.read(f"imports/{body['id']}/")
    assert (read["status"], read["rows"], read["problem"]) == ("failed", [], body["errors"][0]["message"])
    assert set(problems(api("post", f"imports/{body['id']}/confirm/", {}))) == {"status"}
    assert strict(api("post", f"imports/{body['id']}/undo/"))["removed"] == 0


def test_a_file_larger_than_the_limit_is_refused(bring, settings):
    settings.UPLOAD_LIMIT = len(ROWS) - 1
    assert set(problems(bring())) == {"file"}
    assert not Import.objects.exists()
    settings.UPLOAD_LIMIT = len(ROWS)
    assert bring().status_code == 201


def test_a_long_text_in_a_file_costs_no_memory(bring):
    attachment = observation(name="Ferritin", note=[{"text": "x" * 9_000_000}])
    answer = bring(bundle(attachment))
    assert answer.status_code == 201


@pytest.mark.parametrize("name", ["a\x00b.json", "../../etc/passwd", "x" * 400 + ".json", "ﬁle 小.json", "<b>.json"])
def test_a_file_may_have_any_name(bring, name):
    answer = bring(name=name)
    assert answer.status_code == 201
    assert len(strict(answer)["file_name"]) <= 200


@pytest.mark.parametrize("sent", [{}, {"file": "text"}, {"document": "x"}])
def test_a_form_without_a_file_is_refused(api, sent):
    assert set(problems(api.client.post(f"/api/v1/{api.imports}", sent))) == {"file"}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"{}", "application/fhir+json", 415),
        (b"file=x", "application/x-www-form-urlencoded", 415),
        (b"xx", "multipart/form-data", 400),
        (b"--b\r\nContent-Disposition: form-data; name=file\r\n", "multipart/form-data; boundary=b", 400),
    ],
)
def test_a_file_comes_as_multipart(api, body, kind, status):
    assert problems(api("post", api.imports, body, content_type=kind), status)


def test_a_form_of_too_many_fields_is_refused_in_the_same_shape(api, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    answer = api.client.post(f"/api/v1/{api.imports}", {f"field{number}": "1" for number in range(11)})
    assert set(problems(answer)) == {""}


def test_a_strangers_import_is_not_found(stranger, brought):
    assert problems(stranger("get", f"imports/{brought['id']}/"), 404)
    assert problems(stranger("get", stranger.imports), 404)
    file = SimpleUploadedFile("labs.json", ROWS)
    assert problems(stranger.client.post(f"/api/v1/{stranger.imports}", {"file": file}), 404)
    for action in ("confirm", "undo"):
        assert problems(stranger("post", f"imports/{brought['id']}/{action}/", {}), 404)
    assert Import.objects.get().status == "review"
