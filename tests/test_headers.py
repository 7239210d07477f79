"""Every response of every kind carries the headers that keep a browser from doing what the site never does."""

from __future__ import annotations

import http.client
import json
import re
import urllib.parse

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.conftest import signed_in
from tests.live import DEMO, PASSWORD, Site, served

POLICY = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:", "blob:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "object-src": {"'none'"},
}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SHUT = ("camera", "geolocation", "microphone", "payment", "usb")


def policy(header: str) -> dict[str, set[str]]:
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


def check(headers) -> None:
    """Fails unless a response carries every header with its exact value."""
    assert policy(headers["Content-Security-Policy"]) == POLICY
    assert {name: headers.get(name) for name in FIXED} == FIXED
    assert all(f"{name}=()" in headers["Permissions-Policy"] for name in SHUT)


JSON = {"content_type": "application/json"}
PUBLIC = [
    ("the start page", lambda c, p: c.get("/"), 302),
    ("sign-in", lambda c, p: Client().get("/accounts/login/"), 200),
    ("a page that asks to sign in", lambda c, p: Client().get("/home"), 302),
    ("a page that is not there", lambda c, p: c.get("/nowhere"), 404),
    ("a path without its slash", lambda c, p: c.get(f"/people/{p.pk}/visits"), 301),
    ("a form without its token", lambda c, p: Client(enforce_csrf_checks=True).post("/accounts/login/"), 403),
    ("a static file", lambda c, p: c.get("/static/css/base.css"), 200),
    ("a static file that is not there", lambda c, p: c.get("/static/css/none.css"), 404),
    ("the admin's sign-in", lambda c, p: Client().get("/admin/login/"), 302),
    ("the catalogue", lambda c, p: Client().get("/markers/?q=ferritin"), 200),
    ("health", lambda c, p: c.get("/healthz"), 200),
    ("robots", lambda c, p: c.get("/robots.txt"), 200),
    ("the API without signing in", lambda c, p: Client().get("/api/v1/persons/"), {401, 403}),
]
PERSONAL = [
    ("the overview", lambda c, p: c.get(f"/people/{p.pk}/"), 200),
    ("the way to it", lambda c, p: c.get("/home"), 302),
    ("a marker", lambda c, p: c.get(f"/people/{p.pk}/markers/creatinine/"), 200),
    ("a form with an error", lambda c, p: c.post(f"/people/{p.pk}/edit", {"name": ""}), 400),
    ("a method that is not taken", lambda c, p: c.put(f"/people/{p.pk}/"), 405),
    ("a stranger's page", lambda c, p: c.get(f"/people/{p.pk.hex[::-1]}/"), 404),
    ("the API", lambda c, p: c.get(f"/api/v1/persons/{p.pk}/timeline/creatinine/"), 200),
    ("the API, made", lambda c, p: c.post("/api/v1/persons/", {"name": "Ida"}, **JSON), 201),
    ("the API, refused", lambda c, p: c.post(f"/api/v1/persons/{p.pk}/visits/", "{", **JSON), 400),
    ("the API, not there", lambda c, p: c.get("/api/v1/visits/00000000-0000-4000-8000-000000000000/"), 404),
    ("the API, a method not taken", lambda c, p: c.put(f"/api/v1/persons/{p.pk}/timeline/creatinine/"), 405),
    (
        "the API, a file that can't be read",
        lambda c, p: c.post(f"/api/v1/persons/{p.pk}/imports/", {"file": SimpleUploadedFile("a.json", b"{")}),
        400,
    ),
    ("the API, deleted", lambda c, p: c.delete(f"/api/v1/persons/{p.pk}/"), 204),
]


@pytest.mark.parametrize(("ask", "status"), [pytest.param(*case, id=kind) for kind, *case in [*PUBLIC, *PERSONAL]])
def test_every_kind_of_response_carries_every_header(alice_client, maya, ask, status):
    response = ask(alice_client, maya)
    assert response.status_code in (status if isinstance(status, set) else {status})
    check(response.headers)


@pytest.mark.parametrize(("ask", "status"), [pytest.param(*case, id=kind) for kind, *case in PERSONAL])
def test_nothing_personal_is_kept_by_a_browser_or_between(alice_client, maya, ask, status):
    assert "no-store" in ask(alice_client, maya).headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/people/{person}/visits/", "/api/v1/persons/{person}/visits/"])
