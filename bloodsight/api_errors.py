"""How the API says what is wrong: {"errors": [{"field", "message"}]}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback


def answer(problem: Exception, context: dict[str, Any]) -> Response | None:
    """The answer for an exception that the API knows; None for a fault of ours."""
    if isinstance(problem, Http404):
        problem = exceptions.NotFound("There is nothing here.")
    elif isinstance(problem, PermissionDenied):
        problem = exceptions.PermissionDenied()
    if not isinstance(problem, exceptions.APIException):
        return None
    set_rollback()
    found = list(errors(problem.detail))
    return Response({"errors": found}, status=problem.status_code, headers=_headers(problem))


def errors(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """Each message with the field it belongs to, `results.0.value` for one in a list."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            joined = f"{field}.{name}" if field else str(name)
            yield from errors(inner, field if name == "non_field_errors" else joined)
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, (dict, list))
            yield from errors(inner, f"{field}.{place}" if nested and field else field)
    else:
        yield {"field": field, "message": str(detail)}


def _headers(problem: exceptions.APIException) -> dict[str, str]:
    wait = getattr(problem, "wait", None)
    return {"Retry-After": str(int(wait))} if wait else {}
