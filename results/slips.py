"""Slips of the pen: what to ask about a value before it is saved. Nothing here changes or refuses anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log10

from markers.facts import MarkerFacts
from markers.quantity import Value, read_value
from markers.units import UnitTable

NEAR_POWER = 0.18  # a factor of about 1.5 around 10, 100 and 1000
LONG_AGO = 5


@dataclass(frozen=True, slots=True)
class Slip:
    """A question about a row (None: about the visit), with the kind of slip it may be."""

    row: int | None
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A row to look at: its marker, value and unit as written, and the last value before it with its unit."""

    marker: MarkerFacts | None
    value: str
    unit: str
    last_value: str = ""
    last_unit: str = ""


def slips(rows: Sequence[Entered], day: date, today: date, born_on: date | None) -> list[Slip]:
    """Every question about a visit, those about the day first."""
    found = _about_day(day, today, born_on)
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        if row.marker is None:
            continue
        if row.marker.slug in first:
            found.append(Slip(place, "twice", f"{row.marker.name} stands here twice. Are both from this visit?"))
        first.setdefault(row.marker.slug, place)
        found += [Slip(place, kind, message) for kind, message in _about_row(row, row.marker).items()]
    return found


def _about_day(day: date, today: date, born_on: date | None) -> list[Slip]:
    if day > today:
        return [Slip(None, "future", "The day is in the future. Is it right?")]
    if born_on and day < born_on:
        return [Slip(None, "before birth", "The day is before the date of birth. Is it right?")]
    if (today.year - day.year) * 12 + today.month - day.month > LONG_AGO * 12:
        return [Slip(None, "long ago", f"The day is more than {LONG_AGO} years ago. Is the year right?")]
    return []


def _about_row(row: Entered, marker: MarkerFacts) -> Mapping[str, str]:
    value, units = read_value(row.value), marker.units
    code = units.find(row.unit)
    if value.number is None:
        return {}
    if code is None:
        return {"unit": _unknown(row.unit, marker)}
    found: dict[str, str] = {}
    last_code = units.find(row.last_unit)
    if last_code and last_code != code:
        found["unit changed"] = f"Last time the unit was {row.last_unit}, now it is {row.unit}. Is it right?"
    own = float(units.convert(value.number, code, units.own))
    times = _times(own, row, last_code, units)
    if times:
        found["magnitude"] = f"{row.value} is {times} your last ({row.last_value}). Is the decimal point right?"
    elif _implausible(own, marker):
        found["implausible"] = f"{row.value} {row.unit} is outside what is ever seen. Are value and unit right?"
    return found


def _unknown(unit: str, marker: MarkerFacts) -> str:
    known = ", ".join(marker.units.units)
    if not unit:
        return f"{marker.name} has no unit here. Without one it can't be compared with a range. Known: {known}."
    if choices := marker.units.choices(unit):
        return f"{unit} could mean {' or '.join(choices)} here. Write which one, so that it can be compared."
    return f"{unit} is not a unit we know for {marker.name}; it would be kept but not drawn. Known: {known}."


def _times(own: float, row: Entered, last_code: str | None, units: UnitTable) -> str:
    """How often the last value, in words, where it is about 10, 100 or 1000 times or a fraction of it."""
    last: Value = read_value(row.last_value)
    if last.number is None or last_code is None:
        return ""
    before = float(units.convert(last.number, last_code, units.own))
    if own <= 0 or before <= 0:
        return ""
    exponent = log10(own / before)
    power = round(exponent)
    if power == 0 or abs(power) > 3 or abs(exponent - power) > NEAR_POWER:
        return "far from" if abs(exponent) > 3 else ""
    factor = 10 ** abs(power)
    return f"about {factor} times" if power > 0 else f"about a {factor}th of"


def _implausible(own: float, marker: MarkerFacts) -> bool:
    low, high = marker.plausible_low, marker.plausible_high
    return bool((low is not None and own < low) or (high is not None and own > high))
