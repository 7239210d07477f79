"""Which reference range fits a person on a day, and why the others lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Literal, NamedTuple

from markers.interval import Interval

Sex = Literal["female", "male", "unstated"]
Origin = Literal["printed", "laboratory", "general"]


class Age(NamedTuple):
    """A whole number of years, months or days, as a source states it."""

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number} {self.unit if self.number != 1 else self.unit.removesuffix('s')}"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose result is judged: sex for reference ranges and birth date, either of them perhaps unknown."""

    sex: Sex = "unstated"
    born_on: date | None = None

    def __str__(self) -> str:
        return f"{self.sex} {self.born_on or ''}".strip()


@dataclass(frozen=True, slots=True)
class Collection:
    """How a result was collected: day, laboratory (a catalogue slug or ""), method, and known conditions."""

    day: date
    laboratory: str = ""
    method: str = ""
    conditions: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Range:
    """A curated reference interval with the population it applies to; ages from (inclusive) to."""

    id: int
    interval: Interval
    unit: str
    source: str
    sex: str = "any"
    age_from: Age | None = None
    age_to: Age | None = None
    condition: str = ""
    method: str = ""
    laboratory: str = ""
    laboratory_name: str = ""
    group: str = ""
    source_url: str = ""
    note: str = ""
    in_force_from: date | None = None
    in_force_to: date | None = None
    key: str = ""

    def is_in_force(self, day: date) -> bool:
        """True for a day from its first (inclusive) to its last (exclusive)."""
        return (self.in_force_from is None or self.in_force_from <= day) and (
            self.in_force_to is None or day < self.in_force_to
        )

    @property
    def origin(self) -> Origin:
        """Where the range comes from: a laboratory's own, or general."""
        return "laboratory" if self.laboratory else "general"


@dataclass(frozen=True, slots=True)
class Lost:
    """A range that was not used, with the reason in words."""

    range: Range
    because: str


@dataclass(frozen=True, slots=True)
class Fit:
    """The range that judges, or None with the reason; and each range that lost, with its reason."""

    range: Range | None
    reason: str
    lost: tuple[Lost, ...]


