"""The seeds as they are: every figure sourced, every pair right, every person judged by one range or told why not."""

from __future__ import annotations

import random
import re
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from itertools import accumulate, combinations

import pytest
from django.core.management import call_command
from django.utils import timezone

from markers.interval import Interval
from markers.loinc import loinc_is_valid
from markers.management.commands.load_seeds import read
from markers.prose import sentences
from markers.queries import catalogue
from markers.reference import Age, Collection, Subject, best_fit, date_at_age
from results.queries import series_of
from tests.conftest import ROOT
from tests.test_articles import grade

LABORATORIES, SEEDS, PANELS = read(ROOT / "seeds")
BY_SLUG = {seed.marker["slug"]: seed for seed in SEEDS}
RAW = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in (ROOT / "seeds" / "markers").glob("*.toml")
}
NEEDED = {
    *("afp", "albumin", "alp", "alt", "amh", "amylase", "apoa1", "apob", "aptt", "ast", "basophils-abs"),
    *("basophils-pct", "beta-2-microglobulin", "beta-2-microglobulin-urine", "bicarbonate", "bilirubin-direct"),
    *("bilirubin-total", "c-peptide", "ca-125", "ca-19-9", "calcium", "calcium-ionized", "cea", "chloride", "ck"),
    *("copper", "cortisol-am", "creatinine", "crp", "cystatin-c", "d-dimer", "dhea-s", "egfr", "eosinophils-abs"),
    *("eosinophils-pct", "esr", "estradiol", "ferritin", "fibrinogen", "folate", "free-light-chain-kappa"),
    *("free-light-chain-lambda", "free-light-chain-ratio", "free-t3", "free-t4", "fsh", "ggt", "globulin"),
    *("glucose", "hba1c", "hdl-cholesterol", "hematocrit", "hemoglobin", "homocysteine", "hs-crp", "iga", "igf-1"),
    *("igg", "igm", "inr", "insulin", "iron", "ldh", "ldl-cholesterol", "lh", "lipase", "lpa", "lymphocytes-abs"),
    *("lymphocytes-pct", "m-protein", "magnesium", "mch", "mchc", "mcv", "monocytes-abs", "monocytes-pct", "mpv"),
    *("neutrophils-abs", "neutrophils-pct", "non-hdl-cholesterol", "nt-probnp", "phosphate", "platelets"),
    *("potassium", "progesterone", "prolactin", "psa-total", "pt", "pth", "rbc", "rdw", "reticulocytes-abs"),
    *("reticulocytes-pct", "shbg", "sodium", "testosterone-free", "testosterone-total", "tibc"),
    *("total-cholesterol", "total-protein", "tpo-antibodies", "transferrin", "transferrin-saturation"),
    *("triglycerides", "troponin-i-hs", "troponin-t-hs", "tsh", "urea", "uric-acid", "urine-albumin"),
    *("urine-albumin-creatinine-ratio", "urine-creatinine", "urine-pcr", "urine-ph", "urine-protein"),
    *("urine-specific-gravity", "vitamin-b12", "vitamin-d-25-oh", "wbc", "zinc"),
}
DAYS = 43_830  # 120 years
BORN = [date(1904, 2, 29), date(1900, 1, 31), date(1899, 3, 1), date(1901, 12, 30)]
each_marker = pytest.mark.parametrize("slug", sorted(BY_SLUG))


def general(slug):
    """The ranges that may judge anybody: of no laboratory, method or condition."""
    return [one for one in BY_SLUG[slug].ranges if not (one["laboratory"] or one["method"] or one["condition"])]


def holds(one, born):
    """The days of life on which a range or gap holds, as (from, to)."""
    ages = [(one["age_from"], one["age_from_unit"]), (one["age_to"], one["age_to_unit"])]
    start, end = (
        None if number is None else (date_at_age(born, Age(number, unit)) - born).days for number, unit in ages
    )
    return start or 0, DAYS if end is None else end


def coverage(records, sex, born):
    """How many of the records hold on each day of life, for a sex."""
    steps = [0] * (DAYS + 1)
    for one in records:
        if one["sex"] in ("any", sex):
            start, end = holds(one, born)
            steps[start] += 1
            steps[end] -= 1
    return list(accumulate(steps))[:DAYS]


def to_own(slug, number, code):
    units = {one["code"]: one for one in BY_SLUG[slug].units}
    rule = units[code]
    factor, divisor, offset = (
        Fraction(rule.get(name, default)) for name, default in (("factor", 1), ("divisor", 1), ("offset", 0))
    )
    return Fraction(number) * factor / divisor + offset


# What there is


def test_every_marker_of_the_catalogue_has_a_seed():
    assert len(NEEDED) == 120
    assert set(BY_SLUG) == NEEDED


