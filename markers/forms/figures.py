"""The forms of what bears a source: ranges, limits, variation, influences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from markers.forms.fields import LONG, SHORT, form_field
from markers.models import DecisionLimit, Influence, Marker, ReferenceRange, Variation

AGES = ("age_from", "age_from_unit", "age_to", "age_to_unit")
SOURCE_WANTED = {"required": "Say where it is stated: a range or a limit needs a source."}
CLAIM_WANTED = {"required": "Say where it is stated: every figure and every claim needs a source."}


class FigureForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row that bears a source: what can't be read is told first, before it is compared with anything."""

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
            "scheme",
            "operator",
            "value",
            "upper_operator",
            "upper",
            "unit",
            "sex",
            *AGES,
            "condition",
            "source",
            "source_url",
        )
        error_messages = {"source": SOURCE_WANTED}
        widgets = {
            **{name: forms.TextInput(LONG) for name in ("source", "name", "scheme")},
            "unit": forms.TextInput(SHORT),
        }


class RangeForm(FigureForm):
    class Meta:
        model, formfield_callback = ReferenceRange, form_field
        fields = (
            *("marker", "low", "low_strict", "high", "high_strict", "unit", "sex", *AGES),
            *("laboratory", "condition", "method", "source", "source_url", "group", "evidence"),
            *("in_force_from", "in_force_to", "note", "key"),
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


class VariationForm(FigureForm):
    class Meta:
        model, formfield_callback = Variation, form_field
        fields = ("within", "between", "analytical", "group", "source", "source_url", "note")
        error_messages = {"source": CLAIM_WANTED}
        widgets = {name: forms.TextInput(LONG) for name in ("group", "source")}


class InfluenceForm(FigureForm):
    class Meta:
        model, formfield_callback = Influence, form_field
        fields = ("effect", "text", "source", "source_url")
        error_messages = {"source": CLAIM_WANTED}
        widgets = {name: forms.TextInput(LONG) for name in ("text", "source")}


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
                refuse_same_key(self, stored)


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


def refuse_same_key(form: Any, others: Iterable[ReferenceRange]) -> None:
    """Adds an error if an article could not tell this range from another."""
    key = form.cleaned_data.get("key")
    if key and any(other.key == key for other in others):
        form.add_error("key", f"Another range of this marker is already named {key}.")
