"""Sources of a page: numbered in the order in which they are cited."""

from __future__ import annotations

from markers.sources import Bibliography, Entry


def test_sources_are_numbered_as_they_come():
    bibliography = Bibliography()
    assert [bibliography.number(title) for title in ("B", "A", "B", "C", "A")] == [1, 2, 1, 3, 2]
    assert [entry.title for entry in bibliography] == ["B", "A", "C"]
    assert len(bibliography) == 3


def test_the_same_title_at_another_address_is_another_source():
    bibliography = Bibliography()
    assert bibliography.number("Guideline", "https://a.example") == 1
    assert bibliography.number("Guideline", "https://b.example") == 2
    assert bibliography.number("Guideline") == 3


def test_a_year_that_comes_later_fills_a_missing_one_and_changes_none():
    bibliography = Bibliography()
    assert bibliography.number("A", "https://a.example") == 1
    assert bibliography.number("A", "https://a.example", 2020) == 1
    assert bibliography.number("A", "https://a.example", 1999) == 1
    assert bibliography.number("A", "https://a.example") == 1
    assert list(bibliography) == [Entry(1, "A", "https://a.example", 2020)]


def test_nothing_cited_is_an_empty_list():
    assert list(Bibliography()) == []
    assert len(Bibliography()) == 0
