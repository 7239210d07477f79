"""Articles in the curator's hands: checked like a seed before they are saved, and kept from then on."""

from __future__ import annotations

import re
import shutil
from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from markers.models import Article, DecisionLimit, Marker, ReferenceRange
from markers.queries import catalogue
from tests.conftest import ROOT
from tests.markers.test_admin import add_row, change_url, open_form, problems, typed

pytestmark = pytest.mark.django_db
ADD = "admin:markers_article_add"


@pytest.fixture
def article():
    return Article.objects.get(marker__slug="ferritin")


def changed(text: str, old: str, new: str) -> str:
    assert re.search(old, text), old
    return re.sub(old, new, text, count=1)


def save(client, row, **values) -> None:
    answer = client.post(change_url(row), open_form(client, row) | values)
    assert answer.status_code == 302, problems(answer)


def test_version_and_date_follow_the_front_matter(curator_client, article):
    text = changed(changed(article.text, 'version = ".*"', 'version = "1.9"'), "dated = .*", "dated = 2027-02-03")
    save(curator_client, article, text=text, version="7", dated="2001-01-01")
    article.refresh_from_db()
    assert (article.version, article.dated, article.is_curated) == ("1.9", date(2027, 2, 3), True)
    assert article.text == text


def test_a_change_is_read_at_once(curator_client, article):
    text = changed(article.text, r"## What it is\n", "## What it is\n\nA store of iron, said anew.\n\n")
    save(curator_client, article, text=text)
    assert "A store of iron, said anew." in Client().get("/markers/ferritin/").content.decode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_browser_may_end_lines_as_it_likes(curator_client, article, end):
    before = Article.objects.filter(pk=article.pk).values().get()
    save(curator_client, article, text=article.text.replace("\n", end))
    assert Article.objects.filter(pk=article.pk).values().get() == before


REFUSED = [
    (r"\A\+\+\+", "", "+++: the front matter stands between two lines of +++"),
    ('version = ".*"', "version = ", "front matter: Invalid value"),
    ('version = ".*"', "version = 1.0", "version: is a text."),
    ('version = ".*"', f'version = "{"1" * 21}"', "version: is at most 20 characters long."),
    ("dated = .*", 'dated = "2026-01-31"', "dated: is a date such as 2026-01-31, without quotation marks."),
    ('lead = ".*"', 'lead = ""', "lead: is missing."),
    ('lead = ".*"', 'lead = "At {range:adult}."', "lead: is plain text, without {range:adult}."),
    ("written_by", "author", "author: this key is not known."),
    ("## What it is", "## What is it", "## What is it: is not one of What it is;"),
    (r"## Side by side[\s\S]*?(?=## )", "", "## Side by side: is missing."),
    (r"## What it is\n", "## What it is\n\nMany [@nobody-1999].\n", "## What it is: [@nobody-1999] is not in the"),
    (r"## What it is\n", "## What it is\n\nMany {limit:}.\n", "## What it is: "),
    (
        r"## What it is\n",
        "## What it is\n\nIt is {limit:nothing}.\n",
        "{limit:ferritin/nothing}: there is no such figure.",
    ),
    (r"## What it is\n", "## What it is\n\nIt is {range:no/adult}.\n", "{range:no/adult}: there is no such figure."),
    (r"[\s\S]*", " ", "+++: the front matter stands between two lines of +++"),
    (r"[\s\S]*", "", "This field is required."),
]


@pytest.mark.parametrize(("old", "new", "message"), REFUSED)
def test_a_text_that_cannot_be_read_is_not_saved(curator_client, article, old, new, message):
    before = Article.objects.filter(pk=article.pk).values().get()
    sent = open_form(curator_client, article) | {"text": changed(article.text, old, new)}
    answer = curator_client.post(change_url(article), sent)
    told = problems(answer)
    assert len(told) == 1
    assert told[0].startswith(message)
    assert answer.context["adminform"].form["text"].value() == sent["text"]
    assert Article.objects.filter(pk=article.pk).values().get() == before


def test_every_figure_that_nobody_holds_is_named(curator_client, article):
    text = changed(article.text, r"## What it is\n", "## What it is\n\nIt is {limit:x} and {range:y}.\n")
    told = problems(curator_client.post(change_url(article), open_form(curator_client, article) | {"text": text}))
    assert told == [f"{{{one}}}: there is no such figure." for one in ("limit:ferritin/x", "range:ferritin/y")]


