"""The range a report prints, read from its text."""

from __future__ import annotations

import re
from decimal import Decimal

from markers.interval import Interval
from markers.quantity import LONGEST

_PART = r"(?:\.[0-9]+|,(?![0-9]{3}(?![0-9]))[0-9]+)"  # a comma before three digits could be a thousands sign
_N = rf"([+-]?(?:[0-9]+{_PART}?|{_PART}))"
_UNIT = (  # one unit and no more: further words are prose, and prose gives no bound
    r"(?P<unit>\s*%(?: of total (?:hgb|hb|hemoglobin))?"
    r"|\s+(?:[x×]\s*)?[^\s;:<>]*[/^*%°][^\s;:<>]*(?:\s?(?:m2|m²|m\^2|sq\.? ?m))?"
    r"|\s+(?:fL|pg|U|IU|AU|pH|mm|mmHg|mm Hg|kPa|s|sec|seconds|ratio))?"
)
_BETWEEN = re.compile(rf"{_N}\s*(?:-|–|—|−|to|_|\.\.\.?|bis|a)\s*{_N}{_UNIT}", re.IGNORECASE)
_BELOW = re.compile(rf"(<|<=|≤|=<|< or =|less than|under|below|up to|to|max\.?)\s*{_N}{_UNIT}", re.IGNORECASE)
_ABOVE = re.compile(
    rf"(>|>=|≥|=>|> or =|greater than|more than|over|above|from|at least|min\.?)\s*{_N}{_UNIT}", re.IGNORECASE
)
_STRICT = frozenset({"<", ">", "less than", "under", "below", "greater than", "more than", "over", "above"})
_NO_BOUND = Decimal("999999")


def printed_range(text: str) -> Interval | None:
    """The interval of `3.4-10.8`, `<5.7` (strict), `Up to 200`, `[ 49 - 92 ]`; None where the text states none.

    Bounds the wrong way round are swapped (`is_swapped` tells); prose gives no bound, nor does a number of
    more characters than any value has.
    """
    bounds = _bounds(text)
    if bounds is None or any(bound is not None and len(format(bound, "f")) > LONGEST for bound in bounds[:2]):
        return None
    low, high, low_strict, high_strict = bounds
    low, high = (None if bound is not None and abs(bound) >= _NO_BOUND else bound for bound in (low, high))
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Interval(low, high, low_strict and low is not None, high_strict and high is not None)


def is_swapped(text: str) -> bool:
    """True where a text prints the upper bound first."""
    bounds = _bounds(text)
    return bool(bounds and bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1])


def range_unit(text: str) -> str:
    """The unit that a range prints behind its bounds, or "" where it prints none."""
    plain = _plain(text)
    found = _BETWEEN.fullmatch(plain) or _BELOW.fullmatch(plain) or _ABOVE.fullmatch(plain)
    return (found["unit"] or "").strip().partition(" of total")[0] if found else ""


def _plain(text: str) -> str:
    return text.translate({0x200B: None, 0xA0: " "}).strip().strip("[]()").strip()


def _bounds(text: str) -> tuple[Decimal | None, Decimal | None, bool, bool] | None:
    plain = _plain(text)
    found = _BETWEEN.fullmatch(plain) or _BELOW.fullmatch(plain) or _ABOVE.fullmatch(plain)
    if found is None:
        return None
    if found.re is _BETWEEN:
        return _number(found[1]), _number(found[2]), False, False
    is_strict = found[1].casefold() in _STRICT
    return (
        (None, _number(found[2]), False, is_strict)
        if found.re is _BELOW
        else (_number(found[2]), None, is_strict, False)
    )


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
