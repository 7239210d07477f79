"""What a marker's page says, in the order it says it: typed records with their sources numbered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from markers.bands import Group, Strip, Zone, adult_ranges, groups
from markers.facts import Cited, Gap, MarkerFacts
from markers.reference import Range
from markers.sources import Bibliography
from markers.units import Unit, decimal_text, unit_text
from markers.words import PEOPLE, ages_text, people_text, range_text

Number = Callable[[Cited], int]
LIMIT_NOTE = re.compile("not a 95 % interval|95th percentile|risk limit|decision limit")
_SEXED = re.compile(r"\b(?:women|men|girls|boys)\b")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A strip of the drawing with each of its zones and the number of the zone's source."""

    strip: Strip
    told: tuple[tuple[Zone, int], ...]


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """The strips under one title."""

    title: str
    is_range: bool
    strips: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class RangeRow:
    """A range as the table says it."""

    people: str
    figures: str
    since: str
    number: int
    note: str


@dataclass(frozen=True, slots=True)
class RangeGroup:
    """The ranges of one owner, general or a laboratory's, and the note that all of them bear."""

    owner: str
    rows: tuple[RangeRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class VariationRow:
    """A study of how much a marker varies, in percent."""

    within: str
    between: str
    analytical: str
    group: str
    note: str
    number: int


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A further unit with how it is reached and what says so."""

    unit: str
    rule: str
    basis: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a page shows from a marker's data; `is_interval` where a drawn range holds 95 % of a group."""

    drawn: tuple[DrawnGroup, ...]
    ranges: tuple[RangeGroup, ...]
    gaps: tuple[tuple[str, str], ...]
    raises: tuple[tuple[str, int], ...]
    lowers: tuple[tuple[str, int], ...]
    others: tuple[tuple[str, int], ...]
    variation: tuple[VariationRow, ...]
    units: tuple[UnitRow, ...]
    is_interval: bool
    has_more: bool


def figures(marker: MarkerFacts, day: date, sources: Bibliography) -> Figures:
    """The figures of a marker as they stand on a day; each source gets its number in `sources`."""

    def number(source: Cited) -> int:
        return sources.number(source.title, source.url, source.year)

    drawn = adult_ranges(marker, day)

    def moved(effect: str) -> tuple[tuple[str, int], ...]:
        return tuple((one.text, number(one.source)) for one in marker.influences if one.effect == effect)

    return Figures(
        drawn=tuple(_drawn(marker, group, number) for group in groups(marker, day)),
        ranges=tuple(_range_groups(marker, day, number)),
        gaps=tuple((gap_people(gap), gap.reason) for gap in marker.gaps),
        raises=moved("raises"),
        lowers=moved("lowers"),
        others=moved("other"),
        variation=tuple(
            VariationRow(
                decimal_text(one.within),
                "" if one.between is None else decimal_text(one.between),
                "" if one.analytical is None else decimal_text(one.analytical),
                one.group,
                one.note,
                number(one.source),
            )
            for one in marker.variation
        ),
        units=tuple(_unit_rows(marker, number)),
        is_interval=any(
            not LIMIT_NOTE.search(one.note) and None not in (one.interval.low, one.interval.high) for one in drawn
        ),
        has_more=any(one not in drawn for one in marker.ranges if not one.laboratory and one.is_in_force(day)),
    )


def _drawn(marker: MarkerFacts, group: Group, number: Number) -> DrawnGroup:
    def told(strip: Strip) -> Drawn:
        sources = (marker.cited(zone.source.title, zone.source.url) for zone in strip.zones)
        return Drawn(strip, tuple((zone, number(source)) for zone, source in zip(strip.zones, sources, strict=True)))

    return DrawnGroup(group.title, group.is_range, tuple(told(strip) for strip in group.strips))


def _range_groups(marker: MarkerFacts, day: date, number: Number) -> list[RangeGroup]:
    """The general ranges first, then each laboratory's by name; those no longer in force are left out."""
    owners: dict[str, list[Range]] = {}
    for one in sorted(marker.ranges, key=lambda one: one.laboratory_name):
        if one.is_in_force(day):
            owners.setdefault(one.laboratory_name, []).append(one)
    return [
        _range_group(owner, [_range_row(marker, one, number) for one in sorted(rows, key=_by_people)])
        for owner, rows in owners.items()
    ]


def _range_group(owner: str, rows: list[RangeRow]) -> RangeGroup:
    """The rows of an owner; a note that all of them bear is said once."""
    notes = {row.note for row in rows}
    if len(rows) < 2 or len(notes) > 1:
        return RangeGroup(owner, tuple(rows))
    return RangeGroup(owner, tuple(replace(row, note="") for row in rows), notes.pop())


def _by_people(one: Range) -> tuple[bool, float, str]:
    """Ranges of everybody first, by age, then by sex."""
    years = {"days": 1 / 365, "months": 1 / 12, "years": 1.0}
    start = 0.0 if one.age_from is None else one.age_from.number * years[one.age_from.unit]
    return bool(one.condition or one.method), start, one.sex


def _range_row(marker: MarkerFacts, one: Range, number: Number) -> RangeRow:
    source = marker.cited(one.source, one.source_url)
    since = f"in force from {one.in_force_from:%-d %B %Y}" if one.in_force_from else str(source.year or "")
    return RangeRow(
        people=range_people(one),
        figures=f"{range_text(one.interval)} {unit_text(one.unit)}",
        since=since,
        number=number(source),
        note=one.note,
    )


def range_people(one: Range) -> str:
    """Whom a range is for, in words: its group, with what the group's name leaves unsaid."""
    if not one.group:
        return people_text(one) or "everybody"
    says_sex, says_ages = _SEXED.search(one.group), any(sign.isdigit() for sign in one.group)
    left = replace(one, sex="any" if says_sex else one.sex)
    left = replace(left, age_from=None, age_to=None) if says_ages else left
    told = people_text(left)
    return f"{one.group} ({told})" if told else one.group


def _unit_rows(marker: MarkerFacts, number: Number) -> list[UnitRow]:
    rows = []
    for code, rule in marker.units.units.items():
        if code != marker.units.own:
            basis, source = marker.unit_sources.get(code, ("", None))
            rows.append(
                UnitRow(unit_text(code), _rule(rule, marker.units.own), basis, number(source) if source else None)
            )
    return rows


def _rule(rule: Unit, own: str) -> str:
    """1 mg/L = 84.746 nmol/L ... as it is stored: the number times or divided by what, and what is added."""
    told = f"{unit_text(own)} = {unit_text(rule.code)}"
    told += "" if rule.factor == 1 else f" × {decimal_text(rule.factor)}"
    told += "" if rule.divisor == 1 else f" ÷ {decimal_text(rule.divisor)}"
    return told + ("" if rule.offset == 0 else f" {'+' if rule.offset > 0 else '−'} {decimal_text(abs(rule.offset))}")


def gap_people(gap: Gap) -> str:
    """Whom a gap concerns: female, under 18 years."""
    return ", ".join(part for part in (PEOPLE[gap.sex], ages_text(gap.age_from, gap.age_to)) if part)
