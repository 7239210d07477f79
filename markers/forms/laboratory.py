"""The form of a laboratory."""

from __future__ import annotations

from django import forms

from markers.forms.fields import Lines, form_field
from markers.models import Laboratory


class LaboratoryForm(forms.ModelForm):  # type: ignore[type-arg]
    aliases = Lines(label="Other names", help_text="What people or documents call it, one name a line.")

    class Meta:
        model, formfield_callback = Laboratory, form_field
        fields = ("name", "slug", "aliases", "url")
