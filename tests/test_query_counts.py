"""A page or answer takes as many SQL queries for 2,000 results as for 2."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from results.models import Result
from tests.bench.bench_api import store

pytestmark = pytest.mark.django_db

PATHS = [
    ("/people/{person}/markers/creatinine/", 8),
    ("/people/{person}/markers/creatinine/?period=5y&unit=umol/L", 8),
    ("/api/v1/persons/{person}/timeline/creatinine/", 6),
    ("/api/v1/persons/{person}/timeline/creatinine/?unit=umol/L&from=2010-01-01", 6),
    ("/people/{person}/panels/kidney-function/", 8),
    ("/panels/kidney-function/", 4),
    ("/people/{person}/", 12),
    ("/people/{person}/visits/", 8),
    ("/people/{person}/markers/", 8),
    ("/markers/", 4),
    ("/markers/?q=ferittin", 4),
]


def queries(client, path):
    client.get(path)  # the first request of a process also reads the catalogue
    with CaptureQueriesContext(connection) as made:
        assert client.get(path).status_code == 200
    return len(made)


@pytest.mark.parametrize(("path", "most"), PATHS)
def test_the_number_of_queries_does_not_grow_with_the_results(alice_client, maya, path, most):
    path = path.format(person=maya.pk)
    store(maya, 2, ("creatinine",))
    few = queries(alice_client, path)
    store(maya, 1_998, ("creatinine",))
    assert Result.objects.filter(person=maya).count() == 2_000
    assert queries(alice_client, path) == few <= most
