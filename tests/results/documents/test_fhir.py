"""FHIR JSON becomes reported rows: what is kept, what is left out, what is said."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest

from markers.reference import Subject
from results.documents.fhir import read_fhir
from results.documents.rows import Document, DocumentError, ReportedRow

MALE = Subject("male", date(1970, 1, 1))
LABORATORY = [{"coding": [{"code": "laboratory"}]}]
UCUM = "http://unitsofmeasure.org"


def quantity(value: Any = 1, unit: str = "mg/dL", **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit} | more


def observation(**parts: Any) -> dict[str, Any]:
    """A creatinine of 1 mg/dL on 3 October 2026, with what a test states instead; None takes a part away."""
    stated = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "category": LABORATORY,
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}], "text": "Creatinine"},
        "effectiveDateTime": "2026-10-03T08:00:00+02:00",
        "valueQuantity": quantity(),
    } | parts
    return {name: part for name, part in stated.items() if part is not None}


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"fullUrl": f"urn:uuid:{place}", "resource": one} for place, one in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def read(*resources: dict[str, Any], subject: Subject = MALE) -> Document:
    document = resources[0] if len(resources) == 1 else bundle(*resources)
    return read_fhir(json.dumps(document).encode(), subject)


def row(subject: Subject = MALE, **parts: Any) -> ReportedRow:
    """The one row of an observation with these parts."""
    (found,) = read(observation(**parts), subject=subject).rows
    return found


def bounds(found: ReportedRow) -> tuple[str | None, str | None]:
    return tuple(None if one is None else str(one) for one in (found.printed_low, found.printed_high))  # type: ignore


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("3.1-6.2", "3.1", "6.2", ""),
        ("3.1-6.2 mmol/L", "3.1", "6.2", "mmol/L"),
        ("<5.7 % of total Hgb", None, "5.7", "%"),
        ("4.4 - 5.2  x  10^12/L", "4.4", "5.2", "x  10^12/L"),
        (">59 mL/min/1.73 m2", "59", None, "mL/min/1.73 m2"),
        ("12-14 y Male: 4.4 - 5.2  x  10^12/L ; 12-14 y Female: 4.2 - 4.8  x  10^12/L", None, None, ""),
        (">0.4 Positive; 0.3 to 0.4 Suspect < 0.3 Negative", None, None, ""),
        (">0.4 Positive", None, None, ""),
        ("13.5-17.5 Male", None, None, ""),
        ("12-14 years", None, None, ""),
        ("70-105 mg/dL fasting", None, None, ""),
        ("np", None, None, ""),
        ("", None, None, ""),
    ],
)
def test_a_range_in_words_gives_bounds_only_where_it_is_nothing_else(text, low, high, unit):
    found = row(referenceRange=[{"text": text}])
    assert bounds(found) == (low, high)
    assert found.printed_unit == unit
    assert found.printed_text == text


@pytest.mark.parametrize(
    ("written", "day", "at", "offset"),
    [
        ("2026-10-03", date(2026, 10, 3), None, ""),
        ("2026-10-03T23:30:00-05:00", date(2026, 10, 3), time(23, 30), "-05:00"),
        ("2026-10-03T00:15:00+14:00", date(2026, 10, 3), time(0, 15), "+14:00"),
        ("2026-10-03T08:00Z", date(2026, 10, 3), time(8), "+00:00"),
        ("2026-10-03T08:00:01.123456789Z", date(2026, 10, 3), time(8, 0, 1), "+00:00"),
        ("2026-10-03 08:00:00+0200", date(2026, 10, 3), time(8), "+02:00"),
        ("2026-10-03T08:00:00", date(2026, 10, 3), time(8), ""),
        ("2026-10-03T23:59:60Z", date(2026, 10, 3), None, ""),
        ("1955-02-28", date(1955, 2, 28), None, ""),
        ("1900-01-01T00:00:00-00:00", date(1900, 1, 1), time(0), "-00:00"),
    ],
)
def test_an_instant_keeps_its_local_day(written, day, at, offset):
    found = row(effectiveDateTime=written)
    assert (found.collected_on, found.collected_time, found.offset, found.problem) == (day, at, offset, "")


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("2026", "its date, 2026, names no day"),
        ("2026-10", "its date, 2026-10, names no day"),
        ("2026-02-30", "its date, 2026-02-30, is not a day"),
        ("0000-01-01", "its date, 0000-01-01, is not a day"),
        ("03/10/2026", "its date, 03/10/2026, names no day"),
        ("２０２６-10-03", "its date, ２０２６-10-03, names no day"),
        ("yesterday", "its date, yesterday, names no day"),
        (20261003, "its date, 20261003, names no day"),
        (None, "it has no date"),
    ],
)
def test_a_date_that_names_no_day_can_t_be_read(written, problem):
    found = row(effectiveDateTime=written)
    assert (found.collected_on, found.problem) == (None, problem)


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        ({"effectivePeriod": {"start": "2013-04-02T09:30:10+01:00"}}, date(2013, 4, 2)),
        ({"effectivePeriod": {"start": "2013-04-02", "end": "2013-04-05"}}, date(2013, 4, 2)),
        ({"effectivePeriod": {"end": "2013-04-05"}}, date(2013, 4, 5)),
        ({"effectiveInstant": "2013-04-02T09:30:10+01:00"}, date(2013, 4, 2)),
        ({"effectiveTiming": {"event": ["2013-04-02"]}}, date(2013, 4, 2)),
        ({"effectiveTiming": {"event": ["2013-04-02", "2013-04-09"]}}, None),
        ({"effectiveTiming": {"repeat": {"count": 3}}}, None),
        ({"effectivePeriod": {}}, None),
    ],
)
def test_every_shape_of_a_collection_time_is_read(parts, day):
    assert row(effectiveDateTime=None, **parts).collected_on == day


def test_a_result_without_a_date_takes_its_report_s_and_then_the_day_of_issue():
    report = {"resourceType": "DiagnosticReport", "id": "r", "result": [{"reference": "Observation/o1"}]}
    undated = observation(effectiveDateTime=None, issued="2026-10-05T10:00:00Z")
    (from_report,) = read(undated, report | {"effectiveDateTime": "2026-10-03"}).rows
    assert (from_report.collected_on, from_report.warnings) == (date(2026, 10, 3), [])
    asked = ["only the day it was issued is known, not the day of collection"]
    (issued,) = read(undated, report).rows
    assert (issued.collected_on, issued.warnings) == (date(2026, 10, 5), asked)
    (report_issued,) = read(observation(effectiveDateTime=None), report | {"issued": "2026-10-06T10:00:00Z"}).rows
    assert (report_issued.collected_on, report_issued.warnings) == (date(2026, 10, 6), asked)


def test_a_range_by_age_is_chosen_by_the_age_on_the_day_of_collection():
    child = {"low": quantity(0.3), "high": quantity(0.7), "age": {"high": {"value": 14, "code": "a"}}}
    adult = {"low": quantity(0.7), "high": quantity(1.3), "age": {"low": {"value": 15, "code": "a"}}}
    for day, expected in (
        ("1985-06-01", ("0.7", "1.3")),
        ("1984-06-01", ("0.3", "0.7")),
        ("1971-01-01", ("0.3", "0.7")),
    ):
        assert bounds(row(effectiveDateTime=day, referenceRange=[child, adult])) == expected


def limits(low: Any = None, high: Any = None, unit: str = "mg/dL", **more: Any) -> dict[str, Any]:
    ends = {name: quantity(one, unit) for name, one in (("low", low), ("high", high)) if one is not None}
    return ends | more


def years(low: Any = None, high: Any = None, code: str = "a") -> dict[str, Any]:
    return {name: {"value": one, "code": code} for name, one in (("low", low), ("high", high)) if one is not None}


def concept(code: str = "", **more: str) -> dict[str, Any]:
    return {"coding": [{"code": code} | more]} if code else dict(more)


MEN = limits(0.76, 1.27, appliesTo=[concept("248153007", display="Male")], age=years(15), type=concept("normal"))
WOMEN = limits(0.57, 1, appliesTo=[concept("248152002", display="Female")], age=years(15), type=concept("normal"))
NOT_STATED = Subject("unstated", date(1970, 1, 1))


@pytest.mark.parametrize(
    ("ranges", "subject", "expected", "warning"),
    [
        ([limits(0.6, 1.2)], MALE, ("0.6", "1.2"), ""),
        ([limits(0, 1.2)], MALE, ("0", "1.2"), ""),
        ([limits(None, 1.2)], MALE, (None, "1.2"), ""),
        ([limits(0.6)], MALE, ("0.6", None), ""),
        ([limits("0.6", "1.20")], MALE, ("0.6", "1.20"), ""),
        ([limits(0.6, 999999)], MALE, ("0.6", None), ""),
        ([limits(-999999, 999999)], MALE, (None, None), ""),
        ([limits(-999999.99, 1.2)], MALE, (None, "1.2"), ""),
        ([limits(4500000, 5900000, "/uL")], MALE, ("4500000", "5900000"), ""),
        ([limits("np", "")], MALE, (None, None), ""),
        ([limits("-", "[ ]")], MALE, (None, None), ""),
        ([limits(1.2, 0.6)], MALE, ("0.6", "1.2"), "the wrong way round"),
        ([MEN, WOMEN], MALE, ("0.76", "1.27"), ""),
        ([MEN, WOMEN], Subject("female", date(1970, 1, 1)), ("0.57", "1"), ""),
        ([MEN, WOMEN], NOT_STATED, (None, None), ""),
        ([MEN, WOMEN], Subject("male", date(2011, 10, 4)), (None, None), ""),
        ([MEN, WOMEN], Subject("male", date(2011, 10, 3)), ("0.76", "1.27"), ""),
        ([MEN, WOMEN], Subject("male"), (None, None), ""),
        ([limits(1, 2, appliesTo=[{"text": "Women"}])], MALE, (None, None), ""),
        ([limits(1, 2, appliesTo=[{"text": "Men"}])], MALE, ("1", "2"), ""),
        ([limits(1, 2, appliesTo=[{"text": "pregnant"}])], MALE, (None, None), "printed for pregnant"),
        ([limits(1, 2, appliesTo=[concept("248153007"), {"text": "fasting"}])], MALE, (None, None), "for fasting"),
        ([limits(1, 2), limits(3, 4)], MALE, (None, None), "several ranges"),
        ([limits(1, 2), limits(3, 4, type=concept("treatment"))], MALE, ("1", "2"), ""),
        ([limits(3, 4, type=concept("therapeutic"))], MALE, (None, None), ""),
        ([limits(3, 4, type={"text": "Therapeutic range"})], MALE, (None, None), ""),
        ([limits(3, 4, type={"text": "Normal Range"})], MALE, ("3", "4"), ""),
        ([limits(3, 4, meaning=concept("critical"))], MALE, (None, None), ""),
        ([limits(1, 2, age=years(0.5, 1))], Subject("male", date(2026, 3, 3)), ("1", "2"), ""),
        ([limits(1, 2, age=years(0.5, 1))], Subject("male", date(2026, 4, 4)), (None, None), ""),
        ([limits(1, 2, age=years(2, 4, "wk"))], Subject("male", date(2026, 9, 19)), ("1", "2"), ""),
        ([limits(1, 2, age=years(2, 4, "wk"))], Subject("male", date(2026, 9, 20)), (None, None), ""),
        ([limits(1, 2, age=years(24, None, "h"))], MALE, (None, None), ""),
        ([{"low": quantity(3.1, "mmol/L"), "high": quantity(110)}], MALE, (None, None), "in mmol/L and mg/dL"),
        ([{}], MALE, (None, None), ""),
        ("3-4", MALE, (None, None), ""),
        (None, MALE, (None, None), ""),
    ],
)
def test_the_one_range_that_applies_is_taken(ranges, subject, expected, warning):
    found = row(subject, referenceRange=ranges)
    assert bounds(found) == expected
    assert warning in "; ".join(found.warnings)
    assert bool(found.warnings) is bool(warning)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (limits(high=5.7, text="<5.7"), (False, True)),
        (limits(high=5.7, text="<=5.7"), (False, False)),
        (limits(high=5.7, text="<6.0"), (False, False)),
        (limits(high=5.7), (False, False)),
        (limits(low=59, text=">59"), (True, False)),
        ({"high": quantity(5.7, comparator="<")}, (False, True)),
        ({"text": "<5.7"}, (False, True)),
    ],
)
def test_a_bound_is_strict_where_the_report_prints_it_so(printed, expected):
    found = row(referenceRange=[printed])
    assert (found.printed_low_strict, found.printed_high_strict) == expected


def test_ranges_that_are_not_taken_stay_readable():
    found = row(NOT_STATED, referenceRange=[MEN, WOMEN])
    assert found.printed_text == "0.76–1.27 mg/dL (normal, Male, from 15 a); 0.57–1 mg/dL (normal, Female, from 15 a)"


def test_the_unit_of_a_range_is_kept_whichever_bound_states_it():
    assert row(referenceRange=[{"high": {"value": 5, "unit": "mmol/L"}}]).printed_unit == "mmol/L"
    assert row(referenceRange=[{"low": {"value": 3}, "high": {"value": 5, "code": "mmol/L"}}]).printed_unit == "mmol/L"
    assert len(row(referenceRange=[limits(3, 5, "x" * 500)]).printed_unit) == 60


def patient(**parts: Any) -> dict[str, Any]:
    stated = {"resourceType": "Patient", "id": "p1", "name": [{"given": ["Maya"], "family": "Lind"}]}
    return stated | {"gender": "female", "birthDate": "1963-06-14"} | parts


def about(**subject: Any) -> dict[str, Any]:
    return observation(subject=subject)


OTHER = {"id": "p2", "name": [{"text": "Bob Lind"}], "birthDate": "1960-01-01"}


@pytest.mark.parametrize(
    ("resources", "named"),
    [
        ([patient(), patient(**OTHER), observation()], "Maya Lind, Bob Lind"),
        ([patient(id=None), patient(**OTHER | {"id": None}), observation()], "Maya Lind, Bob Lind"),
        ([patient(), patient(name=[], birthDate=None), observation()], "somebody unnamed"),
        ([patient(), about(reference="Patient/p1"), about(reference="Patient/p2")], "Patient/p2"),
        ([patient(), about(reference="Patient/p2")], "Patient/p2"),
        ([about(reference="Patient/p1"), about(reference="Patient/p2")], "Patient/p1, Patient/p2"),
        ([about(reference="https://a.example/Patient/1"), about(reference="https://b.example/Patient/1")], "b.example"),
        ([about(identifier={"value": "111"}), about(identifier={"value": "222"})], "111, 222"),
        ([about(display="Maya"), about(display="Bob")], "Bob, Maya"),
        (
            [
                observation(contained=[patient()], subject={"reference": "#p1"}),
                observation(contained=[patient(**OTHER | {"id": "p1"})], subject={"reference": "#p1"}),
            ],
            "Maya Lind, Bob Lind",
        ),
    ],
)
def test_a_document_about_several_people_is_refused_naming_them(resources, named):
    with pytest.raises(DocumentError, match="about several people") as refused:
        read(*resources)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    "resources",
    [
        [patient(), about(reference="Patient/p1"), about(reference="urn:uuid:0"), observation()],
        [patient(), about(reference="https://a.example/fhir/Patient/p1/_history/3")],
        [patient(), about(reference="urn:uuid:not-in-this-file"), about(reference="urn:uuid:not-in-this-file")],
        [patient(), patient(), observation()],
        [patient(), patient(id="other-system"), observation()],
        [
            observation(contained=[patient()], subject={"reference": "#p1"}),
            observation(contained=[patient(id="me")], subject={"reference": "#me"}),
        ],
    ],
)
def test_one_person_under_several_names_of_reference_is_one(resources):
    assert read(*resources).patient.name == "Maya Lind"


@pytest.mark.parametrize(
    ("parts", "name", "sex", "born", "written"),
    [
        ({}, "Maya Lind", "female", date(1963, 6, 14), "1963-06-14"),
        ({"birthDate": "1963"}, "Maya Lind", "female", None, "1963"),
        ({"birthDate": "1963-06"}, "Maya Lind", "female", None, "1963-06"),
        ({"birthDate": None}, "Maya Lind", "female", None, ""),
        ({"gender": "other"}, "Maya Lind", "", date(1963, 6, 14), "1963-06-14"),
        ({"gender": "unknown"}, "Maya Lind", "", date(1963, 6, 14), "1963-06-14"),
        ({"name": "Maya"}, "", "female", date(1963, 6, 14), "1963-06-14"),
        ({"name": [{"text": "Lind, Maya"}]}, "Lind, Maya", "female", date(1963, 6, 14), "1963-06-14"),
    ],
)
def test_whom_a_document_is_about_is_read_as_far_as_it_says(parts, name, sex, born, written):
    found = read(patient(**parts), observation()).patient
    assert (found.name, found.sex, found.born_on, found.written) == (name, sex, born, written)


def test_a_document_without_a_patient_says_of_nobody():
    assert read(observation()).patient is None


def contained_report(day: str, lab: str) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport",
        "effectiveDateTime": day,
        "result": [{"reference": "#o1"}],
        "performer": [{"reference": "#lab"}],
        "contained": [
            observation(effectiveDateTime=None, performer=[{"reference": "#lab"}]),
            {"resourceType": "Organization", "id": "lab", "name": lab},
        ],
    }


def test_what_is_contained_belongs_to_its_own_report():
    found = read(contained_report("2026-01-01", "North"), contained_report("2026-02-02", "South")).rows
    assert [(one.collected_on, one.lab) for one in found] == [(date(2026, 1, 1), "North"), (date(2026, 2, 2), "South")]
    assert found[1].locator == "entry[1].resource.contained[0]"


def test_a_bundle_in_a_bundle_is_read_with_its_place():
    inner = bundle(observation())
    (found,) = read(bundle(inner)).rows
    assert found.locator == "entry[0].resource.entry[0].resource"


def test_a_specimen_is_named_by_its_type():
    urine = {"resourceType": "Specimen", "id": "s1", "type": {"text": "Urine"}}
    (found,) = read(observation(specimen={"reference": "Specimen/s1", "display": "tube 3"}), urine).rows
    assert found.specimen == "Urine"
    assert row(specimen={"display": "tube 3"}).specimen == "tube 3"


@pytest.mark.parametrize(
    ("performer", "expected"),
    [
        ([{"reference": "Organization/lab"}], "North Lab"),
        ([{"reference": "https://a.example/fhir/Organization/lab"}], "North Lab"),
        ([{"reference": "Practitioner/x", "display": "Dr. Who"}, {"reference": "Organization/lab"}], "North Lab"),
        ([{"reference": "Organization/absent", "display": "South Lab"}], "South Lab"),
        ({"reference": "Organization/lab"}, "North Lab"),
        ([{"reference": "Practitioner/x", "display": "Dr. Who"}], ""),
        ([{"display": "Dr. Who"}], ""),
    ],
)
def test_the_laboratory_is_the_organization_that_performed_it(performer, expected):
    lab = {"resourceType": "Organization", "id": "lab", "name": " North Lab "}
    (found,) = read(observation(performer=performer), lab).rows
    assert found.lab == expected


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"status": "entered-in-error"}, "entered in error"),
        ({"status": "Entered-In-Error "}, "entered in error"),
        ({"status": "cancelled"}, "canceled"),
        ({"status": "registered"}, "not yet measured"),
        ({"category": [concept("vital-signs")]}, "Observation: not from a laboratory"),
        ({"category": concept("vital-signs")}, "Observation: not from a laboratory"),
        ({"valueQuantity": None, "hasMember": [{"reference": "Observation/2"}]}, "Observation: a group of others"),
    ],
)
def test_what_is_no_result_to_show_is_left_out_and_counted(parts, reason):
    found = read(observation(**parts), observation())
    assert len(found.rows) == 1
    assert found.left_out == {reason: 1}


@pytest.mark.parametrize("status", ["preliminary", "final", "amended", "corrected", "unknown", ""])
def test_every_other_status_is_shown_as_it_stands(status):
    assert row(status=status).status == status


@pytest.mark.parametrize("category", [None, [], [concept("LAB")], [concept("procedure"), concept("laboratory")]])
def test_a_laboratory_s_results_are_known_by_any_of_their_categories(category):
    assert row(category=category).name == "Creatinine"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ({"text": " MCHC [Mass/\u200bvolume]\u00a0"}, "MCHC [Mass/volume]"),
        (concept("2160-0 ", display="Creatinine "), "Creatinine"),
        ({"coding": [{"display": "Only a display"}]}, "Only a display"),
        (concept("X17"), "X17"),
        ({}, ""),
        ("Creatinine", ""),
    ],
)
def test_a_name_is_kept_without_blanks_that_nobody_sees(code, name):
    assert row(code=code).name == name


@pytest.mark.parametrize(
    "system", ["http://loinc.org", "http://loinc.org/", "https://loinc.org", "urn:oid:2.16.840.1.113883.6.1"]
)
def test_loinc_is_known_by_each_of_its_addresses(system):
    assert row(code=concept("2160-0 ", system=system)).loinc == ["2160-0"]


def value(literal: str, **more: Any) -> ReportedRow:
    """The row of a quantity whose value is this piece of JSON."""
    document = json.dumps(observation(valueQuantity=quantity("LITERAL") | more))
    (found,) = read_fhir(document.replace('"LITERAL"', literal).encode(), MALE).rows
    return found


@pytest.mark.parametrize(
    "literal",
    [
        *("0", "-0", "4.10", "1.0", "1.00", "1E-22", "1e400", "1e2000000", "-0.50", "0.00000001", "123456789012345"),
        *("63.70000000000001", "0.1234567890123456789012345678901234567890"),
    ],
)
def test_a_number_keeps_its_literal(literal):
    assert (value(literal).value, value(literal).problem) == (literal, "")


@pytest.mark.parametrize(
    ("literal", "written"),
    [('"1.030"', "1.030"), ('"<15"', "<15"), ('" 5.4 "', "5.4"), ('"\u200b5.4"', "5.4"), ('">= 90"', ">= 90")],
)
def test_a_number_that_hides_in_a_string_is_found(literal, written):
    assert value(literal).value == written


@pytest.mark.parametrize(
    ("literal", "more", "problem"),
    [
        ("null", {}, "it has no value"),
        ('""', {}, "its value is not a number"),
        ("true", {}, "its value is not a number"),
        ("[5]", {}, "its value is not a number"),
        ('"5,4"', {}, "its value is not a number"),
        ('"+5"', {}, "its value is not a number"),
        ('"٤.١"', {}, "its value is not a number"),
        ('"<15"', {"comparator": "<"}, "its value is not a number"),
        ("5", {"comparator": "ad"}, "its comparator, ad, is not known"),
        ("5", {"comparator": "~"}, "its comparator, ~, is not known"),
        ("1" * 71, {}, "its value is too long"),
    ],
)
def test_a_value_that_is_no_number_can_t_be_read(literal, more, problem):
    found = value(literal, **more)
    assert (found.value, found.problem) == ("", problem)


@pytest.mark.parametrize("comparator", ["<", "<=", ">=", ">", ""])
def test_a_comparator_stands_before_the_number(comparator):
    assert value("0.50", comparator=comparator).value == f"{comparator}0.50"


@pytest.mark.parametrize(
    ("parts", "written", "text"),
    [
        ({"valueString": "1.030"}, "1.030", ""),
        ({"valueString": "<15"}, "<15", ""),
        ({"valueString": " Negative\u200b"}, "", "Negative"),
        ({"valueString": "1:80"}, "", "1:80"),
        ({"valueString": "5,3"}, "", "5,3"),
        ({"valueString": "1,234"}, "", "1,234"),
        ({"valueInteger": 7}, "7", ""),
        ({"valueBoolean": True}, "", "true"),
        ({"valueBoolean": False}, "", "false"),
        ({"valueDateTime": "2026-10-03"}, "", "2026-10-03"),
        ({"valueDateTime": "2026"}, "", "2026"),
        ({"valueCodeableConcept": concept("260385009", display="Negative")}, "", "Negative"),
        ({"valueCodeableConcept": {"text": "trace", "coding": [{"code": "1", "display": "T"}]}}, "", "trace"),
        ({"valueRange": limits(10, 20)}, "", "10–20 mg/dL"),
        ({"valueRange": limits(None, 20)}, "", "up to 20 mg/dL"),
        ({"valueRange": limits(10)}, "", "from 10 mg/dL"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 80}}}, "", "1:80"),
        (
            {"valueRatio": {"numerator": {"value": 3, "unit": "mg"}, "denominator": {"value": 1, "unit": "g"}}},
            "",
            "3 mg:1 g",
        ),
        (
            {"valueRatio": {"numerator": {"value": 1, "comparator": "<"}, "denominator": {"value": 80}}},
            "",
            "<1:80",
        ),
    ],
)
def test_every_kind_of_value_is_kept_as_it_came(parts, written, text):
    found = row(valueQuantity=None, **parts)
    assert (found.value, found.text, found.problem) == (written, text, "")


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({}, "it has no value"),
        ({"dataAbsentReason": concept("unknown", display="Unknown")}, "it has no value (Unknown)"),
        ({"valueQuantity": {}, "dataAbsentReason": {"text": "clotted"}}, "it has no value (clotted)"),
        ({"valueQuantity": []}, "it has no value"),
        ({"valueString": ""}, "it has no value"),
        ({"valueCodeableConcept": {}}, "it has no value"),
        ({"valueRange": {}}, "it has no value"),
        ({"valueRatio": {"numerator": {"value": 1}}}, "it has no value"),
        ({"valueSampledData": {"data": "1 2 3"}}, "a value of the kind SampledData can't be read"),
        ({"valuePeriod": {"start": "2026"}}, "a value of the kind Period can't be read"),
    ],
)
def test_a_result_without_a_value_says_why(parts, problem):
    found = row(**{"valueQuantity": None} | parts)
    assert (found.value, found.text, found.problem) == ("", "", problem)


def test_components_stand_as_rows_of_their_own():
    parts = [{"code": {"text": "a"}, "valueQuantity": quantity(1)}, {"code": {"text": "b"}, "valueString": "x"}]
    both = read(observation(component=parts)).rows
    assert [(one.name, one.value or one.text) for one in both] == [("Creatinine", "1"), ("a", "1"), ("b", "x")]
    only = read(observation(valueQuantity=None, component=parts)).rows
    assert [one.locator for one in only] == ["Observation.component[0]", "Observation.component[1]"]
    assert len({one.external_id for one in both}) == 3


def identity(**parts: Any) -> tuple[str, str]:
    found = row(**parts)
    return found.external_id, found.external_version


@pytest.mark.parametrize(
    "parts",
    [
        {"meta": {"tag": [{"code": "x"}], "lastUpdated": "2026-10-05T00:00:00Z"}},
        {"text": {"div": "<div>1 mg/dL</div>"}},
        {"subject": {"reference": "urn:uuid:9"}, "encounter": {"reference": "urn:uuid:8"}},
        {"performer": [{"reference": "Organization/1"}]},
        {"effectiveDateTime": "2026-10-03T06:00:00Z"},
        {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-10-03T08:00:00.000+02:00"}},
        {"valueQuantity": {"code": "mg/dL", "system": UCUM, "unit": "mg/dL", "value": 1}},
    ],
)
def test_a_result_of_another_export_is_the_same_one(parts):
    own, version = identity(**parts)
    assert (own, version) == identity()


@pytest.mark.parametrize(
    "parts",
    [
        {"valueQuantity": quantity(2)},
        {"status": "amended"},
        {"note": [{"text": "hemolyzed"}]},
        {"referenceRange": [limits(0.6, 1.2)]},
    ],
)
def test_a_corrected_result_is_the_same_one_in_another_version(parts):
    own, version = identity(**parts)
    assert own == identity()[0]
    assert version != identity()[1]


@pytest.mark.parametrize(
    "parts",
    [
        {"id": "o2"},
        {"code": concept("2345-7", system="http://loinc.org")},
        {"effectiveDateTime": "2026-10-03T08:00:01+02:00"},
        {"effectiveDateTime": "2026-10-04"},
    ],
)
def test_a_short_id_with_another_code_or_instant_is_another_result(parts):
    assert identity(**parts)[0] != identity()[0]


def test_results_without_an_id_are_known_by_their_content_and_how_often_it_stands():
    same = observation(id=None)
    first, second = read(same, same).rows
    assert first.external_id != second.external_id
    again = read(observation(id=None, valueQuantity=quantity(2)), same, same).rows
    assert [one.external_id for one in again[1:]] == [first.external_id, second.external_id]


def test_an_id_within_a_container_is_no_id_outside_it():
    def report(own: str | None) -> dict[str, Any]:
        stated = {"resourceType": "DiagnosticReport", "contained": [observation()]}
        return stated | ({"id": own} if own else {})

    ids = [one.external_id for one in read(report("r1"), report("r2"), report(None), observation()).rows]
    assert len(set(ids)) == 4


@pytest.mark.parametrize("length", [64, 66, 128, 129, 100_000])
def test_a_long_id_fits_its_column(length):
    found = row(id="a" * length, code={"text": "n" * 10_000}, meta={"versionId": "9" * 1000})
    assert len(found.external_id) <= 200
    assert len(found.external_version) <= 80
    assert row(id="a" * length + "b").external_id != row(id="a" * length + "c").external_id


def test_the_resource_is_kept_whole_and_once():
    parts = [{"code": {"text": name}, "valueQuantity": quantity(1)} for name in "ab"]
    written = observation(valueQuantity=None, component=parts, status="final ")
    first, second = read(written).rows
    assert json.loads(first.resource) == written
    assert second.resource == ""


def test_what_the_source_takes_back_is_named_by_its_identity():
    found = read(observation(status="entered-in-error"))
    assert found.rows == []
    assert found.withdrawn == [row().external_id]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "This file is empty."),
        (b" \n", "This file is empty."),
        (b'{"resourceType": "Patient"}\n{"resourceType": "Observation"}\n', "one a line (NDJSON)"),
        (b'{"resourceType": "Bundle", "entry": [', "This is not JSON: line 1"),
        (b"<Bundle/>", "This is not JSON: line 1"),
        (b"%PDF-1.7", "This is not JSON: line 1"),
        ('{"resourceType": "Bundle"}'.encode("utf-16"), "This is not a text in UTF-8."),
        (b'{"a": 1}', "This is JSON, but not FHIR: it has no resourceType."),
        (b"[]", "This is JSON, but not FHIR: it has no resourceType."),
        (b"null", "This is JSON, but not FHIR: it has no resourceType."),
        (b'{"resourceType": "Bundle"}', "This document holds no laboratory results."),
        (b'{"resourceType": "Patient"}', "This document holds no laboratory results."),
        (b'{"resourceType": "Bundle", "id": "1", "id": "2"}', "stands twice"),
        (b'{"resourceType": "Bundle", "total": NaN}', "NaN is not a number"),
        (b'{"resourceType": "Bundle", "total": -Infinity}', "-Infinity is not a number"),
        (b'{"resourceType": "Bundle", "a": ' + b"[" * 100_000, "nested deeper than 50"),
    ],
)
def test_a_file_that_is_no_document_says_what_it_is(content, problem):
    with pytest.raises(DocumentError) as refused:
        read_fhir(content, MALE)
    assert problem in str(refused.value)


def test_a_byte_order_mark_is_no_obstacle():
    assert len(read_fhir(b"\xef\xbb\xbf" + json.dumps(observation()).encode(), MALE).rows) == 1


def test_a_document_of_too_many_rows_is_refused_before_it_fills_the_memory():
    part = {"code": {"text": "a"}, "valueQuantity": quantity(1)}
    crowd = observation(component=[part] * 50_001, note=[{"text": "n" * 2_000}])
    with pytest.raises(DocumentError, match="more than 50,000 rows"):
        read(crowd)


@pytest.mark.parametrize("strange", ["x", 5, True, None, [], {}, [[]], [{}], {"a": {"b": []}}, [None, 1, "x"]])
@pytest.mark.parametrize(
    "part",
    [
        *("id", "meta", "status", "category", "code", "subject", "effectiveDateTime", "effectivePeriod", "performer"),
        *("valueQuantity", "valueString", "valueRange", "valueRatio", "valueCodeableConcept", "dataAbsentReason"),
        *("interpretation", "note", "method", "specimen", "referenceRange", "component", "contained", "hasMember"),
    ],
)
def test_a_part_of_a_strange_shape_never_stops_the_reading(part, strange):
    read(observation(**{part: strange}), observation())
    read(patient(name=strange, birthDate=strange, gender=strange), observation(component=[{part: strange}]))
