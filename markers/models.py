"""What can be measured, in general: markers, their units, panels, laboratories, ranges and limits."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from markers.fields import ExactDecimalField
from markers.interval import Interval
from markers.reference import Age, Range
from markers.units import Unit

SEXES = [("any", "any"), ("female", "female"), ("male", "male")]
AGE_UNITS = [("days", "days"), ("months", "months"), ("years", "years")]
DIRECTIONS = [("both", "both"), ("high", "high"), ("low", "low")]
OPERATORS = [("<", "<"), ("<=", "<="), (">", ">"), (">=", ">=")]


class Edition(models.Model):
    """One row that changes whenever the catalogue does, so that a cached catalogue knows its age."""

    token = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.token)


class Laboratory(models.Model):
    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=120, unique=True)
    aliases = models.JSONField(default=list, blank=True, help_text="Other names people or documents use.")
    url = models.URLField(blank=True)
    seed_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "laboratories"

    def __str__(self) -> str:
        return self.name


class Marker(models.Model):
    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40, blank=True)
    specimen = models.CharField(max_length=60)
    unit = models.CharField(max_length=40, help_text="The marker's own unit, a UCUM code.")
    decimals = models.PositiveSmallIntegerField(default=1)
    direction = models.CharField(max_length=4, choices=DIRECTIONS, default="both")
    plausible_low = ExactDecimalField(null=True, blank=True)
    plausible_high = ExactDecimalField(null=True, blank=True)
    seed_digest = models.CharField(max_length=64, blank=True, editable=False, help_text="Of the seed last loaded.")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class MarkerUnit(models.Model):
    """A unit of one marker: own = number x factor / divisor + offset."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="units")
    code = models.CharField(max_length=40, help_text="A UCUM code.")
    factor = ExactDecimalField(default="1")
    divisor = ExactDecimalField(default="1")
    offset = ExactDecimalField(default="0")
    spellings = models.JSONField(default=list, blank=True, help_text="How reports print this unit.")
    basis = models.CharField(max_length=200, blank=True, help_text="What the factor follows from.")
    source = models.CharField(max_length=300, blank=True)
    source_url = models.URLField(blank=True, max_length=500)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("marker", "code"), name="one_unit_per_code"),)

    def __str__(self) -> str:
        return self.code

    @property
    def rule(self) -> Unit:
        """The plain conversion of this unit."""
        return Unit(self.code, self.factor, self.divisor, self.offset)

    def clean(self) -> None:
        """Refuses a factor or divisor that can't be a conversion."""
        for name in ("factor", "divisor"):
            number = getattr(self, name)
            if number is not None and number <= 0:
                raise ValidationError({name: "A factor or divisor is above 0."})


