"""Nobody reaches what belongs to somebody else: every route, every method, every place an id can stand.

Alice owns, Bob is a stranger. The walk is made from the URL resolver: a new route without a case fails.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bloodsight.people.models import Person
from results.actions.visits import TypedRow, create_visit, delete_visit, update_visit
from results.models import Import, ImportRow, Result, Visit, VisitVersion

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
CANARY = "Canaryname"
CANARY_VALUE = "731.4242"
CANARY_NOTE = "canary note"
CANARIES = (CANARY, CANARY_VALUE, CANARY_NOTE, "1971-07-13", "13 July 1971", "Canarylab", "canary-file")

# Routes that show nobody's data, or only the signed-in account's own, and take no id of an object.
OWN_ACCOUNT = {
    *("results:welcome", "results:home", "people:list", "people:new", "api:persons"),
    *("healthz", "robots", "api:markers", "api:marker", "api:marker_range", "api:panels"),
    *(
        "markers:catalogue",
        "markers:article",
        "markers:panels",
        "markers:panel",
        "markers:data",
        "markers:feed",
        "sitemap",
    ),
}
PREFIXES = ("account_", "admin:", "socialaccount_")
IDS = {"person_id", "visit_id", "import_id"}


def routes(resolver: URLResolver | None = None, space: tuple[str, ...] = (), path: str = "") -> Iterator[tuple]:
    """Each route as (full name, its path, the names of its arguments)."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, (*space, entry.namespace) if entry.namespace else space, here)
        elif isinstance(entry, URLPattern):
            arguments = {name for name in IDS | {"slug"} if f":{name}>" in here}
            yield ":".join((*space, entry.name or "")), here, arguments


ROUTES = sorted({(name, path, tuple(sorted(arguments))) for name, path, arguments in routes()})
PERSONAL = [route for route in ROUTES if set(route[2]) & IDS]


def test_every_route_has_a_case():
    unknown = [
        (name, path)
        for name, path, arguments in ROUTES
        if not set(arguments) & IDS and name not in OWN_ACCOUNT and not name.startswith(PREFIXES) and name
    ]
    assert unknown == [], "a new route: give it an id of IDS, or add it to OWN_ACCOUNT if it shows no one's data"
    unnamed = [path for name, path, _ in ROUTES if not name.split(":")[-1] and not path.startswith("admin/")]
    assert unnamed == [], "a route needs a name"
    assert len(PERSONAL) >= 20


def one_visit(person: Person, lab: str, note: str, value: str, day: date = date(2020, 3, 4)) -> Visit:
    rows = [TypedRow(marker="ferritin", value=value, unit="ng/mL", note=note)]
    return create_visit(person=person, collected_on=day, lab=lab, fasting=None, note=note, rows=rows)


def one_import(person: Person, file_name: str, value: str) -> Import:
    batch = Import.objects.create(person=person, file_name=file_name, status="review")
    ImportRow.objects.create(
        batch=batch,
        order=1,
        state="check",
        name=f"Ferritin of {person.name}",
        value=value,
        unit="ng/mL",
        collected_on=date(2020, 3, 4),
    )
    return batch


@pytest.fixture
def world(alice, bob):
    """Alice's person with a visit, a deleted visit, an edited one and an import; Bob's likewise, without canaries."""
    made = {}
    for user, name, born, lab, note, value, file in (
        (alice, CANARY, date(1971, 7, 13), "Canarylab", CANARY_NOTE, CANARY_VALUE, "canary-file"),
        (bob, "Robert", date(1980, 1, 2), "CityLab", "", "12", "bobs-file"),
    ):
        person = Person.objects.create(account=user, name=name, sex="female", born_on=born)
        visit = one_visit(person, lab, note, value)
        update_visit(
            visit=visit,
            version=1,
            collected_on=visit.collected_on,
            lab=lab,
            fasting=None,
            note=note,
            rows=[TypedRow(id=visit.results.get().pk, marker="ferritin", value=value, unit="ng/mL", note=note)],
        )
        gone = one_visit(person, lab, note, value, date(2019, 3, 4))
        gone_id = gone.pk
        delete_visit(visit=gone)
        batch = one_import(person, file, value)
        made[user.pk] = {
            "person_id": person.pk,
            "visit_id": visit.pk,
            "import_id": batch.pk,
            "gone_id": gone_id,
            "result_id": visit.results.get().pk,
            "row_id": batch.rows.get().pk,
        }
    return {"alice": made[alice.pk], "bob": made[bob.pk]}


