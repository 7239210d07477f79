"""The catalogue from seeds/."""

from __future__ import annotations

import hashlib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from markers import models
from markers.article import Article, read_article, references
from markers.catalogue import SeedError, read_laboratories, read_panels
from markers.models import (
    Alias,
    AmbiguousUnit,
    DecisionLimit,
    Edition,
    Influence,
    Laboratory,
    LoincCode,
    Marker,
    MarkerUnit,
    Panel,
    PanelMarker,
    RangeGap,
    ReferenceRange,
    Related,
    Source,
    Variation,
)
from markers.naming import same_name
from markers.overlap import overlaps
from markers.queries import touch
from markers.seed import Seed, read_marker


class Command(BaseCommand):
    help = "Loads the catalogue from seeds/. Can be run again: what did not change is left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        """--seeds: another folder."""
        parser.add_argument("--seeds", type=Path, default=Path(settings.BASE_DIR, "seeds"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Reads every file first; a wrong one changes nothing."""
        try:
            laboratories, seeds, panels = read(options["seeds"])
            articles = read_articles(options["seeds"], seeds)
        except SeedError as problem:
            raise CommandError(f"{problem}. Nothing was loaded.") from problem
        with transaction.atomic():
            Edition.objects.select_for_update().first()  # a curator who is saving goes first
            counts = load(laboratories, seeds, panels, articles)
            if counts["changed"]:
                touch()
        if options["verbosity"]:
            names = ("markers", "units", "ranges", "limits", "panels", "laboratories", "articles")
            told = ", ".join(f"{counts[name]} {name}" for name in names)
            self.stdout.write(f"Catalogue: {told} ({counts['changed']} changed).")


def read(folder: Path) -> tuple[dict[str, dict[str, Any]], list[Seed], list[dict[str, Any]]]:
    """Laboratories, markers and panels of a folder; SeedError for a wrong file or a code or name that stands twice."""
    laboratories = read_laboratories(folder / "laboratories.toml")
    seeds = [read_marker(file, laboratories) for file in sorted((folder / "markers").glob("*.toml"))]
    owner: dict[str, Seed] = {}
    for seed in seeds:
        for place, code in enumerate(seed.loinc):
            if code["code"] in owner:
                where = f"{code['code']} already belongs to {owner[code['code']].file.stem}"
                raise SeedError(seed.file, f"loinc[{place}].code", where)
            owner[code["code"]] = seed
    _check_names(seeds)
    for seed in seeds:
        for place, one in enumerate(seed.related):
            if not any(other.file.stem == one["marker"] for other in seeds):
                raise SeedError(seed.file, f"related[{place}].marker", f"there is no marker {one['marker']}")
    return laboratories, seeds, read_panels(folder / "panels.toml", {seed.marker["slug"]: seed for seed in seeds})


def read_articles(folder: Path, seeds: list[Seed]) -> dict[str, tuple[Article, str]]:
    """Each article of a folder with its text, by slug; SeedError for one whose marker or figures have no seed."""
    by_slug = {seed.file.stem: seed for seed in seeds}
    found = {}
    for file in sorted((folder / "articles").glob("*.md")):
        if file.stem not in by_slug:
            raise SeedError(file, "file", "there is no marker of this name")
        article = read_article(file)
        for one in references(article):
            if one.marker not in by_slug or not by_slug[one.marker].bears(one.kind, one.key):
                raise SeedError(file, str(one), "there is no such figure")
        found[file.stem] = (article, file.read_text(encoding="utf-8"))
    return found


def _check_names(seeds: list[Seed]) -> None:
    """SeedError where a name could mean two markers: it would be taken for neither."""
    owner: dict[str, Seed] = {}
    for seed in seeds:
        for name in (seed.marker["slug"], seed.marker["name"], seed.marker["short_name"], *seed.aliases):
            other = owner.setdefault(same_name(name), seed) if name else seed
            if other is not seed:
                raise SeedError(seed.file, "aliases", f"{name} already means {other.file.stem}")


