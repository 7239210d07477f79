"""The answer of a FHIR observation, or of one of its components."""

from __future__ import annotations

import re
from typing import Any

from markers.quantity import COMPARATORS
from results.documents.fhir_shapes import BLANKS, concept_words, dict_of, range_words, text_of
from results.documents.rows import ReportedRow

UCUM = "http://unitsofmeasure.org"
_SIGNED_NUMBER = re.compile(r"(<=|>=|<|>|≤|≥|) *-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PLAIN = ("valueString", "valueInteger", "valueBoolean")
_UNREAD = {"SampledData", "Attachment", "Period", "Reference"}


def take_value(row: ReportedRow, part: dict[str, Any]) -> None:
    """Fills in the value as written: a number's literal with its comparator, a code's words, a text."""
    if isinstance(quantity := part.get("valueQuantity"), dict):
        _quantity(row, quantity)
    elif (plain := next((part[name] for name in _PLAIN if part.get(name) is not None), None)) is not None:
        _plain(row, str(plain).casefold() if isinstance(plain, bool) else text_of(plain))
    elif part.get("valueCodeableConcept") is not None:
        row.text = concept_words(part["valueCodeableConcept"])
    elif moment := text_of(part.get("valueDateTime")) or text_of(part.get("valueTime")):
        row.text = moment
    elif isinstance(span := part.get("valueRange"), dict):
        row.text = range_words(span)
    elif isinstance(ratio := part.get("valueRatio"), dict):
        ends = [_in_words(dict_of(ratio.get(name))) for name in ("numerator", "denominator")]
        row.text = ":".join(ends) if all(ends) else ""
    if row.value or row.text or row.problem:
        return
    absent = concept_words(part.get("dataAbsentReason"))
    kind = next((name[5:] for name in part if name.startswith("value") and name[5:] in _UNREAD), "")
    row.problem = f"it has no value ({absent})" if absent else "it has no value"
    if kind and not absent:
        row.problem = f"a value of the kind {kind} can't be read"


def _quantity(row: ReportedRow, quantity: dict[str, Any]) -> None:
    comparator, number = text_of(quantity.get("comparator")).strip(), quantity.get("value")
    row.unit = (text_of(quantity.get("unit")) or text_of(quantity.get("code"))).translate(BLANKS).strip()[:60]
    row.unit_code = text_of(quantity.get("code")).strip()[:60] if quantity.get("system", UCUM) == UCUM else ""
    if number is None:
        return
    literal = text_of(number).translate(BLANKS).strip()
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
    text = written.translate(BLANKS).strip()
    if _SIGNED_NUMBER.fullmatch(text) and len(text) <= 70:
        row.value = text
    else:
        row.text = text


def _in_words(quantity: dict[str, Any]) -> str:
    """A quantity in words: `<0.5 mg`; empty without a number."""
    number = text_of(quantity.get("value"))
    return number and f"{text_of(quantity.get('comparator'))}{number} {text_of(quantity.get('unit'))}".strip()
