"""A panel of one person: each marker over the last visits, with its strip on one time axis."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from markers.queries import catalogue
from results.actions.visits import TypedRow, create_visit
from results.models import Result
from tests.factories import PersonFactory
from tests.html import Page, unknown_targets, unlabelled

B2M, KIDNEY = "beta-2-microglobulin", "kidney-function"
pytestmark = pytest.mark.django_db


def log(person, day, *rows, lab="", **about):
    """A visit of (marker, value, unit) rows."""
    typed = [TypedRow(marker=marker, value=value, unit=unit, **about) for marker, value, unit in rows]
    return create_visit(person=person, collected_on=day, rows=typed, lab=lab)


def shown(client, person, slug=KIDNEY, **query) -> Page:
    answer = client.get(f"/people/{person.pk}/panels/{slug}/", query)
    assert answer.status_code == 200
    page = Page(answer)
    assert unknown_targets(page) == []
    assert unlabelled(page) == []
    return page


def row(page: Page, name: str) -> list[str]:
    """The cells of a marker: its name with the unit, the strip's words, then each visit; the phone's dates left out."""
    html = next(one for one in re.findall(r"<tr>(.*?)</tr>", page.html, re.DOTALL) if f">{name}</a>" in one)
    html = re.sub(r'<a class="when".*?</a>|<svg class="axis".*?</svg>', "", html, flags=re.DOTALL)
    cells = re.findall(r"<t[hd][ >].*?</t[hd]>", html, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in cells]


def columns(page: Page) -> list[str]:
    """The heads of the visits' columns."""
    head = page.html[page.html.index("<thead>") : page.html.index("</thead>")]
    return re.findall(r">([0-9]+ [A-Z][a-z]{2} [0-9]{4})<", head)


class TestTable:
    def test_every_marker_is_a_row_in_the_panels_order(self, alice_client, maya):
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"))
        page = shown(alice_client, maya)
        known = catalogue()
        names = [known.markers[slug].name for slug in known.panel(KIDNEY).markers]
        heads = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page.html)
        assert [unescape(name) for name in heads] == names
        assert page.headings[0] == (1, "Kidney function")
        assert f"1 of {len(names)} markers measured, in 1 visit." in page.text

    def test_a_cell_has_the_value_as_written_its_unit_and_its_position(self, alice_client, maya):
        log(maya, date(2024, 10, 3), (B2M, "1.90", "mg/L"), ("creatinine", "0.70", "mg/dL"))
        page = shown(alice_client, maya)
        assert row(page, "Beta-2 microglobulin") == [
            "Beta-2 microglobulin mg/L",
            "Range 0.7–1.8 mg/L (general range, adults)",
            "1.90 mg/L above range",
        ]
        assert row(page, "Creatinine")[2] == "0.70 mg/dL in range"

    def test_the_oldest_visit_stands_on_the_left_and_leads_to_its_page(self, alice_client, maya):
        visits = [log(maya, date(year, 10, 3), (B2M, f"1.{year - 2020}", "mg/L")) for year in (2024, 2022, 2023)]
        page = shown(alice_client, maya)
        assert columns(page) == ["3 Oct 2022", "3 Oct 2023", "3 Oct 2024"]
        assert [one.split()[0] for one in row(page, "Beta-2 microglobulin")[2:]] == ["1.2", "1.3", "1.4"]
        for visit in visits:
            assert f"/people/{maya.pk}/visits/{visit.pk}/" in page.links

    def test_what_was_not_measured_at_a_visit_says_so(self, alice_client, maya):
        log(maya, date(2023, 10, 3), (B2M, "1.7", "mg/L"), ("urea", "5.1", "mmol/L"))
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"))
        assert row(shown(alice_client, maya), "Urea")[2:] == ["5.1 mmol/L in range", "not measured"]

    def test_a_marker_without_a_result_says_so(self, alice_client, maya):
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"))
        assert row(shown(alice_client, maya), "Cystatin C") == ["Cystatin C", "No result of this marker yet."]

    def test_only_markers_with_results_on_demand(self, alice_client, maya):
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"), ("urea", "words", "mmol/L"))
        page = shown(alice_client, maya, only="results")
        heads = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page.html)
        assert heads == ["Beta-2 microglobulin", "Urea"]
        assert re.findall(r'aria-current="true">([^<]+)<', page.html) == ["Only markers with results"]
        assert re.findall(r'aria-current="true">([^<]+)<', shown(alice_client, maya).html) == ["All markers"]

    def test_another_marker_of_the_visit_makes_no_column(self, alice_client, maya):
        log(maya, date(2023, 10, 3), ("ferritin", "41", "ng/mL"))
        log(maya, date(2024, 10, 3), ("ferritin", "41", "ng/mL"), (B2M, "1.9", "mg/L"))
        assert columns(shown(alice_client, maya)) == ["3 Oct 2024"]

    def test_older_visits_are_a_link_away_and_keep_the_choice_of_markers(self, alice_client, maya):
        for year in range(2010, 2024):
            log(maya, date(year, 10, 3), (B2M, "1.9", "mg/L"), lab="A & <b>")
        page = shown(alice_client, maya)
        assert [one[-4:] for one in columns(page)] == ["2018", "2019", "2020", "2021", "2022", "2023"]
        assert "in 14 visits; 6 of them here." in page.text
        assert "?only=&skip=6" in page.links
        assert "Newer visits" not in page.text
        older = shown(alice_client, maya, only="results", skip="12")
        assert [one[-4:] for one in columns(older)] == ["2010", "2011"]
        assert "?only=results&skip=6" in older.links
        assert "Older visits" not in older.text
        assert "A & <b>" in older.text

    @pytest.mark.parametrize("skip", ["", "x", "-6", "1e3", "\x00", "9" * 30, "٦", "6.0"])
    def test_what_is_no_number_of_visits_skips_none(self, alice_client, maya, skip):
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"))
        assert columns(shown(alice_client, maya, skip=skip, only="\x00")) == ["3 Oct 2024"]


