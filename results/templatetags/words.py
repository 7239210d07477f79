"""Filters that say units, days, positions and ranges."""

from __future__ import annotations

from datetime import date

from django import template

from markers.interval import Interval
from results.interpretation import WORDS, Position
from results.queries import Judged
from results.words import bounds_decimals, day_text, decimals_in, range_text, short_day, unit_text

register = template.Library()


@register.filter
def unit(code: str) -> str:
    """A UCUM code as people read it."""
    return unit_text(code or "")


@register.filter
def day(value: date | str | None) -> str:
    """3 October 2026, from a date or its ISO text."""
    day = date.fromisoformat(value) if isinstance(value, str) and value else value
    return day_text(day) if isinstance(day, date) else ""


@register.filter
def short(value: date | None) -> str:
    """3 Oct 2026."""
    return short_day(value) if value else ""


@register.filter
def position_word(position: Position) -> str:
    """In range, above range ..."""
    return WORDS[position]


@register.filter
def range_used(one: Judged) -> str:
    """The range that judged a result of a visit, in the unit of its value; empty without one."""
    judged = one.judgment
    if one.marker is None or judged is None or judged.interval is None:
        return ""
    decimals = decimals_in(one.marker, judged.unit)
    if one.value.number is not None:
        decimals = bounds_decimals(one.value.number, judged.interval, decimals)
    return f"{range_text(judged.interval, decimals)} {unit_text(judged.unit)}"


@register.filter
def interval(value: Interval | None, decimals: int = 2) -> str:
    """0.7–1.8."""
    return range_text(value, decimals)
