"""Whose results they are: making, changing and deleting a person of one's account."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from bloodsight.people.models import Person
from bloodsight.people.views import MOST
from results.actions.visits import TypedRow, create_visit
from results.models import Import, Result, Visit, VisitVersion
from tests.factories import PersonFactory
from tests.html import Page, unknown_targets

pytestmark = pytest.mark.django_db


def add(client, **fields):
    body = {"name": "Leo", "sex": "male", "day": "", "month": "", "year": "", **fields}
    return client.post("/people/new/", body)


def log(person, day=date(2020, 3, 4), lab="", **values):
    """A visit with one result a marker, slugs written with underscores."""
    rows = [TypedRow(marker=slug.replace("_", "-"), value=value, unit=unit) for slug, (value, unit) in values.items()]
    return create_visit(person=person, collected_on=day, lab=lab, rows=rows)


@pytest.mark.parametrize(
    ("day", "month", "year", "born_on"),
    [
        ("29", "2", "1980", date(1980, 2, 29)),
        ("1", "1", "1880", date(1880, 1, 1)),
        (" 5 ", "08", "2001", date(2001, 8, 5)),
        ("9", "September", "1999", date(1999, 9, 9)),
        ("9", "sep", "1999", date(1999, 9, 9)),
        ("9", "Sept.", "1999", date(1999, 9, 9)),
        ("31", "DEC", "1999", date(1999, 12, 31)),
        ("", "", "", None),
    ],
)
def test_a_birth_date_is_read_from_three_boxes(alice_client, day, month, year, born_on):
    answer = add(alice_client, day=day, month=month, year=year)
    assert answer.status_code == 302, Page(answer).text
    assert Person.objects.get().born_on == born_on


@pytest.mark.parametrize(
    ("day", "month", "year", "message"),
    [
        ("31", "2", "1980", "31 2 1980 is not a date."),
        ("29", "2", "1981", "29 2 1981 is not a date."),
        ("29", "", "1980", "29 ? 1980 is not a date."),
        ("", "", "1980", "? ? 1980 is not a date."),
        ("1", "ju", "1980", "1 ju 1980 is not a date."),
        ("1", "13", "1980", "1 13 1980 is not a date."),
        ("0", "1", "1980", "0 1 1980 is not a date."),
        ("-1", "1", "1980", "-1 1 1980 is not a date."),
        ("x", "1", "1980", "x 1 1980 is not a date."),
        ("1", "1", "80", "The date of birth is before 1880."),
        ("31", "12", "1879", "The date of birth is before 1880."),
        ("1", "1", "9999", "The date of birth is in the future."),
        ("1", "1", "19800", "at most 4 characters"),
        ("1", "1\x00", "1980", "Null characters are not allowed."),
    ],
)
def test_what_is_no_birth_date_is_refused_and_stays_in_its_boxes(alice_client, day, month, year, message):
    answer = add(alice_client, day=day, month=month, year=year)
    page = Page(answer)
    assert answer.status_code == 400
    assert message in page.text
    assert Person.objects.count() == 0
    kept = dict(page.form("name").fields)
    assert (kept["name"], kept["day"], kept["month"], kept["year"]) == ("Leo", day, month, year)
    assert unknown_targets(page) == []


def test_tomorrow_is_no_birth_date_and_today_is_one(alice_client):
    today = timezone.localdate()
    tomorrow = today + timedelta(days=1)
    assert add(alice_client, day=tomorrow.day, month=tomorrow.month, year=tomorrow.year).status_code == 400
    assert add(alice_client, day=today.day, month=today.month, year=today.year).status_code == 302


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "Type a name. It is only shown to you."),
        ({"name": "   "}, "Type a name. It is only shown to you."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
        ({"sex": "other"}, "Choose female, male or not stated."),
        ({"sex": ""}, "Choose female, male or not stated."),
        ({"unit_system": "x"}, "Choose as reported, conventional or SI."),
    ],
)
def test_a_person_that_lacks_something_is_not_made(alice_client, fields, message):
    answer = add(alice_client, **fields)
    page = Page(answer)
    assert (answer.status_code, Person.objects.count()) == (400, 0)
    assert message in page.text
    assert page.errors
    assert unknown_targets(page) == []


@pytest.mark.parametrize("system", ["reported", "conventional", "si"])
def test_units_are_chosen_with_the_details_and_move_no_value(alice_client, maya, results, system):
    before = list(Result.objects.order_by("pk").values())
    answer = edit(alice_client, maya, unit_system=system)
    assert answer.url == f"/people/{maya.pk}/", "nothing to confirm: no range changes"
    maya.refresh_from_db()
    assert maya.unit_system == system
    assert Page(alice_client.get(f"/people/{maya.pk}/edit")).form("name").sent()["unit_system"] == system
    assert list(Result.objects.order_by("pk").values()) == before


def test_units_are_as_reported_until_another_system_is_chosen(alice_client):
    assert Page(alice_client.get("/people/new/")).form("name").sent()["unit_system"] == "reported"
    add(alice_client)
    assert Person.objects.get().unit_system == "reported"
    Person.objects.all().delete()
    add(alice_client, unit_system="si")
    assert Person.objects.get().unit_system == "si"


@pytest.mark.parametrize("sent", [{}, {"unit_system": ""}])
def test_units_that_are_not_sent_stay_as_they_are(alice_client, maya, sent):
    Person.objects.update(unit_system="si")
    born = {"day": "14", "month": "6", "year": "1963"}
    assert (
        alice_client.post(f"/people/{maya.pk}/edit", {"name": "Maja", "sex": "female"} | born | sent).status_code == 302
    )
    maya.refresh_from_db()
    assert (maya.name, maya.unit_system) == ("Maja", "si")


def test_an_account_has_several_persons_and_their_results_stay_apart(alice_client, maya):
    assert "Their results stay apart from yours." in Page(alice_client.get("/people/new/")).text
    answer = add(alice_client, name="Leo", day="3", month="May", year="2015")
    leo = Person.objects.get(name="Leo")
    assert answer.url == f"/people/{leo.pk}/"
    log(maya, ferritin=("41", "ng/mL"))
    page = Page(alice_client.get(f"/people/{leo.pk}/"))
    assert page.headings[0] == (1, "Leo")
    assert "No visit is logged yet." in page.text
    assert f"/people/{maya.pk}/" in page.links, "the way to the other person"
    everybody = Page(alice_client.get("/people/"))
    assert "Maya, born 14 June 1963" in everybody.text
    assert "Leo, born 3 May 2015" in everybody.text


def test_an_account_holds_a_bounded_number_of_persons(alice_client, alice):
    Person.objects.bulk_create(PersonFactory.build(account=alice) for _ in range(MOST))
    page = Page(add(alice_client))
    assert (page.status, Person.objects.count()) == (400, MOST)
    assert f"An account holds at most {MOST} persons." in page.text


def test_the_owner_is_never_read_from_the_form(alice_client, alice, bob):
    add(alice_client, account=bob.pk, account_id=bob.pk, id="11111111-1111-1111-1111-111111111111")
    assert Person.objects.get().account == alice


def edit(client, person, press=True, **changes):
    """Changes fields on the details page and presses its button."""
    url = f"/people/{person.pk}/edit"
    return client.post(url, Page(client.get(url)).form("name").sent(**changes))


def test_a_name_is_changed_at_once(alice_client, maya):
    answer = edit(alice_client, maya, name="Maja")
    assert answer.url == f"/people/{maya.pk}/"
    assert "The details were saved. No value was changed." in Page(alice_client.get(answer.url)).text
    maya.refresh_from_db()
    assert (maya.name, maya.sex, maya.born_on) == ("Maja", "female", date(1963, 6, 14))


@pytest.fixture
def results(maya):
    """Four results: two whose range depends on sex, one with a printed range, one whose range is for everybody."""
    log(maya, ferritin=("41", "ng/mL"), vitamin_d_25_oh=("30", "ng/mL"))
    log(maya, date(2021, 3, 4), ferritin=("45", "ng/mL"))
    printed = TypedRow(marker="ferritin", value="50", unit="ng/mL", printed_low=1, printed_high=2, printed_text="1-2")
    create_visit(person=maya, collected_on=date(2022, 3, 4), rows=[printed])


def ranges_now(client, person) -> dict[str, object]:
    """Each result's id -> the range that judges it, as the API says."""
    found = {}
    for slug in ("ferritin", "vitamin-d-25-oh"):
        for point in client.get(f"/api/v1/persons/{person.pk}/timeline/{slug}/").json()["points"]:
            found[point["result"]] = point["range"] and {**point["range"], "why": ""}
    return found


