"""The entry form of a visit: what is said of the visit, and its rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone

from markers.facts import Catalogue, MarkerFacts
from markers.quantity import ValueProblem, parse_value
from markers.queries import catalogue
from markers.units import tidy
from results.actions.visits import TypedRow, typed_row
from results.days import DayProblem, read_day
from results.documents.ranges import is_swapped, printed_range, range_unit
from results.models import Result, Visit
from results.words import day_text

FASTING = [("", "Not known"), ("yes", "Yes"), ("no", "No")]
ANSWERS: dict[str, bool | None] = {"yes": True, "no": False, "": None}
MOST_ROWS = 1_000
LONGEST_NOTE = 2_000
TOO_MANY = f"A visit holds at most {MOST_ROWS} results."


class VisitForm(forms.Form):
    """Day, laboratory, fasting and note."""

    collected_on = forms.CharField(
        label="Day of collection", max_length=60, error_messages={"required": "Type the day of collection."}
    )
    lab = forms.CharField(label="Laboratory", max_length=120, required=False)
    fasting = forms.ChoiceField(label="Fasting", choices=FASTING, required=False)
    note = forms.CharField(label="Note", max_length=5_000, required=False)

    def clean_collected_on(self) -> Any:
        """The day as a date."""
        try:
            return read_day(self.cleaned_data["collected_on"], timezone.localdate())
        except DayProblem as problem:
            raise forms.ValidationError(str(problem)) from problem

    def about(self) -> dict[str, Any]:
        """What the writing of a visit takes."""
        found = self.cleaned_data
        return {
            "collected_on": found["collected_on"],
            "lab": found["lab"],
            "fasting": ANSWERS[found["fasting"]],
            "note": found["note"],
        }


class ResultId(forms.UUIDField):
    """The id of a stored result; a text that is no id names none, as the id of another visit's result names none."""

    def clean(self, value: Any) -> uuid.UUID | None:
        """The id, or None."""
        try:
            found: uuid.UUID | None = super().clean(value)
        except forms.ValidationError:
            return None
        return found


