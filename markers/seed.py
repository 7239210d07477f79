"""One marker's seed: its TOML file to checked records; an error names the file and the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from markers.catalogue import SeedError, are_tables, read_toml
from markers.interval import Interval
from markers.loinc import loinc_is_valid
from markers.overlap import overlaps
from markers.quantity import ValueProblem, parse_value
from markers.reference import Age, may_come_before
from markers.units import Unit

SEXES = ("any", "female", "male")
EFFECTS = ("raises", "lowers", "other")
_AGE = re.compile(r"([0-9]{1,3}) (day|month|year)s?")
_TOP = frozenset(
    [
        "slug",
        "name",
        "short_name",
        "specimen",
        "unit",
        "decimals",
        "direction",
        "aliases",
        "loinc",
        "plausible",
        "sources",
        "own_unit",
        "units",
        "ranges",
        "limits",
        "gaps",
        "ambiguous_units",
        "summary",
        "choice",
        "conventional",
        "si",
        "variation",
        "influences",
        "related",
    ]
)
_LOINC = frozenset(["code", "name", "unit", "method"])
_UNIT = frozenset(["code", "factor", "divisor", "offset", "pair", "source", "basis", "spellings"])
_RANGE = frozenset(
    [
        "key",
        "sex",
        "from",
        "to",
        "low",
        "high",
        "low_strict",
        "high_strict",
        "unit",
        "laboratory",
        "method",
        "condition",
        "group",
        "source",
        "note",
        "in_force_from",
        "in_force_to",
    ]
)
_LIMIT = frozenset(
    [
        *("key", "name", "scheme", "operator", "value", "upper_operator", "upper", "unit"),
        *("condition", "sex", "from", "to", "source"),
    ]
)
_VARIATION = frozenset(["within", "between", "analytical", "group", "source", "note"])


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from: citation, address, year, and where it was seen if elsewhere."""

    title: str = ""
    url: str = ""
    via: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """One file of the catalogue, checked: plain records whose names are those of the models' fields."""

    file: Path = field(repr=False)
    marker: dict[str, Any]
    aliases: list[str]
    loinc: list[dict[str, Any]]
    units: list[dict[str, Any]]
    ranges: list[dict[str, Any]]
    limits: list[dict[str, Any]]
    gaps: list[dict[str, Any]]
    ambiguous: list[dict[str, Any]]
    variation: list[dict[str, Any]]
    influences: list[dict[str, Any]]
    related: list[dict[str, Any]]
    sources: list[dict[str, Any]]

    def bears(self, kind: str, key: str) -> bool:
        """True if an article can ask for this figure: a range or limit by its key, a share of the variation."""
        if kind == "variation":
            return bool(self.variation) and self.variation[0].get(key) is not None
        return key in {one["key"] for one in (self.ranges if kind == "range" else self.limits)}


def read_marker(file: Path, laboratories: Mapping[str, Any]) -> Seed:
    """The records of one marker's file; SeedError names what is wrong."""
    return _Reader(file, read_toml(file), laboratories).seed()


