"""LOINC codes: the check digit."""

from __future__ import annotations

import re


def loinc_is_valid(code: str) -> bool:
    """True if a LOINC code's check digit (mod 10, Luhn) is right."""
    if not re.fullmatch(r"[0-9]{1,7}-[0-9]", code):
        return False
    number, check = code.split("-")
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(number))]
    total = sum(digit - 9 if digit > 9 else digit for digit in doubled)
    return (10 - total % 10) % 10 == int(check)
