"""Slips of the pen: what to ask about a value before it is saved. Nothing here changes or refuses anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import log10

from markers.facts import MarkerFacts
from markers.interval import Exact, Interval
from markers.quantity import Value, read_value
from markers.reference import Age, Subject, date_at_age
from markers.units import UnitTable, tidy, unit_text
from results.doubt import contradicts, in_own_unit, range_contradicts, same_scale

NEAR_POWER = 0.18  # a factor of about 1.5 around 10, 100 and 1000
MANY_TIMES = 5  # less is ordinary; another unit of a marker is mostly more
FAR = 10  # times a bound, where there is no value before
LONG_AGO = Age(5, "years")


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
    printed: Interval | None = None
    printed_unit: str = ""
    unit_code: str = ""


def slips(rows: Sequence[Entered], day: date, today: date, subject: Subject) -> list[Slip]:
    """Every question about a visit of a person, those about the day first."""
    found = _about_day(day, today, subject.born_on)
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        if row.marker is None:
            continue
        if row.marker.slug in first:
            found.append(Slip(place, "twice", f"{row.marker.name} stands here twice. Are both from this visit?"))
        first.setdefault(row.marker.slug, place)
        found += [Slip(place, kind, message) for kind, message in _about_row(row, row.marker, subject, day).items()]
    return found


def _about_day(day: date, today: date, born_on: date | None) -> list[Slip]:
    if day > today:
        return [Slip(None, "future", "The day is in the future. Is it right?")]
    if born_on and day < born_on:
        return [Slip(None, "before birth", "The day is before the date of birth. Is it right?")]
    if today > date_at_age(day, LONG_AGO):
        return [Slip(None, "long ago", f"The day is more than {LONG_AGO} ago. Is the year right?")]
    return []


def _about_row(row: Entered, marker: MarkerFacts, subject: Subject, day: date) -> Mapping[str, str]:
    value, units = read_value(row.value), marker.units
    code = row.unit_code or units.find(row.unit)
    if value.number is None:
        return {}
    if code is None:
        return {"unit": _unknown(row.unit, marker)}
    found: dict[str, str] = {}
    last_code = units.find(row.last_unit)
    if last_code and not same_scale(last_code, code, marker):
        found["unit changed"] = f"Last time the unit was {row.last_unit}, now it is {row.unit}. Is it right?"
    range_code = units.find(row.printed_unit) if row.printed_unit else code
    if row.printed and range_code and (other := range_contradicts(row.printed, range_code, marker)):
        found["range unit"] = (
            f"The range on the report is far from every range we know in {unit_text(range_code)}, but not in"
            f" {unit_text(other)}. Is its unit right?"
        )
    own = units.convert(value.number, code, units.own)
    was_so = last_code is not None and contradicts(row.last_value, last_code, marker, subject, day)
    if not was_so and (other := contradicts(row.value, code, marker, subject, day)):
        found["other unit"] = (
            f"{row.value} {row.unit} lies outside every known range, but {row.value} {unit_text(other)} would lie"
            " inside one. Is the unit right?"
        )
    elif question := _magnitude(float(own), row, last_code, units):
        found["magnitude"] = question
    elif _implausible(own, marker):
        found["implausible"] = f"{row.value} {row.unit} is outside what is ever seen. Are value and unit right?"
    elif last_code is None and (question := _far_from_ranges(float(own), row, marker)):
        found["magnitude"] = question
    return found


def _unknown(unit: str, marker: MarkerFacts) -> str:
    known = ", ".join(map(marker.units.written, marker.units.units))
    if not unit:
        return f"{marker.name} has no unit here. Without one it can't be compared with a range. Known: {known}."
    if choices := marker.units.choices(unit):
        either = " or ".join(map(marker.units.written, choices))
        write = "Write which one" if len(choices) > 1 else "If it does, write that"
        return f"{unit} could mean {either} here. {write}, so that it can be compared."
    return f"{unit} is not a unit we know for {marker.name}; it would be kept but not drawn. Known: {known}."


def _magnitude(own: float, row: Entered, last_code: str | None, units: UnitTable) -> str:
    """What to ask where a value is at least 5 times the last one or at most a fifth of it."""
    last: Value = read_value(row.last_value)
    if last.number is None or last_code is None:
        return ""
    before = float(units.convert(last.number, last_code, units.own))
    if own <= 0 or before <= 0:
        return ""
    exponent = log10(own / before)
    times, power = 10 ** abs(exponent), round(abs(exponent))
    if times < MANY_TIMES:
        return ""
    asked = "Are the number and its unit right?"
    if power > 3:
        moved = "far from"
    elif abs(abs(exponent) - power) <= NEAR_POWER:
        moved = f"about {10**power} times" if exponent > 0 else f"about a {10**power}th of"
        asked = "Is the decimal point right?"
    else:
        moved = f"about {times:.0f} times" if exponent > 0 else f"about 1/{times:.0f} of"
    now, former = row.value, row.last_value
    if tidy(row.unit) != tidy(row.last_unit):
        now, former = f"{now} {row.unit}", f"{former} {row.last_unit}"
    return f"{now} is {moved} your last ({former}). {asked}"


def _far_from_ranges(own: float, row: Entered, marker: MarkerFacts) -> str:
    """What to ask where a first value is over 10 times every upper bound, or under a tenth of every lower one."""
    ranges = [in_own_unit(one, marker) for one in marker.ranges]
    lows = [float(one.low) for one in ranges if one.low is not None]
    highs = [float(one.high) for one in ranges if one.high is not None]
    if highs and own > FAR * max(highs):
        where = f"more than {FAR} times the upper bound"
    elif lows and 0 < own < min(lows) / FAR:
        where = f"less than 1/{FAR} of the lower bound"
    else:
        return ""
    return f"{row.value} {row.unit} is {where} of every range we know. Is the decimal point right?"


def _implausible(own: Exact, marker: MarkerFacts) -> bool:
    low, high = (None if end is None else Fraction(end) for end in (marker.plausible_low, marker.plausible_high))
    return bool((low is not None and Fraction(own) < low) or (high is not None and Fraction(own) > high))
