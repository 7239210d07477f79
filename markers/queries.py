"""The whole catalogue as plain objects, read once and kept until it changes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from markers import facts
from markers.facts import Catalogue, Cited, Gap, Limit, MarkerFacts, PanelFacts
from markers.models import (
    Alias,
    AmbiguousUnit,
    Article,
    DecisionLimit,
    Edition,
    Influence,
    Laboratory,
    LoincCode,
    Marker,
    MarkerUnit,
    Panel,
    PanelMarker,
    RangeGap,
    ReferenceRange,
    Related,
    Source,
    Variation,
)
from markers.reference import Range
from markers.units import Unit, UnitTable

_kept: dict[str, Catalogue] = {}


def catalogue() -> Catalogue:
    """The catalogue as it stands: one query while it is unchanged."""
    token = Edition.objects.values_list("token", flat=True).first()
    known = _kept.get("catalogue")
    if known is None or token is None or known.token != token:
        known = _kept["catalogue"] = _read(token)
    return known


def touch() -> None:
    """Says that the catalogue has changed, so that each process reads it anew; call it in the writing transaction."""
    Edition.objects.update_or_create(pk=1, defaults={"token": uuid.uuid4()})


@contextmanager
def changing() -> Iterator[None]:
    """A transaction that changes the catalogue: one at a time, and every process sees it once it is through."""
    with transaction.atomic():
        Edition.objects.select_for_update().filter(pk=1).first()
        yield
        touch()


def _read(token: uuid.UUID | None) -> Catalogue:
    units: dict[int, list[MarkerUnit]] = defaultdict(list)
    for unit in MarkerUnit.objects.all():
        units[unit.marker_id].append(unit)
    ambiguous: dict[int, list[AmbiguousUnit]] = defaultdict(list)
    for one in AmbiguousUnit.objects.all():
        ambiguous[one.marker_id].append(one)
    ranges: dict[int, list[Range]] = defaultdict(list)
    for row in ReferenceRange.objects.select_related("laboratory").order_by("id"):
        ranges[row.marker_id].append(row.rule)
    aliases: dict[int, list[str]] = defaultdict(list)
    for marker_id, name in Alias.objects.values_list("marker_id", "name"):
        aliases[marker_id].append(name)
    codes: dict[int, dict[str, LoincCode]] = defaultdict(dict)
    for found in LoincCode.objects.all():
        codes[found.marker_id][found.code] = found
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    panels_of: dict[int, list[str]] = defaultdict(list)
    rows = PanelMarker.objects.order_by("panel__position", "panel_id", "position")
    for panel, slug, marker_id in rows.values_list("panel__slug", "marker__slug", "marker_id"):
        places[panel].append((slug, marker_id))
        panels_of[marker_id].append(panel)
    told = _told()
    markers = [
        _facts(
            marker,
            _table(marker, units[marker.pk], ambiguous[marker.pk]),
            ranges=tuple(ranges[marker.pk]),
            aliases=tuple(aliases[marker.pk]),
            loinc={code: (one.unit, one.method) for code, one in codes[marker.pk].items()},
            loinc_names={code: one.name for code, one in codes[marker.pk].items()},
            unit_names=_unit_names(ambiguous[marker.pk]),
            panels=tuple(panels_of[marker.pk]),
            **told(marker.pk, units[marker.pk]),
        )
        for marker in Marker.objects.order_by("name")
    ]
    laboratories = list(Laboratory.objects.order_by("name"))
    return Catalogue(
        token=token,
        markers={one.slug: one for one in markers},
        by_id={one.id: one for one in markers},
        by_loinc={code: one for one in markers for code in one.loinc},
        panels=tuple(
            PanelFacts(panel.slug, panel.name, panel.summary, tuple(slug for slug, _ in places[panel.slug]), panel.why)
            for panel in Panel.objects.order_by("position", "name")
        ),
        laboratories={name: one.slug for one in laboratories for name in one.names},
        laboratory_names=tuple(one.name for one in laboratories),
    )


def _facts(marker: Marker, table: UnitTable, **parts: Any) -> MarkerFacts:
    return MarkerFacts(
        id=marker.pk,
        slug=marker.slug,
        name=marker.name,
        short_name=marker.short_name,
        specimen=marker.specimen,
        decimals=marker.decimals,
        direction=marker.direction,
        units=table,
        plausible_low=marker.plausible_low,
        plausible_high=marker.plausible_high,
        summary=marker.summary,
        choice=marker.choice,
        conventional_unit=marker.conventional_unit or marker.unit,
        si_unit=marker.si_unit or marker.unit,
        **parts,
    )


def _told() -> Callable[[int, list[MarkerUnit]], dict[str, Any]]:
    """What pages say of a marker beyond what judges results, by its id."""
    limits, gaps, variation = _by_marker(DecisionLimit), _by_marker(RangeGap), _by_marker(Variation)
    influences, related = _by_marker(Influence), _by_marker(Related, "other")
    years: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for source in Source.objects.exclude(year=None):
        years[source.marker_id][source.title, source.url] = source.year  # type: ignore[assignment]
    articles = dict(Article.objects.values_list("marker_id", "text"))

    def told(marker_id: int, units: list[MarkerUnit]) -> dict[str, Any]:
        def cited(row: Any) -> Cited:
            return Cited(row.source, row.source_url, years[marker_id].get((row.source, row.source_url)))

        return {
            "limits": tuple(_limit(row, cited(row)) for row in limits[marker_id]),
            "gaps": tuple(Gap(row.sex, row.start, row.end, row.reason) for row in gaps[marker_id]),
            "variation": tuple(
                facts.Variation(row.within, row.between, row.analytical, row.group, row.note, cited(row))
                for row in variation[marker_id]
            ),
            "influences": tuple(facts.Influence(row.effect, row.text, cited(row)) for row in influences[marker_id]),
            "related": tuple((row.other.slug, row.why) for row in related[marker_id]),
            "unit_sources": {unit.code: (unit.basis, cited(unit) if unit.source else None) for unit in units},
            "years": years[marker_id],
            "article": articles.get(marker_id, ""),
        }

    return told


def _by_marker(model: Any, *related: str) -> dict[int, list[Any]]:
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in model.objects.select_related(*related).order_by("id") if related else model.objects.order_by("id"):
        rows[row.marker_id].append(row)
    return rows


def _limit(row: DecisionLimit, source: Cited) -> Limit:
    return Limit(
        key=row.key,
        name=row.name,
        scheme=row.scheme,
        operator=row.operator,
        interval=row.interval,
        unit=row.unit,
        source=source,
        condition=row.condition,
        sex=row.sex,
        age_from=row.start,
        age_to=row.end,
    )


def _table(marker: Marker, units: list[MarkerUnit], ambiguous: list[AmbiguousUnit]) -> UnitTable:
    known = {marker.unit: Unit(marker.unit)} | {unit.code: unit.rule for unit in units}
    spellings = {spelling: unit.code for unit in units for spelling in unit.spellings}
    return UnitTable(marker.unit, known, spellings, {one.spelling: tuple(one.choices) for one in ambiguous})


def _unit_names(ambiguous: list[AmbiguousUnit]) -> dict[str, str]:
    """Printed name, case-folded -> the unit a bare ambiguous spelling means under that name."""
    return {name.casefold(): code for one in ambiguous for code, names in one.names.items() for name in names}