class TestSurprisingRows:
    def test_one_result_has_a_mark_and_no_line(self, alice_client, maya):
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"))
        page = shown(alice_client, maya)
        assert page.html.count('<svg class="strip"') == 1
        assert 'class="line"' not in page.html
        assert 'aria-label="1 result from 2024, lowest 1.9, highest 1.9 mg/L; 1 above range."' in page.html

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"born_on": None}, "No range: no birth date"),
            ({"sex": "unstated"}, "No range: "),
            ({"born_on": None, "sex": "unstated"}, "No range: "),
        ],
    )
    def test_without_details_there_is_no_range_and_a_way_to_add_them(self, alice_client, maya, changes, says):
        for name, value in changes.items():
            setattr(maya, name, value)
        maya.save()
        log(maya, date(2024, 10, 3), ("creatinine", "0.9", "mg/dL"))
        page = shown(alice_client, maya)
        found = row(page, "Creatinine")
        assert found[1].startswith(says)
        assert found[2] == "0.9 mg/dL no range"
        assert f"/people/{maya.pk}/edit" in page.links[page.links.index("#main") :]
        assert 'class="band"' not in page.html
        assert "Many ranges need a date of birth and sex" in page.text

    def test_with_details_nothing_asks_for_them(self, alice_client, maya):
        log(maya, date(2024, 10, 3), ("urine-albumin", "12", "mg/L"))
        page = shown(alice_client, maya)
        assert row(page, "Urine albumin")[2] == "12 mg/L no range"
        assert "Many ranges need" not in page.text

    @pytest.mark.parametrize(
        ("value", "says"),
        [("<0.7", "<0.7 mg/L below range"), ("<1", "<1 mg/L can't be placed"), (">2", ">2 mg/L above range")],
    )
    def test_a_value_with_a_comparator_is_judged_by_all_it_can_stand_for(self, alice_client, maya, value, says):
        log(maya, date(2023, 10, 3), (B2M, "1.2", "mg/L"))
        log(maya, date(2024, 10, 3), (B2M, value, "mg/L"))
        page = shown(alice_client, maya)
        assert row(page, "Beta-2 microglobulin")[3] == says
        assert 'class="line' not in page.html, "no line to what isn't exact"

    def test_a_unit_that_cannot_be_converted_says_why_and_is_not_drawn(self, alice_client, maya):
        log(maya, date(2023, 10, 3), (B2M, "1.7", "mg/L"))
        log(maya, date(2024, 10, 3), (B2M, "4.10", "IU"))
        page = shown(alice_client, maya)
        assert row(page, "Beta-2 microglobulin")[3] == "4.10 IU its unit, IU, can't be converted to mg/L"
        assert "1 result from 2023" in page.html

    def test_a_marker_with_words_alone_has_no_drawing(self, alice_client, maya):
        log(maya, date(2024, 10, 3), (B2M, "1.7", "mg/L"), ("urea", "negative", ""))
        assert row(shown(alice_client, maya), "Urea")[1:] == ["No number to draw.", "negative it is not a number"]

    def test_words_alone_in_the_whole_panel_have_no_axis(self, alice_client, maya):
        log(maya, date(2024, 10, 3), ("urea", "negative", ""))
        page = shown(alice_client, maya)
        assert "<svg" not in page.html.split("<main")[1]
        assert row(page, "Urea")[2] == "negative it is not a number"

    def test_two_results_of_one_visit_share_a_cell_and_two_visits_of_a_day_do_not(self, alice_client, maya):
        log(maya, date(2024, 10, 3), (B2M, "1.2", "mg/L"), (B2M, "1.90", "mg/L"))
        log(maya, date(2024, 10, 3), (B2M, "1.5", "mg/L"), lab="Evening lab")
        page = shown(alice_client, maya)
        assert columns(page) == ["3 Oct 2024", "3 Oct 2024"]
        cells = row(page, "Beta-2 microglobulin")[2:]
        assert cells == ["1.2 mg/L in range 1.90 mg/L above range", "1.5 mg/L in range"]
        assert "Evening lab" in page.text

    def test_another_unit_stands_as_written_with_the_rows_unit_below(self, alice_client, maya):
        log(maya, date(2023, 10, 3), (B2M, "1700", "µg/L"))
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"))
        found = row(shown(alice_client, maya), "Beta-2 microglobulin")
        assert found[0] == "Beta-2 microglobulin mg/L"
        assert found[2:] == ["1700 µg/L 1.70 mg/L in range", "1.9 mg/L above range"]

    @pytest.mark.parametrize(
        ("system", "unit", "cells"),
        [
            ("reported", "µmol/L", ["0.9 mg/dL ≈ 80 µmol/L in range", "88 µmol/L in range"]),
            ("conventional", "mg/dL", ["0.9 mg/dL in range", "88 µmol/L ≈ 1.00 mg/dL in range"]),
            ("si", "µmol/L", ["0.9 mg/dL ≈ 80 µmol/L in range", "88 µmol/L in range"]),
        ],
    )
    def test_a_row_is_in_the_persons_usual_unit(self, alice_client, maya, system, unit, cells):
        maya.unit_system = system
        maya.save()
        log(maya, date(2023, 10, 3), ("creatinine", "0.9", "mg/dL"))
        log(maya, date(2024, 10, 3), ("creatinine", "88", "umol/L"))
        found = row(shown(alice_client, maya), "Creatinine")
        assert found[0] == f"Creatinine {unit}"
        assert f" {unit} (" in found[1]
        assert found[2:] == cells

    def test_a_printed_range_judges_its_own_result(self, alice_client, maya):
        log(maya, date(2023, 10, 3), (B2M, "1.9", "mg/L"))
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"), printed_high="2.5", printed_low="0.5")
        found = row(shown(alice_client, maya), "Beta-2 microglobulin")
        assert found[1:] == [
            "Range 0.5–2.5 mg/L (printed on the report)",
            "1.9 mg/L above range",
            "1.9 mg/L in range",
        ]

    def test_a_doubted_unit_is_not_judged(self, alice_client, maya):
        log(maya, date(2024, 12, 1), (B2M, "1.9", "mg/L"))
        Result.objects.update(unit_doubted=True)
        found = row(shown(alice_client, maya), "Beta-2 microglobulin")
        assert found[2] == "1.9 mg/L its unit, mg/L, contradicts its value or its code"