def test_a_marker_has_one_article_which_stays_its_own(curator_client, article):
    other = Marker.objects.get(slug="sodium")
    text = "".join(re.sub(r"\{[^}]+\}", "a figure", article.text))
    sent = typed(curator_client.get(reverse(ADD))) | {"marker": article.marker_id, "text": article.text}
    assert problems(curator_client.post(reverse(ADD), sent)) == ["Article with this Marker already exists."]
    answer = curator_client.post(reverse(ADD), sent | {"marker": other.pk, "text": text})
    assert answer.status_code == 302, problems(answer)
    assert catalogue().markers["sodium"].article == text
    save(curator_client, article, marker=Marker.objects.get(slug="zinc").pk)
    article.refresh_from_db()
    assert article.marker.slug == "ferritin"


class TestSeeds:
    """What a curator wrote, and a later load of changed seeds."""

    @pytest.fixture
    def load(self, tmp_path, article):
        """Loads the seeds with another version of the article."""
        seeds = shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
        file = seeds / "articles" / "ferritin.md"
        file.write_text(changed(article.text, 'version = ".*"', 'version = "8.0"'), encoding="utf-8")
        return lambda: call_command("load_seeds", seeds=seeds, verbosity=0)

    def test_an_article_that_nobody_touched_follows_its_seed(self, article, load):
        load()
        assert Article.objects.get(pk=article.pk).version == "8.0"

    def test_a_curators_stays(self, curator_client, article, load):
        save(curator_client, article, text=changed(article.text, 'version = ".*"', 'version = "1.9"'))
        load()
        assert Article.objects.get(pk=article.pk).version == "1.9"

    def test_once_deleted_the_seeds_comes_back(self, curator_client, article, load):
        save(curator_client, article, text=changed(article.text, 'version = ".*"', 'version = "1.9"'))
        url = reverse("admin:markers_article_delete", args=[article.pk])
        assert curator_client.post(url, {"post": "yes"}).status_code == 302
        assert catalogue().markers["ferritin"].article == ""
        load()
        found = Article.objects.get(marker__slug="ferritin")
        assert (found.version, found.is_curated) == ("8.0", False)

    def test_the_list_says_who_wrote_it(self, curator_client, article):
        page = reverse("admin:markers_article_changelist")
        assert "a curator" not in curator_client.get(page).content.decode()
        save(curator_client, article, text=f"{article.text}\n")
        assert "a curator" in curator_client.get(page).content.decode()


class TestFiguresThatGo:
    """A figure that an article asks for may go; the curator is told of it at once."""

    TOLD = (
        "The article about Ferritin asks for {limit:ferritin/mine}. There is no such figure now; readers are told so."
    )

    @pytest.fixture
    def limit(self, curator_client, article):
        """A limit that the article asks for."""
        row = DecisionLimit.objects.create(
            marker=article.marker, key="mine", name="Mine", operator="<", value="1", unit="ug/L", source="A book"
        )
        sent = open_form(curator_client, article.marker)
        add_row(sent, "sources", title="A book")
        assert curator_client.post(change_url(article.marker), sent).status_code == 302
        save(
            curator_client, article, text=changed(article.text, r"## What it is\n", "## What it is\n\n{limit:mine}.\n")
        )
        return row

    def told(self, answer) -> list[str]:
        return [str(one) for one in get_messages(answer.wsgi_request) if "asks for" in str(one)]

    def test_by_deleting_it(self, curator_client, limit):
        url = reverse("admin:markers_decisionlimit_delete", args=[limit.pk])
        assert self.told(curator_client.post(url, {"post": "yes"})) == [self.TOLD]

    def test_by_deleting_several(self, curator_client, limit):
        sent = {"action": "delete_selected", "_selected_action": [limit.pk], "post": "yes"}
        assert self.told(curator_client.post(reverse("admin:markers_decisionlimit_changelist"), sent)) == [self.TOLD]

    def test_by_another_key(self, curator_client, limit):
        sent = open_form(curator_client, limit) | {"key": "yours"}
        assert self.told(curator_client.post(change_url(limit), sent)) == [self.TOLD]

    def test_other_changes_say_nothing(self, curator_client, limit):
        sent = open_form(curator_client, limit) | {"value": "2"}
        assert self.told(curator_client.post(change_url(limit), sent)) == []

    def test_a_range_that_is_no_longer_in_force_counts_as_gone(self, curator_client, article):
        row = ReferenceRange.objects.filter(marker=article.marker).exclude(key="").first()
        assert f"{{range:{row.key}}}" in article.text
        sent = open_form(curator_client, row) | {"in_force_to": "2020-01-01"}
        assert len(self.told(curator_client.post(change_url(row), sent))) == 1
