"""Visits through the API: values byte for byte, warnings instead of questions, and no silent overwriting."""

from __future__ import annotations

import json
import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from markers.queries import catalogue
from results.models import Import, Result, Visit, VisitVersion
from tests.api import problems, result, strict, visit
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

CONTRACT = {
    "collected_on": "2026-10-03",
    "lab": "CityLab",
    "fasting": True,
    "note": "",
    "results": [
        {
            "marker": "beta-2-microglobulin",
            "value": "<0.7",
            "unit": "mg/L",
            "printed_range": {"low": "0.7", "high": "1.8", "text": "0.7-1.8"},
        }
    ],
}


def one_row(**more):
    return visit(result() | more)


def raw(row: str, rest: str = "") -> str:
    """A body with one result written out, for what json.dumps would tidy."""
    return f'{{"collected_on": "2026-10-03", {rest}"results": [{row}]}}'


# Shapes


def test_the_visit_of_the_contract_comes_back_whole(api):
    made = api.saved(CONTRACT)
    assert made["version"] == 1
    assert made["warnings"] == []
    uuid.UUID(made["id"])
    uuid.UUID(made["results"][0]["id"])
    assert {name: made[name] for name in ("collected_on", "lab", "fasting", "note")} == {
        name: CONTRACT[name] for name in ("collected_on", "lab", "fasting", "note")
    }
    row, sent = made["results"][0], CONTRACT["results"][0]
    assert {name: row[name] for name in ("marker", "value", "unit")} == {
        name: sent[name] for name in ("marker", "value", "unit")
    }
    assert {name: row["printed_range"][name] for name in ("low", "high", "text")} == sent["printed_range"]
    read = api.read(f"visits/{made['id']}/")
    assert read == {name: value for name, value in made.items() if name != "warnings"}
    assert api.read(api.visits) == [read]


def test_only_day_and_results_are_asked_for(api):
    made = api.saved({"collected_on": "2026-10-03", "results": [{"marker": "ferritin", "value": "1", "unit": "ng/mL"}]})
    assert (made["lab"], made["fasting"], made["note"]) == ("", None, "")
    assert made["results"][0]["printed_range"] is None


@pytest.mark.parametrize("fasting", [True, False, None])
def test_fasting_is_yes_no_or_not_known(api, fasting):
    assert api.saved(visit(fasting=fasting))["fasting"] is fasting


def test_what_the_api_does_not_know_is_passed_over(api):
    sent = visit(result(color="red", id=str(uuid.uuid4())), id=str(uuid.uuid4()), person="x", mood=["fine"], version=9)
    made = api.saved(sent)
    assert made["version"] == 1
    assert made["id"] != sent["id"]
    assert made["results"][0]["id"] != sent["results"][0]["id"]


def test_results_keep_the_order_they_were_sent_in(api):
    markers = ["ferritin", "albumin", "creatinine", "ferritin"]
    made = api.saved(visit(*(result(str(place), marker) for place, marker in enumerate(markers))))
    assert [row["marker"] for row in made["results"]] == markers
    assert [row["value"] for row in api.read(api.visits)[0]["results"]] == ["0", "1", "2", "3"]


def test_visits_come_whole_the_newest_first(api):
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(120)]
    for day in days:
        api.saved(visit(day=day.isoformat()))
    assert [one["collected_on"] for one in api.read(api.visits)] == [day.isoformat() for day in reversed(days)]


def test_the_same_visit_sent_twice_is_two_visits(api):
    assert api.saved(visit())["id"] != api.saved(visit())["id"]


@pytest.mark.parametrize(("visits", "rows"), [(1, 1), (12, 1), (1, 60)], ids=["one", "many visits", "many results"])
def test_the_number_of_queries_does_not_grow(api, django_assert_max_num_queries, visits, rows):
    for _ in range(visits - 1):
        api.saved(visit())
    with django_assert_max_num_queries(14):
        made = api.saved(visit(*(result(str(number)) for number in range(rows))))
    with django_assert_max_num_queries(7):
        assert len(api.read(api.visits)) == visits
    with django_assert_max_num_queries(30):
        assert api("put", f"visits/{made['id']}/", made).status_code == 200


# Values

SAVED = [
    *("4.10", "4,10", "0", "0.0", "0.00000001", "007", ".5", "5.", "-0.50", "+3", "123456789.012345"),
    *("<0.5", "< 0.5", "<=0.5", ">1000", ">=3.2", "≤5", "≥ 5", "1" * 40, "1:80", "<1:20"),
    *("negative", "Positive", "not detected", "trace", "+++", "-"),
]


