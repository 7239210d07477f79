"""What a curator corrects beyond ranges: bands, variation, influences, related markers, sources, sentences."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from markers.models import Marker, MarkerUnit, Panel, PanelMarker, ReferenceRange, Related, Source
from markers.queries import catalogue
from tests.markers.test_admin import a_range, a_row, add_row, change_url, open_form, problems, row_of

pytestmark = pytest.mark.django_db
BOOK = {"source": "A book", "source_url": "https://a.example/book"}


@pytest.fixture
def tin():
    """A marker of a curator's own, with two units."""
    marker = Marker.objects.create(slug="tin", name="Tin", specimen="serum", unit="ug/dL")
    MarkerUnit.objects.create(marker=marker, code="ug/dL")
    MarkerUnit.objects.create(marker=marker, code="umol/L", factor="11.87", basis="118.7 g/mol")
    return marker


def save(client, row, sent) -> None:
    answer = client.post(change_url(row), sent)
    assert answer.status_code == 302, problems(answer)


def test_all_that_a_page_says_of_a_marker_can_be_written_in_one_form(curator_client, tin):
    sent = open_form(curator_client, tin) | {
        "summary": "A metal.",
        "choice": "The book's range, because it is the only one.",
        "conventional_unit": "ug/dL",
        "si_unit": "umol/L",
    }
    add_row(sent, "ranges", **a_row(low="0.10", key="adult"))
    band = {"operator": ">=", "value": "3.50", "upper_operator": "<", "upper": "5.5", "scheme": "Stages"}
    add_row(sent, "limits", **a_row(name="Stage II", key="stage-2", **band))
    add_row(sent, "variation", within="14.20", group="19 adults over ten weeks", **BOOK)
    add_row(sent, "influences", effect="raises", text="Canned food", **BOOK)
    add_row(sent, "related", other=Marker.objects.get(slug="ferritin").pk, why="Another metal.")
    add_row(sent, "sources", title=BOOK["source"], url=BOOK["source_url"], year="2019")
    save(curator_client, tin, sent)
    found = catalogue().markers["tin"]
    assert (found.summary, found.conventional_unit, found.si_unit) == ("A metal.", "ug/dL", "umol/L")
    assert [one.key for one in found.ranges] == ["adult"]
    limit = found.limits[0]
    assert (limit.scheme, str(limit.interval.low), str(limit.interval.high)) == ("Stages", "3.50", "5.5")
    assert limit.interval.high_strict
    assert str(found.variation[0].within) == "14.20"
    assert (found.variation[0].source.year, found.influences[0].source.year) == (2019, 2019)
    assert found.related == (("ferritin", "Another metal."),)


VARIATION = {"within": "5", **BOOK}
INFLUENCE = {"effect": "raises", "text": "Canned food", **BOOK}
CLAIM = "Say where it is stated: every figure and every claim needs a source."
BAND = {"name": "N", "key": "k", "operator": ">=", "value": "3", "upper_operator": "<", "upper": "5"}
REFUSED = [
    ("variation", VARIATION | {"within": "0"}, "A percentage is above 0."),
    ("variation", VARIATION | {"between": "-1"}, "A percentage is above 0."),
    ("variation", VARIATION | {"analytical": "1,234"}, "Is the mark in 1,234 a decimal mark or a thousands sign?"),
    ("variation", VARIATION | {"within": ""}, "This field is required."),
    ("variation", VARIATION | {"source": ""}, CLAIM),
    ("influences", INFLUENCE | {"source": " "}, CLAIM),
    ("influences", INFLUENCE | {"text": ""}, "This field is required."),
    ("influences", INFLUENCE | {"effect": "worsens"}, "Select a valid choice. worsens is not one of"),
    ("limits", a_row(**BAND | {"upper": "3"}), "A band starts with > or >= and ends above its start."),
    ("limits", a_row(**BAND | {"operator": "<"}), "A band starts with > or >= and ends above its start."),
    ("limits", a_row(**BAND | {"upper": ""}), "A band has both: where it ends, and < or <=."),
    ("limits", a_row(**BAND | {"upper_operator": ""}), "A band has both: where it ends, and < or <=."),
    ("related", {"why": "Another metal."}, "This field is required."),
    ("sources", {"title": "A book", "year": "19"}, "Ensure this value is greater than or equal to 1900."),
    ("sources", {"title": "A book", "url": "a book"}, "Enter a valid URL."),
    ("sources", {"title": "", "year": "2019"}, "This field is required."),
]


@pytest.mark.parametrize(("prefix", "values", "message"), REFUSED)
def test_a_row_that_is_wrong_is_refused_in_words(curator_client, tin, prefix, values, message):
    sent = open_form(curator_client, tin)
    add_row(sent, prefix, **values)
    told = problems(curator_client.post(change_url(tin), sent))
    assert len(told) == 1
    assert told[0].startswith(message)


@pytest.mark.parametrize(
    ("other", "why", "message"),
    [
        ("tin", "Itself.", "This is the marker itself."),
        ("ferritin", "Another metal", "This is a sentence: it ends with a period."),
    ],
)
def test_a_marker_beside_another_says_why(curator_client, tin, other, why, message):
    sent = open_form(curator_client, tin)
    add_row(sent, "related", other=Marker.objects.get(slug=other).pk, why=why)
    assert problems(curator_client.post(change_url(tin), sent)) == [message]


