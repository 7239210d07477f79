"""Reading seeds: a right one becomes records, a wrong one names its file and key."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from markers.catalogue import SeedError, read_laboratories, read_panels
from markers.loinc import loinc_is_valid
from markers.management.commands.load_seeds import read
from markers.seed import read_marker

LABORATORIES = {"citylab": {"slug": "citylab", "name": "CityLab"}}
ZINC = """\
slug = "zinc"
name = "Zinc"
specimen = "serum"
unit = "ug/dL"
decimals = 0
direction = "both"
aliases = ["Zn", "Zink"]
summary = "A trace metal that enzymes need."
conventional = "ug/dL"
si = "umol/L"

[plausible]
low = "5"
high = "2000"

[sources.book]
title = "A book"
url = "https://example.org/book"
via = "read in a review"
year = 2012

[[loinc]]
code = "5763-8"
name = "Zinc [Mass/volume] in Serum or Plasma"
unit = "ug/dL"

[own_unit]
spellings = ["µg/dL"]

[[units]]
code = "umol/L"
factor = "6.538"
pair = ["65.38", "10"]
basis = "molar mass 65.38 g/mol"
spellings = ["µmol/L"]

[[ranges]]
key = "newborns"
to = "14 days"
high = "120"
high_strict = true
unit = "ug/dL"
source = "book"

[[ranges]]
sex = "female"
from = "14 days"
to = "18 years"
low = "0"
unit = "umol/L"
laboratory = "citylab"
method = "AAS"
condition = "fasting"
group = "girls"
source = "book"
note = "As printed."
in_force_from = 2020-01-01
in_force_to = 2024-01-01

[[limits]]
key = "low"
name = "Low below"
operator = "<"
value = "60"
unit = "ug/dL"
source = "book"

[[limits]]
key = "band"
name = "A band"
scheme = "Bands"
operator = ">="
value = "61"
upper_operator = "<="
upper = "69.9"
unit = "ug/dL"
source = "book"

[[variation]]
within = "9.3"
between = "9.4"
group = "12 adults, 10 weeks"
source = "book"

[[influences]]
effect = "lowers"
text = "a meal"
source = "book"

[[related]]
marker = "copper"
why = "Zinc taken for long lowers copper."

[[gaps]]
from = "14 days"
reason = "Not published."