@pytest.mark.parametrize("value", SAVED)
def test_a_value_is_kept_byte_for_byte(api, value):
    made = api.saved(one_row(value=value))
    assert made["results"][0]["value"] == value
    assert api.read(f"visits/{made['id']}/")["results"][0]["value"] == value
    assert Result.objects.get().value == value


def test_outer_blanks_are_no_part_of_a_value(api):
    made = api.saved(one_row(value="\t4.10 ", unit=" ng/mL\n"))
    assert (made["results"][0]["value"], made["results"][0]["unit"]) == ("4.10", "ng/mL")


@pytest.mark.parametrize("literal", ["4.10", "0.00000001", "-0.50", "123456789012345678.90", "7"])
def test_a_number_keeps_its_literal(api, literal):
    """Values are strings; a JSON number is taken too, digit for digit, and never becomes a float."""
    made = api.saved(raw(f'{{"marker": "ferritin", "value": {literal}, "unit": "ng/mL"}}'))
    assert made["results"][0]["value"] == literal


REFUSED = [
    *("1,234", "12,345", "1,234.5", "1.234,5", "1 234", "1'234", "1_000", "1e3", "1E-5", "4.1e0", "<1e3"),
    *(
        "４.１",
        "٤.١",
        "4.1.2",
        "4..1",
        "1,2,3",
        "--1",
        "+-1",
        "<",
        "<<1",
        "=1",
        "~5",
        "5 mg/L",
        "5mg",
        "0x10",
        "½",
        "²",
    ),
    *("abc", "NaN", "inf", "Infinity", "nul", "", " ", ".", ",", "<.", "1" * 41, "1" * 81, "a" * 5_000),
    *("1\x00", "\x00", "1\n2", "\ud800", "<script>", "12 12"),
]


@pytest.mark.parametrize("value", REFUSED, ids=[ascii(value)[:20] for value in REFUSED])
def test_what_the_grammar_does_not_allow_is_refused_at_its_row(api, value):
    answer = api("post", api.visits, visit(result("1"), result(value)))
    assert set(problems(answer)) == {"results.1.value"}
    assert not Visit.objects.exists()


@pytest.mark.parametrize("literal", ["1e3", "1E-5", "true", "null", "[]", "[1]", "{}", '{"value": 1}'])
def test_no_other_kind_of_json_is_a_value(api, literal):
    answer = api("post", api.visits, raw(f'{{"marker": "ferritin", "value": {literal}, "unit": "ng/mL"}}'))
    assert set(problems(answer)) == {"results.0.value"}


# Warnings


@pytest.mark.parametrize(
    ("value", "kind"), [("1200", "magnitude"), ("0.12", "magnitude"), ("999999", "magnitude"), ("13", None)]
)
def test_a_value_far_from_the_last_is_saved_with_a_warning(api, value, kind):
    api.saved(visit(result("12"), day="2026-09-01"))
    made = api.saved(visit(result(value), day="2026-10-03"))
    assert made["results"][0]["value"] == value
    assert [one["kind"] for one in made["warnings"]] == ([kind] if kind else [])
    assert all(one["result"] == 0 and one["message"] for one in made["warnings"])


def day_after(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("sent", "kinds"),
    [
        (lambda: visit(day=day_after(1)), {"future"}),
        (lambda: visit(day=day_after(0)), set()),
        (lambda: visit(day="9999-12-31"), {"future"}),
        (lambda: visit(day="1963-06-13"), {"before birth"}),
        (lambda: visit(day="0001-01-01"), {"before birth"}),
        (lambda: visit(day="2001-01-01"), {"long ago"}),
        (lambda: visit(result(), result("12.1")), {"twice"}),
        (lambda: one_row(unit="IU"), {"unit"}),
        (lambda: one_row(unit=""), {"unit"}),
        (lambda: one_row(value="negative", unit=""), set()),
        (lambda: visit(result("9999", "beta-2-microglobulin", "mg/L")), {"implausible"}),
    ],
)
def test_what_looks_like_a_slip_is_saved_and_said(api, sent, kinds):
    made = api.saved(sent())
    assert {one["kind"] for one in made["warnings"]} == kinds
    assert Visit.objects.count() == 1


