"""One visit: each result with the range that judged it; deleted, and brought back whole."""

from __future__ import annotations

import uuid
from datetime import date, time
from decimal import Decimal

import pytest

from bloodsight.people.models import Person
from markers.models import Marker
from markers.queries import catalogue, touch
from results.actions.visits import TypedRow, create_visit, delete_visit, restore_visit, update_visit
from results.models import Import, ImportRow, Result, Visit, VisitVersion
from tests.html import Page, unknown_targets

DAY = date(2024, 10, 3)
pytestmark = pytest.mark.django_db


def log(person: Person, *rows: TypedRow, day: date = DAY, **about) -> Visit:
    return create_visit(person=person, collected_on=day, rows=rows, **about)


def row(marker: str, value: str, unit: str, **more) -> TypedRow:
    return TypedRow(marker=marker, value=value, unit=unit, **more)


def url(visit: Visit, page: str = "") -> str:
    return f"/people/{visit.person_id}/visits/{visit.pk}/{page}"


def shown(client, visit: Visit) -> Page:
    return Page(client.get(url(visit)))


@pytest.mark.parametrize(
    ("result", "range_used", "position"),
    [
        (row("beta-2-microglobulin", "1.9", "mg/L"), "0.7–1.8 mg/L general", "above range"),
        (row("beta-2-microglobulin", "0.70", "mg/L"), "0.7–1.8 mg/L general", "in range"),
        (row("beta-2-microglobulin", "<0.7", "mg/L"), "0.7–1.8 mg/L general", "below range"),
        (row("beta-2-microglobulin", "<1", "mg/L"), "0.7–1.8 mg/L general", "can't be placed"),
        (row("beta-2-microglobulin", "1900", "µg/L"), "700–1800 µg/L general", "above range"),
        (
            row(
                "ferritin", "4.10", "ng/mL", printed_low=Decimal("3.4"), printed_high=Decimal("4.10"), printed_text="x"
            ),
            "3.4–4.10 ng/mL printed",
            "in range",
        ),
        (
            row("ferritin", "5.7", "ng/mL", printed_high=Decimal("5.7"), printed_high_strict=True, printed_text="<5.7"),
            "below 5.7 ng/mL printed",
            "above range",
        ),
        (row("ferritin", "41", "", printed_text="see below"), "it has no unit", "no range"),
        (row("ferritin", "41", "mg/dL"), "its unit, mg/dL, can't be converted to ng/mL", "no range"),
        (row("urine-albumin", "12", "mg/L"), "no range is stored for this marker", "no range"),
    ],
)
def test_each_result_has_the_range_that_judged_it_and_its_position(alice_client, maya, result, range_used, position):
    page = shown(alice_client, log(maya, result))
    name = catalogue().markers[result.marker].name
    cells = page.row(name)
    assert cells[1].startswith(result.value)
    assert cells[2].startswith(range_used), cells
    assert cells[3] == position


def test_the_laboratorys_own_range_goes_before_the_general_one(alice_client, maya):
    visit = log(maya, row("beta-2-microglobulin", "1.9", "mg/L"), lab="Mayo Clinic Laboratories")
    cells = shown(alice_client, visit).row("Beta-2 microglobulin")
    assert cells[2:4] == ["1.21–2.70 mg/L Mayo Clinic Laboratories", "in range"]


@pytest.mark.parametrize(
    ("fasting", "word", "position"),
    [(True, "fasting", "above range"), (False, "not fasting", "no range"), (None, "fasting not known", "no range")],
)
def test_a_fasting_range_judges_only_where_fasting_is_stated(alice_client, maya, fasting, word, position):
    page = shown(alice_client, log(maya, row("glucose", "110", "mg/dL"), fasting=fasting))
    assert page.row("Glucose")[3] == position
    assert word in page.text


def test_the_page_says_day_laboratory_counts_and_note(alice_client, maya):
    results = [row("ferritin", "41", "ng/mL", note="seen"), row("sodium", "150", "mmol/L"), row("alt", "x", "U/L")]
    page = shown(alice_client, log(maya, *results[:2], lab="CityLab", note="one\ntwo"))
    assert page.headings[0] == (1, "3 October 2024")
    assert "CityLab · fasting not known · 1 in range, 1 above range" in page.text
    assert "one two" in page.text
    assert page.row("Ferritin")[4] == "seen"
    assert f"/people/{maya.pk}/markers/ferritin/" in page.links
    assert "Typed in on" in page.text
    assert unknown_targets(page) == []


