"""Bringing a document as JSON."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import URLPattern, path
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bloodsight.api_parsers import FormParser, StrictJSONParser
from markers.queries import catalogue
from results import access
from results.actions.imports import NeedsAnswer, confirm, read_document, undo
from results.models import Import, ImportRow


class Imports(APIView):
    parser_classes = (FormParser,)

    def get(self, request: Request, person_id: uuid.UUID) -> Response:
        """The person's imports without their rows, the newest first; none that could not be read."""
        person = access.person_of(request.user, person_id)
        return Response([summary(batch) for batch in person.imports.exclude(status="failed")])

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
            errors = [{"field": "file", "message": batch.problem}]
            return Response(summary(batch) | {"errors": errors}, status=400)
        return Response(body(batch), status=201)


class OneImport(APIView):
    def get(self, request: Request, import_id: uuid.UUID) -> Response:
        """The import with its rows."""
        return Response(body(access.import_of(request.user, import_id)))


class Confirm(APIView):
    parser_classes = (StrictJSONParser, FormParser)

    def post(self, request: Request, import_id: uuid.UUID) -> Response:
        """Saves the Ready rows and the accepted Check rows; lists the rest."""
        batch = access.import_of(request.user, import_id)
        accept, this_person = _answers(request.data, batch)
        if batch.status in ("undone", "failed"):
            problem = "This import was undone." if batch.status == "undone" else batch.problem
            raise ValidationError({"status": [f"{problem} Bring the file again."]})
        try:
            saved = confirm(batch=batch, accept=accept, this_person=this_person)
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
        "problem": batch.problem,
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


def _answers(sent: Any, batch: Import) -> tuple[set[int] | str, bool]:
    """Which Check rows are accepted, and whether the document is about this person; an empty body says neither."""
    if isinstance(sent, QueryDict):
        sent = sent.dict() | ({"this_person": sent["this_person"] == "true"} if "this_person" in sent else {})
    if not isinstance(sent, dict):
        raise ValidationError(['Send an object, as {"accept": "all"}.'])
    this_person = sent.get("this_person", False)
    if not isinstance(this_person, bool):
        raise ValidationError({"this_person": ["Send true or false."]})
    return _accepted(sent.get("accept", []), batch), this_person


def _accepted(sent: Any, batch: Import) -> set[int] | str:
    if sent == "all":
        return "all"
    if not isinstance(sent, list) or not all(isinstance(one, str) and _WHOLE.fullmatch(one) for one in sent):
        raise ValidationError({"accept": ['Send the ids of rows as a list, or "all".']})
    ids = {int(one) for one in sent}
    if unknown := ids - set(batch.rows.values_list("pk", flat=True)):
        raise ValidationError({"accept": [f"This import has no row {min(unknown)}."]})
    return ids


_WHOLE = re.compile("[0-9]{1,18}")


urlpatterns: list[URLPattern] = [
    path("persons/<uuid:person_id>/imports/", Imports.as_view(), name="imports"),
    path("imports/<uuid:import_id>/", OneImport.as_view(), name="import"),
    path("imports/<uuid:import_id>/confirm/", Confirm.as_view(), name="import_confirm"),
    path("imports/<uuid:import_id>/undo/", Undo.as_view(), name="import_undo"),
]
