"""What the server prints holds nothing of what a person stored or typed, whatever goes wrong."""

from __future__ import annotations

import logging
import re
import socket
import sys
from contextlib import closing

import pytest
from django.conf import settings
from django.utils.log import AdminEmailHandler

from bloodsight.logs import NoValues
from tests.live import PASSWORD, Site, change, new_database, rows, served, server_in_use

NAME, BORN, VALUE, NOTE = "Canaryname", "1971-07-13", "731.4242", "canary note"
EMAIL, WRONG, LAB, QUERY = "canary@example.org", "canary-password", "Canarylab", "canaryquery"
TYPED = (NAME, BORN, VALUE, NOTE, EMAIL, WRONG, LAB, QUERY, "canary")
RESULT = {"marker": "ferritin", "value": VALUE, "unit": "ng/mL", "note": NOTE}
VISIT = {"collected_on": "1999-11-23", "lab": LAB, "note": NOTE, "results": [RESULT]}
# A fault of the database that quotes the value: PostgreSQL names the failing row, a trigger says its own words
FAULTS = {
    "postgres": [f"ALTER TABLE results_result ADD CHECK (value <> '{VALUE}') NOT VALID"],
    "sqlite": [
        "CREATE TRIGGER fault BEFORE INSERT ON results_result BEGIN SELECT RAISE(ABORT, "
        f"'{NAME} {BORN} {VALUE} {NOTE} {LAB}'); END"
    ],
}


@pytest.fixture
def address(db, tmp_path):
    with new_database(tmp_path, server_in_use()) as made:
        yield made


@pytest.fixture
def site(address, tmp_path):
    with served(tmp_path, DATABASE_URL=address) as running:
        yield running


def raw(site: Site, request: bytes) -> bytes:
    """The first bytes of the answer to what no browser would send."""
    with closing(socket.create_connection(("127.0.0.1", int(site.env["PORT"])), timeout=30)) as one:
        one.sendall(request)
        return one.recv(1000)


def test_nothing_of_a_person_is_printed_whatever_goes_wrong(site, address):
    who = site.visitor()
    who.sign_in()
    person = who.open("/api/v1/persons/", body={"name": NAME, "sex": "female", "born_on": BORN}).json["id"]
    visits, edit = f"/api/v1/persons/{person}/visits/", f"/people/{person}/edit"
    who.open(f"/people/{person}/")
    token = who.cookie("csrftoken")
    stored = who.open(visits, body=VISIT)
    change(address, *FAULTS["postgres" if address.startswith("postgres") else "sqlite"])
    answers = {
        "stored": stored,
        "a value that is asked about": who.open(visits, body=VISIT | {"results": [RESULT | {"value": f"{VALUE}e3"}]}),
        "broken JSON": who.open(visits, body=f'{{"note": "{NOTE}"'.encode()),
        "a fault of the database": who.open(visits, body=VISIT),
        "a wrong date in a query": who.open(f"/api/v1/markers/ferritin/range/?sex=female&born_on={BORN}x"),
        "a form that is not right": who.open(edit, form={"name": NAME * 20, "csrfmiddlewaretoken": token}),
        "a form without its token": who.open(edit, form={"name": NAME}, token=""),
        "a search": who.open(f"/people/{person}/markers/?q={QUERY}"),
        "no such page": who.open(f"/people/{person}/nowhere?born_on={BORN}&q={QUERY}"),
        "no such account": site.visitor().sign_in(EMAIL, WRONG),
        "a forgotten password": forgotten(site),
    }
    statuses = {what: answer.status for what, answer in answers.items()}
    assert statuses.pop("a form without its token") == 403
    assert statuses.pop("a fault of the database") == 500
    assert statuses.pop("stored") == 201
    assert statuses.pop("no such page") == 404
    assert set(statuses.values()) <= {200, 400}, statuses
    assert b" 400 " in raw(site, f"GET /people/{person}/?q={QUERY} {NAME}\r\n\r\n".encode())
    assert b" 400 " in raw(site, f"GET /?q={QUERY} HTTP/1.1\r\nHost: x\r\n{NAME} {VALUE}\r\n\r\n".encode())
    assert b" 400 " in raw(site, f"{NOTE} {VALUE}\r\n\r\n".encode())
    printed = site.output.read_text().split("a curator, at /admin/")[1]  # the greeting shows the demo passwords once
    assert "Internal Server Error" in printed, "the fault itself has to be there"
    secrets = [PASSWORD, token, who.cookie("sessionid"), *(row[0] for row in rows(address, HASHES))]
    assert [one for one in (*TYPED, *secrets) if one.casefold() in printed.casefold()] == []


HASHES = "SELECT password FROM people_user"


def forgotten(site: Site):
    """The answer to somebody who asks for a new password."""
    who = site.visitor()
    who.open("/accounts/password/reset/")
    return who.open("/accounts/password/reset/", form={"email": EMAIL})


def test_no_request_is_printed_that_went_well(site):
    who = site.visitor()
    who.sign_in()
    person = who.open("/api/v1/persons/").json[0]["id"]
    assert who.open(f"/people/{person}/markers/creatinine/?unit=umol/L").status == 200
    printed = site.output.read_text()
    assert person not in printed
    assert not re.search(r"GET|POST|HTTP/1", printed)


def record_of(problem: Exception, message: str = "Internal Server Error: %s") -> logging.LogRecord:
    try:
        raise problem
    except type(problem):
        return logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, ("/path",), sys.exc_info())


def test_a_record_keeps_where_and_what_kind_and_drops_the_words():
    cause = ValueError(f"cause {VALUE}")
    problem = KeyError(f"{NAME} {BORN}")
    problem.__cause__ = cause
    problem.add_note(NOTE)
    record = record_of(problem)
    assert NoValues().filter(record) is True
    text = logging.Formatter("%(message)s").format(record)
    assert text.startswith("Internal Server Error: /path KeyError\n")
    assert "test_logs.py" in text
    assert [one for one in TYPED if one in text] == []


def test_a_record_without_an_exception_is_left_as_it_is():
    record = logging.LogRecord("markers", logging.WARNING, __file__, 1, "%d markers", (35,), None)
    assert NoValues().filter(record) is True
    assert record.getMessage() == "35 markers"


def test_every_logger_prints_through_the_filter_and_none_sends_mail():
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    handlers = [handler for logger in loggers for handler in logger.handlers]
    assert not [handler for handler in handlers if isinstance(handler, AdminEmailHandler)]
    assert all(handler["filters"] == ["no_values"] for handler in settings.LOGGING["handlers"].values())
    assert settings.ADMINS == []
