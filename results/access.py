"""Who may see what: each function returns the object of the signed-in user or answers 404, never 403."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404
from django.utils import timezone

from bloodsight.people.access import person_of
from bloodsight.people.models import Person
from results.models import KEPT_DELETED, Import, Visit, VisitVersion

__all__ = ["deleted_visit_of", "import_of", "person_of", "visit_of"]

Account = AbstractBaseUser | AnonymousUser
T = TypeVar("T")


def visit_of(account: Account, visit_id: uuid.UUID, person: Person | None = None) -> Visit:
    """The visit of one of the account's persons (of `person` where given), else Http404."""
    visits = Visit.objects.select_related("person").filter(person__account_id=account.pk)
    if person is not None:
        visits = visits.filter(person=person)
    return _one(visits.filter(pk=visit_id).first())


def deleted_visit_of(account: Account, visit_id: uuid.UUID, person: Person) -> VisitVersion:
    """The last version of a deleted visit of the account's person, else Http404."""
    since = timezone.now() - KEPT_DELETED
    gone = VisitVersion.objects.filter(person__account_id=account.pk, person=person, visit_id=visit_id, deleted=True)
    gone = gone.filter(replaced_at__gte=since)
    if Visit.objects.filter(pk=visit_id).exists():
        raise Http404
    return _one(gone.first())


def import_of(account: Account, import_id: uuid.UUID, person: Person | None = None) -> Import:
    """The import of one of the account's persons (of `person` where given), else Http404."""
    imports = Import.objects.select_related("person").filter(person__account_id=account.pk)
    if person is not None:
        imports = imports.filter(person=person)
    return _one(imports.filter(pk=import_id).first())


def _one(found: T | None) -> T:
    if found is None:
        raise Http404
    return found