class TestStrips:
    def test_all_rows_share_one_time_axis(self, alice_client, maya):
        log(maya, date(2016, 1, 1), (B2M, "1.2", "mg/L"))
        log(maya, date(2021, 1, 1), (B2M, "1.2", "mg/L"), ("urea", "5", "mmol/L"))
        log(maya, date(2026, 1, 1), ("urea", "6", "mmol/L"))
        page = shown(alice_client, maya)
        strips = re.findall(r'<svg class="strip".*?</svg>\s*</svg>', page.html, re.DOTALL)
        assert len(strips) == 2
        years = [re.findall(r'class="year" x1="([0-9.]+)"', one) for one in strips]
        assert years[0] == years[1] != []
        marks = [float(re.search(r'<svg x="([0-9.]+)%"', one)[1]) for one in strips]
        assert marks == [pytest.approx(50, abs=0.1), 96.0]
        assert page.html.count('<svg class="axis"') == 3, "one in the head, one in each row for phones"

    def test_a_strip_is_read_aloud_with_its_numbers(self, alice_client, maya):
        for year, value in ((2022, "1.7"), (2024, "1.9")):
            log(maya, date(year, 10, 3), (B2M, value, "mg/L"))
        said = 'aria-label="2 results from 2022 to 2024, lowest 1.7, highest 1.9 mg/L; 1 in range, 1 above range."'
        assert said in shown(alice_client, maya).html


