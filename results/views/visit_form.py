"""Logging a visit: entry, read-back, saving once, editing, and what happens when two edit at a time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bloodsight.people.models import Person
from markers.facts import MarkerFacts
from markers.queries import catalogue
from results import access
from results.actions.visits import Stale, TypedRow, create_visit, typed_rows, update_visit
from results.forms import MOST_ROWS, TOO_MANY, RowForm, RowForms, VisitForm, initial_rows, initial_visit
from results.models import Result, Visit, VisitVersion
from results.queries import Last, laboratories_of, last_values
from results.slips import Entered, Slip, slips
from results.words import short_day, unit_text

BLANK_ROWS = 12
LET_PASS = frozenset({"long ago", "range"})  # told, not asked


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """A new visit: rows of the last one or of a panel, then a read-back, then saved once."""
    person = access.person_of(request.user, person_id)
    return _Entry(request, person, None).answer()


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, person_id: uuid.UUID, visit_id: uuid.UUID) -> HttpResponse:
    """A stored visit, edited by the same page."""
    person = access.person_of(request.user, person_id)
    return _Entry(request, person, access.visit_of(request.user, visit_id, person)).answer()


class _Entry:
    """One request of the entry page, for a new visit or a stored one."""

    def __init__(self, request: HttpRequest, person: Person, visit: Visit | None) -> None:
        self.request, self.person, self.visit = request, person, visit
        self.stored = {result.pk: result for result in visit.results.all()} if visit else {}
        self.action = request.POST.get("action", "")

    def answer(self) -> HttpResponse:
        """The page that the pressed button asks for."""
        if self.request.method != "POST":
            return self._page(VisitForm(initial=self._initial()), self._rows(self._offered()))
        form = VisitForm(self.request.POST)
        try:
            rows = RowForms(self.request.POST, prefix="row", form_kwargs={"stored": self.stored})
            sent = [{name: row[name].value() or "" for name in row.fields} for row in rows]
        except (ValueError, KeyError):
            return self._page(VisitForm(initial=self._initial()), self._rows(self._offered()), status=400)
        if self.action in ("more", "panel", "change"):
            return self._page(VisitForm(initial=_typed(form)), self._rows(sent + self._added(sent)))
        if not (form.is_valid() & rows.is_valid()):
            return self._page(form, rows, status=400)
        filled = [row for row in rows if row.has_value]
        if not filled or len(filled) > MOST_ROWS:
            form.add_error(None, TOO_MANY if filled else "No row has a value yet.")
            return self._page(form, rows, status=400)
        return self._read_back(form, rows, filled)

    def _read_back(self, form: VisitForm, rows: Any, filled: Sequence[RowForm]) -> HttpResponse:
        asked = self._slips(form, filled)
        kept = set(self.request.POST.getlist("keep"))
        open_questions = [slip for slip in asked if slip.kind not in LET_PASS and _key(slip) not in kept]
        if self.action == "save" and not open_questions:
            return self._save(form, filled)
        gone = [result for pk, result in self.stored.items() if pk not in {row.cleaned_data["id"] for row in filled}]
        known = catalogue().by_id
        context = {
            "person": self.person,
            "visit": self.visit,
            "form": form,
            "rows": rows,
            "filled": filled,
            "about": form.about(),
            "questions": [
                (slip, _key(slip), _key(slip) in kept, filled[slip.row] if slip.row is not None else None)
                for slip in asked
            ],
            "let_pass": LET_PASS,
            "unanswered": self.action == "save",
            "removed": [known[one.marker_id].name if one.marker_id else one.name for one in gone],
            "nonce": self._nonce(),
            "version": self.request.POST.get("version", ""),
            "section": "visits",
        }
        return render(self.request, "visit_review.html", context, status=400 if self.action == "save" else 200)

    def _save(self, form: VisitForm, filled: Sequence[RowForm]) -> HttpResponse:
        typed = [row.row() for row in filled]
        if self.visit is None:
            saved = create_visit(person=self.person, rows=typed, nonce=self._nonce(), **form.about())
        else:
            try:
                version = int(self.request.POST.get("version", ""))
                saved = update_visit(visit=self.visit, version=version, rows=typed, **form.about())
            except ValueError:
                return redirect("results:visit_edit", self.person.pk, self.visit.pk)
            except Stale as stale:
                return self._conflict(form, filled, version, stale.visit)
        messages.success(self.request, "The visit was saved.")
        return redirect("results:visit", self.person.pk, saved.pk)

    def _conflict(self, form: VisitForm, filled: Sequence[RowForm], version: int, now: Visit | None) -> HttpResponse:
        """Both versions side by side; the form keeps what was typed, and rows that the other one added."""
        mine = [{name: row[name].value() or "" for name in row.fields} for row in filled]
        if now is None:
            messages.error(
                self.request, "This visit was deleted meanwhile. What you typed is kept below; saving makes it anew."
            )
            self.visit, self.stored = None, {}
            rows = self._rows([row | {"id": ""} for row in mine])
            return self._page(VisitForm(initial=_typed(form)), rows, status=409)
        theirs = list(now.results.order_by("order"))
        former = VisitVersion.objects.filter(visit_id=now.pk, version=version, person=self.person).first()
        known_then = {row["id"] for row in former.snapshot["results"]} if former else set()
        added = [one for one in theirs if str(one.pk) not in known_then]
        self.visit, self.stored = now, {one.pk: one for one in theirs}
        rows = self._rows(mine + initial_rows(added))
        extra = {"conflict": _differences(mine, form, now, theirs), "version": now.version}
        return self._page(VisitForm(initial=_typed(form)), rows, status=409, **extra)

    def _page(self, form: VisitForm, rows: Any, status: int = 200, **extra: Any) -> HttpResponse:
        known = catalogue()
        last = last_values(self.person, self.visit.collected_on if self.visit else None)
        for row in rows:
            marker = known.named(str(row["marker"].value() or ""))
            if marker and marker.slug in last:
                row.last = _last_words(last[marker.slug])
        context = {
            "person": self.person,
            "visit": self.visit,
            "form": form,
            "rows": rows,
            "markers": list(known.markers.values()),
            "panels": known.panels,
            "laboratories": list(dict.fromkeys([*laboratories_of(self.person), *known.laboratory_names])),
            "hints": {
                marker.name: {
                    "unit": last[slug].unit if slug in last else _printed_unit(marker),
                    "last": _last_words(last.get(slug)),
                }
                for slug, marker in known.markers.items()
            },
            "nonce": self._nonce(),
            "version": self.request.POST.get("version") or (self.visit.version if self.visit else ""),
            "section": "visits",
        }
        return render(self.request, "visit_form.html", context | extra, status=status)

    def _rows(self, initial: list[dict[str, Any]]) -> Any:
        return RowForms(initial=initial, prefix="row", form_kwargs={"stored": self.stored})

    def _initial(self) -> dict[str, Any]:
        if self.visit:
            return initial_visit(self.visit)
        return {"lab": next(iter(laboratories_of(self.person)), ""), "fasting": ""}

    def _offered(self) -> list[dict[str, Any]]:
        """The stored rows of an edit; else a panel's markers, those of the last visit, or blank rows."""
        if self.visit:
            return initial_rows(self.visit.results.order_by("order")) + [{} for _ in range(2)]
        panel = self.request.GET.get("panel", "")
        slugs = [] if self.request.GET.get("rows") == "blank" else _panel(panel) or self._last_markers()
        return self._named(slugs) + [{} for _ in range(max(2, BLANK_ROWS - len(slugs)))]

    def _added(self, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What a button adds below the rows that were sent."""
        if self.action == "panel":
            there = {str(row["marker"]).casefold() for row in sent}
            rows = self._named(_panel(self.request.POST.get("panel", "")))
            return [row for row in rows if row["marker"].casefold() not in there]
        return [{} for _ in range(BLANK_ROWS)] if self.action == "more" else []

    def _named(self, slugs: Sequence[str]) -> list[dict[str, Any]]:
        known, last = catalogue().markers, last_values(self.person)
        return [
            {"marker": known[slug].name, "unit": last[slug].unit if slug in last else _printed_unit(known[slug])}
            for slug in slugs
        ]

    def _last_markers(self) -> list[str]:
        """The markers of the last visit, in its order, each once."""
        latest = Visit.objects.filter(person=self.person).order_by("-collected_on", "-created_at").first()
        if latest is None:
            return []
        known = catalogue().by_id
        ids = latest.results.filter(marker__isnull=False).order_by("order").values_list("marker_id", flat=True)
        return list(dict.fromkeys(known[one].slug for one in ids if one is not None))

    def _slips(self, form: VisitForm, filled: Sequence[RowForm]) -> list[Slip]:
        day = form.cleaned_data["collected_on"]
        last = last_values(self.person, day)
        none = Last("", "", "", day)
        entered = []
        for row in filled:
            before = last.get(row.facts.slug if row.facts else "", none)
            facts = row.facts if row.is_touched else None
            entered.append(
                Entered(facts, row.cleaned_data["value"], row.cleaned_data["unit"], before.value, before.unit)
            )
        found = slips(entered, day, timezone.localdate(), self.person.born_on)
        return found + [Slip(place, kind, text) for place, row in enumerate(filled) for kind, text in row.questions]

    def _nonce(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.request.POST.get("nonce", ""))
        except ValueError:
            return uuid.uuid4()


def _typed(form: VisitForm) -> dict[str, Any]:
    """What was typed into the fields, to show them again."""
    return {name: form.data.get(name, "") for name in form.fields}


def _row_of(slip: Slip, filled: Sequence[RowForm]) -> RowForm | None:
    return None if slip.row is None else filled[slip.row]


def _key(slip: Slip) -> str:
    return f"{'' if slip.row is None else slip.row}:{slip.kind}"


def _panel(slug: str) -> list[str]:
    return next((list(panel.markers) for panel in catalogue().panels if panel.slug == slug), [])


def _printed_unit(marker: MarkerFacts) -> str:
    """The marker's own unit as reports print it, where that is read as the same unit."""
    pretty = unit_text(marker.units.own)
    return pretty if marker.units.find(pretty) == marker.units.own else marker.units.own


def _last_words(last: Last | None) -> str:
    return f"last {last.value} {unit_text(last.unit)}, {short_day(last.day)}" if last else ""


def _differences(
    mine: list[dict[str, Any]], form: VisitForm, now: Visit, theirs: list[Result]
) -> list[tuple[str, str, str]]:
    """What differs between the saved visit and the typed one: name, saved, typed."""
    saved, about = initial_visit(now), form.cleaned_data
    day = about["collected_on"]
    typed = {
        "collected_on": f"{day.day} {day:%B %Y}",
        "lab": about["lab"],
        "fasting": about["fasting"],
        "note": about["note"],
    }
    labels = {"collected_on": "Day of collection", "lab": "Laboratory", "fasting": "Fasting", "note": "Note"}
    found = [(label, saved[name], typed[name]) for name, label in labels.items() if saved[name] != typed[name]]
    rows = {str(row["id"]): row for row in initial_rows(theirs)}
    own = {str(row["id"]): row for row in mine if row["id"]}
    for key in {**rows, **own}:
        here, there = rows.get(key), own.get(key)
        name = str((here or there or {}).get("marker", ""))
        texts = [" ".join(f"{one['value']} {one['unit']}".split()) if one else "not there" for one in (here, there)]
        if texts[0] != texts[1]:
            found.append((name, texts[0], texts[1]))
    return found
