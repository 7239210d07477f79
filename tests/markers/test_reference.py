"""Age by calendar, and which range fits a person on a day, with the reasons why the others lost."""

from __future__ import annotations

import random
from calendar import isleap, monthrange
from datetime import date, timedelta
from itertools import permutations

import pytest

from markers.reference import Age, Collection, Subject, age_on, age_text, best_fit, date_at_age, misfits
from tests.plain import a_range, age

DAY = timedelta(days=1)
WOMAN = Subject("female", date(1963, 6, 14))

AGES = [
    # born, on, years, months, days
    ("2000-02-29", "2001-02-28", 0, 11, 365),
    ("2000-02-29", "2001-03-01", 1, 12, 366),
    ("2000-02-29", "2004-02-28", 3, 47, 1460),
    ("2000-02-29", "2004-02-29", 4, 48, 1461),
    ("2000-02-29", "2100-02-28", 99, 1199, 36524),
    ("2000-02-29", "2100-03-01", 100, 1200, 36525),
    ("2001-01-31", "2001-02-28", 0, 0, 28),
    ("2001-01-31", "2001-03-01", 0, 1, 29),
    ("2001-01-31", "2001-03-30", 0, 1, 58),
    ("2001-01-31", "2001-03-31", 0, 2, 59),
    ("2001-01-31", "2001-04-30", 0, 2, 89),
    ("2001-01-31", "2001-05-01", 0, 3, 90),
    ("2000-01-30", "2000-02-29", 0, 0, 30),
    ("2000-01-30", "2000-03-01", 0, 1, 31),
    ("2000-01-29", "2000-02-29", 0, 1, 31),
    ("1963-06-14", "1963-06-14", 0, 0, 0),
    ("1963-06-14", "2026-06-13", 62, 755, 23010),
    ("1963-06-14", "2026-06-14", 63, 756, 23011),
    ("1999-12-31", "2000-01-01", 0, 0, 1),
    ("1999-12-31", "2000-02-29", 0, 1, 60),
    ("1999-12-31", "2000-12-30", 0, 11, 365),
    ("1999-12-31", "2000-12-31", 1, 12, 366),
    ("2000-01-01", "1999-12-31", -1, -1, -1),
]


@pytest.mark.parametrize(("born", "on", "years", "months", "days"), AGES)
def test_an_age_is_whole_years_months_or_days(born, on, years, months, days):
    born, on = date.fromisoformat(born), date.fromisoformat(on)
    assert [age_on(born, on, unit) for unit in ("years", "months", "days")] == [years, months, days]


