"""Bringing a document as JSON."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from django.conf import settings
from django.urls import URLPattern, path
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from markers.queries import catalogue
from results import access
from results.actions.imports import NeedsAnswer, confirm, read_document, undo
from results.models import Import, ImportRow


class Imports(APIView):
    parser_classes = (MultiPartParser,)

    def get(self, request: Request, person_id: uuid.UUID) -> Response:
        """The person's imports without their rows, the newest first."""
        person = access.person_of(request.user, person_id)
        return Response([summary(batch) for batch in person.imports.all()])

    def post(self, request: Request, person_id: uuid.UUID) -> Response:
        """Reads a file into rows for review; nothing is saved to the person's results."""
        person = access.person_of(request.user, person_id)
        file = request.FILES.get("file")
        if file is None:
            raise ValidationError({"file": ["Send the document as a multipart field named file."]})
        if file.size > settings.UPLOAD_LIMIT:
            raise ValidationError({"file": [f"The file is larger than {settings.UPLOAD_LIMIT // 1_000_000} MB."]})
        batch = read_document(person=person, content=file.read(), file_name=file.name or "")
        if batch.status == "failed":
            raise ValidationError({"file": [batch.problem]})
        return Response(body(batch), status=201)


class OneImport(APIView):
    def get(self, request: Request, import_id: uuid.UUID) -> Response:
        """The import with its rows."""
        return Response(body(access.import_of(request.user, import_id)))


class Confirm(APIView):
    def post(self, request: Request, import_id: uuid.UUID) -> Response:
        """Saves the Ready rows and the accepted Check rows; lists the rest."""
        batch = access.import_of(request.user, import_id)
        sent = request.data if isinstance(request.data, dict) else {}
        try:
            saved = confirm(
                batch=batch, accept=_accepted(sent.get("accept", [])), this_person=sent.get("this_person") is True
            )
        except NeedsAnswer as needed:
            raise ValidationError(
                {"this_person": [f'{needed.question} Confirm with {{"this_person": true}}.']}
            ) from needed
        batch = access.import_of(request.user, import_id)
        answer = body(batch)
        left = [row for row in answer["rows"] if row["state"] in ("check", "unreadable") and not row["accepted"]]
        return Response(answer | {"saved": saved.results, "replaced": saved.replaced, "left": left})


class Undo(APIView):
    def post(self, request: Request, import_id: uuid.UUID) -> Response:
        """Takes back everything the import saved."""
        batch = access.import_of(request.user, import_id)
        removed = undo(batch=batch)
        return Response(summary(batch) | {"removed": removed})


def summary(batch: Import) -> dict[str, Any]:
    """An import without its rows."""
    return {
        "id": batch.pk,
        "person": batch.person_id,
        "file_name": batch.file_name,
        "status": batch.status,
        "question": batch.question,
        "warnings": batch.warnings,
        "left_out": batch.left_out,
        "created_at": batch.created_at,
    }


def body(batch: Import) -> dict[str, Any]:
    """An import with its rows in document order and how many stand in each state."""
    known = catalogue().by_id
    rows = list(batch.rows.all())
    return summary(batch) | {
        "counts": Counter(row.state for row in rows),
        "rows": [_row(row, known[row.marker_id].slug if row.marker_id else None) for row in rows],
    }


def _row(row: ImportRow, slug: str | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "reason": row.reason,
        "accepted": row.accepted,
        "marker": slug,
        "matched_by": row.matched_by,
        "name": row.name,
        "reported": {"value": row.written, "unit": row.unit},
        "date": row.collected_on,
        "lab": row.lab,
        "locator": row.locator,
    }


def _accepted(sent: Any) -> set[int] | str:
    if sent == "all":
        return "all"
    try:
        return {int(one) for one in sent}
    except (TypeError, ValueError):
        raise ValidationError({"accept": ['Send the ids of rows, or "all".']}) from None


urlpatterns: list[URLPattern] = [
    path("persons/<uuid:person_id>/imports/", Imports.as_view(), name="imports"),
    path("imports/<uuid:import_id>/", OneImport.as_view(), name="import"),
    path("imports/<uuid:import_id>/confirm/", Confirm.as_view(), name="import_confirm"),
    path("imports/<uuid:import_id>/undo/", Undo.as_view(), name="import_undo"),
]
