"""A FHIR document from the shell."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bloodsight.people.models import Person
from results.actions.imports import NeedsAnswer, confirm, read_document

STATES = {"ready": "ready", "check": "to check", "unreadable": "that can't be read", "stored": "stored already"}


class Command(BaseCommand):
    help = "Imports a FHIR R4 JSON document for a person; Check rows only with --accept-check."

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE --person ID [--accept-check] [--this-person]."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--person", required=True, help="The person's id, as in the address of their pages.")
        parser.add_argument("--accept-check", action="store_true", help="Save the Check rows too.")
        parser.add_argument("--this-person", action="store_true", help="The file is about this person all the same.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reads, says what it found, and saves in one transaction."""
        try:
            person = Person.objects.filter(pk=options["person"]).first()
        except (ValueError, ValidationError):
            person = None
        if person is None:
            raise CommandError("There is no person with this id.")
        try:
            if options["file"].stat().st_size > settings.UPLOAD_LIMIT:
                raise CommandError(f"The file is larger than {settings.UPLOAD_LIMIT // 1_000_000} MB.")
            content = options["file"].read_bytes()
        except OSError as problem:
            raise CommandError(f"The file can't be read: {problem.strerror}.") from problem
        batch = read_document(person=person, content=content, file_name=options["file"].name)
        if batch.status == "failed":
            raise CommandError(batch.problem)
        for warning in batch.warnings:
            self.stdout.write(warning)
        counts = Counter(batch.rows.values_list("state", flat=True))
        self.stdout.write(
            ", ".join(f"{count} {STATES[state]}" for state, count in sorted(counts.items())) or "No rows."
        )
        try:
            saved = confirm(
                batch=batch, accept="all" if options["accept_check"] else (), this_person=options["this_person"]
            )
        except NeedsAnswer as needed:
            raise CommandError(f"{needed.question} Add --this-person to go on. Nothing was saved.") from needed
        self.stdout.write(f"Saved {saved.results} results, replaced {saved.replaced}, left {saved.left}.")
        for row in batch.rows.filter(accepted=False, state__in=("check", "unreadable")):
            self.stdout.write(
                f"  {row.name or 'no name'}, {row.collected_on or 'no day'} ({row.locator}): {row.reason}"
            )
