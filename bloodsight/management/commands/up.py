"""Everything `make run` does once the virtual environment stands."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

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
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = User._meta.db_table not in connection.introspection.table_names()
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_seeds", stdout=self.stdout)
        call_command("collectstatic", interactive=False, verbosity=0)
        signs = self._demo() if is_new and not options["no_demo"] else ""
        address = f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
        self.stdout.write(
            f"\nBloodSight is at {settings.SITE_URL if settings.IS_HTTPS else address}\n{signs or self._kept()}"
        )
        self.stdout.flush()
        if not options["no_serve"]:
            connection.close()
            conf = Path(settings.BASE_DIR, "bloodsight", "gunicorn_conf.py")
            serve = [sys.executable, "-m", "gunicorn", "--config", str(conf), "bloodsight.wsgi:application"]
            os.execv(sys.executable, serve)  # noqa: S606

    def _demo(self) -> str:
        """Makes the demo person's account and a curator's; gives back how to sign in."""
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
