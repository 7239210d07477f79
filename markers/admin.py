"""Where curators correct the catalogue. It shows no person and no result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from markers.forms.article import ArticleForm
from markers.forms.figures import LoneLimitForm, LoneRangeForm
from markers.forms.laboratory import LaboratoryForm
from markers.inlines import (
    WIDGETS,
    AliasInline,
    AmbiguousInline,
    CodeInline,
    GapInline,
    InfluenceInline,
    LimitInline,
    PlaceInline,
    RangeInline,
    RelatedInline,
    SourceInline,
    UnitInline,
    VariationInline,
)
from markers.models import Article, DecisionLimit, Laboratory, Marker, Panel, ReferenceRange
from markers.pages import article_text, missing_figures
from markers.queries import catalogue, changing

IN_USE = "Results that people keep here. They are never shown in this place, and stay."
MARKER_NOTE = (
    "A change is seen at once by everybody who is compared with it. What stands in seeds/ for this marker is read "
    "again when its seed changes: all that is written here then follows the seed, but for ranges that a curator wrote "
    "or changed, which stay as they are."
)
ARTICLE_NOTE = (
    "An article that a curator wrote or changed stays as it is when its seed changes. To have the seed's again, delete "
    "the article: the next load of the seeds brings it back."
)


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


@contextmanager
def _writing(request: HttpRequest) -> Iterator[None]:
    """Writes in a transaction that changes the catalogue; says which articles then lack a figure they had."""
    if request.method != "POST":
        yield
        return
    before = set(_missing())
    with changing():
        yield
    for told in _missing():
        if told not in before:
            messages.warning(request, told)


def _missing() -> Iterator[str]:
    """Each figure that an article asks for and nobody holds."""
    known, today = catalogue(), timezone.localdate()
    for marker in known.markers.values():
        article = article_text(marker)
        for one in missing_figures(article, known, today) if article else ():
            yield f"The article about {marker.name} asks for {one}. There is no such figure now; readers are told so."


@admin.register(Marker)
class MarkerAdmin(CatalogueAdmin):
    list_display = ("name", "specimen", "unit", "how_many_ranges")
    list_filter = ("panels", "specimen", "ranges__laboratory")
    search_fields = ("name", "short_name", "slug", "aliases__name", "loinc_codes__code")
    inlines = (
        *(UnitInline, AliasInline, CodeInline, RangeInline, GapInline, LimitInline, VariationInline, InfluenceInline),
        *(RelatedInline, SourceInline, AmbiguousInline),
    )
    fieldsets = (
        (
            None,
            {
                "description": MARKER_NOTE,
                "fields": (
                    ("name", "short_name"),
                    "slug",
                    "specimen",
                    "summary",
                    ("unit", "decimals", "direction"),
                    ("conventional_unit", "si_unit"),
                    ("plausible_low", "plausible_high"),
                    "choice",
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
    list_display = ("marker", "name", "scheme", "reach", "condition", "source")
    list_display_links = ("marker", "name")
    list_filter = ("sex", "marker")
    list_select_related = ("marker",)
    search_fields = ("marker__name", "marker__slug", "name", "scheme", "source")

    @admin.display(description="limit", ordering="value")
    def reach(self, row: DecisionLimit) -> str:
        """Where it starts and ends, with its unit, on one line."""
        return row.reach.replace(" ", "\u00a0")


@admin.register(Laboratory)
class LaboratoryAdmin(CatalogueAdmin):
    form = LaboratoryForm
    list_display = ("name", "slug", "url")
    search_fields = ("name", "slug")


@admin.register(Panel)
class PanelAdmin(CatalogueAdmin):
    list_display = ("name", "position", "summary")
    inlines = (PlaceInline,)
    fields = ("name", "slug", "position", "summary", "why")


@admin.register(Article)
class ArticleAdmin(CatalogueAdmin):
    form = ArticleForm
    list_display = ("marker", "version", "dated", "written_by")
    list_filter = ("is_curated",)
    list_select_related = ("marker",)
    search_fields = ("marker__name", "marker__short_name", "marker__slug", "text")
    readonly_fields = ("version", "dated")
    fieldsets = ((None, {"description": ARTICLE_NOTE, "fields": ("marker", ("version", "dated"), "text")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The marker stays: another one has an article of its own."""
        return (*super().get_readonly_fields(request, obj), *(() if obj is None else ("marker",)))

    @admin.display(ordering="is_curated")
    def written_by(self, row: Article) -> str:
        """Whether the seed or a curator wrote it."""
        return "a curator" if row.is_curated else "the seed"
