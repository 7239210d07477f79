"""Series drawn small on one time axis: where days and numbers stand, and what is said of the drawing."""

from __future__ import annotations

from datetime import date

import pytest

from markers.reference import Subject
from results.series import Series, series
from results.strips import HEIGHT, Axis, axis_of, span_of, strip
from tests.plain import a_marker, a_range, stored


def drawn(*values: tuple[str, str], ranges=(("0.7", "1.8"),)) -> Series:
    """A series of (day, value) against these ranges."""
    marker = a_marker(*(a_range(*one) for one in ranges))
    return series(marker, Subject("female", date(1963, 6, 14)), [stored(value, day) for day, value in values])


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        ("2016-03-02", "2026-10-03", ["2020", "2025"]),
        ("2021-03-02", "2025-10-03", ["2022", "2023", "2024", "2025"]),
        ("2020-03-02", "2025-10-03", ["2022", "2024"]),
        ("2024-03-02", "2026-01-01", ["2025", "2026"]),
        ("2024-03-02", "2025-01-01", ["Mar 2024", "Jan 2025"]),
        ("2024-03-02", "2024-03-30", ["Mar 2024"]),
        ("2024-02-29", "2024-02-29", ["Feb 2024"]),
        ("1926-03-02", "2026-10-03", ["1950", "2000"]),
    ],
)
def test_an_axis_names_a_few_years_or_its_ends(first, last, texts):
    axis = Axis(date.fromisoformat(first), date.fromisoformat(last))
    assert [tick.text for tick in axis.ticks] == texts
    assert all(4 <= tick.at <= 96 for tick in axis.ticks)


def test_days_stand_at_their_true_distance():
    axis = Axis(date(2020, 1, 1), date(2022, 1, 1))
    days = [date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1)]
    assert [axis.at(day) for day in days] == [4.0, 50.06, 96.0]
    assert Axis(days[0], days[0]).at(days[0]) == 50.0


def test_the_axis_reaches_over_every_series():
    many = [drawn(("2020-01-01", "1")), drawn(("2024-01-01", "1"), ("2019-05-05", "2")), drawn()]
    assert axis_of(many) == Axis(date(2019, 5, 5), date(2024, 1, 1))
    assert axis_of([drawn(), drawn(("2020-01-01", "negative"))]) is None


@pytest.mark.parametrize(
    ("values", "ranges", "share"),
    [
        (["1.2"], (("0.7", "1.8"),), 1 / 3),
        (["0.8", "2.8"], (("0.7", "1.8"),), 1 / 3),
        (["1.2"], (("0", "5"),), 1 / 3),
        (["1.2"], ((None, "5"),), 1 / 2),
        (["80"], (("60", None),), 1 / 2),
        (["1.2", "9.9"], (("0.7", "1.8"),), None),
    ],
)
def test_the_band_takes_its_share_of_the_height_unless_a_value_lies_further_out(values, ranges, share):
    shown = drawn(*((f"202{place}-01-01", value) for place, value in enumerate(values)), ranges=ranges)
    low, high = span_of(shown)
    band = shown.bands[-1].interval
    ends = [float(low if band.low is None else band.low), float(high if band.high is None else band.high)]
    height = (ends[1] - ends[0]) / (high - low)
    assert height == pytest.approx(share) if share else height < 1 / 3
    assert all(low <= float(value) <= high for value in values)


def test_a_strip_without_a_band_reaches_over_its_values():
    low, high = span_of(drawn(("2020-01-01", "10"), ("2021-01-01", "12"), ranges=()))
    assert low < 10 < 12 < high


def test_a_strip_has_its_band_its_line_its_dots_and_the_mark_of_the_latest():
    shown = drawn(("2020-01-01", "1.2"), ("2021-01-01", "1.3"), ("2022-01-01", "1.9"))
    axis = Axis(date(2018, 1, 1), date(2022, 1, 1))
    found = strip(shown, axis)
    assert found.position == "above"
    assert found.comparator == ""
    assert found.last[0] == axis.at(date(2022, 1, 1)) == 96.0
    (band,) = found.bands
    assert band[0] == axis.at(date(2020, 1, 1))
    assert band[0] + band[2] == pytest.approx(96.0)
    assert found.last[1] < band[1], "above the band"
    assert band[1] + band[3] <= HEIGHT
    assert found.dots.count("M") == 2
    assert [piece.count(",") for piece in found.pieces] == [3]
    assert found.label == "3 results from 2020 to 2022, lowest 1.2, highest 1.9 mg/L; 2 in range, 1 above range."


@pytest.mark.parametrize(
    ("values", "position", "comparator", "lines"),
    [
        ([("2020-01-01", "1.2")], "in", "", 0),
        ([("2020-01-01", "<0.7"), ("2020-06-01", "1.2")], "in", "", 0),
        ([("2020-01-01", "1.2"), ("2020-06-01", "<0.7")], "below", "<", 0),
        ([("2020-01-01", "1.2"), ("2024-06-01", "<=1")], "unplaced", "<", 0),
        ([("2020-01-01", "1.2"), ("2024-06-01", "1.3")], "in", "", 1),
        ([("2020-01-01", "1.2"), ("2020-01-01", "1.9")], "above", "", 1),
    ],
)
def test_a_strip_draws_what_the_chart_draws(values, position, comparator, lines):
    shown = drawn(*values)
    found = strip(shown, axis_of([shown]))
    assert (found.position, found.comparator) == (position, comparator)
    assert len(found.pieces) + len(found.bridges) == lines
    assert all(width > 0 and 0 <= x <= 100 - width for x, _, width, _ in found.bands)


def test_nothing_is_drawn_without_a_point():
    assert strip(drawn(("2020-01-01", "negative")), Axis(date(2020, 1, 1), date(2021, 1, 1))) is None