def test_another_sex_first_says_how_many_results_it_touches(alice_client, maya, results):
    before = ranges_now(alice_client, maya)
    answer = edit(alice_client, maya, sex="male", name="Max")
    page = Page(answer)
    assert answer.status_code == 200
    assert "2 results would be compared with another range." in page.text
    assert "Nothing is saved yet." in page.text
    maya.refresh_from_db()
    assert (maya.name, maya.sex) == ("Maya", "female")
    sent = page.form("name").sent()
    assert (sent["name"], sent["sex"], sent["confirmed"]) == ("Max", "male", "2")
    assert alice_client.post(f"/people/{maya.pk}/edit", sent).status_code == 302
    maya.refresh_from_db()
    assert (maya.name, maya.sex) == ("Max", "male")
    after = ranges_now(alice_client, maya)
    assert sum(before[key] != after[key] for key in before) == 2, "the number was right"


@pytest.mark.parametrize(("year", "count"), [("1964", 0), ("2002", 1), ("2010", 2), ("", 2)])
def test_another_birth_date_first_says_how_many_results_it_touches(alice_client, maya, results, year, count):
    before = ranges_now(alice_client, maya)
    box = {"year": year} if year else {"day": "", "month": "", "year": ""}
    answer = edit(alice_client, maya, **box)
    if count:
        noun = "result" if count == 1 else "results"
        page = Page(answer)
        assert f"{count} {noun} would be compared with another range." in page.text
        answer = alice_client.post(f"/people/{maya.pk}/edit", page.form("name").sent())
    assert answer.status_code == 302
    after = ranges_now(alice_client, maya)
    assert sum(before[key] != after[key] for key in before) == count
    maya.refresh_from_db()
    assert maya.born_on == (date(int(year), 6, 14) if year else None)


