"""An import that is killed leaves everything or nothing of the document, never a part.

A process imports 60 visits of 12 results and gets SIGKILL at moments spread over its whole run.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.live import ROOT, environ, manage, new_database, postgres_server, rows

VISITS, RESULTS = 60, 12
LOINC = ("2160-0", "3094-0", "3084-1", "2951-2", "2823-3", "17861-6", "1751-7", "2885-2", "1742-6", "1920-8")
LOINC += ("6768-6", "2276-4")

PEOPLE = """
from bloodsight.people.models import Person, User
user = User.objects.create_user("alice@example.org")
print(*[Person.objects.create(account=user, name="Maya", sex="female").pk for _ in range({count})])
"""
IMPORT = """
import django, sys
django.setup()
from django.core.management import call_command
print("begun", flush=True)
call_command("import_fhir", sys.argv[1], "--person", sys.argv[2], "--accept-check")
"""
HELD = """
SELECT i.status,
    (SELECT COUNT(*) FROM results_importrow r WHERE r.batch_id = i.id),
    (SELECT COUNT(*) FROM results_importrow r WHERE r.batch_id = i.id AND r.accepted),
    (SELECT COUNT(*) FROM results_visit v WHERE v.person_id = p.id),
    (SELECT COUNT(*) FROM results_result r WHERE r.person_id = p.id)
FROM people_person p LEFT JOIN results_import i ON i.person_id = p.id
WHERE CAST(p.id AS TEXT) IN ('{id}', '{hex}')
"""
COUNT = VISITS * RESULTS
STATES = {
    "nothing": [(None, 0, 0, 0, 0)],
    "rows to review": [("review", COUNT, 0, 0, 0)],
    "complete": [("confirmed", COUNT, COUNT, VISITS, COUNT)],
}


def document() -> bytes:
    """A made-up Bundle, each Observation with an id, a LOINC code and a value of its own."""
    entries = [
        {
            "resource": {
                "resourceType": "Observation",
                "id": f"o{day}-{place}",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": f"Row {place}"},
                "effectiveDateTime": f"20{10 + day // 12}-{day % 12 + 1:02}-05T08:00:00+01:00",
                "valueQuantity": {"value": place + day / 100, "unit": "mg/dL"},
            }
        }
        for day in range(VISITS)
        for place, code in enumerate(LOINC)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def kill_campaign(folder: Path, address: str, kills: int, seed: int = 7) -> Counter[str]:
    """How many killed imports left nothing, rows to review, or all; AssertionError where one left a part."""
    env = environ(folder, DATABASE_URL=address, DJANGO_SETTINGS_MODULE="bloodsight.settings", PYTHONPATH=str(ROOT))
    file = folder / "document.json"
    file.write_bytes(document())
    for words in (["migrate"], ["createcachetable"], ["load_seeds"]):
        assert manage(*words, env=env).returncode == 0
    made = manage("shell", "--no-imports", "-c", PEOPLE.format(count=kills + 2), env=env)
    assert made.returncode == 0, made.stderr
    *people, first, second = made.stdout.split()
    run_time = min(_import(env, file, one, None)[0] for one in (first, second))
    assert state(address, first) == "complete"
    chance, answered = random.Random(seed), []
    for number, person in enumerate(people):
        _, printed = _import(env, file, person, (number + chance.random()) / kills * run_time * 1.1)
        answered.append("Saved" in printed)
    found = [settled_state(address, person) for person in people]
    assert set(found) <= set(STATES), found
    assert [one for one, said in zip(found, answered, strict=True) if said and one != "complete"] == []
    again = next((person for person, one in zip(people, found, strict=True) if one != "complete"), first)
    _import(env, file, again, None)
    assert f"{COUNT}, {VISITS}" == ", ".join(str(n) for n in results_and_visits(address, again))
    return Counter(found)


def _import(env: dict[str, str], file: Path, person: str, kill_after: float | None) -> tuple[float, str]:
    """How long an import took and what it printed; it is killed so many seconds after it began."""
    command = [sys.executable, "-c", IMPORT, str(file), person]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        begun = time.perf_counter()
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        printed = process.stdout.read()
        process.wait()
    assert kill_after is not None or process.returncode == 0
    return time.perf_counter() - begun, printed


def state(address: str, person: str) -> str:
    """What a person's records hold: one of STATES, else the counts themselves."""
    held = rows(address, HELD.format(id=person, hex=person.replace("-", "")))
    return next((name for name, expected in STATES.items() if held == expected), str(held))


def settled_state(address: str, person: str) -> str:
    """The state once no session of a killed process is left at work on a PostgreSQL server."""
    if address.startswith("postgres"):
        for _ in range(100):
            if rows(address, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()") == [(1,)]:
                break
            time.sleep(0.1)
    return state(address, person)


def results_and_visits(address: str, person: str) -> tuple[int, int]:
    name = person if address.startswith("postgres") else person.replace("-", "")
    found = rows(
        address,
        f"SELECT (SELECT COUNT(*) FROM results_result WHERE person_id = '{name}'),"
        f" (SELECT COUNT(*) FROM results_visit WHERE person_id = '{name}')",
    )
    return found[0]


def is_sound(address: str) -> bool:
    return address.startswith("postgres") or rows(address, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("server", ["SQLite", "PostgreSQL"])
def test_an_import_killed_at_any_moment_leaves_all_or_nothing(tmp_path, server):
    kills = int(os.environ.get("KILLS", "40"))
    with new_database(tmp_path, postgres_server() if server == "PostgreSQL" else "") as address:
        found = kill_campaign(tmp_path, address, kills)
        assert is_sound(address)
    print(f"\n{server}: {kills} imports killed, 0 partial: {dict(found)}")
    assert found.total() == kills
    assert len(found) >= 2, "the kills must fall before and after the rows were stored"
