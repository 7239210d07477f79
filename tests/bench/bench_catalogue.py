"""What the catalogue takes: loading its seeds, reading it anew, and the page of a marker."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import pytest
from django.core.management import call_command

from markers.models import Article, Laboratory, Marker, Panel
from markers.queries import catalogue, touch
from tests.bench.bench_api import timed

pytestmark = pytest.mark.django_db
MOST = 5  # seconds


def took(work) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def load():
    call_command("load_seeds", verbosity=0)


def test_120_markers_are_loaded_within_5_seconds():
    for model in (Marker, Panel, Laboratory, Article):
        model.objects.all().delete()
    first, again = took(load), took(load)
    count = Marker.objects.count()
    print(f"\n{count} markers: loaded in {first:.2f} s, again in {again:.2f} s ({first / again:.1f} times)")
    assert max(first, again) <= MOST


def test_the_page_of_a_marker_beside_the_smallest_page(client):
    def cold():
        touch()
        client.get("/markers/beta-2-microglobulin/")

    first = took(cold)
    warm, least = (
        1000 * median(times)
        for times in timed(
            lambda: client.get("/markers/beta-2-microglobulin/"), lambda: client.get("/healthz"), rounds=40
        )
    )
    read = took(lambda: (touch(), catalogue()))
    print(f"\nPage of B2M: {warm:.1f} ms ({warm / least:.0f} times the smallest page)")
    print(f"  after a change of the catalogue: {first * 1000:.0f} ms, of which reading it takes {read * 1000:.0f} ms")
    assert warm <= 50
