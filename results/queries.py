"""Reading what belongs to a person, always within one person that access.py handed out."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F
from django.http import Http404

from bloodsight.people.models import Person
from markers.facts import Catalogue, MarkerFacts, PanelFacts
from markers.interval import Interval
from markers.quantity import Value, read_value
from markers.queries import catalogue
from markers.reference import Subject
from results.interpretation import Position
from results.models import Result, Visit, VisitVersion
from results.series import Fits, Judgment, Series, Stored, judge, series, unit_of, usual_unit

COLUMNS = (
    *("id", "visit_id", "collected_on", "collected_time", "order", "value", "unit", "unit_code"),
    *("printed_low", "printed_high", "printed_low_strict", "printed_high_strict", "printed_unit"),
    *("printed_for", "method"),
    "unit_doubted",
)


MOST_OTHERS = 200


@dataclass(frozen=True, slots=True)
class Tile:
    """A marker of the overview with its whole series."""

    marker: MarkerFacts
    series: Series


@dataclass(frozen=True, slots=True)
class Judged:
    """A result of a visit with its marker, value and judgment, as far as it has them."""

    result: Result
    marker: MarkerFacts | None
    value: Value
    judgment: Judgment | None


@dataclass(frozen=True, slots=True)
class Overview:
    """A person's latest visit with counts by position, tiles by panel, and what is not plotted."""

    person: Person
    visit: Visit | None
    counts: Mapping[Position, int]
    results: int
    panels: tuple[tuple[PanelFacts | None, tuple[Tile, ...]], ...]
    others: tuple[Result, ...]
    has_more_others: bool


def subject(person: Person) -> Subject:
    """The sex and birth date that ranges are chosen by."""
    return Subject(person.sex, person.born_on)  # type: ignore[arg-type]


def marker_facts(slug: str, known: Catalogue | None = None) -> MarkerFacts:
    """The marker of the catalogue, else Http404."""
    found = (known or catalogue()).markers.get(slug)
    if found is None:
        raise Http404
    return found


def series_of(
    person: Person,
    marker: MarkerFacts,
    unit: str = "",
    start: date | None = None,
    end: date | None = None,
    known: Catalogue | None = None,
) -> Series:
    """The person's series of a marker, in the person's usual unit or another, in two queries whatever its length."""
    stored = stored_results(person, [marker.id], known or catalogue())[marker.id]
    return series(marker, subject(person), stored, unit or usual_unit(marker, stored, person.unit_system), start, end)


def panel_facts(slug: str, known: Catalogue) -> PanelFacts:
    """The panel of the catalogue, else Http404."""
    found = known.panel(slug)
    if found is None:
        raise Http404
    return found


def series_of_panel(person: Person, panel: PanelFacts, known: Catalogue) -> list[Series]:
    """The person's series of each marker of a panel, in its order, in two queries."""
    markers = [known.markers[slug] for slug in panel.markers]
    stored = stored_results(person, [one.id for one in markers], known)
    return [_usual_series(person, one, stored[one.id]) for one in markers]


def _usual_series(person: Person, marker: MarkerFacts, stored: list[Stored]) -> Series:
    return series(marker, subject(person), stored, usual_unit(marker, stored, person.unit_system))


def stored_results(person: Person, marker_ids: Iterable[int], known: Catalogue) -> dict[int, list[Stored]]:
    """The person's results by marker id, in two queries: the results, and the visits they belong to."""
    rows = Result.objects.filter(person=person, marker_id__in=list(marker_ids))
    return _by_marker(person, rows.values_list("marker_id", *COLUMNS), known)


def _by_marker(person: Person, rows: Iterable[tuple[object, ...]], known: Catalogue) -> dict[int, list[Stored]]:
    rows = list(rows)  # read before the visits, so that none is missing for a result saved meanwhile
    logged = Visit.objects.filter(person=person).order_by("created_at", "id")
    places: dict[uuid.UUID, int] = {}  # visits of one document share a place: its own order tells them apart
    visits = {
        visit_id: (places.setdefault(batch_id or visit_id, len(places)), lab, known.laboratory(lab), fasting)
        for visit_id, batch_id, lab, fasting in logged.values_list("id", "batch_id", "lab", "fasting")
    }
    found: dict[int, list[Stored]] = defaultdict(list)
    for marker_id, *columns in rows:
        if columns[1] in visits:  # else its visit was deleted meanwhile
            found[marker_id].append(_stored(columns, visits))  # type: ignore[index]
    return found


def _stored(columns: list[object], visits: Mapping[uuid.UUID, tuple[int, str, str, bool | None]]) -> Stored:
    result, visit, day, time, order, value, unit, code, *printed, printed_unit, printed_for, method, doubted = columns
    place, lab, laboratory, fasting = visits[visit]  # type: ignore[index]
    return Stored(
        result=str(result),
        visit=str(visit),
        day=day,  # type: ignore[arg-type]
        time=time,  # type: ignore[arg-type]
        place=place,
        order=order,  # type: ignore[arg-type]
        value=str(value),
        unit=str(unit),
        unit_code=str(code),
        printed=_printed(*printed),  # type: ignore[arg-type]
        printed_unit=str(printed_unit),
        printed_for=str(printed_for),
        method=str(method),
        doubted=bool(doubted),
        lab=lab,
        laboratory=laboratory,
        fasting=fasting,
    )


def _printed(low: Decimal | None, high: Decimal | None, low_strict: bool, high_strict: bool) -> Interval | None:
    return None if low is None and high is None else Interval(low, high, low_strict, high_strict)


