"""Which marker a reported row is, what its unit means there, and what has to be asked first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from markers.catalogue import loinc_is_valid
from markers.facts import Catalogue, MarkerFacts
from markers.interval import Interval
from markers.quantity import Quantity, read_value
from markers.reference import Collection, Range, Subject, misfits
from results.documents.rows import ReportedRow

URINE = ("urine", "strip", "dipstick")


@dataclass(slots=True)
class Match:
    """A row's marker or None, how it was found, its unit, and the questions (none: Ready)."""

    marker: MarkerFacts | None = None
    how: str = ""
    unit_code: str = ""
    doubted: bool = False
    method: str = ""
    questions: list[str] = field(default_factory=list)


def match(row: ReportedRow, known: Catalogue, subject: Subject) -> Match:
    """The row's marker by LOINC code, else by its printed name (asked about), and its unit for that marker."""
    found = Match(questions=list(row.warnings))
    codes = [code for code in row.loinc if loinc_is_valid(code)]
    found.marker = next((known.by_loinc[code] for code in codes if code in known.by_loinc), None)
    if found.marker:
        found.how = "loinc"
        code = next(code for code in codes if code in known.by_loinc)
        found.method = row.method or found.marker.loinc[code][1]
    elif not codes:
        found.marker, found.how = by_name(row.name, row.specimen, known), "name"
        if found.marker:
            found.questions.append(f"its name was taken to mean {found.marker.name}")
    if found.marker is None:
        found.how = ""
    elif row.value and not row.text:
        _unit(row, found, found.marker, subject)
    return found


def by_name(name: str, specimen: str, known: Catalogue) -> MarkerFacts | None:
    """The one marker with this name, alias or short name; a urine row never means a blood marker."""
    folded = " ".join(name.split()).casefold()
    markers = [
        marker
        for marker in known.markers.values()
        if folded and folded in {one.casefold() for one in (marker.name, marker.short_name, *marker.aliases) if one}
    ]
    is_urine = any(word in f"{name} {specimen}".casefold() for word in URINE)
    markers = [marker for marker in markers if ("urine" in marker.specimen) == is_urine]
    return markers[0] if len(markers) == 1 else None


def _unit(row: ReportedRow, found: Match, marker: MarkerFacts, subject: Subject) -> None:
    if read_value(row.value).number is None:
        return
    if not row.unit and not row.unit_code:
        found.questions.append("it has no unit")
        return
    printed = row.unit_code or row.unit
    code = marker.units.find(row.unit_code) or marker.units.find(row.unit)
    if code is None and (choices := marker.units.choices(printed) or marker.units.choices(row.unit)):
        by_code = [marker.loinc[one][0] for one in row.loinc if one in marker.loinc and marker.loinc[one][0]]
        named = marker.unit_names.get(row.name.casefold(), "")
        code = next((one for one in (*by_code, named) if one in choices), None)
        if code is None:
            found.questions.append(f"its unit, {row.unit}, could mean {' or '.join(choices)}")
            return
    if code is None:
        found.questions.append(f"its unit, {row.unit or row.unit_code}, is not known for {marker.name}")
        return
    if other := contradicts(row.value, code, marker, subject, row.collected_on):
        found.doubted = True
        found.questions.append(
            f"{row.value} {row.unit} lies outside every known range, but {row.value} {other} would lie inside one:"
            " the unit may be wrong, so it will be kept but not judged"
        )
        return
    found.unit_code = code


def contradicts(value: str, code: str, marker: MarkerFacts, subject: Subject, day: date | None) -> str:
    """Another unit of the marker in which a value would fit, where as stated it lies in no known range at all.

    As stated every range of the marker counts, whoever it is for; in the other unit only those for the person's sex
    and age, a tenth wider, so that a high value of an ill adult is not taken for a child's in a smaller unit. Ranges
    without a lower bound don't count there: they would take every small number.
    """
    number, units = read_value(value).number, marker.units
    if number is None or _lies(number, code, marker, [_own(one, marker) for one in marker.ranges]):
        return ""
    when = Collection(day or date.max)
    closed = [one for one in marker.ranges if one.interval.low is not None and one.interval.high is not None]
    fitting = [_wider(_own(one, marker)) for one in closed if not _other_people(one, subject, when)]
    return next((other for other in units.units if other != code and _lies(number, other, marker, fitting)), "")


def _other_people(one: Range, subject: Subject, when: Collection) -> bool:
    anywhere = replace(one, laboratory="", method="", condition="", in_force_from=None, in_force_to=None)
    return bool(misfits(anywhere, subject, when))


def _own(one: Range, marker: MarkerFacts) -> Interval:
    return marker.units.convert_interval(one.interval, one.unit, marker.units.own)


def _wider(interval: Interval) -> Interval:
    tenth = Fraction(1, 10)
    low, high = (None if bound is None else Fraction(bound) for bound in (interval.low, interval.high))
    return Interval(None if low is None else low * (1 - tenth), None if high is None else high * (1 + tenth))


def _lies(number: Decimal, code: str, marker: MarkerFacts, own: list[Interval]) -> bool:
    units = marker.units
    span = Quantity(units.convert(number, code, units.own), units.own).span
    return any(span.is_within(interval) for interval in own)