def load(
    laboratories: dict[str, dict[str, Any]],
    seeds: list[Seed],
    panels: list[dict[str, Any]],
    articles: dict[str, tuple[Article, str]],
) -> Counter[str]:
    """Brings the tables in line with the seeds that changed since they were loaded; what curators wrote stays."""
    counts: Counter[str] = Counter(laboratories=len(laboratories), markers=len(seeds), panels=len(panels))
    counts["articles"] = len(articles)
    for slug, one in laboratories.items():
        fields = {"name": one["name"], "aliases": one.get("aliases", []), "url": one.get("url", "")}
        if not Laboratory.objects.filter(slug=slug).exists():
            Laboratory.objects.filter(name=one["name"]).update(slug=slug)
        _, changed = _put(Laboratory, slug, fields, one)
        counts["changed"] += changed
    owners = {row.slug: row for row in Laboratory.objects.all()}
    put = [(seed, *_put(Marker, seed.marker["slug"], seed.marker, seed)) for seed in seeds]
    markers = {marker.slug: marker for _, marker, _ in put}
    for seed, marker, changed in put:
        if changed:
            _fill(marker, seed, owners, markers)
        counts["changed"] += changed
        counts["units"] += len(seed.units)
        counts["ranges"] += len(seed.ranges)
        counts["limits"] += len(seed.limits)
    for position, panel in enumerate(panels):
        told = {name: panel.get(name, "") for name in ("summary", "why")}
        fields = {"name": panel["name"], **told, "position": position}
        row, changed = _put(Panel, panel["slug"], fields, (position, panel))
        if changed:
            row.places.all().delete()
            known = {marker.slug: marker for marker in Marker.objects.filter(slug__in=panel["markers"])}
            PanelMarker.objects.bulk_create(
                PanelMarker(panel=row, marker=known[slug], position=place)
                for place, slug in enumerate(panel["markers"])
            )
        counts["changed"] += changed
    dropped = Panel.objects.exclude(slug__in=[panel["slug"] for panel in panels]).exclude(seed_digest="")
    counts["changed"] += len(dropped)
    dropped.delete()
    for slug, (article, text) in articles.items():
        fields = {"text": text, "version": article.version, "dated": article.dated}
        counts["changed"] += _put_article(markers[slug], fields)
    return counts


def _put_article(marker: Marker, fields: dict[str, Any]) -> bool:
    """Brings a marker's article in line with its seed, unless a curator wrote it; True if it was changed."""
    digest = hashlib.sha256(fields["text"].encode()).hexdigest()
    stored = models.Article.objects.filter(marker=marker).first()
    if stored is not None and (stored.is_curated or stored.seed_digest == digest):
        return False
    models.Article.objects.update_or_create(marker=marker, defaults=fields | {"seed_digest": digest})
    return True


def _put(model: Any, slug: str, fields: dict[str, Any], record: Any) -> tuple[Any, bool]:
    """The row of a slug, brought in line if its seed is another than the one last loaded; and whether it was."""
    digest = hashlib.sha256(repr(record).encode()).hexdigest()
    row = model.objects.filter(slug=slug).first()
    if row is not None and row.seed_digest == digest:
        return row, False
    row, _ = model.objects.update_or_create(slug=slug, defaults=fields | {"seed_digest": digest})
    return row, True


def _fill(marker: Marker, seed: Seed, owners: dict[str, Laboratory], markers: dict[str, Marker]) -> None:
    """Everything that hangs on a marker, as its seed says; ranges that a curator wrote go before the seed's."""
    curated = [
        {**vars(row), "laboratory": row.laboratory.slug if row.laboratory else ""}
        for row in marker.ranges.filter(is_curated=True).select_related("laboratory")
    ]
    ranges = [
        one | {"laboratory": owners.get(one["laboratory"])}
        for one in seed.ranges
        if not any(overlaps(one, other) for other in curated)
    ]
    _replace(ReferenceRange.objects.filter(marker=marker, is_curated=False), marker, ranges)
    LoincCode.objects.filter(code__in=[one["code"] for one in seed.loinc]).exclude(marker=marker).delete()
    stated = {row["unit"] for row in curated} - {unit["code"] for unit in seed.units}
    _replace(MarkerUnit.objects.filter(marker=marker).exclude(code__in=stated), marker, seed.units)
    for model, wanted in (
        (Alias, [{"name": name} for name in seed.aliases]),
        (LoincCode, seed.loinc),
        (DecisionLimit, seed.limits),
        (RangeGap, seed.gaps),
        (AmbiguousUnit, seed.ambiguous),
        (Variation, seed.variation),
        (Influence, seed.influences),
        (Related, [{"other": markers[one["marker"]], "why": one["why"]} for one in seed.related]),
        (Source, seed.sources),
    ):
        _replace(model.objects.filter(marker=marker), marker, wanted)


def _replace(rows: Any, marker: Marker, wanted: list[dict[str, Any]]) -> None:
    """Makes the rows the wanted ones, keeping the ids of those that did not change."""
    left, missing = list(rows.order_by("id")), []
    for record in wanted:
        same = next((row for row in left if all(_same(getattr(row, name), one) for name, one in record.items())), None)
        if same is None:
            missing.append(rows.model(marker=marker, **record))
        else:
            left.remove(same)
    rows.model.objects.filter(pk__in=[row.pk for row in left]).delete()
    rows.model.objects.bulk_create(missing)


def _same(held: Any, wanted: Any) -> bool:
    """True if two values are equal, numbers to the last digit: 0.8 is not 0.80."""
    return bool(held == wanted) and (not isinstance(wanted, Decimal) or str(held) == str(wanted))
