"""What every page has in common: its frame, its headers, its words; and the pages for what goes wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from bloodsight.people.models import Person
from markers.queries import catalogue
from results.actions.visits import TypedRow, create_visit, delete_visit
from results.models import Import, ImportRow, Result
from tests.conftest import ROOT, signed_in
from tests.html import Page, unknown_targets, unlabelled
from tests.test_ownership import PREFIXES, ROUTES

pytestmark = pytest.mark.django_db
CSP = (
    "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self' data: blob:; object-src 'none'; script-src 'self'; style-src 'self'"
)
PERSON = ("results:person", "results:person_edit", "results:person_delete", "results:markers", "results:visits")
PERSON += ("results:visit_new", "results:import_new")
OPEN = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/")
OPEN += ("/accounts/confirm-email/", "/accounts/confirm-email/nothing/", "/accounts/password/reset/key/1-nothing/")
OPEN += ("/accounts/inactive/", "/markers/", "/markers/?q=ferittin", "/markers/?q=<b>xyzzy</b>", "/markers/ferritin/")
OPEN += ("/panels/", "/panels/kidney-function/", "/about/data/")
ACCOUNT = ("/accounts/logout/", "/accounts/password/change/", "/accounts/email/", "/people/", "/people/new/")
NO_PAGE = {"results:welcome", "results:home", "people:list", "people:new", "results:visit_delete"}
NO_PAGE |= {"markers:catalogue", "markers:article", "markers:panels", "markers:panel", "markers:data"}  # those of OPEN
NO_PAGE |= {"results:visit_restore", "results:import_undo", "healthz", "robots", "markers:feed", "sitemap"}


@pytest.fixture
def world(alice, maya) -> dict[str, str]:
    """Every page of Alice's, by a name, with something on each."""
    Person.objects.create(account=alice, name="Leo & <b>Co</b>", sex="male", born_on=date(2015, 5, 3))
    rows = [
        TypedRow(marker="ferritin", value="41", unit="ng/mL", printed_text="<5.7", printed_high=5, note="a & <b>"),
        TypedRow(marker="ferritin", value="4.10", unit="nothing"),
        TypedRow(marker="sodium", value="<130", unit="mmol/L"),
    ]
    visits = [
        create_visit(person=maya, collected_on=date(year, 3, 4), lab="A & <b>", rows=rows) for year in (2019, 2024)
    ]
    delete_visit(visit=create_visit(person=maya, collected_on=date(2018, 3, 4), rows=rows))
    Result.objects.create(person=maya, visit=visits[1], collected_on=date(2024, 3, 4), name="Other", text="seen")
    batch = Import.objects.create(
        person=maya, file_name="a & b", status="review", question="Who?", warnings=["Other name."]
    )
    for order, state in enumerate(("ready", "check", "unreadable", "stored")):
        shown = {"name": f"Row {order}", "value": "1", "collected_on": date(2024, 3, 4), "reason": "why"}
        ImportRow.objects.create(batch=batch, order=order, state=state, **shown)
    done = Import.objects.create(person=maya, status="confirmed")
    found = {name: reverse(name, args=[maya.pk]) for name in PERSON}
    found |= {name: reverse(name, args=[maya.pk, visits[1].pk]) for name in ("results:visit", "results:visit_edit")}
    found["results:marker"] = reverse("results:marker", args=[maya.pk, "ferritin"])
    found["results:panel"] = reverse("results:panel", args=[maya.pk, "electrolytes"])
    found["a panel of markers with results"] = found["results:panel"] + "?only=results"
    found["a panel without results"] = reverse("results:panel", args=[maya.pk, "thyroid"])
    found["results:import"] = reverse("results:import", args=[maya.pk, batch.pk])
    found["a marker without results"] = reverse("results:marker", args=[maya.pk, "alt"])
    found["a marker in another unit"] = found["results:marker"] + "?unit=ug/L&period=5y"
    found["a confirmed import"] = reverse("results:import", args=[maya.pk, done.pk])
    return found | {path: path for path in ACCOUNT}


def assert_is_whole(page: Page) -> None:
    """One heading, a title, a language, a way past the header, no template code, and no link or label into nothing."""
    assert page.lang == "en"
    assert [level for level, _ in page.headings].count(1) == 1, page.headings
    assert all(text for _, text in page.headings)
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), page.headings
    assert re.fullmatch(r"\S.* · BloodSight", page.title.strip()), page.title
    assert page.links[0] == "#main"
    assert "main" in page.ids
    written = re.sub(r'<script [^>]*type="application/json">.*?</script>', "", page.html, flags=re.DOTALL)
    written = re.sub(r"<script type=.application/ld.json.>.*?</script>", "", written, flags=re.DOTALL)
    assert not re.search(r"\{\{|\{%|\{#|%\}|\}\}", written)
    assert "None" not in page.text
    assert " style=" not in page.html
    assert unknown_targets(page) == []
    assert unlabelled(page) == []


