"""One marker of one person over time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from markers.facts import MarkerFacts
from markers.queries import catalogue
from markers.reference import Age, date_at_age
from markers.units import decimal_text
from results import access
from results.charts import dark_colors, figure, legend, number_line
from results.queries import marker_facts, panels_with, series_of
from results.series import Point, Series
from results.words import (
    decimals_in,
    difference_sentence,
    position_sentence,
    series_summary,
    shown_number,
    telling_decimals,
    unit_text,
    whose_range,
)

PERIODS = {"": ("All", 0), "5y": ("5 years", 5), "2y": ("2 years", 2), "1y": ("1 year", 1)}


@dataclass(frozen=True, slots=True)
class Row:
    """A point as the table says it."""

    point: Point
    shown: str
    decimals: int
    whose: str


@login_required
@require_safe
def marker(request: HttpRequest, person_id: uuid.UUID, slug: str) -> HttpResponse:
    """Latest value on a number line, the chart, and every result, in the unit and period asked for."""
    person = access.person_of(request.user, person_id)
    known = catalogue()
    facts = marker_facts(slug, known)
    unit = request.GET.get("unit", "")
    unit = unit if unit in facts.units.units else ""
    period = request.GET.get("period", "")
    years = PERIODS.get(period, ("", 0))[1]
    start = _years_ago(timezone.localdate(), years) if years else None
    shown = series_of(person, facts, unit, start, known=known)
    unit = shown.unit
    decimals = decimals_in(facts, unit)
    rows = [_row(point, decimals) for point in reversed(shown.points)]
    context = {
        "person": person,
        "marker": facts,
        "series": shown,
        "unit": unit,
        "period": period if years else "",
        "decimals": decimals,
        "units": [(code, unit_text(code)) for code in facts.units.units],
        "periods": [(key, word) for key, (word, _) in PERIODS.items()],
        "panels": panels_with(slug, known),
        "rows": rows,
        "converted": any("≈" in row.shown or row.point.is_converted for row in rows),
        "section": "markers",
    }
    if shown.points:
        context |= _latest(shown, decimals) | _why(shown, facts, request.GET.get("why", ""))
    if len(shown.points) > 1:
        context |= {"figure": figure(shown), "palette": dark_colors(), "summary": series_summary(shown)}
        context["legend"] = legend(shown)
    return render(request, "marker.html", context)


def _row(point: Point, decimals: int) -> Row:
    decimals = telling_decimals(point, decimals)
    return Row(point, shown_number(point, decimals), decimals, whose_range(point.judgment))


def _latest(shown: Series, decimals: int) -> dict[str, Any]:
    latest = shown.points[-1]
    before = shown.points[-2] if len(shown.points) > 1 else None
    return {
        "latest": latest,
        "number": shown_number(latest, telling_decimals(latest, decimals)),
        "exact": decimal_text(latest.number),
        "line": number_line(latest, telling_decimals(latest, decimals)),
        "sentence": position_sentence(latest, decimals),
        "change": difference_sentence(latest, before, decimals) if before else None,
    }


def _why(shown: Series, facts: MarkerFacts, result: str) -> dict[str, Any]:
    """The trace of the range of one point: the latest, or the one asked for."""
    asked = _find(shown.points, result)
    point = asked or shown.points[-1]
    fit = point.judgment.fit
    used = fit.range if fit and point.judgment.origin != "printed" else None
    lost = list(fit.lost) if fit else []
    return {
        "why": point,
        "why_decimals": telling_decimals(point, decimals_in(facts, shown.unit)),
        "why_open": asked is not None,
        "why_used": used,
        "why_general": fit.range if fit else None,
        "why_lost": lost,
    }


def _find(points: Sequence[Point], result: str) -> Point | None:
    return next((point for point in points if point.stored.result == result), None)


def _years_ago(today: date, years: int) -> date:
    """The same day some years before; 29 February gives 1 March."""
    return date_at_age(today, Age(-years, "years"))
