"""Whatever is sent to the API, the answer is below 500, in strict JSON, refusals in the one shape; pages still open."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from markers.queries import catalogue
from results.models import Result
from tests.api import problems, result, strict, visit
from tests.api.test_imports import ROWS

pytestmark = pytest.mark.django_db

ODD = [
    *("", " ", "\x00", "\ud800", "４.１", "1,234", "1e3", "<", "<0.5", "4.10", "1" * 41, "-0", ".5", "null", "NaN"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "2026-10-03", "all", "fasting", "ferritin", "glucose", "mayo", "%"),
    *("mg/L", "ng/mL", "IU", "x" * 10_000, "😀", "<script>", "0.7-1.8", "<5.7", "1.8-0.7", "a\nb", "\u202e", "../.."),
]
NUMBERS = [0, -1, 1, 2, 10**9, 10**30, -(10**400), 0.1, 1e308, 5e-324, float("nan"), float("inf")]
ATOMS = st.sampled_from([None, True, False, *ODD, *NUMBERS]) | st.text(max_size=12)
KEYS = st.sampled_from(["id", "name", "value", "unit", "marker", "version", "results", "low", "text", ""]) | st.text(
    max_size=5
)
ANY = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
RANGE = {"low": "0.70", "high": "1.8", "low_strict": False, "high_strict": True, "text": "<1.8", "unit": "ng/mL"}
VISIT = visit(result(note="", printed_range=RANGE), result("5", "glucose", "mg/dL"), lab="Mayo", fasting=True, note="")
BODIES = [
    {"name": "Maya", "sex": "female", "born_on": "1980-02-29"},
    VISIT,
    VISIT | {"version": 1},
    {"accept": "all", "this_person": True},
    {"accept": [1]},
]


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """Every path into a body."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


@st.composite
def bodies(draw) -> bytes:
    """A body that would do with up to three things changed, anything at all, or no JSON."""
    body = copy.deepcopy(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(0, 3))):
        *path, last = draw(st.sampled_from(places(body)[1:] or [(0,)]))
        target = body
        for key in path:
            target = target[key]
        if isinstance(target, (dict, list)) and target:
            target[last] = draw(ANY)
    if draw(st.integers(0, 4)) == 0:
        body = draw(ANY)
    raw = json.dumps(body).encode()
    return draw(st.binary(max_size=40)) if draw(st.integers(0, 24)) == 0 else raw


CALLS = [
    *(("get", "persons/"), ("post", "persons/"), ("get", "{person}"), ("patch", "{child}")),
    *(("get", "{person}visits/"), ("post", "{person}visits/"), ("post", "{person}visits/"), ("post", "{child}visits/")),
    *(("get", "{visit}"), ("put", "{visit}"), ("put", "{visit}"), ("put", "{visit}")),
    *(("get", "{person}timeline/{slug}/"), ("get", "{child}timeline/{slug}/"), ("get", "markers/{slug}/")),
    *(
        ("get", "markers/{slug}/range/"),
        ("get", "markers/{slug}/range/"),
        ("get", "{import}"),
        ("get", "{person}imports/"),
    ),
    *(
        ("post", "{import}confirm/"),
        ("post", "{import}confirm/"),
        ("post", "{import}undo/"),
        ("upload", "{person}imports/"),
    ),
]
QUERIES = st.dictionaries(
    st.sampled_from(["unit", "from", "to", "sex", "born_on", "on", "lab", "condition", "method", "format"]),
    st.sampled_from([one for one in ODD if one != "\ud800"]) | st.text(st.characters(codec="utf-8"), max_size=8),
    max_size=3,
)
SLUGS = st.sampled_from(["ferritin", "glucose", "creatinine", "hba1c", "alp", "no-such-marker"])


def test_no_body_and_no_query_breaks_the_api(api, alice_client, saved):
    upload = SimpleUploadedFile("labs.json", ROWS)
    brought = strict(alice_client.post(f"/api/v1/{api.imports}", {"file": upload}))
    child = strict(api("post", "persons/", {"name": "Noah", "born_on": "2020-02-29"}))
    ids = {
        "person": api.person,
        "child": f"persons/{child['id']}/",
        "visit": f"visits/{saved['id']}/",
        "import": f"imports/{brought['id']}/",
    }
    seen: Counter[int] = Counter()

    @settings(
        max_examples=2_000,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(call=st.sampled_from(CALLS), body=bodies(), query=QUERIES, slug=SLUGS)
    def send(call, body, query, slug):
        method, path = call
        path = path.format(slug=slug, **ids)
        if method == "get":
            answer = alice_client.get(f"/api/v1/{path}", query)
        elif method == "upload":
            answer = alice_client.post(f"/api/v1/{path}", {"file": SimpleUploadedFile("labs.json", body)})
        else:
            answer = api(method, path, body)
        seen[answer.status_code] += 1
        assert answer.status_code < 500
        if answer.status_code >= 400:
            problems(answer, answer.status_code)
        else:
            strict(answer)

    send()
    assert sum(seen.values()) >= 2_000
    assert {200, 201, 400, 404, 409} <= set(seen), seen
    slugs = {
        facts.slug
        for facts in map(catalogue().by_id.get, set(Result.objects.values_list("marker_id", flat=True)))
        if facts
    }
    for person in (ids["person"], ids["child"]):
        for page in ("", "visits/", *(f"markers/{slug}/" for slug in slugs)):
            assert alice_client.get(f"/{person.replace('persons', 'people')}{page}").status_code == 200
