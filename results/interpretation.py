"""Where a quantity stands against an interval."""

from __future__ import annotations

from typing import Literal

from markers.interval import Interval
from markers.quantity import Quantity

Position = Literal["in", "above", "below", "unplaced", "none"]

WORDS: dict[Position, str] = {
    "in": "in range",
    "above": "above range",
    "below": "below range",
    "unplaced": "can't be placed",
    "none": "no range",
}


def interpret(quantity: Quantity, interval: Interval | None) -> Position:
    """Where every value the quantity can stand for lies, both in one unit.

    reference          3 ├──────────────┤ 7
    `< 2`   ·········)                          below
    `< 5`   ···················)                unplaced
    `4.1`                 •                     in
    `> 7`                                (····  above
    """
    if interval is None or interval.is_open:
        return "none"
    span = quantity.span
    if span.is_within(interval):
        return "in"
    if span.is_above(interval):
        return "above"
    return "below" if span.is_below(interval) else "unplaced"