def test_an_unknown_unit_is_kept_and_listed_with_its_reason(api):
    made = api.saved(one_row(unit="IU/L"))
    shown = api.timeline()
    assert shown["points"] == []
    assert [(one["result"], one["reported"]) for one in shown["unplotted"]] == [
        (made["results"][0]["id"], {"value": "12.0", "unit": "IU/L"})
    ]
    assert "IU/L" in shown["unplotted"][0]["reason"]


# Printed ranges

RANGES = [
    ({"low": "0.70", "high": "1.8", "text": "0.7-1.8"}, ("0.70", "1.8", False, False)),
    ({"low": "0.70", "high": "1.8"}, ("0.70", "1.8", False, False)),
    ({"low": "0.70"}, ("0.70", None, False, False)),
    ({"high": "1.8"}, (None, "1.8", False, False)),
    ({"low": "0", "high": "0"}, ("0", "0", False, False)),
    ({"low": None, "high": "5", "text": None}, (None, "5", False, False)),
    ({"low": "", "high": "5"}, (None, "5", False, False)),
    ({"low": "-2,5", "high": "+2.5"}, ("-2.5", "2.5", False, False)),
    ({"text": "<5.7"}, (None, "5.7", False, True)),
    ({"text": "<=5.7"}, (None, "5.7", False, False)),
    ({"text": "> 60"}, ("60", None, True, False)),
    ({"text": "3.4-10.8"}, ("3.4", "10.8", False, False)),
    ({"text": "3.4–10.8 mg/L"}, ("3.4", "10.8", False, False)),
    ({"text": "Up to 200"}, (None, "200", False, False)),
    ({"high": "5.7", "text": "<5.7"}, (None, "5.7", False, True)),
    ({"high": "5.70", "text": "<5.7"}, (None, "5.70", False, True)),
    ({"high": "6", "text": "<5.7"}, (None, "6", False, False)),
    ({"high": "5.7", "text": "<5.7", "high_strict": False}, (None, "5.7", False, False)),
    ({"low": None, "high": None, "high_strict": False, "text": "<5.7"}, (None, "5.7", False, True)),
    ({"high": "5.7", "high_strict": True}, (None, "5.7", False, True)),
    ({"text": "see comment"}, (None, None, False, False)),
    ({"text": "0." + "1" * 60 + "-2"}, (None, None, False, False)),
    ({"low_strict": True, "text": "negative"}, (None, None, False, False)),
]


@pytest.mark.parametrize(("sent", "kept"), RANGES, ids=[str(sent)[:60] for sent, _ in RANGES])
def test_the_range_on_the_report_is_kept_as_printed(api, sent, kept):
    made = api.saved(one_row(printed_range=sent))
    shown = made["results"][0]["printed_range"]
    assert tuple(shown[name] for name in ("low", "high", "low_strict", "high_strict")) == kept
    assert shown["text"] == (sent.get("text") or "")
    again = api("put", f"visits/{made['id']}/", made)
    assert strict(again)["results"][0]["printed_range"] == shown


def test_bounds_may_be_numbers_and_keep_their_digits(api):
    row = '{"marker": "ferritin", "value": "1", "unit": "ng/mL", "printed_range": {"low": 0.70, "high": 10}}'
    shown = api.saved(raw(row))["results"][0]["printed_range"]
    assert (shown["low"], shown["high"]) == ("0.70", "10")


@pytest.mark.parametrize("sent", [None, {}, {"low": None, "high": None, "text": ""}])
def test_no_printed_range_is_none(api, sent):
    assert api.saved(one_row(printed_range=sent))["results"][0]["printed_range"] is None


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("low", {"low": "2", "high": "1"}),
        ("low", {"low": "abc"}),
        ("low", {"low": "<1"}),
        ("low", {"low": "1,234"}),
        ("low", {"low": "1e3"}),
        ("low", {"low": "４"}),
        ("low", {"low": "negative"}),
        ("low", {"low": "1" * 41}),
        ("low", {"low": "." + "5" * 39}),
        ("low", {"low": True}),
        ("low", {"low": ["1"]}),
        ("high", {"high": {}}),
        ("high", {"high": "1\x00"}),
        ("text", {"text": 5}),
        ("text", {"text": ["0.7-1.8"]}),
        ("text", {"text": "x" * 201}),
        ("unit", {"unit": 5}),
        ("high_strict", {"high": "1", "high_strict": "yes"}),
    ],
)
def test_a_printed_range_that_makes_no_sense_is_refused_at_its_field(api, field, sent):
    answer = api("post", api.visits, one_row(printed_range=sent))
    assert set(problems(answer)) == {f"results.0.printed_range.{field}"}


