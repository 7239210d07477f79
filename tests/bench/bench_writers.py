"""Many people save at the same time: nothing fails, nothing is half saved.

The real server on a new database; one account, and a person of its own for each writer.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.live import Site, Visitor, new_database, percentile, postgres_server, served, signed_in_as

MARKERS = (
    *("creatinine", "urea", "uric-acid", "sodium", "potassium", "calcium", "albumin", "total-protein"),
    *("alt", "ast", "alp", "ferritin"),
)


@dataclass
class Figures:
    """What the writers and those who read meanwhile met."""

    statuses: Counter[int] = field(default_factory=Counter)
    whole: int = 0
    partial: int = 0
    writes: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def errors(self) -> int:
        return self.statuses.total() - self.statuses[201] - self.statuses[200]

    def __str__(self) -> str:
        write = [f"{percentile(self.writes, share):.0f}" for share in (0.5, 0.99, 1)]
        read = [f"{percentile(self.reads, share):.0f}" for share in (0.5, 0.99)] if self.reads else ["-", "-"]
        return (
            f"{self.errors} errors, {self.whole} whole visits, {self.partial} partial, {self.seconds:.1f} s; "
            f"write median {write[0]}, p99 {write[1]}, max {write[2]} ms; read median {read[0]}, p99 {read[1]} ms"
        )


def visit_body(day: int) -> dict[str, object]:
    rows = [{"marker": slug, "value": f"{place + 1}.{day:02}", "unit": ""} for place, slug in enumerate(MARKERS)]
    return {"collected_on": f"2024-03-{day % 28 + 1:02}", "lab": "CityLab", "results": rows}


def new_person(who: Visitor, name: str) -> str:
    """The id of a new person of the signed-in account."""
    answer = who.open("/api/v1/persons/", body={"name": name, "sex": "female", "born_on": "1980-02-29"})
    assert answer.status == 201, (answer.status, answer.text)
    return str(answer.json["id"])


def writers_campaign(site: Site, writers: int, visits: int, readers: int = 2) -> Figures:
    """`writers` save `visits` visits of 12 results each, all starting together, while some read."""
    figures, begin, done = Figures(), threading.Barrier(writers + readers + 1), threading.Event()
    first = site.visitor()
    assert "/people/" in first.sign_in().url, "sign-in failed"
    everybody = [signed_in_as(site, first) for _ in range(writers + readers)]
    people = [(who, new_person(who, f"Writer {number}")) for number, who in enumerate(everybody)]

    def write(who: Visitor, person: str) -> None:
        begin.wait()
        for day in range(visits):
            started = time.perf_counter()
            answer = who.open(f"/api/v1/persons/{person}/visits/", body=visit_body(day))
            figures.writes.append(time.perf_counter() - started)
            figures.statuses[answer.status] += 1

    def read(who: Visitor, _person: str) -> None:
        demo = next(one["id"] for one in who.open("/api/v1/persons/").json if not one["name"].startswith("Writer"))
        begin.wait()
        while not done.is_set():
            started = time.perf_counter()
            answer = who.open(f"/api/v1/persons/{demo}/timeline/creatinine/")
            figures.reads.append(time.perf_counter() - started)
            figures.statuses[answer.status] += 1

    def threads(action: Callable[[Visitor, str], None], some: list[tuple[Visitor, str]]) -> list[threading.Thread]:
        made = [threading.Thread(target=action, args=one, daemon=True) for one in some]
        for thread in made:
            thread.start()
        return made

    writing, reading = threads(write, people[:writers]), threads(read, people[writers:])
    begin.wait()
    started = time.perf_counter()
    for thread in writing:
        thread.join()
    figures.seconds = time.perf_counter() - started
    done.set()
    for thread in reading:
        thread.join()
    for who, person in people[:writers]:
        stored = who.open(f"/api/v1/persons/{person}/visits/").json
        expected = [(slug, f"{place + 1}") for place, slug in enumerate(MARKERS)]
        whole = [one for one in stored if [(r["marker"], r["value"].split(".")[0]) for r in one["results"]] == expected]
        figures.whole += len(whole)
        figures.partial += len(stored) - len(whole)
    return figures


def double_submits(site: Site, forms: int, presses: int = 8) -> list[int]:
    """How many visits each form made whose Save was pressed `presses` times at once."""
    who = site.visitor()
    who.sign_in()
    person = new_person(who, "Hasty")
    path = f"/people/{person}/visits/new"
    who.open(path)
    made = []
    for number in range(forms):
        form = {
            "action": "save",
            "nonce": str(uuid.uuid4()),
            "collected_on": f"2024-02-{number % 28 + 1:02}",
            "lab": "",
            "fasting": "",
            "note": "",
            "row-TOTAL_FORMS": "1",
            "row-INITIAL_FORMS": "0",
            "row-0-marker": "Ferritin",
            "row-0-value": "41.0",
            "row-0-unit": "ng/mL",
            "csrfmiddlewaretoken": who.cookie("csrftoken"),
        }
        before = len(who.open(f"/api/v1/persons/{person}/visits/").json)
        with ThreadPoolExecutor(presses) as pool:
            answers = list(pool.map(lambda _, form=form: who.open(path, form=form), range(presses)))
        assert {answer.status for answer in answers} == {200}
        assert len({answer.url for answer in answers}) == 1, "every press ends on the page of the same visit"
        made.append(len(who.open(f"/api/v1/persons/{person}/visits/").json) - before)
    return made


def sqlite_file_is_sound(path: Path) -> bool:
    with sqlite3.connect(path) as file:
        return file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize(("writers", "visits"), [(10, 20), (20, 10), (50, 20)])
def test_many_writers_on_sqlite(tmp_path, writers, visits):
    with served(tmp_path) as site:
        figures = writers_campaign(site, writers, visits)
        print(f"\nSQLite, {writers} writers of {visits} visits: {figures}")
    assert sqlite_file_is_sound(tmp_path / "bloodsight.sqlite3")
    assert (figures.errors, figures.whole, figures.partial) == (0, writers * visits, 0), figures.statuses


def test_many_writers_on_postgresql(tmp_path):
    with new_database(tmp_path, postgres_server()) as address, served(tmp_path, DATABASE_URL=address) as site:
        figures = writers_campaign(site, 50, 20)
        print(f"\nPostgreSQL, 50 writers of 20 visits: {figures}")
    assert (figures.errors, figures.whole, figures.partial) == (0, 1000, 0), figures.statuses


def test_a_form_sent_eight_times_at_once_makes_one_visit(tmp_path):
    with served(tmp_path) as site:
        made = double_submits(site, 100)
    print(f"\n8 presses at once of each of {len(made)} forms: {Counter(made)}")
    assert set(made) == {1}
