"""Persons through the API: what may be sent, what comes back, what is refused."""

from __future__ import annotations

import uuid

import pytest

from bloodsight.people.models import Person
from results.models import Result, Visit
from tests.api import problems, strict

pytestmark = pytest.mark.django_db

PERSONS = "persons/"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"name": "Maya"}, {"name": "Maya", "sex": "unstated", "born_on": None}),
        (
            {"name": "Maya", "sex": "female", "born_on": "1980-02-29"},
            {"name": "Maya", "sex": "female", "born_on": "1980-02-29"},
        ),
        ({"name": "  Léo 小 ", "sex": "male"}, {"name": "Léo 小", "sex": "male", "born_on": None}),
        ({"name": "x" * 100, "born_on": None}, {"name": "x" * 100, "sex": "unstated", "born_on": None}),
        ({"name": "5", "sex": "unstated", "nickname": 7}, {"name": "5", "sex": "unstated", "born_on": None}),
        ({"name": "Maya"}, {"unit_system": "reported"}),
        ({"name": "Maya", "unit_system": "si"}, {"unit_system": "si"}),
        ({"name": "Maya", "unit_system": "conventional"}, {"unit_system": "conventional"}),
    ],
    ids=[
        *("name alone", "all of it", "outer blanks", "no birth date", "an unknown key is passed over"),
        *("units as reported", "SI units", "conventional units"),
    ],
)
def test_a_person_is_made_and_read_back(api, sent, kept):
    answer = api("post", PERSONS, sent)
    assert answer.status_code == 201
    made = strict(answer)
    assert set(made) == {"id", "name", "sex", "born_on", "unit_system"}
    uuid.UUID(made["id"])
    assert {name: made[name] for name in kept} == kept
    assert api.read(f"{PERSONS}{made['id']}/") == made
    assert made in api.read(PERSONS)


BAD = [
    ("name", '{"sex": "female"}'),
    ("name", '{"name": ""}'),
    ("name", '{"name": "   "}'),
    ("name", '{"name": null}'),
    ("name", '{"name": 5}'),
    ("name", '{"name": 5.10}'),
    ("name", '{"name": true}'),
    ("name", '{"name": ["Maya"]}'),
    ("name", '{"name": {"first": "Maya"}}'),
    ("name", '{"name": "' + "x" * 101 + '"}'),
    ("name", '{"name": "a\\u0000b"}'),
    ("name", '{"name": "\\ud800"}'),
    ("sex", '{"name": "Maya", "sex": "other"}'),
    ("sex", '{"name": "Maya", "sex": "Female"}'),
    ("sex", '{"name": "Maya", "sex": ""}'),
    ("sex", '{"name": "Maya", "sex": null}'),
    ("sex", '{"name": "Maya", "sex": 1}'),
    ("sex", '{"name": "Maya", "sex": ["female"]}'),
    ("sex", '{"name": "Maya", "sex": "\\ud800"}'),
    ("unit_system", '{"name": "Maya", "unit_system": "SI"}'),
    ("unit_system", '{"name": "Maya", "unit_system": ""}'),
    ("unit_system", '{"name": "Maya", "unit_system": null}'),
    ("unit_system", '{"name": "Maya", "unit_system": ["si"]}'),
    ("unit_system", '{"name": "Maya", "unit_system": "\\ud800"}'),
    ("born_on", '{"name": "Maya", "born_on": "29 Feb 1980"}'),
    ("born_on", '{"name": "Maya", "born_on": "1981-02-29"}'),
    ("born_on", '{"name": "Maya", "born_on": "1980-2-29"}'),
    ("born_on", '{"name": "Maya", "born_on": "19800229"}'),
    ("born_on", '{"name": "Maya", "born_on": 19800229}'),
    ("born_on", '{"name": "Maya", "born_on": "1980-02-29T00:00:00Z"}'),
    ("born_on", '{"name": "Maya", "born_on": "２０００-01-01"}'),
    ("born_on", '{"name": "Maya", "born_on": ""}'),
    ("born_on", '{"name": "Maya", "born_on": {}}'),
    ("born_on", '{"name": "Maya", "born_on": "2999-01-01"}'),
    ("born_on", '{"name": "Maya", "born_on": "1879-12-31"}'),
]


@pytest.mark.parametrize(("field", "body"), BAD, ids=[body[:60] for _, body in BAD])
def test_a_person_that_makes_no_sense_is_refused_at_its_field(api, field, body):
    before = Person.objects.count()
    assert set(problems(api("post", PERSONS, body))) == {field}
    assert Person.objects.count() == before


def test_every_field_that_is_wrong_is_named(api):
    assert set(problems(api("post", PERSONS, {"sex": "x", "born_on": "x"}))) == {"name", "sex", "born_on"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"name": "Mia"}, ("Mia", "female", "1963-06-14")),
        ({"sex": "unstated"}, ("Maya", "unstated", "1963-06-14")),
        ({"born_on": None}, ("Maya", "female", None)),
        ({"born_on": "1980-02-29"}, ("Maya", "female", "1980-02-29")),
        ({}, ("Maya", "female", "1963-06-14")),
        ({"id": str(uuid.uuid4()), "account": 1}, ("Maya", "female", "1963-06-14")),
    ],
    ids=["name", "sex", "birth date away", "birth date", "nothing", "what is not ours to change"],
)
def test_patch_changes_what_the_body_names(api, maya, sent, kept):
    answer = api("patch", api.person, sent)
    assert answer.status_code == 200
    body = strict(answer)
    assert (body["name"], body["sex"], body["born_on"]) == kept
    assert body["id"] == str(maya.pk)
    assert api.read(api.person) == body


def test_patch_changes_the_units_and_leaves_them_where_they_are_not_named(api):
    assert strict(api("patch", api.person, {"unit_system": "si"}))["unit_system"] == "si"
    assert strict(api("patch", api.person, {"name": "Mia"}))["unit_system"] == "si"
    assert set(problems(api("patch", api.person, {"unit_system": "x"}))) == {"unit_system"}
    assert api.read(api.person)["unit_system"] == "si"


@pytest.mark.parametrize(
    ("field", "sent"),
    [("name", {"name": None}), ("name", {"name": ""}), ("sex", {"sex": "x"}), ("born_on", {"born_on": "2999-01-01"})],
)
def test_patch_refuses_like_post(api, field, sent):
    before = api.read(api.person)
    assert set(problems(api("patch", api.person, sent))) == {field}
    assert api.read(api.person) == before


def test_delete_takes_the_visits_and_results_along(api, saved):
    answer = api("delete", api.person)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not Visit.objects.exists()
    assert not Result.objects.exists()
    assert problems(api("get", api.person), 404)
    assert problems(api("get", f"visits/{saved['id']}/"), 404)
    assert api.read(PERSONS) == []


def test_the_list_comes_whole_and_holds_only_the_accounts_own(api, stranger):
    for number in range(120):
        assert api("post", PERSONS, {"name": f"Person {number}"}).status_code == 201
    names = [one["name"] for one in api.read(PERSONS)]
    assert names == ["Maya", *(f"Person {number}" for number in range(120))]
    assert stranger.read(PERSONS) == []


def test_an_account_holds_at_most_200_persons(api, alice):
    Person.objects.bulk_create(Person(account=alice, name=f"Person {number}") for number in range(199))
    assert "200" in problems(api("post", PERSONS, {"name": "One more"}))[""]
