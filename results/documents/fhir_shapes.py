"""The shapes of FHIR's JSON, read tolerantly: what is not there is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

BLANKS = {0x200B: None, 0xFEFF: None, 0xA0: " "}
_NO_BOUND = re.compile(r"-?9{6,}(?:\.9+|\.0+)?")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,6})?")


def text_of(value: Any) -> str:
    """A string, else ""."""
    return str(value) if isinstance(value, str) else ""


def dict_of(value: Any) -> dict[str, Any]:
    """An object, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """A list; an object that stands where a list belongs (as in DSTU2) is a list of one."""
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []


def codings(concept: Any) -> Iterator[dict[str, str]]:
    """The codings of a concept: system, code and display."""
    for one in list_of(dict_of(concept).get("coding")):
        if isinstance(one, dict) and (one.get("code") or one.get("display")):
            names = ("system", "code", "display")
            yield {name: text_of(one.get(name)).translate(BLANKS).strip() for name in names}


def words_of(concept: Any) -> list[str]:
    """Every word a concept says: text, codes and displays."""
    written = (
        text_of(dict_of(concept).get("text")),
        *(one[part] for one in codings(concept) for part in ("code", "display")),
    )
    return [one.strip() for one in written]


def concept_words(concept: Any) -> str:
    """A concept in words: its text, else a display, else a code."""
    coded = list(codings(concept))
    said = text_of(dict_of(concept).get("text")).translate(BLANKS).strip()
    return next(filter(None, (said, *(one["display"] for one in coded), *(one["code"] for one in coded))), "")


def bound_of(number: Any) -> Decimal | None:
    """A bound; None where it is none, where nines stand for no bound, or where it is out of all proportion."""
    text = text_of(number).strip()
    found = Decimal(text) if _NUMBER.fullmatch(text) and not _NO_BOUND.fullmatch(text) else None
    if found is None or not found.is_finite() or abs(found.adjusted()) > 38 or len(format(found, "f")) > 40:
        return None
    return found


def unit_of(bound: dict[str, Any]) -> str:
    """The unit of a bound: its code, else what is printed."""
    return text_of(bound.get("code")) or text_of(bound.get("unit"))


def range_words(one: dict[str, Any]) -> str:
    """A range in words where the document gives none: `0.76–1.27 mg/dL (Male, from 15 yrs)`."""
    low, high, age = dict_of(one.get("low")), dict_of(one.get("high")), dict_of(one.get("age"))
    ends = [text_of(bound.get("value")) for bound in (low, high)]
    if not any(ends):
        return ""
    unit = text_of(low.get("unit")) or text_of(high.get("unit")) or unit_of(low) or unit_of(high)
    whom = [concept_words(one.get("type")), *(concept_words(group) for group in list_of(one.get("appliesTo")))]
    for name, word in (("low", "from"), ("high", "to")):
        bound = dict_of(age.get(name))
        if bound:
            whom.append(f"{word} {text_of(bound.get('value'))} {text_of(bound.get('unit')) or unit_of(bound)}")
    said = ", ".join(filter(None, whom))
    span = "–".join(ends) if all(ends) else f"from {ends[0]}" if ends[0] else f"up to {ends[1]}"
    return f"{span} {unit}".strip() + (f" ({said})" if said else "")