def as_stored(result: Result, visit: Visit, known: Catalogue) -> Stored:
    """A result as a series reads it."""
    columns = [getattr(result, name) for name in COLUMNS]
    return _stored(columns, {visit.pk: (0, visit.lab, known.laboratory(visit.lab), visit.fasting)})


def judged_results(visit: Visit) -> list[Judged]:
    """The results of a visit in document order, each judged."""
    known, whose = catalogue(), subject(visit.person)
    found = []
    for result in visit.results.order_by("order", "collected_time"):
        facts = known.by_id.get(result.marker_id or 0)
        judgment = None
        if facts is not None:
            stored = as_stored(result, visit, known)
            judgment = judge(stored, facts, whose, unit_of(stored, facts.units) or "")  # in the unit of the value
        found.append(Judged(result, facts, read_value(result.value), judgment))
    return found


def count_positions(judged: Iterable[Judged]) -> Counter[Position]:
    """How many results stand in each position; words, and those without a marker, are left out."""
    numbers = [one for one in judged if one.value.number is not None]
    return Counter(one.judgment.position for one in numbers if one.judgment is not None)


def overview(person: Person) -> Overview:
    """Everything the overview shows, in a number of queries that does not grow with the results."""
    known = catalogue()
    visit = Visit.objects.filter(person=person).order_by("-collected_on", "-created_at").first()
    judged = judged_results(visit) if visit else []
    rows = Result.objects.filter(person=person, marker_id__isnull=False).values_list("marker_id", *COLUMNS)
    tiles = {
        known.by_id[marker_id].slug: Tile(known.by_id[marker_id], _usual_series(person, known.by_id[marker_id], stored))
        for marker_id, stored in _by_marker(person, rows, known).items()
    }
    others = Result.objects.filter(person=person, marker_id__isnull=True).order_by("-collected_on", "order")
    shown = tuple(others[: MOST_OTHERS + 1])
    more = len(shown) > MOST_OTHERS
    return Overview(
        person, visit, count_positions(judged), len(judged), _panels(tiles, known), shown[:MOST_OTHERS], more
    )


def _panels(tiles: dict[str, Tile], known: Catalogue) -> tuple[tuple[PanelFacts | None, tuple[Tile, ...]], ...]:
    """Each tile once, under the first panel that holds it; those of no panel last."""
    left = dict(tiles)
    groups: list[tuple[PanelFacts | None, tuple[Tile, ...]]] = []
    for panel in known.panels:
        members = tuple(left.pop(slug) for slug in panel.markers if slug in left)
        if members:
            groups.append((panel, members))
    if left:
        groups.append((None, tuple(sorted(left.values(), key=lambda tile: tile.marker.name))))
    return tuple(groups)


@dataclass(frozen=True, slots=True)
class Last:
    """The last value of a marker before an entry: as written, its unit, and its day."""

    value: str
    unit: str
    day: date


def last_values(person: Person, before: date | None = None) -> dict[str, Last]:
    """The last value of each of the person's markers by slug, of a day before the given one."""
    known = catalogue()
    rows = Result.objects.filter(person=person, marker_id__isnull=False, collected_on__isnull=False)
    if before:
        rows = rows.filter(collected_on__lt=before)
    first = F("collected_time").asc(nulls_first=True)
    ordered = rows.order_by("collected_on", first, "visit__created_at", "visit_id", "order")
    found = {}
    for marker_id, value, unit, day in ordered.values_list("marker_id", "value", "unit", "collected_on"):
        found[known.by_id[marker_id].slug] = Last(value, unit, day)  # type: ignore[arg-type]
    return found


def changed_ranges(person: Person, changed: Subject) -> int:
    """How many of the person's results another birth date or sex would compare with another range."""
    known = catalogue()
    rows = Result.objects.filter(person=person, marker_id__isnull=False).values_list("marker_id", *COLUMNS)
    count = 0
    for marker_id, stored in _by_marker(person, rows, known).items():
        facts = known.by_id[marker_id]
        now, then = Fits(facts.ranges, subject(person)), Fits(facts.ranges, changed)
        for one in stored:
            before = judge(one, facts, now.subject, fits=now)
            after = judge(one, facts, then.subject, fits=then)
            count += (before.interval, before.origin, before.source) != (after.interval, after.origin, after.source)
    return count


def visits_of(person: Person) -> list[Visit]:
    """The person's visits with their results, the newest first, in two queries."""
    return list(Visit.objects.filter(person=person).select_related("person").prefetch_related("results"))


def result_counts(person: Person) -> dict[int, int]:
    """How many results the person has of each marker, by marker id."""
    rows = Result.objects.filter(person=person, marker_id__isnull=False).order_by()
    return dict(rows.values_list("marker_id").annotate(count=Count("pk")))


def visit_list(person: Person) -> list[Visit]:
    """The person's visits, the newest first, each with `result_count`, in one query."""
    visits = Visit.objects.filter(person=person).annotate(result_count=Count("results"))
    return list(visits.order_by("-collected_on", "-created_at"))  # grouping drops the order of Meta


def recently_deleted(person: Person, since: datetime) -> list[VisitVersion]:
    """Visits deleted since an instant that can be brought back, the latest first."""
    return list(VisitVersion.objects.filter(person=person, deleted=True, replaced_at__gte=since))


def laboratories_of(person: Person) -> list[str]:
    """The laboratories of the person's visits, the latest first."""
    labs = Visit.objects.filter(person=person).exclude(lab="").order_by("-collected_on", "-created_at")
    return list(dict.fromkeys(labs.values_list("lab", flat=True)))


def panels_with(slug: str, known: Catalogue | None = None) -> list[PanelFacts]:
    """The panels that hold a marker."""
    return [panel for panel in (known or catalogue()).panels if slug in panel.markers]
