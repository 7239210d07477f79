"""`manage.py import_fhir FILE --person ID`: the same reading and saving, from the shell."""

from __future__ import annotations

import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from results.models import Import, Result
from tests.factories import PersonFactory

REPORTS = Path(__file__).resolve().parent.parent / "reports"
pytestmark = pytest.mark.django_db


def told(person, *options, file=REPORTS / "north_lab.json") -> str:
    out = StringIO()
    call_command("import_fhir", str(file), "--person", str(person.pk), *options, stdout=out)
    return out.getvalue()


def test_it_saves_the_ready_rows_and_lists_the_rest_with_their_reasons(maya):
    said = told(maya)
    assert "1 to check, 4 ready, 1 that can't be read" in said
    assert "Saved 4 results, replaced 0, left 2." in said
    assert "Sodium, 2026-03-02 (entry[5].resource): it has no unit" in said
    assert "TSH, no day (entry[7].resource): its date, 2026-03, names no day" in said
    assert "1.20" not in said
    assert Result.objects.filter(person=maya).count() == 4


def test_check_rows_are_saved_only_when_told_to(maya):
    assert "Saved 5 results, replaced 0, left 1." in told(maya, "--accept-check")
    assert Result.objects.filter(person=maya).count() == 5


def test_the_same_file_again_adds_nothing(maya):
    told(maya, "--accept-check")
    said = told(maya, "--accept-check")
    assert "5 stored already, 1 that can't be read" in said
    assert "Saved 0 results, replaced 0, left 1." in said


def test_a_correction_replaces_only_when_told_to(maya):
    told(maya)
    later = REPORTS / "north_lab_later.json"
    assert "Saved 1 results, replaced 0" in told(maya, file=later)
    assert "Saved 0 results, replaced 2" in told(maya, "--accept-check", file=later)


def test_another_person_s_file_stops_until_it_is_said_to_be_hers(alice):
    other = PersonFactory(account=alice, sex="male")
    with pytest.raises(CommandError, match=r"about somebody female.*Add --this-person to go on. Nothing was saved."):
        told(other)
    assert Result.objects.count() == 0
    assert "Saved 4 results" in told(other, "--this-person")


@pytest.mark.parametrize("person", ["", "1", "nobody", str(uuid.uuid4())])
def test_an_unknown_person_is_said(db, person):
    with pytest.raises(CommandError, match="There is no person with this id"):
        call_command("import_fhir", str(REPORTS / "north_lab.json"), "--person", person)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "can't be read"), (b"", "This file is empty."), (b"{}", "no resourceType"), (b"\xff\xfe", "UTF-8")],
)
def test_a_file_that_can_t_be_read_is_said_and_nothing_is_saved(maya, tmp_path, content, problem):
    file = tmp_path / "report.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=problem):
        told(maya, file=file)
    assert Result.objects.count() == 0


def test_a_folder_and_a_file_over_the_limit_are_refused(maya, tmp_path, settings):
    with pytest.raises(CommandError, match="can't be read"):
        told(maya, file=tmp_path)
    settings.UPLOAD_LIMIT = 1000
    with pytest.raises(CommandError, match="larger than"):
        told(maya)
    assert not Import.objects.exists()
