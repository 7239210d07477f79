"""The curator's place: the catalogue is checked before it judges anybody, and no person is ever shown."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.urls import reverse

from bloodsight.people.models import Person
from markers.models import (
    Article,
    DecisionLimit,
    Edition,
    Laboratory,
    LoincCode,
    Marker,
    MarkerUnit,
    Panel,
    ReferenceRange,
)
from results.actions.visits import TypedRow, create_visit
from results.models import Import, ImportRow, Result

pytestmark = pytest.mark.django_db
CURATED = [Marker, ReferenceRange, DecisionLimit, Laboratory, Panel, Article]
SEEDS = Path(__file__).resolve().parents[2] / "seeds"
ADD_RANGE = "admin:markers_referencerange_add"


@pytest.fixture
def ferritin():
    return Marker.objects.get(slug="ferritin")


@pytest.fixture
def cobalt():
    """A marker of a curator's own, with one range and two units."""
    marker = Marker.objects.create(slug="cobalt", name="Cobalt", specimen="serum", unit="ug/dL")
    MarkerUnit.objects.create(marker=marker, code="ug/dL", spellings=["mcg/dL"])
    MarkerUnit.objects.create(marker=marker, code="umol/L", factor="6.54", basis="65.4 g/mol")
    return marker


@pytest.fixture
def adults(cobalt):
    return ReferenceRange.objects.create(
        marker=cobalt, age_from=18, low="70", high="120", unit="ug/dL", source="A book", sex="any"
    )


