"""FHIR JSON becomes reported rows: what is kept, what is left out, what is said."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from markers.reference import Subject
from results.documents.fhir import read_fhir
from results.documents.rows import Document, ReportedRow

MALE = Subject("male", date(1970, 1, 1))
LABORATORY = [{"coding": [{"code": "laboratory"}]}]
UCUM = "http://unitsofmeasure.org"


def quantity(value: Any = 1, unit: str = "mg/dL", **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit} | more


def observation(**parts: Any) -> dict[str, Any]:
    """A creatinine of 1 mg/dL on 3 October 2026, with what a test states instead; None takes a part away."""
    stated = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "category": LABORATORY,
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}], "text": "Creatinine"},
        "effectiveDateTime": "2026-10-03T08:00:00+02:00",
        "valueQuantity": quantity(),
    } | parts
    return {name: part for name, part in stated.items() if part is not None}


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"fullUrl": f"urn:uuid:{place}", "resource": one} for place, one in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def read(*resources: dict[str, Any], subject: Subject = MALE) -> Document:
    document = resources[0] if len(resources) == 1 else bundle(*resources)
    return read_fhir(json.dumps(document).encode(), subject)


def row(subject: Subject = MALE, **parts: Any) -> ReportedRow:
    """The one row of an observation with these parts."""
    (found,) = read(observation(**parts), subject=subject).rows
    return found


def bounds(found: ReportedRow) -> tuple[str | None, str | None]:
    return tuple(None if one is None else str(one) for one in (found.printed_low, found.printed_high))  # type: ignore


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("3.1-6.2", "3.1", "6.2", ""),
        ("3.1-6.2 mmol/L", "3.1", "6.2", "mmol/L"),
        ("<5.7 % of total Hgb", None, "5.7", "%"),
        ("4.4 - 5.2  x  10^12/L", "4.4", "5.2", "x  10^12/L"),
        (">59 mL/min/1.73 m2", "59", None, "mL/min/1.73 m2"),
        ("12-14 y Male: 4.4 - 5.2  x  10^12/L ; 12-14 y Female: 4.2 - 4.8  x  10^12/L", None, None, ""),
        (">0.4 Positive; 0.3 to 0.4 Suspect < 0.3 Negative", None, None, ""),
        (">0.4 Positive", None, None, ""),
        ("13.5-17.5 Male", None, None, ""),
        ("12-14 years", None, None, ""),
        ("70-105 mg/dL fasting", None, None, ""),
        ("np", None, None, ""),
        ("", None, None, ""),
    ],
)
def test_a_range_in_words_gives_bounds_only_where_it_is_nothing_else(text, low, high, unit):
    found = row(referenceRange=[{"text": text}])
    assert bounds(found) == (low, high)
    assert found.printed_unit == unit
    assert found.printed_text == text
