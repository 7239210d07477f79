"""The curator's forms: lists one entry a line, and what can only be judged beside the other rows of a marker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet

from markers.models import (
    AmbiguousUnit,
    DecisionLimit,
    Laboratory,
    LoincCode,
    Marker,
    MarkerUnit,
    ReferenceRange,
)
from markers.units import tidy

AGES = ("age_from", "age_from_unit", "age_to", "age_to_unit")
SHORT = {"size": 14}
LONG = {"size": 80}
SOURCE_WANTED = {"required": "Say where it is stated: a range or a limit needs a source."}


def form_field(field: Any, **options: Any) -> Any:
    """The form's field for a model's: an address without a scheme is https."""
    return field.formfield(**options, **({"assume_scheme": "https"} if isinstance(field, models.URLField) else {}))


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


class LaboratoryForm(forms.ModelForm):  # type: ignore[type-arg]
    aliases = Lines(label="Other names", help_text="What people or documents call it, one name a line.")

    class Meta:
        model, formfield_callback = Laboratory, form_field
        fields = ("name", "slug", "aliases", "url")


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


class FigureForm(forms.ModelForm):  # type: ignore[type-arg]
    """A range or a limit: what can't be read is told first, before it is compared with anything."""

    def _post_clean(self) -> None:
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]


class LimitForm(FigureForm):
    class Meta:
        model, formfield_callback = DecisionLimit, form_field
        fields = (
            "marker",
            "name",
            "key",
            "operator",
            "value",
            "unit",
            "sex",
            *AGES,
            "condition",
            "source",
            "source_url",
        )
        error_messages = {"source": SOURCE_WANTED}
        widgets = {"source": forms.TextInput(LONG), "name": forms.TextInput(LONG), "unit": forms.TextInput(SHORT)}


class RangeForm(FigureForm):
    class Meta:
        model, formfield_callback = ReferenceRange, form_field
        fields = (
            *("marker", "low", "low_strict", "high", "high_strict", "unit", "sex", *AGES),
            *("laboratory", "condition", "method", "source", "source_url", "group", "evidence"),
            *("in_force_from", "in_force_to", "note"),
        )
        error_messages = {"source": SOURCE_WANTED}
        widgets = {
            "source": forms.TextInput(LONG),
            **{name: forms.TextInput(SHORT) for name in ("unit", "condition", "method")},
        }

    def save(self, commit: bool = True) -> Any:
        """The range, from now on a curator's own if anything about it was changed."""
        self.instance.is_curated = self.instance.is_curated or self.has_changed()
        return super().save(commit)


class LoneLimitForm(LimitForm):
    """A limit on a page of its own."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors:
            refuse_unknown_units(self, ("unit",), self.instance.marker.codes())


class LoneRangeForm(RangeForm):
    """A range on a page of its own: compared with the stored ones of its marker."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors:
            marker: Marker = self.instance.marker
            refuse_unknown_units(self, ("unit",), marker.codes())
            stored = marker.ranges.select_related("laboratory").order_by("id").exclude(pk=self.instance.pk)
            if not self.errors:
                refuse_overlap(self, stored)


def refuse_unknown_units(form: Any, names: Iterable[str], known: set[str]) -> None:
    """Adds an error to each named field that holds a unit the marker does not have."""
    for name in names:
        stated = form.cleaned_data.get(name) or ""
        for code in (stated,) if isinstance(stated, str) else stated:
            if code and code not in known:
                told = f"{code} is not a unit of this marker, which has {', '.join(sorted(known))}."
                form.add_error(name, told)


def refuse_overlap(form: Any, others: Iterable[ReferenceRange]) -> None:
    """Adds an error that names the range this one meets."""
    met = form.instance.overlapping(others)
    if met is not None:
        form.add_error(None, f"It overlaps another range: {met}. Both could judge one result.")


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
    """The ranges of a marker: none may meet another, typed or stored."""

    def clean(self) -> None:
        """Names the row that a range meets."""
        super().clean()
        before = self.unseen
        for form in self.typed:
            refuse_overlap(form, before)
            before.append(form.instance)


class Units(BaseInlineFormSet):  # type: ignore[type-arg]
    """The units of a marker; tells the rows beside them which there will be."""

    def clean(self) -> None:
        """Refuses a spelling that stands for two units."""
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