def fingerprint(person_id: uuid.UUID) -> str:
    """Everything stored of a person, to see that nothing moved."""
    tables = (
        Person.objects.filter(pk=person_id).values(),
        Visit.objects.filter(person_id=person_id).order_by("pk").values(),
        Result.objects.filter(person_id=person_id).order_by("pk").values(),
        Import.objects.filter(person_id=person_id).order_by("pk").values(),
        ImportRow.objects.filter(batch__person_id=person_id).order_by("pk").values(),
        VisitVersion.objects.filter(person_id=person_id).order_by("pk").values(),
    )
    return json.dumps([list(table) for table in tables], default=str)


def leaks(response) -> list[str]:
    """The canaries that an answer carries, in its body or a header."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode("utf-8", "replace") + str(dict(response.headers))
    return [canary for canary in CANARIES if canary in text]


def address(name: str, arguments: tuple[str, ...], ids: dict) -> str:
    slug = {"slug": "lipids" if name.endswith(":panel") else "ferritin"} if "slug" in arguments else {}
    return reverse(name, kwargs={key: ids[key] for key in arguments if key in IDS} | slug)


def bodies(ids: dict) -> list[dict]:
    """Bodies that name another's objects wherever an id could be read from."""
    everything = {
        **{key: str(value) for key, value in ids.items()},
        "person": str(ids["person_id"]),
        "account": "1",
        "owner": "1",
        "id": str(ids["visit_id"]),
        "collected_on": "2021-01-01",
        "date": "2021-01-01",
        "version": 2,
        "action": "save",
        "accept": "all",
        "this_person": True,
        "name": "Changed",
        "sex": "male",
        "born_on": "2001-01-01",
        "confirmed": "1",
        "results": [{"id": str(ids["result_id"]), "marker": "ferritin", "value": "1", "unit": "ng/mL"}],
    }
    return [everything, {**everything, "accept": [ids["row_id"]]}]


