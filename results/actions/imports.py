"""Bringing a document: read into rows for review, saved whole once confirmed, taken back whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from bloodsight.people.models import Person
from markers.quantity import read_value
from markers.queries import catalogue
from results.actions.visits import keep_version
from results.documents.fhir import read_fhir
from results.documents.matching import match
from results.documents.rows import Document, DocumentError, Patient, ReportedRow
from results.models import Import, ImportRow, Reported, Result, Visit, VisitVersion
from results.queries import subject

CARRIED = [field.name for field in Reported._meta.fields]


class NeedsAnswer(Exception):
    """The document is about another birth date or sex; `question` has to be answered first."""

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = question


@dataclass(frozen=True, slots=True)
class Saved:
    """What confirming an import did: results saved and replaced, visits touched, rows left."""

    results: int
    replaced: int
    left: int


def read_document(*, person: Person, content: bytes, file_name: str = "") -> Import:
    """An import in review with its rows, or one that failed with the reason; nothing else is stored."""
    batch = Import(person=person, file_name=file_name[:200])
    try:
        document = read_fhir(content, subject(person))
    except DocumentError as problem:
        batch.status, batch.problem = "failed", f"{problem} Nothing was saved."
        batch.save(force_insert=True)
        return batch
    batch.status = "review"
    batch.question, batch.warnings = about_whom(document.patient, person)
    batch.left_out = document.left_out
    with transaction.atomic():
        batch.save(force_insert=True)
        ImportRow.objects.bulk_create(_rows(batch, document), batch_size=500)
    return batch


def about_whom(patient: Patient | None, person: Person) -> tuple[str, list[str]]:
    """The question to answer where birth date or sex differ from the person's, and what is only to be known."""
    differs, warnings = [], []
    if patient is None:
        return "", ["The file does not say whom it is about."]
    if patient.born_on and person.born_on and patient.born_on != person.born_on:
        differs.append(f"born {patient.born_on.isoformat()}")
    if patient.sex and person.sex != "unstated" and patient.sex != person.sex:
        differs.append(patient.sex)
    if patient.name and patient.name.casefold() != person.name.casefold():
        warnings.append(f"The file names {patient.name}; you are adding to {person.name}.")
    if not patient.born_on:
        warnings.append("The file gives no full date of birth.")
    if not person.born_on:
        warnings.append(f"{person.name} has no date of birth here; ranges by age need one.")
    if not differs:
        return "", warnings
    own = ", ".join(
        filter(
            None,
            [
                f"born {person.born_on.isoformat()}" if person.born_on else "",
                person.sex if person.sex != "unstated" else "",
            ],
        )
    )
    return f"This file is about somebody {' and '.join(differs)}. You are adding to {person.name} ({own}).", warnings


def _rows(batch: Import, document: Document) -> list[ImportRow]:
    known, stored, whose = catalogue(), stored_identities(batch.person), subject(batch.person)
    rows = []
    for order, reported in enumerate(document.rows):
        found = match(reported, known, whose)
        row = ImportRow(
            batch=batch,
            order=order,
            marker_id=found.marker.id if found.marker else None,
            matched_by=found.how,
            unit_code=found.unit_code if found.marker else reported.unit_code,
            unit_doubted=found.doubted,
            **_carried(reported),
        )
        row.method = (found.method or reported.method)[:80]
        row.printed_unit = found.printed_unit if found.unit_code else reported.printed_unit
        row.state, row.reason = _state(reported, found.questions, stored)
        rows.append(row)
    return rows


def _carried(reported: ReportedRow) -> dict[str, Any]:
    own = {"marker", "unit_code", "unit_doubted", "method"}
    same = [name for name in CARRIED if name not in own]
    also = ["lab", "specimen", "interpretation", "offset", "codings", "locator", "resource"]
    found = {name: getattr(reported, name) for name in (*same, *also)}
    return found | {"name": reported.name[:200], "locator": reported.locator[:200]}


def _state(reported: ReportedRow, questions: list[str], stored: dict[str, set[str]]) -> tuple[str, str]:
    if reported.problem:
        return "unreadable", reported.problem
    versions = stored.get(reported.external_id)
    if versions and reported.external_version in versions:
        return "stored", "it is stored already"
    if versions:
        return "check", "; ".join(["it would replace a stored result that the source has changed", *questions])
    return ("check", "; ".join(questions)) if questions else ("ready", "")