def test_the_panels_are_those_that_people_are_given():
    assert [panel["slug"] for panel in PANELS] == [
        *("kidney-function", "complete-blood-count", "liver", "lipids", "iron", "diabetes", "electrolytes", "thyroid"),
        *("inflammation", "bone", "vitamins", "coagulation", "cardiac", "pancreas", "hormones", "tumor-markers"),
        *("myeloma", "urinalysis"),
    ]
    for panel in PANELS:
        assert panel["summary"].endswith("."), panel["slug"]
        assert 100 <= len(panel["why"]) <= 600, panel["slug"]


@pytest.mark.parametrize(
    ("slug", "markers"),
    [
        (
            "kidney-function",
            ["beta-2-microglobulin", "urine-albumin", "uric-acid", "cystatin-c", "creatinine", "egfr", "urea"],
        ),
        ("diabetes", ["glucose", "hba1c", "insulin", "c-peptide"]),
        ("iron", ["ferritin", "iron", "transferrin", "tibc", "transferrin-saturation"]),
        ("tumor-markers", ["beta-2-microglobulin", "cea", "psa-total", "ca-125", "ca-19-9", "afp", "ldh"]),
    ],
)
def test_a_panel_holds_exactly_its_markers(slug, markers):
    assert next(panel["markers"] for panel in PANELS if panel["slug"] == slug) == markers


def test_every_marker_stands_in_a_panel():
    assert {slug for panel in PANELS for slug in panel["markers"]} == set(BY_SLUG)


# What a page says of each marker


@each_marker
def test_a_summary_is_one_sentence_of_plain_length(slug):
    told = BY_SLUG[slug].marker["summary"]
    assert told.endswith(".")
    assert 40 <= len(told) <= 220, told
    assert not re.search(r"[.!?] [A-Z]", told), told


@each_marker
def test_a_summary_is_read_with_eight_years_of_school(slug):
    assert grade([BY_SLUG[slug].marker["summary"]]) <= 8, BY_SLUG[slug].marker["summary"]


def test_a_panels_words_are_read_with_ten_years_of_school():
    for panel in PANELS:
        assert grade([panel["summary"]]) <= 8, panel["summary"]
        assert grade(sentences(panel["why"])) <= 10, panel["why"]
        unnamed = re.sub(r"HbA1c|B2M|beta-2|B12|T[34]", "", panel["why"], flags=re.IGNORECASE)
        assert not re.search(r"[0-9]", unnamed), "a figure without a source"


@each_marker
def test_a_marker_has_neighbors_each_with_a_sentence(slug):
    assert 2 <= len(BY_SLUG[slug].related) <= 8
    for one in BY_SLUG[slug].related:
        assert 20 <= len(one["why"]) <= 200, one


@each_marker
def test_a_marker_has_a_conventional_and_an_si_unit_among_its_own(slug):
    marker = BY_SLUG[slug].marker
    codes = {one["code"] for one in BY_SLUG[slug].units}
    assert {marker["conventional_unit"], marker["si_unit"]} <= codes, marker


@each_marker
def test_a_marker_with_a_choice_of_ranges_says_which_was_chosen(slug):
    owners = {one["laboratory"] for one in BY_SLUG[slug].ranges}
    assert BY_SLUG[slug].marker["choice"] or len(owners) < 2, owners


@each_marker
def test_no_words_of_a_seed_judge_a_value(slug):
    banned = r"\b(ab)?normal\b|\boptimal\b|\b(un)?healthy (value|level|range)|\bcritical|\bsevere|\bdanger|\bdesirable"
    seed = BY_SLUG[slug]
    told = [seed.marker["summary"], seed.marker["choice"], *(one["name"] for one in seed.limits)]
    told += [one[name] for one in seed.ranges for name in ("group", "note")]
    told += [one["text"] for one in seed.influences] + [one["why"] for one in seed.related]
    assert not [one for one in told if re.search(banned, one, re.IGNORECASE)]


# Where figures come from


@each_marker
def test_every_range_and_limit_has_a_source(slug):
    seed = BY_SLUG[slug]
    for one in (*seed.ranges, *seed.limits, *seed.variation, *seed.influences):
        assert len(one["source"]) > 5, one
        assert re.fullmatch(r"(https?://\S+)?", one["source_url"]), one


@each_marker
def test_every_factor_has_a_source_or_a_basis_and_a_published_pair(slug):
    for one, raw in zip(BY_SLUG[slug].units[1:], RAW[slug].get("units", []), strict=True):
        assert one["source"] or one["basis"], one
        assert "pair" in raw, one["code"]


@each_marker
def test_every_source_is_used_and_none_hides_its_address_in_its_title(slug):
    kinds = ("ranges", "limits", "units", "variation", "influences")
    used = {one.get("source") for kind in kinds for one in RAW[slug].get(kind, [])}
    assert used - {None} == set(RAW[slug].get("sources", {}))
    for one in RAW[slug].get("sources", {}).values():
        assert not re.search(r"https?://|\b[\w.]+\.(org|com|uk)/", one["title"]), one


@each_marker
def test_a_general_range_has_people_and_a_gap_has_a_reason(slug):
    for one in BY_SLUG[slug].ranges:
        assert one["group"], one
    for gap in BY_SLUG[slug].gaps:
        assert gap["reason"].endswith("."), gap


