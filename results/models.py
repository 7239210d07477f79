"""What was measured, of whom: visits, results, and the documents they came from."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.db import models
from django.utils import timezone

from bloodsight.people.models import Person
from markers.fields import ExactDecimalField
from markers.interval import Interval
from markers.models import Marker

KEPT_DELETED = timedelta(days=30)
IMPORT_STATUSES = [(name, name) for name in ("reading", "review", "confirmed", "undone", "failed")]
ROW_STATES = [(name, name) for name in ("ready", "check", "unreadable", "stored")]


class Import(models.Model):
    """One document brought by a person: read into rows, reviewed, then saved whole or not at all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="imports")
    file_name = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=IMPORT_STATUSES, default="reading")
    problem = models.TextField(blank=True, help_text="Why it could not be read, in words.")
    question = models.TextField(blank=True, help_text="What must be answered first: another birth date or sex.")
    warnings = models.JSONField(default=list, blank=True)
    left_out = models.JSONField(default=dict, blank=True, help_text="What was not a result, and how often.")
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.file_name or 'document'}, {self.created_at:%Y-%m-%d}"


class Reported(models.Model):
    """What a report says of one result; the columns shared by a stored result and a row under review."""

    marker = models.ForeignKey(Marker, null=True, blank=True, on_delete=models.PROTECT, db_index=False)
    collected_on = models.DateField(null=True, blank=True)
    collected_time = models.TimeField(null=True, blank=True, help_text="Local time at the place of collection.")
    value = models.CharField(max_length=80, blank=True, help_text="The number or word exactly as written.")
    text = models.TextField(blank=True, help_text="A coded or long answer, as written.")
    unit = models.CharField(max_length=60, blank=True, help_text="As printed.")
    unit_code = models.CharField(max_length=60, blank=True, help_text="UCUM, where known.")
    unit_doubted = models.BooleanField(default=False, help_text="The unit contradicts the value: never judged.")
    printed_low = ExactDecimalField(null=True, blank=True)
    printed_high = ExactDecimalField(null=True, blank=True)
    printed_low_strict = models.BooleanField(default=False)
    printed_high_strict = models.BooleanField(default=False)
    printed_text = models.CharField(max_length=200, blank=True)
    printed_unit = models.CharField(max_length=60, blank=True, help_text="Empty: the unit of the value.")
    printed_for = models.CharField(max_length=20, blank=True, help_text="Sex and birth date that it was chosen by.")
    method = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)
    status = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=200, blank=True, help_text="As printed.")
    external_id = models.CharField(max_length=200, blank=True)
    external_version = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True

    @property
    def written(self) -> str:
        """The answer as written: a number, a word or a text."""
        return self.value or self.text

    @property
    def printed_range(self) -> Interval | None:
        """The range that the report prints, or None where it prints no bound."""
        if self.printed_low is None and self.printed_high is None:
            return None
        return Interval(self.printed_low, self.printed_high, self.printed_low_strict, self.printed_high_strict)


class ImportRow(Reported):
    """One row of a document, as read and matched, with where it stands there and what is to be decided."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    order = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ROW_STATES)
    reason = models.TextField(blank=True)
    accepted = models.BooleanField(default=False)
    matched_by = models.CharField(max_length=20, blank=True)
    lab = models.CharField(max_length=120, blank=True)
    specimen = models.CharField(max_length=80, blank=True)
    interpretation = models.CharField(max_length=80, blank=True)
    offset = models.CharField(max_length=6, blank=True, help_text="Offset of the local time, +02:00.")
    codings = models.JSONField(default=list, blank=True)
    locator = models.CharField(max_length=200, blank=True)
    resource = models.TextField(blank=True, help_text="The untouched source of this row.")

    class Meta:
        ordering = ("order",)
        indexes = (models.Index(fields=("batch", "order"), name="row_in_document"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class Visit(models.Model):
    """One collection: a day, a laboratory and what was known about it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="visits", db_index=False)
    collected_on = models.DateField()
    lab = models.CharField(max_length=120, blank=True)
    fasting = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True)
    batch = models.ForeignKey(Import, null=True, blank=True, on_delete=models.SET_NULL, related_name="visits")
    nonce = models.UUIDField(null=True, blank=True, help_text="Of the form that made it: a second press finds it.")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-collected_on", "-created_at")
        indexes = (models.Index(fields=("person", "collected_on"), name="visits_of_a_person"),)
        constraints = (models.UniqueConstraint(fields=("person", "nonce"), name="one_visit_per_nonce"),)

    def __str__(self) -> str:
        return f"{self.collected_on:%Y-%m-%d}"


class Result(Reported):
    """One reported value of a person; carries person and date itself so that a series is one index."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="results", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="results")
    order = models.PositiveIntegerField(default=0, help_text="Its place on the report.")
    batch = models.ForeignKey(Import, null=True, blank=True, on_delete=models.CASCADE, related_name="results")
    row = models.OneToOneField(ImportRow, null=True, blank=True, on_delete=models.SET_NULL, related_name="result")

    class Meta:
        ordering = ("order",)
        indexes = (
            models.Index(
                fields=(
                    *("person", "marker", "collected_on", "collected_time", "order", "visit", "id"),
                    *("value", "unit", "unit_code", "printed_low", "printed_high", "printed_low_strict"),
                    *("printed_high_strict", "printed_unit", "printed_for", "method", "unit_doubted"),
                ),
                name="series_of_a_marker",
            ),
            models.Index(fields=("person", "external_id"), name="results_by_source_id"),
        )

    def __str__(self) -> str:
        return f"{self.name or self.marker_id}"


class VisitVersion(models.Model):
    """A visit with its results as it was before an edit or a deletion: history, conflict and undo."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="visit_versions")
    visit_id = models.UUIDField(db_index=True)
    version = models.PositiveIntegerField()
    deleted = models.BooleanField(default=False)
    replaced_at = models.DateTimeField(default=timezone.now)
    snapshot = models.JSONField()

    class Meta:
        ordering = ("-replaced_at",)

    def __str__(self) -> str:
        return f"version {self.version}"

    @property
    def collected_on(self) -> date:
        """The day of the visit as it was."""
        return date.fromisoformat(self.snapshot["visit"]["collected_on"])
