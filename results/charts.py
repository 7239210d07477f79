"""A series drawn: Plotly figure as a plain dict, number line and sparkline as parts for SVG templates."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from itertools import pairwise
from math import ceil, floor, log10
from typing import Any

from markers.interval import Exact
from results.interpretation import WORDS, Position
from results.labels import Label, Plot, band_labels, side
from results.series import DASHED_AFTER, Band, Point, Series, by_time
from results.words import (
    decimals_in,
    number_text,
    range_text,
    short_day,
    shown_number,
    telling_decimals,
    unit_text,
    whose_range,
)

LIGHT = {
    "ink": "#1c1f23",
    "soft": "#5c636b",
    "line": "#e4e1da",
    "in": "#0b5cad",
    "out": "#8a4b00",
    "band": "#dbe9f6",
    "edge": "#3f729b",
    "card": "#ffffff",
}
DARK = {
    "ink": "#e9ebed",
    "soft": "#a3abb3",
    "line": "#2c3238",
    "in": "#79b8ff",
    "out": "#ffb454",
    "band": "#22364a",
    "edge": "#6f9cc4",
    "card": "#1b1f23",
}
SYMBOLS: dict[Position, str] = {
    "in": "circle",
    "above": "triangle-up",
    "below": "triangle-down",
    "unplaced": "diamond-open",
    "none": "diamond-open",
}
ARROWS = {"<": "arrow-down-open", ">": "arrow-up-open"}
COLORS: dict[Position, str] = {"in": "in", "above": "out", "below": "out", "unplaced": "ink", "none": "ink"}
MARGIN = 0.08
WIDE, NARROW = (560.0, 206.0), (200.0, 210.0)  # the smallest insides that the chart has on a desk and on a phone


NEAR = 22  # hundredths of the line: nearer bounds are written as one text


@dataclass(frozen=True, slots=True)
class Place:
    """A mark of the number line at a share (0–100) of its width, with its text."""

    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class NumberLine:
    """Where a value stands beside its range, in hundredths of the line."""

    value: Place
    position: Position
    comparator: str
    start: float
    end: float
    low: Place | None
    high: Place | None
    label: str

    @property
    def width(self) -> float:
        """The width of the band."""
        return round(self.end - self.start, 2)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Points, line pieces and band of a small drawing 100 wide and 28 high."""

    pieces: tuple[str, ...]
    bridges: tuple[str, ...]
    bands: tuple[tuple[float, float, float, float], ...]
    last: tuple[float, float]
    position: Position


def number_line(point: Point, decimals: int) -> NumberLine | None:
    """The latest value beside the range that judged it; None where there is none."""
    judged = point.judgment
    if judged.interval is None or judged.interval.is_open:
        return None
    low, high = (None if bound is None else float(bound) for bound in (judged.interval.low, judged.interval.high))
    value = float(point.number)
    ends = [end for end in (low, high, value) if end is not None]
    floor_, top = min(ends), max(ends)
    span = (top - floor_) or abs(top) or 1.0
    start = 0.0 if floor_ >= 0 and (low is None or floor_ - 0.35 * span < 0) else floor_ - 0.35 * span
    finish = top + 0.35 * (span if low is not None else max(span, top - start))

    def share(number: float) -> float:
        return round(100 * (number - start) / (finish - start), 2)

    def place(number: float | None, text: str) -> Place | None:
        if number is None:
            return None
        at = share(number)
        return Place(at, text, "start" if at < 8 else "end" if at > 92 else "middle")

    texts = [
        "" if bound is None else number_text(bound, decimals) for bound in (judged.interval.low, judged.interval.high)
    ]
    if low is not None and high is not None and share(high) - share(low) < NEAR:
        texts = ["", f"{texts[0]}–{texts[1]}"]
    bounds = range_text(judged.interval, decimals)
    label = f"{shown_number(point, decimals)} {unit_text(point.unit)}, {WORDS[judged.position]}, range {bounds}"
    return NumberLine(
        value=place(value, shown_number(point, decimals)) or Place(0, ""),
        position=judged.position,
        comparator=point.value.comparator[:1],
        start=0.0 if low is None else share(low),
        end=100.0 if high is None else share(high),
        low=place(low, texts[0]),
        high=place(high, texts[1]),
        label=label,
    )


