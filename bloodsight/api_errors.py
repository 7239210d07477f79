"""How the API says what is wrong: {"errors": [{"field", "message"}]}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

NOTHING = "There is nothing here."
API = "/api/"


def answer(problem: Exception, context: dict[str, Any]) -> Response | None:
    """The answer for an exception that the API knows; None for a fault of ours."""
    if isinstance(problem, Http404):
        problem = exceptions.NotFound(NOTHING)
    elif isinstance(problem, PermissionDenied):
        problem = exceptions.PermissionDenied()
    elif isinstance(problem, SuspiciousOperation):
        problem = exceptions.ParseError("This request is larger than the server takes.")
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


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere: said as the API says it below its own, else by the page."""
    if request.path.startswith(API):
        return JsonResponse({"errors": [{"field": "", "message": NOTHING}]}, status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours, likewise."""
    if request.path.startswith(API):
        message = "Something went wrong on our side. What you sent may not be saved."
        return JsonResponse({"errors": [{"field": "", "message": message}]}, status=500)
    return defaults.server_error(request)


def _headers(problem: exceptions.APIException) -> dict[str, str]:
    wait = getattr(problem, "wait", None)
    return {"Retry-After": str(int(wait))} if wait else {}
