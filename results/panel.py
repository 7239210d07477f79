"""The values of a panel together: a row a marker, a column a visit, and a strip each on one time axis."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markers.facts import MarkerFacts
from results.interpretation import Position
from results.series import Judgment, Point, Series, Stored, Unplotted, by_time
from results.strips import Axis, Strip, axis_of, strip
from results.words import decimals_in, range_text, shown_number, telling_decimals, whose_range

COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A visit that holds a value of the panel."""

    visit: str
    day: date
    lab: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A result in its cell: as written, in the row's unit where it was converted, its position or why it has none."""

    stored: Stored
    shown: str
    position: Position | None
    reason: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a visit holds of a marker, in the order of its report."""

    column: Column
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A marker with a cell for each column, its strip, and the range that judged its latest point."""

    marker: MarkerFacts
    unit: str
    cells: tuple[Cell, ...]
    strip: Strip | None
    count: int
    judgment: Judgment | None
    bounds: str
    whose: str


@dataclass(frozen=True, slots=True)
class Together:
    """The rows over the columns from the oldest to the newest, out of so many visits, so many newer ones skipped."""

    axis: Axis | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    skip: int
    visits: int

    @property
    def older(self) -> int | None:
        """How many visits to skip for older ones; None where there are none."""
        return self.skip + COLUMNS if self.skip + COLUMNS < self.visits else None

    @property
    def newer(self) -> int | None:
        """How many visits to skip for newer ones; None where there are none."""
        return max(self.skip - COLUMNS, 0) if self.skip else None

    @property
    def measured(self) -> int:
        """How many of the markers have a result."""
        return sum(row.count > 0 for row in self.rows)


def together(many: Sequence[Series], skip: int = 0) -> Together:
    """The last visits that hold any of some series, without the `skip` newest ones."""
    visits = _visits(many)
    skip = min(max(skip, 0), max(len(visits) - 1, 0))
    end = len(visits) - skip
    columns, axis = visits[max(end - COLUMNS, 0) : end], axis_of(many)
    return Together(
        axis=axis,
        columns=tuple(columns),
        rows=tuple(_row(one, columns, axis) for one in many),
        skip=skip,
        visits=len(visits),
    )


def _visits(many: Sequence[Series]) -> list[Column]:
    """Each visit once, in the order of its first result."""
    stored = [one.stored for series in many for one in _results(series)]
    found: dict[str, Column] = {}
    for one in sorted(stored, key=by_time):
        found.setdefault(one.visit, Column(one.visit, one.day, one.lab))
    return list(found.values())


def _results(series: Series) -> list[Point | Unplotted]:
    return [*series.points, *series.unplotted]


def _row(series: Series, columns: Sequence[Column], axis: Axis | None) -> Row:
    decimals = decimals_in(series.marker, series.unit)
    entries: dict[str, list[Entry]] = defaultdict(list)
    for one in sorted(_results(series), key=lambda one: by_time(one.stored)):
        entries[one.stored.visit].append(
            _point(one, decimals) if isinstance(one, Point) else Entry(one.stored, "", None, one.reason)
        )
    judged = series.points[-1].judgment if series.points else None
    telling = telling_decimals(series.points[-1], decimals) if series.points else decimals
    return Row(
        marker=series.marker,
        unit=series.unit,
        cells=tuple(Cell(column, tuple(entries[column.visit])) for column in columns),
        strip=strip(series, axis) if axis else None,
        count=len(series.points) + len(series.unplotted),
        judgment=judged,
        bounds=range_text(judged.interval, telling) if judged else "",
        whose=whose_range(judged) if judged else "",
    )


def _point(point: Point, decimals: int) -> Entry:
    shown = shown_number(point, telling_decimals(point, decimals)) if point.is_converted else ""
    return Entry(point.stored, shown, point.judgment.position, "")
