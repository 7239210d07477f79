"""The values of some markers together: which visits are columns, and what each cell holds."""

from __future__ import annotations

from datetime import date, time

import pytest

from markers.reference import Subject
from results.panel import COLUMNS, together
from results.series import Series, series
from tests.plain import a_marker, a_range, stored

MAYA = Subject("female", date(1963, 6, 14))


def of(*results, slug="beta-2-microglobulin") -> Series:
    return series(a_marker(a_range("0.7", "1.8"), slug=slug), MAYA, results)


def yearly(count: int) -> Series:
    """So many visits, one a year from 2001 on."""
    return of(*(stored("1.2", f"{2000 + year}-05-05", visit=f"v{year}") for year in range(1, count + 1)))


@pytest.mark.parametrize(
    ("count", "skip", "years", "older", "newer"),
    [
        (0, 0, [], None, None),
        (1, 0, [2001], None, None),
        (6, 0, [2001, 2002, 2003, 2004, 2005, 2006], None, None),
        (7, 0, [2002, 2003, 2004, 2005, 2006, 2007], 6, None),
        (7, 6, [2001], None, 0),
        (13, 6, [2002, 2003, 2004, 2005, 2006, 2007], 12, 0),
        (13, 12, [2001], None, 6),
        (13, 3, [2005, 2006, 2007, 2008, 2009, 2010], 9, 0),
        (3, 6, [2001], None, 0),
        (3, 10**9, [2001], None, 0),
        (3, -6, [2001, 2002, 2003], None, None),
        (0, 6, [], None, None),
    ],
)
def test_columns_are_the_last_visits_and_older_ones_are_reached(count, skip, years, older, newer):
    found = together([yearly(count)], skip)
    assert [column.day.year for column in found.columns] == years
    assert (found.older, found.newer, found.visits) == (older, newer, count)
    assert len(found.columns) <= COLUMNS


def test_every_visit_is_reached_by_going_back_and_forth():
    many, seen, skip = [yearly(20)], [], 0
    while skip is not None:
        found = together(many, skip)
        seen = [column.day.year for column in found.columns] + seen
        skip = found.older
    assert seen == list(range(2001, 2021))


def test_a_visit_is_a_column_once_whatever_it_holds():
    one = of(stored("1.2", "2024-03-01", visit="a", lab="CityLab"), stored("1.3", "2024-03-01", visit="a", order=1))
    other = of(stored("5", "2024-03-01", visit="a", order=2), stored("6", "2020-03-01", visit="b"), slug="other")
    found = together([one, other])
    assert [(column.visit, column.day.year, column.lab) for column in found.columns] == [
        ("b", 2020, ""),
        ("a", 2024, "CityLab"),
    ]
    cells = [[[entry.stored.value for entry in cell.entries] for cell in row.cells] for row in found.rows]
    assert cells == [[[], ["1.2", "1.3"]], [["6"], ["5"]]]


def test_two_visits_of_a_day_stand_in_their_order():
    late, early = (stored("1.2", "2024-03-01", visit=name, time=time(hour)) for name, hour in (("a", 18), ("b", 8)))
    untimed = [stored("1.2", "2024-03-02", visit=name, place=place) for name, place in (("c", 2), ("d", 1))]
    assert [column.visit for column in together([of(late, early, *untimed)]).columns] == ["b", "a", "d", "c"]


@pytest.mark.parametrize(
    ("value", "unit", "shown", "position", "reason"),
    [
        ("1.20", "mg/L", "", "in", ""),
        ("0", "mg/L", "", "below", ""),
        ("<0.7", "mg/L", "", "below", ""),
        ("<1", "mg/L", "", "unplaced", ""),
        ("1.20", "mcg/mL", "", "in", ""),
        ("0.19", "mg/dL", "1.90", "above", ""),
        ("<0.07", "mg/dL", "<0.70", "below", ""),
        ("101", "nmol/L", "≈ 1.19", "in", ""),
        ("1.20", "IU", "", None, "its unit, IU, can't be converted to mg/L"),
        ("1.20", "", "", None, "it has no unit"),
        ("negative", "mg/L", "", None, "it is not a number"),
    ],
)
def test_an_entry_says_the_value_as_written_and_where_it_stands(value, unit, shown, position, reason):
    (row,) = together([of(stored(value, "2024-03-01", unit=unit))]).rows
    (entry,) = row.cells[0].entries
    assert (entry.stored.value, entry.stored.unit) == (value, unit)
    assert (entry.shown, entry.position, entry.reason) == (shown, position, reason)
    assert (row.strip is None) == (position is None)


def test_a_row_says_its_unit_count_and_the_range_of_its_latest_point():
    found = together([of(stored("1.2", "2024-03-01"), stored("neg", "2025-03-01")), of(slug="other")])
    one, none = found.rows
    assert (one.unit, one.count, one.bounds, one.whose) == ("mg/L", 2, "0.7–1.8", "general range")
    assert (none.count, none.bounds, none.judgment, none.strip) == (0, "", None, None)
    assert [cell.entries for cell in none.cells] == [(), ()]
    assert found.measured == 1


def test_all_strips_share_the_axis_of_every_result_whatever_columns_are_shown():
    long, late = yearly(9), of(stored("1.2", "2010-01-01"), slug="other")
    for skip in (0, 6):
        found = together([long, late], skip)
        assert (found.axis.first, found.axis.last) == (date(2001, 5, 5), date(2010, 1, 1))
        assert found.rows[1].strip.last[0] == 96.0


def test_without_a_number_there_is_no_axis_and_the_words_stand_in_their_cells():
    found = together([of(stored("negative", "2024-03-01"))])
    assert found.axis is None
    assert found.rows[0].strip is None
    assert found.rows[0].cells[0].entries[0].reason == "it is not a number"
