"""The whole catalogue as plain objects, read once and kept until it changes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from markers.facts import Catalogue, MarkerFacts, PanelFacts
from markers.models import (
    Alias,
    AmbiguousUnit,
    Edition,
    Laboratory,
    LoincCode,
    Marker,
    MarkerUnit,
    Panel,
    PanelMarker,
    ReferenceRange,
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
    codes: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    for marker_id, code, unit_code, method in LoincCode.objects.values_list("marker_id", "code", "unit", "method"):
        codes[marker_id][code] = (unit_code, method)
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    panels_of: dict[int, list[str]] = defaultdict(list)
    rows = PanelMarker.objects.order_by("panel__position", "panel_id", "position")
    for panel, slug, marker_id in rows.values_list("panel__slug", "marker__slug", "marker_id"):
        places[panel].append((slug, marker_id))
        panels_of[marker_id].append(panel)
    markers = [
        _facts(
            marker,
            _table(marker, units[marker.pk], ambiguous[marker.pk]),
            ranges=tuple(ranges[marker.pk]),
            aliases=tuple(aliases[marker.pk]),
            loinc=codes[marker.pk],
            unit_names=_unit_names(ambiguous[marker.pk]),
            panels=tuple(panels_of[marker.pk]),
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
            PanelFacts(panel.slug, panel.name, panel.summary, tuple(slug for slug, _ in places[panel.slug]))
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
        **parts,
    )


def _table(marker: Marker, units: list[MarkerUnit], ambiguous: list[AmbiguousUnit]) -> UnitTable:
    known = {marker.unit: Unit(marker.unit)} | {unit.code: unit.rule for unit in units}
    spellings = {spelling: unit.code for unit in units for spelling in unit.spellings}
    return UnitTable(marker.unit, known, spellings, {one.spelling: tuple(one.choices) for one in ambiguous})


def _unit_names(ambiguous: list[AmbiguousUnit]) -> dict[str, str]:
    """Printed name, case-folded -> the unit a bare ambiguous spelling means under that name."""
    return {name.casefold(): code for one in ambiguous for code, names in one.names.items() for name in names}
