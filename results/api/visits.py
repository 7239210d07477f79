"""Visits with their results as JSON; values are strings, exactly as stored."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.urls import URLPattern, path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bloodsight.api_fields import Day, Flag, Text
from bloodsight.people.models import Person
from markers.facts import Catalogue
from markers.quantity import LONGEST, ValueProblem, parse_value
from markers.queries import catalogue
from results import access
from results.actions.visits import Stale, TypedRow, create_visit, delete_visit, entered_row, typed_row, update_visit
from results.documents.ranges import printed_range
from results.models import Result, Visit
from results.queries import Last, last_values, subject, visits_of
from results.slips import slips

MOST_ROWS = 1_000
LONGEST_NOTE = 2_000
OBJECT: dict[str, Any] = {"invalid": "Send an object."}


class PrintedRange(serializers.Serializer[Any]):
    """The range on the report: bounds as strings, or its text alone."""

    default_error_messages = OBJECT
    low = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=LONGEST)
    high = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=LONGEST)
    low_strict = Flag(required=False)
    high_strict = Flag(required=False)
    text = Text(required=False, allow_null=True, allow_blank=True, max_length=200, default="")
    unit = Text(required=False, allow_null=True, allow_blank=True, max_length=60, default="")

    def validate_low(self, typed: str | None) -> Decimal | None:
        """The lower bound."""
        return _bound(typed)

    def validate_high(self, typed: str | None) -> Decimal | None:
        """The upper bound."""
        return _bound(typed)

    def validate(self, found: dict[str, Any]) -> dict[str, Any]:
        """Refuses bounds the wrong way round."""
        low, high = found.get("low"), found.get("high")
        if low is not None and high is not None and low > high:
            raise ValidationError({"low": ["The lower bound is above the upper one."]})
        return found


class RowSerializer(serializers.Serializer[Any]):
    """One result as sent; `id` names a stored one, which keeps what the body leaves out of it."""

    default_error_messages = OBJECT
    id = serializers.UUIDField(required=False, allow_null=True)
    marker = Text(required=False, allow_null=True, max_length=80)
    value = serializers.CharField(
        max_length=80,
        allow_blank=True,
        trim_whitespace=False,
        error_messages={"invalid": 'Send the value as a text, as "4.10".'},
    )
    unit = Text(max_length=60, allow_blank=True, trim_whitespace=False)
    note = Text(required=False, allow_blank=True, trim_whitespace=False)
    printed_range = PrintedRange(required=False, allow_null=True)
    unit_confirmed = Flag(required=False, default=False)


class VisitSerializer(serializers.Serializer[Any]):
    """A visit as sent."""

    collected_on = Day()
    lab = Text(required=False, allow_blank=True, max_length=120, default="")
    fasting = Flag(
        required=False, allow_null=True, default=None, error_messages={"invalid": "Send true, false or null."}
    )
    note = Text(required=False, allow_blank=True, max_length=5_000, default="")
    results = RowSerializer(  # type: ignore[call-arg]  # a list takes max_length
        many=True,
        allow_empty=False,
        max_length=MOST_ROWS,
        error_messages={
            "empty": "A visit holds at least one result.",
            "max_length": "A visit holds at most {max_length} results.",
            "not_a_list": "Send the results as a list.",
        },
    )


class Visits(APIView):
    def get(self, request: Request, person_id: uuid.UUID) -> Response:
        """The person's visits with their results, the newest first."""
        person, known = access.person_of(request.user, person_id), catalogue()
        return Response([visit_body(visit, known) for visit in visits_of(person)])

    def post(self, request: Request, person_id: uuid.UUID) -> Response:
        """Saves a visit; `warnings` name what looks like a slip."""
        person = access.person_of(request.user, person_id)
        sent, known = _sent(request), catalogue()
        rows = _rows([one | {"id": None} for one in sent["results"]], {}, known)  # the ids of a copied visit
        warnings = _warnings(person, sent, rows, known)
        visit = create_visit(person=person, rows=rows, **_about(sent))
        return Response(visit_body(visit, known) | {"warnings": warnings}, status=201)


