"""The catalogue is loaded from seeds as often as one likes; what a curator wrote stays."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from markers.models import (
    Alias,
    AmbiguousUnit,
    Article,
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
from markers.queries import catalogue
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db
TABLES = (
    Marker,
    MarkerUnit,
    Alias,
    LoincCode,
    ReferenceRange,
    DecisionLimit,
    RangeGap,
    AmbiguousUnit,
    Variation,
    Influence,
    Related,
    Source,
    Article,
    Laboratory,
    Panel,
    PanelMarker,
)
SHARE = "Catalogue: {} markers, {} units, {} ranges, {} limits, {} panels, {} laboratories, {} articles ({} changed).\n"


@pytest.fixture
def seeds(tmp_path):
    """A copy of the real seeds to change."""
    return shutil.copytree(ROOT / "seeds", tmp_path / "seeds")


def load(folder=ROOT / "seeds"):
    out = StringIO()
    call_command("load_seeds", seeds=folder, stdout=out)
    return out.getvalue()


def rows():
    """Every row of the catalogue with its id."""
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in TABLES}


def edit(folder, slug, old, new):
    file = folder / "markers" / f"{slug}.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def counts(changed):
    models = (Marker, MarkerUnit, ReferenceRange, DecisionLimit, Panel, Laboratory, Article)
    return SHARE.format(*(model.objects.count() for model in models), changed)


def test_it_prints_what_the_catalogue_holds():
    assert load() == counts(changed=0)
    assert re.match(
        r"Catalogue: 120 markers, \d+ units, \d+ ranges, \d+ limits, 18 panels, \d+ laboratories, 20 articles", load()
    )


def test_a_second_run_changes_nothing_and_keeps_every_id():
    before, token = rows(), Edition.objects.get().token
    assert load().endswith("(0 changed).\n")
    assert rows() == before
    assert Edition.objects.get().token == token


def test_an_empty_database_gets_the_whole_catalogue():
    before = {name: len(kept) for name, kept in rows().items()}
    whole = (Marker, Panel, Laboratory, Article)
    everything = sum(model.objects.count() for model in whole)
    for model in whole:
        model.objects.all().delete()
    assert load() == counts(changed=everything)
    assert {name: len(kept) for name, kept in rows().items()} == before


def test_the_same_seeds_in_another_folder_are_no_change(seeds):
    before = rows()
    assert load(seeds).endswith("(0 changed).\n")
    assert rows() == before


def test_a_changed_seed_updates_just_its_marker_and_keeps_the_ids_of_what_stayed(seeds):
    before = rows()
    old = ReferenceRange.objects.get(marker__slug="glucose", high="100")
    edit(seeds, "glucose", 'high = "100"', 'high = "99"')
    assert load(seeds).endswith("(1 changed).\n")
    after = rows()
    gone = {name: set(kept) - set(after[name]) for name, kept in before.items()}
    assert {name: len(some) for name, some in gone.items() if some} == {"ReferenceRange": 1, "Marker": 1}
    assert not ReferenceRange.objects.filter(pk=old.pk).exists()
    assert Marker.objects.get(slug="glucose").pk == old.marker_id
    assert catalogue().markers["glucose"].ranges[-1].interval.high == Decimal(99)


def test_another_last_zero_reaches_the_catalogue(seeds):
    edit(seeds, "glucose", 'high = "100"', 'high = "100.0"')
    load(seeds)
    assert str(catalogue().markers["glucose"].ranges[-1].interval.high) == "100.0"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("markers/glucose.toml", 'unit = "mg/dL"', "unit = ", r"markers/glucose\.toml: file: .*line"),
        ("markers/urea.toml", 'code = "3094-0"', 'code = "3094-1"', r"urea\.toml: loinc\[0\]\.code: .*check digit"),
        ("markers/wbc.toml", 'code = "6690-2"', 'code = "777-3"', r"markers/wbc\.toml: loinc\[0\]\.code: .*platelets"),
        ("panels.toml", '"uric-acid"', '"uric"', r"panels\.toml: panels\.kidney-function\.markers: .*uric"),
        ("laboratories.toml", 'name = "Mayo', 'title = "Mayo', r"laboratories\.toml: laboratories\[0\]\.title: "),
        ("laboratories.toml", 'slug = "nvh"', 'slug = "nvhl"', r"potassium\.toml: ranges\[\d\]\.laboratory: .*nvh"),
    ],
)
def test_a_wrong_seed_loads_nothing_at_all(seeds, file, old, new, said):
    before = rows()
    edit(seeds, "albumin", 'short_name = "Alb"', 'short_name = "Changed too"')
    wrong = seeds / file
    wrong.write_text(wrong.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CommandError, match=rf"{said}.*\. Nothing was loaded\."):
        load(seeds)
    assert rows() == before


def test_a_range_that_a_curator_wrote_stays_and_goes_before_the_seeds_own(seeds):
    marker = Marker.objects.get(slug="glucose")
    marker.ranges.all().delete()
    mine = ReferenceRange.objects.create(
        marker=marker,
        condition="fasting",
        low=Decimal("3.9"),
        high=Decimal("5.5"),
        unit="mmol/L",
        source="Our committee, 2026",
        is_curated=True,
    )
    kept = ReferenceRange.objects.filter(pk=mine.pk).values().get()
    edit(seeds, "glucose", 'short_name = "FPG"', 'short_name = "Gluc"')
    load(seeds)
    assert ReferenceRange.objects.filter(pk=mine.pk).values().get() == kept
    assert [one.pk for one in marker.ranges.all()] == [mine.pk]
    assert Marker.objects.get(slug="glucose").short_name == "Gluc"


def test_a_curated_range_leaves_the_seeds_other_ranges_of_the_marker(seeds):
    marker = Marker.objects.get(slug="creatinine")
    seeded = marker.ranges.count()
    mine = ReferenceRange.objects.create(
        marker=marker, sex="female", age_from=60, high=Decimal(95), unit="umol/L", source="Ours", is_curated=True
    )
    edit(seeds, "creatinine", 'short_name = "Creat"', 'short_name = "Crea."')
    load(seeds)
    assert marker.ranges.filter(pk=mine.pk).exists()
    general_for_women = marker.ranges.filter(sex="female", age_from=19, laboratory=None)
    assert not general_for_women.exists()
    assert marker.ranges.count() == seeded


def test_a_panel_in_another_order_is_loaded_in_that_order(seeds):
    file = seeds / "panels.toml"
    file.write_text(file.read_text().replace('["glucose", "hba1c", ', '["hba1c", "glucose", '))
    assert load(seeds).endswith("(1 changed).\n")
    shown = next(panel for panel in catalogue().panels if panel.slug == "diabetes")
    assert shown.markers[:2] == ("hba1c", "glucose")


def test_a_panel_that_left_the_seeds_goes_and_a_curators_own_stays(seeds):
    Panel.objects.create(slug="ours", name="Ours")
    file = seeds / "panels.toml"
    file.write_text(file.read_text().rpartition("[[panels]]")[0])
    assert load(seeds).endswith("(1 changed).\n")
    left = set(Panel.objects.values_list("slug", flat=True))
    assert "ours" in left
    assert "urinalysis" not in left


def test_quiet_says_nothing():
    out = StringIO()
    call_command("load_seeds", verbosity=0, stdout=out)
    assert out.getvalue() == ""
