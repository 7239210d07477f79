"""What each kind of source lets others do: seeds/licenses.toml as records, and which of them covers a source.

[[licenses]]
name = "Test catalogs of laboratories"
taken = "Printed ranges, units and names of tests."
allows = "Their pages reserve all rights. ..."
url = "https://a.example/terms"               where it is stated, if it is
sites = ["testcatalog.org", "github.com/a/b"]  hosts with those below them, or hosts with the start of a path
titles = ["^Mayo "]                           regular expressions, found anywhere in a source's title
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markers.catalogue import SeedError, are_tables, read_toml

_KEYS = frozenset(["name", "taken", "allows", "url", "sites", "titles"])


@dataclass(frozen=True, slots=True)
class License:
    """A kind of source: what is taken from it, and what it allows."""

    name: str
    taken: str
    allows: str
    url: str = ""
    sites: tuple[str, ...] = ()
    titles: tuple[re.Pattern[str], ...] = ()

    @property
    def host(self) -> str:
        """Where its terms are stated, as a page names it."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")

    def covers(self, title: str, url: str) -> bool:
        """True if a source is of this kind, by its title or its address."""
        return any(one.search(title) for one in self.titles) or any(_is_at(url, site) for site in self.sites)


def read_licenses(file: Path) -> tuple[License, ...]:
    """The kinds of sources in order; SeedError names what is wrong."""
    found: list[dict[str, Any]] = read_toml(file).get("licenses", [])
    if not are_tables(found):
        raise SeedError(file, "licenses", "is a list: write [[licenses]]")
    return tuple(_license(file, f"licenses[{place}]", one) for place, one in enumerate(found))


def license_of(title: str, url: str, licenses: Iterable[License]) -> License | None:
    """The first kind that covers a source, None where none does."""
    return next((one for one in licenses if one.covers(title, url)), None)


def _license(file: Path, key: str, one: dict[str, Any]) -> License:
    for name in one:
        if name not in _KEYS:
            raise SeedError(file, f"{key}.{name}", "this key is not known")
    for name in ("name", "taken", "allows"):
        if not isinstance(one.get(name), str) or not one[name]:
            raise SeedError(file, f"{key}.{name}", "is missing")
    for name in ("sites", "titles"):
        if not isinstance(one.get(name, []), list) or not all(isinstance(text, str) for text in one.get(name, [])):
            raise SeedError(file, f"{key}.{name}", "is a list of texts")
    try:
        titles = tuple(re.compile(text) for text in one.get("titles", []))
    except re.error as problem:
        raise SeedError(file, f"{key}.titles", str(problem)) from problem
    sites = tuple(one.get("sites", []))
    return License(one["name"], one["taken"], one["allows"], one.get("url", ""), sites, titles)


def _is_at(url: str, site: str) -> bool:
    """True if an address lies at a site: its host or one below it, and the start of its path."""
    parts = urlsplit(url)
    host, slash, path = site.partition("/")
    here = (parts.hostname or "").removeprefix("www.")
    is_host = here == host or here.endswith(f".{host}")
    return is_host and (not slash or f"{parts.path.strip('/')}/".startswith(f"{path.strip('/')}/"))
