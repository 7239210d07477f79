"""What finding a marker takes: alone, through the API and on the page, beside difflib over the same names."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from statistics import median

import pytest

from markers.queries import catalogue
from tests.bench.bench_api import timed
from tests.live import percentile
from tests.markers.test_search import QUERIES

pytestmark = pytest.mark.django_db
MOST = 30  # milliseconds
TYPED = [typed for typed, _ in QUERIES]


def of_each(find: Callable[[str], object], rounds: int) -> list[float]:
    """The times of one look-up, over every query of the table."""
    return [time for own in timed(*(lambda one=typed: find(one) for typed in TYPED), rounds=rounds) for time in own]


def test_a_search_answers_within_30_ms_at_the_median(client):
    known = catalogue()
    names = [name.casefold() for marker in known.markers.values() for name in marker.names]
    ways = {
        "search alone": lambda typed: known.search(typed),
        "API": lambda typed: client.get("/api/v1/markers/", {"q": typed}),
        "page": lambda typed: client.get("/markers/", {"q": typed}),
        "difflib over the same names": lambda typed: get_close_matches(typed.casefold(), names),
    }
    print(f"\n{len(known.markers)} markers, {len(names)} names and codes, {len(TYPED)} queries:")
    found = {}
    for way, find in ways.items():
        times = of_each(find, rounds=5)
        found[way] = 1000 * median(times)
        print(f"  {way}: median {found[way]:.1f} ms, p95 {percentile(times, 0.95):.1f} ms")
    print(f"  difflib takes {found['difflib over the same names'] / found['search alone']:.1f} times as long as search")
    assert max(found["search alone"], found["API"], found["page"]) <= MOST