GROUPS = {  # a word in the group's name: the ages in years that a range so named may touch
    "newborn": (0, Fraction(1, 10)),
    "infant": (0, 2),
    "girls and": (0, 200),
    "boys and": (0, 200),
    "children and": (0, 200),
    "girls": (0, 19),
    "boys": (0, 19),
    "children": (0, 19),
    "adult": (16, 200),
    "women": (16, 200),
    "men": (15, 200),
}


@each_marker
def test_a_group_is_named_as_its_ages_and_sex_are(slug):
    years = {"days": Fraction(4, 1461), "months": Fraction(1, 12), "years": Fraction(1)}
    for one in BY_SLUG[slug].ranges:
        first = (one["age_from"] or 0) * years[one["age_from_unit"]]
        last = 200 if one["age_to"] is None else one["age_to"] * years[one["age_to_unit"]]
        word = next((word for word in GROUPS if word in one["group"]), None)
        if word:
            assert GROUPS[word][0] <= first < last <= GROUPS[word][1], one
        if re.search(r"\b(girls|women)\b", one["group"]):
            assert one["sex"] == "female", one
        if re.search(r"\b(boys|men)\b", one["group"]):
            assert one["sex"] == "male", one


# One range for everybody, or a declared gap


@each_marker
@pytest.mark.parametrize("sex", ["female", "male"])
def test_each_day_of_120_years_has_one_general_range_or_a_declared_gap(slug, sex):
    for born in BORN:
        ranges = coverage(general(slug), sex, born)
        gaps = coverage(BY_SLUG[slug].gaps, sex, born)
        wrong = [day for day in range(DAYS) if ranges[day] + gaps[day] != 1]
        assert not wrong, (born, wrong[0], ranges[wrong[0]], gaps[wrong[0]])


@each_marker
@pytest.mark.parametrize("sex", ["female", "male"])
def test_no_day_has_two_ranges_of_one_laboratory(slug, sex):
    owners = {(one["laboratory"], one["method"], one["condition"]) for one in BY_SLUG[slug].ranges}
    for owner in owners:
        own = [one for one in BY_SLUG[slug].ranges if (one["laboratory"], one["method"], one["condition"]) == owner]
        for born in BORN:
            assert max(coverage(own, sex, born)) <= 1, (owner, born)


@pytest.mark.django_db
@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_rule_finds_the_range_that_the_seed_states_all_through_a_life(sex):
    for slug, seed in BY_SLUG.items():
        ranges, born, gaps = catalogue().markers[slug].ranges, BORN[0], coverage(seed.gaps, sex, BORN[0])
        for age in range(0, DAYS, 241):
            day = born + timedelta(days=age)
            fit = best_fit(ranges, Subject(sex, born), Collection(day))
            stated = [
                one
                for one in general(slug)
                if one["sex"] in ("any", sex) and holds(one, born)[0] <= age < holds(one, born)[1]
            ]
            if not stated:
                assert fit.range is None, (slug, day)
                assert fit.reason
                assert gaps[age] == 1
            else:
                bounds = fit.range.interval.low, fit.range.interval.high, fit.range.unit
                assert bounds == (stated[0]["low"], stated[0]["high"], stated[0]["unit"]), (slug, day)
                assert fit.range.origin == "general"


# Figures as their sources print them, by hand