def turns(born: date, number: int, months: int) -> date:
    """The day on which a person has turned a number of periods of whole months, counted on fingers.

    The birthday of a month that has the day; the first of the next month where it is too short.
    """
    year, month = born.year, born.month
    for _ in range(number * months // 12):
        year += 1
    for _ in range(number * months % 12):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    if born.day <= monthrange(year, month)[1]:
        return date(year, month, born.day)
    return date(year, month, monthrange(year, month)[1]) + DAY


def test_every_birth_date_of_400_years_turns_on_the_right_day():
    """146,097 birth dates; for each a birthday of years and one of months: the day before, on and after."""
    chance, born, end, cases = random.Random(29), date(1801, 1, 1), date(2201, 1, 1), 0
    while born < end:
        for unit, months, most in (("years", 12, 120), ("months", 1, 240)):
            number = chance.randrange(1, most)
            birthday = turns(born, number, months)
            assert date_at_age(born, Age(number, unit)) == birthday
            assert age_on(born, birthday - DAY, unit) == number - 1, (born, number, unit)
            assert age_on(born, birthday, unit) == number, (born, number, unit)
            assert age_on(born, birthday + DAY, unit) == number, (born, number, unit)
            cases += 3
        born += DAY
    assert cases == 6 * 146_097


def test_a_leap_day_child_turns_on_1_march_in_every_common_year():
    born = date(1896, 2, 29)
    for number in range(1, 150):
        year = 1896 + number
        assert date_at_age(born, Age(number, "years")) == (date(year, 2, 29) if isleap(year) else date(year, 3, 1))


def test_an_age_grows_day_by_day_and_its_date_is_the_first_day_on_which_it_is_reached():
    """40 births, each walked over three years: a month turns on the day of birth, or on a 1st that comes too soon."""
    chance = random.Random(31)
    births = [date(2000, 2, 29), date(1999, 12, 31), date(2001, 1, 31), date(2003, 3, 31), date(1899, 8, 30)]
    births += [date(1900, 1, 1) + timedelta(days=chance.randrange(60_000)) for _ in range(35)]
    for born in births:
        months = 0
        for days in range(3 * 366):
            day = born + timedelta(days)
            turned = days and (day.day == born.day or (day.day == 1 and (day - DAY).day < born.day))
            months += bool(turned)
            assert age_on(born, day, "days") == days
            assert age_on(born, day, "months") == months, (born, day)
            assert age_on(born, day) == months // 12, (born, day)
            assert date_at_age(born, Age(days, "days")) == day
            if turned:
                assert date_at_age(born, Age(months, "months")) == day
        assert months in (35, 36)


@pytest.mark.parametrize(
    ("born", "written", "day"),
    [
        ("1963-06-14", "0 days", "1963-06-14"),
        ("2000-02-29", "365 days", "2001-02-28"),
        ("2026-10-03", "-5 years", "2021-10-03"),
        ("2024-02-29", "-1 years", "2023-03-01"),
        ("2026-01-15", "-1 months", "2025-12-15"),
        ("9990-05-05", "30 years", "9999-12-31"),
        ("9999-12-01", "90 days", "9999-12-31"),
    ],
)
def test_the_date_of_an_age_before_birth_or_beyond_the_calendar(born, written, day):
    assert date_at_age(date.fromisoformat(born), age(written)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("born", "on", "text"),
    [
        ("2026-10-03", "2026-10-03", "0 days"),
        ("2026-10-02", "2026-10-03", "1 day"),
        ("2025-10-04", "2026-10-03", "364 days"),
        ("2025-10-03", "2026-10-03", "1 year"),
        ("2024-02-29", "2026-02-28", "1 year"),
        ("1963-06-14", "2026-10-03", "63 years"),
        ("2026-10-04", "2026-10-03", ""),
        (None, "2026-10-03", ""),
    ],
)
def test_an_age_is_said_in_years_and_an_infants_in_days(born, on, text):
    assert age_text(born and date.fromisoformat(born), date.fromisoformat(on)) == text


def fitted(ranges, subject=WOMAN, day="2026-10-03", **about):
    return best_fit(ranges, subject, Collection(date.fromisoformat(day), **about))


def winner(ranges, subject=WOMAN, day="2026-10-03", **about):
    fit = fitted(ranges, subject, day, **about)
    return fit.range.source if fit.range else fit.reason


ORDER = [
    # the better one, the other, why the other lost
    ({"laboratory": "city"}, {"method": "turbidimetry"}, "the laboratory's own range goes first"),
    ({"laboratory": "city"}, {"condition": "fasting"}, "the laboratory's own range goes first"),
    ({"laboratory": "city"}, {"sex": "female"}, "the laboratory's own range goes first"),
    ({"laboratory": "city"}, {"ages": ("60 years", "64 years")}, "the laboratory's own range goes first"),
    ({"laboratory": "city", "method": "turbidimetry"}, {"laboratory": "city"}, "a range for this method"),
    ({"method": "turbidimetry"}, {"condition": "fasting"}, "a range for this method fits more closely"),
    ({"method": "turbidimetry"}, {"sex": "female"}, "a range for this method fits more closely"),
    ({"condition": "fasting"}, {"sex": "female"}, "a range for this condition fits more closely"),
    ({"condition": "fasting"}, {"ages": ("60 years", "64 years")}, "a range for this condition"),
    ({"sex": "female"}, {"ages": ("60 years", "64 years")}, "a range for this sex fits more closely"),
    ({"sex": "female"}, {}, "a range for this sex fits more closely"),
    ({"ages": ("60 years", "70 years")}, {"ages": ("18 years", None)}, "another range fits this age or day"),
    ({"ages": ("18 years", None)}, {}, "another range fits this age or day more closely"),
    ({"in_force_from": date(2020, 1, 1)}, {"in_force_from": date(2010, 1, 1)}, "another range fits this age or day"),
    ({"in_force_from": date(2020, 1, 1)}, {}, "another range fits this age or day more closely"),
    ({"id": 900_001}, {"id": 900_002}, "another range fits this age or day more closely"),
]


@pytest.mark.parametrize(("better", "other", "because"), ORDER)
def test_laboratory_then_method_condition_sex_and_age_decide(better, other, because):
    ranges = [a_range("0.7", "1.8", **other, source="other"), a_range("0.8", "2.2", **better, source="better")]
    for order in permutations(ranges):
        fit = fitted(order, laboratory="city", method="Turbidimetry", conditions={"fasting": True})
        assert fit.range.source == "better"
        assert [(one.range.source, one.because.startswith(because)) for one in fit.lost] == [("other", True)]


MISFITS = [
    # a range, whom and how, why it does not apply
    ({"laboratory": "nord"}, {}, "it is Nord's own"),
    ({"laboratory": "nord", "laboratory_name": ""}, {}, "it is nord's own"),
    ({"sex": "male"}, {}, "it is for the sex male"),
    ({"sex": "male"}, {"subject": Subject("unstated", date(1963, 6, 14))}, "sex not given"),
    ({"ages": ("18 years", None)}, {"subject": Subject("female", None)}, "no birth date"),
    ({"ages": (None, "18 years")}, {}, "it ends at 18 years"),
    ({"ages": ("64 years", None)}, {}, "it starts at 64 years"),
    ({"ages": ("18 years", None)}, {"day": "1963-06-13"}, "collected before birth"),
    ({"condition": "fasting"}, {}, "fasting not stated"),
    ({"condition": "fasting"}, {"conditions": {"fasting": False}}, "not fasting"),
    ({"condition": "first trimester"}, {"conditions": {"fasting": True}}, "first trimester not stated"),
    ({"method": "turbidimetry"}, {}, "method not stated: it is for turbidimetry"),
    ({"method": "turbidimetry"}, {"method": "ELISA"}, "it is for the method turbidimetry, this one is ELISA"),
    ({"in_force_from": date(2026, 10, 4)}, {}, "it was not yet in force: it starts on 2026-10-04"),
    ({"in_force_to": date(2026, 10, 3)}, {}, "it was no longer in force: it ended on 2026-10-03"),
]


@pytest.mark.parametrize(("about", "how", "because"), MISFITS)
def test_a_range_that_does_not_apply_says_why_and_the_other_judges(about, how, because):
    ranges = [a_range("0.7", "1.8", **about, source="misfit"), a_range("0.8", "2.2", source="general")]
    fit = fitted(ranges, **how)
    assert fit.range.source == "general"
    assert [(one.range.source, one.because) for one in fit.lost] == [("misfit", because)]
    assert fitted(ranges[:1], **how).range is None


@pytest.mark.parametrize(
    ("about", "day", "applies"),
    [
        ({"in_force_from": date(2026, 10, 3)}, "2026-10-02", False),
        ({"in_force_from": date(2026, 10, 3)}, "2026-10-03", True),
        ({"in_force_to": date(2026, 10, 3)}, "2026-10-02", True),
        ({"in_force_to": date(2026, 10, 3)}, "2026-10-03", False),
        ({"ages": ("63 years", None)}, "2026-06-13", False),
        ({"ages": ("63 years", None)}, "2026-06-14", True),
        ({"ages": (None, "63 years")}, "2026-06-13", True),
        ({"ages": (None, "63 years")}, "2026-06-14", False),
        ({"ages": (None, "14 days")}, "1963-06-27", True),
        ({"ages": (None, "14 days")}, "1963-06-28", False),
        ({"ages": ("0 days", "1 month")}, "1963-06-14", True),
        ({"ages": ("0 days", "1 month")}, "1963-07-13", True),
        ({"ages": ("0 days", "1 month")}, "1963-07-14", False),
    ],
)
def test_a_range_applies_from_its_first_day_up_to_its_end(about, day, applies):
    assert (misfits(a_range("0.7", "1.8", **about), WOMAN, Collection(date.fromisoformat(day))) == []) is applies


REASONS = [
    # ranges, whom and how, the reason for none
    ([], {}, "no range is stored for this marker"),
    ([{"laboratory": "nord"}], {}, "no range is stored for this marker"),
    ([{"condition": "fasting"}], {}, "fasting not stated"),
    ([{"condition": "fasting"}], {"conditions": {"fasting": False}}, "not fasting"),
    ([{"method": "ELISA"}], {}, "method not stated: it is for ELISA"),
    ([{"ages": ("18 years", None)}], {"subject": Subject("female")}, "no birth date"),
    ([{"sex": "male"}, {"sex": "female"}], {"subject": Subject()}, "sex not given"),
    ([{"sex": "male"}], {}, "no range fits: it is for the sex male"),
    ([{"ages": (None, "18 years")}], {}, "no range for this age (63 years)"),
    ([{"ages": ("18 years", None)}], {"day": "1963-07-01"}, "no range for this age (17 days)"),
    ([{"ages": ("18 years", None)}], {"day": "1963-06-13"}, "collected before birth"),
    (
        [{"sex": "female", "ages": ("18 years", None)}, {"sex": "male", "ages": (None, "18 years")}],
        {"subject": Subject("unstated", date(1963, 6, 14))},
        "sex not given",
    ),
    (
        [{"in_force_from": date(2030, 1, 1)}],
        {},
        "no range fits: it was not yet in force: it starts on 2030-01-01",
    ),
]


@pytest.mark.parametrize(("ranges", "how", "reason"), REASONS)
def test_no_range_has_a_reason(ranges, how, reason):
    fit = fitted([a_range("0.7", "1.8", **about) for about in ranges], **how)
    assert (fit.range, fit.reason) == (None, reason)
    assert len(fit.lost) == len(ranges)


def test_a_child_at_a_laboratory_with_a_range_for_adults_is_judged_by_the_general_one():
    own = a_range("0.8", "2.2", ("18 years", None), laboratory="city", source="city, adults")
    general = a_range("0.6", "2.3", (None, "18 years"), source="general, children")
    child = Subject("female", date(2016, 10, 3))
    fit = fitted([own, general], child, laboratory="city")
    assert fit.range is general
    assert [one.because for one in fit.lost] == ["it starts at 18 years"]
    assert winner([own, general], child, "2034-10-02", laboratory="city") == "general, children"
    assert winner([own, general], child, "2034-10-03", laboratory="city") == "city, adults"


def test_the_winner_says_whose_range_it_is():
    own = a_range("0.8", "2.2", laboratory="city", laboratory_name="CityLab", group="adults")
    assert fitted([own], laboratory="city").reason == "CityLab's own range for adults fits this person on this day"
    assert own.origin == "laboratory"
    general = a_range("0.7", "1.8")
    assert fitted([general]).reason == "the general range fits this person on this day"
    assert general.origin == "general"


def test_the_choice_is_total_and_does_not_hang_on_the_order_of_the_ranges():
    """3,000 random sets of ranges, each shuffled: one winner, everyone else lost with a reason."""
    chance = random.Random(400)
    for _ in range(3_000):
        ranges = [
            a_range(
                "0.7",
                "1.8",
                (chance.choice([None, "1 years", "18 years"]), chance.choice([None, "60 years", "700 months"])),
                sex=chance.choice(["any", "female", "male"]),
                laboratory=chance.choice(["", "city", "nord"]),
                method=chance.choice(["", "", "ELISA"]),
                condition=chance.choice(["", "", "fasting"]),
                in_force_from=chance.choice([None, date(2020, 1, 1), date(2028, 1, 1)]),
            )
            for _ in range(chance.randrange(6))
        ]
        subject = Subject(chance.choice(["female", "male", "unstated"]), chance.choice([None, date(1990, 2, 28)]))
        how = {
            "laboratory": chance.choice(["", "city"]),
            "method": chance.choice(["", "elisa"]),
            "conditions": chance.choice([{}, {"fasting": True}, {"fasting": False}]),
        }
        fit = fitted(ranges, subject, **how)
        shuffled = chance.sample(ranges, len(ranges))
        assert fitted(shuffled, subject, **how).range is fit.range
        fits = [one for one in ranges if not misfits(one, subject, Collection(date(2026, 10, 3), **how))]
        assert (fit.range in fits) if fits else fit.range is None
        assert {one.range.id for one in fit.lost} == {one.id for one in ranges if one is not fit.range}
        assert fit.reason
        assert all(one.because for one in fit.lost)
        if fits and any(one.laboratory for one in fits):
            assert fit.range.laboratory == "city"