def typed(page) -> dict:
    """What a browser sends back for a form that nobody touched."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is True:
                sent[field.html_name] = "on"
            elif value is not None and value is not False:
                sent[field.html_name] = str(value)
    return sent


def add_row(sent: dict, prefix: str, **values) -> None:
    """One more row of an inline form."""
    place = int(sent[f"{prefix}-TOTAL_FORMS"])
    sent[f"{prefix}-TOTAL_FORMS"] = str(place + 1)
    sent.update({f"{prefix}-{place}-{name}": value for name, value in values.items()})


def row_of(sent: dict, prefix: str, name: str, value: str) -> str:
    """The prefix of the row whose field has a value."""
    found = [key for key, held in sent.items() if key.startswith(f"{prefix}-") and key.endswith(f"-{name}")]
    return next(key.rpartition("-")[0] for key in found if sent[key] == value)


def change_url(row) -> str:
    return reverse(f"admin:markers_{row._meta.model_name}_change", args=[row.pk])


def open_form(client, row) -> dict:
    return typed(client.get(change_url(row)))


def problems(answer) -> list[str]:
    """Every error that a page shows."""
    assert answer.status_code == 200, "it was saved"
    return [message for one in answer.context["errors"] for message in ([one] if isinstance(one, str) else one)]


def a_range(marker, **values) -> dict:
    """A range as typed on a page of its own."""
    return {
        "marker": marker.pk,
        "sex": "any",
        "age_from_unit": "years",
        "age_to_unit": "years",
        "unit": marker.unit,
        "source": "A book",
    } | values


def a_row(**values) -> dict:
    """A range as typed in a row of its marker."""
    return {
        "sex": "any",
        "age_from_unit": "years",
        "age_to_unit": "years",
        "unit": "ug/dL",
        "source": "A book",
    } | values


def canary_result(person, **values) -> None:
    rows = [TypedRow(marker="ferritin", value="731.4242", unit="ng/mL", note="canary note")]
    create_visit(person=person, collected_on=date(2020, 3, 4), lab="Canarylab", fasting=None, note="", rows=rows)
    Result.objects.filter(person=person).update(name="Ferritin of Canaryname")


@pytest.mark.parametrize("model", CURATED, ids=lambda model: model.__name__)
class TestPages:
    def test_a_curator_can_list_add_change_and_delete(self, curator_client, model):
        name, row = f"admin:markers_{model._meta.model_name}", model.objects.first()
        for place, arguments in (
            ("changelist", []),
            ("add", []),
            ("change", [row.pk]),
            ("delete", [row.pk]),
            ("history", [row.pk]),
        ):
            assert curator_client.get(reverse(f"{name}_{place}", args=arguments)).status_code == 200, place

    def test_a_form_that_nobody_touched_changes_nothing(self, curator_client, model):
        slugs = ("creatinine", "urea", "hba1c", "egfr", "beta-2-microglobulin")
        rows = (
            model.objects.filter(slug__in=slugs)
            if model is Marker
            else model.objects.all()[:: max(1, model.objects.count() // 9)]
        )
        for row in rows:
            before = model.objects.filter(pk=row.pk).values().get()
            ranges = list(ReferenceRange.objects.order_by("pk").values())
            answer = curator_client.post(change_url(row), open_form(curator_client, row))
            assert answer.status_code == 302, (row, problems(answer))
            assert model.objects.filter(pk=row.pk).values().get() == before
            assert list(ReferenceRange.objects.order_by("pk").values()) == ranges

    def test_others_are_sent_away(self, client, alice_client, model):
        url = reverse(f"admin:markers_{model._meta.model_name}_changelist")
        assert client.get(url, follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
        assert alice_client.get(url, follow=True).status_code == 403
        assert alice_client.post(url, {"action": "delete_selected"}, follow=True).status_code == 403


REFUSED = [
    ({"low": "9", "high": "3"}, "The lower bound, 9, is above the upper bound, 3."),
    ({"low": "0.1", "high": "0.10", "high_strict": "on"}, "Nothing lies between these bounds."),
    ({}, "A range needs a lower or an upper bound."),
    ({"low": "1,234"}, "Is the mark in 1,234 a decimal mark or a thousands sign?"),
    ({"low": "1e3"}, "Please write 1e3 as a plain number, without an exponent."),
    ({"low": "<5"}, "Type a plain number such as 0.70, without a sign like <."),
    ({"high": "negative"}, "Type a plain number such as 0.70, without a sign like <."),
    ({"low": "1" * 41}, "This value is longer than 40 characters."),
    ({"low": "3", "unit": "mg/L"}, "mg/L is not a unit of this marker, which has ug/dL, umol/L."),
    ({"low": "3", "unit": ""}, "This field is required."),
    ({"low": "3", "source": " "}, "Say where it is stated: a range or a limit needs a source."),
    ({"low": "3", "age_from": "18", "age_to": "18"}, "The age it ends at, 18 years, comes after"),
    (
        {"low": "3", "age_from": "12", "age_from_unit": "months", "age_to": "1"},
        "The age it ends at, 1 year, comes after the age it starts at, 12 months.",
    ),
    ({"low": "3", "age_to": "0"}, "Nobody is younger than 0."),
    ({"low": "3", "age_from": "-1"}, "Ensure this value is greater than or equal to 0."),
    (
        {"low": "3", "in_force_from": "2021-01-01", "in_force_to": "2021-01-01"},
        "It ends on 2021-01-01, so it starts before that day.",
    ),
    ({"low": "3", "in_force_from": "2021-02-29"}, "Enter a valid date."),
    ({"low": "3"}, "It overlaps another range: 70–120 ug/dL, any, from 18 years. Both could judge one result."),
    ({"low": "3", "age_to": "19"}, "It overlaps another range: 70–120 ug/dL, any, from 18 years."),
    ({"low": "3", "unit": "umol/L", "age_from": "30"}, "It overlaps another range: 70–120 ug/dL, any, from 18 years."),
    (
        {"low": "3", "age_from": "216", "age_from_unit": "months", "in_force_from": "2021-01-01"},
        "It overlaps another range: 70–120 ug/dL, any, from 18 years.",
    ),
]
ACCEPTED = [
    {"low": "0.70", "high": "1.80", "age_to": "18"},
    {"low": "0", "age_to": "18"},
    {"high": "0.00000001", "age_to": "18"},
    {"low": "3", "high": "3", "age_to": "18"},
    {"low": "3", "sex": "female"},
    {"low": "3", "condition": "fasting"},
    {"low": "3", "method": "AAS"},
    {"low": "3", "age_to": "216", "age_to_unit": "months", "unit": "umol/L"},
]


# A row of a marker is told the same: one case of each kind, and all that look at the other rows.
REFUSED_IN_A_ROW = [REFUSED[0], REFUSED[2], REFUSED[3], REFUSED[8], REFUSED[10], *REFUSED[-4:]]


@pytest.mark.parametrize(("values", "message"), REFUSED)
def test_a_range_is_refused_on_a_page_of_its_own(curator_client, cobalt, adults, values, message):
    told = problems(curator_client.post(reverse(ADD_RANGE), a_range(cobalt, **values)))
    assert len(told) == 1
    assert told[0].startswith(message)
    assert list(cobalt.ranges.all()) == [adults]


@pytest.mark.parametrize(("values", "message"), REFUSED_IN_A_ROW)
def test_a_range_is_refused_in_a_row_of_its_marker(curator_client, cobalt, adults, values, message):
    sent = open_form(curator_client, cobalt)
    add_row(sent, "ranges", **a_row(**values))
    told = problems(curator_client.post(change_url(cobalt), sent))
    assert len(told) == 1
    assert told[0].startswith(message)
    assert list(cobalt.ranges.all()) == [adults]


@pytest.mark.parametrize("values", ACCEPTED)
class TestAcceptedRanges:
    def test_on_a_page_of_its_own(self, curator_client, cobalt, adults, values):
        assert curator_client.post(reverse(ADD_RANGE), a_range(cobalt, **values)).status_code == 302
        self.is_stored(cobalt, adults, values)

    def test_in_a_row_of_its_marker(self, curator_client, cobalt, adults, values):
        sent = open_form(curator_client, cobalt)
        add_row(sent, "ranges", **a_row(**values))
        assert curator_client.post(change_url(cobalt), sent).status_code == 302
        self.is_stored(cobalt, adults, values)

    def is_stored(self, cobalt, adults, values):
        """Every digit as typed, a curator's own; the other row is still the seed's."""
        row = cobalt.ranges.exclude(pk=adults.pk).get()
        for name in ("low", "high"):
            bound = getattr(row, name)
            assert (None if bound is None else format(bound, "f")) == values.get(name)
        assert row.is_curated
        assert not cobalt.ranges.get(pk=adults.pk).is_curated


class TestRowsTypedTogether:
    def test_two_new_rows_that_meet_are_refused_by_name(self, curator_client, cobalt):
        sent = open_form(curator_client, cobalt)
        add_row(sent, "ranges", **a_row(low="70", age_from="18"))
        add_row(sent, "ranges", **a_row(low="60", age_from="17", age_to="19"))
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["It overlaps another range: 70– ug/dL, any, from 18 years. Both could judge one result."]
        assert not cobalt.ranges.exists()

    def test_a_changed_row_that_meets_an_untouched_one_is_refused(self, curator_client, cobalt, adults):
        ReferenceRange.objects.create(marker=cobalt, age_to=18, low="50", unit="ug/dL", source="A book")
        sent = open_form(curator_client, cobalt)
        sent[f"{row_of(sent, 'ranges', 'low', '70')}-age_from"] = "16"
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["It overlaps another range: 70–120 ug/dL, any, from 16 years. Both could judge one result."]

    def test_a_range_can_be_split_in_one_form(self, curator_client, cobalt, adults):
        sent = open_form(curator_client, cobalt)
        sent[f"{row_of(sent, 'ranges', 'low', '70')}-age_to"] = "65"
        add_row(sent, "ranges", **a_row(low="60", age_from="65"))
        assert curator_client.post(change_url(cobalt), sent).status_code == 302
        assert [str(row) for row in cobalt.ranges.order_by("id")] == [
            "70–120 ug/dL, any, 18 years to 65 years",
            "60– ug/dL, any, from 65 years",
        ]

    def test_a_range_can_take_the_place_of_a_deleted_one(self, curator_client, cobalt, adults):
        sent = open_form(curator_client, cobalt)
        sent[f"{row_of(sent, 'ranges', 'low', '70')}-DELETE"] = "on"
        add_row(sent, "ranges", **a_row(low="60", age_from="18"))
        assert curator_client.post(change_url(cobalt), sent).status_code == 302
        assert cobalt.ranges.get().low == 60

    def test_a_row_that_another_curator_added_meanwhile_is_met(self, curator_client, cobalt):
        sent = open_form(curator_client, cobalt)
        ReferenceRange.objects.create(marker=cobalt, low="70", unit="ug/dL", source="A book")
        add_row(sent, "ranges", **a_row(low="60", age_from="18"))
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["It overlaps another range: 70– ug/dL, any, all ages. Both could judge one result."]

    def test_only_the_row_that_was_changed_becomes_the_curators(self, curator_client, ferritin):
        sent = open_form(curator_client, ferritin)
        first = ferritin.ranges.order_by("id").first()
        sent["ranges-0-note"] = "Seen in the original."
        assert curator_client.post(change_url(ferritin), sent).status_code == 302
        assert list(ferritin.ranges.filter(is_curated=True)) == [first]
        assert ferritin.ranges.filter(is_curated=False).count() == ferritin.ranges.count() - 1

    def test_another_zero_is_a_change(self, curator_client, cobalt, adults):
        sent = open_form(curator_client, adults) | {"low": "70.0"}
        assert curator_client.post(change_url(adults), sent).status_code == 302
        assert format(cobalt.ranges.get().low, "f") == "70.0"
        assert cobalt.ranges.get().is_curated


class TestUnits:
    def test_a_unit_added_in_the_same_form_is_known(self, curator_client, cobalt):
        sent = open_form(curator_client, cobalt)
        add_row(sent, "units", code="mg/L", factor="100", divisor="1", offset="0", basis="SI prefix")
        add_row(sent, "ranges", **a_row(low="0.7", unit="mg/L"))
        assert curator_client.post(change_url(cobalt), sent).status_code == 302
        assert cobalt.ranges.get().unit == "mg/L"

    def test_a_new_marker_comes_with_its_units_and_ranges(self, curator_client):
        page = curator_client.get(reverse("admin:markers_marker_add"))
        sent = typed(page) | {"name": "Molybdenum", "slug": "molybdenum", "specimen": "serum", "unit": "ug/dL"}
        add_row(sent, "units", code="umol/L", factor="6.355", divisor="1", offset="0", basis="63.55 g/mol")
        add_row(sent, "ranges", **a_row(low="11", unit="umol/L"))
        add_row(sent, "ranges", **a_row(low="70", unit="ug/dL", condition="fasting"))
        assert curator_client.post(reverse("admin:markers_marker_add"), sent).status_code == 302
        assert Marker.objects.get(slug="molybdenum").ranges.count() == 2

    @pytest.mark.parametrize(
        ("prefix", "values"),
        [
            ("ranges", a_row(low="3", unit="mg/L", sex="male")),
            ("limits", a_row(name="Low", key="low", operator="<", value="50", unit="mg/L")),
            ("loinc_codes", {"code": "5627-5", "unit": "mg/L"}),
            ("ambiguous_units", {"spelling": "mcg", "choices": "ug/dL\nmg/L"}),
            ("ambiguous_units", {"spelling": "mcg", "choices": "ug/dL\numol/L", "names": "mg/L = Cobalt"}),
        ],
    )
    def test_a_unit_that_the_marker_does_not_have_is_refused_everywhere(self, curator_client, cobalt, prefix, values):
        sent = open_form(curator_client, cobalt)
        add_row(sent, prefix, **values)
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["mg/L is not a unit of this marker, which has ug/dL, umol/L."]

    def test_a_limit_in_an_unknown_unit_is_refused_on_its_own_page_too(self, curator_client, cobalt):
        limit = a_range(cobalt, name="Low", key="low", operator="<", value="50", unit="mg/L")
        told = problems(curator_client.post(reverse("admin:markers_decisionlimit_add"), limit))
        assert told == ["mg/L is not a unit of this marker, which has ug/dL, umol/L."]

    def test_a_unit_that_a_range_uses_does_not_go(self, curator_client, cobalt):
        ReferenceRange.objects.create(marker=cobalt, low="11", unit="umol/L", source="A book")
        sent = open_form(curator_client, cobalt)
        sent[f"{row_of(sent, 'units', 'code', 'umol/L')}-DELETE"] = "on"
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["umol/L is not a unit of this marker, which has ug/dL."]
        assert cobalt.units.filter(code="umol/L").exists()

    def test_a_unit_goes_not_either_if_the_range_was_added_meanwhile(self, curator_client, cobalt):
        sent = open_form(curator_client, cobalt)
        ReferenceRange.objects.create(marker=cobalt, low="11", unit="umol/L", source="A book")
        sent[f"{row_of(sent, 'units', 'code', 'umol/L')}-DELETE"] = "on"
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["umol/L can't go: it is used by 11– umol/L, any, all ages."]

    def test_a_unit_goes_together_with_its_range(self, curator_client, cobalt):
        ReferenceRange.objects.create(marker=cobalt, low="11", unit="umol/L", source="A book")
        sent = open_form(curator_client, cobalt) | {"ranges-0-DELETE": "on"}
        sent[f"{row_of(sent, 'units', 'code', 'umol/L')}-DELETE"] = "on"
        assert curator_client.post(change_url(cobalt), sent).status_code == 302
        assert cobalt.codes() == {"ug/dL"}

    def test_the_own_unit_stays_once_figures_are_stated_by_it(self, curator_client, cobalt, adults):
        told = problems(curator_client.post(change_url(cobalt), open_form(curator_client, cobalt) | {"unit": "mg/L"}))
        assert "It stays ug/dL: units (2), ranges (1) are stated by it." in told
        cobalt.refresh_from_db()
        assert cobalt.unit == "ug/dL"

    def test_the_own_unit_of_a_bare_marker_can_be_corrected(self, curator_client):
        bare = Marker.objects.create(slug="bare", name="Bare", specimen="serum", unit="g/L")
        assert (
            curator_client.post(change_url(bare), open_form(curator_client, bare) | {"unit": "mg/L"}).status_code == 302
        )
        assert Marker.objects.get(pk=bare.pk).unit == "mg/L"

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"code": "mg/L", "factor": "0", "basis": "b"}, "A factor or divisor is above 0."),
            ({"code": "mg/L", "divisor": "-1", "basis": "b"}, "A factor or divisor is above 0."),
            (
                {"code": "mg/L", "factor": "1e2", "basis": "b"},
                "Please write 1e2 as a plain number, without an exponent.",
            ),
            ({"code": "mg/L", "factor": "100"}, "A factor needs a source or what it follows from."),
            ({"code": "µmol/L", "basis": "b"}, "A UCUM code has no blanks and only plain letters: umol/L, not µmol/L."),
            ({"code": "mg / L", "basis": "b"}, "A UCUM code has no blanks and only plain letters: umol/L, not mg / L."),
            ({"code": "mg/L", "spellings": "mg/l\nmcg/dL", "basis": "b"}, "“mcg/dL” already stands for ug/dL."),
            ({"code": "mg/L", "spellings": "umol/L", "basis": "b"}, "“umol/L” already stands for umol/L."),
        ],
    )
    def test_a_unit_that_could_mix_up_values_is_refused(self, curator_client, cobalt, values, message):
        sent = open_form(curator_client, cobalt)
        add_row(sent, "units", **{"factor": "1", "divisor": "1", "offset": "0"} | values)
        assert problems(curator_client.post(change_url(cobalt), sent)) == [message]

    def test_the_own_unit_has_no_factor(self, curator_client, cobalt):
        sent = open_form(curator_client, cobalt)
        sent[f"{row_of(sent, 'units', 'code', 'ug/dL')}-factor"] = "10"
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["ug/dL is the marker's own unit: factor and divisor are 1, offset is 0."]


class TestOtherRules:
    @pytest.mark.parametrize("code", ["5763-9", "5763", "abc", "57638", "5763-8x"])
    def test_a_loinc_code_with_a_wrong_check_digit_is_refused(self, curator_client, cobalt, code):
        sent = open_form(curator_client, cobalt)
        add_row(sent, "loinc_codes", code=code)
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == [f"{code} is not a LOINC code: its check digit is wrong."]

    def test_a_loinc_code_of_another_marker_is_refused(self, curator_client, cobalt):
        sent = open_form(curator_client, cobalt)
        add_row(sent, "loinc_codes", code=LoincCode.objects.first().code)
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["This LOINC code already stands for a marker."]

    @pytest.mark.parametrize(("name", "other"), [("Sodium", "Sodium"), ("na", "Sodium"), ("BUN", "Urea")])
    def test_a_name_of_another_marker_is_refused(self, curator_client, cobalt, name, other):
        sent = open_form(curator_client, cobalt)
        add_row(sent, "aliases", name=name)
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == [f"“{name}” already means {other}."]

    def test_a_limit_needs_a_source(self, curator_client, cobalt):
        limit = a_range(cobalt, name="Low", key="low", operator="<", value="50", source="")
        told = problems(curator_client.post(reverse("admin:markers_decisionlimit_add"), limit))
        assert told == ["Say where it is stated: a range or a limit needs a source."]

    def test_plausible_bounds_stand_in_order(self, curator_client, cobalt):
        sent = open_form(curator_client, cobalt) | {"plausible_low": "900", "plausible_high": "1"}
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["The lower bound, 900, is above the upper bound, 1."]

    def test_a_name_stands_for_one_laboratory(self, curator_client):
        taken = Laboratory.objects.first()
        for aliases in (taken.name.upper(), taken.slug, f"Something\n {taken.name} "):
            sent = {"name": "Corner laboratory", "slug": "corner", "aliases": aliases}
            told = problems(curator_client.post(reverse("admin:markers_laboratory_add"), sent))
            assert [one.partition("” ")[2] for one in told] == [f"already stands for {taken}."]

    def test_lists_are_typed_one_a_line(self, curator_client, cobalt):
        sent = {"name": "Corner laboratory", "slug": "corner", "aliases": " Corner  Lab \r\n\r\nCL\r\nCL"}
        assert curator_client.post(reverse("admin:markers_laboratory_add"), sent).status_code == 302
        laboratory = Laboratory.objects.get(slug="corner")
        assert laboratory.aliases == ["Corner Lab", "CL"]
        assert ">\nCorner Lab\nCL</textarea>" in curator_client.get(change_url(laboratory)).content.decode()

    def test_printed_units_with_several_meanings_are_typed_one_name_a_line(self, curator_client, cobalt):
        sent = open_form(curator_client, cobalt)
        names = "ug/dL = Cobalt, serum\numol/L = Cobalt S\numol/L = Kobalt"
        add_row(sent, "ambiguous_units", spelling="mcg", choices="ug/dL\numol/L", names=names)
        assert curator_client.post(change_url(cobalt), sent).status_code == 302
        stored = cobalt.ambiguous_units.get()
        assert stored.choices == ["ug/dL", "umol/L"]
        assert stored.names == {"ug/dL": ["Cobalt, serum"], "umol/L": ["Cobalt S", "Kobalt"]}
        assert open_form(curator_client, cobalt)["ambiguous_units-0-names"] == names

    def test_a_name_without_its_unit_is_refused(self, curator_client, cobalt):
        sent = open_form(curator_client, cobalt)
        add_row(sent, "ambiguous_units", spelling="mcg", choices="ug/dL\numol/L", names="Cobalt")
        told = problems(curator_client.post(change_url(cobalt), sent))
        assert told == ["Write the unit, =, and a name: mg/dL = Urea. This line has no such form: Cobalt"]

    def test_a_panel_keeps_its_order(self, curator_client, cobalt, ferritin):
        sent = typed(curator_client.get(reverse("admin:markers_panel_add"))) | {"name": "Metals", "slug": "metals"}
        add_row(sent, "places", marker=cobalt.pk, position="2")
        add_row(sent, "places", marker=ferritin.pk, position="1")
        assert curator_client.post(reverse("admin:markers_panel_add"), sent).status_code == 302
        body = {one["slug"]: one for one in curator_client.get(reverse("api:panels")).json()}
        assert body["metals"]["markers"] == ["ferritin", "cobalt"]

    @pytest.mark.parametrize("model", [Marker, Laboratory, Panel], ids=lambda model: model.__name__)
    def test_a_slug_never_changes(self, curator_client, model):
        row = model.objects.first()
        answer = curator_client.post(change_url(row), open_form(curator_client, row) | {"slug": "another"})
        assert answer.status_code == 302
        assert model.objects.get(pk=row.pk).slug == row.slug

    @pytest.mark.parametrize("asked", ["ferritin", "FERR", "2276-4", "Ferritine"])
    def test_markers_are_found_by_name_code_and_other_names(self, curator_client, ferritin, asked):
        ferritin.aliases.get_or_create(name="Ferritine")
        page = curator_client.get(reverse("admin:markers_marker_changelist"), {"q": asked})
        assert ferritin in page.context["cl"].result_list

    @pytest.mark.parametrize("name", ["sex", "laboratory", "condition", "marker", "is_curated"])
    def test_ranges_are_filtered(self, curator_client, name):
        page = curator_client.get(reverse("admin:markers_referencerange_changelist"))
        assert name in {getattr(one, "field_path", one.title) for one in page.context["cl"].filter_specs}

    @pytest.mark.parametrize(("chosen", "conditions"), [("none", {""}), ("fasting", {"fasting"})])
    def test_ranges_are_filtered_by_condition(self, curator_client, chosen, conditions):
        page = curator_client.get(reverse("admin:markers_referencerange_changelist"), {"condition": chosen})
        assert {one.condition for one in page.context["cl"].queryset} == conditions


class TestAtOnce:
    def timeline(self, client, person) -> dict:
        return client.get(reverse("api:timeline", args=[person.pk, "ferritin"])).json()["points"][0]

    @pytest.fixture
    def point(self, alice_client, maya, ferritin):
        """Where a result of Maya's stands, asked anew each time."""
        ferritin.ranges.all().delete()
        call = {"marker": "ferritin", "value": "50", "unit": "ng/mL"}
        create_visit(person=maya, collected_on=date(2020, 3, 4), lab="", fasting=None, note="", rows=[TypedRow(**call)])
        Edition.objects.update(token="00000000-0000-0000-0000-000000000001")
        return lambda: self.timeline(alice_client, maya)

    def test_a_range_judges_from_the_moment_it_is_saved(self, curator_client, point, ferritin):
        assert point()["position"] == "none"
        values = a_range(ferritin, low="60.0", high="300", source="A book of 2026")
        assert curator_client.post(reverse(ADD_RANGE), values).status_code == 302
        found = point()
        assert found["position"] == "below"
        assert (found["range"]["low"], found["range"]["source"]) == ("60.0", "A book of 2026")

    def test_so_it_does_when_changed_in_its_marker_or_deleted(self, curator_client, point, ferritin):
        row = ReferenceRange.objects.create(marker=ferritin, low="60", unit="ug/L", source="A book")
        assert curator_client.post(change_url(ferritin), open_form(curator_client, ferritin)).status_code == 302
        assert point()["position"] == "below"
        sent = open_form(curator_client, ferritin) | {"ranges-0-low": "40"}
        assert curator_client.post(change_url(ferritin), sent).status_code == 302
        assert point()["position"] == "in"
        url = reverse("admin:markers_referencerange_delete", args=[row.pk])
        assert curator_client.post(url, {"post": "yes"}).status_code == 302
        assert point()["position"] == "none"

    def test_so_it_does_when_several_are_deleted(self, curator_client, point, ferritin):
        row = ReferenceRange.objects.create(marker=ferritin, low="40", unit="ug/L", source="A book")
        curator_client.post(change_url(row), open_form(curator_client, row))
        assert point()["position"] == "in"
        sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        assert curator_client.post(reverse("admin:markers_referencerange_changelist"), sent).status_code == 302
        assert point()["position"] == "none"

    @pytest.mark.parametrize("model", CURATED, ids=lambda model: model.__name__)
    def test_every_page_that_writes_says_so(self, curator_client, model):
        row, token = model.objects.first(), Edition.objects.get().token
        curator_client.get(change_url(row))
        assert Edition.objects.get().token == token
        curator_client.post(change_url(row), open_form(curator_client, row))
        assert Edition.objects.get().token != token


