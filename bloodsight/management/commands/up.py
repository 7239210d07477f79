"""Everything `make run` does once the virtual environment stands."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from bloodsight.management.commands.make_curator import renew_rights
from bloodsight.people.models import User

DEMO = "demo@bloodsight.example"
CURATOR = "curator@bloodsight.example"


class Command(BaseCommand):
    help = "Brings the database up to date, loads the catalogue, adds the demo accounts to a new one, and serves."

    def add_arguments(self, parser: CommandParser) -> None:
        """--no-serve: stop before the server; --no-demo: no demo accounts."""
        parser.add_argument("--no-serve", action="store_true")
        parser.add_argument("--no-demo", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Can be run again at any time."""
        host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
        if not options["no_serve"]:
            _refuse_taken(host, port)
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        renew_rights()  # a migration may have brought a table
        call_command("createcachetable", verbosity=0)
        call_command("load_seeds", stdout=self.stdout)
        self._collect_static()
        is_new = not User.objects.exists()
        signs = self._demo() if is_new and not options["no_demo"] else ""
        address = settings.SITE_URL if settings.IS_HTTPS else f"http://{host}:{port}"
        self.stdout.write(f"\nBloodSight is at {address}\n{signs or self._kept()}")
        self.stdout.flush()
        if not options["no_serve"]:
            connection.close()
            conf = Path(settings.BASE_DIR, "bloodsight", "gunicorn_conf.py")
            serve = [sys.executable, "-m", "gunicorn", "--config", str(conf), "bloodsight.wsgi:application"]
            os.execv(sys.executable, serve)  # noqa: S606

    def _collect_static(self) -> None:
        """Copies and compresses the static files, which takes seconds, unless they are as they were last time."""
        found = hashlib.sha256()
        for finder in get_finders():
            for path, storage in finder.list([]):
                file = os.stat(storage.path(path))
                found.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
        stamp = settings.DATA_DIR / "static.stamp"
        kept = stamp.read_text() if stamp.exists() and (settings.STATIC_ROOT / "staticfiles.json").exists() else ""
        if kept != found.hexdigest():
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(found.hexdigest())

    @transaction.atomic
    def _demo(self) -> str:
        """Makes the demo person's account and a curator's, both or neither; gives back how to sign in."""
        password = os.environ.get("DEMO_PASSWORD", "")
        lines = ["Sign in (these passwords are shown once):"]
        for email, role in ((DEMO, "a made-up person with ten years of results"), (CURATOR, "a curator, at /admin/")):
            chosen = password or secrets.token_urlsafe(9)
            User.objects.create_user(email, chosen)
            lines.append(f"  {email}   {chosen}   {role}")
        call_command("make_curator", CURATOR, stdout=open(os.devnull, "w"))  # noqa: SIM115
        call_command("load_demo", email=DEMO, stdout=self.stdout)
        return "\n".join(lines)

    def _kept(self) -> str:
        if User.objects.filter(email=DEMO).exists():
            return f"Sign in as {DEMO} or {CURATOR} with the passwords shown at the first start."
        return "Sign in with your account, or make one."


def _refuse_taken(host: str, port: str) -> None:
    """Says in one sentence that another program listens there, before anything is printed or changed."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, int(port)))
        except (ValueError, OverflowError):
            raise CommandError(f"PORT is {port}, which is not a port. An example: PORT=8001 make run.") from None
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                message = f"Another program listens on {host}, port {port}. Choose another port: PORT=8001 make run."
                raise CommandError(message) from None
