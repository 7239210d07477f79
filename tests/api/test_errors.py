"""What every address of the API has in common: one shape of refusal, strict JSON, nothing kept by a cache."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.conf import settings as configured
from django.test import Client

from bloodsight.people.models import Person
from tests.api import problems, result, strict, visit

pytestmark = pytest.mark.django_db

# (method, path) of every address that reads a JSON body
BODIES = [
    ("post", "persons/"),
    ("patch", "{person}"),
    ("post", "{person}visits/"),
    ("put", "{visit}"),
    ("post", "{import}confirm/"),
]
# (path, methods that are there)
ADDRESSES = [
    ("persons/", {"get", "post"}),
    ("{person}", {"get", "patch", "delete"}),
    ("{person}visits/", {"get", "post"}),
    ("{visit}", {"get", "put", "delete"}),
    ("{person}timeline/ferritin/", {"get"}),
    ("{person}imports/", {"get", "post"}),
    ("{import}", {"get"}),
    ("{import}confirm/", {"post"}),
    ("{import}undo/", {"post"}),
]
PERSONAL = [path for path, _ in ADDRESSES]


@pytest.fixture
def at(api, saved, maya):
    """Fills in the ids of Maya, her visit and her import."""
    batch = maya.imports.create(status="review")
    ids = {"person": api.person, "visit": f"visits/{saved['id']}/", "import": f"imports/{batch.pk}/"}

    def fill(path: str) -> str:
        return re.sub(r"{(\w+)}", lambda found: ids[found[1]], path)

    return fill


NO_OBJECT = [
    *(b"{", b'{"name": }', b"{'name': 'Maya'}", b'{"name": "Maya",}', b"nonsense", b"\xff\xfe", b"\x00", b" "),
    *('{"name": "Maya"}'.encode("utf-16"), b'{"name": NaN}', b'{"name": Infinity}', b'{"name": "a\nb"}'),
    *(b'{"name": "a", "name": "b"}', b"[" * 100, b'{"a":' * 60 + b"1" + b"}" * 60, b"[" * 1_000_000),
    *(b"[]", b"null", b"5", b"4.10", b'"Maya"', b"true", b'[{"name": "Maya"}]'),
    *(b'{"\\u0000": 1}', b'{"x": ["\\ud800"]}', b'{"x": {"y": "\\udc00\\ud800"}}'),
]


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_a_body_that_is_no_object_is_refused(api, at, method, path):
    for body in NO_OBJECT:
        assert problems(api(method, at(path), body)), body[:40]


def test_a_text_that_cannot_be_stored_is_named(api):
    body = '{"collected_on": "2026-10-03", "results": [{"marker": "ferritin", "value": "1", "unit": "a\\u0000"}]}'
    assert set(problems(api("post", api.visits, body))) == {"results.0.unit"}
    paired = api.saved(visit(note="\\ud83d\\ude00 is text; so is 😀") | {"lab": "小 \N{GRINNING FACE}"})
    assert paired["lab"] == "小 😀"


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_an_empty_body_says_what_is_missing(api, at, method, path):
    answer = api(method, at(path), b"")
    if "confirm" in path or method == "patch":
        assert answer.status_code == 200
    else:
        assert set(problems(answer)) <= {"name", "collected_on", "results", "version"}


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_a_body_of_another_kind_is_refused(api, at, method, path):
    for kind in ("text/plain", "application/xml", "text/json", "", "nonsense", "application/x-www-form-urlencoded"):
        assert problems(api(method, at(path), b"name=Maya", content_type=kind), 415), kind
    status = 400 if "confirm" in path else 415  # a confirmation may be a form
    assert problems(api(method, at(path), b"name=Maya", content_type="multipart/form-data"), status)


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_json_is_taken_with_or_without_a_charset(api, kind):
    assert api("post", "persons/", {"name": "Léo"}, content_type=kind).status_code == 201


def test_a_body_larger_than_the_limit_is_refused(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    assert api("post", "persons/", {"name": "Maya", "x": "y" * 900}).status_code == 201
    assert set(problems(api("post", "persons/", {"name": "Maya", "x": "y" * 1_000}))) == {""}


@pytest.mark.parametrize(("path", "there"), ADDRESSES)
def test_a_method_that_is_not_there_is_said(api, at, path, there):
    for method in {"get", "post", "put", "patch", "delete"} - there:
        answer = api(method, at(path), {})
        assert problems(answer, 405), method
        assert {one.lower() for one in answer.headers["Allow"].split(", ")} >= there


@pytest.mark.parametrize("path", PERSONAL)
def test_head_and_options_answer(api, at, path):
    if "confirm" not in path and "undo" not in path:
        head = api("head", at(path))
        assert (head.status_code, head.content) == (200, b"")
    assert strict(api("options", at(path)))


@pytest.mark.parametrize("path", PERSONAL)
def test_whoever_is_not_signed_in_is_refused_and_not_sent_elsewhere(api, at, path):
    api.client = Client()
    for method in ("get", "head", "post", "put", "patch", "delete", "options"):
        answer = api(method, at(path), {"name": "Maya"})
        assert answer.status_code == 403, method
        assert method == "head" or problems(answer, 403)
    assert Person.objects.count() == 1


@pytest.mark.parametrize(("path", "there"), ADDRESSES[1:])
def test_a_strangers_object_is_not_found(stranger, at, path, there):
    for method in there:
        multipart = {"content_type": "multipart/form-data; boundary=b"} if path.endswith("imports/") else {}
        body = b"--b--\r\n" if multipart else visit(result(), version=1)
        assert problems(stranger(method, at(path), body, **multipart), 404) == {"": "There is nothing here."}


@pytest.mark.parametrize("path", [path for path in PERSONAL if "{" in path])
def test_an_id_that_was_never_given_out_is_not_found(api, at, path):
    gone = re.sub(r"[0-9a-f-]{36}", str(uuid.uuid4()), at(path))
    method = "post" if path.endswith(("confirm/", "undo/")) else "get"
    assert problems(api(method, gone, {}), 404)


@pytest.mark.parametrize(
    "path",
    ["", "nothing/", "persons/12/", "persons/12/visits/", "visits/x/", "imports/../", "persons/%00/", "markers/a/b/c/"],
)
def test_an_address_that_leads_nowhere_is_answered_in_the_same_shape(api, path):
    assert problems(api("get", path), 404) == {"": "There is nothing here."}


def test_outside_the_api_the_page_answers(alice_client):
    assert alice_client.get("/nothing/").headers["Content-Type"].startswith("text/html")


def test_a_fault_of_ours_is_answered_in_the_same_shape(rf):
    from bloodsight.api_errors import server_error

    assert problems(server_error(rf.get("/api/v1/persons/")), 500)
    assert server_error(rf.get("/people/")).headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "accept", ["text/html", "text/html,application/xhtml+xml;q=0.9", "image/png", "nonsense", "", "*/*"]
)
@pytest.mark.parametrize(
    "path", [*(path for path in PERSONAL if "confirm" not in path and "undo" not in path), "markers/"]
)
def test_json_is_given_whatever_a_client_accepts(api, at, path, accept):
    answer = api("get", at(path), headers={"accept": accept})
    assert answer.status_code == 200
    assert strict(answer) is not None
    assert api("get", at(path) + "?format=xml", headers={"accept": accept}).status_code == 200


@pytest.mark.parametrize("path", PERSONAL)
def test_nothing_personal_is_kept_by_a_cache(api, at, path):
    method = "post" if path.endswith(("confirm/", "undo/")) else "get"
    for answer in (api(method, at(path), {}), api(method, at(path), "{")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def token_of(client: Client) -> str:
    """The token that a page hands to a client."""
    client.get("/accounts/password/change/")
    return client.cookies[configured.CSRF_COOKIE_NAME].value


@pytest.mark.parametrize(("method", "path"), [*BODIES, ("delete", "{visit}"), ("post", "{import}undo/")])
def test_writing_needs_the_token_of_the_session(api, at, alice, method, path):
    api.client = Client(enforce_csrf_checks=True)
    api.client.force_login(alice)
    assert "CSRF" in problems(api(method, at(path), {}), 403)[""]
    token = token_of(api.client)
    answer = api(method, at(path), {}, headers={"x-csrftoken": token})
    assert answer.status_code != 403


def test_a_visit_is_logged_with_the_token_alone(api, alice):
    api.client = Client(enforce_csrf_checks=True)
    api.client.force_login(alice)
    token = token_of(api.client)
    answer = api("post", api.visits, json.dumps(visit()), headers={"x-csrftoken": token})
    assert answer.status_code == 201
    assert problems(api("post", api.visits, "{", headers={"x-csrftoken": token}))
