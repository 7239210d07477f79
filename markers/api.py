"""The catalogue as JSON: public, true for everyone."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from markers.bodies import marker_body, panel_body, range_body, whole_body
from markers.facts import MarkerFacts
from markers.pages import article_text
from markers.queries import catalogue
from markers.reference import Collection, Subject, best_fit

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
SEXES = ("female", "male", "unstated")


def _etag(request: HttpRequest, *args: Any, **kwargs: Any) -> str:
    return f'"{catalogue().token}"'


class Public(APIView):
    """A view that anybody may read and caches may keep while the catalogue stays the same."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    is_kept = True

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Lets caches keep it if they ask again; says where the terms of LOINC and of the sources stand."""
        answer = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        answer.headers["Link"] = f'<{reverse("markers:data")}>; rel="license"'
        if answer.status_code == 200 and self.is_kept:
            patch_cache_control(answer, public=True, no_cache=True)
        return answer


class Markers(Public):
    def get(self, request: Request) -> Response:
        """Every marker with its names, codes and units; with `q` those that it may mean, best match first."""
        known, asked = catalogue(), request.query_params.get("q", "").strip()
        return Response([marker_body(marker) for marker in (known.search(asked) if asked else known.markers.values())])


class OneMarker(Public):
    def get(self, request: Request, slug: str) -> Response:
        """One marker with its units, ranges, limits, variation and article, and the source of each figure."""
        marker = _marker(slug)
        return Response(whole_body(marker, article_text(marker)))


class MarkerRange(Public):
    is_kept = False  # the question names a sex and a birth date

    def get(self, request: Request, slug: str) -> Response:
        """The range that fits somebody on a day, why, and why the others don't; nothing is stored."""
        marker, asked = _marker(slug), request.query_params
        sex = asked.get("sex", "") or "unstated"
        if sex not in SEXES:
            raise ValidationError({"sex": [f"Sex is one of {', '.join(SEXES)}."]})
        born_on, on = (iso_day(name, asked.get(name, "")) for name in ("born_on", "on"))
        condition_asked = asked.get("condition", "")
        stated = (
            {}
            if not condition_asked
            else {condition_asked.removeprefix("not "): not condition_asked.startswith("not ")}
        )
        laboratory = catalogue().laboratory(asked.get("lab", ""))
        when = Collection(on or timezone.localdate(), laboratory, asked.get("method", ""), stated)
        fit = best_fit(marker.ranges, Subject(sex, born_on), when)  # type: ignore[arg-type]
        return Response(
            {
                "range": None if fit.range is None else range_body(marker, fit.range),
                "reason": fit.reason,
                "candidates": [range_body(marker, lost.range) | {"lost_because": lost.because} for lost in fit.lost],
            }
        )


class Panels(Public):
    def get(self, request: Request) -> Response:
        """Every panel with its markers."""
        return Response([panel_body(one) for one in catalogue().panels])


def _marker(slug: str) -> MarkerFacts:
    found = catalogue().markers.get(slug)
    if found is None:
        raise Http404
    return found


def iso_day(name: str, asked: str) -> date | None:
    """The day that a query's field names, None where it is empty; ValidationError for another way of writing."""
    if not asked:
        return None
    try:
        if not _DAY.fullmatch(asked):
            raise ValueError(asked)
        return date.fromisoformat(asked)
    except ValueError:
        raise ValidationError({name: ["A day is written as 2026-10-03."]}) from None


kept = condition(etag_func=_etag)

urlpatterns: list[URLPattern] = [
    path("markers/", kept(Markers.as_view()), name="markers"),
    path("markers/<slug:slug>/", kept(OneMarker.as_view()), name="marker"),
    path("markers/<slug:slug>/range/", MarkerRange.as_view(), name="marker_range"),
    path("panels/", kept(Panels.as_view()), name="panels"),
]