def date_at_age(born_on: date, age: Age) -> date:
    """The day an age is reached: 29 February turns on 1 March, a 31st on the 1st after a short month."""
    if age.unit == "days":
        return date.fromordinal(max(1, min(born_on.toordinal() + age.number, date.max.toordinal())))
    months = age.number * (12 if age.unit == "years" else 1) + born_on.month - 1
    year, month = born_on.year + months // 12, months % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return date.max if age.number > 0 else date.min
    try:
        return date(year, month, born_on.day)
    except ValueError:
        return date(year + month // 12, month % 12 + 1, 1)


_BIRTHS = tuple(date(2000, 1, 1) + timedelta(days) for days in range(4 * 365 + 1))


def may_come_before(one: Age, other: Age) -> bool:
    """True if somebody reaches `one` before `other`: a month has 28 to 31 days, so 1 month may precede 30 days."""
    if "days" not in (one.unit, other.unit):
        return _months(one) < _months(other)
    return one.number < other.number if one.unit == other.unit else _days_lived(one)[0] < _days_lived(other)[1]


def _months(age: Age) -> int:
    return age.number * (12 if age.unit == "years" else 1)


@cache
def _days_lived(age: Age) -> tuple[int, int]:
    """The fewest and the most days from birth to an age, over every birth date of four years."""
    if age.unit == "days":
        return age.number, age.number
    lengths = [(date_at_age(born_on, age) - born_on).days for born_on in _BIRTHS]
    return min(lengths), max(lengths)


def age_on(born_on: date, day: date, unit: str = "years") -> int:
    """The whole years, months or days from the birth date to a day, by calendar; negative before birth."""
    if unit == "days":
        return (day - born_on).days
    months = (day.year - born_on.year) * 12 + day.month - born_on.month - (day.day < born_on.day)
    return months if unit == "months" else months // 12


def age_text(born_on: date | None, day: date) -> str:
    """The age on a day in words, an infant's in days; empty without a birth date or before it."""
    if born_on is None or day < born_on:
        return ""
    years = age_on(born_on, day)
    return str(Age(years, "years")) if years else str(Age(age_on(born_on, day, "days"), "days"))


def best_fit(ranges: Iterable[Range], subject: Subject, collection: Collection) -> Fit:
    """The range for a person on a day: the laboratory's own first, then the most specific population."""
    fitting: list[Range] = []
    lost: list[tuple[Range, list[str]]] = []
    for candidate in ranges:
        reasons = misfits(candidate, subject, collection)
        if reasons:
            lost.append((candidate, reasons))
        else:
            fitting.append(candidate)
    fitting.sort(key=_rank)
    losers = [Lost(other, _beaten_by(fitting[0], other)) for other in fitting[1:]]
    losers += [Lost(other, reasons[0]) for other, reasons in lost]
    if fitting:
        return Fit(fitting[0], f"{_whose(fitting[0])} fits this person on this day", tuple(losers))
    return Fit(None, _why_none(lost, subject, collection), tuple(losers))


def misfits(candidate: Range, subject: Subject, collection: Collection) -> list[str]:
    """Why a range does not apply to a person on a day, in words; an empty list where it does."""
    day, reasons = collection.day, []
    if candidate.laboratory and candidate.laboratory != collection.laboratory:
        reasons.append(f"it is {candidate.laboratory_name or candidate.laboratory}'s own")
    if candidate.in_force_from and day < candidate.in_force_from:
        reasons.append(f"it was not yet in force: it starts on {candidate.in_force_from:%Y-%m-%d}")
    if candidate.in_force_to and day >= candidate.in_force_to:
        reasons.append(f"it was no longer in force: it ended on {candidate.in_force_to:%Y-%m-%d}")
    if candidate.method and candidate.method.casefold() != collection.method.casefold():
        reasons.append(
            f"it is for the method {candidate.method}, this one is {collection.method}"
            if collection.method
            else f"method not stated: it is for {candidate.method}"
        )
    if candidate.sex != "any" and subject.sex != candidate.sex:
        reasons.append("sex not given" if subject.sex == "unstated" else f"it is for the sex {candidate.sex}")
    reasons += _age_misfit(candidate, subject, day)
    if candidate.condition and collection.conditions.get(candidate.condition) is not True:
        stated = candidate.condition in collection.conditions
        reasons.append(f"not {candidate.condition}" if stated else f"{candidate.condition} not stated")
    return reasons


def _age_misfit(candidate: Range, subject: Subject, day: date) -> list[str]:
    if candidate.age_from is None and candidate.age_to is None:
        return []
    if subject.born_on is None:
        return ["no birth date"]
    if day < subject.born_on:
        return ["collected before birth"]
    if candidate.age_from is not None and day < date_at_age(subject.born_on, candidate.age_from):
        return [f"it starts at {candidate.age_from}"]
    if candidate.age_to is not None and day >= date_at_age(subject.born_on, candidate.age_to):
        return [f"it ends at {candidate.age_to}"]
    return []


_SPAN = {"days": 1, "months": 30, "years": 365}


def _days(age: Age | None, default: int) -> int:
    return default if age is None else age.number * _SPAN[age.unit]


def _rank(candidate: Range) -> tuple[object, ...]:
    """Smallest wins: laboratory, method, condition, sex, the narrower age, the later start, then the id."""
    width = _days(candidate.age_to, 150 * 365) - _days(candidate.age_from, 0)
    started = -(candidate.in_force_from or date.min).toordinal()
    return (
        not candidate.laboratory,
        not candidate.method,
        not candidate.condition,
        candidate.sex == "any",
        width,
        started,
        candidate.id,
    )


def _beaten_by(winner: Range, other: Range) -> str:
    for name, words in (
        ("laboratory", "the laboratory's own range goes first"),
        ("method", "a range for this method fits more closely"),
        ("condition", "a range for this condition fits more closely"),
    ):
        if getattr(winner, name) and not getattr(other, name):
            return words
    if winner.sex != "any" and other.sex == "any":
        return "a range for this sex fits more closely"
    return "another range fits this age or day more closely"


def _whose(winner: Range) -> str:
    name = winner.laboratory_name or winner.laboratory
    owner = f"{name}'s own range" if name else "the general range"
    return f"{owner} for {winner.group}" if winner.group else owner


def _why_none(lost: list[tuple[Range, list[str]]], subject: Subject, collection: Collection) -> str:
    near = [reasons for other, reasons in lost if other.laboratory in ("", collection.laboratory)]
    if not near:
        return "no range is stored for this marker"
    fewest = min(len(reasons) for reasons in near)
    closest = [reasons[0] for reasons in near if len(reasons) == fewest]
    for word in ("no birth date", "sex not given", "collected before birth"):
        if word in closest:
            return word
    if any(word.startswith(("it starts at", "it ends at")) for word in closest):
        return f"no range for this age ({age_text(subject.born_on, collection.day)})"
    said = closest[0]
    return said if said.startswith("not ") or "not stated" in said else f"no range fits: {said}"
