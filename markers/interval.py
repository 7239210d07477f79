"""A span of numbers with inclusive, strict or missing bounds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Exact = Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from `low` to `high`; None is no bound, a strict bound is itself outside; 0 is a bound.

    3 ├──────┤ 7 inclusive     3 ├──────( 7 high_strict     3 ├──────···  high None
    """

    low: Exact | None
    high: Exact | None
    low_strict: bool = False
    high_strict: bool = False

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the lower bound {self.low} is above the upper bound {self.high}")

    @property
    def is_open(self) -> bool:
        """True where neither bound is given, so that nothing can be judged by it."""
        return self.low is None and self.high is None

    def is_within(self, other: Interval) -> bool:
        """True if every number of this span lies in `other`."""
        return self._starts_within(other) and self._ends_within(other)

    def is_above(self, other: Interval) -> bool:
        """True if every number of this span is above every number of `other`."""
        return other.is_below(self)

    def is_below(self, other: Interval) -> bool:
        """True if every number of this span is below every number of `other`."""
        if self.high is None or other.low is None:
            return False
        return self.high < other.low or (self.high == other.low and (self.high_strict or other.low_strict))

    def _starts_within(self, other: Interval) -> bool:
        if other.low is None:
            return True
        if self.low is None or self.low < other.low:
            return False
        return self.low > other.low or self.low_strict or not other.low_strict

    def _ends_within(self, other: Interval) -> bool:
        if other.high is None:
            return True
        if self.high is None or self.high > other.high:
            return False
        return self.high < other.high or self.high_strict or not other.high_strict
