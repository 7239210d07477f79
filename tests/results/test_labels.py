"""The labels of a chart's bands, and the signs of its legend."""

from dataclasses import replace
from datetime import date

import pytest

from results.actions.visits import TypedRow, create_visit
from results.charts import figure, legend
from results.labels import Plot, band_labels
from results.queries import marker_facts, series_of


def drawn(person, slug, results, unit="", lab=""):
    """The series of results given as (day, value, unit)."""
    for day, value, written in results:
        rows = [TypedRow(marker=slug, value=value, unit=written)]
        create_visit(person=person, collected_on=date.fromisoformat(day), lab=lab, fasting=True, note="", rows=rows)
    facts = marker_facts(slug)
    return series_of(person, facts, unit or facts.units.own, None)


def plot_of(series, width=560.0, height=220.0):
    first, last = series.points[0].stored.day, series.points[-1].stored.day
    return Plot(width, height, first, last, 0.0, 4.0)


def test_a_label_says_whose_range_and_from_which_age_on(maya):
    maya.born_on = date(2001, 3, 5)
    results = [("2018-01-10", "1.0", "mg/L"), ("2026-01-10", "1.1", "mg/L")]
    found = drawn(maya, "beta-2-microglobulin", results, lab="Evexia Diagnostics")
    labels = band_labels(found, plot_of(found), 2, True)
    assert [label.text for label in labels] == ["Evexia Diagnostics 0.6–1.9", "from 19 years: 0.6–2.4"]


def test_a_label_never_lies_on_a_point_or_line(maya):
    results = [(f"{year}-03-01", value, "mg/L") for year, value in ((2018, "1.7"), (2019, "1.9"), (2022, "1.9"))]
    found = drawn(maya, "beta-2-microglobulin", results)
    plot = plot_of(found)
    (label,) = band_labels(found, plot, 2, False)
    assert (label.number, label.upright) == (0.7, "top"), "the line runs along the upper edge"
    low, high = plot.y(label.number) - 17, plot.y(label.number)
    assert not any(low < plot.y(float(point.number)) < high for point in found.points)


def test_the_same_range_is_named_once(maya):
    results = [("2018-01-10", "88", "mg/dL"), ("2019-01-10", "91", "mg/dL")]
    found = drawn(maya, "glucose", results)
    twice = replace(found, bands=(found.bands[0], found.bands[0]))
    assert len(band_labels(twice, Plot(560, 220, date(2018, 1, 1), date(2019, 2, 1), 0, 130), 0, True)) == 1


@pytest.mark.parametrize(("all_", "count"), [(True, 1), (False, 0)])
def test_a_label_without_room_is_left_out_on_a_phone_only(maya, all_, count):
    found = drawn(maya, "beta-2-microglobulin", [("2018-01-10", "1.7", "mg/L"), ("2019-01-10", "1.6", "mg/L")])
    assert len(band_labels(found, plot_of(found, width=30.0), 2, all_)) == count


def test_a_value_with_a_comparator_bears_its_text(maya):
    found = drawn(maya, "beta-2-microglobulin", [("2018-01-10", "<1.2", "mg/L"), ("2019-01-10", ">9", "mg/L")])
    texts = {
        trace["texttemplate"][0]: trace["textposition"][0] for trace in figure(found)["data"] if "texttemplate" in trace
    }
    assert texts == {"<1.2": "middle right", ">9": "middle left"}


@pytest.mark.parametrize(
    ("results", "unit", "signs"),
    [
        ([("2018-01-10", "1.0", "mg/L"), ("2018-09-10", "1.1", "mg/L")], "mg/L", "●"),
        ([("2018-01-10", "1.0", "mg/L"), ("2018-09-10", "9", "mg/L")], "mg/L", "●▲"),
        ([("2018-01-10", "0.1", "mg/L"), ("2018-09-10", "<9", "mg/L")], "mg/L", "▼▽"),
        ([("2018-01-10", "1.0", "mg/L"), ("2018-09-10", ">9", "mg/L")], "nmol/L", "●△○"),
    ],
)
def test_the_legend_names_what_the_chart_bears_and_nothing_else(maya, results, unit, signs):
    found = legend(drawn(maya, "beta-2-microglobulin", results, unit))
    assert "".join(sign for _, sign, _ in found) == signs
    assert [kind for kind, sign, _ in found if not sign] == ["swatch"]
