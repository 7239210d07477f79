"""`manage.py make_curator`: rights over the catalogue, and over nothing else."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from bloodsight.management.commands.make_curator import renew_rights
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db


def make_curator(email: str) -> str:
    said = StringIO()
    call_command("make_curator", email, stdout=said)
    return said.getvalue()


def test_an_account_becomes_a_curator(alice):
    assert make_curator("ALICE@example.org") == "alice@example.org can now curate the catalogue at /admin/.\n"
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser) == (True, False)
    rights = alice.get_all_permissions()
    assert "markers.change_referencerange" in rights
    assert {right.split(".")[0] for right in rights} == {"markers"}


def test_running_it_twice_changes_nothing(alice):
    make_curator(alice.email)
    make_curator(alice.email)
    assert alice.groups.count() == 1


def test_a_table_that_a_later_version_brings_is_theirs_too(alice):
    make_curator(alice.email)
    group = alice.groups.get()
    group.permissions.remove(*group.permissions.filter(content_type__model="article"))
    renew_rights()
    assert "markers.change_article" in alice.get_all_permissions()


def test_without_curators_no_rights_are_given():
    renew_rights()
    assert not Group.objects.exists()


def test_an_address_without_an_account_is_refused():
    with pytest.raises(CommandError, match=r"There is no account nobody@example\.org\. Sign up first"):
        make_curator("nobody@example.org")


def test_a_curator_curates_markers_and_sees_no_person(alice):
    make_curator(alice.email)
    client = signed_in(alice)
    assert client.get("/admin/").status_code == 200
    for personal in ("people/person", "people/user", "results/result", "results/visit"):
        assert client.get(f"/admin/{personal}/").status_code in (302, 403, 404)


def test_others_have_no_way_into_the_admin(alice_client):
    assert alice_client.get("/admin/").status_code in (302, 403, 404)
