"""The range a report prints, read from its text or left alone."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from results.documents.ranges import is_swapped, printed_range
from tests.plain import span

READ = [
    ("3.4-10.8", span("3.4", "10.8")),
    ("3,4-10,8", span("3.4", "10.8")),
    ("0.70 - 1.80", span("0.70", "1.80")),
    ("0.7–1.8", span("0.7", "1.8")),
    ("0.7—1.8", span("0.7", "1.8")),
    ("0.7 to 1.8", span("0.7", "1.8")),
    ("4.3 TO 6.2", span("4.3", "6.2")),
    ("3,5 bis 5,1", span("3.5", "5.1")),
    ("3,5 a 5,1", span("3.5", "5.1")),
    ("70_105", span("70", "105")),
    ("70..105", span("70", "105")),
    ("70...105", span("70", "105")),
    ("0.0 - 5.6", span("0.0", "5.6")),
    (".5-1.2", span("0.5", "1.2")),
    ("0,5-1,25", span("0.5", "1.25")),
    ("-1--2", span("-2", "-1")),
    ("-2-3", span("-2", "3")),
    ("-2 - +3", span("-2", "3")),
    ("10.8-3.4", span("3.4", "10.8")),
    ("5-5", span("5", "5")),
    ("[ 49 - 92 ]", span("49", "92")),
    ("(3.5-5.1)", span("3.5", "5.1")),
    ("3.5\u00a0-\u00a05.1\u200b", span("3.5", "5.1")),
    ("649-1346 cells/mcL", span("649", "1346")),
    ("3.5-5.0 g/dL", span("3.5", "5.0")),
    ("4.0-5.6%", span("4.0", "5.6")),
    ("4.0-5.6 %", span("4.0", "5.6")),
    ("60-120 mL/min/1.73 m2", span("60", "120")),
    ("150-400 10*3/uL", span("150", "400")),
    ("4.0-11.0 10^9/L", span("4.0", "11.0")),
    ("4.0-11.0 x10E3/uL", span("4.0", "11.0")),
    ("<5.7", span(None, "5.7", high_strict=True)),
    ("< 5.7 %", span(None, "5.7", high_strict=True)),
    ("[ < 4.5]", span(None, "4.5", high_strict=True)),
    ("less than 5.7", span(None, "5.7", high_strict=True)),
    ("Below 5.7", span(None, "5.7", high_strict=True)),
    ("<=5.7", span(None, "5.7")),
    ("=<5.7", span(None, "5.7")),
    ("≤ 5,7", span(None, "5.7")),
    ("< or = 5.7", span(None, "5.7")),
    ("Up to 200", span(None, "200")),
    ("up to 200 mg/dL", span(None, "200")),
    ("max. 200", span(None, "200")),
    ("    >59", span("59", None, low_strict=True)),
    ("more than 59", span("59", None, low_strict=True)),
    (">=60", span("60", None)),
    ("≥60 mL/min", span("60", None)),
    ("> or = 60", span("60", None)),
    ("at least 60", span("60", None)),
    ("from 60", span("60", None)),
    ("<0", span(None, "0", high_strict=True)),
    ("0-999999", span("0", None)),
    ("-999999 - 5", span(None, "5")),
    ("1.000-2.000", span("1.000", "2.000")),
]
LEFT_ALONE = [
    *("", " ", "[ ]", "-", "np", "Not Estab.", "Negative", "see note", "5", "5.7 %", "<", "< 1:80", "1:40-1:80"),
    *("-999999-999999", "<999999", "1e3-2e3", "３-７", "2026-10-03", "1-2-3", "1 - 2 - 3", "5-10 - 15", "1.2.3-4"),
    # a comma before three digits could be a thousands sign: 4.5 would be a thousandth of 4,500
    *("4,500-11,000", "150,000-400,000 /uL", "<1,200", ">1,200", "Up to 1,200", "0,123-0,456", "1-1,500", "1,000-2"),
    # the range of somebody else may stand behind
    "M: 13.5-17.5 F: 12.0-15.5",
    "13.5-17.5 M 12.0-15.5 F",
    "13.5 - 17.5 (M), 12.0 - 15.5 (F)",
    "13.5-17.5 (M)",
    "13.5-17.5 men; 12.0 to 15.5 women",
    "<5.7 Non-diabetic 5.7-6.4 prediabetes",
    "<150 mg/dL desirable; 150-199 borderline; >= 200 high",
    "<50 men, <40 women",
    "70-99 fasting, less than 140 after meals",
    "3.5-5.0 g/dL up to 60 years",
]


@pytest.mark.parametrize(("text", "interval"), READ)
def test_bounds_are_read_from_the_text(text, interval):
    assert printed_range(text) == interval


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_a_text_that_states_no_single_range_gives_no_bound(text):
    assert printed_range(text) is None


@pytest.mark.parametrize(
    ("text", "swapped"),
    [("10.8-3.4", True), ("-1--2", True), ("3.4-10.8", False), ("5-5", False), ("<5.7", False), ("np", False)],
)
def test_bounds_the_wrong_way_round_are_told(text, swapped):
    assert is_swapped(text) is swapped


def test_5000_printed_pairs_are_read_to_the_last_digit():
    chance = random.Random(5)
    for _ in range(5_000):
        low = Decimal(chance.randrange(-50, 5_000)).scaleb(-chance.randrange(5))
        high = low + Decimal(chance.randrange(1, 5_000)).scaleb(-chance.randrange(5))
        between = chance.choice([" - ", "-", " – ", " to "])
        found = printed_range(f"{low:f}{between}{high:f}{chance.choice(['', ' mg/L', '%'])}")
        assert (str(found.low), str(found.high)) == (f"{low:f}", f"{high:f}")
        assert not found.low_strict
        assert not found.high_strict
