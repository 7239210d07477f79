"""Plain objects for the tests of the rules: a marker, a range, a stored result; no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from markers.facts import Catalogue, MarkerFacts
from markers.interval import Interval
from markers.reference import Age, Range
from markers.units import Unit, UnitTable
from results.series import Stored

SEEDS = Path(__file__).resolve().parent.parent / "seeds" / "markers"
SLUGS = sorted(file.stem for file in SEEDS.glob("*.toml"))
B2M = UnitTable(
    "mg/L",
    {
        "mg/L": Unit("mg/L"),
        "mg/dL": Unit("mg/dL", factor=Decimal(10)),
        "nmol/L": Unit("nmol/L", factor=Decimal("0.0118")),
    },
    {"mg/l": "mg/L", "mcg/mL": "mg/L"},
)
_ids = count(1)


def dec(text: str | None) -> Decimal | None:
    """A Decimal, or None."""
    return None if text is None else Decimal(text)


def span(low: str | None, high: str | None, *, low_strict: bool = False, high_strict: bool = False) -> Interval:
    """An interval of two written bounds."""
    return Interval(dec(low), dec(high), low_strict, high_strict)


def age(text: str | None) -> Age | None:
    """The age of `18 years`."""
    if text is None:
        return None
    number, unit = text.split()
    return Age(int(number), f"{unit.removesuffix('s')}s")


def a_range(
    low: str | None, high: str | None, ages: tuple[str | None, str | None] = (None, None), **about: Any
) -> Range:
    """A curated range in mg/L for ages from (inclusive) to."""
    number = about.pop("id", None) or next(_ids)
    strict = {name: about.pop(name, False) for name in ("low_strict", "high_strict")}
    about = {"unit": "mg/L", "source": "a source", "age_from": age(ages[0]), "age_to": age(ages[1])} | about
    if about.get("laboratory"):
        about.setdefault("laboratory_name", about["laboratory"].title())
    return Range(number, span(low, high, **strict), **about)


def a_marker(*ranges: Range, units: UnitTable = B2M, **about: Any) -> MarkerFacts:
    """A marker with these ranges; Beta-2 microglobulin unless it is said otherwise."""
    named = {
        "id": 1,
        "slug": "beta-2-microglobulin",
        "name": "Beta-2 microglobulin",
        "short_name": "B2M",
        "specimen": "serum",
        "decimals": 2,
        "direction": "both",
    }
    return MarkerFacts(**(named | about), units=units, ranges=ranges)


def stored(value: str, day: str | date, **about: Any) -> Stored:
    """A stored result of a day, in mg/L unless another unit is said."""
    number = next(_ids)
    on = date.fromisoformat(day) if isinstance(day, str) else day
    about = {"time": None, "order": 0, "unit": "mg/L"} | about
    return Stored(about.pop("result", f"r{number}"), about.pop("visit", f"v{number}"), on, value=value, **about)


def catalogue_of(*markers: MarkerFacts, laboratories: dict[str, str] | None = None) -> Catalogue:
    """A catalogue of these markers."""
    return Catalogue(
        token=None,
        markers={one.slug: one for one in markers},
        by_id={one.id: one for one in markers},
        by_loinc={code: one for one in markers for code in one.loinc},
        panels=(),
        laboratories=laboratories or {},
        laboratory_names=(),
    )
