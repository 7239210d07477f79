"""One marker over time: the sentence, the drawing, the table with every point, and the states between."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from results.actions.visits import TypedRow, create_visit
from results.models import Result, Visit
from tests.html import Page, unknown_targets, unlabelled

MAYO = "Mayo Clinic Laboratories"
pytestmark = pytest.mark.django_db


def log(person, day, value, unit="mg/L", marker="beta-2-microglobulin", lab="", fasting=None, **printed) -> Visit:
    rows = [TypedRow(marker=marker, value=value, unit=unit, **printed)]
    return create_visit(person=person, collected_on=day, lab=lab, fasting=fasting, rows=rows)


def shown(client, person, slug="beta-2-microglobulin", **query) -> Page:
    answer = client.get(f"/people/{person.pk}/markers/{slug}/", query)
    assert answer.status_code == 200
    page = Page(answer)
    assert unknown_targets(page) == []
    assert unlabelled(page) == []
    return page


def points(page: Page) -> list[list[str]]:
    """The rows of the table of results."""
    return [row for row in page.rows if row and re.match(r"[0-9]+ [A-Z][a-z]{2} [0-9]{4}", row[0])]


def chart_ids(page: Page) -> list[str]:
    return [one for trace in page.data["figure"]["data"] for one in trace.get("customdata", [])]


class TestStates:
    def test_no_result_says_so_and_offers_both_ways(self, alice_client, maya):
        page = shown(alice_client, maya)
        assert page.headings[0] == (1, "Beta-2 microglobulin")
        assert "Maya has no result of this marker yet." in page.text
        assert {f"/people/{maya.pk}/visits/new", f"/people/{maya.pk}/import/"} <= set(page.links)
        assert page.data == {}

    def test_one_result_has_a_number_line_and_no_chart(self, alice_client, maya):
        log(maya, date(2024, 10, 3), "1.9")
        page = shown(alice_client, maya)
        assert "One result so far. A second one will start a line." in page.text
        assert 'aria-label="1.9 mg/L, above range, range 0.7–1.8"' in page.html
        assert page.data == {}
        assert page.scripts == []

    def test_two_results_have_a_chart_with_both(self, alice_client, maya):
        visits = [log(maya, date(year, 10, 3), value) for year, value in ((2023, "1.7"), (2024, "1.9"))]
        page = shown(alice_client, maya)
        assert "2 results from 2023 to 2024, lowest 1.7, highest 1.9 mg/L; 1 in range, 1 above range." in page.text
        assert sorted(chart_ids(page)) == sorted(str(visit.results.get().pk) for visit in visits)
        assert page.data["figure"]["layout"]["yaxis"]["title"]["text"] == "Beta-2 microglobulin (mg/L)"
        assert all(script.get("src", "").startswith("/static/") for script in page.scripts if "type" not in script)

    def test_no_range_says_why_and_draws_no_band(self, alice_client, maya):
        maya.born_on = date(2015, 6, 14)
        maya.save()
        for year in (2023, 2024):
            log(maya, date(year, 10, 3), "41", "ng/mL", "ferritin")
        page = shown(alice_client, maya, "ferritin")
        assert "41 ng/mL on 3 October 2024 has no range to compare with" in page.text
        assert "If your report prints a range, add it to the result" in page.text
        assert page.data["figure"]["layout"]["shapes"] == []
        assert [row[4] for row in points(page)] == ["no range", "no range"]

    @pytest.mark.parametrize(("field", "reason"), [("born_on", "birth"), ("sex", "sex")])
    def test_missing_details_are_named_as_the_reason(self, alice_client, maya, field, reason):
        setattr(maya, field, None if field == "born_on" else "unstated")
        maya.save()
        log(maya, date(2024, 10, 3), "41", "ng/mL", "ferritin")
        page = shown(alice_client, maya, "ferritin")
        assert reason in re.search(r"has no range to compare with: ([^.]*)\.", page.text)[1]
        assert f"/people/{maya.pk}/edit" in page.links

    def test_a_result_that_cannot_be_converted_is_listed_and_never_dropped(self, alice_client, maya):
        log(maya, date(2023, 10, 3), "1.7")
        log(maya, date(2024, 10, 3), "1.9")
        odd = log(maya, date(2024, 12, 1), "4.10", "IU")
        word = log(maya, date(2024, 12, 2), "negative")
        page = shown(alice_client, maya)
        assert "2 results can't be drawn. They are kept as written." in page.text
        assert page.row("1 Dec 2024") == ["1 Dec 2024", "4.10 IU", "its unit, IU, can't be converted to mg/L"]
        assert page.row("2 Dec 2024") == ["2 Dec 2024", "negative mg/L", "it is not a number"]
        for visit in (odd, word):
            assert f"/people/{maya.pk}/visits/{visit.pk}/" in page.links
            assert str(visit.results.get().pk) not in chart_ids(page)

    def test_results_that_cannot_be_drawn_at_all_are_listed_alone(self, alice_client, maya):
        log(maya, date(2024, 12, 1), "4.10", "IU")
        page = shown(alice_client, maya)
        assert "1 result can't be drawn. It is kept as written." in page.text
        assert page.row("1 Dec 2024")[1] == "4.10 IU"

    def test_a_doubted_unit_is_never_judged_or_drawn(self, alice_client, maya):
        log(maya, date(2024, 12, 1), "63.7", "g/dL", "total-protein")
        Result.objects.update(unit_doubted=True)
        page = shown(alice_client, maya, "total-protein")
        assert page.row("1 Dec 2024")[2] == "its unit, g/dL, contradicts its value or its code"

    def test_an_unknown_marker_is_not_found(self, alice_client, maya):
        assert alice_client.get(f"/people/{maya.pk}/markers/nothing/").status_code == 404


class TestSentence:
    @pytest.mark.parametrize(
        ("value", "lab", "sentence"),
        [
            ("1.9", "", "1.9 mg/L on 3 October 2024 is above your reference range, 0.7 to 1.8 mg/L (general range"),
            ("1.90", MAYO, f"1.90 mg/L on 3 October 2024 is in your reference range, 1.21 to 2.70 mg/L ({MAYO}"),
            ("0.69", "", "0.69 mg/L on 3 October 2024 is below your reference range, 0.7 to 1.8 mg/L"),
            ("<0.7", "", "Less than 0.7 mg/L on 3 October 2024 is below your reference range"),
            ("≥2", "", "At least 2 mg/L on 3 October 2024 is above your reference range"),
            ("<1", "", "Less than 1 mg/L on 3 October 2024 can't be placed: what it can stand for lies partly"),
        ],
    )
    def test_the_sentence_names_value_day_range_and_whose_it_is(self, alice_client, maya, value, lab, sentence):
        log(maya, date(2024, 10, 3), value, lab=lab)
        assert sentence in shown(alice_client, maya).text

    def test_a_printed_range_is_named_and_goes_first(self, alice_client, maya):
        bounds = {"printed_low": Decimal("0.80"), "printed_high": Decimal("2.34"), "printed_text": "0.80-2.34"}
        log(maya, date(2024, 10, 3), "1.9", lab=MAYO, **bounds)
        page = shown(alice_client, maya)
        assert (
            "1.9 mg/L on 3 October 2024 is in your reference range, 0.80 to 2.34 mg/L (printed on the report)."
            in page.text
        )
        assert "Without the printed range it would be 1.21–2.70 mg/L" in page.text

    def test_the_difference_to_the_one_before_is_said_first_in_numbers(self, alice_client, maya):
        log(maya, date(2022, 12, 30), "1.7")
        log(maya, date(2024, 10, 3), "1.9")
        assert "It was 1.7 mg/L on 30 December 2022: 0.2 higher in 1 year 9 months." in shown(alice_client, maya).text

    @pytest.mark.parametrize(
        ("units", "said"),
        [
            (("µg/L", "mg/L"), "It was 1.70 mg/L on 3 October 2023: 0.20 higher in 1 year."),
            (("mg/L", "µg/L"), "It was 1700 µg/L on 3 October 2023: 200 higher in 1 year."),
        ],
    )
    def test_two_units_in_a_row_are_compared_in_that_of_the_latest(self, alice_client, maya, units, said):
        for year, unit in zip((2023, 2024), units, strict=True):
            value = {2023: ("1.7", "1700"), 2024: ("1.9", "1900")}[year][unit == "µg/L"]
            log(maya, date(year, 10, 3), value, unit)
        assert said in shown(alice_client, maya).text

    def test_only_a_value_out_of_range_comes_with_whom_to_ask(self, alice_client, maya):
        log(maya, date(2024, 10, 3), "1.7")
        advice = "If this is new or you're unsure, ask whoever ordered the test."
        assert advice not in shown(alice_client, maya).text
        log(maya, date(2024, 10, 4), "1.9")
        assert advice in shown(alice_client, maya).text


class TestTable:
    def test_every_point_is_a_row_with_all_that_is_known_of_it(self, alice_client, maya):
        bounds = {"printed_high": Decimal("5.7"), "printed_high_strict": True, "printed_text": "<5.7"}
        first = log(maya, date(2014, 6, 13), "<0.7", lab="City & <b>Lab</b>")
        log(maya, date(2014, 6, 14), "1900", "µg/L", lab=MAYO)
        log(maya, date(2024, 10, 3), "4.10", **bounds)
        page = shown(alice_client, maya)
        rows = points(page)
        assert rows[2][:4] == ["13 Jun 2014", "50 years", "<0.7 mg/L", "<0.7"]
        assert rows[2][4].startswith("0.7–1.8 general range")
        assert rows[2][5:] == ["below range", "City & <b>Lab</b>"]
        assert rows[1][:4] == ["14 Jun 2014", "51 years", "1900 µg/L", "1.90"]
        assert rows[1][4].startswith(f"1.21–2.70 {MAYO}")
        assert rows[1][5:] == ["in range", MAYO]
        assert rows[0][:6] == [
            "3 Oct 2024",
            "61 years",
            "4.10 mg/L",
            "4.10",
            "below 5.7 printed on the report",
            "in range",
        ]
        for visit in (first, *Visit.objects.all()):
            assert f"/people/{maya.pk}/visits/{visit.pk}/" in page.links
        assert len(rows) == 3
        assert sorted(chart_ids(page)) == sorted(str(one) for one in Result.objects.values_list("pk", flat=True))

    def test_a_value_is_shown_as_it_was_written(self, alice_client, maya):
        for number, value in enumerate(["4.10", "0", "0.00000001", "123456789.012345", "4,10", "≤5"]):
            log(maya, date(2024, 10, 3 + number), value)
        written = [row[2] for row in points(shown(alice_client, maya))]
        assert written == [f"{value} mg/L" for value in ("≤5", "4,10", "123456789.012345", "0.00000001", "0", "4.10")]

    def test_two_of_one_day_are_both_there_in_the_order_of_the_report(self, alice_client, maya):
        rows = [TypedRow(marker="beta-2-microglobulin", value=value, unit="mg/L") for value in ("1.8", "1.2", "1.5")]
        create_visit(person=maya, collected_on=date(2024, 10, 3), rows=rows)
        assert [row[2] for row in points(shown(alice_client, maya))] == ["1.5 mg/L", "1.2 mg/L", "1.8 mg/L"]


class TestWhy:
    def test_the_trace_is_closed_and_about_the_latest_until_asked(self, alice_client, maya):
        log(maya, date(2024, 10, 3), "1.9")
        page = shown(alice_client, maya)
        assert '<details class="why" id="why">' in page.html
        assert "For 3 October 2024 at 61 years" in page.text

    def test_the_trace_of_a_point_names_the_winner_and_why_the_others_lost(self, alice_client, maya):
        old = log(maya, date(2014, 6, 13), "1.7", lab=MAYO)
        log(maya, date(2024, 10, 3), "1.9")
        page = shown(alice_client, maya, why=str(old.results.get().pk))
        assert '<details class="why" id="why" open>' in page.html
        assert f"For 13 June 2014 at 50 years, {MAYO}: 1.21–2.70 mg/L, because" in page.text
        assert "Source: " in page.text
        lost = [row for row in page.rows if len(row) == 3 and row[2] != "Not used because"]
        assert any(row[0] == "0.7–1.8 mg/L" and row[1].startswith("general") for row in lost)
        assert any("UnityPoint" in row[1] for row in lost)
        assert all(row[2] for row in lost)

    @pytest.mark.parametrize("why", ["", "nothing", "\x00", "<script>", "11111111-1111-1111-1111-111111111111"])
    def test_an_unknown_point_is_the_latest_one(self, alice_client, maya, why):
        log(maya, date(2024, 10, 3), "1.9")
        page = shown(alice_client, maya, why=why)
        assert '<details class="why" id="why">' in page.html
        assert "<script>" not in page.html.replace("<script src", "")


class TestSwitches:
    @pytest.mark.parametrize(
        ("period", "count", "chosen"),
        [
            ("", 4, "All"),
            ("5y", 3, "5 years"),
            ("2y", 2, "2 years"),
            ("1y", 1, "1 year"),
            ("9y", 4, "All"),
            ("\x00", 4, "All"),
        ],
    )
    def test_a_period_shows_its_results_alone(self, alice_client, maya, period, count, chosen):
        today = timezone.localdate()
        for days in (100, 500, 1_500, 3_000):
            log(maya, today - timedelta(days=days), "1.7")
        page = shown(alice_client, maya, period=period)
        assert len(points(page)) == count
        assert re.findall(r'aria-current="true">([^<]+)<', page.html)[0] == chosen

    def test_one_result_in_a_period_is_not_called_the_only_one(self, alice_client, maya):
        today = timezone.localdate()
        for days in (100, 500):
            log(maya, today - timedelta(days=days), "1.7")
        page = shown(alice_client, maya, period="1y")
        assert "One result so far." not in page.text
        assert "One result in this period." in page.text

    def test_a_period_without_results_leads_back_to_all(self, alice_client, maya):
        log(maya, date(2014, 10, 3), "1.7")
        page = shown(alice_client, maya, period="1y", unit="ug/L")
        assert "There is no result in this period." in page.text
        assert "?unit=ug/L" in page.links

    def test_a_period_of_results_that_cannot_be_drawn_leads_back_to_all(self, alice_client, maya):
        log(maya, date(2014, 10, 3), "1.7")
        log(maya, timezone.localdate() - timedelta(days=10), "negative")
        page = shown(alice_client, maya, period="1y")
        assert "It is kept as written." in page.text
        assert "?unit=mg/L" in page.links

    @pytest.mark.parametrize(
        ("slug", "written", "unit", "number", "bounds"),
        [
            ("glucose", ("90", "mg/dL"), "mmol/L", "≈ 5.0", "4.0–5.5"),
            ("hba1c", ("6.5", "%"), "mmol/mol", "≈ 48", "20–38"),
            ("beta-2-microglobulin", ("1.9", "mg/L"), "ug/L", "1900", "700–1800"),
        ],
    )
    def test_another_unit_converts_values_and_ranges_and_no_position(
        self, alice_client, maya, slug, written, unit, number, bounds
    ):
        for year in (2023, 2024):
            log(maya, date(year, 10, 3), *written, slug, fasting=True)
        own, other = shown(alice_client, maya, slug), shown(alice_client, maya, slug, unit=unit)
        row = points(other)[0]
        assert (row[2], row[3]) == (" ".join(written), number)
        assert row[4].startswith(bounds)
        assert row[5] == points(own)[0][4]
        assert other.data["figure"]["layout"]["yaxis"]["title"]["text"].endswith(f"({unit.replace('u', 'µ')})")

    @pytest.mark.parametrize("unit", ["nothing", "", "\x00", "<b>", "MG/L", "mmol/L"])
    def test_an_unknown_unit_falls_back_to_the_usual_one(self, alice_client, maya, unit):
        log(maya, date(2024, 10, 3), "1.9")
        page = shown(alice_client, maya, unit=unit)
        assert "1.9 mg/L on 3 October 2024" in page.text
        assert re.findall(r'aria-current="true">([^<]+)<', page.html) == ["All", "mg/L"]

    @pytest.mark.parametrize(
        ("system", "number", "unit"),
        [("reported", "88", "µmol/L"), ("conventional", "≈ 1.00", "mg/dL"), ("si", "88", "µmol/L")],
    )
    def test_the_unit_is_at_first_that_of_the_persons_system(self, alice_client, maya, system, number, unit):
        maya.unit_system = system
        maya.save()
        log(maya, date(2023, 10, 3), "0.9", "mg/dL", "creatinine")
        log(maya, date(2024, 10, 3), "88", "umol/L", "creatinine")
        page = shown(alice_client, maya, "creatinine")
        assert re.findall(r'aria-current="true">([^<]+)<', page.html) == ["All", unit]
        assert [row[2] for row in points(page)] == ["88 µmol/L", "0.9 mg/dL"], "as written, whatever the unit"
        assert points(page)[0][3] == number
        assert page.data["figure"]["layout"]["yaxis"]["title"]["text"] == f"Creatinine ({unit})"
        other = shown(alice_client, maya, "creatinine", unit="mg/dL" if unit == "µmol/L" else "umol/L")
        assert re.findall(r'aria-current="true">([^<]+)<', other.html)[1] != unit, "another one is a press away"
        assert f"/people/{maya.pk}/edit#id_unit_system" in page.links

    def test_a_period_leaves_the_usual_unit_as_it_is(self, alice_client, maya):
        today = timezone.localdate()
        log(maya, today - timedelta(days=10), "negative", "umol/L", "creatinine")
        log(maya, today - timedelta(days=20), "0.9", "mg/dL", "creatinine")
        log(maya, today - timedelta(days=600), "88", "umol/L", "creatinine")
        for query in ({}, {"period": "1y"}, {"period": "2y"}):
            page = shown(alice_client, maya, "creatinine", **query)
            assert re.findall(r'aria-current="true">([^<]+)<', page.html)[1] == "mg/dL"

    def test_unit_and_period_are_kept_by_each_others_links(self, alice_client, maya):
        log(maya, timezone.localdate() - timedelta(days=10), "1.9")
        links = shown(alice_client, maya, unit="ug/L", period="5y").links
        assert "?period=1y&unit=ug/L" in links
        assert "?period=5y&unit=mg/dL" in links


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(alice_client, maya):
    for year in (2023, 2024):
        log(maya, date(year, 10, 3), "1.9")
    page = shown(alice_client, maya)
    for script in page.scripts:
        assert script.get("type") == "application/json" or script["src"].startswith("/static/")
    assert " style=" not in page.html
    assert not re.search(r"\son[a-z]+=", page.html)
    assert not re.search(r'(src|href)="(https?:)?//(?!www|.*rel="noreferrer")', page.html.split("Why this range?")[0])


def test_a_long_gap_and_another_laboratory_break_the_line(alice_client, maya):
    days = [date(2019, 1, 1), date(2019, 6, 1), date(2022, 1, 1), date(2022, 6, 1)]
    for day, lab in zip(days, ("A", "A", "A", "B"), strict=True):
        log(maya, day, "1.7", lab=lab)
    lines = [trace["line"]["dash"] for trace in shown(alice_client, maya).data["figure"]["data"] if "line" in trace]
    assert lines == ["solid", "dot", "dot"]


@pytest.mark.parametrize(
    ("slug", "value", "unit", "shown_in", "said"),
    [
        ("hba1c", "38", "mmol/mol", "mmol/mol", "above your reference range, 20.2 to 37.7 mmol/mol"),
        ("hba1c", "38", "mmol/mol", "%", "above your reference range, 4.0 to 5.6 %"),
        ("creatinine", "1.02", "mg/dL", "mg/dL", "above your reference range, 0.566 to 1.018 mg/dL"),
    ],
)
def test_a_rounded_bound_never_contradicts_the_position(alice_client, maya, slug, value, unit, shown_in, said):
    create_visit(person=maya, collected_on=date(2026, 1, 2), rows=[TypedRow(marker=slug, value=value, unit=unit)])
    page = Page(alice_client.get(f"/people/{maya.pk}/markers/{slug}/", {"unit": shown_in}))
    assert said in page.text


def test_a_newer_result_that_cannot_be_drawn_is_told_beside_the_latest_number(alice_client, maya):
    create_visit(person=maya, collected_on=date(2024, 1, 2), rows=[TypedRow(marker="tsh", value="1.23", unit="mIU/L")])
    create_visit(person=maya, collected_on=date(2025, 1, 2), rows=[TypedRow(marker="tsh", value="negative", unit="")])
    page = Page(alice_client.get(f"/people/{maya.pk}/markers/tsh/"))
    assert "A newer result, negative on 2 January 2025, can't be drawn: it is not a number." in page.text
    assert "1 newer result can't be drawn" in Page(alice_client.get(f"/people/{maya.pk}/")).text