def stored_identities(person: Person) -> dict[str, set[str]]:
    """The source's ids of the person's results, each with its stored versions."""
    found: dict[str, set[str]] = {}
    rows = Result.objects.filter(person=person).exclude(external_id="")
    for external_id, version in rows.values_list("external_id", "external_version"):
        found.setdefault(external_id, set()).add(version)
    return found


@transaction.atomic
def confirm(*, batch: Import, accept: Collection[int] | str = (), this_person: bool = False) -> Saved:
    """Saves the Ready rows and the accepted Check rows, all or nothing; a second time changes nothing."""
    if batch.question and not this_person:
        raise NeedsAnswer(batch.question)
    Person.objects.select_for_update().get(pk=batch.person_id)  # two imports of one person take turns
    claimed = Import.objects.filter(pk=batch.pk, status="review")
    if not claimed.update(status="confirmed", confirmed_at=timezone.now()):
        batch.refresh_from_db()
        return Saved(0, 0, 0)
    batch.refresh_from_db()
    rows = list(batch.rows.all())
    taken = [row for row in rows if row.state == "ready" or (row.state == "check" and _accepts(accept, row))]
    ImportRow.objects.filter(pk__in=[row.pk for row in taken]).update(accepted=True)
    stored = stored_identities(batch.person)
    new, again = [], []
    for row in taken:
        versions = stored.get(row.external_id) if row.external_id else None
        if versions is None:
            new.append(row)
        elif row.external_version not in versions:
            again.append(row)
    _save(batch, new)
    replaced = sum(_replace(batch, row) for row in again)
    return Saved(len(new), replaced, len(rows) - len(new) - replaced)


def _accepts(accept: Collection[int] | str, row: ImportRow) -> bool:
    return accept == "all" or (not isinstance(accept, str) and row.pk in accept)


def _save(batch: Import, rows: Iterable[ImportRow]) -> None:
    """Groups rows by day and laboratory into visits; a day that an import brought before gets them too."""
    visits: dict[tuple[Any, str], Visit] = {
        (visit.collected_on, visit.lab): visit
        for visit in Visit.objects.filter(person_id=batch.person_id, batch__isnull=False).order_by("-created_at")
    }
    new_visits, results = [], []
    for row in rows:
        key = (row.collected_on, row.lab)
        if key not in visits:
            visits[key] = Visit(person_id=batch.person_id, collected_on=row.collected_on, lab=row.lab, batch=batch)  # type: ignore[misc]
            new_visits.append(visits[key])
        carried = {name: getattr(row, name) for name in CARRIED if name != "marker"}
        results.append(
            Result(
                person_id=batch.person_id,
                visit=visits[key],
                order=row.order,
                batch=batch,
                row=row,
                marker_id=row.marker_id,
                **carried,
            )
        )
    Visit.objects.bulk_create(new_visits)
    Result.objects.bulk_create(results, batch_size=500)


def _replace(batch: Import, row: ImportRow) -> bool:
    """Puts a newer version of a stored result in its place; the former one stays in the visit's history."""
    old = Result.objects.filter(person_id=batch.person_id, external_id=row.external_id).select_related("visit").first()
    if old is None:
        return False
    keep_version(old.visit)
    for name in CARRIED:
        setattr(old, name, getattr(row, name))
    old.collected_on = old.visit.collected_on
    old.save(force_update=True)
    Visit.objects.filter(pk=old.visit_id).update(version=old.visit.version + 1, updated_at=timezone.now())
    return True


@transaction.atomic
def undo(*, batch: Import) -> int:
    """Takes back everything an import saved, and gives back how many results that were."""
    Person.objects.select_for_update().get(pk=batch.person_id)
    if not Import.objects.filter(pk=batch.pk, status="confirmed").update(status="undone", undone_at=timezone.now()):
        batch.refresh_from_db()
        return 0
    count = Result.objects.filter(batch=batch).count()
    touched = list(Visit.objects.filter(results__batch=batch).distinct().values_list("pk", flat=True))
    Result.objects.filter(batch=batch).delete()
    Visit.objects.filter(pk__in=touched, results__isnull=True).delete()
    Visit.objects.filter(batch=batch, results__isnull=True).delete()
    VisitVersion.objects.filter(person_id=batch.person_id, snapshot__visit__batch_id=str(batch.pk)).delete()
    batch.rows.update(accepted=False)
    batch.refresh_from_db()
    return count


def is_number(row: ImportRow) -> bool:
    """True where a row's value is a number."""
    return read_value(row.value).number is not None
