"""Units of a marker: exact there and back, true to published pairs, and never guessed."""

from __future__ import annotations

import random
import tomllib
from decimal import Decimal
from fractions import Fraction

import pytest

from markers.queries import catalogue
from markers.units import Unit, UnitError, UnitTable, decimal_text, rounded_text, tidy
from tests.plain import B2M, SEEDS, SLUGS, span

CONVERTED = [
    # marker, number, unit, number, unit: pairs that textbooks and laboratories print
    ("glucose", "90", "mg/dL", "5.0", "mmol/L"),
    ("creatinine", "1.0", "mg/dL", "88.42", "umol/L"),
    ("total-cholesterol", "200", "mg/dL", "5.17", "mmol/L"),
    ("ldl-cholesterol", "100", "mg/dL", "2.59", "mmol/L"),
    ("hdl-cholesterol", "40", "mg/dL", "1.034", "mmol/L"),
    ("triglycerides", "150", "mg/dL", "1.69", "mmol/L"),
    ("urea", "14", "mg{urea_N}/dL", "5.0", "mmol/L"),
    ("urea", "30", "mg/dL", "5.0", "mmol/L"),
    ("uric-acid", "6.0", "mg/dL", "357", "umol/L"),
    ("calcium", "10.0", "mg/dL", "2.495", "mmol/L"),
    ("calcium", "5.0", "meq/L", "2.5", "mmol/L"),
    ("bilirubin-total", "1.0", "mg/dL", "17.1", "umol/L"),
    ("albumin", "4.0", "g/dL", "40", "g/L"),
    ("total-protein", "7.0", "g/dL", "70", "g/L"),
    ("hemoglobin", "15", "g/dL", "150", "g/L"),
    ("hemoglobin", "16.1", "g/dL", "10", "mmol/L"),
    ("hematocrit", "45", "%", "0.45", "L/L"),
    ("hba1c", "5.0", "%", "31.1", "mmol/mol"),
    ("hba1c", "7.0", "%", "53", "mmol/mol"),
    ("hba1c", "10.0", "%", "85.8", "mmol/mol"),
    ("vitamin-d-25-oh", "30", "ng/mL", "75", "nmol/L"),
    ("ferritin", "100", "ng/mL", "100", "ug/L"),
    ("iga", "250", "mg/dL", "2.5", "g/L"),
    ("alt", "60", "U/L", "1.0", "ukat/L"),
    ("tsh", "2.5", "m[IU]/L", "2.5", "u[IU]/mL"),
    ("potassium", "4.1", "mmol/L", "4.1", "meq/L"),
    ("platelets", "250", "10*9/L", "250000", "/uL"),
    ("wbc", "6.0", "10*9/L", "6.0", "10*3/uL"),
    ("urine-albumin-creatinine-ratio", "30", "mg/g", "3.39", "mg/mmol"),
    ("beta-2-microglobulin", "1.8", "mg/L", "152.5", "nmol/L"),
]


def table(slug: str) -> UnitTable:
    """The units of a seeded marker."""
    return catalogue().markers[slug].units


def numbers(seed: str) -> list[Decimal]:
    """Sixty decimals of all sizes, 0 and a negative one among them."""
    chance = random.Random(seed)
    drawn = [Decimal(chance.randrange(10**15)).scaleb(-chance.randrange(13)) for _ in range(57)]
    return [Decimal(0), Decimal("-0.5"), Decimal("4.10"), *drawn]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_every_conversion_comes_back_exactly(slug):
    units = table(slug)
    for source in units.units:
        for target in units.units:
            for number in numbers(slug):
                there = units.convert(number, source, target)
                assert units.convert(there, target, source) == number
                for third in units.units:
                    assert units.convert(there, target, third) == units.convert(number, source, third)


@pytest.mark.django_db
def test_every_published_pair_of_the_seeds_is_met_within_half_a_percent():
    pairs = 0
    for slug in SLUGS:
        for unit in tomllib.loads((SEEDS / f"{slug}.toml").read_text(encoding="utf-8")).get("units", []):
            own, other = (Decimal(number) for number in unit["pair"])
            reached = table(slug).convert(other, unit["code"], table(slug).own)
            assert abs(Fraction(reached) / Fraction(own) - 1) <= Fraction(1, 200), (slug, unit["code"])
            pairs += 1
    assert pairs == sum(len(table(slug).units) - 1 for slug in SLUGS) >= 40