def send(client: Client, method: str, url: str, body: dict | None = None, is_json: bool = False):
    if method in ("get", "head", "options"):
        return getattr(client, method)(url)
    if is_json:
        return getattr(client, method)(url, json.dumps(body or {}), content_type="application/json")
    flat = {key: value if isinstance(value, (str, int)) else json.dumps(value) for key, value in (body or {}).items()}
    if method == "post":
        return client.post(url, flat | {"file": SimpleUploadedFile("x.json", b"{}")})
    return getattr(client, method)(url, json.dumps(flat), content_type="application/json")


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "path", "arguments"), PERSONAL, ids=[route[0] for route in PERSONAL])
class TestPersonalRoutes:
    def test_its_owner_gets_it(self, alice_client, world, name, path, arguments):
        ids = world["alice"] | ({"visit_id": world["alice"]["gone_id"]} if name.endswith("restore") else {})
        answer = alice_client.get(address(name, arguments, ids))
        assert answer.status_code in (200, 405), name

    def test_a_stranger_finds_nothing_and_changes_nothing(self, bob_client, world, name, path, arguments):
        before = fingerprint(world["alice"]["person_id"])
        ids = world["alice"] | ({"visit_id": world["alice"]["gone_id"]} if name.endswith("restore") else {})
        for method in METHODS:
            for body in bodies(world["alice"]):
                for is_json in (False, True):
                    answer = send(bob_client, method, address(name, arguments, ids), body, is_json)
                    allowed = (404, 405) if method != "options" else (200, 404, 405)
                    assert answer.status_code in allowed, (name, method, answer.status_code)
                    assert leaks(answer) == [], (name, method)
        assert fingerprint(world["alice"]["person_id"]) == before

    def test_missing_and_not_yours_look_the_same(self, bob_client, world, name, path, arguments):
        nobody = {key: uuid.uuid4() for key in world["alice"]}
        missing, strangers = (bob_client.get(address(name, arguments, ids)) for ids in (nobody, world["alice"]))
        assert missing.status_code == strangers.status_code
        plain = [
            answer.content.replace(str(ids["person_id"]).encode(), b"").replace(str(ids["visit_id"]).encode(), b"")
            for answer, ids in ((missing, nobody), (strangers, world["alice"]))
        ]
        assert len(plain[0]) == len(plain[1])

    def test_anonymous_is_sent_to_sign_in(self, client, world, name, path, arguments):
        before = fingerprint(world["alice"]["person_id"])
        for method in METHODS:
            answer = send(client, method, address(name, arguments, world["alice"]), bodies(world["alice"])[0])
            assert answer.status_code in (302, 401, 403, 404, 405), (name, method, answer.status_code)
            assert leaks(answer) == []
        assert fingerprint(world["alice"]["person_id"]) == before

    def test_a_strangers_ids_in_query_and_body_do_nothing(self, bob_client, world, name, path, arguments):
        before = fingerprint(world["alice"]["person_id"])
        hers = world["alice"]
        query = (
            "?"
            + "&".join(f"{key}={value}" for key, value in hers.items())
            + f"&why={hers['result_id']}&v={hers['visit_id']}"
        )
        for method in METHODS:
            for body in bodies(hers):
                for is_json in (False, True):
                    url = address(name, arguments, world["bob"]) + query
                    answer = send(bob_client, method, url, body, is_json)
                    assert answer.status_code < 500, (name, method)
                    assert leaks(answer) == [], (name, method)
        assert fingerprint(hers["person_id"]) == before

    def test_parts_of_two_owners_do_not_mix(self, bob_client, world, name, path, arguments):
        if not {"visit_id", "import_id"} & set(arguments) or "person_id" not in arguments:
            return
        before = fingerprint(world["alice"]["person_id"])
        mixed = world["alice"] | {"person_id": world["bob"]["person_id"]}
        for method in METHODS:
            answer = send(bob_client, method, address(name, arguments, mixed), bodies(world["alice"])[0])
            assert answer.status_code in (404, 405) or method == "options", (name, method, answer.status_code)
            assert leaks(answer) == []
        assert fingerprint(world["alice"]["person_id"]) == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OWN_ACCOUNT))
def test_routes_without_an_id_never_show_a_stranger(bob_client, world, name):
    before = fingerprint(world["alice"]["person_id"])
    arguments = next(own for route, _, own in ROUTES if route == name)
    url = address(name, arguments, world["alice"])
    query = "?" + "&".join(f"{key}={value}" for key, value in world["alice"].items())
    for method in METHODS:
        for body in bodies(world["alice"]):
            for is_json in (False, True):
                answer = send(bob_client, method, url + query, {**body, "name": "Bobs"}, is_json)
                assert answer.status_code < 500, (name, method)
                assert leaks(answer) == [], (name, method)
    assert fingerprint(world["alice"]["person_id"]) == before


@pytest.mark.django_db
def test_the_admin_shows_a_curator_no_person_and_no_value(curator_client, world):
    for name, _, arguments in ROUTES:
        if name.startswith("admin:") and not arguments:
            try:
                url = reverse(name)
            except Exception:
                continue
            answer = curator_client.get(url)
            assert answer.status_code < 500
            assert leaks(answer) == []


@pytest.mark.django_db
def test_the_admin_sends_others_away(alice_client, client):
    for one in (alice_client, client):
        assert one.get(reverse("admin:index")).status_code in (302, 403, 404)