def test_a_confirmation_of_another_number_is_asked_again(alice_client, maya, results):
    answer = edit(alice_client, maya, sex="male", confirmed="7")
    assert "2 results would be compared with another range." in Page(answer).text
    maya.refresh_from_db()
    assert maya.sex == "female"


def test_values_stay_as_they_are_whatever_the_details(alice_client, maya, results):
    before = list(Result.objects.order_by("pk").values())
    page = Page(edit(alice_client, maya, sex="unstated", day="", month="", year=""))
    alice_client.post(f"/people/{maya.pk}/edit", page.form("name").sent())
    maya.refresh_from_db()
    assert maya.born_on is None
    assert list(Result.objects.order_by("pk").values()) == before


def test_details_that_are_no_date_change_nothing(alice_client, maya):
    page = Page(edit(alice_client, maya, day="31", month="2", name="Other"))
    assert page.status == 400
    assert "31 2 1963 is not a date." in page.text
    maya.refresh_from_db()
    assert (maya.name, maya.born_on) == ("Maya", date(1963, 6, 14))


def test_a_person_is_deleted_with_everything_once_the_name_is_typed(alice_client, maya, results):
    Import.objects.create(person=maya, file_name="one.json", status="review")
    url = f"/people/{maya.pk}/delete"
    page = Page(alice_client.get(url))
    assert "This deletes Maya with 4 results, 3 visits and 1 imported document." in page.text
    for wrong in ("", "maya", "May"):
        refused = Page(alice_client.post(url, page.form("name").sent(name=wrong)))
        assert refused.status == 400
        assert "Nothing was deleted" in refused.text
        assert unknown_targets(refused) == []
    assert Result.objects.count() == 4
    assert alice_client.post(url, page.form("name").sent(name=" Maya ")).url == "/people/"
    for model in (Person, Visit, Result, Import, VisitVersion):
        assert model.objects.count() == 0
    assert "There is nobody here yet." in Page(alice_client.get("/people/")).text
    assert alice_client.get("/home").url == "/people/new/"


def test_a_name_with_two_blanks_can_be_typed_as_it_is_shown(alice_client, alice):
    person = PersonFactory(account=alice, name="Anna  Maria\u00a0Lee")
    alice_client.post(f"/people/{person.pk}/delete", {"name": "Anna Maria Lee"})
    assert not Person.objects.exists()


HOSTILE = ["<script>alert(1)</script>", 'O\'Brien & "Sons"', "{{ 7*7 }}{% now 'Y' %}", "x" * 100, "\u202eayam", "名前"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_of_any_signs_is_shown_as_it_is(alice_client, alice, name):
    assert add(alice_client, name=name).status_code == 302
    person = Person.objects.get()
    assert person.name == name
    for url in ("/people/", f"/people/{person.pk}/", f"/people/{person.pk}/edit", f"/people/{person.pk}/delete"):
        page = Page(alice_client.get(url))
        assert " ".join(name.split()) in page.text
        assert "<script>alert" not in page.html
    assert dict(Page(alice_client.get(f"/people/{person.pk}/edit")).form("name").fields)["name"] == name


@pytest.mark.parametrize("name", ["a\u0000b", "a\ud800b"])
def test_a_name_that_no_database_holds_is_refused_by_the_api(alice_client, name):
    answer = alice_client.post("/api/v1/persons/", json.dumps({"name": name}), content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"]
