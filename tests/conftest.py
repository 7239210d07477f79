"""What tests stand on: the real catalogue, Alice who owns, Bob who is a stranger."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests.factories import PersonFactory, UserFactory

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in this thread
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The database with the catalogue of seeds/ loaded once."""
    with django_db_blocker.unblock():
        call_command("load_seeds", verbosity=0)


def pytest_collection_modifyitems(items):
    """Marks browser tests."""
    for item in items:
        if "browser" in item.path.relative_to(ROOT).parts:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter):
    """Prints what ran where, which `.ci/run` reads."""
    passed = terminalreporter.stats.get("passed", [])
    browser, samples = (sum(name in report.keywords for report in passed) for name in ("browser", "samples"))
    terminalreporter.ensure_newline()
    terminalreporter.write_line(
        f"Ran on {connection.vendor}: {len(passed)} tests, {browser} in the browser, {samples} with samples"
    )


@pytest.fixture
def alice(db):
    return UserFactory(email="alice@example.org")


@pytest.fixture
def bob(db):
    return UserFactory(email="bob@example.org")


@pytest.fixture
def maya(alice):
    return PersonFactory(account=alice)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alice_client(alice):
    return signed_in(alice)


@pytest.fixture
def bob_client(bob):
    return signed_in(bob)


@pytest.fixture
def curator(db):
    user = UserFactory(email="curator@example.org")
    call_command("make_curator", user.email, verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    user.refresh_from_db()
    return user


@pytest.fixture
def curator_client(curator):
    return signed_in(curator)


@pytest.fixture(scope="session")
def samples():
    """The folder of third-party documents; the test is skipped where it is absent."""
    folder = Path(os.environ.get("BLOODSIGHT_SAMPLES", ROOT.parent / "shared" / "samples"))
    if not folder.is_dir():
        pytest.skip(f"no third-party documents in {folder}: set BLOODSIGHT_SAMPLES")
    return folder
