"""A series as a strip: drawn small on a time axis that the strips beside it share, as parts for an SVG template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markers.interval import Exact
from results.charts import joined, y_domain
from results.interpretation import Position
from results.series import Point, Series
from results.words import series_summary

HEIGHT = 48
LEFT, WIDE = 4.0, 92.0  # the margin that keeps the first and the last mark whole
MOST_YEARS = 4
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
SHORTEST = 3.0  # what the band of a single day is drawn as


@dataclass(frozen=True, slots=True)
class Tick:
    """A day of the axis, in hundredths of its width, with its text."""

    at: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The time from the first day to the last."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """The place of a day in hundredths of the width; the middle where there is one day alone."""
        days = (self.last - self.first).days
        return round(LEFT + WIDE * (day - self.first).days / days, 2) if days else 50.0

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The starts of at most four years; both ends where fewer than two years start between them."""
        years = range(self.first.year + 1, self.last.year + 1)
        if len(years) < 2:
            days = {f"{day:%b %Y}": day for day in (self.last, self.first)}
            return tuple(self._tick(day, text) for text, day in reversed(days.items()))
        step = next((one for one in STEPS if sum(year % one == 0 for year in years) <= MOST_YEARS), 5000)
        return tuple(self._tick(date(year, 1, 1), str(year)) for year in years if year % step == 0)

    def _tick(self, day: date, text: str) -> Tick:
        at = self.at(day)
        return Tick(at, text, "start" if at < 12 else "end" if at > 88 else "middle")


@dataclass(frozen=True, slots=True)
class Strip:
    """Band, lines and dots in a box 100 wide and 48 high, the mark of the latest value, and the whole in words."""

    bands: tuple[tuple[float, float, float, float], ...]
    pieces: tuple[str, ...]
    bridges: tuple[str, ...]
    dots: str
    last: tuple[float, float]
    position: Position
    comparator: str
    label: str


def axis_of(many: Iterable[Series]) -> Axis | None:
    """The axis that reaches over every point of some series; None without one."""
    days = [point.stored.day for series in many for point in series.points]
    return Axis(min(days), max(days)) if days else None


def strip(series: Series, axis: Axis) -> Strip | None:
    """A series drawn on an axis; None without a point."""
    points = series.points
    if not points:
        return None
    low, high = span_of(series)

    def y(number: Exact | float) -> float:
        return round(HEIGHT - 3 - (HEIGHT - 6) * (float(number) - low) / ((high - low) or 1), 1)

    def places(some: Sequence[Point]) -> list[str]:
        return [f"{axis.at(point.stored.day)},{y(point.number)}" for point in some]

    runs, pairs = joined(series)
    until = points[-1].stored.day
    bands = []
    for band in series.bands:
        start, end = axis.at(band.start), axis.at(min(band.end, until))
        top = y(high if band.interval.high is None else band.interval.high)
        bottom = y(low if band.interval.low is None else band.interval.low)
        width = max(round(end - start, 2), SHORTEST)
        bands.append((min(start, 100 - width), top, width, round(bottom - top, 1)))
    latest = points[-1]
    return Strip(
        bands=tuple(bands),
        pieces=tuple("M" + " L".join(places(run)) for run in runs if len(run) > 1),
        bridges=tuple("M" + " L".join(places(pair)) for pair in pairs),
        dots="".join(f"M{place}h.01" for place in places(points[:-1])),
        last=(axis.at(until), y(latest.number)),
        position=latest.judgment.position,
        comparator=latest.value.comparator[:1],
        label=series_summary(series),
    )


def span_of(series: Series) -> tuple[float, float]:
    """The numbers at the bottom and the top: the latest band fills the middle third, unless a value lies further out.

    A band with one bound ends in the middle, so that strips can be compared by where their values stand.
    """
    band = series.bands[-1].interval if series.bands else None
    bounds = [float(bound) for bound in (band.low, band.high) if bound is not None] if band else []
    numbers = [float(point.number) for point in series.points]
    numbers += [float(end) for one in series.bands for end in (one.interval.low, one.interval.high) if end is not None]
    if len(bounds) == 2:
        height = bounds[1] - bounds[0]
        return min(bounds[0] - height, *numbers), max(bounds[1] + height, *numbers)
    if bounds and bounds[0] > 0:
        return min(0.0, *numbers), max(2 * bounds[0], *numbers)
    return y_domain(series)
