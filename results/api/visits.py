"""Visits with their results as JSON; values are strings, exactly as stored."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import URLPattern, path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bloodsight.people.models import Person
from markers.quantity import ValueProblem, parse_value
from markers.queries import catalogue
from results import access
from results.actions.visits import Stale, TypedRow, create_visit, delete_visit, typed_rows, update_visit
from results.documents.ranges import printed_range
from results.models import Result, Visit
from results.queries import Last, last_values, visits_of
from results.slips import Entered, slips

MOST_ROWS = 1_000


class PrintedRange(serializers.Serializer[Any]):
    """The range on the report: bounds as strings, or its text alone."""

    low = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=40)
    high = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=40)
    low_strict = serializers.BooleanField(required=False, default=False)
    high_strict = serializers.BooleanField(required=False, default=False)
    text = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    unit = serializers.CharField(required=False, allow_blank=True, max_length=60, default="")

    def validate_low(self, typed: str | None) -> Decimal | None:
        """The lower bound."""
        return _bound(typed)

    def validate_high(self, typed: str | None) -> Decimal | None:
        """The upper bound."""
        return _bound(typed)

    def validate(self, found: dict[str, Any]) -> dict[str, Any]:
        """Reads the text where no bound is given; refuses bounds the wrong way round."""
        low, high = found.get("low"), found.get("high")
        if low is None and high is None and (interval := printed_range(found["text"])):
            return found | {
                "low": interval.low,
                "high": interval.high,
                "low_strict": interval.low_strict,
                "high_strict": interval.high_strict,
            }
        if low is not None and high is not None and low > high:
            raise ValidationError({"low": ["The lower bound is above the upper one."]})
        return found


class RowSerializer(serializers.Serializer[Any]):
    """One result as sent; `id` names a stored one, which keeps what the body leaves out of it."""

    id = serializers.UUIDField(required=False)
    marker = serializers.CharField(required=False, allow_null=True, max_length=80)
    value = serializers.CharField(max_length=80, allow_blank=True, trim_whitespace=True)
    unit = serializers.CharField(max_length=60, allow_blank=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2_000, default="")
    printed_range = PrintedRange(required=False, allow_null=True)

    def validate_marker(self, slug: str | None) -> str | None:
        """Refuses a marker that is not in the catalogue."""
        if slug is not None and slug not in catalogue().markers:
            raise ValidationError(f"There is no marker {slug[:80]}. GET /api/v1/markers/ lists them.")
        return slug


class VisitSerializer(serializers.Serializer[Any]):
    """A visit as sent."""

    collected_on = serializers.DateField()
    lab = serializers.CharField(required=False, allow_blank=True, max_length=120, default="")
    fasting = serializers.BooleanField(required=False, allow_null=True, default=None)
    note = serializers.CharField(required=False, allow_blank=True, max_length=5_000, default="")
    results = RowSerializer(many=True)

    def validate_results(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuses more rows than any report has."""
        if len(rows) > MOST_ROWS:
            raise ValidationError(f"A visit holds at most {MOST_ROWS} results.")
        return rows


class Visits(APIView):
    def get(self, request: Request, person_id: uuid.UUID) -> Response:
        """The person's visits with their results, the newest first."""
        person = access.person_of(request.user, person_id)
        return Response([visit_body(visit) for visit in visits_of(person)])

    def post(self, request: Request, person_id: uuid.UUID) -> Response:
        """Saves a visit; `warnings` name what looks like a slip."""
        person = access.person_of(request.user, person_id)
        sent = _sent(request)
        rows = _rows(sent["results"], {})
        warnings = _warnings(person, sent, rows)
        visit = create_visit(person=person, rows=rows, **_about(sent))
        return Response(visit_body(visit) | {"warnings": warnings}, status=201)