B2M, ACR = "beta-2-microglobulin", "urine-albumin-creatinine-ratio"
PRINTED = [
    # marker, laboratory, sex, age, low, high, unit
    (B2M, "", "female", "18 years", "0.7", "1.8", "mg/L"),
    (B2M, "", "male", "90 years", "0.7", "1.8", "mg/L"),
    (B2M, "", "male", "17 years", None, None, ""),
    (B2M, "mayo", "male", "40 years", "1.21", "2.70", "mg/L"),
    (B2M, "unitypoint-finley", "male", "40 years", "0.80", "2.34", "mg/L"),
    (B2M, "ohio-state", "male", "40 years", "0.80", "2.34", "mg/L"),
    (B2M, "labplus-auckland", "female", "40 years", "0.8", "2.2", "mg/L"),
    (B2M, "evexia", "male", "0 days", "1.6", "4.8", "mg/L"),
    (B2M, "evexia", "female", "6 months", "1.0", "3.8", "mg/L"),
    (B2M, "evexia", "female", "7 months", "1.0", "2.3", "mg/L"),
    (B2M, "evexia", "male", "3 years", "0.8", "2.2", "mg/L"),
    (B2M, "evexia", "male", "4 years", "0.6", "2.3", "mg/L"),
    (B2M, "evexia", "female", "18 years", "0.6", "1.9", "mg/L"),
    (B2M, "evexia", "female", "19 years", "0.6", "2.4", "mg/L"),
    ("creatinine", "", "male", "14 days", "29", "82", "umol/L"),
    ("creatinine", "", "male", "15 days", "9", "32", "umol/L"),
    ("creatinine", "", "female", "2 years", "18", "38", "umol/L"),
    ("creatinine", "", "female", "5 years", "27", "54", "umol/L"),
    ("creatinine", "", "female", "12 years", "40", "72", "umol/L"),
    ("creatinine", "", "female", "15 years", "43", "74", "umol/L"),
    ("creatinine", "", "male", "15 years", "55", "96", "umol/L"),
    ("creatinine", "", "female", "19 years", "50", "90", "umol/L"),
    ("creatinine", "", "male", "19 years", "60", "100", "umol/L"),
    ("creatinine", "mayo", "female", "15 years", "0.35", "0.86", "mg/dL"),
    ("creatinine", "mayo", "male", "15 years", "0.74", "1.35", "mg/dL"),
    ("creatinine", "quest", "male", "79 years", "0.70", "1.28", "mg/dL"),
    ("creatinine", "quest", "female", "80 years", "0.60", "0.95", "mg/dL"),
    ("hemoglobin", "", "male", "0 days", "15", "24", "g/dL"),
    ("hemoglobin", "", "male", "1 month", "10.5", "14", "g/dL"),
    ("hemoglobin", "", "female", "1 year", "111", "141", "g/L"),
    ("hemoglobin", "", "female", "2 years", "110", "140", "g/L"),
    ("hemoglobin", "", "female", "6 years", "115", "155", "g/L"),
    ("hemoglobin", "", "female", "12 years", "12", "15", "g/dL"),
    ("hemoglobin", "", "male", "12 years", "12.5", "16.1", "g/dL"),
    ("hemoglobin", "", "female", "18 years", "120", "150", "g/L"),
    ("hemoglobin", "", "male", "18 years", "130", "170", "g/L"),
    ("hemoglobin", "uw-medicine", "female", "30 years", "11.5", "15.5", "g/dL"),
    ("alp", "", "male", "14 days", "90", "273", "U/L"),
    ("alp", "", "male", "15 days", "134", "518", "U/L"),
    ("alp", "", "female", "1 year", "156", "369", "U/L"),
    ("alp", "", "female", "10 years", "141", "460", "U/L"),
    ("alp", "", "female", "13 years", "62", "280", "U/L"),
    ("alp", "", "male", "13 years", "127", "517", "U/L"),
    ("alp", "", "female", "15 years", "54", "128", "U/L"),
    ("alp", "", "male", "15 years", "89", "365", "U/L"),
    ("alp", "", "female", "17 years", "48", "95", "U/L"),
    ("alp", "", "male", "17 years", "59", "164", "U/L"),
    ("alp", "", "male", "19 years", "30", "130", "U/L"),
    ("alp", "mayo", "female", "17 years", "35", "104", "U/L"),
    ("alp", "mayo", "male", "18 years", "55", "149", "U/L"),
    ("platelets", "", "male", "7 days", "84", "478", "10*9/L"),
    ("platelets", "", "male", "8 days", None, None, ""),
    ("sodium", "", "male", "0 days", "133", "144", "mmol/L"),
    ("sodium", "", "male", "1 month", "137", "146", "mmol/L"),
    ("sodium", "", "male", "1 year", "135", "145", "mmol/L"),
    ("potassium", "", "male", "60 years", "3.5", "5.2", "mmol/L"),
    ("urea", "", "male", "60 years", "2.5", "7.8", "mmol/L"),
    ("urea", "mayo", "female", "60 years", "6", "21", "mg{urea_N}/dL"),
    ("cystatin-c", "", "male", "18 years", "0.61", "1.08", "mg/L"),
    ("cystatin-c", "mayo", "male", "18 years", "0.63", "1.03", "mg/L"),
    ("cystatin-c", "", "male", "50 years", "0.67", "1.21", "mg/L"),
    ("egfr", "", "male", "18 years", "60", None, "mL/min/{1.73_m2}"),
    (ACR, "", "male", "40 years", None, "30", "mg/g"),
    (ACR, "mayo", "male", "40 years", None, "17", "mg/g"),
    (ACR, "mayo", "female", "40 years", None, "25", "mg/g"),
    ("ferritin", "", "female", "40 years", "24", "307", "ng/mL"),
    ("hba1c", "", "female", "40 years", "4.0", "5.6", "%"),
    ("bilirubin-total", "", "female", "40 years", None, "21", "umol/L"),
    ("urine-albumin", "", "female", "40 years", None, None, ""),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("slug", "laboratory", "sex", "age", "low", "high", "unit"), PRINTED)
def test_a_person_of_an_age_is_judged_by_what_the_source_prints(slug, laboratory, sex, age, low, high, unit):
    number, ages = age.split()
    day = date_at_age(BORN[0], Age(int(number), ages if ages.endswith("s") else f"{ages}s"))
    fit = best_fit(catalogue().markers[slug].ranges, Subject(sex, BORN[0]), Collection(day, laboratory=laboratory))
    if not unit:
        assert fit.range is None
        assert fit.reason
        return
    assert fit.range.laboratory == laboratory
    low, high = (None if bound is None else Decimal(bound) for bound in (low, high))
    assert (fit.range.interval.low, fit.range.interval.high, fit.range.unit) == (low, high, unit)


