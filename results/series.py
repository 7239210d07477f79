"""One marker of one person over time, in one unit: points, the range that judged each, and the bands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from fractions import Fraction
from itertools import pairwise

from markers.facts import MarkerFacts
from markers.interval import Exact, Interval
from markers.quantity import Quantity, Value, read_value
from markers.reference import (
    Age,
    Collection,
    Fit,
    Origin,
    Range,
    Subject,
    age_text,
    best_fit,
    date_at_age,
)
from markers.units import UnitTable, unit_text
from results.interpretation import Position, interpret

DASHED_AFTER = timedelta(days=548)  # about 18 months


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored result as a series reads it.

    `lab` as typed, `laboratory` the catalogue slug it means or ""; `place` of its visit among those logged;
    `printed_for` whom the printed range was chosen for, where it fits not everybody.
    """

    result: str
    visit: str
    day: date
    time: time | None
    order: int
    value: str
    unit: str
    unit_code: str = ""
    printed: Interval | None = None
    printed_unit: str = ""
    printed_text: str = ""
    printed_for: str = ""
    place: int = 0
    method: str = ""
    doubted: bool = False
    lab: str = ""
    laboratory: str = ""
    fasting: bool | None = None

    @property
    def collection(self) -> Collection:
        """How it was collected, for choosing a range."""
        conditions: Mapping[str, bool] = {} if self.fasting is None else {"fasting": self.fasting}
        return Collection(self.day, self.laboratory, self.method, conditions)


@dataclass(frozen=True, slots=True)
class Judgment:
    """Where a quantity stands, the interval that judged it in the shown unit, whose it is, and why that one."""

    position: Position
    interval: Interval | None
    unit: str
    origin: Origin | None
    source: str
    why: str
    as_printed: Interval | None = None
    as_printed_unit: str = ""
    fit: Fit | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A plotted result: its number in the shown unit (exact), comparator, age then, and its judgment."""

    stored: Stored
    value: Value
    number: Exact
    unit: str
    reported_unit: str
    age: str
    judgment: Judgment

    @property
    def is_converted(self) -> bool:
        """True where the shown number is not in the unit it was reported in."""
        return self.unit != self.reported_unit


@dataclass(frozen=True, slots=True)
class Unplotted:
    """A result that isn't on the chart, with the reason in words."""

    stored: Stored
    reason: str
    age: str


@dataclass(frozen=True, slots=True)
class Band:
    """The range that would judge a result from a day (inclusive) to a day (exclusive), in the shown unit."""

    start: date
    end: date
    interval: Interval
    origin: Origin
    range: Range


@dataclass(frozen=True, slots=True)
class Series:
    """Points by date, time and document order, the bands from the first to the day after the last."""

    marker: MarkerFacts
    unit: str
    points: tuple[Point, ...]
    bands: tuple[Band, ...]
    unplotted: tuple[Unplotted, ...]
    subject: Subject = field(default_factory=Subject)

    @property
    def newer(self) -> tuple[Unplotted, ...]:
        """What isn't on the chart though it is newer than the latest point."""
        last = self.points[-1].stored if self.points else None
        return tuple(one for one in self.unplotted if last is None or by_time(one.stored) > by_time(last))


class Fits:
    """The best fit of a marker's ranges for a person, remembered between the days on which it can change."""

    def __init__(self, ranges: Sequence[Range], subject: Subject) -> None:
        self.ranges, self.subject = ranges, subject
        self.edges = sorted(_edges(ranges, subject))
        self._known: dict[tuple[object, ...], Fit] = {}
        self._converted: dict[tuple[Interval, str, str], Interval] = {}

    def at(self, collection: Collection) -> Fit:
        """The fit on the day of a collection, as `best_fit` gives it."""
        between = bisect_right(self.edges, collection.day)
        stated = frozenset(collection.conditions.items())
        key = (between, collection.laboratory, collection.method, stated)
        found = self._known.get(key)
        if found is None:
            found = best_fit(self.ranges, self.subject, collection)
            if found.range is not None:  # a reason for none names the age, which moves within a step
                self._known[key] = found
        return found

    def converted(self, units: UnitTable, interval: Interval, source: str, target: str) -> Interval:
        """The interval in another unit, worked out once for all results; as it is written in its own; UnitError."""
        if source == target:
            return units.convert_interval(interval, source, target)
        key = (interval, source, target)
        if key not in self._converted:
            self._converted[key] = units.convert_interval(interval, source, target)
        return self._converted[key]


def judge(stored: Stored, marker: MarkerFacts, subject: Subject, unit: str = "", fits: Fits | None = None) -> Judgment:
    """The one decision which range judges a result: printed, else the laboratory's, else general, else none.

    Compared in the marker's own unit, so that the shown unit never moves a position; bounds come back in `unit`
    (default: the marker's own).
    """
    units = marker.units
    shown = unit or units.own
    code = unit_of(stored, units)
    value = read_value(stored.value)
    fits = fits or Fits(marker.ranges, subject)
    fit = fits.at(stored.collection)
    if code is None:
        return Judgment("none", None, shown, None, "", _unknown_unit(stored, units), fit=fit)
    printed_code = units.find(stored.printed_unit) if stored.printed_unit else code
    is_printed = stored.printed is not None and not stored.printed.is_open
    left_out = ""
    if is_printed and printed_code is None:
        left_out = f"the range printed on the report is in {unit_text(stored.printed_unit)}, which can't be compared"
    elif is_printed and stored.printed_for not in ("", str(subject)):
        left_out = "the range printed on the report was chosen for another sex or date of birth"
    if left_out:
        fit = replace(fit, reason=f"{left_out}; {fit.reason}")
    if stored.printed is not None and is_printed and printed_code is not None and not left_out:
        interval, interval_unit, origin = stored.printed, printed_code, "printed"
        source, why = "printed on the report", "the range printed on the report goes first"
    elif fit.range is not None:
        interval, interval_unit, origin = fit.range.interval, fit.range.unit, fit.range.origin
        source, why = fit.range.source, fit.reason
    else:
        return Judgment("none", None, shown, None, "", fit.reason, fit=fit)
    position: Position = "unplaced"
    if value.number is not None:
        own = Quantity(units.convert(value.number, code, units.own), units.own, value.comparator)
        position = interpret(own, fits.converted(units, interval, interval_unit, units.own))
    return Judgment(
        position,
        fits.converted(units, interval, interval_unit, shown),
        shown,
        origin,  # type: ignore[arg-type]
        source,
        why,
        interval,
        interval_unit,
        fit,
    )


