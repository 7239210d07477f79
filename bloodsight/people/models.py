"""Who signs in, and whose results they are."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

SEXES = [("female", "Female"), ("male", "Male"), ("unstated", "Not stated")]
UNIT_SYSTEMS = [("reported", "As reported"), ("conventional", "Conventional (US)"), ("si", "SI")]


class UserManager(BaseUserManager["User"]):
    """Makes accounts by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new account, its address in lower case; ValueError without one."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new account with every right in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """An account: signs in by e-mail, owns persons."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    consented_at = models.DateTimeField(null=True, blank=True, help_text="To storing health data.")

    objects = UserManager()  # type: ignore[misc, assignment]
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = "account"
        constraints = (models.UniqueConstraint(Lower("email"), name="one_account_per_address"),)

    def __str__(self) -> str:
        return self.email


class Person(models.Model):
    """Whose results they are: oneself, a child, somebody cared for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="persons")
    name = models.CharField(max_length=100)
    sex = models.CharField(
        "sex for reference ranges",
        max_length=8,
        choices=SEXES,
        default="unstated",
        help_text="Some ranges differ by sex. This is only used to choose a range.",
    )
    born_on = models.DateField("date of birth", null=True, blank=True)
    unit_system = models.CharField(
        "units",
        max_length=12,
        choices=UNIT_SYSTEMS,
        default="reported",
        help_text="Which unit a marker is shown in unless another is asked for. Values are stored as written.",
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("created_at", "name")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take_turn(cls, person_id: uuid.UUID) -> None:
        """Makes other writers of the person's record wait till this transaction ends; every writer takes it first."""
        cls.objects.select_for_update().filter(pk=person_id).first()

    def erase(self) -> None:
        """Deletes the person with every visit, result and document."""
        with transaction.atomic():
            self.take_turn(self.pk)
            self.delete()
