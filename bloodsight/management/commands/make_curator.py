"""Rights over the catalogue."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from bloodsight.people.models import User


def renew_rights() -> None:
    """Gives the curators, where there are any, rights over every table of the catalogue, new ones too."""
    for curators in Group.objects.filter(name="curators"):
        curators.permissions.set(Permission.objects.filter(content_type__app_label="markers"))


class Command(BaseCommand):
    help = "Lets an account curate the catalogue at /admin/. It sees no person and no result."

    def add_arguments(self, parser: CommandParser) -> None:
        """EMAIL: an account that exists."""
        parser.add_argument("email")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Adds the account to the curators."""
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}. Sign up first, then run this again.")
        Group.objects.get_or_create(name="curators")
        renew_rights()
        user.groups.add(Group.objects.get(name="curators"))
        User.objects.filter(pk=user.pk).update(is_staff=True)
        self.stdout.write(f"{user.email} can now curate the catalogue at /admin/.")
