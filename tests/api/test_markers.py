"""The catalogue through the API: open to everyone, and the range that fits somebody on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from markers.models import Article, DecisionLimit, MarkerUnit, Variation
from markers.pages import article_text
from markers.queries import catalogue, touch
from tests.api import problems, strict

pytestmark = pytest.mark.django_db

B2M = "beta-2-microglobulin"


@pytest.fixture
def ask():
    """A client that nobody is signed in with; reads a path below /api/v1/."""

    def read(path):
        return Client().get(f"/api/v1/{path}")

    return read


def body(answer):
    assert answer.status_code == 200, answer.content
    return strict(answer)


def test_every_marker_is_listed_whole(ask):
    listed = body(ask("markers/"))
    assert {one["slug"] for one in listed} == set(catalogue().markers)
    assert {"slug", "name", "unit", "units", "aliases", "loinc", "panels"} <= set(listed[0])


def test_a_marker_comes_with_its_ranges_and_their_sources(ask):
    one = body(ask(f"markers/{B2M}/"))
    assert (one["slug"], one["unit"]) == (B2M, "mg/L")
    assert len(one["ranges"]) == len(catalogue().markers[B2M].ranges)
    assert all(row["source"] and row["origin"] in ("general", "laboratory") for row in one["ranges"])


WHOLE = {
    *("slug", "name", "short_name", "specimen", "summary", "unit", "units", "conventional_unit", "si_unit"),
    *(
        "decimals",
        "aliases",
        "loinc",
        "loinc_names",
        "panels",
        "choice",
        "ranges",
        "gaps",
        "limits",
        "variation",
        "influences",
    ),
    *("related", "article"),
}
FIGURES = ("within", "between", "analytical", "low", "high", "value", "upper", "factor", "divisor", "offset")


def rows(one: Any) -> Iterator[dict[str, Any]]:
    """Every object within a body."""
    if isinstance(one, dict):
        yield one
    for part in one.values() if isinstance(one, dict) else one if isinstance(one, list) else ():
        yield from rows(part)


def test_every_marker_comes_whole_with_numbers_as_text_and_a_source_on_each(ask):
    for slug, marker in catalogue().markers.items():
        one = body(ask(f"markers/{slug}/"))
        assert set(one) == WHOLE
        for row in rows(one):
            assert all(row[name] is None or type(row[name]) is str for name in FIGURES if name in row), row
            assert row.keys() & {"source", "source_url", "source_year"} in (
                {"source", "source_url", "source_year"},
                set(),
            )
        for kind in ("ranges", "limits", "variation", "influences"):
            assert len(one[kind]) == len(getattr(marker, kind))
            assert all(row["source"] for row in one[kind]), (slug, kind)
        assert [row["code"] for row in one["units"]] == list(marker.units.units)
        assert all(row["source"] or row["basis"] for row in one["units"] if row["code"] != one["unit"])
        assert {one["conventional_unit"], one["si_unit"]} <= {row["code"] for row in one["units"]}


def test_a_range_says_its_key_and_the_year_of_its_source(ask):
    row = next(row for row in body(ask(f"markers/{B2M}/"))["ranges"] if row["key"] == "adult")
    assert (row["low"], row["high"], row["unit"], row["age_from"]) == ("0.7", "1.8", "mg/L", "18 years")
    assert "founding article" in row["source"]
    years = {
        row["source_year"] for slug in (B2M, "ferritin", "hba1c") for row in body(ask(f"markers/{slug}/"))["ranges"]
    }
    assert len(years - {None}) >= 1


def test_limits_of_one_scheme_say_where_they_start_and_end(ask):
    limits = {row["key"]: row for row in body(ask(f"markers/{B2M}/"))["limits"]}
    told = {
        key: (row["operator"], row["value"], row["upper_operator"], row["upper"], row["unit"])
        for key, row in limits.items()
    }
    assert told["iss-1"] == ("<", "3.5", "", None, "mg/L")
    assert told["iss-2"] == (">=", "3.5", "<", "5.5", "mg/L")
    assert told["iss-3"] == (">=", "5.5", "", None, "mg/L")
    assert len({limits[key]["scheme"] for key in ("iss-1", "iss-2", "iss-3")}) == 1
    assert all(limits[key]["condition"] and limits[key]["source_url"] for key in ("iss-1", "iss-2", "iss-3"))


def test_every_digit_comes_back_as_it_is_stored(ask):
    ferritin = catalogue().markers["ferritin"].id
    source = {"source": "A book", "source_url": "https://a.example/book"}
    MarkerUnit.objects.create(marker_id=ferritin, code="g/L", factor="1000000.00", divisor="1.0", basis="SI prefix")
    Variation.objects.create(marker_id=ferritin, within="14.20", group="19 adults", **source)
    DecisionLimit.objects.create(
        marker_id=ferritin, key="k", name="N", operator=">", value="0.0000001", upper_operator="<=", upper="0.10",
        unit="g/L", sex="female", age_from=14, age_from_unit="days", **source
    )  # fmt: skip
    touch()
    one = body(ask("markers/ferritin/"))
    assert one["units"][-1] == {
        "code": "g/L",
        "factor": "1000000.00",
        "divisor": "1.0",
        "offset": "0",
        "basis": "SI prefix",
        "source": "",
        "source_url": "",
        "source_year": None,
    }
    assert one["variation"][-1] == source | {
        "within": "14.20",
        "between": None,
        "analytical": None,
        "group": "19 adults",
        "note": "",
        "source_year": None,
    }
    limit = one["limits"][-1]
    assert (limit["operator"], limit["value"]) == (">", "0.0000001")
    assert (limit["upper_operator"], limit["upper"]) == ("<=", "0.10")
    assert (limit["sex"], limit["age_from"], limit["age_to"]) == ("female", "14 days", None)


def test_a_gap_says_whom_it_concerns_and_why(ask):
    gaps = [row for slug in catalogue().markers for row in body(ask(f"markers/{slug}/"))["gaps"]]
    assert all(set(row) == {"sex", "age_from", "age_to", "reason"} and row["reason"] for row in gaps)
    assert gaps


def test_related_markers_are_of_the_catalogue(ask):
    related = body(ask(f"markers/{B2M}/"))["related"]
    assert {row["slug"] for row in related} <= set(catalogue().markers)
    assert all(row["why"].endswith(".") for row in related)


def test_an_article_is_told_by_its_lead_version_and_sources(ask):
    one, article = body(ask(f"markers/{B2M}/"))["article"], article_text(catalogue().markers[B2M])
    assert article is not None
    assert (one["lead"], one["version"], one["written_by"]) == (article.lead, article.version, article.written_by)
    assert date.fromisoformat(one["dated"]) == article.dated
    assert (one["reviewed_by"], one["reviewed_on"]) == ("", None)
    assert [row["source_url"] for row in one["sources"]] == [row.url for row in article.sources.values()]


def test_a_marker_without_an_article_says_null(ask):
    Article.objects.filter(marker__slug=B2M).delete()
    touch()
    assert body(ask(f"markers/{B2M}/"))["article"] is None


def test_a_marker_comes_in_two_queries(ask):
    ask(f"markers/{B2M}/")
    with CaptureQueriesContext(connection) as made:
        ask(f"markers/{B2M}/")
    assert len(made) <= 2


def test_a_code_bears_its_loinc_name_and_the_answer_leads_to_the_terms(ask):
    for path in ("markers/", f"markers/{B2M}/", "markers/?q=b2m", "panels/"):
        answer = ask(path)
        assert answer.headers["Link"] == '</about/data/>; rel="license"'
        for one in body(answer) if path.startswith("markers/?") else ():
            assert list(one["loinc_names"]) == one["loinc"]
            assert all(one["loinc_names"].values())


def test_a_cache_may_keep_a_marker_until_the_catalogue_changes(ask):
    first = ask(f"markers/{B2M}/")
    asked = {"if-none-match": first.headers["ETag"]}
    assert Client().get(f"/api/v1/markers/{B2M}/", headers=asked).status_code == 304
    touch()
    assert Client().get(f"/api/v1/markers/{B2M}/", headers=asked).status_code == 200


def test_panels_say_why_their_markers_are_read_together(ask):
    panels = {one["slug"]: one for one in body(ask("panels/"))}
    assert [*panels] == [one.slug for one in catalogue().panels]
    assert all(set(one) == {"slug", "name", "summary", "why", "markers"} for one in panels.values())
    kidney = ["beta-2-microglobulin", "urine-albumin", "uric-acid", "cystatin-c", "creatinine", "egfr", "urea"]
    assert panels["kidney-function"]["markers"] == kidney
    assert (
        panels["kidney-function"]["why"] == next(one for one in catalogue().panels if one.slug == "kidney-function").why
    )


@pytest.mark.parametrize("path", ["markers/no-such-marker/", "markers/no-such-marker/range/", "markers/B2M é/"])
def test_an_unknown_marker_is_not_found(ask, path):
    assert problems(ask(path), 404)


def test_a_cache_may_keep_the_catalogue_until_it_changes(ask):
    first = ask("markers/")
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = Client().get("/api/v1/markers/", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["markers/", f"markers/{B2M}/", f"markers/{B2M}/range/", "panels/"])
def test_the_catalogue_is_only_read(alice_client, method, path):
    assert problems(getattr(alice_client, method)(f"/api/v1/{path}"), 405)


# (query, low, high, origin)
FITS = [
    ("beta-2-microglobulin", "sex=female&born_on=1963-06-14&on=2026-10-03", ("0.7", "1.8", "general")),
    ("beta-2-microglobulin", "sex=female&born_on=1963-06-14&on=2026-10-03&lab=mayo", ("1.21", "2.70", "laboratory")),
    ("beta-2-microglobulin", "sex=female&born_on=1963-06-14&lab=Mayo Clinic", ("1.21", "2.70", "laboratory")),
    ("beta-2-microglobulin", "born_on=1963-06-14&lab=MAYO", ("1.21", "2.70", "laboratory")),
    ("beta-2-microglobulin", "born_on=1963-06-14&lab=Mayo Clinic Laboratories", ("1.21", "2.70", "laboratory")),
    ("beta-2-microglobulin", "born_on=1963-06-14&lab=Village lab", ("0.7", "1.8", "general")),
    ("beta-2-microglobulin", "sex=&born_on=1963-06-14&on=&lab=&condition=", ("0.7", "1.8", "general")),
    ("glucose", "condition=fasting&born_on=1963-06-14", ("4.0", "5.5", "general")),
    ("glucose", "condition=fasting&born_on=2015-06-14&on=2026-10-03", (None, "100", "general")),
    ("hba1c", "born_on=2008-02-29&on=2026-03-01", ("4.0", "5.6", "general")),
]


@pytest.mark.parametrize(("slug", "query", "fit"), FITS)
def test_the_range_that_fits_is_given_and_the_others_say_why_not(ask, slug, query, fit):
    answer = body(ask(f"markers/{slug}/range/?{query}"))
    assert set(answer) == {"range", "reason", "candidates"}
    chosen = answer["range"]
    assert {"low", "high", "unit", "origin", "source"} <= set(chosen)
    assert (chosen["low"], chosen["high"], chosen["origin"]) == fit
    assert chosen["source"]
    assert answer["reason"]
    assert len(answer["candidates"]) == len(catalogue().markers[slug].ranges) - 1
    assert all(one["lost_because"] for one in answer["candidates"])
    assert chosen not in [{name: one[name] for name in chosen} for one in answer["candidates"]]


NONE = [
    ("glucose", "born_on=1963-06-14", "fasting not stated"),
    ("glucose", "born_on=1963-06-14&condition=not fasting", "not fasting"),
    ("hba1c", "", "no birth date"),
    ("hba1c", "born_on=2008-02-29&on=2026-02-28", "no range for this age (17 years)"),
    ("hba1c", "born_on=2026-10-03&on=2026-10-02", "collected before birth"),
    ("hemoglobin", "born_on=1963-06-14&on=2026-10-03", "sex not given"),
]


@pytest.mark.parametrize(("slug", "query", "reason"), NONE)
def test_where_none_fits_the_reason_is_said(ask, slug, query, reason):
    answer = body(ask(f"markers/{slug}/range/?{query}"))
    assert (answer["range"], answer["reason"]) == (None, reason)
    assert len(answer["candidates"]) == len(catalogue().markers[slug].ranges)


@pytest.mark.parametrize(
    ("field", "query"),
    [
        *(("sex", "sex=other"), ("sex", "sex=Female"), ("sex", "sex=%00"), ("born_on", "born_on=x")),
        *(("born_on", "born_on=1981-02-29"), ("on", "on=3.10.2026"), ("on", "on=%ff")),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_at_its_field(ask, field, query):
    assert set(problems(ask(f"markers/{B2M}/range/?{query}"))) == {field}


@pytest.mark.parametrize("born_on", ["0001-01-01", "1900-02-28", "2026-10-03", "9999-12-01", "9999-12-31"])
@pytest.mark.parametrize("on", ["0001-01-01", "2026-10-03", "9999-12-31"])
def test_the_ends_of_the_calendar_have_an_answer(ask, born_on, on):
    for slug in ("creatinine", "alp", "hemoglobin"):
        assert "reason" in body(ask(f"markers/{slug}/range/?sex=male&born_on={born_on}&on={on}"))


def test_a_question_that_names_a_birth_date_is_kept_by_no_cache(ask):
    assert "no-store" in ask(f"markers/{B2M}/range/?sex=female&born_on=1963-06-14")["Cache-Control"]
    assert "public" in ask(f"markers/{B2M}/")["Cache-Control"]


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("b2 microglobuline", B2M),
        ("SGPT", "alt"),
        ("Hb", "hemoglobin"),
        ("kreatinin", "creatinine"),
        ("2276-4", "ferritin"),
    ],
)
def test_a_marker_is_found_by_what_is_typed_best_match_first(ask, typed, slug):
    found = body(ask(f"markers/?q={quote(typed)}"))
    assert found[0] == next(one for one in body(ask("markers/")) if one["slug"] == slug)
    assert {"slug", "name", "specimen"} <= set(found[0])


@pytest.mark.parametrize("query", ["?q=", "?q=%20", "?other=1"])
def test_without_a_question_every_marker_is_listed(ask, query):
    assert body(ask(f"markers/{query}")) == body(ask("markers/"))


@pytest.mark.parametrize("typed", ["xyzzy", "CK-MB", "%00", "%25", "%ff", "x" * 5_000])
def test_what_is_not_found_is_an_empty_list(ask, typed):
    assert body(ask(f"markers/?q={typed}")) == []


def test_a_cache_may_keep_what_was_found(ask):
    first = ask("markers/?q=ferittin")
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = Client().get("/api/v1/markers/?q=ferittin", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
