"""Whether two ranges could judge one result with nothing to tell which goes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markers.reference import Age, may_come_before


def overlaps(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True if two ranges could fit one person on one day with nothing to tell which goes first."""
    if any(one[name] != other[name] for name in ("sex", "condition", "laboratory")):
        return False
    if one["method"].casefold() != other["method"].casefold():
        return False
    if _ends_before(one, other) or _ends_before(other, one):
        return False
    since, until = one["in_force_from"], one["in_force_to"]
    other_since, other_until = other["in_force_from"], other["in_force_to"]
    return not ((until and other_since and other_since >= until) or (other_until and since and since >= other_until))


def _ends_before(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True if nobody is still of the first record's ages once of the second's."""
    if one["age_to"] is None or other["age_from"] is None:
        return False
    start, end = Age(other["age_from"], other["age_from_unit"]), Age(one["age_to"], one["age_to_unit"])
    return not may_come_before(start, end)
