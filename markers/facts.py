"""The catalogue as plain objects: what a rule, a page or a reader needs to know of each marker."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from markers.interval import Interval
from markers.naming import same_name, two_names
from markers.reference import Age, Range
from markers.search import Index, Names
from markers.units import UnitTable


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a figure or a claim comes from; without a year where the source bears none."""

    title: str
    url: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A guideline's threshold or band, in `unit`; limits of one scheme belong on one line."""

    key: str
    name: str
    scheme: str
    operator: str
    interval: Interval
    unit: str
    source: Cited
    condition: str = ""
    sex: str = "any"
    age_from: Age | None = None
    age_to: Age | None = None

    @property
    def value(self) -> Decimal:
        """The threshold, or where the band starts."""
        bound = self.interval.high if self.operator.startswith("<") else self.interval.low
        return Decimal(bound)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Gap:
    """Ages for which no general range exists, with the reason."""

    sex: str
    age_from: Age | None
    age_to: Age | None
    reason: str


@dataclass(frozen=True, slots=True)
class Variation:
    """How much a marker varies, as coefficients of variation in percent."""

    within: Decimal
    between: Decimal | None
    analytical: Decimal | None
    group: str
    note: str
    source: Cited


@dataclass(frozen=True, slots=True)
class Influence:
    """What raises or lowers a marker, or moves it otherwise."""

    effect: str
    text: str
    source: Cited


@dataclass(frozen=True, slots=True)
class MarkerFacts:
    """One marker with its names, codes, units and ranges; `loinc` maps a code to (bare unit, method)."""

    id: int
    slug: str
    name: str
    short_name: str
    specimen: str
    decimals: int
    direction: str
    units: UnitTable
    ranges: tuple[Range, ...]
    aliases: tuple[str, ...] = ()
    loinc: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    unit_names: Mapping[str, str] = field(default_factory=dict)
    plausible_low: Decimal | None = None
    plausible_high: Decimal | None = None
    panels: tuple[str, ...] = ()
    summary: str = ""
    choice: str = ""
    conventional_unit: str = ""
    si_unit: str = ""
    limits: tuple[Limit, ...] = ()
    gaps: tuple[Gap, ...] = ()
    variation: tuple[Variation, ...] = ()
    influences: tuple[Influence, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    unit_sources: Mapping[str, tuple[str, Cited | None]] = field(default_factory=dict)
    loinc_names: Mapping[str, str] = field(default_factory=dict)
    years: Mapping[tuple[str, str], int] = field(default_factory=dict)
    article: str = ""

    def cited(self, title: str, url: str = "") -> Cited:
        """A source of this marker with its year, where one is known."""
        return Cited(title, url, self.years.get((title, url)))

    @property
    def names(self) -> Iterator[str]:
        """Everything the marker may be called: name, short name, slug, aliases and LOINC codes."""
        yield from (name for name in (self.name, self.short_name, self.slug, *self.aliases, *self.loinc) if name)


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """A panel with its markers' slugs in order."""

    slug: str
    name: str
    summary: str
    markers: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True)
class Catalogue:
    """Every marker, panel and laboratory; `token` changes when any of them does."""

    token: uuid.UUID | None
    markers: Mapping[str, MarkerFacts]
    by_id: Mapping[int, MarkerFacts]
    by_loinc: Mapping[str, MarkerFacts]
    panels: tuple[PanelFacts, ...]
    laboratories: Mapping[str, str]
    laboratory_names: tuple[str, ...]

    def laboratory(self, typed: str) -> str:
        """The slug of the laboratory that a typed name means, or "" where it means none we know."""
        return self.laboratories.get(" ".join(typed.split()).casefold(), "")

    def panel(self, slug: str) -> PanelFacts | None:
        """The panel of a slug, else None."""
        return next((one for one in self.panels if one.slug == slug), None)

    def named(self, typed: str) -> MarkerFacts | None:
        """The one marker that a typed name, alias or LOINC code means, else None."""
        found = self.bearers(typed)
        return found[0] if len(found) == 1 else None

    def bearers(self, name: str) -> list[MarkerFacts]:
        """The markers that bear this very name, alias or LOINC code, however it is spelled.

        Of two names in one, as in `Sodium (Na)` or `ALT/SGPT`, a marker bears both.
        """
        if found := self._by_name.get(same_name(name), []):
            return found
        one, other = two_names(name)
        others = self._by_name.get(same_name(other), []) if other else []
        return [marker for marker in self._by_name.get(same_name(one), []) if any(marker is each for each in others)]

    def search(self, typed: str) -> list[MarkerFacts]:
        """Every marker that a typed text may mean, best match first; to show, never to file a result under."""
        return [self.markers[slug] for slug in self._index.find(typed)]

    def like(self, typed: str) -> list[MarkerFacts]:
        """Up to three markers whose names come near to what was typed."""
        return self.search(typed)[:3]

    @cached_property
    def _index(self) -> Index:
        return Index(
            {
                one.slug: Names(one.name, (one.short_name, *one.aliases), (one.slug, *one.loinc))
                for one in self.markers.values()
            }
        )

    @cached_property
    def _by_name(self) -> dict[str, list[MarkerFacts]]:
        """Each name in the form of `same_name` -> the markers that bear it."""
        found: dict[str, list[MarkerFacts]] = {}
        for one in self.markers.values():
            for name in {same_name(name) for name in one.names}:
                found.setdefault(name, []).append(one)
        return found
