"""Settings come from the environment; what can't be used is refused, never replaced."""

from __future__ import annotations

import os
import runpy
import sqlite3
from contextlib import closing

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import ConnectionHandler

from tests.live import KEY, ROOT, environ, manage


@pytest.fixture
def settings_of(tmp_path, monkeypatch):
    """The settings as they come from an environment with these variables alone."""

    def read(**variables):
        for name in list(os.environ):
            monkeypatch.delenv(name)
        for name, value in ({"DATA_DIR": str(tmp_path), "SECRET_KEY": KEY} | variables).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "bloodsight" / "settings.py"))

    return read


@pytest.mark.parametrize(
    "address",
    [
        *("", " ", "garbage", "bloodsight.sqlite3", "/folder/file.sqlite3", "None"),
        *(
            "sqlite:",
            "sqlite://",
            "sqlite:///",
            "sqlite://file.sqlite3",
            "sqlite://:memory:",
            "sqlite:///:memory:",
            "sqlite:////srv/a#b",
        ),
        *("postgres:", "postgres://", "postgres:///", "postgres://localhost", "postgres://localhost/"),
        *("postgres://user:secret@localhost:5432", "postgres://user:secret@localhost:5432/"),
        *("postgres://user:pa ss@/x", "postgres://user:pa/ss@localhost/x", "postgres://user:pa?ss@localhost/x"),
        *("postgres://user:pa#ss@localhost/x", "postgres://user@localhost:port/x", "postgres://user@localhost:99999/x"),
        *("postgres://[::1/x", "postgres://localhost/x y", "postgres//localhost/x", "postgres:/localhost/x"),
        *("mysql://user@localhost/x", "oracle://user@localhost/x", "postgis://localhost/x", "spatialite:///x"),
        *(
            "postgress://localhost/x",
            "sqlite3:///x",
            "POSTGRES",
            "http://localhost/x",
            "file:///x",
            "psql://localhost/x",
        ),
    ],
)
def test_an_address_of_no_database_is_refused(settings_of, address):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL can't be used"):
        settings_of(DATABASE_URL=address)


def test_a_refused_start_makes_no_file_and_does_not_repeat_the_password(tmp_path):
    done = manage("up", env=environ(tmp_path, DATABASE_URL="postgres://user:hunter2@localhost:port/x"))
    assert done.returncode != 0
    assert "DATABASE_URL can't be used" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "engine", "name", "host", "port"),
    [
        ("postgres://ann:secret@db.example:5433/blood", "postgresql", "blood", "db.example", 5433),
        ("postgresql://ann:secret@db.example/blood", "postgresql", "blood", "db.example", ""),
        ("postgres:///blood", "postgresql", "blood", "", ""),
        ("postgres://ann:s%40c%2Fr%23t@[::1]:5432/blood", "postgresql", "blood", "::1", 5432),
        ("postgres://ann@/blood?host=/var/run/postgresql", "postgresql", "blood", "", ""),
        (" postgres://ann@db.example/blood\n", "postgresql", "blood", "db.example", ""),
        ("sqlite:////srv/blood.sqlite3", "sqlite3", "/srv/blood.sqlite3", "", ""),
        ("sqlite:////srv/my data/blood.sqlite3", "sqlite3", "/srv/my data/blood.sqlite3", "", ""),
    ],
)
def test_an_address_is_read_as_it_is_written(settings_of, address, engine, name, host, port):
    found = settings_of(DATABASE_URL=address)["DATABASES"]["default"]
    assert found["ENGINE"] == f"django.db.backends.{engine}"
    assert (str(found["NAME"]), found["HOST"], found["PORT"]) == (name, host, port)


def test_a_password_with_signs_is_decoded(settings_of):
    found = settings_of(DATABASE_URL="postgres://ann:s%40c%2Fr%23t@localhost/blood")["DATABASES"]["default"]
    assert (found["USER"], found["PASSWORD"]) == ("ann", "s@c/r#t")


def test_without_an_address_the_file_lies_in_the_data_folder(settings_of, tmp_path):
    found = settings_of()["DATABASES"]["default"]
    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert found["NAME"] == tmp_path / "bloodsight.sqlite3"


