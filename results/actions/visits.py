"""Writing visits: made once, edited without overwriting anybody, deleted with a way back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from bloodsight.people.models import Person
from markers.facts import MarkerFacts
from markers.interval import Interval
from markers.queries import catalogue
from markers.units import tidy
from results.documents.ranges import range_unit
from results.models import KEPT_DELETED, Result, Visit, VisitVersion
from results.queries import Last
from results.slips import Entered


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A result as typed or sent: marker's slug (or None for a stored result without one), value and unit as written."""

    marker: str | None
    value: str
    unit: str = ""
    note: str = ""
    id: uuid.UUID | None = None
    printed_low: Decimal | None = None
    printed_high: Decimal | None = None
    printed_low_strict: bool = False
    printed_high_strict: bool = False
    printed_text: str = ""
    printed_unit: str = ""
    is_unit_sure: bool = False
    unit_code: str = ""

    @property
    def printed(self) -> Interval | None:
        """The printed range, or None without a bound."""
        if self.printed_low is None and self.printed_high is None:
            return None
        return Interval(self.printed_low, self.printed_high, self.printed_low_strict, self.printed_high_strict)


PRINTED = tuple(field.name for field in fields(TypedRow) if field.name.startswith("printed_"))


class Stale(Exception):
    """The visit was changed by somebody else since it was read; `visit` is how it stands now (None: deleted)."""

    def __init__(self, visit: Visit | None) -> None:
        super().__init__("the visit was changed meanwhile")
        self.visit = visit


@transaction.atomic
def create_visit(
    *,
    person: Person,
    collected_on: date,
    rows: Sequence[TypedRow],
    lab: str = "",
    fasting: bool | None = None,
    note: str = "",
    nonce: uuid.UUID | None = None,
) -> Visit:
    """A new visit with its results; the one made before where the same form is sent twice."""
    Person.take_turn(person.pk)
    wanted = Visit(person=person, collected_on=collected_on, lab=lab.strip(), fasting=fasting, note=note, nonce=nonce)
    if nonce is not None:
        Visit.objects.bulk_create([wanted], ignore_conflicts=True)
        made = Visit.objects.get(person=person, nonce=nonce)
        if made.pk != wanted.pk:
            return made
    else:
        wanted.save(force_insert=True)
    known = catalogue().markers
    Result.objects.bulk_create(
        _filled(Result(visit=wanted, person=person), row, place, wanted, known) for place, row in enumerate(rows)
    )
    return wanted


@transaction.atomic
def update_visit(
    *,
    visit: Visit,
    version: int,
    collected_on: date,
    rows: Sequence[TypedRow],
    lab: str = "",
    fasting: bool | None = None,
    note: str = "",
) -> Visit:
    """The visit as edited, its former state kept; Stale where `version` is no longer the stored one."""
    Person.take_turn(visit.person_id)
    now = Visit.objects.filter(pk=visit.pk, person_id=visit.person_id).first()
    if now is None or now.version != version:
        raise Stale(now)
    keep_version(now)
    known = catalogue().markers
    stored = {result.pk: result for result in now.results.all()}
    now.collected_on, now.lab, now.fasting, now.note = collected_on, lab.strip(), fasting, note
    now.version, now.updated_at = version + 1, timezone.now()
    now.save(force_update=True)
    changed: list[Result] = []
    added: list[Result] = []
    for place, row in enumerate(rows):
        old = stored.pop(row.id, None) if row.id else None
        target = old or Result(visit=now, person_id=now.person_id)
        (changed if old else added).append(_filled(target, row, place, now, known))
    Result.objects.filter(pk__in=list(stored)).delete()
    names = [field.name for field in Result._meta.concrete_fields if not field.primary_key]
    Result.objects.bulk_update(changed, names, batch_size=30)
    Result.objects.bulk_create(added)
    return now


@transaction.atomic
def delete_visit(*, visit: Visit) -> None:
    """Deletes a visit with its results as they stand now, keeping what `restore_visit` needs."""
    Person.take_turn(visit.person_id)
    now = Visit.objects.filter(pk=visit.pk).first()
    if now is not None:  # else somebody else deleted it just before
        keep_version(now, deleted=True)
        now.delete()
    overdue = timezone.now() - KEPT_DELETED
    VisitVersion.objects.filter(person_id=visit.person_id, deleted=True, replaced_at__lt=overdue).delete()


