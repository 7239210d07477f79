"""Which marker a reported row is, what its unit means there, and what has to be asked first."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markers.facts import Catalogue, MarkerFacts
from markers.interval import Interval
from markers.loinc import loinc_is_valid
from markers.naming import same_name, stated_specimen
from markers.quantity import read_value
from markers.reference import Subject
from markers.units import tidy, unit_text
from results.documents.rows import ReportedRow
from results.doubt import contradicts, meets, range_contradicts, same_scale

_URINE = re.compile(
    r"\b(?:urin(?!ezuur|syr|stof)|orina|dipstick|(?:test|reagent) ?strip|strip\b|u[-_ ]|24 ?h)", re.IGNORECASE
)
_BLOOD = re.compile(
    r"blood|serum|plasma|\b(?:sang|blut|bloed|blod\b|suero|siero|soro\b|sérum|venous|capillary)", re.IGNORECASE
)
_WHOLE = re.compile(
    r"whole blood|\b(?:vollblut|sang total|sangre total|sangue intero|volbloed|fullblod)", re.IGNORECASE
)
_FLUID = re.compile(r"serum|plasma|\b(?:suero|siero|soro\b|sérum)", re.IGNORECASE)
_SPOT = re.compile(r"^(?!.*(?:24|strip|stick|timed|sediment)).*(?:urin|orina)", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:csf|cerebrospinal|liquor|saliva|stool|faec|feces|fecal|pleural|ascit|periton|synovial|dialysate|sweat|semen"
    r"|amniotic|body fluid|gastric|vitreous|tissue|hair|sputum)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Match:
    """A row's marker or None, how it was found, its unit, the questions (none: Ready), and what is only to be known."""

    marker: MarkerFacts | None = None
    how: str = ""
    unit_code: str = ""
    doubted: bool = False
    method: str = ""
    printed_unit: str = ""
    is_range_left: bool = False
    questions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def match(row: ReportedRow, known: Catalogue, subject: Subject) -> Match:
    """The row's marker by LOINC code, else by its printed name (asked about), and its unit for that marker.

    A row whose answer is a code or a text has none: it is an other result.
    """
    found = Match(questions=list(row.warnings))
    if row.text:
        return found
    codes = [code for code in row.loinc if loinc_is_valid(code)]
    coded = {known.by_loinc[code].slug: code for code in codes if code in known.by_loinc}
    if len(coded) > 1:
        names = " and ".join(known.markers[slug].name for slug in coded)
        found.questions.append(f"its codes mean different markers ({names}): it will be kept as an other result")
        return found
    for slug, code in coded.items():
        found.marker, found.how = known.markers[slug], "loinc"
        found.method = row.method or found.marker.loinc[code][1]
        if not _may_be(found.marker, f"{row.name} {row.specimen}"):
            asked = f"its code means {found.marker.name} in {found.marker.specimen}, but its name or specimen does not"
            found.questions.append(f"{asked}: it will be kept as an other result")
            found.marker, found.how, found.method = None, "", ""
            return found
    if not codes and (named := by_name(row.name, row.specimen, known, row.unit_code or row.unit)):
        if _is_other(named, row):
            asked = f"its name can mean {named.name}, but its unit, {row.unit or row.unit_code}, can't"
            found.questions.append(f"{asked}: it will be kept as an other result")
            return found
        found.marker, found.how = named, "name"
        found.questions.append(f"its name was taken to mean {named.name}")
    if found.marker and row.value:
        _unit(row, found, found.marker, subject)
    return found


def by_name(name: str, specimen: str, known: Catalogue, unit: str = "") -> MarkerFacts | None:
    """The one marker that a printed name means, or None: not a near one, and none of another fluid.

    Where the name ends in a specimen (`Ferritin, Serum`) what stands before it is looked up too. Unit and sample tell
    which is meant of several: `Neutrophils` in percent is `Neutrophils %`, `Creatinine` of urine `Creatinine, urine`.
    """
    bare, stated = stated_specimen(name)
    for called, specimens in [(name, [specimen]), (bare, [specimen, stated])][: 2 if stated else 1]:
        names = [f"{called}, urine"] if any(map(_SPOT.search, specimens)) else []
        names += [f"{called} %"] if unit == "%" else [f"{called} absolute"] if unit else []
        for one in (*names, called):
            bearers = [marker for marker in known.bearers(one) if _may_be(marker, name)]
            markers = [marker for marker in bearers if all(_is_of(marker, said) for said in specimens)]
            if len(markers) == 1 and (one == called or not unit or markers[0].units.find(unit)):
                return markers[0]
    return None


def _is_other(marker: MarkerFacts, row: ReportedRow) -> bool:
    """True where the unit shows that the name means something else than this marker.

    A percentage is never a count or a concentration, and an abbreviation such as TP or TG has many meanings.
    """
    printed = [one for one in (row.unit_code, row.unit) if one]
    if not printed or any(marker.units.find(one) or marker.units.choices(one) for one in printed):
        return False
    return "%" in printed or len(row.name.strip()) < 4


