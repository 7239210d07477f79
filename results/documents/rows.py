"""What a reader takes out of a document: rows as reported, not yet matched to the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

LOINC = ("http://loinc.org", "https://loinc.org", "urn:oid:2.16.840.1.113883.6.1")


class DocumentError(ValueError):
    """Why a document can't be read, in words."""


@dataclass(slots=True)
class ReportedRow:
    """One result as a document states it; `problem` says why it can't be read."""

    locator: str
    name: str = ""
    codings: list[dict[str, str]] = field(default_factory=list)
    value: str = ""
    text: str = ""
    unit: str = ""
    unit_code: str = ""
    printed_low: Decimal | None = None
    printed_high: Decimal | None = None
    printed_low_strict: bool = False
    printed_high_strict: bool = False
    printed_text: str = ""
    printed_unit: str = ""
    printed_for: str = ""
    collected_on: date | None = None
    collected_time: time | None = None
    offset: str = ""
    lab: str = ""
    specimen: str = ""
    method: str = ""
    status: str = ""
    note: str = ""
    interpretation: str = ""
    external_id: str = ""
    external_version: str = ""
    resource: str = ""
    problem: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def loinc(self) -> list[str]:
        """Its LOINC codes."""
        return [one["code"] for one in self.codings if one.get("system", "").rstrip("/") in LOINC and one["code"]]


@dataclass(slots=True)
class Patient:
    """Whom a document is about, as far as it says."""

    name: str = ""
    sex: str = ""
    born_on: date | None = None
    written: str = ""


@dataclass(slots=True)
class Document:
    """The rows of a document in its order, whom it is about, what was left out how often, and ids taken back."""

    rows: list[ReportedRow] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    patient: Patient | None = None
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str) -> None:
        """Counts something that is not a result to show."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1