class AmbiguousUnit(models.Model):
    """A printed unit that could mean several units of a marker; the names that tell which, else it is asked."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="ambiguous_units")
    spelling = models.CharField(max_length=40)
    choices = models.JSONField(default=list, help_text="UCUM codes of this marker.")
    names = models.JSONField(default=dict, blank=True, help_text="For each code the printed names that mean it.")

    def __str__(self) -> str:
        return self.spelling


class Alias(models.Model):
    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "aliases"
        constraints = (models.UniqueConstraint(fields=("marker", "name"), name="one_alias_per_name"),)

    def __str__(self) -> str:
        return self.name


class LoincCode(models.Model):
    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="loinc_codes")
    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=255, blank=True)
    unit = models.CharField(max_length=40, blank=True, help_text="What a bare printed unit means for this code.")
    method = models.CharField(max_length=80, blank=True, help_text="The method or equation the code implies.")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.code


class Panel(models.Model):
    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    markers: models.ManyToManyField[Marker, PanelMarker] = models.ManyToManyField(
        Marker, through="PanelMarker", related_name="panels"
    )
    seed_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class PanelMarker(models.Model):
    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="places")
    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("panel", "marker"), name="once_per_panel"),)

    def __str__(self) -> str:
        return f"{self.panel}: {self.marker}"


class ReferenceRange(models.Model):
    """An interval with the population it applies to, the laboratory that prints it or none, and its source."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="ranges")
    sex = models.CharField(max_length=6, choices=SEXES, default="any")
    age_from = models.PositiveSmallIntegerField(null=True, blank=True)
    age_from_unit = models.CharField(max_length=6, choices=AGE_UNITS, default="years")
    age_to = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Exclusive.")
    age_to_unit = models.CharField(max_length=6, choices=AGE_UNITS, default="years")
    condition = models.CharField(max_length=80, blank=True, help_text="fasting, a trimester of pregnancy ...")
    laboratory = models.ForeignKey(Laboratory, null=True, blank=True, on_delete=models.CASCADE, related_name="ranges")
    method = models.CharField(max_length=80, blank=True)
    low = ExactDecimalField(null=True, blank=True)
    high = ExactDecimalField(null=True, blank=True)
    low_strict = models.BooleanField(default=False)
    high_strict = models.BooleanField(default=False)
    unit = models.CharField(max_length=40)
    group = models.CharField(max_length=120, blank=True, help_text="In words: adults, children 1 to 5 years ...")
    source = models.CharField(max_length=300)
    source_url = models.URLField(blank=True, max_length=500)
    evidence = models.CharField(max_length=200, blank=True, help_text="Where the figure was seen, if elsewhere.")
    note = models.TextField(blank=True)
    in_force_from = models.DateField(null=True, blank=True, help_text="By collection date.")
    in_force_to = models.DateField(null=True, blank=True, help_text="By collection date; exclusive.")
    is_curated = models.BooleanField(default=False, editable=False, help_text="A curator wrote it: seeds leave it.")

    class Meta:
        ordering = ("marker", "laboratory", "sex", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(source=""), name="range_has_a_source"),
            models.CheckConstraint(condition=Q(low__isnull=False) | Q(high__isnull=False), name="range_has_a_bound"),
        )

    def __str__(self) -> str:
        ends = f"{'' if self.low is None else self.low}–{'' if self.high is None else self.high} {self.unit}"
        ages = f"{self.start or 0} to {self.end}" if self.end else f"from {self.start}" if self.start else "all ages"
        owner = f", {self.laboratory.name}" if self.laboratory_id and self.laboratory else ""
        return f"{ends}, {self.sex}, {ages}{owner}"

    @property
    def interval(self) -> Interval:
        """The plain interval, in `unit`."""
        return Interval(self.low, self.high, self.low_strict, self.high_strict)

    @property
    def start(self) -> Age | None:
        """The first age it applies to."""
        return None if self.age_from is None else Age(self.age_from, self.age_from_unit)

    @property
    def end(self) -> Age | None:
        """The first age it no longer applies to."""
        return None if self.age_to is None else Age(self.age_to, self.age_to_unit)

    @property
    def rule(self) -> Range:
        """The plain range that judges; reads its laboratory."""
        laboratory: Any = self.laboratory
        return Range(
            id=self.pk,
            interval=self.interval,
            unit=self.unit,
            source=self.source,
            sex=self.sex,
            age_from=self.start,
            age_to=self.end,
            condition=self.condition,
            method=self.method,
            laboratory=laboratory.slug if laboratory else "",
            laboratory_name=laboratory.name if laboratory else "",
            group=self.group,
            source_url=self.source_url,
            note=self.note,
            in_force_from=self.in_force_from,
            in_force_to=self.in_force_to,
        )


class RangeGap(models.Model):
    """Ages for which no general range exists, with the reason."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="gaps")
    sex = models.CharField(max_length=6, choices=SEXES, default="any")
    age_from = models.PositiveSmallIntegerField(null=True, blank=True)
    age_from_unit = models.CharField(max_length=6, choices=AGE_UNITS, default="years")
    age_to = models.PositiveSmallIntegerField(null=True, blank=True)
    age_to_unit = models.CharField(max_length=6, choices=AGE_UNITS, default="years")
    reason = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.reason


class DecisionLimit(models.Model):
    """A threshold that a guideline defines; never a reference bound."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="limits")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=160)
    operator = models.CharField(max_length=2, choices=OPERATORS)
    value = ExactDecimalField()
    unit = models.CharField(max_length=40)
    condition = models.CharField(max_length=200, blank=True)
    sex = models.CharField(max_length=6, choices=SEXES, default="any")
    age_from = models.PositiveSmallIntegerField(null=True, blank=True)
    age_from_unit = models.CharField(max_length=6, choices=AGE_UNITS, default="years")
    age_to = models.PositiveSmallIntegerField(null=True, blank=True)
    age_to_unit = models.CharField(max_length=6, choices=AGE_UNITS, default="years")
    source = models.CharField(max_length=300)
    source_url = models.URLField(blank=True, max_length=500)

    class Meta:
        ordering = ("marker", "id")
        constraints = (
            models.UniqueConstraint(fields=("marker", "key"), name="one_limit_per_key"),
            models.CheckConstraint(condition=~Q(source=""), name="limit_has_a_source"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.operator} {self.value} {self.unit})"
