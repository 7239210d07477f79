"""The rows of a marker, and what can only be judged beside the other rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from markers.forms.fields import LONG, SHORT, Lines, NamesByUnit, form_field
from markers.forms.figures import refuse_overlap, refuse_same_key, refuse_unknown_units
from markers.models import AmbiguousUnit, LoincCode, Marker, MarkerUnit, Related, Source
from markers.units import tidy


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    spellings = Lines(help_text="How reports print it, one a line.")

    class Meta:
        model, formfield_callback = MarkerUnit, form_field
        fields = ("code", "factor", "divisor", "offset", "spellings", "basis", "source", "source_url")
        widgets = {name: forms.TextInput(SHORT if name == "code" else LONG) for name in ("code", "basis", "source")}


class CodeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = LoincCode
        fields = ("code", "name", "unit", "method")
        widgets = {name: forms.TextInput(SHORT) for name in ("code", "unit", "method")}
        error_messages = {"code": {"unique": "This LOINC code already stands for a marker."}}


class AmbiguousUnitForm(forms.ModelForm):  # type: ignore[type-arg]
    choices = Lines(required=True, help_text="The marker's units that it could mean, one a line.")
    names = NamesByUnit(help_text="Printed names that tell which, one a line: mg/dL = Urea.")

    class Meta:
        model = AmbiguousUnit
        fields = ("spelling", "choices", "names")


class RelatedForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Related
        fields = ("other", "why")
        widgets = {"why": forms.TextInput(LONG)}


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model, formfield_callback = Source, form_field
        fields = ("title", "url", "year")
        widgets = {"title": forms.TextInput({"size": 60}), "year": forms.NumberInput({"class": "vIntegerField"})}


class RowsOfMarker(BaseInlineFormSet):  # type: ignore[type-arg]
    """Rows of a marker, each in one of the units that are typed or stored beside them."""

    unit_fields: tuple[str, ...] = ("unit",)

    @property
    def typed(self) -> Iterator[Any]:
        """The forms that will be stored, as far as they can be read."""
        for form in self.forms:
            if form.cleaned_data and not form.errors and not form.cleaned_data.get("DELETE"):
                yield form

    @property
    def unseen(self) -> list[Any]:
        """Stored rows that this form does not show, as when somebody added one meanwhile."""
        if not self.instance.pk:
            return []
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        model: Any = self.model
        return list(model.objects.filter(marker_id=self.instance.pk).exclude(pk__in=shown).order_by("id"))

    def clean(self) -> None:
        """Refuses a unit that the marker will not have."""
        marker: Marker = self.instance
        known = marker.codes() if marker.typed_codes is None else marker.typed_codes
        for form in self.typed:
            refuse_unknown_units(form, self.unit_fields, known)
        for row in self.unseen:
            for name in self.unit_fields:
                code = getattr(row, name)
                if isinstance(code, str) and code and code not in known:
                    raise ValidationError(f"{code} can't go: it is used by {row}.")
        super().clean()


class AmbiguousUnits(RowsOfMarker):
    unit_fields = ("choices", "names")


class Ranges(RowsOfMarker):
    """The ranges of a marker: none may meet another, typed or stored, or bear its key."""

    def clean(self) -> None:
        """Names the row that a range meets."""
        super().clean()
        before = self.unseen
        for form in self.typed:
            refuse_overlap(form, before)
            refuse_same_key(form, before)
            before.append(form.instance)


class Units(BaseInlineFormSet):  # type: ignore[type-arg]
    """The units of a marker; tells the rows beside them which there will be."""

    def clean(self) -> None:
        """Refuses a spelling that stands for two units, and a unit to show results in that is none of them."""
        kept = [form for form in self.forms if form.cleaned_data.get("code") and not form.cleaned_data.get("DELETE")]
        codes = [form.cleaned_data["code"] for form in kept]
        self.instance.typed_codes = {self.instance.unit, *codes}
        meaning: dict[str, str] = {code: code for code in self.instance.typed_codes}
        for form, code in zip(kept, codes, strict=True):
            for spelling in form.cleaned_data.get("spellings", []):
                owner = meaning.setdefault(tidy(spelling), code)
                if owner != code:
                    form.add_error("spellings", f"“{spelling}” already stands for {owner}.")
        super().clean()
        for name, wanted in (("conventional", self.instance.conventional_unit), ("SI", self.instance.si_unit)):
            if wanted and wanted not in self.instance.typed_codes:
                known = ", ".join(sorted(self.instance.typed_codes))
                raise ValidationError(f"{wanted}, the {name} unit, is not a unit of this marker, which has {known}.")
