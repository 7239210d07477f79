"""JSON as health data needs it."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from results.documents.strict_json import JsonError, JsonNumber, read_json, write_json


@pytest.mark.parametrize(
    "literal", ["0", "-0", "4.10", "1.00", "1E-22", "1e400", "1e2000000", "-0.50", "9" * 5000, "0." + "1" * 5000]
)
def test_a_number_keeps_its_literal_and_is_never_spelled_out(literal):
    found = read_json(literal.encode())
    assert isinstance(found, JsonNumber)
    assert (found, write_json(found)) == (literal, literal)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":[1.0,{"b":null}],"c":"\\u00e9 \\"quoted\\" \\\\","d":true,"e":{}}',
        '["","[{","]}","\\\\\\"["]',
        '"text"',
        "[]",
    ],
)
def test_what_was_read_is_written_as_it_was(text):
    assert json.loads(write_json(read_json(text.encode()))) == json.loads(text)
    assert read_json(write_json(read_json(text.encode())).encode()) == read_json(text.encode())


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", "This is not JSON: line 1, column 1."),
        (b'{"a": 1', "This is not JSON"),
        (b'{"a": "unfinished', "This is not JSON"),
        (b"{'a': 1}", "This is not JSON"),
        (b"[1,]", "This is not JSON"),
        (b"01", "This is not JSON"),
        (b".5", "This is not JSON"),
        (b'{"a": 1}\n{"a": 2}', "This is not JSON: line 2, column 1."),
        (b'"tab\tin a text"', "This is not JSON"),
        (b"NaN", "NaN is not a number"),
        (b'{"a": Infinity}', "Infinity is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b'{"unit": "g", "unit": "mg"}', "'unit' stands twice"),
        (b'{"a": {"b": 1, "\\u0062": 2}}', "'b' stands twice"),
        (b"\xff\xfe{\x00}\x00", "not a text in UTF-8"),
        (b'"\xed\xa0\x80"', "not a text in UTF-8"),
        (b"[" * 51 + b"]" * 51, "nested deeper than 50"),
        (b"[" * 100_000, "nested deeper than 50"),
        (b'{"a":' * 100_000, "nested deeper than 50"),
        (b'"\\u0000"', "can't be stored"),
        (b'{"a": ["x\\u0000"]}', "can't be stored"),
        (b'{"\\u0000": 1}', "can't be stored"),
        (b'["\\ud800"]', "can't be stored"),
        (b'["\\udc00\\ud800"]', "can't be stored"),
    ],
)
def test_what_is_no_plain_json_is_refused_in_words(document, problem):
    with pytest.raises(JsonError) as refused:
        read_json(document)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (b"\xef\xbb\xbf[1]", ["1"]),
        (b"[" * 50 + b"]" * 50, None),
        (b'["' + b"[" * 60 + b'"]', ["[" * 60]),
        (b'["\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]', None),
        (b'["\\ud83e\\ude78"]', ["\U0001fa78"]),
        (b'["\\\\u0000"]', ["\\u0000"]),
    ],
)
def test_what_only_looks_dangerous_is_read(document, found):
    read = read_json(document)
    assert found is None or read == found


@pytest.mark.parametrize("text", [b"x" * 10_000_000, b"\\n" * 5_000_000], ids=["plain", "escapes"])
def test_ten_megabytes_in_one_text_cost_neither_minutes_nor_the_memory(text):
    document = b'{"a":"' + text + b'"}'
    begun = time.perf_counter()
    tracemalloc.start()
    read_json(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.perf_counter() - begun < 30
    assert peak < 8 * len(document)