class TestWays:
    def test_without_any_result_both_ways_to_one_are_offered(self, alice_client, maya):
        page = shown(alice_client, maya)
        assert "Maya has no result of these markers yet." in page.text
        assert f"/people/{maya.pk}/visits/new?panel={KIDNEY}" in page.links
        assert f"/people/{maya.pk}/import/" in page.links
        assert f"/markers/{B2M}/" in page.links
        assert "<table" not in page.html

    def test_it_leads_to_the_markers_the_panels_page_and_the_entry(self, alice_client, maya):
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"))
        links = shown(alice_client, maya).links
        assert {f"/people/{maya.pk}/markers/{B2M}/", f"/panels/{KIDNEY}/"} <= set(links)
        assert f"/people/{maya.pk}/visits/new?panel={KIDNEY}" in links

    def test_it_is_reached_from_the_overview_the_marker_the_list_and_the_public_pages(self, alice_client, maya):
        log(maya, date(2024, 10, 3), (B2M, "1.9", "mg/L"))
        here = f"/people/{maya.pk}/panels/{KIDNEY}/"
        own = f"/people/{maya.pk}/"
        for path in (own, f"{own}markers/", f"{own}markers/{B2M}/", f"/markers/{B2M}/", f"/panels/{KIDNEY}/"):
            assert here in Page(alice_client.get(path)).links, path

    def test_the_public_pages_lead_to_the_active_person(self, alice_client, alice, maya):
        PersonFactory(account=alice, name="Leo", born_on=date(2015, 5, 3))
        page = Page(alice_client.get(f"/markers/{B2M}/"))
        assert f"/people/{maya.pk}/panels/{KIDNEY}/" in page.links
        assert "See all 7 values of Kidney function together" in page.text

    def test_only_this_persons_results_are_shown(self, alice_client, alice, maya):
        leo = PersonFactory(account=alice, name="Leo")
        log(leo, date(2024, 10, 3), (B2M, "1.9", "mg/L"))
        assert "Maya has no result of these markers yet." in shown(alice_client, maya).text

    def test_an_unknown_panel_is_not_found(self, alice_client, maya):
        assert alice_client.get(f"/people/{maya.pk}/panels/nothing/").status_code == 404

    def test_it_is_only_read(self, alice_client, maya):
        assert alice_client.post(f"/people/{maya.pk}/panels/{KIDNEY}/").status_code == 405
