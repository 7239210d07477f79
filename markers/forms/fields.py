"""Fields of the curator's forms: lists one entry a line, long texts, addresses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

SHORT = {"size": 14}
LONG = {"size": 80}


class Lines(forms.CharField):
    """A list of texts, one a line, without blanks around them and none twice."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 40})

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def prepare_value(self, value: object) -> object:
        """The stored list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> Any:
        """The typed lines as a list."""
        return self.parse(super().clean(value))

    def parse(self, text: str) -> Any:
        """The list that lines mean."""
        lines = (" ".join(line.split()) for line in text.splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """True if the lines mean another list."""
        try:
            return bool((initial or self.parse("")) != self.parse(data or ""))
        except ValidationError:
            return True


class NamesByUnit(Lines):
    """For each unit the names that mean it, one a line: `mg/dL = Urea`."""

    def prepare_value(self, value: object) -> object:
        """The stored names as lines."""
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{code} = {name}" for code, names in value.items() for name in names)

    def parse(self, text: str) -> Any:
        """Names by unit; ValidationError for a line without a unit or a name."""
        found: dict[str, list[str]] = {}
        for line in super().parse(text):
            code, sign, name = (part.strip() for part in line.partition(" = "))
            if not (code and sign and name):
                raise ValidationError(
                    f"Write the unit, =, and a name: mg/dL = Urea. This line has no such form: {line}"
                )
            found.setdefault(code, []).append(name)
        return found


def form_field(field: Any, **options: Any) -> Any:
    """The form's field for a model's: an address without a scheme is https."""
    return field.formfield(**options, **({"assume_scheme": "https"} if isinstance(field, models.URLField) else {}))


class Prose(forms.CharField):
    """A long text, kept to the last blank; lines end as they do in a seed."""

    widget = forms.Textarea(attrs={"rows": 45, "cols": 110, "spellcheck": "true"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"strip": False, **options})

    def to_python(self, value: object) -> str:
        """The typed text, its lines ended by a line feed alone."""
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")

    def has_changed(self, initial: object, data: object) -> bool:
        """True if another text was typed."""
        return str(initial or "") != self.to_python(data)