@pytest.mark.parametrize("sent", ["0.7-1.8", ["0.7", "1.8"], 5, True])
def test_a_printed_range_is_an_object(api, sent):
    assert set(problems(api("post", api.visits, one_row(printed_range=sent)))) == {"results.0.printed_range"}


# Refusals

BAD = [
    ("collected_on", '{"results": [{"marker": "ferritin", "value": "1", "unit": "ng/mL"}]}'),
    ("results", '{"collected_on": "2026-10-03"}'),
    ("results", '{"collected_on": "2026-10-03", "results": []}'),
    ("results", '{"collected_on": "2026-10-03", "results": null}'),
    ("results", '{"collected_on": "2026-10-03", "results": {}}'),
    ("results", '{"collected_on": "2026-10-03", "results": "ferritin"}'),
    ("results", '{"collected_on": "2026-10-03", "results": 5}'),
    ("results.0", raw("5")),
    ("results.0", raw('"ferritin"')),
    ("results.0", raw("null")),
    ("results.0", raw("[]")),
    ("results.0.marker", raw('{"value": "1", "unit": "ng/mL"}')),
    ("results.0.marker", raw('{"marker": null, "value": "1", "unit": "ng/mL"}')),
    ("results.0.marker", raw('{"marker": "", "value": "1", "unit": "ng/mL"}')),
    ("results.0.marker", raw('{"marker": "no-such-marker", "value": "1", "unit": "ng/mL"}')),
    ("results.0.marker", raw('{"marker": "Ferritin", "value": "1", "unit": "ng/mL"}')),
    ("results.0.marker", raw('{"marker": 5, "value": "1", "unit": "ng/mL"}')),
    ("results.0.marker", raw('{"marker": ["ferritin"], "value": "1", "unit": "ng/mL"}')),
    ("results.0.marker", raw('{"marker": "' + "x" * 5_000 + '", "value": "1", "unit": "ng/mL"}')),
    ("results.0.value", raw('{"marker": "ferritin", "unit": "ng/mL"}')),
    ("results.0.unit", raw('{"marker": "ferritin", "value": "1"}')),
    ("results.0.unit", raw('{"marker": "ferritin", "value": "1", "unit": null}')),
    ("results.0.unit", raw('{"marker": "ferritin", "value": "1", "unit": 5}')),
    ("results.0.unit", raw('{"marker": "ferritin", "value": "1", "unit": "' + "x" * 61 + '"}')),
    ("results.0.unit", raw('{"marker": "ferritin", "value": "1", "unit": "a\\u0000"}')),
    ("results.0.note", raw('{"marker": "ferritin", "value": "1", "unit": "", "note": "' + "x" * 2_001 + '"}')),
    ("results.0.note", raw('{"marker": "ferritin", "value": "1", "unit": "", "note": 5}')),
    ("lab", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"lab": "' + "x" * 121 + '", ')),
    ("lab", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"lab": "a\\u0000", ')),
    ("lab", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"lab": "\\ud800", ')),
    ("lab", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"lab": 5, ')),
    ("lab", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"lab": null, ')),
    ("note", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"note": "' + "x" * 5_001 + '", ')),
    ("note", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"note": ["a"], ')),
    ("fasting", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"fasting": "yes", ')),
    ("fasting", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"fasting": 1, ')),
    ("fasting", raw('{"marker": "ferritin", "value": "1", "unit": "ng/mL"}', '"fasting": [], ')),
]


@pytest.mark.parametrize(("field", "body"), BAD, ids=[f"{place} {body[-60:]}" for place, (_, body) in enumerate(BAD)])
def test_a_visit_that_makes_no_sense_is_refused_at_its_field(api, field, body):
    assert set(problems(api("post", api.visits, body))) == {field}
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    "day",
    [
        *(
            "",
            "today",
            "3 October 2026",
            "2026-10-3",
            "20261003",
            "2026-W40-6",
            "03.10.2026",
            "2026-02-29",
            "2026-13-01",
        ),
        *(
            "2026-10-03T08:00:00Z",
            "0000-01-01",
            "２０２６-10-03",
            " 2026-10-03",
            20261003,
            None,
            True,
            [],
            {},
            "10000-01-01",
        ),
    ],
)
def test_a_day_is_written_one_way(api, day):
    assert set(problems(api("post", api.visits, visit() | {"collected_on": day}))) == {"collected_on"}


@pytest.mark.parametrize(("rows", "status"), [(1_000, 201), (1_001, 400)])
def test_a_visit_holds_at_most_1000_results(api, rows, status):
    answer = api("post", api.visits, visit(*[result()] * rows))
    assert answer.status_code == status
    assert Result.objects.count() == (rows if status == 201 else 0)


def test_each_row_that_is_wrong_is_named(api):
    rows = [result(), result("1,234"), result(), result(marker="x"), result("1e3", marker="y")]
    assert set(problems(api("post", api.visits, visit(*rows)))) == {
        "results.1.value",
        "results.3.marker",
        "results.4.marker",
    }


# Editing


def test_put_replaces_the_visit_and_counts_its_version(api, saved):
    sent = visit(result("13.0"), day="2026-10-04", lab="CityLab", fasting=False, note="after a run", version=1)
    answer = api("put", f"visits/{saved['id']}/", sent)
    assert answer.status_code == 200
    body = strict(answer)
    assert (body["id"], body["version"]) == (saved["id"], 2)
    assert (body["collected_on"], body["lab"], body["fasting"], body["note"]) == (
        "2026-10-04",
        "CityLab",
        False,
        "after a run",
    )
    assert [row["value"] for row in body["results"]] == ["13.0"]
    assert "warnings" in body
    assert api.timeline()["points"][0]["date"] == "2026-10-04"


def test_put_keeps_the_ids_of_the_rows_it_names(api):
    made = api.saved(visit(result("1"), result("2"), result("3")))
    first, second, third = made["results"]
    sent = made | {"results": [third, result("4"), first | {"value": "1.50"}]}
    body = strict(api("put", f"visits/{made['id']}/", sent))
    assert [row["value"] for row in body["results"]] == ["3", "4", "1.50"]
    assert [body["results"][0]["id"], body["results"][2]["id"]] == [third["id"], first["id"]]
    assert body["results"][1]["id"] not in {row["id"] for row in made["results"]}
    assert not Result.objects.filter(pk=second["id"]).exists()


def test_put_of_what_was_read_changes_nothing_but_the_version(api):
    made = api.saved(
        visit(result("4,10", note="hemolytic", printed_range={"text": "<5.7"}), result("1:80", "albumin", ""))
    )
    read = api.read(f"visits/{made['id']}/")
    body = strict(api("put", f"visits/{made['id']}/", read))
    assert body.pop("warnings") == []
    assert body == read | {"version": 2}


def test_put_keeps_what_a_named_row_leaves_out(api):
    made = api.saved(visit(result(note="hemolytic", printed_range={"low": "1", "high": "2"})))
    row = made["results"][0]
    short = {name: row[name] for name in ("id", "marker", "value", "unit")}
    body = strict(api("put", f"visits/{made['id']}/", visit(short, version=1)))
    assert body["results"] == made["results"]
    bare = short | {"note": "", "printed_range": None}
    body = strict(api("put", f"visits/{made['id']}/", visit(bare, version=2)))
    assert (body["results"][0]["note"], body["results"][0]["printed_range"]) == ("", None)


def from_a_document(maya, **columns) -> Result:
    """A result as a document brought it, as nobody would type it."""
    batch = Import.objects.create(person=maya, status="confirmed")
    stored = Visit.objects.create(person=maya, collected_on=date(2026, 10, 3), batch=batch)
    if columns["name"] == "Ferritin":
        columns["marker_id"] = catalogue().markers["ferritin"].id
    return Result.objects.create(person=maya, visit=stored, batch=batch, collected_on=stored.collected_on, **columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"name": "Color", "text": "Yellow"},
        {"name": "Ferritin", "value": "1E-22", "unit": "ng/mL "},
        {"name": "Ferritin", "value": "1234567890.1234567890123456789012345678901234567890"},
        {"name": "Ferritin", "value": "12", "note": "x" * 9_000 + "\n"},
        {"name": "Ferritin", "value": "12", "printed_text": "3.4-10.8"},
    ],
    ids=["a word", "an exponent", "many digits", "a long note", "a range that was not taken"],
)
def test_put_refuses_and_changes_nothing_of_a_document_that_was_not_touched(api, maya, columns):
    stored = from_a_document(maya, **columns)
    before = Result.objects.filter(pk=stored.pk).values().get()
    read = api.read(f"visits/{stored.visit_id}/")
    answer = api("put", f"visits/{stored.visit_id}/", read | {"note": "mine"})
    assert answer.status_code == 200, answer.content
    assert Result.objects.filter(pk=stored.pk).values().get() == before


def test_a_value_typed_over_a_word_leaves_no_word_behind(api, maya):
    stored = from_a_document(maya, name="Ketones", text="Trace")
    read = api.read(f"visits/{stored.visit_id}/")
    read["results"][0]["value"] = "0.5"
    row = strict(api("put", f"visits/{stored.visit_id}/", read))["results"][0]
    assert (row["value"], row["text"]) == ("0.5", "")


def test_a_stale_version_is_answered_with_both(api, saved):
    url = f"visits/{saved['id']}/"
    now = strict(api("put", url, visit(result("13.0"), version=1)))
    sent = visit(result("14.0"), note="mine", version=1)
    answer = api("put", url, sent)
    assert set(problems(answer, 409)) == {"version"}
    body = strict(answer)
    assert body["sent"] == sent
    assert body["current"] == api.read(url) == {name: value for name, value in now.items() if name != "warnings"}
    assert (body["current"]["version"], body["current"]["results"][0]["value"]) == (2, "13.0")


def test_a_stale_put_of_a_row_that_was_removed_meanwhile_is_a_conflict(api):
    made = api.saved(visit(result("1"), result("2")))
    url = f"visits/{made['id']}/"
    assert api("put", url, made | {"results": made["results"][:1]}).status_code == 200
    assert set(problems(api("put", url, made), 409)) == {"version"}


@pytest.mark.parametrize("version", [None, "", "one", True, [], {}, 1.5, "1_0", "1" * 5_000, -1, "１"])
def test_put_asks_for_the_version_that_was_read(api, saved, version):
    assert set(problems(api("put", f"visits/{saved['id']}/", visit(version=version)))) == {"version"}


def test_put_without_a_version_is_refused(api, saved):
    assert set(problems(api("put", f"visits/{saved['id']}/", visit()))) == {"version"}
    assert api.read(f"visits/{saved['id']}/")["version"] == 1


@pytest.mark.parametrize("version", [2, 99, 999_999_999, 0, "2"])
def test_a_version_that_never_was_is_a_conflict(api, saved, version):
    assert set(problems(api("put", f"visits/{saved['id']}/", visit(version=version)), 409)) == {"version"}


@pytest.mark.parametrize("identity", ["another visit's", "nobody's", "nothing of the kind", 5, [], True])
def test_put_takes_only_the_visits_own_results(api, saved, identity):
    other = api.saved(visit(result("99")))
    given = {"another visit's": other["results"][0]["id"], "nobody's": str(uuid.uuid4())}.get(str(identity), identity)
    answer = api("put", f"visits/{saved['id']}/", visit(result("1", id=given), version=1))
    assert set(problems(answer)) == {"results.0.id"}
    assert api.read(f"visits/{other['id']}/")["results"] == other["results"]


def test_put_takes_a_result_once(api, saved):
    row = saved["results"][0]
    assert set(problems(api("put", f"visits/{saved['id']}/", saved | {"results": [row, row]}))) == {"results.1.id"}


def test_put_refuses_like_post_and_saves_nothing(api, saved):
    answer = api("put", f"visits/{saved['id']}/", visit(result(), result("1,234"), version=1))
    assert set(problems(answer)) == {"results.1.value"}
    assert api.read(f"visits/{saved['id']}/")["version"] == 1
    assert not VisitVersion.objects.exists()


def test_delete_takes_the_visit_away(api, saved):
    answer = api("delete", f"visits/{saved['id']}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert problems(api("get", f"visits/{saved['id']}/"), 404)
    assert problems(api("delete", f"visits/{saved['id']}/"), 404)
    assert problems(api("put", f"visits/{saved['id']}/", visit(version=1)), 404)
    assert api.read(api.visits) == []
    assert api.timeline()["points"] == []


def test_a_strangers_visit_is_not_found(stranger, saved, maya):
    for method in ("get", "put", "delete"):
        assert problems(stranger(method, f"visits/{saved['id']}/", visit(version=1)), 404)
    for method in ("get", "post"):
        assert problems(stranger(method, stranger.visits, visit()), 404)
    assert Visit.objects.get().version == 1
    assert maya.visits.count() == 1


def test_an_account_reaches_each_of_its_persons(api, alice):
    child = PersonFactory(account=alice, name="Noah", born_on=date(2015, 1, 1))
    answer = api("post", f"persons/{child.pk}/visits/", visit())
    assert answer.status_code == 201
    assert api.read(api.visits) == []
    assert [one["id"] for one in api.read(f"persons/{child.pk}/visits/")] == [json.loads(answer.content)["id"]]
