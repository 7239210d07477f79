"""A day as people write it; what could be two days is asked about."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from results.days import MONTHS, DayProblem, read_day

TODAY = date(2026, 10, 4)
READ = [
    ("2026-10-03", "2026-10-03"),
    ("2026-1-3", "2026-01-03"),
    ("3.10.2026", "2026-10-03"),
    ("03.10.2026", "2026-10-03"),
    ("3. 10. 2026", "2026-10-03"),
    ("13/04/2026", "2026-04-13"),
    ("04/13/2026", "2026-04-13"),
    ("3/3/2026", "2026-03-03"),
    ("31/12/1999", "1999-12-31"),
    ("12/31/1999", "1999-12-31"),
    ("3 October 2026", "2026-10-03"),
    ("3 Oct 2026", "2026-10-03"),
    ("3 oct. 2026", "2026-10-03"),
    ("3. October 2026", "2026-10-03"),
    ("Oct 3, 2026", "2026-10-03"),
    ("October 3 2026", "2026-10-03"),
    ("OCTOBER 3RD, 2026", "2026-10-03"),
    ("1st May 2026", "2026-05-01"),
    ("22nd Sept 2026", "2026-09-22"),
    ("Sunday 4 October 2026", "2026-10-04"),
    ("Sunday, October 4, 2026", "2026-10-04"),
    ("  3   October  2026 ", "2026-10-03"),
    ("29 February 2024", "2024-02-29"),
    ("today", "2026-10-04"),
    ("Today", "2026-10-04"),
    (" YESTERDAY ", "2026-10-03"),
    ("5 October 2026", "2026-10-05"),
    ("1 March 1948", "1948-03-01"),
]
REFUSED = [
    *("", " ", "tomorrow", "soon", "2026", "October 2026", "3 October", "3", "98.6", "20261003"),
    *("31 February 2026", "29 February 2026", "31.4.2026", "2026-02-30", "2026-13-01", "32/1/2026", "13/13/2026"),
    *("0/5/2026", "5/0/2026", "00/00/2026", "0.5.2026", "2026-00-10", "0000-01-01", "0 May 2026"),
    *("3.10.26", "03/10/26", "3 Oct 26", "26-10-03", "3-10-2026", "2026/10/03", "2026.10.03"),
    *("3 Oktober 2026", "3 Oc 2026", "3 Octobers 2026", "3 of October 2026", "2026-10-03T08:00"),
    *("３ October 2026", "٣.١٠.٢٠٢٦", "3.10.2026 2.10.2026", "-3.10.2026", "10 3 2026", "3rd day 2026"),
]


@pytest.mark.parametrize(("typed", "day"), READ)
def test_a_day_is_read(typed, day):
    assert read_day(typed, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_day_is_refused_with_two_ways_to_write_it(typed):
    with pytest.raises(DayProblem) as asked:
        read_day(typed, TODAY)
    assert str(asked.value) == f"{typed.strip()[:40]} is not a day. Write it as 3 October 2026 or 2026-10-03."


@pytest.mark.parametrize(
    ("typed", "either"),
    [
        ("03/04/2026", "3 April or 4 March"),
        ("3/4/2026", "3 April or 4 March"),
        ("12/1/2026", "12 January or 1 December"),
    ],
)
def test_a_day_that_could_be_two_is_asked_about(typed, either):
    with pytest.raises(DayProblem) as asked:
        read_day(typed, TODAY)
    assert str(asked.value) == f"{typed} could be {either}. Write the month as a word."


def test_the_months_have_their_english_names():
    assert MONTHS[0] == "january"
    assert MONTHS[11] == "december"
    assert len(MONTHS) == 12


def test_every_day_of_60_years_is_read_in_each_way_of_writing():
    day, count = date(1968, 1, 1), 0
    while day.year < 2028:
        month = MONTHS[day.month - 1].title()
        for typed in (
            day.isoformat(),
            f"{day.day}.{day.month}.{day.year}",
            f"{day.day} {month} {day.year}",
            f"{month[:3]} {day.day}, {day.year}",
        ):
            assert read_day(typed, TODAY) == day, typed
        american, european = f"{day.month}/{day.day}/{day.year}", f"{day.day}/{day.month}/{day.year}"
        if day.day > 12 or day.day == day.month:
            assert read_day(american, TODAY) == read_day(european, TODAY) == day
        else:
            for typed in (american, european):
                with pytest.raises(DayProblem):
                    read_day(typed, TODAY)
        day += timedelta(days=1)
        count += 1
    assert count == 21_915
