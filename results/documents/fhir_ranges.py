"""The reference range of a FHIR observation: the one of type normal that is printed for this person."""

from __future__ import annotations

from typing import Any

from markers.interval import Interval
from markers.reference import Subject, age_on
from markers.units import tidy
from results.documents.fhir_shapes import (
    bound_of,
    concept_words,
    dict_of,
    list_of,
    range_words,
    text_of,
    unit_of,
    words_of,
)
from results.documents.ranges import is_swapped, printed_range, range_unit
from results.documents.rows import ReportedRow

_SEXES = {
    **dict.fromkeys(("248153007", "male", "males", "m", "man", "men"), "male"),
    **dict.fromkeys(("248152002", "female", "females", "f", "woman", "women"), "female"),
}
_AGE_UNITS = {
    **dict.fromkeys(("a", "yr", "yrs", "year", "years"), "years"),
    **dict.fromkeys(("mo", "month", "months"), "months"),
    **dict.fromkeys(("wk", "week", "weeks"), "weeks"),
    **dict.fromkeys(("d", "day", "days"), "days"),
}


def take_range(row: ReportedRow, part: dict[str, Any], subject: Subject) -> None:
    """Takes the one range of type normal that applies to this person; prose gives text and no bound."""
    ranges = [one for one in list_of(part.get("referenceRange")) if isinstance(one, dict)]
    normal = [one for one in ranges if _is_normal(one)]
    fitting = [one for one in normal if _applies(one, row, subject)]
    chosen = fitting[0] if len(fitting) == 1 else None
    as_text = [text_of(one.get("text")).strip() for one in ranges]
    if chosen is None or len(ranges) > 1:
        as_text = [text or range_words(one) for text, one in zip(as_text, ranges, strict=True)]
    row.printed_text = "; ".join(filter(None, as_text))[:200]
    if chosen is None:
        if fitting:
            row.warnings.append("it prints several ranges; none was taken")
        elif strange := next((who for one in normal if (who := _unknown_group(one))), ""):
            row.warnings.append(f"its range is printed for {strange[:60]}, so it was not taken")
        return
    if chosen.get("appliesTo") or chosen.get("age"):
        row.printed_for = str(subject)
    low, high = dict_of(chosen.get("low")), dict_of(chosen.get("high"))
    row.printed_low, row.printed_high = bound_of(low.get("value")), bound_of(high.get("value"))
    row.printed_low_strict = row.printed_low is not None and text_of(low.get("comparator")) == ">"
    row.printed_high_strict = row.printed_high is not None and text_of(high.get("comparator")) == "<"
    units = [unit_of(bound) for bound in (low, high) if bound_of(bound.get("value")) is not None]
    row.printed_unit = next(filter(None, units), "")[:60]
    if row.printed_low is None and row.printed_high is None:
        _text_range(row, text_of(chosen.get("text")))
    elif len({tidy(unit) for unit in units if unit}) > 1:
        row.printed_low = row.printed_high = None
        row.printed_text = row.printed_text or range_words(chosen)[:200]
        row.warnings.append(f"the bounds of its range are in {' and '.join(units)}; it was not taken")
    elif row.printed_low is not None and row.printed_high is not None and row.printed_low > row.printed_high:
        row.printed_low, row.printed_high = row.printed_high, row.printed_low
        row.warnings.append("its range was printed the wrong way round and was swapped")
    elif (said := printed_range(text_of(chosen.get("text")))) and _same_bounds(row, said):
        row.printed_low_strict |= said.low_strict
        row.printed_high_strict |= said.high_strict


def _text_range(row: ReportedRow, text: str) -> None:
    interval = printed_range(text)
    if interval is None:
        return
    row.printed_low, row.printed_high = interval.low, interval.high  # type: ignore[assignment]
    row.printed_low_strict, row.printed_high_strict = interval.low_strict, interval.high_strict
    row.printed_unit = range_unit(text)[:60]
    if is_swapped(text):
        row.warnings.append("its range was printed the wrong way round and was swapped")


def _applies(one: dict[str, Any], row: ReportedRow, subject: Subject) -> bool:
    """True for a range of this person's sex and age on that day; a group we can't check never matches."""
    sexes = {sex for group in list_of(one.get("appliesTo")) for sex in _sexes(group)}
    if _unknown_group(one) or (sexes and subject.sex not in sexes):
        return False
    limits = dict_of(one.get("age"))
    return all(_age_fits(dict_of(limits[name]), name, row, subject) for name in ("low", "high") if limits.get(name))


def _age_fits(bound: dict[str, Any], name: str, row: ReportedRow, subject: Subject) -> bool:
    number = bound_of(bound.get("value"))
    names = (text_of(bound.get("code")), text_of(bound.get("unit")))
    unit = next((_AGE_UNITS[one.casefold()] for one in names if one.casefold() in _AGE_UNITS), None)
    if number is None or unit is None or subject.born_on is None or row.collected_on is None:
        return False
    if unit == "years" and number % 1:
        number, unit = number * 12, "months"
    if unit == "weeks":
        number, unit = number * 7, "days"
    if number % 1:
        return False
    age = age_on(subject.born_on, row.collected_on, unit)
    return age >= number if name == "low" else age <= number


def _is_normal(one: dict[str, Any]) -> bool:
    words = [word.casefold() for word in words_of(one.get("type") or one.get("meaning")) if word]
    return not words or any(word.startswith(("normal", "reference")) for word in words)


def _sexes(group: Any) -> set[str]:
    return {_SEXES[word.casefold()] for word in words_of(group) if word.casefold() in _SEXES}


def _unknown_group(one: dict[str, Any]) -> str:
    """Whom a range is for where that is no sex: a condition that isn't known never matches."""
    return next((concept_words(group) for group in list_of(one.get("appliesTo")) if not _sexes(group)), "")


def _same_bounds(row: ReportedRow, said: Interval) -> bool:
    return (row.printed_low, row.printed_high) == (said.low, said.high)
