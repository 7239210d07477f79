"""Forms of accounts and persons."""

from __future__ import annotations

from datetime import date
from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.http import HttpRequest
from django.utils import timezone

from bloodsight.people.models import Person, User

MONTHS = tuple(f"{date(2000, number, 1):%B}".lower() for number in range(1, 13))


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """Sign-up with consent to storing health data."""

    consent = forms.BooleanField(
        label="I agree that this server stores the health data I enter.",
        error_messages={"required": "Health data can only be stored with your consent."},
    )

    field_order = ("email", "password1", "consent")

    def save(self, request: HttpRequest) -> User:
        """The new account, with the moment of consent."""
        user: User = super().save(request)
        User.objects.filter(pk=user.pk).update(consented_at=timezone.now())
        return user


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, sex for reference ranges, a birth date in three boxes, and the units that values are shown in."""

    day = forms.CharField(required=False, max_length=2)
    month = forms.CharField(required=False, max_length=9)
    year = forms.CharField(required=False, max_length=4)

    class Meta:
        model = Person
        fields = ("name", "sex", "unit_system")
        widgets = {"sex": forms.RadioSelect, "unit_system": forms.RadioSelect}
        error_messages = {
            "name": {"required": "Type a name. It is only shown to you."},
            "sex": dict.fromkeys(("required", "invalid_choice"), "Choose female, male or not stated."),
            "unit_system": {"invalid_choice": "Choose as reported, conventional or SI."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_system"].required = False
        born = self.instance.born_on
        if born:
            self.initial = {**self.initial, "day": born.day, "month": born.month, "year": born.year}

    def clean_unit_system(self) -> str:
        """What was chosen; where nothing was, as it stands."""
        return str(self.cleaned_data["unit_system"] or self.instance.unit_system)

    def clean(self) -> dict[str, Any]:
        """Reads the birth date: all three boxes or none."""
        cleaned = super().clean() or self.cleaned_data
        parts = [str(cleaned.get(name) or "").strip() for name in ("day", "month", "year")]
        cleaned["born_on"] = self._born_on(*parts) if any(parts) else None
        self.instance.born_on = cleaned["born_on"]
        return cleaned

    def _born_on(self, day: str, month: str, year: str) -> date | None:
        try:
            born = date(int(year), _month(month), int(day))
        except ValueError:
            self.add_error("day", f"{day or '?'} {month or '?'} {year or '?'} is not a date. An example: 29 2 1980.")
            return None
        if problem := birth_date_problem(born):
            self.add_error("day", problem)
        return born


def birth_date_problem(born: date) -> str:
    """What is wrong with a birth date, in words; empty where nothing is."""
    if born > timezone.localdate():
        return "The date of birth is in the future."
    return "The date of birth is before 1880." if born.year < 1880 else ""


def _month(typed: str) -> int:
    """1 to 12 for a number or a month's name, three letters or more."""
    if typed.isdecimal():
        return int(typed)
    found = [n for n, name in enumerate(MONTHS, 1) if len(typed) >= 3 and name.startswith(typed.lower().rstrip("."))]
    if len(found) != 1:
        raise ValueError(typed)
    return found[0]