def assert_is_guarded(answer) -> None:
    """The headers of every answer, and no copy of it kept anywhere."""
    headers = answer.headers
    assert "no-store" in headers["Cache-Control"]
    assert "; ".join(sorted(part.strip() for part in headers["Content-Security-Policy"].split(";"))) == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("camera=()")


def test_every_page_of_a_person_is_among_those_looked_at(world):
    pages = {name for name, _, _ in ROUTES if name and not name.startswith((*PREFIXES, "api:"))}
    assert pages - NO_PAGE - set(world) == set()


def test_every_page_is_whole_and_guarded(alice_client, world):
    for name, url in world.items():
        answer = alice_client.get(url)
        assert answer.status_code == 200 or (name, answer.status_code) == ("/accounts/email/", 302), name
        assert_is_guarded(answer)
        if answer.status_code == 200:
            assert_is_whole(Page(answer))


@pytest.mark.parametrize("url", OPEN)
def test_every_open_page_is_whole_and_guarded(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    assert_is_guarded(answer)
    assert_is_whole(Page(answer))


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_page_that_does_not_exist_is_whole_and_guarded(client, alice, maya, is_signed_in):
    client = signed_in(alice) if is_signed_in else client
    for url in ("/nothing", f"/people/{alice.pk}/", "/people/11111111-1111-1111-1111-111111111111/", "/%00", "/%ff"):
        answer = client.get(url)
        if answer.status_code == 302:
            continue
        assert answer.status_code == 404
        assert_is_guarded(answer)
        assert_is_whole(Page(answer))
        assert "There is nothing here" in Page(answer).text


def test_a_form_without_its_token_is_refused_on_a_whole_page(alice, maya):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post(f"/people/{maya.pk}/delete", {"name": "Maya"})
    assert answer.status_code == 403
    assert_is_guarded(answer)
    assert_is_whole(Page(answer))
    assert "Nothing was saved." in Page(answer).text
    assert Person.objects.filter(pk=maya.pk).exists()


def test_too_many_tries_are_answered_on_a_whole_page(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "reset_password": "1/h/ip"}
    cache.clear()
    answers = [client.post("/accounts/password/reset/", {"email": "a@example.org"}) for _ in range(2)]
    cache.clear()
    assert [one.status_code for one in answers] == [302, 429]
    assert_is_guarded(answers[1])
    assert_is_whole(Page(answers[1]))


def test_a_form_of_too_many_fields_is_refused_on_a_whole_page(alice_client, maya):
    answer = alice_client.post(f"/people/{maya.pk}/visits/new", {f"x{number}": "" for number in range(8_000)})
    assert answer.status_code == 400
    assert_is_guarded(answer)
    assert_is_whole(Page(answer))
    assert "Nothing was saved." in Page(answer).text


def test_a_fault_of_ours_is_answered_on_a_page_of_its_own(alice, maya, monkeypatch):
    client = signed_in(alice)
    client.raise_request_exception = False
    monkeypatch.setattr("results.views.visits.render", lambda *_: 1 / 0)
    answer = client.get(f"/people/{maya.pk}/visits/")
    page = Page(answer)
    assert answer.status_code == 500
    assert_is_guarded(answer)
    assert (page.lang, page.headings) == ("en", [(1, "Something went wrong on our side")])
    assert "What you last sent may not have been saved." in page.text
    assert "ZeroDivisionError" not in page.html


def test_what_is_no_page_is_guarded_too(client, alice_client, maya):
    for answer in (
        client.get("/healthz"),
        client.get(f"/people/{maya.pk}/"),
        alice_client.get("/api/v1/persons/"),
        alice_client.post(f"/people/{maya.pk}/"),
        alice_client.get(f"/people/{maya.pk}"),
    ):
        assert_is_guarded(answer)


def test_only_what_is_everybodys_may_be_kept(client):
    assert client.get("/robots.txt").headers["Cache-Control"] == "public, max-age=86400"
    assert client.get("/static/css/base.css").status_code == 200


WRONG = [
    ("/accounts/login/", {}),
    ("/accounts/login/", {"login": "x", "password": "y"}),
    ("/accounts/signup/", {}),
    ("/accounts/password/reset/", {"email": "x"}),
    ("/accounts/password/change/", {}),
    ("/people/new/", {"sex": ""}),
    ("/people/new/", {"name": "", "sex": "x", "day": "x", "month": "y\x00", "year": "z\x00"}),
    ("results:person_edit", {"name": ""}),
    ("results:person_delete", {}),
    ("results:visit_new", {}),
    ("results:visit_new", {"row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "0", "fasting": "x", "row-0-value": "\x00"}),
    ("results:visit_edit", {"row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "1", "row-0-id": "x", "row-0-value": "x"}),
    ("results:import_new", {}),
    ("results:import", {}),
]


@pytest.mark.parametrize(("where", "sent"), WRONG)
def test_every_link_of_an_error_summary_leads_to_its_field(alice_client, client, world, where, sent):
    browser = client if where in OPEN else alice_client
    answer = browser.post(world.get(where, where), sent)
    page = Page(answer)
    assert answer.status_code in (200, 400)
    assert 'role="alert"' in page.html
    assert_is_whole(page)
    assert_is_guarded(answer)


# The words that a page must not say to a reader; whole words, whatever their case.
BANNED = re.compile(
    r"\b(abnormal\w*|normal|normally|(un)?healthy|good|bad|optimal|danger(ous)?|critical|alarming|severe|risk of|"
    r"you (may )?have|diagnos\w+|suggests that you|indicates|deficiency|excess|stage|cancer|should|"
    r"(don't|nothing to) worry\w*|fine|perfect|score|fail|fails|invalid|oops|improved|worsened|spike|crash|"
    r"healthcare provider|see a doctor)\b",
    re.IGNORECASE,
)
BRITISH = re.compile(
    r"\b(colour\w*|grey|centre\w*|behaviour\w*|labell\w+|cancell\w+|\w+ise[ds]?|analys(e|ed|es|ing)|litres?|"
    r"h?aem\w+|oedema|oestr\w+|fibre|programme|licence|favourite|neighbour\w*|judgement|whilst|towards)\b",
    re.IGNORECASE,
)
ALLOWED = {
    "You have an account?": "a sign-in account, nothing of the body",
    " should be ": "an error of a seed file, told to those who write seeds (markers/seed.py)",
}
AMERICAN = {
    "otherwise",
    "raise",
    "raised",
    "raises",
    "rise",
    "rises",
    "exercise",
    "precise",
    "likewise",
    "advise",
    "wise",
}
AMERICAN |= {
    "arise",
    "noise",
    "disease",
    "premise",
    "promise",
    "concise",
    "revise",
    "revised",
    "comprise",
    "surprise",
}


def template_texts() -> Iterator[tuple[str, str]]:
    """What each template says, without its tags."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", path.read_text(), flags=re.DOTALL)
        said = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', text)
        yield str(path.relative_to(ROOT)), " ".join(unescape(re.sub(r"<[^>]*>", " ", text) + " ".join(said)).split())


def product_texts() -> Iterator[tuple[str, str]]:
    """Each string of the product's code with a blank in it, docstrings aside."""
    for folder in ("bloodsight", "markers", "results"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts and path.name != "prose.py":  # it lists the banned words
                yield from _strings(path)


def _strings(path: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text())
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = [node.body[0] for node in ast.walk(tree) if isinstance(node, holders) and node.body]
    docs = {id(one.value) for one in first if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and " " in node.value
        ):
            yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


TEXTS = [*template_texts(), *product_texts()]


def test_the_lint_reads_what_the_product_says():
    said = " ".join(text for _, text in TEXTS)
    for part in ("Is this what the report says?", "is not a date. An example", "has no range to compare with"):
        assert part in said
    assert len(TEXTS) > 200


@pytest.mark.parametrize("text", ["It is Normal.", "You may have it", "a severe case", "diagnosis", "An invalid form"])
def test_the_lint_finds_a_banned_word(text):
    assert BANNED.search(text)


def test_no_page_judges_a_value_or_a_reader():
    found = []
    for place, text in TEXTS:
        for allowed in ALLOWED:
            text = text.replace(allowed, "")
        found += [(place, hit[0]) for hit in BANNED.finditer(text)]
    assert found == []


def test_the_product_is_spelled_the_american_way():
    found = [
        (place, hit[0]) for place, text in TEXTS for hit in BRITISH.finditer(text) if hit[0].lower() not in AMERICAN
    ]
    assert found == []


def test_the_rendered_pages_use_no_banned_word(alice_client, world):
    names = sorted((one.name for one in catalogue().markers.values()), key=len, reverse=True)
    for url in world.values():
        text = Page(alice_client.get(url)).text
        for name in names:  # "Cancer antigen 125" is a name
            text = text.replace(name, "")
        assert not BANNED.search(text), (url, BANNED.search(text))


def test_no_position_is_said_by_a_letter_or_a_sign_alone(alice_client, world):
    for name in ("results:person", "results:visit", "results:marker", "results:panel"):
        page = Page(alice_client.get(world[name]))
        for said in re.findall(r'<span class="pos [a-z]+">([^<]*)</span>', page.html):
            assert unescape(said) in {"in range", "above range", "below range", "can't be placed", "no range"}
