"""What a laboratory reports: a number with a unit and perhaps a comparator, or a word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from markers.interval import Exact, Interval

LONGEST = 40
COMPARATORS = {"": "", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">="}
WORDS = frozenset(
    """negative|neg|positive|pos|weakly positive|trace|traces|detected|not detected|none detected|not seen|present
    |absent|none|nil|reactive|non-reactive|nonreactive|non reactive|borderline|equivocal|indeterminate
    |+|++|+++|++++|-""".replace("\n    ", "").split("|")
)

_NUMBER = re.compile(r"(<=|>=|<|>|≤|≥|)[ \u00a0]*([+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+))")
_EXPONENT = re.compile(r"(<=|>=|<|>|≤|≥|)[ \u00a0]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]{1,6})")
_THOUSANDS = re.compile(r"[^0-9]*[0-9]{1,3}(?:[ ,.'’\u00a0\u2009\u202f_][0-9]{3})+(?:[.,][0-9]+)?")
_COMMA_OF_THREE = re.compile(r",[0-9]{3}$")
_TITER = re.compile(r"[<>]?=?\s?1:[0-9]{1,6}")
_ADJUSTED_LIMIT = 60


class ValueProblem(ValueError):
    """A typed value that the grammar does not allow; `kind` is thousands, exponent, digits, long or other."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(frozen=True, slots=True)
class Value:
    """A value as written: the text, and its comparator and number where it is one (None for a word)."""

    text: str
    comparator: str
    number: Decimal | None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a UCUM unit, with one of `<`, `<=`, `>=`, `>` or no comparator."""

    number: Exact
    unit: str
    comparator: str = ""

    @property
    def span(self) -> Interval:
        """Where the true value can lie; a concentration can't be below 0, so `<1` is 0 up to 1."""
        match self.comparator:
            case "<" | "<=":
                strict = self.comparator == "<"
                floor = Decimal(0) if self.number > 0 or (self.number == 0 and not strict) else None
                return Interval(floor, self.number, high_strict=strict)
            case ">" | ">=":
                return Interval(self.number, None, low_strict=self.comparator == ">")
            case _:
                return Interval(self.number, self.number)


def parse_value(typed: str) -> Value:
    """The value a person typed, text kept less outer blanks; ValueProblem says what to ask."""
    text = typed.strip()
    if len(text) > LONGEST:
        raise ValueProblem("long", f"This value is longer than {LONGEST} characters.")
    if text.casefold() in WORDS or _TITER.fullmatch(text):
        return Value(text, "", None)
    if any(character.isdigit() and not character.isascii() for character in text):
        raise ValueProblem("digits", "Please type the digits as 0 to 9.")
    found = _NUMBER.fullmatch(text)
    if found and not _COMMA_OF_THREE.search(text):
        return Value(text, COMPARATORS[found[1]], Decimal(found[2].replace(",", ".")))
    if found or _THOUSANDS.fullmatch(text):
        raise ValueProblem(
            "thousands",
            f"Is the mark in {text} a decimal mark or a thousands sign? Type a decimal point, or leave the sign out.",
        )
    if _EXPONENT.fullmatch(text):
        raise ValueProblem("exponent", f"Please write {text} as a plain number, without an exponent.")
    raise ValueProblem("other", "A value is a number such as 4.10 or <0.5, or a word such as negative.")


def read_value(stored: str) -> Value:
    """The value of a stored text, exponents as documents carry them; number None where it is none."""
    text = stored.strip()
    found = _NUMBER.fullmatch(text) or _EXPONENT.fullmatch(text)
    if not found or _COMMA_OF_THREE.search(text):
        return Value(stored, "", None)
    number = Decimal(found[2].replace(",", "."))
    if abs(number.adjusted()) > _ADJUSTED_LIMIT:
        return Value(stored, "", None)
    return Value(stored, COMPARATORS[found[1]], number)
