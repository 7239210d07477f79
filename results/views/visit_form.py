"""Logging a visit: entry, read-back, saving once, editing, and what happens when two edit at a time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bloodsight.people.models import Person
from markers.facts import Catalogue, MarkerFacts
from markers.queries import catalogue
from results import access
from results.actions.visits import Stale, TypedRow, create_visit, entered_row, typed_rows, update_visit
from results.forms import MOST_ROWS, TOO_MANY, RowForm, RowForms, VisitForm, initial_rows, initial_visit
from results.models import Result, Visit, VisitVersion
from results.queries import Last, laboratories_of, last_values, subject
from results.slips import Slip, slips
from results.words import day_text, short_day, unit_text

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
    try:
        visit = access.visit_of(request.user, visit_id, person)
    except Http404:
        if request.method != "POST":
            raise
        access.deleted_visit_of(request.user, visit_id, person)
        return _Entry(request, person, None).deleted()
    return _Entry(request, person, visit).answer()


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
        form, rows = self._sent()
        sent = [_texts(row) for row in rows]
        if self.action in ("more", "panel", "change"):
            return self._page(VisitForm(initial=_typed(form)), self._rows(sent + self._added(sent)))
        if not (form.is_valid() & rows.is_valid()):
            return self._page(form, rows, status=400)
        filled = [row for row in rows if row.has_value]
        if not filled or len(filled) > MOST_ROWS:
            form.add_error(None, TOO_MANY if filled else "No row has a value yet.")
            return self._page(form, rows, status=400)
        return self._read_back(form, rows, filled)

    def deleted(self) -> HttpResponse:
        """The page after the visit was deleted meanwhile: what was typed, to be saved as a new visit."""
        form, rows = self._sent()
        return self._anew(form, [_texts(row) for row in rows])

    def _sent(self) -> tuple[VisitForm, Any]:
        rows = RowForms(self.request.POST, prefix="row", form_kwargs={"stored": self.stored, "known": catalogue()})
        return VisitForm(self.request.POST), rows

    def _read_back(self, form: VisitForm, rows: Any, filled: Sequence[RowForm]) -> HttpResponse:
        asked = self._slips(form, filled)
        kept = set(self.request.POST.getlist("keep"))
        open_questions = [slip for slip in asked if slip.kind not in LET_PASS and _key(slip) not in kept]
        if self.action == "save" and not open_questions:
            return self._save(form, filled)
        named = {row.cleaned_data["id"] for row in filled}
        gone = [result for pk, result in self.stored.items() if pk not in named]
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
        mine = [_texts(row) for row in filled]
        if self.visit is None:
            saved = create_visit(person=self.person, rows=typed, nonce=self._nonce(), **form.about())
            if not _is_saved(typed, form, saved):  # the form was saved before, then changed
                return self._conflict(form, _with_ids(mine, saved), 0, saved)
        else:
            version = self._version()
            try:
                saved = update_visit(visit=self.visit, version=version, rows=typed, **form.about())
            except Stale as stale:
                if stale.visit is None:
                    return self._anew(form, mine)
                if not _is_saved(typed, form, stale.visit):
                    return self._conflict(form, mine, version, stale.visit)
                saved = stale.visit
        messages.success(self.request, "The visit was saved.")
        return redirect("results:visit", self.person.pk, saved.pk)

    def _anew(self, form: VisitForm, mine: list[dict[str, Any]]) -> HttpResponse:
        messages.error(
            self.request, "This visit was deleted meanwhile. What you typed is kept below; saving makes it anew."
        )
        self.visit, self.stored = None, {}
        rows = self._rows([row | {"id": ""} for row in mine])
        return self._page(VisitForm(initial=_typed(form)), rows, status=409)

    def _conflict(self, form: VisitForm, mine: list[dict[str, Any]], version: int, now: Visit) -> HttpResponse:
        """Both versions side by side; the form keeps what was typed, and rows that the other one added."""
        theirs = list(now.results.order_by("order"))
        former = VisitVersion.objects.filter(visit_id=now.pk, version=version, person=self.person).first()
        known_then = {row["id"] for row in former.snapshot["results"]} if former else {row["id"] for row in mine}
        added = [one for one in theirs if str(one.pk) not in known_then]
        self.visit, self.stored = now, {one.pk: one for one in theirs}
        rows = self._rows(mine + initial_rows(added))
        extra = {"conflict": _differences(mine, form, now, theirs, added), "version": now.version}
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
            "hints": _hints(known, last),
            "nonce": self._nonce(),
            "version": self.request.POST.get("version") or (self.visit.version if self.visit else ""),
            "section": "visits",
        }
        return render(self.request, "visit_form.html", context | extra, status=status)

    def _rows(self, initial: list[dict[str, Any]]) -> Any:
        return RowForms(initial=initial, prefix="row", form_kwargs={"stored": self.stored, "known": catalogue()})

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
            {"marker": known[slug].name, "unit": last[slug].unit if slug in last else _own_unit(known[slug])}
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
        none = Last("", "", day)
        entered = []
        for row in filled:
            before = last.get(row.facts.slug if row.facts else "", none)
            facts = row.facts if row.is_touched else None
            entered.append(entered_row(row.row(), facts, before))
        found = slips(entered, day, timezone.localdate(), subject(self.person))
        return found + [Slip(place, kind, text) for place, row in enumerate(filled) for kind, text in row.questions]

    def _version(self) -> int:
        """The version that the form was opened with; 0, which no visit has, where it names none."""
        sent = self.request.POST.get("version", "")
        return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else 0

    def _nonce(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.request.POST.get("nonce", ""))
        except ValueError:
            return uuid.uuid4()


def _typed(form: VisitForm) -> dict[str, Any]:
    """What was typed into the fields, to show them again."""
    return {name: form.data.get(name, "") for name in form.fields}


def _texts(row: RowForm) -> dict[str, Any]:
    """What was typed into a row, as it was sent."""
    return {name: row[name].value() or "" for name in row.fields}


def _is_saved(typed: list[TypedRow], form: VisitForm, now: Visit) -> bool:
    """True where the stored visit says exactly what was typed, as after pressing Save twice."""
    aside = {"id": None, "printed_unit": "", "unit_code": "", "is_unit_sure": False}  # what the texts say already
    stored, sent = (
        [replace(row, **aside) for row in rows]  # type: ignore[arg-type]
        for rows in (typed_rows(now.results.order_by("order")), typed)
    )
    about = form.about()
    return stored == sent and all(getattr(now, key) == about[key] for key in about)


def _with_ids(mine: list[dict[str, Any]], now: Visit) -> list[dict[str, Any]]:
    """The rows of a form that made a visit before, each with the id of that visit's result of the same marker."""
    free = initial_rows(now.results.order_by("order"))
    known = catalogue()
    found = []
    for row in mine:
        marker = known.named(row["marker"])
        twin = next((one for one in free if marker and one["marker"] == marker.name), None)
        if twin:
            free.remove(twin)
        found.append(row | {"id": str(twin["id"]) if twin else ""})
    return found


