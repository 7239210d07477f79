"""Two ranges of a marker overlap exactly where they could both fit one person on one day."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from markers.interval import Interval
from markers.overlap import overlaps
from markers.reference import Age, Collection, Range, Subject, may_come_before, misfits

BIRTHS = [date(2000, 1, 1) + timedelta(days) for days in range(1461)]


def record(start: str = "", end: str = "", **others) -> dict:
    """A range as a seed or a form has it; ages as `18 years`."""
    first, last = (text.split() if text else (None, "years") for text in (start, end))
    return {
        "sex": "any",
        "condition": "",
        "laboratory": "",
        "method": "",
        "age_from": None if first[0] is None else int(first[0]),
        "age_from_unit": first[1],
        "age_to": None if last[0] is None else int(last[0]),
        "age_to_unit": last[1],
        "in_force_from": None,
        "in_force_to": None,
    } | others


def rule(one: dict) -> Range:
    """The same record as the rule that judges."""
    start = None if one["age_from"] is None else Age(one["age_from"], one["age_from_unit"])
    end = None if one["age_to"] is None else Age(one["age_to"], one["age_to_unit"])
    return Range(
        id=1,
        interval=Interval(None, None),
        unit="",
        source="",
        sex=one["sex"],
        age_from=start,
        age_to=end,
        condition=one["condition"],
        method=one["method"],
        laboratory=one["laboratory"],
        in_force_from=one["in_force_from"],
        in_force_to=one["in_force_to"],
    )


AGES = [
    (("", "18 years"), ("18 years", ""), False),
    (("", "18 years"), ("17 years", ""), True),
    (("", "12 months"), ("1 years", ""), False),
    (("", "13 months"), ("1 years", ""), True),
    (("", "18 months"), ("18 months", "2 years"), False),
    (("18 months", "3 years"), ("2 years", ""), True),
    (("", "28 days"), ("1 months", ""), False),
    (("", "29 days"), ("1 months", ""), True),  # a month after 1 February is 28 days
    (("", "30 days"), ("1 months", ""), True),
    (("", "1 months"), ("31 days", ""), False),
    (("", "1 months"), ("30 days", ""), True),  # a month after 1 January is 31 days
    (("", "365 days"), ("1 years", ""), False),
    (("", "366 days"), ("1 years", ""), True),
    (("", "1 years"), ("365 days", ""), True),  # across 29 February a year is 366 days
    (("", "1 years"), ("366 days", ""), False),
    (("", ""), ("3 years", "4 years"), True),
    (("", "0 days"), ("0 days", ""), False),
]


@pytest.mark.parametrize(("one", "other", "expected"), AGES)
def test_ages_in_different_units_are_compared_as_people_live_them(one, other, expected):
    assert overlaps(record(*one), record(*other)) is expected
    assert overlaps(record(*other), record(*one)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {}, True),
        ({"sex": "female"}, {"sex": "male"}, False),
        ({"sex": "female"}, {"sex": "any"}, False),  # the range for the sex goes first
        ({"laboratory": "citylab"}, {}, False),
        ({"condition": "fasting"}, {}, False),
        ({"method": "Jaffe"}, {"method": "enzymatic"}, False),
        ({"method": "Jaffe"}, {"method": "jaffe"}, True),  # a method is matched whatever its case
        ({"in_force_to": date(2020, 1, 1)}, {"in_force_from": date(2020, 1, 1)}, False),
        ({"in_force_to": date(2020, 1, 2)}, {"in_force_from": date(2020, 1, 1)}, True),
        ({"in_force_from": date(2020, 1, 1)}, {"in_force_from": date(2030, 1, 1)}, True),
    ],
)
def test_whatever_tells_ranges_apart_keeps_them_from_overlapping(one, other, expected):
    assert overlaps(record(**one), record(**other)) is expected
    assert overlaps(record(**other), record(**one)) is expected


def test_no_two_ranges_that_fit_one_person_on_one_day_go_unseen():
    draw = random.Random(42)
    spans = {"days": 800, "months": 30, "years": 3}
    unseen, seen = [], 0
    for _ in range(600):
        pair = []
        while len(pair) < 2:
            units = [draw.choice(list(spans)) for _ in range(2)]
            ages = [Age(draw.randrange(spans[unit]), unit) for unit in units]
            if may_come_before(*ages):
                pair.append(record(*(f"{age.number} {age.unit}" for age in ages)))
        first, second = (rule(one) for one in pair)
        both = any(
            not misfits(first, subject, collection) and not misfits(second, subject, collection)
            for born in draw.sample(BIRTHS, 12)
            for day in draw.sample(range(1100), 12)
            for subject, collection in [(Subject("female", born), Collection(born + timedelta(day)))]
        )
        seen += both
        if both and not overlaps(*pair):
            unseen.append(pair)
    assert unseen == []
    assert seen > 100
