"""What a series costs beside the bare query and JSON dump of its rows, and what the heavy pages take."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

import pytest
from django.db import connection
from django.test import Client

from bloodsight.people.models import Person
from markers.queries import catalogue
from results.models import Result, Visit
from tests.conftest import signed_in
from tests.live import Visitor, manage, new_database, percentile, postgres_server, served

pytestmark = pytest.mark.django_db
MARKERS = (
    *("creatinine", "urea", "uric-acid", "sodium", "potassium", "calcium", "albumin", "total-protein"),
    *("alt", "ast", "alp", "ferritin"),
)
BARE = """
SELECT r.id, r.visit_id, r.collected_on, r.collected_time, r.value, r.unit, r.unit_code, r.printed_low, r.printed_high,
    r.printed_low_strict, r.printed_high_strict, r.printed_unit, r.method, v.lab, v.fasting
FROM results_result r JOIN results_visit v ON v.id = r.visit_id
WHERE r.person_id = %s AND r.marker_id = %s ORDER BY r.collected_on, r.collected_time, r."order"
"""


def store(person: Person, visits: int, markers: tuple[str, ...]) -> None:
    """`visits` visits a week apart, the last this year, of one result for each of `markers`."""
    known = catalogue().markers
    first = date(2026, 1, 5) - timedelta(weeks=visits)
    made = [
        Visit(person=person, collected_on=first + timedelta(weeks=week), lab=("CityLab", "Ward 3")[week % 2])
        for week in range(visits)
    ]
    Visit.objects.bulk_create(made)
    results = [
        Result(
            person=person,
            visit=visit,
            collected_on=visit.collected_on,
            order=place,
            marker_id=known[slug].id,
            value=f"{place + 1}.{week % 100:02}",
            unit=known[slug].units.own,
            unit_code=known[slug].units.own,
        )
        for week, visit in enumerate(made)
        for place, slug in enumerate(markers)
    ]
    Result.objects.bulk_create(results, batch_size=500)


def bare(person: Person, marker_id: int) -> str:
    """The rows of a series by one SQL query, dumped as JSON: the least that an API could do."""
    with connection.cursor() as cursor:
        cursor.execute(BARE, [person.pk.hex if connection.vendor == "sqlite" else person.pk, marker_id])
        names = [column[0] for column in cursor.description]
        return json.dumps([dict(zip(names, row, strict=True)) for row in cursor.fetchall()], default=str)


def timed(*actions: Callable[[], object], rounds: int) -> list[list[float]]:
    """The times of each action, taken in turns after a first round that is left out."""
    times: list[list[float]] = [[] for _ in actions]
    for number in range(rounds + 1):
        for place, action in enumerate(actions):
            started = time.perf_counter()
            action()
            if number:
                times[place].append(time.perf_counter() - started)
    return times


def compared(client: Client, person: Person, rounds: int) -> tuple[float, float]:
    """The median time of the API for a series and of the bare query and dump of its rows, in milliseconds."""
    path, marker_id = f"/api/v1/persons/{person.pk}/timeline/creatinine/", catalogue().markers["creatinine"].id
    api, sql = timed(lambda: client.get(path), lambda: bare(person, marker_id), rounds=rounds)
    return 1000 * median(api), 1000 * median(sql)


def test_the_api_beside_the_bare_query_and_dump(alice, maya):
    client = signed_in(alice)
    store(maya, 500, ("creatinine",))
    answer = client.get(f"/api/v1/persons/{maya.pk}/timeline/creatinine/").json()
    assert len(answer["points"]) == 500
    assert len(json.loads(bare(maya, catalogue().markers["creatinine"].id))) == 500
    api, sql = compared(client, maya, rounds=100)
    print(
        f"\n{connection.vendor}, 500 points: API {api:.1f} ms, bare query and dump {sql:.2f} ms: {api / sql:.1f} times"
    )


@pytest.mark.parametrize("server", ["SQLite", "PostgreSQL"])
def test_the_heavy_pages_of_the_real_server(tmp_path, server):
    with (
        new_database(tmp_path, postgres_server() if server == "PostgreSQL" else "") as address,
        served(tmp_path, DATABASE_URL=address) as site,
    ):
        who = site.visitor()
        who.sign_in()
        for results in (1_000, 2_000):
            person = who.open("/api/v1/persons/", body={"name": "Many", "sex": "female", "born_on": "1960-05-01"}).json
            filled = manage(
                "shell", "--no-imports", "-c", FILL.format(person=person["id"], count=results), env=site.env
            )
            assert filled.returncode == 0, filled.stderr
            print(f"\n{server}, one reader, a person of {results} results, 500 of them of one marker:")
            _report(who, person["id"])


FILL = """
from bloodsight.people.models import Person
from tests.bench.bench_api import MARKERS, store
person = Person.objects.get(pk="{person}")
store(person, 500, ("creatinine",))
store(person, ({count} - 500) // (len(MARKERS) - 1), MARKERS[1:])
"""


def _report(who: Visitor, person: str) -> None:
    paths = {
        "timeline page": f"/people/{person}/markers/creatinine/",
        "timeline API": f"/api/v1/persons/{person}/timeline/creatinine/",
        "home": f"/people/{person}/",
        "list of visits": f"/people/{person}/visits/",
        "a new visit": f"/people/{person}/visits/new",
        "healthz": "/healthz",
    }
    for name, path in paths.items():
        (times,) = timed(lambda path=path: who.open(path), rounds=40)
        answer = who.open(path)
        assert answer.status == 200, (path, answer.status)
        print(f"  {name}: median {1000 * median(times):.0f} ms, p95 {percentile(times, 0.95):.0f} ms", end="")
        print(f", {len(answer.text) // 1000} kB")
