"""What `make run` does once the virtual environment stands: a first start, a second one, and a start that can't be."""

from __future__ import annotations

import re
import runpy
import socket
from contextlib import closing

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from tests.live import PASSWORD, ROOT, environ, keep_static_files, manage, new_database, rows, server_in_use

ACCOUNTS = "SELECT email, password, is_staff, is_superuser FROM people_user ORDER BY email"
STORED = "SELECT (SELECT COUNT(*) FROM people_person), (SELECT COUNT(*) FROM results_result)"
SHOWN = re.compile(r"^  (\S+@bloodsight\.example)   (\S+)   ", re.MULTILINE)


@pytest.fixture
def address(db, tmp_path):
    with new_database(tmp_path, server_in_use()) as made:
        keep_static_files(tmp_path)
        yield made


@pytest.fixture
def env(address, tmp_path):
    settings = environ(tmp_path, DATABASE_URL=address)
    del settings["DEMO_PASSWORD"]
    return settings


def start(env, *words):
    """The output of a start that ends before the server."""
    done = manage("up", "--no-serve", *words, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_first_start_shows_two_passwords_once_and_a_second_changes_nothing(address, env):
    shown = dict(SHOWN.findall(start(env)))
    assert list(shown) == ["demo@bloodsight.example", "curator@bloodsight.example"]
    assert len(set(shown.values())) == 2
    accounts, stored = rows(address, ACCOUNTS), rows(address, STORED)
    assert [(email, bool(staff), bool(super_)) for email, _, staff, super_ in accounts] == [
        ("curator@bloodsight.example", True, False),
        ("demo@bloodsight.example", False, False),
    ]
    for email, encoded, _, _ in accounts:
        assert len(shown[email]) >= 12
        assert Argon2PasswordHasher().verify(shown[email], encoded)
    assert stored[0][0] >= 1
    assert stored[0][1] >= 50
    second = start(env)
    assert SHOWN.findall(second) == []
    assert not any(password in second for password in shown.values())
    assert "(0 changed)" in second
    assert (rows(address, ACCOUNTS), rows(address, STORED)) == (accounts, stored)


def test_demo_password_sets_the_password_of_both(address, env):
    shown = SHOWN.findall(start(env | {"DEMO_PASSWORD": PASSWORD.replace(" ", "-")}))
    assert {password for _, password in shown} == {"correct-horse-battery"}
    assert all(Argon2PasswordHasher().verify("correct-horse-battery", row[1]) for row in rows(address, ACCOUNTS))


def test_a_database_with_an_account_gets_no_demo(address, env):
    assert manage("migrate", env=env).returncode == 0
    made = "from bloodsight.people.models import User; User.objects.create_user('alice@example.org', 'x')"
    assert manage("shell", "--no-imports", "-c", made, env=env).returncode == 0
    assert SHOWN.findall(start(env)) == []
    assert [row[0] for row in rows(address, ACCOUNTS)] == ["alice@example.org"]


def test_no_demo_leaves_a_new_database_without_accounts(address, env):
    assert "Sign in with your account, or make one." in start(env, "--no-demo")
    assert rows(address, ACCOUNTS) == []


def test_a_first_start_that_was_cut_off_after_making_the_tables_is_finished_by_the_next(address, env):
    assert manage("migrate", env=env).returncode == 0
    assert len(SHOWN.findall(start(env))) == 2
    assert rows(address, STORED)[0][0] >= 1


def test_a_taken_port_is_said_in_one_sentence_before_anything_is_made(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = manage("up", env=environ(tmp_path, PORT=str(port)))
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"CommandError: Another program listens on 127.0.0.1, port {port}. Choose another port: PORT=8001 make run."
    )
    assert (done.stdout, list(tmp_path.iterdir())) == ("", [])


@pytest.mark.parametrize("port", ["eight", "70000", ""])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    done = manage("up", env=environ(tmp_path, PORT=port))
    assert done.returncode == 1
    assert done.stderr.strip() == f"CommandError: PORT is {port}, which is not a port. An example: PORT=8001 make run."


def test_the_server_listens_on_this_machine_and_writes_no_access_log(monkeypatch):
    for name in ("HOST", "PORT", "WORKERS"):
        monkeypatch.delenv(name, raising=False)
    conf = runpy.run_path(str(ROOT / "bloodsight" / "gunicorn_conf.py"))
    assert conf["bind"] == "127.0.0.1:8000"
    assert (conf["workers"], conf["threads"], conf["preload_app"]) == (2, 4, True)
    assert conf["accesslog"] is None
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("WORKERS", "4")
    conf = runpy.run_path(str(ROOT / "bloodsight" / "gunicorn_conf.py"))
    assert (conf["bind"], conf["workers"]) == ("0.0.0.0:9000", 4)