def test_a_range_up_to_a_strict_bound_has_no_lower_one():
    """Sources print `<x` for what has no lower bound; a two-sided range of theirs is inclusive."""
    strict = [(slug, one) for slug, seed in BY_SLUG.items() for one in seed.ranges if one["high_strict"]]
    assert {("glucose", ""), ("bilirubin-total", ""), (ACR, ""), (ACR, "mayo")} <= {
        (slug, one["laboratory"]) for slug, one in strict
    }
    assert [(slug, one["low"]) for slug, one in strict if one["low"]] == []
    assert not [one for seed in SEEDS for one in seed.ranges if one["low_strict"]]


def test_percentiles_and_the_study_by_age_are_no_ranges():
    bounds = {(slug, str(one["low"]), str(one["high"])) for slug, seed in BY_SLUG.items() for one in seed.ranges}
    for left_out in [
        ("tsh", "0.2", "3.9"),
        ("tsh", "0.5", "4.1"),
        ("tsh", "0.6", "4.1"),
        (B2M, "1.02", "2.46"),
        (B2M, "1.29", "2.70"),
    ]:
        assert left_out not in bounds
    note = general(B2M)[0]["note"]
    assert "1.02–2.46" in note
    assert "1.29–2.70" in note


INTERVALS = {("glucose", "fasting adults")}


@pytest.mark.parametrize("slug", ["vitamin-d-25-oh", "egfr", "glucose", ACR])
def test_a_limit_that_stands_as_a_range_says_so(slug):
    limits = [one for one in BY_SLUG[slug].ranges if not one["laboratory"] and (slug, one["group"]) not in INTERVALS]
    assert limits
    assert all("not a 95 % interval" in one["note"] for one in limits)


# Conditions


CONDITIONS = {
    *("fasting", "smoker", "non-smoker", "chronic kidney disease", "morning sample", "afternoon sample"),
    *("pregnancy", *(f"pregnancy, {nth} trimester" for nth in ("first", "second", "third"))),
    *(
        "follicular phase",
        "early follicular phase",
        "late follicular phase",
        "mid-cycle",
        "luteal phase",
        "postmenopausal",
    ),
}
ONLY_WOMEN = ("pregnancy", "phase", "mid-cycle", "postmenopausal")


def test_the_conditions_are_few_and_known():
    stated = {(slug, one["condition"]) for slug, seed in BY_SLUG.items() for one in seed.ranges if one["condition"]}
    assert {condition for _, condition in stated} <= CONDITIONS
    assert ("glucose", "fasting") in stated


def test_a_range_of_pregnancy_or_the_cycle_is_a_womans():
    for seed in SEEDS:
        for one in seed.ranges:
            if any(word in one["condition"] for word in ONLY_WOMEN):
                assert one["sex"] == "female", (seed.file.stem, one)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("conditions", "judged"),
    [({"fasting": True}, True), ({"fasting": False}, False), ({}, False)],
)
def test_glucose_judges_only_a_visit_that_says_fasting(conditions, judged):
    fit = best_fit(
        catalogue().markers["glucose"].ranges,
        Subject("female", date(1980, 1, 1)),
        Collection(date(2026, 1, 1), conditions=conditions),
    )
    assert (fit.range is not None) is judged
    if judged:
        assert (fit.range.interval, fit.range.unit) == (Interval(Decimal("4.0"), Decimal("5.5")), "mmol/L")
    else:
        assert "fasting" in fit.reason


# Units