def test_a_word_is_shown_without_a_position(alice_client, maya):
    page = shown(alice_client, log(maya, row("ferritin", "negative", "ng/mL")))
    assert page.row("Ferritin")[1:4:2] == ["negative ng/mL", ""]
    assert "can't be placed" not in page.text


def test_what_is_not_in_the_catalogue_is_listed_as_it_came(alice_client, maya):
    visit = log(maya)
    texts = {"name": "Rouleaux & <b>cells</b>", "text": "few\nseen", "unit": "", "printed_text": "none <seen>"}
    Result.objects.create(person=maya, visit=visit, collected_on=DAY, **texts)
    cells = shown(alice_client, visit).row("Rouleaux")
    assert cells == ["Rouleaux & <b>cells</b>", "few seen", "not in the catalogue; printed: none <seen>", "", ""]


def test_a_doubted_unit_is_told_and_not_judged(alice_client, maya):
    visit = log(maya, row("total-protein", "63.7", "g/dL"))
    Result.objects.update(unit_doubted=True)
    cells = shown(alice_client, visit).row("Total protein")
    assert cells[2:4] == ["its unit, g/dL, contradicts its value or its code", "no range"]
    assert "The unit contradicts the value or its code, so it is not judged." in cells[4]


def test_a_visit_without_results_has_its_page(alice_client, maya):
    page = shown(alice_client, log(maya))
    assert "This visit holds no result." in page.text


@pytest.mark.parametrize("day", [date.min, date(1582, 10, 10), date.max])
def test_a_visit_of_any_day_has_its_pages(alice_client, maya, day):
    visit = log(maya, row("ferritin", "41", "ng/mL"), row("ferritin", "42", "ng/mL"), day=day)
    person = f"/people/{maya.pk}/"
    pages = [url(visit), url(visit, "edit"), person, f"{person}visits/", f"{person}markers/ferritin/"]
    pages += [f"{person}visits/new", f"/api/v1{person.replace('people', 'persons')}timeline/ferritin/"]
    assert [alice_client.get(one).status_code for one in pages] == [200] * len(pages)


def everything(person: Person) -> list[list[dict]]:
    """Every stored visit and result of a person, but for the version of the visits."""
    visits = Visit.objects.filter(person=person).order_by("pk").values()
    return [
        [one | {"version": 0} for one in visits],
        list(Result.objects.filter(person=person).order_by("pk").values()),
    ]


@pytest.fixture
def rich(maya) -> Visit:
    """A visit with all that a visit can hold."""
    batch = Import.objects.create(person=maya, file_name="one.json", status="confirmed")
    source = ImportRow.objects.create(batch=batch, order=1, state="ready", name="Ferritin", accepted=True)
    bounds = {"printed_low": Decimal("3.40"), "printed_high": Decimal("5.70"), "printed_high_strict": True}
    visit = log(
        maya,
        row("ferritin", "4.10", "ng/mL", printed_text="3.40 - <5.70", note="a & <b>", **bounds),
        row("sodium", "negative", ""),
        lab="City & Lab",
        fasting=False,
        note="one\r\ntwo",
    )
    Visit.objects.update(batch=batch)
    carried = {"collected_time": time(8, 30, 15), "text": "seen\nfew", "name": "Rouleaux", "status": "final"}
    more = {"external_id": "obs-1", "external_version": "2", "method": "m", "unit_doubted": True, "unit_code": "g/L"}
    Result.objects.create(
        person=maya, visit=visit, order=2, collected_on=DAY, batch=batch, row=source, **carried, **more
    )
    visit.refresh_from_db()
    return visit


def test_a_deleted_visit_comes_back_whole(alice_client, maya, rich):
    before = everything(maya)
    answer = alice_client.post(url(rich, "delete"))
    assert answer.url.split("?")[0] == f"/people/{maya.pk}/visits/"
    assert (Visit.objects.count(), Result.objects.count()) == (0, 0)
    page = Page(alice_client.get(answer.url))
    assert "The visit of 3 October 2024, City & Lab, with 3 results, was deleted." in page.text
    [undo] = [form for form in page.forms if form.action.endswith("/restore")]
    back = alice_client.post(undo.action, undo.sent())
    assert back.url == url(rich)
    assert everything(maya) == before
    assert alice_client.get(back.url).status_code == 200
    assert "was deleted" not in Page(alice_client.get(answer.url.split("?")[0])).text


