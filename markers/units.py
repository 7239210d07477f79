"""A marker's units: exact conversion between them, and which one a printed spelling means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from markers.interval import Exact, Interval

_DIGITS, _ALL_DIGITS = Context(prec=28), Context(prec=400)
_MICRO = str.maketrans({"\u03bc": "\u00b5", "\u00a0": " ", "\u200b": None, "\u2009": " ", "\u202f": " "})
_PRETTY = (
    ("mg{urea_N}/dL", "mg/dL urea nitrogen"),
    ("{1.73_m2}", "1.73 m²"),
    ("/10*3{RBC}", "per 1,000 red cells"),
    ("{FEU}", " FEU"),
    ("{INR}", "INR"),
    ("{ratio}", "ratio"),
    ("[pH]", "pH"),
    ("[arb'U]", "U"),
    ("[IU]", "IU"),
    ("10*12", "10¹²"),
    ("10*9", "10⁹"),
    ("10*6", "10⁶"),
    ("10*3", "10³"),
    ("umol", "µmol"),
    ("ukat", "µkat"),
    ("/uL", "/µL"),
    ("ug/", "µg/"),
    ("uIU", "µIU"),
)


class UnitError(ValueError):
    """A unit that this marker does not know, or a printed unit that could be one of several."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A UCUM unit of one marker: number in its own unit = number x factor / divisor + offset, exactly."""

    code: str
    factor: Decimal = Decimal(1)
    divisor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)

    def to_own(self, number: Exact) -> Fraction:
        """The number in the marker's own unit, exactly."""
        return Fraction(number) * Fraction(self.factor) / Fraction(self.divisor) + Fraction(self.offset)

    def from_own(self, number: Exact) -> Fraction:
        """The number in this unit for one in the marker's own, exactly."""
        return (Fraction(number) - Fraction(self.offset)) * Fraction(self.divisor) / Fraction(self.factor)


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The units of a marker by UCUM code, what spellings mean, and which spellings could mean several."""

    own: str
    units: Mapping[str, Unit]
    spellings: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, printed: str) -> str | None:
        """The UCUM code that a printed unit means for this marker; None where it is unknown or ambiguous."""
        text = tidy(printed)
        if text in self.ambiguous:
            return None
        if text in self.units:
            return text
        if text in self.spellings:
            return self.spellings[text]
        folded = text.casefold()
        if any(folded == other.casefold() for other in self.ambiguous):
            return None
        known = [*((code, code) for code in self.units), *self.spellings.items()]
        codes = {code for spelling, code in known if spelling.casefold() == folded}
        return codes.pop() if len(codes) == 1 else None

    def choices(self, printed: str) -> tuple[str, ...]:
        """The UCUM codes that an ambiguous printed unit could mean, else nothing."""
        folded = tidy(printed).casefold()
        return next((codes for text, codes in self.ambiguous.items() if text.casefold() == folded), ())

    def written(self, code: str) -> str:
        """A unit as people can type it here: pretty where that means it alone, else by a spelling of its own."""
        pretty = unit_text(code)
        own = (spelling for spelling, meant in self.spellings.items() if meant == code)
        return pretty if self.find(pretty) == code else next(own, code)

    def convert(self, number: Exact, source: str, target: str) -> Exact:
        """The number in another unit of this marker, exactly; the same object in the same unit; UnitError."""
        if source == target and source in self.units:
            return number
        return self._unit(target).from_own(self._unit(source).to_own(number))

    def convert_interval(self, interval: Interval, source: str, target: str) -> Interval:
        """The interval in another unit of this marker, bounds exact and as strict as before; UnitError."""
        bounds = (interval.low, interval.high)
        low, high = (None if bound is None else self.convert(bound, source, target) for bound in bounds)
        return Interval(low, high, interval.low_strict, interval.high_strict)

    def _unit(self, code: str) -> Unit:
        if code not in self.units:
            raise UnitError(f"{code or 'no unit'} can't be converted to {self.own}")
        return self.units[code]


def tidy(printed: str) -> str:
    """A printed unit with one sign for micro, plain blanks and none at the ends."""
    return " ".join(printed.translate(_MICRO).split())


def unit_text(code: str) -> str:
    """A UCUM code as people read it: 10*9/L is 10⁹/L."""
    for plain, pretty in _PRETTY:
        code = code.replace(plain, pretty)
    return code


def decimal_text(number: Exact) -> str:
    """A number with a decimal point and no exponent: exact where it ends, else 28 significant digits."""
    if isinstance(number, Fraction):
        ends = 10**200 % number.denominator == 0
        number = (_ALL_DIGITS if ends else _DIGITS).divide(Decimal(number.numerator), Decimal(number.denominator))
    return format(number, "f")


def rounded_text(number: Exact, decimals: int) -> str:
    """A number rounded half up to a count of decimals, for display only."""
    if isinstance(number, Fraction):
        number = Context(prec=60).divide(Decimal(number.numerator), Decimal(number.denominator))
    return format(number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, Context(prec=80)), "zf")