@transaction.atomic
def restore_visit(*, gone: VisitVersion) -> Visit:
    """The deleted visit with its results, as it was, under the same ids; once, however often it is asked for."""
    Person.take_turn(gone.person_id)
    there = Visit.objects.filter(pk=gone.visit_id, person_id=gone.person_id).first()
    if there is not None:
        return there
    visit: Visit = thawed(Visit, gone.snapshot["visit"])
    visit.version += 1
    if Visit.objects.filter(person_id=gone.person_id, nonce=visit.nonce, nonce__isnull=False).exists():
        visit.nonce = None  # its form made another visit since
    visit.save(force_insert=True)
    results = [thawed(Result, row) for row in gone.snapshot["results"]]
    known = catalogue().by_id
    for result in results:
        if result.marker_id not in known:
            result.marker_id = None  # its marker left the catalogue since
    Result.objects.bulk_create(results)
    VisitVersion.objects.filter(pk=gone.pk).update(deleted=False)
    return visit


def _filled(result: Result, row: TypedRow, place: int, visit: Visit, known: dict[str, MarkerFacts] | Any) -> Result:
    """The result with what the row says; what only a document states (time, method, codes) stays where untouched."""
    facts = known[row.marker] if row.marker else None
    same_measurement = (result.value, result.unit, result.marker_id) == (row.value, row.unit, facts and facts.id)
    if result.value != row.value:
        result.text = ""  # what a document said in words went with its value
    result.order = place
    result.collected_on = visit.collected_on
    result.note = row.note
    same_range = all(getattr(result, name) == getattr(row, name) for name in PRINTED)
    if not same_range:
        result.printed_for = ""  # it is the person's own statement now
    if not same_range or not same_measurement:
        for name in PRINTED:
            setattr(result, name, getattr(row, name))
        result.printed_unit = _printed_unit(row, facts)
    same_unit = (result.unit, result.marker_id) == (row.unit, facts and facts.id) and not result.unit_doubted
    if not same_measurement or (row.is_unit_sure and result.unit_doubted):
        result.value, result.unit, result.unit_doubted = row.value, row.unit, False
        result.marker_id = facts.id if facts else None
    if not same_unit and not result.unit_doubted:  # a code or a name may have told which of two units it is
        result.unit_code = (row.unit_code or facts.units.find(row.unit) or "") if facts else ""
    return result


def _printed_unit(row: TypedRow, facts: MarkerFacts | None) -> str:
    """The unit of the printed range, as sent or as its text says; empty where it is the value's."""
    unit = row.printed_unit or range_unit(row.printed_text)[:60]
    if not unit or facts is None or tidy(unit) == tidy(row.unit):
        return row.printed_unit if facts is None else ""
    code = facts.units.find(unit)
    return "" if code is not None and code == facts.units.find(row.unit) else unit


def keep_version(visit: Visit, deleted: bool = False) -> VisitVersion:
    """Keeps a visit's present state before something changes or deletes it."""
    snapshot = {"visit": _frozen(visit), "results": [_frozen(result) for result in visit.results.order_by("order")]}
    return VisitVersion.objects.create(
        person_id=visit.person_id, visit_id=visit.pk, version=visit.version, deleted=deleted, snapshot=snapshot
    )


def _frozen(row: models.Model) -> dict[str, Any]:
    """Every column as JSON can hold it, numbers as their text."""
    columns = {field.attname: field.get_prep_value(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    plain = (str, int, bool, type(None))
    return {name: value if isinstance(value, plain) else str(value) for name, value in columns.items()}


def thawed(model: type[Any], frozen: dict[str, Any]) -> Any:
    """The row that a kept version holds, not saved."""
    return model(**{field.attname: field.to_python(frozen[field.attname]) for field in model._meta.concrete_fields})


def typed_rows(results: Iterable[Result]) -> list[TypedRow]:
    """Stored results as rows that would change nothing."""
    slugs = {facts.id: slug for slug, facts in catalogue().markers.items()}
    return [typed_row(result, slugs) for result in results]


def typed_row(result: Result, slugs: dict[int, str]) -> TypedRow:
    """A stored result as the row that would change nothing."""
    row = TypedRow(id=result.pk, marker=slugs.get(result.marker_id or 0), value=result.value)
    printed = {name: getattr(result, name) for name in PRINTED}
    return replace(row, unit=result.unit, note=result.note, **printed)


def entered_row(row: TypedRow, facts: MarkerFacts | None, before: Last) -> Entered:
    """A row as slips look at it, beside the last value before it."""
    unit = row.printed_unit or range_unit(row.printed_text)
    return Entered(facts, row.value, row.unit, before.value, before.unit, row.printed, unit, row.unit_code)
