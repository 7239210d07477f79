"""Signing up, in and out: one text for every failure, and nothing that tells who has an account."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from django.core.cache import cache

from bloodsight import settings as real_settings
from bloodsight.people.models import Person, User
from tests.conftest import ROOT
from tests.html import Page

PASSWORD = "violet-otter-94"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counts():
    """Attempts that other tests made don't count here."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def mail(settings):
    """A server with mail."""
    settings.HAS_MAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def sign_up(client, email="carol@example.org", password=PASSWORD, **changes):
    body = {"email": email, "password1": password, "consent": "on", **changes}
    return client.post("/accounts/signup/", {name: value for name, value in body.items() if value})


def sign_in(client, email="alice@example.org", password="correct horse", **more):
    return client.post("/accounts/login/", {"login": email, "password": password}, **more)


def said(answer, *emails) -> tuple[int, str, str]:
    """Status, address and body of an answer, without its token and the address that was typed."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    for email in emails:
        body = body.replace(email, "ADDRESS")
    return answer.status_code, answer.headers.get("Location", ""), body


def test_a_new_account_goes_straight_in_and_makes_its_first_person(client):
    answer = sign_up(client)
    assert (answer.status_code, answer.url) == (302, "/people/new/")
    page = Page(client.get(answer.url))
    assert page.headings[0] == (1, "Whose results will you log?")
    made = client.post("/people/new/", page.form("name").sent(name="Maya", sex="female"))
    person = Person.objects.get(account__email="carol@example.org")
    assert made.url == f"/people/{person.pk}/"
    assert client.get("/home").url == made.url
    assert User.objects.get(email="carol@example.org").consented_at is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"consent": ""}, "Health data can only be stored with your consent."),
        ({"password": "short"}, "This password is too short."),
        ({"password": "password123"}, "This password is too common."),
        ({"password": "carol@example.org"}, "The password is too similar to the e-mail address."),
        ({"email": "carol"}, "Enter a valid email address."),
        ({"email": "carol\x00@example.org"}, "Null characters are not allowed."),
        ({"password": ""}, "This field is required."),
    ],
)
def test_a_sign_up_that_lacks_something_makes_no_account(client, changes, message):
    page = Page(sign_up(client, **changes))
    assert message in page.text
    assert page.errors
    assert User.objects.count() == 0


def test_addresses_differing_in_case_are_one_account(client, alice):
    answer = sign_up(client, email="Alice@Example.org")
    assert answer.status_code == 200
    assert User.objects.count() == 1
    assert sign_in(client, email="ALICE@example.ORG").status_code == 302


def test_signing_in_by_address_leads_to_the_overview(client, maya):
    answer = sign_in(client)
    assert (answer.status_code, answer.url) == (302, "/home")
    assert client.get("/home").url == f"/people/{maya.pk}/"


def test_a_page_asked_for_before_signing_in_comes_after(client, maya):
    asked = client.get(f"/people/{maya.pk}/visits/")
    assert asked.status_code == 302
    page = Page(client.get(asked.url))
    answer = client.post(
        "/accounts/login/", page.form("login").sent(login="alice@example.org", password="correct horse")
    )
    assert answer.url == f"/people/{maya.pk}/visits/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, alice, elsewhere):
    answer = client.post("/accounts/login/", {"login": alice.email, "password": "correct horse", "next": elsewhere})
    assert (answer.status_code, answer.url) == (302, "/home")


def test_signing_out_ends_the_session(alice_client, maya):
    old = alice_client.cookies["sessionid"].value
    assert alice_client.get("/accounts/logout/").status_code == 200, "a link alone signs nobody out"
    assert alice_client.get(f"/people/{maya.pk}/").status_code == 200
    assert alice_client.post("/accounts/logout/").url == "/"
    alice_client.cookies["sessionid"] = old
    assert alice_client.get(f"/people/{maya.pk}/").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [("alice@example.org", "wrong"), ("nobody@example.org", "wrong"), ("nobody@example.org", "correct horse")],
)
def test_every_failed_sign_in_has_the_same_text(client, alice, email, password):
    first = said(sign_in(client, "somebody@example.org", "else"), "somebody@example.org")
    assert said(sign_in(client, email, password), email) == first
    assert "E-mail or password didn&#x27;t match." in first[2]


def test_a_password_is_never_sent_back(client, alice):
    assert "hunter2hunter2" not in sign_in(client, password="hunter2hunter2").content.decode()
    assert PASSWORD not in sign_up(client, consent="").content.decode()


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_failed_attempts_are_limited_for_known_and_unknown_alike(client, alice, email, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/h/key"}
    for _ in range(3):
        assert "didn't match" in Page(sign_in(client, email, "wrong")).text
    page = Page(sign_in(client, email, "wrong"))
    assert "Too many failed login attempts. Try again later." in page.text
    assert sign_in(client, email, "correct horse").status_code == 200, "the right password has to wait too"
    assert "_auth_user_id" not in client.session


def test_attempts_are_limited_by_address_of_the_sender_too(client, alice, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/h/ip"}
    for number in range(3):
        sign_in(client, f"user{number}@example.org", "wrong")
    assert "Too many failed login attempts" in Page(sign_in(client)).text


def test_attempts_are_limited_out_of_the_box():
    assert real_settings.ACCOUNT_RATE_LIMITS["login_failed"] == "20/h/ip,10/h/key"


def test_passwords_are_kept_by_argon2():
    assert real_settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_an_argon2_password_signs_in(client, settings):
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS
    assert sign_up(client).status_code == 302
    assert User.objects.get().password.startswith("argon2$argon2id$")
    client.post("/accounts/logout/")
    assert sign_in(client, "carol@example.org", PASSWORD).status_code == 302


def test_with_mail_a_new_account_confirms_its_address_first(client, mail, mailoutbox):
    answer = sign_up(client)
    assert answer.url == "/accounts/confirm-email/"
    assert client.get("/home").status_code == 302, "not signed in yet"
    assert sign_in(client, "carol@example.org", PASSWORD).url == "/accounts/confirm-email/"
    [link] = re.findall(r"http://testserver(/accounts/confirm-email/\S+)", mailoutbox[0].body)
    page = Page(client.get(link))
    assert "Is carol@example.org your address?" in page.text
    client.post(link)
    assert sign_in(client, "carol@example.org", PASSWORD).status_code == 302
    assert client.get("/home").url == "/people/new/"


def test_with_mail_signing_up_does_not_tell_who_has_an_account(client, mail, mailoutbox, alice):
    answers = {}
    for email in ("alice@example.org", "nobody@example.org"):
        answer = sign_up(client, email=email)
        follow = client.get(answer.url)
        answers[email] = (said(answer, email), said(follow, email), sorted(answer.cookies))
        client.cookies.clear()
    assert answers["alice@example.org"] == answers["nobody@example.org"]
    assert [letter.to for letter in mailoutbox] == [["alice@example.org"], ["nobody@example.org"]]
    assert "already exists" in mailoutbox[0].body


@pytest.mark.parametrize("has_mail", [True, False])
def test_asking_for_a_new_password_does_not_tell_who_has_an_account(client, alice, settings, has_mail):
    settings.HAS_MAIL = has_mail
    answers = []
    for email in ("alice@example.org", "nobody@example.org"):
        answer = client.post("/accounts/password/reset/", {"email": email})
        answers.append((said(answer, email), said(client.get(answer.url), email)))
        client.cookies.clear()
    assert answers[0] == answers[1]
    assert answers[0][0][:2] == (302, "/accounts/password/reset/done/")


def test_a_new_password_replaces_the_old_one_and_its_link_works_once(client, alice, mailoutbox):
    client.post("/accounts/password/reset/", {"email": alice.email})
    [link] = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", mailoutbox[0].body)
    page = Page(client.get(link, follow=True))
    assert page.headings[0] == (1, "Choose a new password")
    form = page.form("password1")
    answer = client.post(form.action, form.sent(password1=PASSWORD, password2=PASSWORD))
    assert answer.status_code == 302
    assert sign_in(client).status_code == 200
    assert "This link no longer works" in Page(client.get(link, follow=True)).text
    client.cookies.clear()
    assert sign_in(client, password=PASSWORD).status_code == 302


def test_a_changed_password_ends_the_other_sessions(alice_client, client, alice, maya):
    sign_in(client)
    form = Page(alice_client.get("/accounts/password/change/")).form("oldpassword")
    sent = form.sent(oldpassword="correct horse", password1=PASSWORD, password2=PASSWORD)
    assert alice_client.post("/accounts/password/change/", sent).status_code == 302
    assert client.get(f"/people/{maya.pk}/").status_code == 302


def settings_with(monkeypatch, **variables: str) -> dict[str, object]:
    """The settings as they would be under some environment variables."""
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-" + "k" * 50)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "bloodsight" / "settings.py"))


def test_an_address_is_verified_where_mail_is_set_up(monkeypatch, tmp_path: Path):
    without = settings_with(monkeypatch, DATA_DIR=str(tmp_path))
    assert (without["HAS_MAIL"], without["ACCOUNT_EMAIL_VERIFICATION"]) == (False, "none")
    assert without["EMAIL_FILE_PATH"] == tmp_path / "mail"
    set_up = settings_with(monkeypatch, EMAIL_URL="smtp+tls://user:secret@mail.example:587")
    assert (set_up["HAS_MAIL"], set_up["ACCOUNT_EMAIL_VERIFICATION"]) == (True, "mandatory")
    assert (set_up["EMAIL_HOST"], set_up["EMAIL_PORT"], set_up["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert set_up["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"


def test_without_mail_letters_lie_where_only_the_server_reads_them(client, alice, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    client.post("/accounts/password/reset/", {"email": alice.email})
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700
    assert len(list((tmp_path / "mail").iterdir())) == 1


def test_a_letter_names_no_person_and_no_value(client, maya, mailoutbox):
    client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    [letter] = mailoutbox
    assert letter.subject.startswith("BloodSight: ")
    assert maya.name not in letter.subject + letter.body
