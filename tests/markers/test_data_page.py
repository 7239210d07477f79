"""The page that says where the data comes from, and the list behind it that covers every source."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest
from django.test import Client
from django.urls import reverse

from markers.article import read_article
from markers.catalogue import SeedError
from markers.licenses import license_of, read_licenses
from tests.conftest import ROOT
from tests.html import Page, unknown_targets, unlabelled

SEEDS = ROOT / "seeds"
LICENSES = read_licenses(SEEDS / "licenses.toml")


@cache
def sources() -> list[tuple[str, str, str]]:
    """Each source of the seeds and articles: its title, its address, and a file that names it."""
    found = {}
    for file in sorted((SEEDS / "markers").glob("*.toml")):
        for one in tomllib.loads(file.read_text(encoding="utf-8")).get("sources", {}).values():
            found.setdefault((one.get("title", ""), one.get("url", "")), file.name)
    for file in sorted((SEEDS / "articles").glob("*.md")):
        for one in read_article(file).sources.values():
            found.setdefault((one.title, one.url), file.name)
    return [(*source, file) for source, file in found.items()]


def test_every_source_is_of_a_kind_that_the_note_tells_of():
    left = [f"{file}: {title} ({url})" for title, url, file in sources() if not license_of(title, url, LICENSES)]
    if left:
        pytest.fail("\n".join(["no kind in seeds/licenses.toml covers:", *left]), pytrace=False)


def test_every_kind_covers_a_source_or_says_that_nothing_of_it_has_an_entry():
    used = {license_of(title, url, LICENSES) for title, url, _ in sources()}
    assert {one.name for one in LICENSES if one not in used} == {"UCUM", "EFLM biological variation database"}


@pytest.mark.parametrize(
    ("title", "url", "name"),
    [
        ("LOINC 1968-7, term description", "https://loinc.org/1968-7", "LOINC"),
        ("Mayo B2M", "https://mml.testcatalog.org/show/B2M", "Test catalogs and handbooks of laboratories"),
        ("data/CALIPER.csv", "https://github.com/SandraKla/Zlog_AdRI/blob/master/x", "CALIPER, by way of Zlog_AdRI"),
        ("data/conversion.tsv", "https://github.com/miracum/loinc-conversion", "miracum/loinc-conversion"),
        ("Plasma Cell Neoplasms (PDQ)", "http://www.cancer.gov/x", "Agencies of the United States"),
        ("KDIGO 2012 categories as reprinted in CCJM", "https://www.ccjm.org/x", "KDIGO"),
        ("Elmehdawi R. Libyan J Med 2008;3:84-90", "", "Articles and abstracts in journals"),
        ("Pages", "https://github.com/miracum/loinc-conversion-more", ""),
        ("Pages", "https://nottestcatalog.org/show/B2M", ""),
        ("Pages", "https://testcatalog.org.example/show/B2M", ""),
        ("Pages", "", ""),
    ],
)
def test_a_source_is_known_by_its_site_or_its_title(title, url, name):
    found = license_of(title, url, LICENSES)
    assert (found.name if found else "").startswith(name)
    assert bool(found) == bool(name)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[[licenses]]\nname = "A"\ntaken = "B."', r"licenses\[0\]\.allows: is missing"),
        ('[[licenses]]\nname = "A"\ntaken = "B."\nallows = "C."\nsite = []', r"licenses\[0\]\.site: .*not known"),
        ('[[licenses]]\nname = "A"\ntaken = "B."\nallows = "C."\nsites = "a"', r"licenses\[0\]\.sites: is a list"),
        ('[[licenses]]\nname = "A"\ntaken = "B."\nallows = "C."\ntitles = ["("]', r"licenses\[0\]\.titles: "),
        ('licenses = "A"', r"licenses: is a list: write \[\[licenses\]\]"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, text, problem):
    file = tmp_path / "licenses.toml"
    file.write_text(text)
    with pytest.raises(SeedError, match=problem):
        read_licenses(file)


def test_the_page_tells_all_of_it():
    answer = Client().get("/about/data/")
    assert answer.status_code == 200
    page = Page(answer)
    assert unknown_targets(page) == []
    assert unlabelled(page) == []
    for one in LICENSES:
        assert (3, one.name) in page.headings
        assert one.taken in page.text
        assert one.allows in page.text
        assert not one.url or one.url in page.links


def test_the_loinc_notice_stands_on_the_page_and_beside_the_files():
    notice = (ROOT / "templates" / "_loinc_notice.html").read_text(encoding="utf-8").strip()
    assert notice in Client().get("/about/data/").content.decode()
    assert re.sub(r"<[^>]+>", "", notice) in (SEEDS / "README.md").read_text(encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/markers/", "/markers/ferritin/", "/accounts/login/", "/panels/liver/", "/nowhere"]
)
def test_every_page_leads_to_it(alice_client, path):
    for client in (Client(), alice_client):
        assert reverse("markers:data") in Page(client.get(path, follow=True)).links


@pytest.mark.django_db
def test_search_engines_find_it():
    assert "/about/data/</loc>" in Client().get("/sitemap.xml").content.decode()
