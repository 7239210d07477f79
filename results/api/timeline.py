"""One marker of one person over time, as JSON."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from django.http import HttpResponse
from django.urls import URLPattern, path
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from markers.api import iso_day
from markers.facts import MarkerFacts
from markers.interval import Exact, Interval
from markers.queries import catalogue
from markers.units import decimal_text
from results import access
from results.interpretation import WORDS
from results.queries import marker_facts, series_of
from results.series import Band, Judgment, Point, Series, usual_unit


class Timeline(APIView):
    def get(self, request: Request, person_id: uuid.UUID, slug: str) -> HttpResponse:
        """The series with its bands and what is not plotted; values exact, as strings.

        Without `unit` in the person's conventional or SI unit where that is chosen, else in the marker's own:
        the latest report moves the unit of a page, never that of an answer.
        """
        person = access.person_of(request.user, person_id)
        known = catalogue()
        marker = marker_facts(slug, known)
        unit = _unit(request.query_params.get("unit", ""), marker) or usual_unit(marker, (), person.unit_system)
        start, end = (iso_day(name, request.query_params.get(name, "")) for name in ("from", "to"))
        answer = body(series_of(person, marker, unit, start, end, known))
        return HttpResponse(orjson.dumps(answer), content_type="application/json")


def body(series: Series) -> dict[str, Any]:
    """The answer for a series: exact decimal strings, dates as ISO days."""
    marker = series.marker
    return {
        "marker": {
            "slug": marker.slug,
            "name": marker.name,
            "short_name": marker.short_name,
            "specimen": marker.specimen,
            "unit": marker.units.own,
            "units": list(marker.units.units),
        },
        "unit": series.unit,
        "points": [_point(point) for point in series.points],
        "bands": [_band(band) for band in series.bands],
        "unplotted": [
            {
                "result": one.stored.result,
                "visit": one.stored.visit,
                "date": one.stored.day,
                "age": one.age,
                "reported": {"value": one.stored.value, "unit": one.stored.unit},
                "reason": one.reason,
            }
            for one in series.unplotted
        ],
    }


def _point(point: Point) -> dict[str, Any]:
    stored = point.stored
    return {
        "result": stored.result,
        "visit": stored.visit,
        "date": stored.day,
        "time": stored.time,
        "age": point.age,
        "value": decimal_text(point.number),
        "comparator": point.value.comparator,
        "reported": {"value": stored.value, "unit": stored.unit},
        "position": point.judgment.position,
        "position_text": WORDS[point.judgment.position],
        "range": _range(point.judgment),
        "why": point.judgment.why,
        "lab": stored.lab,
    }


def _range(judged: Judgment) -> dict[str, Any] | None:
    if judged.interval is None:
        return None
    return {
        **_bounds(judged.interval),
        "unit": judged.unit,
        "origin": judged.origin,
        "source": judged.source,
        "why": judged.why,
    }


def _band(band: Band) -> dict[str, Any]:
    return {
        "from": band.start,
        "to": band.end,
        **_bounds(band.interval),
        "origin": band.origin,
        "source": band.range.source,
        "laboratory": band.range.laboratory_name,
    }


def _bounds(interval: Interval) -> dict[str, Any]:
    return {
        "low": _text(interval.low),
        "high": _text(interval.high),
        "low_strict": interval.low_strict,
        "high_strict": interval.high_strict,
    }


def _text(bound: Exact | None) -> str | None:
    return None if bound is None else decimal_text(bound)


def _unit(asked: str, marker: MarkerFacts) -> str:
    if not asked:
        return ""
    found = asked if asked in marker.units.units else marker.units.find(asked)
    if found is None and (choices := marker.units.choices(asked)):
        raise ValidationError({"unit": [f"{asked[:40]} could mean {' or '.join(choices)} here. Ask for one of them."]})
    if found is None:
        known = ", ".join(marker.units.units)
        raise ValidationError({"unit": [f"{marker.name} has no unit {asked[:40]}. It has: {known}."]})
    return found


urlpatterns: list[URLPattern] = [
    path("persons/<uuid:person_id>/timeline/<slug:slug>/", Timeline.as_view(), name="timeline"),
]
