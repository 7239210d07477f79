"""The number line of a marker's page: the reference range, and a guideline's bands below it on the same scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from math import inf
from string import ascii_uppercase

from markers.facts import Cited, Limit, MarkerFacts
from markers.interval import Exact, Interval
from markers.reference import Age, Range, may_come_before
from markers.units import UnitError, decimal_text, unit_text
from markers.words import limit_text, people_text, range_text

ADULT = Age(40, "years")
MOST_RANGES = 4
ROOM = 0.15
Placed = tuple[Range | Limit, Interval]
NEAR = 9.0  # hundredths of the line that two figures need between them


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the line in hundredths of its width, with its letter, figures, name, condition and source."""

    letter: str
    start: float
    width: float
    figures: str
    name: str
    condition: str
    source: Cited

    @property
    def middle(self) -> float:
        """Where its letter stands."""
        return round(self.start + self.width / 2, 2)


@dataclass(frozen=True, slots=True)
class Tick:
    """An edge of the line at hundredths of its width, with its figure, or none where there is no room."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Zones that lie side by side on one line, with the figures below it."""

    zones: tuple[Zone, ...]
    ticks: tuple[Tick, ...]

    @property
    def label(self) -> str:
        """The line read aloud."""
        return "; ".join(f"{zone.letter}, {zone.figures}, {zone.name}" for zone in self.zones)


@dataclass(frozen=True, slots=True)
class Group:
    """The reference range, a guideline's scheme, or the limits of no scheme, drawn one strip below the other."""

    title: str
    is_range: bool
    strips: tuple[Strip, ...]


def groups(marker: MarkerFacts, day: date) -> list[Group]:
    """A marker's general ranges for adults, then each scheme of limits, all on one scale in one unit."""
    ranges = adult_ranges(marker, day)
    schemes: dict[str, list[Limit]] = {}
    for limit in sorted(marker.limits, key=lambda one: not one.scheme):
        schemes.setdefault(limit.scheme or "Other limits", []).append(limit)
    members: list[tuple[str, bool, list[Range] | list[Limit]]] = [("Reference range", True, ranges)]
    members += [(title, False, limits) for title, limits in schemes.items()]
    unit = ranges[0].unit if ranges else marker.units.own
    spans = [(title, is_range, _spans(marker, found, unit, is_range)) for title, is_range, found in members]
    bounds = [
        float(end) for *_, found in spans for _, span in found for end in (span.low, span.high) if end is not None
    ]
    if not bounds:
        return []
    scale, letters = _Scale(bounds), iter(ascii_uppercase)
    drawn = []
    for title, is_range, found in spans:
        strips = []
        for row in [[one] for one in found] if is_range else _side_by_side(found):
            zones = tuple(_zone(one, span, scale, letter) for (one, span), letter in zip(row, letters, strict=False))
            strips.append(Strip(zones, scale.ticks(row)))
        if strips and strips[0].zones:
            drawn.append(Group(title, is_range, tuple(strip for strip in strips if strip.zones)))
    return drawn


def _side_by_side(found: list[Placed]) -> list[list[Placed]]:
    """The spans in as few rows as they come in, none over another."""
    rows: list[list[Placed]] = []
    for one, span in found:
        row = next((row for row in rows if not any(_meet(span, other) for _, other in row)), None)
        if row is None:
            rows.append([(one, span)])
        else:
            row.append((one, span))
    return rows


def _meet(one: Interval, other: Interval) -> bool:
    """True if two spans share more than a bound."""
    return not (_before(one, other) or _before(other, one))


def _before(one: Interval, other: Interval) -> bool:
    return one.high is not None and other.low is not None and one.high <= other.low


def adult_ranges(marker: MarkerFacts, day: date) -> list[Range]:
    """The general ranges in force on a day that may judge a grown-up; those that need no condition go first."""
    general = [one for one in marker.ranges if not one.laboratory and one.is_in_force(day)]
    grown = [one for one in general if _holds(one, ADULT)] or general
    plain = [one for one in grown if not (one.condition or one.method)]
    return (plain or grown)[:MOST_RANGES]


def _holds(one: Range, age: Age) -> bool:
    starts = one.age_from is None or not may_come_before(age, one.age_from)
    return starts and (one.age_to is None or may_come_before(age, one.age_to))


def _spans(marker: MarkerFacts, members: Sequence[Range | Limit], unit: str, is_range: bool) -> list[Placed]:
    """Each with its interval in a unit, limits from left to right; those that can't be converted are left out."""
    found: list[Placed] = []
    for one in members:
        with suppress(UnitError):
            found.append((one, marker.units.convert_interval(one.interval, one.unit, unit)))
    return found if is_range else sorted(found, key=lambda placed: -inf if placed[1].low is None else placed[1].low)


def _zone(one: Range | Limit, span: Interval, scale: _Scale, letter: str) -> Zone:
    start, end = scale.at(span.low, 0.0), scale.at(span.high, 100.0)
    place = {"letter": letter, "start": start, "width": round(max(end - start, 0.6), 2)}
    if isinstance(one, Limit):
        return Zone(
            **place,  # type: ignore[arg-type]
            figures=limit_text(one),
            name=one.name,
            condition=people_text(one),
            source=one.source,
        )
    return Zone(
        **place,  # type: ignore[arg-type]
        figures=f"{range_text(one.interval)} {unit_text(one.unit)}",
        name=one.group or "everybody",
        condition=", ".join(part for part in (one.condition, one.method) if part),
        source=Cited(one.source, one.source_url),
    )


class _Scale:
    """Hundredths of the line for a number in the unit of the drawing."""

    def __init__(self, bounds: list[float]) -> None:
        low, high = min(bounds), max(bounds)
        span = (high - low) or abs(high) or 1.0
        self.low = 0.0 if 0 <= low < span / 2 else low - ROOM * span
        self.high = high + ROOM * max(high - self.low, span)

    def at(self, number: Exact | None, default: float) -> float:
        """The place of a number, or the end of the line for a missing bound."""
        if number is None:
            return default
        return round(100 * (float(number) - self.low) / (self.high - self.low), 2)

    def ticks(self, row: Iterable[Placed]) -> tuple[Tick, ...]:
        """The bounds in order as their source states them; a figure that would run into the one before is left out."""
        stated: dict[Exact, str] = {}
        for one, span in row:
            for end, own in ((span.low, one.interval.low), (span.high, one.interval.high)):
                if end is not None and own is not None:
                    stated.setdefault(end, decimal_text(own))
        ticks: list[Tick] = []
        last = -NEAR
        for end in sorted(stated):
            at = self.at(end, 0.0)
            is_free = at - last >= NEAR
            last = at if is_free else last
            ticks.append(Tick(at, stated[end] if is_free else ""))
        return tuple(ticks)
