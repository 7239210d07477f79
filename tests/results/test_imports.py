"""Bringing a document: reviewed, saved whole, known again, replaced by newer versions, taken back whole."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from markers.queries import catalogue
from markers.reference import Subject
from results.actions.imports import NeedsAnswer, confirm, read_document, undo
from results.actions.visits import Stale, TypedRow, create_visit, delete_visit, restore_visit, typed_row, update_visit
from results.documents.strict_json import read_json, write_json
from results.models import Import, ImportRow, Result, Visit, VisitVersion
from results.queries import changed_ranges
from tests.factories import PersonFactory, UserFactory

REPORTS = Path(__file__).resolve().parent.parent / "reports"
pytestmark = pytest.mark.django_db


def report(name: str = "north_lab") -> bytes:
    return (REPORTS / f"{name}.json").read_bytes()


def document(name: str = "north_lab") -> dict[str, Any]:
    return read_json(report(name))


def written(found: dict[str, Any]) -> bytes:
    return write_json(found).encode()


def entries(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in found["entry"] if one["resource"]["resourceType"] == "Observation"]


def brought(person, content, accept="all") -> Import:
    """An import of this content, confirmed."""
    content = content if isinstance(content, bytes) else written(content)
    batch = read_document(person=person, content=content)
    assert batch.status == "review", batch.problem
    confirm(batch=batch, accept=accept)
    return batch


def values(person) -> dict[str, str]:
    rows = Result.objects.filter(person=person).order_by("collected_on", "order")
    return {f"{one.collected_on:%m} {one.name}": one.written for one in rows}


def states(batch: Import) -> dict[str, str]:
    return {row.name: row.state for row in batch.rows.all()}


MARCH = {"03 Creatinine": "1.20", "03 Potassium": "4.10", "03 Ferritin": "<5"}
ASKED = {"03 Sodium": "141"}
WORDS = {"03 Color of Urine": "yellow"}


def test_a_document_is_read_into_rows_and_nothing_is_stored_before_it_is_confirmed(maya):
    batch = read_document(person=maya, content=report(), file_name="north.json")
    assert (batch.status, batch.question, batch.warnings) == ("review", "", [])
    assert {row.name: (row.state, row.reason) for row in batch.rows.all()} == {
        "Creatinine": ("ready", ""),
        "Potassium": ("ready", ""),
        "Ferritin": ("ready", ""),
        "Sodium": ("check", "it has no unit"),
        "Color of Urine": ("ready", ""),
        "TSH": ("unreadable", "its date, 2026-03, names no day"),
    }
    assert batch.left_out == {"entered in error": 1, "Organization: not a result": 1}
    assert Result.objects.count() == Visit.objects.count() == 0


def test_confirming_saves_the_ready_rows_and_the_accepted_ones_and_counts_the_rest(maya):
    batch = read_document(person=maya, content=report())
    saved = confirm(batch=batch)
    assert (saved.results, saved.replaced, saved.left) == (4, 0, 2)
    assert values(maya) == MARCH | WORDS
    visit = Visit.objects.get(person=maya)
    assert (visit.collected_on, visit.lab, visit.batch) == (date(2026, 3, 2), "North Lab", batch)
    creatinine = visit.results.get(name="Creatinine")
    assert creatinine.marker.slug == "creatinine"
    assert (str(creatinine.printed_low), str(creatinine.printed_high), creatinine.printed_unit) == ("0.50", "1.10", "")
    assert visit.results.get(name="Color of Urine").marker is None


def test_a_check_row_is_saved_once_it_is_accepted(maya):
    batch = read_document(person=maya, content=report())
    asked = batch.rows.get(state="check")
    assert confirm(batch=batch, accept={asked.pk}).results == 5
    assert values(maya) == MARCH | ASKED | WORDS


def test_a_row_of_another_import_or_one_that_can_t_be_read_is_never_accepted(maya):
    other = read_document(person=maya, content=report())
    batch = read_document(person=maya, content=report())
    ids = set(other.rows.values_list("pk", flat=True)) | {batch.rows.get(state="unreadable").pk}
    assert confirm(batch=batch, accept=ids).results == 4
    assert values(maya) == MARCH | WORDS


def test_confirming_twice_saves_once(maya):
    batch = brought(maya, report())
    again = confirm(batch=Import.objects.get(pk=batch.pk), accept="all")
    assert (again.results, again.replaced, again.left) == (0, 0, 0)
    assert Result.objects.count() == 5


def reordered(found):
    found["entry"].reverse()
    for one in found["entry"]:
        one["resource"] = dict(reversed(one["resource"].items()))
    return found


def under_other_urls(found):
    for place, one in enumerate(found["entry"]):
        one["fullUrl"] = f"urn:uuid:00000000-0000-0000-0000-{place:012}"
    urls = {one["resource"]["id"]: one["fullUrl"] for one in found["entry"]}
    for one in entries(found):
        one["resource"]["subject"] = {"reference": urls["maya"]}
        one["resource"]["performer"] = [{"reference": urls["north"]}]
    return found


def without_the_laboratory(found):
    for one in entries(found):
        del one["resource"]["performer"]
    return found


def with_metadata(found):
    for one in entries(found):
        one["resource"]["meta"] = {"lastUpdated": "2026-12-01T00:00:00Z", "versionId": "9"}
        one["resource"]["text"] = {"status": "generated", "div": "<div>told</div>"}
    return found


def twice(found):
    found["entry"] += found["entry"]
    return found


def in_another_zone(found):
    for one in entries(found):
        stated = one["resource"]["effectiveDateTime"]
        one["resource"]["effectiveDateTime"] = stated.replace("08:15:00+01:00", "07:15:00Z")
    return found


def without_trailing_zeros(found):
    for one in entries(found):
        quantity = one["resource"].get("valueQuantity", {})
        quantity |= {"value": float(quantity["value"])} if "value" in quantity else {}
    return found


@pytest.mark.parametrize(
    "changed",
    [
        dict,
        reordered,
        under_other_urls,
        without_the_laboratory,
        with_metadata,
        twice,
        in_another_zone,
        without_trailing_zeros,
    ],
    ids=lambda it: it.__name__,
)
def test_the_same_results_brought_again_change_nothing(maya, changed):
    brought(maya, report())
    before = list(Result.objects.order_by("pk").values())
    content = written(changed(document()))
    batch = read_document(person=maya, content=content)
    assert set(states(batch).values()) == {"stored", "unreadable"}
    saved = confirm(batch=batch, accept="all")
    assert (saved.results, saved.replaced) == (0, 0)
    assert list(Result.objects.order_by("pk").values()) == before
    assert not batch.rows.filter(accepted=True).exists()
    assert undo(batch=batch) == 0
    assert list(Result.objects.order_by("pk").values()) == before


def test_a_result_that_stands_twice_in_one_file_is_saved_once(maya):
    batch = brought(maya, twice(document()))
    assert Result.objects.count() == 5
    assert Counter(row.reason for row in batch.rows.all())["it stands in this file twice; the first one counts"] == 5


def test_two_versions_in_one_file_end_with_the_later_one_if_that_is_accepted(maya):
    both = document()
    amended = entries(document("north_lab_later"))[3]
    both["entry"].append(amended)
    batch = read_document(person=maya, content=written(both))
    assert [row.state for row in batch.rows.filter(name="Creatinine")] == ["ready", "check"]
    confirm(batch=batch)
    assert values(maya)["03 Creatinine"] == "1.20"
    undo(batch=batch)
    brought(maya, both)
    assert values(maya)["03 Creatinine"] == "1.02"
    assert Result.objects.filter(name="Creatinine").count() == 1


def test_results_without_an_id_that_are_equal_are_both_kept_and_known_again(maya):
    found = document()
    first = entries(found)[0]
    del first["resource"]["id"]
    found["entry"].append(first)
    brought(maya, found)
    assert Result.objects.filter(name="Creatinine").count() == 2
    assert brought(maya, found).rows.filter(name="Creatinine", state="stored").count() == 2
    assert Result.objects.filter(name="Creatinine").count() == 2


def test_a_longer_export_adds_what_is_new_and_asks_about_what_has_changed(maya):
    brought(maya, report())
    batch = read_document(person=maya, content=report("north_lab_later"))
    assert {(f"{row.collected_on:%m} {row.name}"): row.state for row in batch.rows.all()} == {
        "09 Creatinine": "ready",
        "03 Ferritin": "stored",
        "03 Potassium": "check",
        "03 Creatinine": "check",
        "03 Color of Urine": "stored",
    }
    asked = batch.rows.filter(state="check")
    assert {row.reason for row in asked} == {"it would replace a stored result that the source has changed"}
    saved = confirm(batch=batch)
    assert (saved.results, saved.replaced, saved.left) == (1, 0, 2)
    assert values(maya)["03 Creatinine"] == "1.20"


def test_an_accepted_correction_replaces_and_the_former_value_stays_in_the_history(maya):
    brought(maya, report())
    visit = Visit.objects.get()
    stored = Result.objects.get(name="Creatinine")
    batch = brought(maya, report("north_lab_later"))
    corrected = Result.objects.get(pk=stored.pk)
    assert (corrected.written, corrected.status, corrected.batch) == ("1.02", "amended", batch)
    assert values(maya)["03 Potassium"] == "4.1"
    kept = VisitVersion.objects.get(visit_id=visit.pk)
    assert [one["value"] for one in kept.snapshot["results"] if one["name"] == "Creatinine"] == ["1.20"]
    visit.refresh_from_db()
    assert visit.version == kept.version + 1
    assert set(states(brought(maya, report("north_lab_later"))).values()) == {"stored"}


def test_the_older_file_brought_again_never_brings_the_older_value_back(maya):
    brought(maya, report())
    brought(maya, report("north_lab_later"))
    again = brought(maya, report())
    assert again.rows.get(name="Creatinine").reason == "a newer version of it is stored"
    assert values(maya)["03 Creatinine"] == "1.02"


def other_source(**parts: Any) -> dict[str, Any]:
    """The first result of the document alone, as another source states it."""
    found = document()
    own = entries(found)[0]
    found["entry"] = [own]
    own["resource"] |= parts
    return found


POTASSIUM = {
    "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}], "text": "Potassium"},
    "valueQuantity": {"value": 4, "unit": "mmol/L"},
    "referenceRange": [],
}


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        (POTASSIUM, "ready"),
        ({"effectiveDateTime": "2026-03-02T08:16:00+01:00"}, "ready"),
        ({"effectiveDateTime": "2026-03-02"}, "ready"),
        ({"performer": [{"reference": "Organization/x", "display": "South Lab"}]}, "ready"),
        ({"performer": []}, "stored"),
        ({"status": "corrected"}, "check"),
        ({"valueQuantity": {"value": 2, "unit": "mg/dL"}}, "check"),
    ],
)
def test_a_short_id_is_the_same_result_only_with_code_instant_and_laboratory(maya, parts, state):
    brought(maya, report())
    batch = read_document(person=maya, content=written(other_source(**parts)))
    assert batch.rows.get().state == state


def test_the_same_file_of_two_persons_is_saved_for_both(maya, alice):
    twin = PersonFactory(account=alice, name="Maya")
    brought(maya, report())
    brought(twin, report())
    assert values(maya) == values(twin)


UUID_ID = "3dbd006e-8248-4b0f-bdb1-38a5f58fa786"


def test_a_unique_id_on_another_day_is_asked_about(maya):
    brought(maya, other_source(id=UUID_ID))
    moved = other_source(id=UUID_ID, effectiveDateTime="2026-03-03T08:15:00+01:00")
    row = read_document(person=maya, content=written(moved)).rows.get()
    assert row.state == "check"
    assert row.reason.startswith("it is stored for another day, 2026-03-02")


def test_a_stored_result_that_its_source_takes_back_is_told(maya):
    brought(maya, report())
    batch = read_document(person=maya, content=written(other_source(status="entered-in-error")))
    assert batch.warnings[1:] == [
        "Its source has taken back a result that is stored: Creatinine of 2026-03-02. Delete it if that is right."
    ]


def test_undo_takes_back_everything_and_a_new_import_brings_it_back(maya):
    batch = brought(maya, report())
    assert undo(batch=batch) == 5
    assert (Result.objects.count(), Visit.objects.count(), VisitVersion.objects.count()) == (0, 0, 0)
    assert undo(batch=batch) == 0
    assert Import.objects.get(pk=batch.pk).status == "undone"
    assert confirm(batch=Import.objects.get(pk=batch.pk), accept="all").results == 0
    brought(maya, report())
    assert Result.objects.count() == 5


def test_undo_gives_back_what_the_import_replaced(maya):
    first = brought(maya, report())
    before = values(maya)
    second = brought(maya, report("north_lab_later"))
    undo(batch=second)
    assert values(maya) == before
    assert set(Result.objects.values_list("batch", flat=True)) == {first.pk}
    assert states(brought(maya, report("north_lab_later")))["Potassium"] == "check"


def test_undo_leaves_what_a_later_import_put_in_its_place(maya):
    first = brought(maya, report())
    second = brought(maya, report("north_lab_later"))
    undo(batch=first)
    assert values(maya) == {"03 Potassium": "4.1", "03 Creatinine": "1.02", "09 Creatinine": "1.08"}
    undo(batch=second)
    assert (Result.objects.count(), Visit.objects.count()) == (0, 0)


def test_undo_of_one_import_leaves_the_results_of_another_on_the_same_day(maya):
    added = other_source(id="99", **POTASSIUM)
    added["entry"] += document()["entry"][:2]
    first, second = brought(maya, report()), brought(maya, added)
    assert Visit.objects.count() == 1
    undo(batch=first)
    assert values(maya) == {"03 Potassium": "4"}
    undo(batch=second)
    assert Visit.objects.count() == 0


def test_undo_after_an_edit_by_hand_takes_the_imported_results_and_leaves_the_typed_one(maya):
    batch = brought(maya, report())
    visit = Visit.objects.get()
    rows = [*edited(visit), TypedRow(marker="alt", value="20", unit="U/L")]
    update_visit(visit=visit, version=visit.version, collected_on=visit.collected_on, rows=rows, lab=visit.lab)
    undo(batch=batch)
    assert [(one.marker.slug, one.value) for one in Result.objects.all()] == [("alt", "20")]
    assert Visit.objects.count() == 1
    assert not VisitVersion.objects.exists()


def test_an_edit_by_hand_stands_when_the_file_is_brought_again(maya):
    brought(maya, report())
    visit = Visit.objects.get()
    rows = [one if one.value != "1.20" else TypedRow("creatinine", "1.3", "mg/dL", id=one.id) for one in edited(visit)]
    update_visit(visit=visit, version=1, collected_on=visit.collected_on, rows=rows, lab=visit.lab)
    assert states(brought(maya, report()))["Creatinine"] == "stored"
    assert Result.objects.get(marker__slug="creatinine").value == "1.3"


def edited(visit: Visit) -> list[TypedRow]:
    slugs = {facts.id: slug for slug, facts in catalogue().markers.items()}
    return [typed_row(result, slugs) for result in visit.results.order_by("order")]


@pytest.mark.parametrize("change", ["added", "undone", "replaced"])
def test_an_edit_begun_before_an_import_changed_the_visit_is_told(maya, change):
    brought(maya, report())
    added = other_source(id="99", **POTASSIUM)
    added["entry"] += document()["entry"][:2]
    extra = brought(maya, added) if change == "undone" else None
    visit = Visit.objects.get()
    rows = edited(visit)
    if extra:
        undo(batch=extra)
    else:
        brought(maya, added if change == "added" else report("north_lab_later"))
    before = values(maya)
    with pytest.raises(Stale):
        update_visit(visit=visit, version=visit.version, collected_on=visit.collected_on, rows=rows, lab=visit.lab)
    assert values(maya) == before


def test_a_deleted_visit_of_an_undone_import_never_comes_back(maya):
    added = other_source(id="99", **POTASSIUM)
    added["entry"] += document()["entry"][:2]
    brought(maya, report())
    second = brought(maya, added)
    delete_visit(visit=Visit.objects.get())
    undo(batch=second)
    restore_visit(gone=VisitVersion.objects.get(deleted=True))
    assert Result.objects.count() == 5
    assert not Result.objects.filter(batch=second).exists()


def test_an_import_reviewed_before_another_one_was_saved_adds_nothing_twice(maya):
    first, second = (read_document(person=maya, content=report()) for _ in range(2))
    changed = read_document(person=maya, content=report("north_lab_later"))
    assert confirm(batch=first, accept="all").results == 5
    assert confirm(batch=second, accept="all").results == 0
    saved = confirm(batch=changed, accept="all")
    assert (saved.results, saved.replaced) == (1, 0)
    assert values(maya)["03 Creatinine"] == "1.20"
    left = changed.rows.get(name="Creatinine", collected_on=date(2026, 3, 2))
    assert (left.state, left.accepted) == ("check", False)


@pytest.mark.parametrize(
    ("parts", "question", "warning"),
    [
        ({}, "", ""),
        ({"birthDate": "1963-06-15"}, "born 15 June 1963", ""),
        ({"birthDate": "1964"}, "born 1964", "no full date of birth"),
        ({"birthDate": "1963-07"}, "born 1963-07", "no full date of birth"),
        ({"birthDate": "1963"}, "", "no full date of birth"),
        ({"birthDate": "1963-06"}, "", "no full date of birth"),
        ({"birthDate": None}, "", "no full date of birth"),
        ({"gender": "male"}, "about somebody male", ""),
        ({"gender": "male", "birthDate": "1960-01-01"}, "born 1 January 1960 and male", ""),
        ({"gender": "other"}, "", ""),
        ({"gender": "unknown"}, "", ""),
        ({"gender": None}, "", ""),
        ({"name": [{"text": "Bob"}]}, "", "The file names Bob; you are adding to Maya."),
        ({"name": [{"text": "MAYA"}]}, "", ""),
        ({"name": []}, "", ""),
    ],
)
def test_another_birth_date_or_sex_stops_with_a_question_and_another_name_is_a_warning(maya, parts, question, warning):
    found = document()
    found["entry"][0]["resource"] |= parts
    batch = read_document(person=maya, content=written(found))
    assert question in batch.question
    assert bool(batch.question) is bool(question)
    assert warning in " ".join(batch.warnings)
    assert bool(batch.warnings) is bool(warning)
    if question:
        with pytest.raises(NeedsAnswer):
            confirm(batch=batch, accept="all")
        assert Result.objects.count() == 0
        assert Import.objects.get(pk=batch.pk).status == "review"
    assert confirm(batch=batch, accept="all", this_person=True).results == 5


def test_a_file_that_names_nobody_is_told(maya):
    batch = read_document(person=maya, content=written(other_source()))
    assert (batch.question, batch.warnings) == ("", ["The file does not say whom it is about."])


@pytest.mark.parametrize("person", [{"sex": "unstated"}, {"born_on": None}, {"born_on": None, "sex": "unstated"}])
def test_what_the_person_has_not_stated_is_no_question(alice, person):
    batch = read_document(person=PersonFactory(account=alice, **person), content=report())
    assert batch.question == ""


def test_a_file_that_can_t_be_read_is_kept_as_failed_with_the_reason(maya):
    batch = read_document(person=maya, content=b"{", file_name="broken\x00\udcff.json")
    assert (batch.status, batch.file_name) == ("failed", "broken\ufffd\ufffd.json")
    assert batch.problem == "This is not JSON: line 1, column 2. Nothing was saved."
    assert not ImportRow.objects.exists()


def test_a_file_over_the_limit_is_refused(maya, settings):
    settings.UPLOAD_LIMIT = 1000
    batch = read_document(person=maya, content=report())
    assert (batch.status, batch.problem[:24]) == ("failed", "This file is larger than")


@pytest.mark.parametrize("character", ["\\u0000", "\\ud800"])
def test_a_character_that_no_database_keeps_is_refused_with_its_place(maya, character):
    content = report().replace(b'"text": "Creatinine"', f'"text": "Crea{character}tinine"'.encode())
    batch = read_document(person=maya, content=content)
    assert batch.status == "failed"
    assert "a NUL, or half of a pair. It stands at entry.2.resource.code.text. Nothing was saved." in batch.problem


def test_every_text_fits_its_column(maya):
    long = "x" * 5000
    found = other_source(
        id=long,
        status=long,
        code={"coding": [{"system": long, "code": long, "display": long}], "text": long},
        method={"text": long},
        specimen={"display": long},
        interpretation=[{"text": long}],
        note=[{"text": long}],
        performer=[{"reference": "Organization/x", "display": long}],
        valueQuantity={"value": 1, "unit": long, "code": long},
        referenceRange=[{"low": {"value": 1, "unit": long}, "text": long}],
    )
    brought(maya, found)
    assert Result.objects.get().value == "1"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_people_confirming_at_once_save_each_result_once():
    person = PersonFactory(account=UserFactory())
    batches = [read_document(person=person, content=report()) for _ in range(4)]
    started = threading.Barrier(8)
    failed: list[BaseException] = []

    def press(batch: Import) -> None:
        try:
            started.wait(10)
            confirm(batch=batch, accept="all")
        except BaseException as problem:
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(batch,)) for batch in batches for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failed == []
    assert Result.objects.count() == 5
    assert Visit.objects.count() == 1


def test_a_failure_while_saving_leaves_nothing(maya):
    batch = read_document(person=maya, content=report())
    batch.rows.filter(name="Ferritin").update(collected_on=None)  # the database refuses a visit without a day
    with pytest.raises(Exception, match=r"(?i)null"):
        confirm(batch=batch, accept="all")
    assert Import.objects.get(pk=batch.pk).status == "review"


def test_typed_visits_are_left_alone(maya):
    typed = create_visit(
        person=maya,
        collected_on=date(2026, 3, 2),
        lab="North Lab",
        rows=[TypedRow(marker="creatinine", value="1.20", unit="mg/dL")],
    )
    batch = brought(maya, report())
    assert Visit.objects.count() == 2
    undo(batch=batch)
    assert Visit.objects.get() == typed
    assert typed.results.get().value == "1.20"


def test_undoing_a_replacement_gives_back_what_its_person_had_corrected(maya):
    brought(maya, report())
    visit = Visit.objects.get()
    rows = [replace(row, value="1.30", note="as on paper") if row.value == "1.20" else row for row in edited(visit)]
    update_visit(visit=visit, version=visit.version, collected_on=visit.collected_on, rows=rows, lab=visit.lab)
    second = brought(maya, report("north_lab_later"))
    assert values(maya)["03 Creatinine"] == "1.02"
    undo(batch=second)
    result = Result.objects.get(name="Creatinine")
    assert (result.value, result.note) == ("1.30", "as on paper")


def test_what_was_typed_into_a_deleted_visit_outlives_the_undoing_of_its_import(maya):
    batch = brought(maya, report())
    visit = Visit.objects.get()
    rows = [*edited(visit), TypedRow(marker="tsh", value="1.6", unit="mIU/L")]
    update_visit(visit=visit, version=visit.version, collected_on=visit.collected_on, rows=rows, lab=visit.lab)
    delete_visit(visit=Visit.objects.get())
    undo(batch=batch)
    restore_visit(gone=VisitVersion.objects.get(deleted=True))
    assert list(Result.objects.values_list("value", "batch")) == [("1.6", None)]


def test_nothing_of_an_undone_import_is_left(maya):
    batch = brought(maya, report())
    undo(batch=batch)
    assert (ImportRow.objects.count(), Result.objects.count(), Visit.objects.count()) == (0, 0, 0)
    assert VisitVersion.objects.count() == 0
    assert values(brought(maya, report()).person) == MARCH | ASKED | WORDS


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_edits_imports_and_undoing_at_once_never_stand_in_each_others_way():
    call_command("load_seeds", verbosity=0)  # a database that is flushed has lost the catalogue
    person = PersonFactory(account=UserFactory())
    brought(person, report())
    visit = Visit.objects.get()
    rows, failed, started = edited(visit), [], threading.Barrier(3)

    def pressed(action) -> None:
        try:
            started.wait(10)
            for _ in range(8):
                action()
        except Stale:
            pass
        except BaseException as problem:
            failed.append(problem)
        finally:
            connection.close()

    def edit() -> None:
        now = Visit.objects.get(pk=visit.pk)
        update_visit(visit=now, version=now.version, collected_on=now.collected_on, rows=rows, lab=now.lab)

    def bring_and_undo() -> None:
        undo(batch=brought(person, report("north_lab_later")))

    def log() -> None:
        create_visit(
            person=person, collected_on=date(2026, 5, 1), rows=[TypedRow(marker="tsh", value="1", unit="mIU/L")]
        )

    threads = [threading.Thread(target=pressed, args=(action,)) for action in (edit, bring_and_undo, log)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failed == []
    assert Result.objects.get(name="Creatinine").value == "1.20"


CREATININE = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "category": [{"coding": [{"code": "laboratory"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}], "text": "Creatinine"},
    "effectiveDateTime": "2026-03-02",
}


def test_a_range_printed_for_the_other_sex_no_longer_judges_once_the_details_are_corrected(maya, alice_client):
    ranges = [
        {
            "low": {"value": low, "unit": "mg/dL"},
            "high": {"value": high, "unit": "mg/dL"},
            "appliesTo": [{"text": sex}],
        }
        for sex, low, high in (("male", 0.76, 1.27), ("female", 0.5, 0.9))
    ]
    brought(maya, CREATININE | {"valueQuantity": {"value": 1.2, "unit": "mg/dL"}, "referenceRange": ranges})
    url = f"/api/v1/persons/{maya.pk}/timeline/creatinine/"
    point = alice_client.get(url).json()["points"][0]
    assert (point["range"]["origin"], point["range"]["high"], point["position"]) == ("printed", "0.9", "above")
    assert changed_ranges(maya, Subject("male", maya.born_on)) == 1
    maya.sex = "male"
    maya.save()
    point = alice_client.get(url).json()["points"][0]
    assert point["range"]["origin"] == "general"
    assert "chosen for another sex or date of birth" in point["range"]["why"]


@pytest.mark.parametrize(
    ("value", "unit", "state", "kept"),
    [(95, "mg/dL", "ready", "70"), (5.4, "mmol/L", "check", None)],
)
def test_a_printed_range_without_a_unit_is_not_used_where_it_fits_another_unit_only(maya, value, unit, state, kept):
    glucose = {
        "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}], "text": "Glucose"},
        "valueQuantity": {"value": value, "unit": unit},
        "referenceRange": [{"low": {"value": 70}, "high": {"value": 99}}],
    }
    batch = read_document(person=maya, content=written(CREATININE | glucose))
    row = batch.rows.get()
    assert (row.state, row.printed_low and str(row.printed_low)) == (state, kept)
    assert row.printed_text or kept
