"""Broken documents: whatever is done to a file, it is read or refused in words."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from markers.reference import Subject
from results.documents.fhir import read_fhir
from results.documents.rows import DocumentError
from results.documents.strict_json import read_json, write_json

REPORT = (Path(__file__).resolve().parents[2] / "reports" / "north_lab.json").read_bytes()
BOUNDED = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None)

strange = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["#", "Patient/1", "999999", "1e999999", "9" * 80, "2026-13-01", "24:00", "\u200b", "<5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def read(content: bytes) -> None:
    """Reads it; DocumentError is an answer, anything else fails the test."""
    with contextlib.suppress(DocumentError):
        for row in read_fhir(content, Subject("female")).rows:
            assert len(row.external_id) <= 200
            assert len(row.printed_unit) <= 60
            assert len(row.value) <= 80
            assert bool(row.problem) or bool(row.value or row.text)
            assert bool(row.problem) or row.collected_on is not None


def places(value: Any, path: tuple = ()) -> list[tuple]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for name, one in inner for found in places(one, (*path, name)))]


PLACES = [path for path in places(read_json(REPORT)) if path]


@seed(20261003)
@BOUNDED
@given(st.lists(st.tuples(st.sampled_from(PLACES), strange), min_size=1, max_size=4))
def test_a_document_with_strange_parts_is_read_or_refused_in_words(changes):
    document = read_json(REPORT)
    for path, value in changes:
        with contextlib.suppress(KeyError, IndexError, TypeError, AttributeError):
            target = document
            for name in path[:-1]:
                target = target[name]
            target[path[-1]] = value
    read(write_json(document).encode(errors="replace"))


@seed(20261003)
@BOUNDED
@given(st.integers(0, len(REPORT)), st.integers(0, 40), st.binary(max_size=12))
def test_a_document_with_bytes_cut_out_or_put_in_is_read_or_refused_in_words(at, cut, put):
    read(REPORT[:at] + put + REPORT[at + cut :])


@seed(20261003)
@BOUNDED
@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,0123456789.eE-\\u ', max_size=200).map(str.encode))
def test_bytes_of_any_kind_are_read_or_refused_in_words(content):
    read(content)
