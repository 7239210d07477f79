"""How values, ranges, days and differences are said."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from markers.interval import Interval
from markers.queries import catalogue
from markers.reference import Subject
from results.charts import number_line, point_text
from results.interpretation import WORDS
from results.series import Point, series
from results.slips import Entered, slips
from results.words import (
    day_text,
    decimals_in,
    difference_sentence,
    number_text,
    position_sentence,
    range_in_sentence,
    range_text,
    series_summary,
    short_day,
    shown_number,
    span_text,
    unit_text,
    whose_range,
)
from tests.plain import SLUGS, a_marker, a_range, span, stored

MAYA = Subject("female", date(1963, 6, 14))
MARKER = a_marker(
    a_range("0.7", "1.8", ("18 years", None), group="adults"),
    a_range("0.8", "2.2", laboratory="city", laboratory_name="CityLab"),
)
BANNED = re.compile(
    r"\b(abnormal\w*|normal\w*|(?:un)?health\w*|good|bad|optimal\w*|danger\w*|critical\w*|alarm\w*|severe\w*|risks? of"
    r"|you have|you may have|diagnos\w*|suggests?|indicat\w*|deficien\w*|excess\w*|stage\w*|cancer\w*|should"
    r"|worr(?:y|ied)|fine|perfect\w*|scores?|fail\w*|improv\w*|worse\w*|spik\w*|crash\w*|invalid|oops)\b",
    re.IGNORECASE,
)
LETTERS = re.compile(r"(?<![/\w])(?:HH?|LL?)(?![/\w])")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
FULL_DATE = re.compile(rf"\b[1-9][0-9]? (?:{MONTHS}) [0-9]{{4}}\b")


def points_of(*values: str, marker=MARKER, subject=MAYA, shown="", **about) -> tuple[Point, ...]:
    """Points of values typed a year apart."""
    units = about.pop("units", [about.pop("unit", "mg/L")] * len(values))
    results = [stored(value, date(2020 + n, 10, 3), unit=units[n], **about) for n, value in enumerate(values)]
    return series(marker, subject, results, shown).points


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("mg/L", "mg/L"),
        ("10*9/L", "10⁹/L"),
        ("10*12/L", "10¹²/L"),
        ("10*3/uL", "10³/µL"),
        ("10*6/uL", "10⁶/µL"),
        ("/uL", "/µL"),
        ("umol/L", "µmol/L"),
        ("ukat/L", "µkat/L"),
        ("ug/mL", "µg/mL"),
        ("m[IU]/L", "mIU/L"),
        ("u[IU]/mL", "µIU/mL"),
        ("mL/min/{1.73_m2}", "mL/min/1.73 m²"),
        ("mg{urea_N}/dL", "mg/dL urea nitrogen"),
        ("ug/mL{FEU}", "µg/mL FEU"),
        ("{INR}", "INR"),
        ("[pH]", "pH"),
        ("k[arb'U]/L", "kU/L"),
        ("/10*3{RBC}", "per 1,000 red cells"),
        ("%", "%"),
        ("", ""),
        ("mm/u", "mm/u"),
    ],
)
def test_a_unit_is_said_as_people_read_it(code, text):
    assert unit_text(code) == text


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_no_unit_of_the_catalogue_shows_its_code(slug):
    for code in catalogue().markers[slug].units.units:
        assert not set("[]{}*") & set(unit_text(code)), code
        assert "u" not in unit_text(code).split("/")[0] or code.startswith("mg{urea"), code


@pytest.mark.parametrize(
    ("interval", "text", "aloud"),
    [
        (span("0.7", "1.8"), "0.7–1.8", "0.7 to 1.8"),
        (span("0.70", "1.80"), "0.70–1.80", "0.70 to 1.80"),
        (span(None, "5"), "up to 5", "up to 5"),
        (span(None, "5.7", high_strict=True), "below 5.7", "below 5.7"),
        (span("60", None), "from 60", "from 60"),
        (span("60", None, low_strict=True), "above 60", "above 60"),
        (span("3", "7", high_strict=True), "3–below 7", "3 to below 7"),
        (span("3", "7", low_strict=True), "above 3–7", "above 3 to 7"),
        (span("0", "15"), "0–15", "0 to 15"),
        (span("-2", "3"), "-2–3", "-2 to 3"),
        (span(None, "0"), "up to 0", "up to 0"),
        (Interval(Fraction(2, 3), Fraction(5, 3)), "0.67–1.67", "0.67 to 1.67"),
        (span(None, None), "", ""),
    ],
)
def test_a_range_is_said_with_its_bounds(interval, text, aloud):
    assert range_text(interval) == text
    assert range_in_sentence(interval, 2) == aloud


def test_no_range_is_said_as_nothing():
    assert range_text(None) == ""


SHOWN = [
    # value, unit, shown in, text
    ("4.10", "mg/L", "", "4.10"),
    ("<0.70", "mg/L", "", "<0.70"),
    ("0", "mg/L", "", "0"),
    ("123456", "mg/L", "", "123456"),
    ("63.70000000000001", "mg/L", "", "≈ 63.70"),
    ("1234567.5000000", "mg/L", "", "1234567.50"),
    ("0.00000001", "mg/L", "", "0.00000001"),
    ("0.00412345678", "mg/L", "", "≈ 0.0041"),
    ("<0.00412345678", "mg/L", "", "≈ <0.0041"),
    ("0.18", "mg/dL", "", "1.80"),
    ("<0.18", "mg/dL", "", "<1.80"),
    ("160", "nmol/L", "", "≈ 1.89"),
    ("<160", "nmol/L", "", "≈ <1.89"),
    ("1.9", "mg/L", "mg/dL", "0.190"),
    ("1.9", "mg/L", "nmol/L", "≈ 161"),
    ("0.1", "nmol/L", "", "≈ 0.0012"),
    ("0", "nmol/L", "", "0.00"),
    ("-0.1", "nmol/L", "", "≈ -0.0012"),
]


@pytest.mark.parametrize(("value", "unit", "shown", "text"), SHOWN)
def test_a_number_is_shown_as_written_or_marked_where_it_was_rounded(value, unit, shown, text):
    marker = MARKER
    point = points_of(value, unit=unit, shown=shown)[0]
    assert shown_number(point, decimals_in(marker, point.unit)) == text


def test_a_converted_number_gets_the_decimals_of_its_size():
    assert [decimals_in(MARKER, unit) for unit in ("mg/L", "mg/dL", "nmol/L")] == [2, 3, 0]
    assert number_text(Fraction(1, 3), 2) == "0.33"
    assert number_text(Decimal("0.70"), 0) == "0.70"


@pytest.mark.django_db
def test_the_decimals_of_every_unit_keep_a_range_apart():
    """No bound of a seeded range is rounded by more than a tenth of its range, and none to 0."""
    for slug in SLUGS:
        marker = catalogue().markers[slug]
        for one in marker.ranges:
            for unit in marker.units.units:
                shown = marker.units.convert_interval(one.interval, one.unit, unit)
                for bound in (shown.low, shown.high):
                    if bound is None:
                        continue
                    said = Fraction(number_text(bound, decimals_in(marker, unit)))
                    width = Fraction(bound if None in (shown.low, shown.high) else shown.high - shown.low)
                    assert abs(said - Fraction(bound)) <= width / 10, (slug, unit, said)
                    assert said or not bound, (slug, unit)


SENTENCES = [
    # value, about, sentence
    ("1.9", {}, "1.9 mg/L on 3 October 2020 is above your reference range, 0.7 to 1.8 mg/L (general range, adults)."),
    (
        "1.2",
        {"laboratory": "city"},
        "1.2 mg/L on 3 October 2020 is in your reference range, 0.8 to 2.2 mg/L (CityLab).",
    ),
    (
        "0.75",
        {"printed": span("0.8", "2.0")},
        "0.75 mg/L on 3 October 2020 is below your reference range, 0.8 to 2.0 mg/L (printed on the report).",
    ),
    (
        "<0.7",
        {},
        "Less than 0.7 mg/L on 3 October 2020 is below your reference range, 0.7 to 1.8 mg/L (general range, adults).",
    ),
    (
        "<=5",
        {"printed": span(None, "5.7", high_strict=True)},
        "At most 5 mg/L on 3 October 2020 is in your reference range, below 5.7 mg/L (printed on the report).",
    ),
    (
        "<1.5",
        {},
        "Less than 1.5 mg/L on 3 October 2020 can't be placed: what it can stand for lies partly in and partly outside "
        "0.7 to 1.8 mg/L (general range, adults).",
    ),
    (
        "160",
        {"unit": "nmol/L"},
        "About 1.89 mg/L on 3 October 2020 is above your reference range, 0.7 to 1.8 mg/L (general range, adults).",
    ),
    (
        "<160",
        {"unit": "nmol/L", "printed": span("1.9", None)},
        "Less than about 1.89 mg/L on 3 October 2020 is below your reference range, "
        "from 1.9 mg/L (printed on the report).",
    ),
    ("1.9", {"subject": Subject()}, "1.9 mg/L on 3 October 2020 has no range to compare with: no birth date."),
    (
        "1.9",
        {"subject": Subject("female", date(2011, 1, 1))},
        "1.9 mg/L on 3 October 2020 has no range to compare with: no range for this age (9 years).",
    ),
]


@pytest.mark.parametrize(("value", "about", "sentence"), SENTENCES)
def test_a_value_is_said_with_unit_date_comparison_and_whose_range(value, about, sentence):
    marker = MARKER if "subject" not in about else replace(MARKER, ranges=MARKER.ranges[:1])
    if "printed" in about and about.get("unit"):
        about = about | {"printed_unit": "mg/L"}
    point = points_of(value, marker=marker, **about)[0]
    assert "".join(position_sentence(point, decimals_in(MARKER, point.unit))) == sentence


DIFFERENCES = [
    (("1.7", "1.9"), {}, "It was 1.7 mg/L on 3 October 2020: 0.2 higher in 1 year."),
    (("1.9", "1.70"), {}, "It was 1.9 mg/L on 3 October 2020: 0.20 lower in 1 year."),
    (("1.70", "1.7"), {}, "It was 1.70 mg/L on 3 October 2020: the same in 1 year."),
    (("<0.7", "1.7"), {}, "It was less than 0.7 mg/L on 3 October 2020."),
    (("1.7", "<0.7"), {}, "It was 1.7 mg/L on 3 October 2020."),
    (("160", "170"), {"unit": "nmol/L"}, "It was about 1.89 mg/L on 3 October 2020: 0.12 higher in 1 year."),
    (("160", "160.01"), {"unit": "nmol/L"}, "It was about 1.89 mg/L on 3 October 2020: about the same in 1 year."),
    (("0.17", "1.9"), {"units": ("mg/dL", "mg/L")}, "It was 1.70 mg/L on 3 October 2020: 0.20 higher in 1 year."),
    (("1.9", "0.17"), {"units": ("mg/L", "mg/dL")}, "It was 1.9 mg/L on 3 October 2020: 0.20 lower in 1 year."),
    (("1.70000000000001", "1.7"), {}, "It was about 1.70 mg/L on 3 October 2020: about the same in 1 year."),
]


@pytest.mark.parametrize(("values", "about", "sentence"), DIFFERENCES)
def test_a_difference_is_said_absolute_with_direction_and_time(values, about, sentence):
    older, newer = points_of(*values, **about)
    assert "".join(difference_sentence(newer, older, 2)) == sentence


def test_two_values_of_one_day_differ_without_time():
    older, newer = series(MARKER, MAYA, [stored(v, "2026-10-03", order=n) for n, v in enumerate(("1.7", "1.9"))]).points
    assert "".join(difference_sentence(newer, older, 2)) == (
        "It was 1.7 mg/L on 3 October 2026: 0.2 higher on the same day."
    )


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-10-03", "2026-10-03", ""),
        ("2026-10-03", "2026-10-04", "1 day"),
        ("2026-01-31", "2026-02-28", "28 days"),
        ("2026-01-31", "2026-03-01", "1 month"),
        ("2024-06-30", "2026-10-03", "2 years 3 months"),
        ("2024-02-29", "2025-02-28", "11 months"),
        ("2024-02-29", "2025-03-01", "1 year"),
        ("2024-12-03", "2026-10-03", "1 year 10 months"),
    ],
)
def test_a_span_of_time_is_said_in_years_months_or_days(start, end, text):
    assert span_text(date.fromisoformat(start), date.fromisoformat(end)) == text


def test_a_day_is_said_with_the_name_of_its_month():
    assert (day_text(date(2026, 10, 3)), short_day(date(2026, 10, 3))) == ("3 October 2026", "3 Oct 2026")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((), "No result is on the chart."),
        (("1.9",), "1 result from 2020, lowest 1.9, highest 1.9 mg/L; 1 above range."),
        (
            ("1.2", "<0.7", "2.10", "<1.5"),
            "4 results from 2020 to 2023, lowest <0.7, highest 2.10 mg/L; "
            "1 in range, 1 above range, 1 below range, 1 can't be placed.",
        ),
    ],
)
def test_a_series_is_summed_up_in_a_sentence(values, sentence):
    results = [stored(value, date(2020 + n, 10, 3)) for n, value in enumerate(values)]
    assert series_summary(series(MARKER, MAYA, results)) == sentence


def test_whose_range_is_named_or_left_out():
    plain, own, printed = (
        points_of("1", **about)[0] for about in ({}, {"laboratory": "city"}, {"printed": span("0", "1")})
    )
    assert [whose_range(one.judgment) for one in (plain, own, printed)] == [
        *("general range, adults", "CityLab", "printed on the report"),
    ]
    assert whose_range(points_of("1", marker=a_marker())[0].judgment) == ""


def drawn_value(chance: random.Random) -> str:
    number = chance.choice([chance.uniform(0, 3), chance.uniform(0, 400), chance.lognormvariate(1, 4)])
    return chance.choice(["", "", "", "<", "<=", ">", "≥"]) + f"{number:.{chance.randrange(0, 9)}f}"


@pytest.mark.django_db
def test_10000_generated_sentences_hold_no_banned_word_and_no_bare_number():
    chance, known, counted, seen = random.Random(15), catalogue(), 0, set()
    laboratories = ["", "", *sorted(set(known.laboratories.values()))]
    while counted < 10_000:
        marker = known.markers[chance.choice(SLUGS)]
        units = list(marker.units.units)
        subject = Subject(
            chance.choice(["female", "male", "unstated"]),
            chance.choice([None, date(1930, 1, 1) + timedelta(chance.randrange(35_000))]),
        )
        results = [
            stored(
                drawn_value(chance),
                date(2026, 10, 3) - timedelta(chance.randrange(6_000)),
                unit=chance.choice(units),
                laboratory=chance.choice(laboratories),
                fasting=chance.choice([None, True, False]),
                printed=chance.choice([None, None, span("0.5", "20.25"), span(None, "7", high_strict=True)]),
                order=place,
            )
            for place in range(8)
        ]
        shown = series(marker, subject, results, chance.choice(units))
        decimals = decimals_in(marker, shown.unit)
        unit = unit_text(shown.unit)
        said = [series_summary(shown)]
        for older, newer in zip(shown.points, shown.points[1:], strict=False):
            sentence = "".join(position_sentence(newer, decimals))
            assert FULL_DATE.search(sentence), sentence
            assert f" {unit} on " in sentence
            assert sentence.endswith(".")
            assert any(word in sentence for word in ("your reference range, ", "can't be placed: ", "has no range")), (
                sentence
            )
            if newer.judgment.interval is not None:
                assert f"({whose_range(newer.judgment)})." in sentence
            change = "".join(difference_sentence(newer, older, decimals))
            assert FULL_DATE.search(change), change
            said += [sentence, change, point_text(newer, decimals)]
            counted += 2
            line = number_line(newer, decimals)
            said += [line.label] if line else [newer.judgment.why]
            said += [one.because for one in newer.judgment.fit.lost]
        asked = slips(
            [Entered(marker, one.value, one.unit, "5", units[0]) for one in results],
            *[date(2026, 10, 3)] * 2,
            Subject("female", date(2026, 10, 3)),
        )
        said += [slip.message for slip in asked]
        for sentence in set(said) - seen:
            seen.add(sentence)
            for name in (*known.laboratory_names, marker.name):  # "Cancer antigen 125" is a name
                sentence = sentence.replace(name, "")
            assert BANNED.search(sentence) is None, sentence
            assert LETTERS.search(sentence) is None, sentence


def test_the_positions_have_no_banned_word():
    assert all(BANNED.search(word) is None for word in WORDS.values())
    assert BANNED.search("This is normal")
