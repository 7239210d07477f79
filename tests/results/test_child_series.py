"""A child's band moves at the right birthdays, with the real seeds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from markers.queries import catalogue
from markers.reference import Subject, date_at_age
from results.series import Stored, judge, series

BORN = date(2004, 2, 29)
pytestmark = pytest.mark.django_db


def yearly(slug: str) -> list[Stored]:
    """A result on each birthday from age 1 to 19, in the marker's own unit."""
    unit = catalogue().markers[slug].units.own
    days = [date_at_age(BORN, type_age(years)) for years in range(1, 20)]
    return [Stored(str(n), "v", day, None, 0, "1", unit) for n, day in enumerate(days)]


def type_age(years: int):
    from markers.reference import Age

    return Age(years, "years")


def general(slug: str, sex: str):
    marker = catalogue().markers[slug]
    return [one for one in marker.ranges if not one.laboratory and not one.condition and one.sex in ("any", sex)]


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("slug", ["alp", "creatinine"])
def test_the_band_steps_on_every_age_step_of_the_seed(slug, sex):
    shown = series(catalogue().markers[slug], Subject(sex, BORN), yearly(slug))
    first, last = shown.points[0].stored.day, shown.points[-1].stored.day
    expected = {first}
    for one in general(slug, sex):
        for age in (one.age_from, one.age_to):
            day = date_at_age(BORN, age) if age else None
            if day and first < day <= last:
                expected.add(day)
    assert {band.start for band in shown.bands} == expected
    assert len(expected) >= 3
    assert [band.end for band in shown.bands[:-1]] == [band.start for band in shown.bands[1:]]
    assert shown.bands[-1].end == last + timedelta(days=1)


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("slug", ["alp", "creatinine"])
def test_the_day_before_on_and_after_a_birthday_are_judged_by_the_right_range(slug, sex):
    marker, whose = catalogue().markers[slug], Subject(sex, BORN)
    steps = [one for one in general(slug, sex) if one.age_from and one.age_from.unit == "years"]
    assert steps
    for step in steps:
        birthday = date_at_age(BORN, step.age_from)
        own = marker.units.convert_interval(step.interval, step.unit, marker.units.own)
        for day, is_step in ((birthday - timedelta(1), False), (birthday, True), (birthday + timedelta(1), True)):
            judged = judge(Stored("r", "v", day, None, 0, "1", marker.units.own), marker, whose)
            assert (judged.fit.range.id == step.id) is is_step, (slug, sex, step, day)
            if is_step:
                assert judged.interval == own


def test_a_leap_day_child_turns_on_the_first_of_march():
    marker = catalogue().markers["alp"]
    before, on = (
        judge(Stored("r", "v", day, None, 0, "300", marker.units.own), marker, Subject("male", BORN))
        for day in (date(2017, 2, 28), date(2017, 3, 1))
    )
    assert before.fit.range.age_to.number == 13
    assert on.fit.range.age_from.number == 13
    assert on.interval.high != before.interval.high
    assert isinstance(on.interval.high, Decimal)
