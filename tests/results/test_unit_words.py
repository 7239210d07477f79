"""A unit is said as people read it, also where it is the reason for something."""

from datetime import date

from markers.reference import Subject
from results.actions.visits import TypedRow, create_visit
from results.queries import marker_facts, series_of
from results.slips import Entered, slips


def test_the_reason_for_not_drawing_a_result_names_the_unit_as_people_read_it(maya):
    rows = [TypedRow(marker="tsh", value="1.9", unit="parts")]
    create_visit(person=maya, collected_on=date(2024, 5, 1), lab="", fasting=None, note="", rows=rows)
    (left,) = series_of(maya, marker_facts("tsh"), "m[IU]/L", None).unplotted
    assert left.reason == "its unit, parts, can't be converted to mIU/L"


def test_the_question_about_an_unknown_unit_names_the_known_ones_as_people_read_them(db):
    asked = slips([Entered(marker_facts("ferritin"), "44", "parts")], date(2024, 5, 1), date(2024, 5, 2), Subject())
    assert asked[0].message.endswith("Known: ng/mL, µg/L.")