@pytest.mark.django_db
@pytest.mark.parametrize(("slug", "number", "unit", "expected", "target"), CONVERTED)
def test_a_conversion_meets_what_is_printed_elsewhere(slug, number, unit, expected, target):
    reached = table(slug).convert(Decimal(number), unit, target)
    assert abs(Fraction(reached) / Fraction(expected) - 1) <= Fraction(1, 200), float(reached)


def test_a_number_in_the_same_unit_is_the_same_object():
    number = Decimal("4.10")
    assert B2M.convert(number, "mg/dL", "mg/dL") is number


@pytest.mark.parametrize(("source", "target"), [("g/L", "mg/L"), ("mg/L", "g/L"), ("", "mg/L"), ("g/L", "g/L")])
def test_a_unit_without_a_stored_factor_is_refused(source, target):
    with pytest.raises(UnitError, match="can't be converted to mg/L"):
        B2M.convert(Decimal(1), source, target)


@pytest.mark.parametrize(
    ("interval", "there"),
    [
        (span("0.7", "1.8"), span("7", "18")),
        (span(None, "1.8", high_strict=True), span(None, "18", high_strict=True)),
        (span("0", None, low_strict=True), span("0", None, low_strict=True)),
    ],
)
def test_an_interval_keeps_its_strictness_and_its_missing_bounds(interval, there):
    assert B2M.convert_interval(interval, "mg/dL", "mg/L") == there
    assert B2M.convert_interval(there, "mg/L", "mg/dL") == interval


UREA = UnitTable(
    "mmol/L",
    {code: Unit(code) for code in ("mmol/L", "mg/dL", "mg{urea_N}/dL", "umol/L", "MG/L", "mg/L")},
    {"mmol/l": "mmol/L", "mM": "mmol/L", "\u00b5mol/L": "umol/L"},
    {"mg/dL": ("mg/dL", "mg{urea_N}/dL")},
)


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("mmol/L", "mmol/L"),
        ("mmol/l", "mmol/L"),
        ("MMOL/L", "mmol/L"),
        (" mmol/L ", "mmol/L"),
        ("mmol/L\u200b", "mmol/L"),
        ("mM", "mmol/L"),
        ("\u03bcmol/L", "umol/L"),
        ("\u00b5mol/L", "umol/L"),
        ("mg/L", "mg/L"),
        ("MG/L", "MG/L"),
        ("Mg/L", None),
        ("mg/dL", None),
        ("MG/DL", None),
        ("mg{urea_N}/dL", "mg{urea_N}/dL"),
        ("g/L", None),
        ("", None),
        ("mmol", None),
    ],
)
def test_a_printed_unit_is_found_or_left_alone(printed, code):
    assert UREA.find(printed) == code


def test_an_ambiguous_unit_names_what_it_could_mean():
    assert UREA.choices(" mg/dl") == ("mg/dL", "mg{urea_N}/dL")
    assert UREA.choices("mmol/L") == ()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_every_spelling_of_a_seed_means_one_unit(slug):
    units = table(slug)
    for spelling, code in units.spellings.items():
        assert tidy(spelling) == spelling
        assert units.find(spelling) == (None if spelling in units.ambiguous else code), spelling
    for code in units.units:
        assert units.find(code) == (None if code in units.ambiguous else code)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("4.10"), "4.10"),
        (Decimal("1E-8"), "0.00000001"),
        (Decimal("1E+3"), "1000"),
        (Fraction(100), "100"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(1, 3), "0.3333333333333333333333333333"),
        (Fraction(200, 3), "66.66666666666666666666666667"),
        (Fraction("0.123456789012345678901234567890123456789"), "0.123456789012345678901234567890123456789"),
        (Fraction("1234567890123456789012345678901234567890.5"), "1234567890123456789012345678901234567890.5"),
    ],
)
def test_a_number_is_written_with_a_point_and_without_an_exponent(number, text):
    assert decimal_text(number) == text


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        (Decimal("1.005"), 2, "1.01"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-2.5"), 0, "-3"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(1, 8), 2, "0.13"),
        (Decimal("4.1"), 3, "4.100"),
        (Decimal("9.999"), 2, "10.00"),
        (Decimal("1E+60"), 6, "1" + "0" * 60 + ".000000"),
        (Decimal("-0.001"), 2, "0.00"),
    ],
)
def test_a_number_is_rounded_half_up_for_display(number, decimals, text):
    assert rounded_text(number, decimals) == text
