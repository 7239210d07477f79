"""Which marker a reported row is, with the real catalogue: a wrong match is worse than none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from markers.queries import catalogue
from markers.reference import Subject
from results.documents.matching import Match, match
from results.documents.rows import ReportedRow

pytestmark = pytest.mark.django_db
MAN = Subject("male", date(1970, 1, 1))
WOMAN = Subject("female", date(1970, 1, 1))


def matched(
    name: str = "", unit: str = "mg/dL", value: str = "1", loinc: str = "", subject: Subject = MAN, **parts: Any
) -> Match:
    codings = [{"system": "http://loinc.org", "code": code, "display": ""} for code in loinc.split()]
    stated = {"unit_code": unit, "collected_on": date(2026, 10, 3)} | parts
    row = ReportedRow(locator="", name=name, codings=codings, value=value, unit=unit, **stated)
    return match(row, catalogue(), subject)


def slug(found: Match) -> str | None:
    return found.marker.slug if found.marker else None


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Glucose in urine strip",
            "Glucose, urine",
            "Glucose (strip)",
            "U-Glucose",
            "Urine glucose",
            "Glukose i urin",
        ),
        *("Creatinine, 24h urine", "Calcium, urine", "Bilirubin, urine", "Bilirubin indirect"),
        *("Leukocytes (urine)", "Leukocytes strip", "Leukocyte esterase", "Urine WBC", "Blood (urine)", "Blood, strip"),
        *("Hemoglobin A1", "Hemoglobin, urine", "Free hemoglobin", "Hemoglobin F", "Fetal hemoglobin"),
        *("Protein, total, 24h urine", "Protein (strip)", "Protein electrophoresis", "Protein S"),
        *("T4", "CK-MB", "Free PSA", "Red-cell folate", "1,25-(OH)2 vitamin D", "Calcitriol", "Glucose, CSF"),
        *("CSF protein", "Albumin, pleural fluid", "Urine uric acid", "Sodium, urine", "Potassium (urine)"),
        *("Ferritin index", "", "  ", "Creatinin?"),
    ],
)
def test_a_name_that_only_resembles_a_marker_is_none(name):
    assert slug(matched(name)) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Creatinine, urine", "urine-creatinine"),
        ("Urine creatinine", "urine-creatinine"),
        ("Calcium ionized", "calcium-ionized"),
        ("Free calcium", "calcium-ionized"),
        ("Bilirubin direct", "bilirubin-direct"),
        ("Bilirubin, conjugated", "bilirubin-direct"),
        ("MCH", "mch"),
        ("MCHC", "mchc"),
        ("Protein, urine", "urine-protein"),
        ("Free T4", "free-t4"),
        ("CK", "ck"),
        ("PSA", "psa-total"),
        ("Serum folate", "folate"),
        ("Neutrophils %", "neutrophils-pct"),
        ("Transferrin", "transferrin"),
    ],
)
def test_a_name_beside_another_markers_finds_its_own(name, expected):
    assert slug(matched(name, unit="")) == expected


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("Neutrophils", "%", "neutrophils-pct"),
        ("Neutrophils", "10*9/L", "neutrophils-abs"),
        ("Reticulocytes", "%", "reticulocytes-pct"),
        ("Reticulocytes", "10*9/L", "reticulocytes-abs"),
        ("Reticulocytes", "", None),
        ("Hematocrit", "%", "hematocrit"),
        ("Hemoglobin A1c", "%", "hba1c"),
    ],
)
def test_the_unit_tells_a_count_from_a_percentage(name, unit, expected):
    assert slug(matched(name, unit=unit)) == expected


@pytest.mark.parametrize(
    ("name", "unit", "could"),
    [
        ("Prothrombin time", "%", "Prothrombin time"),
        ("PT", "%", "Prothrombin time"),
        ("TP", "%", "Total protein"),
        ("Tg", "ng/mL", "Triglycerides"),
        ("RDW", "fL", "Red cell distribution width"),
        ("Albumin", "%", "Albumin"),
    ],
)
def test_a_name_whose_unit_shows_that_it_means_something_else_is_none_and_asked_about(name, unit, could):
    found = matched(name, unit=unit)
    assert slug(found) is None
    asked = f"its name can mean {could}, but its unit, {unit}, can't: it will be kept as an other result"
    assert found.questions == [asked]


def test_a_whole_name_with_an_unknown_unit_keeps_its_marker_and_is_asked_about():
    found = matched("Ferritin", unit="furlong")
    assert slug(found) == "ferritin"
    assert any("its unit, furlong, is not known" in one for one in found.questions)


@pytest.mark.parametrize(
    ("name", "specimen", "expected"),
    [
        ("Creatinine", "", "creatinine"),
        (" creatinine ", "Serum", "creatinine"),
        ("Kreatinin", "Serum", "creatinine"),
        ("Creatinine", "Urine", "urine-creatinine"),
        ("Creatinine", "24 h urine", None),
        ("Creatinine", "Dialysate", None),
        ("Creatinine", "something else", None),
        ("Glucose", "Plasma", "glucose"),
        ("Glucose", "Cerebrospinal fluid", None),
        ("Glucose", "Urine", None),
        ("Leukocytes", "Whole blood", "wbc"),
        ("Leukocytes", "Urine", None),
        ("Hemoglobin", "", "hemoglobin"),
        ("Hemoglobin A1c", "", "hba1c"),
        ("Hemoglobin A1c", "Blood", "hba1c"),
        ("Albumin/Creatinine ratio", "", "urine-albumin-creatinine-ratio"),
        ("Albumin", "Serum", "albumin"),
        ("Albumin", "Urine", "urine-albumin"),
        ("Uric acid", "Urine", None),
        ("Hemoglobin", "Plasma", None),
        ("Zinc", "Whole blood", None),
        ("Zinc", "Blood", "zinc"),
        ("Urinezuur", "", "uric-acid"),
        ("Ferritin, Serum", "", "ferritin"),
        ("Ferritin, Serum", "Serum", "ferritin"),
        ("Ferritin, Serum", "Urine", None),
        ("Creatinine (urine)", "", "urine-creatinine"),
        ("Sodium (Na)", "Serum", "sodium"),
        ("Microalbumin", "", "urine-albumin"),
        ("Microalbumin", "Urine", "urine-albumin"),
        ("Microalbumin", "Serum", None),
    ],
)
def test_a_row_without_a_code_is_known_by_its_whole_name_and_asked_about(name, specimen, expected):
    found = matched(name, specimen=specimen)
    assert slug(found) == expected
    assert found.how == ("name" if expected else "")
    if expected:
        assert f"its name was taken to mean {found.marker.name}" in found.questions


@pytest.mark.parametrize(
    ("loinc", "name", "specimen", "expected", "asked"),
    [
        ("2160-0", "whatever they print", "", "creatinine", ""),
        ("2160-0", "Creatinine", "Serum", "creatinine", ""),
        ("2160-1", "Creatinine", "", "creatinine", "its name was taken"),
        ("2160-1", "whatever they print", "", None, ""),
        ("2160", "Creatinine", "", "creatinine", "its name was taken"),
        ("2161-8", "Creatinine", "", "urine-creatinine", ""),
        ("5792-7", "Glucose", "", None, ""),
        ("5799-2", "Leukocytes", "", None, ""),
        ("2161-8 2160-0", "Creatinine", "", None, "its codes mean different markers"),
        ("2160-0 2345-7", "Creatinine", "", None, "its codes mean different markers"),
        ("2160-0 14682-9", "Creatinine", "", "creatinine", ""),
        ("2160-0", "Creatinine, urine", "", None, "its name or specimen does not"),
        ("2160-0", "Creatinine", "Urine", None, "its name or specimen does not"),
        ("2345-7", "Glucose", "CSF", None, "its name or specimen does not"),
        ("1754-1", "Microalbumin", "Serum", None, "its name or specimen does not"),
        ("1754-1", "Microalbumin", "Urine", "urine-albumin", ""),
    ],
)
def test_a_code_goes_before_the_name_and_never_against_it(loinc, name, specimen, expected, asked):
    found = matched(name, loinc=loinc, specimen=specimen)
    assert slug(found) == expected
    about_marker = [one for one in found.questions if "unit" not in one]
    assert asked in "; ".join(about_marker)
    assert bool(about_marker) is bool(asked)


def test_a_coded_or_written_answer_is_an_other_result_without_a_question():
    row = ReportedRow(locator="", name="Creatinine", text="hemolyzed")
    row.codings = [{"system": "http://loinc.org", "code": "2160-0", "display": ""}]
    assert match(row, catalogue(), MAN) == Match()


@pytest.mark.parametrize(
    ("unit", "code", "expected", "asked", "doubted"),
    [
        ("mg/dL", "mg/dL", "mg/dL", "", False),
        ("mg/dl", "mg/dL", "mg/dL", "", False),
        ("mg/dL", "", "mg/dL", "", False),
        ("", "mg/dL", "mg/dL", "", False),
        ("mg per dL", "mg/dL", "mg/dL", "", False),
        ("", "", "", "it has no unit", False),
        ("mmol/L", "mg/dL", "", "given as mmol/L and as mg/dL", True),
        ("mg/dL", "mmol/L", "", "given as mg/dL and as mmol/L", True),
        ("mg/dL", "g/mL", "mg/dL", "its unit code, g/mL, is not known", False),
        ("furlong", "furlong", "", "its unit, furlong, is not known for Creatinine", False),
    ],
)
def test_a_unit_is_known_or_asked_about(unit, code, expected, asked, doubted):
    found = matched(loinc="2160-0", unit=unit, unit_code=code)
    assert (found.unit_code, found.doubted) == (expected, doubted)
    assert asked in "; ".join(found.questions)
    assert bool(found.questions) is bool(asked)


@pytest.mark.parametrize("value", ["1e400", "1E-400", "1e2000000"])
def test_a_number_out_of_all_proportion_is_asked_about(value):
    assert matched(loinc="2160-0", value=value).questions == ["its number is too large or too small to be placed"]


@pytest.mark.parametrize(
    ("loinc", "name", "unit", "expected"),
    [
        ("3094-0", "", "mg/dL", "mg{urea_N}/dL"),
        ("3091-6", "", "mg/dL", "mg/dL"),
        ("", "BUN", "mg/dL", "mg{urea_N}/dL"),
        ("", "Urea Nitrogen, Plasma or Serum", "mg/dL", "mg{urea_N}/dL"),
        ("", "Harnstoff im Serum", "mg/dL", "mg/dL"),
        ("22664-7", "", "mg/dL", ""),
        ("22664-7", "", "mmol/L", "mmol/L"),
    ],
)
def test_a_unit_of_two_meanings_is_decided_by_code_or_name_or_asked_about(loinc, name, unit, expected):
    found = matched(name, loinc=loinc, unit=unit, value="5" if unit == "mmol/L" else "14")
    assert (slug(found), found.unit_code) == ("urea", expected)
    assert any("could mean" in one for one in found.questions) is (expected == "")


@pytest.mark.parametrize(
    ("loinc", "name", "unit", "expected"),
    [
        ("33914-3", "", "mL/min", "mL/min/{1.73_m2}"),
        ("98979-8", "", "mL/min", "mL/min/{1.73_m2}"),
        ("33914-3", "", "mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("", "eGFR", "mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("", "eGFR", "mL/min", ""),
    ],
)
def test_filtration_without_its_area_is_read_so_only_where_the_code_says_it_and_with_a_note(
    loinc, name, unit, expected
):
    found = matched(name, loinc=loinc, unit=unit, value="72")
    assert (slug(found), found.unit_code) == ("egfr", expected)
    assert found.notes == (
        ["mL/min is read as mL/min/1.73 m², as its code says."] if expected and "1.73" not in unit else []
    )
    assert any("mL/min, could mean mL/min/1.73 m²" in one for one in found.questions) is (expected == "")


@pytest.mark.parametrize(
    ("printed", "expected", "asked"),
    [
        ("", "", ""),
        ("mg/dL", "", ""),
        ("mg/dl", "mg/dL", ""),
        ("umol/L", "umol/L", "its value is in mg/dL, its range in umol/L"),
        ("µmol/L", "µmol/L", "its value is in mg/dL, its range in µmol/L"),
        ("furlong", "furlong", "which is not known for Creatinine: it will not be used"),
    ],
)
def test_a_range_in_another_unit_is_asked_about(printed, expected, asked):
    found = matched(loinc="2160-0", printed_low=Decimal("0.6"), printed_high=Decimal("1.2"), printed_unit=printed)
    assert found.printed_unit == expected
    assert asked in "; ".join(found.questions)
    assert bool(found.questions) is bool(asked)


@pytest.mark.parametrize(
    ("loinc", "value", "unit"),
    [
        ("2951-2", "128", "mmol/L"),
        ("2951-2", "150", "mmol/L"),
        ("2823-3", "3.3", "mmol/L"),
        ("6690-2", "3.7", "10*3/uL"),
        ("6690-2", "3.7", "10*9/L"),
        ("789-8", "6.0", "10*6/uL"),
        ("2276-4", "350", "ng/mL"),
        ("3016-3", "5.2", "m[IU]/L"),
        ("2160-0", "1.1", "mg/dL"),
        ("2160-0", "3.5", "mg/dL"),
        ("718-7", "6.5", "g/dL"),
    ],
)
def test_a_value_a_little_out_of_range_is_never_doubted(loinc, value, unit):
    found = matched(loinc=loinc, value=value, unit=unit)
    assert (slug(found) is not None, found.doubted, found.questions) == (True, False, [])


@pytest.mark.parametrize(
    ("loinc", "value", "unit", "other"),
    [
        ("2885-2", "63.7", "g/dL", "g/L"),
        ("2885-2", "7.1", "g/L", "g/dL"),
        ("718-7", "140", "g/dL", "g/L"),
        ("718-7", "14", "g/L", "g/dL"),
        ("718-7", "8.5", "g/dL", "mmol/L"),
        ("2160-0", "88", "mg/dL", "µmol/L"),
        ("4548-4", "38", "%", "mmol/mol"),
    ],
)
def test_a_value_that_fits_another_unit_only_is_doubted(loinc, value, unit, other):
    found = matched(loinc=loinc, value=value, unit=unit, subject=WOMAN)
    assert found.doubted
    assert found.unit_code == ""
    assert f"{value} {other} would lie inside one" in found.questions[0]


@pytest.mark.parametrize("subject", [Subject(), Subject("female"), Subject(born_on=date(1980, 1, 1))])
def test_a_unit_is_doubted_for_somebody_of_unknown_sex_or_age_too(subject):
    assert matched(loinc="2885-2", value="63.7", unit="g/dL", subject=subject).doubted
    assert matched(loinc="718-7", value="140", unit="g/dL", subject=subject).doubted


@pytest.mark.parametrize(
    ("value", "low", "high", "printed_unit", "doubted"),
    [
        ("8.5", "12", "15.5", "g/dL", False),
        ("8.5", "12", "15.5", "", False),
        ("8.5", "7.5", "10", "g/dL", True),
        ("8.5", "120", "155", "g/L", True),
        ("8.5", None, "15.5", "g/dL", True),
        ("140", "120", "155", "g/dL", True),
    ],
)
def test_a_printed_range_that_meets_a_known_one_vouches_for_the_unit(value, low, high, printed_unit, doubted):
    ends = {"printed_low": low and Decimal(low), "printed_high": high and Decimal(high)}
    found = matched(loinc="718-7", value=value, unit="g/dL", subject=WOMAN, printed_unit=printed_unit, **ends)
    assert found.doubted is doubted
