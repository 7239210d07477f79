"""The number line: a value beside the range that judged it, legible at both ends."""

from datetime import date

import pytest

from results.actions.visits import TypedRow, create_visit
from results.charts import number_line
from results.queries import marker_facts, series_of


def line_of(person, value, printed):
    rows = [TypedRow(marker="ferritin", value=value, unit="ng/mL", **printed)]
    create_visit(person=person, collected_on=date(2024, 5, 1), lab="", fasting=None, note="", rows=rows)
    found = series_of(person, marker_facts("ferritin"), "ng/mL", None)
    return number_line(found.points[-1], 0)


@pytest.mark.parametrize(
    ("value", "printed", "texts"),
    [
        ("50", {"printed_low": "10", "printed_high": "120"}, ("10", "120")),
        ("5000", {"printed_low": "10", "printed_high": "120"}, ("", "10–120")),
        ("0", {"printed_low": "100", "printed_high": "101"}, ("", "100–101")),
        ("50", {"printed_high": "120"}, (None, "120")),
        ("50", {"printed_low": "10"}, ("10", None)),
    ],
)
def test_bounds_that_lie_close_are_written_as_one_text(maya, value, printed, texts):
    line = line_of(maya, value, printed)
    assert (line.low and line.low.text, line.high and line.high.text) == texts


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("119", {"printed_high": "120"}),
        ("0", {"printed_low": "0", "printed_high": "120"}),
        ("5000", {"printed_low": "10", "printed_high": "120"}),
        ("1", {"printed_low": "100", "printed_high": "120"}),
    ],
)
def test_no_text_leaves_the_line_at_either_end(maya, value, printed):
    line = line_of(maya, value, printed)
    for place in filter(None, (line.value, line.low, line.high)):
        assert 0 <= place.at <= 100
        assert place.anchor == ("start" if place.at < 8 else "end" if place.at > 92 else "middle")


def test_room_is_left_above_an_upper_bound_that_stands_alone(maya):
    line = line_of(maya, "119", {"printed_high": "120"})
    assert line.high.at < 80
