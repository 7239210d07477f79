"""What third-party documents must show after an import."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest

from results.actions.imports import confirm, read_document
from results.models import Import, ImportRow, Result
from results.queries import judged_results
from tests.factories import PersonFactory

pytestmark = [pytest.mark.samples, pytest.mark.django_db]

IPS_CREATININE: dict[str, Any] = {  # from the FHIR Shorthand of the IPS example, written as JSON
    "resourceType": "Observation",
    "id": "serum-creatinine-adult",
    "status": "final",
    "category": [
        {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"},
            ]
        }
    ],
    "code": {
        "coding": [
            {
                "system": "http://loinc.org",
                "code": "2160-0",
                "display": "Creatinine [Mass/volume] in Serum or Plasma",
            }
        ]
    },
    "subject": {"reference": "Patient/eumfh-39-07"},
    "effectiveDateTime": "2018-02-16T09:17:00+01:00",
    "performer": [{"reference": "TII-Organization1"}],
    "valueQuantity": {"value": 2.46, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
    "referenceRange": [
        {
            "low": {"value": low, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
            "high": {"value": high, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
            "type": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/referencerange-meaning",
                        "code": "normal",
                        "display": "Normal Range",
                    }
                ]
            },
            "appliesTo": [{"coding": [{"system": "http://snomed.info/sct", "code": code, "display": sex}]}],
            "age": {"low": {"value": 15, "unit": "yrs", "system": "http://unitsofmeasure.org", "code": "a"}},
        }
        for low, high, code, sex in ((0.76, 1.27, "248153007", "Male"), (0.57, 1, "248152002", "Female"))
    ],
}


@pytest.fixture
def man(alice):
    return PersonFactory(account=alice, name="P. van de Heuvel", sex="male", born_on=date(1944, 11, 17))


def spec(samples, name: str) -> bytes:
    return (samples / "fhir" / "spec_r4" / f"observation-example-{name}.json").read_bytes()


def brought(person, content: bytes) -> Import:
    batch = read_document(person=person, content=content)
    assert batch.status == "review", batch.problem
    confirm(batch=batch, accept="all")
    return batch


def test_f001_is_6_3_against_3_1_to_6_2_on_the_first_day_of_its_open_period(samples, man):
    batch = brought(man, spec(samples, "f001-glucose"))
    assert (batch.rows.get().state, batch.rows.get().offset) == ("ready", "+01:00")
    result = Result.objects.get()
    assert (result.marker.slug, result.value, result.unit, result.unit_code) == ("glucose", "6.3", "mmol/l", "mmol/L")
    assert (str(result.printed_low), str(result.printed_high), result.printed_unit) == ("3.1", "6.2", "")
    assert (result.collected_on, result.collected_time) == (date(2013, 4, 2), time(9, 30, 10))
    (judged,) = judged_results(result.visit)
    assert (judged.judgment.position, judged.judgment.origin) == ("above", "printed")


@pytest.mark.parametrize(
    ("name", "value", "unit", "low", "high"),
    [("f002-excess", "12.6", "mmol/l", "7.1", "11.2"), ("f003-co2", "6.2", "kPa", "4.8", "6.0")],
)
def test_f002_and_f003_are_other_results_with_their_ranges(samples, man, name, value, unit, low, high):
    assert brought(man, spec(samples, name)).rows.get().state == "ready"
    result = Result.objects.get()
    assert (result.marker, result.value, result.unit) == (None, value, unit)
    assert (str(result.printed_low), str(result.printed_high)) == (low, high)


def test_f004_prints_prose_and_no_bound_is_made_of_it(samples, man):
    brought(man, spec(samples, "f004-erythrocyte"))
    result = Result.objects.get()
    assert (result.marker.slug, result.value, result.unit_code) == ("rbc", "4.12", "10*12/L")
    assert result.printed_range is None
    assert result.printed_text.startswith("12-14 y Male: 4.4 - 5.2")
    (judged,) = judged_results(result.visit)
    assert judged.judgment.origin == "general"


def test_f005_is_7_2_with_the_range_it_prints(samples, man):
    brought(man, spec(samples, "f005-hemoglobin"))
    result = Result.objects.get()
    assert (result.marker.slug, result.value, result.unit_code) == ("hemoglobin", "7.2", "g/dL")
    assert (str(result.printed_low), str(result.printed_high)) == ("7.5", "10")


@pytest.mark.parametrize(
    ("name", "reason"), [("f202-temperature", "entered in error"), ("unsat", "canceled")], ids=["f202", "unsat"]
)
def test_f202_and_unsat_are_never_shown(samples, man, name, reason):
    batch = brought(man, spec(samples, name))
    assert batch.left_out == {reason: 1}
    assert not ImportRow.objects.exists()
    assert not Result.objects.exists()


def test_f205_gives_two_rows_each_with_its_own_value(samples, man):
    batch = brought(man, spec(samples, "f205-egfr"))
    rows = list(batch.rows.all())
    assert [row.locator for row in rows] == ["Observation.component[0]", "Observation.component[1]"]
    sent = [one["valueQuantity"] for one in json.loads(spec(samples, "f205-egfr"))["component"]]
    assert [row.value for row in rows] == [f"{one.get('comparator', '')}{one['value']}" for one in sent]
    assert rows[0].value == ">60"
    assert [row.marker and row.marker.slug for row in rows] == [None, "egfr"]
    assert [(row.printed_low, row.collected_on) for row in rows] == [(None, date(2013, 4, 4)), (60, date(2013, 4, 4))]
    assert "its range is printed for non-black/african-american, so it was not taken" in rows[0].reason
    assert all("only the day it was issued is known" in row.reason for row in rows)


def test_herd1_prints_three_ways_in_one_text_and_no_bound_is_made_of_it(samples, man):
    brought(man, spec(samples, "herd1"))
    result = Result.objects.get()
    assert (result.marker, result.value, result.unit) == (None, "0.2", "% (sample/positive control)")
    assert result.printed_range is None
    assert result.printed_text == ">0.4 Positive; 0.3 to 0.4 Suspect < 0.3 Negative"


@pytest.mark.parametrize(
    ("person", "low", "high", "origin"),
    [
        ({"sex": "male"}, "0.76", "1.27", "printed"),
        ({"sex": "female"}, "0.57", "1", "printed"),
        ({"sex": "unstated"}, "None", "None", None),
        ({"sex": "male", "born_on": date(2003, 2, 16)}, "0.76", "1.27", "printed"),
        ({"sex": "male", "born_on": date(2003, 2, 17)}, "None", "None", "general"),
        ({"sex": "male", "born_on": None}, "None", "None", None),
    ],
)
def test_the_ips_creatinine_is_judged_by_the_range_of_the_person_s_sex_and_age(alice, person, low, high, origin):
    someone = PersonFactory(account=alice, **{"born_on": date(1960, 1, 1)} | person)
    batch = brought(someone, json.dumps(IPS_CREATININE).encode())
    assert batch.rows.get().state == "ready"
    result = Result.objects.get()
    assert (result.value, str(result.printed_low), str(result.printed_high)) == ("2.46", low, high)
    assert "0.76–1.27 mg/dL" in result.printed_text
    (judged,) = judged_results(result.visit)
    assert judged.judgment.origin == origin
    assert judged.judgment.position == ("above" if origin else "none")


def test_the_ips_bundle_keeps_coded_answers_and_the_laboratory(samples, alice):
    martha = PersonFactory(account=alice, name="Martha DeLarosa", sex="female", born_on=date(1972, 5, 1))
    batch = brought(martha, (samples / "fhir" / "ips" / "IPS-bundle-01.json").read_bytes())
    assert (batch.question, batch.warnings) == ("", [])
    assert set(batch.rows.values_list("state", flat=True)) == {"ready"}
    stored = {(one.name.split(" ")[0], one.written, one.unit) for one in Result.objects.all()}
    assert ("Hemoglobin", "7.5", "%") in stored
    assert ("ABO", "Blood group A Rh(D) positive", "") in stored
    assert len(stored) == 6
    assert set(Result.objects.values_list("visit__lab", flat=True)) == {"Laboratoire de charme"}
    assert Result.objects.get(marker__isnull=False).marker.slug == "hba1c"
