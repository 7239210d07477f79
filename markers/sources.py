"""The sources of one page, numbered in the order in which they are first cited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list of sources: its number, what it is, where, and when it was published if that is known."""

    number: int
    title: str
    url: str = ""
    year: int | None = None


class Bibliography:
    """Numbers sources from 1: the same title at the same address keeps its number."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}

    def number(self, title: str, url: str = "", year: int | None = None) -> int:
        """The number of a source, a new one where it is cited for the first time; a year fills a missing one."""
        known = self._entries.get((title, url)) or Entry(len(self._entries) + 1, title, url)
        self._entries[title, url] = replace(known, year=year if known.year is None else known.year)
        return known.number

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)
