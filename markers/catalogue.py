"""Reading seeds/: TOML to records; an error names the file and the key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class SeedError(ValueError):
    """A seed that is wrong: names its file and key."""

    def __init__(self, file: Path, key: str, problem: str) -> None:
        super().__init__(f"{file.parent.name}/{file.name}: {key}: {problem}")
        self.key, self.problem = key, problem


def read_toml(file: Path) -> dict[str, Any]:
    """A TOML file; SeedError where it is none."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise SeedError(file, "file", str(problem)) from problem


def read_laboratories(file: Path) -> dict[str, dict[str, Any]]:
    """Each laboratory by slug."""
    return {one["slug"]: one for one in _listed(file, "laboratories", {"slug", "name", "aliases", "url"})}


def read_panels(file: Path, known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The panels in order; SeedError for a marker that has no seed."""
    panels = _listed(file, "panels", {"slug", "name", "summary", "why", "markers"})
    for panel in panels:
        key, slugs = f"panels.{panel['slug']}.markers", panel.setdefault("markers", [])
        for place, slug in enumerate(slugs):
            if slug not in known:
                raise SeedError(file, key, f"there is no marker {slug}")
            if slug in slugs[:place]:
                raise SeedError(file, key, f"{slug} stands twice")
    return panels


def _listed(file: Path, key: str, allowed: set[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_toml(file).get(key, [])
    if not are_tables(found):
        raise SeedError(file, key, f"is a list: write [[{key}]]")
    for place, one in enumerate(found):
        for name in one.keys() - allowed:
            raise SeedError(file, f"{key}[{place}].{name}", "this key is not known")
        for name in ("slug", "name"):
            if not one.get(name):
                raise SeedError(file, f"{key}[{place}].{name}", "is missing")
        if one["slug"] in {other["slug"] for other in found[:place]}:
            raise SeedError(file, f"{key}[{place}].slug", f"{one['slug']} stands twice")
    return found


def are_tables(found: Any) -> bool:
    """True for a list of TOML tables."""
    return isinstance(found, list) and all(isinstance(one, dict) for one in found)
