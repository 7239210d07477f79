"""One server started as `make run` starts it, one browser, and what both hold for the tests."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.site import Site

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


def executable() -> str | None:
    """The browser of $CHROMIUM, else Debian's Chromium, else Chrome."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "google-chrome"]
    return next((found for found in map(shutil.which, filter(None, names)) if found), None)


@pytest.fixture(scope="session")
def chromium():
    path = executable()
    if path is None:
        said = "no browser: set CHROMIUM, or install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(chromium, tmp_path_factory):
    """Where the started site answers; the address of a new database with the demo accounts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("site")
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    own = {
        "DATA_DIR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DEMO_PASSWORD": Site.PASSWORD,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": "1",
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=kept | own, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        answers = f"http://127.0.0.1:{port}"
        for _ in range(300):
            assert server.poll() is None, (folder / "log").read_text()
            try:
                urllib.request.urlopen(f"{answers}/healthz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail(f"the site did not start: {(folder / 'log').read_text()}")
        yield answers
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def site(chromium, address):
    """The site with its demo person signed in, and made-up persons that show every state of a page."""
    made = Site(chromium, address)
    yield made
    made.close()
