"""The catalogue as JSON bodies: numbers as text to the last digit, each figure with its source beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markers.article import Article
from markers.facts import Cited, Gap, Limit, MarkerFacts, PanelFacts
from markers.interval import Exact
from markers.reference import Age, Range
from markers.units import decimal_text


def marker_body(marker: MarkerFacts) -> dict[str, Any]:
    """A marker as a list shows it: names, codes, units, panels."""
    return {
        "slug": marker.slug,
        "name": marker.name,
        "short_name": marker.short_name,
        "specimen": marker.specimen,
        "summary": marker.summary,
        "unit": marker.units.own,
        "units": list(marker.units.units),
        "conventional_unit": marker.conventional_unit,
        "si_unit": marker.si_unit,
        "decimals": marker.decimals,
        "aliases": list(marker.aliases),
        "loinc": list(marker.loinc),
        "loinc_names": dict(marker.loinc_names),
        "panels": list(marker.panels),
    }


def whole_body(marker: MarkerFacts, article: Article | None) -> dict[str, Any]:
    """Everything the catalogue holds of a marker; its units are tables here, with what reaches each."""
    return marker_body(marker) | {
        "choice": marker.choice,
        "units": list(_units(marker)),
        "ranges": [range_body(marker, one) for one in marker.ranges],
        "gaps": [_gap(one) for one in marker.gaps],
        "limits": [_limit(one) for one in marker.limits],
        "variation": [
            {
                "within": _text(one.within),
                "between": _text(one.between),
                "analytical": _text(one.analytical),
                "group": one.group,
                "note": one.note,
                **_source(one.source),
            }
            for one in marker.variation
        ],
        "influences": [{"effect": one.effect, "text": one.text, **_source(one.source)} for one in marker.influences],
        "related": [{"slug": slug, "why": why} for slug, why in marker.related],
        "article": None if article is None else _article(article),
    }


def range_body(marker: MarkerFacts, one: Range) -> dict[str, Any]:
    """A range of a marker with its population and source."""
    return {
        "key": one.key,
        "low": _text(one.interval.low),
        "high": _text(one.interval.high),
        "low_strict": one.interval.low_strict,
        "high_strict": one.interval.high_strict,
        "unit": one.unit,
        "origin": one.origin,
        **_people(one),
        "condition": one.condition,
        "laboratory": one.laboratory_name,
        "method": one.method,
        "group": one.group,
        "note": one.note,
        **_source(marker.cited(one.source, one.source_url)),
        "in_force_from": one.in_force_from,
        "in_force_to": one.in_force_to,
    }


def panel_body(panel: PanelFacts) -> dict[str, Any]:
    """A panel with its markers' slugs in order."""
    return {
        "slug": panel.slug,
        "name": panel.name,
        "summary": panel.summary,
        "why": panel.why,
        "markers": list(panel.markers),
    }


def _units(marker: MarkerFacts) -> Iterator[dict[str, Any]]:
    """Each unit, the marker's own first: number in its own unit = number x factor / divisor + offset."""
    for code, unit in marker.units.units.items():
        basis, source = marker.unit_sources.get(code, ("", None))
        numbers = {name: _text(getattr(unit, name)) for name in ("factor", "divisor", "offset")}
        yield {"code": code, **numbers, "basis": basis, **_source(source or Cited(""))}


def _limit(one: Limit) -> dict[str, Any]:
    upper = None if one.operator.startswith("<") else one.interval.high
    return {
        "key": one.key,
        "name": one.name,
        "scheme": one.scheme,
        "operator": one.operator,
        "value": _text(one.value),
        "upper_operator": "" if upper is None else "<" if one.interval.high_strict else "<=",
        "upper": _text(upper),
        "unit": one.unit,
        **_people(one),
        "condition": one.condition,
        **_source(one.source),
    }


def _gap(one: Gap) -> dict[str, Any]:
    return {**_people(one), "reason": one.reason}


def _article(one: Article) -> dict[str, Any]:
    return {
        "lead": one.lead,
        "version": one.version,
        "dated": one.dated,
        "written_by": one.written_by,
        "reviewed_by": one.reviewed_by,
        "reviewed_on": one.reviewed_on,
        "sources": [_source(Cited(source.title, source.url, source.year)) for source in one.sources.values()],
    }


def _source(one: Cited) -> dict[str, Any]:
    return {"source": one.title, "source_url": one.url, "source_year": one.year}


def _people(one: Range | Limit | Gap) -> dict[str, Any]:
    return {"sex": one.sex, "age_from": _age(one.age_from), "age_to": _age(one.age_to)}


def _text(number: Exact | None) -> str | None:
    return None if number is None else decimal_text(number)


def _age(age: Age | None) -> str | None:
    return None if age is None else str(age)
