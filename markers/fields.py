"""Exact decimals in the database."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from markers.quantity import parse_value


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
        try:
            number = parse_value(str(value))
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem
        if number.number is None or number.comparator:
            raise ValidationError("Type a number such as 0.70.")
        return number.number

    def get_prep_value(self, value: object) -> str | None:
        """The text to store, without an exponent."""
        if value is None or value == "":
            return None
        try:
            return format(value if isinstance(value, Decimal) else Decimal(str(value)), "f")
        except InvalidOperation as problem:
            raise ValidationError("Type a number such as 0.70.") from problem
