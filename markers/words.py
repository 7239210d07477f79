"""How intervals, limits, ages and populations are said."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor, log10

from markers.facts import Limit
from markers.interval import Exact, Interval
from markers.reference import Age, Range
from markers.units import decimal_text, rounded_text, unit_text

PEOPLE = {"any": "", "female": "female", "male": "male"}


def number_text(number: Exact, decimals: int) -> str:
    """A number as it stands, or rounded where it was converted."""
    return decimal_text(number) if isinstance(number, Decimal) else rounded(number, decimals)


def rounded(number: Exact, decimals: int) -> str:
    """A number rounded to a count of decimals; to two digits where less than one of the last place would be left."""
    size = abs(Fraction(number))
    if 0 < size < Fraction(1, 10**decimals):
        places = 1 - floor(log10(size))
        decimals = min(places, -int(number.as_tuple().exponent)) if isinstance(number, Decimal) else places
    return rounded_text(number, decimals)


def range_text(interval: Interval | None, decimals: int = 2) -> str:
    """0.7–1.8, up to 5, below 5.7, from 60, above 60; empty without a bound."""
    if interval is None or interval.is_open:
        return ""
    if interval.low is None:
        return f"{'below' if interval.high_strict else 'up to'} {number_text(interval.high, decimals)}"  # type: ignore[arg-type]
    if interval.high is None:
        return f"{'above' if interval.low_strict else 'from'} {number_text(interval.low, decimals)}"
    low, high = (number_text(bound, decimals) for bound in (interval.low, interval.high))
    return f"{'above ' if interval.low_strict else ''}{low}–{'below ' if interval.high_strict else ''}{high}"


def limit_text(limit: Limit) -> str:
    """A limit with its unit: below 3.5 mg/L, 3.5 to below 5.5 mg/L, 5.5 mg/L or more."""
    unit = unit_text(limit.unit)
    low, high = limit.interval.low, limit.interval.high
    if low is None:
        return f"{'below' if limit.interval.high_strict else 'up to'} {number_text(high, 2)} {unit}"  # type: ignore[arg-type]
    start = number_text(low, 2)
    if high is None:
        return f"above {start} {unit}" if limit.interval.low_strict else f"{start} {unit} or more"
    end = f"{'below ' if limit.interval.high_strict else ''}{number_text(high, 2)}"
    return f"{'above ' if limit.interval.low_strict else ''}{start} to {end} {unit}"


def ages_text(start: Age | None, end: Age | None) -> str:
    """All ages, from 18 years, up to 14 days, 1 to 5 years, 6 months to 2 years; the end is exclusive."""
    if end is None:
        return f"from {start}" if start else "all ages"
    if start is None:
        return f"under {end}"
    return f"{start.number} to under {end}" if start.unit == end.unit else f"{start} to under {end}"


def people_text(one: Range | Limit) -> str:
    """Whom a range or limit is for: sex, ages, condition, method; empty for everybody."""
    told = [PEOPLE[one.sex], "" if one.age_from is None and one.age_to is None else ages_text(one.age_from, one.age_to)]
    told += [one.condition, getattr(one, "method", "")]
    return ", ".join(part for part in told if part)
