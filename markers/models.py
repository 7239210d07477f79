"""What can be measured, in general: markers, their units, panels, laboratories, ranges and limits."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from markers.fields import ExactDecimalField
from markers.interval import Interval
from markers.loinc import loinc_is_valid
from markers.overlap import overlaps
from markers.reference import Age, Range, may_come_before
from markers.units import Unit, tidy

SEXES = [("any", "any"), ("female", "female"), ("male", "male")]
AGE_UNITS = [("days", "days"), ("months", "months"), ("years", "years")]
DIRECTIONS = [("both", "both"), ("high", "high"), ("low", "low")]
OPERATORS = [("<", "<"), ("<=", "<="), (">", ">"), (">=", ">=")]
EFFECTS = [("raises", "raises"), ("lowers", "lowers"), ("other", "other")]
UCUM = re.compile(r"[!-~]+")
NO_SENTENCE = "This is a sentence: it ends with a period."


def ucum_problem(code: str) -> str:
    """Why a code can't be UCUM, or nothing."""
    return "" if UCUM.fullmatch(code) else f"A UCUM code has no blanks and only plain letters: umol/L, not {code}."


def sentence_problem(text: str) -> str:
    """Why a text is no sentence, or nothing; an empty one is nothing said."""
    return NO_SENTENCE if text and not text.endswith(".") else ""


def age_problem(one: Aged) -> dict[str, str]:
    """Ages that nobody can have, by field."""
    start, end = one.start, one.end
    if start is None or end is None:
        return {"age_to": "Nobody is younger than 0."} if one.age_to == 0 else {}
    if may_come_before(start, end):
        return {}
    return {"age_to": f"The age it ends at, {end}, comes after the age it starts at, {start}."}


def _refuse(problems: dict[str, str]) -> None:
    told = {name: problem for name, problem in problems.items() if problem}
    if told:
        raise ValidationError(told)


class Aged:
    """Whatever holds for ages, from the first (inclusive) to the last (exclusive), each a number with its unit."""

    age_from: Any
    age_from_unit: Any
    age_to: Any
    age_to_unit: Any

    @property
    def start(self) -> Age | None:
        """The first age it applies to."""
        return None if self.age_from is None else Age(self.age_from, self.age_from_unit)

    @property
    def end(self) -> Age | None:
        """The first age it no longer applies to."""
        return None if self.age_to is None else Age(self.age_to, self.age_to_unit)


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

    @property
    def names(self) -> set[str]:
        """Every name it is found by, case-folded."""
        return {" ".join(name.split()).casefold() for name in (self.name, self.slug, *self.aliases)}

    def clean(self) -> None:
        """Refuses a name that already stands for another laboratory, whose ranges would judge."""
        for other in Laboratory.objects.exclude(pk=self.pk):
            for name in sorted(self.names & other.names):
                raise ValidationError(f"“{name}” already stands for {other}.")


class Marker(models.Model):
    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40, blank=True)
    specimen = models.CharField(max_length=60)
    unit = models.CharField(max_length=40, help_text="The marker's own unit, a UCUM code.")
    decimals = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(10)])
    direction = models.CharField(max_length=4, choices=DIRECTIONS, default="both")
    plausible_low = ExactDecimalField(null=True, blank=True)
    plausible_high = ExactDecimalField(null=True, blank=True)
    summary = models.TextField(blank=True, help_text="One sentence: what it is and why it is looked at.")
    choice = models.TextField(blank=True, help_text="Which of the published ranges was chosen, and why.")
    conventional_unit = models.CharField(max_length=40, blank=True, help_text="A UCUM code of this marker.")
    si_unit = models.CharField("SI unit", max_length=40, blank=True, help_text="A UCUM code of this marker.")
    seed_digest = models.CharField(max_length=64, blank=True, editable=False, help_text="Of the seed last loaded.")

    typed_codes: set[str] | None = None  # in a form under way: what codes() will be once it is stored

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def codes(self) -> set[str]:
        """Its own unit and its further units, as stored."""
        return {self.unit, *(self.units.values_list("code", flat=True) if self.pk else ())}

    def clean(self) -> None:
        """Refuses swapped plausible bounds, half a sentence, and another own unit once figures are stated by it."""
        low, high = self.plausible_low, self.plausible_high
        swapped = low is not None and high is not None and low > high
        _refuse(
            {
                "plausible_low": f"The lower bound, {low}, is above the upper bound, {high}." if swapped else "",
                "unit": ucum_problem(self.unit) or self._why_unit_stays(),
                **{name: sentence_problem(getattr(self, name)) for name in ("summary", "choice")},
            }
        )

    def _why_unit_stays(self) -> str:
        stored = Marker.objects.filter(pk=self.pk).first() if self.pk else None
        if stored is None or stored.unit == self.unit:
            return ""
        stated: dict[str, Any] = {"units": stored.units, "ranges": stored.ranges, "limits": stored.limits}
        told = [f"{name} ({rows.count()})" for name, rows in stated.items() if rows.exists()]
        return f"It stays {stored.unit}: {', '.join(told)} are stated by it." if told else ""


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
        """Refuses a factor or divisor that can't be a conversion, and one without a source; tidies spellings."""
        self.spellings = [tidy(spelling) for spelling in self.spellings]
        problems = {"code": ucum_problem(self.code)}
        for name in ("factor", "divisor"):
            if Decimal(getattr(self, name)) <= 0:
                problems[name] = "A factor or divisor is above 0."
        marker = getattr(self, "marker", None)
        if marker is not None and marker.unit == self.code:
            if Decimal(self.factor) != Decimal(self.divisor) or Decimal(self.offset):
                problems["factor"] = f"{self.code} is the marker's own unit: factor and divisor are 1, offset is 0."
        elif not (self.source or self.basis):
            problems["basis"] = "A factor needs a source or what it follows from."
        _refuse(problems)


