"""The timeline through the API: exactly the contract's keys, exact numbers, one decision for each range."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from bloodsight.people.models import Person
from markers.queries import catalogue
from results.models import Import, Result, Visit
from tests.api import problems, result, visit

pytestmark = pytest.mark.django_db

B2M = "beta-2-microglobulin"


def b2m(value="1.2", **more):
    return result(value, B2M, **{"unit": "mg/L"} | more)


def only(rows):
    (row,) = rows
    return row


# Shapes


def test_the_answer_has_the_keys_of_the_contract(api):
    made = api.saved(visit(b2m("<0.7"), b2m("1.0", unit="IU"), lab="CityLab"))
    shown = api.timeline(B2M)
    assert {"marker", "unit", "points", "bands", "unplotted"} <= set(shown)
    assert shown["unit"] == "mg/L"
    assert shown["marker"]["slug"] == B2M
    point = only(shown["points"])
    assert {
        *("result", "visit", "date", "age", "value", "comparator", "reported", "position", "range", "lab"),
    } <= set(point)
    assert (point["result"], point["visit"]) == (made["results"][0]["id"], made["id"])
    assert (point["date"], point["age"], point["lab"]) == ("2026-10-03", "63 years", "CityLab")
    assert (point["value"], point["comparator"]) == ("0.7", "<")
    assert point["reported"] == {"value": "<0.7", "unit": "mg/L"}
    assert point["position"] == "below"
    assert {"low", "high", "unit", "origin", "source", "why"} <= set(point["range"])
    assert (point["range"]["low"], point["range"]["high"], point["range"]["unit"]) == ("0.7", "1.8", "mg/L")
    assert point["range"]["origin"] == "general"
    assert point["range"]["source"]
    assert point["range"]["why"]
    band = only(shown["bands"])
    assert {"from", "to", "low", "high", "origin", "source"} <= set(band)
    assert (band["from"], band["to"]) == ("2026-10-03", "2026-10-04")
    assert (band["low"], band["high"], band["origin"]) == ("0.7", "1.8", "general")
    left = only(shown["unplotted"])
    assert left["result"] == made["results"][1]["id"]
    assert "IU" in left["reason"]


def test_a_person_without_results_has_an_empty_timeline(api):
    shown = api.timeline(B2M)
    assert (shown["points"], shown["bands"], shown["unplotted"]) == ([], [], [])
    assert shown["unit"] == "mg/L"


def test_an_unknown_marker_and_a_strangers_person_are_not_found(api, stranger):
    api.saved(visit(b2m()))
    assert problems(api("get", f"{api.person}timeline/no-such-marker/"), 404)
    assert problems(stranger("get", f"{api.person}timeline/{B2M}/"), 404)


@pytest.mark.parametrize("count", [2, 2_000])
def test_the_number_of_queries_does_not_grow(api, maya, django_assert_max_num_queries, count):
    stored = Visit.objects.create(person=maya, collected_on=date(2026, 10, 3))
    marker = catalogue().markers[B2M].id
    Result.objects.bulk_create(
        Result(person=maya, visit=stored, collected_on=stored.collected_on, marker_id=marker, value="1.2", unit="mg/L")
        for _ in range(count)
    )
    with django_assert_max_num_queries(6):
        assert len(api.timeline(B2M)["points"]) == count


# Values

NUMBERS = [
    ("4.10", "4.10", ""),
    ("4,10", "4.10", ""),
    ("0", "0", ""),
    ("0.00000001", "0.00000001", ""),
    ("123456789.012345", "123456789.012345", ""),
    ("1" * 40, "1" * 40, ""),
    ("<0.5", "0.5", "<"),
    ("<= 0.5", "0.5", "<="),
    ("≤5", "5", "<="),
    (">1000", "1000", ">"),
    ("≥ 5.0", "5.0", ">="),
    ("-0.50", "-0.50", ""),
    ("+3", "3", ""),
    (".5", "0.5", ""),
    ("5.", "5", ""),
]


@pytest.mark.parametrize(("typed", "value", "comparator"), NUMBERS)
def test_a_number_has_a_decimal_point_and_its_sign_apart(api, typed, value, comparator):
    api.saved(visit(result(typed)))
    point = only(api.timeline()["points"])
    assert (point["value"], point["comparator"]) == (value, comparator)
    assert point["reported"] == {"value": typed, "unit": "ng/mL"}


@pytest.mark.parametrize("word", ["negative", "1:80", "+++", "trace"])
def test_a_word_is_listed_and_not_drawn(api, word):
    made = api.saved(visit(result(word)))
    shown = api.timeline()
    assert shown["points"] == []
    assert only(shown["unplotted"])["result"] == made["results"][0]["id"]
    assert only(shown["unplotted"])["reported"]["value"] == word


def test_a_documents_exponent_is_written_out(api, maya):
    stored = Visit.objects.create(person=maya, collected_on=date(2026, 10, 3))
    marker = catalogue().markers["ferritin"].id
    columns = {"person": maya, "visit": stored, "collected_on": stored.collected_on, "marker_id": marker}
    Result.objects.create(**columns, value="1E-22", unit="ng/mL", unit_code="ng/mL")
    for unit in ("ng/mL", "ug/L"):
        point = only(api.timeline(query=f"?unit={unit}")["points"])
        assert point["value"] == "0." + "0" * 21 + "1"
        assert point["reported"]["value"] == "1E-22"


# Order and period


def test_points_run_by_date_then_time_then_document_order(api, maya):
    marker = catalogue().markers["ferritin"].id
    batch = Import.objects.create(person=maya, status="confirmed")
    for day, clock, order, value in [
        ("2026-03-02", None, 1, "5"),
        ("2026-03-01", "09:30", 0, "3"),
        ("2026-03-01", "08:00", 2, "2"),
        ("2026-03-01", "08:00", 1, "1"),
        ("2026-03-02", None, 0, "4"),
        ("2025-12-31", "23:59", 9, "0"),
    ]:
        stored = Visit.objects.create(person=maya, collected_on=day, batch=batch)
        columns = {"person": maya, "visit": stored, "collected_on": day, "marker_id": marker, "unit": "ng/mL"}
        Result.objects.create(**columns, collected_time=clock, order=order, value=value)
    assert [point["value"] for point in api.timeline()["points"]] == ["0", "1", "2", "3", "4", "5"]


def test_visits_of_one_day_stand_as_they_were_logged(api):
    values = [str(number) for number in range(1, 9)]
    for value in values:
        api.saved(visit(result(value)))
    assert [point["value"] for point in api.timeline()["points"]] == values


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("", ["01", "02", "03"]),
        ("?from=2026-05-02", ["02", "03"]),
        ("?to=2026-05-02", ["01", "02"]),
        ("?from=2026-05-02&to=2026-05-02", ["02"]),
        ("?from=2026-05-04", []),
        ("?from=2026-05-03&to=2026-05-01", []),
        ("?from=&to=&unit=", ["01", "02", "03"]),
    ],
)
def test_from_and_to_are_both_included(api, query, days):
    for day in ("2026-05-03", "2026-05-01", "2026-05-02"):
        api.saved(visit(result(), result("negative"), day=day))
    shown = api.timeline(query=query)
    assert [point["date"][-2:] for point in shown["points"]] == days
    assert [one["date"][-2:] for one in shown["unplotted"]] == days
    if days:
        assert shown["bands"][0]["from"][-2:] == days[0]
        assert shown["bands"][-1]["to"] == f"2026-05-0{int(days[-1]) + 1}"


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("day", ["x", "2026-02-29", "03.10.2026", "2026", "%00", "%ff"])
def test_a_day_that_is_none_is_refused(api, name, day):
    assert set(problems(api("get", f"{api.person}timeline/{B2M}/?{name}={day}"))) == {name}


# Units


@pytest.mark.parametrize(
    ("slug", "asked", "unit"),
    [
        ("glucose", "", "mg/dL"),
        ("glucose", "mmol/L", "mmol/L"),
        ("glucose", "mmol/l", "mmol/L"),
        ("hba1c", "mmol/mol", "mmol/mol"),
        ("hba1c", "mmol/mol Hb", "mmol/mol"),
        ("hba1c", "%25", "%"),
        ("creatinine", "µmol/L", "umol/L"),
        ("creatinine", "μmol/L", "umol/L"),
        ("creatinine", "umol/L", "umol/L"),
        ("platelets", "10*9/L", "10*9/L"),
    ],
)
def test_a_unit_is_asked_for_by_code_or_as_printed(api, slug, asked, unit):
    assert api.timeline(slug, f"?unit={asked}")["unit"] == unit


@pytest.mark.parametrize(
    ("system", "asked", "unit", "value"),
    [
        ("reported", "", "mg/dL", "100"),
        ("conventional", "", "mg/dL", "100"),
        ("si", "", "mmol/L", "5.551"),
        ("si", "mg/dL", "mg/dL", "100"),
        ("conventional", "mmol/L", "mmol/L", "5.551"),
    ],
)
def test_without_a_unit_it_is_that_of_a_chosen_system_else_the_markers_own(api, maya, system, asked, unit, value):
    maya.unit_system = system
    maya.save()
    made = api.saved(visit(result("5.551", "glucose", "mmol/L"), fasting=True))
    shown = api.timeline("glucose", f"?unit={asked}")
    assert (shown["unit"], only(shown["points"])["value"]) == (unit, value)
    assert only(shown["points"])["reported"] == {"value": "5.551", "unit": "mmol/L"}
    assert made["results"][0]["value"] == "5.551"


@pytest.mark.parametrize("asked", ["IU", "mg", "x" * 500, "%00", "mg/L&unit=IU"])
def test_a_unit_that_the_marker_does_not_have_is_refused(api, asked):
    assert set(problems(api("get", f"{api.person}timeline/{B2M}/?unit={asked}"))) == {"unit"}


def test_a_unit_that_could_be_one_of_two_is_asked_back(api):
    message = problems(api("get", f"{api.person}timeline/urea/?unit=mg/dl"))["unit"]
    assert "could mean" in message


def test_a_switch_of_unit_converts_glucose_with_its_printed_range_and_band(api):
    api.saved(visit(result("5.551", "glucose", "mmol/L"), day="2026-01-01", fasting=True))
    printed = {"low": "70", "high": "99.0"}
    api.saved(visit(result("100", "glucose", "mg/dL", printed_range=printed), day="2026-02-01", fasting=True))
    own, other = (api.timeline("glucose", query) for query in ("", "?unit=mmol/L"))
    assert [point["value"] for point in own["points"]] == ["100", "100"]
    assert [point["value"] for point in other["points"]] == ["5.551", "5.551"]
    assert [point["position"] for point in own["points"]] == ["above", "above"]
    assert [point["position"] for point in other["points"]] == ["above", "above"]
    bounds = [(point["range"]["low"], point["range"]["high"], point["range"]["unit"]) for point in other["points"]]
    assert bounds == [("4.0", "5.5", "mmol/L"), ("3.8857", "5.49549", "mmol/L")]
    (high,) = {band["high"] for band in own["bands"]}
    assert abs(Decimal(high) - Decimal("5.5") / Decimal("0.05551")) < Decimal("1e-20")
    assert {band["high"] for band in other["bands"]} == {"5.5"}
    assert [point["reported"]["value"] for point in other["points"]] == ["5.551", "100"]


def test_a_switch_of_unit_converts_hba1c_by_its_line(api):
    api.saved(visit(result("7.0", "hba1c", "%", printed_range={"text": "<5.7"})))
    point = only(api.timeline("hba1c", "?unit=mmol/mol")["points"])
    exact = (Fraction("7.0") - Fraction("2.152")) / Fraction("0.09148")
    assert abs(Fraction(point["value"]) - exact) <= exact / 10**27
    assert round(Decimal(point["value"])) == 53
    assert abs(Fraction(point["range"]["high"]) - (Fraction("5.7") - Fraction("2.152")) / Fraction("0.09148")) < 1e-25
    assert (point["range"]["low"], point["range"]["high_strict"], point["position"]) == (None, True, "above")


def test_a_number_that_ends_is_given_to_its_last_digit(api):
    """A conversion that never ends has 28 significant digits; one that ends has all of them."""
    typed = "1234567890123456789012345678901.2345678"
    api.saved(visit(result(typed, "creatinine", "mg/dL"), result("1", "glucose", "mmol/L")))
    units = catalogue().markers["creatinine"].units
    value = only(api.timeline("creatinine", "?unit=umol/L")["points"])["value"]
    assert Fraction(value) == Fraction(units.convert(Decimal(typed), "mg/dL", "umol/L"))
    endless = only(api.timeline("glucose", "?unit=mg/dL")["points"])["value"]
    assert len(endless.replace(".", "")) == 28
    assert abs(Fraction(endless) - Fraction(100_000, 5551)) < Fraction(1, 10**25)


@pytest.mark.parametrize(
    "slug", ["glucose", "hba1c", "creatinine", "hemoglobin", "urea", "platelets", "vitamin-d-25-oh"]
)
def test_no_unit_moves_a_position_or_writes_an_exponent(api, slug):
    marker = catalogue().markers[slug]
    for place, value in enumerate(["<0.000001", "0", "0.00000001", "1", "<7", "14.0", "100", ">99999999999999"]):
        api.saved(visit(result(value, slug, marker.units.own), day=f"2026-01-{place + 1:02}", fasting=True))
    shown = [api.timeline(slug, f"?unit={unit.replace('%', '%25')}") for unit in marker.units.units]
    assert len({tuple(point["position"] for point in one["points"]) for one in shown}) == 1
    for one in shown:
        texts = [point["value"] for point in one["points"]]
        texts += [point["range"][name] for point in one["points"] if point["range"] for name in ("low", "high")]
        texts += [band[name] for band in one["bands"] for name in ("low", "high")]
        assert all(text is None or not {"e", "E", "/", ","} & set(text) for text in texts)
        assert all(isinstance(text, str | None) for text in texts)


# Which range


def test_the_printed_range_goes_before_the_laboratorys_and_that_before_the_general(api):
    printed = {"low": "0.9", "high": "2.0"}
    for day, lab, row in [
        ("2026-01-01", "", b2m()),
        ("2026-01-02", "Mayo", b2m()),
        ("2026-01-03", "mayo clinic", b2m()),
        ("2026-01-04", "Mayo", b2m(printed_range=printed)),
        ("2026-01-05", "", b2m(printed_range=printed)),
        ("2026-01-06", "Village lab", b2m()),
        ("2026-01-07", "Mayo", b2m(printed_range={"text": "see below"})),
    ]:
        api.saved(visit(row, day=day, lab=lab))
    points = api.timeline(B2M)["points"]
    assert [point["range"]["origin"] for point in points] == [
        *("general", "laboratory", "laboratory", "printed", "printed", "general", "laboratory")
    ]
    assert [(point["range"]["low"], point["range"]["high"]) for point in points] == [
        *(("0.7", "1.8"), ("1.21", "2.70"), ("1.21", "2.70"), ("0.9", "2.0"), ("0.9", "2.0"), ("0.7", "1.8")),
        ("1.21", "2.70"),
    ]
    assert [point["position"] for point in points] == ["in", "below", "below", "in", "in", "in", "below"]


def test_a_printed_range_in_another_unit_judges_in_that_unit(api):
    printed = {"low": "53", "high": "97", "unit": "umol/L"}
    api.saved(visit(result("1.00", "creatinine", "mg/dL", printed_range=printed)))
    point = only(api.timeline("creatinine", "?unit=umol/L")["points"])
    assert (point["range"]["low"], point["range"]["high"]) == ("53", "97")
    assert (point["position"], point["range"]["origin"]) == ("in", "printed")


@pytest.mark.parametrize(
    ("value", "position"),
    [
        *(("0.7", "in"), ("1.8", "in"), ("0.69999999", "below"), ("1.80000001", "above"), ("<0.7", "below")),
        *(("<=0.7", "unplaced"), ("<1.8", "unplaced"), (">1.8", "above"), (">=1.8", "unplaced"), (">0.7", "unplaced")),
    ],
)
def test_the_position_is_that_of_everything_the_value_can_stand_for(api, value, position):
    api.saved(visit(b2m(value)))
    assert only(api.timeline(B2M)["points"])["position"] == position


@pytest.mark.parametrize(
    ("text", "value", "position"), [("<5.7", "5.7", "above"), ("<5.7", "5.69", "in"), ("<=5.7", "5.7", "in")]
)
def test_a_printed_bound_is_as_strict_as_it_is_printed(api, text, value, position):
    api.saved(visit(b2m(value, printed_range={"text": text})))
    assert only(api.timeline(B2M)["points"])["position"] == position


@pytest.mark.parametrize(("fasting", "position"), [(True, "in"), (False, "none"), (None, "none")])
def test_a_fasting_range_judges_only_a_visit_that_says_fasting(api, fasting, position):
    api.saved(visit(result("90", "glucose", "mg/dL"), fasting=fasting))
    shown = api.timeline("glucose")
    point = only(shown["points"])
    assert point["position"] == position
    assert (point["range"] is None) == (position == "none")
    assert "fasting" in point["why"]
    assert len(shown["bands"]) == (fasting is True)


def test_no_range_is_null_and_says_why(api, maya):
    Person.objects.filter(pk=maya.pk).update(born_on=None, sex="unstated")
    api.saved(visit(result("1.00", "creatinine", "mg/dL")))
    shown = api.timeline("creatinine")
    point = only(shown["points"])
    assert (point["position"], point["range"], point["age"]) == ("none", None, "")
    assert point["why"] == "no birth date"
    assert shown["bands"] == []


@pytest.mark.parametrize(
    ("day", "age"),
    [
        *(("2026-06-13", "62 years"), ("2026-06-14", "63 years"), ("1964-06-13", "365 days"), ("1964-06-14", "1 year")),
        *(("1963-06-14", "0 days"), ("1963-06-15", "1 day"), ("1963-06-13", "")),
    ],
)
def test_the_age_is_that_of_the_day(api, day, age):
    api.saved(visit(b2m(), day=day))
    assert only(api.timeline(B2M)["points"])["age"] == age


def test_a_band_steps_at_a_birthday_and_where_the_laboratory_changes(api, maya):
    Person.objects.filter(pk=maya.pk).update(born_on=date(2010, 2, 28), sex="male")
    for day, lab in [("2019-01-01", "Evexia"), ("2021-01-01", "Evexia"), ("2022-01-01", "Village lab")]:
        api.saved(visit(b2m(), day=day, lab=lab))
    bands = api.timeline(B2M)["bands"]
    assert [band["from"] for band in bands[1:]] == [band["to"] for band in bands[:-1] if band["to"] < "2022-01-01"]
    assert bands[0]["from"] == "2019-01-01"
    assert "2020-02-28" in {band["from"] for band in bands}, bands
    assert {band["origin"] for band in bands if band["to"] <= "2022-01-01"} == {"laboratory"}
    assert all(band["from"] < band["to"] for band in bands)
    assert all(band["origin"] == "general" for band in bands if band["from"] >= "2022-01-01")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-30", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_too(api, alice_client, maya, day):
    api.saved(visit(b2m(), day=day))
    api.saved(visit(b2m("1.3"), day="2026-10-03"))
    assert day in {point["date"] for point in api.timeline(B2M)["points"]}
    for page in ("", f"markers/{B2M}/", "visits/"):
        assert alice_client.get(f"/people/{maya.pk}/{page}").status_code == 200