def test_a_visit_is_deleted_and_brought_back_again_and_again(alice_client, maya, rich):
    before = everything(maya)
    for _ in range(3):
        alice_client.post(url(rich, "delete"))
        alice_client.post(url(rich, "restore"))
    assert everything(maya) == before
    assert not VisitVersion.objects.filter(deleted=True).exists()


def test_pressing_delete_or_undo_twice_is_pressing_it_once(alice_client, bob_client, maya, rich):
    before = everything(maya)
    first, second = (alice_client.post(url(rich, "delete")) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert VisitVersion.objects.filter(deleted=True).count() == 1
    first, second = (alice_client.post(url(rich, "restore")) for _ in range(2))
    assert first.url == second.url == url(rich)
    assert everything(maya) == before
    for name in ("delete", "restore"):
        assert bob_client.post(url(rich, name)).status_code == 404


def test_two_who_delete_or_restore_at_once_do_it_once(maya, rich):
    before = everything(maya)
    same = Visit.objects.get(pk=rich.pk)
    delete_visit(visit=Visit.objects.get(pk=rich.pk))
    delete_visit(visit=same)
    assert VisitVersion.objects.filter(deleted=True).count() == 1
    gone = VisitVersion.objects.get(deleted=True)
    restore_visit(gone=gone)
    restore_visit(gone=gone)
    assert everything(maya) == before


def test_a_visit_comes_back_beside_one_that_its_form_made_again(maya):
    nonce = uuid.uuid4()
    first = log(maya, row("alt", "20", "U/L"), nonce=nonce)
    delete_visit(visit=Visit.objects.get(pk=first.pk))
    again = log(maya, row("alt", "20", "U/L"), nonce=nonce)
    restore_visit(gone=VisitVersion.objects.get(deleted=True))
    assert set(Visit.objects.values_list("pk", flat=True)) == {first.pk, again.pk}
    assert Result.objects.count() == 2


def test_a_visit_comes_back_though_a_marker_of_it_left_the_catalogue(alice_client, maya, db):
    marker = Marker.objects.create(slug="gone", name="Gone", unit="g/L", specimen="serum", decimals=1)
    touch()
    visit = log(maya, row("gone", "4.10", "g/L"), row("alt", "20", "U/L"))
    delete_visit(visit=Visit.objects.get(pk=visit.pk))
    marker.delete()
    touch()
    assert alice_client.post(url(visit, "restore")).status_code == 302
    back = Result.objects.order_by("order").first()
    assert (back.marker_id, back.value, back.unit) == (None, "4.10", "g/L")
    assert alice_client.get(url(visit)).status_code == 200


def test_deleting_keeps_an_edit_that_came_just_before(maya, rich):
    stale = Visit.objects.get(pk=rich.pk)
    update_visit(visit=rich, version=1, collected_on=DAY, rows=[row("alt", "20", "U/L")], lab="Other", note="edited")
    delete_visit(visit=stale)
    back = restore_visit(gone=VisitVersion.objects.get(deleted=True))
    assert (back.lab, back.note, back.results.get().value) == ("Other", "edited", "20")


def test_a_restored_visit_is_a_new_version_for_those_who_edit_it(maya, rich):
    delete_visit(visit=rich)
    back = restore_visit(gone=VisitVersion.objects.get(deleted=True))
    assert back.version == 2


def test_deleting_and_restoring_need_a_press_of_a_button(alice_client, rich):
    for name in ("delete", "restore"):
        assert alice_client.get(url(rich, name)).status_code == 405
    assert Visit.objects.count() == 1


def test_the_former_state_is_kept_at_every_edit(maya, rich):
    for number in range(1, 4):
        update_visit(visit=rich, version=number, collected_on=DAY, rows=[row("alt", str(number), "U/L")])
    kept = VisitVersion.objects.order_by("version")
    assert [one.version for one in kept] == [1, 2, 3]
    assert [one.snapshot["results"][0]["value"] for one in kept] == ["4.10", "1", "2"]
