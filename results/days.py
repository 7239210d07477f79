"""A day as people write it."""

from __future__ import annotations

import re
from datetime import date, timedelta

MONTHS = tuple(f"{date(2000, number, 1):%B}".lower() for number in range(1, 13))

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DOTS = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_WORDS = re.compile(
    r"(?:[a-z]+day,? )?"
    r"(?:([0-9]{1,2})(?:st|nd|rd|th)?\.? ([a-z]+)\.?,?|([a-z]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,?) ([0-9]{4})"
)


class DayProblem(ValueError):
    """Why a text names no day, in words."""


def read_day(typed: str, today: date) -> date:
    """The day of 3 October 2026, 2026-10-03, 3.10.2026, today or yesterday; DayProblem where it is unclear."""
    text = " ".join(typed.split()).casefold()
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DOTS.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _SLASHES.fullmatch(text):
            return _slashes(int(found[1]), int(found[2]), int(found[3]), typed)
        if found := _WORDS.fullmatch(text):
            return date(int(found[5]), _month(found[2] or found[3]), int(found[1] or found[4]))
    except DayProblem:
        raise
    except ValueError:
        pass
    raise DayProblem(f"{typed.strip()[:40]} is not a day. Write it as 3 October 2026 or 2026-10-03.")


def _slashes(first: int, second: int, year: int, typed: str) -> date:
    if first != second and all(1 <= number <= 12 for number in (first, second)):
        either = f"{first} {MONTHS[second - 1].title()} or {second} {MONTHS[first - 1].title()}"
        raise DayProblem(f"{typed.strip()} could be {either}. Write the month as a word.")
    return date(year, first, second) if second > 12 else date(year, second, first)


def _month(word: str) -> int:
    """1 to 12 for a month's name, three letters or more."""
    for number, name in enumerate(MONTHS, 1):
        if len(word) >= 3 and name.startswith(word):
            return number
    raise ValueError(word)