def unit_of(stored: Stored, units: UnitTable) -> str | None:
    """The UCUM code of a stored result's unit for this marker; None where it is unknown, ambiguous or doubted."""
    if stored.doubted:
        return None
    if stored.unit_code and stored.unit_code in units.units:
        return stored.unit_code
    return units.find(stored.unit)


def usual_unit(marker: MarkerFacts, results: Iterable[Stored], system: str = "reported") -> str:
    """The unit that a series is shown in unless another is asked for, by a person's unit system.

    As reported, it is that of the latest result that can be drawn; without one the marker's own.
    """
    units = marker.units
    fixed = {"conventional": marker.conventional_unit, "si": marker.si_unit}
    if system in fixed:
        return fixed[system] if fixed[system] in units.units else units.own
    for stored in sorted(results, key=by_time, reverse=True):
        code = unit_of(stored, units)
        if code is not None and read_value(stored.value).number is not None:
            return code
    return units.own


def series(
    marker: MarkerFacts,
    subject: Subject,
    results: Iterable[Stored],
    unit: str = "",
    start: date | None = None,
    end: date | None = None,
) -> Series:
    """The series of a marker in a unit (default: its own), of results from `start` to `end`, both inclusive."""
    shown = unit or marker.units.own
    points: list[Point] = []
    unplotted: list[Unplotted] = []
    fits = Fits(marker.ranges, subject)
    for stored in sorted(results, key=by_time):
        if (start and stored.day < start) or (end and stored.day > end):
            continue
        age = age_text(subject.born_on, stored.day)
        value, code = read_value(stored.value), unit_of(stored, marker.units)
        if value.number is None:
            unplotted.append(Unplotted(stored, "it is not a number", age))
        elif code is None:
            unplotted.append(Unplotted(stored, _unknown_unit(stored, marker.units), age))
        else:
            number = marker.units.convert(value.number, code, shown)
            judged = judge(stored, marker, subject, shown, fits)
            points.append(Point(stored, value, number, shown, code, age, judged))
    bands = _bands(marker, fits, [point.stored for point in points], shown)
    return Series(marker, shown, tuple(points), tuple(bands), tuple(unplotted), subject)


def by_time(stored: Stored) -> tuple[date, time, int, int]:
    """Day, time (none goes first), visit and document order: what results are sorted by."""
    return (stored.day, stored.time or time.min, stored.place, stored.order)


def _unknown_unit(stored: Stored, units: UnitTable) -> str:
    if stored.doubted:
        return f"its unit, {stored.unit}, contradicts its value or its code"
    if not stored.unit:
        return "it has no unit"
    if choices := units.choices(stored.unit):
        return f"its unit, {stored.unit}, could mean {' or '.join(map(units.written, choices))}"
    return f"its unit, {stored.unit}, can't be converted to {unit_text(units.own)}"


def _bands(marker: MarkerFacts, fits: Fits, results: Sequence[Stored], shown: str) -> list[Band]:
    """Steps where another range begins to fit, with the laboratory and conditions of the last result."""
    bands: list[Band] = []
    if not results:
        return bands
    first, last = results[0].day, date_at_age(results[-1].day, Age(1, "days"))
    in_force = {stored.day: stored.collection for stored in results}
    steps = sorted({*in_force, *(edge for edge in fits.edges if first < edge < last), last})
    current = results[0].collection
    for day, following in pairwise(steps):
        current = in_force.get(day, current)
        fitting = fits.at(replace(current, day=day)).range
        if fitting is None:
            continue
        if bands and bands[-1].end == day and bands[-1].range is fitting:
            bands[-1] = replace(bands[-1], end=following)
            continue
        interval = marker.units.convert_interval(fitting.interval, fitting.unit, shown)
        bands.append(Band(day, following, interval, fitting.origin, fitting))
    return bands


def _edges(ranges: Iterable[Range], subject: Subject) -> set[date]:
    """The days on which some range starts or stops to apply to a person."""
    days: set[date] = set()
    for one in ranges:
        days.update(day for day in (one.in_force_from, one.in_force_to) if day)
        if subject.born_on:
            ages = (one.age_from, one.age_to)
            days.update(date_at_age(subject.born_on, age) for age in ages if age is not None)
    return days | ({subject.born_on} if subject.born_on else set())


def difference(newer: Point, older: Point) -> Fraction | None:
    """Newer less older in the shown unit, exactly; None where either has a comparator."""
    if newer.value.comparator or older.value.comparator:
        return None
    return Fraction(newer.number) - Fraction(older.number)
