"""`.ci/run` passes only where everything ran: fed with what the two runs print."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.live import ROOT

FIRST = "Ran on sqlite: 900 tests, 40 in the browser, 7 with samples"
SECOND = "Ran on postgresql: 860 tests, 0 in the browser, 7 with samples"
PASSED = "All passed: SQLite, PostgreSQL, browser, samples.\n"


@pytest.fixture
def ci(tmp_path):
    """Runs a copy of `.ci/run` whose `make test` and pytest print lines that are given."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)

    def program(name, text):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)

    def run(first, second, first_code=0, second_code=0):
        program("chromium", "true")
        program("make", f'echo "$@, database: ${{DATABASE_URL-none}}"\ncat <<END\n{first}\nEND\nexit {first_code}')
        program("python", f'echo "$@, database: $DATABASE_URL"\ncat <<END\n{second}\nEND\nexit {second_code}')
        around = {"DATABASE_URL": "postgres://elsewhere/x", "CI_DATABASE_URL": "postgres://here/ci"}
        env = {"PATH": f"{programs}:{os.environ['PATH']}"} | around
        return subprocess.run([tmp_path / ".ci" / "run"], env=env, capture_output=True, text=True, check=False)

    return run


def test_it_passes_where_everything_ran(ci):
    done = ci(f"900 passed in 60.00s\n{FIRST}", f"860 passed, 40 deselected in 60.00s\n{SECOND}")
    assert done.returncode == 0
    assert done.stdout.endswith(PASSED)
    assert "not postgres', database: none" in done.stdout.replace('"', "'")
    assert "database: postgres://here/ci" in done.stdout


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"SKIPPED [1] tests/browser/test_home.py:3: no Chromium\n{FIRST}", SECOND),
        (f"899 passed, 1 skipped in 60.00s\n{FIRST}", SECOND),
        (FIRST, f"859 passed, 1 skipped, 40 deselected in 60.00s\n{SECOND}"),
        (FIRST.replace("40 in", "0 in"), SECOND),
        (FIRST.replace("7 with", "0 with"), SECOND),
        (FIRST, SECOND.replace("7 with", "0 with")),
        (FIRST, SECOND.replace("postgresql: 860", "postgresql: 0")),
        (FIRST, SECOND.replace("postgresql", "sqlite")),
        (FIRST.replace("sqlite", "postgresql"), SECOND),
        ("900 passed", SECOND),
        (FIRST, "860 passed"),
        ("", ""),
    ],
)
def test_it_fails_where_something_did_not_run(ci, first, second):
    done = ci(first, second)
    assert done.returncode == 1
    assert PASSED not in done.stdout


@pytest.mark.parametrize("codes", [(1, 0), (0, 1), (2, 0), (0, 5)])
def test_it_fails_where_a_run_failed(ci, codes):
    done = ci(FIRST, SECOND, *codes)
    assert done.returncode != 0
    assert PASSED not in done.stdout
