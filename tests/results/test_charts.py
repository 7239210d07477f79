"""A series drawn: the figure, the number line and the sparkline."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import orjson
import plotly.graph_objects as go
import pytest

from markers.queries import catalogue
from markers.reference import Subject
from results.charts import DARK, LIGHT, dark_colors, figure, number_line, sparkline, ticks, y_domain
from results.series import Series, series
from results.words import decimals_in
from tests.plain import SLUGS, a_marker, a_range, span, stored

MAYA = Subject("female", date(1963, 6, 14))
MARKER = a_marker(
    a_range("0.7", "1.8", ("18 years", None), group="adults"),
    a_range("0.8", "2.2", ("18 years", None), laboratory="city", laboratory_name="CityLab"),
)
ONE_SIDED = {"low": a_marker(a_range("60", None)), "high": a_marker(a_range(None, "5.7", high_strict=True))}


def shown(*results, marker=MARKER, subject=MAYA, unit="") -> Series:
    return series(marker, subject, results, unit)


def lines(drawn: dict, dash: str) -> list[list[tuple[str, float]]]:
    """The lines of a figure as lists of (day, number)."""
    found = [trace for trace in drawn["data"] if trace["mode"] == "lines" and trace["line"]["dash"] == dash]
    return [[(x[:10], y) for x, y in zip(trace["x"], trace["y"], strict=True)] for trace in found]


def marks(drawn: dict) -> dict[str, tuple[str, str]]:
    """Each result of a figure -> its symbol and color."""
    traces = [trace for trace in drawn["data"] if "customdata" in trace]
    return {
        result: (trace["marker"]["symbol"], trace["marker"]["color"])
        for trace in traces
        for result in trace["customdata"]
    }


def shapes(drawn: dict, kind: str) -> list[dict]:
    return [shape for shape in drawn["layout"]["shapes"] if shape["type"] == kind]


def labels(drawn: dict) -> list[str]:
    return [note["text"] for note in drawn["layout"]["annotations"]]


FOUR = (
    stored("1.2", "2020-01-05", result="in"),
    stored("1.9", "2020-06-05", result="above"),
    stored("0.5", "2021-01-05", result="below"),
    stored("1.4", "2021-03-05", time=time(7, 30), result="again"),
)


def test_the_axis_names_marker_and_unit():
    drawn = figure(shown(*FOUR))
    assert drawn["layout"]["yaxis"]["title"]["text"] == "Beta-2 microglobulin (mg/L)"
    assert figure(shown(*FOUR, unit="nmol/L"))["layout"]["yaxis"]["title"]["text"] == "Beta-2 microglobulin (nmol/L)"


def test_time_runs_true_to_the_calendar_from_left_to_right():
    drawn = figure(shown(*FOUR))
    assert drawn["layout"]["xaxis"]["type"] == "date"
    start, end = drawn["layout"]["xaxis"]["range"]
    assert start < "2020-01-05" < "2021-03-05" < end
    assert "autorange" not in drawn["layout"]["xaxis"]
    assert lines(drawn, "solid") == [
        [("2020-01-05", 1.2), ("2020-06-05", 1.9), ("2021-01-05", 0.5), ("2021-03-05", 1.4)],
    ]
    moments = next(trace["x"] for trace in drawn["data"] if trace["mode"] == "lines")
    assert moments == ["2020-01-05T00:00:00", "2020-06-05T00:00:00", "2021-01-05T00:00:00", "2021-03-05T07:30:00"]


def test_a_point_shows_its_position_by_shape_and_color():
    results = [
        *FOUR,
        stored("<0.5", "2022-01-01", result="less"),
        stored("<=3", "2022-02-01", result="at most"),
        stored(">5", "2022-03-01", result="more"),
        stored("0.12", "2022-04-01", unit="mg/dL", result="converted"),
        stored("0.19", "2022-05-01", unit="mg/dL", result="converted, above"),
    ]
    assert marks(figure(shown(*results))) == {
        "in": ("circle", LIGHT["in"]),
        "above": ("triangle-up", LIGHT["out"]),
        "below": ("triangle-down", LIGHT["out"]),
        "again": ("circle", LIGHT["in"]),
        "less": ("arrow-down-open", LIGHT["out"]),
        "at most": ("arrow-down-open", LIGHT["ink"]),
        "more": ("arrow-up-open", LIGHT["out"]),
        "converted": ("circle-open", LIGHT["in"]),
        "converted, above": ("triangle-up-open", LIGHT["out"]),
    }
    assert set(marks(figure(shown(*FOUR, marker=a_marker()))).values()) == {("diamond-open", LIGHT["ink"])}


def test_a_point_says_its_row_when_looked_at():
    drawn = figure(shown(*FOUR))
    said = {
        key: text
        for trace in drawn["data"]
        if "text" in trace
        for key, text in zip(trace["customdata"], trace["text"], strict=True)
    }
    assert said["above"] == "1.9 mg/L<br>5 Jun 2020<br>56 years<br>above range 0.7–1.8 (general range, adults)"


LINES = [
    # results after 1.2 on 2020-01-05; solid lines, dotted lines, as numbers
    ([stored("1.3", "2020-06-05")], [[1.2, 1.3]], []),
    ([stored("1.3", "2021-07-06")], [[1.2, 1.3]], []),
    ([stored("1.3", "2021-07-07")], [], [[1.2, 1.3]]),
    ([stored("<1.3", "2020-06-05")], [], []),
    ([stored("<1.3", "2022-06-05")], [], []),
    ([stored("<1.3", "2020-06-05"), stored("1.4", "2020-09-05")], [], []),
    ([stored("1.3", "2020-06-05"), stored(">1", "2020-09-05"), stored("1", "2020-10-05")], [[1.2, 1.3]], []),
    ([stored("1.3", "2020-06-05", lab="CityLab")], [], [[1.2, 1.3]]),
    (
        [stored("1.3", "2020-06-05", lab="CityLab"), stored("1.4", "2020-09-05", lab="citylab")],
        [[1.3, 1.4]],
        [[1.2, 1.3]],
    ),
    (
        [
            stored("1.3", "2020-06-05", lab="City Lab", laboratory="city"),
            stored("1.4", "2020-09-05", lab="CityLab", laboratory="city"),
        ],
        [[1.3, 1.4]],
        [[1.2, 1.3]],
    ),
    ([stored("1.3", "2020-06-05", method="ELISA")], [], [[1.2, 1.3]]),
    ([stored("0.13", "2020-06-05", unit="mg/dL")], [[1.2, 1.3]], []),
    ([stored("9", "2020-03-05", unit="IU"), stored("1.3", "2020-06-05")], [], []),
    ([stored("trace", "2020-03-05"), stored("1.3", "2020-06-05"), stored("1.4", "2020-07-05")], [[1.3, 1.4]], []),
]


@pytest.mark.parametrize(("later", "solid", "dotted"), LINES)
def test_a_line_joins_only_what_can_be_compared(later, solid, dotted):
    drawn = figure(series(MARKER, MAYA, [stored("1.2", "2020-01-05"), *later, stored("<9", "2026-01-01")]))
    assert [[number for _, number in line] for line in lines(drawn, "solid")] == solid
    assert [[number for _, number in line] for line in lines(drawn, "dot")] == dotted


def test_the_steps_of_the_band_are_drawn_from_day_to_day():
    results = [stored("1", "2020-01-05"), stored("1", "2021-01-05", laboratory="city"), stored("1", "2022-01-05")]
    view = shown(*results[:2], replace(results[2], laboratory="city"))
    drawn = figure(view)
    assert [(one["x0"], one["x1"], one["y0"], one["y1"]) for one in shapes(drawn, "rect")] == [
        ("2020-01-05", "2021-01-05", 0.7, 1.8),
        ("2021-01-05", "2022-01-06", 0.8, 2.2),
    ]
    assert [(one["x0"], one["x1"], one["y0"], one["y1"]) for one in shapes(drawn, "line")] == [
        ("2020-01-05", "2021-01-05", 0.7, 0.7),
        ("2020-01-05", "2021-01-05", 1.8, 1.8),
        ("2021-01-05", "2022-01-06", 0.8, 0.8),
        ("2021-01-05", "2022-01-06", 2.2, 2.2),
    ]
    assert all(one["layer"] == "below" for one in drawn["layout"]["shapes"])
    assert labels(drawn) == ["general 0.7–1.8", "CityLab 0.8–2.2"]


def test_a_step_is_labeled_with_the_age_only_where_it_stands_at_the_birthday():
    born = Subject("male", date(2012, 2, 29))
    marker = a_marker(
        a_range("1", "2", (None, "1 years")),
        a_range("1", "3", ("1 years", "13 years")),
        a_range("1", "4", ("13 years", None), in_force_to=date(2026, 1, 1)),
        a_range("1", "5", ("13 years", None), in_force_from=date(2026, 1, 1)),
    )
    drawn = figure(shown(stored("1", "2012-03-01"), stored("1", "2026-10-03"), marker=marker, subject=born))
    assert labels(drawn) == ["1–2", "from 1 year: 1–3", "from 13 years: 1–4", "general 1–5"]
    assert [one["x0"] for one in shapes(drawn, "rect")] == ["2012-03-01", "2013-03-01", "2025-03-01", "2026-01-01"]


@pytest.mark.parametrize(
    ("side", "edges", "label"),
    [("low", [60.0], "general from 60"), ("high", [5.7], "general below 5.7")],
)
def test_a_one_sided_range_is_drawn_to_the_edge(side, edges, label):
    view = shown(stored("4", "2020-01-05"), stored("75", "2021-01-05"), marker=ONE_SIDED[side])
    drawn = figure(view)
    bottom, top = drawn["layout"]["yaxis"]["range"]
    rect = shapes(drawn, "rect")[0]
    assert (rect["y0"], rect["y1"]) == ((60.0, top) if side == "low" else (bottom, 5.7))
    assert [one["y0"] for one in shapes(drawn, "line")] == edges
    assert labels(drawn) == [label]


def test_a_printed_range_is_a_bracket_at_its_own_point():
    drawn = figure(shown(*FOUR, stored("1", "2021-05-05", printed=span("0.5", "2.5"))))
    bracket = next(trace for trace in drawn["data"] if "error_y" in trace)
    assert (bracket["x"], bracket["y"], bracket["error_y"]["array"]) == (["2021-05-05T00:00:00"], [1.5], [1.0])
    assert len(shapes(drawn, "rect")) == 1


@pytest.mark.parametrize(("printed", "ends"), [(span("0.5", None), (0.5, "top")), (span(None, "2.5"), ("bottom", 2.5))])
def test_a_printed_range_without_a_bound_is_a_bracket_to_the_edge(printed, ends):
    drawn = figure(shown(*FOUR, stored("1", "2021-05-05", printed=printed)))
    bracket = next(trace for trace in drawn["data"] if "error_y" in trace)
    edges = dict(zip(("bottom", "top"), drawn["layout"]["yaxis"]["range"], strict=True))
    bottom, top = (edges.get(end, end) for end in ends)
    assert bracket["y"] == [pytest.approx((bottom + top) / 2)]
    assert bracket["error_y"]["array"] == [pytest.approx((top - bottom) / 2)]


def test_without_a_range_there_is_no_band():
    drawn = figure(shown(*FOUR, marker=a_marker()))
    assert drawn["layout"]["shapes"] == []
    assert drawn["layout"]["annotations"] == []


DOMAINS = [
    # values, marker, bottom and top
    (("1.2", "1.9"), MARKER, (0.7 - 0.096, 1.9 + 0.096)),
    (("0.1", "1.9"), MARKER, (0.0, 1.9 + 0.144)),
    (("138", "142"), a_marker(a_range("135", "145")), (134.2, 145.8)),
    (("5", "5"), a_marker(), (4.6, 5.4)),
    (("0", "0"), a_marker(), (0.0, 0.08)),
    (("-1", "1"), a_marker(), (-1.16, 1.16)),
    (("0", "10"), a_marker(), (0.0, 10.8)),
]


@pytest.mark.parametrize(("values", "marker", "domain"), DOMAINS)
def test_the_value_axis_holds_values_and_bounds_and_begins_at_0_where_that_is_near(values, marker, domain):
    view = shown(*(stored(value, f"202{n}-01-01") for n, value in enumerate(values)), marker=marker)
    assert y_domain(view) == pytest.approx(domain)


def test_the_ticks_are_round_and_at_most_six():
    chance = random.Random(6)
    domains = [(0.0, 6.0), (0.0, 60.0), (0.0, 0.3), (-3.0, 3.0), (1.0, 1.0000001), (0.0, 1e50)]
    domains += [
        sorted((chance.uniform(-10, 900), chance.uniform(-1, 1) * 10 ** chance.randrange(-6, 7))) for _ in range(5_000)
    ]
    for low, high in domains:
        step = ticks(low, high)
        assert f"{step:e}"[0] in "125"
        count = int(high / step + 1e-9) - int(low / step - 1e-9) + (low <= 0 <= high)
        assert 2 <= (high - low) / step < 6, (low, high, step)
        assert count <= 7


LINE = [
    # value, about, at, start, end, low, high
    ("1.25", {}, "in", 50.0),
    ("0.7", {}, "in", None),
    ("1.8", {}, "in", None),
    ("0", {}, "below", None),
    ("95", {}, "above", None),
    ("<0.5", {}, "below", None),
    (">2", {}, "above", None),
    ("-3", {}, "below", None),
    ("0", {"printed": span("0", "0")}, "in", None),
    ("0", {"printed": span(None, "0")}, "in", None),
    ("75", {"printed": span("60", None)}, "in", None),
    ("4", {"printed": span(None, "5.7", high_strict=True)}, "in", None),
]


@pytest.mark.parametrize(("value", "about", "position", "at"), LINE)
def test_the_number_line_places_the_value_beside_its_range(value, about, position, at):
    point = shown(stored(value, "2020-01-05", **about)).points[0]
    line, bounds = number_line(point, 2), point.judgment.interval
    assert line.position == position
    assert 0 <= line.start <= line.end <= 100
    assert line.width == pytest.approx(line.end - line.start, abs=0.01)
    assert 0 <= line.value.at <= 100
    assert (line.low is None, line.high is None) == (bounds.low is None, bounds.high is None)
    assert line.low is None or line.low.at == line.start
    assert line.high is None or line.high.at == line.end
    assert line.low is not None or line.start == 0
    assert line.high is not None or line.end == 100
    if position == "in":
        assert line.start <= line.value.at <= line.end
    elif position == "above":
        assert line.value.at > line.end
    elif position == "below":
        assert line.value.at < line.start
    assert line.label.startswith(f"{value} mg/L, {position} range, range ")


def test_there_is_no_number_line_without_a_range():
    assert number_line(shown(stored("1", "2020-01-05"), marker=a_marker()).points[0], 2) is None
    assert sparkline(shown()) is None


def test_a_sparkline_keeps_within_its_drawing_and_ends_at_the_last_value():
    drawing = sparkline(shown(*FOUR, stored("<0.5", "2021-06-05"), stored("1", "2021-09-05")))
    assert drawing.position == "in"
    assert drawing.last[0] == 96
    assert len(drawing.pieces) == 1
    assert drawing.bridges == ()
    assert len(drawing.bands) == 1
    x, y, width, height = drawing.bands[0]
    assert (x, width) == (4.0, 92.0)
    assert 2 <= y <= y + height <= 26


def random_series(chance: random.Random, slug: str) -> Series:
    marker = catalogue().markers[slug]
    units = list(marker.units.units)
    results = [
        stored(
            chance.choice(["", "", "", "<", ">"]) + f"{chance.choice([0, chance.lognormvariate(2, 2)]):.3f}",
            date(2020, 1, 1) + timedelta(chance.randrange(1, 2_500)),
            time=chance.choice([None, time(7, 45)]),
            unit=chance.choice([*units, "IU"]),
            lab=chance.choice(["", "CityLab"]),
            laboratory=chance.choice(["", "mayo"]),
            fasting=chance.choice([None, True]),
            printed=chance.choice([None, None, span("1", "20"), span(None, "9"), span("0", None)]),
            order=place,
        )
        for place in range(chance.randrange(2, 15))
    ]
    subject = Subject(
        chance.choice(["female", "male", "unstated"]), date(1940, 1, 1) + timedelta(chance.randrange(29_000))
    )
    return series(marker, subject, results, chance.choice(units))


@pytest.mark.django_db
def test_300_random_series_are_drawn_whole_inside_their_axes():
    """Values, bounds and bands lie within the axes; every point is drawn once; JSON takes the figure as it is."""
    chance, drawn_points = random.Random(9), 0
    for case in range(300):
        view = random_series(chance, SLUGS[case % len(SLUGS)])
        if len(view.points) < 2:
            continue
        drawn = orjson.loads(orjson.dumps(figure(view)))
        assert drawn == figure(view)
        bottom, top = drawn["layout"]["yaxis"]["range"]
        left, right = (datetime.fromisoformat(end) for end in drawn["layout"]["xaxis"]["range"])
        found = marks(drawn)
        assert len(found) == len(view.points)
        for trace in drawn["data"]:
            assert all(left <= datetime.fromisoformat(x) <= right for x in trace["x"])
            assert all(bottom <= y <= top for y in trace["y"])
        for point in view.points:
            bounds = point.judgment.interval
            assert bounds is None or all(bottom <= end <= top for end in (bounds.low, bounds.high) if end is not None)
        assert len(shapes(drawn, "rect")) == len(view.bands) >= len(labels(drawn)) >= bool(view.bands)
        for shape in drawn["layout"]["shapes"]:
            assert bottom <= shape["y0"] <= shape["y1"] <= top
            assert str(left.date()) <= shape["x0"] < shape["x1"] <= str(right.date())
        for line in (*lines(drawn, "solid"), *lines(drawn, "dot")):
            assert [day for day, _ in line] == sorted(day for day, _ in line)
        line = number_line(view.points[-1], decimals_in(view.marker, view.unit))
        for at in [] if line is None else [line.value.at, line.start, line.end]:
            assert 0 <= at <= 100
        small = sparkline(view)
        assert 4 <= small.last[0] <= 96
        assert 0 <= small.last[1] <= 28
        for x, y, width, height in small.bands:
            assert x >= 4
            assert x + width <= 100
            assert y >= 0
            assert height >= 0
            assert y + height <= 28
        drawn_points += len(view.points)
    assert drawn_points > 1_000


@pytest.mark.django_db
def test_plotly_accepts_every_figure():
    chance = random.Random(10)
    for slug in SLUGS:
        view = random_series(chance, slug)
        while len(view.points) < 2:
            view = random_series(chance, slug)
        assert len(go.Figure(figure(view)).data) == len(figure(view)["data"])
    assert go.Figure(figure(shown(*FOUR))).layout.yaxis.title.text == "Beta-2 microglobulin (mg/L)"


def test_plotly_refuses_what_is_no_figure():
    drawn = figure(shown(*FOUR))
    drawn["layout"]["yaxis"]["rangee"] = [0, 1]
    with pytest.raises(ValueError, match="rangee"):
        go.Figure(drawn)


def test_every_light_color_of_a_figure_has_a_dark_one_and_none_is_red():
    text = orjson.dumps(figure(shown(*FOUR))).decode()
    colors = {text[place : place + 7] for place in range(len(text)) if text[place] == "#"}
    assert colors <= set(dark_colors())
    assert set(LIGHT) == set(DARK)
    for color in (*LIGHT.values(), *DARK.values()):
        red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
        assert not (red > 150 and green < 100 and blue < 100)


def test_results_at_both_ends_of_the_calendar_are_drawn():
    view = shown(stored("1", "0001-01-01"), stored("1.2", "9999-12-31"), subject=Subject())
    drawn = figure(view)
    assert drawn["layout"]["xaxis"]["range"] == ["0001-01-01", "9999-12-31"]
    assert sparkline(view).last[0] == 96
