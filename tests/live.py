"""The app in processes of its own, as `make run` starts it, and somebody who uses it over HTTP."""

from __future__ import annotations

import atexit
import contextlib
import functools
import http.client
import json
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
KEY = "made for these tests alone, of 60 characters or thereabouts"
DEMO, PASSWORD = "demo@bloodsight.example", "correct horse battery"


@dataclass
class Answer:
    """What came back for a request, its redirects followed."""

    status: int
    headers: Any
    text: str
    url: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Visitor:
    """Somebody with cookies of their own."""

    def __init__(self, site: str) -> None:
        self.site, self.cookies = site, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, path: str, form: dict[str, str] | None = None, body: Any = None, token: str | None = None) -> Answer:
        """Sends a GET, a form or JSON, with the site's own token unless another is given."""
        data, kind = None, ""
        if form is not None:
            data, kind = urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded"
        elif body is not None:
            data, kind = body if isinstance(body, bytes) else json.dumps(body).encode(), "application/json"
        headers = {"X-CSRFToken": self.cookie("csrftoken") if token is None else token} | (
            {"Content-Type": kind} if kind else {}
        )
        request = urllib.request.Request(self.site + path, data, headers)
        try:
            with self.opener.open(request, timeout=60) as found:
                return Answer(found.status, found.headers, found.read().decode(), found.url)
        except urllib.error.HTTPError as found:
            with found:
                return Answer(found.status, found.headers, found.read().decode(), found.url)

    def cookie(self, name: str) -> str:
        return next((one.value or "" for one in self.cookies if one.name == name), "")

    def sign_in(self, email: str = DEMO, password: str = PASSWORD) -> Answer:
        """Signs in by the page; a request of its own first brings the token."""
        self.open("/accounts/login/")
        return self.open("/accounts/login/", form={"login": email, "password": password})


def environ(folder: Path, **settings: str) -> dict[str, str]:
    """An environment that holds these settings and nothing of the one around."""
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "DATA_DIR": str(folder), "SECRET_KEY": KEY}
    return own | {"DEMO_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1"} | settings


def manage(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a command of manage.py to its end."""
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Site:
    """A running server: where it is, and the file that holds everything it printed."""

    url: str
    env: dict[str, str]
    output: Path
    process: subprocess.Popen[bytes]

    def visitor(self) -> Visitor:
        return Visitor(self.url)


def signed_in_as(site: Site, other: Visitor) -> Visitor:
    """Another visitor of the same session, who need not sign in again."""
    visitor = site.visitor()
    for cookie in other.cookies:
        visitor.cookies.set_cookie(cookie)
    return visitor


@functools.cache
def static_files() -> Path:
    """A folder with the static files collected once for all servers of a run."""
    folder = Path(tempfile.mkdtemp(prefix="bloodsight-static-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    done = manage("up", "--no-serve", "--no-demo", env=environ(folder))
    assert done.returncode == 0, done.stderr
    return folder


def keep_static_files(folder: Path) -> None:
    """Spares a start in this folder the collecting of static files."""
    for name in ("static", "static.stamp"):
        (folder / name).symlink_to(static_files() / name)


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Site]:
    """The site from `manage.py up` on a free port, its data in `folder`; stopped at the end."""
    keep_static_files(folder)
    port = free_port()
    env = environ(folder, PORT=str(port), **settings)
    output = folder / "server-output.txt"
    with output.open("wb") as printed:
        command = [sys.executable, "manage.py", "up"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=printed, stderr=subprocess.STDOUT)
    site = Site(f"http://127.0.0.1:{port}", env, output, process)
    try:
        _wait_for(site)
        yield site
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(site: Site) -> None:
    port = int(site.env["PORT"])
    for _ in range(600):
        assert site.process.poll() is None, site.output.read_text()[-3000:]
        with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as server:
            server.request("GET", "/healthz")
            if server.getresponse().status < 500:  # under https it is sent on
                return
        time.sleep(0.1)
    raise AssertionError(f"the server did not answer: {site.output.read_text()[-3000:]}")


@contextmanager
def new_database(folder: Path, server: str = "") -> Iterator[str]:
    """The address of an empty database: a file in `folder`, or one made and dropped on a PostgreSQL server."""
    if not server:
        yield f"sqlite:///{folder / 'fresh.sqlite3'}"
        return
    name = f"bloodsight_{secrets.token_hex(4)}"
    base = re.sub(r"/[^/]*$", "", server)
    with psycopg.connect(f"{base}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{base}/{name}"
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def server_in_use() -> str:
    """The PostgreSQL server that these tests run on, empty where they run on SQLite."""
    if connection.vendor == "sqlite":
        return ""
    return os.environ["DATABASE_URL"]


def postgres_server() -> str:
    """A PostgreSQL server from the environment; the test is skipped where there is none."""
    for name in ("CI_DATABASE_URL", "DATABASE_URL"):
        if os.environ.get(name, "").startswith("postgres"):
            return os.environ[name]
    pytest.skip("no PostgreSQL: set CI_DATABASE_URL")


def rows(address: str, query: str) -> list[tuple]:
    """The answer of the database itself, past Django."""
    if address.startswith("postgres"):
        with psycopg.connect(address) as server:
            return server.execute(query).fetchall()
    with sqlite3.connect(address.removeprefix("sqlite:///")) as file:
        return file.execute(query).fetchall()


def change(address: str, *statements: str) -> None:
    """Changes a database past Django."""
    if address.startswith("postgres"):
        with psycopg.connect(address) as server:
            for statement in statements:
                server.execute(statement)
        return
    with contextlib.closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as file:
        file.executescript(";".join(statements))


def percentile(times: list[float], share: float) -> float:
    """The time that a share of all stayed within, in milliseconds."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
