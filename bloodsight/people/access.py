"""Which persons an account may see: its own; anybody else's is not found."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from bloodsight.people.models import Person

Account = AbstractBaseUser | AnonymousUser


def persons_of(account: Account) -> QuerySet[Person]:
    """The account's persons, the first one first; none for somebody not signed in."""
    return Person.objects.filter(account_id=account.pk) if account.pk else Person.objects.none()


def person_of(account: Account, person_id: uuid.UUID) -> Person:
    """The account's person, else Http404."""
    found = persons_of(account).filter(pk=person_id).first()
    if found is None:
        raise Http404
    return found
