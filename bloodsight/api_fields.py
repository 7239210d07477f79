"""Fields of the API that take exactly what they name: a text, a day, true or false."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from rest_framework import serializers

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Text(serializers.CharField):
    """A text; the strict parser's numbers are a kind of str, and none here."""

    default_error_messages = {"invalid": "Send a text in quotes."}

    def to_internal_value(self, data: Any) -> str:
        """The text, less outer blanks unless told otherwise."""
        if type(data) is not str:
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A day written as 2026-10-03, and no other way."""

    default_error_messages = {"invalid": "A day is written as 2026-10-03."}

    def to_internal_value(self, data: Any) -> date:
        """The day."""
        if type(data) is not str or not _DAY.fullmatch(data):
            self.fail("invalid")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")


class Flag(serializers.BooleanField):
    """True or false, never a word or a number."""

    default_error_messages = {"invalid": "Send true or false."}

    def to_internal_value(self, data: Any) -> bool:
        """The flag."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data
