"""One marker over time: order, judgment, bands and what is not plotted."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction

import pytest

from markers.interval import Interval
from markers.reference import Age, Collection, Subject, best_fit, date_at_age
from markers.units import UnitTable
from results.series import Fits, difference, judge, series, usual_unit
from tests.plain import B2M, a_marker, a_range, span, stored

MAYA = Subject("female", date(1963, 6, 14))
ADULTS = a_range("0.7", "1.8", ("18 years", None), source="article", group="adults")
CITY = a_range("0.8", "2.2", ("18 years", None), laboratory="city", laboratory_name="CityLab", source="CityLab")
MARKER = a_marker(ADULTS, CITY)


def bands(shown) -> list[tuple[str, str, str]]:
    return [(str(band.start), str(band.end), band.range.source) for band in shown.bands]


def test_points_run_by_day_time_and_document_order():
    results = [
        stored("1.6", "2026-10-03", time=time(9), order=0, result="morning"),
        stored("1.4", "2026-10-03", order=1, result="no time, second"),
        stored("1.3", "2026-10-03", order=0, result="no time, first"),
        stored("1.7", "2026-10-03", time=time(9), order=1, result="morning, second"),
        stored("1.2", "2020-01-01", order=7, result="years before"),
    ]
    for seed in range(5):
        shown = series(MARKER, MAYA, random.Random(seed).sample(results, len(results)))
        assert [point.stored.result for point in shown.points] == [
            *("years before", "no time, first", "no time, second", "morning", "morning, second"),
        ]


SYSTEMS = a_marker(conventional_unit="mg/dL", si_unit="nmol/L")
UNITS = [
    ("reported", [], "mg/L"),
    ("reported", [("100", "2020-01-01", "nmol/L"), ("1.2", "2026-10-03", "mg/L")], "mg/L"),
    ("reported", [("1.2", "2020-01-01", "mg/L"), ("100", "2026-10-03", "nmol/L")], "nmol/L"),
    ("reported", [("100", "2026-10-03", "nmol/L"), ("1.2", "2020-01-01", "mg/L")], "nmol/L"),
    ("reported", [("1.2", "2020-01-01", "mcg/mL")], "mg/L"),
    ("reported", [("0.12", "2020-01-01", "mg/dL"), ("1", "2021-01-01", "IU"), ("1", "2022-01-01", "")], "mg/dL"),
    ("reported", [("0.12", "2020-01-01", "mg/dL"), ("neg", "2021-01-01", "mg/L")], "mg/dL"),
    ("reported", [("<0.12", "2020-01-01", "mg/dL")], "mg/dL"),
    ("reported", [("neg", "2020-01-01", "mg/dL")], "mg/L"),
    ("conventional", [], "mg/dL"),
    ("conventional", [("1.2", "2020-01-01", "mg/L")], "mg/dL"),
    ("si", [("1.2", "2020-01-01", "mg/L")], "nmol/L"),
    ("anything", [("0.12", "2020-01-01", "mg/dL")], "mg/dL"),
]


@pytest.mark.parametrize(("system", "results", "unit"), UNITS)
def test_the_usual_unit_is_that_of_the_system(system, results, unit):
    results = [stored(value, day, unit=written) for value, day, written in results]
    assert usual_unit(SYSTEMS, results, system) == unit


def test_a_doubted_unit_is_nobodys_usual_one():
    results = [stored("0.12", "2020-01-01", unit="mg/dL"), stored("100", "2021-01-01", unit="nmol/L", doubted=True)]
    assert usual_unit(SYSTEMS, results) == "mg/dL"


@pytest.mark.parametrize("unit", ["", "no such unit"])
@pytest.mark.parametrize("system", ["conventional", "si"])
def test_a_system_without_a_unit_of_the_marker_is_its_own(system, unit):
    assert usual_unit(a_marker(conventional_unit=unit, si_unit=unit), [], system) == "mg/L"


def test_two_different_values_at_one_instant_are_both_shown():
    twins = [stored(value, "2026-10-03", time=time(8), order=place) for place, value in enumerate(["1.5", "1.9"])]
    shown = series(MARKER, MAYA, twins)
    assert [(str(one.number), one.judgment.position) for one in shown.points] == [("1.5", "in"), ("1.9", "above")]


def test_a_point_keeps_its_number_to_the_last_digit_and_its_comparator():
    written = ["4.10", "<0.5", "0", "0.00000001", "63.70000000000001", "1E-22", "≤5", "4,10"]
    shown = series(MARKER, MAYA, [stored(value, "2026-10-03", order=n) for n, value in enumerate(written)])
    assert [str(point.number) for point in shown.points] == [
        *("4.10", "0.5", "0", "1E-8", "63.70000000000001", "1E-22", "5", "4.10"),
    ]
    assert [point.value.comparator for point in shown.points] == ["", "<", "", "", "", "", "<=", ""]
    assert [point.stored.value for point in shown.points] == written


def test_a_point_says_the_age_then():
    days = ["1963-06-20", "1964-06-13", "1964-06-14", "2026-06-13", "2026-06-14"]
    shown = series(MARKER, MAYA, [stored("1", day) for day in days])
    assert [point.age for point in shown.points] == ["6 days", "365 days", "1 year", "62 years", "63 years"]
    assert series(MARKER, Subject("female"), [stored("1", "2026-10-03")]).points[0].age == ""


def test_the_period_takes_both_its_days():
    results = [stored("1", f"2026-10-0{day}") for day in range(1, 6)]
    shown = series(MARKER, MAYA, results, start=date(2026, 10, 2), end=date(2026, 10, 4))
    assert [point.stored.day.day for point in shown.points] == [2, 3, 4]
    assert bands(shown) == [("2026-10-02", "2026-10-05", "article")]
    late = series(MARKER, MAYA, [replace(results[0], unit="IU"), results[4]], start=date(2026, 10, 2))
    assert (len(late.points), late.unplotted) == (1, ())


UNPLOTTED = [
    ({"value": "negative"}, "it is not a number"),
    ({"value": "1:80"}, "it is not a number"),
    ({"value": "1,234"}, "it is not a number"),
    ({"value": ""}, "it is not a number"),
    ({"unit": ""}, "it has no unit"),
    ({"unit": "IU"}, "its unit, IU, can't be converted to mg/L"),
    ({"unit": "units"}, "its unit, units, could mean mg/L or nmol/L"),
    ({"doubted": True}, "its unit, mg/L, contradicts its value or its code"),
    ({"doubted": True, "unit_code": "mg/L"}, "its unit, mg/L, contradicts its value or its code"),
]


@pytest.mark.parametrize(("about", "reason"), UNPLOTTED)
def test_what_is_not_plotted_is_listed_with_its_reason(about, reason):
    units = UnitTable(B2M.own, B2M.units, B2M.spellings, {"units": ("mg/L", "nmol/L")})
    marker = replace(MARKER, units=units)
    odd = replace(stored("1.2", "2026-10-04"), **about)
    shown = series(marker, MAYA, [stored("1.2", "2026-10-03"), odd])
    assert [(one.stored, one.reason, one.age) for one in shown.unplotted] == [(odd, reason, "63 years")]
    assert [point.stored.day.day for point in shown.points] == [3]
    assert shown.bands[-1].end == date(2026, 10, 4)


def test_a_document_code_of_the_unit_goes_before_its_spelling():
    one = stored("0.12", "2026-10-03", unit="milligrams a deciliter", unit_code="mg/dL")
    assert series(MARKER, MAYA, [one]).points[0].number == Fraction("1.2")
    assert series(MARKER, MAYA, [replace(one, unit="mg/dL", unit_code="mg per dl")]).points[0].number == Fraction("1.2")


JUDGED = [
    # what the result carries, position, origin, bounds, why begins
    ({}, "in", "general", ("0.7", "1.8"), "the general range for adults fits"),
    ({"laboratory": "city"}, "in", "laboratory", ("0.8", "2.2"), "CityLab's own range fits"),
    ({"laboratory": "nord"}, "in", "general", ("0.7", "1.8"), "the general range for adults fits"),
    ({"printed": span("1.6", "2.0")}, "below", "printed", ("1.6", "2.0"), "the range printed on the report"),
    ({"printed": span("1.6", "2.0"), "laboratory": "city"}, "below", "printed", ("1.6", "2.0"), "the range printed"),
    ({"printed": span(None, "1.5", high_strict=True)}, "above", "printed", (None, "1.5"), "the range printed"),
    ({"printed": span("0", "1.5")}, "above", "printed", ("0", "1.5"), "the range printed on the report"),
    ({"printed": span(None, None)}, "in", "general", ("0.7", "1.8"), "the general range for adults fits"),
    (
        {"printed": span("0.16", "0.2"), "printed_unit": "mg/dL"},
        "below",
        "printed",
        ("1.6", "2.0"),
        "the range printed",
    ),
    (
        {"printed": span("3", "7"), "printed_unit": "IU"},
        "in",
        "general",
        ("0.7", "1.8"),
        "the range printed on the report is in IU, which can't be compared; the general range for adults",
    ),
    ({"unit": "IU", "printed": span("3", "7")}, "none", None, None, "its unit, IU, can't be converted to mg/L"),
    (
        {"doubted": True, "printed": span("3", "7")},
        "none",
        None,
        None,
        "its unit, mg/L, contradicts its value or its code",
    ),
    ({"unit": ""}, "none", None, None, "it has no unit"),
    ({"value": "negative"}, "unplaced", "general", ("0.7", "1.8"), "the general range for adults fits"),
    ({"value": "<0.7"}, "below", "general", ("0.7", "1.8"), "the general range for adults fits"),
    ({"value": "<1.5"}, "unplaced", "general", ("0.7", "1.8"), "the general range for adults fits"),
]


@pytest.mark.parametrize(("about", "position", "origin", "bounds", "why"), JUDGED)
def test_the_printed_range_judges_then_the_laboratorys_then_the_general(about, position, origin, bounds, why):
    judged = judge(stored(**({"value": "1.55", "day": "2026-10-03"} | about)), MARKER, MAYA)
    assert (judged.position, judged.origin) == (position, origin)
    ends = None if bounds is None else span(*bounds)
    assert (judged.interval and (judged.interval.low, judged.interval.high)) == (ends and (ends.low, ends.high))
    assert judged.why.startswith(why)


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        (Subject("female"), "no birth date"),
        (Subject("female", date(2017, 1, 1)), "no range for this age (9 years)"),
        (Subject("female", date(2026, 10, 4)), "collected before birth"),
    ],
)
def test_no_range_has_its_reason(subject, why):
    judged = judge(stored("1.55", "2026-10-03"), MARKER, subject)
    assert (judged.position, judged.interval, judged.origin, judged.why) == ("none", None, None, why)
    printed = judge(stored("1.55", "2026-10-03", printed=span("1", "2")), MARKER, subject)
    assert (printed.position, printed.origin) == ("in", "printed")


@pytest.mark.parametrize(
    ("fasting", "position", "why"),
    [
        (True, "in", "the general range fits this person on this day"),
        (False, "none", "not fasting"),
        (None, "none", "fasting not stated"),
    ],
)
def test_a_fasting_range_judges_only_a_visit_that_says_fasting(fasting, position, why):
    marker = a_marker(a_range(None, "100", high_strict=True, condition="fasting"))
    judged = judge(stored("90", "2026-10-03", fasting=fasting), marker, MAYA)
    assert (judged.position, judged.why) == (position, why)


def test_another_unit_converts_number_printed_range_and_band_exactly():
    results = [stored("1.55", "2026-10-03", printed=span("1.6", "2.0")), stored("0.19", "2026-10-05", unit="mg/dL")]
    shown = series(MARKER, MAYA, results, "nmol/L")
    factor = Fraction("0.0118")
    assert [Fraction(point.number) for point in shown.points] == [Fraction("1.55") / factor, Fraction("1.9") / factor]
    assert [point.judgment.position for point in shown.points] == ["below", "above"]
    assert shown.points[0].judgment.interval == Interval(Fraction("1.6") / factor, Fraction(2) / factor)
    assert shown.points[0].judgment.as_printed == span("1.6", "2.0")
    assert shown.bands[0].interval == Interval(Fraction("0.7") / factor, Fraction("1.8") / factor)
    assert [point.is_converted for point in shown.points] == [True, True]
    own = series(MARKER, MAYA, results)
    assert [point.is_converted for point in own.points] == [False, True]
    assert [point.judgment.position for point in own.points] == ["below", "above"]


STEPS = [
    # days, and what is known of each; the bands
    ([("2026-10-03", "")], [("2026-10-03", "2026-10-04", "article")]),
    ([("2020-01-01", ""), ("2026-10-03", "")], [("2020-01-01", "2026-10-04", "article")]),
    (
        [("2020-01-01", ""), ("2022-05-05", "city"), ("2026-10-03", "")],
        [
            ("2020-01-01", "2022-05-05", "article"),
            ("2022-05-05", "2026-10-03", "CityLab"),
            ("2026-10-03", "2026-10-04", "article"),
        ],
    ),
    (
        [("2020-01-01", "city"), ("2026-10-03", "city")],
        [("2020-01-01", "2026-10-04", "CityLab")],
    ),
    (
        [("2020-01-01", ""), ("2020-01-01", "city"), ("2021-01-01", "")],
        [("2020-01-01", "2021-01-01", "CityLab"), ("2021-01-01", "2021-01-02", "article")],
    ),
    (
        [("1981-06-13", ""), ("1981-06-15", "")],
        [("1981-06-14", "1981-06-16", "article")],
    ),
    ([("1981-06-13", "")], []),
    ([], []),
]


@pytest.mark.parametrize(("days", "expected"), STEPS)
def test_the_band_steps_where_another_range_begins_to_fit(days, expected):
    results = [stored("1", day, laboratory=laboratory, order=n) for n, (day, laboratory) in enumerate(days)]
    assert bands(series(MARKER, MAYA, results)) == expected


def test_the_band_steps_at_a_leap_day_birthday_and_on_the_days_in_force():
    child = Subject("male", date(2012, 2, 29))
    marker = a_marker(
        a_range("1", "2", (None, "6 months"), source="infants"),
        a_range("1", "3", ("1 years", "13 years"), source="children"),
        a_range("1", "4", ("13 years", None), source="teens, old", in_force_to=date(2026, 1, 1)),
        a_range("1", "5", ("13 years", None), source="teens, new", in_force_from=date(2026, 2, 1)),
    )
    shown = series(marker, child, [stored("1", "2012-03-01"), stored("1", "2026-10-03")])
    assert bands(shown) == [
        ("2012-03-01", "2012-08-29", "infants"),
        ("2013-03-01", "2025-03-01", "children"),
        ("2025-03-01", "2026-01-01", "teens, old"),
        ("2026-02-01", "2026-10-04", "teens, new"),
    ]


def test_a_printed_range_or_a_word_makes_no_step():
    plain = [stored("1", "2020-01-01"), stored("1.2", "2026-10-03")]
    between = [stored("1", "2022-01-01", printed=span("0", "9")), stored("negative", "2023-01-01", laboratory="city")]
    assert bands(series(MARKER, MAYA, [*plain, *between])) == bands(series(MARKER, MAYA, plain))


def test_every_day_of_a_band_is_judged_by_its_range_and_no_other_day_is():
    """400 random lives: each day between first and last result, asked one by one."""
    chance = random.Random(19)
    for _ in range(400):
        born = chance.choice([date(2000, 2, 29), date(2000, 1, 31), None])
        ranges = [
            a_range(
                *("1", "2"),
                (chance.choice([None, "10 days", "1 months"]), chance.choice([None, "2 months", "70 days"])),
                laboratory=chance.choice(["", "", "city"]),
                in_force_from=chance.choice([None, None, date(2000, 3, 10)]),
                in_force_to=chance.choice([None, None, date(2000, 4, 1)]),
                condition=chance.choice(["", "", "fasting"]),
            )
            for _ in range(chance.randrange(5))
        ]
        days = sorted(date(2000, 2, 20) + timedelta(chance.randrange(80)) for _ in range(chance.randrange(1, 5)))
        labs, fasting = ["", "city", "nord"], [None, True, False]
        results = [
            stored("1", day, laboratory=chance.choice(labs), fasting=chance.choice(fasting), order=n)
            for n, day in enumerate(days)
        ]
        subject = Subject("female", born)
        shown = series(a_marker(*ranges), subject, results)
        day, last = days[0], days[-1]
        assert all(band.start < band.end <= last + timedelta(1) for band in shown.bands)
        while day <= last:
            at = [one for one in results if one.day <= day][-1]
            expected = best_fit(ranges, subject, replace(at.collection, day=day)).range
            assert [band.range for band in shown.bands if band.start <= day < band.end] == (
                [expected] if expected else []
            )
            day += timedelta(days=1)


def test_what_is_remembered_between_steps_is_what_best_fit_gives():
    ranges = (ADULTS, CITY, a_range("1", "2", (None, "18 years"), source="children"))
    fits, chance = Fits(ranges, MAYA), random.Random(3)
    for _ in range(2_000):
        on = Collection(date(1963, 6, 1) + timedelta(chance.randrange(25_000)), chance.choice(["", "city"]))
        assert fits.at(on) == best_fit(ranges, MAYA, on)


@pytest.mark.parametrize(
    ("newer", "older", "gap"),
    [
        ("1.9", "1.7", "0.2"),
        ("1.7", "1.9", "-0.2"),
        ("1.70", "1.7", "0.00"),
        ("<1.7", "1.9", None),
        ("1.7", ">1", None),
    ],
)
def test_a_difference_needs_two_numbers_without_a_comparator(newer, older, gap):
    first, second = series(MARKER, MAYA, [stored(older, "2024-06-30"), stored(newer, "2026-10-03")]).points
    assert difference(second, first) == (None if gap is None else Fraction(gap))


def test_a_difference_is_exact_between_two_units_and_over_many_digits():
    results = [
        stored("1.7", "2024-01-01"),
        stored("0.19", "2025-01-01", unit="mg/dL"),
        stored("123456789012345678901234567890.1", "2026-01-01"),
        stored("0.3", "2027-01-01"),
    ]
    points = series(MARKER, MAYA, results).points
    assert difference(points[1], points[0]) == Fraction("0.2")
    assert difference(points[0], points[1]) == Fraction("-0.2")
    assert difference(points[3], points[2]) == -Fraction("123456789012345678901234567889.8")


def test_a_result_on_the_last_day_of_the_calendar_has_a_series():
    shown = series(MARKER, Subject("female", date(9980, 1, 1)), [stored("1", "9998-12-31"), stored("1", "9999-12-31")])
    assert len(shown.points) == 2
    assert shown.bands[-1].end == date.max


def test_a_band_begins_at_the_birthday_itself():
    born = date(2000, 10, 3)
    marker = a_marker(a_range("1", "2", (None, "18 years")), a_range("1", "3", ("18 years", None)))
    birthday = date_at_age(born, Age(18, "years"))
    shown = series(marker, Subject("male", born), [stored("2.5", birthday + timedelta(n), order=n) for n in (-1, 0, 1)])
    assert [point.judgment.position for point in shown.points] == ["above", "in", "in"]
    assert [band.start for band in shown.bands] == [birthday - timedelta(1), birthday]
