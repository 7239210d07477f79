"""The public page of a marker; somebody signed in also finds the latest value of the person whose pages these are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bloodsight.people.context import persons
from bloodsight.people.models import Person
from markers.facts import Catalogue, MarkerFacts
from markers.pages import article_page
from markers.queries import catalogue
from results.charts import number_line
from results.queries import marker_facts, series_of
from results.words import decimals_in, position_sentence, shown_number, telling_decimals


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """What a marker is and what its numbers mean, with sources; apart from that, one's own latest value."""
    known = catalogue()
    facts = marker_facts(slug, known)
    context = article_page(facts, known, timezone.localdate())
    context["canonical"] = settings.SITE_URL + reverse("markers:article", args=[slug])
    person = persons(request)["active_person"]
    if person is not None:
        context |= {"person": person, "own": _own(person, facts, known)}
    return render(request, "article.html", context)


def _own(person: Person, facts: MarkerFacts, known: Catalogue) -> dict[str, Any] | None:
    """The person's latest value beside the range that judged it, or None without one that can be drawn."""
    shown = series_of(person, facts, known=known)
    if not shown.points:
        return None
    latest, decimals = shown.points[-1], decimals_in(facts, shown.unit)
    telling = telling_decimals(latest, decimals)
    return {
        "point": latest,
        "number": shown_number(latest, telling),
        "line": number_line(latest, telling),
        "sentence": position_sentence(latest, decimals),
        "count": len(shown.points),
    }
