"""JSON as health data needs it: every digit kept, nothing given twice, nothing too deep."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

DEEPEST = 50

_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)  # possessive: a long text costs no memory
_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
_BRACKETS = re.compile(rb"[\[\]{}]")


class JsonError(ValueError):
    """What is wrong with a document, in words; `place` is the path to it where it is one text of the document."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


class JsonNumber(str):
    """A number's literal, as `4.10` or `1E-22`."""

    __slots__ = ()


def read_json(document: bytes) -> Any:
    """The document with numbers as JsonNumber; JsonError for anything not plain JSON in UTF-8."""
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise JsonError("This is not a text in UTF-8.") from None
    if _depth(document) > DEEPEST:
        raise JsonError(f"It is nested deeper than {DEEPEST} levels.")
    try:
        found = json.loads(
            text,
            parse_float=JsonNumber,
            parse_int=JsonNumber,
            parse_constant=_constant,
            object_pairs_hook=_once,
        )
    except json.JSONDecodeError as problem:
        raise JsonError(f"This is not JSON: line {problem.lineno}, column {problem.colno}.") from None
    if "\\u" in text and (place := _unstorable(found)) is not None:
        raise JsonError("This text holds a character that can't be stored: a NUL, or half of a pair.", place)
    return found


def _unstorable(value: Any, place: str = "") -> str | None:
    """The path to the first text with a NUL or a lone surrogate, which no database keeps."""
    if isinstance(value, str):
        return place if _NO_CHARACTER.search(value) else None
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        if isinstance(name, str) and _NO_CHARACTER.search(name):
            return place
        found = _unstorable(one, f"{place}.{name}" if place else str(name))
        if found is not None:
            return found
    return None


def _depth(document: bytes) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub(b"", document)):
        depth += 1 if bracket[0] in b"[{" else -1
        deepest = max(deepest, depth)
        if deepest > DEEPEST:
            break
    return deepest


def _constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is not a number that JSON knows.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise JsonError(f"The key {twice[:40]!r} stands twice in one object.")
    return found


def write_json(value: Any) -> str:
    """JSON text of what `read_json` gave, each number as its literal."""
    if isinstance(value, JsonNumber):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{write_json(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write_json(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)
