"""Where a quantity stands against an interval, and that the unit never moves it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from markers.interval import Interval
from markers.quantity import Quantity, read_value
from markers.queries import catalogue
from markers.reference import Subject
from markers.units import UnitTable
from results.interpretation import WORDS, interpret
from results.series import judge
from tests.plain import SLUGS, span, stored

TABLE = [
    # value, range, position
    ("4.1", span("3", "7"), "in"),
    ("3", span("3", "7"), "in"),
    ("7", span("3", "7"), "in"),
    ("7.00", span("3", "7"), "in"),
    ("2.99", span("3", "7"), "below"),
    ("7.01", span("3", "7"), "above"),
    ("<2", span("3", "7"), "below"),
    ("<3", span("3", "7"), "below"),
    ("<=3", span("3", "7"), "unplaced"),
    ("<5", span("3", "7"), "unplaced"),
    ("<7", span("3", "7"), "unplaced"),
    ("<100", span("3", "7"), "unplaced"),
    (">7", span("3", "7"), "above"),
    (">=7", span("3", "7"), "unplaced"),
    (">=3", span("3", "7"), "unplaced"),
    (">2", span("3", "7"), "unplaced"),
    ("<0.7", span("0.7", "1.8"), "below"),
    ("<=0.7", span("0.7", "1.8"), "unplaced"),
    (">60", span("60", None), "in"),
    (">=60", span("60", None), "in"),
    (">59", span("60", None), "unplaced"),
    ("<60", span("60", None), "below"),
    ("60", span("60", None), "in"),
    (">60", span("60", None, low_strict=True), "in"),
    (">=60", span("60", None, low_strict=True), "unplaced"),
    ("60", span("60", None, low_strict=True), "below"),
    ("<=60", span("60", None, low_strict=True), "below"),
    ("<1", span("0", "15"), "in"),
    ("<=15", span("0", "15"), "in"),
    ("<15", span("0", "15"), "in"),
    ("<16", span("0", "15"), "unplaced"),
    ("<1", span(None, "15"), "in"),
    ("<1", span("0.5", "15"), "unplaced"),
    ("5.7", span(None, "5.7", high_strict=True), "above"),
    ("5.69", span(None, "5.7", high_strict=True), "in"),
    ("<5.7", span(None, "5.7", high_strict=True), "in"),
    ("<=5.7", span(None, "5.7", high_strict=True), "unplaced"),
    (">=5.7", span(None, "5.7", high_strict=True), "above"),
    (">5.7", span(None, "5.7"), "above"),
    ("0", span("0", "5"), "in"),
    ("0", span("0", "0"), "in"),
    ("0", span(None, "0"), "in"),
    ("0", span("0.1", "5"), "below"),
    ("0", span("0", "5", low_strict=True), "below"),
    ("0.1", span("0", "0"), "above"),
    ("<0", span("0", "5"), "below"),
    ("<=0", span("0", "5"), "in"),
    ("<0", span(None, "5"), "in"),
    (">0", span("0", None), "in"),
    (">0", span("0", "5"), "unplaced"),
    ("-1", span("-2", "3"), "in"),
    ("-3", span("-2", "3"), "below"),
    ("<-2", span("-2", "3"), "below"),
    ("<-1", span("-2", "3"), "unplaced"),
    ("<1", span("-2", "3"), "in"),
    (">-1", span("-2", "3"), "unplaced"),
    ("4.1", None, "none"),
    ("4.1", span(None, None), "none"),
    ("<4.1", span(None, None), "none"),
]


@pytest.mark.parametrize(("written", "interval", "position"), TABLE)
def test_a_value_is_placed_only_where_all_it_can_stand_for_lies(written, interval, position):
    value = read_value(written)
    assert interpret(Quantity(value.number, "mg/L", value.comparator), interval) == position


def test_each_position_has_its_words():
    assert list(WORDS.values()) == ["in range", "above range", "below range", "can't be placed", "no range"]


def naive(number: int, comparator: str, low: int | None, high: int | None, strict: tuple[bool, bool]) -> str:
    """The position once more: each true value from -9 to 17.5 by halves is looked at on its own."""
    if low is None and high is None:
        return "none"
    seen = set()
    for half in range(-18, 36):
        true = half / 2
        could_be = {
            "": true == number,
            "<": true < number,
            "<=": true <= number,
            ">": true > number,
            ">=": true >= number,
        }[comparator]
        reaches_0 = number > 0 or (number == 0 and comparator == "<=")
        if not could_be or ("<" in comparator and reaches_0 and true < 0):
            continue
        if low is not None and (true < low or (strict[0] and true == low)):
            seen.add("below")
        elif high is not None and (true > high or (strict[1] and true == high)):
            seen.add("above")
        else:
            seen.add("in")
    return seen.pop() if len(seen) == 1 else "unplaced"


def test_100000_random_cases_agree_with_a_second_implementation():
    chance, known, counted = random.Random(20261003), {}, dict.fromkeys(WORDS, 0)
    for case in range(100_000):
        number, comparator = chance.randrange(-6, 16), chance.choice(["", "<", "<=", ">", ">="])
        low, high = (chance.choice([None, *range(-5, 13)]) for _ in range(2))
        if low is not None and high is not None and low > high:
            low, high = high, low
        strict = (chance.random() < 0.3, chance.random() < 0.3)
        if low is not None and low == high:
            strict = (False, False)
        key = (number, comparator, low, high, strict)
        if key not in known:
            known[key] = naive(*key)
        scale = chance.choice([Decimal(1), Decimal("0.001"), Decimal(100), Fraction(1, 3)])
        bounds = (None if bound is None else bound * scale for bound in (low, high))
        position = interpret(Quantity(number * scale, "mg/L", comparator), Interval(*bounds, *strict))
        assert position == known[key], (case, key)
        counted[position] += 1
    assert min(counted.values()) > 200


def subjects() -> list[tuple[Subject, date]]:
    """Persons with a day: a newborn, a child, adults of both sexes, and someone of whom nothing is known."""
    return [
        (Subject("male", date(2026, 9, 20)), date(2026, 10, 3)),
        (Subject("female", date(2017, 2, 28)), date(2026, 10, 3)),
        (Subject("female", date(1963, 6, 14)), date(2026, 10, 3)),
        (Subject("male", date(1932, 1, 1)), date(2020, 2, 29)),
        (Subject(), date(2026, 10, 3)),
    ]


def written_values(units: UnitTable, ranges: list[tuple[Interval, str]], code: str, chance: random.Random) -> list[str]:
    """Values around each bound in one unit, its very bound where that can be written, 0 and a few others."""
    found = ["0", "0.5", "12", "400"]
    for interval, unit in ranges:
        for bound in (interval.low, interval.high):
            if bound is None:
                continue
            there = Fraction(units.convert(bound, unit, code))
            near = [there, there * Fraction(99, 100), there * Fraction(101, 100)]
            found += [f"{float(number):.{chance.randrange(1, 12)}f}" for number in near if number >= 0]
            found += [format(bound, "f")] if unit == code else []
    return list(dict.fromkeys(found))[:24]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_the_unit_never_moves_a_position(slug):
    """Every marker, reported in each of its units and shown in each, against curated and printed ranges."""
    marker = catalogue().markers[slug]
    units, chance, cases = marker.units, random.Random(slug), 0
    for subject, day in subjects():
        for code in units.units:
            ranges = [(one.interval, one.unit) for one in chance.sample(marker.ranges, min(3, len(marker.ranges)))]
            for text in written_values(units, ranges, code, chance):
                written = chance.choice(["", "", "<", "<=", ">", ">="]) + text
                one = stored(written, day, unit=code, fasting=True)
                if chance.random() < 0.4:
                    low, high = sorted((Decimal(text), Decimal(chance.randrange(1, 500)) / 10))
                    printed_unit = chance.choice(list(units.units))
                    one = replace(one, printed=Interval(low, high), printed_unit=printed_unit)
                expected = judge(one, marker, subject).position
                value = read_value(written)
                for shown in units.units:
                    judged = judge(one, marker, subject, shown)
                    assert (judged.position, judged.unit) == (expected, shown), (slug, written, code, shown)
                    there = Quantity(units.convert(value.number, code, shown), shown, value.comparator)
                    floor_moves = "<" in value.comparator and any(unit.offset for unit in units.units.values())
                    if not floor_moves:
                        assert interpret(there, judged.interval) == expected, (slug, written, code, shown)
                    cases += 1
    assert cases >= 20


@pytest.mark.django_db
def test_a_percentage_and_its_affine_unit_place_alike():
    marker, adult = catalogue().markers["hba1c"], Subject("female", date(1963, 6, 14))
    for written, unit, position in [
        ("5.6", "%", "in"),
        ("5.7", "%", "above"),
        ("37", "mmol/mol", "in"),
        ("38", "mmol/mol", "above"),
        ("<20", "mmol/mol", "below"),
        (">38", "mmol/mol", "above"),
        ("<30", "mmol/mol", "unplaced"),
    ]:
        for shown in marker.units.units:
            assert judge(stored(written, "2026-10-03", unit=unit), marker, adult, shown).position == position, written
