"""A page asks the database as often for 2 results as for 2,000."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from results.actions.visits import TypedRow, create_visit
from results.models import Result, Visit
from results.queries import last_values

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(maya):
    """Alice, signed in through the page."""
    client = Client()
    client.post("/accounts/login/", {"login": "alice@example.org", "password": "correct horse"})
    return client


def fill(person, count: int) -> None:
    """So many results of one marker, ten a visit, beside ones of another marker."""
    for number in range(count // 10 or 1):
        day = date(2000, 1, 1) + timedelta(days=30 * number)
        rows = [TypedRow(marker="creatinine", value=f"0.{place}9", unit="mg/dL") for place in range(min(count, 10))]
        rows.append(TypedRow(marker="sodium", value="140", unit="mmol/L"))
        create_visit(person=person, collected_on=day, lab="Mayo Clinic Laboratories", fasting=True, rows=rows)


def queries(client: Client, url: str) -> list[str]:
    """The queries of one request, those for session and account among them; the catalogue is known already."""
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(url)
    assert answer.status_code == 200
    return [query["sql"] for query in seen.captured_queries]


PAGES = {
    "page": ("/people/{0}/markers/creatinine/", 8),
    "page in another unit": ("/people/{0}/markers/creatinine/?unit=umol/L&period=5y", 8),
    "API": ("/api/v1/persons/{0}/timeline/creatinine/", 6),
    "API in another unit": ("/api/v1/persons/{0}/timeline/creatinine/?unit=umol/L&from=2005-01-01", 6),
    "panel": ("/people/{0}/panels/kidney-function/", 8),
    "panel without the markers of no result": ("/people/{0}/panels/electrolytes/?only=results&skip=6", 8),
    "overview": ("/people/{0}/", 12),
    "visits": ("/people/{0}/visits/", 8),
    "markers": ("/people/{0}/markers/", 8),
}


@pytest.mark.parametrize(("url", "most"), PAGES.values(), ids=PAGES)
def test_two_and_two_thousand_results_take_the_same_queries(browser, maya, url, most):
    fill(maya, 2)
    few = queries(browser, url.format(maya.pk))
    Visit.objects.all().delete()
    fill(maya, 2_000)
    assert Result.objects.filter(marker__slug="creatinine").count() == 2_000
    many = queries(browser, url.format(maya.pk))
    assert len(many) == len(few)
    assert len(few) <= most, "\n".join(few)


def test_two_and_two_hundred_typed_rows_take_the_same_queries(browser, maya):
    url = f"/people/{maya.pk}/visits/new"
    counts = []
    for rows in (2, 200):
        sent = {"collected_on": "today", "row-TOTAL_FORMS": rows, "row-INITIAL_FORMS": 0, "action": "review"}
        for place in range(rows):
            typed = {"marker": "Ferritin", "value": "41", "unit": "ng/mL"}
            sent |= {f"row-{place}-{name}": text for name, text in typed.items()}
        with CaptureQueriesContext(connection) as seen:
            assert browser.post(url, sent).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_api_gives_all_two_thousand(browser, maya):
    fill(maya, 2_000)
    answer = browser.get(f"/api/v1/persons/{maya.pk}/timeline/creatinine/").json()
    assert len(answer["points"]) == 2_000


def test_an_untimed_result_stands_before_a_timed_one_of_its_day(maya):
    visit = create_visit(
        person=maya,
        collected_on=date(2026, 1, 2),
        rows=[TypedRow(marker="sodium", value=value, unit="mmol/L") for value in ("150", "140")],
    )
    Result.objects.filter(visit=visit, value="150").update(collected_time=time(8))
    assert last_values(maya)["sodium"].value == "150"
