"""Exact decimals in the database."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from markers.quantity import parse_value

NUMBER_WANTED = "Type a plain number such as 0.70, without a sign like <."


def typed_decimal(text: str) -> Decimal:
    """The number that was typed, its zeros kept; ValidationError where it is none."""
    try:
        value = parse_value(text)
    except ValueError as problem:
        raise ValidationError(str(problem)) from problem
    if value.number is None or value.comparator:
        raise ValidationError(NUMBER_WANTED)
    return value.number


class TypedDecimal(forms.CharField):
    """A form's exact Decimal: shown as stored, and changed where a single digit of it is."""

    def to_python(self, value: object) -> Decimal | None:  # type: ignore[override]
        """The typed number, None where nothing was typed."""
        text = super().to_python(value)
        return typed_decimal(text) if text else None

    def prepare_value(self, value: object) -> object:
        """A stored number as it was typed, never with an exponent."""
        return format(value, "f") if isinstance(value, Decimal) else value

    def has_changed(self, initial: object, data: object) -> bool:
        """True if another number, or the same with other zeros, was typed."""
        return str(self.prepare_value(initial) or "") != str(data or "").strip()


class ExactDecimalField(models.CharField):  # type: ignore[type-arg]
    """A Decimal kept as text, so that every digit and trailing zero comes back on every database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Decimal | None:
        """The stored text as a Decimal; None where nothing is stored."""
        return None if value is None or value == "" else Decimal(value)

    def to_python(self, value: object) -> Decimal | None:
        """A typed or stored number as a Decimal; ValidationError where it is none."""
        if isinstance(value, Decimal):
            return value
        if value is None or value == "":
            return None
        return typed_decimal(str(value))

    def run_validators(self, value: object) -> None:
        """Checks the length of the number as it is stored."""
        super().run_validators(self.get_prep_value(value))

    def formfield(self, **options: Any) -> Any:
        """A field for typing it, in which every digit counts."""
        return super().formfield(**{"form_class": TypedDecimal, "max_length": None, **options})

    def get_prep_value(self, value: object) -> str | None:
        """The text to store, without an exponent."""
        if value is None or value == "":
            return None
        try:
            return format(value if isinstance(value, Decimal) else Decimal(str(value)), "f")
        except InvalidOperation as problem:
            raise ValidationError(NUMBER_WANTED) from problem