PAIRS = [
    # marker, own number, the same in another unit, off by at most a share of 1,000
    ("glucose", "18.016", "1", "mmol/L", 5),
    ("glucose", "126", "7.0", "mmol/L", 5),
    ("creatinine", "1", "88.42", "umol/L", 1),
    ("creatinine", "1", "88.4", "umol/L", 0),
    ("creatinine", "1", "0.0884", "mmol/L", 0),
    ("urea", "1", "2.80", "mg{urea_N}/dL", 0),
    ("urea", "0.357", "1", "mg{urea_N}/dL", 1),
    ("urea", "1", "6.006", "mg/dL", 0),
    ("urea", "16.65", "1", "g/L", 1),
    ("uric-acid", "1", "59.48", "umol/L", 1),
    ("total-cholesterol", "38.67", "1", "mmol/L", 1),
    ("ldl-cholesterol", "100", "2.586", "mmol/L", 1),
    ("hdl-cholesterol", "40", "1.034", "mmol/L", 1),
    ("triglycerides", "88.57", "1", "mmol/L", 1),
    ("hemoglobin", "15", "150", "g/L", 0),
    ("hemoglobin", "1", "0.6206", "mmol/L", 0),
    ("hba1c", "7.0", "53", "mmol/mol", 1),
    ("hba1c", "6.5", "48", "mmol/mol", 7),
    ("hba1c", "2.152", "0", "mmol/mol", 0),
    ("calcium", "4.008", "1", "mmol/L", 1),
    ("calcium", "2.004", "1", "meq/L", 1),
    ("bilirubin-total", "1", "17.1", "umol/L", 1),
    ("vitamin-d-25-oh", "20", "50", "nmol/L", 5),
    ("albumin", "4.5", "45", "g/L", 0),
    ("albumin", "1", "150.4", "umol/L", 1),
    ("iga", "100", "1", "g/L", 0),
    ("iga", "16", "1", "umol/L", 0),
    ("hematocrit", "45", "0.45", "L/L", 0),
    ("alt", "60", "1", "ukat/L", 0),
    (ACR, "8.84", "1", "mg/mmol", 1),
    ("sodium", "140", "140", "meq/L", 0),
    ("tsh", "2.5", "2.5", "u[IU]/mL", 0),
    ("ferritin", "30", "30", "ug/L", 0),
    ("platelets", "250", "250000", "/uL", 0),
    ("platelets", "250", "250", "10*3/uL", 0),
    ("rbc", "4.5", "4.5", "10*6/uL", 0),
    (B2M, "1.8", "1800", "ug/L", 0),
    (B2M, "1.8", "0.18", "mg/dL", 0),
    (B2M, "0.0118", "1", "nmol/L", 0),
    ("beta-2-microglobulin-urine", "300", "0.3", "mg/L", 0),
    ("cystatin-c", "1", "74.9", "nmol/L", 0),
    ("urine-albumin", "30", "3", "mg/dL", 0),
]


@pytest.mark.parametrize(("slug", "own", "other", "code", "per_mille"), PAIRS)
def test_a_published_pair_converts(slug, own, other, code, per_mille):
    own, reached = Fraction(own), to_own(slug, other, code)
    assert abs(reached - own) <= own * per_mille / 1000, float(reached)


@pytest.mark.django_db
@each_marker
def test_every_unit_converts_there_and_back_exactly(slug):
    table, dice = catalogue().markers[slug].units, random.Random(20261124)
    for code in table.units:
        for _ in range(50):
            number = Decimal(dice.randrange(1, 10**9)).scaleb(-dice.randrange(0, 7))
            there = table.convert(number, code, table.own)
            assert Fraction(table.convert(there, table.own, code)) == Fraction(number), (code, number)


def test_urea_and_urea_nitrogen_are_told_apart_by_code_and_name_only():
    bare = {one["code"]: one["unit"] for one in BY_SLUG["urea"].loinc}
    assert bare["3094-0"] == bare["6299-2"] == "mg{urea_N}/dL"
    assert bare["3091-6"] == "mg/dL"
    ratio = to_own("urea", 1, "mg{urea_N}/dL") / to_own("urea", 1, "mg/dL")
    assert Fraction("2.14") < ratio < Fraction("2.15")
    [unclear] = BY_SLUG["urea"].ambiguous
    assert unclear["spelling"] == "mg/dL"
    assert set(unclear["choices"]) == {"mg/dL", "mg{urea_N}/dL"}
    nitrogen, urea = ({name.casefold() for name in unclear["names"][code]} for code in ("mg{urea_N}/dL", "mg/dL"))
    assert not nitrogen & urea
    assert {"bun", "urea nitrogen", "blood urea nitrogen", "harnstoff-n"} <= nitrogen
    assert {"urea", "harnstoff", "urée"} <= urea


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slug", "printed"),
    [
        ("ferritin", "pmol/L"),
        ("urea", "mg/dL"),
        ("urea", "MG/DL"),
        ("egfr", "mL/min"),
        ("urine-albumin", "mg/(24.h)"),
        ("beta-2-microglobulin-urine", "ug/g{creat}"),
        ("beta-2-microglobulin-urine", "ug/(24.h)"),
        ("glucose", "g/L"),
        ("hemoglobin", "%"),
        ("creatinine", "mmol/(24.h)"),
        ("tsh", "ng/mL"),
        ("hba1c", ""),
    ],
)
def test_a_unit_that_nothing_converts_is_refused(slug, printed):
    assert catalogue().markers[slug].units.find(printed) is None