class RowForm(forms.Form):
    """One row; without a value it is no result. What is stored and was not touched is never read again."""

    id = ResultId(required=False)
    marker = forms.CharField(max_length=200, required=False)
    value = forms.CharField(required=False)
    unit = forms.CharField(max_length=60, required=False)
    printed = forms.CharField(max_length=200, required=False)
    note = forms.CharField(required=False)
    sure = forms.BooleanField(required=False)

    def __init__(
        self,
        *args: Any,
        stored: Mapping[uuid.UUID, Result] | None = None,
        known: Catalogue | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stored = stored or {}
        self.known = known or catalogue()
        self.facts: MarkerFacts | None = None
        self.last = ""
        self.questions: list[tuple[str, str]] = []

    def old(self) -> Result | None:
        """The stored result that this row edits."""
        identity = self.cleaned_data.get("id") if hasattr(self, "cleaned_data") else self.initial.get("id")
        return self.stored.get(identity) if identity else None

    def clean(self) -> dict[str, Any]:
        """Resolves the marker, and reads the value where it was typed anew."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        old = self.old()
        if not self.has_value:
            return cleaned
        if "value" not in self.errors and (old is None or not is_same(cleaned["value"], old.written)):
            self._read_value(cleaned["value"])
        if "note" not in self.errors and (old is None or not is_same(cleaned["note"], old.note)):
            self._measure_note(cleaned["note"])
        if "marker" in self.errors:
            return cleaned
        if old is not None and is_same(cleaned["marker"], marker_words(old, self.known)):
            if old.marker_id is None:
                return cleaned
            self.facts = self.known.by_id[old.marker_id]
        else:
            self._find_marker(cleaned["marker"])
        self._look_at_range(cleaned.get("printed", ""), cleaned.get("unit", ""))
        return cleaned

    @property
    def has_value(self) -> bool:
        """True where the row states a result; False where it was left empty."""
        return bool(self.cleaned_data.get("value")) or "value" in self.errors

    @property
    def is_touched(self) -> bool:
        """True where the row is new, or states another marker, value or unit than is stored."""
        old, found = self.old(), self.cleaned_data
        if old is None or old.marker_id != (self.facts.id if self.facts else None):
            return True
        return not (is_same(found["value"], old.written) and is_same(found["unit"], old.unit))

    def _read_value(self, typed: str) -> None:
        try:
            parse_value(typed)
        except ValueProblem as problem:
            self.add_error("value", problem.message)

    def _measure_note(self, typed: str) -> None:
        if len(typed) > LONGEST_NOTE:
            self.add_error("note", f"A note has at most {LONGEST_NOTE} characters.")

    def _find_marker(self, typed: str) -> None:
        if not typed:
            self.add_error("marker", "Choose a marker for this value.")
            return
        self.facts = self.known.named(typed)
        if self.facts is None:
            near = " or ".join(marker.name for marker in self.known.like(typed))
            self.add_error("marker", f"There is no marker {typed}.{f' Did you mean {near}?' if near else ''}")

    def _look_at_range(self, text: str, unit: str) -> None:
        if text and printed_range(text) is None:
            self.questions.append(
                ("range", f"We can't read bounds from “{text}”. It is kept as text and judges nothing.")
            )
        elif is_swapped(text):
            self.questions.append(("range", f"The range {text} starts with its upper bound. It is read the other way."))
        printed = range_unit(text)
        if printed and self.facts is not None and tidy(printed) != tidy(unit):
            code = self.facts.units.find(printed)
            if code is None:
                self.questions.append(
                    ("range", f"The range is in {printed}, which we don't know here: it won't be used.")
                )
            elif code != self.facts.units.find(unit):
                self.questions.append(
                    ("range", f"The range is in {printed}, the value in {unit}. It will be converted.")
                )

    def _named_unit(self) -> str:
        """Which of two units an ambiguous one is, where the typed name tells, as BUN does; the marker's own doesn't."""
        typed, unit = self.cleaned_data["marker"].casefold(), self.cleaned_data["unit"]
        if self.facts is None or typed == self.facts.name.casefold():
            return ""
        code = self.facts.unit_names.get(typed, "")
        return code if code in self.facts.units.choices(unit) else ""

    def row(self) -> TypedRow:
        """The row to write."""
        old, found = self.old(), self.cleaned_data
        base = typed_row(old, {}) if old else None
        slug = self.facts.slug if self.facts else None
        value = old.value if old and is_same(found["value"], old.written) else parse_value(found["value"]).text
        row: dict[str, Any] = {
            "marker": slug,
            "value": value,
            "unit": old.unit if old and is_same(found["unit"], old.unit) else found["unit"],
            "note": old.note if old and is_same(found["note"], old.note) else found["note"],
            "id": old.pk if old else None,
            "is_unit_sure": found["sure"],
            "unit_code": self._named_unit(),
        }
        if base and old and is_same(found["printed"], printed_words(old)):
            names = ("low", "high", "low_strict", "high_strict", "text", "unit")
            return TypedRow(**row, **{f"printed_{name}": getattr(base, f"printed_{name}") for name in names})
        interval = printed_range(found["printed"])
        if interval is None:
            return TypedRow(**row, printed_text=found["printed"])
        return TypedRow(
            **row,
            printed_text=found["printed"],
            printed_low=interval.low,  # type: ignore[arg-type]
            printed_high=interval.high,  # type: ignore[arg-type]
            printed_low_strict=interval.low_strict,
            printed_high_strict=interval.high_strict,
        )


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """The rows of a visit."""

    default_error_messages = {
        "missing_management_form": "The rows of this page did not arrive whole. Load the page again.",
        "too_many_forms": TOO_MANY,
    }


RowForms = forms.formset_factory(RowForm, formset=Rows, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 50)


def is_same(typed: str, stored: str) -> bool:
    """True where a field came back as it was shown; a field of one line shows a line break as a blank."""
    return typed.split() == stored.split()


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def marker_words(result: Result, known: Catalogue) -> str:
    """The marker of a stored result as its field shows it."""
    return known.by_id[result.marker_id].name if result.marker_id else result.name or "Other result"


def printed_words(result: Result) -> str:
    """The printed range of a stored result as its field shows it."""
    if result.printed_text:
        return result.printed_text
    low, high = (None if bound is None else format(bound, "f") for bound in (result.printed_low, result.printed_high))
    if low is not None and high is not None:
        return f"{low}-{high}"
    if high is not None:
        return f"{'<' if result.printed_high_strict else '<='}{high}"
    return f"{'>' if result.printed_low_strict else '>='}{low}" if low is not None else ""


def initial_visit(visit: Visit) -> dict[str, Any]:
    """A stored visit as its form shows it."""
    fasting = next(key for key, value in ANSWERS.items() if value is visit.fasting)
    return {"collected_on": day_text(visit.collected_on), "lab": visit.lab, "fasting": fasting, "note": visit.note}


def initial_rows(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Stored results as their rows show them."""
    known = catalogue()
    return [
        {
            "id": result.pk,
            "marker": marker_words(result, known),
            "value": _one_line(result.written),
            "unit": result.unit,
            "printed": _one_line(printed_words(result)),
            "note": _one_line(result.note),
        }
        for result in results
    ]
