"""The number line of a marker's page: the reference range, and a guideline's bands below it on the same scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from string import ascii_uppercase

from markers.facts import Cited, Limit, MarkerFacts
from markers.interval import Exact, Interval
from markers.reference import Age, Range, may_come_before
from markers.units import UnitError, unit_text
from markers.words import limit_text, number_text, people_text, range_text

ADULT = Age(40, "years")
MOST_RANGES = 4
ROOM = 0.15
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
    """A figure below the line, at hundredths of its width."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a title, whether it is the reference range or a guideline's bands, zones and figures."""

    title: str
    is_range: bool
    zones: tuple[Zone, ...]
    ticks: tuple[Tick, ...]

    @property
    def label(self) -> str:
        """The line read aloud."""
        return f"{self.title}: " + "; ".join(f"{zone.letter}, {zone.figures}, {zone.name}" for zone in self.zones)


def lines(marker: MarkerFacts, day: date) -> list[Line]:
    """The lines of a marker: its general ranges for adults, then each scheme of limits, on one scale."""
    ranges = adult_ranges(marker, day)
    schemes: dict[str, list[Limit]] = {}
    for limit in marker.limits:
        schemes.setdefault(limit.scheme or limit.name, []).append(limit)
    groups: list[tuple[str, bool, list[Range] | list[Limit]]] = [("Reference range", True, ranges)]
    groups += [(title, False, limits) for title, limits in schemes.items()]
    spans = [(title, is_range, _spans(marker, members)) for title, is_range, members in groups]
    bounds = [
        float(end) for *_, found in spans for _, span in found for end in (span.low, span.high) if end is not None
    ]
    if not bounds:
        return []
    scale, letters = _Scale(bounds), iter(ascii_uppercase)
    drawn = []
    for title, is_range, found in spans:
        zones = tuple(_zone(one, span, scale, letter) for (one, span), letter in zip(found, letters, strict=False))
        if zones:
            drawn.append(Line(title, is_range, zones, scale.ticks(span for _, span in found)))
    return drawn


def adult_ranges(marker: MarkerFacts, day: date) -> list[Range]:
    """The general ranges in force on a day that may judge a grown-up; those that need no condition go first."""
    general = [one for one in marker.ranges if not one.laboratory and one.is_in_force(day)]
    grown = [one for one in general if _holds(one, ADULT)] or general
    plain = [one for one in grown if not (one.condition or one.method)]
    return (plain or grown)[:MOST_RANGES]


def _holds(one: Range, age: Age) -> bool:
    starts = one.age_from is None or not may_come_before(age, one.age_from)
    return starts and (one.age_to is None or may_come_before(age, one.age_to))


def _spans(marker: MarkerFacts, members: Sequence[Range | Limit]) -> list[tuple[Range | Limit, Interval]]:
    """Each with its interval in the marker's own unit; those whose unit can't be converted are left out."""
    found = []
    for one in members:
        with suppress(UnitError):
            found.append((one, marker.units.convert_interval(one.interval, one.unit, marker.units.own)))
    return found


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
    """Hundredths of the line for a number in the marker's own unit."""

    def __init__(self, bounds: list[float]) -> None:
        low, high = min(bounds), max(bounds)
        span = (high - low) or abs(high) or 1.0
        self.low = 0.0 if 0 <= low < span / 2 else low - ROOM * span
        self.high = high + ROOM * (high - self.low)

    def at(self, number: Exact | None, default: float) -> float:
        """The place of a number, or the end of the line for a missing bound."""
        if number is None:
            return default
        return round(100 * (float(number) - self.low) / (self.high - self.low), 2)

    def ticks(self, spans: Iterable[Interval]) -> tuple[Tick, ...]:
        """The figures of the bounds, in order, without those that would run into one another."""
        ends = {end for span in spans for end in (span.low, span.high) if end is not None}
        kept: list[Tick] = []
        for end in sorted(ends):
            at = self.at(end, 0.0)
            if not kept or at - kept[-1].at >= NEAR:
                kept.append(Tick(at, number_text(end, 2)))
        return tuple(kept)