class TestSeeds:
    """What a curator wrote, and a later load of changed seeds."""

    @pytest.fixture
    def seeds(self, tmp_path):
        return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))

    def change_seed(self, seeds: Path) -> None:
        file = seeds / "markers" / "ferritin.toml"
        file.write_text(file.read_text().replace('name = "Ferritin"', 'name = "Ferritin, changed"', 1))
        call_command("load_seeds", seeds=seeds, verbosity=0)
        assert Marker.objects.get(slug="ferritin").name == "Ferritin, changed"

    def test_a_changed_range_is_neither_overwritten_nor_doubled(self, curator_client, ferritin, seeds):
        row, count = ferritin.ranges.order_by("id").first(), ferritin.ranges.count()
        sent = open_form(curator_client, row) | {"low": "1.50", "source": "A curator's book"}
        assert curator_client.post(change_url(row), sent).status_code == 302
        self.change_seed(seeds)
        kept = ferritin.ranges.get(pk=row.pk)
        assert (format(kept.low, "f"), kept.source) == ("1.50", "A curator's book")
        assert ferritin.ranges.count() == count

    def test_a_range_changed_in_its_marker_is_kept_too(self, curator_client, ferritin, seeds):
        count = ferritin.ranges.count()
        sent = open_form(curator_client, ferritin) | {"ranges-0-low": "1.50"}
        assert curator_client.post(change_url(ferritin), sent).status_code == 302
        self.change_seed(seeds)
        assert [format(row.low, "f") for row in ferritin.ranges.filter(is_curated=True)] == ["1.50"]
        assert ferritin.ranges.count() == count

    def test_an_added_range_stays(self, curator_client, ferritin, seeds):
        values = a_range(ferritin, low="7", unit="ug/L", condition="fasting")
        assert curator_client.post(reverse(ADD_RANGE), values).status_code == 302
        self.change_seed(seeds)
        assert ferritin.ranges.get(condition="fasting").low == 7

    def test_a_deleted_range_stays_away_until_its_seed_changes(self, curator_client, ferritin, seeds):
        row, count = ferritin.ranges.order_by("id").first(), ferritin.ranges.count()
        url = reverse("admin:markers_referencerange_delete", args=[row.pk])
        curator_client.post(url, {"post": "yes"})
        call_command("load_seeds", seeds=seeds, verbosity=0)  # the same seeds in another folder
        assert ferritin.ranges.count() == count - 1
        self.change_seed(seeds)
        assert ferritin.ranges.count() == count

    def test_the_unit_of_a_curators_range_stays_with_it(self, curator_client, alice_client, ferritin, seeds, maya):
        sent = open_form(curator_client, ferritin)
        add_row(sent, "units", code="g/L", factor="1000000", divisor="1", offset="0", basis="SI prefix")
        add_row(sent, "ranges", **a_row(low="0.0001", unit="g/L", condition="fasting"))
        assert curator_client.post(change_url(ferritin), sent).status_code == 302
        self.change_seed(seeds)
        assert "g/L" in ferritin.codes()
        rows = [TypedRow(marker="ferritin", value="50", unit="ng/mL")]
        create_visit(person=maya, collected_on=date(2020, 3, 4), lab="", fasting=True, note="", rows=rows)
        points = alice_client.get(reverse("api:timeline", args=[maya.pk, "ferritin"])).json()["points"]
        assert [point["position"] for point in points] == ["below"]

    def test_a_loinc_code_goes_to_the_marker_whose_seed_names_it(self, curator_client, cobalt, ferritin, seeds):
        code = ferritin.loinc_codes.first()
        sent = open_form(curator_client, ferritin) | {"loinc_codes-0-DELETE": "on"}
        assert curator_client.post(change_url(ferritin), sent).status_code == 302
        sent = open_form(curator_client, cobalt)
        add_row(sent, "loinc_codes", code=code.code)
        assert curator_client.post(change_url(cobalt), sent).status_code == 302
        self.change_seed(seeds)
        assert LoincCode.objects.get(code=code.code).marker == ferritin

    def test_a_laboratory_that_a_curator_added_becomes_the_seeds_of_the_same_name(self, curator_client, cobalt, seeds):
        sent = {"name": "Corner laboratory", "slug": "corner-lab", "aliases": ""}
        assert curator_client.post(reverse("admin:markers_laboratory_add"), sent).status_code == 302
        corner = Laboratory.objects.get(slug="corner-lab")
        own = ReferenceRange.objects.create(
            marker=cobalt, laboratory=corner, low="7", unit="ug/dL", source="Its report", is_curated=True
        )
        file = seeds / "laboratories.toml"
        file.write_text(file.read_text() + '\n[[laboratories]]\nslug = "corner"\nname = "Corner laboratory"\n')
        call_command("load_seeds", seeds=seeds, verbosity=0)
        own.refresh_from_db()
        assert own.laboratory == Laboratory.objects.get(slug="corner")