def _key(slip: Slip) -> str:
    return f"{'' if slip.row is None else slip.row}:{slip.kind}"


def _panel(slug: str) -> list[str]:
    return next((list(panel.markers) for panel in catalogue().panels if panel.slug == slug), [])


def _own_unit(marker: MarkerFacts) -> str:
    """The marker's own unit as reports print it, where that is read as the same unit."""
    pretty = unit_text(marker.units.own)
    return pretty if marker.units.find(pretty) == marker.units.own else marker.units.own


def _hints(known: Catalogue, last: Mapping[str, Last]) -> dict[str, Any]:
    """For the page's script: what each name in lower case means, and each marker's usual unit and last value.

    A name that tells a unit of its own, as BUN does, gets none offered.
    """
    names = {name.casefold(): known.named(name) for marker in known.markers.values() for name in marker.names}
    return {
        "names": {
            name: marker.slug
            for name, marker in names.items()
            if marker and (name not in marker.unit_names or name == marker.name.casefold())
        },
        "markers": {
            slug: {
                "unit": last[slug].unit if slug in last else _own_unit(marker),
                "last": _last_words(last.get(slug)),
            }
            for slug, marker in known.markers.items()
        },
    }


def _last_words(last: Last | None) -> str:
    return f"last {last.value} {unit_text(last.unit)}, {short_day(last.day)}" if last else ""


def _differences(
    mine: list[dict[str, Any]], form: VisitForm, now: Visit, theirs: list[Result], added: list[Result]
) -> list[tuple[str, str, str]]:
    """What differs between the saved visit and the typed one: name, saved, typed."""
    saved, about = initial_visit(now), form.cleaned_data
    day = about["collected_on"]
    typed = {
        "collected_on": day_text(day),
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
        texts = _said(here, there), _said(there, here)
        if texts[0] != texts[1]:
            found.append(
                (name, texts[0], texts[1] + ("; added below" if key in {str(one.pk) for one in added} else ""))
            )
    return found


def _said(row: dict[str, Any] | None, other: dict[str, Any] | None) -> str:
    """A row in a few words: value and unit, and what else differs from the other one."""
    if row is None:
        return "not there"
    parts = [" ".join(f"{row['value']} {row['unit']}".split())]
    for name, word in (("marker", "marker"), ("printed", "range"), ("note", "note")):
        if other and str(row[name]).split() != str(other[name]).split():
            parts.append(f"{word}: {row[name] or 'none'}")
    return "; ".join(parts)