def sparkline(series: Series) -> Sparkline | None:
    """A small drawing of a series with its band; None without a point."""
    points = series.points
    if not points:
        return None
    low, high = y_domain(series)
    first, last = points[0].stored.day, points[-1].stored.day
    days = (last - first).days or 1

    def x(day: date) -> float:
        return round(4 + 92 * (day - first).days / days, 1) if last != first else 50.0

    def y(number: Exact | float) -> float:
        return round(26 - 24 * (float(number) - low) / ((high - low) or 1), 1)

    def path(piece: Sequence[Point]) -> str:
        return "M" + " L".join(f"{x(point.stored.day)},{y(point.number)}" for point in piece)

    runs, pairs = joined(series)
    pieces = tuple(path(run) for run in runs if len(run) > 1)
    bridges = tuple(path(pair) for pair in pairs)
    bands = tuple(
        (
            x(max(band.start, first)),
            y(high if band.interval.high is None else band.interval.high),
            max(0.0, round(x(min(band.end, last)) - x(max(band.start, first)), 1)) or 4.0,
            round(
                y(low if band.interval.low is None else band.interval.low)
                - y(high if band.interval.high is None else band.interval.high),
                1,
            ),
        )
        for band in series.bands
    )
    final = points[-1]
    return Sparkline(pieces, bridges, bands, (x(final.stored.day), y(final.number)), final.judgment.position)


def y_domain(series: Series) -> tuple[float, float]:
    """The union of values and bounds with 8 % on each side, from 0 where that is near."""
    numbers = [float(point.number) for point in series.points]
    intervals = [band.interval for band in series.bands]
    intervals += [point.judgment.interval for point in series.points if point.judgment.interval is not None]
    numbers += [float(bound) for one in intervals for bound in (one.low, one.high) if bound is not None]
    low, high = min(numbers), max(numbers)
    span = (high - low) or abs(high) or 1.0
    bottom, top = low - MARGIN * span, high + MARGIN * span
    if low >= 0 and (bottom < 0 or low < 0.25 * span):
        bottom = 0.0
    return bottom, top


def ticks(low: float, high: float) -> float:
    """A round step that gives at most six ticks: 1, 2 or 5 times a power of ten."""
    rough = (high - low) / 6
    power = float(10 ** floor(log10(rough)))
    return next(step * power for step in (1, 2, 5, 10, 20) if step * power > rough)


def figure(series: Series) -> dict[str, Any]:
    """The time chart in light colors, dates as ISO text; `go.Figure(figure)` accepts it. Needs two points."""
    decimals = decimals_in(series.marker, series.unit)
    low, high = y_domain(series)
    points = series.points
    runs, bridges = joined(series)
    data = [_line(run, "solid") for run in runs if len(run) > 1] + [_line(pair, "dot") for pair in bridges]
    days = (points[-1].stored.day - points[0].stored.day).days or 1
    pad = max(2, ceil(days * 0.04))
    first, last = _moved(points[0].stored.day, -pad), _moved(points[-1].stored.day, pad)
    sides = partial(side, first, last)
    data += _printed(points, low, high)
    for key, chosen in _by_look(points).items():
        data.append(_marks(key, chosen, decimals, sides))
    wide, narrow = (
        _notes(band_labels(series, Plot(*size, first, last, low, high), decimals, all_=size is WIDE))
        for size in (WIDE, NARROW)
    )
    return {
        "data": data,
        "layout": {
            "autosize": True,
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": "zoom",
            "margin": {"l": 62, "r": 16, "t": 30, "b": 44},
            "paper_bgcolor": LIGHT["card"],
            "plot_bgcolor": LIGHT["card"],
            "font": {"size": 13, "color": LIGHT["soft"], "family": "system-ui, -apple-system, Segoe UI, sans-serif"},
            "hoverlabel": {"bgcolor": LIGHT["card"], "bordercolor": LIGHT["edge"], "font": {"color": LIGHT["ink"]}},
            "xaxis": {
                "type": "date",
                "range": [str(first), str(last)],
                "gridcolor": LIGHT["line"],
                "linecolor": LIGHT["line"],
                "fixedrange": False,
                "nticks": 8,
            },
            "yaxis": {
                "title": {"text": f"{series.marker.name} ({unit_text(series.unit)})", "font": {"color": LIGHT["ink"]}},
                "range": [low, high],
                "dtick": ticks(low, high),
                "gridcolor": LIGHT["line"],
                "zeroline": False,
                "automargin": True,
            },
            "shapes": _bands(series.bands, low, high),
            "annotations": wide,
            "meta": {"narrow": narrow},
        },
    }


def _moved(day: date, days: int) -> date:
    """The day some days away, or the end of the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def legend(series: Series) -> list[tuple[str, str, str]]:
    """The signs that the chart of a series bears, each as (kind, sign, meaning)."""
    points = series.points
    signs = {point.value.comparator[:1] for point in points}
    plain = [point for point in points if not point.value.comparator]
    positions = {point.judgment.position for point in plain}
    known = [
        ("in", "●", "in range", "in" in positions),
        ("out", "▲", "above range", "above" in positions),
        ("out", "▼", "below range", "below" in positions),
        ("ink", "◇", "no range, or can't be placed", bool(positions & {"none", "unplaced"})),
        ("ink", "▽", "less than the number beside it", "<" in signs),
        ("ink", "△", "more than the number beside it", ">" in signs),
        ("ink", "○", "hollow: converted from another unit", any(point.is_converted for point in plain)),
        ("swatch", "", "the range that fits you", bool(series.bands)),
        ("bracket", "", "the range printed on that report", _has_printed(points)),
        ("dots", "", "dotted: another laboratory or method, or more than 18 months", bool(joined(series)[1])),
    ]
    return [(kind, sign, meaning) for kind, sign, meaning, is_shown in known if is_shown]


def dark_colors() -> dict[str, str]:
    """Each light color of a figure -> its dark one."""
    return {LIGHT[name]: DARK[name] for name in LIGHT}


def point_text(point: Point, decimals: int) -> str:
    """What a point says when looked at: the words of its row in the table."""
    judged, decimals = point.judgment, telling_decimals(point, decimals)
    compared = WORDS[judged.position]
    if judged.interval is not None:
        compared += f" {range_text(judged.interval, decimals)} ({whose_range(judged)})"
    parts = [
        f"{shown_number(point, decimals)} {unit_text(point.unit)}",
        short_day(point.stored.day),
        point.age,
        compared,
    ]
    return "<br>".join(part for part in parts if part)


def moment(point: Point) -> str:
    """The instant of a point as the axis takes it; where only the day is known its start, which is how it is sorted."""
    return datetime.combine(point.stored.day, point.stored.time or time.min).isoformat()


def comparable(older: Point, newer: Point) -> bool:
    """True where a solid line may join two points: the same laboratory, under whatever name, and method."""
    one, other = (
        (point.stored.laboratory or point.stored.lab.casefold(), point.stored.method) for point in (older, newer)
    )
    return one == other


def joined(series: Series) -> tuple[list[list[Point]], list[list[Point]]]:
    """Runs that a solid line joins, and pairs that a dotted one does: long apart, another laboratory or method.

    No line goes over a comparator or a result that isn't plotted.
    """
    gaps = sorted(by_time(one.stored) for one in series.unplotted)
    runs, bridges = [[point] for point in series.points[:1]], []
    for older, newer in pairwise(series.points):
        since, until = (bisect_right(gaps, by_time(point.stored)) for point in (older, newer))
        is_broken = since != until or older.value.comparator or newer.value.comparator
        is_near = newer.stored.day - older.stored.day <= DASHED_AFTER
        if not is_broken and is_near and comparable(older, newer):
            runs[-1].append(newer)
            continue
        runs.append([newer])
        if not is_broken:
            bridges.append([older, newer])
    return runs, bridges


def _line(points: Sequence[Point], dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [moment(point) for point in points],
        "y": [float(point.number) for point in points],
        "line": {"color": LIGHT["in"], "width": 1.8, "dash": dash},
        "hoverinfo": "skip",
    }


def _by_look(points: Iterable[Point]) -> dict[tuple[str, str], list[Point]]:
    """Points by symbol and color: position by shape, a comparator as a hollow arrow."""
    found: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        position = point.judgment.position
        symbol = SYMBOLS[position]
        if point.value.comparator:
            symbol = ARROWS[point.value.comparator[:1]]
        elif point.is_converted and not symbol.endswith("-open"):
            symbol += "-open"
        found.setdefault((symbol, LIGHT[COLORS[position]]), []).append(point)
    return found


def _marks(
    look: tuple[str, str], points: Sequence[Point], decimals: int, sides: Callable[[date], str]
) -> dict[str, Any]:
    symbol, color = look
    marks: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": [moment(point) for point in points],
        "y": [float(point.number) for point in points],
        "marker": {"symbol": symbol, "color": color, "size": 11, "line": {"color": color, "width": 2}},
        "text": [point_text(point, decimals) for point in points],
        "customdata": [point.stored.result for point in points],
        "hovertemplate": "%{text}<extra></extra>",
    }
    if symbol.startswith("arrow"):
        marks |= {
            "mode": "markers+text",
            "texttemplate": [shown_number(point, decimals) for point in points],
            "textposition": [f"middle {sides(point.stored.day)}" for point in points],
            "textfont": {"size": 12, "color": color},
            "cliponaxis": False,
        }
    return marks


def _has_printed(points: Iterable[Point]) -> bool:
    return any(point.judgment.origin == "printed" for point in points)


def _printed(points: Iterable[Point], low: float, high: float) -> list[dict[str, Any]]:
    """A bracket for each report that printed a range of its own; without a bound it reaches the edge."""
    own = [(point, one) for point in points if (one := point.judgment.interval) and point.judgment.origin == "printed"]
    if not own:
        return []
    ends = [
        (low if one.low is None else float(one.low), high if one.high is None else float(one.high)) for _, one in own
    ]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [moment(point) for point, _ in own],
            "y": [(bottom + top) / 2 for bottom, top in ends],
            "marker": {"size": 1, "color": LIGHT["edge"], "opacity": 0},
            "error_y": {
                "type": "data",
                "array": [(top - bottom) / 2 for bottom, top in ends],
                "color": LIGHT["edge"],
                "thickness": 1.5,
                "width": 5,
            },
            "hoverinfo": "skip",
        }
    ]


def _bands(bands: Sequence[Band], low: float, high: float) -> list[dict[str, Any]]:
    """The band's steps with their edges."""
    shapes: list[dict[str, Any]] = []
    for band in bands:
        bottom = low if band.interval.low is None else float(band.interval.low)
        top = high if band.interval.high is None else float(band.interval.high)
        span = {"x0": str(band.start), "x1": str(band.end), "layer": "below"}
        shapes.append(
            span | {"type": "rect", "y0": bottom, "y1": top, "fillcolor": LIGHT["band"], "line": {"width": 0}}
        )
        for bound in (band.interval.low, band.interval.high):
            if bound is not None:
                edge = {"type": "line", "y0": float(bound), "y1": float(bound)}
                shapes.append(span | edge | {"line": {"color": LIGHT["edge"], "width": 1.5}})
    return shapes


def _notes(labels: Iterable[Label]) -> list[dict[str, Any]]:
    return [
        {
            "x": str(label.day),
            "y": label.number,
            "text": label.text,
            "showarrow": False,
            "xanchor": label.across,
            "yanchor": label.upright,
            "font": {"size": 12, "color": LIGHT["edge"]},
        }
        for label in labels
    ]
