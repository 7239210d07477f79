"""Bringing a document: read into rows for review, saved whole once confirmed, taken back whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from bloodsight.people.models import Person
from markers.queries import catalogue
from results.actions.visits import keep_version, thawed
from results.documents.fhir import read_fhir
from results.documents.matching import Match, match
from results.documents.rows import Document, DocumentError, Patient, ReportedRow
from results.models import Import, ImportRow, Reported, Result, Visit, VisitVersion
from results.queries import subject
from results.words import day_text

REPLACES = "it would replace a stored result that the source has changed"
STORED = {
    "same": "it is stored already",
    "older": "a newer version of it is stored",
    "twice": "it stands in this file twice; the first one counts",
}
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CARRIED = [field.name for field in Reported._meta.fields]


class NeedsAnswer(Exception):
    """The document is about another birth date or sex; `question` has to be answered first."""

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = question


@dataclass(frozen=True, slots=True)
class Saved:
    """What confirming an import did: results saved and replaced, and rows left to ask about or that can't be read."""

    results: int
    replaced: int
    left: int


def read_document(*, person: Person, content: bytes, file_name: str = "") -> Import:
    """An import in review with its rows, or one that failed with the reason; nothing else is stored."""
    batch = Import(person=person, file_name=_UNSTORABLE.sub("\ufffd", file_name)[:200])
    try:
        if len(content) > settings.UPLOAD_LIMIT:
            raise DocumentError(f"This file is larger than {settings.UPLOAD_LIMIT // 1_000_000} MB.")
        document = read_fhir(content, subject(person))
    except DocumentError as problem:
        batch.status, batch.problem = "failed", f"{problem} Nothing was saved."
        batch.save(force_insert=True)
        return batch
    batch.status = "review"
    batch.question, batch.warnings = about_whom(document.patient, person)
    batch.warnings += _taken_back(person, document.withdrawn)
    batch.left_out = document.left_out
    with transaction.atomic():
        batch.save(force_insert=True)
        ImportRow.objects.bulk_create(_rows(batch, document), batch_size=500)
    return batch


def _taken_back(person: Person, withdrawn: list[str]) -> list[str]:
    """A warning for each stored result that its source has since marked as canceled or entered in error."""
    if not withdrawn:
        return []
    ids = set(withdrawn)
    found = [
        f"Its source has taken back a result that is stored: {name or 'no name'} of {day}. Delete it if that is right."
        for external_id, name, day in Result.objects.filter(person=person)
        .exclude(external_id="")
        .values_list("external_id", "name", "collected_on")
        if external_id in ids
    ]
    return found[:50]


def about_whom(patient: Patient | None, person: Person) -> tuple[str, list[str]]:
    """The question to answer where birth date or sex differ from the person's, and what is only to be known."""
    differs, warnings = [], []
    if patient is None:
        return "", ["The file does not say whom it is about."]
    if patient.written and person.born_on and not person.born_on.isoformat().startswith(patient.written[:10]):
        differs.append(f"born {day_text(patient.born_on) if patient.born_on else patient.written[:10]}")
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
    own = [f"born {day_text(person.born_on)}"] if person.born_on else []
    own += [person.sex] if person.sex != "unstated" else []
    told = f"You are adding to {person.name} ({', '.join(own)})."
    return f"This file is about somebody {' and '.join(differs)}. {told}", warnings


def _rows(batch: Import, document: Document) -> list[ImportRow]:
    catalog, known, whose = catalogue(), Known(batch.person), subject(batch.person)
    rows = []
    for order, reported in enumerate(document.rows):
        found = match(reported, catalog, whose)
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
        if found.is_range_left:
            row.printed_text = row.printed_text or f"{row.printed_low}–{row.printed_high}"
            row.printed_low = row.printed_high = None
        row.note = "\n".join(filter(None, (row.note, *found.notes)))
        row.state, row.reason = _state(row, reported, found, known)
        rows.append(row)
    return rows


def _carried(reported: ReportedRow) -> dict[str, Any]:
    own = {"marker", "unit_code", "unit_doubted", "method"}
    same = [name for name in CARRIED if name not in own]
    also = ["lab", "specimen", "interpretation", "offset", "codings", "locator", "resource"]
    found = {name: getattr(reported, name) for name in (*same, *also)}
    return found | {"name": reported.name[:200], "locator": reported.locator[:200]}


