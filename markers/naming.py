"""Printed names: when two are the same name, and which specimen a name tells of."""

from __future__ import annotations

import re
import unicodedata

_JOINTS = re.compile(r"[\s\-‐-―−_]+")
_AROUND = re.compile(r"\s*([/,;()])\s*")
_SPECIMENS = (
    *("s", "serum", "plasma", "serum or plasma", "plasma or serum", "serum/plasma", "serum,plasma"),
    *(
        "b",
        "blood",
        "whole blood",
        "venous blood",
        "serum or blood",
        "sérum",
        "suero",
        "siero",
        "soro",
        "sang",
        "sangre",
    ),
    *("sangue", "blut", "bloed", "blod", "u", "urine", "urin", "orina", "urina"),
)
_STATED = re.compile(
    rf"(?P<name>[^,(]*[^,(\s].*?)(?:\s*,\s*|\s*\(\s*|\s+(?:in|im|i|en|em|nel|no|na)\s+)"
    rf"(?P<specimen>{'|'.join(sorted(map(re.escape, _SPECIMENS), key=len, reverse=True))})\s*\)?",
    re.IGNORECASE,
)
_TWO = re.compile(r"(?P<one>[^(/]+?)\s*(?:\((?P<other>.+)\)|/(?P<behind>[^/]+)/?)")
_LETTERS = {"s": "serum", "b": "whole blood", "u": "urine"}


def same_name(name: str) -> str:
    """A name in the one form that all its spellings share: no case, accents or kinds of dashes and blanks.

    Nothing that tells one marker from another goes: no word, figure, comma or sign such as % and #.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return _AROUND.sub(r"\1", _JOINTS.sub(" ", text)).strip()


def stated_specimen(name: str) -> tuple[str, str]:
    """`Ferritin, Serum` as (Ferritin, Serum); a name that ends in no specimen as (name, "")."""
    found = _STATED.fullmatch(" ".join(name.split()))
    if not found:
        return name, ""
    specimen = found["specimen"]
    if specimen.casefold() in _LETTERS:  # a letter is a specimen after a comma or in parentheses, not in `... in B`
        joint = name[len(found["name"]) :].lstrip()[:1]
        return (found["name"], _LETTERS[specimen.casefold()]) if joint in (",", "(") else (name, "")
    return found["name"], specimen


def two_names(name: str) -> tuple[str, str]:
    """`Sodium (Na)` and `Sodium/Na` as (Sodium, Na); a single name as (name, "")."""
    found = _TWO.fullmatch(" ".join(name.split()))
    return (found["one"], (found["other"] or found["behind"]).strip()) if found else (name, "")
