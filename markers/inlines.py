"""The rows that curators correct on the page of a marker or a panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.db.models import Field, QuerySet, TextField, URLField
from django.forms import Textarea, TextInput
from django.http import HttpRequest
from django.utils.text import capfirst

from markers.fields import ExactDecimalField
from markers.forms.figures import AGES, InfluenceForm, LimitForm, RangeForm, VariationForm
from markers.forms.rows import (
    AmbiguousUnitForm,
    AmbiguousUnits,
    CodeForm,
    Ranges,
    RelatedForm,
    RowsOfMarker,
    SourceForm,
    UnitForm,
    Units,
)
from markers.models import (
    Alias,
    AmbiguousUnit,
    DecisionLimit,
    Influence,
    LoincCode,
    MarkerUnit,
    PanelMarker,
    RangeGap,
    ReferenceRange,
    Related,
    Source,
    Variation,
)

RANGE_NOTE = "An age starts at the first figure and ends before the second. A bound left empty is no bound."
VARIATION_NOTE = "The first study is the one that articles quote."
WIDGETS: Mapping[type[Field[Any, Any]], Mapping[str, Any]] = {
    ExactDecimalField: {"widget": TextInput({"size": 8, "inputmode": "decimal"})},
    TextField: {"widget": Textarea({"rows": 2, "cols": 60})},
    URLField: {"widget": AdminURLFieldWidget({"size": 80}), "assume_scheme": "https"},
}


class UnitInline(admin.StackedInline):  # type: ignore[type-arg]
    model = MarkerUnit
    form, formset = UnitForm, Units
    formfield_overrides = WIDGETS
    verbose_name, verbose_name_plural = "unit", "units"
    extra = 1
    fieldsets = (
        (
            "Factor, spellings, source",
            {
                "classes": ("collapse",),
                "description": "Number in the marker's own unit = number in this unit × factor ÷ divisor + offset.",
                "fields": (
                    ("code", "factor", "divisor", "offset"),
                    "spellings",
                    "basis",
                    "source",
                    "source_url",
                ),
            },
        ),
    )


class EachChoiceOnce:
    """Reads the choices of a foreign key once for a table, and not anew for each of its rows."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """The field with its choices at hand, but for the row's own marker or panel, which is never chosen."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **options)  # type: ignore[misc]
        if db_field.related_model is not self.parent_model or db_field.name == "other":  # type: ignore[attr-defined]
            field.choices = list(field.choices)
        return field


class RowInline(EachChoiceOnce, admin.TabularInline):  # type: ignore[type-arg]
    """Rows of a table, each field named by its column for those who don't see it."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """The field, its control bearing its label."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field is not None:
            field.widget.attrs["aria-label"] = capfirst(db_field.verbose_name)
        return field

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        """The rows, the box that deletes one named likewise."""
        formset: Any = super().get_formset(request, obj, **options)

        class Named(formset):  # type: ignore[misc]
            def add_fields(self, form: Any, index: int | None) -> None:
                super().add_fields(form, index)
                if "DELETE" in form.fields:
                    form.fields["DELETE"].widget.attrs["aria-label"] = "Delete this row"

        return Named


class AliasInline(RowInline):
    model = Alias
    verbose_name, verbose_name_plural = "other name", "other names"
    extra = 1


class CodeInline(RowInline):
    model = LoincCode
    form, formset = CodeForm, RowsOfMarker
    verbose_name, verbose_name_plural = "LOINC code", "LOINC codes"
    extra = 1


class RangeInline(EachChoiceOnce, admin.StackedInline):  # type: ignore[type-arg]
    model = ReferenceRange
    form, formset = RangeForm, Ranges
    formfield_overrides = WIDGETS
    extra = 0
    show_change_link = True
    fieldsets = (
        (
            "Bounds, whom it fits, source",
            {
                "classes": ("collapse",),
                "description": RANGE_NOTE,
                "fields": (
                    ("low", "low_strict", "high", "high_strict"),
                    ("unit", "sex"),
                    AGES,
                    ("laboratory", "condition", "method"),
                    "source",
                    "source_url",
                    ("group", "evidence"),
                    ("in_force_from", "in_force_to"),
                    "note",
                    "key",
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With their laboratories, whose names they bear."""
        rows: QuerySet[Any] = super().get_queryset(request).select_related("laboratory").order_by("id")
        return rows


class LimitInline(admin.StackedInline):  # type: ignore[type-arg]
    model = DecisionLimit
    form, formset = LimitForm, RowsOfMarker
    formfield_overrides = WIDGETS
    extra = 0
    show_change_link = True
    fieldsets = (
        (
            "Threshold, whom it concerns, source",
            {
                "classes": ("collapse",),
                "fields": (
                    ("name", "key"),
                    "scheme",
                    ("operator", "value", "upper_operator", "upper", "unit"),
                    AGES,
                    ("sex", "condition"),
                    "source",
                    "source_url",
                ),
            },
        ),
    )


class VariationInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Variation
    form = VariationForm
    formfield_overrides = WIDGETS
    verbose_name_plural = "variation"
    extra = 0
    fieldsets = (
        (
            "Percentages, who was studied, source",
            {
                "classes": ("collapse",),
                "description": VARIATION_NOTE,
                "fields": (("within", "between", "analytical"), "group", "source", "source_url", "note"),
            },
        ),
    )


class InfluenceInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Influence
    form = InfluenceForm
    formfield_overrides = WIDGETS
    extra = 0
    fieldsets = (
        (
            "What moves it, source",
            {"classes": ("collapse",), "fields": (("effect", "text"), "source", "source_url")},
        ),
    )


class RelatedInline(RowInline):
    model = Related
    fk_name = "marker"
    form = RelatedForm
    verbose_name, verbose_name_plural = "marker read beside it", "markers read beside it"
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the markers, whose names they bear."""
        rows: QuerySet[Any] = super().get_queryset(request).select_related("marker", "other")
        return rows


class SourceInline(RowInline):
    model = Source
    form = SourceForm
    formfield_overrides = {URLField: {"widget": AdminURLFieldWidget({"size": 45}), "assume_scheme": "https"}}
    verbose_name, verbose_name_plural = "publication", "publications, which figures name by title and address"
    extra = 1


class GapInline(RowInline):
    model = RangeGap
    verbose_name, verbose_name_plural = "age without a range", "ages without a range"
    extra = 0


class AmbiguousInline(RowInline):
    model = AmbiguousUnit
    form, formset = AmbiguousUnitForm, AmbiguousUnits
    verbose_name, verbose_name_plural = "printed unit that could mean several", "printed units that could mean several"
    extra = 0


class PlaceInline(RowInline):
    model = PanelMarker
    verbose_name, verbose_name_plural = "marker", "markers, in order of position"
    extra = 3

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the panel and the markers, whose names they bear."""
        rows: QuerySet[Any] = super().get_queryset(request).select_related("panel", "marker")
        return rows
