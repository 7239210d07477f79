"""FHIR R4 JSON: a Bundle, or one Observation, as reported rows. Tolerant of shapes, exact with digits."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from markers.interval import Interval
from markers.quantity import COMPARATORS
from markers.reference import Subject, age_on
from markers.units import tidy
from results.documents.ranges import is_swapped, printed_range, range_unit
from results.documents.rows import Document, DocumentError, Patient, ReportedRow
from results.documents.strict_json import JsonError, JsonNumber, read_json, write_json

MOST_ROWS = 50_000
HIDDEN = {"entered-in-error": "entered in error", "cancelled": "canceled", "registered": "not yet measured"}
UCUM = "http://unitsofmeasure.org"

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(?:(Z)|([+-]\d{2}):?(\d{2}))?)?", re.ASCII
)
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
_BLANKS = {0x200B: None, 0xFEFF: None, 0xA0: " "}
_NO_CONTENT = {
    *("resourceType", "id", "meta", "text", "language", "implicitRules", "contained", "identifier", "issued"),
    *("basedOn", "partOf", "subject", "focus", "encounter", "performer", "specimen", "device"),
    *("hasMember", "derivedFrom", "related", "component"),
    *("effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming"),
}
_NO_BOUND = re.compile(r"-?9{6,}(?:\.9+|\.0+)?")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,6})?")
_SIGNED_NUMBER = re.compile(r"(<=|>=|<|>|≤|≥|) *-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PLAIN = ("valueString", "valueInteger", "valueBoolean")
_UNREAD = {"SampledData", "Attachment", "Period", "Reference"}


def read_fhir(content: bytes, subject: Subject | None = None) -> Document:
    """The laboratory results of a document for a person; DocumentError where it is none or of several people."""
    if not content.strip():
        raise DocumentError("This file is empty.")
    try:
        document = read_json(content)
    except JsonError as problem:
        if re.match(rb"\s*\{[^\n]*\}\s*\n\s*\{", content):
            raise DocumentError("This file holds several documents, one a line (NDJSON). Bring a Bundle.") from problem
        raise DocumentError(f"{problem} It stands at {problem.place}." if problem.place else str(problem)) from problem
    if not isinstance(document, dict) or "resourceType" not in document:
        raise DocumentError("This is JSON, but not FHIR: it has no resourceType.")
    return _Reader(document, subject or Subject()).read()


@dataclass(slots=True)
class _Whole:
    """An observation with its URL, the digest of its content, and how often it has used an identity."""

    resource: dict[str, Any]
    url: str
    digest: str
    counts: Counter[str] = field(default_factory=Counter)


class _Reader:
    """Reads one document; knows its resources by every name they are referred to."""

    def __init__(self, document: dict[str, Any], subject: Subject) -> None:
        self.subject, self.found = subject, Document()
        self.places = list(_resources(document))
        self.known: dict[str, dict[str, Any]] = {}
        for locator, resource, url in self.places:
            own = _text(resource.get("id"))
            names = [url] if ".contained[" in locator else [url, own and f"{_text(resource.get('resourceType'))}/{own}"]
            self.known |= {name: resource for name in names if name}
        self.at = {locator: resource for locator, resource, _ in self.places}
        self.counts: Counter[str] = Counter()
        self.urls = {id(resource): url for _, resource, url in self.places}
        self.reports = self._reports()

    def read(self) -> Document:
        """Every laboratory row, in the order of the document."""
        self.found.patient = self._patient()
        for locator, resource, url in self.places:
            kind = resource.get("resourceType")
            if kind == "Observation":
                self._observation(locator, resource, url)
            elif kind not in ("Patient", "DiagnosticReport", "Bundle"):
                self.found.leave_out(f"{_text(kind)[:40] or 'a resource of no type'}: not a result")
        if not self.found.rows and not self.found.left_out:
            raise DocumentError("This document holds no laboratory results.")
        return self.found

    def _patient(self) -> Patient | None:
        """Whom the document is about; DocumentError where its patients or its results are of several people."""
        patients: dict[str, Patient] = {}
        for _, one, _ in self.places:
            if one.get("resourceType") == "Patient":
                patients.setdefault(_key(one), _patient_of(one))
        whose = {
            self._whose(locator, one) for locator, one, _ in self.places if one.get("resourceType") == "Observation"
        }
        whose -= {"", *patients}
        same = len(patients) == len(whose) == 1 and not next(iter(whose)).rpartition("Patient/")[1]
        if len(patients) + (0 if same else len(whose)) > 1:
            names = [one.name or "somebody unnamed" for one in patients.values()] + sorted(whose)
            shown = ", ".join(names[:5])[:300] + (", ..." if len(names) > 5 else "")
            raise DocumentError(f"This document is about several people ({shown}). Bring a file about one person.")
        return next(iter(patients.values()), None)

    def _whose(self, locator: str, observation: dict[str, Any]) -> str:
        """Whom an observation is about: the key of a patient of the document, else what is said of them."""
        subject = _dict(observation.get("subject"))
        reference = _text(subject.get("reference"))
        resource = self._resolve(locator, reference)
        if resource.get("resourceType") == "Patient":
            return _key(resource)
        identifier = _text(_dict(subject.get("identifier")).get("value"))
        return reference.partition("/_history/")[0] or identifier or _text(subject.get("display"))

    def _resolve(self, locator: str, reference: str) -> dict[str, Any]:
        """The resource that a reference in the resource at `locator` means, or an empty one."""
        if reference.startswith("#"):
            return self.known.get(_container(locator) + reference, {})
        found = self.known.get(reference) or self.known.get(_tail(reference), {})
        elsewhere = reference.startswith("http") and self.urls.get(id(found), "").startswith("http")
        return {} if elsewhere and self.urls[id(found)] != reference.partition("/_history/")[0] else found

    def _reports(self) -> dict[str, dict[str, Any]]:
        """Result reference -> the report that lists it."""
        found: dict[str, dict[str, Any]] = {}
        for locator, report, _ in self.places:
            if report.get("resourceType") == "DiagnosticReport":
                for one in _list(report.get("result")):
                    if reference := _text(_dict(one).get("reference")):
                        found.setdefault(_container(locator) + reference if reference[0] == "#" else reference, report)
                        found.setdefault(_tail(reference), report)
        return found

    def _observation(self, locator: str, observation: dict[str, Any], url: str) -> None:
        hidden = HIDDEN.get(_text(observation.get("status")).strip().casefold(), "")
        parts = [one for one in _list(observation.get("component")) if isinstance(one, dict)]
        has_value = any(name.startswith("value") for name in observation)
        if reason := hidden or _no_result(observation, has_value or bool(parts)):
            self.found.leave_out(reason)
            if not hidden:
                return
        whole = _Whole(observation, url, _digest(_content(observation)))
        places = [(locator, observation)] if has_value or not parts else []
        places += [(f"{locator}.component[{place}]", part) for place, part in enumerate(parts)]
        for where, part in places:
            row = self._row(where, whole, part)
            if hidden:
                self.found.withdrawn.append(row.external_id)
                continue
            if where == places[0][0]:
                row.resource = write_json(observation)  # once: an observation can have thousands of components
            self.found.rows.append(row)
            if len(self.found.rows) > MOST_ROWS:
                raise DocumentError(f"This document holds more than {MOST_ROWS:,} rows.")

    def _row(self, locator: str, whole: _Whole, part: dict[str, Any]) -> ReportedRow:
        row, stated = ReportedRow(locator=locator), whole.resource
        row.codings = list(_codings(part.get("code")))
        row.name = _concept(part.get("code"))
        _value(row, part)
        self._when(row, stated, whole.url)
        self._ranges(row, part)
        row.lab = self._laboratory(_container(locator), stated, whole.url)
        row.status = _text(stated.get("status"))[:30]
        row.method = _concept(stated.get("method"))[:80]
        row.specimen = self._specimen(locator, stated)[:80]
        note = "\n".join(_text(_dict(note).get("text")) for note in _list(stated.get("note")))
        row.note = note if part is stated else note[:2000]
        row.interpretation = ", ".join(filter(None, (_concept(one) for one in _list(part.get("interpretation")))))[:80]
        self._identity(row, whole, part)
        return row

    def _identity(self, row: ReportedRow, whole: _Whole, part: dict[str, Any]) -> None:
        """The source's own id with instant and code, for short ids are used again; without an id the content.

        The version is the content too: what refers to other resources, and what describes the resource, is no part of
        it, so that the same result of another export is known again.
        """
        own_part = "" if part is whole.resource else _digest(_sorted(part))
        digest = _digest(f"{whole.digest} {own_part} {_utc(row)}")
        own = self._own_id(row.locator, whole.resource)
        base = f"{own}|{_utc(row)}|{_code_key(row)}" if own else f"sha256:{digest}"
        counts = whole.counts if own else self.counts
        counts[base] += 1
        row.external_id = base if counts[base] == 1 else f"{base}#{counts[base]}"
        row.external_version = _text(_dict(whole.resource.get("meta")).get("versionId"))[:15] + ":" + digest[:32]

    def _own_id(self, locator: str, whole: dict[str, Any]) -> str:
        """The id within the source; one of a contained resource holds within its container only."""
        own = _text(whole.get("id")).strip()
        if ".contained[" in locator:
            around = _text(self.at.get(_container(locator), {}).get("id")).strip()
            own = f"{around}#{own}" if around and own else ""
        return own if len(own) <= 128 else _digest(own)

    def _when(self, row: ReportedRow, whole: dict[str, Any], url: str) -> None:
        report = self._report(whole, url)
        own = _effective(whole)
        written = own or _effective(report)
        if not written and (issued := _text(whole.get("issued")) or _text(report.get("issued"))):
            written = issued
            row.warnings.append("only the day it was issued is known, not the day of collection")
        found = _INSTANT.fullmatch(written)
        if not found:
            named = f"its date, {written[:20]}, names no day" if written else "it has no date"
            row.problem = row.problem or named
            return
        try:
            row.collected_on = date.fromisoformat(found[1])
        except ValueError:
            row.problem = row.problem or f"its date, {written[:20]}, is not a day"
            return
        with contextlib.suppress(ValueError):  # a leap second, or 24:00: the day stands
            row.collected_time = time.fromisoformat(found[2]) if found[2] else None
        if row.collected_time:
            row.offset = "+00:00" if found[3] else f"{found[4]}:{found[5]}" if found[4] else ""

    def _specimen(self, locator: str, whole: dict[str, Any]) -> str:
        """What was collected: the type of the specimen, else what the reference is shown as."""
        specimen = _dict(whole.get("specimen"))
        resource = self._resolve(_container(locator), _text(specimen.get("reference")))
        return _concept(resource.get("type")) or _text(specimen.get("display"))

    def _report(self, whole: dict[str, Any], url: str) -> dict[str, Any]:
        own = "" if "#" in url else f"Observation/{_text(whole.get('id'))}"
        return self.reports.get(url) or self.reports.get(own) or {}

    def _laboratory(self, locator: str, whole: dict[str, Any], url: str) -> str:
        """The performing organization's name; a person who signed is no laboratory."""
        for performer in (*_list(whole.get("performer")), *_list(self._report(whole, url).get("performer"))):
            reference = _text(_dict(performer).get("reference"))
            resource = self._resolve(locator, reference)
            if resource.get("resourceType") == "Organization" or _tail(reference).startswith("Organization/"):
                return (_text(resource.get("name")) or _text(_dict(performer).get("display"))).strip()[:120]
        return ""

    def _ranges(self, row: ReportedRow, part: dict[str, Any]) -> None:
        """The one range of type normal that applies to this person; prose gives text and no bound."""
        ranges = [one for one in _list(part.get("referenceRange")) if isinstance(one, dict)]
        normal = [one for one in ranges if _is_normal(one)]
        fitting = [one for one in normal if self._applies(one, row)]
        chosen = fitting[0] if len(fitting) == 1 else None
        as_text = [_text(one.get("text")).strip() for one in ranges]
        if chosen is None or len(ranges) > 1:
            as_text = [text or _described(one) for text, one in zip(as_text, ranges, strict=True)]
        row.printed_text = "; ".join(filter(None, as_text))[:200]
        if chosen is None:
            if fitting:
                row.warnings.append("it prints several ranges; none was taken")
            elif strange := next((who for one in normal if (who := _unknown_group(one))), ""):
                row.warnings.append(f"its range is printed for {strange[:60]}, so it was not taken")
            return
        low, high = _dict(chosen.get("low")), _dict(chosen.get("high"))
        row.printed_low, row.printed_high = _decimal(low.get("value")), _decimal(high.get("value"))
        row.printed_low_strict = row.printed_low is not None and _text(low.get("comparator")) == ">"
        row.printed_high_strict = row.printed_high is not None and _text(high.get("comparator")) == "<"
        units = [_unit_of(bound) for bound in (low, high) if _decimal(bound.get("value")) is not None]
        row.printed_unit = next(filter(None, units), "")[:60]
        if row.printed_low is None and row.printed_high is None:
            self._text_range(row, _text(chosen.get("text")))
        elif len({tidy(unit) for unit in units if unit}) > 1:
            row.printed_low = row.printed_high = None
            row.printed_text = row.printed_text or _described(chosen)[:200]
            row.warnings.append(f"the bounds of its range are in {' and '.join(units)}; it was not taken")
        elif row.printed_low is not None and row.printed_high is not None and row.printed_low > row.printed_high:
            row.printed_low, row.printed_high = row.printed_high, row.printed_low
            row.warnings.append("its range was printed the wrong way round and was swapped")
        elif (said := printed_range(_text(chosen.get("text")))) and _same_bounds(row, said):
            row.printed_low_strict, row.printed_high_strict = said.low_strict, said.high_strict

    def _text_range(self, row: ReportedRow, text: str) -> None:
        interval = printed_range(text)
        if interval is None:
            return
        row.printed_low, row.printed_high = interval.low, interval.high  # type: ignore[assignment]
        row.printed_low_strict, row.printed_high_strict = interval.low_strict, interval.high_strict
        row.printed_unit = range_unit(text)[:60]
        if is_swapped(text):
            row.warnings.append("its range was printed the wrong way round and was swapped")

    def _applies(self, one: dict[str, Any], row: ReportedRow) -> bool:
        """True for a range of this person's sex and age on that day; a group we can't check never matches."""
        sexes = {sex for group in _list(one.get("appliesTo")) for sex in _sexes(group)}
        if _unknown_group(one) or (sexes and self.subject.sex not in sexes):
            return False
        limits = _dict(one.get("age"))
        return all(self._age_fits(_dict(limits[name]), name, row) for name in ("low", "high") if limits.get(name))

    def _age_fits(self, bound: dict[str, Any], name: str, row: ReportedRow) -> bool:
        number = _decimal(bound.get("value"))
        names = (_text(bound.get("code")), _text(bound.get("unit")))
        unit = next((_AGE_UNITS[one.casefold()] for one in names if one.casefold() in _AGE_UNITS), None)
        if number is None or unit is None or self.subject.born_on is None or row.collected_on is None:
            return False
        if unit == "years" and number % 1:
            number, unit = number * 12, "months"
        if unit == "weeks":
            number, unit = number * 7, "days"
        if number % 1:
            return False
        age = age_on(self.subject.born_on, row.collected_on, unit)
        return age >= number if name == "low" else age <= number