class TestNothingPersonal:
    CANARIES = ("Canaryname", "731.4242", "canary note", "Canarylab", "canary-file", "canary@")

    @pytest.fixture
    def used(self, alice, ferritin):
        """Ferritin with a result and a row under review of a person."""
        person = Person.objects.create(account=alice, name="Canaryname", born_on=date(1971, 7, 13))
        canary_result(person)
        EmailAddress.objects.create(user=alice, email="canary@example.org")
        batch = Import.objects.create(person=person, file_name="canary-file", status="review")
        ImportRow.objects.create(batch=batch, order=1, state="check", name="Ferritin of Canaryname", marker=ferritin)
        return ferritin

    def leaks(self, answer) -> list[str]:
        return [canary for canary in self.CANARIES if canary in answer.content.decode()]

    def test_a_marker_in_use_is_not_deleted_and_nobody_is_named(self, curator_client, used):
        url = reverse("admin:markers_marker_delete", args=[used.pk])
        for answer in (curator_client.get(url), curator_client.post(url, {"post": "yes"}, follow=True)):
            assert self.leaks(answer) == []
            text = answer.content.decode()
            assert "Results that people keep here" in text
            assert "Result:" not in text
            assert "Import row" not in text
        assert Marker.objects.filter(pk=used.pk).exists()
        assert Result.objects.count() == 1

    def test_nor_by_deleting_several(self, curator_client, used, cobalt):
        url = reverse("admin:markers_marker_changelist")
        sent = {"action": "delete_selected", "_selected_action": [used.pk, cobalt.pk]}
        for more in ({}, {"post": "yes"}):
            answer = curator_client.post(url, sent | more, follow=True)
            assert self.leaks(answer) == []
            assert "Results that people keep here" in answer.content.decode()
        assert Marker.objects.filter(pk__in=[used.pk, cobalt.pk]).count() == 2
        assert Result.objects.count() == 1

    def test_a_marker_that_nobody_uses_can_go(self, curator_client, cobalt, adults):
        url = reverse("admin:markers_marker_delete", args=[cobalt.pk])
        assert curator_client.post(url, {"post": "yes"}).status_code == 302
        assert not Marker.objects.filter(pk=cobalt.pk).exists()

    @pytest.mark.parametrize("lookup", ["result__isnull", "importrow__isnull", "result", "result__value__startswith"])
    def test_markers_are_not_filtered_by_results(self, curator_client, used, lookup):
        value = Result.objects.get().pk if lookup == "result" else "0"
        assert curator_client.get(reverse("admin:markers_marker_changelist"), {lookup: value}).status_code == 400

    def test_changing_a_marker_leaves_its_results(self, curator_client, used):
        before = list(Result.objects.values())
        sent = open_form(curator_client, used) | {"name": "Ferritin, serum"}
        answer = curator_client.post(change_url(used), sent, follow=True)
        assert self.leaks(answer) == []
        assert Marker.objects.get(pk=used.pk).name == "Ferritin, serum"
        assert list(Result.objects.values()) == before

    def test_only_the_catalogue_has_pages_of_its_own(self):
        labels = {model._meta.label for model in admin.site._registry}
        assert {one for one in labels if one.startswith("markers.")} == {model._meta.label for model in CURATED}
        assert not {one for one in labels if one.startswith(("people.", "results.", "sessions.", "admin."))}

    def test_a_curator_opens_nothing_outside_the_catalogue(self, curator_client, used):
        outside = [model for model in apps.get_models() if model._meta.app_label != "markers"]
        assert len(outside) >= 10
        for model in outside:
            key = getattr(model.objects.first() if hasattr(model, "objects") else None, "pk", 1)
            root = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            for path in ("", "add/", f"{key}/change/", f"{key}/delete/", f"{key}/history/"):
                assert curator_client.get(root + path).status_code in (403, 404), root + path
            if model._meta.label != "auth.Group":
                kind = ContentType.objects.get_for_model(model)
                assert curator_client.get(f"/admin/r/{kind.pk}/{key}/").status_code == 404, model

    def test_the_first_page_names_only_the_catalogue(self, curator_client, used):
        page = curator_client.get(reverse("admin:index"))
        assert [one["app_label"] for one in page.context["app_list"]] == ["markers"]
        assert self.leaks(page) == []

    def test_a_curator_has_rights_over_the_catalogue_alone(self, curator):
        assert {one.partition(".")[0] for one in curator.get_all_permissions()} == {"markers"}
        assert not curator.is_superuser


def test_numbers_are_shown_as_they_are_stored(curator_client, cobalt):
    made = ReferenceRange.objects.create(marker=cobalt, low="0.0000001", high="0.70", unit="ug/dL", source="A book")
    row = ReferenceRange.objects.get(pk=made.pk)
    assert str(row) == "0.0000001–0.70 ug/dL, any, all ages"
    sent = open_form(curator_client, row)
    assert (sent["low"], sent["high"]) == ("0.0000001", "0.70")
    assert ReferenceRange.objects.get(pk=row.pk).low == Decimal("0.0000001")
