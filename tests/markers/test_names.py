"""Names as laboratories print them and people type them: each means its marker, and what is near means no other."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from markers.naming import same_name, stated_specimen, two_names
from markers.queries import catalogue
from markers.reference import Subject
from results.documents.matching import match
from results.documents.rows import ReportedRow
from tests.markers.test_search import WHOLE_CATALOGUE, needs

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parent
TOLD = tomllib.loads((FOLDER / "names.toml").read_text(encoding="utf-8"))
NEAR = tomllib.loads((FOLDER / "near_misses.toml").read_text(encoding="utf-8"))["rows"]


def rows_of(one: dict[str, Any]) -> list[dict[str, str]]:
    """Each name of a list with its marker, and the unit or specimen that stands beside it."""
    plain = [{"name": name, "marker": slug} for slug, names in one.get("names", {}).items() for name in names]
    return plain + one.get("rows", [])


PRINTED = [{"laboratory": one["laboratory"]} | row for one in TOLD["lists"] for row in rows_of(one)]
TYPED = [{"language": one["language"]} | row for one in TOLD["languages"] for row in rows_of(one)]


def meant(row: dict[str, str]) -> str:
    """The slug of the marker that a reported row without a code is taken for, or ""."""
    reported = ReportedRow(locator="", name=row["name"], unit=row.get("unit", ""), specimen=row.get("specimen", ""))
    found = match(reported, catalogue(), Subject()).marker
    return found.slug if found else ""


def named(row: dict[str, str]) -> str:
    return " ".join(filter(None, (row["name"], row.get("unit"), row.get("specimen")))) or "no name"


def test_the_table_holds_300_names_of_10_laboratories_and_80_near_misses():
    assert len({(row["laboratory"], named(row)) for row in PRINTED}) == len(PRINTED) >= 300
    assert len({same_name(row["name"]) for row in PRINTED}) >= 300
    assert len({one["laboratory"] for one in TOLD["lists"]}) >= 10
    assert all(one["url"].startswith("http") for one in TOLD["lists"])
    assert len({named(row) for row in NEAR}) == len(NEAR) >= 80


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"{row['laboratory']}: {named(row)}")
def test_a_name_that_a_laboratory_prints_means_its_marker(row):
    needs(row["marker"])
    assert meant(row) == row["marker"]


@pytest.mark.parametrize("row", TYPED, ids=lambda row: f"{row['language']}: {named(row)}")
def test_a_name_of_another_language_means_its_marker_typed_or_printed(row):
    needs(row["marker"])
    assert meant(row) == row["marker"]
    typed = catalogue().named(row["name"])
    assert typed
    assert typed.slug == row["marker"]


@pytest.mark.parametrize("row", NEAR, ids=named)
def test_a_name_that_means_something_else_is_never_taken_for_a_marker_near_to_it(row):
    assert meant(row) in ("", row["may_be"])
    if not row.keys() & {"unit", "specimen"}:
        typed = catalogue().named(row["name"])
        assert typed is None or typed.slug == row["may_be"]


def test_every_marker_is_found_by_each_of_its_names_as_it_is_printed():
    known = catalogue()
    for marker in known.markers.values():
        for name in (marker.name, marker.short_name, *marker.aliases):
            found = meant({"name": name}) if name else marker.slug
            assert found == marker.slug, (marker.slug, name)


def test_no_marker_of_the_table_is_unknown_once_the_catalogue_is_whole():
    known = catalogue().markers
    slugs = {row["marker"] for row in (*PRINTED, *TYPED)} | {row["may_be"] for row in NEAR} - {""}
    if len(known) >= WHOLE_CATALOGUE:
        assert slugs <= set(known)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("NT-proBNP", "nt‑probnp", True),
        ("NT-proBNP", "NT proBNP", True),
        ("NT-proBNP", "NT- proBNP", True),
        ("PROTEINES  TOTALES", "Protéines totales", True),
        ("GESAMTEIWEISS", "Gesamteiweiß", True),
        ("CO₂", "CO2", True),
        ("Sodium,S", "Sodium, S", True),
        ("Lp (a)", "Lp(a)", True),
        ("ALT / SGPT", "ALT/SGPT", True),
        ("Protein, S", "Protein S", False),
        ("Neutrophils %", "Neutrophils", False),
        ("Neutrophils #", "Neutrophils", False),
        ("Vitamin B12", "Vitamin B1", False),
        ("1,25-OH vitamin D", "25-OH vitamin D", False),
        ("ApoE", "ApoB", False),
    ],
)
def test_spellings_of_a_name_are_one_name_and_nothing_that_tells_is_lost(one, other, is_same):
    assert (same_name(one) == same_name(other)) is is_same


@pytest.mark.parametrize(
    ("printed", "name", "specimen"),
    [
        ("Ferritin, Serum", "Ferritin", "Serum"),
        ("Potassium, Plasma or Serum", "Potassium", "Plasma or Serum"),
        ("Albumin (S)", "Albumin", "serum"),
        ("Hemoglobin A1c, B", "Hemoglobin A1c", "whole blood"),
        ("Kreatinin im Serum", "Kreatinin", "Serum"),
        ("Ácido Úrico no Soro", "Ácido Úrico", "Soro"),
        ("Creatinine (urine)", "Creatinine", "urine"),
        ("Protein S", "Protein S", ""),
        ("Vitamin B", "Vitamin B", ""),
        ("Hepatitis in B", "Hepatitis in B", ""),
        ("Amylase, P", "Amylase, P", ""),
        ("Serum", "Serum", ""),
        (", S", ", S", ""),
        ("", "", ""),
    ],
)
def test_a_specimen_at_the_end_of_a_name_is_told_from_the_name(printed, name, specimen):
    assert stated_specimen(printed) == (name, specimen)


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Sodium (Na)", ("Sodium", "Na")),
        ("ALT/SGPT", ("ALT", "SGPT")),
        ("Kinaza kreatyny /CK/", ("Kinaza kreatyny", "CK")),
        ("Aminotransferaza alaninowa /AlAT/", ("Aminotransferaza alaninowa", "AlAT")),
        ("Sodium", ("Sodium", "")),
        ("(Na)", ("(Na)", "")),
        ("a/b/c", ("a/b/c", "")),
        ("", ("", "")),
    ],
)
def test_two_names_of_one_thing_are_told_apart(printed, names):
    assert two_names(printed) == names
