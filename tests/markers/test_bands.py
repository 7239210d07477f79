"""The number line of a marker's page: each figure at its place, the range apart from a guideline's limits."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

import pytest

from markers.bands import groups
from markers.facts import Cited, Limit, MarkerFacts
from markers.interval import Interval
from markers.reference import Age, Range
from markers.units import Unit, UnitTable

DAY = date(2026, 10, 3)
TABLE = UnitTable("mg/L", {"mg/L": Unit("mg/L"), "mg/dL": Unit("mg/dL", Decimal(10)), "nmol/L": Unit("nmol/L")})


def numbers(low, high):
    return [None if bound is None else Decimal(bound) for bound in (low, high)]


def reference(low, high, **parts):
    return Range(1, Interval(*numbers(low, high)), **{"unit": "mg/L", "source": "A book"} | parts)


def limit(operator, low, high=None, scheme="ISS", **parts):
    strict = {"low_strict": operator == ">", "high_strict": True}
    bounds = (None, low) if operator.startswith("<") else (low, high)
    interval = Interval(*numbers(*bounds), **strict)
    told = {"key": f"at-{low}", "name": f"at {low}", "scheme": scheme, "unit": "mg/L", "source": Cited("A guideline")}
    return Limit(operator=operator, interval=interval, **told | parts)


def marker(ranges=(), limits=(), table=TABLE):
    return MarkerFacts(1, "b2m", "B2M", "", "serum", 1, "high", table, tuple(ranges), limits=tuple(limits))


B2M = marker(
    [reference("0.7", "1.8", group="adults")], [limit("<", "3.5"), limit(">=", "3.5", "5.5"), limit(">=", "5.5")]
)


def test_the_range_stands_first_and_the_stages_below_it_on_the_same_scale():
    ours, iss = groups(B2M, DAY)
    assert (ours.title, ours.is_range, iss.title, iss.is_range) == ("Reference range", True, "ISS", False)
    (line,), (stages,) = ours.strips, iss.strips
    assert [(zone.letter, zone.figures) for zone in (*line.zones, *stages.zones)] == [
        ("A", "0.7–1.8 mg/L"),
        ("B", "below 3.5 mg/L"),
        ("C", "3.5 to below 5.5 mg/L"),
        ("D", "5.5 mg/L or more"),
    ]
    assert [tick.text for tick in line.ticks + stages.ticks] == ["0.7", "1.8", "3.5", "5.5"]
    places = [tick.at for tick in line.ticks + stages.ticks]
    steps = [(later - earlier) for earlier, later in itertools.pairwise(places)]
    assert [round(step / steps[0], 1) for step in steps] == [1.0, 1.5, 1.8]  # 1.1, 1.7 and 2.0 mg/L


def test_zones_of_one_scheme_touch_and_reach_the_ends():
    _, iss = groups(B2M, DAY)
    first, middle, last = iss.strips[0].zones
    assert first.start == 0
    assert first.start + first.width == pytest.approx(middle.start)
    assert middle.start + middle.width == pytest.approx(last.start, abs=0.02)
    assert last.start + last.width == pytest.approx(100, abs=0.02)


def test_a_line_read_aloud_says_letters_figures_and_names():
    assert groups(B2M, DAY)[0].strips[0].label == "A, 0.7–1.8 mg/L, adults"


@pytest.mark.parametrize(
    ("ranges", "strips"),
    [
        ([reference("24", "307", sex="female"), reference("24", "336", sex="male")], 2),  # one over the other
        ([reference("1", "2", sex="female"), reference("8", "9", sex="male")], 2),  # no step from one to the other
        ([reference(None, "5")], 1),
        ([reference("60", None)], 1),
        ([reference("0", "0")], 1),
    ],
)
def test_each_range_is_drawn_on_a_line_of_its_own(ranges, strips):
    (ours,) = groups(marker(ranges), DAY)
    assert len(ours.strips) == strips
    for strip in ours.strips:
        assert all(0 <= zone.start <= 100 and 0 < zone.width <= 100 for zone in strip.zones)


@pytest.mark.parametrize(
    ("one", "is_drawn"),
    [
        (reference("1", "2"), True),
        (reference("1", "2", age_from=Age(18, "years")), True),
        (reference("1", "2", in_force_from=date(2027, 1, 1)), False),
        (reference("1", "2", in_force_to=date(2026, 10, 3)), False),
        (reference("1", "2", laboratory="mayo"), False),
        (reference("1", "2", condition="fasting"), True),  # with no other there is none better
        (reference("1", "2", age_to=Age(14, "days")), True),  # a range of children only is shown rather than none
        (reference("1", "2", unit="g/L"), False),  # a unit that can't be converted
    ],
)
def test_the_general_range_in_force_is_drawn(one, is_drawn):
    assert bool(groups(marker([one]), DAY)) is is_drawn


def test_a_range_for_grown_ups_goes_before_a_childs_and_before_one_with_a_condition():
    child, fasting = reference("9", "10", age_to=Age(18, "years")), reference("5", "6", condition="fasting")
    (ours,) = groups(marker([child, fasting, reference("1", "2", age_from=Age(18, "years"))]), DAY)
    assert [zone.figures for strip in ours.strips for zone in strip.zones] == ["1–2 mg/L"]


def test_limits_that_overlap_are_drawn_below_one_another():
    _, iss = groups(marker([reference("1", "2")], [limit(">", "3"), limit(">", "5"), limit("<", "3")]), DAY)
    assert [[zone.figures for zone in strip.zones] for strip in iss.strips] == [
        ["below 3 mg/L", "above 3 mg/L"],
        ["above 5 mg/L"],
    ]


def test_figures_below_the_line_are_those_of_the_list():
    ours, _ = groups(marker([reference("3.5", "5", unit="mg/dL")], [limit("<", "36")]), DAY)
    assert [tick.text for tick in ours.strips[0].ticks] == ["3.5", "5"]
    _, iss = groups(marker([reference("3.5", "5", unit="mg/dL")], [limit("<", "36")]), DAY)
    assert (iss.strips[0].ticks[0].text, iss.strips[0].zones[0].figures) == ("36", "below 36 mg/L")
    assert ours.strips[0].ticks[0].at < iss.strips[0].ticks[0].at < ours.strips[0].ticks[1].at  # 35, 36 and 50 mg/L


def test_bands_are_lettered_from_left_to_right():
    _, iss = groups(marker([reference("1", "2")], [limit(">=", "5"), limit("<", "3"), limit(">=", "3", "5")]), DAY)
    assert [zone.figures for zone in iss.strips[0].zones] == ["below 3 mg/L", "3 to below 5 mg/L", "5 mg/L or more"]


def test_limits_of_no_scheme_stand_together_and_last():
    found = groups(
        marker(
            [reference("1", "2")], [limit("<", "1", scheme=""), limit(">", "9", scheme="X"), limit(">", "3", scheme="")]
        ),
        DAY,
    )
    assert [group.title for group in found] == ["Reference range", "X", "Other limits"]
    assert len(found[2].strips) == 1


def test_figures_that_would_run_into_one_another_are_left_to_the_list():
    (ours,) = groups(marker([reference("100", "101")], []), DAY)
    assert len(ours.strips[0].ticks) == 2
    ours, _ = groups(marker([reference("1.0", "1.1")], [limit("<", "50")]), DAY)
    assert [tick.text for tick in ours.strips[0].ticks] == ["1.0", ""]  # the edge stays
    assert ours.strips[0].zones[0].figures == "1.0–1.1 mg/L"


def test_nothing_is_drawn_where_nothing_is_on_record():
    assert groups(marker(), DAY) == []