def _state(row: ImportRow, reported: ReportedRow, found: Match, known: Known) -> tuple[str, str]:
    if reported.problem:
        return "unreadable", reported.problem
    standing, questions = known.standing(row), found.questions
    if standing == "new":
        questions = known.moved(row) + questions
    elif standing == "replaces":
        questions = [REPLACES, *questions]
    else:
        return "stored", STORED[standing]
    known.see(row)
    return ("check", "; ".join(questions)) if questions else ("ready", " ".join(found.notes))


class Known:
    """What is stored of a person by the source's ids, to tell a new result from a stored, newer or older one."""

    def __init__(self, person: Person) -> None:
        results = Result.objects.filter(person=person).exclude(external_id="")
        names = ("external_id", "external_version", "visit__lab", "collected_on")
        self.stored: dict[str, list[tuple[str, str]]] = {}
        self.days: dict[tuple[str, str], date] = {}
        for external_id, version, lab, day in results.values_list(*names):
            self.stored.setdefault(external_id, []).append((_content_of(version), lab))
            if key := _anywhere(external_id):
                self.days[key] = day
        rows = ImportRow.objects.filter(batch__person=person, batch__status="confirmed", accepted=True)
        columns = rows.exclude(external_id="").values_list("external_id", "external_version")
        self.former = {(external_id, _content_of(version)) for external_id, version in columns}
        self.seen: dict[str, list[tuple[str, str]]] = {}

    def standing(self, row: ImportRow) -> str:
        """`new`, `replaces`, or why it needs no saving: `same`, `older`, `twice`."""
        content = _content_of(row.external_version)
        seen, stored = (
            [other for other, lab in known.get(row.external_id, []) if _may_be_of(lab, row.lab)]
            for known in (self.seen, self.stored)
        )
        if content in seen:
            return "twice"
        if content in stored:
            return "same"
        if stored and (row.external_id, content) in self.former:
            return "older"
        return "replaces" if stored or seen else "new"

    def see(self, row: ImportRow) -> None:
        """Remembers a row, so that the next one of its id in the document is held against it."""
        self.seen.setdefault(row.external_id, []).append((_content_of(row.external_version), row.lab))

    def moved(self, row: ImportRow) -> list[str]:
        """A question where a result with this unique id is stored for another day."""
        day = self.days.get(_anywhere(row.external_id) or ("", ""))
        if day is None or day == row.collected_on:
            return []
        return [f"it is stored for another day, {day}: its source may have corrected the date, and both would be kept"]


def _content_of(version: str) -> str:
    return version.rpartition(":")[2]


def _may_be_of(lab: str, other: str) -> bool:
    """False for two different laboratories: an id of the one means nothing at the other."""
    return not lab or not other or lab.casefold() == other.casefold()


def _anywhere(external_id: str) -> tuple[str, str] | None:
    """Id and code of a result whose id is a UUID: it means the same result whatever its date."""
    own, _, rest = external_id.partition("|")
    return (own, rest.partition("|")[2]) if _UUID.fullmatch(own) else None


@transaction.atomic
def confirm(*, batch: Import, accept: Collection[int] | str = (), this_person: bool = False) -> Saved:
    """Saves the Ready rows and the accepted Check rows, all or nothing; a second time changes nothing."""
    if batch.question and not this_person:
        raise NeedsAnswer(batch.question)
    Person.take_turn(batch.person_id)
    claimed = Import.objects.filter(pk=batch.pk, status="review")
    if not claimed.update(status="confirmed", confirmed_at=timezone.now()):
        batch.refresh_from_db()
        return Saved(0, 0, 0)
    batch.refresh_from_db()
    rows = list(batch.rows.all())
    taken = [row for row in rows if row.state == "ready" or (row.state == "check" and _accepts(accept, row))]
    known = Known(batch.person)
    new: list[ImportRow] = []
    again: list[ImportRow] = []
    for row in taken:
        standing = known.standing(row) if row.external_id else "new"
        if standing == "new":
            new.append(row)
        elif standing == "replaces" and row.reason.startswith(REPLACES):
            again.append(row)
        elif standing == "replaces":  # stored by another import since this one was reviewed: nobody was asked
            ImportRow.objects.filter(pk=row.pk).update(state="check", reason=REPLACES)
        if standing in ("new", "replaces"):
            known.see(row)
    ImportRow.objects.filter(pk__in=[row.pk for row in new + again]).update(accepted=True)
    _save(batch, new)
    _replace(batch, again)
    saved = {row.pk for row in new + again}
    left = sum(row.pk not in saved and row.state != "stored" for row in rows)
    return Saved(len(new), len(again), left)


