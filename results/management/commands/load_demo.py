"""The demo account's made-up persons with their visits."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from bloodsight.people.models import Person, User
from results.actions.visits import TypedRow, create_visit
from results.documents.ranges import printed_range


class Command(BaseCommand):
    help = "Gives an account the made-up persons of seeds/demo.toml, unless it has persons already."

    def add_arguments(self, parser: CommandParser) -> None:
        """--email: the account."""
        parser.add_argument("--email", required=True)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Makes the persons through the same door as the entry page."""
        account = User.objects.filter(email__iexact=options["email"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['email']}.")
        if account.persons.exists():
            self.stdout.write("This account has persons already; nothing was added.")
            return
        demo = tomllib.loads((settings.BASE_DIR / "seeds" / "demo.toml").read_text(encoding="utf-8"))
        for described in demo["persons"]:
            person = Person.objects.create(
                account=account,
                name=described["name"],
                sex=described["sex"],
                born_on=_day(described["born_on"]),
            )
            for visit in described["visits"]:
                create_visit(
                    person=person,
                    collected_on=_day(visit["collected_on"]),
                    lab=visit.get("lab", ""),
                    fasting=visit.get("fasting"),
                    note=visit.get("note", ""),
                    rows=[_row(result) for result in visit["results"]],
                )
        self.stdout.write(f"Added {account.persons.count()} made-up persons.")


def _day(written: date | str) -> date:
    return written if isinstance(written, date) else date.fromisoformat(written)


def _row(result: dict[str, str]) -> TypedRow:
    text = result.get("printed", "")
    interval = printed_range(text) if text else None
    return TypedRow(
        marker=result["marker"],
        value=result["value"],
        unit=result["unit"],
        printed_text=text,
        printed_low=interval.low if interval else None,  # type: ignore[arg-type]
        printed_high=interval.high if interval else None,  # type: ignore[arg-type]
        printed_low_strict=bool(interval and interval.low_strict),
        printed_high_strict=bool(interval and interval.high_strict),
    )