COUNTS = [
    *((one, "10*9/L") for one in ("10*9/L", "10^9/L", "x10^9/L", "x10E9/L", "10⁹/L", "G/l", "10E9/L")),
    *((one, "10*3/uL") for one in ("10*3/uL", "10^3/uL", "x10E3/uL", "K/uL", "K/µL", "K/\u03bcL", "k/ul", "thou/uL")),
    *((one, "/uL") for one in ("/uL", "/µL", "/mm3", "cells/uL")),
]
SPELLINGS = [
    *(
        ("creatinine", one, "umol/L")
        for one in ("umol/L", "umol/l", "µmol/L", "\u03bcmol/L", "µmol/l", "UMOLL", "mcmol/L")
    ),
    *(("creatinine", one, "mg/dL") for one in ("mg/dL", "mg/dl", "MG/DL", " mg/dL ")),
    *((slug, one, code) for slug in ("platelets", "wbc") for one, code in COUNTS),
    *(("rbc", one, "10*12/L") for one in ("10*12/L", "10^12/L", "x10E12/L", "10¹²/L", "T/l")),
    *(("rbc", one, "10*6/uL") for one in ("10*6/uL", "10^6/uL", "x10E6/uL", "M/uL", "M/µL", "Million/uL")),
    *((slug, one, "U/L") for slug in ("alt", "ast", "alp") for one in ("U/L", "IU/L", "u/l", "UI/L", "units/L")),
    *(("alp", one, "ukat/L") for one in ("µkat/L", "\u03bckat/L", "ukat/L")),
    *((ACR, one, "mg/g") for one in ("mg/g", "mg/g creat", "mg/g{creat}", "mg/gCr", "ug/mg", "mcg/mg")),
    *((ACR, one, "mg/mmol") for one in ("mg/mmol", "mg/mmol{creat}")),
    *(
        ("egfr", one, "mL/min/{1.73_m2}")
        for one in (
            "mL/min/{1.73_m2}",
            "mL/min/1.73m2",
            "mL/min/1.73 m2",
            "mL/min/1.73m²",
            "mL/min/1.73\u00a0m²",
            "ml/min/1.73m2",
            "mL/min/1,73m²",
            "mL/min/1.73",
        )
    ),
    *(("tsh", one, "m[IU]/L") for one in ("m[IU]/L", "mIU/L", "mU/L")),
    *(("tsh", one, "u[IU]/mL") for one in ("u[IU]/mL", "uIU/mL", "µIU/mL", "\u03bcIU/mL", "mcIU/mL")),
    *(("ferritin", one, "ug/L") for one in ("ug/L", "µg/L", "\u03bcg/L")),
    *((B2M, one, "ug/mL") for one in ("ug/mL", "µg/mL", "\u03bcg/mL", "mcg/mL")),
    *((slug, one, "meq/L") for slug in ("sodium", "potassium", "calcium") for one in ("mEq/L", "meq/L", "MEQ/L")),
    ("hematocrit", "L/L", "L/L"),
    ("hba1c", "mmol/mol", "mmol/mol"),
    ("urea", "mg{urea_N}/dL", "mg{urea_N}/dL"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("slug", "printed", "code"), SPELLINGS)
def test_a_unit_is_known_as_reports_print_it(slug, printed, code):
    assert catalogue().markers[slug].units.find(printed) == code


@pytest.mark.django_db
@each_marker
def test_no_spelling_means_two_units_of_a_marker(slug):
    seen = {}
    for one in BY_SLUG[slug].units:
        for spelling in (one["code"], *one["spellings"]):
            assert seen.setdefault(spelling.casefold(), one["code"]) == one["code"], spelling
            if spelling not in {other["spelling"] for other in BY_SLUG[slug].ambiguous}:
                assert catalogue().markers[slug].units.find(spelling) == one["code"]


# Codes and names


def test_every_loinc_code_is_valid_and_stands_once():
    codes = [one["code"] for seed in SEEDS for one in seed.loinc]
    assert len(codes) == len(set(codes)) > 80
    assert [code for code in codes if not loinc_is_valid(code)] == []


@each_marker
def test_a_loinc_code_is_of_the_markers_specimen(slug):
    specimen = BY_SLUG[slug].marker["specimen"]
    assert BY_SLUG[slug].loinc
    for one in BY_SLUG[slug].loinc:
        assert ("Urine" in one["name"]) == (specimen == "urine"), one
        if specimen == "whole blood":
            assert "Serum" not in one["name"], one


@pytest.mark.parametrize(
    ("code", "slug"),
    [
        ("1952-1", B2M),
        ("1953-9", "beta-2-microglobulin-urine"),
        ("2160-0", "creatinine"),
        ("98979-8", "egfr"),
        ("33863-2", "cystatin-c"),
        ("3094-0", "urea"),
        ("22664-7", "urea"),
        ("3084-1", "uric-acid"),
        ("14957-5", "urine-albumin"),
        ("9318-7", ACR),
        ("1751-7", "albumin"),
        ("2458-8", "iga"),
        ("718-7", "hemoglobin"),
        ("4544-3", "hematocrit"),
        ("789-8", "rbc"),
        ("787-2", "mcv"),
        ("777-3", "platelets"),
        ("6690-2", "wbc"),
        ("2345-7", "glucose"),
        ("1558-6", "glucose"),
        ("4548-4", "hba1c"),
        ("2093-3", "total-cholesterol"),
        ("13457-7", "ldl-cholesterol"),
        ("2085-9", "hdl-cholesterol"),
        ("2571-8", "triglycerides"),
        ("2951-2", "sodium"),
        ("2823-3", "potassium"),
        ("17861-6", "calcium"),
        ("1742-6", "alt"),
        ("1920-8", "ast"),
        ("6768-6", "alp"),
        ("1975-2", "bilirubin-total"),
        ("2885-2", "total-protein"),
        ("10834-0", "globulin"),
        ("3016-3", "tsh"),
        ("2276-4", "ferritin"),
        ("62292-8", "vitamin-d-25-oh"),
    ],
)
def test_the_usual_code_of_a_marker_finds_it(code, slug):
    assert code in {one["code"] for one in BY_SLUG[slug].loinc}


def test_no_name_means_two_markers():
    names = {
        slug: {
            " ".join(name.split()).casefold()
            for name in (slug, seed.marker["name"], seed.marker["short_name"], *seed.aliases)
        }
        for slug, seed in BY_SLUG.items()
    }
    assert [
        (one, other, names[one] & names[other]) for one, other in combinations(names, 2) if names[one] & names[other]
    ] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Hemoglobin", "hemoglobin"),
        ("Haemoglobin", "hemoglobin"),
        ("haematocrit", "hematocrit"),
        ("Haemoglobin A1c", "hba1c"),
        ("Glycated haemoglobin", "hba1c"),
        ("Leucocytes", "wbc"),
        ("Leukocytes", "wbc"),
        ("Thyrotrophin", "tsh"),
        ("BUN", "urea"),
        ("B2M", B2M),
        ("β2-microglobulin", B2M),
        ("Kreatinin", "creatinine"),
        ("SGPT", "alt"),
        ("GFR", None),
    ],
)
def test_a_marker_is_found_by_american_and_british_and_usual_names(name, slug):
    found = catalogue().named(name)
    assert (found.slug if found else None) == slug


