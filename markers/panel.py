"""The public page of a panel: its markers in order, each with its general ranges and where these come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from markers.bands import adult_ranges
from markers.facts import Catalogue, MarkerFacts, PanelFacts
from markers.page import range_people
from markers.pages import as_script
from markers.sources import Bibliography
from markers.units import unit_text
from markers.words import range_text


@dataclass(frozen=True, slots=True)
class Told:
    """A range in words: whom it is for, its figures with their unit, and the number of its source."""

    people: str
    figures: str
    number: int


@dataclass(frozen=True, slots=True)
class Member:
    """A marker of the panel with the general ranges of adults."""

    marker: MarkerFacts
    ranges: tuple[Told, ...]


def panel_page(panel: PanelFacts, known: Catalogue, day: date, site: str) -> dict[str, Any]:
    """What the page of a panel shows on a day; `site` is the address that the pages stand under."""
    sources = Bibliography()
    markers = [known.markers[slug] for slug in panel.markers]
    return {
        "panel": panel,
        "members": [_member(marker, day, sources) for marker in markers],
        "sources": list(sources),
        "canonical": site + reverse("markers:panel", args=[panel.slug]),
        "linked_data": linked_data(panel, markers, site),
    }


def _member(marker: MarkerFacts, day: date, sources: Bibliography) -> Member:
    told = []
    for one in adult_ranges(marker, day):
        cited = marker.cited(one.source, one.source_url)
        number = sources.number(cited.title, cited.url, cited.year)
        told.append(Told(range_people(one), f"{range_text(one.interval)} {unit_text(one.unit)}", number))
    return Member(marker, tuple(told))


def linked_data(panel: PanelFacts, markers: list[MarkerFacts], site: str) -> SafeString:
    """The page as schema.org JSON-LD: a MedicalTestPanel with its tests."""
    tests = [
        {"@type": "MedicalTest", "name": one.name, "url": site + reverse("markers:article", args=[one.slug])}
        for one in markers
    ]
    about = {"@type": "MedicalTestPanel", "name": panel.name, "description": panel.summary}
    about |= {"url": site + reverse("markers:panel", args=[panel.slug])}
    return as_script({"@context": "https://schema.org", **about, "subTest": tests})