def test_postgresql_keeps_a_pool_of_checked_connections(settings_of):
    found = settings_of(DATABASE_URL="postgres://ann@localhost/blood?sslmode=require")["DATABASES"]["default"]
    assert found["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 8, "timeout": 20}
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["CONN_HEALTH_CHECKS"] is True
    assert found.get("CONN_MAX_AGE", 0) == 0
    assert not found.get("ATOMIC_REQUESTS")


@pytest.mark.parametrize("key", ["", " ", "short", KEY[:49], " " * 60, "k" * 60])
def test_a_short_secret_key_is_refused(settings_of, key):
    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY"):
        settings_of(SECRET_KEY=key)


def test_the_kept_secret_key_is_used_where_none_is_set(settings_of, tmp_path, monkeypatch):
    (tmp_path / "secret_key").write_text("kept-" + "x" * 50 + "\n")
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert runpy.run_path(str(ROOT / "bloodsight" / "settings.py"))["SECRET_KEY"] == "kept-" + "x" * 50


def test_debug_is_off_until_it_is_asked_for(settings_of):
    assert settings_of()["DEBUG"] is False
    assert settings_of(DEBUG="on")["DEBUG"] is True


def test_only_the_sites_own_names_are_answered(settings_of):
    assert settings_of()["ALLOWED_HOSTS"] == ["127.0.0.1", "127.0.0.1", "localhost"]
    assert "*" not in settings_of(SITE_URL="https://blood.example")["ALLOWED_HOSTS"]
    assert "blood.example" in settings_of(SITE_URL="https://blood.example")["ALLOWED_HOSTS"]


def test_transport_is_strict_where_the_site_is_https(settings_of):
    plain, strict = settings_of(), settings_of(SITE_URL="https://blood.example/")
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_PRELOAD"):
        assert (plain[name], strict[name]) == (False, True)
    assert (plain["SECURE_HSTS_SECONDS"], strict["SECURE_HSTS_SECONDS"]) == (0, 31_536_000)
    assert (strict["SESSION_COOKIE_NAME"], strict["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    assert strict["CSRF_TRUSTED_ORIGINS"] == ["https://blood.example"]
    assert plain["SECURE_PROXY_SSL_HEADER"] is None, "a header that anybody can send is not believed"
    assert settings_of(BEHIND_PROXY="yes")["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_addresses_are_verified_where_mail_is_set_up(settings_of):
    assert settings_of()["ACCOUNT_EMAIL_VERIFICATION"] == "none"
    mailed = settings_of(EMAIL_URL="smtp+tls://ann:secret@mail.example:587")
    assert mailed["ACCOUNT_EMAIL_VERIFICATION"] == "mandatory"
    assert (mailed["EMAIL_HOST"], mailed["EMAIL_USE_TLS"]) == ("mail.example", True)


def test_passwords_are_kept_by_argon2(settings_of):
    assert settings_of()["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_production_settings_pass_djangos_own_check(tmp_path):
    env = environ(tmp_path, SITE_URL="https://blood.example")
    done = manage("check", "--deploy", "--fail-level", "WARNING", env=env)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def sqlite(settings_of, db):
    """A connection of its own to a new file, by the settings that the site gets without DATABASE_URL."""
    own = ConnectionHandler({"default": settings_of()["DATABASES"]["default"]})["default"]
    yield own
    own.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("busy_timeout", 20_000), ("foreign_keys", 1)],
)
def test_sqlite_waits_for_its_turn_and_for_the_disk(sqlite, pragma, value):
    with sqlite.cursor() as cursor:
        assert cursor.execute(f"PRAGMA {pragma}").fetchone() == (value,)


def test_a_transaction_on_sqlite_takes_the_write_lock_at_its_start(sqlite, tmp_path):
    sqlite.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with closing(sqlite3.connect(tmp_path / "bloodsight.sqlite3", timeout=0)) as other:
        assert other.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,), "readers go on"
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    sqlite.rollback()


def test_pages_do_not_take_the_write_lock(settings_of):
    assert not settings_of()["DATABASES"]["default"].get("ATOMIC_REQUESTS")
