"""What a marker's page says of its figures: whom each is for, once what all share, and how units are reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from markers.facts import Cited, Gap, Influence
from markers.page import figures, gap_people, range_people
from markers.reference import Age
from markers.sources import Bibliography
from markers.units import Unit, UnitTable
from tests.markers.test_bands import marker, reference

DAY = date(2026, 10, 3)
ADULTS = {"age_from": Age(18, "years")}


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({}, "everybody"),
        ({"sex": "male", **ADULTS}, "male, from 18 years"),
        ({"group": "adults", **ADULTS}, "adults (from 18 years)"),
        ({"group": "adult women", "sex": "female", **ADULTS}, "adult women (from 18 years)"),  # the sex is said
        ({"group": "women 31 to 40 years", "sex": "female", **ADULTS}, "women 31 to 40 years"),  # and the ages
        ({"group": "adults", "sex": "female", "condition": "fasting"}, "adults (female, fasting)"),
        ({"group": "newborns", "age_to": Age(14, "days"), "method": "IFCC"}, "newborns (under 14 days, IFCC)"),
        (
            {"group": "children", "age_from": Age(6, "months"), "age_to": Age(2, "years")},
            "children (6 months to under 2 years)",
        ),
        ({"age_from": Age(1, "years"), "age_to": Age(6, "years")}, "1 to under 6 years"),
    ],
)
def test_whom_a_range_is_for_is_said_once(about, said):
    assert range_people(reference("1", "2", **about)) == said


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (Gap("any", None, None, "No."), "all ages"),
        (Gap("any", None, Age(18, "years"), "No."), "under 18 years"),
        (Gap("female", Age(98, "years"), None, "No."), "female, from 98 years"),
    ],
)
def test_whom_a_gap_concerns(gap, said):
    assert gap_people(gap) == said


def shown(ranges, **parts):
    return figures(marker(ranges, **parts), DAY, Bibliography())


def test_a_note_that_all_ranges_of_an_owner_bear_is_said_once():
    alike = [reference("1", "2", note="By dialysis."), reference("2", "3", note="By dialysis.")]
    (group,) = shown(alike).ranges
    assert (group.note, [row.note for row in group.rows]) == ("By dialysis.", ["", ""])
    (group,) = shown([*alike, reference("3", "4")]).ranges
    assert (group.note, [row.note for row in group.rows]) == ("", ["By dialysis.", "By dialysis.", ""])


def test_general_ranges_stand_before_a_laboratorys_and_the_young_before_the_old():
    ranges = [
        reference("1", "2", laboratory="b", laboratory_name="B Lab"),
        reference("1", "2", age_from=Age(1, "years")),
        reference("1", "2", age_from=Age(14, "days"), age_to=Age(1, "years")),
        reference("1", "2", laboratory="a", laboratory_name="A Lab"),
        reference("1", "2", in_force_to=date(2026, 1, 1)),
    ]
    found = shown(ranges).ranges
    assert [group.owner for group in found] == ["", "A Lab", "B Lab"]
    assert [row.people for row in found[0].rows] == ["14 days to under 1 year", "from 1 year"]


def test_one_source_has_one_number_wherever_it_is_cited():
    found = shown([reference("1", "2"), reference("2", "3"), reference("3", "4", source="Another")])
    assert [row.number for row in found.ranges[0].rows] == [1, 1, 2]


@pytest.mark.parametrize(
    ("unit", "rule"),
    [
        (Unit("mg/dL", Decimal(10)), "mg/L = mg/dL × 10"),
        (Unit("ug/L", divisor=Decimal(1000)), "mg/L = µg/L ÷ 1000"),
        (Unit("ug/mL"), "mg/L = µg/mL"),
        (Unit("mmol/mol", Decimal("0.09148"), offset=Decimal("2.152")), "mg/L = mmol/mol × 0.09148 + 2.152"),
        (Unit("x", offset=Decimal("-2")), "mg/L = x − 2"),
    ],
)
def test_a_unit_says_how_it_is_reached(unit, rule):
    table = UnitTable("mg/L", {"mg/L": Unit("mg/L"), unit.code: unit})
    assert [row.rule for row in shown([], table=table).units] == [rule]


def test_influences_are_told_by_what_they_do():
    moved = (Influence("raises", "a meal", Cited("A")), Influence("lowers", "rest", Cited("B")))
    found = figures(replace(marker(), influences=moved), DAY, Bibliography())
    assert (found.raises, found.lowers, found.others) == ((("a meal", 1),), (("rest", 2),), ())
