"""Where curators correct the catalogue. It shows no person and no result."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, Field, QuerySet, TextField, URLField
from django.forms import Textarea, TextInput
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from markers.fields import ExactDecimalField
from markers.forms import (
    AGES,
    AmbiguousUnitForm,
    AmbiguousUnits,
    CodeForm,
    LaboratoryForm,
    LimitForm,
    LoneLimitForm,
    LoneRangeForm,
    RangeForm,
    Ranges,
    RowsOfMarker,
    UnitForm,
    Units,
)
from markers.models import (
    Alias,
    AmbiguousUnit,
    DecisionLimit,
    Laboratory,
    LoincCode,
    Marker,
    MarkerUnit,
    Panel,
    PanelMarker,
    RangeGap,
    ReferenceRange,
)
from markers.queries import changing

IN_USE = "Results that people keep here. They are never shown in this place, and stay."
MARKER_NOTE = (
    "A change is seen at once by everybody who is compared with it. What stands in seeds/ for this marker is read "
    "again when its seed changes: names, codes, units, limits and gaps then follow the seed; ranges that a curator "
    "wrote stay as they are."
)
RANGE_NOTE = "An age starts at the first figure and ends before the second. A bound left empty is no bound."
WIDGETS: Mapping[type[Field[Any, Any]], Mapping[str, Any]] = {
    ExactDecimalField: {"widget": TextInput({"size": 8, "inputmode": "decimal"})},
    TextField: {"widget": Textarea({"rows": 2, "cols": 60})},
    URLField: {"widget": AdminURLFieldWidget({"size": 80}), "assume_scheme": "https"},
}


class CatalogueAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Writes the catalogue in one transaction that every page then sees; reveals nothing beyond it."""

    formfield_overrides = WIDGETS

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """Adding and changing."""
        with _writing(request):
            return super().changeform_view(request, *args, **options)

    def delete_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """Deleting one."""
        with _writing(request):
            return super().delete_view(request, *args, **options)

    def changelist_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """The list and what is done to several of its rows."""
        with _writing(request):
            return super().changelist_view(request, *args, **options)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuses a filter by anything outside the catalogue."""
        try:
            related: Any = self.opts.get_field(lookup.split("__")[0]).related_model
        except FieldDoesNotExist:
            related = None
        if related is not None and related._meta.app_label != self.opts.app_label:
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """What would go and what stands against it, without a word about anybody's results."""
        gone, counts, missing, protected = super().get_deleted_objects(objs, request)
        return gone, counts, missing, [IN_USE] if protected else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The slug stays: addresses and seeds go by it."""
        fixed = ("slug",) if obj is not None and hasattr(obj, "slug") else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """A slug is offered as long as there is none."""
        return {"slug": ("name",)} if obj is None and hasattr(self.model, "slug") else {}


def _writing(request: HttpRequest) -> AbstractContextManager[None]:
    return changing() if request.method == "POST" else nullcontext()


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


class RowInline(admin.TabularInline):  # type: ignore[type-arg]
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


class RangeInline(admin.StackedInline):  # type: ignore[type-arg]
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
                    ("operator", "value", "unit"),
                    AGES,
                    ("sex", "condition"),
                    "source",
                    "source_url",
                ),
            },
        ),
    )


class GapInline(RowInline):
    model = RangeGap
    verbose_name, verbose_name_plural = "age without a range", "ages without a range"
    extra = 0


class AmbiguousInline(RowInline):
    model = AmbiguousUnit
    form, formset = AmbiguousUnitForm, AmbiguousUnits
    verbose_name, verbose_name_plural = "printed unit that could mean several", "printed units that could mean several"
    extra = 0


@admin.register(Marker)
class MarkerAdmin(CatalogueAdmin):
    list_display = ("name", "specimen", "unit", "how_many_ranges")
    list_filter = ("panels", "specimen", "ranges__laboratory")
    search_fields = ("name", "short_name", "slug", "aliases__name", "loinc_codes__code")
    inlines = (UnitInline, AliasInline, CodeInline, RangeInline, LimitInline, GapInline, AmbiguousInline)
    fieldsets = (
        (
            None,
            {
                "description": MARKER_NOTE,
                "fields": (
                    ("name", "short_name"),
                    "slug",
                    "specimen",
                    ("unit", "decimals", "direction"),
                    ("plausible_low", "plausible_high"),
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the number of their ranges."""
        rows: QuerySet[Any] = super().get_queryset(request).annotate(range_count=Count("ranges", distinct=True))
        return rows

    @admin.display(description="ranges", ordering="range_count")
    def how_many_ranges(self, marker: Any) -> int:
        """How many ranges are stored for it."""
        return int(marker.range_count)


class ConditionFilter(admin.SimpleListFilter):
    """Ranges by their condition; most have none."""

    title, parameter_name = "condition", "condition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Each condition that a range names."""
        stated = ReferenceRange.objects.exclude(condition="").order_by("condition")
        return [(one, one) for one in stated.values_list("condition", flat=True).distinct()] + [("none", "none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The ranges of the chosen condition."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(condition="" if chosen == "none" else chosen)


@admin.register(ReferenceRange)
class ReferenceRangeAdmin(CatalogueAdmin):
    form = LoneRangeForm
    list_display = ("marker", "interval", "sex", "ages", "only_for", "written_by")
    list_display_links = ("marker", "interval")
    list_filter = ("sex", "laboratory", ConditionFilter, "is_curated", "marker")
    list_select_related = ("marker", "laboratory")
    search_fields = ("marker__name", "marker__short_name", "marker__slug", "source", "group")
    fieldsets = ((None, {**RangeInline.fieldsets[0][1], "classes": ()}),)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fields of a range, its marker first."""
        name, options = self.fieldsets[0]
        return ((name, {**options, "fields": ("marker", *options["fields"])}),)

    @admin.display(description="range")
    def interval(self, row: ReferenceRange) -> str:
        """Its bounds and unit, on one line."""
        return row.bounds.replace(" ", "\u00a0")

    @admin.display
    def ages(self, row: ReferenceRange) -> str:
        """The ages it applies to, on one line."""
        return row.ages.replace(" ", "\u00a0")

    @admin.display(ordering="laboratory__name")
    def only_for(self, row: ReferenceRange) -> str:
        """The laboratory, condition and method it is confined to."""
        laboratory = row.laboratory.name if row.laboratory else ""
        return ", ".join(part for part in (laboratory, row.condition, row.method) if part)

    @admin.display(ordering="is_curated")
    def written_by(self, row: ReferenceRange) -> str:
        """Whether the seed or a curator wrote it."""
        return "a curator" if row.is_curated else "the seed"


@admin.register(DecisionLimit)
class DecisionLimitAdmin(CatalogueAdmin):
    form = LoneLimitForm
    list_display = ("marker", "name", "operator", "value", "unit", "condition", "source")
    list_display_links = ("marker", "name")
    list_filter = ("sex", "marker")
    list_select_related = ("marker",)
    search_fields = ("marker__name", "marker__slug", "name", "source")


@admin.register(Laboratory)
class LaboratoryAdmin(CatalogueAdmin):
    form = LaboratoryForm
    list_display = ("name", "slug", "url")
    search_fields = ("name", "slug")


class PlaceInline(RowInline):
    model = PanelMarker
    verbose_name, verbose_name_plural = "marker", "markers, in order of position"
    extra = 3


@admin.register(Panel)
class PanelAdmin(CatalogueAdmin):
    list_display = ("name", "position", "summary")
    inlines = (PlaceInline,)
    fields = ("name", "slug", "position", "summary")