class OneVisit(APIView):
    def get(self, request: Request, visit_id: uuid.UUID) -> Response:
        """One visit with its results."""
        return Response(visit_body(access.visit_of(request.user, visit_id)))

    def put(self, request: Request, visit_id: uuid.UUID) -> Response:
        """Replaces the visit; 409 with both versions where `version` is no longer the stored one."""
        visit = access.visit_of(request.user, visit_id)
        sent = _sent(request)
        version = _version(request.data)
        stored = {result.pk: result for result in visit.results.all()}
        rows = _rows(sent["results"], stored)
        warnings = _warnings(visit.person, sent, rows)
        try:
            saved = update_visit(visit=visit, version=version, rows=rows, **_about(sent))
        except Stale as stale:
            message = "This visit was changed since you read it. Nothing was saved."
            current = visit_body(stale.visit) if stale.visit else None
            body = {"errors": [{"field": "version", "message": message}], "current": current, "sent": request.data}
            return Response(body, status=409)
        return Response(visit_body(saved) | {"warnings": warnings})

    def delete(self, request: Request, visit_id: uuid.UUID) -> Response:
        """Deletes the visit; its page offers to bring it back."""
        delete_visit(visit=access.visit_of(request.user, visit_id))
        return Response(status=204)


def visit_body(visit: Visit) -> dict[str, Any]:
    """A visit with its results in document order."""
    known = catalogue().by_id
    return {
        "id": visit.pk,
        "version": visit.version,
        "collected_on": visit.collected_on,
        "lab": visit.lab,
        "fasting": visit.fasting,
        "note": visit.note,
        "import": visit.batch_id,
        "results": [
            _result_body(result, known[result.marker_id].slug if result.marker_id else None)
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
    try:
        return int(body.get("version"))
    except (TypeError, ValueError):
        raise ValidationError({"version": ["Send back the version that you read."]}) from None


def _rows(sent: list[dict[str, Any]], stored: dict[uuid.UUID, Result]) -> list[TypedRow]:
    """The rows to write; a stored value that was not touched is not read again, so that none is refused."""
    rows: list[TypedRow] = []
    errors: dict[int, dict[str, list[str]]] = {}
    seen: set[uuid.UUID] = set()
    for place, one in enumerate(sent):
        old = stored.get(one["id"]) if "id" in one else None
        if "id" in one and (old is None or old.pk in seen):
            errors[place] = {"id": ["This visit has no such result."]}
            continue
        if old is not None:
            seen.add(old.pk)
        try:
            rows.append(_row(one, old))
        except ValidationError as problem:
            errors[place] = problem.detail  # type: ignore[assignment]
    if errors:
        raise ValidationError({"results": errors})  # type: ignore[dict-item]
    return rows


def _row(one: dict[str, Any], old: Result | None) -> TypedRow:
    slug, value = one.get("marker"), one["value"]
    if slug is None and (old is None or old.marker_id is not None):
        raise ValidationError({"marker": ["Name a marker."]})
    if old is None or value != old.value:
        try:
            value = parse_value(value).text
        except ValueProblem as problem:
            raise ValidationError({"value": [problem.message]}) from problem
    base = typed_rows([old])[0] if old else TypedRow(marker=slug, value=value)
    printed = one.get("printed_range", _KEEP)
    bounds = (
        {
            "printed_low": base.printed_low,
            "printed_high": base.printed_high,
            "printed_low_strict": base.printed_low_strict,
            "printed_high_strict": base.printed_high_strict,
            "printed_text": base.printed_text,
            "printed_unit": base.printed_unit,
        }
        if printed is _KEEP
        else {f"printed_{name}": found for name, found in (printed or {}).items() if found is not None}
    )
    return TypedRow(marker=slug, value=value, unit=one["unit"], note=one["note"], id=old.pk if old else None, **bounds)


_KEEP = object()


def _warnings(person: Person, sent: dict[str, Any], rows: list[TypedRow]) -> list[dict[str, Any]]:
    """What looks like a slip; nothing is asked and nothing refused."""
    known, last = catalogue().markers, last_values(person, sent["collected_on"])
    none = Last("", "", "", sent["collected_on"])
    entered = [
        Entered(
            known.get(row.marker or ""),
            row.value,
            row.unit,
            last.get(row.marker or "", none).value,
            last.get(row.marker or "", none).unit,
        )
        for row in rows
    ]
    found = slips(entered, sent["collected_on"], timezone.localdate(), person.born_on)
    return [{"result": slip.row, "kind": slip.kind, "message": slip.message} for slip in found]


urlpatterns: list[URLPattern] = [
    path("persons/<uuid:person_id>/visits/", Visits.as_view(), name="visits"),
    path("visits/<uuid:visit_id>/", OneVisit.as_view(), name="visit"),
]