def test_a_fault_of_ours_carries_every_header_too(alice, maya, path):
    client = signed_in(alice)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE results_visit RENAME TO results_visit_gone")
    response = client.get(path.format(person=maya.pk))
    assert response.status_code == 500
    check(response.headers)
    assert "no-store" in response.headers["Cache-Control"]
    assert "results_visit" not in response.content.decode()


def ask(site: Site, method: str, path: str, form: dict[str, str] | None = None, **headers: str):
    """The response of the server itself, no redirect followed, with its cookies as they were set."""
    host, port = site.url.removeprefix("http://").split(":")
    server = http.client.HTTPConnection(host, int(port), timeout=60)
    body = urllib.parse.urlencode(form) if form else None
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    server.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()} | kind)
    response = server.getresponse()
    response.text = response.read().decode("latin-1")
    server.close()
    return response


@pytest.fixture(scope="module")
def https_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("https")
    with served(folder, SITE_URL="https://blood.example", BEHIND_PROXY="yes") as site:
        yield site


SECURE = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.7", "Host": "blood.example"}
HSTS = "max-age=31536000; includeSubDomains; preload"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/home", 302), ("/nowhere", 404), ("/healthz", 200), ("/api/v1/persons/", {401, 403})],
)
def test_a_site_under_https_says_so_on_every_response(https_site, path, status):
    response = ask(https_site, "GET", path, **SECURE)
    assert response.status in (status if isinstance(status, set) else {status})
    check(response.headers)
    assert response.headers["Strict-Transport-Security"] == HSTS


def test_plain_http_is_sent_on_to_https_with_every_header(https_site):
    response = ask(https_site, "GET", "/home", Host="blood.example")
    assert (response.status, response.headers["Location"]) == (301, "https://blood.example/home")
    check(response.headers)


def test_a_name_that_is_not_the_sites_is_refused_with_every_header(https_site):
    response = ask(https_site, "GET", "/", **SECURE | {"Host": "evil.example"})
    assert response.status == 400
    check(response.headers)


def test_a_static_file_is_kept_for_ever_under_a_name_made_of_its_content(https_site):
    page = ask(https_site, "GET", "/", **SECURE).text
    path = re.search(r"/static/css/base\.[0-9a-f]{12}\.css", page)[0]
    response = ask(https_site, "GET", path, Accept_Encoding="br", **SECURE)
    assert response.status == 200
    check(response.headers)
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "br"


def test_cookies_under_https_belong_to_this_host_alone(https_site):
    page = ask(https_site, "GET", "/accounts/login/", **SECURE)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    csrf = page.headers.get_all("Set-Cookie")
    sent = {"login": DEMO, "password": PASSWORD, "csrfmiddlewaretoken": token}
    cookie = csrf[0].split(";")[0]
    answer = ask(
        https_site, "POST", "/accounts/login/", sent, Cookie=cookie, Referer="https://blood.example/", **SECURE
    )
    assert answer.status == 302
    check(answer.headers)
    made = [*csrf, *answer.headers.get_all("Set-Cookie")]
    assert {one.split("=")[0] for one in made} == {"__Host-csrftoken", "__Host-sessionid"}
    for one in made:
        attributes = {part.strip().split("=")[0]: part.strip().partition("=")[2] for part in one.split(";")[1:]}
        assert {"Secure", "HttpOnly"} <= set(attributes)
        assert (attributes["SameSite"], attributes["Path"]) == ("Lax", "/")
        assert "Domain" not in attributes


def test_cookies_on_this_machine_are_out_of_reach_of_scripts(alice):
    alice.set_password("correct horse")
    alice.save()
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": alice.email, "password": "correct horse"})
    assert set(client.cookies) == {"csrftoken", "sessionid"}
    for cookie in client.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
        assert not cookie["domain"]


def test_a_stale_edit_answered_409_carries_every_header(alice_client, maya):
    body = {"collected_on": "2026-10-03", "results": [{"marker": "ferritin", "value": "41", "unit": "ng/mL"}]}
    made = alice_client.post(f"/api/v1/persons/{maya.pk}/visits/", json.dumps(body), **JSON).json()
    stale = json.dumps(body | {"version": made["version"] + 1})
    response = alice_client.put(f"/api/v1/visits/{made['id']}/", stale, **JSON)
    assert response.status_code == 409
    check(response.headers)
    assert "no-store" in response.headers["Cache-Control"]