class AmbiguousUnit(models.Model):
    """A printed unit that could mean other units than it says; the names that tell which, else it is asked."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="ambiguous_units")
    spelling = models.CharField(max_length=40)
    choices = models.JSONField(default=list, help_text="UCUM codes of this marker.")
    names = models.JSONField(default=dict, blank=True, help_text="For each code the printed names that mean it.")

    def __str__(self) -> str:
        return self.spelling

    def clean(self) -> None:
        """Refuses a spelling without a unit that it could mean (one alone is asked about too); tidies it."""
        self.spelling = tidy(self.spelling)
        _refuse({"choices": "" if self.choices else "Name the units that it could mean."})


class Alias(models.Model):
    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "aliases"
        constraints = (models.UniqueConstraint(fields=("marker", "name"), name="one_alias_per_name"),)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuses a name that already means another marker: typed or printed, it would mean neither."""
        named = Q(name__iexact=self.name) | Q(short_name__iexact=self.name) | Q(aliases__name__iexact=self.name)
        if other := Marker.objects.filter(named).exclude(pk=self.marker_id).first():
            raise ValidationError({"name": f"“{self.name}” already means {other}."})


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

    def clean(self) -> None:
        """Refuses a code whose check digit is wrong."""
        wrong = "" if loinc_is_valid(self.code) else f"{self.code} is not a LOINC code: its check digit is wrong."
        _refuse({"code": wrong})


class Panel(models.Model):
    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    why = models.TextField(blank=True, help_text="Why these are read together.")
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


class ReferenceRange(Aged, models.Model):
    """An interval with the population it applies to, the laboratory that prints it or none, and its source."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="ranges")
    key = models.SlugField(max_length=60, blank=True, help_text="How an article names it.")
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
        told = [self.bounds, self.sex, self.ages, self.condition, self.method]
        told.append(self.laboratory.name if self.laboratory_id and self.laboratory else "")
        told.append(f"from {self.in_force_from}" if self.in_force_from else "")
        told.append(f"until {self.in_force_to}" if self.in_force_to else "")
        return ", ".join(part for part in told if part)

    @property
    def bounds(self) -> str:
        """The interval in words, with its unit."""
        low, high = ("" if bound is None else f"{Decimal(bound):f}" for bound in (self.low, self.high))
        return f"{low}–{high} {self.unit}"

    @property
    def ages(self) -> str:
        """The ages it applies to, in words."""
        if self.end:
            return f"{self.start or 0} to {self.end}"
        return f"from {self.start}" if self.start else "all ages"

    def clean(self) -> None:
        """Refuses bounds, ages or days that can't hold anybody or anything."""
        low, high = self.low, self.high
        problems = age_problem(self)
        if low is None and high is None:
            problems["low"] = "A range needs a lower or an upper bound."
        elif low is not None and high is not None and low > high:
            problems["low"] = f"The lower bound, {low:f}, is above the upper bound, {high:f}."
        elif low == high and (self.low_strict or self.high_strict):
            problems["low"] = "Nothing lies between these bounds."
        if self.in_force_from and self.in_force_to and self.in_force_from >= self.in_force_to:
            problems["in_force_to"] = f"It ends on {self.in_force_to}, so it starts before that day."
        _refuse(problems)

    def overlapping(self, others: Iterable[ReferenceRange]) -> ReferenceRange | None:
        """The first of other ranges of its marker that could judge the same result, else None."""
        mine = _record(self)
        return next((other for other in others if overlaps(mine, _record(other))), None)

    @property
    def interval(self) -> Interval:
        """The plain interval, in `unit`."""
        return Interval(self.low, self.high, self.low_strict, self.high_strict)

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
            key=self.key,
        )


def _record(one: ReferenceRange) -> dict[str, Any]:
    return {**vars(one), "laboratory": one.laboratory_id}