class OneVisit(APIView):
    def get(self, request: Request, visit_id: uuid.UUID) -> Response:
        """One visit with its results."""
        return Response(visit_body(access.visit_of(request.user, visit_id), catalogue()))

    def put(self, request: Request, visit_id: uuid.UUID) -> Response:
        """Replaces the visit; 409 with both versions where `version` is no longer the stored one."""
        visit, known = access.visit_of(request.user, visit_id), catalogue()
        sent = _sent(request)
        version = _version(request.data)
        try:
            if version != visit.version:
                raise Stale(visit)
            rows = _rows(sent["results"], {result.pk: result for result in visit.results.all()}, known)
            warnings = _warnings(visit.person, sent, rows, known)
            saved = update_visit(visit=visit, version=version, rows=rows, **_about(sent))
        except Stale as stale:
            return _conflict(stale, request.data, version, known)
        return Response(visit_body(saved, known) | {"warnings": warnings})

    def delete(self, request: Request, visit_id: uuid.UUID) -> Response:
        """Deletes the visit; its page offers to bring it back."""
        delete_visit(visit=access.visit_of(request.user, visit_id))
        return Response(status=204)


def _conflict(stale: Stale, sent: Any, version: int, known: Catalogue) -> Response:
    message = "This visit was changed since you read it. Nothing was saved."
    body = {
        "errors": [{"field": "version", "message": message}],
        "current": visit_body(stale.visit, known) if stale.visit else None,
        "sent": {**sent, "version": version},
    }
    return Response(body, status=409)


def visit_body(visit: Visit, known: Catalogue) -> dict[str, Any]:
    """A visit with its results in document order."""
    return {
        "id": visit.pk,
        "version": visit.version,
        "collected_on": visit.collected_on,
        "lab": visit.lab,
        "fasting": visit.fasting,
        "note": visit.note,
        "import": visit.batch_id,
        "results": [
            _result_body(result, known.by_id[result.marker_id].slug if result.marker_id else None)
            for result in sorted(visit.results.all(), key=lambda one: one.order)
        ],
    }


def _result_body(result: Result, slug: str | None) -> dict[str, Any]:
    return {
        "id": result.pk,
        "marker": slug,
        "name": result.name,
        "value": result.value,
        "text": result.text,
        "unit": result.unit,
        "unit_doubted": result.unit_doubted,
        "note": result.note,
        "status": result.status,
        "collected_time": result.collected_time,
        "printed_range": _printed_body(result),
    }


def _printed_body(result: Result) -> dict[str, Any] | None:
    if result.printed_range is None and not result.printed_text:
        return None
    return {
        "low": _text(result.printed_low),
        "high": _text(result.printed_high),
        "low_strict": result.printed_low_strict,
        "high_strict": result.printed_high_strict,
        "text": result.printed_text,
        "unit": result.printed_unit,
    }


def _text(bound: Decimal | None) -> str | None:
    return None if bound is None else format(bound, "f")


def _bound(typed: str | None) -> Decimal | None:
    if typed is None or not typed.strip():
        return None
    try:
        value = parse_value(typed)
    except ValueProblem as problem:
        raise ValidationError(problem.message) from problem
    if value.number is None or value.comparator:
        raise ValidationError("A bound is a number such as 0.7.")
    if len(format(value.number, "f")) > LONGEST:
        raise ValidationError(f"This bound is longer than {LONGEST} characters.")
    return value.number


def _sent(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, Mapping):
        raise ValidationError(["Send an object with collected_on and results."])
    form = VisitSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    found: dict[str, Any] = form.validated_data
    return found


def _about(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: sent[name] for name in ("collected_on", "lab", "fasting", "note")}


def _version(body: Any) -> int:
    sent = body.get("version")
    if not isinstance(sent, str) or not _WHOLE.fullmatch(sent):
        raise ValidationError({"version": ["Send back the version that you read."]})
    return int(sent)


