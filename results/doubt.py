"""Whether a value's unit can be right: it may lie in no known range as stated, but in one in another unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from markers.facts import MarkerFacts
from markers.interval import Interval
from markers.quantity import Quantity, read_value
from markers.reference import Age, Collection, Range, Subject, date_at_age, misfits


def same_scale(one: str, other: str, marker: MarkerFacts) -> bool:
    """True where a number means the same in two units of a marker."""
    units = marker.units.units
    return all(units[one].to_own(Decimal(number)) == units[other].to_own(Decimal(number)) for number in (1, 2))


def contradicts(value: str, code: str, marker: MarkerFacts, subject: Subject, day: date | None) -> str:
    """Another unit of the marker in which a value would fit, where as stated it lies in no known range at all.

    As stated every range of the marker counts, whoever it is for; in the other unit only those that may be for a
    person of this sex and age (an adult's where no birth date is given), a tenth wider, so that a high value of an ill
    adult is not taken for a child's in a smaller unit. A range without a lower bound vouches for nothing: it holds
    every small number.
    """
    number, units = read_value(value).number, marker.units
    known = [in_own_unit(one, marker) for one in marker.ranges if one.interval.low is not None]
    if number is None or _lies(number, code, marker, known):
        return ""
    when = Collection(day or date.today())  # noqa: DTZ011
    whose = subject if subject.born_on else replace(subject, born_on=date_at_age(when.day, Age(-40, "years")))
    closed = [one for one in marker.ranges if one.interval.low is not None and one.interval.high is not None]
    fitting = [_wider(in_own_unit(one, marker)) for one in closed if not _other_people(one, whose, when)]
    others = [other for other in units.units if not same_scale(other, code, marker)]
    return next((other for other in others if _lies(number, other, marker, fitting)), "")


def _other_people(one: Range, subject: Subject, when: Collection) -> bool:
    anywhere = replace(one, laboratory="", method="", condition="", in_force_from=None, in_force_to=None)
    return any(reason != "sex not given" for reason in misfits(anywhere, subject, when))


def in_own_unit(one: Range, marker: MarkerFacts) -> Interval:
    """A range's interval in the marker's own unit."""
    return marker.units.convert_interval(one.interval, one.unit, marker.units.own)


def _wider(interval: Interval) -> Interval:
    tenth = Fraction(1, 10)
    low, high = (None if bound is None else Fraction(bound) for bound in (interval.low, interval.high))
    return Interval(None if low is None else low * (1 - tenth), None if high is None else high * (1 + tenth))


def _lies(number: Decimal, code: str, marker: MarkerFacts, own: list[Interval]) -> bool:
    units = marker.units
    span = Quantity(units.convert(number, code, units.own), units.own).span
    return any(span.is_within(interval) for interval in own)


def range_contradicts(printed: Interval, code: str, marker: MarkerFacts) -> str:
    """Another unit of the marker in which a printed range meets a known one, where as stated it meets none."""
    if printed.low is None or printed.high is None or meets(printed, code, marker):
        return ""
    others = [other for other in marker.units.units if not same_scale(other, code, marker)]
    return next((other for other in others if meets(printed, other, marker)), "")


def meets(printed: Interval, code: str, marker: MarkerFacts) -> bool:
    """True where a printed range shares a number with a known range that has a lower bound."""
    own = marker.units.convert_interval(printed, code, marker.units.own)
    known = [in_own_unit(one, marker) for one in marker.ranges if one.interval.low is not None]
    return any(not own.is_below(one) and not own.is_above(one) for one in known)
