"""The start page, a person's overview, and the list of markers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from bloodsight.people.access import persons_of
from markers.facts import MarkerFacts, PanelFacts
from markers.queries import catalogue
from results import access, queries
from results.charts import Sparkline, sparkline
from results.interpretation import WORDS
from results.series import Point
from results.words import decimals_in, shown_number, telling_decimals


@dataclass(frozen=True, slots=True)
class Card:
    """A marker of the overview: its latest number as shown, its drawing, and how many results it has."""

    marker: MarkerFacts
    latest: Point | None
    number: str
    newer: int
    drawing: Sparkline | None
    count: int


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """What BloodSight is; a signed-in account goes on to its overview."""
    if request.user.is_authenticated:
        return redirect("results:home")
    return render(request, "welcome.html")


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The overview of the account's first person, or the page that makes one."""
    first = persons_of(request.user).first()
    return redirect("results:person", first.pk) if first else redirect("people:new")


@login_required
@require_safe
def overview(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """A person's latest visit, and each panel with the latest value and course of its markers."""
    person = access.person_of(request.user, person_id)
    found = queries.overview(person)
    panels = [(panel, [_card(tile) for tile in tiles]) for panel, tiles in found.panels]
    counts = [(found.counts[position], word) for position, word in WORDS.items() if found.counts[position]]
    context = {"person": person, "found": found, "panels": panels, "counts": counts, "section": "home"}
    return render(request, "home.html", context)


def _card(tile: queries.Tile) -> Card:
    points = tile.series.points
    latest = points[-1] if points else None
    number = ""
    if latest:
        number = shown_number(latest, telling_decimals(latest, decimals_in(tile.marker, latest.unit)))
    total = len(points) + len(tile.series.unplotted)
    return Card(tile.marker, latest, number, len(tile.series.newer), sparkline(tile.series), total)


@login_required
@require_safe
def markers(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Every marker of the catalogue by panel, each with its count of results."""
    person = access.person_of(request.user, person_id)
    known, counts = catalogue(), queries.result_counts(person)
    wanted = " ".join(request.GET.get("q", "").split())[:80]
    matches = {one.slug for one in known.search(wanted)}
    groups: list[tuple[PanelFacts, list[tuple[MarkerFacts, int]]]] = []
    lone = PanelFacts("", "Other markers", "", tuple(slug for slug, one in known.markers.items() if not one.panels))
    for panel in (*known.panels, lone):
        members = [known.markers[slug] for slug in panel.markers]
        found = [(one, counts.get(one.id, 0)) for one in members if not wanted or one.slug in matches]
        if found:
            groups.append((panel, found))
    context = {"person": person, "groups": groups, "q": wanted, "section": "markers"}
    return render(request, "markers.html", context)