[[ambiguous_units]]
spelling = "zu"
choices = ["ug/dL", "umol/L"]
[ambiguous_units.names]
"umol/L" = ["Zinc SI"]
"""


def written(folder, text=ZINC, name="zinc.toml"):
    markers = folder / "markers"
    markers.mkdir(exist_ok=True)
    file = markers / name
    file.write_text(text, encoding="utf-8")
    return file


def changed(old, new):
    """The right seed with one piece of it made another."""
    assert ZINC.count(old) == 1, old
    return ZINC.replace(old, new)


def test_a_right_seed_becomes_records_to_the_last_digit(tmp_path):
    seed = read_marker(written(tmp_path), LABORATORIES)
    assert seed.marker["slug"] == "zinc"
    assert (seed.marker["plausible_low"], seed.marker["plausible_high"]) == (Decimal(5), Decimal(2000))
    assert seed.aliases == ["Zn", "Zink"]
    assert [one["code"] for one in seed.units] == ["ug/dL", "umol/L"]
    assert seed.units[1]["factor"] == Decimal("6.538")
    newborn, girl = seed.ranges
    assert (newborn["low"], newborn["high"], newborn["high_strict"]) == (None, Decimal(120), True)
    assert (newborn["age_from"], newborn["age_to"], newborn["age_to_unit"]) == (None, 14, "days")
    assert (newborn["source"], newborn["source_url"]) == ("A book", "https://example.org/book")
    assert newborn["evidence"] == "read in a review"
    assert (girl["low"], girl["high"]) == (Decimal(0), None)
    assert (girl["sex"], girl["laboratory"], girl["method"], girl["condition"]) == (
        "female",
        "citylab",
        "AAS",
        "fasting",
    )
    assert (girl["in_force_from"], girl["in_force_to"]) == (date(2020, 1, 1), date(2024, 1, 1))
    assert seed.limits[0]["value"] == Decimal(60)
    assert (seed.limits[0]["upper"], seed.limits[0]["upper_operator"]) == (None, "")
    assert (seed.limits[1]["upper"], seed.limits[1]["upper_operator"]) == (Decimal("69.9"), "<=")
    assert (seed.variation[0]["within"], seed.variation[0]["analytical"]) == (Decimal("9.3"), None)
    assert seed.influences[0] == {
        "effect": "lowers",
        "text": "a meal",
        "source": "A book",
        "source_url": "https://example.org/book",
    }
    assert seed.related == [{"marker": "copper", "why": "Zinc taken for long lowers copper."}]
    assert seed.sources == [{"title": "A book", "url": "https://example.org/book", "year": 2012}]
    assert seed.gaps[0]["reason"] == "Not published."
    assert seed.ambiguous[0]["names"] == {"umol/L": ["Zinc SI"]}


WRONG = [
    # what stands in the right seed, what stands instead, the key that is named, what is said
    ('slug = "zinc"\n', "", "slug", "is missing"),
    ('name = "Zinc"\n', "", "name", "is missing"),
    ('specimen = "serum"\n', "", "specimen", "is missing"),
    ('slug = "zinc"', 'slug = "zink"', "slug", "differs from the file's name"),
    ('direction = "both"', 'direction = "up"', "direction", "both, high or low"),
    ("decimals = 0", 'decimals = "none"', "decimals", "whole number"),
    ("decimals = 0", "decimals = -1", "decimals", "whole number"),
    ("decimals = 0", "colour = 0", "colour", "not known"),
    ('low = "5"', 'low = "1e1"', "plausible.low", "not a number"),
    ('low = "5"', "low = 5.0", "plausible.low", "written as text"),
    ('low = "5"', 'low = "3000"', "plausible.low", "is above"),
    ('high = "2000"', 'top = "2000"', "plausible.top", "not known"),
    ('title = "A book"\n', "", "ranges[0].source", "not in [sources]"),
    ('via = "read in a review"', 'page = "7"', "sources.book.page", "not known"),
    ('code = "5763-8"', 'code = "5763-7"', "loinc[0].code", "check digit"),
    ('code = "5763-8"\n', "", "loinc[0].code", "not a LOINC code"),
    ('in Serum or Plasma"\nunit = "ug/dL"', 'in Serum or Plasma"\nunit = "g/dL"', "loinc[0].unit", "not a unit"),
    ('spellings = ["µg/dL"]', 'spelling = ["µg/dL"]', "own_unit.spelling", "not known"),
    ('code = "umol/L"\n', "", "units[0].code", "is missing"),
    ('code = "umol/L"\n', 'code = "ug/dL"\n', "units[0].code", "twice"),
    ('factor = "6.538"', 'factor = "6,538"', "units[0].factor", "not a number"),
    ('factor = "6.538"', 'factor = "0"', "units[0].factor", "above 0"),
    ('factor = "6.538"', 'factor = "6.538"\ndivisor = "0"', "units[0].divisor", "above 0"),
    ('factor = "6.538"', 'factor = "-6.538"', "units[0].factor", "above 0"),
    ('factor = "6.538"', 'factor = "65.38"', "units[0].pair", "the factor gives"),
    ('pair = ["65.38", "10"]', 'pair = ["65.38"]', "units[0].pair", "pair of numbers"),
    ('basis = "molar mass 65.38 g/mol"\n', "", "units[0].source", "source or a basis"),
    ('basis = "molar mass', 'source = "blog"\nbasis = "molar mass', "units[0].source", "not in [sources]"),
    ('to = "14 days"', 'to = "2 weeks"', "ranges[0].to", "not an age"),
    ('to = "14 days"', 'to = "0.5 years"', "ranges[0].to", "not an age"),
    ('to = "14 days"', 'from = "14 days"\nto = "14 days"', "ranges[0].to", "is not after"),
    ('high = "120"\nhigh_strict', "high_strict", "ranges[0].low", "lower or an upper bound"),
    ('high = "120"', 'high = "<120"', "ranges[0].high", "not a number"),
    ('high = "120"', 'low = "121"\nhigh = "120"', "ranges[0].low", "above"),
    ("high_strict = true", 'high_strict = "no"', "ranges[0].high_strict", "true or false"),
    ('high_strict = true\nunit = "ug/dL"', 'high_strict = true\nunit = "g/L"', "ranges[0].unit", "not a unit"),
    ('unit = "ug/dL"\nsource = "book"\n\n[[ranges]]', 'unit = "ug/dL"\n\n[[ranges]]', "ranges[0].source", "[sources]"),
    ("high_strict = true", "strict = true", "ranges[0].strict", "not known"),
    ('sex = "female"', 'sex = "F"', "ranges[1].sex", "any, female or male"),
    ('laboratory = "citylab"', 'laboratory = "elsewhere"', "ranges[1].laboratory", "no laboratory elsewhere"),
    ("in_force_from = 2020-01-01", 'in_force_from = "2020"', "ranges[1].in_force_from", "is a date"),
    ("in_force_to = 2024-01-01", "in_force_to = 2019-01-01", "ranges[1].in_force_to", "is not after"),
    ('key = "low"\n', "", "limits[0].key", "is missing"),
    ('name = "Low below"\n', "", "limits[0].name", "is missing"),
    ('value = "60"\n', "", "limits[0].value", "is missing"),
    ('operator = "<"', 'operator = "=<"', "limits[0].operator", "is one of"),
    ('value = "60"\nunit = "ug/dL"\nsource = "book"', 'value = "60"\nunit = "ug/dL"', "limits[0].source", "[sources]"),
    ('reason = "Not published."\n', "", "gaps[0].reason", "is missing"),
    ('spelling = "zu"\n', "", "ambiguous_units[0].spelling", "is missing"),
    ('choices = ["ug/dL", "umol/L"]', 'choices = ["ug/dL", "mol/L"]', "ambiguous_units[0].choices", "not a unit"),
    ('choices = ["ug/dL", "umol/L"]', 'choices = ["ug/dL"]', "ambiguous_units[0].names", "not among its choices"),
    ('aliases = ["Zn", "Zink"]', 'aliases = "Zn"', "aliases", "a list"),
    ('[[gaps]]\nfrom = "14 days"', '[gaps]\nfrom = "14 days"', "gaps", "a list"),
    ('name = "Zinc"', 'name = "Zinc', "file", "line 2"),
    ("enzymes need.", "enzymes need", "summary", "ends with a period"),
    ('si = "umol/L"', 'si = "mol/L"', "si", "not a unit"),
    ("year = 2012", 'year = "2012"', "sources.book.year", "is a year"),
    ("year = 2012", "year = 12", "sources.book.year", "is a year"),
    ('to = "18 years"', 'to = "18 years"\nkey = "newborns"', "ranges[1].key", "stands twice"),
    ('upper = "69.9"', 'upper = "61"', "limits[1].upper", "ends what starts lower"),
    ('operator = "<"', 'operator = "<"\nupper = "70"', "limits[0].upper", "ends what starts lower"),
    ('upper_operator = "<="', 'upper_operator = ">"', "limits[1].upper_operator", "is < or <="),
    ('upper = "69.9"\n', "", "limits[1].upper_operator", "beside an upper"),
    ('within = "9.3"\n', "", "variation[0].within", "is missing"),
    ('between = "9.4"', 'between = "0"', "variation[0].between", "above 0"),
    ('10 weeks"\nsource = "book"', '10 weeks"', "variation[0].source", "[sources]"),
    ('effect = "lowers"', 'effect = "heals"', "influences[0].effect", "is one of"),
    ('text = "a meal"\n', "", "influences[0].text", "is missing"),
    ('text = "a meal"\nsource = "book"', 'text = "a meal"', "influences[0].source", "[sources]"),
    ('marker = "copper"', 'marker = "zinc"', "related[0].marker", "another marker"),
    ("lowers copper.", "lowers copper", "related[0].why", "ends with a period"),
]


@pytest.mark.parametrize(("old", "new", "key", "said"), WRONG)
def test_a_wrong_seed_names_its_file_and_key(tmp_path, old, new, key, said):
    with pytest.raises(SeedError) as wrong:
        read_marker(written(tmp_path, changed(old, new)), LABORATORIES)
    message = str(wrong.value)
    assert message.startswith(f"markers/zinc.toml: {key}: "), message
    assert said in message


def test_two_ranges_that_could_judge_one_result_are_refused_and_named(tmp_path):
    twin = '[[ranges]]\nfrom = "13 days"\nlow = "60"\nhigh = "120"\nunit = "ug/dL"\nsource = "book"\n'
    with pytest.raises(SeedError, match=r"markers/zinc.toml: ranges\[2\]: overlaps ranges\[0\]"):
        read_marker(written(tmp_path, ZINC + twin), LABORATORIES)


@pytest.mark.parametrize(
    ("twin", "meets"),
    [
        ('from = "14 days"', False),
        ('from = "13 days"', True),
        ('from = "13 days"\nsex = "male"', False),
        ('from = "13 days"\ncondition = "fasting"', False),
        ('from = "13 days"\nmethod = "AAS"', False),
        ('from = "13 days"\nlaboratory = "citylab"', False),
        ('from = "13 days"\nin_force_from = 2030-01-01', True),
        ("", True),
    ],
)
def test_ranges_overlap_only_within_one_population_laboratory_method_and_time(tmp_path, twin, meets):
    text = f'{ZINC}[[ranges]]\n{twin}\nlow = "60"\nhigh = "120"\nunit = "ug/dL"\nsource = "book"\n'
    file = written(tmp_path, text)
    if meets:
        with pytest.raises(SeedError, match="overlaps"):
            read_marker(file, LABORATORIES)
    else:
        assert len(read_marker(file, LABORATORIES).ranges) == 3


def test_a_limit_that_stands_twice_is_refused(tmp_path):
    again = '[[limits]]\nkey = "low"\nname = "Low"\noperator = "<"\nvalue = "50"\nunit = "ug/dL"\nsource = "book"\n'
    with pytest.raises(SeedError, match=r"markers/zinc.toml: limits\[2\].key: low stands twice"):
        read_marker(written(tmp_path, ZINC + again), LABORATORIES)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ('[[laboratories]]\nname = "CityLab"\n', "laboratories[0].slug", "is missing"),
        ('[[laboratories]]\nslug = "citylab"\n', "laboratories[0].name", "is missing"),
        ('[[laboratories]]\nslug = "a"\nname = "A"\ncity = "B"\n', "laboratories[0].city", "not known"),
        (
            '[[laboratories]]\nslug = "a"\nname = "A"\n[[laboratories]]\nslug = "a"\nname = "B"\n',
            "laboratories[1].slug",
            "twice",
        ),
        ("laboratories = 3\n", "laboratories", "a list"),
    ],
)
def test_a_wrong_laboratory_names_its_file_and_key(tmp_path, text, key, said):
    file = tmp_path / "laboratories.toml"
    file.write_text(text)
    with pytest.raises(SeedError) as wrong:
        read_laboratories(file)
    assert f"laboratories.toml: {key}: " in str(wrong.value)
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("markers", "said"),
    [('["zinc", "copper"]', "there is no marker copper"), ('["zinc", "zinc"]', "zinc stands twice")],
)
def test_a_wrong_panel_names_its_file_and_key(tmp_path, markers, said):
    file = tmp_path / "panels.toml"
    file.write_text(f'[[panels]]\nslug = "metals"\nname = "Metals"\nmarkers = {markers}\n')
    with pytest.raises(SeedError, match=rf"panels.toml: panels.metals.markers: {said}"):
        read_panels(file, {"zinc": None})


def test_a_code_or_name_belongs_to_one_marker(tmp_path):
    (tmp_path / "laboratories.toml").write_text('[[laboratories]]\nslug = "citylab"\nname = "CityLab"\n')
    (tmp_path / "panels.toml").write_text("")
    written(tmp_path)
    other = ZINC.replace('"zinc"', '"zinc-blood"').replace('name = "Zinc"', 'name = "Zinc in blood"')
    written(tmp_path, other, "zinc-blood.toml")
    with pytest.raises(SeedError, match=r"markers/zinc.toml: loinc\[0\].code: 5763-8 already belongs to zinc-blood"):
        read(tmp_path)
    written(tmp_path, other.replace("5763-8", "8245-3"), "zinc-blood.toml")
    with pytest.raises(SeedError, match=r"markers/zinc.toml: aliases: Zn already means zinc-blood"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("1952-1", True),
        ("3094-0", True),
        ("98979-8", True),
        ("1952-2", False),
        ("1925-1", False),
        ("2160", False),
        ("", False),
        ("２160-0", False),
        ("2160-0 ", False),
    ],
)
def test_the_check_digit_of_a_loinc_code(code, valid):
    assert loinc_is_valid(code) is valid