def _may_be(marker: MarkerFacts, said: str) -> bool:
    """False where words tell of another fluid than the marker's."""
    if "urine" in marker.specimen:
        return bool(_URINE.search(said)) or not (_BLOOD.search(said) or _OTHER.search(said))
    return not _URINE.search(said) and not _OTHER.search(said)


def _is_of(marker: MarkerFacts, specimen: str) -> bool:
    """True where a specimen is not stated, or stated to be the marker's: hemoglobin in plasma is another thing."""
    if not specimen:
        return True
    if "urine" in marker.specimen:
        return bool(_URINE.search(specimen)) and _may_be(marker, specimen)
    if "blood" not in marker.specimen and _WHOLE.search(specimen):
        return False
    if marker.specimen == "whole blood" and _FLUID.search(specimen):
        return False
    return bool(_BLOOD.search(specimen)) and _may_be(marker, specimen)


def _unit(row: ReportedRow, found: Match, marker: MarkerFacts, subject: Subject) -> None:
    if read_value(row.value).number is None:
        found.questions.append("its number is too large or too small to be placed")
        return
    if not row.unit and not row.unit_code:
        found.questions.append("it has no unit")
        return
    by_code, by_text = (_known_unit(one, row, marker) for one in (row.unit_code, row.unit))
    code = by_code or by_text
    if code is None:
        choices = marker.units.choices(row.unit_code or row.unit) or marker.units.choices(row.unit)
        found.questions.append(
            f"its unit, {row.unit}, could mean {' or '.join(map(marker.units.written, choices))}"
            if choices
            else f"its unit, {row.unit or row.unit_code}, is not known for {marker.name}"
        )
        return
    if row.unit_code and row.unit and tidy(row.unit_code) != tidy(row.unit):
        if by_code and by_text and not same_scale(by_code, by_text, marker):
            found.doubted = True
            found.questions.append(
                f"its unit is given as {row.unit} and as {row.unit_code}: it will be kept but not judged"
            )
            return
        if not by_code and not marker.units.choices(row.unit_code):
            found.questions.append(f"its unit is {row.unit}, but its unit code, {row.unit_code}, is not known")
    vouched = _range_unit(row, found, marker, code)
    if not vouched and (other := contradicts(row.value, code, marker, subject, row.collected_on)):
        found.doubted, found.is_range_left = True, False  # nothing judges it, so its range stays as printed
        found.questions.append(
            f"{row.value} {row.unit} lies outside every known range, but {row.value} {unit_text(other)} would lie"
            " inside one: the unit may be wrong, so it will be kept but not judged"
        )
        return
    found.unit_code = code
    printed = row.unit or row.unit_code
    if marker.units.choices(printed) == (code,):
        found.notes.append(f"{printed} is read as {marker.units.written(code)}, as its code says.")


def _known_unit(printed: str, row: ReportedRow, marker: MarkerFacts) -> str | None:
    """The UCUM code of a printed unit; of several meanings the one that the row's LOINC code or name decides."""
    code = marker.units.find(printed) if printed else None
    if code is None and (choices := marker.units.choices(printed)):
        decided = [marker.loinc[one][0] for one in row.loinc if one in marker.loinc]
        names = {same_name(name) for name in (row.name, stated_specimen(row.name)[0])}
        decided += [unit for name, unit in marker.unit_names.items() if same_name(name) in names]
        code = next((one for one in decided if one in choices), None)
    return code


def _range_unit(row: ReportedRow, found: Match, marker: MarkerFacts, code: str) -> bool:
    """Asks where the printed range is in another unit; True where it vouches for the unit of the value.

    It does where, in that unit, it meets a known range: a low hemoglobin beside 12-15.5 g/dL is no mmol/L.
    """
    found.printed_unit = row.printed_unit
    if row.printed_low is None and row.printed_high is None:
        return False
    if tidy(row.printed_unit) in ("", tidy(row.unit), tidy(row.unit_code)):
        found.printed_unit, range_code = "", code
    elif (range_code := _known_unit(row.printed_unit, row, marker) or "") and same_scale(range_code, code, marker):
        found.printed_unit = range_code
    else:
        strange = "" if range_code else f", which is not known for {marker.name}: it will not be used"
        found.questions.append(f"its value is in {row.unit or row.unit_code}, its range in {row.printed_unit}{strange}")
        return False
    if row.printed_low is None or row.printed_high is None:
        return False
    printed = Interval(row.printed_low, row.printed_high)
    if other := range_contradicts(printed, range_code, marker):
        found.is_range_left = not row.printed_unit
        left = ": it names no unit, so it will be kept as text and not used" if found.is_range_left else ""
        found.questions.append(
            f"its range, {row.printed_low}–{row.printed_high}, is far from every known range in"
            f" {unit_text(range_code)}, but not in {unit_text(other)}{left}"
        )
        return False
    return meets(printed, range_code, marker)