class _Reader:
    """Reads one marker's file, knowing where it is for its errors."""

    def __init__(self, file: Path, data: dict[str, Any], laboratories: Mapping[str, Any]) -> None:
        self.file, self.data, self.laboratories = file, data, laboratories
        self.sources: dict[str, Source] = {}
        self.codes: set[str] = set()

    def seed(self) -> Seed:
        """Every record of the file."""
        self._known("", self.data, _TOP)
        for key in ("slug", "name", "specimen", "unit"):
            if not self.data.get(key):
                raise self._wrong(key, "is missing")
        if self.data["slug"] != self.file.stem:
            raise self._wrong("slug", f"differs from the file's name, {self.file.stem}")
        for key, one in self._table("sources").items():
            self._known(f"sources.{key}", one, frozenset({"title", "url", "via", "year"}))
            if type(one.get("year", 2000)) is not int or not 1900 <= one.get("year", 2000) <= 2100:
                raise self._wrong(f"sources.{key}.year", "is a year such as 2024, without quotation marks")
            self.sources[key] = Source(**one)
        self.codes = {self.data["unit"], *(one.get("code", "") for _, one in self._each("units"))}
        units = self._units()
        return Seed(
            file=self.file,
            marker=self._marker(),
            aliases=list(dict.fromkeys(self._texts("aliases", self.data))),
            loinc=[self._loinc(f"loinc[{n}]", one) for n, one in self._each("loinc")],
            units=units,
            ranges=self._ranges(),
            limits=self._limits(),
            gaps=[self._gap(f"gaps[{n}]", one) for n, one in self._each("gaps")],
            ambiguous=[self._ambiguous(f"ambiguous_units[{n}]", one) for n, one in self._each("ambiguous_units")],
            variation=[self._variation(f"variation[{n}]", one) for n, one in self._each("variation")],
            influences=[self._influence(f"influences[{n}]", one) for n, one in self._each("influences")],
            related=self._related(),
            sources=[
                {"title": one.title, "url": one.url, "year": one.year}
                for one in dict.fromkeys(self.sources.values())
                if one.title
            ],
        )

    def _each(self, key: str) -> list[tuple[int, dict[str, Any]]]:
        found = self.data.get(key, [])
        if not are_tables(found):
            raise self._wrong(key, f"is a list: write [[{key}]]")
        return list(enumerate(found))

    def _table(self, key: str) -> dict[str, Any]:
        found = self.data.get(key, {})
        if not isinstance(found, dict):
            raise self._wrong(key, f"is a table: write [{key}]")
        return found

    def _texts(self, key: str, one: Mapping[str, Any]) -> list[str]:
        found = one.get(key.rpartition(".")[2], [])
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise self._wrong(key, "is a list of texts")
        return found

    def _marker(self) -> dict[str, Any]:
        plausible, decimals = self._table("plausible"), self.data.get("decimals", 1)
        self._known("plausible", plausible, frozenset({"low", "high"}))
        low, high = (self._number(f"plausible.{name}", plausible.get(name)) for name in ("low", "high"))
        if low is not None and high is not None and low > high:
            raise self._wrong("plausible.low", f"{low} is above {high}")
        if type(decimals) is not int or not 0 <= decimals <= 10:
            raise self._wrong("decimals", "is a whole number from 0 to 10")
        direction = self.data.get("direction", "both")
        if direction not in ("both", "high", "low"):
            raise self._wrong("direction", f"is both, high or low, not {direction}")
        for key in ("conventional", "si"):
            if self.data.get(key):
                self._unit(key, self.data[key])
        for key in ("summary", "choice"):
            if self.data.get(key) and not self.data[key].endswith("."):
                raise self._wrong(key, "is a sentence: it ends with a period")
        return {
            "slug": self.data["slug"],
            "name": self.data["name"],
            "short_name": self.data.get("short_name", ""),
            "specimen": self.data["specimen"],
            "unit": self.data["unit"],
            "decimals": decimals,
            "direction": direction,
            "plausible_low": low,
            "plausible_high": high,
            "summary": self.data.get("summary", ""),
            "choice": self.data.get("choice", ""),
            "conventional_unit": self.data.get("conventional", ""),
            "si_unit": self.data.get("si", ""),
        }

    def _loinc(self, key: str, one: dict[str, Any]) -> dict[str, Any]:
        self._known(key, one, _LOINC)
        if not loinc_is_valid(one.get("code", "")):
            raise self._wrong(f"{key}.code", f"{one.get('code')} is not a LOINC code: its check digit is wrong")
        if one.get("unit"):
            self._unit(f"{key}.unit", one["unit"])
        return {name: one.get(name, "") for name in ("code", "name", "unit", "method")}

    def _units(self) -> list[dict[str, Any]]:
        self._known("own_unit", self._table("own_unit"), frozenset({"spellings"}))
        own = {"code": self.data["unit"], "spellings": self._texts("own_unit.spellings", self._table("own_unit"))}
        units = [own, *(self._factor(f"units[{n}]", one) for n, one in self._each("units"))]
        for place, one in enumerate(units):
            if one["code"] in {other["code"] for other in units[:place]}:
                raise self._wrong(f"units[{place - 1}].code", f"{one['code']} stands twice")
        return units

    def _factor(self, key: str, one: dict[str, Any]) -> dict[str, Any]:
        self._known(key, one, _UNIT)
        if not one.get("code"):
            raise self._wrong(f"{key}.code", "is missing")
        numbers = {
            name: self._number(f"{key}.{name}", one.get(name, default))
            for name, default in (("factor", "1"), ("divisor", "1"), ("offset", "0"))
        }
        for name in ("factor", "divisor"):
            if (numbers[name] or 0) <= 0:
                raise self._wrong(f"{key}.{name}", "is above 0")
        if not (one.get("source") or one.get("basis")):
            raise self._wrong(f"{key}.source", "a factor needs a source or a basis")
        source = self._source(f"{key}.source", one["source"]) if one.get("source") else Source()
        if "pair" in one:
            self._pair(f"{key}.pair", one["pair"], Unit(one["code"], **numbers))  # type: ignore[arg-type]
        return {
            "code": one["code"],
            **numbers,
            "spellings": self._texts(f"{key}.spellings", one),
            "basis": one.get("basis", ""),
            "source": source.title,
            "source_url": source.url,
        }

    def _pair(self, key: str, pair: list[str], unit: Unit) -> None:
        numbers = [self._number(key, number) for number in pair]
        if len(numbers) != 2 or None in numbers:
            raise self._wrong(key, "is a pair of numbers")
        own, other = (Fraction(number) for number in numbers if number is not None)
        reached = unit.to_own(other)
        if abs(reached - own) > abs(own) / 200:
            raise self._wrong(
                key, f"{other} {unit.code} should be {own} {self.data['unit']}, the factor gives {float(reached):.6g}"
            )

    def _ranges(self) -> list[dict[str, Any]]:
        found = [self._range(f"ranges[{n}]", one) for n, one in self._each("ranges")]
        for place, one in enumerate(found):
            for other_place in range(place):
                if overlaps(one, found[other_place]):
                    raise self._wrong(f"ranges[{place}]", f"overlaps ranges[{other_place}]")
                if one["key"] and one["key"] == found[other_place]["key"]:
                    raise self._wrong(f"ranges[{place}].key", f"{one['key']} stands twice")
        return found

    def _range(self, key: str, one: dict[str, Any]) -> dict[str, Any]:
        self._known(key, one, _RANGE)
        low, high = (self._number(f"{key}.{name}", one.get(name)) for name in ("low", "high"))
        try:
            interval = Interval(low, high)
        except ValueError as problem:
            raise self._wrong(f"{key}.low", str(problem)) from problem
        if interval.is_open:
            raise self._wrong(f"{key}.low", "a range needs a lower or an upper bound")
        if one.get("laboratory", "") not in ("", *self.laboratories):
            raise self._wrong(f"{key}.laboratory", f"there is no laboratory {one['laboratory']}")
        source = self._source(f"{key}.source", one.get("source", ""))
        for name in ("low_strict", "high_strict"):
            if not isinstance(one.get(name, False), bool):
                raise self._wrong(f"{key}.{name}", "is true or false")
        since, until = (self._date(f"{key}.{name}", one.get(name)) for name in ("in_force_from", "in_force_to"))
        if since and until and until <= since:
            raise self._wrong(f"{key}.in_force_to", f"{until} is not after {since}")
        return {
            "key": one.get("key", ""),
            **self._population(key, one),
            "low": low,
            "high": high,
            "low_strict": one.get("low_strict", False),
            "high_strict": one.get("high_strict", False),
            "unit": self._unit(f"{key}.unit", one.get("unit", "")),
            "laboratory": one.get("laboratory", ""),
            "method": one.get("method", ""),
            "condition": one.get("condition", ""),
            "group": one.get("group", ""),
            "source": source.title,
            "source_url": source.url,
            "evidence": source.via,
            "note": one.get("note", ""),
            "in_force_from": since,
            "in_force_to": until,
        }

    def _limits(self) -> list[dict[str, Any]]:
        found = [self._limit(f"limits[{n}]", one) for n, one in self._each("limits")]
        for place, one in enumerate(found):
            if one["key"] in {other["key"] for other in found[:place]}:
                raise self._wrong(f"limits[{place}].key", f"{one['key']} stands twice")
        return found

    def _limit(self, key: str, one: dict[str, Any]) -> dict[str, Any]:
        self._known(key, one, _LIMIT)
        for name in ("key", "name", "value"):
            if not one.get(name):
                raise self._wrong(f"{key}.{name}", "is missing")
        if one.get("operator") not in ("<", "<=", ">", ">="):
            raise self._wrong(f"{key}.operator", "is one of < <= > >=")
        value, upper = (self._number(f"{key}.{name}", one.get(name)) for name in ("value", "upper"))
        if upper is not None and (one["operator"] not in (">", ">=") or value is None or upper <= value):
            raise self._wrong(f"{key}.upper", "ends what starts lower, with > or >=")
        if one.get("upper_operator", "<") not in ("<", "<=") or ("upper_operator" in one and upper is None):
            raise self._wrong(f"{key}.upper_operator", "is < or <=, beside an upper")
        source = self._source(f"{key}.source", one.get("source", ""))
        return {
            **self._population(key, one),
            "key": one["key"],
            "name": one["name"],
            "scheme": one.get("scheme", ""),
            "operator": one["operator"],
            "value": value,
            "upper_operator": "" if upper is None else one.get("upper_operator", "<"),
            "upper": upper,
            "unit": self._unit(f"{key}.unit", one.get("unit", "")),
            "condition": one.get("condition", ""),
            "source": source.title,
            "source_url": source.url,
        }

    def _variation(self, key: str, one: dict[str, Any]) -> dict[str, Any]:
        self._known(key, one, _VARIATION)
        figures = {name: self._number(f"{key}.{name}", one.get(name)) for name in ("within", "between", "analytical")}
        if figures["within"] is None:
            raise self._wrong(f"{key}.within", "is missing")
        for name, figure in figures.items():
            if figure is not None and figure <= 0:
                raise self._wrong(f"{key}.{name}", "is a percentage above 0")
        source = self._source(f"{key}.source", one.get("source", ""))
        return {
            **figures,
            "group": one.get("group", ""),
            "note": one.get("note", ""),
            "source": source.title,
            "source_url": source.url,
        }

    def _influence(self, key: str, one: dict[str, Any]) -> dict[str, Any]:
        self._known(key, one, frozenset({"effect", "text", "source"}))
        if one.get("effect") not in EFFECTS:
            raise self._wrong(f"{key}.effect", f"is one of {', '.join(EFFECTS)}")
        if not one.get("text"):
            raise self._wrong(f"{key}.text", "is missing")
        source = self._source(f"{key}.source", one.get("source", ""))
        return {"effect": one["effect"], "text": one["text"], "source": source.title, "source_url": source.url}

    def _related(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for place, (_, one) in enumerate(self._each("related")):
            key = f"related[{place}]"
            self._known(key, one, frozenset({"marker", "why"}))
            if not one.get("marker") or one["marker"] in {self.data["slug"], *(other["marker"] for other in found)}:
                raise self._wrong(f"{key}.marker", "is another marker's slug, once")
            if not str(one.get("why", "")).endswith("."):
                raise self._wrong(f"{key}.why", "is a sentence: it ends with a period")
            found.append({"marker": one["marker"], "why": one["why"]})
        return found

    def _gap(self, key: str, one: dict[str, Any]) -> dict[str, Any]:
        self._known(key, one, frozenset({"sex", "from", "to", "reason"}))
        if not one.get("reason"):
            raise self._wrong(f"{key}.reason", "is missing")
        return {**self._population(key, one), "reason": one["reason"]}

    def _ambiguous(self, key: str, one: dict[str, Any]) -> dict[str, Any]:
        self._known(key, one, frozenset({"spelling", "choices", "names"}))
        choices, names = self._texts(f"{key}.choices", one), one.get("names", {})
        if not one.get("spelling"):
            raise self._wrong(f"{key}.spelling", "is missing")
        for code in choices:
            self._unit(f"{key}.choices", code)
        for code in names:
            if code not in choices:
                raise self._wrong(f"{key}.names", f"{code} is not among its choices")
        return {"spelling": one["spelling"], "choices": choices, "names": names}

    def _population(self, key: str, one: dict[str, Any]) -> dict[str, Any]:
        sex = one.get("sex", "any")
        if sex not in SEXES:
            raise self._wrong(f"{key}.sex", f"is any, female or male, not {sex}")
        start, end = (self._age(f"{key}.{name}", one.get(name, "")) for name in ("from", "to"))
        ages = {
            "age_from": start.number if start else None,
            "age_from_unit": start.unit if start else "years",
            "age_to": end.number if end else None,
            "age_to_unit": end.unit if end else "years",
        }
        if end and not may_come_before(start or Age(0, "days"), end):
            raise self._wrong(f"{key}.to", f"{end} is not after {start or 'birth'}")
        return {"sex": sex, **ages}

    def _age(self, key: str, text: str) -> Age | None:
        if not text:
            return None
        found = _AGE.fullmatch(text)
        if not found:
            raise self._wrong(key, f"{text!r} is not an age such as '18 years', '6 months' or '14 days'")
        return Age(int(found[1]), f"{found[2]}s")

    def _number(self, key: str, text: Any) -> Decimal | None:
        if text is None:
            return None
        try:
            value = parse_value(text if isinstance(text, str) else "")
        except ValueProblem as problem:
            raise self._wrong(key, f"{text!r} is not a number written as text") from problem
        if value.number is None or value.comparator:
            raise self._wrong(key, f"{text!r} is not a number written as text")
        return value.number

    def _date(self, key: str, day: Any) -> date | None:
        if day is not None and type(day) is not date:
            raise self._wrong(key, "is a date such as 2026-01-31, without quotation marks")
        return day

    def _unit(self, key: str, code: str) -> str:
        if code not in self.codes:
            raise self._wrong(key, f"{code!r} is not a unit of this marker")
        return code

    def _source(self, key: str, name: str) -> Source:
        if name not in self.sources or not self.sources[name].title:
            raise self._wrong(key, f"{name!r} is not in [sources]")
        return self.sources[name]

    def _known(self, key: str, one: Mapping[str, Any], allowed: frozenset[str]) -> None:
        for name in one:
            if name not in allowed:
                raise self._wrong(f"{key}.{name}".lstrip("."), "this key is not known")

    def _wrong(self, key: str, problem: str) -> SeedError:
        return SeedError(self.file, key, problem)