def _accepts(accept: Collection[int] | str, row: ImportRow) -> bool:
    return accept == "all" or (not isinstance(accept, str) and row.pk in accept)


def _save(batch: Import, rows: Iterable[ImportRow]) -> None:
    """Groups rows by day and laboratory into visits; a day that an import brought before gets them too."""
    visits: dict[tuple[Any, str], Visit] = {
        (visit.collected_on, visit.lab): visit
        for visit in Visit.objects.filter(person_id=batch.person_id, batch__isnull=False).order_by("-created_at")
    }
    known = {visit.pk for visit in visits.values()}
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
    _touch(known & {result.visit_id for result in results})
    Visit.objects.bulk_create(new_visits)
    Result.objects.bulk_create(results, batch_size=500)


def _replace(batch: Import, rows: list[ImportRow]) -> None:
    """Puts newer versions of stored results in their place; the former ones stay in their visits' history."""
    ids = {row.external_id for row in rows}
    visits = Visit.objects.filter(
        pk__in=Result.objects.filter(person=batch.person, external_id__in=ids).values("visit")
    )
    kept = {visit.pk: False for visit in visits}
    for row in rows:
        stored = Result.objects.filter(visit__in=kept, external_id=row.external_id).select_related("visit")
        found = sorted((one for one in stored if _may_be_of(one.visit.lab, row.lab)), key=lambda one: not one.visit.lab)
        if not found:
            continue
        old = found[0]
        if not kept[old.visit_id]:
            keep_version(old.visit)
            kept[old.visit_id] = True
        _fill(old, row)
        old.save(force_update=True)
    _touch(pk for pk, changed in kept.items() if changed)


def _fill(result: Result, row: ImportRow) -> None:
    """Gives a result what a row says, as a result of that row's import."""
    for name in CARRIED:
        setattr(result, name, getattr(row, name))
    result.batch_id, result.row, result.collected_on = row.batch_id, row, result.visit.collected_on


def _touch(visit_ids: Iterable[Any]) -> None:
    """Moves visits on by a version, so that an edit begun before is told instead of undoing what an import did."""
    Visit.objects.filter(pk__in=list(visit_ids)).update(version=F("version") + 1, updated_at=timezone.now())


@transaction.atomic
def undo(*, batch: Import) -> int:
    """Takes back everything an import saved, and gives back how many results that were.

    A result that it put in the place of an older one gets that one back, as long as its import stands.
    """
    Person.take_turn(batch.person_id)
    if not Import.objects.filter(pk=batch.pk, status="confirmed").update(status="undone", undone_at=timezone.now()):
        batch.refresh_from_db()
        return 0
    mine = Result.objects.filter(batch=batch)
    count = mine.count()
    touched = set(mine.values_list("visit_id", flat=True))
    _give_back(batch)
    Result.objects.filter(batch=batch).delete()
    _touch(touched)
    Visit.objects.filter(pk__in=touched, results__isnull=True).delete()
    Visit.objects.filter(batch=batch, results__isnull=True).delete()
    _forget(batch)
    batch.rows.all().delete()
    batch.refresh_from_db()
    return count


def _give_back(batch: Import) -> None:
    """Puts what an import replaced in its place again: as it stood, with what its person had corrected."""
    replaced = set(batch.rows.filter(accepted=True, reason__startswith=REPLACES).values_list("external_id", flat=True))
    for result in Result.objects.filter(batch=batch, external_id__in=replaced):
        versions = VisitVersion.objects.filter(person_id=batch.person_id, visit_id=result.visit_id)
        entries = (one for version in versions.order_by("-pk") for one in version.snapshot["results"])
        former = next(
            (one for one in entries if one["id"] == str(result.pk) and one["batch_id"] != str(batch.pk)), None
        )
        if former is not None:
            thawed(Result, former | {"collected_on": str(result.collected_on)}).save(force_update=True)


def _forget(batch: Import) -> None:
    """Takes an undone import's results out of the history of visits too, and what was typed into them not."""
    own = str(batch.pk)
    for version in VisitVersion.objects.filter(person_id=batch.person_id, snapshot__icontains=own).iterator(50):
        visit, results = version.snapshot["visit"], version.snapshot["results"]
        left = [one for one in results if one["batch_id"] != own]
        if not left and visit["batch_id"] == own:
            version.delete()
            continue
        for kept in (visit, *left):
            if kept["batch_id"] == own:
                kept["batch_id"] = None
        version.snapshot = {"visit": visit, "results": left}
        version.save(update_fields=["snapshot"])
