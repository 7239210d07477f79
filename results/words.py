"""How values, ranges, days and spans of time are said; the numbers themselves are never changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import log10

from markers.facts import MarkerFacts
from markers.interval import Exact, Interval
from markers.reference import age_on
from markers.units import decimal_text, rounded_text
from markers.units import unit_text as unit_text
from markers.words import number_text as number_text
from markers.words import range_text as range_text
from markers.words import rounded
from results.interpretation import WORDS
from results.series import Judgment, Point, Series, difference

LONGEST_SHOWN = 8
COMPARATORS = {"": "", "<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}


def day_text(day: date) -> str:
    """3 October 2026."""
    return f"{day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """3 Oct 2026."""
    return f"{day.day} {day:%b %Y}"


def decimals_in(marker: MarkerFacts, unit: str) -> int:
    """How many decimals a converted number gets: the marker's own, moved with the size of the unit."""
    if unit == marker.units.own:
        return marker.decimals
    table = marker.units.units[unit]
    times = float(Fraction(table.divisor) / Fraction(table.factor))
    return min(6, max(0, marker.decimals - round(log10(times))))


def telling_decimals(point: Point, decimals: int) -> int:
    """Decimals enough for a point's shown value and bounds to stand to each other as the exact ones do."""
    return bounds_decimals(point.number, point.judgment.interval, decimals, _isrounded(point))


def bounds_decimals(number: Exact, interval: Interval | None, decimals: int, is_rounded: bool = False) -> int:
    """Decimals enough for a number, shown as it is or rounded, to stand to the shown bounds as to the exact ones."""
    if interval is None:
        return decimals
    for more in range(decimals, decimals + 6):
        shown = Fraction(rounded(number, more) if is_rounded else number)
        bounds = [bound for bound in (interval.low, interval.high) if bound is not None]
        ends = [(bound, Fraction(number_text(bound, more))) for bound in bounds]
        if all(_order(number, exact) == _order(shown, rounded) for exact, rounded in ends):
            return more
    return decimals


def _order(one: Exact, other: Exact) -> int:
    return (Fraction(one) > Fraction(other)) - (Fraction(one) < Fraction(other))


def _isrounded(point: Point) -> bool:
    return point.is_converted or len(decimal_text(point.number)) > LONGEST_SHOWN


def range_in_sentence(interval: Interval, decimals: int) -> str:
    """0.7 to 1.8, for reading aloud."""
    return range_text(interval, decimals).replace("–", " to ")


def shown_number(point: Point, decimals: int) -> str:
    """The number of a point: as written; with ≈ where converted or too long to read."""
    sign = point.value.comparator
    if not _isrounded(point):
        return f"{sign}{decimal_text(point.number)}"
    text = rounded(point.number, decimals)
    return f"{sign}{text}" if Fraction(text) == Fraction(point.number) else f"≈ {sign}{text}"


def said_point(point: Point, decimals: int) -> str:
    """A point's value with its unit in words, in the shown unit."""
    sign, text = point.value.comparator, shown_number(point, decimals)
    about = "about " if text.startswith("≈ ") else ""
    return f"{COMPARATORS[sign]}{about}{text.removeprefix('≈ ').removeprefix(sign)} {unit_text(point.unit)}"


def whose_range(judged: Judgment) -> str:
    """Where the range comes from, short: printed on the report, the laboratory's name, or general."""
    if judged.origin == "printed":
        return "printed on the report"
    fitting = judged.fit.range if judged.fit else None
    if fitting is None:
        return ""
    owner = fitting.laboratory_name or "general range"
    return f"{owner}, {fitting.group}" if fitting.group else owner


def position_sentence(point: Point, decimals: int) -> tuple[str, str, str]:
    """The sentence about a point in three parts, the middle one to be stressed."""
    judged, decimals = point.judgment, telling_decimals(point, decimals)
    start = f"{said_point(point, decimals)} on {day_text(point.stored.day)} "
    start = start[0].upper() + start[1:]
    if judged.interval is None:
        return start, "has no range to compare with", f": {judged.why}."
    bounds = f"{range_in_sentence(judged.interval, decimals)} {unit_text(judged.unit)} ({whose_range(judged)})."
    if judged.position == "unplaced":
        return start, "can't be placed", f": what it can stand for lies partly in and partly outside {bounds}"
    word = {"in": "in", "above": "above", "below": "below"}[judged.position]
    return f"{start}is ", f"{word} your reference range", f", {bounds}"


def difference_sentence(newer: Point, older: Point, decimals: int) -> tuple[str, str, str]:
    """How the value moved since the one before, in three parts; no word about why."""
    start = f"It was {said_point(older, decimals)} on {day_text(older.stored.day)}"
    gap = difference(newer, older)
    if gap is None:
        return f"{start}.", "", ""
    span = span_text(older.stored.day, newer.stored.day)
    after = f" in {span}." if span else " on the same day."
    if gap == 0:
        return f"{start}: ", "the same", after
    places = max(_places(newer, decimals), _places(older, decimals))
    moved = rounded_text(abs(gap), places)
    if Decimal(moved) == 0:
        return f"{start}: ", "about the same", after
    return f"{start}: ", f"{moved} {'higher' if gap > 0 else 'lower'}", after


def _places(point: Point, decimals: int) -> int:
    if _isrounded(point):
        return decimals
    return max(0, -int(point.number.as_tuple().exponent)) if isinstance(point.number, Decimal) else decimals


def span_text(start: date, end: date) -> str:
    """The time between two days: 1 year 10 months, 3 months, 12 days."""
    months = age_on(start, end, "months")
    if months < 1:
        days = (end - start).days
        return f"{days} day{'s' if days != 1 else ''}" if days else ""
    parts = [(months // 12, "year"), (months % 12, "month")]
    return " ".join(f"{count} {name}{'s' if count != 1 else ''}" for count, name in parts if count)


def series_summary(series: Series) -> str:
    """The chart in one sentence: 7 results from 2019 to 2026, lowest 1.2, highest 2.1 mg/L; 5 in range."""
    points = series.points
    if not points:
        return "No result is on the chart."
    decimals = decimals_in(series.marker, series.unit)
    lowest, highest = (pick(points, key=lambda point: point.number) for pick in (min, max))
    years = f"{points[0].stored.day.year} to {points[-1].stored.day.year}"
    if points[0].stored.day.year == points[-1].stored.day.year:
        years = str(points[0].stored.day.year)
    counted = [
        f"{sum(point.judgment.position == position for point in points)} {word}"
        for position, word in WORDS.items()
        if any(point.judgment.position == position for point in points)
    ]
    count = f"{len(points)} result{'s' if len(points) != 1 else ''}"
    ends = f"lowest {shown_number(lowest, decimals)}, highest {shown_number(highest, decimals)}"
    return f"{count} from {years}, {ends} {unit_text(series.unit)}; {', '.join(counted)}."
