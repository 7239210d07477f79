"""FHIR R4 JSON: a Bundle, or one Observation, as reported rows. Tolerant of shapes, exact with digits."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from markers.reference import Subject
from results.documents.fhir_ranges import take_range
from results.documents.fhir_shapes import codings, concept_words, dict_of, list_of, text_of
from results.documents.fhir_values import take_value
from results.documents.rows import Document, DocumentError, Patient, ReportedRow
from results.documents.strict_json import JsonError, JsonNumber, read_json, write_json

MOST_ROWS = 50_000
HIDDEN = {"entered-in-error": "entered in error", "cancelled": "canceled", "registered": "not yet measured"}

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(?:(Z)|([+-]\d{2}):?(\d{2}))?)?", re.ASCII
)
_NO_CONTENT = {
    *("resourceType", "id", "meta", "text", "language", "implicitRules", "contained", "identifier", "issued"),
    *("basedOn", "partOf", "subject", "focus", "encounter", "performer", "specimen", "device"),
    *("hasMember", "derivedFrom", "related", "component"),
    *("effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming"),
}


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
            own = text_of(resource.get("id"))
            names = (
                [url] if ".contained[" in locator else [url, own and f"{text_of(resource.get('resourceType'))}/{own}"]
            )
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
                self.found.leave_out(f"{text_of(kind)[:40] or 'a resource of no type'}: not a result")
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
        subject = dict_of(observation.get("subject"))
        reference = text_of(subject.get("reference"))
        resource = self._resolve(locator, reference)
        if resource.get("resourceType") == "Patient":
            return _key(resource)
        identifier = text_of(dict_of(subject.get("identifier")).get("value"))
        return reference.partition("/_history/")[0] or identifier or text_of(subject.get("display"))

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
                for one in list_of(report.get("result")):
                    if reference := text_of(dict_of(one).get("reference")):
                        found.setdefault(_container(locator) + reference if reference[0] == "#" else reference, report)
                        found.setdefault(_tail(reference), report)
        return found

    def _observation(self, locator: str, observation: dict[str, Any], url: str) -> None:
        hidden = HIDDEN.get(text_of(observation.get("status")).strip().casefold(), "")
        parts = [one for one in list_of(observation.get("component")) if isinstance(one, dict)]
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
        row.codings = list(codings(part.get("code")))
        row.name = concept_words(part.get("code"))
        take_value(row, part)
        self._when(row, stated, whole.url)
        take_range(row, part, self.subject)
        row.lab = self._laboratory(_container(locator), stated, whole.url)
        row.status = text_of(stated.get("status"))[:30]
        row.method = concept_words(stated.get("method"))[:80]
        row.specimen = self._specimen(locator, stated)[:80]
        note = "\n".join(text_of(dict_of(note).get("text")) for note in list_of(stated.get("note")))
        row.note = note if part is stated else note[:2000]
        row.interpretation = ", ".join(
            filter(None, (concept_words(one) for one in list_of(part.get("interpretation"))))
        )[:80]
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
        row.external_version = text_of(dict_of(whole.resource.get("meta")).get("versionId"))[:15] + ":" + digest[:32]

    def _own_id(self, locator: str, whole: dict[str, Any]) -> str:
        """The id within the source; one of a contained resource holds within its container only."""
        own = text_of(whole.get("id")).strip()
        if ".contained[" in locator:
            around = text_of(self.at.get(_container(locator), {}).get("id")).strip()
            own = f"{around}#{own}" if around and own else ""
        return own if len(own) <= 128 else _digest(own)

    def _when(self, row: ReportedRow, whole: dict[str, Any], url: str) -> None:
        report = self._report(whole, url)
        own = _effective(whole)
        written = own or _effective(report)
        if not written and (issued := text_of(whole.get("issued")) or text_of(report.get("issued"))):
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
        specimen = dict_of(whole.get("specimen"))
        resource = self._resolve(_container(locator), text_of(specimen.get("reference")))
        return concept_words(resource.get("type")) or text_of(specimen.get("display"))

    def _report(self, whole: dict[str, Any], url: str) -> dict[str, Any]:
        own = "" if "#" in url else f"Observation/{text_of(whole.get('id'))}"
        return self.reports.get(url) or self.reports.get(own) or {}

    def _laboratory(self, locator: str, whole: dict[str, Any], url: str) -> str:
        """The performing organization's name; a person who signed is no laboratory."""
        for performer in (*list_of(whole.get("performer")), *list_of(self._report(whole, url).get("performer"))):
            reference = text_of(dict_of(performer).get("reference"))
            resource = self._resolve(locator, reference)
            if resource.get("resourceType") == "Organization" or _tail(reference).startswith("Organization/"):
                return (text_of(resource.get("name")) or text_of(dict_of(performer).get("display"))).strip()[:120]
        return ""


def _resources(document: dict[str, Any], locator: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Each resource with where it stands and its full URL; contained bundles and resources too."""
    kind = document.get("resourceType")
    if kind != "Bundle":
        yield locator or str(kind), document, ""
        for place, inner in enumerate(list_of(document.get("contained"))):
            if isinstance(inner, dict):
                where = f"{locator or kind}.contained[{place}]"
                yield where, inner, f"{locator or kind}#{text_of(inner.get('id'))}"
        return
    for place, entry in enumerate(list_of(document.get("entry"))):
        resource = dict_of(dict_of(entry).get("resource"))
        where = f"{locator}entry[{place}].resource"
        if resource.get("resourceType") == "Bundle":
            yield from _resources(resource, f"{where}.")
        elif resource:
            for here, inner, url in _resources(resource, where):
                yield here, inner, text_of(entry.get("fullUrl")) if inner is resource else url


def _container(locator: str) -> str:
    """The locator of the resource whose contained ones a resource may refer to."""
    return locator.partition(".contained[")[0].partition(".component[")[0]


def _key(patient: dict[str, Any]) -> str:
    """What tells patients apart: name, sex and birth date, with the id where they don't say enough."""
    found = _patient_of(patient)
    return f"{found}" if found.name and found.born_on else f"{text_of(patient.get('id'))} {found}"


def _tail(reference: str) -> str:
    """`Patient/1` of `https://server/fhir/Patient/1/_history/2`; other references as they are."""
    parts = reference.partition("/_history/")[0].rsplit("/", 2)
    return "/".join(parts[-2:]) if len(parts) > 1 and "#" not in reference else reference


def _patient_of(patient: dict[str, Any]) -> Patient:
    names = [one for one in list_of(patient.get("name")) if isinstance(one, dict)]
    name = names[0] if names else {}
    given = " ".join(text_of(part) for part in list_of(name.get("given")))
    full = text_of(name.get("text")) or f"{given} {text_of(name.get('family'))}".strip()
    born = None
    with contextlib.suppress(ValueError):
        born = date.fromisoformat(text_of(patient.get("birthDate")))
    sex = text_of(patient.get("gender"))
    return Patient(full, sex if sex in ("female", "male") else "", born, text_of(patient.get("birthDate")))


def _no_result(observation: dict[str, Any], has_answer: bool) -> str:
    """Why an observation is no laboratory result, or ""."""
    groups = [one for group in list_of(observation.get("category")) for one in codings(group)]
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


def _effective(resource: dict[str, Any]) -> str:
    period = dict_of(resource.get("effectivePeriod"))
    choices = (
        resource.get("effectiveDateTime"),
        resource.get("effectiveInstant"),
        period.get("start"),
        period.get("end"),
        *(events if len(events := list_of(dict_of(resource.get("effectiveTiming")).get("event"))) == 1 else ()),
    )
    return next((text_of(one) for one in choices if one), "")
