"""Where the labels of a chart's bands stand: beside the band they name, clear of points, lines and each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from markers.reference import date_at_age
from results.series import Band, Point, Series
from results.words import range_text

LETTER, LINE, MARK, TEXT = 7, 17, 9, 35  # pixels: a letter's width, a line's height, half a mark, a short text
Box = tuple[float, float, float, float]  # left, bottom, right, top
Segment = tuple[float, float, float, float]  # from x, y to x, y


@dataclass(frozen=True, slots=True)
class Plot:
    """The inside of a chart: its size in pixels, and the days and numbers at its edges."""

    width: float
    height: float
    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> float:
        """Pixels from the left."""
        return self.width * (day - self.first).days / ((self.last - self.first).days or 1)

    def y(self, number: float) -> float:
        """Pixels from the bottom."""
        return self.height * (number - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a day and a number, growing from there as its anchors say."""

    text: str
    day: date
    number: float
    across: str
    upright: str


def band_labels(series: Series, plot: Plot, decimals: int, all_: bool) -> list[Label]:
    """A label for each band that says something new.

    With `all_` each gets one, whole where it can be; else short ones go before what leaves the band's days, and one
    without a free place is left out.
    """
    bands, points = series.bands, series.points
    lines = [
        (plot.x(one.stored.day), plot.y(float(one.number)), plot.x(two.stored.day), plot.y(float(two.number)))
        for one, two in pairwise(points)
    ]
    taken = [_around(point, plot) for point in points]
    found: list[Label] = []
    said = ""
    for place, band in enumerate(bands):
        full, short = _texts(series, place, decimals)
        if full == said:
            continue
        said = full
        others = [other for other in bands if other is not band]
        edges = [edge for other in others for edge in _edges(other, plot)]
        inside = [_room(other, plot) for other in others]
        spots = [
            (label, box)
            for text in (full, short)
            for label, box in _spots(band, text, plot)
            if _is_within(box, band, plot) or not any(_overlap(box, room) for room in inside)
        ]
        if not all_:
            spots.sort(key=lambda spot: not _is_within(spot[1], band, plot))
        chosen = next((label for label, box in spots if _is_free(box, plot, taken, lines + edges)), None)
        if chosen is None and all_ and spots:
            chosen = spots[0][0]
        if chosen is not None:
            found.append(chosen)
            taken.append(dict(spots)[chosen])
    return found


def _texts(series: Series, place: int, decimals: int) -> tuple[str, str]:
    """What a label says, whole and short: whose range, or from which age on."""
    band, born_on = series.bands[place], series.subject.born_on
    text = range_text(band.interval, decimals)
    before, age = series.bands[place - 1].range if place else None, band.range.age_from
    at_birthday = age is not None and born_on is not None and date_at_age(born_on, age) == band.start
    if at_birthday and before is not None and before.laboratory == band.range.laboratory:
        return f"from {age}: {text}", text
    return f"{band.range.laboratory_name or 'general'} {text}", text


def _spots(band: Band, text: str, plot: Plot) -> list[tuple[Label, Box]]:
    """Places for a text: outside above and below the band, then inside it; those within its days first."""
    low = plot.low if band.interval.low is None else float(band.interval.low)
    high = plot.high if band.interval.high is None else float(band.interval.high)
    start, end, wide = plot.x(band.start), plot.x(band.end), len(text) * LETTER
    middle = band.start + (band.end - band.start) / 2
    lefts = {
        "left": (band.start, start),
        "right": (band.end, end - wide),
        "center": (middle, plot.x(middle) - wide / 2),
    }
    spots = []
    for number, upright in ((high, "bottom"), (low, "top"), (high, "top"), (low, "bottom")):
        for across, (day, left) in lefts.items():
            bottom = plot.y(number) - (LINE if upright == "top" else 0)
            box = (left, bottom, left + wide, bottom + LINE)
            spots.append((Label(text, day, number, across, upright), box))
    return sorted(spots, key=lambda spot: not _is_within(spot[1], band, plot))


def _is_within(box: Box, band: Band, plot: Plot) -> bool:
    return plot.x(band.start) - 1 <= box[0] and box[2] <= plot.x(band.end) + 1


def _around(point: Point, plot: Plot) -> Box:
    """The room of a mark; one with a comparator bears its text beside it."""
    x, y = plot.x(point.stored.day), plot.y(float(point.number))
    text = TEXT if point.value.comparator else 0
    is_right = side(plot.first, plot.last, point.stored.day) == "right"
    return (x - MARK - (0 if is_right else text), y - MARK, x + MARK + (text if is_right else 0), y + MARK)


def side(first: date, last: date, day: date) -> str:
    """On which side of a mark its text has room: the right one, but for the last fifth of the time."""
    return "left" if (day - first) * 5 > (last - first) * 4 else "right"


def _edges(band: Band, plot: Plot) -> list[Segment]:
    bounds = [float(bound) for bound in (band.interval.low, band.interval.high) if bound is not None]
    return [(plot.x(band.start), plot.y(bound), plot.x(band.end), plot.y(bound)) for bound in bounds]


def _is_free(box: Box, plot: Plot, taken: Sequence[Box], lines: Sequence[Segment]) -> bool:
    left, bottom, right, top = box
    if left < 0 or bottom < 0 or right > plot.width or top > plot.height:
        return False
    if any(_overlap(box, other) for other in taken):
        return False
    return not any(_crosses(line, box) for line in lines)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _room(band: Band, plot: Plot) -> Box:
    """The rectangle of a band: a label of another one would be read as its own there."""
    low = plot.low if band.interval.low is None else float(band.interval.low)
    high = plot.high if band.interval.high is None else float(band.interval.high)
    return (plot.x(band.start), plot.y(low), plot.x(band.end), plot.y(high))


def _crosses(line: Segment, box: Box) -> bool:
    """True where a line from left to right passes through a box."""
    x0, y0, x1, y1 = line
    left, bottom, right, top = box
    start, end = max(x0, left), min(x1, right)
    if start > end:
        return False
    slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
    heights = (y0, y1) if x1 <= x0 else (y0 + slope * (start - x0), y0 + slope * (end - x0))
    return min(heights) < top and max(heights) > bottom