@pytest.mark.django_db
@each_marker
def test_every_alias_finds_its_marker(slug):
    for name in (*BY_SLUG[slug].aliases, BY_SLUG[slug].marker["name"], slug):
        assert catalogue().named(name).slug == slug


# What is shown and asked


@each_marker
def test_plausible_bounds_hold_every_range(slug):
    marker = BY_SLUG[slug].marker
    for one in BY_SLUG[slug].ranges:
        low, high = (None if one[end] is None else to_own(slug, one[end], one["unit"]) for end in ("low", "high"))
        if low and marker["plausible_low"] is not None:
            assert marker["plausible_low"] < low, one
        if high is not None and marker["plausible_high"] is not None:
            assert marker["plausible_high"] > high, one


@each_marker
def test_no_bound_is_shown_as_0_that_is_not_0(slug):
    smallest = Decimal(1).scaleb(-BY_SLUG[slug].marker["decimals"])
    for one in BY_SLUG[slug].ranges:
        for bound in (one["low"], one["high"]):
            if bound:
                assert to_own(slug, bound, one["unit"]) >= Fraction(smallest) / 2, one


# The demo


@pytest.fixture
def demo(alice):
    call_command("load_demo", email=alice.email, stdout=StringIO())
    return {person.name.split()[0]: person for person in alice.persons.all()}


def shown(person, slug):
    return series_of(person, catalogue().markers[slug])


def test_the_demos_b2m_shows_years_two_laboratories_a_censored_value_and_a_step(demo):
    b2m = shown(demo["Maya"], B2M)
    days = [point.stored.day for point in b2m.points]
    assert len(set(days)) >= 8
    assert date_at_age(days[0], Age(10, "years")) <= days[-1]
    own = {point.stored.laboratory: point.judgment.interval for point in b2m.points}
    assert len(own) >= 2
    assert len(set(own.values())) == len(own)
    assert {point.judgment.origin for point in b2m.points} == {"laboratory"}
    assert [point.value.comparator for point in b2m.points].count("<") == 1
    assert len({band.interval for band in b2m.bands}) >= 2
    assert not b2m.unplotted


@pytest.mark.parametrize(("slug", "steps"), [("alp", [1, 10, 13]), ("creatinine", [1, 2, 5, 12])])
def test_the_demos_child_shows_a_band_that_moves_at_birthdays(demo, slug, steps):
    leo = demo["Leo"]
    band = shown(leo, slug).bands
    first, *others = [date_at_age(leo.born_on, Age(years, "years")) for years in steps]
    assert [one.start for one in band[1:]] == others
    assert first <= band[0].start


def test_every_result_of_the_demo_is_judged_or_says_why(demo):
    reasons = set()
    for person in demo.values():
        for slug in person.results.values_list("marker__slug", flat=True).distinct():
            found = shown(person, slug)
            assert not found.unplotted, (slug, found.unplotted)
            for point in found.points:
                if point.judgment.position in ("none", "unplaced"):
                    assert point.judgment.why, (slug, point)
                    reasons.add((slug, point.judgment.position))
    assert reasons == {("glucose", "none"), (B2M, "unplaced")}


def test_the_demos_days_lie_between_birth_and_today(demo):
    for person in demo.values():
        for day in person.visits.values_list("collected_on", flat=True):
            assert person.born_on < day <= timezone.localdate()