class RangeGap(Aged, models.Model):
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

    def clean(self) -> None:
        """Refuses ages that nobody can have."""
        _refuse(age_problem(self))


class DecisionLimit(Aged, models.Model):
    """A threshold that a guideline defines; never a reference bound."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="limits")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=160)
    scheme = models.CharField(max_length=120, blank=True, help_text="Limits of one scheme are drawn on one line.")
    operator = models.CharField(max_length=2, choices=OPERATORS)
    value = ExactDecimalField()
    upper_operator = models.CharField(max_length=2, choices=OPERATORS[:2], blank=True)
    upper = ExactDecimalField(null=True, blank=True, help_text="Where it ends, if it is a band.")
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
        return f"{self.name} ({self.reach})"

    @property
    def reach(self) -> str:
        """What it reaches over in signs, with its unit: >= 3.5 and < 5.5 mg/L."""
        end = "" if self.upper is None else f" and {self.upper_operator} {self.upper}"
        return f"{self.operator} {self.value}{end} {self.unit}"

    @property
    def interval(self) -> Interval:
        """What it reaches over, in `unit`."""
        if self.operator.startswith("<"):
            return Interval(None, self.value, high_strict=self.operator == "<")
        return Interval(self.value, self.upper, self.operator == ">", self.upper_operator == "<")

    def clean(self) -> None:
        """Refuses ages that nobody can have, and a band that ends before it starts."""
        problems = age_problem(self)
        if self.upper is not None and (self.operator not in (">", ">=") or Decimal(self.upper) <= Decimal(self.value)):
            problems["upper"] = "A band starts with > or >= and ends above its start."
        elif (self.upper is None) != (not self.upper_operator):
            problems["upper_operator"] = "A band has both: where it ends, and < or <=."
        _refuse(problems)


class Variation(models.Model):
    """How much a marker varies within one person and between persons, in percent, as a study found it."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="variation")
    within = ExactDecimalField(help_text="Within one person, coefficient of variation in percent.")
    between = ExactDecimalField(null=True, blank=True, help_text="Between persons, in percent.")
    analytical = ExactDecimalField(null=True, blank=True, help_text="Of the measurement, in percent.")
    group = models.CharField(max_length=160, blank=True, help_text="Who was studied, and for how long.")
    note = models.TextField(blank=True)
    source = models.CharField(max_length=300)
    source_url = models.URLField(blank=True, max_length=500)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "variation"
        constraints = (models.CheckConstraint(condition=~Q(source=""), name="variation_has_a_source"),)

    def __str__(self) -> str:
        return f"{self.within} % within a person"

    def clean(self) -> None:
        """Refuses a percentage of nothing."""
        figures = {name: getattr(self, name) for name in ("within", "between", "analytical")}
        _refuse(
            {
                name: "" if figure is None or Decimal(figure) > 0 else "A percentage is above 0."
                for name, figure in figures.items()
            }
        )


class Influence(models.Model):
    """What moves a marker, with its source."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="influences")
    effect = models.CharField(max_length=6, choices=EFFECTS)
    text = models.CharField(max_length=300)
    source = models.CharField(max_length=300)
    source_url = models.URLField(blank=True, max_length=500)

    class Meta:
        ordering = ("id",)
        constraints = (models.CheckConstraint(condition=~Q(source=""), name="influence_has_a_source"),)

    def __str__(self) -> str:
        return f"{self.effect}: {self.text}"


class Related(models.Model):
    """Another marker that is read beside one, and why."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="related")
    other = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="related_to")
    why = models.CharField(max_length=300, help_text="One sentence.")

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "related"
        constraints = (models.UniqueConstraint(fields=("marker", "other"), name="related_once"),)

    def __str__(self) -> str:
        return f"{self.marker}: {self.other}"

    def clean(self) -> None:
        """Refuses a marker beside itself, and half a sentence."""
        itself = self.other_id is not None and self.other_id == self.marker_id
        _refuse({"other": "This is the marker itself." if itself else "", "why": sentence_problem(self.why)})


class Source(models.Model):
    """A publication that a marker's figures come from; rows name it by its title."""

    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="sources")
    title = models.CharField(max_length=300)
    url = models.URLField(blank=True, max_length=500)
    year = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title


class Article(models.Model):
    """What people read about a marker: Markdown whose figures are references to the marker's data."""

    marker = models.OneToOneField(Marker, on_delete=models.CASCADE, related_name="article")
    text = models.TextField(help_text="Front matter and Markdown, as in seeds/articles.")
    version = models.CharField(max_length=20)
    dated = models.DateField()
    seed_digest = models.CharField(max_length=64, blank=True, editable=False)
    is_curated = models.BooleanField(default=False, editable=False, help_text="A curator wrote it: seeds leave it.")

    class Meta:
        ordering = ("-dated", "marker")

    def __str__(self) -> str:
        return f"{self.marker} {self.version}"