def test_a_marker_is_beside_another_once(curator_client, tin):
    sent = open_form(curator_client, tin)
    for why in ("A metal.", "Another metal."):
        add_row(sent, "related", other=Marker.objects.get(slug="ferritin").pk, why=why)
    assert any("duplicate" in told for told in problems(curator_client.post(change_url(tin), sent)))


@pytest.mark.parametrize("name", ["summary", "choice"])
def test_a_sentence_ends(curator_client, tin, name):
    sent = open_form(curator_client, tin) | {name: "Half a sen"}
    assert problems(curator_client.post(change_url(tin), sent)) == ["This is a sentence: it ends with a period."]


@pytest.mark.parametrize(("field", "name"), [("conventional_unit", "conventional"), ("si_unit", "SI")])
def test_results_are_shown_in_units_that_the_marker_has(curator_client, tin, field, name):
    told = problems(curator_client.post(change_url(tin), open_form(curator_client, tin) | {field: "g/L"}))
    assert told == [f"g/L, the {name} unit, is not a unit of this marker, which has ug/dL, umol/L."]


def test_the_unit_that_results_are_shown_in_does_not_go(curator_client, tin):
    Marker.objects.filter(pk=tin.pk).update(si_unit="umol/L")
    sent = open_form(curator_client, tin)
    sent[f"{row_of(sent, 'units', 'code', 'umol/L')}-DELETE"] = "on"
    told = problems(curator_client.post(change_url(tin), sent))
    assert told == ["umol/L, the SI unit, is not a unit of this marker, which has ug/dL."]


class TestKeys:
    """An article asks for a range by its key."""

    TAKEN = "Another range of this marker is already named adult."

    @pytest.fixture
    def adults(self, tin):
        return ReferenceRange.objects.create(
            marker=tin, key="adult", age_from=18, low="1", unit="ug/dL", source="A book"
        )

    def test_a_key_names_one_range_on_a_page_of_its_own(self, curator_client, tin, adults):
        sent = a_range(tin, low="1", age_to="18", key="adult")
        assert problems(curator_client.post(reverse("admin:markers_referencerange_add"), sent)) == [self.TAKEN]

    def test_and_in_a_row_of_its_marker(self, curator_client, tin, adults):
        sent = open_form(curator_client, tin)
        add_row(sent, "ranges", **a_row(low="1", age_to="18", key="adult"))
        assert problems(curator_client.post(change_url(tin), sent)) == [self.TAKEN]

    def test_it_can_move_from_one_row_to_another(self, curator_client, tin, adults):
        ReferenceRange.objects.create(marker=tin, age_to=18, low="1", unit="ug/dL", source="A book")
        sent = open_form(curator_client, tin) | {"ranges-0-key": "", "ranges-1-key": "adult"}
        save(curator_client, tin, sent)
        assert [one.key for one in tin.ranges.order_by("id")] == ["", "adult"]


def test_a_limit_has_its_scheme_and_end_on_a_page_of_its_own(curator_client, tin):
    sent = a_range(tin, scheme="Stages", **BAND)
    assert curator_client.post(reverse("admin:markers_decisionlimit_add"), sent).status_code == 302
    row = tin.limits.get()
    assert (str(row), row.scheme) == ("N (>= 3 and < 5 ug/dL)", "Stages")
    page = curator_client.get(reverse("admin:markers_decisionlimit_changelist"), {"q": "Stages"})
    assert ">=\u00a03\u00a0and\u00a0<\u00a05\u00a0ug/dL" in page.content.decode().replace("&gt;", ">").replace(
        "&lt;", "<"
    )


def test_a_panel_says_why(curator_client):
    panel = Panel.objects.get(slug="kidney-function")
    save(curator_client, panel, open_form(curator_client, panel) | {"why": "They are read together."})
    assert next(one for one in catalogue().panels if one.slug == panel.slug).why == "They are read together."


class TestQueries:
    """A page takes as many for many rows as for few."""

    def asked(self, client, row) -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(change_url(row)).status_code == 200
        return len(made)

    def test_of_a_marker(self, curator_client, tin):
        others = list(Marker.objects.exclude(pk=tin.pk)[:40])
        few = self.asked(curator_client, tin)
        for age, other in enumerate(others):
            Related.objects.create(marker=tin, other=other, why="Another.")
            Source.objects.create(marker=tin, title=f"Book {age}")
            span = {"age_from": age, "age_to": age + 1}
            ReferenceRange.objects.create(marker=tin, low="1", unit="ug/dL", source="A book", **span)
        assert self.asked(curator_client, tin) <= few <= 30

    def test_of_a_panel(self, curator_client):
        panel = Panel.objects.create(slug="many", name="Many")
        few = self.asked(curator_client, panel)
        for position, marker in enumerate(Marker.objects.all()[:40]):
            PanelMarker.objects.create(panel=panel, marker=marker, position=position)
        assert self.asked(curator_client, panel) <= few <= 20