def _resources(document: dict[str, Any], locator: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Each resource with where it stands and its full URL; contained bundles and resources too."""
    kind = document.get("resourceType")
    if kind != "Bundle":
        yield locator or str(kind), document, ""
        for place, inner in enumerate(_list(document.get("contained"))):
            if isinstance(inner, dict):
                where = f"{locator or kind}.contained[{place}]"
                yield where, inner, f"{locator or kind}#{_text(inner.get('id'))}"
        return
    for place, entry in enumerate(_list(document.get("entry"))):
        resource = _dict(_dict(entry).get("resource"))
        where = f"{locator}entry[{place}].resource"
        if resource.get("resourceType") == "Bundle":
            yield from _resources(resource, f"{where}.")
        elif resource:
            for here, inner, url in _resources(resource, where):
                yield here, inner, _text(entry.get("fullUrl")) if inner is resource else url


def _container(locator: str) -> str:
    """The locator of the resource whose contained ones a resource may refer to."""
    return locator.partition(".contained[")[0].partition(".component[")[0]


def _key(patient: dict[str, Any]) -> str:
    """What tells patients apart: name, sex and birth date, with the id where they don't say enough."""
    found = _patient_of(patient)
    return f"{found}" if found.name and found.born_on else f"{_text(patient.get('id'))} {found}"


def _tail(reference: str) -> str:
    """`Patient/1` of `https://server/fhir/Patient/1/_history/2`; other references as they are."""
    parts = reference.partition("/_history/")[0].rsplit("/", 2)
    return "/".join(parts[-2:]) if len(parts) > 1 and "#" not in reference else reference


def _patient_of(patient: dict[str, Any]) -> Patient:
    names = [one for one in _list(patient.get("name")) if isinstance(one, dict)]
    name = names[0] if names else {}
    given = " ".join(_text(part) for part in _list(name.get("given")))
    full = _text(name.get("text")) or f"{given} {_text(name.get('family'))}".strip()
    born = None
    with contextlib.suppress(ValueError):
        born = date.fromisoformat(_text(patient.get("birthDate")))
    sex = _text(patient.get("gender"))
    return Patient(full, sex if sex in ("female", "male") else "", born, _text(patient.get("birthDate")))


def _no_result(observation: dict[str, Any], has_answer: bool) -> str:
    """Why an observation is no laboratory result, or ""."""
    groups = [one for group in _list(observation.get("category")) for one in _codings(group)]
    categories = {one["code"].casefold() for one in groups if one["code"]}
    if categories and not categories & {"laboratory", "lab"}:
        return "Observation: not from a laboratory"
    return "Observation: a group of others" if observation.get("hasMember") and not has_answer else ""


def _digest(said: Any) -> str:
    return hashlib.sha256((said if isinstance(said, str) else write_json(said)).encode()).hexdigest()


def _content(observation: dict[str, Any]) -> dict[str, Any]:
    """What an observation says of its result, in one order of keys: no references, ids, narrative or metadata."""
    return {name: _sorted(observation[name]) for name in sorted(observation) if name not in _NO_CONTENT}


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    if isinstance(value, JsonNumber) and "." in value and "e" not in value.casefold():
        return JsonNumber(value.rstrip("0").rstrip("."))  # 4.10 of one server is 4.1 of another: not a correction
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _utc(row: ReportedRow) -> str:
    """The instant of collection, in UTC where its offset is known, so that it reads the same from each server."""
    if row.collected_on and row.collected_time and row.offset:
        with contextlib.suppress(ValueError, OverflowError):
            local = datetime.fromisoformat(f"{row.collected_on}T{row.collected_time}{row.offset}")
            return f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"{row.collected_on or ''}T{row.collected_time or ''}"


def _code_key(row: ReportedRow) -> str:
    code = next(iter(row.loinc), "") or next((one["code"] for one in row.codings if one["code"]), "")
    key = code or " ".join(row.name.split()).casefold()
    return key if len(key) <= 30 else _digest(key)[:30]


def _value(row: ReportedRow, part: dict[str, Any]) -> None:
    """Fills in the value as written: a number's literal with its comparator, a code's words, a text."""
    if isinstance(quantity := part.get("valueQuantity"), dict):
        _quantity(row, quantity)
    elif (plain := next((part[name] for name in _PLAIN if part.get(name) is not None), None)) is not None:
        _plain(row, str(plain).casefold() if isinstance(plain, bool) else _text(plain))
    elif part.get("valueCodeableConcept") is not None:
        row.text = _concept(part["valueCodeableConcept"])
    elif moment := _text(part.get("valueDateTime")) or _text(part.get("valueTime")):
        row.text = moment
    elif isinstance(span := part.get("valueRange"), dict):
        row.text = _described(span)
    elif isinstance(ratio := part.get("valueRatio"), dict):
        ends = [_in_words(_dict(ratio.get(name))) for name in ("numerator", "denominator")]
        row.text = ":".join(ends) if all(ends) else ""
    if row.value or row.text or row.problem:
        return
    absent = _concept(part.get("dataAbsentReason"))
    kind = next((name[5:] for name in part if name.startswith("value") and name[5:] in _UNREAD), "")
    row.problem = f"it has no value ({absent})" if absent else "it has no value"
    if kind and not absent:
        row.problem = f"a value of the kind {kind} can't be read"


def _quantity(row: ReportedRow, quantity: dict[str, Any]) -> None:
    comparator, number = _text(quantity.get("comparator")).strip(), quantity.get("value")
    row.unit = (_text(quantity.get("unit")) or _text(quantity.get("code"))).translate(_BLANKS).strip()[:60]
    row.unit_code = _text(quantity.get("code")).strip()[:60] if quantity.get("system", UCUM) == UCUM else ""
    if number is None:
        return
    literal = _text(number).translate(_BLANKS).strip()
    found = _SIGNED_NUMBER.fullmatch(literal)
    if comparator not in COMPARATORS:
        row.problem = f"its comparator, {comparator[:10]}, is not known"
    elif not found or (found[1] and comparator):
        row.problem = "its value is not a number"
    elif len(literal) > 70:
        row.problem = "its value is too long"
    else:
        row.value = f"{comparator}{literal}"


def _plain(row: ReportedRow, written: str) -> None:
    """A text that is a number is one; a longer text stays a text."""
    text = written.translate(_BLANKS).strip()
    if _SIGNED_NUMBER.fullmatch(text) and len(text) <= 70:
        row.value = text
    else:
        row.text = text


def _in_words(quantity: dict[str, Any]) -> str:
    """A quantity in words: `<0.5 mg`; empty without a number."""
    number = _text(quantity.get("value"))
    return number and f"{_text(quantity.get('comparator'))}{number} {_text(quantity.get('unit'))}".strip()


def _effective(resource: dict[str, Any]) -> str:
    period = _dict(resource.get("effectivePeriod"))
    choices = (
        resource.get("effectiveDateTime"),
        resource.get("effectiveInstant"),
        period.get("start"),
        period.get("end"),
        *(events if len(events := _list(_dict(resource.get("effectiveTiming")).get("event"))) == 1 else ()),
    )
    return next((_text(one) for one in choices if one), "")


def _is_normal(one: dict[str, Any]) -> bool:
    words = [word.casefold() for word in _words(one.get("type") or one.get("meaning")) if word]
    return not words or any(word.startswith(("normal", "reference")) for word in words)


def _sexes(group: Any) -> set[str]:
    return {_SEXES[word.casefold()] for word in _words(group) if word.casefold() in _SEXES}


def _unknown_group(one: dict[str, Any]) -> str:
    """Whom a range is for where that is no sex: a condition that isn't known never matches."""
    return next((_concept(group) for group in _list(one.get("appliesTo")) if not _sexes(group)), "")


def _unit_of(bound: dict[str, Any]) -> str:
    return _text(bound.get("code")) or _text(bound.get("unit"))


def _same_bounds(row: ReportedRow, said: Interval) -> bool:
    return (row.printed_low, row.printed_high) == (said.low, said.high)


def _described(one: dict[str, Any]) -> str:
    """A range in words where the document gives none: `0.76–1.27 mg/dL (Male, from 15 yrs)`."""
    low, high, age = _dict(one.get("low")), _dict(one.get("high")), _dict(one.get("age"))
    ends = [_text(bound.get("value")) for bound in (low, high)]
    if not any(ends):
        return ""
    unit = _text(low.get("unit")) or _text(high.get("unit")) or _unit_of(low) or _unit_of(high)
    whom = [_concept(one.get("type")), *(_concept(group) for group in _list(one.get("appliesTo")))]
    for name, word in (("low", "from"), ("high", "to")):
        bound = _dict(age.get(name))
        if bound:
            whom.append(f"{word} {_text(bound.get('value'))} {_text(bound.get('unit')) or _unit_of(bound)}")
    said = ", ".join(filter(None, whom))
    span = "–".join(ends) if all(ends) else f"from {ends[0]}" if ends[0] else f"up to {ends[1]}"
    return f"{span} {unit}".strip() + (f" ({said})" if said else "")


def _codings(concept: Any) -> Iterator[dict[str, str]]:
    for one in _list(_dict(concept).get("coding")):
        if isinstance(one, dict) and (one.get("code") or one.get("display")):
            names = ("system", "code", "display")
            yield {name: _text(one.get(name)).translate(_BLANKS).strip() for name in names}


def _words(concept: Any) -> list[str]:
    written = (
        _text(_dict(concept).get("text")),
        *(one[part] for one in _codings(concept) for part in ("code", "display")),
    )
    return [one.strip() for one in written]


def _concept(concept: Any) -> str:
    """A concept in words: its text, else a display, else a code."""
    codings = list(_codings(concept))
    said = _text(_dict(concept).get("text")).translate(_BLANKS).strip()
    return next(filter(None, (said, *(one["display"] for one in codings), *(one["code"] for one in codings))), "")


def _decimal(number: Any) -> Decimal | None:
    """A bound; None where it is none, where nines stand for no bound, or where it is out of all proportion."""
    text = _text(number).strip()
    found = Decimal(text) if _NUMBER.fullmatch(text) and not _NO_BOUND.fullmatch(text) else None
    if found is None or not found.is_finite() or abs(found.adjusted()) > 38 or len(format(found, "f")) > 40:
        return None
    return found


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    """A list; an object that stands where a list belongs (as in DSTU2) is a list of one."""
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []
