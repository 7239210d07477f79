"""Finding a marker by what a person types."""

from __future__ import annotations

import pytest

from tests.plain import a_marker, catalogue_of

BLOOD = a_marker(
    id=1, slug="total-protein", name="Total protein", short_name="TP", aliases=("Protein", "Gesamteiweiß", "Q7")
)
URINE = a_marker(
    id=2, slug="urine-protein", name="Protein, urine", short_name="", aliases=("Protein", "U-Protein", "Q7")
)
FERRITIN = a_marker(
    id=3, slug="ferritin", name="Ferritin", short_name="Fer", aliases=("Serum ferritin",), loinc={"2276-4": ("", "")}
)
KNOWN = catalogue_of(BLOOD, URINE, FERRITIN, laboratories={"mayo clinic": "mayo", "mayo": "mayo"})


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("Ferritin", "ferritin"),
        ("ferritin", "ferritin"),
        ("  FERRITIN ", "ferritin"),
        ("fer", "ferritin"),
        ("serum   ferritin", "ferritin"),
        ("Serum\u00a0ferritin", "ferritin"),
        ("2276-4", "ferritin"),
        ("urine-protein", "urine-protein"),
        ("GESAMTEIWEISS", "total-protein"),
        ("Protein", None),
        ("Ferr", None),
        ("2276-5", None),
        ("", None),
        ("  ", None),
    ],
)
def test_a_name_means_one_marker_or_none(typed, slug):
    found = KNOWN.named(typed)
    assert (found.slug if found else None) == slug


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("feritin", ["ferritin"]),
        ("Ferrit", ["ferritin"]),
        ("protien, urine", ["urine-protein"]),
        ("Protein", ["total-protein", "urine-protein"]),
        ("Q7", ["total-protein", "urine-protein"]),
        ("xyzzy", []),
        ("f", []),
        ("", []),
    ],
)
def test_a_name_that_means_none_or_several_brings_the_nearest(typed, slugs):
    assert sorted(one.slug for one in KNOWN.like(typed)) == slugs


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("creatinin", "creatinine"),
        ("haemoglobin", "hemoglobin"),
        ("hemoglobine", "hemoglobin"),
        ("beta 2 microglobuline", "beta-2-microglobulin"),
        ("trigliceride", "triglycerides"),
        ("potasium", "potassium"),
        ("Vitamin D 25", "vitamin-d-25-oh"),
    ],
)
def test_a_misspelled_marker_of_the_catalogue_is_among_the_nearest(typed, slug):
    from markers.queries import catalogue

    assert slug in [one.slug for one in catalogue().like(typed)]


@pytest.mark.django_db
def test_every_name_of_the_catalogue_means_its_own_marker():
    from markers.queries import catalogue

    known = catalogue()
    for marker in known.markers.values():
        for name in (marker.name, marker.slug, *marker.loinc):
            assert known.named(name) is marker, name


def test_a_laboratory_is_known_by_name_and_alias_and_never_guessed():
    assert KNOWN.laboratory(" Mayo  Clinic ") == "mayo"
    assert KNOWN.laboratory("MAYO") == "mayo"
    assert KNOWN.laboratory("Mayonnaise") == ""
    assert KNOWN.laboratory("") == ""
