"""The public page of a marker: its article and its figures as one, kept while the catalogue stays the same."""

from __future__ import annotations

import json
import uuid
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString

from markers.article import Article, Figures, Rendered, article_of, references, render
from markers.bands import adult_ranges
from markers.catalogue import SeedError
from markers.facts import Catalogue, Cited, MarkerFacts, PanelFacts
from markers.markdown import Figure, Reference
from markers.page import figures
from markers.sources import Bibliography
from markers.units import decimal_text, unit_text
from markers.words import limit_text, number_text, range_text

_kept: dict[tuple[uuid.UUID | None, date], dict[str, dict[str, Any]]] = {}


def article_page(marker: MarkerFacts, known: Catalogue, day: date) -> dict[str, Any]:
    """What the page of a marker shows on a day."""
    kept = _kept.get((known.token, day))
    if kept is None:
        _kept.clear()
        kept = _kept[known.token, day] = {}
    if marker.slug not in kept:
        kept[marker.slug] = _built(marker, known, day)
    return dict(kept[marker.slug])


def article_text(marker: MarkerFacts) -> Article | None:
    """The article of a marker, or None where it has none that can be read."""
    try:
        return article_of(marker.article, Path(f"{marker.slug}.md")) if marker.article else None
    except SeedError:
        return None


def figures_of(known: Catalogue, day: date) -> Figures:
    """What an article's references mean: the figures of the catalogue on a day, each with its source."""

    def figure(kind: str, slug: str, key: str) -> Figure | None:
        marker = known.markers.get(slug)
        found = _figure(marker, kind, key, day) if marker else None
        return None if found is None else Figure(found[0], found[1].title, found[1].url, found[1].year)

    return figure


def missing_figures(article: Article, known: Catalogue, day: date) -> list[Reference]:
    """The figures that an article asks for and the catalogue does not hold on a day."""
    figure = figures_of(known, day)
    return [one for one in references(article) if figure(one.kind, one.marker, one.key) is None]


def panels_of(marker: MarkerFacts, known: Catalogue) -> list[PanelFacts]:
    """The panels that hold a marker."""
    return [panel for panel in known.panels if marker.slug in panel.markers]


def _figure(marker: MarkerFacts, kind: str, key: str, day: date) -> tuple[str, Cited] | None:
    if kind == "range":
        for one in marker.ranges:
            if one.key == key and one.is_in_force(day):
                return f"{range_text(one.interval)} {unit_text(one.unit)}", marker.cited(one.source, one.source_url)
    for limit in marker.limits if kind in ("limit", "value") else ():
        if limit.key == key:
            bare = f"{number_text(limit.value, 2)} {unit_text(limit.unit)}"
            return limit_text(limit) if kind == "limit" else bare, limit.source
    if kind == "variation" and marker.variation:
        share = getattr(marker.variation[0], key, None)
        return None if share is None else (f"{decimal_text(share)} %", marker.variation[0].source)
    return None


def _built(marker: MarkerFacts, known: Catalogue, day: date) -> dict[str, Any]:
    sources, article = Bibliography(), article_text(marker)
    rendered = render(article, figures_of(known, day), sources) if article else None
    return {
        "marker": marker,
        "panels": panels_of(marker, known),
        "article": article,
        "lead": rendered.lead if rendered else "",
        "text": {key: SafeString(html) for key, html in rendered.sections.items()} if rendered else {},
        "questions": [(one.question, SafeString(one.html)) for one in rendered.questions] if rendered else [],
        "figures": figures(marker, day, sources),
        "related": [(known.markers[slug], why) for slug, why in marker.related if slug in known.markers],
        "sources": list(sources),
        "linked_data": linked_data(marker, panels_of(marker, known), rendered, day),
    }


def linked_data(marker: MarkerFacts, panels: list[PanelFacts], rendered: Rendered | None, day: date) -> SafeString:
    """The page as schema.org JSON-LD: a MedicalTest, and an FAQPage where there are questions."""
    ranges = [
        f"{range_text(one.interval)} {unit_text(one.unit)} ({one.group or 'everybody'})"
        for one in adult_ranges(marker, day)
    ]
    test: dict[str, Any] = {
        "@type": "MedicalTest",
        "name": marker.name,
        "alternateName": [name for name in dict.fromkeys((marker.short_name, *marker.aliases)) if name],
        "description": marker.summary,
        "code": [{"@type": "MedicalCode", "codeValue": code, "codingSystem": "LOINC"} for code in marker.loinc],
    }
    test |= {"normalRange": "; ".join(ranges)} if ranges else {}
    test |= {"subjectOf": [{"@type": "MedicalTestPanel", "name": panel.name} for panel in panels]} if panels else {}
    graph = [test]
    if rendered and rendered.questions:
        asked = [
            {"@type": "Question", "name": one.question, "acceptedAnswer": {"@type": "Answer", "text": one.text}}
            for one in rendered.questions
        ]
        graph.append({"@type": "FAQPage", "mainEntity": asked})
    return as_script({"@context": "https://schema.org", "@graph": graph})


def as_script(data: dict[str, Any]) -> SafeString:
    """JSON that can stand within a script element."""
    text = json.dumps(data, ensure_ascii=False)
    return SafeString(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
