"""The public catalogue: its markers by panel, and what is found in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from markers import queries
from markers.facts import Catalogue, MarkerFacts, PanelFacts
from markers.licenses import License, read_licenses
from markers.panel import panel_page
from markers.search import LONGEST, Index, Names


@dataclass(frozen=True, slots=True)
class Found:
    """A marker as the list shows it, with the panels that hold it."""

    marker: MarkerFacts
    panels: tuple[PanelFacts, ...]


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every marker by panel, or those that a typed text may mean, best match first."""
    known = queries.catalogue()
    asked = " ".join(request.GET.get("q", "").split())[:LONGEST]
    found = known.search(asked)
    context = {
        "q": asked,
        "is_near": bool(found) and not any(_bears(one, asked) for one in found),
        "longest": LONGEST,
        "total": len(known.markers),
        "found": [_found(one, known) for one in found],
        "found_panels": _panels_like(asked, known),
        "groups": [] if asked else _groups(known),
        "lone": [] if asked else [one for one in known.markers.values() if not one.panels],
        "section": "catalogue",
    }
    return render(request, "catalogue.html", context)


@require_safe
def panels(request: HttpRequest) -> HttpResponse:
    """Every panel with its markers."""
    return render(request, "panels.html", {"groups": _groups(queries.catalogue())})


@require_safe
def panel(request: HttpRequest, slug: str) -> HttpResponse:
    """Why the markers of a panel are read together, and each in order with its general ranges and their sources."""
    known = queries.catalogue()
    found = known.panel(slug)
    if found is None:
        raise Http404
    return render(request, "panel.html", panel_page(found, known, timezone.localdate(), settings.SITE_URL))


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Where the data comes from, and what each kind of source lets others do."""
    return render(request, "data.html", {"licenses": _licenses()})


@cache
def _licenses() -> tuple[License, ...]:
    return read_licenses(Path(settings.BASE_DIR, "seeds", "licenses.toml"))


def _bears(marker: MarkerFacts, asked: str) -> bool:
    """True if one of the marker's names starts with the typed text."""
    return any(name.casefold().startswith(asked.casefold()) for name in marker.names)


def _found(marker: MarkerFacts, known: Catalogue) -> Found:
    return Found(marker, tuple(one for one in known.panels if one.slug in marker.panels))


def _panels_like(asked: str, known: Catalogue) -> list[PanelFacts]:
    """The panels that a typed text may mean, as "liver" does."""
    panels = {one.slug: one for one in known.panels}
    names = Index({slug: Names(one.name, codes=(slug,)) for slug, one in panels.items()})
    return [panels[slug] for slug in names.find(asked)]


def _groups(known: Catalogue) -> list[tuple[PanelFacts, list[MarkerFacts]]]:
    """Each panel that has markers, with its markers."""
    return [(one, [known.markers[slug] for slug in one.markers]) for one in known.panels if one.markers]
