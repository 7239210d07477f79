"""Logging a visit without JavaScript: typed, read back, saved once; edited without overwriting anybody."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from markers.models import Alias, Marker
from markers.queries import catalogue, touch
from results.actions.visits import TypedRow, create_visit, delete_visit, update_visit
from results.forms import initial_rows
from results.models import Result, Visit, VisitVersion
from results.words import day_text
from tests.conftest import signed_in
from tests.factories import PersonFactory
from tests.html import Page, unknown_targets, unlabelled

pytestmark = pytest.mark.django_db
DAY = timezone.localdate() - timedelta(days=30)


def new_url(person) -> str:
    return f"/people/{person.pk}/visits/new"


def edit_url(visit) -> str:
    return f"/people/{visit.person_id}/visits/{visit.pk}/edit"


def press(client, url, page, action, **changes) -> Page:
    """Presses a button of the entry page, or of its read-back, and follows to where it leads."""
    form = page.form("row-TOTAL_FORMS")
    answer = client.post(form.action or url, {**form.sent(**changes), "action": action})
    read = Page(client.get(answer.url)) if answer.status_code == 302 else Page(answer)
    read.leads_to = answer.headers.get("Location", "")
    return read


def enter(client, person, *rows, action="review", query="?rows=blank", **about) -> Page:
    """Types rows of (marker, value, unit, printed range, note) into the blank page and presses a button."""
    url = new_url(person)
    typed = {
        f"row-{place}-{name}": text
        for place, row in enumerate(rows)
        for name, text in zip(("marker", "value", "unit", "printed", "note"), row, strict=False)
    }
    about = {"collected_on": day_text(DAY), **about}
    return press(client, url, Page(client.get(url + query)), action, **about, **typed)


def save(client, person, read_back, **changes) -> Page:
    return press(client, new_url(person), read_back, "save", **changes)


def kept(page: Page) -> dict[str, str]:
    return dict(page.form("row-TOTAL_FORMS").fields)


def stored(person) -> list[tuple[str, str, str]]:
    """Each result as (slug, value, unit) in document order."""
    rows = Result.objects.filter(person=person).order_by("collected_on", "order")
    return [(one.marker.slug if one.marker else "", one.value, one.unit) for one in rows]


def log(person, *rows: TypedRow, day: date = DAY, **about) -> Visit:
    return create_visit(person=person, collected_on=day, rows=rows, **about)


def ferritin(value: str, unit: str = "ng/mL", **more) -> TypedRow:
    return TypedRow(marker="ferritin", value=value, unit=unit, **more)


class TestRows:
    def test_a_first_visit_has_twelve_blank_rows(self, alice_client, maya):
        page = Page(alice_client.get(new_url(maya)))
        fields = kept(page)
        assert fields["row-TOTAL_FORMS"] == "12"
        assert all(fields[f"row-{place}-{name}"] == "" for place in range(12) for name in ("marker", "value", "unit"))
        assert (fields["collected_on"], fields["lab"], fields["fasting"]) == ("", "", "")
        assert unlabelled(page) == []
        assert unknown_targets(page) == []

    @pytest.mark.parametrize("action", ["more", "panel"])
    def test_adding_rows_keeps_everything_typed(self, alice_client, maya, action):
        typed = ("nonsense", "1,234", "what/ever", "see  below", "a “note” <b>")
        about = {"collected_on": "not a day", "lab": "City & Lab", "fasting": "no", "note": "two\r\nlines"}
        page = enter(alice_client, maya, ("Ferritin", "41"), typed, action=action, panel="lipids", **about)
        fields = kept(page)
        for name, text in {**about, "note": "two\r\nlines"}.items():
            assert fields[name] == text
        assert (fields["row-0-marker"], fields["row-0-value"]) == ("Ferritin", "41")
        assert [fields[f"row-1-{name}"] for name in ("marker", "value", "unit", "printed", "note")] == list(typed)
        assert int(fields["row-TOTAL_FORMS"]) == 12 + (12 if action == "more" else 8)
        assert page.errors == []
        assert Visit.objects.count() == 0

    def test_a_panels_markers_come_once(self, alice_client, maya):
        page = enter(alice_client, maya, ("Triglycerides", "1"), action="panel", panel="lipids")
        names = [value for name, value in kept(page).items() if name.endswith("-marker") and value]
        assert names[:4] == ["Triglycerides", "Total cholesterol", "LDL cholesterol", "HDL cholesterol"]
        assert len(names) == len(set(names)) == 8

    def test_a_panel_can_be_asked_for_by_link(self, alice_client, maya):
        fields = kept(Page(alice_client.get(f"{new_url(maya)}?panel=diabetes")))
        asked = [fields[f"row-{place}-marker"] for place in range(5)]
        assert asked == ["Glucose", "Hemoglobin A1c", "Insulin", "C-peptide", ""]
        assert fields["row-0-unit"] == "mg/dL"
        assert fields["row-TOTAL_FORMS"] == "12"

    def test_the_markers_units_and_laboratory_of_the_last_visit_are_offered(self, alice_client, maya):
        sodium = TypedRow(marker="sodium", value="140", unit="mmol/L")
        log(maya, TypedRow(marker="alt", value="20", unit="U/L"), day=DAY - timedelta(30), lab="Old Lab")
        log(maya, sodium, ferritin("41", "µg/L"), sodium, lab="CityLab")
        page = Page(alice_client.get(new_url(maya)))
        fields = kept(page)
        assert [fields[f"row-{place}-marker"] for place in range(3)] == ["Sodium", "Ferritin", ""]
        assert [fields[f"row-{place}-unit"] for place in range(3)] == ["mmol/L", "µg/L", ""]
        assert fields["lab"] == "CityLab"
        assert fields["row-0-value"] == fields["row-1-value"] == ""
        assert "last 41 µg/L" in page.text
        blank = kept(Page(alice_client.get(f"{new_url(maya)}?rows=blank")))
        assert blank["row-0-marker"] == ""

    @pytest.mark.parametrize("name", ["name", "slug", "short_name"])
    def test_every_marker_can_be_typed_by_its_name(self, name, db):
        known = catalogue()
        lost = [
            slug for slug, one in known.markers.items() if getattr(one, name) and known.named(getattr(one, name)) != one
        ]
        assert lost == []

    def test_a_marker_can_be_typed_by_alias_and_by_loinc_code(self, alice_client, maya):
        page = enter(alice_client, maya, ("serum FERRITIN ", "41", "ng/mL"), ("2951-2", "140", "mmol/L"))
        save(alice_client, maya, page)
        assert stored(maya) == [("ferritin", "41", "ng/mL"), ("sodium", "140", "mmol/L")]


ALLOWED = [
    *("4.10", "41", "0", "0.0", "007", "0.00000001", "123456789.012345", "<0.5", "< 0.5", "<=0.5", "≤5", "> 1000"),
    *(">=60", "≥60", "4,10", "4,1", "1234", "12345.678", "1.234", "-0.50", "+1.5", ".5", "5."),
    *("negative", "Pos", "trace", "not detected", "++", "-", "1:80", "<1:80"),
]
REFUSED = [
    ("1,234", "decimal mark or a thousands sign"),
    ("1.234,5", "decimal mark or a thousands sign"),
    ("1,234.5", "decimal mark or a thousands sign"),
    ("1 234", "decimal mark or a thousands sign"),
    ("1_000", "decimal mark or a thousands sign"),
    ("<1,234", "decimal mark or a thousands sign"),
    ("1e3", "without an exponent"),
    ("1.2E-5", "without an exponent"),
    ("４.１", "Please type the digits as 0 to 9."),
    ("٤", "Please type the digits as 0 to 9."),
    ("4 10", "A value is a number such as 4.10"),
    ("4.1 mg", "A value is a number such as 4.10"),
    ("NaN", "A value is a number such as 4.10"),
    ("inf", "A value is a number such as 4.10"),
    ("--5", "A value is a number such as 4.10"),
    ("<>5", "A value is a number such as 4.10"),
    ("0x10", "A value is a number such as 4.10"),
    ("4.1\x00", "Null characters are not allowed."),
    ("9" * 41, "longer than 40 characters"),
    ("9" * 5_000, "longer than 40 characters"),
    ("<script>alert(1)</script>", "A value is a number such as 4.10"),
]


class TestValues:
    @pytest.mark.parametrize("typed", ALLOWED)
    def test_a_value_is_stored_exactly_as_typed(self, alice_client, maya, typed):
        page = enter(alice_client, maya, ("Ferritin", typed, "ng/mL"))
        assert page.headings[0] == (1, "Is this what the report says?"), page.text
        assert page.row("Ferritin")[1] == typed
        assert stored(maya) == []
        saved = save(alice_client, maya, page, keep=["0:magnitude"])
        assert "The visit was saved." in saved.text
        assert stored(maya) == [("ferritin", typed, "ng/mL")]
        visit = Visit.objects.get()
        assert saved.leads_to == f"/people/{maya.pk}/visits/{visit.pk}/"
        assert kept(Page(alice_client.get(edit_url(visit))))["row-0-value"] == typed

    def test_only_blanks_around_a_value_are_left_out(self, alice_client, maya):
        save(alice_client, maya, enter(alice_client, maya, ("Ferritin", "  4.10 ", " ng/mL ")))
        assert stored(maya) == [("ferritin", "4.10", "ng/mL")]

    @pytest.mark.parametrize(("typed", "message"), REFUSED, ids=[text[:12] for text, _ in REFUSED])
    @pytest.mark.parametrize("action", ["review", "save"])
    def test_an_unclear_value_is_asked_about_and_stays_in_its_field(self, alice_client, maya, typed, message, action):
        page = enter(alice_client, maya, ("Sodium", "140", "mmol/L"), ("Ferritin", typed, "ng/mL"), action=action)
        assert page.status == 400
        assert message in page.text
        assert "#id_row-1-value" in page.errors
        assert page.text.count(message) == 2, "once in the summary, once beside the field"
        fields = kept(page)
        assert fields["row-1-value"] == typed
        assert (fields["row-0-value"], fields["row-1-marker"]) == ("140", "Ferritin")
        assert Visit.objects.count() == 0
        assert "<script>alert" not in page.html
        assert unknown_targets(page) == []

    def test_a_corrected_value_goes_on_from_there(self, alice_client, maya):
        page = enter(alice_client, maya, ("Ferritin", "1,234", "ng/mL"), note="kept")
        page = press(alice_client, new_url(maya), page, "review", row__0__value="1234")
        save(alice_client, maya, page)
        assert stored(maya) == [("ferritin", "1234", "ng/mL")]
        assert Visit.objects.get().note == "kept"


class TestMarkers:
    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("Feritin", "There is no marker Feritin. Did you mean Ferritin?"),
            ("Creatinene", "There is no marker Creatinene. Did you mean Creatinine"),
            ("xyzzy", "There is no marker xyzzy."),
            ("", "Choose a marker for this value."),
            ("<i>x</i>", "There is no marker <i>x</i>."),
        ],
    )
    def test_an_unknown_marker_is_asked_about(self, alice_client, maya, typed, message):
        page = enter(alice_client, maya, (typed, "41", "ng/mL"))
        assert (page.status, Visit.objects.count()) == (400, 0)
        assert f"Row 1: {message}" in page.text
        assert page.errors == ["#id_row-0-marker"]
        assert kept(page)["row-0-marker"] == typed
        assert "<i>x" not in page.html

    def test_rows_without_a_value_are_left_out(self, alice_client, maya):
        page = enter(alice_client, maya, ("Sodium", "", "mmol/L"), ("Ferritin", "41", "ng/mL"), ("nonsense", ""))
        save(alice_client, maya, page)
        assert stored(maya) == [("ferritin", "41", "ng/mL")]

    def test_a_visit_of_blank_rows_is_not_saved(self, alice_client, maya):
        page = enter(alice_client, maya, ("Ferritin", "", "ng/mL"), note="kept", action="save")
        assert (page.status, Visit.objects.count()) == (400, 0)
        assert "No row has a value yet." in page.text
        assert (kept(page)["note"], kept(page)["row-0-marker"]) == ("kept", "Ferritin")

    def test_rows_keep_their_order(self, alice_client, maya):
        rows = [("Sodium", "140", "mmol/L"), ("",), ("Ferritin", "41", "ng/mL"), ("ALT", "20", "U/L")]
        save(alice_client, maya, enter(alice_client, maya, *rows))
        assert [slug for slug, _, _ in stored(maya)] == ["sodium", "ferritin", "alt"]


class TestDay:
    @pytest.mark.parametrize(
        ("typed", "day"),
        [
            ("today", timezone.localdate()),
            ("Yesterday", timezone.localdate() - timedelta(1)),
            ("2024-02-29", date(2024, 2, 29)),
            ("3 October 2024", date(2024, 10, 3)),
            ("3 oct 2024", date(2024, 10, 3)),
            ("October 3, 2024", date(2024, 10, 3)),
            ("Thursday 3 October 2024", date(2024, 10, 3)),
            ("3.10.2024", date(2024, 10, 3)),
            ("13/10/2024", date(2024, 10, 13)),
            ("10/13/2024", date(2024, 10, 13)),
        ],
    )
    def test_a_day_is_read_as_people_write_it(self, alice_client, maya, typed, day):
        page = enter(alice_client, maya, ("Ferritin", "41", "ng/mL"), collected_on=typed)
        assert day_text(day) in page.text
        save(alice_client, maya, page)
        assert Visit.objects.get().collected_on == Result.objects.get().collected_on == day

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("", "Type the day of collection."),
            ("3/10/2024", "3/10/2024 could be 3 October or 10 March. Write the month as a word."),
            ("29 February 2023", "29 February 2023 is not a day."),
            ("31.4.2024", "31.4.2024 is not a day."),
            ("3.10.24", "3.10.24 is not a day."),
            ("0000-01-01", "0000-01-01 is not a day."),
            ("x" * 61, "at most 60 characters"),
            ("3 October\x00 2024", "Null characters are not allowed."),
            ("<b>3</b>", "<b>3</b> is not a day."),
        ],
    )
    def test_an_unclear_day_is_asked_about_and_stays_in_its_field(self, alice_client, maya, typed, message):
        page = enter(alice_client, maya, ("Ferritin", "41", "ng/mL"), collected_on=typed)
        assert (page.status, Visit.objects.count()) == (400, 0)
        assert message in page.text
        assert page.errors == ["#id_collected_on"]
        assert kept(page)["collected_on"] == typed
        assert "<b>3" not in page.html

    @pytest.mark.parametrize(
        ("day", "message", "is_asked"),
        [
            (timezone.localdate() + timedelta(1), "The day is in the future. Is it right?", True),
            (date(1963, 6, 13), "The day is before the date of birth. Is it right?", True),
            (date(1963, 6, 14), "The day is more than 5 years ago. Is the year right?", False),
            (timezone.localdate(), "", False),
        ],
    )
    def test_an_unlikely_day_is_asked_about(self, alice_client, maya, day, message, is_asked):
        page = enter(alice_client, maya, ("Ferritin", "41", "ng/mL"), collected_on=str(day))
        assert message in page.text
        again = save(alice_client, maya, page)
        assert Visit.objects.count() == (0 if is_asked else 1)
        if is_asked:
            assert "Nothing was saved: please answer these first" in again.text
            assert "Keep this day" in again.text
            save(alice_client, maya, again, keep=[one["value"] for one in again.controls if one.get("name") == "keep"])
        assert Visit.objects.get().collected_on == day


class TestSlips:
    @pytest.mark.parametrize(
        ("typed", "unit", "question"),
        [
            ("430", "ng/mL", "430 is about 10 times your last (43). Is the decimal point right?"),
            ("410", "ng/mL", "410 is about 10 times your last (43)."),
            ("4300", "ng/mL", "4300 is about 100 times your last (43)."),
            ("43000", "ng/mL", "43000 is about 1000 times your last (43)."),
            ("4.3", "ng/mL", "4.3 is about a 10th of your last (43)."),
            ("0.43", "ng/mL", "0.43 is about a 100th of your last (43)."),
            (">430", "ng/mL", ">430 is about 10 times your last (43)."),
            ("4300000", "ng/mL", "4300000 is far from your last (43)."),
            ("44", "", "Ferritin has no unit here."),
            ("44", "mg/dL", "mg/dL is not a unit we know for Ferritin"),
        ],
    )
    def test_what_looks_like_a_slip_must_be_kept_before_it_is_saved(self, alice_client, maya, typed, unit, question):
        log(maya, ferritin("43"), day=DAY - timedelta(365))
        page = enter(alice_client, maya, ("Ferritin", typed, unit))
        assert page.status == 200
        assert question in page.text
        refused = save(alice_client, maya, page)
        assert refused.status == 400
        assert "Nothing was saved: please answer these first" in refused.text
        assert Visit.objects.count() == 1
        keys = [one["value"] for one in refused.controls if one.get("name") == "keep"]
        assert keys
        saved = save(alice_client, maya, refused, keep=keys)
        assert "The visit was saved." in saved.text
        assert stored(maya)[-1] == ("ferritin", typed, unit), "nothing was changed silently"

    @pytest.mark.parametrize("typed", ["43", "86", "21", "200", "0", "negative"])
    def test_what_is_no_slip_is_not_asked_about(self, alice_client, maya, typed):
        log(maya, ferritin("43"), day=DAY - timedelta(365))
        page = enter(alice_client, maya, ("Ferritin", typed, "ng/mL"))
        assert "Please look at these once more" not in page.text
        save(alice_client, maya, page)
        assert stored(maya)[-1] == ("ferritin", typed, "ng/mL")

    def test_a_slip_is_measured_in_one_unit(self, alice_client, maya):
        log(maya, TypedRow(marker="glucose", value="90", unit="mg/dL"), day=DAY - timedelta(365))
        page = enter(alice_client, maya, ("Glucose", "5.0", "mmol/L"))
        assert "Last time the unit was mg/dL, now it is mmol/L." in page.text
        assert "times your last" not in page.text

    def test_the_last_value_is_the_one_before_that_day(self, alice_client, maya):
        log(maya, ferritin("43"), day=DAY - timedelta(365))
        log(maya, ferritin("4300"), day=DAY + timedelta(10))
        page = enter(alice_client, maya, ("Ferritin", "44", "ng/mL"))
        assert "times your last" not in page.text

    def test_another_marker_for_a_stored_value_is_looked_at_again(self, alice_client, maya):
        log(maya, ferritin("43"), day=DAY - timedelta(365))
        visit = log(maya, TypedRow(marker="sodium", value="4300", unit="ng/mL"))
        url = edit_url(visit)
        page = press(alice_client, url, Page(alice_client.get(url)), "review", row__0__marker="Ferritin")
        assert "4300 is about 100 times your last (43)." in page.text

    def test_one_answer_does_not_answer_another_question(self, alice_client, maya):
        log(maya, ferritin("43"), TypedRow(marker="sodium", value="140", unit="mmol/L"), day=DAY - timedelta(365))
        page = enter(alice_client, maya, ("Ferritin", "430", "ng/mL"), ("Sodium", "14.0", "mmol/L"))
        keys = [one["value"] for one in page.controls if one.get("name") == "keep"]
        assert len(keys) == 2
        refused = save(alice_client, maya, page, keep=keys[:1])
        assert (refused.status, Visit.objects.count()) == (400, 1)
        assert [one["value"] for one in refused.controls if "checked" in one and one.get("name") == "keep"] == keys[:1]

    def test_a_marker_standing_twice_is_asked_about_and_both_are_kept(self, alice_client, maya):
        page = enter(alice_client, maya, ("Ferritin", "41", "ng/mL"), ("ferritin", "42", "ng/mL"))
        assert "Ferritin stands here twice. Are both from this visit?" in page.text
        keys = [one["value"] for one in page.controls if one.get("name") == "keep"]
        save(alice_client, maya, page, keep=keys)
        assert [value for _, value, _ in stored(maya)] == ["41", "42"]

    def test_changing_something_goes_back_with_everything_and_forgets_the_answers(self, alice_client, maya):
        log(maya, ferritin("43"), day=DAY - timedelta(365))
        row = ("Ferritin", "430", "ng/mL", "30-400", "seen twice")
        page = enter(alice_client, maya, row, lab="CityLab", fasting="yes", note="a\r\nb")
        keys = [one["value"] for one in page.controls if one.get("name") == "keep"]
        back = press(alice_client, new_url(maya), page, "change", keep=keys)
        fields = kept(back)
        assert [fields[f"row-0-{name}"] for name in ("marker", "value", "unit", "printed", "note")] == list(row)
        assert (fields["lab"], fields["fasting"], fields["note"]) == ("CityLab", "yes", "a\r\nb")
        assert fields["nonce"] == kept(page)["nonce"]
        again = press(alice_client, new_url(maya), back, "review")
        assert not any("checked" in one for one in again.controls if one.get("name") == "keep")


class TestPrintedRange:
    @pytest.mark.parametrize(
        ("typed", "low", "high", "low_strict", "high_strict"),
        [
            ("3.4-10.8", "3.4", "10.8", False, False),
            ("3.40 – 10.80", "3.40", "10.80", False, False),
            ("3,4 - 10,8", "3.4", "10.8", False, False),
            ("[ 49 - 92 ]", "49", "92", False, False),
            ("<5.7", None, "5.7", False, True),
            ("<= 5.7", None, "5.7", False, False),
            ("up to 200", None, "200", False, False),
            ("> 60", "60", None, True, False),
            (">=60", "60", None, False, False),
            ("0-1", "0", "1", False, False),
            ("see below", None, None, False, False),
            ("adults: 3-5, children 2-4", None, None, False, False),
        ],
    )
    def test_the_range_on_the_report_is_read_and_its_text_kept(
        self, alice_client, maya, typed, low, high, low_strict, high_strict
    ):
        page = enter(alice_client, maya, ("Ferritin", "4", "ng/mL", typed))
        unread = "It is kept as text and judges nothing."
        assert (unread in page.text) is (low is None and high is None)
        save(alice_client, maya, page)
        result = Result.objects.get()
        assert result.printed_text == typed
        assert [None if one is None else str(one) for one in (result.printed_low, result.printed_high)] == [low, high]
        assert (result.printed_low_strict, result.printed_high_strict) == (low_strict, high_strict)
        assert kept(Page(alice_client.get(edit_url(result.visit))))["row-0-printed"] == typed

    def test_bounds_the_wrong_way_round_are_told(self, alice_client, maya):
        page = enter(alice_client, maya, ("Ferritin", "4", "ng/mL", "10.8-3.4"))
        assert "The range 10.8-3.4 starts with its upper bound. It is read the other way." in page.text
        save(alice_client, maya, page)
        result = Result.objects.get()
        assert (result.printed_low, result.printed_high) == (Decimal("3.4"), Decimal("10.8"))
        assert result.printed_text == "10.8-3.4"

    def test_a_bound_longer_than_any_is_kept_as_text(self, alice_client, maya):
        typed = f"0.{'1' * 50}-2"
        page = enter(alice_client, maya, ("Ferritin", "4", "ng/mL", typed))
        assert "It is kept as text and judges nothing." in page.text
        save(alice_client, maya, page)
        result = Result.objects.get()
        assert (result.printed_text, result.printed_low, result.printed_high) == (typed, None, None)


class TestSavingOnce:
    def test_a_double_press_makes_one_visit(self, alice_client, maya):
        page = enter(alice_client, maya, ("Ferritin", "41", "ng/mL"))
        first, second = (save(alice_client, maya, page).leads_to for _ in range(2))
        assert first == second
        assert stored(maya) == [("ferritin", "41", "ng/mL")]

    def test_each_form_makes_its_own_visit(self, alice_client, maya):
        for _ in range(2):
            save(alice_client, maya, enter(alice_client, maya, ("Ferritin", "41", "ng/mL")))
        assert Visit.objects.count() == 2

    def test_the_same_form_for_another_person_makes_a_visit_of_that_person(self, alice_client, alice, maya):
        leo = PersonFactory(account=alice, name="Leo")
        page = enter(alice_client, maya, ("Ferritin", "41", "ng/mL"))
        save(alice_client, maya, page)
        alice_client.post(new_url(leo), {**page.form("row-TOTAL_FORMS").sent(), "action": "save"})
        assert [Visit.objects.filter(person=one).count() for one in (maya, leo)] == [1, 1]

    def test_going_back_after_saving_and_changing_a_value_is_not_lost(self, alice_client, maya):
        rows = [("Ferritin", "41", "ng/mL"), ("Sodium", "140", "mmol/L")]
        read_back = enter(alice_client, maya, *rows)
        save(alice_client, maya, read_back)
        changed = press(alice_client, new_url(maya), read_back, "review", row__0__value="44")
        conflict = save(alice_client, maya, changed)
        assert conflict.status == 409
        assert conflict.row("Ferritin") == ["Ferritin", "41 ng/mL", "44 ng/mL"]
        assert stored(maya) == [("ferritin", "41", "ng/mL"), ("sodium", "140", "mmol/L")]
        visit = Visit.objects.get()
        assert kept(conflict)["row-0-value"] == "44"
        read_again = press(alice_client, edit_url(visit), conflict, "review")
        press(alice_client, edit_url(visit), read_again, "save")
        assert Visit.objects.count() == 1
        assert stored(maya) == [("ferritin", "44", "ng/mL"), ("sodium", "140", "mmol/L")]


@pytest.fixture
def visit(maya):
    rows = [
        ferritin("4.10", note="seen", printed_text="3-5", printed_low=Decimal(3), printed_high=Decimal(5)),
        TypedRow(marker="sodium", value="140", unit="mmol/L"),
    ]
    return log(maya, *rows, lab="CityLab", fasting=False, note="a note")


def row_of(visit, page, marker) -> str:
    """The prefix of the row that holds a marker."""
    return next(name.removesuffix("-marker") for name, value in kept(page).items() if value == marker)


class TestEditing:
    def test_the_page_shows_the_visit_as_it_is_stored(self, alice_client, visit):
        page = Page(alice_client.get(edit_url(visit)))
        fields = kept(page)
        assert page.headings[0] == (1, "Edit a visit")
        assert fields["collected_on"] == day_text(DAY)
        assert (fields["lab"], fields["fasting"], fields["note"]) == ("CityLab", "no", "a note")
        row = [fields[f"row-0-{name}"] for name in ("marker", "value", "unit", "printed", "note")]
        assert row == ["Ferritin", "4.10", "ng/mL", "3-5", "seen"]
        assert fields["row-TOTAL_FORMS"] == "4"

    def test_an_edit_that_changes_nothing_changes_nothing(self, alice_client, visit):
        before = list(Result.objects.order_by("order").values())
        page = press(alice_client, edit_url(visit), Page(alice_client.get(edit_url(visit))), "review")
        saved = press(alice_client, edit_url(visit), page, "save")
        assert saved.leads_to == f"/people/{visit.person_id}/visits/{visit.pk}/"
        assert list(Result.objects.order_by("order").values()) == before
        visit.refresh_from_db()
        assert (visit.lab, visit.fasting, visit.note) == ("CityLab", False, "a note")

    def test_a_changed_value_keeps_its_result_and_moves_with_the_day(self, alice_client, visit):
        ids = list(Result.objects.order_by("order").values_list("pk", flat=True))
        other = DAY - timedelta(7)
        changes = {"row__0__value": "4.20", "collected_on": str(other)}
        page = press(alice_client, edit_url(visit), Page(alice_client.get(edit_url(visit))), "review", **changes)
        press(alice_client, edit_url(visit), page, "save")
        results = list(Result.objects.order_by("order"))
        assert [one.pk for one in results] == ids
        assert [(one.value, one.collected_on) for one in results] == [("4.20", other), ("140", other)]
        assert VisitVersion.objects.get().snapshot["results"][0]["value"] == "4.10"

    def test_an_emptied_row_is_removed_and_told_before(self, alice_client, visit):
        url = edit_url(visit)
        page = press(alice_client, url, Page(alice_client.get(url)), "review", row__0__value="")
        assert "These results will be removed from the visit: Ferritin." in page.text
        assert Result.objects.count() == 2
        press(alice_client, url, page, "save")
        assert stored(visit.person) == [("sodium", "140", "mmol/L")]

    def test_emptying_every_row_is_refused(self, alice_client, visit):
        url = edit_url(visit)
        page = press(alice_client, url, Page(alice_client.get(url)), "save", row__0__value="", row__1__value="")
        assert "No row has a value yet." in page.text
        assert Result.objects.count() == 2

    def test_a_row_can_be_added(self, alice_client, visit):
        url = edit_url(visit)
        changes = {"row__2__marker": "ALT", "row__2__value": "20", "row__2__unit": "U/L"}
        page = press(alice_client, url, Page(alice_client.get(url)), "review", **changes)
        press(alice_client, url, page, "save")
        assert [slug for slug, _, _ in stored(visit.person)] == ["ferritin", "sodium", "alt"]

    def test_saving_an_edit_twice_is_one_edit(self, alice_client, visit):
        url = edit_url(visit)
        page = press(alice_client, url, Page(alice_client.get(url)), "review", row__0__value="4.20", note="new")
        first, second = (press(alice_client, url, page, "save") for _ in range(2))
        assert first.leads_to == second.leads_to == f"/people/{visit.person_id}/visits/{visit.pk}/"
        visit.refresh_from_db()
        assert visit.version == 2

    def test_what_a_document_carried_stays_when_something_else_is_edited(self, alice_client, maya):
        visit = log(maya, ferritin("41"))
        as_sent = {
            "text": "Seen:\nrouleaux,  " + "x" * 200,
            "name": "Microscopy " + "y" * 150,
            "note": "first\nsecond " + "z" * 3_000,
            "printed_text": "none  seen",
            "unit": "per  field ",
            "status": "final",
            "collected_time": time(8, 30),
            "external_id": "obs-1",
        }
        Result.objects.create(person=maya, visit=visit, order=1, collected_on=DAY, **as_sent)
        odd = {"value": "1e2", "unit": "g/dL ", "unit_doubted": True, "method": "m", "external_id": "obs-2"}
        protein = catalogue().markers["total-protein"].id
        Result.objects.create(person=maya, visit=visit, order=2, collected_on=DAY, marker_id=protein, **odd)
        before = list(Result.objects.order_by("order").values())
        url = edit_url(visit)
        page = press(alice_client, url, Page(alice_client.get(url)), "review", note="edited")
        assert page.headings[0] == (1, "Is this what the report says?"), page.text
        press(alice_client, url, page, "save")
        assert Visit.objects.get().note == "edited"
        assert list(Result.objects.order_by("order").values()) == before

    def test_a_doubted_unit_is_judged_once_somebody_says_that_it_is_right(self, alice_client, maya):
        visit = log(maya, TypedRow(marker="hemoglobin", value="8.5", unit="g/dL"))
        Result.objects.update(unit_doubted=True, unit_code="")
        url = edit_url(visit)
        opened = Page(alice_client.get(url))
        assert "This unit is right" in opened.text
        press(alice_client, url, press(alice_client, url, opened, "review", note="kept as it is"), "save")
        assert Result.objects.get().unit_doubted
        page = press(alice_client, url, Page(alice_client.get(url)), "review", row__0__sure="on")
        press(alice_client, url, page, "save")
        result = Result.objects.get()
        assert (result.value, result.unit_doubted, result.unit_code) == ("8.5", False, "g/dL")

    def test_a_unit_that_nobody_doubts_is_not_asked_about(self, alice_client, maya):
        visit = log(maya, TypedRow(marker="hemoglobin", value="8.5", unit="g/dL"))
        assert "This unit is right" not in Page(alice_client.get(edit_url(visit))).text

    def test_an_exponent_of_a_document_stays_and_a_typed_one_is_asked_about(self, alice_client, maya):
        visit = log(maya, ferritin("1e2"), ferritin("41"))
        url = edit_url(visit)
        page = press(alice_client, url, Page(alice_client.get(url)), "review", row__1__value="1e3")
        assert page.errors == ["#id_row-1-value"]

    @pytest.mark.parametrize("sent", ["not-a-uuid", "1", "\x00", str(uuid.uuid4()), "x" * 10_000])
    def test_an_id_that_names_no_result_makes_a_new_one(self, alice_client, visit, sent):
        url = edit_url(visit)
        page = press(alice_client, url, Page(alice_client.get(url)), "review", row__1__id=sent)
        assert page.status == 200
        assert "These results will be removed from the visit: Sodium." in page.text
        press(alice_client, url, page, "save")
        assert stored(visit.person) == [("ferritin", "4.10", "ng/mL"), ("sodium", "140", "mmol/L")]

    def test_another_visits_result_is_never_touched(self, alice_client, bob, maya, visit):
        other = log(maya, ferritin("99"), day=DAY - timedelta(9))
        strangers = log(PersonFactory(account=bob), ferritin("77"))
        for foreign in (other, strangers):
            theirs = foreign.results.get()
            url = edit_url(visit)
            changes = {"row__0__id": str(theirs.pk), "row__0__value": "5.0"}
            page = press(alice_client, url, Page(alice_client.get(url)), "review", **changes)
            press(alice_client, url, page, "save")
            again = Result.objects.get(pk=theirs.pk)
            assert (again.value, again.visit_id) == (theirs.value, foreign.pk)
        assert visit.results.count() == 2

    def test_one_result_named_in_two_rows_is_kept_once(self, alice_client, visit):
        url = edit_url(visit)
        opened = Page(alice_client.get(url))
        changes = {"row__1__id": kept(opened)["row-0-id"]}
        page = press(alice_client, url, opened, "review", **changes)
        press(alice_client, url, page, "save")
        assert stored(visit.person) == [("ferritin", "4.10", "ng/mL"), ("sodium", "140", "mmol/L")]


class TestTwoEditors:
    def test_the_second_sees_both_values_and_overwrites_nothing(self, alice, alice_client, visit):
        url, other_device = edit_url(visit), signed_in(alice)
        mine, theirs = (Page(client.get(url)) for client in (alice_client, other_device))
        changes = {"row__0__value": "4.20", "note": "theirs"}
        read = press(other_device, url, theirs, "review", **changes)
        press(other_device, url, read, "save")
        read = press(alice_client, url, mine, "review", row__0__value="4.30", row__1__value="141")
        before = list(Result.objects.order_by("pk").values())
        conflict = press(alice_client, url, read, "save")
        assert conflict.status == 409
        assert "This visit was changed meanwhile" in conflict.text
        assert conflict.row("Ferritin") == ["Ferritin", "4.20 ng/mL", "4.30 ng/mL"]
        assert conflict.row("Sodium") == ["Sodium", "140 mmol/L", "141 mmol/L"]
        assert conflict.row("Note") == ["Note", "theirs", "a note"]
        assert list(Result.objects.order_by("pk").values()) == before
        fields = kept(conflict)
        assert (fields["row-0-value"], fields["row-1-value"], fields["note"]) == ("4.30", "141", "a note")
        assert unknown_targets(conflict) == []
        read = press(alice_client, url, conflict, "review", note="theirs")
        press(alice_client, url, read, "save")
        assert stored(visit.person) == [("ferritin", "4.30", "ng/mL"), ("sodium", "141", "mmol/L")]
        visit.refresh_from_db()
        assert (visit.note, visit.version) == ("theirs", 3)

    @pytest.mark.parametrize(
        ("change", "saved", "typed"),
        [
            ({"printed_text": "2-6", "printed_low": Decimal(2), "printed_high": Decimal(6)}, "2-6", "3-5"),
            ({"note": "other"}, "other", "seen"),
        ],
    )
    def test_a_note_or_a_printed_range_of_the_other_is_seen_too(self, alice_client, visit, change, saved, typed):
        url = edit_url(visit)
        mine = Page(alice_client.get(url))
        first, second = visit.results.order_by("order")
        now = {"printed_text": "3-5", "printed_low": Decimal(3), "printed_high": Decimal(5), "note": "seen", **change}
        rows = [
            ferritin("4.10", id=first.pk, **now),
            TypedRow(id=second.pk, marker="sodium", value="140", unit="mmol/L"),
        ]
        about = {"lab": "CityLab", "fasting": False, "note": "a note"}
        update_visit(visit=visit, version=1, collected_on=DAY, rows=rows, **about)
        read = press(alice_client, url, mine, "review", row__1__value="141")
        conflict = press(alice_client, url, read, "save")
        assert conflict.status == 409
        row = conflict.row("Ferritin")
        assert saved in row[1]
        assert typed in row[2]

    def test_a_row_that_the_other_added_is_kept(self, alice_client, visit):
        url = edit_url(visit)
        mine = Page(alice_client.get(url))
        rows = [ferritin("4.10", id=visit.results.get(order=0).pk), TypedRow(marker="alt", value="20", unit="U/L")]
        update_visit(visit=visit, version=1, collected_on=DAY, rows=rows, lab="CityLab", fasting=False, note="a note")
        read = press(alice_client, url, mine, "review", row__0__value="4.30")
        conflict = press(alice_client, url, read, "save")
        name = catalogue().markers["alt"].name
        assert conflict.row(name)[1:] == ["20 U/L", "not there; added below"]
        assert row_of(visit, conflict, name)
        assert conflict.row("Sodium")[1:] == ["not there", "140 mmol/L"]
        press(alice_client, url, press(alice_client, url, conflict, "review"), "save")
        assert stored(visit.person) == [
            ("ferritin", "4.30", "ng/mL"),
            ("sodium", "140", "mmol/L"),
            ("alt", "20", "U/L"),
        ]

    @pytest.mark.parametrize("action", ["save", "review", "more", "change"])
    def test_what_was_typed_into_a_deleted_visit_is_kept(self, alice_client, maya, visit, action):
        url = edit_url(visit)
        mine = Page(alice_client.get(url))
        if action in ("save", "change"):
            mine = press(alice_client, url, mine, "review", row__0__value="4.30")
        delete_visit(visit=visit)
        visit.pk = uuid.UUID(url.split("/")[-2])
        page = press(alice_client, url, mine, action, row__0__value="4.30")
        assert page.status == 409
        assert "This visit was deleted meanwhile. What you typed is kept below; saving makes it anew." in page.text
        assert kept(page)["row-0-value"] == "4.30"
        assert (kept(page)["row-0-id"], kept(page)["note"]) == ("", "a note")
        assert Visit.objects.count() == 0
        form = page.form("row-TOTAL_FORMS")
        assert form.action == new_url(maya)
        save(alice_client, maya, press(alice_client, new_url(maya), page, "review"))
        assert stored(maya) == [("ferritin", "4.30", "ng/mL"), ("sodium", "140", "mmol/L")]

    def test_a_deleted_visit_has_no_edit_page(self, alice_client, bob_client, visit):
        url = edit_url(visit)
        sent = {**Page(alice_client.get(url)).form("row-TOTAL_FORMS").sent(), "action": "save"}
        delete_visit(visit=visit)
        assert alice_client.get(url).status_code == 404
        assert bob_client.post(url, sent).status_code == 404

    @pytest.mark.parametrize("version", ["0", "7", "-1", "9" * 30])
    def test_a_version_that_is_not_the_stored_one_is_a_conflict(self, alice_client, visit, version):
        url = edit_url(visit)
        page = press(alice_client, url, Page(alice_client.get(url)), "save", row__0__value="5.0", version=version)
        assert page.status == 409
        assert kept(page)["version"] == "1"
        assert stored(visit.person)[0] == ("ferritin", "4.10", "ng/mL")

    @pytest.mark.parametrize("version", ["", "x", "1.0", "9" * 5_000])
    def test_a_version_that_is_no_number_is_a_conflict_too(self, alice_client, visit, version):
        url = edit_url(visit)
        page = press(alice_client, url, Page(alice_client.get(url)), "save", row__0__value="5.0", version=version)
        assert page.status == 409
        assert kept(page)["row-0-value"] == "5.0"
        assert stored(visit.person)[0] == ("ferritin", "4.10", "ng/mL")


HOSTILE = "<script>alert('x')</script> & \"quoted\" {{ 7*7 }} ]]> \u202e 名"


class TestHostileText:
    def test_text_of_any_signs_is_shown_and_stored_as_it_is(self, alice_client, maya):
        page = enter(alice_client, maya, ("Ferritin", "41", HOSTILE[:60], HOSTILE, HOSTILE), lab=HOSTILE, note=HOSTILE)
        assert "<script>alert" not in page.html
        assert HOSTILE in page.text
        keys = [one["value"] for one in page.controls if one.get("name") == "keep"]
        save(alice_client, maya, page, keep=keys)
        visit, result = Visit.objects.get(), Result.objects.get()
        assert (visit.lab, visit.note, result.note, result.printed_text) == (HOSTILE,) * 4
        assert result.unit == HOSTILE[:60]
        for url in (edit_url(visit), new_url(maya), f"/people/{maya.pk}/visits/", f"/people/{maya.pk}/"):
            shown = Page(alice_client.get(url))
            assert "<script>alert" not in shown.html
            assert HOSTILE in shown.text or HOSTILE in kept(shown).values()

    @pytest.mark.parametrize(
        "field", ["collected_on", "lab", "note", "row__0__marker", "row__0__unit", "row__0__printed", "row__0__note"]
    )
    def test_a_null_character_is_refused_with_its_text_kept(self, alice_client, maya, field):
        url = new_url(maya)
        changes = {"collected_on": str(DAY), "row__0__marker": "Ferritin", "row__0__value": "41", field: "a\x00b"}
        page = press(alice_client, url, Page(alice_client.get(url)), "review", **changes)
        assert (page.status, Visit.objects.count()) == (400, 0)
        assert "Null characters are not allowed." in page.text
        assert kept(page)[field.replace("__", "-")] == "a\x00b"
        assert unknown_targets(page) == []
        assert page.errors

    @pytest.mark.parametrize(
        ("field", "longest"),
        [
            ("lab", 120),
            ("note", 5_000),
            ("row__0__marker", 200),
            ("row__0__unit", 60),
            ("row__0__printed", 200),
            ("row__0__note", 2_000),
        ],
    )
    def test_a_text_that_is_too_long_is_refused_with_its_text_kept(self, alice_client, maya, field, longest):
        url = new_url(maya)
        long = "y" * (longest + 1)
        changes = {"collected_on": str(DAY), "row__0__marker": "Ferritin", "row__0__value": "41", field: long}
        page = press(alice_client, url, Page(alice_client.get(url)), "review", **changes)
        assert (page.status, Visit.objects.count()) == (400, 0)
        assert f"at most {longest}" in page.text.replace(",", "")
        assert kept(page)[field.replace("__", "-")] == long
        assert unknown_targets(page) == []

    def test_bytes_that_are_no_text_are_refused_or_kept_as_a_sign(self, alice_client, maya):
        body = f"collected_on={DAY}&row-TOTAL_FORMS=1&row-INITIAL_FORMS=0&row-0-marker=Ferritin&action=save"
        body += "&row-0-unit=ng/mL&row-0-value="
        for surrogate in ("4.1%ED%A0%80", "4.1%FF"):
            answer = alice_client.post(
                new_url(maya), body + surrogate, content_type="application/x-www-form-urlencoded"
            )
            assert answer.status_code == 400
        assert Visit.objects.count() == 0


class TestBrokenForms:
    @pytest.mark.parametrize("action", ["save", "more", ""])
    @pytest.mark.parametrize(
        "management",
        [
            {},
            {"row-TOTAL_FORMS": "", "row-INITIAL_FORMS": ""},
            {"row-TOTAL_FORMS": "x", "row-INITIAL_FORMS": "0"},
            {"row-TOTAL_FORMS": "-5", "row-INITIAL_FORMS": "0"},
            {"row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "-5"},
            {"row-TOTAL_FORMS": "0", "row-INITIAL_FORMS": "99999"},
            {"row-TOTAL_FORMS": "9" * 30, "row-INITIAL_FORMS": "0"},
            {"row-TOTAL_FORMS": "9" * 5_000, "row-INITIAL_FORMS": "0"},
            {"row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "1"},
        ],
    )
    def test_a_form_without_its_counts_saves_nothing_and_breaks_nothing(self, alice_client, maya, management, action):
        row = {"row-0-marker": "Ferritin", "row-0-value": "", "row-0-unit": "ng/mL"}
        sent = {"collected_on": str(DAY), "note": "kept", **row, **management, "action": action}
        page = Page(alice_client.post(new_url(maya), sent))
        assert page.status in (200, 400)
        assert kept(page)["note"] == "kept"
        assert unknown_targets(page) == []
        assert Visit.objects.count() == 0
        for jargon in ("ManagementForm", "tampered", "TOTAL_FORMS", "Please submit"):
            assert jargon not in page.text

    def test_a_form_with_more_rows_than_a_visit_holds_says_so(self, alice_client, maya):
        sent = {"collected_on": str(DAY), "row-TOTAL_FORMS": "1001", "row-INITIAL_FORMS": "0"}
        sent |= {f"row-{place}-marker": "Ferritin" for place in range(1_001)}
        sent |= {f"row-{place}-value": "41" for place in range(1_001)}
        page = Page(alice_client.post(new_url(maya), {**sent, "action": "save"}))
        assert page.status == 400
        assert "A visit holds at most 1000 results." in page.text
        assert Visit.objects.count() == 0

    def test_a_visit_of_a_thousand_results_can_be_edited(self, alice_client, maya):
        visit = log(maya, *(ferritin(str(number + 1)) for number in range(1_000)))
        sent = {"collected_on": str(DAY), "note": "edited", "version": "1", "action": "save"}
        sent |= {"row-TOTAL_FORMS": "1002", "row-INITIAL_FORMS": "1002"}
        blank = dict.fromkeys(("id", "marker", "value", "unit", "printed", "note"), "")
        rows = [{**blank, **row} for row in (*initial_rows(visit.results.all()), {}, {})]
        sent |= {f"row-{place}-{name}": text for place, row in enumerate(rows) for name, text in row.items()}
        assert alice_client.post(edit_url(visit), sent).status_code == 302
        visit.refresh_from_db()
        assert (visit.note, visit.results.count()) == ("edited", 1_000)

    @pytest.mark.parametrize("nonce", ["", "x", "\x00", "1" * 5_000])
    def test_a_broken_nonce_still_saves_one_visit(self, alice_client, maya, nonce):
        page = enter(alice_client, maya, ("Ferritin", "41", "ng/mL"), nonce=nonce)
        save(alice_client, maya, page)
        assert Visit.objects.count() == 1

    def test_an_answer_to_fasting_that_is_none_is_refused(self, alice_client, maya):
        page = enter(alice_client, maya, ("Ferritin", "41", "ng/mL"), fasting="perhaps")
        assert (page.status, Visit.objects.count()) == (400, 0)
        assert unknown_targets(page) == []

    @pytest.mark.parametrize("panel", ["", "nothing", "\x00", "<b>"])
    def test_an_unknown_panel_adds_nothing(self, alice_client, maya, panel):
        page = enter(alice_client, maya, ("Ferritin", "41"), action="panel", panel=panel)
        assert kept(page)["row-TOTAL_FORMS"] == "12"
        assert alice_client.get(new_url(maya), {"panel": panel}).status_code == 200


@pytest.mark.parametrize(
    ("printed", "unit", "told", "bounds"),
    [
        ("3.5-5.0", "", "", (Decimal("3.5"), Decimal("5.0"))),
        ("3.5-5.0 g/dL", "", "", (Decimal("3.5"), Decimal("5.0"))),
        (
            "35-50 g/L",
            "g/L",
            "The range is in g/L, the value in g/dL. It will be converted.",
            (Decimal(35), Decimal(50)),
        ),
        (
            "3.5-5.0 mg%",
            "mg%",
            "The range is in mg%, which we don't know here: it won't be used.",
            (Decimal("3.5"), Decimal("5.0")),
        ),
    ],
)
def test_a_range_is_read_in_the_unit_it_is_printed_in(alice_client, maya, printed, unit, told, bounds):
    page = enter(alice_client, maya, ("Albumin", "4.1", "g/dL", printed))
    assert told in page.text
    save(alice_client, maya, page)
    result = Result.objects.get()
    assert (result.printed_text, result.printed_unit) == (printed, unit)
    assert (result.printed_low, result.printed_high) == bounds
    point = alice_client.get(f"/api/v1/persons/{maya.pk}/timeline/albumin/").json()["points"][0]
    expected = ("in", "general") if unit == "mg%" else ("in", "printed")
    assert (point["position"], point["range"]["origin"]) == expected
    assert ("can't be compared" in point["range"]["why"]) == (unit == "mg%")


def test_the_first_press_of_save_is_enough_where_the_range_names_another_unit(alice_client, maya):
    page = enter(alice_client, maya, ("Albumin", "42", "g/L", "3.5-5.0 g/dL"))
    saved = save(alice_client, maya, page)
    assert "The visit was saved." in saved.text
    again = save(alice_client, maya, page)
    assert again.leads_to == saved.leads_to
    assert Visit.objects.count() == 1


def test_a_second_press_after_saying_that_a_unit_is_right_finds_it_saved(alice_client, maya):
    visit = log(maya, TypedRow(marker="hemoglobin", value="8.5", unit="g/dL"))
    Result.objects.update(unit_doubted=True, unit_code="")
    url = edit_url(visit)
    page = press(alice_client, url, Page(alice_client.get(url)), "review", row__0__sure="on")
    first, second = (press(alice_client, url, page, "save") for _ in range(2))
    assert first.leads_to == second.leads_to == f"/people/{maya.pk}/visits/{visit.pk}/"


@pytest.mark.parametrize(
    ("typed", "unit", "code", "asked"),
    [
        ("BUN", "mg/dL", "mg{urea_N}/dL", ""),
        ("Blood urea nitrogen", "mg/dl", "mg{urea_N}/dL", ""),
        ("Urea", "mg/dL", "", "mg/dL could mean mg/dL urea or mg/dL urea nitrogen here. Write which one"),
        ("eGFR", "mL/min", "", "mL/min could mean mL/min/1.73 m² here. If it does, write that"),
        ("Urea", "mg/dL urea", "mg/dL", ""),
        ("Urea", "mg/dL urea nitrogen", "mg{urea_N}/dL", ""),
    ],
)
def test_the_typed_name_tells_which_of_two_units_it_is_or_it_is_asked(alice_client, maya, typed, unit, code, asked):
    page = enter(alice_client, maya, (typed, "14", unit))
    assert asked in page.text
    assert ("could mean" in page.text) == bool(asked)
    save(alice_client, maya, page, keep=["0:unit"])
    result = Result.objects.get()
    assert (result.unit, result.unit_code) == (unit, code)
    url = edit_url(Visit.objects.get())
    edited = press(alice_client, url, Page(alice_client.get(url)), "review", row__0__value="15")
    press(alice_client, url, edited, "save", keep=["0:unit"])
    result = Result.objects.get()
    assert (result.value, result.unit, result.unit_code) == ("15", unit, code)


def test_a_range_in_another_unit_than_it_says_is_asked_about(alice_client, maya):
    page = enter(alice_client, maya, ("Glucose", "95", "mg/dL", "3.9-5.5"))
    assert "far from every range we know in mg/dL, but not in mmol/L. Is its unit right?" in page.text
    assert "Nothing was saved: please answer these first" in save(alice_client, maya, page).text
    assert stored(maya) == []


def test_a_name_that_another_marker_took_does_not_lock_a_stored_row(alice_client, maya):
    visit = log(maya, TypedRow(marker="sodium", value="140", unit="mmol/L"))
    Alias.objects.create(marker=Marker.objects.get(slug="potassium"), name="Sodium")
    touch()
    url = edit_url(visit)
    page = press(alice_client, url, Page(alice_client.get(url)), "review", note="looked again")
    press(alice_client, url, page, "save")
    assert Visit.objects.get().note == "looked again"
    assert stored(maya) == [("sodium", "140", "mmol/L")]


def test_a_year_with_two_digits_too_few_is_asked_about_and_never_a_fault(alice_client, maya):
    maya.born_on = None
    maya.save()
    page = enter(alice_client, maya, ("Total protein", "63.7", "g/dL"), collected_on="0012-05-01")
    assert page.status == 200
    assert "Is the year right?" in page.text


def test_every_name_offers_its_markers_unit_but_one_that_tells_another(alice_client, maya):
    hints = Page(alice_client.get(new_url(maya))).data["hints"]
    assert hints["names"]["b2m"] == "beta-2-microglobulin"
    assert hints["names"]["urea"] == "urea"
    assert "bun" not in hints["names"]
    assert hints["markers"]["creatinine"] == {"unit": "mg/dL", "last": ""}