def _rows(sent: list[dict[str, Any]], stored: dict[uuid.UUID, Result], known: Catalogue) -> list[TypedRow]:
    """The rows to write; a stored value that was not touched is not read again, so that none is refused."""
    rows: list[TypedRow] = []
    errors: dict[int, dict[str, list[str]]] = {}
    seen: set[uuid.UUID] = set()
    for place, one in enumerate(sent):
        identity = one.get("id")
        old = stored.get(identity) if identity else None
        if identity and (old is None or old.pk in seen):
            problem = "This visit has no such result." if old is None else "This result stands here twice."
            errors[place] = {"id": [problem]}
            continue
        if old is not None:
            seen.add(old.pk)
        try:
            rows.append(_row(one, old, known))
        except ValidationError as problem:
            errors[place] = problem.detail  # type: ignore[assignment]
    if errors:
        raise ValidationError({"results": errors})  # type: ignore[dict-item]
    return rows


def _row(one: dict[str, Any], old: Result | None, known: Catalogue) -> TypedRow:
    slug = one.get("marker")
    if slug is None and (old is None or old.marker_id is not None):
        raise ValidationError({"marker": ["Name a marker."]})
    if slug is not None and slug not in known.markers:
        raise ValidationError({"marker": [f"There is no marker {slug}. GET /api/v1/markers/ lists them."]})
    base = typed_row(old, {}) if old else TypedRow(marker=slug, value="")
    return replace(
        base,
        marker=slug,
        value=one["value"] if old and one["value"] == old.value else _value(one["value"]),
        unit=base.unit if one["unit"] == base.unit else one["unit"].strip(),
        is_unit_sure=one["unit_confirmed"],
        note=base.note if one.get("note", base.note) == base.note else _note(one["note"]),
        **(_printed(one["printed_range"] or {}, base) if "printed_range" in one else {}),
    )


def _value(sent: str) -> str:
    try:
        return parse_value(sent).text
    except ValueProblem as problem:
        raise ValidationError({"value": [problem.message]}) from problem


def _note(sent: str) -> str:
    if len(sent.strip()) > LONGEST_NOTE:
        raise ValidationError({"note": [f"A note has at most {LONGEST_NOTE} characters."]})
    return sent.strip()


def _printed(sent: dict[str, Any], base: TypedRow) -> dict[str, Any]:
    """The range as sent; its text is read where it comes without bounds, and says how strict they are."""
    low, high, text = sent.get("low"), sent.get("high"), sent.get("text") or ""
    low_strict = high_strict = False
    if (low, high, text) == (base.printed_low, base.printed_high, base.printed_text):
        low_strict, high_strict = base.printed_low_strict, base.printed_high_strict
    elif read := printed_range(text):
        if low is None and high is None:
            low, high = read.low, read.high
            sent = {"unit": sent.get("unit")}  # how strict no bound is says nothing
        if (low, high) == (read.low, read.high):
            low_strict, high_strict = read.low_strict, read.high_strict
    return {
        "printed_low": low,
        "printed_high": high,
        "printed_low_strict": low is not None and sent.get("low_strict", low_strict),
        "printed_high_strict": high is not None and sent.get("high_strict", high_strict),
        "printed_text": text,
        "printed_unit": sent.get("unit") or "",
    }


_WHOLE = re.compile("[0-9]{1,9}")


def _warnings(person: Person, sent: dict[str, Any], rows: list[TypedRow], known: Catalogue) -> list[dict[str, Any]]:
    """What looks like a slip; nothing is asked and nothing refused."""
    last = last_values(person, sent["collected_on"])
    none = Last("", "", sent["collected_on"])
    entered = [entered_row(row, known.markers.get(row.marker or ""), last.get(row.marker or "", none)) for row in rows]
    found = slips(entered, sent["collected_on"], timezone.localdate(), subject(person))
    return [{"result": slip.row, "kind": slip.kind, "message": slip.message} for slip in found]


urlpatterns: list[URLPattern] = [
    path("persons/<uuid:person_id>/visits/", Visits.as_view(), name="visits"),
    path("visits/<uuid:visit_id>/", OneVisit.as_view(), name="visit"),
]
